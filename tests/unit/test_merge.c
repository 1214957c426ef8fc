/* tests/unit/test_merge.c: documents of one id become one asset, whoever read them and in whatever order.
 *
 * Random reads of few accounts in random orders must give one estate, byte by byte; then who wins, and what is said
 * about it. */
#include "test_random.h"

#include "test_small_cloud.h"

#define ORDERS 400u
#define TEXTS 8u

static const char *envelope(apl_arena *arena, const char *name, const char *read, const char *body)
{
    return apl_arena_format(arena,
                            "{`source`: `azure`, `type`: `T.Ai/accounts`, `id`: `" SMALL_ACCOUNT "%s`, `read`: `%s`,"
                            " `body`: %s}",
                            name, read, body)
        .data;
}

/* A document of one of two accounts, full of chances to differ. */
static const char *random_read(random_source *random, apl_arena *arena)
{
    static const char *const names[] = {"a", "A", "b"};
    static const char *const times[] = {"2026-01-01", "2026-01-02", "2026-01-02", "", "x"};
    static const char *const bodies[] = {
        "{`name`: `a`, `properties`: {`public`: true}}",
        "{`name`: `A`, `properties`: {`public`: false, `store`: `" SMALL_STORE "s`}}",
        "{`name`: `a`, `location`: `x`}",
        "{`name`: `a`, `location`: `y`, `tags`: {`t`: `1`}, `properties`: null}",
        "{`name`: `a`, `kind`: `Agent`, `tags`: {`t`: `2`}, `properties`: {}}",
        "{`properties`: {`ranges`: [{`value`: `10.0.0.1`}]}}",
        "{`properties`: {`ranges`: [{`value`: `10.0.0.2`}]}}",
        "{`tenantId`: `T1`, `properties`: {`unasked`: 1}}",
        "{`tenantId`: `T2`, `properties`: {`unasked`: 2}}",
    };

    return apl_arena_format(arena,
                            "{`source`: `azure`, `type`: `T.Ai/accounts`, `id`: `" SMALL_ACCOUNT "%s`, `read`: `%s`,"
                            " `tenant`: `T%u`, `body`: %s}",
                            names[random_below(random, 3)], times[random_below(random, 5)], random_below(random, 2),
                            bodies[random_below(random, sizeof bodies / sizeof *bodies)])
        .data;
}

/* The estate that the texts give when read in this order by as many readers as there are threads. */
static apl_str estate_of(apl_arena *arena, random_source *random, const char *const *texts, size_t count)
{
    small_cloud cloud;
    size_t order[TEXTS];

    for (size_t i = 0; i < count; i++) { /* Fisher-Yates */
        size_t j = random_below(random, (uint32_t)i + 1);
        order[i] = order[j];
        order[j] = i;
    }
    small_cloud_open(&cloud, 1 + random_below(random, SMALL_READERS_MAX), false);
    for (size_t i = 0; i < count; i++)
        small_cloud_read(&cloud, random_below(random, cloud.readers), texts[order[i]]);
    small_cloud_link(&cloud, cloud.readers);
    apl_str text = small_cloud_text(&cloud, arena);
    small_cloud_close(&cloud);
    return text;
}

static void order_does_not_matter(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < ORDERS; seed++) {
        apl_arena *arena = apl_arena_new();
        random_source random = {seed};
        const char *texts[TEXTS];
        size_t count = 2 + random_below(&random, TEXTS - 1);
        for (size_t i = 0; i < count; i++)
            texts[i] = random_read(&random, arena);
        apl_str first = estate_of(arena, &random, texts, count);
        for (unsigned again = 0; again < 4; again++) {
            apl_str other = estate_of(arena, &random, texts, count);
            if (!apl_str_equal(first, other))
                fail_msg("seed %llu:\n%s\nis in another order\n%s", (unsigned long long)seed, first.data, other.data);
        }
        apl_arena_free(arena);
    }
}

static const char *why_of(const small_cloud *cloud)
{
    for (size_t i = 0; i < cloud->estate.coverage.count; i++) {
        const apl_coverage *row = &cloud->estate.coverage.items[i];
        if (apl_str_equal(row->type, APL_STR("T.Ai/accounts")))
            return test_text(cloud->arena, row->why);
    }
    return "no row";
}

typedef struct merged {
    const char *first;  /* read on January 1 */
    const char *second; /* read on January 2 */
    const char *exposure;
    const char *why;
} merged;

#define DIFFERENT "read more than once with differences, the newest kept: "

static const merged merged_cases[] = {
    {"{`properties`: {`public`: false}}", "{`properties`: {`public`: false}}", "private", ""},
    {"{`properties`: {`public`: false}}", "{`properties`: {`open`: true}}", "private", ""},
    {"{`properties`: {`public`: false}}", "{`properties`: {`public`: true, `open`: true}}", "internet",
     DIFFERENT "properties.public"},
    {"{`properties`: {`public`: false, `open`: false}}", "{`properties`: {`public`: true, `open`: true}}", "internet",
     DIFFERENT "properties.open, properties.public"},
    {"{`properties`: {`public`: true, `open`: true}}", "{`name`: `a`}", "internet", ""},
    {"{`name`: `a`, `properties`: {}}", "{`name`: `A`, `properties`: {}}", "private", ""},
    {"{`kind`: `a`, `properties`: {}}", "{`kind`: `A`, `properties`: {}}", "private", DIFFERENT "kind"},
};

