/* graph/technique.c: reading techniques/, member by member.
 *
 * docs/content.md is the format. Each function takes one object apart and says in one line what is wrong with it; a
 * technique that could never hold (an unknown kind, relation, capability) is a mistake, never silently nothing. */
#include "graph/technique.h"

#include <math.h>
#include <stdio.h>

#include "base/limits.h"
#include "normalize/service_file.h"

const char *const apl_capability_names[] = {"control", "data", "write", "use", "reach", NULL};
static const char *const break_place_names[] = {"asset", "holder", "to", "from", NULL}; /* by apl_break_place */
static const char *const noise_names[] = {"low", "medium", "high", NULL};

const apl_entry apl_entries[] = {
    {"internet", "the internet", "internet"},
    {"external:content", "content that outsiders write", "external"},
    {"external:guest", "guests of other organisations", "external"},
    {"external:tenant", "other tenants", "external"},
    {"external:model-hub", "public model hubs", "external"},
    {"external:package-index", "public package indexes", "external"},
    {NULL, NULL, NULL},
};

/* What reading one object needs, and where it stands. */
typedef struct reading {
    const apl_techniques_options *options;
    apl_value object;
    const char *where;
} reading;

static apl_value member(const reading *at, const char *name)
{
    return apl_value_member(at->object, name);
}

static apl_str text_of(const reading *at, const char *name)
{
    return apl_arena_str(at->options->arena, apl_value_str(member(at, name)));
}

static apl_status texts_of(const apl_str **out, size_t *count, const reading *at, const char *name)
{
    apl_value list = member(at, name);
    uint32_t size = list.type == APL_VALUE_STRING ? 1 : list.size;

    if (list.type == APL_VALUE_MISSING)
        return APL_OK;
    if (list.type != APL_VALUE_ARRAY && list.type != APL_VALUE_STRING)
        return apl_fail(APL_E_CONTENT, "%s: %s must be a text or a list of texts", at->where, name);
    apl_str *texts = APL_ARENA_ARRAY(at->options->arena, apl_str, size);
    for (uint32_t i = 0; i < size; i++) {
        apl_value item = list.type == APL_VALUE_STRING ? list : list.items[i];
        if (item.type != APL_VALUE_STRING)
            return apl_fail(APL_E_CONTENT, "%s: %s: item %u must be a text", at->where, name, i);
        texts[i] = apl_arena_str(at->options->arena, apl_value_str(item));
    }
    *out = texts;
    *count = size;
    return APL_OK;
}

static apl_status kind_of(apl_kind *out, const reading *at, apl_str name)
{
    char hint[APL_GUESS_HINT_BYTES];

    *out = apl_vocabulary_kind(at->options->vocabulary, name);
    if (*out != APL_KIND_NONE)
        return APL_OK;
    apl_guess nearest = apl_vocabulary_nearest_kind(at->options->vocabulary, name);
    return apl_fail(APL_E_CONTENT, "%s: no kind is called \"%.*s\"%s", at->where, APL_STR_ARG(name),
                    apl_guess_hint(&nearest, hint));
}

static apl_status kinds_of(const apl_kind **out, size_t *count, const reading *at, const char *name)
{
    const apl_str *names = NULL;

    apl_status status = texts_of(&names, count, at, name);
    apl_kind *kinds = APL_ARENA_ARRAY(at->options->arena, apl_kind, *count);
    for (size_t i = 0; status == APL_OK && i < *count; i++)
        status = kind_of(&kinds[i], at, names[i]);
    *out = kinds;
    return status;
}

static apl_status relation_of(apl_relation_type *out, const reading *at, apl_str name)
{
    char hint[APL_GUESS_HINT_BYTES];

    *out = apl_vocabulary_relation(at->options->vocabulary, name);
    if (*out != APL_RELATION_NONE)
        return APL_OK;
    apl_guess nearest = apl_vocabulary_nearest_relation(at->options->vocabulary, name);
    return apl_fail(APL_E_CONTENT, "%s: no relation is called \"%.*s\"%s", at->where, APL_STR_ARG(name),
                    apl_guess_hint(&nearest, hint));
}

