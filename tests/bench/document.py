"""tests/bench/document.py: figures as tables, and the tables of docs/performance.md.

A figure's name is "<table>: <what>". Tables stand in the document between the lines <!-- figures --> and
<!-- /figures -->; everything outside them is written by people.
"""
import datetime
import os
import platform
import subprocess

TITLES = {
    "start": "Start",
    "scan": "Scan of an export, no store",
    "store": "Scan into a new store, and again unchanged",
    "policy": "Policy evaluation, one core",
    "access": "Effective access, one core",
    "peer": "One question, several programs",
    "graph": "Attack graph, one core",
}
COLUMNS = {
    "start": ["wall", "cpu", "peak"],
    "scan": ["bytes", "wall", "cpu", "peak"],
    "store": ["wall", "cpu", "peak", "bytes", "rows"],
    "policy": ["pairs", "pairs_per_second"],
    "access": ["grants", "questions", "questions_per_second"],
    "peer": ["wall", "cpu", "peak", "answer"],
    "graph": ["cpu", "igraph", "peak", "answer"],
}
HEADS = {"wall": "wall", "cpu": "CPU", "peak": "peak memory", "bytes": "bytes", "rows": "rows added", "pairs": "pairs",
         "pairs_per_second": "pairs a second", "answer": "answer", "igraph": "CPU of igraph",
         "grants": "grants", "questions": "questions",
         "questions_per_second": "questions a second"}
COMPARED = ["cpu", "peak", "pairs_per_second", "questions_per_second"]
BEGIN, END = "<!-- figures -->", "<!-- /figures -->"


def shown(column, value):
    if column in ("wall", "cpu", "igraph"):
        if value < 0.0001:
            return f"{value * 1e6:.1f} µs"
        return f"{value * 1000:.1f} ms" if value < 1 else f"{value:.2f} s"
    if column == "peak":
        return f"{value / 1e6:.0f} MB"
    if column == "bytes":
        return f"{value / 1e6:,.1f} MB"
    return f"{value:,}"


def change(name, values, baseline):
    """Against the baseline, in per cent: what the first column of COMPARED that the figure has became."""
    before = baseline.get(name, {})
    for column in COMPARED:
        if column in values and before.get(column):
            return f"{HEADS[column]} {100 * (values[column] / before[column] - 1):+.0f} %"
    return ""


def tables(figures, baseline):
    lines = []
    for key, title in TITLES.items():
        rows = {name.split(": ", 1)[1]: values for name, values in figures.items() if name.startswith(key + ":")}
        if not rows:
            continue
        heads = [HEADS[column] for column in COLUMNS[key]]
        lines += ["", f"### {title}", "", "| what | " + " | ".join(heads) + " | against baseline |",
                  "|---|" + "---:|" * (len(heads) + 1)]
        for what, values in rows.items():
            cells = [shown(column, values[column]) if column in values else "" for column in COLUMNS[key]]
            lines.append(f"| {what} | " + " | ".join(cells) + f" | {change(f'{key}: {what}', values, baseline)} |")
    return "\n".join(lines) + "\n"


def said(*command, directory=None):
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=directory).stdout.strip()


def processor():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        names = [line.split(":", 1)[1].strip() for line in file if line.startswith("model name")]
    return names[0] if names else platform.machine()


def circumstances(root, program, arguments):
    with open("/proc/meminfo", encoding="utf-8") as file:
        memory = int(file.readline().split()[1]) // (1 << 20)
    commit = said("git", "rev-parse", "--short", "HEAD", directory=root)
    changed = said("git", "status", "--porcelain", "--untracked-files=no", directory=root)
    load = ", ".join(f"{part:.1f}" for part in os.getloadavg())
    return [
        f"- {datetime.date.today().isoformat()}, {said(program, 'version').splitlines()[0]}, commit {commit}"
        + (" with changes" if changed else ""),
        f"- {processor()}, {os.cpu_count()} cores, {memory} GB; {platform.system()} {platform.release()}; "
        f"load average at the end {load}",
        f"- `make bench`, that is `tests/bench/bench.py {' '.join(arguments)}`".rstrip("` ") + "`",
    ]


def refresh(path, text, lines):
    with open(path, encoding="utf-8") as file:
        before, rest = file.read().split(BEGIN, 1)
    after = rest.split(END, 1)[1]
    with open(path, "w", encoding="utf-8") as file:
        file.write(before + BEGIN + "\n" + "\n".join(lines) + "\n" + text + END + after)
