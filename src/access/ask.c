/* access/ask.c: questions: may this principal do this action on this resource, and through what.
 *
 * Grants of the principal and of all its groups that cover the resource are added up; a deny assignment that applies
 * goes before all of them. What an action comes to under each (role, condition) is kept between questions. */
#include <stdlib.h>

#include "access/azure/keys.h"
#include "access/azure/pattern.h"
#include "access/internal.h"
#include "base/limits.h"

/* Distinct actions whose outcome is kept; then it starts anew. */
#define KEPT_ACTIONS_MAX 1024

/* Outcome of one (action, rights): 0 is not known yet. */
enum { KEPT_FALSE = 1, KEPT_TRUE = 2, KEPT_UNREAD = 3, KEPT_CONTESTED = 4 };

struct apl_asker {
    const apl_access *access;
    apl_arena *arena;         /* what is kept of actions */
    apl_table *kept[2];       /* by plane of Azure: action -> outcomes */
    APL_VECTOR(uint8_t *) outcomes; /* by kept action: by rights */
    APL_VECTOR(apl_access_reason) reasons;
    uint32_t members[APL_ACCESS_MEMBERS_MAX];
    size_t member_count; /* those of the principal as it is */
    size_t reach_count;  /* and with the groups that it may join */
    char resource[APL_ID_BYTES_MAX];
};

apl_asker *apl_asker_new(const apl_access *access)
{
    apl_asker *asker = apl_memory_new(sizeof *asker);

    asker->access = access;
    asker->arena = apl_arena_new();
    for (unsigned plane = 0; plane < 2; plane++)
        asker->kept[plane] = apl_table_new(true);
    return asker;
}

void apl_asker_free(apl_asker *asker)
{
    if (asker == NULL)
        return;
    for (unsigned plane = 0; plane < 2; plane++)
        apl_table_free(asker->kept[plane]);
    apl_memory_free(asker->outcomes.items);
    apl_memory_free(asker->reasons.items);
    apl_arena_free(asker->arena);
    apl_memory_free(asker);
}

static void forget(apl_asker *asker)
{
    for (unsigned plane = 0; plane < 2; plane++) {
        apl_table_free(asker->kept[plane]);
        asker->kept[plane] = apl_table_new(true);
    }
    asker->outcomes.count = 0;
    apl_arena_reset(asker->arena);
}

/* The kept outcomes of the action, by rights. */
static uint8_t *outcomes_of(apl_asker *asker, apl_plane plane, apl_str action)
{
    uint32_t known = apl_table_get(asker->kept[plane], action);

    if (known != APL_TABLE_NONE)
        return asker->outcomes.items[known];
    if (asker->outcomes.count == KEPT_ACTIONS_MAX)
        forget(asker);
    uint8_t *made = APL_ARENA_ARRAY(asker->arena, uint8_t, asker->access->rights.count + 1);
    (void)apl_table_put(asker->kept[plane], apl_arena_str(asker->arena, action), (uint32_t)asker->outcomes.count);
    APL_PUSH(&asker->outcomes, made);
    return made;
}

typedef struct asking {
    apl_asker *asker;
    const apl_access *access;
    const apl_access_question *question;
    apl_plane plane;
    apl_str held[2]; /* in the directory: the role and the permission that are asked for; empty: not this one */
    apl_request request;
    apl_str resource_key;
    uint8_t *outcomes;
    bool only_roles;    /* access policies say nothing here */
    bool only_policies; /* roles say nothing here */
    bool has_allow;
    bool has_conditional;
    bool has_unknown;
} asking;

static apl_truth allows(asking *at, const apl_grant *grant, bool *is_contested)
{
    const apl_rights *rights = &at->access->rights.items[grant->rights];

    if (rights->held.size) {
        apl_str wanted = at->held[rights->held_plane - APL_PLANE_DIRECTORY];
        return wanted.size && apl_str_equal_nocase(rights->held, wanted) ? APL_TRUE : APL_FALSE;
    }
    uint8_t *kept = &at->outcomes[grant->rights];
    if (*kept == 0) {
        apl_request alone = {.action = at->request.action};
        apl_truth truth = apl_rights_allow(is_contested, rights, at->plane, &alone);
        *kept = truth == APL_TRUE ? KEPT_TRUE : truth == APL_FALSE ? KEPT_FALSE : KEPT_UNREAD;
        *kept = (uint8_t)(*kept | (*is_contested ? KEPT_CONTESTED : 0));
    }
    *is_contested = (*kept & KEPT_CONTESTED) != 0;
    unsigned outcome = *kept & 3u;
    if (outcome != KEPT_UNREAD)
        return outcome == KEPT_TRUE ? APL_TRUE : APL_FALSE;
    /* The condition is open for the action alone; the resource or the attributes of the question may close it. */
    if (!rights->reads_resource && !apl_value_is_there(at->question->attributes))
        return APL_TRUTH_UNREAD;
    return apl_rights_allow(NULL, rights, at->plane, &at->request);
}

