#!/usr/bin/env python3
"""tests/bench/bench.py: what a scan, a start and a judgement cost, beside simple peers in the same run.

Writes estates with bench_generate into a temporary folder, one at a time, runs the program on them and prints tables;
what each row measures is said in docs/performance.md, whose tables --write refreshes. Figures are compared with
baseline.json and never fail. Builds nothing: `make bench` does, and gives APLOMB and APLOMB_ROOT.

    tests/bench/bench.py [--sizes 10000,100000,1000000] [--graphs 10000,100000,1000000] [--runs N] [--write] [--keep]
"""
import argparse
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile

import document
import measure

ROOT = os.environ.get("APLOMB_ROOT") or os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
APLOMB = os.environ.get("APLOMB") or os.path.join(ROOT, "build", "aplomb")
PROGRAMS = os.path.join(ROOT, "build", "tests", "bench")
HERE = os.path.join(ROOT, "tests", "bench")
SHAPES = ["documents", "raw", "graph", "pages"]
BYTES_A_RESOURCE = 2700  # of the largest shape
BYTES_FREE = 4 << 30  # left to others on the disk
RUNS = {10_000: 5, 100_000: 3, 1_000_000: 2}
PEER_RESOURCES_MAX = 100_000  # jq and Python take minutes for more
GRAPH_MODELS = ["estate", "tiered", "uniform"]
GRAPH_OTHER_ANSWERS = ["5 paths to one target"]  # igraph's paths may pass entries on the way
PEER_PATHS_NODES_MAX = 100_000  # igraph takes half a minute for five paths in more

JQ = ('[inputs | select((.type | ascii_downcase) == "microsoft.cognitiveservices/accounts"'
      ' and .body.properties.disableLocalAuth != true)] | length')
PYTHON = """
import json, sys
with open(sys.argv[1], encoding="utf-8") as file:
    documents = (json.loads(line) for line in file)
    print(sum(d["type"].lower() == "microsoft.cognitiveservices/accounts"
              and d["body"]["properties"].get("disableLocalAuth") is not True for d in documents))
"""
DUCKDB = """
import duckdb, sys
duckdb.execute("SET threads = 2")
print(duckdb.execute('''SELECT count(*) FROM read_ndjson(?, columns = {type: 'VARCHAR', body: 'JSON'})
    WHERE lower(type) = 'microsoft.cognitiveservices/accounts'
    AND coalesce(json_extract_string(body, '$.properties.disableLocalAuth'), 'false') <> 'true' ''',
    [sys.argv[1]]).fetchone()[0])
"""


class Bench:
    """The figures so far, by name, and the folder for estates."""

    def __init__(self, folder, arguments):
        self.folder = folder
        self.arguments = arguments
        self.figures = {}

    def runs(self, size):
        return self.arguments.runs or RUNS.get(size, 2)

    def note(self, name, **values):
        self.figures[name] = values
        print(f"  {name}: " + ", ".join(f"{key} {document.shown(key, value)}" for key, value in values.items()),
              flush=True)

    def cost(self, name, command, runs, **more):
        took = measure.least(command, runs, directory=self.folder)
        self.note(name, wall=took.wall, cpu=took.cpu, peak=took.peak, **more)


def estate(bench, size, shape):
    path = os.path.join(bench.folder, f"estate-{size}-{shape}")
    subprocess.run([os.path.join(PROGRAMS, "bench_generate"), str(size), shape, path], check=True,
                   stderr=subprocess.DEVNULL, env={**os.environ, "APLOMB_ROOT": ROOT})
    if os.path.isdir(path):
        size_bytes = sum(entry.stat().st_size for entry in os.scandir(path))
    else:
        size_bytes = os.path.getsize(path)
    return path, size_bytes


def remove(path):
    if os.path.isdir(path):
        shutil.rmtree(path)
    elif os.path.exists(path):
        os.remove(path)


