/* tests/unit/test_worker.c: what a worker may do, and what becomes of one that does something else.
 *
 * The worker does what the request says. What it did, or what refused it, comes back as its answer. */
#include "test_random.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bytes/worker.h"

static void add_refusal(apl_text *answer, long result)
{
    apl_text_add_format(answer, "%s", result < 0 ? "refused" : "allowed");
}

static void obey(void *context, int descriptor, apl_str request, apl_text *answer)
{
    char text[64] = {0};

    if (apl_str_equal(request, APL_STR("read"))) {
        ssize_t got = pread(descriptor, text, sizeof text, 0);
        apl_text_add_format(answer, "%s%.*s", (const char *)context, (int)got, text);
    } else if (apl_str_equal(request, APL_STR("crash"))) {
        (void)signal(SIGSEGV, SIG_DFL);
        *(volatile char *)(uintptr_t)(size_t)(answer == NULL) = 1;
    } else if (apl_str_equal(request, APL_STR("leave"))) {
        _exit(3);
    } else if (apl_str_equal(request, APL_STR("open"))) {
        add_refusal(answer, open("/etc/passwd", O_RDONLY));
    } else if (apl_str_equal(request, APL_STR("socket"))) {
        add_refusal(answer, socket(AF_INET, SOCK_STREAM, 0));
    } else if (apl_str_equal(request, APL_STR("fork"))) {
        add_refusal(answer, fork());
    } else if (apl_str_equal(request, APL_STR("run"))) {
        char *const words[] = {text, NULL};
        add_refusal(answer, execve("/bin/true", words, words));
    } else if (apl_str_equal(request, APL_STR("unlink"))) {
        add_refusal(answer, unlink("/nonexistent/file") < 0 && errno == EPERM ? -1 : 0);
    } else if (apl_str_equal(request, APL_STR("execute"))) {
        void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        add_refusal(answer, page == MAP_FAILED ? -1 : 0);
    } else if (apl_str_equal(request, APL_STR("large"))) {
        for (unsigned i = 0; i < (4u << 20) / 16; i++)
            apl_text_add(answer, APL_STR("0123456789abcdef"));
    } else if (apl_str_equal(request, APL_STR("too large"))) {
        for (unsigned i = 0; i <= APL_WORKER_ANSWER_BYTES_MAX / 16; i++)
            apl_text_add(answer, APL_STR("0123456789abcdef"));
    }
}

static int file_of(const char *text)
{
    int descriptor = memfd_create("file", MFD_CLOEXEC);

    assert_int_equal(write(descriptor, text, strlen(text)), (ssize_t)strlen(text));
    return descriptor;
}

static apl_status ask(apl_text *answer, apl_worker *worker, const char *request)
{
    int descriptor = file_of("hello");

    answer->size = 0;
    apl_status status = apl_worker_ask(answer, worker, descriptor, apl_str_from(request));
    (void)close(descriptor);
    return status;
}

static void expect(apl_worker *worker, const char *request, const char *wanted)
{
    apl_text answer;

    apl_text_init(&answer, 1024);
    if (ask(&answer, worker, request) != APL_OK || !apl_str_equal(apl_text_str(&answer), apl_str_from(wanted)))
        fail_msg("%s: %.*s", request, APL_STR_ARG(apl_text_str(&answer)));
    apl_text_free(&answer);
}

static void reads_and_nothing_else(void **state)
{
    static const char *const refused[] = {"open", "socket", "fork", "run", "unlink", "execute"};
    char context[] = "it says ";
    apl_worker *worker = NULL;

    (void)state;
    assert_int_equal(apl_worker_start(&worker, obey, context), APL_OK);
    expect(worker, "read", "it says hello");
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
        expect(worker, refused[i], "refused");
    expect(worker, "read", "it says hello");
    expect(worker, "nothing", "");
    apl_worker_stop(worker);
}

static void is_replaced(void **state)
{
    static const char *const ends[] = {"crash", "leave", "too large", "crash"};
    char context[] = "";
    apl_worker *worker = NULL;
    apl_text answer;

    (void)state;
    apl_text_init(&answer, APL_WORKER_ANSWER_BYTES_MAX);
    assert_int_equal(apl_worker_start(&worker, obey, context), APL_OK);
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        assert_int_equal(ask(&answer, worker, ends[i]), APL_E_IO);
        expect(worker, "read", "hello");
    }
    assert_int_equal(ask(&answer, worker, "large"), APL_OK);
    assert_int_equal(answer.size, 4u << 20);
    apl_text_free(&answer);
    apl_worker_stop(worker);
}

/* The process behind the second worker must not keep the first one's socket open: stopping would wait for ever. */
static void stops_while_a_later_one_goes_on(void **state)
{
    char context[] = "";
    apl_worker *first = NULL;
    apl_worker *second = NULL;

    (void)state;
    assert_int_equal(apl_worker_start(&first, obey, context), APL_OK);
    assert_int_equal(apl_worker_start(&second, obey, context), APL_OK);
    expect(first, "read", "hello");
    apl_worker_stop(first);
    expect(second, "read", "hello");
    apl_worker_stop(second);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_and_nothing_else),
        cmocka_unit_test(is_replaced),
        cmocka_unit_test(stops_while_a_later_one_goes_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
