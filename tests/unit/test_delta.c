/* unit/test_delta.c: the parts of a moved score: they add up, and each cause moves its own part alone.
 *
 * Both sides are made from one description each: which assets and rules there are, what was read, what a finding came
 * to. No rule is compiled, for the delta looks at outcomes only. */
#include "evaluate/delta.h"

#include <math.h>

#include "test_random.h"

#include "base/table.h"
#include "evaluate/score.h"

#define ASSETS 6
#define RULES 3
#define ROUNDS 1500

enum { NAMED = 0, READ = 1, ABSENT = 2 };

typedef struct posture {
    int assets[ASSETS];
    uint8_t exposures[ASSETS];
    bool rules[RULES];
    uint8_t outcomes[RULES][ASSETS]; /* of apl_finding_status; a pass is no finding */
} posture;

typedef struct built {
    apl_arena *arena;
    apl_vocabulary vocabulary;
    apl_estate estate;
} built;

static apl_rule_info rules[RULES] = {
    {.id = {"r0", 2}, .check = {"c0", 2}, .severity = APL_SEVERITY_CRITICAL},
    {.id = {"r1", 2}, .check = {"c1", 2}, .severity = APL_SEVERITY_HIGH},
    {.id = {"r2", 2}, .check = {"c2", 2}, .severity = APL_SEVERITY_MEDIUM},
};
static const apl_str types[] = {{"T", 1}};

static void add_asset(built *it, const posture *from, size_t number)
{
    bool is_judged = false;
    for (size_t r = 0; r < RULES; r++)
        is_judged = is_judged || from->rules[r];
    apl_asset asset = {
        .id = apl_arena_format(it->arena, "asset-%zu", number),
        .type = APL_STR("T"),
        .kind = 1,
        .exposure = from->exposures[number],
        .is_read = from->assets[number] == READ,
        .is_judged = from->assets[number] == READ && is_judged,
        .parent = APL_ASSET_NONE,
    };

    (void)apl_table_put(it->estate.by_id, asset.id, (uint32_t)it->estate.assets.count);
    APL_PUSH(&it->estate.assets, asset);
}

static void add_finding(built *it, const posture *from, size_t rule, size_t number)
{
    uint8_t status = from->outcomes[rule][number];
    apl_asset_id asset = apl_estate_find(&it->estate, apl_arena_format(it->arena, "asset-%zu", number));

    if (status == APL_STATUS_PASS || !from->rules[rule] || from->assets[number] != READ)
        return;
    apl_finding finding = {.rule = &rules[rule], .asset = asset, .status = status, .severity = rules[rule].severity};
    (void)snprintf(finding.id, sizeof finding.id, "%016zx%016zx", rule, number);
    APL_PUSH(&it->estate.findings, finding);
}

static void build(built *it, const posture *from)
{
    *it = (built){.arena = apl_arena_new()};
    apl_vocabulary_init(&it->vocabulary, it->arena);
    APL_PUSH(&it->vocabulary.kinds, ((apl_kind_info){.name = APL_STR("ai-service"), .is_ai = true}));
    apl_estate_init(&it->estate, &it->vocabulary);
    for (size_t a = 0; a < ASSETS; a++) {
        if (from->assets[a] != ABSENT)
            add_asset(it, from, a);
    }
    for (size_t r = 0; r < RULES; r++) {
        if (from->rules[r])
            APL_PUSH(&it->estate.judged, ((apl_judged_rule){.rule = &rules[r], .types = types, .type_count = 1}));
        for (size_t a = 0; a < ASSETS; a++)
            add_finding(it, from, r, a);
    }
    apl_score_set(&it->estate);
}

static void take_down(built *it)
{
    apl_estate_free(&it->estate);
    apl_vocabulary_free(&it->vocabulary);
    apl_arena_free(it->arena);
}

static apl_score_delta delta_of(const posture *before, const posture *after)
{
    built sides[2];
    apl_score_delta delta;

    build(&sides[0], before);
    build(&sides[1], after);
    apl_score_delta_make(&delta, &sides[0].estate, &sides[1].estate);
    take_down(&sides[0]);
    take_down(&sides[1]);
    return delta;
}

static posture random_posture(random_source *random)
{
    posture out = {0};

    for (size_t a = 0; a < ASSETS; a++) {
        out.assets[a] = random_below(random, 5) == 0 ? (int)random_below(random, 3) : READ;
        out.exposures[a] = (uint8_t)random_below(random, 5);
    }
    for (size_t r = 0; r < RULES; r++) {
        out.rules[r] = random_below(random, 4) > 0;
        for (size_t a = 0; a < ASSETS; a++)
            out.outcomes[r][a] = (uint8_t)random_below(random, APL_STATUS_COUNT);
    }
    return out;
}

static void assert_near(double found, double expected)
{
    if (fabs(found - expected) > 1e-5)
        fail_msg("%.9f, expected %.9f", found, expected);
}

