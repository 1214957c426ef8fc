/* store/sort.h: hashes in the order of the tables that they are keys of.
 *
 * A million rows with random keys go into a table fast only in its order, and sorting them by comparison would take
 * longer than half of their writing. */
#ifndef APL_STORE_SORT_H
#define APL_STORE_SORT_H

#include "base/memory.h"

typedef struct apl_hash_item {
    int64_t hash;
    uint32_t item; /* what it is the hash of */
} apl_hash_item;

typedef APL_VECTOR(apl_hash_item) apl_hash_items;

/* By hash; equal ones stay in the order in which they came. */
void apl_hash_items_sort(apl_hash_items *items);

#endif
