/* store/read_assets.c: assets in the order of their ids, relations, and the indexes over both.
 *
 * The store numbers assets in the order of ids of the first scan, with later ones behind: mostly the order that is
 * wanted. The sort uses that. */
#include <stdlib.h>

#include "store/pack.h"
#include "store/read.h"
#include "json/json.h"

static const char assets_sql[] =
    "SELECT a.asset, i.id, i.ignores_case, a.id, a.name, a.full_name, a.kind, a.type, a.cloud, a.tenant, a.scope, "
    "a.location, a.source, a.why_unread, a.tags, a.parent, a.flags, a.used_for, a.exposure, a.sensitivity, "
    "a.criticality, a.unread_groups, a.read_at, a.body, a.body_low, a.body_high, "
    "a.sensitivity_from "
    "FROM assets a CROSS JOIN ids i ON i.asset = a.asset WHERE a.to_scan > ?1 AND a.from_scan <= ?1";

/* An asset as the store has it, before it has its place. */
typedef struct asset_row {
    apl_asset asset;
    int64_t number;
    int64_t parent; /* number; 0: none */
    int64_t sensitivity_from; /* the same */
    int64_t body;
} asset_row;

typedef struct asset_rows {
    apl_read *read;
    APL_VECTOR(asset_row) items;
    size_t *order;   /* places of items, by id */
    apl_value *tags; /* by string number; parsed when first seen */
    int64_t last;    /* the largest number */
} asset_rows;

static uint8_t cloud_of(apl_str name)
{
    for (uint8_t i = 0; apl_cloud_names[i]; i++) {
        if (apl_str_equal(name, apl_str_from(apl_cloud_names[i])))
            return i;
    }
    return 0;
}

static uint8_t at_most(int64_t number, uint8_t last)
{
    return number < 0 || number > last ? 0 : (uint8_t)number;
}

static apl_status read_tags(apl_value *out, asset_rows *rows, int64_t number)
{
    apl_read *read = rows->read;
    apl_status status = APL_OK;

    *out = APL_MISSING;
    if (number <= 0 || (uint64_t)number >= read->text_count)
        return APL_OK;
    if (rows->tags[number].type == APL_VALUE_MISSING)
        status =
            apl_json_parse(&rows->tags[number], read->estate->arena, apl_strings_text(&read->store->strings, number));
    *out = rows->tags[number];
    return status;
}

static apl_str name_of(const apl_query *row, apl_arena *arena, apl_str id)
{
    if (!apl_query_is_null(row, 4))
        return apl_arena_str(arena, apl_query_text(row, 4));
    long slash = apl_str_find_last_char(id, '/');
    return slash < 0 ? id : apl_str_slice(id, (size_t)slash + 1, id.size);
}

static apl_status read_asset(asset_rows *rows, const apl_query *row)
{
    apl_read *read = rows->read;
    apl_arena *arena = read->estate->arena;
    int64_t flags = apl_query_number(row, 16);
    asset_row out = {.number = apl_query_number(row, 0)};
    apl_asset *asset = &out.asset;

    asset->id = apl_arena_str(arena, apl_query_text(row, apl_query_is_null(row, 3) ? 1 : 3));
    asset->name = name_of(row, arena, asset->id);
    if (!apl_query_is_null(row, 5))
        asset->full_name = apl_arena_str(arena, apl_query_text(row, 5));
    asset->kind = apl_vocabulary_kind(read->estate->vocabulary, apl_read_column(read, row, 6));
    asset->type = apl_read_column(read, row, 7);
    asset->cloud = cloud_of(apl_read_column(read, row, 8));
    asset->tenant = apl_read_column(read, row, 9);
    asset->scope = apl_read_column(read, row, 10);
    asset->location = apl_read_column(read, row, 11);
    asset->source = apl_read_column(read, row, 12);
    asset->why_unread = apl_read_column(read, row, 13);
    out.parent = apl_query_number(row, 15);
    asset->is_read = flags & 1;
    asset->is_ai = flags & 2;
    asset->used_for = (uint8_t)apl_query_number(row, 17);
    asset->exposure = at_most(apl_query_number(row, 18), APL_EXPOSURE_INTERNET);
    asset->sensitivity = at_most(apl_query_number(row, 19), APL_LEVEL_CRITICAL);
    asset->criticality = at_most(apl_query_number(row, 20), APL_LEVEL_CRITICAL);
    asset->unread_groups = (uint32_t)apl_query_number(row, 21);
    asset->read_at = apl_query_number(row, 22);
    out.body = apl_query_number(row, 23);
    asset->digest = (apl_digest){(uint64_t)apl_query_number(row, 24), (uint64_t)apl_query_number(row, 25)};
    out.sensitivity_from = apl_query_number(row, 26);
    asset->ids_ignore_case = apl_query_number(row, 2) != 0;
    asset->parent = APL_ASSET_NONE;
    asset->sensitivity_from = APL_ASSET_NONE;
    asset->same_letters = APL_ASSET_NONE;
    if (out.number <= 0 || (uint64_t)out.number > APL_STORE_STRINGS_MAX)
        return apl_fail(APL_E_STORE, "%s: the store is damaged, an asset has no number", read->store->path);
    if (out.number > rows->last)
        rows->last = out.number;
    apl_status status = read_tags(&asset->tags, rows, apl_query_number(row, 14));
    APL_PUSH(&rows->items, out);
    return status;
}

