/* scan/frameworks.c: the files of frameworks, and the controls that each check supports.
 *
 * A control is supported by checks, never satisfied by them. Rules get their controls from here by the name of their
 * check, so that mapping a standard is one file. */
#include <stdlib.h>

#include "base/guess.h"
#include "scan/content.h"

static apl_status only_members(apl_value object, const char *const *allowed, const char *where)
{
    char hint[APL_GUESS_HINT_BYTES];

    if (object.type != APL_VALUE_OBJECT)
        return apl_fail(APL_E_CONTENT, "%s: must be an object, is %s", where, apl_value_type_name(object));
    for (uint32_t i = 0; i < object.size; i++) {
        const char *const *name = allowed;
        while (*name && !apl_str_equal(object.members[i].key, apl_str_from(*name)))
            name++;
        if (*name == NULL)
            return apl_fail(APL_E_CONTENT, "%s: unknown member \"%.*s\"%s", where, APL_STR_ARG(object.members[i].key),
                            apl_guess_of(object.members[i].key, allowed, hint));
    }
    return APL_OK;
}

static apl_status evidence_is_known(apl_str evidence, const char *where)
{
    static const char *const allowed[] = {"technical", "partial", "manual", NULL};
    char hint[APL_GUESS_HINT_BYTES];

    for (size_t i = 0; allowed[i]; i++) {
        if (evidence.size == 0 || apl_str_equal(evidence, apl_str_from(allowed[i])))
            return APL_OK;
    }
    return apl_fail(APL_E_CONTENT, "%s: evidence \"%.*s\" is none of technical, partial, manual%s", where,
                    APL_STR_ARG(evidence), apl_guess_of(evidence, allowed, hint));
}

static apl_status control_of(apl_content *content, apl_control_info *out, const apl_member *member, const char *file)
{
    static const char *const allowed[] = {"title", "evidence", "checks", NULL};
    apl_value checks = apl_value_member(member->value, "checks");
    apl_arena *arena = content->arena;
    const char *where = apl_arena_format(arena, "%s: controls.%.*s", file, APL_STR_ARG(member->key)).data;

    apl_status status = only_members(member->value, allowed, where);
    if (status != APL_OK)
        return status;
    *out = (apl_control_info){
        .id = apl_arena_str(arena, member->key),
        .title = apl_arena_str(arena, apl_value_str(apl_value_member(member->value, "title"))),
        .evidence = apl_arena_str(arena, apl_value_str(apl_value_member(member->value, "evidence"))),
    };
    if (out->title.size == 0)
        return apl_fail(APL_E_CONTENT, "%s: the control has no title", where);
    status = evidence_is_known(out->evidence, where);
    if (status != APL_OK)
        return status;
    if (apl_value_is_there(checks) && checks.type != APL_VALUE_ARRAY)
        return apl_fail(APL_E_CONTENT, "%s: checks must be a list", where);
    if (checks.type != APL_VALUE_ARRAY)
        return APL_OK;
    apl_str *names = APL_ARENA_ARRAY(arena, apl_str, checks.size);
    for (uint32_t i = 0; i < checks.size; i++)
        names[i] = apl_arena_str(arena, apl_value_str(checks.items[i]));
    out->checks = names;
    out->check_count = checks.size;
    return APL_OK;
}

static void support(apl_content *content, apl_str check, apl_str framework, apl_str control)
{
    uint32_t list = apl_table_put(content->controls_by_check, check, (uint32_t)content->control_lists.count);

    if (list == content->control_lists.count)
        APL_PUSH(&content->control_lists, ((apl_control_list){0}));
    APL_PUSH(&content->control_lists.items[list], ((apl_control_ref){framework, control}));
}

static apl_status add_framework(apl_content *content, const apl_content_file *file)
{
    static const char *const allowed[] = {"framework", "title", "source", "controls", NULL};
    apl_arena *arena = content->arena;
    apl_str path = apl_arena_str(arena, file->path);
    apl_value controls = apl_value_member(file->value, "controls");
    apl_framework_info info = {
        .id = apl_arena_str(arena, apl_value_str(apl_value_member(file->value, "framework"))),
        .title = apl_arena_str(arena, apl_value_str(apl_value_member(file->value, "title"))),
        .source = apl_arena_str(arena, apl_value_str(apl_value_member(file->value, "source"))),
    };

    apl_status status = only_members(file->value, allowed, path.data);
    if (status != APL_OK)
        return status;
    if (info.id.size == 0 || controls.type != APL_VALUE_OBJECT)
        return apl_fail(APL_E_CONTENT, "%s: needs framework and controls", path.data);
    apl_control_info *list = APL_ARENA_ARRAY(arena, apl_control_info, controls.size);
    info.controls = list;
    info.control_count = controls.size;
    for (uint32_t i = 0; i < controls.size; i++) {
        status = control_of(content, &list[i], &controls.members[i], path.data);
        if (status != APL_OK)
            return status;
        for (size_t c = 0; c < list[i].check_count; c++)
            support(content, list[i].checks[c], info.id, list[i].id);
    }
    APL_PUSH(&content->frameworks, info);
    return APL_OK;
}

static int by_framework(const void *a, const void *b)
{
    return apl_str_compare(((const apl_framework_info *)a)->id, ((const apl_framework_info *)b)->id);
}

static int by_control(const void *a, const void *b)
{
    const apl_control_ref *x = a;
    const apl_control_ref *y = b;
    int order = apl_str_compare(x->framework, y->framework);

    return order ? order : apl_str_compare(x->control, y->control);
}

apl_status apl_content_frameworks(apl_content *content, const apl_content_files *files)
{
    apl_status status = APL_OK;

    for (size_t i = 0; status == APL_OK && i < files->count; i++) {
        if (apl_str_starts(files->items[i].path, APL_STR("frameworks/")))
            status = add_framework(content, &files->items[i]);
    }
    if (content->frameworks.count)
        qsort(content->frameworks.items, content->frameworks.count, sizeof *content->frameworks.items, by_framework);
    for (size_t i = 0; i < content->control_lists.count; i++) {
        apl_control_list *list = &content->control_lists.items[i];
        if (list->count)
            qsort(list->items, list->count, sizeof *list->items, by_control);
    }
    return status;
}

void apl_content_join_controls(apl_content *content, apl_rule_info *info)
{
    uint32_t list = apl_table_get(content->controls_by_check, info->check);

    if (list == APL_TABLE_NONE)
        return;
    info->controls = content->control_lists.items[list].items;
    info->control_count = (uint32_t)content->control_lists.items[list].count;
}
