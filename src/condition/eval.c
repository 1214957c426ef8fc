/* condition/eval.c: evaluates a compiled condition on one subject.
 *
 * A walk over the nodes with two small stacks: the groups that are open, and the counts whose `where` is being asked of
 * one member after the other. Leaves without functions allocate nothing. The hot path is a field compared with a
 * literal; everything that is rare stands in a function of its own. */
#include "condition/groups.h"

#include "model/slot.h"

/* The documentation calls a missing array under [*] an empty collection, over which everything holds. Other evaluators
 * say false. docs/policy-language.md, "Missing arrays". */
#define MISSING_ARRAY_OUTCOME APL_TRUE

/* A count that is being evaluated. */
typedef struct open_count {
    uint32_t node;
    bool is_field;
    apl_walk walk;
    apl_scope scopes[APL_STARS_MAX];
    const apl_scope *scope_around;
    apl_value items; /* of a count over a value */
    uint32_t next;
    uint32_t holds; /* members for which the `where` is true */
    uint32_t open;  /* ... for which it is unread or an error */
    bool has_error;
} open_count;

typedef struct machine {
    apl_run *run;
    const apl_node *nodes;
    apl_group groups[APL_POLICY_DEPTH_MAX + 1];
    uint32_t depth;
    open_count *counts;   /* room for APL_COUNTS_NESTED_MAX */
    apl_kept_value *kept; /* room for APL_KEPT_MAX */
} machine;

apl_truth apl_run_failed(const apl_run *run)
{
    char *error = run->eval->error;

    if (error && error[0] == 0) {
        apl_str message = apl_str_from(apl_error_message());
        size_t size = message.size < APL_ERROR_BYTES_MAX ? message.size : APL_ERROR_BYTES_MAX - 1;
        memcpy(error, message.data, size);
        error[size] = 0;
    }
    return APL_TRUTH_ERROR;
}

/* ---- leaves ---- */

static apl_truth compare_computed(const apl_node *node, apl_value left, apl_value right)
{
    const char *fault = right.type == APL_VALUE_UNREAD ? NULL : apl_operand_fault((apl_operator)node->base, right);

    if (fault) {
        (void)apl_fail(APL_E_INPUT, "%.*s %s, not %s", APL_STR_ARG(node->info->operator_name), fault,
                       apl_value_type_name(right));
        return APL_TRUTH_ERROR;
    }
    if (left.type == APL_VALUE_INTEGER && right.type == APL_VALUE_INTEGER &&
        apl_operator_is_of_numbers((apl_operator)node->base))
        return apl_operand_meets_integer((apl_operator)node->base, left.integer, right.integer);
    return apl_operator_apply((apl_operator)node->base, left, right);
}

/* A location on the left, or an operand that was computed. */
static apl_truth compare_slow(const apl_node *node, apl_value left, apl_value right)
{
    char left_buffer[APL_LOCATION_TEXT_MAX];
    char right_buffer[APL_LOCATION_TEXT_MAX];

    if (node->flags & APL_NODE_IS_LOCATION) {
        left = apl_location_normalise(left_buffer, left);
        right = apl_location_normalise(right_buffer, right);
    }
    if (node->operand)
        return apl_operator_apply_prepared((apl_operator)node->base, left, node->operand);
    return compare_computed(node, left, right);
}

/* The outcome of the node's operator on `left`, where the operand is known and blanks count. */
static inline apl_truth compare_known(const apl_run *run, const apl_node *node, apl_value left)
{
    apl_truth truth = apl_operator_apply_fast((apl_operator)node->base, left, node->operand);

    if (truth == APL_TRUTH_ERROR)
        return apl_run_failed(run);
    return (node->flags & APL_NODE_NEGATIVE) ? apl_truth_not(truth) : truth;
}

