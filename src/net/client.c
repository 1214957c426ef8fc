/* net/client.c: the client: its making, submitting, and the event loop.
 *
 * One turn of the loop wakes who has waited long enough, starts what may start, lets curl work, and hands out what
 * ended. It sleeps only in curl's poll, and never longer than the cancel flag may wait. */
#include "net/internal.h"

#include "base/clock.h"

static void set_default(unsigned *value, unsigned standard)
{
    if (*value == 0)
        *value = standard;
}

uint64_t apl_net_now(const apl_net *net)
{
    const apl_net_clock *clock = &net->settings.clock;

    return clock->now_ms ? clock->now_ms(clock->context) : apl_clock_monotonic_ns() / 1000000;
}

static apl_status read_connect_to(apl_net *net)
{
    apl_str rest = apl_str_from(net->settings.connect_to);
    apl_str part;

    while (apl_str_next(&part, &rest, ',')) {
        apl_str entry = apl_arena_str(net->arena, apl_str_trim(part));
        unsigned colons = 0;
        for (uint32_t i = 0; i < entry.size; i++)
            colons += entry.data[i] == ':';
        if (colons < 3)
            return apl_fail(APL_E_USAGE, "\"%.*s\" is not HOST:PORT:HOST:PORT", APL_STR_ARG(entry));
        net->connect_to = net->curl.slist_append(net->connect_to, entry.data);
    }
    return APL_OK;
}

apl_status apl_net_new(apl_net **out, const apl_net_settings *settings)
{
    apl_net *net = apl_memory_new(sizeof *net);
    apl_status status = apl_curl_load(&net->curl);

    *out = NULL;
    if (status != APL_OK) {
        apl_memory_free(net);
        return status;
    }
    net->settings = *settings;
    set_default(&net->settings.in_flight_max, APL_NET_IN_FLIGHT_DEFAULT);
    if (net->settings.in_flight_max > APL_NET_IN_FLIGHT_LIMIT)
        net->settings.in_flight_max = APL_NET_IN_FLIGHT_LIMIT;
    set_default(&net->settings.host_in_flight_max, APL_NET_HOST_IN_FLIGHT_DEFAULT);
    set_default(&net->settings.connect_ms, APL_NET_CONNECT_MS_DEFAULT);
    set_default(&net->settings.attempt_ms, APL_NET_ATTEMPT_MS_DEFAULT);
    set_default(&net->settings.call_ms, APL_NET_CALL_MS_DEFAULT);
    set_default(&net->settings.attempts_max, APL_NET_ATTEMPTS_DEFAULT);
    net->arena = apl_arena_new();
    net->json = apl_json_reader_new();
    net->lanes_by_key = apl_table_new(true);
    net->hosts_by_key = apl_table_new(true);
    net->transfers = apl_memory_new(net->settings.in_flight_max * sizeof *net->transfers);
    net->multi = net->curl.multi_init();
    if (net->multi == NULL)
        apl_die("out of memory");
    (void)net->curl.multi_setopt(net->multi, CURLMOPT_PIPELINING, (long)CURLPIPE_MULTIPLEX);
    (void)net->curl.multi_setopt(net->multi, CURLMOPT_MAXCONNECTS, (long)net->settings.in_flight_max);
    net->random = settings->seed;
    net->started_ms = apl_net_now(net);
    status = read_connect_to(net);
    if (status != APL_OK) {
        apl_net_free(net);
        return status;
    }
    *out = net;
    return APL_OK;
}

void apl_call_free(apl_call *call)
{
    apl_memory_free(call->moved_to);
    if (call->request.is_secret)
        explicit_bzero(call, call->size);
    apl_memory_free(call);
}

