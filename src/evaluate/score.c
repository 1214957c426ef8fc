/* evaluate/score.c: findings and attack paths to a number.
 *
 * The load of an asset adds up what its open findings and the paths that end in it weigh; its risk is 1 - exp(-load); a
 * scope's score is 100 x (1 - (0.7 x mean + 0.3 x tail)), the mean weighed by criticality, the tail that of the worst
 * tenth of all weight. docs/score.md says why. What was not read counts as failed, so that reading less never raises
 * the score. Three loads are kept: as it is, at worst, at best. */
#include "evaluate/score.h"

#include <math.h>
#include <stdlib.h>

#define MEAN_SHARE 0.7
#define TAIL_SHARE 0.3
#define TAIL_WEIGHT 0.1   /* the worst tenth of criticality weight */
#define CANDIDATES_MAX 64 /* assets and findings whose gain is worked out exactly */
#define MICRO 1000000.0

enum { AS_IS = 0, WORST, BEST, CASES };

/* One judged asset. */
typedef struct scored {
    apl_asset_id asset;
    double weight;
    double load[CASES];
    double risk[CASES];
} scored;

typedef struct scoring {
    apl_estate *estate;
    scored *items;
    size_t count;
    uint32_t *place_of; /* asset -> place in items + 1, 0: not judged */
} scoring;

static double severity_weight(uint8_t severity)
{
    static const double weights[APL_SEVERITY_COUNT] = {
        [APL_SEVERITY_INFO] = 0.0, [APL_SEVERITY_LOW] = 0.1,      [APL_SEVERITY_MEDIUM] = 0.3,
        [APL_SEVERITY_HIGH] = 0.8, [APL_SEVERITY_CRITICAL] = 1.6,
    };

    return weights[severity];
}

static double exposure_weight(uint8_t exposure, int which)
{
    switch ((apl_exposure)exposure) {
    case APL_EXPOSURE_INTERNET:
        return 1.5;
    case APL_EXPOSURE_TRUSTED:
        return 1.0;
    case APL_EXPOSURE_PRIVATE:
    case APL_EXPOSURE_NONE:
        return 0.6;
    case APL_EXPOSURE_UNKNOWN:
        return which == WORST ? 1.5 : which == BEST ? 0.6 : 1.0;
    }
    return 1.0;
}

static double sensitivity_weight(uint8_t sensitivity, int which)
{
    switch ((apl_level)sensitivity) {
    case APL_LEVEL_HIGH:
    case APL_LEVEL_CRITICAL:
        return 1.4;
    case APL_LEVEL_MEDIUM:
        return 1.0;
    case APL_LEVEL_LOW:
        return 0.9;
    case APL_LEVEL_NONE:
        return 0.8;
    case APL_LEVEL_UNKNOWN:
        return which == WORST ? 1.4 : which == BEST ? 0.8 : 1.0;
    }
    return 1.0;
}

static double criticality_weight(uint8_t criticality)
{
    switch ((apl_level)criticality) {
    case APL_LEVEL_CRITICAL:
        return 8;
    case APL_LEVEL_HIGH:
        return 4;
    case APL_LEVEL_MEDIUM:
    case APL_LEVEL_UNKNOWN:
        return 2;
    case APL_LEVEL_LOW:
    case APL_LEVEL_NONE:
        return 1;
    }
    return 1;
}

static double factor_of(const apl_asset *asset, int which)
{
    return exposure_weight(asset->exposure, which) * sensitivity_weight(asset->sensitivity, which);
}

static void gather_assets(scoring *job)
{
    const apl_estate *estate = job->estate;

    job->items = apl_memory_new((estate->assets.count + 1) * sizeof *job->items);
    job->place_of = apl_memory_new((estate->assets.count + 1) * sizeof *job->place_of);
    for (size_t i = 0; i < estate->assets.count; i++) {
        const apl_asset *asset = &estate->assets.items[i];
        if (!asset->is_judged)
            continue;
        job->items[job->count] = (scored){.asset = (apl_asset_id)i, .weight = criticality_weight(asset->criticality)};
        job->place_of[i] = (uint32_t)++job->count;
    }
}

