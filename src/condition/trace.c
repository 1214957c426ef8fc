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

/* What an expression calculates, as people write it: "[length(field('a.b'))]" is length(a.b). */
static apl_str calculation(apl_arena *arena, apl_str text)
{
    static const char call[] = "field('";
    apl_str rest = text;
    apl_text out;

    if (apl_str_starts(rest, APL_STR("[")) && apl_str_ends(rest, APL_STR("]")))
        rest = apl_str_slice(rest, 1, rest.size - 1);
    apl_text_init(&out, text.size + 1);
    for (long at = apl_str_find_nocase(rest, apl_str_from(call)); at >= 0;
         at = apl_str_find_nocase(rest, apl_str_from(call))) {
        apl_text_add(&out, apl_str_slice(rest, 0, (size_t)at));
        rest = apl_str_slice(rest, (size_t)at + sizeof call - 1, rest.size);
        long end = apl_str_find(rest, APL_STR("')"));
        if (end < 0)
            break;
        apl_text_add(&out, apl_str_slice(rest, 0, (size_t)end));
        rest = apl_str_slice(rest, (size_t)end + 2, rest.size);
    }
    apl_text_add(&out, rest);
    apl_str made = apl_arena_str(arena, apl_text_str(&out));
    apl_text_free(&out);
    return made;
}

static apl_str leaf_path(const apl_run *run, const apl_node *node)
{
    bool is_field = node->kind == APL_NODE_FIELD || (node->kind == APL_NODE_COUNT && node->left == NULL);
    apl_arena *arena = run->eval->trace->arena;
    apl_str path = APL_STR_NONE;

    if (is_field)
        path = apl_subject_path(arena, run->eval->subject, node->field);
    if (path.size)
        return path;
    return node->kind == APL_NODE_VALUE ? calculation(arena, node->info->text) : node->info->text;
}

static bool has_field(const apl_trace_leaf *leaf, apl_str path)
{
    for (unsigned i = 0; i < leaf->field_count; i++) {
        if (apl_str_equal(leaf->fields[i].path, path))
            return true;
    }
    return false;
}

/* The fields that an expression reads, each once, with what they hold. */
static void add_fields(apl_trace_leaf *leaf, const apl_run *run, const apl_code *code)
{
    const apl_subject *subject = apl_run_origin(run);
    apl_arena *arena = run->eval->trace->arena;
    apl_run again = *run;

    for (uint32_t i = 0; i < code->count && leaf->field_count < APL_TRACE_FIELDS_MAX; i++) {
        apl_field_id field = code->steps[i].field;
        apl_value value;
        if (code->steps[i].kind != APL_STEP_FIELD)
            continue;
        apl_str path = apl_subject_path(arena, subject, field);
        if (path.size == 0 || has_field(leaf, path))
            continue;
        if (!apl_subject_has_star(subject, field))
            value = apl_subject_value(subject, field);
        else if (apl_field_collect(&value, subject, field, &again) != APL_OK)
            continue;
        leaf->fields[leaf->field_count++] = (apl_trace_field){path, apl_value_copy(arena, value)};
    }
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
    leaf.is_calculated = node->kind == APL_NODE_VALUE;
    if (leaf.is_calculated && node->left)
        add_fields(&leaf, run, node->left);
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
