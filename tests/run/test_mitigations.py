#!/usr/bin/env python3
"""What breaks a step breaks it: the findings that a step names as its fixes are mended in the documents, one at a time.

Generated from the cases of techniques/, and nothing is listed by hand: for each step of the graph, each finding that it
names, and each way to mend it (the patch that its rule gives, what its evidence expects), the documents are edited and
scanned again. Where the finding then passes, the step must be gone, and no step may be there that the what-if of that
finding leaves out. Every check that a technique names must have been tried so with that technique.

Names given as arguments choose the cases whose folder contains one of them."""
import collections
import concurrent.futures
import copy
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import threading

import scans

ROOT = pathlib.Path(os.environ.get("APLOMB_ROOT", pathlib.Path(__file__).resolve().parents[2]))
CASES = ROOT / "techniques" / "cases"
GONE = object()
NOBODY = "00000000-0000-0000-0000-000000000000" # an id that means nothing

THREAD = threading.local()
SCANNERS = []


def scanner():
    if not hasattr(THREAD, "scanner"):
        THREAD.scanner = scans.Scanner()
        SCANNERS.append(THREAD.scanner)
    return THREAD.scanner


# -- Documents --------------------------------------------------------------------------------------------------------


def read_documents(folder):
    return {path.name: json.loads(path.read_text()) for path in sorted(folder.glob("*.json"))}


def objects_with_id(documents, wanted):
    waiting = list(documents.values())
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            ids = [str(value[name]).lower() for name in ("id", "botid", "AIAgentId") if name in value]
            if "body" not in value and wanted.lower() in ids:
                yield value
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value


def bodies_of(documents, asset):
    """The objects that are this asset. Those of a data plane or a directory have only the end of its id."""
    return list(objects_with_id(documents, asset)) or list(objects_with_id(documents, asset.rsplit("/", 1)[-1]))


def set_member(body, path, value):
    """Sets or, for GONE, removes what the path names; `[*]` is each member of an array, `[3]` one."""
    steps = re.findall(r"[^.\[\]]+|\[\d+\]|\[\*\]", path)
    waiting = [(body, 0)]
    while waiting:
        place, depth = waiting.pop()
        step, is_last = steps[depth], depth + 1 == len(steps)
        if step.startswith("["):
            if not isinstance(place, list):
                continue
            chosen = range(len(place)) if step == "[*]" else [int(step[1:-1])]
            keys = [index for index in chosen if index < len(place)]
        elif isinstance(place, dict):
            keys = [next((key for key in place if key.lower() == step.lower()), step)]
        else:
            continue
        for key in reversed(keys):
            if not is_last:
                if isinstance(place, dict) and not isinstance(place.get(key), (dict, list)):
                    place[key] = {}
                waiting.append((place[key], depth + 1))
            elif value is not GONE:
                place[key] = value
            elif isinstance(place, list) or key in place:
                del place[key]


# -- Ways to mend a finding -------------------------------------------------------------------------------------------


def expected_values(part):
    """Values that the evidence would accept; what it says in words is tried as the value's absence."""
    expected = part.get("expected")
    if not isinstance(expected, str):
        return [expected]
    if match := re.fullmatch(r"one of (\[.*\])", expected):
        return json.loads(match.group(1))[:2]
    if expected in ("not true", "not false"):
        return [expected == "not false"]
    if expected.startswith("not containing ") and isinstance(part["value"], list):
        return [[item for item in part["value"] if json.dumps(item) not in expected]]
    if expected.startswith("not one of "):
        return [NOBODY, GONE]
    return [GONE] if expected.startswith(("not ", "none")) else [expected, GONE]


def edits_of(finding):
    """Lists of (path, value), the rule's own patch first."""
    patch = finding["remediation"].get("patch") or []
    ways = [[(part["path"], part.get("value", GONE)) for part in patch]] if patch else []
    parts = [part for part in finding["evidence"] if "(" not in part["path"] and not part["path"].startswith("aplomb.")]
    singles = [(part["path"], value) for part in parts for value in expected_values(part)]
    ways += [[single] for single in singles]
    if len(singles) > 1:
        ways.append(singles)
    return ways


