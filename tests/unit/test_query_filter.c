/* tests/unit/test_query_filter.c: words become filters, filters choose assets and findings.
 *
 * A word that names nothing is refused with the nearest valid one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "query/filter.h"
#include "unit/test_report_sample.h"

static apl_words words(apl_arena *arena, const char *list)
{
    return apl_words_split(arena, &list, 1);
}

static void reads_bits(void **state)
{
    apl_arena *arena = apl_arena_new();
    unsigned bits = 0;

    (void)state;
    assert_int_equal(apl_filter_statuses(&bits, words(arena, "fail, Manual")), APL_OK);
    assert_int_equal(bits, 1u << APL_STATUS_FAIL | 1u << APL_STATUS_MANUAL);
    assert_int_equal(apl_filter_statuses(&bits, words(arena, "all")), APL_OK);
    assert_int_equal(bits, (1u << APL_STATUS_COUNT) - 1);
    assert_int_equal(apl_filter_severities(&bits, words(arena, "high+,info")), APL_OK);
    assert_int_equal(bits, 1u << APL_SEVERITY_HIGH | 1u << APL_SEVERITY_CRITICAL | 1u << APL_SEVERITY_INFO);
    assert_int_equal(apl_filter_clouds(&bits, words(arena, "gcp")), APL_OK);
    assert_int_equal(bits, 1u << 2);
    apl_arena_free(arena);
}

static void refuses_with_the_nearest(void **state)
{
    apl_arena *arena = apl_arena_new();
    unsigned bits = 0;

    (void)state;
    assert_int_equal(apl_filter_statuses(&bits, words(arena, "fial")), APL_E_USAGE);
    assert_non_null(strstr(apl_error_message(), "\"fail\""));
    assert_int_equal(apl_filter_severities(&bits, words(arena, "hihg")), APL_E_USAGE);
    assert_non_null(strstr(apl_error_message(), "\"high\""));
    assert_int_equal(apl_filter_exposures(&bits, words(arena, "zzz")), APL_E_USAGE);
    apl_arena_free(arena);
}

static void refuses_names_that_do_not_exist(void **state)
{
    sample it;

    (void)state;
    sample_make(&it);
    apl_filter filter = {.checks = words(it.arena, "ai-local-auth-disable")};
    assert_int_equal(apl_filter_check_names(&filter, NULL, &it.snapshot), APL_E_USAGE);
    assert_non_null(strstr(apl_error_message(), "ai-local-auth-disabled"));
    filter.checks = words(it.arena, "ai-*,azure/ai-services/ai-owner-tag");
    assert_int_equal(apl_filter_check_names(&filter, NULL, &it.snapshot), APL_OK);
    filter.kinds = words(it.arena, "ai-servise");
    assert_int_equal(apl_filter_check_names(&filter, NULL, &it.snapshot), APL_E_USAGE);
    assert_non_null(strstr(apl_error_message(), "ai-service"));
    sample_free(&it);
}

static size_t count(const sample *it, const apl_filter *filter, bool of_findings)
{
    apl_selection selection;

    apl_selection_make(&selection, &it->snapshot, filter);
    size_t found = of_findings ? selection.findings.count : selection.assets.count;
    apl_selection_free(&selection);
    return found;
}

static void chooses_assets(void **state)
{
    sample it;

    (void)state;
    sample_make(&it);
    assert_int_equal(count(&it, &(apl_filter){0}, false), 4);
    assert_int_equal(count(&it, &(apl_filter){.only_ai = true}, false), 3);
    assert_int_equal(count(&it, &(apl_filter){.kinds = words(it.arena, "ai-service")}, false), 1);
    assert_int_equal(count(&it, &(apl_filter){.kinds = words(it.arena, "ai-*")}, false), 2);
    assert_int_equal(count(&it, &(apl_filter){.tags = words(it.arena, "env")}, false), 1);
    assert_int_equal(count(&it, &(apl_filter){.tags = words(it.arena, "ENV=prod")}, false), 1);
    assert_int_equal(count(&it, &(apl_filter){.tags = words(it.arena, "env=dev,cost=7")}, false), 1);
    assert_int_equal(count(&it, &(apl_filter){.tags = words(it.arena, "env=dev")}, false), 0);
    assert_int_equal(count(&it, &(apl_filter){.exposures = 1u << APL_EXPOSURE_PRIVATE}, false), 1);
    assert_int_equal(count(&it, &(apl_filter){.text = APL_STR("PROD")}, false), 1);
    assert_int_equal(count(&it, &(apl_filter){.assets = words(it.arena, "CONTOSO-chat,store")}, false), 2);
    assert_int_equal(count(&it, &(apl_filter){.scopes = words(it.arena, "0001")}, false), 4);
    sample_free(&it);
}

static void chooses_findings(void **state)
{
    sample it;

    (void)state;
    sample_make(&it);
    assert_int_equal(count(&it, &(apl_filter){.statuses = 1u << APL_STATUS_FAIL}, true), 3);
    assert_int_equal(count(&it, &(apl_filter){.severities = 1u << APL_SEVERITY_LOW}, true), 2);
    assert_int_equal(count(&it, &(apl_filter){.checks = words(it.arena, "ai-owner-tag")}, true), 2);
    assert_int_equal(count(&it, &(apl_filter){.frameworks = words(it.arena, "iso42001")}, true), 3);
    assert_int_equal(count(&it, &(apl_filter){.frameworks = words(it.arena, "ISO42001:A.6.*")}, true), 3);
    assert_int_equal(count(&it, &(apl_filter){.frameworks = words(it.arena, "ISO42001:A.9")}, true), 0);
    assert_int_equal(count(&it, &(apl_filter){.kinds = words(it.arena, "ai-deployment")}, true), 2);
    assert_int_equal(count(&it, &(apl_filter){.text = APL_STR("owner")}, true), 2);
    sample_free(&it);
}

static void the_gate_asks_what_checks_choose(void **state)
{
    sample it;

    (void)state;
    sample_make(&it);
    apl_filter filter = {.statuses = 1u << APL_STATUS_PASS, .severities = 1u << APL_SEVERITY_INFO};
    assert_int_equal(apl_filter_count_failing(&filter, &it.snapshot, APL_SEVERITY_LOW), 3);
    assert_int_equal(apl_filter_count_failing(&filter, &it.snapshot, APL_SEVERITY_HIGH), 2);
    assert_int_equal(apl_filter_count_failing(&filter, &it.snapshot, APL_SEVERITY_CRITICAL), 0);
    filter.checks = words(it.arena, "ai-owner-tag");
    assert_int_equal(apl_filter_count_failing(&filter, &it.snapshot, APL_SEVERITY_HIGH), 0);
    sample_free(&it);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_bits),
        cmocka_unit_test(refuses_with_the_nearest),
        cmocka_unit_test(refuses_names_that_do_not_exist),
        cmocka_unit_test(chooses_assets),
        cmocka_unit_test(chooses_findings),
        cmocka_unit_test(the_gate_asks_what_checks_choose),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
