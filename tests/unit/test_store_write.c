/* unit/test_store_write.c: snapshots over time: what a scan writes, what it leaves alone, what comes back.
 *
 * Changes are counted in rows, because the promise is that an unchanged row is not touched. */
#include "unit/test_store_estate.h"

#include "store/db.h"
#include "store/handle.h"

static uint64_t write_counted(apl_store *store, const apl_snapshot *snapshot)
{
    uint64_t before = apl_db_changes(store->db);

    assert_ok(apl_store_write(store, snapshot));
    return apl_db_changes(store->db) - before;
}

static int64_t number_of(apl_store *store, const char *sql)
{
    int64_t number;

    assert_ok(apl_db_number(&number, store->db, sql));
    return number;
}

/* A store with the snapshot `1` of `count` assets, and the estate to change. */
static apl_store *store_with(store_test *test, apl_snapshot *snapshot, unsigned count)
{
    apl_store *store = open_store(test, true);

    *snapshot = make_snapshot(test, make_estate(test, count), 1);
    assert_ok(apl_store_write(store, snapshot));
    return store;
}

static void close_all(apl_store *store, apl_snapshot *snapshot)
{
    apl_store_close(store);
    free_snapshot(snapshot);
}

static void gives_back_what_was_written(void **state)
{
    store_test *test = *state;
    apl_snapshot snapshot;
    apl_store *store = store_with(test, &snapshot, 500);

    assert_stored(test, store, &snapshot);
    apl_store_close(store);
    store = open_store(test, false);
    assert_stored(test, store, &snapshot);
    close_all(store, &snapshot);
}

static void gives_back_every_field(void **state)
{
    store_test *test = *state;
    apl_store *store = open_store(test, true);
    apl_snapshot snapshot = make_snapshot(test, make_estate(test, 4), 1);
    apl_asset *asset = &snapshot.estate->assets.items[2];

    *asset = (apl_asset){
        .id = asset->id,
        .name = APL_STR("another name"),
        .full_name = APL_STR("parent/another name"),
        .why_unread = APL_STR("403 Forbidden"),
        .source = APL_STR("aws"),
        .unread_groups = UINT32_MAX,
        .parent = 3,
        .cloud = 1,
        .exposure = APL_EXPOSURE_INTERNET,
        .sensitivity = APL_LEVEL_NONE,
        .criticality = APL_LEVEL_CRITICAL,
        .ids_ignore_case = true,
        .same_letters = APL_ASSET_NONE,
        .sensitivity_from = APL_ASSET_NONE,
    };
    snapshot.estate->assets.items[3].name = APL_STR_NONE;
    snapshot.estate->assets.items[3].tags = (apl_value){.type = APL_VALUE_OBJECT};
    apl_finding *finding = &snapshot.estate->findings.items[1];
    finding->status = APL_STATUS_MANUAL;
    finding->severity = APL_SEVERITY_LOW;
    finding->evidence_count = 0;
    finding->evidence = NULL;
    finding->reason = APL_STR("properties was not read");
    finding->needs = APL_STR("accounts/read");
    assert_ok(apl_store_write(store, &snapshot));
    assert_stored(test, store, &snapshot);
    close_all(store, &snapshot);
}

static void gives_back_an_empty_estate(void **state)
{
    store_test *test = *state;
    apl_snapshot snapshot;
    apl_store *store = store_with(test, &snapshot, 0);

    assert_stored(test, store, &snapshot);
    close_all(store, &snapshot);
}

static void an_unchanged_scan_writes_one_row(void **state)
{
    store_test *test = *state;
    apl_snapshot first;
    apl_store *store = store_with(test, &first, 500);
    apl_snapshot second = make_snapshot(test, make_estate(test, 500), 2);

    assert_int_equal(write_counted(store, &second), 1);
    assert_stored(test, store, &first);
    assert_stored(test, store, &second);
    free_snapshot(&second);
    close_all(store, &first);
}

