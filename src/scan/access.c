/* scan/access.c: the access layer over an estate.
 *
 * Joins what the content knows (fields, built-in roles) with an estate that was linked; it decides nothing. */
#include "scan/content.h"
#include "scan/scan.h"

apl_access *apl_scan_access(const apl_content *content, const apl_estate *estate)
{
    apl_access_options options = {
        .estate = estate,
        .fields = content->access_fields,
        .library = content->library,
    };

    return apl_access_new(&options);
}

const apl_library *apl_content_library(const apl_content *content)
{
    apl_library_open(content->library);
    return content->library;
}