def start_up(bench):
    bench.cost("start: version", [APLOMB, "version"], 30)
    bench.cost("start: checks", [APLOMB, "checks"], 30)


def scan(bench, size, shape, path, size_bytes):
    for jobs in (1, 2):
        command = [APLOMB, "scan", "--no-store", "-q", "--jobs", str(jobs), "--format", "json=/dev/null", path]
        bench.cost(f"scan: {size} {shape}, jobs {jobs}", command, bench.runs(size), bytes=size_bytes)


def rows_of(store):
    with sqlite3.connect(store) as database:
        names = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: database.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names}


def store(bench, size, path):
    database = os.path.join(bench.folder, "store.db")
    command = [APLOMB, "scan", "--store", database, "-q", "--format", "json=/dev/null", path]
    try:
        first = measure.run_once(command, directory=bench.folder)
        if first.code not in (0, 3):
            print(f"  store: {size} not measured, exit {first.code}")
            return
        before, bytes_before = rows_of(database), os.path.getsize(database)
        bench.note(f"store: {size} first", wall=first.wall, cpu=first.cpu, peak=first.peak, bytes=bytes_before,
                   rows=sum(before.values()))
        again = measure.run_once(command, directory=bench.folder)
        after = rows_of(database)
        grown = {name: count - before.get(name, 0) for name, count in after.items() if count != before.get(name, 0)}
        bench.note(f"store: {size} unchanged", wall=again.wall, cpu=again.cpu, peak=again.peak,
                   bytes=os.path.getsize(database) - bytes_before, rows=sum(grown.values()))
        print(f"    tables that grew: {grown or 'none'}")
    finally:
        for suffix in ("", "-wal", "-shm"):
            remove(database + suffix)


def policy(bench, size, path):
    definitions = os.path.join(HERE, "definitions")
    program = os.path.join(PROGRAMS, "bench_policy")
    reference = [sys.executable, "-B", os.path.join(HERE, "reference.py"), path, definitions]
    counts = {}
    for name, command in (("own rules", [program, path]), ("definitions", [program, path, definitions]),
                          ("definitions, interpreted by reference.py", reference)):
        line = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()[0]
        found = json.loads(line)
        counts[name] = found["noncompliant"]
        bench.note(f"policy: {size} {name}", pairs=found["pairs"], pairs_per_second=found["pairs_per_second"])
    if counts["definitions"] != counts["definitions, interpreted by reference.py"]:
        print("  policy: the two engines do not agree on how many are noncompliant")


def access(bench, size, path):
    program = os.path.join(PROGRAMS, "bench_access")
    found = json.loads(subprocess.run([program, path], check=True, capture_output=True, text=True).stdout)
    bench.note(f"access: {size} resources", grants=found["grants"], questions=found["questions"],
               questions_per_second=found["questions_per_second"])


def peers(bench, size, path):
    """The same question to each: how many AI services accounts do not switch local authentication off."""
    output = os.path.join(bench.folder, "answer")
    commands = [("Python json", [sys.executable, "-c", PYTHON, path])]
    if shutil.which("jq"):
        commands.append(("jq", ["jq", "-n", JQ, path]))
    if subprocess.run([sys.executable, "-c", "import duckdb"], capture_output=True, check=False).returncode == 0:
        commands.append(("DuckDB, 2 threads", [sys.executable, "-c", DUCKDB, path]))
    else:
        print("  peer: DuckDB is not installed for this Python, left out")
    question = [APLOMB, "scan", "--no-store", "-q", "--check", "ai-local-auth-disabled", "--format", "csv", path]
    commands.append(("aplomb scan --check, 2 jobs", question))
    for name, command in commands:
        took = measure.least(command, bench.runs(size), output=output, directory=bench.folder)
        with open(output, encoding="utf-8") as file:
            answer = file.read()
        if command is question:
            count = sum("azure/ai-services/ai-local-auth-disabled" in line for line in answer.splitlines())
        else:
            count = int(answer)
        bench.note(f"peer: {size} {name}", wall=took.wall, cpu=took.cpu, peak=took.peak, answer=count)


