/* model/framework.h: standards and their controls, as content says them.
 *
 * A control is supported by checks, never satisfied by them. Titles are in our own words; `text` is there only when the
 * user loaded a text that he has a licence for. Everything lives as long as the content. */
#ifndef APL_MODEL_FRAMEWORK_H
#define APL_MODEL_FRAMEWORK_H

#include "base/clock.h"

typedef struct apl_control_info {
    apl_str id;
    apl_str title;
    apl_str text;     /* licensed wording, loaded by its owner; empty: none */
    apl_str evidence; /* technical, partial, manual */
    const apl_str *checks;
    size_t check_count;
    const apl_str *roles; /* who has the duty: provider, deployer ...; none: everybody */
    size_t role_count;
    const apl_str *risk_classes; /* of the AI system that it is about: high-risk ...; none: every */
    size_t risk_class_count;
    apl_str applies_from;   /* a date as written; empty: in force */
    apl_instant applies_at; /* the same; 0: in force */
    apl_str applies_source; /* where the date stands */
    apl_str applies_note;   /* what is different for whom */
} apl_control_info;

typedef struct apl_framework_info {
    apl_str id;
    apl_str title;
    apl_str source;
    apl_str caution; /* one sentence that stands beside every result; empty: none */
    apl_str note;    /* what a reader of results should know besides */
    const apl_control_info *controls;
    size_t control_count;
} apl_framework_info;

#endif
