#!/usr/bin/env python3
"""Writes the pages of docs/ that follow from content, or with --check says which are out of date and fails."""
import sys

import azure
import content
import export
import microsoft
import services


def pages():
    """Path -> text of every page that is made."""
    rules = content.rules()
    made = services.pages(content.services(), rules)
    made["docs/coverage-microsoft.md"] = microsoft.page(rules)
    made["docs/azure.md"] = azure.page()
    made["docs/export.md"] = export.page()
    return made


def outdated(made):
    """Paths whose file is missing, different, or a page of a service that is no more."""
    found = [path for path, text in made.items()
             if not (content.ROOT / path).exists() or (content.ROOT / path).read_text() != text]
    known = {content.ROOT / path for path in made}
    return found + [path.relative_to(content.ROOT).as_posix()
                    for path in sorted((content.ROOT / "docs/services").glob("*")) if path not in known]


def write(made):
    for path in outdated(made):
        target = content.ROOT / path
        if path not in made:
            target.unlink()
            continue
        target.parent.mkdir(exist_ok=True)
        target.write_text(made[path])
        print(f"docs: {path} written", file=sys.stderr)


def main(arguments):
    try:
        made = pages()
    except microsoft.Wrong as mistake:
        print(f"docs: {mistake}", file=sys.stderr)
        return 1
    if arguments == ["--check"]:
        found = outdated(made)
        for path in found:
            print(f"docs: {path} is out of date: run `make docs`")
        return 1 if found else 0
    write(made)
    print("\n".join(microsoft.summary(content.rules())))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
