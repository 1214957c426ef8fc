/* report/page.c: head, foot, style and escaping of all pages.
 *
 * The style is one constant text; its hash is worked out when a page is written and stands in the policy, so that
 * nothing else on the page can bring a style in, and nothing can bring a script. */
#include "report/page.h"

#include "base/digest.h"
#include "report/names.h"
#include "report/remedy.h"
#include "report/row.h"

#define SENTENCE_BYTES_MAX (64u << 10)

static const char style[] =
    ":root{color-scheme:light dark;--ground:#f6f7f9;--card:#fff;--ink:#1a2230;--soft:#5b6675;--line:#dde2e9;"
    "--track:#e9edf2;--accent:#1f5fbf;--critical:#b3173d;--high:#cf5a12;--medium:#a87a00;--low:#3f74b5;--info:#6b7686;"
    "--good:#1d7d4c}"
    "@media (prefers-color-scheme:dark){:root{--ground:#10151d;--card:#19202b;--ink:#e6eaf0;--soft:#9aa6b5;"
    "--line:#2c3644;--track:#28313e;--accent:#7fb0ff;--critical:#ff6f8d;--high:#ff9d5c;--medium:#e8bd4a;--low:#84b3ef;"
    "--info:#9aa6b5;--good:#58c48c}}"
    "*{box-sizing:border-box}"
    "body{margin:0;background:var(--ground);color:var(--ink);font:15px/1.45 system-ui,-apple-system,\"Segoe "
    "UI\",Roboto,"
    "\"Noto Sans\",sans-serif}"
    "main,header,footer{max-width:1080px;margin:0 auto;padding:0 20px}"
    "header{padding-top:24px;display:flex;flex-wrap:wrap;justify-content:space-between;gap:4px "
    "24px;align-items:baseline}"
    "h1{font-size:24px;margin:0;letter-spacing:-.01em}h2{font-size:16px;margin:0 0 8px}h3{font-size:15px;margin:20px 0 "
    "6px}"
    "p{margin:0 0 8px}section>p:last-child{margin:8px 0 0}.soft,footer,small{color:var(--soft)}small{font-size:12.5px}"
    ".grid{display:grid;grid-template-columns:repeat(6,1fr);gap:14px;margin:16px 0}"
    "section{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:14px 16px;grid-column:span "
    "6;"
    "min-width:0}section.third{grid-column:span 2}section.half{grid-column:span 3}"
    "table{border-collapse:collapse;width:100%}th{font-weight:600;font-size:12.5px;color:var(--soft);text-align:left}"
    "th,td{padding:4px 10px 4px 0;vertical-align:top;border-bottom:1px solid var(--line)}td{overflow-wrap:anywhere}"
    "td.name{min-width:190px}td.rule{font-weight:600;font-size:13.5px;padding-top:12px;border-bottom:0}"
    "td.tight,th.tight{white-space:nowrap;overflow-wrap:normal}"
    "tr:last-child>td{border-bottom:0}th.number,td.number{text-align:right;white-space:nowrap;font-variant-numeric:"
    "tabular-nums}td.bar{width:150px}"
    ".scroll{overflow-x:auto}"
    ".badge{display:inline-block;font-size:12px;line-height:1.35;font-weight:600;padding:0 7px;border:1px solid;"
    "border-radius:99px;white-space:nowrap}"
    ".badge.critical{color:var(--critical)}.badge.high{color:var(--high)}.badge.medium{color:var(--medium)}"
    ".badge.low{color:var(--low)}.badge.info,.badge.plain{color:var(--soft)}.badge.good{color:var(--good)}"
    "code,pre{font:12.5px/1.4 ui-monospace,SFMono-Regular,Menlo,Consolas,\"DejaVu Sans Mono\",monospace}"
    "pre{white-space:pre-wrap;overflow-wrap:anywhere;margin:4px 0;padding:6px "
    "8px;background:var(--ground);border-radius:"
    "5px}"
    ".chart{display:block;width:100%;height:auto;margin:0 0 8px}.chart text{fill:var(--ink);font-size:12px}.chart "
    ".small{font-size:10px;"
    "fill:var(--soft)}.chart .end{text-anchor:end}.chart .middle{text-anchor:middle}.chart .value{font-weight:600}"
    ".chart .track{fill:var(--track)}.chart .grid{stroke:var(--line);fill:none}.chart .trend{stroke:var(--accent);"
    "stroke-width:2;fill:none}.chart .mark{fill:var(--accent)}.chart .band{fill:var(--accent);opacity:.14}"
    ".chart .ring{fill:none;stroke:var(--track);stroke-width:14}.chart .ring.good{stroke:var(--good)}"
    ".chart .ring.medium{stroke:var(--medium)}.chart .ring.critical{stroke:var(--critical)}.chart "
    ".bound{stroke:var(--ink);"
    "stroke-width:1.5}.chart .big{font-size:30px;font-weight:700;text-anchor:middle}"
    ".chart.gauge{max-width:210px;margin:0 auto}.chart.parts{height:12px;margin:5px 0 "
    "0}.chart.line{max-width:420px}.chart.bars{"
    "max-width:380px}"
    ".fill.critical{fill:var(--critical)}.fill.high{fill:var(--high)}.fill.medium{fill:var(--medium)}.fill.low{fill:"
    "var(--low)}.fill.info,.fill.plain{fill:var(--info)}.fill.good{fill:var(--good)}"
    ".hatch{stroke:var(--card);stroke-width:2.4;opacity:.55}.dot{fill:var(--card);opacity:.8}"
    "footer{padding-bottom:28px;font-size:12.5px}"
    "@media (max-width:760px){section.third,section.half{grid-column:span "
    "6}body{font-size:14px}main,header,footer{padding:"
    "0 12px}header{padding-top:14px}.grid{gap:10px}section{padding:12px}td.bar{width:84px}.scroll "
    "table{min-width:600px}}"
    "@media print{@page{size:A4;margin:9mm "
    "10mm}:root{color-scheme:light;--ground:#fff;--card:#fff;--ink:#111;--soft:#444;"
    "--line:#ccc;--track:#e6e6e6;--accent:#1f5fbf;--critical:#b3173d;--high:#cf5a12;--medium:#8a6500;--low:#3f74b5;"
    "--info:#6b7686;--good:#1d7d4c}body{font-size:9.5px;line-height:1.3}main,header,footer{max-width:none;padding:0}"
    "h1{font-size:16px}h2{font-size:11px;margin-bottom:3px}h3{font-size:10.5px;margin:8px 0 3px}small,footer,th,.badge{"
    "font-size:8px}.grid{gap:5px;margin:6px 0}section{padding:6px 8px;border-radius:4px}th,td{padding:1.5px 6px 1.5px "
    "0}"
    "p,section>p:last-child{margin:2px "
    "0}.chart{margin-bottom:2px}code,pre{font-size:8px}.chart.gauge{max-width:130px}.chart.line{max-width:230px}.chart."
    "bars{"
    "max-width:"
    "210px}.chart.parts{height:7px;margin-top:2px}td.bar{width:90px}footer{padding-bottom:0}"
    "section.third{grid-column:span 2}section.half{grid-column:span 3}tr{break-inside:avoid}h2,h3{break-after:avoid}"
    "*{-webkit-print-color-adjust:exact;print-color-adjust:exact}}";

