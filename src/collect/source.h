/* collect/source.h: the words that name a live source: azure:[SUBSCRIPTION], entra:, copilot-studio:[URL],
 * purview:[ACCOUNT].
 *
 * A word of that form is a live source unless a file of that name exists, which the command looks after. */
#ifndef APL_COLLECT_SOURCE_H
#define APL_COLLECT_SOURCE_H

#include "base/memory.h"
#include "base/status.h"

typedef enum apl_source_kind {
    APL_SOURCE_AZURE = 0,
    APL_SOURCE_ENTRA,
    APL_SOURCE_COPILOT_STUDIO,
    APL_SOURCE_PURVIEW,
    APL_SOURCE_KINDS,
} apl_source_kind;

typedef struct apl_source {
    apl_source_kind kind;
    apl_str what; /* behind the colon: a subscription, an address, an account; empty: all */
} apl_source;

/* The names with spaces between, each with its colon. */
#define APL_SOURCE_NAMES "azure: entra: copilot-studio: purview:"

/* True for a word with the form of a live source: small letters and dashes before a colon. */
bool apl_source_is_word(apl_str word);

/* APL_E_USAGE for a source that there is no collector for, or one that says too much. */
apl_status apl_source_parse(apl_source *out, apl_str word);

/* The provider whose calls it makes. */
apl_str apl_source_provider(apl_source_kind kind);

#endif