/* The outcome of the node's operator on `left`; `right` is used when the operand is computed. */
static apl_truth compare(const apl_run *run, const apl_node *node, apl_value left, apl_value right)
{
    if (node->operand && (node->flags & APL_NODE_IS_LOCATION) == 0)
        return compare_known(run, node, left);
    apl_truth truth = compare_slow(node, left, right);
    if (truth == APL_TRUTH_ERROR)
        return apl_run_failed(run);
    return (node->flags & APL_NODE_NEGATIVE) ? apl_truth_not(truth) : truth;
}

/* The computed operand of a leaf; nothing when it is known. */
static apl_status right_side(apl_value *right, apl_run *run, const apl_node *node)
{
    *right = APL_MISSING;
    return node->operand ? APL_OK : apl_code_eval(right, node->right, run);
}

/* A field with [*] holds when it holds for all members. */
static apl_truth all_members(apl_run *run, const apl_node *node, apl_value right)
{
    apl_truth outcome = APL_TRUE;
    apl_value decisive = APL_MISSING;
    apl_value member;
    apl_walk walk;
    bool has_members = false;

    apl_walk_start(&walk, run->eval->subject, node->field, run->scope);
    while (outcome != APL_FALSE && apl_walk_next(&member, &walk)) {
        apl_truth truth = compare(run, node, member, right);
        if (!has_members || apl_truth_rank(truth, true) > apl_truth_rank(outcome, true)) {
            outcome = truth;
            decisive = member;
        }
        has_members = true;
        run->steps++;
    }
    if (outcome != APL_FALSE && walk.is_unread && outcome != APL_TRUTH_ERROR) {
        outcome = APL_TRUTH_UNREAD;
        decisive = APL_UNREAD;
    } else if (!has_members && walk.is_missing) {
        outcome = MISSING_ARRAY_OUTCOME;
    }
    if (run->eval->trace)
        apl_trace_add(run, node, decisive, outcome);
    return outcome;
}

/* What a condition inside a count looks at is counted with the members: a text by its words of sixteen bytes. */
static void note_size(apl_run *run, apl_value value)
{
    if (value.type == APL_VALUE_ARRAY || value.type == APL_VALUE_OBJECT)
        run->steps += value.size;
    else if (value.type == APL_VALUE_STRING)
        run->steps += value.size / 16;
}

static apl_truth eval_field(apl_run *run, const apl_node *node)
{
    const apl_subject *subject = run->eval->subject;
    apl_value right = APL_MISSING;

    if (node->operand == NULL && right_side(&right, run, node) != APL_OK)
        return apl_run_failed(run);
    if (apl_subject_has_star(subject, node->field))
        return all_members(run, node, right);
    apl_value left = apl_subject_value(subject, node->field);
    if (run->in_counts)
        note_size(run, left);
    apl_truth truth = compare(run, node, left, right);
    if (run->eval->trace)
        apl_trace_add(run, node, left, truth);
    return truth;
}

/* The two leaves of a narrowed condition; nobody explains those. */
static inline apl_truth eval_slot(apl_run *run, const apl_node *node)
{
    apl_value left = apl_slot_value(run->eval->subject->asset, node->binding);

    if (run->in_counts)
        note_size(run, left);
    return compare_known(run, node, left);
}

static apl_truth eval_member(apl_run *run, const apl_node *node)
{
    const apl_binding *binding = node->binding;
    apl_value left = run->current[node->level];

    for (uint32_t step = node->first_step; step < binding->step_count; step++)
        left = apl_value_get(left, binding->steps[step].key);
    run->steps++;
    if (binding->special == APL_FIELD_PATH)
        left = apl_slot_unread_or(run->eval->subject->asset, binding, left);
    return compare_known(run, node, left);
}

