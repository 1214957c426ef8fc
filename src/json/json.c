/* json/json.c: yyjson with one reused pool, a depth limit, and messages that name the place.
 *
 * The pool grows to what the largest text so far needed and is then reused, because fresh memory, not parsing, is
 * what costs (page faults). yyjson itself does not recurse; depth is checked after parsing, by one pass over the flat
 * value array, so that no later stage has to. */
#include "json/json.h"

#include <yyjson.h>

#include "base/limits.h"

#define POOL_BYTES_MIN (64u << 10)
#define READ_FLAGS YYJSON_READ_STOP_WHEN_DONE

struct apl_json_reader {
    char *pool;
    size_t pool_size;
    yyjson_doc *document; /* lives in the pool */
};

apl_json_reader *apl_json_reader_new(void)
{
    return apl_memory_new(sizeof(apl_json_reader));
}

void apl_json_reader_free(apl_json_reader *reader)
{
    if (reader == NULL)
        return;
    apl_memory_free(reader->pool);
    apl_memory_free(reader);
}

/* False when some value is nested deeper than the limit. Containers tell where their contents end. */
static bool depth_is_fine(yyjson_doc *document)
{
    yyjson_val *ends[APL_JSON_DEPTH_MAX];
    yyjson_val *root = yyjson_doc_get_root(document);
    yyjson_val *end = root + yyjson_doc_get_val_count(document);
    size_t depth = 0;

    for (yyjson_val *at = root; at < end; at++) {
        while (depth && at >= ends[depth - 1])
            depth--;
        if (!yyjson_is_ctn(at) || unsafe_yyjson_get_len(at) == 0)
            continue;
        if (depth == APL_JSON_DEPTH_MAX)
            return false;
        ends[depth++] = (yyjson_val *)((char *)at + at->uni.ofs);
    }
    return true;
}

static apl_str skip_blank(apl_str text)
{
    if (apl_str_starts(text, APL_STR("\xEF\xBB\xBF")))
        text = apl_str_slice(text, 3, text.size);
    size_t i = 0;
    while (i < text.size &&
           (text.data[i] == ' ' || text.data[i] == '\t' || text.data[i] == '\n' || text.data[i] == '\r'))
        i++;
    return apl_str_slice(text, i, text.size);
}

static void reserve_pool(apl_json_reader *reader, size_t text_size)
{
    size_t needed = yyjson_read_max_memory_usage(text_size, READ_FLAGS);

    if (needed < POOL_BYTES_MIN)
        needed = POOL_BYTES_MIN;
    if (needed <= reader->pool_size)
        return;
    apl_memory_free(reader->pool);
    reader->pool = apl_memory_grow(NULL, needed);
    reader->pool_size = needed;
}

static apl_status describe(const yyjson_read_err *error)
{
    if (error->code == YYJSON_READ_ERROR_UNEXPECTED_END)
        return apl_fail(APL_E_INPUT, "the JSON ends in the middle of a value");
    if (error->code == YYJSON_READ_ERROR_MEMORY_ALLOCATION) /* the pool has room for all that this much text can hold */
        return apl_fail(APL_E_INPUT, "not JSON: more brackets are opened than can be closed");
    if (error->code == YYJSON_READ_ERROR_INVALID_STRING)
        return apl_fail(APL_E_INPUT, "not valid JSON text: %s", error->msg);
    return apl_fail(APL_E_INPUT, "not JSON: %s", error->msg);
}

static apl_status read_text(const apl_json **out, size_t *used, apl_json_reader *reader, apl_str text,
                            yyjson_read_flag flags)
{
    apl_str rest = skip_blank(text);
    size_t before = text.size - rest.size;
    yyjson_read_err error = {0};
    yyjson_alc allocator;

    *out = NULL;
    *used = text.size;
    if (rest.size == 0)
        return APL_OK;
    if (rest.size > APL_DOCUMENT_BYTES_MAX + APL_PAGE_BYTES_MAX) {
        *used = before;
        return apl_fail(APL_E_LIMIT, "a JSON text of more than %u bytes", APL_DOCUMENT_BYTES_MAX);
    }
    reserve_pool(reader, rest.size);
    if (!yyjson_alc_pool_init(&allocator, reader->pool, reader->pool_size))
        apl_die("out of memory");
    reader->document = yyjson_read_opts((char *)(uintptr_t)rest.data, rest.size, flags, &allocator, &error);
    if (reader->document == NULL) {
        *used = before + error.pos;
        return describe(&error);
    }
    *used = before + yyjson_doc_get_read_size(reader->document);
    if (!depth_is_fine(reader->document))
        return apl_fail(APL_E_LIMIT, "nested deeper than %d levels", APL_JSON_DEPTH_MAX);
    *out = yyjson_doc_get_root(reader->document);
    return APL_OK;
}