static void other_times_of_reading_are_kept_with_the_scan(void **state)
{
    store_test *test = *state;
    apl_snapshot first;
    apl_store *store = store_with(test, &first, 50);
    apl_snapshot second = make_snapshot(test, make_estate(test, 50), 2);

    for (size_t i = 0; i < 50; i++)
        second.estate->assets.items[i].read_at += 864000000000 + (apl_instant)(i / 7) * 100;
    second.estate->assets.items[9].read_at = 0;
    assert_int_equal(write_counted(store, &second), 1);
    assert_stored(test, store, &first);
    assert_stored(test, store, &second);
    free_snapshot(&second);
    close_all(store, &first);
}

static void a_changed_asset_closes_one_row_and_opens_one(void **state)
{
    store_test *test = *state;
    apl_snapshot first;
    apl_store *store = store_with(test, &first, 50);
    apl_snapshot second = make_snapshot(test, make_estate(test, 50), 2);

    second.estate->assets.items[7].exposure = APL_EXPOSURE_INTERNET;
    assert_int_equal(write_counted(store, &second), 3);
    assert_int_equal(number_of(store, "SELECT count(*) FROM assets WHERE to_scan = 2"), 1);
    assert_int_equal(number_of(store, "SELECT count(*) FROM assets WHERE from_scan = 2"), 1);
    assert_stored(test, store, &first);
    assert_stored(test, store, &second);
    free_snapshot(&second);
    close_all(store, &first);
}

static void a_changed_body_is_added_and_the_old_one_kept(void **state)
{
    store_test *test = *state;
    apl_snapshot first;
    apl_store *store = store_with(test, &first, 50);
    apl_snapshot second = make_snapshot(test, make_estate(test, 50), 2);
    apl_str id = second.estate->assets.items[7].id;
    apl_value body;

    set_body(second.estate, 7, "second");
    assert_int_equal(write_counted(store, &second), 5); /* two rows of the asset, two of the body, the scan */
    assert_ok(apl_store_body(&body, test->arena, store, APL_STR("latest"), id));
    assert_text(apl_value_str(apl_value_at(body, "properties.word")), "second");
    assert_ok(apl_store_body(&body, test->arena, store, first.scan.id, id));
    assert_text(apl_value_str(apl_value_at(body, "properties.word")), "first");

    /* Back to the first body: it is there already. */
    apl_snapshot third = make_snapshot(test, make_estate(test, 50), 3);
    assert_int_equal(write_counted(store, &third), 3);
    assert_ok(apl_store_body(&body, test->arena, store, APL_STR_NONE, id));
    assert_text(apl_value_str(apl_value_at(body, "properties.word")), "first");
    free_snapshot(&third);
    free_snapshot(&second);
    close_all(store, &first);
}

static void equal_bodies_are_kept_once(void **state)
{
    store_test *test = *state;
    apl_store *store = open_store(test, true);
    apl_snapshot snapshot = make_snapshot(test, make_estate(test, 6), 1);

    for (size_t i = 1; i < 6; i++) {
        snapshot.estate->assets.items[i].digest = snapshot.estate->assets.items[0].digest;
        snapshot.estate->assets.items[i].origin = snapshot.estate->assets.items[0].origin;
    }
    assert_ok(apl_store_write(store, &snapshot));
    assert_int_equal(number_of(store, "SELECT count(*) FROM bodies"), 1);
    assert_int_equal(number_of(store, "SELECT count(*) FROM assets WHERE body = 1"), 6);
    close_all(store, &snapshot);
}

static void a_scan_without_bodies_leaves_those_of_earlier_ones(void **state)
{
    store_test *test = *state;
    apl_snapshot first;
    apl_store *store = store_with(test, &first, 20);
    apl_snapshot second = make_snapshot(test, make_estate(test, 20), 2);
    apl_value body;

    (void)close(second.estate->spool);
    second.estate->spool = -1;
    second.estate->assets.items[7].exposure = APL_EXPOSURE_INTERNET;
    assert_int_equal(write_counted(store, &second), 3);
    for (size_t i = 6; i < 8; i++) {
        assert_ok(apl_store_body(&body, test->arena, store, second.scan.id, second.estate->assets.items[i].id));
        assert_text(apl_value_str(apl_value_at(body, "properties.word")), "first");
    }
    free_snapshot(&second);
    close_all(store, &first);
}

