/* evaluate/baseline.h: an accepted posture as a file that can be reviewed like code.
 *
 * JSON lines, sorted: a first line that says what it is, then one line an asset (its body made clean, see
 * drift_values.h), a relation, a failed finding and an attack path. No times but that of the scan in the first line, so
 * that accepting the same posture again changes one line. It names every failed finding that was accepted: a new one on
 * the same asset is new.
 */
#ifndef APL_EVALUATE_BASELINE_H
#define APL_EVALUATE_BASELINE_H

#include "evaluate/drift.h"

/* Bytes of one baseline file, 1.5 KB an asset: a million assets and more. */
#define APL_BASELINE_BYTES_MAX (UINT64_C(3) << 30)

/* Bytes of one line: a document, and what stands around it. */
#define APL_BASELINE_LINE_BYTES_MAX (65u << 20)

/* Writes the lines of a snapshot; `write` gets whole lines. */
apl_status apl_baseline_write(const apl_drift_side *side, apl_status (*write)(void *context, apl_str lines),
                              void *context);

/* Reads a baseline; the text must outlive *out. Kinds and relations that the vocabulary lacks are left out. Freed by
 * apl_baseline_free; bodies are in out->bodies. APL_E_USAGE names file and line. */
apl_status apl_baseline_read(apl_snapshot *out, const apl_vocabulary *vocabulary, apl_str text, const char *file_name);

/* The failed findings of a baseline: id -> severity. The caller frees the table; its keys belong to the baseline. */
apl_table *apl_baseline_accepted(const apl_snapshot *baseline);

/* Gives a baseline back; an empty one is allowed. */
void apl_baseline_free(apl_snapshot *baseline);

#endif
