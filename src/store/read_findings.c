/* store/read_findings.c: findings with their rules and evidence, and coverage.
 *
 * Equal texts are parsed once: most findings of one rule rest on the same evidence. */
#include <stdlib.h>

#include "store/read.h"
#include "store/rule_text.h"

typedef struct parsed_evidence {
    const apl_evidence *items;
    uint32_t count;
} parsed_evidence;

/* By string number: what was parsed already. */
typedef struct finding_reader {
    apl_read *read;
    const apl_rule_info **rules; /* of the rule's id */
    parsed_evidence *evidence;
} finding_reader;

/* An asset that this snapshot lacks cannot have passed. */
static void push_judged(apl_read *read, const apl_rule_info *rule, const apl_rule_judged *judged)
{
    apl_asset_id *passes = APL_ARENA_ARRAY(read->estate->arena, apl_asset_id, judged->pass_count);
    uint32_t count = 0;

    for (uint32_t i = 0; i < judged->pass_count; i++) {
        apl_asset_id asset = apl_read_place(read, (uint64_t)judged->passes[i]);
        if (asset != APL_ASSET_NONE)
            passes[count++] = asset;
    }
    APL_PUSH(&read->estate->judged, ((apl_judged_rule){.rule = rule,
                                                       .types = judged->types,
                                                       .type_count = judged->type_count,
                                                       .lists_passes = judged->lists_passes,
                                                       .passes = passes,
                                                       .pass_count = count}));
}

static apl_status read_rule(finding_reader *reader, const apl_query *row)
{
    apl_read *read = reader->read;
    apl_arena *arena = read->estate->arena;
    int64_t number = apl_query_number(row, 0);
    apl_rule_info *rule = APL_ARENA_NEW(arena, apl_rule_info);
    apl_rule_judged judged = {0};

    if (number <= 0 || (uint64_t)number >= read->text_count)
        return apl_fail(APL_E_STORE, "%s: the store is damaged, a rule has no id", read->store->path);
    reader->rules[number] = rule;
    apl_status status = apl_rule_read(rule, &judged, arena, apl_read_string(read, number), apl_query_text(row, 1));
    if (status == APL_OK && judged.is_judged)
        push_judged(read, rule, &judged);
    return status;
}

static apl_status read_rules(finding_reader *reader)
{
    apl_query *query;
    bool has_row = false;
    apl_status status =
        apl_read_query(&query, reader->read, "SELECT rule, text FROM rules WHERE to_scan > ?1 AND from_scan <= ?1");

    if (status != APL_OK)
        return status;
    while ((status = apl_query_next(&has_row, query)) == APL_OK && has_row) {
        status = read_rule(reader, query);
        if (status != APL_OK)
            break;
    }
    apl_query_free(query);
    return status;
}

static apl_status read_evidence(apl_finding *finding, finding_reader *reader, int64_t number)
{
    apl_read *read = reader->read;
    apl_status status = APL_OK;

    if (number <= 0 || (uint64_t)number >= read->text_count)
        return APL_OK;
    parsed_evidence *parsed = &reader->evidence[number];
    if (parsed->items == NULL)
        status = apl_evidence_read(&parsed->items, &parsed->count, read->estate->arena,
                                   apl_strings_text(&read->store->strings, number));
    finding->evidence = parsed->items;
    finding->evidence_count = parsed->count;
    return status;
}

static apl_status read_finding(finding_reader *reader, const apl_query *row)
{
    apl_read *read = reader->read;
    int64_t rule = apl_query_number(row, 1);
    apl_str id = apl_query_bytes(row, 2);
    int64_t state = apl_query_number(row, 3);
    int64_t severity = apl_query_number(row, 4);
    apl_finding finding = {.asset = apl_read_place(read, (uint64_t)apl_query_number(row, 0))};
    apl_status status;

    if (rule > 0 && (uint64_t)rule < read->text_count)
        finding.rule = reader->rules[rule];
    bool is_damaged = finding.asset == APL_ASSET_NONE || finding.rule == NULL || id.size != 16 || state < 0 ||
                      state >= APL_STATUS_COUNT || severity < 0 || severity >= APL_SEVERITY_COUNT;
    if (is_damaged)
        return apl_fail(APL_E_STORE, "%s: the store is damaged, a finding", read->store->path);
    apl_hex(finding.id, (const uint8_t *)id.data, id.size);
    finding.status = (uint8_t)state;
    finding.severity = (uint8_t)severity;
    status = read_evidence(&finding, reader, apl_query_number(row, 5));
    finding.reason = apl_read_column(read, row, 6);
    finding.needs = apl_read_column(read, row, 7);
    APL_PUSH(&read->estate->findings, finding);
    return status;
}

