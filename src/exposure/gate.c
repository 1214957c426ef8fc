/* exposure/gate.c: rules by order, first match, over all addresses and ports at once.
 *
 * A sweep over the ports stops where any rule begins or ends; between two stops the same rules cover every port. There
 * each gate gives a set of addresses: undecided ones run down the rules and are allowed or denied by the first that
 * names them. What all gates allow is the answer of the stretch, the widest stretches are that of the question. */
#include "exposure/gate.h"

#include <stdlib.h>

#define PORTS_SHOWN_MAX 256 /* more are shown as one range */

unsigned apl_exposure_rank(apl_exposure exposure)
{
    static const unsigned ranks[] = {[APL_EXPOSURE_UNKNOWN] = 3,
                                     [APL_EXPOSURE_NONE] = 0,
                                     [APL_EXPOSURE_PRIVATE] = 1,
                                     [APL_EXPOSURE_TRUSTED] = 2,
                                     [APL_EXPOSURE_INTERNET] = 4};

    return ranks[exposure];
}

/* What one gate lets in on one port. */
typedef struct gate_cell {
    apl_span_set allowed;
    bool has_trusted; /* known callers outside, whose addresses nobody listed */
    bool is_unsure;
    const apl_gate_rule *rule; /* that lets most in */
    uint64_t rule_size;
} gate_cell;

/* Where a range of ports of a rule begins or ends. */
typedef struct gate_event {
    uint32_t port;
    uint32_t rule; /* number in `rules`; NO_RULE: only a place to look at */
    bool is_end;
} gate_event;

#define NO_RULE UINT32_MAX

typedef struct gate_asking {
    const apl_gate_question *question;
    apl_arena *arena;
    apl_arena *scratch;
    APL_VECTOR(const apl_gate_rule *) rules; /* that are about the asset; those of one gate stand together, by order */
    size_t starts[APL_GATE_ROW_MAX + 1];     /* of each gate in `rules` */
    APL_VECTOR(gate_event) events;           /* by port */
    uint32_t *covers;                        /* by rule: its ranges that cover the present port */
    uint64_t *active;                        /* a bit for each rule that covers it */
    uint32_t steps;
    APL_VECTOR(apl_port_range) tcp;
    APL_VECTOR(apl_port_range) udp;
    apl_gate_answer best;
} gate_asking;

/* Where it is not known what stands behind the gate, an allowing rule may be meant and a denying one is not relied
 * on. */
static bool is_for(const apl_gate_rule *rule, const apl_gate_question *question)
{
    if (rule->is_anywhere)
        return true;
    for (size_t i = 0; i < question->address_count; i++) {
        if (apl_spans_has(rule->destinations, question->addresses[i]))
            return true;
    }
    for (size_t g = 0; g < rule->group_count; g++) {
        for (size_t i = 0; i < question->group_count; i++) {
            if (apl_str_equal_nocase(rule->groups[g], question->groups[i]))
                return true;
        }
    }
    bool is_known = question->address_count > 0 || rule->destinations.count == 0;
    return rule->allows && (rule->has_other_destination || !is_known);
}

static void allow(gate_cell *cell, gate_asking *asking, const apl_gate_rule *rule, apl_span_set undecided)
{
    apl_span_set fresh = apl_spans_and(asking->scratch, undecided, rule->sources);
    uint64_t size = apl_spans_size(fresh);

    if (size > cell->rule_size || (cell->rule == NULL && (size || rule->has_trusted))) {
        cell->rule = rule;
        cell->rule_size = size;
    }
    if (size)
        cell->allowed = apl_spans_or(asking->scratch, cell->allowed, fresh);
    cell->has_trusted = cell->has_trusted || rule->has_trusted;
}

/* The next rule from number `at` on that covers the present port, or `end`. */
static size_t next_active(const gate_asking *asking, size_t at, size_t end)
{
    while (at < end) {
        uint64_t word = asking->active[at / 64] >> (at % 64);
        if (word) {
            at += (size_t)__builtin_ctzll(word);
            return at < end ? at : end;
        }
        at = (at / 64 + 1) * 64;
    }
    return end;
}

