/* exposure/spread.c: addresses, balancers and gateways pass their exposure on; security groups stand in between.
 *
 * Who passes to whom is a graph without cycles but for odd configurations, so one walk in topological order settles
 * every asset once: first what it decides alone, through its own filters, then what each neighbour brings. The widest
 * counts. Assets on a cycle are settled last, in the order of ids, with what their neighbours have by then. */
#include "exposure/spread.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "base/limits.h"
#include "base/threads.h"
#include "exposure/gate_read.h"

#define FILTER_DEPTH_MAX 4 /* interface -> subnet -> group; nothing is deeper */
#define FILTER_ENTRIES_MAX 8
#define CHOICES_MAX 16 /* ways past the filters, where an asset has several interfaces */
#define WAY_GATES_MAX APL_GATE_ROW_MAX
#define BEHIND_MAX 1024 /* addresses and groups of one asset */
#define BLOCK_ASSETS 65536u /* settled before what came out is kept, so that it takes a few megabytes */
#define RUN_ASSETS 512

/* One asset brings its exposure to another. */
typedef struct spread_edge {
    apl_asset_id from;
    apl_asset_id to;
    const apl_exposure_pass *pass;
} spread_edge;

/* Each thread has a copy with scratch, arena and memory of its own. */
typedef struct spread_state {
    apl_estate *estate;
    const apl_services *services;
    const uint8_t *own;
    const uint32_t *origins;
    apl_arena *scratch;
    apl_arena *arena;              /* gates and answers; freed at the end */
    apl_table *texts;              /* path or ports -> index into kept */
    APL_VECTOR(apl_str) kept;      /* texts of evidence, in the estate's arena */
    APL_VECTOR(spread_edge) edges; /* by `from` */
    uint32_t *by_to;               /* numbers of edges by `to` */
    uint32_t *waits;               /* by asset: edges to it that have not come yet */
    _Atomic(const apl_gate *) *gates; /* by asset; NULL: not made yet */
    apl_gate_memory memory;
    APL_VECTOR(uint32_t) queue;
} spread_state;

/* An exposure and why. */
typedef struct spread_result {
    apl_exposure exposure;
    apl_exposure_evidence evidence;
} spread_result;

static const apl_type *type_of(const spread_state *state, apl_asset_id number)
{
    const apl_asset *asset = &state->estate->assets.items[number];

    if (asset->plan)
        return apl_services_type(state->services, asset->plan->number);
    return asset->type.size ? apl_services_find(state->services, asset->type) : NULL;
}

static bool is_kind(const spread_state *state, const apl_exposure_end *end, apl_asset_id other)
{
    for (size_t i = 0; i < end->kind_count; i++) {
        if (state->estate->assets.items[other].kind == end->kinds[i])
            return true;
    }
    return end->kind_count == 0;
}

/* The relations in which the ends of `asset` are looked for, and the other end of each of them. */
typedef struct end_walk {
    const spread_state *state;
    const apl_exposure_end *end;
    uint32_t next;
    uint32_t last;
} end_walk;

static end_walk walk_ends(const spread_state *state, const apl_exposure_end *end, apl_asset_id asset)
{
    const uint32_t *offsets = end->is_incoming ? state->estate->relations_in : state->estate->relations_out;

    return (end_walk){state, end, offsets[asset], offsets[asset + 1]};
}

static bool next_end(apl_asset_id *out, end_walk *walk)
{
    const apl_estate *estate = walk->state->estate;

    while (walk->next < walk->last) {
        uint32_t number = walk->end->is_incoming ? estate->relations_by_to[walk->next] : walk->next;
        const apl_relation *relation = &estate->relations.items[number];
        walk->next++;
        *out = walk->end->is_incoming ? relation->from : relation->to;
        if (relation->type == walk->end->relation && is_kind(walk->state, walk->end, *out))
            return true;
    }
    return false;
}

