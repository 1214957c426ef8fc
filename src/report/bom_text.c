/* report/bom_text.c: properties, escapes and titles of bills of materials.
 *
 * Used by every format of bills, so that they tell the same. */
#include "report/bom_text.h"

#include <stdio.h>

static bool must_be_escaped(unsigned char c)
{
    return c <= ' ' || c == 0x7f || strchr("\"<>\\^`{|}", c) != NULL;
}

bool apl_bom_is_url(apl_str text)
{
    long colon = apl_str_find(text, APL_STR("://"));

    for (uint32_t i = 0; i < text.size; i++) {
        unsigned char c = (unsigned char)text.data[i];
        bool is_escape = i + 2 < text.size && strchr("0123456789abcdefABCDEF", text.data[i + 1]) &&
                         strchr("0123456789abcdefABCDEF", text.data[i + 2]);
        if (must_be_escaped(c) || (c == '%' && !is_escape) || c == '[' || c == ']')
            return false;
    }
    for (long i = 0; i < colon; i++) {
        char c = apl_char_lower(text.data[i]);
        if (!((c >= 'a' && c <= 'z') || (i > 0 && strchr("0123456789+-.", c))))
            return false;
    }
    return colon > 0 && (uint32_t)colon + 3 < text.size;
}

void apl_bom_add_escaped(apl_text *out, apl_str text)
{
    static const char hexadecimal[] = "0123456789ABCDEF";

    for (uint32_t i = 0; i < text.size; i++) {
        unsigned char c = (unsigned char)text.data[i];
        char lower = apl_char_lower((char)c);
        if ((lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') || (c && strchr("-._~/", c))) {
            apl_text_add_char(out, (char)c);
            continue;
        }
        apl_text_add_char(out, '%');
        apl_text_add_char(out, hexadecimal[c >> 4]);
        apl_text_add_char(out, hexadecimal[c & 15]);
    }
}

/* Where an identity has a role: "<evidence> on <scope>". */
static void add_roles(const apl_bom *bom, apl_asset_id identity, apl_arena *scratch, apl_bom_add_property *add,
                      void *context)
{
    const apl_estate *estate = bom->snapshot->estate;
    apl_relation_type has_role = apl_vocabulary_relation(estate->vocabulary, APL_STR("has-role"));

    for (uint32_t r = estate->relations_out[identity]; r < estate->relations_out[identity + 1]; r++) {
        const apl_relation *relation = &estate->relations.items[r];
        if (relation->type != has_role)
            continue;
        add(context, APL_STR("aplomb:identity:role"),
            apl_arena_format(scratch, "%.*s on %.*s, by %.*s", APL_STR_ARG(estate->assets.items[identity].name),
                             APL_STR_ARG(estate->assets.items[relation->to].id), APL_STR_ARG(relation->evidence)));
    }
}

static void add_identities(const apl_bom *bom, const apl_bom_part *part, apl_arena *scratch, apl_bom_add_property *add,
                           void *context)
{
    const apl_estate *estate = bom->snapshot->estate;

    for (size_t i = 0; i < part->need_count; i++) {
        const apl_bom_part *other = &bom->parts[part->needs[i].part];
        if (!apl_bom_is_told_elsewhere(other))
            continue;
        add(context, APL_STR("aplomb:identity"), estate->assets.items[other->asset].id);
        add_roles(bom, other->asset, scratch, add, context);
    }
}

static void add_names(const apl_estate *estate, const apl_asset *asset, apl_bom_add_property *add, void *context)
{
    static const struct {
        uint8_t bit;
        apl_str name;
    } uses[] = {{APL_USED_FOR_GROUNDING, {"grounding", 9}}, {APL_USED_FOR_TRAINING, {"training", 8}}};

    add(context, APL_STR("aplomb:kind"), estate->vocabulary->kinds.items[asset->kind].name);
    if (asset->type.size)
        add(context, APL_STR("aplomb:type"), asset->type);
    add(context, APL_STR("aplomb:cloud"), apl_str_from(apl_cloud_names[asset->cloud]));
    if (asset->scope.size && !apl_str_equal(asset->scope, APL_STR("-")))
        add(context, APL_STR("aplomb:scope"), asset->scope);
    if (asset->location.size)
        add(context, APL_STR("aplomb:location"), asset->location);
    add(context, APL_STR("aplomb:exposure"), apl_str_from(apl_exposure_names[asset->exposure]));
    add(context, APL_STR("aplomb:sensitivity"), apl_str_from(apl_level_names[asset->sensitivity]));
    for (size_t i = 0; i < sizeof uses / sizeof uses[0]; i++) {
        if (asset->used_for & uses[i].bit)
            add(context, APL_STR("aplomb:used-for"), uses[i].name);
    }
}

void apl_bom_properties(const apl_bom *bom, const apl_bom_part *part, apl_arena *scratch, apl_bom_add_property *add,
                        void *context)
{
    const apl_estate *estate = bom->snapshot->estate;
    const apl_asset *asset = &estate->assets.items[part->asset];

    add_names(estate, asset, add, context);
    if (!asset->is_read)
        add(context, APL_STR("aplomb:read"), APL_STR("false: named by another asset only"));
    else if (asset->unread_groups)
        add(context, APL_STR("aplomb:read"), APL_STR("in part"));
    add_identities(bom, part, scratch, add, context);
    for (size_t i = 0; i < part->value_count; i++) {
        const apl_bom_value *value = &part->values[i];
        const char *name = apl_bom_fact_names[value->fact];
        add(context, apl_arena_format(scratch, "aplomb:fact:%s", name), value->text);
        add(context, apl_arena_format(scratch, "aplomb:evidence:%s", name),
            value->path.size ? value->path : APL_STR("id"));
    }
}

void apl_bom_own_properties(const apl_bom *bom, apl_arena *scratch, apl_bom_add_property *add, void *context)
{
    const apl_snapshot *snapshot = bom->snapshot;

    add(context, APL_STR("aplomb:content"), snapshot->scan.content);
    for (size_t i = 0; i < snapshot->estate->coverage.count; i++) {
        const apl_coverage *row = &snapshot->estate->coverage.items[i];
        if (row->state != APL_COVERAGE_UNREAD && row->state != APL_COVERAGE_PARTIAL)
            continue;
        add(context, APL_STR("aplomb:unread"),
            apl_arena_format(scratch, "%.*s in %.*s: %s, %.*s", APL_STR_ARG(row->type), APL_STR_ARG(row->scope),
                             apl_coverage_names[row->state], APL_STR_ARG(row->why)));
    }
}

apl_str apl_bom_title(const apl_bom *bom, apl_arena *arena)
{
    const apl_estate *estate = bom->snapshot->estate;

    if (bom->root_count == 0)
        return APL_STR("AI estate");
    if (bom->root_count == 1)
        return estate->assets.items[bom->roots[0]].name;
    return apl_arena_format(arena, "%.*s and %zu more", APL_STR_ARG(estate->assets.items[bom->roots[0]].name),
                            bom->root_count - 1);
}
