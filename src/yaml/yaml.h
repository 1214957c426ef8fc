/* yaml/yaml.h: reading YAML 1.2, the one face over libfyaml.
 *
 * Gives the same values as json/json.h. Plain scalars are resolved by the core schema of YAML 1.2 (null, true, false,
 * integers, numbers; `yes` and `off` are texts). Anchors and aliases are refused: content does not need them, and
 * they are how a small file becomes a large one. */
#ifndef APL_YAML_YAML_H
#define APL_YAML_YAML_H

#include "json/value.h"

/* Parses one document. Messages name line and column. */
apl_status apl_yaml_parse(apl_value *out, apl_arena *arena, apl_str text);

#endif
