/* bytes/worker.h: hostile bytes are read in a process that can do nothing but read them.
 *
 * A worker gets open descriptors, never names. It may read what it was handed, take memory up to a limit and answer;
 * opening, connecting, running and forking are refused by seccomp, and by Landlock where the kernel has it. One that
 * crashes, takes too much time or too much memory is replaced, and only the job that it held is lost. */
#ifndef APL_BYTES_WORKER_H
#define APL_BYTES_WORKER_H

#include "base/memory.h"
#include "base/status.h"

#define APL_WORKER_REQUEST_BYTES_MAX 8192u
#define APL_WORKER_ANSWER_BYTES_MAX (8u << 20)
/* Of one job: seconds on the processor. The largest files take a minute. */
#define APL_WORKER_JOB_SECONDS_MAX 600u
/* Of one worker, above what the program takes when it begins. */
#define APL_WORKER_MEMORY_BYTES_MAX (UINT64_C(512) << 20)
/* Jobs of one worker; then a fresh one takes its place, so that nothing adds up. */
#define APL_WORKER_JOBS_MAX 5000u

typedef struct apl_worker apl_worker;

/* Runs in the worker: reads the descriptor, which is closed afterwards, and adds the answer. */
typedef void (*apl_worker_serve)(void *context, int descriptor, apl_str request, apl_text *answer);

/* Must be called while the program has one thread, for workers are copies of it: they have all that `context` reaches
 * at this moment. */
apl_status apl_worker_start(apl_worker **out, apl_worker_serve serve, void *context);
void apl_worker_stop(apl_worker *worker); /* NULL is allowed */

/* Asks, and waits for the answer, which is added. APL_E_IO when the worker was lost over it; the next job finds another
 * one. One thread at a time. */
apl_status apl_worker_ask(apl_text *answer, apl_worker *worker, int descriptor, apl_str request);

/* In the process itself, for good: no way out but the descriptors that are open. False when the kernel has no such
 * wall. */
bool apl_worker_lock_up(void);

#endif
