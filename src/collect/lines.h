/* collect/lines.h: the lines of a documents file (docs/schemas/document.v1.json).
 *
 * A document, a step (what only other calls lie below), and for each call that was made one line at its end: how many
 * items it gave, or why it gave none. The file begins and ends with a line of its own, so that one that was broken off
 * is known as such. */
#ifndef APL_COLLECT_LINES_H
#define APL_COLLECT_LINES_H

#include "base/clock.h"
#include "json/json.h"

/* What lines have in common; empty texts are left out. */
typedef struct apl_line {
    apl_str source;
    apl_str tenant;
    apl_str scope;
    apl_str type; /* of a document; of what was listed, unread or a step: its name */
    apl_str id;   /* of a document or step */
    apl_str of;   /* of what was listed or unread: below what */
    apl_str api;
    apl_str asked; /* of a document: members that were asked for by name, with commas between */
    apl_instant read;
    bool is_partial; /* the body is only a part of the thing */
} apl_line;

void apl_line_document(apl_text *out, const apl_line *line, const apl_json *body);

/* The same with the text of the body. */
void apl_line_document_text(apl_text *out, const apl_line *line, apl_str body);
void apl_line_step(apl_text *out, const apl_line *line, const apl_json *body);
void apl_line_listed(apl_text *out, const apl_line *line, uint64_t count);
void apl_line_unread(apl_text *out, const apl_line *line, apl_str why, apl_str needs);

/* Of a file: what it was to hold, and that it does. */
typedef struct apl_line_frame {
    apl_str id;
    apl_str version; /* of the program */
    apl_str content; /* digest of the content, which decides what is asked */
    apl_str sources; /* with spaces between, and then the tenants */
} apl_line_frame;

void apl_line_begin(apl_text *out, const apl_line_frame *frame, apl_instant now);
void apl_line_end(apl_text *out, const apl_line_frame *frame, apl_instant now);

#endif
