/* net/transfer.c: one attempt of a call, in a curl handle.
 *
 * Everything that decides about safety is set here and nowhere else: verification of TLS, no redirects, no protocols
 * but http(s), no proxy or credentials out of the environment or files, a limit on what may come back. */
#include "net/internal.h"

#include <stdio.h>

const char *const apl_net_method_names[] = {"GET", "POST", "PUT", "HEAD"};

static size_t on_body(char *data, size_t size, size_t count, void *context)
{
    apl_transfer *transfer = context;
    apl_net *net = transfer->net;
    size_t bytes = size * count;
    unsigned every = net->settings.faults.every_block;

    if (every && ++net->blocks % every == 0) {
        transfer->is_faulty = true;
        return 0;
    }
    apl_text_add(&transfer->body, apl_str_make(data, bytes));
    transfer->is_too_large = transfer->body.is_cut;
    return transfer->is_too_large ? 0 : bytes;
}

/* The lines of the last answer only: after "100 Continue" comes another. */
static size_t on_header(char *data, size_t size, size_t count, void *context)
{
    apl_transfer *transfer = context;
    apl_str line = apl_str_make(data, size * count);

    if (apl_str_starts(line, APL_STR("HTTP/")))
        transfer->headers.size = 0;
    else
        apl_text_add(&transfer->headers, line);
    return size * count;
}

