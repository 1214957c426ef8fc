/* tests/unit/test_hide.c: secrets are not kept.
 *
 * What is hidden and what stays, by a table; then the ways that a path can go. */
#include "test_random.h"

#include "normalize/document.h"
#include "json/json.h"

/* The document as it is kept when the texts at the path are hidden. */
static const char *kept(apl_arena *arena, const char *json, const char *path_text)
{
    apl_json_reader *reader = apl_json_reader_new();
    const apl_json *body = NULL;
    apl_step steps[APL_STEPS_MAX];
    apl_hidden_path path = {.steps = steps};
    apl_text text;
    size_t used = 0;

    assert_true(apl_path_parse(steps, &path.step_count, arena, apl_str_from(path_text)));
    apl_str document = random_json(arena, test_value(arena, json), 0);
    assert_int_equal(apl_json_read(&body, &used, reader, document), APL_OK);
    apl_document_hide(arena, &path, body);
    apl_text_init(&text, SIZE_MAX);
    assert_true(apl_json_write(&text, body));
    const char *made = test_text(arena, apl_text_str(&text));
    apl_text_free(&text);
    apl_json_reader_free(reader);
    return made;
}

static void secrets_are_hidden_and_the_rest_stays(void **state)
{
    static const char *const stay[] = {"https://a.example/b",    "42",          "1.2", "true",
                                       "@Microsoft.KeyVault(x)", "@{body('x')}"};
    static const char *const hidden[] = {"swordfish", "https://a.example/?sig=swordfish",
                                         "https://u:swordfish@a.example",
                                         "AccountEndpoint=https://a.example/;AccountKey=swordfish"};
    apl_arena *arena = apl_arena_new();
    (void)state;

    for (size_t i = 0; i < sizeof stay / sizeof *stay; i++) {
        const char *json = apl_arena_format(arena, "{`a`: `%s`}", stay[i]).data;
        assert_non_null(strstr(kept(arena, json, "a"), stay[i]));
    }
    for (size_t i = 0; i < sizeof hidden / sizeof *hidden; i++) {
        const char *made = kept(arena, apl_arena_format(arena, "{`a`: `%s`}", hidden[i]).data, "a");
        assert_null(strstr(made, "swordfish"));
        assert_non_null(strstr(made, "hidden "));
    }
    assert_non_null(strstr(kept(arena, "{`a`: `a-long-secret-text-1234`}", "a"), "...1234"));
    apl_arena_free(arena);
}

static void paths_lead_to_all_of_them(void **state)
{
    apl_arena *arena = apl_arena_new();
    (void)state;

    assert_null(strstr(kept(arena, "{`p`: {`A`: `swordfish`, `B`: {`value`: `x`}}}", "p.@values"), "swordfish"));
    assert_null(strstr(kept(arena, "{`p`: {`A`: {`value`: `swordfish`}}}", "p.@values.value"), "swordfish"));
    assert_null(
        strstr(kept(arena, "{`c`: [{`env`: [{`Value`: `swordfish`}, {}]}, 7]}", "c[*].env[*].value"), "swordfish"));
    assert_non_null(strstr(kept(arena, "{`p`: {`A`: {`other`: `swordfish`}}}", "p.@values.value"), "swordfish"));
    assert_non_null(strstr(kept(arena, "{`p`: [`swordfish`]}", "p.@values"), "swordfish"));
    assert_non_null(strstr(kept(arena, "{`p`: {`a`: [`swordfish`]}}", "p.a"), "swordfish"));
    apl_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(secrets_are_hidden_and_the_rest_stays),
        cmocka_unit_test(paths_lead_to_all_of_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
