/* tests/unit/test_evaluate.c: rules over assets: one outcome a pair, in one order, on any number of threads.
 *
 * Three rules on the small cloud: one on its own document, one on a derived fact, one on what links make of an asset.
 */
#include "test_random.h"

#include "evaluate/evaluate.h"
#include "test_small_cloud.h"

typedef struct judged {
    small_cloud cloud;
    apl_rule rules[3];
    apl_field_list asked;
    apl_mutes *mutes;
} judged;

#define FIX "`why`: `w`, `fix`: {`summary`: `s`}, `policyRule`: {`if`: {`allOf`: ["
#define ACCOUNTS "{`field`: `type`, `equals`: `T.Ai/accounts`}"

static const char *const rule_texts[] = {
    "{`check`: `open`, `title`: `t`, `severity`: `high`, " FIX ACCOUNTS
    ", {`field`: `properties.open`, `equals`: true}]}, `then`: {`effect`: `audit`}}}",
    "{`check`: `agent`, `title`: `t`, `severity`: `low`, `needs`: `own/read`, "
    "`evidence`: [`properties.dr`, `aplomb.kind`], " FIX ACCOUNTS
    ", {`field`: `aplomb.kind`, `equals`: `ai-agent`}, {`field`: `properties.dry`, `equals`: true}]},"
    "`then`: {`effect`: `audit`}}}",
    "{`check`: `store`, `title`: `t`, `severity`: `high`, " FIX
    "{`field`: `type`, `equals`: `T.Data/stores`}, {`field`: `aplomb.ai`, `equals`: true}]}, `then`: {`effect`: "
    "`audit`}}}",
};
static const char *const rule_files[] = {"services/azure/small/rules/open.yaml",
                                         "services/azure/small/rules/agent.yaml",
                                         "services/azure/small/rules/store.yaml"};

static void ask(void *context, const apl_type *type)
{
    judged *j = context;

    apl_services_ask(j->cloud.services, type->number, &j->asked);
}

static judged *judged_new(unsigned readers)
{
    judged *j = apl_memory_new(sizeof *j);

    small_cloud_open(&j->cloud, readers, false);
    apl_policy_context context = {.arena = j->cloud.arena, .fields = j->cloud.fields};
    apl_fields_record(j->cloud.fields, &j->asked);
    for (size_t i = 0; i < 3; i++) {
        if (apl_rule_compile(&j->rules[i], &context, test_value(j->cloud.arena, rule_texts[i]), APL_STR("azure/small"),
                             rule_files[i]) != APL_OK)
            fail_msg("%s", apl_error_message());
    }
    apl_fields_record(j->cloud.fields, NULL);
    apl_services_on_plan(j->cloud.services, ask, j);
    return j;
}

static void judge(judged *j, unsigned threads, bool keeps_passes)
{
    apl_evaluate_options options = {
        .rules = j->rules,
        .rule_count = 3,
        .mutes = j->mutes,
        .services = j->cloud.services,
        .threads = threads,
        .keeps_passes = keeps_passes,
    };

    small_cloud_link(&j->cloud, threads);
    apl_evaluate(&j->cloud.estate, &options);
}

static void judged_free(judged *j)
{
    apl_memory_free(j->asked.items);
    apl_mutes_free(j->mutes);
    small_cloud_close(&j->cloud);
    apl_memory_free(j);
}

/* All findings as "check name status [evidence path, reason, needs]" lines, in their order. */
static apl_str findings_of(const judged *j, apl_arena *arena)
{
    const apl_estate *estate = &j->cloud.estate;
    apl_text text;

    apl_text_init(&text, SIZE_MAX);
    for (size_t i = 0; i < estate->findings.count; i++) {
        const apl_finding *finding = &estate->findings.items[i];
        apl_text_add_format(&text, "%.*s %.*s %s %s", APL_STR_ARG(finding->rule->check),
                            APL_STR_ARG(estate->assets.items[finding->asset].name), apl_status_names[finding->status],
                            apl_severity_names[finding->severity]);
        if (finding->needs.size)
            apl_text_add_format(&text, " needs %.*s", APL_STR_ARG(finding->needs));
        apl_text_add_char(&text, '\n');
    }
    apl_text_add_format(&text, "%llu passes\n", (unsigned long long)estate->passes);
    apl_str made = apl_arena_str(arena, apl_text_str(&text));
    apl_text_free(&text);
    return made;
}

#define ACCOUNT(name, kind, properties)                                                                                \
    "{`id`: `" SMALL_ACCOUNT name "`, `name`: `" name "`, `kind`: `" kind "`" properties "}"
#define DOCUMENTS                                                                                                      \
    "[" ACCOUNT("a", "Agent", ", `properties`: {`open`: true, `dry`: true}") ", " ACCOUNT(                             \
        "b", "x",                                                                                                      \
        ", `properties`: {`open`: false, `store`: `" SMALL_STORE                                                       \
        "s`}") ", " ACCOUNT("c", "Agent", "") ", {`id`: `" SMALL_STORE "s`, `name`: `s`, `properties`: {}},"           \
                                              "{`id`: `" SMALL_STORE "t`, `name`: `t`, `properties`: {}}]"

