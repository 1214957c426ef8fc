/* tests/unit/test_gate.c: rules by order, first match, against an implementation that tries every place.
 *
 * The slow one asks each port and protocol for each stretch of addresses between any two ends of rules, rule by
 * rule. */
#include "test_random.h"

#include <stdlib.h>

#include "exposure/gate.h"

#define PORTS 40u /* rules of the random gates begin and end below; all ports above are alike */
#define EDGES_MAX 256u

typedef struct slow_cell {
    uint64_t size;
    bool has_known; /* some caller, with an address or without */
    bool has_wide;
    bool has_trusted;
    bool is_unsure;
} slow_cell;

static bool slow_covers(const apl_gate_rule *rule, unsigned protocol, unsigned port)
{
    bool covers = false;

    for (size_t i = 0; i < rule->port_count; i++)
        covers = covers || (port >= rule->ports[i].first && port <= rule->ports[i].last);
    return covers && (rule->protocols & protocol);
}

/* The outcome for one address: 1 allowed, 0 denied, -1 an unsure rule comes first. */
static int slow_address(const apl_gate *gate, unsigned protocol, unsigned port, uint64_t address)
{
    for (size_t i = 0; i < gate->rule_count; i++) {
        const apl_gate_rule *rule = &gate->rules[i];
        if (!slow_covers(rule, protocol, port))
            continue;
        if (rule->is_unsure)
            return -1;
        if (apl_spans_has(rule->sources, address))
            return rule->allows;
    }
    return 0;
}

/* Known callers without addresses of their own: those of the first rule about everybody or about them. */
static bool slow_trusted(const apl_gate *gate, unsigned protocol, unsigned port)
{
    for (size_t i = 0; i < gate->rule_count; i++) {
        const apl_gate_rule *rule = &gate->rules[i];
        if (!slow_covers(rule, protocol, port))
            continue;
        if (rule->is_unsure || (rule->is_everybody && !(rule->allows && rule->has_trusted)))
            return false;
        if (rule->has_trusted && rule->allows)
            return true;
    }
    return false;
}

static int compare_edges(const void *a, const void *b)
{
    const uint64_t *x = a;
    const uint64_t *y = b;

    return (*x > *y) - (*x < *y);
}

static size_t edges_of(uint64_t *edges, const apl_gate_question *question)
{
    size_t count = 0;

    for (size_t i = 0; i < apl_spans_public.count; i++) {
        edges[count++] = apl_spans_public.items[i].first;
        edges[count++] = apl_spans_public.items[i].last + 1;
    }
    for (size_t g = 0; g < question->gate_count; g++) {
        for (size_t r = 0; r < question->gates[g]->rule_count; r++) {
            const apl_span_set *set = &question->gates[g]->rules[r].sources;
            for (size_t i = 0; i < set->count && count + 2 < EDGES_MAX; i++) {
                edges[count++] = set->items[i].first;
                edges[count++] = set->items[i].last + 1;
            }
        }
    }
    qsort(edges, count, sizeof *edges, compare_edges);
    return count;
}

static bool slow_is_unsure(const apl_gate *gate, unsigned protocol, unsigned port, uint64_t *edges, size_t count)
{
    for (size_t i = 0; i + 1 < count; i++) {
        if (edges[i] < edges[i + 1] && apl_spans_has(apl_spans_public, edges[i]) &&
            slow_address(gate, protocol, port, edges[i]) < 0)
            return true;
    }
    return false;
}

static apl_exposure slow_exposure(const apl_gate_question *question, unsigned protocol, unsigned port, uint64_t *size)
{
    uint64_t edges[EDGES_MAX];
    size_t count = edges_of(edges, question);
    bool is_unsure = false;
    bool has_trusted = false;
    bool takes_trusted = true;
    bool is_closed = false;

    *size = 0;
    for (size_t i = 0; i + 1 < count; i++) {
        apl_span span = {edges[i], edges[i + 1] - 1};
        bool is_in = edges[i] < edges[i + 1] && apl_spans_has(apl_spans_public, edges[i]);
        for (size_t g = 0; is_in && g < question->gate_count; g++)
            is_in = slow_address(question->gates[g], protocol, port, edges[i]) == 1;
        *size += is_in ? apl_spans_size((apl_span_set){&span, 1}) : 0;
    }
    for (size_t g = 0; g < question->gate_count; g++) {
        const apl_gate *gate = question->gates[g];
        uint64_t own = 0;
        for (size_t i = 0; i + 1 < count; i++) {
            apl_span span = {edges[i], edges[i + 1] - 1};
            if (edges[i] < edges[i + 1] && apl_spans_has(apl_spans_public, edges[i]) &&
                slow_address(gate, protocol, port, edges[i]) == 1)
                own += apl_spans_size((apl_span_set){&span, 1});
        }
        bool trusts = slow_trusted(gate, protocol, port);
        bool unsure = gate->is_unread || slow_is_unsure(gate, protocol, port, edges, count);
        has_trusted = has_trusted || trusts;
        takes_trusted = takes_trusted && (trusts || own >= APL_SPANS_INTERNET);
        is_unsure = is_unsure || unsure;
        is_closed = is_closed || !(own || trusts || unsure);
    }
    if (is_closed)
        return APL_EXPOSURE_PRIVATE;
    if (*size >= APL_SPANS_INTERNET)
        return APL_EXPOSURE_INTERNET;
    if (is_unsure)
        return APL_EXPOSURE_UNKNOWN;
    return *size || (has_trusted && takes_trusted) ? APL_EXPOSURE_TRUSTED : APL_EXPOSURE_PRIVATE;
}

