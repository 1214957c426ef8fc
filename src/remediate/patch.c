/* remediate/patch.c: paths with dots to RFC 6902 operations, and operations to documents.
 *
 * A path is followed in the document without regard to case, as Azure compares names; the pointer has the spelling of
 * the document. Where an inner object is missing, the operation adds it whole, so that its undo takes it away whole.
 * No recursion: a path has at most APL_PATCH_DEPTH_MAX steps, kept on the stack. */
#include "remediate/patch.h"

#include <stdlib.h>

#include "base/limits.h"

const char *const apl_change_names[] = {"add", "replace", "remove", NULL};

typedef enum token_kind {
    TOKEN_NAME = 0,
    TOKEN_INDEX,
    TOKEN_STAR,
} token_kind;

/* One step of a path: a name, a place in a list, or each member of a list. */
typedef struct token {
    token_kind kind;
    apl_str name;
    uint32_t index;
} token;

typedef struct route {
    token tokens[APL_PATCH_DEPTH_MAX];
    size_t count;
} route;

/* -- Paths with dots ----------------------------------------------------------------------------------------------- */

static bool read_index(uint32_t *out, apl_str text)
{
    uint64_t number = 0;

    if (text.size == 0 || text.size > 9)
        return false;
    for (uint32_t i = 0; i < text.size; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return false;
        number = number * 10 + (uint64_t)(text.data[i] - '0');
    }
    *out = (uint32_t)number;
    return true;
}

/* What stands between brackets: *, a number, or a name in quotes. */
static bool read_bracket(token *out, apl_str inside)
{
    if (apl_str_equal(inside, APL_STR("*"))) {
        *out = (token){.kind = TOKEN_STAR};
        return true;
    }
    *out = (token){.kind = TOKEN_INDEX};
    if (read_index(&out->index, inside))
        return true;
    bool is_quoted = inside.size > 2 && (inside.data[0] == '\'' || inside.data[0] == '"') &&
                     inside.data[inside.size - 1] == inside.data[0];
    *out = (token){.kind = TOKEN_NAME, .name = is_quoted ? apl_str_slice(inside, 1, inside.size - 1) : APL_STR_NONE};
    return is_quoted;
}

/* Where the name or bracket that starts at `at` ends. */
static size_t end_of_token(apl_str path, size_t at)
{
    bool is_bracket = path.data[at] == '[';

    for (size_t i = at + 1; i < path.size; i++) {
        if (is_bracket ? path.data[i] == ']' : path.data[i] == '.' || path.data[i] == '[')
            return i;
    }
    return path.size;
}

static apl_status read_route(route *out, apl_str path)
{
    size_t at = 0;

    out->count = 0;
    while (at < path.size) {
        token read = {.kind = TOKEN_NAME};
        size_t end = end_of_token(path, at);
        bool is_bracket = path.data[at] == '[';
        bool is_good = is_bracket ? end < path.size && read_bracket(&read, apl_str_slice(path, at + 1, end))
                                  : path.data[at] != '.';
        if (!is_bracket)
            read.name = apl_str_slice(path, at, end);
        if (!is_good || out->count == APL_PATCH_DEPTH_MAX)
            return apl_fail(APL_E_INPUT, "%.*s is no path that can be changed", APL_STR_ARG(path));
        out->tokens[out->count++] = read;
        at = is_bracket ? end + 1 : end;
        if (at < path.size && path.data[at] == '.' && ++at == path.size)
            return apl_fail(APL_E_INPUT, "%.*s is no path that can be changed", APL_STR_ARG(path));
    }
    return out->count ? APL_OK : apl_fail(APL_E_INPUT, "a path that can be changed is not empty");
}

/* -- Pointers ------------------------------------------------------------------------------------------------------ */

static void add_pointer_name(apl_text *out, apl_str name)
{
    apl_text_add_char(out, '/');
    for (uint32_t i = 0; i < name.size; i++) {
        if (name.data[i] == '~')
            apl_text_add(out, APL_STR("~0"));
        else if (name.data[i] == '/')
            apl_text_add(out, APL_STR("~1"));
        else
            apl_text_add_char(out, name.data[i]);
    }
}

