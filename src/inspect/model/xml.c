/* inspect/model/xml.c: from one `<` to the next.
 *
 * A tag is looked at within the window; comments, CDATA and declarations may be longer and are skipped. */
#include "inspect/model/xml.h"

static bool skip_behind(apl_input *input, const char *end)
{
    size_t size = strlen(end);

    for (;;) {
        size_t there = apl_input_look(input, APL_INPUT_WINDOW_BYTES);
        const char *bytes = (const char *)apl_input_at(input);
        const char *hit = there >= size ? memmem(bytes, there, end, size) : NULL;
        if (hit)
            return apl_input_skip(input, (uint64_t)(hit - bytes) + size);
        if (there < size || !apl_input_skip(input, there - size + 1))
            return false;
    }
}

/* The size of the tag at the position with its `>`, quotes considered; 0 when it has no end. */
static size_t tag_size(apl_input *input)
{
    size_t there = apl_input_look(input, APL_XML_TAG_BYTES_MAX);
    const unsigned char *bytes = apl_input_at(input);
    unsigned char quote = 0;

    for (size_t i = 1; i < there && i < APL_XML_TAG_BYTES_MAX; i++) {
        if (quote)
            quote = bytes[i] == quote ? 0 : quote;
        else if (bytes[i] == '"' || bytes[i] == '\'')
            quote = bytes[i];
        else if (bytes[i] == '>')
            return i + 1;
    }
    return 0;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Skips what begins with <! or <?. */
static bool skip_declaration(apl_xml *xml, apl_str rest)
{
    if (apl_str_starts(rest, APL_STR("<!--")))
        return skip_behind(xml->input, "-->");
    if (apl_str_starts(rest, APL_STR("<![CDATA[")))
        return skip_behind(xml->input, "]]>");
    if (apl_str_starts(rest, APL_STR("<?")))
        return skip_behind(xml->input, "?>");
    xml->has_type = true;
    size_t size = tag_size(xml->input);
    apl_str declared = apl_str_make((const char *)apl_input_at(xml->input), size);
    if (size && apl_str_find(declared, APL_STR("[")) < 0)
        return apl_input_skip(xml->input, size);
    return skip_behind(xml->input, "]>") || skip_behind(xml->input, ">");
}

static bool take_tag(apl_xml_tag *tag, apl_xml *xml)
{
    size_t size = tag_size(xml->input);

    if (size < 3) {
        xml->fault = "a tag without an end";
        return false;
    }
    apl_str text = apl_str_make((const char *)apl_input_at(xml->input) + 1, size - 2);
    *tag = (apl_xml_tag){.at = xml->input->position, .is_end = text.data[0] == '/'};
    bool is_empty = text.data[text.size - 1] == '/' && text.size > 1;
    if (tag->is_end || is_empty)
        text = tag->is_end ? apl_str_slice(text, 1, text.size) : apl_str_slice(text, 0, text.size - 1);
    uint32_t name = 0;
    while (name < text.size && !is_blank(text.data[name]))
        name++;
    tag->name = apl_str_slice(text, 0, name);
    tag->attributes = apl_str_slice(text, name, text.size);
    if (tag->is_end && xml->depth)
        xml->depth--;
    else if (!tag->is_end && !is_empty && ++xml->depth > APL_XML_DEPTH_MAX)
        xml->fault = "elements inside each other deeper than is read";
    /* The bytes of the view stay where they are until the next look. */
    (void)apl_input_skip(xml->input, size);
    return xml->fault == NULL;
}

bool apl_xml_next(apl_xml_tag *tag, apl_xml *xml)
{
    while (xml->fault == NULL) {
        size_t there = apl_input_look(xml->input, APL_INPUT_WINDOW_BYTES);
        const char *bytes = (const char *)apl_input_at(xml->input);
        const char *hit = there ? memchr(bytes, '<', there) : NULL;
        if (hit == NULL) {
            if (there == 0 || !apl_input_skip(xml->input, there))
                return false;
            continue;
        }
        (void)apl_input_skip(xml->input, (uint64_t)(hit - bytes));
        there = apl_input_look(xml->input, 9);
        apl_str rest = apl_str_make((const char *)apl_input_at(xml->input), there);
        if (rest.size < 2 || (rest.data[1] != '!' && rest.data[1] != '?'))
            return take_tag(tag, xml);
        if (!skip_declaration(xml, rest))
            xml->fault = "a declaration or comment without an end";
    }
    return false;
}

apl_str apl_xml_attribute(const apl_xml_tag *tag, const char *name)
{
    apl_str text = tag->attributes;
    apl_str wanted = apl_str_from(name);
    uint32_t i = 0;

    while (i < text.size) {
        while (i < text.size && is_blank(text.data[i]))
            i++;
        uint32_t from = i;
        while (i < text.size && text.data[i] != '=' && !is_blank(text.data[i]))
            i++;
        apl_str found = apl_str_slice(text, from, i);
        while (i < text.size && (text.data[i] == '=' || is_blank(text.data[i])))
            i++;
        if (i == text.size || (text.data[i] != '"' && text.data[i] != '\''))
            return APL_STR_NONE;
        char quote = text.data[i++];
        from = i;
        while (i < text.size && text.data[i] != quote)
            i++;
        if (apl_str_equal(found, wanted))
            return apl_str_slice(text, from, i);
        i += i < text.size;
    }
    return APL_STR_NONE;
}

bool apl_xml_root_is(apl_input *input, const char *name)
{
    apl_input window;
    apl_xml_tag tag;
    apl_xml xml = {.input = &window};

    (void)apl_input_look(input, APL_INPUT_WINDOW_BYTES);
    apl_input_of_window(&window, input);
    bool is_it = apl_xml_next(&tag, &xml) && !tag.is_end && apl_str_equal(tag.name, apl_str_from(name));
    apl_input_close(&window);
    return is_it;
}
