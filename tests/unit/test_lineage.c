/* tests/unit/test_lineage.c: labels, and how sensitivity travels along relations.
 *
 * In the small cloud `stores-in` and `grounded-on` carry back, `contains` carries labels and back, and stores say in
 * their own document what they hold. */
#include "test_random.h"

#include "test_small_cloud.h"

#include "query/origins.h"

/* The levels of accounts a, b, c ... and, after a blank, stores a, b, c ...: one letter each, `-` for none there. */
static const char *levels_of(small_cloud *cloud, const char *accounts, const char *stores)
{
    static char text[64];
    size_t size = 0;

    for (const char *at = accounts; *at; at++) {
        const char *id = apl_arena_format(cloud->arena, SMALL_ACCOUNT "%c", *at).data;
        text[size++] = apl_level_names[small_asset(cloud, id)->sensitivity][0];
    }
    text[size++] = ' ';
    for (const char *at = stores; *at; at++) {
        const char *id = apl_arena_format(cloud->arena, SMALL_STORE "%c", *at).data;
        text[size++] = apl_level_names[small_asset(cloud, id)->sensitivity][0];
    }
    text[size] = 0;
    return text;
}

#define ACCOUNT(name, member, other) "{`id`: `" SMALL_ACCOUNT name "`, `properties`: {`" member "`: `" other "`}}"
#define STORE(name, label)                                                                                             \
    "{`id`: `" SMALL_STORE name "`, `tags`: {`sensitivity`: `" label "`}, `properties`: {}}"

static void the_highest_label_wins(void **state)
{
    small_cloud cloud;
    (void)state;

    small_cloud_open(&cloud, 1, false);
    small_cloud_read(&cloud, 0,
                     "[{`id`: `" SMALL_ACCOUNT "a`, `properties`: {`store`: `" SMALL_STORE
                     "l`, `stores`: [{`id`: `" SMALL_STORE "h`}, {`id`: `" SMALL_STORE "m`}]}},"
                     "" ACCOUNT("b", "store", SMALL_STORE "n") "," ACCOUNT("c", "store", SMALL_STORE "u") ","
                     "" STORE("l", "low") "," STORE("m", "medium") "," STORE("h", "high") "," STORE("n", "public") ","
                     "{`id`: `" SMALL_STORE "u`, `properties`: {}}]");
    small_cloud_link(&cloud, 1);
    /* Public data makes nothing public, and what nobody labelled stays unknown. */
    assert_string_equal(levels_of(&cloud, "abc", "lmhnu"), "huu lmhnu");
    small_cloud_close(&cloud);
}

static void chains_and_cycles_end(void **state)
{
    small_cloud cloud;
    (void)state;

    small_cloud_open(&cloud, 1, false);
    small_cloud_read(&cloud, 0,
                     "[" ACCOUNT("a", "store", SMALL_ACCOUNT "b") "," ACCOUNT("b", "store", SMALL_ACCOUNT "c") ","
                     "{`id`: `" SMALL_ACCOUNT "c`, `properties`: {`store`: `" SMALL_ACCOUNT
                     "a`, `stores`: [{`id`: `" SMALL_STORE "m`}]}},"
                     "" STORE("m", "medium") "]");
    small_cloud_link(&cloud, 1);
    assert_string_equal(levels_of(&cloud, "abc", "m"), "mmm m");
    small_cloud_close(&cloud);
}

