/* normalize/open.c: from a parsed value to the documents in it.
 *
 * Each object is asked, in this order: is it typed (an Azure resource says so by its id, an envelope or shape said
 * so, Microsoft Graph by @odata), is it one of the known shapes, is it recognised by its members, is it a page. What
 * is none of these is unsupported, with a type that people can search for. An explicit stack, no recursion. */
#include "base/limits.h"
#include "normalize/arm_id.h"
#include "normalize/document.h"
#include "normalize/shape.h"

void apl_document_push(apl_normalizer *normalizer, const apl_document *document)
{
    APL_PUSH(&normalizer->pending, *document);
}

static apl_str text_of(const apl_json *object, const char *name)
{
    const apl_json *member = apl_json_get(object, apl_str_from(name));

    return member ? apl_json_str(member) : APL_STR_NONE;
}

static const apl_type *type_named(apl_normalizer *normalizer, apl_str name)
{
    if (normalizer->options.judges_all_types)
        return apl_services_find_or_make(normalizer->options.services, name);
    return apl_services_find(normalizer->options.services, name);
}

static void take_typed(apl_normalizer *normalizer, const apl_document *document, apl_str type_name)
{
    const apl_type *type = type_named(normalizer, type_name);

    if (type)
        apl_document_take(normalizer, document, type, NULL);
    else
        apl_document_unsupported(normalizer, document, type_name);
}

/* A type with its namespace: "Microsoft.X/y". Some answers leave the namespace out ("accounts/outboundRules"). */
static bool is_whole_type(apl_str type)
{
    long slash = apl_str_find(type, APL_STR("/"));
    long dot = apl_str_find(type, APL_STR("."));

    return dot > 0 && slash > dot;
}

/* An Azure resource: its id has the form of one. The type it states wins over the one that its id implies. */
static bool take_arm(apl_normalizer *normalizer, const apl_document *document)
{
    apl_str id = text_of(document->body, "id");
    apl_str type = text_of(document->body, "type");

    if (!apl_arm_is_id(id) || apl_json_get(document->body, APL_STR("source")))
        return false; /* an envelope has an id too, and a body inside */
    if (!is_whole_type(type))
        type = apl_arm_type(normalizer->scratch, id);
    if (type.size == 0)
        return false;
    take_typed(normalizer, document, apl_type_normalise(type));
    return true;
}

static apl_str capitalised(apl_arena *arena, apl_str text)
{
    apl_str copy = apl_arena_str(arena, text);
    char *first = (char *)(uintptr_t)copy.data; /* our own copy */

    if (copy.size && first[0] >= 'a' && first[0] <= 'z')
        first[0] = (char)(first[0] - 32);
    return copy;
}

static apl_str singular(apl_arena *arena, apl_str plural)
{
    if (apl_str_ends(plural, APL_STR("ies")))
        return apl_arena_format(arena, "%.*sy", (int)plural.size - 3, plural.data);
    if (apl_str_ends(plural, APL_STR("s")))
        return apl_str_slice(plural, 0, plural.size - 1);
    return plural;
}

/* Other OData services have the same contexts; those of Microsoft Graph name one of its hosts, or none at all. */
static bool is_graph_host(apl_str url)
{
    return apl_str_find(url, APL_STR("://")) < 0 || apl_str_find_nocase(url, APL_STR("://graph.microsoft")) >= 0 ||
           apl_str_find_nocase(url, APL_STR("graph.microsoft.")) >= 0 ||
           apl_str_find_nocase(url, APL_STR("microsoftgraph.")) >= 0;
}

/* Keys, and the lists of selected members: "applications('1')/owners(id,manager(id))" is "applications/owners". */
static apl_str without_parentheses(apl_arena *arena, apl_str set)
{
    apl_str copy = apl_arena_str(arena, set);
    char *text = (char *)(uintptr_t)copy.data; /* our own copy */
    uint32_t size = 0;
    unsigned depth = 0;

    for (uint32_t i = 0; i < set.size; i++) {
        depth += set.data[i] == '(';
        if (depth == 0)
            text[size++] = set.data[i];
        depth -= depth && set.data[i] == ')';
    }
    return apl_str_make(text, size);
}

