/* evaluate/attestation.c: reading and writing attestation files.
 *
 * Every statement must say who makes it, why, and until when: one that nobody owns proves nothing. The hash ties it to
 * the very file that was looked at; when that file is at hand and has changed, the statement no longer counts. */
#include "evaluate/attestation.h"

#include <stdio.h>
#include <string.h>

#include "base/digest.h"
#include "base/limits.h"
#include "bytes/files.h"

const char *const apl_attestation_names[] = {"valid", "expired", "changed", NULL};

struct apl_attestations {
    apl_arena *arena;
    APL_VECTOR(apl_attestation) items;
};

apl_attestations *apl_attestations_new(void)
{
    apl_attestations *attestations = apl_memory_new(sizeof *attestations);

    attestations->arena = apl_arena_new();
    return attestations;
}

void apl_attestations_free(apl_attestations *attestations)
{
    if (attestations == NULL)
        return;
    apl_memory_free(attestations->items.items);
    apl_arena_free(attestations->arena);
    apl_memory_free(attestations);
}

apl_status apl_attestation_hash(apl_str *out, apl_arena *arena, const char *path)
{
    apl_arena *scratch = apl_arena_new();
    uint8_t hash[APL_SHA256_BYTES];
    char hex[2 * APL_SHA256_BYTES + 1];
    apl_str bytes;
    apl_status status = apl_file_read(&bytes, scratch, path, APL_ATTESTED_FILE_BYTES_MAX);

    if (status == APL_OK) {
        apl_sha256(hash, &bytes, 1);
        apl_hex(hex, hash, sizeof hash);
        *out = apl_arena_str(arena, apl_str_from(hex));
    }
    apl_arena_free(scratch);
    return status;
}

static apl_status check_members(apl_value object, const char *where)
{
    static const char *const allowed[] = {"control", "owner",    "note",    "claim", "file",
                                          "sha256",  "attested", "expires", NULL};

    if (object.type != APL_VALUE_OBJECT)
        return apl_fail(APL_E_USAGE, "%s: must be {control, owner, note, attested, expires}", where);
    for (uint32_t i = 0; i < object.size; i++) {
        const char *const *name = allowed;
        while (*name && !apl_str_equal(object.members[i].key, apl_str_from(*name)))
            name++;
        if (*name == NULL)
            return apl_fail(APL_E_USAGE,
                            "%s: unknown member \"%.*s\"; an attestation has control, owner, note, claim, file, "
                            "sha256, attested, expires",
                            where, APL_STR_ARG(object.members[i].key));
    }
    return APL_OK;
}

static apl_status needed_text(apl_str *out, const apl_attestations *to, apl_value object, const char *name,
                              const char *where)
{
    *out = apl_arena_str(to->arena, apl_value_str(apl_value_member(object, name)));
    if (out->size == 0)
        return apl_fail(APL_E_USAGE, "%s: an attestation needs \"%s\" as a text", where, name);
    return APL_OK;
}

static apl_status read_dates(apl_attestation *out, const char *where)
{
    if (!apl_instant_parse(&out->attested_at, out->attested))
        return apl_fail(APL_E_USAGE, "%s: attested \"%.*s\" is no date; write 2026-12-31", where,
                        APL_STR_ARG(out->attested));
    if (!apl_instant_parse(&out->expires_at, out->expires))
        return apl_fail(APL_E_USAGE, "%s: expires \"%.*s\" is no date; write 2026-12-31", where,
                        APL_STR_ARG(out->expires));
    if (apl_str_find(out->expires, APL_STR(":")) < 0)
        out->expires_at += APL_TICKS_PER_DAY; /* a date is meant to its end */
    return APL_OK;
}

apl_str apl_attestation_path(apl_arena *arena, apl_str file, const char *beside)
{
    const char *slash = strrchr(beside, '/');

    if (file.data[0] == '/' || slash == NULL)
        return apl_arena_str(arena, file);
    return apl_arena_format(arena, "%.*s/%.*s", (int)(slash - beside), beside, APL_STR_ARG(file));
}

/* A file that is not at hand proves nothing either way: reports say that it was not compared. */
static void compare_file(apl_attestation *one, const apl_attestations *to, const char *file_name)
{
    apl_str hash;
    bool is_named = one->file.size > 0 && one->sha256.size > 0;

    if (!is_named ||
        apl_attestation_hash(&hash, to->arena, apl_attestation_path(to->arena, one->file, file_name).data) != APL_OK)
        return;
    one->has_file = true;
    one->is_changed = !apl_str_equal_nocase(hash, one->sha256);
}

