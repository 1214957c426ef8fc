/* tests/unit/test_query_explain.c: an id finds its one thing, and nothing that is not unique is guessed.
 *
 * Assets, findings by their start, checks, rules and kinds; and why an asset counts as AI. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "query/explain.h"
#include "unit/test_report_sample.h"

static apl_status explain(apl_explained *out, sample *it, const char *id)
{
    apl_explain_options options = {.snapshot = &it->snapshot, .arena = it->arena};

    return apl_explain(out, &options, apl_str_from(id));
}

static void finds_assets(void **state)
{
    static const char *const ids[] = {SAMPLE_CHAT, "CONTOSO-CHAT"};
    apl_explained found;
    sample it;

    (void)state;
    sample_make(&it);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(explain(&found, &it, ids[i]), APL_OK);
        assert_int_equal(found.as, APL_EXPLAINED_ASSET);
        assert_int_equal(found.asset, 0);
        assert_int_equal(found.findings.count, 2);
        apl_explained_free(&found);
    }
    sample_free(&it);
}

static void finds_findings_by_their_start(void **state)
{
    apl_explained found;
    sample it;
    char start[9] = "";

    (void)state;
    sample_make(&it);
    memcpy(start, it.estate.findings.items[1].id, 8);
    assert_int_equal(explain(&found, &it, start), APL_OK);
    assert_int_equal(found.as, APL_EXPLAINED_FINDING);
    assert_ptr_equal(found.finding, &it.estate.findings.items[1]);
    assert_int_equal(found.rule_count, 1);
    apl_explained_free(&found);
    memcpy(it.estate.findings.items[2].id, start, 8);
    assert_int_equal(explain(&found, &it, start), APL_E_USAGE);
    assert_non_null(strstr(apl_error_message(), "2 findings"));
    apl_explained_free(&found);
    sample_free(&it);
}

static void finds_checks_rules_and_kinds(void **state)
{
    apl_explained found;
    sample it;

    (void)state;
    sample_make(&it);
    assert_int_equal(explain(&found, &it, "ai-local-auth-disabled"), APL_OK);
    assert_int_equal(found.as, APL_EXPLAINED_CHECK);
    assert_int_equal(found.findings.count, 3);
    apl_explained_free(&found);
    assert_int_equal(explain(&found, &it, "azure/ai-services/ai-owner-tag"), APL_OK);
    assert_int_equal(found.findings.count, 2);
    apl_explained_free(&found);
    assert_int_equal(explain(&found, &it, "storage-account"), APL_OK);
    assert_int_equal(found.as, APL_EXPLAINED_KIND);
    assert_int_equal(found.assets.count, 2);
    apl_explained_free(&found);
    sample_free(&it);
}

static void names_the_nearest(void **state)
{
    apl_explained found;
    sample it;

    (void)state;
    sample_make(&it);
    assert_int_equal(explain(&found, &it, "ai-local-auth-disable"), APL_E_USAGE);
    assert_non_null(strstr(apl_error_message(), "ai-local-auth-disabled"));
    apl_explained_free(&found);
    for (size_t i = 2; i < 4; i++) {
        it.estate.assets.items[i].name = APL_STR("twin");
        it.estate.assets.items[i].is_read = it.estate.assets.items[i].is_ai = true;
    }
    assert_int_equal(explain(&found, &it, "twin"), APL_E_USAGE);
    assert_non_null(strstr(apl_error_message(), "2 assets"));
    apl_explained_free(&found);
    it.estate.assets.items[2].is_read = false; /* what was read comes before what was only named */
    assert_int_equal(explain(&found, &it, "twin"), APL_OK);
    assert_int_equal(found.asset, 3);
    apl_explained_free(&found);
    sample_free(&it);
}

static void says_why_an_asset_is_ai(void **state)
{
    apl_relation_list list;
    sample it;

    (void)state;
    sample_make(&it);
    apl_explain_used_for(&list, &it.estate, 2);
    assert_int_equal(list.numbers.count, 1);
    assert_int_equal(list.numbers.items[0], 1);
    apl_memory_free(list.numbers.items);
    apl_explain_used_for(&list, &it.estate, 1); /* `contains` makes nothing AI */
    assert_int_equal(list.numbers.count, 0);
    assert_int_equal(apl_explain_relation_count(&it.estate, 0, false), 3);
    assert_int_equal(apl_explain_relation_count(&it.estate, 0, true), 0);
    sample_free(&it);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_assets),
        cmocka_unit_test(finds_findings_by_their_start),
        cmocka_unit_test(finds_checks_rules_and_kinds),
        cmocka_unit_test(names_the_nearest),
        cmocka_unit_test(says_why_an_asset_is_ai),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
