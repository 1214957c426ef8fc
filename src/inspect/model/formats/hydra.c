/* inspect/model/formats/hydra.c: configurations whose `_target_` members name what loading calls, as NeMo's do.
 *
 * Hydra imports whatever stands there and calls it with the members beside it (CVE-2025-23304). Only modules of the
 * training libraries are taken for harmless, and never one that the content calls dangerous. */
#include "inspect/model/text_config.h"

/* Values that are still to be looked at. */
#define WAITING_MAX 100000u

static const char *const own_modules[] = {
    "nemo.collections.",
    "nemo.core.",
    "nemo.lightning.",
    "torch.nn.",
    "torch.optim.",
    "megatron.core.",
    "pytorch_lightning.callbacks.",
    "pytorch_lightning.loggers.",
    "lightning.pytorch.callbacks.",
    "lightning.pytorch.loggers.",
    "torchmetrics.",
    "torchvision.transforms.",
    "transformers.models.",
    "omegaconf.",
};

static void judge_target(apl_model_scan *scan, apl_str target)
{
    long dot = apl_str_find_last_char(target, '.');
    apl_str why = APL_STR_NONE;
    apl_str module = dot > 0 ? apl_str_slice(target, 0, (size_t)dot) : APL_STR("builtins");
    apl_str name = dot > 0 ? apl_str_slice(target, (size_t)dot + 1, target.size) : target;

    for (size_t i = 0; i < sizeof own_modules / sizeof own_modules[0]; i++) {
        if (apl_str_starts(target, apl_str_from(own_modules[i])))
            return;
    }
    apl_global_kind kind = apl_globals_judge(&why, scan->globals, module, name);
    if (kind == APL_GLOBAL_DANGEROUS)
        apl_model_found(scan->report, APL_ISSUE_TARGET_DANGEROUS, 0, "%.*s: %.*s", APL_STR_ARG(target),
                        APL_STR_ARG(why));
    else if (kind == APL_GLOBAL_UNKNOWN)
        apl_model_found(scan->report, APL_ISSUE_TARGET_CALL, 0, "%.*s", APL_STR_ARG(target));
}

static unsigned judge_value(apl_model_scan *scan, apl_value root)
{
    APL_VECTOR(apl_value) waiting = {0};
    unsigned targets = 0;

    APL_PUSH(&waiting, root);
    while (waiting.count) {
        apl_value at = waiting.items[--waiting.count];
        for (uint32_t i = 0; at.type == APL_VALUE_OBJECT && i < at.size; i++) {
            const apl_member *member = &at.members[i];
            if (apl_str_equal(member->key, APL_STR("_target_")) || apl_str_equal(member->key, APL_STR("_target"))) {
                judge_target(scan, apl_value_str(member->value));
                targets++;
            }
            if (member->value.type >= APL_VALUE_ARRAY && waiting.count < WAITING_MAX)
                APL_PUSH(&waiting, member->value);
        }
        for (uint32_t i = 0; at.type == APL_VALUE_ARRAY && i < at.size; i++) {
            if (at.items[i].type >= APL_VALUE_ARRAY && waiting.count < WAITING_MAX)
                APL_PUSH(&waiting, at.items[i]);
        }
    }
    apl_memory_free(waiting.items);
    return targets;
}

static bool matches(apl_str head)
{
    return apl_text_is(head) && head.data[0] != '{' && head.data[0] != '<';
}

static bool inspect(apl_model_scan *scan, apl_input *input)
{
    apl_str text = apl_text_visible(input);
    bool is_yaml_member =
        scan->is_member && (apl_str_ends(scan->name, APL_STR(".yaml")) || apl_str_ends(scan->name, APL_STR(".yml")));
    bool has_target = apl_str_find(text, APL_STR("_target_:")) >= 0 || apl_str_find(text, APL_STR("_target_\"")) >= 0 ||
                      apl_str_find(text, APL_STR("_target_'")) >= 0;
    apl_value root = APL_MISSING;
    apl_model_mark mark = apl_model_report_mark(scan->report);

    if (!has_target && !is_yaml_member)
        return false;
    if (!apl_text_yaml(scan, input, &root)) {
        if (!has_target)
            apl_model_report_rewind(scan->report, mark);
        return has_target;
    }
    if (judge_value(scan, root) == 0 && !has_target)
        return false;
    (void)apl_input_skip(input, text.size);
    apl_model_fact_text(scan->report, "architecture", apl_value_str(apl_value_member(root, "target")));
    apl_model_fact_text(scan->report, "version", apl_value_str(apl_value_member(root, "nemo_version")));
    return true;
}

const apl_model_format apl_model_format_hydra = {
    .name = "hydra-config",
    .summary = "configuration with targets that loading calls, as in NeMo",
    .order = 94,
    .is_text = true,
    .matches = matches,
    .inspect = inspect,
};
