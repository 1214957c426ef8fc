/* link/facts.c: the order of relations, and the facts that follow from them.
 *
 * Parents, tenants of subscriptions, what is AI by one hop and what AI uses it for, and which coverage rows are only
 * partial. */
#include <stdlib.h>

#include "base/limits.h"
#include "base/table.h"
#include "link/internal.h"

static int compare_relations(const void *a, const void *b)
{
    const apl_relation *x = a;
    const apl_relation *y = b;

    if (x->from != y->from)
        return x->from < y->from ? -1 : 1;
    if (x->type != y->type)
        return x->type < y->type ? -1 : 1;
    if (x->to != y->to)
        return x->to < y->to ? -1 : 1;
    return apl_str_compare(x->evidence, y->evidence);
}

#define SMALL_RANGE 16u /* below it moving neighbours is cheaper than a sort of its own */

static void sort_few(apl_relation *items, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        apl_relation one = items[i];
        size_t at = i;
        for (; at > 0 && compare_relations(&items[at - 1], &one) > 0; at--)
            items[at] = items[at - 1];
        items[at] = one;
    }
}

/* By `from` they are counted into place, for its numbers are those of assets; most assets then have only a few. */
static void sort_relations(apl_estate *estate)
{
    size_t count = estate->relations.count;
    size_t assets = estate->assets.count;
    apl_relation *sorted = apl_memory_new((count + 1) * sizeof *sorted);
    uint32_t *ends = apl_memory_new((assets + 1) * sizeof *ends); /* first where each `from` starts */

    for (size_t i = 0; i < count; i++)
        ends[estate->relations.items[i].from + 1]++;
    for (size_t i = 0; i < assets; i++)
        ends[i + 1] += ends[i];
    for (size_t i = 0; i < count; i++)
        sorted[ends[estate->relations.items[i].from]++] = estate->relations.items[i];
    for (size_t i = 0, from = 0; i < assets; from = ends[i++]) {
        if (ends[i] - from < SMALL_RANGE)
            sort_few(sorted + from, ends[i] - from);
        else
            qsort(sorted + from, ends[i] - from, sizeof *sorted, compare_relations);
    }
    if (count)
        memcpy(estate->relations.items, sorted, count * sizeof *sorted);
    apl_memory_free(sorted);
    apl_memory_free(ends);
}

static void drop_doubles(apl_estate *estate)
{
    size_t kept = 0;

    for (size_t i = 1; i < estate->relations.count; i++) {
        const apl_relation *last = &estate->relations.items[kept];
        const apl_relation *next = &estate->relations.items[i];
        bool is_double = last->from == next->from && last->to == next->to && last->type == next->type;
        if (!is_double)
            estate->relations.items[++kept] = *next;
    }
    if (estate->relations.count)
        estate->relations.count = kept + 1;
}

void apl_link_index_relations(apl_estate *estate)
{
    size_t assets = estate->assets.count;

    apl_memory_free(estate->relations_out);
    apl_memory_free(estate->relations_in);
    apl_memory_free(estate->relations_by_to);
    estate->relations_out = apl_memory_new((assets + 1) * sizeof(uint32_t));
    estate->relations_in = apl_memory_new((assets + 2) * sizeof(uint32_t));
    estate->relations_by_to = apl_memory_new((estate->relations.count + 1) * sizeof(uint32_t));
    for (size_t i = 0; i < estate->relations.count; i++) {
        estate->relations_out[estate->relations.items[i].from + 1]++;
        estate->relations_in[estate->relations.items[i].to + 2]++;
    }
    for (size_t i = 0; i < assets; i++) {
        estate->relations_out[i + 1] += estate->relations_out[i];
        estate->relations_in[i + 2] += estate->relations_in[i + 1];
    }
    /* Counting sort by `to`; each offset ends where the next one begins. */
    for (size_t i = 0; i < estate->relations.count; i++)
        estate->relations_by_to[estate->relations_in[estate->relations.items[i].to + 1]++] = (uint32_t)i;
}

void apl_link_sort_relations(apl_estate *estate)
{
    sort_relations(estate);
    drop_doubles(estate);
    apl_link_index_relations(estate);
}

