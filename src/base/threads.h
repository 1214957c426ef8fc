/* base/threads.h: the one way to use more than one core.
 *
 * apl_parallel splits a count of items into runs and hands them to threads; the result must not depend on which
 * thread took which run, so each run writes only what belongs to its items or to its thread number. */
#ifndef APL_BASE_THREADS_H
#define APL_BASE_THREADS_H

#include <stddef.h>

typedef void (*apl_parallel_fn)(void *context, unsigned thread, size_t from, size_t to);

/* Calls `run` for all of [0, count) in runs of at most `grain` items, on `threads` threads (the caller is one of
 * them); returns after the last. `thread` is below `threads`. */
void apl_parallel(unsigned threads, size_t count, size_t grain, apl_parallel_fn run, void *context);

/* Cores that this process may use, at least 1, at most APL_THREADS_MAX. */
unsigned apl_threads_default(void);

/* A bounded queue of pointers between threads. Push waits while it is full, pop while it is empty; after close,
 * pop gives what is left and then NULL. */
typedef struct apl_queue apl_queue;

apl_queue *apl_queue_new(size_t capacity);
void apl_queue_free(apl_queue *queue);
void apl_queue_push(apl_queue *queue, void *item);
void *apl_queue_pop(apl_queue *queue);
void apl_queue_close(apl_queue *queue);

/* Runs `body(context, thread)` on `threads` new threads and waits for them in apl_threads_join. */
typedef struct apl_threads apl_threads;
apl_threads *apl_threads_start(unsigned threads, void (*body)(void *context, unsigned thread), void *context);
void apl_threads_join(apl_threads *threads);

#endif
