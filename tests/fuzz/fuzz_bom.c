/* tests/fuzz/fuzz_bom.c: bills of materials of unknown makers.
 *
 * A bill that can be compared says the same as itself; against an empty one each of its parts is new. */
#include <stddef.h>
#include <stdint.h>

#include "bom/compare.h"
#include "json/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const names[] = {"before", "after"};
    apl_arena *arena = apl_arena_new();
    apl_value bill;
    apl_value empty;
    apl_bom_differences differences;

    apl_str text = apl_arena_str(arena, apl_str_make((const char *)data, size));
    if (apl_json_parse(&empty, arena, APL_STR("{\"bomFormat\":\"CycloneDX\"}")) != APL_OK)
        apl_die(apl_error_message());
    if (apl_json_parse(&bill, arena, text) == APL_OK) {
        const apl_value same[] = {bill, bill};
        const apl_value grown[] = {empty, bill};
        if (apl_bom_compare(&differences, arena, same, names) == APL_OK) {
            if (differences.count)
                apl_die("a bill differs from itself");
            if (apl_bom_compare(&differences, arena, grown, names) != APL_OK ||
                differences.by_turn[APL_BOM_ADDED] != differences.count)
                apl_die("a part is not new beside nothing");
        }
    }
    apl_arena_free(arena);
    return 0;
}
