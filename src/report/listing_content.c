/* report/listing_content.c: the rows of the content: checks, services, frameworks.
 *
 * Stands behind the commands that list what Aplomb knows. Rows are the rules, services and frameworks of the content in
 * its own order; a filter's words and text leave rows out. */
#include "report/listing.h"

static apl_value text_cell(apl_str text)
{
    return apl_value_string(text);
}

typedef struct pointer_rows {
    const void **items;
    size_t count;
} pointer_rows;

static pointer_rows *rows_new(apl_arena *arena, size_t most)
{
    pointer_rows *rows = APL_ARENA_NEW(arena, pointer_rows);

    rows->items = APL_ARENA_ARRAY(arena, const void *, most);
    return rows;
}

static const void *row_at(const apl_listing *listing, size_t row)
{
    return ((const pointer_rows *)listing->rows)->items[row];
}

static bool any_contains(const apl_str *parts, size_t count, apl_str text)
{
    if (text.size == 0)
        return true;
    for (size_t i = 0; i < count; i++) {
        if (apl_str_find_nocase(parts[i], text) >= 0)
            return true;
    }
    return false;
}

static const apl_column check_columns[] = {
    {"severity", "Severity", APL_IN_ALL, 8, 8, APL_CUT_END, true, false},
    {"check", "Check", APL_IN_ALL, 18, 40, APL_CUT_END, false, false},
    {"service", "Service", APL_IN_ALL, 12, 24, APL_CUT_END, false, false},
    {"title", "Title", APL_IN_ALL, 16, 0, APL_CUT_END, false, false},
    {"rule", "Rule", APL_IN_DATA, 0, 0, APL_CUT_END, false, false},
    {"why", "Why", APL_IN_DATA, 0, 0, APL_CUT_END, false, false},
    {"fix", "Fix", APL_IN_DATA, 0, 0, APL_CUT_END, false, false},
    {"frameworks", "Frameworks", APL_IN_DATA, 0, 0, APL_CUT_END, false, false},
    {"needs", "Needs", APL_IN_DATA, 0, 0, APL_CUT_END, false, false},
};

static void check_row(apl_value *cells, const apl_listing *listing, size_t row, apl_arena *scratch)
{
    const apl_rule_info *rule = row_at(listing, row);
    apl_value *controls = APL_ARENA_ARRAY(scratch, apl_value, rule->control_count);
    size_t i = 0;

    for (uint32_t j = 0; j < rule->control_count; j++) {
        controls[j] = text_cell(apl_arena_format(scratch, "%.*s:%.*s", APL_STR_ARG(rule->controls[j].framework),
                                                 APL_STR_ARG(rule->controls[j].control)));
    }
    cells[i++] = text_cell(apl_str_from(apl_severity_names[rule->severity]));
    cells[i++] = text_cell(rule->check);
    cells[i++] = text_cell(rule->service);
    cells[i++] = text_cell(rule->title);
    cells[i++] = text_cell(rule->id);
    cells[i++] = text_cell(apl_str_trim(rule->why));
    cells[i++] = text_cell(apl_str_trim(rule->fix_summary));
    cells[i++] = apl_value_array(controls, rule->control_count);
    cells[i++] = text_cell(rule->needs);
    APL_ASSERT(i == sizeof check_columns / sizeof check_columns[0]);
}

apl_listing apl_listing_checks(apl_arena *arena, const apl_content *content, const apl_filter *filter)
{
    pointer_rows *rows = rows_new(arena, apl_content_rule_count(content));

    for (size_t i = 0; i < apl_content_rule_count(content); i++) {
        const apl_rule_info *rule = apl_content_rule(content, i);
        const apl_str parts[] = {rule->id, rule->title, rule->why};
        bool has_severity = filter->severities == 0 || (filter->severities >> rule->severity & 1u);
        if (has_severity && apl_filter_takes_rule(filter, rule) && any_contains(parts, 3, filter->text))
            rows->items[rows->count++] = rule;
    }
    return (apl_listing){
        .name = "checks",
        .record = "check",
        .empty = "No check.",
        .columns = check_columns,
        .column_count = sizeof check_columns / sizeof check_columns[0],
        .row_count = rows->count,
        .row = check_row,
        .rows = rows,
    };
}

static const apl_column service_columns[] = {
    {"service", "Service", APL_IN_ALL, 18, 32, APL_CUT_END, false, false},
    {"types", "Types", APL_IN_DATA, 0, 0, APL_CUT_END, false, false},
    {"type_count", "Types", APL_IN_TEXT | APL_IN_MARKDOWN, 5, 5, APL_CUT_END, false, true},
    {"checks", "Checks", APL_IN_ALL, 6, 6, APL_CUT_END, false, true},
    {"title", "Title", APL_IN_ALL, 16, 0, APL_CUT_END, false, false},
    {"cloud", "Cloud", APL_IN_DATA, 0, 0, APL_CUT_END, false, false},
};

static apl_value type_cell(apl_arena *scratch, const apl_service_type_info *type)
{
    apl_member *members = APL_ARENA_ARRAY(scratch, apl_member, 4);

    members[0] = (apl_member){APL_STR("type"), text_cell(type->type)};
    members[1] = (apl_member){APL_STR("title"), text_cell(type->title)};
    members[2] = (apl_member){APL_STR("kinds"), text_cell(type->kinds)};
    members[3] = (apl_member){APL_STR("needs"), text_cell(type->needs)};
    return apl_value_object(members, 4);
}

