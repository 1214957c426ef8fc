/* policy/texts.c: walks all texts of a policy rule.
 *
 * The walk has an explicit stack, because a rule may be nested as deep as JSON allows. It only looks at the letters of
 * expressions; what they mean is the condition language's business. */
#include "policy/texts.h"

typedef APL_VECTOR(apl_value) value_stack;

/* The next text that is an expression; false when there is none left. */
static bool next_expression(apl_str *out, value_stack *stack)
{
    while (stack->count) {
        apl_value value = stack->items[--stack->count];
        if (value.type == APL_VALUE_STRING && apl_texts_is_expression(apl_value_str(value))) {
            *out = apl_value_str(value);
            return true;
        }
        if (value.type == APL_VALUE_ARRAY) {
            for (uint32_t i = value.size; i > 0; i--)
                APL_PUSH(stack, value.items[i - 1]);
        }
        if (value.type == APL_VALUE_OBJECT) {
            for (uint32_t i = value.size; i > 0; i--) {
                if (!apl_str_equal_nocase(value.members[i - 1].key, APL_STR("template")))
                    APL_PUSH(stack, value.members[i - 1].value);
            }
        }
    }
    return false;
}

bool apl_texts_is_expression(apl_str text)
{
    return text.size > 2 && text.data[0] == '[' && text.data[1] != '[' && text.data[text.size - 1] == ']';
}

bool apl_texts_mention(apl_value value, apl_str part)
{
    value_stack stack = {0};
    apl_str text;
    bool found = false;

    APL_PUSH(&stack, value);
    while (!found && next_expression(&text, &stack))
        found = apl_str_find_nocase(text, part) >= 0;
    apl_memory_free(stack.items);
    return found;
}

static apl_str skip_spaces(apl_str text)
{
    while (text.size && (text.data[0] == ' ' || text.data[0] == '\t'))
        text = apl_str_slice(text, 1, text.size);
    return text;
}

/* Cuts everything up to the end of the next parameters('name') off the front of *rest. */
static bool next_parameter(apl_str *name, apl_str *rest)
{
    long at = 0;

    while ((at = apl_str_find_nocase(*rest, APL_STR("parameters"))) >= 0) {
        *rest = skip_spaces(apl_str_slice(*rest, (size_t)at + 10, rest->size));
        if (rest->size == 0 || rest->data[0] != '(')
            continue;
        *rest = skip_spaces(apl_str_slice(*rest, 1, rest->size));
        if (rest->size == 0 || rest->data[0] != '\'')
            continue;
        *rest = apl_str_slice(*rest, 1, rest->size);
        long end = apl_str_find(*rest, APL_STR("'"));
        if (end < 0)
            return false;
        *name = apl_str_slice(*rest, 0, (size_t)end);
        return true;
    }
    return false;
}

void apl_texts_each_parameter(apl_value value, void (*visit)(void *context, apl_str name), void *context)
{
    value_stack stack = {0};
    apl_str text;
    apl_str name;

    APL_PUSH(&stack, value);
    while (next_expression(&text, &stack)) {
        while (next_parameter(&name, &text))
            visit(context, name);
    }
    apl_memory_free(stack.items);
}

typedef struct wanted_parameter {
    apl_str name;
    bool is_found;
} wanted_parameter;

static void look_for(void *context, apl_str name)
{
    wanted_parameter *wanted = context;

    wanted->is_found = wanted->is_found || apl_str_equal_nocase(wanted->name, name);
}

bool apl_texts_use_parameter(apl_value value, apl_str name)
{
    wanted_parameter wanted = {name, false};

    apl_texts_each_parameter(value, look_for, &wanted);
    return wanted.is_found;
}

size_t apl_texts_count_field(apl_value condition, apl_str field)
{
    value_stack stack = {0};
    size_t count = 0;

    APL_PUSH(&stack, condition);
    while (stack.count) {
        apl_value value = stack.items[--stack.count];
        for (uint32_t i = 0; value.type == APL_VALUE_ARRAY && i < value.size; i++)
            APL_PUSH(&stack, value.items[i]);
        for (uint32_t i = 0; value.type == APL_VALUE_OBJECT && i < value.size; i++)
            APL_PUSH(&stack, value.members[i].value);
        if (value.type == APL_VALUE_OBJECT)
            count += apl_str_equal_nocase(apl_value_str(apl_value_member(value, "field")), field);
    }
    apl_memory_free(stack.items);
    return count;
}
