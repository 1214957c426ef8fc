"""tests/bench/measure.py: runs one command and says what it took, by the operating system's own account.

Wall seconds are a clock around the process; user and system seconds and the peak memory come from wait4 for the child
alone. On a machine that others use too, the least of several runs is the figure: noise only ever adds.
"""
import os
import time
from dataclasses import dataclass


@dataclass
class Cost:
    """What a run took: seconds, seconds, seconds, bytes, exit code."""

    wall: float
    user: float
    system: float
    peak: int
    code: int

    @property
    def cpu(self):
        return self.user + self.system


def run_once(command, output=os.devnull, directory=None):
    """Runs the command with nothing on standard input, its standard output into the file `output`."""
    start = time.monotonic()
    child = os.fork()
    if child == 0:
        try:
            if directory:
                os.chdir(directory)
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            os.dup2(os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644), 1)
            os.execvp(command[0], command)
        finally:
            os._exit(127)
    _, status, usage = os.wait4(child, 0)
    return Cost(time.monotonic() - start, usage.ru_utime, usage.ru_stime, usage.ru_maxrss * 1024,
                os.waitstatus_to_exitcode(status))


def least(command, runs, output=os.devnull, directory=None, allowed=(0, 3)):
    """The least of each figure over `runs` runs. Raises when a run fails."""
    costs = [run_once(command, output, directory) for _ in range(runs)]
    for cost in costs:
        if cost.code not in allowed:
            raise RuntimeError(f"exit {cost.code}: {' '.join(command)}")
    quickest = min(costs, key=lambda cost: cost.cpu)
    return Cost(min(cost.wall for cost in costs), quickest.user, quickest.system, min(cost.peak for cost in costs),
                quickest.code)
