/* policy/lint.c: finds out what a file holds and has each document checked.
 *
 * Messages of all layers (the condition compiler, the readers of this folder) run through one function, which counts
 * the errors and puts the place inside a list before the path. */
#include "policy/lint.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/limits.h"
#include "policy/linter.h"
#include "policy/members.h"
#include "policy/set.h"
#include "policy/texts.h"

static void pass_on(void *context, const apl_message *message)
{
    apl_linter *linter = context;
    apl_message placed = *message;

    linter->error_count += message->level == APL_MESSAGE_ERROR;
    if (linter->place.size)
        placed.path = apl_arena_format(linter->arena, "%.*s%s%.*s", APL_STR_ARG(linter->place),
                                       message->path.size ? "." : "", APL_STR_ARG(message->path));
    if (linter->on_message)
        linter->on_message(linter->context, &placed);
}

apl_str apl_linter_path(const apl_linter *linter, const char *format, ...)
{
    char text[APL_ERROR_BYTES_MAX];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return apl_arena_str(linter->arena, apl_str_from(text));
}

/* The service of a rule file: what stands before /rules/ in its path. */
static apl_str service_of(const char *file_name)
{
    apl_str path = apl_str_from(file_name);
    long rules = apl_str_find(path, APL_STR("/rules/"));

    if (rules < 0)
        return APL_STR("-");
    path = apl_str_slice(path, 0, (size_t)rules);
    long slash = apl_str_find_last_char(path, '/');
    if (slash <= 0)
        return path;
    long before = apl_str_find_last_char(apl_str_slice(path, 0, (size_t)slash), '/');
    return apl_str_slice(path, (size_t)(before + 1), path.size);
}

static void lint_rule(apl_linter *linter, apl_value file)
{
    apl_policy_context context = {
        .arena = linter->arena,
        .fields = linter->fields,
        .aliases = linter->aliases,
        .on_message = pass_on,
        .on_message_context = linter,
    };
    apl_rule rule;

    (void)apl_rule_compile(&rule, &context, file, service_of(linter->reporter.file), linter->reporter.file);
}

static void lint_unknown(apl_linter *linter, apl_value object)
{
    static const char *const telling[] = {
        "policyRule", "policyDefinitions", "policyDefinitionId", "policyAssignmentId", "check", NULL};
    const char *nearest = NULL;
    apl_str prefix;
    apl_value body = apl_policy_body(object, &prefix);

    for (uint32_t i = 0; body.type == APL_VALUE_OBJECT && i < body.size && nearest == NULL; i++)
        nearest = apl_nearest_name(body.members[i].key, telling);
    apl_reporter_error(&linter->reporter, APL_STR("$"), nearest,
                       "expected a definition (policyRule), an initiative (policyDefinitions), an assignment "
                       "(policyDefinitionId), an exemption (policyAssignmentId) or a rule file (check)");
}

static void lint_object(apl_linter *linter, apl_value object)
{
    apl_str prefix;
    apl_value body = apl_policy_body(object, &prefix);

    if (apl_value_member(object, "check").type != APL_VALUE_MISSING) {
        lint_rule(linter, object);
        return;
    }
    if (prefix.size)
        apl_check_members(&linter->reporter, object, APL_STR("$"), apl_envelope_members, APL_MESSAGE_WARNING);
    switch (apl_policy_kind_of(object)) {
    case APL_POLICY_DEFINITION:
        apl_lint_definition(linter, object, body, prefix);
        break;
    case APL_POLICY_INITIATIVE:
        apl_lint_initiative(linter, body, prefix);
        break;
    case APL_POLICY_ASSIGNMENT:
        apl_lint_assignment(linter, body, prefix);
        break;
    case APL_POLICY_EXEMPTION:
        apl_lint_exemption(linter, body, prefix);
        break;
    case APL_POLICY_NONE:
        lint_unknown(linter, object);
        break;
    }
}

static void lint_file(apl_linter *linter, apl_value file)
{
    apl_value list = file;
    const char *name = "";

    if (file.type == APL_VALUE_OBJECT && apl_policy_kind_of(file) == APL_POLICY_NONE) {
        name = "value";
        list = apl_value_member(file, name);
    }
    if (list.type != APL_VALUE_ARRAY) {
        if (file.type == APL_VALUE_OBJECT)
            lint_object(linter, file);
        else
            apl_reporter_error(&linter->reporter, APL_STR("$"), NULL, "expected an object or a list, not %s",
                               apl_value_type_name(file));
        return;
    }
    for (uint32_t i = 0; i < list.size; i++) {
        linter->place = apl_linter_path(linter, "%s[%u]", name, i);
        lint_object(linter, list.items[i]);
    }
}

size_t apl_policy_lint(apl_value file, const char *file_name, const apl_aliases *aliases, apl_message_fn on_message,
                       void *context)
{
    apl_linter linter = {.aliases = aliases, .on_message = on_message, .context = context};

    linter.arena = apl_arena_new();
    linter.fields = apl_fields_new();
    linter.reporter = (apl_reporter){file_name, pass_on, &linter, 0};
    lint_file(&linter, file);
    apl_fields_free(linter.fields);
    apl_arena_free(linter.arena);
    return linter.error_count;
}

/* ---- Parameters ---- */

typedef struct parameter_use {
    apl_linter *linter;
    apl_value declared;
    apl_str path;
} parameter_use;

static bool is_declared(apl_value declared, apl_str name)
{
    for (uint32_t i = 0; declared.type == APL_VALUE_OBJECT && i < declared.size; i++) {
        if (apl_str_equal_nocase(declared.members[i].key, name))
            return true;
    }
    return false;
}

static const char *nearest_parameter(apl_linter *linter, apl_value declared, apl_str name)
{
    size_t count = declared.type == APL_VALUE_OBJECT ? declared.size : 0;
    const char **names = APL_ARENA_ARRAY(linter->arena, const char *, count + 1);

    for (size_t i = 0; i < count; i++)
        names[i] = apl_arena_str(linter->arena, declared.members[i].key).data;
    return apl_nearest_name(name, names);
}

static void check_use(void *context, apl_str name)
{
    parameter_use *use = context;

    if (!is_declared(use->declared, name))
        apl_reporter_error(&use->linter->reporter, use->path, nearest_parameter(use->linter, use->declared, name),
                           "there is no parameter '%.*s'", APL_STR_ARG(name));
}

void apl_lint_parameters(apl_linter *linter, apl_value declared, apl_value user, apl_str path, bool tells_undeclared)
{
    parameter_use use = {linter, declared, path};

    if (tells_undeclared)
        apl_texts_each_parameter(user, check_use, &use);
    for (uint32_t i = 0; declared.type == APL_VALUE_OBJECT && i < declared.size; i++) {
        apl_str name = declared.members[i].key;
        apl_str place = apl_linter_path(linter, "%.*s.%.*s", APL_STR_ARG(path), APL_STR_ARG(name));
        apl_check_members(&linter->reporter, declared.members[i].value, place, apl_parameter_members,
                          APL_MESSAGE_WARNING);
        if (!apl_texts_use_parameter(user, name))
            apl_reporter_warning(&linter->reporter, place, NULL, "the parameter is declared but not used");
    }
}
