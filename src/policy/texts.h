/* policy/texts.h: questions about all texts of a policy rule at once.
 *
 * Expressions stand in texts; whether a rule calls resourceGroup() or uses a parameter is asked before compiling, to
 * know what an evaluation must have at hand, and by lint. Deployment templates are not looked into: they have
 * parameters of their own. */
#ifndef APL_POLICY_TEXTS_H
#define APL_POLICY_TEXTS_H

#include "json/value.h"

/* True when a text that is an expression has `part`, without regard to case. O(texts). */
bool apl_texts_mention(apl_value value, apl_str part);

/* True when an expression calls parameters('name'). */
bool apl_texts_use_parameter(apl_value value, apl_str name);

/* Calls `visit` with each name that an expression gives to parameters(). */
void apl_texts_each_parameter(apl_value value, void (*visit)(void *context, apl_str name), void *context);

/* How many conditions of the rule are on the field of that name, at any depth. */
size_t apl_texts_count_field(apl_value condition, apl_str field);

/* "[...]" and not "[[...". */
bool apl_texts_is_expression(apl_str text);

#endif
