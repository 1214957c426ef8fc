/* normalize/project.h: the asked parts of a document, copied out while the page is hot.
 *
 * One projector a thread. It walks the document beside the plan's tree once; what nobody asks for is never
 * touched. Texts and containers that repeat (states, regions, ids, lists of settings) are kept once. */
#ifndef APL_NORMALIZE_PROJECT_H
#define APL_NORMALIZE_PROJECT_H

#include "model/subject.h"
#include "model/type_plan.h"
#include "json/json.h"

typedef struct apl_projector apl_projector;

/* What it keeps lives in `keep`, which must outlive the records. */
apl_projector *apl_projector_new(apl_arena *keep);
void apl_projector_free(apl_projector *projector);

/* Changes where kept things live; forgets the texts that were kept elsewhere. */
void apl_projector_keep_in(apl_projector *projector, apl_arena *keep);

/* Fills the record of `node` by the plan. *unread_groups has the bit of each group of the plan that is not there. */
void apl_project(apl_record *out, uint32_t *unread_groups, apl_projector *projector, const apl_plan *plan,
                 const apl_json *node);

/* The groups without those of members that were asked for by name, with commas between: whoever asks again is told no
 * more. */
uint32_t apl_project_asked(uint32_t unread_groups, const apl_plan *plan, apl_str asked);

/* A kept copy of a text; the same bytes give the same pointer when they were seen lately. */
apl_str apl_projector_text(apl_projector *projector, apl_str text);

#endif
