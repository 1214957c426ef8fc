/* model/fields.c: the registry of asked fields, and the splitting of paths.
 *
 * Compiling content asks for fields here; it is then read-only. A name is kept once, whatever its case. */
#include "base/limits.h"
#include "base/table.h"
#include "model/plan.h"

struct apl_fields {
    apl_arena *arena;
    apl_table *by_name;
    APL_VECTOR(apl_str) names;
    APL_VECTOR(bool) wants_value; /* by field; false: only the number of its members */
    apl_field_list *record;
};

apl_fields *apl_fields_new(void)
{
    apl_fields *fields = apl_memory_new(sizeof *fields);

    fields->arena = apl_arena_new();
    fields->by_name = apl_table_new(true);
    return fields;
}

void apl_fields_free(apl_fields *fields)
{
    if (fields == NULL)
        return;
    apl_table_free(fields->by_name);
    apl_memory_free(fields->names.items);
    apl_memory_free(fields->wants_value.items);
    apl_arena_free(fields->arena);
    apl_memory_free(fields);
}

void apl_fields_record(apl_fields *fields, apl_field_list *list)
{
    fields->record = list;
}

static apl_field_id recorded(apl_fields *fields, apl_field_id field)
{
    apl_field_list *list = fields->record;

    for (size_t i = 0; list && i < list->count; i++) {
        if (list->items[i] == field)
            return field;
    }
    if (list)
        APL_PUSH(list, field);
    return field;
}

apl_field_id apl_fields_ask_number(apl_fields *fields, apl_str name)
{
    uint32_t known = apl_table_get(fields->by_name, name);

    if (known != APL_TABLE_NONE)
        return recorded(fields, known);
    apl_str kept = apl_arena_str(fields->arena, name);
    uint32_t number = (uint32_t)fields->names.count;
    APL_PUSH(&fields->names, kept);
    APL_PUSH(&fields->wants_value, false);
    (void)apl_table_put(fields->by_name, kept, number);
    return recorded(fields, number);
}

apl_field_id apl_fields_ask(apl_fields *fields, apl_str name)
{
    apl_field_id field = apl_fields_ask_number(fields, name);

    fields->wants_value.items[field] = true;
    return field;
}

bool apl_fields_wants_value(const apl_fields *fields, apl_field_id field)
{
    return fields->wants_value.items[field];
}

size_t apl_fields_count(const apl_fields *fields)
{
    return fields->names.count;
}

apl_str apl_fields_name(const apl_fields *fields, apl_field_id field)
{
    return fields->names.items[field];
}

bool apl_field_is_derived(apl_str name)
{
    return apl_str_starts_nocase(name, APL_STR("aplomb."));
}

apl_str apl_type_normalise(apl_str type)
{
    if (apl_str_equal_nocase(type, APL_STR("Microsoft.Resources/subscriptions/resourceGroups")))
        return APL_STR("Microsoft.Resources/resourceGroups");
    return type;
}

/* The text inside brackets: 'quoted' (two quotes stand for one), '''x''' as tags are sometimes written, or bare. */
static apl_str bracket_key(apl_arena *arena, apl_str inner)
{
    if (inner.size < 2 || inner.data[0] != '\'' || inner.data[inner.size - 1] != '\'')
        return apl_arena_str(arena, inner);
    inner = apl_str_slice(inner, 1, inner.size - 1);
    char *key = apl_arena_alloc_raw(arena, (size_t)inner.size + 1);
    size_t size = 0;
    for (uint32_t i = 0; i < inner.size; i++) {
        key[size++] = inner.data[i];
        if (inner.data[i] == '\'' && i + 1 < inner.size && inner.data[i + 1] == '\'')
            i++;
    }
    key[size] = 0;
    apl_str made = apl_str_make(key, size);
    bool is_quoted_again = made.size >= 2 && made.data[0] == '\'' && made.data[made.size - 1] == '\'';
    return is_quoted_again ? apl_str_slice(made, 1, made.size - 1) : made;
}

/* The end of the bracket that opens at `from`: its closing `]` outside quotes, or -1. */
static long bracket_end(apl_str path, size_t from)
{
    bool is_quoted = false;

    for (size_t i = from + 1; i < path.size; i++) {
        if (path.data[i] == '\'')
            is_quoted = !is_quoted;
        else if (path.data[i] == ']' && !is_quoted)
            return (long)i;
    }
    return -1;
}

bool apl_path_parse(apl_step *steps, size_t *step_count, apl_arena *arena, apl_str path)
{
    size_t count = 0;
    size_t at = 0;

    while (at < path.size) {
        apl_step step = {0};
        if (count == APL_STEPS_MAX)
            return false;
        if (path.data[at] == '[') {
            long end = bracket_end(path, at);
            if (end < 0)
                return false;
            apl_str inner = apl_str_slice(path, at + 1, (size_t)end);
            if (!apl_str_equal(inner, APL_STR("*")))
                step.key = bracket_key(arena, inner);
            at = (size_t)end + 1;
        } else {
            size_t end = at;
            while (end < path.size && path.data[end] != '.' && path.data[end] != '[')
                end++;
            if (end == at)
                return false;
            step.key = apl_arena_str(arena, apl_str_slice(path, at, end));
            at = end;
        }
        steps[count++] = step;
        if (at < path.size && path.data[at] == '.' && ++at == path.size)
            return false;
    }
    *step_count = count;
    return count > 0;
}
