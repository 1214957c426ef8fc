/* link/unread.c: relations that nobody can know of, because the documents that make them could not be read.
 *
 * Each unread coverage row is a type in a scope; the type's rules say which relations its documents would have made,
 * and at which end the assets stand that then have fewer than there are. A condition that counts them is unread, unless
 * those that are known decide it. */
#include "link/internal.h"

static void add(apl_estate *estate, apl_str scope, apl_unread_relation unread)
{
    uint32_t first = apl_table_get(estate->unread_by_scope, scope);

    unread.next_in_scope = first == APL_TABLE_NONE ? 0 : first + 1;
    for (uint32_t at = unread.next_in_scope; at; at = estate->unread_relations.items[at - 1].next_in_scope) {
        const apl_unread_relation *known = &estate->unread_relations.items[at - 1];
        bool is_same = known->relation == unread.relation && known->is_out == unread.is_out;
        if (is_same && apl_str_equal_nocase(known->type, unread.type))
            return;
    }
    apl_table_set(estate->unread_by_scope, scope, (uint32_t)estate->unread_relations.count);
    APL_PUSH(&estate->unread_relations, unread);
}

static bool is_self(const apl_relation_end *end)
{
    return end->id == NULL && end->key == NULL;
}

/* A document of the type that nobody read would itself be an end; the other end is an asset that may have been read. */
static void add_type(apl_estate *estate, const apl_coverage *row, const apl_type *type)
{
    apl_relation_type contains = apl_vocabulary_relation(estate->vocabulary, APL_STR("contains"));

    add(estate, row->scope, (apl_unread_relation){.relation = contains, .is_out = true, .type = type->name});
    for (size_t r = 0; r < type->relation_count; r++) {
        const apl_relation_rule *rule = &type->relations[r];
        apl_unread_relation unread = {.relation = rule->type, .type = type->name};
        if (!is_self(&rule->to))
            add(estate, row->scope, unread);
        unread.is_out = true;
        if (!is_self(&rule->from))
            add(estate, row->scope, unread);
    }
}

void apl_link_unread(apl_estate *estate, apl_services *services)
{
    for (size_t i = 0; i < estate->coverage.count; i++) {
        const apl_coverage *row = &estate->coverage.items[i];
        const apl_type *type = row->state == APL_COVERAGE_UNREAD ? apl_services_find(services, row->type) : NULL;
        if (type == NULL)
            continue;
        if (estate->unread_by_scope == NULL)
            estate->unread_by_scope = apl_table_new(true);
        add_type(estate, row, type);
    }
}
