/* tests/unit/test_stream.c: the texts inside a file, packed by hand and read back through libarchive, stacked.
 *
 * Whole files first, then the same ones cut off and changed at every place: nothing may crash, and what was complete
 * before the damage must be given. */
#include "test_random.h"

#include <sys/mman.h>
#include <unistd.h>

#include "base/limits.h"
#include "bytes/stream.h"

typedef struct packed {
    char *bytes;
    size_t size;
} packed;

typedef enum pack_kind { PACK_TAR, PACK_ZIP, PACK_GZIP, PACK_ZSTD, PACK_KINDS } pack_kind;

static void put_number(apl_text *out, uint64_t number, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++)
        apl_text_add_char(out, (char)(number >> (8 * i)));
}

/* The CRC-32 of RFC 1952, bit by bit. */
static uint32_t checksum(packed text)
{
    uint32_t crc = UINT32_MAX;

    for (size_t i = 0; i < text.size; i++) {
        crc ^= (unsigned char)text.bytes[i];
        for (unsigned bit = 0; bit < 8; bit++)
            crc = (crc >> 1) ^ (crc & 1u ? 0xEDB88320u : 0);
    }
    return ~crc;
}

/* One member as POSIX.1-1988 (ustar) has it. */
static void add_tar_member(apl_text *out, const char *name, packed text)
{
    char header[512] = {0};
    unsigned sum = 0;

    (void)snprintf(header, 100, "%s", name);
    (void)snprintf(header + 100, 8, "0000600");
    (void)snprintf(header + 124, 12, "%011o", (unsigned)text.size);
    (void)snprintf(header + 136, 12, "%011o", 0u);
    memset(header + 148, ' ', 8);
    header[156] = '0';
    memcpy(header + 257, "ustar\00000", 8);
    for (size_t i = 0; i < sizeof header; i++)
        sum += (unsigned char)header[i];
    (void)snprintf(header + 148, 8, "%06o", sum);
    apl_text_add(out, apl_str_make(header, sizeof header));
    apl_text_add(out, apl_str_make(text.bytes, text.size));
    while (out->size % 512)
        apl_text_add_char(out, 0);
}

/* One member that is stored as it is (APPNOTE.TXT, local file header). */
static void add_zip_member(apl_text *out, const char *name, packed text)
{
    apl_text_add(out, apl_str_make("PK\x03\x04\x0A\0\0\0\0\0\0\0\0\0", 14));
    put_number(out, checksum(text), 4);
    put_number(out, text.size, 4);
    put_number(out, text.size, 4);
    put_number(out, strlen(name), 2);
    put_number(out, 0, 2);
    apl_text_add(out, apl_str_from(name));
    apl_text_add(out, apl_str_make(text.bytes, text.size));
}

/* Stored blocks (RFC 1951) in a gzip member (RFC 1952). */
static void add_gzip(apl_text *out, packed text)
{
    size_t at = 0;

    apl_text_add(out, apl_str_make("\x1F\x8B\x08\0\0\0\0\0\0\xFF", 10));
    do {
        size_t size = text.size - at < 65535 ? text.size - at : 65535;
        put_number(out, at + size == text.size, 1);
        put_number(out, size, 2);
        put_number(out, ~size, 2);
        apl_text_add(out, apl_str_make(text.bytes + at, size));
        at += size;
    } while (at < text.size);
    put_number(out, checksum(text), 4);
    put_number(out, text.size, 4);
}

#define FRAME_BLOCK_MAX (128u << 10)

/* Raw blocks of a frame that says its size (RFC 8878). */
static void add_zstd(apl_text *out, packed text)
{
    size_t at = 0;

    apl_text_add(out, apl_str_make("\x28\xB5\x2F\xFD\xA0", 5));
    put_number(out, text.size, 4);
    do {
        size_t size = text.size - at < FRAME_BLOCK_MAX ? text.size - at : FRAME_BLOCK_MAX;
        put_number(out, size << 3 | (at + size == text.size), 3);
        apl_text_add(out, apl_str_make(text.bytes + at, size));
        at += size;
    } while (at < text.size);
}

