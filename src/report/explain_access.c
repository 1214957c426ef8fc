/* report/explain_access.c: writes rights and owners for `explain`, in both of its formats.
 *
 * For people the principals of an asset stand below what they can do, so that the question "who" has one place to look;
 * JSON has one row for each principal or asset. What is written comes from query/reach.h. */
#include "report/explain_access.h"

#include "report/access_answer.h"
#include "report/row.h"

#define ROWS_MAX 1000 /* in JSON; their number is told */
#define SHOWN_MAX 25  /* for people, below each of the headings */
#define GROUPS_MAX 16 /* of one chain */
#define LINE_BYTES_MAX (1u << 16)

static const char *const can_titles[] = {
    "control it", "get keys, which open it whatever roles say", "read what it holds", "change what it holds",
    "call it",
};

/* The identity by its asset's id or name, else by its object id. */
static apl_str identity_text(const apl_report *report, uint32_t identity, bool wants_name)
{
    const apl_access *access = report->reach->access;
    apl_asset_id asset = apl_access_identity_asset(access, identity);

    if (asset == APL_ASSET_NONE)
        return apl_access_identity_id(access, identity);
    const apl_asset *one = &report->snapshot->estate->assets.items[asset];
    return wants_name && one->name.size ? one->name : one->id;
}

/* The groups between the principal and the one that has the grant, that one last. */
static size_t groups_of(uint32_t groups[GROUPS_MAX], const apl_report *report, uint32_t identity,
                        const apl_right *right)
{
    if (right->holder == identity)
        return 0;
    return apl_access_group_chain(groups, GROUPS_MAX, report->reach->access, identity, right->holder);
}

/* -- JSON -------------------------------------------------------------------------------------------------------- */

static void open_row(apl_text *out, size_t index)
{
    apl_text_add(out, index ? APL_STR(",\n{") : APL_STR("\n{"));
}

static void add_text(apl_text *out, const char *name, apl_str value, bool is_first)
{
    apl_row_key(out, apl_str_from(name), is_first);
    apl_json_write_string(out, value);
}

static void write_right(apl_text *out, const apl_report *report, uint32_t identity, const apl_right *right)
{
    uint32_t groups[GROUPS_MAX];
    size_t group_count = groups_of(groups, report, identity, right);

    add_text(out, "what", apl_str_from(apl_can_names[right->can]), true);
    add_text(out, "decision", apl_str_from(apl_decision_names[right->decision]), false);
    add_text(out, "through", apl_str_from(apl_grant_kind_name(right->grant)), false);
    add_text(out, "assignment", report->snapshot->estate->assets.items[right->assignment].id, false);
    add_text(out, "role", right->grant ? right->grant->role_name : APL_STR_NONE, false);
    add_text(out, "scope", right->grant ? right->grant->scope : APL_STR_NONE, false);
    apl_text_add(out, APL_STR(",\"groups\":["));
    for (size_t i = 0; i < group_count; i++) {
        if (i)
            apl_text_add_char(out, ',');
        apl_json_write_string(out, identity_text(report, groups[i], false));
    }
    apl_text_add_char(out, ']');
    if (right->is_after_joining)
        apl_text_add(out, APL_STR(",\"after_joining\":true"));
    if (right->is_uncertain)
        apl_text_add(out, APL_STR(",\"setting_unread\":true"));
    apl_text_add_char(out, '}');
}

static void write_rights(apl_text *out, const apl_report *report, const apl_reached *one)
{
    apl_text_add(out, APL_STR(",\"can\":["));
    for (size_t r = 0; r < one->rights.count; r++) {
        apl_text_add(out, r ? APL_STR(",{") : APL_STR("{"));
        write_right(out, report, one->identity, &one->rights.items[r]);
    }
    apl_text_add(out, APL_STR("]}"));
}

static void write_principal(apl_text *out, const apl_report *report, const apl_reached *one)
{
    const apl_estate *estate = report->snapshot->estate;
    bool is_first = true;

    add_text(out, "principal", identity_text(report, one->identity, false), true);
    add_text(out, "name", identity_text(report, one->identity, true), false);
    add_text(out, "kind",
             one->asset == APL_ASSET_NONE ? APL_STR_NONE
                                          : estate->vocabulary->kinds.items[estate->assets.items[one->asset].kind].name,
             false);
    apl_text_add(out, APL_STR(",\"marks\":["));
    for (unsigned m = 0; m < APL_MARK_COUNT; m++) {
        if ((one->marks >> m & 1u) == 0)
            continue;
        apl_text_add_format(out, "%s\"%s\"", is_first ? "" : ",", apl_identity_mark_names[m]);
        is_first = false;
    }
    apl_text_add_char(out, ']');
    write_rights(out, report, one);
}

