/* net/url.h: taking URLs apart, as far as a client must that does not trust who gave them.
 *
 * Only http and https, only ASCII hosts, no user information, no control characters. What is refused is refused with a
 * message that does not repeat secrets. */
#ifndef APL_NET_URL_H
#define APL_NET_URL_H

#include "base/memory.h"
#include "base/status.h"

/* Parts of a URL; they point into its text. */
typedef struct apl_url {
    apl_str scheme;
    apl_str host;  /* without brackets of IPv6 */
    unsigned port; /* the scheme's own where none is written */
    apl_str path;  /* with its slash; "" where there is none */
    apl_str query; /* without the question mark */
} apl_url;

/* APL_E_INPUT for anything else than an absolute http or https URL. */
apl_status apl_url_parse(apl_url *out, apl_str text);

/* Same scheme, host (without regard to case) and port. */
bool apl_url_same_origin(const apl_url *a, const apl_url *b);

/* The URL of the next page: `link` as the answer to `from` had it. Relative ones are resolved; spaces and bytes above
 * ASCII are escaped. Another host, port or scheme, or a link that leads to `from` itself, is APL_E_INPUT. */
apl_status apl_url_next(apl_str *out, apl_arena *arena, apl_str from, apl_str link);

/* The value of a query parameter as written (not unescaped), or APL_STR_NONE. */
apl_str apl_url_parameter(apl_str url, apl_str name);

/* Adds the text, percent-encoded but for unreserved characters (RFC 3986); with `slashes` a slash stays. */
void apl_url_escape(apl_text *out, apl_str text, bool keeps_slashes);

/* True for the machine itself and link-local addresses, written as such: 127.0.0.0/8, ::1, localhost, 169.254.0.0/16,
 * fe80::/10. */
bool apl_url_is_local(const apl_url *url);

#endif