static apl_status condition_of(apl_condition **out, const reading *at, const char *name)
{
    apl_value condition = member(at, name);

    if (condition.type == APL_VALUE_MISSING)
        return APL_OK;
    apl_compile compile = {
        .arena = at->options->arena,
        .fields = at->options->fields,
        .aliases = at->options->aliases,
        .file = at->where,
        .path = apl_str_from(name),
    };
    return apl_condition_compile(out, &compile, condition);
}

static apl_status capabilities_of(unsigned *out, const reading *at, const char *name)
{
    const apl_str *names = NULL;
    size_t count = 0;
    char hint[APL_GUESS_HINT_BYTES];

    apl_status status = texts_of(&names, &count, at, name);
    for (size_t i = 0; status == APL_OK && i < count; i++) {
        unsigned c = 0;
        while (apl_capability_names[c] && !apl_str_equal(names[i], apl_str_from(apl_capability_names[c])))
            c++;
        if (apl_capability_names[c] == NULL)
            return apl_fail(APL_E_CONTENT, "%s: %s \"%.*s\" is no capability%s", at->where, name, APL_STR_ARG(names[i]),
                            apl_guess_of(names[i], apl_capability_names, hint));
        *out |= 1u << c;
    }
    return status;
}

static apl_status choice_of(unsigned *out, const reading *at, const char *name, const char *const *names)
{
    apl_str text = apl_value_str(member(at, name));
    char hint[APL_GUESS_HINT_BYTES];

    if (member(at, name).type == APL_VALUE_MISSING)
        return APL_OK;
    for (unsigned i = 0; names[i]; i++) {
        if (apl_str_equal(text, apl_str_from(names[i]))) {
            *out = i;
            return APL_OK;
        }
    }
    return apl_fail(APL_E_CONTENT, "%s: %s \"%.*s\" is unknown%s", at->where, name, APL_STR_ARG(text),
                    apl_guess_of(text, names, hint));
}

/* `on`: a type, a list of types, or {kind: K} or {kind: [K, ...]}. */
static apl_status on_of(const apl_str **types, size_t *type_count, const apl_kind **kinds, size_t *kind_count,
                        const reading *at)
{
    static const char *const allowed[] = {"kind", NULL};
    apl_value on = member(at, "on");
    reading inner = {at->options, on, at->where};

    if (on.type != APL_VALUE_OBJECT) {
        apl_status status = texts_of(types, type_count, at, "on");
        if (status == APL_OK && *type_count == 0)
            return apl_fail(APL_E_CONTENT, "%s: needs `on`: a type, a list of types, or {kind: ...}", at->where);
        return status;
    }
    apl_status status = apl_service_file_members(on, allowed, at->where);
    return status == APL_OK ? kinds_of(kinds, kind_count, &inner, "kind") : status;
}

static apl_status entry_of(uint32_t *out, const reading *at, apl_str id)
{
    for (uint32_t i = 0; apl_entries[i].id; i++) {
        if (apl_str_equal(id, apl_str_from(apl_entries[i].id))) {
            *out = i;
            return APL_OK;
        }
    }
    return apl_fail(APL_E_CONTENT, "%s: from.entry: no entry is called \"%.*s\"", at->where, APL_STR_ARG(id));
}