void apl_net_free(apl_net *net)
{
    apl_call *call;

    if (net == NULL)
        return;
    for (unsigned i = 0; i < net->settings.in_flight_max; i++) {
        apl_transfer *transfer = &net->transfers[i];
        call = transfer->call;
        if (call) {
            apl_transfer_release(transfer, call->request.is_secret);
            apl_call_free(call);
        }
        if (transfer->easy)
            net->curl.easy_cleanup(transfer->easy);
        apl_text_free(&transfer->body);
        apl_text_free(&transfer->headers);
    }
    while ((call = apl_schedule_drop(net)) != NULL)
        apl_call_free(call);
    for (size_t i = 0; i < net->lanes.count; i++)
        apl_net_lane_free(&net->lanes.items[i].lane);
    (void)net->curl.multi_cleanup(net->multi);
    net->curl.slist_free_all(net->connect_to);
    net->curl.global_cleanup();
    apl_memory_free(net->transfers);
    apl_memory_free(net->lanes.items);
    apl_memory_free(net->hosts.items);
    apl_memory_free(net->active.items);
    apl_memory_free(net->later.items);
    apl_table_free(net->lanes_by_key);
    apl_table_free(net->hosts_by_key);
    apl_json_reader_free(net->json);
    apl_arena_free(net->arena);
    apl_memory_free(net);
}

static apl_status find_lane(uint32_t *out, apl_net *net, const apl_net_request *request)
{
    char buffer[1024];
    apl_text key;
    const char *rate = request->rate ? request->rate->name : "";

    apl_text_init(&key, sizeof buffer);
    apl_text_add_format(&key, "%s\n%.*s\n%.*s", rate, APL_STR_ARG(request->principal), APL_STR_ARG(request->share));
    *out = apl_table_get(net->lanes_by_key, apl_text_str(&key));
    if (*out == APL_TABLE_NONE && net->lanes.count < APL_NET_LANES_MAX) {
        apl_lane_queue queue = {0};
        apl_net_lane_init(&queue.lane, request->rate, apl_net_now(net));
        *out = (uint32_t)net->lanes.count;
        APL_PUSH(&net->lanes, queue);
        (void)apl_table_put(net->lanes_by_key, apl_arena_str(net->arena, apl_text_str(&key)), *out);
    }
    apl_text_free(&key);
    return *out != APL_TABLE_NONE ? APL_OK : apl_fail(APL_E_LIMIT, "requests of more than %u lanes", APL_NET_LANES_MAX);
}

static apl_status find_host(uint32_t *out, apl_net *net, const apl_url *url)
{
    apl_text key;

    apl_text_init(&key, 512);
    apl_text_add_format(&key, "%.*s:%u", APL_STR_ARG(url->host), url->port);
    *out = apl_table_get(net->hosts_by_key, apl_text_str(&key));
    if (*out == APL_TABLE_NONE && net->hosts.count < APL_NET_HOSTS_MAX) {
        *out = (uint32_t)net->hosts.count;
        APL_PUSH(&net->hosts, (apl_net_host){0});
        (void)apl_table_put(net->hosts_by_key, apl_arena_str(net->arena, apl_text_str(&key)), *out);
    }
    apl_text_free(&key);
    return *out != APL_TABLE_NONE ? APL_OK : apl_fail(APL_E_LIMIT, "requests to more than %u hosts", APL_NET_HOSTS_MAX);
}

static bool has_line_end(apl_str text)
{
    return text.size && (memchr(text.data, '\n', text.size) || memchr(text.data, '\r', text.size) ||
                         memchr(text.data, 0, text.size));
}

static apl_status check(const apl_net_request *request, const apl_url *url)
{
    bool is_plain = apl_str_equal_nocase(url->scheme, APL_STR("http"));

    if (is_plain && !(request->allows_plain && apl_url_is_local(url)))
        return apl_fail(APL_E_USAGE, "http://%.*s is not asked: no encryption", APL_STR_ARG(url->host));
    if (is_plain && request->bearer)
        return apl_fail(APL_E_USAGE, "http://%.*s gets no token: no encryption", APL_STR_ARG(url->host));
    if (request->header_count > APL_NET_HEADERS_MAX)
        return apl_fail(APL_E_LIMIT, "a request with more than %d headers", APL_NET_HEADERS_MAX);
    for (size_t i = 0; i < request->header_count; i++) {
        if (request->headers[i].name.size == 0 || has_line_end(request->headers[i].name) ||
            has_line_end(request->headers[i].value))
            return apl_fail(APL_E_USAGE, "a header with a line end");
    }
    if (has_line_end(request->content_type))
        return apl_fail(APL_E_USAGE, "a content type with a line end");
    if (request->body.size > APL_NET_SENT_BYTES_MAX)
        return apl_fail(APL_E_LIMIT, "a request with more than %u bytes", APL_NET_SENT_BYTES_MAX);
    if (request->bytes_max > APL_NET_BYTES_LIMIT)
        return apl_fail(APL_E_LIMIT, "a request for more than %u bytes", APL_NET_BYTES_LIMIT);
    return APL_OK;
}

