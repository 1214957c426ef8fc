/* inspect/model/model_format.h: what a format of model files is.
 *
 * A family: each file of formats/ defines one `apl_model_format_<name>`, and the build writes the table. A format is
 * recognised by its first bytes, never by a name. It reads through the input that it is handed, opens nothing, and says
 * by an issue what it did not read. A container is no special case of code: it only says how it is unpacked, and
 * inspect.c walks its members with an explicit stack. */
#ifndef APL_INSPECT_MODEL_MODEL_FORMAT_H
#define APL_INSPECT_MODEL_MODEL_FORMAT_H

#include "bytes/input.h"
#include "inspect/model/globals.h"
#include "inspect/model/report.h"
#include "json/json.h"

/* A JSON text that is parsed as a whole. Configurations stay below; weights as JSON are not looked for in larger ones.
 */
#define APL_MODEL_JSON_BYTES_MAX (4u << 20)

/* Bytes that recognising a format may look at; the magic of a tar stands at 257, a flatbuffer's at 4. */
#define APL_MODEL_HEAD_BYTES 512u

typedef struct apl_pickle apl_pickle;

/* What the formats share while one file is read. */
typedef struct apl_model_scan {
    apl_model_report *report;
    const apl_globals *globals;
    apl_pickle *pickle; /* the machine, reused from member to member */
    apl_str name;       /* of the member or file, for texts that are told apart by nothing else; never trusted */
    bool is_member;     /* inside a container */
} apl_model_scan;

typedef enum apl_container {
    APL_CONTAINER_NONE = 0,
    APL_CONTAINER_ZIP,
    APL_CONTAINER_ZLIB,
    APL_CONTAINER_STREAM,  /* a compression that libarchive knows */
    APL_CONTAINER_ARCHIVE, /* tar, 7z */
} apl_container;

typedef struct apl_model_format {
    const char *name;
    const char *summary;
    int order; /* lower is asked first; formats with a long magic stand before those that may be mistaken */
    bool (*matches)(apl_str head);
    bool is_text; /* `matches` takes almost any text, and `inspect` decides */
    /* Reads it, and says in the report what was found. False: it is not this format after all, nothing was said, and
     * the next one is asked; only for what can be decided within the window. NULL: recognised, and not read. */
    bool (*inspect)(apl_model_scan *scan, apl_input *input);
    /* For formats that are JSON, instead of the two above: all of them share one parse. False: not this one. */
    bool (*inspect_json)(apl_model_scan *scan, const apl_json *root);
    const char *json_mark; /* a text in the head of a JSON that is too large to be parsed; NULL: none */
    apl_container container;
    uint64_t skipped; /* bytes of a header before the compressed ones */
} apl_model_format;

extern const apl_model_format *const apl_model_format_table[];
extern const size_t apl_model_format_table_count;

#endif