static curl_socket_t on_socket(void *context, curlsocktype purpose, struct curl_sockaddr *address)
{
    apl_net *net = context;
    unsigned every = net->settings.faults.every_socket;

    (void)purpose;
    if (every && ++net->sockets % every == 0)
        return CURL_SOCKET_BAD;
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static void add_line(apl_transfer *transfer, apl_str name, apl_str value)
{
    apl_text line;

    apl_text_init(&line, APL_NET_TOKEN_BYTES_MAX + 256);
    apl_text_add(&line, name);
    apl_text_add(&line, APL_STR(": "));
    apl_text_add(&line, value);
    apl_text_add(&line, apl_str_make("", 1));
    transfer->lines = transfer->net->curl.slist_append(transfer->lines, line.data);
    if (transfer->lines == NULL)
        apl_die("out of memory");
    explicit_bzero(line.data, line.size);
    apl_text_free(&line);
}

/* The token, once more when the last one was refused and nobody has fetched a new one meanwhile. */
static apl_status authorize(apl_transfer *transfer, apl_call *call)
{
    const apl_net_bearer *bearer = call->request.bearer;
    apl_str token;
    apl_status status;

    if (bearer == NULL)
        return APL_OK;
    status = bearer->token(&token, bearer->context, false);
    if (status == APL_OK && call->had_new_token && apl_str_hash(token) == call->token_hash)
        status = bearer->token(&token, bearer->context, true);
    if (status != APL_OK)
        return status;
    if (token.size == 0 || token.size > APL_NET_TOKEN_BYTES_MAX)
        return apl_fail(APL_E_INPUT, "the token has %u bytes", token.size);
    call->token_hash = apl_str_hash(token);
    apl_text value;
    apl_text_init(&value, APL_NET_TOKEN_BYTES_MAX + 16);
    apl_text_add(&value, APL_STR("Bearer "));
    apl_text_add(&value, token);
    add_line(transfer, APL_STR("Authorization"), apl_text_str(&value));
    explicit_bzero(value.data, value.size);
    apl_text_free(&value);
    return APL_OK;
}

static void set_security(apl_transfer *transfer)
{
    const apl_net_settings *settings = &transfer->net->settings;
    const apl_net_request *request = &transfer->call->request;
    const apl_curl *curl = &transfer->net->curl;
    CURL *easy = transfer->easy;

    (void)curl->easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
    (void)curl->easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
    (void)curl->easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    (void)curl->easy_setopt(easy, CURLOPT_PROTOCOLS_STR, request->allows_plain ? "http,https" : "https");
    (void)curl->easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    (void)curl->easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    if (settings->ca_file) {
        (void)curl->easy_setopt(easy, CURLOPT_CAINFO, settings->ca_file);
        (void)curl->easy_setopt(easy, CURLOPT_CAPATH, NULL);
        (void)curl->easy_setopt(easy, CURLOPT_PROXY_CAINFO, settings->ca_file);
        (void)curl->easy_setopt(easy, CURLOPT_PROXY_CAPATH, NULL);
    }
    /* An empty name is "no proxy"; without it curl would look into the environment. */
    (void)curl->easy_setopt(easy, CURLOPT_PROXY, settings->proxy && !request->skips_proxy ? settings->proxy : "");
    (void)curl->easy_setopt(easy, CURLOPT_NOPROXY, settings->no_proxy ? settings->no_proxy : "");
    (void)curl->easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
}

static long at_least_one(uint64_t ms)
{
    return ms > 0 ? (long)ms : 1;
}

/* The attempt's own time, cut at the end of the call and of the run. */
static void set_times(apl_transfer *transfer, uint64_t now_ms)
{
    const apl_net *net = transfer->net;
    const apl_call *call = transfer->call;
    uint64_t left = call->request.attempt_ms;
    uint64_t call_ends = call->first_ms + net->settings.call_ms;
    uint64_t run_ends = net->started_ms + net->settings.run_ms;

    if (call_ends < now_ms + left)
        left = call_ends > now_ms ? call_ends - now_ms : 0;
    if (net->settings.run_ms && run_ends < now_ms + left)
        left = run_ends > now_ms ? run_ends - now_ms : 0;
    (void)net->curl.easy_setopt(transfer->easy, CURLOPT_TIMEOUT_MS, at_least_one(left));
    (void)net->curl.easy_setopt(transfer->easy, CURLOPT_CONNECTTIMEOUT_MS, at_least_one(call->request.connect_ms));
    (void)net->curl.easy_setopt(transfer->easy, CURLOPT_NOSIGNAL, 1L);
}

static void set_request(apl_transfer *transfer)
{
    const apl_curl *curl = &transfer->net->curl;
    const apl_call *call = transfer->call;
    const apl_net_request *request = &call->request;
    CURL *easy = transfer->easy;
    const char *agent = transfer->net->settings.user_agent;

    (void)curl->easy_setopt(easy, CURLOPT_URL, call->moved_to ? call->moved_to : request->url.data);
    (void)curl->easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
    (void)curl->easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
    (void)curl->easy_setopt(easy, CURLOPT_PIPEWAIT, 1L);
    (void)curl->easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "gzip, deflate");
    (void)curl->easy_setopt(easy, CURLOPT_USERAGENT, agent ? agent : "aplomb");
    if (request->method == APL_NET_HEAD)
        (void)curl->easy_setopt(easy, CURLOPT_NOBODY, 1L);
    if (request->method == APL_NET_POST || request->method == APL_NET_PUT) {
        (void)curl->easy_setopt(easy, CURLOPT_POST, 1L);
        (void)curl->easy_setopt(easy, CURLOPT_POSTFIELDS, request->body.size ? request->body.data : "");
        (void)curl->easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body.size);
        add_line(transfer, APL_STR("Content-Type"),
                 request->content_type.size ? request->content_type : APL_STR("application/json"));
        add_line(transfer, APL_STR("Expect"), APL_STR(""));
    }
    if (request->method == APL_NET_PUT)
        (void)curl->easy_setopt(easy, CURLOPT_CUSTOMREQUEST, "PUT");
    if (request->wants_json)
        add_line(transfer, APL_STR("Accept"), APL_STR("application/json"));
    for (size_t i = 0; i < request->header_count; i++)
        add_line(transfer, request->headers[i].name, request->headers[i].value);
    if (transfer->net->connect_to)
        (void)curl->easy_setopt(easy, CURLOPT_CONNECT_TO, transfer->net->connect_to);
}

static void set_callbacks(apl_transfer *transfer)
{
    const apl_curl *curl = &transfer->net->curl;
    CURL *easy = transfer->easy;

    (void)curl->easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    (void)curl->easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
    (void)curl->easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
    (void)curl->easy_setopt(easy, CURLOPT_HEADERDATA, transfer);
    (void)curl->easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_socket);
    (void)curl->easy_setopt(easy, CURLOPT_OPENSOCKETDATA, transfer->net);
    (void)curl->easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->error);
    (void)curl->easy_setopt(easy, CURLOPT_PRIVATE, transfer);
}

