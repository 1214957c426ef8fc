/* inspect/model/protobuf.c: the explicit stack of the walk.
 *
 * Messages that are open are known by their kind and their end; a field that reaches over the end of its message is a
 * contradiction, not something to be cut. */
#include "inspect/model/protobuf.h"

typedef struct message {
    unsigned kind;
    uint64_t end; /* UINT64_MAX: with the input */
} message;

typedef struct reading {
    const apl_proto_walk *walk;
    apl_input *input;
    message open[APL_PROTO_DEPTH_MAX];
    unsigned depth;
} reading;

bool apl_proto_varint(uint64_t *value, apl_str *bytes)
{
    *value = 0;
    for (unsigned i = 0; i < 10 && i < bytes->size; i++) {
        uint64_t part = (unsigned char)bytes->data[i];
        *value |= (part & 127) << (7 * i);
        if (part < 128) {
            *bytes = apl_str_slice(*bytes, i + 1, bytes->size);
            return true;
        }
    }
    return false;
}

static bool take_varint(apl_input *input, uint64_t *value)
{
    apl_str bytes = apl_str_make(NULL, apl_input_look(input, 10));

    bytes.data = (const char *)apl_input_at(input);
    uint32_t before = bytes.size;
    return apl_proto_varint(value, &bytes) && apl_input_skip(input, before - bytes.size);
}

/* Takes tag and length or number of a field. */
static const char *take_field(apl_input *input, apl_proto_field *field)
{
    uint64_t tag = 0;

    field->at = input->position;
    if (!take_varint(input, &tag))
        return "a field without a number";
    field->number = (unsigned)(tag >> 3);
    field->wire = (unsigned)(tag & 7);
    field->value = 0;
    field->size = 0;
    if (field->number == 0 || tag >> 32)
        return "a field number that cannot be";
    if (field->wire == APL_PROTO_VARINT)
        return take_varint(input, &field->value) ? NULL : "a number without an end";
    if (field->wire == APL_PROTO_BYTES)
        return take_varint(input, &field->size) ? NULL : "a length without an end";
    if (field->wire != APL_PROTO_64 && field->wire != APL_PROTO_32)
        return "a field of a type that does not exist";
    unsigned size = field->wire == APL_PROTO_64 ? 8 : 4;
    const unsigned char *bytes = apl_input_view(input, size);
    if (bytes == NULL)
        return "a number that ends early";
    field->value = size == 8 ? apl_le64(bytes) : apl_le32(bytes);
    return apl_input_skip(input, size) ? NULL : "a number that ends early";
}

static unsigned child_of(const apl_proto_walk *walk, const apl_proto_field *field)
{
    for (size_t i = 0; i < walk->child_count; i++) {
        if (walk->children[i].message == field->message && walk->children[i].field == field->number)
            return walk->children[i].child;
    }
    return 0;
}

static const char *open_message(reading *read, unsigned kind, uint64_t end)
{
    if (read->depth == APL_PROTO_DEPTH_MAX)
        return "messages inside each other deeper than is read";
    read->open[read->depth] = (message){kind, end};
    if (read->walk->begin)
        read->walk->begin(read->walk->context, kind, read->depth);
    read->depth++;
    return NULL;
}

static const char *next_field(reading *read)
{
    const message *in = &read->open[read->depth - 1];
    apl_proto_field field = {.message = in->kind, .depth = read->depth - 1};
    uint64_t end = 0;

    const char *fault = take_field(read->input, &field);
    if (fault)
        return fault;
    if (read->input->position > in->end || __builtin_add_overflow(read->input->position, field.size, &end) ||
        end > in->end || (read->input->size != APL_INPUT_SIZE_UNKNOWN && end > read->input->size))
        return "a field is longer than what it stands in";
    unsigned child = field.wire == APL_PROTO_BYTES ? child_of(read->walk, &field) : 0;
    if (child)
        return open_message(read, child, end);
    read->walk->field(read->walk->context, read->input, &field);
    return apl_input_skip(read->input, end - read->input->position) ? NULL : "a field ends early";
}

static bool is_over(const reading *read)
{
    const message *in = &read->open[read->depth - 1];

    return in->end == UINT64_MAX ? apl_input_is_at_end(read->input) : read->input->position >= in->end;
}

const char *apl_proto_read(const apl_proto_walk *walk, apl_input *input)
{
    reading read = {.walk = walk, .input = input};
    const char *fault = open_message(&read, walk->root, UINT64_MAX);
    unsigned fields = 0;

    while (read.depth && fault == NULL) {
        if (is_over(&read)) {
            read.depth--;
            if (walk->end)
                walk->end(walk->context, read.open[read.depth].kind, read.depth);
            continue;
        }
        fault = fields++ == APL_PROTO_FIELDS_MAX ? "more fields than are read" : next_field(&read);
    }
    return fault;
}

apl_str apl_proto_text(apl_input *input, const apl_proto_field *field, size_t size_max)
{
    if (field->wire != APL_PROTO_BYTES || field->size > size_max || field->size > APL_INPUT_WINDOW_BYTES)
        return APL_STR_NONE;
    const unsigned char *bytes = apl_input_view(input, (size_t)field->size);
    return bytes ? apl_str_make((const char *)bytes, (size_t)field->size) : APL_STR_NONE;
}

bool apl_proto_next(apl_proto_field *field, apl_str *content, apl_str *bytes)
{
    uint64_t tag = 0;

    *content = APL_STR_NONE;
    *field = (apl_proto_field){0};
    if (!apl_proto_varint(&tag, bytes) || tag >> 32 || tag >> 3 == 0)
        return false;
    field->number = (unsigned)(tag >> 3);
    field->wire = (unsigned)(tag & 7);
    if (field->wire == APL_PROTO_VARINT)
        return apl_proto_varint(&field->value, bytes);
    if (field->wire == APL_PROTO_BYTES && !apl_proto_varint(&field->size, bytes))
        return false;
    uint64_t size = field->wire == APL_PROTO_64 ? 8 : field->wire == APL_PROTO_32 ? 4 : field->size;
    if ((field->wire != APL_PROTO_BYTES && field->wire != APL_PROTO_64 && field->wire != APL_PROTO_32) ||
        size > bytes->size)
        return false;
    *content = apl_str_slice(*bytes, 0, (size_t)size);
    *bytes = apl_str_slice(*bytes, (size_t)size, bytes->size);
    return true;
}
