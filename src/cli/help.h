/* cli/help.h: the help of the program and of each command, made from the tables.
 *
 * What a command takes is said once, in its table; this only lays it out. */
#ifndef APL_CLI_HELP_H
#define APL_CLI_HELP_H

#include "cli/command.h"
#include "report/screen.h"

void apl_help_program(apl_text *out, const apl_screen *screen);
void apl_help_command(apl_text *out, const apl_screen *screen, const apl_command *command);

/* Writes a small text to standard output. */
apl_status apl_help_print(const apl_text *text);

#endif
