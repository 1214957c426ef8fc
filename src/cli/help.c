/* cli/help.c: lays out help from the command and option tables.
 *
 * Stands behind `--help`, `help` and `aplomb` alone. Lines are wrapped to the screen. */
#include "cli/help.h"

#include "cli/sink.h"
#include "report/format.h"

#define INDENT 28u

static void add_bold(apl_text *out, const apl_screen *screen, const char *text)
{
    apl_screen_add_styled(out, screen, APL_STYLE_BOLD, apl_str_from(text));
}

/* A name in the left column and what it means in the right one. */
static void add_entry(apl_text *out, const apl_screen *screen, apl_str left, apl_str right)
{
    apl_screen_spaces(out, 2);
    apl_text_add(out, left);
    if (left.size + 4 > INDENT) {
        apl_text_add_char(out, '\n');
        apl_screen_spaces(out, INDENT);
    } else {
        apl_screen_spaces(out, INDENT - 2 - left.size);
    }
    apl_screen_wrap(out, screen, right, INDENT);
}

void apl_help_program(apl_text *out, const apl_screen *screen)
{
    apl_text left;

    add_bold(out, screen, "aplomb");
    apl_text_add(out, APL_STR(": AI security posture in one program. Finds AI in exports, folders and archives,\n"
                              "judges it, remembers it. Reads only; no network but for named live sources.\n\n"));
    add_bold(out, screen, "First step");
    apl_text_add(out, APL_STR("\n  aplomb scan SOURCE          a file, a folder, or - for standard input\n\n"));
    add_bold(out, screen, "Commands");
    apl_text_add_char(out, '\n');
    apl_text_init(&left, 256);
    for (size_t i = 0; i < apl_command_table_count; i++) {
        const apl_command *command = apl_command_table[i];
        if (command->is_hidden)
            continue;
        left.size = 0;
        apl_text_add_format(&left, "%s%s%s", command->name, command->arguments ? " " : "",
                            command->arguments ? command->arguments : "");
        if (left.size + 4 > INDENT) {
            left.size = 0;
            apl_text_add(&left, apl_str_from(command->name));
        }
        add_entry(out, screen, apl_text_str(&left), apl_str_from(command->summary));
    }
    apl_text_free(&left);
    apl_text_add(out, APL_STR("\nThe options of one: aplomb COMMAND --help. Exit codes: 0 done, 1 --fail-on was hit,\n"
                              "2 wrong usage or failure, 3 something was not read.\n"));
}

static void add_formats(apl_text *out, const apl_screen *screen, unsigned views)
{
    apl_text_add_char(out, '\n');
    add_bold(out, screen, "Formats");
    apl_text_add_char(out, '\n');
    for (size_t i = 0; i < apl_format_table_count; i++) {
        if (apl_format_table[i]->views & views)
            add_entry(out, screen, apl_str_from(apl_format_table[i]->name), apl_str_from(apl_format_table[i]->summary));
    }
}

static void add_options(apl_text *out, const apl_screen *screen, const apl_option *options)
{
    apl_text left;

    add_bold(out, screen, "Options");
    apl_text_add_char(out, '\n');
    apl_text_init(&left, 256);
    for (size_t i = 0; options[i].name; i++) {
        left.size = 0;
        if (options[i].letter)
            apl_text_add_format(&left, "-%c, ", options[i].letter);
        else
            apl_text_add(&left, APL_STR("    "));
        apl_text_add_format(&left, "--%s%s%s", options[i].name, options[i].value ? " " : "",
                            options[i].value ? options[i].value : "");
        add_entry(out, screen, apl_text_str(&left), apl_str_from(options[i].help));
    }
    apl_text_free(&left);
}

static void add_examples(apl_text *out, const apl_screen *screen, const char *examples)
{
    apl_str rest = apl_str_from(examples);
    apl_str line;

    if (examples == NULL)
        return;
    apl_text_add_char(out, '\n');
    add_bold(out, screen, "Examples");
    apl_text_add_char(out, '\n');
    while (apl_str_next(&line, &rest, '\n')) {
        apl_screen_spaces(out, 2);
        apl_text_add(out, line);
        apl_text_add_char(out, '\n');
    }
}

void apl_help_command(apl_text *out, const apl_screen *screen, const apl_command *command)
{
    apl_text usage;

    apl_text_init(&usage, 256);
    apl_text_add_format(&usage, "aplomb %s%s%s%s", command->name, command->options[0].name ? " [OPTIONS]" : "",
                        command->arguments ? " " : "", command->arguments ? command->arguments : "");
    apl_screen_add_styled(out, screen, APL_STYLE_BOLD, apl_text_str(&usage));
    apl_text_add(out, APL_STR("\n  "));
    apl_screen_wrap(out, screen, apl_str_from(command->summary), 2);
    apl_text_add_char(out, '\n');
    if (command->details) {
        apl_screen_wrap(out, screen, apl_str_from(command->details), 0);
        apl_text_add_char(out, '\n');
    }
    add_options(out, screen, command->options);
    if (command->views && apl_option_find(command->options, APL_STR("format")))
        add_formats(out, screen, command->views);
    add_examples(out, screen, command->examples);
    apl_text_free(&usage);
}

apl_status apl_help_print(const apl_text *text)
{
    apl_sink sink;
    apl_status status = apl_sink_open(&sink, NULL);

    if (status == APL_OK)
        status = apl_sink_write(&sink, apl_text_str(text));
    return apl_sink_close(&sink, status);
}
