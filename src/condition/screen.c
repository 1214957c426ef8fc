/* condition/screen.c: what a condition says before all of the resource is looked at.
 *
 * With only the type known: can a resource of this type meet it at all (the type index of the scan). And whether
 * a policy is applicable to a resource, which is not whether its rule holds: Microsoft, "Azure Policy applicability
 * logic". Counts are leaves here; their `where` is not entered. */
#include "condition/groups.h"

typedef struct screening {
    const apl_condition *condition;
    apl_str type;         /* screening by type */
    const apl_eval *eval; /* applicability */
    bool considers_name_and_kind;
} screening;

typedef apl_truth (*leaf_outcome)(const screening *asked, const apl_node *node);

static apl_truth ask(const screening *asked, leaf_outcome outcome)
{
    const apl_node *nodes = asked->condition->nodes;
    apl_group groups[APL_POLICY_DEPTH_MAX + 1];
    uint32_t depth = 0;
    uint32_t at = 0;

    for (;;) {
        if (nodes[at].kind <= APL_NODE_NOT) {
            groups[depth++] = apl_group_begin(nodes, at);
            at++;
            continue;
        }
        apl_truth truth = outcome(asked, &nodes[at]);
        at = nodes[at].end;
        while (depth > 0 && apl_group_take(&groups[depth - 1], &truth, nodes, at))
            at = nodes[groups[--depth].node].end;
        if (depth == 0)
            return truth;
    }
}

static apl_truth negate_if_negative(const apl_node *node, apl_truth truth)
{
    return (node->flags & APL_NODE_NEGATIVE) ? apl_truth_not(truth) : truth;
}

static apl_truth by_type(const screening *asked, const apl_node *node)
{
    if (node->kind == APL_NODE_TRUTH)
        return node->truth == APL_TRUTH_ERROR ? APL_TRUTH_UNREAD : node->truth;
    if ((node->flags & APL_NODE_IS_TYPE) == 0 || node->operand == NULL)
        return APL_TRUTH_UNREAD;
    apl_truth truth =
        apl_operator_apply_prepared((apl_operator)node->base, apl_value_string(asked->type), node->operand);
    return truth == APL_TRUTH_ERROR ? APL_TRUTH_UNREAD : negate_if_negative(node, truth);
}

apl_truth apl_condition_screen_type(const apl_condition *condition, apl_str type)
{
    screening asked = {.condition = condition, .type = type};

    return ask(&asked, by_type);
}

static apl_truth neutral_of(const apl_node *node)
{
    return (node->flags & APL_NODE_NEGATED) ? APL_FALSE : APL_TRUE;
}

/* Type, name and kind are looked at; everything else holds, below a negation it does not. */
static apl_truth by_facts(const screening *asked, const apl_node *node)
{
    bool counts = (node->flags & APL_NODE_IS_TYPE) != 0;

    if (asked->considers_name_and_kind)
        counts |= (node->flags & (APL_NODE_IS_NAME | APL_NODE_IS_KIND)) != 0;
    if (!counts || node->operand == NULL)
        return neutral_of(node);
    apl_value left = apl_subject_value(asked->eval->subject, node->field);
    apl_truth truth = apl_operator_apply_prepared((apl_operator)node->base, left, node->operand);
    return truth > APL_TRUE ? neutral_of(node) : negate_if_negative(node, truth);
}

static bool is_subscription(apl_str type)
{
    return apl_str_equal_nocase(type, APL_STR("Microsoft.Resources/subscriptions"));
}

static apl_truth by_facts_of_type(const screening *asked, const apl_node *node)
{
    bool is_open = (node->flags & (APL_NODE_IS_NAME | APL_NODE_IS_KIND)) != 0 && asked->considers_name_and_kind;

    if (is_open && node->operand)
        return APL_TRUTH_UNREAD;
    if ((node->flags & APL_NODE_IS_TYPE) == 0 || node->operand == NULL)
        return neutral_of(node);
    apl_value left = asked->type.size ? apl_value_string(asked->type) : APL_MISSING;
    apl_truth truth = apl_operator_apply_prepared((apl_operator)node->base, left, node->operand);
    return truth > APL_TRUE ? neutral_of(node) : negate_if_negative(node, truth);
}

apl_truth apl_condition_applies_to_type(const apl_condition *condition, apl_str type)
{
    screening asked = {.condition = condition, .type = type, .considers_name_and_kind = condition->has_other};

    if (condition->has_location && is_subscription(type))
        return APL_FALSE;
    if (!condition->has_type && !condition->has_other)
        return APL_TRUE;
    return ask(&asked, by_facts_of_type);
}

bool apl_condition_is_applicable(const apl_condition *condition, const apl_eval *eval)
{
    screening asked = {.condition = condition, .eval = eval, .considers_name_and_kind = condition->has_other};
    apl_str type = apl_subject_type(eval->subject);

    if (condition->has_location && is_subscription(type))
        return false;
    if (!condition->has_type && !condition->has_other)
        return true;
    return ask(&asked, by_facts) != APL_FALSE;
}
