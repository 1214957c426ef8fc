/* cli/settings.h: everything that the command line and the environment said.
 *
 * One struct for all commands: each option table fills the members it names, the others stay empty. Texts point into
 * argv. */
#ifndef APL_CLI_SETTINGS_H
#define APL_CLI_SETTINGS_H

#include "cli/environment.h"
#include "cli/option.h"

typedef struct apl_settings {
    apl_word_list words; /* what is no option */
    apl_word_list formats;
    apl_word_list statuses;
    apl_word_list severities;
    apl_word_list checks;
    apl_word_list frameworks;
    apl_word_list kinds;
    apl_word_list types;
    apl_word_list clouds;
    apl_word_list scopes;
    apl_word_list tenants;
    apl_word_list groups;
    apl_word_list roles;
    apl_word_list risk_classes;
    apl_word_list tags;
    apl_word_list exposures;
    apl_word_list assets;
    apl_word_list contents;
    apl_word_list policies;
    apl_word_list mutes;
    apl_word_list definitions;
    apl_word_list what_if;
    apl_word_list accepts;
    apl_word_list findings;
    apl_word_list paths;
    const char *store;
    const char *baseline;
    const char *write_baseline;
    const char *since;
    const char *snapshot;
    const char *text;
    const char *fail_on;
    const char *parameters;
    const char *aliases;
    const char *now;
    const char *principal;
    const char *action;
    const char *resource;
    const char *plane;
    const char *batch;
    const char *as;
    const char *attestations;
    const char *report_kind;
    const char *aws_account;
    const char *aws_region;
    const char *owner;
    const char *note;
    const char *file;
    const char *expires;
    const char *output;
    const char *cloud;
    const char *sign_in;
    const char *ca;
    const char *proxy;
    const char *trace;
    const char *plan;
    unsigned jobs;
    unsigned limit;
    bool only_ai;
    bool edges;
    bool diff;
    bool offline;
    bool no_store;
    bool quiet;
    bool explain;
    bool excludes;
    bool capabilities;
    bool hash;
    bool all;
    bool no_color;
    bool only_role;
    bool resume;
    bool help;
    apl_environment environment;
} apl_settings;

#define APL_OFFSET(member) offsetof(apl_settings, member)

void apl_settings_free(apl_settings *settings);

/* Rows that several commands share. */
#define APL_OPTION_FORMAT                                                                                              \
    {                                                                                                                  \
        "format", 'f', APL_OPT_FORMATS, APL_OFFSET(formats), "FMT[=FILE]",                                             \
            "output format; with =FILE into that file; repeatable", NULL                                               \
    }
#define APL_OPTION_STORE                                                                                               \
    {                                                                                                                  \
        "store", 's', APL_OPT_FILE, APL_OFFSET(store), "URL",                                                          \
            "snapshot store (default: $APLOMB_STORE, else aplomb.db here)", NULL                                       \
    }
#define APL_OPTION_SNAPSHOT                                                                                            \
    {                                                                                                                  \
        "snapshot", 0, APL_OPT_TEXT, APL_OFFSET(snapshot), "ID",                                                       \
            "this snapshot instead of the newest; a unique start is enough", NULL                                      \
    }
#define APL_OPTION_STATUS                                                                                              \
    {                                                                                                                  \
        "status", 0, APL_OPT_LIST, APL_OFFSET(statuses), "LIST",                                                       \
            "list findings of these statuses, or all (default: fail,manual,error)",                                    \
            "fail manual error pass muted exempt all"                                                                  \
    }
#define APL_OPTION_SEVERITY                                                                                            \
    {                                                                                                                  \
        "severity", 0, APL_OPT_LIST, APL_OFFSET(severities), "LIST",                                                   \
            "list findings of these severities; high+ means high and worse",                                           \
            "critical high medium low info high+ medium+"                                                              \
    }
#define APL_OPTION_CHECK                                                                                               \
    {                                                                                                                  \
        "check", 'c', APL_OPT_LIST, APL_OFFSET(checks), "LIST",                                                        \
            "only these checks or rules; * matches any characters", NULL                                               \
    }
#define APL_OPTION_FRAMEWORK                                                                                           \
    {                                                                                                                  \
        "framework", 0, APL_OPT_LIST, APL_OFFSET(frameworks), "LIST",                                                  \
            "only what supports these frameworks or controls: ISO42001 or ISO42001:A.4.5", NULL                        \
    }
#define APL_OPTION_CONTENT                                                                                             \
    {                                                                                                                  \
        "content", 0, APL_OPT_FILES, APL_OFFSET(contents), "DIR",                                                      \
            "services, rules, frameworks of your own; repeatable", NULL                                                \
    }
