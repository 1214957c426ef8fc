/* tests/programs/net_each.c: makes the requests that a test asks for, and says how they ended.
 *
 * Standard input is one JSON object: settings, rates, tokens and requests, by the names of net/client.h. Standard
 * output is one: the responses in the order in which they came, and the totals. Every value comes from the test. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "net/client.h"
#include "net/trace.h"
#include "net/url.h"

#define INPUT_BYTES_MAX (8u << 20)
#define RATES_MAX 8

typedef struct tokens {
    apl_value list;
    uint32_t next;
} tokens;

typedef struct run {
    apl_arena *arena;
    apl_net *net;
    apl_value input;
    apl_net_rate rates[RATES_MAX];
    tokens tokens;
    apl_net_bearer bearer;
    apl_text out;
    volatile sig_atomic_t cancel;
    unsigned cancel_after;
    unsigned ended;
    double clock_speed;
} run;

typedef struct asked {
    run *run;
    apl_value request;
    unsigned pages;
} asked;

static apl_str text_of(apl_value object, const char *name)
{
    return apl_value_str(apl_value_member(object, name));
}

static const char *c_text_of(apl_value object, const char *name)
{
    apl_str text = text_of(object, name);

    return text.size ? text.data : NULL;
}

static int64_t number_of(apl_value object, const char *name)
{
    apl_value value = apl_value_member(object, name);

    return value.type == APL_VALUE_INTEGER ? value.integer : 0;
}

static bool flag_of(apl_value object, const char *name)
{
    apl_value value = apl_value_member(object, name);

    return value.type == APL_VALUE_BOOL && value.boolean;
}

static apl_status next_token(apl_str *out, void *context, bool was_refused)
{
    tokens *all = context;

    if (was_refused)
        all->next++;
    if (all->next >= all->list.size)
        return apl_fail(APL_E_INPUT, "no token is left");
    *out = apl_value_str(all->list.items[all->next]);
    return APL_OK;
}

static uint64_t fast_clock(void *context)
{
    const run *one = context;
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    double ms = (double)now.tv_sec * 1000.0 + (double)now.tv_nsec / 1e6;
    return (uint64_t)(ms * one->clock_speed);
}

static void member(apl_text *out, const char *name, apl_str value)
{
    apl_text_add_format(out, ",\"%s\":", name);
    apl_json_write_string(out, value);
}

static apl_status submit(asked *one, apl_str url);

static void follow(asked *one, const apl_net_response *response)
{
    const apl_json *link = response->json ? apl_json_get(response->json, APL_STR("nextLink")) : NULL;
    apl_str next;

    if (link == NULL || !flag_of(one->request, "pages"))
        return;
    if (apl_url_next(&next, one->run->arena, response->url, apl_json_str(link)) != APL_OK ||
        submit(one, next) != APL_OK)
        member(&one->run->out, "next", apl_str_from(apl_error_message()));
}

static void done(void *context, const apl_net_response *response)
{
    asked *one = context;
    apl_text *out = &one->run->out;
    apl_str wanted = text_of(one->request, "show");

    apl_text_add_format(out, "%s{\"status\":%u,\"attempts\":%u,\"waited_ms\":%llu,\"is_json\":%s",
                        one->run->ended ? "," : "", response->status, response->attempts,
                        (unsigned long long)response->waited_ms, response->json ? "true" : "false");
    member(out, "outcome", apl_str_from(apl_net_outcome_names[response->outcome]));
    member(out, "url", response->url);
    member(out, "why", response->why);
    member(out, "code", response->code);
    apl_text_add_format(out, ",\"bytes\":%u", response->body.size);
    if (response->body.size < 4096)
        member(out, "body", response->body);
    if (wanted.size)
        member(out, "shown", apl_net_header_of(response, wanted.data));
    one->run->ended++;
    if (one->run->cancel_after && one->run->ended >= one->run->cancel_after)
        one->run->cancel = 1;
    follow(one, response);
    apl_text_add_char(out, '}');
}

static apl_status submit(asked *one, apl_str url)
{
    apl_value from = one->request;
    apl_str method = text_of(from, "method");
    apl_value headers = apl_value_member(from, "headers");
    apl_net_header lines[16];
    int64_t rate = apl_value_member(from, "rate").type == APL_VALUE_INTEGER ? number_of(from, "rate") : -1;
    apl_net_request request = {
        .method = apl_str_equal(method, APL_STR("POST")) ? APL_NET_POST : APL_NET_GET,
        .url = url,
        .headers = lines,
        .body = text_of(from, "body"),
        .content_type = text_of(from, "content_type"),
        .bearer = flag_of(from, "bearer") ? &one->run->bearer : NULL,
        .rate = rate >= 0 && rate < RATES_MAX ? &one->run->rates[rate] : NULL,
        .principal = text_of(from, "principal"),
        .share = text_of(from, "share"),
        .repeats_post = flag_of(from, "repeats_post"),
        .wants_json = flag_of(from, "wants_json"),
        .allows_plain = flag_of(from, "allows_plain"),
        .skips_proxy = flag_of(from, "skips_proxy"),
        .bytes_max = (size_t)number_of(from, "bytes_max"),
        .attempt_ms = (unsigned)number_of(from, "attempt_ms"),
        .attempts_max = (unsigned)number_of(from, "attempts_max"),
        .done = done,
        .context = one,
    };

    for (uint32_t i = 0; headers.type == APL_VALUE_OBJECT && i < headers.size && i < 16; i++)
        lines[request.header_count++] =
            (apl_net_header){headers.members[i].key, apl_value_str(headers.members[i].value)};
    return apl_net_submit(one->run->net, &request);
}

static void submit_all(run *all)
{
    apl_value requests = apl_value_member(all->input, "requests");

    for (uint32_t i = 0; i < requests.size; i++) {
        int64_t copies = number_of(requests.items[i], "copies");
        for (int64_t copy = 0; copy < (copies ? copies : 1); copy++) {
            asked *one = APL_ARENA_NEW(all->arena, asked);
            *one = (asked){.run = all, .request = requests.items[i]};
            if (submit(one, text_of(requests.items[i], "url")) == APL_OK)
                continue;
            apl_text_add_format(&all->out, "%s{\"refused\":", all->ended++ ? "," : "");
            apl_json_write_string(&all->out, apl_str_from(apl_error_message()));
            apl_text_add_char(&all->out, '}');
        }
    }
}

static void read_rates(run *all)
{
    apl_value rates = apl_value_member(all->input, "rates");

    for (uint32_t i = 0; i < rates.size && i < RATES_MAX; i++)
        all->rates[i] = (apl_net_rate){
            .name = c_text_of(rates.items[i], "name"),
            .burst = (unsigned)number_of(rates.items[i], "burst"),
            .per_second = (double)number_of(rates.items[i], "per_second"),
            .window_count = (unsigned)number_of(rates.items[i], "window_count"),
            .window_ms = (unsigned)number_of(rates.items[i], "window_ms"),
            .in_flight_max = (unsigned)number_of(rates.items[i], "in_flight_max"),
        };
}

static apl_net_settings settings_of(run *all)
{
    apl_value from = apl_value_member(all->input, "settings");

    return (apl_net_settings){
        .ca_file = c_text_of(from, "ca_file"),
        .proxy = c_text_of(from, "proxy"),
        .no_proxy = c_text_of(from, "no_proxy"),
        .connect_to = c_text_of(from, "connect_to"),
        .cancel = &all->cancel,
        .in_flight_max = (unsigned)number_of(from, "in_flight_max"),
        .host_in_flight_max = (unsigned)number_of(from, "host_in_flight_max"),
        .connect_ms = (unsigned)number_of(from, "connect_ms"),
        .attempt_ms = (unsigned)number_of(from, "attempt_ms"),
        .call_ms = (unsigned)number_of(from, "call_ms"),
        .run_ms = (uint64_t)number_of(from, "run_ms"),
        .attempts_max = (unsigned)number_of(from, "attempts_max"),
        .seed = (uint64_t)number_of(from, "seed"),
        .clock = {all->clock_speed > 0 ? fast_clock : NULL, all},
        .faults = {(unsigned)number_of(from, "every_socket"), (unsigned)number_of(from, "every_block")},
    };
}

static apl_status make_requests(run *all)
{
    apl_net_settings settings = settings_of(all);
    const char *trace = c_text_of(apl_value_member(all->input, "settings"), "trace");
    apl_status status = trace ? apl_trace_open(&settings.trace, trace) : APL_OK;

    if (status == APL_OK)
        status = apl_net_new(&all->net, &settings);
    if (status != APL_OK)
        return status;
    submit_all(all);
    status = apl_net_run(all->net);
    apl_net_totals totals = apl_net_total(all->net);
    apl_text_add_format(&all->out,
                        "],\"totals\":{\"requests\":%llu,\"attempts\":%llu,\"repeats\":%llu,\"throttled\":%llu}}\n",
                        (unsigned long long)totals.requests, (unsigned long long)totals.attempts,
                        (unsigned long long)totals.repeats, (unsigned long long)totals.throttled);
    apl_net_free(all->net);
    apl_status closed = apl_trace_close(settings.trace);
    return status == APL_OK ? closed : status;
}

static apl_status read_input(run *all)
{
    char *text = apl_memory_new(INPUT_BYTES_MAX);
    size_t size = fread(text, 1, INPUT_BYTES_MAX, stdin);
    apl_status status = apl_json_parse(&all->input, all->arena, apl_str_make(text, size));

    apl_memory_free(text);
    if (status != APL_OK)
        return status;
    read_rates(all);
    all->tokens.list = apl_value_member(all->input, "tokens");
    all->bearer = (apl_net_bearer){next_token, &all->tokens};
    all->cancel_after = (unsigned)number_of(all->input, "cancel_after");
    all->clock_speed = (double)number_of(all->input, "clock_speed");
    apl_text_init(&all->out, INPUT_BYTES_MAX * 16);
    apl_text_add(&all->out, APL_STR("{\"responses\":["));
    return APL_OK;
}

int main(void)
{
    run all = {.arena = apl_arena_new()};
    apl_status status = read_input(&all);

    (void)signal(SIGPIPE, SIG_IGN);
    if (status == APL_OK)
        status = make_requests(&all);
    if (status == APL_OK)
        (void)fwrite(all.out.data, 1, all.out.size, stdout);
    else
        (void)fprintf(stderr, "net_each: %s\n", apl_error_message());
    apl_text_free(&all.out);
    apl_arena_free(all.arena);
    return status == APL_OK ? 0 : 2;
}