static apl_truth truth_of(const spread_state *state, const apl_condition *condition, apl_asset_id asset)
{
    apl_subject subject = apl_estate_subject(state->estate, asset);
    apl_eval eval = {.subject = &subject, .origin = &subject, .arena = state->scratch};

    if (condition == NULL)
        return APL_FALSE;
    if (!state->estate->assets.items[asset].is_read)
        return APL_TRUTH_UNREAD;
    return apl_condition_eval(condition, &eval);
}

/* ---- Evidence ---- */

static void set_evidence(spread_state *state, apl_asset_id asset, const apl_exposure_evidence *evidence)
{
    APL_PUSH(&state->estate->exposure_evidence, *evidence);
    state->estate->exposure_evidence_of[asset] = (uint32_t)state->estate->exposure_evidence.count;
}

/* The text in the estate's arena: thousands of assets have few different ones. */
static apl_str kept_text(spread_state *state, apl_str text)
{
    uint32_t known = text.data ? apl_table_get(state->texts, text) : APL_TABLE_NONE;

    if (text.data == NULL)
        return text;
    if (known != APL_TABLE_NONE)
        return state->kept.items[known];
    apl_str copy = apl_arena_str(state->estate->arena, text);
    (void)apl_table_put(state->texts, copy, (uint32_t)state->kept.count);
    APL_PUSH(&state->kept, copy);
    return copy;
}

static apl_exposure_evidence evidence_of(const spread_state *state, apl_asset_id asset)
{
    uint32_t index = state->estate->exposure_evidence_of[asset];
    apl_exposure_evidence none = {.asset = asset, .through = APL_ASSET_NONE, .width = -1};

    if (index == 0)
        return none;
    apl_exposure_evidence evidence = state->estate->exposure_evidence.items[index - 1];
    if (evidence.asset == APL_ASSET_NONE)
        evidence.asset = asset;
    return evidence;
}

static int8_t width_of_size(uint64_t size)
{
    int8_t bits = 32;

    while (bits > 0 && size > 1) {
        size = (size + 1) >> 1; /* nearly all addresses are all of them: what is private was taken away */
        bits--;
    }
    return bits;
}

/* The range that decided among the asset's own ones: the widest. */
static void add_range(apl_exposure_evidence *evidence, const apl_exposure_rule *rule, const apl_subject *subject)
{
    unsigned best = 0;

    for (size_t i = 0; i < rule->range_count; i++) {
        apl_walk walk;
        apl_value value;
        apl_walk_start(&walk, subject, rule->ranges[i], NULL);
        for (unsigned n = 0; n < APL_FUNCTION_ITEMS_MAX && apl_walk_next(&value, &walk); n++) {
            apl_network net;
            apl_str text = apl_value_str(value);
            bool is_network = apl_network_parse(&net, text);
            apl_span span = is_network ? apl_span_of(&net) : (apl_span){1, 0};
            unsigned width = is_network ? 33u - (unsigned)width_of_size(span.last - span.first + 1) : 34u;
            if (text.size == 0 || width <= best)
                continue;
            best = width;
            evidence->range = text;
            evidence->width = is_network ? width_of_size(span.last - span.first + 1) : -1;
        }
    }
}

/* What an asset decides alone; the same few answers a type are kept once. */
static apl_exposure_evidence own_evidence(const spread_state *state, apl_asset_id asset)
{
    const apl_type *type = type_of(state, asset);
    apl_exposure_evidence evidence = {.asset = APL_ASSET_NONE, .through = APL_ASSET_NONE, .width = -1};
    apl_subject subject = {NULL, &state->estate->assets.items[asset], state->estate->assets.items[asset].plan};

    switch ((apl_own_input)state->own[asset]) {
    case APL_OWN_UNKNOWN:
        evidence.path = type->exposure.unknown_paths;
        break;
    case APL_OWN_CLOSED:
        evidence.path = type->exposure.closed_paths;
        break;
    case APL_OWN_OPEN:
        evidence.path = type->exposure.open_paths;
        evidence.width = 0;
        break;
    case APL_OWN_RANGES:
        evidence.path = type->exposure.range_paths;
        add_range(&evidence, &type->exposure, &subject);
        break;
    case APL_OWN_BYPASS:
        evidence.path = type->exposure.bypass_paths;
        break;
    case APL_OWN_OTHERWISE:
        evidence.path = type->exposure.open_paths.size ? type->exposure.open_paths : type->exposure.range_paths;
        break;
    case APL_OWN_OTHER:
    case APL_OWN_NOTHING:
        break;
    }
    return evidence;
}

