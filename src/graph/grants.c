/* graph/grants.c: permissions to edges, through hubs.
 *
 * Sources and targets add up instead of multiplying: principal -> what one role allows at one scope -> one technique on
 * everything below that scope -> asset. Edges of their own get only principals that a deny assignment names, techniques
 * that ask for a second permission, and assets whose data roles do not decide. */
#include <stdlib.h>

#include "graph/bits.h"
#include "graph/connecting.h"
#include "normalize/arm_id.h"

/* What a likelihood is multiplied by where the grant is not certain. */
#define CONDITIONAL_LIKELIHOOD 0.5 /* a condition that nobody can tell */
#define ELIGIBLE_LIKELIHOOD 0.6    /* must be activated, which asks for more than the password */
#define UNKNOWN_LIKELIHOOD 0.3     /* a role that nobody read */
#define CONTESTED_LIKELIHOOD 0.5   /* rests on how a star between two slashes is read */

#define ENTRA APL_STR("entra://")
#define SCOPES_MAX 80   /* scopes above one resource: segments of its id and management groups */
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

/* A scope at which somebody has a grant. */
typedef struct grant_scope {
    apl_str key;
    numbers grants;
    APL_VECTOR(technique_hub) hubs; /* what any of its roles allows; few, so a look through them is a search */
    bool has_denied;                /* a deny assignment names one of its principals */
} grant_scope;

typedef struct granting {
    apl_connecting *at;
    use *uses;          /* by technique */
    numbers techniques; /* those whose permission is one of Azure */
    apl_table *hubs;    /* role and scope -> node */
    apl_table *by_key;  /* scope key -> index into scopes */
    APL_VECTOR(grant_scope) scopes;
    numbers scope_of_grant;
    numbers units;             /* scopes that are administrative units */
    numbers groups;            /* scopes that are management groups, or "/" */
    bool has_denied;           /* a deny assignment names the principal of any grant */
    uint64_t *by_policies;     /* bits of the assets in vaults whose access policies decide instead of roles */
    apl_arena *texts;          /* keys of the tables */
    apl_table *containers;     /* subscription -> index into above */
    APL_VECTOR(numbers) above; /* its management groups, as indexes into scopes; see above_of */
    uint32_t *kept_at;         /* by asset, because several techniques ask: 1 + where in `kept` it stands, or 0 */
    numbers kept;              /* the number of its scopes, then each */
    apl_str tenant;            /* the last one asked for, and its scope */
    uint32_t tenant_scope;
} granting;

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

