/* store/write_findings.c: findings, the rules that they name, and coverage.
 *
 * A finding is known by its asset and its rule, so that a status that changes closes one row and opens the next. */
#include "base/limits.h"
#include "base/threads.h"
#include "store/rule_text.h"
#include "store/write.h"

_Static_assert(APL_STATUS_PASS == 5, "the store keeps the number of a status");
_Static_assert(APL_SEVERITY_CRITICAL == 4, "the store keeps the number of a severity");
_Static_assert(APL_COVERAGE_UNSUPPORTED == 3, "the store keeps the number of a coverage state");

/* Findings in one run of a thread. */
#define GRAIN 4096

typedef struct digest_job {
    const apl_estate *estate;
    uint64_t *digests;
    apl_text buffers[APL_THREADS_MAX];
} digest_job;

static void digest_findings(void *context, unsigned thread, size_t from, size_t to)
{
    digest_job *job = context;
    apl_text *buffer = &job->buffers[thread];

    for (size_t i = from; i < to; i++) {
        const apl_finding *finding = &job->estate->findings.items[i];
        buffer->size = 0;
        apl_digest_add_number(buffer, (uint64_t)finding->status << 8 | finding->severity);
        apl_digest_add(buffer, finding->reason);
        apl_digest_add(buffer, finding->needs);
        apl_evidence_write(buffer, finding);
        job->digests[i] = apl_str_hash(apl_text_str(buffer));
    }
}

static const uint64_t *make_digests(apl_write *write)
{
    digest_job *job = APL_ARENA_NEW(write->arena, digest_job);
    size_t count = write->estate->findings.count;

    job->estate = write->estate;
    job->digests = APL_ARENA_ARRAY(write->arena, uint64_t, count);
    for (unsigned i = 0; i < write->threads; i++)
        apl_text_init(&job->buffers[i], APL_DIGEST_BYTES_MAX);
    apl_parallel(write->threads, count, GRAIN, digest_findings, job);
    for (unsigned i = 0; i < write->threads; i++)
        apl_text_free(&job->buffers[i]);
    return job->digests;
}

/* The bytes of a finding id; short ones (there are none) are filled with zero. */
#define ID_BYTES 16

static uint8_t digit_of(char c)
{
    return (uint8_t)(c <= '9' ? c - '0' : apl_char_lower(c) - 'a' + 10);
}

static void id_bytes(uint8_t out[ID_BYTES], const char *id)
{
    memset(out, 0, ID_BYTES);
    for (size_t i = 0; i < 2 * (size_t)ID_BYTES && id[i]; i++)
        out[i / 2] = (uint8_t)(out[i / 2] | (i % 2 ? digit_of(id[i]) : digit_of(id[i]) << 4));
}

typedef struct finding_write {
    apl_write *write;
    int64_t reason; /* strings of the row before */
    int64_t needs;
} finding_write;

static apl_status put_finding(void *context, apl_insert *insert, const apl_version *version)
{
    finding_write *findings = context;
    apl_write *write = findings->write;
    const apl_finding *finding = &write->estate->findings.items[version->item];
    uint8_t id[ID_BYTES];
    apl_status status;

    id_bytes(id, finding->id);
    apl_insert_put_bytes(insert, id, ID_BYTES);
    apl_insert_put_number(insert, finding->status);
    apl_insert_put_number(insert, finding->severity);
    write->text.size = 0;
    apl_evidence_write(&write->text, finding);
    status = apl_write_put_string(write, insert, apl_text_str(&write->text));
    if (status == APL_OK)
        status = apl_write_put_string_like(write, insert, &findings->reason, finding->reason);
    if (status == APL_OK)
        status = apl_write_put_string_like(write, insert, &findings->needs, finding->needs);
    return status;
}

static const apl_version_table findings_table = {
    .name = "findings",
    .has_subkey = true,
    .open_sql = "SELECT asset, rule, digest FROM findings WHERE to_scan = " APL_OPEN_SQL " ORDER BY asset, rule",
    .close_sql = "UPDATE findings SET to_scan = ?1 WHERE to_scan = " APL_OPEN_SQL " AND asset = ?2 AND rule = ?3",
    .insert_start = "INSERT INTO findings (to_scan, asset, rule, from_scan, digest, id, status, severity, "
                    "evidence, reason, needs)",
    .insert_row = "(" APL_OPEN_SQL ", ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    .put = put_finding,
};

/* Rules are numbered: first the judged ones, then, by their findings, those that only a finding names. */
static void write_rule(apl_write *write, uint32_t item)
{
    const apl_estate *estate = write->estate;
    const apl_judged_rule *judged = item < estate->judged.count ? &estate->judged.items[item] : NULL;
    const apl_rule_info *rule = judged ? judged->rule : estate->findings.items[item - estate->judged.count].rule;

    apl_rule_write(&write->text, rule, judged, write->numbers);
}

static apl_status put_rule(void *context, apl_insert *insert, const apl_version *version)
{
    apl_write *write = context;

    write->text.size = 0;
    write_rule(write, version->item);
    apl_insert_put_text(insert, apl_text_str(&write->text));
    return APL_OK;
}

static const apl_version_table rules_table = {
    .name = "rules",
    .open_sql = "SELECT rule, 0, digest FROM rules WHERE to_scan = " APL_OPEN_SQL " ORDER BY rule",
    .close_sql = "UPDATE rules SET to_scan = ?1 WHERE to_scan = " APL_OPEN_SQL " AND rule = ?2",
    .insert_start = "INSERT INTO rules (to_scan, rule, from_scan, digest, text)",
    .insert_row = "(" APL_OPEN_SQL ", ?, ?, ?, ?)",
    .put = put_rule,
};

