/* inspect/model/text_config.c: how such a text is looked at and parsed.
 *
 * Tags that name classes mean nothing to the parser; it makes data. */
#include "inspect/model/text_config.h"

#include "yaml/yaml.h"

bool apl_text_is(apl_str head)
{
    for (uint32_t i = 0; i < head.size; i++) {
        unsigned char c = (unsigned char)head.data[i];
        if (c < ' ' && c != '\n' && c != '\r' && c != '\t')
            return false;
    }
    return head.size > 0;
}

apl_str apl_text_visible(apl_input *input)
{
    size_t there = apl_input_look(input, APL_INPUT_WINDOW_BYTES);

    return apl_str_make((const char *)apl_input_at(input), there);
}

bool apl_text_yaml(apl_model_scan *scan, apl_input *input, apl_value *out)
{
    apl_str text = apl_text_visible(input);

    *out = APL_MISSING;
    if (text.size > APL_TEXT_CONFIG_BYTES_MAX) {
        apl_model_found(scan->report, APL_ISSUE_HEADER_LIMIT, 0, "YAML of more than %u bytes",
                        APL_TEXT_CONFIG_BYTES_MAX);
        return false;
    }
    if (apl_yaml_parse(out, scan->report->arena, text) != APL_OK) {
        apl_model_found(scan->report, APL_ISSUE_DAMAGED, 0, "no YAML: %s", apl_error_message());
        return false;
    }
    return true;
}