/* What the asset decided alone that opened or narrowed this one; whose exposure that had from a third is not told. */
static apl_exposure_evidence other_evidence(const spread_state *state, apl_asset_id other)
{
    apl_exposure_evidence evidence = {.through = APL_ASSET_NONE, .width = -1};

    if (state->own[other] != APL_OWN_OTHER && state->own[other] != APL_OWN_NOTHING)
        evidence = own_evidence(state, other);
    evidence.asset = other;
    return evidence;
}

static void set_own_evidence(spread_state *state)
{
    uint32_t type_count = apl_services_type_count(state->services);
    uint32_t *known = apl_memory_new(((size_t)type_count + 1) * (APL_OWN_OTHER + 1) * sizeof *known);

    for (size_t i = 0; i < state->estate->assets.count; i++) {
        const apl_asset *asset = &state->estate->assets.items[i];
        if (state->own[i] == APL_OWN_NOTHING)
            continue;
        uint32_t *slot = &known[(size_t)asset->plan->number * (APL_OWN_OTHER + 1) + state->own[i]];
        if (*slot == 0 || state->own[i] == APL_OWN_RANGES || state->own[i] == APL_OWN_OTHER) {
            bool is_others = state->own[i] == APL_OWN_OTHER;
            apl_exposure_evidence evidence =
                is_others ? other_evidence(state, state->origins[i] - 1) : own_evidence(state, (apl_asset_id)i);
            set_evidence(state, (apl_asset_id)i, &evidence);
            *slot = state->estate->exposure_evidence_of[i];
        }
        state->estate->exposure_evidence_of[i] = *slot;
    }
    apl_memory_free(known);
}

/* ---- Filters ---- */

typedef struct gate_way {
    const apl_gate *gates[WAY_GATES_MAX];
    size_t count;
} gate_way;

/* Ways past the filters: of each entry one end must be passed, of several ends any. */
typedef struct gate_ways {
    gate_way ways[CHOICES_MAX];
    size_t count;
    bool is_unsure; /* more than fit */
} gate_ways;

/* Two threads may read one gate at a time; the first that is done counts for both. */
static const apl_gate *gate_of(spread_state *state, apl_asset_id asset)
{
    const apl_gate *gate = atomic_load(&state->gates[asset]);

    if (gate)
        return gate;
    const apl_gate *made = apl_gate_read(state->arena, state->estate, state->services, asset);
    return atomic_compare_exchange_strong(&state->gates[asset], &gate, made) ? made : gate;
}

/* The gates that `end` stands for: its own rules, or what filters it names in turn. */
static bool gates_of_end(gate_way *out, spread_state *state, apl_asset_id end)
{
    struct {
        apl_asset_id asset;
        unsigned depth;
    } stack[WAY_GATES_MAX] = {{end, 0}};
    size_t count = 1;

    while (count) {
        count--;
        apl_asset_id asset = stack[count].asset;
        unsigned depth = stack[count].depth;
        const apl_type *type = type_of(state, asset);
        bool is_read = state->estate->assets.items[asset].is_read;
        if (!is_read || (type && type->exposure.rules.is_given)) {
            if (out->count == WAY_GATES_MAX)
                return false;
            out->gates[out->count++] = gate_of(state, asset);
            continue;
        }
        for (size_t f = 0; type && f < type->exposure.filter_count; f++) {
            end_walk walk = walk_ends(state, &type->exposure.filters[f], asset);
            for (apl_asset_id next; next_end(&next, &walk);) {
                if (count == WAY_GATES_MAX || depth == FILTER_DEPTH_MAX)
                    return false;
                stack[count].asset = next;
                stack[count++].depth = depth + 1;
            }
        }
    }
    return true;
}

