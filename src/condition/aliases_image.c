/* condition/aliases_image.c: from the JSON that Azure Resource Manager gives to the image of an alias table.
 *
 * Used when the content is built, and when a user brings a table of his own. What is not shaped as expected is an
 * error: a table with holes would make rules look at the wrong place. */
#include "condition/aliases_image.h"

#include <stdlib.h>

#include "base/limits.h"

/* Azure has 76,000; room for ten times as many. */
#define ALIASES_MAX 1000000
#define ALIAS_BYTES_MAX 4096

typedef struct alias {
    apl_str type;
    apl_str name;
    apl_str path;
    uint32_t order; /* of the file: the first of two equal ones wins */
} alias;

typedef struct collecting {
    apl_arena *arena;
    APL_VECTOR(alias) aliases;
} collecting;

/* The path for the latest API version; without one, the first of the others. */
static apl_str path_of(apl_value json)
{
    apl_str path = apl_value_str(apl_value_member(json, "defaultPath"));
    apl_value paths = apl_value_member(json, "paths");

    if (path.size == 0 && paths.type == APL_VALUE_ARRAY && paths.size)
        path = apl_value_str(apl_value_member(paths.items[0], "path"));
    return path;
}

static apl_status collect_aliases(collecting *c, apl_str type, apl_value aliases)
{
    for (uint32_t i = 0; aliases.type == APL_VALUE_ARRAY && i < aliases.size; i++) {
        apl_str name = apl_value_str(apl_value_member(aliases.items[i], "name"));
        apl_str path = path_of(aliases.items[i]);
        if (name.size == 0 || path.size == 0)
            return apl_fail(APL_E_INPUT, "alias table: alias %u of %.*s has no name or no path", i + 1,
                            APL_STR_ARG(type));
        if (name.size > ALIAS_BYTES_MAX || path.size > ALIAS_BYTES_MAX)
            return apl_fail(APL_E_LIMIT, "alias table: alias %u of %.*s is longer than %d", i + 1, APL_STR_ARG(type),
                            ALIAS_BYTES_MAX);
        if (c->aliases.count == ALIASES_MAX)
            return apl_fail(APL_E_LIMIT, "alias table: more than %d aliases", ALIASES_MAX);
        alias found = {type, name, path, (uint32_t)c->aliases.count};
        APL_PUSH(&c->aliases, found);
    }
    return APL_OK;
}

static apl_status collect_types(collecting *c, apl_value provider)
{
    apl_str space = apl_value_str(apl_value_member(provider, "namespace"));
    apl_value types = apl_value_member(provider, "resourceTypes");

    if (space.size == 0 || types.type != APL_VALUE_ARRAY)
        return apl_fail(APL_E_INPUT, "alias table: an entry has no namespace or no resourceTypes");
    for (uint32_t i = 0; i < types.size; i++) {
        apl_str type = apl_value_str(apl_value_member(types.items[i], "resourceType"));
        if (type.size == 0 || type.size + space.size > ALIAS_BYTES_MAX)
            return apl_fail(APL_E_INPUT, "alias table: type %u of %.*s has no usable resourceType", i + 1,
                            APL_STR_ARG(space));
        apl_str full = apl_arena_format(c->arena, "%.*s/%.*s", APL_STR_ARG(space), APL_STR_ARG(type));
        apl_status status = collect_aliases(c, full, apl_value_member(types.items[i], "aliases"));
        if (status != APL_OK)
            return status;
    }
    return APL_OK;
}

static apl_status collect(collecting *c, apl_value table)
{
    apl_status status = APL_OK;

    if (table.type == APL_VALUE_OBJECT)
        table = apl_value_member(table, "value");
    if (table.type != APL_VALUE_ARRAY)
        return apl_fail(APL_E_INPUT, "alias table: expected an array of providers, or an object with `value`");
    for (uint32_t i = 0; i < table.size && status == APL_OK; i++)
        status = collect_types(c, table.items[i]);
    return status;
}

static int compare_aliases(const void *a, const void *b)
{
    const alias *x = a;
    const alias *y = b;
    int order = apl_str_compare_nocase(x->type, y->type);

    if (order == 0)
        order = apl_str_compare_nocase(x->name, y->name);
    return order != 0 ? order : (x->order > y->order) - (x->order < y->order);
}

