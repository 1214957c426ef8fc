/* tests/unit/test_asset.c: one document becomes one asset: identity, kind, tags, body.
 *
 * By the types of the small cloud. What an asset needs of other documents is tested with link. */
#include "test_random.h"

#include <unistd.h>

#include "test_small_cloud.h"

typedef struct taken {
    const char *json;
    const char *id;
    const char *facts; /* name|full name|type|tenant|scope|location|source|kind */
} taken;

#define SUB1 "00000000-0000-0000-0000-000000000001"

static const taken taken_cases[] = {
    {"{`id`: `" SMALL_ACCOUNT "a`, `name`: `a`, `location`: `West Europe`, `tenantId`: `T`, `properties`: {}}",
     SMALL_ACCOUNT "a", "a||T.Ai/accounts|T|" SUB1 "|West Europe|azure|ai-service"},
    {"{`id`: `" SMALL_ACCOUNT "a`, `name`: `a`, `kind`: `Agent`, `properties`: {}}", SMALL_ACCOUNT "a",
     "a||T.Ai/accounts||" SUB1 "||azure|ai-agent"},
    {"{`id`: `" SMALL_ACCOUNT "a/parts/p`, `properties`: {}}", SMALL_ACCOUNT "a/parts/p",
     "p|a/p|T.Ai/accounts/parts||" SUB1 "||azure|ai-agent"},
    {"{`source`: `azure`, `tenant`: `E`, `scope`: `S`, `type`: `T.Data/stores`, `id`: `own`, `body`: {`name`: `n`}}",
     "own", "n||T.Data/stores|E|S||azure|storage-account"},
    {"{`thing`: {`arn`: `arn:aws:small:eu-1:123:thing/x`, `size`: 1, `name`: `N`}}", "arn:aws:small:eu-1:123:thing/x",
     "N||AWS::Small::Thing||123|eu-1|aws|ai-service"},
    {"{`thing`: {`arn`: `x`, `size`: 1}}", "x", "x||AWS::Small::Thing||-|-|aws|ai-service"},
    {"{`userPrincipalName`: `u`, `id`: `7`, `displayName`: `U`}", "entra://-/users/7",
     "U||microsoft.graph.user||-||azure|managed-identity"},
};

static void gives_assets_their_identity(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof taken_cases / sizeof *taken_cases; i++) {
        small_cloud cloud;
        small_cloud_open(&cloud, 1, false);
        small_cloud_read(&cloud, 0, taken_cases[i].json);
        small_cloud_link(&cloud, 1);
        const apl_asset *asset = small_asset(&cloud, taken_cases[i].id);
        if (asset == NULL)
            fail_msg("%s: no asset %s", taken_cases[i].json, taken_cases[i].id);
        apl_str facts =
            apl_arena_format(cloud.arena, "%.*s|%.*s|%.*s|%.*s|%.*s|%.*s|%.*s|%.*s", APL_STR_ARG(asset->name),
                             APL_STR_ARG(asset->full_name), APL_STR_ARG(asset->type), APL_STR_ARG(asset->tenant),
                             APL_STR_ARG(asset->scope), APL_STR_ARG(asset->location), APL_STR_ARG(asset->source),
                             APL_STR_ARG(cloud.vocabulary.kinds.items[asset->kind].name));
        if (strcmp(facts.data, taken_cases[i].facts) != 0)
            fail_msg("%s: %s", taken_cases[i].json, facts.data);
        assert_true(asset->is_read);
        small_cloud_close(&cloud);
    }
}

typedef struct tagged {
    const char *tags;
    const char *expected;
} tagged;

static const tagged tagged_cases[] = {
    {"{`a`: `b`}", "{\"a\":\"b\"}"},
    {"[{`Key`: `a`, `Value`: `b`}, {`key`: `c`, `value`: `d`}, {`x`: 1}, 7]", "{\"a\":\"b\",\"c\":\"d\"}"},
    {"[]", "missing"},
    {"[{`x`: 1}]", "missing"},
    {"null", "missing"},
    {"`text`", "missing"},
};

static void takes_tags_in_either_form(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof tagged_cases / sizeof *tagged_cases; i++) {
        small_cloud cloud;
        small_cloud_open(&cloud, 1, false);
        apl_str json =
            apl_arena_format(cloud.arena, "{`thing`: {`arn`: `x`, `size`: 1, `tags`: %s}}", tagged_cases[i].tags);
        small_cloud_read(&cloud, 0, json.data);
        small_cloud_link(&cloud, 1);
        apl_value tags = small_asset(&cloud, "x")->tags;
        assert_string_equal(tags.type == APL_VALUE_MISSING ? "missing" : random_json(cloud.arena, tags, 0).data,
                            tagged_cases[i].expected);
        small_cloud_close(&cloud);
    }
}

static void says_what_was_not_read(void **state)
{
    small_cloud cloud;
    (void)state;

    small_cloud_open(&cloud, 1, false);
    small_cloud_read(&cloud, 0,
                     "[{`id`: `" SMALL_ACCOUNT "a`}, {`id`: `" SMALL_ACCOUNT "b`, `properties`: {}}]"
                     "{`thingSummaries`: [{`arn`: `x`}]}");
    small_cloud_link(&cloud, 1);
    assert_int_equal(small_asset(&cloud, SMALL_ACCOUNT "a")->unread_groups, 2);
    assert_int_equal(small_asset(&cloud, SMALL_ACCOUNT "b")->unread_groups, 0);
    assert_int_equal(small_asset(&cloud, "x")->unread_groups, 1);
    small_cloud_close(&cloud);
}

