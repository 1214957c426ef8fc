/* store/body_pipe.h: compresses bodies on all cores while one thread writes them.
 *
 * Bodies are cut into pieces; threads take the pieces in order and compress them; the caller gets them back in order.
 * At no time are more than a few pieces in memory. */
#ifndef APL_STORE_BODY_PIPE_H
#define APL_STORE_BODY_PIPE_H

#include "model/estate.h"
#include "store/dictionary.h"

/* A body to be compressed. */
typedef struct apl_body_job {
    apl_asset_id asset;
    int64_t dictionary; /* 0: none */
} apl_body_job;

typedef struct apl_body_pipe apl_body_pipe;

/* Starts the threads. What is handed in must stay until the pipe is freed; jobs lie in the order of the spool. */
apl_body_pipe *apl_body_pipe_new(const apl_estate *estate, const apl_dictionaries *dictionaries,
                                 const apl_body_job *jobs, size_t job_count);

/* The next compressed body, in the order of the jobs; *frame is valid until the next call. Called once for each job. */
typedef struct apl_body_frame {
    apl_str data;
    size_t size; /* of the body before compression */
} apl_body_frame;
apl_status apl_body_pipe_next(apl_body_frame *frame, apl_body_pipe *pipe);

/* True when the next body can be had without waiting. */
bool apl_body_pipe_is_ready(const apl_body_pipe *pipe);

/* Stops the threads, also before the last job. NULL is allowed. */
void apl_body_pipe_free(apl_body_pipe *pipe);

#endif
