/* evaluate/delta.c: from one snapshot to the other in four steps, each with its own score.
 *
 * Both estates are laid over each other. Step by step assets, findings and paths of the old one are replaced by those
 * of the new one: first where only reading differs, then where rules differ, then everything on assets that are in
 * both, at last what came and went. The differences between the steps are the parts. */
#include "evaluate/delta.h"

#include "base/table.h"
#include "evaluate/score.h"

/* How far the old estate has become the new one. */
typedef enum step { STEP_BEFORE = 0, STEP_COVERAGE, STEP_CONTENT, STEP_POSTURE, STEP_INVENTORY, STEPS } step;

enum { OLD = 0, NEW = 1, SIDES = 2 };

/* One asset of either; a side without it has APL_ASSET_NONE. */
typedef struct overlaid {
    apl_asset_id at[SIDES];
    bool is_judged[SIDES];
} overlaid;

/* One (rule, asset) of which either side has a finding. */
typedef struct pair {
    const apl_finding *of[SIDES];
    uint32_t asset; /* overlaid */
} pair;

typedef struct comparing {
    const apl_estate *sides[SIDES];
    apl_arena *arena;
    APL_VECTOR(overlaid) assets;
    uint32_t *place[SIDES]; /* asset -> overlaid */
    APL_VECTOR(pair) pairs;
    apl_table *rules[SIDES]; /* ids of judged rules */
} comparing;

/* -- Laying over ------------------------------------------------------------------------------------------------- */

static apl_table *judged_types(const apl_estate *estate)
{
    apl_table *types = apl_table_new(true);

    for (uint32_t r = 0; r < estate->judged.count; r++) {
        for (uint32_t t = 0; t < estate->judged.items[r].type_count; t++)
            (void)apl_table_put(types, estate->judged.items[r].types[t], r);
    }
    return types;
}

static void overlay_assets(comparing *work)
{
    for (int side = OLD; side <= NEW; side++) {
        const apl_estate *estate = work->sides[side];
        const apl_estate *other = work->sides[1 - side];
        apl_table *types = judged_types(estate);
        work->place[side] = APL_ARENA_ARRAY(work->arena, uint32_t, estate->assets.count);
        for (apl_asset_id i = 0; i < estate->assets.count; i++) {
            const apl_asset *asset = &estate->assets.items[i];
            apl_asset_id twin = apl_estate_find(other, asset->id);
            uint32_t place = (uint32_t)work->assets.count;
            if (side == NEW && twin != APL_ASSET_NONE)
                place = work->place[OLD][twin];
            else
                APL_PUSH(&work->assets, ((overlaid){.at = {APL_ASSET_NONE, APL_ASSET_NONE}}));
            work->place[side][i] = place;
            work->assets.items[place].at[side] = i;
            work->assets.items[place].is_judged[side] =
                asset->is_read && apl_table_get(types, asset->type) != APL_TABLE_NONE;
        }
        apl_table_free(types);
    }
}

static void overlay_findings(comparing *work)
{
    apl_table *by_id = apl_table_new(false);

    for (int side = OLD; side <= NEW; side++) {
        const apl_estate *estate = work->sides[side];
        for (size_t i = 0; i < estate->findings.count; i++) {
            const apl_finding *finding = &estate->findings.items[i];
            uint32_t at =
                apl_table_put(by_id, apl_str_make(finding->id, sizeof finding->id - 1), (uint32_t)work->pairs.count);
            if (at == work->pairs.count)
                APL_PUSH(&work->pairs, ((pair){.asset = work->place[side][finding->asset]}));
            work->pairs.items[at].of[side] = finding;
        }
    }
    apl_table_free(by_id);
}

/* -- What each step takes ---------------------------------------------------------------------------------------- */

static bool is_common(const overlaid *one)
{
    return one->at[OLD] != APL_ASSET_NONE && one->at[NEW] != APL_ASSET_NONE;
}

static bool is_read_on(const comparing *work, const overlaid *one, int side)
{
    return one->at[side] != APL_ASSET_NONE && work->sides[side]->assets.items[one->at[side]].is_read;
}

/* Named on both sides, but read on one only: that is reading, not coming and going. */
static bool differs_in_reading(const comparing *work, const overlaid *one)
{
    return is_common(one) && is_read_on(work, one, OLD) != is_read_on(work, one, NEW);
}

/* From which side the asset itself is taken at this step. */
static int asset_side(const comparing *work, const overlaid *one, step at)
{
    if (!is_common(one))
        return at == STEP_INVENTORY ? NEW : OLD;
    if (differs_in_reading(work, one))
        return at >= STEP_COVERAGE ? NEW : OLD;
    if (one->is_judged[OLD] != one->is_judged[NEW]) /* read on both sides: only rules can make the difference */
        return at >= STEP_CONTENT ? NEW : OLD;
    return at >= STEP_POSTURE ? NEW : OLD;
}

static bool is_unread(const apl_finding *finding)
{
    return finding && (finding->status == APL_STATUS_MANUAL || finding->status == APL_STATUS_ERROR);
}

static bool has_rule(const comparing *work, int side, const apl_finding *finding)
{
    return apl_table_get(work->rules[side], finding->rule->id) != APL_TABLE_NONE;
}

