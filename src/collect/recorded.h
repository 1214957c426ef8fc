/* collect/recorded.h: what a collect that was broken off had already written.
 *
 * Gives back group after group (the lines of one call and the line that ends it), in the order in which they were
 * written, which is the order in which a collect makes its calls. Whatever stands behind the last whole group is torn,
 * or says that the collect was interrupted, and is cut off. */
#ifndef APL_COLLECT_RECORDED_H
#define APL_COLLECT_RECORDED_H

#include "json/json.h"

/* The lines of one call at most: an answer of a hundred pages of 16 MB would be no file that anybody wants. */
#define APL_COLLECT_GROUP_BYTES_MAX (1u << 30)

typedef struct apl_recorded apl_recorded;

/* *out is NULL when the file does not exist or is empty. APL_E_INPUT when it is no documents file of a collect. */
apl_status apl_recorded_open(apl_recorded **out, const char *path);
void apl_recorded_close(apl_recorded *recorded); /* NULL is allowed */

/* Of the first line: `collect`. Valid until the next call. */
apl_status apl_recorded_begin(const apl_json **out, apl_recorded *recorded);

/* The next group, or the empty text when there is no further whole one. Valid until the next call. `name` and `of` are
 * those of its last line. */
apl_status apl_recorded_next(apl_str *group, apl_str *name, apl_str *of, apl_recorded *recorded);

/* After the last group: true when the file has its last line, so that nothing is left to do. */
apl_status apl_recorded_is_whole(bool *out, apl_recorded *recorded);

/* How many bytes of the file hold whole groups: from there on it is written anew. */
uint64_t apl_recorded_bytes(const apl_recorded *recorded);

#endif
