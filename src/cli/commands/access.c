/* cli/commands/access.c: who may do what: one question, or a file of them.
 *
 * A question about a principal needs an estate: the stored snapshot, or sources that are read in memory. A batch line
 * with a role alone needs none, so the estate is loaded when the first line asks for it. */
#include "bytes/files.h"
#include "cli/session.h"
#include "cli/sink.h"
#include "report/access_answer.h"
#include "report/row.h"
#include "json/json.h"

/* A file of questions; half a million of them with whole role definitions stay below. */
#define BATCH_BYTES_MAX (1u << 30)
/* Beyond these only their number is told: a file of something else has a million. */
#define BROKEN_LINES_TOLD 20

static const apl_option options[] = {
    {"principal", 'p', APL_OPT_TEXT, APL_OFFSET(principal), "ID",
     "object id, entra:// id, user principal name, or the resource whose identity it is", NULL},
    {"action", 'a', APL_OPT_TEXT, APL_OFFSET(action), "ACTION",
     "operation, as in Microsoft.Storage/storageAccounts/listKeys/action", NULL},
    {"resource", 'r', APL_OPT_TEXT, APL_OFFSET(resource), "ID", "resource, scope or directory object", NULL},
    {"plane", 0, APL_OPT_CHOICE, APL_OFFSET(plane), "PLANE", "control or data (default: control)", "control data"},
    {"batch", 'b', APL_OPT_FILE, APL_OFFSET(batch), "FILE", "questions, one JSON object a line", NULL},
    {"capabilities", 0, APL_OPT_FLAG, APL_OFFSET(capabilities), NULL,
     "count keys too: who may list the keys of an account may do what they open", NULL},
    {"explain", 'e', APL_OPT_FLAG, APL_OFFSET(explain), NULL, "show how each reason decides: role, groups, condition",
     NULL},
    {"format", 'f', APL_OPT_CHOICE, APL_OFFSET(as), "FMT", "text or json (default: text; a batch gives JSON lines)",
     "text json"},
    APL_OPTION_STORE,
    APL_OPTION_SNAPSHOT,
    APL_OPTION_CONTENT,
    APL_OPTION_OFFLINE,
    APL_OPTION_JOBS,
    APL_OPTION_QUIET,
    APL_OPTION_NO_COLOR,
    APL_OPTION_HELP,
    {0},
};

typedef struct access_run {
    apl_session *session;
    apl_access *access; /* NULL until the estate is loaded */
    apl_asker *asker;
    apl_arena *scratch; /* one question */
    apl_output output;
    unsigned line;
    unsigned broken; /* lines that are no question */
} access_run;

static apl_status load(access_run *run)
{
    apl_session *session = run->session;
    const apl_word_list *sources = &session->settings->words;
    apl_status status;

    if (run->access)
        return APL_OK;
    if (sources->count && (session->settings->store || session->settings->snapshot))
        return apl_fail(APL_E_USAGE, "--%s reads a stored snapshot; leave the sources out, or the option",
                        session->settings->store ? "store" : "snapshot");
    session->options.sources = sources->items;
    session->options.source_count = sources->count;
    session->options.ignored = apl_session_store_url(session);
    status = sources->count ? apl_scan_unjudged(&session->snapshot, session->content, &session->options)
                            : apl_session_restore(session);
    session->has_snapshot = status == APL_OK;
    apl_progress_finish(&session->progress);
    if (status != APL_OK)
        return status;
    run->access = apl_scan_access(session->content, session->snapshot.estate);
    run->asker = apl_asker_new(run->access);
    return APL_OK;
}

static apl_plane plane_of(apl_str name)
{
    return apl_str_equal_nocase(name, APL_STR("data")) ? APL_PLANE_DATA : APL_PLANE_CONTROL;
}

static void shown_of(apl_shown_answer *out, const access_run *run, const apl_access_question *question,
                     const apl_access_answer *answer)
{
    *out = (apl_shown_answer){
        .access = run->access,
        .estate = run->session->snapshot.estate,
        .question = question,
        .answer = answer,
        .explains = run->session->settings->explain,
    };
}

static void write_json(apl_text *out, const apl_shown_answer *shown)
{
    const apl_access_question *question = shown->question;

    apl_text_add(out, APL_STR("{\"schema\":\"aplomb.access.v1\""));
    apl_row_text(out, APL_STR("principal"), question->principal);
    apl_row_text(out, APL_STR("plane"), question->plane == APL_PLANE_DATA ? APL_STR("data") : APL_STR("control"));
    apl_row_text(out, APL_STR("action"), question->action);
    apl_row_text(out, APL_STR("resource"), question->scope);
    apl_text_add_char(out, ',');
    apl_access_answer_members(out, shown);
    apl_text_add(out, APL_STR("}\n"));
}

