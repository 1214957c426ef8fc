#!/usr/bin/env python3
"""Runs every case of the attack techniques: the step is there in `holds`, and not in `holds-not` (docs/content.md).

Every technique must have a case. Names given as arguments choose the cases whose folder contains one of them."""
import concurrent.futures
import json
import os
import pathlib
import subprocess
import sys
import threading

import yaml

import scans

ROOT = pathlib.Path(os.environ.get("APLOMB_ROOT", pathlib.Path(__file__).resolve().parents[2]))
CASES = ROOT / "techniques" / "cases"


THREAD = threading.local()
SCANNERS = []


def edges_of(folder):
    if not hasattr(THREAD, "scanner"):
        THREAD.scanner = scans.Scanner()
        SCANNERS.append(THREAD.scanner)
    return THREAD.scanner.edges([folder])


def matches(entry, edge):
    """Ids compare without case, as the provider compares them; what the entry does not name may be anything."""
    for key, wanted in entry.items():
        found = edge.get(key)
        same = found is not None and str(found).lower() == str(wanted).lower()
        if not same:
            return False
    return True


def faults_of(folder):
    expected = yaml.safe_load((folder / "expect.yaml").read_text())
    if not expected.get("edges"):
        return ["expect.yaml names no edge"]
    holds, holds_not = edges_of(folder / "holds"), edges_of(folder / "holds-not")
    faults = [f"not there: {json.dumps(entry)}; there are {sorted({e['technique'] or e['relation'] for e in holds})}"
              for entry in expected["edges"] if not any(matches(entry, edge) for edge in holds)]
    faults += [f"there although it must not be: {json.dumps(entry)}"
               for entry in expected["edges"] if any(matches(entry, edge) for edge in holds_not)]
    return faults + [f"there beside it: {json.dumps(entry)}"
                     for entry in expected.get("absent", []) if any(matches(entry, edge) for edge in holds)]


def run(folder):
    try:
        return folder.name, faults_of(folder)
    except Exception as error:  # a broken case must not hide the others
        return folder.name, [f"{type(error).__name__}: {error}"]


def uncovered(folders):
    """Techniques of which no case names the id."""
    command = [scans.APLOMB, "techniques", "--format", "json"]
    listed = subprocess.run(command, capture_output=True, text=True, check=True)
    ids = {row["id"] for row in json.loads(listed.stdout)["techniques"]}
    named = {entry.get("technique") for folder in folders
             for entry in yaml.safe_load((folder / "expect.yaml").read_text()).get("edges", [])}
    return sorted(ids - named)


def main():
    folders = sorted(path.parent for path in CASES.glob("*/expect.yaml"))
    chosen = [folder for folder in folders if not sys.argv[1:] or any(word in folder.name for word in sys.argv[1:])]
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for name, faults in pool.map(run, chosen):
            for fault in faults:
                print(f"{name}: {fault}")
            failed += bool(faults)
    failed += sum(scanner.close() != 0 for scanner in SCANNERS)
    missing = [] if sys.argv[1:] else uncovered(folders)
    for name in missing:
        print(f"{name}: no case")
    print(f"{len(chosen) - failed} passed, {failed + len(missing)} failed")
    return 1 if failed or missing or not chosen else 0


if __name__ == "__main__":
    sys.exit(main())
