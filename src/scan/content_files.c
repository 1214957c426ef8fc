/* scan/content_files.c: content files from a folder, and the packed form that is built in.
 *
 * The packed form is JSON, so that starting parses no YAML: it holds the same values that the YAML files gave when they
 * were checked at build time, file by file, so that only those are parsed that somebody needs. Behind them stands the
 * image of the alias table, used in place. */
#include <stdlib.h>

#include "base/digest.h"
#include "base/limits.h"
#include "bytes/files.h"
#include "scan/content.h"
#include "yaml/yaml.h"
#include "json/json.h"

#define MAGIC APL_STR("APLCONT2")
#define NUMBER_BYTES 8u

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
    char bytes[NUMBER_BYTES];

    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (char)(number >> (8 * i));
    apl_text_add(out, apl_str_make(bytes, sizeof bytes));
}

static uint64_t take_number(const char *bytes)
{
    uint64_t number = 0;

    for (size_t i = 0; i < NUMBER_BYTES; i++)
        number |= (uint64_t)(unsigned char)bytes[i] << (8 * i);
    return number;
}

/* Each file as the sizes of its path and of its JSON, and then the two. */
static void add_files(apl_text *out, const apl_content_files *files)
{
    for (size_t i = 0; i < files->count; i++) {
        apl_text json;
        apl_text_init(&json, APL_CONTENT_PACKED_BYTES_MAX);
        apl_value_write(&json, files->items[i].value, 0);
        add_number(out, files->items[i].path.size);
        add_number(out, json.size);
        apl_text_add(out, files->items[i].path);
        apl_text_add(out, apl_text_str(&json));
        apl_text_free(&json);
    }
    while (out->size % NUMBER_BYTES)
        apl_text_add_char(out, ' '); /* the image behind it is read in place */
}

void apl_content_pack(apl_text *out, const apl_content_files *files, apl_str alias_image)
{
    uint8_t hash[APL_SHA256_BYTES];
    apl_text texts;

    apl_text_init(&texts, APL_CONTENT_PACKED_BYTES_MAX);
    add_files(&texts, files);
    apl_str parts[2] = {apl_text_str(&texts), alias_image};
    apl_sha256(hash, parts, 2);
    apl_text_add(out, MAGIC);
    apl_text_add(out, apl_str_make((const char *)hash, sizeof hash));
    add_number(out, texts.size);
    add_number(out, alias_image.size);
    apl_text_add(out, apl_text_str(&texts));
    apl_text_add(out, alias_image);
    apl_text_free(&texts);
}

static bool is_needed(apl_str path, apl_content_need need)
{
    bool is_service = apl_str_starts(path, APL_STR("services/"));
    bool is_framework = apl_str_starts(path, APL_STR("frameworks/"));
    bool is_technique = apl_str_starts(path, APL_STR("techniques/"));

    if (need == APL_NEED_ALL || apl_str_starts(path, APL_STR("vocabulary/")))
        return true;
    switch (need) {
    case APL_NEED_CHECKS:
        return is_framework || (is_service && apl_str_find(path, APL_STR("/rules/")) >= 0);
    case APL_NEED_SERVICES:
        return is_service;
    case APL_NEED_FRAMEWORKS:
        return is_framework;
    case APL_NEED_TECHNIQUES:
        return is_technique;
    case APL_NEED_ALL:
        break;
    }
    return true;
}

/* Cuts the next file off the packed ones; false when their sizes do not fit. */
static bool next_file(apl_str *path, apl_str *json, apl_str *rest)
{
    if (rest->size < 2 * NUMBER_BYTES)
        return false;
    uint64_t path_size = take_number(rest->data);
    uint64_t json_size = take_number(rest->data + NUMBER_BYTES);
    *rest = apl_str_slice(*rest, 2 * NUMBER_BYTES, rest->size);
    if (path_size > rest->size || json_size > rest->size - path_size)
        return false;
    *path = apl_str_slice(*rest, 0, path_size);
    *json = apl_str_slice(*rest, path_size, path_size + json_size);
    *rest = apl_str_slice(*rest, path_size + json_size, rest->size);
    return true;
}

static apl_status read_packed(apl_value *out, apl_arena *arena, apl_json_reader *reader, apl_str path, apl_str json)
{
    const apl_json *node = NULL;
    size_t used = 0;

    /* Lists of built-in roles are long and few commands ask for them: as a text they cost nothing until then. */
    if (apl_str_ends(path, APL_STR("/roles.yaml"))) {
        *out = apl_value_string(json);
        return APL_OK;
    }
    apl_status status = apl_json_read(&node, &used, reader, json);
    if (status == APL_OK && node == NULL)
        status = apl_fail(APL_E_CONTENT, "the file is empty");
    if (status == APL_OK)
        *out = apl_json_value(arena, node);
    return status;
}

static apl_status unpack_files(apl_unpacked *out, apl_arena *arena, apl_str packed, apl_content_need need)
{
    apl_json_reader *reader = apl_json_reader_new();
    apl_status status = APL_OK;

    while (status == APL_OK && packed.size >= NUMBER_BYTES) { /* less is what fills it up */
        apl_content_file file = {.value = APL_MISSING};
        apl_str json;
        if (!next_file(&file.path, &json, &packed))
            status = apl_fail(APL_E_CONTENT, "the built-in content is damaged");
        else if (is_needed(file.path, need))
            status = read_packed(&file.value, arena, reader, file.path, json);
        if (status == APL_OK && file.value.type != APL_VALUE_MISSING)
            APL_PUSH(&out->files, file);
    }
    apl_json_reader_free(reader);
    out->built_in_count = out->files.count;
    return status;
}

apl_status apl_content_unpack(apl_unpacked *out, apl_arena *arena, apl_str packed, apl_content_need need)
{
    size_t sizes = MAGIC.size + APL_SHA256_BYTES;
    size_t header = sizes + 2 * NUMBER_BYTES;

    *out = (apl_unpacked){0};
    if (packed.size < header || !apl_str_starts(packed, MAGIC))
        return apl_fail(APL_E_CONTENT, "this program was built without its content");
    uint64_t texts_size = take_number(packed.data + sizes);
    uint64_t image_size = take_number(packed.data + sizes + NUMBER_BYTES);
    if (texts_size > packed.size || image_size > packed.size || header + texts_size + image_size != packed.size)
        return apl_fail(APL_E_CONTENT, "the built-in content is damaged");
    out->digest = apl_str_slice(packed, MAGIC.size, sizes);
    out->alias_image = apl_str_slice(packed, header + texts_size, packed.size);
    return unpack_files(out, arena, apl_str_slice(packed, header, header + texts_size), need);
}
