/* condition/aliases_image.h: how the image of an alias table lies in memory; private to this folder.
 *
 * Numbers have the byte order of the machine: the image is made and used by the same build. Offsets count from the
 * start of the image, those of texts from the start of the texts. */
#ifndef APL_CONDITION_ALIASES_IMAGE_H
#define APL_CONDITION_ALIASES_IMAGE_H

#include "condition/aliases.h"

#define APL_ALIASES_MAGIC "aplalia1"

typedef struct apl_aliases_header {
    char magic[8];
    uint32_t row_count;
    uint32_t foreign_count; /* rows whose name does not start with their type */
    uint32_t rows;          /* apl_aliases_row, sorted by type and name without regard to case */
    uint32_t by_name;       /* row numbers, sorted by name */
    uint32_t foreign;       /* row numbers */
    uint32_t texts;
    uint32_t texts_size;
} apl_aliases_header;

typedef struct apl_aliases_row {
    uint32_t type;
    uint32_t name;
    uint32_t path;
    uint16_t type_size;
    uint16_t name_size;
    uint16_t path_size;
    uint16_t unused;
} apl_aliases_row;

#endif