/* The entity of a character that HTML would act on, or NULL. */
static const char *entity_of(char c)
{
    switch (c) {
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '&':
        return "&amp;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    case '\n':
        return " ";
    default:
        return NULL;
    }
}

void apl_page_text(apl_text *out, apl_str text)
{
    static const apl_screen harmless = {.width = APL_SCREEN_WIDTH_MAX, .is_utf8 = true};
    uint32_t from = 0;

    for (uint32_t i = 0; i < text.size; i++) {
        const char *entity = entity_of(text.data[i]);
        if (entity == NULL)
            continue;
        apl_screen_add(out, &harmless, apl_str_slice(text, from, i));
        apl_text_add(out, apl_str_from(entity));
        from = i + 1;
    }
    if (text.size)
        apl_screen_add(out, &harmless, apl_str_slice(text, from, text.size));
}

void apl_page_cell(apl_text *out, const char *class_name, apl_str text)
{
    if (class_name)
        apl_text_add_format(out, "<td class=\"%s\">", class_name);
    else
        apl_text_add(out, APL_STR("<td>"));
    apl_page_text(out, text);
    apl_text_add(out, APL_STR("</td>"));
}

void apl_page_number(apl_text *out, uint64_t number)
{
    (void)apl_screen_number(out, number);
}

void apl_page_badge(apl_text *out, const char *badge_style, const char *word)
{
    apl_text_add_format(out, "<span class=\"badge %s\">%s</span>", badge_style, word);
}

void apl_page_section(apl_text *out, const char *id, const char *title)
{
    const char *space = strchr(id, ' ');

    if (space)
        apl_text_add_format(out, "<section class=\"%s\" id=\"%.*s\"><h2>", space + 1, (int)(space - id), id);
    else
        apl_text_add_format(out, "<section id=\"%s\"><h2>", id);
    apl_page_text(out, apl_str_from(title));
    apl_text_add(out, APL_STR("</h2>"));
}

void apl_page_section_end(apl_text *out)
{
    apl_text_add(out, APL_STR("</section>\n"));
}

