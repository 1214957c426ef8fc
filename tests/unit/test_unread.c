/* tests/unit/test_unread.c: which relations of which assets are in doubt when documents were not read.
 *
 * Ids against patterns by a table; then one asset of each sort and rows of coverage, and all that is in doubt. */
#include "test_random.h"

#include "test_small_cloud.h"

#include "model/unread.h"

typedef struct fitting {
    const char *id;
    const char *pattern;
    bool fits;
} fitting;

static const fitting fittings[] = {
    {"/a/b/c", "*", true},
    {"", "*", true},
    {"/s/1/providers/T/x/y", "*/providers/T/x/*", true},
    {"/s/1/providers/t/X/y", "*/Providers/T/x/*", true},
    {"/s/1/providers/T/x/y/z/w", "*/providers/T/x/*", false},
    {"/s/1/providers/T/x/y/z/w", "*/providers/T/x/*/z/*", true},
    {"providers/T/x/y", "*/providers/T/x/*", true},
    {"T/x/y", "*/providers/T/x/*", false},
    {"entra://t/users/1", "entra://*/users/*", true},
    {"entra://t/groups/1", "entra://*/users/*", false},
    {"entra://t", "entra://*", true},
    {"/subscriptions/1/x/y", "/subscriptions/*", true},
    {"/subscriptions", "/subscriptions/*", false},
    {"//host/a/b", "//host/*", true},
    {"//host/a/b", "//host/*/c", false},
    {"arn:x:y", "arn:*:y", true},
    {"arn:x:z", "arn:*:y", false},
    {"a/b", "a", false},
    {"a", "a/b", false},
};

static void ids_fit_patterns_segment_by_segment(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof fittings / sizeof fittings[0]; i++) {
        bool fits = apl_unread_fits(apl_str_from(fittings[i].id), apl_str_from(fittings[i].pattern));
        if (fits != fittings[i].fits)
            fail_msg("%s and %s", fittings[i].id, fittings[i].pattern);
    }
}

#define OTHER_SUBSCRIPTION "/subscriptions/00000000-0000-0000-0000-000000000002"
#define FAR_STORE OTHER_SUBSCRIPTION "/resourceGroups/rg/providers/T.Data/stores/far"
#define UNREAD(scope, type) "{`source`: `azure`, `scope`: `" scope "`, `unread`: `" type "`, `why`: `403`}"
#define HERE "00000000-0000-0000-0000-000000000001"

/* One asset of each sort, all of which were read. */
static const char assets[] =
    "[{`id`: `" SMALL_ACCOUNT "a`, `properties`: {}}, {`id`: `" SMALL_STORE "s`, `properties`: {}},"
    " {`id`: `" FAR_STORE "`, `properties`: {}},"
    " {`id`: `7`, `userPrincipalName`: `x@contoso.com`, `displayName`: `U`}]";

/* "stores-in<s" for each relation of each asset that may be missing: where they end, or start. */
static const char *doubts_after(const char *rows)
{
    static char kept[512];
    const char *const ids[] = {SMALL_ACCOUNT "a", SMALL_STORE "s", FAR_STORE, "entra://-/users/7"};
    small_cloud cloud;
    apl_text text;

    small_cloud_open(&cloud, 1, true);
    small_cloud_read(&cloud, 0, assets);
    small_cloud_read(&cloud, 0, rows);
    small_cloud_link(&cloud, 1);
    apl_text_init(&text, sizeof kept - 1);
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
        const apl_asset *asset = small_asset(&cloud, ids[i]);
        for (size_t r = 0; r < 2 * cloud.vocabulary.relations.count; r++) {
            bool is_out = r % 2;
            const apl_unread_relation *found =
                apl_unread_find(&cloud.estate, asset, (apl_relation_type)(r / 2), is_out);
            if (found)
                apl_text_add_format(&text, "%.*s%s%.*s ", APL_STR_ARG(cloud.vocabulary.relations.items[r / 2].name),
                                    is_out ? ">" : "<", APL_STR_ARG(asset->name));
        }
    }
    memcpy(kept, text.data ? text.data : "", text.size);
    kept[text.size] = 0;
    apl_text_free(&text);
    small_cloud_close(&cloud);
    return kept;
}

static void only_what_such_documents_could_say_is_in_doubt(void **state)
{
    (void)state;
    assert_string_equal(doubts_after("[]"), "");
    assert_string_equal(doubts_after(UNREAD(HERE, "T.Data/stores")), ""); /* they make no relations */
    assert_string_equal(doubts_after(UNREAD(HERE, "T.Nobody/knows")), "");
    /* Who may have one: `grounded-on` anything, `stores-in` a storage account, `connects-to` anything, a role anything,
     * and only a user may have the role. */
    assert_string_equal(doubts_after(UNREAD(HERE, "T.Ai/accounts")),
                        "grounded-on<a has-role<a connects-to<a stores-in<s grounded-on<s has-role<s connects-to<s "
                        "grounded-on<U has-role<U has-role>U connects-to<U ");
}

static void a_child_is_missed_where_it_would_stand(void **state)
{
    (void)state;
    assert_string_equal(doubts_after(UNREAD(HERE, "T.Ai/accounts/parts")),
                        "contains>a stores-in<a stores-in<s stores-in<U ");
}

static void another_subscription_doubts_nothing_here(void **state)
{
    (void)state;
    assert_string_equal(doubts_after(UNREAD("00000000-0000-0000-0000-000000000002", "T.Ai/accounts/parts")),
                        "stores-in<far stores-in<U "); /* who is in the directory is in no subscription */
    assert_string_equal(doubts_after(UNREAD("", "T.Data/guests")),
                        "stores-in<a stores-in<s stores-in<far stores-in<U ");
}

/* Rows of coverage that say the same type of so many subscriptions. */
static size_t doubts_of(unsigned subscriptions)
{
    small_cloud cloud;
    char row[256];

    small_cloud_open(&cloud, 1, true);
    small_cloud_read(&cloud, 0, assets);
    for (unsigned i = 1; i <= subscriptions; i++) {
        (void)snprintf(row, sizeof row, UNREAD("00000000-0000-0000-0000-%012u", "T.Ai/accounts"), i);
        small_cloud_read(&cloud, 0, row);
    }
    small_cloud_link(&cloud, 1);
    size_t count = cloud.estate.unread.count;
    small_cloud_close(&cloud);
    return count;
}

/* What holds for objects above all scopes is the same, however many scopes say it. */
static void many_subscriptions_say_a_thing_once_for_the_directory(void **state)
{
    size_t of_one = doubts_of(1);

    (void)state;
    assert_true(of_one >= 2);
    assert_int_equal(doubts_of(20), of_one / 2 * 21);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ids_fit_patterns_segment_by_segment),
        cmocka_unit_test(only_what_such_documents_could_say_is_in_doubt),
        cmocka_unit_test(a_child_is_missed_where_it_would_stand),
        cmocka_unit_test(another_subscription_doubts_nothing_here),
        cmocka_unit_test(many_subscriptions_say_a_thing_once_for_the_directory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
