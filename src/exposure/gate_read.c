/* exposure/gate_read.c: the rules of an asset, read by the paths that its type names, into a gate.
 *
 * Rules stand in a list in the body, are assets below it, or both. A part that was not read or that is not understood
 * makes its rule unsure, never harmless. */
#include "exposure/gate_read.h"

#include <stdlib.h>

#include "base/limits.h"

typedef struct gate_reading {
    const apl_estate *estate;
    const apl_services *services;
    apl_arena *arena;
    apl_relation_type contains;
    APL_VECTOR(apl_gate_rule) rules;
    APL_VECTOR(apl_span) spans; /* of the rule that is being read */
    APL_VECTOR(apl_port_range) ports;
    APL_VECTOR(apl_str) groups;
    size_t span_total;
    uint64_t widest; /* size of the source that the present rule shows */
    bool is_unread;
} gate_reading;

/* One rule: an item of a list, or a whole asset. */
typedef struct rule_place {
    apl_subject subject;
    bool is_item;
    apl_value item;
} rule_place;

static apl_value value_at(const rule_place *place, const apl_rule_path *path)
{
    apl_value value = place->item;

    if (!place->is_item)
        return apl_subject_value(&place->subject, path->field);
    for (size_t i = 0; i < path->step_count; i++)
        value = apl_value_get(value, path->steps[i]);
    return value;
}

static apl_value first_value(const rule_place *place, const apl_rule_paths *paths)
{
    return paths->count ? value_at(place, &paths->items[0]) : APL_MISSING;
}

/* Calls `take` with each text at the paths: the values themselves, the items of lists, the ids of objects in lists. */
typedef void (*take_text)(gate_reading *reading, apl_gate_rule *rule, apl_str text);

static void each_text(gate_reading *reading, apl_gate_rule *rule, const rule_place *place, const apl_rule_paths *paths,
                      take_text take)
{
    for (size_t p = 0; p < paths->count; p++) {
        apl_value value = value_at(place, &paths->items[p]);
        rule->is_unsure = rule->is_unsure || value.type == APL_VALUE_UNREAD;
        if (value.type == APL_VALUE_STRING)
            take(reading, rule, apl_value_str(value));
        for (uint32_t i = 0; value.type == APL_VALUE_ARRAY && i < value.size && i < APL_GATE_SPANS_MAX; i++) {
            apl_value item = value.items[i];
            take(reading, rule, apl_value_str(item.type == APL_VALUE_OBJECT ? apl_value_member(item, "id") : item));
        }
    }
}

static bool is_text(apl_str text, const char *const *words)
{
    for (size_t i = 0; words[i]; i++) {
        if (apl_str_equal_nocase(text, apl_str_from(words[i])))
            return true;
    }
    return false;
}

/* Service tags that mean all or none of the callers outside (Azure, "Virtual network service tags"). */
static const char *const everybody[] = {"*", "Any", "Internet", "0.0.0.0/0", "::/0", NULL};
static const char *const nobody[] = {"VirtualNetwork", "AzureLoadBalancer", NULL};

/* A name such as AzureCloud.WestEurope; anything else that is no address is not understood. */
static bool is_service_tag(apl_str text)
{
    bool is_letter = false;

    for (uint32_t i = 0; i < text.size; i++) {
        char c = apl_char_lower(text.data[i]);
        is_letter = c >= 'a' && c <= 'z';
        if (!is_letter && (i == 0 || !((c >= '0' && c <= '9') || c == '.' || c == '_')))
            return false;
    }
    return text.size > 0;
}

/* "a.b.c.d-e.f.g.h" as some providers write it. */
static bool parse_span(apl_span *out, apl_str text)
{
    long dash = apl_str_find(text, APL_STR("-"));
    apl_network a;
    apl_network b;

    if (dash <= 0)
        return apl_network_parse(&a, text) ? (*out = apl_span_of(&a), true) : false;
    if (!apl_network_parse(&a, apl_str_slice(text, 0, (size_t)dash)) ||
        !apl_network_parse(&b, apl_str_slice(text, (size_t)dash + 1, text.size)) || a.size != b.size)
        return false;
    *out = (apl_span){apl_span_of(&a).first, apl_span_of(&b).last};
    return out->first <= out->last;
}

