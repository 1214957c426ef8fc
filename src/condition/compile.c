/* condition/compile.c: from the JSON of a condition to its nodes.
 *
 * Groups and the `where` of counts that are open stand on a stack of at most APL_POLICY_DEPTH_MAX; each condition gives
 * one node, in the order of the rule. What is wrong becomes a node that is an error, so that the rest is still
 * looked at. */
#include "condition/compiler.h"

/* A group, or the count whose `where` is being compiled. */
typedef struct open_group {
    uint32_t node;
    apl_value members; /* an array, or the one condition */
    uint32_t count;
    uint32_t next;
    size_t step_count; /* of the report path at its members */
    bool is_negated;
    bool is_count;
    bool is_list;
} open_group;

typedef struct building {
    apl_compiler *compiler;
    open_group open[APL_POLICY_DEPTH_MAX];
    uint32_t depth;
} building;

static uint32_t add_node(apl_compiler *compiler, apl_node node)
{
    APL_PUSH(&compiler->nodes, node);
    compiler->nodes.items[compiler->nodes.count - 1].end = (uint32_t)compiler->nodes.count;
    return (uint32_t)compiler->nodes.count - 1;
}

static void add_truth(apl_compiler *compiler, apl_truth truth)
{
    static const apl_node_info nothing = {{"", 0}, {"", 0}};

    (void)add_node(compiler, (apl_node){.kind = APL_NODE_TRUTH, .truth = truth, .info = &nothing});
}

static bool push_group(building *b, open_group group)
{
    if (b->depth == APL_POLICY_DEPTH_MAX) {
        apl_report_message(b->compiler, &(apl_report){APL_MESSAGE_ERROR, APL_E_LIMIT, APL_STR_NONE},
                           "conditions nest more than %d deep", APL_POLICY_DEPTH_MAX);
        return false;
    }
    group.step_count = b->compiler->step_count;
    b->open[b->depth++] = group;
    return true;
}

static void begin_group(building *b, const apl_condition_parts *parts, bool is_negated)
{
    apl_compiler *compiler = b->compiler;
    open_group group = {.members = parts->members, .count = 1, .is_negated = is_negated};

    apl_report_into(compiler, parts->group_key);
    if (parts->group == APL_NODE_NOT) {
        group.is_negated = !is_negated;
    } else {
        group.is_list = true;
        group.count = parts->members.size;
        if (parts->members.type != APL_VALUE_ARRAY) {
            apl_report_error(compiler, "%.*s needs an array of conditions, not %s", APL_STR_ARG(parts->group_key),
                             apl_value_type_name(parts->members));
            add_truth(compiler, APL_TRUTH_ERROR);
            return;
        }
        if (group.count == 0) {
            apl_report_warning(compiler, "%.*s without conditions is always %s", APL_STR_ARG(parts->group_key),
                               parts->group == APL_NODE_ALL ? "true" : "false");
            add_truth(compiler, parts->group == APL_NODE_ALL ? APL_TRUE : APL_FALSE);
            return;
        }
    }
    group.node = (uint32_t)compiler->nodes.count;
    if (!push_group(b, group)) {
        add_truth(compiler, APL_TRUTH_ERROR);
        return;
    }
    apl_node node = {.kind = (uint8_t)parts->group, .flags = is_negated ? APL_NODE_NEGATED : 0};
    (void)add_node(compiler, node);
}

static void begin_leaf(building *b, const apl_condition_parts *parts, bool is_negated)
{
    apl_compiler *compiler = b->compiler;
    apl_node node = {.flags = is_negated ? APL_NODE_NEGATED : 0};
    apl_value where;

    if (!apl_leaf_compile(&node, &where, compiler, parts)) {
        add_truth(compiler, APL_TRUTH_ERROR);
        return;
    }
    uint32_t at = add_node(compiler, node);
    if (where.type == APL_VALUE_MISSING)
        return;
    apl_report_into(compiler, APL_STR("count"));
    apl_report_into(compiler, APL_STR("where"));
    if (!push_group(b, (open_group){.node = at, .members = where, .count = 1, .is_count = true}))
        compiler->count_depth--;
}

