/* cli/option.h: an option as one row of a table.
 *
 * A command has one table of options, ended by an empty row. Parsing, --help, shell completion and the manual page all
 * come from it. Values are put into the settings at the row's offset; they point into argv. */
#ifndef APL_CLI_OPTION_H
#define APL_CLI_OPTION_H

#include <stddef.h>

#include "base/memory.h"
#include "base/status.h"

typedef enum apl_option_kind {
    APL_OPT_FLAG = 1, /* bool */
    APL_OPT_TEXT,     /* const char *: the last one counts */
    APL_OPT_FILE,     /* the same; completed with file names */
    APL_OPT_NUMBER,   /* unsigned */
    APL_OPT_CHOICE,   /* const char *, one of `choices` */
    APL_OPT_LIST,     /* apl_word_list: repeatable, commas between words */
    APL_OPT_FILES,    /* apl_word_list of files or folders, no commas */
    APL_OPT_FORMATS,  /* apl_word_list of FMT[=FILE] */
} apl_option_kind;

typedef struct apl_option {
    const char *name; /* without dashes; NULL ends the table */
    char letter;      /* 0: none */
    apl_option_kind kind;
    size_t offset;       /* in apl_settings */
    const char *value;   /* "URL": how help calls the value; NULL for a flag */
    const char *help;    /* one sentence without a full stop */
    const char *choices; /* the valid words, with spaces between; for CHOICE and for completion of LIST */
} apl_option;

typedef APL_VECTOR(const char *) apl_word_list;

typedef struct apl_arguments {
    int count;
    const char *const *words;
} apl_arguments;

/* Puts the words behind the command's name into `settings` (an apl_settings), those that are no option into
 * `positionals`. APL_E_USAGE in one line that names the option and the nearest valid one. */
apl_status apl_options_parse(void *settings, apl_word_list *positionals, const apl_option *options,
                             apl_arguments arguments);

/* The row of that name, or NULL. */
const apl_option *apl_option_find(const apl_option *options, apl_str name);

#endif
