/* tests/unit/test_split.c: long texts cut into chunks, against the same text parsed whole.
 *
 * What is compared is what the documents of a text are: each member of an array, each member of an array that pages
 * hold documents in with what stands before it, and every other value as it is. Pages of a few bytes put the borders
 * of chunks inside strings, escapes, characters and numbers. */
#include "test_random.h"

#include "json/split.h"

#define DOCUMENTS_MAX 512

typedef struct cut_text {
    apl_arena *arena;
    apl_str text;
    size_t at;
    uint32_t read_max;
    size_t fails_at; /* a read behind this offset fails */
    random_source random;
    apl_str documents[DOCUMENTS_MAX];
    size_t document_count;
    unsigned taken;
    unsigned given;
    unsigned faults;
    uint64_t fault_offset;
    const char *fault_why;
    unsigned broken; /* chunks that are no JSON */
    unsigned whole;
} cut_text;

static bool is_wrapper(void *context, apl_str name)
{
    (void)context;
    return apl_str_equal(name, APL_STR("value")) || apl_str_equal(name, APL_STR("items"));
}

static void add_document(cut_text *cut, const char *what, apl_str name, apl_value value)
{
    assert_true(cut->document_count < DOCUMENTS_MAX);
    apl_str json = random_json(cut->arena, value, 0);
    cut->documents[cut->document_count++] = apl_arena_format(cut->arena, "%s %.*s %.*s", what, APL_STR_ARG(name),
                                                             APL_STR_ARG(json));
}

/* The documents of one value. Pages made here say of what they are a page in `name`, which stands first. */
static void add_documents(cut_text *cut, apl_value value)
{
    bool is_page = false;

    for (uint32_t i = 0; value.type == APL_VALUE_ARRAY && i < value.size; i++)
        add_document(cut, "item", APL_STR_NONE, value.items[i]);
    if (value.type == APL_VALUE_ARRAY)
        return;
    for (uint32_t m = 0; value.type == APL_VALUE_OBJECT && m < value.size; m++) {
        apl_value list = value.members[m].value;
        bool holds = is_wrapper(NULL, value.members[m].key) && list.type == APL_VALUE_ARRAY && list.size &&
                     list.items[0].type == APL_VALUE_OBJECT;
        is_page = is_page || holds;
        for (uint32_t i = 0; holds && i < list.size; i++) {
            apl_str of = apl_arena_format(cut->arena, "%.*s of %.*s", APL_STR_ARG(value.members[m].key),
                                          APL_STR_ARG(apl_value_str(apl_value_member(value, "of"))));
            add_document(cut, "member", of, list.items[i]);
        }
    }
    if (!is_page)
        add_document(cut, "value", APL_STR_NONE, value);
}

static apl_status read_text(void *context, size_t *got, char *buffer, size_t size)
{
    cut_text *cut = context;
    size_t left = cut->text.size - cut->at;
    size_t wanted = 1 + random_below(&cut->random, cut->read_max);

    if (cut->at >= cut->fails_at)
        return apl_fail(APL_E_IO, "the disk burns");
    *got = wanted < size ? wanted : size;
    if (*got > left)
        *got = left;
    memcpy(buffer, cut->text.data + cut->at, *got);
    cut->at += *got;
    return APL_OK;
}

static apl_chunk *take(void *context)
{
    cut_text *cut = context;
    apl_chunk *chunk = apl_memory_new(sizeof *chunk);

    cut->taken++;
    return chunk;
}

/* All values of a text, one after another. */
static void add_all(cut_text *cut, apl_str text)
{
    apl_json_reader *reader = apl_json_reader_new();
    const apl_json *node = NULL;
    size_t used = 0;

    while (text.size) {
        if (apl_json_read(&node, &used, reader, text) != APL_OK) {
            cut->broken++;
            break;
        }
        if (node)
            add_documents(cut, apl_json_value(cut->arena, node));
        text = apl_str_slice(text, used, text.size);
    }
    apl_json_reader_free(reader);
}

static void give(void *context, apl_chunk *chunk)
{
    cut_text *cut = context;
    apl_str bytes = apl_str_make(chunk->bytes, chunk->size);
    apl_text page;

    cut->given++;
    cut->whole += chunk->is_whole;
    assert_true(chunk->size == 0 || chunk->capacity >= chunk->size + APL_CHUNK_PADDING);
    if (chunk->size)
        assert_memory_equal(chunk->bytes, cut->text.data + chunk->offset, chunk->size);
    apl_text_init(&page, SIZE_MAX);
    if (chunk->kind != APL_CHUNK_ITEMS)
        add_all(cut, bytes);
    else
        apl_text_add(&page, apl_text_str(&chunk->head));
    for (size_t i = 0; chunk->kind == APL_CHUNK_ITEMS && i < chunk->items.count; i++) {
        apl_chunk_item item = chunk->items.items[i];
        assert_true(item.from < item.to && item.to <= chunk->size);
        if (chunk->head.size == 0 && chunk->closing[0])
            add_document(cut, "item", APL_STR_NONE, test_value(cut->arena, test_text(cut->arena, apl_str_slice(bytes, item.from, item.to))));
        else if (chunk->head.size == 0)
            add_all(cut, apl_str_slice(bytes, item.from, item.to));
        else if (i)
            apl_text_add_char(&page, ',');
        if (chunk->head.size)
            apl_text_add(&page, apl_str_slice(bytes, item.from, item.to));
    }
    if (page.size) {
        apl_text_add(&page, apl_str_from(chunk->closing));
        add_all(cut, apl_text_str(&page));
    }
    apl_text_free(&page);
    apl_chunk_free(chunk);
    apl_memory_free(chunk);
}
