/* report/page_owners.c: the open findings of each owner, so that each can be sent his own.
 *
 * Owners come from tags and relations (query/owner.h); what nobody owns stands first, because that is a finding too. */
#include <stdlib.h>

#include "query/owner.h"
#include "report/page.h"

#define FINDINGS_SHOWN 5000

typedef struct owned {
    apl_str owner;
    uint32_t finding; /* number in the estate; they are sorted by severity there */
} owned;

static int by_owner(const void *a, const void *b)
{
    const owned *x = a;
    const owned *y = b;
    int order = apl_str_compare_nocase(x->owner, y->owner);

    return order ? order : (x->finding > y->finding) - (x->finding < y->finding);
}

/* The owner of an asset is asked for once, however many findings it has. */
static owned *owned_findings(const apl_report *report)
{
    const apl_estate *estate = report->snapshot->estate;
    size_t count = report->selection->findings.count;
    owned *list = apl_memory_new((count + 1) * sizeof *list);
    apl_str *owners = apl_memory_new((estate->assets.count + 1) * sizeof *owners);
    bool *is_known = apl_memory_new((estate->assets.count + 1) * sizeof *is_known);

    for (size_t i = 0; i < count; i++) {
        uint32_t number = report->selection->findings.items[i];
        apl_asset_id asset = estate->findings.items[number].asset;
        if (!is_known[asset])
            owners[asset] = apl_owner_of(estate, asset);
        is_known[asset] = true;
        list[i] = (owned){owners[asset], number};
    }
    if (count)
        qsort(list, count, sizeof *list, by_owner);
    apl_memory_free(owners);
    apl_memory_free(is_known);
    return list;
}

static void open_owner(apl_text *out, apl_str owner)
{
    apl_text_add(out, APL_STR("<section><h2>"));
    apl_page_text(out, owner.size ? owner : APL_STR("Nobody is named as owner"));
    apl_text_add(out, APL_STR("</h2><div class=\"scroll\"><table><tr><th></th><th>Asset</th><th>Finding, evidence and "
                              "commands</th></tr>"));
}

apl_status apl_page_owners(apl_output *output, const apl_report *report)
{
    size_t count = report->selection->findings.count;
    owned *list = owned_findings(report);
    apl_arena *scratch = apl_arena_new();
    apl_text *out = &output->text;
    apl_status status = APL_OK;
    size_t shown = count < FINDINGS_SHOWN ? count : FINDINGS_SHOWN;

    apl_page_open(out, report, "Open findings by owner");
    for (size_t i = 0; status == APL_OK && i < shown; i++) {
        bool is_new = i == 0 || !apl_str_equal_nocase(list[i].owner, list[i - 1].owner);
        if (is_new && i)
            apl_text_add(out, APL_STR("</table></div></section>"));
        if (is_new)
            open_owner(out, list[i].owner);
        const apl_finding *finding = &report->snapshot->estate->findings.items[list[i].finding];
        if (is_new || finding->rule != report->snapshot->estate->findings.items[list[i - 1].finding].rule) {
            apl_text_add(out, APL_STR("<tr><td colspan=\"3\" class=\"rule\">"));
            apl_page_text(out, finding->rule->title);
            apl_text_add(out, APL_STR("</td></tr>"));
        }
        apl_page_finding(out, report, finding, scratch);
        apl_arena_reset(scratch);
        status = apl_output_step(output);
    }
    if (shown)
        apl_text_add(out, APL_STR("</table></div></section>"));
    else
        apl_text_add(out, APL_STR("<section><p>No open finding.</p></section>"));
    if (shown < count)
        apl_text_add_format(out, "<section><p>and %zu more: --format csv has all.</p></section>", count - shown);
    apl_page_close(out, report);
    apl_memory_free(list);
    apl_arena_free(scratch);
    return status == APL_OK ? apl_output_step(output) : status;
}