/* The widest source as it is written is shown; of sources without addresses the first. */
static void note_range(gate_reading *reading, apl_gate_rule *rule, apl_str text, uint64_t size)
{
    if (rule->range.size && size <= reading->widest)
        return;
    rule->range = text;
    reading->widest = size;
}

static void take_source(gate_reading *reading, apl_gate_rule *rule, apl_str text)
{
    apl_span span;

    text = apl_str_trim(text);
    if (is_text(text, everybody)) {
        rule->is_everybody = true;
        note_range(reading, rule, text, UINT64_MAX);
        for (size_t i = 0; i < apl_spans_public.count; i++)
            APL_PUSH(&reading->spans, apl_spans_public.items[i]);
    } else if (parse_span(&span, text)) {
        note_range(reading, rule, text, apl_spans_size((apl_span_set){&span, 1}));
        APL_PUSH(&reading->spans, span);
    } else if (text.size && !is_text(text, nobody)) {
        rule->has_trusted = rule->has_trusted || is_service_tag(text);
        rule->is_unsure = rule->is_unsure || !is_service_tag(text);
        note_range(reading, rule, text, 0);
    }
}

static void take_trusted(gate_reading *reading, apl_gate_rule *rule, apl_str text)
{
    (void)reading;
    rule->has_trusted = rule->has_trusted || text.size > 0;
    if (rule->range.size == 0)
        rule->range = text;
}

static void take_destination(gate_reading *reading, apl_gate_rule *rule, apl_str text)
{
    apl_span span;

    text = apl_str_trim(text);
    if (is_text(text, everybody) || is_text(text, nobody))
        rule->is_anywhere = true;
    else if (parse_span(&span, text))
        APL_PUSH(&reading->spans, span);
    else
        rule->has_other_destination = rule->has_other_destination || text.size > 0;
}

static void take_group(gate_reading *reading, apl_gate_rule *rule, apl_str text)
{
    (void)rule;
    if (text.size)
        APL_PUSH(&reading->groups, text);
}

static bool parse_port(uint16_t *out, apl_str text)
{
    unsigned value = 0;

    text = apl_str_trim(text);
    if (text.size == 0 || text.size > 5)
        return false;
    for (uint32_t i = 0; i < text.size; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return false;
        value = value * 10 + (unsigned)(text.data[i] - '0');
    }
    *out = (uint16_t)value;
    return value <= UINT16_MAX;
}

static void take_port(gate_reading *reading, apl_gate_rule *rule, apl_str text)
{
    apl_port_range range = {0, UINT16_MAX};
    long dash = apl_str_find(text, APL_STR("-"));
    apl_str first = dash < 0 ? text : apl_str_slice(text, 0, (size_t)dash);
    apl_str last = dash < 0 ? text : apl_str_slice(text, (size_t)dash + 1, text.size);
    bool is_all = apl_str_equal(apl_str_trim(text), APL_STR("*"));

    if (text.size == 0)
        return;
    bool is_known = is_all || (parse_port(&range.first, first) && parse_port(&range.last, last));
    if (is_known && range.first <= range.last)
        APL_PUSH(&reading->ports, range);
    else
        rule->is_unsure = true;
}

static uint8_t protocols_of(apl_str text)
{
    if (apl_str_equal_nocase(text, APL_STR("tcp")) || apl_str_equal(text, APL_STR("6")))
        return APL_PROTOCOL_TCP;
    if (apl_str_equal_nocase(text, APL_STR("udp")) || apl_str_equal(text, APL_STR("17")))
        return APL_PROTOCOL_UDP;
    bool is_any = text.size == 0 || apl_str_equal(text, APL_STR("*")) || apl_str_equal_nocase(text, APL_STR("any"));
    return is_any ? APL_PROTOCOL_TCP | APL_PROTOCOL_UDP : 0; /* pings and the like open no connection */
}

