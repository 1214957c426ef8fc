/* report/text_drift.c: drift for people.
 *
 * What got worse stands first, with what opened because of it; changes that moved no risk come last and are cut, since
 * nobody reads a thousand of them: the JSON has all. */
#include "report/text_drift.h"

#include "evaluate/drift.h"
#include "report/text_score.h"

#define LINE_BYTES_MAX (64u << 10)
#define VALUE_BYTES_MAX 60u

/* Lines of one change, and changes without a direction of risk, that are shown. */
#define DETAILS_SHOWN 6
#define NEUTRAL_SHOWN 20

static const apl_style risk_styles[] = {APL_STYLE_DIM, APL_STYLE_GOOD, APL_STYLE_MEDIUM, APL_STYLE_HIGH};

static void add_short(apl_text *out, apl_value value)
{
    apl_text text;

    if (!apl_value_is_there(value)) {
        apl_text_add(out, APL_STR("nothing"));
        return;
    }
    apl_text_init(&text, LINE_BYTES_MAX);
    apl_value_write(&text, value, 0);
    size_t size = text.size;
    if (size > VALUE_BYTES_MAX) {
        size = VALUE_BYTES_MAX;
        while (size > 0 && ((unsigned char)text.data[size] & 0xC0) == 0x80)
            size--; /* not inside a character */
    }
    apl_text_add(out, apl_str_make(text.data, size));
    apl_text_add(out, size < text.size ? APL_STR("...") : APL_STR_NONE);
    apl_text_free(&text);
}

static void add_value(apl_text *line, const apl_drift_value *value)
{
    apl_text_add_format(line, "      %.*s: ", APL_STR_ARG(value->path));
    add_short(line, value->before);
    apl_text_add(line, APL_STR(" -> "));
    add_short(line, value->after);
    if (value->accepted.size)
        apl_text_add_format(line, " (accepted %.*s)", APL_STR_ARG(value->accepted));
}

static void add_finding(apl_text *line, const apl_drift_finding *turned)
{
    apl_text_add_format(line, "      %s %s %.8s: %.*s%s", apl_drift_turn_names[turned->turn],
                        apl_severity_names[turned->finding->severity], turned->finding->id,
                        APL_STR_ARG(turned->finding->rule->title),
                        turned->is_by_content ? " (the rules changed, not the asset)" : "");
}

static void add_relation(apl_text *line, const apl_drift_relation *relation)
{
    apl_text_add_format(line, "      %s %.*s %.*s", relation->is_new ? "now" : "no longer", APL_STR_ARG(relation->type),
                        APL_STR_ARG(relation->to));
}

/* The details of one change as lines; what does not fit is counted. */
static void add_details(apl_text *out, const apl_screen *screen, const apl_drift_change *change)
{
    size_t counts[] = {change->finding_count, change->path_count, change->value_count, change->relation_count};
    size_t left = 0;
    apl_text line;

    apl_text_init(&line, LINE_BYTES_MAX);
    for (size_t part = 0; part < sizeof counts / sizeof counts[0]; part++) {
        for (size_t i = 0; i < counts[part] && i < DETAILS_SHOWN; i++) {
            if (part == 0)
                add_finding(&line, &change->findings[i]);
            else if (part == 1)
                apl_text_add_format(&line, "      %s path %.8s: %.*s", change->paths[i].is_new ? "new" : "closed",
                                    change->paths[i].path->id, APL_STR_ARG(change->paths[i].path->title));
            else if (part == 2)
                add_value(&line, &change->values[i]);
            else
                add_relation(&line, &change->relations[i]);
            apl_screen_line(out, screen, &line);
        }
        left += counts[part] > DETAILS_SHOWN ? counts[part] - DETAILS_SHOWN : 0;
    }
    if (left)
        apl_text_add_format(out, "      and %zu more: --format json\n", left);
    apl_text_free(&line);
}

