/* tools/content/content.c: checks all content and packs it for building in.
 *
 * apl-content --output FILE --root DIR reads vocabulary/, frameworks/, services/, techniques/ and models/ below DIR,
 * compiles them as a scan would, insists that every rule has a passing, a failing and an unread case and a check that
 * supports a control, and writes the packed form. Every mistake is one line on stderr and the build stops. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "bytes/files.h"
#include "scan/content.h"
#include "json/json.h"

/* The file that a case must start with: pass.json, fail-2.json, unread.ndjson ... */
static bool has_case(const apl_files *cases, apl_str folder, const char *outcome)
{
    for (size_t i = 0; i < cases->files.count; i++) {
        apl_str shown = cases->files.items[i].shown;
        apl_str start = apl_str_slice(shown, 0, shown.size < folder.size ? shown.size : folder.size);
        if (!apl_str_equal(start, folder) || shown.size <= folder.size + 1)
            continue;
        if (apl_str_starts(apl_str_slice(shown, folder.size + 1, shown.size), apl_str_from(outcome)))
            return true;
    }
    return false;
}

static apl_status check_cases(const apl_content *content, apl_arena *arena, const char *root)
{
    static const char *const outcomes[] = {"pass", "fail", "unread"};
    apl_status status = APL_OK;
    apl_files files;

    apl_files_init(&files);
    status = apl_files_add(&files, apl_arena_format(arena, "%s/services", root).data);
    for (size_t r = 0; status == APL_OK && r < content->rule_count; r++) {
        const apl_rule_info *rule = &content->rules[r].info;
        apl_str folder =
            apl_arena_format(arena, "%.*s/cases/%.*s", APL_STR_ARG(rule->service), APL_STR_ARG(rule->check));
        for (size_t o = 0; o < 3; o++) {
            if (!has_case(&files, folder, outcomes[o])) {
                (void)fprintf(stderr, "services/%.*s: the rule has no %s case\n", APL_STR_ARG(folder), outcomes[o]);
                status = APL_E_CONTENT;
            }
        }
    }
    apl_files_free(&files);
    return status == APL_OK ? status : apl_fail(status, "every rule needs pass, fail and unread");
}

/* The alias subset that is built in, as an image. */
static apl_status read_aliases(apl_text *image, apl_arena *arena, const char *root)
{
    apl_value table = APL_MISSING;
    apl_str text;
    apl_str path = apl_arena_format(arena, "%s/services/azure/aliases.json", root);

    apl_status status = apl_file_read(&text, arena, path.data, APL_CONTENT_BYTES_MAX);
    if (status == APL_OK)
        status = apl_json_parse(&table, arena, text);
    if (status == APL_OK)
        status = apl_aliases_image(image, table);
    return status == APL_OK ? status : apl_fail_context(status, "%s", path.data);
}

static apl_status write_file(const char *path, apl_str bytes)
{
    FILE *file = fopen(path, "wb");

    if (file == NULL)
        return apl_fail(APL_E_IO, "%s: %s", path, strerror(errno));
    bool is_written = fwrite(bytes.data, 1, bytes.size, file) == bytes.size;
    if (fclose(file) != 0 || !is_written)
        return apl_fail(APL_E_IO, "%s: %s", path, strerror(errno));
    return APL_OK;
}

static apl_status pack(apl_arena *arena, const char *root, const char *output)
{
    apl_content_files files = {0};
    apl_aliases *aliases = NULL;
    apl_content *content = NULL;
    apl_globals *globals = NULL;
    apl_text image;
    apl_text packed;

    apl_text_init(&image, APL_CONTENT_PACKED_BYTES_MAX);
    apl_text_init(&packed, APL_CONTENT_PACKED_BYTES_MAX);
    apl_status status = read_aliases(&image, arena, root);
    if (status == APL_OK)
        status = apl_aliases_open(&aliases, apl_text_str(&image));
    if (status == APL_OK) {
        content = apl_content_new(aliases);
        status = apl_content_read_folder(&files, arena, root);
    }
    if (status == APL_OK)
        status = apl_content_compile(content, &files);
    if (status == APL_OK)
        status = apl_content_globals(&globals, content);
    if (status == APL_OK)
        status = check_cases(content, arena, root);
    if (status == APL_OK)
        status = apl_content_check_controls(content);
    if (status == APL_OK) {
        apl_content_pack(&packed, &files, apl_text_str(&image));
        status = write_file(output, apl_text_str(&packed));
    }
    apl_globals_free(globals);
    apl_content_free(content);
    apl_memory_free(files.items);
    apl_text_free(&image);
    apl_text_free(&packed);
    return status;
}

int main(int argument_count, char **arguments)
{
    const char *root = NULL;
    const char *output = NULL;

    for (int i = 1; i + 1 < argument_count; i += 2) {
        if (strcmp(arguments[i], "--root") == 0)
            root = arguments[i + 1];
        else if (strcmp(arguments[i], "--output") == 0)
            output = arguments[i + 1];
    }
    if (root == NULL || output == NULL) {
        (void)fprintf(stderr, "usage: apl-content --output FILE --root DIR\n");
        return 2;
    }
    apl_arena *arena = apl_arena_new();
    apl_status status = pack(arena, root, output);
    if (status != APL_OK)
        (void)fprintf(stderr, "%s\n", apl_error_message());
    apl_arena_free(arena);
    return status == APL_OK ? 0 : 1;
}