/* What a finding adds to the load of its asset. */
static double finding_load(const apl_estate *estate, const apl_finding *finding, int which)
{
    bool counts = finding->status == APL_STATUS_FAIL ||
                  (which != BEST && (finding->status == APL_STATUS_MANUAL || finding->status == APL_STATUS_ERROR));

    if (!counts)
        return 0;
    return severity_weight(finding->severity) * factor_of(&estate->assets.items[finding->asset], which);
}

static void add_loads(scoring *job)
{
    const apl_estate *estate = job->estate;

    for (size_t i = 0; i < estate->findings.count; i++) {
        const apl_finding *finding = &estate->findings.items[i];
        uint32_t place = job->place_of[finding->asset];
        for (int which = 0; place && which < CASES; which++)
            job->items[place - 1].load[which] += finding_load(estate, finding, which);
    }
    for (size_t i = 0; i < estate->paths.count; i++) {
        const apl_path *path = &estate->paths.items[i];
        uint32_t place = job->place_of[path->target];
        for (int which = 0; place && which < CASES; which++)
            job->items[place - 1].load[which] += path->risk / 100.0 * path->impact / 100.0;
    }
    for (size_t i = 0; i < job->count; i++) {
        for (int which = 0; which < CASES; which++)
            job->items[i].risk[which] = 1.0 - exp(-job->items[i].load[which]);
    }
}

typedef struct weighted {
    double risk;
    double weight;
} weighted;

static int worse_first(const void *a, const void *b)
{
    const weighted *x = a;
    const weighted *y = b;

    if (x->risk != y->risk)
        return x->risk > y->risk ? -1 : 1;
    return (x->weight > y->weight) - (x->weight < y->weight);
}

static double rounded(double mean, double tail)
{
    return round(100.0 * (1.0 - (MEAN_SHARE * mean + TAIL_SHARE * tail)) * MICRO) / MICRO;
}

/* Sorts the list. The worst tenth of the weight is cut exactly: an asset on the border counts with the part that fits.
 */
static double score_of(weighted *list, size_t count)
{
    double total = 0;
    double sum = 0;
    double tail = 0;

    qsort(list, count, sizeof *list, worse_first);
    for (size_t i = 0; i < count; i++) {
        total += list[i].weight;
        sum += list[i].weight * list[i].risk;
    }
    double left = total * TAIL_WEIGHT;
    for (size_t i = 0; i < count && left > 0; i++) {
        double part = list[i].weight < left ? list[i].weight : left;
        tail += part * list[i].risk;
        left -= part;
    }
    return rounded(sum / total, tail / (total * TAIL_WEIGHT));
}

/* The places `members`, all when NULL, in one case. */
static double members_score(const scoring *job, const uint32_t *places, size_t count, int which, weighted *buffer)
{
    for (size_t i = 0; i < count; i++) {
        const scored *one = &job->items[places ? places[i] : i];
        buffer[i] = (weighted){one->risk[which], one->weight};
    }
    return score_of(buffer, count);
}

static apl_score_value value_of(const scoring *job, const uint32_t *places, size_t count, weighted *buffer)
{
    return (apl_score_value){
        .value = members_score(job, places, count, AS_IS, buffer),
        .low = members_score(job, places, count, WORST, buffer),
        .high = members_score(job, places, count, BEST, buffer),
        .assets = count,
    };
}

/* -- Scopes ------------------------------------------------------------------------------------------------------ */

typedef struct member {
    apl_str type;
    apl_str id;
    uint32_t place;
} member;

typedef APL_VECTOR(member) members;