static void bodies_come_later_when_they_were_not_kept_first(void **state)
{
    store_test *test = *state;
    apl_store *store = open_store(test, true);
    apl_snapshot first = make_snapshot(test, make_estate(test, 20), 1);
    apl_snapshot second = make_snapshot(test, make_estate(test, 20), 2);
    apl_value body;

    (void)close(first.estate->spool);
    first.estate->spool = -1;
    assert_ok(apl_store_write(store, &first));
    assert_ok(apl_store_body(&body, test->arena, store, APL_STR_NONE, first.estate->assets.items[3].id));
    assert_int_equal(body.type, APL_VALUE_MISSING);
    assert_ok(apl_store_write(store, &second));
    assert_ok(apl_store_body(&body, test->arena, store, APL_STR_NONE, first.estate->assets.items[3].id));
    assert_text(apl_value_str(apl_value_at(body, "properties.word")), "first");
    free_snapshot(&second);
    close_all(store, &first);
}

/* Takes the last asset, its relations and its finding out. */
static void drop_last(apl_estate *estate)
{
    apl_asset_id last = (apl_asset_id)(estate->assets.count - 1);

    estate->assets.count--;
    while (estate->relations.count && estate->relations.items[estate->relations.count - 1].from == last)
        estate->relations.count--;
    while (estate->findings.count && estate->findings.items[estate->findings.count - 1].asset == last)
        estate->findings.count--;
    index_ids(estate);
}

static void a_vanished_asset_closes_and_may_come_back(void **state)
{
    store_test *test = *state;
    apl_snapshot first;
    apl_store *store = store_with(test, &first, 49);
    apl_snapshot second = make_snapshot(test, make_estate(test, 49), 2);
    apl_snapshot third = make_snapshot(test, make_estate(test, 49), 3);
    apl_history history;

    drop_last(second.estate);
    assert_int_equal(write_counted(store, &second), 4); /* asset, its relations, its finding, the scan */
    assert_int_equal(write_counted(store, &third), 4);
    assert_int_equal(number_of(store, "SELECT count(*) FROM ids"), 49);
    assert_stored(test, store, &first);
    assert_stored(test, store, &second);
    assert_stored(test, store, &third);

    assert_ok(apl_store_history(&history, test->arena, store, first.estate->assets.items[48].id, APL_STR_NONE));
    assert_int_equal(history.asset_count, 2);
    assert_same_text(history.assets[0].from.scan_id, first.scan.id);
    assert_same_text(history.assets[0].to.scan_id, second.scan.id);
    assert_same_text(history.assets[0].to.started, second.scan.started);
    assert_same_text(history.assets[1].from.scan_id, third.scan.id);
    assert_int_equal(history.assets[1].to.scan_id.size, 0);
    assert_int_equal(history.assets[1].change_count, 0);
    free_snapshot(&second);
    free_snapshot(&third);
    close_all(store, &first);
}

static void a_new_asset_between_others_finds_its_place(void **state)
{
    store_test *test = *state;
    apl_snapshot first;
    apl_store *store = store_with(test, &first, 10);
    apl_estate *estate = make_estate(test, 13);

    /* Assets 10 to 12 are new to the store, but the ids of 2 and 3 sort behind them. */
    set_id(test, &estate->assets.items[0], "/subscriptions/Sub-1/providers/Accounts/account-%06u", 0);
    estate->assets.count = 2;
    estate->relations.count = 1;
    estate->findings.count = 1;
    apl_estate *other = make_estate(test, 13);
    for (unsigned i = 5; i < 13; i++)
        APL_PUSH(&estate->assets, other->assets.items[i]);
    for (apl_asset_id i = 2; i < estate->assets.count; i++) {
        set_body(estate, i, "moved");
        estate->assets.items[i].parent = i - 1;
        APL_PUSH(&estate->relations, ((apl_relation){i, i - 1, 2, APL_STR("moved")}));
    }
    set_id(test, &estate->assets.items[2], "/subscriptions/Sub-1/providers/Accounts/ACCOUNT-000001%u", 5);
    index_ids(estate);
    apl_snapshot second = make_snapshot(test, estate, 2);
    assert_ok(apl_store_write(store, &second));
    assert_stored(test, store, &second);
    assert_stored(test, store, &first);
    apl_estate_free(other);
    free_snapshot(&second);
    close_all(store, &first);
}

