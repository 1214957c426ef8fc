/* model/subject.c: reading fields of one asset out of its record, and walking arrays.
 *
 * The inner loop of every evaluation: no allocation, no search. Well-known names and derived facts come from the asset
 * itself, everything else from the slot that the plan names. */
#include "model/subject.h"

#include "base/limits.h"
#include "model/estate.h"
#include "model/slot.h"
#include "model/unread.h"

static apl_value full_name_or(const apl_asset *asset)
{
    return apl_value_string(asset->name);
}

static apl_value derived_value(const apl_subject *subject, apl_special special)
{
    const apl_asset *asset = subject->asset;

    if (subject->estate == NULL)
        return APL_UNREAD;
    switch ((int)special) {
    case APL_FIELD_KIND_OF_ASSET:
        return apl_value_string(subject->estate->vocabulary->kinds.items[asset->kind].name);
    case APL_FIELD_CLOUD:
        return apl_value_string(apl_str_from(apl_cloud_names[asset->cloud]));
    case APL_FIELD_AI:
        return apl_value_bool(asset->is_ai);
    case APL_FIELD_EXPOSURE:
        if (asset->exposure == APL_EXPOSURE_UNKNOWN)
            return APL_UNREAD;
        return apl_value_string(apl_str_from(apl_exposure_names[asset->exposure]));
    case APL_FIELD_SENSITIVITY:
        if (asset->sensitivity == APL_LEVEL_UNKNOWN)
            return APL_UNREAD;
        return apl_value_string(apl_str_from(apl_level_names[asset->sensitivity]));
    case APL_FIELD_CRITICALITY:
        return apl_value_string(apl_str_from(apl_level_names[asset->criticality]));
    case APL_FIELD_READ:
        return asset->is_read || asset->is_absent ? apl_value_bool(asset->is_read) : APL_UNREAD;
    default:
        return APL_MISSING;
    }
}

static apl_value text_or_missing(apl_str text)
{
    return text.size ? apl_value_string(text) : APL_MISSING;
}

static apl_value special_value(const apl_subject *subject, apl_special special)
{
    const apl_asset *asset = subject->asset;

    switch ((int)special) {
    case APL_FIELD_ID:
        return text_or_missing(asset->id);
    case APL_FIELD_NAME:
        return text_or_missing(asset->name);
    case APL_FIELD_FULL_NAME:
        return asset->full_name.size ? apl_value_string(asset->full_name) : full_name_or(asset);
    case APL_FIELD_TYPE:
        return text_or_missing(asset->type);
    case APL_FIELD_LOCATION:
        return text_or_missing(asset->location);
    case APL_FIELD_TENANT:
        return text_or_missing(asset->tenant);
    case APL_FIELD_SCOPE:
        return text_or_missing(asset->scope);
    default:
        return derived_value(subject, special);
    }
}

apl_value apl_subject_value(const apl_subject *subject, apl_field_id field)
{
    const apl_plan *plan = subject->plan;

    if (plan == NULL || field >= plan->field_count)
        return APL_MISSING;
    const apl_binding *binding = &plan->bindings[field];
    if (binding->special != APL_FIELD_PATH)
        return special_value(subject, (apl_special)binding->special);
    return binding->slot == APL_NO_SLOT ? apl_slot_unread_or(subject->asset, binding, APL_MISSING)
                                        : apl_slot_value(subject->asset, binding);
}

bool apl_subject_has_star(const apl_subject *subject, apl_field_id field)
{
    if (subject->plan == NULL || field >= subject->plan->field_count)
        return false;
    return subject->plan->bindings[field].step_count > 0;
}

/* What allows one member of this array only, or NULL. */
static const apl_scope *bound_member(const apl_scope *scope, uint32_t array)
{
    while (scope && scope->array != array)
        scope = scope->outer;
    return scope;
}

/* Follows names from `value` until the next `[*]` or the end; *step is where it stopped. */
static apl_value follow_names(const apl_binding *binding, apl_value value, uint16_t *step)
{
    while (*step < binding->step_count && binding->steps[*step].key.data) {
        value = apl_value_get(value, binding->steps[*step].key);
        (*step)++;
    }
    return value;
}

static void enter_array(apl_walk *walk, apl_value array, uint16_t step)
{
    uint32_t id = walk->binding->steps[step].array;
    const apl_scope *bound = bound_member(walk->scope, id);
    uint8_t depth = walk->depth++;

    walk->arrays[depth] = array;
    walk->ids[depth] = id;
    walk->steps[depth] = (uint16_t)(step + 1);
    walk->indexes[depth] = bound ? bound->index : 0;
    walk->ends[depth] = array.size;
    if (bound)
        walk->ends[depth] = bound->index < array.size ? bound->index + 1 : bound->index;
    if (bound && bound->edge) { /* the member was found just before */
        walk->edge = bound->edge - 1;
        walk->edge_index = bound->index;
    }
}

static bool is_relations(const apl_binding *binding)
{
    return binding->special == APL_FIELD_RELATIONS || binding->special == APL_FIELD_RELATIONS_IN;
}

