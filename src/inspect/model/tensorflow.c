/* inspect/model/tensorflow.c: operators, assets and Keras objects of a graph.
 *
 * Every SavedModel saves and restores itself with operators that take a path; they are harmless as long as the path is
 * what the caller gives. With a path that the graph brings along, they write where its author wants. Fields: the .proto
 * files of TensorFlow 2.18. */
#include "inspect/model/tensorflow.h"

#include "base/table.h"
#include "inspect/model/archive.h"
#include "inspect/model/keras.h"
#include "inspect/model/protobuf.h"

#define NAME_BYTES_MAX 512u
/* Constants of one graph or function whose names are kept. */
#define CONSTANTS_MAX 200000u
/* Operators with a path, of one graph or function. */
#define PATHS_MAX 64u

enum {
    LIBRARY = APL_TENSORFLOW_KERAS_METADATA + 1,
    FUNCTION,
    NODE,
    ATTRIBUTE,
    VALUE,
    INFO,
    ASSET,
    OBJECTS,
    OBJECT,
    USER,
    METADATA,
};

static const apl_proto_child children[] = {
    {APL_TENSORFLOW_SAVED_MODEL, 2, APL_TENSORFLOW_META_GRAPH},
    {APL_TENSORFLOW_META_GRAPH, 1, INFO},
    {APL_TENSORFLOW_META_GRAPH, 2, APL_TENSORFLOW_GRAPH},
    {APL_TENSORFLOW_META_GRAPH, 6, ASSET},
    {APL_TENSORFLOW_META_GRAPH, 7, OBJECTS},
    {APL_TENSORFLOW_GRAPH, 1, NODE},
    {APL_TENSORFLOW_GRAPH, 2, LIBRARY},
    {LIBRARY, 1, FUNCTION},
    {FUNCTION, 3, NODE},
    {NODE, 5, ATTRIBUTE},
    {ATTRIBUTE, 2, VALUE},
    {OBJECTS, 1, OBJECT},
    {OBJECT, 4, USER},
    {APL_TENSORFLOW_KERAS_METADATA, 1, METADATA},
};

/* Operators that do what no model needs to do. */
static const char *const dangerous[] = {
    "ReadFile",        "WriteFile",         "PyFunc",      "PyFuncStateless", "EagerPyFunc",   "MatchingFiles",
    "WholeFileReader", "WholeFileReaderV2", "LoadDataset", "SaveDataset",     "SaveDatasetV2",
};

/* Operators with a path, and which of their inputs it is. */
static const struct path_operator {
    const char *name;
    unsigned input;
} path_operators[] = {
    {"Save", 0},      {"SaveV2", 0},       {"SaveSlices", 0},         {"Restore", 0},
    {"RestoreV2", 0}, {"RestoreSlice", 0}, {"MergeV2Checkpoints", 1},
};

typedef struct used_path {
    const char *operator;
    apl_str source; /* the node that gives the path */
    uint64_t at;
} used_path;

typedef struct reading {
    apl_model_scan *scan;
    apl_json_reader *json;
    /* The node that is read. */
    char name[NAME_BYTES_MAX];
    uint32_t name_size;
    char operator[NAME_BYTES_MAX];
    uint32_t operator_size;
    apl_str inputs[2];
    unsigned input_count;
    bool writes_file;
    uint64_t at;
    /* The graph or function that is read. */
    apl_arena *arena;
    apl_table *constants;
    used_path paths[PATHS_MAX];
    unsigned path_count;
    uint64_t nodes;
} reading;

static uint32_t keep(char *out, apl_str text)
{
    uint32_t size = text.size < NAME_BYTES_MAX ? text.size : NAME_BYTES_MAX;

    if (size)
        memcpy(out, text.data, size);
    return size;
}

/* The name of the node in "^name", "name:0", "name:output:0". */
static apl_str node_of(apl_str reference)
{
    long colon = apl_str_find(reference, APL_STR(":"));

    return colon < 0 ? reference : apl_str_slice(reference, 0, (size_t)colon);
}

