/* cli/commands/model.c: model files: verdict, issues, facts.
 *
 * Files are judged in the order in which they are named, folders in sorted order. Nothing is loaded, run or sent. */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "bytes/files.h"
#include "cli/session.h"
#include "cli/sink.h"
#include "inspect/model/judge.h"
#include "report/model_sarif.h"
#include "report/model_text.h"

static const apl_option options[] = {
    {"format", 'f', APL_OPT_CHOICE, APL_OFFSET(as), "FMT", "text, json, jsonl or sarif (default: text)",
     "text json jsonl sarif"},
    {"hash", 0, APL_OPT_FLAG, APL_OFFSET(hash), NULL, "add SHA-256 and XXH3 of each file to its facts", NULL},
    {"all", 0, APL_OPT_FLAG, APL_OFFSET(all), NULL, "list what is no model file too, as json and jsonl always do",
     NULL},
    {"fail-on", 0, APL_OPT_CHOICE, APL_OFFSET(fail_on), "VERDICT", "exit 1 when a file is that bad or worse",
     "malicious suspicious incomplete"},
    APL_OPTION_CONTENT,
    APL_OPTION_QUIET,
    APL_OPTION_NO_COLOR,
    APL_OPTION_HELP,
    {0},
};

static const char *const verdicts[] = {"clean", "incomplete", "suspicious", "malicious", "not-a-model"};
#define VERDICT_COUNT (sizeof verdicts / sizeof verdicts[0])

typedef struct model_run {
    apl_session *session;
    apl_output output;
    apl_screen screen;
    apl_model_judge *judge;
    size_t counts[VERDICT_COUNT];
    size_t shown;
    bool is_text;
    bool is_lines;
    bool is_sarif;
} model_run;

static size_t verdict_number(const char *verdict)
{
    size_t i = 0;

    while (strcmp(verdicts[i], verdict) != 0)
        i++;
    return i;
}

static void show(model_run *run, const apl_file *file, const apl_model_report *report)
{
    apl_text *out = &run->output.text;
    size_t number = verdict_number(apl_model_verdict(report));

    run->counts[number]++;
    if (run->is_text) {
        if (number < VERDICT_COUNT - 1 || file->is_named || run->session->settings->all)
            apl_model_text(out, &run->screen, file->shown, report);
        return;
    }
    if (run->is_sarif) {
        run->shown += apl_model_sarif_file(out, file->shown, report, run->shown == 0);
        return;
    }
    if (!run->is_lines && run->shown++)
        apl_text_add_char(out, ',');
    apl_model_json(out, file->shown, report);
    if (run->is_lines)
        apl_text_add_char(out, '\n');
}

