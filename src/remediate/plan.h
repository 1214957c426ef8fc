/* remediate/plan.h: a plan of fixes: the steps in their order, each with its change, its cost and the way back.
 *
 * Made of the failed findings that the caller chose, in the order in which he gives them. What the score and the paths
 * become is filled in by him, because only a search of the attack graph can say it. A plan owns nothing: all of it is
 * in the arena or the estate. */
#ifndef APL_REMEDIATE_PLAN_H
#define APL_REMEDIATE_PLAN_H

#include "collect/calls.h"
#include "remediate/blast.h"

/* Steps of one plan: a page that somebody reviews. */
#define APL_FIX_STEPS_MAX 1000

/* What the program itself would send. */
typedef struct apl_fix_request {
    const char *method; /* PATCH, PUT; NULL: by hand */
    apl_str id;         /* the resource, as read */
    apl_str version;    /* of the API */
    apl_value body;     /* PATCH: a merge patch; PUT: missing, the resource is read again and sent with the change */
    apl_str needs;      /* permission */
} apl_fix_request;

typedef struct apl_fix_step {
    const apl_finding *const *findings; /* that the step closes; the first one gives texts and commands */
    size_t finding_count;
    apl_asset_id asset;
    apl_changes changes; /* of the document as the steps before left it; none: nothing that a program could do */
    apl_value after;     /* the document then */
    apl_changes undo;
    apl_str undo_command; /* empty: there is none */
    apl_blast blast;
    apl_fix_request request;
    apl_str by_hand;       /* why the program does not do it; empty: it can */
    double score;          /* after this step and those before it */
    size_t paths;          /* that are left then */
    const apl_str *broken; /* ids of those that this step takes away */
    size_t broken_count;
} apl_fix_step;

typedef struct apl_fix_plan {
    apl_fix_step *steps;
    size_t count;
    bool has_score;
    double score_before;
    size_t paths_before;
    size_t dropped;  /* chosen findings beyond the limit of steps */
    bool is_fewest;  /* no smaller set breaks the chosen paths */
    size_t unbroken; /* chosen paths that no finding causes: they need a decision, not a setting */
} apl_fix_plan;

typedef struct apl_fix_options {
    const apl_estate *estate;
    const apl_calls *calls; /* for the version of the API that a type is read with; NULL: nothing is sent */
    apl_arena *arena;
    /* The body of the asset as it was read; missing when it was not kept. */
    apl_status (*body)(apl_value *out, void *context, apl_asset_id asset);
    void *context;
    size_t steps_max;
} apl_fix_options;

/* Steps for the findings, in their order; findings of one asset that the same change closes share one. */
apl_status apl_fix_plan_make(apl_fix_plan *out, const apl_fix_options *options, const apl_finding *const *findings,
                             size_t count);

#endif
