/* cli/commands/explore.c: the security explorer: entities THAT conditions and connections.
 *
 * Asks the stored snapshot, or sources that are scanned in memory. docs/explore.md is the grammar. */
#include "query/explore.h"
#include "cli/session.h"

static const apl_option options[] = {
    APL_OPTION_FORMAT,
    APL_OPTION_STORE,
    APL_OPTION_SNAPSHOT,
    APL_OPTION_CONTENT,
    APL_OPTION_POLICIES,
    APL_OPTION_OFFLINE,
    APL_OPTION_JOBS,
    APL_OPTION_QUIET,
    APL_OPTION_NO_COLOR,
    APL_OPTION_HELP,
    {0},
};

static apl_status explore_run(apl_session *session)
{
    const apl_word_list *words = &session->settings->words;
    apl_word_list sources = {.items = words->items + 1, .count = words->count - 1};
    apl_explore *explore = apl_memory_new(sizeof *explore);

    apl_status status = apl_session_formats(session);
    if (status == APL_OK)
        status = apl_session_content(session);
    if (status == APL_OK)
        status = apl_explore_compile(explore, session->arena, apl_str_from(words->items[0]),
                                     apl_content_vocabulary(session->content));
    if (status == APL_OK)
        status = apl_session_snapshot(session, &sources, false);
    if (status == APL_OK) {
        apl_session_select(session);
        apl_explore_run(&session->selection, explore, &session->snapshot);
        status = apl_session_show(session, APL_VIEW_INVENTORY);
    }
    apl_memory_free(explore);
    return status;
}

const apl_command apl_command_explore = {
    .name = "explore",
    .summary = "security explorer: entities THAT conditions and connections",
    .options = options,
    .run = explore_run,
    .arguments = "QUERY [SOURCE...]",
    .details =
        "A query names kinds or types, then THAT and conditions: facts (exposure = internet), relations to other "
        "entities (uses-tool mcp-server; BY for the other direction; a query in parentheses for more), insights "
        "(has finding, has severity high+, has path), joined by NOT, AND, OR. The answer is an inventory.",
    .examples = "aplomb explore 'ai-agent THAT uses-tool (mcp-server THAT exposure = internet)'\n"
                "aplomb explore 'storage-account THAT used-for = grounding AND has severity high+'\n"
                "aplomb explore 'managed-identity THAT authenticates-as BY ml-compute AND has path'\n"
                "aplomb explore 'ai-deployment THAT NOT guarded-by guardrail' export/ --format csv",
    .views = APL_VIEW_INVENTORY,
    .words_min = 1,
    .words_max = -1,
};
