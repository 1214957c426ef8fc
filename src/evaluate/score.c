/* evaluate/score.c: findings and attack paths to a number.
 *
 * The load of an asset adds up what its open findings and the paths that end in it weigh; its risk is 1 - exp(-load); a
 * scope's score is 100 x (1 - (0.7 x mean + 0.3 x tail)), the mean weighed by criticality, the tail that of the worst
 * tenth of all weight. docs/score.md says why. What was not read counts as failed, so that reading less never raises
 * the score. Three loads are kept: as it is, at worst, at best. */
#include "evaluate/score.h"

#include <math.h>
#include <stdlib.h>

#include "base/table.h"

#define MEAN_SHARE 0.7
#define TAIL_SHARE 0.3
#define TAIL_WEIGHT 0.1   /* the worst tenth of criticality weight */
#define CANDIDATES_MAX 64 /* assets and findings whose gain is worked out exactly */
#define MICRO 1000000.0

enum { AS_IS = 0, WORST, BEST, CASES };

/* One judged asset. A scan of a million resources has most of them here, so it is kept small: risks are worked out when
 * they are ranked, one case at a time. */
typedef struct scored {
    double load[CASES];
    apl_asset_id asset;
    uint32_t weight;
} scored;

typedef struct scoring {
    const apl_estate *estate;
    APL_VECTOR(scored) items;
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

static uint32_t criticality_weight(uint8_t criticality)
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

    job->place_of = apl_memory_new((estate->assets.count + 1) * sizeof *job->place_of);
    for (size_t i = 0; i < estate->assets.count; i++) {
        const apl_asset *asset = &estate->assets.items[i];
        if (!asset->is_judged)
            continue;
        APL_PUSH(&job->items,
                 ((scored){.asset = (apl_asset_id)i, .weight = criticality_weight(asset->criticality)}));
        job->place_of[i] = (uint32_t)job->items.count;
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
            job->items.items[place - 1].load[which] += finding_load(estate, finding, which);
    }
    for (size_t i = 0; i < estate->paths.count; i++) {
        const apl_path *path = &estate->paths.items[i];
        uint32_t place = job->place_of[path->target];
        for (int which = 0; place && which < CASES; which++)
            job->items.items[place - 1].load[which] += path->risk / 100.0 * path->impact / 100.0;
    }
}

static double risk_of(double load)
{
    return 1.0 - exp(-load);
}

/* A judged asset in one case. */
typedef struct ranked {
    double risk;
    uint32_t place;
    uint32_t weight;
} ranked;

static int worse_first(const void *a, const void *b)
{
    const ranked *x = a;
    const ranked *y = b;

    if (x->risk != y->risk)
        return x->risk > y->risk ? -1 : 1;
    return (x->weight > y->weight) - (x->weight < y->weight);
}

/* What decides an asset's rank. Its bytes are a key: it has no gaps. */
typedef struct rank_key {
    double load;
    uint64_t weight;
} rank_key;

/* The assets of one rank. */
typedef struct rank_class {
    ranked like; /* without a place */
    uint32_t number;
    uint32_t count;
} rank_class;

typedef struct ranking {
    APL_VECTOR(rank_class) classes;
    apl_table *by_key; /* rank_key -> number of the class */
    apl_arena *keys;
    uint32_t *class_of; /* by place */
} ranking;

static uint32_t class_of(ranking *job, double load, uint32_t weight)
{
    rank_key key = {load, weight};
    apl_str bytes = apl_str_make((const char *)&key, sizeof key);
    uint32_t number = apl_table_get(job->by_key, bytes);

    if (number != APL_TABLE_NONE)
        return number;
    number = (uint32_t)job->classes.count;
    (void)apl_table_put(job->by_key, apl_arena_str(job->keys, bytes), number);
    APL_PUSH(&job->classes, ((rank_class){.like = {.risk = risk_of(load), .weight = weight}, .number = number}));
    return number;
}

static int worse_class_first(const void *a, const void *b)
{
    const rank_class *x = a;
    const rank_class *y = b;
    int order = worse_first(&x->like, &y->like);

    return order ? order : (x->number > y->number) - (x->number < y->number);
}

