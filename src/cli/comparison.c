/* cli/comparison.c: which earlier posture is meant, and where the bodies of both sides come from.
 *
 * Decides nothing about changes; evaluate/drift.h and evaluate/delta.h do. */
#include "cli/comparison.h"

#include "bytes/files.h"
#include "evaluate/baseline.h"

static apl_status stored_body(apl_value *out, apl_arena *arena, apl_store *store, const apl_snapshot *snapshot,
                              apl_asset_id asset)
{
    return apl_store_body(out, arena, store, snapshot->scan.id, snapshot->estate->assets.items[asset].id);
}

static apl_status body_before(apl_value *out, apl_arena *arena, void *context, apl_asset_id asset)
{
    apl_comparison *it = context;

    if (!it->is_from_baseline)
        return stored_body(out, arena, it->session->store, &it->before, asset);
    *out = it->before.bodies[asset];
    return APL_OK;
}

static apl_status body_after(apl_value *out, apl_arena *arena, void *context, apl_asset_id asset)
{
    apl_comparison *it = context;
    apl_session *session = it->session;

    return session->is_from_store ? stored_body(out, arena, session->store, &session->snapshot, asset)
                                  : apl_session_scanned_body(out, arena, session, asset);
}

apl_drift_side apl_comparison_after(apl_comparison *comparison)
{
    return (apl_drift_side){&comparison->session->snapshot, body_after, comparison};
}

/* The id of the newest snapshot that started at or before the time, or of the one before the later side; empty when
 * there is none. */
static apl_status find_since(apl_str *out, apl_session *session)
{
    apl_str since = apl_str_from(session->settings->since);
    apl_scan_info *scans = NULL;
    size_t count = 0;
    apl_instant wanted = 0;
    apl_instant started = 0;
    bool is_time = apl_instant_parse(&wanted, since);
    bool is_older = session->settings->words.count != 0;
    apl_status status = apl_store_scans(&scans, &count, session->arena, session->store);

    *out = since;
    if (status != APL_OK || (since.size && !is_time))
        return status;
    *out = APL_STR_NONE;
    for (size_t i = 0; i < count; i++) {
        bool is_in_time = !is_time || (apl_instant_parse(&started, scans[i].started) && started <= wanted);
        if (is_older && is_in_time) {
            *out = scans[i].id;
            return APL_OK;
        }
        is_older |= apl_str_equal(scans[i].id, session->snapshot.scan.id);
    }
    return APL_OK;
}

static apl_status read_stored(apl_comparison *it, bool must_exist)
{
    apl_session *session = it->session;
    apl_store_read_options read = {.vocabulary = apl_content_vocabulary(session->content)};
    apl_str id = APL_STR_NONE;
    apl_status status = session->store ? APL_OK : apl_session_open_store(session, false);

    if (status == APL_OK)
        status = find_since(&id, session);
    if (status == APL_OK && id.size == 0 && !must_exist)
        return APL_OK;
    if (status == APL_OK && id.size == 0)
        status = apl_fail(APL_E_USAGE, "there is no earlier snapshot in the store to compare with; scan again later, "
                                       "or name one with --since, or a file with --baseline");
    if (status == APL_OK)
        status = apl_store_read(&it->before, session->arena, session->store, id, &read);
    it->has_before = status == APL_OK;
    return status;
}

apl_status apl_comparison_read(apl_comparison *comparison, apl_session *session, bool must_exist)
{
    const apl_settings *settings = session->settings;

    *comparison = (apl_comparison){.session = session};
    if (settings->baseline && settings->since)
        return apl_fail(APL_E_USAGE, "--baseline and --since exclude each other: each names the earlier side");
    if (settings->baseline == NULL)
        return read_stored(comparison, must_exist || settings->since);
    apl_status status = apl_session_read_baseline(&comparison->before, session);
    comparison->has_before = comparison->is_from_baseline = status == APL_OK;
    return status;
}

apl_status apl_comparison_make(apl_comparison *comparison, const apl_acceptances *acceptances)
{
    const apl_drift_side before = {&comparison->before, body_before, comparison};
    const apl_drift_side after = apl_comparison_after(comparison);
    const apl_drift_options how = {acceptances, comparison->session->options.now, comparison->is_from_baseline};

    if (!comparison->has_before)
        return APL_OK;
    apl_comparison_score(comparison);
    return apl_drift_compare(&comparison->drift, comparison->session->arena, &before, &after, &how);
}

void apl_comparison_score(apl_comparison *comparison)
{
    if (comparison->has_before)
        apl_score_delta_make(&comparison->delta, comparison->before.estate, comparison->session->snapshot.estate);
}

void apl_comparison_free(apl_comparison *comparison)
{
    if (comparison->is_from_baseline)
        apl_baseline_free(&comparison->before);
    else if (comparison->has_before)
        apl_estate_free(comparison->before.estate);
    *comparison = (apl_comparison){0};
}
