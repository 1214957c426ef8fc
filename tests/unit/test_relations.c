/* tests/unit/test_relations.c: relations by the services' rules, stubs, and the indexes by both ends.
 *
 * Single documents by a table; then random estates, in which the list and both indexes must agree, and which must not
 * depend on order and threads. */
#include "test_random.h"

#include "test_small_cloud.h"

/* All relations as "from type to [evidence]" lines; the group and its parents are left out. */
static const char *relations_of(const small_cloud *cloud)
{
    apl_text text;

    apl_text_init(&text, SIZE_MAX);
    for (size_t i = 0; i < cloud->estate.relations.count; i++) {
        const apl_relation *relation = &cloud->estate.relations.items[i];
        const apl_asset *from = &cloud->estate.assets.items[relation->from];
        const apl_asset *to = &cloud->estate.assets.items[relation->to];
        if (apl_str_equal_nocase(from->id, APL_STR(SMALL_SUBSCRIPTION)) ||
            apl_str_equal_nocase(from->id, APL_STR(SMALL_GROUP)))
            continue;
        apl_text_add_format(&text, "%.*s%s %.*s %.*s%s [%.*s]\n", APL_STR_ARG(from->name), from->is_read ? "" : "?",
                            APL_STR_ARG(cloud->vocabulary.relations.items[relation->type].name), APL_STR_ARG(to->name),
                            to->is_read ? "" : "?", APL_STR_ARG(relation->evidence));
    }
    const char *made = test_text(cloud->arena, apl_text_str(&text));
    apl_text_free(&text);
    return made;
}

typedef struct linked {
    const char *json;
    const char *relations;
} linked;

#define ACCOUNT(name, properties) "{`id`: `" SMALL_ACCOUNT name "`, `name`: `" name "`, `properties`: {" properties "}}"
#define STORE(name) "{`id`: `" SMALL_STORE name "`, `name`: `" name "`, `properties`: {}}"

static const linked linked_cases[] = {
    {"[" ACCOUNT("a", "`store`: `" SMALL_STORE "s`") ", " STORE("s") "]", "a stores-in s [properties.store]\n"},
    {ACCOUNT("a", "`store`: `" SMALL_STORE "s`"), "a stores-in s? [properties.store]\n"},
    {"[" ACCOUNT("a", "`store`: `" SMALL_STORE "S`") ", " STORE("s") "]", "a stores-in s [properties.store]\n"},
    {ACCOUNT("a", "`store`: ``"), ""},
    {ACCOUNT("a", "`store`: 7"), "a stores-in 7? [properties.store]\n"},
    {ACCOUNT("a", "`store`: `" SMALL_ACCOUNT "a`"), ""},
    {ACCOUNT("a", "`stores`: [{`id`: `" SMALL_STORE "s`, `name`: `N`}, {`name`: `none`}, {`id`: `" SMALL_STORE "t`}]"),
     "a grounded-on N? [properties.stores[*].id]\na grounded-on t? [properties.stores[*].id]\n"},
    {ACCOUNT("a", "`stores`: [{`id`: `" SMALL_STORE "s`}, {`id`: `" SMALL_STORE "s`}]"),
     "a grounded-on s? [properties.stores[*].id]\n"},
    {ACCOUNT("a", "`dry`: true, `stores`: [{`id`: `" SMALL_STORE "s`}]"), ""},
    {"[" ACCOUNT("a", "`peers`: [`https://B.example/x`, `https://none.example`]") ", " ACCOUNT(
         "b", "`endpoint`: `https://b.EXAMPLE:443/`") "]",
     "a connects-to b [properties.peers[*]]\n"},
    {"[" ACCOUNT("a", "`peers`: [`b.example`]") ", " ACCOUNT("c", "`endpoint`: `b.example`") ", " ACCOUNT(
         "b", "`endpoint`: `b.example`") "]",
     "a connects-to b [properties.peers[*]]\n"},
    {ACCOUNT("a", "`user`: `7`, `on`: `" SMALL_STORE "s`"), "7? has-role s? [properties.on]\n"},
    {ACCOUNT("a", "`user`: `7`"), ""},
    {"[" ACCOUNT("a", "`env`: [{`name`: `URL`, `value`: `https://b.example`}, {`name`: `B_KEY`, `value`: "
                      "`https://b.example`}, {`name`: `C_KEY`, `value`: `b.example`}, {`name`: `D_KEY`, `value`: "
                      "`https://d.example`}]") ", " ACCOUNT("b", "`endpoint`: `b.example`") "]",
     "a connects-to keys of b? [properties.env[*].value]\n"},
    {ACCOUNT("b", "`endpoint`: `b.example`, `env`: [{`name`: `key`, `value`: `x://b.example`}, {`value`: "
                  "`x://b.example`}]"),
     "b connects-to keys of b? [properties.env[*].value]\n"},
    {"[" ACCOUNT("a", "") ", {`id`: `" SMALL_ACCOUNT "a/parts/p`, `properties`: {}}]", "a contains p [id]\n"},
    {"{`id`: `" SMALL_ACCOUNT "a/parts/p`, `properties`: {}}", "a? contains p [id]\n"},
    /* a part inherits what it has none of itself, and reaches a part of what a key finds */
    {ACCOUNT("a", "`store`: `" SMALL_STORE "s`, `only`: {`name`: `p`}"),
     "a contains p [id]\na stores-in s? [properties.store]\np stores-in s? [properties.store]\n"},
    {ACCOUNT("a", "`store`: `" SMALL_STORE "s`, `only`: {`name`: `p`, `own`: `" SMALL_STORE "t`}"),
     "a contains p [id]\na stores-in s? [properties.store]\np stores-in t? [own]\n"},
    {ACCOUNT("a", "`endpoint`: `b.example`, `only`: {`name`: `p`, `peer`: `https://b.example`}"),
     "a contains p [id]\np connects-to keys of a? [peer]\n"},
    {ACCOUNT("a", "`only`: {`name`: `p`, `peer`: `https://none.example`}"), "a contains p [id]\n"},
};