/* ---- Random gates ---- */

static apl_span_set random_sources(random_source *random, apl_arena *arena, apl_gate_rule *rule)
{
    static const char *const networks[] = {"0.0.0.0/0",  "0.0.0.0/1",     "128.0.0.0/1",     "8.0.0.0/7",
                                           "8.0.0.0/8",  "9.0.0.0/9",     "198.51.100.0/24", "198.51.100.7",
                                           "10.0.0.0/8", "2001:db8::/32", "2001:db8:1::/48", "203.0.113.0/25"};
    size_t count = random_below(random, 3);
    apl_span *items = APL_ARENA_ARRAY(arena, apl_span, count + apl_spans_public.count);

    rule->is_everybody = random_below(random, 5) == 0;
    rule->has_trusted = random_below(random, 6) == 0;
    for (size_t i = 0; i < count; i++) {
        apl_network net;
        size_t pick = random_below(random, sizeof networks / sizeof *networks);
        assert_true(apl_network_parse(&net, apl_str_from(networks[pick])));
        items[i] = apl_span_of(&net);
    }
    for (size_t i = 0; rule->is_everybody && i < apl_spans_public.count; i++)
        items[count++] = apl_spans_public.items[i];
    return apl_spans_tidy(items, count);
}

static apl_port_range *random_ports(random_source *random, apl_arena *arena, size_t *count)
{
    *count = 1 + random_below(random, 2);
    apl_port_range *ports = APL_ARENA_ARRAY(arena, apl_port_range, *count);
    for (size_t i = 0; i < *count; i++) {
        ports[i].first = (uint16_t)random_below(random, PORTS - 4);
        ports[i].last = (uint16_t)(ports[i].first + random_below(random, 4));
        if (random_below(random, 4) == 0)
            ports[i] = (apl_port_range){0, UINT16_MAX};
    }
    return ports;
}

static apl_gate *random_gate(random_source *random, apl_arena *arena, bool is_sure)
{
    static const uint8_t protocols[] = {APL_PROTOCOL_TCP, APL_PROTOCOL_UDP, APL_PROTOCOL_TCP | APL_PROTOCOL_UDP,
                                        APL_PROTOCOL_TCP | APL_PROTOCOL_UDP, 0};
    apl_gate *gate = APL_ARENA_NEW(arena, apl_gate);
    size_t count = random_below(random, 9);
    apl_gate_rule *rules = APL_ARENA_ARRAY(arena, apl_gate_rule, count);

    gate->is_unread = !is_sure && random_below(random, 12) == 0;
    for (size_t i = 0; i < count; i++) {
        rules[i].order = random_below(random, 6);
        rules[i].index = (uint32_t)i;
        rules[i].allows = random_below(random, 5) < 3;
        rules[i].is_unsure = !is_sure && random_below(random, 12) == 0;
        rules[i].is_anywhere = true;
        rules[i].protocols = protocols[random_below(random, 5)];
        rules[i].sources = random_sources(random, arena, &rules[i]);
        rules[i].ports = random_ports(random, arena, &rules[i].port_count);
    }
    apl_gate_sort(rules, count);
    gate->rules = rules;
    gate->rule_count = gate->is_unread ? 0 : count;
    return gate;
}

/* True when the text names the port for the protocol. */
static bool names_port(apl_str ports, unsigned protocol, unsigned port)
{
    apl_str rest = ports;
    apl_str part;

    while (apl_str_next(&part, &rest, ',')) {
        char copy[32] = "";
        char *end = copy;
        part = apl_str_trim(part);
        memcpy(copy, part.data, part.size < 31 ? part.size : 31);
        unsigned long first = strtoul(copy, &end, 10);
        unsigned long last = *end == '-' ? strtoul(end + 1, &end, 10) : first;
        bool is_udp = apl_str_ends(part, APL_STR("/udp"));
        if (port >= first && port <= last && (!is_udp || protocol == APL_PROTOCOL_UDP))
            return true;
    }
    return false;
}

/* The first and the second time the answer is the same as without memory. */
static void remembers(apl_arena *arena, const apl_gate_question *question, const apl_gate_answer *answer)
{
    apl_gate_memory memory;

    apl_gate_memory_init(&memory);
    for (unsigned i = 0; i < 2; i++) {
        apl_gate_answer again;
        apl_gate_ask(&again, arena, question, &memory);
        assert_int_equal(again.exposure, answer->exposure);
        assert_int_equal(again.size, answer->size);
        assert_ptr_equal(again.rule, answer->rule);
        assert_true(apl_str_equal(again.ports, answer->ports));
    }
    assert_int_equal(memory.answers.count, 1);
    apl_gate_memory_free(&memory);
}

