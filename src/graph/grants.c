/* graph/grants.c: permissions to edges, through hubs.
 *
 * Sources and targets add up instead of multiplying: principal -> what one role allows at one scope -> one technique on
 * everything below that scope -> asset. Edges of their own get only principals that a deny assignment names, techniques
 * that ask for a second permission, and assets whose data roles do not decide. */
#include <stdlib.h>

#include "graph/bits.h"
#include "graph/connecting.h"
#include "graph/scopes.h"

/* What a likelihood is multiplied by where the grant is not certain. */
#define CONDITIONAL_LIKELIHOOD 0.5 /* a condition that nobody can tell */
#define ELIGIBLE_LIKELIHOOD 0.6    /* must be activated, which asks for more than the password */
#define UNKNOWN_LIKELIHOOD 0.3     /* a role that nobody read */
#define CONTESTED_LIKELIHOOD 0.5   /* rests on how a star between two slashes is read */

#define GROUPS_MAX 4096 /* groups that one principal is in */

typedef APL_VECTOR(uint32_t) numbers;

/* The permission of one technique, with its actions registered. */
typedef struct use {
    apl_action_id *actions;
    bool *is_data;
    size_t action_count;
    const apl_permission *permission;
    numbers moves;   /* in attack->permissions */
    uint64_t **also; /* for each further permission: bits of the principals that hold it somewhere */
} use;

typedef struct technique_hub {
    uint32_t technique;
    apl_node_id node;
} technique_hub;

/* What any role at a scope allows; few, so a look through them is a search. */
typedef APL_VECTOR(technique_hub) technique_hubs;

typedef struct granting {
    apl_connecting *at;
    apl_grant_scopes *scopes;
    use *uses;               /* by technique */
    numbers techniques;      /* those whose permission is one of Azure */
    technique_hubs *hubs;    /* by scope */
    uint64_t *wanted;        /* bits, technique_count a scope: the technique leads somewhere below the scope */
    uint32_t *role_of_grant; /* by grant: the same number for the same rights in the same way at the same scope */
    apl_node_id *role_hubs;  /* by that number: what it allows; NOT_MADE, or APL_NODE_NONE: nothing that leads */
    apl_arena *texts;        /* actions */
} granting;

#define NOT_MADE (APL_NODE_NONE - 1)

static apl_plane plane_of(apl_permission_plane plane)
{
    static const apl_plane planes[] = {
        [APL_PERMISSION_CONTROL] = APL_PLANE_CONTROL,
        [APL_PERMISSION_DATA] = APL_PLANE_DATA,
        [APL_PERMISSION_DIRECTORY_ROLE] = APL_PLANE_DIRECTORY,
        [APL_PERMISSION_APP_ROLE] = APL_PLANE_APPLICATION,
    };

    return planes[plane];
}

static void register_actions(granting *job, use *out, const apl_permission *permission)
{
    out->actions = APL_ARENA_ARRAY(job->texts, apl_action_id, permission->action_count);
    out->is_data = APL_ARENA_ARRAY(job->texts, bool, permission->action_count);
    out->permission = permission;
    for (size_t i = 0; i < permission->action_count; i++) {
        const apl_permission_action *action = &permission->actions[i];
        out->is_data[out->action_count] = action->plane == APL_PERMISSION_DATA;
        out->actions[out->action_count++] = apl_access_action(job->at->access, plane_of(action->plane), action->name);
    }
}

/* Where a move leads nowhere no edge is made, and the scopes of the asset need not be known unless principals are
 * linked straight: those get their numbers then, see add_moves in connect.c. */
static bool is_needed(const granting *job, const apl_move *move)
{
    return apl_attack_leads(job->at, move->to, move->gives) || apl_grant_scopes_has_any_denied(job->scopes) ||
           apl_grant_scopes_by_policies(job->scopes, job->at->attack->causes.items[move->cause].on);
}