static apl_status read_rows(asset_rows *rows)
{
    apl_query *query;
    bool has_row = false;
    apl_status status = apl_read_query(&query, rows->read, assets_sql);

    if (status != APL_OK)
        return status;
    while ((status = apl_query_next(&has_row, query)) == APL_OK && has_row) {
        status = read_asset(rows, query);
        if (status != APL_OK)
            break;
    }
    apl_query_free(query);
    return status;
}

/* The order of canonical ids: lower case where the provider ignores case. */
static int compare_ids(const apl_asset *a, const apl_asset *b)
{
    uint32_t shorter = a->id.size < b->id.size ? a->id.size : b->id.size;

    for (uint32_t i = 0; i < shorter; i++) {
        unsigned char left = (unsigned char)(a->ids_ignore_case ? apl_char_lower(a->id.data[i]) : a->id.data[i]);
        unsigned char right = (unsigned char)(b->ids_ignore_case ? apl_char_lower(b->id.data[i]) : b->id.data[i]);
        if (left != right)
            return left < right ? -1 : 1;
    }
    if (a->id.size != b->id.size)
        return a->id.size < b->id.size ? -1 : 1;
    return a->ids_ignore_case - b->ids_ignore_case;
}

static int compare_rows(const void *a, const void *b, void *context)
{
    const asset_row *rows = context;

    return compare_ids(&rows[*(const size_t *)a].asset, &rows[*(const size_t *)b].asset);
}

/* Two sorted runs, [0, middle) and [middle, count), into one. */
static void merge_runs(asset_rows *rows, size_t middle)
{
    size_t count = rows->items.count;
    size_t *merged = APL_ARENA_ARRAY(rows->read->scratch, size_t, count);
    size_t left = 0;
    size_t right = middle;

    for (size_t i = 0; i < count; i++) {
        bool takes_left = right == count || (left < middle && compare_rows(&rows->order[left], &rows->order[right],
                                                                           rows->items.items) <= 0);
        merged[i] = rows->order[takes_left ? left++ : right++];
    }
    rows->order = merged;
}

static void sort_rows(asset_rows *rows)
{
    size_t count = rows->items.count;
    size_t sorted = 1;

    rows->order = APL_ARENA_ARRAY(rows->read->scratch, size_t, count);
    for (size_t i = 0; i < count; i++)
        rows->order[i] = i;
    while (sorted < count && compare_ids(&rows->items.items[sorted - 1].asset, &rows->items.items[sorted].asset) < 0)
        sorted++;
    if (sorted >= count)
        return;
    qsort_r(rows->order + sorted, count - sorted, sizeof *rows->order, compare_rows, rows->items.items);
    merge_runs(rows, sorted);
}

/* The chain of ids that differ in case only, as apl_estate_find follows it. */
static void add_to_index(apl_estate *estate, apl_asset_id place)
{
    apl_asset *asset = &estate->assets.items[place];
    apl_asset_id first = apl_table_put(estate->by_id, asset->id, place);

    if (first == place)
        return;
    asset->same_letters = estate->assets.items[first].same_letters;
    estate->assets.items[first].same_letters = place;
}

static apl_status place_assets(asset_rows *rows)
{
    apl_read *read = rows->read;
    apl_estate *estate = read->estate;
    size_t count = rows->items.count;

    read->place_count = (size_t)rows->last + 1;
    read->places = APL_ARENA_ARRAY(read->scratch, apl_asset_id, read->place_count);
    memset(read->places, 0xff, read->place_count * sizeof *read->places);
    read->bodies = APL_ARENA_ARRAY(read->arena, int64_t, count);
    APL_RESERVE(&estate->assets, count);
    apl_table_reserve(estate->by_id, count);
    for (size_t i = 0; i < count; i++) {
        const asset_row *row = &rows->items.items[rows->order[i]];
        if (read->places[row->number] != APL_ASSET_NONE)
            return apl_fail(APL_E_STORE, "%s: the store is damaged, an asset stands twice", read->store->path);
        read->places[row->number] = (apl_asset_id)i;
        read->bodies[i] = row->body;
        APL_PUSH(&estate->assets, row->asset);
        add_to_index(estate, (apl_asset_id)i);
    }
    for (size_t i = 0; i < count; i++) {
        const asset_row *row = &rows->items.items[rows->order[i]];
        estate->assets.items[i].parent = apl_read_place(read, (uint64_t)row->parent);
        estate->assets.items[i].sensitivity_from = apl_read_place(read, (uint64_t)row->sensitivity_from);
    }
    return APL_OK;
}

