/* cli/commands/compliance.c: what checks and people can show for each control of the frameworks.
 *
 * Of the stored snapshot, or of sources that are scanned in memory; it stores nothing. */
#include "cli/readiness.h"

static const apl_option options[] = {
    APL_OPTION_FORMAT,
    {"framework", 0, APL_OPT_LIST, APL_OFFSET(frameworks), "LIST",
     "these frameworks or controls, listed one by one: ISO42001 or ISO42001:A.6.*", NULL},
    APL_OPTIONS_ROLE,
    APL_OPTION_ATTESTATIONS,
    APL_OPTION_NOW,
    APL_OPTIONS_ASSETS,
    APL_OPTIONS_SNAPSHOT,
    {0},
};

static apl_status compliance_run(apl_session *session)
{
    apl_readiness readiness = {0};
    apl_status status = apl_session_prepare(session, &session->settings->words);

    if (status == APL_OK)
        status = apl_readiness_make(&readiness, session);
    if (status == APL_OK) {
        apl_listing listing = apl_listing_controls(session->arena, &session->snapshot, &readiness.compliance);
        apl_report report = apl_session_report(session, APL_VIEW_COMPLIANCE);
        apl_readiness_show(&report, &readiness);
        report.listing = &listing;
        report.lists_controls = session->settings->frameworks.count > 0;
        status = apl_session_write(session, &report);
        apl_session_judge_coverage(session);
    }
    apl_readiness_free(&readiness);
    return status;
}

const apl_command apl_command_compliance = {
    .name = "compliance",
    .summary = "what can be shown for each control of ISO 42001, the EU AI Act and others",
    .options = options,
    .run = compliance_run,
    .arguments = "[SOURCE...]",
    .details = "Reads the stored snapshot, or scans the sources in memory without storing. A control is supported, "
               "failing, not read, in need of evidence, attested, not applicable or not yet applicable. What checks "
               "decide and what people state is counted apart; a control that no check decides has no percentage.\n"
               "Initiatives of --policies stand beside the frameworks, by their display names.",
    .examples = "aplomb compliance\n"
                "aplomb compliance --framework ISO42001\n"
                "aplomb compliance --framework EUAIACT --role deployer --risk-class high-risk --format json\n"
                "aplomb compliance --tenant contoso.example --group rg-ai --framework 'NISTAIRMF:MEASURE*'\n"
                "aplomb compliance export/ --policies initiatives/ --format csv=controls.csv",
    .views = APL_VIEW_COMPLIANCE,
    .words_max = -1,
    .names_in_snapshot = true,
};