/* Which techniques are in play: those with a match. */
static void gather_uses(granting *job)
{
    const apl_attack *attack = job->at->attack;
    const apl_techniques *techniques = attack->techniques;

    job->uses = apl_memory_new((techniques->items.count + 1) * sizeof *job->uses);
    for (size_t i = 0; i < attack->permissions.count; i++) {
        const apl_move *move = &attack->permissions.items[i];
        uint32_t technique = attack->causes.items[move->cause].technique;
        use *one = &job->uses[technique];
        if (one->permission == NULL) {
            register_actions(job, one, &techniques->items.items[technique].permission);
            if (one->action_count)
                APL_PUSH(&job->techniques, technique);
        }
        if (is_needed(job, move))
            APL_PUSH(&one->moves, (uint32_t)i);
    }
}

static int rank(apl_decision decision)
{
    return decision == APL_ALLOW ? 3 : decision == APL_CONDITIONAL ? 2 : decision == APL_UNKNOWN ? 1 : 0;
}

/* An eligible grant allows conditionally by itself; the edge of the grant says how likely its activation is. */
static double decision_chance(const apl_permission *permission, const apl_grant *grant, apl_decision decision)
{
    static const double chances[] = {0, UNKNOWN_LIKELIHOOD, CONDITIONAL_LIKELIHOOD, 1.0};
    bool is_bound = decision == APL_CONDITIONAL && (grant->kind != APL_GRANT_ELIGIBLE || grant->has_condition);

    if (decision == APL_DENY || (permission->is_plain_only && is_bound))
        return 0;
    if (permission->is_conditional_only)
        return is_bound ? 1.0 : 0;
    return decision == APL_CONDITIONAL && !is_bound ? 1.0 : chances[rank(decision)];
}

/* The best that any of the actions gives; 0: none. `skips_data` where data actions do not count. */
static double chance_of(const granting *job, const use *one, const apl_grant *grant, bool skips_data)
{
    double best = 0;

    bool is_eligible = grant->kind == APL_GRANT_ELIGIBLE;
    if (grant->kind == APL_GRANT_DELEGATED) /* without the user whose name it acts in it is nothing */
        return 0;
    if ((one->permission->is_eligible_only && !is_eligible) || (one->permission->is_active_only && is_eligible))
        return 0;
    for (size_t i = 0; i < one->action_count; i++) {
        if (skips_data && one->is_data[i])
            continue;
        double chance =
            decision_chance(one->permission, grant, apl_access_grant_allows(job->at->access, grant, one->actions[i]));
        if (chance > 0 && apl_access_grant_is_contested(job->at->access, grant, one->actions[i]))
            chance *= CONTESTED_LIKELIHOOD;
        if (chance > best)
            best = chance;
    }
    return best;
}

static double grant_likelihood(const apl_grant *grant)
{
    return grant->kind == APL_GRANT_ELIGIBLE ? ELIGIBLE_LIKELIHOOD : 1.0;
}

static uint32_t factor_cost(double factor)
{
    return factor >= 1.0 ? 0 : apl_step_cost(factor);
}

/* -- Second permissions ------------------------------------------------------------------------------------------ */

static void mark_holders(granting *job, uint64_t *holders, const use *wanted)
{
    for (size_t g = 0; g < apl_access_grant_count(job->at->access); g++) {
        const apl_grant *grant = apl_access_grant(job->at->access, g);
        if (grant->principal != APL_ASSET_NONE && chance_of(job, wanted, grant, false) > 0)
            apl_bit_set(holders, grant->principal);
    }
}

/* The principals that hold each further permission anywhere. After the roles were compiled. */
static void gather_also(granting *job, use *wanted, uint32_t technique)
{
    const apl_technique *info = &job->at->attack->techniques->items.items[technique];
    use *one = &job->uses[technique];

    one->also = APL_ARENA_ARRAY(job->texts, uint64_t *, info->also_count);
    for (size_t k = 0; k < info->also_count; k++) {
        one->also[k] = apl_bits_new(job->at->attack->estate->assets.count);
        mark_holders(job, one->also[k], &wanted[k]);
    }
}