/* Sorts the ranks, and gives each asset its place behind all that are worse. */
static void place_by_class(ranked *list, ranking *job, size_t count)
{
    uint32_t *next = apl_memory_new(job->classes.count * sizeof *next);
    ranked *like = apl_memory_new(job->classes.count * sizeof *like);
    uint32_t end = 0;

    qsort(job->classes.items, job->classes.count, sizeof *job->classes.items, worse_class_first);
    for (size_t c = 0; c < job->classes.count; c++) {
        const rank_class *one = &job->classes.items[c];
        next[one->number] = end;
        like[one->number] = one->like;
        end += one->count;
    }
    for (uint32_t i = 0; i < count; i++) {
        ranked *item = &list[next[job->class_of[i]]++];
        *item = like[job->class_of[i]];
        item->place = i;
    }
    apl_memory_free(like);
    apl_memory_free(next);
}

/* All judged assets of one case, the worst first, equal ones by place. Scopes add theirs up in this order, so nothing
 * is sorted twice. Of a million assets most have one of a few thousand loads, so ranks are sorted instead of assets. */
static ranked *ranking_new(const scoring *job, int which)
{
    ranked *list = apl_memory_new(job->items.count * sizeof *list);
    ranking ranks = {.by_key = apl_table_new(false), .keys = apl_arena_new()};

    ranks.class_of = apl_memory_new(job->items.count * sizeof *ranks.class_of);
    for (size_t i = 0; i < job->items.count; i++) {
        const scored *item = &job->items.items[i];
        ranks.class_of[i] = class_of(&ranks, item->load[which], item->weight);
        ranks.classes.items[ranks.class_of[i]].count++;
    }
    place_by_class(list, &ranks, job->items.count);
    apl_memory_free(ranks.class_of);
    apl_memory_free(ranks.classes.items);
    apl_table_free(ranks.by_key);
    apl_arena_free(ranks.keys);
    return list;
}

static double rounded(double mean, double tail)
{
    return round(100.0 * (1.0 - (MEAN_SHARE * mean + TAIL_SHARE * tail)) * MICRO) / MICRO;
}

/* A score on its way: first everything is added, then the tail is taken, both times the worst first. */
typedef struct sums {
    double total; /* weight */
    double sum;   /* weight times risk */
    double tail;
    double left; /* weight that the tail still takes */
} sums;

static void add_item(sums *s, const ranked *item)
{
    s->total += item->weight;
    s->sum += item->weight * item->risk;
}

static void begin_tail(sums *s)
{
    s->left = s->total * TAIL_WEIGHT;
}

/* The worst tenth of the weight is cut exactly: an asset on the border counts with the part that fits. */
static void add_to_tail(sums *s, const ranked *item)
{
    if (s->left <= 0)
        return;
    double part = item->weight < s->left ? item->weight : s->left;
    s->tail += part * item->risk;
    s->left -= part;
}

static double score_of_sums(const sums *s)
{
    return rounded(s->sum / s->total, s->tail / (s->total * TAIL_WEIGHT));
}

/* Of a list with the worst first. */
static double score_of(const ranked *list, size_t count)
{
    sums all = {0};

    for (size_t i = 0; i < count; i++)
        add_item(&all, &list[i]);
    begin_tail(&all);
    for (size_t i = 0; i < count && all.left > 0; i++)
        add_to_tail(&all, &list[i]);
    return score_of_sums(&all);
}

/* -- Scopes ------------------------------------------------------------------------------------------------------ */

/* The kinds of scopes in the order of their names, in which they are told. */
enum { BY_ACCOUNT = 0, BY_AI, BY_KIND, BY_TENANT, SCOPE_TYPES };

static const char *const scope_types[SCOPE_TYPES] = {"account", "ai", "kind", "tenant"};

typedef struct scope_group {
    int type;
    apl_str id;
    size_t count;
    sums present; /* of the case that is worked out */
    double values[CASES];
} scope_group;