static bool is_virtual(const apl_binding *binding)
{
    return binding->special == APL_FIELD_USED_FOR || binding->special == APL_FIELD_OPEN_PORTS || is_relations(binding);
}

/* The next range of ports that TCP has: "22" or "8000-8100"; false after the last one. */
static bool next_open_port(apl_str *out, apl_str *rest)
{
    while (apl_str_next(out, rest, ',')) {
        *out = apl_str_trim(*out);
        if (out->size && !apl_str_ends(*out, APL_STR("/udp")))
            return true;
    }
    return false;
}

static apl_str open_ports(const apl_subject *subject)
{
    const apl_estate *estate = subject->estate;
    uint32_t index =
        estate->exposure_evidence_of ? estate->exposure_evidence_of[subject->asset - estate->assets.items] : 0;

    return index ? estate->exposure_evidence.items[index - 1].ports : APL_STR_NONE;
}

static const uint32_t *relation_offsets(const apl_estate *estate, const apl_binding *binding)
{
    return binding->special == APL_FIELD_RELATIONS ? estate->relations_out : estate->relations_in;
}

/* How many members a derived array has: bits of used_for, open ports, or any number of relations, of which the walk
 * finds the end. */
static uint32_t virtual_size(const apl_subject *subject, const apl_binding *binding)
{
    uint32_t count = 0;

    if (subject->estate == NULL)
        return 0;
    if (is_relations(binding))
        return relation_offsets(subject->estate, binding) ? UINT32_MAX : 0;
    if (binding->special == APL_FIELD_USED_FOR)
        return (uint32_t)__builtin_popcount(subject->asset->used_for);
    apl_str rest = open_ports(subject);
    for (apl_str port; next_open_port(&port, &rest);)
        count++;
    return count;
}

static apl_value fact_of(const apl_estate *estate, apl_asset_id asset, apl_special fact)
{
    apl_subject other = apl_estate_subject(estate, asset);

    return special_value(&other, fact);
}

/* Relation number `index` of the wanted type, looked for from where the last one was found: an asset may have
 * thousands. False when there are not so many. */
static bool relation_member(apl_value *out, apl_walk *walk, uint32_t index)
{
    const apl_binding *binding = walk->binding;
    const apl_estate *estate = walk->subject->estate;
    size_t asset = (size_t)(walk->subject->asset - estate->assets.items);
    bool is_out = binding->special == APL_FIELD_RELATIONS;
    const uint32_t *offsets = relation_offsets(estate, binding);

    if (walk->edge_index > index || walk->edge < offsets[asset]) {
        walk->edge = offsets[asset];
        walk->edge_index = 0;
    }
    while (walk->edge < offsets[asset + 1]) {
        uint32_t edge = walk->edge++;
        const apl_relation *relation = &estate->relations.items[is_out ? edge : estate->relations_by_to[edge]];
        if (relation->type != binding->relation || walk->edge_index++ < index)
            continue;
        *out = fact_of(estate, is_out ? relation->to : relation->from, (apl_special)binding->fact);
        return true;
    }
    return false;
}

static apl_value port_or_use(const apl_walk *walk, uint32_t index)
{
    const apl_subject *subject = walk->subject;
    const apl_binding *binding = walk->binding;
    static const char *const uses[] = {"ai", "grounding", "training"};

    if (binding->special == APL_FIELD_USED_FOR) {
        for (unsigned bit = 0; bit < 3; bit++) {
            if ((subject->asset->used_for & (1u << bit)) && index-- == 0)
                return apl_value_string(apl_str_from(uses[bit]));
        }
        return APL_MISSING;
    }
    apl_str rest = open_ports(subject);
    for (apl_str port; next_open_port(&port, &rest); index--) {
        if (index == 0)
            return apl_value_string(port);
    }
    return APL_MISSING;
}

static bool virtual_member(apl_value *out, apl_walk *walk, uint32_t index)
{
    if (is_relations(walk->binding))
        return relation_member(out, walk, index);
    *out = port_or_use(walk, index);
    return true;
}

/* Whether there may be members that nobody knows of; one that a count has bound is known. */
static bool may_miss_members(const apl_walk *walk)
{
    const apl_subject *subject = walk->subject;
    const apl_binding *binding = walk->binding;

    if (subject->estate == NULL)
        return true;
    if (binding->special == APL_FIELD_OPEN_PORTS)
        return subject->asset->exposure == APL_EXPOSURE_UNKNOWN;
    if (!is_relations(binding) || bound_member(walk->scope, binding->steps[0].array))
        return false;
    return apl_unread_find(subject->estate, subject->asset, binding->relation,
                           binding->special == APL_FIELD_RELATIONS) != NULL;
}

