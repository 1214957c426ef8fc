/* report/output.c: gathers the bytes of a report and hands them to the sink.
 *
 * Stands between every format and the file, pipe or text that it is written to. It keeps one buffer, so that a million
 * rows cost the memory of one, and remembers the first failure. */
#include "report/output.h"

void apl_output_init(apl_output *output, apl_status (*write)(void *context, apl_str bytes), void *context)
{
    *output = (apl_output){.write = write, .context = context};
    apl_text_init(&output->text, APL_OUTPUT_ROW_BYTES_MAX);
}

static apl_status flush(apl_output *output)
{
    if (output->status != APL_OK)
        return output->status;
    if (output->text.is_cut)
        output->status =
            apl_fail(APL_E_LIMIT, "one row of the output has more than %u bytes", APL_OUTPUT_ROW_BYTES_MAX);
    else if (output->text.size)
        output->status = output->write(output->context, apl_text_str(&output->text));
    output->text.size = 0;
    return output->status;
}

apl_status apl_output_step(apl_output *output)
{
    if (output->text.size < APL_OUTPUT_FLUSH_BYTES && !output->text.is_cut)
        return output->status;
    return flush(output);
}

apl_status apl_output_rows(apl_output *output, const apl_text *rows)
{
    if (rows->is_cut)
        output->text.is_cut = true; /* flush says that a row was too long */
    if (rows->size < APL_OUTPUT_FLUSH_BYTES) {
        apl_text_add(&output->text, apl_text_str(rows));
        return apl_output_step(output);
    }
    if (flush(output) == APL_OK)
        output->status = output->write(output->context, apl_text_str(rows));
    return output->status;
}

apl_status apl_output_finish(apl_output *output)
{
    apl_status status = flush(output);

    apl_text_free(&output->text);
    return status;
}

apl_status apl_output_to_text(void *context, apl_str bytes)
{
    apl_text_add(context, bytes);
    return APL_OK;
}
