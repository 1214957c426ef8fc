/* cli/session.h: what one run of a command holds, and the steps that commands share.
 *
 * A command takes the steps that it needs, in this order: formats, content, filter, snapshot, selection, report. What a
 * session opened it closes. One thread. */
#ifndef APL_CLI_SESSION_H
#define APL_CLI_SESSION_H

#include "cli/command.h"
#include "cli/progress.h"
#include "cli/settings.h"
#include "report/format.h"
#include "scan/scan.h"
#include "store/store.h"

enum { APL_EXIT_DONE = 0, APL_EXIT_GATE = 1, APL_EXIT_FAILURE = 2, APL_EXIT_PARTIAL = 3 };

#define APL_STORE_DEFAULT "aplomb.db"

/* One --format: where it goes. */
typedef struct apl_output_target {
    const apl_format *format;
    const char *file; /* NULL: standard output */
} apl_output_target;

struct apl_session {
    const apl_command *command;
    const apl_settings *settings;
    apl_arena *arena; /* lives as long as the session */
    APL_VECTOR(apl_output_target) targets;
    apl_content *content;
    apl_scan_options options; /* as the scan was run */
    apl_store *store;
    apl_snapshot snapshot;
    bool has_snapshot;
    bool is_from_store;
    apl_filter filter;
    apl_selection selection;
    apl_progress progress;
    int exit_code;
};

void apl_session_start(apl_session *session, const apl_command *command, const apl_settings *settings);
void apl_session_end(apl_session *session);

/* Reads --format; the command's views must be shown by each. Nothing given: text to standard output. */
apl_status apl_session_formats(apl_session *session);

/* The same for a command that writes `otherwise` when no format was asked for. */
apl_status apl_session_formats_or(apl_session *session, const char *otherwise);

/* Opens the content with --content and --policies, and reads the filter; its names must exist. */
apl_status apl_session_content(apl_session *session);

/* Runs a scan of `sources` (the working directory when there are none); `keeps_bodies` spools them for a store. */
apl_status apl_session_scan(apl_session *session, const apl_word_list *sources, bool keeps_bodies);

/* The stored snapshot that --store and --snapshot name; or a scan of `sources` in memory when there are any. */
apl_status apl_session_snapshot(apl_session *session, const apl_word_list *sources, bool keeps_bodies);

/* The store that was asked for: --store, APLOMB_STORE, aplomb.db. */
const char *apl_session_store_url(const apl_session *session);
apl_status apl_session_open_store(apl_session *session, bool for_writing);

/* Reads the file of --baseline; apl_baseline_free. */
apl_status apl_session_read_baseline(apl_snapshot *out, const apl_session *session);

/* The stored snapshot with all that its documents say, as a scan has it in memory. */
apl_status apl_session_restore(apl_session *session);

/* The document of an asset of a scan that kept them, in `arena`; missing when it had none. */
apl_status apl_session_scanned_body(apl_value *out, apl_arena *arena, const apl_session *session, apl_asset_id asset);

/* Makes the selection by the filter. */
void apl_session_select(apl_session *session);

/* All that a command needs before it shows something of a snapshot: formats, content, snapshot, selection. */
apl_status apl_session_prepare(apl_session *session, const apl_word_list *sources);

/* Shows a view of the prepared session in every format that was asked for, and judges coverage. */
apl_status apl_session_show(apl_session *session, apl_view view);

/* A report of the session's snapshot and selection, to be completed by the command. */
apl_report apl_session_report(const apl_session *session, apl_view view);

/* Writes the report in every format that was asked for. */
apl_status apl_session_write(apl_session *session, apl_report *report);

/* Sets the exit code 3 when something was not wholly read; 1 goes before it. */
void apl_session_judge_coverage(apl_session *session);

/* One line on standard error, unless --quiet. */
__attribute__((format(printf, 2, 3))) void apl_session_say(apl_session *session, const char *format, ...);

#endif
