/* condition/fields.c: names of fields in rules: asking for them, and saying what is odd about them.
 *
 * A name is a well-known one, an alias, or a path into the document. Names that are computed are foreseen where a value
 * count over a constant array computes them; names of tags need no foresight. */
#include "condition/compiler.h"

static bool is_well_known(apl_str name)
{
    static const char *const known[] = {"name", "fullName", "kind", "type", "location", "id", "tags", "identity"};
    static const char *const starts[] = {"tags.", "tags[", "identity.", "aplomb."};

    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (apl_str_equal_nocase(name, apl_str_from(known[i])))
            return true;
    }
    for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++) {
        if (apl_str_starts_nocase(name, apl_str_from(starts[i])))
            return true;
    }
    return false;
}

/* An alias has its resource type before it: a `/` that stands in no bracket. */
static bool looks_like_alias(apl_str name)
{
    long slash = apl_str_find(name, APL_STR("/"));
    long bracket = apl_str_find(name, APL_STR("["));

    return slash > 0 && (bracket < 0 || slash < bracket);
}

static void check_alias(apl_compiler *compiler, apl_str name)
{
    const apl_aliases *aliases = compiler->options->aliases;
    apl_report about = {APL_MESSAGE_WARNING, APL_OK, APL_STR_NONE};
    apl_str type = APL_STR_NONE;

    if (aliases == NULL || apl_aliases_known(&type, aliases, name))
        return;
    long slash = apl_str_find_last_char(name, '/');
    (void)apl_aliases_nearest(&about.nearest, aliases, apl_str_slice(name, 0, (size_t)slash), name);
    apl_report_message(compiler, &about, "no alias '%.*s' is known; it is read as a path and will be missing",
                       APL_STR_ARG(name));
}

static void check_path(apl_compiler *compiler, apl_str name)
{
    apl_step steps[APL_STEPS_MAX];
    size_t count = 0;
    size_t stars = 0;

    if (!apl_path_parse(steps, &count, compiler->arena, name)) {
        apl_report_error(compiler, "'%.*s' is no field: neither a name nor a path", APL_STR_ARG(name));
        return;
    }
    for (size_t i = 0; i < count; i++)
        stars += steps[i].key.data == NULL;
    if (stars > APL_STARS_MAX)
        apl_report_error(compiler, "the field '%.*s' has more than %d [*]", APL_STR_ARG(name), APL_STARS_MAX);
    if (compiler->options->on_message && !is_well_known(name)) {
        apl_plain_path plain = {apl_report_path(compiler), name};
        APL_PUSH(&compiler->plain_paths, plain);
    }
}

static bool check_name(apl_compiler *compiler, apl_str name)
{
    if (name.size == 0) {
        apl_report_error(compiler, "the name of the field is empty");
        return false;
    }
    if (looks_like_alias(name))
        check_alias(compiler, name);
    else
        check_path(compiler, name);
    if (apl_field_is_derived(name))
        compiler->is_derived = true;
    return true;
}

apl_field_id apl_field_compile(apl_compiler *compiler, apl_str name)
{
    return check_name(compiler, name) ? apl_fields_ask(compiler->options->fields, name) : 0;
}

apl_field_id apl_field_compile_counted(apl_compiler *compiler, apl_str name)
{
    return check_name(compiler, name) ? apl_fields_ask_number(compiler->options->fields, name) : 0;
}

/* ---- computed names ---- */

/* Whether the code needs nothing but members of value counts over constant arrays. */
static bool is_foreseeable(const apl_compiler *compiler, const apl_code *code)
{
    for (uint32_t i = 0; i < code->count; i++) {
        const apl_code_step *step = &code->steps[i];
        if (step->kind == APL_STEP_CURRENT && compiler->counts[step->level].items.type == APL_VALUE_ARRAY)
            continue;
        if (step->kind == APL_STEP_CALL && (step->function->flags & APL_FUNCTION_CONTEXT) == 0)
            continue;
        if (step->kind != APL_STEP_CONSTANT && step->kind != APL_STEP_MEMBER && step->kind != APL_STEP_INDEX)
            return false;
    }
    return true;
}

/* Moves to the next combination of members of the counts around; false after the last one. */
static bool next_combination(uint32_t indexes[APL_COUNTS_NESTED_MAX], const apl_compiler *compiler)
{
    for (uint32_t level = 0; level < compiler->count_depth; level++) {
        if (++indexes[level] < compiler->counts[level].items.size &&
            compiler->counts[level].items.type == APL_VALUE_ARRAY)
            return true;
        indexes[level] = 0;
    }
    return false;
}

