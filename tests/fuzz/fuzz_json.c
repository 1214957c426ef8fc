/* tests/fuzz/fuzz_json.c: bytes that claim to be JSON, all the way from the reader to a linked estate.
 *
 * First through the parser and the writer, whose output must be read back as the same value; then as the documents of a
 * small cloud. Whatever they are, each document is counted once, and the indexes of relations agree with their list. */
#include <stddef.h>
#include <stdint.h>

#include "base/limits.h"
#include "unit/test_small_cloud.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void write_and_read(apl_arena *arena, apl_str text)
{
    apl_value value;
    apl_value again;
    apl_text written;

    if (apl_json_parse(&value, arena, text) != APL_OK)
        return;
    apl_text_init(&written, SIZE_MAX);
    apl_value_write(&written, value, (int)(text.size % 3));
    if (apl_json_parse(&again, arena, apl_text_str(&written)) != APL_OK)
        apl_die(apl_error_message());
    APL_ASSERT(apl_value_equal(value, again));
    APL_ASSERT(apl_value_equal(apl_value_copy(arena, value), again));
    apl_text_free(&written);
}

static void check_estate(const small_cloud *cloud)
{
    const apl_estate *estate = &cloud->estate;
    uint64_t counted = 0;

    for (size_t i = 0; i < estate->coverage.count; i++)
        counted += estate->coverage.items[i].count;
    APL_ASSERT(counted == estate->documents);
    for (size_t i = 0; i < estate->assets.count; i++) {
        APL_ASSERT(estate->assets.items[i].id.size > 0);
        APL_ASSERT(apl_estate_find(estate, estate->assets.items[i].id) != APL_ASSET_NONE);
        APL_ASSERT(estate->relations_out[i] <= estate->relations_out[i + 1]);
        APL_ASSERT(estate->relations_in[i] <= estate->relations_in[i + 1]);
    }
    APL_ASSERT(estate->relations_out[estate->assets.count] == estate->relations.count);
    APL_ASSERT(estate->relations_in[estate->assets.count] == estate->relations.count);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    apl_str text = apl_str_make((const char *)data, size);
    apl_arena *arena = apl_arena_new();
    small_cloud cloud;

    write_and_read(arena, text);
    small_cloud_open(&cloud, 2, size % 2 == 1);
    (void)small_cloud_read_text(&cloud, 0, text);
    (void)small_cloud_read_text(&cloud, 1, text);
    small_cloud_link(&cloud, 1);
    check_estate(&cloud);
    (void)small_cloud_text(&cloud, arena);
    small_cloud_close(&cloud);
    apl_arena_free(arena);
    return 0;
}