static bool join_ways(gate_way *out, const gate_way *a, const gate_way *b)
{
    *out = *a;
    for (size_t i = 0; i < b->count; i++) {
        if (out->count == WAY_GATES_MAX)
            return false;
        out->gates[out->count++] = b->gates[i];
    }
    return true;
}

/* Multiplies the ways with the ends of one entry; an entry without an end closes nothing. */
static void add_entry(gate_ways *ways, spread_state *state, const apl_exposure_end *entry, apl_asset_id asset)
{
    gate_ways before = *ways;
    end_walk walk = walk_ends(state, entry, asset);
    bool has_any = false;

    for (apl_asset_id end; next_end(&end, &walk);) {
        gate_way through = {.count = 0};
        if (!has_any)
            ways->count = 0;
        has_any = true;
        ways->is_unsure = ways->is_unsure || !gates_of_end(&through, state, end);
        for (size_t i = 0; i < before.count; i++) {
            if (ways->count == CHOICES_MAX || !join_ways(&ways->ways[ways->count], &before.ways[i], &through)) {
                ways->is_unsure = true;
                return;
            }
            ways->count++;
        }
    }
}

static void find_ways(gate_ways *ways, spread_state *state, const apl_exposure_rule *rule, apl_asset_id asset)
{
    ways->count = 1;
    ways->ways[0].count = 0;
    ways->is_unsure = false;
    for (size_t i = 0; i < rule->filter_count; i++)
        add_entry(ways, state, &rule->filters[i], asset);
}

/* The addresses and groups that rules may name, in scratch. */
static void add_behind(apl_gate_question *question, spread_state *state, const apl_exposure_rule *rule,
                       apl_asset_id asset)
{
    apl_subject subject = {NULL, &state->estate->assets.items[asset], state->estate->assets.items[asset].plan};
    uint64_t *addresses = apl_arena_alloc_raw(state->scratch, BEHIND_MAX * sizeof *addresses);
    apl_str *groups = apl_arena_alloc_raw(state->scratch, BEHIND_MAX * sizeof *groups);
    apl_walk walk;
    apl_value value;
    apl_network net;

    for (size_t i = 0; i < rule->address_count; i++) {
        apl_walk_start(&walk, &subject, rule->addresses[i], NULL);
        while (question->address_count < BEHIND_MAX && apl_walk_next(&value, &walk)) {
            if (apl_network_parse(&net, apl_value_str(value)))
                addresses[question->address_count++] = apl_span_of(&net).first;
        }
    }
    for (size_t i = 0; i < rule->group_count; i++) {
        apl_walk_start(&walk, &subject, rule->groups[i], NULL);
        while (question->group_count < BEHIND_MAX && apl_walk_next(&value, &walk)) {
            if (value.type == APL_VALUE_STRING)
                groups[question->group_count++] = apl_value_str(value);
        }
    }
    question->addresses = addresses;
    question->groups = groups;
}

/* What comes to the filters of an asset: as wide as `exposure`, on these ports. */
typedef struct spread_coming {
    apl_exposure exposure;
    apl_exposure_evidence evidence;
    apl_truth needs_filter;
    const apl_port_range *ports;
    size_t port_count;
} spread_coming;

static const apl_port_range all_ports[] = {{0, UINT16_MAX}};

static apl_str ports_text(spread_state *state, const apl_port_range *ports, size_t count)
{
    apl_gate_question question = {.ports = ports, .port_count = count};
    apl_gate_answer answer;

    apl_gate_ask(&answer, state->arena, &question, &state->memory);
    return answer.ports;
}

