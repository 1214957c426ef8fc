/* condition/narrow.c: a condition for the subjects of one type alone.
 *
 * A scan asks each rule about many assets of the same type, so what the type decides is decided once: conditions on
 * `type` go, groups that they decide or leave with one member go with them, a field becomes the slot that the plan of
 * the type gives it, and what is computed from the time of the scan becomes a constant. Then the cheap members of a
 * group are put first.
 *
 * Leaving a group out needs its outcome to be sure, whatever was not read or fails: false in an allOf and true in an
 * anyOf beat both. The outcome of the whole is therefore the same as before, which a property test holds against random
 * conditions. Nothing here is explained: explanations ask the condition as it was written. */
#include "condition/groups.h"

#include "base/limits.h"
#include "model/type_plan.h"

/* A group or the `where` of a count whose members are being looked at. */
typedef struct open_part {
    uint32_t from;    /* the node in the condition */
    uint32_t to;      /* the node that was made for it */
    uint32_t members; /* made so far */
} open_part;

typedef struct narrowing {
    const apl_node *from;
    const apl_plan *plan;
    const apl_narrow *options;
    apl_node *to;
    uint32_t count;
    open_part open[APL_POLICY_DEPTH_MAX + 1];
    uint32_t depth;
} narrowing;

/* What is not decided by the type. */
#define STAYS APL_TRUTH_UNREAD

static const apl_binding *binding_of(const narrowing *n, const apl_node *node)
{
    return node->field < n->plan->field_count ? &n->plan->bindings[node->field] : NULL;
}

/* The operators that see the type as it is compared everywhere, without regard to case. */
static bool ignores_case(uint8_t base)
{
    return base == APL_OP_EQUALS || base == APL_OP_IN || base == APL_OP_LIKE || base == APL_OP_CONTAINS;
}

static apl_truth decide(const narrowing *n, const apl_node *node)
{
    const apl_binding *binding = binding_of(n, node);

    if (node->kind == APL_NODE_TRUTH)
        return node->truth == APL_TRUTH_ERROR ? STAYS : node->truth;
    if (node->kind != APL_NODE_FIELD || node->operand == NULL || binding == NULL || n->plan->type.size == 0 ||
        binding->special != APL_FIELD_TYPE || !ignores_case(node->base))
        return STAYS;
    apl_truth truth =
        apl_operator_apply_prepared((apl_operator)node->base, apl_value_string(n->plan->type), node->operand);
    return (node->flags & APL_NODE_NEGATIVE) ? apl_truth_not(truth) : truth;
}

/* Whether the members of the binding are what a count over `counted` makes the present one, and what lies below it. */
static bool is_below(const apl_binding *binding, const apl_binding *counted, uint16_t star)
{
    uint16_t last = (uint16_t)(counted->step_count - 1);

    return counted->step_count && counted->steps[last].key.data == NULL &&
           counted->steps[last].array == binding->steps[star].array && counted->special == binding->special &&
           counted->slot == binding->slot && counted->fact == binding->fact;
}

/* Inside a count over the array that the field goes through, the field is found from the member that is being counted.
 */
static void narrow_member(const narrowing *n, apl_node *node, const apl_binding *binding)
{
    uint16_t star = binding->step_count;

    while (star > 0 && binding->steps[star - 1].key.data)
        star--;
    if (star == 0 || binding->special == APL_FIELD_OPEN_PORTS) /* ports may be known in part, which the walk tells */
        return;
    for (uint32_t depth = n->depth; depth > 0; depth--) {
        const apl_node *count = &n->from[n->open[depth - 1].from];
        const apl_binding *counted = count->kind == APL_NODE_COUNT && count->left == NULL ? binding_of(n, count) : NULL;
        if (counted == NULL || !is_below(binding, counted, (uint16_t)(star - 1)))
            continue;
        node->kind = APL_NODE_MEMBER;
        node->level = count->level;
        node->first_step = star;
        node->binding = binding;
        return;
    }
}

