/* cli/command.c: finds the command that the words name.
 *
 * The longest name wins, so that "policy eval" is found before "policy". A group word alone ("policy") names its
 * members in the message. */
#include "cli/command.h"

#include "query/nearest.h"

/* Words in one command's name. */
#define COMMAND_WORDS_MAX 2

/* The names of one group in a message. */
#define GROUP_BYTES_MAX 512

/* How many words of the arguments the name takes; 0 when it does not match. */
static int matching_words(const char *name, apl_arguments arguments)
{
    apl_str rest = apl_str_from(name);
    apl_str word;
    int count = 0;

    while (apl_str_next(&word, &rest, ' ')) {
        if (count >= arguments.count || !apl_str_equal(apl_str_from(arguments.words[count]), word))
            return 0;
        count++;
    }
    APL_ASSERT(count <= COMMAND_WORDS_MAX);
    return count;
}

const apl_command *apl_command_find(int *used, apl_arguments arguments)
{
    const apl_command *best = NULL;

    *used = 0;
    for (size_t i = 0; i < apl_command_table_count; i++) {
        int count = matching_words(apl_command_table[i]->name, arguments);
        if (count > *used) {
            best = apl_command_table[i];
            *used = count;
        }
    }
    return best;
}

/* "policy" alone: the commands that begin so. */
static apl_status group_without_member(apl_str word)
{
    apl_text members;
    apl_status status = APL_OK;

    apl_text_init(&members, GROUP_BYTES_MAX);
    for (size_t i = 0; i < apl_command_table_count; i++) {
        apl_str name = apl_str_from(apl_command_table[i]->name);
        if (name.size > word.size && name.data[word.size] == ' ' && apl_str_starts(name, word))
            apl_text_add_format(&members, "%s%.*s", members.size ? ", " : "", APL_STR_ARG(name));
    }
    if (members.size)
        status = apl_fail(APL_E_USAGE, "\"%.*s\" needs a second word: %.*s", APL_STR_ARG(word),
                          APL_STR_ARG(apl_text_str(&members)));
    apl_text_free(&members);
    return status;
}

apl_status apl_command_unknown(apl_arguments arguments)
{
    apl_str word = apl_str_from(arguments.words[0]);
    apl_guess nearest = apl_guess_start(word);
    apl_status status = group_without_member(word);

    if (status != APL_OK)
        return status;
    for (size_t i = 0; i < apl_command_table_count; i++) {
        if (!apl_command_table[i]->is_hidden)
            apl_guess_try(&nearest, apl_str_from(apl_command_table[i]->name));
    }
    if (nearest.best.size)
        return apl_fail(APL_E_USAGE, "no command \"%.*s\"; the nearest is \"%.*s\"; see aplomb --help",
                        APL_STR_ARG(word), APL_STR_ARG(nearest.best));
    return apl_fail(APL_E_USAGE, "no command \"%.*s\"; see aplomb --help", APL_STR_ARG(word));
}
