/* unit/test_score.c: the score: the worked example, and what must hold for every estate.
 *
 * Estates are random assets with random findings; no rule is compiled, for the score looks at outcomes only. */
#include <math.h>

#include "test_random.h"

#include "evaluate/score.h"

#define ROUNDS 2000
#define ASSETS_MAX 12
#define FINDINGS_MAX 5

static void assert_near(double found, double expected, double most)
{
    if (fabs(found - expected) > most)
        fail_msg("%.9f, expected %.9f", found, expected);
}

typedef struct scored_estate {
    apl_arena *arena;
    apl_vocabulary vocabulary;
    apl_estate estate;
    apl_rule_info rule;
} scored_estate;

static void estate_open(scored_estate *test)
{
    test->arena = apl_arena_new();
    apl_vocabulary_init(&test->vocabulary, test->arena);
    APL_PUSH(&test->vocabulary.kinds, ((apl_kind_info){.name = APL_STR("ai-service"), .is_ai = true}));
    apl_estate_init(&test->estate, &test->vocabulary);
    test->rule = (apl_rule_info){.id = APL_STR("a/b/c"), .check = APL_STR("c")};
}

static void estate_close(scored_estate *test)
{
    apl_estate_free(&test->estate);
    apl_vocabulary_free(&test->vocabulary);
    apl_arena_free(test->arena);
}

static void add_asset(scored_estate *test, apl_exposure exposure, apl_level sensitivity, apl_level criticality)
{
    apl_asset asset = {
        .id = apl_arena_format(test->arena, "asset-%zu", test->estate.assets.count),
        .kind = 1,
        .exposure = (uint8_t)exposure,
        .sensitivity = (uint8_t)sensitivity,
        .criticality = (uint8_t)criticality,
        .is_read = true,
        .is_ai = true,
        .is_judged = true,
        .parent = APL_ASSET_NONE,
    };

    APL_PUSH(&test->estate.assets, asset);
}

static void add_finding(scored_estate *test, apl_asset_id asset, apl_severity severity, apl_finding_status status)
{
    apl_finding finding = {
        .rule = &test->rule, .asset = asset, .severity = (uint8_t)severity, .status = (uint8_t)status};

    (void)snprintf(finding.id, sizeof finding.id, "%032zx", test->estate.findings.count);
    APL_PUSH(&test->estate.findings, finding);
}

static void random_estate(scored_estate *test, random_source *random)
{
    uint32_t count = 1 + random_below(random, ASSETS_MAX);

    for (uint32_t i = 0; i < count; i++) {
        add_asset(test, (apl_exposure)random_below(random, 5), (apl_level)random_below(random, 5),
                  (apl_level)random_below(random, 6));
        for (uint32_t f = random_below(random, FINDINGS_MAX); f > 0; f--)
            add_finding(test, i, (apl_severity)random_below(random, APL_SEVERITY_COUNT),
                        (apl_finding_status)random_below(random, APL_STATUS_COUNT));
    }
    if (random_below(random, 2))
        APL_PUSH(&test->estate.paths, ((apl_path){.target = random_below(random, count), .risk = 60, .impact = 80}));
}

static double value_of(scored_estate *test)
{
    apl_score_set(&test->estate);
    return test->estate.score.estate.value;
}

/* The table of the reference: an estate of five assets, worked out by hand. */
static void the_worked_example(void **state)
{
    scored_estate test = {0};
    (void)state;

    estate_open(&test);
    add_asset(&test, APL_EXPOSURE_INTERNET, APL_LEVEL_HIGH, APL_LEVEL_HIGH);
    add_asset(&test, APL_EXPOSURE_INTERNET, APL_LEVEL_NONE, APL_LEVEL_LOW);
    add_asset(&test, APL_EXPOSURE_TRUSTED, APL_LEVEL_MEDIUM, APL_LEVEL_MEDIUM);
    add_asset(&test, APL_EXPOSURE_PRIVATE, APL_LEVEL_HIGH, APL_LEVEL_HIGH);
    add_asset(&test, APL_EXPOSURE_TRUSTED, APL_LEVEL_HIGH, APL_LEVEL_CRITICAL);
    add_finding(&test, 0, APL_SEVERITY_HIGH, APL_STATUS_FAIL);
    add_finding(&test, 0, APL_SEVERITY_MEDIUM, APL_STATUS_FAIL);
    add_finding(&test, 0, APL_SEVERITY_LOW, APL_STATUS_FAIL);
    add_finding(&test, 1, APL_SEVERITY_HIGH, APL_STATUS_FAIL);
    add_finding(&test, 1, APL_SEVERITY_HIGH, APL_STATUS_FAIL);
    add_finding(&test, 2, APL_SEVERITY_MEDIUM, APL_STATUS_FAIL);
    add_finding(&test, 2, APL_SEVERITY_MEDIUM, APL_STATUS_FAIL);
    add_finding(&test, 4, APL_SEVERITY_MEDIUM, APL_STATUS_FAIL);
    assert_near(value_of(&test), 42.3, 0.05);
    assert_int_equal(test.estate.score.assets[0].asset, 0);
    test.estate.findings.items[0].status = APL_STATUS_PASS;
    assert_near(value_of(&test), 53.5, 0.05);
    test.estate.findings.items[0].status = APL_STATUS_FAIL;
    test.estate.findings.items[7].status = APL_STATUS_PASS;
    assert_near(value_of(&test), 52.4, 0.05);
    test.estate.findings.items[7].status = APL_STATUS_FAIL;
    test.estate.assets.items[0].exposure = APL_EXPOSURE_PRIVATE;
    assert_near(value_of(&test), 51.6, 0.05);
    estate_close(&test);
}

