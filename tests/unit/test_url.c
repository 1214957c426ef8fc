/* tests/unit/test_url.c: URLs: what is read, and above all what is refused.
 *
 * Each refused one could lead a token to another host, or two parsers to different ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "net/url.h"

#define assert_text(text, expected) assert_true(apl_str_equal((text), apl_str_from(expected)))

static const char here[] = "https://management.azure.com/subscriptions/1/x?api-version=2025-06-01";

static void takes_apart(void **state)
{
    apl_url url;

    (void)state;
    assert_int_equal(apl_url_parse(&url, APL_STR("https://Host.example:8443/a/b?c=d&e#f")), APL_OK);
    assert_text(url.scheme, "https");
    assert_text(url.host, "Host.example");
    assert_int_equal(url.port, 8443);
    assert_text(url.path, "/a/b");
    assert_text(url.query, "c=d&e");
    assert_int_equal(apl_url_parse(&url, APL_STR("http://[fe80::1]?x")), APL_OK);
    assert_text(url.host, "fe80::1");
    assert_int_equal(url.port, 80);
    assert_text(url.path, "");
    assert_text(url.query, "x");
}

static void refuses(void **state)
{
    static const char *const bad[] = {
        "",
        "/path",
        "ftp://host/",
        "https:/host",
        "https:///x",
        "https://",
        "https://host:0/",
        "https://host:65536/",
        "https://host:80x/",
        "https://host:/",
        "https://user@host/",
        "https://user:word@host/",
        "https://a@b@host/",
        "https://host\\evil/",
        "https://ho st/",
        "https://host/a b",
        "https://host/\r\nX: y",
        "https://host/\x01",
        "https://h\xc3\xb6st/",
        "https://host/\xc3\xb6",
        "https://.host/",
        "https://host./",
        "https://a..b/",
        "https://[::1/",
        "https://[host]/",
        "https://[::1]x/",
        "https://ho%73t/",
        "javascript:alert(1)",
    };
    apl_url url;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(apl_url_parse(&url, apl_str_from(bad[i])), APL_E_INPUT);
}

static void follows_links_to_the_same_host(void **state)
{
    static const char *const links[][2] = {
        {"https://management.azure.com/next", "https://management.azure.com/next"},
        {"https://MANAGEMENT.azure.com:443/next", "https://MANAGEMENT.azure.com:443/next"},
        {"/next?$skiptoken=a", "https://management.azure.com/next?$skiptoken=a"},
        {"?$skiptoken=a", "https://management.azure.com/subscriptions/1/x?$skiptoken=a"},
        {"y?z", "https://management.azure.com/subscriptions/1/y?z"},
        {"https://management.azure.com/x?$filter=a eq 'b'", "https://management.azure.com/x?$filter=a%20eq%20'b'"},
        {"/\xc3\xb6", "https://management.azure.com/%C3%B6"},
        {"//management.azure.com/next", "https://management.azure.com/next"},
    };
    apl_arena *arena = apl_arena_new();

    (void)state;
    for (size_t i = 0; i < sizeof links / sizeof links[0]; i++) {
        apl_str next;
        assert_int_equal(apl_url_next(&next, arena, APL_STR(here), apl_str_from(links[i][0])), APL_OK);
        assert_text(next, links[i][1]);
    }
    apl_arena_free(arena);
}

static void refuses_links_elsewhere(void **state)
{
    static const char *const links[] = {
        "",
        "http://management.azure.com/next",
        "https://management.azure.com:8443/next",
        "https://evil.example/",
        "//evil.example/",
        "https://management.azure.com.evil.example/",
        "https://management.azure.com@evil.example/",
        "https://evil.example\\@management.azure.com/",
        "https:\\\\evil.example/",
        "\\\\evil.example",
        "javascript:x",
        "file:///etc/passwd",
        "https://management.azure.com/\r\nHost: evil",
        here,
    };
    apl_arena *arena = apl_arena_new();

    (void)state;
    for (size_t i = 0; i < sizeof links / sizeof links[0]; i++) {
        apl_str next = APL_STR("x");
        assert_int_equal(apl_url_next(&next, arena, APL_STR(here), apl_str_from(links[i])), APL_E_INPUT);
        assert_int_equal(next.size, 0);
    }
    apl_arena_free(arena);
}

static void does_not_repeat_secrets(void **state)
{
    apl_url url;

    (void)state;
    assert_int_equal(apl_url_parse(&url, APL_STR("ftp://host/?sig=planted")), APL_E_INPUT);
    assert_true(apl_str_find(apl_str_from(apl_error_message()), APL_STR("planted")) < 0);
    assert_int_equal(apl_url_parse(&url, APL_STR("https://user:planted@host/")), APL_E_INPUT);
    assert_true(apl_str_find(apl_str_from(apl_error_message()), APL_STR("planted")) < 0);
}

static void finds_parameters(void **state)
{
    apl_str url = APL_STR("https://h/p?a=1&$SkipToken=x%20y&flag&b=");

    (void)state;
    assert_text(apl_url_parameter(url, APL_STR("a")), "1");
    assert_text(apl_url_parameter(url, APL_STR("$skiptoken")), "x%20y");
    assert_non_null(apl_url_parameter(url, APL_STR("flag")).data);
    assert_null(apl_url_parameter(url, APL_STR("c")).data);
    assert_null(apl_url_parameter(APL_STR("https://h/p"), APL_STR("a")).data);
}

static void escapes(void **state)
{
    apl_text text;

    (void)state;
    apl_text_init(&text, 256);
    apl_url_escape(&text, APL_STR("a-Z_0.~ /+&=\xc3\xb6"), false);
    assert_text(apl_text_str(&text), "a-Z_0.~%20%2F%2B%26%3D%C3%B6");
    text.size = 0;
    apl_url_escape(&text, APL_STR("a/b c"), true);
    assert_text(apl_text_str(&text), "a/b%20c");
    apl_text_free(&text);
}

static void knows_the_machine_itself(void **state)
{
    static const char *const local[] = {"http://127.0.0.1/",       "http://127.9.9.9:80/", "http://169.254.169.254/x",
                                        "http://localhost:42356/", "http://[::1]/",        "http://[fe80::1]/"};
    static const char *const others[] = {
        "http://10.0.0.1/",    "http://169.255.0.1/",   "http://127.0.0.1.example/", "http://localhost.example/",
        "http://example.com/", "http://[2001:db8::1]/", "http://127.0.0/",           "http://1270.0.0.1/"};
    apl_url url;

    (void)state;
    for (size_t i = 0; i < sizeof local / sizeof local[0]; i++) {
        assert_int_equal(apl_url_parse(&url, apl_str_from(local[i])), APL_OK);
        assert_true(apl_url_is_local(&url));
    }
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        assert_int_equal(apl_url_parse(&url, apl_str_from(others[i])), APL_OK);
        assert_false(apl_url_is_local(&url));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_apart),
        cmocka_unit_test(refuses),
        cmocka_unit_test(follows_links_to_the_same_host),
        cmocka_unit_test(refuses_links_elsewhere),
        cmocka_unit_test(does_not_repeat_secrets),
        cmocka_unit_test(finds_parameters),
        cmocka_unit_test(escapes),
        cmocka_unit_test(knows_the_machine_itself),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
