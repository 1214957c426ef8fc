#!/usr/bin/env python3
"""Our rules beside Microsoft's built-in definitions that ask the same.

fixtures/policy-pairs.yaml says which belong together. Both judge every shared body of the type and copies of it with
something changed: a boolean turned round, a member taken away, one or two values put in that one side names. A
difference that the data file does not explain fails, and so does an explanation that explains nothing. Skipped
without APLOMB_SHARED_DATA."""
import collections
import copy
import functools
import itertools
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

import yaml

from policy_reference import MISSING, Beyond, Definition, documents_of, load_aliases, set_at, type_of, values_at

ROOT = pathlib.Path(os.environ.get("APLOMB_ROOT", pathlib.Path(__file__).resolve().parents[2]))
APLOMB = os.path.abspath(os.environ.get("APLOMB", ROOT / "build" / "aplomb"))
DATA = pathlib.Path(os.environ.get("APLOMB_SHARED_DATA") or "/nonexistent")
BUILTIN = DATA / "azure-policy" / "builtin"
BODIES = DATA / "azure-examples"
CONTENT = yaml.safe_load((ROOT / "tests" / "fixtures" / "policy-pairs.yaml").read_text())
PAIRS = CONTENT["pairs"]

# What makes a body the body it is; without them nothing is left to judge.
KEPT = ("id", "name", "type")
# A body has some 50 members; the bound is for one of thousands.
COPIES_MAX = 2000
OUTCOME = {"noncompliant": "fail", "compliant": "pass", "unknown": "manual"}


# ---- Copies of a body with one thing changed ----

def places(value, path=()):
    """Every member of an object or array, at every depth: (path, value)."""
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, found in members:
        if path or key not in KEPT:
            yield (*path, key), found
            yield from places(found, (*path, key))


def changed(body, path, change):
    """A copy in which `change` was called with the holder of the member and its key."""
    made = copy.deepcopy(body)
    change(functools.reduce(lambda holder, key: holder[key], path[:-1], made), path[-1])
    return made


def copies(body, named):
    """(what was changed, body): the body itself, then its copies, no two alike."""
    yield "as read", body
    seen = {json.dumps(body, sort_keys=True)}
    made = []
    for path, value in places(body):
        words = ".".join(map(str, path))
        made.append((f"without {words}", changed(body, path, lambda holder, key: holder.pop(key))))
        if isinstance(value, bool):
            turned = changed(body, path, lambda holder, key: holder.__setitem__(key, not holder[key]))
            made.append((f"{words} turned round", turned))
    for values in named:
        words = ", ".join(f"{path} = {json.dumps(value)}" for path, value in values)
        made.append((words, copy.deepcopy(body)))
        for path, value in values:
            set_at(made[-1][1], path, [value])
    for words, one in made[:COPIES_MAX]:
        text = json.dumps(one, sort_keys=True)
        if text not in seen:
            seen.add(text)
            yield words, one


def types_of(conditions):
    """The types that one of several conditions asks for, in lower case; none when none does."""
    found = [one.get("equals", one.get("in")) for one in conditions if one.get("field") == "type"]
    return [name.lower() for wanted in found for name in (wanted if isinstance(wanted, list) else [wanted])]


def values_named(condition, type_, path_of):
    """(path, value) of everything that a condition on this type compares a field with."""
    if isinstance(condition, list):
        for one in condition:
            yield from values_named(one, type_, path_of)
    elif isinstance(condition, dict) and type_.lower() in (types_of(condition.get("allOf", [])) or [type_.lower()]):
        keys = {key.lower(): key for key in condition}
        field = condition.get(keys.get("field"))
        path = path_of(field) if isinstance(field, str) and field.lower() != "type" else None
        for key, value in condition.items():
            if isinstance(value, dict) or key.lower() in ("allof", "anyof"):
                yield from values_named(value, type_, path_of)
            elif path and key.lower() not in ("field", "exists"):
                for one in value if isinstance(value, list) else [value]:
                    if not isinstance(one, str) or not one.startswith("["):
                        yield path, one.replace("*", "contoso") if isinstance(one, str) else one


# ---- The two sides ----

def run(*words):
    done = subprocess.run([APLOMB, *map(str, words)], capture_output=True, text=True, timeout=240)
    if done.returncode not in (0, 3):
        raise AssertionError(f"exit {done.returncode}: {done.stderr}")
    return done.stdout


