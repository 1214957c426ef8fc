/* inspect/model/inspect.h: judges one model file.
 *
 * The file is an open descriptor; nothing else is opened. What it is told by its bytes; containers are walked member by
 * member, inside each other down to a named depth, with bounded memory for any size. An inspector is reused from file
 * to file by one thread. */
#ifndef APL_INSPECT_MODEL_INSPECT_H
#define APL_INSPECT_MODEL_INSPECT_H

#include "inspect/model/globals.h"
#include "inspect/model/report.h"

/* Containers inside each other. */
#define APL_MODEL_DEPTH_MAX 6u
/* Members of all containers of one file. */
#define APL_MODEL_MEMBERS_MAX 200000u
/* Bytes that are unpacked of one file, all members together. */
#define APL_MODEL_UNPACKED_BYTES_MAX (UINT64_C(64) << 30)
/* A zip inside a compression is held whole, for its directory stands at its end; all that are open together. */
#define APL_MODEL_HELD_BYTES_MAX (16u << 20)

typedef struct apl_model_inspector apl_model_inspector;

/* `globals` must outlive it. */
apl_model_inspector *apl_model_inspector_new(const apl_globals *globals);
void apl_model_inspector_free(apl_model_inspector *inspector);

typedef struct apl_model_file {
    int descriptor;
    uint64_t size;
    apl_str name;    /* shown; never decides what a file is */
    bool wants_hash; /* SHA-256 and XXH3 of the whole file among the facts */
} apl_model_file;

/* Fills `report`, which was initialised. */
void apl_model_inspect(apl_model_report *report, apl_model_inspector *inspector, const apl_model_file *file);

/* For scans, which meet files of all kinds: looks at heads, of the file and of what it contains, and reads nothing to
 * its end. A false alarm is allowed and costs one call of apl_model_inspect. */
typedef enum apl_model_guess {
    APL_GUESS_NO_MODEL = 0,
    APL_GUESS_MODEL,
    APL_GUESS_BUNDLE, /* an archive of anything, with models among it */
} apl_model_guess;

apl_model_guess apl_model_guess_file(apl_model_inspector *inspector, const apl_model_file *file);

#endif