typedef struct scoping {
    const scoring *job;
    APL_VECTOR(scope_group) groups;
    apl_table *ids[SCOPE_TYPES];        /* id -> group */
    uint32_t last[SCOPE_TYPES];         /* the group that was joined last, or APL_TABLE_NONE */
    uint32_t (*groups_of)[SCOPE_TYPES]; /* by place: group, or APL_TABLE_NONE */
} scoping;

/* Assets come by id, so that most are in the scope of the one before. */
static uint32_t group_of(scoping *scopes, int type, apl_str id)
{
    uint32_t last = scopes->last[type];

    if (last != APL_TABLE_NONE && apl_str_equal(scopes->groups.items[last].id, id))
        return last;
    uint32_t group = apl_table_put(scopes->ids[type], id, (uint32_t)scopes->groups.count);
    if (group == scopes->groups.count)
        APL_PUSH(&scopes->groups, ((scope_group){.type = type, .id = id}));
    scopes->last[type] = group;
    return group;
}

static void join_scope(scoping *scopes, uint32_t place, int type, apl_str id)
{
    uint32_t group = group_of(scopes, type, id);

    scopes->groups.items[group].count++;
    scopes->groups_of[place][type] = group;
}

static void gather_scopes(scoping *scopes)
{
    const scoring *job = scopes->job;
    const apl_estate *estate = job->estate;

    scopes->groups_of = apl_memory_new(job->items.count * sizeof *scopes->groups_of);
    for (int type = 0; type < SCOPE_TYPES; type++) {
        scopes->ids[type] = apl_table_new(false);
        scopes->last[type] = APL_TABLE_NONE;
    }
    for (uint32_t i = 0; i < job->items.count; i++) {
        const apl_asset *asset = &estate->assets.items[job->items.items[i].asset];
        for (int type = 0; type < SCOPE_TYPES; type++)
            scopes->groups_of[i][type] = APL_TABLE_NONE;
        join_scope(scopes, i, BY_KIND, estate->vocabulary->kinds.items[asset->kind].name);
        if (asset->is_ai)
            join_scope(scopes, i, BY_AI, APL_STR_NONE);
        if (asset->tenant.size)
            join_scope(scopes, i, BY_TENANT, asset->tenant);
        if (asset->scope.size > 1)
            join_scope(scopes, i, BY_ACCOUNT, asset->scope);
    }
}

/* Calls `add` for each judged asset and each of its groups, the worst first. */
static void each_member(scoping *scopes, const ranked *all, void (*add)(sums *, const ranked *))
{
    for (size_t i = 0; i < scopes->job->items.count; i++) {
        const uint32_t *of = scopes->groups_of[all[i].place];
        for (int type = 0; type < SCOPE_TYPES; type++) {
            if (of[type] != APL_TABLE_NONE)
                add(&scopes->groups.items[of[type]].present, &all[i]);
        }
    }
}

/* The scores of all scopes in one case. */
static void score_groups(scoping *scopes, const ranked *all, int which)
{
    scope_group *groups = scopes->groups.items;

    for (size_t g = 0; g < scopes->groups.count; g++)
        groups[g].present = (sums){0};
    each_member(scopes, all, add_item);
    for (size_t g = 0; g < scopes->groups.count; g++)
        begin_tail(&groups[g].present);
    each_member(scopes, all, add_to_tail);
    for (size_t g = 0; g < scopes->groups.count; g++)
        groups[g].values[which] = score_of_sums(&groups[g].present);
}

static int by_scope(const void *a, const void *b)
{
    const scope_group *x = a;
    const scope_group *y = b;

    return x->type != y->type ? x->type - y->type : apl_str_compare(x->id, y->id);
}

static apl_score_value value_of(const double values[CASES], size_t count)
{
    return (apl_score_value){.value = values[AS_IS], .low = values[WORST], .high = values[BEST], .assets = count};
}

static void set_scopes(apl_score *score, const scoping *scopes)
{
    apl_score_scope *out = APL_ARENA_ARRAY(scopes->job->estate->arena, apl_score_scope, scopes->groups.count);

    qsort(scopes->groups.items, scopes->groups.count, sizeof *scopes->groups.items, by_scope);
    for (size_t g = 0; g < scopes->groups.count; g++) {
        const scope_group *group = &scopes->groups.items[g];
        out[g] = (apl_score_scope){apl_str_from(scope_types[group->type]), group->id,
                                   value_of(group->values, group->count)};
    }
    score->scopes = out;
    score->scope_count = scopes->groups.count;
}

