/* inspect/model/formats/openvino.c: the .xml of OpenVINO, whose weights lie in a .bin beside it.
 *
 * Layers of an extension need native code; an XML reader that expands entities reads other files. */
#include "inspect/model/model_format.h"
#include "inspect/model/xml.h"

static bool matches(apl_str head)
{
    apl_str text = apl_str_starts(head, APL_STR("\xEF\xBB\xBF")) ? apl_str_slice(head, 3, head.size) : head;

    text = apl_str_trim(text);
    return text.size > 4 && text.data[0] == '<' &&
           (apl_str_find(head, APL_STR("<net")) >= 0 || text.data[1] == '?' || text.data[1] == '!');
}

static void judge_layer(apl_model_scan *scan, const apl_xml_tag *tag)
{
    apl_str version = apl_xml_attribute(tag, "version");
    apl_str type = apl_xml_attribute(tag, "type");

    apl_model_fact_add(scan->report, "layers", 1);
    if (version.size && !apl_str_starts(version, APL_STR("opset")) &&
        !apl_str_equal(version, APL_STR("experimental")) && !apl_str_equal(version, APL_STR("ie_internal_opset")))
        apl_model_found(scan->report, APL_ISSUE_CUSTOM_OPERATOR, tag->at, "%.*s of %.*s", APL_STR_ARG(type),
                        APL_STR_ARG(version));
}

static bool inspect(apl_model_scan *scan, apl_input *input)
{
    apl_xml xml = {.input = input};
    apl_xml_tag tag;

    if (!apl_xml_root_is(input, "net"))
        return false;
    while (apl_xml_next(&tag, &xml)) {
        if (tag.is_end)
            continue;
        if (apl_str_equal(tag.name, APL_STR("layer")))
            judge_layer(scan, &tag);
        else if (apl_str_equal(tag.name, APL_STR("data")) && apl_xml_attribute(&tag, "offset").size)
            apl_model_fact_count(scan->report, "tensor_types", apl_xml_attribute(&tag, "element_type"), 1);
        else if (apl_str_equal(tag.name, APL_STR("net")))
            apl_model_fact_text(scan->report, "name", apl_xml_attribute(&tag, "name"));
    }
    if (xml.has_type)
        apl_model_found(scan->report, APL_ISSUE_MARKUP_ENTITY, 0, "a document type is declared");
    if (xml.fault || xml.depth)
        apl_model_found(scan->report, APL_ISSUE_DAMAGED, input->position, "%s",
                        xml.fault ? xml.fault : "elements without an end");
    apl_model_fact_text(scan->report, "framework", APL_STR("openvino"));
    return true;
}

const apl_model_format apl_model_format_openvino = {
    .name = "openvino",
    .summary = "OpenVINO network",
    .order = 40,
    .matches = matches,
    .inspect = inspect,
};
