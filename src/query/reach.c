/* query/reach.c: rights out of the techniques, asked for every principal of an asset or every asset of a principal.
 *
 * A technique that takes a permission on an asset of this type, and whose condition holds there, names actions and
 * what they give. For Azure resources the actions that change one or give roles on it are added, whatever its type. */
#include "query/reach.h"

#include <stdlib.h>

#include "base/limits.h"
#include "normalize/arm_id.h"

#define ACTIONS_MAX 64 /* different actions of one asset that are asked for */

const char *const apl_can_names[] = {"control", "keys", "data", "write", "use", NULL};

typedef struct asked_action {
    uint8_t can;
    apl_plane plane;
    apl_str name;
    bool is_uncertain;
} asked_action;

typedef struct asked_actions {
    asked_action items[ACTIONS_MAX];
    size_t count;
} asked_actions;

typedef struct reaching {
    const apl_reach_options *options;
    apl_asker *asker;
    apl_reach_answer *out;
} reaching;

/* -- What there is to ask ---------------------------------------------------------------------------------------- */

static void add_action(asked_actions *out, asked_action action)
{
    for (size_t i = 0; i < out->count; i++) {
        asked_action *known = &out->items[i];
        if (known->can != action.can || known->plane != action.plane || !apl_str_equal_nocase(known->name, action.name))
            continue;
        known->is_uncertain = known->is_uncertain && action.is_uncertain;
        return;
    }
    if (out->count < ACTIONS_MAX)
        out->items[out->count++] = action;
}

/* What a technique gives on the asset that it is on, as bits of apl_can; 0: nothing there. */
static unsigned gives_of(const apl_vocabulary *vocabulary, const apl_technique *technique)
{
    unsigned gives = 0;

    if (technique->to == APL_END_ID)
        return technique->to_kind == apl_vocabulary_kind(vocabulary, APL_STR("credential")) ? 1u << APL_CAN_KEYS : 0;
    if (technique->to != APL_END_SELF)
        return 0;
    gives |= technique->gives >> APL_CAPABILITY_CONTROL & 1u ? 1u << APL_CAN_CONTROL : 0;
    gives |= technique->gives >> APL_CAPABILITY_DATA & 1u ? 1u << APL_CAN_DATA : 0;
    gives |= technique->gives >> APL_CAPABILITY_WRITE & 1u ? 1u << APL_CAN_WRITE : 0;
    return gives | (technique->gives >> APL_CAPABILITY_USE & 1u ? 1u << APL_CAN_USE : 0);
}

/* Techniques that ask for more than one permission, or for a certain form of one, are others' rights in disguise. */
static bool is_plain(const apl_technique *technique)
{
    const apl_permission *permission = &technique->permission;

    return technique->from == APL_END_PRINCIPAL && technique->also_count == 0 && !permission->is_eligible_only &&
           !permission->is_conditional_only;
}

static apl_truth holds(const reaching *job, const apl_technique *technique, apl_asset_id asset)
{
    apl_subject subject = apl_estate_subject(job->options->estate, asset);
    apl_eval eval = {.subject = &subject, .origin = &subject, .arena = job->options->arena};

    if (technique->when == NULL)
        return APL_TRUE;
    return subject.plan ? apl_condition_eval(technique->when, &eval) : APL_TRUTH_UNREAD;
}

static void add_technique(asked_actions *out, const apl_technique *technique, unsigned gives, bool is_uncertain)
{
    for (size_t i = 0; i < technique->permission.action_count; i++) {
        const apl_permission_action *action = &technique->permission.actions[i];
        apl_plane plane = action->plane == APL_PERMISSION_DATA ? APL_PLANE_DATA : APL_PLANE_CONTROL;
        if (action->plane > APL_PERMISSION_DATA)
            continue;
        for (unsigned can = 0; can < APL_CAN_COUNT; can++) {
            if (gives >> can & 1u)
                add_action(out, (asked_action){(uint8_t)can, plane, action->name, is_uncertain});
        }
    }
}

static void actions_of(asked_actions *out, const reaching *job, apl_asset_id id)
{
    const apl_asset *asset = &job->options->estate->assets.items[id];
    const apl_techniques *techniques = job->options->techniques;

    out->count = 0;
    if (apl_arm_is_id(asset->id) && asset->type.size) {
        apl_str write = apl_arena_format(job->options->arena, "%.*s/write", APL_STR_ARG(asset->type));
        add_action(out, (asked_action){.can = APL_CAN_CONTROL, .name = write});
        add_action(out, (asked_action){.can = APL_CAN_CONTROL,
                                       .name = APL_STR("Microsoft.Authorization/roleAssignments/write")});
    }
    for (size_t t = 0; t < techniques->items.count; t++) {
        const apl_technique *technique = &techniques->items.items[t];
        unsigned gives = is_plain(technique) ? gives_of(job->options->estate->vocabulary, technique) : 0;
        if (gives == 0 || !apl_technique_takes(technique, asset->type, &asset->kind, 1))
            continue;
        apl_truth truth = holds(job, technique, id);
        if (truth == APL_TRUE || truth == APL_TRUTH_UNREAD)
            add_technique(out, technique, gives, truth == APL_TRUTH_UNREAD);
    }
}

