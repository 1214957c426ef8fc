/* model/estate.c: the names of fixed enumerations, ids, and the life of an estate.
 *
 * Plain data and its lookups; filling and joining are the work of normalize and link. */
#include "model/estate.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/limits.h"
#include "model/scan.h"

const char *const apl_cloud_names[] = {"azure", "aws", "gcp", "kubernetes", "saas", "code", "host", NULL};
const char *const apl_exposure_names[] = {"unknown", "none", "private", "trusted", "internet", NULL};
const char *const apl_level_names[] = {"unknown", "none", "low", "medium", "high", "critical", NULL};
const char *const apl_severity_names[] = {"info", "low", "medium", "high", "critical", NULL};
const char *const apl_status_names[] = {"exempt", "muted", "error", "manual", "fail", "pass", NULL};
const char *const apl_coverage_names[] = {"read", "partial", "unread", "unsupported", NULL};

void apl_estate_init(apl_estate *estate, const apl_vocabulary *vocabulary)
{
    *estate = (apl_estate){.arena = apl_arena_new(), .vocabulary = vocabulary, .spool = -1};
    estate->by_id = apl_table_new(true);
}

void apl_estate_free(apl_estate *estate)
{
    if (estate == NULL)
        return;
    apl_memory_free(estate->assets.items);
    apl_memory_free(estate->relations.items);
    apl_memory_free(estate->relations_out);
    apl_memory_free(estate->relations_in);
    apl_memory_free(estate->relations_by_to);
    apl_memory_free(estate->exposure_evidence.items);
    apl_memory_free(estate->exposure_evidence_of);
    apl_memory_free(estate->findings.items);
    apl_memory_free(estate->judged.items);
    apl_memory_free(estate->paths.items);
    apl_memory_free(estate->edges.items);
    apl_memory_free(estate->coverage.items);
    apl_memory_free(estate->unread.items);
    apl_table_free(estate->unread_by_scope);
    apl_memory_free(estate->files.items);
    for (size_t i = 0; i < estate->arenas.count; i++)
        apl_arena_free(estate->arenas.items[i]);
    apl_memory_free(estate->arenas.items);
    apl_table_free(estate->by_id);
    if (estate->spool >= 0)
        (void)close(estate->spool);
    apl_arena_free(estate->arena);
    *estate = (apl_estate){.spool = -1};
}

/* The table ignores case; where the provider does not, an id that differs in case only is another asset, and the
 * chain through `same_letters` leads to it. */
apl_asset_id apl_estate_find(const apl_estate *estate, apl_str id)
{
    apl_asset_id asset = apl_table_get(estate->by_id, id);

    while (asset != APL_ASSET_NONE) {
        const apl_asset *found = &estate->assets.items[asset];
        if (found->ids_ignore_case || apl_str_equal(found->id, id))
            return asset;
        asset = found->same_letters;
    }
    return APL_ASSET_NONE;
}

apl_str apl_resource_group_of(apl_str id)
{
    static const apl_str mark = {"/resourceGroups/", 16};
    long at = apl_str_find_nocase(id, mark);

    if (at < 0)
        return APL_STR_NONE;
    apl_str rest = apl_str_slice(id, (size_t)at + mark.size, id.size);
    apl_str name = APL_STR_NONE;
    (void)apl_str_next(&name, &rest, '/');
    return name;
}

apl_str apl_asset_canonical_id(apl_arena *arena, const apl_asset *asset)
{
    apl_str id = apl_arena_str(arena, asset->id);

    if (!asset->ids_ignore_case)
        return id;
    char *text = (char *)(uintptr_t)id.data; /* our own copy */
    for (uint32_t i = 0; i < id.size; i++)
        text[i] = apl_char_lower(text[i]);
    return id;
}

void apl_finding_id(char out[33], apl_str rule_id, apl_str canonical_asset_id)
{
    uint8_t hash[APL_SHA256_BYTES];
    apl_str parts[] = {rule_id, APL_STR("\n"), canonical_asset_id};

    apl_sha256(hash, parts, 3);
    apl_hex(out, hash, 16);
}

apl_status apl_estate_spooled(apl_text *out, const apl_estate *estate, uint64_t offset, size_t size)
{
    char *at = size ? apl_text_extend(out, size) : NULL;

    for (size_t done = 0; at && done < size;) {
        ssize_t got = pread(estate->spool, at + done, size - done, (off_t)(offset + done));
        if (got <= 0) {
            out->size -= size;
            return apl_fail(APL_E_IO, "the spool of bodies cannot be read: %s", strerror(errno));
        }
        done += (size_t)got;
    }
    return APL_OK;
}

apl_status apl_estate_body(apl_text *out, const apl_estate *estate, const apl_asset *asset)
{
    if (estate->spool < 0 || !asset->is_read)
        return APL_OK;
    return apl_estate_spooled(out, estate, asset->origin.offset, asset->origin.size);
}

#define ID_START_MIN 4

bool apl_id_starts(const char *id, apl_str word)
{
    return word.size >= ID_START_MIN && word.size < APL_PATH_ID_BYTES &&
           apl_str_equal_nocase(apl_str_make(id, word.size), word);
}

apl_summary apl_snapshot_summary(const apl_snapshot *snapshot)
{
    const apl_estate *estate = snapshot->estate;
    apl_summary summary = {0};

    for (size_t i = 0; i < estate->assets.count; i++) {
        summary.assets += estate->assets.items[i].is_read;
        summary.ai_assets += estate->assets.items[i].is_read && estate->assets.items[i].is_ai;
    }
    for (size_t i = 0; i < estate->findings.count; i++) {
        const apl_finding *finding = &estate->findings.items[i];
        summary.by_status[finding->status]++;
        if (finding->status == APL_STATUS_FAIL)
            summary.findings[finding->severity]++;
    }
    summary.by_status[APL_STATUS_PASS] = estate->passes;
    summary.paths = estate->paths.count;
    for (size_t i = 0; i < estate->coverage.count; i++) {
        uint8_t state = estate->coverage.items[i].state;
        summary.is_partial = summary.is_partial || state == APL_COVERAGE_PARTIAL || state == APL_COVERAGE_UNREAD;
    }
    return summary;
}
