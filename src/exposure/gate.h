/* exposure/gate.h: what a list of rules lets in, first match by order, over all addresses and ports at once.
 *
 * A gate is a security group made ready: read once an asset, then asked for each asset behind it. Several gates in a
 * row must all let a caller in. Only callers from outside are asked about; what no rule names is denied. */
#ifndef APL_EXPOSURE_GATE_H
#define APL_EXPOSURE_GATE_H

#include "base/table.h"
#include "exposure/address.h"
#include "model/estate.h"

/* Azure allows 1,000 rules a group, 4,000 addresses and ports in them. A larger gate is unread. */
#define APL_GATE_RULES_MAX 2000
#define APL_GATE_SPANS_MAX 16384

/* Rules that one question may look at, counted again for each stretch of ports; more is unknown. */
#define APL_GATE_STEPS_MAX (1u << 20)

/* Gates in a row: those of an interface and of its subnet are two. */
#define APL_GATE_ROW_MAX 16

enum { APL_PROTOCOL_TCP = 1, APL_PROTOCOL_UDP = 2 };

typedef struct apl_port_range {
    uint16_t first;
    uint16_t last;
} apl_port_range;

typedef struct apl_gate_rule {
    int64_t order;
    uint32_t index; /* where it was read; decides between equal orders */
    uint8_t protocols;
    bool allows;
    bool is_unsure;    /* a part of it was not read or not understood */
    bool is_everybody; /* its source is any address */
    bool has_trusted;  /* its source is also somebody outside who is known: a service of the vendor */
    bool is_anywhere;  /* it is about every destination */
    apl_span_set sources;
    const apl_port_range *ports;
    size_t port_count;
    apl_span_set destinations; /* when not is_anywhere */
    const apl_str *groups;     /* the same: ids of groups of destinations */
    size_t group_count;
    bool has_other_destination; /* a destination that is neither address nor group */
    apl_str range;              /* its widest source as it is written */
    apl_asset_id asset;
    apl_str path;
} apl_gate_rule;

typedef struct apl_gate {
    apl_asset_id asset;
    bool is_unread;
    const apl_gate_rule *rules; /* by order */
    size_t rule_count;
} apl_gate;

typedef struct apl_gate_question {
    const apl_gate *const *gates;
    size_t gate_count;
    const uint64_t *addresses; /* of the asset behind the gates; none: not known */
    size_t address_count;
    const apl_str *groups;
    size_t group_count;
    const apl_port_range *ports; /* only these arrive at the gates */
    size_t port_count;
} apl_gate_question;

typedef struct apl_gate_answer {
    apl_exposure exposure;     /* internet, trusted, private; unknown: what was not read may let somebody in */
    uint64_t size;             /* of the widest set of callers, in addresses */
    apl_str ports;             /* that have this exposure; TCP, then those of UDP alone with /udp. In the arena. */
    const apl_gate_rule *rule; /* of the first gate, the one that lets most of them in; NULL: none */
} apl_gate_answer;

/* Answers that were given before: most assets behind one gate ask the same. */
typedef struct apl_gate_memory {
    apl_table *numbers; /* key of the question -> number of its answer */
    apl_arena *keys;
    APL_VECTOR(apl_gate_answer) answers;
} apl_gate_memory;

void apl_gate_memory_init(apl_gate_memory *memory);
void apl_gate_memory_free(apl_gate_memory *memory);

/* Texts of the answer live in `arena`, which must outlive `memory`; that may be NULL. */
void apl_gate_ask(apl_gate_answer *out, apl_arena *arena, const apl_gate_question *question, apl_gate_memory *memory);

/* Sorts the rules into the order in which they match. */
void apl_gate_sort(apl_gate_rule *rules, size_t count);

/* private < trusted < unknown < internet: the wider of two counts, and nobody can tell how wide unknown is. */
unsigned apl_exposure_rank(apl_exposure exposure);

#endif