static int by_scope(const void *a, const void *b)
{
    const member *x = a;
    const member *y = b;
    int order = apl_str_compare(x->type, y->type);

    if (order == 0)
        order = apl_str_compare(x->id, y->id);
    return order ? order : (x->place > y->place) - (x->place < y->place);
}

static void list_scopes(members *list, const scoring *job)
{
    const apl_estate *estate = job->estate;

    for (uint32_t i = 0; i < job->count; i++) {
        const apl_asset *asset = &estate->assets.items[job->items[i].asset];
        apl_str kind = estate->vocabulary->kinds.items[asset->kind].name;
        APL_PUSH(list, ((member){APL_STR("kind"), kind, i}));
        if (asset->is_ai)
            APL_PUSH(list, ((member){APL_STR("ai"), APL_STR_NONE, i}));
        if (asset->tenant.size)
            APL_PUSH(list, ((member){APL_STR("tenant"), asset->tenant, i}));
        if (asset->scope.size > 1)
            APL_PUSH(list, ((member){APL_STR("account"), asset->scope, i}));
    }
    if (list->count)
        qsort(list->items, list->count, sizeof *list->items, by_scope);
}

static void set_scopes(apl_score *score, const scoring *job, weighted *buffer)
{
    uint32_t *places = apl_memory_new((job->count + 1) * sizeof *places);
    members list = {0};
    size_t scopes = 0;

    list_scopes(&list, job);
    for (size_t i = 0; i < list.count; i++)
        scopes += i == 0 || by_scope(&(member){list.items[i - 1].type, list.items[i - 1].id, 0},
                                     &(member){list.items[i].type, list.items[i].id, 0}) != 0;
    apl_score_scope *out = APL_ARENA_ARRAY(job->estate->arena, apl_score_scope, scopes);
    for (size_t from = 0, to; from < list.count; from = to) {
        size_t count = 0;
        for (to = from; to < list.count && apl_str_equal(list.items[to].type, list.items[from].type) &&
                        apl_str_equal(list.items[to].id, list.items[from].id);
             to++)
            places[count++] = list.items[to].place;
        out[score->scope_count++] =
            (apl_score_scope){list.items[from].type, list.items[from].id, value_of(job, places, count, buffer)};
    }
    score->scopes = out;
    apl_memory_free(list.items);
    apl_memory_free(places);
}

/* -- What costs most --------------------------------------------------------------------------------------------- */

typedef struct candidate {
    apl_score_cost cost;
    uint32_t place;
    double removed; /* load */
    double share;   /* what the mean would gain, by which candidates are chosen */
} candidate;

typedef struct candidates {
    candidate items[CANDIDATES_MAX];
    size_t count;
} candidates;

static void offer(candidates *list, const scoring *job, candidate one)
{
    const scored *asset = &job->items[one.place];
    size_t at = list->count;

    one.share = asset->weight * (asset->risk[AS_IS] - (1.0 - exp(-(asset->load[AS_IS] - one.removed))));
    while (at > 0 && list->items[at - 1].share < one.share)
        at--;
    if (at == CANDIDATES_MAX)
        return;
    size_t moved = list->count - at - (list->count == CANDIDATES_MAX);
    memmove(&list->items[at + 1], &list->items[at], moved * sizeof one);
    list->items[at] = one;
    list->count += list->count < CANDIDATES_MAX;
}

static int dearer_first(const void *a, const void *b)
{
    const candidate *x = a;
    const candidate *y = b;

    if (x->cost.gain != y->cost.gain)
        return x->cost.gain > y->cost.gain ? -1 : 1;
    if (x->place != y->place)
        return x->place < y->place ? -1 : 1;
    return apl_str_compare(x->cost.finding, y->cost.finding);
}

/* The estate as it is, the worst first, so that the score with one asset changed needs no sorting. */
typedef struct baseline {
    const weighted *sorted;
    size_t count;
    double total;
    double sum;
    double score;
} baseline;

