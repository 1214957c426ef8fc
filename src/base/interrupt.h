/* base/interrupt.h: one flag for "the user wants it to end".
 *
 * For work that may take hours and whose first half is worth keeping. The first SIGINT or SIGTERM sets the flag; the
 * second one ends the process as always. One flag a process: a signal has no other place to write to. */
#ifndef APL_BASE_INTERRUPT_H
#define APL_BASE_INTERRUPT_H

#include <signal.h>

/* Watches from now on; the flag, which becomes true. Lives as long as the process. */
const volatile sig_atomic_t *apl_interrupt_watch(void);

/* No longer: signals end the process again. The flag stays as it is. */
void apl_interrupt_forget(void);

#endif
