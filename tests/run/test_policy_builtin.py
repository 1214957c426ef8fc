#!/usr/bin/env python3
"""Microsoft's built-in definitions on the shared Azure bodies.

`policy eval` judges every pair without an error and explains every state. A second evaluator, below, knows only what
Microsoft documents and a small part of the language; on all pairs that it can judge the two must agree. Verdicts that were
worked out by hand stand in BY_HAND with their reasoning. Skipped without APLOMB_SHARED_DATA."""
import copy
import json
import os
import pathlib
import re
import subprocess
import sys
import unittest
import warnings

warnings.simplefilter("ignore", DeprecationWarning)
import jsonschema  # noqa: E402

ROOT = pathlib.Path(os.environ.get("APLOMB_ROOT", pathlib.Path(__file__).resolve().parents[2]))
APLOMB = os.path.abspath(os.environ.get("APLOMB", ROOT / "build" / "aplomb"))
DATA = pathlib.Path(os.environ.get("APLOMB_SHARED_DATA") or "/nonexistent")
BUILTIN = DATA / "azure-policy" / "builtin"
BODIES = DATA / "azure-examples"


# ---- The reference: what can be said of a definition and a body with little code ----

class Beyond(Exception):
    """The reference does not know this part of the language."""


class Missing:
    """The value of a property that is not there; neither null nor empty."""

    def __repr__(self):
        return "missing"


MISSING = Missing()
TYPE_PARTS = re.compile(r"/providers/([^/]+)/((?:[^/]+/[^/]+/?)+)$", re.I)
PARAMETER = re.compile(r"^\[\s*parameters\(\s*'([^']*)'\s*\)\s*\]$", re.I)


def type_of(body):
    """The type that the body states, else that of the last provider in its id."""
    stated = body.get("type")
    if isinstance(stated, str) and re.match(r"[^/]*\.[^/]*/", stated):
        return stated
    providers = body["id"].rsplit("/providers/", 1) if "/providers/" in body["id"].lower() else None
    if providers is None:
        return ""
    parts = re.split("/providers/", body["id"], flags=re.I)[-1].split("/")
    return "/".join([parts[0], *parts[1::2]])


def text(value):
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)


def number(value):
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        return float(value)
    except ValueError:
        return None


def equals(value, wanted):
    if value is MISSING:
        return wanted is None
    if value is None:
        return wanted is None or wanted == ""
    if isinstance(value, (list, dict)) or isinstance(wanted, (list, dict)) or wanted is None:
        return json.dumps(value, sort_keys=True).lower() == json.dumps(wanted, sort_keys=True).lower()
    if number(value) is not None and number(wanted) is not None:
        return number(value) == number(wanted)
    return text(value).lower() == text(wanted).lower()


def is_in(value, wanted):
    wanted = wanted if isinstance(wanted, list) else [wanted]
    if value is MISSING or value is None:
        return value is MISSING and None in wanted
    return any(equals(value, one) for one in wanted)


def like(value, wanted):
    if value is MISSING or isinstance(value, (list, dict)) or value is None:
        return False
    pattern = ".*".join(re.escape(part) for part in text(wanted).lower().split("*"))
    return re.fullmatch(pattern, text(value).lower(), re.S) is not None


def contains(value, wanted):
    if value is MISSING or value is None:
        return False
    if isinstance(value, list):
        return any(equals(one, wanted) for one in value)
    if isinstance(value, dict):
        return text(wanted).lower() in (key.lower() for key in value)
    return text(wanted).lower() in text(value).lower()


def ordered(compare):
    def operator(value, wanted):
        if value is MISSING or value is None:
            return False
        if number(value) is None or number(wanted) is None:
            if not isinstance(value, str) or not isinstance(wanted, str):
                raise Beyond("no order")
            return compare(value.lower(), wanted.lower())
        return compare(number(value), number(wanted))
    return operator


