/* model/estate.h: all assets and relations of one scan, with what was found about them.
 *
 * Filled by normalize, joined by link, judged by evaluate; read-only from then on, any number of threads. Assets,
 * relations and findings are numbers into the arrays here. Everything hangs on the estate's arenas. */
#ifndef APL_MODEL_ESTATE_H
#define APL_MODEL_ESTATE_H

#include "base/clock.h"
#include "base/digest.h"
#include "model/compliance.h"
#include "model/path.h"
#include "model/score.h"
#include "model/subject.h"
#include "model/vocabulary.h"

typedef uint32_t apl_asset_id;
#define APL_ASSET_NONE UINT32_MAX

typedef enum apl_exposure {
    APL_EXPOSURE_UNKNOWN = 0,
    APL_EXPOSURE_NONE,
    APL_EXPOSURE_PRIVATE,
    APL_EXPOSURE_TRUSTED,
    APL_EXPOSURE_INTERNET,
} apl_exposure;

typedef enum apl_level { /* sensitivity and criticality */
                         APL_LEVEL_UNKNOWN = 0,
                         APL_LEVEL_NONE,
                         APL_LEVEL_LOW,
                         APL_LEVEL_MEDIUM,
                         APL_LEVEL_HIGH,
                         APL_LEVEL_CRITICAL,
} apl_level;

enum { APL_USED_FOR_AI = 1, APL_USED_FOR_GROUNDING = 2, APL_USED_FOR_TRAINING = 4 };

/* Where a body lies: bytes [offset, offset + size) of the text of source file `file` after decompression, or, when the
 * body was spooled for the store, of the spool. */
typedef struct apl_origin {
    uint32_t file;
    uint32_t size;
    uint64_t offset;
} apl_origin;

struct apl_asset {
    apl_str id; /* as read */
    apl_str name;
    apl_str full_name; /* Azure: name with those of the parents; empty: the same as name */
    apl_str location;  /* as read */
    apl_str tenant;
    apl_str scope;        /* subscription, account, project; "-" when unknown */
    apl_str source;       /* provider of the document: azure, aws ... */
    apl_str why_unread;   /* read:false: empty */
    const apl_plan *plan; /* NULL when the type has none (a stub of an unknown type) */
    apl_str type;
    apl_record record;
    apl_value tags;    /* object name -> text, or missing */
    apl_digest digest; /* of the body bytes */
    apl_origin origin;
    apl_instant read_at; /* 0: unknown */
    apl_asset_id parent;
    uint32_t unread_groups; /* bit g: the parts of group g were not read; bit 0: the whole body is partial */
    apl_kind kind;
    uint8_t cloud;       /* index into apl_cloud_names */
    uint8_t exposure;    /* apl_exposure */
    uint8_t sensitivity; /* apl_level */
    uint8_t criticality; /* apl_level */
    uint8_t used_for;
    uint32_t weight;  /* values in the body; the fuller of two reads of one time wins */
    bool is_buffered; /* while reading: origin.offset is inside the reader's buffer */
    bool is_read;
    bool is_absent; /* a directory object that was named, while the objects of its type were read */
    bool is_ai;
    bool was_asked; /* what is unread of it was asked for by name, so that nothing can be done about it */
    bool is_judged; /* a rule takes its type, and it was read */
    bool ids_ignore_case;
    apl_asset_id sensitivity_from; /* the asset that the level came from, or APL_ASSET_NONE: a label of its own */
    apl_asset_id same_letters; /* the next asset whose id differs in case only, or APL_ASSET_NONE */
};

extern const char *const apl_cloud_names[];    /* "azure", "aws", "gcp", "kubernetes", "saas", "code", "host", NULL */
extern const char *const apl_exposure_names[]; /* by apl_exposure */
extern const char *const apl_level_names[];    /* by apl_level */

typedef struct apl_relation {
    apl_asset_id from;
    apl_asset_id to;
    apl_relation_type type;
    apl_str evidence; /* the JSON path or document that says so */
} apl_relation;

