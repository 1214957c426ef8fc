/* evaluate/drift.c: the comparison of two postures.
 *
 * Findings and paths are compared first, by id; then every asset of both sides is looked at once, with what happened to
 * its findings at hand. Nothing here guesses: an asset that is gone while its type could not be read is `unseen`. */
#include "evaluate/drift.h"

#include <stdlib.h>

const char *const apl_drift_what_names[] = {"affected", "changed", "added", "removed", "unseen", NULL};
const char *const apl_drift_risk_names[] = {"neutral", "better", "mixed", "worse", NULL};
const char *const apl_drift_turn_names[] = {"new", "raised", "closed", "muted", "lost", NULL};

/* A finding that took a turn, with the asset that it belongs to on both sides. */
typedef struct turned {
    apl_asset_id before;
    apl_asset_id after;
    apl_drift_finding finding;
} turned;

typedef struct comparison {
    apl_arena *arena;
    apl_arena *scratch; /* of the asset at hand */
    const apl_drift_side *sides[2];
    const apl_estate *before;
    const apl_estate *after;
    const apl_drift_options *options;
    apl_drift *out;
    apl_asset_id *to_after;  /* by asset of `before` */
    apl_asset_id *to_before; /* by asset of `after` */
    APL_VECTOR(turned) turns; /* sorted by (after, before) */
    APL_VECTOR(apl_drift_path) paths;
    APL_VECTOR(apl_drift_change) changes;
    /* Of the asset at hand: */
    apl_drift_values values;
    APL_VECTOR(apl_drift_relation) relations;
} comparison;

static void map_assets(comparison *it)
{
    it->to_after = APL_ARENA_ARRAY(it->arena, apl_asset_id, it->before->assets.count);
    it->to_before = APL_ARENA_ARRAY(it->arena, apl_asset_id, it->after->assets.count);
    for (size_t i = 0; i < it->after->assets.count; i++)
        it->to_before[i] = APL_ASSET_NONE;
    for (size_t i = 0; i < it->before->assets.count; i++) {
        it->to_after[i] = apl_estate_find(it->after, it->before->assets.items[i].id);
        if (it->to_after[i] != APL_ASSET_NONE)
            it->to_before[it->to_after[i]] = (apl_asset_id)i;
    }
}

static int by_finding_id(const void *a, const void *b)
{
    return memcmp((*(const apl_finding *const *)a)->id, (*(const apl_finding *const *)b)->id, 32);
}

/* The findings of an estate by id. */
static const apl_finding **sorted_findings(apl_arena *arena, const apl_estate *estate)
{
    const apl_finding **sorted = APL_ARENA_ARRAY(arena, const apl_finding *, estate->findings.count);

    for (size_t i = 0; i < estate->findings.count; i++)
        sorted[i] = &estate->findings.items[i];
    if (estate->findings.count)
        qsort(sorted, estate->findings.count, sizeof *sorted, by_finding_id);
    return sorted;
}

static bool fails(const apl_finding *finding)
{
    return finding && finding->status == APL_STATUS_FAIL;
}

/* Whether rows of this asset's type could not be read on the later side. */
static bool is_type_unread(const apl_estate *after, const apl_asset *asset)
{
    for (size_t i = 0; i < after->coverage.count; i++) {
        const apl_coverage *row = &after->coverage.items[i];
        bool is_lack = row->state == APL_COVERAGE_UNREAD || row->state == APL_COVERAGE_PARTIAL;
        if (is_lack && apl_str_equal_nocase(row->type, asset->type) &&
            (row->scope.size == 0 || apl_str_equal(row->scope, APL_STR("-")) ||
             apl_str_equal_nocase(row->scope, asset->scope)))
            return true;
    }
    return false;
}

/* Whether an asset of the earlier side can be judged on the later one, or is known to be gone. */
static bool is_seen_after(const comparison *it, apl_asset_id before)
{
    apl_asset_id after = it->to_after[before];

    if (after != APL_ASSET_NONE)
        return it->after->assets.items[after].is_read || !it->before->assets.items[before].is_read;
    return !is_type_unread(it->after, &it->before->assets.items[before]);
}

