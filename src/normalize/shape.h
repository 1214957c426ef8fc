/* normalize/shape.h: a way in which somebody wraps documents: an envelope, a table, a template.
 *
 * The family lives in normalize/shapes/, one file a shape; the build lists the folder. A shape is asked before
 * the generic opening of pages. */
#ifndef APL_NORMALIZE_SHAPE_H
#define APL_NORMALIZE_SHAPE_H

#include "normalize/document.h"

typedef struct apl_shape {
    const char *name;
    const char *summary; /* one sentence, with the source of the format */

    /* True when the object has this shape. Must be cheap: it is asked of every object. */
    bool (*matches)(const apl_json *object);

    /* Takes the object apart: pushes documents, or says what was unread. */
    void (*open)(apl_normalizer *normalizer, const apl_document *document);
} apl_shape;

extern const apl_shape *const apl_shape_table[];
extern const size_t apl_shape_table_count;

#endif