static int finding_side(const comparing *work, const pair *one, step at)
{
    const overlaid *asset = &work->assets.items[one->asset];
    const apl_finding *any = one->of[OLD] ? one->of[OLD] : one->of[NEW];

    if (!is_common(asset) || differs_in_reading(work, asset))
        return asset_side(work, asset, at);
    if (has_rule(work, OLD, any) != has_rule(work, NEW, any))
        return at >= STEP_CONTENT ? NEW : OLD;
    if (is_unread(one->of[OLD]) != is_unread(one->of[NEW]))
        return at >= STEP_COVERAGE ? NEW : OLD;
    bool is_reweighed = one->of[OLD] && one->of[NEW] && one->of[OLD]->status == one->of[NEW]->status &&
                        one->of[OLD]->severity != one->of[NEW]->severity;
    return at >= (is_reweighed ? STEP_CONTENT : STEP_POSTURE) ? NEW : OLD;
}

/* What is not known on one side is a matter of reading. */
static void take_factors(const comparing *work, apl_asset *out, const overlaid *one, step at)
{
    if (!is_common(one) || at < STEP_COVERAGE || at >= STEP_POSTURE)
        return;
    const apl_asset *old = &work->sides[OLD]->assets.items[one->at[OLD]];
    const apl_asset *new = &work->sides[NEW]->assets.items[one->at[NEW]];
    if ((old->exposure == APL_EXPOSURE_UNKNOWN) != (new->exposure == APL_EXPOSURE_UNKNOWN))
        out->exposure = new->exposure;
    if ((old->sensitivity == APL_LEVEL_UNKNOWN) != (new->sensitivity == APL_LEVEL_UNKNOWN))
        out->sensitivity = new->sensitivity;
}

static bool path_is_common(const comparing *work, int side, const apl_path *path)
{
    bool is_shared = is_common(&work->assets.items[work->place[side][path->target]]) &&
                     is_common(&work->assets.items[work->place[side][path->entry]]);

    for (uint32_t s = 0; s < path->step_count && is_shared; s++)
        is_shared = is_common(&work->assets.items[work->place[side][path->steps[s].to]]);
    return is_shared;
}

/* -- The score of a step ----------------------------------------------------------------------------------------- */

static void add_assets(apl_estate *mixed, const comparing *work, step at)
{
    static const apl_asset absent = {.parent = APL_ASSET_NONE};

    APL_RESERVE(&mixed->assets, work->assets.count);
    for (size_t i = 0; i < work->assets.count; i++) {
        const overlaid *one = &work->assets.items[i];
        int side = asset_side(work, one, at);
        apl_asset asset = one->at[side] == APL_ASSET_NONE ? absent : work->sides[side]->assets.items[one->at[side]];
        asset.is_judged = one->at[side] != APL_ASSET_NONE && one->is_judged[side];
        take_factors(work, &asset, one, at);
        APL_PUSH(&mixed->assets, asset);
    }
}

static void add_findings(apl_estate *mixed, const comparing *work, step at)
{
    for (size_t i = 0; i < work->pairs.count; i++) {
        const pair *one = &work->pairs.items[i];
        const apl_finding *taken = one->of[finding_side(work, one, at)];
        if (taken == NULL)
            continue;
        APL_PUSH(&mixed->findings, *taken);
        mixed->findings.items[mixed->findings.count - 1].asset = one->asset;
    }
}

static void add_paths(apl_estate *mixed, const comparing *work, step at)
{
    for (int side = OLD; side <= NEW; side++) {
        for (size_t i = 0; i < work->sides[side]->paths.count; i++) {
            apl_path path = work->sides[side]->paths.items[i];
            step when = path_is_common(work, side, &path) ? STEP_POSTURE : STEP_INVENTORY;
            if ((at >= when) != (side == NEW))
                continue;
            path.target = work->place[side][path.target];
            APL_PUSH(&mixed->paths, path);
        }
    }
}

static double score_at(const comparing *work, step at)
{
    apl_estate mixed = {0};

    add_assets(&mixed, work, at);
    add_findings(&mixed, work, at);
    add_paths(&mixed, work, at);
    double value = apl_score_of(&mixed);
    apl_memory_free(mixed.assets.items);
    apl_memory_free(mixed.findings.items);
    apl_memory_free(mixed.paths.items);
    return value;
}

static apl_table *rule_ids(const apl_estate *estate)
{
    apl_table *ids = apl_table_new(false);

    for (uint32_t r = 0; r < estate->judged.count; r++)
        (void)apl_table_put(ids, estate->judged.items[r].rule->id, r);
    return ids;
}

void apl_score_delta_make(apl_score_delta *out, const apl_estate *before, const apl_estate *after)
{
    comparing work = {.sides = {before, after}};
    double scores[STEPS];

    *out = (apl_score_delta){0};
    if (!before->score.is_there || !after->score.is_there || before->judged.count == 0 || after->judged.count == 0)
        return;
    work.arena = apl_arena_new();
    work.rules[OLD] = rule_ids(before);
    work.rules[NEW] = rule_ids(after);
    overlay_assets(&work);
    overlay_findings(&work);
    scores[STEP_BEFORE] = before->score.estate.value;
    scores[STEP_INVENTORY] = after->score.estate.value;
    for (step at = STEP_COVERAGE; at < STEP_INVENTORY; at++)
        scores[at] = score_at(&work, at);
    *out = (apl_score_delta){
        .is_there = true,
        .before = scores[STEP_BEFORE],
        .after = scores[STEP_INVENTORY],
        .coverage = scores[STEP_COVERAGE] - scores[STEP_BEFORE],
        .content = scores[STEP_CONTENT] - scores[STEP_COVERAGE],
        .posture = scores[STEP_POSTURE] - scores[STEP_CONTENT],
        .inventory = scores[STEP_INVENTORY] - scores[STEP_POSTURE],
    };
    apl_memory_free(work.assets.items);
    apl_memory_free(work.pairs.items);
    apl_table_free(work.rules[OLD]);
    apl_table_free(work.rules[NEW]);
    apl_arena_free(work.arena);
}
