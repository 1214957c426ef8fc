/* access/entra/marks.c: what is known of an identity that makes its rights matter more.
 *
 * Facts of the directory alone, each from the identity's own document or its relations. What nobody read is a mark of
 * its own, never a clean one. Nothing here looks at grants. */
#include "access/internal.h"

#define STALE_DAYS 90 /* as the rule stale-ai-credentials */

const char *const apl_identity_mark_names[] = {
    "guest", "other tenant", "disabled", "orphaned", "stale", "sign-in not read", "shared", "not read", NULL};

/* Tenants of Microsoft, whose applications are in every directory. */
static bool is_microsoft(apl_str tenant)
{
    return apl_str_equal_nocase(tenant, APL_STR("f8cdef31-a31e-4b4a-93e4-5f571e91255a")) ||
           apl_str_equal_nocase(tenant, APL_STR("72f988bf-86f1-41af-91ab-2d7cd011db47"));
}

/* The later of the two; 0: none of them was read. */
static apl_instant last_of(const apl_access *access, const apl_subject *subject, apl_access_field one,
                           apl_access_field other)
{
    apl_instant last = 0;
    apl_instant at;

    if (apl_instant_parse(&at, apl_value_str(apl_access_value(access, subject, one))))
        last = at;
    if (apl_instant_parse(&at, apl_value_str(apl_access_value(access, subject, other))) && at > last)
        last = at;
    return last;
}

static unsigned age_mark(apl_instant last, apl_instant now)
{
    if (last == 0) /* who never signed in has no time either */
        return APL_MARK_SIGN_IN_UNREAD;
    return now - last > STALE_DAYS * APL_TICKS_PER_DAY ? APL_MARK_STALE : 0;
}

/* Applications have their last sign-in in a document of its own, which is attached to them. */
static apl_instant last_of_application(const apl_access *access, apl_asset_id asset)
{
    const apl_estate *estate = access->estate;
    apl_relation_type attached = apl_vocabulary_relation(estate->vocabulary, APL_STR("attached-to"));
    apl_instant last = 0;

    for (uint32_t i = estate->relations_in[asset]; i < estate->relations_in[asset + 1]; i++) {
        const apl_relation *relation = &estate->relations.items[estate->relations_by_to[i]];
        if (relation->type != attached)
            continue;
        apl_subject subject = apl_estate_subject(estate, relation->from);
        apl_instant at = last_of(access, &subject, APL_ACCESS_APP_SIGN_IN, APL_ACCESS_APP_SIGN_IN);
        last = at > last ? at : last;
    }
    return last;
}

static bool is_shared(const apl_estate *estate, apl_asset_id asset)
{
    apl_relation_type signs_in = apl_vocabulary_relation(estate->vocabulary, APL_STR("authenticates-as"));
    apl_kind application = apl_vocabulary_kind(estate->vocabulary, APL_STR("application"));
    apl_asset_id first = APL_ASSET_NONE;

    for (uint32_t i = estate->relations_in[asset]; i < estate->relations_in[asset + 1]; i++) {
        const apl_relation *relation = &estate->relations.items[estate->relations_by_to[i]];
        if (relation->type != signs_in || estate->assets.items[relation->from].kind == application)
            continue;
        if (first != APL_ASSET_NONE && relation->from != first)
            return true;
        first = relation->from;
    }
    return false;
}

static bool is_false(apl_value value)
{
    return value.type == APL_VALUE_BOOL && !value.boolean;
}

static unsigned marks_of_user(const apl_access *access, const apl_subject *subject, apl_instant now)
{
    apl_str type = apl_value_str(apl_access_value(access, subject, APL_ACCESS_USER_TYPE));
    apl_instant last = last_of(access, subject, APL_ACCESS_SIGN_IN, APL_ACCESS_SIGN_IN_ALONE);

    return (apl_str_equal_nocase(type, APL_STR("Guest")) ? APL_MARK_GUEST : 0u) | age_mark(last, now);
}

static unsigned marks_of_principal(const apl_access *access, const apl_subject *subject, apl_instant now)
{
    apl_str owner = apl_value_str(apl_access_value(access, subject, APL_ACCESS_APP_TENANT));
    apl_str type = apl_value_str(apl_access_value(access, subject, APL_ACCESS_PRINCIPAL_TYPE));
    apl_asset_id asset = (apl_asset_id)(subject->asset - access->estate->assets.items);
    apl_str tenant = subject->asset->tenant;

    if (apl_str_equal_nocase(type, APL_STR("ManagedIdentity")))
        return 0; /* nobody signs in as one, and it is of this tenant */
    bool is_foreign = owner.size && tenant.size && !apl_str_equal_nocase(owner, tenant) && !is_microsoft(owner);
    return (is_foreign ? APL_MARK_FOREIGN : 0u) | age_mark(last_of_application(access, asset), now);
}

unsigned apl_access_marks(const apl_access *access, uint32_t identity, apl_instant now)
{
    const apl_estate *estate = access->estate;
    apl_asset_id asset = access->identities.items.items[identity].asset;
    unsigned marks = 0;

    if (asset == APL_ASSET_NONE)
        return APL_MARK_UNREAD;
    apl_subject subject = apl_estate_subject(estate, asset);
    if (is_shared(estate, asset))
        marks |= APL_MARK_SHARED;
    if (!subject.asset->is_read)
        return marks | (subject.asset->is_absent ? APL_MARK_ORPHANED : APL_MARK_UNREAD);
    if (is_false(apl_access_value(access, &subject, APL_ACCESS_ENABLED)))
        marks |= APL_MARK_DISABLED;
    apl_str kind = estate->vocabulary->kinds.items[subject.asset->kind].name;
    if (apl_str_equal(kind, APL_STR("user")))
        marks |= marks_of_user(access, &subject, now);
    else if (apl_str_equal(kind, APL_STR("service-principal")) || apl_str_equal(kind, APL_STR("agent-identity")))
        marks |= marks_of_principal(access, &subject, now);
    return marks;
}
