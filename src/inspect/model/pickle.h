/* inspect/model/pickle.h: runs a pickle without doing anything.
 *
 * A symbolic machine over all opcodes of protocols 0 to 5: it has the stack, the marks and the memo of the real one,
 * but a global is only its name, a call only its callee and arguments. So it sees every name that loading would import
 * and every call that it would make, through whatever detours of the memo. Limits make values `lost`, which is never
 * taken for harmless where it matters. */
#ifndef APL_INSPECT_MODEL_PICKLE_H
#define APL_INSPECT_MODEL_PICKLE_H

#include "inspect/model/model_format.h"

typedef enum apl_pickle_end {
    APL_PICKLE_STOPPED, /* with its last opcode */
    APL_PICKLE_CUT,     /* the bytes ended */
    APL_PICKLE_BROKEN,  /* an opcode that does not exist, or one that the stack cannot serve */
} apl_pickle_end;

typedef struct apl_pickle_outcome {
    apl_pickle_end end;
    const char *fault; /* for BROKEN: what */
    uint64_t start;    /* offset of its first byte */
    uint64_t opcodes;
    unsigned globals;   /* names that it imports */
    unsigned dangerous; /* of them */
    unsigned calls;
    bool is_torch_magic; /* its value is the number that begins a legacy PyTorch file */
    bool has_proto;      /* it begins with the PROTO opcode */
} apl_pickle_outcome;

apl_pickle *apl_pickle_new(void);
void apl_pickle_free(apl_pickle *pickle);

/* Before a member: forgets everything of the one before. */
void apl_pickle_reset(apl_pickle *pickle);

/* Runs the pickle at the input's position to its end; the input stands behind it then. Issues go to the report. */
apl_pickle_outcome apl_pickle_run(apl_pickle *pickle, apl_model_scan *scan, apl_input *input);

/* The same for what is visible of the input, and everything that it changed is taken back: what would come of it? The
 * input stays where it is. */
apl_pickle_outcome apl_pickle_try(apl_pickle *pickle, apl_model_scan *scan, apl_input *input);

/* Bytes of the storages that a legacy PyTorch file has behind its pickles; UINT64_MAX when that was lost. */
uint64_t apl_pickle_storage_bytes(const apl_pickle *pickle);

/* Puts what was learned (tensors, imports) into the facts of the report. */
void apl_pickle_facts(const apl_pickle *pickle, apl_model_scan *scan);

/* Texts and bytes inside the pickle that look like pickles themselves, to be run afterwards. */
size_t apl_pickle_nested_count(const apl_pickle *pickle);
apl_str apl_pickle_nested(const apl_pickle *pickle, size_t index, uint64_t *offset);

/* The first bytes may be a pickle: PROTO, or an opcode that text pickles begin with. */
bool apl_pickle_may_start(apl_str head);

#endif