/* The turn that a finding took; false when it took none. */
static bool turn_of(apl_drift_turn *turn, const comparison *it, const apl_finding *before, const apl_finding *after)
{
    if (fails(after)) {
        *turn = fails(before) ? APL_DRIFT_RAISED : APL_DRIFT_NEW;
        return !fails(before) || after->severity > before->severity;
    }
    if (!fails(before))
        return false;
    if (after && (after->status == APL_STATUS_MUTED || after->status == APL_STATUS_EXEMPT))
        *turn = APL_DRIFT_MUTED;
    else if (after && (after->status == APL_STATUS_MANUAL || after->status == APL_STATUS_ERROR))
        *turn = APL_DRIFT_LOST;
    else
        *turn = is_seen_after(it, before->asset) ? APL_DRIFT_CLOSED : APL_DRIFT_LOST;
    return true;
}

static void add_turn(comparison *it, const apl_finding *before, const apl_finding *after)
{
    apl_drift_turn turn;
    turned made = {APL_ASSET_NONE, APL_ASSET_NONE, {.finding = after && fails(after) ? after : before}};

    if (!turn_of(&turn, it, before, after))
        return;
    if (before) {
        made.before = before->asset;
        made.after = it->to_after[before->asset];
    }
    if (after) {
        made.after = after->asset;
        made.before = it->to_before[after->asset];
    }
    made.finding.turn = (uint8_t)turn;
    it->out->by_turn[turn]++;
    APL_PUSH(&it->turns, made);
}

static int by_asset(const void *a, const void *b)
{
    const turned *x = a;
    const turned *y = b;

    if (x->after != y->after)
        return x->after < y->after ? -1 : 1;
    if (x->before != y->before)
        return x->before < y->before ? -1 : 1;
    if (x->finding.finding->severity != y->finding.finding->severity)
        return x->finding.finding->severity > y->finding.finding->severity ? -1 : 1;
    return memcmp(x->finding.finding->id, y->finding.finding->id, 32);
}

static void compare_findings(comparison *it)
{
    const apl_finding **left = sorted_findings(it->arena, it->before);
    const apl_finding **right = sorted_findings(it->arena, it->after);
    size_t i = 0;
    size_t j = 0;

    while (i < it->before->findings.count || j < it->after->findings.count) {
        int order = i == it->before->findings.count  ? 1
                    : j == it->after->findings.count ? -1
                                                     : memcmp(left[i]->id, right[j]->id, 32);
        const apl_finding *before = order <= 0 ? left[i++] : NULL;
        const apl_finding *after = order >= 0 ? right[j++] : NULL;
        add_turn(it, before, after);
    }
    if (it->turns.count)
        qsort(it->turns.items, it->turns.count, sizeof *it->turns.items, by_asset);
}

static int by_path_id(const void *a, const void *b)
{
    return memcmp((*(const apl_path *const *)a)->id, (*(const apl_path *const *)b)->id, 32);
}

static const apl_path **sorted_paths(apl_arena *arena, const apl_estate *estate)
{
    const apl_path **sorted = APL_ARENA_ARRAY(arena, const apl_path *, estate->paths.count);

    for (size_t i = 0; i < estate->paths.count; i++)
        sorted[i] = &estate->paths.items[i];
    if (estate->paths.count)
        qsort(sorted, estate->paths.count, sizeof *sorted, by_path_id);
    return sorted;
}

/* A path that is gone counts as closed only when all of its assets could still be seen. */
static bool is_path_seen(const comparison *it, const apl_path *path)
{
    for (uint32_t i = 0; i < path->step_count; i++) {
        if (!is_seen_after(it, path->steps[i].from) || !is_seen_after(it, path->steps[i].to))
            return false;
    }
    return true;
}

static void compare_paths(comparison *it)
{
    const apl_path **left = sorted_paths(it->arena, it->before);
    const apl_path **right = sorted_paths(it->arena, it->after);
    size_t i = 0;
    size_t j = 0;

    while (i < it->before->paths.count || j < it->after->paths.count) {
        int order = i == it->before->paths.count  ? 1
                    : j == it->after->paths.count ? -1
                                                  : memcmp(left[i]->id, right[j]->id, 32);
        const apl_path *before = order <= 0 ? left[i++] : NULL;
        const apl_path *after = order >= 0 ? right[j++] : NULL;
        if (before == NULL)
            APL_PUSH(&it->paths, ((apl_drift_path){after, true}));
        else if (after == NULL && is_path_seen(it, before))
            APL_PUSH(&it->paths, ((apl_drift_path){before, false}));
    }
}

