/* report/access_answer.c: decision, what decides, and with an explanation how each of these comes to its outcome.
 *
 * Two forms of the same facts; nothing is decided here. */
#include "report/access_answer.h"

#include "report/row.h"

#define GROUPS_MAX 64

static const char *const reason_kinds[] = {
    [APL_GRANT_ROLE] = "role-assignment",
    [APL_GRANT_ELIGIBLE] = "eligible-assignment",
    [APL_GRANT_CLASSIC] = "classic-administrator",
    [APL_GRANT_ACCESS_POLICY] = "access-policy",
    [APL_GRANT_DIRECTORY] = "directory-role",
    [APL_GRANT_APPLICATION] = "application-permission",
    [APL_GRANT_DELEGATED] = "delegated-permission",
};

static const char *kind_of(const apl_access_reason *reason)
{
    if (reason->is_deny_assignment)
        return "deny-assignment";
    return apl_grant_kind_name(reason->grant);
}

const char *apl_grant_kind_name(const apl_grant *grant)
{
    return grant ? reason_kinds[grant->kind] : "owner";
}

static apl_str asset_id(const apl_shown_answer *shown, apl_asset_id asset)
{
    return shown->estate->assets.items[asset].id;
}

/* An identity as its asset's id, or as its object id when there is no asset. */
static apl_str identity_id(const apl_shown_answer *shown, uint32_t identity)
{
    apl_asset_id asset = apl_access_identity_asset(shown->access, identity);

    return asset != APL_ASSET_NONE ? asset_id(shown, asset) : apl_access_identity_id(shown->access, identity);
}

/* The groups between the principal of the question and the one that holds the grant. */
static size_t groups_of(uint32_t groups[GROUPS_MAX], const apl_shown_answer *shown, const apl_access_reason *reason)
{
    uint32_t principal = apl_access_identity(shown->access, shown->question->principal);

    if (principal == APL_IDENTITY_NONE || principal == reason->identity)
        return 0;
    return apl_access_group_chain(groups, GROUPS_MAX, shown->access, principal, reason->identity);
}

static void reason_members(apl_text *out, const apl_shown_answer *shown, const apl_access_reason *reason)
{
    const apl_grant *grant = reason->grant;
    uint32_t groups[GROUPS_MAX];
    size_t group_count = groups_of(groups, shown, reason);

    apl_text_add(out, APL_STR("{\"id\":"));
    apl_json_write_string(out, asset_id(shown, reason->asset));
    apl_row_text(out, APL_STR("kind"), apl_str_from(kind_of(reason)));
    apl_row_text(out, APL_STR("outcome"), apl_str_from(apl_decision_names[reason->outcome]));
    apl_row_text(out, APL_STR("principal"), identity_id(shown, reason->identity));
    if (grant) {
        apl_str condition = apl_access_grant_condition(shown->access, grant);
        apl_text_add(out, APL_STR(",\"role\":{\"id\":"));
        apl_json_write_string(out, grant->role_id);
        apl_row_text(out, APL_STR("name"), grant->role_name);
        apl_text_add_char(out, '}');
        apl_row_text(out, APL_STR("scope"), grant->scope);
        if (condition.size)
            apl_row_text(out, APL_STR("condition"), condition);
    }
    if (group_count) {
        apl_text_add(out, APL_STR(",\"groups\":["));
        for (size_t i = 0; i < group_count; i++) {
            if (i)
                apl_text_add_char(out, ',');
            apl_json_write_string(out, identity_id(shown, groups[i]));
        }
        apl_text_add_char(out, ']');
    }
    if (reason->through.size)
        apl_row_text(out, APL_STR("through"), reason->through);
    if (reason->is_after_joining)
        apl_text_add(out, APL_STR(",\"after_joining\":true"));
    if (reason->is_contested)
        apl_text_add(out, APL_STR(",\"contested\":true"));
    apl_text_add_char(out, '}');
}