static apl_decision outcome_of(asking *at, const apl_grant *grant, bool *is_contested)
{
    bool is_directory = at->access->rights.items[grant->rights].held.size > 0;
    apl_truth covers = APL_FALSE;

    if (is_directory != (at->plane >= APL_PLANE_DIRECTORY))
        return APL_DENY;
    covers = is_directory ? apl_directory_covers(at->access, grant->scope_key, at->resource_key)
                          : apl_scope_covers(at->access->groups, grant->scope_key, at->resource_key);
    if (covers == APL_FALSE)
        return APL_DENY;
    if (!grant->is_role_known)
        return APL_UNKNOWN;
    apl_truth truth = allows(at, grant, is_contested);
    if (truth == APL_FALSE)
        return APL_DENY;
    if (covers != APL_TRUE)
        return APL_UNKNOWN;
    return truth == APL_TRUE && apl_grant_is_sure(grant) ? APL_ALLOW : APL_CONDITIONAL;
}

static void take_grant(asking *at, uint32_t number, size_t member)
{
    bool is_after_joining = member >= at->asker->member_count;
    const apl_grant *grant = &at->access->grants.items[number];
    bool is_policy = grant->kind == APL_GRANT_ACCESS_POLICY;
    bool is_contested = false;

    if (is_policy ? at->only_roles : at->only_policies)
        return;
    apl_decision outcome = outcome_of(at, grant, &is_contested);
    if (outcome == APL_DENY)
        return;
    if (outcome == APL_ALLOW && is_after_joining)
        outcome = APL_CONDITIONAL;
    at->has_allow = at->has_allow || outcome == APL_ALLOW;
    at->has_conditional = at->has_conditional || outcome == APL_CONDITIONAL;
    at->has_unknown = at->has_unknown || outcome == APL_UNKNOWN;
    APL_PUSH(&at->asker->reasons, ((apl_access_reason){.asset = grant->assignment,
                                                       .grant = grant,
                                                       .outcome = outcome,
                                                       .is_contested = is_contested,
                                                       .is_after_joining = is_after_joining,
                                                       .identity = at->asker->members[member]}));
}

/* False only when the resource does not lie in the scope. */
static bool may_reach(const apl_reach *reach, apl_str resource)
{
    if (reach->is_looked_at)
        return true;
    return resource.size >= reach->scope_size &&
           memcmp(resource.data + reach->scope_size - sizeof reach->tail, reach->tail, sizeof reach->tail) == 0;
}

static void take_grants(asking *at)
{
    const apl_access *access = at->access;

    for (size_t m = 0; m < at->asker->reach_count; m++) {
        uint32_t identity = at->asker->members[m];
        for (uint32_t i = access->grants_from[identity]; i < access->grants_from[identity + 1]; i++) {
            if (may_reach(&access->reaches[i], at->resource_key))
                take_grant(at, access->reaches[i].grant, m);
        }
    }
}

/* The deny assignments that hold; those that may hold are added to the reasons too. */
static apl_truth take_denies(asking *at)
{
    apl_truth denied = APL_FALSE;

    for (size_t i = 0; at->plane < APL_PLANE_DIRECTORY && i < at->access->denies.count; i++) {
        const apl_deny *deny = &at->access->denies.items[i];
        if (!apl_deny_names(deny, at->asker->members, at->asker->member_count))
            continue;
        apl_truth holds = apl_deny_holds(at->access, deny, at->plane, &at->request, at->resource_key);
        if (holds == APL_FALSE)
            continue;
        if (denied != APL_TRUE)
            denied = holds;
        apl_access_reason reason = {.asset = deny->asset, .is_deny_assignment = true};
        reason.outcome = holds == APL_TRUE ? APL_DENY : APL_CONDITIONAL;
        reason.identity = at->asker->members[0];
        APL_PUSH(&at->asker->reasons, reason);
    }
    return denied;
}

