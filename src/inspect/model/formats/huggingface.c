/* inspect/model/formats/huggingface.c: config.json, tokenizer_config.json, adapter_config.json and their like.
 *
 * Loading them runs program text of the repository when they ask for it and the user allows it, and chat templates are
 * programs. What counts is the members, wherever they stand, not the file's name. */
#include "inspect/model/json_walk.h"
#include "inspect/model/model_format.h"
#include "inspect/model/template.h"

static const char *const marks[] = {
    "auto_map",   "architectures",           "transformers_version", "tokenizer_class",
    "peft_type",  "chat_template",           "_diffusers_version",   "custom_pipelines",
    "model_type", "base_model_name_or_path", "trust_remote_code",    "quantization_config",
};

static bool is_configuration(const apl_json *root)
{
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
        if (apl_json_get(root, apl_str_from(marks[i])))
            return true;
    }
    return false;
}

static void remote(apl_model_scan *scan, const char *member, apl_str detail)
{
    apl_model_found(scan->report, APL_ISSUE_REMOTE_CODE, 0, "%s: %.*s", member, APL_STR_ARG(detail));
}

/* A member that names program text: a text, or texts in an object or array; the first one is shown. */
static void judge_code_member(apl_model_scan *scan, const apl_json *object, const char *name)
{
    const apl_json *member = apl_json_get(object, apl_str_from(name));
    apl_str first = APL_STR_NONE;

    if (member == NULL || apl_json_is_null(member))
        return;
    if (apl_json_is_object(member)) {
        for (apl_json_members m = apl_json_each_member(member); first.size == 0 && apl_json_next_member(&m);)
            first = apl_json_is_string(m.value) ? apl_json_str(m.value) : m.key;
    } else {
        first = apl_json_str(member);
    }
    remote(scan, name, first.size ? first : APL_STR("(list)"));
}

static void judge_object(apl_model_scan *scan, const apl_json *object)
{
    apl_str attention = apl_json_text_of(object, "_attn_implementation_internal");

    judge_code_member(scan, object, "auto_map");
    judge_code_member(scan, object, "custom_pipelines");
    if (apl_json_is_true(object, "trust_remote_code"))
        remote(scan, "trust_remote_code", APL_STR("true"));
    if (attention.size == 0)
        attention = apl_json_text_of(object, "_attn_implementation");
    if (attention.size == 0)
        attention = apl_json_text_of(object, "attn_implementation");
    if (apl_str_find(attention, APL_STR("/")) >= 0) /* a kernel of the hub, which is native code */
        remote(scan, "attention implementation", attention);
}

/* A text, or a list of objects with name and template. */
static void judge_templates(apl_model_scan *scan, const apl_json *member)
{
    if (apl_json_is_string(member)) {
        apl_template_judge(scan->report, apl_json_str(member), 0, "chat_template");
        return;
    }
    for (apl_json_items i = apl_json_each_item(member); apl_json_is_array(member) && apl_json_next_item(&i);)
        apl_template_judge(scan->report, apl_json_text_of(i.value, "template"), 0, "chat_template");
}

static void keep_texts(apl_model_scan *scan, const apl_json *root)
{
    static const char *const texts[][2] = {
        {"model_type", "architecture"},      {"torch_dtype", "dtype"},        {"dtype", "dtype"},
        {"transformers_version", "version"}, {"peft_type", "adapter"},        {"license", "licence"},
        {"tokenizer_class", "tokenizer"},    {"_class_name", "architecture"}, {"task_type", "task"},
        {"revision", "base_revision"},
    };
    static const char *const numbers[][2] = {
        {"vocab_size", "vocabulary"},        {"num_hidden_layers", "layers"},
        {"hidden_size", "embedding_length"}, {"max_position_embeddings", "context_length"},
        {"num_local_experts", "experts"},
    };

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        apl_model_fact_text(scan->report, texts[i][1], apl_json_text_of(root, texts[i][0]));
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        int64_t number = apl_json_number_of(root, numbers[i][0]);
        if (number >= 0 && apl_model_fact_get(scan->report, numbers[i][1]) == NULL)
            apl_model_fact_add(scan->report, numbers[i][1], (uint64_t)number);
    }
}

static void keep_facts(apl_model_scan *scan, const apl_json *root)
{
    const apl_json *architectures = apl_json_get(root, APL_STR("architectures"));
    apl_str base = apl_json_text_of(root, "base_model_name_or_path");

    keep_texts(scan, root);
    for (apl_json_items i = apl_json_each_item(architectures);
         apl_json_is_array(architectures) && apl_json_next_item(&i);)
        apl_model_fact_item(scan->report, "architectures", apl_json_str(i.value));
    apl_model_fact_text(scan->report, "quantisation",
                        apl_json_text_of(apl_json_get(root, APL_STR("quantization_config")), "quant_method"));
    apl_model_fact_item(scan->report, "base_models", base);
    if (base.size && apl_json_get(root, APL_STR("peft_type")) && apl_json_text_of(root, "revision").size == 0)
        apl_model_found(scan->report, APL_ISSUE_BASE_UNPINNED, 0, "%.*s", APL_STR_ARG(base));
}

static bool inspect_json(apl_model_scan *scan, const apl_json *root)
{
    apl_json_walk *walk = NULL;

    if (!apl_json_is_object(root) || !is_configuration(root))
        return false;
    keep_facts(scan, root);
    judge_object(scan, root);
    judge_templates(scan, apl_json_get(root, APL_STR("chat_template")));
    walk = apl_memory_new(sizeof *walk);
    apl_json_walk_start(walk, root);
    for (const apl_json *at = apl_json_walk_next(walk); at; at = apl_json_walk_next(walk))
        judge_object(scan, at);
    apl_memory_free(walk);
    return true;
}

const apl_model_format apl_model_format_huggingface = {
    .name = "huggingface-config",
    .summary = "configuration of a model, tokenizer or adapter of Hugging Face",
    .order = 50,
    .inspect_json = inspect_json,
};
