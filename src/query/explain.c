/* query/explain.c: resolves an id to an asset, a finding, a check or a kind.
 *
 * Stands behind `explain`. An id that several things share is never guessed: the start of a finding id must be unique
 * and an asset's name too, else the message lists what it could be. */
#include "query/explain.h"

#include <stdio.h>

#include "query/nearest.h"

/* Fewer digits of a finding id than this would often be a word. */
#define PREFIX_MIN 4

/* Ids shown when one is not unique. */
#define CANDIDATES_SHOWN 3

typedef struct explain_state {
    const apl_explain_options *options;
    apl_str id;
    apl_guess nearest;
} explain_state;

static void add_findings_of_asset(apl_explained *out, const apl_estate *estate, apl_asset_id asset)
{
    for (size_t i = 0; i < estate->findings.count; i++) {
        if (estate->findings.items[i].asset == asset)
            APL_PUSH(&out->findings, (uint32_t)i);
    }
}

static bool path_touches(const apl_path *path, apl_asset_id asset)
{
    bool touches = path->entry == asset;

    for (uint32_t i = 0; i < path->step_count && !touches; i++)
        touches = path->steps[i].to == asset;
    return touches;
}

static void explain_asset(apl_explained *out, const apl_estate *estate, apl_asset_id asset)
{
    out->as = APL_EXPLAINED_ASSET;
    out->asset = asset;
    add_findings_of_asset(out, estate, asset);
    for (uint32_t i = 0; i < estate->paths.count; i++) {
        if (path_touches(&estate->paths.items[i], asset))
            APL_PUSH(&out->paths, i);
    }
}

static bool is_hex(apl_str text)
{
    for (uint32_t i = 0; i < text.size; i++) {
        char c = apl_char_lower(text.data[i]);
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')))
            return false;
    }
    return text.size > 0;
}

static void explain_finding(apl_explained *out, explain_state *state, const apl_finding *finding)
{
    out->as = APL_EXPLAINED_FINDING;
    out->asset = finding->asset;
    out->finding = finding;
    out->rules = APL_ARENA_ARRAY(state->options->arena, const apl_rule_info *, 1);
    out->rules[0] = finding->rule;
    out->rule_count = 1;
    const apl_paths *paths = &state->options->snapshot->estate->paths;
    for (uint32_t i = 0; i < paths->count; i++) {
        for (uint32_t f = 0; f < paths->items[i].fix_count; f++) {
            if (apl_str_equal(paths->items[i].fixes[f], apl_str_make(finding->id, 32)))
                APL_PUSH(&out->paths, i);
        }
    }
}

static const apl_path *path_starting(size_t *matches, const apl_estate *estate, apl_str id)
{
    const apl_path *first = NULL;

    *matches = 0;
    for (size_t i = 0; i < estate->paths.count; i++) {
        if (!apl_str_starts_nocase(apl_str_from(estate->paths.items[i].id), id))
            continue;
        first = first ? first : &estate->paths.items[i];
        (*matches)++;
    }
    return first;
}

/* A whole finding or path id, or the start of exactly one. */
static apl_status try_finding(bool *found, apl_explained *out, explain_state *state)
{
    const apl_estate *estate = state->options->snapshot->estate;
    const apl_finding *first = NULL;
    size_t matches = 0;
    size_t path_matches = 0;
    char shown[CANDIDATES_SHOWN * 40] = "";
    size_t used = 0;

    *found = false;
    if (state->id.size < PREFIX_MIN || state->id.size > 32 || !is_hex(state->id))
        return APL_OK;
    for (size_t i = 0; i < estate->findings.count; i++) {
        const apl_finding *finding = &estate->findings.items[i];
        if (!apl_str_starts_nocase(apl_str_make(finding->id, 32), state->id))
            continue;
        if (matches++ == 0)
            first = finding;
        if (matches <= CANDIDATES_SHOWN)
            used += (size_t)snprintf(shown + used, sizeof shown - used, " %s", finding->id);
    }
    const apl_path *path = path_starting(&path_matches, estate, state->id);
    if (path_matches + matches > 1 && path_matches)
        return apl_fail(APL_E_USAGE,
                        "%.*s is the start of %zu ids of findings and paths, path %s among them; give more of it",
                        APL_STR_ARG(state->id), matches + path_matches, path->id);
    if (path_matches) {
        out->as = APL_EXPLAINED_PATH;
        out->path = path;
        *found = true;
    }
    if (matches > 1)
        return apl_fail(APL_E_USAGE, "%.*s is the start of %zu findings:%s%s; give more of it", APL_STR_ARG(state->id),
                        matches, shown, matches > CANDIDATES_SHOWN ? " ..." : "");
    if (matches == 1) {
        explain_finding(out, state, first);
        *found = true;
    }
    return APL_OK;
}

