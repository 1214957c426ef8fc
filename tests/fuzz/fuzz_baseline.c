/* tests/fuzz/fuzz_baseline.c: baseline files of unknown origin.
 *
 * What is read must be comparable with itself without a difference, and be written and read again. */
#include <stddef.h>
#include <stdint.h>

#include "evaluate/baseline.h"
#include "json/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char vocabulary_text[] =
    "{\"kinds\":{\"ai-service\":{\"title\":\"a\",\"ai\":true},\"storage-account\":{\"title\":\"s\"}},"
    "\"relations\":{\"stores-in\":{\"title\":\"stores in\"}},"
    "\"quiet\":[{\"path\":\"*etag\",\"why\":\"w\"}]}";

static apl_status body_of(apl_value *out, apl_arena *arena, void *context, apl_asset_id asset)
{
    const apl_snapshot *baseline = context;

    (void)arena;
    *out = baseline->bodies[asset];
    return APL_OK;
}

static apl_status add_text(void *context, apl_str lines)
{
    apl_text_add(context, lines);
    return APL_OK;
}

static void read_again(apl_snapshot *baseline, const apl_vocabulary *vocabulary, apl_arena *arena)
{
    const apl_drift_side side = {baseline, body_of, baseline};
    const apl_drift_options options = {.is_baseline = true};
    apl_snapshot again;
    apl_drift drift;
    apl_text text;

    apl_text_init(&text, APL_BASELINE_LINE_BYTES_MAX);
    if (apl_baseline_write(&side, add_text, &text) != APL_OK ||
        apl_baseline_read(&again, vocabulary, apl_text_str(&text), "again") != APL_OK)
        apl_die(apl_error_message());
    if (apl_drift_compare(&drift, arena, &side, &side, &options) != APL_OK || drift.change_count)
        apl_die("a baseline differs from itself");
    apl_baseline_free(&again);
    apl_text_free(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    apl_arena *arena = apl_arena_new();
    apl_snapshot baseline;
    apl_vocabulary vocabulary;
    apl_value words;

    apl_vocabulary_init(&vocabulary, arena);
    if (apl_json_parse(&words, arena, apl_str_from(vocabulary_text)) != APL_OK ||
        apl_vocabulary_add(&vocabulary, words, "fuzz") != APL_OK)
        apl_die(apl_error_message());
    if (apl_baseline_read(&baseline, &vocabulary, apl_str_make((const char *)data, size), "fuzz") == APL_OK) {
        read_again(&baseline, &vocabulary, arena);
        apl_baseline_free(&baseline);
    }
    apl_vocabulary_free(&vocabulary);
    apl_arena_free(arena);
    return 0;
}
