"""docs/coverage-microsoft.md: our rules against what Microsoft publishes, both ways, from coverage-microsoft.yaml."""
import yaml

import content

SOURCE = "docs/coverage-microsoft.yaml"


class Wrong(Exception):
    """A mistake in the data file."""


def check(data, rules):
    """Every rule that is named exists and decides; every entry has a rule or a reason; the list of checks is whole."""
    for group in data["lists"]:
        for entry in group["entries"]:
            for rule in entry.get("by", []) + entry.get("partly", []):
                if rule not in rules:
                    raise Wrong(f"{SOURCE}: {entry['title']}: there is no rule {rule}")
            if not entry.get("why") and (not entry.get("by") or entry.get("partly")):
                raise Wrong(f"{SOURCE}: {entry['title']}: say why it is not decided whole")
    ruled = {entry["check"] for entry in rules.values()}
    for slug in data["checks"]:
        if (slug in ruled) == (slug in data["unruled"]):
            mistake = "has rules, so needs no reason" if slug in ruled else "has no rule: why?"
            raise Wrong(f"{SOURCE}: {slug}: {mistake}")
    for slug in set(data["unruled"]) - set(data["checks"]):
        raise Wrong(f"{SOURCE}: {slug} is not among the checks")


def state_of(entry):
    """A rule that is there by name but never both passes and fails counts for nothing."""
    if any(content.decides(rule) for rule in entry.get("by", [])):
        return "partly" if entry.get("partly") else "decided"
    if any(content.decides(rule) for rule in entry.get("partly", [])):
        return "partly"
    return "by name only" if entry.get("by") or entry.get("partly") else "no"


def counts_of(group):
    states = [state_of(entry) for entry in group["entries"]]
    return [len(states)] + [states.count(state) for state in ("decided", "partly", "by name only", "no")]


def rule_list(entry):
    found = entry.get("by", []) + entry.get("partly", [])
    return "<br>".join(f"`{rule}`" for rule in found)


def group_table(group):
    rows = []
    for entry in group["entries"]:
        title = entry["title"] + (f"<br>`{entry['id']}`" if entry.get("id") else "")
        rows.append([title, entry.get("severity", ""), state_of(entry), rule_list(entry),
                     " ".join(entry[name] for name in ("why", "differs") if entry.get(name))])
    return content.table(["Theirs", "Severity", "Decided", "Our rules", "Why not whole, or where they differ"], rows)


def reverse_table(data, rules):
    """Our checks no rule of which is named anywhere above."""
    named = {rule for group in data["lists"] for entry in group["entries"]
             for rule in entry.get("by", []) + entry.get("partly", [])}
    checks = {}
    for rule, entry in sorted(rules.items()):
        checks.setdefault(entry["check"], []).append(rule)
    own = {name: found for name, found in checks.items() if not named & set(found)}
    rows = [[f"`{name}`", rules[found[0]]["title"],
             ", ".join(rule.rsplit("/", 1)[0] for rule in found)] for name, found in sorted(own.items())]
    return len(checks), len(named), rows


def page(rules):
    data = yaml.safe_load((content.ROOT / SOURCE).read_text())
    check(data, rules)
    checks, named, own = reverse_table(data, rules)
    ruled = [slug for slug in data["checks"] if slug not in data["unruled"]]
    parts = ["# Coverage: beside what Microsoft publishes",
             "What Microsoft recommends and audits about the posture of AI, and what decides the same here; then what\n"
             "is only here. Made by `make docs` from `coverage-microsoft.yaml`; a test holds both together.\n"
             "*Decided*: a rule of ours finds the same fault. *By name only*: the rule named never both passes and\n"
             "fails in its cases, and counts for nothing. Where Microsoft's definition is published, it was evaluated\n"
             "on the cases of our rules: answers differ only where the last column says so.",
             content.table(["List", "Entries", "Decided", "Partly", "By name only", "No"],
                           [[f"[{group['title']}](#{anchor(group['title'])})"] + counts_of(group)
                            for group in data["lists"]])]
    for group in data["lists"]:
        parts += [f"## {group['title']}", group["about"].strip(), group_table(group)]
    parts += ["## Only here",
              f"Of our {checks} checks these {len(own)} have no counterpart in the lists above. "
              f"Of our {len(rules)} rules {named} are named there.",
              content.table(["Check", "What holds", "Services"], own),
              "## The shared list of checks",
              f"{len(ruled)} of the {len(data['checks'])} checks of the list that frameworks are mapped to have at "
              f"least one rule. The others, and why:",
              content.table(["Check", "Why there is no rule"],
                            [[f"`{slug}`", why] for slug, why in data["unruled"].items()])]
    return "\n\n".join(parts) + "\n"


def anchor(title):
    return "".join("-" if c == " " else c for c in title.lower() if c.isalnum() or c in " -")


def summary(rules):
    """One line a list, for the output of `make docs`."""
    data = yaml.safe_load((content.ROOT / SOURCE).read_text())
    lines = []
    for group in data["lists"]:
        total, decided, partly, name_only, none = counts_of(group)
        lines.append(f"{group['title']}: {total}, decided {decided}, partly {partly}, by name only {name_only}, "
                     f"no {none}")
    lines.append(f"Checks of the shared list: {len(data['checks'])}, without a rule {len(data['unruled'])}")
    return lines
