/* policy/set.c: collects the policy files of a user and brings into force what is in them.
 *
 * Files come in any order and may refer to each other, so nothing is compiled before the last one. In force are: each
 * assignment; each initiative that no assignment names; each definition that neither names, with its defaults. The
 * result does not depend on the order of files: documents are sorted by id first, rules at the end. Equal instances
 * without an assignment (two initiatives with the same definition and values) are one rule, so that one fault is one
 * finding. */
#include "policy/set.h"

#include <stdlib.h>

#include "base/limits.h"
#include "policy/members.h"
#include "policy/texts.h"

apl_policy_kind apl_policy_kind_of(apl_value object)
{
    apl_str prefix;
    apl_value body = apl_policy_body(object, &prefix);

    if (apl_value_member(body, "policyDefinitions").type == APL_VALUE_ARRAY)
        return APL_POLICY_INITIATIVE;
    if (apl_value_member(body, "policyRule").type != APL_VALUE_MISSING)
        return APL_POLICY_DEFINITION;
    if (apl_value_member(body, "if").type == APL_VALUE_OBJECT &&
        apl_value_member(body, "then").type == APL_VALUE_OBJECT)
        return APL_POLICY_DEFINITION;
    if (apl_value_member(body, "policyAssignmentId").type == APL_VALUE_STRING)
        return APL_POLICY_EXEMPTION;
    if (apl_value_member(body, "policyDefinitionId").type == APL_VALUE_STRING)
        return APL_POLICY_ASSIGNMENT;
    return APL_POLICY_NONE;
}

apl_status apl_policy_set_new(apl_policy_set **out, const apl_policy_context *context)
{
    apl_policy_set *set = apl_memory_new(sizeof *set);

    memset(set, 0, sizeof *set);
    set->context = *context;
    set->definitions_by_id = apl_table_new(true);
    set->initiatives_by_id = apl_table_new(true);
    set->exemptions_by_assignment = apl_table_new(true);
    *out = set;
    return APL_OK;
}

void apl_policy_set_free(apl_policy_set *set)
{
    if (set == NULL)
        return;
    apl_memory_free(set->definitions.items);
    apl_memory_free(set->initiatives.items);
    apl_memory_free(set->assignments.items);
    apl_memory_free(set->exemptions.items);
    apl_memory_free(set->instances.items);
    apl_memory_free(set->next_exemption);
    apl_table_free(set->definitions_by_id);
    apl_table_free(set->initiatives_by_id);
    apl_table_free(set->exemptions_by_assignment);
    apl_memory_free(set);
}

/* ---- Collecting ---- */

static apl_policy_documents *documents_of(apl_policy_set *set, apl_policy_kind kind)
{
    switch (kind) {
    case APL_POLICY_DEFINITION:
        return &set->definitions;
    case APL_POLICY_INITIATIVE:
        return &set->initiatives;
    case APL_POLICY_ASSIGNMENT:
        return &set->assignments;
    case APL_POLICY_EXEMPTION:
        return &set->exemptions;
    case APL_POLICY_NONE:
        break;
    }
    return NULL;
}

static apl_status add_document(apl_policy_set *set, apl_policy_kind kind, apl_value whole, const char *file)
{
    apl_policy_documents *documents = documents_of(set, kind);
    apl_policy_document document = {.whole = apl_value_copy(set->context.arena, whole), .file = file};
    apl_reporter reporter = apl_policy_reporter(set, file);

    document.body = apl_policy_body(document.whole, &document.prefix);
    document.name = apl_value_str(apl_value_member(document.whole, "name"));
    document.id = apl_value_str(apl_value_member(document.whole, "id"));
    if (document.id.size == 0)
        document.id = document.name;
    if (document.id.size == 0)
        document.id = apl_str_from(file);
    if (documents->count == APL_POLICY_DOCUMENTS_MAX)
        return apl_fail(APL_E_LIMIT, "%s: more than %d policy documents", file, APL_POLICY_DOCUMENTS_MAX);
    if (kind == APL_POLICY_DEFINITION && document.body.type != APL_VALUE_OBJECT)
        return apl_reporter_error(&reporter, APL_STR("$"), NULL, "a policy definition is an object");
    APL_PUSH(documents, document);
    return APL_OK;
}

