/* evaluate/attestation.h: what a person states about a control, with an owner and an end.
 *
 * An attestation file is YAML: {attestations: [...]} of {control, owner, note, attested, expires} and, when they say
 * more, {claim, file, sha256}. It is meant to be reviewed like code. The newest statement about a control counts. A
 * statement adds to what checks say and never takes a failed check back. */
#ifndef APL_EVALUATE_ATTESTATION_H
#define APL_EVALUATE_ATTESTATION_H

#include "base/clock.h"
#include "base/memory.h"
#include "base/status.h"
#include "json/value.h"

/* Bytes of a file that stands behind a statement. */
#define APL_ATTESTED_FILE_BYTES_MAX (256u << 20)

typedef enum apl_attestation_state {
    APL_ATTESTATION_VALID = 0,
    APL_ATTESTATION_EXPIRED,
    APL_ATTESTATION_CHANGED, /* the file behind it is at hand and is another one now */
} apl_attestation_state;
extern const char *const apl_attestation_names[]; /* by apl_attestation_state */

typedef struct apl_attestation {
    apl_str control; /* framework:id, as written */
    apl_str owner;
    apl_str note;
    apl_str file;   /* relative to the attestation file; empty: none */
    apl_str sha256; /* of that file when it was attested */
    apl_str attested;
    apl_str expires;
    bool excludes; /* claim: not-applicable, with the reason in the note */
    bool has_file; /* the file is at hand, and was compared */
    bool is_changed;
    apl_instant attested_at;
    apl_instant expires_at; /* the first instant at which it no longer holds */
} apl_attestation;

typedef struct apl_attestations apl_attestations;

apl_attestations *apl_attestations_new(void);
void apl_attestations_free(apl_attestations *attestations); /* NULL is allowed */

/* Adds one parsed file; files behind statements are looked for beside `file_name` and compared. APL_E_USAGE for a
 * statement without control, owner, note, attested or expires. */
apl_status apl_attestations_add(apl_attestations *attestations, apl_value file, const char *file_name);

/* The newest statement about framework:control, or NULL. */
const apl_attestation *apl_attestations_find(const apl_attestations *attestations, apl_str framework, apl_str control);

size_t apl_attestations_count(const apl_attestations *attestations);
const apl_attestation *apl_attestations_at(const apl_attestations *attestations, size_t index);

apl_attestation_state apl_attestation_state_at(const apl_attestation *attestation, apl_instant now);

/* One statement as it stands in such a file: a list item, two spaces in, ending with a line end. */
void apl_attestation_write(apl_text *out, const apl_attestation *attestation);

/* Where the file behind a statement is: beside the attestation file, unless its path is absolute. */
apl_str apl_attestation_path(apl_arena *arena, apl_str file, const char *beside);

/* Lower-case hexadecimal SHA-256 of a file, in `arena`. */
apl_status apl_attestation_hash(apl_str *out, apl_arena *arena, const char *path);

#endif
