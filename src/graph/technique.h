/* graph/technique.h: ways an attacker moves, compiled from techniques/.
 *
 * A technique says on which assets it works, who can use it, what he must hold before and what he holds after. It is
 * data (docs/content.md, "techniques"); the edges of one estate come from it in graph/derive.h. Plain relations that an
 * attacker may walk are written the same way and carry the relation's name instead of an id.
 * Built once with the content, then read-only. */
#ifndef APL_GRAPH_TECHNIQUE_H
#define APL_GRAPH_TECHNIQUE_H

#include "condition/condition.h"
#include "normalize/template.h"

/* What somebody who stands at an asset can do with it. Control includes the others. */
typedef enum apl_capability {
    APL_CAPABILITY_CONTROL = 0, /* acts as the identity, runs code, commands the agent, owns the scope */
    APL_CAPABILITY_DATA,        /* reads its content */
    APL_CAPABILITY_WRITE,       /* changes its content */
    APL_CAPABILITY_USE,         /* calls it: inference, prompts */
    APL_CAPABILITY_REACH,       /* opens a connection to it */
} apl_capability;
#define APL_CAPABILITY_COUNT 5
extern const char *const apl_capability_names[]; /* by apl_capability, NULL-terminated */

typedef enum apl_step_end {
    APL_END_SELF = 0,    /* the asset that the technique is on */
    APL_END_RELATION,    /* the other end of its outgoing relations of one type */
    APL_END_RELATION_IN, /* the same, incoming */
    APL_END_PRINCIPAL,   /* only `from`: who has the permission on the asset */
    APL_END_ENTRY,       /* only `from`: an entry of the graph, such as the internet */
    APL_END_ID,          /* the asset that a template names; at `to` it is made when nobody read it */
} apl_step_end;

/* The entries of the graph: their ids, what they are called, and the kind that they have. */
typedef struct apl_entry {
    const char *id;
    const char *name;
    const char *kind;
} apl_entry;
extern const apl_entry apl_entries[]; /* ends with an entry whose id is NULL */

typedef enum apl_permission_plane {
    APL_PERMISSION_CONTROL = 0,    /* an action of Azure Resource Manager */
    APL_PERMISSION_DATA,           /* a data action */
    APL_PERMISSION_DIRECTORY_ROLE, /* an Entra role, by its built-in name */
    APL_PERMISSION_APP_ROLE,       /* an application permission of Microsoft Graph, by its value */
} apl_permission_plane;
#define APL_PERMISSION_PLANE_COUNT 4

typedef struct apl_permission_action {
    apl_permission_plane plane;
    apl_str name;
} apl_permission_action;

/* One of the actions is enough. */
typedef struct apl_permission {
    const apl_permission_action *actions;
    size_t action_count;
    bool is_owner;            /* owners of the application or group have it too */
    bool is_eligible_only;    /* only roles that must be activated first */
    bool is_active_only;      /* only roles that need not */
    bool is_conditional_only; /* only what a condition binds */
    bool is_plain_only;       /* only what no condition binds */
} apl_permission;

typedef enum apl_noise { APL_NOISE_LOW = 0, APL_NOISE_MEDIUM, APL_NOISE_HIGH } apl_noise;

/* A piece of the `why` text. */
typedef enum apl_why_source {
    APL_WHY_TEXT = 0,
    APL_WHY_FROM,
    APL_WHY_TO,
    APL_WHY_ROLE,
    APL_WHY_SCOPE,
    APL_WHY_TEMPLATE,
} apl_why_source;

typedef struct apl_why_part {
    apl_why_source source;
    apl_str text;
    apl_template *template;
} apl_why_part;

/* Where a check that breaks a technique has to hold. */
typedef enum apl_break_place {
    APL_BREAK_AT_ASSET = 0, /* that the technique is on */
    APL_BREAK_AT_HOLDER,    /* what holds that one */
    APL_BREAK_AT_TO,
    APL_BREAK_AT_FROM,
    APL_BREAK_PLACE_COUNT,
} apl_break_place;

typedef struct apl_technique {
    apl_str id;                 /* AZ01; empty: a plain relation */
    apl_relation_type relation; /* of a plain relation, else APL_RELATION_NONE */
    apl_str name;
    apl_str title;
    apl_str family;
    apl_str source;
    const apl_str *types; /* native types that it is on, or: */
    size_t type_count;
    const apl_kind *kinds;
    size_t kind_count;
    apl_condition *when; /* NULL: always */
    apl_step_end from;
    apl_step_end to;
    apl_relation_type from_relation;
    apl_relation_type to_relation;
    const apl_kind *from_kinds; /* none: any */
    size_t from_kind_count;
    const apl_kind *to_kinds;
    size_t to_kind_count;
    apl_condition *from_when;
    apl_condition *to_when;
    uint32_t entry; /* index into apl_entries */
    apl_template *from_id;
    apl_template *to_id;
    apl_template *to_name;
    apl_kind to_kind;
    apl_permission permission;
    const apl_permission *also; /* each must be held somewhere */
    size_t also_count;
    apl_capability takes;
    unsigned gives;    /* bit of each apl_capability */
    double likelihood; /* above 0, at most 1 */
    apl_noise noise;
    bool needs_user;
    const apl_str *attack; /* MITRE ATT&CK ids */
    size_t attack_count;
    const apl_str *atlas; /* MITRE ATLAS ids */
    size_t atlas_count;
    const apl_str *breaks;        /* checks: where one holds at one of its places, the step is gone */
    const unsigned *break_places; /* bits of each apl_break_place, by number of the check */
    size_t break_count;
    const apl_str *lowers; /* checks that make it only less likely */
    size_t lower_count;
    const apl_why_part *why;
    size_t why_count;
    apl_field_list asked; /* fields of documents that it reads */
} apl_technique;

/* What is worth reaching. */
typedef struct apl_target {
    apl_str name;
    apl_str title;
    const apl_str *types;
    size_t type_count;
    const apl_kind *kinds;
    size_t kind_count;
    apl_condition *when;
    apl_capability needs;
    double impact; /* 0 to 100 */
    apl_field_list asked;
} apl_target;

typedef struct apl_techniques {
    APL_VECTOR(apl_technique) items; /* in the order of their files, which is that of the paths */
    APL_VECTOR(apl_target) targets;
} apl_techniques;

typedef struct apl_techniques_options {
    const apl_vocabulary *vocabulary;
    const apl_aliases *aliases;
    apl_fields *fields;
    apl_arena *arena;
} apl_techniques_options;

void apl_techniques_init(apl_techniques *techniques);
void apl_techniques_free(apl_techniques *techniques);

/* Adds one file of techniques/: a family, or targets.yaml. One line a mistake. */
apl_status apl_techniques_add(apl_techniques *techniques, const apl_techniques_options *options, apl_value file,
                              const char *file_name);

/* True when it may be on assets of this type, or of one of these kinds. */
bool apl_technique_takes(const apl_technique *technique, apl_str type, const apl_kind *kinds, size_t kind_count);

/* The cost of a step of this likelihood: 1 to 1000, so that costs add up where likelihoods multiply
 * (round(1000 x -ln p / 7)). */
uint16_t apl_step_cost(double likelihood);

#endif
