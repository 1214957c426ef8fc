/* remediate/set_words.c: reads one line of shell as far as it is plain words.
 *
 * Everything that a shell would do more than cut words at spaces and quotes makes the line one that is not understood,
 * which is no failure: the command itself stays what people run. */
#include "remediate/set_words.h"

#include "base/limits.h"
#include "json/json.h"

typedef struct word_list {
    apl_str items[APL_SET_WORDS_MAX];
    size_t count;
} word_list;

/* One word with its quotes taken off; false at the end, and with *is_plain false where the shell would do more. */
static bool next_word(apl_str *out, apl_arena *arena, apl_str *rest, bool *is_plain)
{
    apl_text word;
    char quote = 0;
    uint32_t at = 0;

    while (at < rest->size && (rest->data[at] == ' ' || rest->data[at] == '\n' || rest->data[at] == '\t'))
        at++;
    if (at == rest->size)
        return false;
    apl_text_init(&word, APL_CONTENT_BYTES_MAX);
    for (; at < rest->size; at++) {
        char c = rest->data[at];
        bool is_active =
            quote == 0 ? c != 0 && strchr("|&;<>()$`*?~#\\", c) != NULL : quote == '"' && c && strchr("$`\\", c);
        if (quote == 0 && (c == ' ' || c == '\n' || c == '\t'))
            break;
        *is_plain = *is_plain && !is_active;
        if (quote == 0 && (c == '\'' || c == '"'))
            quote = c;
        else if (quote && c == quote)
            quote = 0;
        else
            apl_text_add_char(&word, c);
    }
    *is_plain = *is_plain && quote == 0;
    *out = apl_arena_str(arena, apl_text_str(&word));
    *rest = apl_str_slice(*rest, at, rest->size);
    apl_text_free(&word);
    return true;
}

/* The words of the one command that there is; lines that end in a backslash go on, comments are left out. */
static bool read_command(word_list *out, apl_arena *arena, apl_str commands)
{
    apl_str rest = commands;
    apl_str line;
    bool goes_on = false;
    bool is_plain = true;

    out->count = 0;
    while (is_plain && apl_str_next(&line, &rest, '\n')) {
        line = apl_str_trim(line);
        if (line.size == 0 || (!goes_on && line.data[0] == '#'))
            continue;
        if (!goes_on && out->count)
            return false; /* a second command */
        goes_on = apl_str_ends(line, APL_STR("\\"));
        if (goes_on)
            line = apl_str_slice(line, 0, line.size - 1);
        apl_str word;
        while (is_plain && next_word(&word, arena, &line, &is_plain)) {
            if (out->count == APL_SET_WORDS_MAX)
                return false;
            out->items[out->count++] = word;
        }
    }
    return is_plain && out->count > 0;
}

static bool is_word(const word_list *words, size_t at, const char *text)
{
    return at < words->count && apl_str_equal(words->items[at], apl_str_from(text));
}

/* Only what means the same in every estate: true, false, whole numbers and the names of settings (Disabled, Tls12). An
 * address, an id, a list or an object is an example for somebody to replace; 1.2 is a version, so a text. */
static bool read_value(apl_value *out, apl_arena *arena, apl_str text)
{
    bool is_name = text.size > 1 && text.data[0] >= 'A' && text.data[0] <= 'Z';
    bool has_small = false;

    if (apl_json_parse(out, arena, text) == APL_OK && (out->type == APL_VALUE_BOOL || out->type == APL_VALUE_INTEGER))
        return true;
    for (uint32_t i = 0; i < text.size; i++) {
        char c = text.data[i];
        bool is_digit = (c >= '0' && c <= '9') || c == '.';
        bool is_letter = apl_char_lower(c) >= 'a' && apl_char_lower(c) <= 'z';
        if (!is_digit && !(is_name && is_letter))
            return false;
        has_small = has_small || (c >= 'a' && c <= 'z');
    }
    *out = apl_value_string(text);
    return text.size > 0 && (!is_name || has_small); /* VAULT is a placeholder */
}

/* path=value */
static bool read_setting(apl_patch *out, apl_arena *arena, apl_str word)
{
    apl_value value;
    long equals = apl_str_find(word, APL_STR("="));

    if (equals <= 0 || !read_value(&value, arena, apl_str_slice(word, (size_t)equals + 1, word.size)))
        return false;
    *out = (apl_patch){APL_STR("addOrReplace"), apl_str_slice(word, 0, (size_t)equals), value};
    return true;
}

size_t apl_set_words_patches(const apl_patch **out, apl_str *version, apl_arena *arena, apl_str commands)
{
    static const char *const start[] = {"az", "resource", "update", "--ids", "{id}"};
    word_list words;
    size_t count = 0;
    size_t at = sizeof start / sizeof start[0];

    *version = APL_STR_NONE;
    if (!read_command(&words, arena, commands))
        return 0;
    for (size_t i = 0; i < at; i++) {
        if (!is_word(&words, i, start[i]))
            return 0;
    }
    apl_patch *patches = APL_ARENA_ARRAY(arena, apl_patch, words.count);
    while (at < words.count) {
        if (is_word(&words, at, "--api-version") && at + 1 < words.count) {
            *version = words.items[at + 1];
            at += 2;
        } else if (is_word(&words, at, "--set")) {
            for (at++; at < words.count && !apl_str_starts(words.items[at], APL_STR("--")); at++) {
                if (!read_setting(&patches[count++], arena, words.items[at]))
                    return 0;
            }
        } else {
            return 0;
        }
    }
    *out = patches;
    return count;
}
