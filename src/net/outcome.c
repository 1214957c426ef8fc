/* net/outcome.c: what becomes of a call when an attempt has ended.
 *
 * Tells the lane what the answer says of the quota, follows redirects within the host, fetches a new token once after
 * 401, repeats what may pass, and else calls the callback. Whatever is said to people here quotes the server, so it is
 * made one harmless line first. */
#include "net/internal.h"

#include <stdio.h>
#include <time.h>

const char *const apl_net_outcome_names[APL_NET_OUTCOMES] = {
    "answered",      "unreachable", "certificate not trusted", "timed out", "too large",
    "wrong content", "redirected",  "no token was obtained",   "cancelled", "out of time",
};

apl_str apl_net_header_of(const apl_net_response *response, const char *name)
{
    const apl_str *lines = response->headers;

    return lines ? apl_answer_header(*lines, apl_str_from(name)) : APL_STR_NONE;
}

static void deliver(apl_net *net, apl_call *call, apl_net_response *response, uint64_t now_ms)
{
    uint64_t took_ms = now_ms > call->submitted_ms ? now_ms - call->submitted_ms : 0;

    response->url = call->request.url;
    response->attempts = call->attempts + call->refusals;
    response->waited_ms = took_ms > call->in_flight_ms ? took_ms - call->in_flight_ms : 0;
    net->totals.waited_ms += response->waited_ms;
    if (call->request.done)
        call->request.done(call->request.context, response);
    net->pending--;
    apl_call_free(call);
}

void apl_outcome_end(apl_net *net, apl_call *call, apl_net_outcome outcome, apl_str why)
{
    apl_net_response response = {.outcome = outcome, .why = why};
    char copy[APL_NET_WHY_BYTES_MAX];

    (void)snprintf(copy, sizeof copy, "%.*s", APL_STR_ARG(why));
    response.why = apl_str_from(copy);
    deliver(net, call, &response, apl_net_now(net));
}

/* Printable text of one line; what is cut is cut between characters. */
static void copy_line(char *out, size_t out_size, apl_str text)
{
    size_t used = 0;

    for (uint32_t i = 0; i < text.size;) {
        size_t size = apl_utf8_size((const unsigned char *)text.data + i, text.size - i);
        unsigned char c = (unsigned char)text.data[i];
        if (used + (size ? size : 1) >= out_size)
            break;
        if (size == 0 || c < 0x20 || c == 0x7f) {
            if (used && out[used - 1] != ' ')
                out[used++] = ' ';
            i++;
            continue;
        }
        memcpy(out + used, text.data + i, size);
        used += size;
        i += (uint32_t)size;
    }
    while (used && out[used - 1] == ' ')
        used--;
    out[used] = 0;
}

static const apl_json *member(const apl_json *object, const char *name)
{
    return object && apl_json_is_object(object) ? apl_json_get(object, apl_str_from(name)) : NULL;
}

static apl_str text_of(const apl_json *object, const char *name)
{
    const apl_json *found = member(object, name);

    return found ? apl_json_str(found) : APL_STR_NONE;
}

/* The whole body as one JSON value, or NULL. */
static const apl_json *parse(apl_transfer *transfer)
{
    apl_str body = apl_text_str(&transfer->body);
    const apl_json *root = NULL;
    size_t used = 0;

    if (apl_json_read(&root, &used, transfer->net->json, body) != APL_OK || root == NULL)
        return NULL;
    return apl_str_trim(apl_str_slice(body, used, body.size)).size == 0 ? root : NULL;
}

/* {"error":{"code","message"}} of Azure and Graph, {"error","error_description"} of OAuth, or {"code","message"}. */
static void explain_status(apl_transfer *transfer, unsigned status)
{
    const apl_json *root = transfer->body.size ? parse(transfer) : NULL;
    const apl_json *error = member(root, "error");
    const apl_json *holder = error && apl_json_is_object(error) ? error : root;
    apl_str code = error && apl_json_is_string(error) ? apl_json_str(error) : text_of(holder, "code");
    apl_str message = text_of(root, "error_description");
    char line[APL_NET_WHY_BYTES_MAX];
    char head[APL_NET_WHY_BYTES_MAX];

    if (message.size == 0)
        message = text_of(holder, "message");
    copy_line(transfer->code, sizeof transfer->code, code);
    copy_line(line, sizeof line, message);
    (void)snprintf(head, sizeof head, "%u%s%s%s", status, transfer->code[0] ? " " : "", transfer->code,
                   line[0] ? ": " : "");
    size_t used = strlen(head);
    memcpy(transfer->why, head, used + 1);
    copy_line(transfer->why + used, sizeof transfer->why - used, apl_str_from(line));
}