/* `from`: principal, self, {entry: ID}, {id: template}, {relation: TYPE} or {relationIn: TYPE}. */
static apl_status from_of(apl_technique *out, const reading *at)
{
    static const char *const allowed[] = {"entry", "id", "relation", "relationIn", NULL};
    apl_value from = member(at, "from");
    apl_str word = apl_value_str(from);

    if (from.type == APL_VALUE_MISSING || apl_str_equal(word, APL_STR("self"))) {
        out->from = APL_END_SELF;
        return APL_OK;
    }
    if (apl_str_equal(word, APL_STR("principal"))) {
        out->from = APL_END_PRINCIPAL;
        return APL_OK;
    }
    if (from.type != APL_VALUE_OBJECT || from.size != 1)
        return apl_fail(
            APL_E_CONTENT,
            "%s: from is principal, self, {entry: ID}, {id: template}, {relation: TYPE} or {relationIn: TYPE}",
            at->where);
    apl_status status = apl_service_file_members(from, allowed, at->where);
    apl_str name = apl_value_str(from.members[0].value);
    if (status != APL_OK)
        return status;
    if (apl_str_equal(from.members[0].key, APL_STR("entry"))) {
        out->from = APL_END_ENTRY;
        return entry_of(&out->entry, at, name);
    }
    if (apl_str_equal(from.members[0].key, APL_STR("id"))) {
        out->from = APL_END_ID;
        status = apl_template_compile(&out->from_id, at->options->arena, at->options->fields, name);
        return status == APL_OK ? status : apl_fail_context(status, "%s: from", at->where);
    }
    out->from = apl_str_equal(from.members[0].key, APL_STR("relation")) ? APL_END_RELATION : APL_END_RELATION_IN;
    return relation_of(&out->from_relation, at, name);
}

static apl_status to_id_of(apl_technique *out, const reading *at, apl_value to)
{
    static const char *const allowed[] = {"id", "kind", "name", NULL};
    const apl_techniques_options *options = at->options;
    apl_value name = apl_value_member(to, "name");

    apl_status status = apl_service_file_members(to, allowed, at->where);
    if (status == APL_OK)
        status = apl_template_compile(&out->to_id, options->arena, options->fields,
                                      apl_value_str(apl_value_member(to, "id")));
    if (status == APL_OK && name.type == APL_VALUE_STRING)
        status = apl_template_compile(&out->to_name, options->arena, options->fields, apl_value_str(name));
    if (status != APL_OK)
        return apl_fail_context(status, "%s: to", at->where);
    out->to = APL_END_ID;
    return kind_of(&out->to_kind, at, apl_value_str(apl_value_member(to, "kind")));
}

/* `to`: self, {relation: TYPE}, {relationIn: TYPE} or {id: template, kind: K, name: template}. */
static apl_status to_of(apl_technique *out, const reading *at)
{
    static const char *const allowed[] = {"relation", "relationIn", NULL};
    apl_value to = member(at, "to");

    if (to.type == APL_VALUE_MISSING || apl_str_equal(apl_value_str(to), APL_STR("self"))) {
        out->to = APL_END_SELF;
        return APL_OK;
    }
    if (apl_value_member(to, "id").type != APL_VALUE_MISSING)
        return to_id_of(out, at, to);
    if (to.type != APL_VALUE_OBJECT || to.size != 1)
        return apl_fail(APL_E_CONTENT, "%s: to is self, {relation: TYPE}, {relationIn: TYPE} or {id, kind, name}",
                        at->where);
    apl_status status = apl_service_file_members(to, allowed, at->where);
    if (status != APL_OK)
        return status;
    out->to = apl_str_equal(to.members[0].key, APL_STR("relation")) ? APL_END_RELATION : APL_END_RELATION_IN;
    return relation_of(&out->to_relation, at, apl_value_str(to.members[0].value));
}

static bool is_set(const reading *at, const char *name)
{
    apl_value value = member(at, name);

    return value.type == APL_VALUE_BOOL && value.boolean;
}