static void a_finding_that_changes_its_status_has_a_history(void **state)
{
    store_test *test = *state;
    apl_snapshot first;
    apl_store *store = store_with(test, &first, 10);
    apl_snapshot second = make_snapshot(test, make_estate(test, 10), 2);
    apl_snapshot third = make_snapshot(test, make_estate(test, 10), 3);
    apl_str id = first.estate->assets.items[3].id;
    apl_history history;

    second.estate->findings.items[1].status = APL_STATUS_MUTED;
    second.estate->findings.items[1].reason = APL_STR("accepted by the owner");
    memmove(&third.estate->findings.items[1], &third.estate->findings.items[2], 2 * sizeof(apl_finding));
    third.estate->findings.count--;
    assert_int_equal(write_counted(store, &second), 4); /* a new text, two rows of the finding, the scan */
    assert_int_equal(write_counted(store, &third), 2);
    assert_stored(test, store, &first);
    assert_stored(test, store, &second);
    assert_stored(test, store, &third);

    assert_ok(apl_store_history(&history, test->arena, store, id, sample_rule.id));
    assert_int_equal(history.finding_count, 2);
    assert_int_equal(history.findings[0].status, APL_STATUS_FAIL);
    assert_same_text(history.findings[0].rule_id, sample_rule.id);
    assert_same_text(history.findings[0].to.scan_id, second.scan.id);
    assert_int_equal(history.findings[1].status, APL_STATUS_MUTED);
    assert_text(history.findings[1].reason, "accepted by the owner");
    assert_same_text(history.findings[1].to.scan_id, third.scan.id);
    assert_ok(apl_store_history(&history, test->arena, store, id, APL_STR("azure/other/rule")));
    assert_int_equal(history.finding_count, 0);
    free_snapshot(&second);
    free_snapshot(&third);
    close_all(store, &first);
}

static void a_reworded_rule_touches_no_finding(void **state)
{
    store_test *test = *state;
    apl_snapshot first;
    apl_store *store = store_with(test, &first, 40);
    apl_snapshot second = make_snapshot(test, make_estate(test, 40), 2);
    apl_rule_info reworded = sample_rule;

    reworded.title = APL_STR("Local keys are off");
    for (size_t i = 0; i < second.estate->findings.count; i++)
        second.estate->findings.items[i].rule = &reworded;
    assert_int_equal(write_counted(store, &second), 3);
    assert_stored(test, store, &first);
    assert_stored(test, store, &second);
    free_snapshot(&second);
    close_all(store, &first);
}

static void relations_that_change_are_packed_again(void **state)
{
    store_test *test = *state;
    apl_snapshot first;
    apl_store *store = store_with(test, &first, 30);
    apl_snapshot second = make_snapshot(test, make_estate(test, 30), 2);
    apl_relation *relations = second.estate->relations.items;

    relations[5].to = 29; /* of asset 4 */
    assert_int_equal(write_counted(store, &second), 3);
    assert_stored(test, store, &first);
    assert_stored(test, store, &second);

    /* The order in which an asset's relations stand does not matter. */
    apl_relation swapped = relations[5];
    relations[5] = relations[6];
    relations[6] = swapped;
    apl_snapshot third = make_snapshot(test, second.estate, 3);
    assert_int_equal(write_counted(store, &third), 1);
    free_snapshot(&second);
    close_all(store, &first);
}

static void coverage_that_says_the_same_twice_is_kept_twice(void **state)
{
    store_test *test = *state;
    apl_store *store = open_store(test, true);
    apl_snapshot snapshot = make_snapshot(test, make_estate(test, 3), 1);

    apl_coverage again = snapshot.estate->coverage.items[1];
    APL_PUSH(&snapshot.estate->coverage, again);
    assert_ok(apl_store_write(store, &snapshot));
    assert_stored(test, store, &snapshot);
    close_all(store, &snapshot);
}