static void scoping_free(scoping *scopes)
{
    for (int type = 0; type < SCOPE_TYPES; type++)
        apl_table_free(scopes->ids[type]);
    apl_memory_free(scopes->groups.items);
    apl_memory_free(scopes->groups_of);
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
    const scored *asset = &job->items.items[one.place];
    size_t at = list->count;

    if (one.removed <= 0)
        return; /* nothing to gain */
    one.share = asset->weight * (risk_of(asset->load[AS_IS]) - risk_of(asset->load[AS_IS] - one.removed));
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
    const ranked *sorted;
    size_t count;
    double total;
    double sum;
    double score;
} baseline;

static baseline baseline_of(const scoring *job, const ranked *all)
{
    baseline base = {.sorted = all, .count = job->items.count, .score = score_of(all, job->items.count)};
    sums whole = {0};

    for (size_t i = 0; i < base.count; i++)
        add_item(&whole, &all[i]);
    base.total = whole.total;
    base.sum = whole.sum;
    return base;
}

static double take(double *left, ranked one)
{
    double part = one.weight < *left ? one.weight : *left;

    *left -= part;
    return part * one.risk;
}

/* The score when one asset with `before` became `after`, whose risk is not higher. O(worst tenth). */
static double score_with(const baseline *base, ranked before, ranked after)
{
    double left = base->total * TAIL_WEIGHT;
    double tail = 0;
    bool is_out = false;
    bool is_in = false;

    for (size_t i = 0; i < base->count && left > 0; i++) {
        ranked one = base->sorted[i];
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
        const scored *asset = &job->items.items[one->place];
        ranked before = {risk_of(asset->load[AS_IS]), one->place, asset->weight};
        ranked after = {risk_of(asset->load[AS_IS] - one->removed), one->place, asset->weight};
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

static void set_costs(apl_score *score, const scoring *job, const ranked *all)
{
    const apl_estate *estate = job->estate;
    candidates *list = apl_memory_new(sizeof *list);
    baseline base = baseline_of(job, all);

    for (uint32_t i = 0; i < job->items.count; i++) {
        const scored *item = &job->items.items[i];
        offer(list, job, (candidate){{item->asset, APL_STR_NONE, 0}, i, item->load[AS_IS], 0});
    }
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

/* One case after the other, so that only one ranking is there at a time; that of the estate as it is comes last,
 * because the costs are worked out on it. */
static void set_all(apl_score *score, const scoring *job)
{
    static const int order[CASES] = {WORST, BEST, AS_IS};
    scoping scopes = {.job = job};
    double values[CASES];

    gather_scopes(&scopes);
    for (int i = 0; i < CASES; i++) {
        int which = order[i];
        ranked *all = ranking_new(job, which);
        values[which] = score_of(all, job->items.count);
        score_groups(&scopes, all, which);
        if (which == AS_IS)
            set_costs(score, job, all);
        apl_memory_free(all);
    }
    score->is_there = true;
    score->estate = value_of(values, job->items.count);
    set_scopes(score, &scopes);
    scoping_free(&scopes);
}

void apl_score_set(apl_estate *estate)
{
    scoring job = {.estate = estate};

    estate->score = (apl_score){0};
    gather_assets(&job);
    if (job.items.count) {
        add_loads(&job);
        set_all(&estate->score, &job);
    }
    apl_memory_free(job.items.items);
    apl_memory_free(job.place_of);
}

double apl_score_of(const apl_estate *estate)
{
    scoring job = {.estate = estate};
    double value = 0;

    gather_assets(&job);
    if (job.items.count) {
        add_loads(&job);
        ranked *all = ranking_new(&job, AS_IS);
        value = score_of(all, job.items.count);
        apl_memory_free(all);
    }
    apl_memory_free(job.items.items);
    apl_memory_free(job.place_of);
    return value;
}
