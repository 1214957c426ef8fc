/* link/lineage.c: how sensitive an asset is, by its label and by the data that reaches it.
 *
 * First labels: those that people wrote into tags, and those that the type's own document carries (`sensitivity` in
 * service.yaml). An asset without one has the label of the nearest asset that holds it. Then lineage: along the
 * relations that carry sensitivity (vocabulary/relations.yaml) the highest level wins. The levels go one after
 * another from the highest, each as one search in breadth, so every asset is raised at most once a level and its
 * relations are looked at once: linear, whatever cycles there are. Nearest sources win, then the lower number, so the
 * result repeats. What nobody labelled stays unknown; `none` is said by a label only and travels nowhere. */
#include "link/internal.h"
#include "link/lineage.h"

typedef struct tag_level {
    const char *text;
    apl_level level;
} tag_level;

/* Tag names and values as the Cloud Adoption Framework recommends them ("Define your tagging strategy"). */
static const char *const criticality_names[] = {"criticality", "businessCriticality", "business-criticality", NULL};
static const tag_level criticality_levels[] = {
    {"low", APL_LEVEL_LOW},
    {"medium", APL_LEVEL_MEDIUM},
    {"high", APL_LEVEL_HIGH},
    {"critical", APL_LEVEL_CRITICAL},
    {"business-critical", APL_LEVEL_HIGH},
    {"mission-critical", APL_LEVEL_CRITICAL},
    {"unit-critical", APL_LEVEL_MEDIUM},
    {NULL, APL_LEVEL_UNKNOWN},
};
static const char *const sensitivity_names[] = {"sensitivity",         "confidentiality", "dataClassification",
                                                "data-classification", "classification",  NULL};
static const tag_level sensitivity_levels[] = {
    {"public", APL_LEVEL_NONE},
    {"non-business", APL_LEVEL_NONE},
    {"none", APL_LEVEL_NONE},
    {"low", APL_LEVEL_LOW},
    {"general", APL_LEVEL_LOW},
    {"private", APL_LEVEL_MEDIUM},
    {"internal", APL_LEVEL_MEDIUM},
    {"medium", APL_LEVEL_MEDIUM},
    {"confidential", APL_LEVEL_HIGH},
    {"high", APL_LEVEL_HIGH},
    {"highly confidential", APL_LEVEL_HIGH},
    {"restricted", APL_LEVEL_HIGH},
    {"secret", APL_LEVEL_HIGH},
    {NULL, APL_LEVEL_UNKNOWN},
};

/* The level of the first tag that says one; *name is that tag. */
static uint8_t level_in_tags(const char **name, apl_value tags, const char *const *names, const tag_level *levels)
{
    for (size_t n = 0; names[n]; n++) {
        apl_str value = apl_value_str(apl_value_member(tags, names[n]));
        for (size_t i = 0; value.size && levels[i].text; i++) {
            *name = names[n];
            if (apl_str_equal_nocase(value, apl_str_from(levels[i].text)))
                return (uint8_t)levels[i].level;
        }
    }
    *name = NULL;
    return APL_LEVEL_UNKNOWN;
}

const char *apl_lineage_tag(const apl_asset *asset)
{
    const char *name;

    (void)level_in_tags(&name, asset->tags, sensitivity_names, sensitivity_levels);
    return name;
}

/* What the asset's own document says; unknown when a condition before the one that holds could not be read. */
static uint8_t level_in_document(const apl_type *type, const apl_asset *asset, apl_arena *scratch)
{
    apl_subject subject = {NULL, asset, asset->plan};
    apl_eval eval = {.subject = &subject, .origin = &subject, .arena = scratch};

    for (size_t i = 0; i < type->label_count; i++) {
        apl_truth holds = type->labels[i].when ? apl_condition_eval(type->labels[i].when, &eval) : APL_TRUE;
        if (holds == APL_TRUE)
            return type->labels[i].level;
        if (holds != APL_FALSE)
            break;
    }
    return APL_LEVEL_UNKNOWN;
}

