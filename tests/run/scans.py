"""Scans many small sources quickly: through tests/programs/scan_each where it was built, else one process a scan.

`Scanner` is one conversation with one process; use one a thread. Nothing is kept between scans but the content."""
import json
import os
import pathlib
import subprocess

ROOT = pathlib.Path(os.environ.get("APLOMB_ROOT", pathlib.Path(__file__).resolve().parents[2]))
APLOMB = os.environ.get("APLOMB", str(ROOT / "build" / "aplomb"))
PROGRAM = pathlib.Path(APLOMB).parent / "tests" / "programs" / "scan_each"


def alone(words, paths):
    """One process, as a user would start it."""
    done = subprocess.run([APLOMB, *words, *map(str, paths)], capture_output=True, text=True)
    if done.returncode not in (0, 3):
        raise RuntimeError(f"exit {done.returncode}: {done.stderr.strip()}")
    return json.loads(done.stdout)


class Scanner:
    def __init__(self):
        self.process = None
        if PROGRAM.exists():
            self.process = subprocess.Popen([PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def ask(self, mode, paths):
        self.process.stdin.write("\t".join([mode, *map(str, paths)]).encode() + b"\n")
        self.process.stdin.flush()
        head = self.process.stdout.readline().split()
        if len(head) != 2:
            raise RuntimeError(f"scan_each ended with {self.process.wait()}")
        code, size = map(int, head)
        text = self.process.stdout.read(size).decode()
        if code != 0:
            raise RuntimeError(text)
        return json.loads(text)

    def scan(self, paths, options=()):
        if self.process is None or options:
            return alone(["scan", "--no-store", "--jobs", "1", "--format", "json", "--status", "all", *options], paths)
        return self.ask("scan", paths)

    def edges(self, paths):
        if self.process is None:
            return alone(["paths", "--quiet", "--jobs", "1", "--edges", "--format", "json"], paths)["edges"]
        return self.ask("edges", paths)["edges"]

    def close(self):
        """A leak that the sanitizer finds at the end is a failure."""
        if self.process is None:
            return 0
        self.process.stdin.close()
        return self.process.wait()
