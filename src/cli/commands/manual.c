/* cli/commands/manual.c: prints the manual page in roff, made from the tables.
 *
 * For packages, which install it as aplomb(1); not in the list of commands. */
#include "cli/help.h"
#include "cli/session.h"

#define MANUAL_BYTES_MAX (1u << 20)

static const apl_option options[] = {APL_OPTION_HELP, {0}};

/* A text as roff takes it literally: backslashes, dashes that are typed, dots and quotes at the start of a line. */
static void add_roff(apl_text *out, const char *text)
{
    bool is_start = true;

    for (; *text; text++) {
        if (is_start && (*text == '.' || *text == '\''))
            apl_text_add(out, APL_STR("\\&"));
        if (*text == '\\')
            apl_text_add(out, APL_STR("\\e"));
        else if (*text == '-')
            apl_text_add(out, APL_STR("\\-"));
        else
            apl_text_add_char(out, *text);
        is_start = *text == '\n';
    }
}

static void add_option(apl_text *out, const apl_option *option)
{
    apl_text_add(out, APL_STR(".TP\n"));
    if (option->letter)
        apl_text_add_format(out, "\\fB\\-%c\\fR, ", option->letter);
    apl_text_add(out, APL_STR("\\fB\\-\\-"));
    add_roff(out, option->name);
    apl_text_add(out, APL_STR("\\fR"));
    if (option->value)
        apl_text_add_format(out, " \\fI%s\\fR", option->value);
    apl_text_add_char(out, '\n');
    add_roff(out, option->help);
    apl_text_add_char(out, '\n');
}

static void add_command(apl_text *out, const apl_command *command)
{
    apl_text_add_format(out, ".SS \"%s", command->name);
    if (command->arguments)
        apl_text_add_format(out, " %s", command->arguments);
    apl_text_add(out, APL_STR("\"\n"));
    add_roff(out, command->summary);
    apl_text_add(out, APL_STR(".\n"));
    if (command->details) {
        apl_text_add(out, APL_STR(".PP\n"));
        add_roff(out, command->details);
        apl_text_add_char(out, '\n');
    }
    for (size_t i = 0; command->options[i].name; i++)
        add_option(out, &command->options[i]);
    if (command->examples) {
        apl_text_add(out, APL_STR(".PP\n.nf\n"));
        add_roff(out, command->examples);
        apl_text_add(out, APL_STR("\n.fi\n"));
    }
}

static void add_end(apl_text *out)
{
    apl_text_add(out, APL_STR(".SH \"EXIT STATUS\"\n"
                              ".TP\n0\nDone.\n"
                              ".TP\n1\n\\fB\\-\\-fail\\-on\\fR was hit.\n"
                              ".TP\n2\nWrong usage or a failure, told in one line on standard error.\n"
                              ".TP\n3\nDone, but something was not read or not wholly.\n"
                              ".PP\nOf several, 2 goes before 1 and 1 before 3.\n"
                              ".SH ENVIRONMENT\n"
                              ".TP\nAPLOMB_STORE\nThe snapshot store where \\fB\\-\\-store\\fR is not given.\n"
                              ".TP\nNO_COLOR\nWhen it is not empty, no colour.\n"
                              ".TP\nCOLUMNS\nThe width of lines, also into a pipe.\n"
                              ".SH FILES\n.TP\naplomb.db\nThe snapshot store in the working directory.\n"));
}

static apl_status manual_run(apl_session *session)
{
    apl_text text;

    (void)session;
    apl_text_init(&text, MANUAL_BYTES_MAX);
    apl_text_add(&text, APL_STR(".TH APLOMB 1 \"\" \"aplomb " APL_VERSION "\" \"User commands\"\n"
                                ".SH NAME\naplomb \\- AI security posture management\n"
                                ".SH SYNOPSIS\n.B aplomb\n\\fICOMMAND\\fR [\\fIOPTIONS\\fR] [\\fIWORDS\\fR]\n"
                                ".SH DESCRIPTION\n"
                                "Finds AI in exports, folders and archives, judges its posture, remembers it. It reads "
                                "only, and uses no network unless a live source is named.\n"
                                ".SH COMMANDS\n"));
    for (size_t i = 0; i < apl_command_table_count; i++) {
        if (!apl_command_table[i]->is_hidden)
            add_command(&text, apl_command_table[i]);
    }
    add_end(&text);
    apl_status status = apl_help_print(&text);
    apl_text_free(&text);
    return status;
}

const apl_command apl_command_manual = {
    .name = "manual",
    .summary = "print the manual page in roff",
    .options = options,
    .run = manual_run,
    .examples = "aplomb manual > aplomb.1",
    .is_hidden = true,
};
