#!/usr/bin/env python3
"""Runs every case below services/: documents in, and what must come out (docs/content.md, "cases").

A case named like a rule holds pass, fail and unread documents of that rule; any other case has an expect.yaml.
Names given as arguments choose the cases whose path contains one of them."""
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
OUTCOMES = {"pass": "pass", "fail": "fail", "unread": "manual"}


THREAD = threading.local()
SCANNERS = []


def scan(paths, extra=()):
    if not hasattr(THREAD, "scanner"):
        THREAD.scanner = scans.Scanner()
        SCANNERS.append(THREAD.scanner)
    return THREAD.scanner.scan(paths, extra)


def rule_case(rule, path):
    """One document file of a rule: each judged asset has the status that the file's name says."""
    wanted = OUTCOMES[path.name.split(".")[0].split("-")[0]]
    judged = [f for f in scan([path])["findings"] if f["rule"] == rule]
    if not judged:
        return [f"{rule} judged nothing"]
    return [f"{f['asset']} is {f['status']}, should be {wanted}: {f.get('reason', '')} {json.dumps(f['evidence'])}"
            for f in judged if f["status"] != wanted]


def agrees(entry, found, key):
    value = found.get(key)
    if isinstance(entry, str) and isinstance(value, str) and key in ("id", "from", "to", "asset", "through", "type"):
        return entry.lower() == value.lower()
    if isinstance(entry, list) and isinstance(value, list):
        return sorted(map(str, entry)) == sorted(map(str, value))
    if isinstance(entry, int) and isinstance(value, str):
        return str(entry) == value  # an account number that YAML took for a number
    return entry == value


def nearest(entry, rows):
    """The row that agrees in most members, for the message."""
    best = max(rows, key=lambda row: sum(agrees(v, row, k) for k, v in entry.items()), default=None)
    return {k: best.get(k) for k in entry} if best else "nothing"


def explained(folder, asset):
    """Why an asset has its exposure: the part of `explain` that a scan does not show."""
    command = [scans.APLOMB, "explain", asset, str(folder), "--format", "json"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode not in (0, 3):
        raise RuntimeError(f"explain {asset}: exit {done.returncode}: {done.stderr.strip()}")
    return json.loads(done.stdout)["exposure_evidence"] or {}


def expected_case(folder):
    expected = yaml.safe_load((folder / "expect.yaml").read_text())
    result = scan([folder], expected.get("options", ()))
    faults = []
    for kind in ("assets", "relations", "findings", "coverage"):
        for entry in expected.get(kind) or []:
            if not any(all(agrees(v, row, k) for k, v in entry.items()) for row in result[kind]):
                faults.append(f"{kind}: no {json.dumps(entry)}; nearest: {json.dumps(nearest(entry, result[kind]))}")
        for entry in (expected.get("absent") or {}).get(kind) or []:
            if any(all(agrees(v, row, k) for k, v in entry.items()) for row in result[kind]):
                faults.append(f"{kind}: {json.dumps(entry)} must not be there")
    for entry in expected.get("evidence") or []:
        found = explained(folder, entry["of"])
        wanted = {k: v for k, v in entry.items() if k != "of"}
        if not all(agrees(v, found, k) for k, v in wanted.items()):
            faults.append(f"evidence of {entry['of']}: {json.dumps({k: found.get(k) for k in wanted})}, should be "
                          f"{json.dumps(wanted)}")
    if result["scan"]["documents"] != sum(row["count"] for row in result["coverage"]):
        faults.append("scan.documents is not the sum of the coverage rows")
    return faults


def run(job):
    name, work = job
    try:
        return name, work()
    except Exception as error:  # a broken case must not hide the others
        return name, [f"{type(error).__name__}: {error}"]


def main():
    jobs = []
    for folder in sorted(ROOT.glob("services/*/*/cases/*")):
        service = folder.parents[1]
        name = folder.relative_to(ROOT / "services").as_posix()
        if not folder.is_dir() or (sys.argv[1:] and not any(part in name for part in sys.argv[1:])):
            continue
        if (service / "rules" / f"{folder.name}.yaml").exists():
            rule = f"{service.relative_to(ROOT / 'services').as_posix()}/{folder.name}"
            for path in sorted(folder.glob("*.*json")) + sorted(folder.glob("*.json")):
                jobs.append((f"{name}/{path.name}", lambda r=rule, p=path: rule_case(r, p)))
        if (folder / "expect.yaml").exists():
            jobs.append((name, lambda f=folder: expected_case(f)))
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        for name, faults in pool.map(run, dict(jobs).items()):
            failed += bool(faults)
            for fault in faults:
                print(f"{name}: {fault}")
    ended_badly = sum(scanner.close() != 0 for scanner in SCANNERS)
    failed += ended_badly
    if ended_badly:
        print("a scanner ended badly: see above")
    print(f"{len(dict(jobs)) - failed} passed, {failed} failed")
    return 1 if failed or not jobs else 0


if __name__ == "__main__":
    sys.exit(main())
