/* cli/live.c: what a run over the network is made with, as the command line and the environment have it.
 *
 * The one place where options and variables become credentials and settings of the client; nothing here goes over the
 * network yet. */
#include "cli/live.h"

#include "base/interrupt.h"
#include "net/trace.h"

apl_status apl_live_open(apl_live *live, const apl_settings *settings)
{
    const apl_environment *environment = &settings->environment;
    apl_status status = APL_OK;

    *live = (apl_live){.credentials = environment->azure};
    if (settings->cloud)
        live->credentials.cloud = apl_azure_cloud_named(apl_str_from(settings->cloud));
    else if (environment->azure_authority)
        live->credentials.cloud = apl_azure_cloud_named(apl_str_from(environment->azure_authority));
    live->credentials.way = apl_azure_way_named(apl_str_from(settings->sign_in));
    live->net = (apl_net_settings){
        .ca_file = settings->ca ? settings->ca : environment->ca_file,
        .proxy = settings->proxy ? settings->proxy : environment->proxy,
        .no_proxy = environment->no_proxy,
        .cancel = apl_interrupt_watch(),
    };
    if (settings->cloud == NULL && environment->azure_authority && live->credentials.cloud == NULL)
        status = apl_fail(APL_E_USAGE, "AZURE_AUTHORITY_HOST is \"%s\", the login of no cloud that is known here",
                          environment->azure_authority);
    if (status == APL_OK && settings->trace)
        status = apl_trace_open(&live->trace, settings->trace);
    live->net.trace = live->trace;
    return status;
}

apl_status apl_live_close(apl_live *live, apl_status status)
{
    apl_status closed = apl_trace_close(live->trace);

    live->trace = NULL;
    apl_interrupt_forget();
    return status == APL_OK ? closed : status;
}
