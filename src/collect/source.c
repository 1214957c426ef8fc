/* collect/source.c: takes the words of live sources apart.
 *
 * One table has all of them: their names, the provider whose calls they stand for, and what may follow the colon. Words
 * end up in addresses, so that only plain characters are taken. */
#include "collect/source.h"

#include "base/guess.h"

typedef struct source_name {
    const char *name;
    const char *provider;
    const char *what; /* NULL: nothing stands behind the colon */
} source_name;

/* In the order of apl_source_kind. */
static const source_name names[APL_SOURCE_KINDS] = {
    {"azure", "azure", "subscription"},
    {"entra", "entra", NULL},
    {"copilot-studio", "power-platform", "environment"},
    {"purview", "purview", "account"},
};

bool apl_source_is_word(apl_str word)
{
    for (uint32_t i = 0; i < word.size; i++) {
        char c = word.data[i];
        if (c == ':')
            return i > 0;
        if (c != '-' && (c < 'a' || c > 'z'))
            return false;
    }
    return false;
}

static bool is_plain(apl_str text)
{
    for (uint32_t i = 0; i < text.size; i++) {
        char c = apl_char_lower(text.data[i]);
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == ':' || c == '/' ||
              c == '_' || c == ' '))
            return false;
    }
    return true;
}

apl_status apl_source_parse(apl_source *out, apl_str word)
{
    apl_guess nearest;
    char hint[APL_GUESS_HINT_BYTES];
    long colon = apl_str_find(word, APL_STR(":"));
    apl_str name = apl_str_slice(word, 0, colon < 0 ? word.size : (size_t)colon);

    *out = (apl_source){.what = colon < 0 ? APL_STR_NONE : apl_str_slice(word, (size_t)colon + 1, word.size)};
    nearest = apl_guess_start(name);
    for (unsigned i = 0; i < APL_SOURCE_KINDS; i++) {
        apl_guess_try(&nearest, apl_str_from(names[i].name));
        if (!apl_str_equal(name, apl_str_from(names[i].name)))
            continue;
        out->kind = (apl_source_kind)i;
        if (out->what.size && names[i].what == NULL)
            return apl_fail(APL_E_USAGE, "%.*s: nothing stands behind the colon of %s:", APL_STR_ARG(word),
                            names[i].name);
        if (!is_plain(out->what))
            return apl_fail(APL_E_USAGE, "%.*s: \"%.*s\" is no %s", APL_STR_ARG(word), APL_STR_ARG(out->what),
                            names[i].what);
        return APL_OK;
    }
    return apl_fail(APL_E_USAGE, "%.*s: no such file, and no live source is called so; there are %s%s",
                    APL_STR_ARG(word), APL_SOURCE_NAMES, apl_guess_hint(&nearest, hint));
}

apl_str apl_source_provider(apl_source_kind kind)
{
    return apl_str_from(names[kind].provider);
}
