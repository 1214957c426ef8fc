/* report/model_text.c: verdict, issues and facts of one model file.
 *
 * Whatever comes from the file goes through the screen, so that a name in a pickle cannot move the cursor. */
#include "report/model_text.h"

/* Facts that are short enough for a line of text, in this order. */
static const char *const shown_facts[] = {
    "architecture", "framework",   "parameters", "tensors", "tensor_types", "quantisation",
    "licence",      "base_models", "datasets",   "sha256",  "xxh3",
};

void apl_model_json(apl_text *out, apl_str file, const apl_model_report *report)
{
    apl_text_add(out, APL_STR("{\"file\":"));
    apl_json_write_string(out, file);
    apl_text_add_char(out, ',');
    apl_model_report_write(out, report);
    apl_text_add_char(out, '}');
}

static apl_style style_of(apl_issue_effect effect, bool is_model)
{
    static const apl_style styles[] = {APL_STYLE_GOOD, APL_STYLE_LOW, APL_STYLE_HIGH, APL_STYLE_CRITICAL};

    return is_model ? styles[effect] : APL_STYLE_DIM;
}

static void add_issue(apl_text *out, const apl_screen *screen, const apl_model_issue *issue)
{
    const apl_issue_info *info = apl_issue_info_of(issue->kind);
    apl_text line;

    apl_text_init(&line, 4 * APL_MODEL_DETAIL_BYTES_MAX + 4096);
    apl_text_add(out, APL_STR("  "));
    apl_screen_add_styled(out, screen, style_of(info->effect, true), apl_str_from(info->severity));
    apl_screen_spaces(out, (unsigned)(10 - strlen(info->severity)));
    apl_text_add_format(&line, "%s: ", info->meaning);
    apl_text_add(&line, issue->detail);
    if (issue->member.size) {
        apl_text_add(&line, APL_STR("; in "));
        apl_text_add(&line, issue->member);
    }
    if (issue->offset)
        apl_text_add_format(&line, ", at %llu", (unsigned long long)issue->offset);
    apl_text_add_format(&line, " [%s]", info->id);
    apl_screen_wrap(out, screen, apl_text_str(&line), 12);
    apl_text_free(&line);
}

static void add_value(apl_text *line, const apl_model_fact *fact)
{
    size_t count = fact->members.count ? fact->members.count : fact->items.count;

    if (count == 0) {
        apl_value value = fact->value;
        if (value.type == APL_VALUE_INTEGER)
            apl_text_add_format(line, "%lld", (long long)value.integer);
        else
            apl_text_add(line, apl_value_str(value));
        return;
    }
    for (size_t i = 0; i < count && i < 8; i++) {
        if (i)
            apl_text_add_char(line, ' ');
        if (fact->members.count) {
            apl_text_add(line, fact->members.items[i].key);
            apl_text_add_format(line, " x%lld", (long long)fact->members.items[i].value.integer);
        } else {
            apl_text_add(line, apl_value_str(fact->items.items[i]));
        }
    }
    if (count > 8)
        apl_text_add_format(line, " and %zu more", count - 8);
}

static void add_facts(apl_text *out, const apl_screen *screen, const apl_model_report *report)
{
    apl_text line;

    apl_text_init(&line, 64u << 10);
    for (size_t i = 0; i < sizeof shown_facts / sizeof shown_facts[0]; i++) {
        const apl_model_fact *fact = apl_model_fact_get(report, shown_facts[i]);
        if (fact == NULL)
            continue;
        apl_text_add_format(&line, "%s%s ", line.size ? "; " : "", shown_facts[i]);
        add_value(&line, fact);
    }
    if (line.size) {
        apl_text_add(out, APL_STR("  "));
        apl_screen_wrap(out, screen, apl_text_str(&line), 2);
    }
    apl_text_free(&line);
}

void apl_model_text(apl_text *out, const apl_screen *screen, apl_str file, const apl_model_report *report)
{
    const char *verdict = apl_model_verdict(report);
    bool is_model = strcmp(verdict, "not-a-model") != 0;

    apl_screen_add_styled(out, screen, style_of(report->effect, is_model), apl_str_from(verdict));
    apl_screen_spaces(out, (unsigned)(12 - strlen(verdict)));
    apl_screen_add(out, screen, file);
    if (report->format.size) {
        apl_text_add(out, APL_STR("  ("));
        apl_screen_add(out, screen, report->format);
        apl_text_add_char(out, ')');
    }
    apl_text_add_char(out, '\n');
    for (int effect = APL_EFFECT_MALICIOUS; effect >= APL_EFFECT_NOTE; effect--) {
        for (size_t i = 0; i < report->issues.count; i++) {
            if ((int)apl_issue_info_of(report->issues.items[i].kind)->effect == effect)
                add_issue(out, screen, &report->issues.items[i]);
        }
    }
    if (report->issues_left_out)
        apl_text_add_format(out, "  and %zu issues more\n", report->issues_left_out);
    add_facts(out, screen, report);
}