/* The Microsoft Graph type of the members of "...$metadata#identity/conditionalAccess/policies" and the like. */
static apl_str graph_type(apl_normalizer *normalizer, apl_str context)
{
    apl_arena *arena = normalizer->scratch;
    long hash = apl_str_find(context, APL_STR("$metadata#"));

    if (hash < 0 || !is_graph_host(apl_str_slice(context, 0, (size_t)hash)))
        return APL_STR_NONE;
    apl_str set = apl_str_slice(context, (size_t)hash + 10, context.size);
    if (apl_str_ends(set, APL_STR("/$entity")))
        set = apl_str_slice(set, 0, set.size - 8);
    set = without_parentheses(arena, set);
    long slash = apl_str_find_last_char(set, '/');
    apl_str last = apl_str_slice(set, (size_t)(slash + 1), set.size);
    if (apl_str_starts_nocase(last, APL_STR("microsoft.graph.")))
        return last;
    apl_str one = singular(arena, last);
    apl_str plain = apl_arena_format(arena, "microsoft.graph.%.*s", APL_STR_ARG(one));
    if (slash <= 0 || apl_services_find(normalizer->options.services, plain))
        return plain;
    apl_str before = apl_str_slice(set, 0, (size_t)slash);
    long earlier = apl_str_find_last_char(before, '/');
    before = apl_str_slice(before, (size_t)(earlier + 1), before.size);
    apl_str joined = apl_arena_format(arena, "microsoft.graph.%.*s%.*s", APL_STR_ARG(before),
                                      APL_STR_ARG(capitalised(arena, one)));
    return apl_services_find(normalizer->options.services, joined) ? joined : plain;
}

static bool take_recognised(apl_normalizer *normalizer, const apl_document *document)
{
    const apl_plan *plan = apl_services_recognition_plan(normalizer->options.services);
    apl_asset asset = {.plan = plan};
    apl_subject subject = {NULL, &asset, plan};

    normalizer->has_recognised = true;
    apl_document_facts(&asset, document);
    apl_project(&asset.record, &asset.unread_groups, normalizer->recogniser, plan, document->body);
    const apl_recognition *found =
        apl_services_recognise(normalizer->options.services, &subject, document->wrapper, normalizer->scratch);
    if (found == NULL)
        return false;
    const apl_type *type = apl_services_type(normalizer->options.services, found->type);
    apl_document_take(normalizer, document, type, found);
    return true;
}

static bool take_graph(apl_normalizer *normalizer, const apl_document *document)
{
    apl_str type = text_of(document->body, "@odata.type");
    const apl_json *value = apl_json_get(document->body, APL_STR("value"));

    if (type.size > 1 && type.data[0] == '#')
        type = apl_str_slice(type, 1, type.size);
    if (type.size == 0 && document->type.size)
        type = document->type;
    if (type.size == 0 && value == NULL)
        type = graph_type(normalizer, text_of(document->body, "@odata.context"));
    if (!apl_str_starts_nocase(type, APL_STR("microsoft.graph.")))
        return false;
    /* The collection's name may say less than the members do. */
    if (apl_services_find(normalizer->options.services, type) || !take_recognised(normalizer, document))
        take_typed(normalizer, document, type);
    return true;
}

static bool open_shape(apl_normalizer *normalizer, const apl_document *document)
{
    for (size_t i = 0; !document->has_no_shape && i < apl_shape_table_count; i++) {
        if (apl_shape_table[i]->matches(document->body)) {
            apl_shape_table[i]->open(normalizer, document);
            return true;
        }
    }
    return false;
}

static bool holds_objects(const apl_json *value)
{
    if (apl_json_is_object(value))
        return true;
    if (!apl_json_is_array(value))
        return false;
    apl_json_items items = apl_json_each_item(value);
    return !apl_json_next_item(&items) || apl_json_is_object(items.value);
}

static void push_held(apl_normalizer *normalizer, const apl_document *page, const apl_json_members *member,
                      apl_str type)
{
    apl_document inner = *page;

    inner.wrapper = member->key;
    inner.type = type;
    inner.depth++;
    if (apl_json_is_object(member->value)) {
        inner.body = member->value;
        apl_document_push(normalizer, &inner);
        return;
    }
    /* Pushed from the back, so that they are opened in the order of the page. */
    size_t first = normalizer->pending.count;
    for (apl_json_items item = apl_json_each_item(member->value); apl_json_next_item(&item);) {
        inner.body = item.value;
        apl_document_push(normalizer, &inner);
    }
    for (size_t i = first, j = normalizer->pending.count; i + 1 < j; i++, j--) {
        apl_document kept = normalizer->pending.items[i];
        normalizer->pending.items[i] = normalizer->pending.items[j - 1];
        normalizer->pending.items[j - 1] = kept;
    }
}

