/* programs/scan_each.c: scans many sources one after the other with the content opened once.
 *
 * For tests that run hundreds of small cases, where opening the content would be most of the time. Reads one line a
 * scan from standard input: `scan` or `edges`, then the sources, separated by tabs. Writes for each a line with the
 * exit code and the number of bytes, and then those bytes: the JSON that `aplomb scan --status all` or `aplomb paths
 * --edges` gives, or the message of a failure. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/format.h"
#include "scan/scan.h"

#define LINE_BYTES_MAX (64u << 10)
#define SOURCES_MAX 64
#define RESULT_BYTES_MAX (256u << 20)

static apl_status write_result(apl_text *out, apl_snapshot *snapshot, bool wants_edges)
{
    apl_filter filter = {0};
    apl_selection selection = {0};
    apl_output output;

    apl_selection_make(&selection, snapshot, &filter);
    apl_listing listing = apl_listing_edges(snapshot);
    apl_report report = {
        .view = wants_edges ? APL_VIEW_LISTING : APL_VIEW_SCAN,
        .snapshot = snapshot,
        .selection = &selection,
        .listing = &listing,
        .threads = 1,
    };
    apl_output_init(&output, apl_output_to_text, out);
    apl_status status = apl_format_write(apl_format_find(APL_STR("json")), &report, &output);
    apl_selection_free(&selection);
    return status;
}

static int scan_one(apl_text *out, apl_content *content, const char *const *sources, size_t source_count,
                    bool wants_edges)
{
    apl_scan_options options = {
        .sources = sources,
        .source_count = source_count,
        .version = "test",
        .jobs = 1,
        .keeps_passes = true,
        .keeps_edges = wants_edges,
        .now = apl_clock_now(),
    };
    apl_snapshot snapshot = {0};

    apl_status status = apl_scan_run(&snapshot, content, &options);
    if (status == APL_OK)
        status = write_result(out, &snapshot, wants_edges);
    apl_snapshot_free(&snapshot);
    if (status == APL_OK)
        return 0;
    apl_text_add_format(out, "%s", apl_error_message());
    return 2;
}

static void answer(apl_content *content, char *line)
{
    const char *sources[SOURCES_MAX];
    size_t count = 0;
    char *rest = line;
    apl_text out;

    line[strcspn(line, "\n")] = 0;
    const char *mode = strsep(&rest, "\t");
    while (rest && count < SOURCES_MAX)
        sources[count++] = strsep(&rest, "\t");
    apl_text_init(&out, RESULT_BYTES_MAX);
    int exit_code = scan_one(&out, content, sources, count, strcmp(mode, "edges") == 0);
    (void)printf("%d %zu\n", exit_code, out.size);
    (void)fwrite(out.data, 1, out.size, stdout);
    (void)fflush(stdout);
    apl_text_free(&out);
}

int main(void)
{
    static char line[LINE_BYTES_MAX];
    apl_scan_options options = {.version = "test"};
    apl_content *content = NULL;

    if (apl_content_open(&content, &options) != APL_OK) {
        (void)fprintf(stderr, "scan_each: %s\n", apl_error_message());
        return 2;
    }
    while (fgets(line, sizeof line, stdin))
        answer(content, line);
    apl_content_free(content);
    return 0;
}
