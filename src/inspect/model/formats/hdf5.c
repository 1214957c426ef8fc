/* inspect/model/formats/hdf5.c: HDF5, which Keras 1 and 2 write, and the weights inside .keras.
 *
 * The architecture is one attribute, a JSON text that HDF5 stores in one piece and never compresses; so every JSON
 * object of the file that has its shape is found by looking for one, without reading HDF5's trees. The file that has
 * the attribute's name but no such text is not understood. */
#include "inspect/model/keras.h"

/* Places that look like JSON and are parsed. */
#define TRIALS_MAX 20000u

static bool matches(apl_str head)
{
    return apl_str_starts(head, APL_STR("\x89HDF\r\n\x1A\n"));
}

/* Parses what begins at the position, as far as it goes. True when it was an architecture. */
static bool try_here(apl_model_scan *scan, apl_input *input, apl_json_reader *reader)
{
    const apl_json *root = NULL;
    size_t used = 0;
    uint64_t left = input->size - input->position;
    size_t size = left < APL_MODEL_JSON_BYTES_MAX ? (size_t)left : APL_MODEL_JSON_BYTES_MAX;
    size_t seen = apl_input_look(input, size);
    uint64_t at = input->position;
    char *text = NULL;
    bool is_model = false;

    seen = seen < size ? seen : size;
    apl_status status = apl_json_read(&root, &used, reader, apl_str_make((const char *)apl_input_at(input), seen));
    if (status != APL_OK && used + 64 >= seen && size > seen) { /* it goes on behind the window */
        text = apl_memory_new(size + APL_JSON_PADDING);
        if (apl_input_take(input, text, size))
            status = apl_json_read_in_place(&root, &used, reader, text, size);
        apl_input_seek(input, at);
    }
    if (status == APL_OK && root && apl_keras_is_model(root)) {
        apl_keras_judge(scan, root, at);
        is_model = true;
    }
    (void)apl_input_skip(input, status == APL_OK && used ? used : 1);
    apl_memory_free(text);
    return is_model;
}

/* A brace, blanks, a quotation mark: the start of an object with a member. */
static bool begins_object(const unsigned char *bytes, size_t size)
{
    size_t i = 1;

    while (i < size && i < 64 && (bytes[i] == ' ' || bytes[i] == '\n' || bytes[i] == '\r' || bytes[i] == '\t'))
        i++;
    return i < size && bytes[i] == '"';
}

static bool search(apl_model_scan *scan, apl_input *input, bool *has_name)
{
    apl_json_reader *reader = apl_json_reader_new();
    bool is_found = false;
    unsigned trials = 0;

    for (size_t there = apl_input_look(input, APL_INPUT_WINDOW_BYTES); there > 16;
         there = apl_input_look(input, APL_INPUT_WINDOW_BYTES)) {
        const unsigned char *bytes = apl_input_at(input);
        const unsigned char *brace = memchr(bytes, '{', there - 16);
        size_t step = brace ? (size_t)(brace - bytes) : there - 16;
        *has_name = *has_name || memmem(bytes, step + 16, "model_config", 12);
        (void)apl_input_skip(input, step);
        if (brace == NULL) {
            if (there < APL_INPUT_WINDOW_BYTES)
                break;
            continue;
        }
        if (!begins_object(brace, there - step)) {
            (void)apl_input_skip(input, 1);
        } else if (trials++ == TRIALS_MAX) {
            apl_model_found(scan->report, APL_ISSUE_HEADER_LIMIT, input->position, "more than %u places look like JSON",
                            TRIALS_MAX);
            break;
        } else if (try_here(scan, input, reader)) {
            is_found = true;
        }
    }
    apl_json_reader_free(reader);
    return is_found;
}

static bool inspect(apl_model_scan *scan, apl_input *input)
{
    bool has_name = false;

    if (!input->can_seek) {
        apl_model_found(scan->report, APL_ISSUE_SNIFFED_ONLY, 0, "HDF5 inside a compression");
        return true;
    }
    if (!search(scan, input, &has_name) && has_name)
        apl_model_found(scan->report, APL_ISSUE_DAMAGED, 0, "a model_config that is no JSON");
    return true;
}

const apl_model_format apl_model_format_hdf5 = {
    .name = "hdf5",
    .summary = "HDF5: Keras models and weights",
    .order = 10,
    .matches = matches,
    .inspect = inspect,
};
