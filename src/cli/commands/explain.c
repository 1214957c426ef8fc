/* cli/commands/explain.c: one thing whole: an asset, a finding, a check, a rule or a kind.
 *
 * Looks in the stored snapshot, or in sources that are scanned in memory, and in the content. Without a store it
 * still explains what the content knows. */
#include <sys/stat.h>

#include "cli/session.h"

#define BODY_BYTES_MAX (64u << 20)

static const apl_option options[] = {
    APL_OPTION_FORMAT,
    APL_OPTION_STORE,
    APL_OPTION_SNAPSHOT,
    APL_OPTION_CONTENT,
    APL_OPTION_POLICIES,
    APL_OPTION_OFFLINE,
    APL_OPTION_JOBS,
    APL_OPTION_QUIET,
    APL_OPTION_NO_COLOR,
    APL_OPTION_HELP,
    {0},
};

/* The document of the asset as JSON text: out of the store, or out of the scan in memory. */
static apl_status read_body(apl_str *out, apl_session *session, const apl_asset *asset)
{
    apl_value body = APL_MISSING;
    apl_text text;
    apl_status status = APL_OK;

    apl_text_init(&text, BODY_BYTES_MAX);
    if (session->is_from_store)
        status = apl_store_body(&body, session->arena, session->store, session->snapshot.scan.id, asset->id);
    else
        status = apl_estate_body(&text, session->snapshot.estate, asset);
    if (apl_value_is_there(body))
        apl_value_write(&text, body, 0);
    if (status == APL_OK && !text.is_cut)
        *out = apl_arena_str(session->arena, apl_text_str(&text));
    apl_text_free(&text);
    return status;
}

/* Everything but the thing itself: history and document. */
static apl_status add_surroundings(apl_report *report, apl_history *history, apl_session *session)
{
    const apl_explained *explained = report->explained;
    apl_status status = APL_OK;

    if (explained->asset == APL_ASSET_NONE)
        return APL_OK;
    const apl_asset *asset = &session->snapshot.estate->assets.items[explained->asset];
    if (session->is_from_store) {
        apl_str rule = explained->finding ? explained->finding->rule->id : APL_STR_NONE;
        status = apl_store_history(history, session->arena, session->store, asset->id, rule);
        report->history = history;
    }
    if (status == APL_OK && explained->as == APL_EXPLAINED_ASSET && asset->is_read)
        status = read_body(&report->body, session, asset);
    return status;
}

/* No store is no failure here: checks and kinds can be explained without one. */
static apl_status load(apl_session *session, const apl_word_list *sources)
{
    const apl_settings *settings = session->settings;
    struct stat file;

    if (sources->count == 0 && settings->store == NULL && settings->snapshot == NULL &&
        settings->environment.store == NULL && stat(APL_STORE_DEFAULT, &file) != 0)
        return APL_OK;
    return apl_session_snapshot(session, sources, true);
}

/* What of the documents the rights on an asset rest on. */
static apl_status restore_for_reach(apl_session *session)
{
    if (!session->is_from_store)
        return APL_OK;
    apl_status status =
        apl_store_bodies(&session->snapshot, session->arena, session->store, apl_query_reach_reads);
    return status == APL_OK ? apl_scan_restore(&session->snapshot, session->content, &session->options) : status;
}

/* Who can reach the asset, or what the principal reaches; *access is NULL where that is no question. */
static apl_status add_reach(apl_reach_answer *reach, apl_access **access, apl_report *report, apl_session *session)
{
    const apl_explained *explained = report->explained;
    apl_estate *estate = session->snapshot.estate;

    const apl_techniques *techniques = apl_content_techniques(session->content);
    if (explained->as != APL_EXPLAINED_ASSET || !apl_query_has_reach(estate, techniques, explained->asset))
        return APL_OK;
    apl_status status = restore_for_reach(session);
    if (status != APL_OK)
        return status;
    *access = apl_scan_access(session->content, estate);
    apl_reach_options asked = {
        .access = *access,
        .estate = estate,
        .techniques = techniques,
        .arena = session->arena,
        .now = session->options.now,
    };
    /* Ages count from the time of the scan. */
    (void)apl_instant_parse(&asked.now, session->snapshot.scan.started);
    apl_query_reach(reach, &asked, explained->asset);
    report->reach = reach;
    return APL_OK;
}

static apl_status explain_run(apl_session *session)
{
    apl_reach_answer reach = {0};
    apl_access *access = NULL;
    const apl_word_list *words = &session->settings->words;
    apl_word_list sources = {.items = words->items + 1, .count = words->count - 1};
    apl_explained explained = {.asset = APL_ASSET_NONE};
    apl_history history = {0};
    apl_status status = apl_session_formats(session);

    if (status == APL_OK)
        status = apl_session_content(session);
    session->filter.statuses = (1u << APL_STATUS_COUNT) - 1;
    if (status == APL_OK)
        status = load(session, &sources);
    if (status != APL_OK)
        return status;

    apl_explain_options explain = {session->has_snapshot ? &session->snapshot : NULL, session->content, session->arena};
    status = apl_explain(&explained, &explain, apl_str_from(words->items[0]));
    if (status == APL_OK) {
        apl_report report = apl_session_report(session, APL_VIEW_EXPLAIN);
        report.explained = &explained;
        status = add_surroundings(&report, &history, session);
        if (status == APL_OK)
            status = add_reach(&reach, &access, &report, session);
        if (status == APL_OK)
            status = apl_session_write(session, &report);
    }
    apl_query_reach_free(&reach);
    apl_access_free(access);
    apl_explained_free(&explained);
    return status;
}

const apl_command apl_command_explain = {
    .name = "explain",
    .summary = "one asset, finding, attack path, technique, check, rule or kind, whole",
    .options = options,
    .run = explain_run,
    .arguments = "ID [SOURCE...]",
    .details =
        "ID is the id of an asset or its unique name, the id of a finding or its unique start, a check, a rule or a "
        "kind. It is looked for in the stored snapshot, or in the sources.",
    .examples = "aplomb explain 3f2a9c01\n"
                "aplomb explain contoso-chat\n"
                "aplomb explain ai-local-auth-disabled\n"
                "aplomb explain ai-deployment export/ --format json",
    .views = APL_VIEW_EXPLAIN,
    .words_min = 1,
    .words_max = -1,
};
