/* tests/unit/test_parent.c: the address of a call, from the id and the body of what lies above it.
 *
 * Bodies are foreign: nothing in them may lead to another host or another path than the call has. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "collect/parent.h"

#define ACCOUNT "/subscriptions/s1/resourceGroups/rg/providers/Microsoft.X/accounts/acc"

typedef struct path_case {
    const char *path;
    const char *id;
    const char *fact;  /* of properties.endpoint */
    const char *gives; /* NULL: nothing to ask */
} path_case;

static void fills_what_is_known(void **state)
{
    static const path_case cases[] = {
        {"{parent}/deployments", ACCOUNT, "", ACCOUNT "/deployments"},
        {"/x/{name}/y", ACCOUNT, "", "/x/acc/y"},
        {"https://{account}.services.ai.azure.com/api", ACCOUNT, "", "https://acc.services.ai.azure.com/api"},
        {"https://{project}.services.ai.azure.com/api", ACCOUNT, "", NULL},
        {"https://{project|account}.x/", ACCOUNT, "", "https://acc.x/"},
        {"https://{properties.endpoint:host}/a", ACCOUNT, "https://h.x.com/", "https://h.x.com/a"},
        {"https://{properties.endpoint:host}/a", ACCOUNT, "", NULL},
        {"https://{properties.endpoint}.x.com/a", ACCOUNT, "evil.com/", NULL},
        {"https://{properties.endpoint}.x.com/a", ACCOUNT, "user@evil.com", NULL},
        {"https://{properties.endpoint}.x.com/a", ACCOUNT, "a:8443", NULL},
        {"/x/{properties.endpoint}", ACCOUNT, "a/b?c=d&e#f %", "/x/a%2Fb%3Fc%3Dd%26e%23f%20%25"},
        {"/x/{properties.endpoint}", ACCOUNT, "..", NULL},
        {"/x/{properties.endpoint}", ACCOUNT, "a/../b", NULL},
        {"{parent}/a", "/subscriptions/s1/../s2", "", NULL},
        {"{parent}/a", "no-path", "", NULL},
        {"{parent}/a", "/a b?c", "", "/a%20b%3Fc/a"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        apl_below below = {.kept = {APL_STR("properties.endpoint")}, .kept_count = 1};
        apl_str fact = apl_str_from(cases[i].fact);
        apl_parent parent = {.below = &below, .id = apl_str_from(cases[i].id), .facts = &fact};
        apl_call call = {.path = apl_str_from(cases[i].path)};
        apl_text text;
        apl_text_init(&text, SIZE_MAX);
        bool is_filled = apl_parent_path(&text, &call, &parent);
        if (is_filled != (cases[i].gives != NULL) ||
            (is_filled && !apl_str_equal(apl_text_str(&text), apl_str_from(cases[i].gives))))
            fail_msg("%s of %s and \"%s\": %.*s", cases[i].path, cases[i].id, cases[i].fact,
                     APL_STR_ARG(apl_text_str(&text)));
        apl_text_free(&text);
    }
}

static void asks_only_those_that_are_meant(void **state)
{
    static const apl_str kinds[] = {{"OpenAI", 6}, {"AIServices", 10}};
    apl_below below = {.kept = {APL_STR("kind")}, .kept_count = 1};
    apl_call call = {.where_path = APL_STR("kind"), .where_values = {kinds, 2}};
    apl_str fact = APL_STR("aiservices");
    apl_parent parent = {.below = &below, .facts = &fact};

    (void)state;
    assert_true(apl_parent_is_meant(&parent, &call));
    fact = APL_STR("SpeechServices");
    assert_false(apl_parent_is_meant(&parent, &call));
    fact = APL_STR_NONE;
    assert_false(apl_parent_is_meant(&parent, &call));
    call.where_values.count = 0;
    assert_true(apl_parent_is_meant(&parent, &call));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fills_what_is_known),
        cmocka_unit_test(asks_only_those_that_are_meant),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
