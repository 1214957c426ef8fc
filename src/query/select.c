/* query/select.c: applies a filter to the assets and findings of a snapshot.
 *
 * One pass over each; the order of the estate stays, so that what is shown is as deterministic as the estate. Reads
 * only, and keeps numbers, never copies. */
#include "query/filter.h"

/* A tag value that is no text is compared by its first bytes. */
#define APL_TAG_BYTES_MAX 4096

static bool any_like(apl_words words, apl_str text)
{
    for (size_t i = 0; i < words.count; i++) {
        if (apl_str_like_nocase(text, words.items[i]))
            return true;
    }
    return false;
}

/* The text of a tag value; a number or boolean is compared as it is written in JSON. */
static bool tag_value_is(apl_value value, apl_str pattern)
{
    if (value.type == APL_VALUE_STRING)
        return apl_str_like_nocase(apl_value_str(value), pattern);
    apl_text text;
    apl_text_init(&text, APL_TAG_BYTES_MAX);
    apl_value_write(&text, value, 0);
    bool matches = apl_str_like_nocase(apl_text_str(&text), pattern);
    apl_text_free(&text);
    return matches;
}

/* `name` or `name=value`, where the name may have an equals sign of its own only when it is the whole word. */
static bool has_tag(apl_value tags, apl_str word)
{
    long equals = apl_str_find(word, APL_STR("="));
    apl_value value = apl_value_get(tags, word);

    if (apl_value_is_there(value))
        return true;
    if (equals < 0)
        return false;
    value = apl_value_get(tags, apl_str_slice(word, 0, (size_t)equals));
    return apl_value_is_there(value) && tag_value_is(value, apl_str_slice(word, (size_t)equals + 1, word.size));
}

static bool has_any_tag(apl_value tags, apl_words words)
{
    for (size_t i = 0; i < words.count; i++) {
        if (has_tag(tags, words.items[i]))
            return true;
    }
    return false;
}

static bool tags_contain(apl_value tags, apl_str text)
{
    if (tags.type != APL_VALUE_OBJECT)
        return false;
    for (uint32_t i = 0; i < tags.size; i++) {
        if (apl_str_find_nocase(tags.members[i].key, text) >= 0 ||
            apl_str_find_nocase(apl_value_str(tags.members[i].value), text) >= 0)
            return true;
    }
    return false;
}

static bool asset_contains(const apl_estate *estate, const apl_asset *asset, apl_str text)
{
    const apl_str parts[] = {asset->id,       asset->name,  asset->type,
                             asset->location, asset->scope, estate->vocabulary->kinds.items[asset->kind].name};

    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        if (apl_str_find_nocase(parts[i], text) >= 0)
            return true;
    }
    return tags_contain(asset->tags, text);
}

static bool has_bit(unsigned bits, unsigned index)
{
    return bits == 0 || (bits >> index & 1u) != 0;
}

/* Everything of the filter that an asset can be asked, but the text. */
static bool asset_is_chosen(const apl_filter *filter, const apl_estate *estate, const apl_asset *asset)
{
    if (filter->only_ai && !asset->is_ai)
        return false;
    if (!has_bit(filter->clouds, asset->cloud) || !has_bit(filter->exposures, asset->exposure))
        return false;
    if (filter->kinds.count && !any_like(filter->kinds, estate->vocabulary->kinds.items[asset->kind].name))
        return false;
    if (filter->types.count && !any_like(filter->types, asset->type))
        return false;
    if (filter->scopes.count && !any_like(filter->scopes, asset->scope))
        return false;
    if (filter->tenants.count && !any_like(filter->tenants, asset->tenant))
        return false;
    if (filter->groups.count && !any_like(filter->groups, apl_resource_group_of(asset->id)))
        return false;
    if (filter->assets.count && !any_like(filter->assets, asset->id) && !any_like(filter->assets, asset->name))
        return false;
    return filter->tags.count == 0 || has_any_tag(asset->tags, filter->tags);
}

bool apl_filter_chooses_assets(const apl_filter *filter)
{
    return filter->clouds || filter->exposures || filter->kinds.count || filter->types.count || filter->scopes.count ||
           filter->tenants.count || filter->groups.count || filter->tags.count || filter->assets.count ||
           filter->text.size || filter->only_ai;
}

bool apl_filter_takes_asset(const apl_filter *filter, const apl_estate *estate, const apl_asset *asset)
{
    return asset_is_chosen(filter, estate, asset) &&
           (filter->text.size == 0 || asset_contains(estate, asset, filter->text));
}

/* `ISO42001` takes every control of it, `ISO42001:A.4.5` that one, `ISO42001:A.4.*` a family. */
static bool control_is_chosen(apl_str word, const apl_control_ref *control)
{
    long colon = apl_str_find(word, APL_STR(":"));

    if (colon < 0)
        return apl_str_like_nocase(control->framework, word);
    return apl_str_like_nocase(control->framework, apl_str_slice(word, 0, (size_t)colon)) &&
           apl_str_like_nocase(control->control, apl_str_slice(word, (size_t)colon + 1, word.size));
}

