/* normalize/template.h: ids and other texts put together from a document, as docs/content.md describes.
 *
 * Compiled once with the service; filling one allocates only the result. */
#ifndef APL_NORMALIZE_TEMPLATE_H
#define APL_NORMALIZE_TEMPLATE_H

#include "model/estate.h"

typedef struct apl_template apl_template;

#define APL_TEMPLATE_PARTS_MAX 16
#define APL_TEMPLATE_FUNCTIONS_MAX 6
/* Members of one array that become texts; filling walks to each, so this also bounds the walking. */
#define APL_TEMPLATE_MEMBERS_MAX 4096

/* Compiles the text; its paths are asked for in `fields`. Messages name the fault, not the file. */
apl_status apl_template_compile(apl_template **out, apl_arena *arena, apl_fields *fields, apl_str text);

/* Puts `next` behind `template`: it is filled where `template` gives nothing. */
void apl_template_or(apl_template *template, const apl_template *next);

/* True when a path in it has `[*]`. */
bool apl_template_has_star(const apl_template *template);

/* The facts of the asset that {@...} names stand for. */
typedef struct apl_template_facts {
    apl_str id;
    apl_str name;
    apl_str type;
    apl_str tenant;
    apl_str scope;
    apl_str location;
    apl_str parent;
} apl_template_facts;

/* The text for a template without `[*]`; empty when a part is missing. Belongs to `arena`. */
apl_str apl_template_fill(const apl_template *template, apl_arena *arena, const apl_subject *subject,
                          const apl_template_facts *facts);

/* How many texts the template gives (members of its array; 1 without `[*]`), and the text of member `index`; that is
 * empty when a part is missing. */
uint32_t apl_template_count(const apl_template *template, const apl_subject *subject);
apl_str apl_template_fill_at(const apl_template *template, apl_arena *arena, const apl_subject *subject,
                             const apl_template_facts *facts, uint32_t index);

/* Where member `index` stands, for asking a condition of it as a count would; NULL when the template has no `[*]` or no
 * such member. Belongs to `arena`. */
const apl_scope *apl_template_member(apl_arena *arena, const apl_template *template, const apl_subject *subject,
                                     uint32_t index);

/* What texts the template gives, whatever stands in the document: a `*` in place of each value that comes from there,
 * or that nothing is known of. Of this alternative alone; belongs to `arena`. */
apl_str apl_template_pattern(const apl_template *template, apl_arena *arena, const apl_template_facts *facts);

/* What is filled where this one gives nothing, or NULL. */
const apl_template *apl_template_alternative(const apl_template *template);

/* The path of the first field in it, for evidence; empty when it has none. */
apl_str apl_template_evidence(const apl_template *template, apl_arena *arena, const apl_subject *subject);

#endif
