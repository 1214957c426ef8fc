/* tests/unit/test_address.c: sets of addresses, and what a network stands for.
 *
 * The sets against a bitmap on a short line; public addresses against the list of private ones. */
#include "test_random.h"

#include "exposure/address.h"

#define LINE 200u /* the small line that sets are tried on */

static apl_span_set random_set(random_source *random, apl_arena *arena, bool *bits)
{
    size_t count = random_below(random, 6);
    apl_span *items = APL_ARENA_ARRAY(arena, apl_span, count);

    memset(bits, 0, LINE * sizeof *bits);
    for (size_t i = 0; i < count; i++) {
        uint64_t first = random_below(random, LINE);
        uint64_t last = first + random_below(random, (uint32_t)(LINE - first));
        items[i] = (apl_span){first, last};
        for (uint64_t at = first; at <= last; at++)
            bits[at] = true;
    }
    return apl_spans_tidy(items, count);
}

static void assert_set(apl_span_set set, const bool *bits)
{
    uint64_t size = 0;

    for (size_t i = 0; i < set.count; i++) {
        assert_true(set.items[i].first <= set.items[i].last);
        if (i)
            assert_true(set.items[i].first > set.items[i - 1].last);
    }
    for (unsigned at = 0; at < LINE; at++) {
        assert_int_equal(apl_spans_has(set, at), bits[at]);
        size += bits[at];
    }
    assert_int_equal(apl_spans_size(set), size);
}

static void sets_are_what_a_bitmap_says(void **state)
{
    random_source random = {11};
    apl_arena *arena = apl_arena_new();
    (void)state;

    for (unsigned round = 0; round < 3000; round++) {
        bool a[LINE];
        bool b[LINE];
        bool both[LINE];
        bool left[LINE];
        bool any[LINE];
        apl_span_set x = random_set(&random, arena, a);
        apl_span_set y = random_set(&random, arena, b);
        for (unsigned at = 0; at < LINE; at++) {
            both[at] = a[at] && b[at];
            left[at] = a[at] && !b[at];
            any[at] = a[at] || b[at];
        }
        assert_set(x, a);
        assert_set(apl_spans_and(arena, x, y), both);
        assert_set(apl_spans_without(arena, x, y), left);
        assert_set(apl_spans_or(arena, x, y), any);
        apl_arena_reset(arena);
    }
    apl_arena_free(arena);
}

typedef struct network_case {
    const char *text;
    uint64_t first;
    uint64_t last;
} network_case;

static const network_case network_cases[] = {
    {"1.2.3.4", 0x01020304, 0x01020304},
    {" 1.2.3.0/24 ", 0x01020300, 0x010203FF},
    {"1.2.3.9/24", 0x01020300, 0x010203FF},
    {"0.0.0.0/0", 0, 0xFFFFFFFF},
    {"2001:db8::/32", UINT64_C(0x20010DB800000000), UINT64_C(0x20010DB8FFFFFFFF)},
    {"2001:db8::1", UINT64_C(0x20010DB800000000), UINT64_C(0x20010DB800000000)},
    {"::/0", UINT64_C(0x100000000), UINT64_MAX},
    {"::1", UINT64_MAX, UINT64_MAX},
};

static void networks_have_their_place(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof network_cases / sizeof *network_cases; i++) {
        apl_network net;
        assert_true(apl_network_parse(&net, apl_str_from(network_cases[i].text)));
        apl_span span = apl_span_of(&net);
        if (span.first != network_cases[i].first || span.last != network_cases[i].last)
            fail_msg("%s: %llx-%llx", network_cases[i].text, (unsigned long long)span.first,
                     (unsigned long long)span.last);
    }
}

/* What is public is exactly what is not private, as far as private is known; both families. */
static void public_addresses_are_not_private(void **state)
{
    random_source random = {3};
    (void)state;

    for (unsigned i = 0; i < 100000; i++) {
        uint32_t address = (uint32_t)random_next(&random);
        char text[32];
        apl_network net;
        (void)snprintf(text, sizeof text, "%u.%u.%u.%u", address >> 24, address >> 16 & 255, address >> 8 & 255,
                       address & 255);
        assert_true(apl_network_parse(&net, apl_str_from(text)));
        bool is_special = address >> 24 == 0 || address >> 28 >= 14; /* this network, multicast, reserved */
        assert_int_equal(apl_spans_has(apl_spans_public, address), !apl_network_is_private(&net) && !is_special);
    }
    assert_true(apl_spans_has(apl_spans_public, UINT64_C(0x20010DB800000000)));
    assert_false(apl_spans_has(apl_spans_public, UINT64_C(0xFD00000000000000)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sets_are_what_a_bitmap_says),
        cmocka_unit_test(networks_have_their_place),
        cmocka_unit_test(public_addresses_are_not_private),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