static apl_value tags_or_nothing(const apl_asset *asset)
{
    return asset->tags.type == APL_VALUE_OBJECT ? asset->tags : APL_MISSING;
}

static void add_fact(comparison *it, const char *name, apl_str before, apl_str after)
{
    if (!apl_str_equal(before, after))
        APL_PUSH(&it->values, ((apl_drift_value){apl_str_from(name), apl_value_string(before),
                                                 apl_value_string(after), APL_STR_NONE}));
}

/* What Aplomb itself found about the asset; told apart from the body by a name of its own. */
static void compare_facts(comparison *it, const apl_asset *before, const apl_asset *after)
{
    const apl_vocabulary *words = it->after->vocabulary;

    add_fact(it, "aplomb.kind", words->kinds.items[before->kind].name, words->kinds.items[after->kind].name);
    add_fact(it, "aplomb.exposure", apl_str_from(apl_exposure_names[before->exposure]),
             apl_str_from(apl_exposure_names[after->exposure]));
    add_fact(it, "aplomb.sensitivity", apl_str_from(apl_level_names[before->sensitivity]),
             apl_str_from(apl_level_names[after->sensitivity]));
    add_fact(it, "aplomb.ai", before->is_ai ? APL_STR("true") : APL_STR("false"),
             after->is_ai ? APL_STR("true") : APL_STR("false"));
}

static void find_actor(apl_drift_change *change, apl_arena *arena, apl_value body)
{
    apl_value data = apl_value_member(body, "systemData");

    change->actor = apl_arena_str(arena, apl_value_str(apl_value_member(data, "lastModifiedBy")));
    change->time = apl_arena_str(arena, apl_value_str(apl_value_member(data, "lastModifiedAt")));
}

static bool same_digest(const apl_asset *before, const apl_asset *after)
{
    bool is_known = before->digest.low != 0 || before->digest.high != 0;

    return is_known && before->digest.low == after->digest.low && before->digest.high == after->digest.high;
}

/* The bodies, when both were kept; tags stand in most bodies, and else are compared by themselves. */
static apl_status compare_bodies(comparison *it, apl_drift_change *change)
{
    const apl_asset *before = &it->before->assets.items[change->before];
    const apl_asset *after = &it->after->assets.items[change->after];
    apl_value bodies[2] = {APL_MISSING, APL_MISSING};

    if (same_digest(before, after))
        return APL_OK;
    apl_status status = it->sides[0]->body(&bodies[0], it->arena, it->sides[0]->context, change->before);
    if (status == APL_OK)
        status = it->sides[1]->body(&bodies[1], it->arena, it->sides[1]->context, change->after);
    if (status != APL_OK)
        return status;
    if (!apl_value_is_there(bodies[0]) || !apl_value_is_there(bodies[1])) {
        bodies[0] = tags_or_nothing(before);
        bodies[1] = tags_or_nothing(after);
    } else {
        find_actor(change, it->arena, bodies[1]);
    }
    for (int i = 0; i < 2; i++)
        bodies[i] = apl_drift_clean(it->arena, it->after->vocabulary, after->type, bodies[i]);
    apl_drift_compare_values(&it->values, it->arena, bodies[0], bodies[1]);
    return APL_OK;
}

static void accept_values(comparison *it, const apl_asset *asset)
{
    const apl_acceptances *acceptances = it->options->acceptances;

    for (size_t i = 0; acceptances && i < it->values.count; i++) {
        apl_drift_value *value = &it->values.items[i];
        value->accepted = apl_acceptances_match(acceptances, asset->id, value->path, it->options->now);
        it->out->accepted += value->accepted.size != 0;
    }
}

