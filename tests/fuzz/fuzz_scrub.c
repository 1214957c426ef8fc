/* tests/fuzz/fuzz_scrub.c: a secret in any text, and in any JSON around it, does not reach a trace.
 *
 * The secret stands where one may stand: behind the name of a parameter, as a bearer token, in the member of an object.
 * What stands around it is the input, which must not be able to let it through. */
#include <stddef.h>
#include <stdint.h>

#include "json/json.h"
#include "net/scrub.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define PLANTED "pLanTed5ecReT0pLanTed5ecReT0"

static void expect_none(apl_str before, const char *with, apl_str after)
{
    apl_text text;
    apl_text clean;

    apl_text_init(&text, SIZE_MAX);
    apl_text_init(&clean, SIZE_MAX);
    apl_text_add(&text, before);
    apl_text_add(&text, apl_str_from(with));
    apl_text_add(&text, after);
    apl_scrub_text(&clean, apl_text_str(&text));
    APL_ASSERT(apl_str_find(apl_text_str(&clean), APL_STR(PLANTED)) < 0);
    apl_text_free(&text);
    apl_text_free(&clean);
}

/* The value as it is, and as a member of an object that also has a secret; both must stay JSON. */
static void check_json(apl_arena *arena, apl_str text)
{
    apl_json_reader *reader = apl_json_reader_new();
    const apl_json *root = NULL;
    size_t used = 0;
    apl_value value;
    apl_text clean;
    apl_str whole = apl_arena_format(
        arena, "{\"a\":[%.*s],\"client_secret\":[\"" PLANTED "\"],\"url\":\"https://h/?sig=" PLANTED "\"}",
        APL_STR_ARG(text));

    apl_text_init(&clean, SIZE_MAX);
    if (apl_json_read(&root, &used, reader, whole) == APL_OK && root) {
        apl_scrub_json(&clean, root);
        APL_ASSERT(apl_json_parse(&value, arena, apl_text_str(&clean)) == APL_OK);
        APL_ASSERT(value.type == APL_VALUE_OBJECT);
        APL_ASSERT(apl_str_find(apl_text_str(&clean), APL_STR(PLANTED)) < 0);
    }
    apl_text_free(&clean);
    apl_json_reader_free(reader);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    apl_arena *arena = apl_arena_new();
    size_t half = size / 2;
    apl_str before = apl_arena_str(arena, apl_str_make((const char *)data, half));
    apl_str after = apl_arena_str(arena, apl_str_make((const char *)data + half, size - half));
    apl_str whole = apl_arena_str(arena, apl_str_make((const char *)data, size));

    if (apl_str_find(whole, APL_STR(PLANTED)) < 0) {
        expect_none(before, "\nclient_secret=" PLANTED "\n", after);
        expect_none(before, "\nBearer " PLANTED "\n", after);
        expect_none(before, "\nhttps://u:" PLANTED "@h/\n", after);
        check_json(arena, whole);
    }
    apl_arena_free(arena);
    return 0;
}
