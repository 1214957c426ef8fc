/* inspect/model/guess.c: magics, the opcodes that text pickles begin with, and keys of configurations.
 *
 * Program text begins with the same letters as text pickles, so their second opcode is looked at too. */
#include "inspect/model/guess.h"

#include "inspect/model/pickle.h"

static bool has_any(apl_str head, const char *const *marks, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (apl_str_find(head, apl_str_from(marks[i])) >= 0)
            return true;
    }
    return false;
}

#define HAS_ANY(head, marks) has_any((head), (marks), sizeof(marks) / sizeof(marks)[0])

static bool is_json_model(apl_str head)
{
    static const char *const keys[] = {
        "\"auto_map\"",      "\"architectures\"", "\"transformers_version\"", "\"tokenizer_class\"",
        "\"chat_template\"", "\"peft_type\"",     "\"_diffusers_version\"",   "\"custom_pipelines\"",
        "\"__loader__\"",    "\"learner\"",       "\"registered_name\"",      "\"inbound_nodes\"",
    };

    return HAS_ANY(head, keys);
}

static bool is_text_model(apl_str head, apl_str name)
{
    static const char *const keys[] = {"_target_", "loader_module:"};
    bool is_template = apl_str_find(head, APL_STR("{%")) >= 0 && apl_str_find(head, APL_STR("messages")) >= 0;

    return is_template || HAS_ANY(head, keys) || apl_str_ends(name, APL_STR(".jinja")) ||
           apl_str_ends(name, APL_STR("MLmodel"));
}

/* The end of a line that is a dotted name; 0 when it is none. */
static uint32_t name_line(apl_str head, uint32_t from)
{
    uint32_t i = from;

    while (i < head.size && head.data[i] != '\n') {
        char c = head.data[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.'))
            return 0;
        i++;
    }
    return i < head.size && i > from ? i + 1 : 0;
}

/* Protocols 0 and 1 have no magic. */
static bool is_text_pickle(apl_str head)
{
    static const char *const next = "(]})0.cdlpqgtu2NIVSFLJKMUXTGi";

    if (head.size < 3)
        return false;
    switch (head.data[0]) {
    case 'c':
    case 'i': {
        uint32_t second = name_line(head, 1);
        return second && name_line(head, second) != 0;
    }
    case '(':
    case ']':
    case '}':
    case ')':
    case 'N':
        return strchr(next, head.data[1]) && (head.data[1] != 'i' || name_line(head, 2) != 0) &&
               apl_str_find(head, APL_STR("\n")) >= 0;
    case 'I':
    case 'L':
    case 'F':
        return (head.data[1] >= '0' && head.data[1] <= '9') || head.data[1] == '-';
    case 'S':
        return head.data[1] == '\'' || head.data[1] == '"';
    case 'V': {
        long end = apl_str_find(head, APL_STR("\n"));
        return end > 0 && (size_t)end + 1 < head.size && strchr(next, head.data[end + 1]);
    }
    default:
        return false;
    }
}

bool apl_guess_head(const apl_model_format *const *formats, apl_str head, apl_str name)
{
    apl_str text = apl_str_trim(head);

    if (head.size < 2)
        return false;
    if ((unsigned char)head.data[0] == 0x80)
        return apl_pickle_may_start(head);
    for (size_t i = 0; formats[i]; i++) {
        if (formats[i]->matches && !formats[i]->is_text && formats[i]->container == APL_CONTAINER_NONE &&
            strcmp(formats[i]->name, "pickle") != 0 && formats[i]->matches(head))
            return true;
    }
    if (text.size > 1 && text.data[0] == '{' && !strchr("{%#", text.data[1]))
        return is_json_model(head);
    return is_text_pickle(head) || is_text_model(head, name);
}