static void holders_give_labels_and_take_levels(void **state)
{
    small_cloud cloud;
    (void)state;

    small_cloud_open(&cloud, 1, false);
    small_cloud_read(&cloud, 0,
                     "[{`id`: `" SMALL_ACCOUNT "a`, `tags`: {`sensitivity`: `low`}, `properties`: {}},"
                     "{`id`: `" SMALL_ACCOUNT "a/parts/p`, `properties`: {}},"
                     "{`id`: `" SMALL_ACCOUNT "a/parts/q`, `tags`: {`sensitivity`: `high`}, `properties`: {}},"
                     "{`id`: `" SMALL_ACCOUNT "b`, `properties`: {}},"
                     "{`id`: `" SMALL_GROUP "`, `tags`: {`sensitivity`: `medium`}}]");
    small_cloud_link(&cloud, 1);
    /* q makes a high; p has the label of a, not what came to it; the group is only a frame. */
    assert_string_equal(levels_of(&cloud, "ab", ""), "hu ");
    assert_int_equal(small_asset(&cloud, SMALL_ACCOUNT "a/parts/p")->sensitivity, APL_LEVEL_LOW);
    assert_int_equal(small_asset(&cloud, SMALL_GROUP)->sensitivity, APL_LEVEL_MEDIUM);
    small_cloud_close(&cloud);
}

static void documents_say_labels(void **state)
{
    small_cloud cloud;
    (void)state;

    small_cloud_open(&cloud, 1, false);
    small_cloud_read(&cloud, 0,
                     "[{`id`: `" SMALL_STORE "a`, `properties`: {`label`: `Confidential`}},"
                     "{`id`: `" SMALL_STORE "b`, `properties`: {`label`: `else`}},"
                     "{`id`: `" SMALL_STORE "c`, `tags`: {`sensitivity`: `low`}, `properties`: {`label`: `Internal`}},"
                     "{`id`: `" SMALL_STORE "d`}]");
    small_cloud_link(&cloud, 1);
    assert_string_equal(levels_of(&cloud, "", "abcd"), " humu");
    small_cloud_close(&cloud);
}

/* Any graph: no asset is below what its relations carry to it, and every level is that of some label. */
static void random_graphs_are_closed(void **state)
{
    (void)state;
    for (uint32_t seed = 1; seed <= 40; seed++) {
        random_source random = {seed};
        small_cloud cloud;
        small_cloud_open(&cloud, 1, false);
        for (unsigned i = 0; i < 12; i++) {
            static const char *const labels[] = {"", "public", "low", "medium", "high"};
            unsigned label = random_below(&random, 12);
            small_cloud_read(&cloud, 0,
                             apl_arena_format(cloud.arena,
                                              "{`id`: `" SMALL_ACCOUNT "%c`, `tags`: {`sensitivity`: `%s`},"
                                              " `properties`: {`store`: `" SMALL_ACCOUNT "%c`}}",
                                              'a' + (int)i, labels[label < 5 ? label : 0],
                                              'a' + (int)random_below(&random, 12))
                                 .data);
        }
        small_cloud_link(&cloud, 1);
        for (size_t i = 0; i < cloud.estate.relations.count; i++) {
            const apl_relation *relation = &cloud.estate.relations.items[i];
            const apl_asset *from = &cloud.estate.assets.items[relation->from];
            const apl_asset *to = &cloud.estate.assets.items[relation->to];
            if (cloud.vocabulary.kinds.items[from->kind].holds_no_data || to->sensitivity <= APL_LEVEL_NONE)
                continue;
            assert_true(from->sensitivity >= to->sensitivity);
        }
        for (size_t i = 0; i < cloud.estate.assets.count; i++) {
            apl_sensitivity_hops hops;
            apl_query_sensitivity(&hops, &cloud.estate, (apl_asset_id)i, cloud.arena);
            assert_true(hops.items.count <= cloud.estate.assets.count);
            assert_int_equal(hops.items.count == 0, cloud.estate.assets.items[i].sensitivity == APL_LEVEL_UNKNOWN);
            if (hops.items.count)
                assert_string_not_equal(test_text(cloud.arena, hops.items.items[hops.items.count - 1].evidence),
                                        "label");
            apl_memory_free(hops.items.items);
        }
        small_cloud_close(&cloud);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_highest_label_wins),
        cmocka_unit_test(chains_and_cycles_end),
        cmocka_unit_test(holders_give_labels_and_take_levels),
        cmocka_unit_test(documents_say_labels),
        cmocka_unit_test(random_graphs_are_closed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
