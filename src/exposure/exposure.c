/* exposure/exposure.c: closed, open, ranges, bypass: the first that decides for an asset alone.
 *
 * An asset whose type has no exposure inputs is `none` when its kind has no network surface, else unknown. What assets
 * below it let in and how open what it stands in is belong to it; what others pass on to it is spread.c's. */
#include "exposure/exposure.h"

#include <stdlib.h>

#include "base/limits.h"
#include "base/threads.h"
#include "exposure/address.h"
#include "exposure/gate.h"
#include "exposure/spread.h"

#define PARENTS_MAX 16
#define RUN_ASSETS 4096

/* One address, without a prefix. */
static bool is_address(apl_network *out, apl_str text)
{
    return apl_str_find(text, APL_STR("/")) < 0 && apl_network_parse(out, text);
}

/* "a.b.c.d-e.f.g.h": its width in addresses decides. */
static apl_exposure exposure_of_span(apl_str first, apl_str last)
{
    apl_network a;
    apl_network b;

    if (!is_address(&a, first) || !is_address(&b, last) || a.size != b.size)
        return APL_EXPOSURE_UNKNOWN;
    if (apl_network_is_private(&a) && apl_network_is_private(&b))
        return APL_EXPOSURE_PRIVATE;
    /* Both ends share less than a /8 (IPv6: /32): at least that wide. */
    if (a.size == 4 && b.bytes[0] != a.bytes[0])
        return APL_EXPOSURE_INTERNET;
    if (a.size == 16 && memcmp(a.bytes, b.bytes, 4) != 0)
        return APL_EXPOSURE_INTERNET;
    return APL_EXPOSURE_TRUSTED;
}

apl_exposure apl_exposure_of_range(apl_str range)
{
    apl_network net;
    long dash = apl_str_find(range, APL_STR("-"));

    if (apl_str_equal(range, APL_STR("*")) || apl_str_equal_nocase(range, APL_STR("any")) ||
        apl_str_equal_nocase(range, APL_STR("internet")))
        return APL_EXPOSURE_INTERNET;
    if (dash > 0)
        return exposure_of_span(apl_str_slice(range, 0, (size_t)dash),
                                apl_str_slice(range, (size_t)dash + 1, range.size));
    if (!apl_network_parse(&net, range))
        return APL_EXPOSURE_UNKNOWN;
    if (apl_network_is_private(&net))
        return APL_EXPOSURE_PRIVATE;
    return net.prefix_bits <= (net.size == 4 ? 8u : 32u) ? APL_EXPOSURE_INTERNET : APL_EXPOSURE_TRUSTED;
}

/* The widest of all ranges; unknown beats trusted, because nobody can tell how wide it is. */
static apl_exposure exposure_of_ranges(const apl_subject *subject, apl_field_id field)
{
    apl_exposure widest = APL_EXPOSURE_PRIVATE;
    bool is_unknown = false;
    apl_walk walk;
    apl_value value;

    apl_walk_start(&walk, subject, field, NULL);
    for (unsigned i = 0; apl_walk_next(&value, &walk); i++) {
        if (i == APL_FUNCTION_ITEMS_MAX) {
            is_unknown = true; /* more than anybody wrote by hand; the rest is not looked at */
            break;
        }
        if (value.type != APL_VALUE_STRING) {
            is_unknown = is_unknown || value.type == APL_VALUE_UNREAD;
            continue;
        }
        apl_exposure one = apl_exposure_of_range(apl_value_str(value));
        is_unknown = is_unknown || one == APL_EXPOSURE_UNKNOWN;
        if (one > widest)
            widest = one;
    }
    if (walk.is_unread || (is_unknown && widest != APL_EXPOSURE_INTERNET))
        return APL_EXPOSURE_UNKNOWN;
    return widest;
}

static apl_exposure exposure_of_ends(const apl_exposure_rule *rule, const apl_subject *subject)
{
    apl_value first = apl_subject_value(subject, rule->span[0]);
    apl_value last = apl_subject_value(subject, rule->span[1]);

    if (first.type != APL_VALUE_STRING || last.type != APL_VALUE_STRING)
        return APL_EXPOSURE_UNKNOWN;
    return exposure_of_span(apl_value_str(first), apl_value_str(last));
}