/* The times of this scan replace those of the rows, which are of the scan that first read the asset so. */
static apl_status place_times(apl_read *read)
{
    apl_reads_unpacker unpacker = {.bytes = read->scan.reads};

    if (read->scan.reads.size == 0)
        return APL_OK;
    for (size_t number = 0; number < read->place_count; number++) {
        apl_asset_id place = read->places[number];
        if (place != APL_ASSET_NONE && !apl_reads_unpack(&read->estate->assets.items[place].read_at, &unpacker))
            return apl_fail(APL_E_STORE, "%s: the store is damaged, times of reading", read->store->path);
    }
    return APL_OK;
}

apl_status apl_read_assets(apl_read *read)
{
    asset_rows rows = {.read = read};
    apl_status status;

    rows.tags = APL_ARENA_ARRAY(read->scratch, apl_value, read->text_count);
    status = read_rows(&rows);
    if (status == APL_OK) {
        sort_rows(&rows);
        status = place_assets(&rows);
    }
    if (status == APL_OK)
        status = place_times(read);
    apl_memory_free(rows.items.items);
    return status;
}

static apl_status unpack_relations(apl_read *read, apl_asset_id from, apl_str ends)
{
    const apl_vocabulary *vocabulary = read->estate->vocabulary;
    uint64_t type;
    uint64_t to;
    uint64_t evidence;

    while (ends.size) {
        if (!apl_unpack_number(&type, &ends) || !apl_unpack_number(&to, &ends) || !apl_unpack_number(&evidence, &ends))
            return apl_fail(APL_E_STORE, "%s: the store is damaged, relations", read->store->path);
        apl_relation relation = {.from = from, .to = apl_read_place(read, to)};
        relation.type = apl_vocabulary_relation(vocabulary, apl_read_string(read, (int64_t)type));
        relation.evidence = apl_read_string(read, (int64_t)evidence);
        if (relation.from == APL_ASSET_NONE || relation.to == APL_ASSET_NONE)
            return apl_fail(APL_E_STORE, "%s: the store is damaged, a relation has no end", read->store->path);
        if (relation.type != APL_RELATION_NONE)
            APL_PUSH(&read->estate->relations, relation);
    }
    return APL_OK;
}

static int compare_relations(const void *a, const void *b)
{
    const apl_relation *left = a;
    const apl_relation *right = b;

    if (left->from != right->from)
        return left->from < right->from ? -1 : 1;
    if (left->type != right->type)
        return left->type < right->type ? -1 : 1;
    if (left->to != right->to)
        return left->to < right->to ? -1 : 1;
    return apl_str_compare(left->evidence, right->evidence);
}

static void sort_relations(apl_estate *estate)
{
    size_t i = 1;

    while (i < estate->relations.count &&
           compare_relations(&estate->relations.items[i - 1], &estate->relations.items[i]) <= 0)
        i++;
    if (i < estate->relations.count)
        qsort(estate->relations.items, estate->relations.count, sizeof *estate->relations.items, compare_relations);
}

/* Turns counts at [i + 1] into offsets at [i]. */
static void add_up(uint32_t *offsets, size_t count)
{
    for (size_t i = 0; i < count; i++)
        offsets[i + 1] += offsets[i];
}

static void index_relations(apl_estate *estate)
{
    size_t assets = estate->assets.count;
    size_t relations = estate->relations.count;
    uint32_t *next = apl_memory_new((assets + 1) * sizeof *next);

    estate->relations_out = apl_memory_new((assets + 1) * sizeof *estate->relations_out);
    estate->relations_in = apl_memory_new((assets + 1) * sizeof *estate->relations_in);
    estate->relations_by_to = apl_memory_new(relations * sizeof *estate->relations_by_to);
    for (size_t i = 0; i < relations; i++) {
        estate->relations_out[estate->relations.items[i].from + 1]++;
        estate->relations_in[estate->relations.items[i].to + 1]++;
    }
    add_up(estate->relations_out, assets);
    add_up(estate->relations_in, assets);
    memcpy(next, estate->relations_in, (assets + 1) * sizeof *next);
    for (size_t i = 0; i < relations; i++)
        estate->relations_by_to[next[estate->relations.items[i].to]++] = (uint32_t)i;
    apl_memory_free(next);
}

apl_status apl_read_relations(apl_read *read)
{
    apl_query *query;
    bool has_row = false;
    apl_status status =
        apl_read_query(&query, read, "SELECT asset, ends FROM relations WHERE to_scan > ?1 AND from_scan <= ?1");

    if (status != APL_OK)
        return status;
    while ((status = apl_query_next(&has_row, query)) == APL_OK && has_row) {
        apl_asset_id from = apl_read_place(read, (uint64_t)apl_query_number(query, 0));
        status = unpack_relations(read, from, apl_query_bytes(query, 1));
        if (status != APL_OK)
            break;
    }
    apl_query_free(query);
    sort_relations(read->estate);
    index_relations(read->estate);
    return status;
}
