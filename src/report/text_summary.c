/* report/text_summary.c: the one-screen summary of a scan.
 *
 * Stands under the text format. Every line fits the screen. An empty inventory says so, and what was not read is never
 * left out: a reader must not take silence for safety. */
#include "report/text_summary.h"

#include "report/remedy.h"
#include "report/row.h"
#include "report/text_score.h"

/* What fits a screen of 24 to 40 lines. */
#define KINDS_SHOWN 8
#define WORST_SHOWN 5
#define PATHS_SHOWN 5
#define GAPS_SHOWN 5
#define TYPES_SHOWN 6
#define SCOPE_SHOWN 12 /* characters of a subscription id that tell it from the others */

#define SENTENCE_BYTES_MAX (64u << 10)

/* The two blocks stand side by side from this width on. */
#define SIDE_BY_SIDE_WIDTH 76u
#define BLOCK_WIDTH 42u
#define BAR_WIDTH 10u
#define COUNT_WIDTH 7u
#define KIND_WIDTH 20u
#define SEVERITY_WIDTH 8u

typedef struct kind_count {
    apl_kind kind;
    uint64_t count;
} kind_count;

typedef struct summary_state {
    const apl_report *report;
    apl_summary summary;
    kind_count kinds[KINDS_SHOWN];
    size_t kind_count;  /* shown */
    size_t other_kinds; /* not shown */
    uint64_t other_assets;
    const apl_finding *worst; /* shown first, or NULL */
} summary_state;

static void add_count(apl_text *out, uint64_t count, const char *one, const char *many)
{
    apl_screen_number(out, count);
    apl_text_add_format(out, " %s", count == 1 ? one : many);
}

/* Seconds between two times of the scan, or less than 0 when one is not known. */
static double scan_seconds(const apl_scan_info *scan)
{
    apl_instant started;
    apl_instant finished;

    if (!apl_instant_parse(&started, scan->started) || !apl_instant_parse(&finished, scan->finished))
        return -1;
    return (double)(finished - started) / (double)APL_TICKS_PER_SECOND;
}

static void write_title(apl_text *out, const summary_state *state)
{
    const apl_scan_info *scan = &state->report->snapshot->scan;
    const apl_screen *screen = &state->report->screen;
    double seconds = scan_seconds(scan);
    apl_text line;

    apl_text_init(&line, SENTENCE_BYTES_MAX);
    apl_screen_add_styled(out, screen, APL_STYLE_BOLD, APL_STR("Aplomb"));
    add_count(&line, state->summary.assets, "asset", "assets");
    apl_text_add(&line, APL_STR(", "));
    apl_screen_number(&line, state->summary.ai_assets);
    apl_text_add(&line, APL_STR(" of them AI; "));
    add_count(&line, scan->documents, "document", "documents");
    if (seconds >= 1)
        apl_text_add_format(&line, " in %.0f s", seconds);
    else if (seconds >= 0)
        apl_text_add(&line, APL_STR(" in under 1 s"));
    for (size_t i = 0; i < scan->source_count; i++) {
        apl_text_add(&line, i ? APL_STR(", ") : APL_STR("; from "));
        apl_text_add(&line, scan->sources[i]);
    }
    apl_text_add(out, APL_STR("  "));
    apl_screen_fit(out, screen, apl_text_str(&line), screen->width - 8, APL_CUT_END);
    apl_text_add(out, APL_STR("\n\n"));
    apl_text_free(&line);
}

/* Keeps the kinds with the most assets, the larger first, equal ones in the order of the vocabulary. */
static void keep_kind(summary_state *state, kind_count entry)
{
    size_t place = state->kind_count;

    while (place > 0 && state->kinds[place - 1].count < entry.count)
        place--;
    if (state->kind_count == KINDS_SHOWN) {
        kind_count dropped = place == KINDS_SHOWN ? entry : state->kinds[KINDS_SHOWN - 1];
        state->other_kinds++;
        state->other_assets += dropped.count;
        if (place == KINDS_SHOWN)
            return;
        state->kind_count--;
    }
    memmove(&state->kinds[place + 1], &state->kinds[place], (state->kind_count - place) * sizeof entry);
    state->kinds[place] = entry;
    state->kind_count++;
}

