#!/usr/bin/env python3
"""Scans examples/contoso as a new user would, and compares with tests/golden/contoso.

What differs from run to run (times, scan id, content digest, version) is blanked first. Beside the bytes it holds what
the example promises: every kind that any service can give, every exposure, use and status. A service with a new kind
needs an asset of it in the example. APLOMB_GOLDEN=1 rewrites the golden files; review the diff."""
import difflib
import json
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(os.environ.get("APLOMB_ROOT", pathlib.Path(__file__).resolve().parents[2]))
APLOMB = os.path.abspath(os.environ.get("APLOMB", ROOT / "build" / "aplomb"))
GOLDEN = ROOT / "tests" / "golden" / "contoso"
DIFF_LINES_MAX = 300
SCAN = ("scan", "examples/contoso", "--no-store", "--quiet", "--now", "2026-11-23T08:00:00Z")

# Kinds that the example cannot honestly show, with the reason; none today.
EXCEPTIONS = {}

faults = []


def expect(condition, message):
    if not condition:
        faults.append(message)


def run(*words):
    """Standard output as text; a scan of the example ends with 3, for it names what was not read."""
    environment = {key: value for key, value in os.environ.items() if key not in ("APLOMB_STORE", "LANG", "LC_CTYPE")}
    environment.update({"COLUMNS": "100", "NO_COLOR": "1", "LC_ALL": "C.UTF-8"})
    done = subprocess.run([APLOMB, *words], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120)
    wanted = 3 if words[0] == "scan" else 0
    if done.returncode != wanted:
        sys.exit(f"{' '.join(words)}: exit {done.returncode}, should be {wanted}\n{done.stderr}")
    return done.stdout


def scan(*words):
    return json.loads(run(*SCAN, "--format", "json", "--status", "all", *words))


def blank_json(text):
    text = re.sub(r'"(started|finished|version|content)":"[^"]*"', r'"\1":""', text)
    return re.sub(r'("scan":\{"id":)"[^"]*"', r'\1""', text, count=1)


def blank_text(text):
    return re.sub(r"( documents in )[^;\n]*;", r"\1some time;", text, count=1)


def compare(name, text):
    path = GOLDEN / name
    if os.environ.get("APLOMB_GOLDEN") == "1":
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return
    wanted = path.read_text() if path.exists() else ""
    if text == wanted:
        return
    lines = list(difflib.unified_diff(wanted.splitlines(), text.splitlines(), f"golden/contoso/{name}", "now",
                                      lineterm="", n=1))
    print("\n".join(line[:400] for line in lines[:DIFF_LINES_MAX]))
    if len(lines) > DIFF_LINES_MAX:
        print(f"... and {len(lines) - DIFF_LINES_MAX} more lines")
    expect(False, f"{name} differs; when the change is meant, run make golden and review the diff")


def check_assets(assets):
    """Of what was read; an asset that another document only names proves nothing."""
    read = [asset for asset in assets if asset["read"]]
    services = json.loads(run("services", "--format", "json"))["services"]
    kinds = {kind.strip() for service in services for entry in service["types"] for kind in entry["kinds"].split(",")}
    for kind in sorted(kinds - {asset["kind"] for asset in read} - set(EXCEPTIONS)):
        expect(False, f"no asset of the kind {kind}, which a service can give: add one to examples/contoso")
    for kind in sorted(set(EXCEPTIONS) - kinds):
        expect(False, f"no service gives the kind {kind} any more: take it out of EXCEPTIONS")
    for value in ("internet", "trusted", "private", "none", "unknown"):
        expect(any(asset["exposure"] == value for asset in read), f"no asset with exposure {value}")
    for value in ("ai", "grounding", "training"):
        expect(any(value in asset["used_for"] for asset in read), f"no asset used for {value}")
    for value in ("azure", "aws", "gcp"):
        expect(any(asset["cloud"] == value for asset in read), f"no asset of {value}")
    expect(any(asset["sensitivity"] == "high" for asset in read), "no asset with sensitivity high")
    expect({asset["criticality"] for asset in read} >= {"low", "medium", "high"}, "criticality low, medium and high")


def check_findings(findings):
    for status in ("pass", "fail", "manual"):
        expect(any(finding["status"] == status for finding in findings), f"no finding is {status}")
    for severity in ("critical", "high", "medium", "low"):
        expect(any(finding["status"] == "fail" and finding["severity"] == severity for finding in findings),
               f"no failed finding is {severity}")


def check_coverage(rows):
    expect({row["state"] for row in rows} == {"read", "partial", "unread", "unsupported"}, "not all coverage states")
    for row in rows:
        expect(row["state"] != "unread" or row["needs"], f"unread without a permission: {row}")


def check_mutes():
    findings = scan("--mute", "examples/mute.yaml")["findings"]
    muted = [finding for finding in findings if finding["status"] == "muted"]
    expect(len(muted) == 1, f"{len(muted)} findings are muted, should be 1")
    expired = [finding for finding in findings if "expired" in finding.get("reason", "")]
    expect([finding["status"] for finding in expired] == ["fail"], "one failed finding whose mute has expired")


def check_policies():
    plain = {finding["id"] for finding in scan()["findings"]}
    own = [finding for finding in scan("--policies", "examples/policies")["findings"] if finding["id"] not in plain]
    for status in ("pass", "fail", "exempt"):
        expect(any(finding["status"] == status for finding in own), f"no finding of examples/policies is {status}")
    for finding in own:
        expect("rg-sandbox-ml" not in finding["asset"], f"judged in spite of notScopes: {finding['asset']}")


def main():
    if not os.path.exists(APLOMB):
        print(f"no program at {APLOMB}", file=sys.stderr)
        return 77
    compare("scan.txt", blank_text(run(*SCAN)))
    compare("scan.json", blank_json(run(*SCAN, "--format", "json")))
    result = scan()
    compare("passed.txt", "".join(f"{finding['rule']} {finding['asset']}\n" for finding in result["findings"]
                                  if finding["status"] == "pass"))
    check_assets(result["assets"])
    check_findings(result["findings"])
    check_coverage(result["coverage"])
    check_mutes()
    check_policies()
    for fault in faults:
        print(fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
