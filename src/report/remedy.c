/* report/remedy.c: puts an asset's names into the fix texts of a rule.
 *
 * Used by every format that shows a fix. Nothing is run here. A placeholder without a value becomes its name in angle
 * brackets; braces that are no placeholder (JSON, queries) stay as they are. */
#include "report/remedy.h"

typedef enum placeholder {
    PLACEHOLDER_NONE = 0,
    PLACEHOLDER_ID,
    PLACEHOLDER_NAME,
    PLACEHOLDER_RESOURCE_GROUP,
    PLACEHOLDER_SCOPE,
    PLACEHOLDER_PARENT,
} placeholder;

static const char *const placeholder_names[] = {
    [PLACEHOLDER_ID] = "{id}",
    [PLACEHOLDER_NAME] = "{name}",
    [PLACEHOLDER_RESOURCE_GROUP] = "{resourceGroup}",
    [PLACEHOLDER_SCOPE] = "{scope}",
    [PLACEHOLDER_PARENT] = "{parent}",
};

static bool is_plain_for_shell(apl_str value)
{
    for (uint32_t i = 0; i < value.size; i++) {
        char c = value.data[i];
        bool is_word = (c >= '+' && c <= ':') || (c >= 'a' && c <= 'z') || (c >= '@' && c <= 'Z'); /* + , - . / : @ */
        if (!is_word && c != '_' && c != '=')
            return false;
    }
    return true;
}

/* The value as it may stand in a shell line: whole in single quotes, or escaped inside the quotes that are open. */
static void add_for_shell(apl_text *out, apl_str value, char quote)
{
    bool adds_quotes = quote == 0;
    char open = adds_quotes ? '\'' : quote;

    if (is_plain_for_shell(value)) { /* as ids and nearly all names are, with or without quotes around */
        apl_text_add(out, value);
        return;
    }
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

/* The placeholder that the text starts with, or none. */
static placeholder placeholder_at(apl_str text)
{
    for (unsigned p = PLACEHOLDER_ID; p <= PLACEHOLDER_PARENT; p++) {
        if (apl_str_starts(text, apl_str_from(placeholder_names[p])))
            return (placeholder)p;
    }
    return PLACEHOLDER_NONE;
}

/* The quote that is open behind `c`. */
static char follow_quotes(char quote, char c, char before)
{
    if (quote == 0 && (c == '\'' || c == '"') && before != '\\')
        return c;
    return quote == c && (c == '\'' || before != '\\') ? 0 : quote;
}

typedef APL_VECTOR(apl_remedy_piece) piece_list;

static void add_literal(piece_list *pieces, apl_str text)
{
    if (text.size)
        APL_PUSH(pieces, ((apl_remedy_piece){.text = text}));
}

/* Which quotes stand around a placeholder does not depend on what will be put in its place. */
static apl_remedy_text cut(apl_arena *arena, apl_str text, bool is_shell)
{
    piece_list pieces = {0};
    size_t from = 0;
    char quote = 0;

    for (size_t at = 0; at < text.size;) {
        apl_str rest = apl_str_slice(text, at, text.size);
        placeholder found = text.data[at] == '{' ? placeholder_at(rest) : PLACEHOLDER_NONE;
        if (found == PLACEHOLDER_NONE) {
            quote = follow_quotes(quote, text.data[at], at ? text.data[at - 1] : 0);
            at++;
            continue;
        }
        size_t size = strlen(placeholder_names[found]);
        add_literal(&pieces, apl_str_slice(text, from, at));
        APL_PUSH(&pieces, ((apl_remedy_piece){apl_str_slice(rest, 0, size), (uint8_t)found, quote}));
        at += size;
        from = at;
    }
    add_literal(&pieces, apl_str_slice(text, from, text.size));
    apl_remedy_piece *kept = APL_ARENA_ARRAY(arena, apl_remedy_piece, pieces.count);
    if (pieces.count)
        memcpy(kept, pieces.items, pieces.count * sizeof *kept);
    apl_remedy_text made = {kept, pieces.count, is_shell};
    apl_memory_free(pieces.items);
    return made;
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

const apl_remedy_parts *apl_remedy_cut(apl_arena *arena, const apl_rule_info *rule)
{
    apl_remedy_parts *parts = APL_ARENA_NEW(arena, apl_remedy_parts);
    apl_str rest = rule->fix_cli;
    apl_text command;

    parts->summary = cut(arena, apl_str_trim(rule->fix_summary), false);
    apl_text_init(&command, APL_REMEDY_COMMAND_BYTES_MAX);
    while (parts->command_count < APL_REMEDY_COMMANDS_MAX && next_command(&command, &rest)) {
        apl_str kept = apl_arena_str(arena, apl_text_str(&command));
        parts->commands[parts->command_count++] = cut(arena, kept, true);
    }
    apl_text_free(&command);
    return parts;
}

static apl_str value_of(placeholder wanted, const apl_estate *estate, const apl_asset *asset)
{
    switch (wanted) {
    case PLACEHOLDER_ID:
        return asset->id;
    case PLACEHOLDER_NAME:
        return asset->name;
    case PLACEHOLDER_RESOURCE_GROUP:
        return apl_resource_group_of(asset->id);
    case PLACEHOLDER_SCOPE:
        return asset->scope;
    case PLACEHOLDER_PARENT:
        return asset->parent != APL_ASSET_NONE ? estate->assets.items[asset->parent].id : APL_STR_NONE;
    case PLACEHOLDER_NONE:
        break;
    }
    return APL_STR_NONE;
}

apl_str apl_remedy_fill(apl_text *out, const apl_remedy_text *text, const apl_estate *estate, apl_asset_id asset)
{
    out->size = 0;
    for (size_t i = 0; i < text->count; i++) {
        const apl_remedy_piece *piece = &text->pieces[i];
        if (piece->placeholder == PLACEHOLDER_NONE || asset == APL_ASSET_NONE) {
            apl_text_add(out, piece->text);
            continue;
        }
        apl_str value = value_of((placeholder)piece->placeholder, estate, &estate->assets.items[asset]);
        if (value.size == 0)
            apl_text_add_format(out, "<%.*s>", APL_STR_ARG(apl_str_slice(piece->text, 1, piece->text.size - 1)));
        else if (text->is_shell)
            add_for_shell(out, value, piece->quote);
        else
            apl_text_add(out, value);
    }
    return apl_text_str(out);
}

apl_remedy apl_remedy_make(apl_arena *arena, const apl_estate *estate, apl_asset_id asset, const apl_rule_info *rule)
{
    const apl_remedy_parts *parts = apl_remedy_cut(arena, rule);
    apl_str *commands = APL_ARENA_ARRAY(arena, apl_str, parts->command_count);
    apl_remedy remedy = {.commands = commands, .command_count = parts->command_count};
    apl_text filled;

    apl_text_init(&filled, APL_REMEDY_COMMAND_BYTES_MAX);
    remedy.summary = apl_arena_str(arena, apl_remedy_fill(&filled, &parts->summary, estate, asset));
    for (size_t i = 0; i < parts->command_count; i++)
        commands[i] = apl_arena_str(arena, apl_remedy_fill(&filled, &parts->commands[i], estate, asset));
    apl_text_free(&filled);
    return remedy;
}