/* No filter at all stands in the way. */
static spread_result unfiltered(spread_state *state, const spread_coming *coming)
{
    spread_result result = {coming->exposure, coming->evidence};

    if (coming->needs_filter == APL_TRUE)
        result.exposure = APL_EXPOSURE_PRIVATE;
    else if (coming->needs_filter != APL_FALSE)
        result.exposure = APL_EXPOSURE_UNKNOWN;
    else
        result.evidence.ports = ports_text(state, coming->ports, coming->port_count);
    return result;
}

static spread_result past_gates(spread_state *state, const spread_coming *coming, const apl_gate_question *question)
{
    spread_result result = {coming->exposure, coming->evidence};
    apl_gate_answer answer;

    apl_gate_ask(&answer, state->arena, question, &state->memory);
    if (answer.exposure == APL_EXPOSURE_PRIVATE || coming->exposure == APL_EXPOSURE_INTERNET)
        result.exposure = answer.exposure;
    else if (answer.exposure == APL_EXPOSURE_UNKNOWN)
        result.exposure = APL_EXPOSURE_UNKNOWN;
    result.evidence.asset = question->gates[0]->asset;
    result.evidence.path = APL_STR_NONE;
    for (size_t i = 0; i < question->gate_count && answer.exposure == APL_EXPOSURE_UNKNOWN; i++) {
        if (question->gates[i]->is_unread)
            result.evidence.asset = question->gates[i]->asset;
    }
    if (answer.rule && answer.exposure != APL_EXPOSURE_PRIVATE && answer.exposure != APL_EXPOSURE_UNKNOWN) {
        result.evidence.asset = answer.rule->asset;
        result.evidence.path = answer.rule->path;
        result.evidence.range = answer.rule->range;
        result.evidence.width = answer.size ? width_of_size(answer.size) : -1;
    }
    result.evidence.ports = answer.ports;
    return result;
}

/* The widest of all ways past the filters of the asset. */
static spread_result through_filters(spread_state *state, apl_asset_id asset, const spread_coming *coming)
{
    const apl_exposure_rule *rule = &type_of(state, asset)->exposure;
    spread_result best = {APL_EXPOSURE_NONE, coming->evidence};
    gate_ways ways;

    find_ways(&ways, state, rule, asset);
    for (size_t i = 0; i < ways.count; i++) {
        apl_gate_question question = {
            .gates = ways.ways[i].gates,
            .gate_count = ways.ways[i].count,
            .ports = coming->ports,
            .port_count = coming->port_count,
        };
        add_behind(&question, state, rule, asset);
        spread_result one = question.gate_count ? past_gates(state, coming, &question) : unfiltered(state, coming);
        if (apl_exposure_rank(one.exposure) > apl_exposure_rank(best.exposure))
            best = one;
    }
    if (ways.is_unsure && best.exposure != APL_EXPOSURE_INTERNET)
        best.exposure = APL_EXPOSURE_UNKNOWN;
    return best;
}

/* ---- One asset ---- */

static void take_wider(spread_result *best, const spread_result *one)
{
    unsigned rank = apl_exposure_rank(one->exposure);
    unsigned known = apl_exposure_rank(best->exposure);
    bool is_private = best->exposure == APL_EXPOSURE_PRIVATE;
    bool is_freer = rank == known && !is_private && best->evidence.is_guarded && !one->evidence.is_guarded;
    /* A filter that closes an open way says more than that there was nothing to close. */
    bool is_closed_by_other = rank == known && is_private && one->evidence.ports.data != NULL;

    if (rank > known || is_freer || is_closed_by_other)
        *best = *one;
}

