/* policy/lint.h: everything that is wrong or suspicious in a policy file.
 *
 * Takes definitions, initiatives, assignments, exemptions and our own rule files, alone or in lists. Nothing is
 * evaluated on a resource, and nothing of the file needs to be in force. */
#ifndef APL_POLICY_LINT_H
#define APL_POLICY_LINT_H

#include "condition/condition.h"

/* Calls `on_message` for each fault, in the order of the file, with its JSON path; returns the number of errors among
 * them (warnings are not counted). `aliases` may be NULL: then names of fields are not checked. */
size_t apl_policy_lint(apl_value file, const char *file_name, const apl_aliases *aliases, apl_message_fn on_message,
                       void *context);

#endif
