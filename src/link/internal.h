/* link/internal.h: what the files of link share.
 *
 * Nobody outside of link includes this; the order of the calls is that of apl_link_assets and apl_link_relations. */
#ifndef APL_LINK_INTERNAL_H
#define APL_LINK_INTERNAL_H

#include "link/link.h"

/* An asset while assets are put in order. */
typedef struct apl_sort_key {
    const apl_asset *asset;
    uint64_t lead; /* some characters of the id as a number; 0 where nobody set it */
} apl_sort_key;

/* Orders by canonical id. Equal ids end up side by side, in no order among themselves. */
void apl_link_sort_keys(apl_sort_key *keys, size_t count, unsigned threads);

/* For qsort: the order of canonical ids; equal where they are the same. Leads must have been set alike. */
int apl_link_compare_keys(const void *a, const void *b);

/* Puts the assets from number `from` on into the id table of the estate. */
void apl_link_index(apl_estate *estate, size_t from);

/* Sorts the stubs, which stand from number `stubs_from` on, in among the read assets, and renumbers relations. */
void apl_link_sort_stubs(apl_estate *estate, size_t stubs_from);

/* Gives assets without a tenant that of their subscription, which any asset in it may know. */
void apl_link_tenants(apl_estate *estate);

/* Criticality and sensitivity: labels, and what follows from them along relations. */
void apl_link_levels(apl_estate *estate, const apl_services *services);

/* Parents, tenants, used-for, levels, partial coverage. */
void apl_link_facts(apl_estate *estate, apl_services *services);

/* unread.c: which relations may be missing, because documents that make them were not read. */
void apl_link_unread(apl_estate *estate, apl_services *services);

/* Builds the indexes of sorted relations by both ends. */
void apl_link_index_relations(apl_estate *estate);

/* Sorts relations, drops doubles, and builds the indexes. */
void apl_link_sort_relations(apl_estate *estate);

#endif
