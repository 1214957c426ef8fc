/* inspect/model/formats/mlmodel.c: MLmodel, what MLflow writes beside a model.
 *
 * It names the module that loads the model, and folders of program text that are put on the path for it. */
#include "inspect/model/text_config.h"

static bool matches(apl_str head)
{
    return apl_text_is(head) && head.data[0] != '{' && head.data[0] != '<' &&
           (apl_str_find(head, APL_STR("flavors:")) >= 0 || apl_str_find(head, APL_STR("artifact_path:")) >= 0);
}

static void judge_flavour(apl_model_scan *scan, apl_str name, apl_value flavour)
{
    apl_str loader = apl_value_str(apl_value_member(flavour, "loader_module"));
    apl_value code = apl_value_member(flavour, "code");

    apl_model_fact_item(scan->report, "flavours", name);
    if (loader.size && !apl_str_starts(loader, APL_STR("mlflow.")))
        apl_model_found(scan->report, APL_ISSUE_REMOTE_CODE, 0, "loader_module: %.*s", APL_STR_ARG(loader));
    if (code.type == APL_VALUE_STRING)
        apl_model_found(scan->report, APL_ISSUE_REMOTE_CODE, 0, "code: %.*s", APL_STR_ARG(apl_value_str(code)));
    if (apl_value_member(flavour, "python_model").type == APL_VALUE_STRING ||
        apl_value_member(flavour, "model_code_path").type == APL_VALUE_STRING)
        apl_model_found(scan->report, APL_ISSUE_CUSTOM_OBJECT, 0, "a model of the author's own class");
}

static bool inspect(apl_model_scan *scan, apl_input *input)
{
    apl_str text = apl_text_visible(input);
    apl_value root = APL_MISSING;

    if (apl_str_find(text, APL_STR("flavors:")) < 0 ||
        (apl_str_find(text, APL_STR("model_uuid")) < 0 && apl_str_find(text, APL_STR("mlflow_version")) < 0 &&
         apl_str_find(text, APL_STR("run_id")) < 0 && apl_str_find(text, APL_STR("loader_module")) < 0))
        return false;
    apl_model_fact_text(scan->report, "framework", APL_STR("mlflow"));
    if (!apl_text_yaml(scan, input, &root))
        return true;
    (void)apl_input_skip(input, text.size);
    apl_value flavours = apl_value_member(root, "flavors");
    for (uint32_t i = 0; flavours.type == APL_VALUE_OBJECT && i < flavours.size; i++)
        judge_flavour(scan, flavours.members[i].key, flavours.members[i].value);
    apl_model_fact_text(scan->report, "version", apl_value_str(apl_value_member(root, "mlflow_version")));
    apl_model_fact_text(scan->report, "run", apl_value_str(apl_value_member(root, "run_id")));
    return true;
}

const apl_model_format apl_model_format_mlmodel = {
    .name = "mlflow-model",
    .summary = "MLmodel of MLflow",
    .order = 92,
    .is_text = true,
    .matches = matches,
    .inspect = inspect,
};
