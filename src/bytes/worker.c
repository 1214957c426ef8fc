/* bytes/worker.c: a nursery process that forks workers, one after the other.
 *
 * The program may have threads by the time that a worker must be replaced, and a program with threads must not fork.
 * So the nursery is forked at the start and does nothing but fork, wait and tell when a worker died. Jobs and answers
 * go over one socket whose far end the workers inherit; the text of an answer lies in a file in memory. */
#include "bytes/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* Descriptors of a worker; everything else is closed. */
enum { SOCKET = 3, ANSWER = 4, FIRST_CLOSED = 5 };
/* A worker that has done its share leaves with this code. */
#define EXIT_RECYCLED 7
#define JOB_LOST UINT32_MAX

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || defined(APL_ARENA_DEBUG)
#define LIMITS_MEMORY false /* the sanitizers reserve more addresses than any limit */
#else
#define LIMITS_MEMORY true
#endif

struct apl_worker {
    int socket;
    int answer;
    pid_t nursery;
    uint32_t job;
};

typedef struct job_header {
    uint32_t job;
    uint32_t size; /* of the request or answer */
} job_header;

static void limit(int resource, uint64_t most)
{
    const struct rlimit wanted = {(rlim_t)most, (rlim_t)most};

    (void)setrlimit((__rlimit_resource_t)resource, &wanted);
}

/* The pages that the program has mapped now. */
static uint64_t memory_now(void)
{
    unsigned long long pages = 0;
    char text[64] = {0};
    int file = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);

    if (file >= 0 && read(file, text, sizeof text - 1) > 0) {
        for (const char *at = text; *at >= '0' && *at <= '9'; at++)
            pages = pages * 10 + (unsigned long long)(*at - '0');
    }
    if (file >= 0)
        (void)close(file);
    return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

/* Closes the descriptors [first, last]. */
static void close_all(unsigned first, unsigned last)
{
    if (first > last || close_range(first, last, 0) == 0)
        return;
    for (unsigned i = first; i <= last && i < 4096; i++)
        (void)close((int)i);
}

static void prepare(int socket, int answer)
{
    int none = open("/dev/null", O_RDWR);

    /* Out of the way first, so that no number is overwritten before it was copied. */
    socket = fcntl(socket, F_DUPFD, 16);
    answer = fcntl(answer, F_DUPFD, 16);
    for (int i = 0; i < SOCKET; i++)
        (void)dup2(none, i);
    (void)dup2(socket, SOCKET);
    (void)dup2(answer, ANSWER);
    close_all(FIRST_CLOSED, ~0U);
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_FSIZE, APL_WORKER_ANSWER_BYTES_MAX);
    limit(RLIMIT_NOFILE, 32);
    if (LIMITS_MEMORY)
        limit(RLIMIT_AS, memory_now() + APL_WORKER_MEMORY_BYTES_MAX);
    (void)apl_worker_lock_up();
}

/* The processor time of the next job; above it the kernel ends the process. */
static void start_clock(void)
{
    struct rusage used;
    struct rlimit seconds = {RLIM_INFINITY, RLIM_INFINITY};

    if (getrusage(RUSAGE_SELF, &used) == 0)
        seconds.rlim_cur = (rlim_t)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) + APL_WORKER_JOB_SECONDS_MAX;
    (void)setrlimit(RLIMIT_CPU, &seconds);
}

typedef union control {
    struct cmsghdr header;
    char bytes[CMSG_SPACE(sizeof(int))];
} control;

/* The next job: its header, its request, its descriptor. False at the end of the socket. */
static bool take_job(job_header *header, char request[APL_WORKER_REQUEST_BYTES_MAX], int *descriptor)
{
    control room = {0};
    struct iovec parts[] = {{header, sizeof *header}, {request, APL_WORKER_REQUEST_BYTES_MAX}};
    struct msghdr message = {
        .msg_iov = parts, .msg_iovlen = 2, .msg_control = room.bytes, .msg_controllen = sizeof room.bytes};

    ssize_t got = recvmsg(SOCKET, &message, 0);
    const struct cmsghdr *given = CMSG_FIRSTHDR(&message);
    *descriptor = -1;
    if (got < (ssize_t)sizeof *header || header->size != (size_t)got - sizeof *header)
        return false;
    if (given && given->cmsg_type == SCM_RIGHTS)
        memcpy(descriptor, CMSG_DATA(given), sizeof *descriptor);
    return true;
}

static bool write_answer(apl_str answer)
{
    size_t done = 0;

    while (done < answer.size) {
        ssize_t written = pwrite(ANSWER, answer.data + done, answer.size - done, (off_t)done);
        if (written <= 0)
            return false;
        done += (size_t)written;
    }
    return true;
}

static _Noreturn void work(apl_worker_serve serve, void *context)
{
    char request[APL_WORKER_REQUEST_BYTES_MAX];
    job_header header = {0};
    int descriptor = -1;

    for (unsigned jobs = 0; jobs < APL_WORKER_JOBS_MAX; jobs++) {
        if (!take_job(&header, request, &descriptor))
            _exit(0);
        apl_text answer;
        apl_text_init(&answer, APL_WORKER_ANSWER_BYTES_MAX);
        start_clock();
        serve(context, descriptor, apl_str_make(request, header.size), &answer);
        if (descriptor >= 0)
            (void)close(descriptor);
        header.size = (uint32_t)answer.size;
        if (answer.is_cut || !write_answer(apl_text_str(&answer)) ||
            send(SOCKET, &header, sizeof header, MSG_NOSIGNAL) < 0)
            _exit(1);
        apl_text_free(&answer);
    }
    _exit(EXIT_RECYCLED);
}

