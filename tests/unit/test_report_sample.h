/* tests/unit/test_report_sample.h: a small snapshot made by hand, for the tests of query and report.
 *
 * Four assets, three relations, five findings and four coverage rows; one asset's name tries to speak to the terminal,
 * to a shell, to a spreadsheet and to Markdown. Everything hangs on the sample's arena and estate. */
#ifndef APL_TESTS_UNIT_TEST_REPORT_SAMPLE_H
#define APL_TESTS_UNIT_TEST_REPORT_SAMPLE_H

#include "model/scan.h"
#include "json/json.h"

/* clang-format keeps the string in one piece. */
#define SAMPLE_EVIL "=cmd|'/c calc'!A1 \x1b[31m\xE2\x80\xAE`id` [x](javascript:1) <img> @all"

#define SAMPLE_CHAT                                                                                                    \
    "/subscriptions/0001/resourceGroups/rg-ai/providers/Microsoft.CognitiveServices/accounts/contoso-chat"

typedef struct sample {
    apl_arena *arena;
    apl_vocabulary vocabulary;
    apl_estate estate;
    apl_snapshot snapshot;
    apl_rule_info rules[2];
} sample;

static inline apl_value sample_json(apl_arena *arena, const char *text)
{
    apl_value value = APL_MISSING;

    APL_ASSERT(apl_json_parse(&value, arena, apl_str_from(text)) == APL_OK);
    return value;
}

static inline void sample_vocabulary(sample *it)
{
    apl_vocabulary_init(&it->vocabulary, it->arena);
    APL_ASSERT(apl_vocabulary_add(&it->vocabulary,
                                  sample_json(it->arena, "{\"kinds\":{"
                                                         "\"ai-service\":{\"title\":\"AI services\",\"ai\":true},"
                                                         "\"ai-deployment\":{\"title\":\"AI deployments\",\"ai\":true},"
                                                         "\"storage-account\":{\"title\":\"Storage accounts\"}}}"),
                                  "kinds") == APL_OK);
    APL_ASSERT(apl_vocabulary_add(&it->vocabulary,
                                  sample_json(it->arena, "{\"relations\":{"
                                                         "\"contains\":{\"title\":\"contains\"},"
                                                         "\"stores-in\":{\"title\":\"stores in\",\"makes_ai\":true}}}"),
                                  "relations") == APL_OK);
}

static inline apl_asset sample_asset(const sample *it, const char *id, const char *name, const char *kind)
{
    return (apl_asset){
        .id = apl_str_from(id),
        .name = apl_str_from(name),
        .type = APL_STR("Microsoft.CognitiveServices/accounts"),
        .location = APL_STR("westeurope"),
        .scope = APL_STR("0001"),
        .source = APL_STR("azure"),
        .parent = APL_ASSET_NONE,
        .kind = apl_vocabulary_kind(&it->vocabulary, apl_str_from(kind)),
        .exposure = APL_EXPOSURE_INTERNET,
        .is_read = true,
        .is_ai = true,
        .ids_ignore_case = true,
        .same_letters = APL_ASSET_NONE,
        .sensitivity_from = APL_ASSET_NONE,
    };
}

static inline void sample_assets(sample *it)
{
    apl_asset chat = sample_asset(it, SAMPLE_CHAT, "contoso-chat", "ai-service");
    apl_asset deployment = sample_asset(it, SAMPLE_CHAT "/deployments/gpt", SAMPLE_EVIL, "ai-deployment");
    apl_asset store = sample_asset(it, "/subscriptions/0001/storage", "store", "storage-account");
    apl_asset stub = sample_asset(it, "/subscriptions/0001/stub", "stub", "storage-account");

    chat.tags = sample_json(it->arena, "{\"env\":\"prod\",\"cost\":7}");
    deployment.parent = 0;
    store.used_for = APL_USED_FOR_AI;
    store.exposure = APL_EXPOSURE_PRIVATE;
    stub.is_read = stub.is_ai = false;
    stub.exposure = APL_EXPOSURE_UNKNOWN;
    APL_PUSH(&it->estate.assets, chat);
    APL_PUSH(&it->estate.assets, deployment);
    APL_PUSH(&it->estate.assets, store);
    APL_PUSH(&it->estate.assets, stub);
    for (uint32_t i = 0; i < it->estate.assets.count; i++)
        apl_table_set(it->estate.by_id, it->estate.assets.items[i].id, i);
}

static inline void sample_relations(sample *it)
{
    static const struct {
        apl_asset_id from, to;
        const char *type;
    } relations[] = {{0, 1, "contains"}, {0, 2, "stores-in"}, {0, 3, "stores-in"}};
    apl_estate *estate = &it->estate;

    estate->relations_out = apl_memory_new(5 * sizeof(uint32_t));
    estate->relations_in = apl_memory_new(5 * sizeof(uint32_t));
    estate->relations_by_to = apl_memory_new(3 * sizeof(uint32_t));
    for (uint32_t i = 0; i < 3; i++) {
        apl_relation relation = {relations[i].from, relations[i].to,
                                 apl_vocabulary_relation(&it->vocabulary, apl_str_from(relations[i].type)),
                                 APL_STR("properties.storage")};
        APL_PUSH(&estate->relations, relation);
        estate->relations_out[i + 1] = 3;
        estate->relations_by_to[i] = i;
        estate->relations_in[i + 2] = i + 1;
    }
    estate->relations_out[4] = 3;
}