static void count_kinds(summary_state *state)
{
    const apl_estate *estate = state->report->snapshot->estate;
    uint64_t *counts = apl_memory_new(estate->vocabulary->kinds.count * sizeof *counts);

    for (size_t i = 0; i < estate->assets.count; i++) {
        if (estate->assets.items[i].is_ai && estate->assets.items[i].is_read)
            counts[estate->assets.items[i].kind]++;
    }
    for (size_t kind = 1; kind < estate->vocabulary->kinds.count; kind++) {
        if (counts[kind])
            keep_kind(state, (kind_count){(apl_kind)kind, counts[kind]});
    }
    apl_memory_free(counts);
}

/* A label, a right-aligned count and a bar. */
typedef struct bar_line {
    apl_str label;
    unsigned label_width;
    uint64_t count;
    uint64_t most; /* what the longest bar stands for; 0: no bar */
    apl_style style;
} bar_line;

/* Returns the columns taken. */
static unsigned write_bar_line(apl_text *out, const apl_screen *screen, bar_line line)
{
    apl_text number;

    apl_text_init(&number, 64);
    unsigned digits = apl_screen_number(&number, line.count);
    unsigned bar = line.most ? (unsigned)((line.count * BAR_WIDTH + line.most - 1) / line.most) : 0;
    unsigned padding = digits < COUNT_WIDTH ? COUNT_WIDTH - digits : 0;
    apl_screen_spaces(out, 2);
    apl_screen_style(out, screen, line.style);
    unsigned taken = apl_screen_fit(out, screen, line.label, line.label_width, APL_CUT_END);
    apl_screen_style(out, screen, APL_STYLE_PLAIN);
    apl_screen_spaces(out, line.label_width - taken + padding);
    apl_text_add(out, apl_text_str(&number));
    apl_text_free(&number);
    if (bar) {
        apl_screen_spaces(out, 2);
        apl_screen_style(out, screen, line.style);
        apl_screen_bar(out, screen, line.count, line.most, BAR_WIDTH);
        apl_screen_style(out, screen, APL_STYLE_PLAIN);
        bar += 2;
    }
    return 2 + line.label_width + padding + digits + bar;
}

/* Line `index` of the block of kinds; the columns taken, 0 behind the last. */
static unsigned write_kind_line(apl_text *out, const summary_state *state, size_t index)
{
    const apl_vocabulary *vocabulary = state->report->snapshot->estate->vocabulary;
    const apl_screen *screen = &state->report->screen;

    if (index == 0 && state->kind_count == 0) {
        apl_text_add(out, APL_STR("  none found"));
        return 12;
    }
    if (index < state->kind_count) {
        apl_str title = vocabulary->kinds.items[state->kinds[index].kind].title;
        return write_bar_line(
            out, screen,
            (bar_line){title, KIND_WIDTH, state->kinds[index].count, state->kinds[0].count, APL_STYLE_PLAIN});
    }
    if (index == state->kind_count && state->other_kinds) {
        apl_str label = state->other_kinds == 1 ? APL_STR("1 more kind") : APL_STR("further kinds");
        return write_bar_line(out, screen, (bar_line){label, KIND_WIDTH, state->other_assets, 0, APL_STYLE_DIM});
    }
    return 0;
}

/* Line `index` of the block of findings; 0 behind the last. */
static unsigned write_severity_line(apl_text *out, const summary_state *state, size_t index)
{
    uint64_t most = 0;

    if (index >= APL_SEVERITY_COUNT)
        return 0;
    for (size_t i = 0; i < APL_SEVERITY_COUNT; i++) {
        if (state->summary.findings[i] > most)
            most = state->summary.findings[i];
    }
    size_t severity = APL_SEVERITY_COUNT - 1 - index;
    uint64_t count = state->summary.findings[severity];
    apl_style style = count ? apl_screen_severity_style((unsigned)severity) : APL_STYLE_DIM;
    return write_bar_line(out, &state->report->screen,
                          (bar_line){apl_str_from(apl_severity_names[severity]), SEVERITY_WIDTH, count, most, style});
}

