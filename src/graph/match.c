/* graph/match.c: where techniques hold in an estate.
 *
 * Every technique is tried on every asset that it takes, on all threads; what holds becomes moves between assets.
 * Assets that only techniques know, entries and keys of accounts, are added here. Nothing is searched. */
#include "base/limits.h"
#include "base/threads.h"
#include "graph/attack.h"
#include "link/link.h"

#define RUN_ASSETS 2048

typedef APL_VECTOR(uint32_t) technique_list;

/* One technique that holds, or may hold, on one asset. */
typedef struct match {
    apl_asset_id asset;
    uint32_t technique;
    bool is_uncertain;
} match;

typedef APL_VECTOR(match) matches;

typedef struct matching {
    apl_attack *attack;
    apl_estate *estate;
    const apl_techniques *techniques;
    apl_table *plans;        /* type name -> index into by_plan */
    technique_list *by_kind; /* by kind: techniques that are on it */
    APL_VECTOR(technique_list) by_type;
    matches *runs; /* by number of the run */
    apl_arena *scratch[APL_THREADS_MAX];
    apl_table *added; /* id -> asset */
} matching;

/* Types are few; each gets the list of its techniques once. */
static void index_techniques(matching *job)
{
    size_t kinds = job->estate->vocabulary->kinds.count;

    job->plans = apl_table_new(true);
    job->by_kind = apl_memory_new(kinds * sizeof *job->by_kind);
    for (uint32_t t = 0; t < job->techniques->items.count; t++) {
        const apl_technique *technique = &job->techniques->items.items[t];
        for (size_t k = 0; k < technique->kind_count; k++)
            APL_PUSH(&job->by_kind[technique->kinds[k]], t);
        for (size_t i = 0; i < technique->type_count; i++) {
            uint32_t list = apl_table_put(job->plans, technique->types[i], (uint32_t)job->by_type.count);
            if (list == job->by_type.count)
                APL_PUSH(&job->by_type, ((technique_list){0}));
            APL_PUSH(&job->by_type.items[list], t);
        }
    }
}

static void free_index(matching *job)
{
    for (size_t i = 0; i < job->by_type.count; i++)
        apl_memory_free(job->by_type.items[i].items);
    for (size_t k = 0; k < job->estate->vocabulary->kinds.count; k++)
        apl_memory_free(job->by_kind[k].items);
    apl_memory_free(job->by_type.items);
    apl_memory_free(job->by_kind);
    apl_table_free(job->plans);
}

static apl_truth truth_of(const apl_condition *condition, const apl_estate *estate, apl_asset_id asset,
                          apl_arena *scratch)
{
    apl_subject subject = apl_estate_subject(estate, asset);
    apl_eval eval = {.subject = &subject, .origin = &subject, .arena = scratch};

    if (condition == NULL)
        return APL_TRUE;
    /* Of an asset that nobody read nothing is known but that it is there. */
    return subject.plan ? apl_condition_eval(condition, &eval) : APL_FALSE;
}

static void try_list(matching *job, matches *found, const technique_list *list, apl_asset_id asset, apl_arena *scratch)
{
    for (size_t i = 0; i < list->count; i++) {
        const apl_technique *technique = &job->techniques->items.items[list->items[i]];
        apl_truth truth = truth_of(technique->when, job->estate, asset, scratch);
        if (truth == APL_TRUE || truth == APL_TRUTH_UNREAD)
            APL_PUSH(found, ((match){asset, list->items[i], truth == APL_TRUTH_UNREAD}));
    }
}

static void match_run(void *context, unsigned thread, size_t from, size_t to)
{
    matching *job = context;
    matches *found = &job->runs[from / RUN_ASSETS];

    for (size_t i = from; i < to; i++) {
        const apl_asset *asset = &job->estate->assets.items[i];
        uint32_t list = asset->type.size ? apl_table_get(job->plans, asset->type) : APL_TABLE_NONE;
        if (list != APL_TABLE_NONE)
            try_list(job, found, &job->by_type.items[list], (apl_asset_id)i, job->scratch[thread]);
        try_list(job, found, &job->by_kind[asset->kind], (apl_asset_id)i, job->scratch[thread]);
        apl_arena_reset(job->scratch[thread]);
    }
}

