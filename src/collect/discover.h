/* collect/discover.h: what must be known before the first call: the subscriptions, and the versions that APIs take.
 *
 * For the files of collect only. Nothing of it becomes a document; Resource Graph gives the subscriptions whole. */
#ifndef APL_COLLECT_DISCOVER_H
#define APL_COLLECT_DISCOVER_H

#include "collect/asking.h"

/* Subscriptions of one tenant; the largest that are known have some ten thousand. */
#define APL_SUBSCRIPTIONS_MAX 100000u

typedef APL_VECTOR(apl_str) apl_subscription_list;

/* The subscriptions that may be read, sorted, their texts in `arena`. `wanted` is an id or a name; empty: all. A
 * refusal is a failure: without them there is nothing to ask. */
apl_status apl_discover_subscriptions(apl_subscription_list *out, apl_arena *arena, apl_asking_tenant *tenant,
                                      apl_str wanted);

/* For each call the number of the newest version that we know and the tenant takes; 0, the newest, where nothing is
 * said. Needs a subscription, in whose name the resource providers are asked. */
void apl_discover_versions(uint8_t *versions, apl_asking_tenant *tenant, apl_str subscription);

#endif
