/* normalize/service_file.c: reading provider.yaml and service.yaml member by member.
 *
 * docs/content.md is the format. Each function takes one object apart and says in one line what is wrong with it. */
#include "normalize/service_file.h"

#include <stdio.h>

#include "base/limits.h"

static bool is_one_of(apl_str name, const char *const *allowed)
{
    for (size_t i = 0; allowed[i]; i++) {
        if (name.size && allowed[i][0] == name.data[0] && apl_str_equal(name, apl_str_from(allowed[i])))
            return true;
    }
    return false;
}

apl_status apl_service_file_members(apl_value object, const char *const *allowed, const char *where)
{
    char hint[APL_GUESS_HINT_BYTES];

    if (object.type != APL_VALUE_OBJECT)
        return apl_fail(APL_E_CONTENT, "%s: must be an object, is %s", where, apl_value_type_name(object));
    for (uint32_t i = 0; i < object.size; i++) {
        if (is_one_of(object.members[i].key, allowed))
            continue;
        return apl_fail(APL_E_CONTENT, "%s: unknown member \"%.*s\"%s", where, APL_STR_ARG(object.members[i].key),
                        apl_guess_of(object.members[i].key, allowed, hint));
    }
    return APL_OK;
}

static apl_str text_of(const apl_services_options *options, apl_value object, const char *name)
{
    return apl_arena_str(options->arena, apl_value_str(apl_value_member(object, name)));
}

/* Compiles the template in member `name`, or a list of them of which the first that gives something counts; *out stays
 * as it is when there is none. */
apl_status apl_service_file_template(apl_template **out, const apl_services_options *options, apl_value object,
                                     const char *name, const char *where)
{
    apl_value given = apl_value_member(object, name);
    apl_template *last = NULL;
    apl_status status = APL_OK;

    if (given.type == APL_VALUE_MISSING)
        return APL_OK;
    bool is_list = given.type == APL_VALUE_ARRAY && given.size > 0;
    if (given.type != APL_VALUE_STRING && !is_list)
        return apl_fail(APL_E_CONTENT, "%s: %s must be a text or a list of texts", where, name);
    for (uint32_t i = 0; status == APL_OK && i < (is_list ? given.size : 1); i++) {
        apl_template *made = NULL;
        apl_str text = apl_value_str(is_list ? given.items[i] : given);
        status = apl_template_compile(&made, options->arena, options->fields, text);
        if (status == APL_OK && last)
            apl_template_or(last, made);
        else if (status == APL_OK)
            *out = made;
        last = made;
    }
    return status == APL_OK ? status : apl_fail_context(status, "%s: %s", where, name);
}

apl_status apl_service_file_condition(apl_condition **out, const apl_services_options *options, apl_value object,
                                      const char *name, const char *where)
{
    apl_value condition = apl_value_member(object, name);

    if (condition.type == APL_VALUE_MISSING)
        return APL_OK;
    apl_compile compile = {
        .arena = options->arena,
        .fields = options->fields,
        .aliases = options->aliases,
        .file = where,
        .path = apl_str_from(name),
    };
    return apl_condition_compile(out, &compile, condition);
}

static apl_status texts_of(const apl_str **out, size_t *count, const apl_services_options *options, apl_value list)
{
    if (list.type != APL_VALUE_ARRAY)
        return apl_fail(APL_E_CONTENT, "must be a list of texts, is %s", apl_value_type_name(list));
    apl_str *texts = APL_ARENA_ARRAY(options->arena, apl_str, list.size);
    for (uint32_t i = 0; i < list.size; i++) {
        if (list.items[i].type != APL_VALUE_STRING)
            return apl_fail(APL_E_CONTENT, "item %u must be a text", i);
        texts[i] = apl_arena_str(options->arena, apl_value_str(list.items[i]));
    }
    *out = texts;
    *count = list.size;
    return APL_OK;
}

static apl_status unread_without_of(const apl_str **out, size_t *count, const apl_services_options *options,
                                    apl_value object, const char *where)
{
    apl_value list = apl_value_member(object, "unread_without");

    if (list.type == APL_VALUE_MISSING)
        return APL_OK;
    apl_status status = texts_of(out, count, options, list);
    if (status == APL_OK && *count > APL_UNREAD_GROUPS_MAX - 1)
        status = apl_fail(APL_E_LIMIT, "more than %d paths", APL_UNREAD_GROUPS_MAX - 1);
    return status == APL_OK ? status : apl_fail_context(status, "%s: unread_without", where);
}

