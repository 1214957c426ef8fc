/* link/merge.c: the assets of all reading threads become one sorted list without doubles.
 *
 * Documents of one id merge member by member: the newest read wins, at equal times the fuller body; what only one of
 * them has is kept. Ties that remain are settled by the bytes of the columns, so that the order of files never
 * matters. Differences are named in coverage. */
#include <stdint.h>
#include <stdlib.h>

#include "base/threads.h"
#include "link/internal.h"
#include "model/type_plan.h"

typedef APL_VECTOR(apl_asset_id) asset_numbers;

static apl_str columns_text(apl_text *out, const apl_asset *asset)
{
    const uint64_t *word = asset->plan ? apl_record_words(&asset->record, asset->plan->word_count) : NULL;

    apl_text_init(out, SIZE_MAX);
    for (unsigned slot = 0; asset->plan && slot < asset->plan->slot_count; slot++) {
        apl_text_add_char(out, ',');
        if (apl_record_has(&asset->record, slot))
            apl_value_write(out, apl_record_unpack(*word++), 0);
    }
    return apl_text_str(out);
}

/* What is left when trust and columns are equal: the first by its texts, so that no order of files shows. */
static int compare_texts(const apl_asset *a, const apl_asset *b)
{
    const apl_str left[] = {a->type, a->id, a->name, a->scope, a->tenant, a->location};
    const apl_str right[] = {b->type, b->id, b->name, b->scope, b->tenant, b->location};
    int order = 0;

    for (size_t i = 0; order == 0 && i < sizeof left / sizeof left[0]; i++)
        order = apl_str_compare(left[i], right[i]);
    return order ? order : memcmp(&a->digest, &b->digest, sizeof a->digest);
}

/* Order of trust between two documents of one id: newest, then whole before summary, fuller, and last by columns. */
static int compare_reads(const void *left, const void *right)
{
    const apl_asset *a = ((const apl_sort_key *)left)->asset;
    const apl_asset *b = ((const apl_sort_key *)right)->asset;
    apl_text x;
    apl_text y;

    if (a->read_at != b->read_at)
        return a->read_at > b->read_at ? -1 : 1;
    if ((a->unread_groups != 0) != (b->unread_groups != 0))
        return a->unread_groups ? 1 : -1;
    if (a->weight != b->weight)
        return a->weight > b->weight ? -1 : 1;
    int order = apl_str_compare(columns_text(&x, a), columns_text(&y, b));
    apl_text_free(&x);
    apl_text_free(&y);
    return order ? order : compare_texts(a, b);
}

static void note_difference(apl_text *differences, const apl_plan *plan, unsigned slot)
{
    apl_str path = plan->slot_paths[slot];
    apl_str noted = apl_text_str(differences);
    apl_str one;

    while (noted.size && apl_str_next(&one, &noted, ',')) {
        if (apl_str_equal(apl_str_trim(one), path))
            return;
    }
    if (differences->size)
        apl_text_add(differences, APL_STR(", "));
    apl_text_add(differences, path);
}

/* Ids, names and types that differ in case only are the same where the provider says so. */
static bool is_same(const apl_asset *asset, apl_str path, apl_value a, apl_value b)
{
    bool is_named = apl_str_equal(path, APL_STR("id")) || apl_str_equal(path, APL_STR("name")) ||
                    apl_str_equal(path, APL_STR("type"));

    if (is_named && asset->ids_ignore_case && a.type == APL_VALUE_STRING && b.type == APL_VALUE_STRING)
        return apl_str_equal_nocase(apl_value_str(a), apl_value_str(b));
    return apl_value_equal(a, b);
}

/* The columns of `newer` over those of `older`; both have the same plan. */
static void merge_records(apl_estate *estate, apl_asset *newer, const apl_asset *older, apl_text *differences)
{
    const apl_plan *plan = newer->plan;
    const uint64_t *in_newer = apl_record_words(&newer->record, plan->word_count);
    const uint64_t *in_older = apl_record_words(&older->record, plan->word_count);
    uint64_t merged[(APL_SLOTS_MAX + 63) / 64 + APL_SLOTS_MAX];
    size_t count = plan->word_count;

    for (size_t word = 0; word < plan->word_count; word++)
        merged[word] = newer->record.present[word] | older->record.present[word];
    for (unsigned slot = 0; slot < plan->slot_count; slot++) {
        bool newer_has = apl_record_has(&newer->record, slot);
        bool older_has = apl_record_has(&older->record, slot);
        if (newer_has && older_has &&
            !is_same(newer, plan->slot_paths[slot], apl_record_unpack(*in_newer), apl_record_unpack(*in_older)))
            note_difference(differences, plan, slot);
        if (newer_has || older_has)
            merged[count++] = newer_has ? *in_newer : *in_older;
        in_newer += newer_has;
        in_older += older_has;
    }
    uint64_t *kept = APL_ARENA_ARRAY(estate->arena, uint64_t, count);
    newer->record.present = memcpy(kept, merged, count * sizeof *kept);
}

