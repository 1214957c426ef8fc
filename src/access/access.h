/* access/access.h: who may do what in one linked estate.
 *
 * Built once from the documents of an estate and the built-in roles, then read-only: any number of threads. Two ways
 * in. The attack graph registers the actions that its techniques need, lets every distinct role be evaluated over them
 * into bit sets, and walks the grants. A question (principal, plane, action, scope) goes the whole way, with deny
 * assignments, groups and conditions, for any action, and names what decides. docs/access.md has the semantics. */
#ifndef APL_ACCESS_ACCESS_H
#define APL_ACCESS_ACCESS_H

#include "access/decision.h"
#include "access/identities.h"
#include "access/library.h"
#include "model/estate.h"

typedef struct apl_access apl_access;
typedef struct apl_access_fields apl_access_fields;

/* Asks for what the access layer reads of documents; once, while content is compiled. Lives in `arena`. */
apl_access_fields *apl_access_fields_ask(apl_arena *arena, apl_fields *fields);

/* True for the types of which it reads anything. */
bool apl_access_reads_type(apl_str type);

typedef struct apl_access_options {
    const apl_estate *estate; /* linked; outlives the access */
    const apl_access_fields *fields;
    apl_library *library; /* built-in roles, opened here; outlives the access */
} apl_access_options;

apl_access *apl_access_new(const apl_access_options *options);
void apl_access_free(apl_access *access); /* NULL is allowed */

/* -- For the attack graph ------------------------------------------------------------------------------------- */

typedef uint32_t apl_action_id;

/* Registers an action; the same one gives the same number. Before apl_access_compile. */
apl_action_id apl_access_action(apl_access *access, apl_plane plane, apl_str action);

/* Evaluates each distinct role, with the condition of its assignment, once over the registered actions. */
void apl_access_compile(apl_access *access);

typedef enum apl_grant_kind {
    APL_GRANT_ROLE = 0,      /* a role assignment */
    APL_GRANT_ELIGIBLE,      /* must be activated first (Privileged Identity Management) */
    APL_GRANT_CLASSIC,       /* a classic administrator: Owner of the subscription */
    APL_GRANT_ACCESS_POLICY, /* an access policy of a key vault; `assignment` is the vault */
    APL_GRANT_DIRECTORY,     /* a role of the directory; an eligible one is APL_GRANT_ELIGIBLE */
    APL_GRANT_APPLICATION,   /* an application permission; `assignment` may be the service principal that has it */
    APL_GRANT_DELEGATED,     /* the same in the name of a user who signs in; nothing without him */
} apl_grant_kind;

/* One principal has one role at one scope. */
typedef struct apl_grant {
    apl_asset_id assignment;  /* the asset whose document says so */
    apl_asset_id principal;   /* APL_ASSET_NONE: nothing but its id is known */
    apl_asset_id scope_asset; /* APL_ASSET_NONE: "/", or a scope that was not read */
    uint32_t identity;        /* number of the principal: see apl_access_identity */
    uint32_t rights;          /* number of the (role, condition): equal numbers allow the same */
    apl_str principal_id;     /* object id in lower case; of a classic administrator the mail address */
    apl_str role_id;          /* of the definition, in lower case: a GUID */
    apl_str role_name;        /* empty when the role is in neither the documents nor the library */
    apl_str scope;            /* as read; "/" is everything. In the directory entra://<tenant>[/<collection>/<id>] */
    apl_str scope_key;        /* the same in lower case, without a slash at the end */
    uint8_t kind;             /* apl_grant_kind */
    bool has_condition;       /* on the assignment, or on a permission block of the role */
    bool is_role_known;
} apl_grant;

/* All grants, in the order of the assets that make them. */
size_t apl_access_grant_count(const apl_access *access);
const apl_grant *apl_access_grant(const apl_access *access, size_t index);

/* Whether the grant allows a registered action at its scope. An eligible grant allows conditionally; a role that nobody
 * knows is unknown. Deny assignments are not looked at. O(1). */
apl_decision apl_access_grant_allows(const apl_access *access, const apl_grant *grant, apl_action_id action);

/* True when the outcome rests on how a star between two slashes is read: whether a pattern a, star, write also means
 * a/write. */
bool apl_access_grant_is_contested(const apl_access *access, const apl_grant *grant, apl_action_id action);

/* Whether the grant may give away the role of that id, by its condition on role assignments: allow, deny, or
 * conditional when something else than the role decides (the kind of principal, for instance). */
apl_decision apl_access_grant_delegates(const apl_access *access, const apl_grant *grant, apl_str role_id);

/* The roles that the grant may give away, as far as its conditions name them, at most `max` of them; their number. None
 * where it may give away any, or nothing at all: apl_access_grant_delegates tells. */
size_t apl_access_delegated_roles(apl_str *out, size_t max, const apl_access *access, const apl_grant *grant);

/* Whether a grant at `scope` reaches the resource: allow, deny, or unknown when the management groups above its
 * subscription were not read. */
apl_decision apl_access_covers(const apl_access *access, apl_str scope, apl_str resource_id);