static apl_status cloud_of(uint8_t *out, apl_value file, const char *where)
{
    apl_str cloud = apl_value_str(apl_value_member(file, "cloud"));

    for (uint8_t i = 0; apl_cloud_names[i]; i++) {
        if (apl_str_equal(cloud, apl_str_from(apl_cloud_names[i]))) {
            *out = i;
            return APL_OK;
        }
    }
    char hint[APL_GUESS_HINT_BYTES];
    return apl_fail(APL_E_CONTENT, "%s: cloud \"%.*s\" is none of azure, aws, gcp, kubernetes, saas, code, host%s",
                    where, APL_STR_ARG(cloud), apl_guess_of(cloud, apl_cloud_names, hint));
}

static apl_status ids_of(bool *ignore_case, apl_value file, const char *where)
{
    static const char *const allowed[] = {"nocase", "exact", NULL};
    apl_str ids = apl_value_str(apl_value_member(file, "ids"));
    char hint[APL_GUESS_HINT_BYTES];

    *ignore_case = apl_str_equal(ids, APL_STR("nocase"));
    if (ids.size == 0 || is_one_of(ids, allowed))
        return APL_OK;
    return apl_fail(APL_E_CONTENT, "%s: ids \"%.*s\" is neither nocase nor exact%s", where, APL_STR_ARG(ids),
                    apl_guess_of(ids, allowed, hint));
}

apl_status apl_service_file_provider(apl_provider *out, const apl_services_options *options, apl_value file,
                                     const char *where)
{
    static const char *const allowed[] = {"provider", "cloud",          "ids", "parent", "scope", "tenant",
                                          "location", "unread_without", "id",  "name",   "tags",  NULL};
    apl_status status = apl_service_file_members(file, allowed, where);

    if (status == APL_OK)
        status = cloud_of(&out->cloud, file, where);
    if (status == APL_OK)
        status = ids_of(&out->ids_ignore_case, file, where);
    if (status != APL_OK)
        return status;
    out->name = text_of(options, file, "provider");
    out->has_arm_parent = apl_str_equal(apl_value_str(apl_value_member(file, "parent")), APL_STR("arm"));
    out->has_arm_scope = apl_str_equal(apl_value_str(apl_value_member(file, "scope")), APL_STR("arm"));
    apl_value tags = apl_value_member(file, "tags");
    if (tags.type == APL_VALUE_STRING) {
        out->has_tags = true;
        out->tags = apl_fields_ask(options->fields, apl_value_str(tags));
    }
    status = apl_service_file_template(&out->id, options, file, "id", where);
    if (status == APL_OK)
        status = apl_service_file_template(&out->name_template, options, file, "name", where);
    if (status == APL_OK && !out->has_arm_parent)
        status = apl_service_file_template(&out->parent, options, file, "parent", where);
    if (status == APL_OK && !out->has_arm_scope)
        status = apl_service_file_template(&out->scope, options, file, "scope", where);
    if (status == APL_OK)
        status = apl_service_file_template(&out->tenant, options, file, "tenant", where);
    if (status == APL_OK)
        status = apl_service_file_template(&out->location, options, file, "location", where);
    if (status == APL_OK)
        status = unread_without_of(&out->unread_without, &out->unread_without_count, options, file, where);
    return status;
}

apl_status apl_service_file_kind(apl_kind *out, const apl_services_options *options, apl_str name, const char *where)
{
    char hint[APL_GUESS_HINT_BYTES];

    *out = apl_vocabulary_kind(options->vocabulary, name);
    if (*out != APL_KIND_NONE)
        return APL_OK;
    apl_guess nearest = apl_vocabulary_nearest_kind(options->vocabulary, name);
    return apl_fail(APL_E_CONTENT, "%s: no kind is called \"%.*s\"%s", where, APL_STR_ARG(name),
                    apl_guess_hint(&nearest, hint));
}

