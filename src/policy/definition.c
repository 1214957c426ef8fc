/* policy/definition.c: from a policy definition to a compiled policy.
 *
 * The order: find the rule in its envelope, fill in the parameters, resolve the effect, read the mode, compile the
 * `if`, then the details. Unknown members are no matter here, because Microsoft adds some now and then; lint names
 * them. A definition without a mode is judged as mode All: our own rules have none, and documents of other providers
 * have neither tags nor locations. Nothing is evaluated here but constants. */
#include "policy/definition.h"

#include "base/limits.h"
#include "policy/effects.h"
#include "policy/texts.h"

apl_value apl_policy_body(apl_value object, apl_str *path)
{
    apl_value properties = apl_value_member(object, "properties");

    *path = properties.type == APL_VALUE_OBJECT ? APL_STR("properties.") : APL_STR("");
    return properties.type == APL_VALUE_OBJECT ? properties : object;
}

apl_compile apl_policy_compile_settings(const apl_policy_build *build, const char *path)
{
    const apl_policy_context *context = build->context;

    return (apl_compile){
        .arena = context->arena,
        .fields = context->fields,
        .aliases = build->policy->mode == APL_MODE_COMPONENT ? NULL : context->aliases, /* not in any public table */
        .parameters = build->parameters.values,
        .policy = build->policy_value,
        .file = build->reporter->file,
        .path = apl_arena_format(context->arena, "%.*s.%s", APL_STR_ARG(build->path), path),
        .on_message = build->reporter->on_message,
        .on_message_context = build->reporter->context,
    };
}

apl_status apl_policy_constant(apl_value *out, const apl_policy_build *build, apl_value json, const char *path)
{
    apl_compile settings = apl_policy_compile_settings(build, path);
    apl_eval eval = {.arena = build->context->arena};
    apl_expression *expression = NULL;

    *out = json;
    if (json.type == APL_VALUE_STRING && !apl_texts_is_expression(apl_value_str(json)) &&
        !apl_str_starts(apl_value_str(json), APL_STR("[[")))
        return APL_OK;
    settings.forbids_subject = true;
    apl_status status = apl_expression_compile(&expression, &settings, json);
    for (size_t i = 0; i < build->parameters.missing_count && status == APL_OK; i++) {
        if (apl_texts_use_parameter(json, build->parameters.missing[i])) {
            *out = APL_UNREAD;
            return APL_OK;
        }
    }
    if (status == APL_OK)
        status = apl_expression_eval(out, expression, &eval);
    return status;
}

static apl_value find_rule(apl_policy_build *build, apl_value body, apl_str prefix)
{
    apl_value rule = apl_value_member(body, "policyRule");

    build->path = apl_arena_format(build->context->arena, "%.*spolicyRule", APL_STR_ARG(prefix));
    if (rule.type == APL_VALUE_MISSING && apl_value_member(body, "if").type == APL_VALUE_OBJECT) {
        build->path = APL_STR("$"); /* the rule alone, as command line tools take it */
        return body;
    }
    return rule;
}

static apl_status read_identity(apl_policy_build *build, const apl_policy_options *options, apl_value body)
{
    apl_arena *arena = build->context->arena;
    apl_policy *policy = build->policy;
    apl_value whole = options->definition;

    policy->name = apl_arena_str(arena, apl_value_str(apl_value_member(whole, "name")));
    policy->id = apl_arena_str(arena, apl_value_str(apl_value_member(whole, "id")));
    if (policy->id.size == 0)
        policy->id = policy->name;
    if (policy->id.size == 0)
        policy->id = apl_arena_str(arena, apl_str_from(options->file));
    if (policy->id.size > APL_ID_BYTES_MAX)
        return apl_reporter_error(build->reporter, APL_STR("id"), NULL, "longer than %d bytes", APL_ID_BYTES_MAX);
    policy->title = apl_arena_str(arena, apl_value_str(apl_value_member(body, "displayName")));
    policy->description = apl_arena_str(arena, apl_value_str(apl_value_member(body, "description")));
    policy->message = apl_arena_str(arena, options->message);
    policy->metadata = apl_value_copy(arena, apl_value_member(body, "metadata"));
    return APL_OK;
}

/* What policy() returns: the ids of the definition and of what brought it into force. */
static apl_value policy_function_value(const apl_policy_build *build, const apl_policy_options *options)
{
    apl_arena *arena = build->context->arena;
    apl_member *members = APL_ARENA_ARRAY(arena, apl_member, 4);
    const apl_str values[] = {options->assignment_id, build->policy->id, options->initiative_id, options->reference_id};
    static const char *const names[] = {"assignmentId", "definitionId", "setDefinitionId", "definitionReferenceId"};

    for (size_t i = 0; i < 4; i++) {
        members[i].key = apl_str_from(names[i]);
        members[i].value = apl_value_string(values[i].size ? apl_arena_str(arena, values[i]) : APL_STR(""));
    }
    return apl_value_object(members, 4);
}

