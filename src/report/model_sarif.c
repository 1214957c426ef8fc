/* report/model_sarif.c: SARIF for model files.
 *
 * The place is the file, the member inside it a logical location, the offset a byte region of the file alone. What
 * could not be read is a result of its own, so that a code host shows it too. */
#include "report/model_sarif.h"

#include "base/digest.h"
#include "report/row.h"

#define TEXT_BYTES_MAX (16u << 10)

typedef struct severity_row {
    const char *severity;
    const char *level;
    const char *number; /* what code hosts sort by */
} severity_row;

static const severity_row *row_of(const char *severity)
{
    static const severity_row rows[] = {
        {"critical", "error", "9.5"}, {"high", "error", "8.0"}, {"medium", "warning", "5.5"},
        {"low", "note", "3.0"},       {"info", "note", "0.0"},
    };
    size_t i = 0;

    while (strcmp(rows[i].severity, severity) != 0)
        i++;
    return &rows[i];
}

static void write_rule(apl_text *out, const apl_issue_info *info)
{
    const severity_row *row = row_of(info->severity);

    apl_text_add_format(out, "{\"id\":\"%s\",\"shortDescription\":{\"text\":", info->id);
    apl_json_write_string(out, apl_str_from(info->meaning));
    apl_text_add_format(out,
                        "},\"defaultConfiguration\":{\"level\":\"%s\"},\"properties\":{\"security-severity\":\"%s\","
                        "\"severity\":\"%s\",\"tags\":[\"security\",\"ai\"]}}",
                        row->level, row->number, info->severity);
}

void apl_model_sarif_begin(apl_text *out, const char *version)
{
    apl_text_add(out, APL_STR("{\"$schema\":\"https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/"
                              "sarif-schema-2.1.0.json\",\"version\":\"2.1.0\","
                              "\"runs\":[{\"tool\":{\"driver\":{\"name\":\"aplomb\",\"fullName\":\"Aplomb, AI security "
                              "posture\",\"version\":"));
    apl_json_write_string(out, apl_str_from(version));
    apl_text_add(out, APL_STR(",\"rules\":["));
    for (unsigned i = 0; i < APL_ISSUE_COUNT_; i++) {
        apl_text_add(out, i ? APL_STR(",\n") : APL_STR("\n"));
        write_rule(out, apl_issue_info_of((apl_issue)i));
    }
    apl_text_add(out, APL_STR("]}},\"columnKind\":\"utf16CodeUnits\",\"results\":["));
}

/* Stable over runs: file, member, issue and what it says. */
static void write_fingerprint(apl_text *out, apl_str file, const apl_model_issue *issue)
{
    apl_str parts[] = {
        file,          APL_STR("\n"), issue->member, APL_STR("\n"), apl_str_from(apl_issue_info_of(issue->kind)->id),
        APL_STR("\n"), issue->detail};
    uint8_t hash[APL_SHA256_BYTES];
    char hex[33];

    apl_sha256(hash, parts, sizeof parts / sizeof parts[0]);
    apl_hex(hex, hash, 16);
    apl_text_add_format(out, ",\"partialFingerprints\":{\"aplomb/v1\":\"%s\"}", hex);
}

static void write_result(apl_text *out, apl_str file, const apl_model_issue *issue)
{
    const apl_issue_info *info = apl_issue_info_of(issue->kind);
    apl_text text;

    apl_text_init(&text, TEXT_BYTES_MAX);
    apl_text_add_format(&text, "%s: %.*s", info->meaning, APL_STR_ARG(issue->detail));
    apl_text_add_format(out, "{\"ruleId\":\"%s\",\"ruleIndex\":%u,\"level\":\"%s\",\"message\":{\"text\":", info->id,
                        (unsigned)issue->kind, row_of(info->severity)->level);
    apl_json_write_string(out, apl_text_str(&text));
    apl_text_free(&text);
    apl_text_add(out, APL_STR("},\"locations\":[{\"physicalLocation\":{\"artifactLocation\":{\"uri\":"));
    apl_row_uri(out, file);
    apl_text_add(out, APL_STR("}"));
    if (issue->member.size == 0 && issue->offset <= INT32_MAX)
        apl_text_add_format(out, ",\"region\":{\"byteOffset\":%llu,\"byteLength\":0}",
                            (unsigned long long)issue->offset);
    apl_text_add_char(out, '}');
    if (issue->member.size) {
        apl_text_add(out, APL_STR(",\"logicalLocations\":[{\"fullyQualifiedName\":"));
        apl_json_write_string(out, issue->member);
        apl_text_add(out, APL_STR(",\"kind\":\"member\"}]"));
    }
    apl_text_add(out, APL_STR("}]"));
    write_fingerprint(out, file, issue);
    apl_text_add_char(out, '}');
}

size_t apl_model_sarif_file(apl_text *out, apl_str file, const apl_model_report *report, bool is_first)
{
    size_t written = 0;

    for (size_t i = 0; i < report->issues.count; i++) {
        apl_text_add(out, is_first && written == 0 ? APL_STR("\n") : APL_STR(",\n"));
        write_result(out, file, &report->issues.items[i]);
        written++;
    }
    return written;
}

void apl_model_sarif_end(apl_text *out)
{
    apl_text_add(out, APL_STR("]}]}\n"));
}