apl_status apl_json_read(const apl_json **out, size_t *used, apl_json_reader *reader, apl_str text)
{
    return read_text(out, used, reader, text, READ_FLAGS);
}

apl_status apl_json_read_in_place(const apl_json **out, size_t *used, apl_json_reader *reader, char *text, size_t size)
{
    char behind[APL_JSON_PADDING];

    /* yyjson wants zeros behind the text while it parses; what stands there is put back. */
    memcpy(behind, text + size, sizeof behind);
    memset(text + size, 0, sizeof behind);
    apl_status status = read_text(out, used, reader, apl_str_make(text, size), READ_FLAGS | YYJSON_READ_INSITU);
    memcpy(text + size, behind, sizeof behind);
    return status;
}

apl_value apl_json_scalar(const apl_json *node)
{
    yyjson_val *value = (yyjson_val *)(uintptr_t)node;

    switch (yyjson_get_type(value)) {
    case YYJSON_TYPE_NULL:
        return APL_NULL;
    case YYJSON_TYPE_BOOL:
        return apl_value_bool(yyjson_get_bool(value));
    case YYJSON_TYPE_STR:
        return apl_value_string(apl_json_str(node));
    case YYJSON_TYPE_NUM:
        if (yyjson_is_sint(value))
            return apl_value_integer(yyjson_get_sint(value));
        if (yyjson_is_uint(value) && yyjson_get_uint(value) <= INT64_MAX)
            return apl_value_integer((int64_t)yyjson_get_uint(value));
        return apl_value_real(yyjson_get_num(value));
    default:
        return APL_MISSING;
    }
}

typedef struct build_job {
    const apl_json *node;
    apl_value *target;
} build_job;

typedef APL_VECTOR(build_job) build_jobs;

static void build_one(apl_arena *arena, build_jobs *jobs, build_job job)
{
    size_t count = apl_json_size(job.node);
    size_t i = 0;

    if (apl_json_is_array(job.node)) {
        apl_value *items = APL_ARENA_ARRAY(arena, apl_value, count);
        *job.target = apl_value_array(items, count);
        for (apl_json_items item = apl_json_each_item(job.node); apl_json_next_item(&item); i++)
            APL_PUSH(jobs, ((build_job){item.value, &items[i]}));
    } else if (apl_json_is_object(job.node)) {
        apl_member *members = APL_ARENA_ARRAY(arena, apl_member, count);
        *job.target = apl_value_object(members, count);
        for (apl_json_members member = apl_json_each_member(job.node); apl_json_next_member(&member); i++) {
            members[i].key = apl_arena_str(arena, member.key);
            APL_PUSH(jobs, ((build_job){member.value, &members[i].value}));
        }
    } else {
        *job.target = apl_json_scalar(job.node);
        if (job.target->type == APL_VALUE_STRING)
            *job.target = apl_value_string(apl_arena_str(arena, apl_value_str(*job.target)));
    }
}

apl_value apl_json_value(apl_arena *arena, const apl_json *node)
{
    apl_value value = APL_MISSING;
    build_jobs jobs = {0};

    APL_PUSH(&jobs, ((build_job){node, &value}));
    while (jobs.count)
        build_one(arena, &jobs, jobs.items[--jobs.count]);
    apl_memory_free(jobs.items);
    return value;
}

static apl_status parse_failed(apl_status status, apl_str text, size_t offset)
{
    unsigned line = 1;
    unsigned column = 1;

    for (size_t i = 0; i < offset && i < text.size; i++) {
        column++;
        if (text.data[i] == '\n') {
            line++;
            column = 1;
        }
    }
    return apl_fail_context(status, "line %u, column %u", line, column);
}

apl_status apl_json_parse(apl_value *out, apl_arena *arena, apl_str text)
{
    apl_json_reader *reader = apl_json_reader_new();
    const apl_json *node = NULL;
    size_t used = 0;

    apl_status status = apl_json_read(&node, &used, reader, text);
    if (status == APL_OK && node == NULL)
        status = apl_fail(APL_E_INPUT, "the text is empty");
    if (status == APL_OK && skip_blank(apl_str_slice(text, used, text.size)).size)
        status = apl_fail(APL_E_INPUT, "something stands behind the JSON value");
    if (status != APL_OK)
        status = parse_failed(status, text, used);
    else
        *out = apl_json_value(arena, node);
    apl_json_reader_free(reader);
    return status;
}

bool apl_json_write(apl_text *out, const apl_json *node)
{
    yyjson_write_err error = {0};
    size_t size = 0;
    char *text = yyjson_val_write_opts((yyjson_val *)(uintptr_t)node, YYJSON_WRITE_NOFLAG, NULL, &size, &error);

    if (text == NULL)
        return false;
    apl_text_add(out, apl_str_make(text, size));
    apl_memory_free(text); /* yyjson's default allocator is malloc */
    return !out->is_cut;
}