OPERATORS = {
    "equals": equals, "in": is_in, "like": like, "contains": contains,
    "exists": lambda value, wanted: (value is not MISSING and value is not None) == (text(wanted).lower() == "true"),
    "containskey": lambda value, wanted: isinstance(value, dict) and contains(value, wanted),
    "less": ordered(lambda a, b: a < b), "lessorequals": ordered(lambda a, b: a <= b),
    "greater": ordered(lambda a, b: a > b), "greaterorequals": ordered(lambda a, b: a >= b),
}
for _name in ("equals", "in", "like", "contains", "containskey"):
    OPERATORS["not" + _name] = lambda value, wanted, plain=OPERATORS[_name]: not plain(value, wanted)


def member(value, name):
    if isinstance(value, dict):
        for key, found in value.items():
            if key.lower() == name.lower():
                return found
    return MISSING


def steps_of(path):
    return [step for step in re.split(r"\.|(\[\*\])", path) if step]


def values_at(body, path):
    """All values at a path, one for each member of its arrays."""
    values = [body]
    for step in steps_of(path):
        if step == "[*]":
            values = [one for value in values if isinstance(value, list) for one in value]
        else:
            values = [member(value, step) for value in values]
    return values


def keep_only(body, path, index):
    """A copy of the body in which the (index)th member that `path` counts stands alone in its array."""
    alone = copy.deepcopy(body)
    steps = steps_of(path)
    if steps.count("[*]") != 1 or steps[-1] != "[*]":
        raise Beyond("count over " + path)
    parent = alone
    for step in steps[:-2]:
        parent = member(parent, step)
    key = next(key for key in parent if key.lower() == steps[-2].lower())
    parent[key] = [parent[key][index]]
    return alone


