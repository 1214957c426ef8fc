/* unit/test_compliance.c: the state of a control, from what checks and people say.
 *
 * Every state has a case; counts are compared with going through all judgements one by one, over random estates. */
#include "test_random.h"

#include "evaluate/compliance.h"

#define ROUNDS 500
#define ASSETS 12
#define RULES 5
#define CONTROLS 6

typedef struct comply {
    apl_arena *arena;
    apl_vocabulary vocabulary;
    apl_estate estate;
    apl_rule_info rules[RULES];
    apl_control_info controls[CONTROLS];
    apl_framework_info framework;
    apl_attestations *attestations;
    apl_compliance_result result;
} comply;

static const char *const check_names[RULES] = {"c0", "c1", "c2", "c3", "c4"};
static const char *const type_names[] = {"T.A/x", "T.B/y"};

static void open_it(comply *it)
{
    memset(it, 0, sizeof *it);
    it->arena = apl_arena_new();
    apl_vocabulary_init(&it->vocabulary, it->arena);
    apl_estate_init(&it->estate, &it->vocabulary);
    it->attestations = apl_attestations_new();
    it->framework = (apl_framework_info){.id = APL_STR("F"), .title = APL_STR("Frame"), .controls = it->controls};
    for (size_t r = 0; r < RULES; r++)
        it->rules[r] = (apl_rule_info){.id = apl_str_from(check_names[r]),
                                       .check = apl_str_from(check_names[r]),
                                       .title = APL_STR("A check"),
                                       .severity = APL_SEVERITY_HIGH};
}

static void close_it(comply *it)
{
    apl_attestations_free(it->attestations);
    apl_estate_free(&it->estate);
    apl_vocabulary_free(&it->vocabulary);
    apl_arena_free(it->arena);
}

static void add_asset(comply *it, size_t type, bool is_read)
{
    apl_asset asset = {.id = apl_arena_format(it->arena, "asset-%zu", it->estate.assets.count),
                       .type = apl_str_from(type_names[type]),
                       .is_read = is_read};

    APL_PUSH(&it->estate.assets, asset);
}

static void add_finding(comply *it, size_t rule, apl_asset_id asset, apl_finding_status status)
{
    apl_finding finding = {.rule = &it->rules[rule], .asset = asset, .status = (uint8_t)status};

    APL_PUSH(&it->estate.findings, finding);
}

/* A rule of ours over the types whose bits are set. */
static void add_judged(comply *it, size_t rule, unsigned types)
{
    apl_str *names = APL_ARENA_ARRAY(it->arena, apl_str, 2);
    uint32_t count = 0;

    for (size_t t = 0; t < 2; t++) {
        if (types >> t & 1u)
            names[count++] = apl_str_from(type_names[t]);
    }
    APL_PUSH(&it->estate.judged, ((apl_judged_rule){.rule = &it->rules[rule], .types = names, .type_count = count}));
}

static void add_control(comply *it, const char *id, const char *evidence, unsigned checks)
{
    apl_str *names = APL_ARENA_ARRAY(it->arena, apl_str, RULES);
    apl_control_info *control = &it->controls[it->framework.control_count++];

    *control = (apl_control_info){
        .id = apl_str_from(id), .title = APL_STR("A control"), .evidence = apl_str_from(evidence), .checks = names};
    for (size_t r = 0; r < RULES; r++) {
        if (checks >> r & 1u)
            names[control->check_count++] = apl_str_from(check_names[r]);
    }
}

static apl_instant at(const char *text)
{
    apl_instant instant = 0;

    assert_true(apl_instant_parse(&instant, apl_str_from(text)));
    return instant;
}

static apl_compliance_options options_of(comply *it)
{
    return (apl_compliance_options){.arena = it->arena,
                                    .frameworks = &it->framework,
                                    .framework_count = 1,
                                    .attestations = it->attestations,
                                    .now = at("2026-11-25")};
}

static void make(comply *it, const apl_compliance_options *options)
{
    apl_compliance_make(&it->result, &it->estate, options);
}

static const apl_framework_result *only(const comply *it)
{
    assert_int_equal(it->result.framework_count, 1);
    return &it->result.frameworks[0];
}

static const char *state_of(const comply *it, size_t control)
{
    return apl_control_state_names[only(it)->controls[control].state];
}

static void attest(comply *it, const char *text)
{
    if (apl_attestations_add(it->attestations, test_value(it->arena, text), "a.yaml") != APL_OK)
        fail_msg("%s", apl_error_message());
}

#define STATED(control, expires)                                                                                       \
    "{`control`: `" control "`, `owner`: `Ann`, `note`: `seen`, `attested`: `2026-01-01`, `expires`: `" expires "`}"

