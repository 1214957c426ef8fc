/* report/walk.c: goes through the sections of a report row by row.
 *
 * Under the JSON formats. Assets and findings are those of the selection; relations are those whose both ends are
 * shown; coverage is always whole, because what was not read concerns every answer. Long sections are written by all
 * threads, each a run of rows into a text of its own; the texts are then joined in order. */
#include "report/walk.h"

#include "base/limits.h"
#include "base/threads.h"
#include "report/row.h"

bool apl_walk_has(const apl_report *report, apl_section section)
{
    static const unsigned views[] = {
        [APL_SECTION_ASSETS] = APL_VIEW_SCAN | APL_VIEW_INVENTORY,
        [APL_SECTION_RELATIONS] = APL_VIEW_SCAN | APL_VIEW_INVENTORY,
        [APL_SECTION_FINDINGS] = APL_VIEW_SCAN | APL_VIEW_FINDINGS,
        [APL_SECTION_PATHS] = APL_VIEW_SCAN | APL_VIEW_PATHS,
        [APL_SECTION_COVERAGE] =
            APL_VIEW_SCAN | APL_VIEW_INVENTORY | APL_VIEW_FINDINGS | APL_VIEW_PATHS | APL_VIEW_SCORE,
    };

    return (views[section] & (unsigned)report->view) != 0;
}

/* Rows that one thread writes at a time; a run of findings is about a megabyte. */
#define RUN_ROWS 512u

/* Runs of a batch for each thread: threads are started once a batch, and one that is held up leaves its runs to the
 * others. */
#define THREAD_RUNS 4u

/* One section: which rows it has, and how one is written. */
typedef struct walk_rows {
    const char *record;
    size_t count;
    const uint32_t *numbers; /* of the rows in the estate; NULL: all, in order */
    void (*write)(apl_text *out, const apl_estate *estate, uint32_t number, apl_row_rule *rule);
} walk_rows;

typedef struct walk_state {
    const apl_report *report;
    const apl_walk_frame *frame;
    const walk_rows *rows;
    size_t first; /* row of the batch that is being written */
    apl_text texts[APL_THREADS_MAX * THREAD_RUNS];
    apl_row_rule *rules[APL_THREADS_MAX]; /* by thread */
} walk_state;

static void write_asset(apl_text *out, const apl_estate *estate, uint32_t number, apl_row_rule *rule)
{
    (void)rule;
    apl_row_asset(out, estate, number);
}

static void write_relation(apl_text *out, const apl_estate *estate, uint32_t number, apl_row_rule *rule)
{
    (void)rule;
    apl_row_relation(out, estate, &estate->relations.items[number]);
}

static void write_finding(apl_text *out, const apl_estate *estate, uint32_t number, apl_row_rule *rule)
{
    apl_row_finding(out, estate, &estate->findings.items[number], rule);
}

static void write_path(apl_text *out, const apl_estate *estate, uint32_t number, apl_row_rule *rule)
{
    (void)rule;
    apl_row_path(out, estate, &estate->paths.items[number]);
}

static void write_coverage(apl_text *out, const apl_estate *estate, uint32_t number, apl_row_rule *rule)
{
    (void)rule;
    apl_row_coverage(out, &estate->coverage.items[number]);
}

/* The rows [from, to) of run `run` of the batch into its text. */
static void write_run(void *context, unsigned thread, size_t from, size_t to)
{
    walk_state *state = context;
    const walk_rows *rows = state->rows;

    for (size_t run = from; run < to; run++) {
        apl_text *out = &state->texts[run];
        size_t first = state->first + run * RUN_ROWS;
        size_t last = first + RUN_ROWS < rows->count ? first + RUN_ROWS : rows->count;
        for (size_t row = first; row < last; row++) {
            uint32_t number = rows->numbers ? rows->numbers[row] : (uint32_t)row;
            state->frame->before(out, rows->record, row);
            rows->write(out, state->report->snapshot->estate, number, state->rules[thread]);
            state->frame->after(out);
        }
    }
}

