/* collect/calls.h: the calls that a collector may make, compiled from services/.
 *
 * Each `read` of a type and each entry of a service's `calls` is one call (docs/content.md): which API, which path,
 * below what, which documents its items become. Adding a call is a line of YAML; nothing here knows one. Every call
 * reads: the compiler refuses what lists keys or secrets, and each POST but the few that are questions. Built once,
 * then read-only. Texts belong to the content. */
#ifndef APL_COLLECT_CALLS_H
#define APL_COLLECT_CALLS_H

#include "collect/azure/clouds.h"
#include "json/value.h"

/* Calls, versions of one, alternatives of its id, types above it, values of its condition. */
#define APL_CALLS_MAX 10000u
#define APL_CALL_VERSIONS_MAX 16u
#define APL_CALL_WORDS_MAX 256u

/* Bodies are kept of what lies above other calls only so far as paths and conditions ask: so many paths a type. */
#define APL_CALL_KEPT_MAX 12u

/* What stands above calls that lie below no asset. No type is called so. */
#define APL_ABOVE_TENANT "tenant"
#define APL_ABOVE_SUBSCRIPTIONS "subscriptions" /* some dozens of them, named in the body of the call */
#define APL_ABOVE_SUBSCRIPTION "subscription"

typedef struct apl_call_words {
    const apl_str *items;
    size_t count;
} apl_call_words;

typedef struct apl_call {
    uint32_t number;
    apl_str name;   /* the type, or the name of an entry of `calls` */
    apl_str type;   /* of the documents; empty: each item says its own */
    apl_str source; /* the provider: azure */
    apl_azure_api api;
    apl_str path;       /* with {parts}; from the host on where the API has none of its own */
    bool is_single;     /* `get`: the answer is the item */
    bool is_step;       /* the items are no documents: only what other calls lie below */
    bool is_batched;    /* several go in one request (Microsoft Graph) */
    bool names_parent;  /* the path differs for each parent; else equal addresses are asked once */
    apl_value body;     /* of a POST; missing: a GET */
    apl_str token_from; /* member of an answer that continues it in the next body */
    apl_str token_to;   /* where it goes there: "options.$skipToken" */
    apl_call_words of;  /* the types it lies below, or one of APL_ABOVE_* */
    apl_str where_path; /* only below bodies that have one of these values there; empty: all */
    apl_call_words where_values;
    apl_call_words versions; /* the newest that we know first */
    apl_call_words ids;      /* templates of an id for items that have none */
    apl_call_words none_on;  /* error codes and statuses that mean: there is none */
    apl_str items;           /* the member that holds them; empty: value, else data */
    apl_str into;            /* items become this member of one document of the parent */
    apl_str needs;           /* permission */
    apl_str lost;            /* what is missing without it */
    apl_str never;           /* why it is not made: it would give secrets */
} apl_call;

/* The families of Azure Resource Manager and of Microsoft Graph: one dialect each, with several rates. */
static inline bool apl_call_is_arm(const apl_call *call)
{
    return call->api == APL_AZURE_ARM || call->api == APL_AZURE_ARM_STORAGE || call->api == APL_AZURE_RESOURCE_GRAPH;
}
static inline bool apl_call_is_graph(const apl_call *call)
{
    return call->api == APL_AZURE_GRAPH || call->api == APL_AZURE_GRAPH_REPORTS || call->api == APL_AZURE_GRAPH_ACCESS;
}

/* What lies below a type: its calls, and the paths of bodies that they ask for. */
typedef struct apl_below {
    apl_str type;
    APL_VECTOR(uint32_t) calls;
    apl_str kept[APL_CALL_KEPT_MAX];
    size_t kept_count;
} apl_below;

typedef struct apl_calls apl_calls;

apl_calls *apl_calls_new(apl_arena *arena);
void apl_calls_free(apl_calls *calls); /* NULL is allowed */

/* Adds the calls of one service.yaml; `provider` is "azure". Files of other providers than those that a collector can
 * ask are passed over. */
apl_status apl_calls_add(apl_calls *calls, apl_value file, apl_str provider, const char *file_name);

/* After the last file: what lies below what. APL_E_CONTENT when a call lies below something that nobody reads. */
apl_status apl_calls_finish(apl_calls *calls);

size_t apl_calls_count(const apl_calls *calls);
const apl_call *apl_calls_at(const apl_calls *calls, size_t number);

/* What lies below the type, or NULL. Without regard to case. O(1). */
const apl_below *apl_calls_below(const apl_calls *calls, apl_str type);

/* The type as services/ spell it, or the empty text. */
apl_str apl_calls_type(const apl_calls *calls, apl_str name);

/* The version of the API that one resource of the type is read with, whoever lists them; empty when none is known. */
apl_str apl_calls_version(const apl_calls *calls, apl_str type);

#endif
