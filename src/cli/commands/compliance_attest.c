/* cli/commands/compliance_attest.c: adds a statement about a control to a reviewable file.
 *
 * The file is text that is kept and reviewed like code; this appends one item and changes nothing that is there. */
#include <sys/stat.h>

#include "base/limits.h"
#include "bytes/files.h"
#include "cli/readiness.h"
#include "cli/sink.h"
#include "yaml/yaml.h"

static const apl_option options[] = {
    {"owner", 0, APL_OPT_TEXT, APL_OFFSET(owner), "WHO", "who states it and answers for it", NULL},
    {"note", 0, APL_OPT_TEXT, APL_OFFSET(note), "TEXT", "what is stated, and on what it rests", NULL},
    {"file", 0, APL_OPT_FILE, APL_OFFSET(file), "FILE",
     "what stands behind it, as seen from the attestation file; its SHA-256 is kept, never its content", NULL},
    {"expires", 0, APL_OPT_TEXT, APL_OFFSET(expires), "DATE", "the last day on which it holds", NULL},
    {"not-applicable", 0, APL_OPT_FLAG, APL_OFFSET(excludes), NULL,
     "state that the control does not apply, with the reason in the note", NULL},
    {"attestations", 0, APL_OPT_FILE, APL_OFFSET(attestations), "FILE",
     "the file that it is added to (default: attestations.yaml here)", NULL},
    APL_OPTION_CONTENT,
    APL_OPTION_POLICIES,
    APL_OPTION_NOW,
    APL_OPTION_QUIET,
    APL_OPTION_HELP,
    {0},
};

static apl_status check_words(const apl_session *session)
{
    const apl_settings *settings = session->settings;

    if (settings->owner == NULL || settings->owner[0] == 0)
        return apl_fail(APL_E_USAGE, "--owner is missing: somebody must answer for the statement");
    if (settings->note == NULL || settings->note[0] == 0)
        return apl_fail(APL_E_USAGE, "--note is missing: say what is stated and on what it rests");
    if (settings->expires == NULL)
        return apl_fail(APL_E_USAGE, "--expires is missing: a statement without an end is never looked at again");
    if (strchr(settings->words.items[0], ':') == NULL || strchr(settings->words.items[0], '*') != NULL)
        return apl_fail(APL_E_USAGE, "\"%s\" names no control; write FRAMEWORK:CONTROL, like ISO42001:A.3.2",
                        settings->words.items[0]);
    return APL_OK;
}

/* The control must be one that there is. */
static apl_status check_control(apl_session *session)
{
    apl_str word = apl_str_from(session->settings->words.items[0]);

    session->filter.frameworks = (apl_words){&word, 1};
    return apl_filter_check_names(&session->filter, session->content, NULL);
}

static apl_status make_statement(apl_attestation *out, apl_session *session, const char *path)
{
    const apl_settings *settings = session->settings;
    char today[APL_INSTANT_TEXT_MAX];
    apl_status status = APL_OK;

    (void)apl_instant_format(today, session->options.now, 0);
    *out = (apl_attestation){
        .control = apl_str_from(settings->words.items[0]),
        .owner = apl_str_from(settings->owner),
        .note = apl_str_from(settings->note),
        .file = apl_str_from(settings->file),
        .expires = apl_str_from(settings->expires),
        .attested = apl_arena_str(session->arena, apl_str_make(today, 10)),
        .excludes = settings->excludes,
    };
    if (!apl_instant_parse(&out->expires_at, out->expires))
        return apl_fail(APL_E_USAGE, "--expires: \"%s\" is no date like 2027-06-30", settings->expires);
    if (out->expires_at < session->options.now)
        return apl_fail(APL_E_USAGE, "--expires: %s is in the past", settings->expires);
    if (settings->file)
        status = apl_attestation_hash(&out->sha256, session->arena,
                                      apl_attestation_path(session->arena, out->file, path).data);
    return status;
}

/* What the file holds now, or the start of a new one. */
static apl_status old_text(apl_text *out, apl_session *session, const char *path)
{
    struct stat file;
    apl_str text;

    if (stat(path, &file) != 0) {
        apl_text_add(out, APL_STR("# Statements about controls, for aplomb compliance. Review changes like code.\n"
                                  "attestations:\n"));
        return APL_OK;
    }
    apl_status status = apl_file_read(&text, session->arena, path, APL_CONTENT_BYTES_MAX);
    if (status != APL_OK)
        return status;
    apl_text_add(out, text);
    if (text.size && text.data[text.size - 1] != '\n')
        apl_text_add_char(out, '\n');
    return APL_OK;
}

static apl_status count_statements(size_t *out, apl_session *session, apl_str text, const char *path)
{
    apl_attestations *list = apl_attestations_new();
    apl_value value = APL_MISSING;
    apl_status status = apl_yaml_parse(&value, session->arena, text);

    if (status == APL_OK)
        status = apl_attestations_add(list, value, path);
    *out = apl_attestations_count(list);
    apl_attestations_free(list);
    return status;
}

/* Written only when the new text says one statement more than the old one: a file in another layout is left alone. */
static apl_status append(apl_session *session, const apl_attestation *statement, const char *path)
{
    apl_text text;
    apl_sink sink;
    size_t before = 0;
    size_t after = 0;

    apl_text_init(&text, APL_CONTENT_BYTES_MAX);
    apl_status status = old_text(&text, session, path);
    if (status == APL_OK)
        status = count_statements(&before, session, apl_text_str(&text), path);
    apl_attestation_write(&text, statement);
    if (status == APL_OK &&
        (count_statements(&after, session, apl_text_str(&text), path) != APL_OK || after != before + 1 || text.is_cut))
        status =
            apl_fail(APL_E_USAGE,
                     "%s: cannot be added to; its last part must be \"attestations:\" with items two spaces in", path);
    if (status == APL_OK)
        status = apl_sink_open(&sink, path);
    if (status == APL_OK) {
        status = apl_sink_write(&sink, apl_text_str(&text));
        status = apl_sink_close(&sink, status);
    }
    apl_text_free(&text);
    return status;
}

static apl_status attest_run(apl_session *session)
{
    const char *path = session->settings->attestations ? session->settings->attestations : APL_ATTESTATIONS_DEFAULT;
    apl_attestation statement;
    apl_status status = check_words(session);

    if (status == APL_OK)
        status = apl_session_content(session);
    if (status == APL_OK)
        status = check_control(session);
    if (status == APL_OK)
        status = make_statement(&statement, session, path);
    if (status == APL_OK)
        status = append(session, &statement, path);
    if (status == APL_OK)
        apl_session_say(session, "%s: %s is stated by %s until %s", path, session->settings->words.items[0],
                        session->settings->owner, session->settings->expires);
    return status;
}

const apl_command apl_command_compliance_attest = {
    .name = "compliance attest",
    .summary = "state something about a control, with an owner and an end",
    .options = options,
    .run = attest_run,
    .arguments = "FRAMEWORK:CONTROL",
    .details = "Adds one item to the attestation file, which is text to be reviewed and kept like code. A statement "
               "completes what checks say; it never takes a failed check back. An expired one, or one whose file has "
               "changed, no longer counts and is shown as such.",
    .examples = "aplomb compliance attest ISO42001:A.3.2 --owner ana@contoso.example --expires 2027-06-30 "
                "--note 'Roles are in the AI policy, section 4' --file policy.pdf\n"
                "aplomb compliance attest ISO42001:A.10.4 --not-applicable --owner ana@contoso.example "
                "--expires 2027-06-30 --note 'We sell to nobody'",
    .words_min = 1,
    .words_max = 1,
};