static apl_exposure exposure_of_all_ranges(const apl_exposure_rule *rule, const apl_subject *subject)
{
    apl_exposure widest = APL_EXPOSURE_PRIVATE;
    bool is_unknown = false;

    for (size_t i = 0; i < rule->range_count; i++) {
        apl_exposure one = exposure_of_ranges(subject, rule->ranges[i]);
        is_unknown = is_unknown || one == APL_EXPOSURE_UNKNOWN;
        if (one > widest)
            widest = one;
    }
    return is_unknown && widest != APL_EXPOSURE_INTERNET ? APL_EXPOSURE_UNKNOWN : widest;
}

static apl_truth truth_of(const apl_condition *condition, const apl_subject *subject, apl_arena *scratch)
{
    apl_eval eval = {.subject = subject, .origin = subject, .arena = scratch};

    return condition ? apl_condition_eval(condition, &eval) : APL_FALSE;
}

/* `input` is what decided. */
static apl_exposure exposure_of(const apl_exposure_rule *rule, const apl_subject *subject, apl_arena *scratch,
                                apl_own_input *input)
{
    *input = APL_OWN_NOTHING;
    if (truth_of(rule->none, subject, scratch) == APL_TRUE)
        return APL_EXPOSURE_NONE;
    *input = APL_OWN_UNKNOWN;
    if (truth_of(rule->unknown, subject, scratch) != APL_FALSE)
        return APL_EXPOSURE_UNKNOWN;
    *input = APL_OWN_CLOSED;
    apl_truth closed = truth_of(rule->closed, subject, scratch);
    if (closed == APL_TRUE)
        return APL_EXPOSURE_PRIVATE;
    if (closed != APL_FALSE)
        return APL_EXPOSURE_UNKNOWN;
    *input = APL_OWN_OPEN;
    apl_truth open = truth_of(rule->open, subject, scratch);
    if (open == APL_TRUE)
        return APL_EXPOSURE_INTERNET;
    if (open != APL_FALSE)
        return APL_EXPOSURE_UNKNOWN;
    *input = APL_OWN_RANGES;
    apl_exposure ranges = rule->has_span ? exposure_of_ends(rule, subject) : exposure_of_all_ranges(rule, subject);
    if (ranges != APL_EXPOSURE_PRIVATE)
        return ranges;
    *input = APL_OWN_BYPASS;
    apl_truth bypass = truth_of(rule->bypass, subject, scratch);
    if (bypass == APL_TRUE)
        return APL_EXPOSURE_TRUSTED;
    if (bypass != APL_FALSE)
        return APL_EXPOSURE_UNKNOWN;
    *input = APL_OWN_OTHERWISE;
    return APL_EXPOSURE_PRIVATE;
}

typedef struct exposure_job {
    apl_estate *estate;
    const apl_services *services;
    uint8_t *own; /* by asset: apl_own_input */
    apl_arena *scratch[APL_THREADS_MAX];
    bool *opener;        /* by number of the type: some other names it */
    apl_table *read;     /* "type in scope" of the children that were read */
    uint8_t *below;      /* by asset: the widest of its children, APL_EXPOSURE_UNKNOWN when there is none */
    bool *is_open;       /* by asset: one of its children is unknown */
    uint32_t *opened_by; /* by asset: the child that opens it widest, plus 1 */
    uint32_t *origins;   /* by asset: the one that decided instead of its own inputs, plus 1 */
} exposure_job;

static const apl_type *type_of(const exposure_job *job, const apl_asset *asset)
{
    return asset->plan ? apl_services_type(job->services, asset->plan->number) : NULL;
}

static void set_own(void *context, unsigned thread, size_t from, size_t to)
{
    exposure_job *job = context;

    for (size_t i = from; i < to; i++) {
        apl_asset *asset = &job->estate->assets.items[i];
        const apl_type *type = type_of(job, asset);
        asset->exposure = APL_EXPOSURE_UNKNOWN;
        if (job->estate->vocabulary->kinds.items[asset->kind].has_no_network)
            asset->exposure = APL_EXPOSURE_NONE;
        if (!asset->is_read || type == NULL || !type->exposure.has_own)
            continue;
        apl_subject subject = {NULL, asset, asset->plan};
        apl_own_input input;
        asset->exposure = (uint8_t)exposure_of(&type->exposure, &subject, job->scratch[thread], &input);
        job->own[i] = (uint8_t)input;
        apl_arena_reset(job->scratch[thread]);
    }
}

/* Another asset decided for this one; 0: none that is known. */
static void decide_by(exposure_job *job, apl_asset_id asset, uint32_t origin)
{
    job->own[asset] = origin ? APL_OWN_OTHER : APL_OWN_UNKNOWN;
    job->origins[asset] = origin;
}