static apl_truth eval_field_named(apl_run *run, const apl_node *node)
{
    apl_value name;
    apl_value right;
    apl_value left = APL_UNREAD;
    apl_status status = apl_code_eval(&name, node->left, run);

    if (status == APL_OK)
        status = right_side(&right, run, node);
    if (status == APL_OK && name.type != APL_VALUE_UNREAD && name.type != APL_VALUE_STRING)
        status = apl_fail(APL_E_INPUT, "the name of a field must be a text, not %s", apl_value_type_name(name));
    if (status == APL_OK && name.type == APL_VALUE_STRING)
        status = apl_field_by_name(&left, node->named, apl_value_str(name), run->eval->subject);
    if (status != APL_OK)
        return apl_run_failed(run);
    apl_truth truth = compare(run, node, left, right);
    if (run->eval->trace)
        apl_trace_add(run, node, left, truth);
    return truth;
}

/* The left side of a value. Where a count stands inside of another, what needs the outer member alone is computed once
 * for all members of the inner one. */
static apl_status left_side(apl_value *left, apl_run *run, const apl_node *node)
{
    if ((node->flags & APL_NODE_IS_KEPT) == 0)
        return apl_code_eval(left, node->left, run);
    apl_kept_value *kept = &run->kept[node->kept];
    uint64_t member = node->level ? run->members[node->level - 1] : 1;
    apl_status status = APL_OK;
    if (kept->member != member)
        status = apl_code_eval(&kept->value, node->left, run);
    kept->member = status == APL_OK ? member : 0;
    *left = kept->value;
    return status;
}

static apl_truth eval_value(apl_run *run, const apl_node *node)
{
    apl_value left;
    apl_value right;
    apl_status status = left_side(&left, run, node);

    if (status == APL_OK)
        status = right_side(&right, run, node);
    apl_truth truth = status == APL_OK ? compare(run, node, left, right) : apl_run_failed(run);
    if (run->eval->trace)
        apl_trace_add(run, node, status == APL_OK ? left : APL_MISSING, truth);
    return truth;
}

static apl_truth eval_leaf(apl_run *run, const apl_node *node)
{
    switch ((apl_node_kind)node->kind) {
    case APL_NODE_FIELD:
        return eval_field(run, node);
    case APL_NODE_FIELD_NAMED:
        return eval_field_named(run, node);
    case APL_NODE_VALUE:
        return eval_value(run, node);
    case APL_NODE_TRUTH:
        if (run->eval->trace)
            apl_trace_add(run, node, node->left ? node->left->steps[0].constant : APL_MISSING, node->truth);
        return node->truth;
    case APL_NODE_SLOT:
        return eval_slot(run, node);
    case APL_NODE_MEMBER:
        return eval_member(run, node);
    case APL_NODE_ALL:
    case APL_NODE_ANY:
    case APL_NODE_NOT:
    case APL_NODE_COUNT:
        break;
    }
    return APL_TRUTH_ERROR;
}

/* ---- counts ---- */

/* While the `where` is asked of a member, each [*] on the way to it means that member's place. */
static void bind_member(apl_run *run, open_count *count)
{
    const apl_scope *outer = count->scope_around;

    for (uint8_t i = 0; i < count->walk.depth; i++) {
        count->scopes[i] = (apl_scope){outer, count->walk.ids[i], count->walk.indexes[i], count->walk.edge};
        outer = &count->scopes[i];
    }
    run->scope = outer;
}

/* The next member, made the current one; false behind the last. */
static bool next_member(apl_run *run, open_count *count, const apl_node *node)
{
    apl_value member;

    if (count->is_field) {
        if (!apl_walk_next(&member, &count->walk))
            return false;
        bind_member(run, count);
    } else {
        if (count->next == count->items.size)
            return false;
        member = count->items.items[count->next++];
    }
    run->current[node->level] = member;
    run->members[node->level] = ++run->member_count;
    run->steps++;
    return true;
}

static apl_status begin_value_count(apl_run *run, open_count *count, const apl_node *node)
{
    apl_status status = apl_code_eval(&count->items, node->left, run);

    if (status != APL_OK)
        return status;
    if (count->items.type == APL_VALUE_NULL || count->items.type == APL_VALUE_UNREAD)
        return APL_OK;
    if (count->items.type != APL_VALUE_ARRAY)
        return apl_fail(APL_E_INPUT, "a count needs an array, not %s", apl_value_type_name(count->items));
    return APL_OK;
}