static void set_parents(apl_estate *estate)
{
    apl_relation_type contains = apl_vocabulary_relation(estate->vocabulary, APL_STR("contains"));

    for (size_t i = estate->relations.count; i > 0; i--) {
        const apl_relation *relation = &estate->relations.items[i - 1];
        if (relation->type == contains)
            estate->assets.items[relation->to].parent = relation->from;
    }
}

/* Subscription -> the first asset in it whose tenant is known. */
static apl_table *tenants_by_scope(const apl_estate *estate)
{
    apl_table *by_scope = apl_table_new(true);
    apl_str last = APL_STR_NONE;

    for (size_t i = 0; i < estate->assets.count; i++) {
        const apl_asset *asset = &estate->assets.items[i];
        /* Assets are sorted by id, so those of one subscription stand together. */
        if (asset->tenant.size == 0 || asset->scope.size < 2 || apl_str_equal(asset->scope, last))
            continue;
        last = asset->scope;
        (void)apl_table_put(by_scope, asset->scope, (uint32_t)i);
    }
    return by_scope;
}

void apl_link_tenants(apl_estate *estate)
{
    apl_table *by_scope = tenants_by_scope(estate);

    for (size_t i = 0; apl_table_count(by_scope) && i < estate->assets.count; i++) {
        apl_asset *asset = &estate->assets.items[i];
        if (asset->tenant.size || asset->scope.size < 2)
            continue;
        uint32_t known = apl_table_get(by_scope, asset->scope);
        if (known != APL_TABLE_NONE)
            asset->tenant = estate->assets.items[known].tenant;
    }
    apl_table_free(by_scope);
}

static bool is_directory_object(const apl_asset *asset)
{
    return apl_str_starts_nocase(asset->id, APL_STR("entra://"));
}

static apl_str directory_key(apl_text *text, apl_str type, apl_str tenant)
{
    text->size = 0;
    apl_text_add_format(text, "%.*s\n%.*s", APL_STR_ARG(type), APL_STR_ARG(tenant));
    return apl_text_str(text);
}

/* (type, tenant) and (type, any) of the directory objects that were read; none of types that were refused somewhere. */
static apl_table *directories_read(apl_estate *estate, apl_text *key)
{
    apl_table *read = apl_table_new(true);

    for (size_t i = 0; i < estate->coverage.count; i++) {
        const apl_coverage *row = &estate->coverage.items[i];
        if (row->state == APL_COVERAGE_UNREAD)
            (void)apl_table_put(read, row->type, 1);
    }
    for (size_t i = 0; i < estate->assets.count; i++) {
        const apl_asset *asset = &estate->assets.items[i];
        if (!asset->is_read || !is_directory_object(asset) || apl_table_get(read, asset->type) != APL_TABLE_NONE)
            continue;
        const apl_str tenants[] = {asset->tenant, APL_STR("*")};
        for (size_t t = 0; t < 2; t++) {
            apl_str one = directory_key(key, asset->type, tenants[t]);
            if (apl_table_get(read, one) == APL_TABLE_NONE)
                (void)apl_table_put(read, apl_arena_str(estate->arena, one), 1);
        }
    }
    return read;
}

/* Who is named, but is not among the users, groups or principals of the directory that were read. */
void apl_link_absent(apl_estate *estate)
{
    apl_text key;

    apl_text_init(&key, APL_PATH_BYTES_MAX);
    apl_table *read = directories_read(estate, &key);
    for (size_t i = 0; apl_table_count(read) && i < estate->assets.count; i++) {
        apl_asset *asset = &estate->assets.items[i];
        if (asset->is_read || asset->type.size == 0 || !is_directory_object(asset))
            continue;
        apl_str tenant = asset->tenant.size ? asset->tenant : APL_STR("*");
        bool is_same = apl_table_get(read, directory_key(&key, asset->type, tenant)) != APL_TABLE_NONE;
        bool is_unknown = apl_table_get(read, directory_key(&key, asset->type, APL_STR_NONE)) != APL_TABLE_NONE;
        asset->is_absent = is_same || is_unknown;
    }
    apl_table_free(read);
    apl_text_free(&key);
}

static bool is_told_by_relations(const apl_type *type)
{
    for (size_t i = 0; i < type->kind_count; i++) {
        if (type->kinds[i].when && apl_condition_is_derived(type->kinds[i].when))
            return true;
    }
    return false;
}