static apl_str pointer_of(apl_arena *arena, const token *tokens, size_t count)
{
    apl_text text;

    apl_text_init(&text, APL_DOCUMENT_BYTES_MAX);
    for (size_t i = 0; i < count; i++) {
        if (tokens[i].kind == TOKEN_INDEX)
            apl_text_add_format(&text, "/%u", tokens[i].index);
        else
            add_pointer_name(&text, tokens[i].name);
    }
    apl_str pointer = apl_arena_str(arena, apl_text_str(&text));
    apl_text_free(&text);
    return pointer;
}

/* The next name of a pointer, unescaped into `name`, which has room for the whole pointer. */
static bool next_name(apl_str *name, char *room, apl_str *rest)
{
    uint32_t at = 1;
    uint32_t size = 0;

    if (rest->size == 0 || rest->data[0] != '/')
        return false;
    for (; at < rest->size && rest->data[at] != '/'; at++) {
        char c = rest->data[at];
        if (c == '~' && at + 1 < rest->size && (rest->data[at + 1] == '0' || rest->data[at + 1] == '1'))
            c = rest->data[++at] == '0' ? '~' : '/';
        room[size++] = c;
    }
    *name = apl_str_make(room, size);
    *rest = apl_str_slice(*rest, at, rest->size);
    return true;
}

/* The place of `name` in the container: the last member of that exact name, or the item of that number. */
static bool find_exact(uint32_t *place, apl_value container, apl_str name)
{
    if (container.type == APL_VALUE_ARRAY)
        return read_index(place, name) && *place < container.size;
    for (uint32_t i = container.type == APL_VALUE_OBJECT ? container.size : 0; i > 0; i--) {
        if (apl_str_equal(container.members[i - 1].key, name)) {
            *place = i - 1;
            return true;
        }
    }
    return false;
}

static apl_value child_at(apl_value container, uint32_t place)
{
    return container.type == APL_VALUE_ARRAY ? container.items[place] : container.members[place].value;
}

apl_value apl_pointer_value(apl_value body, apl_str pointer)
{
    char *room = apl_memory_new(pointer.size + 1);
    apl_str rest = pointer;
    apl_value at = body;
    apl_str name;
    uint32_t place;

    while (apl_value_is_there(at) && next_name(&name, room, &rest))
        at = find_exact(&place, at, name) ? child_at(at, place) : APL_MISSING;
    apl_memory_free(room);
    return rest.size ? APL_MISSING : at;
}

apl_str apl_pointer_path(apl_arena *arena, apl_str pointer)
{
    char *room = apl_memory_new(pointer.size + 1);
    apl_str rest = pointer;
    apl_text text;
    apl_str name;
    uint32_t index;

    apl_text_init(&text, APL_DOCUMENT_BYTES_MAX);
    while (next_name(&name, room, &rest)) {
        if (read_index(&index, name))
            apl_text_add_format(&text, "[%u]", index);
        else if (memchr(name.data, '.', name.size) || memchr(name.data, '[', name.size))
            apl_text_add_format(&text, "['%.*s']", APL_STR_ARG(name));
        else
            apl_text_add_format(&text, "%s%.*s", text.size ? "." : "", APL_STR_ARG(name));
    }
    apl_str path = apl_arena_str(arena, apl_text_str(&text));
    apl_text_free(&text);
    apl_memory_free(room);
    return path;
}

/* -- Doing one operation ------------------------------------------------------------------------------------------- */

typedef struct child {
    apl_str key; /* of a new member */
    apl_value value;
    bool inserts;
} child;

/* A copy of the container with `value` at `place`: in place of what is there, or before it; missing takes it away. */
static apl_value with_child(apl_arena *arena, apl_value container, uint32_t place, const child *given)
{
    apl_value value = given->value;
    bool inserts = given->inserts;
    bool is_array = container.type == APL_VALUE_ARRAY;
    bool removes = value.type == APL_VALUE_MISSING;
    uint32_t size = container.size + (inserts ? 1 : 0) - (removes ? 1 : 0);
    apl_value *items = is_array ? APL_ARENA_ARRAY(arena, apl_value, size + 1) : NULL;
    apl_member *members = is_array ? NULL : APL_ARENA_ARRAY(arena, apl_member, size + 1);
    uint32_t from = 0;

    for (uint32_t to = 0; to < size; to++) {
        if (from == place && removes)
            from++;
        bool is_new = to == place && !removes;
        if (is_array)
            items[to] = is_new ? value : container.items[from];
        else if (is_new)
            members[to] = (apl_member){inserts ? given->key : container.members[from].key, value};
        else
            members[to] = container.members[from];
        if (!is_new || !inserts)
            from++;
    }
    return is_array ? apl_value_array(items, size) : apl_value_object(members, size);
}

