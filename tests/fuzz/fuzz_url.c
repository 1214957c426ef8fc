/* tests/fuzz/fuzz_url.c: any bytes as the link to a next page; before a line end, as the page that it came from.
 *
 * What is followed must lie on the same host, by our parser and by that of libcurl, which makes the request: a link
 * that the two read differently could carry a token elsewhere. */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <dlfcn.h>

#include "net/curl.h"
#include "net/url.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* libcurl's own parser. */
typedef struct curl_parser {
    CURLU *(*make)(void);
    void (*free)(CURLU *handle);
    CURLUcode (*set)(CURLU *handle, CURLUPart part, const char *text, unsigned flags);
    CURLUcode (*get)(const CURLU *handle, CURLUPart part, char **text, unsigned flags);
    void (*give_back)(void *text);
} curl_parser;

static void *symbol_of(void *library, const char *name)
{
    void *symbol = dlsym(library, name);

    if (symbol == NULL)
        apl_die(name);
    return symbol;
}

static curl_parser load(void)
{
    void *library = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
    curl_parser parser;

    if (library == NULL)
        apl_die("libcurl is not installed");
    *(void **)&parser.make = symbol_of(library, "curl_url");
    *(void **)&parser.free = symbol_of(library, "curl_url_cleanup");
    *(void **)&parser.set = symbol_of(library, "curl_url_set");
    *(void **)&parser.get = symbol_of(library, "curl_url_get");
    *(void **)&parser.give_back = symbol_of(library, "curl_free");
    return parser;
}

/* Where libcurl would go is where we think that the URL leads; what it refuses goes nowhere. */
static void check_by_curl(const apl_url *url, apl_str text)
{
    curl_parser parser = load();
    CURLU *handle = parser.make();
    char *host = NULL;
    char *port = NULL;
    char expected[16];

    APL_ASSERT(handle);
    if (parser.set(handle, CURLUPART_URL, text.data, 0) == CURLUE_OK) {
        APL_ASSERT(parser.get(handle, CURLUPART_HOST, &host, 0) == CURLUE_OK);
        APL_ASSERT(parser.get(handle, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT) == CURLUE_OK);
        apl_str there = apl_str_from(host);
        if (there.size && there.data[0] == '[')
            there = apl_str_slice(there, 1, there.size - 1u);
        (void)snprintf(expected, sizeof expected, "%u", url->port);
        /* Numbers that are an address in another spelling are written out by libcurl, in ours they stay. */
        bool is_number = url->host.data[0] >= '0' && url->host.data[0] <= '9';
        APL_ASSERT(is_number || apl_str_find(url->host, APL_STR(":")) >= 0 || apl_str_equal_nocase(there, url->host));
        APL_ASSERT(strcmp(port, expected) == 0);
        parser.give_back(host);
        parser.give_back(port);
    }
    parser.free(handle);
}

static void check_next(apl_arena *arena, apl_str from, apl_str link)
{
    apl_str next;
    apl_str again;
    apl_url base;
    apl_url url;

    if (apl_url_next(&next, arena, from, link) != APL_OK) {
        APL_ASSERT(next.size == 0);
        return;
    }
    APL_ASSERT(apl_url_parse(&base, from) == APL_OK && apl_url_parse(&url, next) == APL_OK);
    APL_ASSERT(apl_url_same_origin(&base, &url));
    for (uint32_t i = 0; i < next.size; i++)
        APL_ASSERT((unsigned char)next.data[i] > 0x20 && (unsigned char)next.data[i] < 0x7f);
    APL_ASSERT(apl_url_next(&again, arena, next, next) != APL_OK); /* a page that leads to itself */
    APL_ASSERT(apl_url_next(&again, arena, from, next) == APL_OK && apl_str_equal(again, next));
    check_by_curl(&url, next);
}

static void check_parse(apl_arena *arena, apl_str text)
{
    apl_url url;
    apl_text escaped;

    if (apl_url_parse(&url, text) == APL_OK) {
        APL_ASSERT(url.port > 0 && url.port <= 65535 && url.host.size > 0);
        APL_ASSERT(apl_url_same_origin(&url, &url));
        if (apl_url_is_local(&url))
            APL_ASSERT(apl_str_find(url.host, APL_STR("..")) < 0);
        check_by_curl(&url, apl_arena_str(arena, text));
    }
    apl_text_init(&escaped, SIZE_MAX);
    apl_url_escape(&escaped, text, false);
    for (size_t i = 0; i < escaped.size; i++)
        APL_ASSERT(escaped.data[i] != '&' && escaped.data[i] != '=' && escaped.data[i] != '/');
    apl_text_free(&escaped);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    apl_arena *arena = apl_arena_new();
    apl_str text = apl_arena_str(arena, apl_str_make((const char *)data, size));
    long line_end = apl_str_find(text, APL_STR("\n"));
    apl_str from = APL_STR("https://management.azure.com/subscriptions?api-version=2022-12-01");
    apl_str link = text;

    if (line_end >= 0) {
        from = apl_arena_str(arena, apl_str_slice(text, 0, (size_t)line_end));
        link = apl_str_slice(text, (size_t)line_end + 1, text.size);
    }
    check_parse(arena, link);
    check_next(arena, from, link);
    (void)apl_url_parameter(link, APL_STR("$skiptoken"));
    apl_arena_free(arena);
    return 0;
}
