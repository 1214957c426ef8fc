/* collect/azure/reach.c: one request without a token to each host, all at once.
 *
 * Redirects are answers here: the login sends people elsewhere. The date of an answer has whole seconds and is as old
 * as its way back, so half of the time that the exchange took is added. */
#include "collect/azure/reach.h"

#include <time.h>

#include "net/answer.h"
#include "net/url.h"

/* Who does not answer within this is not reached for the purposes of a scan either. */
#define REACH_CONNECT_MS 10000
#define REACH_ATTEMPT_MS 20000
#define REACH_BYTES_MAX (1u << 20)

typedef struct asked {
    apl_azure_reach *reach;
    apl_arena *arena;
    struct timespec started;
} asked;

static int64_t ms_of(const struct timespec *time)
{
    return (int64_t)time->tv_sec * 1000 + time->tv_nsec / 1000000;
}

static void take_answer(void *context, const apl_net_response *response)
{
    asked *one = context;
    apl_azure_reach *reach = one->reach;
    struct timespec now;
    int64_t date = 0;

    (void)clock_gettime(CLOCK_REALTIME, &now);
    int64_t took_ms = ms_of(&now) - ms_of(&one->started);
    reach->took_ms = took_ms > 0 ? (uint64_t)took_ms : 0;
    reach->is_reached = response->outcome == APL_NET_ANSWERED || response->outcome == APL_NET_REDIRECTED;
    if (!reach->is_reached) {
        reach->why = apl_arena_str(one->arena, response->why);
        return;
    }
    reach->has_clock = apl_answer_date(&date, apl_net_header_of(response, "date"));
    /* A date is cut to its second, and was written half an exchange ago. */
    int64_t theirs_ms = date * 1000 + 500 + took_ms / 2;
    int64_t ahead_ms = ms_of(&now) - theirs_ms;
    reach->ahead_s = (ahead_ms + (ahead_ms < 0 ? -500 : 500)) / 1000;
}

static apl_status ask(apl_net *net, apl_arena *arena, apl_azure_reach *reach, const char *name, const char *origin)
{
    asked *one = APL_ARENA_NEW(arena, asked);
    apl_url url;
    apl_net_request request = {
        .method = APL_NET_HEAD,
        .url = apl_arena_format(arena, "%s/", origin),
        .bytes_max = REACH_BYTES_MAX,
        .connect_ms = REACH_CONNECT_MS,
        .attempt_ms = REACH_ATTEMPT_MS,
        .attempts_max = 1,
        .done = take_answer,
        .context = one,
    };

    *one = (asked){.reach = reach, .arena = arena};
    (void)clock_gettime(CLOCK_REALTIME, &one->started);
    apl_status status = apl_url_parse(&url, request.url);
    if (status != APL_OK)
        return status;
    *reach = (apl_azure_reach){.name = name, .host = apl_arena_str(arena, url.host)};
    return apl_net_submit(net, &request);
}

apl_status apl_azure_reach_all(apl_azure_reach out[APL_AZURE_REACHES], size_t *count, apl_arena *arena,
                               const apl_azure_cloud *cloud, const apl_net_settings *settings)
{
    static const apl_azure_api apis[] = {APL_AZURE_ARM, APL_AZURE_GRAPH, APL_AZURE_POWER_PLATFORM,
                                         APL_AZURE_POWER_APPS};
    apl_net *net = NULL;
    apl_status status = apl_net_new(&net, settings);

    *count = 0;
    if (status == APL_OK)
        status = ask(net, arena, &out[(*count)++], "login", cloud->login);
    for (size_t i = 0; status == APL_OK && i < sizeof apis / sizeof apis[0]; i++) {
        const apl_azure_api_info *info = &cloud->apis[apis[i]];
        if (info->endpoint && *info->endpoint)
            status = ask(net, arena, &out[(*count)++], info->name, info->endpoint);
    }
    if (status == APL_OK)
        status = apl_net_run(net);
    apl_net_free(net);
    return status;
}
