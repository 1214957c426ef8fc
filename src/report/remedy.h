/* report/remedy.h: the fix of a rule, made ready for one asset.
 *
 * `{id}`, `{name}`, `{resourceGroup}`, `{scope}` and `{parent}` in the texts of a rule become the asset's own. In
 * commands they are quoted for a POSIX shell, by the quotes that stand around them: a resource's name is foreign text
 * and must never become a command of its own. */
#ifndef APL_REPORT_REMEDY_H
#define APL_REPORT_REMEDY_H

#include "model/estate.h"

/* Lines of one fix. */
#define APL_REMEDY_COMMANDS_MAX 64

typedef struct apl_remedy {
    apl_str summary;
    const apl_str *commands; /* one command each; continued lines are joined */
    size_t command_count;
} apl_remedy;

/* One filled command or summary; a longer one is no line for a shell. */
#define APL_REMEDY_COMMAND_BYTES_MAX (64u << 10)

/* A text cut at its placeholders. */
typedef struct apl_remedy_piece {
    apl_str text;        /* of a placeholder: with its braces */
    uint8_t placeholder; /* 0: the text stands for itself */
    char quote;          /* the quote that is open around a placeholder: 0, ' or " */
} apl_remedy_piece;

typedef struct apl_remedy_text {
    const apl_remedy_piece *pieces;
    size_t count;
    bool is_shell;
} apl_remedy_text;

/* A fix as its rule has it, cut once for many assets. */
typedef struct apl_remedy_parts {
    apl_remedy_text summary;
    apl_remedy_text commands[APL_REMEDY_COMMANDS_MAX];
    size_t command_count;
} apl_remedy_parts;

const apl_remedy_parts *apl_remedy_cut(apl_arena *arena, const apl_rule_info *rule);

/* The text for `asset`, written over what `out` holds, where it stays until the next call. */
apl_str apl_remedy_fill(apl_text *out, const apl_remedy_text *text, const apl_estate *estate, apl_asset_id asset);

/* The fix of `rule` for `asset`; without an asset (APL_ASSET_NONE) the placeholders stay. Texts are in `arena`. */
apl_remedy apl_remedy_make(apl_arena *arena, const apl_estate *estate, apl_asset_id asset, const apl_rule_info *rule);

#endif
