/* cli/live.h: what commands that ask a cloud share: options, and credentials out of the environment.
 *
 * Credentials come from the usual places only (environment, managed identity, the Azure CLI) and are never kept. */
#ifndef APL_CLI_LIVE_H
#define APL_CLI_LIVE_H

#include "cli/session.h"
#include "collect/azure/sign_in.h"

/* Rows of the option tables. */
#define APL_OPTIONS_LIVE                                                                                               \
    {                                                                                                                  \
        "tenant",                                                                                                      \
        0,                                                                                                             \
        APL_OPT_FILES,                                                                                                 \
        APL_OFFSET(tenants),                                                                                           \
        "ID",                                                                                                          \
        "Microsoft Entra tenant of live sources, a GUID or a domain; repeatable (default: AZURE_TENANT_ID)",           \
        NULL},                                                                                                         \
        {"cloud",                                                                                                      \
         0,                                                                                                            \
         APL_OPT_CHOICE,                                                                                               \
         APL_OFFSET(cloud),                                                                                            \
         "CLOUD",                                                                                                      \
         "which Azure: public, government (US) or china",                                                              \
         "public government china"},                                                                                   \
        {"sign-in",           0,     APL_OPT_CHOICE,                                                                   \
         APL_OFFSET(sign_in), "WAY", "only this way to sign in (default: the first that is set up)",                   \
         APL_AZURE_WAY_NAMES},                                                                                         \
        {"ca", 0, APL_OPT_FILE, APL_OFFSET(ca), "FILE", "certificate authorities to trust instead of the system's",    \
         NULL},                                                                                                        \
        {"proxy", 0, APL_OPT_TEXT, APL_OFFSET(proxy), "URL", "HTTP proxy (default: HTTPS_PROXY)", NULL},               \
    {                                                                                                                  \
        "trace", 0, APL_OPT_FILE, APL_OFFSET(trace), "FILE", "write what went over the wire there, without secrets",   \
            NULL                                                                                                       \
    }

/* What a run over the network is made with; its parts point into the settings and the session. */
typedef struct apl_live {
    apl_azure_credentials credentials;
    apl_net_settings net;
    apl_trace *trace;
} apl_live;

/* APL_E_USAGE for settings that cannot be. Interrupts are watched from then on. */
apl_status apl_live_open(apl_live *live, const apl_settings *settings);

/* Closes the trace; a failure of it is returned when `status` is none. */
apl_status apl_live_close(apl_live *live, apl_status status);

#endif
