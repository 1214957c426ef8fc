/* link/link.h: what needs more than one document: merging, relations, stubs, tenants, used-for-AI.
 *
 * Runs once after the last document. The result does not depend on the order in which documents came. */
#ifndef APL_LINK_LINK_H
#define APL_LINK_LINK_H

#include "normalize/normalizer.h"

/* Takes the assets and coverage of all normalizers into the estate, which keeps their arenas: merges documents of one
 * id, sorts assets by canonical id, and sorts and joins the coverage rows. */
void apl_link_assets(apl_estate *estate, apl_normalizer *const *normalizers, size_t count, unsigned threads);

/* Makes relations and stubs by the services' rules, then tenants, parents and used_for. */
void apl_link_relations(apl_estate *estate, apl_services *services, unsigned threads);

/* Sets is_absent. A part of apl_link_relations, for an estate whose relations came out of a store. */
void apl_link_absent(apl_estate *estate);

/* Sorts in the assets that a later stage put behind the others, from number `first_new` on. Numbers of assets change:
 * the asset that had number n has numbers[n], for which the caller makes room. Relations keep their numbers. */
void apl_link_add_assets(apl_estate *estate, size_t first_new, uint32_t *numbers);

#endif