static void ask_gate(gate_cell *cell, gate_asking *asking, size_t gate, unsigned protocol)
{
    apl_span_set undecided = apl_spans_public;
    size_t end = asking->starts[gate + 1];

    *cell = (gate_cell){.is_unsure = asking->question->gates[gate]->is_unread};
    for (size_t i = next_active(asking, asking->starts[gate], end); i < end && !cell->is_unsure && undecided.count;
         i = next_active(asking, i + 1, end)) {
        const apl_gate_rule *rule = asking->rules.items[i];
        asking->steps++;
        if ((rule->protocols & protocol) == 0)
            continue;
        cell->is_unsure = rule->is_unsure;
        if (rule->is_unsure)
            break;
        if (rule->allows)
            allow(cell, asking, rule, undecided);
        if (rule->is_everybody)
            break; /* services of the vendor are among everybody */
        undecided = apl_spans_without(asking->scratch, undecided, rule->sources);
    }
}

static apl_exposure exposure_of_cell(const gate_cell *cell, bool is_unsure)
{
    if (apl_spans_size(cell->allowed) >= APL_SPANS_INTERNET)
        return APL_EXPOSURE_INTERNET;
    if (is_unsure)
        return APL_EXPOSURE_UNKNOWN;
    return cell->allowed.count || cell->has_trusted ? APL_EXPOSURE_TRUSTED : APL_EXPOSURE_PRIVATE;
}

/* What all gates in a row let in. */
static apl_exposure ask_cell(gate_cell *all, gate_asking *asking, unsigned protocol)
{
    const apl_gate_question *question = asking->question;
    bool is_unsure = false;
    bool is_closed = false;
    bool has_trusted = false;
    bool takes_trusted = true;

    *all = (gate_cell){.allowed = apl_spans_public};
    for (size_t i = 0; i < question->gate_count; i++) {
        gate_cell one;
        ask_gate(&one, asking, i, protocol);
        all->allowed = apl_spans_and(asking->scratch, all->allowed, one.allowed);
        bool is_wide = apl_spans_size(one.allowed) >= APL_SPANS_INTERNET;
        has_trusted = has_trusted || one.has_trusted;
        takes_trusted = takes_trusted && (one.has_trusted || is_wide);
        is_unsure = is_unsure || one.is_unsure;
        is_closed = is_closed || !(one.is_unsure || one.allowed.count || one.has_trusted);
        if (i == 0)
            all->rule = one.rule;
    }
    if (is_closed)
        return APL_EXPOSURE_PRIVATE;
    all->has_trusted = has_trusted && takes_trusted;
    return exposure_of_cell(all, is_unsure);
}

static void add_events(gate_asking *asking, const apl_port_range *range, uint32_t rule)
{
    APL_PUSH(&asking->events, ((gate_event){range->first, rule, false}));
    APL_PUSH(&asking->events, ((gate_event){(uint32_t)range->last + 1, rule, true}));
}

static int compare_events(const void *a, const void *b)
{
    const gate_event *x = a;
    const gate_event *y = b;

    return (x->port > y->port) - (x->port < y->port);
}

/* Only rules that are about the asset are looked at any further. */
static void choose_rules(gate_asking *asking)
{
    const apl_gate_question *question = asking->question;

    APL_ASSERT(question->gate_count <= APL_GATE_ROW_MAX);
    for (size_t g = 0; g < question->gate_count; g++) {
        asking->starts[g] = asking->rules.count;
        for (size_t r = 0; r < question->gates[g]->rule_count; r++) {
            const apl_gate_rule *rule = &question->gates[g]->rules[r];
            if (rule->protocols && is_for(rule, question))
                APL_PUSH(&asking->rules, rule);
        }
    }
    asking->starts[question->gate_count] = asking->rules.count;
}

static void find_events(gate_asking *asking)
{
    size_t rules = asking->rules.count;

    asking->covers = APL_ARENA_ARRAY(asking->scratch, uint32_t, rules + 1);
    asking->active = APL_ARENA_ARRAY(asking->scratch, uint64_t, rules / 64 + 1);
    for (size_t i = 0; i < asking->question->port_count; i++)
        add_events(asking, &asking->question->ports[i], NO_RULE);
    for (size_t r = 0; r < rules; r++) {
        for (size_t p = 0; p < asking->rules.items[r]->port_count; p++)
            add_events(asking, &asking->rules.items[r]->ports[p], (uint32_t)r);
    }
    if (asking->events.count)
        qsort(asking->events.items, asking->events.count, sizeof *asking->events.items, compare_events);
}

