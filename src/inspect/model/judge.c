/* inspect/model/judge.c: the question to the worker and its answer.
 *
 * The question is a letter for each wish, the size and the name; the answer a digit for the guess and the report as
 * JSON. The answer comes from a process that has read hostile bytes, so it is parsed like any foreign text. */
#include "inspect/model/judge.h"

#include "bytes/worker.h"

/* Of a name that is sent along; it only helps to tell texts apart. */
#define NAME_BYTES_MAX 4096u

struct apl_model_judge {
    apl_worker *worker;
    apl_model_inspector *inspector; /* the workers' copies of it are what is used */
};

typedef struct question {
    uint64_t size;
    bool wants_hash;
    bool is_any; /* it may be no model at all */
} question;

static void serve(void *context, int descriptor, apl_str request, apl_text *answer)
{
    apl_model_inspector *inspector = context;
    apl_model_guess guess = APL_GUESS_MODEL;
    apl_model_report report;
    question asked;

    APL_ASSERT(request.size >= sizeof asked);
    memcpy(&asked, request.data, sizeof asked);
    apl_str name = apl_str_slice(request, sizeof asked, request.size);
    const apl_model_file file = {descriptor, asked.size, name, asked.wants_hash};
    if (asked.is_any)
        guess = apl_model_guess_file(inspector, &file);
    apl_text_add_char(answer, (char)('0' + guess));
    if (guess == APL_GUESS_NO_MODEL)
        return;
    apl_model_report_init(&report);
    apl_model_inspect(&report, inspector, &file);
    apl_text_add_char(answer, '{');
    apl_model_report_write(answer, &report);
    apl_text_add_char(answer, '}');
    apl_model_report_free(&report);
}

apl_status apl_model_judge_new(apl_model_judge **out, const apl_globals *globals)
{
    apl_model_judge *made = apl_memory_new(sizeof *made);

    *out = NULL;
    made->inspector = apl_model_inspector_new(globals);
    apl_status status = apl_worker_start(&made->worker, serve, made->inspector);
    if (status == APL_OK)
        *out = made;
    else
        apl_model_judge_free(made);
    return status;
}

void apl_model_judge_free(apl_model_judge *judge)
{
    if (judge == NULL)
        return;
    apl_worker_stop(judge->worker);
    apl_model_inspector_free(judge->inspector);
    apl_memory_free(judge);
}

static apl_model_guess ask(apl_model_report *report, apl_model_judge *judge, const apl_model_file *file, bool is_any)
{
    const question asked = {file->size, file->wants_hash, is_any};
    apl_str name = file->name.size > NAME_BYTES_MAX ? apl_str_slice(file->name, 0, NAME_BYTES_MAX) : file->name;
    char request[sizeof asked + NAME_BYTES_MAX];
    apl_model_guess guess = APL_GUESS_NO_MODEL;
    apl_text answer;

    memcpy(request, &asked, sizeof asked);
    if (name.size)
        memcpy(request + sizeof asked, name.data, name.size);
    apl_text_init(&answer, APL_WORKER_ANSWER_BYTES_MAX);
    apl_status status =
        apl_worker_ask(&answer, judge->worker, file->descriptor, apl_str_make(request, sizeof asked + name.size));
    if (status == APL_OK && answer.size && answer.data[0] >= '0' && answer.data[0] <= '0' + APL_GUESS_BUNDLE)
        guess = (apl_model_guess)(answer.data[0] - '0');
    else if (status == APL_OK)
        status = apl_fail(APL_E_IO, "an answer that is none");
    if (status == APL_OK && guess != APL_GUESS_NO_MODEL)
        status = apl_model_report_read(report, apl_str_make(answer.data + 1, answer.size - 1));
    if (status != APL_OK) {
        apl_model_found(report, APL_ISSUE_WORKER_LOST, 0, "%s", apl_error_message());
        guess = APL_GUESS_BUNDLE; /* nobody knows, so it is read as anything else too */
    }
    apl_text_free(&answer);
    return guess;
}

void apl_model_judge_file(apl_model_report *report, apl_model_judge *judge, const apl_model_file *file)
{
    (void)ask(report, judge, file, false);
}

apl_model_guess apl_model_judge_any(apl_model_report *report, apl_model_judge *judge, const apl_model_file *file)
{
    return ask(report, judge, file, true);
}