static void begin(void *context, unsigned message, unsigned depth)
{
    reading *read = context;

    (void)depth;
    if (message != NODE)
        return;
    read->name_size = 0;
    read->operator_size = 0;
    read->input_count = 0;
    read->inputs[0] = APL_STR_NONE;
    read->inputs[1] = APL_STR_NONE;
    read->writes_file = false;
}

/* Paths that a constant of the same graph gives. */
static void end_scope(reading *read)
{
    for (unsigned i = 0; i < read->path_count; i++) {
        const used_path *path = &read->paths[i];
        if (apl_table_get(read->constants, path->source) != APL_TABLE_NONE)
            apl_model_found(read->scan->report, APL_ISSUE_DANGEROUS_OPERATOR, path->at, "%s with a path of its own",
                            path->operator);
    }
    apl_table_free(read->constants);
    read->constants = apl_table_new(false);
    apl_arena_reset(read->arena);
    read->path_count = 0;
}

static void keep_constant(reading *read)
{
    apl_str name = apl_str_make(read->name, read->name_size);
    size_t count = apl_table_count(read->constants);

    if (count == CONSTANTS_MAX)
        apl_model_found(read->scan->report, APL_ISSUE_HEADER_LIMIT, read->at, "more than %u constants", CONSTANTS_MAX);
    else
        (void)apl_table_put(read->constants, apl_arena_str(read->arena, name), (uint32_t)count);
}

static void end_node(reading *read)
{
    apl_str operator= apl_str_make(read->operator, read->operator_size);

    read->nodes++;
    for (size_t i = 0; i < sizeof dangerous / sizeof dangerous[0]; i++) {
        if (apl_str_equal(operator, apl_str_from(dangerous[i])))
            apl_model_found(read->scan->report, APL_ISSUE_DANGEROUS_OPERATOR, read->at, "%s", dangerous[i]);
    }
    if (read->writes_file && apl_str_starts(operator, APL_STR("Print")))
        apl_model_found(read->scan->report, APL_ISSUE_DANGEROUS_OPERATOR, read->at, "%.*s into a file",
                        APL_STR_ARG(operator));
    if (apl_str_equal(operator, APL_STR("Const")))
        keep_constant(read);
    for (size_t i = 0; i < sizeof path_operators / sizeof path_operators[0]; i++) {
        if (!apl_str_equal(operator, apl_str_from(path_operators[i].name)))
            continue;
        if (read->path_count == PATHS_MAX)
            apl_model_found(read->scan->report, APL_ISSUE_HEADER_LIMIT, read->at, "more than %u operators with a path",
                            PATHS_MAX);
        else
            read->paths[read->path_count++] =
                (used_path){path_operators[i].name, read->inputs[path_operators[i].input], read->at};
    }
}

static void end(void *context, unsigned message, unsigned depth)
{
    reading *read = context;

    (void)depth;
    if (message == NODE)
        end_node(read);
    else if (message == FUNCTION || message == LIBRARY || message == APL_TENSORFLOW_GRAPH)
        end_scope(read);
}

/* A Keras object as JSON in the metadata of an object of the graph. */
static void judge_object(reading *read, apl_input *input, const apl_proto_field *field)
{
    const apl_json *root = NULL;
    size_t used = 0;
    apl_str text = apl_proto_text(input, field, APL_INPUT_WINDOW_BYTES);
    uint64_t at = input->position;

    if (text.size == 0) {
        if (field->size)
            apl_model_found(read->scan->report, APL_ISSUE_HEADER_LIMIT, at, "an object of %llu bytes",
                            (unsigned long long)field->size);
        return;
    }
    if (apl_str_find(text, APL_STR("\"class_name\"")) < 0)
        return;
    if (apl_json_read(&root, &used, read->json, text) == APL_OK && root && apl_json_is_object(root))
        apl_keras_judge(read->scan, root, at);
    else
        apl_model_found(read->scan->report, APL_ISSUE_DAMAGED, at, "the description of an object is no JSON");
}

