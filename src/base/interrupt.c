/* base/interrupt.c: the handler and its flag.
 *
 * The handler does nothing but write the flag (POSIX, "Signal Actions"): what follows from it happens where the flag
 * is asked. */
#include "base/interrupt.h"

#include <stddef.h>

static volatile sig_atomic_t is_interrupted;

static void on_signal(int number)
{
    (void)number;
    is_interrupted = 1;
}

const volatile sig_atomic_t *apl_interrupt_watch(void)
{
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND};

    (void)sigemptyset(&action.sa_mask);
    (void)sigaction(SIGINT, &action, NULL);
    (void)sigaction(SIGTERM, &action, NULL);
    return &is_interrupted;
}

void apl_interrupt_forget(void)
{
    (void)signal(SIGINT, SIG_DFL);
    (void)signal(SIGTERM, SIG_DFL);
}