static void add_change(apl_text *out, const apl_screen *screen, const apl_drift *drift, const apl_drift_change *change)
{
    const apl_asset *asset = apl_drift_asset(drift, change);
    apl_text line;

    apl_text_init(&line, LINE_BYTES_MAX);
    apl_screen_add_styled(out, screen, risk_styles[change->risk], apl_str_from(apl_drift_risk_names[change->risk]));
    apl_screen_spaces(out, 9 - (unsigned)strlen(apl_drift_risk_names[change->risk]));
    apl_text_add_format(&line, "%-8s  %.*s %.*s", apl_drift_what_names[change->what],
                        APL_STR_ARG(drift->after->estate->vocabulary->kinds.items[asset->kind].name),
                        APL_STR_ARG(asset->name.size ? asset->name : asset->id));
    if (change->actor.size)
        apl_text_add_format(&line, ", by %.*s at %.*s", APL_STR_ARG(change->actor), APL_STR_ARG(change->time));
    apl_screen_fit(out, screen, apl_text_str(&line), screen->width - 9, APL_CUT_END);
    apl_text_add_char(out, '\n');
    apl_text_free(&line);
    add_details(out, screen, change);
}

static void add_head(apl_text *out, const apl_report *report)
{
    const apl_drift *drift = report->drift;
    const apl_score *before = &drift->before->estate->score;
    const apl_score *after = &drift->after->estate->score;
    apl_text line;

    apl_text_init(&line, LINE_BYTES_MAX);
    apl_text_add_format(&line, "Since %s %.8s of %.*s: ", drift->is_baseline ? "the baseline of" : "snapshot",
                        drift->before->scan.id.data, APL_STR_ARG(drift->before->scan.started));
    for (size_t what = APL_DRIFT_CHANGED; what < APL_DRIFT_WHAT_COUNT; what++)
        apl_text_add_format(&line, "%s%llu %s", what > APL_DRIFT_CHANGED ? ", " : "",
                            (unsigned long long)drift->by_what[what], apl_drift_what_names[what]);
    apl_screen_line(out, &report->screen, &line);
    apl_text_add_format(
        &line,
        "Findings: %llu new, %llu raised, %llu closed, %llu muted, %llu lost; paths: %llu new, "
        "%llu closed",
        (unsigned long long)drift->by_turn[APL_DRIFT_NEW], (unsigned long long)drift->by_turn[APL_DRIFT_RAISED],
        (unsigned long long)drift->by_turn[APL_DRIFT_CLOSED], (unsigned long long)drift->by_turn[APL_DRIFT_MUTED],
        (unsigned long long)drift->by_turn[APL_DRIFT_LOST], (unsigned long long)drift->new_paths,
        (unsigned long long)drift->closed_paths);
    if (before->is_there && after->is_there)
        apl_text_add_format(&line, "; score %.1f -> %.1f", before->estate.value, after->estate.value);
    apl_text_delta(&line, report->delta);
    apl_screen_line(out, &report->screen, &line);
    if (drift->has_other_content)
        apl_text_add(out, APL_STR("The rules differ between the two: part of this is not the estate's doing.\n"));
    apl_text_free(&line);
}

apl_status apl_text_drift(apl_output *output, const apl_report *report)
{
    const apl_drift *drift = report->drift;
    size_t neutral = 0;

    add_head(&output->text, report);
    if (drift->change_count == 0)
        apl_text_add(&output->text, APL_STR("\nNothing changed.\n"));
    else
        apl_text_add_char(&output->text, '\n');
    for (size_t i = 0; i < drift->change_count; i++) {
        const apl_drift_change *change = &drift->changes[i];
        if (change->risk == APL_DRIFT_NEUTRAL && ++neutral > NEUTRAL_SHOWN)
            continue;
        add_change(&output->text, &report->screen, drift, change);
        if (apl_output_step(output) != APL_OK)
            break;
    }
    if (neutral > NEUTRAL_SHOWN)
        apl_text_add_format(&output->text, "and %zu more that move no risk: --format json\n", neutral - NEUTRAL_SHOWN);
    return apl_output_step(output);
}