static apl_str or_else(apl_str text, apl_str otherwise)
{
    bool is_known = text.size && !apl_str_equal(text, APL_STR("-"));

    return is_known || otherwise.size == 0 ? text : otherwise;
}

/* Only a part of the thing, as the members of a group are: what the whole one is called and is stays. */
static void keep_whole(apl_asset *newer, const apl_asset *older)
{
    if ((newer->unread_groups & 1u) == 0 || (older->unread_groups & 1u))
        return;
    newer->name = older->name;
    newer->full_name = older->full_name;
    newer->kind = older->kind;
    newer->origin = older->origin;
    newer->digest = older->digest;
}

static void merge_pair(apl_estate *estate, apl_asset *newer, const apl_asset *older, apl_text *differences)
{
    keep_whole(newer, older);
    if (newer->plan && newer->plan == older->plan)
        merge_records(estate, newer, older, differences);
    newer->unread_groups &= older->unread_groups;
    newer->was_asked = newer->was_asked || older->was_asked;
    newer->tenant = or_else(newer->tenant, older->tenant);
    newer->scope = or_else(newer->scope, older->scope);
    newer->location = or_else(newer->location, older->location);
    if (newer->tags.type == APL_VALUE_MISSING)
        newer->tags = older->tags;
    if (newer->kind == APL_KIND_NONE)
        newer->kind = older->kind;
}

static void cover_difference(apl_estate *estate, const apl_asset *asset, const apl_text *differences)
{
    for (size_t i = 0; differences->size && i < estate->coverage.count; i++) {
        apl_coverage *row = &estate->coverage.items[i];
        bool is_row = row->state == APL_COVERAGE_READ && apl_str_equal_nocase(row->type, asset->type) &&
                      apl_str_equal(row->scope, asset->scope) && apl_str_equal(row->source, asset->source);
        if (!is_row)
            continue;
        if (row->why.size == 0)
            row->why = apl_arena_format(estate->arena, "read more than once with differences, the newest kept: %.*s",
                                        APL_STR_ARG(apl_text_str(differences)));
        return;
    }
}

/* The documents [from, to) of one id become one asset at the end of the estate's list. */
static void add_merged(apl_estate *estate, apl_sort_key *keys, size_t from, size_t to)
{
    apl_text differences;

    if (to - from > 1)
        qsort(keys + from, to - from, sizeof *keys, compare_reads);
    apl_asset merged = *keys[from].asset;
    apl_text_init(&differences, 512);
    for (size_t i = from + 1; i < to; i++)
        merge_pair(estate, &merged, keys[i].asset, &differences);
    cover_difference(estate, &merged, &differences);
    apl_text_free(&differences);
    APL_PUSH(&estate->assets, merged);
}

static int compare_rows(const void *a, const void *b)
{
    const apl_coverage *x = a;
    const apl_coverage *y = b;
    int order = apl_str_compare(x->source, y->source);

    if (order == 0)
        order = apl_str_compare(x->scope, y->scope);
    if (order == 0)
        order = apl_str_compare(x->type, y->type);
    if (order == 0)
        order = (x->state > y->state) - (x->state < y->state);
    return order ? order : apl_str_compare(x->why, y->why);
}

static bool is_same_row(const apl_coverage *a, const apl_coverage *b)
{
    return compare_rows(a, b) == 0;
}