/* Sorts by type and name and drops the later ones of equal pairs. */
static void sort_aliases(collecting *c)
{
    size_t kept = 0;

    if (c->aliases.count)
        qsort(c->aliases.items, c->aliases.count, sizeof *c->aliases.items, compare_aliases);
    for (size_t i = 0; i < c->aliases.count; i++) {
        const alias *next = &c->aliases.items[i];
        const alias *last = kept ? &c->aliases.items[kept - 1] : NULL;
        if (last && apl_str_equal_nocase(last->type, next->type) && apl_str_equal_nocase(last->name, next->name))
            continue;
        c->aliases.items[kept++] = *next;
    }
    c->aliases.count = kept;
}

static bool is_foreign(const alias *a)
{
    return !(a->name.size > a->type.size && a->name.data[a->type.size] == '/' &&
             apl_str_starts_nocase(a->name, a->type));
}

/* Where the text lies among the texts. */
static uint32_t add_text(apl_text *texts, apl_str text)
{
    uint32_t offset = (uint32_t)texts->size;

    apl_text_add(texts, text);
    return offset;
}

/* A path that is the end of its alias's name is not written again. */
static void write_rows(apl_text *rows, apl_text *texts, const collecting *c)
{
    apl_aliases_row row = {0};
    apl_str last_type = APL_STR_NONE;

    for (size_t i = 0; i < c->aliases.count; i++) {
        const alias *a = &c->aliases.items[i];
        if (i == 0 || !apl_str_equal(a->type, last_type))
            row.type = add_text(texts, a->type);
        last_type = a->type;
        row.name = add_text(texts, a->name);
        row.path = apl_str_ends(a->name, a->path) ? row.name + a->name.size - a->path.size : add_text(texts, a->path);
        row.type_size = (uint16_t)a->type.size;
        row.name_size = (uint16_t)a->name.size;
        row.path_size = (uint16_t)a->path.size;
        apl_text_add(rows, apl_str_make((const char *)&row, sizeof row));
    }
}

typedef struct named_row {
    apl_str name;
    uint32_t number;
} named_row;

static int compare_names(const void *a, const void *b)
{
    const named_row *x = a;
    const named_row *y = b;
    int order = apl_str_compare_nocase(x->name, y->name);

    return order != 0 ? order : (x->number > y->number) - (x->number < y->number);
}

/* The numbers of the rows by name, and those of the foreign ones. */
static void write_lists(apl_text *by_name, apl_text *foreign, const collecting *c)
{
    named_row *rows = apl_memory_new(c->aliases.count * sizeof *rows);

    for (size_t i = 0; i < c->aliases.count; i++) {
        uint32_t number = (uint32_t)i;
        rows[i] = (named_row){c->aliases.items[i].name, number};
        if (is_foreign(&c->aliases.items[i]))
            apl_text_add(foreign, apl_str_make((const char *)&number, sizeof number));
    }
    if (c->aliases.count)
        qsort(rows, c->aliases.count, sizeof *rows, compare_names);
    for (size_t i = 0; i < c->aliases.count; i++)
        apl_text_add(by_name, apl_str_make((const char *)&rows[i].number, sizeof rows[i].number));
    apl_memory_free(rows);
}

static void write_image(apl_text *out, const collecting *c)
{
    apl_aliases_header header = {.row_count = (uint32_t)c->aliases.count};
    apl_text parts[4];

    for (size_t i = 0; i < 4; i++)
        apl_text_init(&parts[i], UINT32_MAX);
    write_rows(&parts[0], &parts[3], c);
    write_lists(&parts[1], &parts[2], c);
    memcpy(header.magic, APL_ALIASES_MAGIC, sizeof header.magic);
    header.rows = sizeof header;
    header.by_name = header.rows + (uint32_t)parts[0].size;
    header.foreign = header.by_name + (uint32_t)parts[1].size;
    header.texts = header.foreign + (uint32_t)parts[2].size;
    header.texts_size = (uint32_t)parts[3].size;
    header.foreign_count = (uint32_t)(parts[2].size / sizeof(uint32_t));
    apl_text_add(out, apl_str_make((const char *)&header, sizeof header));
    for (size_t i = 0; i < 4; i++) {
        apl_text_add(out, apl_text_str(&parts[i]));
        apl_text_free(&parts[i]);
    }
}

apl_status apl_aliases_image(apl_text *out, apl_value table)
{
    collecting c = {.arena = apl_arena_new()};
    apl_status status = collect(&c, table);

    if (status == APL_OK) {
        sort_aliases(&c);
        write_image(out, &c);
    }
    apl_memory_free(c.aliases.items);
    apl_arena_free(c.arena);
    return status;
}
