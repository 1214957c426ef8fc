/* tests/unit/test_exposure.c: who can reach an asset.
 *
 * Address ranges by a table and by the addresses at their ends; then the order in which the inputs of a type decide. */
#include "test_random.h"

#include <arpa/inet.h>

#include "base/limits.h"
#include "test_small_cloud.h"

typedef struct range_case {
    const char *range;
    apl_exposure exposure;
} range_case;

static const range_case range_cases[] = {
    {"*", APL_EXPOSURE_INTERNET},
    {"Any", APL_EXPOSURE_INTERNET},
    {"Internet", APL_EXPOSURE_INTERNET},
    {"0.0.0.0/0", APL_EXPOSURE_INTERNET},
    {"::/0", APL_EXPOSURE_INTERNET},
    {"8.0.0.0/8", APL_EXPOSURE_INTERNET},
    {"8.0.0.0/9", APL_EXPOSURE_TRUSTED},
    {"8.8.8.8", APL_EXPOSURE_TRUSTED},
    {" 8.8.8.8 ", APL_EXPOSURE_TRUSTED},
    {" 8.8.8.0/24 ", APL_EXPOSURE_TRUSTED},
    {"\t\t\t\t\t\t\t\t\t10.0.0.0/8", APL_EXPOSURE_PRIVATE},
    {"         /", APL_EXPOSURE_UNKNOWN},
    {"8.8.8.8/32", APL_EXPOSURE_TRUSTED},
    {"2001:db8::/32", APL_EXPOSURE_INTERNET},
    {"2001:db8::/33", APL_EXPOSURE_TRUSTED},
    {"2001:db8::1", APL_EXPOSURE_TRUSTED},
    {"10.0.0.0/8", APL_EXPOSURE_PRIVATE},
    {"10.0.0.0/7", APL_EXPOSURE_INTERNET},
    {"10.1.2.3", APL_EXPOSURE_PRIVATE},
    {"172.16.0.0/12", APL_EXPOSURE_PRIVATE},
    {"172.32.0.1", APL_EXPOSURE_TRUSTED},
    {"192.168.0.0/16", APL_EXPOSURE_PRIVATE},
    {"100.64.0.0/10", APL_EXPOSURE_PRIVATE},
    {"169.254.0.0/16", APL_EXPOSURE_PRIVATE},
    {"127.0.0.1", APL_EXPOSURE_PRIVATE},
    {"fd00::/8", APL_EXPOSURE_PRIVATE},
    {"fe80::1", APL_EXPOSURE_PRIVATE},
    {"10.0.0.1-10.0.0.9", APL_EXPOSURE_PRIVATE},
    {"8.8.8.8-8.8.8.9", APL_EXPOSURE_TRUSTED},
    {"8.8.8.8 - 9.8.8.8", APL_EXPOSURE_INTERNET},
    {"10.0.0.1-8.8.8.8", APL_EXPOSURE_INTERNET},
    {"0.0.0.0-255.255.255.255", APL_EXPOSURE_INTERNET},
    {"2001:db8::1-2001:db9::1", APL_EXPOSURE_INTERNET},
    {"", APL_EXPOSURE_UNKNOWN},
    {"VirtualNetwork", APL_EXPOSURE_UNKNOWN},
    {"8.8.8.8/33", APL_EXPOSURE_UNKNOWN},
    {"8.8.8.8/x", APL_EXPOSURE_UNKNOWN},
    {"8.8.8/24", APL_EXPOSURE_UNKNOWN},
    {"8.8.8.8-", APL_EXPOSURE_UNKNOWN},
    {"8.8.8.8-::1", APL_EXPOSURE_UNKNOWN},
};

static void ranges_have_a_width(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof range_cases / sizeof *range_cases; i++) {
        apl_exposure found = apl_exposure_of_range(apl_str_from(range_cases[i].range));
        if (found != range_cases[i].exposure)
            fail_msg("\"%s\" is %s", range_cases[i].range, apl_exposure_names[found]);
    }
}

/* A range is private exactly when its first and its last address are, and they are in one private block. */
static void private_ranges_are_private_at_both_ends(void **state)
{
    random_source random = {1};
    (void)state;

    for (unsigned i = 0; i < 20000; i++) {
        static const uint32_t starts[] = {0x0A000000, 0xAC100000, 0xC0A80000, 0x64400000, 0xA9FE0000, 0x7F000000};
        uint32_t address = random_below(&random, 2)
                               ? (uint32_t)random_next(&random)
                               : starts[random_below(&random, 6)] + random_below(&random, 0x02000000);
        unsigned bits = random_below(&random, 33);
        uint32_t mask = bits ? UINT32_MAX << (32 - bits) : 0;
        char text[64];
        struct in_addr in = {htonl(address & mask)};
        char dotted[INET_ADDRSTRLEN];
        assert_non_null(inet_ntop(AF_INET, &in, dotted, sizeof dotted));
        (void)snprintf(text, sizeof text, "%s/%u", dotted, bits);
        apl_exposure found = apl_exposure_of_range(apl_str_from(text));
        struct in_addr last = {htonl((address & mask) | ~mask)};
        assert_non_null(inet_ntop(AF_INET, &last, dotted, sizeof dotted));
        apl_exposure at_end = apl_exposure_of_range(apl_str_from(dotted));
        if (found == APL_EXPOSURE_PRIVATE && at_end != APL_EXPOSURE_PRIVATE)
            fail_msg("%s ends at %s", text, dotted);
        if (found != APL_EXPOSURE_PRIVATE && bits <= 8 && found != APL_EXPOSURE_INTERNET)
            fail_msg("%s is %s", text, apl_exposure_names[found]);
    }
}