static inline void sample_finding(sample *it, const apl_rule_info *rule, apl_asset_id asset, apl_finding_status status)
{
    apl_evidence *evidence = APL_ARENA_NEW(it->arena, apl_evidence);
    apl_finding finding = {.rule = rule, .asset = asset, .status = (uint8_t)status, .severity = rule->severity};

    *evidence = (apl_evidence){
        .path = APL_STR("properties.disableLocalAuth"),
        .value = apl_value_bool(false),
        .expected = apl_value_bool(true),
    };
    if (status == APL_STATUS_MANUAL) {
        evidence->value = APL_UNREAD;
        finding.reason = APL_STR("properties were not read");
        finding.needs = APL_STR("Microsoft.CognitiveServices/accounts/read");
    }
    if (status == APL_STATUS_MUTED)
        finding.reason = APL_STR("accepted by the owner");
    finding.evidence = evidence;
    finding.evidence_count = 1;
    apl_finding_id(finding.id, rule->id, apl_asset_canonical_id(it->arena, &it->estate.assets.items[asset]));
    APL_PUSH(&it->estate.findings, finding);
}

static inline void sample_rules(sample *it)
{
    static const apl_control_ref controls[] = {
        {{"EUAIACT", 7}, {"Art15", 5}, {NULL, 0}},
        {{"ISO42001", 8}, {"A.4.5", 5}, {NULL, 0}},
        {{"ISO42001", 8}, {"A.6.2.6", 7}, {NULL, 0}}};
    apl_patch *patch = APL_ARENA_NEW(it->arena, apl_patch);

    *patch = (apl_patch){APL_STR("addOrReplace"), APL_STR("properties.disableLocalAuth"), apl_value_bool(true)};
    it->rules[0] = (apl_rule_info){
        .id = APL_STR("azure/ai-services/ai-local-auth-disabled"),
        .check = APL_STR("ai-local-auth-disabled"),
        .service = APL_STR("azure/ai-services"),
        .title = APL_STR("AI services account refuses account keys"),
        .why = APL_STR("Account keys give full access and name nobody."),
        .fix_summary = APL_STR("Turn local authentication off for {name}."),
        .fix_cli = APL_STR("# first look\naz resource update --ids {id} \\\n  --set properties.disableLocalAuth=true\n"
                           "az tag list --name \"{name}\" --query '{n:{name}}'\n"),
        .patches = patch,
        .patch_count = 1,
        .controls = controls,
        .control_count = 3,
        .severity = APL_SEVERITY_HIGH,
    };
    it->rules[1] = it->rules[0];
    it->rules[1].id = APL_STR("azure/ai-services/ai-owner-tag");
    it->rules[1].check = APL_STR("ai-owner-tag");
    it->rules[1].title = APL_STR("AI asset names its owner");
    it->rules[1].severity = APL_SEVERITY_LOW;
    it->rules[1].control_count = 0;
}

static inline void sample_coverage(sample *it)
{
    static const apl_coverage rows[] = {
        {{"azure", 5}, {"0001", 4}, {"Microsoft.CognitiveServices/accounts", 36}, APL_COVERAGE_READ, 2, {0}, {0}},
        {{"azure", 5},
         {"0001", 4},
         {"Microsoft.X/secrets", 19},
         APL_COVERAGE_UNREAD,
         1,
         {"403 \x1b[2J", 8},
         {"X/read", 6}},
        {{"file", 4}, {"-", 1}, {"report", 6}, APL_COVERAGE_UNSUPPORTED, 3, {0}, {0}},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        APL_PUSH(&it->estate.coverage, rows[i]);
}

static inline void sample_make(sample *it)
{
    static const apl_str sources[] = {{"export.json", 11}};

    *it = (sample){.arena = apl_arena_new()};
    sample_vocabulary(it);
    apl_estate_init(&it->estate, &it->vocabulary);
    sample_assets(it);
    sample_relations(it);
    sample_rules(it);
    sample_finding(it, &it->rules[0], 0, APL_STATUS_FAIL);
    sample_finding(it, &it->rules[0], 1, APL_STATUS_FAIL);
    sample_finding(it, &it->rules[0], 2, APL_STATUS_MANUAL);
    sample_finding(it, &it->rules[1], 0, APL_STATUS_FAIL);
    sample_finding(it, &it->rules[1], 1, APL_STATUS_MUTED);
    sample_coverage(it);
    it->estate.documents = 6;
    it->estate.passes = 3;
    it->snapshot = (apl_snapshot){
        .scan = {.id = APL_STR("0123456789abcdef0123456789abcdef"),
                 .started = APL_STR("2026-11-23T08:00:00Z"),
                 .finished = APL_STR("2026-11-23T08:00:01Z"),
                 .version = APL_STR("0.1.0"),
                 .content = APL_STR("c0ffee"),
                 .documents = 6,
                 .sources = sources,
                 .source_count = 1},
        .estate = &it->estate,
    };
}

static inline void sample_free(sample *it)
{
    apl_estate_free(&it->estate);
    apl_vocabulary_free(&it->vocabulary);
    apl_arena_free(it->arena);
}

#endif
