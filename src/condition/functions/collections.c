/* condition/functions/collections.c: functions of arrays and objects, and those that take texts as well.
 *
 * Items and members are compared as JSON (exactly), but keys of objects without regard to case, as Azure's templates
 * do. Results share the parts they are made of; nothing is copied deeply. */
#include <stdlib.h>

#include "condition/fold.h"
#include "condition/program.h"

/* Comparisons of one call: two arrays of 3,000 different items. */
#define COMPARISONS_MAX 10000000u

apl_status apl_fn_array(apl_value *out, const apl_call *call)
{
    apl_value *items = NULL;

    *out = call->arguments[0];
    if (out->type == APL_VALUE_ARRAY)
        return APL_OK;
    apl_status status = apl_call_items(&items, call, 1);
    if (status == APL_OK) {
        items[0] = call->arguments[0];
        *out = apl_value_array(items, 1);
    }
    return status;
}

apl_status apl_fn_create_array(apl_value *out, const apl_call *call)
{
    apl_value *items = NULL;
    apl_status status = apl_call_items(&items, call, call->count);

    for (uint32_t i = 0; i < call->count && status == APL_OK; i++)
        items[i] = call->arguments[i];
    *out = apl_value_array(items, call->count);
    return status;
}

static size_t member_index(const apl_member *members, size_t count, apl_str key)
{
    size_t at = 0;

    while (at < count && !apl_str_equal_nocase(members[at].key, key))
        at++;
    return at;
}

apl_status apl_fn_create_object(apl_value *out, const apl_call *call)
{
    apl_member *members = NULL;
    size_t count = 0;
    apl_str key;

    if (call->count % 2 != 0)
        return apl_fail(APL_E_INPUT, "createObject(): the last key has no value");
    apl_status status = apl_call_members(&members, call, call->count / 2);
    for (uint32_t i = 0; i < call->count && status == APL_OK; i += 2) {
        status = apl_call_need_text(&key, call, i);
        if (status != APL_OK)
            break;
        size_t at = member_index(members, count, key);
        count += at == count;
        members[at] = (apl_member){key, call->arguments[i + 1]};
    }
    *out = apl_value_object(members, count);
    return status;
}

apl_status apl_fn_contains(apl_value *out, const apl_call *call)
{
    apl_value container = call->arguments[0];

    if (container.type != APL_VALUE_STRING && container.type != APL_VALUE_ARRAY && container.type != APL_VALUE_OBJECT)
        return apl_call_wrong(call, 0, "a text, an array or an object");
    *out = apl_value_bool(apl_operator_apply(APL_OP_CONTAINS, container, call->arguments[1]) == APL_TRUE);
    return APL_OK;
}

apl_status apl_fn_empty(apl_value *out, const apl_call *call)
{
    apl_value value = call->arguments[0];

    if (value.type == APL_VALUE_BOOL || apl_value_is_number(value))
        return apl_call_wrong(call, 0, "a text, an array or an object");
    *out = apl_value_bool(value.type == APL_VALUE_NULL || value.size == 0);
    return APL_OK;
}

apl_status apl_fn_length(apl_value *out, const apl_call *call)
{
    apl_value value = call->arguments[0];

    if (value.type == APL_VALUE_STRING)
        *out = apl_value_integer((int64_t)apl_utf8_length(apl_value_str(value)));
    else if (value.type == APL_VALUE_ARRAY || value.type == APL_VALUE_OBJECT)
        *out = apl_value_integer(value.size);
    else
        return apl_call_wrong(call, 0, "a text, an array or an object");
    return APL_OK;
}

/* The part of an array or text from item `from` up to item `to`, both cut to what there is. */
static apl_value part_of(apl_value value, uint64_t from, uint64_t to)
{
    if (value.type == APL_VALUE_ARRAY) {
        from = from < value.size ? from : value.size;
        to = to < value.size ? to : value.size;
        return apl_value_array(value.items + from, to - from);
    }
    apl_str text = apl_value_str(value);
    uint32_t start = apl_utf8_offset(text, from);
    uint32_t end = apl_utf8_offset(text, to);
    return apl_value_string(apl_str_slice(text, start, end));
}

static apl_status need_sequence(const apl_call *call)
{
    uint8_t type = call->arguments[0].type;

    return type == APL_VALUE_ARRAY || type == APL_VALUE_STRING ? APL_OK : apl_call_wrong(call, 0, "an array or a text");
}