static void foresee(apl_named_fields *named, apl_compiler *compiler, const apl_code *code)
{
    apl_str *names = APL_ARENA_ARRAY(compiler->arena, apl_str, APL_NAMED_FIELDS_MAX);
    apl_field_id *fields = APL_ARENA_ARRAY(compiler->arena, apl_field_id, APL_NAMED_FIELDS_MAX);
    uint32_t indexes[APL_COUNTS_NESTED_MAX] = {0};
    apl_value value;
    apl_run run;

    apl_run_start(&run, NULL, compiler->arena);
    do {
        for (uint32_t level = 0; level < compiler->count_depth; level++) {
            apl_value items = compiler->counts[level].items;
            run.current[level] = items.type == APL_VALUE_ARRAY && items.size ? items.items[indexes[level]] : APL_NULL;
        }
        if (apl_code_eval(&value, code, &run) != APL_OK || value.type != APL_VALUE_STRING || value.size == 0)
            continue;
        names[named->count] = apl_value_str(value);
        fields[named->count] = apl_field_compile(compiler, apl_value_str(value));
        named->count++;
    } while (named->count < APL_NAMED_FIELDS_MAX && next_combination(indexes, compiler));
    named->names = names;
    named->fields = fields;
}

const apl_named_fields *apl_named_fields_compile(apl_compiler *compiler, const apl_code *code)
{
    apl_named_fields *named = APL_ARENA_NEW(compiler->arena, apl_named_fields);

    named->tags = apl_fields_ask(compiler->options->fields, APL_STR("tags"));
    if (compiler->count_depth && is_foreseeable(compiler, code))
        foresee(named, compiler, code);
    return named;
}

/* ---- current() ---- */

/* The name without its [*], for comparing what stands before and below an array. */
static apl_str without_stars(apl_arena *arena, apl_str name, uint32_t *stars)
{
    char *made = apl_arena_alloc_raw(arena, (size_t)name.size + 1);
    size_t size = 0;

    *stars = 0;
    for (uint32_t i = 0; i < name.size; i++) {
        if (apl_str_starts(apl_str_slice(name, i, name.size), APL_STR("[*]"))) {
            (*stars)++;
            i += 2;
        } else {
            made[size++] = name.data[i];
        }
    }
    return apl_str_make(made, size);
}

/* Whether `name` is the counted array's member or something below it. */
static bool is_below(apl_str name, apl_str array)
{
    if (!apl_str_starts_nocase(name, array))
        return false;
    return name.size == array.size || name.data[array.size] == '.' || name.data[array.size] == '[';
}

/* The member itself is wanted, so the counted field must be kept whole. */
static void current_member(apl_code_step *out, apl_compiler *compiler, uint32_t level)
{
    *out = (apl_code_step){.kind = APL_STEP_CURRENT, .level = (uint8_t)level};
    if (compiler->counts[level].is_field)
        (void)apl_fields_ask(compiler->options->fields, compiler->counts[level].name);
}

static bool current_of_field(apl_code_step *out, apl_compiler *compiler, uint32_t level, apl_str name)
{
    uint32_t stars = 0;
    uint32_t bound = 0;
    apl_str plain = without_stars(compiler->arena, name, &stars);
    apl_str array = without_stars(compiler->arena, compiler->counts[level].name, &bound);

    if (!is_below(plain, array))
        return false;
    if (apl_str_equal_nocase(name, compiler->counts[level].name)) {
        current_member(out, compiler, level);
        return true;
    }
    *out = (apl_code_step){.kind = APL_STEP_CURRENT_FIELD, .is_array = stars > bound};
    out->field = apl_field_compile(compiler, name);
    return true;
}

static bool current_by_name(apl_code_step *out, apl_compiler *compiler, apl_str name)
{
    apl_report about = {APL_MESSAGE_ERROR, APL_E_CONTENT, APL_STR_NONE};
    unsigned distance = apl_nearest_limit(name);

    for (uint32_t level = compiler->count_depth; level > 0; level--) {
        const apl_count_around *around = &compiler->counts[level - 1];
        if (around->is_field && current_of_field(out, compiler, level - 1, name))
            return true;
        if (!around->is_field && apl_str_equal_nocase(around->name, name)) {
            *out = (apl_code_step){.kind = APL_STEP_CURRENT, .level = (uint8_t)(level - 1)};
            return true;
        }
        if (around->name.size)
            apl_nearest_try(&about.nearest, &distance, name, around->name);
    }
    apl_report_message(compiler, &about, "current('%.*s') names no count around it", APL_STR_ARG(name));
    return false;
}

bool apl_current_compile(apl_code_step *out, apl_compiler *compiler, bool has_name, apl_str name)
{
    if (compiler->count_depth == 0) {
        apl_report_error(compiler, "current() stands in no count");
        return false;
    }
    if (has_name)
        return current_by_name(out, compiler, name);
    if (compiler->count_depth > 1)
        apl_report_warning(compiler,
                           "current() without a name in nested counts means the innermost one; Azure refuses it");
    current_member(out, compiler, compiler->count_depth - 1);
    return true;
}