static apl_status ask_one(access_run *run)
{
    const apl_settings *settings = run->session->settings;
    apl_access_question question = {
        .principal = apl_str_from(settings->principal),
        .plane = plane_of(apl_str_from(settings->plane)),
        .action = apl_str_from(settings->action),
        .scope = apl_str_from(settings->resource),
        .counts_keys = settings->capabilities,
    };
    apl_access_answer answer;
    apl_shown_answer shown;

    if (settings->principal == NULL || settings->action == NULL || settings->resource == NULL)
        return apl_fail(APL_E_USAGE, "\"access\" needs --principal, --action and --resource, or --batch");
    apl_status status = load(run);
    if (status != APL_OK)
        return status;
    apl_access_ask(&answer, run->asker, &question);
    shown_of(&shown, run, &question, &answer);
    if (settings->as && strcmp(settings->as, "json") == 0) {
        write_json(&run->output.text, &shown);
    } else {
        apl_screen screen = apl_environment_screen(&settings->environment, false, settings->no_color);
        apl_access_answer_text(&run->output.text, &screen, &shown);
    }
    return apl_output_step(&run->output);
}

static apl_str member(apl_value line, const char *name)
{
    return apl_value_str(apl_value_member(line, name));
}

static void write_role_answer(access_run *run, const apl_role_answer *answer)
{
    apl_text *out = &run->output.text;

    apl_row_text(out, APL_STR("decision"), apl_str_from(apl_decision_names[answer->decision]));
    apl_text_add(out, APL_STR(",\"by\":["));
    if (answer->decision != APL_DENY)
        apl_json_write_string(out, answer->by);
    apl_text_add_char(out, ']');
    if (answer->is_contested)
        apl_text_add(out, APL_STR(",\"contested\":true"));
}

static apl_status answer_principal(access_run *run, const apl_access_question *question)
{
    apl_access_answer answer;
    apl_shown_answer shown;
    apl_status status = load(run);

    if (status != APL_OK)
        return status;
    apl_access_ask(&answer, run->asker, question);
    shown_of(&shown, run, question, &answer);
    apl_text_add_char(&run->output.text, ',');
    apl_access_answer_members(&run->output.text, &shown);
    return APL_OK;
}

/* A line of the batch; the number of it names it in messages. */
static apl_status answer_line(access_run *run, apl_value line)
{
    apl_text *out = &run->output.text;
    apl_value role = apl_value_member(line, "role");
    apl_role_answer role_answer;
    apl_role_question asked = {
        .role = role,
        .condition = member(line, "condition"),
        .library = apl_content_library(run->session->content),
        .question =
            {
                .principal = member(line, "principal"),
                .plane = plane_of(member(line, "plane")),
                .action = member(line, "action"),
                .scope = member(line, "scope").size ? member(line, "scope") : member(line, "resource"),
                .attributes = apl_value_member(line, "attributes"),
                .counts_keys = run->session->settings->capabilities,
            },
    };
    apl_status status = APL_OK;

    apl_text_add(out, APL_STR("{\"case\":"));
    apl_value name = apl_value_member(line, "case");
    if (name.type == APL_VALUE_MISSING)
        apl_text_add_format(out, "\"%u\"", run->line);
    else
        apl_value_write(out, name, 0);
    if (apl_value_is_there(role)) {
        apl_access_ask_role(&role_answer, run->scratch, &asked);
        write_role_answer(run, &role_answer);
    } else {
        status = answer_principal(run, &asked.question);
    }
    apl_text_add(out, APL_STR("}\n"));
    return status == APL_OK ? apl_output_step(&run->output) : status;
}