typedef APL_VECTOR(const apl_rule_info *) rule_vector;

static void add_rule(rule_vector *rules, explain_state *state, const apl_rule_info *rule)
{
    if (!apl_str_equal_nocase(rule->id, state->id) && !apl_str_equal_nocase(rule->check, state->id)) {
        apl_guess_try(&state->nearest, rule->check);
        return;
    }
    for (size_t i = 0; i < rules->count; i++) {
        if (apl_str_equal(rules->items[i]->id, rule->id))
            return;
    }
    APL_PUSH(rules, rule);
}

static void add_findings_of_rules(apl_explained *out, const apl_estate *estate)
{
    for (size_t i = 0; i < estate->findings.count; i++) {
        for (size_t j = 0; j < out->rule_count; j++) {
            if (apl_str_equal(estate->findings.items[i].rule->id, out->rules[j]->id))
                APL_PUSH(&out->findings, (uint32_t)i);
        }
    }
}

static bool try_rules(apl_explained *out, explain_state *state)
{
    const apl_snapshot *snapshot = state->options->snapshot;
    const apl_content *content = state->options->content;
    rule_vector rules = {0};

    for (size_t i = 0; content && i < apl_content_rule_count(content); i++)
        add_rule(&rules, state, apl_content_rule(content, i));
    const apl_rule_info *last = NULL;
    for (size_t i = 0; snapshot && i < snapshot->estate->findings.count; i++) {
        if (snapshot->estate->findings.items[i].rule != last)
            add_rule(&rules, state, snapshot->estate->findings.items[i].rule);
        last = snapshot->estate->findings.items[i].rule;
    }
    if (rules.count) {
        out->as = APL_EXPLAINED_CHECK;
        out->rule_count = rules.count;
        out->rules = APL_ARENA_ARRAY(state->options->arena, const apl_rule_info *, rules.count);
        memcpy((void *)out->rules, (const void *)rules.items, rules.count * sizeof rules.items[0]);
        if (snapshot)
            add_findings_of_rules(out, snapshot->estate);
    }
    apl_memory_free((void *)rules.items);
    return out->rule_count > 0;
}

static bool uses_technique(const apl_path *path, apl_str id)
{
    for (uint32_t i = 0; i < path->step_count; i++) {
        if (apl_str_equal(path->steps[i].technique, id))
            return true;
    }
    return false;
}

static bool try_technique(apl_explained *out, explain_state *state)
{
    const apl_techniques *all = state->options->content ? apl_content_techniques(state->options->content) : NULL;
    const apl_snapshot *snapshot = state->options->snapshot;

    for (size_t i = 0; all && i < all->items.count; i++) {
        if (all->items.items[i].id.size && apl_str_equal_nocase(all->items.items[i].id, state->id))
            APL_PUSH(&out->techniques, &all->items.items[i]);
    }
    if (out->techniques.count == 0)
        return false;
    out->as = APL_EXPLAINED_TECHNIQUE;
    for (uint32_t i = 0; snapshot && i < snapshot->estate->paths.count; i++) {
        if (uses_technique(&snapshot->estate->paths.items[i], out->techniques.items[0]->id))
            APL_PUSH(&out->paths, i);
    }
    return true;
}

static bool try_kind(apl_explained *out, explain_state *state)
{
    const apl_snapshot *snapshot = state->options->snapshot;
    const apl_vocabulary *vocabulary =
        snapshot ? snapshot->estate->vocabulary : apl_content_vocabulary(state->options->content);

    for (size_t i = 1; i < vocabulary->kinds.count; i++) {
        if (!apl_str_equal_nocase(vocabulary->kinds.items[i].name, state->id)) {
            apl_guess_try(&state->nearest, vocabulary->kinds.items[i].name);
            continue;
        }
        out->as = APL_EXPLAINED_KIND;
        out->kind = (apl_kind)i;
        for (size_t j = 0; snapshot && j < snapshot->estate->assets.count; j++) {
            if (snapshot->estate->assets.items[j].kind == i)
                APL_PUSH(&out->assets, (uint32_t)j);
        }
        return true;
    }
    return false;
}