static void write_heading(apl_text *out, const apl_screen *screen, const char *heading)
{
    apl_screen_add_styled(out, screen, APL_STYLE_BOLD, apl_str_from(heading));
}

static void write_block(apl_text *out, const summary_state *state, const char *heading,
                        unsigned (*write)(apl_text *, const summary_state *, size_t))
{
    write_heading(out, &state->report->screen, heading);
    apl_text_add_char(out, '\n');
    for (size_t i = 0; write(out, state, i); i++)
        apl_text_add_char(out, '\n');
    apl_text_add_char(out, '\n');
}

/* Kinds on the left, severities on the right; below each other on a narrow screen. */
static void write_counts(apl_text *out, const summary_state *state)
{
    const apl_screen *screen = &state->report->screen;
    bool goes_on = true;

    if (screen->width < SIDE_BY_SIDE_WIDTH) {
        write_block(out, state, "AI assets", write_kind_line);
        write_block(out, state, "Findings", write_severity_line);
        return;
    }
    write_heading(out, screen, "AI assets");
    apl_screen_spaces(out, BLOCK_WIDTH - 9);
    write_heading(out, screen, "Findings");
    for (size_t i = 0; goes_on; i++) {
        apl_text_add_char(out, '\n');
        size_t start = out->size;
        unsigned left = write_kind_line(out, state, i);
        size_t middle = out->size;
        apl_screen_spaces(out, left < BLOCK_WIDTH ? BLOCK_WIDTH - left : 1);
        unsigned right = write_severity_line(out, state, i);
        if (right == 0)
            out->size = left ? middle : start;
        goes_on = left || right;
    }
    apl_text_add_char(out, '\n');
}

/* Statuses that the bars do not show. */
static void write_others(apl_text *out, const summary_state *state)
{
    static const struct {
        apl_finding_status status;
        const char *words;
    } others[] = {{APL_STATUS_MANUAL, "manual (something was not read)"},
                  {APL_STATUS_ERROR, "could not be judged"},
                  {APL_STATUS_MUTED, "muted"},
                  {APL_STATUS_EXEMPT, "exempt"},
                  {APL_STATUS_PASS, "passed"}};
    apl_text line;

    apl_text_init(&line, SENTENCE_BYTES_MAX);
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        uint64_t count = state->summary.by_status[others[i].status];
        if (count == 0)
            continue;
        apl_text_add(&line, line.size ? APL_STR(", ") : APL_STR("Besides: "));
        apl_screen_number(&line, count);
        apl_text_add_format(&line, " %s", others[i].words);
    }
    if (line.size) {
        apl_screen_wrap(out, &state->report->screen, apl_text_str(&line), 0);
        apl_text_add_char(out, '\n');
    }
    apl_text_free(&line);
}

/* `label` and the rest of the line, cut at the edge of the screen. */
static void write_labelled(apl_text *out, const apl_screen *screen, const char *label, apl_str text)
{
    apl_str one_line = text;
    long end = apl_str_find(text, APL_STR("\n"));

    if (text.size == 0)
        return;
    if (end >= 0)
        one_line = apl_str_slice(text, 0, (size_t)end);
    apl_screen_spaces(out, 12);
    apl_screen_add_styled(out, screen, APL_STYLE_DIM, apl_str_from(label));
    apl_text_add(out, APL_STR("  "));
    apl_screen_fit(out, screen, one_line, screen->width - 17, APL_CUT_END);
    apl_text_add_char(out, '\n');
}

/* What makes one finding worse than another of the same severity: who can reach the asset, whether it is AI itself, how
 * critical it is and how sensitive its data. Only the order of what is shown first; scores are made elsewhere. */
static unsigned rank_of(const apl_estate *estate, const apl_finding *finding)
{
    static const unsigned exposure_ranks[] = {[APL_EXPOSURE_UNKNOWN] = 2,
                                              [APL_EXPOSURE_NONE] = 0,
                                              [APL_EXPOSURE_PRIVATE] = 1,
                                              [APL_EXPOSURE_TRUSTED] = 3,
                                              [APL_EXPOSURE_INTERNET] = 4};
    const apl_asset *asset = &estate->assets.items[finding->asset];

    return ((finding->severity * 8u + exposure_ranks[asset->exposure]) * 8u + asset->criticality) * 16u +
           asset->sensitivity * 2u + asset->is_ai;
}