typedef struct decided {
    const char *properties;
    const char *exposure;
} decided;

static const decided decided_cases[] = {
    {"{}", "private"},
    {"{`public`: false}", "private"},
    {"{`public`: false, `open`: true, `ranges`: [{`value`: `*`}]}", "private"},
    {"{`public`: true, `open`: true}", "internet"},
    {"{`none`: true, `open`: true}", "none"},
    {"{`ranges`: [{`value`: `8.8.8.8`}]}", "trusted"},
    {"{`ranges`: [{`value`: `10.0.0.1`}, {`value`: `0.0.0.0/0`}]}", "internet"},
    {"{`ranges`: [{`value`: `what`}, {`value`: `0.0.0.0/0`}]}", "internet"},
    {"{`ranges`: [{`value`: `what`}, {`value`: `8.8.8.8`}]}", "unknown"},
    {"{`ranges`: [{`value`: `10.0.0.1`}]}", "private"},
    {"{`ranges`: [{`other`: 1}, 7]}", "private"},
    {"{`ranges`: []}", "private"},
    {"{`bypass`: true}", "trusted"},
    {"{`bypass`: true, `ranges`: [{`value`: `10.0.0.1`}]}", "trusted"},
    {"null", "unknown"},
};

static void inputs_decide_in_order(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof decided_cases / sizeof *decided_cases; i++) {
        small_cloud cloud;
        small_cloud_open(&cloud, 1, false);
        small_cloud_read(&cloud, 0,
                         apl_arena_format(cloud.arena,
                                          "[{`id`: `" SMALL_ACCOUNT "a`, `properties`: %s},"
                                          "{`id`: `" SMALL_ACCOUNT "a/parts/p`, `properties`: {}}]",
                                          decided_cases[i].properties)
                             .data);
        small_cloud_link(&cloud, 1);
        const char *own = apl_exposure_names[small_asset(&cloud, SMALL_ACCOUNT "a")->exposure];
        const char *part = apl_exposure_names[small_asset(&cloud, SMALL_ACCOUNT "a/parts/p")->exposure];
        if (strcmp(own, decided_cases[i].exposure) != 0 || strcmp(part, own) != 0)
            fail_msg("%s: %s, its part %s", decided_cases[i].properties, own, part);
        small_cloud_close(&cloud);
    }
}

/* The last of very many ranges must not be lost: what was not looked at is unknown, never trusted. */
static void very_many_ranges_are_unknown(void **state)
{
    small_cloud cloud;
    apl_text text;
    (void)state;

    apl_text_init(&text, SIZE_MAX);
    apl_text_add(&text, APL_STR("{\"id\":\"" SMALL_ACCOUNT "a\",\"properties\":{\"ranges\":["));
    for (unsigned i = 0; i < APL_FUNCTION_ITEMS_MAX; i++)
        apl_text_add(&text, APL_STR("{\"value\":\"8.8.8.8\"},"));
    apl_text_add(&text, APL_STR("{\"value\":\"0.0.0.0/0\"}]}}"));
    small_cloud_open(&cloud, 1, false);
    assert_true(small_cloud_read_text(&cloud, 0, apl_text_str(&text)));
    small_cloud_link(&cloud, 1);
    assert_int_equal(small_asset(&cloud, SMALL_ACCOUNT "a")->exposure, APL_EXPOSURE_UNKNOWN);
    apl_text_free(&text);
    small_cloud_close(&cloud);
}

static void without_inputs_the_kind_decides(void **state)
{
    small_cloud cloud;
    (void)state;

    small_cloud_open(&cloud, 1, false);
    small_cloud_read(&cloud, 0,
                     "[{`id`: `" SMALL_STORE "s`, `properties`: {}}, {`id`: `" SMALL_ACCOUNT "x/parts/p`, "
                     "`properties`: {}}]");
    small_cloud_link(&cloud, 1);
    assert_int_equal(small_asset(&cloud, SMALL_STORE "s")->exposure, APL_EXPOSURE_UNKNOWN);
    assert_int_equal(small_asset(&cloud, SMALL_GROUP)->exposure, APL_EXPOSURE_NONE);
    assert_int_equal(small_asset(&cloud, SMALL_ACCOUNT "x")->exposure, APL_EXPOSURE_UNKNOWN);
    assert_int_equal(small_asset(&cloud, SMALL_ACCOUNT "x/parts/p")->exposure, APL_EXPOSURE_UNKNOWN);
    small_cloud_close(&cloud);
}

typedef struct opened {
    const char *server;
    const char *rules; /* documents behind the server's, each with a comma before it */
    const char *exposure;
} opened;