/* The line that ends a collect takes back what its first line said: that the rest is unread. */
static void drop_ends(apl_estate *estate)
{
    size_t kept = 0;

    for (size_t i = 0; i < estate->coverage.count; i++) {
        const apl_coverage *row = &estate->coverage.items[i];
        bool is_end = apl_str_equal(row->type, APL_STR(APL_COVERAGE_END)) &&
                      apl_str_equal(row->source, APL_STR("aplomb"));
        if (!is_end || row->state != APL_COVERAGE_READ) {
            estate->coverage.items[kept++] = *row;
            continue;
        }
        while (i + 1 < estate->coverage.count && apl_str_equal(estate->coverage.items[i + 1].scope, row->scope) &&
               apl_str_equal(estate->coverage.items[i + 1].type, row->type))
            i++;
    }
    estate->coverage.count = kept;
}

static void take_coverage(apl_estate *estate, apl_normalizer *const *normalizers, size_t count)
{
    for (size_t n = 0; n < count; n++) {
        const apl_coverage_list *rows = apl_normalizer_coverage(normalizers[n]);
        for (size_t i = 0; i < rows->count; i++)
            APL_PUSH(&estate->coverage, rows->items[i]);
        estate->documents += apl_normalizer_documents(normalizers[n]);
    }
    if (estate->coverage.count == 0)
        return;
    qsort(estate->coverage.items, estate->coverage.count, sizeof *estate->coverage.items, compare_rows);
    size_t kept = 0;
    for (size_t i = 1; i < estate->coverage.count; i++) {
        if (is_same_row(&estate->coverage.items[kept], &estate->coverage.items[i]))
            estate->coverage.items[kept].count += estate->coverage.items[i].count;
        else
            estate->coverage.items[++kept] = estate->coverage.items[i];
    }
    estate->coverage.count = kept + 1;
    drop_ends(estate);
}

void apl_link_index(apl_estate *estate, size_t from)
{
    for (size_t i = from; i < estate->assets.count; i++) {
        apl_asset *asset = &estate->assets.items[i];
        uint32_t first = apl_table_put(estate->by_id, asset->id, (uint32_t)i);
        if (first == i)
            continue;
        asset->same_letters = estate->assets.items[first].same_letters;
        estate->assets.items[first].same_letters = (uint32_t)i;
    }
}

/* Old numbers of the assets whose places in the index by id may change: those that share their letters with another,
 * and those from `first_new` on. */
static asset_numbers open_places(const apl_estate *estate, size_t first_new)
{
    asset_numbers open = {0};

    for (apl_asset_id i = 0; i < estate->assets.count; i++) {
        apl_asset_id next = estate->assets.items[i].same_letters;
        if (next != APL_ASSET_NONE)
            APL_PUSH(&open, next);
        if (next != APL_ASSET_NONE || i >= first_new)
            APL_PUSH(&open, i);
    }
    return open;
}

/* As apl_link_index does it for all, but hashes the ids of the open ones only. */
static void index_open(apl_estate *estate, const asset_numbers *open, const uint32_t *numbers)
{
    bool *is_open = apl_memory_new(estate->assets.count + 1);

    apl_table_renumber(estate->by_id, numbers);
    for (size_t i = 0; i < open->count; i++)
        is_open[numbers[open->items[i]]] = true;
    for (apl_asset_id i = 0; i < estate->assets.count; i++) {
        apl_asset *asset = &estate->assets.items[i];
        uint32_t first = is_open[i] ? apl_table_put(estate->by_id, asset->id, i) : i;
        if (first > i) { /* it was the first of these letters and comes later now */
            apl_table_set(estate->by_id, asset->id, i);
            is_open[first] = true;
        } else if (first < i) {
            asset->same_letters = estate->assets.items[first].same_letters;
            estate->assets.items[first].same_letters = i;
        }
    }
    apl_memory_free(is_open);
}

static void renumber(apl_estate *estate, const uint32_t *numbers)
{
    for (size_t i = 0; i < estate->relations.count; i++) {
        estate->relations.items[i].from = numbers[estate->relations.items[i].from];
        estate->relations.items[i].to = numbers[estate->relations.items[i].to];
    }
}

/* Merges from the back, so that the read assets move within their own array and only the stubs are copied. */
static void merge_stubs(apl_estate *estate, const apl_sort_key *stubs, size_t stub_count, const apl_asset *copies,
                        uint32_t *numbers)
{
    size_t total = estate->assets.count;
    size_t read = total - stub_count;
    size_t first_stub = read;

    for (size_t i = total, stub = stub_count; i > 0; i--) {
        apl_sort_key last = {.asset = read ? &estate->assets.items[read - 1] : NULL};
        bool takes_stub = read == 0 || (stub && apl_link_compare_keys(&last, &stubs[stub - 1]) < 0);
        const apl_asset *taken = takes_stub ? stubs[--stub].asset : &estate->assets.items[--read];
        numbers[takes_stub ? first_stub + (size_t)(taken - copies) : read] = (uint32_t)(i - 1);
        estate->assets.items[i - 1] = *taken;
        estate->assets.items[i - 1].same_letters = APL_ASSET_NONE;
    }
    renumber(estate, numbers);
}