static apl_status begin_count(apl_run *run, open_count *count, const apl_node *node)
{
    count->is_field = node->left == NULL;
    count->scope_around = run->scope;
    count->next = 0;
    count->holds = 0;
    count->open = 0;
    count->has_error = false;
    if (!count->is_field)
        return begin_value_count(run, count, node);
    apl_walk_start(&count->walk, run->eval->subject, node->field, run->scope);
    count->items = APL_NULL;
    if (!apl_subject_has_star(run->eval->subject, node->field)) {
        count->walk.is_unread = apl_subject_value(run->eval->subject, node->field).type == APL_VALUE_UNREAD;
        count->is_field = false; /* no array here: nothing to count */
    }
    return APL_OK;
}

/* The comparison for every number of members that the count may have. */
static apl_truth compare_count(apl_run *run, const apl_node *node, const open_count *count, apl_value right)
{
    bool is_endless = count->items.type == APL_VALUE_UNREAD || (node->left == NULL && count->walk.is_unread);
    uint64_t most = is_endless ? UINT32_MAX : (uint64_t)count->holds + count->open;
    apl_truth open = count->has_error ? APL_TRUTH_ERROR : APL_TRUTH_UNREAD;
    apl_truth first = compare(run, node, apl_value_integer(count->holds), right);

    if (most == count->holds || first > APL_TRUE)
        return first;
    if (node->base >= APL_OP_LESS && node->base <= APL_OP_GREATER_OR_EQUALS) /* one change of outcome at most */
        return compare(run, node, apl_value_integer((int64_t)most), right) == first ? first : open;
    if (node->base != APL_OP_EQUALS)
        return open;
    bool is_number = node->operand && node->operand->value.type == APL_VALUE_INTEGER;
    bool may_equal = !is_number || (node->operand->value.integer >= (int64_t)count->holds &&
                                    node->operand->value.integer <= (int64_t)most);
    return may_equal ? open : first;
}

static apl_truth end_count(apl_run *run, const apl_node *node, const open_count *count)
{
    apl_value right;

    run->scope = count->scope_around;
    if (right_side(&right, run, node) != APL_OK)
        return apl_run_failed(run);
    apl_truth truth = compare_count(run, node, count, right);
    if (run->eval->trace)
        apl_trace_add(run, node, apl_value_integer(count->holds), truth);
    return truth;
}

/* Takes the outcome of the `where` for the present member. */
static void take_member(open_count *count, apl_truth truth)
{
    count->holds += truth == APL_TRUE;
    count->open += truth > APL_TRUE;
    count->has_error |= truth == APL_TRUTH_ERROR;
}

static bool is_decided(const apl_run *run, const apl_node *node, const open_count *count)
{
    return node->stop_at && count->holds >= node->stop_at && run->eval->trace == NULL;
}

/* A count without `where`: all members count. */
static apl_truth count_all(apl_run *run, const apl_node *node, open_count *count)
{
    while (!is_decided(run, node, count) && next_member(run, count, node))
        take_member(count, APL_TRUE);
    return end_count(run, node, count);
}

/* ---- the walk ---- */

/* Starts a count. True when its `where` is to be asked now; else *truth is its outcome. */
static bool enter_count(machine *m, uint32_t at, apl_truth *truth)
{
    const apl_node *node = &m->nodes[at];
    apl_run *run = m->run;
    open_count *count = &m->counts[run->in_counts];

    count->node = at;
    if (begin_count(run, count, node) != APL_OK) {
        *truth = apl_run_failed(run);
        if (run->eval->trace)
            apl_trace_add(run, node, APL_MISSING, *truth);
        return false;
    }
    if (node->end == at + 1) {
        *truth = count_all(run, node, count);
        return false;
    }
    if (!next_member(run, count, node)) {
        *truth = end_count(run, node, count);
        return false;
    }
    run->in_counts++;
    return true;
}

