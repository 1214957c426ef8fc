/* cli/progress.h: how far a long read is, and messages on standard error.
 *
 * The bar is shown only on a terminal and only for reads that take longer than a moment. Messages clear it first and
 * are made harmless, since they may quote an input. */
#ifndef APL_CLI_PROGRESS_H
#define APL_CLI_PROGRESS_H

#include <stdatomic.h>

#include "cli/settings.h"
#include "collect/collect.h"

typedef struct apl_progress {
    bool is_shown; /* a bar may be shown at all */
    bool is_quiet;
    apl_screen screen;
    uint64_t started_ns;
    _Atomic uint64_t drawn_ns; /* when it was last drawn; 0: never */
    _Atomic unsigned messages;
} apl_progress;

void apl_progress_start(apl_progress *progress, const apl_settings *settings);

/* Removes the bar. Any number of times. */
void apl_progress_clear(apl_progress *progress);

/* The two callbacks of a scan; `context` is the progress. Any thread. */
void apl_progress_update(void *context, uint64_t bytes_done, uint64_t bytes_total, uint64_t documents);
void apl_progress_collect(void *context, const apl_collect_progress *collect); /* of a collect; the same bar */
void apl_progress_message(void *context, const char *line);

/* Says how many messages were left out, if any. */
void apl_progress_finish(apl_progress *progress);

/* One line on standard error: "aplomb: ...". */
void apl_say(const apl_screen *screen, apl_str line);

#endif