static void assert_parts(const apl_score_delta *delta)
{
    assert_near(delta->posture + delta->inventory + delta->content + delta->coverage, delta->after - delta->before);
}

static void parts_add_up(void **state)
{
    random_source random = {3};
    int told = 0;
    (void)state;

    for (int round = 0; round < ROUNDS; round++) {
        posture before = random_posture(&random);
        posture after = random_posture(&random);
        apl_score_delta delta = delta_of(&before, &after);
        told += delta.is_there;
        assert_parts(&delta);
        delta = delta_of(&before, &before);
        assert_near(fabs(delta.posture) + fabs(delta.inventory) + fabs(delta.content) + fabs(delta.coverage), 0);
    }
    assert_true(told > ROUNDS / 2);
}

typedef enum cause { POSTURE, INVENTORY, CONTENT, COVERAGE, CAUSES } cause;

/* Changes `to` in one way only; what is there and read stays so unless that is the way. */
static void change(posture *to, cause why, random_source *random)
{
    size_t a = random_below(random, ASSETS);
    size_t r = random_below(random, RULES);

    switch (why) {
    case POSTURE:
        to->outcomes[r][a] = to->outcomes[r][a] == APL_STATUS_FAIL ? APL_STATUS_PASS : APL_STATUS_FAIL;
        to->exposures[a] = to->exposures[a] == APL_EXPOSURE_INTERNET ? APL_EXPOSURE_PRIVATE : APL_EXPOSURE_INTERNET;
        break;
    case INVENTORY:
        to->assets[a] = to->assets[a] == ABSENT ? READ : ABSENT;
        break;
    case CONTENT:
        to->rules[r] = !to->rules[r];
        break;
    case COVERAGE:
        if (random_below(random, 2))
            to->assets[a] = to->assets[a] == READ ? NAMED : READ;
        else
            to->exposures[a] = to->exposures[a] == APL_EXPOSURE_UNKNOWN ? APL_EXPOSURE_INTERNET : APL_EXPOSURE_UNKNOWN;
        break;
    case CAUSES:
        break;
    }
}

/* No accepted or unread outcomes: those turn by reading and deciding, not by configuration. */
static posture plain_posture(random_source *random)
{
    posture out = random_posture(random);

    for (size_t a = 0; a < ASSETS; a++) {
        out.assets[a] = READ;
        out.exposures[a] = random_below(random, 2) ? APL_EXPOSURE_PRIVATE : APL_EXPOSURE_INTERNET;
        for (size_t r = 0; r < RULES; r++)
            out.outcomes[r][a] = random_below(random, 2) ? APL_STATUS_FAIL : APL_STATUS_PASS;
    }
    for (size_t r = 0; r < RULES; r++)
        out.rules[r] = true;
    return out;
}

static void each_cause_moves_its_own_part(void **state)
{
    random_source random = {5};
    double moved[CAUSES] = {0};
    (void)state;

    for (int round = 0; round < ROUNDS; round++) {
        cause why = (cause)(round % CAUSES);
        posture before = plain_posture(&random);
        posture after = before;
        change(&after, why, &random);
        apl_score_delta delta = delta_of(&before, &after);
        const double parts[CAUSES] = {delta.posture, delta.inventory, delta.content, delta.coverage};
        assert_true(delta.is_there);
        assert_parts(&delta);
        for (int other = 0; other < CAUSES; other++) {
            if (other != (int)why && fabs(parts[other]) > 1e-5)
                fail_msg("round %d: cause %d moved part %d by %.6f", round, (int)why, other, parts[other]);
        }
        moved[why] += fabs(parts[why]);
    }
    for (int why = 0; why < CAUSES; why++)
        assert_true(moved[why] > 1);
}

static void a_finding_that_was_not_read_any_more_is_coverage(void **state)
{
    random_source random = {9};
    (void)state;

    posture before = plain_posture(&random);
    posture after = before;
    before.outcomes[0][0] = APL_STATUS_PASS;
    after.outcomes[0][0] = APL_STATUS_MANUAL;
    apl_score_delta delta = delta_of(&before, &after);
    assert_true(delta.coverage < 0);
    assert_near(delta.posture, 0);
    assert_near(delta.inventory, 0);
    assert_near(delta.content, 0);
}

static void nothing_judged_is_no_delta(void **state)
{
    random_source random = {11};
    posture judged = plain_posture(&random);
    posture empty = judged;
    (void)state;

    for (size_t r = 0; r < RULES; r++)
        empty.rules[r] = false;
    assert_false(delta_of(&judged, &empty).is_there);
    assert_false(delta_of(&empty, &judged).is_there);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_add_up),
        cmocka_unit_test(each_cause_moves_its_own_part),
        cmocka_unit_test(a_finding_that_was_not_read_any_more_is_coverage),
        cmocka_unit_test(nothing_judged_is_no_delta),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