static apl_status kinds_of(apl_type *out, const apl_services_options *options, apl_value object, const char *where)
{
    static const char *const allowed[] = {"kind", "when", NULL};
    apl_value kind = apl_value_member(object, "kind");
    apl_status status = APL_OK;

    if (kind.type == APL_VALUE_STRING) {
        out->kinds = APL_ARENA_NEW(options->arena, apl_kind_choice);
        out->kind_count = 1;
        return apl_service_file_kind(&out->kinds[0].kind, options, apl_value_str(kind), where);
    }
    if (kind.type != APL_VALUE_ARRAY || kind.size == 0)
        return apl_fail(APL_E_CONTENT, "%s: kind must be a kind or a list of {when, kind}", where);
    out->kinds = APL_ARENA_ARRAY(options->arena, apl_kind_choice, kind.size);
    out->kind_count = kind.size;
    for (uint32_t i = 0; status == APL_OK && i < kind.size; i++) {
        status = apl_service_file_members(kind.items[i], allowed, where);
        apl_str name = apl_value_str(apl_value_member(kind.items[i], "kind"));
        if (status == APL_OK)
            status = apl_service_file_kind(&out->kinds[i].kind, options, name, where);
        if (status == APL_OK)
            status = apl_service_file_condition(&out->kinds[i].when, options, kind.items[i], "when", where);
    }
    if (status == APL_OK && out->kinds[kind.size - 1].when)
        return apl_fail(APL_E_CONTENT, "%s: the last kind must hold always, without `when`", where);
    return status;
}

static apl_status end_of(apl_relation_end *out, const apl_services_options *options, apl_value object,
                         const char *const names[3], const char *where)
{
    apl_status status = apl_service_file_template(&out->id, options, object, names[0], where);

    if (status == APL_OK)
        status = apl_service_file_template(&out->key, options, object, names[1], where);
    return status == APL_OK ? apl_service_file_template(&out->suffix, options, object, names[2], where) : status;
}

apl_status apl_service_file_relation(apl_relation_type *out, const apl_services_options *options, apl_str name,
                                     const char *where)
{
    *out = apl_vocabulary_relation(options->vocabulary, name);
    if (*out != APL_RELATION_NONE)
        return APL_OK;
    apl_guess nearest = apl_vocabulary_nearest_relation(options->vocabulary, name);
    char hint[APL_GUESS_HINT_BYTES];

    return apl_fail(APL_E_CONTENT, "%s: no relation is called \"%.*s\"%s", where, APL_STR_ARG(name),
                    apl_guess_hint(&nearest, hint));
}

static apl_status relation_of(apl_relation_rule *out, const apl_services_options *options, apl_value object,
                              const char *where)
{
    static const char *const allowed[] = {"type",     "to",          "to_key",      "to_suffix", "from",
                                          "from_key", "from_suffix", "kind",        "when",      "unless",
                                          "where",    "target_type", "target_name", "evidence",  NULL};
    static const char *const from_names[3] = {"from", "from_key", "from_suffix"};
    static const char *const to_names[3] = {"to", "to_key", "to_suffix"};
    apl_status status = apl_service_file_members(object, allowed, where);
    apl_value kind = apl_value_member(object, "kind");

    if (status != APL_OK)
        return status;
    status = apl_service_file_relation(&out->type, options, apl_value_str(apl_value_member(object, "type")), where);
    if (status == APL_OK && apl_value_is_there(kind))
        status = apl_service_file_kind(&out->stub_kind, options, apl_value_str(kind), where);
    if (status == APL_OK)
        status = end_of(&out->from, options, object, from_names, where);
    if (status == APL_OK)
        status = end_of(&out->to, options, object, to_names, where);
    if (status == APL_OK)
        status = apl_service_file_condition(&out->when, options, object, "when", where);
    if (status == APL_OK)
        status = apl_service_file_condition(&out->unless, options, object, "unless", where);
    if (status == APL_OK)
        status = apl_service_file_condition(&out->where, options, object, "where", where);
    if (status == APL_OK)
        status = apl_service_file_template(&out->stub_name, options, object, "target_name", where);
    out->stub_type = text_of(options, object, "target_type");
    out->evidence = text_of(options, object, "evidence");
    bool has_from = out->from.id || out->from.key;
    bool has_to = out->to.id || out->to.key;
    if (status == APL_OK && !has_from && !has_to)
        return apl_fail(APL_E_CONTENT, "%s: a relation needs `to` or `from`", where);
    return status;
}

