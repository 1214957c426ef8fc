"""What the pages know of the content: the services with their types, and the rules as the built program lists them."""
import json
import os
import pathlib
import subprocess

import yaml

ROOT = pathlib.Path(os.environ.get("APLOMB_ROOT", pathlib.Path(__file__).resolve().parents[2]))
APLOMB = os.path.abspath(os.environ.get("APLOMB", ROOT / "build" / "aplomb"))
SEVERITIES = ["critical", "high", "medium", "low", "info"]


def services():
    """The service.yaml files in the order of their names."""
    return [yaml.safe_load(path.read_text()) for path in sorted(ROOT.glob("services/*/*/service.yaml"))]


def rules():
    """Rule id -> what `aplomb checks` says of it."""
    done = subprocess.run([APLOMB, "checks", "--format", "json"], capture_output=True, text=True, check=True)
    return {entry["rule"]: entry for entry in json.loads(done.stdout)["checks"]}


def decides(rule):
    """True for a rule that is known to pass and to fail, by its cases: not one that can only answer `manual`."""
    cloud, service, check = rule.split("/")
    cases = ROOT / "services" / cloud / service / "cases" / check
    return any(cases.glob("pass*")) and any(cases.glob("fail*"))


def kinds_of(type_):
    kind = type_.get("kind", "")
    return [entry["kind"] for entry in kind] if isinstance(kind, list) else [kind]


def read_of(type_):
    return type_.get("read") or {}


def path_of(type_):
    """What a collector asks for: a list, or one thing."""
    return read_of(type_).get("list") or read_of(type_).get("get") or ""


def newest(type_):
    """The version a collector asks for, as text; empty when the interface has none."""
    versions = read_of(type_).get("versions") or [""]
    return str(versions[0])


def cell(text):
    return str(text).replace("|", "\\|").replace("\n", " ").strip()


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(map(cell, row)) + " |" for row in rows])