/* Kinds that only relations tell: a gateway is an AI gateway when a model stands behind it. */
static void refine_kinds(apl_estate *estate, apl_services *services)
{
    apl_arena *scratch = apl_arena_new();

    for (size_t i = 0; i < estate->assets.count; i++) {
        apl_asset *asset = &estate->assets.items[i];
        const apl_type *type = asset->plan ? apl_services_type(services, asset->plan->number) : NULL;
        if (type == NULL || !is_told_by_relations(type))
            continue;
        apl_subject subject = {estate, asset, asset->plan};
        apl_eval eval = {.subject = &subject, .origin = &subject, .arena = scratch};
        for (size_t k = 0; k < type->kind_count; k++) {
            if (type->kinds[k].when && apl_condition_eval(type->kinds[k].when, &eval) != APL_TRUE)
                continue;
            asset->kind = type->kinds[k].kind;
            break;
        }
        apl_arena_reset(scratch);
    }
    apl_arena_free(scratch);
}

static void set_used_for(apl_estate *estate)
{
    const apl_vocabulary *words = estate->vocabulary;

    for (size_t i = 0; i < estate->assets.count; i++)
        estate->assets.items[i].is_ai = words->kinds.items[estate->assets.items[i].kind].is_ai;
    for (size_t i = 0; i < estate->relations.count; i++) {
        const apl_relation *relation = &estate->relations.items[i];
        const apl_relation_info *info = &words->relations.items[relation->type];
        if (!info->makes_ai || !words->kinds.items[estate->assets.items[relation->from].kind].is_ai)
            continue;
        apl_asset *used = &estate->assets.items[relation->to];
        used->is_ai = true;
        used->used_for |= APL_USED_FOR_AI;
        if (apl_str_equal(info->used_for, APL_STR("grounding")))
            used->used_for |= APL_USED_FOR_GROUNDING;
        if (apl_str_equal(info->used_for, APL_STR("training")))
            used->used_for |= APL_USED_FOR_TRAINING;
    }
}

/* The name of a coverage row, for a table. */
static apl_str row_key(apl_text *text, apl_str source, apl_str scope, apl_str type)
{
    text->size = 0;
    apl_text_add_format(text, "%.*s\n%.*s\n%.*s", APL_STR_ARG(source), APL_STR_ARG(scope), APL_STR_ARG(type));
    return apl_text_str(text);
}

static void mark_partial(apl_arena *arena, apl_coverage *row, const apl_asset *asset, const apl_type *type)
{
    const char *why = asset->unread_groups & 1u ? "only summaries were read, without the details"
                                                : "documents without the part that holds the settings";

    if (row->state == APL_COVERAGE_PARTIAL)
        return;
    row->state = APL_COVERAGE_PARTIAL;
    row->needs = type->needs;
    row->why = row->why.size ? apl_arena_format(arena, "%s; %.*s", why, APL_STR_ARG(row->why)) : apl_str_from(why);
}

/* A row with an asset that was read only in part is partial, and says which part. */
static void set_partial(apl_estate *estate, apl_services *services)
{
    apl_table *rows = apl_table_new(true);
    apl_text key;

    apl_text_init(&key, APL_PATH_BYTES_MAX);
    for (size_t i = 0; i < estate->coverage.count; i++) {
        const apl_coverage *row = &estate->coverage.items[i];
        if (row->state == APL_COVERAGE_READ)
            (void)apl_table_put(rows, apl_arena_str(estate->arena, row_key(&key, row->source, row->scope, row->type)),
                                (uint32_t)i);
    }
    for (size_t i = 0; i < estate->assets.count; i++) {
        const apl_asset *asset = &estate->assets.items[i];
        if (!asset->is_read || asset->unread_groups == 0 || asset->was_asked)
            continue;
        uint32_t row = apl_table_get(rows, row_key(&key, asset->source, asset->scope, asset->type));
        if (row != APL_TABLE_NONE)
            mark_partial(estate->arena, &estate->coverage.items[row], asset,
                         apl_services_type(services, asset->plan->number));
    }
    apl_text_free(&key);
    apl_table_free(rows);
}

void apl_link_facts(apl_estate *estate, apl_services *services)
{
    set_parents(estate);
    apl_link_tenants(estate);
    refine_kinds(estate, services);
    set_used_for(estate);
    apl_link_absent(estate);
    apl_link_levels(estate, services);
    set_partial(estate, services);
    apl_link_unread(estate, services);
}
