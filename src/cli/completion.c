/* cli/completion.c: writes the completion scripts of bash, zsh and fish.
 *
 * One walk over the command and option tables for each shell. All texts come from the tables of the program, which hold
 * no quote that would end a shell word. */
#include "cli/completion.h"

#include "report/format.h"

static void add_format_names(apl_text *out)
{
    for (size_t i = 0; i < apl_format_table_count; i++)
        apl_text_add_format(out, "%s%s", i ? " " : "", apl_format_table[i]->name);
}

/* The first word of each command, each once. */
static void add_first_words(apl_text *out)
{
    apl_str last = APL_STR_NONE;

    for (size_t i = 0; i < apl_command_table_count; i++) {
        apl_str rest = apl_str_from(apl_command_table[i]->name);
        apl_str word = APL_STR_NONE;
        (void)apl_str_next(&word, &rest, ' ');
        if (apl_command_table[i]->is_hidden || apl_str_equal(word, last))
            continue;
        apl_text_add_format(out, "%s%.*s", last.size ? " " : "", APL_STR_ARG(word));
        last = word;
    }
}

/* The second words of the commands that begin with `first`. */
static void add_second_words(apl_text *out, apl_str first)
{
    for (size_t i = 0; i < apl_command_table_count; i++) {
        apl_str rest = apl_str_from(apl_command_table[i]->name);
        apl_str word = APL_STR_NONE;
        (void)apl_str_next(&word, &rest, ' ');
        if (apl_str_equal(word, first) && rest.size)
            apl_text_add_format(out, "%.*s ", APL_STR_ARG(rest));
    }
}

static bool takes_file(const apl_option *option)
{
    return option->kind == APL_OPT_FILE || option->kind == APL_OPT_FILES;
}

static void add_bash_values(apl_text *out, const apl_option *option)
{
    if (option->kind == APL_OPT_FLAG)
        return;
    apl_text_add_format(out, "        --%s", option->name);
    if (option->letter)
        apl_text_add_format(out, "|-%c", option->letter);
    apl_text_add(out, APL_STR(") "));
    if (option->kind == APL_OPT_FORMATS) {
        apl_text_add(out, APL_STR("COMPREPLY=($(compgen -W '"));
        add_format_names(out);
        apl_text_add(out, APL_STR("' -- \"$word\")); return ;;\n"));
    } else if (option->choices) {
        apl_text_add_format(out, "COMPREPLY=($(compgen -W '%s' -- \"$word\")); return ;;\n", option->choices);
    } else if (takes_file(option)) {
        apl_text_add(out, APL_STR("COMPREPLY=($(compgen -f -- \"$word\")); return ;;\n"));
    } else {
        apl_text_add(out, APL_STR("return ;;\n"));
    }
}

static void add_bash_command(apl_text *out, const apl_command *command)
{
    apl_text_add_format(out, "    '%s')\n        case \"$before\" in\n", command->name);
    for (size_t i = 0; command->options[i].name; i++)
        add_bash_values(out, &command->options[i]);
    apl_text_add(out, APL_STR("        esac\n        options='"));
    for (size_t i = 0; command->options[i].name; i++)
        apl_text_add_format(out, "%s--%s", i ? " " : "", command->options[i].name);
    apl_text_add(out, APL_STR("' ;;\n"));
}

void apl_completion_bash(apl_text *out)
{
    apl_text_add(out, APL_STR("# bash completion for aplomb; written by \"aplomb completions bash\"\n"
                              "_aplomb() {\n"
                              "    local word=\"${COMP_WORDS[COMP_CWORD]}\" before=\"${COMP_WORDS[COMP_CWORD-1]}\"\n"
                              "    local command=\"${COMP_WORDS[1]}\" options=''\n"
                              "    COMPREPLY=()\n"
                              "    if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
                              "        COMPREPLY=($(compgen -W '"));
    add_first_words(out);
    apl_text_add(out, APL_STR(" --help --version' -- \"$word\"))\n        return\n    fi\n"
                              "    if [ \"$command\" = policy ]; then\n"
                              "        if [ \"$COMP_CWORD\" -eq 2 ]; then\n"
                              "            COMPREPLY=($(compgen -W '"));
    add_second_words(out, APL_STR("policy"));
    apl_text_add(out, APL_STR("' -- \"$word\"))\n            return\n        fi\n"
                              "        command=\"policy ${COMP_WORDS[2]}\"\n    fi\n"
                              "    case \"$command\" in\n"));
    for (size_t i = 0; i < apl_command_table_count; i++) {
        if (!apl_command_table[i]->is_hidden)
            add_bash_command(out, apl_command_table[i]);
    }
    apl_text_add(out, APL_STR("    esac\n"
                              "    if [ \"${word#-}\" != \"$word\" ]; then\n"
                              "        COMPREPLY=($(compgen -W \"$options\" -- \"$word\"))\n"
                              "    else\n"
                              "        COMPREPLY=($(compgen -f -- \"$word\"))\n"
                              "    fi\n}\n"
                              "complete -o filenames -F _aplomb aplomb\n"));
}