/* The ports that a pass names, in scratch; 0 stands for all of them. */
static void read_ports(spread_coming *coming, spread_state *state, const apl_exposure_pass *pass, apl_asset_id from)
{
    const apl_asset *asset = &state->estate->assets.items[from];
    apl_subject subject = {NULL, asset, asset->plan};
    apl_port_range *ports = apl_arena_alloc_raw(state->scratch, (BEHIND_MAX + 1) * sizeof *ports);
    bool is_all = !pass->has_ports || !asset->is_read;

    for (size_t i = 0; i < pass->port_count && !is_all; i++) {
        apl_walk walk;
        apl_value value;
        apl_walk_start(&walk, &subject, pass->ports[i], NULL);
        while (!is_all && apl_walk_next(&value, &walk)) {
            bool is_one = value.type == APL_VALUE_INTEGER && value.integer > 0 && value.integer <= UINT16_MAX;
            is_all = value.type != APL_VALUE_MISSING && (!is_one || coming->port_count == BEHIND_MAX);
            if (is_one && !is_all)
                ports[coming->port_count++] = (apl_port_range){(uint16_t)value.integer, (uint16_t)value.integer};
        }
        is_all = is_all || walk.is_unread;
    }
    coming->ports = is_all ? all_ports : ports;
    coming->port_count = is_all ? 1 : coming->port_count;
}

static spread_result bring(spread_state *state, const spread_edge *edge)
{
    const apl_asset *from = &state->estate->assets.items[edge->from];
    const apl_type *passer = type_of(state, edge->from);
    const apl_type *type = type_of(state, edge->to);
    spread_coming coming = {
        .exposure = from->is_read ? (apl_exposure)from->exposure : APL_EXPOSURE_UNKNOWN,
        .evidence = evidence_of(state, edge->from),
    };

    coming.evidence.through = edge->from;
    coming.evidence.is_guarded =
        coming.evidence.is_guarded || truth_of(state, passer->exposure.guarded, edge->from) == APL_TRUE;
    spread_result result = {coming.exposure, coming.evidence};
    if (apl_exposure_rank(coming.exposure) <= apl_exposure_rank(APL_EXPOSURE_PRIVATE) || edge->pass->is_proxy ||
        type->exposure.filter_count == 0)
        return result;
    coming.needs_filter = truth_of(state, edge->pass->needs_filter, edge->from);
    read_ports(&coming, state, edge->pass, edge->from);
    return through_filters(state, edge->to, &coming);
}

/* What the asset decides alone, through its own filters. */
static spread_result own_result(spread_state *state, apl_asset_id asset)
{
    const apl_type *type = type_of(state, asset);
    spread_result own = {(apl_exposure)state->estate->assets.items[asset].exposure, evidence_of(state, asset)};
    spread_coming coming = {.exposure = own.exposure, .evidence = own.evidence, .ports = all_ports, .port_count = 1};

    if (type == NULL || type->exposure.filter_count == 0 || state->own[asset] != APL_OWN_OPEN)
        return own;
    coming.needs_filter = truth_of(state, type->exposure.needs_filter, asset);
    return through_filters(state, asset, &coming);
}

/* A neighbour that decides in place of the asset itself; where that is not known, neither is the exposure. */
static void replace_own(spread_result *own, spread_state *state, const spread_edge *edge)
{
    apl_truth replaces = edge->pass->replaces ? truth_of(state, edge->pass->replaces, edge->from) : APL_FALSE;

    if (replaces == APL_FALSE)
        return;
    if (replaces == APL_TRUE)
        own->exposure = APL_EXPOSURE_PRIVATE;
    else if (own->exposure != APL_EXPOSURE_PRIVATE)
        own->exposure = APL_EXPOSURE_UNKNOWN;
    own->evidence = (apl_exposure_evidence){.asset = edge->from, .through = edge->from, .width = -1};
}

