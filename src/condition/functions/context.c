/* condition/functions/context.c: what an expression may ask of the surroundings of the resource.
 *
 * The caller of the evaluation knows them; what it does not know is unread, never empty. In a scan the API version of
 * the request is the latest one, so an unknown version counts as later than any. */
#include "condition/program.h"

/* Microsoft: "Policy effects", compliance scans use the latest API version. Later than every real one. */
#define LATEST_API_VERSION "9999-12-31"

apl_status apl_fn_resource_group(apl_value *out, const apl_call *call)
{
    apl_value group = call->run->eval->resource_group;

    *out = group.type == APL_VALUE_OBJECT ? group : APL_UNREAD;
    return APL_OK;
}

apl_status apl_fn_subscription(apl_value *out, const apl_call *call)
{
    apl_value subscription = call->run->eval->subscription;

    *out = subscription.type == APL_VALUE_OBJECT ? subscription : APL_UNREAD;
    return APL_OK;
}

apl_status apl_fn_request_context(apl_value *out, const apl_call *call)
{
    apl_member *members = NULL;
    apl_str version = call->run->eval->api_version;
    apl_status status = apl_call_members(&members, call, 1);

    if (status != APL_OK)
        return status;
    members[0].key = APL_STR("apiVersion");
    members[0].value = apl_value_string(version.size ? version : APL_STR(LATEST_API_VERSION));
    *out = apl_value_object(members, 1);
    return APL_OK;
}