/* Keeps only the reasons that decide: those of the outcome; with `keeps_denies` also the deny assignments. */
static void keep(apl_asker *asker, apl_decision outcome, bool keeps_denies)
{
    size_t count = 0;

    for (size_t i = 0; i < asker->reasons.count; i++) {
        const apl_access_reason *reason = &asker->reasons.items[i];
        if (reason->is_deny_assignment ? keeps_denies && (outcome != APL_DENY || reason->outcome == APL_DENY)
                                       : outcome != APL_DENY && reason->outcome == outcome)
            asker->reasons.items[count++] = *reason;
    }
    asker->reasons.count = count;
}

static int by_asset(const void *a, const void *b)
{
    const apl_access_reason *x = a;
    const apl_access_reason *y = b;

    if (x->asset != y->asset)
        return (x->asset > y->asset) - (x->asset < y->asset);
    return (x->grant > y->grant) - (x->grant < y->grant);
}

/* The vault whose data the question is about, or APL_ASSET_NONE. */
static apl_asset_id vault_of(const asking *at)
{
    static const char prefix[] = "/providers/microsoft.keyvault/vaults/";

    if (at->plane != APL_PLANE_DATA ||
        !apl_str_starts_nocase(at->question->action, APL_STR("Microsoft.KeyVault/vaults/")))
        return APL_ASSET_NONE;
    long at_provider = apl_str_find(at->resource_key, apl_str_from(prefix));
    if (at_provider < 0)
        return APL_ASSET_NONE;
    uint32_t end = (uint32_t)at_provider + (uint32_t)sizeof prefix - 1;
    while (end < at->resource_key.size && at->resource_key.data[end] != '/')
        end++;
    return apl_estate_find(at->access->estate, apl_str_slice(at->resource_key, 0, end));
}

static void choose_model(asking *at)
{
    apl_asset_id vault = vault_of(at);

    if (vault == APL_ASSET_NONE || !at->access->estate->assets.items[vault].is_read)
        return;
    at->only_roles = apl_access_data_by_roles(at->access, vault);
    at->only_policies = !at->only_roles;
}

static bool is_guid(apl_str text)
{
    if (text.size != 36)
        return false;
    for (uint32_t i = 0; i < text.size; i++) {
        bool is_dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (is_dash ? text.data[i] != '-' : strchr("0123456789abcdefABCDEF", text.data[i]) == NULL)
            return false;
    }
    return true;
}

static apl_decision decide(asking *at)
{
    apl_asker *asker = at->asker;

    take_grants(at);
    if (!at->has_allow && !at->has_conditional && !at->has_unknown) {
        (void)take_denies(at);
        keep(asker, APL_DENY, true);
        return APL_DENY;
    }
    apl_truth denied = take_denies(at);
    apl_decision outcome = at->has_allow ? APL_ALLOW : at->has_conditional ? APL_CONDITIONAL : APL_UNKNOWN;
    if (denied == APL_TRUE)
        outcome = APL_DENY;
    keep(asker, outcome, denied != APL_FALSE);
    return denied == APL_TRUTH_UNREAD && outcome == APL_ALLOW ? APL_CONDITIONAL : outcome;
}

/* A question about a directory object is about roles and permissions alike, unless it says which: no name or id is one
 * of each. */
static void choose_plane(asking *at)
{
    apl_plane plane = at->question->plane;
    bool is_directory = plane >= APL_PLANE_DIRECTORY || apl_is_directory_id(at->question->scope);

    at->plane = is_directory && plane < APL_PLANE_DIRECTORY ? APL_PLANE_DIRECTORY : plane;
    at->request = (apl_request){at->question->action, at->question->scope, at->question->attributes};
    for (unsigned i = 0; is_directory && i < 2; i++) {
        apl_plane one = (apl_plane)(APL_PLANE_DIRECTORY + i);
        if (plane < APL_PLANE_DIRECTORY || plane == one)
            at->held[i] = apl_access_held_id(at->access, one, at->question->action);
    }
}