/* Which techniques are in play: those with a match. */
static void gather_uses(granting *job)
{
    const apl_attack *attack = job->at->attack;
    const apl_techniques *techniques = attack->techniques;

    job->uses = apl_memory_new((techniques->items.count + 1) * sizeof *job->uses);
    for (size_t i = 0; i < attack->permissions.count; i++) {
        uint32_t technique = attack->causes.items[attack->permissions.items[i].cause].technique;
        use *one = &job->uses[technique];
        if (one->moves.count == 0) {
            register_actions(job, one, &techniques->items.items[technique].permission);
            if (one->action_count)
                APL_PUSH(&job->techniques, technique);
        }
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

    if (one->permission->is_eligible_only && grant->kind != APL_GRANT_ELIGIBLE)
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

static apl_node_id hub(granting *job, apl_str key, bool *is_new)
{
    uint32_t known = apl_table_get(job->hubs, key);

    *is_new = known == APL_TABLE_NONE;
    if (!*is_new)
        return known;
    apl_node_id node = apl_attack_hub(job->at);
    (void)apl_table_put(job->hubs, apl_arena_str(job->texts, key), node);
    return node;
}

/* The node of the technique on all below the scope, or APL_NODE_NONE. */
static apl_node_id technique_hub_find(const grant_scope *scope, uint32_t technique)
{
    for (size_t i = 0; i < scope->hubs.count; i++) {
        if (scope->hubs.items[i].technique == technique)
            return scope->hubs.items[i].node;
    }
    return APL_NODE_NONE;
}

static apl_node_id technique_hub_of(granting *job, uint32_t grant_number, uint32_t technique)
{
    grant_scope *scope = &job->scopes.items[job->scope_of_grant.items[grant_number]];
    apl_node_id node = technique_hub_find(scope, technique);

    if (node == APL_NODE_NONE) {
        node = apl_attack_hub(job->at);
        APL_PUSH(&scope->hubs, ((technique_hub){technique, node}));
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

/* What this role at this scope allows; the same for all who have it there. */
static apl_node_id rights_hub(granting *job, uint32_t grant_number)
{
    const apl_grant *grant = apl_access_grant(job->at->access, grant_number);
    bool is_new;
    apl_str key =
        apl_arena_format(job->at->arena, "r%u %u\n%.*s", grant->rights, grant->kind, APL_STR_ARG(grant->scope_key));
    apl_node_id node = hub(job, key, &is_new);

    for (size_t i = 0; is_new && i < job->techniques.count; i++) {
        uint32_t technique = job->techniques.items[i];
        double chance = chance_of(job, &job->uses[technique], grant, false);
        if (chance <= 0 || hangs_on_principal(job, technique))
            continue;
        apl_node_id next = technique_hub_of(job, grant_number, technique);
        apl_graph_add_edge(job->at->builder, node, next, factor_cost(chance), APL_CAUSE_NONE);
    }
    return node;
}

static void link_principal(granting *job, uint32_t grant_number, uint32_t cause)
{
    const apl_grant *grant = apl_access_grant(job->at->access, grant_number);

    for (size_t i = 0; i < job->techniques.count; i++) {
        uint32_t technique = job->techniques.items[i];
        if (!hangs_on_principal(job, technique))
            continue;
        double chance = chance_of(job, &job->uses[technique], grant, false) * grant_likelihood(grant);
        if (chance <= 0 || !has_also(job, technique, grant))
            continue;
        apl_node_id principal =
            apl_attack_node_of(job->at, grant->principal, job->at->attack->techniques->items.items[technique].takes);
        apl_node_id next = technique_hub_of(job, grant_number, technique);
        apl_graph_add_edge(job->at->builder, principal, next, factor_cost(chance), cause);
    }
}

static void link_grants(granting *job)
{
    uint32_t count = (uint32_t)apl_access_grant_count(job->at->access);

    for (uint32_t g = 0; g < count; g++) {
        const apl_grant *grant = apl_access_grant(job->at->access, g);
        if (grant->principal == APL_ASSET_NONE || apl_access_is_denied_anywhere(job->at->access, grant->identity))
            continue;
        apl_node_id principal = apl_attack_node_of(job->at, grant->principal, APL_CAPABILITY_CONTROL);
        uint32_t cause = grant_cause(job, g);
        apl_graph_add_edge(job->at->builder, principal, rights_hub(job, g), factor_cost(grant_likelihood(grant)),
                           cause);
        link_principal(job, g, cause);
        apl_arena_reset(job->at->arena);
    }
}

/* -- Scopes above a resource ------------------------------------------------------------------------------------- */

static apl_str lower_key(apl_arena *arena, apl_str id)
{
    char *copy = apl_arena_alloc(arena, (size_t)id.size + 1);

    for (uint32_t i = 0; i < id.size; i++)
        copy[i] = apl_char_lower(id.data[i]);
    return apl_str_make(copy, id.size > 1 && copy[id.size - 1] == '/' ? id.size - 1 : id.size);
}

static bool is_management_group(apl_str scope_key)
{
    return apl_str_starts(scope_key, APL_STR("/providers/microsoft.management/")) || scope_key.size <= 1;
}

static void index_scopes(granting *job)
{
    uint32_t count = (uint32_t)apl_access_grant_count(job->at->access);

    for (uint32_t g = 0; g < count; g++) {
        const apl_grant *grant = apl_access_grant(job->at->access, g);
        uint32_t number = apl_table_put(job->by_key, grant->scope_key, (uint32_t)job->scopes.count);
        if (number == job->scopes.count) {
            APL_PUSH(&job->scopes, ((grant_scope){.key = grant->scope_key}));
            if (apl_str_find(grant->scope_key, APL_STR("/administrativeunits/")) > 0)
                APL_PUSH(&job->units, number);
            if (is_management_group(grant->scope_key))
                APL_PUSH(&job->groups, number);
        }
        grant_scope *scope = &job->scopes.items[number];
        APL_PUSH(&scope->grants, g);
        scope->has_denied = scope->has_denied || apl_access_is_denied_anywhere(job->at->access, grant->identity);
        job->has_denied = job->has_denied || scope->has_denied;
        APL_PUSH(&job->scope_of_grant, number);
    }
}

/* The scopes "/" and of management groups that reach the subscription; found once a subscription. */
static const numbers *scopes_above(granting *job, apl_str subscription)
{
    uint32_t known = apl_table_get(job->containers, subscription);
    numbers found = {0};

    if (known != APL_TABLE_NONE)
        return &job->above.items[known];
    for (size_t g = 0; g < job->groups.count; g++) {
        uint32_t scope = job->groups.items[g];
        if (apl_access_covers(job->at->access, job->scopes.items[scope].key, subscription) != APL_DENY)
            APL_PUSH(&found, scope);
    }
    (void)apl_table_put(job->containers, apl_arena_str(job->texts, subscription), (uint32_t)job->above.count);
    APL_PUSH(&job->above, found);
    return &job->above.items[job->above.count - 1];
}

/* The scopes of one resource, while they are gathered. */
typedef struct scope_list {
    uint32_t items[SCOPES_MAX];
    size_t count;
} scope_list;

static void put_number(scope_list *list, uint32_t scope)
{
    if (scope != APL_TABLE_NONE && list->count < SCOPES_MAX)
        list->items[list->count++] = scope;
}

static void put_key(const granting *job, scope_list *list, apl_str key)
{
    put_number(list, apl_table_get(job->by_key, key));
}

/* In the directory: the object, its tenant, and the administrative units that it is in. */
static void put_directory_scopes(const granting *job, scope_list *list, apl_str key)
{
    apl_str rest = apl_str_slice(key, ENTRA.size, key.size);
    long slash = apl_str_find(rest, APL_STR("/"));

    put_key(job, list, key);
    if (slash >= 0)
        put_key(job, list, apl_str_slice(key, 0, ENTRA.size + (size_t)slash));
    for (size_t u = 0; u < job->units.count; u++) {
        uint32_t unit = job->units.items[u];
        if (apl_access_covers(job->at->access, job->scopes.items[unit].key, key) == APL_ALLOW)
            put_number(list, unit);
    }
}

/* Who rules the tenant rules its subscriptions, where a technique asks for a role of the directory. */
static void put_tenant(granting *job, scope_list *list, apl_str tenant)
{
    if (tenant.size == 0)
        return;
    if (!apl_str_equal(tenant, job->tenant)) {
        apl_str id = apl_arena_format(job->at->arena, "entra://%.*s", APL_STR_ARG(tenant));
        job->tenant = tenant;
        job->tenant_scope = apl_table_get(job->by_key, lower_key(job->at->arena, id));
    }
    put_number(list, job->tenant_scope);
}

static void put_above(scope_list *list, const numbers *above)
{
    for (size_t i = 0; i < above->count; i++) {
        bool is_there = false;
        for (size_t l = 0; l < list->count; l++)
            is_there = is_there || list->items[l] == above->items[i];
        if (!is_there)
            put_number(list, above->items[i]);
    }
}

static void gather_scopes(granting *job, scope_list *list, const apl_asset *asset)
{
    apl_str key = lower_key(job->at->arena, asset->id);
    apl_str last = APL_STR_NONE;

    if (apl_str_starts(key, ENTRA)) {
        put_directory_scopes(job, list, key);
        return;
    }
    for (apl_str scope = key; scope.size && list->count < SCOPES_MAX; scope = apl_arm_parent(scope)) {
        put_key(job, list, scope);
        last = scope;
    }
    put_tenant(job, list, asset->tenant);
    put_above(list, scopes_above(job, last));
}

static bool is_vault(const apl_asset *asset)
{
    return apl_str_equal_nocase(asset->type, APL_STR("Microsoft.KeyVault/vaults"));
}

/* Whether the asset, or the nearest vault above it, goes by access policies. */
static bool goes_by_policies(const granting *job, apl_asset_id asset)
{
    const apl_estate *estate = job->at->attack->estate;

    while (asset != APL_ASSET_NONE && !is_vault(&estate->assets.items[asset]))
        asset = estate->assets.items[asset].parent;
    return asset != APL_ASSET_NONE && !apl_access_data_by_roles(job->at->access, asset);
}

/* What an asset stands in has the shorter id and comes before it, so that one look at the parent tells; only where ids
 * are not those of Azure must the way up be walked. */
static void find_vaults(granting *job)
{
    const apl_estate *estate = job->at->attack->estate;

    job->by_policies = apl_bits_new(estate->assets.count);
    for (apl_asset_id id = 0; id < estate->assets.count; id++) {
        const apl_asset *asset = &estate->assets.items[id];
        bool is_there = asset->parent != APL_ASSET_NONE && asset->parent < id && !is_vault(asset)
                            ? apl_bit(job->by_policies, asset->parent)
                            : goes_by_policies(job, id);
        if (is_there)
            apl_bit_set(job->by_policies, id);
    }
}

/* What holds for all techniques on one resource. Valid until the next call. */
typedef struct above_asset {
    uint32_t count;
    const uint32_t *scopes; /* with grants, that hold the resource; at most SCOPES_MAX */
} above_asset;

static above_asset above_of(granting *job, apl_asset_id asset)
{
    if (job->kept_at[asset] == 0) {
        scope_list list = {.count = 0};
        gather_scopes(job, &list, &job->at->attack->estate->assets.items[asset]);
        job->kept_at[asset] = (uint32_t)job->kept.count + 1;
        APL_PUSH(&job->kept, (uint32_t)list.count);
        for (size_t i = 0; i < list.count; i++)
            APL_PUSH(&job->kept, list.items[i]);
    }
    const uint32_t *kept = job->kept.items + job->kept_at[asset] - 1;
    return (above_asset){kept[0], kept + 1};
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

/* Where it leads nowhere no edge is made, and the scopes of the asset need not be known unless principals are linked
 * straight: those get their numbers here, see add_moves in connect.c. */
static void link_asset(granting *job, const apl_move *move)
{
    apl_attack *attack = job->at->attack;
    apl_cause cause = attack->causes.items[move->cause];
    bool leads = apl_attack_leads(job->at, move->to, move->gives);
    bool is_by_policies = apl_bit(job->by_policies, cause.on);

    if (!leads && !is_by_policies && !job->has_denied)
        return;
    above_asset above = above_of(job, cause.on);
    for (uint32_t i = 0; i < above.count; i++) {
        const grant_scope *scope = &job->scopes.items[above.scopes[i]];
        apl_node_id known = is_by_policies || !leads ? APL_NODE_NONE : technique_hub_find(scope, cause.technique);
        if (known != APL_NODE_NONE)
            apl_graph_add_edge(job->at->builder, known, apl_attack_node_of(job->at, move->to, move->gives),
                               apl_attack_move_cost(attack, move, 1.0), move->cause);
        if (!is_by_policies && !scope->has_denied)
            continue;
        for (size_t g = 0; g < scope->grants.count; g++) {
            const apl_grant *grant = apl_access_grant(job->at->access, scope->grants.items[g]);
            if (is_by_policies || apl_access_is_denied_anywhere(job->at->access, grant->identity))
                link_straight(job, move, scope->grants.items[g], is_by_policies);
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
    for (size_t i = 0; i < job->scopes.count; i++) {
        apl_memory_free(job->scopes.items[i].grants.items);
        apl_memory_free(job->scopes.items[i].hubs.items);
    }
    for (size_t i = 0; i < job->above.count; i++)
        apl_memory_free(job->above.items[i].items);
    apl_memory_free(job->scopes.items);
    apl_memory_free(job->scope_of_grant.items);
    apl_memory_free(job->by_policies);
    apl_memory_free(job->kept_at);
    apl_memory_free(job->kept.items);
    apl_memory_free(job->above.items);
    apl_memory_free(job->techniques.items);
    apl_memory_free(job->units.items);
    apl_memory_free(job->groups.items);
    apl_memory_free(job->uses);
    apl_table_free(job->hubs);
    apl_table_free(job->by_key);
    apl_table_free(job->containers);
    apl_arena_free(job->texts);
}

void apl_attack_add_grants(apl_connecting *at)
{
    granting job = {
        .at = at,
        .hubs = apl_table_new(false),
        .by_key = apl_table_new(false),
        .containers = apl_table_new(false),
        .texts = apl_arena_new(),
        .kept_at = apl_memory_new((at->attack->estate->assets.count + 1) * sizeof *job.kept_at),
    };

    gather_uses(&job);
    compile_roles(&job);
    index_scopes(&job);
    find_vaults(&job);
    link_grants(&job);
    for (size_t i = 0; i < job.techniques.count; i++) {
        const use *one = &job.uses[job.techniques.items[i]];
        for (size_t m = 0; m < one->moves.count; m++) {
            link_asset(&job, &at->attack->permissions.items[one->moves.items[m]]);
            apl_arena_reset(at->arena);
        }
    }
    for (size_t i = 0; i < at->attack->permissions.count; i++) {
        const apl_move *move = &at->attack->permissions.items[i];
        uint32_t technique = at->attack->causes.items[move->cause].technique;
        if (at->attack->techniques->items.items[technique].permission.is_owner)
            link_owners(&job, move);
    }
    free_lists(&job);
}
