/* bom/facts.c: what the documents of a part tell of it.
 *
 * The type's templates are filled as ids are; a template over an array gives one value a member. A part that nobody
 * read may still have facts that stand in its id. */
#include "bom/gathering.h"

#define VALUES_MAX 64 /* of one fact of one part; more are left out */

typedef APL_VECTOR(apl_bom_value) values;

static bool has_value(const values *list, apl_bom_fact fact, apl_str text)
{
    for (size_t i = 0; i < list->count; i++) {
        if (list->items[i].fact == fact && apl_str_equal(list->items[i].text, text))
            return true;
    }
    return false;
}

static apl_template_facts facts_of(const apl_estate *estate, const apl_asset *asset)
{
    return (apl_template_facts){
        .id = asset->id,
        .name = asset->name,
        .type = asset->type,
        .tenant = asset->tenant,
        .scope = asset->scope,
        .location = asset->location,
        .parent = asset->parent == APL_ASSET_NONE ? APL_STR_NONE : estate->assets.items[asset->parent].id,
    };
}

void apl_bom_fill(apl_bom_part *part, const apl_bom_options *options)
{
    const apl_estate *estate = options->snapshot->estate;
    const apl_asset *asset = &estate->assets.items[part->asset];
    const apl_type *type = apl_services_find(options->services, asset->type);
    apl_subject subject = apl_estate_subject(estate, part->asset);
    apl_template_facts facts = facts_of(estate, asset);
    values list = {0};

    for (size_t i = 0; type && i < type->bom_count; i++) {
        const apl_bom_rule *rule = &type->bom[i];
        uint32_t count = apl_template_count(rule->text, &subject);
        for (uint32_t member = 0; member < count && member < VALUES_MAX; member++) {
            apl_str text = apl_template_fill_at(rule->text, options->arena, &subject, &facts, member);
            if (text.size && !has_value(&list, rule->fact, text))
                APL_PUSH(&list, ((apl_bom_value){rule->fact, text,
                                                 apl_template_evidence(rule->text, options->arena, &subject)}));
        }
    }
    apl_bom_value *kept = APL_ARENA_ARRAY(options->arena, apl_bom_value, list.count);
    if (list.count)
        memcpy(kept, list.items, list.count * sizeof *kept);
    part->values = kept;
    part->value_count = list.count;
    apl_memory_free(list.items);
}
