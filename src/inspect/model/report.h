/* inspect/model/report.h: what was found in one model file.
 *
 * Filled by the formats while they read, turned into one JSON object when the file is done. That object is also how a
 * worker process answers, so reading it back gives the same report. Everything belongs to the report's arena. */
#ifndef APL_INSPECT_MODEL_REPORT_H
#define APL_INSPECT_MODEL_REPORT_H

#include "inspect/model/issue.h"
#include "json/value.h"

/* Issues that are kept of one file; more of them say nothing new, but still count for the verdict. */
#define APL_MODEL_ISSUES_MAX 256u
/* Bytes of one detail, and of one text among the facts. */
#define APL_MODEL_DETAIL_BYTES_MAX 400u
#define APL_MODEL_FACT_BYTES_MAX 1024u
/* Facts of one file, and items of a list among them. */
#define APL_MODEL_FACTS_MAX 128u
#define APL_MODEL_FACT_ITEMS_MAX 256u
/* The JSON of one report. */
#define APL_MODEL_REPORT_BYTES_MAX (4u << 20)

typedef struct apl_model_issue {
    apl_issue kind;
    apl_str detail;
    apl_str member;  /* inside the file; empty: the file itself */
    uint64_t offset; /* in the member */
} apl_model_issue;

typedef struct apl_model_fact {
    apl_str name;
    apl_value value; /* text or number; an object of counts is kept as members, a list as items */
    APL_VECTOR(apl_member) members;
    APL_VECTOR(apl_value) items;
} apl_model_fact;

typedef struct apl_model_report {
    apl_arena *arena;
    apl_str format; /* empty: no format of a model was recognised */
    apl_str member; /* where the reading is */
    apl_issue_effect effect;
    APL_VECTOR(apl_model_issue) issues;
    size_t issues_left_out;
    APL_VECTOR(apl_model_fact) facts;
} apl_model_report;

void apl_model_report_init(apl_model_report *report);
void apl_model_report_free(apl_model_report *report);

/* "clean", "suspicious", "malicious", "incomplete", "not-a-model". */
const char *apl_model_verdict(const apl_model_report *report);

/* Adds an issue of the present member, unless the same was said already. */
__attribute__((format(printf, 4, 5))) void apl_model_found(apl_model_report *report, apl_issue kind, uint64_t offset,
                                                           const char *format, ...);

/* A trial: what was found since can be taken back when it turns out that the bytes were something else. */
typedef struct apl_model_mark {
    size_t issues;
    size_t left_out;
    size_t facts;
    apl_issue_effect effect;
    apl_model_issue last; /* with all places taken, the one that a worse issue takes */
} apl_model_mark;
apl_model_mark apl_model_report_mark(const apl_model_report *report);
void apl_model_report_rewind(apl_model_report *report, apl_model_mark mark);

/* Facts. A text that is already known stays as it was first read; numbers are added up; a list takes each item once. */
void apl_model_fact_text(apl_model_report *report, const char *name, apl_str text);
void apl_model_fact_add(apl_model_report *report, const char *name, uint64_t number);
void apl_model_fact_count(apl_model_report *report, const char *name, apl_str of, uint64_t number);
void apl_model_fact_item(apl_model_report *report, const char *name, apl_str item);

/* The fact of that name, or NULL. */
const apl_model_fact *apl_model_fact_get(const apl_model_report *report, const char *name);

/* `"format":...,"verdict":...,"issues":[...],"facts":{...}`, without braces around it. */
void apl_model_report_write(apl_text *out, const apl_model_report *report);

/* Reads the object that holds those members. APL_E_INPUT when it is none. */
apl_status apl_model_report_read(apl_model_report *report, apl_str json);

#endif