/* Of assets with one name, what was read comes before what was only named, and AI before what serves it. */
static unsigned name_rank(const apl_asset *asset)
{
    return asset->is_read * 2u + asset->is_ai;
}

/* An asset by its name, when only one of the best rank has it. */
static apl_status try_name(bool *found, apl_explained *out, explain_state *state)
{
    const apl_estate *estate = state->options->snapshot->estate;
    apl_asset_id first = APL_ASSET_NONE;
    unsigned best = 0;
    size_t matches = 0;

    for (size_t i = 0; i < estate->assets.count; i++) {
        const apl_asset *asset = &estate->assets.items[i];
        if (!apl_str_equal_nocase(asset->name, state->id)) {
            if (asset->is_ai)
                apl_guess_try(&state->nearest, asset->name);
            continue;
        }
        if (first == APL_ASSET_NONE || name_rank(asset) > best) {
            first = (apl_asset_id)i;
            best = name_rank(asset);
            matches = 0;
        }
        matches += name_rank(asset) == best;
    }
    *found = matches == 1;
    if (matches > 1)
        return apl_fail(APL_E_USAGE, "%zu assets are called \"%.*s\"; one of them is %.*s", matches,
                        APL_STR_ARG(state->id), APL_STR_ARG(estate->assets.items[first].id));
    if (matches == 1)
        explain_asset(out, estate, first);
    return APL_OK;
}

apl_status apl_explain(apl_explained *out, const apl_explain_options *options, apl_str id)
{
    explain_state state = {.options = options, .id = id, .nearest = apl_guess_start(id)};
    apl_status status = APL_OK;
    bool found = false;

    APL_ASSERT(options->snapshot || options->content);
    *out = (apl_explained){.asset = APL_ASSET_NONE};
    if (options->snapshot) {
        apl_asset_id asset = apl_estate_find(options->snapshot->estate, id);
        if (asset != APL_ASSET_NONE) {
            explain_asset(out, options->snapshot->estate, asset);
            return APL_OK;
        }
        status = try_finding(&found, out, &state);
    }
    if (status != APL_OK || found || try_rules(out, &state) || try_technique(out, &state) || try_kind(out, &state))
        return status;
    if (options->snapshot)
        status = try_name(&found, out, &state);
    if (status != APL_OK || found)
        return status;
    return apl_query_nearest_refuse(&state.nearest, "explain", NULL);
}

void apl_explained_free(apl_explained *explained)
{
    apl_memory_free(explained->findings.items);
    apl_memory_free(explained->assets.items);
    apl_memory_free((void *)explained->techniques.items);
    apl_memory_free(explained->paths.items);
    *explained = (apl_explained){.asset = APL_ASSET_NONE};
}

size_t apl_explain_relation_count(const apl_estate *estate, apl_asset_id asset, bool incoming)
{
    const uint32_t *offsets = incoming ? estate->relations_in : estate->relations_out;

    return offsets ? offsets[asset + 1] - offsets[asset] : 0;
}

uint32_t apl_explain_relation(const apl_estate *estate, apl_asset_id asset, bool incoming, size_t index)
{
    if (incoming)
        return estate->relations_by_to[estate->relations_in[asset] + index];
    return estate->relations_out[asset] + (uint32_t)index;
}

void apl_explain_used_for(apl_relation_list *out, const apl_estate *estate, apl_asset_id asset)
{
    size_t count = apl_explain_relation_count(estate, asset, true);

    *out = (apl_relation_list){0};
    for (size_t i = 0; i < count; i++) {
        uint32_t number = apl_explain_relation(estate, asset, true, i);
        const apl_relation *relation = &estate->relations.items[number];
        bool from_ai = estate->vocabulary->kinds.items[estate->assets.items[relation->from].kind].is_ai;
        if (from_ai && estate->vocabulary->relations.items[relation->type].makes_ai)
            APL_PUSH(&out->numbers, number);
    }
}
