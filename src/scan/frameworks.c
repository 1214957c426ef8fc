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

/* The texts of a list, or none when the member is not there. */
static apl_status texts_of(const apl_str **out, size_t *count, apl_arena *arena, apl_value list, const char *where)
{
    *out = NULL;
    *count = 0;
    if (!apl_value_is_there(list))
        return APL_OK;
    if (list.type != APL_VALUE_ARRAY)
        return apl_fail(APL_E_CONTENT, "%s: must be a list", where);
    apl_str *texts = APL_ARENA_ARRAY(arena, apl_str, list.size);
    for (uint32_t i = 0; i < list.size; i++) {
        texts[i] = apl_arena_str(arena, apl_value_str(list.items[i]));
        if (texts[i].size == 0)
            return apl_fail(APL_E_CONTENT, "%s: item %u is no text", where, i + 1);
    }
    *out = texts;
    *count = list.size;
    return APL_OK;
}

/* {date, source, note}: from when on a law binds. */
static apl_status applies_of(apl_control_info *out, apl_arena *arena, apl_value applies, const char *where)
{
    static const char *const allowed[] = {"date", "source", "note", NULL};

    if (!apl_value_is_there(applies))
        return APL_OK;
    apl_status status = only_members(applies, allowed, where);
    if (status != APL_OK)
        return status;
    out->applies_from = apl_arena_str(arena, apl_value_str(apl_value_member(applies, "date")));
    out->applies_source = apl_arena_str(arena, apl_value_str(apl_value_member(applies, "source")));
    out->applies_note = apl_arena_str(arena, apl_value_str(apl_value_member(applies, "note")));
    if (!apl_instant_parse(&out->applies_at, out->applies_from) || out->applies_source.size == 0)
        return apl_fail(APL_E_CONTENT, "%s: needs a date like 2026-08-02 and its source", where);
    return APL_OK;
}

static apl_status control_of(apl_content *content, apl_control_info *out, const apl_member *member, const char *file)
{
    static const char *const allowed[] = {"title",        "text",         "evidence", "checks", "roles",
                                          "risk_classes", "applies_from", NULL};
    apl_value value = member->value;
    apl_arena *arena = content->arena;
    const char *where = apl_arena_format(arena, "%s: controls.%.*s", file, APL_STR_ARG(member->key)).data;

    apl_status status = only_members(value, allowed, where);
    if (status != APL_OK)
        return status;
    *out = (apl_control_info){
        .id = apl_arena_str(arena, member->key),
        .title = apl_arena_str(arena, apl_value_str(apl_value_member(value, "title"))),
        .text = apl_arena_str(arena, apl_value_str(apl_value_member(value, "text"))),
        .evidence = apl_arena_str(arena, apl_value_str(apl_value_member(value, "evidence"))),
    };
    status = evidence_is_known(out->evidence, where);
    if (status == APL_OK)
        status = texts_of(&out->checks, &out->check_count, arena, apl_value_member(value, "checks"), where);
    if (status == APL_OK)
        status = texts_of(&out->roles, &out->role_count, arena, apl_value_member(value, "roles"), where);
    if (status == APL_OK)
        status = texts_of(&out->risk_classes, &out->risk_class_count, arena, apl_value_member(value, "risk_classes"),
                          where);
    if (status == APL_OK)
        status = applies_of(out, arena, apl_value_member(value, "applies_from"), where);
    return status;
}

static void support(apl_content *content, apl_str check, apl_str framework, apl_str control)
{
    uint32_t list = apl_table_put(content->controls_by_check, check, (uint32_t)content->control_lists.count);

    if (list == content->control_lists.count)
        APL_PUSH(&content->control_lists, ((apl_control_list){0}));
    APL_PUSH(&content->control_lists.items[list], ((apl_control_ref){framework, control, APL_STR_NONE}));
}

static apl_framework_info *framework_named(apl_content *content, apl_str id)
{
    for (size_t i = 0; i < content->frameworks.count; i++) {
        if (apl_str_equal_nocase(content->frameworks.items[i].id, id))
            return &content->frameworks.items[i];
    }
    return NULL;
}

static apl_control_info *control_named(apl_control_info *list, size_t count, apl_str id)
{
    for (size_t i = 0; i < count; i++) {
        if (apl_str_equal_nocase(list[i].id, id))
            return &list[i];
    }
    return NULL;
}