static void write_asset(apl_text *out, const apl_report *report, const apl_reached *one)
{
    const apl_estate *estate = report->snapshot->estate;
    const apl_asset *asset = &estate->assets.items[one->asset];

    add_text(out, "asset", asset->id, true);
    add_text(out, "name", asset->name, false);
    add_text(out, "kind", estate->vocabulary->kinds.items[asset->kind].name, false);
    apl_text_add_format(out, ",\"ai\":%s", asset->is_ai ? "true" : "false");
    add_text(out, "sensitivity", apl_str_from(apl_level_names[asset->sensitivity]), false);
    write_rights(out, report, one);
}

static void write_list(apl_text *out, const apl_report *report, bool of_assets)
{
    const apl_reach_answer *reach = report->reach;
    size_t count = of_assets == reach->is_principal ? reach->reached.count : 0;
    const char *name = of_assets ? "reaches" : "reached_by";

    apl_text_add_format(out, ",\"%s_count\":%zu,\"%s\":[", name, count, name);
    for (size_t i = 0; i < count && i < ROWS_MAX; i++) {
        open_row(out, i);
        if (of_assets)
            write_asset(out, report, &reach->reached.items[i]);
        else
            write_principal(out, report, &reach->reached.items[i]);
    }
    apl_text_add_char(out, ']');
}

void apl_explain_access_json(apl_text *out, const apl_report *report)
{
    const apl_reach_answer *reach = report->reach;

    apl_text_add(out, APL_STR(",\n\"access\":"));
    if (reach == NULL) {
        apl_text_add(out, APL_STR("null"));
        return;
    }
    apl_text_add_format(out, "{\"assignments_read\":%s", reach->was_read ? "true" : "false");
    write_list(out, report, false);
    write_list(out, report, true);
    apl_text_add(out, APL_STR(",\"owners\":["));
    for (size_t i = 0; i < reach->owners.count; i++) {
        const apl_owner *owner = &reach->owners.items[i];
        apl_str name = owner->owner == APL_ASSET_NONE ? owner->text
                                                      : report->snapshot->estate->assets.items[owner->owner].id;
        open_row(out, i);
        add_text(out, "owner", name, true);
        add_text(out, "as", owner->as, false);
        apl_text_add_char(out, '}');
    }
    apl_text_add(out, APL_STR("]}"));
}

/* -- Text -------------------------------------------------------------------------------------------------------- */

static void add_line(apl_text *out, const apl_report *report, const apl_text *line, unsigned indent)
{
    apl_screen_spaces(out, indent);
    apl_screen_wrap(out, &report->screen, apl_text_str(line), indent + 2);
}

static void add_heading(apl_text *out, const apl_report *report, const char *heading)
{
    apl_text_add_char(out, '\n');
    apl_screen_add_styled(out, &report->screen, APL_STYLE_BOLD, apl_str_from(heading));
    apl_text_add_char(out, '\n');
}

static void add_asset(apl_text *line, const apl_estate *estate, apl_asset_id asset)
{
    const apl_asset *one = &estate->assets.items[asset];

    apl_text_add_format(line, "%.*s (%.*s)", APL_STR_ARG(one->name.size ? one->name : one->id),
                        APL_STR_ARG(estate->vocabulary->kinds.items[one->kind].name));
}

/* "Owner at /subscriptions/..., through ai-admins; eligible". */
static void add_way(apl_text *line, const apl_report *report, const apl_reached *one, const apl_right *right)
{
    const apl_reach_answer *reach = report->reach;
    const apl_grant *grant = right->grant;
    apl_asset_id reached = reach->is_principal ? one->asset : report->explained->asset;
    apl_str reached_id = report->snapshot->estate->assets.items[reached].id;
    uint32_t groups[GROUPS_MAX];
    size_t group_count = groups_of(groups, report, one->identity, right);

    if (grant == NULL)
        apl_text_add(line, APL_STR("owner"));
    else if (grant->kind == APL_GRANT_ACCESS_POLICY)
        apl_text_add(line, APL_STR("access policy"));
    else
        apl_text_add_format(line, "%.*s at %.*s",
                            APL_STR_ARG(grant->role_name.size ? grant->role_name : APL_STR("a role that was not read")),
                            APL_STR_ARG(apl_str_equal_nocase(grant->scope, reached_id) ? APL_STR("it") : grant->scope));
    for (size_t i = 0; i < group_count; i++)
        apl_text_add_format(line, "%s%.*s", i ? ", in " : ", through ",
                            APL_STR_ARG(identity_text(report, groups[i], true)));
    if (right->is_after_joining)
        apl_text_add(line, APL_STR("; the membership must be activated first"));
    else if (grant && grant->kind == APL_GRANT_ELIGIBLE)
        apl_text_add(line, APL_STR("; eligible, must be activated first"));
    else if (right->decision == APL_CONDITIONAL)
        apl_text_add(line, APL_STR("; under a condition"));
    if (right->decision == APL_UNKNOWN)
        apl_text_add(line, APL_STR("; perhaps"));
    if (right->is_uncertain)
        apl_text_add(line, APL_STR("; a setting that decides was not read"));
}

