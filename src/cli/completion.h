/* cli/completion.h: completion scripts for shells, made from the tables.
 *
 * Printed by `completions SHELL` for packagers and users; the scripts call nothing. */
#ifndef APL_CLI_COMPLETION_H
#define APL_CLI_COMPLETION_H

#include "cli/command.h"

void apl_completion_bash(apl_text *out);
void apl_completion_zsh(apl_text *out);
void apl_completion_fish(apl_text *out);

#endif
