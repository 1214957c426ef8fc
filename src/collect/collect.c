/* collect/collect.c: the collector: calls go out by the hundred and come back in any order; lines are written in one.
 *
 * Askings stand in a ring in the order of the walk. New ones are begun while there is room; the oldest is written as
 * soon as it is done. What a file of before already has is taken from there instead of being asked. */
#include "collect/collect.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "collect/asking.h"
#include "collect/discover.h"
#include "collect/output.h"
#include "collect/recorded.h"
#include "collect/seen.h"
#include "collect/walk.h"

/* Askings at once, and bytes of lines that wait for an older asking. Lanes of 250 calls each fill well within. */
#define RING 1024u
#define BUFFERED_BYTES_MAX (48u << 20)

/* A slot of the ring that held more gives its memory back. */
#define LINES_KEPT_BYTES (64u << 10)

/* A step of power-platform that is not asked when environments were named. */
#define ENVIRONMENTS "environments"

/* Where the one account of a tenant answers, whatever it is called. */
#define PURVIEW_OF_ALL "https://api.purview-service.microsoft.com"

typedef struct collector {
    const apl_collect_options *options;
    apl_collect_result *result;
    apl_collect_output *output;
    apl_recorded *recorded; /* NULL: nothing, or nothing more */
    apl_net *net;
    apl_arena *arena;
    apl_asking_tenant tenant;
    apl_walker *walker;
    apl_batch *batch;
    apl_asking *ring;
    size_t first; /* the oldest asking; numbers run on and are taken modulo RING */
    size_t next;
    apl_json_reader *reader;
    apl_text written;
    apl_seen *given_up; /* what was said to be interrupted */
    bool names_environments;
    uint64_t level_started_ms;
    uint64_t calls_before; /* of the levels that are done */
} collector;

static bool is_cancelled(const collector *c)
{
    return c->options->net->cancel && *c->options->net->cancel;
}

static uint64_t now_ms(void)
{
    return apl_clock_monotonic_ns() / 1000000u;
}

static void tell_progress(collector *c)
{
    apl_net_totals net = apl_net_total(c->net);
    apl_collect_progress *progress = &c->result->totals;
    uint64_t waiting = c->next - c->first;
    uint64_t given = apl_walker_done(c->walker);
    uint64_t done = given > waiting ? given - waiting : 0;
    uint64_t spent = now_ms() - c->level_started_ms;

    progress->level = apl_walker_level(c->walker);
    progress->requests = net.attempts;
    progress->throttled = net.throttled;
    apl_collect_progress shown = *progress;
    shown.done = done;
    shown.total = apl_walker_total(c->walker);
    shown.left_ms = done > 10 && spent ? spent * (shown.total - done) / done : 0;
    if (c->options->on_progress)
        c->options->on_progress(c->options->context, &shown);
}

/* ---- Writing ---- */

static bool is_document(const apl_json *line)
{
    return apl_json_get(line, APL_STR("body")) != NULL;
}

/* The lines of one call: what lies below them is remembered, and what was there before is left out. */
static void take_group(collector *c, const apl_call *call, apl_str group, bool is_from_file)
{
    apl_str rest = group;
    apl_str text;

    c->written.size = 0;
    while (apl_str_next(&text, &rest, '\n')) {
        const apl_json *line = NULL;
        size_t used;
        if (text.size == 0 || apl_json_read(&line, &used, c->reader, text) != APL_OK || !apl_json_is_object(line))
            continue;
        if (!apl_walker_take(c->walker, call, line))
            continue;
        c->result->totals.documents += is_document(line);
        c->result->totals.unread += apl_json_get(line, APL_STR("unread")) != NULL;
        apl_text_add(&c->written, text);
        apl_text_add_char(&c->written, '\n');
    }
    if (!is_from_file)
        apl_collect_output_add(c->output, apl_text_str(&c->written));
}

/* Writes the oldest askings as far as they are done. */
static void write_done(collector *c)
{
    while (c->first < c->next && c->ring[c->first % RING].is_done && !c->ring[c->first % RING].is_cancelled) {
        apl_asking *asking = &c->ring[c->first % RING];
        c->tenant.buffered -= asking->lines.size;
        take_group(c, asking->call, apl_text_str(&asking->lines), false);
        if (asking->lines.capacity > LINES_KEPT_BYTES)
            apl_asking_shrink(asking);
        c->first++;
        c->result->totals.done++;
    }
}

