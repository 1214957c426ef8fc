/* unit/test_explore.c: queries of the explorer: what they mean, and where they are wrong.
 *
 * A small estate of eight assets; the answer is told by their names. */
#include "test_random.h"

#include "query/explore.h"

typedef struct explored {
    apl_arena *arena;
    apl_vocabulary vocabulary;
    apl_estate estate;
    apl_snapshot snapshot;
    apl_rule_info rule;
    apl_path_step step;
} explored;

static const char *const names[] = {"agent", "helper", "tool", "shell", "store", "vault", "model", "net"};
static const char *const kinds[] = {"ai-agent",        "ai-agent",  "agent-tool", "agent-tool",
                                    "storage-account", "key-vault", "ai-model",   "network"};

static void relate(explored *test, uint32_t from, uint32_t to, const char *type)
{
    apl_relation relation = {
        .from = from, .to = to, .type = apl_vocabulary_relation(&test->vocabulary, apl_str_from(type))};

    assert_int_not_equal(relation.type, APL_RELATION_NONE);
    APL_PUSH(&test->estate.relations, relation);
}

static void explored_open(explored *test)
{
    static const char *const relations[] = {"uses-tool", "connects-to", "calls"};

    *test = (explored){.arena = apl_arena_new()};
    apl_vocabulary_init(&test->vocabulary, test->arena);
    for (size_t i = 0; i < 8; i++) {
        if (apl_table_get(test->vocabulary.kinds_by_name, apl_str_from(kinds[i])) != APL_TABLE_NONE)
            continue;
        (void)apl_table_put(test->vocabulary.kinds_by_name, apl_str_from(kinds[i]),
                            (uint32_t)test->vocabulary.kinds.count);
        APL_PUSH(&test->vocabulary.kinds, ((apl_kind_info){.name = apl_str_from(kinds[i])}));
    }
    for (size_t i = 0; i < 3; i++) {
        (void)apl_table_put(test->vocabulary.relations_by_name, apl_str_from(relations[i]),
                            (uint32_t)test->vocabulary.relations.count);
        APL_PUSH(&test->vocabulary.relations, ((apl_relation_info){.name = apl_str_from(relations[i])}));
    }
    apl_estate_init(&test->estate, &test->vocabulary);
    for (size_t i = 0; i < 8; i++) {
        apl_asset asset = {.id = apl_str_from(names[i]), .name = apl_str_from(names[i]), .parent = APL_ASSET_NONE};
        asset.kind = apl_vocabulary_kind(&test->vocabulary, apl_str_from(kinds[i]));
        asset.type = apl_arena_format(test->arena, "T.X/%s", kinds[i]);
        asset.exposure = (uint8_t)(i % 5);
        asset.is_ai = i < 4;
        asset.is_read = i != 7;
        APL_PUSH(&test->estate.assets, asset);
    }
    relate(test, 0, 2, "uses-tool");
    relate(test, 1, 3, "uses-tool");
    relate(test, 2, 4, "connects-to");
    relate(test, 3, 5, "connects-to");
    relate(test, 0, 1, "calls");
    test->rule = (apl_rule_info){.id = APL_STR("a/b/open"), .check = APL_STR("open")};
    APL_PUSH(
        &test->estate.findings,
        ((apl_finding){.rule = &test->rule, .asset = 4, .severity = APL_SEVERITY_HIGH, .status = APL_STATUS_FAIL}));
    APL_PUSH(&test->estate.findings,
             ((apl_finding){.rule = &test->rule, .asset = 5, .severity = APL_SEVERITY_LOW, .status = APL_STATUS_PASS}));
    test->step = (apl_path_step){.from = 7, .to = 4};
    APL_PUSH(&test->estate.paths, ((apl_path){.entry = 7, .target = 4, .steps = &test->step, .step_count = 1}));
    test->snapshot.estate = &test->estate;
}

static void explored_close(explored *test)
{
    apl_estate_free(&test->estate);
    apl_vocabulary_free(&test->vocabulary);
    apl_arena_free(test->arena);
}

typedef struct question {
    const char *query;
    const char *answer; /* names in the order of the estate, or what the message says */
} question;

static const question questions[] = {
    {"assets", "agent helper tool shell store vault model net"},
    {"ai-agent", "agent helper"},
    {"ai-*", "agent helper model"},
    {"T.X/key-vault", "vault"},
    {"ai-agent, key-vault", "agent helper vault"},
    {"AI-AGENT that NAME = helper", "helper"},
    {"assets THAT name = *e*", "agent helper shell store model net"},
    {"assets THAT name != *e*", "tool vault"},
    {"assets THAT name = agent, vault", "agent vault"},
    {"assets THAT name=\"agent\"", "agent"},
    {"assets THAT ai", "agent helper tool shell"},
    {"assets THAT NOT ai AND read", "store vault model"},
    {"assets THAT NOT (ai OR read)", "net"},
    {"assets THAT NOT NOT ai", "agent helper tool shell"},
    {"assets THAT name = agent OR name = tool AND name = store", "agent"},
    {"assets THAT (name = agent OR name = tool) AND ai", "agent tool"},
    {"ai-agent THAT uses-tool agent-tool", "agent helper"},
    {"ai-agent THAT uses-tool (agent-tool THAT connects-to storage-account)", "agent"},
    {"ai-agent THAT uses-tool (agent-tool THAT connects-to (assets THAT name = vault)) AND calls BY ai-agent",
     "helper"},
    {"ai-agent THAT NOT uses-tool (agent-tool THAT connects-to key-vault)", "agent"},
    {"agent-tool THAT uses-tool BY (ai-agent THAT NOT calls ai-agent)", "shell"},
    {"assets THAT has finding", "store"},
    {"assets THAT has finding open AND name = store", "store"},
    {"assets THAT has finding other", ""},
    {"assets THAT has severity high+", "store"},
    {"assets THAT has severity low", ""},
    {"assets THAT has path", "store net"},
    {"assets THAT exposure = unknown", "agent vault"},
};

