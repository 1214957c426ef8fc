/* policy/set.h: a user's policy files, as the files of this folder know them.
 *
 * set.c collects documents and keeps the order of the steps; initiative.c and assignment.c turn them into instances, a
 * definition with the values that are in force for it; exemption.c and scope.c say what an instance covers. */
#ifndef APL_POLICY_SET_H
#define APL_POLICY_SET_H

#include "policy/definition.h"
#include "policy/rule.h"

/* Documents and instances of one set. A tenant has at most 500 definitions and 1,000 references a set by Azure's
 * limits. */
#define APL_POLICY_DOCUMENTS_MAX 100000
#define APL_POLICY_INSTANCES_MAX 100000
#define APL_POLICY_REFERENCES_MAX 1000
#define APL_OVERRIDES_MAX 50

typedef enum apl_policy_kind {
    APL_POLICY_NONE = 0,
    APL_POLICY_DEFINITION,
    APL_POLICY_INITIATIVE,
    APL_POLICY_ASSIGNMENT,
    APL_POLICY_EXEMPTION,
} apl_policy_kind;

/* What the object is, by its members. */
apl_policy_kind apl_policy_kind_of(apl_value object);

typedef struct apl_policy_document {
    apl_value whole;
    apl_value body;
    apl_str prefix; /* "properties." or empty, for messages */
    apl_str id;     /* else the name, else the file */
    apl_str name;
    const char *file;
    bool is_used; /* an initiative or assignment names it */
} apl_policy_document;

/* A policy in force: who brought it, with which values. */
typedef struct apl_policy_instance {
    apl_rule rule;
    const apl_policy_document *definition;
    const apl_policy_document *initiative; /* NULL: the definition by itself */
    const apl_policy_document *assignment; /* NULL: in force everywhere */
    apl_str reference_id;
    apl_str definition_version; /* as the reference wishes, "1.*.*" */
    apl_value parameters;       /* given to the definition */
    apl_value resolved;         /* with its defaults; what tells two instances apart */
    apl_str effect;             /* of the override; empty: the definition's own */
    uint32_t override_index;    /* number + 1 of the override that this instance is for; 0: where no override reaches */
    const apl_policy_group *groups;
    size_t group_count;
} apl_policy_instance;

typedef APL_VECTOR(apl_policy_document) apl_policy_documents;

struct apl_policy_set {
    apl_policy_context context;
    apl_policy_documents definitions;
    apl_policy_documents initiatives;
    apl_policy_documents assignments;
    apl_policy_documents exemptions;
    apl_table *definitions_by_id; /* id, and name where that is not another's */
    apl_table *initiatives_by_id;
    apl_table *exemptions_by_assignment; /* assignment id -> the first exemption */
    uint32_t *next_exemption;            /* number + 1 */
    APL_VECTOR(apl_policy_instance) instances;
    bool is_finished;
};

/* The document of that id, or of the name at the end of it; NULL when it is not in the set. */
apl_policy_document *apl_policy_find(const apl_policy_documents *documents, const apl_table *by_id, apl_str id);

static inline apl_reporter apl_policy_reporter(const apl_policy_set *set, const char *file)
{
    return (apl_reporter){file, set->context.on_message, set->context.on_message_context, 0};
}

/* Adds an instance, unless an equal one without an assignment is there already: then their groups are joined. */
apl_status apl_policy_instance_add(apl_policy_set *set, apl_policy_instance *instance);

/* initiative.c: the instances of an initiative, by itself or for an assignment (parameters and all). */
apl_status apl_initiative_expand(apl_policy_set *set, const apl_policy_document *initiative,
                                 const apl_policy_document *assignment);

/* assignment.c: the instances of an assignment, one a policy and override. */
apl_status apl_assignment_expand(apl_policy_set *set, const apl_policy_document *assignment);
apl_status apl_assignment_check(apl_policy_set *set, const apl_policy_document *assignment);

/* Adds the instance once for each override of its assignment that may apply, and once where none does. */
apl_status apl_assignment_add(apl_policy_set *set, apl_policy_instance *instance);

/* The assignment's words for a reference that is not compliant; empty when there are none. */
apl_str apl_assignment_message(const apl_policy_document *assignment, apl_str reference_id);

/* Whether the instance, through its assignment, covers the asset. */
bool apl_assignment_covers(const apl_policy_instance *instance, const apl_estate *estate, const apl_asset *asset);

/* exemption.c */
apl_status apl_exemption_check(apl_policy_set *set, const apl_policy_document *exemption);
bool apl_exemption_find(apl_str *reason, const apl_policy_set *set, const apl_policy_instance *instance,
                        const apl_policy_eval *eval, const apl_asset *asset);

/* scope.c: whether the asset lies in the scope. A management group covers what its tree holds, and everything in Azure
 * when the tree was not read. */
bool apl_scope_contains(const apl_estate *estate, apl_str scope, const apl_asset *asset, bool when_unknown);

/* Whether the selectors (all must agree) choose the asset under the reference. */
bool apl_selectors_choose(apl_value selectors, const apl_asset *asset, apl_str reference_id);

/* Whether one of the resource selectors chooses the asset; true when there are none. */
bool apl_resource_selectors_choose(apl_value resource_selectors, const apl_asset *asset, apl_str reference_id);

/* Whether the selectors may choose something under the reference at all, and whether the asset matters for it. */
bool apl_selectors_may_choose(apl_value selectors, apl_str reference_id, bool *needs_asset);

apl_status apl_selectors_check(apl_reporter *reporter, apl_value selectors, apl_str path);

#endif
