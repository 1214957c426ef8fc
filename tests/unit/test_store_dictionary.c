/* unit/test_store_dictionary.c: training, choosing and using dictionaries, and the pipe that compresses with them.
 *
 * Bodies must come back byte for byte whichever dictionary they were compressed with, also from an open store that
 * did not train it. */
#include "unit/test_store_estate.h"

#include "store/body_pipe.h"
#include "store/handle.h"

static void a_family_is_what_a_provider_groups(void **state)
{
    (void)state;
    assert_text(apl_dictionary_family(APL_STR("Microsoft.CognitiveServices/accounts/deployments")),
                "Microsoft.CognitiveServices");
    assert_text(apl_dictionary_family(APL_STR("AWS::Bedrock::Agent")), "AWS::Bedrock");
    assert_text(apl_dictionary_family(APL_STR("aiplatform.googleapis.com/Endpoint")), "aiplatform.googleapis.com");
    assert_text(apl_dictionary_family(APL_STR("model")), "model");
    assert_text(apl_dictionary_family(APL_STR("::odd")), "::odd");
    assert_int_equal(apl_dictionary_family(APL_STR_NONE).size, 0);
}

/* A store with `count` assets; the first `named` are of the family `Microsoft.Named`, the others of small ones. */
static apl_store *store_of_families(store_test *test, apl_snapshot *snapshot, unsigned count, unsigned named)
{
    apl_store *store = open_store(test, true);
    apl_estate *estate = make_estate(test, count);

    for (unsigned i = 0; i < count; i++) {
        estate->assets.items[i].type = i < named ? APL_STR("Microsoft.Named/things")
                                                 : apl_arena_format(test->arena, "Small.Family%u/things", i % 30);
    }
    *snapshot = make_snapshot(test, estate, 1);
    assert_ok(apl_store_write(store, snapshot));
    return store;
}

static void few_bodies_need_no_dictionary(void **state)
{
    store_test *test = *state;
    apl_snapshot snapshot;
    apl_store *store = store_of_families(test, &snapshot, APL_DICTIONARY_SAMPLES_MIN - 1, 50);

    assert_int_equal(store->dictionaries.items.count, 0);
    assert_int_equal(apl_dictionary_for(&store->dictionaries, APL_STR("Microsoft.Named/things")), 0);
    apl_store_close(store);
    free_snapshot(&snapshot);
}

static void small_families_share_one_dictionary(void **state)
{
    store_test *test = *state;
    apl_snapshot snapshot;
    apl_store *store = store_of_families(test, &snapshot, 900, 400);
    int64_t named = apl_dictionary_for(&store->dictionaries, APL_STR("microsoft.named/OTHERS"));
    int64_t small = apl_dictionary_for(&store->dictionaries, APL_STR("Small.Family7/things"));

    assert_int_equal(store->dictionaries.items.count, 2);
    assert_true(named > 0 && small > 0 && named != small);
    assert_int_equal(apl_dictionary_for(&store->dictionaries, APL_STR("Never.Seen/things")), small);
    apl_store_close(store);

    /* The next scan with the same family uses what is there. */
    store = open_store(test, true);
    apl_estate *estate = make_estate(test, 900);
    for (unsigned i = 0; i < 900; i++) {
        estate->assets.items[i].type = APL_STR("Microsoft.Named/things");
        set_body(estate, i, "second");
    }
    apl_snapshot second = make_snapshot(test, estate, 2);
    assert_ok(apl_store_write(store, &second));
    assert_int_equal(store->dictionaries.items.count, 2);
    apl_store_close(store);
    free_snapshot(&second);
    free_snapshot(&snapshot);
}

static void bodies_come_back_in_another_process(void **state)
{
    store_test *test = *state;
    apl_snapshot snapshot;
    apl_store *store = store_of_families(test, &snapshot, 900, 400);
    apl_value body;

    apl_store_close(store);
    store = open_store(test, false);
    for (size_t i = 0; i < 900; i += 13) {
        apl_str id = snapshot.estate->assets.items[i].id;
        assert_ok(apl_store_body(&body, test->arena, store, APL_STR_NONE, id));
        assert_same_text(apl_value_str(apl_value_member(body, "id")), id);
    }
    apl_store_close(store);
    free_snapshot(&snapshot);
}

static void a_broken_frame_is_told(void **state)
{
    store_test *test = *state;
    apl_snapshot snapshot;
    apl_store *store = store_of_families(test, &snapshot, 10, 0);
    apl_value body;

    assert_ok(apl_db_run(store->db, "UPDATE bodies SET data = CAST(substr(data, 1, length(data) - 5) || "
                                    "x'0102030405' AS BLOB)"));
    assert_int_equal(apl_store_body(&body, test->arena, store, APL_STR_NONE, snapshot.estate->assets.items[3].id),
                     APL_E_STORE);
    assert_non_null(strstr(apl_error_message(), "damaged, body"));
    assert_ok(apl_db_run(store->db, "UPDATE bodies SET size = 1 << 40"));
    assert_int_equal(apl_store_body(&body, test->arena, store, APL_STR_NONE, snapshot.estate->assets.items[3].id),
                     APL_E_STORE);
    apl_store_close(store);
    free_snapshot(&snapshot);
}

static void the_pipe_keeps_the_order_and_may_be_left_early(void **state)
{
    store_test *test = *state;
    apl_estate *estate = make_estate(test, 5000);
    apl_body_job *jobs = APL_ARENA_ARRAY(test->arena, apl_body_job, 5000);
    apl_dictionaries none;
    apl_body_frame frame;

    apl_dictionaries_init(&none, NULL);
    for (uint32_t i = 0; i < 5000; i++)
        jobs[i].asset = i;
    for (size_t taken = 0; taken <= 5000; taken += 1250) {
        apl_body_pipe *pipe = apl_body_pipe_new(estate, &none, jobs, 5000);
        for (size_t i = 0; i < taken; i++) {
            assert_ok(apl_body_pipe_next(&frame, pipe));
            assert_int_equal(frame.size, estate->assets.items[i].origin.size);
            assert_in_range(frame.data.size, 1, frame.size);
        }
        apl_body_pipe_free(pipe);
    }
    apl_dictionaries_free(&none);
    apl_estate_free(estate);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_family_is_what_a_provider_groups),
        cmocka_unit_test_setup_teardown(few_bodies_need_no_dictionary, store_setup, store_teardown),
        cmocka_unit_test_setup_teardown(small_families_share_one_dictionary, store_setup, store_teardown),
        cmocka_unit_test_setup_teardown(bodies_come_back_in_another_process, store_setup, store_teardown),
        cmocka_unit_test_setup_teardown(a_broken_frame_is_told, store_setup, store_teardown),
        cmocka_unit_test_setup_teardown(the_pipe_keeps_the_order_and_may_be_left_early, store_setup, store_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
