/* net/internal.h: what a client holds; for the files of this layer only.
 *
 * A call is one request on its way: it waits in its lane, or for its next attempt, or is in flight in a transfer. A
 * transfer is one of a fixed number of curl handles with its buffers. The flow: client.c queues, schedule.c decides who
 * may start, transfer.c speaks to curl, outcome.c turns what came back into an answer, a repeat or an end. */
#ifndef APL_NET_INTERNAL_H
#define APL_NET_INTERNAL_H

#include "base/table.h"
#include "net/answer.h"
#include "net/client.h"
#include "net/curl.h"
#include "net/limits.h"
#include "net/retry.h"
#include "net/url.h"

typedef struct apl_call apl_call;

struct apl_call {
    apl_call *next;          /* in the queue of its lane */
    apl_net_request request; /* its texts stand behind the struct */
    apl_net_header *headers;
    char *moved_to; /* after a redirect within the host; else NULL */
    uint32_t lane;
    uint32_t host;
    uint64_t number;
    uint64_t submitted_ms;
    uint64_t first_ms; /* when the first attempt started */
    uint64_t ready_ms; /* not before, when it waits for its next attempt */
    uint64_t in_flight_ms;
    uint64_t token_hash; /* of the token last shown */
    size_t size;         /* of the struct and its texts */
    unsigned attempts;
    unsigned refusals;
    unsigned redirects;
    bool was_started;
    bool had_new_token;
};

typedef struct apl_lane_queue {
    apl_net_lane lane;
    apl_call *first;
    apl_call *last;
    bool is_active; /* stands in `active` */
} apl_lane_queue;

typedef struct apl_net_host {
    unsigned in_flight;
    unsigned lost_calls; /* in a row, with all their attempts, and without one answer between */
} apl_net_host;

typedef struct apl_transfer {
    apl_net *net;
    apl_call *call; /* NULL: free */
    CURL *easy;
    struct curl_slist *lines; /* of the request */
    apl_text body;
    apl_text headers; /* of the answer, one a line */
    uint64_t started_ms;
    bool is_too_large;
    bool is_faulty; /* broken off on purpose */
    char error[CURL_ERROR_SIZE];
    char why[APL_NET_WHY_BYTES_MAX];
    char code[128];
} apl_transfer;

struct apl_net {
    apl_net_settings settings;
    apl_curl curl;
    CURLM *multi;
    struct curl_slist *connect_to;
    apl_arena *arena; /* keys of lanes and hosts */
    apl_json_reader *json;
    apl_table *lanes_by_key;
    apl_table *hosts_by_key;
    APL_VECTOR(apl_lane_queue) lanes;
    APL_VECTOR(apl_net_host) hosts;
    APL_VECTOR(uint32_t) active;  /* lanes with somebody waiting */
    APL_VECTOR(apl_call *) later; /* heap by ready_ms, then number */
    apl_transfer *transfers;
    unsigned in_flight;
    size_t pending;
    size_t turn; /* where among the active lanes the next look starts */
    uint64_t started_ms;
    uint64_t number;
    uint64_t random;
    uint64_t sockets; /* opened so far, and blocks received: for failures on purpose */
    uint64_t blocks;
    apl_net_totals totals;
    bool is_running;
};

uint64_t apl_net_now(const apl_net *net);

/* -- schedule.c: who may start ---------------------------------------------------------------------------------- */

/* Puts a call at the end of its lane's queue, or at its start. */
void apl_schedule_put(apl_net *net, apl_call *call, bool at_start);

/* Puts a call aside until its ready_ms. */
void apl_schedule_later(apl_net *net, apl_call *call);

/* Takes a call that may start now out of its queue; NULL: none. *wait_ms is then how long at least none may. */
apl_call *apl_schedule_take(apl_net *net, uint64_t now_ms, uint64_t *wait_ms);

/* Takes any call that waits, for when everything ends; NULL: none is left. */
apl_call *apl_schedule_drop(apl_net *net);

/* -- transfer.c: curl ------------------------------------------------------------------------------------------- */

/* Starts the call in a free transfer; false when it ended instead, for want of a token. */
bool apl_transfer_start(apl_net *net, apl_call *call, uint64_t now_ms);

/* What curl says of a transfer that ended. *was_sent: the server may have got it. */
apl_net_outcome apl_transfer_outcome(apl_transfer *transfer, CURLcode code, bool *was_sent);

/* Gives the memory of a call back, overwritten when it held secrets. */
void apl_call_free(apl_call *call);

/* Takes the transfer out of the loop and makes it free again. */
void apl_transfer_release(apl_transfer *transfer, bool is_secret);

/* -- outcome.c: what to make of it ------------------------------------------------------------------------------ */

/* A transfer ended: repeats the call later, or ends it. */
void apl_outcome_of(apl_transfer *transfer, CURLcode code, uint64_t now_ms);

/* Ends a call without an answer: calls its callback and frees it. */
void apl_outcome_end(apl_net *net, apl_call *call, apl_net_outcome outcome, apl_str why);

/* -- trace.c ---------------------------------------------------------------------------------------------------- */

typedef struct apl_exchange {
    uint64_t number; /* of the call */
    unsigned attempt;
    uint64_t at_ms; /* since the client was made */
    uint64_t took_ms;
    const char *method;
    apl_str url;
    const struct curl_slist *sent_lines;
    apl_str sent_body;
    apl_str sent_type;
    unsigned status;
    apl_str lines;
    apl_str body;
    apl_str error; /* without an answer */
} apl_exchange;

void apl_trace_exchange(apl_trace *trace, const apl_exchange *exchange);

extern const char *const apl_net_method_names[];

#endif