static void fixing_never_lowers_it(void **state)
{
    random_source random = {1};
    (void)state;

    for (unsigned round = 0; round < ROUNDS; round++) {
        scored_estate test = {0};
        estate_open(&test);
        random_estate(&test, &random);
        double before = value_of(&test);
        for (size_t i = 0; i < test.estate.findings.count; i++) {
            test.estate.findings.items[i].status = APL_STATUS_PASS;
            double after = value_of(&test);
            assert_true(after >= before);
            before = after;
        }
        estate_close(&test);
    }
}

static void what_is_unread_never_raises_it(void **state)
{
    random_source random = {2};
    (void)state;

    for (unsigned round = 0; round < ROUNDS; round++) {
        scored_estate test = {0};
        estate_open(&test);
        random_estate(&test, &random);
        double before = value_of(&test);
        for (size_t i = 0; i < test.estate.findings.count; i++) {
            apl_finding *finding = &test.estate.findings.items[i];
            if (finding->status == APL_STATUS_PASS || finding->status == APL_STATUS_FAIL)
                finding->status = APL_STATUS_MANUAL;
        }
        assert_true(value_of(&test) <= before);
        apl_score_value value = test.estate.score.estate;
        assert_true(value.low <= value.value && value.value <= value.high);
        estate_close(&test);
    }
}

static void a_copy_of_the_estate_does_not_move_it(void **state)
{
    random_source random = {3};
    (void)state;

    for (unsigned round = 0; round < ROUNDS; round++) {
        scored_estate test = {0};
        estate_open(&test);
        random_estate(&test, &random);
        double before = value_of(&test);
        size_t assets = test.estate.assets.count;
        size_t findings = test.estate.findings.count;
        size_t paths = test.estate.paths.count;
        for (size_t i = 0; i < assets; i++) {
            apl_asset copy = test.estate.assets.items[i];
            APL_PUSH(&test.estate.assets, copy);
        }
        for (size_t i = 0; i < findings; i++) {
            apl_finding copy = test.estate.findings.items[i];
            copy.asset += (apl_asset_id)assets;
            APL_PUSH(&test.estate.findings, copy);
        }
        for (size_t i = 0; i < paths; i++) {
            apl_path copy = test.estate.paths.items[i];
            copy.target += (uint32_t)assets;
            APL_PUSH(&test.estate.paths, copy);
        }
        assert_near(value_of(&test), before, 0.000002);
        estate_close(&test);
    }
}

static void gains_are_exact(void **state)
{
    random_source random = {4};
    (void)state;

    for (unsigned round = 0; round < ROUNDS; round++) {
        scored_estate test = {0};
        estate_open(&test);
        random_estate(&test, &random);
        double before = value_of(&test);
        apl_score score = test.estate.score;
        for (size_t i = 0; i < score.finding_count; i++) {
            apl_finding *finding = NULL;
            for (size_t f = 0; f < test.estate.findings.count; f++) {
                if (memcmp(test.estate.findings.items[f].id, score.findings[i].finding.data, 32) == 0)
                    finding = &test.estate.findings.items[f];
            }
            assert_non_null(finding);
            finding->status = APL_STATUS_PASS;
            assert_near(value_of(&test) - before, score.findings[i].gain, 0.000003);
            finding->status = APL_STATUS_FAIL;
        }
        estate_close(&test);
    }
}

static void nothing_judged_has_no_score(void **state)
{
    scored_estate test = {0};
    (void)state;

    estate_open(&test);
    add_asset(&test, APL_EXPOSURE_INTERNET, APL_LEVEL_HIGH, APL_LEVEL_HIGH);
    test.estate.assets.items[0].is_judged = false;
    apl_score_set(&test.estate);
    assert_false(test.estate.score.is_there);
    estate_close(&test);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_worked_example),
        cmocka_unit_test(fixing_never_lowers_it),
        cmocka_unit_test(what_is_unread_never_raises_it),
        cmocka_unit_test(a_copy_of_the_estate_does_not_move_it),
        cmocka_unit_test(gains_are_exact),
        cmocka_unit_test(nothing_judged_has_no_score),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
