/* tests/unit/test_scrub.c: what is taken out of a trace, and what must stay in it.
 *
 * Secrets here are words with "planted" in them; whatever the text around, none may come through. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "net/scrub.h"

#define TEXT_BYTES_MAX 65536

static void texts(void **state)
{
    static const char *const cases[][2] = {
        {"https://a.blob.core.windows.net/c/b?sv=2023&sig=planted%2F1&se=2026", NULL},
        {"https://h/?api-version=2025-06-01&$skiptoken=abc", "https://h/?api-version=2025-06-01&$skiptoken=abc"},
        {"https://h/?x=1&code=planted", "https://h/?x=1&code=***"},
        {"redirect=https%3A%2F%2Fh%2F%3Fsig%3Dplanted%26a%3Db", "redirect=https%3A%2F%2Fh%2F%3Fsig%3D***%26a%3Db"},
        {"grant_type=client_credentials&client_secret=planted&scope=x",
         "grant_type=client_credentials&client_secret=***"
         "&scope=x"},
        {"DefaultEndpointsProtocol=https;AccountName=a;AccountKey=planted==;EndpointSuffix=x", NULL},
        {"Endpoint=sb://h/;SharedAccessKeyName=root;SharedAccessKey=planted=", NULL},
        {"Server=s;Password=planted;Encrypt=true", "Server=s;Password=***;Encrypt=true"},
        {"https://user:planted@host/path", "https://***@host/path"},
        {"Bearer planted-token-1", "Bearer ***"},
        {"bearer planted-token-1 and more", "bearer *** and more"},
        {"Basic cGxhbnRlZDpwbGFudGVk", "Basic ***"},
        {"Bearer authorization_uri=\"https://login.example/\"", "Bearer authorization_uri=\"https://login.example/\""},
        {"token eyJhbGciOiJub25lIn0.eyJzdWIiOiJwbGFudGVkIn0.planted", "token ***"},
        {"key sk-proj-planted0123456789abcdef", "key ***"},
        {"ghp_planted0123456789abcdef", "***"},
        {"task-based skills are eyJ", "task-based skills are eyJ"},
        {"-----BEGIN RSA PRIVATE KEY-----\nplanted\n-----END RSA PRIVATE KEY-----", "***-----END RSA PRIVATE KEY-----"},
        {"-----BEGIN CERTIFICATE-----\npublic\n-----END CERTIFICATE-----", NULL},
        {"100%", "100%"},
        {"%", "%"},
        {"%\nBearer planted-token-1", "%\nBearer ***"},
        {"%2Fclient_secret=planted", "%2Fclient_secret=***"},
        {"sig=", "sig=***"},
        {"", ""},
    };
    apl_text out;

    (void)state;
    apl_text_init(&out, TEXT_BYTES_MAX);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        out.size = 0;
        apl_scrub_text(&out, apl_str_from(cases[i][0]));
        assert_true(apl_str_find(apl_text_str(&out), APL_STR("planted")) < 0);
        if (cases[i][1])
            assert_true(apl_str_equal(apl_text_str(&out), apl_str_from(cases[i][1])));
    }
    apl_text_free(&out);
}

static void names(void **state)
{
    static const char *const secret[] = {
        "client_secret",     "Authorization",   "api-key",      "x-api-key",     "Ocp-Apim-Subscription-Key",
        "AccountKey",        "Set-Cookie",      "access_token", "primaryKey",    "connectionString",
        "X-IDENTITY-HEADER", "sasUri",          "key1",         "adminPassword", "client_assertion",
        "refresh_token",     "x-functions-key",
    };
    static const char *const open[] = {"nextLink",
                                       "$skipToken",
                                       "continuationToken",
                                       "id",
                                       "name",
                                       "disableLocalAuth",
                                       "keyVaultProperties",
                                       "keySource",
                                       "api-version",
                                       "content-type",
                                       "publicKey",
                                       "keyIdentifier",
                                       ""};

    (void)state;
    for (size_t i = 0; i < sizeof secret / sizeof secret[0]; i++)
        assert_true(apl_scrub_is_secret(apl_str_from(secret[i]), false));
    for (size_t i = 0; i < sizeof open / sizeof open[0]; i++)
        assert_false(apl_scrub_is_secret(apl_str_from(open[i]), false));
    assert_true(apl_scrub_is_secret(APL_STR("code"), true));
    assert_false(apl_scrub_is_secret(APL_STR("code"), false));
}

static void json(void **state)
{
    static const char *const cases[][2] = {
        {"{\"error\":{\"code\":\"Forbidden\",\"message\":\"no\"}}",
         "{\"error\":{\"code\":\"Forbidden\",\"message\":\"no\"}}"},
        {"{\"access_token\":\"planted\",\"expires_in\":3599}", "{\"access_token\":\"***\",\"expires_in\":3599}"},
        {"{\"keys\":[{\"keyName\":\"key1\",\"value\":\"planted\"}]}",
         "{\"keys\":[{\"keyName\":\"key1\",\"value\":\"***\"}]}"},
        {"{\"env\":[{\"name\":\"DB_PASSWORD\",\"value\":\"planted\"},{\"name\":\"MODE\",\"value\":\"prod\"}]}",
         "{\"env\":[{\"name\":\"DB_PASSWORD\",\"value\":\"***\"},{\"name\":\"MODE\",\"value\":\"prod\"}]}"},
        {"{\"credentials\":{\"a\":[\"planted\",{\"b\":\"planted\"}],\"n\":1}}",
         "{\"credentials\":{\"a\":[\"***\",{\"b\":\"***\"}],\"n\":1}}"},
        {"{\"url\":\"https://h/?sig=planted\"}", "{\"url\":\"https://h/?sig=***\"}"},
        {"[]", "[]"},
        {"[[],{},[1,null,true,\"x\"]]", "[[],{},[1,null,true,\"x\"]]"},
        {"\"plain\"", "\"plain\""},
        {"{\"disableLocalAuth\":true,\"secretCount\":3}", "{\"disableLocalAuth\":true,\"secretCount\":3}"},
    };
    apl_json_reader *reader = apl_json_reader_new();
    apl_text out;

    (void)state;
    apl_text_init(&out, TEXT_BYTES_MAX);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const apl_json *root = NULL;
        size_t used = 0;
        out.size = 0;
        assert_int_equal(apl_json_read(&root, &used, reader, apl_str_from(cases[i][0])), APL_OK);
        apl_scrub_json(&out, root);
        assert_true(apl_str_equal(apl_text_str(&out), apl_str_from(cases[i][1])));
    }
    apl_text_free(&out);
    apl_json_reader_free(reader);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(texts), cmocka_unit_test(names), cmocka_unit_test(json)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