static apl_status relations_of(apl_type *out, const apl_services_options *options, apl_value list, const char *where)
{
    apl_status status = APL_OK;
    char place[APL_ERROR_BYTES_MAX];

    if (list.type == APL_VALUE_MISSING)
        return APL_OK;
    if (list.type != APL_VALUE_ARRAY)
        return apl_fail(APL_E_CONTENT, "%s: relations must be a list", where);
    out->relations = APL_ARENA_ARRAY(options->arena, apl_relation_rule, list.size);
    out->relation_count = list.size;
    for (uint32_t i = 0; status == APL_OK && i < list.size; i++) {
        (void)snprintf(place, sizeof place, "%.900s.relations[%u]", where, i);
        status = relation_of(&out->relations[i], options, list.items[i], place);
    }
    return status;
}

static apl_status inherits_of(apl_type *out, const apl_services_options *options, apl_value list, const char *where)
{
    const apl_str *names = NULL;

    if (list.type == APL_VALUE_MISSING)
        return APL_OK;
    if (texts_of(&names, &out->inherit_count, options, list) != APL_OK)
        return apl_fail_context(APL_E_CONTENT, "%s.inherits", where);
    out->inherits = APL_ARENA_ARRAY(options->arena, apl_relation_type, out->inherit_count);
    apl_status status = APL_OK;
    for (size_t i = 0; status == APL_OK && i < out->inherit_count; i++)
        status = apl_service_file_relation(&out->inherits[i], options, names[i], where);
    return status;
}

static apl_status keys_of(apl_type *out, const apl_services_options *options, apl_value list, const char *where)
{
    apl_status status = APL_OK;

    if (list.type == APL_VALUE_MISSING)
        return APL_OK;
    if (list.type != APL_VALUE_ARRAY)
        return apl_fail(APL_E_CONTENT, "%s: keys must be a list of templates", where);
    out->keys = APL_ARENA_ARRAY(options->arena, apl_template *, list.size);
    out->key_count = list.size;
    for (uint32_t i = 0; status == APL_OK && i < list.size; i++)
        status = apl_template_compile(&out->keys[i], options->arena, options->fields, apl_value_str(list.items[i]));
    return status == APL_OK ? status : apl_fail_context(status, "%s: keys", where);
}

/* "definition.tools[*]" into its steps. */
static apl_status steps_of(apl_part_rule *out, const apl_services_options *options, apl_str path, const char *where)
{
    apl_str *steps = APL_ARENA_ARRAY(options->arena, apl_str, path.size + 1);
    apl_str rest = path;
    apl_str part;

    while (apl_str_next(&part, &rest, '.')) {
        bool has_star = apl_str_ends(part, APL_STR("[*]"));
        apl_str name = has_star ? apl_str_slice(part, 0, part.size - 3) : part;
        if (name.size == 0 || apl_str_find(name, APL_STR("[")) >= 0)
            return apl_fail(APL_E_CONTENT, "%s: path \"%.*s\" must be names with dots between and [*] behind", where,
                            APL_STR_ARG(path));
        steps[out->step_count++] = apl_arena_str(options->arena, name);
        if (has_star)
            steps[out->step_count++] = APL_STR("*");
    }
    out->steps = steps;
    return out->step_count ? APL_OK : apl_fail(APL_E_CONTENT, "%s: a part needs a path", where);
}

static apl_status parts_of(apl_type *out, const apl_services_options *options, apl_value list, const char *where)
{
    static const char *const allowed[] = {"path", "type", NULL};
    apl_status status = APL_OK;

    if (list.type == APL_VALUE_MISSING)
        return APL_OK;
    if (list.type != APL_VALUE_ARRAY)
        return apl_fail(APL_E_CONTENT, "%s: parts must be a list", where);
    out->parts = APL_ARENA_ARRAY(options->arena, apl_part_rule, list.size);
    out->part_count = list.size;
    for (uint32_t i = 0; status == APL_OK && i < list.size; i++) {
        status = apl_service_file_members(list.items[i], allowed, where);
        if (status != APL_OK)
            break;
        out->parts[i].type = text_of(options, list.items[i], "type");
        status = steps_of(&out->parts[i], options, apl_value_str(apl_value_member(list.items[i], "path")), where);
    }
    return status;
}

