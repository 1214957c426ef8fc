/* inspect/model/pickles.c: what stands before, between and behind pickles.
 *
 * Readers load a fixed number of pickles and ignore the rest, or look for one in a place of their own; so everything up
 * to the last byte is accounted for: run, known by its size (the storages of PyTorch), padding, or said to be unread.
 */
#include "inspect/model/pickles.h"

/* Pickles one behind the other. */
#define PICKLES_MAX 100000u
/* Places that begin like a pickle and are tried, in bytes that nobody explains. */
#define TRIALS_MAX 4096u
/* Zeros or blanks behind the last pickle that are only padding. */
#define PADDING_BYTES_MAX 4096u
/* The pickles of a legacy PyTorch file: magic, protocol, machine, object, keys. */
#define TORCH_PICKLES 5u

bool apl_pickles_begin(apl_model_scan *scan, apl_input *input)
{
    size_t there = apl_input_look(input, APL_INPUT_WINDOW_BYTES);
    apl_str head = apl_str_make((const char *)apl_input_at(input), there);

    if (!apl_pickle_may_start(head))
        return false;
    apl_pickle_outcome outcome = apl_pickle_try(scan->pickle, scan, input);
    if (outcome.dangerous)
        return true;
    if (outcome.has_proto) /* without an import it is harmless whatever it is; but a file that is one must be read */
        return outcome.end != APL_PICKLE_BROKEN || outcome.globals || (!scan->is_member && outcome.opcodes > 2);
    if (outcome.end == APL_PICKLE_CUT)
        return outcome.globals && there == APL_INPUT_WINDOW_BYTES;
    if (outcome.end == APL_PICKLE_BROKEN)
        return false;
    return outcome.globals || outcome.opcodes > 16;
}

static bool is_padding(apl_input *input)
{
    size_t there = apl_input_look(input, PADDING_BYTES_MAX + 1);
    const unsigned char *bytes = apl_input_at(input);

    if (there > PADDING_BYTES_MAX)
        return false;
    for (size_t i = 0; i < there; i++) {
        if (bytes[i] != 0 && bytes[i] != '\n' && bytes[i] != '\r' && bytes[i] != ' ')
            return false;
    }
    return true;
}

/* A place in bytes that nobody explains: run there, and said, when it gets to an import. */
static bool try_here(apl_model_scan *scan, apl_input *input)
{
    apl_input window;
    uint64_t at = input->position;

    apl_pickle_outcome outcome = apl_pickle_try(scan->pickle, scan, input);
    if (outcome.dangerous == 0 && (outcome.end != APL_PICKLE_STOPPED || outcome.globals == 0))
        return false;
    apl_model_found(scan->report, APL_ISSUE_PICKLE_HIDDEN, at, "a pickle that imports %u names", outcome.globals);
    apl_input_of_window(&window, input);
    (void)apl_pickle_run(scan->pickle, scan, &window);
    uint64_t end = window.position;
    apl_input_close(&window);
    (void)apl_input_skip(input, end > at ? end - at : 1);
    return true;
}

bool apl_pickles_search(apl_model_scan *scan, apl_input *input)
{
    unsigned trials = 0;
    bool is_found = false;

    for (size_t there = apl_input_look(input, APL_INPUT_WINDOW_BYTES); there > 2;
         there = apl_input_look(input, APL_INPUT_WINDOW_BYTES)) {
        const unsigned char *bytes = apl_input_at(input);
        const unsigned char *hit = memchr(bytes, 0x80, there - 2);
        if (hit == NULL) {
            (void)apl_input_skip(input, there - 2);
            if (apl_input_look(input, 3) < 3)
                break;
            continue;
        }
        (void)apl_input_skip(input, (uint64_t)(hit - bytes));
        if (hit[1] < 2 || hit[1] > 5 || !apl_pickle_may_start(apl_str_make((const char *)hit, 3))) {
            (void)apl_input_skip(input, 1);
            continue;
        }
        if (trials++ == TRIALS_MAX) {
            apl_model_found(scan->report, APL_ISSUE_PICKLE_LIMIT, input->position,
                            "more than %u places look like a pickle", TRIALS_MAX);
            break;
        }
        if (try_here(scan, input))
            is_found = true;
        else
            (void)apl_input_skip(input, 1);
    }
    return is_found;
}