static bool names_same_paths(apl_arena *arena, const char *why, const char *expected)
{
    size_t prefix = strlen(DIFFERENT);
    apl_str rest = apl_str_from(expected + (expected[0] ? prefix : 0));
    apl_str path;

    if (strlen(why) != strlen(expected) || strncmp(why, expected, expected[0] ? prefix : 0) != 0)
        return false;
    while (rest.size && apl_str_next(&path, &rest, ',')) { /* in any order */
        apl_str trimmed = apl_str_trim(path);
        if (strstr(why + prefix, test_text(arena, trimmed)) == NULL)
            return false;
    }
    return true;
}

static void the_newest_wins_member_by_member(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof merged_cases / sizeof *merged_cases; i++) {
        const merged *one = &merged_cases[i];
        small_cloud cloud;
        small_cloud_open(&cloud, 1, false);
        small_cloud_read(&cloud, 0, envelope(cloud.arena, "a", "2026-01-02T00:00:00Z", one->second));
        small_cloud_read(&cloud, 0, envelope(cloud.arena, "a", "2026-01-01T00:00:00Z", one->first));
        small_cloud_link(&cloud, 1);
        const char *exposure = apl_exposure_names[small_asset(&cloud, SMALL_ACCOUNT "a")->exposure];
        if (strcmp(exposure, one->exposure) != 0 || !names_same_paths(cloud.arena, why_of(&cloud), one->why))
            fail_msg("%s, then %s: %s, %s", one->first, one->second, exposure, why_of(&cloud));
        small_cloud_close(&cloud);
    }
}

/* A path must be named although it is the beginning of one that was named before. */
static void every_difference_is_named(void **state)
{
    small_cloud cloud;
    (void)state;

    small_cloud_open(&cloud, 1, false);
    small_cloud_read(&cloud, 0,
                     envelope(cloud.arena, "a", "", "{`properties`: {`store`: `x`, `stores`: [{`id`: `1`}]}}"));
    small_cloud_read(&cloud, 0,
                     envelope(cloud.arena, "a", "", "{`properties`: {`store`: `y`, `stores`: [{`id`: `2`}]}}"));
    small_cloud_link(&cloud, 1);
    const char *why = why_of(&cloud);
    assert_non_null(strstr(why, "properties.stores"));
    const char *end = strstr(why, "properties.store,");
    assert_true(end != NULL || strcmp(why + strlen(why) - 16, "properties.store") == 0);
    small_cloud_close(&cloud);
}

static void differences_stay_named_where_a_part_is_unread(void **state)
{
    small_cloud cloud;
    (void)state;

    small_cloud_open(&cloud, 1, false);
    small_cloud_read(&cloud, 0, envelope(cloud.arena, "a", "", "{`location`: `x`}"));
    small_cloud_read(&cloud, 0, envelope(cloud.arena, "a", "", "{`location`: `y`}"));
    small_cloud_link(&cloud, 1);
    assert_non_null(strstr(why_of(&cloud), "documents without the part"));
    assert_non_null(strstr(why_of(&cloud), DIFFERENT "location"));
    small_cloud_close(&cloud);
}

static void case_matters_where_the_provider_says_so(void **state)
{
    small_cloud cloud;
    (void)state;

    small_cloud_open(&cloud, 1, false);
    small_cloud_read(&cloud, 0,
                     "{`thing`: {`arn`: `x`, `size`: 1}} {`thing`: {`arn`: `X`, `size`: 2}}"
                     "{`thing`: {`arn`: `x`, `size`: 3}}"
                     "[{`id`: `" SMALL_ACCOUNT "a`, `properties`: {}}, {`id`: `" SMALL_ACCOUNT
                     "A`, `properties`: {}}]");
    small_cloud_link(&cloud, 1);
    assert_ptr_not_equal(small_asset(&cloud, "x"), small_asset(&cloud, "X"));
    assert_non_null(small_asset(&cloud, "X"));
    assert_ptr_equal(small_asset(&cloud, SMALL_ACCOUNT "a"), small_asset(&cloud, SMALL_ACCOUNT "A"));
    unsigned read = 0;
    for (size_t i = 0; i < cloud.estate.assets.count; i++)
        read += cloud.estate.assets.items[i].is_read;
    assert_int_equal(read, 3);
    small_cloud_close(&cloud);
}

/* Many assets, so that both halves of the sort and every thread have work; none may be lost. */
static void many_assets_are_sorted_by_id(void **state)
{
    apl_arena *arena = apl_arena_new();
    small_cloud cloud;
    random_source random = {1};
    (void)state;

    small_cloud_open(&cloud, 4, false);
    for (unsigned i = 0; i < 6000; i++) {
        unsigned number = random_below(&random, 3000);
        apl_str json = apl_arena_format(arena, "{\"id\":\"" SMALL_STORE "%u\",\"properties\":{}}", number);
        assert_true(small_cloud_read_text(&cloud, i % 4, json));
    }
    small_cloud_link(&cloud, 4);
    size_t read = 0;
    for (size_t i = 0; i < cloud.estate.assets.count; i++) {
        const apl_asset *asset = &cloud.estate.assets.items[i];
        if (!asset->is_read)
            continue;
        assert_int_equal(apl_estate_find(&cloud.estate, asset->id), i);
        if (read++)
            assert_true(apl_str_compare_nocase(cloud.estate.assets.items[i - 1].id, asset->id) < 0);
    }
    assert_in_range(read, 2500, 3000);
    small_cloud_close(&cloud);
    apl_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(order_does_not_matter),
        cmocka_unit_test(the_newest_wins_member_by_member),
        cmocka_unit_test(every_difference_is_named),
        cmocka_unit_test(differences_stay_named_where_a_part_is_unread),
        cmocka_unit_test(case_matters_where_the_provider_says_so),
        cmocka_unit_test(many_assets_are_sorted_by_id),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