/* All descriptors but those of the terminal and the two: a copy of the socket of another worker would keep that one
 * waiting for its end for ever. */
static void close_others(int a, int b)
{
    unsigned low = (unsigned)(a < b ? a : b);
    unsigned high = (unsigned)(a < b ? b : a);

    close_all(SOCKET, low - 1);
    close_all(low + 1, high - 1);
    close_all(high + 1, ~0U);
}

static _Noreturn void nurse(int socket, int answer, apl_worker_serve serve, void *context)
{
    const job_header lost = {JOB_LOST, 0};
    int status = 0;

    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    close_others(socket, answer);
    for (;;) {
        pid_t child = fork();
        if (child == 0) {
            (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
            prepare(socket, answer);
            work(serve, context);
        }
        while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR)
            ;
        if (child > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0)
            _exit(0);
        bool is_recycled = child > 0 && WIFEXITED(status) && WEXITSTATUS(status) == EXIT_RECYCLED;
        if (!is_recycled && send(socket, &lost, sizeof lost, MSG_NOSIGNAL) < 0)
            _exit(0);
        if (child < 0)
            _exit(1);
    }
}

apl_status apl_worker_start(apl_worker **out, apl_worker_serve serve, void *context)
{
    int pair[2] = {-1, -1};
    int answer = memfd_create("answer", MFD_CLOEXEC);
    pid_t nursery = -1;

    *out = NULL;
    if (answer >= 0 && socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) == 0)
        nursery = fork();
    if (nursery == 0) {
        (void)close(pair[0]);
        nurse(pair[1], answer, serve, context);
    }
    if (pair[1] >= 0)
        (void)close(pair[1]);
    if (nursery < 0) {
        apl_status status = apl_fail(APL_E_IO, "no process to read files in: %s", strerror(errno));
        if (pair[0] >= 0)
            (void)close(pair[0]);
        if (answer >= 0)
            (void)close(answer);
        return status;
    }
    *out = apl_memory_new(sizeof **out);
    **out = (apl_worker){.socket = pair[0], .answer = answer, .nursery = nursery};
    return APL_OK;
}

void apl_worker_stop(apl_worker *worker)
{
    if (worker == NULL)
        return;
    (void)close(worker->socket);
    while (waitpid(worker->nursery, NULL, 0) < 0 && errno == EINTR)
        ;
    (void)close(worker->answer);
    apl_memory_free(worker);
}

static bool send_job(apl_worker *worker, int descriptor, apl_str request)
{
    job_header header = {++worker->job, request.size};
    control room = {0};
    struct iovec parts[] = {{&header, sizeof header}, {(void *)(uintptr_t)request.data, request.size}};
    struct msghdr message = {
        .msg_iov = parts, .msg_iovlen = 2, .msg_control = room.bytes, .msg_controllen = sizeof room.bytes};
    struct cmsghdr *given = CMSG_FIRSTHDR(&message);
    job_header stale;

    while (recv(worker->socket, &stale, sizeof stale, MSG_DONTWAIT) > 0)
        ; /* of a worker that died with nothing to do */
    given->cmsg_level = SOL_SOCKET;
    given->cmsg_type = SCM_RIGHTS;
    given->cmsg_len = CMSG_LEN(sizeof descriptor);
    memcpy(CMSG_DATA(given), &descriptor, sizeof descriptor);
    return sendmsg(worker->socket, &message, MSG_NOSIGNAL) > 0;
}

static apl_status take_answer(apl_text *answer, const apl_worker *worker, size_t size)
{
    size_t done = 0;

    if (size > APL_WORKER_ANSWER_BYTES_MAX)
        return apl_fail(APL_E_IO, "an answer of %zu bytes", size);
    char *bytes = apl_memory_new(size + 1);
    while (done < size) {
        ssize_t got = pread(worker->answer, bytes + done, size - done, (off_t)done);
        if (got <= 0)
            break;
        done += (size_t)got;
    }
    apl_text_add(answer, apl_str_make(bytes, done));
    apl_memory_free(bytes);
    return done == size ? APL_OK : apl_fail(APL_E_IO, "an answer that is shorter than was said");
}

apl_status apl_worker_ask(apl_text *answer, apl_worker *worker, int descriptor, apl_str request)
{
    job_header header = {0};

    APL_ASSERT(request.size <= APL_WORKER_REQUEST_BYTES_MAX);
    if (!send_job(worker, descriptor, request))
        return apl_fail(APL_E_IO, "there is no process to read files in any more");
    for (;;) {
        ssize_t got = recv(worker->socket, &header, sizeof header, 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got != (ssize_t)sizeof header)
            return apl_fail(APL_E_IO, "there is no process to read files in any more");
        if (header.job == JOB_LOST)
            return apl_fail(APL_E_IO, "the process that read the file crashed, or took too much time or memory");
        if (header.job == worker->job)
            return take_answer(answer, worker, header.size);
    }
}
