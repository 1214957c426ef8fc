/* base/threads.c: threads, a parallel loop and a bounded queue over POSIX threads.
 *
 * No thread outlives the call that started it, but for apl_threads_start, which must be joined. */
#include "base/threads.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "base/limits.h"
#include "base/memory.h"
#include "base/status.h"

typedef struct thread_start {
    void (*body)(void *context, unsigned thread);
    void *context;
    unsigned thread;
} thread_start;

struct apl_threads {
    unsigned count;
    pthread_t ids[APL_THREADS_MAX];
    thread_start starts[APL_THREADS_MAX];
};

unsigned apl_threads_default(void)
{
    cpu_set_t set;

    CPU_ZERO(&set);
    if (sched_getaffinity(0, sizeof set, &set) != 0)
        return 1;
    int count = CPU_COUNT(&set);
    if (count < 1)
        return 1;
    return count > APL_THREADS_MAX ? APL_THREADS_MAX : (unsigned)count;
}

static void *thread_main(void *argument)
{
    thread_start *start = argument;

    start->body(start->context, start->thread);
    return NULL;
}

apl_threads *apl_threads_start(unsigned threads, void (*body)(void *context, unsigned thread), void *context)
{
    apl_threads *group = apl_memory_new(sizeof *group);

    APL_ASSERT(threads <= APL_THREADS_MAX);
    group->count = threads;
    for (unsigned i = 0; i < threads; i++) {
        group->starts[i] = (thread_start){body, context, i};
        if (pthread_create(&group->ids[i], NULL, thread_main, &group->starts[i]) != 0)
            apl_die("the system gives no more threads; try --jobs 1");
    }
    return group;
}

void apl_threads_join(apl_threads *threads)
{
    for (unsigned i = 0; i < threads->count; i++)
        (void)pthread_join(threads->ids[i], NULL);
    apl_memory_free(threads);
}

typedef struct parallel_job {
    apl_parallel_fn run;
    void *context;
    size_t count;
    size_t grain;
    atomic_size_t next;
} parallel_job;

static void parallel_body(void *context, unsigned thread)
{
    parallel_job *job = context;

    for (;;) {
        size_t from = atomic_fetch_add(&job->next, job->grain);
        if (from >= job->count)
            return;
        size_t to = job->count - from < job->grain ? job->count : from + job->grain;
        job->run(job->context, thread, from, to);
    }
}

void apl_parallel(unsigned threads, size_t count, size_t grain, apl_parallel_fn run, void *context)
{
    parallel_job job = {.run = run, .context = context, .count = count, .grain = grain ? grain : 1};

    if (count == 0)
        return;
    if (threads <= 1 || count <= job.grain) {
        parallel_body(&job, 0);
        return;
    }
    apl_threads *group = apl_threads_start(threads, parallel_body, &job);
    apl_threads_join(group);
}

struct apl_queue {
    pthread_mutex_t lock;
    pthread_cond_t has_item;
    pthread_cond_t has_room;
    void **items;
    size_t capacity;
    size_t first;
    size_t count;
    bool is_closed;
};

apl_queue *apl_queue_new(size_t capacity)
{
    apl_queue *queue = apl_memory_new(sizeof *queue);

    APL_ASSERT(capacity > 0);
    queue->items = apl_memory_new(capacity * sizeof *queue->items);
    queue->capacity = capacity;
    (void)pthread_mutex_init(&queue->lock, NULL);
    (void)pthread_cond_init(&queue->has_item, NULL);
    (void)pthread_cond_init(&queue->has_room, NULL);
    return queue;
}

void apl_queue_free(apl_queue *queue)
{
    if (queue == NULL)
        return;
    (void)pthread_mutex_destroy(&queue->lock);
    (void)pthread_cond_destroy(&queue->has_item);
    (void)pthread_cond_destroy(&queue->has_room);
    apl_memory_free(queue->items);
    apl_memory_free(queue);
}

void apl_queue_push(apl_queue *queue, void *item)
{
    (void)pthread_mutex_lock(&queue->lock);
    while (queue->count == queue->capacity)
        (void)pthread_cond_wait(&queue->has_room, &queue->lock);
    queue->items[(queue->first + queue->count) % queue->capacity] = item;
    queue->count++;
    (void)pthread_cond_signal(&queue->has_item);
    (void)pthread_mutex_unlock(&queue->lock);
}

void *apl_queue_pop(apl_queue *queue)
{
    void *item = NULL;

    (void)pthread_mutex_lock(&queue->lock);
    while (queue->count == 0 && !queue->is_closed)
        (void)pthread_cond_wait(&queue->has_item, &queue->lock);
    if (queue->count) {
        item = queue->items[queue->first];
        queue->first = (queue->first + 1) % queue->capacity;
        queue->count--;
        (void)pthread_cond_signal(&queue->has_room);
    }
    (void)pthread_mutex_unlock(&queue->lock);
    return item;
}

void apl_queue_close(apl_queue *queue)
{
    (void)pthread_mutex_lock(&queue->lock);
    queue->is_closed = true;
    (void)pthread_cond_broadcast(&queue->has_item);
    (void)pthread_mutex_unlock(&queue->lock);
}
