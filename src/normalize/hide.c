/* normalize/hide.c: what of a body is a secret is not kept.
 *
 * A type may name paths whose texts are settings that people put keys into (`hides`). Fields were read before; in what
 * is kept of the body such a text is replaced by its hash and, where it is long, its last four characters, so that a
 * change still shows. References to a secret elsewhere, plain addresses and numbers are no secret and stay. The nodes
 * are changed in place: nobody looks at them again. */
#include "normalize/document.h"

typedef APL_VECTOR(const apl_json *) node_list;

#define LAST_SHOWN_OF 16 /* of a shorter text the last four characters would say too much */

/* Appends what the step leads to: each item, each member, or the member of that name. */
static void step_from(node_list *nodes, const apl_json *node, apl_str key)
{
    bool is_every = apl_str_equal(key, APL_STR("@values"));

    if (key.data == NULL && apl_json_is_array(node)) {
        for (apl_json_items item = apl_json_each_item(node); apl_json_next_item(&item);)
            APL_PUSH(nodes, item.value);
    }
    if (key.data == NULL || !apl_json_is_object(node))
        return;
    for (apl_json_members member = apl_json_each_member(node); apl_json_next_member(&member);) {
        if (is_every || apl_str_equal_nocase(member.key, key))
            APL_PUSH(nodes, member.value);
    }
}

static bool is_number(apl_str text)
{
    for (uint32_t i = 0; i < text.size; i++) {
        if ((text.data[i] < '0' || text.data[i] > '9') && text.data[i] != '.')
            return false;
    }
    return true;
}

static bool is_harmless(apl_str text)
{
    bool is_address = apl_str_starts_nocase(text, APL_STR("http")) && apl_str_find(text, APL_STR("://")) >= 0 &&
                      apl_str_find(text, APL_STR("?")) < 0 && apl_str_find(text, APL_STR("@")) < 0 &&
                      apl_str_find(text, APL_STR(";")) < 0;

    return is_address || is_number(text) || text.data[0] == '@' || apl_str_equal_nocase(text, APL_STR("true")) ||
           apl_str_equal_nocase(text, APL_STR("false"));
}

static void hide(apl_arena *arena, const apl_json *node)
{
    apl_str text = apl_json_str(node);

    if (!apl_json_is_string(node) || is_harmless(text))
        return;
    unsigned hash = (unsigned)(apl_digest_of(text).low & UINT32_MAX);
    apl_str shown = text.size >= LAST_SHOWN_OF
                        ? apl_arena_format(arena, "hidden %08x ...%.*s", hash,
                                           APL_STR_ARG(apl_str_slice(text, text.size - 4, text.size)))
                        : apl_arena_format(arena, "hidden %08x", hash);
    apl_json_set_string(node, shown);
}

void apl_document_hide(apl_arena *arena, const apl_hidden_path *path, const apl_json *body)
{
    node_list at = {0};
    node_list next = {0};

    APL_PUSH(&at, body);
    for (size_t s = 0; s < path->step_count; s++) {
        next.count = 0;
        for (size_t i = 0; i < at.count; i++)
            step_from(&next, at.items[i], path->steps[s].key);
        node_list swapped = at;
        at = next;
        next = swapped;
    }
    for (size_t i = 0; i < at.count; i++)
        hide(arena, at.items[i]);
    apl_memory_free(at.items);
    apl_memory_free(next.items);
}
