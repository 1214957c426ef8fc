/* report/access_answer.h: an answer of `aplomb access`, as JSON members and as text for people.
 *
 * The members are the contract (docs/schemas/aplomb.access.v1.json). */
#ifndef APL_REPORT_ACCESS_ANSWER_H
#define APL_REPORT_ACCESS_ANSWER_H

#include "access/access.h"
#include "report/screen.h"

typedef struct apl_shown_answer {
    const apl_access *access; /* NULL: the answer is about a role alone */
    const apl_estate *estate;
    const apl_access_question *question;
    const apl_access_answer *answer;
    bool explains; /* each reason whole: assignment, role, groups, condition */
} apl_shown_answer;

/* "role-assignment" and so on; NULL is "owner". */
const char *apl_grant_kind_name(const apl_grant *grant);

/* `"decision":"allow","by":[...]` and, where they say something, "note" and "reasons"; no braces. */
void apl_access_answer_members(apl_text *out, const apl_shown_answer *shown);

void apl_access_answer_text(apl_text *out, const apl_screen *screen, const apl_shown_answer *shown);

#endif
