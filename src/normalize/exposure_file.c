/* normalize/exposure_file.c: the members of `exposure` that speak of other assets: guarded, passes, filters, rules.
 *
 * docs/content.md is the format. What an asset decides by its own settings is read in service_file.c. */
#include <stdio.h>

#include "base/limits.h"
#include "normalize/service_file.h"

#define FIELDS_SHOWN_MAX 8
#define PENDING_MAX 256

/* Where the item stands: "services/x: types.y.exposure.passes[2]". */
static const char *place_of(const apl_services_options *options, const char *where, const char *member, uint32_t index)
{
    return apl_arena_format(options->arena, "%s.%s[%u]", where, member, index).data;
}

/* The fields that a condition looks at, for evidence: "properties.a, properties.b". In the order of the file. */
apl_str apl_exposure_file_paths(apl_arena *arena, apl_value condition)
{
    apl_value pending[PENDING_MAX] = {condition};
    size_t count = 1;
    apl_str seen[FIELDS_SHOWN_MAX];
    size_t shown = 0;
    apl_text text;

    apl_text_init(&text, APL_PATH_BYTES_MAX);
    while (count && shown < FIELDS_SHOWN_MAX) {
        apl_value value = pending[--count];
        apl_str field = value.type == APL_VALUE_OBJECT ? apl_value_str(apl_value_member(value, "field")) : APL_STR_NONE;
        bool is_new = field.size > 0;
        for (size_t i = 0; i < shown; i++)
            is_new = is_new && !apl_str_equal_nocase(seen[i], field);
        if (is_new) {
            apl_text_add_format(&text, "%s%.*s", shown ? ", " : "", APL_STR_ARG(field));
            seen[shown++] = field;
        }
        bool is_list = value.type == APL_VALUE_ARRAY;
        for (uint32_t i = is_list || value.type == APL_VALUE_OBJECT ? value.size : 0; i > 0 && count < PENDING_MAX; i--)
            pending[count++] = is_list ? value.items[i - 1] : value.members[i - 1].value;
    }
    apl_str paths = apl_arena_str(arena, apl_text_str(&text));
    apl_text_free(&text);
    return paths;
}

static apl_status end_of(apl_exposure_end *out, const apl_services_options *options, apl_value object,
                         const char *where)
{
    apl_str going = apl_value_str(apl_value_member(object, "relation"));
    apl_str coming = apl_value_str(apl_value_member(object, "relationIn"));
    apl_value kind = apl_value_member(object, "kind");
    bool is_list = kind.type == APL_VALUE_ARRAY;
    apl_status status = APL_OK;

    if ((going.size == 0) == (coming.size == 0))
        return apl_fail(APL_E_CONTENT, "%s: needs either `relation` or `relationIn`", where);
    out->is_incoming = coming.size > 0;
    status = apl_service_file_relation(&out->relation, options, coming.size ? coming : going, where);
    if (kind.type == APL_VALUE_MISSING || status != APL_OK)
        return status;
    out->kind_count = is_list ? kind.size : 1;
    apl_kind *kinds = APL_ARENA_ARRAY(options->arena, apl_kind, out->kind_count);
    for (uint32_t i = 0; status == APL_OK && i < out->kind_count; i++)
        status = apl_service_file_kind(&kinds[i], options, apl_value_str(is_list ? kind.items[i] : kind), where);
    out->kinds = kinds;
    return status;
}

/* One path or a list of paths, as fields. */
static apl_status fields_of(const apl_field_id **out, size_t *count, const apl_services_options *options,
                            apl_value paths, const char *where)
{
    bool is_list = paths.type == APL_VALUE_ARRAY;

    if (paths.type == APL_VALUE_MISSING)
        return APL_OK;
    *count = is_list ? paths.size : 1;
    apl_field_id *fields = APL_ARENA_ARRAY(options->arena, apl_field_id, *count);
    for (uint32_t i = 0; i < *count; i++) {
        apl_str path = apl_value_str(is_list ? paths.items[i] : paths);
        if (path.size == 0)
            return apl_fail(APL_E_CONTENT, "%s: must be a path or a list of paths", where);
        fields[i] = apl_fields_ask(options->fields, path);
    }
    *out = fields;
    return APL_OK;
}

