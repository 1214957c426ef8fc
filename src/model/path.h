/* model/path.h: attack paths as they are stored and reported.
 *
 * A path leads from an entry to a target over steps; each step is one technique, or one plain relation, between two
 * assets. Found by src/graph, joined to findings by src/evaluate. Everything lives as long as the estate. */
#ifndef APL_MODEL_PATH_H
#define APL_MODEL_PATH_H

#include "model/vocabulary.h"

#define APL_PATH_ID_BYTES 33 /* 32 hexadecimal digits */

typedef enum apl_path_level {
    APL_PATH_LOW = 0,
    APL_PATH_MEDIUM,
    APL_PATH_HIGH,
    APL_PATH_CRITICAL,
} apl_path_level;
extern const char *const apl_path_level_names[]; /* by apl_path_level */

/* Critical from 75, high from 50, medium from 25. */
apl_path_level apl_path_level_of(double risk);

/* The findings that a fix of this step would close have this check and asset. */
typedef struct apl_path_cause {
    uint32_t asset;
    apl_str check; /* empty: any finding of the asset */
} apl_path_cause;

typedef struct apl_path_step {
    uint32_t from; /* asset */
    uint32_t to;
    apl_str technique; /* id, or empty: then `relation` */
    apl_str relation;  /* name */
    apl_str why;
    double likelihood;
    const apl_str *findings; /* ids of the findings whose fix takes the step away */
    uint32_t finding_count;
    const apl_path_cause *causes;
    uint32_t cause_count;
} apl_path_step;

typedef struct apl_path {
    char id[APL_PATH_ID_BYTES];
    char group[APL_PATH_ID_BYTES]; /* the same for paths of one shape: kinds and techniques */
    apl_str title;
    double impact; /* of the target, 0 to 100 */
    double risk;   /* 0 to 100: impact of the target times the likelihood of all steps */
    uint8_t level;
    uint32_t entry;       /* asset */
    uint32_t target;      /* asset */
    apl_str target_title; /* "Sensitive data" */
    const apl_path_step *steps;
    uint32_t step_count;
    const apl_str *fixes; /* ids of the findings that any step names, without doubles */
    uint32_t fix_count;
} apl_path;

typedef APL_VECTOR(apl_path) apl_paths;

/* One step of the attack graph, whether or not a path uses it. */
typedef struct apl_attack_edge {
    apl_path_step step;
    apl_str gives; /* the capability at its end */
} apl_attack_edge;

#endif