apl_status apl_fn_first(apl_value *out, const apl_call *call)
{
    apl_value value = call->arguments[0];
    apl_status status = need_sequence(call);

    if (status != APL_OK)
        return status;
    if (value.type == APL_VALUE_ARRAY)
        *out = value.size ? value.items[0] : APL_NULL;
    else
        *out = part_of(value, 0, 1);
    return APL_OK;
}

apl_status apl_fn_last(apl_value *out, const apl_call *call)
{
    apl_value value = call->arguments[0];
    apl_status status = need_sequence(call);

    if (status != APL_OK)
        return status;
    if (value.type == APL_VALUE_ARRAY) {
        *out = value.size ? value.items[value.size - 1] : APL_NULL;
        return APL_OK;
    }
    size_t length = apl_utf8_length(apl_value_str(value));
    *out = part_of(value, length ? length - 1 : 0, length);
    return APL_OK;
}

apl_status apl_fn_skip(apl_value *out, const apl_call *call)
{
    int64_t count = 0;
    apl_status status = need_sequence(call);

    if (status == APL_OK)
        status = apl_call_need_integer(&count, call, 1);
    if (status == APL_OK)
        *out = part_of(call->arguments[0], count > 0 ? (uint64_t)count : 0, UINT32_MAX);
    return status;
}

apl_status apl_fn_take(apl_value *out, const apl_call *call)
{
    int64_t count = 0;
    apl_status status = need_sequence(call);

    if (status == APL_OK)
        status = apl_call_need_integer(&count, call, 1);
    if (status == APL_OK)
        *out = part_of(call->arguments[0], 0, count > 0 ? (uint64_t)count : 0);
    return status;
}

static apl_status item_from_end(apl_value *out, const apl_call *call, bool may_be_missing)
{
    apl_value array = call->arguments[0];
    int64_t index = 0;
    apl_status status = apl_call_need_integer(&index, call, 1);

    if (status != APL_OK)
        return status;
    if (array.type != APL_VALUE_ARRAY && !may_be_missing)
        return apl_call_wrong(call, 0, "an array");
    *out = APL_NULL;
    if (array.type == APL_VALUE_ARRAY && index >= 1 && index <= (int64_t)array.size)
        *out = array.items[(int64_t)array.size - index];
    else if (!may_be_missing)
        return apl_fail(APL_E_INPUT, "indexFromEnd(): there is no item %lld from the end of an array of %u",
                        (long long)index, array.size);
    return APL_OK;
}

apl_status apl_fn_index_from_end(apl_value *out, const apl_call *call)
{
    return item_from_end(out, call, false);
}

apl_status apl_fn_try_index_from_end(apl_value *out, const apl_call *call)
{
    return item_from_end(out, call, true);
}

/* One step of tryGet(): a key into an object or an index into an array; null when there is nothing. */
static apl_value get_or_null(apl_value value, apl_value key)
{
    if (key.type == APL_VALUE_STRING)
        value = apl_value_get(value, apl_value_str(key));
    else if (key.type == APL_VALUE_INTEGER && value.type == APL_VALUE_ARRAY && key.integer >= 0 &&
             key.integer < (int64_t)value.size)
        value = value.items[key.integer];
    else
        value = APL_NULL;
    return value.type == APL_VALUE_MISSING ? APL_NULL : value;
}

apl_status apl_fn_try_get(apl_value *out, const apl_call *call)
{
    *out = call->arguments[0];
    for (uint32_t i = 1; i < call->count; i++)
        *out = get_or_null(*out, call->arguments[i]);
    return APL_OK;
}

apl_status apl_fn_range(apl_value *out, const apl_call *call)
{
    int64_t first = 0;
    int64_t count = 0;
    apl_value *items = NULL;
    apl_status status = apl_call_need_integer(&first, call, 0);

    if (status == APL_OK)
        status = apl_call_need_integer(&count, call, 1);
    if (status != APL_OK)
        return status;
    if (count < 0 || count > 10000 || first < INT32_MIN || first + count > INT32_MAX)
        return apl_fail(APL_E_INPUT, "range(): at most 10000 numbers up to 2147483647");
    status = apl_call_items(&items, call, (size_t)count);
    for (int64_t i = 0; i < count && status == APL_OK; i++)
        items[i] = apl_value_integer(first + i);
    *out = apl_value_array(items, (size_t)count);
    return status;
}