static apl_status add_one(apl_attestations *to, apl_value object, const char *where, const char *file_name)
{
    apl_attestation one = {0};
    apl_str claim = apl_value_str(apl_value_member(object, "claim"));
    apl_status status = check_members(object, where);

    if (status == APL_OK)
        status = needed_text(&one.control, to, object, "control", where);
    if (status == APL_OK)
        status = needed_text(&one.owner, to, object, "owner", where);
    if (status == APL_OK)
        status = needed_text(&one.note, to, object, "note", where);
    if (status == APL_OK)
        status = needed_text(&one.attested, to, object, "attested", where);
    if (status == APL_OK)
        status = needed_text(&one.expires, to, object, "expires", where);
    if (status == APL_OK)
        status = read_dates(&one, where);
    if (status != APL_OK)
        return status;
    one.excludes = apl_str_equal(claim, APL_STR("not-applicable"));
    if (claim.size && !one.excludes && !apl_str_equal(claim, APL_STR("in-place")))
        return apl_fail(APL_E_USAGE, "%s: claim \"%.*s\" is neither in-place nor not-applicable", where,
                        APL_STR_ARG(claim));
    one.file = apl_arena_str(to->arena, apl_value_str(apl_value_member(object, "file")));
    one.sha256 = apl_arena_str(to->arena, apl_value_str(apl_value_member(object, "sha256")));
    compare_file(&one, to, file_name);
    APL_PUSH(&to->items, one);
    return APL_OK;
}

apl_status apl_attestations_add(apl_attestations *attestations, apl_value file, const char *file_name)
{
    apl_value list = file.type == APL_VALUE_OBJECT ? apl_value_member(file, "attestations") : file;
    char where[APL_ERROR_BYTES_MAX];

    if (list.type == APL_VALUE_NULL) /* a file with nothing in it yet */
        return APL_OK;
    if (list.type != APL_VALUE_ARRAY)
        return apl_fail(APL_E_USAGE, "%s: must be {attestations: [...]}", file_name);
    for (uint32_t i = 0; i < list.size; i++) {
        (void)snprintf(where, sizeof where, "%.900s: attestation %u", file_name, i + 1);
        apl_status status = add_one(attestations, list.items[i], where, file_name);
        if (status != APL_OK)
            return status;
    }
    return APL_OK;
}

static bool is_about(const apl_attestation *one, apl_str framework, apl_str control)
{
    return one->control.size == framework.size + 1 + control.size && one->control.data[framework.size] == ':' &&
           apl_str_equal_nocase(apl_str_slice(one->control, 0, framework.size), framework) &&
           apl_str_equal_nocase(apl_str_slice(one->control, framework.size + 1, one->control.size), control);
}

const apl_attestation *apl_attestations_find(const apl_attestations *attestations, apl_str framework, apl_str control)
{
    const apl_attestation *found = NULL;

    for (size_t i = 0; i < attestations->items.count; i++) {
        const apl_attestation *one = &attestations->items.items[i];
        if (is_about(one, framework, control) && (found == NULL || one->attested_at >= found->attested_at))
            found = one;
    }
    return found;
}

size_t apl_attestations_count(const apl_attestations *attestations)
{
    return attestations->items.count;
}

const apl_attestation *apl_attestations_at(const apl_attestations *attestations, size_t index)
{
    APL_ASSERT(index < attestations->items.count);
    return &attestations->items.items[index];
}

apl_attestation_state apl_attestation_state_at(const apl_attestation *attestation, apl_instant now)
{
    if (now >= attestation->expires_at)
        return APL_ATTESTATION_EXPIRED;
    return attestation->is_changed ? APL_ATTESTATION_CHANGED : APL_ATTESTATION_VALID;
}

/* A JSON string is a YAML string too, whatever is in it. */
static void write_member(apl_text *out, const char *name, apl_str text)
{
    if (text.size == 0)
        return;
    apl_text_add_format(out, "    %s: ", name);
    apl_json_write_string(out, text);
    apl_text_add_char(out, '\n');
}

void apl_attestation_write(apl_text *out, const apl_attestation *attestation)
{
    apl_text_add(out, APL_STR("  - control: "));
    apl_json_write_string(out, attestation->control);
    apl_text_add_char(out, '\n');
    write_member(out, "owner", attestation->owner);
    write_member(out, "note", attestation->note);
    if (attestation->excludes)
        write_member(out, "claim", APL_STR("not-applicable"));
    write_member(out, "file", attestation->file);
    write_member(out, "sha256", attestation->sha256);
    write_member(out, "attested", attestation->attested);
    write_member(out, "expires", attestation->expires);
}
