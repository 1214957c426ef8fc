/* collect/parent.h: what a call lies below, and the address that follows from it.
 *
 * A parent is a root (the tenant, some dozens of subscriptions, one subscription) or an asset that an earlier call
 * gave. Of its body only the facts are kept that calls below it ask for. What stands in a body is foreign: it is
 * escaped in paths, and a host name made of it must be one. */
#ifndef APL_COLLECT_PARENT_H
#define APL_COLLECT_PARENT_H

#include "collect/calls.h"

/* One address. */
#define APL_CALL_URL_BYTES_MAX 8192u

typedef struct apl_parent {
    const apl_below *below;
    apl_str id;                   /* of the asset; of the first subscription; empty for the tenant */
    apl_str subscription;         /* empty outside of one */
    const apl_str *facts;         /* of the paths in `below->kept` */
    const apl_str *subscriptions; /* of a root that names several */
    uint32_t subscription_count;
    uint32_t ordinal; /* of the subscription, and which of its parents this one is: the order in which they are asked */
    uint32_t rank;
    uint32_t sequence;
} apl_parent;

/* Adds the path of the call below the parent. False when the parent lacks a part of it: then there is nothing to ask.
 */
bool apl_parent_path(apl_text *out, const apl_call *call, const apl_parent *parent);

/* The fact at a path that the parent's type keeps, or the empty text. */
apl_str apl_parent_fact(const apl_parent *parent, apl_str path);

/* False when the call is only for parents with certain values, and this is none of them. */
bool apl_parent_is_meant(const apl_parent *parent, const apl_call *call);

/* The segment behind /NAME/ of an id, without regard to case; empty when it is not there. */
apl_str apl_parent_segment(apl_str id, apl_str name);

#endif