/* Why an asset has its exposure: the setting or the rule that decided. Texts may be empty. */
typedef struct apl_exposure_evidence {
    apl_asset_id asset;   /* whose setting or rule it is; APL_ASSET_NONE: of the asset itself */
    apl_asset_id through; /* the address, balancer, gateway or interface that passed it on, or APL_ASSET_NONE */
    apl_str path;         /* in that asset's body */
    apl_str ports;        /* that are open to the widest range: "22, 8000-8100, 53/udp"; empty: ports do not matter */
    apl_str range;        /* the widest source that is let in, as it is written */
    int8_t width;         /* of all that is let in, as bits of an IPv4 prefix: 0 is everybody; -1: no addresses known */
    bool is_guarded;      /* what comes is inspected on its way, by a web application firewall */
} apl_exposure_evidence;

typedef enum apl_severity {
    APL_SEVERITY_INFO = 0,
    APL_SEVERITY_LOW,
    APL_SEVERITY_MEDIUM,
    APL_SEVERITY_HIGH,
    APL_SEVERITY_CRITICAL,
} apl_severity;
#define APL_SEVERITY_COUNT 5
extern const char *const apl_severity_names[]; /* by apl_severity */

/* In the order of precedence: when several hold, the first one counts. */
typedef enum apl_finding_status {
    APL_STATUS_EXEMPT = 0,
    APL_STATUS_MUTED,
    APL_STATUS_ERROR,
    APL_STATUS_MANUAL,
    APL_STATUS_FAIL,
    APL_STATUS_PASS,
} apl_finding_status;
#define APL_STATUS_COUNT 6
extern const char *const apl_status_names[]; /* by apl_finding_status */

/* One value that a finding rests on. */
typedef struct apl_evidence {
    apl_str path;
    apl_value value;    /* missing: the document has no such member; unread: nobody looked */
    apl_value expected; /* the value that would pass, or a text like "not \"Enabled\"" */
    bool is_calculated; /* the path is an expression, and the value what it gave */
} apl_evidence;

typedef struct apl_rule_info apl_rule_info;

typedef struct apl_finding {
    char id[33];
    const apl_rule_info *rule;
    apl_asset_id asset;
    uint8_t status;   /* apl_finding_status */
    uint8_t severity; /* apl_severity; an override may differ from the rule's */
    uint32_t evidence_count;
    const apl_evidence *evidence;
    apl_str reason; /* manual: what was not read; error: why; exempt, muted: by what, owner, expiry */
    apl_str needs;  /* manual: the missing permission */
} apl_finding;

/* What evaluate and the reports must know of a rule, whether it is ours or a policy definition of the user. */
typedef struct apl_control_ref {
    apl_str framework;
    apl_str control;
    apl_str title; /* of the control, when it is one of a user's initiative; else empty: the content has it */
} apl_control_ref;

typedef struct apl_patch {
    apl_str operation; /* "addOrReplace", "add", "remove" */
    apl_str path;
    apl_value value;
} apl_patch;

struct apl_rule_info {
    apl_str id; /* <cloud>/<service>/<check>, or the definition's id */
    apl_str check;
    apl_str service;
    apl_str title;
    apl_str why;
    apl_str fix_summary;
    apl_str fix_cli;
    apl_str fix_bicep;
    apl_str fix_terraform;
    apl_str needs;
    const apl_patch *patches;
    uint32_t patch_count;
    const apl_str *evidence_paths; /* only evidence on these paths is shown; none: all */
    uint32_t evidence_path_count;
    const apl_control_ref *controls; /* sorted */
    uint32_t control_count;
    uint8_t severity;
};

/* A rule that had something to judge, or would have had: assets of its types were read, or could not be. What passed is
 * told without a finding each. */
typedef struct apl_judged_rule {
    const apl_rule_info *rule;
    const apl_str *types; /* that it takes, of those that were read or could not be */
    uint32_t type_count;
    bool lists_passes; /* A policy of the user may not apply: what passed is listed. Else every read asset of the types
                        * that has no finding of the rule passed. */
    const apl_asset_id *passes; /* sorted */
    uint32_t pass_count;
} apl_judged_rule;

typedef enum apl_coverage_state {
    APL_COVERAGE_READ = 0,
    APL_COVERAGE_PARTIAL,
    APL_COVERAGE_UNREAD,
    APL_COVERAGE_UNSUPPORTED,
} apl_coverage_state;
extern const char *const apl_coverage_names[]; /* by apl_coverage_state */

/* The type of a row about a file that a collect did not end. */
#define APL_COVERAGE_END "end of the collect"

typedef struct apl_coverage {
    apl_str source;
    apl_str scope;
    apl_str type;
    uint8_t state; /* apl_coverage_state */
    uint64_t count;
    apl_str why;
    apl_str needs;
} apl_coverage;

