/* scan/access.c: the access layer over an estate, and an estate out of a stored snapshot.
 *
 * A store keeps bodies, not the columns that a scan in memory has. So a stored snapshot is written out as documents,
 * the form in which collectors give them, and read again through the whole pipeline: the same estate, with columns. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/limits.h"
#include "scan/content.h"
#include "scan/pipeline.h"

#define DESCRIPTOR_PATH_BYTES 64

apl_access *apl_scan_access(const apl_content *content, const apl_estate *estate)
{
    apl_access_options options = {
        .estate = estate,
        .fields = content->access_fields,
        .library = content->library,
    };

    return apl_access_new(&options);
}

const apl_library *apl_content_library(const apl_content *content)
{
    apl_library_open(content->library);
    return content->library;
}

static void add_member(apl_text *out, const char *name, apl_str value)
{
    apl_text_add_format(out, "%s\"%s\":", out->size > 1 ? "," : "", name);
    apl_json_write_string(out, value);
}

static void add_document(apl_text *out, const apl_asset *asset, apl_value body)
{
    char read_at[APL_INSTANT_TEXT_MAX];
    size_t size = asset->read_at ? apl_instant_format(read_at, asset->read_at, -1) : 0;

    apl_text_add_char(out, '{');
    add_member(out, "source", asset->source.size ? asset->source : apl_str_from(apl_cloud_names[asset->cloud]));
    add_member(out, "tenant", asset->tenant);
    add_member(out, "scope", asset->scope);
    add_member(out, "type", asset->type);
    add_member(out, "id", asset->id);
    add_member(out, "read", apl_str_make(read_at, size));
    apl_text_add(out, APL_STR(",\"body\":"));
    apl_value_write(out, body, 0);
    apl_text_add(out, APL_STR("}\n"));
}

/* What could not be read then is not read now. */
static void add_unread(apl_text *out, const apl_coverage *row)
{
    apl_text_add_char(out, '{');
    add_member(out, "source", row->source);
    add_member(out, "scope", row->scope);
    add_member(out, "unread", row->type);
    add_member(out, "why", row->why);
    add_member(out, "needs", row->needs);
    apl_text_add(out, APL_STR("}\n"));
}

static apl_status write_line(FILE *file, apl_text *line)
{
    bool is_written = !line->is_cut && fwrite(line->data, 1, line->size, file) == line->size;

    line->size = 0;
    return is_written ? APL_OK : apl_fail(APL_E_IO, "no room for the documents of the snapshot: %s", strerror(errno));
}

static apl_status write_documents(FILE *file, const apl_snapshot *stored)
{
    const apl_estate *estate = stored->estate;
    apl_status status = APL_OK;
    apl_text line;

    apl_text_init(&line, APL_DOCUMENT_BYTES_MAX * 2);
    for (size_t i = 0; status == APL_OK && stored->bodies && i < estate->assets.count; i++) {
        if (stored->bodies[i].type != APL_VALUE_OBJECT)
            continue;
        add_document(&line, &estate->assets.items[i], stored->bodies[i]);
        status = write_line(file, &line);
    }
    for (size_t i = 0; status == APL_OK && i < estate->coverage.count; i++) {
        if (estate->coverage.items[i].state != APL_COVERAGE_UNREAD)
            continue;
        add_unread(&line, &estate->coverage.items[i]);
        status = write_line(file, &line);
    }
    if (status == APL_OK && fflush(file) != 0)
        status = apl_fail(APL_E_IO, "no room for the documents of the snapshot: %s", strerror(errno));
    apl_text_free(&line);
    return status;
}

apl_status apl_scan_replay(apl_snapshot *out, apl_content *content, const apl_scan_options *options,
                           const apl_snapshot *stored)
{
    char path[DESCRIPTOR_PATH_BYTES];
    const char *source = path;
    apl_scan_options replay = *options;
    FILE *file = tmpfile();

    if (file == NULL)
        return apl_fail(APL_E_IO, "no temporary file for the documents of the snapshot: %s", strerror(errno));
    apl_status status = write_documents(file, stored);
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", fileno(file));
    replay.sources = &source;
    replay.source_count = 1;
    if (status == APL_OK)
        status = apl_scan_unjudged(out, content, &replay);
    (void)fclose(file);
    return status;
}
