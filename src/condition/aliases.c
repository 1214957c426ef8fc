/* condition/aliases.c: looking aliases up in an image.
 *
 * The image is a header, rows sorted by (type, name), the numbers of the rows sorted by name, those of the few rows
 * whose name does not start with their own type, and the texts. It is searched where it lies; opening it reads the
 * header. Rows are copied out, because the image may lie at any address. */
#include "condition/aliases_image.h"

#include "base/limits.h"
#include "json/json.h"

struct apl_aliases {
    apl_str image;
    apl_aliases_header header;
    const apl_aliases *below;
    apl_text owned; /* the image of apl_aliases_load */
};

static bool has_room(const apl_str image, uint32_t offset, uint64_t size)
{
    return (uint64_t)offset + size <= image.size;
}

apl_status apl_aliases_open(apl_aliases **out, apl_str image)
{
    apl_aliases_header header;

    *out = NULL;
    if (image.size < sizeof header)
        return apl_fail(APL_E_INPUT, "the alias table is too short");
    memcpy(&header, image.data, sizeof header);
    if (memcmp(header.magic, APL_ALIASES_MAGIC, sizeof header.magic) != 0)
        return apl_fail(APL_E_INPUT, "the alias table is of another version");
    if (!has_room(image, header.rows, (uint64_t)header.row_count * sizeof(apl_aliases_row)) ||
        !has_room(image, header.by_name, (uint64_t)header.row_count * sizeof(uint32_t)) ||
        !has_room(image, header.foreign, (uint64_t)header.foreign_count * sizeof(uint32_t)) ||
        !has_room(image, header.texts, header.texts_size))
        return apl_fail(APL_E_INPUT, "the alias table is cut off");
    apl_aliases *table = apl_memory_new(sizeof *table);
    table->image = image;
    table->header = header;
    *out = table;
    return APL_OK;
}

apl_status apl_aliases_load(apl_aliases **out, apl_str json)
{
    apl_arena *arena = apl_arena_new();
    apl_value table;
    apl_text image;
    apl_status status = apl_json_parse(&table, arena, json);

    *out = NULL;
    apl_text_init(&image, UINT32_MAX);
    if (status == APL_OK)
        status = apl_aliases_image(&image, table);
    apl_arena_free(arena);
    if (status == APL_OK)
        status = apl_aliases_open(out, apl_text_str(&image));
    if (status == APL_OK)
        (*out)->owned = image;
    else
        apl_text_free(&image);
    return status;
}

void apl_aliases_stack(apl_aliases *upper, const apl_aliases *below)
{
    upper->below = below;
}

void apl_aliases_free(apl_aliases *table)
{
    if (table == NULL)
        return;
    apl_text_free(&table->owned);
    apl_memory_free(table);
}

static apl_aliases_row row_at(const apl_aliases *table, uint32_t number)
{
    apl_aliases_row row = {0};

    if (number < table->header.row_count)
        memcpy(&row, table->image.data + table->header.rows + (size_t)number * sizeof row, sizeof row);
    return row;
}

/* A number of one of the two lists of row numbers. */
static uint32_t number_at(const apl_aliases *table, uint32_t list, uint32_t index)
{
    uint32_t number;

    memcpy(&number, table->image.data + list + (size_t)index * sizeof number, sizeof number);
    return number;
}

static apl_str text_at(const apl_aliases *table, uint32_t offset, uint16_t size)
{
    if ((uint64_t)offset + size > table->header.texts_size)
        return APL_STR_NONE;
    return apl_str_make(table->image.data + table->header.texts + offset, size);
}

static int compare_row(const apl_aliases *table, const apl_aliases_row *row, apl_str type, apl_str name)
{
    int order = apl_str_compare_nocase(type, text_at(table, row->type, row->type_size));

    return order != 0 ? order : apl_str_compare_nocase(name, text_at(table, row->name, row->name_size));
}

/* The first row that is not before (type, name). */
static uint32_t lower_bound(const apl_aliases *table, apl_str type, apl_str name)
{
    uint32_t low = 0;
    uint32_t high = table->header.row_count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        apl_aliases_row row = row_at(table, middle);
        if (compare_row(table, &row, type, name) > 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool find_own(apl_aliases_row *row, const apl_aliases *table, apl_str type, apl_str name)
{
    uint32_t number = lower_bound(table, type, name);

    if (number == table->header.row_count)
        return false;
    *row = row_at(table, number);
    return compare_row(table, row, type, name) == 0;
}

static bool find_foreign(apl_aliases_row *row, const apl_aliases *table, apl_str type, apl_str name)
{
    for (uint32_t i = 0; i < table->header.foreign_count; i++) {
        *row = row_at(table, number_at(table, table->header.foreign, i));
        if (compare_row(table, row, type, name) == 0)
            return true;
    }
    return false;
}

static bool starts_with_type(apl_str name, apl_str type)
{
    return name.size > type.size && name.data[type.size] == '/' && apl_str_starts_nocase(name, type);
}

bool apl_aliases_find(apl_str *path, const apl_aliases *table, apl_str type, apl_str name)
{
    bool is_own = starts_with_type(name, type);
    apl_aliases_row row;

    for (; table; table = table->below) {
        if (is_own ? find_own(&row, table, type, name) : find_foreign(&row, table, type, name)) {
            *path = text_at(table, row.path, row.path_size);
            return true;
        }
    }
    return false;
}

static bool known_here(apl_str *type, const apl_aliases *table, apl_str name)
{
    uint32_t low = 0;
    uint32_t high = table->header.row_count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        apl_aliases_row row = row_at(table, number_at(table, table->header.by_name, middle));
        int order = apl_str_compare_nocase(name, text_at(table, row.name, row.name_size));
        if (order == 0) {
            if (type)
                *type = text_at(table, row.type, row.type_size);
            return true;
        }
        if (order > 0)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

bool apl_aliases_known(apl_str *type, const apl_aliases *table, apl_str name)
{
    for (; table; table = table->below) {
        if (known_here(type, table, name))
            return true;
    }
    return false;
}

/* More edits than this are another name. */
#define NEAREST_EDITS_MAX 8

bool apl_aliases_nearest(apl_str *nearest, const apl_aliases *table, apl_str type, apl_str name)
{
    unsigned distance = NEAREST_EDITS_MAX + 1;

    *nearest = APL_STR_NONE;
    for (; table; table = table->below) {
        for (uint32_t i = lower_bound(table, type, APL_STR_NONE); i < table->header.row_count; i++) {
            apl_aliases_row row = row_at(table, i);
            if (!apl_str_equal_nocase(type, text_at(table, row.type, row.type_size)))
                break;
            apl_str candidate = text_at(table, row.name, row.name_size);
            unsigned found = apl_str_distance_nocase(name, candidate, distance);
            if (found < distance) {
                distance = found;
                *nearest = candidate;
            }
        }
    }
    return nearest->size > 0;
}

size_t apl_aliases_count(const apl_aliases *table)
{
    size_t count = 0;

    for (; table; table = table->below)
        count += table->header.row_count;
    return count;
}