static bool open_page(apl_normalizer *normalizer, const apl_document *document)
{
    apl_str type = graph_type(normalizer, text_of(document->body, "@odata.context"));
    size_t before = normalizer->pending.count;
    bool is_page = false;

    if (document->depth >= APL_PAGE_DEPTH_MAX)
        return false;
    for (apl_json_members member = apl_json_each_member(document->body); apl_json_next_member(&member);) {
        if (!apl_services_is_wrapper(normalizer->options.services, member.key) || !holds_objects(member.value))
            continue;
        is_page = true;
        push_held(normalizer, document, &member, type);
    }
    if (is_page && normalizer->pending.count == before)
        apl_document_empty_list(normalizer, document);
    return is_page;
}

/* A name for a body that nobody knows: the member of its page that held it, else its first members. */
static apl_str shown_type(apl_normalizer *normalizer, const apl_document *document)
{
    apl_str type = text_of(document->body, "type");
    apl_text text;
    size_t shown = 0;

    if (apl_str_find(type, APL_STR("/")) > 0 || apl_str_find(type, APL_STR("::")) > 0)
        return type;
    apl_text_init(&text, 256);
    if (document->wrapper.size)
        apl_text_add_format(&text, "%.*s[] ", APL_STR_ARG(document->wrapper));
    apl_text_add(&text, APL_STR("object("));
    for (apl_json_members m = apl_json_each_member(document->body); shown < 4 && apl_json_next_member(&m); shown++)
        apl_text_add_format(&text, "%s%.*s", shown ? "," : "", (int)(m.key.size < 40 ? m.key.size : 40), m.key.data);
    apl_text_add(&text, APL_STR(")"));
    apl_str kept = apl_arena_str(normalizer->scratch, apl_text_str(&text));
    apl_text_free(&text);
    return kept;
}

static void open_object(apl_normalizer *normalizer, const apl_document *document)
{
    if (document->is_typed) {
        take_typed(normalizer, document, apl_type_normalise(document->type));
        return;
    }
    if (take_arm(normalizer, document) || open_shape(normalizer, document) || take_graph(normalizer, document) ||
        take_recognised(normalizer, document) || open_page(normalizer, document))
        return;
    apl_str type = shown_type(normalizer, document);
    if (normalizer->options.judges_all_types)
        apl_document_take(normalizer, document, type_named(normalizer, text_of(document->body, "type")), NULL);
    else
        apl_document_unsupported(normalizer, document, type);
}

static void open_one(apl_normalizer *normalizer, const apl_document *document)
{
    if (apl_json_is_object(document->body)) {
        open_object(normalizer, document);
        return;
    }
    if (!apl_json_is_array(document->body) || document->depth >= APL_PAGE_DEPTH_MAX) {
        apl_document_unsupported(normalizer, document, APL_STR("value that is no object"));
        return;
    }
    apl_document inner = *document;
    size_t first = normalizer->pending.count;
    inner.depth++;
    for (apl_json_items item = apl_json_each_item(document->body); apl_json_next_item(&item);) {
        inner.body = item.value;
        apl_document_push(normalizer, &inner);
    }
    if (normalizer->pending.count == first)
        apl_document_empty_list(normalizer, document);
}

apl_status apl_normalizer_value(apl_normalizer *normalizer, const apl_json *value, const apl_place *place)
{
    apl_document document = {.body = value};

    normalizer->place = place;
    normalizer->pending.count = 0;
    normalizer->made_ids = 0;
    apl_document_push(normalizer, &document);
    while (normalizer->pending.count) {
        document = normalizer->pending.items[--normalizer->pending.count];
        open_one(normalizer, &document);
    }
    apl_arena_reset(normalizer->scratch);
    if (normalizer->has_recognised) /* its texts lay in the scratch arena */
        apl_projector_keep_in(normalizer->recogniser, normalizer->scratch);
    normalizer->has_recognised = false;
    return APL_OK;
}