/* The worst finding of one rule, and how many assets fail it. */
typedef struct worst_rule {
    const apl_finding *finding;
    unsigned rank;
    size_t assets;
} worst_rule;

/* Puts the rule where it belongs among the worst ones, the worst first. */
static void keep_worst(worst_rule *worst, size_t *count, worst_rule entry)
{
    size_t place = *count;

    while (place > 0 && worst[place - 1].rank < entry.rank)
        place--;
    if (place == WORST_SHOWN)
        return;
    size_t moved = *count - place - (*count == WORST_SHOWN);
    memmove(&worst[place + 1], &worst[place], moved * sizeof *worst);
    worst[place] = entry;
    *count += *count < WORST_SHOWN;
}

/* Findings of one rule stand together, so one pass finds the worst of each. */
static size_t find_worst(worst_rule *worst, const summary_state *state)
{
    const apl_selection *selection = state->report->selection;
    const apl_estate *estate = state->report->snapshot->estate;
    worst_rule entry = {NULL, 0, 0};
    size_t count = 0;

    for (size_t i = 0; i < selection->findings.count; i++) {
        const apl_finding *finding = &estate->findings.items[selection->findings.items[i]];
        if (finding->status != APL_STATUS_FAIL)
            continue;
        unsigned rank = rank_of(estate, finding);
        if (entry.finding && entry.finding->rule != finding->rule) {
            keep_worst(worst, &count, entry);
            entry = (worst_rule){NULL, 0, 0};
        }
        if (entry.finding == NULL || rank > entry.rank)
            entry = (worst_rule){finding, rank, entry.assets};
        entry.assets++;
    }
    if (entry.finding)
        keep_worst(worst, &count, entry);
    return count;
}

static void write_worst_one(apl_text *out, const summary_state *state, const worst_rule *worst, apl_arena *scratch)
{
    const apl_finding *finding = worst->finding;
    const apl_estate *estate = state->report->snapshot->estate;
    const apl_asset *asset = &estate->assets.items[finding->asset];
    const apl_screen *screen = &state->report->screen;
    apl_remedy remedy = apl_remedy_make(scratch, estate, finding->asset, finding->rule);
    apl_text line;

    apl_text_init(&line, SENTENCE_BYTES_MAX);
    apl_text_add(out, APL_STR("  "));
    apl_screen_style(out, screen, apl_screen_severity_style(finding->severity));
    apl_text_add_format(out, "%-8s", apl_severity_names[finding->severity]);
    apl_screen_style(out, screen, APL_STYLE_PLAIN);
    apl_text_add(out, APL_STR("  "));
    apl_text_add_format(&line, "%.*s: %.*s", APL_STR_ARG(asset->name.size ? asset->name : asset->id),
                        APL_STR_ARG(finding->rule->title.size ? finding->rule->title : finding->rule->id));
    unsigned taken = apl_screen_fit(out, screen, apl_text_str(&line), screen->width - 22, APL_CUT_END);
    apl_screen_spaces(out, screen->width - 22 - taken + 2);
    apl_screen_style(out, screen, APL_STYLE_DIM);
    apl_text_add_format(out, "%.8s", finding->id);
    apl_screen_style(out, screen, APL_STYLE_PLAIN);
    apl_text_add_char(out, '\n');
    line.size = 0;
    apl_finding_sentence(&line, finding);
    if (worst->assets > 1)
        apl_text_add_format(&line, " (and %zu more like it)", worst->assets - 1);
    write_labelled(out, screen, "why", apl_text_str(&line));
    write_labelled(out, screen, "fix", remedy.summary);
    apl_text_free(&line);
}

static void write_worst(apl_text *out, summary_state *state)
{
    apl_arena *scratch = apl_arena_new();
    worst_rule worst[WORST_SHOWN];
    size_t count = find_worst(worst, state);

    if (count) {
        state->worst = worst[0].finding;
        write_heading(out, &state->report->screen, "Worst first");
        apl_text_add_char(out, '\n');
    }
    for (size_t i = 0; i < count; i++) {
        write_worst_one(out, state, &worst[i], scratch);
        apl_arena_reset(scratch);
    }
    if (count)
        apl_text_add_char(out, '\n');
    apl_arena_free(scratch);
}

