/* inspect/model/xml.h: tags of an XML text, one after the other, in bounded memory.
 *
 * Not a parser of XML: no entity is ever expanded, no document type read, nothing fetched. That one is declared is
 * said, because other readers do expand it. */
#ifndef APL_INSPECT_MODEL_XML_H
#define APL_INSPECT_MODEL_XML_H

#include "bytes/input.h"

/* One tag with its attributes. */
#define APL_XML_TAG_BYTES_MAX (64u << 10)
#define APL_XML_DEPTH_MAX 4096u

typedef struct apl_xml {
    apl_input *input;
    unsigned depth;    /* elements that are open, the present one among them */
    bool has_type;     /* a document type, and with it entities, is declared */
    const char *fault; /* why it ended before its end */
} apl_xml;

/* Valid until the next call. */
typedef struct apl_xml_tag {
    apl_str name;
    apl_str attributes;
    bool is_end;
    uint64_t at;
} apl_xml_tag;

/* False after the last tag, or at a fault. */
bool apl_xml_next(apl_xml_tag *tag, apl_xml *xml);

/* The text of an attribute as it is written; empty when there is none. */
apl_str apl_xml_attribute(const apl_xml_tag *tag, const char *name);

/* True when the first element of what is visible of the input has that name. */
bool apl_xml_root_is(apl_input *input, const char *name);

#endif
