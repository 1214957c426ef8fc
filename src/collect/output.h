/* collect/output.h: the documents file while it is being made.
 *
 * Text is given in whole groups (the lines of one call), gathered into blocks, and each block is written at once: for a
 * .zst file as a frame of its own. So a file that was broken off ends behind a group, but for a torn tail that
 * `recorded` cuts off. */
#ifndef APL_COLLECT_OUTPUT_H
#define APL_COLLECT_OUTPUT_H

#include "base/memory.h"
#include "base/status.h"

/* Bytes of a block: large enough to be packed well, small enough that a kill loses little. */
#define APL_COLLECT_BLOCK_BYTES (512u << 10)

typedef struct apl_collect_output apl_collect_output;

/* Creates the file, or goes on behind its first `keep` bytes; "-" is standard output. Packed when the name ends in
 * .zst. The file is readable by its owner only. */
apl_status apl_collect_output_open(apl_collect_output **out, const char *path, uint64_t keep);

/* The same over an open descriptor, which the output closes; never packed. */
apl_status apl_collect_output_over(apl_collect_output **out, int descriptor);

/* Adds a group. The first failure stays: later groups are dropped, and close returns it. */
void apl_collect_output_add(apl_collect_output *output, apl_str group);

/* Ends the present block; what follows is in another one. */
void apl_collect_output_cut(apl_collect_output *output);

/* Writes what is left and closes. NULL is allowed. */
apl_status apl_collect_output_close(apl_collect_output *output);

#endif