static apl_status join_texts(walk_state *state, apl_output *output, unsigned runs)
{
    apl_status status = APL_OK;

    for (unsigned run = 0; run < runs; run++) {
        if (status == APL_OK)
            status = apl_output_rows(output, &state->texts[run]);
        state->texts[run].size = 0;
    }
    return status;
}

static apl_status walk(apl_output *output, const apl_report *report, const walk_rows *rows, const apl_walk_frame *frame)
{
    unsigned wanted = report->threads ? report->threads : apl_threads_default();
    unsigned threads = wanted < APL_THREADS_MAX ? wanted : APL_THREADS_MAX;
    unsigned runs = threads * THREAD_RUNS;
    walk_state *state = apl_memory_new(sizeof *state);
    apl_status status = APL_OK;

    state->report = report;
    state->rows = rows;
    state->frame = frame;
    for (unsigned run = 0; run < runs; run++)
        apl_text_init(&state->texts[run], APL_OUTPUT_ROW_BYTES_MAX);
    for (unsigned thread = 0; thread < threads; thread++)
        state->rules[thread] = apl_row_rule_new();
    for (; status == APL_OK && state->first < rows->count; state->first += (size_t)runs * RUN_ROWS) {
        size_t left = (rows->count - state->first + RUN_ROWS - 1) / RUN_ROWS;
        unsigned used = left < runs ? (unsigned)left : runs;
        apl_parallel(used < threads ? used : threads, used, 1, write_run, state);
        status = join_texts(state, output, used);
    }
    for (unsigned run = 0; run < runs; run++)
        apl_text_free(&state->texts[run]);
    for (unsigned thread = 0; thread < threads; thread++)
        apl_row_rule_free(state->rules[thread]);
    apl_memory_free(state);
    return status;
}

/* The numbers of the relations whose both ends are in the selection; NULL when that is all of them. Freed with
 * apl_memory_free. */
static uint32_t *shown_relations(size_t *count, const apl_report *report)
{
    const apl_estate *estate = report->snapshot->estate;
    const apl_selection *selection = report->selection;

    *count = estate->relations.count;
    if (selection->assets.count == estate->assets.count)
        return NULL;
    bool *is_shown = apl_memory_new(estate->assets.count + 1);
    uint32_t *numbers = apl_memory_new((estate->relations.count + 1) * sizeof *numbers);
    for (size_t i = 0; i < selection->assets.count; i++)
        is_shown[selection->assets.items[i]] = true;
    *count = 0;
    for (size_t i = 0; i < estate->relations.count; i++) {
        if (is_shown[estate->relations.items[i].from] && is_shown[estate->relations.items[i].to])
            numbers[(*count)++] = (uint32_t)i;
    }
    apl_memory_free(is_shown);
    return numbers;
}

apl_status apl_walk_section(apl_output *output, const apl_report *report, apl_section section,
                            const apl_walk_frame *frame)
{
    const apl_selection *selection = report->selection;
    uint32_t *relations = NULL;
    walk_rows rows = {0};

    switch (section) {
    case APL_SECTION_ASSETS:
        rows = (walk_rows){"asset", selection->assets.count, selection->assets.items, write_asset};
        break;
    case APL_SECTION_RELATIONS:
        relations = shown_relations(&rows.count, report);
        rows = (walk_rows){"relation", rows.count, relations, write_relation};
        break;
    case APL_SECTION_FINDINGS:
        rows = (walk_rows){"finding", selection->findings.count, selection->findings.items, write_finding};
        break;
    case APL_SECTION_PATHS:
        rows = (walk_rows){"path", selection->paths.count, selection->paths.items, write_path};
        break;
    case APL_SECTION_COVERAGE:
        rows = (walk_rows){"coverage", report->snapshot->estate->coverage.count, NULL, write_coverage};
        break;
    }
    apl_status status = walk(output, report, &rows, frame);
    apl_memory_free(relations);
    return status;
}
