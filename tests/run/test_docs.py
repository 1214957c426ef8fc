#!/usr/bin/env python3
"""The pages of docs/ that follow from content are what `make docs` would write; APLOMB_GOLDEN=1 writes them.

What is counted beside what Microsoft publishes names only rules that exist, and gives a reason for what no rule
decides: tools/docs/microsoft.py fails otherwise. With APLOMB_SHARED_DATA the list of checks is held against its
table too."""
import csv
import os
import pathlib
import subprocess
import sys

import yaml

ROOT = pathlib.Path(os.environ.get("APLOMB_ROOT", pathlib.Path(__file__).resolve().parents[2]))
MAPPING = pathlib.Path(os.environ.get("APLOMB_SHARED_DATA") or "/nonexistent") / "frameworks" / "mapping.csv"


def checks_agree():
    if not MAPPING.exists():
        return True
    with MAPPING.open() as table:
        wanted = [row["check_slug"] for row in csv.DictReader(table)]
    found = yaml.safe_load((ROOT / "docs/coverage-microsoft.yaml").read_text())["checks"]
    if found != wanted:
        print(f"docs/coverage-microsoft.yaml: checks differ from mapping.csv: {sorted(set(found) ^ set(wanted))}")
    return found == wanted


def main():
    words = [] if os.environ.get("APLOMB_GOLDEN") == "1" else ["--check"]
    done = subprocess.run([sys.executable, "-B", str(ROOT / "tools/docs/make.py"), *words])
    return 0 if done.returncode == 0 and checks_agree() else 1


if __name__ == "__main__":
    sys.exit(main())