/* A relation with its end as a number that means the same on both sides. */
typedef struct end {
    const apl_relation *relation;
    uint64_t key; /* type, then the later side's asset, or 2^31 + the earlier side's */
} end;

static int by_end(const void *a, const void *b)
{
    const end *x = a;
    const end *y = b;

    return (x->key > y->key) - (x->key < y->key);
}

static size_t ends_of(end **out, const comparison *it, const apl_estate *estate, apl_asset_id asset)
{
    *out = NULL;
    if (asset == APL_ASSET_NONE || estate->relations_out == NULL)
        return 0;
    uint32_t first = estate->relations_out[asset];
    uint32_t count = estate->relations_out[asset + 1] - first;
    *out = APL_ARENA_ARRAY(it->scratch, end, count);
    for (uint32_t i = 0; i < count; i++) {
        const apl_relation *relation = &estate->relations.items[first + i];
        uint64_t to = relation->to;
        if (estate == it->before)
            to = it->to_after[to] == APL_ASSET_NONE ? (UINT64_C(1) << 31) + to : it->to_after[to];
        (*out)[i] = (end){relation, (uint64_t)relation->type << 32 | to};
    }
    if (count)
        qsort(*out, count, sizeof **out, by_end);
    return count;
}

/* `contains` is told by the assets that come and go. */
static void add_relation(comparison *it, const apl_estate *estate, const apl_relation *relation)
{
    apl_str type = estate->vocabulary->relations.items[relation->type].name;

    if (!apl_str_equal(type, APL_STR("contains")))
        APL_PUSH(&it->relations, ((apl_drift_relation){type, estate->assets.items[relation->to].id,
                                                       estate == it->after}));
}

static void compare_relations(comparison *it, const apl_drift_change *change)
{
    end *left;
    end *right;
    size_t left_count = ends_of(&left, it, it->before, change->before);
    size_t right_count = ends_of(&right, it, it->after, change->after);
    size_t i = 0;
    size_t j = 0;

    while (i < left_count || j < right_count) {
        if (i == left_count || (j < right_count && right[j].key < left[i].key)) {
            add_relation(it, it->after, right[j++].relation);
        } else if (j == right_count || left[i].key < right[j].key) {
            add_relation(it, it->before, left[i++].relation);
        } else {
            uint64_t key = left[i].key;
            while (i < left_count && left[i].key == key)
                i++;
            while (j < right_count && right[j].key == key)
                j++;
        }
    }
}

/* The turns of this change's asset: a range of it->turns, found by bisection. */
static void find_turns(const comparison *it, apl_drift_change *change)
{
    const turned wanted = {change->before, change->after, {0}};
    size_t low = 0;
    size_t high = it->turns.count;

    while (low < high) {
        size_t middle = (low + high) / 2;
        const turned *at = &it->turns.items[middle];
        bool is_less = at->after != wanted.after ? at->after < wanted.after : at->before < wanted.before;
        if (is_less)
            low = middle + 1;
        else
            high = middle;
    }
    for (high = low; high < it->turns.count && it->turns.items[high].after == wanted.after &&
                     it->turns.items[high].before == wanted.before;)
        high++;
    if (low == high)
        return;
    apl_drift_finding *findings = APL_ARENA_ARRAY(it->arena, apl_drift_finding, high - low);
    for (size_t i = low; i < high; i++)
        findings[i - low] = it->turns.items[i].finding;
    change->findings = findings;
    change->finding_count = high - low;
}

static bool touches(const apl_path *path, apl_asset_id asset)
{
    for (uint32_t i = 0; i < path->step_count; i++) {
        if (path->steps[i].from == asset || path->steps[i].to == asset)
            return true;
    }
    return false;
}

static void find_paths(const comparison *it, apl_drift_change *change)
{
    apl_drift_path *paths = APL_ARENA_ARRAY(it->arena, apl_drift_path, it->paths.count);

    for (size_t i = 0; i < it->paths.count; i++) {
        apl_drift_path path = it->paths.items[i];
        apl_asset_id asset = path.is_new ? change->after : change->before;
        if (asset != APL_ASSET_NONE && touches(path.path, asset))
            paths[change->path_count++] = path;
    }
    change->paths = paths;
}

