/* tests/unit/test_input.c: bytes behind a window, against the array that they come from.
 *
 * The same random walk over a file, a text in memory, a range and a sequence must see the same bytes everywhere. */
#include "test_random.h"

#include <sys/mman.h>
#include <unistd.h>

#include "bytes/input.h"

#define BYTES (3 * APL_INPUT_WINDOW_BYTES + 1234)
#define STEPS 4000

static char *random_bytes(random_source *random)
{
    char *bytes = apl_memory_new(BYTES);

    for (size_t i = 0; i < BYTES; i++)
        bytes[i] = (char)random_below(random, 256);
    return bytes;
}

typedef struct sequence {
    const char *bytes;
    size_t left;
    random_source *random;
} sequence;

static apl_status pull(size_t *got, void *context, char *buffer, size_t size)
{
    sequence *from = context;
    size_t most = 1 + random_below(from->random, 100000);

    *got = size < from->left ? size : from->left;
    *got = *got < most ? *got : most;
    if (*got)
        memcpy(buffer, from->bytes, *got);
    from->bytes += *got;
    from->left -= *got;
    return APL_OK;
}

/* What an input of `bytes` shows on a random walk is what stands there. */
static void walk(apl_input *input, const char *bytes, size_t size, random_source *random)
{
    size_t at = 0;

    for (unsigned step = 0; step < STEPS; step++) {
        size_t wanted = random_below(random, 4) ? random_below(random, 64)
                                                     : random_below(random, APL_INPUT_WINDOW_BYTES);
        size_t there = apl_input_look(input, wanted);
        size_t expected = wanted < size - at ? wanted : size - at;
        assert_int_equal(input->position, at);
        assert_true(there >= expected);
        assert_true(there <= size - at);
        assert_memory_equal(apl_input_at(input), bytes + at, there);
        uint64_t skipped = random_below(random, 3) ? wanted : wanted / 7;
        bool is_whole = apl_input_skip(input, skipped);
        assert_int_equal(is_whole, skipped <= size - at);
        at = is_whole ? at + (size_t)skipped : size;
        if (at == size) {
            assert_true(apl_input_is_at_end(input));
            assert_null(apl_input_view(input, 1));
            if (!input->can_seek)
                return;
            at = random_below(random, (uint32_t)size);
            apl_input_seek(input, at);
        }
    }
    assert_int_equal(input->fault, APL_OK);
}

static void sees_what_stands_there(void **state)
{
    random_source random = {7};
    char *bytes = random_bytes(&random);
    int descriptor = memfd_create("input", MFD_CLOEXEC);
    apl_input input;
    apl_input range;

    (void)state;
    assert_int_equal(write(descriptor, bytes, BYTES), BYTES);
    apl_input_of_file(&input, descriptor, 0, BYTES);
    walk(&input, bytes, BYTES, &random);
    apl_input_of_range(&range, &input, 777, BYTES - 5000);
    walk(&range, bytes + 777, BYTES - 5000, &random);
    apl_input_close(&range);
    apl_input_close(&input);
    apl_input_of_memory(&input, apl_str_make(bytes, BYTES));
    walk(&input, bytes, BYTES, &random);
    apl_input_of_range(&range, &input, 100, 50000);
    walk(&range, bytes + 100, 50000, &random);
    apl_input_close(&range);
    apl_input_close(&input);
    sequence from = {bytes, BYTES, &random};
    apl_input_of_pull(&input, pull, &from);
    walk(&input, bytes, BYTES, &random);
    apl_input_close(&input);
    (void)close(descriptor);
    apl_memory_free(bytes);
}

/* A file that became shorter than was said ends early, and the input keeps why. */
static void keeps_a_fault(void **state)
{
    int descriptor = memfd_create("input", MFD_CLOEXEC);
    apl_input input;

    (void)state;
    assert_int_equal(write(descriptor, "abc", 3), 3);
    apl_input_of_file(&input, descriptor, 0, 1000);
    assert_int_equal(apl_input_look(&input, 100), 3);
    assert_null(apl_input_view(&input, 4));
    assert_int_not_equal(input.fault, APL_OK);
    apl_input_close(&input);
    (void)close(descriptor);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sees_what_stands_there),
        cmocka_unit_test(keeps_a_fault),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
