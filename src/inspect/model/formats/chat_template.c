/* inspect/model/formats/chat_template.c: a chat template in a file of its own.
 *
 * Any text may be a template; this one is taken for a chat's when it goes over messages with roles, or is called so. */
#include "inspect/model/template.h"
#include "inspect/model/text_config.h"

static bool matches(apl_str head)
{
    apl_str text = apl_str_trim(head);

    if (!apl_text_is(head) || text.size < 2 || text.data[0] == '<' || text.data[0] == '[')
        return false;
    return text.data[0] != '{' || strchr("{%#", text.data[1]); /* else it is JSON that holds one */
}

static bool is_called_template(apl_str name)
{
    long slash = apl_str_find_last_char(name, '/');
    apl_str base = apl_str_slice(name, (size_t)(slash + 1), name.size);

    return apl_str_starts(base, APL_STR("chat_template")) || apl_str_ends(base, APL_STR(".jinja"));
}

/* Messages with roles, in what is no program text that has a template among its texts. */
static bool is_of_chat(apl_str text)
{
    return apl_str_find(text, APL_STR("messages")) >= 0 &&
           (apl_str_find(text, APL_STR("role")) >= 0 || apl_str_find(text, APL_STR("add_generation_prompt")) >= 0) &&
           apl_str_find(text, APL_STR("\n#include")) < 0 && apl_str_find(text, APL_STR("\nimport ")) < 0 &&
           apl_str_find(text, APL_STR("\ndef ")) < 0;
}

static bool inspect(apl_model_scan *scan, apl_input *input)
{
    apl_str text = apl_text_visible(input);

    if (apl_str_find(text, APL_STR("{%")) < 0 && apl_str_find(text, APL_STR("{{")) < 0)
        return false;
    if (!is_called_template(scan->name) && !is_of_chat(text))
        return false;
    apl_template_judge(scan->report, text, 0, "template");
    (void)apl_input_skip(input, text.size);
    if (!apl_input_is_at_end(input))
        apl_model_found(scan->report, APL_ISSUE_TEMPLATE_UNREAD, input->position, "it is too long");
    return true;
}

const apl_model_format apl_model_format_chat_template = {
    .name = "chat-template",
    .summary = "chat template",
    .order = 96,
    .is_text = true,
    .matches = matches,
    .inspect = inspect,
};
