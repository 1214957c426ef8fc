/* cli/session.c: the steps that commands share: formats, content, filter, snapshot, report, exit code.
 *
 * Stands between the commands and the stages of the product. It decides nothing about results; it connects what the
 * user named with what was asked for, and refuses what does not fit before anything is read. */
#include "cli/session.h"

#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "bytes/files.h"
#include "cli/live_sources.h"
#include "cli/sink.h"
#include "evaluate/baseline.h"
#include "query/nearest.h"

#define SAY_BYTES_MAX 4096
#define SOURCES_BYTES_MAX 4096u

void apl_session_start(apl_session *session, const apl_command *command, const apl_settings *settings)
{
    *session = (apl_session){.command = command, .settings = settings};
    session->arena = apl_arena_new();
    apl_progress_start(&session->progress, settings);
}

/* The estate of a stored snapshot is freed alone, because everything else of it is in the arena. */
void apl_session_end(apl_session *session)
{
    apl_progress_clear(&session->progress);
    apl_selection_free(&session->selection);
    if (session->has_snapshot && session->is_from_store) {
        apl_estate_free(session->snapshot.estate);
        apl_simulation_free(session->snapshot.simulation);
    } else if (session->has_snapshot) {
        apl_snapshot_free(&session->snapshot);
    }
    apl_store_close(session->store);
    apl_content_free(session->content);
    apl_memory_free(session->targets.items);
    apl_arena_free(session->arena);
}

void apl_session_say(apl_session *session, const char *format, ...)
{
    char line[SAY_BYTES_MAX];
    va_list arguments;

    if (session->settings->quiet)
        return;
    va_start(arguments, format);
    (void)vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    apl_progress_clear(&session->progress);
    apl_say(&session->progress.screen, apl_str_from(line));
}

static apl_status unknown_format(apl_str name)
{
    apl_guess nearest = apl_guess_start(name);

    for (size_t i = 0; i < apl_format_table_count; i++)
        apl_guess_try(&nearest, apl_str_from(apl_format_table[i]->name));
    return apl_query_nearest_refuse(&nearest, "--format", NULL);
}

static apl_status add_target(apl_session *session, const char *word)
{
    const char *equals = strchr(word, '=');
    apl_str name = equals ? apl_str_make(word, (size_t)(equals - word)) : apl_str_from(word);
    apl_output_target target = {.format = apl_format_find(name)};

    if (target.format == NULL)
        return unknown_format(name);
    if (equals && equals[1] == 0)
        return apl_fail(APL_E_USAGE, "--format: \"%s\" names no file", word);
    if (equals && strcmp(equals + 1, "-") != 0)
        target.file = equals + 1;
    if ((target.format->views & session->command->views) == 0)
        return apl_fail(APL_E_USAGE, "--format: %s cannot show what \"aplomb %s\" gives", target.format->name,
                        session->command->name);
    for (size_t i = 0; i < session->targets.count; i++) {
        const char *other = session->targets.items[i].file;
        if (target.file == NULL && other == NULL)
            return apl_fail(APL_E_USAGE, "--format: only one format goes to standard output; give %s a file: %s=FILE",
                            target.format->name, target.format->name);
        if (target.file && other && strcmp(target.file, other) == 0)
            return apl_fail(APL_E_USAGE, "--format: two formats for the same file %s", other);
    }
    APL_PUSH(&session->targets, target);
    return APL_OK;
}

apl_status apl_session_formats(apl_session *session)
{
    return apl_session_formats_or(session, "text");
}

apl_status apl_session_formats_or(apl_session *session, const char *otherwise)
{
    const apl_word_list *formats = &session->settings->formats;
    apl_status status = APL_OK;

    if (formats->count == 0)
        return add_target(session, otherwise);
    for (size_t i = 0; status == APL_OK && i < formats->count; i++)
        status = add_target(session, formats->items[i]);
    return status;
}

static apl_words split(apl_session *session, const apl_word_list *list)
{
    return apl_words_split(session->arena, list->items, list->count);
}

static apl_status read_filter(apl_session *session)
{
    const apl_settings *settings = session->settings;
    apl_filter *filter = &session->filter;
    apl_status status = apl_filter_statuses(&filter->statuses, split(session, &settings->statuses));

    if (status == APL_OK)
        status = apl_filter_severities(&filter->severities, split(session, &settings->severities));
    if (status == APL_OK)
        status = apl_filter_clouds(&filter->clouds, split(session, &settings->clouds));
    if (status == APL_OK)
        status = apl_filter_exposures(&filter->exposures, split(session, &settings->exposures));
    if (settings->statuses.count == 0)
        filter->statuses = 1u << APL_STATUS_FAIL | 1u << APL_STATUS_MANUAL | 1u << APL_STATUS_ERROR;
    filter->checks = split(session, &settings->checks);
    filter->frameworks = split(session, &settings->frameworks);
    filter->kinds = split(session, &settings->kinds);
    filter->types = split(session, &settings->types);
    filter->scopes = split(session, &settings->scopes);
    filter->tenants = split(session, &settings->tenants);
    filter->groups = split(session, &settings->groups);
    filter->tags = split(session, &settings->tags);
    filter->assets = split(session, &settings->assets);
    filter->text = apl_str_from(settings->text);
    filter->only_ai = settings->only_ai;
    return status;
}

