/* graph/lead.c: which nodes can lead to a target at all.
 *
 * Most of what an attacker can do is no way to anything: in a usual estate four of five edges end at nodes that lead to
 * no target. Such an edge is on no path, and a graph without it gives the same paths, so it need not be made. What
 * leads somewhere is found backward over the moves, with the targets and everybody who has a permission as ends: what
 * a permission is good for is known only after its hubs. */
#include "graph/connecting.h"

#define ALL_CAPABILITIES ((1u << APL_CAPABILITY_COUNT) - 1)

/* Passes over all moves, in turn from the last and from the first. Each settles whole chains that run its way, so that
 * real estates take a handful; a longer winding is not worth its price, and then nothing is cut. */
#define PASSES_MAX 32

/* With what one capability implies: control gives all others, and whoever reads, writes or calls can connect. */
static uint8_t with_implied(uint8_t bits)
{
    if (bits & (1u << APL_CAPABILITY_REACH))
        return ALL_CAPABILITIES;
    return bits ? (uint8_t)(bits | 1u << APL_CAPABILITY_CONTROL) : 0;
}

static void begin_at_targets(apl_connecting *at)
{
    for (size_t i = 0; i < at->worths.count; i++) {
        uint8_t *bits = &at->leads[at->worths.items[i].asset];
        *bits = with_implied((uint8_t)(*bits | 1u << at->worths.items[i].capability));
    }
}

static void begin_at_principals(apl_connecting *at)
{
    for (size_t g = 0; g < apl_access_grant_count(at->access); g++) {
        apl_asset_id principal = apl_access_grant(at->access, g)->principal;
        if (principal != APL_ASSET_NONE)
            at->leads[principal] = ALL_CAPABILITIES;
    }
}

static void begin_at_owners(apl_connecting *at)
{
    const apl_attack *attack = at->attack;
    const apl_estate *estate = attack->estate;
    apl_relation_type owns = apl_vocabulary_relation(estate->vocabulary, APL_STR("owns"));

    for (size_t i = 0; i < attack->permissions.count; i++) {
        const apl_cause *cause = &attack->causes.items[attack->permissions.items[i].cause];
        if (!attack->techniques->items.items[cause->technique].permission.is_owner)
            continue;
        for (uint32_t r = estate->relations_in[cause->on]; r < estate->relations_in[cause->on + 1]; r++) {
            const apl_relation *relation = &estate->relations.items[estate->relations_by_to[r]];
            if (relation->type == owns)
                at->leads[relation->from] = ALL_CAPABILITIES;
        }
    }
}

static bool take_move(uint8_t *leads, const apl_move *move)
{
    uint8_t before = leads[move->from];

    if ((leads[move->to] & (1u << move->gives)) == 0)
        return false;
    leads[move->from] = with_implied((uint8_t)(before | 1u << move->takes));
    return leads[move->from] != before;
}

static bool pass_moves(uint8_t *leads, const apl_moves *moves, bool is_backward)
{
    bool has_new = false;

    for (size_t i = 0; i < moves->count; i++)
        has_new |= take_move(leads, &moves->items[is_backward ? moves->count - 1 - i : i]);
    return has_new;
}

void apl_attack_find_leads(apl_connecting *at, bool keeps_all)
{
    size_t count = at->attack->estate->assets.count;
    bool has_new = true;

    at->leads = apl_memory_new(count + 1);
    if (!keeps_all) {
        begin_at_targets(at);
        begin_at_principals(at);
        begin_at_owners(at);
        for (unsigned pass = 0; has_new && pass < PASSES_MAX; pass++)
            has_new = pass_moves(at->leads, &at->attack->moves, pass % 2 == 0);
    }
    if (has_new)
        memset(at->leads, ALL_CAPABILITIES, count);
}
