/* tests/unit/test_open.c: from a parsed value to the documents in it.
 *
 * One text each, and the coverage that it must give: state, type and number of documents. */
#include "test_random.h"

#include "test_small_cloud.h"

/* The coverage rows of a text, as "state type count" joined by "; ", sorted as a scan sorts them. */
static const char *coverage_of(apl_arena *arena, const char *json, size_t *assets)
{
    small_cloud cloud;
    apl_text text;
    uint64_t counted = 0;

    small_cloud_open(&cloud, 1, false);
    small_cloud_read(&cloud, 0, json);
    *assets = apl_normalizer_assets(cloud.normalizers[0])->count;
    small_cloud_link(&cloud, 1);
    apl_text_init(&text, SIZE_MAX);
    for (size_t i = 0; i < cloud.estate.coverage.count; i++) {
        const apl_coverage *row = &cloud.estate.coverage.items[i];
        apl_text_add_format(&text, "%s%s %.*s %llu", i ? "; " : "", apl_coverage_names[row->state],
                            APL_STR_ARG(row->type), (unsigned long long)row->count);
        counted += row->count;
    }
    assert_int_equal(counted, cloud.estate.documents);
    const char *made = test_text(arena, apl_text_str(&text));
    apl_text_free(&text);
    small_cloud_close(&cloud);
    return made;
}

typedef struct opened {
    const char *json;
    const char *coverage;
    size_t assets;
} opened;

#define STORE(name) "{`id`: `" SMALL_STORE name "`, `properties`: {}}"
#define STORES(count) "read T.Data/stores " count

