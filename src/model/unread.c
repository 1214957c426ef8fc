/* model/unread.c: which assets the relations of unread documents could belong to.
 *
 * Nobody knows what an unread document says, but the templates of its type say what the ids at the other end look like:
 * those of deployments below the same account, of principals in a directory, of anything. Rows of a scope count for its
 * assets, those without a scope for all; objects of a directory stand above scopes, so all rows count for them. */
#include "model/unread.h"

#include "model/type_plan.h"

#define NO_SCOPE "-"
#define ALL_SCOPES "*"

static bool next_from_end(apl_str *part, apl_str *rest)
{
    if (rest->data == NULL)
        return false;
    long slash = apl_str_find_last_char(*rest, '/');
    *part = apl_str_slice(*rest, (size_t)(slash + 1), rest->size);
    *rest = slash < 0 ? APL_STR_NONE : apl_str_slice(*rest, 0, (size_t)slash);
    return true;
}

bool apl_unread_fits(apl_str id, apl_str pattern)
{
    apl_str star = APL_STR("*");
    apl_str part;
    apl_str wanted;

    if (apl_str_starts(pattern, star)) {
        while (next_from_end(&wanted, &pattern)) {
            if (pattern.data == NULL && apl_str_equal(wanted, star))
                return true;
            if (!next_from_end(&part, &id) || !apl_str_like_nocase(part, wanted))
                return false;
        }
        return id.data == NULL;
    }
    while (apl_str_next(&wanted, &pattern, '/')) {
        if (!apl_str_next(&part, &id, '/') || !apl_str_like_nocase(part, wanted))
            return false;
        if (pattern.data == NULL && apl_str_equal(wanted, star))
            return true;
    }
    return id.data == NULL;
}

static bool is_end(const apl_unread_relation *unread, const apl_asset *asset)
{
    if (unread->end_type.size && !apl_str_equal_nocase(unread->end_type, asset->type))
        return false;
    if (unread->end_kind != APL_KIND_NONE && unread->end_kind != asset->kind)
        return false;
    if (unread->end_types && !(asset->plan && unread->end_types[asset->plan->number]))
        return false;
    return apl_unread_fits(asset->id, unread->end_id);
}

static const apl_unread_relation *find_in(const apl_estate *estate, apl_str scope, const apl_asset *asset,
                                          const apl_unread_relation *wanted)
{
    uint32_t at = apl_table_get(estate->unread_by_scope, scope);

    for (at = at == APL_TABLE_NONE ? 0 : at + 1; at; at = estate->unread.items[at - 1].next_in_scope) {
        const apl_unread_relation *unread = &estate->unread.items[at - 1];
        bool is_meant = unread->relation == wanted->relation && unread->is_out == wanted->is_out;
        if (is_meant && is_end(unread, asset))
            return unread;
    }
    return NULL;
}

static bool is_scope(apl_str scope)
{
    return scope.size && !apl_str_equal(scope, APL_STR(NO_SCOPE));
}

const apl_unread_relation *apl_unread_find(const apl_estate *estate, const apl_asset *asset, apl_relation_type relation,
                                           bool is_out)
{
    const apl_unread_relation wanted = {.relation = relation, .is_out = is_out};
    const apl_unread_relation *found = NULL;

    if (estate->unread_by_scope == NULL)
        return NULL;
    if (!is_scope(asset->scope))
        return find_in(estate, APL_STR(ALL_SCOPES), asset, &wanted);
    found = find_in(estate, asset->scope, asset, &wanted);
    return found ? found : find_in(estate, APL_STR(NO_SCOPE), asset, &wanted);
}

static bool is_same(const apl_unread_relation *a, const apl_unread_relation *b)
{
    return a->relation == b->relation && a->is_out == b->is_out && a->end_kind == b->end_kind &&
           a->end_types == b->end_types && apl_str_equal_nocase(a->type, b->type) &&
           apl_str_equal(a->end_type, b->end_type) && apl_str_equal(a->end_id, b->end_id);
}

static void add_to(apl_estate *estate, apl_str scope, apl_unread_relation unread)
{
    uint32_t first = apl_table_get(estate->unread_by_scope, scope);

    unread.next_in_scope = first == APL_TABLE_NONE ? 0 : first + 1;
    for (uint32_t at = unread.next_in_scope; at; at = estate->unread.items[at - 1].next_in_scope) {
        if (is_same(&estate->unread.items[at - 1], &unread))
            return;
    }
    apl_table_set(estate->unread_by_scope, scope, (uint32_t)estate->unread.count);
    APL_PUSH(&estate->unread, unread);
}

void apl_unread_add(apl_estate *estate, apl_str scope, apl_unread_relation unread)
{
    if (estate->unread_by_scope == NULL)
        estate->unread_by_scope = apl_table_new(true);
    add_to(estate, is_scope(scope) ? scope : APL_STR(NO_SCOPE), unread);
    add_to(estate, APL_STR(ALL_SCOPES), unread);
}