static void ids_compare_as_their_provider_does(void **state)
{
    store_test *test = *state;
    apl_snapshot first;
    apl_store *store = store_with(test, &first, 3);
    apl_snapshot second = make_snapshot(test, make_estate(test, 3), 2);
    apl_estate *estate = second.estate;
    apl_value body;
    apl_history history;

    /* The same asset, spelled otherwise: a new row, no new asset. */
    set_id(test, &estate->assets.items[1], "/SUBSCRIPTIONS/sub-1/Providers/accounts/ACCOUNT-%06u", 1);
    /* Two assets that differ in case only, of a provider that does not ignore it. */
    for (unsigned i = 0; i < 2; i++) {
        apl_asset asset = estate->assets.items[0];
        set_id(test, &asset, i ? "arn:aws:s3:::bucket-%u" : "arn:aws:s3:::BUCKET-%u", 1);
        asset.ids_ignore_case = false;
        asset.parent = APL_ASSET_NONE;
        APL_PUSH(&estate->assets, asset);
        set_body(estate, (apl_asset_id)(3 + i), i ? "lower" : "upper");
    }
    index_ids(estate);
    assert_ok(apl_store_write(store, &second));
    assert_stored(test, store, &first);
    assert_stored(test, store, &second);
    assert_int_equal(number_of(store, "SELECT count(*) FROM ids"), 5);

    assert_ok(apl_store_body(&body, test->arena, store, APL_STR_NONE, APL_STR("arn:aws:s3:::bucket-1")));
    assert_text(apl_value_str(apl_value_at(body, "properties.word")), "lower");
    assert_ok(apl_store_body(&body, test->arena, store, APL_STR_NONE, APL_STR("arn:aws:s3:::BUCKET-1")));
    assert_text(apl_value_str(apl_value_at(body, "properties.word")), "upper");
    assert_int_equal(apl_store_body(&body, test->arena, store, APL_STR_NONE, APL_STR("arn:aws:s3:::Bucket-1")),
                     APL_E_USAGE);
    assert_ok(apl_store_body(&body, test->arena, store, APL_STR_NONE,
                             APL_STR("/Subscriptions/SUB-1/providers/accounts/account-000001")));
    assert_ok(apl_store_history(&history, test->arena, store, estate->assets.items[1].id, APL_STR_NONE));
    assert_int_equal(history.asset_count, 2);

    apl_snapshot third = make_snapshot(test, estate, 3);
    assert_int_equal(write_counted(store, &third), 1);
    free_snapshot(&second);
    close_all(store, &first);
}

static void the_history_of_an_asset_names_what_changed(void **state)
{
    store_test *test = *state;
    apl_snapshot first;
    apl_store *store = store_with(test, &first, 10);
    apl_snapshot second = make_snapshot(test, make_estate(test, 10), 2);
    apl_asset *asset = &second.estate->assets.items[4];
    apl_history history;

    asset->exposure = APL_EXPOSURE_INTERNET;
    asset->tags = json_of(test, "{\"env\":\"test\"}");
    set_body(second.estate, 4, "second");
    assert_ok(apl_store_write(store, &second));
    assert_ok(apl_store_history(&history, test->arena, store, asset->id, APL_STR_NONE));
    assert_int_equal(history.asset_count, 2);
    assert_int_equal(history.assets[0].change_count, 0);
    assert_int_equal(history.assets[1].change_count, 3);
    assert_text(history.assets[1].changes[0].field, "tags");
    assert_text(history.assets[1].changes[0].before, "{\"env\":\"prod\"}");
    assert_text(history.assets[1].changes[0].after, "{\"env\":\"test\"}");
    assert_text(history.assets[1].changes[1].field, "exposure");
    assert_text(history.assets[1].changes[1].before, "private");
    assert_text(history.assets[1].changes[1].after, "internet");
    assert_text(history.assets[1].changes[2].field, "body");
    assert_ok(apl_store_history(&history, test->arena, store, APL_STR("unknown"), APL_STR_NONE));
    assert_int_equal(history.asset_count, 0);
    free_snapshot(&second);
    close_all(store, &first);
}