static void write_gap(apl_text *out, const apl_screen *screen, const apl_coverage *row)
{
    apl_text line;

    apl_text_init(&line, SENTENCE_BYTES_MAX);
    apl_text_add(out, APL_STR("  "));
    apl_screen_style(out, screen, APL_STYLE_MEDIUM);
    apl_text_add_format(out, "%-8s", apl_coverage_names[row->state]);
    apl_screen_style(out, screen, APL_STYLE_PLAIN);
    apl_text_add(out, APL_STR("  "));
    apl_text_add(&line, row->type);
    if (row->scope.size > SCOPE_SHOWN)
        apl_text_add_format(&line, " in %.*s..", SCOPE_SHOWN, row->scope.data);
    else if (row->scope.size && !apl_str_equal(row->scope, APL_STR("-")))
        apl_text_add_format(&line, " in %.*s", APL_STR_ARG(row->scope));
    if (row->needs.size)
        apl_text_add_format(&line, "; needs %.*s", APL_STR_ARG(row->needs));
    if (row->why.size)
        apl_text_add_format(&line, ": %.*s", APL_STR_ARG(row->why));
    apl_screen_fit(out, screen, apl_text_str(&line), screen->width - 12, APL_CUT_END);
    apl_text_add_char(out, '\n');
    apl_text_free(&line);
}

/* One line for all that has no service: how many documents, and of which types. */
static void write_unsupported(apl_text *out, const apl_report *report)
{
    const apl_estate *estate = report->snapshot->estate;
    uint64_t documents = 0;
    size_t types = 0;
    apl_text line;
    apl_text names;

    apl_text_init(&line, SENTENCE_BYTES_MAX);
    apl_text_init(&names, SENTENCE_BYTES_MAX);
    for (size_t i = 0; i < estate->coverage.count; i++) {
        const apl_coverage *row = &estate->coverage.items[i];
        if (row->state != APL_COVERAGE_UNSUPPORTED)
            continue;
        documents += row->count;
        if (types++ < TYPES_SHOWN)
            apl_text_add_format(&names, "%s%.*s (%llu)", names.size ? ", " : "",
                                APL_STR_ARG(row->type.size ? row->type : APL_STR("no type")),
                                (unsigned long long)row->count);
    }
    if (documents) {
        add_count(&line, documents, "document", "documents");
        apl_text_add_format(&line, " of no known service: %.*s%s", APL_STR_ARG(apl_text_str(&names)),
                            types > TYPES_SHOWN ? " ..." : "");
        apl_text_add(out, APL_STR("  other     "));
        apl_screen_fit(out, &report->screen, apl_text_str(&line), report->screen.width - 12, APL_CUT_END);
        apl_text_add_char(out, '\n');
    }
    apl_text_free(&names);
    apl_text_free(&line);
}

void apl_text_gaps(apl_text *out, const apl_report *report)
{
    static const apl_coverage_state worse_first[] = {APL_COVERAGE_UNREAD, APL_COVERAGE_PARTIAL};
    const apl_estate *estate = report->snapshot->estate;
    size_t gaps = 0;
    size_t rows = 0;

    for (size_t i = 0; i < estate->coverage.count; i++)
        rows += estate->coverage.items[i].state != APL_COVERAGE_READ;
    if (rows == 0)
        return;
    write_heading(out, &report->screen, "Not read");
    apl_text_add_char(out, '\n');
    for (size_t s = 0; s < sizeof worse_first / sizeof worse_first[0]; s++) {
        for (size_t i = 0; i < estate->coverage.count; i++) {
            if (estate->coverage.items[i].state == worse_first[s] && gaps++ < GAPS_SHOWN)
                write_gap(out, &report->screen, &estate->coverage.items[i]);
        }
    }
    if (gaps > GAPS_SHOWN)
        apl_text_add_format(out, "  and %zu more; all of them: --format json, \"coverage\"\n", gaps - GAPS_SHOWN);
    write_unsupported(out, report);
    apl_text_add_char(out, '\n');
}