static void service_row(apl_value *cells, const apl_listing *listing, size_t row, apl_arena *scratch)
{
    const apl_service_info *service = row_at(listing, row);
    apl_value *types = APL_ARENA_ARRAY(scratch, apl_value, service->type_count);
    size_t i = 0;

    for (size_t j = 0; j < service->type_count; j++)
        types[j] = type_cell(scratch, &service->types[j]);
    cells[i++] = text_cell(service->name);
    cells[i++] = apl_value_array(types, service->type_count);
    cells[i++] = apl_value_integer((int64_t)service->type_count);
    cells[i++] = apl_value_integer((int64_t)service->rule_count);
    cells[i++] = text_cell(service->title);
    cells[i++] = text_cell(service->cloud);
    APL_ASSERT(i == sizeof service_columns / sizeof service_columns[0]);
}

static bool service_is_chosen(const apl_service_info *service, const apl_filter *filter)
{
    const apl_str parts[] = {service->name, service->title};

    for (unsigned i = 0; filter->clouds && apl_cloud_names[i]; i++) {
        if (apl_str_equal(service->cloud, apl_str_from(apl_cloud_names[i])) && (filter->clouds >> i & 1u) == 0)
            return false;
    }
    if (any_contains(parts, 2, filter->text))
        return true;
    for (size_t i = 0; i < service->type_count; i++) {
        if (any_contains(&service->types[i].type, 1, filter->text))
            return true;
    }
    return false;
}

apl_listing apl_listing_services(apl_arena *arena, const apl_content *content, const apl_filter *filter)
{
    pointer_rows *rows = rows_new(arena, apl_content_service_count(content));

    for (size_t i = 0; i < apl_content_service_count(content); i++) {
        const apl_service_info *service = apl_content_service(content, i);
        if (service_is_chosen(service, filter))
            rows->items[rows->count++] = service;
    }
    return (apl_listing){
        .name = "services",
        .record = "service",
        .empty = "No service.",
        .columns = service_columns,
        .column_count = sizeof service_columns / sizeof service_columns[0],
        .row_count = rows->count,
        .row = service_row,
        .rows = rows,
    };
}

static const apl_column framework_columns[] = {
    {"framework", "Framework", APL_IN_ALL, 14, 24, APL_CUT_END, false, false},
    {"control_count", "Controls", APL_IN_TEXT | APL_IN_MARKDOWN, 8, 8, APL_CUT_END, false, true},
    {"supported", "With checks", APL_IN_TEXT | APL_IN_MARKDOWN, 11, 11, APL_CUT_END, false, true},
    {"title", "Title", APL_IN_ALL, 16, 0, APL_CUT_END, false, false},
    {"source", "Source", APL_IN_DATA, 0, 0, APL_CUT_END, false, false},
    {"caution", "Caution", APL_IN_DATA, 0, 0, APL_CUT_END, false, false},
    {"note", "Note", APL_IN_DATA, 0, 0, APL_CUT_END, false, false},
    {"controls", "Controls", APL_IN_DATA, 0, 0, APL_CUT_END, false, false},
};

static apl_value control_cell(apl_arena *scratch, const apl_control_info *control)
{
    apl_member *members = APL_ARENA_ARRAY(scratch, apl_member, 8);
    size_t i = 0;

    members[i++] = (apl_member){APL_STR("control"), text_cell(control->id)};
    members[i++] = (apl_member){APL_STR("title"), text_cell(control->title)};
    members[i++] = (apl_member){APL_STR("evidence"), text_cell(control->evidence)};
    members[i++] = (apl_member){APL_STR("checks"), apl_cell_texts(scratch, control->checks, control->check_count)};
    if (control->role_count)
        members[i++] = (apl_member){APL_STR("roles"), apl_cell_texts(scratch, control->roles, control->role_count)};
    if (control->risk_class_count)
        members[i++] = (apl_member){APL_STR("risk_classes"),
                                    apl_cell_texts(scratch, control->risk_classes, control->risk_class_count)};
    if (control->applies_from.size)
        members[i++] = (apl_member){APL_STR("applies_from"), text_cell(control->applies_from)};
    if (control->text.size)
        members[i++] = (apl_member){APL_STR("text"), text_cell(control->text)};
    return apl_value_object(members, i);
}

static void framework_row(apl_value *cells, const apl_listing *listing, size_t row, apl_arena *scratch)
{
    const apl_framework_info *framework = row_at(listing, row);
    apl_value *controls = APL_ARENA_ARRAY(scratch, apl_value, framework->control_count);
    int64_t supported = 0;
    size_t i = 0;

    for (size_t j = 0; j < framework->control_count; j++) {
        controls[j] = control_cell(scratch, &framework->controls[j]);
        supported += framework->controls[j].check_count > 0;
    }
    cells[i++] = text_cell(framework->id);
    cells[i++] = apl_value_integer((int64_t)framework->control_count);
    cells[i++] = apl_value_integer(supported);
    cells[i++] = text_cell(framework->title);
    cells[i++] = text_cell(framework->source);
    cells[i++] = text_cell(framework->caution);
    cells[i++] = text_cell(framework->note);
    cells[i++] = apl_value_array(controls, framework->control_count);
    APL_ASSERT(i == sizeof framework_columns / sizeof framework_columns[0]);
}

apl_listing apl_listing_frameworks(apl_arena *arena, const apl_content *content, const apl_filter *filter)
{
    pointer_rows *rows = rows_new(arena, apl_content_framework_count(content));

    for (size_t i = 0; i < apl_content_framework_count(content); i++) {
        const apl_framework_info *framework = apl_content_framework(content, i);
        const apl_str parts[] = {framework->id, framework->title};
        if (any_contains(parts, 2, filter->text))
            rows->items[rows->count++] = framework;
    }
    return (apl_listing){
        .name = "frameworks",
        .record = "framework",
        .empty = "No framework.",
        .columns = framework_columns,
        .column_count = sizeof framework_columns / sizeof framework_columns[0],
        .row_count = rows->count,
        .row = framework_row,
        .rows = rows,
    };
}