apl_status apl_fn_flatten(apl_value *out, const apl_call *call)
{
    apl_value array = call->arguments[0];
    apl_value *items = NULL;
    size_t count = 0;
    size_t at = 0;

    if (array.type != APL_VALUE_ARRAY)
        return apl_call_wrong(call, 0, "an array of arrays");
    for (uint32_t i = 0; i < array.size; i++) {
        if (array.items[i].type != APL_VALUE_ARRAY)
            return apl_call_wrong(call, 0, "an array of arrays");
        count += array.items[i].size;
    }
    apl_status status = apl_call_items(&items, call, count);
    if (status != APL_OK)
        return status;
    for (uint32_t i = 0; i < array.size; i++) {
        for (uint32_t j = 0; j < array.items[i].size; j++)
            items[at++] = array.items[i].items[j];
    }
    *out = apl_value_array(items, count);
    return APL_OK;
}

static int compare_members(const void *a, const void *b)
{
    return apl_str_compare(((const apl_member *)a)->key, ((const apl_member *)b)->key);
}

/* The members of the object in argument 0, sorted by key. */
static apl_status sorted_members(apl_member **out, const apl_call *call)
{
    apl_value object = call->arguments[0];

    if (object.type != APL_VALUE_OBJECT)
        return apl_call_wrong(call, 0, "an object");
    apl_status status = apl_call_members(out, call, object.size);
    if (status == APL_OK && object.size) {
        memcpy(*out, object.members, object.size * sizeof **out);
        qsort(*out, object.size, sizeof **out, compare_members);
    }
    return status;
}

apl_status apl_fn_object_keys(apl_value *out, const apl_call *call)
{
    apl_member *members = NULL;
    apl_value *items = NULL;
    uint32_t count = call->arguments[0].size;
    apl_status status = sorted_members(&members, call);

    if (status == APL_OK)
        status = apl_call_items(&items, call, count);
    for (uint32_t i = 0; i < count && status == APL_OK; i++)
        items[i] = apl_value_string(members[i].key);
    *out = apl_value_array(items, count);
    return status;
}

apl_status apl_fn_items(apl_value *out, const apl_call *call)
{
    apl_member *members = NULL;
    apl_member *pairs = NULL;
    apl_value *items = NULL;
    uint32_t count = call->arguments[0].size;
    apl_status status = sorted_members(&members, call);

    if (status == APL_OK)
        status = apl_call_items(&items, call, count);
    if (status == APL_OK)
        status = apl_call_members(&pairs, call, (size_t)count * 2);
    for (uint32_t i = 0; i < count && status == APL_OK; i++) {
        pairs[2 * i] = (apl_member){APL_STR("key"), apl_value_string(members[i].key)};
        pairs[2 * i + 1] = (apl_member){APL_STR("value"), members[i].value};
        items[i] = apl_value_object(&pairs[2 * i], 2);
    }
    *out = apl_value_array(items, count);
    return status;
}

/* All arguments arrays, or all objects. */
static apl_status need_same_kind(const apl_call *call, size_t *total)
{
    uint8_t type = call->arguments[0].type;
    uint64_t comparisons = 0;

    *total = 0;
    if (type != APL_VALUE_ARRAY && type != APL_VALUE_OBJECT)
        return apl_call_wrong(call, 0, "an array or an object");
    for (uint32_t i = 0; i < call->count; i++) {
        if (call->arguments[i].type != type)
            return apl_call_wrong(call, i,
                                  type == APL_VALUE_ARRAY ? "an array like the first" : "an object like the first");
        comparisons += (uint64_t)call->arguments[i].size * (*total + call->arguments[i].size);
        *total += call->arguments[i].size;
    }
    if (comparisons > COMPARISONS_MAX)
        return apl_fail(APL_E_LIMIT, "%s(): the arguments are too large to compare", call->function->name);
    return APL_OK;
}

static bool has_item(const apl_value *items, size_t count, apl_value item)
{
    for (size_t i = 0; i < count; i++) {
        if (apl_value_equal(items[i], item))
            return true;
    }
    return false;
}

static apl_status union_of_arrays(apl_value *out, const apl_call *call, size_t total)
{
    apl_value *items = NULL;
    size_t count = 0;
    apl_status status = apl_call_items(&items, call, total);

    for (uint32_t i = 0; i < call->count && status == APL_OK; i++) {
        for (uint32_t j = 0; j < call->arguments[i].size; j++) {
            apl_value item = call->arguments[i].items[j];
            if (!has_item(items, count, item))
                items[count++] = item;
        }
    }
    *out = apl_value_array(items, count);
    return status;
}

/* Members of members are merged too: `work` holds the pairs of objects that are still to merge into one. */
typedef struct merge {
    apl_value *target;
    apl_value overlay;
} merge;

#define MERGES_MAX 4096

