/* inspect/model/text_config.h: configurations that are YAML, which no magic tells from any other text.
 *
 * For formats that look into the text before they say that it is theirs; nothing is made of tags or anchors but data.
 */
#ifndef APL_INSPECT_MODEL_TEXT_CONFIG_H
#define APL_INSPECT_MODEL_TEXT_CONFIG_H

#include "inspect/model/model_format.h"

/* A whole text of YAML. */
#define APL_TEXT_CONFIG_BYTES_MAX (128u << 10)

/* True when the head could begin a text: no control characters. */
bool apl_text_is(apl_str head);

/* What is visible of the input as a text, whole or not. */
apl_str apl_text_visible(apl_input *input);

/* Parses what is visible as YAML into the report's arena; the input stays where it is. False, and an issue is said,
 * when it cannot be read. */
bool apl_text_yaml(apl_model_scan *scan, apl_input *input, apl_value *out);

#endif