def theirs(path, parameters, policies):
    """(policy id, lower-case resource id) -> pass, fail, manual or the state itself"""
    words = [word for policy in policies for word in ("--definition", policy)]
    found = {}
    for line in run("policy", "eval", *words, "--parameters", parameters, path).splitlines():
        line = json.loads(line)
        key = line["policy"].rsplit("/", 1)[1].lower(), line["resource"].lower()
        found[key] = OUTCOME.get(line["state"], line["state"])
    return found


def ours(path, checks):
    """(rule, lower-case resource id) -> status"""
    result = json.loads(run("scan", "--no-store", "--quiet", "--status", "all", "--format", "json",
                            "--check", ",".join(checks), path))
    return {(one["rule"], one["asset"].lower()): one["status"] for one in result["findings"]}


def numbered(body, number, type_):
    """The body in a subscription of its own, so that nothing is merged and nothing is near."""
    subscription = f"/subscriptions/00000000-0000-0000-0000-{number:012d}"
    id_, count = re.subn("^/subscriptions/[^/]+", subscription, str(body.get("id")), flags=re.I)
    if not count:
        provider, *types = type_.split("/")
        id_ = "/".join([f"{subscription}/resourceGroups/g/providers", provider, *(f"{one}/n" for one in types)])
    return {**body, "id": id_}


def children_of(body, children):
    """The members of a list in the body, as the documents of their own that Azure gives as well."""
    found = values_at(body, f"properties.{children['list']}[*]")
    return [{**one, "id": f"{body['id']}/{children['type'].rsplit('/', 1)[1]}/c{i}", "name": f"c{i}",
             "type": children["type"]} for i, one in enumerate(found) if isinstance(one, dict)]


# One copy: what was changed of which body, the id of the resource and of what lies beside it, the changed body.
Case = collections.namedtuple("Case", "words base resource beside body")


