/* tests/unit/test_facts.c: what follows from relations and tags.
 *
 * Parents, tenants, what AI uses, levels that people wrote into tags, and which rows of coverage are only partial. */
#include "test_random.h"

#include "test_small_cloud.h"

static void ai_reaches_one_hop(void **state)
{
    small_cloud cloud;
    (void)state;

    small_cloud_open(&cloud, 1, false);
    small_cloud_read(&cloud, 0,
                     "[{`id`: `" SMALL_ACCOUNT "a`, `properties`: {`store`: `" SMALL_STORE
                     "s`, `stores`: [{`id`: `" SMALL_STORE "g`}], `user`: `u`, `on`: `" SMALL_STORE
                     "r`}}, {`id`: `" SMALL_STORE "s`, `properties`: {}},"
                     "{`id`: `" SMALL_STORE "alone`, `properties`: {}}]");
    small_cloud_link(&cloud, 1);
    assert_true(small_asset(&cloud, SMALL_ACCOUNT "a")->is_ai);
    assert_int_equal(small_asset(&cloud, SMALL_ACCOUNT "a")->used_for, 0);
    assert_int_equal(small_asset(&cloud, SMALL_STORE "s")->used_for, APL_USED_FOR_AI);
    assert_int_equal(small_asset(&cloud, SMALL_STORE "g")->used_for, APL_USED_FOR_AI | APL_USED_FOR_GROUNDING);
    assert_true(small_asset(&cloud, SMALL_STORE "g")->is_ai);
    assert_false(small_asset(&cloud, SMALL_STORE "alone")->is_ai);
    assert_false(small_asset(&cloud, SMALL_STORE "r")->is_ai); /* a role makes nothing AI */
    assert_false(small_asset(&cloud, SMALL_GROUP)->is_ai);     /* nor does containing it */
    small_cloud_close(&cloud);
}

static void relations_may_tell_the_kind(void **state)
{
    small_cloud cloud;
    (void)state;

    small_cloud_open(&cloud, 1, false);
    small_cloud_read(&cloud, 0,
                     "[{`id`: `" SMALL_ACCOUNT "a`, `properties`: {`on`: `" SMALL_STORE "s`}},"
                     "{`id`: `" SMALL_STORE "s`, `properties`: {}}]");
    small_cloud_link(&cloud, 1);
    assert_int_equal(small_asset(&cloud, SMALL_STORE "s")->kind,
                     apl_vocabulary_kind(&cloud.vocabulary, APL_STR("storage-account")));
    small_cloud_close(&cloud);
    small_cloud_open(&cloud, 1, false);
    small_cloud_read(&cloud, 0,
                     "[{`id`: `" SMALL_ACCOUNT "a`, `properties`: {`reaches`: `" SMALL_STORE "s`}},"
                     "{`id`: `" SMALL_STORE "s`, `properties`: {}}]");
    small_cloud_link(&cloud, 1);
    assert_int_equal(small_asset(&cloud, SMALL_STORE "s")->kind,
                     apl_vocabulary_kind(&cloud.vocabulary, APL_STR("external")));
    small_cloud_close(&cloud);
}

static void parents_and_tenants_are_found(void **state)
{
    small_cloud cloud;
    (void)state;

    small_cloud_open(&cloud, 1, false);
    small_cloud_read(&cloud, 0,
                     "[{`id`: `" SMALL_SUBSCRIPTION "`, `tenantId`: `T`, `properties`: {}},"
                     "{`id`: `" SMALL_ACCOUNT "a/parts/p`, `properties`: {}},"
                     "{`id`: `" SMALL_ACCOUNT "b`, `tenantId`: `own`, `properties`: {}}]");
    small_cloud_link(&cloud, 1);
    const apl_asset *part = small_asset(&cloud, SMALL_ACCOUNT "a/parts/p");
    const apl_asset *account = &cloud.estate.assets.items[part->parent];
    assert_string_equal(test_text(cloud.arena, account->id), SMALL_ACCOUNT "a");
    assert_string_equal(test_text(cloud.arena, cloud.estate.assets.items[account->parent].id), SMALL_GROUP);
    assert_string_equal(test_text(cloud.arena, part->tenant), "T");
    assert_string_equal(test_text(cloud.arena, small_asset(&cloud, SMALL_ACCOUNT "b")->tenant), "own");
    assert_int_equal(small_asset(&cloud, SMALL_SUBSCRIPTION)->parent, APL_ASSET_NONE);
    small_cloud_close(&cloud);
}

typedef struct levelled {
    const char *tags;
    apl_level criticality;
    apl_level sensitivity;
} levelled;

static const levelled levelled_cases[] = {
    {"{}", APL_LEVEL_MEDIUM, APL_LEVEL_UNKNOWN},
    {"{`Criticality`: `MISSION-CRITICAL`}", APL_LEVEL_CRITICAL, APL_LEVEL_UNKNOWN},
    {"{`businessCriticality`: `low`}", APL_LEVEL_LOW, APL_LEVEL_UNKNOWN},
    {"{`criticality`: `whatever`}", APL_LEVEL_MEDIUM, APL_LEVEL_UNKNOWN},
    {"{`dataClassification`: `Highly Confidential`}", APL_LEVEL_MEDIUM, APL_LEVEL_HIGH},
    {"{`classification`: `public`, `sensitivity`: `internal`}", APL_LEVEL_MEDIUM, APL_LEVEL_MEDIUM},
    {"{`sensitivity`: 7}", APL_LEVEL_MEDIUM, APL_LEVEL_UNKNOWN},
};