static apl_status permission_of(apl_permission *out, const reading *at)
{
    static const char *const allowed[] = {"control", "data",     "directory_role", "app_role",
                                          "owner",   "eligible", "conditional",    NULL};
    const apl_str *names[APL_PERMISSION_PLANE_COUNT] = {0};
    size_t counts[APL_PERMISSION_PLANE_COUNT] = {0};
    size_t total = 0;

    apl_status status = apl_service_file_members(at->object, allowed, at->where);
    for (size_t p = 0; status == APL_OK && p < APL_PERMISSION_PLANE_COUNT; p++) {
        status = texts_of(&names[p], &counts[p], at, allowed[p]);
        total += counts[p];
    }
    if (status != APL_OK)
        return status;
    apl_permission_action *actions = APL_ARENA_ARRAY(at->options->arena, apl_permission_action, total);
    for (size_t p = 0; p < APL_PERMISSION_PLANE_COUNT; p++) {
        for (size_t i = 0; i < counts[p]; i++)
            actions[out->action_count++] = (apl_permission_action){(apl_permission_plane)p, names[p][i]};
    }
    out->actions = actions;
    out->is_owner = is_set(at, "owner");
    out->is_eligible_only = is_set(at, "eligible");
    out->is_active_only = member(at, "eligible").type == APL_VALUE_BOOL && !out->is_eligible_only;
    out->is_conditional_only = is_set(at, "conditional");
    out->is_plain_only = member(at, "conditional").type == APL_VALUE_BOOL && !out->is_conditional_only;
    if (out->action_count == 0 && !out->is_owner)
        return apl_fail(APL_E_CONTENT, "%s: a permission names control, data, directory_role, app_role or owner",
                        at->where);
    return APL_OK;
}

static apl_status permissions_of(apl_technique *out, const reading *at)
{
    apl_value permission = member(at, "permission");
    apl_value also = member(at, "also");
    apl_status status = APL_OK;

    if ((out->from == APL_END_PRINCIPAL) != (permission.type != APL_VALUE_MISSING))
        return apl_fail(APL_E_CONTENT, "%s: `from: principal` and `permission` go together", at->where);
    if (permission.type != APL_VALUE_MISSING)
        status = permission_of(&out->permission, &(reading){at->options, permission, at->where});
    if (status != APL_OK || also.type == APL_VALUE_MISSING)
        return status;
    if (also.type != APL_VALUE_ARRAY || out->from != APL_END_PRINCIPAL)
        return apl_fail(APL_E_CONTENT, "%s: also is a list of permissions beside `permission`", at->where);
    apl_permission *list = APL_ARENA_ARRAY(at->options->arena, apl_permission, also.size);
    for (uint32_t i = 0; status == APL_OK && i < also.size; i++)
        status = permission_of(&list[i], &(reading){at->options, also.items[i], at->where});
    out->also = list;
    out->also_count = also.size;
    return status;
}

static apl_status likelihood_of(double *out, const reading *at)
{
    apl_value value = member(at, "likelihood");

    *out = apl_value_is_number(value) ? apl_value_number(value) : 0;
    if (*out > 0 && *out <= 1)
        return APL_OK;
    return apl_fail(APL_E_CONTENT, "%s: likelihood must be a number above 0, at most 1", at->where);
}

/* One `{...}` of a why text. */
static apl_status why_name(apl_why_part *out, const reading *at, apl_str name)
{
    static const struct {
        const char *name;
        apl_why_source source;
    } names[] = {{"from", APL_WHY_FROM}, {"to", APL_WHY_TO}, {"role", APL_WHY_ROLE}, {"scope", APL_WHY_SCOPE}};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (apl_str_equal(name, apl_str_from(names[i].name))) {
            out->source = names[i].source;
            return APL_OK;
        }
    }
    apl_str text = apl_arena_format(at->options->arena, "{%.*s}", APL_STR_ARG(name));
    out->source = APL_WHY_TEMPLATE;
    apl_status status = apl_template_compile(&out->template, at->options->arena, at->options->fields, text);
    return status == APL_OK ? status : apl_fail_context(status, "%s: why", at->where);
}

