/* tests/unit/test_globals.c: exact pairs of module and name, and what is not one of them.
 *
 * Lists of prefixes were the mistake of others, so neighbours of every kind must stay unknown. */
#include "test_random.h"

#include "inspect/model/globals.h"

static const char *const content =
    "{\"summary\":\"x\",\"allowed\":{\"math\":[\"sqrt\"],\"good.part\":[\"Name\"],\"builtins\":[\"str\"]},"
    "\"dangerous\":{\"os\":{\"*\":\"runs programs\"},\"torch\":{\"load\":\"loads other files\"},"
    "\"builtins\":{\"eval\":\"runs text\"}}}";

static apl_globals *made(apl_status *status, const char *text)
{
    apl_arena *arena = apl_arena_new();
    apl_str path = APL_STR("models/x.yaml");
    apl_globals *globals = NULL;
    apl_value file;

    assert_int_equal(apl_json_parse(&file, arena, apl_str_from(text)), APL_OK);
    *status = apl_globals_new(&globals, &file, &path, 1);
    apl_arena_free(arena);
    return globals;
}

static void judges_exact_pairs(void **state)
{
    static const struct {
        const char *module;
        const char *name;
        apl_global_kind kind;
    } cases[] = {
        {"math", "sqrt", APL_GLOBAL_HARMLESS},
        {"math", "sqrt2", APL_GLOBAL_UNKNOWN},
        {"math", "Sqrt", APL_GLOBAL_UNKNOWN},
        {"mathutils", "sqrt", APL_GLOBAL_UNKNOWN},
        {"math.sub", "sqrt", APL_GLOBAL_UNKNOWN},
        {"", "sqrt", APL_GLOBAL_UNKNOWN},
        {"good.part", "Name", APL_GLOBAL_HARMLESS},
        {"good", "part.Name", APL_GLOBAL_UNKNOWN},
        {"os", "system", APL_GLOBAL_DANGEROUS},
        {"os.path", "join", APL_GLOBAL_DANGEROUS},
        {"osx", "system", APL_GLOBAL_UNKNOWN},
        {"torch", "load", APL_GLOBAL_DANGEROUS},
        {"torch", "loads", APL_GLOBAL_UNKNOWN},
        {"builtins", "eval.__call__", APL_GLOBAL_DANGEROUS},
        {"builtins", "str.__class__", APL_GLOBAL_DANGEROUS},
        {"good.part", "os.system", APL_GLOBAL_DANGEROUS},
    };
    apl_status status;
    apl_globals *globals = made(&status, content);
    apl_str why;

    (void)state;
    assert_int_equal(status, APL_OK);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        apl_global_kind kind =
            apl_globals_judge(&why, globals, apl_str_from(cases[i].module), apl_str_from(cases[i].name));
        if (kind != cases[i].kind)
            fail_msg("%s %s: %d", cases[i].module, cases[i].name, (int)kind);
        assert_int_equal(why.size > 0, kind == APL_GLOBAL_DANGEROUS);
    }
    apl_globals_free(globals);
}

static void refuses_bad_content(void **state)
{
    static const char *const bad[] = {
        "[]",
        "{\"summary\":\"x\",\"allowed\":{\"os\":[\"system\"]},\"dangerous\":{\"os\":{\"system\":\"runs\"}}}",
        "{\"summary\":\"x\",\"allowed\":{\"os\":\"system\"}}",
        "{\"summary\":\"x\",\"dangerous\":{\"os\":{\"system\":\"\"}}}",
        "{\"summary\":\"x\",\"alowed\":{}}",
    };
    apl_status status;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        apl_globals *globals = made(&status, bad[i]);
        if (status != APL_E_CONTENT)
            fail_msg("%s was taken", bad[i]);
        assert_null(globals);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(judges_exact_pairs),
        cmocka_unit_test(refuses_bad_content),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