class Definition:
    def __init__(self, value, aliases):
        self.aliases = aliases
        self.id = value["id"]
        properties = value["properties"]
        self.mode = properties.get("mode", "All").lower()
        self.rule = properties["policyRule"]
        self.defaults = {name.lower(): given.get("defaultValue", MISSING)
                         for name, given in properties.get("parameters", {}).items()}

    def value(self, given):
        """A literal, or a parameter's default; any other expression is beyond the reference."""
        if isinstance(given, list):
            return [self.value(one) for one in given]
        if not isinstance(given, str) or not given.startswith("["):
            return given
        if given.startswith("[["):
            return given[1:]
        found = PARAMETER.match(given)
        if not found or self.defaults.get(found[1].lower(), MISSING) is MISSING:
            raise Beyond(given)
        return self.defaults[found[1].lower()]

    def path(self, body, field):
        if field.startswith("["):
            raise Beyond(field)
        if re.match(r"tags\b", field, re.I) or field.lower() in ("name", "kind", "location", "id", "identity"):
            return field
        return self.aliases.get((type_of(body).lower(), field.lower())) or field

    def field(self, body, field):
        if field.lower() == "type":
            return [type_of(body)]
        if field.lower() == "fullname":
            raise Beyond(field)
        values = values_at(body, self.path(body, field))
        if field.lower() == "location":
            values = [value.replace(" ", "") if isinstance(value, str) else value for value in values]
        return values

    def count(self, body, count):
        if "value" in count or "field" not in count:
            raise Beyond("count of values")
        path = self.path(body, count["field"])
        total = len(values_at(body, path))
        if "where" not in count:
            return total
        return sum(self.holds(keep_only(body, path, i), count["where"]) for i in range(total))

    def holds(self, body, condition):
        """Whether a condition holds; an implicit all-of where a field goes over an array, true when it is empty."""
        keys = {key.lower(): key for key in condition}
        if "allof" in keys:
            return all(self.holds(body, one) for one in condition[keys["allof"]])
        if "anyof" in keys:
            return any(self.holds(body, one) for one in condition[keys["anyof"]])
        if "not" in keys:
            return not self.holds(body, condition[keys["not"]])
        (operator,) = [key for key in keys if key not in ("field", "value", "count")]
        wanted = self.value(condition[keys[operator]])
        if "count" in keys:
            values = [self.count(body, condition[keys["count"]])]
        elif "value" in keys:
            values = [self.value(condition[keys["value"]])]
        else:
            values = self.field(body, condition[keys["field"]])
            if condition[keys["field"]].lower() == "location" and isinstance(wanted, str):
                wanted = wanted.replace(" ", "")
        return all(OPERATORS[operator](value, wanted) for value in values)

    def fields(self, condition):
        for key, value in condition.items():
            if key.lower() in ("allof", "anyof"):
                for one in value:
                    yield from self.fields(one)
            elif key.lower() == "not":
                yield from self.fields(value)
            elif key.lower() in ("field", "value", "count"):
                yield value.lower() if key.lower() == "field" and isinstance(value, str) else "?"

    def selects(self, body, condition, counted, positive=True):
        """Applicability: conditions on the fields `counted` as they are, all others true, below a `not` false."""
        keys = {key.lower(): key for key in condition}
        if "allof" in keys:
            return all(self.selects(body, one, counted, positive) for one in condition[keys["allof"]])
        if "anyof" in keys:
            return any(self.selects(body, one, counted, positive) for one in condition[keys["anyof"]])
        if "not" in keys:
            return not self.selects(body, condition[keys["not"]], counted, not positive)
        is_counted = str(condition.get(keys.get("field"), "")).lower() in counted
        return self.holds(body, condition) if is_counted else positive

    def related(self, body, bodies, details):
        """The resources among which an -IfNotExists policy looks."""
        wanted = self.value(details["type"]).lower()
        name = self.value(details["name"]).lower() if "name" in details else None
        if name and ("/" in name or "?" in name):
            raise Beyond(name)
        own = body["id"].lower()
        group = re.match(r"(/subscriptions/[^/]+)(/resourcegroups/[^/]+)?", own)
        whole = str(details.get("existenceScope", "")).lower() == "subscription"
        below = wanted.startswith(type_of(body).lower() + "/") or wanted == "microsoft.insights/diagnosticsettings"
        area = own if below else group[1] if whole or not group[2] else group[0]
        return [one for one in bodies if type_of(one).lower() == wanted and
                (one["id"].lower() + "/").startswith(area + "/") and (one["id"].lower() != own or not below) and
                (name is None or str(one.get("name", "")).lower() == name)]

    def verdict(self, body, bodies):
        effect = self.value(self.rule["then"]["effect"]).lower()
        condition = self.rule["if"]
        if effect == "disabled" or self.mode not in ("all", "indexed") or effect in ("manual", "none"):
            return "not-applicable"
        if self.mode == "indexed" and not ("location" in body and body["location"] or body.get("tags")):
            return "not-applicable"
        if effect.endswith("ifnotexists"):
            if not self.holds(body, condition):
                return "not-applicable"
            details = self.rule["then"]["details"]
            exists = details.get("existenceCondition", {"field": "type", "exists": True})
            return "compliant" if any(self.holds(one, exists) for one in self.related(body, bodies, details)) \
                else "noncompliant"
        fields = set(self.fields(condition))
        if fields <= {"type", "name", "kind"}:
            counted = {"type"} if "type" in fields else set()
        else:
            counted = {"type", "name", "kind"}
        if not self.selects(body, condition, counted):
            return "not-applicable"
        return "noncompliant" if self.holds(body, condition) else "compliant"


def documents_of(value):
    """The resources of one answer: members of a page, rows of a table, or the object itself."""
    if isinstance(value, list):
        return [one for item in value for one in documents_of(item)]
    data = value.get("data")
    if isinstance(data, dict) and "rows" in data:
        names = [column["name"] for column in data["columns"]]
        return [dict(zip(names, row)) for row in data["rows"]]
    page = data if isinstance(data, list) else value.get("value")
    return [one for one in page if isinstance(one, dict)] if isinstance(page, list) else [value]


def load_aliases():
    found = {}
    for provider in json.loads((DATA / "azure-policy" / "aliases.json").read_text()):
        for type_ in provider["resourceTypes"]:
            for alias in type_["aliases"]:
                key = f"{provider['namespace']}/{type_['resourceType']}".lower(), alias["name"].lower()
                found[key] = alias["defaultPath"]
    return found
