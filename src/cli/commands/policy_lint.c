/* cli/commands/policy_lint.c: what is wrong or suspicious in policy and rule files, without any resource.
 *
 * One line a fault: file, JSON path, cause, and the name that was perhaps meant. Errors give exit code 2; warnings are
 * told and change nothing. */
#include "base/limits.h"
#include "bytes/files.h"
#include "cli/session.h"
#include "cli/sink.h"
#include "policy/lint.h"
#include "yaml/yaml.h"
#include "json/json.h"

static const apl_option options[] = {
    {"aliases", 0, APL_OPT_FILE, APL_OFFSET(aliases), "FILE",
     "alias table as Azure Resource Manager lists it, before the built-in one", NULL},
    APL_OPTION_CONTENT,
    APL_OPTION_QUIET,
    APL_OPTION_NO_COLOR,
    APL_OPTION_HELP,
    {0},
};

typedef struct lint_run {
    apl_session *session;
    apl_output output;
    apl_screen screen;
    const char *file;
    size_t errors;
    size_t warnings;
} lint_run;

static void write_message(void *context, const apl_message *message)
{
    lint_run *run = context;
    apl_text *out = &run->output.text;
    bool is_error = message->level == APL_MESSAGE_ERROR;

    run->errors += is_error;
    run->warnings += !is_error;
    apl_screen_add(out, &run->screen, apl_str_from(run->file));
    apl_text_add(out, APL_STR(": "));
    apl_screen_add_styled(out, &run->screen, is_error ? APL_STYLE_HIGH : APL_STYLE_MEDIUM,
                          is_error ? APL_STR("error") : APL_STR("warning"));
    if (message->path.size) {
        apl_text_add(out, APL_STR(": "));
        apl_screen_add(out, &run->screen, message->path);
    }
    apl_text_add(out, APL_STR(": "));
    apl_screen_add(out, &run->screen, message->text);
    if (message->nearest.size) {
        apl_text_add(out, APL_STR("; did you mean "));
        apl_screen_add(out, &run->screen, message->nearest);
    }
    apl_text_add_char(out, '\n');
}

static bool is_yaml(apl_str name)
{
    return apl_str_ends(name, APL_STR(".yaml")) || apl_str_ends(name, APL_STR(".yml"));
}

/* A file that cannot even be parsed is one error line like any other fault. */
static void lint_text(lint_run *run, apl_str text, apl_str name)
{
    apl_value value = APL_MISSING;
    apl_arena *arena = run->session->arena;
    apl_status status = is_yaml(name) ? apl_yaml_parse(&value, arena, text) : apl_json_parse(&value, arena, text);

    if (status != APL_OK) {
        apl_message message = {.level = APL_MESSAGE_ERROR, .text = apl_str_from(apl_error_message())};
        write_message(run, &message);
        return;
    }
    (void)apl_policy_lint(value, run->file, apl_content_aliases(run->session->content), write_message, run);
}

static apl_status lint_file(lint_run *run, const apl_file *file)
{
    apl_str text = APL_STR_NONE;
    apl_status status = apl_file_read(&text, run->session->arena, file->path.data, APL_CONTENT_BYTES_MAX);

    if (status != APL_OK)
        return status;
    run->file = file->path.data;
    lint_text(run, text, file->path);
    return apl_output_step(&run->output);
}

/* A folder means the files in it that may be policies. */
static bool is_candidate(const apl_file *file)
{
    return file->is_named || is_yaml(file->path) || apl_str_ends(file->path, APL_STR(".json"));
}

static apl_status lint_all(lint_run *run)
{
    const apl_word_list *words = &run->session->settings->words;
    apl_status status = APL_OK;
    apl_files files;

    apl_files_init(&files);
    for (size_t i = 0; status == APL_OK && i < words->count; i++)
        status = apl_files_add(&files, words->items[i]);
    for (size_t i = 0; status == APL_OK && i < files.files.count; i++) {
        if (is_candidate(&files.files.items[i]))
            status = lint_file(run, &files.files.items[i]);
    }
    if (status == APL_OK && run->errors == 0 && run->warnings == 0)
        apl_session_say(run->session, "nothing to mend");
    apl_files_free(&files);
    return status;
}

static apl_status policy_lint_run(apl_session *session)
{
    lint_run run = {.session = session};
    apl_sink sink;
    apl_status status = apl_session_content(session);

    if (status == APL_OK)
        status = apl_sink_open(&sink, NULL);
    if (status != APL_OK)
        return status;
    run.screen = apl_environment_screen(&session->settings->environment, false, session->settings->no_color);
    apl_output_init(&run.output, apl_sink_write, &sink);
    status = lint_all(&run);
    apl_status written = apl_output_finish(&run.output);
    if (status == APL_OK)
        status = written;
    if (run.errors)
        session->exit_code = APL_EXIT_FAILURE;
    return apl_sink_close(&sink, status);
}

const apl_command apl_command_policy_lint = {
    .name = "policy lint",
    .summary = "what is wrong in policy and rule files",
    .options = options,
    .run = policy_lint_run,
    .arguments = "FILE...",
    .details = "Takes definitions, initiatives, assignments and exemptions in JSON, rules in YAML, and folders of "
               "them. Faults "
               "go to standard output, one a line; exit code 2 when one of them is an error.",
    .examples = "aplomb policy lint policies/*.json\n"
                "aplomb policy lint services/azure/ai-services/rules/",
    .words_min = 1,
    .words_max = -1,
};