static bool has_any_control(const apl_rule_info *rule, apl_words words)
{
    for (size_t i = 0; i < words.count; i++) {
        for (uint32_t j = 0; j < rule->control_count; j++) {
            if (control_is_chosen(words.items[i], &rule->controls[j]))
                return true;
        }
    }
    return false;
}

bool apl_filter_takes_rule(const apl_filter *filter, const apl_rule_info *rule)
{
    if (filter->checks.count && !any_like(filter->checks, rule->check) && !any_like(filter->checks, rule->id))
        return false;
    return filter->frameworks.count == 0 || has_any_control(rule, filter->frameworks);
}

static bool finding_contains(const apl_finding *finding, apl_str text)
{
    return apl_str_find_nocase(finding->rule->title, text) >= 0 || apl_str_find_nocase(finding->rule->id, text) >= 0 ||
           apl_str_find_nocase(finding->reason, text) >= 0;
}

/* A finding that got more severe than it was when it was accepted is not the one that was accepted. */
static bool is_accepted(const apl_filter *filter, const apl_finding *finding)
{
    if (filter->accepted == NULL || finding->status != APL_STATUS_FAIL)
        return false;
    uint32_t severity = apl_table_get(filter->accepted, apl_str_from(finding->id));
    return severity != APL_TABLE_NONE && finding->severity <= severity;
}

bool apl_filter_takes_finding(const apl_filter *filter, const apl_estate *estate, const apl_finding *finding)
{
    const apl_asset *asset = &estate->assets.items[finding->asset];

    if (!has_bit(filter->statuses, finding->status) || !has_bit(filter->severities, finding->severity))
        return false;
    if (!apl_filter_takes_rule(filter, finding->rule) || !asset_is_chosen(filter, estate, asset))
        return false;
    if (is_accepted(filter, finding))
        return false;
    return filter->text.size == 0 || finding_contains(finding, filter->text) ||
           asset_contains(estate, asset, filter->text);
}

static bool path_contains(const apl_estate *estate, const apl_path *path, apl_str text)
{
    bool contains = apl_str_find_nocase(path->title, text) >= 0;

    for (uint32_t i = 0; i < path->step_count && !contains; i++)
        contains = apl_str_find_nocase(path->steps[i].technique, text) >= 0 ||
                   apl_str_find_nocase(path->steps[i].why, text) >= 0 ||
                   asset_contains(estate, &estate->assets.items[path->steps[i].to], text);
    return contains;
}

/* Levels of paths are the severities above info. */
bool apl_filter_takes_path(const apl_filter *filter, const apl_estate *estate, const apl_path *path)
{
    bool touches = asset_is_chosen(filter, estate, &estate->assets.items[path->entry]);

    if (!has_bit(filter->severities, path->level + APL_SEVERITY_LOW))
        return false;
    for (uint32_t i = 0; i < path->step_count && !touches; i++)
        touches = asset_is_chosen(filter, estate, &estate->assets.items[path->steps[i].to]);
    return touches && (filter->text.size == 0 || path_contains(estate, path, filter->text));
}

void apl_selection_make(apl_selection *out, const apl_snapshot *snapshot, const apl_filter *filter)
{
    const apl_estate *estate = snapshot->estate;

    *out = (apl_selection){0};
    for (size_t i = 0; i < estate->assets.count; i++) {
        if (apl_filter_takes_asset(filter, estate, &estate->assets.items[i]))
            APL_PUSH(&out->assets, (uint32_t)i);
    }
    for (size_t i = 0; i < estate->findings.count; i++) {
        const apl_finding *finding = &estate->findings.items[i];
        if (!apl_filter_takes_finding(filter, estate, finding))
            continue;
        APL_PUSH(&out->findings, (uint32_t)i);
        out->by_severity[finding->severity]++;
        out->by_status[finding->status]++;
    }
    for (size_t i = 0; i < estate->paths.count; i++) {
        if (apl_filter_takes_path(filter, estate, &estate->paths.items[i]))
            APL_PUSH(&out->paths, (uint32_t)i);
    }
}

void apl_selection_free(apl_selection *selection)
{
    apl_memory_free(selection->assets.items);
    apl_memory_free(selection->findings.items);
    apl_memory_free(selection->paths.items);
    *selection = (apl_selection){0};
}

uint64_t apl_filter_count_failing(const apl_filter *filter, const apl_snapshot *snapshot, apl_severity least)
{
    const apl_estate *estate = snapshot->estate;
    uint64_t count = 0;

    for (size_t i = 0; i < estate->findings.count; i++) {
        const apl_finding *finding = &estate->findings.items[i];
        if (finding->status == APL_STATUS_FAIL && finding->severity >= least &&
            apl_filter_takes_rule(filter, finding->rule) && !is_accepted(filter, finding))
            count++;
    }
    return count;
}