static apl_status check_line(const access_run *run, apl_value line)
{
    const char *file = run->session->settings->batch;

    if (line.type != APL_VALUE_OBJECT)
        return apl_fail(APL_E_INPUT, "%s: line %u: no JSON object", file, run->line);
    bool has_role = apl_value_is_there(apl_value_member(line, "role"));
    if (!has_role && member(line, "principal").size == 0)
        return apl_fail(APL_E_INPUT, "%s: line %u: neither \"role\" nor \"principal\"", file, run->line);
    if (member(line, "action").size == 0)
        return apl_fail(APL_E_INPUT, "%s: line %u: no \"action\"", file, run->line);
    if (!has_role && member(line, "scope").size == 0 && member(line, "resource").size == 0)
        return apl_fail(APL_E_INPUT, "%s: line %u: no \"scope\"", file, run->line);
    apl_str plane = member(line, "plane");
    if (plane.size && !apl_str_equal_nocase(plane, APL_STR("data")) && !apl_str_equal_nocase(plane, APL_STR("control")))
        return apl_fail(APL_E_INPUT, "%s: line %u: \"plane\" is \"%.*s\"; there are control and data", file, run->line,
                        APL_STR_ARG(plane));
    return APL_OK;
}

/* Fails on a broken line with APL_E_INPUT, which is no reason to leave the others unanswered. */
static apl_status ask_line(access_run *run, apl_str text)
{
    apl_value line = APL_MISSING;

    apl_status status = apl_json_parse(&line, run->scratch, text);
    if (status != APL_OK)
        return apl_fail_context(APL_E_INPUT, "%s: line %u", run->session->settings->batch, run->line);
    status = check_line(run, line);
    return status == APL_OK ? answer_line(run, line) : status;
}

/* What is wrong with a line: a failure, so --quiet does not hide it. */
static void say_broken(access_run *run)
{
    apl_progress *progress = &run->session->progress;

    apl_progress_clear(progress);
    if (run->broken++ < BROKEN_LINES_TOLD)
        apl_say(&progress->screen, apl_str_from(apl_error_message()));
    run->session->exit_code = APL_EXIT_FAILURE;
}

static apl_status ask_batch(access_run *run)
{
    const char *path = run->session->settings->batch;
    apl_str rest;
    apl_str text;
    apl_status status = apl_file_read(&rest, run->session->arena, path, BATCH_BYTES_MAX);

    while (status == APL_OK && apl_str_next(&text, &rest, '\n')) {
        run->line++;
        text = apl_str_trim(text);
        if (text.size == 0)
            continue;
        status = ask_line(run, text);
        if (status == APL_E_INPUT) {
            say_broken(run);
            status = APL_OK;
        }
        apl_arena_reset(run->scratch);
    }
    if (status == APL_OK && run->broken > BROKEN_LINES_TOLD)
        apl_session_say(run->session, "%s: %u more lines are broken", path, run->broken - BROKEN_LINES_TOLD);
    return status;
}

static apl_status access_run_command(apl_session *session)
{
    access_run run = {.session = session, .scratch = apl_arena_new()};
    bool is_batch = session->settings->batch != NULL;
    apl_sink sink;
    apl_status status = apl_session_content(session);

    if (status == APL_OK && is_batch && (session->settings->principal || session->settings->action))
        status = apl_fail(APL_E_USAGE, "--batch has its questions in the file; leave --principal and --action out");
    if (status == APL_OK)
        status = apl_sink_open(&sink, NULL);
    if (status != APL_OK) {
        apl_arena_free(run.scratch);
        return status;
    }
    apl_output_init(&run.output, apl_sink_write, &sink);
    status = is_batch ? ask_batch(&run) : ask_one(&run);
    apl_status written = apl_output_finish(&run.output);
    if (status == APL_OK)
        status = written;
    if (session->has_snapshot)
        apl_session_judge_coverage(session);
    apl_asker_free(run.asker);
    apl_access_free(run.access);
    apl_arena_free(run.scratch);
    return apl_sink_close(&sink, status);
}

const apl_command apl_command_access = {
    .name = "access",
    .summary = "who may do what: effective permissions, with what decides",
    .options = options,
    .run = access_run_command,
    .arguments = "[SOURCE...]",
    .details =
        "Answers allow, deny, conditional (only under a condition, or after activating an eligible assignment) or "
        "unknown (something that may decide was not read), from the stored snapshot or from sources that are read in "
        "memory. Keys and shared access signatures are no roles and count only with --capabilities. A line of a batch "
        "has case, plane, action, scope, and either a principal or a role: a definition, or the name of a built-in "
        "one, taken as assigned at the scope. A line that is no question is told on standard error and left out; the "
        "others are answered, and the exit code is 2.",
    .examples = "aplomb access -p ada@contoso.com -a Microsoft.Search/searchServices/listAdminKeys/action -r ID\n"
                "aplomb access -p ID --plane data -a Microsoft.KeyVault/vaults/secrets/getSecret/action -r ID -e "
                "export/\n"
                "aplomb access --batch questions.ndjson export/",
    .words_max = -1,
};
