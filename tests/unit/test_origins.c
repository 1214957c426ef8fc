/* tests/unit/test_origins.c: the way back to a label, and the assignments above an asset.
 *
 * Both on linked estates of the small cloud; how levels travel is tested in test_lineage. */
#include "test_random.h"

#include "test_small_cloud.h"

#include "query/origins.h"

#define ACCOUNT(name, other) "{`id`: `" SMALL_ACCOUNT name "`, `properties`: {`store`: `" other "`}}"
#define GOV SMALL_SUBSCRIPTION "/providers/T.Gov/"

static void hops_lead_to_the_label(void **state)
{
    small_cloud cloud;
    apl_sensitivity_hops hops;
    (void)state;

    small_cloud_open(&cloud, 1, false);
    small_cloud_read(&cloud, 0,
                     "[" ACCOUNT("a", SMALL_ACCOUNT "b") "," ACCOUNT("b", SMALL_STORE "h") ","
                     "{`id`: `" SMALL_STORE "h`, `tags`: {`sensitivity`: `high`}, `properties`: {}}]");
    small_cloud_link(&cloud, 1);
    apl_asset_id asset = apl_estate_find(&cloud.estate, APL_STR(SMALL_ACCOUNT "a"));
    apl_query_sensitivity(&hops, &cloud.estate, asset, cloud.arena);
    assert_int_equal(hops.items.count, 3);
    assert_int_equal(hops.items.items[0].from, hops.items.items[1].asset);
    assert_string_equal(test_text(cloud.arena, hops.items.items[0].evidence), "properties.store");
    assert_string_equal(test_text(cloud.arena, cloud.estate.assets.items[hops.items.items[2].asset].id),
                        SMALL_STORE "h");
    assert_int_equal(hops.items.items[2].from, APL_ASSET_NONE);
    assert_string_equal(test_text(cloud.arena, hops.items.items[2].evidence), "tags.sensitivity");
    apl_memory_free(hops.items.items);
    asset = apl_estate_find(&cloud.estate, APL_STR(SMALL_GROUP));
    apl_query_sensitivity(&hops, &cloud.estate, asset, cloud.arena);
    assert_int_equal(hops.items.count, 0);
    small_cloud_close(&cloud);
}

/* "assignment at scope for principal of definition" of each row, with the last parts of the ids. */
static const char *applied_text(small_cloud *cloud, const char *id)
{
    static char text[512];
    apl_applied_list list;
    size_t size = 0;

    apl_query_applied(&list, &cloud->estate, apl_estate_find(&cloud->estate, apl_str_from(id)));
    text[0] = 0;
    for (size_t i = 0; i < list.items.count; i++) {
        const apl_applied *row = &list.items.items[i];
        const apl_asset_id ids[] = {row->assignment, row->scope, row->principal, row->definition};
        for (size_t j = 0; j < 4; j++) {
            apl_str name = ids[j] == APL_ASSET_NONE ? APL_STR("-") : cloud->estate.assets.items[ids[j]].id;
            name = apl_str_slice(name, (size_t)(apl_str_find_last_char(name, '/') + 1), name.size);
            size += (size_t)snprintf(text + size, sizeof text - size, "%.*s ", APL_STR_ARG(name));
        }
        size += (size_t)snprintf(text + size, sizeof text - size, row->is_exempt ? "exempt; " : "; ");
    }
    apl_memory_free(list.items.items);
    return text;
}

static void assignments_come_from_the_asset_upwards(void **state)
{
    small_cloud cloud;
    (void)state;

    small_cloud_open(&cloud, 1, false);
    small_cloud_read(&cloud, 0,
                     "[" ACCOUNT("a", SMALL_STORE "s") "," ACCOUNT("b", SMALL_STORE "s") ","
                     "{`id`: `" GOV "policies/keys`, `properties`: {`scope`: `" SMALL_SUBSCRIPTION
                     "`, `what`: `/providers/T.Def/policies/d`, `except`: [`" SMALL_ACCOUNT "b`]}},"
                     "{`id`: `" GOV "policies/tags`, `properties`: {`scope`: `" SMALL_GROUP "`}},"
                     "{`id`: `" GOV "roles/own`, `properties`: {`scope`: `" SMALL_ACCOUNT
                     "a`, `who`: `entra://-/users/ann`, `what`: `/providers/T.Def/roles/owner`}},"
                     "{`id`: `/providers/T.Gov/roles/all`, `properties`: {`scope`: `/`, `who`: `entra://-/users/b`}}]");
    small_cloud_link(&cloud, 1);
    assert_string_equal(applied_text(&cloud, SMALL_ACCOUNT "a"),
                        "own a ann owner ; tags rg - - ; keys 00000000-0000-0000-0000-000000000001 - d ; all  b - ; ");
    assert_string_equal(applied_text(&cloud, SMALL_ACCOUNT "b"),
                        "tags rg - - ; keys 00000000-0000-0000-0000-000000000001 - d exempt; all  b - ; ");
    small_cloud_close(&cloud);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hops_lead_to_the_label),
        cmocka_unit_test(assignments_come_from_the_asset_upwards),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
