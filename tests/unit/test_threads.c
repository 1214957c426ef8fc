/* tests/unit/test_threads.c: the parallel loop, the queue and groups of threads.
 *
 * Meant for the thread sanitizer: nothing here is locked but by what is tested. */
#include "test_random.h"

#include "base/limits.h"
#include "base/threads.h"

#define ITEMS 5003
#define QUEUED 20000u

typedef struct marked {
    unsigned times[ITEMS];
    unsigned threads;
    size_t grain;
} marked;

static void mark(void *context, unsigned thread, size_t from, size_t to)
{
    marked *job = context;

    assert_true(thread < job->threads);
    assert_true(from < to && to - from <= job->grain);
    for (size_t i = from; i < to; i++)
        job->times[i]++;
}

static void takes_every_item_once(void **state)
{
    static const size_t grains[] = {1, 7, 1000, ITEMS, ITEMS + 1};
    (void)state;
    for (unsigned threads = 1; threads <= 8; threads += 3) {
        for (size_t g = 0; g < sizeof grains / sizeof *grains; g++) {
            marked job = {.threads = threads, .grain = grains[g]};
            apl_parallel(threads, ITEMS, grains[g], mark, &job);
            for (size_t i = 0; i < ITEMS; i++)
                assert_int_equal(job.times[i], 1);
        }
    }
}

static void nothing_to_do_is_fine(void **state)
{
    marked job = {.threads = 1, .grain = 1};
    (void)state;

    apl_parallel(4, 0, 1, mark, &job);
    apl_parallel(1, 3, 0, mark, &job);
    assert_int_equal(job.times[0] + job.times[1] + job.times[2], 3);
    assert_int_equal(job.times[3], 0);
}

typedef struct relay {
    apl_queue *first;
    apl_queue *second;
    unsigned numbers[QUEUED];
} relay;

static void pass_on(void *context, unsigned thread)
{
    relay *job = context;

    (void)thread;
    for (unsigned *number = apl_queue_pop(job->first); number; number = apl_queue_pop(job->first)) {
        *number += 1;
        apl_queue_push(job->second, number);
    }
}

static void queues_lose_nothing(void **state)
{
    (void)state;
    for (unsigned threads = 1; threads <= 4; threads++) {
        relay *job = apl_memory_new(sizeof *job);
        unsigned got = 0;
        job->first = apl_queue_new(3);
        job->second = apl_queue_new(QUEUED);
        apl_threads *group = apl_threads_start(threads, pass_on, job);
        for (unsigned i = 0; i < QUEUED; i++)
            apl_queue_push(job->first, &job->numbers[i]);
        apl_queue_close(job->first);
        apl_threads_join(group);
        apl_queue_close(job->second);
        while (apl_queue_pop(job->second))
            got++;
        assert_int_equal(got, QUEUED);
        for (unsigned i = 0; i < QUEUED; i++)
            assert_int_equal(job->numbers[i], 1);
        apl_queue_free(job->first);
        apl_queue_free(job->second);
        apl_memory_free(job);
    }
    apl_queue_free(NULL);
}

static void queues_keep_the_order(void **state)
{
    apl_queue *queue = apl_queue_new(5);
    int numbers[5];
    (void)state;

    for (unsigned round = 0; round < 7; round++) {
        for (unsigned i = 0; i < 3; i++)
            apl_queue_push(queue, &numbers[i]);
        for (unsigned i = 0; i < 3; i++)
            assert_ptr_equal(apl_queue_pop(queue), &numbers[i]);
    }
    apl_queue_push(queue, &numbers[4]);
    apl_queue_close(queue);
    assert_ptr_equal(apl_queue_pop(queue), &numbers[4]);
    assert_null(apl_queue_pop(queue));
    assert_null(apl_queue_pop(queue));
    apl_queue_free(queue);
}

static void fail_alone(void *context, unsigned thread)
{
    char(*messages)[APL_ERROR_BYTES_MAX] = context;

    (void)apl_fail(APL_E_IO, "thread %u", thread);
    (void)snprintf(messages[thread], APL_ERROR_BYTES_MAX, "%s", apl_error_message());
}

static void messages_belong_to_a_thread(void **state)
{
    char messages[4][APL_ERROR_BYTES_MAX];
    (void)state;

    (void)apl_fail(APL_E_IO, "mine");
    apl_threads_join(apl_threads_start(4, fail_alone, messages));
    assert_string_equal(apl_error_message(), "mine");
    for (unsigned i = 0; i < 4; i++) {
        char expected[32];
        (void)snprintf(expected, sizeof expected, "thread %u", i);
        assert_string_equal(messages[i], expected);
    }
}

static void has_at_least_one_core(void **state)
{
    (void)state;
    assert_in_range(apl_threads_default(), 1, APL_THREADS_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_every_item_once),       cmocka_unit_test(nothing_to_do_is_fine),
        cmocka_unit_test(queues_lose_nothing),         cmocka_unit_test(queues_keep_the_order),
        cmocka_unit_test(messages_belong_to_a_thread), cmocka_unit_test(has_at_least_one_core),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