static apl_status judge(model_run *run, const apl_file *file)
{
    apl_model_report report;
    bool is_stdin = apl_str_equal(file->path, APL_STR("-"));
    int descriptor = is_stdin ? STDIN_FILENO : open(file->path.data, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

    apl_model_report_init(&report);
    if (descriptor < 0) {
        apl_model_found(&report, APL_ISSUE_READ_FAILED, 0, "%s", strerror(errno));
    } else {
        off_t end = lseek(descriptor, 0, SEEK_END);
        if (end < 0)
            apl_model_found(&report, APL_ISSUE_READ_FAILED, 0, "a pipe; only files can be judged");
        apl_model_file job = {descriptor, end < 0 ? 0 : (uint64_t)end, file->shown, run->session->settings->hash};
        if (end >= 0)
            apl_model_judge_file(&report, run->judge, &job);
        if (!is_stdin)
            (void)close(descriptor);
    }
    show(run, file, &report);
    apl_model_report_free(&report);
    return apl_output_step(&run->output);
}

static void add_counts(apl_text *out, const model_run *run, bool is_json)
{
    bool is_first = true;

    for (size_t i = 0; i < VERDICT_COUNT; i++) {
        if (is_json)
            apl_text_add_format(out, "%s\"%s\":%zu", is_first ? "" : ",", verdicts[i], run->counts[i]);
        else if (run->counts[i])
            apl_text_add_format(out, "%s%zu %s", is_first ? "" : ", ", run->counts[i], verdicts[i]);
        is_first = is_first && !is_json && run->counts[i] == 0;
    }
}

static void begin(model_run *run)
{
    if (run->is_sarif)
        apl_model_sarif_begin(&run->output.text, APL_VERSION);
    else if (!run->is_text && !run->is_lines)
        apl_text_add(&run->output.text, APL_STR("{\"schema\":\"aplomb.model.v1\",\"files\":["));
}

static void finish(model_run *run, size_t files)
{
    apl_text *out = &run->output.text;

    if (run->is_sarif) {
        apl_model_sarif_end(out);
    } else if (!run->is_text && !run->is_lines) {
        apl_text_add(out, APL_STR("],\"summary\":{"));
        add_counts(out, run, true);
        apl_text_add(out, APL_STR("}}\n"));
    } else if (run->is_text && files > 1) {
        add_counts(out, run, false);
        apl_text_add_char(out, '\n');
    }
}

static apl_status judge_all(model_run *run)
{
    const apl_word_list *words = &run->session->settings->words;
    apl_status status = APL_OK;
    apl_files files;

    apl_files_init(&files);
    for (size_t i = 0; status == APL_OK && i < words->count; i++)
        status = apl_files_add(&files, words->items[i]);
    begin(run);
    for (size_t i = 0; status == APL_OK && i < files.files.count; i++)
        status = judge(run, &files.files.items[i]);
    finish(run, files.files.count);
    apl_files_free(&files);
    return status;
}

/* Exit code 1 for --fail-on, else 3 when a file was not read wholly. */
static void set_exit_code(const model_run *run)
{
    const char *least = run->session->settings->fail_on;

    if (run->counts[verdict_number("incomplete")])
        run->session->exit_code = APL_EXIT_PARTIAL;
    for (size_t i = least ? verdict_number(least) : VERDICT_COUNT; i <= verdict_number("malicious"); i++) {
        if (run->counts[i])
            run->session->exit_code = APL_EXIT_GATE;
    }
}

static apl_status model_run_command(apl_session *session)
{
    const apl_settings *settings = session->settings;
    model_run run = {.session = session};
    apl_globals *globals = NULL;
    apl_sink sink;
    apl_status status = apl_session_content(session);

    run.is_lines = settings->as && strcmp(settings->as, "jsonl") == 0;
    run.is_sarif = settings->as && strcmp(settings->as, "sarif") == 0;
    run.is_text = settings->as == NULL || strcmp(settings->as, "text") == 0;
    if (status == APL_OK)
        status = apl_content_globals(&globals, session->content);
    if (status == APL_OK)
        status = apl_model_judge_new(&run.judge, globals);
    if (status == APL_OK)
        status = apl_sink_open(&sink, NULL);
    if (status != APL_OK) {
        apl_model_judge_free(run.judge);
        apl_globals_free(globals);
        return status;
    }
    run.screen = apl_environment_screen(&settings->environment, false, settings->no_color);
    apl_output_init(&run.output, apl_sink_write, &sink);
    status = judge_all(&run);
    apl_status written = apl_output_finish(&run.output);
    if (status == APL_OK)
        status = written;
    set_exit_code(&run);
    apl_model_judge_free(run.judge);
    apl_globals_free(globals);
    return apl_sink_close(&sink, status);
}

const apl_command apl_command_model = {
    .name = "model",
    .summary = "model files: verdict, issues, facts",
    .options = options,
    .run = model_run_command,
    .arguments = "PATH...",
    .details =
        "Says of each file whether loading it is safe: clean, suspicious, malicious, or incomplete when something of "
        "it could not be read or understood. What a file is is told by its bytes, never by its name; archives and "
        "compressions are opened. Nothing is loaded or run. Exit code 3 when a file is incomplete.",
    .examples = "aplomb model model.safetensors weights/\n"
                "aplomb model downloads/ --format jsonl --hash\n"
                "aplomb model checkpoint.pt --fail-on suspicious",
    .words_min = 1,
    .words_max = -1,
};