static apl_status merge_into(apl_value *target, apl_value overlay, const apl_call *call, merge *work, size_t *waiting)
{
    apl_member *members = NULL;
    size_t count = target->size;
    apl_status status = apl_call_members(&members, call, count + overlay.size);

    if (status != APL_OK)
        return status;
    if (count)
        memcpy(members, target->members, count * sizeof *members);
    for (uint32_t i = 0; i < overlay.size; i++) {
        apl_member added = overlay.members[i];
        size_t at = member_index(members, count, added.key);
        bool are_objects =
            at < count && members[at].value.type == APL_VALUE_OBJECT && added.value.type == APL_VALUE_OBJECT;
        if (are_objects && *waiting == MERGES_MAX)
            return apl_fail(APL_E_LIMIT, "%s(): more than %d objects to merge", call->function->name, MERGES_MAX);
        if (are_objects) {
            work[(*waiting)++] = (merge){&members[at].value, added.value};
            continue;
        }
        count += at == count;
        members[at] = added;
    }
    *target = apl_value_object(members, count);
    return APL_OK;
}

static apl_status union_of_objects(apl_value *out, const apl_call *call)
{
    merge *work = APL_ARENA_ARRAY(call->run->arena, merge, MERGES_MAX);
    apl_status status = APL_OK;

    *out = call->arguments[0];
    for (uint32_t i = 1; i < call->count && status == APL_OK; i++) {
        size_t waiting = 0;
        work[waiting++] = (merge){out, call->arguments[i]};
        while (waiting > 0 && status == APL_OK) {
            merge next = work[--waiting];
            status = merge_into(next.target, next.overlay, call, work, &waiting);
        }
    }
    return status;
}

apl_status apl_fn_union(apl_value *out, const apl_call *call)
{
    size_t total = 0;
    apl_status status = need_same_kind(call, &total);

    if (status != APL_OK)
        return status;
    return call->arguments[0].type == APL_VALUE_ARRAY ? union_of_arrays(out, call, total) : union_of_objects(out, call);
}

static bool is_in_all(const apl_call *call, apl_value item)
{
    for (uint32_t i = 1; i < call->count; i++) {
        if (!has_item(call->arguments[i].items, call->arguments[i].size, item))
            return false;
    }
    return true;
}

static bool is_member_in_all(const apl_call *call, const apl_member *member)
{
    for (uint32_t i = 1; i < call->count; i++) {
        if (!apl_value_equal(apl_value_get(call->arguments[i], member->key), member->value))
            return false;
    }
    return true;
}

apl_status apl_fn_intersection(apl_value *out, const apl_call *call)
{
    apl_value first = call->arguments[0];
    apl_value *items = NULL;
    apl_member *members = NULL;
    size_t total = 0;
    size_t count = 0;
    apl_status status = need_same_kind(call, &total);

    if (status != APL_OK)
        return status;
    if (first.type == APL_VALUE_ARRAY) {
        status = apl_call_items(&items, call, first.size);
        for (uint32_t i = 0; i < first.size && status == APL_OK; i++) {
            if (is_in_all(call, first.items[i]) && !has_item(items, count, first.items[i]))
                items[count++] = first.items[i];
        }
        *out = apl_value_array(items, count);
        return status;
    }
    status = apl_call_members(&members, call, first.size);
    for (uint32_t i = 0; i < first.size && status == APL_OK; i++) {
        if (is_member_in_all(call, &first.members[i]))
            members[count++] = first.members[i];
    }
    *out = apl_value_object(members, count);
    return status;
}

apl_status apl_fn_shallow_merge(apl_value *out, const apl_call *call)
{
    apl_value array = call->arguments[0];
    apl_member *members = NULL;
    uint64_t total = 0;
    size_t count = 0;

    if (array.type != APL_VALUE_ARRAY)
        return apl_call_wrong(call, 0, "an array of objects");
    for (uint32_t i = 0; i < array.size; i++) {
        if (array.items[i].type != APL_VALUE_OBJECT)
            return apl_call_wrong(call, 0, "an array of objects");
        total += array.items[i].size;
    }
    if (total * total > COMPARISONS_MAX)
        return apl_fail(APL_E_LIMIT, "shallowMerge(): the objects are too large to merge");
    apl_status status = apl_call_members(&members, call, total);
    for (uint32_t i = 0; i < array.size && status == APL_OK; i++) {
        for (uint32_t j = 0; j < array.items[i].size; j++) {
            apl_member added = array.items[i].members[j];
            size_t at = member_index(members, count, added.key);
            count += at == count;
            members[at] = added;
        }
    }
    *out = apl_value_object(members, count);
    return status;
}