def lines_of(command):
    run = subprocess.run(command, check=True, capture_output=True, text=True)
    return {found["what"]: found for found in (json.loads(line) for line in run.stdout.splitlines())}


def graph(bench, size):
    """The searches of the attack graph on random graphs, beside igraph on the same ones."""
    peer = os.path.join(PROGRAMS, "peer_igraph")
    for model in GRAPH_MODELS:
        ours = lines_of([os.path.join(PROGRAMS, "bench_graph"), model, str(size), str(bench.runs(size))])
        theirs = {}
        if os.path.exists(peer):
            with_paths = ["paths"] if size <= PEER_PATHS_NODES_MAX else []
            theirs = lines_of([peer, model, str(size)] + with_paths)
        for what, found in ours.items():
            values = {"cpu": found["cpu"], "answer": found["answer"]}
            if what == "peak memory":
                values = {"peak": found["answer"]}
            elif what in theirs:
                values["igraph"] = theirs[what]["cpu"]
                if what not in GRAPH_OTHER_ANSWERS and theirs[what]["answer"] != found["answer"]:
                    print(f"  graph: igraph does not agree on '{what}': {theirs[what]['answer']}")
            bench.note(f"graph: {size} {model}, {what}", **values)
    if not os.path.exists(peer):
        print("  peer: igraph is not installed (tools/setup bench), left out")


def measure_size(bench, size):
    for shape in SHAPES:
        path, size_bytes = estate(bench, size, shape)
        try:
            scan(bench, size, shape, path, size_bytes)
            if shape == "documents":
                store(bench, size, path)
                if size <= PEER_RESOURCES_MAX:
                    policy(bench, size, path)
                    access(bench, size, path)
                    peers(bench, size, path)
        finally:
            remove(path)


def arguments_of():
    parser = argparse.ArgumentParser(description="Measures the program; see docs/performance.md.")
    parser.add_argument("--sizes", default="10000,100000,1000000", help="resources, comma-separated")
    parser.add_argument("--graphs", default="10000,100000,1000000",
                        help="nodes of attack graphs, comma-separated; 10000000 needs 4 GB")
    parser.add_argument("--runs", type=int, help="runs of each command, the least counts")
    parser.add_argument("--write", action="store_true", help="refresh the tables of docs/performance.md")
    parser.add_argument("--keep", action="store_true", help="make these figures the baseline")
    return parser.parse_args()


def main():
    arguments = arguments_of()
    baseline_path = os.path.join(HERE, "baseline.json")
    with tempfile.TemporaryDirectory(prefix="aplomb-bench-") as folder:
        bench = Bench(folder, arguments)
        print("start")
        start_up(bench)
        for size in (int(text) for text in arguments.graphs.split(",") if text):
            print(f"attack graph of {size} nodes")
            graph(bench, size)
        for size in (int(text) for text in arguments.sizes.split(",") if text):
            needed = size * BYTES_A_RESOURCE * 2 + BYTES_FREE
            if shutil.disk_usage(folder).free < needed:
                print(f"{size} resources: skipped, {folder} has less than {needed >> 30} GB free")
                continue
            print(f"{size} resources")
            measure_size(bench, size)
    baseline = {}
    if os.path.exists(baseline_path):
        with open(baseline_path, encoding="utf-8") as file:
            baseline = json.load(file)
    print(document.tables(bench.figures, baseline))
    if arguments.write:
        document.refresh(os.path.join(ROOT, "docs", "performance.md"), document.tables(bench.figures, baseline),
                         document.circumstances(ROOT, APLOMB, sys.argv[1:]))
    if arguments.keep:
        with open(baseline_path, "w", encoding="utf-8") as file:
            json.dump({**baseline, **bench.figures}, file, indent=1, sort_keys=True)
            file.write("\n")


if __name__ == "__main__":
    main()