static baseline baseline_of(const scoring *job, weighted *buffer)
{
    baseline base = {.sorted = buffer, .count = job->count};

    base.score = members_score(job, NULL, job->count, AS_IS, buffer);
    for (size_t i = 0; i < base.count; i++) {
        base.total += buffer[i].weight;
        base.sum += buffer[i].weight * buffer[i].risk;
    }
    return base;
}

static double take(double *left, weighted one)
{
    double part = one.weight < *left ? one.weight : *left;

    *left -= part;
    return part * one.risk;
}

/* The score when one asset with `before` became `after`, whose risk is not higher. O(worst tenth). */
static double score_with(const baseline *base, weighted before, weighted after)
{
    double left = base->total * TAIL_WEIGHT;
    double tail = 0;
    bool is_out = false;
    bool is_in = false;

    for (size_t i = 0; i < base->count && left > 0; i++) {
        weighted one = base->sorted[i];
        if (!is_out && one.risk == before.risk && one.weight == before.weight) {
            is_out = true;
            continue;
        }
        if (!is_in && is_out && worse_first(&after, &one) <= 0) {
            tail += take(&left, after);
            is_in = true;
        }
        tail += take(&left, one);
    }
    if (!is_in && left > 0)
        tail += take(&left, after);
    double sum = base->sum - before.weight * (before.risk - after.risk);
    return rounded(sum / base->total, tail / (base->total * TAIL_WEIGHT));
}

/* Works the exact gain of each candidate out and keeps the dearest. */
static size_t keep_costs(apl_score_cost *out, candidates *list, const scoring *job, const baseline *base)
{
    size_t kept = 0;

    for (size_t i = 0; i < list->count; i++) {
        candidate *one = &list->items[i];
        const scored *asset = &job->items[one->place];
        weighted before = {asset->risk[AS_IS], asset->weight};
        weighted after = {1.0 - exp(-(asset->load[AS_IS] - one->removed)), asset->weight};
        one->cost.gain = round((score_with(base, before, after) - base->score) * MICRO) / MICRO;
    }
    if (list->count)
        qsort(list->items, list->count, sizeof *list->items, dearer_first);
    while (kept < APL_SCORE_COSTS_MAX && kept < list->count && list->items[kept].cost.gain > 0) {
        out[kept] = list->items[kept].cost;
        kept++;
    }
    return kept;
}

static void set_costs(apl_score *score, const scoring *job, weighted *buffer)
{
    const apl_estate *estate = job->estate;
    candidates *list = apl_memory_new(sizeof *list);
    baseline base = baseline_of(job, buffer);

    for (uint32_t i = 0; i < job->count; i++)
        offer(list, job, (candidate){{job->items[i].asset, APL_STR_NONE, 0}, i, job->items[i].load[AS_IS], 0});
    score->asset_count = keep_costs(score->assets, list, job, &base);
    list->count = 0;
    for (size_t i = 0; i < estate->findings.count; i++) {
        const apl_finding *finding = &estate->findings.items[i];
        uint32_t place = job->place_of[finding->asset];
        double load = finding->status == APL_STATUS_FAIL ? finding_load(estate, finding, AS_IS) : 0;
        if (place && load > 0)
            offer(list, job, (candidate){{finding->asset, apl_str_make(finding->id, 32), 0}, place - 1, load, 0});
    }
    score->finding_count = keep_costs(score->findings, list, job, &base);
    apl_memory_free(list);
}

void apl_score_set(apl_estate *estate)
{
    scoring job = {.estate = estate};

    estate->score = (apl_score){0};
    gather_assets(&job);
    if (job.count) {
        weighted *buffer = apl_memory_new(job.count * sizeof *buffer);
        add_loads(&job);
        estate->score.is_there = true;
        estate->score.estate = value_of(&job, NULL, job.count, buffer);
        set_scopes(&estate->score, &job, buffer);
        set_costs(&estate->score, &job, buffer);
        apl_memory_free(buffer);
    }
    apl_memory_free(job.items);
    apl_memory_free(job.place_of);
}
