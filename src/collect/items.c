/* collect/items.c: from one page to the lines of its items.
 *
 * Bodies are written as they came. Type and id are put beside them where the API says them, or the call does. */
#include "collect/asking.h"

static apl_str text_of(const apl_json *object, apl_str name)
{
    const apl_json *member = apl_json_get(object, name);

    return member ? apl_json_str(member) : APL_STR_NONE;
}

/* "Microsoft.X/y": some answers leave the namespace out. */
static bool is_whole_type(apl_str type)
{
    long dot = apl_str_find(type, APL_STR("."));

    return dot > 0 && apl_str_find(type, APL_STR("/")) > dot;
}

static apl_str known_type(const apl_asking *asking, apl_str said)
{
    apl_str known = apl_calls_type(asking->tenant->calls, said);

    return known.size ? known : said;
}

/* What the item says of itself goes before what was asked for, as one list may have several types. */
static apl_str type_of(const apl_asking *asking, const apl_json *item)
{
    const apl_call *call = asking->call;
    apl_str said = text_of(item, APL_STR("@odata.type"));

    if (apl_call_is_arm(call)) {
        said = text_of(item, APL_STR("type"));
        return is_whole_type(said) ? known_type(asking, said) : call->type;
    }
    if (said.size > 1 && said.data[0] == '#')
        said = apl_str_slice(said, 1, said.size);
    apl_str known = said.size ? apl_calls_type(asking->tenant->calls, said) : APL_STR_NONE;
    return known.size ? known : call->type;
}

/* "{parent}/indexes/{name}" of one item; false when a part is missing. */
static bool fill_id(apl_text *out, const apl_asking *asking, apl_str template, const apl_json *item)
{
    apl_str rest = template;
    long open;

    out->size = 0;
    while ((open = apl_str_find(rest, APL_STR("{"))) >= 0) {
        long close = apl_str_find(rest, APL_STR("}"));
        if (close < open)
            return false;
        apl_str name = apl_str_slice(rest, (size_t)open + 1, (size_t)close);
        apl_str value = apl_str_equal(name, APL_STR("parent")) ? asking->parent->id : text_of(item, name);
        apl_text_add(out, apl_str_slice(rest, 0, (size_t)open));
        apl_text_add(out, value);
        if (value.size == 0)
            return false;
        rest = apl_str_slice(rest, (size_t)close + 1, rest.size);
    }
    apl_text_add(out, rest);
    return true;
}

/* Of Azure resources their own; else the first template that gives one; else none: the type has its own way. */
static apl_str id_of(apl_text *room, const apl_asking *asking, const apl_json *item)
{
    const apl_call *call = asking->call;
    apl_str own = text_of(item, APL_STR("id"));

    if (apl_call_is_arm(call) && own.size && own.data[0] == '/')
        return own;
    for (size_t i = 0; i < call->ids.count; i++) {
        if (fill_id(room, asking, call->ids.items[i], item))
            return apl_text_str(room);
    }
    return APL_STR_NONE;
}

static void hold(apl_asking *asking, const apl_json *item)
{
    if (asking->held.size)
        apl_text_add_char(&asking->held, ',');
    (void)apl_json_write(&asking->held, item);
}

/* The members that the call asks for by name, as $select has them (OData, "System Query Option $select"). */
static apl_str asked_of(const apl_call *call)
{
    static const apl_str option = {"$select=", 8};
    long at = apl_str_find(call->path, option);
    apl_str rest = at < 0 ? APL_STR_NONE : apl_str_slice(call->path, (size_t)at + option.size, call->path.size);
    apl_str asked = APL_STR_NONE;

    if (rest.size && apl_call_is_graph(call))
        (void)apl_str_next(&asked, &rest, '&');
    return asked;
}

static void take_item(apl_asking *asking, const apl_json *item, apl_text *room)
{
    const apl_call *call = asking->call;
    apl_line line = {.source = call->source, .tenant = asking->tenant->tenant, .read = apl_clock_now()};

    if (!apl_json_is_object(item))
        return;
    asking->count++;
    if (call->into.size) {
        hold(asking, item);
        return;
    }
    line.id = id_of(room, asking, item);
    line.scope = apl_parent_segment(line.id, APL_STR("subscriptions"));
    if (call->is_step) {
        line.type = call->name;
        apl_line_step(&asking->lines, &line, item);
        return;
    }
    line.type = type_of(asking, item);
    line.asked = asked_of(call);
    line.api = call->versions.count ? call->versions.items[asking->version] : APL_STR_NONE;
    apl_line_document(&asking->lines, &line, item);
}

static const apl_json *array_in(const apl_json *page, apl_str name)
{
    const apl_json *member = apl_json_get(page, name);

    return member && apl_json_is_array(member) ? member : NULL;
}

static const apl_json *list_of(const apl_call *call, const apl_json *page)
{
    const apl_json *list = NULL;

    if (apl_json_is_array(page))
        return page;
    if (!apl_json_is_object(page))
        return NULL;
    if (call->items.size)
        return array_in(page, call->items);
    list = array_in(page, APL_STR("value"));
    return list ? list : array_in(page, APL_STR("data"));
}

void apl_items_take(apl_asking *asking, const apl_json *page)
{
    const apl_json *list = asking->call->is_single ? NULL : list_of(asking->call, page);
    apl_text room;

    apl_text_init(&room, APL_CALL_URL_BYTES_MAX);
    if (list) {
        for (apl_json_items each = apl_json_each_item(list); apl_json_next_item(&each);)
            take_item(asking, each.value, &room);
    } else if (asking->call->is_single) {
        take_item(asking, page, &room);
    } else {
        apl_text_add(&asking->why, APL_STR("the answer has no list"));
    }
    apl_text_free(&room);
}
