/* policy/lint_definition.c: what is wrong in a policy definition beyond what keeps it from compiling.
 *
 * Compiling gives the faults of conditions, expressions, parameters and details; added here are unknown members,
 * effects that their parameter or their details do not allow, what an effect needs and lacks, and Azure's documented
 * limits. */
#include "base/limits.h"
#include "policy/effects.h"
#include "policy/linter.h"
#include "policy/members.h"
#include "policy/texts.h"

#define AZURE_PARAMETERS_MAX 20 /* of one definition */

typedef struct definition_lint {
    apl_linter *linter;
    apl_value body;
    apl_value then;
    apl_value details;
    apl_str prefix;
    apl_str details_path;
    bool allows[APL_EFFECT_NONE + 1]; /* the effects that may be in force */
} definition_lint;

static void allow(definition_lint *work, apl_str name, apl_str path)
{
    apl_effect effect;

    if (apl_effect_parse(&effect, name))
        work->allows[effect] = true;
    else
        apl_reporter_error(&work->linter->reporter, path, apl_nearest_name(name, apl_effect_names),
                           "unknown effect \"%.*s\"", APL_STR_ARG(name));
}

static void keep_name(void *context, apl_str name)
{
    apl_str *kept = context;

    if (kept->size == 0)
        *kept = name;
}

/* The effects that may be in force: the one written, or those that its parameter allows. */
static void collect_effects(definition_lint *work)
{
    apl_value effect = apl_value_member(work->then, "effect");
    apl_str text = apl_value_str(effect);
    apl_str parameter = APL_STR_NONE;
    apl_effect parsed;

    if (!apl_texts_is_expression(text)) {
        if (apl_effect_parse(&parsed, text)) /* an unknown one is told by compiling */
            work->allows[parsed] = true;
        return;
    }
    apl_texts_each_parameter(effect, keep_name, &parameter);
    apl_value declared = apl_value_get(apl_value_member(work->body, "parameters"), parameter);
    apl_value allowed = apl_value_member(declared, "allowedValues");
    apl_str path =
        apl_linter_path(work->linter, "%.*sparameters.%.*s", APL_STR_ARG(work->prefix), APL_STR_ARG(parameter));
    apl_value standard = apl_value_member(declared, "defaultValue");
    for (uint32_t i = 0; allowed.type == APL_VALUE_ARRAY && i < allowed.size; i++)
        allow(work, apl_value_str(allowed.items[i]), path);
    if (allowed.type == APL_VALUE_ARRAY || declared.type != APL_VALUE_OBJECT)
        return;
    if (standard.type == APL_VALUE_STRING)
        allow(work, apl_value_str(standard), path);
    apl_reporter_warning(&work->linter->reporter, path, NULL,
                         "the parameter of the effect has no allowedValues, so that any text is taken");
}

static bool allows_related(const definition_lint *work)
{
    return work->allows[APL_EFFECT_AUDIT_IF_NOT_EXISTS] || work->allows[APL_EFFECT_DEPLOY_IF_NOT_EXISTS];
}

/* The lists that fit the effects which may be in force. */
static size_t fitting_members(const char *const *out[8], const definition_lint *work)
{
    size_t count = 0;

    if (work->allows[APL_EFFECT_DEPLOY_IF_NOT_EXISTS])
        out[count++] = apl_deploy_members;
    if (work->allows[APL_EFFECT_AUDIT_IF_NOT_EXISTS])
        out[count++] = apl_if_not_exists_members;
    if (work->allows[APL_EFFECT_MODIFY])
        out[count++] = apl_modify_members;
    if (work->allows[APL_EFFECT_APPEND])
        out[count++] = apl_append_members;
    if (work->allows[APL_EFFECT_DENY_ACTION])
        out[count++] = apl_deny_action_members;
    if (work->allows[APL_EFFECT_MANUAL])
        out[count++] = apl_manual_members;
    return count;
}

static void check_details_members(const definition_lint *work)
{
    apl_reporter *reporter = &work->linter->reporter;
    apl_value details = work->details;
    const char *const *lists[8];
    size_t list_count = fitting_members(lists, work);

    for (uint32_t i = 0; details.type == APL_VALUE_OBJECT && i < details.size; i++) {
        apl_str key = details.members[i].key;
        bool fits = false;
        if (!apl_is_one_of(key, apl_details_members)) {
            apl_reporter_error(reporter, work->details_path, apl_nearest_name(key, apl_details_members),
                               "unknown member \"%.*s\"", APL_STR_ARG(key));
            continue;
        }
        for (size_t j = 0; j < list_count; j++)
            fits = fits || apl_is_one_of(key, lists[j]);
        if (list_count && !fits)
            apl_reporter_warning(reporter, work->details_path, NULL,
                                 "\"%.*s\" says nothing to any effect that may be in force", APL_STR_ARG(key));
    }
}