/* The containers on the way to the last name of a pointer. */
typedef struct descent {
    apl_value containers[APL_JSON_DEPTH_MAX];
    uint32_t places[APL_JSON_DEPTH_MAX];
    size_t count; /* of containers; the last one holds the last name */
    apl_str last;
} descent;

static apl_status descend(descent *out, char *room, apl_value body, apl_str pointer)
{
    apl_str rest = pointer;
    apl_value at = body;

    out->count = 0;
    while (next_name(&out->last, room, &rest)) {
        bool is_container = at.type == APL_VALUE_OBJECT || at.type == APL_VALUE_ARRAY;
        if (!is_container || out->count == APL_JSON_DEPTH_MAX)
            break;
        out->containers[out->count] = at;
        if (rest.size == 0) {
            out->count++;
            return APL_OK;
        }
        if (!find_exact(&out->places[out->count], at, out->last))
            break;
        at = child_at(at, out->places[out->count++]);
    }
    return apl_fail(APL_E_INPUT, "%.*s names nothing in the document", APL_STR_ARG(pointer));
}

/* The last container with the operation done. */
static apl_status change_last(apl_value *out, apl_arena *arena, const descent *at, const apl_change *change)
{
    apl_value container = at->containers[at->count - 1];
    uint32_t place = container.size;
    bool is_there = find_exact(&place, container, at->last);
    bool is_array = container.type == APL_VALUE_ARRAY;
    bool adds = change->kind == APL_CHANGE_ADD;
    bool is_end = is_array && adds && !is_there &&
                  (apl_str_equal(at->last, APL_STR("-")) || (read_index(&place, at->last) && place == container.size));

    if (is_end)
        place = container.size;
    if (!is_there && !is_end && !(adds && !is_array))
        return apl_fail(APL_E_INPUT, "%.*s names nothing in the document", APL_STR_ARG(change->pointer));
    if (!is_there && !is_end)
        place = container.size;
    bool inserts = adds && (is_array || !is_there);
    apl_value value = change->kind == APL_CHANGE_REMOVE ? APL_MISSING : change->value;
    *out = with_child(arena, container, place, &(child){apl_arena_str(arena, at->last), value, inserts});
    return APL_OK;
}

static apl_status apply_one(apl_value *out, apl_arena *arena, apl_value body, const apl_change *change)
{
    char *room = apl_memory_new(change->pointer.size + 1);
    descent *at = apl_memory_new(sizeof *at);
    apl_value made = body;
    apl_status status = descend(at, room, body, change->pointer);

    if (status == APL_OK)
        status = change_last(&made, arena, at, change);
    for (size_t i = status == APL_OK ? at->count - 1 : 0; i > 0; i--)
        made = with_child(arena, at->containers[i - 1], at->places[i - 1], &(child){.value = made});
    *out = made;
    apl_memory_free(at);
    apl_memory_free(room);
    return status;
}

apl_status apl_changes_apply(apl_value *out, apl_arena *arena, apl_value body, const apl_changes *changes)
{
    apl_status status = APL_OK;

    *out = body;
    for (size_t i = 0; status == APL_OK && i < changes->count; i++)
        status = apply_one(out, arena, *out, &changes->items[i]);
    return status;
}

/* -- From patches to operations ------------------------------------------------------------------------------------ */

typedef struct making {
    apl_arena *arena;
    apl_value body; /* as it is after the operations so far */
    APL_VECTOR(apl_change) changes;
    const apl_patch *patch;
} making;

static apl_status add_change(making *job, const token *tokens, size_t count, apl_value value, apl_value before)
{
    bool is_there = apl_value_is_there(before);
    apl_change change = {.pointer = pointer_of(job->arena, tokens, count), .value = value, .before = before};

    if (job->changes.count == APL_CHANGES_MAX)
        return apl_fail(APL_E_LIMIT, "more than %d changes of one document", APL_CHANGES_MAX);
    change.kind = value.type == APL_VALUE_MISSING ? APL_CHANGE_REMOVE : is_there ? APL_CHANGE_REPLACE : APL_CHANGE_ADD;
    APL_PUSH(&job->changes, change);
    return apply_one(&job->body, job->arena, job->body, &change);
}