static apl_span_set keep_spans(gate_reading *reading)
{
    size_t count = reading->spans.count;
    apl_span *items = APL_ARENA_ARRAY(reading->arena, apl_span, count);

    if (count)
        memcpy(items, reading->spans.items, count * sizeof *items);
    reading->spans.count = 0;
    reading->span_total += count;
    return apl_spans_tidy(items, count);
}

static void read_sources(gate_reading *reading, apl_gate_rule *rule, const rule_place *place,
                         const apl_filter_rules *paths)
{
    reading->spans.count = 0;
    reading->widest = 0;
    each_text(reading, rule, place, &paths->sources, take_source);
    each_text(reading, rule, place, &paths->trusted, take_trusted);
    if (paths->sources.count == 0) {
        rule->is_everybody = true;
        for (size_t i = 0; i < apl_spans_public.count; i++)
            APL_PUSH(&reading->spans, apl_spans_public.items[i]);
    }
    rule->sources = keep_spans(reading);
}

static void read_destinations(gate_reading *reading, apl_gate_rule *rule, const rule_place *place,
                              const apl_filter_rules *paths)
{
    reading->groups.count = 0;
    each_text(reading, rule, place, &paths->destinations, take_destination);
    each_text(reading, rule, place, &paths->destination_groups, take_group);
    rule->destinations = keep_spans(reading);
    apl_str *groups = APL_ARENA_ARRAY(reading->arena, apl_str, reading->groups.count);
    if (reading->groups.count)
        memcpy(groups, reading->groups.items, reading->groups.count * sizeof *groups);
    rule->groups = groups;
    rule->group_count = reading->groups.count;
    rule->is_anywhere =
        rule->is_anywhere || (rule->destinations.count == 0 && rule->group_count == 0 && !rule->has_other_destination);
}

static void read_ports(gate_reading *reading, apl_gate_rule *rule, const rule_place *place,
                       const apl_filter_rules *paths)
{
    reading->ports.count = 0;
    each_text(reading, rule, place, &paths->ports, take_port);
    if (reading->ports.count == 0)
        APL_PUSH(&reading->ports, ((apl_port_range){0, UINT16_MAX}));
    apl_port_range *ports = APL_ARENA_ARRAY(reading->arena, apl_port_range, reading->ports.count);
    memcpy(ports, reading->ports.items, reading->ports.count * sizeof *ports);
    rule->ports = ports;
    rule->port_count = reading->ports.count;
    reading->span_total += rule->port_count;
}

/* Whether the rule is about callers at all. */
static bool applies(apl_gate_rule *rule, const rule_place *place, const apl_filter_rules *paths)
{
    apl_value value = first_value(place, &paths->applies);

    rule->is_unsure = rule->is_unsure || value.type == APL_VALUE_UNREAD;
    if (paths->applies.count == 0 || value.type == APL_VALUE_UNREAD)
        return true;
    return apl_str_equal_nocase(apl_value_str(value), paths->applies_equals);
}

static void read_rule(gate_reading *reading, const rule_place *place, const apl_filter_rules *paths, apl_gate_rule rule)
{
    if (reading->rules.count == APL_GATE_RULES_MAX || reading->span_total > APL_GATE_SPANS_MAX) {
        reading->is_unread = true;
        return;
    }
    if (!applies(&rule, place, paths))
        return;
    apl_value order = first_value(place, &paths->order);
    apl_value allow = first_value(place, &paths->allow);
    apl_value protocol = first_value(place, &paths->protocol);
    rule.is_unsure = rule.is_unsure || allow.type == APL_VALUE_UNREAD || protocol.type == APL_VALUE_UNREAD ||
                     order.type == APL_VALUE_UNREAD;
    rule.index = (uint32_t)reading->rules.count;
    rule.order = order.type == APL_VALUE_INTEGER ? order.integer : paths->order.count ? INT64_MAX : 0;
    rule.allows = paths->allow.count == 0 || apl_str_equal_nocase(apl_value_str(allow), paths->allow_equals);
    rule.protocols = protocols_of(apl_value_str(protocol));
    read_sources(reading, &rule, place, paths);
    read_destinations(reading, &rule, place, paths);
    read_ports(reading, &rule, place, paths);
    APL_PUSH(&reading->rules, rule);
}