static apl_asset_id asset_added(matching *job, apl_asset asset)
{
    apl_estate *estate = job->estate;
    uint32_t known = apl_table_get(job->added, asset.id);

    if (known != APL_TABLE_NONE)
        return known;
    apl_asset_id there = apl_estate_find(estate, asset.id);
    if (there != APL_ASSET_NONE)
        return there;
    asset.id = apl_arena_str(estate->arena, asset.id);
    asset.name = apl_arena_str(estate->arena, asset.name);
    asset.parent = APL_ASSET_NONE;
    asset.sensitivity_from = APL_ASSET_NONE;
    asset.same_letters = APL_ASSET_NONE;
    asset.criticality = APL_LEVEL_MEDIUM;
    (void)apl_table_put(job->added, asset.id, (uint32_t)estate->assets.count);
    APL_PUSH(&estate->assets, asset);
    return (apl_asset_id)(estate->assets.count - 1);
}

static apl_asset_id entry_asset(matching *job, const apl_technique *technique, const apl_asset *on)
{
    const apl_entry *entry = &apl_entries[technique->entry];
    apl_asset made = {
        .id = apl_str_from(entry->id),
        .name = apl_str_from(entry->name),
        .kind = apl_vocabulary_kind(job->estate->vocabulary, apl_str_from(entry->kind)),
        .cloud = on->cloud,
        .source = on->source,
        .scope = APL_STR("-"),
        .exposure = APL_EXPOSURE_NONE,
    };

    return asset_added(job, made);
}

static apl_str fill(const matching *job, const apl_template *template, apl_asset_id on)
{
    apl_subject subject = apl_estate_subject(job->estate, on);
    apl_template_facts facts = {
        .id = subject.asset->id,
        .name = subject.asset->name,
        .type = subject.asset->type,
        .tenant = subject.asset->tenant,
        .scope = subject.asset->scope,
        .location = subject.asset->location,
    };

    return subject.plan ? apl_template_fill(template, job->scratch[0], &subject, &facts) : APL_STR_NONE;
}

/* The asset that the template names, if it is there. */
static apl_asset_id asset_there(const matching *job, const apl_template *template, apl_asset_id on)
{
    apl_str id = fill(job, template, on);
    uint32_t added = id.size ? apl_table_get(job->added, id) : APL_TABLE_NONE;

    return added != APL_TABLE_NONE ? added : apl_estate_find(job->estate, id);
}

/* The asset that the technique's template names; APL_ASSET_NONE when the template gives nothing. */
static apl_asset_id named_asset(matching *job, const apl_technique *technique, apl_asset_id on)
{
    apl_arena *scratch = job->scratch[0];
    apl_asset like = job->estate->assets.items[on];
    apl_str id = fill(job, technique->to_id, on);

    if (id.size == 0)
        return APL_ASSET_NONE;
    apl_asset made = {
        .id = id,
        .name = technique->to_name ? fill(job, technique->to_name, on) : id,
        .kind = technique->to_kind,
        .cloud = like.cloud,
        .source = like.source,
        .tenant = like.tenant,
        .scope = like.scope,
        .ids_ignore_case = like.ids_ignore_case,
        .exposure = APL_EXPOSURE_NONE,
    };
    apl_asset_id asset = asset_added(job, made);
    apl_arena_reset(scratch);
    return asset;
}

/* The assets at one end of a move, and the relation that leads to each. */
typedef struct end_list {
    APL_VECTOR(apl_asset_id) assets;
    APL_VECTOR(uint32_t) relations;
} end_list;

static void end_clear(end_list *list)
{
    list->assets.count = 0;
    list->relations.count = 0;
}

static void end_put(end_list *list, apl_asset_id asset, uint32_t relation)
{
    APL_PUSH(&list->assets, asset);
    APL_PUSH(&list->relations, relation);
}