/* The principal itself or one of its groups is in the set. */
static bool is_held(const apl_estate *estate, apl_asset_id principal, const uint64_t *holders)
{
    apl_relation_type member_of = apl_vocabulary_relation(estate->vocabulary, APL_STR("member-of"));
    numbers seen = {0};
    bool is_found = false;

    APL_PUSH(&seen, principal);
    for (size_t i = 0; i < seen.count && !is_found && seen.count < GROUPS_MAX; i++) {
        apl_asset_id asset = seen.items[i];
        is_found = apl_bit(holders, asset);
        for (uint32_t r = estate->relations_out[asset]; r < estate->relations_out[asset + 1]; r++) {
            apl_asset_id group = estate->relations.items[r].to;
            bool is_new = estate->relations.items[r].type == member_of;
            for (size_t s = 0; is_new && s < seen.count; s++)
                is_new = seen.items[s] != group;
            if (is_new)
                APL_PUSH(&seen, group);
        }
    }
    apl_memory_free(seen.items);
    return is_found;
}

static bool has_also(const granting *job, uint32_t technique, const apl_grant *grant)
{
    const apl_technique *info = &job->at->attack->techniques->items.items[technique];
    bool has_all = true;

    for (size_t k = 0; k < info->also_count && has_all; k++)
        has_all = is_held(job->at->attack->estate, grant->principal, job->uses[technique].also[k]);
    return has_all;
}

/* Registers all further permissions, compiles the roles, and finds their holders. */
static void compile_roles(granting *job)
{
    const apl_techniques *techniques = job->at->attack->techniques;
    use **wanted = apl_memory_new((job->techniques.count + 1) * sizeof *wanted);

    for (size_t i = 0; i < job->techniques.count; i++) {
        const apl_technique *info = &techniques->items.items[job->techniques.items[i]];
        wanted[i] = APL_ARENA_ARRAY(job->texts, use, info->also_count);
        for (size_t k = 0; k < info->also_count; k++)
            register_actions(job, &wanted[i][k], &info->also[k]);
    }
    apl_access_compile(job->at->access);
    for (size_t i = 0; i < job->techniques.count; i++)
        gather_also(job, wanted[i], job->techniques.items[i]);
    apl_memory_free(wanted);
}

/* -- Hubs -------------------------------------------------------------------------------------------------------- */

static uint64_t *wanted_at(const granting *job, uint32_t scope)
{
    return job->wanted + scope * apl_bits_words(job->at->attack->techniques->items.count);
}

/* A hub of a technique that leads nowhere below its scope is not made. */
static void find_wanted(granting *job)
{
    const apl_attack *attack = job->at->attack;
    size_t words = apl_bits_words(attack->techniques->items.count);

    job->wanted = apl_memory_new((apl_grant_scopes_count(job->scopes) * words + 1) * sizeof *job->wanted);
    for (size_t i = 0; i < job->techniques.count; i++) {
        const use *one = &job->uses[job->techniques.items[i]];
        for (size_t m = 0; m < one->moves.count; m++) {
            const apl_move *move = &attack->permissions.items[one->moves.items[m]];
            apl_asset_id on = attack->causes.items[move->cause].on;
            if (!apl_attack_leads(job->at, move->to, move->gives) || apl_grant_scopes_by_policies(job->scopes, on))
                continue;
            apl_numbers above = apl_grant_scopes_above(job->scopes, on);
            for (uint32_t s = 0; s < above.count; s++)
                apl_bit_set(wanted_at(job, above.items[s]), job->techniques.items[i]);
        }
    }
}

/* One number for all grants that are of the same rights in the same way at the same scope. */
typedef struct role_at {
    uint32_t scope;
    uint32_t rights;
    uint32_t kind;
    uint32_t grant;
} role_at;

static int by_role(const void *a, const void *b)
{
    const role_at *x = a;
    const role_at *y = b;

    if (x->scope != y->scope)
        return x->scope < y->scope ? -1 : 1;
    if (x->rights != y->rights)
        return x->rights < y->rights ? -1 : 1;
    return (x->kind > y->kind) - (x->kind < y->kind);
}