/* -- Asking ------------------------------------------------------------------------------------------------------ */

static int rank_of(const apl_right *right)
{
    static const int ranks[] = {[APL_DENY] = 0, [APL_UNKNOWN] = 2, [APL_CONDITIONAL] = 4, [APL_ALLOW] = 6};

    return ranks[right->decision] - (right->is_uncertain ? 1 : 0);
}

/* The first of the reasons that gives something; NULL: none does. */
static const apl_access_reason *granted(const apl_access_answer *answer)
{
    for (size_t i = 0; i < answer->reason_count; i++) {
        if (!answer->reasons[i].is_deny_assignment)
            return &answer->reasons[i];
    }
    return NULL;
}

static void ask(apl_rights_list *out, const reaching *job, const asked_actions *actions, uint32_t identity,
                apl_str asset_id)
{
    apl_right best[APL_CAN_COUNT] = {0};

    for (size_t i = 0; i < actions->count; i++) {
        const asked_action *action = &actions->items[i];
        apl_access_question question = {
            .principal = apl_access_identity_id(job->options->access, identity),
            .plane = action->plane,
            .action = action->name,
            .scope = asset_id,
        };
        apl_access_answer answer;
        apl_access_ask(&answer, job->asker, &question);
        const apl_access_reason *reason = granted(&answer);
        if (answer.decision == APL_DENY || reason == NULL)
            continue;
        apl_right right = {action->can,           answer.decision,          reason->asset,       reason->grant,
                           reason->identity,      reason->is_after_joining, action->is_uncertain};
        if (best[action->can].decision == APL_DENY || rank_of(&right) > rank_of(&best[action->can]))
            best[action->can] = right;
    }
    out->count = 0;
    for (unsigned can = 0; can < APL_CAN_COUNT; can++) {
        if (best[can].decision != APL_DENY)
            out->items[out->count++] = best[can];
    }
}

static int compare_reached(const void *a, const void *b)
{
    const apl_reached *x = a;
    const apl_reached *y = b;
    const apl_right *first = &x->rights.items[0];
    const apl_right *other = &y->rights.items[0];

    if (first->can != other->can)
        return first->can < other->can ? -1 : 1;
    if (rank_of(first) != rank_of(other))
        return rank_of(first) > rank_of(other) ? -1 : 1;
    if (x->asset != y->asset) /* one that is no asset comes last: APL_ASSET_NONE is the largest number */
        return x->asset < y->asset ? -1 : 1;
    return (x->identity > y->identity) - (x->identity < y->identity);
}

static void find_principals(reaching *job, apl_asset_id asset)
{
    const apl_access *access = job->options->access;
    apl_str id = job->options->estate->assets.items[asset].id;
    apl_identity_list candidates = {0};
    asked_actions actions;

    actions_of(&actions, job, asset);
    job->out->has_rights = actions.count > 0;
    if (actions.count)
        apl_access_candidates(&candidates, access, id);
    for (size_t i = 0; i < candidates.count; i++) {
        apl_reached one = {.identity = candidates.items[i]};
        one.asset = apl_access_identity_asset(access, one.identity);
        ask(&one.rights, job, &actions, one.identity, id);
        if (one.rights.count == 0)
            continue;
        one.marks = apl_access_marks(access, one.identity, job->options->now);
        APL_PUSH(&job->out->reached, one);
    }
    apl_memory_free(candidates.items);
}

static bool is_kind_of(const apl_target *target, const apl_asset *asset)
{
    for (size_t k = 0; k < target->kind_count; k++) {
        if (target->kinds[k] == asset->kind)
            return true;
    }
    for (size_t t = 0; t < target->type_count; t++) {
        if (apl_str_equal_nocase(target->types[t], asset->type))
            return true;
    }
    return false;
}

static bool is_in_play(const apl_asset *asset)
{
    return asset->is_ai || asset->sensitivity >= APL_LEVEL_MEDIUM;
}

/* Settings and assignments are as sensitive as what they are of, but nothing to reach. */
static bool is_worth_reaching(const apl_estate *estate, const apl_techniques *techniques, const apl_asset *asset)
{
    bool is_kind = estate->vocabulary->kinds.items[asset->kind].is_ai;

    for (size_t i = 0; i < techniques->targets.count && !is_kind; i++)
        is_kind = is_kind_of(&techniques->targets.items[i], asset);
    return is_kind && is_in_play(asset);
}