static void node_field(reading *read, apl_input *input, const apl_proto_field *field)
{
    apl_str text = apl_proto_text(input, field, 64 * NAME_BYTES_MAX);

    read->at = field->at;
    if (field->number == 1)
        read->name_size = keep(read->name, text);
    else if (field->number == 2)
        read->operator_size = keep(read->operator, text);
    else if (field->number == 3 && read->input_count < 2)
        read->inputs[read->input_count++] = apl_arena_str(read->arena, node_of(text));
}

static void field_of(void *context, apl_input *input, const apl_proto_field *field)
{
    reading *read = context;
    apl_model_report *report = read->scan->report;

    if (field->message == NODE) {
        node_field(read, input, field);
    } else if (field->message == VALUE && field->number == 2) {
        read->writes_file =
            read->writes_file || apl_str_starts(apl_proto_text(input, field, NAME_BYTES_MAX), APL_STR("file://"));
    } else if (field->message == INFO && field->number == 4) {
        apl_model_fact_item(report, "tags", apl_proto_text(input, field, NAME_BYTES_MAX));
    } else if (field->message == INFO && field->number == 5) {
        apl_model_fact_text(report, "version", apl_proto_text(input, field, NAME_BYTES_MAX));
    } else if (field->message == ASSET && field->number == 2) {
        apl_str path = apl_proto_text(input, field, NAME_BYTES_MAX);
        if (apl_archive_is_unsafe(path) || path.size == 0)
            apl_model_found(report, APL_ISSUE_EXTERNAL_PATH, field->at, "asset %.*s", APL_STR_ARG(path));
    } else if ((field->message == USER && field->number == 3) || (field->message == METADATA && field->number == 5)) {
        judge_object(read, input, field);
    }
}

void apl_tensorflow_judge(apl_model_scan *scan, apl_input *input, apl_tensorflow_root root)
{
    reading *read = apl_memory_new(sizeof *read);

    read->scan = scan;
    read->json = apl_json_reader_new();
    read->arena = apl_arena_new();
    read->constants = apl_table_new(false);
    const apl_proto_walk walk = {children, sizeof children / sizeof children[0], root, read, begin, field_of, end};
    const char *fault = apl_proto_read(&walk, input);
    if (fault)
        apl_model_found(scan->report, APL_ISSUE_DAMAGED, input->position, "%s", fault);
    end_scope(read);
    apl_model_fact_text(scan->report, "framework", APL_STR("tensorflow"));
    if (read->nodes)
        apl_model_fact_add(scan->report, "operators", read->nodes);
    apl_table_free(read->constants);
    apl_arena_free(read->arena);
    apl_json_reader_free(read->json);
    apl_memory_free(read);
}

static bool is_printable(apl_str text)
{
    for (uint32_t i = 0; i < text.size; i++) {
        if (text.data[i] < '!' || text.data[i] > '~')
            return false;
    }
    return text.size > 0;
}

bool apl_tensorflow_is_graph(apl_str bytes)
{
    uint64_t tag = 0;
    uint64_t size = 0;
    apl_str name;
    apl_str operator;
    apl_proto_field field;

    if (!apl_proto_varint(&tag, &bytes) || tag != (1 << 3 | 2) || !apl_proto_varint(&size, &bytes) || size < 4)
        return false;
    return apl_proto_next(&field, &name, &bytes) && field.number == 1 && field.wire == APL_PROTO_BYTES &&
           is_printable(name) && apl_proto_next(&field, &operator, & bytes) && field.number == 2 &&
           field.wire == APL_PROTO_BYTES &&
           is_printable(operator) && operator.data[0] >= 'A' && operator.data[0] <= 'Z';
}
