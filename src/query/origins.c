/* query/origins.c: walks from one asset to its label, and up its containers to what is assigned there.
 *
 * Stands behind `explain`. Every walk has a named end: a level came from an asset that had it before, and containers
 * are no deeper than folders may be. */
#include "query/origins.h"

#include "base/limits.h"
#include "link/lineage.h"

/* Hops shown; longer chains than this are not made by hand. */
#define HOPS_MAX 64

/* The containers of an Azure resource, with its subscription and the management groups above. */
#define SCOPES_MAX 32

/* The relation that carried the level from `from` to `asset`; NULL when it is the label of a container further up. */
static const apl_relation *carrier(const apl_estate *estate, apl_asset_id asset, apl_asset_id from)
{
    const apl_relation_info *types = estate->vocabulary->relations.items;

    for (uint32_t r = estate->relations_out[asset]; r < estate->relations_out[asset + 1]; r++) {
        const apl_relation *relation = &estate->relations.items[r];
        if (relation->to == from && types[relation->type].carries & APL_CARRIES_BACK)
            return relation;
    }
    for (uint32_t i = estate->relations_in[asset]; i < estate->relations_in[asset + 1]; i++) {
        const apl_relation *relation = &estate->relations.items[estate->relations_by_to[i]];
        if (relation->from == from && types[relation->type].carries & (APL_CARRIES_FORWARD | APL_CARRIES_LABEL))
            return relation;
    }
    return NULL;
}

static apl_sensitivity_hop hop_of(const apl_estate *estate, apl_asset_id asset, apl_asset_id from, apl_arena *arena)
{
    apl_sensitivity_hop hop = {.asset = asset, .from = from};

    if (from == APL_ASSET_NONE) {
        const char *tag = apl_lineage_tag(&estate->assets.items[asset]);
        hop.evidence = tag ? apl_arena_format(arena, "tags.%s", tag) : APL_STR("label");
        return hop;
    }
    const apl_relation *relation = carrier(estate, asset, from);
    hop.relation = relation ? relation->type : apl_vocabulary_relation(estate->vocabulary, APL_STR("contains"));
    hop.evidence = relation ? relation->evidence : APL_STR("id");
    return hop;
}

void apl_query_sensitivity(apl_sensitivity_hops *out, const apl_estate *estate, apl_asset_id asset, apl_arena *arena)
{
    const apl_asset *assets = estate->assets.items;
    uint8_t level = assets[asset].sensitivity;

    *out = (apl_sensitivity_hops){0};
    while (level != APL_LEVEL_UNKNOWN && out->items.count < HOPS_MAX) {
        /* An asset that gave its label away and then rose itself: what it gave was the label. */
        bool is_last = assets[asset].sensitivity != level || assets[asset].sensitivity_from >= estate->assets.count;
        apl_asset_id from = is_last ? APL_ASSET_NONE : assets[asset].sensitivity_from;
        APL_PUSH(&out->items, hop_of(estate, asset, from, arena));
        if (is_last)
            return;
        asset = from;
    }
}

/* The asset, what holds it, and at the end the root of Azure, whose assignments reach everything. */
static size_t scopes_of(apl_asset_id out[SCOPES_MAX], const apl_estate *estate, apl_asset_id asset)
{
    size_t count = 0;

    for (; asset != APL_ASSET_NONE && count < SCOPES_MAX - 1; asset = estate->assets.items[asset].parent)
        out[count++] = asset;
    apl_asset_id root = apl_estate_find(estate, APL_STR("/"));
    if (root != APL_ASSET_NONE && estate->assets.items[out[0]].cloud == estate->assets.items[root].cloud)
        out[count++] = root;
    return count;
}

/* The other end of the first relation of that type that leaves the asset. */
static apl_asset_id first_end(const apl_estate *estate, apl_asset_id asset, const char *type)
{
    apl_relation_type wanted = apl_vocabulary_relation(estate->vocabulary, apl_str_from(type));

    for (uint32_t r = estate->relations_out[asset]; r < estate->relations_out[asset + 1]; r++) {
        if (estate->relations.items[r].type == wanted)
            return estate->relations.items[r].to;
    }
    return APL_ASSET_NONE;
}

static bool has_relation(const apl_estate *estate, apl_asset_id from, apl_relation_type type, apl_asset_id to)
{
    for (uint32_t r = estate->relations_out[from]; r < estate->relations_out[from + 1]; r++) {
        if (estate->relations.items[r].type == type && estate->relations.items[r].to == to)
            return true;
    }
    return false;
}

static void add_policies(apl_applied_list *out, const apl_estate *estate, const apl_asset_id *scopes, size_t count,
                         apl_asset_id scope)
{
    apl_relation_type governed = apl_vocabulary_relation(estate->vocabulary, APL_STR("governed-by"));
    apl_relation_type exempt = apl_vocabulary_relation(estate->vocabulary, APL_STR("exempt-from"));

    for (uint32_t r = estate->relations_out[scope]; r < estate->relations_out[scope + 1]; r++) {
        const apl_relation *relation = &estate->relations.items[r];
        if (relation->type != governed)
            continue;
        apl_applied applied = {relation->to, scope, APL_ASSET_NONE, first_end(estate, relation->to, "assigns"), false};
        for (size_t i = 0; i < count && !applied.is_exempt; i++)
            applied.is_exempt = has_relation(estate, scopes[i], exempt, relation->to);
        APL_PUSH(&out->items, applied);
    }
}

static void add_assignments(apl_applied_list *out, const apl_estate *estate, apl_asset_id scope)
{
    apl_relation_type applies = apl_vocabulary_relation(estate->vocabulary, APL_STR("applies-to"));

    for (uint32_t i = estate->relations_in[scope]; i < estate->relations_in[scope + 1]; i++) {
        const apl_relation *relation = &estate->relations.items[estate->relations_by_to[i]];
        if (relation->type != applies)
            continue;
        apl_asset_id assignment = relation->from;
        APL_PUSH(&out->items, ((apl_applied){assignment, scope, first_end(estate, assignment, "assigned-to"),
                                             first_end(estate, assignment, "assigns"), false}));
    }
}

void apl_query_applied(apl_applied_list *out, const apl_estate *estate, apl_asset_id asset)
{
    apl_asset_id scopes[SCOPES_MAX];

    *out = (apl_applied_list){0};
    if (estate->relations_out == NULL)
        return;
    size_t count = scopes_of(scopes, estate, asset);
    for (size_t i = 0; i < count; i++) {
        add_policies(out, estate, scopes, count, scopes[i]);
        add_assignments(out, estate, scopes[i]);
    }
}