static void number_roles(granting *job)
{
    uint32_t count = (uint32_t)apl_access_grant_count(job->at->access);
    role_at *roles = apl_memory_new(((size_t)count + 1) * sizeof *roles);
    uint32_t number = 0;

    for (uint32_t g = 0; g < count; g++) {
        const apl_grant *grant = apl_access_grant(job->at->access, g);
        roles[g] = (role_at){apl_grant_scopes_of(job->scopes, g), grant->rights, (uint32_t)grant->kind, g};
    }
    if (count)
        qsort(roles, count, sizeof *roles, by_role);
    job->role_of_grant = apl_memory_new(((size_t)count + 1) * sizeof *job->role_of_grant);
    job->role_hubs = apl_memory_new(((size_t)count + 1) * sizeof *job->role_hubs);
    for (uint32_t i = 0; i < count; i++) {
        number += i > 0 && by_role(&roles[i - 1], &roles[i]) != 0;
        job->role_of_grant[roles[i].grant] = number;
        job->role_hubs[i] = NOT_MADE;
    }
    apl_memory_free(roles);
}

/* The node of the technique on all below the scope, or APL_NODE_NONE. */
static apl_node_id technique_hub_find(const granting *job, uint32_t scope, uint32_t technique)
{
    const technique_hubs *hubs = &job->hubs[scope];

    for (size_t i = 0; i < hubs->count; i++) {
        if (hubs->items[i].technique == technique)
            return hubs->items[i].node;
    }
    return APL_NODE_NONE;
}

static apl_node_id technique_hub_of(granting *job, uint32_t scope, uint32_t technique)
{
    apl_node_id node = technique_hub_find(job, scope, technique);

    if (node == APL_NODE_NONE) {
        node = apl_attack_hub(job->at);
        APL_PUSH(&job->hubs[scope], ((technique_hub){technique, node}));
    }
    return node;
}

static uint32_t grant_cause(granting *job, uint32_t number)
{
    apl_cause cause = {APL_CAUSE_NONE, APL_ASSET_NONE, number, APL_CAUSE_NONE, false};

    APL_PUSH(&job->at->attack->causes, cause);
    return (uint32_t)(job->at->attack->causes.count - 1);
}

/* A technique that asks for a second permission, or for less than control of the principal, hangs on the principal. */
static bool hangs_on_principal(const granting *job, uint32_t technique)
{
    const apl_technique *info = &job->at->attack->techniques->items.items[technique];

    return info->also_count > 0 || info->takes != APL_CAPABILITY_CONTROL;
}

/* What this role at this scope allows, as a node; the same for all who have it there. */
static apl_node_id role_hub(granting *job, uint32_t grant_number)
{
    const apl_grant *grant = apl_access_grant(job->at->access, grant_number);
    uint32_t scope = apl_grant_scopes_of(job->scopes, grant_number);
    apl_node_id *node = &job->role_hubs[job->role_of_grant[grant_number]];

    if (*node != NOT_MADE)
        return *node;
    *node = APL_NODE_NONE;
    for (size_t i = 0; i < job->techniques.count; i++) {
        uint32_t technique = job->techniques.items[i];
        if (!apl_bit(wanted_at(job, scope), technique) || hangs_on_principal(job, technique))
            continue;
        double chance = chance_of(job, &job->uses[technique], grant, false);
        if (chance <= 0)
            continue;
        if (*node == APL_NODE_NONE)
            *node = apl_attack_hub(job->at);
        apl_node_id next = technique_hub_of(job, scope, technique);
        apl_graph_add_edge(job->at->builder, *node, next, factor_cost(chance), APL_CAUSE_NONE);
    }
    return *node;
}

/* Principals get their nodes even where nothing leads on, see add_moves in connect.c. */
static void link_principal(granting *job, uint32_t grant_number, uint32_t *cause)
{
    const apl_grant *grant = apl_access_grant(job->at->access, grant_number);
    uint32_t scope = apl_grant_scopes_of(job->scopes, grant_number);

    for (size_t i = 0; i < job->techniques.count; i++) {
        uint32_t technique = job->techniques.items[i];
        if (!hangs_on_principal(job, technique))
            continue;
        double chance = chance_of(job, &job->uses[technique], grant, false) * grant_likelihood(grant);
        if (chance <= 0 || !has_also(job, technique, grant))
            continue;
        apl_node_id principal =
            apl_attack_node_of(job->at, grant->principal, job->at->attack->techniques->items.items[technique].takes);
        if (!apl_bit(wanted_at(job, scope), technique))
            continue;
        if (*cause == APL_CAUSE_NONE)
            *cause = grant_cause(job, grant_number);
        apl_node_id next = technique_hub_of(job, scope, technique);
        apl_graph_add_edge(job->at->builder, principal, next, factor_cost(chance), *cause);
    }
}

