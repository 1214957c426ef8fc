/* store/strings.h: the texts that repeat in a store, by number.
 *
 * Numbers are 1, 2, 3 ... in the order of first use; 0 is the empty text. Loaded whole when a transaction starts, so
 * that looking a text up costs no query. */
#ifndef APL_STORE_STRINGS_H
#define APL_STORE_STRINGS_H

#include "base/table.h"
#include "store/insert.h"

/* Different texts of one store: their numbers index memory while a scan is written or read. */
#define APL_STORE_STRINGS_MAX 500000000u

typedef struct apl_strings {
    apl_db *db;
    apl_arena *arena;
    apl_table *numbers;
    APL_VECTOR(apl_str) texts; /* index = number */
    apl_insert *insert;        /* of those that are new; made when first needed */
} apl_strings;

void apl_strings_init(apl_strings *strings, apl_db *db);
void apl_strings_free(apl_strings *strings);

/* Loads what was added since the last load, by whomever. Call it inside the transaction. */
apl_status apl_strings_load(apl_strings *strings);

/* Forgets everything: after a transaction that was given up. */
void apl_strings_forget(apl_strings *strings);

/* The number of a text, which is added to the store when it is new. */
apl_status apl_strings_number(int64_t *out, apl_strings *strings, apl_str text);

/* The same where *number holds a guess, which is mostly right: what the row before had, or 0. */
apl_status apl_strings_number_like(int64_t *number, apl_strings *strings, apl_str text);

/* Writes what was added; new texts wait until enough of them can go together. Before the transaction ends. */
apl_status apl_strings_finish(apl_strings *strings);

/* The text of a number; empty for a number that the store does not have. Valid as long as `strings`. */
apl_str apl_strings_text(const apl_strings *strings, int64_t number);

#endif
