/* cli/command.h: what a command is.
 *
 * A family: each file of commands/ defines one `apl_command_<name>`, and the build writes the table. A name may have
 * two words ("policy eval"). Help, completion and the manual page come from here. */
#ifndef APL_CLI_COMMAND_H
#define APL_CLI_COMMAND_H

#include "cli/option.h"

typedef struct apl_session apl_session;

typedef struct apl_command {
    const char *name;
    const char *summary;
    const apl_option *options;
    apl_status (*run)(apl_session *session); /* sets session->exit_code where it is not 0 or 2 */
    const char *arguments;                   /* "[SOURCE...]"; NULL: none */
    const char *details;                     /* paragraphs of help; may be NULL */
    const char *examples;                    /* lines "command # what it does" */
    unsigned views;                          /* of apl_view: what its formats must be able to show */
    int words_min;                           /* words that it needs at least, and takes at most; -1: any number */
    int words_max;
    bool names_in_snapshot; /* names of the filter may be those of a stored snapshot */
    bool is_hidden; /* for packagers; not in help */
} apl_command;

extern const apl_command *const apl_command_table[];
extern const size_t apl_command_table_count;

/* The command that the first words name; *used is how many of them. NULL when none does. */
const apl_command *apl_command_find(int *used, apl_arguments arguments);

/* APL_E_USAGE with the nearest command. */
apl_status apl_command_unknown(apl_arguments arguments);

#endif