static apl_status pass_of(apl_exposure_pass *out, const apl_services_options *options, apl_value object,
                          const char *where)
{
    static const char *const allowed[] = {"relation", "relationIn",   "kind",     "ports",
                                          "proxy",    "needs_filter", "replaces", NULL};
    apl_value proxy = apl_value_member(object, "proxy");
    apl_value ports = apl_value_member(object, "ports");
    apl_status status = apl_service_file_members(object, allowed, where);

    if (status == APL_OK)
        status = end_of(&out->end, options, object, where);
    if (status == APL_OK)
        status = fields_of(&out->ports, &out->port_count, options, ports, where);
    if (status == APL_OK)
        status = apl_service_file_condition(&out->needs_filter, options, object, "needs_filter", where);
    if (status == APL_OK)
        status = apl_service_file_condition(&out->replaces, options, object, "replaces", where);
    out->is_proxy = proxy.type == APL_VALUE_BOOL && proxy.boolean;
    out->has_ports = ports.type != APL_VALUE_MISSING;
    return status;
}

static apl_status passes_of(apl_exposure_rule *out, const apl_services_options *options, apl_value list,
                            const char *where)
{
    apl_status status = APL_OK;

    if (list.type == APL_VALUE_MISSING)
        return APL_OK;
    if (list.type != APL_VALUE_ARRAY)
        return apl_fail(APL_E_CONTENT, "%s.passes: must be a list", where);
    apl_exposure_pass *passes = APL_ARENA_ARRAY(options->arena, apl_exposure_pass, list.size);
    for (uint32_t i = 0; status == APL_OK && i < list.size; i++)
        status = pass_of(&passes[i], options, list.items[i], place_of(options, where, "passes", i));
    out->passes = passes;
    out->pass_count = list.size;
    return status;
}

static apl_status filters_of(apl_exposure_rule *out, const apl_services_options *options, apl_value list,
                             const char *where)
{
    static const char *const allowed[] = {"relation", "relationIn", "kind", NULL};
    apl_status status = APL_OK;

    if (list.type == APL_VALUE_MISSING)
        return APL_OK;
    if (list.type != APL_VALUE_ARRAY)
        return apl_fail(APL_E_CONTENT, "%s.filters: must be a list", where);
    apl_exposure_end *filters = APL_ARENA_ARRAY(options->arena, apl_exposure_end, list.size);
    for (uint32_t i = 0; status == APL_OK && i < list.size; i++) {
        const char *place = place_of(options, where, "filters", i);
        status = apl_service_file_members(list.items[i], allowed, place);
        if (status == APL_OK)
            status = end_of(&filters[i], options, list.items[i], place);
    }
    out->filters = filters;
    out->filter_count = list.size;
    return status;
}

/* Reading the paths of `rules`. */
typedef struct rules_place {
    const apl_services_options *options;
    apl_str list; /* empty: the asset itself is the rule */
    const char *where;
} rules_place;

/* A path inside one rule: names with dots between. Asked for below the list, or of the asset that is the rule. */
static apl_status rule_path_of(apl_rule_path *out, const rules_place *place, apl_str path)
{
    const apl_services_options *options = place->options;
    apl_str *steps = APL_ARENA_ARRAY(options->arena, apl_str, path.size + 1);
    apl_str rest = path;
    apl_str step;

    if (path.size == 0 || apl_str_find(path, APL_STR("[")) >= 0)
        return apl_fail(APL_E_CONTENT, "%s: \"%.*s\" must be names with dots between", place->where, APL_STR_ARG(path));
    while (apl_str_next(&step, &rest, '.'))
        steps[out->step_count++] = apl_arena_str(options->arena, step);
    out->steps = steps;
    out->field = apl_fields_ask(options->fields, path);
    if (place->list.size)
        (void)apl_fields_ask(options->fields, apl_arena_format(options->arena, "%.*s[*].%.*s", APL_STR_ARG(place->list),
                                                               APL_STR_ARG(path)));
    return APL_OK;
}