/* Unknown exposure says nothing about the direction. */
static int exposure_step(const comparison *it, const apl_drift_change *change)
{
    if (change->what != APL_DRIFT_CHANGED)
        return 0;
    uint8_t before = it->before->assets.items[change->before].exposure;
    uint8_t after = it->after->assets.items[change->after].exposure;
    if (before == APL_EXPOSURE_UNKNOWN || after == APL_EXPOSURE_UNKNOWN)
        return 0;
    return (after > before) - (after < before);
}

static apl_drift_risk risk_of(const comparison *it, const apl_drift_change *change)
{
    int step = exposure_step(it, change);
    bool is_worse = step > 0;
    bool is_better = step < 0;

    for (size_t i = 0; i < change->finding_count; i++) {
        uint8_t turn = change->findings[i].turn;
        is_worse |= (turn == APL_DRIFT_NEW || turn == APL_DRIFT_RAISED) && !change->findings[i].is_by_content;
        is_better |= turn == APL_DRIFT_CLOSED && !change->findings[i].is_by_content;
    }
    for (size_t i = 0; i < change->path_count; i++) {
        is_worse |= change->paths[i].is_new;
        is_better |= !change->paths[i].is_new;
    }
    if (is_worse && is_better)
        return APL_DRIFT_MIXED;
    return is_worse ? APL_DRIFT_WORSE : is_better ? APL_DRIFT_BETTER : APL_DRIFT_NEUTRAL;
}

/* A finding that turned on an asset of which nothing changed, while the rules did, tells of the rules. */
static void mark_content(const comparison *it, apl_drift_change *change)
{
    apl_drift_finding *findings = APL_ARENA_ARRAY(it->arena, apl_drift_finding, change->finding_count);

    if (change->what != APL_DRIFT_AFFECTED || !it->out->has_other_content || change->finding_count == 0)
        return;
    memcpy(findings, change->findings, change->finding_count * sizeof *findings);
    for (size_t i = 0; i < change->finding_count; i++)
        findings[i].is_by_content = true;
    change->findings = findings;
}

static void keep_details(const comparison *it, apl_drift_change *change)
{
    apl_drift_value *values = APL_ARENA_ARRAY(it->arena, apl_drift_value, it->values.count);
    apl_drift_relation *relations = APL_ARENA_ARRAY(it->arena, apl_drift_relation, it->relations.count);

    if (it->values.count)
        memcpy(values, it->values.items, it->values.count * sizeof *values);
    if (it->relations.count)
        memcpy(relations, it->relations.items, it->relations.count * sizeof *relations);
    change->values = values;
    change->value_count = it->values.count;
    change->relations = relations;
    change->relation_count = it->relations.count;
}

/* Takes the change when anything is to be told of it. */
static void finish(comparison *it, apl_drift_change *change)
{
    find_turns(it, change);
    if (change->what == APL_DRIFT_CHANGED && it->values.count == 0 && it->relations.count == 0) {
        if (change->finding_count == 0)
            return;
        change->what = APL_DRIFT_AFFECTED;
    }
    keep_details(it, change);
    mark_content(it, change);
    find_paths(it, change);
    change->risk = (uint8_t)risk_of(it, change);
    it->out->by_what[change->what]++;
    it->out->by_risk[change->risk]++;
    APL_PUSH(&it->changes, *change);
}

static void start_asset(comparison *it)
{
    it->values.count = 0;
    it->relations.count = 0;
    apl_arena_reset(it->scratch);
}

static apl_status compare_asset(comparison *it, apl_asset_id number)
{
    apl_drift_change change = {.before = number, .after = it->to_after[number], .what = APL_DRIFT_CHANGED};
    const apl_asset *before = &it->before->assets.items[number];
    apl_status status = APL_OK;

    start_asset(it);
    bool is_there = change.after != APL_ASSET_NONE;
    bool is_read_after = is_there && it->after->assets.items[change.after].is_read;
    if (!before->is_read && !is_read_after)
        return APL_OK;
    if (!before->is_read) {
        change.what = APL_DRIFT_ADDED;
    } else if (!is_read_after) {
        change.what = is_there || !is_seen_after(it, number) ? APL_DRIFT_UNSEEN : APL_DRIFT_REMOVED;
    } else {
        compare_facts(it, before, &it->after->assets.items[change.after]);
        status = compare_bodies(it, &change);
        compare_relations(it, &change);
        accept_values(it, &it->after->assets.items[change.after]);
    }
    if (status == APL_OK)
        finish(it, &change);
    return status;
}