/* A stored snapshot may have been judged with initiatives that are not at hand now: their names are in it. */
static bool names_wait(const apl_session *session)
{
    return session->command->names_in_snapshot && session->settings->words.count == 0;
}

apl_status apl_session_content(apl_session *session)
{
    const apl_settings *settings = session->settings;
    apl_scan_options *options = &session->options;
    apl_status status = read_filter(session);

    options->content_folders = settings->contents.items;
    options->content_folder_count = settings->contents.count;
    options->policies = settings->policies.items;
    options->policy_count = settings->policies.count;
    options->mutes = settings->mutes.items;
    options->mute_count = settings->mutes.count;
    options->aliases_file = settings->aliases;
    options->version = APL_VERSION;
    options->jobs = settings->jobs;
    options->now = apl_clock_now();
    if (status == APL_OK && settings->now && !apl_instant_parse(&options->now, apl_str_from(settings->now)))
        status = apl_fail(APL_E_USAGE, "--now: \"%s\" is no time like 2026-11-23T08:00:00Z", settings->now);
    options->on_progress = apl_progress_update;
    options->on_progress_context = &session->progress;
    options->on_message = apl_progress_message;
    options->on_message_context = &session->progress;
    if (status == APL_OK)
        status = apl_content_open(&session->content, options);
    if (status == APL_OK && !names_wait(session))
        status = apl_filter_check_names(&session->filter, session->content, NULL);
    return status;
}

const char *apl_session_store_url(const apl_session *session)
{
    if (session->settings->store)
        return session->settings->store;
    return session->settings->environment.store ? session->settings->environment.store : APL_STORE_DEFAULT;
}

/* What of a scan the command wants to see. */
static void ask_for(apl_session *session)
{
    session->options.what_if = session->settings->what_if.items;
    session->options.what_if_count = session->settings->what_if.count;
    session->options.keeps_edges = session->settings->edges;
    session->options.keeps_passes = (session->filter.statuses >> APL_STATUS_PASS & 1u) != 0;
}

/* The files to read: what was named, but for live sources, and what those gave. */
static void set_files(apl_session *session, const apl_word_list *sources, int collected)
{
    const char **files = APL_ARENA_ARRAY(session->arena, const char *, sources->count + 2);
    size_t count = 0;

    for (size_t i = 0; i < sources->count; i++) {
        if (collected < 0 || !apl_live_is_source(sources->items[i]))
            files[count++] = sources->items[i];
    }
    if (collected >= 0)
        files[count++] = apl_arena_format(session->arena, "/proc/self/fd/%d", collected).data;
    if (sources->count == 0)
        files[count++] = ".";
    session->options.sources = files;
    session->options.source_count = count;
}

apl_status apl_session_scan(apl_session *session, const apl_word_list *sources, bool keeps_bodies)
{
    static const char *const here[] = {"."};
    int collected = -1;

    session->options.named_sources = sources->count ? sources->items : here;
    session->options.named_source_count = sources->count ? sources->count : 1;
    apl_status status = apl_live_collect(&collected, session, sources);
    if (status != APL_OK)
        return status;
    set_files(session, sources, collected);
    session->options.ignored = apl_session_store_url(session);
    session->options.keeps_bodies = keeps_bodies;
    ask_for(session);
    status = apl_scan_run(&session->snapshot, session->content, &session->options);
    session->has_snapshot = status == APL_OK;
    if (collected >= 0)
        (void)close(collected);
    apl_progress_finish(&session->progress);
    return status;
}

apl_status apl_session_open_store(apl_session *session, bool for_writing)
{
    struct stat file;
    const char *url = apl_session_store_url(session);

    if (!for_writing && strstr(url, ":") == NULL && stat(url, &file) != 0)
        return apl_fail(APL_E_USAGE,
                        "no snapshot yet: there is no %s; run \"aplomb scan SOURCE\" first, or name sources", url);
    return apl_store_open(&session->store, url, for_writing);
}

apl_status apl_session_snapshot(apl_session *session, const apl_word_list *sources, bool keeps_bodies)
{
    apl_store_read_options options = {.vocabulary = apl_content_vocabulary(session->content)};
    apl_status status;

    if (sources->count && (session->settings->store || session->settings->snapshot))
        return apl_fail(APL_E_USAGE, "--%s reads a stored snapshot; leave the sources out, or the option",
                        session->settings->store ? "store" : "snapshot");
    if (sources->count)
        return apl_session_scan(session, sources, keeps_bodies);
    status = apl_session_open_store(session, false);
    if (status == APL_OK)
        status = apl_store_read(&session->snapshot, session->arena, session->store,
                                apl_str_from(session->settings->snapshot), &options);
    session->has_snapshot = session->is_from_store = status == APL_OK;
    if (status == APL_OK && names_wait(session))
        status = apl_filter_check_names(&session->filter, session->content, &session->snapshot);
    return status;
}

