/* tests/unit/test_call_file.c: which calls content may describe, and what follows from what is not written.
 *
 * What would give a secret or change something must not compile, whatever its spelling. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "collect/call_file.h"
#include "json/json.h"

#define REST ",\"versions\":[\"2024-01-01\"],\"needs\":\"p\"}"

typedef struct call_case {
    const char *text;
    const char *says; /* part of the message; NULL: it compiles */
} call_case;

static apl_status read_call(apl_call *out, apl_arena *arena, const char *provider, const char *text)
{
    apl_value value;
    apl_call_place place = {arena, apl_str_from(provider), APL_STR("Microsoft.X/things"), "here"};

    assert_int_equal(apl_json_parse(&value, arena, apl_str_from(text)), APL_OK);
    return apl_call_read(out, &place, value);
}

static void takes_only_what_reads(void **state)
{
    static const call_case cases[] = {
        {"{\"list\":\"{parent}/things\"" REST, NULL},
        {"{\"get\":\"{parent}/things/default\"" REST, NULL},
        {"{\"list\":\"/p/resources\",\"body\":{\"query\":\"x\"}" REST, NULL},
        {"{\"list\":\"{parent}/keys\"" REST, NULL}, /* the names of keys */
        {"{\"list\":\"{parent}/listKeys\"" REST, "secrets"},
        {"{\"list\":\"{parent}/LISTkeys?x=1\"" REST, "secrets"},
        {"{\"list\":\"{parent}/listAdminKeys\"" REST, "secrets"},
        {"{\"list\":\"{parent}/listSecrets\"" REST, "secrets"},
        {"{\"get\":\"{parent}/listServiceSas/x\"" REST, "secrets"},
        {"{\"list\":\"{parent}/listClusterAdminCredential\"" REST, "secrets"},
        {"{\"list\":\"{parent}/regenerateKey\"" REST, "secrets"},
        {"{\"list\":\"{parent}/getAccessToken\"" REST, "secrets"},
        {"{\"list\":\"{parent}/start\",\"body\":{}" REST, "more than read"},
        {"{\"list\":\"{parent}/list\",\"body\":{}" REST, "more than read"},
        {"{\"list\":\"/a\",\"get\":\"/b\"" REST, "a list or a get"},
        {"{\"versions\":[\"2024-01-01\"],\"needs\":\"p\"}", "a list or a get"},
        {"{\"list\":\"things\"" REST, "starts with"},
        {"{\"list\":\"http://x/things\"" REST, "starts with"},
        {"{\"list\":\"https://x/things\"" REST, "which api"},
        {"{\"list\":\"/a\",\"api\":\"armm\"" REST, "no API"},
        {"{\"list\":\"/a\",\"versions\":[\"2024-01-01\"]}", "permission"},
        {"{\"list\":\"/a\",\"needs\":\"p\"}", "versions"},
        {"{\"list\":\"/a\",\"versions\":[20240101],\"needs\":\"p\"}", "quotes"},
        {"{\"list\":\"/a\",\"version\":\"1\"" REST, "versions"}, /* what was meant */
        {"{\"list\":\"/a\",\"where\":{\"a\":\"x\",\"b\":\"y\"}" REST, "one {path"},
        {"{\"list\":\"/a\",\"token\":[\"t\",\"t\"]" REST, "member of the body"},
        {"{\"list\":\"/a\",\"batched\":true" REST, "batched"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        apl_arena *arena = apl_arena_new();
        apl_call call;
        apl_status status = read_call(&call, arena, "azure", cases[i].text);
        if (cases[i].says && (status != APL_E_CONTENT || strstr(apl_error_message(), cases[i].says) == NULL))
            fail_msg("%s: %d %s", cases[i].text, (int)status, apl_error_message());
        if (cases[i].says == NULL && status != APL_OK)
            fail_msg("%s: %s", cases[i].text, apl_error_message());
        apl_arena_free(arena);
    }
}

static void knows_the_api_by_the_path(void **state)
{
    static const struct {
        const char *provider;
        const char *path;
        apl_azure_api api;
    } cases[] = {
        {"azure", "{parent}/things", APL_AZURE_ARM},
        {"azure", "https://{name}.search.windows.net/indexes", APL_AZURE_SEARCH},
        {"azure", "https://{account}.services.ai.azure.com/api/projects/{project}/agents", APL_AZURE_FOUNDRY},
        {"entra", "/groups", APL_AZURE_GRAPH},
        {"entra", "/identity/conditionalAccess/policies", APL_AZURE_GRAPH_ACCESS},
        {"entra", "/reports/servicePrincipalSignInActivities", APL_AZURE_GRAPH_REPORTS},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        apl_arena *arena = apl_arena_new();
        apl_call call;
        const char *text = apl_arena_format(arena, "{\"list\":\"%s\"" REST, cases[i].path).data;
        assert_int_equal(read_call(&call, arena, cases[i].provider, text), APL_OK);
        assert_int_equal(call.api, cases[i].api);
        apl_arena_free(arena);
    }
}

static void says_what_nobody_reads(void **state)
{
    static const char *const file = "{\"types\":{\"Microsoft.X/things\":{\"read\":{\"list\":\"{parent}/parts\","
                                    "\"of\":\"Microsoft.X/thing\"" REST "}}}";
    apl_arena *arena = apl_arena_new();
    apl_calls *calls = apl_calls_new(arena);
    apl_value value;

    (void)state;
    assert_int_equal(apl_json_parse(&value, arena, apl_str_from(file)), APL_OK);
    assert_int_equal(apl_calls_add(calls, value, APL_STR("azure"), "service.yaml"), APL_OK);
    assert_int_equal(apl_calls_finish(calls), APL_E_CONTENT);
    assert_non_null(strstr(apl_error_message(), "Microsoft.X/things"));
    apl_calls_free(calls);
    apl_arena_free(arena);
}

static void finds_what_lies_below(void **state)
{
    static const char *const file =
        "{\"types\":{\"Microsoft.X/things\":{\"read\":{\"list\":\"/subscriptions/{subscription}/providers/"
        "Microsoft.X/things\"" REST "},\"Microsoft.X/things/parts\":{\"read\":{\"list\":\"{parent}/parts\","
        "\"where\":{\"kind\":[\"A\"]}" REST "},\"Microsoft.X/things/stores/boxes\":{\"read\":{\"list\":"
        "\"{parent}/stores/default/boxes\"" REST "}}}";
    apl_arena *arena = apl_arena_new();
    apl_calls *calls = apl_calls_new(arena);
    apl_value value;

    (void)state;
    assert_int_equal(apl_json_parse(&value, arena, apl_str_from(file)), APL_OK);
    assert_int_equal(apl_calls_add(calls, value, APL_STR("azure"), "service.yaml"), APL_OK);
    assert_int_equal(apl_calls_finish(calls), APL_OK);
    assert_int_equal(apl_calls_count(calls), 2); /* the things themselves are in Resource Graph */
    const apl_below *below = apl_calls_below(calls, APL_STR("microsoft.x/THINGS"));
    assert_non_null(below);
    assert_int_equal(below->calls.count, 2);
    assert_true(apl_str_equal(below->kept[0], APL_STR("kind")));
    assert_true(
        apl_str_equal(apl_calls_type(calls, APL_STR("microsoft.x/things/PARTS")), APL_STR("Microsoft.X/things/parts")));
    assert_null(apl_calls_below(calls, APL_STR("Microsoft.X/things/parts")));
    apl_calls_free(calls);
    apl_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_only_what_reads),
        cmocka_unit_test(knows_the_api_by_the_path),
        cmocka_unit_test(says_what_nobody_reads),
        cmocka_unit_test(finds_what_lies_below),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