static void makes_relations_and_stubs(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof linked_cases / sizeof *linked_cases; i++) {
        small_cloud cloud;
        small_cloud_open(&cloud, 1, false);
        small_cloud_read(&cloud, 0, linked_cases[i].json);
        small_cloud_link(&cloud, 1);
        if (strcmp(relations_of(&cloud), linked_cases[i].relations) != 0)
            fail_msg("%s:\n%s", linked_cases[i].json, relations_of(&cloud));
        small_cloud_close(&cloud);
    }
}

static void stubs_say_what_they_are(void **state)
{
    small_cloud cloud;
    (void)state;

    small_cloud_open(&cloud, 1, false);
    small_cloud_read(&cloud, 0,
                     "{`id`: `" SMALL_ACCOUNT "a`, `tenantId`: `T`, `properties`: {`store`: `" SMALL_STORE "s`, "
                     "`stores`: [{`id`: `https://else.where/x/`}]}}");
    small_cloud_link(&cloud, 1);
    const apl_asset *store = small_asset(&cloud, SMALL_STORE "s");
    assert_non_null(store);
    assert_false(store->is_read);
    assert_null(store->plan);
    assert_string_equal(test_text(cloud.arena, store->type), "T.Data/stores");
    assert_string_equal(test_text(cloud.arena, store->scope), "00000000-0000-0000-0000-000000000001");
    assert_int_equal(store->kind, apl_vocabulary_kind(&cloud.vocabulary, APL_STR("storage-account")));
    assert_true(store->is_ai);
    const apl_asset *group = small_asset(&cloud, SMALL_GROUP);
    assert_non_null(group);
    assert_string_equal(test_text(cloud.arena, group->type), "Microsoft.Resources/resourceGroups");
    const apl_asset *other = small_asset(&cloud, "https://else.where/x/");
    assert_int_equal(other->kind, apl_vocabulary_kind(&cloud.vocabulary, APL_STR("external")));
    assert_string_equal(test_text(cloud.arena, other->name), "https://else.where/x/");
    small_cloud_close(&cloud);
}

/* An estate of random links among few names, so that many are doubled, circular or dangling. */
static void read_random_estate(small_cloud *cloud, random_source *random)
{
    for (unsigned left = 1 + random_below(random, 30); left; left--) {
        apl_str json = apl_arena_format(
            cloud->arena,
            "{\"id\":\"" SMALL_ACCOUNT "%u\",\"properties\":{\"store\":\"" SMALL_STORE "%u\",\"endpoint\":\"h%u\","
            "\"peers\":[\"h%u\",\"H%u\"],\"user\":\"%u\",\"on\":\"" SMALL_ACCOUNT
            "%u\",\"stores\":[{\"id\":\"%s%u\"}]}}",
            random_below(random, 12), random_below(random, 5), random_below(random, 6), random_below(random, 6),
            random_below(random, 6), random_below(random, 3), random_below(random, 20),
            random_below(random, 2) ? SMALL_STORE : SMALL_ACCOUNT, random_below(random, 14));
        assert_true(small_cloud_read_text(cloud, random_below(random, cloud->readers), json));
    }
}

