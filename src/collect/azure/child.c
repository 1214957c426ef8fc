/* collect/azure/child.c: posix_spawn, two pipes, a deadline.
 *
 * The child leads a process group of its own, so that a wrapper script and the interpreter behind it end together. */
#include "collect/azure/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"

#define PATH_BYTES_MAX 4096
#define BLOCK_BYTES 4096

/* The first executable file of that name in an absolute folder of the search path. */
static bool find_program(char out[PATH_BYTES_MAX], const char *search_path, const char *name)
{
    apl_str rest = apl_str_from(search_path);
    apl_str folder;
    struct stat info;
    size_t name_size = strlen(name);

    while (apl_str_next(&folder, &rest, ':')) {
        if (folder.size == 0 || folder.data[0] != '/' || folder.size + name_size + 2 > PATH_BYTES_MAX)
            continue;
        memcpy(out, folder.data, folder.size);
        out[folder.size] = '/';
        memcpy(out + folder.size + 1, name, name_size + 1);
        if (stat(out, &info) == 0 && S_ISREG(info.st_mode) && access(out, X_OK) == 0)
            return true;
    }
    return false;
}

static apl_status spawn(pid_t *out, const char *program, const apl_child *child, const int pipes[2][2])
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none;
    sigset_t usual;

    (void)posix_spawn_file_actions_init(&actions);
    (void)posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    (void)posix_spawn_file_actions_adddup2(&actions, pipes[0][1], STDOUT_FILENO);
    (void)posix_spawn_file_actions_adddup2(&actions, pipes[1][1], STDERR_FILENO);
    (void)posix_spawnattr_init(&attributes);
    (void)sigemptyset(&none);
    (void)sigemptyset(&usual);
    (void)sigaddset(&usual, SIGPIPE); /* we ignore it; a program expects its default */
    (void)sigaddset(&usual, SIGINT);
    (void)posix_spawnattr_setsigmask(&attributes, &none);
    (void)posix_spawnattr_setsigdefault(&attributes, &usual);
    (void)posix_spawnattr_setpgroup(&attributes, 0);
    (void)posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    int error = posix_spawn(out, program, &actions, &attributes, (char *const *)(uintptr_t)child->arguments,
                            (char *const *)(uintptr_t)child->environment);
    (void)posix_spawnattr_destroy(&attributes);
    (void)posix_spawn_file_actions_destroy(&actions);
    return error == 0 ? APL_OK : apl_fail(APL_E_IO, "%s: %s", program, strerror(error));
}

/* Reads what is there; false at the end of the file. */
static bool take(apl_text *out, int file)
{
    char block[BLOCK_BYTES];
    ssize_t size = read(file, block, sizeof block);

    if (size > 0)
        apl_text_add(out, apl_str_make(block, (size_t)size));
    explicit_bzero(block, sizeof block);
    return size > 0 || (size < 0 && (errno == EINTR || errno == EAGAIN));
}

static apl_status read_outputs(apl_child_result *result, const apl_child *child, const int files[2])
{
    struct pollfd watched[2] = {{.fd = files[0], .events = POLLIN}, {.fd = files[1], .events = POLLIN}};
    apl_text *texts[2] = {&result->out, &result->error};
    uint64_t ends_ms = apl_clock_monotonic_ns() / 1000000 + child->timeout_ms;

    while (watched[0].fd >= 0 || watched[1].fd >= 0) {
        uint64_t now_ms = apl_clock_monotonic_ns() / 1000000;
        if (now_ms >= ends_ms)
            return apl_fail(APL_E_IO, "%s did not end within %u s", child->arguments[0], child->timeout_ms / 1000);
        if (poll(watched, 2, (int)(ends_ms - now_ms)) < 0 && errno != EINTR)
            return apl_fail(APL_E_IO, "%s: %s", child->arguments[0], strerror(errno));
        for (int i = 0; i < 2; i++) {
            if (watched[i].fd >= 0 && watched[i].revents && !take(texts[i], watched[i].fd))
                watched[i].fd = -1;
            if (texts[i]->is_cut)
                return apl_fail(APL_E_LIMIT, "%s printed more than %zu bytes", child->arguments[0], child->bytes_max);
        }
    }
    return APL_OK;
}

/* Waits for the end; a group that was not done is killed first. */
static void reap(apl_child_result *result, pid_t child, bool is_done)
{
    int how = 0;

    if (!is_done)
        (void)kill(-child, SIGKILL);
    while (waitpid(child, &how, 0) < 0 && errno == EINTR) {
    }
    result->exit_code = WIFEXITED(how) ? WEXITSTATUS(how) : 128;
}

static void close_pipes(const int pipes[2][2], int end)
{
    for (int i = 0; i < 2; i++)
        (void)close(pipes[i][end]);
}

apl_status apl_child_run(apl_child_result *result, const apl_child *child)
{
    char program[PATH_BYTES_MAX];
    int pipes[2][2];
    pid_t started = 0;

    *result = (apl_child_result){0};
    apl_text_init(&result->out, child->bytes_max);
    apl_text_init(&result->error, child->bytes_max);
    result->is_found = find_program(program, child->search_path, child->arguments[0]);
    if (!result->is_found)
        return apl_fail(APL_E_IO, "%s is not installed", child->arguments[0]);
    if (pipe2(pipes[0], O_CLOEXEC) != 0)
        return apl_fail(APL_E_IO, "pipe: %s", strerror(errno));
    if (pipe2(pipes[1], O_CLOEXEC) != 0) {
        (void)close(pipes[0][0]);
        (void)close(pipes[0][1]);
        return apl_fail(APL_E_IO, "pipe: %s", strerror(errno));
    }
    apl_status status = spawn(&started, program, child, (const int(*)[2])pipes);
    close_pipes((const int(*)[2])pipes, 1);
    if (status == APL_OK) {
        int files[2] = {pipes[0][0], pipes[1][0]};
        status = read_outputs(result, child, files);
        reap(result, started, status == APL_OK);
    }
    close_pipes((const int(*)[2])pipes, 0);
    return status;
}

void apl_child_result_free(apl_child_result *result)
{
    if (result->out.data)
        explicit_bzero(result->out.data, result->out.capacity);
    apl_text_free(&result->out);
    apl_text_free(&result->error);
}
