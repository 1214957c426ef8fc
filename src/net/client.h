/* net/client.h: many HTTPS requests in flight, from one thread.
 *
 * A request is submitted with a callback; apl_net_run turns the event loop until every callback was called. A callback
 * may submit further requests. Each request waits for its place: in the lane of its (principal, API, share), whose rate
 * is the published one and what the server's answers say of it; at its host; and in the whole. What may be repeated is
 * repeated after a failure that may pass. TLS is always verified; there is no way to switch that off.
 * One thread a client; two clients share nothing. libcurl is loaded by the first client, not by the program. */
#ifndef APL_NET_CLIENT_H
#define APL_NET_CLIENT_H

#include <signal.h>

#include "net/rate.h"
#include "json/json.h"

typedef struct apl_net apl_net;
typedef struct apl_trace apl_trace;

/* Milliseconds of a clock that only goes forward, and a sleep; for tests that do not want to wait. */
typedef struct apl_net_clock {
    uint64_t (*now_ms)(void *context);
    void *context;
} apl_net_clock;

/* Failures made on purpose: every n-th socket that would be opened, every n-th block of bytes that arrives. 0: none. */
typedef struct apl_net_faults {
    unsigned every_socket;
    unsigned every_block;
} apl_net_faults;

/* What a run is set to. Texts must outlive the client. Zero members take the defaults of net/limits.h. */
typedef struct apl_net_settings {
    const char *ca_file;    /* PEM; in place of the system's; NULL: the system's */
    const char *proxy;      /* http://[user:password@]host:port; NULL: none */
    const char *no_proxy;   /* hosts with commas between; NULL: none */
    const char *connect_to; /* "HOST:PORT:HOST2:PORT2[,...]": go there instead, with TLS for the first name; NULL */
    const char *user_agent; /* NULL: "aplomb" */
    apl_trace *trace;       /* what went over the wire, without secrets; NULL: nothing is written */
    const volatile sig_atomic_t *cancel; /* becomes true: every request ends as APL_NET_CANCELLED; NULL: never */
    unsigned in_flight_max;              /* of the whole client */
    unsigned host_in_flight_max;
    unsigned connect_ms; /* one connection, TLS included */
    unsigned attempt_ms; /* one attempt */
    unsigned call_ms;    /* one request with all its attempts, from the first on */
    uint64_t run_ms;     /* everything, from apl_net_new on; 0: no end */
    unsigned attempts_max;
    uint64_t seed;       /* of the jitter: the same seed waits the same */
    apl_net_clock clock; /* now_ms NULL: the real one */
    apl_net_faults faults;
} apl_net_settings;

/* APL_E_UNSUPPORTED where libcurl is not installed, APL_E_USAGE where a setting is wrong. */
apl_status apl_net_new(apl_net **out, const apl_net_settings *settings);

/* Requests that are still there are dropped without a callback. NULL is allowed. */
void apl_net_free(apl_net *net);

typedef enum apl_net_method { APL_NET_GET = 0, APL_NET_POST, APL_NET_PUT, APL_NET_HEAD } apl_net_method;

typedef struct apl_net_header {
    apl_str name;
    apl_str value;
} apl_net_header;

/* Where a request gets its bearer token. `token` gives one that is valid for a while, and blocks while it must fetch
 * one; with `was_refused` the last one was answered with 401 and a new one is needed. The text belongs to the source,
 * until the next call. A failure ends the request as APL_NET_NO_TOKEN, with the message as its reason. */
typedef struct apl_net_bearer {
    apl_status (*token)(apl_str *out, void *context, bool was_refused);
    void *context;
} apl_net_bearer;

typedef struct apl_net_response apl_net_response;
typedef void (*apl_net_done)(void *context, const apl_net_response *response);