/* Check 0 passes on both assets, 1 fails on one, 2 was not read on one, 3 has nothing to judge. */
static void four_checks(comply *it)
{
    open_it(it);
    add_asset(it, 0, true);
    add_asset(it, 0, true);
    add_judged(it, 0, 1);
    add_judged(it, 1, 1);
    add_judged(it, 2, 1);
    add_finding(it, 1, 0, APL_STATUS_FAIL);
    add_finding(it, 2, 1, APL_STATUS_MANUAL);
}

static void what_checks_say(void **state)
{
    comply it;
    (void)state;

    four_checks(&it);
    add_control(&it, "pass", "technical", 1);
    add_control(&it, "fail", "technical", 1 | 2);
    add_control(&it, "unread", "technical", 1 | 4);
    add_control(&it, "none", "technical", 8);
    add_control(&it, "partial", "partial", 1);
    add_control(&it, "manual", "manual", 0);
    apl_compliance_options options = options_of(&it);
    make(&it, &options);
    assert_string_equal(state_of(&it, 0), "supported");
    assert_string_equal(state_of(&it, 1), "failing");
    assert_string_equal(state_of(&it, 2), "unread");
    assert_string_equal(state_of(&it, 3), "needs-evidence");
    assert_string_equal(state_of(&it, 4), "needs-evidence");
    assert_string_equal(state_of(&it, 5), "needs-evidence");
    assert_int_equal(only(&it)->decided, 4);
    assert_int_equal(only(&it)->passing, 2);
    assert_int_equal(only(&it)->statements_needed, 2);
    assert_int_equal(only(&it)->statements_valid, 0);
    assert_ptr_equal(only(&it)->next, &only(&it)->controls[1]);
    assert_int_equal(only(&it)->next->fixes, 1);
    assert_int_equal(only(&it)->controls[1].failing, 1);
    assert_int_equal(only(&it)->controls[1].passing, 1);
    assert_int_equal(only(&it)->controls[1].failing_assets[0], 0);
    close_it(&it);
}

static void what_people_say(void **state)
{
    comply it;
    (void)state;

    four_checks(&it);
    add_control(&it, "partial", "partial", 1);
    add_control(&it, "manual", "manual", 0);
    add_control(&it, "fail", "partial", 2);
    add_control(&it, "old", "manual", 0);
    add_control(&it, "out", "manual", 0);
    add_control(&it, "out-fail", "technical", 2);
    attest(&it,
           "{`attestations`: [" STATED("F:partial", "2027-01-01") "," STATED("f:MANUAL", "2026-11-25") "," STATED(
               "F:fail", "2027-01-01") "," STATED("F:old",
                                                  "2026-11-24") ","
                                                                "{`control`: `F:out`, `claim`: `not-applicable`, "
                                                                "`owner`: `Ann`, `note`: `n`, `attested`: "
                                                                "`2026-01-01`, `expires`: `2027-01-01`},"
                                                                "{`control`: `F:out-fail`, `claim`: `not-applicable`, "
                                                                "`owner`: `Ann`, `note`: `n`, `attested`: "
                                                                "`2026-01-01`, `expires`: `2027-01-01`}]}");
    apl_compliance_options options = options_of(&it);
    make(&it, &options);
    assert_string_equal(state_of(&it, 0), "supported");
    assert_string_equal(state_of(&it, 1), "attested"); /* a date holds to its end */
    assert_string_equal(state_of(&it, 2), "failing");  /* nobody talks a failed check away */
    assert_string_equal(state_of(&it, 3), "needs-evidence");
    assert_string_equal(state_of(&it, 4), "not-applicable");
    assert_string_equal(state_of(&it, 5), "failing");
    assert_int_equal(only(&it)->statements_needed, 4);
    assert_int_equal(only(&it)->statements_valid, 3);
    assert_int_equal(only(&it)->statements_expired, 1);
    assert_int_equal(only(&it)->decided, 3);
    close_it(&it);
}

static void roles_classes_and_dates(void **state)
{
    static const apl_str provider[] = {{"provider", 8}};
    static const apl_str deployer[] = {{"deployer", 8}};
    comply it;
    (void)state;

    four_checks(&it);
    add_control(&it, "later", "technical", 2);
    add_control(&it, "mine", "technical", 2);
    add_control(&it, "theirs", "technical", 2);
    add_control(&it, "all", "technical", 2);
    it.controls[0].applies_at = at("2027-12-02");
    it.controls[1].roles = it.controls[0].roles = deployer;
    it.controls[2].roles = provider;
    it.controls[0].role_count = it.controls[1].role_count = it.controls[2].role_count = 1;
    apl_compliance_options options = options_of(&it);
    options.roles = deployer;
    options.role_count = 1;
    make(&it, &options);
    assert_string_equal(state_of(&it, 0), "not-yet-applicable");
    assert_string_equal(state_of(&it, 1), "failing");
    assert_string_equal(state_of(&it, 2), "not-applicable");
    assert_string_equal(state_of(&it, 3), "failing");
    assert_int_equal(only(&it)->decided, 2);
    options.now = at("2027-12-02");
    make(&it, &options);
    assert_string_equal(state_of(&it, 0), "failing");
    close_it(&it);
}