static void add_principal(apl_text *line, const apl_report *report, const apl_reached *one)
{
    const apl_estate *estate = report->snapshot->estate;

    apl_text_add(line, identity_text(report, one->identity, true));
    if (one->asset == APL_ASSET_NONE && one->marks == 0)
        return;
    apl_text_add(line, APL_STR(" ("));
    if (one->asset != APL_ASSET_NONE)
        apl_text_add(line, estate->vocabulary->kinds.items[estate->assets.items[one->asset].kind].name);
    bool is_first = one->asset == APL_ASSET_NONE;
    for (unsigned m = 0; m < APL_MARK_COUNT; m++) {
        if (one->marks >> m & 1u) {
            apl_text_add_format(line, "%s%s", is_first ? "" : ", ", apl_identity_mark_names[m]);
            is_first = false;
        }
    }
    apl_text_add_char(line, ')');
}

static const apl_right *right_of(const apl_reached *one, unsigned can)
{
    for (size_t r = 0; r < one->rights.count; r++) {
        if (one->rights.items[r].can == can)
            return &one->rights.items[r];
    }
    return NULL;
}

/* Those who, or what, `can` holds for, below its title. */
static void write_who(apl_text *out, const apl_report *report, unsigned can)
{
    const apl_reach_answer *reach = report->reach;
    size_t count = 0;
    apl_text line;

    apl_text_init(&line, LINE_BYTES_MAX);
    for (size_t i = 0; i < reach->reached.count; i++) {
        const apl_reached *one = &reach->reached.items[i];
        const apl_right *right = right_of(one, can);
        if (right == NULL || count++ >= SHOWN_MAX)
            continue;
        line.size = 0;
        if (count == 1) {
            apl_text_add(&line, apl_str_from(can_titles[can]));
            add_line(out, report, &line, 2);
            line.size = 0;
        }
        if (reach->is_principal)
            add_asset(&line, report->snapshot->estate, one->asset);
        else
            add_principal(&line, report, one);
        apl_text_add(&line, APL_STR(": "));
        add_way(&line, report, one, right);
        add_line(out, report, &line, 4);
    }
    if (count > SHOWN_MAX)
        apl_text_add_format(out, "    and %zu more\n", count - SHOWN_MAX);
    apl_text_free(&line);
}

static void write_reached(apl_text *out, const apl_report *report)
{
    const apl_reach_answer *reach = report->reach;

    if (!reach->has_rights)
        return;
    add_heading(out, report, reach->is_principal ? "AI and sensitive assets that it can" : "Who can");
    for (unsigned can = 0; can < APL_CAN_COUNT; can++)
        write_who(out, report, can);
    if (reach->reached.count == 0)
        apl_text_add_format(out, "  %s\n", reach->is_principal ? "none" : "nobody, by roles");
    if (!reach->was_read)
        apl_text_add(out, APL_STR("  Not all role assignments were read: there may be more.\n"));
}

void apl_explain_access_text(apl_text *out, const apl_report *report)
{
    const apl_reach_answer *reach = report->reach;
    apl_text line;

    if (reach == NULL)
        return;
    write_reached(out, report);
    apl_text_init(&line, LINE_BYTES_MAX);
    if (reach->owners.count)
        add_heading(out, report, "Who owns it");
    for (size_t i = 0; i < reach->owners.count && i < SHOWN_MAX; i++) {
        const apl_owner *owner = &reach->owners.items[i];
        line.size = 0;
        apl_text_add(&line, owner->owner == APL_ASSET_NONE ? owner->text
                                                           : report->snapshot->estate->assets.items[owner->owner].id);
        apl_text_add_format(&line, " (%.*s)", APL_STR_ARG(owner->as));
        add_line(out, report, &line, 2);
    }
    if (reach->owners.count > SHOWN_MAX)
        apl_text_add_format(out, "  and %zu more\n", reach->owners.count - SHOWN_MAX);
    apl_text_free(&line);
}