/* What an asset opens is open only as far as what it stands in is. */
static void keep_within(exposure_job *job)
{
    apl_estate *estate = job->estate;

    for (size_t i = 0; i < estate->assets.count; i++) {
        apl_asset *asset = &estate->assets.items[i];
        const apl_type *type = asset->is_read ? type_of(job, asset) : NULL;
        if (type == NULL || type->exposure.within == APL_RELATION_NONE)
            continue;
        for (uint32_t r = estate->relations_out[i]; r < estate->relations_out[i + 1]; r++) {
            const apl_relation *relation = &estate->relations.items[r];
            if (relation->type != type->exposure.within ||
                asset->exposure <= estate->assets.items[relation->to].exposure ||
                asset->exposure <= APL_EXPOSURE_PRIVATE)
                continue;
            asset->exposure = estate->assets.items[relation->to].exposure;
            decide_by(job, (apl_asset_id)i, relation->to + 1);
        }
    }
}

static bool takes_parents(const exposure_job *job, const apl_asset *asset)
{
    const apl_type *type = asset->is_read ? type_of(job, asset) : NULL;

    return type && type->exposure.is_parents;
}

/* The evidence of the asset above, as evidence of the one below it; children of one asset share it. */
static void set_parents_evidence(apl_estate *estate, apl_asset_id asset, apl_asset_id above, apl_asset_id *last)
{
    apl_exposure_evidence evidence;

    if (above == APL_ASSET_NONE || !apl_exposure_evidence_of(&evidence, estate, above))
        return;
    if (*last == APL_ASSET_NONE || estate->assets.items[*last].parent != estate->assets.items[asset].parent) {
        APL_PUSH(&estate->exposure_evidence, evidence);
        estate->exposure_evidence_of[asset] = (uint32_t)estate->exposure_evidence.count;
    } else {
        estate->exposure_evidence_of[asset] = estate->exposure_evidence_of[*last];
    }
    *last = asset;
}

static void set_parents(exposure_job *job)
{
    apl_estate *estate = job->estate;
    apl_asset_id last = APL_ASSET_NONE;

    for (size_t i = 0; i < estate->assets.count; i++) {
        apl_asset *asset = &estate->assets.items[i];
        apl_asset_id above = asset->parent;
        if (!takes_parents(job, asset))
            continue;
        for (unsigned level = 0; level < PARENTS_MAX && above != APL_ASSET_NONE; level++) {
            if (!takes_parents(job, &estate->assets.items[above]))
                break;
            above = estate->assets.items[above].parent;
        }
        asset->exposure =
            above == APL_ASSET_NONE ? (uint8_t)APL_EXPOSURE_UNKNOWN : estate->assets.items[above].exposure;
        set_parents_evidence(estate, (apl_asset_id)i, above, &last);
    }
}

bool apl_exposure_evidence_of(apl_exposure_evidence *out, const apl_estate *estate, apl_asset_id asset)
{
    uint32_t index = estate->exposure_evidence_of ? estate->exposure_evidence_of[asset] : 0;

    if (index == 0)
        return false;
    *out = estate->exposure_evidence.items[index - 1];
    if (out->asset == APL_ASSET_NONE)
        out->asset = asset;
    return true;
}

static apl_str read_key(apl_arena *arena, apl_str type, apl_str scope)
{
    return apl_arena_format(arena, "%.*s in %.*s", APL_STR_ARG(type), APL_STR_ARG(scope));
}

static bool opens(const apl_exposure_rule *rule, apl_str type)
{
    for (size_t i = 0; i < rule->child_count; i++) {
        if (apl_str_equal_nocase(rule->children[i], type))
            return true;
    }
    return false;
}

/* Notes for each asset what those below it, which its type names, let in. */
static void gather_children(exposure_job *job)
{
    const apl_estate *estate = job->estate;
    uint32_t type_count = apl_services_type_count(job->services);

    for (size_t i = 0; i < estate->assets.count; i++) {
        const apl_asset *child = &estate->assets.items[i];
        if (!child->is_read || child->parent == APL_ASSET_NONE || child->plan == NULL ||
            child->exposure == APL_EXPOSURE_NONE)
            continue;
        if (child->plan->number >= type_count || !job->opener[child->plan->number])
            continue;
        const apl_type *above = apl_services_find(job->services, estate->assets.items[child->parent].type);
        if (above == NULL || !opens(&above->exposure, child->type))
            continue;
        (void)apl_table_put(job->read, read_key(job->scratch[0], child->type, child->scope), 1);
        uint32_t *widest = &job->opened_by[child->parent];
        if (*widest == 0 || apl_exposure_rank((apl_exposure)child->exposure) >
                                apl_exposure_rank((apl_exposure)estate->assets.items[*widest - 1].exposure))
            *widest = (uint32_t)i + 1;
        if (child->exposure == APL_EXPOSURE_UNKNOWN)
            job->is_open[child->parent] = true;
        else if (child->exposure > job->below[child->parent])
            job->below[child->parent] = child->exposure;
    }
}