static void link_grants(granting *job)
{
    uint32_t count = (uint32_t)apl_access_grant_count(job->at->access);

    for (uint32_t g = 0; g < count; g++) {
        const apl_grant *grant = apl_access_grant(job->at->access, g);
        uint32_t cause = APL_CAUSE_NONE;
        if (grant->principal == APL_ASSET_NONE || grant->kind == APL_GRANT_DELEGATED ||
            apl_access_is_denied_anywhere(job->at->access, grant->identity))
            continue;
        apl_node_id principal = apl_attack_node_of(job->at, grant->principal, APL_CAPABILITY_CONTROL);
        apl_node_id hub = role_hub(job, g);
        if (hub != APL_NODE_NONE) {
            cause = grant_cause(job, g);
            apl_graph_add_edge(job->at->builder, principal, hub, factor_cost(grant_likelihood(grant)), cause);
        }
        link_principal(job, g, &cause);
    }
}

/* -- Assets ------------------------------------------------------------------------------------------------------ */

/* Denied by a deny assignment, for all actions of the technique that the grant allows. */
static double undenied(const granting *job, const use *one, const apl_grant *grant, apl_str resource_id)
{
    double best = 0;

    if (!apl_access_is_denied_anywhere(job->at->access, grant->identity))
        return 1.0;
    for (size_t i = 0; i < one->action_count && best < 1.0; i++) {
        if (apl_access_grant_allows(job->at->access, grant, one->actions[i]) == APL_DENY)
            continue;
        apl_decision denied = apl_access_denied(job->at->access, grant->identity, one->actions[i], resource_id);
        double left = denied == APL_ALLOW ? 1.0 : denied == APL_DENY ? 0.0 : CONDITIONAL_LIKELIHOOD;
        best = left > best ? left : best;
    }
    return best;
}

/* One grant straight to one asset. */
static void link_straight(granting *job, const apl_move *move, uint32_t grant_number, bool skips_data)
{
    apl_attack *attack = job->at->attack;
    apl_cause cause = attack->causes.items[move->cause];
    const apl_grant *grant = apl_access_grant(job->at->access, grant_number);
    const use *one = &job->uses[cause.technique];
    const apl_asset *on = &attack->estate->assets.items[cause.on];

    if (grant->principal == APL_ASSET_NONE)
        return;
    double chance = chance_of(job, one, grant, skips_data && grant->kind != APL_GRANT_ACCESS_POLICY);
    chance *= grant_likelihood(grant);
    if (chance > 0)
        chance *= undenied(job, one, grant, on->id);
    if (chance <= 0 || !has_also(job, cause.technique, grant))
        return;
    apl_node_id from = apl_attack_node_of(job->at, grant->principal, move->takes);
    if (!apl_attack_leads(job->at, move->to, move->gives))
        return;
    cause.grant = grant_number;
    APL_PUSH(&attack->causes, cause);
    apl_node_id to = apl_attack_node_of(job->at, move->to, move->gives);
    apl_graph_add_edge(job->at->builder, from, to, apl_attack_move_cost(attack, move, chance),
                       (uint32_t)(attack->causes.count - 1));
}

