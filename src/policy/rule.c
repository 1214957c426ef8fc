/* policy/rule.c: rule files of ours, and what evaluate must know of a rule whoever wrote it.
 *
 * The format is docs/content.md. Everything unknown is an error here, because these files are ours to correct. The
 * rule's policy is compiled as a definition without parameters, with the id <service>/<check>. */
#include "policy/rule.h"

#include "policy/definition.h"
#include "policy/effects.h"
#include "policy/members.h"

#define PATCHES_MAX 100 /* of one rule; a fix that sets more is a program */

typedef struct rule_reading {
    const apl_policy_context *context;
    apl_reporter *reporter;
    apl_value file;
} rule_reading;

/* The text member of that name; an error when it is required and not there. */
static apl_status read_text(apl_str *out, const rule_reading *reading, apl_value object, const char *member,
                            bool is_required)
{
    apl_value value = apl_value_member(object, member);

    *out = APL_STR_NONE;
    if (value.type == APL_VALUE_MISSING && !is_required)
        return APL_OK;
    if (value.type != APL_VALUE_STRING || apl_str_trim(apl_value_str(value)).size == 0)
        return apl_reporter_error(reading->reporter, apl_str_from(member), NULL,
                                  value.type == APL_VALUE_MISSING ? "missing" : "must be a text that is not empty");
    *out = apl_arena_str(reading->context->arena, apl_str_trim(apl_value_str(value)));
    return APL_OK;
}

bool apl_severity_parse(uint8_t *out, apl_str name)
{
    for (uint8_t i = 0; i < APL_SEVERITY_COUNT; i++) {
        if (apl_str_equal_nocase(name, apl_str_from(apl_severity_names[i]))) {
            *out = i;
            return true;
        }
    }
    return false;
}

static apl_status read_severity(apl_rule_info *info, const rule_reading *reading)
{
    apl_str name;
    apl_status status = read_text(&name, reading, reading->file, "severity", true);

    if (status != APL_OK || apl_severity_parse(&info->severity, name))
        return status;
    return apl_reporter_error(reading->reporter, APL_STR("severity"), apl_nearest_name(name, apl_severity_names),
                              "unknown severity \"%.*s\"", APL_STR_ARG(name));
}

