/* yaml/yaml.c: libfyaml nodes to values.
 *
 * The tree is walked with an explicit stack; depth, size and doubled names are checked on the way. */
#include "yaml/yaml.h"

#include <errno.h>
#include <libfyaml.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/limits.h"

typedef struct build_job {
    struct fy_node *node;
    apl_value *target;
    unsigned depth;
} build_job;

typedef APL_VECTOR(build_job) build_jobs;

/* The first scalar at or below the node: only scalars have a place in libfyaml. */
static struct fy_token *token_near(struct fy_node *node)
{
    for (unsigned depth = 0; node && depth < APL_JSON_DEPTH_MAX; depth++) {
        struct fy_node_pair *pair = NULL;
        if (fy_node_is_scalar(node))
            return fy_node_get_scalar_token(node);
        pair = fy_node_is_mapping(node) ? fy_node_mapping_get_by_index(node, 0) : NULL;
        node = pair ? fy_node_pair_key(pair) : fy_node_sequence_get_by_index(node, 0);
    }
    return NULL;
}

static apl_status fault_at(struct fy_node *node, const char *what)
{
    struct fy_token *token = token_near(node);
    const struct fy_mark *mark = token ? fy_token_start_mark(token) : NULL;

    if (mark == NULL)
        return apl_fail(APL_E_CONTENT, "%s", what);
    return apl_fail(APL_E_CONTENT, "line %d, column %d: %s", mark->line + 1, mark->column + 1, what);
}

static bool is_digits(apl_str text, size_t from)
{
    for (size_t i = from; i < text.size; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return false;
    }
    return text.size > from;
}

static bool is_one_of(apl_str text, const char *const *names)
{
    for (size_t i = 0; names[i]; i++) {
        if (apl_str_equal(text, apl_str_from(names[i])))
            return true;
    }
    return false;
}

/* A number by the core schema: sign, digits, one point, one exponent; nothing else. */
static bool looks_like_real(apl_str text)
{
    bool has_digit = false;
    bool has_mark = false;

    for (uint32_t i = 0; i < text.size; i++) {
        char c = text.data[i];
        bool is_sign = (c == '-' || c == '+') && (i == 0 || text.data[i - 1] == 'e' || text.data[i - 1] == 'E');
        has_digit = has_digit || (c >= '0' && c <= '9');
        has_mark = has_mark || c == '.' || c == 'e' || c == 'E';
        if (!is_sign && (c < '0' || c > '9') && c != '.' && c != 'e' && c != 'E')
            return false;
    }
    return has_digit && has_mark;
}

static apl_value plain_scalar(apl_arena *arena, apl_str text)
{
    static const char *const nulls[] = {"", "~", "null", "Null", "NULL", NULL};
    static const char *const trues[] = {"true", "True", "TRUE", NULL};
    static const char *const falses[] = {"false", "False", "FALSE", NULL};
    char copy[64];
    char *end = NULL;

    if (is_one_of(text, nulls))
        return APL_NULL;
    if (is_one_of(text, trues) || is_one_of(text, falses))
        return apl_value_bool(is_one_of(text, trues));
    if (text.size < sizeof copy) {
        memcpy(copy, text.data, text.size);
        copy[text.size] = 0;
        bool is_signed = copy[0] == '-' || copy[0] == '+';
        errno = 0;
        if (is_digits(text, is_signed)) {
            long long integer = strtoll(copy, &end, 10);
            if (errno == 0)
                return apl_value_integer(integer);
        }
        if (looks_like_real(text)) {
            double real = strtod(copy, &end);
            if (end && *end == 0)
                return apl_value_real(real);
        }
    }
    return apl_value_string(apl_arena_str(arena, text));
}

static apl_status build_scalar(apl_arena *arena, build_job job)
{
    size_t size = 0;
    const char *data = fy_node_get_scalar(job.node, &size);
    apl_str text = apl_str_make(data ? data : "", size);

    if (fy_node_get_style(job.node) == FYNS_PLAIN)
        *job.target = plain_scalar(arena, text);
    else
        *job.target = apl_value_string(apl_arena_str(arena, text));
    return APL_OK;
}

static apl_status build_sequence(apl_arena *arena, build_jobs *jobs, build_job job)
{
    size_t count = (size_t)fy_node_sequence_item_count(job.node);
    apl_value *items = APL_ARENA_ARRAY(arena, apl_value, count);
    void *iterator = NULL;
    struct fy_node *item = NULL;
    size_t i = 0;

    *job.target = apl_value_array(items, count);
    while (i < count && (item = fy_node_sequence_iterate(job.node, &iterator)) != NULL)
        APL_PUSH(jobs, ((build_job){item, &items[i++], job.depth + 1}));
    return APL_OK;
}

static apl_status build_mapping(apl_arena *arena, build_jobs *jobs, build_job job)
{
    size_t count = (size_t)fy_node_mapping_item_count(job.node);
    apl_member *members = APL_ARENA_ARRAY(arena, apl_member, count);
    struct fy_node_pair *pair = NULL;
    void *iterator = NULL;
    size_t i = 0;

    *job.target = apl_value_object(members, count);
    while (i < count && (pair = fy_node_mapping_iterate(job.node, &iterator)) != NULL) {
        struct fy_node *key = fy_node_pair_key(pair);
        struct fy_node *value = fy_node_pair_value(pair);
        size_t size = 0;
        const char *name = key && fy_node_is_scalar(key) ? fy_node_get_scalar(key, &size) : NULL;
        if (name == NULL)
            return fault_at(job.node, "a name of a mapping must be a text");
        members[i].key = apl_arena_str(arena, apl_str_make(name, size));
        if (value)
            APL_PUSH(jobs, ((build_job){value, &members[i].value, job.depth + 1}));
        else
            members[i].value = APL_NULL;
        i++;
    }
    return APL_OK;
}

