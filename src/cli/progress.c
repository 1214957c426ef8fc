/* cli/progress.c: draws the bar and writes messages.
 *
 * Called from the reading threads of a scan, so that it keeps only atomic numbers and writes each line with one call.
 * It never writes to standard output. */
#include "cli/progress.h"

#include <stdio.h>

#include "base/clock.h"

#define FIRST_AFTER_NS 400000000u
#define EVERY_NS 100000000u
#define BAR_COLUMNS 24u
#define LINE_BYTES_MAX 4096u

/* Messages of one scan that are shown; the coverage of the result has all of them. */
#define MESSAGES_SHOWN 20u

void apl_progress_start(apl_progress *progress, const apl_settings *settings)
{
    const apl_environment *environment = &settings->environment;

    *progress = (apl_progress){
        .is_shown = environment->error_is_terminal && !environment->no_color && !settings->quiet,
        .is_quiet = settings->quiet,
        .screen = apl_environment_messages(environment),
        .started_ns = apl_clock_monotonic_ns(),
    };
}

static void write_error(const apl_text *text)
{
    (void)fwrite(text->data, 1, text->size, stderr);
    (void)fflush(stderr);
}

void apl_progress_clear(apl_progress *progress)
{
    if (progress->is_shown && atomic_exchange(&progress->drawn_ns, 0) != 0) {
        (void)fputs("\r\x1b[K", stderr);
        (void)fflush(stderr);
    }
}

static void draw(uint64_t done, uint64_t total, uint64_t documents)
{
    unsigned full = total ? (unsigned)(done * BAR_COLUMNS / total) : 0;
    apl_text line;

    if (full > BAR_COLUMNS)
        full = BAR_COLUMNS;
    apl_text_init(&line, LINE_BYTES_MAX);
    apl_text_add(&line, APL_STR("\r\x1b[Kreading "));
    if (total) {
        apl_text_add_char(&line, '[');
        for (unsigned i = 0; i < BAR_COLUMNS; i++)
            apl_text_add_char(&line, i < full ? '#' : '.');
        apl_text_add_format(&line, "] %3u%%  ", (unsigned)(done >= total ? 100 : done * 100 / total));
    }
    apl_screen_number(&line, done >> 20);
    apl_text_add(&line, APL_STR(" MB  "));
    apl_screen_number(&line, documents);
    apl_text_add(&line, APL_STR(" documents"));
    write_error(&line);
    apl_text_free(&line);
}

/* Whether it is time to draw again; of several threads one draws. */
static bool is_due(apl_progress *progress)
{
    if (!progress->is_shown)
        return false;
    uint64_t now = apl_clock_monotonic_ns();
    uint64_t last = atomic_load(&progress->drawn_ns);
    if (now - progress->started_ns < FIRST_AFTER_NS || (last && now - last < EVERY_NS))
        return false;
    return atomic_compare_exchange_strong(&progress->drawn_ns, &last, now);
}

void apl_progress_update(void *context, uint64_t bytes_done, uint64_t bytes_total, uint64_t documents)
{
    apl_progress *progress = context;

    if (is_due(progress))
        draw(bytes_done, bytes_total, documents);
}

/* "12 min", "40 s" */
static void add_duration(apl_text *line, uint64_t ms)
{
    uint64_t seconds = ms / 1000;

    if (seconds >= 120)
        apl_text_add_format(line, "%llu min", (unsigned long long)(seconds / 60));
    else
        apl_text_add_format(line, "%llu s", (unsigned long long)seconds);
}

static void draw_collect(const apl_collect_progress *collect)
{
    apl_text line;

    apl_text_init(&line, LINE_BYTES_MAX);
    apl_text_add_format(&line, "\r\x1b[Kcollecting, level %u  ", collect->level + 1);
    apl_screen_number(&line, collect->done);
    apl_text_add(&line, APL_STR(" of "));
    apl_screen_number(&line, collect->total);
    apl_text_add(&line, APL_STR(" calls  "));
    apl_screen_number(&line, collect->documents);
    apl_text_add(&line, APL_STR(" documents"));
    if (collect->unread)
        apl_text_add_format(&line, "  %llu refused", (unsigned long long)collect->unread);
    if (collect->left_ms) {
        apl_text_add(&line, APL_STR("  "));
        add_duration(&line, collect->left_ms);
        apl_text_add(&line, APL_STR(" left here"));
    }
    write_error(&line);
    apl_text_free(&line);
}

void apl_progress_collect(void *context, const apl_collect_progress *collect)
{
    apl_progress *progress = context;

    if (is_due(progress))
        draw_collect(collect);
}

void apl_say(const apl_screen *screen, apl_str message)
{
    apl_text line;

    apl_text_init(&line, LINE_BYTES_MAX * 4);
    apl_text_add(&line, APL_STR("aplomb: "));
    apl_screen_add(&line, screen, message);
    apl_text_add_char(&line, '\n');
    write_error(&line);
    apl_text_free(&line);
}

void apl_progress_message(void *context, const char *line)
{
    apl_progress *progress = context;

    if (progress->is_quiet || atomic_fetch_add(&progress->messages, 1) >= MESSAGES_SHOWN)
        return;
    apl_progress_clear(progress);
    apl_say(&progress->screen, apl_str_from(line));
}

void apl_progress_finish(apl_progress *progress)
{
    unsigned messages = atomic_load(&progress->messages);

    apl_progress_clear(progress);
    if (!progress->is_quiet && messages > MESSAGES_SHOWN)
        (void)fprintf(stderr, "aplomb: and %u more messages like these; the coverage has all of them\n",
                      messages - MESSAGES_SHOWN);
}