void apl_walk_start(apl_walk *walk, const apl_subject *subject, apl_field_id field, const apl_scope *scope)
{
    /* The arrays are only looked at up to `depth`, so they need no clearing. */
    walk->subject = subject;
    walk->binding = NULL;
    walk->root = APL_MISSING;
    walk->scope = scope;
    walk->edge = 0;
    walk->edge_index = 0;
    walk->depth = 0;
    walk->is_derived = false;
    walk->is_started = false;
    walk->is_unread = false;
    walk->is_missing = false;
    walk->missing_is_unread = false;
    walk->is_given = false;
    if (subject->plan == NULL || field >= subject->plan->field_count)
        return;
    walk->binding = &subject->plan->bindings[field];
    walk->missing_is_unread = apl_slot_is_unread(subject->asset, walk->binding);
    walk->is_derived = is_virtual(walk->binding);
    if (walk->is_derived) {
        walk->is_unread = may_miss_members(walk);
        enter_array(walk, (apl_value){.type = APL_VALUE_ARRAY, .size = virtual_size(subject, walk->binding)}, 0);
        walk->is_started = true;
        return;
    }
    walk->root = apl_subject_value(subject, field);
    if (walk->binding->step_count == 0)
        return;
    walk->is_started = true;
    if (walk->root.type == APL_VALUE_ARRAY)
        enter_array(walk, walk->root, 0);
    walk->is_unread = walk->root.type == APL_VALUE_UNREAD;
    walk->is_missing = walk->root.type == APL_VALUE_MISSING;
}

bool apl_walk_next(apl_value *out, apl_walk *walk)
{
    if (!walk->is_started) {
        walk->is_started = true;
        *out = walk->root;
        return true;
    }
    while (walk->depth) {
        uint8_t top = (uint8_t)(walk->depth - 1);
        if (walk->is_given)
            walk->indexes[top]++;
        walk->is_given = false;
        if (walk->indexes[top] >= walk->ends[top]) {
            walk->depth--;
            walk->is_given = true; /* the member of the outer array that held this one is used up */
            continue;
        }
        if (walk->is_derived) {
            walk->is_given = virtual_member(out, walk, walk->indexes[top]);
            if (walk->is_given)
                return true;
            walk->ends[top] = walk->indexes[top];
            continue;
        }
        uint16_t step = walk->steps[top];
        apl_value value = follow_names(walk->binding, walk->arrays[top].items[walk->indexes[top]], &step);
        if (step == walk->binding->step_count) {
            walk->is_given = true;
            *out = value.type == APL_VALUE_MISSING && walk->missing_is_unread ? APL_UNREAD : value;
            return true;
        }
        if (value.type == APL_VALUE_ARRAY)
            enter_array(walk, value, step);
        else
            walk->is_given = true;
    }
    return false;
}

apl_str apl_subject_path(apl_arena *arena, const apl_subject *subject, apl_field_id field)
{
    static const char *const special_paths[] = {
        [APL_FIELD_ID] = "id",
        [APL_FIELD_NAME] = "name",
        [APL_FIELD_FULL_NAME] = "fullName",
        [APL_FIELD_TYPE] = "type",
        [APL_FIELD_LOCATION] = "location",
        [APL_FIELD_KIND_OF_ASSET] = "aplomb.kind",
        [APL_FIELD_CLOUD] = "aplomb.cloud",
        [APL_FIELD_TENANT] = "aplomb.tenant",
        [APL_FIELD_SCOPE] = "aplomb.scope",
        [APL_FIELD_AI] = "aplomb.ai",
        [APL_FIELD_USED_FOR] = "aplomb.usedFor[*]",
        [APL_FIELD_OPEN_PORTS] = "aplomb.openPorts[*]",
        [APL_FIELD_EXPOSURE] = "aplomb.exposure",
        [APL_FIELD_SENSITIVITY] = "aplomb.sensitivity",
        [APL_FIELD_CRITICALITY] = "aplomb.criticality",
        [APL_FIELD_READ] = "aplomb.read",
        [APL_FIELD_RELATIONS] = "aplomb.relations",
        [APL_FIELD_RELATIONS_IN] = "aplomb.relationsIn",
    };
    if (subject->plan == NULL || field >= subject->plan->field_count)
        return APL_STR_NONE;
    const apl_binding *binding = &subject->plan->bindings[field];
    if (is_relations(binding) && subject->estate)
        return apl_arena_format(arena, "%s.%.*s[*]", special_paths[binding->special],
                                APL_STR_ARG(subject->estate->vocabulary->relations.items[binding->relation].name));
    if (binding->special != APL_FIELD_PATH)
        return apl_str_from(special_paths[binding->special]);
    if (binding->slot == APL_NO_SLOT)
        return APL_STR_NONE;
    apl_text text;
    apl_text_init(&text, APL_PATH_BYTES_MAX);
    apl_text_add(&text, subject->plan->slot_paths[binding->slot]);
    for (uint16_t i = 0; i < binding->step_count; i++) {
        if (binding->steps[i].key.data == NULL)
            apl_text_add(&text, APL_STR("[*]"));
        else
            apl_text_add_format(&text, ".%.*s", APL_STR_ARG(binding->steps[i].key));
    }
    apl_str path = apl_arena_str(arena, apl_text_str(&text));
    apl_text_free(&text);
    return path;
}

apl_str apl_subject_id(const apl_subject *subject)
{
    return subject->asset->id;
}

apl_str apl_subject_type(const apl_subject *subject)
{
    return subject->asset->type;
}

apl_str apl_subject_name(const apl_subject *subject)
{
    return subject->asset->name;
}
