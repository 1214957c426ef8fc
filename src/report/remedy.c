/* report/remedy.c: puts an asset's names into the fix texts of a rule.
 *
 * Used by every format that shows a fix. Nothing is run here. A placeholder without a value becomes its name in angle
 * brackets; braces that are no placeholder (JSON, queries) stay as they are. */
#include "report/remedy.h"

/* One filled command; a longer one is no line for a shell. */
#define COMMAND_BYTES_MAX (64u << 10)

typedef struct fill_state {
    const apl_estate *estate;
    const apl_asset *asset; /* NULL: placeholders stay */
    bool is_shell;
    char quote; /* the quote that is open: 0, ' or " */
} fill_state;

static bool is_plain_for_shell(apl_str value)
{
    for (uint32_t i = 0; i < value.size; i++) {
        char c = value.data[i];
        bool is_word = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!is_word && (c == 0 || strchr("_./:@=+,-", c) == NULL))
            return false;
    }
    return true;
}

/* The value as it may stand in a shell line: whole in single quotes, or escaped inside the quotes that are open. */
static void add_for_shell(apl_text *out, apl_str value, char quote)
{
    bool adds_quotes = quote == 0 && !is_plain_for_shell(value);
    char open = adds_quotes ? '\'' : quote;

    if (adds_quotes)
        apl_text_add_char(out, '\'');
    for (uint32_t i = 0; i < value.size; i++) {
        char c = value.data[i];
        if (open == '\'' && c == '\'')
            apl_text_add(out, APL_STR("'\\''"));
        else if (open == '"' && c && strchr("\\\"$`", c)) {
            apl_text_add_char(out, '\\');
            apl_text_add_char(out, c);
        } else
            apl_text_add_char(out, c);
    }
    if (adds_quotes)
        apl_text_add_char(out, '\'');
}

/* False when `name` is no placeholder. */
static bool placeholder_value(apl_str *value, const fill_state *filler, apl_str name)
{
    const apl_asset *asset = filler->asset;

    if (apl_str_equal(name, APL_STR("id")))
        *value = asset->id;
    else if (apl_str_equal(name, APL_STR("name")))
        *value = asset->name;
    else if (apl_str_equal(name, APL_STR("resourceGroup")))
        *value = apl_resource_group_of(asset->id);
    else if (apl_str_equal(name, APL_STR("scope")))
        *value = asset->scope;
    else if (apl_str_equal(name, APL_STR("parent")))
        *value = asset->parent != APL_ASSET_NONE ? filler->estate->assets.items[asset->parent].id : APL_STR_NONE;
    else
        return false;
    return true;
}

/* The placeholder that starts at `at`; its length, or 0 when there is none. */
static size_t add_placeholder(apl_text *out, const fill_state *filler, apl_str text, size_t at)
{
    size_t end = at + 1;
    apl_str value = APL_STR_NONE;

    while (end < text.size && ((text.data[end] >= 'a' && text.data[end] <= 'z') || text.data[end] == 'G'))
        end++;
    if (filler->asset == NULL || end >= text.size || text.data[end] != '}')
        return 0;
    apl_str name = apl_str_slice(text, at + 1, end);
    if (!placeholder_value(&value, filler, name))
        return 0;
    if (value.size == 0)
        apl_text_add_format(out, "<%.*s>", APL_STR_ARG(name));
    else if (filler->is_shell)
        add_for_shell(out, value, filler->quote);
    else
        apl_text_add(out, value);
    return end + 1 - at;
}

static void follow_quotes(fill_state *filler, char c, char before)
{
    if (filler->quote == 0 && (c == '\'' || c == '"') && before != '\\')
        filler->quote = c;
    else if (filler->quote == c && (c == '\'' || before != '\\'))
        filler->quote = 0;
}

/* The end of the run from `at` that is copied as it is: no placeholder and no quote begins in it. */
static size_t plain_run(apl_str text, size_t at)
{
    while (at < text.size && text.data[at] != '{' && text.data[at] != '\'' && text.data[at] != '"')
        at++;
    return at;
}

static apl_str fill(apl_arena *arena, fill_state *filler, apl_str text)
{
    apl_text out;
    size_t at = 0;

    apl_text_init(&out, COMMAND_BYTES_MAX);
    filler->quote = 0;
    while (at < text.size) {
        size_t end = plain_run(text, at);
        apl_text_add(&out, apl_str_slice(text, at, end));
        at = end;
        if (at == text.size)
            break;
        size_t taken = text.data[at] == '{' ? add_placeholder(&out, filler, text, at) : 0;
        if (taken == 0) {
            follow_quotes(filler, text.data[at], at ? text.data[at - 1] : 0);
            apl_text_add_char(&out, text.data[at]);
            taken = 1;
        }
        at += taken;
    }
    apl_str filled = apl_arena_str(arena, apl_text_str(&out));
    apl_text_free(&out);
    return filled;
}

/* The next command of a block of lines: lines that end in a backslash go on. Comment and empty lines are left out. */
static bool next_command(apl_text *command, apl_str *rest)
{
    apl_str line;

    command->size = 0;
    while (apl_str_next(&line, rest, '\n')) {
        line = apl_str_trim(line);
        bool goes_on = apl_str_ends(line, APL_STR("\\"));
        if (goes_on)
            line = apl_str_trim(apl_str_slice(line, 0, line.size - 1));
        if (line.size == 0 || (command->size == 0 && line.data[0] == '#'))
            continue;
        if (command->size)
            apl_text_add_char(command, ' ');
        apl_text_add(command, line);
        if (!goes_on)
            return true;
    }
    return command->size > 0;
}

apl_remedy apl_remedy_make(apl_arena *arena, const apl_estate *estate, apl_asset_id asset, const apl_rule_info *rule)
{
    fill_state filler = {.estate = estate};
    apl_str *commands = APL_ARENA_ARRAY(arena, apl_str, APL_REMEDY_COMMANDS_MAX);
    apl_remedy remedy = {.commands = commands};
    apl_str rest = rule->fix_cli;
    apl_text command;

    if (asset != APL_ASSET_NONE)
        filler.asset = &estate->assets.items[asset];
    remedy.summary = fill(arena, &filler, apl_str_trim(rule->fix_summary));
    filler.is_shell = true;
    apl_text_init(&command, COMMAND_BYTES_MAX);
    while (remedy.command_count < APL_REMEDY_COMMANDS_MAX && next_command(&command, &rest))
        commands[remedy.command_count++] = fill(arena, &filler, apl_text_str(&command));
    apl_text_free(&command);
    return remedy;
}
