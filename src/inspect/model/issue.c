/* inspect/model/issue.c: the table of issues.
 *
 * Severity says how soon somebody should act, the effect what the file is called. The two mostly go together, but
 * something that was not read is no less urgent for being no proof. */
#include "inspect/model/issue.h"

#include "base/status.h"

static const apl_issue_info table[APL_ISSUE_COUNT_] = {
    [APL_ISSUE_PICKLE_DANGEROUS_GLOBAL] = {"pickle-dangerous-global", "critical", APL_EFFECT_MALICIOUS,
                                           "the pickle names a function or class that runs code, reads or writes files "
                                           "or reaches the network"},
    [APL_ISSUE_PICKLE_UNKNOWN_GLOBAL] = {"pickle-unknown-global", "medium", APL_EFFECT_SUSPICIOUS,
                                         "the pickle names something that is not known to be harmless"},
    [APL_ISSUE_PICKLE_COMPUTED_NAME] = {"pickle-computed-name", "critical", APL_EFFECT_MALICIOUS,
                                        "the pickle imports a name that is no literal text"},
    [APL_ISSUE_PICKLE_UNKNOWN_CALLEE] = {"pickle-unknown-callee", "high", APL_EFFECT_SUSPICIOUS,
                                         "the pickle calls something that is no name: a result, or a missing value"},
    [APL_ISSUE_PICKLE_CHANGES_GLOBAL] = {"pickle-changes-global", "critical", APL_EFFECT_MALICIOUS,
                                         "the pickle changes a function, class or module itself"},
    [APL_ISSUE_PICKLE_ITEM_OF_TENSOR] = {"pickle-item-of-tensor", "high", APL_EFFECT_SUSPICIOUS,
                                         "the pickle sets items of a tensor or storage, which can corrupt memory"},
    [APL_ISSUE_PICKLE_EXTENSION] = {"pickle-extension", "high", APL_EFFECT_SUSPICIOUS,
                                    "the pickle takes a class from the extension registry of whoever loads it"},
    [APL_ISSUE_PICKLE_NESTED] = {"pickle-nested", "critical", APL_EFFECT_MALICIOUS,
                                 "a pickle inside a text or bytes of the pickle names something dangerous"},
    [APL_ISSUE_PICKLE_FRAME] = {"pickle-frame", "medium", APL_EFFECT_SUSPICIOUS,
                                "a value reaches over the end of its frame, where readers disagree"},
    [APL_ISSUE_PICKLE_EXPANSION] = {"pickle-expansion", "medium", APL_EFFECT_SUSPICIOUS,
                                    "a few bytes stand for an enormous value"},
    [APL_ISSUE_PICKLE_HIDDEN] = {"pickle-hidden", "high", APL_EFFECT_SUSPICIOUS,
                                 "a pickle stands where no reader of this format looks"},
    [APL_ISSUE_PICKLE_CUT] = {"pickle-cut", "medium", APL_EFFECT_INCOMPLETE, "the pickle ends without its last opcode"},
    [APL_ISSUE_PICKLE_BROKEN] = {"pickle-broken", "medium", APL_EFFECT_INCOMPLETE,
                                 "the pickle cannot be followed from here on"},
    [APL_ISSUE_PICKLE_LIMIT] = {"pickle-limit", "medium", APL_EFFECT_INCOMPLETE,
                                "the pickle is larger than what is followed"},
    [APL_ISSUE_TRAILING_DATA] = {"trailing-data", "low", APL_EFFECT_INCOMPLETE,
                                 "bytes behind the end were not understood"},
    [APL_ISSUE_LEADING_DATA] = {"leading-data", "medium", APL_EFFECT_SUSPICIOUS,
                                "the format begins behind foreign bytes"},
    [APL_ISSUE_ARCHIVE_NAME_DIFFERS] = {"archive-name-differs", "high", APL_EFFECT_SUSPICIOUS,
                                        "directory and local header give a member two names"},
    [APL_ISSUE_ARCHIVE_HEADER_DIFFERS] = {"archive-header-differs", "medium", APL_EFFECT_SUSPICIOUS,
                                          "directory and local header disagree on size or compression of a member"},
    [APL_ISSUE_ARCHIVE_HIDDEN_MEMBER] = {"archive-hidden-member", "high", APL_EFFECT_SUSPICIOUS,
                                         "a member is not named by the directory"},
    [APL_ISSUE_ARCHIVE_DUPLICATE] = {"archive-duplicate", "medium", APL_EFFECT_SUSPICIOUS, "two members have one name"},
    [APL_ISSUE_ARCHIVE_UNSAFE_NAME] = {"archive-unsafe-name", "high", APL_EFFECT_SUSPICIOUS,
                                       "a member would be unpacked outside its folder"},
    [APL_ISSUE_ARCHIVE_UNSAFE_LINK] = {"archive-unsafe-link", "high", APL_EFFECT_SUSPICIOUS,
                                       "a link leads outside its folder"},
    [APL_ISSUE_ARCHIVE_FLAGS] = {"archive-flags", "medium", APL_EFFECT_INCOMPLETE, "a member is marked as encrypted"},
    [APL_ISSUE_ARCHIVE_DAMAGED] = {"archive-damaged", "medium", APL_EFFECT_INCOMPLETE,
                                   "the archive or compression is damaged"},
    [APL_ISSUE_ARCHIVE_LIMIT] = {"archive-limit", "medium", APL_EFFECT_INCOMPLETE,
                                 "the archive passes a limit of depth, count or size"},
    [APL_ISSUE_ARCHIVE_METHOD] = {"archive-method", "medium", APL_EFFECT_INCOMPLETE,
                                  "a member is compressed in a way that is not read"},
    [APL_ISSUE_ARCHIVE_CODE] = {"archive-code", "medium", APL_EFFECT_SUSPICIOUS,
                                "the archive brings program text that loading may run"},
    [APL_ISSUE_ARCHIVE_EXECUTABLE] = {"archive-executable", "high", APL_EFFECT_SUSPICIOUS,
                                      "the archive brings a native program or library"},
    [APL_ISSUE_POLYGLOT] = {"polyglot", "high", APL_EFFECT_SUSPICIOUS, "the file is of two formats at once"},
    [APL_ISSUE_HEADER_INVALID] = {"header-invalid", "high", APL_EFFECT_SUSPICIOUS,
                                  "a number or structure of the header contradicts the format or the file"},
    [APL_ISSUE_HEADER_LIMIT] = {"header-limit", "medium", APL_EFFECT_INCOMPLETE,
                                "the header is larger than what is read"},
    [APL_ISSUE_HEADER_DUPLICATE] = {"header-duplicate", "medium", APL_EFFECT_SUSPICIOUS,
                                    "a name stands twice in the header"},
    [APL_ISSUE_TENSOR_BOUNDS] = {"tensor-bounds", "high", APL_EFFECT_SUSPICIOUS,
                                 "a tensor does not fit its type, its shape or the file"},
    [APL_ISSUE_TENSOR_OVERLAP] = {"tensor-overlap", "medium", APL_EFFECT_SUSPICIOUS,
                                  "tensors overlap or leave bytes between them"},
    [APL_ISSUE_METADATA_SCRIPT] = {"metadata-script", "medium", APL_EFFECT_SUSPICIOUS,
                                   "a text of the metadata holds program text"},
    [APL_ISSUE_TEMPLATE_INJECTION] = {"template-injection", "critical", APL_EFFECT_MALICIOUS,
                                      "the chat template reaches for the interpreter behind the template engine"},
    [APL_ISSUE_TEMPLATE_OBFUSCATED] = {"template-obfuscated", "high", APL_EFFECT_SUSPICIOUS,
                                       "the chat template hides a name or a text"},
    [APL_ISSUE_TEMPLATE_UNREAD] = {"template-unread", "medium", APL_EFFECT_INCOMPLETE,
                                   "the chat template could not be read to its end"},
    [APL_ISSUE_REMOTE_CODE] = {"remote-code", "high", APL_EFFECT_SUSPICIOUS,
                               "the configuration asks for program text that comes with the model"},
    [APL_ISSUE_BASE_UNPINNED] = {"base-unpinned", "low", APL_EFFECT_NOTE,
                                 "the base model of the adapter is named without a revision"},
    [APL_ISSUE_CODE_LAYER] = {"code-layer", "critical", APL_EFFECT_MALICIOUS,
                              "a layer carries program text or names a function that runs code"},
    [APL_ISSUE_CUSTOM_OBJECT] = {"custom-object", "medium", APL_EFFECT_SUSPICIOUS,
                                 "the model needs a class that is none of the framework's own"},
    [APL_ISSUE_DANGEROUS_OPERATOR] = {"dangerous-operator", "high", APL_EFFECT_SUSPICIOUS,
                                      "an operator of the graph reads or writes files or runs code"},
    [APL_ISSUE_CUSTOM_OPERATOR] = {"custom-operator", "medium", APL_EFFECT_SUSPICIOUS,
                                   "the graph needs an operator that is none of the framework's own"},
    [APL_ISSUE_EXTERNAL_PATH] = {"external-path", "high", APL_EFFECT_SUSPICIOUS,
                                 "the model names a file outside its folder"},
    [APL_ISSUE_MARKUP_ENTITY] = {"markup-entity", "high", APL_EFFECT_SUSPICIOUS,
                                 "the XML declares a document type or entities"},
    [APL_ISSUE_PROMISE] = {"promise", "critical", APL_EFFECT_MALICIOUS,
                           "the file holds an expression that runs when its value is looked at"},
    [APL_ISSUE_TARGET_CALL] = {"target-call", "high", APL_EFFECT_SUSPICIOUS,
                               "the configuration names a function to be called that is not known to be harmless"},
    [APL_ISSUE_TARGET_DANGEROUS] = {"target-dangerous", "critical", APL_EFFECT_MALICIOUS,
                                    "the configuration names a function to be called that runs code, reads or writes "
                                    "files or reaches the network"},
    [APL_ISSUE_NATIVE_CODE] = {"native-code", "high", APL_EFFECT_SUSPICIOUS, "the file is a native program"},
    [APL_ISSUE_SNIFFED_ONLY] = {"sniffed-only", "info", APL_EFFECT_INCOMPLETE,
                                "the format was recognised, but nothing judges its content"},
    [APL_ISSUE_DAMAGED] = {"damaged", "medium", APL_EFFECT_INCOMPLETE, "the file cannot be followed to its end"},
    [APL_ISSUE_READ_FAILED] = {"read-failed", "medium", APL_EFFECT_INCOMPLETE, "the file could not be read"},
    [APL_ISSUE_WORKER_LOST] = {"worker-lost", "medium", APL_EFFECT_INCOMPLETE,
                               "the process that read the file crashed, hung or took too much memory"},
};

const apl_issue_info *apl_issue_info_of(apl_issue issue)
{
    APL_ASSERT((unsigned)issue < APL_ISSUE_COUNT_);
    return &table[issue];
}

apl_issue apl_issue_of_id(apl_str id)
{
    unsigned i = 0;

    while (i < APL_ISSUE_COUNT_ && !apl_str_equal(id, apl_str_from(table[i].id)))
        i++;
    return (apl_issue)i;
}