static void set_labels(apl_estate *estate, const apl_services *services)
{
    apl_arena *scratch = apl_arena_new();
    const char *tag;

    for (size_t i = 0; i < estate->assets.count; i++) {
        apl_asset *asset = &estate->assets.items[i];
        const apl_type *type = asset->plan ? apl_services_type(services, asset->plan->number) : NULL;
        asset->criticality = level_in_tags(&tag, asset->tags, criticality_names, criticality_levels);
        if (asset->criticality == APL_LEVEL_UNKNOWN)
            asset->criticality = APL_LEVEL_MEDIUM;
        asset->sensitivity_from = APL_ASSET_NONE;
        asset->sensitivity = level_in_tags(&tag, asset->tags, sensitivity_names, sensitivity_levels);
        if (type == NULL || type->label_count == 0)
            continue;
        uint8_t level = level_in_document(type, asset, scratch);
        asset->sensitivity = level > asset->sensitivity ? level : asset->sensitivity;
        apl_arena_reset(scratch);
    }
    apl_arena_free(scratch);
}

/* Assets whose level is to be passed on, in the order in which they got it. */
typedef struct spread {
    apl_estate *estate;
    apl_asset_id *queue; /* room for every asset once */
    size_t count;
    uint8_t level; /* of all in the queue; unknown: labels, each passes on its own */
} spread;

static bool is_frame(const apl_estate *estate, apl_asset_id asset)
{
    return estate->vocabulary->kinds.items[estate->assets.items[asset].kind].holds_no_data;
}

static void start_with(spread *all, uint8_t level)
{
    const apl_estate *estate = all->estate;

    all->count = 0;
    all->level = level;
    for (size_t i = 0; i < estate->assets.count; i++) {
        uint8_t has = estate->assets.items[i].sensitivity;
        bool is_source = level == APL_LEVEL_UNKNOWN ? has != APL_LEVEL_UNKNOWN : has == level;
        if (is_source && !is_frame(estate, (apl_asset_id)i))
            all->queue[all->count++] = (apl_asset_id)i;
    }
}

/* An asset without a label has that of the nearest labelled asset that holds it. */
static void pass_label(spread *all, apl_asset_id to, apl_asset_id from)
{
    apl_asset *asset = &all->estate->assets.items[to];
    const apl_asset *holder = &all->estate->assets.items[from];

    if (asset->sensitivity != APL_LEVEL_UNKNOWN || is_frame(all->estate, to))
        return;
    asset->sensitivity = holder->sensitivity;
    /* The asset with the label, not the one between: its own level may still rise for other reasons. */
    asset->sensitivity_from = holder->sensitivity_from == APL_ASSET_NONE ? from : holder->sensitivity_from;
    all->queue[all->count++] = to;
}

static void spread_labels(spread *all)
{
    const apl_estate *estate = all->estate;

    start_with(all, APL_LEVEL_UNKNOWN);
    for (size_t i = 0; i < all->count; i++) {
        apl_asset_id from = all->queue[i];
        for (uint32_t r = estate->relations_out[from]; r < estate->relations_out[from + 1]; r++) {
            const apl_relation *relation = &estate->relations.items[r];
            if (estate->vocabulary->relations.items[relation->type].carries & APL_CARRIES_LABEL)
                pass_label(all, relation->to, from);
        }
    }
}

static void raise_to(spread *all, apl_asset_id to, apl_asset_id from)
{
    apl_asset *asset = &all->estate->assets.items[to];

    if (asset->sensitivity >= all->level || is_frame(all->estate, to))
        return;
    asset->sensitivity = all->level;
    asset->sensitivity_from = from;
    all->queue[all->count++] = to;
}

static void spread_level(spread *all, uint8_t level)
{
    const apl_estate *estate = all->estate;
    const apl_relation_info *types = estate->vocabulary->relations.items;

    start_with(all, level);
    for (size_t i = 0; i < all->count; i++) {
        apl_asset_id at = all->queue[i];
        for (uint32_t r = estate->relations_out[at]; r < estate->relations_out[at + 1]; r++) {
            const apl_relation *relation = &estate->relations.items[r];
            if (types[relation->type].carries & APL_CARRIES_FORWARD)
                raise_to(all, relation->to, at);
        }
        for (uint32_t r = estate->relations_in[at]; r < estate->relations_in[at + 1]; r++) {
            const apl_relation *relation = &estate->relations.items[estate->relations_by_to[r]];
            if (types[relation->type].carries & APL_CARRIES_BACK)
                raise_to(all, relation->from, at);
        }
    }
}

void apl_link_levels(apl_estate *estate, const apl_services *services)
{
    spread all = {.estate = estate};

    set_labels(estate, services);
    if (estate->assets.count == 0)
        return;
    all.queue = apl_memory_new(estate->assets.count * sizeof *all.queue);
    spread_labels(&all);
    for (uint8_t level = APL_LEVEL_CRITICAL; level > APL_LEVEL_NONE; level--)
        spread_level(&all, level);
    apl_memory_free(all.queue);
}
