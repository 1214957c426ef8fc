/* net/token.h: tokens in the form of a JWT: reading what one says, and signing one.
 *
 * Claims are read for display and for when a token ends; whether it is genuine is for the API to say that it is shown
 * to. An assertion proves that a client has the private key of its certificate (RFC 7523), signed with PS256. */
#ifndef APL_NET_TOKEN_H
#define APL_NET_TOKEN_H

#include "json/value.h"

/* The claims (second part) of a token; APL_E_INPUT when it is no JWT: some providers give opaque tokens. */
apl_status apl_token_claims(apl_value *out, apl_arena *arena, apl_str token);

typedef struct apl_assertion {
    apl_str pem;       /* certificate and private key, in any order; further certificates are ignored */
    apl_str password;  /* of the key; may be empty */
    apl_str client_id; /* issuer and subject */
    apl_str audience;  /* the token endpoint */
    int64_t now;       /* seconds since 1970 */
    unsigned lifetime_s;
} apl_assertion;

/* A signed assertion with the certificate's thumbprint (x5t#S256) and a random jti. */
apl_status apl_token_sign(apl_str *out, apl_arena *arena, const apl_assertion *assertion);

/* Base64 for URLs (RFC 4648, section 5), without padding. */
apl_str apl_base64url(apl_arena *arena, const uint8_t *bytes, size_t size);

/* False when it is none. Padding is allowed. */
bool apl_base64url_read(apl_str *out, apl_arena *arena, apl_str text);

#endif