static bool is_in_order(const apl_relation *a, const apl_relation *b)
{
    if (a->from != b->from)
        return a->from < b->from;
    return a->type != b->type ? a->type < b->type : a->to < b->to;
}

static void check_indexes(const apl_estate *estate)
{
    size_t count = estate->relations.count;
    bool *seen = apl_memory_new(count * sizeof *seen + 1);

    for (size_t i = 1; i < count; i++)
        assert_true(is_in_order(&estate->relations.items[i - 1], &estate->relations.items[i]));
    assert_int_equal(estate->relations_out[0], 0);
    assert_int_equal(estate->relations_in[0], 0);
    for (apl_asset_id asset = 0; asset < estate->assets.count; asset++) {
        for (uint32_t i = estate->relations_out[asset]; i < estate->relations_out[asset + 1]; i++)
            assert_int_equal(estate->relations.items[i].from, asset);
        for (uint32_t i = estate->relations_in[asset]; i < estate->relations_in[asset + 1]; i++) {
            uint32_t number = estate->relations_by_to[i];
            assert_int_equal(estate->relations.items[number].to, asset);
            assert_false(seen[number]);
            seen[number] = true;
        }
    }
    assert_int_equal(estate->relations_out[estate->assets.count], count);
    assert_int_equal(estate->relations_in[estate->assets.count], count);
    apl_memory_free(seen);
}

static void indexes_agree_with_the_list(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 300; seed++) {
        random_source random = {seed};
        small_cloud cloud;
        small_cloud_open(&cloud, 2, false);
        read_random_estate(&cloud, &random);
        small_cloud_link(&cloud, 2);
        check_indexes(&cloud.estate);
        for (apl_asset_id i = 0; i < cloud.estate.assets.count; i++) {
            const apl_asset *asset = &cloud.estate.assets.items[i];
            assert_int_equal(apl_estate_find(&cloud.estate, asset->id), i);
            assert_true(asset->parent == APL_ASSET_NONE || asset->parent < cloud.estate.assets.count);
        }
        small_cloud_close(&cloud);
    }
}

/* The same documents in another order, by other numbers of readers and threads, give the same estate. */
static void order_and_threads_do_not_matter(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 100; seed++) {
        apl_arena *arena = apl_arena_new();
        apl_str texts[2];
        for (unsigned round = 0; round < 2; round++) {
            random_source random = {seed};
            small_cloud cloud;
            small_cloud_open(&cloud, 1 + 3 * round, false);
            apl_text text;
            apl_text_init(&text, SIZE_MAX);
            for (unsigned i = 0; i < 20; i++) {
                unsigned number = round ? 19 - i : i;
                random.state = seed * 100 + number;
                apl_str json = apl_arena_format(arena,
                                                "{\"id\":\"" SMALL_ACCOUNT
                                                "%u\",\"properties\":{\"store\":\"" SMALL_STORE "%u\",\"stores\":"
                                                "[{\"id\":\"x%u\"},{\"id\":\"" SMALL_ACCOUNT "%u\"}]}}",
                                                random_below(&random, 15), random_below(&random, 5),
                                                random_below(&random, 9), random_below(&random, 30));
                assert_true(small_cloud_read_text(&cloud, number % cloud.readers, json));
            }
            small_cloud_link(&cloud, 1 + 3 * round);
            texts[round] = small_cloud_text(&cloud, arena);
            apl_text_free(&text);
            small_cloud_close(&cloud);
        }
        if (!apl_str_equal(texts[0], texts[1]))
            fail_msg("seed %llu:\n%s\nor\n%s", (unsigned long long)seed, texts[0].data, texts[1].data);
        apl_arena_free(arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(makes_relations_and_stubs),
        cmocka_unit_test(stubs_say_what_they_are),
        cmocka_unit_test(indexes_agree_with_the_list),
        cmocka_unit_test(order_and_threads_do_not_matter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