/* The `where` of the innermost count gave *truth for one member. True when the count is complete. */
static bool leave_member(machine *m, const apl_node *node, apl_truth *truth)
{
    apl_run *run = m->run;
    open_count *count = &m->counts[run->in_counts - 1];

    take_member(count, *truth);
    if (run->steps > APL_COUNT_STEPS_MAX) {
        (void)apl_fail(APL_E_LIMIT, "the counts look at more than %u members", APL_COUNT_STEPS_MAX);
        run->in_counts--;
        run->scope = count->scope_around;
        *truth = apl_run_failed(run);
        return true;
    }
    if (!is_decided(run, node, count) && next_member(run, count, node))
        return false;
    run->in_counts--;
    *truth = end_count(run, node, count);
    return true;
}

/* The leaves of members that did not decide are left out of the explanation. */
static void keep_decisive(apl_trace *trace, apl_group *group, apl_truth truth)
{
    bool is_all = group->kind == APL_NODE_ALL;
    int rank = apl_truth_rank(truth, is_all);
    int before = apl_truth_rank((apl_truth)group->truth, is_all);

    if (group->kind == APL_NODE_NOT)
        return;
    if (rank > before)
        apl_trace_cut(trace, group->leaves, group->member);
    else if (rank < before)
        apl_trace_cut(trace, group->member, trace->leaves.count);
    group->member = (uint32_t)trace->leaves.count;
}

/* Hands the outcome of the nodes before `next` to what is open around them. True when nothing is left open; else *next
 * is the node to go on with. */
static bool ascend(machine *m, apl_truth *truth, uint32_t *next)
{
    apl_trace *trace = m->run->eval->trace;

    while (m->depth > 0) {
        apl_group *group = &m->groups[m->depth - 1];
        const apl_node *node = &m->nodes[group->node];
        bool is_complete = false;
        if (group->kind == APL_NODE_COUNT) {
            is_complete = leave_member(m, node, truth);
            if (!is_complete)
                *next = group->node + 1;
        } else {
            if (trace && m->run->in_counts == 0)
                keep_decisive(trace, group, *truth);
            is_complete = apl_group_take(group, truth, m->nodes, *next);
        }
        if (!is_complete)
            return false;
        *next = node->end;
        m->depth--;
    }
    return true;
}

static void open_group(machine *m, uint32_t at)
{
    apl_trace *trace = m->run->eval->trace;
    apl_group group = apl_group_begin(m->nodes, at);

    if (trace) {
        group.leaves = (uint32_t)trace->leaves.count;
        group.member = group.leaves;
    }
    APL_ASSERT(m->depth <= APL_POLICY_DEPTH_MAX);
    m->groups[m->depth++] = group;
}

static apl_truth eval_nodes(machine *m)
{
    uint32_t at = 0;
    apl_truth truth = APL_TRUTH_ERROR;

    for (;;) {
        const apl_node *node = &m->nodes[at];
        if (node->kind <= APL_NODE_NOT) {
            open_group(m, at++);
            continue;
        }
        if (node->kind == APL_NODE_COUNT) {
            if (enter_count(m, at, &truth)) {
                open_group(m, at++);
                continue;
            }
        } else {
            truth = eval_leaf(m->run, node);
        }
        at = node->end;
        if (ascend(m, &truth, &at))
            return truth;
    }
}

/* The walk from leaf to leaf met an outcome that only groups can weigh. */
#define NODE_OPEN (APL_NODE_EXIT_FALSE - 1)

/* Hands the end of the whole, or of the `where` of the innermost count, to what is around. The node to go on with, an
 * exit of the whole, or NODE_OPEN. */