static bool is_compression(pack_kind kind)
{
    return kind == PACK_GZIP || kind == PACK_ZSTD;
}

/* One archive with the texts as members "0", "1" ...; a compression takes the first text alone. */
static packed pack(apl_arena *arena, pack_kind kind, const packed *texts, size_t count)
{
    apl_text out;
    char name[32];

    apl_text_init(&out, SIZE_MAX);
    for (size_t i = 0; i < (is_compression(kind) ? 1 : count); i++) {
        (void)snprintf(name, sizeof name, "%zu", i);
        if (kind == PACK_TAR)
            add_tar_member(&out, name, texts[i]);
        else if (kind == PACK_ZIP)
            add_zip_member(&out, name, texts[i]);
        else if (kind == PACK_GZIP)
            add_gzip(&out, texts[i]);
        else
            add_zstd(&out, texts[i]);
    }
    for (unsigned i = 0; kind == PACK_TAR && i < 1024; i++)
        apl_text_add_char(&out, 0);
    if (kind == PACK_ZIP) /* an empty central directory will do for whoever reads from the front */
        apl_text_add(&out, apl_str_make("PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 22));
    apl_str made = apl_arena_str(arena, apl_text_str(&out));
    apl_text_free(&out);
    return (packed){(char *)(uintptr_t)made.data, made.size};
}

/* What reading a file gave: each text as "path=size:hash", each failure as "!". */
typedef struct given {
    apl_text text;
    unsigned failures;
    size_t bytes; /* of texts, read before any failure */
} given;

static void read_one(given *out, apl_stream *stream, apl_str shown, size_t block)
{
    static char buffer[100000];
    uint64_t hash = 0;
    size_t total = 0;
    size_t got = 1;

    while (got) {
        if (apl_stream_read(&got, stream, buffer, block) != APL_OK) {
            out->failures++;
            apl_text_add_format(&out->text, "%.*s! ", APL_STR_ARG(shown));
            out->bytes += total;
            return;
        }
        assert_true(got <= block);
        for (size_t i = 0; i < got; i++)
            hash = hash * 31 + (unsigned char)buffer[i];
        total += got;
    }
    out->bytes += total;
    apl_text_add_format(&out->text, "%.*s=%zu:%llx ", APL_STR_ARG(shown), total, (unsigned long long)hash);
}

static given read_packed(packed file, size_t block)
{
    given out = {.failures = 0};
    apl_stream *stream = NULL;
    char path[64];
    apl_str shown = APL_STR_NONE;
    int descriptor = memfd_create("test", MFD_CLOEXEC);

    assert_true(descriptor >= 0);
    assert_int_equal(write(descriptor, file.bytes, file.size), file.size);
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", descriptor);
    apl_file named = {apl_str_from(path), APL_STR("x"), file.size, true};
    apl_text_init(&out.text, SIZE_MAX);
    assert_int_equal(apl_stream_open(&stream, &named), APL_OK);
    for (unsigned texts = 0;; texts++) {
        assert_true(texts < 100);
        apl_status status = apl_stream_next(&shown, stream);
        if (status == APL_OK && shown.size == 0)
            break;
        if (status == APL_OK) {
            read_one(&out, stream, shown, block);
        } else {
            out.failures++;
            apl_text_add_format(&out.text, "%.*s! ", APL_STR_ARG(shown));
        }
    }
    assert_true(apl_stream_bytes(stream) <= file.size);
    apl_stream_close(stream);
    (void)close(descriptor);
    apl_text_add_char(&out.text, 0);
    return out;
}

static packed random_bytes(random_source *random, apl_arena *arena, size_t size, bool is_text)
{
    packed made = {apl_arena_alloc(arena, size + 1), size};

    for (size_t i = 0; i < size; i++)
        made.bytes[i] = (char)(is_text ? "{}[]:,\"ab \n"[random_below(random, 11)] : (int)random_below(random, 256));
    if (size)
        made.bytes[0] = '{'; /* never the first bytes of an archive */
    return made;
}

static void assert_gives(packed file, size_t block, const char *expected)
{
    given out = read_packed(file, block);

    if (strcmp(out.text.data, expected) != 0)
        fail_msg("gives %s, should be %s", out.text.data, expected);
    apl_text_free(&out.text);
}

static const char *expected_text(apl_arena *arena, const char *shown, packed text)
{
    uint64_t hash = 0;

    for (size_t i = 0; i < text.size; i++)
        hash = hash * 31 + (unsigned char)text.bytes[i];
    return apl_arena_format(arena, "%s=%zu:%llx ", shown, text.size, (unsigned long long)hash).data;
}

static void gives_every_byte(void **state)
{
    static const size_t blocks[] = {1, 7, 511, 512, 513, 65536, 100000};
    static const size_t sizes[] = {1, 511, 512, 513, 70000, 200000};
    (void)state;

    for (unsigned kind = 0; kind < PACK_KINDS; kind++) {
        for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
            apl_arena *arena = apl_arena_new();
            random_source random = {kind * 10 + s};
            bool is_raw = is_compression((pack_kind)kind);
            packed texts[] = {random_bytes(&random, arena, sizes[s], s % 2 == 0),
                              random_bytes(&random, arena, 30, true)};
            packed file = pack(arena, (pack_kind)kind, texts, is_raw ? 1 : 2);
            apl_str expected = apl_str_from(expected_text(arena, is_raw ? "x" : "x!/0", texts[0]));
            if (!is_raw)
                expected = apl_arena_format(arena, "%s%s", expected.data, expected_text(arena, "x!/1", texts[1]));
            size_t block = blocks[(kind + s) % (sizeof blocks / sizeof *blocks)];
            assert_gives(file, sizes[s] > 100000 && block < 100 ? 4096 : block, expected.data);
            apl_arena_free(arena);
        }
    }
}

static void opens_archives_in_archives(void **state)
{
    apl_arena *arena = apl_arena_new();
    packed text = {(char *)(uintptr_t) "{\"a\":1}", 7};
    (void)state;

    packed inner = pack(arena, PACK_TAR, &text, 1);
    packed first[] = {pack(arena, PACK_GZIP, &inner, 1), text, pack(arena, PACK_ZSTD, &text, 1)};
    packed middle = pack(arena, PACK_ZIP, first, 3);
    packed outer = pack(arena, PACK_TAR, &middle, 1);
    const char *expected =
        apl_arena_format(arena, "%s%s%s", expected_text(arena, "x!/0!/0!/0", text),
                         expected_text(arena, "x!/0!/1", text), expected_text(arena, "x!/0!/2", text))
            .data;
    assert_gives(outer, 100, expected);
    apl_arena_free(arena);
}

static void stops_at_the_depth(void **state)
{
    apl_arena *arena = apl_arena_new();
    packed text = {(char *)(uintptr_t) "{}", 2};
    packed deep = text;
    (void)state;

    for (unsigned i = 0; i < APL_ARCHIVE_DEPTH_MAX; i++)
        deep = pack(arena, PACK_ZIP, &deep, 1);
    packed members[] = {deep, text};
    assert_gives(deep, 100, expected_text(arena, "x!/0!/0!/0!/0", text));
    packed deeper = pack(arena, PACK_ZIP, members, 2);
    assert_gives(deeper, 100, apl_arena_format(arena, "x!/0!/0!/0!/0! %s", expected_text(arena, "x!/1", text)).data);
    assert_non_null(strstr(apl_error_message(), "nested deeper"));
    apl_arena_free(arena);
}

/* Cut off anywhere: at most one failure, and no more than a block of what was whole is missing. */
static void cut_files_give_what_was_before(void **state)
{
    (void)state;
    for (unsigned kind = 0; kind < PACK_KINDS; kind++) {
        apl_arena *arena = apl_arena_new();
        random_source random = {kind};
        packed text = random_bytes(&random, arena, 300000, false);
        packed file = pack(arena, (pack_kind)kind, &text, 1);
        for (unsigned i = 0; i < 12; i++) {
            packed cut = {file.bytes, file.size * i / 12};
            given out = read_packed(cut, 4096);
            if (out.failures > 1)
                fail_msg("kind %u cut at %zu: %u failures: %s", kind, cut.size, out.failures, out.text.data);
            if (i == 11 && out.bytes < 130000)
                fail_msg("kind %u cut at %zu: only %zu bytes", kind, cut.size, out.bytes);
            apl_text_free(&out.text);
        }
        apl_arena_free(arena);
    }
}

static void changed_files_do_no_harm(void **state)
{
    (void)state;
    for (unsigned kind = 0; kind < PACK_KINDS; kind++) {
        apl_arena *arena = apl_arena_new();
        random_source random = {kind};
        packed texts[] = {random_bytes(&random, arena, 3000, true), random_bytes(&random, arena, 100, true)};
        packed file = pack(arena, (pack_kind)kind, texts, kind == PACK_TAR || kind == PACK_ZIP ? 2 : 1);
        for (unsigned i = 0; i < 300; i++) {
            packed changed = {apl_arena_alloc(arena, file.size), file.size};
            memcpy(changed.bytes, file.bytes, file.size);
            for (uint32_t left = 1 + random_below(&random, 4); left; left--)
                changed.bytes[random_below(&random, (uint32_t)file.size)] ^= (char)(1 << random_below(&random, 8));
            given out = read_packed(changed, 1 + random_below(&random, 5000));
            apl_text_free(&out.text);
        }
        apl_arena_free(arena);
    }
}

/* A frame of blocks that are one byte each, repeated 131,072 times. */
static void bombs_are_stopped(void **state)
{
    unsigned blocks = 1600;
    apl_text out;
    (void)state;

    apl_text_init(&out, SIZE_MAX);
    apl_text_add(&out, apl_str_make("\x28\xB5\x2F\xFD\x80\x38", 6));
    put_number(&out, (uint64_t)blocks * FRAME_BLOCK_MAX, 4);
    for (unsigned i = 0; i < blocks; i++) {
        put_number(&out, (uint64_t)FRAME_BLOCK_MAX << 3 | 2u | (i + 1 == blocks), 3);
        apl_text_add_char(&out, ' ');
    }
    given all = read_packed((packed){out.data, out.size}, 100000);
    assert_int_equal(all.failures, 1);
    assert_non_null(strstr(apl_error_message(), "unpacks to more than"));
    assert_true(all.bytes < (size_t)blocks * FRAME_BLOCK_MAX);
    apl_text_free(&all.text);
    apl_text_free(&out);
}

typedef struct guessed {
    const char *head;
    const char *name;
} guessed;

static void guesses_what_is_no_json(void **state)
{
    static const guessed cases[] = {
        {"\x89PNG\r\n", "PNG image"},
        {"%PDF-1.7", "PDF document"},
        {"<html>", "XML or HTML"},
        {"hello\tworld\n", "text that is no JSON"},
        {"a\x01"
         "b",
         "binary file"},
        {"", "text that is no JSON"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(apl_bytes_guess(apl_str_from(cases[i].head)), cases[i].name);
}

static void what_is_not_there_cannot_be_opened(void **state)
{
    apl_stream *stream = NULL;
    apl_file file = {APL_STR("/nothing/here"), APL_STR("here"), 0, true};
    (void)state;

    assert_int_equal(apl_stream_open(&stream, &file), APL_E_IO);
    assert_null(stream);
    apl_stream_close(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_every_byte),         cmocka_unit_test(opens_archives_in_archives),
        cmocka_unit_test(stops_at_the_depth),       cmocka_unit_test(cut_files_give_what_was_before),
        cmocka_unit_test(changed_files_do_no_harm), cmocka_unit_test(bombs_are_stopped),
        cmocka_unit_test(guesses_what_is_no_json),  cmocka_unit_test(what_is_not_there_cannot_be_opened),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