static void read_list(gate_reading *reading, const apl_asset *asset, apl_asset_id number, const apl_filter_rules *paths)
{
    apl_subject subject = {NULL, asset, asset->plan};
    apl_value list = apl_subject_value(&subject, paths->list);

    reading->is_unread = reading->is_unread || list.type == APL_VALUE_UNREAD;
    for (uint32_t i = 0; list.type == APL_VALUE_ARRAY && i < list.size; i++) {
        rule_place place = {.subject = subject, .is_item = true, .item = list.items[i]};
        apl_gate_rule rule = {.asset = number};
        rule.path = apl_arena_format(reading->arena, "%.*s[%u]", APL_STR_ARG(paths->list_path), i);
        read_rule(reading, &place, paths, rule);
    }
}

static bool is_in_list(const apl_asset *asset, const apl_filter_rules *paths, apl_str id)
{
    apl_subject subject = {NULL, asset, asset->plan};
    apl_value list = paths->has_list ? apl_subject_value(&subject, paths->list) : APL_MISSING;

    for (uint32_t i = 0; list.type == APL_VALUE_ARRAY && i < list.size; i++) {
        rule_place place = {.subject = subject, .is_item = true, .item = list.items[i]};
        if (apl_str_equal_nocase(apl_value_str(first_value(&place, &paths->id)), id))
            return true;
    }
    return false;
}

/* Rules that are documents of their own. False when there is none. */
static bool read_contained(gate_reading *reading, const apl_asset *asset, apl_asset_id number,
                           const apl_filter_rules *paths)
{
    const apl_estate *estate = reading->estate;
    bool has_any = false;

    for (uint32_t i = estate->relations_out[number]; i < estate->relations_out[number + 1]; i++) {
        const apl_relation *relation = &estate->relations.items[i];
        const apl_asset *child = &estate->assets.items[relation->to];
        if (relation->type != reading->contains || reading->is_unread)
            continue;
        const apl_type *type = apl_services_find(reading->services, child->type);
        bool is_rule = type && type->exposure.rules.is_given && !type->exposure.rules.has_list &&
                       !type->exposure.rules.has_contained;
        if (!is_rule || is_in_list(asset, paths, child->id))
            continue;
        has_any = true;
        reading->is_unread = reading->is_unread || !child->is_read;
        rule_place place = {.subject = {NULL, child, child->plan}};
        apl_gate_rule rule = {.asset = relation->to};
        if (child->is_read)
            read_rule(reading, &place, &type->exposure.rules, rule);
    }
    return has_any;
}

const apl_gate *apl_gate_read(apl_arena *arena, const apl_estate *estate, const apl_services *services,
                              apl_asset_id number)
{
    const apl_asset *asset = &estate->assets.items[number];
    const apl_type *type = apl_services_find(services, asset->type);
    gate_reading reading = {
        .estate = estate,
        .services = services,
        .arena = arena,
        .contains = apl_vocabulary_relation(estate->vocabulary, APL_STR("contains")),
    };
    apl_gate *gate = APL_ARENA_NEW(arena, apl_gate);

    gate->asset = number;
    gate->is_unread = true;
    if (type == NULL || !type->exposure.rules.is_given || !asset->is_read)
        return gate;
    const apl_filter_rules *paths = &type->exposure.rules;
    if (paths->has_list)
        read_list(&reading, asset, number, paths);
    bool has_any = paths->has_contained && read_contained(&reading, asset, number, paths);
    /* Where rules are documents only, no document may as well mean that nobody read them. */
    gate->is_unread = reading.is_unread || (!paths->has_list && !has_any);
    apl_gate_rule *rules = APL_ARENA_ARRAY(arena, apl_gate_rule, reading.rules.count);
    if (reading.rules.count)
        memcpy(rules, reading.rules.items, reading.rules.count * sizeof *rules);
    apl_gate_sort(rules, reading.rules.count);
    gate->rules = rules;
    gate->rule_count = reading.rules.count;
    apl_memory_free(reading.rules.items);
    apl_memory_free(reading.spans.items);
    apl_memory_free(reading.ports.items);
    apl_memory_free(reading.groups.items);
    return gate;
}
