/* fuzz/fuzz_abac.c: any bytes as the condition of a role assignment.
 *
 * What compiles must evaluate to one of three values, twice the same, and knowing more must never turn true into false
 * or false into true: a question without attributes is decided only where every attribute would agree. */
#include "access/azure/abac.h"
#include "json/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char attributes[] =
    "{\"Request\":{\"a\":\"x\",\"n\":5,\"list\":[\"x\",\"y\"]},\"Resource\":{\"a\":null,\"b\":true},"
    "\"Principal\":{\"a\":\"00000000-0000-0000-0000-000000000001\"},"
    "\"Environment\":{\"UtcNow\":\"2026-01-01T00:00:00Z\",\"ip\":\"10.0.0.1\"},\"SubOperation\":\"Blob.List\"}";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    apl_arena *arena = apl_arena_new();
    apl_abac *abac = NULL;
    apl_value known = APL_MISSING;
    apl_str text = apl_arena_str(arena, apl_str_make((const char *)data, size));

    APL_ASSERT(apl_json_parse(&known, arena, apl_str_from(attributes)) == APL_OK);
    if (apl_abac_compile(&abac, arena, text) == APL_OK) {
        apl_request request = {.action = APL_STR("Microsoft.Authorization/roleAssignments/write")};
        apl_truth little = apl_abac_eval(abac, &request);
        APL_ASSERT(little == APL_TRUE || little == APL_FALSE || little == APL_TRUTH_UNREAD);
        request.attributes = known;
        request.resource = APL_STR("/subscriptions/s/resourceGroups/r/providers/Microsoft.Storage/storageAccounts/a");
        apl_truth more = apl_abac_eval(abac, &request);
        APL_ASSERT(more == apl_abac_eval(abac, &request));
        APL_ASSERT(little == APL_TRUTH_UNREAD || little == more);
    }
    apl_arena_free(arena);
    return 0;
}