/* Whether the value needs nothing but the time. */
static bool is_of_time(const apl_code *code)
{
    for (uint32_t i = 0; i < code->count; i++) {
        const apl_code_step *step = &code->steps[i];
        bool is_call = step->kind == APL_STEP_CALL;
        bool is_context = is_call && (step->function->flags & APL_FUNCTION_CONTEXT) != 0;
        if (is_context ? strcmp(step->function->name, "utcNow") != 0 : !is_call && step->kind != APL_STEP_CONSTANT)
            return false;
    }
    return true;
}

/* addDays(utcNow(), -90) is the same date for all assets of a scan. One that fails stays, to fail where it is met. */
static void fix_time(const narrowing *n, apl_node *node)
{
    apl_eval eval = {.arena = n->options->arena, .now = n->options->now};
    apl_value value;
    apl_run run;

    if (node->operand || (node->flags & (APL_NODE_IS_TYPE | APL_NODE_IS_LOCATION)) || !is_of_time(node->right))
        return;
    apl_run_start(&run, &eval, n->options->arena);
    if (apl_code_eval(&value, node->right, &run) != APL_OK || apl_operand_fault((apl_operator)node->base, value))
        return;
    apl_operand *operand = APL_ARENA_NEW(n->options->arena, apl_operand);
    apl_operand_prepare(operand, n->options->arena, (apl_operator)node->base, value);
    node->operand = operand;
}

static void narrow_leaf(const narrowing *n, apl_node *node)
{
    const apl_binding *binding = binding_of(n, node);

    if (node->kind == APL_NODE_FIELD || node->kind == APL_NODE_VALUE)
        fix_time(n, node);

    if (node->kind != APL_NODE_FIELD || node->operand == NULL || binding == NULL ||
        (node->flags & APL_NODE_IS_LOCATION))
        return;
    if (binding->step_count) {
        narrow_member(n, node, binding);
        return;
    }
    if (binding->special != APL_FIELD_PATH || binding->slot == APL_NO_SLOT)
        return;
    node->kind = APL_NODE_SLOT;
    node->binding = binding;
}

static uint32_t add(narrowing *n, const apl_node *node)
{
    n->to[n->count] = *node;
    n->to[n->count].end = n->count + 1;
    return n->count++;
}

static void open_part_at(narrowing *n, uint32_t from)
{
    open_part part = {.from = from, .to = add(n, &n->from[from])};

    APL_ASSERT(n->depth <= APL_POLICY_DEPTH_MAX);
    n->open[n->depth++] = part;
}

/* Takes the node at `at` out and keeps what stands behind it. */
static void unwrap(narrowing *n, uint32_t at)
{
    n->count--;
    for (uint32_t i = at; i < n->count; i++) {
        n->to[i] = n->to[i + 1];
        n->to[i].end--;
    }
}

/* The members of the innermost part are done. Gives what is known of it. */
static apl_truth close_part(narrowing *n, apl_truth last)
{
    static const apl_node_info nothing = {{"", 0}, {"", 0}};
    open_part *part = &n->open[n->depth - 1];
    uint8_t kind = n->from[part->from].kind;

    if (kind == APL_NODE_COUNT && last != STAYS) /* how many members there are still counts */
        (void)add(n, &(apl_node){.kind = APL_NODE_TRUTH, .truth = last, .info = &nothing});
    n->to[part->to].end = n->count;
    if (kind == APL_NODE_COUNT)
        return STAYS;
    if (kind == APL_NODE_NOT && last != STAYS) {
        n->count = part->to;
        return apl_truth_not(last);
    }
    if (kind == APL_NODE_NOT)
        return STAYS;
    if (part->members == 0) {
        n->count = part->to;
        return kind == APL_NODE_ALL ? APL_TRUE : APL_FALSE;
    }
    if (part->members == 1)
        unwrap(n, part->to);
    return STAYS;
}