/* One path, or a list of paths. */
static apl_status ranges_of(apl_exposure_rule *out, const apl_services_options *options, apl_value ranges,
                            const char *where)
{
    const apl_str *paths = NULL;
    apl_str one = apl_value_str(ranges);

    if (ranges.type == APL_VALUE_MISSING)
        return APL_OK;
    if (ranges.type == APL_VALUE_STRING) {
        paths = &one;
        out->range_count = 1;
    } else if (texts_of(&paths, &out->range_count, options, ranges) != APL_OK) {
        return apl_fail_context(APL_E_CONTENT, "%s.ranges", where);
    }
    apl_field_id *fields = APL_ARENA_ARRAY(options->arena, apl_field_id, out->range_count);
    for (size_t i = 0; i < out->range_count; i++) {
        fields[i] = apl_fields_ask(options->fields, paths[i]);
        out->range_paths = apl_arena_format(options->arena, "%.*s%s%.*s", APL_STR_ARG(out->range_paths), i ? ", " : "",
                                            APL_STR_ARG(paths[i]));
    }
    out->ranges = fields;
    return APL_OK;
}

/* Two paths: where the first and the last address of one range stand. */
static apl_status span_of(apl_exposure_rule *out, const apl_services_options *options, apl_value span,
                          const char *where)
{
    const apl_str *paths = NULL;
    size_t count = 0;

    if (span.type == APL_VALUE_MISSING)
        return APL_OK;
    apl_status status = texts_of(&paths, &count, options, span);
    if (status == APL_OK && count != 2)
        status = apl_fail(APL_E_CONTENT, "must be two paths");
    if (status != APL_OK)
        return apl_fail_context(status, "%s.span", where);
    out->has_span = true;
    for (size_t i = 0; i < 2; i++)
        out->span[i] = apl_fields_ask(options->fields, paths[i]);
    return APL_OK;
}

static apl_status children_of(apl_exposure_rule *out, const apl_services_options *options, apl_value exposure,
                              const char *where)
{
    apl_value children = apl_value_member(exposure, "children");
    apl_value wants = apl_value_member(exposure, "wants_child");

    out->wants_child = wants.type == APL_VALUE_BOOL && wants.boolean;
    if (children.type == APL_VALUE_MISSING)
        return APL_OK;
    apl_status status = texts_of(&out->children, &out->child_count, options, children);
    return status == APL_OK ? status : apl_fail_context(status, "%s.children", where);
}

static apl_status within_of(apl_exposure_rule *out, const apl_services_options *options, apl_value exposure,
                            const char *where)
{
    apl_str name = apl_value_str(apl_value_member(exposure, "within"));

    out->within = APL_RELATION_NONE;
    return name.size ? apl_service_file_relation(&out->within, options, name, where) : APL_OK;
}

static apl_status exposure_of(apl_exposure_rule *out, const apl_services_options *options, apl_value exposure,
                              const char *where)
{
    static const char *const allowed[] = {
        "none",        "unknown", "closed",  "open",   "ranges",  "span",         "bypass",    "children",
        "wants_child", "within",  "guarded", "passes", "filters", "needs_filter", "addresses", "groups",
        "rules",       NULL};
    apl_str none_paths; /* an asset without a network surface has no evidence */
    const struct {
        const char *name;
        apl_condition **target;
        apl_str *paths;
    } conditions[] = {
        {"none", &out->none, &none_paths},          {"unknown", &out->unknown, &out->unknown_paths},
        {"closed", &out->closed, &out->closed_paths}, {"open", &out->open, &out->open_paths},
        {"bypass", &out->bypass, &out->bypass_paths},
    };

    out->within = APL_RELATION_NONE;
    if (exposure.type == APL_VALUE_MISSING)
        return APL_OK;
    out->is_given = true;
    if (apl_str_equal(apl_value_str(exposure), APL_STR("parent"))) {
        out->is_parents = true;
        return APL_OK;
    }
    if (exposure.type != APL_VALUE_OBJECT)
        return apl_fail(APL_E_CONTENT, "%s: must be `parent` or an object of conditions", where);
    apl_status status = apl_service_file_members(exposure, allowed, where);
    for (size_t i = 0; status == APL_OK && i < sizeof conditions / sizeof conditions[0]; i++) {
        apl_value condition = apl_value_member(exposure, conditions[i].name);
        status = apl_service_file_condition(conditions[i].target, options, exposure, conditions[i].name, where);
        out->has_own = out->has_own || apl_value_is_there(condition);
        *conditions[i].paths = apl_exposure_file_paths(options->arena, condition);
    }
    if (status == APL_OK)
        status = ranges_of(out, options, apl_value_member(exposure, "ranges"), where);
    if (status == APL_OK)
        status = span_of(out, options, apl_value_member(exposure, "span"), where);
    if (status == APL_OK)
        status = within_of(out, options, exposure, where);
    if (status == APL_OK)
        status = children_of(out, options, exposure, where);
    out->has_own = out->has_own || out->range_count || out->has_span || out->child_count || out->within;
    return status == APL_OK ? apl_exposure_file_others(out, options, exposure, where) : status;
}