/* ---- Asking ---- */

static bool is_skipped(const collector *c, const apl_call *call)
{
    return c->names_environments && call->is_step && apl_str_equal(call->name, APL_STR(ENVIRONMENTS));
}

static apl_str of_name(const apl_parent *parent)
{
    return parent->id.size ? parent->id : APL_STR(APL_ABOVE_TENANT);
}

/* True when the file of before has this call. */
static apl_status take_recorded(bool *is_taken, collector *c, const apl_call *call, const apl_parent *parent)
{
    apl_str group;
    apl_str name;
    apl_str of;

    *is_taken = false;
    if (c->recorded == NULL)
        return APL_OK;
    apl_status status = apl_recorded_next(&group, &name, &of, c->recorded);
    if (status != APL_OK)
        return status;
    if (group.size == 0)
        return APL_OK;
    if (!apl_str_equal(name, call->name) || !apl_str_equal(of, of_name(parent)))
        return apl_fail(APL_E_INPUT,
                        "the file has %.*s of %.*s where %.*s of %.*s comes now: what there is has changed; "
                        "collect anew, without --resume",
                        APL_STR_ARG(name), APL_STR_ARG(of), APL_STR_ARG(call->name), APL_STR_ARG(of_name(parent)));
    take_group(c, call, group, true);
    c->result->resumed_calls++;
    c->result->totals.done++;
    *is_taken = true;
    return APL_OK;
}

static void begin_asking(collector *c, const apl_call *call, const apl_parent *parent)
{
    apl_asking *asking = &c->ring[c->next++ % RING];

    if (asking->tenant == NULL)
        apl_asking_init(asking, &c->tenant);
    apl_asking_begin(asking, call, parent);
    if (asking->is_done)
        return;
    if (call->is_batched)
        apl_batch_add(c->batch, asking);
    else
        apl_asking_submit(asking);
}

/* Lets at least one request end, or all that are there when nothing more is to be begun. */
static apl_status run_some(collector *c)
{
    size_t pending = apl_net_pending(c->net);

    if (pending == 0)
        apl_batch_submit(c->batch);
    pending = apl_net_pending(c->net);
    return pending ? apl_net_run_below(c->net, pending) : APL_OK;
}

static apl_status make_room(collector *c)
{
    apl_status status = APL_OK;

    write_done(c);
    while (status == APL_OK && !is_cancelled(c) && c->first < c->next &&
           (c->next - c->first == RING || c->tenant.buffered > BUFFERED_BYTES_MAX)) {
        if (apl_net_pending(c->net) == 0)
            apl_batch_submit(c->batch);
        status = run_some(c);
        write_done(c);
        tell_progress(c);
    }
    return status;
}

/* Once the file of before is used up, it is cut behind its last whole group, and written on. */
static apl_status drop_recorded(collector *c, const char *path)
{
    uint64_t keep = apl_recorded_bytes(c->recorded);

    apl_recorded_close(c->recorded);
    c->recorded = NULL;
    return apl_collect_output_open(&c->output, path, keep);
}

static apl_status begin_level(collector *c, const char *path)
{
    const apl_call *call;
    const apl_parent *parent;
    apl_status status = APL_OK;

    while (status == APL_OK && !is_cancelled(c) && (status = make_room(c)) == APL_OK &&
           apl_walker_next(&call, &parent, c->walker)) {
        bool is_taken = false;
        if (is_skipped(c, call))
            continue;
        status = take_recorded(&is_taken, c, call, parent);
        if (status == APL_OK && !is_taken && c->recorded)
            status = drop_recorded(c, path);
        if (status == APL_OK && !is_taken)
            begin_asking(c, call, parent);
    }
    apl_batch_submit(c->batch);
    return status;
}

static apl_status finish_level(collector *c)
{
    apl_status status = APL_OK;

    write_done(c);
    while (status == APL_OK && !is_cancelled(c) && c->first < c->next) {
        status = run_some(c);
        write_done(c);
        tell_progress(c);
    }
    return status;
}

/* ---- Interrupted ---- */

static void give_up(collector *c, const apl_call *call, const apl_parent *parent)
{
    apl_arena *arena = apl_arena_new();
    apl_str key = apl_arena_format(arena, "%.*s %.*s", APL_STR_ARG(call->name), APL_STR_ARG(parent->subscription));
    apl_line line = {
        .source = call->source, .tenant = c->tenant.tenant, .scope = parent->subscription, .type = call->name};

    if (apl_seen_first(c->given_up, key)) {
        c->written.size = 0;
        apl_line_unread(&c->written, &line, APL_STR("the collect was interrupted before it came to it"), call->needs);
        apl_collect_output_add(c->output, apl_text_str(&c->written));
    }
    apl_arena_free(arena);
}