/* The reasons are sorted by asset, so one that stands twice stands together. */
static bool is_repeated(const apl_access_answer *answer, size_t index)
{
    return index && answer->reasons[index].asset == answer->reasons[index - 1].asset;
}

void apl_access_answer_members(apl_text *out, const apl_shown_answer *shown)
{
    const apl_access_answer *answer = shown->answer;

    apl_text_add(out, APL_STR("\"decision\":"));
    apl_json_write_string(out, apl_str_from(apl_decision_names[answer->decision]));
    apl_text_add(out, APL_STR(",\"by\":["));
    for (size_t i = 0; i < answer->reason_count; i++) {
        if (is_repeated(answer, i))
            continue;
        if (i)
            apl_text_add_char(out, ',');
        apl_json_write_string(out, asset_id(shown, answer->reasons[i].asset));
    }
    apl_text_add_char(out, ']');
    if (answer->note.size)
        apl_row_text(out, APL_STR("note"), answer->note);
    if (!shown->explains)
        return;
    apl_text_add(out, APL_STR(",\"reasons\":["));
    for (size_t i = 0; i < answer->reason_count; i++) {
        if (i)
            apl_text_add_char(out, ',');
        reason_members(out, shown, &answer->reasons[i]);
    }
    apl_text_add_char(out, ']');
}

/* "  label   value", wrapped behind the label. */
static void add_fact(apl_text *out, const apl_screen *screen, const char *label, apl_str value)
{
    if (value.size == 0)
        return;
    apl_text_add_format(out, "    %-10s ", label);
    apl_screen_wrap(out, screen, value, 15);
}

static void reason_text(apl_text *out, const apl_screen *screen, const apl_shown_answer *shown,
                        const apl_access_reason *reason)
{
    const apl_grant *grant = reason->grant;
    uint32_t groups[GROUPS_MAX];
    size_t group_count = groups_of(groups, shown, reason);

    apl_text_add(out, APL_STR("  "));
    apl_screen_add(out, screen, asset_id(shown, reason->asset));
    apl_text_add_char(out, '\n');
    if (!shown->explains)
        return;
    add_fact(out, screen, "kind", apl_str_from(kind_of(reason)));
    add_fact(out, screen, "outcome", apl_str_from(apl_decision_names[reason->outcome]));
    if (grant) {
        add_fact(out, screen, "role",
                 grant->role_name.size ? grant->role_name : APL_STR("not read, and none that is built in"));
        add_fact(out, screen, "scope", grant->scope);
        add_fact(out, screen, "condition", apl_access_grant_condition(shown->access, grant));
    }
    for (size_t i = 0; i < group_count; i++)
        add_fact(out, screen, i ? "in" : "group", identity_id(shown, groups[i]));
    if (reason->is_after_joining)
        add_fact(out, screen, "joining", APL_STR("a membership on the way must be activated first"));
    add_fact(out, screen, "through", reason->through);
    if (reason->is_contested)
        add_fact(out, screen, "contested",
                 APL_STR("rests on reading a star between two slashes by the letter; see docs/access.md"));
}

void apl_access_answer_text(apl_text *out, const apl_screen *screen, const apl_shown_answer *shown)
{
    const apl_access_answer *answer = shown->answer;
    apl_style style = answer->decision == APL_ALLOW ? APL_STYLE_GOOD
                      : answer->decision == APL_DENY ? APL_STYLE_CRITICAL
                                                     : APL_STYLE_MEDIUM;

    apl_screen_add_styled(out, screen, style, apl_str_from(apl_decision_names[answer->decision]));
    apl_text_add_char(out, '\n');
    for (size_t i = 0; i < answer->reason_count; i++) {
        if (shown->explains || !is_repeated(answer, i))
            reason_text(out, screen, shown, &answer->reasons[i]);
    }
    if (answer->note.size) {
        apl_text_add(out, APL_STR("  "));
        apl_screen_wrap(out, screen, answer->note, 2);
    }
}