static void explain_failure(apl_transfer *transfer, apl_net_outcome outcome, CURLcode code)
{
    const char *detail = transfer->error[0] ? transfer->error : transfer->net->curl.easy_strerror(code);
    char line[APL_NET_WHY_BYTES_MAX];

    if (transfer->is_faulty)
        detail = "broken off on purpose";
    if (outcome == APL_NET_TOO_LARGE) {
        (void)snprintf(transfer->why, sizeof transfer->why, "the answer is larger than %zu bytes",
                       transfer->call->request.bytes_max);
        return;
    }
    (void)snprintf(line, sizeof line, "%s: %s", apl_net_outcome_names[outcome], detail);
    copy_line(transfer->why, sizeof transfer->why, apl_str_from(line));
}

static void trace(const apl_transfer *transfer, apl_net_outcome outcome, unsigned status, uint64_t now_ms)
{
    const apl_call *call = transfer->call;
    apl_net *net = transfer->net;
    apl_exchange exchange = {
        .number = call->number,
        .attempt = call->attempts + call->refusals,
        .at_ms = transfer->started_ms - net->started_ms,
        .took_ms = now_ms - transfer->started_ms,
        .method = apl_net_method_names[call->request.method],
        .url = call->moved_to ? apl_str_from(call->moved_to) : call->request.url,
        .sent_lines = transfer->lines,
        .sent_body = call->request.body,
        .sent_type = call->request.content_type,
        .status = outcome == APL_NET_ANSWERED ? status : 0,
        .lines = apl_text_str(&transfer->headers),
        .body = apl_text_str(&transfer->body),
        .error = apl_str_from(transfer->why),
    };

    if (net->settings.trace)
        apl_trace_exchange(net->settings.trace, &exchange);
}

/* Goes on at Location when that is on the same host. True: the call waits again. */
static bool follow(apl_transfer *transfer, unsigned status)
{
    apl_call *call = transfer->call;
    apl_str location = apl_answer_header(apl_text_str(&transfer->headers), APL_STR("location"));
    bool keeps_method =
        call->request.method == APL_NET_GET || call->request.method == APL_NET_HEAD || status == 307 || status == 308;
    apl_arena *arena = apl_arena_new();
    apl_str from = call->moved_to ? apl_str_from(call->moved_to) : call->request.url;
    apl_str next = APL_STR_NONE;
    bool follows =
        keeps_method && call->redirects < APL_NET_REDIRECTS_MAX && apl_url_next(&next, arena, from, location) == APL_OK;

    if (follows) {
        char *moved_to = apl_memory_new((size_t)next.size + 1);
        memcpy(moved_to, next.data, next.size);
        apl_memory_free(call->moved_to);
        call->moved_to = moved_to;
        call->redirects++;
    }
    apl_arena_free(arena);
    return follows;
}

static void explain_redirect(apl_transfer *transfer, unsigned status)
{
    apl_str location = apl_answer_header(apl_text_str(&transfer->headers), APL_STR("location"));
    apl_url target = {0};

    if (apl_url_parse(&target, location) == APL_OK)
        (void)snprintf(transfer->why, sizeof transfer->why, "%u leads to %.*s://%.*s, which is not followed", status,
                       APL_STR_ARG(target.scheme), APL_STR_ARG(target.host));
    else
        (void)snprintf(transfer->why, sizeof transfer->why, "%u leads elsewhere, which is not followed", status);
}