static apl_str keep(char **at, apl_str text)
{
    char *start = *at;

    if (text.size)
        memcpy(start, text.data, text.size);
    start[text.size] = 0;
    *at += text.size + 1;
    return apl_str_make(start, text.size);
}

/* The request with all its texts in one block. */
static apl_call *copy_call(const apl_net *net, const apl_net_request *request)
{
    size_t headers_size = request->header_count * sizeof(apl_net_header);
    size_t size = request->url.size + request->body.size + request->content_type.size + 3u;

    for (size_t i = 0; i < request->header_count; i++)
        size += request->headers[i].name.size + request->headers[i].value.size + 2u;
    apl_call *call = apl_memory_new(sizeof *call + headers_size + size);
    call->request = *request;
    call->size = sizeof *call + headers_size + size;
    call->headers = (apl_net_header *)(call + 1);
    char *at = (char *)call->headers + headers_size;
    for (size_t i = 0; i < request->header_count; i++) {
        call->headers[i].name = keep(&at, request->headers[i].name);
        call->headers[i].value = keep(&at, request->headers[i].value);
    }
    call->request.headers = call->headers;
    call->request.url = keep(&at, request->url);
    call->request.body = keep(&at, request->body);
    call->request.content_type = keep(&at, request->content_type);
    call->request.principal = call->request.share = APL_STR_NONE; /* the lane knows */
    if (request->bytes_max == 0)
        call->request.bytes_max = APL_NET_BYTES_MAX;
    set_default(&call->request.connect_ms, net->settings.connect_ms);
    set_default(&call->request.attempt_ms, net->settings.attempt_ms);
    set_default(&call->request.attempts_max, net->settings.attempts_max);
    return call;
}

apl_status apl_net_submit(apl_net *net, const apl_net_request *request)
{
    uint32_t lane = 0;
    uint32_t host = 0;
    apl_url url;
    apl_status status = apl_url_parse(&url, request->url);

    if (status == APL_OK)
        status = check(request, &url);
    if (status == APL_OK && net->pending >= APL_NET_WAITING_MAX)
        status = apl_fail(APL_E_LIMIT, "more than %u requests wait", APL_NET_WAITING_MAX);
    if (status == APL_OK)
        status = find_lane(&lane, net, request);
    if (status == APL_OK)
        status = find_host(&host, net, &url);
    if (status != APL_OK)
        return status;
    apl_call *call = copy_call(net, request);
    call->lane = lane;
    call->host = host;
    call->number = net->number++;
    call->submitted_ms = apl_net_now(net);
    net->pending++;
    net->totals.requests++;
    apl_schedule_put(net, call, request->goes_first);
    return APL_OK;
}

static bool is_cancelled(const apl_net *net)
{
    return net->settings.cancel && *net->settings.cancel;
}

static bool is_out_of_time(const apl_net *net, uint64_t now_ms)
{
    return net->settings.run_ms && now_ms >= net->started_ms + net->settings.run_ms;
}

/* Everything that is there ends. What callbacks submit meanwhile ends in the next turn. */
static void end_all(apl_net *net, apl_net_outcome outcome)
{
    size_t waiting = net->pending - net->in_flight;

    for (unsigned i = 0; i < net->settings.in_flight_max; i++) {
        apl_transfer *transfer = &net->transfers[i];
        apl_call *call = transfer->call;
        if (call == NULL)
            continue;
        apl_net_lane_end(&net->lanes.items[call->lane].lane, apl_net_now(net), NULL);
        net->hosts.items[call->host].in_flight--;
        net->in_flight--;
        apl_transfer_release(transfer, call->request.is_secret);
        apl_outcome_end(net, call, outcome, apl_str_from(apl_net_outcome_names[outcome]));
    }
    for (size_t i = 0; i < waiting; i++)
        apl_outcome_end(net, apl_schedule_drop(net), outcome, apl_str_from(apl_net_outcome_names[outcome]));
}

static void start_all(apl_net *net, uint64_t *wait_ms)
{
    apl_call *call;

    while ((call = apl_schedule_take(net, apl_net_now(net), wait_ms)) != NULL && !is_cancelled(net))
        (void)apl_transfer_start(net, call, apl_net_now(net));
    if (call)
        apl_schedule_put(net, call, true);
}