static int by_rule_id(const void *a, const void *b)
{
    return apl_str_compare(((const apl_judged_rule *)a)->rule->id, ((const apl_judged_rule *)b)->rule->id);
}

static int compare_findings(const void *a, const void *b)
{
    const apl_finding *left = a;
    const apl_finding *right = b;

    if (left->severity != right->severity)
        return left->severity > right->severity ? -1 : 1;
    if (left->rule != right->rule)
        return apl_str_compare(left->rule->id, right->rule->id);
    return (left->asset > right->asset) - (left->asset < right->asset);
}

apl_status apl_read_findings(apl_read *read)
{
    finding_reader reader = {
        .read = read,
        .rules = APL_ARENA_ARRAY(read->scratch, const apl_rule_info *, read->text_count),
        .evidence = APL_ARENA_ARRAY(read->scratch, parsed_evidence, read->text_count),
    };
    apl_estate *estate = read->estate;
    apl_query *query = NULL;
    bool has_row = false;
    apl_status status = read_rules(&reader);

    if (status == APL_OK)
        status = apl_read_query(&query, read,
                                "SELECT asset, rule, id, status, severity, evidence, reason, needs FROM findings "
                                "WHERE to_scan > ?1 AND from_scan <= ?1");
    while (status == APL_OK) {
        status = apl_query_next(&has_row, query);
        if (!has_row)
            break;
        status = read_finding(&reader, query);
    }
    apl_query_free(query);
    if (estate->judged.count)
        qsort(estate->judged.items, estate->judged.count, sizeof *estate->judged.items, by_rule_id);
    if (estate->findings.count)
        qsort(estate->findings.items, estate->findings.count, sizeof *estate->findings.items, compare_findings);
    return status;
}

static void read_coverage_row(apl_read *read, const apl_query *row)
{
    int64_t state = apl_query_number(row, 3);
    apl_coverage coverage = {
        .source = apl_read_column(read, row, 0),
        .scope = apl_read_column(read, row, 1),
        .type = apl_read_column(read, row, 2),
        .state = (uint8_t)(state < 0 || state > APL_COVERAGE_UNSUPPORTED ? APL_COVERAGE_UNREAD : state),
        .count = (uint64_t)apl_query_number(row, 4),
        .why = apl_read_column(read, row, 5),
        .needs = apl_read_column(read, row, 6),
    };

    APL_PUSH(&read->estate->coverage, coverage);
}

static int compare_coverage(const void *a, const void *b)
{
    const apl_coverage *left = a;
    const apl_coverage *right = b;
    int order = apl_str_compare(left->source, right->source);

    if (order == 0)
        order = apl_str_compare(left->scope, right->scope);
    if (order == 0)
        order = apl_str_compare(left->type, right->type);
    if (order == 0)
        order = left->state - right->state;
    if (order == 0)
        order = apl_str_compare(left->why, right->why);
    return order;
}

apl_status apl_read_coverage(apl_read *read)
{
    apl_estate *estate = read->estate;
    apl_query *query;
    bool has_row = false;
    apl_status status = apl_read_query(&query, read,
                                       "SELECT source, scope, type, state, count, why, needs FROM coverage "
                                       "WHERE to_scan > ?1 AND from_scan <= ?1");

    if (status != APL_OK)
        return status;
    while ((status = apl_query_next(&has_row, query)) == APL_OK && has_row)
        read_coverage_row(read, query);
    apl_query_free(query);
    if (estate->coverage.count)
        qsort(estate->coverage.items, estate->coverage.count, sizeof *estate->coverage.items, compare_coverage);
    return status;
}