def mended(documents, finding, edit):
    """The documents with the edit, or None when nothing in them is the asset."""
    changed = copy.deepcopy(documents)
    bodies = bodies_of(changed, finding["asset"])
    for body in bodies:
        for path, value in edit:
            set_member(body, path, value)
    return changed if bodies and changed != documents else None


# -- What must follow -------------------------------------------------------------------------------------------------


def key_of(edge):
    return edge["technique"] or edge["relation"], edge["from"].lower(), edge["to"].lower(), edge["gives"]


def scan_documents(documents):
    with tempfile.TemporaryDirectory() as folder:
        for name, document in documents.items():
            (pathlib.Path(folder) / name).write_text(json.dumps(document))
        findings = {finding["id"]: finding for finding in scanner().scan([folder])["findings"]}
        return findings, scanner().edges([folder])


def faults_of_mending(name, edges, finding, after):
    """Steps of one key may have several causes: as many are left, at most, as do not name the finding."""
    others = collections.Counter(key_of(edge) for edge in edges if finding["id"] not in edge["fixes"])
    left = collections.Counter(key_of(edge) for edge in after)
    for key in left:
        if left[key] > others[key]:
            yield f"{name}: {finding['rule']} is mended, and yet there is the step {' '.join(key)}"


class Case:
    """A folder of documents, with what its scan gives."""

    def __init__(self, folder):
        self.name = folder.parent.name
        self.documents = read_documents(folder)
        self.findings, self.edges = scan_documents(self.documents)

    def steps_of(self, identifier):
        return {key_of(edge) for edge in self.edges if identifier in edge["fixes"]}

    def fixes(self):
        return sorted({fix for edge in self.edges for fix in edge["fixes"]})


def attempt(work):
    """Faults, and the pairs of technique and check that were tried, of one finding by the first edit that mends it."""
    case, identifier = work
    finding = case.findings[identifier]
    for edit in edits_of(finding):
        changed = mended(case.documents, finding, edit)
        after_findings, after = scan_documents(changed) if changed else ({}, [])
        if after_findings.get(identifier, {}).get("status") == "pass":
            faults = list(faults_of_mending(case.name, case.edges, finding, after))
            return faults, {(key[0], finding["check"]) for key in case.steps_of(identifier)}
    return [], set()


def work_of(cases):
    """Cases share assets: a finding is tried where it breaks a step that no case before had."""
    seen = set()
    for case in cases:
        for identifier in case.fixes():
            steps = {(case.findings[identifier]["rule"], *key) for key in case.steps_of(identifier)}
            if steps - seen:
                yield case, identifier
            seen |= steps


def breaking_pairs():
    """What the content says: each technique with each check that breaks it."""
    command = [scans.APLOMB, "techniques", "--format", "json"]
    listed = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    return {(row["id"], check) for row in listed["techniques"] for check in row["breaks"]}


def main():
    folders = sorted(path for path in CASES.glob("*/holds"))
    chosen = [folder for folder in folders
              if not sys.argv[1:] or any(word in folder.parent.name for word in sys.argv[1:])]
    faults, tried = [], set()
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        cases = list(pool.map(Case, chosen))
        for some_faults, some_tried in pool.map(attempt, work_of(cases)):
            faults += some_faults
            tried |= some_tried
    missing = [] if sys.argv[1:] else sorted(breaking_pairs() - tried)
    faults += [f"{technique}: no case tries that {check} breaks it" for technique, check in missing]
    for fault in faults:
        print(fault)
    print(f"{len(tried)} pairs of technique and check tried, {len(faults)} faults")
    return 1 if faults or not tried or any(one.close() for one in SCANNERS) else 0


if __name__ == "__main__":
    sys.exit(main())