static void finds_a_finding_by_its_id(void **state)
{
    store_test *test = *state;
    apl_snapshot first;
    apl_store *store = store_with(test, &first, 10);
    apl_finding_key key;

    assert_ok(apl_store_find_finding(&key, test->arena, store, apl_str_from(first.estate->findings.items[2].id)));
    assert_same_text(key.rule_id, sample_rule.id);
    assert_same_text(key.asset_id, first.estate->assets.items[6].id);
    assert_ok(apl_store_find_finding(&key, test->arena, store, APL_STR("00000000000000000000000000000000")));
    assert_int_equal(key.rule_id.size, 0);
    assert_ok(apl_store_find_finding(&key, test->arena, store, APL_STR("no id")));
    assert_int_equal(key.rule_id.size, 0);
    close_all(store, &first);
}

static void snapshots_are_found_by_the_beginning_of_their_id(void **state)
{
    store_test *test = *state;
    apl_snapshot first;
    apl_store *store = store_with(test, &first, 4);
    apl_snapshot second = make_snapshot(test, first.estate, 0x10);
    apl_snapshot third = make_snapshot(test, first.estate, 0xabc);
    apl_store_read_options options = {.vocabulary = &test->vocabulary};
    apl_scan_info *scans;
    apl_snapshot found;
    apl_summary summary;
    size_t count;

    assert_ok(apl_store_write(store, &second));
    assert_ok(apl_store_write(store, &third));
    assert_ok(apl_store_scans(&scans, &count, test->arena, store));
    assert_int_equal(count, 3);
    assert_same_scan(&scans[0], &third.scan);
    assert_same_scan(&scans[2], &first.scan);
    found = read_snapshot(test, store, "00000010");
    assert_same_text(found.scan.id, second.scan.id);
    free_snapshot(&found);
    found = read_snapshot(test, store, "00000ABC");
    assert_same_text(found.scan.id, third.scan.id);
    free_snapshot(&found);
    assert_int_equal(apl_store_read(&found, test->arena, store, APL_STR("000000"), &options), APL_E_USAGE);
    assert_non_null(strstr(apl_error_message(), "several snapshots begin with 000000"));
    assert_int_equal(apl_store_read(&found, test->arena, store, APL_STR("ff"), &options), APL_E_USAGE);
    assert_non_null(strstr(apl_error_message(), "there is no snapshot ff"));
    assert_int_equal(apl_store_write(store, &first), APL_E_STORE);
    assert_non_null(strstr(apl_error_message(), "is in the store already"));

    assert_ok(apl_store_summary(&summary, store, APL_STR("latest")));
    assert_int_equal(summary.assets, 4);
    assert_int_equal(summary.ai_assets, 2);
    assert_int_equal(summary.findings[APL_SEVERITY_HIGH], 2);
    assert_int_equal(summary.by_status[APL_STATUS_PASS], 17);
    assert_true(summary.is_partial);
    close_all(store, &first);
}

static void a_failed_write_leaves_nothing_behind(void **state)
{
    store_test *test = *state;
    apl_snapshot first;
    apl_store *store = store_with(test, &first, 10);
    apl_snapshot second = make_snapshot(test, make_estate(test, 300), 2);

    second.estate->assets.items[250].origin.offset = 1u << 30; /* behind the end of the spool */
    assert_int_equal(apl_store_write(store, &second), APL_E_IO);
    assert_stored(test, store, &first);
    assert_int_equal(number_of(store, "SELECT count(*) FROM bodies"), 10);
    APL_PUSH(&second.estate->findings, second.estate->findings.items[3]);
    set_body(second.estate, 250, "first");
    assert_int_equal(apl_store_write(store, &second), APL_E_STORE);
    assert_non_null(strstr(apl_error_message(), "two findings with the same key"));
    second.estate->findings.count--;
    assert_ok(apl_store_write(store, &second));
    assert_stored(test, store, &second);
    free_snapshot(&second);
    close_all(store, &first);
}

static void another_process_may_write_between(void **state)
{
    store_test *test = *state;
    apl_snapshot first;
    apl_store *store = store_with(test, &first, 10);
    apl_store *other = open_store(test, true);
    apl_snapshot second = make_snapshot(test, make_estate(test, 10), 2);
    apl_snapshot third = make_snapshot(test, make_estate(test, 10), 3);

    second.estate->assets.items[4].location = APL_STR("northeurope");
    third.estate->assets.items[4].location = APL_STR("uksouth");
    assert_ok(apl_store_write(other, &second));
    assert_ok(apl_store_write(store, &third));
    assert_stored(test, other, &first);
    assert_stored(test, other, &second);
    assert_stored(test, other, &third);
    apl_store_close(other);
    free_snapshot(&second);
    free_snapshot(&third);
    close_all(store, &first);
}

