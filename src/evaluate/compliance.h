/* evaluate/compliance.h: what checks and people say about the controls of the frameworks.
 *
 * Checks support a control; a statement of a person (attestation) completes it where configuration alone cannot. The
 * two are counted apart, always: no number here mixes them. A control that no check decides needs evidence; it is never
 * a pass, and never a percentage. docs/compliance.md says how a state comes about. */
#ifndef APL_EVALUATE_COMPLIANCE_H
#define APL_EVALUATE_COMPLIANCE_H

#include "evaluate/attestation.h"
#include "model/estate.h"
#include "model/framework.h"

/* Assets that are listed by name for a control; all are counted. */
#define APL_CONTROL_ASSETS_MAX 100

typedef enum apl_control_state {
    APL_CONTROL_FAILING = 0,    /* a check failed; no statement takes that back */
    APL_CONTROL_UNREAD,         /* nothing failed, but something that decides was not read */
    APL_CONTROL_NEEDS_EVIDENCE, /* no check decides, or checks pass where a statement is needed too and missing */
    APL_CONTROL_ATTESTED,       /* no check decides; a valid statement stands */
    APL_CONTROL_SUPPORTED,      /* checks pass, and where a statement is needed it stands */
    APL_CONTROL_NOT_APPLICABLE, /* of another role or risk class, or excluded by a statement */
    APL_CONTROL_NOT_YET,        /* the law does not apply yet */
} apl_control_state;
#define APL_CONTROL_STATE_COUNT 7
extern const char *const apl_control_state_names[];  /* for programs: "needs-evidence" */
extern const char *const apl_control_state_titles[]; /* for people: "needs evidence" */

/* What the checks say by themselves. */
typedef enum apl_control_signal {
    APL_SIGNAL_NONE = 0,
    APL_SIGNAL_PASS,
    APL_SIGNAL_UNREAD,
    APL_SIGNAL_FAIL,
} apl_control_signal;
extern const char *const apl_control_signal_names[];

typedef struct apl_check_result {
    apl_str check;
    apl_str title; /* of the first rule of the check that had something to judge; empty: none had */
    uint8_t severity;
    uint64_t passing; /* assets, one for each rule */
    uint64_t failing;
    uint64_t unread;
    uint64_t accepted;     /* muted or exempt */
    uint32_t unread_types; /* coverage rows of types that it judges and that could not be read */
} apl_check_result;

typedef struct apl_control_result {
    const apl_control_info *control;
    uint8_t state;  /* apl_control_state */
    uint8_t signal; /* apl_control_signal */
    const apl_check_result *checks;
    size_t check_count;
    uint64_t passing; /* assets: each once, by the worst that a check of this control says of it */
    uint64_t failing;
    uint64_t unread;
    uint64_t accepted;
    uint64_t fixes;                     /* failed findings: how many changes away the checks are from passing */
    const apl_asset_id *failing_assets; /* the first APL_CONTROL_ASSETS_MAX, in order */
    size_t failing_asset_count;
    const apl_asset_id *passing_assets;
    size_t passing_asset_count;
    const apl_attestation *attestation; /* the newest statement, valid or not; NULL: none */
    uint8_t attestation_state;          /* apl_attestation_state */
} apl_control_result;

typedef struct apl_framework_result {
    const apl_framework_info *framework;
    const apl_control_result *controls;
    size_t control_count;
    uint32_t states[APL_CONTROL_STATE_COUNT];
    uint32_t decided; /* applicable controls that checks decide; passing of them pass */
    uint32_t passing;
    uint32_t statements_needed; /* applicable controls that need a statement; that many stand and have ended */
    uint32_t statements_valid;
    uint32_t statements_expired;
    const apl_control_result *next; /* the failing control that is the fewest fixes away, or NULL */
} apl_framework_result;

typedef struct apl_compliance_result {
    const apl_framework_result *frameworks;
    size_t framework_count;
    const apl_attestations *attestations; /* NULL: none were read */
    apl_instant now;
    bool is_scoped;   /* only some assets were looked at */
    bool is_complete; /* false: a snapshot of an older program, which did not keep what passed */
} apl_compliance_result;

typedef struct apl_compliance_options {
    apl_arena *arena;
    const apl_framework_info *frameworks; /* of the content */
    size_t framework_count;
    const apl_attestations *attestations; /* or NULL */
    apl_instant now;
    const bool *takes;     /* by asset; NULL: all */
    const apl_str *chosen; /* words `ISO42001` or `ISO42001:A.4.*`; none: every framework */
    size_t chosen_count;
    const apl_str *roles; /* none: every role */
    size_t role_count;
    const apl_str *risk_classes;
    size_t risk_class_count;
    bool counts_only; /* leave assets out: costs findings, not assets times rules */
} apl_compliance_options;

/* Everything in the arena of the options; the estate must have been judged. */
void apl_compliance_make(apl_compliance_result *out, const apl_estate *estate, const apl_compliance_options *options);

/* Sets estate->framework_counts: what is kept with the snapshot. */
void apl_compliance_count(apl_estate *estate, const apl_framework_info *frameworks, size_t framework_count);

#endif