/* False when assignments do not decide the data actions of a key vault, because it goes by its access policies. */
bool apl_access_data_by_roles(const apl_access *access, apl_asset_id vault);

/* The number of an identity by its object id, entra:// id, user principal name or the resource whose identity it is;
 * APL_IDENTITY_NONE when the estate does not name it. */
uint32_t apl_access_identity(const apl_access *access, apl_str principal);
apl_str apl_access_identity_id(const apl_access *access, uint32_t identity);
apl_asset_id apl_access_identity_asset(const apl_access *access, uint32_t identity);

/* Deny assignments: whether any names the identity or a group of it; and what they leave of a registered action on the
 * resource: deny, allow (none applies), or conditional when one may apply. */
bool apl_access_is_denied_anywhere(const apl_access *access, uint32_t identity);
apl_decision apl_access_denied(const apl_access *access, uint32_t identity, apl_action_id action, apl_str resource_id);

/* -- For people ----------------------------------------------------------------------------------------------- */

typedef APL_VECTOR(uint32_t) apl_identity_list;

/* Who has a grant that reaches the resource, or is or may become a member of a group that has one, by number: what they
 * may do is for questions to tell. `out` needs apl_memory_free of its items. */
void apl_access_candidates(apl_identity_list *out, const apl_access *access, apl_str resource_id);

/* What makes the rights of an identity matter more. */
enum {
    APL_MARK_GUEST = 1,
    APL_MARK_FOREIGN = 2, /* an application that another tenant registered */
    APL_MARK_DISABLED = 4,
    APL_MARK_ORPHANED = 8,         /* its kind of objects was read, and it is not among them */
    APL_MARK_STALE = 16,           /* signed in last more than 90 days before `now` */
    APL_MARK_SIGN_IN_UNREAD = 32,  /* nobody read when, or it never did */
    APL_MARK_SHARED = 64,          /* several workloads sign in as it */
    APL_MARK_UNREAD = 128,         /* nothing but its id is known */
};
#define APL_MARK_COUNT 8
extern const char *const apl_identity_mark_names[]; /* by number of the bit */
unsigned apl_access_marks(const apl_access *access, uint32_t identity, apl_instant now);

/* Whether the assignments that decide about the resource were read; without them a deny is none. */
bool apl_access_was_read(const apl_access *access, apl_str resource_id);

/* -- Questions ------------------------------------------------------------------------------------------------ */

typedef struct apl_access_question {
    apl_str principal; /* any form that apl_access_identity takes */
    apl_plane plane;
    apl_str action;
    apl_str scope;        /* a resource id, a scope, or an entra:// id */
    apl_value attributes; /* what else is known of the request: {"Request": {"<name>": value}, ...}; missing: nothing */
    bool counts_keys;     /* who may list the keys of an account may do what the keys open */
} apl_access_question;

/* One thing that decides. */
typedef struct apl_access_reason {
    apl_asset_id asset;       /* the assignment, deny assignment or vault */
    const apl_grant *grant;   /* NULL for a deny assignment and for what is in the directory */
    apl_decision outcome;     /* what this one alone gives */
    bool is_deny_assignment;
    bool is_contested;
    bool is_after_joining; /* the principal must activate its membership of the group first */
    uint32_t identity; /* whose it is: of the principal itself or of a group */
    apl_str through;   /* the action that gives a key, where that is the way; else empty */
} apl_access_reason;

/* A question is asked through an asker, which keeps what it needs between questions; one a thread. */
typedef struct apl_asker apl_asker;
apl_asker *apl_asker_new(const apl_access *access);
void apl_asker_free(apl_asker *asker);

typedef struct apl_access_answer {
    apl_decision decision;
    const apl_access_reason *reasons; /* those that decide; the asker's, until the next question */
    size_t reason_count;
    apl_str note; /* what stands in the way of a better answer; may be empty */
} apl_access_answer;

/* About 1,000,000 a second when actions repeat. */
void apl_access_ask(apl_access_answer *out, apl_asker *asker, const apl_access_question *question);

/* What one role alone gives, assigned at `question->scope`, with no estate at all; the principal is not looked at.
 * `role` is a definition in any form, or the id or name of a built-in role; one that nobody knows is unknown. */
typedef struct apl_role_question {
    apl_value role;
    apl_str condition; /* of the assignment; may be empty */
    const apl_library *library;
    apl_access_question question;
} apl_role_question;

typedef struct apl_role_answer {
    apl_decision decision;
    apl_str by; /* the role's id, else its name */
    apl_str name;
    bool is_contested;
} apl_role_answer;

void apl_access_ask_role(apl_role_answer *out, apl_arena *scratch, const apl_role_question *question);

/* The condition of the assignment that makes the grant, as its document has it. */
apl_str apl_access_grant_condition(const apl_access *access, const apl_grant *grant);

/* The groups by which `identity` got the reason's grant, nearest first, at most `max` of them; the number of them. */
size_t apl_access_group_chain(uint32_t *out, size_t max, const apl_access *access, uint32_t from, uint32_t to);

#endif
