/* model/unread.h: relations that an asset may have without anybody knowing of them.
 *
 * Filled by link, asked by whoever counts relations; read-only then, any number of threads. */
#ifndef APL_MODEL_UNREAD_H
#define APL_MODEL_UNREAD_H

#include "model/estate.h"

/* What may be missing of the asset's relations of this type, or NULL: all that there are are known. O(1) when
 * everything was read, else O(unread relations of the scope). */
const apl_unread_relation *apl_unread_find(const apl_estate *estate, const apl_asset *asset, apl_relation_type relation,
                                           bool is_out);

/* Adds one for the assets of the scope, unless it is there. */
void apl_unread_add(apl_estate *estate, apl_str scope, apl_unread_relation unread);

/* Whether the id has the form of the pattern, segment by segment and without regard to case. A `*` is anything within
 * a segment; as the whole first or last segment it is any number of segments. */
bool apl_unread_fits(apl_str id, apl_str pattern);

#endif