/* "owner" of an application, service principal or group. */
static void take_owners(asking *at)
{
    const apl_estate *estate = at->access->estate;

    if (at->plane != APL_PLANE_DIRECTORY || !apl_str_equal_nocase(at->question->action, APL_STR("owner")))
        return;
    apl_relation_type owns = apl_vocabulary_relation(estate->vocabulary, APL_STR("owns"));
    apl_asset_id object = apl_estate_find(estate, at->question->scope);
    if (object == APL_ASSET_NONE || estate->relations_in == NULL)
        return;
    for (uint32_t i = estate->relations_in[object]; i < estate->relations_in[object + 1]; i++) {
        const apl_relation *relation = &estate->relations.items[estate->relations_by_to[i]];
        uint32_t owner = at->access->identities.of_asset[relation->from];
        bool is_one = false;
        for (size_t m = 0; relation->type == owns && m < at->asker->member_count; m++)
            is_one = is_one || (owner != APL_IDENTITY_NONE && at->asker->members[m] == owner);
        if (!is_one)
            continue;
        at->has_allow = true;
        APL_PUSH(&at->asker->reasons,
                 ((apl_access_reason){.asset = object, .outcome = APL_ALLOW, .identity = owner}));
    }
}

/* The subscription that the resource lies in; empty when it lies in none. */
static apl_str subscription_of(apl_str resource_key)
{
    static const char prefix[] = "/subscriptions/";
    uint32_t start = (uint32_t)sizeof prefix - 1;
    uint32_t end = start;

    if (!apl_str_starts(resource_key, apl_str_from(prefix)))
        return APL_STR_NONE;
    while (end < resource_key.size && resource_key.data[end] != '/')
        end++;
    return apl_str_slice(resource_key, start, end);
}

/* A deny that rests on assignments which nobody read is none. */
static bool was_read(const asking *at)
{
    const apl_access *access = at->access;
    apl_str subscription = subscription_of(at->resource_key);

    if (at->plane >= APL_PLANE_DIRECTORY)
        return access->has_directory;
    return access->has_assignments && apl_table_get(access->unread_subscriptions, APL_STR("")) == APL_TABLE_NONE &&
           (subscription.size == 0 || apl_table_get(access->unread_subscriptions, subscription) == APL_TABLE_NONE);
}

static void ask(apl_access_answer *out, apl_asker *asker, const apl_access_question *question)
{
    const apl_access *access = asker->access;
    uint32_t identity = apl_identities_find(&access->identities, question->principal);
    asking at = {.asker = asker, .access = access, .question = question};

    *out = (apl_access_answer){.decision = APL_UNKNOWN};
    asker->reasons.count = 0;
    choose_plane(&at);
    at.resource_key = apl_scope_key_in(asker->resource, question->scope);
    if (identity == APL_IDENTITY_NONE) {
        out->note = APL_STR("nothing that was read names the principal");
        if (is_guid(question->principal) && at.plane < APL_PLANE_DIRECTORY && was_read(&at))
            out->decision = APL_DENY;
        return;
    }
    asker->member_count = apl_access_members(asker->members, APL_ACCESS_MEMBERS_MAX, access, identity);
    asker->reach_count = apl_access_may_join(asker->members, asker->member_count, APL_ACCESS_MEMBERS_MAX, access);
    if (at.plane < APL_PLANE_DIRECTORY)
        at.outcomes = outcomes_of(asker, at.plane, at.request.action);
    choose_model(&at);
    take_owners(&at);
    out->decision = decide(&at);
    if (out->decision == APL_DENY && asker->reasons.count == 0 && !was_read(&at)) {
        out->decision = APL_UNKNOWN;
        out->note = APL_STR("no role assignment was read");
    }
    if (asker->reasons.count > 1)
        qsort(asker->reasons.items, asker->reasons.count, sizeof *asker->reasons.items, by_asset);
    out->reasons = asker->reasons.items;
    out->reason_count = asker->reasons.count;
}

static int rank_of(apl_decision decision)
{
    return decision == APL_ALLOW ? 3 : decision == APL_CONDITIONAL ? 2 : decision == APL_UNKNOWN ? 1 : 0;
}

/* The same data through a key of the account. True when that is a better answer than `best`. */
static bool ask_for_key(apl_access_answer *out, apl_asker *asker, const apl_access_question *question,
                        const apl_key_way *way, apl_decision best)
{
    apl_str account = apl_key_account(way, question->scope);
    apl_access_question control = {.principal = question->principal, .action = way->action, .scope = account};

    if (account.size == 0 || !apl_pattern_matches(way->opens, question->action))
        return false;
    apl_truth works = apl_key_works(asker->access, way, account);
    if (works == APL_FALSE)
        return false;
    ask(out, asker, &control);
    if (works == APL_TRUTH_UNREAD && out->decision == APL_ALLOW)
        out->decision = APL_UNKNOWN; /* whether the account takes keys */
    for (size_t i = 0; i < asker->reasons.count; i++)
        asker->reasons.items[i].through = way->action;
    return rank_of(out->decision) > rank_of(best);
}