static void reads_bodies_with_the_snapshot(void **state)
{
    store_test *test = *state;
    apl_store_read_options options = {.vocabulary = &test->vocabulary, .wants_bodies = true};
    apl_snapshot first;
    apl_store *store = store_with(test, &first, 1000);
    apl_snapshot found;
    apl_text text;

    assert_ok(apl_store_read(&found, test->arena, store, APL_STR_NONE, &options));
    assert_true(number_of(store, "SELECT count(*) FROM dictionaries") == 2);
    assert_int_equal(number_of(store, "SELECT count(*) FROM bodies WHERE dictionary IS NULL"), 0);
    for (apl_asset_id i = 0; i < 1000; i++) {
        apl_text_init(&text, 1000);
        assert_ok(apl_estate_body(&text, first.estate, &first.estate->assets.items[i]));
        apl_text written;
        apl_text_init(&written, 1000);
        apl_value_write(&written, found.bodies[i], 0);
        assert_same_text(apl_text_str(&written), apl_text_str(&text));
        apl_text_free(&written);
        apl_text_free(&text);
    }
    free_snapshot(&found);
    close_all(store, &first);
}

static void a_vocabulary_without_a_word_leaves_it_out(void **state)
{
    store_test *test = *state;
    apl_snapshot first;
    apl_store *store = store_with(test, &first, 10);
    apl_vocabulary small;
    apl_snapshot found;

    apl_vocabulary_init(&small, test->arena);
    assert_ok(apl_vocabulary_add(&small, json_of(test, "{\"relations\":{\"stores-in\":{\"title\":\"stores in\"}}}"),
                                 "small"));
    apl_store_read_options options = {.vocabulary = &small};
    assert_ok(apl_store_read(&found, test->arena, store, APL_STR_NONE, &options));
    assert_int_equal(found.estate->assets.items[3].kind, APL_KIND_NONE);
    assert_int_equal(found.estate->relations.count, 8);
    free_snapshot(&found);
    apl_vocabulary_free(&small);
    close_all(store, &first);
}

#define WITH_STORE(test) cmocka_unit_test_setup_teardown(test, store_setup, store_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_STORE(gives_back_what_was_written),
        WITH_STORE(gives_back_every_field),
        WITH_STORE(gives_back_an_empty_estate),
        WITH_STORE(an_unchanged_scan_writes_one_row),
        WITH_STORE(other_times_of_reading_are_kept_with_the_scan),
        WITH_STORE(a_changed_asset_closes_one_row_and_opens_one),
        WITH_STORE(a_changed_body_is_added_and_the_old_one_kept),
        WITH_STORE(equal_bodies_are_kept_once),
        WITH_STORE(a_scan_without_bodies_leaves_those_of_earlier_ones),
        WITH_STORE(bodies_come_later_when_they_were_not_kept_first),
        WITH_STORE(a_vanished_asset_closes_and_may_come_back),
        WITH_STORE(a_new_asset_between_others_finds_its_place),
        WITH_STORE(a_finding_that_changes_its_status_has_a_history),
        WITH_STORE(a_reworded_rule_touches_no_finding),
        WITH_STORE(relations_that_change_are_packed_again),
        WITH_STORE(coverage_that_says_the_same_twice_is_kept_twice),
        WITH_STORE(ids_compare_as_their_provider_does),
        WITH_STORE(the_history_of_an_asset_names_what_changed),
        WITH_STORE(finds_a_finding_by_its_id),
        WITH_STORE(snapshots_are_found_by_the_beginning_of_their_id),
        WITH_STORE(a_failed_write_leaves_nothing_behind),
        WITH_STORE(another_process_may_write_between),
        WITH_STORE(reads_bodies_with_the_snapshot),
        WITH_STORE(a_vocabulary_without_a_word_leaves_it_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
