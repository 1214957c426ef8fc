/* net/limits.h: every named maximum of the client, with the reason for the number.
 *
 * Those of time and of counts are defaults that a run may set; those of bytes hold always. */
#ifndef APL_NET_LIMITS_H
#define APL_NET_LIMITS_H

/* One answer, unpacked: a page of Azure Resource Graph has 16 MB at most, other pages stay below 4 MB. */
#define APL_NET_BYTES_MAX (64u << 20)

/* What a request may ask to be let through, so that sizes stay within 32 bits. */
#define APL_NET_BYTES_LIMIT (1u << 30)

/* All header lines of one answer; servers accept and send 64 KB at most in practice. */
#define APL_NET_HEADERS_BYTES_MAX (256u << 10)
#define APL_NET_HEADERS_MAX 64

/* A URL: Microsoft's own servers refuse more than 16 KB; continuation links with tokens come near 8 KB. */
#define APL_NET_URL_BYTES_MAX 32768

/* A body that is sent: a Resource Graph query with 300 subscriptions is 15 KB, a batch of Graph 20 KB. */
#define APL_NET_SENT_BYTES_MAX (4u << 20)

/* A token; those with group claims reach 8 KB. */
#define APL_NET_TOKEN_BYTES_MAX 65536

/* Requests that wait at once: about 500 bytes each. */
#define APL_NET_WAITING_MAX 1000000u

/* Lanes (principal, API, share) and hosts of one client: a lane a subscription and provider of a large tenant. */
#define APL_NET_LANES_MAX 200000u
#define APL_NET_HOSTS_MAX 20000u

/* In flight at once: an HTTP/2 connection carries 100 streams by convention; HTTP/1.1 needs a connection each. */
#define APL_NET_IN_FLIGHT_DEFAULT 64u
#define APL_NET_HOST_IN_FLIGHT_DEFAULT 32u
#define APL_NET_IN_FLIGHT_LIMIT 1024u

/* Connections are near everywhere; ARM ends its own work after 60 s, so what takes longer was lost on the way. */
#define APL_NET_CONNECT_MS_DEFAULT 15000u
#define APL_NET_ATTEMPT_MS_DEFAULT 75000u
#define APL_NET_CALL_MS_DEFAULT 600000u

/* Attempts of one request that may be repeated; refusals for being too fast (429) count apart, since each carries the
 * server's own advice when to come back. */
#define APL_NET_ATTEMPTS_DEFAULT 6u
#define APL_NET_REFUSALS_MAX 20u

/* Waiting between attempts: doubles from the first to the last, half of it by chance. */
#define APL_NET_BACKOFF_FIRST_MS 500u
#define APL_NET_BACKOFF_LAST_MS 30000u

/* The longest that a server may send us away for; with more the answer is taken as it is. */
#define APL_NET_RETRY_AFTER_MS_MAX (15u * 60u * 1000u)

/* Refused without advice: this long for the first time, doubled each further time up to the second number. */
#define APL_NET_REFUSED_FIRST_MS 2000u
#define APL_NET_REFUSED_LAST_MS 60000u

/* An exhausted quota that does not say when it is filled again. */
#define APL_NET_QUOTA_EMPTY_MS 5000u

/* Redirects within one host. */
#define APL_NET_REDIRECTS_MAX 5u

/* When so many requests to a host were lost with all their attempts, others get no second attempt until it answers. */
#define APL_NET_HOST_LOST_MAX 4u

/* The loop looks at the cancel flag at least so often. */
#define APL_NET_POLL_MS_MAX 100

/* Text of a server in a message. */
#define APL_NET_WHY_BYTES_MAX 400

/* One body in a trace, and the depth to which it is looked into. */
#define APL_TRACE_BODY_BYTES_MAX (256u << 10)

#endif