static void unread_types_are_not_clean(void **state)
{
    comply it;
    (void)state;

    open_it(&it);
    add_asset(&it, 0, true);
    add_judged(&it, 0, 3);
    add_control(&it, "x", "technical", 1);
    apl_compliance_options options = options_of(&it);
    make(&it, &options);
    assert_string_equal(state_of(&it, 0), "supported");
    APL_PUSH(&it.estate.coverage, ((apl_coverage){.type = APL_STR("t.b/Y"), .state = APL_COVERAGE_UNREAD}));
    make(&it, &options);
    assert_string_equal(state_of(&it, 0), "unread");
    assert_int_equal(only(&it)->controls[0].checks[0].unread_types, 1);
    close_it(&it);
}

/* A framework that only a rule names is an initiative; what passed is told by the list of assets. */
static void initiatives_are_frameworks(void **state)
{
    static const apl_asset_id passes[] = {1};
    static const apl_control_ref controls[] = {{{"Set", 3}, {"g1", 2}, {"Group one", 9}},
                                               {{"Set", 3}, {"g2", 2}, {"Group two", 9}}};
    comply it;
    (void)state;

    open_it(&it);
    add_asset(&it, 0, true);
    add_asset(&it, 0, true);
    it.rules[0].controls = controls;
    it.rules[0].control_count = 2;
    it.rules[1].controls = &controls[1];
    it.rules[1].control_count = 1;
    APL_PUSH(&it.estate.judged,
             ((apl_judged_rule){.rule = &it.rules[0], .lists_passes = true, .passes = passes, .pass_count = 1}));
    APL_PUSH(&it.estate.judged,
             ((apl_judged_rule){.rule = &it.rules[1], .lists_passes = true, .passes = passes, .pass_count = 1}));
    add_finding(&it, 1, 0, APL_STATUS_FAIL);
    apl_compliance_options options = options_of(&it);
    options.framework_count = 0;
    make(&it, &options);
    assert_int_equal(only(&it)->control_count, 2);
    assert_true(apl_str_equal(only(&it)->controls[0].control->title, APL_STR("Group one")));
    assert_string_equal(state_of(&it, 0), "supported");
    assert_string_equal(state_of(&it, 1), "failing");
    assert_int_equal(only(&it)->controls[1].passing, 1);
    assert_int_equal(only(&it)->controls[1].failing, 1);
    close_it(&it);
}

/* -- Against going through everything ---------------------------------------------------------------------------- */

/* 0 pass, 1 accepted, 2 not read, 3 failed, -1 not judged. */
static int outcome_of(const comply *it, size_t rule, apl_asset_id asset)
{
    static const int by_status[APL_STATUS_COUNT] = {1, 1, 2, 2, 3, 0};
    const apl_judged_rule *judged = &it->estate.judged.items[rule];
    bool takes = false;

    for (uint32_t t = 0; t < judged->type_count; t++)
        takes = takes || apl_str_equal(judged->types[t], it->estate.assets.items[asset].type);
    if (!takes || !it->estate.assets.items[asset].is_read)
        return -1;
    for (size_t i = 0; i < it->estate.findings.count; i++) {
        const apl_finding *finding = &it->estate.findings.items[i];
        if (finding->asset == asset && finding->rule == judged->rule)
            return by_status[finding->status];
    }
    return 0;
}

static void random_estate(comply *it, random_source *random)
{
    open_it(it);
    for (size_t i = 0; i < ASSETS; i++)
        add_asset(it, random_below(random, 2), random_below(random, 6) > 0);
    for (size_t r = 0; r < RULES; r++)
        add_judged(it, r, 1 + random_below(random, 3));
    for (size_t r = 0; r < RULES; r++) {
        for (uint32_t a = 0; a < ASSETS; a++) {
            if (outcome_of(it, r, a) == 0 && random_below(random, 4) == 0)
                add_finding(it, r, a, (apl_finding_status)random_below(random, APL_STATUS_COUNT));
        }
    }
    for (size_t c = 0; c < CONTROLS; c++)
        add_control(it, "x", "technical", random_below(random, 1u << RULES));
}

