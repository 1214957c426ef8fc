/* inspect/model/globals.c: one hash table of "module name", and one of whole modules.
 *
 * The key joins the two with a space, which neither can contain, so that "a.b c" and "a b.c" differ. */
#include "inspect/model/globals.h"

#include "base/limits.h"
#include "base/table.h"

/* A pair longer than this is in no list. */
#define KEY_BYTES_MAX 1024u
/* Parts of a dotted name that are followed. */
#define PARTS_MAX 64u

struct apl_globals {
    apl_arena *arena;
    apl_table *pairs;   /* "module name" -> index of reasons; 0: harmless */
    apl_table *modules; /* dangerous as a whole -> index of reasons */
    APL_VECTOR(apl_str) reasons;
};

typedef struct compiling {
    apl_globals *globals;
    apl_str path;
} compiling;

static apl_str key_of(apl_arena *arena, apl_str module, apl_str name)
{
    return apl_arena_format(arena, "%.*s %.*s", APL_STR_ARG(module), APL_STR_ARG(name));
}

static apl_status put(compiling *compile, apl_str module, apl_str name, uint32_t reason)
{
    apl_globals *globals = compile->globals;

    if (module.size + name.size + 1 > KEY_BYTES_MAX || module.size == 0 || name.size == 0)
        return apl_fail(APL_E_CONTENT, "%.*s: a module or name that is empty or too long", APL_STR_ARG(compile->path));
    uint32_t stored = apl_table_put(globals->pairs, key_of(globals->arena, module, name), reason);
    if ((stored == 0) != (reason == 0))
        return apl_fail(APL_E_CONTENT, "%.*s: %.*s.%.*s is both allowed and dangerous", APL_STR_ARG(compile->path),
                        APL_STR_ARG(module), APL_STR_ARG(name));
    return APL_OK;
}

static apl_status add_allowed(compiling *compile, apl_value modules)
{
    apl_status status = APL_OK;

    for (uint32_t m = 0; status == APL_OK && m < modules.size; m++) {
        apl_value names = modules.members[m].value;
        if (names.type != APL_VALUE_ARRAY)
            return apl_fail(APL_E_CONTENT, "%.*s: allowed: %.*s is no list of names", APL_STR_ARG(compile->path),
                            APL_STR_ARG(modules.members[m].key));
        for (uint32_t i = 0; status == APL_OK && i < names.size; i++)
            status = put(compile, modules.members[m].key, apl_value_str(names.items[i]), 0);
    }
    return status;
}

static apl_status add_dangerous(compiling *compile, apl_value modules)
{
    apl_globals *globals = compile->globals;
    apl_status status = APL_OK;

    for (uint32_t m = 0; status == APL_OK && m < modules.size; m++) {
        apl_value names = modules.members[m].value;
        if (names.type != APL_VALUE_OBJECT)
            return apl_fail(APL_E_CONTENT, "%.*s: dangerous: %.*s: write \"name: why\"", APL_STR_ARG(compile->path),
                            APL_STR_ARG(modules.members[m].key));
        for (uint32_t i = 0; status == APL_OK && i < names.size; i++) {
            apl_str why = apl_value_str(names.members[i].value);
            if (why.size == 0)
                return apl_fail(APL_E_CONTENT, "%.*s: %.*s.%.*s says not why", APL_STR_ARG(compile->path),
                                APL_STR_ARG(modules.members[m].key), APL_STR_ARG(names.members[i].key));
            APL_PUSH(&globals->reasons, apl_arena_str(globals->arena, why));
            uint32_t reason = (uint32_t)globals->reasons.count - 1;
            if (apl_str_equal(names.members[i].key, APL_STR("*")))
                (void)apl_table_put(globals->modules, apl_arena_str(globals->arena, modules.members[m].key), reason);
            else
                status = put(compile, modules.members[m].key, names.members[i].key, reason);
        }
    }
    return status;
}

static apl_status add_file(compiling *compile, apl_value file)
{
    static const char *const members[] = {"summary", "allowed", "dangerous"};

    if (file.type != APL_VALUE_OBJECT)
        return apl_fail(APL_E_CONTENT, "%.*s: no object", APL_STR_ARG(compile->path));
    for (uint32_t i = 0; i < file.size; i++) {
        size_t known = 0;
        while (known < 3 && !apl_str_equal(file.members[i].key, apl_str_from(members[known])))
            known++;
        if (known == 3)
            return apl_fail(APL_E_CONTENT, "%.*s: unknown member %.*s", APL_STR_ARG(compile->path),
                            APL_STR_ARG(file.members[i].key));
    }
    apl_status status = add_allowed(compile, apl_value_member(file, "allowed"));
    return status == APL_OK ? add_dangerous(compile, apl_value_member(file, "dangerous")) : status;
}

apl_status apl_globals_new(apl_globals **out, const apl_value *files, const apl_str *paths, size_t count)
{
    apl_globals *globals = apl_memory_new(sizeof *globals);
    compiling compile = {.globals = globals};
    apl_status status = APL_OK;

    globals->arena = apl_arena_new();
    globals->pairs = apl_table_new(false);
    globals->modules = apl_table_new(false);
    APL_PUSH(&globals->reasons, APL_STR_NONE);
    for (size_t i = 0; status == APL_OK && i < count; i++) {
        compile.path = paths[i];
        status = add_file(&compile, files[i]);
    }
    if (status != APL_OK) {
        apl_globals_free(globals);
        globals = NULL;
    }
    *out = globals;
    return status;
}

