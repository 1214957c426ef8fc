/* collect/azure/reach.h: whether the hosts of a cloud can be reached from here, and whether our clock is right.
 *
 * Asks each host for its first page, without a token: any answer at all means that it was reached. Before any sign-in,
 * so that a network at fault is not taken for credentials at fault. */
#ifndef APL_COLLECT_AZURE_REACH_H
#define APL_COLLECT_AZURE_REACH_H

#include "collect/azure/clouds.h"

typedef struct apl_azure_reach {
    const char *name; /* login, or that of the API */
    apl_str host;
    bool is_reached;
    apl_str why; /* else */
    uint64_t took_ms;
    bool has_clock;
    int64_t ahead_s; /* our clock before that of the host, by which tokens are judged; exact to a second or two */
} apl_azure_reach;

/* The login, and the APIs whose host does not depend on the tenant. */
#define APL_AZURE_REACHES 5u

/* Fills in all of them, in a fixed order; their number is less in clouds that lack some. Texts live in `arena`. */
apl_status apl_azure_reach_all(apl_azure_reach out[APL_AZURE_REACHES], size_t *count, apl_arena *arena,
                               const apl_azure_cloud *cloud, const apl_net_settings *settings);

#endif