/* One request. All texts are copied by apl_net_submit; `bearer`, `rate` and `context` must outlive it. */
typedef struct apl_net_request {
    apl_net_method method;
    apl_str url;                   /* https://; http:// only with allows_plain */
    const apl_net_header *headers; /* besides Accept, Accept-Encoding, Authorization, User-Agent */
    size_t header_count;
    apl_str body;
    apl_str content_type;         /* of the body; empty: application/json */
    const apl_net_bearer *bearer; /* NULL: no Authorization */
    const apl_net_rate *rate;     /* of the API family; NULL: no limit but those of the host and the client */
    apl_str principal;            /* whose quota it is: an object id, an application id; may be empty */
    apl_str share;                /* what the quota is counted by besides: a subscription; may be empty */
    bool repeats_post;            /* a POST that only reads (Resource Graph) and may be repeated like a GET */
    bool wants_json;     /* 2xx with another type, or with a text that is no JSON, is a failure that may pass */
    bool allows_plain;   /* http:// to the machine itself or a link-local address: managed identity */
    bool skips_proxy;    /* the same */
    bool is_secret;      /* what is sent and what comes back holds secrets: overwritten when it is freed */
    bool goes_first;     /* before all that waits in its lane, as pages of a list that was begun should */
    size_t bytes_max;    /* of the answer, unpacked; 0: APL_NET_BYTES_MAX */
    unsigned connect_ms; /* 0: that of the client; the same for the next two */
    unsigned attempt_ms;
    unsigned attempts_max;
    apl_net_done done;
    void *context;
} apl_net_request;

/* How a request ended. Only APL_NET_ANSWERED has a status that counts; 401, 403, 404, 429 and 500 are answers too,
 * after everything that could be tried. */
typedef enum apl_net_outcome {
    APL_NET_ANSWERED = 0,
    APL_NET_UNREACHABLE, /* no such host, connection refused, dropped, or broken off */
    APL_NET_UNTRUSTED,   /* the certificate does not verify */
    APL_NET_TIMED_OUT,
    APL_NET_TOO_LARGE,
    APL_NET_WRONG_TYPE, /* wants_json: another content type, or no JSON */
    APL_NET_REDIRECTED, /* to another host, which is not followed */
    APL_NET_NO_TOKEN,
    APL_NET_CANCELLED,
    APL_NET_OUT_OF_TIME, /* the run's deadline */
    APL_NET_OUTCOMES,
} apl_net_outcome;

extern const char *const apl_net_outcome_names[APL_NET_OUTCOMES];

/* Belongs to the client, until the callback returns. */
struct apl_net_response {
    apl_net_outcome outcome;
    unsigned status;      /* HTTP; 0 without an answer */
    apl_str url;          /* as submitted */
    apl_str body;         /* unpacked; with a zero behind it */
    const apl_json *json; /* wants_json and 2xx with a body: the root; else NULL */
    apl_str why;          /* one line for people: "429 TooManyRequests: ...", "certificate ..."; empty for 2xx */
    apl_str code;         /* of an error body: error.code or error (Azure, Graph, OAuth); empty: none */
    unsigned attempts;
    uint64_t waited_ms;  /* in lanes and between attempts */
    const void *headers; /* for apl_net_header_of */
};

static inline bool apl_net_is_good(const apl_net_response *response)
{
    return response->outcome == APL_NET_ANSWERED && response->status >= 200 && response->status < 300;
}

/* The value of the last header of that name, or the empty text. */
apl_str apl_net_header_of(const apl_net_response *response, const char *name);

/* Queues a request; its callback is called from apl_net_run. A failure (APL_E_USAGE: an URL that may not be asked,
 * APL_E_LIMIT: too many waiting) means that the callback is never called. About 500 bytes a waiting request. */
apl_status apl_net_submit(apl_net *net, const apl_net_request *request);

/* Runs until nothing waits and nothing is in flight. APL_OK, also when requests failed: that is told to their
 * callbacks. */
apl_status apl_net_run(apl_net *net);

/* Runs until fewer than `count` requests are left, so that whoever submits need not hold everything at once. */
apl_status apl_net_run_below(apl_net *net, size_t count);

/* Requests that wait or are in flight. O(1). */
size_t apl_net_pending(const apl_net *net);

/* Waits that long with the loop running; false when it was cancelled meanwhile. */
bool apl_net_pause(apl_net *net, uint64_t ms);

/* Submits and runs until this one is done, others meanwhile; `response` is what its callback would get, its texts
 * copied into `arena` (json is not kept). For sign-in and for one question at a time; never from within a callback. */
apl_status apl_net_ask(apl_net_response *response, apl_arena *arena, apl_net *net, const apl_net_request *request);

/* What a run cost so far. */
typedef struct apl_net_totals {
    uint64_t requests; /* submitted */
    uint64_t attempts; /* sent */
    uint64_t repeats;
    uint64_t throttled; /* answers 429 */
    uint64_t bytes;     /* of bodies, unpacked */
    uint64_t waited_ms; /* summed over requests */
    unsigned in_flight; /* at present */
} apl_net_totals;

apl_net_totals apl_net_total(const apl_net *net);

#endif
