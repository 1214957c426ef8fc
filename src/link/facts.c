/* link/facts.c: the order of relations, and the facts that follow from them.
 *
 * Parents, tenants of subscriptions, what is AI by one hop and what AI uses it for, levels that people wrote into
 * tags, and which coverage rows are only partial. */
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
    if (estate->relations.count)
        qsort(estate->relations.items, estate->relations.count, sizeof *estate->relations.items, compare_relations);
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

typedef struct tag_level {
    const char *text;
    apl_level level;
} tag_level;

static uint8_t level_in_tags(apl_value tags, const char *const *names, const tag_level *levels, uint8_t otherwise)
{
    for (size_t n = 0; names[n]; n++) {
        apl_str value = apl_value_str(apl_value_member(tags, names[n]));
        for (size_t i = 0; value.size && levels[i].text; i++) {
            if (apl_str_equal_nocase(value, apl_str_from(levels[i].text)))
                return (uint8_t)levels[i].level;
        }
    }
    return otherwise;
}

/* Tag names and values as the Cloud Adoption Framework recommends them ("Define your tagging strategy"). */
static void set_levels(apl_estate *estate)
{
    static const char *const criticality_names[] = {"criticality", "businessCriticality", "business-criticality", NULL};
    static const tag_level criticality[] = {
        {"low", APL_LEVEL_LOW},
        {"medium", APL_LEVEL_MEDIUM},
        {"high", APL_LEVEL_HIGH},
        {"critical", APL_LEVEL_CRITICAL},
        {"business-critical", APL_LEVEL_HIGH},
        {"mission-critical", APL_LEVEL_CRITICAL},
        {"unit-critical", APL_LEVEL_MEDIUM},
        {NULL, APL_LEVEL_UNKNOWN},
    };
    static const char *const sensitivity_names[] = {"sensitivity",         "confidentiality", "dataClassification",
                                                    "data-classification", "classification",  NULL};
    static const tag_level sensitivity[] = {
        {"public", APL_LEVEL_NONE},
        {"non-business", APL_LEVEL_NONE},
        {"none", APL_LEVEL_NONE},
        {"low", APL_LEVEL_LOW},
        {"general", APL_LEVEL_LOW},
        {"private", APL_LEVEL_MEDIUM},
        {"internal", APL_LEVEL_MEDIUM},
        {"medium", APL_LEVEL_MEDIUM},
        {"confidential", APL_LEVEL_HIGH},
        {"high", APL_LEVEL_HIGH},
        {"highly confidential", APL_LEVEL_HIGH},
        {"restricted", APL_LEVEL_HIGH},
        {"secret", APL_LEVEL_HIGH},
        {NULL, APL_LEVEL_UNKNOWN},
    };

    for (size_t i = 0; i < estate->assets.count; i++) {
        apl_asset *asset = &estate->assets.items[i];
        asset->criticality = level_in_tags(asset->tags, criticality_names, criticality, APL_LEVEL_MEDIUM);
        asset->sensitivity = level_in_tags(asset->tags, sensitivity_names, sensitivity, APL_LEVEL_UNKNOWN);
    }
}

#define PARENTS_MAX 16

/* Data without a label of its own is as sensitive as the resource that holds it; groups and accounts hold no data. */
static void inherit_sensitivity(apl_estate *estate)
{
    apl_kind group = apl_vocabulary_kind(estate->vocabulary, APL_STR("resource-group"));
    apl_kind account = apl_vocabulary_kind(estate->vocabulary, APL_STR("account"));

    for (size_t i = 0; i < estate->assets.count; i++) {
        apl_asset *asset = &estate->assets.items[i];
        apl_asset_id above = asset->parent;
        for (unsigned level = 0; level < PARENTS_MAX && above != APL_ASSET_NONE; level++) {
            const apl_asset *holder = &estate->assets.items[above];
            if (asset->sensitivity != APL_LEVEL_UNKNOWN || holder->kind == group || holder->kind == account)
                break;
            asset->sensitivity = holder->sensitivity;
            above = holder->parent;
        }
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
        if (!asset->is_read || asset->unread_groups == 0)
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
    set_levels(estate);
    inherit_sensitivity(estate);
    set_partial(estate, services);
}