static const opened opened_cases[] = {
    /* one resource, and what it may lack */
    {STORE("s"), STORES("1"), 1},
    {"{`id`: `" SMALL_STORE "s`, `type`: `t.data/STORES`, `properties`: {}}", STORES("1"), 1},
    {"{`id`: `" SMALL_STORE "s`}", "partial T.Data/stores 1", 1},
    {"{`id`: `" SMALL_GROUP "`, `type`: `microsoft.resources/subscriptions/resourcegroups`, `properties`: {}}",
     "read Microsoft.Resources/resourceGroups 1", 1},
    {"{`id`: `" SMALL_GROUP "/providers/A.B/c/d`}", "unsupported A.B/c 1", 0},
    {"{`a`: 1, `b`: 2, `c`: 3, `d`: 4, `e`: 5}", "unsupported object(a,b,c,d) 1", 0},
    {"{}", "unsupported object() 1", 0},
    {"{`type`: `X::Y`}", "unsupported X::Y 1", 0},
    {"7", "unsupported value that is no object 1", 0},
    /* parts are assets, but no documents; one without a name has no id */
    {"{`id`: `" SMALL_ACCOUNT "a`, `properties`: {`Only`: {`name`: `x`}, `inner`: {`rooms`: ["
     "{`parts`: [{`name`: `y`}]}, 7, "
     "{`parts`: {`name`: `no`}}, {`parts`: [{`name`: `z`}, {`title`: `none`}, `no`]}]}}}",
     "read T.Ai/accounts 1", 4},
    /* lists and pages */
    {"[" STORE("s") ", " STORE("t") "]", STORES("2"), 2},
    {"[[[" STORE("s") "]]]", STORES("1"), 1},
    {"[]", "read empty list 1", 0},
    {"{`value`: []}", "read empty list 1", 0},
    {"{`value`: [" STORE("s") "], `nextLink`: `x`}", STORES("1"), 1},
    {"{`VALUE`: [" STORE("s") "]}", STORES("1"), 1},
    {"{`data`: {`items`: [" STORE("s") "]}}", STORES("1"), 1},
    {"{`value`: [" STORE("s") "], `items`: [" STORE("t") "]}", STORES("2"), 2},
    {"{`value`: [1, 2]}", "unsupported object(value) 1", 0},
    {"{`value`: [" STORE("s") ", 1, [" STORE("t") "]]}", STORES("2") "; unsupported value that is no object 1", 2},
    {"{`value`: [{`x`: 1}]}", "unsupported value[] object(x) 1", 0},
    {"[[[[[[[[[[" STORE("s") "]]]]]]]]]]", "unsupported value that is no object 1", 0},
    {STORE("s") " " STORE("t"), STORES("2"), 2},
    /* bodies that are recognised */
    {"{`thingSummaries`: [{`arn`: `arn:aws:a:r:1:thing/x`}]}", "partial AWS::Small::Thing 1", 1},
    {"{`thing`: {`arn`: `arn:aws:a:r:1:thing/x`, `size`: 1}}", "read AWS::Small::Thing 1", 1},
    {"{`userPrincipalName`: `x`, `id`: `1`}", "read microsoft.graph.user 1", 1},
    {"{`userPrincipalName`: `x`}", "unsupported microsoft.graph.user 1", 0},
    /* Microsoft Graph */
    {"{`@odata.context`: `https://graph.microsoft.com/v1.0/$metadata#users`, `value`: [{`id`: `1`}, {`id`: `2`}]}",
     "read microsoft.graph.user 2", 2},
    {"{`@odata.context`: `https://graph.microsoft.com/v1.0/$metadata#users/$entity`, `id`: `1`}",
     "read microsoft.graph.user 1", 1},
    {"{`@odata.context`: `https://graph.microsoft.com/v1.0/$metadata#users(id,displayName)`, `value`: [{`id`: `1`}]}",
     "read microsoft.graph.user 1", 1},
    {"{`@odata.context`: `https://graph.microsoft.com/v1.0/$metadata#groups('g')/users(id,manager(id))`,"
     " `value`: [{`id`: `1`}]}",
     "read microsoft.graph.user 1", 1},
    {"{`value`: [{`@odata.type`: `#microsoft.graph.user`, `id`: `1`}, {`@odata.type`: `#microsoft.graph.group`}]}",
     "read microsoft.graph.user 1; unsupported microsoft.graph.group 1", 1},
    {"{`@odata.context`: `https://graph.microsoft.com/v1.0/$metadata#policies`, `value`: [{`id`: `1`}]}",
     "unsupported microsoft.graph.policy 1", 0},
    /* envelopes */
    {"{`source`: `azure`, `type`: `T.Data/stores`, `id`: `" SMALL_STORE "s`, `body`: {`properties`: {}}}", STORES("1"),
     1},
    {"{`source`: `aws`, `type`: `AWS::Small::Thing`, `id`: `arn:x`, `body`: {}}", "read AWS::Small::Thing 1", 1},
    {"{`source`: `azure`, `body`: " STORE("s") "}", STORES("1"), 1},
    {"{`source`: `azure`, `scope`: `s`, `unread`: `T.Data/stores`, `why`: `403`, `needs`: `n`}",
     "unread T.Data/stores 0", 0},
    {"{`source`: `x`, `type`: `No.Such/type`, `body`: {}}", "unsupported No.Such/type 1", 0},
    /* other people's shapes */
    {"{`columns`: [{`name`: `id`}, {`name`: `properties`}], `rows`: [[`" SMALL_STORE "s`, {}], [`" SMALL_STORE
     "t`, {}], 7]}",
     STORES("2"), 2},
    {"{`columns`: [], `rows`: []}", "read empty list 1", 0},
    {"{`apiVersion`: `v1`, `kind`: `List`, `metadata`: {}, `items`: [{`apiVersion`: `v1`, `kind`: `Pod`, `metadata`: "
     "{}}]}",
     "unsupported v1/Pod 1", 0},
    {"{`assetType`: `T.Data/stores`, `name`: `//x/y`, `resource`: {`data`: {`id`: `x`, `properties`: {}}}}",
     STORES("1"), 1},
    {"{`error`: {`code`: `Forbidden`, `message`: `No.`}}", "unread answer with an error 1", 0},
    {"{`error`: {`code`: 403, `message`: `No.`, `status`: `PERMISSION_DENIED`}}", "unread answer with an error 1", 0},
    {"{`error`: {`code`: `X`}, `value`: [" STORE("s") "]}", STORES("1") "; unread answer with an error 0", 1},
    {"{`id`: `1`, `error`: {`code`: `X`}}", "unsupported object(id,error) 1", 0},
    {"{`kind`: `Status`, `apiVersion`: `v1`, `metadata`: {}, `status`: `Failure`, `reason`: `Forbidden`}",
     "unread answer with an error 1", 0},
    {"{`kind`: `Status`, `apiVersion`: `v1`, `metadata`: {}, `status`: `Success`}", "unsupported v1/Status 1", 0},
};

