/* condition/trace.c: the explanation of one evaluation.
 *
 * Leaves are noted as they are evaluated; when a group is complete, those of its members that did not decide are
 * cut out again (groups.h says which). Leaves inside a count are not noted: the count itself is the leaf. */
#include "condition/program.h"

/* A rule has at most 4,096 conditions; nobody reads more than this. */
#define TRACE_LEAVES_MAX 256

void apl_trace_init(apl_trace *trace, apl_arena *arena)
{
    memset(trace, 0, sizeof *trace);
    trace->arena = arena;
    trace->leaves_max = TRACE_LEAVES_MAX;
}

void apl_trace_free(apl_trace *trace)
{
    apl_memory_free(trace->leaves.items);
    memset(trace, 0, sizeof *trace);
}

static apl_str leaf_path(const apl_run *run, const apl_node *node)
{
    bool is_field = node->kind == APL_NODE_FIELD || (node->kind == APL_NODE_COUNT && node->left == NULL);
    apl_str path = APL_STR_NONE;

    if (is_field)
        path = apl_subject_path(run->eval->trace->arena, run->eval->subject, node->field);
    return path.size ? path : node->info->text;
}

static apl_value leaf_operand(const apl_run *run, const apl_node *node)
{
    apl_value operand = APL_MISSING;
    apl_run again = *run;

    if (node->right && apl_code_is_constant(node->right))
        return node->right->steps[0].constant;
    if (node->right == NULL || apl_code_eval(&operand, node->right, &again) != APL_OK)
        return APL_MISSING;
    return apl_value_copy(run->eval->trace->arena, operand);
}

void apl_trace_add(const apl_run *run, const apl_node *node, apl_value found, apl_truth outcome)
{
    apl_trace *trace = run->eval->trace;
    apl_trace_leaf leaf = {.outcome = outcome, .is_negated = (node->flags & APL_NODE_NEGATED) != 0};

    if (run->in_counts > 0 || trace->leaves.count >= trace->leaves_max)
        return;
    leaf.path = leaf_path(run, node);
    leaf.operator_name = node->info->operator_name;
    leaf.value = apl_value_copy(trace->arena, found);
    leaf.operand = leaf_operand(run, node);
    APL_PUSH(&trace->leaves, leaf);
}

void apl_trace_cut(apl_trace *trace, size_t from, size_t to)
{
    size_t behind = trace->leaves.count - to;

    if (from == to)
        return;
    memmove(trace->leaves.items + from, trace->leaves.items + to, behind * sizeof *trace->leaves.items);
    trace->leaves.count -= to - from;
}
