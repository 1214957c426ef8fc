/* net/scrub.h: taking secrets out of what people get to see.
 *
 * Works by names (of headers, parameters, JSON members) and by shape (bearer tokens, JWTs, signatures in URLs, account
 * keys in connection strings, user information, private keys). In doubt it takes out too much. */
#ifndef APL_NET_SCRUB_H
#define APL_NET_SCRUB_H

#include "json/json.h"

/* What stands in the place of a secret. */
#define APL_SCRUBBED "***"

/* Whether what has this name is a secret: `client_secret`, `AccountKey`, `x-api-key`. Of a JSON member "code" and "key"
 * are none (error codes, tags); of a parameter of a URL or form they are. */
bool apl_scrub_is_secret(apl_str name, bool is_parameter);

/* Adds the text without secrets: a URL, a form, a header value, a message. */
void apl_scrub_text(apl_text *out, apl_str text);

/* Adds the value as compact JSON without secrets. */
void apl_scrub_json(apl_text *out, const apl_json *root);

#endif
