/* store/dictionary.c: training, keeping and finding dictionaries.
 *
 * Called by the one thread that writes or reads; only the training of several families runs on all cores, each family
 * on its own memory. A family that gives no dictionary (all bodies equal, or nothing in common) is left without. */
#include "store/dictionary.h"

#include <zdict.h>

#include "base/table.h"
#include "base/threads.h"

/* Level 1 gives nine tenths of what level 3 does, in two thirds of the time. */
#define LEVEL 1

#define GENERAL APL_STR_NONE

void apl_dictionaries_init(apl_dictionaries *dictionaries, apl_db *db)
{
    *dictionaries = (apl_dictionaries){.db = db, .arena = apl_arena_new()};
}

void apl_dictionaries_free(apl_dictionaries *dictionaries)
{
    for (size_t i = 0; i < dictionaries->items.count; i++) {
        (void)ZSTD_freeCDict(dictionaries->items.items[i].compress);
        (void)ZSTD_freeDDict(dictionaries->items.items[i].decompress);
    }
    apl_memory_free(dictionaries->items.items);
    apl_arena_free(dictionaries->arena);
    *dictionaries = (apl_dictionaries){0};
}

void apl_dictionaries_forget(apl_dictionaries *dictionaries)
{
    apl_db *db = dictionaries->db;

    apl_dictionaries_free(dictionaries);
    apl_dictionaries_init(dictionaries, db);
}

static void remember(apl_dictionaries *dictionaries, apl_str family, apl_str data)
{
    apl_dictionary dictionary = {
        .number = (int64_t)dictionaries->items.count + 1,
        .family = apl_arena_str(dictionaries->arena, family),
        .data = apl_arena_str(dictionaries->arena, data),
    };

    APL_PUSH(&dictionaries->items, dictionary);
}

apl_status apl_dictionaries_load(apl_dictionaries *dictionaries)
{
    apl_query *query;
    bool has_row = false;
    apl_status status = apl_query_new(&query, dictionaries->db,
                                      "SELECT dictionary, family, data FROM dictionaries WHERE dictionary > ?1 "
                                      "ORDER BY dictionary");

    if (status != APL_OK)
        return status;
    apl_query_put_number(query, (int64_t)dictionaries->items.count);
    while ((status = apl_query_next(&has_row, query)) == APL_OK && has_row) {
        if (apl_query_number(query, 0) != (int64_t)dictionaries->items.count + 1) {
            status =
                apl_fail(APL_E_STORE, "the store is damaged: dictionary %zu is missing", dictionaries->items.count + 1);
            break;
        }
        remember(dictionaries, apl_query_text(query, 1), apl_query_bytes(query, 2));
    }
    apl_query_free(query);
    return status;
}

apl_str apl_dictionary_family(apl_str type)
{
    uint32_t end = 0;

    for (uint32_t i = 0; i < type.size; i++) {
        if (type.data[i] == '/')
            return apl_str_slice(type, 0, i);
        if (type.data[i] == ':' && i && type.data[i - 1] == ':')
            end = i - 1;
    }
    return end ? apl_str_slice(type, 0, end) : type;
}

static apl_dictionary *find_family(const apl_dictionaries *dictionaries, apl_str family)
{
    for (size_t i = 0; i < dictionaries->items.count; i++) {
        if (apl_str_equal_nocase(dictionaries->items.items[i].family, family))
            return &dictionaries->items.items[i];
    }
    return NULL;
}

/* One dictionary to be made. */
typedef struct training {
    const apl_estate *estate;
    apl_str family;
    size_t bodies; /* of the family in this scan */
    size_t seen;
    apl_asset_id samples[APL_DICTIONARY_SAMPLES_MAX];
    size_t sample_count;
    char *data;
    size_t size; /* 0: it gave none */
} training;

/* The family of a type, by the place of its name: types are few, and most assets share their texts. */
#define MEMOS 256u

typedef struct type_memo {
    apl_str type; /* none: nothing is remembered here */
    uint32_t family;
} type_memo;

/* The families of one scan. */
typedef struct family_list {
    apl_arena *arena;
    apl_table *by_name;
    APL_VECTOR(training *) items; /* the first one is the general family */
    type_memo memos[MEMOS];
} family_list;

static training *add_family(family_list *families, const apl_estate *estate, apl_str name)
{
    training *family = APL_ARENA_NEW(families->arena, training);

    family->estate = estate;
    family->family = name;
    APL_PUSH(&families->items, family);
    return family;
}

static training *family_of(family_list *families, const apl_estate *estate, apl_asset_id asset)
{
    apl_str type = estate->assets.items[asset].type;
    type_memo *memo = &families->memos[((uintptr_t)type.data >> 4) % MEMOS];
    uint32_t next = (uint32_t)families->items.count;

    if (memo->type.data == type.data && memo->type.size == type.size && type.size)
        return families->items.items[memo->family];
    apl_str name = apl_dictionary_family(type);
    *memo = (type_memo){type, apl_table_put(families->by_name, name, next)};
    return memo->family == next ? add_family(families, estate, name) : families->items.items[memo->family];
}

/* Evenly spaced, so that every part of the estate has its say. */
static void take_sample(training *family, apl_asset_id asset)
{
    size_t stride = (family->bodies + APL_DICTIONARY_SAMPLES_MAX - 1) / APL_DICTIONARY_SAMPLES_MAX;

    if (family->seen++ % stride == 0)
        family->samples[family->sample_count++] = asset;
}