/* The riskiest paths, one of each shape. */
static void write_paths(apl_text *out, const summary_state *state)
{
    const apl_estate *estate = state->report->snapshot->estate;
    const apl_screen *screen = &state->report->screen;
    apl_text line;
    size_t shown = 0;

    if (estate->paths.count == 0)
        return;
    write_heading(out, screen, "Attack paths");
    apl_text_add_char(out, '\n');
    apl_text_init(&line, SENTENCE_BYTES_MAX);
    for (size_t i = 0; i < estate->paths.count && shown < PATHS_SHOWN; i++) {
        const apl_path *path = &estate->paths.items[i];
        bool is_again = false;
        for (size_t before = 0; before < i && !is_again; before++)
            is_again = memcmp(estate->paths.items[before].group, path->group, APL_PATH_ID_BYTES) == 0;
        if (is_again)
            continue;
        shown++;
        apl_text_add_format(out, "  %-*s  ", (int)SEVERITY_WIDTH, apl_path_level_names[path->level]);
        apl_text_add_format(&line, "%.8s  %.*s", path->id, APL_STR_ARG(path->title));
        apl_screen_fit(out, screen, apl_text_str(&line), screen->width - 4 - SEVERITY_WIDTH, APL_CUT_END);
        apl_text_add_char(out, '\n');
        line.size = 0;
    }
    if (estate->paths.count > shown) {
        const char *sources = state->report->stored_in ? "" : state->report->sources;
        apl_text_add_format(&line, "  %zu in all: aplomb paths%s%s", estate->paths.count, *sources ? " " : "", sources);
        apl_screen_line(out, screen, &line);
    }
    apl_text_add_char(out, '\n');
    apl_text_free(&line);
}

static void write_hint(apl_text *out, const apl_screen *screen, apl_text *line)
{
    apl_screen_spaces(out, 2);
    apl_screen_fit(out, screen, apl_text_str(line), screen->width - 2, APL_CUT_END);
    apl_text_add_char(out, '\n');
    line->size = 0;
}

/* Where it was stored, and what to type next. */
static void write_next(apl_text *out, const summary_state *state)
{
    const apl_report *report = state->report;
    const apl_screen *screen = &report->screen;
    const apl_selection *selection = report->selection;
    apl_text line;

    apl_text_init(&line, SENTENCE_BYTES_MAX);
    if (report->stored_in)
        apl_text_add_format(&line, "Stored in %s as snapshot %.8s. Next:", report->stored_in,
                            report->snapshot->scan.id.size >= 8 ? report->snapshot->scan.id.data : "-");
    else
        apl_text_add(&line, APL_STR("Not stored. Next:"));
    apl_screen_line(out, screen, &line);
    const char *rest = report->stored_in ? "" : report->sources;
    if (selection->findings.count) {
        const apl_finding *first = &report->snapshot->estate->findings.items[selection->findings.items[0]];
        const apl_finding *worst = state->worst ? state->worst : first;
        apl_text_add_format(&line, "aplomb explain %.8s%s%s", worst->id, *rest ? " " : "", rest);
        write_hint(out, screen, &line);
        apl_text_add_format(&line, "aplomb findings%s%s", *rest ? " " : "", rest);
    } else {
        apl_text_add_format(&line, "aplomb inventory%s%s", *rest ? " " : "", rest);
    }
    write_hint(out, screen, &line);
    apl_text_free(&line);
}

apl_status apl_text_summary(apl_output *output, const apl_report *report)
{
    summary_state state = {.report = report, .summary = apl_snapshot_summary(report->snapshot)};
    apl_text *out = &output->text;

    count_kinds(&state);
    write_title(out, &state);
    if (state.summary.assets == 0) {
        apl_text_add(out, APL_STR("Nothing was recognised in these sources, so nothing can be said about them.\n\n"));
        apl_text_gaps(out, report);
        return apl_output_step(output);
    }
    write_counts(out, &state);
    write_others(out, &state);
    write_worst(out, &state);
    write_paths(out, &state);
    apl_text_gaps(out, report);
    apl_text_score_end(out, report);
    write_next(out, &state);
    return apl_output_step(output);
}