static uint32_t leave_where(machine *m, uint32_t next)
{
    while (next >= APL_NODE_EXIT_FALSE && m->run->in_counts > 0) {
        uint32_t at = m->counts[m->run->in_counts - 1].node;
        apl_truth truth = next == APL_NODE_EXIT_TRUE ? APL_TRUE : APL_FALSE;
        if (!leave_member(m, &m->nodes[at], &truth))
            return apl_node_first(m->nodes, at + 1);
        if (truth > APL_TRUE)
            return NODE_OPEN;
        next = m->nodes[at].next[truth];
    }
    return next;
}

/* Narrowed conditions go from leaf to leaf as long as each is true or false. The first that is neither ends that:
 * groups weigh those, so that the whole is asked again group by group. */
static apl_truth eval_linked(machine *m)
{
    uint32_t at = apl_node_first(m->nodes, 0);
    apl_truth truth = APL_TRUTH_ERROR;

    for (;;) {
        const apl_node *node = &m->nodes[at];
        if (node->kind == APL_NODE_SLOT) { /* most are */
            truth = eval_slot(m->run, node);
        } else if (node->kind != APL_NODE_COUNT) {
            truth = eval_leaf(m->run, node);
        } else if (enter_count(m, at, &truth)) {
            at = apl_node_first(m->nodes, at + 1);
            continue;
        }
        if (truth > APL_TRUE)
            return APL_TRUTH_UNREAD;
        at = node->next[truth];
        if (at >= APL_NODE_EXIT_FALSE)
            at = leave_where(m, at);
        if (at == NODE_OPEN)
            return APL_TRUTH_UNREAD;
        if (at >= APL_NODE_EXIT_FALSE)
            return at == APL_NODE_EXIT_TRUE ? APL_TRUE : APL_FALSE;
    }
}

static void forget_kept(machine *m)
{
    for (size_t i = 0; m->kept && i < APL_KEPT_MAX; i++)
        m->kept[i].member = 0;
    m->run->kept = m->kept;
}

/* Groups weigh what was not read and what fails; a narrowed condition needs them only then. */
static apl_truth eval_machine(machine *m, const apl_condition *condition)
{
    if (condition->only_plan) {
        apl_truth truth = eval_linked(m);
        if (truth <= APL_TRUE)
            return truth;
        apl_run_start(m->run, m->run->eval, m->run->arena);
        forget_kept(m);
    }
    return eval_nodes(m);
}

static apl_truth eval_with_counts(apl_run *run, const apl_condition *condition)
{
    open_count counts[APL_COUNTS_NESTED_MAX];
    apl_kept_value kept[APL_KEPT_MAX];
    machine m;

    m.run = run;
    m.nodes = condition->nodes;
    m.depth = 0;
    m.counts = counts;
    m.kept = kept;
    forget_kept(&m);
    return eval_machine(&m, condition);
}

static apl_truth eval_without_counts(apl_run *run, const apl_condition *condition)
{
    machine m;

    m.run = run;
    m.nodes = condition->nodes;
    m.depth = 0;
    m.counts = NULL;
    m.kept = NULL;
    return eval_machine(&m, condition);
}

static apl_truth eval_condition(const apl_condition *condition, const apl_eval *eval)
{
    apl_run run;

    apl_run_start(&run, eval, eval->arena);
    if (eval->error)
        eval->error[0] = 0;
    return condition->has_counts ? eval_with_counts(&run, condition) : eval_without_counts(&run, condition);
}

apl_truth apl_condition_eval(const apl_condition *condition, const apl_eval *eval)
{
    if (condition->only_plan == NULL)
        return eval_condition(condition, eval);
    APL_ASSERT(condition->only_plan == eval->subject->plan && condition->only_now == eval->now && !eval->trace);
    apl_truth truth = eval_condition(condition, eval);
    /* Which function fails first, and what the limit of counts cuts off, is said in the order of the author. */
    return truth == APL_TRUTH_ERROR ? eval_condition(condition->whole, eval) : truth;
}