/* An object that is none of the four: a mistake when it has members of one, else a file of something else. */
static apl_status add_unknown(apl_policy_set *set, apl_value object, const char *file)
{
    static const char *const telling[] = {"policyType",        "policyRule",        "mode",
                                          "displayName",       "policyDefinitions", "policyDefinitionId",
                                          "exemptionCategory", "enforcementMode",   NULL};
    apl_reporter reporter = apl_policy_reporter(set, file);
    apl_str prefix;
    apl_value body = apl_policy_body(object, &prefix);

    for (uint32_t i = 0; body.type == APL_VALUE_OBJECT && i < body.size; i++) {
        if (apl_is_one_of(body.members[i].key, telling))
            return apl_reporter_error(&reporter, APL_STR("$"), NULL,
                                      "neither a definition (policyRule) nor an initiative (policyDefinitions), an "
                                      "assignment (policyDefinitionId) or an exemption (policyAssignmentId)");
    }
    apl_reporter_warning(&reporter, APL_STR("$"), NULL, "no policy document; passed over");
    return APL_OK;
}

/* A list page ({value: [...]}) or a deployment template ({resources: [...]}): what is in it. */
static apl_value list_in(apl_value object)
{
    apl_value list = apl_value_member(object, "value");

    if (list.type != APL_VALUE_ARRAY)
        list = apl_value_member(object, "resources");
    return list;
}

static apl_status add_object(apl_policy_set *set, apl_value object, const char *file)
{
    apl_policy_kind kind = apl_policy_kind_of(object);

    return kind == APL_POLICY_NONE ? add_unknown(set, object, file) : add_document(set, kind, object, file);
}

apl_status apl_policy_set_add(apl_policy_set *set, apl_value file, const char *file_name)
{
    const char *name = apl_arena_str(set->context.arena, apl_str_from(file_name)).data;
    apl_value list = file;

    APL_ASSERT(!set->is_finished);
    if (file.type == APL_VALUE_OBJECT && apl_policy_kind_of(file) == APL_POLICY_NONE)
        list = list_in(file);
    if (file.type == APL_VALUE_OBJECT && list.type != APL_VALUE_ARRAY)
        return add_object(set, file, name);
    if (list.type != APL_VALUE_ARRAY) {
        apl_reporter reporter = apl_policy_reporter(set, name);
        return apl_reporter_error(&reporter, APL_STR("$"), NULL, "expected an object or a list, not %s",
                                  apl_value_type_name(file));
    }
    for (uint32_t i = 0; i < list.size; i++) {
        apl_status status = add_object(set, list.items[i], name);
        if (status != APL_OK)
            return status;
    }
    return APL_OK;
}

/* ---- Order and names ---- */

static int by_id(const void *left, const void *right)
{
    const apl_policy_document *a = left;
    const apl_policy_document *b = right;
    int order = apl_str_compare_nocase(a->id, b->id);

    if (order == 0) /* the higher version first: that one counts */
        order = apl_str_compare(apl_value_str(apl_value_member(b->body, "version")),
                                apl_value_str(apl_value_member(a->body, "version")));
    return order ? order : apl_str_compare(apl_str_from(a->file), apl_str_from(b->file));
}

/* Sorts the documents and drops all but the first of one id. */
static void sort_documents(apl_policy_set *set, apl_policy_documents *documents)
{
    size_t kept = 0;

    if (documents->count)
        qsort(documents->items, documents->count, sizeof *documents->items, by_id);
    for (size_t i = 0; i < documents->count; i++) {
        if (kept && apl_str_equal_nocase(documents->items[kept - 1].id, documents->items[i].id)) {
            apl_reporter reporter = apl_policy_reporter(set, documents->items[i].file);
            apl_reporter_warning(&reporter, APL_STR("id"), NULL, "%.*s is also in %s, which counts",
                                 APL_STR_ARG(documents->items[i].id), documents->items[kept - 1].file);
            continue;
        }
        documents->items[kept++] = documents->items[i];
    }
    documents->count = kept;
}

static void name_documents(const apl_policy_documents *documents, apl_table *names)
{
    for (size_t i = 0; i < documents->count; i++)
        apl_table_put(names, documents->items[i].id, (uint32_t)i);
    for (size_t i = 0; i < documents->count; i++) {
        if (documents->items[i].name.size)
            apl_table_put(names, documents->items[i].name, (uint32_t)i);
    }
}