static apl_transfer *free_transfer(apl_net *net)
{
    unsigned index = 0;

    while (index < net->settings.in_flight_max && net->transfers[index].call)
        index++;
    APL_ASSERT(index < net->settings.in_flight_max); /* fewer are in flight, or the call had not been taken */
    return &net->transfers[index];
}

/* Overwrites the lines, which hold the token, before curl frees them. */
static void forget_lines(apl_transfer *transfer)
{
    for (struct curl_slist *line = transfer->lines; line; line = line->next)
        explicit_bzero(line->data, strlen(line->data));
    transfer->net->curl.slist_free_all(transfer->lines);
    transfer->lines = NULL;
}

bool apl_transfer_start(apl_net *net, apl_call *call, uint64_t now_ms)
{
    apl_transfer *transfer = free_transfer(net);

    transfer->net = net;
    transfer->call = call;
    if (authorize(transfer, call) != APL_OK) {
        forget_lines(transfer);
        transfer->call = NULL;
        apl_outcome_end(net, call, APL_NET_NO_TOKEN, apl_str_from(apl_error_message()));
        return false;
    }
    if (transfer->easy == NULL)
        transfer->easy = net->curl.easy_init();
    if (transfer->easy == NULL)
        apl_die("out of memory");
    transfer->body.size = 0;
    transfer->body.is_cut = false;
    transfer->body.bytes_max = call->request.bytes_max;
    transfer->headers.size = 0;
    transfer->headers.bytes_max = APL_NET_HEADERS_BYTES_MAX;
    transfer->is_too_large = transfer->is_faulty = false;
    transfer->error[0] = transfer->why[0] = transfer->code[0] = 0;
    transfer->started_ms = now_ms;
    if (!call->was_started) {
        call->was_started = true;
        call->first_ms = now_ms;
    }
    set_security(transfer);
    set_request(transfer);
    set_times(transfer, now_ms);
    set_callbacks(transfer);
    (void)net->curl.easy_setopt(transfer->easy, CURLOPT_HTTPHEADER, transfer->lines);
    apl_net_lane_start(&net->lanes.items[call->lane].lane, now_ms);
    net->hosts.items[call->host].in_flight++;
    net->in_flight++;
    net->totals.attempts++;
    if (net->curl.multi_add_handle(net->multi, transfer->easy) != CURLM_OK)
        apl_die("out of memory");
    return true;
}

apl_net_outcome apl_transfer_outcome(apl_transfer *transfer, CURLcode code, bool *was_sent)
{
    *was_sent = code != CURLE_COULDNT_CONNECT && code != CURLE_COULDNT_RESOLVE_HOST &&
                code != CURLE_COULDNT_RESOLVE_PROXY && code != CURLE_SSL_CONNECT_ERROR && code != CURLE_PROXY;
    if (code == CURLE_OK)
        return APL_NET_ANSWERED;
    if (transfer->is_too_large)
        return APL_NET_TOO_LARGE;
    if (transfer->is_faulty)
        return APL_NET_UNREACHABLE;
    if (code == CURLE_OPERATION_TIMEDOUT)
        return APL_NET_TIMED_OUT;
    if (code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE || code == CURLE_SSL_ISSUER_ERROR ||
        code == CURLE_SSL_INVALIDCERTSTATUS)
        return APL_NET_UNTRUSTED;
    return APL_NET_UNREACHABLE;
}

void apl_transfer_release(apl_transfer *transfer, bool is_secret)
{
    apl_net *net = transfer->net;

    if (is_secret && transfer->body.capacity)
        explicit_bzero(transfer->body.data, transfer->body.capacity);
    (void)net->curl.multi_remove_handle(net->multi, transfer->easy);
    net->curl.easy_reset(transfer->easy);
    forget_lines(transfer);
    /* A large answer is rare; its memory is not kept for the next one. */
    if (transfer->body.capacity > (1u << 20))
        apl_text_free(&transfer->body);
    transfer->call = NULL;
}
