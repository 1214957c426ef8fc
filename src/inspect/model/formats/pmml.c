/* inspect/model/formats/pmml.c: PMML, classic models as XML.
 *
 * Data, but for entities that other readers expand and for extensions, where some tools put program text. */
#include "inspect/model/model_format.h"
#include "inspect/model/xml.h"

static bool matches(apl_str head)
{
    apl_str text = apl_str_starts(head, APL_STR("\xEF\xBB\xBF")) ? apl_str_slice(head, 3, head.size) : head;

    text = apl_str_trim(text);
    return text.size > 4 && text.data[0] == '<' &&
           (apl_str_find(head, APL_STR("<PMML")) >= 0 || text.data[1] == '?' || text.data[1] == '!');
}

static bool inspect(apl_model_scan *scan, apl_input *input)
{
    apl_xml xml = {.input = input};
    apl_xml_tag tag;

    if (!apl_xml_root_is(input, "PMML"))
        return false;
    while (apl_xml_next(&tag, &xml)) {
        if (tag.is_end)
            continue;
        if (xml.depth <= 2 &&
            (apl_str_ends(tag.name, APL_STR("Model")) || apl_str_equal(tag.name, APL_STR("NeuralNetwork")) ||
             apl_str_equal(tag.name, APL_STR("Scorecard"))))
            apl_model_fact_text(scan->report, "architecture", tag.name);
        else if (apl_str_equal(tag.name, APL_STR("PMML")))
            apl_model_fact_text(scan->report, "version", apl_xml_attribute(&tag, "version"));
        else if (apl_str_equal_nocase(tag.name, APL_STR("script")) ||
                 (apl_str_equal(tag.name, APL_STR("Extension")) &&
                  apl_str_find_nocase(tag.attributes, APL_STR("script")) >= 0))
            apl_model_found(scan->report, APL_ISSUE_METADATA_SCRIPT, tag.at, "%.*s", APL_STR_ARG(tag.name));
    }
    if (xml.has_type)
        apl_model_found(scan->report, APL_ISSUE_MARKUP_ENTITY, 0, "a document type is declared");
    if (xml.fault || xml.depth)
        apl_model_found(scan->report, APL_ISSUE_DAMAGED, input->position, "%s",
                        xml.fault ? xml.fault : "elements without an end");
    apl_model_fact_text(scan->report, "framework", APL_STR("pmml"));
    return true;
}

const apl_model_format apl_model_format_pmml = {
    .name = "pmml",
    .summary = "PMML",
    .order = 41,
    .matches = matches,
    .inspect = inspect,
};