static void say_end(apl_model_scan *scan, const apl_pickle_outcome *outcome, uint64_t at)
{
    if (outcome->end == APL_PICKLE_CUT)
        apl_model_found(scan->report, APL_ISSUE_PICKLE_CUT, at, "the pickle that begins at %llu has no end",
                        (unsigned long long)outcome->start);
    else if (outcome->end == APL_PICKLE_BROKEN)
        apl_model_found(scan->report, APL_ISSUE_PICKLE_BROKEN, at, "%s", outcome->fault);
}

static void run_nested(apl_model_scan *scan)
{
    apl_model_report *report = scan->report;
    apl_str member = report->member;
    uint64_t offset = 0;

    for (size_t i = 0; i < apl_pickle_nested_count(scan->pickle); i++) {
        apl_model_mark mark = apl_model_report_mark(report);
        apl_input input;
        apl_input_of_memory(&input, apl_pickle_nested(scan->pickle, i, &offset));
        report->member = apl_arena_format(report->arena, "%.*s%spickle at %llu", APL_STR_ARG(member),
                                          member.size ? "!/" : "", (unsigned long long)offset);
        apl_pickle_outcome outcome = apl_pickle_run(scan->pickle, scan, &input);
        if (outcome.globals)
            say_end(scan, &outcome, input.position);
        else
            apl_model_report_rewind(report, mark);
        report->member = member;
        if (outcome.dangerous)
            apl_model_found(report, APL_ISSUE_PICKLE_NESTED, offset, "%u dangerous imports", outcome.dangerous);
        apl_input_close(&input);
    }
}

/* The storages of a legacy PyTorch file are known by their sizes, so they are accounted for without being read. */
static bool skip_storages(apl_model_scan *scan, apl_input *input)
{
    uint64_t size = apl_pickle_storage_bytes(scan->pickle);

    if (size == UINT64_MAX || input->size == APL_INPUT_SIZE_UNKNOWN || input->size - input->position != size)
        return false;
    (void)apl_input_skip(input, size);
    apl_model_fact_text(scan->report, "framework", APL_STR("pytorch"));
    return true;
}

static void judge_rest(apl_model_scan *scan, apl_input *input)
{
    uint64_t at = input->position;

    if (is_padding(input))
        return;
    apl_model_found(scan->report, APL_ISSUE_TRAILING_DATA, at, "bytes behind the last pickle");
    (void)apl_pickles_search(scan, input);
}

void apl_pickles_run(apl_model_scan *scan, apl_input *input)
{
    apl_pickle_outcome outcome = {0};
    bool is_torch = false;
    unsigned count = 0;

    apl_pickle_reset(scan->pickle);
    do {
        outcome = apl_pickle_run(scan->pickle, scan, input);
        is_torch = is_torch || (count == 0 && outcome.is_torch_magic);
        count++;
        if (outcome.end != APL_PICKLE_STOPPED)
            break;
        if (is_torch && count == TORCH_PICKLES && skip_storages(scan, input))
            break;
    } while (count < PICKLES_MAX && !apl_input_is_at_end(input) && apl_pickles_begin(scan, input));
    say_end(scan, &outcome, input->position);
    if (input->fault != APL_OK)
        apl_model_found(scan->report, APL_ISSUE_DAMAGED, input->fault_offset, "the bytes end early");
    if (!apl_input_is_at_end(input))
        judge_rest(scan, input);
    if (is_torch && scan->report->format.size == 0)
        scan->report->format = APL_STR("pytorch-legacy");
    apl_pickle_facts(scan->pickle, scan);
    run_nested(scan);
}