static void assert_control(const comply *it, const apl_control_result *control, const bool *takes)
{
    uint64_t counts[4] = {0};
    uint64_t fixes = 0;

    for (uint32_t a = 0; a < ASSETS; a++) {
        int worst = -1;
        for (size_t c = 0; c < control->check_count && takes[a]; c++) {
            int outcome = outcome_of(it, (size_t)(control->checks[c].check.data[1] - '0'), a);
            worst = outcome > worst ? outcome : worst;
            fixes += outcome == 3;
        }
        if (worst >= 0)
            counts[worst]++;
    }
    assert_int_equal(control->passing, counts[0]);
    assert_int_equal(control->accepted, counts[1]);
    assert_int_equal(control->unread, counts[2]);
    assert_int_equal(control->failing, counts[3]);
    assert_int_equal(control->fixes, fixes);
}

static void counts_are_those_of_all_judgements(void **state)
{
    random_source random = {7};
    (void)state;

    for (int round = 0; round < ROUNDS; round++) {
        comply it;
        bool takes[ASSETS];
        random_estate(&it, &random);
        for (size_t a = 0; a < ASSETS; a++)
            takes[a] = round % 2 == 0 || random_below(&random, 3) > 0;
        apl_compliance_options options = options_of(&it);
        options.takes = takes;
        make(&it, &options);
        for (size_t c = 0; c < CONTROLS; c++)
            assert_control(&it, &only(&it)->controls[c], takes);
        close_it(&it);
    }
}

/* A statement, a fixed finding and a document more never make a control worse; reading less never makes it better. */
static void reading_less_never_supports_more(void **state)
{
    random_source random = {11};
    (void)state;

    for (int round = 0; round < ROUNDS; round++) {
        comply it;
        random_estate(&it, &random);
        apl_compliance_options options = options_of(&it);
        make(&it, &options);
        uint32_t before = only(&it)->passing;
        for (size_t i = 0; i < it.estate.findings.count; i++) {
            if (it.estate.findings.items[i].status == APL_STATUS_PASS)
                it.estate.findings.items[i].status = APL_STATUS_MANUAL;
        }
        make(&it, &options);
        assert_true(only(&it)->passing <= before);
        close_it(&it);
    }
}

/* -- The files of statements ------------------------------------------------------------------------------------- */

typedef struct refused {
    const char *file;
    const char *message;
} refused;

static const refused refusals[] = {
    {"7", "must be {attestations: [...]}"},
    {"[7]", "attestation 1"},
    {"[" STATED("F:x", "2027-01-01") ", {}]", "attestation 2"},
    {"[{`control`: `F:x`, `owner`: ``, `note`: `n`, `attested`: `2026-01-01`, `expires`: `2027-01-01`}]", "owner"},
    {"[{`control`: `F:x`, `owner`: `o`, `note`: `n`, `attested`: `2026-01-01`}]", "expires"},
    {"[" STATED("F:x", "soon") "]", "is no date"},
    {"[{`contrl`: `x`}]", "unknown member \"contrl\""},
    {"[{`control`: `F:x`, `claim`: `maybe`, `owner`: `o`, `note`: `n`, `attested`: `2026-01-01`, `expires`: "
     "`2027-01-01`}]",
     "neither in-place nor not-applicable"},
};

static void refuses_statements_that_nobody_owns(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
        apl_arena *arena = apl_arena_new();
        apl_attestations *list = apl_attestations_new();
        assert_int_equal(apl_attestations_add(list, test_value(arena, refusals[i].file), "a.yaml"), APL_E_USAGE);
        if (strstr(apl_error_message(), refusals[i].message) == NULL)
            fail_msg("%s: %s", refusals[i].file, apl_error_message());
        apl_attestations_free(list);
        apl_arena_free(arena);
    }
    apl_attestations_free(NULL);
}

static void the_newest_statement_counts(void **state)
{
    comply it;
    (void)state;

    open_it(&it);
    attest(&it, "[{`control`: `F:x`, `owner`: `new`, `note`: `n`, `attested`: `2026-02-01`, `expires`: `2027-01-01`},"
                "{`control`: `F:x`, `owner`: `old`, `note`: `n`, `attested`: `2026-01-01`, `expires`: `2027-01-01`}]");
    const apl_attestation *found = apl_attestations_find(it.attestations, APL_STR("f"), APL_STR("X"));
    assert_non_null(found);
    assert_true(apl_str_equal(found->owner, APL_STR("new")));
    assert_null(apl_attestations_find(it.attestations, APL_STR("F"), APL_STR("y")));
    close_it(&it);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_checks_say),
        cmocka_unit_test(what_people_say),
        cmocka_unit_test(roles_classes_and_dates),
        cmocka_unit_test(unread_types_are_not_clean),
        cmocka_unit_test(initiatives_are_frameworks),
        cmocka_unit_test(counts_are_those_of_all_judgements),
        cmocka_unit_test(reading_less_never_supports_more),
        cmocka_unit_test(refuses_statements_that_nobody_owns),
        cmocka_unit_test(the_newest_statement_counts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
