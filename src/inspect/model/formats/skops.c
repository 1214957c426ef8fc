/* inspect/model/formats/skops.c: the schema.json of a skops archive, which names every class that loading makes.
 *
 * Judged by the same exact pairs as a pickle. Operators and methods were ways around the list of trusted types
 * (CVE-2025-54412, CVE-2025-54413), so they are named. */
#include "inspect/model/json_walk.h"
#include "inspect/model/model_format.h"

static void judge_pair(apl_model_scan *scan, apl_str module, apl_str name)
{
    apl_str why = APL_STR_NONE;

    if (module.size == 0 || name.size == 0)
        return;
    apl_global_kind kind = apl_globals_judge(&why, scan->globals, module, name);
    if (kind == APL_GLOBAL_DANGEROUS)
        apl_model_found(scan->report, APL_ISSUE_TARGET_DANGEROUS, 0, "%.*s.%.*s: %.*s", APL_STR_ARG(module),
                        APL_STR_ARG(name), APL_STR_ARG(why));
    else if (kind == APL_GLOBAL_UNKNOWN)
        apl_model_found(scan->report, APL_ISSUE_CUSTOM_OBJECT, 0, "%.*s.%.*s", APL_STR_ARG(module), APL_STR_ARG(name));
    if (kind != APL_GLOBAL_UNKNOWN)
        apl_model_fact_item(scan->report, "imports",
                            apl_arena_format(scan->report->arena, "%.*s.%.*s", APL_STR_ARG(module), APL_STR_ARG(name)));
}

static void judge_object(apl_model_scan *scan, const apl_json *object)
{
    apl_str loader = apl_json_text_of(object, "__loader__");
    const apl_json *content = apl_json_get(object, APL_STR("content"));

    judge_pair(scan, apl_json_text_of(object, "__module__"), apl_json_text_of(object, "__class__"));
    if (apl_json_is_object(content))
        judge_pair(scan, apl_json_text_of(content, "module_path"), apl_json_text_of(content, "function"));
    if (apl_str_equal(loader, APL_STR("OperatorFuncNode")) || apl_str_equal(loader, APL_STR("MethodNode")) ||
        apl_str_equal(loader, APL_STR("PartialNode")))
        apl_model_found(scan->report, APL_ISSUE_TARGET_CALL, 0, "%.*s", APL_STR_ARG(loader));
}

static bool inspect_json(apl_model_scan *scan, const apl_json *root)
{
    if (!apl_json_is_object(root) || apl_json_get(root, APL_STR("__loader__")) == NULL ||
        apl_json_get(root, APL_STR("__module__")) == NULL)
        return false;
    apl_model_fact_text(scan->report, "framework", APL_STR("skops"));
    apl_model_fact_text(scan->report, "version", apl_json_text_of(root, "_skops_version"));
    judge_object(scan, root);
    apl_json_walk *walk = apl_memory_new(sizeof *walk);
    apl_json_walk_start(walk, root);
    for (const apl_json *at = apl_json_walk_next(walk); at; at = apl_json_walk_next(walk))
        judge_object(scan, at);
    apl_memory_free(walk);
    return true;
}

const apl_model_format apl_model_format_skops = {
    .name = "skops",
    .summary = "schema of a skops archive",
    .order = 44,
    .inspect_json = inspect_json,
    .json_mark = "\"__loader__\"",
};