static void take_event(gate_asking *asking, const gate_event *event)
{
    uint64_t bit = UINT64_C(1) << (event->rule % 64);

    if (event->rule == NO_RULE)
        return;
    /* At one port ends may come before beginnings: the count passes below zero and back. */
    asking->covers[event->rule] += event->is_end ? UINT32_MAX : 1;
    if (asking->covers[event->rule])
        asking->active[event->rule / 64] |= bit;
    else
        asking->active[event->rule / 64] &= ~bit;
}

static bool arrives(const apl_gate_question *question, uint32_t port)
{
    for (size_t i = 0; i < question->port_count; i++) {
        if (port >= question->ports[i].first && port <= question->ports[i].last)
            return true;
    }
    return false;
}

static void note_cell(gate_asking *asking, const gate_cell *cell, apl_exposure exposure, unsigned protocol,
                      apl_port_range range)
{
    unsigned rank = apl_exposure_rank(exposure);
    unsigned best = apl_exposure_rank(asking->best.exposure);
    uint64_t size = apl_spans_size(cell->allowed);

    if (rank > best) {
        asking->tcp.count = 0;
        asking->udp.count = 0;
    }
    if (rank > best || (rank == best && size > asking->best.size)) {
        asking->best.exposure = exposure;
        asking->best.size = size;
        asking->best.rule = cell->rule;
    }
    if (rank < best || exposure == APL_EXPOSURE_PRIVATE)
        return;
    if (protocol == APL_PROTOCOL_TCP)
        APL_PUSH(&asking->tcp, range);
    else
        APL_PUSH(&asking->udp, range);
}

/* Joins ranges that touch. They come in rising order. */
static size_t join_ranges(apl_port_range *ranges, size_t count)
{
    size_t kept = 0;

    for (size_t i = 0; i < count; i++) {
        if (kept && (uint32_t)ranges[kept - 1].last + 1 >= ranges[i].first)
            ranges[kept - 1].last = ranges[i].last;
        else
            ranges[kept++] = ranges[i];
    }
    if (kept > PORTS_SHOWN_MAX) {
        ranges[PORTS_SHOWN_MAX - 1].last = ranges[kept - 1].last;
        kept = PORTS_SHOWN_MAX;
    }
    return kept;
}

static bool is_within(apl_port_range range, const apl_port_range *ranges, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (range.first >= ranges[i].first && range.last <= ranges[i].last)
            return true;
    }
    return false;
}

static void write_range(apl_text *text, apl_port_range range, const char *protocol)
{
    apl_text_add_format(text, "%s%u", text->size ? ", " : "", range.first);
    if (range.last != range.first)
        apl_text_add_format(text, "-%u", range.last);
    apl_text_add(text, apl_str_from(protocol));
}

static void write_ports(gate_asking *asking)
{
    apl_text text;

    asking->tcp.count = join_ranges(asking->tcp.items, asking->tcp.count);
    asking->udp.count = join_ranges(asking->udp.items, asking->udp.count);
    apl_text_init(&text, (size_t)PORTS_SHOWN_MAX * 64);
    for (size_t i = 0; i < asking->tcp.count; i++)
        write_range(&text, asking->tcp.items[i], "");
    for (size_t i = 0; i < asking->udp.count; i++) {
        if (!is_within(asking->udp.items[i], asking->tcp.items, asking->tcp.count))
            write_range(&text, asking->udp.items[i], "/udp");
    }
    asking->best.ports = apl_arena_str(asking->arena, apl_text_str(&text));
    apl_text_free(&text);
}

/* False when a rule that covers the present port tells the protocols apart. */
static bool is_one_protocol(const gate_asking *asking)
{
    size_t end = asking->rules.count;

    for (size_t i = next_active(asking, 0, end); i < end; i = next_active(asking, i + 1, end)) {
        if (asking->rules.items[i]->protocols != (APL_PROTOCOL_TCP | APL_PROTOCOL_UDP))
            return false;
    }
    return true;
}