/* The value inside objects of the names that the document lacks. */
static apl_value wrapped(apl_arena *arena, const token *tokens, size_t count, apl_value value)
{
    for (size_t i = count; i > 0; i--) {
        apl_member *member = APL_ARENA_NEW(arena, apl_member);
        *member = (apl_member){tokens[i - 1].name, value};
        value = apl_value_object(member, 1);
    }
    return value;
}

static bool are_names(const token *tokens, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (tokens[i].kind != TOKEN_NAME)
            return false;
    }
    return true;
}

/* The member's place, without regard to case; tokens[i] takes the spelling of the document. */
static bool find_token(uint32_t *place, apl_value container, token *wanted)
{
    if (wanted->kind == TOKEN_INDEX) {
        *place = wanted->index;
        return container.type == APL_VALUE_ARRAY && wanted->index < container.size;
    }
    for (uint32_t i = container.type == APL_VALUE_OBJECT ? container.size : 0; i > 0; i--) {
        if (apl_str_equal_nocase(container.members[i - 1].key, wanted->name)) {
            wanted->name = container.members[i - 1].key;
            *place = i - 1;
            return true;
        }
    }
    return false;
}

/* Follows the first `most` steps as far as the document goes: how many there were, and where they end. */
static size_t follow(apl_value *end, const making *job, route *path, size_t most)
{
    size_t depth = 0;
    uint32_t place = 0;

    *end = job->body;
    while (depth < most && find_token(&place, *end, &path->tokens[depth])) {
        *end = child_at(*end, place);
        depth++;
    }
    return depth;
}

/* One concrete path. */
static apl_status change_at(making *job, route *path)
{
    bool removes = apl_str_equal(job->patch->operation, APL_STR("remove"));
    bool only_adds = apl_str_equal(job->patch->operation, APL_STR("add"));
    apl_value at;
    size_t depth = follow(&at, job, path, path->count);

    if (depth == path->count) {
        bool is_same = removes ? false : apl_value_equal(at, job->patch->value);
        bool stays = is_same || (only_adds && at.type != APL_VALUE_NULL);
        return stays ? APL_OK : add_change(job, path->tokens, depth, removes ? APL_MISSING : job->patch->value, at);
    }
    if (removes)
        return APL_OK;
    /* A null stands for an object that is not there; anything else that is no object is in the way. */
    bool is_null = at.type == APL_VALUE_NULL;
    bool is_open = is_null || at.type == APL_VALUE_OBJECT;
    if (!is_open || !are_names(path->tokens + depth, path->count - depth) || (is_null && depth == 0))
        return apl_fail(APL_E_INPUT, "%.*s does not fit the document that was read", APL_STR_ARG(job->patch->path));
    size_t known = is_null ? depth : depth + 1;
    apl_value value = wrapped(job->arena, path->tokens + known, path->count - known, job->patch->value);
    return add_change(job, path->tokens, known, value, is_null ? at : APL_MISSING);
}

/* A [*] at the end adds a member to the list, unless an equal one is there. */
static apl_status append_to(making *job, route *path, apl_value list)
{
    apl_value value = job->patch->value;

    if (list.type != APL_VALUE_ARRAY || apl_str_equal(job->patch->operation, APL_STR("remove")))
        return apl_fail(APL_E_INPUT, "%.*s: only adding to a list that is there can be planned",
                        APL_STR_ARG(job->patch->path));
    for (uint32_t i = 0; i < list.size; i++) {
        if (apl_value_equal(list.items[i], value))
            return APL_OK;
    }
    path->tokens[path->count - 1] = (token){.kind = TOKEN_INDEX, .index = list.size};
    return add_change(job, path->tokens, path->count, value, APL_MISSING);
}

/* The first [*] of the path, or its number of steps. */
static size_t star_of(const route *path)
{
    size_t at = 0;

    while (at < path->count && path->tokens[at].kind != TOKEN_STAR)
        at++;
    return at;
}