/* False when nothing comes of it. The asset stays as it is: others may be at it. */
static bool settle(spread_result *out, spread_state *state, apl_asset_id number, const uint32_t *starts)
{
    const apl_type *type = type_of(state, number);
    bool has_filters = type && type->exposure.filter_count && state->own[number] == APL_OWN_OPEN;
    size_t first = starts[number];
    size_t last = starts[number + 1];

    if (!state->estate->assets.items[number].is_read || (first == last && !has_filters))
        return false;
    *out = own_result(state, number);
    for (size_t i = first; i < last; i++)
        replace_own(out, state, &state->edges.items[state->by_to[i]]);
    for (size_t i = first; i < last; i++) {
        spread_result one = bring(state, &state->edges.items[state->by_to[i]]);
        take_wider(out, &one);
        apl_arena_reset(state->scratch);
    }
    apl_arena_reset(state->scratch);
    return true;
}

static void keep_result(spread_state *state, apl_asset_id number, spread_result *result)
{
    state->estate->assets.items[number].exposure = (uint8_t)result->exposure;
    result->evidence.path = kept_text(state, result->evidence.path);
    result->evidence.ports = kept_text(state, result->evidence.ports);
    set_evidence(state, number, &result->evidence);
}

/* ---- All of them ---- */

static bool takes_exposure(const spread_state *state, apl_asset_id number)
{
    const apl_asset *asset = &state->estate->assets.items[number];
    const apl_type *type = type_of(state, number);
    bool is_parents = type && type->exposure.is_parents;

    return asset->is_read && type && !is_parents && !state->estate->vocabulary->kinds.items[asset->kind].has_no_network;
}

static void find_edges(spread_state *state)
{
    for (size_t i = 0; i < state->estate->assets.count; i++) {
        const apl_type *type = type_of(state, (apl_asset_id)i);
        for (size_t p = 0; type && p < type->exposure.pass_count; p++) {
            const apl_exposure_pass *pass = &type->exposure.passes[p];
            end_walk walk = walk_ends(state, &pass->end, (apl_asset_id)i);
            for (apl_asset_id to; next_end(&to, &walk);) {
                if (to != i && takes_exposure(state, to))
                    APL_PUSH(&state->edges, ((spread_edge){(apl_asset_id)i, to, pass}));
            }
        }
    }
}

/* Numbers of edges by `to`, keeping their order; *starts is by asset. */
static uint32_t *sort_by_end(spread_state *state)
{
    size_t assets = state->estate->assets.count;
    uint32_t *starts = apl_memory_new((assets + 2) * sizeof *starts);

    state->by_to = apl_memory_new((state->edges.count + 1) * sizeof *state->by_to);
    state->waits = apl_memory_new((assets + 1) * sizeof *state->waits);
    for (size_t i = 0; i < state->edges.count; i++) {
        starts[state->edges.items[i].to + 2]++;
        state->waits[state->edges.items[i].to]++;
    }
    for (size_t i = 0; i < assets; i++)
        starts[i + 2] += starts[i + 1];
    for (size_t i = 0; i < state->edges.count; i++)
        state->by_to[starts[state->edges.items[i].to + 1]++] = (uint32_t)i;
    return starts;
}

