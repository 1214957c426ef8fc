/* bytes/worker_lock.c: the walls around a worker.
 *
 * A list of system calls that reading, answering and taking memory need; every other one is refused with an error, not
 * with death, because libraries try things that they can do without. Memory that can be executed is among the refused.
 */
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bytes/worker.h"

#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#else
#define ARCHITECTURE 0
#endif

static const long allowed[] = {
    __NR_read,         __NR_pread64,        __NR_lseek,       __NR_fstat,  __NR_close,         __NR_recvmsg,
    __NR_sendmsg,      __NR_sendto,         __NR_pwrite64,    __NR_munmap, __NR_mremap,        __NR_brk,
    __NR_madvise,      __NR_exit,           __NR_exit_group,  __NR_futex,  __NR_clock_gettime, __NR_getrandom,
    __NR_rt_sigreturn, __NR_rt_sigprocmask, __NR_getpid,      __NR_gettid, __NR_sched_yield,   __NR_getrusage,
    __NR_prlimit64,    __NR_rt_sigaction,   __NR_sigaltstack,
};
#define ALLOWED_COUNT (sizeof allowed / sizeof allowed[0])

/* Calls whose third argument must not ask for memory that can be executed. */
static const long without_execute[] = {__NR_mmap, __NR_mprotect};
#define WITHOUT_EXECUTE_COUNT (sizeof without_execute / sizeof without_execute[0])

#define LOAD(member) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, member))
#define GIVE(action) BPF_STMT(BPF_RET | BPF_K, (action))

static bool filter_calls(void)
{
    struct sock_filter program[5 + 2 * ALLOWED_COUNT + 4 * WITHOUT_EXECUTE_COUNT + 1];
    unsigned short count = 0;

    program[count++] = (struct sock_filter)LOAD(arch);
    program[count++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 1, 0);
    program[count++] = (struct sock_filter)GIVE(SECCOMP_RET_KILL_PROCESS);
    program[count++] = (struct sock_filter)LOAD(nr);
    for (size_t i = 0; i < ALLOWED_COUNT; i++) {
        program[count++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)allowed[i], 0, 1);
        program[count++] = (struct sock_filter)GIVE(SECCOMP_RET_ALLOW);
    }
    for (size_t i = 0; i < WITHOUT_EXECUTE_COUNT; i++) { /* the number is gone after the load, so it ends here */
        program[count++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)without_execute[i], 0, 3);
        program[count++] = (struct sock_filter)LOAD(args[2]);
        program[count++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, PROT_EXEC, 3, 0);
        program[count++] = (struct sock_filter)GIVE(SECCOMP_RET_ALLOW);
        /* A jump over the rest: to the refusal, which is the last instruction. */
        program[count - 2].jt = (unsigned char)(4 * (WITHOUT_EXECUTE_COUNT - 1 - i) + 1);
    }
    program[count++] = (struct sock_filter)GIVE(SECCOMP_RET_ERRNO | EPERM);
    const struct sock_fprog filter = {count, program};
    return ARCHITECTURE != 0 && prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
}

/* A set of rules without a rule: no file may be opened by any name. Kernels before 5.13 have none. */
static void restrict_files(void)
{
    const struct landlock_ruleset_attr nothing = {.handled_access_fs = (UINT64_C(1) << 13) - 1};
    long rules = syscall(__NR_landlock_create_ruleset, &nothing, sizeof nothing, 0);

    if (rules < 0)
        return;
    (void)syscall(__NR_landlock_restrict_self, rules, 0);
    (void)close((int)rules);
}

bool apl_worker_lock_up(void)
{
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return false;
    restrict_files();
    return filter_calls();
}