static void check_roles(const definition_lint *work, const char *effect)
{
    apl_value roles = apl_value_member(work->details, "roleDefinitionIds");

    if (roles.type != APL_VALUE_ARRAY || roles.size == 0)
        apl_reporter_error(&work->linter->reporter, work->details_path, NULL,
                           "%s needs roleDefinitionIds, the roles that a remediation gets", effect);
}

static void check_operations(const definition_lint *work)
{
    static const char *const conflicts[] = {"audit", "deny", "disabled", NULL};
    apl_reporter *reporter = &work->linter->reporter;
    apl_value conflict = apl_value_member(work->details, "conflictEffect");
    apl_value operations = apl_value_member(work->details, "operations");

    if (conflict.type == APL_VALUE_STRING && !apl_texts_is_expression(apl_value_str(conflict)) &&
        !apl_is_one_of(apl_value_str(conflict), conflicts))
        apl_reporter_error(reporter, work->details_path, apl_nearest_name(apl_value_str(conflict), conflicts),
                           "conflictEffect must be audit, deny or disabled, not \"%.*s\"",
                           APL_STR_ARG(apl_value_str(conflict)));
    for (uint32_t i = 0; operations.type == APL_VALUE_ARRAY && i < operations.size; i++) {
        apl_str path = apl_linter_path(work->linter, "%.*s.operations[%u]", APL_STR_ARG(work->details_path), i);
        apl_check_members(reporter, operations.items[i], path, apl_operation_members, APL_MESSAGE_ERROR);
    }
}

/* Aliases that modify and append write to; those of conditions are checked by the condition compiler. */
static void check_written_field(const definition_lint *work, apl_value operation)
{
    const apl_aliases *aliases = work->linter->aliases;
    apl_str field = apl_value_str(apl_value_member(operation, "field"));
    long slash = apl_str_find(field, APL_STR("/"));
    apl_str nearest = APL_STR_NONE;

    if (aliases == NULL || slash <= 0 || apl_texts_is_expression(field) || apl_aliases_known(NULL, aliases, field))
        return;
    slash = apl_str_find_last_char(field, '/');
    (void)apl_aliases_nearest(&nearest, aliases, apl_str_slice(field, 0, (size_t)slash), field);
    apl_reporter_warning(&work->linter->reporter, work->details_path,
                         nearest.size ? apl_arena_str(work->linter->arena, nearest).data : NULL,
                         "no alias '%.*s' is known", APL_STR_ARG(field));
}

static void check_written_fields(const definition_lint *work)
{
    apl_value list = work->details;

    if (list.type == APL_VALUE_OBJECT)
        list = apl_value_member(list, "operations");
    for (uint32_t i = 0; list.type == APL_VALUE_ARRAY && i < list.size; i++)
        check_written_field(work, list.items[i]);
}

static void check_deployment(const definition_lint *work)
{
    apl_value deployment = apl_value_member(work->details, "deployment");

    if (deployment.type != APL_VALUE_OBJECT)
        apl_reporter_error(&work->linter->reporter, work->details_path, NULL, "deployIfNotExists needs a deployment");
    else if (apl_value_at(deployment, "properties.template").type == APL_VALUE_MISSING &&
             apl_value_at(deployment, "properties.templateLink").type == APL_VALUE_MISSING)
        apl_reporter_error(&work->linter->reporter, work->details_path, NULL,
                           "deployment.properties.template is missing");
}

/* What an effect that may be in force needs and the details lack. The effect in force itself is checked by compiling.
 */
static void check_needs(const definition_lint *work)
{
    apl_reporter *reporter = &work->linter->reporter;
    bool changes = work->allows[APL_EFFECT_MODIFY];

    if (allows_related(work) && apl_value_member(work->details, "type").type != APL_VALUE_STRING)
        apl_reporter_error(reporter, work->details_path, NULL,
                           "the effect needs details.type, the type of the related resource");
    if (work->allows[APL_EFFECT_DEPLOY_IF_NOT_EXISTS]) {
        check_roles(work, "deployIfNotExists");
        check_deployment(work);
    }
    if (changes) {
        check_roles(work, "modify");
        check_operations(work);
        if (apl_value_member(work->details, "operations").type != APL_VALUE_ARRAY)
            apl_reporter_error(reporter, work->details_path, NULL, "modify needs operations");
    }
    if (changes || work->allows[APL_EFFECT_APPEND])
        check_written_fields(work);
    if (allows_related(work) && apl_value_member(work->details, "existenceCondition").type == APL_VALUE_MISSING &&
        apl_value_member(work->details, "name").type == APL_VALUE_MISSING)
        apl_reporter_warning(reporter, work->details_path, NULL,
                             "without an existenceCondition any resource of the type is enough");
}