static void one_outcome_a_pair(void **state)
{
    judged *j = judged_new(1);
    (void)state;

    small_cloud_read(&j->cloud, 0, DOCUMENTS);
    judge(j, 1, false);
    assert_string_equal(findings_of(j, j->cloud.arena).data, "open a fail high\n"
                                                             "open c manual high needs T.Ai/accounts/read\n"
                                                             "store s fail high\n"
                                                             "agent a fail low\n"
                                                             "agent c manual low needs own/read\n"
                                                             "3 passes\n");
    const apl_finding *first = &j->cloud.estate.findings.items[0];
    assert_true(first->evidence_count > 0);
    bool has_open = false;
    for (uint32_t i = 0; i < first->evidence_count; i++)
        has_open = has_open || apl_str_equal(first->evidence[i].path, APL_STR("properties.open"));
    assert_true(has_open);
    const apl_finding *agent = &j->cloud.estate.findings.items[3]; /* properties.dr is not where properties.dry is */
    assert_int_equal(agent->evidence_count, 1);
    assert_string_equal(agent->evidence[0].path.data, "aplomb.kind");
    char id[33];
    apl_finding_id(id, first->rule->id,
                   apl_asset_canonical_id(j->cloud.arena, &j->cloud.estate.assets.items[first->asset]));
    assert_string_equal(first->id, id);
    judged_free(j);
}

static void passes_are_kept_when_asked_for(void **state)
{
    judged *j = judged_new(1);
    (void)state;

    small_cloud_read(&j->cloud, 0, DOCUMENTS);
    judge(j, 1, true);
    assert_non_null(strstr(findings_of(j, j->cloud.arena).data, "open b pass high\n"));
    assert_non_null(strstr(findings_of(j, j->cloud.arena).data, "store t pass high\n"));
    assert_int_equal(j->cloud.estate.findings.count, 8);
    judged_free(j);
}

static void mutes_take_precedence(void **state)
{
    judged *j = judged_new(1);
    (void)state;

    j->mutes = apl_mutes_new();
    apl_value file = test_value(j->cloud.arena, "[{`check`: `open`, `asset`: `*`, `reason`: `r`, `owner`: `o`, "
                                                "`expiry`: `2099-01-01`}]");
    assert_int_equal(apl_mutes_add(j->mutes, file, "x"), APL_OK);
    small_cloud_read(&j->cloud, 0, DOCUMENTS);
    judge(j, 1, true);
    const char *findings = findings_of(j, j->cloud.arena).data;
    assert_non_null(strstr(findings, "open a muted high\n"));
    assert_non_null(strstr(findings, "open c muted high"));
    assert_non_null(strstr(findings, "open b pass high\n"));
    assert_non_null(strstr(findings, "agent a fail low\n"));
    judged_free(j);
}

static void nothing_read_gives_nothing(void **state)
{
    judged *j = judged_new(1);
    (void)state;

    small_cloud_read(&j->cloud, 0, "[" ACCOUNT("b", "x", ", `properties`: {`store`: `" SMALL_STORE "s`}") "]");
    judge(j, 1, true);
    assert_null(strstr(findings_of(j, j->cloud.arena).data, "store "));
    judged_free(j);
    j = judged_new(1);
    judge(j, 4, true);
    assert_string_equal(findings_of(j, j->cloud.arena).data, "0 passes\n");
    judged_free(j);
}

static void threads_do_not_matter(void **state)
{
    apl_arena *arena = apl_arena_new();
    apl_str texts[3];
    (void)state;

    for (unsigned round = 0; round < 3; round++) {
        judged *j = judged_new(1 + round);
        for (unsigned i = 0; i < 5000; i++) {
            apl_str json = apl_arena_format(arena, "{\"id\":\"" SMALL_ACCOUNT "%u\",\"kind\":\"%s\",\"properties\":%s}",
                                            i, i % 3 ? "Agent" : "x",
                                            i % 5   ? "{\"open\":true}"
                                            : i % 7 ? "{}"
                                                    : "null");
            assert_true(small_cloud_read_text(&j->cloud, i % j->cloud.readers, json));
        }
        judge(j, 1 + round, round == 1);
        texts[round] = round == 1 ? APL_STR_NONE : findings_of(j, arena);
        judged_free(j);
    }
    assert_true(apl_str_equal(texts[0], texts[2]));
    apl_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_outcome_a_pair),    cmocka_unit_test(passes_are_kept_when_asked_for),
        cmocka_unit_test(mutes_take_precedence), cmocka_unit_test(nothing_read_gives_nothing),
        cmocka_unit_test(threads_do_not_matter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
