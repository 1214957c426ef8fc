/* policy/evidence.h: what an outcome rests on, in rows and in words.
 *
 * Rows are made from the explanation of a condition; everything lives in the arena of the evaluation. */
#ifndef APL_POLICY_EVIDENCE_H
#define APL_POLICY_EVIDENCE_H

#include "policy/definition.h"

/* Rows of one outcome; longer explanations are cut, because nobody reads them. */
#define APL_EVIDENCE_MAX 64

typedef struct apl_evidence_row {
    apl_evidence evidence;
    bool is_words; /* `expected` is a description, not a value */
} apl_evidence_row;

typedef struct apl_evidence_rows {
    apl_arena *arena;
    size_t count;
    apl_evidence_row items[APL_EVIDENCE_MAX];
} apl_evidence_rows;

/* What would have passed at this leaf. */
apl_evidence_row apl_evidence_of_leaf(apl_arena *arena, const apl_trace_leaf *leaf);

/* Adds the leaves of the trace; with `only` those of that outcome, when there are any. `prefix` stands before each
 * path: the id of a related resource, or nothing. */
void apl_evidence_add_trace(apl_evidence_rows *rows, const apl_trace *trace, apl_truth only, apl_str prefix);

/* `properties.a is false, expected true, and 2 more.` Empty without rows. */
apl_str apl_evidence_sentence(const apl_evidence_rows *rows);

/* Hands the rows to the result. */
void apl_evidence_give(apl_policy_result *out, const apl_evidence_rows *rows);

/* Evaluates once more with an explanation; the rows of its leaves are added. */
void apl_evidence_explain(apl_evidence_rows *rows, const apl_condition *condition, const apl_eval *eval,
                          apl_truth outcome, apl_str prefix);

#endif