#define APL_OPTION_POLICIES                                                                                            \
    {                                                                                                                  \
        "policies", 0, APL_OPT_FILES, APL_OFFSET(policies), "DIR",                                                     \
            "Azure Policy definitions, initiatives, assignments, exemptions; repeatable", NULL                         \
    }
#define APL_OPTION_MUTE                                                                                                \
    {                                                                                                                  \
        "mute", 0, APL_OPT_FILES, APL_OFFSET(mutes), "FILE",                                                           \
            "accepted findings, with owner, reason, expiry; repeatable", NULL                                          \
    }
#define APL_OPTION_OFFLINE                                                                                             \
    {                                                                                                                  \
        "offline", 0, APL_OPT_FLAG, APL_OFFSET(offline), NULL, "refuse every source that would need the network", NULL \
    }
#define APL_OPTION_JOBS                                                                                                \
    {                                                                                                                  \
        "jobs", 'j', APL_OPT_NUMBER, APL_OFFSET(jobs), "N", "threads (default: one a core)", NULL                      \
    }
#define APL_OPTION_QUIET                                                                                               \
    {                                                                                                                  \
        "quiet", 'q', APL_OPT_FLAG, APL_OFFSET(quiet), NULL, "no messages on standard error but failures", NULL        \
    }
#define APL_OPTION_NO_COLOR                                                                                            \
    {                                                                                                                  \
        "no-color", 0, APL_OPT_FLAG, APL_OFFSET(no_color), NULL, "no colour, as NO_COLOR does", NULL                   \
    }
#define APL_OPTION_NOW                                                                                                 \
    {                                                                                                                  \
        "now", 0, APL_OPT_TEXT, APL_OFFSET(now), "TIME", "judge ages and expiries as of this time (default: today)",   \
            NULL                                                                                                       \
    }
#define APL_OPTION_HELP                                                                                                \
    {                                                                                                                  \
        "help", 'h', APL_OPT_FLAG, APL_OFFSET(help), NULL, "this text", NULL                                           \
    }

/* The last rows of a command that shows a judged snapshot, stored or scanned in memory. */
#define APL_OPTIONS_SNAPSHOT                                                                                           \
    APL_OPTION_STORE, APL_OPTION_SNAPSHOT, APL_OPTION_MUTE, APL_OPTION_CONTENT, APL_OPTION_POLICIES,                   \
        APL_OPTION_OFFLINE, APL_OPTION_JOBS, APL_OPTION_QUIET, APL_OPTION_NO_COLOR, APL_OPTION_HELP

/* Rows by which assets are chosen. */
#define APL_OPTIONS_ASSETS                                                                                             \
    {"kind", 'k', APL_OPT_LIST, APL_OFFSET(kinds), "LIST", "assets of these kinds", NULL},                             \
        {"type", 0, APL_OPT_LIST, APL_OFFSET(types), "LIST", "assets of these native types", NULL},                    \
        {"cloud",                                                                                                      \
         0,                                                                                                            \
         APL_OPT_LIST,                                                                                                 \
         APL_OFFSET(clouds),                                                                                           \
         "LIST",                                                                                                       \
         "assets of these clouds",                                                                                     \
         "azure aws gcp kubernetes saas code host"},                                                                   \
        {"scope", 0, APL_OPT_LIST, APL_OFFSET(scopes), "LIST", "in these subscriptions, accounts or projects", NULL},  \
        {"tenant", 0, APL_OPT_LIST, APL_OFFSET(tenants), "LIST", "in these tenants or organisations", NULL},           \
        {"group", 0, APL_OPT_LIST, APL_OFFSET(groups), "LIST", "in these resource groups", NULL},                      \
        {"tag", 0, APL_OPT_LIST, APL_OFFSET(tags), "LIST", "with one of these tags: NAME or NAME=VALUE", NULL},        \
        {"exposure",                                                                                                   \
         0,                                                                                                            \
         APL_OPT_LIST,                                                                                                 \
         APL_OFFSET(exposures),                                                                                        \
         "LIST",                                                                                                       \
         "reachable so",                                                                                               \
         "internet trusted private none unknown"},                                                                     \
        {"asset", 'a', APL_OPT_LIST, APL_OFFSET(assets), "LIST", "these assets, by id or name", NULL},                 \
        {"text", 't', APL_OPT_TEXT, APL_OFFSET(text), "TEXT", "that contain this text anywhere", NULL},                \
    {                                                                                                                  \
        "ai", 0, APL_OPT_FLAG, APL_OFFSET(only_ai), NULL, "AI assets only", NULL                                       \
    }

#endif