static void opens_what_it_is_given(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof opened_cases / sizeof *opened_cases; i++) {
        apl_arena *arena = apl_arena_new();
        size_t assets = 0;
        const char *coverage = coverage_of(arena, opened_cases[i].json, &assets);
        apl_text all;
        apl_text_init(&all, SIZE_MAX); /* rows may come in the order of their sources: compare them one by one */
        apl_text_add_format(&all, "; %s; ", coverage);
        apl_str rest = apl_str_from(opened_cases[i].coverage);
        size_t size = 0;
        while (rest.size) {
            long end = apl_str_find(rest, APL_STR("; "));
            apl_str row = end < 0 ? rest : apl_str_slice(rest, 0, (size_t)end);
            apl_str wanted = apl_arena_format(arena, "; %.*s; ", APL_STR_ARG(row));
            if (apl_str_find(apl_text_str(&all), wanted) < 0)
                fail_msg("%s gives %s", opened_cases[i].json, coverage);
            size += row.size + 2;
            rest = end < 0 ? APL_STR_NONE : apl_str_slice(rest, (size_t)end + 2, rest.size);
        }
        if (size != all.size - 2 || assets != opened_cases[i].assets)
            fail_msg("%s gives %s, %zu assets", opened_cases[i].json, coverage, assets);
        apl_text_free(&all);
        apl_arena_free(arena);
    }
}

/* In policy evaluation every body is judged; one without an id gets one that does not depend on who read it. */
static void every_body_is_judged_when_asked_for(void **state)
{
    apl_arena *arena = apl_arena_new();
    apl_str texts[2];
    (void)state;

    for (unsigned round = 0; round < 2; round++) {
        small_cloud cloud;
        small_cloud_open(&cloud, 2, true);
        if (round)
            small_cloud_read(&cloud, 1, STORE("s"));
        small_cloud_read(&cloud, round, "[{`type`: `Un.Known/x`, `a`: 1}, {`type`: `Un.Known/x`}, {}, {`id`: `i`}]");
        if (round == 0)
            small_cloud_read(&cloud, 1, STORE("s"));
        small_cloud_link(&cloud, 1);
        assert_non_null(small_asset(&cloud, "file:x.json#0/0"));
        assert_non_null(small_asset(&cloud, "i"));
        texts[round] = small_cloud_text(&cloud, arena);
        small_cloud_close(&cloud);
    }
    assert_string_equal(texts[0].data, texts[1].data);
    apl_arena_free(arena);
}

static void deep_pages_end(void **state)
{
    apl_arena *arena = apl_arena_new();
    size_t assets = 0;
    (void)state;

    const char *coverage =
        coverage_of(arena,
                    "{`value`:[{`value`:[{`value`:[{`value`:[{`value`:[{`value`:[{`value`:[{`value`:["
                    "{`value`:[" STORE("s") "]}]}]}]}]}]}]}]}]}",
                    &assets);
    assert_string_equal(coverage, "unsupported value[] object(value) 1");
    apl_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(opens_what_it_is_given),
        cmocka_unit_test(every_body_is_judged_when_asked_for),
        cmocka_unit_test(deep_pages_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