static void sort_in(apl_estate *estate, size_t stubs_from, uint32_t *numbers)
{
    size_t stub_count = estate->assets.count - stubs_from;
    asset_numbers open = open_places(estate, stubs_from);

    apl_asset *copies = apl_memory_new(stub_count * sizeof *copies);
    apl_sort_key *stubs = apl_memory_new(stub_count * sizeof *stubs);
    memcpy(copies, estate->assets.items + stubs_from, stub_count * sizeof *copies);
    for (size_t i = 0; i < stub_count; i++)
        stubs[i].asset = &copies[i];
    qsort(stubs, stub_count, sizeof *stubs, apl_link_compare_keys);
    merge_stubs(estate, stubs, stub_count, copies, numbers);
    index_open(estate, &open, numbers);
    apl_memory_free(open.items);
    apl_memory_free(stubs);
    apl_memory_free(copies);
}

void apl_link_sort_stubs(apl_estate *estate, size_t stubs_from)
{
    if (estate->assets.count == stubs_from)
        return;
    uint32_t *numbers = apl_memory_new(estate->assets.count * sizeof *numbers);
    sort_in(estate, stubs_from, numbers);
    apl_memory_free(numbers);
}

static void move_number(apl_asset_id *asset, const uint32_t *numbers)
{
    if (*asset != APL_ASSET_NONE)
        *asset = numbers[*asset];
}

/* Why assets have their exposure moves along with them; the new ones have none. */
static void renumber_exposure(apl_estate *estate, size_t first_new, const uint32_t *numbers)
{
    uint32_t *before = estate->exposure_evidence_of;

    if (before == NULL)
        return;
    estate->exposure_evidence_of = apl_memory_new((estate->assets.count + 1) * sizeof *before);
    for (size_t i = 0; i < first_new; i++)
        estate->exposure_evidence_of[numbers[i]] = before[i];
    apl_memory_free(before);
    for (size_t i = 0; i < estate->exposure_evidence.count; i++) {
        move_number(&estate->exposure_evidence.items[i].asset, numbers);
        move_number(&estate->exposure_evidence.items[i].through, numbers);
    }
}

void apl_link_add_assets(apl_estate *estate, size_t first_new, uint32_t *numbers)
{
    sort_in(estate, first_new, numbers);
    for (size_t i = 0; i < estate->assets.count; i++) {
        move_number(&estate->assets.items[i].parent, numbers);
        move_number(&estate->assets.items[i].sensitivity_from, numbers);
    }
    renumber_exposure(estate, first_new, numbers);
    apl_link_index_relations(estate);
}

void apl_link_assets(apl_estate *estate, apl_normalizer *const *normalizers, size_t count, unsigned threads)
{
    size_t total = 0;
    size_t at = 0;

    take_coverage(estate, normalizers, count);
    for (size_t n = 0; n < count; n++)
        total += apl_normalizer_assets(normalizers[n])->count;
    apl_sort_key *keys = apl_memory_new(total * sizeof *keys);
    for (size_t n = 0; n < count; n++) {
        const apl_asset_list *assets = apl_normalizer_assets(normalizers[n]);
        for (size_t i = 0; i < assets->count; i++)
            keys[at++].asset = &assets->items[i];
    }
    apl_link_sort_keys(keys, total, threads);
    APL_RESERVE(&estate->assets, total + total / 8 + 16);
    for (size_t from = 0, to; from < total; from = to) {
        for (to = from + 1; to < total && apl_link_compare_keys(&keys[from], &keys[to]) == 0;)
            to++;
        add_merged(estate, keys, from, to);
    }
    apl_memory_free(keys);
    for (size_t n = 0; n < count; n++)
        APL_PUSH(&estate->arenas, apl_normalizer_take_arena(normalizers[n]));
    apl_table_reserve(estate->by_id, estate->assets.count);
    apl_link_index(estate, 0);
}
