/* condition/groups.h: what a group makes of its members; private to this folder.
 *
 * allOf is false as soon as one member is false, anyOf true as soon as one is true; otherwise an error beats what was
 * not read, and that beats the rest. One place for the evaluation, the screening by type and applicability. */
#ifndef APL_CONDITION_GROUPS_H
#define APL_CONDITION_GROUPS_H

#include "condition/program.h"

/* A group that is open while its members are evaluated. */
typedef struct apl_group {
    uint32_t node;
    uint8_t kind;    /* apl_node_kind */
    uint8_t truth;   /* apl_truth so far */
    uint32_t leaves; /* of the trace when the group began ... */
    uint32_t member; /* ... and when its present member began */
} apl_group;

/* How strong an outcome is in an allOf; in an anyOf true and false change places. */
static inline int apl_truth_rank(apl_truth truth, bool is_all)
{
    if (truth == APL_TRUTH_ERROR)
        return 2;
    if (truth == APL_TRUTH_UNREAD)
        return 1;
    return (truth == APL_FALSE) == is_all ? 3 : 0;
}

static inline apl_group apl_group_begin(const apl_node *nodes, uint32_t at)
{
    apl_group group = {.node = at, .kind = nodes[at].kind};

    group.truth = group.kind == APL_NODE_ALL ? APL_TRUE : APL_FALSE;
    return group;
}

/* Takes the outcome of a member that ended before node `next`. True when the group is complete; *truth is then its
 * outcome. */
static inline bool apl_group_take(apl_group *group, apl_truth *truth, const apl_node *nodes, uint32_t next)
{
    if (group->kind == APL_NODE_NOT) {
        *truth = apl_truth_not(*truth);
        return true;
    }
    bool is_all = group->kind == APL_NODE_ALL;
    int rank = apl_truth_rank(*truth, is_all);
    if (rank > apl_truth_rank((apl_truth)group->truth, is_all))
        group->truth = (uint8_t)*truth;
    if (rank < 3 && next < nodes[group->node].end)
        return false;
    *truth = (apl_truth)group->truth;
    return true;
}

/* Puts the members of each group that cost least first; see arrange.c. The plan is that of all subjects. */
void apl_nodes_arrange(apl_node *nodes, uint32_t count, const apl_plan *plan);

#endif