apl_status apl_session_read_baseline(apl_snapshot *out, const apl_session *session)
{
    const char *file = session->settings->baseline;
    apl_str text;
    apl_status status = apl_file_read(&text, session->arena, file, APL_BASELINE_BYTES_MAX);

    *out = (apl_snapshot){0};
    return status == APL_OK ? apl_baseline_read(out, apl_content_vocabulary(session->content), text, file) : status;
}

apl_status apl_session_restore(apl_session *session)
{
    apl_store_read_options read = {.vocabulary = apl_content_vocabulary(session->content), .wants_bodies = true};

    ask_for(session);
    apl_status status = apl_session_open_store(session, false);
    if (status == APL_OK)
        status = apl_store_read(&session->snapshot, session->arena, session->store,
                                apl_str_from(session->settings->snapshot), &read);
    session->has_snapshot = session->is_from_store = status == APL_OK;
    if (status == APL_OK)
        status = apl_scan_restore(&session->snapshot, session->content, &session->options);
    apl_progress_finish(&session->progress);
    return status;
}

/* Passed findings are always counted, but kept only by a scan that was asked for them. */
static bool lacks_passes(const apl_session *session)
{
    const apl_estate *estate = session->snapshot.estate;

    if (!session->is_from_store || (session->filter.statuses >> APL_STATUS_PASS & 1u) == 0 || estate->passes == 0)
        return false;
    for (size_t i = 0; i < estate->findings.count; i++) {
        if (estate->findings.items[i].status == APL_STATUS_PASS)
            return false;
    }
    return true;
}

apl_status apl_session_scanned_body(apl_value *out, apl_arena *arena, const apl_session *session, apl_asset_id asset)
{
    const apl_estate *estate = session->snapshot.estate;
    apl_text text;

    *out = APL_MISSING;
    apl_text_init(&text, APL_DOCUMENT_BYTES_MAX);
    apl_status status = apl_estate_body(&text, estate, &estate->assets.items[asset]);
    if (status == APL_OK && text.size)
        status = apl_json_parse(out, arena, apl_text_str(&text));
    apl_text_free(&text);
    return status;
}

void apl_session_select(apl_session *session)
{
    apl_selection_make(&session->selection, &session->snapshot, &session->filter);
    if (lacks_passes(session))
        apl_session_say(session, "this snapshot has only the number of passed findings; scan with --status all to keep "
                                 "them");
}

static const char *join_sources(const apl_session *session)
{
    const apl_scan_options *options = &session->options;
    apl_text text;

    apl_text_init(&text, SOURCES_BYTES_MAX);
    for (size_t i = 0; i < options->named_source_count; i++) {
        if (i)
            apl_text_add_char(&text, ' ');
        apl_text_add(&text, apl_str_from(options->named_sources[i]));
    }
    const char *joined = apl_arena_str(session->arena, apl_text_str(&text)).data;
    apl_text_free(&text);
    return joined;
}

apl_report apl_session_report(const apl_session *session, apl_view view)
{
    return (apl_report){
        .view = view,
        .snapshot = session->has_snapshot ? &session->snapshot : NULL,
        .selection = &session->selection,
        .threads = session->options.jobs,
        .vocabulary = session->content ? apl_content_vocabulary(session->content) : NULL,
        .techniques = session->content ? apl_content_techniques(session->content) : NULL,
        .sources = join_sources(session),
    };
}

static apl_status write_target(apl_session *session, apl_report *report, const apl_output_target *target)
{
    apl_output output;
    apl_sink sink;
    apl_status status = apl_sink_open(&sink, target->file);

    if (status != APL_OK)
        return status;
    report->screen =
        apl_environment_screen(&session->settings->environment, target->file != NULL, session->settings->no_color);
    apl_output_init(&output, apl_sink_write, &sink);
    status = apl_format_write(target->format, report, &output);
    return apl_sink_close(&sink, status);
}

apl_status apl_session_write(apl_session *session, apl_report *report)
{
    apl_status status = APL_OK;

    apl_progress_clear(&session->progress);
    for (size_t i = 0; status == APL_OK && i < session->targets.count; i++)
        status = write_target(session, report, &session->targets.items[i]);
    return status;
}

void apl_session_judge_coverage(apl_session *session)
{
    if (session->exit_code == APL_EXIT_DONE && apl_snapshot_summary(&session->snapshot).is_partial)
        session->exit_code = APL_EXIT_PARTIAL;
}

apl_status apl_session_prepare(apl_session *session, const apl_word_list *sources)
{
    apl_status status = apl_session_formats(session);

    if (status == APL_OK)
        status = apl_session_content(session);
    if (status == APL_OK)
        status = apl_session_snapshot(session, sources, false);
    if (status == APL_OK)
        apl_session_select(session);
    return status;
}

apl_status apl_session_show(apl_session *session, apl_view view)
{
    apl_report report = apl_session_report(session, view);

    apl_status status = apl_session_write(session, &report);
    apl_session_judge_coverage(session);
    return status;
}
