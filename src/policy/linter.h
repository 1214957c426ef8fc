/* policy/linter.h: the state of one lint run.
 *
 * Between lint.c, which finds out what a file holds, and the files that know one kind of document each. */
#ifndef APL_POLICY_LINTER_H
#define APL_POLICY_LINTER_H

#include "policy/messages.h"

typedef struct apl_linter {
    apl_arena *arena;
    apl_fields *fields;
    const apl_aliases *aliases;
    apl_message_fn on_message;
    void *context;
    apl_str place; /* before each path: "value[3]." or empty */
    size_t error_count;
    apl_reporter reporter; /* sends through the linter, which puts `place` before the path */
} apl_linter;

/* The path of a member of the document. */
__attribute__((format(printf, 2, 3))) apl_str apl_linter_path(const apl_linter *linter, const char *format, ...);

/* lint_definition.c; `prefix` is "properties." or empty. */
void apl_lint_definition(apl_linter *linter, apl_value whole, apl_value body, apl_str prefix);

/* lint_assignment.c */
void apl_lint_initiative(apl_linter *linter, apl_value body, apl_str prefix);
void apl_lint_assignment(apl_linter *linter, apl_value body, apl_str prefix);
void apl_lint_exemption(apl_linter *linter, apl_value body, apl_str prefix);

/* Declared but unused parameters, and uses of what is not declared, in `user` (which may be checked elsewhere: then
 * only the unused ones are told). */
void apl_lint_parameters(apl_linter *linter, apl_value declared, apl_value user, apl_str path, bool tells_undeclared);

#endif