apl_policy_document *apl_policy_find(const apl_policy_documents *documents, const apl_table *by_id_table, apl_str id)
{
    long slash = apl_str_find_last_char(id, '/');
    uint32_t found = apl_table_get(by_id_table, id);

    if (found == APL_TABLE_NONE && slash >= 0)
        found = apl_table_get(by_id_table, apl_str_slice(id, (size_t)slash + 1, id.size));
    return found == APL_TABLE_NONE ? NULL : &documents->items[found];
}

/* ---- Instances ---- */

static void join_groups(apl_arena *arena, apl_policy_instance *into, const apl_policy_instance *from)
{
    size_t count = into->group_count + from->group_count;
    apl_policy_group *groups = APL_ARENA_ARRAY(arena, apl_policy_group, count);

    for (size_t i = 0; i < count; i++)
        groups[i] = i < into->group_count ? into->groups[i] : from->groups[i - into->group_count];
    into->groups = groups;
    into->group_count = count;
}

/* The values that the definition gets, defaults included; messages come when it is compiled. */
static apl_value resolve_silently(const apl_policy_set *set, const apl_policy_instance *instance)
{
    apl_reporter silent = {instance->definition->file, NULL, NULL, 0};
    apl_parameters parameters;
    apl_parameters_request request = {
        .arena = set->context.arena,
        .reporter = &silent,
        .declared = apl_value_member(instance->definition->body, "parameters"),
        .given = instance->parameters,
        .ignores_unknown = true,
    };

    return apl_parameters_resolve(&parameters, &request) == APL_OK ? parameters.values : APL_MISSING;
}

apl_status apl_policy_instance_add(apl_policy_set *set, apl_policy_instance *instance)
{
    if (instance->initiative == NULL && instance->assignment == NULL)
        instance->parameters = set->context.parameters;
    instance->resolved = resolve_silently(set, instance);
    for (size_t i = set->instances.count; i > 0 && instance->assignment == NULL; i--) {
        apl_policy_instance *other = &set->instances.items[i - 1];
        if (other->definition == instance->definition && other->assignment == NULL &&
            apl_value_equal(other->resolved, instance->resolved)) {
            join_groups(set->context.arena, other, instance);
            return APL_OK;
        }
    }
    if (set->instances.count == APL_POLICY_INSTANCES_MAX)
        return apl_fail(APL_E_LIMIT, "more than %d policies are in force", APL_POLICY_INSTANCES_MAX);
    APL_PUSH(&set->instances, *instance);
    return APL_OK;
}

/* What cannot be judged by itself, because its `if` or its effect waits for a value, is left out with a warning. */
static bool waits_for_value(const apl_policy_set *set, const apl_policy_instance *instance)
{
    const apl_policy *policy = instance->rule.policy;
    apl_reporter reporter = apl_policy_reporter(set, instance->definition->file);

    if (instance->assignment || !(policy->effect_is_missing || policy->condition_needs_missing))
        return false;
    apl_reporter_warning(&reporter, APL_STR("parameters"), NULL, "%.*s; the policy is not judged by itself",
                         APL_STR_ARG(policy->missing));
    return true;
}

static apl_status compile_instance(apl_policy_set *set, apl_policy_instance *instance)
{
    const apl_policy_document *assignment = instance->assignment;
    apl_policy_options options = {
        .definition = instance->definition->whole,
        .parameters = instance->parameters,
        .effect = instance->effect,
        .assignment_id = assignment ? assignment->id : APL_STR_NONE,
        .initiative_id = instance->initiative ? instance->initiative->id : APL_STR_NONE,
        .reference_id = instance->reference_id,
        .file = instance->definition->file,
    };

    if (assignment)
        options.message = apl_assignment_message(assignment, instance->reference_id);
    apl_status status = apl_policy_compile_with(&instance->rule.policy, &set->context, &options);
    if (status != APL_OK)
        return status;
    if (assignment && instance->rule.policy->missing.size) {
        apl_reporter reporter = apl_policy_reporter(set, assignment->file);
        return apl_reporter_error(&reporter, APL_STR("parameters"), NULL, "%.*s (definition %.*s)",
                                  APL_STR_ARG(instance->rule.policy->missing), APL_STR_ARG(instance->definition->id));
    }
    apl_rule_info_of_policy(&instance->rule.info, set->context.arena, instance->rule.policy);
    return APL_OK;
}