/* Hands what is known of the nodes before *next to the parts around them. False when nothing is left open. */
static bool ascend(narrowing *n, apl_truth *known, uint32_t *next)
{
    while (n->depth) {
        open_part *part = &n->open[n->depth - 1];
        const apl_node *node = &n->from[part->from];
        bool is_list = node->kind == APL_NODE_ALL || node->kind == APL_NODE_ANY;
        apl_truth decisive = node->kind == APL_NODE_ALL ? APL_FALSE : APL_TRUE;
        if (is_list && *known == decisive) {
            n->count = part->to;
            *next = node->end;
        } else {
            part->members += *known == STAYS;
            if (*next < node->end)
                return true;
            *known = close_part(n, *known);
        }
        n->depth--;
    }
    return false;
}

static void narrow_nodes(narrowing *n)
{
    uint32_t at = 0;
    apl_truth known = STAYS;

    do {
        const apl_node *node = &n->from[at];
        if (node->kind <= APL_NODE_NOT || (node->kind == APL_NODE_COUNT && node->end > at + 1)) {
            open_part_at(n, at++);
            continue;
        }
        known = decide(n, node);
        if (known == STAYS)
            narrow_leaf(n, &n->to[add(n, node)]);
        at = node->end;
        if (!ascend(n, &known, &at))
            break;
    } while (true);
    if (known != STAYS)
        (void)add(n, &(apl_node){.kind = APL_NODE_TRUTH, .truth = known});
}

/* ---- The way from leaf to leaf ---- */

/* Where evaluation goes on when node `at` is `truth`; `around` are the groups and counts that it stands in. */
static uint32_t next_of(const apl_node *nodes, const uint32_t *around, uint32_t depth, uint32_t at, bool truth)
{
    for (; depth > 0; at = around[--depth]) {
        const apl_node *group = &nodes[around[depth - 1]];
        bool is_all = group->kind == APL_NODE_ALL;
        if (group->kind == APL_NODE_COUNT)
            break;
        if (group->kind == APL_NODE_NOT)
            truth = !truth;
        else if (truth == is_all && nodes[at].end < group->end)
            return apl_node_first(nodes, nodes[at].end);
    }
    return truth ? APL_NODE_EXIT_TRUE : APL_NODE_EXIT_FALSE;
}

/* While everything was read and no function fails, groups need not be looked at: each leaf knows what comes next. */
static void link_leaves(apl_node *nodes, uint32_t count)
{
    uint32_t around[APL_POLICY_DEPTH_MAX + 1];
    uint32_t depth = 0;

    for (uint32_t at = 0; at < count; at++) {
        while (depth > 0 && at >= nodes[around[depth - 1]].end)
            depth--;
        if (nodes[at].kind > APL_NODE_NOT) {
            nodes[at].next[APL_FALSE] = next_of(nodes, around, depth, at, false);
            nodes[at].next[APL_TRUE] = next_of(nodes, around, depth, at, true);
        }
        if (nodes[at].end > at + 1) {
            APL_ASSERT(depth <= APL_POLICY_DEPTH_MAX);
            around[depth++] = at;
        }
    }
}

const apl_condition *apl_condition_narrow(const apl_condition *condition, const apl_narrow *options)
{
    apl_condition *narrowed = APL_ARENA_NEW(options->arena, apl_condition);
    narrowing n = {.from = condition->nodes, .plan = options->plan, .options = options};

    n.to = APL_ARENA_ARRAY(options->arena, apl_node, condition->count + 1);
    narrow_nodes(&n);
    apl_nodes_arrange(n.to, n.count, options->plan);
    link_leaves(n.to, n.count);
    *narrowed = *condition;
    narrowed->nodes = n.to;
    narrowed->count = n.count;
    narrowed->whole = condition;
    narrowed->only_plan = options->plan;
    narrowed->only_now = options->now;
    narrowed->has_counts = false;
    for (uint32_t i = 0; i < n.count; i++)
        narrowed->has_counts |= n.to[i].kind == APL_NODE_COUNT;
    return narrowed;
}
