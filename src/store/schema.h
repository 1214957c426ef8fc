/* store/schema.h: the tables of the store, as the steps that made them.
 *
 * A step that was released is never changed; a change of the tables is a further step. The number of steps is the
 * version of the schema (PRAGMA user_version). */
#ifndef APL_STORE_SCHEMA_H
#define APL_STORE_SCHEMA_H

#include <stddef.h>

/* "APLM": tells our files from those of other programs (PRAGMA application_id). */
#define APL_STORE_APPLICATION 0x41504c4d

/* The last scan of a row that still holds, as SQL text and as a number. */
#define APL_OPEN_SQL "2147483647"
#define APL_OPEN INT64_C(2147483647)

typedef struct apl_schema_step {
    const char *summary;    /* for the message when it fails */
    const char *const *sql; /* texts of statements, run in order; NULL ends them */
} apl_schema_step;

extern const apl_schema_step apl_schema_steps[];
extern const size_t apl_schema_step_count;

#endif