/* The first edge that leaves the asset: edges are sorted by `from`. */
static size_t first_edge(const spread_state *state, apl_asset_id from)
{
    size_t low = 0;
    size_t high = state->edges.count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (state->edges.items[middle].from < from)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* What all threads need to settle some assets, none of which brings anything to another of them. */
typedef struct settling {
    spread_state *states; /* by thread */
    const uint32_t *starts;
    const apl_asset_id *numbers;
    spread_result *results; /* by place in numbers */
    bool *has_result;
} settling;

static void settle_run(void *context, unsigned thread, size_t from, size_t to)
{
    settling *job = context;

    for (size_t i = from; i < to; i++)
        job->has_result[i] = settle(&job->results[i], &job->states[thread], job->numbers[i], job->starts);
}

/* Those that waited for the asset only come next. */
static void pass_on(spread_state *state, apl_asset_id number)
{
    for (size_t e = first_edge(state, number); e < state->edges.count && state->edges.items[e].from == number; e++) {
        apl_asset_id to = state->edges.items[e].to;
        if (state->waits[to] && --state->waits[to] == 0)
            APL_PUSH(&state->queue, to);
    }
}

/* Settles what stands in the queue from `at` to `end`, and lines up behind it what may come next. */
static void settle_block(spread_state *state, settling *job, unsigned threads, size_t at, size_t end)
{
    job->numbers = state->queue.items + at;
    apl_parallel(threads, end - at, RUN_ASSETS, settle_run, job);
    for (size_t i = at; i < end; i++) {
        apl_asset_id number = state->queue.items[i];
        if (job->has_result[i - at])
            keep_result(state, number, &job->results[i - at]);
        pass_on(state, number);
    }
}

/* The queue holds one level after the other: first what nobody brings anything to, then what had to wait for the last
 * level. Blocks end with their level. */
static void settle_queue(spread_state *state, settling *job, unsigned threads)
{
    for (size_t at = 0; at < state->queue.count;) {
        size_t level_end = state->queue.count;
        while (at < level_end) {
            size_t end = level_end - at < BLOCK_ASSETS ? level_end : at + BLOCK_ASSETS;
            settle_block(state, job, threads, at, end);
            at = end;
        }
    }
}

static void settle_all(spread_state *state, const uint32_t *starts, spread_state *states, unsigned threads)
{
    size_t assets = state->estate->assets.count;
    settling job = {.states = states, .starts = starts};

    job.results = apl_memory_new(BLOCK_ASSETS * sizeof *job.results);
    job.has_result = apl_memory_new(BLOCK_ASSETS * sizeof *job.has_result);
    for (size_t i = 0; i < assets; i++) {
        if (starts[i] == starts[i + 1])
            APL_PUSH(&state->queue, (apl_asset_id)i);
    }
    settle_queue(state, &job, threads);
    for (size_t i = 0; i < assets; i++) {
        if (state->waits[i] == 0)
            continue;
        state->waits[i] = 0; /* on a cycle, or behind one */
        if (settle(&job.results[0], &states[0], (apl_asset_id)i, starts))
            keep_result(state, (apl_asset_id)i, &job.results[0]);
    }
    apl_memory_free(job.has_result);
    apl_memory_free(job.results);
}

/* Once the edges are known, which all threads share. */
static void settle_on_threads(spread_state *state, unsigned threads)
{
    spread_state *states = apl_memory_new(threads * sizeof *states);
    uint32_t *starts = sort_by_end(state);

    state->gates = apl_memory_new((state->estate->assets.count + 1) * sizeof *state->gates);
    for (unsigned t = 0; t < threads; t++) {
        states[t] = *state;
        states[t].scratch = apl_arena_new();
        states[t].arena = apl_arena_new();
        apl_gate_memory_init(&states[t].memory);
    }
    settle_all(state, starts, states, threads);
    for (unsigned t = 0; t < threads; t++) {
        apl_gate_memory_free(&states[t].memory);
        apl_arena_free(states[t].arena);
        apl_arena_free(states[t].scratch);
    }
    apl_memory_free((void *)state->gates);
    apl_memory_free(starts);
    apl_memory_free(states);
}

void apl_exposure_spread(apl_estate *estate, const apl_services *services, const uint8_t *own, const uint32_t *origins,
                         unsigned threads)
{
    spread_state state = {.estate = estate, .services = services, .own = own, .origins = origins};

    state.texts = apl_table_new(false);
    estate->exposure_evidence.count = 0;
    apl_memory_free(estate->exposure_evidence_of);
    estate->exposure_evidence_of = apl_memory_new((estate->assets.count + 1) * sizeof(uint32_t));
    set_own_evidence(&state);
    if (estate->relations_out) {
        find_edges(&state);
        settle_on_threads(&state, threads);
    }
    apl_memory_free(state.edges.items);
    apl_memory_free(state.by_to);
    apl_memory_free(state.waits);
    apl_memory_free(state.queue.items);
    apl_memory_free(state.kept.items);
    apl_table_free(state.texts);
}