/* Bodies go through a buffer to the spool; each must come back whole, also those that were read by other threads. */
static void bodies_come_back_from_the_spool(void **state)
{
    apl_spool spool = {.descriptor = -1};
    apl_normalizer *normalizers[2];
    small_cloud cloud;
    FILE *file = tmpfile();
    (void)state;

    assert_non_null(file);
    spool.descriptor = dup(fileno(file));
    assert_int_equal(fclose(file), 0);
    small_cloud_open(&cloud, 0, false);
    apl_normalizer_options options = {.services = cloud.services, .spool = &spool};
    for (unsigned n = 0; n < 2; n++)
        normalizers[n] = apl_normalizer_new(&options);
    char *pad = apl_arena_alloc(cloud.arena, 3001);
    memset(pad, 'x', 3000);
    for (unsigned i = 0; i < 1500; i++) {
        apl_str json = apl_arena_format(cloud.arena, "{\"id\":\"" SMALL_STORE "%u\",\"properties\":{\"p\":\"%.*s\"}}",
                                        i, (int)(i * 2), pad);
        const apl_json *value = NULL;
        apl_place place = {0, APL_STR("x"), 0};
        size_t used = 0;
        assert_int_equal(apl_json_read(&value, &used, cloud.json, json), APL_OK);
        assert_int_equal(apl_normalizer_value(normalizers[i % 2], value, &place), APL_OK);
    }
    for (unsigned n = 0; n < 2; n++)
        assert_int_equal(apl_normalizer_flush(normalizers[n]), APL_OK);
    cloud.estate.spool = spool.descriptor;
    apl_link_assets(&cloud.estate, normalizers, 2, 1);
    for (unsigned i = 0; i < 1500; i++) {
        const apl_asset *asset = small_asset(&cloud, apl_arena_format(cloud.arena, SMALL_STORE "%u", i).data);
        apl_text body;
        apl_text_init(&body, SIZE_MAX);
        assert_int_equal(apl_estate_body(&body, &cloud.estate, asset), APL_OK);
        apl_str expected = apl_arena_format(
            cloud.arena, "{\"id\":\"" SMALL_STORE "%u\",\"properties\":{\"p\":\"%.*s\"}}", i, (int)(i * 2), pad);
        assert_int_equal(body.size, expected.size);
        assert_memory_equal(body.data, expected.data, expected.size);
        apl_digest digest = apl_digest_of(expected);
        assert_memory_equal(&digest, &asset->digest, sizeof digest);
        apl_text_free(&body);
    }
    for (unsigned n = 0; n < 2; n++)
        apl_normalizer_free(normalizers[n]);
    small_cloud_close(&cloud);
}

static void a_spool_that_is_full_is_a_failure(void **state)
{
    apl_spool spool = {.descriptor = -1};
    small_cloud cloud;
    const apl_json *value = NULL;
    apl_place place = {0, APL_STR("x"), 0};
    size_t used = 0;
    (void)state;

    small_cloud_open(&cloud, 0, false);
    apl_normalizer_options options = {.services = cloud.services, .spool = &spool};
    apl_normalizer *normalizer = apl_normalizer_new(&options);
    assert_int_equal(
        apl_json_read(&value, &used, cloud.json, APL_STR("{\"id\":\"" SMALL_STORE "s\",\"properties\":{}}")), APL_OK);
    assert_int_equal(apl_normalizer_value(normalizer, value, &place), APL_OK);
    assert_int_equal(apl_normalizer_flush(normalizer), APL_E_IO);
    apl_normalizer_free(normalizer);
    small_cloud_close(&cloud);
}

static void broken_places_are_rows(void **state)
{
    small_cloud cloud;
    apl_place place = {3, APL_STR("a\nb.json"), 77};
    (void)state;

    small_cloud_open(&cloud, 1, false);
    apl_normalizer_broken(cloud.normalizers[0], &place, "why", true);
    apl_normalizer_broken(cloud.normalizers[0], &place, "why", true);
    apl_normalizer_broken(cloud.normalizers[0], &place, "not counted", false);
    apl_normalizer_unsupported(cloud.normalizers[0], "PNG image");
    small_cloud_link(&cloud, 1);
    assert_int_equal(cloud.estate.documents, 3);
    assert_string_equal(small_cloud_text(&cloud, cloud.arena).data,
                        "file|-|PNG image|unsupported|1|no document|\n"
                        "file|a\nb.json|unreadable text|unread|0|not counted|\n"
                        "file|a\nb.json|unreadable text|unread|2|why|\n");
    small_cloud_close(&cloud);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_assets_their_identity),
        cmocka_unit_test(takes_tags_in_either_form),
        cmocka_unit_test(says_what_was_not_read),
        cmocka_unit_test(bodies_come_back_from_the_spool),
        cmocka_unit_test(a_spool_that_is_full_is_a_failure),
        cmocka_unit_test(broken_places_are_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