static unsigned finish_all(apl_net *net)
{
    unsigned finished = 0;
    int left = 0;
    CURLMsg *message;

    while ((message = net->curl.multi_info_read(net->multi, &left)) != NULL) {
        apl_transfer *transfer = NULL;
        CURLcode code = message->data.result;
        if (message->msg != CURLMSG_DONE)
            continue;
        (void)net->curl.easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
        apl_outcome_of(transfer, code, apl_net_now(net));
        finished++;
    }
    return finished;
}

/* One turn of the loop; sleeps at most `sleep_ms`. */
static void turn(apl_net *net, uint64_t sleep_ms)
{
    uint64_t wait_ms = 0;
    int running = 0;

    if (is_cancelled(net)) {
        end_all(net, APL_NET_CANCELLED);
        return;
    }
    if (is_out_of_time(net, apl_net_now(net))) {
        end_all(net, APL_NET_OUT_OF_TIME);
        return;
    }
    start_all(net, &wait_ms);
    if (net->curl.multi_perform(net->multi, &running) != CURLM_OK)
        apl_die("the event loop failed");
    if (finish_all(net) > 0)
        return;
    if (wait_ms < sleep_ms)
        sleep_ms = wait_ms;
    if (net->settings.clock.now_ms && sleep_ms > 1)
        sleep_ms = 1; /* another clock may run faster than the one that poll sleeps by */
    (void)net->curl.multi_poll(net->multi, NULL, 0, (int)sleep_ms, NULL);
}

apl_status apl_net_run_below(apl_net *net, size_t count)
{
    APL_ASSERT(!net->is_running);
    net->is_running = true;
    while (net->pending > 0 && net->pending >= count)
        turn(net, APL_NET_POLL_MS_MAX);
    net->is_running = false;
    return APL_OK;
}

apl_status apl_net_run(apl_net *net)
{
    return apl_net_run_below(net, 1);
}

size_t apl_net_pending(const apl_net *net)
{
    return net->pending;
}

bool apl_net_pause(apl_net *net, uint64_t ms)
{
    uint64_t ends_ms = apl_net_now(net) + ms;

    APL_ASSERT(!net->is_running);
    net->is_running = true;
    while (!is_cancelled(net) && !is_out_of_time(net, apl_net_now(net)) && apl_net_now(net) < ends_ms) {
        uint64_t left = ends_ms - apl_net_now(net);
        turn(net, left < APL_NET_POLL_MS_MAX ? left : APL_NET_POLL_MS_MAX);
    }
    net->is_running = false;
    return !is_cancelled(net) && !is_out_of_time(net, apl_net_now(net));
}

typedef struct asked {
    apl_net_response *response;
    apl_arena *arena;
    bool is_done;
} asked;

static void keep_response(void *context, const apl_net_response *response)
{
    asked *one = context;
    apl_str *lines = APL_ARENA_NEW(one->arena, apl_str);

    *one->response = *response;
    one->response->url = apl_arena_str(one->arena, response->url);
    one->response->body = apl_arena_str(one->arena, response->body);
    one->response->why = apl_arena_str(one->arena, response->why);
    one->response->code = apl_arena_str(one->arena, response->code);
    one->response->json = NULL;
    if (response->headers)
        *lines = apl_arena_str(one->arena, *(const apl_str *)response->headers);
    one->response->headers = lines;
    one->is_done = true;
}

apl_status apl_net_ask(apl_net_response *response, apl_arena *arena, apl_net *net, const apl_net_request *request)
{
    asked one = {.response = response, .arena = arena};
    apl_net_request copy = *request;
    apl_status status;

    APL_ASSERT(!net->is_running);
    copy.done = keep_response;
    copy.context = &one;
    status = apl_net_submit(net, &copy);
    if (status != APL_OK)
        return status;
    net->is_running = true;
    while (!one.is_done)
        turn(net, APL_NET_POLL_MS_MAX);
    net->is_running = false;
    return APL_OK;
}

apl_net_totals apl_net_total(const apl_net *net)
{
    apl_net_totals totals = net->totals;

    totals.in_flight = net->in_flight;
    return totals;
}