static bool was_read(exposure_job *job, const apl_exposure_rule *rule, apl_str scope)
{
    for (size_t i = 0; i < rule->child_count; i++) {
        if (apl_table_get(job->read, read_key(job->scratch[0], rule->children[i], scope)) != APL_TABLE_NONE)
            return true;
    }
    return false;
}

/* What an asset lets in besides its own inputs stands in assets below it. Where none of those was read in its scope,
 * nobody can say; what is closed stays closed. */
static void open_by_children(exposure_job *job)
{
    apl_estate *estate = job->estate;

    for (size_t i = 0; i < estate->assets.count; i++) {
        apl_asset *asset = &estate->assets.items[i];
        const apl_type *type = asset->is_read ? type_of(job, asset) : NULL;
        if (type == NULL || type->exposure.child_count == 0 || asset->exposure == APL_EXPOSURE_INTERNET)
            continue;
        apl_subject subject = {NULL, asset, asset->plan};
        if (truth_of(type->exposure.closed, &subject, job->scratch[0]) == APL_TRUE)
            continue;
        bool has_any = job->below[i] != APL_EXPOSURE_UNKNOWN || job->is_open[i];
        bool is_unsure = job->is_open[i] ||
                         (!has_any && (type->exposure.wants_child || !was_read(job, &type->exposure, asset->scope)));
        uint8_t alone = asset->exposure;
        if (job->below[i] == APL_EXPOSURE_INTERNET)
            asset->exposure = APL_EXPOSURE_INTERNET;
        else if (is_unsure)
            asset->exposure = APL_EXPOSURE_UNKNOWN;
        else if (asset->exposure != APL_EXPOSURE_UNKNOWN && job->below[i] > asset->exposure)
            asset->exposure = job->below[i];
        if (asset->exposure != alone)
            decide_by(job, (apl_asset_id)i, job->opened_by[i]);
    }
}

/* Few types are named by others, so that a glance at its type passes nearly every asset by. */
static bool *find_openers(const apl_services *services)
{
    uint32_t count = apl_services_type_count(services);
    bool *opener = apl_memory_new((count + 1) * sizeof *opener);

    for (uint32_t t = 0; t < count; t++) {
        const apl_exposure_rule *rule = &apl_services_type(services, t)->exposure;
        for (size_t c = 0; c < rule->child_count; c++) {
            const apl_type *child = apl_services_find(services, rule->children[c]);
            if (child)
                opener[child->number] = true;
        }
    }
    return opener;
}

static void set_children(exposure_job *job)
{
    size_t count = job->estate->assets.count;

    job->opener = find_openers(job->services);
    job->read = apl_table_new(true);
    job->below = apl_memory_new(count + 1);
    job->is_open = apl_memory_new((count + 1) * sizeof *job->is_open);
    job->opened_by = apl_memory_new((count + 1) * sizeof *job->opened_by);
    gather_children(job);
    open_by_children(job);
    apl_memory_free(job->opened_by);
    apl_memory_free(job->is_open);
    apl_memory_free(job->below);
    apl_table_free(job->read);
    apl_memory_free(job->opener);
}

void apl_exposure_set(apl_estate *estate, const apl_services *services, unsigned threads)
{
    exposure_job job = {.estate = estate, .services = services};

    APL_ASSERT(threads <= APL_THREADS_MAX);
    for (unsigned i = 0; i < threads; i++)
        job.scratch[i] = apl_arena_new();
    job.own = apl_memory_new(estate->assets.count + 1);
    job.origins = apl_memory_new((estate->assets.count + 1) * sizeof *job.origins);
    apl_parallel(threads, estate->assets.count, RUN_ASSETS, set_own, &job);
    set_children(&job);
    keep_within(&job);
    apl_exposure_spread(estate, services, job.own, job.origins, threads);
    set_parents(&job);
    apl_memory_free(job.origins);
    apl_memory_free(job.own);
    for (unsigned i = 0; i < threads; i++)
        apl_arena_free(job.scratch[i]);
}