static void ask_range(gate_asking *asking, apl_arena *arena, apl_port_range range)
{
    gate_cell cell;
    apl_arena *kept = asking->scratch;

    asking->scratch = arena;
    apl_exposure exposure = ask_cell(&cell, asking, APL_PROTOCOL_TCP);
    note_cell(asking, &cell, exposure, APL_PROTOCOL_TCP, range);
    if (!is_one_protocol(asking))
        exposure = ask_cell(&cell, asking, APL_PROTOCOL_UDP);
    note_cell(asking, &cell, exposure, APL_PROTOCOL_UDP, range);
    asking->scratch = kept;
    apl_arena_reset(arena);
}

static void ask_ranges(gate_asking *asking)
{
    apl_arena *arena = apl_arena_new();
    size_t at = 0;

    while (at < asking->events.count && asking->steps <= APL_GATE_STEPS_MAX) {
        uint32_t port = asking->events.items[at].port;
        while (at < asking->events.count && asking->events.items[at].port == port)
            take_event(asking, &asking->events.items[at++]);
        if (at == asking->events.count || !arrives(asking->question, port))
            continue;
        ask_range(asking, arena, (apl_port_range){(uint16_t)port, (uint16_t)(asking->events.items[at].port - 1)});
    }
    apl_arena_free(arena);
}

static void ask(gate_asking *asking)
{
    find_events(asking);
    ask_ranges(asking);
    if (asking->steps <= APL_GATE_STEPS_MAX)
        write_ports(asking);
    else
        asking->best = (apl_gate_answer){.exposure = APL_EXPOSURE_UNKNOWN, .ports = APL_STR("")};
}

/* Equal questions have equal keys: the rules that are looked at, gate by gate, and the ports. */
static apl_str key_of(const gate_asking *asking)
{
    const apl_gate_question *question = asking->question;
    size_t rules = asking->rules.count * sizeof *asking->rules.items;
    size_t starts = (question->gate_count + 1) * sizeof *asking->starts;
    size_t ports = question->port_count * sizeof *question->ports;
    char *key = apl_arena_alloc(asking->scratch, rules + starts + ports + question->gate_count);
    size_t size = rules;

    if (rules)
        memcpy(key, asking->rules.items, rules);
    memcpy(key + size, asking->starts, starts);
    size += starts;
    for (size_t g = 0; g < question->gate_count; g++)
        key[size++] = question->gates[g]->is_unread;
    if (ports)
        memcpy(key + size, question->ports, ports);
    return apl_str_make(key, size + ports);
}

static void ask_once(gate_asking *asking, apl_gate_memory *memory)
{
    apl_str key = memory ? key_of(asking) : APL_STR_NONE;
    uint32_t known = memory ? apl_table_get(memory->numbers, key) : APL_TABLE_NONE;

    if (known != APL_TABLE_NONE) {
        asking->best = memory->answers.items[known];
        return;
    }
    ask(asking);
    if (memory == NULL)
        return;
    (void)apl_table_put(memory->numbers, apl_arena_str(memory->keys, key), (uint32_t)memory->answers.count);
    APL_PUSH(&memory->answers, asking->best);
}

void apl_gate_ask(apl_gate_answer *out, apl_arena *arena, const apl_gate_question *question, apl_gate_memory *memory)
{
    gate_asking asking = {.question = question, .arena = arena, .best.exposure = APL_EXPOSURE_PRIVATE};

    asking.scratch = apl_arena_new();
    choose_rules(&asking);
    ask_once(&asking, memory);
    *out = asking.best;
    apl_memory_free((void *)asking.rules.items);
    apl_memory_free(asking.events.items);
    apl_memory_free(asking.tcp.items);
    apl_memory_free(asking.udp.items);
    apl_arena_free(asking.scratch);
}

void apl_gate_memory_init(apl_gate_memory *memory)
{
    *memory = (apl_gate_memory){.numbers = apl_table_new(false), .keys = apl_arena_new()};
}

void apl_gate_memory_free(apl_gate_memory *memory)
{
    apl_table_free(memory->numbers);
    apl_arena_free(memory->keys);
    apl_memory_free(memory->answers.items);
}

static int compare_rules(const void *a, const void *b)
{
    const apl_gate_rule *x = a;
    const apl_gate_rule *y = b;

    if (x->order != y->order)
        return x->order < y->order ? -1 : 1;
    return (x->index > y->index) - (x->index < y->index);
}

void apl_gate_sort(apl_gate_rule *rules, size_t count)
{
    if (count)
        qsort(rules, count, sizeof *rules, compare_rules);
}
