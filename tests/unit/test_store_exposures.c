/* unit/test_store_exposures.c: why assets have their exposure comes back as it was, in every snapshot.
 *
 * Three scans of one estate: with evidence, the same, with one asset's evidence changed and another's gone. */
#include "test_store_estate.h"

#include "exposure/exposure.h"

#define ASSETS 6u

static const apl_exposure_evidence evidence[] = {
    {.asset = APL_ASSET_NONE, .through = APL_ASSET_NONE, .path = {"properties.a", 12}, .width = -1},
    {.asset = 4, .through = 2, .path = {"r[3]", 4}, .ports = {"22, 53/udp", 10}, .range = {"*", 1}, .width = 0},
    {.asset = 0, .through = APL_ASSET_NONE, .range = {"198.51.100.0/24", 15}, .width = 24, .is_guarded = true},
};

static void give_evidence(apl_estate *estate, const uint32_t *of)
{
    estate->exposure_evidence.count = 0;
    for (size_t i = 0; i < sizeof evidence / sizeof *evidence; i++)
        APL_PUSH(&estate->exposure_evidence, evidence[i]);
    apl_memory_free(estate->exposure_evidence_of);
    estate->exposure_evidence_of = apl_memory_new((ASSETS + 1) * sizeof(uint32_t));
    memcpy(estate->exposure_evidence_of, of, ASSETS * sizeof *of);
}

static void assert_evidence(const apl_estate *a, const apl_estate *b)
{
    for (apl_asset_id i = 0; i < ASSETS; i++) {
        apl_exposure_evidence x;
        apl_exposure_evidence y;
        bool has = apl_exposure_evidence_of(&x, a, i);
        assert_int_equal(apl_exposure_evidence_of(&y, b, i), has);
        if (!has)
            continue;
        assert_int_equal(x.asset, y.asset);
        assert_int_equal(x.through, y.through);
        assert_same_text(x.path, y.path);
        assert_same_text(x.ports, y.ports);
        assert_same_text(x.range, y.range);
        assert_int_equal(x.width, y.width);
        assert_int_equal(x.is_guarded, y.is_guarded);
    }
}

static void comes_back_in_every_snapshot(void **state)
{
    static const uint32_t first_of[ASSETS] = {1, 1, 2, 0, 3, 2};
    static const uint32_t last_of[ASSETS] = {1, 3, 2, 0, 0, 2};
    store_test *test = *state;
    apl_store *store = open_store(test, true);
    apl_estate *estate = make_estate(test, ASSETS);
    apl_estate *changed = make_estate(test, ASSETS);
    apl_snapshot first = make_snapshot(test, estate, 1);
    apl_snapshot second = make_snapshot(test, estate, 2);
    apl_snapshot third = make_snapshot(test, changed, 3);

    give_evidence(estate, first_of);
    give_evidence(changed, last_of);
    assert_ok(apl_store_write(store, &first));
    assert_ok(apl_store_write(store, &second));
    assert_ok(apl_store_write(store, &third));
    for (unsigned i = 1; i <= 3; i++) {
        char id[33];
        (void)snprintf(id, sizeof id, "%08x", i);
        apl_snapshot found = read_snapshot(test, store, id);
        assert_evidence(i < 3 ? estate : changed, found.estate);
        free_snapshot(&found);
    }
    apl_store_close(store);
    free_snapshot(&first);
    free_snapshot(&third);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(comes_back_in_every_snapshot, store_setup, store_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
