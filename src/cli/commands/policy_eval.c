/* cli/commands/policy_eval.c: judges documents by Azure Policy definitions, one JSON line a (policy, resource).
 *
 * The documents given are all there is: a related resource that is not among them does not exist. Lines are written as
 * they come, so that any number of documents can be judged. */
#include "cli/session.h"
#include "cli/sink.h"
#include "report/row.h"

static const apl_option options[] = {
    {"definition", 'd', APL_OPT_FILES, APL_OFFSET(definitions), "FILE|DIR",
     "definitions, initiatives, assignments, exemptions; repeatable", NULL},
    {"parameters", 'p', APL_OPT_FILE, APL_OFFSET(parameters), "FILE",
     "parameter values: {name: {value: v}} or {name: v}", NULL},
    {"aliases", 0, APL_OPT_FILE, APL_OFFSET(aliases), "FILE",
     "alias table as Azure Resource Manager lists it, instead of the built-in one", NULL},
    {"now", 0, APL_OPT_TEXT, APL_OFFSET(now), "TIME", "the time that utcNow() and exemptions go by (default: now)",
     NULL},
    APL_OPTION_CONTENT,
    APL_OPTION_JOBS,
    APL_OPTION_QUIET,
    APL_OPTION_HELP,
    {0},
};

typedef struct line_writer {
    apl_output output;
    apl_status status;
} line_writer;

static void write_line(void *context, const apl_policy_line *line)
{
    line_writer *writer = context;
    apl_text *out = &writer->output.text;

    if (writer->status != APL_OK)
        return;
    apl_text_add(out, APL_STR("{\"policy\":"));
    apl_json_write_string(out, line->policy);
    apl_row_text(out, APL_STR("resource"), line->resource);
    apl_row_text(out, APL_STR("state"), apl_str_from(apl_compliance_names[line->state]));
    apl_row_text(out, APL_STR("effect"), apl_str_from(apl_effect_names[line->effect]));
    apl_row_text(out, APL_STR("reason"), line->reason);
    apl_text_add(out, APL_STR("}\n"));
    writer->status = apl_output_step(&writer->output);
}

static apl_status prepare(apl_policy_eval_options *eval, apl_session *session)
{
    const apl_settings *settings = session->settings;

    if (settings->definitions.count == 0)
        return apl_fail(APL_E_USAGE, "\"policy eval\" needs --definition FILE|DIR");
    eval->scan.sources = settings->words.items;
    eval->scan.source_count = settings->words.count;
    eval->scan.content_folders = settings->contents.items;
    eval->scan.content_folder_count = settings->contents.count;
    eval->scan.policies = settings->definitions.items;
    eval->scan.policy_count = settings->definitions.count;
    eval->scan.aliases_file = settings->aliases;
    eval->scan.version = APL_VERSION;
    eval->scan.jobs = settings->jobs;
    eval->scan.is_policy_eval = true;
    eval->scan.now = apl_clock_now();
    eval->scan.on_progress = apl_progress_update;
    eval->scan.on_progress_context = &session->progress;
    eval->scan.on_message = apl_progress_message;
    eval->scan.on_message_context = &session->progress;
    eval->parameters_file = settings->parameters;
    if (settings->now && !apl_instant_parse(&eval->scan.now, apl_str_from(settings->now)))
        return apl_fail(APL_E_USAGE, "--now: \"%s\" is no time like 2026-11-23T08:00:00Z", settings->now);
    return APL_OK;
}

static apl_status policy_eval_run(apl_session *session)
{
    apl_policy_eval_options eval = {0};
    line_writer writer = {.status = APL_OK};
    bool is_partial = false;
    apl_sink sink;
    apl_status status = prepare(&eval, session);

    if (status == APL_OK)
        status = apl_sink_open(&sink, NULL);
    if (status != APL_OK)
        return status;
    apl_output_init(&writer.output, apl_sink_write, &sink);
    eval.on_line = write_line;
    eval.on_line_context = &writer;
    status = apl_scan_policy_eval(&eval, &is_partial);
    apl_progress_finish(&session->progress);
    apl_status written = apl_output_finish(&writer.output);
    if (status == APL_OK)
        status = written;
    if (is_partial)
        session->exit_code = APL_EXIT_PARTIAL;
    return apl_sink_close(&sink, status);
}

const apl_command apl_command_policy_eval = {
    .name = "policy eval",
    .summary = "judge documents by Azure Policy definitions, one JSON line a pair",
    .options = options,
    .run = policy_eval_run,
    .arguments = "DOCS...",
    .details =
        "Each line has policy, resource, state (compliant, noncompliant, not-applicable, exempt, unknown, error), "
        "effect and reason. A resource without type or id is judged too. A related resource that is not among the "
        "documents does not exist.",
    .examples = "aplomb policy eval --definition policies/ resources.json\n"
                "aplomb policy eval -d deny.json -p values.json --now 2026-11-23T08:00:00Z -",
    .words_min = 1,
    .words_max = -1,
};
