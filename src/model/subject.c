/* model/subject.c: reading fields of one asset out of its record, and walking arrays.
 *
 * The inner loop of every evaluation: no allocation, no search. Well-known names and derived facts come from the asset
 * itself, everything else from the slot that the plan names. */
#include "model/subject.h"

#include "base/limits.h"
#include "model/estate.h"
#include "model/type_plan.h"

/* Set bits of the word; written out, because the compiler calls a library for it on a plain x86-64. */
static unsigned count_bits(uint64_t word)
{
    word -= (word >> 1) & UINT64_C(0x5555555555555555);
    word = (word & UINT64_C(0x3333333333333333)) + ((word >> 2) & UINT64_C(0x3333333333333333));
    word = (word + (word >> 4)) & UINT64_C(0x0F0F0F0F0F0F0F0F);
    return (unsigned)((word * UINT64_C(0x0101010101010101)) >> 56);
}

static apl_value slot_value(const apl_asset *asset, uint16_t slot)
{
    uint32_t word = slot / 64u;
    uint64_t bit = UINT64_C(1) << (slot % 64u);
    const uint64_t *present = asset->record.present;
    unsigned before = 0;

    if (present == NULL || (present[word] & bit) == 0)
        return APL_MISSING;
    for (uint32_t i = 0; i < word; i++)
        before += count_bits(present[i]);
    before += count_bits(present[word] & (bit - 1));
    return asset->record.values[before];
}

/* Whether what is missing at this binding was not read, as far as the record tells. */
static bool missing_is_unread(const apl_asset *asset, const apl_binding *binding)
{
    uint32_t groups = asset->unread_groups;

    if (groups == 0)
        return false;
    return (groups & 1u) != 0 || (binding->group && (groups & (1u << binding->group)) != 0);
}

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

apl_value apl_subject_unread_or(const apl_subject *subject, const apl_binding *binding, apl_value below)
{
    return below.type == APL_VALUE_MISSING && missing_is_unread(subject->asset, binding) ? APL_UNREAD : below;
}

apl_value apl_subject_slot(const apl_subject *subject, const apl_binding *binding)
{
    return apl_subject_unread_or(subject, binding, slot_value(subject->asset, binding->slot));
}

apl_value apl_subject_value(const apl_subject *subject, apl_field_id field)
{
    const apl_plan *plan = subject->plan;

    if (plan == NULL || field >= plan->field_count)
        return APL_MISSING;
    const apl_binding *binding = &plan->bindings[field];
    if (binding->special != APL_FIELD_PATH)
        return special_value(subject, (apl_special)binding->special);
    return binding->slot == APL_NO_SLOT ? apl_subject_unread_or(subject, binding, APL_MISSING)
                                        : apl_subject_slot(subject, binding);
}

bool apl_subject_has_star(const apl_subject *subject, apl_field_id field)
{
    if (subject->plan == NULL || field >= subject->plan->field_count)
        return false;
    return subject->plan->bindings[field].step_count > 0;
}

/* The one index that a scope allows for this array, or -1. */
static int64_t bound_index(const apl_scope *scope, uint32_t array)
{
    for (; scope; scope = scope->outer) {
        if (scope->array == array)
            return scope->index;
    }
    return -1;
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
    int64_t bound = bound_index(walk->scope, id);
    uint8_t depth = walk->depth++;

    walk->arrays[depth] = array;
    walk->ids[depth] = id;
    walk->steps[depth] = (uint16_t)(step + 1);
    walk->indexes[depth] = bound < 0 ? 0 : (uint32_t)bound;
    walk->ends[depth] = bound < 0 ? array.size : (uint32_t)(bound < array.size ? bound + 1 : bound);
}

static bool is_virtual(const apl_binding *binding)
{
    return binding->special == APL_FIELD_USED_FOR || binding->special == APL_FIELD_OPEN_PORTS ||
           binding->special == APL_FIELD_RELATIONS || binding->special == APL_FIELD_RELATIONS_IN;
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

/* The members of a derived array: numbers of relations of the wanted type, bits of used_for, or open ports. */
static uint32_t virtual_size(const apl_subject *subject, const apl_binding *binding)
{
    const apl_estate *estate = subject->estate;
    uint32_t count = 0;

    if (estate == NULL)
        return 0;
    if (binding->special == APL_FIELD_USED_FOR)
        return (uint32_t)__builtin_popcount(subject->asset->used_for);
    if (binding->special == APL_FIELD_OPEN_PORTS) {
        apl_str rest = open_ports(subject);
        for (apl_str port; next_open_port(&port, &rest);)
            count++;
        return count;
    }
    size_t asset = (size_t)(subject->asset - estate->assets.items);
    const uint32_t *offsets = binding->special == APL_FIELD_RELATIONS ? estate->relations_out : estate->relations_in;
    if (offsets == NULL)
        return 0;
    for (uint32_t i = offsets[asset]; i < offsets[asset + 1]; i++) {
        uint32_t relation = binding->special == APL_FIELD_RELATIONS ? i : estate->relations_by_to[i];
        count += estate->relations.items[relation].type == binding->relation;
    }
    return count;
}

static apl_value fact_of(const apl_estate *estate, apl_asset_id asset, apl_special fact)
{
    apl_subject other = apl_estate_subject(estate, asset);

    return special_value(&other, fact);
}

/* Relation number `index` of the wanted type, looked for from where the last one was found: an asset may have
 * thousands. */
static apl_value relation_member(apl_walk *walk, uint32_t index)
{
    const apl_binding *binding = walk->binding;
    const apl_estate *estate = walk->subject->estate;
    size_t asset = (size_t)(walk->subject->asset - estate->assets.items);
    bool is_out = binding->special == APL_FIELD_RELATIONS;
    const uint32_t *offsets = is_out ? estate->relations_out : estate->relations_in;

    if (walk->edge_index > index || walk->edge < offsets[asset]) {
        walk->edge = offsets[asset];
        walk->edge_index = 0;
    }
    while (walk->edge < offsets[asset + 1]) {
        uint32_t edge = walk->edge++;
        const apl_relation *relation = &estate->relations.items[is_out ? edge : estate->relations_by_to[edge]];
        if (relation->type == binding->relation && walk->edge_index++ == index)
            return fact_of(estate, is_out ? relation->to : relation->from, (apl_special)binding->fact);
    }
    return APL_MISSING;
}

static apl_value virtual_member(apl_walk *walk, uint32_t index)
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
    if (binding->special == APL_FIELD_OPEN_PORTS) {
        apl_str rest = open_ports(subject);
        for (apl_str port; next_open_port(&port, &rest); index--) {
            if (index == 0)
                return apl_value_string(port);
        }
        return APL_MISSING;
    }
    return relation_member(walk, index);
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
    walk->missing_is_unread = missing_is_unread(subject->asset, walk->binding);
    walk->is_derived = is_virtual(walk->binding);
    if (walk->is_derived) {
        walk->is_unread = subject->estate == NULL || (walk->binding->special == APL_FIELD_OPEN_PORTS &&
                                                      subject->asset->exposure == APL_EXPOSURE_UNKNOWN);
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
            walk->is_given = true;
            *out = virtual_member(walk, walk->indexes[top]);
            return true;
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
        [APL_FIELD_RELATIONS] = "aplomb.relations[*]",
        [APL_FIELD_RELATIONS_IN] = "aplomb.relationsIn[*]",
    };
    if (subject->plan == NULL || field >= subject->plan->field_count)
        return APL_STR_NONE;
    const apl_binding *binding = &subject->plan->bindings[field];
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