static bool is_redirect(unsigned status)
{
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

/* The JSON that was wanted; a failure that may pass when there is none. */
static apl_net_outcome read_json(const apl_json **out, apl_transfer *transfer, unsigned status)
{
    apl_str type = apl_answer_header(apl_text_str(&transfer->headers), APL_STR("content-type"));
    char line[64];

    if (transfer->body.size == 0 && (status == 202 || status == 204 || transfer->call->request.method == APL_NET_HEAD))
        return APL_NET_ANSWERED;
    if (!apl_answer_is_json(type)) {
        copy_line(line, sizeof line, type);
        (void)snprintf(transfer->why, sizeof transfer->why, "%u with content of type \"%s\" instead of JSON", status,
                       line);
        return APL_NET_WRONG_TYPE;
    }
    *out = parse(transfer);
    if (*out)
        return APL_NET_ANSWERED;
    (void)snprintf(transfer->why, sizeof transfer->why, "%u with content that is no JSON: %s", status,
                   transfer->body.size ? apl_error_message() : "nothing at all");
    return APL_NET_WRONG_TYPE;
}

/* Places in lane and host are given back before anybody hears of it. */
static apl_net_quota account(apl_transfer *transfer, apl_net_outcome outcome, unsigned status, uint64_t now_ms)
{
    apl_net *net = transfer->net;
    apl_call *call = transfer->call;
    apl_net_host *host = &net->hosts.items[call->host];
    apl_net_quota quota = APL_NET_QUOTA_NONE;

    if (outcome == APL_NET_ANSWERED)
        quota = apl_answer_quota(apl_text_str(&transfer->headers), status, (int64_t)time(NULL));
    apl_net_lane_end(&net->lanes.items[call->lane].lane, now_ms, outcome == APL_NET_ANSWERED ? &quota : NULL);
    host->in_flight--;
    net->in_flight--;
    if (outcome == APL_NET_ANSWERED)
        host->lost_calls = 0;
    call->in_flight_ms += now_ms - transfer->started_ms;
    if (quota.is_refused)
        call->refusals++;
    else
        call->attempts++;
    net->totals.throttled += status == 429;
    net->totals.bytes += transfer->body.size;
    return quota;
}

static bool has_time(const apl_net *net, const apl_call *call, uint64_t at_ms)
{
    return at_ms < call->first_ms + net->settings.call_ms &&
           (net->settings.run_ms == 0 || at_ms < net->started_ms + net->settings.run_ms);
}

static bool plan_repeat(apl_transfer *transfer, const apl_net_attempt *attempt, uint64_t now_ms)
{
    apl_net *net = transfer->net;
    apl_call *call = transfer->call;
    apl_net_plan plan = apl_net_plan_of(attempt, &net->random);

    if (!plan.repeats || !has_time(net, call, now_ms + plan.wait_ms))
        return false;
    call->ready_ms = now_ms + plan.wait_ms;
    net->totals.repeats++;
    apl_transfer_release(transfer, call->request.is_secret);
    apl_schedule_later(net, call);
    return true;
}

static void put_back(apl_transfer *transfer)
{
    apl_call *call = transfer->call;

    apl_transfer_release(transfer, call->request.is_secret);
    apl_schedule_put(transfer->net, call, true);
}

void apl_outcome_of(apl_transfer *transfer, CURLcode code, uint64_t now_ms)
{
    apl_net *net = transfer->net;
    apl_call *call = transfer->call;
    const apl_json *json = NULL;
    bool was_sent = false;
    long status = 0;
    apl_net_outcome outcome = apl_transfer_outcome(transfer, code, &was_sent);

    (void)net->curl.easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
    if (outcome != APL_NET_ANSWERED) {
        status = 0;
        explain_failure(transfer, outcome, code);
    }
    apl_net_quota quota = account(transfer, outcome, (unsigned)status, now_ms);
    trace(transfer, outcome, (unsigned)status, now_ms);
    if (status == 401 && call->request.bearer && !call->had_new_token) {
        call->had_new_token = true;
        put_back(transfer);
        return;
    }
    if (is_redirect((unsigned)status)) {
        if (follow(transfer, (unsigned)status)) {
            put_back(transfer);
            return;
        }
        outcome = APL_NET_REDIRECTED;
        explain_redirect(transfer, (unsigned)status);
    } else if (status >= 400) {
        explain_status(transfer, (unsigned)status);
    } else if (status >= 200 && status < 300 && call->request.wants_json) {
        outcome = read_json(&json, transfer, (unsigned)status);
    }
    apl_net_attempt attempt = {
        .outcome = outcome,
        .status = (unsigned)status,
        .was_sent = was_sent,
        .may_be_repeated = call->request.method != APL_NET_POST || call->request.repeats_post,
        .attempts = call->attempts,
        .refusals = call->refusals,
        .attempts_max =
            net->hosts.items[call->host].lost_calls >= APL_NET_HOST_LOST_MAX ? 1 : call->request.attempts_max,
        .quota = quota,
    };
    if (plan_repeat(transfer, &attempt, now_ms))
        return;
    if (outcome == APL_NET_UNREACHABLE || outcome == APL_NET_TIMED_OUT)
        net->hosts.items[call->host].lost_calls++;
    transfer->body.bytes_max++;
    apl_text_add_char(&transfer->body, 0);
    apl_str lines = apl_text_str(&transfer->headers);
    apl_net_response response = {
        .outcome = outcome,
        .status = (unsigned)status,
        .body = apl_str_make(transfer->body.data, outcome == APL_NET_ANSWERED ? transfer->body.size - 1 : 0),
        .json = json,
        .why = apl_str_from(transfer->why),
        .code = apl_str_from(transfer->code),
        .headers = &lines,
    };
    /* The transfer keeps its place, and so its buffers, until the callback has returned. */
    bool is_secret = call->request.is_secret;
    deliver(net, call, &response, now_ms);
    apl_transfer_release(transfer, is_secret);
}
