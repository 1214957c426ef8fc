/* condition/arrange.c: the members of a narrowed condition, the cheap ones first.
 *
 * A group is left at its first decisive member, and its outcome does not depend on the order of its members: a leaf
 * that costs a comparison is therefore asked before a search in a text, and that before a count. Among those that cost
 * about the same the order of the author stays, who writes first what tells most. Only explanations show an order, and
 * they ask the condition as it was written. */
#include "condition/groups.h"

#include "model/type_plan.h"

/* About how much a member costs, in comparisons of a kept value. */
enum {
    COST_COMPARE = 1,
    COST_LOOK = 1,      /* at what the asset itself knows, or at a list of texts */
    COST_SEARCH = 8,    /* in a text, or the general way of an operator */
    COST_WALK = 16,     /* over an array */
    COST_COMPUTE = 40,  /* an expression */
    MEMBERS_COUNTED = 8 /* taken for how many an array has */
};

/* Costs within a factor of four are the same. */
#define TIERS 6u

typedef struct arranging {
    apl_node *nodes;
    uint64_t *costs;
    apl_node *nodes_before; /* of the group that is being arranged */
    uint64_t *costs_before;
} arranging;

static unsigned tier_of(uint64_t cost)
{
    unsigned tier = 0;

    for (uint64_t most = 4; tier < TIERS - 1 && cost >= most; most *= 4)
        tier++;
    return tier;
}

static uint64_t operand_cost(const apl_node *node)
{
    if (node->operand == NULL)
        return COST_COMPUTE;
    switch (node->operand->shape) {
    case APL_OPERAND_TEXT:
    case APL_OPERAND_BOOL:
    case APL_OPERAND_INTEGER:
    case APL_OPERAND_EXISTENCE:
        return COST_COMPARE;
    case APL_OPERAND_LIST:
    case APL_OPERAND_START:
        return COST_COMPARE + COST_LOOK;
    case APL_OPERAND_PART:
    case APL_OPERAND_GENERAL:
        break;
    }
    return COST_SEARCH;
}

static uint64_t leaf_cost(const apl_node *node, const apl_plan *plan)
{
    switch ((apl_node_kind)node->kind) {
    case APL_NODE_SLOT:
    case APL_NODE_MEMBER:
        return operand_cost(node);
    case APL_NODE_FIELD:
        if (node->field < plan->field_count && plan->bindings[node->field].step_count)
            return COST_WALK + MEMBERS_COUNTED * operand_cost(node);
        return COST_LOOK + operand_cost(node);
    case APL_NODE_FIELD_NAMED:
    case APL_NODE_VALUE:
        return COST_COMPUTE + operand_cost(node);
    case APL_NODE_TRUTH:
    case APL_NODE_ALL:
    case APL_NODE_ANY:
    case APL_NODE_NOT:
    case APL_NODE_COUNT:
        break;
    }
    return COST_COMPARE;
}

/* That of a node whose members have theirs. */
static uint64_t cost_of(const arranging *a, const apl_plan *plan, uint32_t at)
{
    const apl_node *node = &a->nodes[at];
    uint64_t members = 0;

    for (uint32_t member = at + 1; member < node->end; member = a->nodes[member].end)
        members += a->costs[member];
    if (node->kind == APL_NODE_COUNT)
        return COST_WALK + MEMBERS_COUNTED * members + (node->left ? COST_COMPUTE : 0) + operand_cost(node);
    return node->kind < APL_NODE_COUNT ? members : leaf_cost(node, plan);
}

static bool is_arranged(const arranging *a, uint32_t group)
{
    unsigned last = 0;

    for (uint32_t member = group + 1; member < a->nodes[group].end; member = a->nodes[member].end) {
        unsigned tier = tier_of(a->costs[member]);
        if (tier < last)
            return false;
        last = tier;
    }
    return true;
}

/* Puts the member that stood at `from`, with all below it, to `to`. */
static uint32_t move_member(const arranging *a, uint32_t from, uint32_t to)
{
    uint32_t end = a->nodes_before[from].end;

    for (uint32_t at = from; at < end; at++, to++) {
        a->nodes[to] = a->nodes_before[at];
        a->nodes[to].end = a->nodes_before[at].end - at + to;
        a->costs[to] = a->costs_before[at];
    }
    return to;
}

static void arrange_group(const arranging *a, uint32_t group)
{
    uint32_t end = a->nodes[group].end;
    uint32_t to = group + 1;
    size_t count = end - to;

    if (is_arranged(a, group))
        return;
    memcpy(a->nodes_before + to, a->nodes + to, count * sizeof *a->nodes);
    memcpy(a->costs_before + to, a->costs + to, count * sizeof *a->costs);
    for (unsigned tier = 0; tier < TIERS; tier++) {
        for (uint32_t member = group + 1; member < end; member = a->nodes_before[member].end) {
            if (tier_of(a->costs_before[member]) == tier)
                to = move_member(a, member, to);
        }
    }
}

void apl_nodes_arrange(apl_node *nodes, uint32_t count, const apl_plan *plan)
{
    arranging a = {.nodes = nodes};

    a.costs = apl_memory_new((count + 1) * sizeof *a.costs);
    a.nodes_before = apl_memory_new((count + 1) * sizeof *a.nodes_before);
    a.costs_before = apl_memory_new((count + 1) * sizeof *a.costs_before);
    for (uint32_t at = count; at > 0; at--) { /* what is inside comes before what is around it */
        a.costs[at - 1] = cost_of(&a, plan, at - 1);
        if (nodes[at - 1].kind <= APL_NODE_ANY)
            arrange_group(&a, at - 1);
    }
    apl_memory_free(a.costs);
    apl_memory_free(a.nodes_before);
    apl_memory_free(a.costs_before);
}