static apl_status why_of(apl_technique *out, const reading *at)
{
    apl_str rest = text_of(at, "why");
    size_t parts_max = 1;
    apl_status status = APL_OK;

    if (rest.size == 0)
        return apl_fail(APL_E_CONTENT, "%s: needs why", at->where);
    for (uint32_t i = 0; i < rest.size; i++)
        parts_max += rest.data[i] == '{' ? 2 : 0;
    apl_why_part *parts = APL_ARENA_ARRAY(at->options->arena, apl_why_part, parts_max);
    while (status == APL_OK && rest.size) {
        long open = apl_str_find(rest, APL_STR("{"));
        apl_str text = open < 0 ? rest : apl_str_slice(rest, 0, (size_t)open);
        if (text.size)
            parts[out->why_count++] = (apl_why_part){.text = text};
        rest = apl_str_slice(rest, text.size, rest.size);
        if (open < 0)
            break;
        long close = apl_str_find(rest, APL_STR("}"));
        if (close < 0)
            return apl_fail(APL_E_CONTENT, "%s: why: a brace is not closed", at->where);
        status = why_name(&parts[out->why_count++], at, apl_str_slice(rest, 1, (size_t)close));
        rest = apl_str_slice(rest, (size_t)close + 1, rest.size);
    }
    out->why = parts;
    return status;
}

static apl_status break_place_of(unsigned *bits, const reading *at, apl_str name)
{
    for (unsigned i = 0; i < APL_BREAK_PLACE_COUNT; i++) {
        if (apl_str_equal(name, apl_str_from(break_place_names[i]))) {
            *bits |= 1u << i;
            return APL_OK;
        }
    }
    return apl_fail(APL_E_CONTENT, "%s: breaks: at \"%.*s\": there are asset, holder, to and from", at->where,
                    APL_STR_ARG(name));
}

/* A check, which counts at every place, or {check: C, at: places}. */
static apl_status break_of(apl_str *check, unsigned *places, const reading *at, apl_value item)
{
    static const char *const allowed[] = {"check", "at", NULL};
    apl_value where = apl_value_member(item, "at");
    uint32_t count = where.type == APL_VALUE_ARRAY ? where.size : 1;
    apl_status status = APL_OK;

    if (item.type == APL_VALUE_STRING) {
        *check = apl_arena_str(at->options->arena, apl_value_str(item));
        *places = (1u << APL_BREAK_PLACE_COUNT) - 1;
        return APL_OK;
    }
    if (item.type != APL_VALUE_OBJECT)
        return apl_fail(APL_E_CONTENT, "%s: breaks: each must be a check, or {check, at}", at->where);
    status = apl_service_file_members(item, allowed, at->where);
    *check = apl_arena_str(at->options->arena, apl_value_str(apl_value_member(item, "check")));
    if (status == APL_OK && check->size == 0)
        return apl_fail(APL_E_CONTENT, "%s: breaks: an item names no check", at->where);
    for (uint32_t i = 0; status == APL_OK && i < count; i++)
        status = break_place_of(places, at, apl_value_str(where.type == APL_VALUE_ARRAY ? where.items[i] : where));
    return status;
}

static apl_status breaks_of(apl_technique *out, const reading *at)
{
    apl_value list = member(at, "breaks");
    apl_status status = APL_OK;

    if (list.type == APL_VALUE_MISSING)
        return APL_OK;
    if (list.type != APL_VALUE_ARRAY)
        return apl_fail(APL_E_CONTENT, "%s: breaks must be a list", at->where);
    apl_str *checks = APL_ARENA_ARRAY(at->options->arena, apl_str, list.size);
    unsigned *places = APL_ARENA_ARRAY(at->options->arena, unsigned, list.size);
    for (uint32_t i = 0; status == APL_OK && i < list.size; i++)
        status = break_of(&checks[i], &places[i], at, list.items[i]);
    out->breaks = checks;
    out->break_places = places;
    out->break_count = list.size;
    return status;
}

static apl_status lists_of(apl_technique *out, const reading *at)
{
    apl_status status = texts_of(&out->attack, &out->attack_count, at, "attack");

    if (status == APL_OK)
        status = texts_of(&out->atlas, &out->atlas_count, at, "atlas");
    if (status == APL_OK)
        status = breaks_of(out, at);
    if (status == APL_OK)
        status = texts_of(&out->lowers, &out->lower_count, at, "lowers");
    if (status == APL_OK)
        status = kinds_of(&out->from_kinds, &out->from_kind_count, at, "from_kind");
    if (status == APL_OK)
        status = kinds_of(&out->to_kinds, &out->to_kind_count, at, "to_kind");
    return status;
}