static apl_status rule_paths_of(apl_rule_paths *out, const rules_place *place, apl_value paths)
{
    bool is_list = paths.type == APL_VALUE_ARRAY;
    apl_status status = APL_OK;

    if (paths.type == APL_VALUE_MISSING)
        return APL_OK;
    out->count = is_list ? paths.size : 1;
    apl_rule_path *items = APL_ARENA_ARRAY(place->options->arena, apl_rule_path, out->count);
    for (uint32_t i = 0; status == APL_OK && i < out->count; i++)
        status = rule_path_of(&items[i], place, apl_value_str(is_list ? paths.items[i] : paths));
    out->items = items;
    return status;
}

/* {path: ..., equals: text} */
static apl_status rule_test_of(apl_rule_paths *out, apl_str *equals, const rules_place *place, apl_value test)
{
    static const char *const allowed[] = {"path", "equals", NULL};

    if (test.type == APL_VALUE_MISSING)
        return APL_OK;
    apl_status status = apl_service_file_members(test, allowed, place->where);
    *equals = apl_arena_str(place->options->arena, apl_value_str(apl_value_member(test, "equals")));
    return status == APL_OK ? rule_paths_of(out, place, apl_value_member(test, "path")) : status;
}

static apl_status rules_of(apl_filter_rules *out, const apl_services_options *options, apl_value rules,
                           const char *where)
{
    static const char *const allowed[] = {"list",    "contained", "order",        "applies",
                                          "allow",   "protocol",  "sources",      "source_groups",
                                          "trusted", "ports",     "destinations", "destination_groups",
                                          NULL};
    const struct {
        const char *name;
        apl_rule_paths *target;
    } members[] = {
        {"order", &out->order},
        {"protocol", &out->protocol},
        {"sources", &out->sources},
        {"trusted", &out->trusted},
        {"source_groups", &out->source_groups},
        {"ports", &out->ports},
        {"destinations", &out->destinations},
        {"destination_groups", &out->destination_groups},
    };
    apl_str list = apl_value_str(apl_value_member(rules, "list"));
    const rules_place place = {options, list, where};
    apl_value contained = apl_value_member(rules, "contained");

    if (rules.type == APL_VALUE_MISSING)
        return APL_OK;
    apl_status status = apl_service_file_members(rules, allowed, where);
    out->is_given = true;
    out->has_list = list.size > 0;
    out->has_contained = contained.type == APL_VALUE_BOOL && contained.boolean;
    if (status == APL_OK && list.size) {
        out->list_path = apl_arena_str(options->arena, list);
        out->list = apl_fields_ask(options->fields, apl_arena_format(options->arena, "%.*s[*].id", APL_STR_ARG(list)));
        status = rule_paths_of(&out->id, &place, apl_value_string(APL_STR("id")));
    }
    for (size_t i = 0; status == APL_OK && i < sizeof members / sizeof members[0]; i++)
        status = rule_paths_of(members[i].target, &place, apl_value_member(rules, members[i].name));
    if (status == APL_OK)
        status = rule_test_of(&out->applies, &out->applies_equals, &place, apl_value_member(rules, "applies"));
    if (status == APL_OK)
        status = rule_test_of(&out->allow, &out->allow_equals, &place, apl_value_member(rules, "allow"));
    return status;
}

apl_status apl_exposure_file_others(apl_exposure_rule *out, const apl_services_options *options, apl_value exposure,
                                    const char *where)
{
    const char *rules = apl_arena_format(options->arena, "%s.rules", where).data;
    apl_status status = apl_service_file_condition(&out->guarded, options, exposure, "guarded", where);

    if (status == APL_OK)
        status = apl_service_file_condition(&out->needs_filter, options, exposure, "needs_filter", where);
    if (status == APL_OK)
        status = passes_of(out, options, apl_value_member(exposure, "passes"), where);
    if (status == APL_OK)
        status = filters_of(out, options, apl_value_member(exposure, "filters"), where);
    if (status == APL_OK)
        status =
            fields_of(&out->addresses, &out->address_count, options, apl_value_member(exposure, "addresses"), where);
    if (status == APL_OK)
        status = fields_of(&out->groups, &out->group_count, options, apl_value_member(exposure, "groups"), where);
    return status == APL_OK ? rules_of(&out->rules, options, apl_value_member(exposure, "rules"), rules) : status;
}