static apl_status level_named(uint8_t *out, apl_str name, const char *where)
{
    char hint[APL_GUESS_HINT_BYTES];

    for (unsigned level = APL_LEVEL_NONE; level <= APL_LEVEL_HIGH; level++) {
        if (apl_str_equal(name, apl_str_from(apl_level_names[level]))) {
            *out = (uint8_t)level;
            return APL_OK;
        }
    }
    return apl_fail(APL_E_CONTENT, "%s: \"%.*s\" is no level of sensitivity%s", where, APL_STR_ARG(name),
                    apl_guess_of(name, apl_level_names, hint));
}

static apl_status labels_of(apl_type *out, const apl_services_options *options, apl_value list, const char *where)
{
    static const char *const allowed[] = {"level", "when", NULL};
    apl_status status = APL_OK;

    if (list.type == APL_VALUE_MISSING)
        return APL_OK;
    if (list.type != APL_VALUE_ARRAY)
        return apl_fail(APL_E_CONTENT, "%s: sensitivity must be a list of {level, when}", where);
    out->labels = APL_ARENA_ARRAY(options->arena, apl_label_rule, list.size);
    out->label_count = list.size;
    for (uint32_t i = 0; status == APL_OK && i < list.size; i++) {
        apl_label_rule *label = &out->labels[i];
        status = apl_service_file_members(list.items[i], allowed, where);
        if (status == APL_OK)
            status = level_named(&label->level, apl_value_str(apl_value_member(list.items[i], "level")), where);
        if (status == APL_OK)
            status = apl_service_file_condition(&label->when, options, list.items[i], "when", where);
    }
    return status;
}

/* Paths, and when they are meant. */
static apl_status hides_of(apl_type *out, const apl_services_options *options, apl_value object, const char *where)
{
    const apl_str *paths = NULL;
    apl_value list = apl_value_member(object, "hides");
    size_t count = 0;

    if (list.type == APL_VALUE_MISSING)
        return APL_OK;
    apl_status status = texts_of(&paths, &count, options, list);
    apl_hidden_path *hides = APL_ARENA_ARRAY(options->arena, apl_hidden_path, count);
    for (size_t i = 0; status == APL_OK && i < count; i++) {
        apl_step steps[APL_STEPS_MAX];
        if (!apl_path_parse(steps, &hides[i].step_count, options->arena, paths[i])) {
            status = apl_fail(APL_E_CONTENT, "\"%.*s\" is no path", APL_STR_ARG(paths[i]));
            break;
        }
        apl_step *kept = APL_ARENA_ARRAY(options->arena, apl_step, hides[i].step_count);
        memcpy(kept, steps, hides[i].step_count * sizeof *steps);
        hides[i].steps = kept;
    }
    out->hides = hides;
    out->hide_count = count;
    if (status != APL_OK)
        return apl_fail_context(status, "%s.hides", where);
    return apl_service_file_condition(&out->hides_when, options, object, "hides_when", where);
}

