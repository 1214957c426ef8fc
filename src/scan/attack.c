/* scan/attack.c: from an estate with exposure to its attack paths.
 *
 * Techniques are matched first, because they may add assets; the access engine then sees all of them. */
#include "graph/paths.h"
#include "scan/content.h"
#include "scan/pipeline.h"

apl_status apl_pipeline_paths(apl_estate *estate, apl_content *content, const apl_scan_options *options,
                              unsigned threads)
{
    apl_attack attack;

    if (content->techniques.items.count == 0)
        return APL_OK;
    apl_attack_match(&attack, estate, &content->techniques, threads);
    apl_access_options access_options = {
        .estate = estate, .fields = content->access_fields, .library = content->library};
    apl_access *access = apl_access_new(&access_options);
    apl_status status = apl_attack_connect(&attack, access);
    if (status == APL_OK)
        apl_attack_paths(&attack);
    if (status == APL_OK && options->keeps_edges)
        apl_attack_list_edges(&attack);
    apl_attack_free(&attack);
    apl_access_free(access);
    return status;
}