static void add_outgoing(end_list *list, const apl_estate *estate, apl_asset_id asset, apl_relation_type type)
{
    for (uint32_t r = estate->relations_out[asset]; r < estate->relations_out[asset + 1]; r++) {
        if (estate->relations.items[r].type == type)
            end_put(list, estate->relations.items[r].to, r);
    }
}

static void add_incoming(end_list *list, const apl_estate *estate, apl_asset_id asset, apl_relation_type type)
{
    for (uint32_t i = estate->relations_in[asset]; i < estate->relations_in[asset + 1]; i++) {
        uint32_t r = estate->relations_by_to[i];
        if (estate->relations.items[r].type == type)
            end_put(list, estate->relations.items[r].from, r);
    }
}

static bool is_kind_in(apl_kind kind, const apl_kind *kinds, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (kinds[i] == kind)
            return true;
    }
    return count == 0;
}

/* Takes out what the technique does not want at that end. */
static void keep_wanted(matching *job, end_list *list, const apl_kind *kinds, size_t kind_count,
                        const apl_condition *when)
{
    size_t kept = 0;

    for (size_t i = 0; i < list->assets.count; i++) {
        apl_asset_id asset = list->assets.items[i];
        if (!is_kind_in(job->estate->assets.items[asset].kind, kinds, kind_count))
            continue;
        apl_truth truth = truth_of(when, job->estate, asset, job->scratch[0]);
        if (truth != APL_TRUE && truth != APL_TRUTH_UNREAD)
            continue;
        list->assets.items[kept] = asset;
        list->relations.items[kept++] = list->relations.items[i];
    }
    list->assets.count = kept;
    list->relations.count = kept;
}

static void from_ends(matching *job, end_list *out, const match *at, const apl_technique *technique)
{
    end_clear(out);
    switch (technique->from) {
    case APL_END_SELF:
        end_put(out, at->asset, APL_CAUSE_NONE);
        break;
    case APL_END_RELATION:
        add_outgoing(out, job->estate, at->asset, technique->from_relation);
        break;
    case APL_END_RELATION_IN:
        add_incoming(out, job->estate, at->asset, technique->from_relation);
        break;
    case APL_END_ENTRY:
        end_put(out, entry_asset(job, technique, &job->estate->assets.items[at->asset]), APL_CAUSE_NONE);
        return;
    case APL_END_PRINCIPAL:
        end_put(out, APL_ASSET_NONE, APL_CAUSE_NONE);
        return;
    case APL_END_ID: {
        apl_asset_id there = asset_there(job, technique->from_id, at->asset);
        if (there != APL_ASSET_NONE)
            end_put(out, there, APL_CAUSE_NONE);
        return;
    }
    }
    keep_wanted(job, out, technique->from_kinds, technique->from_kind_count, technique->from_when);
}

static void to_ends(matching *job, end_list *out, const match *at, const apl_technique *technique)
{
    end_clear(out);
    if (technique->to == APL_END_ID) {
        apl_asset_id named = named_asset(job, technique, at->asset);
        if (named != APL_ASSET_NONE)
            end_put(out, named, APL_CAUSE_NONE);
        return;
    }
    if (technique->to == APL_END_RELATION)
        add_outgoing(out, job->estate, at->asset, technique->to_relation);
    else if (technique->to == APL_END_RELATION_IN)
        add_incoming(out, job->estate, at->asset, technique->to_relation);
    else
        end_put(out, at->asset, APL_CAUSE_NONE);
    keep_wanted(job, out, technique->to_kinds, technique->to_kind_count, technique->to_when);
}

static void add_move(matching *job, const match *at, apl_move move, uint32_t relation)
{
    const apl_technique *technique = &job->techniques->items.items[at->technique];
    apl_cause cause = {at->technique, at->asset, APL_CAUSE_NONE, relation, at->is_uncertain};

    move.takes = (uint8_t)technique->takes;
    move.cause = (uint32_t)job->attack->causes.count;
    for (unsigned c = 0; c < APL_CAPABILITY_COUNT; c++) {
        move.gives = (uint8_t)c;
        if ((technique->gives >> c & 1u) == 0 || (move.from == move.to && move.takes == move.gives))
            continue;
        if (technique->from == APL_END_PRINCIPAL)
            APL_PUSH(&job->attack->permissions, move);
        else
            APL_PUSH(&job->attack->moves, move);
    }
    APL_PUSH(&job->attack->causes, cause);
}