/* A user's file about a framework that is there: what it says of a control replaces, what it leaves out stays; checks
 * are added. So a text that somebody has a licence for is loaded beside our titles. */
static void overlay(apl_arena *arena, apl_control_info *into, const apl_control_info *from)
{
    apl_str *checks = APL_ARENA_ARRAY(arena, apl_str, into->check_count + from->check_count);
    size_t count = 0;

    for (size_t i = 0; i < into->check_count; i++)
        checks[count++] = into->checks[i];
    for (size_t i = 0; i < from->check_count; i++) {
        size_t j = 0;
        while (j < count && !apl_str_equal(checks[j], from->checks[i]))
            j++;
        if (j == count)
            checks[count++] = from->checks[i];
    }
    into->checks = checks;
    into->check_count = count;
    into->title = from->title.size ? from->title : into->title;
    into->text = from->text.size ? from->text : into->text;
    into->evidence = from->evidence.size ? from->evidence : into->evidence;
    if (from->role_count) {
        into->roles = from->roles;
        into->role_count = from->role_count;
    }
    if (from->risk_class_count) {
        into->risk_classes = from->risk_classes;
        into->risk_class_count = from->risk_class_count;
    }
    if (from->applies_from.size) {
        into->applies_from = from->applies_from;
        into->applies_at = from->applies_at;
        into->applies_source = from->applies_source;
        into->applies_note = from->applies_note;
    }
}

static apl_status add_controls(apl_content *content, apl_framework_info *info, apl_value controls, const char *file)
{
    apl_control_info *list = APL_ARENA_ARRAY(content->arena, apl_control_info, info->control_count + controls.size);
    size_t known_count = info->control_count; /* one file has no control twice */
    size_t count = known_count;

    for (size_t i = 0; i < count; i++)
        list[i] = info->controls[i];
    for (uint32_t i = 0; i < controls.size; i++) {
        apl_control_info made;
        apl_status status = control_of(content, &made, &controls.members[i], file);
        if (status != APL_OK)
            return status;
        apl_control_info *known = control_named(list, known_count, made.id);
        if (known)
            overlay(content->arena, known, &made);
        else if (made.title.size == 0)
            return apl_fail(APL_E_CONTENT, "%s: controls.%.*s: the control has no title", file, APL_STR_ARG(made.id));
        else
            list[count++] = made;
    }
    info->controls = list;
    info->control_count = count;
    return APL_OK;
}

static apl_status add_framework(apl_content *content, const apl_content_file *file)
{
    static const char *const allowed[] = {"framework", "title", "source", "caution", "note", "controls", NULL};
    apl_arena *arena = content->arena;
    apl_str path = apl_arena_str(arena, file->path);
    apl_value controls = apl_value_member(file->value, "controls");
    apl_framework_info made = {
        .id = apl_arena_str(arena, apl_value_str(apl_value_member(file->value, "framework"))),
        .title = apl_arena_str(arena, apl_value_str(apl_value_member(file->value, "title"))),
        .source = apl_arena_str(arena, apl_value_str(apl_value_member(file->value, "source"))),
        .caution = apl_arena_str(arena, apl_value_str(apl_value_member(file->value, "caution"))),
        .note = apl_arena_str(arena, apl_str_trim(apl_value_str(apl_value_member(file->value, "note")))),
    };

    apl_status status = only_members(file->value, allowed, path.data);
    if (status != APL_OK)
        return status;
    if (made.id.size == 0 || controls.type != APL_VALUE_OBJECT)
        return apl_fail(APL_E_CONTENT, "%s: needs framework and controls", path.data);
    apl_framework_info *info = framework_named(content, made.id);
    if (info == NULL) {
        APL_PUSH(&content->frameworks, made);
        info = &content->frameworks.items[content->frameworks.count - 1];
    }
    return add_controls(content, info, controls, path.data);
}

static void support_all(apl_content *content)
{
    for (size_t f = 0; f < content->frameworks.count; f++) {
        const apl_framework_info *info = &content->frameworks.items[f];
        for (size_t c = 0; c < info->control_count; c++) {
            for (size_t i = 0; i < info->controls[c].check_count; i++)
                support(content, info->controls[c].checks[i], info->id, info->controls[c].id);
        }
    }
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
    if (status == APL_OK)
        support_all(content);
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
