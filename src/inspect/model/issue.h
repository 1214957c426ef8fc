/* inspect/model/issue.h: everything that can be wrong with a model file, as a list.
 *
 * The effect decides the verdict: the worst effect of a file's issues is what the file is. Ids are the contract
 * (docs/models.md); a new one is a new row of the table, never a renamed old one. */
#ifndef APL_INSPECT_MODEL_ISSUE_H
#define APL_INSPECT_MODEL_ISSUE_H

#include "base/str.h"

typedef enum apl_issue_effect {
    APL_EFFECT_NOTE = 0,   /* worth saying, changes nothing */
    APL_EFFECT_INCOMPLETE, /* something was not read */
    APL_EFFECT_SUSPICIOUS, /* somebody must look */
    APL_EFFECT_MALICIOUS,  /* loading it runs what its author wants */
} apl_issue_effect;

typedef enum apl_issue {
    APL_ISSUE_PICKLE_DANGEROUS_GLOBAL,
    APL_ISSUE_PICKLE_UNKNOWN_GLOBAL,
    APL_ISSUE_PICKLE_COMPUTED_NAME,
    APL_ISSUE_PICKLE_UNKNOWN_CALLEE,
    APL_ISSUE_PICKLE_CHANGES_GLOBAL,
    APL_ISSUE_PICKLE_ITEM_OF_TENSOR,
    APL_ISSUE_PICKLE_EXTENSION,
    APL_ISSUE_PICKLE_NESTED,
    APL_ISSUE_PICKLE_FRAME,
    APL_ISSUE_PICKLE_EXPANSION,
    APL_ISSUE_PICKLE_HIDDEN,
    APL_ISSUE_PICKLE_CUT,
    APL_ISSUE_PICKLE_BROKEN,
    APL_ISSUE_PICKLE_LIMIT,
    APL_ISSUE_TRAILING_DATA,
    APL_ISSUE_LEADING_DATA,
    APL_ISSUE_ARCHIVE_NAME_DIFFERS,
    APL_ISSUE_ARCHIVE_HEADER_DIFFERS,
    APL_ISSUE_ARCHIVE_HIDDEN_MEMBER,
    APL_ISSUE_ARCHIVE_DUPLICATE,
    APL_ISSUE_ARCHIVE_UNSAFE_NAME,
    APL_ISSUE_ARCHIVE_UNSAFE_LINK,
    APL_ISSUE_ARCHIVE_FLAGS,
    APL_ISSUE_ARCHIVE_DAMAGED,
    APL_ISSUE_ARCHIVE_LIMIT,
    APL_ISSUE_ARCHIVE_METHOD,
    APL_ISSUE_ARCHIVE_CODE,
    APL_ISSUE_ARCHIVE_EXECUTABLE,
    APL_ISSUE_POLYGLOT,
    APL_ISSUE_HEADER_INVALID,
    APL_ISSUE_HEADER_LIMIT,
    APL_ISSUE_HEADER_DUPLICATE,
    APL_ISSUE_TENSOR_BOUNDS,
    APL_ISSUE_TENSOR_OVERLAP,
    APL_ISSUE_METADATA_SCRIPT,
    APL_ISSUE_TEMPLATE_INJECTION,
    APL_ISSUE_TEMPLATE_OBFUSCATED,
    APL_ISSUE_TEMPLATE_UNREAD,
    APL_ISSUE_REMOTE_CODE,
    APL_ISSUE_BASE_UNPINNED,
    APL_ISSUE_CODE_LAYER,
    APL_ISSUE_CUSTOM_OBJECT,
    APL_ISSUE_DANGEROUS_OPERATOR,
    APL_ISSUE_CUSTOM_OPERATOR,
    APL_ISSUE_EXTERNAL_PATH,
    APL_ISSUE_MARKUP_ENTITY,
    APL_ISSUE_PROMISE,
    APL_ISSUE_TARGET_CALL,
    APL_ISSUE_TARGET_DANGEROUS,
    APL_ISSUE_NATIVE_CODE,
    APL_ISSUE_SNIFFED_ONLY,
    APL_ISSUE_DAMAGED,
    APL_ISSUE_READ_FAILED,
    APL_ISSUE_WORKER_LOST,
    APL_ISSUE_COUNT_,
} apl_issue;

typedef struct apl_issue_info {
    const char *id;
    const char *severity;
    apl_issue_effect effect;
    const char *meaning; /* one sentence without a full stop */
} apl_issue_info;

const apl_issue_info *apl_issue_info_of(apl_issue issue);

/* The issue of that id; APL_ISSUE_COUNT_ when there is none. */
apl_issue apl_issue_of_id(apl_str id);

#endif
