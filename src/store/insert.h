/* store/insert.h: many rows into one table, several with each statement.
 *
 * A statement costs as much as the row that it inserts, so rows are collected and go in thirty-two at a time. What is
 * put is copied. A row may be on its way for a while: whoever reads the table must finish the insert first. */
#ifndef APL_STORE_INSERT_H
#define APL_STORE_INSERT_H

#include "store/db.h"

typedef struct apl_insert apl_insert;

/* `start` is `INSERT INTO table (columns)`, `row` its values in parentheses, with a `?` for each one that is put. Both
 * must live as long as the insert. */
apl_status apl_insert_new(apl_insert **out, apl_db *db, const char *start, const char *row);
void apl_insert_free(apl_insert *insert); /* NULL is allowed; rows that were not finished are lost */

/* The next value of the present row. */
void apl_insert_put_number(apl_insert *insert, int64_t number);
void apl_insert_put_text(apl_insert *insert, apl_str text);
void apl_insert_put_bytes(apl_insert *insert, const void *bytes, size_t size);
void apl_insert_put_null(apl_insert *insert);

/* The present row is complete. */
apl_status apl_insert_add(apl_insert *insert);

/* Writes the rows that are left. */
apl_status apl_insert_finish(apl_insert *insert);

#endif