static apl_status compile_instances(apl_policy_set *set)
{
    size_t kept = 0;

    for (size_t i = 0; i < set->instances.count; i++) {
        apl_policy_instance *instance = &set->instances.items[i];
        apl_status status = compile_instance(set, instance);
        if (status != APL_OK)
            return status;
        if (set->context.keeps_incomplete || !waits_for_value(set, instance))
            set->instances.items[kept++] = *instance;
    }
    set->instances.count = kept;
    return APL_OK;
}

static apl_str assignment_id(const apl_policy_instance *instance)
{
    return instance->assignment ? instance->assignment->id : APL_STR_NONE;
}

static int by_rule(const void *left, const void *right)
{
    const apl_policy_instance *a = left;
    const apl_policy_instance *b = right;
    int order = apl_str_compare_nocase(a->definition->id, b->definition->id);

    if (order == 0)
        order = apl_str_compare_nocase(assignment_id(a), assignment_id(b));
    if (order == 0)
        order = apl_str_compare(a->reference_id, b->reference_id);
    if (order == 0)
        order = (a->override_index > b->override_index) - (a->override_index < b->override_index);
    return order;
}

static bool is_same_source(const apl_policy_instance *a, const apl_policy_instance *b)
{
    return a->definition == b->definition && a->assignment == b->assignment &&
           apl_str_equal(a->reference_id, b->reference_id);
}

static apl_str last_part(apl_str id)
{
    long slash = apl_str_find_last_char(id, '/');

    return slash < 0 ? id : apl_str_slice(id, (size_t)slash + 1, id.size);
}

/* A definition that is in force more than once gives rules whose ids say through what. */
static void name_rules(apl_policy_set *set)
{
    apl_policy_instance *items = set->instances.items;

    for (size_t i = 0; i < set->instances.count; i++) {
        bool is_alone =
            (i == 0 || items[i - 1].definition != items[i].definition || is_same_source(&items[i - 1], &items[i])) &&
            (i + 1 == set->instances.count || items[i + 1].definition != items[i].definition ||
             is_same_source(&items[i], &items[i + 1]));
        if (is_alone)
            continue;
        apl_str assignment = last_part(assignment_id(&items[i]));
        bool has_both = assignment.size && items[i].reference_id.size;
        items[i].rule.info.id =
            apl_arena_format(set->context.arena, "%.*s#%.*s%s%.*s", APL_STR_ARG(items[i].definition->id),
                             APL_STR_ARG(assignment), has_both ? "/" : "", APL_STR_ARG(items[i].reference_id));
    }
}

/* ---- Controls ---- */

static int by_control(const void *left, const void *right)
{
    const apl_control_ref *a = left;
    const apl_control_ref *b = right;
    int order = apl_str_compare(a->framework, b->framework);

    return order ? order : apl_str_compare(a->control, b->control);
}

/* An initiative is a framework by its display name, and its groups are the controls. */
static apl_control_ref control_of(const apl_policy_group *group)
{
    apl_control_ref control = {
        .framework = group->title.size ? group->title : last_part(group->initiative),
        .control = group->group,
        .title = group->group_title.size ? group->group_title : group->group,
    };

    if (group->group.size == 0)
        control = (apl_control_ref){control.framework, APL_STR("ungrouped"), APL_STR("Policies of no group")};
    return control;
}

static void join_controls(apl_policy_set *set)
{
    for (size_t i = 0; i < set->instances.count; i++) {
        apl_policy_instance *instance = &set->instances.items[i];
        apl_control_ref *controls = APL_ARENA_ARRAY(set->context.arena, apl_control_ref, instance->group_count);
        uint32_t kept = 0;
        for (size_t g = 0; g < instance->group_count; g++)
            controls[g] = control_of(&instance->groups[g]);
        if (instance->group_count)
            qsort(controls, instance->group_count, sizeof *controls, by_control);
        for (size_t g = 0; g < instance->group_count; g++) {
            if (kept == 0 || by_control(&controls[kept - 1], &controls[g]) != 0)
                controls[kept++] = controls[g];
        }
        instance->rule.info.controls = controls;
        instance->rule.info.control_count = kept;
    }
}

