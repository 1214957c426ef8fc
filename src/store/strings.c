/* store/strings.c: the table `strings` and its copy in memory.
 *
 * The copy may lag behind the table (another process wrote) but never differ from it, as rows are only added; a
 * transaction that failed took numbers back, so the copy is dropped then. */
#include "store/strings.h"

void apl_strings_init(apl_strings *strings, apl_db *db)
{
    *strings = (apl_strings){.db = db, .arena = apl_arena_new(), .numbers = apl_table_new(false)};
    APL_PUSH(&strings->texts, APL_STR_NONE);
}

void apl_strings_free(apl_strings *strings)
{
    apl_insert_free(strings->insert);
    apl_table_free(strings->numbers);
    apl_arena_free(strings->arena);
    apl_memory_free(strings->texts.items);
    *strings = (apl_strings){0};
}

void apl_strings_forget(apl_strings *strings)
{
    apl_db *db = strings->db;

    apl_strings_free(strings);
    apl_strings_init(strings, db);
}

static void remember(apl_strings *strings, apl_str text)
{
    apl_str copy = apl_arena_str(strings->arena, text);

    (void)apl_table_put(strings->numbers, copy, (uint32_t)strings->texts.count);
    APL_PUSH(&strings->texts, copy);
}

apl_status apl_strings_load(apl_strings *strings)
{
    apl_query *query;
    bool has_row = false;
    apl_status status =
        apl_query_new(&query, strings->db, "SELECT string, text FROM strings WHERE string >= ?1 ORDER BY string");

    if (status != APL_OK)
        return status;
    apl_query_put_number(query, (int64_t)strings->texts.count);
    while ((status = apl_query_next(&has_row, query)) == APL_OK && has_row) {
        if (apl_query_number(query, 0) != (int64_t)strings->texts.count) {
            status = apl_fail(APL_E_STORE, "the store is damaged: string %zu is missing", strings->texts.count);
            break;
        }
        remember(strings, apl_query_text(query, 1));
    }
    apl_query_free(query);
    return status;
}

static apl_status add(apl_strings *strings, apl_str text)
{
    apl_status status = APL_OK;

    if (strings->texts.count >= APL_STORE_STRINGS_MAX)
        return apl_fail(APL_E_LIMIT, "the store has more than %u different texts", APL_STORE_STRINGS_MAX);
    if (strings->insert == NULL)
        status = apl_insert_new(&strings->insert, strings->db, "INSERT INTO strings (string, text)", "(?, ?)");
    if (status != APL_OK)
        return status;
    apl_insert_put_number(strings->insert, (int64_t)strings->texts.count);
    apl_insert_put_text(strings->insert, text);
    status = apl_insert_add(strings->insert);
    if (status == APL_OK)
        remember(strings, text);
    return status;
}

apl_status apl_strings_number(int64_t *out, apl_strings *strings, apl_str text)
{
    uint32_t number;

    *out = 0;
    if (text.size == 0)
        return APL_OK;
    number = apl_table_get(strings->numbers, text);
    if (number != APL_TABLE_NONE) {
        *out = number;
        return APL_OK;
    }
    *out = (int64_t)strings->texts.count;
    return add(strings, text);
}

apl_status apl_strings_number_like(int64_t *number, apl_strings *strings, apl_str text)
{
    if (text.size && apl_str_equal(apl_strings_text(strings, *number), text))
        return APL_OK;
    return apl_strings_number(number, strings, text);
}

apl_status apl_strings_finish(apl_strings *strings)
{
    return strings->insert ? apl_insert_finish(strings->insert) : APL_OK;
}

apl_str apl_strings_text(const apl_strings *strings, int64_t number)
{
    if (number <= 0 || (uint64_t)number >= strings->texts.count)
        return APL_STR_NONE;
    return strings->texts.items[number];
}
