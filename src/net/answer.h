/* net/answer.h: reading the header lines of an answer.
 *
 * The lines are foreign bytes: every reader takes anything and gives nothing where it does not understand. */
#ifndef APL_NET_ANSWER_H
#define APL_NET_ANSWER_H

#include "net/rate.h"

/* The value of the last line `name: value` of a block with line ends between, or the empty text. */
apl_str apl_answer_header(apl_str lines, apl_str name);

/* for (apl_str rest = lines; apl_answer_next(&name, &value, &rest);) */
bool apl_answer_next(apl_str *name, apl_str *value, apl_str *rest);

/* A date of HTTP (RFC 9110: the form of today, and the two older ones) in seconds since 1970. */
bool apl_answer_date(int64_t *out, apl_str text);

/* Retry-After: seconds, or a date, counted from `now` (seconds since 1970). A date that has passed is 0. */
bool apl_answer_retry_after(uint64_t *out_ms, apl_str value, int64_t now);

/* Everything that the lines say of the quota, in the headers of ARM, its providers, Resource Graph, Microsoft Graph and
 * RFC drafts. `now` counts only where the answer has no Date. */
apl_net_quota apl_answer_quota(apl_str lines, unsigned status, int64_t now);

/* A parameter of a challenge: `realm` of `WWW-Authenticate: Basic realm="x"`, for the named scheme; without quotes,
 * with its escapes as they are. */
apl_str apl_answer_challenge(apl_str value, apl_str scheme, apl_str parameter);

/* application/json, text/json, anything+json, with or without parameters. */
bool apl_answer_is_json(apl_str content_type);

#endif
