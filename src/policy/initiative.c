/* policy/initiative.c: an initiative as a list of definitions with values.
 *
 * Each reference names a definition and gives its parameters, mostly as expressions on the initiative's own.
 * Definitions that are not among the files are counted in one warning, because published initiatives refer to hundreds.
 * A reference's definitionVersion is noted; the files have one version of a definition, which is what is judged. */
#include "policy/set.h"

#include "base/limits.h"
#include "policy/texts.h"

typedef struct expansion {
    apl_policy_set *set;
    const apl_policy_document *initiative;
    const apl_policy_document *assignment;
    apl_reporter reporter;
    apl_parameters parameters;
    apl_str path; /* of the reference, for messages */
    size_t absent;
    apl_str first_absent;
} expansion;

static apl_status resolve_own(expansion *work)
{
    const apl_policy_document *initiative = work->initiative;
    apl_parameters_request request = {
        .arena = work->set->context.arena,
        .reporter = &work->reporter,
        .declared = apl_value_member(initiative->body, "parameters"),
        .path = APL_STR("parameters"),
    };

    if (work->assignment)
        request.given = apl_value_member(work->assignment->body, "parameters");
    apl_status status = apl_parameters_resolve(&work->parameters, &request);
    if (status != APL_OK || work->parameters.missing_count == 0)
        return status;
    apl_str missing = apl_parameters_missing_text(request.arena, &work->parameters);
    if (work->assignment == NULL) {
        apl_reporter_warning(&work->reporter, request.path, NULL, "%.*s", APL_STR_ARG(missing));
        return APL_OK;
    }
    work->reporter.file = work->assignment->file;
    return apl_reporter_error(&work->reporter, request.path, NULL, "%.*s (initiative %.*s)", APL_STR_ARG(missing),
                              APL_STR_ARG(initiative->id));
}

/* The value that the reference gives; unread when it comes from a parameter without a value. */
static apl_status map_value(apl_value *out, expansion *work, apl_str name, apl_value given)
{
    apl_arena *arena = work->set->context.arena;
    apl_compile settings = {
        .arena = arena,
        .fields = work->set->context.fields,
        .parameters = work->parameters.values,
        .file = work->reporter.file,
        .path = apl_arena_format(arena, "%.*s.parameters.%.*s", APL_STR_ARG(work->path), APL_STR_ARG(name)),
        .forbids_subject = true,
        .on_message = work->reporter.on_message,
        .on_message_context = work->reporter.context,
    };
    apl_eval eval = {.arena = arena};
    apl_expression *expression = NULL;

    *out = APL_UNREAD;
    for (size_t i = 0; i < work->parameters.missing_count; i++) {
        if (apl_texts_use_parameter(given, work->parameters.missing[i]))
            return APL_OK;
    }
    apl_status status = apl_expression_compile(&expression, &settings, given);
    if (status == APL_OK)
        status = apl_expression_eval(out, expression, &eval);
    if (status == APL_E_INPUT)
        return apl_reporter_error(&work->reporter, settings.path, NULL, "%s", apl_error_message());
    *out = apl_value_copy(arena, *out);
    return status;
}

static apl_status map_parameters(apl_value *out, expansion *work, apl_value given)
{
    apl_member *members;

    *out = APL_MISSING;
    if (given.type != APL_VALUE_OBJECT)
        return APL_OK;
    members = APL_ARENA_ARRAY(work->set->context.arena, apl_member, given.size);
    for (uint32_t i = 0; i < given.size; i++) {
        members[i].key = given.members[i].key;
        apl_status status =
            map_value(&members[i].value, work, given.members[i].key, apl_parameter_unwrap(given.members[i].value));
        if (status != APL_OK)
            return status;
    }
    *out = apl_value_object(members, given.size);
    return APL_OK;
}

/* What policyDefinitionGroups call the group: its display name, else the end of the id of its metadata. */
static apl_str title_of_group(apl_value initiative, apl_str name)
{
    apl_value groups = apl_value_member(initiative, "policyDefinitionGroups");

    for (uint32_t i = 0; groups.type == APL_VALUE_ARRAY && i < groups.size; i++) {
        if (!apl_str_equal_nocase(apl_value_str(apl_value_member(groups.items[i], "name")), name))
            continue;
        apl_str title = apl_value_str(apl_value_member(groups.items[i], "displayName"));
        apl_str metadata = apl_value_str(apl_value_member(groups.items[i], "additionalMetadataId"));
        long slash = apl_str_find_last_char(metadata, '/');
        if (title.size)
            return title;
        return slash < 0 ? metadata : apl_str_slice(metadata, (size_t)slash + 1, metadata.size);
    }
    return APL_STR_NONE;
}

