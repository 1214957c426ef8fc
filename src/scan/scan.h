/* scan/scan.h: the pipeline: content and sources in, a judged snapshot out.
 *
 * The only caller of all stages: read documents, normalise, link, exposure, evaluate. A scan is a pure function of its
 * documents and its content: the same input gives the same snapshot on any number of threads, times aside. */
#ifndef APL_SCAN_SCAN_H
#define APL_SCAN_SCAN_H

#include "access/access.h"
#include "bom/bom.h"
#include "collect/calls.h"
#include "graph/technique.h"
#include "model/framework.h"
#include "inspect/model/globals.h"
#include "model/scan.h"
#include "policy/rule.h"

/* What is needed of the content. The build has checked the built-in files, so that what is not needed is not even read;
 * files of the user are checked in whole, whatever is needed. All but the first are for listing content. */
typedef enum apl_content_need {
    APL_NEED_ALL = 0,
    APL_NEED_CHECKS, /* what rules say of themselves, without their conditions */
    APL_NEED_SERVICES,
    APL_NEED_FRAMEWORKS,
    APL_NEED_TECHNIQUES,
} apl_content_need;

typedef struct apl_scan_options {
    const char *const *sources; /* files, folders, "-" */
    size_t source_count;
    const char *const *named_sources; /* as the user called them, for the result; none: the same */
    size_t named_source_count;
    const char *const *content_folders; /* --content */
    size_t content_folder_count;
    const char *const *policies; /* --policies: files or folders */
    size_t policy_count;
    const char *const *mutes; /* --mute */
    size_t mute_count;
    apl_content_need need;      /* of the content */
    const char *aliases_file;   /* a tenant's own alias table; NULL for the built-in one */
    const char *ignored;        /* a file that is no input, the store itself; NULL: none */
    const char *version;        /* of the program */
    unsigned jobs;              /* threads; 0: as many as cores */
    bool keeps_bodies;          /* spool bodies for the store */
    const char *const *what_if; /* comma lists of checks, rule ids or finding ids that are taken as fixed */
    size_t what_if_count;
    bool keeps_graph;    /* the attack graph is asked again after judging: set by apl_scan_try */
    bool keeps_edges;    /* list every step of the attack graph, for `paths --edges` */
    bool wants_bom;      /* keep what bills of materials tell: read by apl_content_open */
    bool keeps_passes;   /* keep pass findings in the snapshot, not only their number */
    bool is_policy_eval; /* judge bodies of every type, even of one that no service knows */
    apl_instant now;
    void (*on_progress)(void *context, uint64_t bytes_done, uint64_t bytes_total, uint64_t documents);
    void *on_progress_context;
    void (*on_message)(void *context, const char *line); /* one line a broken input; may be NULL */
    void *on_message_context;
} apl_scan_options;

typedef struct apl_content apl_content;

/* Opens the built-in content and adds the folders of the options; everything is compiled and checked here. */
apl_status apl_content_open(apl_content **out, const apl_scan_options *options);
void apl_content_free(apl_content *content);

/* Runs the whole pipeline. The content must outlive the snapshot. A content is used for one scan at a time. */
apl_status apl_scan_run(apl_snapshot *out, apl_content *content, const apl_scan_options *options);
void apl_snapshot_free(apl_snapshot *snapshot);

/* The same without judging anything: read, linked, with exposure. */
apl_status apl_scan_unjudged(apl_snapshot *out, apl_content *content, const apl_scan_options *options);

/* Gives the assets of a stored snapshot, which was loaded with its bodies, what rules, techniques and the access layer
 * read: a store keeps only bodies. Says so when the content is another than that of the scan. */
apl_status apl_scan_restore(apl_snapshot *stored, apl_content *content, const apl_scan_options *options);

/* Finds the attack paths of a restored snapshot again, and what the options ask of the graph: its steps, what fixes
 * would do. Findings stay as they were stored. */
apl_status apl_scan_attack(apl_snapshot *restored, apl_content *content, const apl_scan_options *options);

/* What becomes of score and paths as findings are fixed, one group after the other. */
typedef struct apl_scan_trial {
    const apl_finding *const *findings; /* of the snapshot, failed: fixed in this step; those before it stay fixed */
    size_t finding_count;
    double score; /* after the step */
    size_t paths; /* that are left then */
    const apl_str *broken; /* ids of the paths that this step takes away; in the arena of the estate */
    size_t broken_count;
} apl_scan_trial;

/* Searches the attack graph of a scanned or restored snapshot again for each step. Paths and score of the snapshot
 * itself are found anew and stay as they were. Costs a search of the whole graph a step. */
apl_status apl_scan_try(apl_scan_trial *steps, size_t step_count, apl_snapshot *snapshot, apl_content *content,
                        const apl_scan_options *options);

/* A bill of materials of a snapshot of this content that was scanned or restored, not only read; fills in
 * `options.services`. */
void apl_scan_bom(apl_bom *out, const apl_content *content, apl_bom_options options);

/* Who may do what in a linked estate that was made with this content; both must outlive it. */
apl_access *apl_scan_access(const apl_content *content, const apl_estate *estate);
const apl_library *apl_content_library(const apl_content *content);

/* The names that pickles import, compiled; the caller frees it, and the content must outlive it. */
apl_status apl_content_globals(apl_globals **out, const apl_content *content);

/* What the content holds, each list sorted by name; valid as long as the content. */
typedef struct apl_service_type_info {
    apl_str type;
    apl_str title;
    apl_str kinds; /* comma list of the kinds it may become */
    apl_str needs; /* permission that reading it takes */
} apl_service_type_info;

typedef struct apl_service_info {
    apl_str name; /* azure/ai-services */
    apl_str title;
    apl_str cloud;
    const apl_service_type_info *types;
    size_t type_count;
    size_t rule_count;
} apl_service_info;

size_t apl_content_rule_count(const apl_content *content);
const apl_rule_info *apl_content_rule(const apl_content *content, size_t index);
/* The user's policies in force (--policies), in the order of their ids. */
size_t apl_content_policy_count(const apl_content *content);
const apl_rule_info *apl_content_policy(const apl_content *content, size_t index);
size_t apl_content_service_count(const apl_content *content);
const apl_service_info *apl_content_service(const apl_content *content, size_t index);
size_t apl_content_framework_count(const apl_content *content);
const apl_framework_info *apl_content_framework(const apl_content *content, size_t index);
const apl_calls *apl_content_calls(const apl_content *content);
const apl_techniques *apl_content_techniques(const apl_content *content);
const apl_vocabulary *apl_content_vocabulary(const apl_content *content);
apl_str apl_content_digest(const apl_content *content);
const apl_aliases *apl_content_aliases(const apl_content *content);

/* For `policy eval`: judges every policy on every document of the sources, closed world, one call of `on_line` a
 * pair in the order (policy, resource). */
typedef struct apl_policy_line {
    apl_str policy;
    apl_str resource;
    apl_compliance state;
    apl_effect effect;
    apl_str reason;
} apl_policy_line;

typedef struct apl_policy_eval_options {
    apl_scan_options scan;       /* sources = DOCS; policies = --definition; aliases_file; now */
    const char *parameters_file; /* NULL: none */
    void (*on_line)(void *context, const apl_policy_line *line);
    void *on_line_context;
} apl_policy_eval_options;

apl_status apl_scan_policy_eval(const apl_policy_eval_options *options, bool *is_partial);

#endif