static apl_status build_one(apl_arena *arena, build_jobs *jobs, build_job job)
{
    if (job.depth > APL_JSON_DEPTH_MAX)
        return fault_at(job.node, "nested too deep");
    if (fy_node_is_alias(job.node)) {
        struct fy_node *target = fy_node_resolve_alias(job.node);
        if (target == NULL || fy_node_is_alias(target))
            return fault_at(job.node, "no anchor has this name");
        job.node = target;
    }
    switch (fy_node_get_type(job.node)) {
    case FYNT_SCALAR:
        return build_scalar(arena, job);
    case FYNT_SEQUENCE:
        return build_sequence(arena, jobs, job);
    case FYNT_MAPPING:
        return build_mapping(arena, jobs, job);
    }
    return fault_at(job.node, "an unknown kind of node");
}

static apl_status build_tree(apl_value *out, apl_arena *arena, struct fy_document *document)
{
    struct fy_node *root = fy_document_root(document);
    build_jobs jobs = {0};
    apl_status status = APL_OK;

    *out = APL_NULL;
    if (root == NULL)
        return APL_OK;
    APL_PUSH(&jobs, ((build_job){root, out, 0}));
    for (size_t nodes = 0; status == APL_OK && jobs.count; nodes++) {
        if (nodes == APL_YAML_NODES_MAX)
            status = apl_fail(APL_E_LIMIT, "more than %d values, aliases written out", APL_YAML_NODES_MAX);
        else
            status = build_one(arena, &jobs, jobs.items[--jobs.count]);
    }
    apl_memory_free(jobs.items);
    return status;
}

/* Directives are of no use here, and libfyaml 0.7 does not come back from some broken ones. A line of content that
 * begins so could only stand in a text without indentation, which content does not have. */
static apl_status refuse_directives(apl_str text)
{
    int line = 1;

    for (uint32_t i = 0; i < text.size; i++) {
        bool is_first = i == 0 || text.data[i - 1] == '\n' || text.data[i - 1] == '\r';
        if (text.data[i] == '%' && is_first)
            return apl_fail(APL_E_CONTENT, "line %d, column 1: directives (%%) are not supported", line);
        line += text.data[i] == '\n';
    }
    return APL_OK;
}

/* Content is UTF-8; libfyaml 0.7 loses memory over broken sequences in quoted texts. */
static apl_status refuse_other_encodings(apl_str text)
{
    const unsigned char *bytes = (const unsigned char *)text.data;
    int line = 1;
    size_t size = 1;

    for (size_t i = 0; i < text.size; i += size) {
        size = apl_utf8_size(bytes + i, text.size - i);
        if (size == 0)
            return apl_fail(APL_E_CONTENT, "line %d: the text is not UTF-8", line);
        line += bytes[i] == '\n';
    }
    return APL_OK;
}

static apl_status describe(struct fy_diag *diagnostics)
{
    void *iterator = NULL;
    const struct fy_diag_error *error = fy_diag_errors_iterate(diagnostics, &iterator);

    if (error == NULL)
        return apl_fail(APL_E_CONTENT, "not YAML");
    return apl_fail(APL_E_CONTENT, "line %d, column %d: not YAML: %s", error->line, error->column, error->msg);
}

/* Nothing but blanks and comments: libfyaml gives no document for it, and no reason. */
static bool is_empty(apl_str text)
{
    apl_str line;

    while (text.size && apl_str_next(&line, &text, '\n')) {
        line = apl_str_trim(line);
        if (line.size && line.data[0] != '#')
            return false;
    }
    return true;
}

apl_status apl_yaml_parse(apl_value *out, apl_arena *arena, apl_str text)
{
    struct fy_diag_cfg quiet;
    apl_status status;

    *out = APL_NULL;
    if (text.size > APL_CONTENT_BYTES_MAX)
        return apl_fail(APL_E_LIMIT, "more than %u bytes", APL_CONTENT_BYTES_MAX);
    if (is_empty(text))
        return APL_OK;
    if (apl_str_starts(text, APL_STR("\xEF\xBB\xBF")))
        text = apl_str_slice(text, 3, text.size);
    status = refuse_directives(text);
    if (status == APL_OK)
        status = refuse_other_encodings(text);
    if (status != APL_OK)
        return status;
    fy_diag_cfg_default(&quiet);
    quiet.fp = NULL;
    struct fy_diag *diagnostics = fy_diag_create(&quiet);
    if (diagnostics == NULL)
        apl_die("out of memory");
    fy_diag_set_collect_errors(diagnostics, true);
    struct fy_parse_cfg settings = {.flags = FYPCF_QUIET | FYPCF_DEFAULT_VERSION_1_2, .diag = diagnostics};
    struct fy_document *document = fy_document_build_from_string(&settings, text.data ? text.data : "", text.size);
    if (document == NULL)
        status = describe(diagnostics);
    else
        status = build_tree(out, arena, document);
    fy_document_destroy(document);
    fy_diag_destroy(diagnostics);
    return status;
}
