/* unit/test_store_estate.h: small estates built by hand, and their comparison, for the tests of the store.
 *
 * An estate made here looks as after linking and evaluating: sorted, indexed by id, with a spool of bodies. Tests
 * change what they like before it is written. */
#ifndef APL_TESTS_UNIT_TEST_STORE_ESTATE_H
#define APL_TESTS_UNIT_TEST_STORE_ESTATE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "store/store.h"
#include "json/json.h"

#define PATH_BYTES 256

typedef struct store_test {
    apl_arena *arena;
    apl_vocabulary vocabulary;
    char folder[PATH_BYTES];
    char path[PATH_BYTES];
} store_test;

#define assert_ok(call)                                                                                                \
    do {                                                                                                               \
        if ((call) != APL_OK)                                                                                          \
            fail_msg("%s: %s", #call, apl_error_message());                                                            \
    } while (0)

static inline void assert_text(apl_str text, const char *expected)
{
    if (!apl_str_equal(text, apl_str_from(expected)))
        fail_msg("\"%.*s\" is not \"%s\"", APL_STR_ARG(text), expected);
}

static inline apl_value json_of(store_test *test, const char *text)
{
    apl_value value;

    assert_ok(apl_json_parse(&value, test->arena, apl_str_from(text)));
    return value;
}

static inline int store_setup(void **state)
{
    store_test *test = calloc(1, sizeof *test);
    const char *folder = getenv("TMPDIR");

    test->arena = apl_arena_new();
    apl_vocabulary_init(&test->vocabulary, test->arena);
    assert_ok(apl_vocabulary_add(&test->vocabulary,
                                 json_of(test, "{\"kinds\":{\"ai-service\":{\"title\":\"AI services\",\"ai\":true},"
                                               "\"storage-account\":{\"title\":\"Storage accounts\"}},"
                                               "\"relations\":{\"contains\":{\"title\":\"contains\"},"
                                               "\"stores-in\":{\"title\":\"stores in\"}}}"),
                                 "test"));
    (void)snprintf(test->folder, sizeof test->folder, "%.200s/aplomb-store-XXXXXX", folder ? folder : "/tmp");
    assert_non_null(mkdtemp(test->folder));
    (void)snprintf(test->path, sizeof test->path, "%.220s/aplomb.db", test->folder);
    *state = test;
    return 0;
}

static inline int store_teardown(void **state)
{
    static const char *const suffixes[] = {"", "-wal", "-shm", "-journal"};
    store_test *test = *state;
    char name[PATH_BYTES + 16];

    for (size_t i = 0; i < 4; i++) {
        (void)snprintf(name, sizeof name, "%s%s", test->path, suffixes[i]);
        (void)unlink(name);
    }
    (void)rmdir(test->folder);
    apl_vocabulary_free(&test->vocabulary);
    apl_arena_free(test->arena);
    free(test);
    return 0;
}

static const apl_control_ref sample_controls[] = {{APL_STR("ISO42001"), APL_STR("A.4.5"), APL_STR("")},
                                                  {APL_STR("NIST"), APL_STR("AC:3"), APL_STR("")}};
static const apl_patch sample_patches[] = {
    {APL_STR("addOrReplace"), APL_STR("properties.disableLocalAuth"), {.type = APL_VALUE_BOOL, .boolean = true}},
    {APL_STR("remove"), APL_STR("properties.old"), {.type = APL_VALUE_MISSING}},
};
static const apl_rule_info sample_rule = {
    .id = APL_STR("azure/ai-services/ai-local-auth-disabled"),
    .check = APL_STR("ai-local-auth-disabled"),
    .service = APL_STR("ai-services"),
    .title = APL_STR("Keys are off"),
    .why = APL_STR("A key is shared, \"quoted\" and copied."),
    .fix_summary = APL_STR("Turn local authentication off."),
    .fix_cli = APL_STR("az resource update"),
    .patches = sample_patches,
    .patch_count = 2,
    .controls = sample_controls,
    .control_count = 2,
    .severity = APL_SEVERITY_HIGH,
};
static const apl_evidence sample_evidence[] = {
    {APL_STR("properties.disableLocalAuth"),
     {.type = APL_VALUE_BOOL, .boolean = false},
     {.type = APL_VALUE_BOOL, .boolean = true},
     false},
    {APL_STR("properties.keys"), {.type = APL_VALUE_UNREAD}, {.type = APL_VALUE_MISSING}, false},
    {APL_STR("properties.gone"), {.type = APL_VALUE_MISSING}, {.type = APL_VALUE_INTEGER, .integer = 3}, false},
};

/* Puts the body of asset `i` into the spool. `word` makes it differ. */
static inline void set_body(apl_estate *estate, apl_asset_id i, const char *word)
{
    char body[512];
    apl_asset *asset = &estate->assets.items[i];
    int size =
        snprintf(body, sizeof body,
                 "{\"id\":\"%.*s\",\"properties\":{\"provisioningState\":\"Succeeded\",\"disableLocalAuth\":false,"
                 "\"endpoint\":\"https://account-%u.example.com/\",\"word\":\"%s\"}}",
                 APL_STR_ARG(asset->id), i, word);
    off_t end = lseek(estate->spool, 0, SEEK_END);

    assert_int_equal(write(estate->spool, body, (size_t)size), size);
    asset->origin = (apl_origin){.offset = (uint64_t)end, .size = (uint32_t)size};
    asset->digest = apl_digest_of(apl_str_make(body, (size_t)size));
}

static inline void set_id(store_test *test, apl_asset *asset, const char *format, unsigned number)
{
    char id[PATH_BYTES];

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    (void)snprintf(id, sizeof id, format, number);
#pragma GCC diagnostic pop
    asset->id = apl_arena_str(test->arena, apl_str_from(id));
    long slash = apl_str_find_last_char(asset->id, '/');
    asset->name = apl_str_slice(asset->id, (size_t)slash + 1, asset->id.size);
}

/* As after linking: the index over the ids. */
static inline void index_ids(apl_estate *estate)
{
    apl_table_free(estate->by_id);
    estate->by_id = apl_table_new(true);
    for (apl_asset_id i = 0; i < estate->assets.count; i++) {
        apl_asset_id first = apl_table_put(estate->by_id, estate->assets.items[i].id, i);
        estate->assets.items[i].same_letters = APL_ASSET_NONE;
        estate->assets.items[i].sensitivity_from = APL_ASSET_NONE;
        if (first == i)
            continue;
        estate->assets.items[i].same_letters = estate->assets.items[first].same_letters;
        estate->assets.items[first].same_letters = i;
    }
}

static inline apl_finding finding_on(const apl_estate *estate, apl_asset_id asset, const apl_rule_info *rule)
{
    apl_arena *arena = apl_arena_new();
    apl_finding finding = {
        .rule = rule,
        .asset = asset,
        .status = APL_STATUS_FAIL,
        .severity = rule->severity,
        .evidence = sample_evidence,
        .evidence_count = 3,
    };

    apl_finding_id(finding.id, rule->id, apl_asset_canonical_id(arena, &estate->assets.items[asset]));
    apl_arena_free(arena);
    return finding;
}

/* `count` accounts, each but the first with a relation to the first and the one before it; every third has a finding.
 */
static inline apl_estate *make_estate(store_test *test, unsigned count)
{
    apl_estate *estate = APL_ARENA_NEW(test->arena, apl_estate);

    apl_estate_init(estate, &test->vocabulary);
    estate->spool = memfd_create("spool", MFD_CLOEXEC);
    for (unsigned i = 0; i < count; i++) {
        apl_asset asset = {
            .type =
                i % 2 ? APL_STR("Microsoft.CognitiveServices/accounts") : APL_STR("Microsoft.Storage/storageAccounts"),
            .location = APL_STR("westeurope"),
            .tenant = APL_STR("t-1"),
            .scope = APL_STR("sub-1"),
            .source = APL_STR("azure"),
            .kind = (apl_kind)(i % 2 ? 1 : 2),
            .exposure = APL_EXPOSURE_PRIVATE,
            .sensitivity = APL_LEVEL_MEDIUM,
            .criticality = APL_LEVEL_HIGH,
            .used_for = APL_USED_FOR_AI | APL_USED_FOR_TRAINING,
            .read_at = 637000000000000000 + i / 4,
            .parent = i ? 0 : APL_ASSET_NONE,
            .is_read = true,
            .is_ai = i % 2,
            .ids_ignore_case = true,
        };
        set_id(test, &asset, "/subscriptions/Sub-1/providers/Accounts/account-%06u", i);
        if (i % 5)
            asset.tags = json_of(test, i % 3 ? "{\"env\":\"prod\"}" : "{\"env\":\"dev\",\"owner\":\"caf\\u00e9\"}");
        APL_PUSH(&estate->assets, asset);
        set_body(estate, i, "first");
        if (i)
            APL_PUSH(&estate->relations, ((apl_relation){i, 0, 1, APL_STR("properties.parent")}));
        if (i > 1)
            APL_PUSH(&estate->relations, ((apl_relation){i, i - 1, 2, APL_STR_NONE}));
    }
    index_ids(estate);
    for (unsigned i = 0; i < count; i += 3)
        APL_PUSH(&estate->findings, finding_on(estate, i, &sample_rule));
    APL_PUSH(&estate->coverage, ((apl_coverage){.source = APL_STR("azure"),
                                                .scope = APL_STR("sub-1"),
                                                .type = APL_STR("Microsoft.CognitiveServices/accounts"),
                                                .count = count}));
    APL_PUSH(&estate->coverage, ((apl_coverage){.source = APL_STR("azure"),
                                                .scope = APL_STR("sub-1"),
                                                .type = APL_STR("Microsoft.CognitiveServices/accounts/raiPolicies"),
                                                .state = APL_COVERAGE_UNREAD,
                                                .why = APL_STR("403"),
                                                .needs = APL_STR("raiPolicies/read")}));
    estate->documents = count;
    estate->passes = 17;
    return estate;
}

/* A snapshot whose id is the number, of 32 digits. */
static inline apl_snapshot make_snapshot(store_test *test, apl_estate *estate, unsigned number)
{
    static const apl_str sources[] = {APL_STR("azure:"), APL_STR("exports/one.json")};
    apl_snapshot snapshot = {.estate = estate};

    snapshot.scan = (apl_scan_info){
        .id = apl_arena_format(test->arena, "%08x%024x", number, number),
        .started = apl_arena_format(test->arena, "2026-11-%02uT08:00:00Z", number),
        .finished = apl_arena_format(test->arena, "2026-11-%02uT08:01:00Z", number),
        .version = APL_STR("1.0.0"),
        .content = APL_STR("c0ffee"),
        .documents = estate->documents,
        .sources = sources,
        .source_count = 2,
    };
    return snapshot;
}

static inline void free_snapshot(apl_snapshot *snapshot)
{
    apl_estate_free(snapshot->estate);
}

static inline void assert_same_text(apl_str a, apl_str b)
{
    if (!apl_str_equal(a, b))
        fail_msg("\"%.*s\" is not \"%.*s\"", APL_STR_ARG(a), APL_STR_ARG(b));
}

static inline void assert_same_asset(const apl_asset *a, const apl_asset *b)
{
    assert_same_text(a->id, b->id);
    assert_same_text(a->name, b->name);
    assert_same_text(a->full_name, b->full_name);
    assert_same_text(a->location, b->location);
    assert_same_text(a->tenant, b->tenant);
    assert_same_text(a->scope, b->scope);
    assert_same_text(a->source, b->source);
    assert_same_text(a->why_unread, b->why_unread);
    assert_same_text(a->type, b->type);
    assert_true(apl_value_equal(a->tags, b->tags));
    assert_true(a->digest.low == b->digest.low && a->digest.high == b->digest.high);
    assert_int_equal(a->read_at, b->read_at);
    assert_int_equal(a->parent, b->parent);
    assert_int_equal(a->unread_groups, b->unread_groups);
    assert_int_equal(a->kind, b->kind);
    assert_int_equal(a->cloud, b->cloud);
    assert_int_equal(a->exposure, b->exposure);
    assert_int_equal(a->sensitivity, b->sensitivity);
    assert_int_equal(a->criticality, b->criticality);
    assert_int_equal(a->used_for, b->used_for);
    assert_int_equal(a->is_read, b->is_read);
    assert_int_equal(a->is_ai, b->is_ai);
    assert_int_equal(a->ids_ignore_case, b->ids_ignore_case);
}

static inline void assert_same_rule(const apl_rule_info *a, const apl_rule_info *b)
{
    assert_same_text(a->id, b->id);
    assert_same_text(a->check, b->check);
    assert_same_text(a->service, b->service);
    assert_same_text(a->title, b->title);
    assert_same_text(a->why, b->why);
    assert_same_text(a->fix_summary, b->fix_summary);
    assert_same_text(a->fix_cli, b->fix_cli);
    assert_same_text(a->fix_bicep, b->fix_bicep);
    assert_same_text(a->fix_terraform, b->fix_terraform);
    assert_same_text(a->needs, b->needs);
    assert_int_equal(a->severity, b->severity);
    assert_int_equal(a->control_count, b->control_count);
    for (uint32_t i = 0; i < a->control_count; i++) {
        assert_same_text(a->controls[i].framework, b->controls[i].framework);
        assert_same_text(a->controls[i].control, b->controls[i].control);
    }
    assert_int_equal(a->patch_count, b->patch_count);
    for (uint32_t i = 0; i < a->patch_count; i++) {
        assert_same_text(a->patches[i].operation, b->patches[i].operation);
        assert_same_text(a->patches[i].path, b->patches[i].path);
        assert_int_equal(a->patches[i].value.type, b->patches[i].value.type);
        assert_true(a->patches[i].value.type == APL_VALUE_MISSING ||
                    apl_value_equal(a->patches[i].value, b->patches[i].value));
    }
}

static inline void assert_same_finding(const apl_finding *a, const apl_finding *b)
{
    assert_string_equal(a->id, b->id);
    assert_int_equal(a->asset, b->asset);
    assert_int_equal(a->status, b->status);
    assert_int_equal(a->severity, b->severity);
    assert_same_text(a->reason, b->reason);
    assert_same_text(a->needs, b->needs);
    assert_same_rule(a->rule, b->rule);
    assert_int_equal(a->evidence_count, b->evidence_count);
    for (uint32_t i = 0; i < a->evidence_count; i++) {
        assert_same_text(a->evidence[i].path, b->evidence[i].path);
        assert_int_equal(a->evidence[i].value.type, b->evidence[i].value.type);
        assert_int_equal(a->evidence[i].expected.type, b->evidence[i].expected.type);
        if (apl_value_is_there(a->evidence[i].value))
            assert_true(apl_value_equal(a->evidence[i].value, b->evidence[i].value));
        if (apl_value_is_there(a->evidence[i].expected))
            assert_true(apl_value_equal(a->evidence[i].expected, b->evidence[i].expected));
    }
}

static inline void assert_same_coverage(const apl_coverage *a, const apl_coverage *b)
{
    assert_same_text(a->source, b->source);
    assert_same_text(a->scope, b->scope);
    assert_same_text(a->type, b->type);
    assert_same_text(a->why, b->why);
    assert_same_text(a->needs, b->needs);
    assert_int_equal(a->state, b->state);
    assert_int_equal(a->count, b->count);
}

static inline void assert_same_scan(const apl_scan_info *a, const apl_scan_info *b)
{
    assert_same_text(a->id, b->id);
    assert_same_text(a->started, b->started);
    assert_same_text(a->finished, b->finished);
    assert_same_text(a->version, b->version);
    assert_same_text(a->content, b->content);
    assert_int_equal(a->documents, b->documents);
    assert_int_equal(a->source_count, b->source_count);
    for (size_t i = 0; i < a->source_count; i++)
        assert_same_text(a->sources[i], b->sources[i]);
}

/* All that the store keeps, and the indexes that it builds. */
static inline void assert_same_snapshot(const apl_snapshot *a, const apl_snapshot *b)
{
    const apl_estate *left = a->estate;
    const apl_estate *right = b->estate;

    assert_same_scan(&a->scan, &b->scan);
    assert_int_equal(left->passes, right->passes);
    assert_int_equal(left->documents, right->documents);
    assert_int_equal(left->assets.count, right->assets.count);
    for (size_t i = 0; i < left->assets.count; i++) {
        assert_same_asset(&left->assets.items[i], &right->assets.items[i]);
        assert_int_equal(apl_estate_find(right, left->assets.items[i].id), i);
    }
    assert_int_equal(left->relations.count, right->relations.count);
    for (size_t i = 0; i < left->relations.count; i++) {
        const apl_relation *relation = &right->relations.items[i];
        assert_int_equal(left->relations.items[i].from, relation->from);
        assert_int_equal(left->relations.items[i].to, relation->to);
        assert_int_equal(left->relations.items[i].type, relation->type);
        assert_same_text(left->relations.items[i].evidence, relation->evidence);
        assert_in_range(i, right->relations_out[relation->from], right->relations_out[relation->from + 1] - 1);
    }
    assert_int_equal(left->findings.count, right->findings.count);
    for (size_t i = 0; i < left->findings.count; i++)
        assert_same_finding(&left->findings.items[i], &right->findings.items[i]);
    assert_int_equal(left->coverage.count, right->coverage.count);
    for (size_t i = 0; i < left->coverage.count; i++)
        assert_same_coverage(&left->coverage.items[i], &right->coverage.items[i]);
}

/* Reads a snapshot; the caller frees its estate. */
static inline apl_snapshot read_snapshot(store_test *test, apl_store *store, const char *id)
{
    apl_store_read_options options = {.vocabulary = &test->vocabulary};
    apl_snapshot snapshot;

    assert_ok(apl_store_read(&snapshot, test->arena, store, apl_str_from(id), &options));
    return snapshot;
}

static inline void assert_stored(store_test *test, apl_store *store, const apl_snapshot *expected)
{
    apl_store_read_options options = {.vocabulary = &test->vocabulary};
    apl_snapshot stored;

    assert_ok(apl_store_read(&stored, test->arena, store, expected->scan.id, &options));
    assert_same_snapshot(expected, &stored);
    free_snapshot(&stored);
}

static inline apl_store *open_store(store_test *test, bool for_writing)
{
    apl_store *store;

    assert_ok(apl_store_open(&store, test->path, for_writing));
    return store;
}

#endif