static apl_status step_of(apl_technique *out, const reading *at)
{
    unsigned takes = APL_CAPABILITY_CONTROL;
    unsigned noise = APL_NOISE_LOW;

    apl_status status = on_of(&out->types, &out->type_count, &out->kinds, &out->kind_count, at);
    if (status == APL_OK)
        status = condition_of(&out->when, at, "when");
    if (status == APL_OK)
        status = condition_of(&out->from_when, at, "from_when");
    if (status == APL_OK)
        status = condition_of(&out->to_when, at, "to_when");
    if (status == APL_OK)
        status = from_of(out, at);
    if (status == APL_OK)
        status = to_of(out, at);
    if (status == APL_OK)
        status = permissions_of(out, at);
    if (status == APL_OK)
        status = choice_of(&takes, at, "takes", apl_capability_names);
    if (status == APL_OK)
        status = capabilities_of(&out->gives, at, "gives");
    if (status == APL_OK)
        status = choice_of(&noise, at, "noise", noise_names);
    if (status == APL_OK)
        status = likelihood_of(&out->likelihood, at);
    out->takes = (apl_capability)takes;
    out->gives = out->gives ? out->gives : 1u << APL_CAPABILITY_CONTROL;
    out->noise = (apl_noise)noise;
    out->needs_user = is_set(at, "needs_user");
    return status;
}

static apl_status technique_of(apl_technique *out, const reading *at, apl_str family)
{
    static const char *const allowed[] = {
        "id",     "relation", "name",       "title",      "on",     "when",  "from",   "from_kind",  "from_when",
        "to",     "to_kind",  "to_when",    "permission", "also",   "takes", "gives",  "likelihood", "noise",
        "attack", "atlas",    "needs_user", "breaks",     "lowers", "why",   "source", NULL};
    apl_str relation = apl_value_str(member(at, "relation"));

    apl_status status = apl_service_file_members(at->object, allowed, at->where);
    if (status != APL_OK)
        return status;
    out->family = family;
    out->id = text_of(at, "id");
    out->name = text_of(at, "name");
    out->title = text_of(at, "title");
    out->source = text_of(at, "source");
    if ((out->id.size == 0) == (relation.size == 0))
        return apl_fail(APL_E_CONTENT, "%s: needs either id (of a technique) or relation", at->where);
    if (relation.size)
        status = relation_of(&out->relation, at, relation);
    if (status == APL_OK && out->id.size && (out->name.size == 0 || out->title.size == 0))
        return apl_fail(APL_E_CONTENT, "%s: a technique needs name and title", at->where);
    if (status == APL_OK)
        status = step_of(out, at);
    if (status == APL_OK)
        status = lists_of(out, at);
    return status == APL_OK ? why_of(out, at) : status;
}

static apl_status add_list(apl_techniques *techniques, const apl_techniques_options *options, apl_value file,
                           const char *name, const char *file_name)
{
    apl_value list = apl_value_member(file, name);
    apl_str family = apl_arena_str(options->arena, apl_value_str(apl_value_member(file, "family")));
    apl_status status = APL_OK;

    if (list.type != APL_VALUE_ARRAY && list.type != APL_VALUE_MISSING)
        return apl_fail(APL_E_CONTENT, "%s: %s must be a list", file_name, name);
    for (uint32_t i = 0; status == APL_OK && list.type == APL_VALUE_ARRAY && i < list.size; i++) {
        apl_technique made = {0};
        const char *where = apl_arena_format(options->arena, "%s: %s[%u]", file_name, name, i).data;
        apl_fields_record(options->fields, &made.asked);
        status = technique_of(&made, &(reading){options, list.items[i], where}, family);
        apl_fields_record(options->fields, NULL);
        if (status == APL_OK)
            APL_PUSH(&techniques->items, made);
        else
            apl_memory_free(made.asked.items);
    }
    return status;
}