/* Effects that Azure does not let stand beside each other, because they read other details. */
static void check_mixture(const definition_lint *work)
{
    bool by_rule = work->allows[APL_EFFECT_AUDIT] || work->allows[APL_EFFECT_DENY] || work->allows[APL_EFFECT_APPEND] ||
                   work->allows[APL_EFFECT_MODIFY];

    if (by_rule && allows_related(work))
        apl_reporter_warning(&work->linter->reporter,
                             apl_linter_path(work->linter, "%.*spolicyRule.then.effect", APL_STR_ARG(work->prefix)),
                             NULL,
                             "-IfNotExists means another thing than audit, deny and modify: the `if` selects "
                             "resources instead of describing what is wrong");
}

static void check_same_type(const definition_lint *work, const apl_policy *policy)
{
    apl_str type = policy->existence.type;

    if (type.size && policy->existence.name == NULL && allows_related(work) &&
        apl_condition_screen_type(policy->condition, APL_STR("-")) == APL_FALSE &&
        apl_condition_screen_type(policy->condition, type) != APL_FALSE)
        apl_reporter_warning(&work->linter->reporter, work->details_path, NULL,
                             "a related resource of the same type needs a name, mostly [field('name')]");
}

/* The compiled policy, or NULL when it has a fault, which is told. */
static apl_policy *compile(definition_lint *work, apl_value whole)
{
    apl_linter *linter = work->linter;
    apl_policy_context context = {
        .arena = linter->arena,
        .fields = linter->fields,
        .aliases = linter->aliases,
        .on_message = linter->reporter.on_message,
        .on_message_context = linter->reporter.context,
    };
    apl_policy_options options = {.definition = whole, .file = linter->reporter.file, .takes_missing = true};
    apl_policy *policy = NULL;

    (void)apl_policy_compile_with(&policy, &context, &options);
    return policy;
}

void apl_lint_definition(apl_linter *linter, apl_value whole, apl_value body, apl_str prefix)
{
    apl_value rule = apl_value_member(body, "policyRule");
    apl_value declared = apl_value_member(body, "parameters");
    definition_lint work = {.linter = linter, .body = body, .prefix = prefix};
    apl_str parameters_path = apl_linter_path(linter, "%.*sparameters", APL_STR_ARG(prefix));
    apl_str rule_path = apl_linter_path(linter, "%.*spolicyRule", APL_STR_ARG(prefix));

    if (rule.type == APL_VALUE_MISSING)
        rule = body; /* the rule alone */
    else if (prefix.size)
        apl_check_members(&linter->reporter, body, APL_STR("properties"), apl_definition_members, APL_MESSAGE_WARNING);
    work.then = apl_value_member(rule, "then");
    work.details = apl_value_member(work.then, "details");
    work.details_path = apl_linter_path(linter, "%.*s.then.details", APL_STR_ARG(rule_path));
    apl_policy *policy = compile(&work, whole);
    apl_check_members(&linter->reporter, rule, rule_path, apl_policy_rule_members, APL_MESSAGE_ERROR);
    apl_check_members(&linter->reporter, work.then, apl_linter_path(linter, "%.*s.then", APL_STR_ARG(rule_path)),
                      apl_then_members, APL_MESSAGE_ERROR);
    collect_effects(&work);
    if (!apl_str_ends(apl_value_str(apl_value_member(body, "mode")), APL_STR(".Data"))) {
        check_details_members(&work);
        check_needs(&work);
    }
    check_mixture(&work);
    if (policy)
        check_same_type(&work, policy);
    apl_lint_parameters(linter, declared, rule, parameters_path, false);
    if (declared.type == APL_VALUE_OBJECT && declared.size > AZURE_PARAMETERS_MAX)
        apl_reporter_warning(&linter->reporter, parameters_path, NULL, "Azure takes at most %d parameters",
                             AZURE_PARAMETERS_MAX);
}
