/* report/doctor_role.c: the smallest role that a scan can do with, and the commands that give it.
 *
 * Names come from content and from GUIDs that were checked, so that a line can be put into a shell as it is. */
#include "report/doctor.h"

#include "json/value.h"

#define ROLE_NAME "Aplomb Reader"

/* Read by this command itself; every other action is that of a service. */
#define PERMISSIONS_ACTION "Microsoft.Authorization/permissions/read"

#define COMMAND_BYTES_MAX (1u << 16)

bool apl_doctor_is_guid(apl_str text)
{
    if (text.size != 36)
        return false;
    for (uint32_t i = 0; i < text.size; i++) {
        char c = apl_char_lower(text.data[i]);
        bool is_dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (is_dash ? c != '-' : !((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')))
            return false;
    }
    return true;
}

static void add_item(apl_text *out, apl_str item, bool *is_first)
{
    apl_text_add(out, *is_first ? APL_STR("\n    ") : APL_STR(",\n    "));
    *is_first = false;
    apl_json_write_string(out, item);
}

static void add_actions(apl_text *out, const char *member, const apl_doctor *doctor, apl_need_kind kind)
{
    bool is_first = true;

    apl_text_add_format(out, "  \"%s\": [", member);
    for (size_t i = 0; i < doctor->need_count; i++) {
        if (doctor->needs[i].kind == kind)
            add_item(out, doctor->needs[i].permission, &is_first);
    }
    if (kind == APL_NEED_ACTION)
        add_item(out, APL_STR(PERMISSIONS_ACTION), &is_first);
    apl_text_add(out, is_first ? APL_STR("],\n") : APL_STR("\n  ],\n"));
}

void apl_doctor_role(apl_text *out, const apl_doctor *doctor, const char *const *subscriptions,
                     size_t subscription_count)
{
    apl_text_add(out, APL_STR("{\n  \"Name\": \"" ROLE_NAME "\",\n  \"IsCustom\": true,\n"
                              "  \"Description\": \"Reads what a scan by Aplomb reads, and nothing else.\",\n"));
    add_actions(out, "Actions", doctor, APL_NEED_ACTION);
    apl_text_add(out, APL_STR("  \"NotActions\": [],\n"));
    add_actions(out, "DataActions", doctor, APL_NEED_DATA_ACTION);
    apl_text_add(out, APL_STR("  \"NotDataActions\": [],\n  \"AssignableScopes\": ["));
    for (size_t i = 0; i < subscription_count; i++)
        apl_text_add_format(out, "%s\n    \"/subscriptions/%s\"", i ? "," : "", subscriptions[i]);
    apl_text_add(out, APL_STR("\n  ]\n}\n"));
}

static bool lacks_something(const apl_doctor_answers *answers)
{
    return answers->counts[APL_DOCTOR_NO] + answers->counts[APL_DOCTOR_CONDITIONAL] > 0;
}

size_t apl_doctor_commands(apl_str *out, size_t max, apl_arena *arena, const apl_doctor_tenant *tenant)
{
    const apl_azure_rights *rights = tenant->rights;
    apl_text scopes;
    apl_text assigned;
    size_t count = 0;

    if (rights == NULL || max < 3 || !apl_doctor_is_guid(rights->identity.object_id))
        return 0;
    apl_text_init(&scopes, COMMAND_BYTES_MAX);
    apl_text_init(&assigned, COMMAND_BYTES_MAX);
    for (size_t i = 0; i < rights->subscription_count; i++) {
        apl_str id = rights->subscriptions[i].id;
        if (!lacks_something(&tenant->subscriptions[i]) || !apl_doctor_is_guid(id))
            continue;
        apl_text_add_format(&scopes, "%s%.*s", scopes.size ? "," : "", APL_STR_ARG(id));
        apl_text_add_format(&assigned, "%s/subscriptions/%.*s", assigned.size ? " " : "", APL_STR_ARG(id));
    }
    if (scopes.size && !scopes.is_cut && !assigned.is_cut) {
        const char *kind = rights->identity.is_application ? "ServicePrincipal" : "User";
        apl_str object = rights->identity.object_id;
        out[count++] = apl_arena_format(arena, "aplomb doctor --role --scope %.*s > aplomb-role.json",
                                        (int)scopes.size, scopes.data);
        out[count++] = APL_STR("az role definition create --role-definition @aplomb-role.json");
        out[count++] = apl_arena_format(
            arena,
            "for scope in %.*s; do az role assignment create --role '" ROLE_NAME
            "' --assignee-object-id %.*s --assignee-principal-type %s --scope \"$scope\"; done",
            (int)assigned.size, assigned.data, APL_STR_ARG(object), kind);
    }
    apl_text_free(&scopes);
    apl_text_free(&assigned);
    return count;
}