void apl_globals_free(apl_globals *globals)
{
    if (globals == NULL)
        return;
    apl_table_free(globals->pairs);
    apl_table_free(globals->modules);
    apl_memory_free(globals->reasons.items);
    apl_arena_free(globals->arena);
    apl_memory_free(globals);
}

size_t apl_globals_count(const apl_globals *globals)
{
    return apl_table_count(globals->pairs) + apl_table_count(globals->modules);
}

/* The module or one above it is dangerous as a whole. */
static bool is_in_dangerous_module(apl_str *why, const apl_globals *globals, apl_str module)
{
    for (uint32_t end = module.size; end > 0; end--) {
        if (end != module.size && module.data[end] != '.')
            continue;
        uint32_t reason = apl_table_get(globals->modules, apl_str_slice(module, 0, end));
        if (reason != APL_TABLE_NONE) {
            *why = globals->reasons.items[reason];
            return true;
        }
    }
    return false;
}

static apl_global_kind judge_pair(apl_str *why, const apl_globals *globals, apl_str module, apl_str name)
{
    char key[KEY_BYTES_MAX];
    size_t size = (size_t)module.size + 1 + name.size;
    uint32_t reason = APL_TABLE_NONE;

    if (size <= sizeof key) {
        memcpy(key, module.data ? module.data : "", module.size);
        key[module.size] = ' ';
        memcpy(key + module.size + 1, name.data ? name.data : "", name.size);
        reason = apl_table_get(globals->pairs, apl_str_make(key, size));
    }
    if (reason == 0)
        return APL_GLOBAL_HARMLESS;
    if (reason != APL_TABLE_NONE) {
        *why = globals->reasons.items[reason];
        return APL_GLOBAL_DANGEROUS;
    }
    return is_in_dangerous_module(why, globals, module) ? APL_GLOBAL_DANGEROUS : APL_GLOBAL_UNKNOWN;
}

/* Attributes that lead from any object to the interpreter. */
static bool is_inner_attribute(apl_str part)
{
    static const char *const names[] = {
        "__builtins__",      "__globals__", "__subclasses__", "__mro__",       "__bases__",    "__base__",
        "__import__",        "__code__",    "__loader__",     "__getattr__",   "__dict__",     "__call__",
        "__getattribute__",  "__closure__", "__reduce__",     "__reduce_ex__", "__setstate__", "__spec__",
        "__init_subclass__", "__func__",    "__self__",       "__wrapped__",   "__class__",
    };

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (apl_str_equal(part, apl_str_from(names[i])))
            return true;
    }
    return false;
}

/* What stands behind `start` in a dotted name, when the start is taken for a module: one that the module imported, or a
 * module below it. */
static bool is_dangerous_behind(apl_str *why, const apl_globals *globals, const apl_str names[3], apl_str rest)
{
    char joined[KEY_BYTES_MAX];
    apl_str module = names[0];
    apl_str start = names[1];

    if (judge_pair(why, globals, start, rest) == APL_GLOBAL_DANGEROUS ||
        judge_pair(why, globals, names[2], rest) == APL_GLOBAL_DANGEROUS)
        return true;
    size_t size = (size_t)module.size + 1 + start.size;
    if (size > sizeof joined)
        return false;
    memcpy(joined, module.data ? module.data : "", module.size);
    joined[module.size] = '.';
    memcpy(joined + module.size + 1, start.data ? start.data : "", start.size);
    return judge_pair(why, globals, apl_str_make(joined, size), rest) == APL_GLOBAL_DANGEROUS;
}

/* `torch.serialization` with the name `os.system` gives os.system: a module's names are also what it imported. */
static apl_global_kind judge_parts(apl_str *why, const apl_globals *globals, apl_str module, apl_str name)
{
    unsigned parts = 0;
    uint32_t from = 0;

    for (uint32_t i = 0; i <= name.size && parts < PARTS_MAX; i++) {
        if (i < name.size && name.data[i] != '.')
            continue;
        apl_str part = apl_str_slice(name, from, i);
        const apl_str names[3] = {module, apl_str_slice(name, 0, i), part};
        if (is_inner_attribute(part)) {
            *why = APL_STR("leads to the interpreter");
            return APL_GLOBAL_DANGEROUS;
        }
        if (judge_pair(why, globals, module, names[1]) == APL_GLOBAL_DANGEROUS)
            return APL_GLOBAL_DANGEROUS;
        if (i < name.size && is_dangerous_behind(why, globals, names, apl_str_slice(name, i + 1, name.size)))
            return APL_GLOBAL_DANGEROUS;
        from = i + 1;
        parts++;
    }
    return APL_GLOBAL_UNKNOWN;
}

apl_global_kind apl_globals_judge(apl_str *why, const apl_globals *globals, apl_str module, apl_str name)
{
    *why = APL_STR_NONE;
    apl_global_kind kind = judge_pair(why, globals, module, name);
    return kind == APL_GLOBAL_UNKNOWN ? judge_parts(why, globals, module, name) : kind;
}
