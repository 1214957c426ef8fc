/* unit/test_content_files.c: content that is packed and unpacked, whole and in part.
 *
 * What is unpacked stands inside the program; sizes that do not fit are refused all the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "scan/content.h"

static const char *const paths[] = {
    "frameworks/iso.yaml",           "models/torch.yaml",
    "services/azure/x/roles.yaml",   "services/azure/x/rules/y.yaml",
    "services/azure/x/service.yaml", "techniques/entry.yaml",
    "vocabulary/kinds.yaml",
};
#define PATH_COUNT (sizeof paths / sizeof *paths)

/* Each file says its own path. */
static void pack_all(apl_text *out, apl_arena *arena)
{
    apl_content_files files = {0};

    apl_text_init(out, APL_CONTENT_PACKED_BYTES_MAX);
    for (size_t i = 0; i < PATH_COUNT; i++) {
        apl_member *member = APL_ARENA_NEW(arena, apl_member);
        *member = (apl_member){APL_STR("path"), apl_value_string(apl_str_from(paths[i]))};
        APL_PUSH(&files, ((apl_content_file){apl_str_from(paths[i]), apl_value_object(member, 1)}));
    }
    apl_content_pack(out, &files, APL_STR("image"));
    apl_memory_free(files.items);
}

static void what_is_needed_is_unpacked(void **state)
{
    static const struct {
        apl_content_need need;
        const char *files; /* a letter a file: its number from 0 */
    } cases[] = {
        {APL_NEED_ALL, "0123456"},   {APL_NEED_CHECKS, "036"},    {APL_NEED_SERVICES, "2346"},
        {APL_NEED_FRAMEWORKS, "06"}, {APL_NEED_TECHNIQUES, "56"},
    };
    apl_arena *arena = apl_arena_new();
    apl_text packed;
    (void)state;

    pack_all(&packed, arena);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        apl_unpacked unpacked;
        assert_int_equal(apl_content_unpack(&unpacked, arena, apl_text_str(&packed), cases[i].need), APL_OK);
        assert_int_equal(unpacked.files.count, apl_str_from(cases[i].files).size);
        assert_int_equal(unpacked.built_in_count, unpacked.files.count);
        for (size_t f = 0; f < unpacked.files.count; f++) {
            const char *path = paths[cases[i].files[f] - '0'];
            const apl_content_file *file = &unpacked.files.items[f];
            assert_true(apl_str_equal(file->path, apl_str_from(path)));
            if (apl_str_ends(file->path, APL_STR("roles.yaml")))
                assert_int_equal(file->value.type, APL_VALUE_STRING); /* JSON, for later */
            else
                assert_true(apl_str_equal(apl_value_str(apl_value_member(file->value, "path")), file->path));
        }
        assert_true(apl_str_equal(unpacked.alias_image, APL_STR("image")));
        apl_memory_free(unpacked.files.items);
    }
    apl_text_free(&packed);
    apl_arena_free(arena);
}

/* Every byte of the sizes in front, and of those of the first file, is damaged in turn. */
static void sizes_that_do_not_fit_are_refused(void **state)
{
    const size_t sizes = 8 + 32;
    apl_arena *arena = apl_arena_new();
    apl_text packed;
    (void)state;

    pack_all(&packed, arena);
    for (size_t i = sizes; i < sizes + 32; i++) {
        apl_unpacked unpacked;
        packed.data[i] ^= (char)0x80;
        assert_int_not_equal(apl_content_unpack(&unpacked, arena, apl_text_str(&packed), APL_NEED_ALL), APL_OK);
        apl_memory_free(unpacked.files.items);
        packed.data[i] ^= (char)0x80;
    }
    apl_unpacked unpacked;
    assert_int_not_equal(
        apl_content_unpack(&unpacked, arena, apl_str_slice(apl_text_str(&packed), 0, sizes), APL_NEED_ALL), APL_OK);
    apl_text_free(&packed);
    apl_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_needed_is_unpacked),
        cmocka_unit_test(sizes_that_do_not_fit_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
