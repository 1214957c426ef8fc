/* collect/lines.c: writes the lines of a documents file.
 *
 * Members always come in the same order, and bodies as they were given, so that equal answers make equal lines, but for
 * the time of reading. */
#include "collect/lines.h"

static void add_member(apl_text *out, const char *name, apl_str value)
{
    if (value.size == 0)
        return;
    if (out->data[out->size - 1] != '{')
        apl_text_add_char(out, ',');
    apl_text_add_format(out, "\"%s\":", name);
    apl_json_write_string(out, value);
}

static void add_time(apl_text *out, const char *name, apl_instant when)
{
    char text[APL_INSTANT_TEXT_MAX];
    size_t size = apl_instant_format(text, when, 0);

    add_member(out, name, apl_str_make(text, size));
}

static void begin(apl_text *out, const apl_line *line)
{
    apl_text_add_char(out, '{');
    add_member(out, "source", line->source);
    add_member(out, "tenant", line->tenant);
    add_member(out, "scope", line->scope);
}

static void begin_document(apl_text *out, const apl_line *line)
{
    begin(out, line);
    add_member(out, "type", line->type);
    add_member(out, "id", line->id);
    add_member(out, "api", line->api);
    add_member(out, "asked", line->asked);
    add_time(out, "read", line->read);
    if (line->is_partial)
        apl_text_add(out, APL_STR(",\"partial\":true"));
    apl_text_add(out, APL_STR(",\"body\":"));
}

void apl_line_document(apl_text *out, const apl_line *line, const apl_json *body)
{
    begin_document(out, line);
    (void)apl_json_write(out, body);
    apl_text_add(out, APL_STR("}\n"));
}

void apl_line_document_text(apl_text *out, const apl_line *line, apl_str body)
{
    begin_document(out, line);
    apl_text_add(out, body);
    apl_text_add(out, APL_STR("}\n"));
}

void apl_line_step(apl_text *out, const apl_line *line, const apl_json *body)
{
    begin(out, line);
    add_member(out, "step", line->type);
    add_member(out, "id", line->id);
    apl_text_add(out, APL_STR(",\"facts\":"));
    (void)apl_json_write(out, body);
    apl_text_add(out, APL_STR("}\n"));
}

void apl_line_listed(apl_text *out, const apl_line *line, uint64_t count)
{
    begin(out, line);
    add_member(out, "listed", line->type);
    add_member(out, "of", line->of);
    apl_text_add_format(out, ",\"count\":%llu", (unsigned long long)count);
    add_member(out, "api", line->api);
    add_time(out, "read", line->read);
    apl_text_add(out, APL_STR("}\n"));
}

void apl_line_unread(apl_text *out, const apl_line *line, apl_str why, apl_str needs)
{
    begin(out, line);
    add_member(out, "unread", line->type);
    add_member(out, "of", line->of);
    add_member(out, "why", why);
    add_member(out, "needs", needs);
    apl_text_add(out, APL_STR("}\n"));
}

void apl_line_begin(apl_text *out, const apl_line_frame *frame, apl_instant now)
{
    apl_text_add(out, APL_STR("{\"source\":\"aplomb\",\"collect\":{"));
    add_member(out, "id", frame->id);
    add_member(out, "version", frame->version);
    add_member(out, "content", frame->content);
    add_member(out, "sources", frame->sources);
    add_time(out, "began", now);
    apl_text_add(out, APL_STR("}}\n"));
}

void apl_line_end(apl_text *out, const apl_line_frame *frame, apl_instant now)
{
    apl_text_add(out, APL_STR("{\"source\":\"aplomb\",\"collected\":{"));
    add_member(out, "id", frame->id);
    add_time(out, "ended", now);
    apl_text_add(out, APL_STR("}}\n"));
}