/* What was begun and what would have come in this level is unread; what lies deeper is not known. */
static void interrupt(collector *c)
{
    const apl_call *call;
    const apl_parent *parent;

    c->result->is_interrupted = true;
    (void)apl_net_run(c->net); /* every callback is called, at once */
    write_done(c);
    apl_collect_output_cut(c->output);
    for (; c->first < c->next; c->first++)
        give_up(c, c->ring[c->first % RING].call, c->ring[c->first % RING].parent);
    while (apl_walker_next(&call, &parent, c->walker)) {
        if (!is_skipped(c, call))
            give_up(c, call, parent);
    }
}

/* ---- One tenant ---- */

static bool has_source(const apl_collect_options *options, apl_source_kind kind)
{
    for (size_t i = 0; i < options->source_count; i++) {
        if (options->sources[i].kind == kind)
            return true;
    }
    return false;
}

static apl_status sign_in(collector *c, size_t tenant)
{
    const apl_collect_options *options = c->options;
    apl_azure_sign_in_options sign_in = {
        .credentials = options->credentials,
        .net = options->net,
        .tenant = options->tenant_count ? apl_str_from(options->tenants[tenant]) : APL_STR_NONE,
        .say = options->on_message,
        .context = options->context,
    };
    apl_str token;

    c->tenant.cloud =
        options->credentials->cloud ? options->credentials->cloud : apl_azure_cloud_named(APL_STR("public"));
    apl_status status = apl_azure_sign_in_new(&c->tenant.sign_in, &sign_in);
    apl_azure_api first = has_source(options, APL_SOURCE_AZURE) ? APL_AZURE_ARM : APL_AZURE_GRAPH;
    if (status == APL_OK)
        status = apl_azure_token(&token, c->tenant.sign_in, apl_str_from(c->tenant.cloud->apis[first].audience), false);
    if (status == APL_OK)
        c->tenant.tenant = apl_arena_str(c->arena, apl_azure_tenant(c->tenant.sign_in));
    return status;
}

static apl_status discover(collector *c, apl_subscription_list *subscriptions)
{
    const apl_collect_options *options = c->options;
    apl_status status = APL_OK;
    uint8_t *versions = APL_ARENA_ARRAY(c->arena, uint8_t, apl_calls_count(options->calls) + 1);

    c->tenant.versions = versions;
    for (size_t i = 0; status == APL_OK && i < options->source_count; i++) {
        if (options->sources[i].kind == APL_SOURCE_AZURE)
            status = apl_discover_subscriptions(subscriptions, c->arena, &c->tenant, options->sources[i].what);
    }
    if (status == APL_OK && subscriptions->count)
        apl_discover_versions(versions, &c->tenant, subscriptions->items[0]);
    return status;
}

/* "contoso" is https://contoso.purview.azure.com; an address stays. */
static void set_purview(collector *c)
{
    const char *suffix = c->tenant.cloud->apis[APL_AZURE_PURVIEW].host_suffix;

    c->tenant.purview = strcmp(c->tenant.cloud->name, "public") == 0 ? APL_STR(PURVIEW_OF_ALL) : APL_STR_NONE;
    for (size_t i = 0; i < c->options->source_count; i++) {
        const apl_source *source = &c->options->sources[i];
        if (source->kind != APL_SOURCE_PURVIEW || source->what.size == 0)
            continue;
        c->tenant.purview = apl_str_starts(source->what, APL_STR("https://"))
                                ? source->what
                                : apl_arena_format(c->arena, "https://%.*s%s", APL_STR_ARG(source->what),
                                                   suffix ? suffix : ".purview.azure.com");
    }
}