static apl_status templates_of(apl_type *out, const apl_services_options *options, apl_value object, const char *where)
{
    struct {
        const char *name;
        apl_template **target;
    } const members[] = {
        {"id", &out->id},       {"name", &out->name_template}, {"parent", &out->parent},
        {"scope", &out->scope}, {"tenant", &out->tenant},      {"location", &out->location},
    };
    apl_status status = APL_OK;

    for (size_t i = 0; status == APL_OK && i < sizeof members / sizeof members[0]; i++)
        status = apl_service_file_template(members[i].target, options, object, members[i].name, where);
    return status;
}

apl_status apl_service_file_type(apl_type *out, const apl_services_options *options, apl_value object,
                                 const char *where)
{
    static const char *const allowed[] = {"title", "kind",       "read",      "recognise",      "id",
                                          "name",  "parent",     "scope",     "tenant",         "location",
                                          "keys",  "exposure",   "relations", "unread_without", "sensitivity",
                                          "hides", "hides_when", "parts",     "inherits",       "bom",
                                          NULL};
    apl_value read = apl_value_member(object, "read"); /* how to read it is the collector's business */
    apl_status status = apl_service_file_members(object, allowed, where);

    if (status == APL_OK)
        status = kinds_of(out, options, object, where);
    if (status == APL_OK)
        status = templates_of(out, options, object, where);
    if (status == APL_OK)
        status = keys_of(out, options, apl_value_member(object, "keys"), where);
    if (status == APL_OK)
        status = relations_of(out, options, apl_value_member(object, "relations"), where);
    if (status == APL_OK)
        status = inherits_of(out, options, apl_value_member(object, "inherits"), where);
    if (status == APL_OK)
        status = parts_of(out, options, apl_value_member(object, "parts"), where);
    if (status == APL_OK)
        status = hides_of(out, options, object, where);
    if (status == APL_OK)
        status = exposure_of(&out->exposure, options, apl_value_member(object, "exposure"),
                             apl_arena_format(options->arena, "%s.exposure", where).data);
    if (status == APL_OK)
        status = labels_of(out, options, apl_value_member(object, "sensitivity"),
                           apl_arena_format(options->arena, "%s.sensitivity", where).data);
    if (status != APL_OK)
        return status;
    out->title = text_of(options, object, "title");
    out->needs = text_of(options, read, "needs");
    out->is_never_read = apl_value_is_there(apl_value_member(read, "never"));
    out->unread_without = out->provider->unread_without;
    out->unread_without_count = out->provider->unread_without_count;
    return unread_without_of(&out->unread_without, &out->unread_without_count, options, object, where);
}

apl_status apl_service_file_recognition(apl_recognition *out, const apl_services_options *options, apl_value object,
                                        const char *where)
{
    static const char *const allowed[] = {"wrapper", "members", "when", "partial", NULL};
    apl_value wrapper = apl_value_member(object, "wrapper");
    apl_value members = apl_value_member(object, "members");
    apl_value partial = apl_value_member(object, "partial");
    const apl_str *names = NULL;
    apl_status status = apl_service_file_members(object, allowed, where);

    if (status == APL_OK && apl_value_is_there(wrapper) &&
        texts_of(&out->wrappers, &out->wrapper_count, options, wrapper) != APL_OK)
        status = apl_fail_context(APL_E_CONTENT, "%s.wrapper", where);
    if (status == APL_OK && apl_value_is_there(members) &&
        texts_of(&names, &out->member_count, options, members) != APL_OK)
        status = apl_fail_context(APL_E_CONTENT, "%s.members", where);
    if (status == APL_OK)
        status = apl_service_file_condition(&out->when, options, object, "when", where);
    if (status != APL_OK)
        return status;
    apl_field_id *fields = APL_ARENA_ARRAY(options->arena, apl_field_id, out->member_count);
    for (size_t i = 0; i < out->member_count; i++)
        fields[i] = apl_fields_ask(options->fields, names[i]);
    out->members = fields;
    out->is_partial = partial.type == APL_VALUE_BOOL && partial.boolean;
    out->weight = (out->wrapper_count ? 1u : 0u) + (unsigned)out->member_count + (out->when ? 2u : 0u);
    if (out->weight == 0)
        return apl_fail(APL_E_CONTENT, "%s: names nothing that must hold", where);
    return APL_OK;
}