static void levels_come_from_tags(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof levelled_cases / sizeof *levelled_cases; i++) {
        small_cloud cloud;
        small_cloud_open(&cloud, 1, false);
        small_cloud_read(&cloud, 0,
                         apl_arena_format(cloud.arena, "{`id`: `" SMALL_STORE "s`, `tags`: %s, `properties`: {}}",
                                          levelled_cases[i].tags)
                             .data);
        small_cloud_link(&cloud, 1);
        const apl_asset *asset = small_asset(&cloud, SMALL_STORE "s");
        if (asset->criticality != levelled_cases[i].criticality || asset->sensitivity != levelled_cases[i].sensitivity)
            fail_msg("%s: %u, %u", levelled_cases[i].tags, asset->criticality, asset->sensitivity);
        small_cloud_close(&cloud);
    }
}

static void who_is_not_in_the_directory_is_absent(void **state)
{
    static const char *const directories[] = {"", "{`id`: `ann`, `userPrincipalName`: `a`}",
                                              "{`id`: `ben`, `userPrincipalName`: `b`}",
                                              "{`id`: `ben`, `userPrincipalName`: `b`} {`source`: `azure`, `scope`: "
                                              "`s`, `unread`: `microsoft.graph.user`, `why`: `403`, `needs`: `n`}"};
    static const bool is_absent[] = {false, false, true, false};

    (void)state;
    for (size_t i = 0; i < sizeof is_absent / sizeof *is_absent; i++) {
        small_cloud cloud;
        small_cloud_open(&cloud, 1, false);
        small_cloud_read(&cloud, 0, "{`id`: `" SMALL_ACCOUNT "a`, `properties`: {`friend`: `ann`}}");
        small_cloud_read(&cloud, 0, directories[i]);
        small_cloud_link(&cloud, 1);
        assert_int_equal(small_asset(&cloud, "entra://-/users/ann")->is_absent, is_absent[i]);
        small_cloud_close(&cloud);
    }
}

static void parts_that_were_not_read_are_covered(void **state)
{
    small_cloud cloud;
    (void)state;

    small_cloud_open(&cloud, 1, false);
    small_cloud_read(&cloud, 0,
                     "[{`id`: `" SMALL_STORE "a`, `properties`: {}}, {`id`: `" SMALL_STORE "b`}]"
                     "[{`id`: `" SMALL_ACCOUNT "a`, `properties`: {}}]"
                     "{`thingSummaries`: [{`arn`: `x`}]}"
                     "{`source`: `azure`, `scope`: `s`, `unread`: `T.Ai/accounts`, `why`: `403`, `needs`: `n`}");
    small_cloud_link(&cloud, 1);
    assert_string_equal(
        strstr(small_cloud_text(&cloud, cloud.arena).data, "aws|-|"),
        "aws|-|AWS::Small::Thing|partial|1|only summaries were read, without the details|\n"
        "azure|00000000-0000-0000-0000-000000000001|T.Ai/accounts|read|1||\n"
        "azure|00000000-0000-0000-0000-000000000001|T.Data/stores|partial|2|documents without the part that holds the "
        "settings|T.Data/stores/read\n"
        "azure|s|T.Ai/accounts|unread|0|403|n\n");
    small_cloud_close(&cloud);
}

static void what_was_asked_for_by_name_is_no_gap(void **state)
{
    small_cloud cloud;
    (void)state;

    small_cloud_open(&cloud, 1, true);
    small_cloud_read(&cloud, 0,
                     "{`source`: `azure`, `type`: `T.Ai/accounts`, `id`: `" SMALL_ACCOUNT
                     "a`, `asked`: `name,properties`, `body`: {`id`: `" SMALL_ACCOUNT "a`}}"
                     "{`source`: `azure`, `type`: `T.Data/stores`, `id`: `" SMALL_STORE
                     "s`, `asked`: `name`, `body`: {`id`: `" SMALL_STORE "s`}}");
    small_cloud_link(&cloud, 1);
    for (size_t i = 0; i < cloud.estate.coverage.count; i++) {
        const apl_coverage *row = &cloud.estate.coverage.items[i];
        bool is_account = apl_str_equal(row->type, APL_STR("T.Ai/accounts"));
        assert_int_equal(row->state, is_account ? APL_COVERAGE_READ : APL_COVERAGE_PARTIAL);
    }
    assert_int_equal(cloud.estate.coverage.count, 2);
    assert_true(small_asset(&cloud, SMALL_ACCOUNT "a")->unread_groups); /* what it holds is still not known */
    small_cloud_close(&cloud);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ai_reaches_one_hop),
        cmocka_unit_test(relations_may_tell_the_kind),
        cmocka_unit_test(parents_and_tenants_are_found),
        cmocka_unit_test(levels_come_from_tags),
        cmocka_unit_test(who_is_not_in_the_directory_is_absent),
        cmocka_unit_test(parts_that_were_not_read_are_covered),
        cmocka_unit_test(what_was_asked_for_by_name_is_no_gap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
