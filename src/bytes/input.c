/* bytes/input.c: the window.
 *
 * A file is read with pread, so that ranges of one descriptor do not disturb each other and skipping costs nothing. A
 * text in memory is its own window. */
#include "bytes/input.h"

#include <errno.h>
#include <unistd.h>

void apl_input_of_file(apl_input *input, int descriptor, uint64_t base, uint64_t size)
{
    *input = (apl_input){.size = size, .can_seek = true, .descriptor = descriptor, .base = base};
    input->buffer = apl_memory_new(APL_INPUT_WINDOW_BYTES);
    input->view = input->buffer;
}

void apl_input_of_memory(apl_input *input, apl_str bytes)
{
    *input = (apl_input){.size = bytes.size, .can_seek = true, .descriptor = -1};
    input->view = bytes.data ? bytes.data : "";
    input->view_size = bytes.size;
}

void apl_input_of_pull(apl_input *input, apl_input_pull pull, void *context)
{
    *input = (apl_input){.size = APL_INPUT_SIZE_UNKNOWN, .descriptor = -1, .pull = pull, .pull_context = context};
    input->buffer = apl_memory_new(APL_INPUT_WINDOW_BYTES);
    input->view = input->buffer;
}

void apl_input_of_range(apl_input *input, const apl_input *parent, uint64_t from, uint64_t size)
{
    APL_ASSERT(parent->can_seek);
    from = from < parent->size ? from : parent->size;
    size = size < parent->size - from ? size : parent->size - from;
    if (parent->buffer)
        apl_input_of_file(input, parent->descriptor, parent->base + from, size);
    else
        apl_input_of_memory(input, apl_str_make(parent->view + from, size));
}

void apl_input_of_window(apl_input *window, const apl_input *input)
{
    size_t visible = apl_input_visible(input);

    *window = (apl_input){.size = input->position + visible, .position = input->position, .descriptor = -1};
    window->view = (const char *)apl_input_at(input);
    window->view_from = input->position;
    window->view_size = visible;
}

void apl_input_close(apl_input *input)
{
    apl_memory_free(input->buffer);
    *input = (apl_input){.descriptor = -1, .view = ""};
}

/* The end came early: what is behind it cannot be read. */
static void end_early(apl_input *input, apl_status status, uint64_t at)
{
    if (input->fault == APL_OK) {
        input->fault = status;
        input->fault_offset = at;
    }
    input->size = at;
}

static size_t read_below(apl_input *input, uint64_t at, char *buffer, size_t size)
{
    size_t got = 0;

    if (input->pull) {
        apl_status status = input->pull(&got, input->pull_context, buffer, size);
        if (status != APL_OK)
            end_early(input, status, at);
        else if (got == 0)
            input->size = at;
        input->bytes_read += got;
        return status == APL_OK ? got : 0;
    }
    if (size > input->size - at)
        size = (size_t)(input->size - at);
    ssize_t count = size ? pread(input->descriptor, buffer, size, (off_t)(input->base + at)) : 0;
    if (count < 0 || (count == 0 && size)) {
        end_early(input, apl_fail(APL_E_IO, "%s", count < 0 ? strerror(errno) : "the file became shorter"), at);
        return 0;
    }
    input->bytes_read += (uint64_t)count;
    return (size_t)count;
}

size_t apl_input_look(apl_input *input, size_t wanted)
{
    size_t there = apl_input_visible(input);

    if (wanted > APL_INPUT_WINDOW_BYTES)
        wanted = APL_INPUT_WINDOW_BYTES;
    if (there >= wanted || input->buffer == NULL)
        return there;
    if (input->position != input->view_from) {
        if (there)
            memmove(input->buffer, input->buffer + (input->position - input->view_from), there);
        input->view_from = input->position;
        input->view_size = there;
    }
    while (input->view_size < wanted && input->view_from + input->view_size < input->size) {
        size_t got = read_below(input, input->view_from + input->view_size, input->buffer + input->view_size,
                                APL_INPUT_WINDOW_BYTES - input->view_size);
        if (got == 0)
            break;
        input->view_size += got;
    }
    return input->view_size;
}

const unsigned char *apl_input_view(apl_input *input, size_t size)
{
    APL_ASSERT(size <= APL_INPUT_WINDOW_BYTES);
    return apl_input_visible(input) >= size || apl_input_look(input, size) >= size ? apl_input_at(input) : NULL;
}

bool apl_input_skip(apl_input *input, uint64_t count)
{
    if (input->size != APL_INPUT_SIZE_UNKNOWN || input->can_seek) {
        bool is_inside = count <= input->size - input->position;
        input->position = is_inside ? input->position + count : input->size;
        return is_inside;
    }
    while (count) {
        size_t there = apl_input_look(input, 1);
        if (there == 0)
            return false;
        size_t step = there < count ? there : (size_t)count;
        input->position += step;
        count -= step;
    }
    return true;
}

void apl_input_seek(apl_input *input, uint64_t position)
{
    APL_ASSERT(input->can_seek);
    if (position > input->size)
        position = input->size;
    /* Going back before the window, or on behind it: nothing of it serves. */
    if (input->buffer && (position < input->view_from || position > input->view_from + input->view_size)) {
        input->view_from = position;
        input->view_size = 0;
    }
    input->position = position;
}

bool apl_input_is_at_end(apl_input *input)
{
    return apl_input_look(input, 1) == 0;
}

bool apl_input_take(apl_input *input, void *out, size_t size)
{
    char *to = out;

    while (size) {
        size_t there = apl_input_look(input, 1);
        if (there == 0)
            return false;
        size_t step = there < size ? there : size;
        memcpy(to, apl_input_at(input), step);
        input->position += step;
        to += step;
        size -= step;
    }
    return true;
}
