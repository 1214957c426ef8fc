/* inspect/model/formats/xgboost.c: XGBoost as JSON.
 *
 * Data only; but its trees are lists that point into each other, and a reader believes them. */
#include "inspect/model/json_walk.h"
#include "inspect/model/model_format.h"

/* The children of every node must be nodes of the same tree. */
static bool is_tree(const apl_json *tree)
{
    static const char *const lists[] = {"left_children", "right_children", "split_indices", "split_conditions"};
    size_t nodes = 0;

    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        const apl_json *list = apl_json_get(tree, apl_str_from(lists[i]));
        if (list == NULL || !apl_json_is_array(list) || (i && apl_json_size(list) != nodes))
            return false;
        nodes = apl_json_size(list);
        for (apl_json_items item = apl_json_each_item(list); i < 2 && apl_json_next_item(&item);) {
            apl_value value = apl_json_scalar(item.value);
            if (value.type != APL_VALUE_INTEGER || value.integer < -1 || value.integer >= (int64_t)nodes)
                return false;
        }
    }
    return true;
}

static void judge_trees(apl_model_scan *scan, const apl_json *trees)
{
    uint64_t count = 0;

    if (!apl_json_is_array(trees))
        return;
    for (apl_json_items i = apl_json_each_item(trees); apl_json_next_item(&i); count++) {
        if (!apl_json_is_object(i.value) || !is_tree(i.value))
            apl_model_found(scan->report, APL_ISSUE_HEADER_INVALID, 0, "tree %llu points outside itself",
                            (unsigned long long)count);
    }
    apl_model_fact_add(scan->report, "trees", count);
}

static bool inspect_json(apl_model_scan *scan, const apl_json *root)
{
    const apl_json *learner = apl_json_is_object(root) ? apl_json_get(root, APL_STR("learner")) : NULL;

    if (learner == NULL || !apl_json_is_object(learner))
        return false;
    const apl_json *booster = apl_json_get(learner, APL_STR("gradient_booster"));
    const apl_json *objective = apl_json_get(learner, APL_STR("objective"));
    const apl_json *model = apl_json_is_object(booster) ? apl_json_get(booster, APL_STR("model")) : NULL;
    if (booster == NULL)
        return false;
    apl_model_fact_text(scan->report, "framework", APL_STR("xgboost"));
    apl_model_fact_text(scan->report, "architecture", apl_json_text_of(booster, "name"));
    apl_model_fact_text(scan->report, "objective", apl_json_text_of(objective, "name"));
    judge_trees(scan, apl_json_is_object(model) ? apl_json_get(model, APL_STR("trees")) : NULL);
    return true;
}

const apl_model_format apl_model_format_xgboost = {
    .name = "xgboost",
    .summary = "XGBoost as JSON",
    .order = 42,
    .inspect_json = inspect_json,
    .json_mark = "\"learner\"",
};
