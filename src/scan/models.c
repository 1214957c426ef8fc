/* scan/models.c: from a model file to the document that the service code/models knows.
 *
 * The verdict stands below `judged`, which is left out when the file was not read wholly: rules then see something that
 * was not read, and not something that is clean. */
#include "scan/models.h"

#include <fcntl.h>
#include <unistd.h>

struct apl_scan_models {
    apl_globals *globals;
    apl_model_judge *judge;
};

apl_status apl_scan_models_new(apl_scan_models **out, apl_globals *globals)
{
    apl_scan_models *models = apl_memory_new(sizeof *models);

    *out = models;
    models->globals = globals;
    return apl_model_judge_new(&models->judge, globals);
}

void apl_scan_models_free(apl_scan_models *models)
{
    if (models == NULL)
        return;
    apl_model_judge_free(models->judge);
    apl_globals_free(models->globals);
    apl_memory_free(models);
}

/* What makes the verdict, in one line: the first of the worst issues, and how many of them there are. */
static void write_reason(apl_text *out, const apl_model_report *report)
{
    const apl_model_issue *first = NULL;
    size_t count = 0;
    apl_text reason;

    for (size_t i = 0; i < report->issues.count; i++) {
        const apl_model_issue *issue = &report->issues.items[i];
        if (report->effect == APL_EFFECT_NOTE || apl_issue_info_of(issue->kind)->effect != report->effect)
            continue;
        first = first ? first : issue;
        count++;
    }
    apl_text_init(&reason, 4 * APL_MODEL_DETAIL_BYTES_MAX);
    if (first)
        apl_text_add_format(&reason, "%s: %.*s", apl_issue_info_of(first->kind)->id, APL_STR_ARG(first->detail));
    else if (report->effect != APL_EFFECT_NOTE)
        apl_text_add(&reason, APL_STR("more issues than are kept"));
    if (count > 1)
        apl_text_add_format(&reason, " (and %zu more)", count - 1);
    apl_json_write_string(out, apl_text_str(&reason));
    apl_text_free(&reason);
}

static void write_document(apl_text *out, apl_str shown, const apl_model_report *report)
{
    apl_text_add(out, APL_STR("{\"source\":\"code\",\"type\":\"Aplomb.Code/models\",\"body\":{\"path\":"));
    apl_json_write_string(out, shown);
    apl_text_add_char(out, ',');
    apl_model_report_write(out, report);
    if (report->effect != APL_EFFECT_INCOMPLETE) {
        apl_text_add_format(out, ",\"judged\":{\"verdict\":\"%s\",\"reason\":", apl_model_verdict(report));
        write_reason(out, report);
        apl_text_add_char(out, '}');
    }
    apl_text_add(out, APL_STR("}}\n"));
}

bool apl_scan_models_read(apl_text *document, bool *is_whole, apl_scan_models *models, const apl_file *file)
{
    apl_model_report report;
    bool is_model = false;
    int descriptor = file->size ? open(file->path.data, O_RDONLY | O_CLOEXEC | O_NONBLOCK) : -1;

    if (descriptor < 0)
        return false;
    apl_model_file job = {descriptor, file->size, file->shown, false};
    apl_model_report_init(&report);
    apl_model_guess guess = apl_model_judge_any(&report, models->judge, &job);
    is_model = guess != APL_GUESS_NO_MODEL && strcmp(apl_model_verdict(&report), "not-a-model") != 0;
    *is_whole = is_model && guess == APL_GUESS_MODEL;
    if (is_model)
        write_document(document, file->shown, &report);
    apl_model_report_free(&report);
    (void)close(descriptor);
    return is_model;
}
