/* cli/live_sources.c: live sources, as words of the command line have them.
 *
 * A scan of a live source is a collect into a file without a name, and then an ordinary scan of that file: so the
 * result is the same as that of a collect and a scan, by construction. */
#include "cli/live_sources.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

bool apl_live_is_source(const char *word)
{
    struct stat file;

    return apl_source_is_word(apl_str_from(word)) && stat(word, &file) != 0;
}

static void show_progress(void *context, const apl_collect_progress *progress)
{
    apl_session *session = context;

    apl_progress_collect(&session->progress, progress);
}

/* Seen even with --quiet: without it nobody can enter a code. */
static void show_message(void *context, apl_str line)
{
    const apl_session *session = context;
    const apl_screen screen = apl_environment_messages(&session->settings->environment);

    apl_say(&screen, line);
}

apl_status apl_live_options(apl_collect_options *out, apl_session *session, const apl_live *live,
                            const apl_word_list *words, bool wants_all)
{
    apl_source *sources = APL_ARENA_ARRAY(session->arena, apl_source, words->count + 1);
    apl_status status = APL_OK;
    size_t count = 0;

    for (size_t i = 0; status == APL_OK && i < words->count; i++) {
        if (apl_live_is_source(words->items[i]))
            status = apl_source_parse(&sources[count++], apl_str_from(words->items[i]));
        else if (wants_all)
            status = apl_fail(APL_E_USAGE, "\"%s\" is no live source; there are %s", words->items[i], APL_SOURCE_NAMES);
    }
    *out = (apl_collect_options){
        .calls = apl_content_calls(session->content),
        .sources = sources,
        .source_count = count,
        .credentials = &live->credentials,
        .tenants = session->settings->tenants.items,
        .tenant_count = session->settings->tenants.count,
        .net = &live->net,
        .version = apl_str_from(session->options.version),
        .content = apl_content_digest(session->content),
        .on_progress = show_progress,
        .on_message = show_message,
        .context = session,
    };
    return status;
}

void apl_live_tell(apl_session *session, const apl_collect_result *result, const char *path)
{
    const apl_collect_progress *totals = &result->totals;

    apl_session_say(session, "%llu documents by %llu calls (%llu requests, %llu throttled)%s%s",
                    (unsigned long long)totals->documents, (unsigned long long)totals->done,
                    (unsigned long long)totals->requests, (unsigned long long)totals->throttled, path ? ": " : "",
                    path ? path : "");
    if (result->is_resumed)
        apl_session_say(session, "%llu of the calls were in the file", (unsigned long long)result->resumed_calls);
    if (totals->unread)
        apl_session_say(session, "%llu calls were refused; the coverage of a scan says which, and what they need",
                        (unsigned long long)totals->unread);
    if (result->is_interrupted)
        apl_session_say(session, path ? "interrupted; what is missing counts as unread; go on with --resume"
                                      : "interrupted; what is missing counts as unread");
}

static apl_status open_unnamed(int *descriptor)
{
    FILE *file = tmpfile();

    *descriptor = file ? dup(fileno(file)) : -1;
    if (file)
        (void)fclose(file);
    return *descriptor >= 0 ? APL_OK : apl_fail(APL_E_IO, "no temporary file for documents: %s", strerror(errno));
}

static bool has_live(const apl_word_list *words)
{
    for (size_t i = 0; i < words->count; i++) {
        if (apl_live_is_source(words->items[i]))
            return true;
    }
    return false;
}

apl_status apl_live_collect(int *descriptor, apl_session *session, const apl_word_list *words)
{
    apl_collect_options options;
    apl_collect_result result = {0};
    apl_live live;

    *descriptor = -1;
    if (!has_live(words))
        return APL_OK;
    if (session->settings->offline)
        return apl_fail(APL_E_USAGE, "--offline: live sources need the network");
    apl_status status = apl_live_open(&live, session->settings);
    if (status == APL_OK)
        status = apl_live_options(&options, session, &live, words, false);
    if (status == APL_OK)
        status = open_unnamed(descriptor);
    if (status == APL_OK)
        status = apl_collect_into(&result, &options, *descriptor);
    status = apl_live_close(&live, status);
    apl_progress_clear(&session->progress);
    if (status == APL_OK) {
        apl_live_tell(session, &result, NULL);
    } else if (*descriptor >= 0) {
        (void)close(*descriptor);
        *descriptor = -1;
    }
    return status;
}