/* Paths that still have a [*] wait here, the last one first. */
static apl_status change_patch(making *job)
{
    APL_VECTOR(route) waiting = {0};
    route path;
    apl_status status = read_route(&path, job->patch->path);

    if (status == APL_OK)
        APL_PUSH(&waiting, path);
    while (status == APL_OK && waiting.count) {
        path = waiting.items[--waiting.count];
        size_t star = star_of(&path);
        if (star == path.count) {
            status = change_at(job, &path);
            continue;
        }
        apl_value list;
        if (follow(&list, job, &path, star) < star)
            list = APL_MISSING;
        if (star + 1 == path.count) {
            status = append_to(job, &path, list);
            continue;
        }
        if (list.type == APL_VALUE_ARRAY && list.size + waiting.count > APL_CHANGES_MAX)
            status = apl_fail(APL_E_LIMIT, "more than %d changes of one document", APL_CHANGES_MAX);
        for (uint32_t i = status == APL_OK && list.type == APL_VALUE_ARRAY ? list.size : 0; i > 0; i--) {
            path.tokens[star] = (token){.kind = TOKEN_INDEX, .index = i - 1};
            APL_PUSH(&waiting, path);
        }
    }
    apl_memory_free(waiting.items);
    return status;
}

apl_status apl_changes_make(apl_changes *out, apl_value *after, apl_arena *arena, apl_value body, apl_patch_list list)
{
    making job = {.arena = arena, .body = body};
    apl_status status = APL_OK;

    for (size_t i = 0; status == APL_OK && i < list.count; i++) {
        job.patch = &list.items[i];
        status = change_patch(&job);
    }
    apl_change *items = APL_ARENA_ARRAY(arena, apl_change, job.changes.count);
    if (job.changes.count)
        memcpy(items, job.changes.items, job.changes.count * sizeof *items);
    *out = (apl_changes){items, status == APL_OK ? job.changes.count : 0};
    *after = job.body;
    apl_memory_free(job.changes.items);
    return status;
}

/* -- The way back -------------------------------------------------------------------------------------------------- */

apl_changes apl_changes_invert(apl_arena *arena, const apl_changes *changes)
{
    apl_change *items = APL_ARENA_ARRAY(arena, apl_change, changes->count);

    for (size_t i = 0; i < changes->count; i++) {
        const apl_change *done = &changes->items[changes->count - 1 - i];
        apl_change back = {.pointer = done->pointer, .value = done->before, .before = done->value};
        back.kind = done->kind == APL_CHANGE_ADD      ? APL_CHANGE_REMOVE
                    : done->kind == APL_CHANGE_REMOVE ? APL_CHANGE_ADD
                                                      : APL_CHANGE_REPLACE;
        items[i] = back;
    }
    return (apl_changes){items, changes->count};
}

/* -- Merge patch --------------------------------------------------------------------------------------------------- */

/* Sets the pointer's place in the merge document; the way there is made of objects only. */
static apl_value merged(apl_arena *arena, apl_value merge, apl_value after, apl_str pointer)
{
    apl_value containers[APL_PATCH_DEPTH_MAX];
    apl_str names[APL_PATCH_DEPTH_MAX];
    char *room = apl_memory_new(pointer.size + 1);
    apl_str rest = pointer;
    size_t depth = 0;
    apl_value value = after;
    apl_value at = merge;
    uint32_t place;

    /* Down to the last name, or to a list, which goes whole. */
    while (value.type == APL_VALUE_OBJECT && depth < APL_PATCH_DEPTH_MAX && next_name(&names[depth], room, &rest)) {
        names[depth] = apl_arena_str(arena, names[depth]);
        containers[depth] = at.type == APL_VALUE_OBJECT ? at : apl_value_object(NULL, 0);
        value = find_exact(&place, value, names[depth]) ? child_at(value, place) : APL_NULL;
        at = find_exact(&place, containers[depth], names[depth]) ? child_at(containers[depth], place) : APL_MISSING;
        depth++;
    }
    for (size_t i = depth; i > 0; i--) {
        bool is_there = find_exact(&place, containers[i - 1], names[i - 1]);
        value = with_child(arena, containers[i - 1], is_there ? place : containers[i - 1].size,
                           &(child){names[i - 1], value, !is_there});
    }
    apl_memory_free(room);
    return value;
}

bool apl_changes_merge(apl_value *out, apl_arena *arena, const apl_changes *changes, apl_value after)
{
    *out = apl_value_object(NULL, 0);
    for (size_t i = 0; i < changes->count; i++) {
        const apl_change *change = &changes->items[i];
        if (change->before.type == APL_VALUE_OBJECT && change->value.type == APL_VALUE_OBJECT)
            return false;
        *out = merged(arena, *out, after, change->pointer);
    }
    return true;
}