static void compare(const apl_gate_question *question, unsigned round)
{
    apl_arena *arena = apl_arena_new();
    apl_exposure seen[2][PORTS];
    apl_exposure best = APL_EXPOSURE_PRIVATE;
    uint64_t widest = 0;
    apl_gate_answer answer;

    for (unsigned p = 0; p < 2; p++) {
        for (unsigned port = 0; port < PORTS; port++) {
            uint64_t size;
            seen[p][port] = slow_exposure(question, p ? APL_PROTOCOL_UDP : APL_PROTOCOL_TCP, port, &size);
            unsigned rank = apl_exposure_rank(seen[p][port]);
            if (rank > apl_exposure_rank(best) || (rank == apl_exposure_rank(best) && size > widest))
                widest = size;
            if (rank > apl_exposure_rank(best))
                best = seen[p][port];
        }
    }
    apl_gate_ask(&answer, arena, question, NULL);
    if (answer.exposure != best)
        fail_msg("round %u: %s, should be %s", round, apl_exposure_names[answer.exposure], apl_exposure_names[best]);
    for (unsigned port = 0; port < PORTS && best != APL_EXPOSURE_PRIVATE; port++) {
        bool is_tcp = names_port(answer.ports, APL_PROTOCOL_TCP, port);
        bool is_udp = names_port(answer.ports, APL_PROTOCOL_UDP, port);
        if (is_tcp != (seen[0][port] == best))
            fail_msg("round %u: port %u in \"%.*s\"", round, port, APL_STR_ARG(answer.ports));
        /* A range of TCP stands for UDP too, so only what UDP alone has must be there. */
        if (seen[1][port] == best && !is_udp)
            fail_msg("round %u: port %u/udp in \"%.*s\"", round, port, APL_STR_ARG(answer.ports));
    }
    if (best == APL_EXPOSURE_INTERNET || best == APL_EXPOSURE_TRUSTED)
        assert_int_equal(answer.size, widest);
    remembers(arena, question, &answer);
    apl_arena_free(arena);
}

static void compare_many(uint64_t seed, unsigned rounds, size_t gates_max, bool is_sure)
{
    static const apl_port_range all[] = {{0, UINT16_MAX}};
    random_source random = {seed};

    for (unsigned round = 0; round < rounds; round++) {
        apl_arena *arena = apl_arena_new();
        const apl_gate *gates[3];
        apl_gate_question question = {.gates = gates, .ports = all, .port_count = 1};
        question.gate_count = 1 + random_below(&random, (uint32_t)gates_max);
        for (size_t g = 0; g < question.gate_count; g++)
            gates[g] = random_gate(&random, arena, is_sure);
        compare(&question, round);
        apl_arena_free(arena);
    }
}

static void one_gate_is_as_the_slow_one_says(void **state)
{
    (void)state;
    compare_many(1, 1500, 1, true);
}

static void gates_in_a_row_are_as_the_slow_one_says(void **state)
{
    (void)state;
    compare_many(2, 800, 3, true);
}

static void what_was_not_read_is_as_the_slow_one_says(void **state)
{
    (void)state;
    compare_many(3, 1500, 2, false);
}

/* Each second rule about every port, the others each about one: more to look at than the limit, unknown, and soon. */
static void too_many_cells_are_unknown(void **state)
{
    enum { RULES = 2000 };
    static const apl_port_range all[] = {{0, UINT16_MAX}};
    apl_arena *arena = apl_arena_new();
    apl_gate_rule *rules = APL_ARENA_ARRAY(arena, apl_gate_rule, RULES);
    apl_port_range *ports = APL_ARENA_ARRAY(arena, apl_port_range, RULES);
    apl_gate_answer answer;
    (void)state;

    for (unsigned i = 0; i < RULES; i++) {
        ports[i] = i % 2 ? (apl_port_range){0, UINT16_MAX} : (apl_port_range){(uint16_t)(i * 3), (uint16_t)(i * 3)};
        rules[i] = (apl_gate_rule){.order = i, .protocols = APL_PROTOCOL_TCP, .is_anywhere = true, .ports = &ports[i]};
        rules[i].port_count = 1;
    }
    apl_gate gate = {.rules = rules, .rule_count = RULES};
    const apl_gate *gates[] = {&gate};
    apl_gate_question question = {.gates = gates, .gate_count = 1, .ports = all, .port_count = 1};
    apl_gate_ask(&answer, arena, &question, NULL);
    assert_int_equal(answer.exposure, APL_EXPOSURE_UNKNOWN);
    apl_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_gate_is_as_the_slow_one_says),
        cmocka_unit_test(gates_in_a_row_are_as_the_slow_one_says),
        cmocka_unit_test(what_was_not_read_is_as_the_slow_one_says),
        cmocka_unit_test(too_many_cells_are_unknown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