static void take_match(matching *job, const match *at, end_list *from, end_list *to)
{
    const apl_technique *technique = &job->techniques->items.items[at->technique];

    to_ends(job, to, at, technique);
    if (to->assets.count == 0)
        return;
    from_ends(job, from, at, technique);
    for (size_t f = 0; f < from->assets.count; f++) {
        for (size_t t = 0; t < to->assets.count; t++) {
            uint32_t relation =
                to->relations.items[t] != APL_CAUSE_NONE ? to->relations.items[t] : from->relations.items[f];
            add_move(job, at, (apl_move){.from = from->assets.items[f], .to = to->assets.items[t]}, relation);
        }
    }
}

static void take_run(matching *job, const matches *run, end_list *from, end_list *to, bool starts_at_named)
{
    for (size_t i = 0; i < run->count; i++) {
        const apl_technique *technique = &job->techniques->items.items[run->items[i].technique];
        if ((technique->from == APL_END_ID) == starts_at_named)
            take_match(job, &run->items[i], from, to);
    }
    apl_arena_reset(job->scratch[0]);
}

static void renumber_moves(apl_moves *moves, const uint32_t *numbers)
{
    for (size_t i = 0; i < moves->count; i++) {
        apl_move *move = &moves->items[i];
        move->from = move->from == APL_ASSET_NONE ? APL_ASSET_NONE : numbers[move->from];
        move->to = numbers[move->to];
    }
}

/* Sorts the new assets in; every number of an asset that was taken before moves along. */
static void sort_in(apl_attack *attack, size_t first_new)
{
    apl_estate *estate = attack->estate;

    if (estate->assets.count == first_new)
        return;
    uint32_t *numbers = apl_memory_new(estate->assets.count * sizeof *numbers);
    apl_link_add_assets(estate, first_new, numbers);
    renumber_moves(&attack->moves, numbers);
    renumber_moves(&attack->permissions, numbers);
    for (size_t i = 0; i < attack->causes.count; i++)
        attack->causes.items[i].on = numbers[attack->causes.items[i].on];
    apl_memory_free(numbers);
}

void apl_attack_match(apl_attack *attack, apl_estate *estate, const apl_techniques *techniques, unsigned threads)
{
    size_t count = estate->assets.count;
    size_t run_count = count / RUN_ASSETS + 1;
    matching job = {.attack = attack, .estate = estate, .techniques = techniques, .added = apl_table_new(true)};
    end_list from = {0};
    end_list to = {0};

    *attack = (apl_attack){.techniques = techniques, .estate = estate, .arena = apl_arena_new()};
    APL_PUSH(&estate->arenas, attack->arena);
    index_techniques(&job);
    job.runs = apl_memory_new(run_count * sizeof *job.runs);
    for (unsigned i = 0; i < threads; i++)
        job.scratch[i] = apl_arena_new();
    apl_parallel(threads, count, RUN_ASSETS, match_run, &job);
    /* Last come the techniques that start at an asset which others may add. */
    for (unsigned pass = 0; pass < 2; pass++) {
        for (size_t r = 0; r < run_count; r++)
            take_run(&job, &job.runs[r], &from, &to, pass == 1);
    }
    for (size_t r = 0; r < run_count; r++)
        apl_memory_free(job.runs[r].items);
    apl_memory_free(job.runs);
    apl_memory_free(from.assets.items);
    apl_memory_free(from.relations.items);
    apl_memory_free(to.assets.items);
    apl_memory_free(to.relations.items);
    free_index(&job);
    apl_table_free(job.added);
    for (unsigned i = 0; i < threads; i++)
        apl_arena_free(job.scratch[i]);
    sort_in(attack, count);
}