class Pairs(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.aliases = load_aliases(DATA / "azure-policy" / "aliases.json")
        cls.files = {json.loads(path.read_text())["name"].lower(): path for path in sorted(BUILTIN.glob("*.json"))}
        cls.bodies = collections.defaultdict(list)
        read = [one for path in sorted(BODIES.rglob("*.json")) for one in documents_of(json.loads(path.read_text()))]
        for one in [*read, *CONTENT["bodies"]]:
            if (one.get("type") or one.get("id")) and one not in cls.bodies[type_of({"id": "", **one}).lower()]:
                cls.bodies[type_of({"id": "", **one}).lower()].append(one)

    def test_every_definition_has_a_pair_or_a_reason(self):
        paired = {policy for pair in PAIRS for policy in pair["policies"]}
        alone = {policy for entry in CONTENT["alone"] for policy in entry["policies"]}
        self.assertEqual(paired & alone, set())
        self.assertEqual(paired | alone, set(self.files))
        for entry in CONTENT["alone"]:
            self.assertTrue(entry["why"])

    def test_the_page_of_counterparts_has_every_pair(self):
        """docs/coverage-microsoft.yaml names the rule of each pair whose definition it lists."""
        groups = yaml.safe_load((ROOT / "docs" / "coverage-microsoft.yaml").read_text())["lists"]
        named = collections.defaultdict(set)
        for entry in (entry for group in groups for entry in group["entries"]):
            named[entry.get("id")].update([*entry.get("by", []), *entry.get("partly", [])])
        missing = [(policy, pair["rule"]) for pair in PAIRS for policy in pair["policies"]
                   if policy in named and pair["rule"] not in named[policy]]
        self.assertEqual(missing, [])

    def definition(self, policy, parameters):
        return Definition(json.loads(self.files[policy].read_text()), self.aliases, parameters)

    def named(self, pair):
        """Changes of one value and of two that the definitions and the rule of a pair compare the body with."""
        sample = {"id": "", "type": (pair.get("beside") or pair)["type"]}
        found = {}
        rules = [(d.rule, functools.partial(self.path_of, d, sample)) for d in
                 (self.definition(policy, pair.get("parameters", {})) for policy in pair["policies"])]
        cloud, service, check = pair["rule"].split("/")
        own = ROOT / "services" / cloud / service / "rules" / f"{check}.yaml"
        rules.append((yaml.safe_load(own.read_text())["policyRule"], lambda field: "@" not in field and field))
        for rule, path_of in rules:
            details = rule["then"].get("details", {})
            exists = details.get("existenceCondition", {}) if isinstance(details, dict) else {}
            for path, value in values_named([rule["if"], exists], sample["type"], path_of):
                if re.match(r"(properties|identity|sku|kind|tags)\b", path):
                    found[path.lower(), json.dumps(value)] = path, value
        # Two tags say nothing that one does not.
        twice = [two for two in itertools.combinations(found.values(), 2)
                 if two[0][0].lower() != two[1][0].lower() and {path[:4] for path, _ in two} != {"tags"}]
        return [*((one,) for one in found.values()), *twice]

    @staticmethod
    def path_of(definition, sample, field):
        try:
            return definition.path(sample, field)
        except Beyond:
            return None

    def documents(self, pairs, first):
        """(cases, documents) of the pairs that look at the same bodies, the copies numbered from `first`."""
        type_, beside = pairs[0]["type"], pairs[0].get("beside")
        children = [pair["children"] for pair in pairs if "children" in pair]
        named = [one for pair in pairs for one in self.named(pair)]
        cases, documents = [], []
        owners = self.bodies[type_.lower()]
        bases = [(owner, other) for owner in owners for other in self.bodies[beside["type"].lower()]] if beside \
            else [(owner, owner) for owner in owners]
        self.assertTrue(bases, type_)
        for owner, base in bases:
            nothing = [("nothing beside", None)] if beside and base is bases[0][1] else []
            for words, body in [*copies(base, named), *nothing]:
                top = numbered(owner if beside else body, first + len(cases), type_)
                documents.append(top)
                at = top["id"] + beside["at"] if beside else ""
                if beside and body:
                    body = {**body, "id": at, "name": at.rsplit("/", 1)[1]}
                    documents.append(body)
                cases.append(Case(words, base.get("id"), top["id"].lower(), at.lower(), body or {"id": at}))
                documents += [child for one in children for child in children_of(top, one)]
        return cases, documents

    def test_the_verdicts_are_the_same(self):
        groups = collections.defaultdict(list)
        for pair in PAIRS:
            groups[pair["type"], json.dumps(pair.get("beside"))].append(pair)
        count = collections.Counter()
        for pairs in groups.values():
            with tempfile.TemporaryDirectory() as folder:
                cases, documents = self.documents(pairs, 1)
                count["bodies"] += sum(case.words == "as read" for case in cases)
                count["changed copies"] += sum(case.words != "as read" for case in cases)
                path = pathlib.Path(folder) / "bodies.ndjson"
                path.write_text("".join(json.dumps(one) + "\n" for one in documents))
                statuses = ours(path, {pair["rule"].rsplit("/", 1)[1] for pair in pairs})
                for pair in pairs:
                    parameters = pathlib.Path(folder) / "parameters"
                    parameters.write_text(json.dumps(pair.get("parameters", {})))
                    states = theirs(path, parameters, [self.files[policy] for policy in pair["policies"]])
                    self.compare(pair, cases, states, statuses, count)
        print(", ".join(f"{number} {words}" for words, number in count.items()), file=sys.stderr)

    def compare(self, pair, cases, states, statuses, count):
        readme = " ".join((ROOT / "services" / pair["rule"].rsplit("/", 1)[0] / "README.md").read_text().split())
        reasons = pair.get("differs", [])
        used, unexplained = set(), []
        count["pairs"] += len(pair["policies"])
        for case in cases:
            judged = case.beside if pair.get("judged") == "beside" else case.resource
            mine = statuses.get((pair["rule"], judged), "none")
            for policy in pair["policies"]:
                given = states[policy, case.resource]
                if given == "not-applicable":
                    count["not applicable"] += 1
                elif given == mine:
                    count["agreements"] += 1
                else:
                    why = [i for i, one in enumerate(reasons) if self.explains(one, policy, given, mine, case)]
                    count["explained differences" if why else "unexplained"] += 1
                    used.update(why[:1])
                    if not why:
                        unexplained.append(f"{policy}: theirs {given}, ours {mine}: {case.words} of {case.base}")
        with self.subTest(rule=pair["rule"], policies=pair["policies"]):
            self.assertEqual(unexplained[:8], [], f"{len(unexplained)} differences")
            self.assertEqual([one for i, one in enumerate(reasons) if i not in used], [], "explains nothing")
            self.assertEqual([one["property"] for one in reasons if one["property"] not in readme], [], "not in README")

    @staticmethod
    def explains(reason, policy, given, mine, case):
        if policy not in reason.get("policies", [policy]) or reason["theirs"] != given or reason["ours"] != mine:
            return False
        plain = Definition({"id": "", "properties": {}}, {})
        return plain.holds(case.body, reason["when"])


if __name__ == "__main__":
    if not BUILTIN.is_dir():
        print("no APLOMB_SHARED_DATA", file=sys.stderr)
        sys.exit(77)
    sys.exit(unittest.main())