bool apl_access_was_read(const apl_access *access, apl_str resource_id)
{
    char buffer[APL_ID_BYTES_MAX];
    asking at = {.access = access};

    at.plane = apl_is_directory_id(resource_id) ? APL_PLANE_DIRECTORY : APL_PLANE_CONTROL;
    at.resource_key = apl_scope_key_in(buffer, resource_id);
    return was_read(&at);
}

void apl_access_ask(apl_access_answer *out, apl_asker *asker, const apl_access_question *question)
{
    ask(out, asker, question);
    if (!question->counts_keys || question->plane != APL_PLANE_DATA || out->decision == APL_ALLOW)
        return;
    const apl_key_way *best_way = NULL;
    apl_decision best = out->decision;
    for (size_t i = 0; i < apl_key_way_count; i++) {
        if (!ask_for_key(out, asker, question, &apl_key_ways[i], best))
            continue;
        best_way = &apl_key_ways[i];
        best = out->decision;
        if (best == APL_ALLOW)
            return;
    }
    /* The reasons are those of the last question: ask the best one again. */
    if (best_way)
        (void)ask_for_key(out, asker, question, best_way, APL_DENY);
    else
        ask(out, asker, question);
}

void apl_access_ask_role(apl_role_answer *out, apl_arena *scratch, const apl_role_question *question)
{
    const apl_access_question *asked = &question->question;
    apl_request request = {asked->action, asked->scope, asked->attributes};
    apl_value definition = question->role;
    apl_rights rights = {.condition_text = apl_str_trim(question->condition)};
    apl_role role = {0};
    apl_abac *condition = NULL;

    if (definition.type == APL_VALUE_STRING)
        definition = apl_library_role(question->library, apl_role_guid(apl_value_str(definition)));
    *out = (apl_role_answer){.decision = APL_UNKNOWN, .by = apl_value_str(question->role)};
    bool is_known = apl_role_read(&role, scratch, definition);
    if (!is_known && role.id.size) /* only named: perhaps a built-in one */
        is_known = apl_role_read(&role, scratch, apl_library_role(question->library, apl_role_guid(role.id)));
    if (role.id.size) {
        out->by = role.id;
        out->name = role.name;
    }
    if (!is_known)
        return;
    if (rights.condition_text.size && apl_abac_compile(&condition, scratch, rights.condition_text) == APL_OK)
        rights.condition = condition;
    rights.role = &role;
    apl_truth allows = apl_rights_allow(&out->is_contested, &rights, asked->plane, &request);
    out->decision = allows == APL_TRUE ? APL_ALLOW : allows == APL_FALSE ? APL_DENY : APL_CONDITIONAL;
}

apl_str apl_access_grant_condition(const apl_access *access, const apl_grant *grant)
{
    return access->rights.items[grant->rights].condition_text;
}

bool apl_access_is_denied_anywhere(const apl_access *access, uint32_t identity)
{
    uint32_t members[APL_ACCESS_MEMBERS_MAX];
    size_t count = access->denies.count ? apl_access_members(members, APL_ACCESS_MEMBERS_MAX, access, identity) : 0;

    for (size_t i = 0; i < access->denies.count; i++) {
        if (apl_deny_names(&access->denies.items[i], members, count))
            return true;
    }
    return false;
}

apl_decision apl_access_denied(const apl_access *access, uint32_t identity, apl_action_id action, apl_str resource_id)
{
    char buffer[APL_ID_BYTES_MAX];
    uint32_t members[APL_ACCESS_MEMBERS_MAX];
    size_t count = access->denies.count ? apl_access_members(members, APL_ACCESS_MEMBERS_MAX, access, identity) : 0;
    apl_request request = {.action = access->actions.items[action].action, .resource = resource_id};
    apl_str key = apl_scope_key_in(buffer, resource_id);
    apl_decision denied = APL_ALLOW;

    for (size_t i = 0; i < access->denies.count; i++) {
        const apl_deny *deny = &access->denies.items[i];
        if (!apl_deny_names(deny, members, count))
            continue;
        apl_truth holds = apl_deny_holds(access, deny, access->actions.items[action].plane, &request, key);
        if (holds == APL_TRUE)
            return APL_DENY;
        if (holds != APL_FALSE)
            denied = APL_CONDITIONAL;
    }
    return denied;
}