static void read_groups(apl_policy_instance *instance, const expansion *work, apl_value names)
{
    apl_value body = work->initiative->body;
    apl_str title = apl_value_str(apl_value_member(body, "displayName"));
    uint32_t count = names.type == APL_VALUE_ARRAY && names.size ? names.size : 1;
    apl_policy_group *groups = APL_ARENA_ARRAY(work->set->context.arena, apl_policy_group, count);

    for (uint32_t i = 0; i < count; i++) {
        apl_str name = names.type == APL_VALUE_ARRAY && names.size ? apl_value_str(names.items[i]) : APL_STR_NONE;
        groups[i] = (apl_policy_group){work->initiative->id, title, name, title_of_group(body, name)};
    }
    instance->groups = groups;
    instance->group_count = count;
}

/* "1.*.*" against "1.2.3-preview": whether each number that the reference gives is the definition's. */
static bool version_fits(apl_str wanted, apl_str version)
{
    apl_str wanted_part;
    apl_str part;

    while (apl_str_next(&wanted_part, &wanted, '.')) {
        if (!apl_str_next(&part, &version, '.'))
            return true;
        if (wanted_part.size && wanted_part.data[0] != '*' && !apl_str_equal_nocase(wanted_part, part))
            return false;
    }
    return true;
}

static void check_version(expansion *work, const apl_policy_instance *instance)
{
    apl_value body = instance->definition->body;
    apl_str version = apl_value_str(apl_value_member(body, "version"));

    if (version.size == 0)
        version = apl_value_str(apl_value_at(body, "metadata.version"));
    if (version.size && instance->definition_version.size && !version_fits(instance->definition_version, version))
        apl_reporter_warning(&work->reporter, work->path, NULL,
                             "version %.*s of %.*s is wanted, but the files have %.*s; that one is judged",
                             APL_STR_ARG(instance->definition_version), APL_STR_ARG(instance->definition->id),
                             APL_STR_ARG(version));
}

static apl_status expand_reference(expansion *work, apl_value reference, uint32_t number)
{
    apl_policy_set *set = work->set;
    apl_str id = apl_value_str(apl_value_member(reference, "policyDefinitionId"));
    apl_policy_instance instance = {.initiative = work->initiative, .assignment = work->assignment};
    apl_policy_document *definition = apl_policy_find(&set->definitions, set->definitions_by_id, id);

    work->path = apl_arena_format(set->context.arena, "%.*spolicyDefinitions[%u]",
                                  APL_STR_ARG(work->initiative->prefix), number);
    if (id.size == 0)
        return apl_reporter_error(&work->reporter, work->path, NULL, "policyDefinitionId is missing");
    if (definition == NULL) {
        if (work->absent++ == 0)
            work->first_absent = id;
        return APL_OK;
    }
    definition->is_used = true;
    instance.definition = definition;
    instance.reference_id = apl_value_str(apl_value_member(reference, "policyDefinitionReferenceId"));
    if (instance.reference_id.size == 0)
        instance.reference_id = apl_arena_format(set->context.arena, "%u", number);
    instance.definition_version = apl_value_str(apl_value_member(reference, "definitionVersion"));
    check_version(work, &instance);
    read_groups(&instance, work, apl_value_member(reference, "groupNames"));
    apl_status status = map_parameters(&instance.parameters, work, apl_value_member(reference, "parameters"));
    if (status != APL_OK)
        return status;
    return work->assignment ? apl_assignment_add(set, &instance) : apl_policy_instance_add(set, &instance);
}

apl_status apl_initiative_expand(apl_policy_set *set, const apl_policy_document *initiative,
                                 const apl_policy_document *assignment)
{
    expansion work = {.set = set, .initiative = initiative, .assignment = assignment};
    apl_value references = apl_value_member(initiative->body, "policyDefinitions");
    apl_status status;

    work.reporter = apl_policy_reporter(set, initiative->file);
    if (references.size > APL_POLICY_REFERENCES_MAX)
        return apl_reporter_error(&work.reporter, APL_STR("policyDefinitions"), NULL, "more than %d references",
                                  APL_POLICY_REFERENCES_MAX);
    status = resolve_own(&work);
    for (uint32_t i = 0; i < references.size && status == APL_OK; i++)
        status = expand_reference(&work, references.items[i], i);
    if (work.absent)
        apl_reporter_warning(&work.reporter, APL_STR("policyDefinitions"), NULL,
                             "%zu of %u definitions are not among the files and are not judged (the first is %.*s)",
                             work.absent, references.size, APL_STR_ARG(work.first_absent));
    return status;
}