static void find_assets(reaching *job, uint32_t identity)
{
    const apl_estate *estate = job->options->estate;
    asked_actions actions;

    for (size_t i = 0; i < estate->assets.count; i++) {
        apl_reached one = {.identity = identity, .asset = (apl_asset_id)i};
        if (!is_worth_reaching(estate, job->options->techniques, &estate->assets.items[i]))
            continue;
        actions_of(&actions, job, one.asset);
        ask(&one.rights, job, &actions, identity, estate->assets.items[i].id);
        if (one.rights.count)
            APL_PUSH(&job->out->reached, one);
    }
    job->out->has_rights = true;
}

/* -- Owners ------------------------------------------------------------------------------------------------------ */

static void add_owning(reaching *job, apl_asset_id owned, apl_str as)
{
    const apl_estate *estate = job->options->estate;
    apl_relation_type owns = apl_vocabulary_relation(estate->vocabulary, APL_STR("owns"));

    for (uint32_t i = estate->relations_in[owned]; i < estate->relations_in[owned + 1]; i++) {
        const apl_relation *relation = &estate->relations.items[estate->relations_by_to[i]];
        if (relation->type == owns)
            APL_PUSH(&job->out->owners, ((apl_owner){.owner = relation->from, .as = as}));
    }
}

static bool is_owner_tag(apl_str name)
{
    static const char *const names[] = {"owner", "owners", "owner-email", "owneremail", "contact", "team", "createdby"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (apl_str_equal_nocase(name, apl_str_from(names[i])))
            return true;
    }
    return false;
}

/* By a relation, by a tag, and through the identity that it has. */
static void find_owners(reaching *job, apl_asset_id id)
{
    const apl_estate *estate = job->options->estate;
    const apl_asset *asset = &estate->assets.items[id];
    apl_relation_type signs_in = apl_vocabulary_relation(estate->vocabulary, APL_STR("authenticates-as"));

    add_owning(job, id, APL_STR("owns"));
    for (uint32_t i = 0; asset->tags.type == APL_VALUE_OBJECT && i < asset->tags.size; i++) {
        const apl_member *tag = &asset->tags.members[i];
        if (is_owner_tag(tag->key) && apl_value_str(tag->value).size)
            APL_PUSH(&job->out->owners,
                     ((apl_owner){APL_ASSET_NONE, apl_value_str(tag->value),
                                  apl_arena_format(job->options->arena, "tag %.*s", APL_STR_ARG(tag->key))}));
    }
    for (uint32_t r = estate->relations_out[id]; r < estate->relations_out[id + 1]; r++) {
        const apl_relation *relation = &estate->relations.items[r];
        if (relation->type != signs_in)
            continue;
        add_owning(job, relation->to,
                   apl_arena_format(job->options->arena, "owns %.*s, as which it signs in",
                                    APL_STR_ARG(estate->assets.items[relation->to].id)));
    }
}

/* -- The question ------------------------------------------------------------------------------------------------ */

static bool is_principal(const apl_estate *estate, const apl_asset *asset)
{
    static const char *const kinds[] = {"user", "group", "service-principal", "managed-identity", "agent-identity"};
    apl_str kind = estate->vocabulary->kinds.items[asset->kind].name;

    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (apl_str_equal(kind, apl_str_from(kinds[i])))
            return true;
    }
    return false;
}

bool apl_query_has_reach(const apl_estate *estate, const apl_techniques *techniques, apl_asset_id asset)
{
    const apl_asset *one = &estate->assets.items[asset];

    return is_principal(estate, one) || is_worth_reaching(estate, techniques, one);
}

bool apl_query_reach_reads(const apl_estate *estate, apl_asset_id asset)
{
    const apl_asset *one = &estate->assets.items[asset];

    return is_in_play(one) || apl_access_reads_type(one->type);
}

void apl_query_reach(apl_reach_answer *out, const apl_reach_options *options, apl_asset_id asset)
{
    const apl_asset *one = &options->estate->assets.items[asset];
    reaching job = {.options = options, .out = out, .asker = apl_asker_new(options->access)};

    *out = (apl_reach_answer){.access = options->access, .is_principal = is_principal(options->estate, one)};
    out->was_read = apl_access_was_read(options->access, out->is_principal ? APL_STR("/") : one->id);
    uint32_t identity = out->is_principal ? apl_access_identity(options->access, one->id) : APL_IDENTITY_NONE;
    if (identity != APL_IDENTITY_NONE)
        find_assets(&job, identity);
    else if (!out->is_principal)
        find_principals(&job, asset);
    find_owners(&job, asset);
    if (out->reached.count)
        qsort(out->reached.items, out->reached.count, sizeof *out->reached.items, compare_reached);
    apl_asker_free(job.asker);
}

void apl_query_reach_free(apl_reach_answer *answer)
{
    apl_memory_free(answer->reached.items);
    apl_memory_free(answer->owners.items);
    *answer = (apl_reach_answer){0};
}
