/* condition/aliases.h: the alias table of the Azure Policy language.
 *
 * An alias is a name of a resource type that stands for a path in the resource; it cannot be derived from the
 * name (azure-policy.md, section 4), so it is content. Looked up by resource type and name, without regard to
 * case, because a few names stand under several types with other paths. The table is an image: sorted rows that are
 * searched in place, so that opening it costs nothing. Read-only, any number of threads. */
#ifndef APL_CONDITION_ALIASES_H
#define APL_CONDITION_ALIASES_H

#include "json/value.h"

typedef struct apl_aliases apl_aliases;

/* Opens an image made by apl_aliases_image; the bytes must outlive the table. */
apl_status apl_aliases_open(apl_aliases **out, apl_str image);

/* Writes the image of a table in the shape that Azure Resource Manager gives for
 * `GET /providers?$expand=resourceTypes/aliases`: [{namespace, resourceTypes: [{resourceType, aliases: [{name,
 * defaultPath, paths}]}]}], with or without a `value` wrapper. Duplicates of one (type, name): the first wins. */
apl_status apl_aliases_image(apl_text *out, apl_value table);

/* Opens a table from its JSON text; the table owns its image. */
apl_status apl_aliases_load(apl_aliases **out, apl_str json);

/* Puts `upper` before `table`: a name found in `upper` wins. `table` keeps no ownership. */
void apl_aliases_stack(apl_aliases *upper, const apl_aliases *below);

void apl_aliases_free(apl_aliases *table);

/* The default path of the alias for resources of that type; false when there is none. O(log n). */
bool apl_aliases_find(apl_str *path, const apl_aliases *table, apl_str type, apl_str name);

/* True when any type has an alias of this name; the first such type is given, when `type` is not NULL. */
bool apl_aliases_known(apl_str *type, const apl_aliases *table, apl_str name);

/* The alias name of the type that is nearest to `name`, or none; for "did you mean". */
bool apl_aliases_nearest(apl_str *nearest, const apl_aliases *table, apl_str type, apl_str name);

size_t apl_aliases_count(const apl_aliases *table);

#endif