static void begin(building *b, apl_value json, bool is_negated)
{
    apl_compiler *compiler = b->compiler;
    apl_condition_parts parts;

    if (++compiler->conditions > APL_POLICY_CONDITIONS_MAX) {
        if (compiler->conditions == APL_POLICY_CONDITIONS_MAX + 1)
            apl_report_message(compiler, &(apl_report){APL_MESSAGE_ERROR, APL_E_LIMIT, APL_STR_NONE},
                               "the rule has more than %d conditions", APL_POLICY_CONDITIONS_MAX);
        add_truth(compiler, APL_TRUTH_ERROR);
        return;
    }
    if (!apl_condition_take_apart(&parts, compiler, json))
        add_truth(compiler, APL_TRUTH_ERROR);
    else if (parts.group_key.data)
        begin_group(b, &parts, is_negated);
    else
        begin_leaf(b, &parts, is_negated);
}

/* Takes the next member of the innermost open group, or closes that. */
static void advance(building *b)
{
    apl_compiler *compiler = b->compiler;
    open_group *group = &b->open[b->depth - 1];

    compiler->step_count = group->step_count;
    if (group->next == group->count) {
        compiler->nodes.items[group->node].end = (uint32_t)compiler->nodes.count;
        compiler->count_depth -= group->is_count;
        b->depth--;
        return;
    }
    apl_value json = group->members;
    if (group->is_list) {
        apl_report_into_index(compiler, group->next);
        json = group->members.items[group->next];
    }
    group->next++;
    begin(b, json, group->is_negated);
}

/* What the whole is made of, for applicability. Leaves inside a count say nothing about the resource. */
static void summarise(apl_condition *condition)
{
    for (uint32_t i = 0; i < condition->count; i++) {
        condition->has_location |= (condition->nodes[i].flags & APL_NODE_IS_LOCATION) != 0;
        condition->has_counts |= condition->nodes[i].kind == APL_NODE_COUNT;
    }
    for (uint32_t i = 0; i < condition->count;) {
        const apl_node *node = &condition->nodes[i];
        bool is_group = node->kind <= APL_NODE_NOT;
        bool is_fact = (node->flags & (APL_NODE_IS_TYPE | APL_NODE_IS_NAME | APL_NODE_IS_KIND)) != 0;
        condition->has_type |= (node->flags & APL_NODE_IS_TYPE) != 0;
        condition->has_other |= !is_group && !is_fact;
        i = is_group ? i + 1 : node->end;
    }
}

static void warn_of_plain_paths(apl_compiler *compiler)
{
    size_t count = compiler->is_about_azure ? compiler->plain_paths.count : 0;

    for (size_t i = 0; i < count && compiler->options->on_message; i++) {
        apl_message message = {APL_MESSAGE_WARNING, compiler->plain_paths.items[i].path, APL_STR_NONE, APL_STR_NONE};
        message.text =
            apl_arena_format(compiler->arena, "'%.*s' is no alias; Azure would refuse it, here it is read as a path",
                             APL_STR_ARG(compiler->plain_paths.items[i].name));
        compiler->options->on_message(compiler->options->on_message_context, &message);
    }
}

apl_status apl_condition_compile(apl_condition **out, const apl_compile *compile, apl_value json)
{
    apl_compiler *compiler = apl_memory_grow(NULL, sizeof *compiler);
    building *b = apl_memory_grow(NULL, sizeof *b);

    *out = NULL;
    apl_compiler_start(compiler, compile);
    b->compiler = compiler;
    b->depth = 0;
    begin(b, json, false);
    while (b->depth)
        advance(b);
    if (compiler->status == APL_OK) {
        apl_condition *condition = APL_ARENA_NEW(compile->arena, apl_condition);
        apl_node *nodes = APL_ARENA_ARRAY(compile->arena, apl_node, compiler->nodes.count);
        memcpy(nodes, compiler->nodes.items, compiler->nodes.count * sizeof *nodes);
        condition->nodes = nodes;
        condition->count = (uint32_t)compiler->nodes.count;
        condition->is_derived = compiler->is_derived;
        summarise(condition);
        warn_of_plain_paths(compiler);
        *out = condition;
    }
    apl_status status = apl_compiler_finish(compiler);
    apl_memory_free(compiler);
    apl_memory_free(b);
    return status;
}

bool apl_condition_is_derived(const apl_condition *condition)
{
    return condition->is_derived;
}