static void link_asset(granting *job, const apl_move *move)
{
    apl_attack *attack = job->at->attack;
    apl_cause cause = attack->causes.items[move->cause];
    bool leads = apl_attack_leads(job->at, move->to, move->gives);
    bool is_by_policies = apl_grant_scopes_by_policies(job->scopes, cause.on);
    apl_numbers above = apl_grant_scopes_above(job->scopes, cause.on);

    for (uint32_t i = 0; i < above.count; i++) {
        uint32_t scope = above.items[i];
        apl_node_id hub = is_by_policies || !leads ? APL_NODE_NONE : technique_hub_find(job, scope, cause.technique);
        if (hub != APL_NODE_NONE)
            apl_graph_add_edge(job->at->builder, hub, apl_attack_node_of(job->at, move->to, move->gives),
                               apl_attack_move_cost(attack, move, 1.0), move->cause);
        if (!is_by_policies && !apl_grant_scopes_has_denied(job->scopes, scope))
            continue;
        apl_numbers grants = apl_grant_scopes_grants(job->scopes, scope);
        for (uint32_t g = 0; g < grants.count; g++) {
            const apl_grant *grant = apl_access_grant(job->at->access, grants.items[g]);
            if (is_by_policies || apl_access_is_denied_anywhere(job->at->access, grant->identity))
                link_straight(job, move, grants.items[g], is_by_policies);
        }
    }
}

/* -- Owners ------------------------------------------------------------------------------------------------------ */

/* Owners of an application or group; the relation is the evidence. */
static void link_owners(granting *job, const apl_move *move)
{
    apl_attack *attack = job->at->attack;
    const apl_estate *estate = attack->estate;
    apl_cause cause = attack->causes.items[move->cause];
    apl_relation_type owns = apl_vocabulary_relation(estate->vocabulary, APL_STR("owns"));

    for (uint32_t i = estate->relations_in[cause.on]; i < estate->relations_in[cause.on + 1]; i++) {
        uint32_t r = estate->relations_by_to[i];
        if (estate->relations.items[r].type != owns)
            continue;
        apl_node_id from = apl_attack_node_of(job->at, estate->relations.items[r].from, move->takes);
        if (!apl_attack_leads(job->at, move->to, move->gives))
            continue;
        cause.relation = r;
        APL_PUSH(&attack->causes, cause);
        apl_node_id to = apl_attack_node_of(job->at, move->to, move->gives);
        apl_graph_add_edge(job->at->builder, from, to, apl_attack_move_cost(attack, move, 1.0),
                           (uint32_t)(attack->causes.count - 1));
    }
}

static void free_lists(granting *job)
{
    const apl_techniques *techniques = job->at->attack->techniques;

    for (size_t t = 0; t < techniques->items.count; t++) {
        apl_memory_free(job->uses[t].moves.items);
        for (size_t k = 0; job->uses[t].also && k < techniques->items.items[t].also_count; k++)
            apl_memory_free(job->uses[t].also[k]);
    }
    for (uint32_t i = 0; i < apl_grant_scopes_count(job->scopes); i++)
        apl_memory_free(job->hubs[i].items);
    apl_memory_free(job->hubs);
    apl_memory_free(job->wanted);
    apl_memory_free(job->role_of_grant);
    apl_memory_free(job->role_hubs);
    apl_memory_free(job->techniques.items);
    apl_memory_free(job->uses);
    apl_grant_scopes_free(job->scopes);
    apl_arena_free(job->texts);
}

void apl_attack_add_grants(apl_connecting *at)
{
    granting job = {
        .at = at,
        .scopes = apl_grant_scopes_new(at->attack->estate, at->access),
        .texts = apl_arena_new(),
    };

    job.hubs = apl_memory_new(((size_t)apl_grant_scopes_count(job.scopes) + 1) * sizeof *job.hubs);
    gather_uses(&job);
    compile_roles(&job);
    find_wanted(&job);
    number_roles(&job);
    link_grants(&job);
    for (size_t i = 0; i < job.techniques.count; i++) {
        const use *one = &job.uses[job.techniques.items[i]];
        for (size_t m = 0; m < one->moves.count; m++)
            link_asset(&job, &at->attack->permissions.items[one->moves.items[m]]);
    }
    for (size_t i = 0; i < at->attack->permissions.count; i++) {
        const apl_move *move = &at->attack->permissions.items[i];
        uint32_t technique = at->attack->causes.items[move->cause].technique;
        if (at->attack->techniques->items.items[technique].permission.is_owner)
            link_owners(&job, move);
    }
    free_lists(&job);
}
