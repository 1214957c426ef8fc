/* cli/commands/report.c: pages and feeds for those who do not run the program.
 *
 * Of the stored snapshot, compared with the one before it, or of sources that are scanned in memory. */
#include "cli/comparison.h"
#include "cli/readiness.h"

static const apl_option options[] = {
    {"kind", 'k', APL_OPT_CHOICE, APL_OFFSET(report_kind), "KIND",
     "executive: one page (default); technical: all findings and paths; framework: control by control; owner: by owner",
     "executive technical framework owner"},
    {"format", 'f', APL_OPT_FORMATS, APL_OFFSET(formats), "FMT[=FILE]",
     "output format (default: html); with =FILE into that file; repeatable", NULL},
    {"framework", 0, APL_OPT_LIST, APL_OFFSET(frameworks), "LIST",
     "only these frameworks or controls, and findings that support them", NULL},
    APL_OPTIONS_ROLE,
    APL_OPTION_ATTESTATIONS,
    APL_OPTION_SEVERITY,
    APL_OPTION_STATUS,
    {"since", 0, APL_OPT_TEXT, APL_OFFSET(since), "ID|TIME",
     "compare with this snapshot, or with the newest not younger than the time (default: the one before)", NULL},
    {"baseline", 'b', APL_OPT_FILE, APL_OFFSET(baseline), "FILE", "compare with this accepted baseline", NULL},
    {"aws-account", 0, APL_OPT_TEXT, APL_OFFSET(aws_account), "ID",
     "asff: the account of Security Hub for findings outside AWS", NULL},
    {"aws-region", 0, APL_OPT_TEXT, APL_OFFSET(aws_region), "REGION",
     "asff: and its region, also for AWS assets without one", NULL},
    APL_OPTION_NOW,
    APL_OPTIONS_SNAPSHOT,
    {0},
};

/* In the order of apl_report_kind. */
static const char *const kinds[] = {"executive", "technical", "framework", "owner"};

static apl_report_kind kind_of(const apl_settings *settings)
{
    for (int i = 0; settings->report_kind && i < 4; i++) {
        if (strcmp(settings->report_kind, kinds[i]) == 0)
            return (apl_report_kind)i;
    }
    return APL_REPORT_EXECUTIVE;
}

/* Sources stand for themselves; they are compared only where somebody says with what. */
static bool compares(const apl_session *session)
{
    return session->settings->words.count == 0 || session->settings->since || session->settings->baseline;
}

static apl_status prepare(apl_comparison *comparison, apl_session *session)
{
    apl_status status = apl_session_formats_or(session, "html");

    if (status == APL_OK)
        status = apl_session_content(session);
    if (status == APL_OK)
        status = apl_session_snapshot(session, &session->settings->words, compares(session));
    if (status == APL_OK)
        apl_session_select(session);
    if (status == APL_OK && compares(session))
        status = apl_comparison_read(comparison, session, false);
    if (status == APL_OK && compares(session))
        status = apl_comparison_make(comparison, NULL);
    return status;
}

static apl_status report_run(apl_session *session)
{
    apl_readiness readiness = {0};
    apl_comparison comparison = {0};
    apl_status status = prepare(&comparison, session);

    if (status == APL_OK)
        status = apl_readiness_make(&readiness, session);
    if (status == APL_OK) {
        apl_report report = apl_session_report(session, APL_VIEW_REPORT);
        apl_readiness_show(&report, &readiness);
        apl_listing controls = apl_listing_controls(session->arena, &session->snapshot, &readiness.compliance);
        report.listing = &controls;
        report.aws_account = apl_str_from(session->settings->aws_account);
        report.aws_region = apl_str_from(session->settings->aws_region);
        report.kind = kind_of(session->settings);
        report.drift = comparison.has_before ? &comparison.drift : NULL;
        report.delta = comparison.has_before ? &comparison.delta : NULL;
        status = apl_session_write(session, &report);
        apl_session_judge_coverage(session);
    }
    apl_readiness_free(&readiness);
    apl_comparison_free(&comparison);
    return status;
}

const apl_command apl_command_report = {
    .name = "report",
    .summary = "pages for people and feeds for programs: HTML, OCSF, OSCAL, OpenMetrics and others",
    .options = options,
    .run = report_run,
    .arguments = "[SOURCE...]",
    .details =
        "Reads the stored snapshot and the one before it, or scans the sources in memory without storing. An HTML "
        "page is one file without a script; printed from a browser it is the PDF: chromium --headless "
        "--print-to-pdf=posture.pdf posture.html.",
    .examples = "aplomb report > posture.html\n"
                "aplomb report --kind technical --severity high+ --format html=technical.html\n"
                "aplomb report --kind framework --framework ISO42001,EUAIACT --format html=audit.html\n"
                "aplomb report --kind owner --format html=owners.html --format json=posture.json",
    .views = APL_VIEW_REPORT,
    .words_max = -1,
    .names_in_snapshot = true,
};