static const question mistakes[] = {
    {"", "ends where a kind or type is expected"},
    {"agnt", "\"agnt\" at column 1 is no kind or type"},
    {"ai-agnt", "did you mean \"ai-agent\"?"},
    {"ai-agent THAT", "ends where a condition is expected"},
    {"ai-agent name = x", "\"name\" at column 10 stands where THAT or the end is expected"},
    {"ai-agent THAT name", "ends where = or != is expected"},
    {"ai-agent THAT name =", "ends where a value is expected"},
    {"ai-agent THAT name = ,", "\",\" at column 22"},
    {"ai-agent THAT use-tool agent-tool", "did you mean \"uses-tool\"?"},
    {"ai-agent THAT uses-tool", "ends where a kind or type is expected"},
    {"ai-agent THAT (name = x", "ends where ) is expected"},
    {"ai-agent THAT name = x)", "stands where AND, OR or the end is expected"},
    {"ai-agent THAT name = x name = y", "\"name\" at column 24 stands where AND, OR or the end"},
    {"ai-agent THAT AND name = x", "\"AND\" at column 15"},
    {"ai-agent THAT has wings", "\"wings\" at column 19 stands where finding, severity or path is expected"},
    {"ai-agent THAT has severity huge", "huge"},
    {"ai-agent THAT name = \"x", "the quotation mark at column 22 is not closed"},
    {"ai-agent THAT uses-tool agent-tool THAT name = x", "stands where AND, OR or the end is expected"},
};

static void answers(void **state)
{
    explored test;
    (void)state;

    explored_open(&test);
    for (size_t i = 0; i < sizeof questions / sizeof questions[0]; i++) {
        apl_explore *explore = apl_memory_new(sizeof *explore);
        apl_selection selection = {0};
        char found[256] = "";
        if (apl_explore_compile(explore, test.arena, apl_str_from(questions[i].query), &test.vocabulary) != APL_OK)
            fail_msg("%s: %s", questions[i].query, apl_error_message());
        apl_explore_run(&selection, explore, &test.snapshot);
        for (size_t a = 0; a < selection.assets.count; a++) {
            size_t used = strlen(found);
            (void)snprintf(found + used, sizeof found - used, "%s%s", used ? " " : "",
                           names[selection.assets.items[a]]);
        }
        if (strcmp(found, questions[i].answer) != 0)
            fail_msg("%s: found %s, expected %s", questions[i].query, found, questions[i].answer);
        apl_selection_free(&selection);
        apl_memory_free(explore);
    }
    explored_close(&test);
}

static void mistakes_point_at_the_word(void **state)
{
    explored test;
    (void)state;

    explored_open(&test);
    for (size_t i = 0; i < sizeof mistakes / sizeof mistakes[0]; i++) {
        apl_explore *explore = apl_memory_new(sizeof *explore);
        if (apl_explore_compile(explore, test.arena, apl_str_from(mistakes[i].query), &test.vocabulary) == APL_OK)
            fail_msg("%s: compiles", mistakes[i].query);
        if (strstr(apl_error_message(), mistakes[i].answer) == NULL)
            fail_msg("%s: says \"%s\"", mistakes[i].query, apl_error_message());
        apl_memory_free(explore);
    }
    explored_close(&test);
}

/* Words in any order: compiled and run, or refused; never more than one set is left, and nothing is read out of bounds.
 */
static void any_words_are_answered_or_refused(void **state)
{
    static const char *const words[] = {"ai-agent", "assets",  "THAT",     "AND",       "OR", "NOT",   "(",
                                        ")",        "name",    "=",        "!=",        "x",  "*",     ",",
                                        "has",      "finding", "path",     "uses-tool", "BY", "calls", "ai",
                                        "\"q\"",    "read",    "severity", "high+"};
    random_source random = {7};
    explored test;
    size_t compiled = 0;
    (void)state;

    explored_open(&test);
    for (unsigned round = 0; round < 20000; round++) {
        char query[512] = "assets THAT";
        apl_explore *explore = apl_memory_new(sizeof *explore);
        apl_selection selection = {0};
        for (uint32_t i = random_below(&random, 12); i > 0; i--) {
            size_t used = strlen(query);
            (void)snprintf(query + used, sizeof query - used, " %s", words[random_below(&random, 25)]);
        }
        if (apl_explore_compile(explore, test.arena, apl_str_from(query), &test.vocabulary) == APL_OK) {
            compiled++;
            apl_explore_run(&selection, explore, &test.snapshot);
        }
        apl_selection_free(&selection);
        apl_memory_free(explore);
    }
    assert_true(compiled > 100);
    explored_close(&test);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers),
        cmocka_unit_test(mistakes_point_at_the_word),
        cmocka_unit_test(any_words_are_answered_or_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