/* A text inside single quotes of zsh's _arguments: brackets and colons mean something there. */
static void add_zsh_text(apl_text *out, const char *text)
{
    for (; *text; text++) {
        if (*text == '\'')
            apl_text_add(out, APL_STR("'\\''"));
        else if (strchr("[]:", *text))
            apl_text_add_format(out, "\\%c", *text);
        else
            apl_text_add_char(out, *text);
    }
}

static void add_zsh_option(apl_text *out, const apl_option *option)
{
    apl_text_add_format(out, " \\\n            '*--%s%s[", option->name, option->kind == APL_OPT_FLAG ? "" : "=");
    add_zsh_text(out, option->help);
    apl_text_add_char(out, ']');
    if (option->kind == APL_OPT_FORMATS) {
        apl_text_add(out, APL_STR(":format:("));
        add_format_names(out);
        apl_text_add_char(out, ')');
    } else if (option->choices) {
        apl_text_add_format(out, ":value:(%s)", option->choices);
    } else if (takes_file(option)) {
        apl_text_add(out, APL_STR(":file:_files"));
    } else if (option->kind != APL_OPT_FLAG) {
        apl_text_add(out, APL_STR(":value: "));
    }
    apl_text_add_char(out, '\'');
}

void apl_completion_zsh(apl_text *out)
{
    apl_text_add(out, APL_STR("#compdef aplomb\n# written by \"aplomb completions zsh\"\n"
                              "_aplomb() {\n"
                              "    local command=$words[2]\n"
                              "    if (( CURRENT == 2 )); then\n        compadd -- "));
    add_first_words(out);
    apl_text_add(out, APL_STR("\n        return\n    fi\n"
                              "    if [[ $command == policy ]]; then\n"
                              "        if (( CURRENT == 3 )); then\n            compadd -- "));
    add_second_words(out, APL_STR("policy"));
    apl_text_add(out, APL_STR("\n            return\n        fi\n        command=\"policy $words[3]\"\n"
                              "    fi\n    case $command in\n"));
    for (size_t i = 0; i < apl_command_table_count; i++) {
        const apl_command *command = apl_command_table[i];
        if (command->is_hidden)
            continue;
        apl_text_add_format(out, "    '%s')\n        _arguments", command->name);
        for (size_t j = 0; command->options[j].name; j++)
            add_zsh_option(out, &command->options[j]);
        apl_text_add(out, APL_STR(" \\\n            '*:file:_files' ;;\n"));
    }
    apl_text_add(out, APL_STR("    esac\n}\n_aplomb \"$@\"\n"));
}

static void add_fish_text(apl_text *out, const char *text)
{
    apl_text_add_char(out, '\'');
    for (; *text; text++) {
        if (*text == '\'' || *text == '\\')
            apl_text_add_char(out, '\\');
        apl_text_add_char(out, *text);
    }
    apl_text_add_char(out, '\'');
}

static void add_fish_option(apl_text *out, const apl_command *command, const apl_option *option)
{
    apl_str rest = apl_str_from(command->name);
    apl_str word = APL_STR_NONE;

    apl_text_add(out, APL_STR("complete -c aplomb -n '"));
    for (bool is_first = true; apl_str_next(&word, &rest, ' '); is_first = false)
        apl_text_add_format(out, "%s__fish_seen_subcommand_from %.*s", is_first ? "" : "; and ", APL_STR_ARG(word));
    apl_text_add_format(out, "' -l %s", option->name);
    if (option->letter)
        apl_text_add_format(out, " -s %c", option->letter);
    if (option->kind == APL_OPT_FORMATS) {
        apl_text_add(out, APL_STR(" -x -a '"));
        add_format_names(out);
        apl_text_add_char(out, '\'');
    } else if (option->choices) {
        apl_text_add_format(out, " -x -a '%s'", option->choices);
    } else if (takes_file(option)) {
        apl_text_add(out, APL_STR(" -r"));
    } else if (option->kind != APL_OPT_FLAG) {
        apl_text_add(out, APL_STR(" -x"));
    }
    apl_text_add(out, APL_STR(" -d "));
    add_fish_text(out, option->help);
    apl_text_add_char(out, '\n');
}

void apl_completion_fish(apl_text *out)
{
    apl_text_add(out, APL_STR("# fish completion for aplomb; written by \"aplomb completions fish\"\n"));
    for (size_t i = 0; i < apl_command_table_count; i++) {
        const apl_command *command = apl_command_table[i];
        apl_str rest = apl_str_from(command->name);
        apl_str first = APL_STR_NONE;
        (void)apl_str_next(&first, &rest, ' ');
        if (command->is_hidden)
            continue;
        if (rest.size)
            apl_text_add_format(out, "complete -c aplomb -n '__fish_seen_subcommand_from %.*s' -a %.*s -d ",
                                APL_STR_ARG(first), APL_STR_ARG(rest));
        else
            apl_text_add_format(out, "complete -c aplomb -n __fish_use_subcommand -a %s -d ", command->name);
        add_fish_text(out, command->summary);
        apl_text_add_char(out, '\n');
        for (size_t j = 0; command->options[j].name; j++)
            add_fish_option(out, command, &command->options[j]);
    }
    apl_text_add(out, APL_STR("complete -c aplomb -n __fish_use_subcommand -a policy -d "
                              "'judge documents by Azure Policy, check policy files'\n"));
}
