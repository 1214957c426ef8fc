#!/usr/bin/env python3
"""Where docs/coverage-microsoft.yaml says that a rule decides what a policy of Microsoft does, both answer alike.

Evaluates each published definition of APLOMB_SHARED_DATA on the passing and failing cases of the rules that are named:
a pass must be compliant and a fail noncompliant, or the entry says in `differs` why not. Skipped without the data."""
import json
import os
import pathlib
import subprocess
import sys

import yaml

ROOT = pathlib.Path(os.environ.get("APLOMB_ROOT", pathlib.Path(__file__).resolve().parents[2]))
APLOMB = os.path.abspath(os.environ.get("APLOMB", ROOT / "build" / "aplomb"))
POLICIES = pathlib.Path(os.environ.get("APLOMB_SHARED_DATA") or "/nonexistent") / "azure-policy"


def definitions():
    """Id -> file of each definition that is there."""
    lines = (POLICIES / "MANIFEST.tsv").read_text().splitlines()[1:]
    rows = [line.split("\t") for line in lines if "\t" in line]
    files = {row[0]: POLICIES / "builtin" / row[1] for row in rows}
    return {id_: file for id_, file in files.items() if file.exists()}


def states(definition, case):
    done = subprocess.run([APLOMB, "policy", "eval", "--definition", str(definition), str(case)],
                          capture_output=True, text=True)
    if done.returncode not in (0, 3):
        raise AssertionError(f"{case}: exit {done.returncode}: {done.stderr.strip()}")
    return {json.loads(line)["state"] for line in done.stdout.splitlines()} - {"not-applicable"}


def differences(definition, rule):
    cloud, service, check = rule.split("/")
    cases = ROOT / "services" / cloud / service / "cases" / check
    wanted = [(case, "compliant") for case in sorted(cases.glob("pass*.json"))]
    wanted += [(case, "noncompliant") for case in sorted(cases.glob("fail*.json"))]
    return [f"{rule}: {case.name}: not {state}" for case, state in wanted if states(definition, case) - {state}]


def main():
    if not (POLICIES / "MANIFEST.tsv").exists():
        return 77
    files, failed, seen = definitions(), 0, set()
    for group in yaml.safe_load((ROOT / "docs/coverage-microsoft.yaml").read_text())["lists"]:
        for entry in group["entries"]:
            if entry.get("id") not in files or entry["id"] in seen or not entry.get("by"):
                continue
            seen.add(entry["id"])
            found = [line for rule in entry["by"] for line in differences(files[entry["id"]], rule)]
            if bool(found) != bool(entry.get("differs")):
                failed += 1
                print(f"{entry['title']}: " + ("; ".join(found) or "nothing differs, but `differs` says so"))
    print(f"{len(seen)} definitions compared", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