#define SERVER SMALL_GROUP "/providers/T.Data/servers/"
#define RULE(server, name, first, last)                                                                                \
    ", {`id`: `" SERVER server "/rules/" name "`, `properties`: {`first`: `" first "`, `last`: `" last "`}}"

static const opened opened_cases[] = {
    {"{}", "", "unknown"},
    {"{}", RULE("other", "r", "0.0.0.0", "255.255.255.255"), "private"},
    {"{}", RULE("s", "r", "0.0.0.0", "0.0.0.0"), "trusted"},
    {"{}", RULE("s", "r", "10.0.0.1", "10.0.0.9"), "private"},
    {"{}", RULE("s", "q", "8.8.8.8", "8.8.8.9") RULE("s", "r", "0.0.0.0", "255.255.255.255"), "internet"},
    {"{}", RULE("s", "q", "8.8.8.8", "8.8.8.9") RULE("s", "r", "what", "8.8.8.8"), "unknown"},
    {"{}", RULE("s", "q", "what", "8.8.8.8") RULE("s", "r", "0.0.0.0", "255.255.255.255"), "internet"},
    {"{`public`: false}", RULE("s", "r", "0.0.0.0", "255.255.255.255"), "private"},
    {"{`public`: false}", "", "private"},
    {"null", RULE("s", "r", "8.8.8.8", "8.8.8.9"), "unknown"},
};

static void what_lies_below_opens(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof opened_cases / sizeof *opened_cases; i++) {
        small_cloud cloud;
        small_cloud_open(&cloud, 1, false);
        small_cloud_read(&cloud, 0,
                         apl_arena_format(cloud.arena, "[{`id`: `" SERVER "s`, `properties`: %s}%s]",
                                          opened_cases[i].server, opened_cases[i].rules)
                             .data);
        small_cloud_link(&cloud, 1);
        const char *found = apl_exposure_names[small_asset(&cloud, SERVER "s")->exposure];
        if (strcmp(found, opened_cases[i].exposure) != 0)
            fail_msg("%s%s: %s", opened_cases[i].server, opened_cases[i].rules, found);
        small_cloud_close(&cloud);
    }
}

static void where_each_has_one_none_is_unread(void **state)
{
    small_cloud cloud;
    (void)state;

    small_cloud_open(&cloud, 1, false);
    small_cloud_read(&cloud, 0,
                     "[{`id`: `" SERVER "s/hosts/a`, `properties`: {}}, {`id`: `" SERVER
                     "s/hosts/b`, `properties`: {}}" RULE("s/hosts/a", "r", "10.0.0.1", "10.0.0.2") "]");
    small_cloud_link(&cloud, 1);
    assert_int_equal(small_asset(&cloud, SERVER "s/hosts/a")->exposure, APL_EXPOSURE_PRIVATE);
    assert_int_equal(small_asset(&cloud, SERVER "s/hosts/b")->exposure, APL_EXPOSURE_UNKNOWN);
    small_cloud_close(&cloud);
}

typedef struct guest_case {
    const char *on;
    const char *range;
    apl_exposure exposure;
} guest_case;

static void nothing_is_wider_than_what_it_stands_in(void **state)
{
    static const guest_case cases[] = {
        {SERVER "shut", "*", APL_EXPOSURE_PRIVATE},        {SERVER "open", "*", APL_EXPOSURE_TRUSTED},
        {SERVER "open", "10.0.0.1", APL_EXPOSURE_PRIVATE}, {SERVER "none", "*", APL_EXPOSURE_UNKNOWN},
        {SERVER "none", "10.0.0.1", APL_EXPOSURE_PRIVATE}, {"", "*", APL_EXPOSURE_INTERNET},
    };
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        small_cloud cloud;
        small_cloud_open(&cloud, 1, false);
        small_cloud_read(
            &cloud, 0,
            apl_arena_format(cloud.arena,
                             "[{`id`: `" SERVER "shut`, `properties`: {`public`: false}},"
                             "{`id`: `" SERVER "open`, `properties`: {}}" RULE(
                                 "open", "r", "8.8.8.8",
                                 "8.8.8.9") ", {`id`: `" SMALL_GROUP
                                            "/providers/T.Data/guests/g`, `properties`: {`on`: `%s`, `range`: `%s`}}]",
                             cases[i].on, cases[i].range)
                .data);
        small_cloud_link(&cloud, 1);
        assert_int_equal(small_asset(&cloud, SMALL_GROUP "/providers/T.Data/guests/g")->exposure, cases[i].exposure);
        small_cloud_close(&cloud);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ranges_have_a_width),
        cmocka_unit_test(private_ranges_are_private_at_both_ends),
        cmocka_unit_test(inputs_decide_in_order),
        cmocka_unit_test(very_many_ranges_are_unknown),
        cmocka_unit_test(without_inputs_the_kind_decides),
        cmocka_unit_test(what_lies_below_opens),
        cmocka_unit_test(nothing_is_wider_than_what_it_stands_in),
        cmocka_unit_test(where_each_has_one_none_is_unread),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
