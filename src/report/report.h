/* report/report.h: what is to be shown.
 *
 * Filled by a command, written by a format. A report owns nothing: snapshot, selection, listing and answer belong to
 * the command and must outlive the writing. Read-only, one thread. */
#ifndef APL_REPORT_REPORT_H
#define APL_REPORT_REPORT_H

#include "bom/bom.h"
#include "evaluate/delta.h"
#include "query/explain.h"
#include "query/filter.h"
#include "query/reach.h"
#include "remediate/plan.h"
#include "report/listing.h"
#include "report/output.h"
#include "report/screen.h"
#include "store/store.h"

typedef enum apl_view {
    APL_VIEW_SCAN = 1,         /* everything of a snapshot; findings as selected */
    APL_VIEW_INVENTORY = 2,    /* the selected assets, the relations among them */
    APL_VIEW_FINDINGS = 4,     /* the selected findings */
    APL_VIEW_LISTING = 8,      /* a list of content or of snapshots */
    APL_VIEW_EXPLAIN = 16,     /* one thing, whole */
    APL_VIEW_PATHS = 32,       /* the selected attack paths */
    APL_VIEW_SCORE = 64,       /* the score and what costs most */
    APL_VIEW_SIMULATION = 128, /* what fixes would do to paths and score */
    APL_VIEW_COMPLIANCE = 256, /* the controls of frameworks, with what supports them */
    APL_VIEW_DRIFT = 1024,     /* what changed between two postures */
    APL_VIEW_BOM = 4096,       /* the bill of materials */
    APL_VIEW_REPORT = 2048,    /* a page or feed of all that matters, by kind */
    APL_VIEW_FIX = 8192,       /* a plan of fixes */
} apl_view;

typedef enum apl_report_kind {
    APL_REPORT_EXECUTIVE = 0,
    APL_REPORT_TECHNICAL,
    APL_REPORT_FRAMEWORK,
    APL_REPORT_OWNER,
} apl_report_kind;

typedef struct apl_report {
    apl_view view;
    const apl_snapshot *snapshot;     /* NULL for a listing of content */
    const apl_selection *selection;   /* SCAN, INVENTORY, FINDINGS */
    const apl_listing *listing;       /* LISTING */
    const apl_explained *explained;   /* EXPLAIN */
    const apl_vocabulary *vocabulary; /* EXPLAIN */
    const apl_techniques *techniques; /* PATHS: of the content */
    const apl_drift *drift;           /* DRIFT; REPORT: against an earlier snapshot; NULL: there is none */
    const apl_reach_answer *reach;    /* EXPLAIN: who reaches the asset, or what the principal reaches; NULL: neither */
    const apl_bom *bom;               /* BOM */
    const apl_fix_plan *plan;         /* FIX */
    const apl_history *history;       /* EXPLAIN: what the store knows of earlier snapshots; NULL: nothing */
    apl_str body;                     /* EXPLAIN: the asset's body as JSON text, when it is kept */
    const apl_compliance_result *compliance; /* COMPLIANCE, REPORT */
    const apl_store_point *points;           /* COMPLIANCE, REPORT: this snapshot and those before it, oldest first */
    size_t point_count;
    apl_report_kind kind; /* REPORT */
    apl_str aws_account;  /* REPORT as asff: who receives what belongs to no account of AWS */
    apl_str aws_region;
    const apl_score_delta *delta; /* REPORT, SCORE: against an earlier snapshot; NULL: unknown */
    bool is_part;                 /* SCORE: of chosen assets or frameworks only */
    bool lists_controls;          /* COMPLIANCE as text: the controls follow the frameworks */
    apl_screen screen;
    const char *stored_in; /* SCAN: the store that holds it now; NULL: none */
    bool lists_findings;   /* SCAN as text: the selected findings follow the summary */
    const char *sources;   /* the SOURCE words as they were given, for "next" */
    unsigned threads;      /* that may write rows; 0: one a core */
} apl_report;

/* The table that a report is for formats that show one: assets for the inventory, findings for scan and findings. */
apl_listing apl_report_listing(const apl_report *report);

#endif
