/* report/output.h: where the bytes of a report go, a piece at a time.
 *
 * A format appends to `text` and calls apl_output_step between rows; what has gathered is then handed to the sink. The
 * first failure stays: every later step returns it, so that a format may look only once a row. One thread. */
#ifndef APL_REPORT_OUTPUT_H
#define APL_REPORT_OUTPUT_H

#include "base/memory.h"
#include "base/status.h"

/* Bytes that gather before they are handed on. */
#define APL_OUTPUT_FLUSH_BYTES (256u << 10)

/* One row; a finding with all its evidence stays far below. A larger one is a failure, not a cut row. */
#define APL_OUTPUT_ROW_BYTES_MAX (256u << 20)

typedef struct apl_output {
    apl_text text;
    apl_status (*write)(void *context, apl_str bytes);
    void *context;
    apl_status status;
} apl_output;

void apl_output_init(apl_output *output, apl_status (*write)(void *context, apl_str bytes), void *context);

/* Between two rows: hands on what has gathered when it is enough. */
apl_status apl_output_step(apl_output *output);

/* Rows that were written elsewhere: large ones are handed on as they are, behind what has gathered. */
apl_status apl_output_rows(apl_output *output, const apl_text *rows);

/* Hands on the rest and gives the buffer back. */
apl_status apl_output_finish(apl_output *output);

/* A sink for tests and for texts that are known to be small: `context` is an apl_text. */
apl_status apl_output_to_text(void *context, apl_str bytes);

#endif