static apl_status write_table(apl_write *write, const apl_version_table *table, apl_versions *wanted, void *context)
{
    apl_versions open;
    apl_version_change change = {table, &open, wanted, write->scan, context, apl_write_between, write};
    apl_status status = apl_versions_load(&open, write->db, table);

    apl_versions_sort(wanted);
    if (status == APL_OK)
        status = apl_versions_write(write->db, &change);
    apl_versions_free(&open);
    return status;
}

/* One rule under the number of its id, unless it is among them already. */
static apl_status want_rule(int64_t *number, apl_write *write, apl_versions *rules, apl_table *seen, uint32_t item)
{
    const apl_estate *estate = write->estate;
    apl_str id = item < estate->judged.count ? estate->judged.items[item].rule->id
                                             : estate->findings.items[item - estate->judged.count].rule->id;
    apl_status status = apl_strings_number(number, &write->store->strings, id);

    if (status != APL_OK || apl_table_put(seen, id, item) != item)
        return status;
    write->text.size = 0;
    write_rule(write, item);
    apl_version rule = {.key = *number, .digest = apl_str_hash(apl_text_str(&write->text)), .item = item};
    APL_PUSH(rules, rule);
    return APL_OK;
}

/* Lists the findings, and each rule once. */
static apl_status want_findings(apl_write *write, apl_versions *findings, apl_versions *rules)
{
    const apl_estate *estate = write->estate;
    const uint64_t *digests = make_digests(write);
    apl_table *seen = apl_table_new(false);
    const apl_rule_info *last = NULL;
    apl_status status = APL_OK;
    int64_t number = 0;

    for (uint32_t i = 0; i < estate->judged.count && status == APL_OK; i++)
        status = want_rule(&number, write, rules, seen, i);
    for (uint32_t i = 0; i < estate->findings.count && status == APL_OK; i++) {
        const apl_finding *finding = &estate->findings.items[i];
        if (finding->rule != last) {
            last = finding->rule;
            status = want_rule(&number, write, rules, seen, (uint32_t)estate->judged.count + i);
        }
        apl_version version = {write->numbers[finding->asset], number, digests[i], i};
        APL_PUSH(findings, version);
    }
    apl_table_free(seen);
    return status;
}

apl_status apl_write_findings(apl_write *write)
{
    apl_versions findings = {0};
    apl_versions rules = {0};
    finding_write context = {.write = write};
    apl_status status = want_findings(write, &findings, &rules);

    if (status == APL_OK)
        status = write_table(write, &rules_table, &rules, write);
    if (status == APL_OK)
        status = write_table(write, &findings_table, &findings, &context);
    apl_versions_free(&findings);
    apl_versions_free(&rules);
    return status;
}

static apl_status put_coverage(void *context, apl_insert *insert, const apl_version *version)
{
    apl_write *write = context;
    const apl_coverage *row = &write->estate->coverage.items[version->item];
    apl_status status = apl_write_put_string(write, insert, row->source);

    if (status == APL_OK)
        status = apl_write_put_string(write, insert, row->scope);
    if (status == APL_OK)
        status = apl_write_put_string(write, insert, row->type);
    apl_insert_put_number(insert, row->state);
    apl_insert_put_number(insert, (int64_t)row->count);
    if (status == APL_OK)
        status = apl_write_put_string(write, insert, row->why);
    if (status == APL_OK)
        status = apl_write_put_string(write, insert, row->needs);
    return status;
}

static const apl_version_table coverage_table = {
    .name = "coverage rows",
    .open_sql = "SELECT row, 0, digest FROM coverage WHERE to_scan = " APL_OPEN_SQL " ORDER BY row",
    .close_sql = "UPDATE coverage SET to_scan = ?1 WHERE to_scan = " APL_OPEN_SQL " AND row = ?2",
    .insert_start = "INSERT INTO coverage (to_scan, row, from_scan, digest, source, scope, type, state, count, "
                    "why, needs)",
    .insert_row = "(" APL_OPEN_SQL ", ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    .put = put_coverage,
};

apl_status apl_write_coverage(apl_write *write)
{
    const apl_estate *estate = write->estate;
    apl_versions wanted = {0};
    apl_status status;

    for (uint32_t i = 0; i < estate->coverage.count; i++) {
        const apl_coverage *row = &estate->coverage.items[i];
        write->text.size = 0;
        apl_digest_add(&write->text, row->source);
        apl_digest_add(&write->text, row->scope);
        apl_digest_add(&write->text, row->type);
        apl_digest_add_number(&write->text, row->state);
        apl_digest_add(&write->text, row->why);
        apl_digest_add(&write->text, row->needs);
        apl_version version = {
            .key = (int64_t)apl_str_hash(apl_text_str(&write->text)), .digest = row->count, .item = i};
        APL_PUSH(&wanted, version);
    }
    /* Two rows that say the same get neighbouring keys, in the order of their counts in the scan. */
    apl_versions_sort(&wanted);
    for (size_t i = 1; i < wanted.count; i++) {
        if (wanted.items[i].key <= wanted.items[i - 1].key)
            wanted.items[i].key = wanted.items[i - 1].key + 1;
    }
    status = write_table(write, &coverage_table, &wanted, write);
    apl_versions_free(&wanted);
    return status;
}