static bool is_slug(apl_str text)
{
    for (uint32_t i = 0; i < text.size; i++) {
        char c = text.data[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'))
            return false;
    }
    return text.size > 0;
}

/* The file is called as the check is. */
static apl_status read_check(apl_rule_info *info, const rule_reading *reading, apl_str service)
{
    apl_status status = read_text(&info->check, reading, reading->file, "check", true);
    apl_str name = apl_str_from(reading->reporter->file);
    long slash = apl_str_find_last_char(name, '/');
    long dot = apl_str_find_last_char(name, '.');

    if (status != APL_OK)
        return status;
    if (!is_slug(info->check))
        return apl_reporter_error(reading->reporter, APL_STR("check"), NULL,
                                  "\"%.*s\" may only have lower-case letters, digits and dashes",
                                  APL_STR_ARG(info->check));
    apl_str stem = apl_str_slice(name, (size_t)(slash + 1), dot > slash ? (size_t)dot : name.size);
    if (!apl_str_equal(stem, info->check))
        return apl_reporter_error(reading->reporter, APL_STR("check"), NULL,
                                  "\"%.*s\" is not the name of the file, %.*s", APL_STR_ARG(info->check),
                                  APL_STR_ARG(stem));
    info->service = apl_arena_str(reading->context->arena, service);
    info->id = apl_arena_format(reading->context->arena, "%.*s/%.*s", APL_STR_ARG(service), APL_STR_ARG(info->check));
    return APL_OK;
}

static apl_status read_patches(apl_rule_info *info, const rule_reading *reading, apl_value list)
{
    static const char *const operations[] = {"addOrReplace", "add", "remove", NULL};
    apl_arena *arena = reading->context->arena;

    if (list.type == APL_VALUE_MISSING)
        return APL_OK;
    if (list.type != APL_VALUE_ARRAY || list.size > PATCHES_MAX)
        return apl_reporter_error(reading->reporter, APL_STR("fix.patch"), NULL,
                                  "must be a list of at most %d {path, value}", PATCHES_MAX);
    apl_patch *patches = APL_ARENA_ARRAY(arena, apl_patch, list.size);
    for (uint32_t i = 0; i < list.size; i++) {
        apl_str path = apl_arena_format(arena, "fix.patch[%u]", i);
        apl_status status =
            apl_check_members(reading->reporter, list.items[i], path, apl_rule_patch_members, APL_MESSAGE_ERROR);
        if (status != APL_OK)
            return status;
        apl_str operation = apl_value_str(apl_value_member(list.items[i], "operation"));
        if (operation.size == 0)
            operation = APL_STR("addOrReplace");
        if (!apl_is_one_of(operation, operations))
            return apl_reporter_error(reading->reporter, path, apl_nearest_name(operation, operations),
                                      "unknown operation \"%.*s\"", APL_STR_ARG(operation));
        patches[i].operation = apl_arena_str(arena, operation);
        patches[i].path = apl_arena_str(arena, apl_value_str(apl_value_member(list.items[i], "path")));
        patches[i].value = apl_value_copy(arena, apl_value_member(list.items[i], "value"));
        if (patches[i].path.size == 0)
            return apl_reporter_error(reading->reporter, path, NULL, "a patch needs a path");
    }
    info->patches = patches;
    info->patch_count = list.size;
    return APL_OK;
}

static apl_status read_fix(apl_rule_info *info, const rule_reading *reading)
{
    apl_value fix = apl_value_member(reading->file, "fix");
    apl_status status;

    if (fix.type != APL_VALUE_OBJECT)
        return apl_reporter_error(reading->reporter, APL_STR("fix"), NULL, "missing: say at least fix.summary");
    status = apl_check_members(reading->reporter, fix, APL_STR("fix"), apl_rule_fix_members, APL_MESSAGE_ERROR);
    if (status == APL_OK)
        status = read_text(&info->fix_summary, reading, fix, "summary", true);
    if (status == APL_OK)
        status = read_text(&info->fix_cli, reading, fix, "cli", false);
    if (status == APL_OK)
        status = read_text(&info->fix_bicep, reading, fix, "bicep", false);
    if (status == APL_OK)
        status = read_text(&info->fix_terraform, reading, fix, "terraform", false);
    if (status == APL_OK)
        status = read_patches(info, reading, apl_value_member(fix, "patch"));
    return status;
}

/* The members of policyRule and below that Azure would pass over in silence. */
static apl_status check_policy_rule(const rule_reading *reading)
{
    apl_reporter *reporter = reading->reporter;
    apl_value rule = apl_value_member(reading->file, "policyRule");
    apl_value then = apl_value_member(rule, "then");
    apl_value details = apl_value_member(then, "details");
    apl_first_failure first = {0};

    apl_first_failure_note(
        &first, apl_check_members(reporter, reading->file, APL_STR("$"), apl_rule_members, APL_MESSAGE_ERROR));
    apl_first_failure_note(
        &first, apl_check_members(reporter, rule, APL_STR("policyRule"), apl_policy_rule_members, APL_MESSAGE_ERROR));
    apl_first_failure_note(
        &first, apl_check_members(reporter, then, APL_STR("policyRule.then"), apl_then_members, APL_MESSAGE_ERROR));
    apl_first_failure_note(&first, apl_check_members(reporter, details, APL_STR("policyRule.then.details"),
                                                     apl_details_members, APL_MESSAGE_ERROR));
    return apl_first_failure_end(&first);
}

static apl_status compile_rule_policy(apl_rule *out, const rule_reading *reading)
{
    apl_arena *arena = reading->context->arena;
    apl_member *members = APL_ARENA_ARRAY(arena, apl_member, 3);

    members[0] = (apl_member){APL_STR("id"), apl_value_string(out->info.id)};
    members[1] = (apl_member){APL_STR("displayName"), apl_value_string(out->info.title)};
    members[2] =
        (apl_member){APL_STR("policyRule"), apl_value_copy(arena, apl_value_member(reading->file, "policyRule"))};
    apl_policy_options options = {.definition = apl_value_object(members, 3), .file = reading->reporter->file};
    apl_status status = apl_policy_compile_with(&out->policy, reading->context, &options);
    if (status != APL_OK)
        return status;
    /* A rule that takes a type that does not exist takes all types. */
    if (apl_condition_screen_type(out->policy->condition, APL_STR("-")) != APL_FALSE)
        return apl_reporter_error(reading->reporter, APL_STR("policyRule.if"), NULL,
                                  "the rule must say which types it judges (field type, equals or in)");
    if (out->info.patch_count == 0) {
        apl_patches patches = apl_policy_constant_patches(out->policy, arena);
        out->info.patches = patches.items;
        out->info.patch_count = (uint32_t)patches.count;
    }
    return APL_OK;
}

static apl_status read_evidence_paths(apl_rule_info *info, const rule_reading *reading)
{
    apl_value list = apl_value_member(reading->file, "evidence");
    apl_arena *arena = reading->context->arena;

    if (list.type == APL_VALUE_MISSING)
        return APL_OK;
    if (list.type != APL_VALUE_ARRAY || list.size == 0)
        return apl_reporter_error(reading->reporter, APL_STR("evidence"), NULL, "must be a list of paths");
    apl_str *paths = APL_ARENA_ARRAY(arena, apl_str, list.size);
    for (uint32_t i = 0; i < list.size; i++) {
        if (list.items[i].type != APL_VALUE_STRING)
            return apl_reporter_error(reading->reporter, APL_STR("evidence"), NULL, "item %u must be a path", i);
        paths[i] = apl_arena_str(arena, apl_value_str(list.items[i]));
    }
    info->evidence_paths = paths;
    info->evidence_path_count = list.size;
    return APL_OK;
}

apl_status apl_rule_compile(apl_rule *out, const apl_policy_context *context, apl_value file, apl_str service,
                            const char *file_name)
{
    apl_reporter reporter = {file_name, context->on_message, context->on_message_context, 0};
    rule_reading reading = {context, &reporter, file};
    apl_first_failure first = {0};

    *out = (apl_rule){0};
    if (file.type != APL_VALUE_OBJECT)
        return apl_reporter_error(&reporter, APL_STR("$"), NULL, "a rule file is an object, not %s",
                                  apl_value_type_name(file));
    apl_first_failure_note(&first, check_policy_rule(&reading));
    apl_first_failure_note(&first, read_check(&out->info, &reading, service));
    apl_first_failure_note(&first, read_text(&out->info.title, &reading, file, "title", true));
    apl_first_failure_note(&first, read_severity(&out->info, &reading));
    apl_first_failure_note(&first, read_text(&out->info.why, &reading, file, "why", true));
    apl_first_failure_note(&first, read_text(&out->info.needs, &reading, file, "needs", false));
    apl_first_failure_note(&first, read_evidence_paths(&out->info, &reading));
    apl_first_failure_note(&first, read_fix(&out->info, &reading));
    if (!context->skips_policies)
        apl_first_failure_note(&first, compile_rule_policy(out, &reading));
    return apl_first_failure_end(&first);
}

/* ---- Definitions of a user ---- */

static apl_str summary_of_patches(apl_arena *arena, const apl_policy *policy, apl_patches patches)
{
    apl_text text;

    if (apl_str_equal(policy->existence.type, APL_STR_NONE) && patches.count == 0)
        return APL_STR_NONE;
    if (apl_effect_needs_related(policy->effect))
        return apl_arena_format(arena, "Add a %.*s that meets the policy.", APL_STR_ARG(policy->existence.type));
    if (patches.count == 0)
        return APL_STR_NONE;
    apl_text_init(&text, 512);
    apl_text_add(&text, APL_STR("Set"));
    for (size_t i = 0; i < patches.count; i++) {
        apl_text_add_format(&text, "%s %.*s to ", i ? "," : "", APL_STR_ARG(patches.items[i].path));
        apl_value_write(&text, patches.items[i].value, 0);
    }
    apl_text_add_char(&text, '.');
    apl_str summary = apl_arena_str(arena, apl_text_str(&text));
    apl_text_free(&text);
    return summary;
}

void apl_rule_info_of_policy(apl_rule_info *out, apl_arena *arena, const apl_policy *policy)
{
    apl_patches patches = apl_policy_constant_patches(policy, arena);
    apl_str check = policy->name.size ? policy->name : policy->id;
    long slash = apl_str_find_last_char(check, '/');

    *out = (apl_rule_info){.id = policy->id, .severity = APL_SEVERITY_MEDIUM};
    out->check = slash < 0 ? check : apl_str_slice(check, (size_t)slash + 1, check.size);
    out->service = apl_value_str(apl_value_member(policy->metadata, "category"));
    out->title = policy->title.size ? policy->title : out->check;
    out->why = policy->description;
    out->patches = patches.items;
    out->patch_count = (uint32_t)patches.count;
    out->fix_summary = summary_of_patches(arena, policy, patches);
    apl_severity_parse(&out->severity, apl_value_str(apl_value_member(policy->metadata, "severity")));
}