/* Base64 of the SHA-256 of the style, as a source of style-src. */
static void add_style_hash(apl_text *out)
{
    apl_str text = APL_STR(style);
    uint8_t hash[APL_SHA256_BYTES];
    char base64[4 * APL_SHA256_BYTES / 3 + 8];

    apl_sha256(hash, &text, 1);
    apl_base64(base64, hash, sizeof hash);
    apl_text_add(out, apl_str_from(base64));
}

static void add_sources(apl_text *out, const apl_report *report)
{
    const apl_scan_info *scan = &report->snapshot->scan;

    for (size_t i = 0; i < scan->source_count; i++) {
        if (i)
            apl_text_add(out, APL_STR(", "));
        apl_page_text(out, scan->sources[i]);
    }
}

void apl_page_open(apl_text *out, const apl_report *report, const char *title)
{
    const apl_scan_info *scan = &report->snapshot->scan;

    apl_text_add(
        out, APL_STR("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                     "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-"));
    add_style_hash(out);
    apl_text_add(
        out, APL_STR("'; base-uri 'none'; form-action 'none'\">\n"
                     "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                     "<meta name=\"referrer\" content=\"no-referrer\">\n<meta name=\"robots\" content=\"noindex\">\n"
                     "<title>"));
    apl_page_text(out, apl_str_from(title));
    apl_text_add(out, APL_STR("</title>\n<style>"));
    apl_text_add(out, APL_STR(style));
    apl_text_add(out, APL_STR("</style>\n</head>\n<body>\n<header><h1>"));
    apl_page_text(out, apl_str_from(title));
    apl_text_add(out, APL_STR("</h1><div class=\"soft\">"));
    add_sources(out, report);
    apl_text_add(out, APL_STR(" &middot; "));
    apl_page_text(out, apl_str_slice(scan->started, 0, scan->started.size < 10 ? scan->started.size : 10));
    apl_text_add(out, APL_STR("</div></header>\n<main>\n<div class=\"grid\">\n"));
}

void apl_page_close(apl_text *out, const apl_report *report)
{
    const apl_scan_info *scan = &report->snapshot->scan;

    apl_text_add(out, APL_STR("</div>\n</main>\n<footer><p>"));
    for (size_t f = 0; report->compliance && f < report->compliance->framework_count; f++) {
        if (report->compliance->frameworks[f].framework->caution.size == 0)
            continue;
        apl_page_text(out, report->compliance->frameworks[f].framework->caution);
        apl_text_add_char(out, ' ');
    }
    apl_text_add(
        out, APL_STR("A check supports a control; it never satisfies one. What was not read counts as failed in the "
                     "score and is never shown as passed.</p><p>Snapshot "));
    apl_page_text(out, scan->id);
    apl_text_add(out, APL_STR(", aplomb "));
    apl_page_text(out, scan->version);
    apl_text_add(out, APL_STR(", content "));
    apl_page_text(out, apl_str_slice(scan->content, 0, scan->content.size < 12 ? scan->content.size : 12));
    apl_text_add(out, APL_STR("</p></footer>\n</body>\n</html>\n"));
}

void apl_page_finding(apl_text *out, const apl_report *report, const apl_finding *finding, apl_arena *scratch)
{
    const apl_estate *estate = report->snapshot->estate;
    apl_remedy remedy = apl_remedy_make(scratch, estate, finding->asset, finding->rule);
    apl_text sentence;

    apl_text_init(&sentence, SENTENCE_BYTES_MAX);
    apl_finding_sentence(&sentence, finding);
    apl_text_add_format(out, "<tr id=\"%.32s\"><td class=\"tight\">", finding->id);
    if (finding->status == APL_STATUS_FAIL)
        apl_page_badge(out, apl_severity_names[finding->severity], apl_severity_names[finding->severity]);
    else
        apl_page_badge(out, "plain", apl_status_names[finding->status]);
    apl_text_add(out, APL_STR("</td><td><strong>"));
    apl_page_text(out, apl_report_asset_name(estate, finding->asset));
    apl_text_add(out, APL_STR("</strong><br><small>"));
    apl_page_text(out, estate->assets.items[finding->asset].id);
    apl_text_add(out, APL_STR("</small></td><td>"));
    apl_page_text(out, apl_text_str(&sentence));
    for (size_t i = 0; i < remedy.command_count && finding->status == APL_STATUS_FAIL; i++) {
        apl_text_add(out, i ? APL_STR("\n") : APL_STR("<pre>"));
        apl_page_text(out, remedy.commands[i]);
    }
    if (remedy.command_count && finding->status == APL_STATUS_FAIL)
        apl_text_add(out, APL_STR("</pre>"));
    apl_text_add(out, APL_STR("</td></tr>\n"));
    apl_text_free(&sentence);
}