/* Documents of a type were not read in a scope, and such documents make relations: the assets of the scope that stand
 * at the other end may have more of them than are known. */
typedef struct apl_unread_relation {
    apl_relation_type relation;
    bool is_out;            /* the asset is where they start, else where they end */
    apl_str type;           /* that was not read */
    apl_str end_id;         /* pattern of the ids of such assets; see model/unread.c */
    apl_str end_type;       /* of such assets; empty: any */
    apl_kind end_kind;      /* APL_KIND_NONE: any */
    const bool *end_types;  /* by number of the type: those that have the key; NULL: any */
    uint32_t next_in_scope; /* index + 1 */
} apl_unread_relation;

/* One file or stream that was read; for origins and messages. */
typedef struct apl_source_file {
    apl_str path; /* relative to the SOURCE named, with !/ before members of archives */
} apl_source_file;

struct apl_estate {
    apl_arena *arena;
    const apl_vocabulary *vocabulary;
    APL_VECTOR(apl_asset) assets;       /* sorted by canonical id after linking */
    APL_VECTOR(apl_relation) relations; /* sorted by (from, type, to) after linking */
    uint32_t *relations_out;            /* assets.count + 1 offsets into relations, by `from` */
    uint32_t *relations_in;             /* assets.count + 1 offsets into relations_by_to */
    uint32_t *relations_by_to;          /* relation numbers sorted by `to` */
    APL_VECTOR(apl_exposure_evidence) exposure_evidence;
    uint32_t *exposure_evidence_of;     /* by asset: index + 1; NULL before exposure was set */
    APL_VECTOR(apl_finding) findings;   /* sorted by (severity high first, rule id, asset id) */
    APL_VECTOR(apl_judged_rule) judged; /* sorted by rule id; without those of a snapshot of an older program */
    uint64_t passes;                    /* pass findings are counted; kept in `findings` only when asked for */
    apl_score score;
    const apl_framework_count *framework_counts; /* sorted by framework */
    size_t framework_count;
    APL_VECTOR(apl_attack_edge) edges; /* only when they were asked for */
    size_t cut_targets; /* targets whose ways were searched up to a limit only: there may be more paths to them */
    apl_paths paths;                   /* the riskiest first */
    APL_VECTOR(apl_coverage) coverage; /* sorted by (source, scope, type, state) */
    APL_VECTOR(apl_unread_relation) unread;
    apl_table *unread_by_scope; /* scope -> the first of its unread relations; NULL: there are none */
    APL_VECTOR(apl_source_file) files;
    APL_VECTOR(apl_arena *) arenas; /* of the reading threads; owned */
    uint64_t documents;
    apl_table *by_id; /* canonical id -> asset */
    int spool;        /* descriptor of the body spool, -1 when bodies are not kept */
};

void apl_estate_init(apl_estate *estate, const apl_vocabulary *vocabulary);
void apl_estate_free(apl_estate *estate);

/* The asset with this id (case as the provider compares), or APL_ASSET_NONE. O(1). */
apl_asset_id apl_estate_find(const apl_estate *estate, apl_str id);

/* The id as it is hashed and compared: lower case where the provider ignores case. */
apl_str apl_asset_canonical_id(apl_arena *arena, const apl_asset *asset);

/* The resource group in an Azure resource id, or none. Points into the id. */
apl_str apl_resource_group_of(apl_str id);

/* The finding id: first 32 hexadecimal digits of SHA-256(rule id, newline, canonical asset id). */
void apl_finding_id(char out[33], apl_str rule_id, apl_str canonical_asset_id);

/* Whether the word stands for the id of a finding or path: its start, four digits at least, without regard to case. */
bool apl_id_starts(const char *id, apl_str word);

static inline apl_subject apl_estate_subject(const apl_estate *estate, apl_asset_id asset)
{
    return (apl_subject){estate, &estate->assets.items[asset], estate->assets.items[asset].plan};
}

/* The raw JSON text of the asset's body out of the spool, or an empty text when it was not kept. */
apl_status apl_estate_body(apl_text *out, const apl_estate *estate, const apl_asset *asset);

/* So many bytes of the spool, which must have them, added to `out` as they lie there: several bodies at once. */
apl_status apl_estate_spooled(apl_text *out, const apl_estate *estate, uint64_t offset, size_t size);

#endif
