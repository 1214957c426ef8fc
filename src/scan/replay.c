/* scan/replay.c: the columns of a stored snapshot.
 *
 * A store keeps what was found and the bodies, not the columns that conditions and the access layer read. So the bodies
 * are written out as documents, the form in which collectors give them, and read again. Only the columns of that are
 * taken: relations, exposure and all the rest stay as they were stored, for some of it came from secrets, which no
 * store keeps. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "link/link.h"
#include "scan/content.h"
#include "scan/scan.h"

#define DESCRIPTOR_PATH_BYTES 64

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

/* The estate of the documents, linked, without judging anything. */
static apl_status read_documents(apl_snapshot *out, apl_content *content, const apl_scan_options *options,
                                 const apl_snapshot *stored)
{
    char path[DESCRIPTOR_PATH_BYTES];
    const char *source = path;
    apl_scan_options again = *options;
    FILE *file = tmpfile();

    if (file == NULL)
        return apl_fail(APL_E_IO, "no temporary file for the documents of the snapshot: %s", strerror(errno));
    apl_status status = write_documents(file, stored);
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", fileno(file));
    again.sources = &source;
    again.source_count = 1;
    again.keeps_bodies = false;
    if (status == APL_OK)
        status = apl_scan_unjudged(out, content, &again);
    (void)fclose(file);
    return status;
}

static void take_columns(apl_estate *estate, const apl_estate *documents)
{
    for (size_t i = 0; i < documents->assets.count; i++) {
        const apl_asset *from = &documents->assets.items[i];
        apl_asset_id place = from->is_read ? apl_estate_find(estate, from->id) : APL_ASSET_NONE;
        if (place == APL_ASSET_NONE)
            continue;
        estate->assets.items[place].plan = from->plan;
        estate->assets.items[place].record = from->record;
    }
}

/* The columns lie in them. */
static void take_arenas(apl_estate *estate, apl_estate *documents)
{
    for (size_t i = 0; i < documents->arenas.count; i++)
        APL_PUSH(&estate->arenas, documents->arenas.items[i]);
    documents->arenas.count = 0;
    APL_PUSH(&estate->arenas, documents->arena);
    documents->arena = NULL;
}

apl_status apl_scan_restore(apl_snapshot *stored, apl_content *content, const apl_scan_options *options)
{
    apl_snapshot documents;

    if (options->on_message && !apl_str_equal(stored->scan.content, content->digest))
        options->on_message(options->on_message_context,
                            "the snapshot was made with other content than that of this program and its --content; "
                            "what follows may differ from what the scan found");
    apl_status status = read_documents(&documents, content, options, stored);
    if (status != APL_OK)
        return status;
    take_columns(stored->estate, documents.estate);
    take_arenas(stored->estate, documents.estate);
    apl_snapshot_free(&documents);
    apl_link_absent(stored->estate);
    return APL_OK;
}