static apl_status target_of(apl_target *out, const reading *at)
{
    static const char *const allowed[] = {"name", "title", "on", "when", "needs", "impact", NULL};
    unsigned needs = APL_CAPABILITY_DATA;
    apl_value impact = member(at, "impact");

    apl_status status = apl_service_file_members(at->object, allowed, at->where);
    if (status == APL_OK)
        status = on_of(&out->types, &out->type_count, &out->kinds, &out->kind_count, at);
    if (status == APL_OK)
        status = condition_of(&out->when, at, "when");
    if (status == APL_OK)
        status = choice_of(&needs, at, "needs", apl_capability_names);
    if (status != APL_OK)
        return status;
    out->name = text_of(at, "name");
    out->title = text_of(at, "title");
    out->needs = (apl_capability)needs;
    out->impact = apl_value_is_number(impact) ? apl_value_number(impact) : -1;
    if (out->name.size == 0 || out->title.size == 0 || out->impact <= 0 || out->impact > 100)
        return apl_fail(APL_E_CONTENT, "%s: a target needs name, title and an impact above 0, at most 100", at->where);
    return APL_OK;
}

static apl_status add_targets(apl_techniques *techniques, const apl_techniques_options *options, apl_value list,
                              const char *file_name)
{
    apl_status status = APL_OK;

    if (list.type != APL_VALUE_ARRAY)
        return apl_fail(APL_E_CONTENT, "%s: targets must be a list", file_name);
    for (uint32_t i = 0; status == APL_OK && i < list.size; i++) {
        apl_target made = {0};
        const char *where = apl_arena_format(options->arena, "%s: targets[%u]", file_name, i).data;
        apl_fields_record(options->fields, &made.asked);
        status = target_of(&made, &(reading){options, list.items[i], where});
        apl_fields_record(options->fields, NULL);
        if (status == APL_OK)
            APL_PUSH(&techniques->targets, made);
        else
            apl_memory_free(made.asked.items);
    }
    return status;
}

void apl_techniques_init(apl_techniques *techniques)
{
    *techniques = (apl_techniques){0};
}

void apl_techniques_free(apl_techniques *techniques)
{
    for (size_t i = 0; i < techniques->items.count; i++)
        apl_memory_free(techniques->items.items[i].asked.items);
    for (size_t i = 0; i < techniques->targets.count; i++)
        apl_memory_free(techniques->targets.items[i].asked.items);
    apl_memory_free(techniques->items.items);
    apl_memory_free(techniques->targets.items);
}

apl_status apl_techniques_add(apl_techniques *techniques, const apl_techniques_options *options, apl_value file,
                              const char *file_name)
{
    static const char *const family_members[] = {"family", "title", "techniques", "relations", NULL};
    static const char *const target_members[] = {"targets", NULL};
    apl_value targets = apl_value_member(file, "targets");

    if (targets.type != APL_VALUE_MISSING) {
        apl_status status = apl_service_file_members(file, target_members, file_name);
        return status == APL_OK ? add_targets(techniques, options, targets, file_name) : status;
    }
    apl_status status = apl_service_file_members(file, family_members, file_name);
    if (status == APL_OK && apl_value_str(apl_value_member(file, "family")).size == 0)
        return apl_fail(APL_E_CONTENT, "%s: needs family, or targets", file_name);
    if (status == APL_OK)
        status = add_list(techniques, options, file, "techniques", file_name);
    return status == APL_OK ? add_list(techniques, options, file, "relations", file_name) : status;
}

bool apl_technique_takes(const apl_technique *technique, apl_str type, const apl_kind *kinds, size_t kind_count)
{
    for (size_t i = 0; i < technique->type_count; i++) {
        if (apl_str_equal_nocase(technique->types[i], type))
            return true;
    }
    for (size_t i = 0; i < technique->kind_count; i++) {
        for (size_t k = 0; k < kind_count; k++) {
            if (technique->kinds[i] == kinds[k])
                return true;
        }
    }
    return false;
}

uint16_t apl_step_cost(double likelihood)
{
    double cost = round(1000.0 * -log(likelihood) / 7.0);

    return cost < 1 ? 1 : cost > 1000 ? 1000 : (uint16_t)cost;
}
