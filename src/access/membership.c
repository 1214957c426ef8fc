/* access/membership.c: who is in which groups, now or after joining, and who may reach a resource through them.
 *
 * Memberships hold at any depth, circles end. A membership that must be activated first is kept apart from those in
 * force: deny assignments, for one, do not hold through it. */
#include "access/internal.h"

/* Adds those of `more` that are not there yet. */
static size_t add_members(uint32_t *out, size_t count, size_t max, const uint32_t *more, uint32_t more_count)
{
    for (uint32_t g = 0; g < more_count && count < max; g++) {
        size_t known = 0;
        while (known < count && out[known] != more[g])
            known++;
        if (known == count)
            out[count++] = more[g];
    }
    return count;
}

size_t apl_access_members(uint32_t *out, size_t max, const apl_access *access, uint32_t identity)
{
    size_t count = 1;

    out[0] = identity;
    for (size_t done = 0; done < count; done++) {
        uint32_t group_count;
        const uint32_t *groups = apl_identity_groups(&group_count, &access->identities, out[done]);
        count = add_members(out, count, max, groups, group_count);
    }
    return count;
}

const apl_eligible *apl_access_eligible(uint32_t *count, const apl_access *access, uint32_t identity)
{
    size_t low = 0;
    size_t high = access->eligible.count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (access->eligible.items[middle].member < identity)
            low = middle + 1;
        else
            high = middle;
    }
    for (*count = 0; low + *count < access->eligible.count; (*count)++) {
        if (access->eligible.items[low + *count].member != identity)
            break;
    }
    return *count ? &access->eligible.items[low] : NULL;
}

size_t apl_access_may_join(uint32_t *out, size_t count, size_t max, const apl_access *access)
{
    size_t sure = count;

    for (size_t done = 0; access->eligible.count && done < count; done++) {
        uint32_t more;
        const apl_eligible *eligible = apl_access_eligible(&more, access, out[done]);
        for (uint32_t i = 0; i < more; i++)
            count = add_members(out, count, max, &eligible[i].group, 1);
        const uint32_t *groups = apl_identity_groups(&more, &access->identities, out[done]);
        if (done >= sure)
            count = add_members(out, count, max, groups, more);
    }
    return count;
}

/* Those with a grant that reaches the resource. */
static void mark_holders(bool *is_one, const apl_access *access, apl_str resource_id)
{
    for (size_t g = 0; g < access->grants.count; g++) {
        const apl_grant *grant = &access->grants.items[g];
        bool is_policy = grant->kind == APL_GRANT_ACCESS_POLICY;
        if (!is_one[grant->identity] && (is_policy || apl_access_covers(access, grant->scope, resource_id) != APL_DENY))
            is_one[grant->identity] = true;
    }
}

static bool is_in_one(const bool *is_one, const apl_access *access, uint32_t identity)
{
    uint32_t count;
    const uint32_t *groups = apl_identity_groups(&count, &access->identities, identity);
    bool is_found = false;

    for (uint32_t g = 0; g < count && !is_found; g++)
        is_found = is_one[groups[g]];
    const apl_eligible *eligible = apl_access_eligible(&count, access, identity);
    for (uint32_t g = 0; g < count && !is_found; g++)
        is_found = is_one[eligible[g].group];
    return is_found;
}

void apl_access_candidates(apl_identity_list *out, const apl_access *access, apl_str resource_id)
{
    size_t count = access->identities.items.count;
    bool *is_one = apl_memory_new((count + 1) * sizeof *is_one);
    bool is_more = true;

    mark_holders(is_one, access, resource_id);
    while (is_more) { /* once for each level of nested groups */
        is_more = false;
        for (uint32_t i = 0; i < count; i++) {
            if (!is_one[i] && is_in_one(is_one, access, i))
                is_one[i] = is_more = true;
        }
    }
    for (uint32_t i = 0; i < count; i++) {
        if (is_one[i])
            APL_PUSH(out, i);
    }
    apl_memory_free(is_one);
}

/* The groups around a principal, each with the place of the member that leads to it. */
typedef struct chains {
    uint32_t members[APL_ACCESS_MEMBERS_MAX];
    uint32_t above[APL_ACCESS_MEMBERS_MAX];
    size_t count;
} chains;

static void add_to_chains(chains *all, uint32_t group, size_t above)
{
    size_t known = 0;

    while (known < all->count && all->members[known] != group)
        known++;
    if (known < all->count || known == APL_ACCESS_MEMBERS_MAX)
        return;
    all->members[known] = group;
    all->above[known] = (uint32_t)above;
    all->count++;
}

size_t apl_access_group_chain(uint32_t *out, size_t max, const apl_access *access, uint32_t from, uint32_t to)
{
    chains all = {.members = {from}, .count = 1};
    uint32_t chain[APL_ACCESS_MEMBERS_MAX] = {0};
    size_t length = 0;
    size_t at = 0;

    for (; at < all.count && all.members[at] != to; at++) {
        uint32_t count;
        const uint32_t *groups = apl_identity_groups(&count, &access->identities, all.members[at]);
        for (uint32_t g = 0; g < count; g++)
            add_to_chains(&all, groups[g], at);
        const apl_eligible *eligible = apl_access_eligible(&count, access, all.members[at]);
        for (uint32_t g = 0; g < count; g++)
            add_to_chains(&all, eligible[g].group, at);
    }
    for (; at < all.count && at > 0; at = all.above[at])
        chain[length++] = all.members[at];
    size_t given = length < max ? length : max;
    for (size_t i = 0; i < given; i++)
        out[i] = chain[length - 1 - i];
    return given;
}
