/* net/trace.c: the file of `--trace`.
 *
 * One object a line: what was asked and what came, scrubbed. A body goes in as JSON when it is JSON, as a scrubbed text
 * when it is a form, else as its number of bytes: what cannot be understood cannot be scrubbed. */
#include "net/trace.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "net/internal.h"
#include "net/scrub.h"

#define LINE_BYTES_MAX (2u << 20)

struct apl_trace {
    int file;
    int error; /* the first errno of a write */
    apl_json_reader *json;
    apl_text line;
    apl_text clean;
};

apl_status apl_trace_open(apl_trace **out, const char *path)
{
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);

    *out = NULL;
    if (file < 0)
        return apl_fail(APL_E_IO, "%s: %s", path, strerror(errno));
    (void)fchmod(file, 0600);
    apl_trace *trace = apl_memory_new(sizeof *trace);
    trace->file = file;
    trace->json = apl_json_reader_new();
    apl_text_init(&trace->line, LINE_BYTES_MAX);
    apl_text_init(&trace->clean, LINE_BYTES_MAX);
    *out = trace;
    return APL_OK;
}

apl_status apl_trace_close(apl_trace *trace)
{
    apl_status status = APL_OK;

    if (trace == NULL)
        return APL_OK;
    if (close(trace->file) != 0 && trace->error == 0)
        trace->error = errno;
    if (trace->error)
        status = apl_fail(APL_E_IO, "the trace was not wholly written: %s", strerror(trace->error));
    apl_json_reader_free(trace->json);
    apl_text_free(&trace->line);
    apl_text_free(&trace->clean);
    apl_memory_free(trace);
    return status;
}

static void flush(apl_trace *trace)
{
    size_t written = 0;

    while (written < trace->line.size && trace->error == 0) {
        ssize_t size = write(trace->file, trace->line.data + written, trace->line.size - written);
        if (size >= 0)
            written += (size_t)size;
        else if (errno != EINTR)
            trace->error = errno;
    }
    trace->line.size = 0;
}

static void add_clean(apl_trace *trace, apl_str text)
{
    trace->clean.size = 0;
    apl_scrub_text(&trace->clean, text);
    apl_json_write_string(&trace->line, apl_text_str(&trace->clean));
}

static void add_header(apl_trace *trace, apl_str name, apl_str value, bool *has_first)
{
    if (*has_first)
        apl_text_add_char(&trace->line, ',');
    *has_first = true;
    apl_json_write_string(&trace->line, name);
    apl_text_add_char(&trace->line, ':');
    if (apl_scrub_is_secret(name, true) && value.size)
        apl_json_write_string(&trace->line, APL_STR(APL_SCRUBBED));
    else
        add_clean(trace, value);
}

static void add_sent_headers(apl_trace *trace, const struct curl_slist *sent)
{
    bool has_first = false;

    apl_text_add(&trace->line, APL_STR(",\"headers\":{"));
    for (; sent; sent = sent->next) {
        apl_str rest = apl_str_from(sent->data);
        apl_str name;
        apl_str value;
        if (apl_answer_next(&name, &value, &rest))
            add_header(trace, name, value, &has_first);
    }
    apl_text_add_char(&trace->line, '}');
}

static void add_headers(apl_trace *trace, apl_str lines)
{
    apl_str name;
    apl_str value;
    bool has_first = false;

    apl_text_add(&trace->line, APL_STR(",\"headers\":{"));
    for (apl_str rest = lines; apl_answer_next(&name, &value, &rest);)
        add_header(trace, name, value, &has_first);
    apl_text_add_char(&trace->line, '}');
}

static void add_body(apl_trace *trace, apl_str body, bool is_form)
{
    const apl_json *root = NULL;
    size_t used = 0;

    if (body.size == 0)
        return;
    apl_text_add_format(&trace->line, ",\"bytes\":%u", body.size);
    if (is_form) {
        apl_text_add(&trace->line, APL_STR(",\"form\":"));
        add_clean(trace, body);
        return;
    }
    if (body.size > APL_TRACE_BODY_BYTES_MAX || apl_json_read(&root, &used, trace->json, body) != APL_OK ||
        root == NULL)
        return;
    apl_text_add(&trace->line, APL_STR(",\"body\":"));
    apl_scrub_json(&trace->line, root);
}

void apl_trace_exchange(apl_trace *trace, const apl_exchange *exchange)
{
    bool is_form = apl_str_starts_nocase(exchange->sent_type, APL_STR("application/x-www-form-urlencoded"));
    apl_text *line = &trace->line;

    apl_text_add_format(line,
                        "{\"call\":%llu,\"attempt\":%u,\"at_ms\":%llu,\"took_ms\":%llu,\"request\":{\"method\":\"%s\"",
                        (unsigned long long)exchange->number, exchange->attempt, (unsigned long long)exchange->at_ms,
                        (unsigned long long)exchange->took_ms, exchange->method);
    apl_text_add(line, APL_STR(",\"url\":"));
    add_clean(trace, exchange->url);
    add_sent_headers(trace, exchange->sent_lines);
    add_body(trace, exchange->sent_body, is_form);
    apl_text_add_char(line, '}');
    if (exchange->status) {
        apl_text_add_format(line, ",\"response\":{\"status\":%u", exchange->status);
        add_headers(trace, exchange->lines);
        add_body(trace, exchange->body, false);
        apl_text_add_char(line, '}');
    } else {
        apl_text_add(line, APL_STR(",\"error\":"));
        add_clean(trace, exchange->error);
    }
    apl_text_add(line, APL_STR("}\n"));
    if (line->is_cut) {
        /* Half a line would be no JSON. */
        line->size = 0;
        line->is_cut = false;
        apl_text_add_format(line, "{\"call\":%llu,\"attempt\":%u,\"error\":\"too large to be shown\"}\n",
                            (unsigned long long)exchange->number, exchange->attempt);
    }
    flush(trace);
}