static apl_status read_parameters(apl_policy_build *build, const apl_policy_options *options, apl_value body,
                                  apl_str prefix)
{
    apl_value given = options->parameters;
    apl_value declared = apl_value_member(body, "parameters");
    apl_value inner = apl_value_member(given, "parameters");

    /* A parameter file of a deployment wraps the values once more. */
    if (inner.type == APL_VALUE_OBJECT && apl_value_member(declared, "parameters").type == APL_VALUE_MISSING)
        given = inner;
    apl_parameters_request request = {
        .arena = build->context->arena,
        .reporter = build->reporter,
        .declared = declared,
        .given = given,
        .path = apl_arena_format(build->context->arena, "%.*sparameters", APL_STR_ARG(prefix)),
        .ignores_unknown = options->ignores_unknown_values,
    };
    apl_status status = apl_parameters_resolve(&build->parameters, &request);
    build->parameters.values = apl_value_copy(build->context->arena, build->parameters.values);
    build->policy->missing = apl_parameters_missing_text(build->context->arena, &build->parameters);
    if (build->policy->missing.size && status == APL_OK && !options->takes_missing)
        apl_reporter_warning(build->reporter, request.path, NULL, "%.*s", APL_STR_ARG(build->policy->missing));
    return status;
}

static apl_status read_mode(apl_policy_build *build, apl_value body, apl_str prefix)
{
    static const char *const known[] = {"All",
                                        "Indexed",
                                        "Microsoft.CognitiveServices.Data",
                                        "Microsoft.MachineLearningServices.Data",
                                        "Microsoft.MachineLearningServices.v2.Data",
                                        "Microsoft.Kubernetes.Data",
                                        "Microsoft.ContainerService.Data",
                                        "Microsoft.KeyVault.Data",
                                        "Microsoft.ManagedHSM.Data",
                                        "Microsoft.DataFactory.Data",
                                        "Microsoft.LoadTestService.Data",
                                        "Microsoft.Network.Data",
                                        NULL};
    apl_policy *policy = build->policy;
    apl_str mode = apl_value_str(apl_value_member(body, "mode"));

    policy->mode_name = mode.size ? apl_arena_str(build->context->arena, mode) : APL_STR("All");
    if (mode.size == 0 || apl_str_equal_nocase(mode, APL_STR("All"))) {
        policy->mode = APL_MODE_ALL;
        return APL_OK;
    }
    if (apl_str_equal_nocase(mode, APL_STR("Indexed"))) {
        policy->mode = APL_MODE_INDEXED;
        return APL_OK;
    }
    bool is_data =
        mode.size > 5 && apl_str_equal_nocase(apl_str_slice(mode, mode.size - 5, mode.size), APL_STR(".Data"));
    if (!is_data)
        return apl_reporter_error(build->reporter,
                                  apl_arena_format(build->context->arena, "%.*smode", APL_STR_ARG(prefix)),
                                  apl_nearest_name(mode, known), "unknown mode \"%.*s\"", APL_STR_ARG(mode));
    policy->mode = APL_MODE_COMPONENT;
    if (apl_str_equal_nocase(mode, APL_STR("Microsoft.Kubernetes.Data")) ||
        apl_str_equal_nocase(mode, APL_STR("Microsoft.ContainerService.Data")))
        policy->mode = APL_MODE_FOREIGN;
    return APL_OK;
}

/* Why the policy judges nothing at all, whatever the resource. */
static apl_str refusal_of(const apl_policy_build *build, apl_value body)
{
    const apl_policy *policy = build->policy;
    apl_arena *arena = build->context->arena;

    if (apl_str_equal_nocase(apl_value_str(apl_value_member(body, "policyType")), APL_STR("Static")))
        return APL_STR("The policy is an attestation of the cloud provider (policyType Static).");
    if (policy->mode == APL_MODE_FOREIGN)
        return apl_arena_format(arena, "The mode %.*s takes constraint templates, which are another language.",
                                APL_STR_ARG(policy->mode_name));
    if (policy->effect_is_missing)
        return APL_STR_NONE;
    switch ((int)policy->effect) {
    case APL_EFFECT_DISABLED:
        return APL_STR("The effect of the policy is disabled.");
    case APL_EFFECT_NONE:
        return APL_STR("The policy has the effect none.");
    case APL_EFFECT_ENFORCE_SETTING:
        return apl_arena_format(arena,
                                "The effect enforceSetting (mode %.*s) sets run-time settings and gives no compliance.",
                                APL_STR_ARG(policy->mode_name));
    case APL_EFFECT_DENY_ACTION:
        return APL_STR("The effect denyAction is about delete requests, not about the state of a resource.");
    default:
        return APL_STR_NONE;
    }
}

static apl_str type_of_leaf(apl_value leaf)
{
    apl_str type = apl_value_str(apl_value_member(leaf, "equals"));

    if (!apl_str_equal_nocase(apl_value_str(apl_value_member(leaf, "field")), APL_STR("type")) ||
        (type.size && type.data[0] == '['))
        return APL_STR_NONE;
    return type;
}