static void train(void *context, unsigned thread, size_t from, size_t to)
{
    training *const *trainings = context;
    size_t sizes[APL_DICTIONARY_SAMPLES_MAX];
    apl_text all;

    (void)thread;
    apl_text_init(&all, (size_t)APL_DICTIONARY_SAMPLES_MAX * APL_DICTIONARY_SAMPLE_BYTES_MAX);
    for (size_t i = from; i < to; i++) {
        training *family = trainings[i];
        all.size = 0;
        for (size_t s = 0; s < family->sample_count; s++) {
            const apl_origin *body = &family->estate->assets.items[family->samples[s]].origin;
            size_t size = body->size < APL_DICTIONARY_SAMPLE_BYTES_MAX ? body->size : APL_DICTIONARY_SAMPLE_BYTES_MAX;
            size_t before = all.size;
            (void)apl_estate_spooled(&all, family->estate, body->offset, size); /* a fault is told when it is stored */
            sizes[s] = all.size - before;
        }
        size_t got = ZDICT_trainFromBuffer(family->data, APL_DICTIONARY_BYTES_MAX, all.data, sizes,
                                           (unsigned)family->sample_count);
        family->size = ZDICT_isError(got) ? 0 : got;
    }
    apl_text_free(&all);
}

static apl_status keep(apl_dictionaries *dictionaries, training *const *trainings, size_t count)
{
    apl_query *query;
    apl_status status = apl_query_new(&query, dictionaries->db,
                                      "INSERT INTO dictionaries (dictionary, family, data) VALUES (?1, ?2, ?3)");

    for (size_t i = 0; i < count && status == APL_OK; i++) {
        if (trainings[i]->size == 0)
            continue;
        apl_query_put_number(query, (int64_t)dictionaries->items.count + 1);
        apl_query_put_text(query, trainings[i]->family);
        apl_query_put_bytes(query, trainings[i]->data, trainings[i]->size);
        status = apl_query_run(query);
        remember(dictionaries, trainings[i]->family, apl_str_make(trainings[i]->data, trainings[i]->size));
    }
    apl_query_free(query);
    return status;
}

/* True when the bodies of this family go to the general dictionary: too few, or there are dictionaries enough. */
static bool is_general(const apl_dictionaries *dictionaries, const training *family, size_t chosen)
{
    return family->bodies < APL_DICTIONARY_SAMPLES_MIN ||
           dictionaries->items.count + chosen + 1 >= APL_DICTIONARIES_MAX;
}

/* Chooses the families to train; those that get none, now or before, are counted for the general one. */
static size_t choose(training **chosen, const apl_dictionaries *dictionaries, family_list *families)
{
    training *general = families->items.items[0];
    size_t count = 0;

    for (size_t i = 1; i < families->items.count; i++) {
        training *family = families->items.items[i];
        if (find_family(dictionaries, family->family))
            continue;
        if (is_general(dictionaries, family, count)) {
            general->bodies += family->bodies;
            families->items.items[i] = general;
        } else {
            chosen[count++] = family;
        }
    }
    if (general->bodies >= APL_DICTIONARY_SAMPLES_MIN && find_family(dictionaries, GENERAL) == NULL)
        chosen[count++] = general;
    return count;
}

static apl_status train_families(apl_dictionaries *dictionaries, family_list *families, const apl_asset_id *assets,
                                 size_t asset_count)
{
    training *chosen[APL_DICTIONARIES_MAX];
    const apl_estate *estate = families->items.items[0]->estate;

    for (size_t i = 0; i < asset_count; i++)
        family_of(families, estate, assets[i])->bodies++;
    size_t count = choose(chosen, dictionaries, families);
    if (count == 0)
        return APL_OK;
    for (size_t i = 0; i < asset_count; i++)
        take_sample(family_of(families, estate, assets[i]), assets[i]);
    for (size_t i = 0; i < count; i++)
        chosen[i]->data = apl_arena_alloc_raw(families->arena, APL_DICTIONARY_BYTES_MAX);
    apl_parallel(apl_threads_default(), count, 1, train, chosen);
    return keep(dictionaries, chosen, count);
}

apl_status apl_dictionaries_train(apl_dictionaries *dictionaries, const apl_estate *estate, const apl_asset_id *assets,
                                  size_t count)
{
    family_list families = {.arena = apl_arena_new(), .by_name = apl_table_new(true)};
    apl_status status;

    (void)apl_table_put(families.by_name, GENERAL, 0);
    (void)add_family(&families, estate, GENERAL);
    status = train_families(dictionaries, &families, assets, count);
    apl_memory_free(families.items.items);
    apl_table_free(families.by_name);
    apl_arena_free(families.arena);
    return status;
}

int64_t apl_dictionary_for(apl_dictionaries *dictionaries, apl_str type)
{
    apl_dictionary *dictionary = find_family(dictionaries, apl_dictionary_family(type));

    if (dictionary == NULL)
        dictionary = find_family(dictionaries, GENERAL);
    if (dictionary == NULL)
        return 0;
    if (dictionary->compress == NULL)
        dictionary->compress = ZSTD_createCDict(dictionary->data.data, dictionary->data.size, LEVEL);
    if (dictionary->compress == NULL)
        apl_die("out of memory");
    return dictionary->number;
}

const ZSTD_CDict *apl_dictionary_compress(const apl_dictionaries *dictionaries, int64_t number)
{
    return number ? dictionaries->items.items[number - 1].compress : NULL;
}

const ZSTD_DDict *apl_dictionary_decompress(apl_dictionaries *dictionaries, int64_t number)
{
    if (number <= 0 || (uint64_t)number > dictionaries->items.count)
        return NULL;
    apl_dictionary *dictionary = &dictionaries->items.items[number - 1];
    if (dictionary->decompress == NULL)
        dictionary->decompress = ZSTD_createDDict(dictionary->data.data, dictionary->data.size);
    return dictionary->decompress;
}
