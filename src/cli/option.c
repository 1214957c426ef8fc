/* cli/option.c: reads the words of a command line by an option table.
 *
 * `--name value`, `--name=value`, `-n value`, `-nvalue`; options and other words in any order; `--` ends the options;
 * `-` alone is a word. Knows no command and no setting by name. */
#include "cli/option.h"

#include "query/nearest.h"

/* A count of threads, rows or the like; nothing sensible is larger. */
#define NUMBER_MAX 1000000u

typedef struct parser {
    char *settings;
    const apl_option *options;
    apl_arguments arguments;
    int next; /* the word to read next */
} parser;

const apl_option *apl_option_find(const apl_option *options, apl_str name)
{
    for (size_t i = 0; options[i].name; i++) {
        if (apl_str_equal(apl_str_from(options[i].name), name))
            return &options[i];
    }
    return NULL;
}

static apl_status unknown_option(const parser *state, apl_str word, apl_str name)
{
    apl_guess nearest = apl_guess_start(name);

    for (size_t i = 0; state->options[i].name; i++)
        apl_guess_try(&nearest, apl_str_from(state->options[i].name));
    if (nearest.best.size)
        return apl_fail(APL_E_USAGE, "no option %.*s; the nearest is --%.*s", APL_STR_ARG(word),
                        APL_STR_ARG(nearest.best));
    return apl_fail(APL_E_USAGE, "no option %.*s", APL_STR_ARG(word));
}

static bool is_choice(const char *choices, apl_str word)
{
    apl_str rest = apl_str_from(choices);
    apl_str choice;

    while (apl_str_next(&choice, &rest, ' ')) {
        if (apl_str_equal_nocase(choice, word))
            return true;
    }
    return false;
}

static apl_status put_number(unsigned *out, const apl_option *option, const char *value)
{
    unsigned number = 0;

    for (size_t i = 0; value[i]; i++) {
        if (value[i] < '0' || value[i] > '9' || number > NUMBER_MAX)
            return apl_fail(APL_E_USAGE, "--%s: \"%s\" is no number between 1 and %u", option->name, value, NUMBER_MAX);
        number = number * 10 + (unsigned)(value[i] - '0');
    }
    if (number == 0 || number > NUMBER_MAX)
        return apl_fail(APL_E_USAGE, "--%s: \"%s\" is no number between 1 and %u", option->name, value, NUMBER_MAX);
    *out = number;
    return APL_OK;
}

static apl_status put_value(parser *state, const apl_option *option, const char *value)
{
    void *place = state->settings + option->offset;

    if (*value == 0 && option->kind != APL_OPT_FLAG)
        return apl_fail(APL_E_USAGE, "--%s: %s is empty", option->name, option->value);
    switch (option->kind) {
    case APL_OPT_FLAG:
        *(bool *)place = true;
        break;
    case APL_OPT_NUMBER:
        return put_number(place, option, value);
    case APL_OPT_CHOICE:
        if (!is_choice(option->choices, apl_str_from(value)))
            return apl_fail(APL_E_USAGE, "--%s: \"%s\" is none of: %s", option->name, value, option->choices);
        *(const char **)place = value;
        break;
    case APL_OPT_TEXT:
    case APL_OPT_FILE:
        *(const char **)place = value;
        break;
    case APL_OPT_LIST:
    case APL_OPT_FILES:
    case APL_OPT_FORMATS:
        APL_PUSH((apl_word_list *)place, value);
        break;
    }
    return APL_OK;
}

/* The value of an option that takes one: what is left of its own word, else the next word. */
static apl_status take_value(parser *state, const apl_option *option, const char *rest)
{
    if (option->kind == APL_OPT_FLAG)
        return rest ? apl_fail(APL_E_USAGE, "--%s takes no value", option->name) : put_value(state, option, "");
    if (rest)
        return put_value(state, option, rest);
    if (state->next >= state->arguments.count)
        return apl_fail(APL_E_USAGE, "--%s needs a value: %s", option->name, option->value);
    return put_value(state, option, state->arguments.words[state->next++]);
}

static apl_status take_long(parser *state, const char *word)
{
    apl_str text = apl_str_from(word + 2);
    long equals = apl_str_find(text, APL_STR("="));
    apl_str name = equals < 0 ? text : apl_str_slice(text, 0, (size_t)equals);
    const apl_option *option = apl_option_find(state->options, name);

    if (option == NULL)
        return unknown_option(state, apl_str_make(word, 2 + name.size), name);
    return take_value(state, option, equals < 0 ? NULL : word + 2 + equals + 1);
}

/* `-q`, `-f json`, `-fjson`, and flags together: `-qh`. */
static apl_status take_short(parser *state, const char *word)
{
    for (const char *at = word + 1; *at; at++) {
        const apl_option *option = state->options;
        while (option->name && option->letter != *at)
            option++;
        if (option->name == NULL)
            return unknown_option(state, apl_str_from(word), apl_str_from(word + 1));
        bool takes_rest = option->kind != APL_OPT_FLAG;
        apl_status status = take_value(state, option, takes_rest && at[1] ? at + 1 : NULL);
        if (status != APL_OK || takes_rest)
            return status;
    }
    return APL_OK;
}

apl_status apl_options_parse(void *settings, apl_word_list *positionals, const apl_option *options,
                             apl_arguments arguments)
{
    parser state = {.settings = settings, .options = options, .arguments = arguments};
    bool options_ended = false;
    apl_status status = APL_OK;

    while (status == APL_OK && state.next < arguments.count) {
        const char *word = arguments.words[state.next++];
        if (options_ended || word[0] != '-' || word[1] == 0)
            APL_PUSH(positionals, word);
        else if (strcmp(word, "--") == 0)
            options_ended = true;
        else if (word[1] == '-')
            status = take_long(&state, word);
        else
            status = take_short(&state, word);
    }
    return status;
}
