/* access/library.h: the roles that a provider builds in, as content.
 *
 * From services/<cloud>/<service>/roles.yaml. A tenant's own documents go before it. Read-only once filled. */
#ifndef APL_ACCESS_LIBRARY_H
#define APL_ACCESS_LIBRARY_H

#include "json/value.h"

typedef struct apl_library apl_library;

apl_library *apl_library_new(void);
void apl_library_free(apl_library *library);

/* Adds one file: {roles: [{id, name, permissions}], directory_roles: [{id, name}],
 * app_roles: [{resource, id, value}]}. The values must outlive the library. Built-in content has a file as one text of
 * JSON, because most commands never look at it: that is kept as it is until apl_library_open. */
apl_status apl_library_add(apl_library *library, apl_value file, const char *file_name);

/* Reads the texts, before the first question. What was added as values, by a user, goes before them. A second call does
 * nothing. */
void apl_library_open(apl_library *library);

/* The definition of an Azure role by its GUID, missing when it is none that is built in. O(1). */
apl_value apl_library_role(const apl_library *library, apl_str guid);

/* A directory role by its template id or its name: {id, name}. */
apl_value apl_library_directory_role(const apl_library *library, apl_str id_or_name);

/* An application role by its id, or by its value ("Application.ReadWrite.All"): {resource, id, value}. */
apl_value apl_library_app_role(const apl_library *library, apl_str id_or_value);

#endif