/* ---- Finishing ---- */

static apl_status expand_alone(apl_policy_set *set)
{
    apl_status status = APL_OK;

    for (size_t i = 0; i < set->initiatives.count && status == APL_OK; i++) {
        if (!set->initiatives.items[i].is_used)
            status = apl_initiative_expand(set, &set->initiatives.items[i], NULL);
    }
    for (size_t i = 0; i < set->definitions.count && status == APL_OK; i++) {
        apl_policy_instance instance = {.definition = &set->definitions.items[i]};
        if (!set->definitions.items[i].is_used)
            status = apl_policy_instance_add(set, &instance);
    }
    return status;
}

static void index_exemptions(apl_policy_set *set)
{
    set->next_exemption = apl_memory_new((set->exemptions.count + 1) * sizeof *set->next_exemption);
    for (size_t i = set->exemptions.count; i > 0; i--) {
        apl_str assignment = apl_value_str(apl_value_member(set->exemptions.items[i - 1].body, "policyAssignmentId"));
        uint32_t first = apl_table_get(set->exemptions_by_assignment, assignment);
        set->next_exemption[i - 1] = first == APL_TABLE_NONE ? 0 : first + 1;
        apl_table_set(set->exemptions_by_assignment, assignment, (uint32_t)i - 1);
    }
}

apl_status apl_policy_set_finish(apl_policy_set *set)
{
    apl_status status = APL_OK;

    APL_ASSERT(!set->is_finished);
    set->is_finished = true;
    sort_documents(set, &set->definitions);
    sort_documents(set, &set->initiatives);
    sort_documents(set, &set->assignments);
    sort_documents(set, &set->exemptions);
    name_documents(&set->definitions, set->definitions_by_id);
    name_documents(&set->initiatives, set->initiatives_by_id);
    index_exemptions(set);
    for (size_t i = 0; i < set->exemptions.count && status == APL_OK; i++)
        status = apl_exemption_check(set, &set->exemptions.items[i]);
    for (size_t i = 0; i < set->assignments.count && status == APL_OK; i++)
        status = apl_assignment_expand(set, &set->assignments.items[i]);
    if (status == APL_OK)
        status = expand_alone(set);
    if (status == APL_OK)
        status = compile_instances(set);
    if (set->instances.count)
        qsort(set->instances.items, set->instances.count, sizeof *set->instances.items, by_rule);
    if (status == APL_OK) {
        name_rules(set);
        join_controls(set);
    }
    return status;
}

size_t apl_policy_set_count(const apl_policy_set *set)
{
    return set->instances.count;
}

const apl_rule *apl_policy_set_rule(const apl_policy_set *set, size_t index)
{
    APL_ASSERT(index < set->instances.count);
    return &set->instances.items[index].rule;
}

apl_policy_source apl_policy_set_source(const apl_policy_set *set, size_t index)
{
    APL_ASSERT(index < set->instances.count);
    const apl_policy_instance *instance = &set->instances.items[index];
    apl_policy_source source = {
        .definition = instance->definition->id,
        .initiative = instance->initiative ? instance->initiative->id : APL_STR_NONE,
        .assignment = assignment_id(instance),
        .reference_id = instance->reference_id,
        .definition_version = instance->definition_version,
        .is_enforced = true,
        .groups = instance->groups,
        .group_count = instance->group_count,
    };

    if (instance->assignment) {
        apl_str mode = apl_value_str(apl_value_member(instance->assignment->body, "enforcementMode"));
        source.is_enforced = !apl_str_equal_nocase(mode, APL_STR("DoNotEnforce"));
    }
    return source;
}

bool apl_policy_set_covers(const apl_policy_set *set, size_t index, const apl_policy_eval *eval, apl_asset_id asset,
                           apl_str *exemption)
{
    APL_ASSERT(index < set->instances.count);
    const apl_policy_instance *instance = &set->instances.items[index];
    const apl_asset *found = &eval->estate->assets.items[asset];

    *exemption = APL_STR_NONE;
    if (instance->assignment == NULL)
        return true;
    if (!apl_assignment_covers(instance, eval->estate, found))
        return false;
    apl_exemption_find(exemption, set, instance, eval, found);
    return true;
}
