/* base/table.h: a hash table from a string to a 32-bit number.
 *
 * The keys are not copied: they belong to the caller and must outlive the table. Case is ignored (ASCII) when
 * the table was made so. One writer or any number of readers. */
#ifndef APL_BASE_TABLE_H
#define APL_BASE_TABLE_H

#include "base/str.h"

#define APL_TABLE_NONE UINT32_MAX

typedef struct apl_table apl_table;

apl_table *apl_table_new(bool ignores_case);
void apl_table_free(apl_table *table);

/* The value of the key, or APL_TABLE_NONE. O(1). */
uint32_t apl_table_get(const apl_table *table, apl_str key);

/* Puts the value unless the key is there; returns the value that the table now holds. O(1) amortised. */
uint32_t apl_table_put(apl_table *table, apl_str key, uint32_t value);

/* Replaces the value of a key, or adds it. */
void apl_table_set(apl_table *table, apl_str key, uint32_t value);

/* Replaces each value by numbers[value], which must not be APL_TABLE_NONE. */
void apl_table_renumber(apl_table *table, const uint32_t *numbers);

/* Makes room for `count` keys at once. */
void apl_table_reserve(apl_table *table, size_t count);

size_t apl_table_count(const apl_table *table);

#endif
