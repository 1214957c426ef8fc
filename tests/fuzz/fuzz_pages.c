/* tests/fuzz/fuzz_pages.c: pages that APIs answer with: items become lines, links are followed or refused.
 *
 * The first byte chooses the call. Whatever a page says, each line must be one JSON object, and no address, of a next
 * page or of a call below what the page names, may lead to a host that is none of the API. */
#include <stddef.h>
#include <stdint.h>

#include "collect/asking.h"
#include "net/url.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const file =
    "{\"calls\":["
    "{\"type\":\"Microsoft.X/things\",\"list\":\"{parent}/"
    "things\",\"of\":\"tenant\",\"versions\":[\"1\"],\"needs\":\"p\"},"
    "{\"type\":\"Microsoft.X/indexes\",\"list\":\"https://{name}.search.windows.net/indexes\",\"of\":\"tenant\","
    "\"id\":\"{parent}/indexes/{name}\",\"versions\":[\"1\"],\"needs\":\"p\"},"
    "{\"name\":\"Resources\",\"api\":\"resource-graph\",\"list\":\"/providers/X/resources\",\"of\":\"tenant\","
    "\"body\":{\"options\":{\"$top\":1}},\"token\":[\"$skipToken\",\"options.$skipToken\"],\"items\":\"data\","
    "\"versions\":[\"1\"],\"needs\":\"p\"},"
    "{\"type\":\"microsoft.graph.group\",\"api\":\"graph\",\"list\":\"/groups/{id}/members\",\"of\":\"tenant\","
    "\"into\":\"members\",\"needs\":\"p\"},"
    "{\"name\":\"environments\",\"api\":\"power-apps\",\"step\":true,\"list\":\"/environments\",\"versions\":[\"1\"],"
    "\"needs\":\"p\"},"
    "{\"type\":\"bot\",\"api\":\"dataverse\",\"list\":\"https://{endpoint:host}/bots\",\"of\":\"tenant\","
    "\"versions\":[\"9\"],\"needs\":\"p\"},"
    "{\"type\":\"agent\",\"list\":\"https://{endpoint}.services.ai.azure.com/agents/{id}\",\"of\":\"tenant\","
    "\"versions\":[\"1\"],\"needs\":\"p\"}]}";

#define CALLS 7

static void check_lines(const apl_text *lines, apl_json_reader *reader)
{
    apl_str rest = apl_text_str(lines);
    apl_str line;

    APL_ASSERT(lines->size == 0 || lines->data[lines->size - 1] == '\n');
    while (apl_str_next(&line, &rest, '\n')) {
        const apl_json *value = NULL;
        size_t used = 0;
        if (line.size == 0)
            continue;
        APL_ASSERT(apl_json_read(&value, &used, reader, line) == APL_OK);
        APL_ASSERT(apl_json_is_object(value));
        APL_ASSERT(used == line.size);
    }
}

static void check_address(const apl_asking *asking)
{
    apl_url url;

    APL_ASSERT(apl_url_parse(&url, apl_text_str(&asking->url)) == APL_OK);
    APL_ASSERT(apl_azure_host_allowed(asking->tenant->cloud, asking->call->api, url.host));
}

static apl_str text_of(const apl_json *page, const char *name)
{
    const apl_json *member = apl_json_is_object(page) ? apl_json_get(page, apl_str_from(name)) : NULL;

    return member ? apl_json_str(member) : APL_STR_NONE;
}

static void try_page(apl_asking *asking, apl_json_reader *reader, apl_str text)
{
    apl_json_reader *again = apl_json_reader_new();
    const apl_json *page = NULL;
    size_t used = 0;
    bool is_last = true;

    if (apl_json_read(&page, &used, reader, text) == APL_OK && page) {
        apl_items_take(asking, page);
        apl_parent parent = *asking->parent;
        apl_str facts[APL_CALL_KEPT_MAX] = {text_of(page, "endpoint"), text_of(page, "endpoint")};
        for (size_t i = 0; i < parent.below->kept_count; i++)
            facts[i] = text_of(page, "endpoint");
        parent.id = text_of(page, "id");
        parent.facts = facts;
        const apl_parent *before = asking->parent;
        apl_text_add(&asking->url, APL_STR("https://management.azure.com/x"));
        if (asking->call->api == APL_AZURE_ARM && apl_address_next(asking, page, &is_last) && !is_last)
            check_address(asking);
        asking->parent = &parent;
        if (apl_address_first(asking)) {
            check_address(asking);
            if (apl_address_next(asking, page, &is_last) && !is_last)
                check_address(asking);
        }
        asking->parent = before;
        asking->is_done = false;
        apl_asking_finish(asking);
        check_lines(&asking->lines, again);
    }
    apl_json_reader_free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t versions[CALLS];
    apl_arena *arena;
    apl_value value;
    apl_asking asking;

    if (size < 1)
        return 0;
    arena = apl_arena_new();
    apl_calls *calls = apl_calls_new(arena);
    APL_ASSERT(apl_json_parse(&value, arena, apl_str_from(file)) == APL_OK);
    APL_ASSERT(apl_calls_add(calls, value, APL_STR("azure"), "file") == APL_OK);
    APL_ASSERT(apl_calls_finish(calls) == APL_OK);
    APL_ASSERT(apl_calls_count(calls) == CALLS);
    apl_asking_tenant tenant = {
        .cloud = apl_azure_cloud_named(APL_STR("public")), .calls = calls, .versions = versions};
    apl_parent parent = {.below = apl_calls_below(calls, APL_STR(APL_ABOVE_TENANT)), .id = APL_STR("/things/one")};
    apl_json_reader *reader = apl_json_reader_new();
    apl_asking_init(&asking, &tenant);
    asking.call = apl_calls_at(calls, data[0] % CALLS);
    asking.parent = &parent;
    try_page(&asking, reader, apl_str_make((const char *)data + 1, size - 1));
    apl_asking_free(&asking);
    apl_json_reader_free(reader);
    apl_calls_free(calls);
    apl_arena_free(arena);
    return 0;
}
