/* scan/content_files.c: content files from a folder, and the packed form that is built in.
 *
 * The packed form is JSON, so that starting parses no YAML: it holds the same values that the YAML files gave when they
 * were checked at build time. Behind it stands the image of the alias table, used in place. */
#include <stdlib.h>

#include "base/digest.h"
#include "base/limits.h"
#include "bytes/files.h"
#include "scan/content.h"
#include "yaml/yaml.h"
#include "json/json.h"

#define MAGIC APL_STR("APLCONT1")

static const char *const content_folders[] = {"vocabulary", "frameworks", "services", "techniques", "models", NULL};

static bool is_content(apl_str path)
{
    bool is_yaml = apl_str_ends(path, APL_STR(".yaml")) || apl_str_ends(path, APL_STR(".yml"));

    return is_yaml && apl_str_find(path, APL_STR("/cases/")) < 0;
}

static apl_status read_one(apl_content_files *out, apl_arena *arena, const char *folder, const apl_file *file)
{
    apl_content_file made = {.path = apl_arena_format(arena, "%s/%.*s", folder, APL_STR_ARG(file->shown))};
    apl_str text;

    if (!is_content(made.path))
        return APL_OK;
    if (out->count == APL_CONTENT_FILES_MAX)
        return apl_fail(APL_E_LIMIT, "more than %d content files", APL_CONTENT_FILES_MAX);
    apl_status status = apl_file_read(&text, arena, file->path.data, APL_CONTENT_BYTES_MAX);
    if (status == APL_OK)
        status = apl_yaml_parse(&made.value, arena, text);
    if (status != APL_OK)
        return apl_fail_context(status, "%s", file->path.data);
    APL_PUSH(out, made);
    return APL_OK;
}

static int by_path(const void *a, const void *b)
{
    return apl_str_compare(((const apl_content_file *)a)->path, ((const apl_content_file *)b)->path);
}

apl_status apl_content_read_folder(apl_content_files *out, apl_arena *arena, const char *root)
{
    apl_status status = APL_OK;
    size_t before = out->count;

    for (size_t i = 0; status == APL_OK && content_folders[i]; i++) {
        apl_str folder = apl_arena_format(arena, "%s/%s", root, content_folders[i]);
        apl_files files;
        apl_files_init(&files);
        if (apl_files_add(&files, folder.data) == APL_OK) {
            for (size_t f = 0; status == APL_OK && f < files.files.count; f++)
                status = read_one(out, arena, content_folders[i], &files.files.items[f]);
        }
        apl_files_free(&files);
    }
    if (status == APL_OK && out->count == before)
        return apl_fail(
            APL_E_USAGE,
            "%s: no content: it has no vocabulary/, frameworks/, services/, techniques/ or models/ with YAML files",
            root);
    if (out->count > before)
        qsort(out->items + before, out->count - before, sizeof *out->items, by_path);
    return status;
}

static void add_number(apl_text *out, uint64_t number)
{
    char bytes[8];

    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (char)(number >> (8 * i));
    apl_text_add(out, apl_str_make(bytes, sizeof bytes));
}

static uint64_t take_number(const char *bytes)
{
    uint64_t number = 0;

    for (size_t i = 0; i < 8; i++)
        number |= (uint64_t)(unsigned char)bytes[i] << (8 * i);
    return number;
}

/* Lists of built-in roles are long and few commands ask for them: as a text they cost next to nothing until then. */
static void add_as_text(apl_text *out, apl_value value)
{
    apl_text inner;

    apl_text_init(&inner, APL_CONTENT_PACKED_BYTES_MAX);
    apl_value_write(&inner, value, 0);
    apl_json_write_string(out, apl_text_str(&inner));
    apl_text_free(&inner);
}

static void add_json(apl_text *out, const apl_content_files *files)
{
    apl_text_add_char(out, '{');
    for (size_t i = 0; i < files->count; i++) {
        if (i)
            apl_text_add_char(out, ',');
        apl_json_write_string(out, files->items[i].path);
        apl_text_add_char(out, ':');
        if (apl_str_ends(files->items[i].path, APL_STR("/roles.yaml")))
            add_as_text(out, files->items[i].value);
        else
            apl_value_write(out, files->items[i].value, 0);
    }
    apl_text_add_char(out, '}');
    while (out->size % 8)
        apl_text_add_char(out, ' '); /* the image behind it is read in place */
}

void apl_content_pack(apl_text *out, const apl_content_files *files, apl_str alias_image)
{
    uint8_t hash[APL_SHA256_BYTES];
    apl_text json;

    apl_text_init(&json, APL_CONTENT_PACKED_BYTES_MAX);
    add_json(&json, files);
    apl_str parts[2] = {apl_text_str(&json), alias_image};
    apl_sha256(hash, parts, 2);
    apl_text_add(out, MAGIC);
    apl_text_add(out, apl_str_make((const char *)hash, sizeof hash));
    add_number(out, json.size);
    add_number(out, alias_image.size);
    apl_text_add(out, apl_text_str(&json));
    apl_text_add(out, alias_image);
    apl_text_free(&json);
}

apl_status apl_content_unpack(apl_unpacked *out, apl_arena *arena, apl_str packed)
{
    size_t sizes = MAGIC.size + APL_SHA256_BYTES;
    size_t header = sizes + 16;
    apl_value files = APL_MISSING;

    *out = (apl_unpacked){0};
    if (packed.size < header || !apl_str_starts(packed, MAGIC))
        return apl_fail(APL_E_CONTENT, "this program was built without its content");
    uint64_t json_size = take_number(packed.data + sizes);
    uint64_t image_size = take_number(packed.data + sizes + 8);
    if (json_size > packed.size || image_size > packed.size || header + json_size + image_size != packed.size)
        return apl_fail(APL_E_CONTENT, "the built-in content is damaged");
    out->digest = apl_str_slice(packed, MAGIC.size, sizes);
    out->alias_image = apl_str_slice(packed, header + json_size, packed.size);
    apl_status status = apl_json_parse(&files, arena, apl_str_slice(packed, header, header + json_size));
    for (uint32_t i = 0; status == APL_OK && i < files.size; i++)
        APL_PUSH(&out->files, ((apl_content_file){files.members[i].key, files.members[i].value}));
    out->built_in_count = out->files.count;
    return status;
}