/* The type of a rule that is "this type, and ...", where applicability is nothing but that type: the usual form. */
static apl_str only_type_of(apl_value condition)
{
    static const char *const facts[] = {"name", "kind", "location"};
    apl_value members = apl_value_member(condition, "allOf");
    apl_str type = type_of_leaf(condition);

    for (uint32_t i = 0; members.type == APL_VALUE_ARRAY && i < members.size && type.size == 0; i++)
        type = type_of_leaf(members.items[i]);
    if (apl_texts_count_field(condition, APL_STR("type")) != 1)
        return APL_STR_NONE;
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++) {
        if (apl_texts_count_field(condition, apl_str_from(facts[i])))
            return APL_STR_NONE;
    }
    return type;
}

static void note_needs(apl_policy_build *build)
{
    apl_policy *policy = build->policy;
    apl_value condition = apl_value_member(build->rule, "if");

    policy->only_type = apl_type_normalise(only_type_of(condition));
    policy->needs_group = apl_texts_mention(build->rule, APL_STR("resourceGroup("));
    policy->needs_subscription = apl_texts_mention(build->rule, APL_STR("subscription("));
    for (size_t i = 0; i < build->parameters.missing_count; i++)
        policy->condition_needs_missing |= apl_texts_use_parameter(condition, build->parameters.missing[i]);
    policy->tags_field = apl_fields_ask(build->context->fields, APL_STR("tags"));
    policy->display_name_field = APL_TABLE_NONE;
    if (policy->needs_subscription)
        policy->display_name_field = apl_fields_ask(build->context->fields, APL_STR("displayName"));
}

static apl_status compile_condition(apl_policy_build *build)
{
    apl_compile settings = apl_policy_compile_settings(build, "if");

    return apl_condition_compile(&build->policy->condition, &settings, apl_value_member(build->rule, "if"));
}

static void compile_rule(apl_policy_build *build, const apl_policy_options *options, apl_value body)
{
    build->then = apl_value_member(build->rule, "then");
    if (build->rule.type != APL_VALUE_OBJECT) {
        apl_first_failure_note(&build->failure, apl_reporter_error(build->reporter, build->path, NULL,
                                                                   "missing: a definition has a policyRule"));
        return;
    }
    if (apl_value_member(build->rule, "if").type != APL_VALUE_OBJECT)
        apl_first_failure_note(&build->failure,
                               apl_reporter_error(build->reporter, build->path, NULL, "the rule has no \"if\""));
    else
        apl_first_failure_note(&build->failure, compile_condition(build));
    if (build->then.type != APL_VALUE_OBJECT) {
        apl_first_failure_note(&build->failure,
                               apl_reporter_error(build->reporter, build->path, NULL, "the rule has no \"then\""));
        return;
    }
    apl_status status = apl_effect_resolve(build, options->effect);
    apl_first_failure_note(&build->failure, status);
    if (status != APL_OK)
        return;
    build->policy->refusal = refusal_of(build, body);
    note_needs(build);
    apl_first_failure_note(&build->failure, apl_effect_details(build));
}

apl_status apl_policy_compile_with(apl_policy **out, const apl_policy_context *context,
                                   const apl_policy_options *options)
{
    apl_reporter reporter = {options->file, context->on_message, context->on_message_context, 0};
    apl_policy_build build = {.context = context, .reporter = &reporter};
    apl_str prefix;
    apl_value body = apl_policy_body(options->definition, &prefix);

    *out = NULL;
    if (options->definition.type != APL_VALUE_OBJECT)
        return apl_reporter_error(&reporter, APL_STR("$"), NULL, "a policy definition is an object, not %s",
                                  apl_value_type_name(options->definition));
    build.policy = APL_ARENA_NEW(context->arena, apl_policy);
    build.rule = find_rule(&build, body, prefix);
    apl_first_failure_note(&build.failure, read_identity(&build, options, body));
    apl_first_failure_note(&build.failure, read_parameters(&build, options, body, prefix));
    apl_first_failure_note(&build.failure, read_mode(&build, body, prefix));
    build.policy_value = policy_function_value(&build, options);
    compile_rule(&build, options, body);
    if (build.failure.status == APL_OK)
        *out = build.policy;
    return apl_first_failure_end(&build.failure);
}

apl_status apl_policy_compile(apl_policy **out, const apl_policy_context *context, apl_value definition,
                              apl_value parameters, const char *file)
{
    apl_policy_options options = {
        .definition = apl_value_copy(context->arena, definition),
        .parameters = apl_value_copy(context->arena, parameters),
        .file = file,
        .ignores_unknown_values = true,
    };

    return apl_policy_compile_with(out, context, &options);
}

apl_effect apl_policy_effect(const apl_policy *policy)
{
    return policy->effect;
}

apl_str apl_policy_id(const apl_policy *policy)
{
    return policy->id;
}

apl_str apl_policy_title(const apl_policy *policy)
{
    return policy->title;
}

apl_str apl_policy_missing_parameters(const apl_policy *policy)
{
    return policy->missing;
}

apl_value apl_policy_details(const apl_policy *policy)
{
    return policy->details;
}

apl_str apl_policy_related_type(const apl_policy *policy)
{
    return apl_effect_needs_related(policy->effect) ? policy->existence.type : APL_STR_NONE;
}