/* An environment that was named is one that the list would have given. */
static apl_status add_environments(collector *c)
{
    apl_status status = APL_OK;

    c->names_environments = false;
    for (size_t i = 0; status == APL_OK && i < c->options->source_count; i++) {
        const apl_source *source = &c->options->sources[i];
        const apl_json *facts = NULL;
        size_t used;
        if (source->kind != APL_SOURCE_COPILOT_STUDIO || source->what.size == 0)
            continue;
        bool has_scheme = apl_str_starts(source->what, APL_STR("https://"));
        apl_str address = apl_arena_format(c->arena, "%s%.*s", has_scheme ? "" : "https://", APL_STR_ARG(source->what));
        apl_str text =
            apl_arena_format(c->arena, "{\"properties\":{\"linkedEnvironmentMetadata\":{\"instanceUrl\":\"%.*s\"}}}",
                             APL_STR_ARG(address));
        status = apl_json_read(&facts, &used, c->reader, text);
        if (status == APL_OK)
            apl_walker_add_root(c->walker, APL_STR(ENVIRONMENTS), address, facts);
        c->names_environments = true;
    }
    return status;
}

static apl_status walk_levels(collector *c, const char *path)
{
    apl_status status = add_environments(c);

    do {
        c->level_started_ms = now_ms();
        if (status == APL_OK)
            status = begin_level(c, path);
        if (status == APL_OK)
            status = finish_level(c);
        if (status != APL_OK || is_cancelled(c))
            return status;
        c->first = c->next = 0; /* parents of the level are forgotten */
    } while (apl_walker_descend(c->walker));
    return status;
}

static apl_status collect_tenant(collector *c, size_t tenant, const char *path)
{
    apl_subscription_list subscriptions = {0};
    apl_str sources[APL_SOURCE_KINDS];
    apl_walk_roots roots = {.sources = sources};
    apl_status status = sign_in(c, tenant);

    if (status == APL_OK)
        status = discover(c, &subscriptions);
    if (status == APL_OK) {
        set_purview(c);
        for (unsigned kind = 0; kind < APL_SOURCE_KINDS; kind++) {
            if (has_source(c->options, (apl_source_kind)kind))
                sources[roots.source_count++] = apl_source_provider((apl_source_kind)kind);
        }
        roots.tenant = c->tenant.tenant;
        roots.subscriptions = subscriptions.items;
        roots.subscription_count = subscriptions.count;
        c->walker = apl_walker_new(c->options->calls, &roots);
        c->batch = apl_batch_new(&c->tenant);
        status = walk_levels(c, path);
        if (status == APL_OK && is_cancelled(c) && c->output)
            interrupt(c);
    }
    apl_batch_free(c->batch);
    apl_walker_free(c->walker);
    c->batch = NULL;
    c->walker = NULL;
    apl_memory_free(subscriptions.items);
    return status;
}

/* ---- The file ---- */

static apl_line_frame frame_of(collector *c)
{
    const apl_collect_options *options = c->options;
    apl_line_frame frame = {.version = options->version, .content = options->content};
    apl_text text;
    uint8_t hash[APL_SHA256_BYTES];
    char hex[33];

    apl_text_init(&text, SIZE_MAX);
    for (size_t i = 0; i < options->source_count; i++)
        apl_text_add_format(&text, "%s%.*s:%.*s", i ? " " : "",
                            APL_STR_ARG(apl_source_provider(options->sources[i].kind)),
                            APL_STR_ARG(options->sources[i].what));
    for (size_t i = 0; i < options->tenant_count; i++)
        apl_text_add_format(&text, " %s", options->tenants[i]);
    frame.sources = apl_arena_str(c->arena, apl_text_str(&text));
    apl_str parts[2] = {frame.sources, apl_arena_format(c->arena, " %lld", (long long)apl_clock_now())};
    apl_sha256(hash, parts, 2);
    apl_hex(hex, hash, 16);
    frame.id = apl_arena_str(c->arena, apl_str_make(hex, 32));
    apl_text_free(&text);
    return frame;
}

static apl_str begin_text(const apl_json *begin, const char *name)
{
    const apl_json *member = apl_json_get(begin, apl_str_from(name));

    return member ? apl_json_str(member) : APL_STR_NONE;
}

/* Opens what was collected before; its id goes on. */
static apl_status open_recorded(collector *c, apl_line_frame *frame, const char *path)
{
    const apl_json *begin = NULL;
    apl_status status = apl_recorded_open(&c->recorded, path);

    if (status == APL_OK && c->recorded)
        status = apl_recorded_begin(&begin, c->recorded);
    if (status != APL_OK)
        return status;
    if (begin == NULL) {
        apl_recorded_close(c->recorded);
        c->recorded = NULL;
        return APL_OK;
    }
    if (!apl_str_equal(begin_text(begin, "sources"), frame->sources))
        return apl_fail(APL_E_USAGE, "%s: it was collected from \"%.*s\", not from \"%.*s\"", path,
                        APL_STR_ARG(begin_text(begin, "sources")), APL_STR_ARG(frame->sources));
    if (!apl_str_equal(begin_text(begin, "content"), frame->content))
        return apl_fail(APL_E_USAGE, "%s: it was collected by another version or with other content; collect anew",
                        path);
    frame->id = apl_arena_str(c->arena, begin_text(begin, "id"));
    c->result->is_resumed = true;
    return APL_OK;
}

