/* report/walk.c: goes through the sections of a report row by row.
 *
 * Under the JSON formats. Assets and findings are those of the selection; relations are those whose both ends are
 * shown; coverage is always whole, because what was not read concerns every answer. */
#include "report/walk.h"

#include "report/row.h"

bool apl_walk_has(const apl_report *report, apl_section section)
{
    static const unsigned views[] = {
        [APL_SECTION_ASSETS] = APL_VIEW_SCAN | APL_VIEW_INVENTORY,
        [APL_SECTION_RELATIONS] = APL_VIEW_SCAN | APL_VIEW_INVENTORY,
        [APL_SECTION_FINDINGS] = APL_VIEW_SCAN | APL_VIEW_FINDINGS,
        [APL_SECTION_COVERAGE] = APL_VIEW_SCAN | APL_VIEW_INVENTORY | APL_VIEW_FINDINGS,
    };

    return (views[section] & (unsigned)report->view) != 0;
}

typedef struct walk_state {
    apl_output *output;
    const apl_report *report;
    const apl_walk_frame *frame;
    size_t index;
} walk_state;

static void open_row(walk_state *state, const char *record)
{
    state->frame->before(&state->output->text, record, state->index++);
}

static apl_status close_row(walk_state *state)
{
    state->frame->after(&state->output->text);
    return apl_output_step(state->output);
}

static apl_status walk_assets(walk_state *state)
{
    const apl_selection *selection = state->report->selection;
    apl_status status = APL_OK;

    for (size_t i = 0; status == APL_OK && i < selection->assets.count; i++) {
        open_row(state, "asset");
        apl_row_asset(&state->output->text, state->report->snapshot->estate, selection->assets.items[i]);
        status = close_row(state);
    }
    return status;
}

/* A bit for each asset of the selection; NULL when it has all of them. Freed with apl_memory_free. */
static uint64_t *shown_assets(const apl_report *report)
{
    const apl_selection *selection = report->selection;
    size_t count = report->snapshot->estate->assets.count;

    if (selection->assets.count == count)
        return NULL;
    uint64_t *bits = apl_memory_new((count / 64 + 1) * sizeof *bits);
    for (size_t i = 0; i < selection->assets.count; i++)
        bits[selection->assets.items[i] / 64] |= UINT64_C(1) << selection->assets.items[i] % 64;
    return bits;
}

static bool is_shown(const uint64_t *bits, apl_asset_id asset)
{
    return bits == NULL || (bits[asset / 64] >> asset % 64 & 1) != 0;
}

static apl_status walk_relations(walk_state *state)
{
    const apl_estate *estate = state->report->snapshot->estate;
    uint64_t *shown = shown_assets(state->report);
    apl_status status = APL_OK;

    for (size_t i = 0; status == APL_OK && i < estate->relations.count; i++) {
        const apl_relation *relation = &estate->relations.items[i];
        if (!is_shown(shown, relation->from) || !is_shown(shown, relation->to))
            continue;
        open_row(state, "relation");
        apl_row_relation(&state->output->text, estate, relation);
        status = close_row(state);
    }
    apl_memory_free(shown);
    return status;
}

static apl_status walk_findings(walk_state *state)
{
    const apl_estate *estate = state->report->snapshot->estate;
    const apl_selection *selection = state->report->selection;
    apl_arena *scratch = apl_arena_new();
    apl_status status = APL_OK;

    for (size_t i = 0; status == APL_OK && i < selection->findings.count; i++) {
        open_row(state, "finding");
        apl_row_finding(&state->output->text, estate, &estate->findings.items[selection->findings.items[i]], scratch);
        status = close_row(state);
        apl_arena_reset(scratch);
    }
    apl_arena_free(scratch);
    return status;
}

static apl_status walk_coverage(walk_state *state)
{
    const apl_estate *estate = state->report->snapshot->estate;
    apl_status status = APL_OK;

    for (size_t i = 0; status == APL_OK && i < estate->coverage.count; i++) {
        open_row(state, "coverage");
        apl_row_coverage(&state->output->text, &estate->coverage.items[i]);
        status = close_row(state);
    }
    return status;
}

apl_status apl_walk_section(apl_output *output, const apl_report *report, apl_section section,
                            const apl_walk_frame *frame)
{
    walk_state state = {.output = output, .report = report, .frame = frame};

    switch (section) {
    case APL_SECTION_ASSETS:
        return walk_assets(&state);
    case APL_SECTION_RELATIONS:
        return walk_relations(&state);
    case APL_SECTION_FINDINGS:
        return walk_findings(&state);
    case APL_SECTION_COVERAGE:
        return walk_coverage(&state);
    }
    return APL_OK;
}