static apl_status add_asset(comparison *it, apl_asset_id number)
{
    apl_drift_change change = {.before = APL_ASSET_NONE, .after = number, .what = APL_DRIFT_ADDED};
    apl_value body = APL_MISSING;

    start_asset(it);
    if (!it->after->assets.items[number].is_read)
        return APL_OK;
    apl_status status = it->sides[1]->body(&body, it->arena, it->sides[1]->context, number);
    if (status != APL_OK)
        return status;
    find_actor(&change, it->arena, body);
    compare_relations(it, &change);
    finish(it, &change);
    return APL_OK;
}

const apl_asset *apl_drift_asset(const apl_drift *drift, const apl_drift_change *change)
{
    return change->after != APL_ASSET_NONE ? &drift->after->estate->assets.items[change->after]
                                           : &drift->before->estate->assets.items[change->before];
}

static int by_risk(const void *a, const void *b, void *context)
{
    const apl_drift_change *x = a;
    const apl_drift_change *y = b;

    if (x->risk != y->risk)
        return x->risk > y->risk ? -1 : 1;
    const apl_asset *left = apl_drift_asset(context, x);
    const apl_asset *right = apl_drift_asset(context, y);
    if (left->is_ai != right->is_ai)
        return left->is_ai ? -1 : 1;
    return apl_str_compare_nocase(left->id, right->id);
}

static void count_paths(comparison *it)
{
    for (size_t i = 0; i < it->paths.count; i++) {
        it->out->new_paths += it->paths.items[i].is_new;
        it->out->closed_paths += !it->paths.items[i].is_new;
    }
}

/* The results move into the arena. */
static void hand_over(comparison *it)
{
    apl_drift *out = it->out;
    apl_drift_change *changes = APL_ARENA_ARRAY(it->arena, apl_drift_change, it->changes.count);
    apl_drift_path *paths = APL_ARENA_ARRAY(it->arena, apl_drift_path, it->paths.count);

    count_paths(it);
    if (it->changes.count) {
        memcpy(changes, it->changes.items, it->changes.count * sizeof *changes);
        qsort_r(changes, it->changes.count, sizeof *changes, by_risk, out);
    }
    if (it->paths.count)
        memcpy(paths, it->paths.items, it->paths.count * sizeof *paths);
    out->changes = changes;
    out->change_count = it->changes.count;
    out->paths = paths;
    out->path_count = it->paths.count;
}

apl_status apl_drift_compare(apl_drift *out, apl_arena *arena, const apl_drift_side *before,
                             const apl_drift_side *after, const apl_drift_options *options)
{
    comparison it = {
        .arena = arena,
        .scratch = apl_arena_new(),
        .sides = {before, after},
        .before = before->snapshot->estate,
        .after = after->snapshot->estate,
        .options = options,
        .out = out,
    };
    apl_status status = APL_OK;

    *out = (apl_drift){.before = before->snapshot, .after = after->snapshot, .is_baseline = options->is_baseline};
    out->has_other_content = !apl_str_equal(before->snapshot->scan.content, after->snapshot->scan.content);
    map_assets(&it);
    compare_findings(&it);
    compare_paths(&it);
    for (size_t i = 0; status == APL_OK && i < it.before->assets.count; i++)
        status = compare_asset(&it, (apl_asset_id)i);
    for (size_t i = 0; status == APL_OK && i < it.after->assets.count; i++) {
        if (it.to_before[i] == APL_ASSET_NONE)
            status = add_asset(&it, (apl_asset_id)i);
    }
    hand_over(&it);
    apl_memory_free(it.turns.items);
    apl_memory_free(it.paths.items);
    apl_memory_free(it.changes.items);
    apl_memory_free(it.values.items);
    apl_memory_free(it.relations.items);
    apl_arena_free(it.scratch);
    return status;
}