static void end_file(collector *c, const apl_line_frame *frame)
{
    c->written.size = 0;
    if (!c->result->is_interrupted && !is_cancelled(c))
        apl_line_end(&c->written, frame, apl_clock_now());
    apl_collect_output_add(c->output, apl_text_str(&c->written));
}

static apl_status collect_tenants(collector *c, const apl_line_frame *frame, const char *path)
{
    size_t tenants = c->options->tenant_count ? c->options->tenant_count : 1;
    apl_status status = apl_net_new(&c->net, c->options->net);

    c->tenant = (apl_asking_tenant){.net = c->net, .calls = c->options->calls};
    for (size_t i = 0; status == APL_OK && !is_cancelled(c) && i < tenants; i++) {
        status = collect_tenant(c, i, path);
        apl_net_free(c->net);
        c->net = NULL;
        apl_azure_sign_in_free(c->tenant.sign_in);
        c->tenant.sign_in = NULL;
        if (status == APL_OK && i + 1 < tenants)
            status = apl_net_new(&c->net, c->options->net);
        c->tenant.net = c->net;
    }
    apl_net_free(c->net);
    bool is_whole = false;
    if (status == APL_OK && c->recorded)
        status = apl_recorded_is_whole(&is_whole, c->recorded);
    if (status == APL_OK && c->recorded && !is_whole)
        status = drop_recorded(c, path);
    if (status == APL_OK && c->output)
        end_file(c, frame);
    return status;
}

static void collector_init(collector *c, apl_collect_result *out, const apl_collect_options *options)
{
    *out = (apl_collect_result){0};
    *c = (collector){.options = options, .result = out};
    c->arena = apl_arena_new();
    c->reader = apl_json_reader_new();
    c->given_up = apl_seen_new();
    c->ring = apl_memory_new(RING * sizeof *c->ring);
    apl_text_init(&c->written, SIZE_MAX);
}

static apl_status collector_end(collector *c, apl_status status)
{
    apl_status closed = apl_collect_output_close(c->output);

    apl_recorded_close(c->recorded);
    for (size_t i = 0; i < RING; i++)
        apl_asking_free(&c->ring[i]);
    apl_memory_free(c->ring);
    apl_seen_free(c->given_up);
    apl_text_free(&c->written);
    apl_json_reader_free(c->reader);
    apl_arena_free(c->arena);
    return status == APL_OK ? closed : status;
}

static void begin_file(collector *c, const apl_line_frame *frame)
{
    c->written.size = 0;
    apl_line_begin(&c->written, frame, apl_clock_now());
    apl_collect_output_add(c->output, apl_text_str(&c->written));
}

apl_status apl_collect_file(apl_collect_result *out, const apl_collect_options *options, const char *path, bool resumes)
{
    collector c;
    apl_status status = APL_OK;

    collector_init(&c, out, options);
    apl_line_frame frame = frame_of(&c);
    if (resumes)
        status = open_recorded(&c, &frame, path);
    if (status == APL_OK && c.recorded == NULL) {
        status = apl_collect_output_open(&c.output, path, 0);
        if (status == APL_OK)
            begin_file(&c, &frame);
    }
    if (status == APL_OK)
        status = collect_tenants(&c, &frame, path);
    return collector_end(&c, status);
}

apl_status apl_collect_into(apl_collect_result *out, const apl_collect_options *options, int descriptor)
{
    collector c;
    int own = dup(descriptor);

    collector_init(&c, out, options);
    apl_line_frame frame = frame_of(&c);
    apl_status status = own < 0 ? apl_fail(APL_E_IO, "no room for the documents") : APL_OK;
    if (status == APL_OK)
        status = apl_collect_output_over(&c.output, own);
    if (status == APL_OK) {
        begin_file(&c, &frame);
        status = collect_tenants(&c, &frame, NULL);
    }
    return collector_end(&c, status);
}
