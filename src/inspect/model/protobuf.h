/* inspect/model/protobuf.h: walks a protocol buffer message field by field, without recursion and without its classes.
 *
 * The format says which fields are messages that it wants to look into; everything else is given as a field or skipped,
 * so that weights of any size are never read. Wire format: Protocol Buffers Encoding. Every length is checked against
 * the message that it stands in. */
#ifndef APL_INSPECT_MODEL_PROTOBUF_H
#define APL_INSPECT_MODEL_PROTOBUF_H

#include "bytes/input.h"

/* Messages inside each other; graphs stand in attributes of nodes of graphs. */
#define APL_PROTO_DEPTH_MAX 64u
/* Fields of one file; the largest graphs have some million. */
#define APL_PROTO_FIELDS_MAX 50000000u

enum { APL_PROTO_VARINT = 0, APL_PROTO_64 = 1, APL_PROTO_BYTES = 2, APL_PROTO_32 = 5 };

/* `field` of `message` is a message of the kind `child`. Kinds are the format's own numbers from 1 on. */
typedef struct apl_proto_child {
    unsigned message;
    unsigned field;
    unsigned child;
} apl_proto_child;

typedef struct apl_proto_field {
    unsigned message; /* the kind in which it stands */
    unsigned depth;   /* of that message: 0 for the outermost */
    unsigned number;
    unsigned wire;
    uint64_t value; /* of a number */
    uint64_t size;  /* of bytes, which begin at the input's position */
    uint64_t at;
} apl_proto_field;

typedef struct apl_proto_walk {
    const apl_proto_child *children;
    size_t child_count;
    unsigned root; /* the kind of the outermost message */
    void *context;
    void (*begin)(void *context, unsigned message, unsigned depth);
    void (*field)(void *context, apl_input *input, const apl_proto_field *field); /* may look ahead, never go on */
    void (*end)(void *context, unsigned message, unsigned depth);
} apl_proto_walk;

/* Walks from the position to the end of the input. NULL, or what is wrong where the input stands then. */
const char *apl_proto_read(const apl_proto_walk *walk, apl_input *input);

/* The bytes of a field when they are at most `size_max`, else nothing; gone with the next look. */
apl_str apl_proto_text(apl_input *input, const apl_proto_field *field, size_t size_max);

/* Takes a varint off `bytes`; false when there is none. */
bool apl_proto_varint(uint64_t *value, apl_str *bytes);

/* Takes the next field off `bytes`, a message in memory; its bytes are given as *content. */
bool apl_proto_next(apl_proto_field *field, apl_str *content, apl_str *bytes);

#endif
