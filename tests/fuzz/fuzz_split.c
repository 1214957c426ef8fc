/* tests/fuzz/fuzz_split.c: long texts cut into chunks of every size.
 *
 * The first three bytes choose the size of pages, documents and reads. Chunks must lie in the text where they say,
 * items inside their chunk and in order, and a text that is one JSON value must not be broken by cutting it. */
#include <stddef.h>
#include <stdint.h>

#include "base/limits.h"
#include "json/json.h"
#include "json/split.h"

typedef struct cut_text {
    apl_str text;
    size_t at;
    size_t read_bytes;
    uint64_t last_end;
    unsigned open_chunks;
    unsigned faults;
    unsigned broken;
    apl_json_reader *reader;
} cut_text;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static apl_status read_text(void *context, size_t *got, char *buffer, size_t size)
{
    cut_text *cut = context;
    size_t left = cut->text.size - cut->at;

    *got = size < cut->read_bytes ? size : cut->read_bytes;
    if (*got > left)
        *got = left;
    if (*got)
        memcpy(buffer, cut->text.data + cut->at, *got);
    cut->at += *got;
    return APL_OK;
}

static apl_chunk *take(void *context)
{
    cut_text *cut = context;

    APL_ASSERT(++cut->open_chunks <= 2);
    return apl_memory_new(sizeof(apl_chunk));
}

static void parse(cut_text *cut, apl_str text)
{
    const apl_json *value = NULL;
    size_t used = 0;

    while (text.size) {
        if (apl_json_read(&value, &used, cut->reader, text) != APL_OK) {
            cut->broken++;
            return;
        }
        text = apl_str_slice(text, used, text.size);
    }
}

static void check_items(cut_text *cut, const apl_chunk *chunk)
{
    uint32_t last = 0;
    apl_text page;

    apl_text_init(&page, SIZE_MAX);
    apl_text_add(&page, apl_text_str(&chunk->head));
    for (size_t i = 0; i < chunk->items.count; i++) {
        apl_chunk_item item = chunk->items.items[i];
        APL_ASSERT(item.from >= last);
        APL_ASSERT(item.to > item.from);
        APL_ASSERT(item.to <= chunk->size);
        last = item.to;
        apl_str text = apl_str_make(chunk->bytes + item.from, item.to - item.from);
        if (page.size == 0)
            parse(cut, text);
        apl_text_add(&page, i && chunk->head.size ? APL_STR(",") : APL_STR_NONE);
        if (chunk->head.size)
            apl_text_add(&page, text);
    }
    apl_text_add(&page, apl_str_from(chunk->closing));
    if (chunk->head.size)
        parse(cut, apl_text_str(&page));
    apl_text_free(&page);
}

static void give(void *context, apl_chunk *chunk)
{
    cut_text *cut = context;

    cut->open_chunks--;
    APL_ASSERT(chunk->offset + chunk->size <= cut->text.size);
    if (chunk->size) {
        APL_ASSERT(chunk->offset >= cut->last_end);
        APL_ASSERT(memcmp(chunk->bytes, cut->text.data + chunk->offset, chunk->size) == 0);
        cut->last_end = chunk->offset + chunk->size;
    }
    if (chunk->kind == APL_CHUNK_ITEMS)
        check_items(cut, chunk);
    apl_chunk_free(chunk);
    apl_memory_free(chunk);
}

static void on_fault(void *context, uint64_t offset, const char *why)
{
    cut_text *cut = context;

    APL_ASSERT(offset <= cut->text.size);
    APL_ASSERT(why != NULL);
    cut->faults++;
}

static bool is_wrapper(void *context, apl_str name)
{
    (void)context;
    return apl_str_equal(name, APL_STR("value")) || apl_str_equal(name, APL_STR("data"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const apl_json *value = NULL;
    size_t used = 0;

    if (size < 3)
        return 0;
    cut_text cut = {
        .text = apl_str_make((const char *)data + 3, size - 3),
        .read_bytes = data[2] + 1u,
        .reader = apl_json_reader_new(),
    };
    apl_split split = {
        .read = read_text,
        .read_context = &cut,
        .take = take,
        .give = give,
        .fault = on_fault,
        .is_wrapper = is_wrapper,
        .context = &cut,
        .page_bytes = data[0] + 3u,
        .document_bytes = data[1] ? data[1] * 8u : 0,
    };
    APL_ASSERT(apl_split_text(&split) == APL_OK);
    APL_ASSERT(cut.open_chunks == 0);
    /* One value that is JSON gives no broken part, unless it was too long for a document or is nested too deep. */
    if (split.document_bytes == 0 && apl_json_read(&value, &used, cut.reader, cut.text) == APL_OK && value &&
        used == cut.text.size)
        APL_ASSERT(cut.broken + cut.faults == 0);
    apl_json_reader_free(cut.reader);
    return 0;
}
