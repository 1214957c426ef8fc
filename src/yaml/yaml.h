/* yaml/yaml.h: reading YAML 1.2, the one face over libfyaml.
 *
 * Gives the same values as json/json.h. Plain scalars are resolved by the core schema of YAML 1.2 (null, true, false,
 * integers, numbers; `yes` and `off` are texts). Aliases are written out; APL_YAML_NODES_MAX values bound what a small
 * file may become that way. */
#ifndef APL_YAML_YAML_H
#define APL_YAML_YAML_H

#include "json/value.h"

/* Parses one document; a text without one gives null. Messages name line and column. */
apl_status apl_yaml_parse(apl_value *out, apl_arena *arena, apl_str text);

#endif
