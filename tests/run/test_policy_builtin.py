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
import tempfile
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
PARAMETER = re.compile(r"^\[\s*(first\()?\s*parameters\(\s*'([^']*)'\s*\)\s*\)?\s*\]$", re.I)
EQUALS = re.compile(r"^\[\s*equals\(\s*(parameters\('[^']*'\))\s*,\s*'([^']*)'\s*\)\s*\]$", re.I)

# Top-level types that have neither tags nor a location of their own.
GOVERNANCE = re.compile(r"Microsoft\.(Resources|Authorization|Security|Management|PolicyInsights|Insights)/", re.I)


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
    def __init__(self, value, aliases, parameters=()):
        self.aliases = aliases
        self.id = value["id"]
        properties = value["properties"]
        self.mode = properties.get("mode", "All").lower()
        self.rule = properties["policyRule"]
        self.defaults = {name.lower(): given.get("defaultValue", MISSING)
                         for name, given in properties.get("parameters", {}).items()}
        self.defaults.update({name.lower(): value for name, value in dict(parameters).items()
                              if name.lower() in self.defaults})

    def value(self, given):
        """A literal, a parameter, or the first of one; any other expression is beyond the reference."""
        if isinstance(given, list):
            return [self.value(one) for one in given]
        if not isinstance(given, str) or not given.startswith("["):
            return given
        if given.startswith("[["):
            return given[1:]
        compared = EQUALS.match(given)
        if compared:
            return equals(self.value(f"[{compared[1]}]"), compared[2])
        found = PARAMETER.match(given)
        if not found or self.defaults.get(found[2].lower(), MISSING) is MISSING:
            raise Beyond(given)
        value = self.defaults[found[2].lower()]
        return value[0] if found[1] else value

    def path(self, body, field):
        if field.startswith("["):
            raise Beyond(field)
        if re.match(r"tags\b", field, re.I) or field.lower() in ("name", "kind", "location", "id", "identity"):
            return field
        found = self.aliases.get((type_of(body).lower(), field.lower()))
        if found is None and "/" in field:
            if not any(name == field.lower() for _, name in self.aliases):
                raise Beyond(field)
            return None  # an alias of another type: this one has no such property
        return found or field

    def field(self, body, field):
        if field.lower() == "type":
            return [type_of(body)]
        if field.lower() == "fullname":
            raise Beyond(field)
        path = self.path(body, field)
        if path is None:
            return [] if "[*]" in field else [MISSING]
        if path.lower().startswith("properties.properties.") and member(body["properties"], "properties") is MISSING:
            raise Beyond("a part that was not read")
        values = values_at(body, path)
        if field.lower() == "location":
            values = [value.replace(" ", "") if isinstance(value, str) else value for value in values]
        return values

    def count(self, body, count):
        if "value" in count or "field" not in count:
            raise Beyond("count of values")
        path = self.path(body, count["field"])
        total = 0 if path is None else len(values_at(body, path))
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
        if self.mode == "indexed" and not body.get("location") and body.get("tags") is None:
            if type_of(body).count("/") == 1 and not GOVERNANCE.match(type_of(body)):
                raise Beyond("whether the type has tags")
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


# ---- Bodies made for one definition: every field of it in every way ----

def leaves_of(definition, body, condition):
    """(path, value compared with) of each condition on a field below `condition`."""
    keys = {key.lower(): key for key in condition}
    if "allof" in keys or "anyof" in keys:
        for one in condition[keys.get("allof") or keys["anyof"]]:
            yield from leaves_of(definition, body, one)
    elif "not" in keys:
        yield from leaves_of(definition, body, condition[keys["not"]])
    elif "count" in keys:
        count = condition[keys["count"]]
        if "field" in count and definition.path(body, count["field"]):
            yield definition.path(body, count["field"]), {}
        if "where" in count:
            yield from leaves_of(definition, body, count["where"])
    elif "field" in keys and condition[keys["field"]].lower() != "type":
        (operator,) = [key for key in keys if key != "field"]
        wanted = condition[keys[operator]]
        try:
            wanted = definition.value(wanted)
        except Beyond:
            wanted = "beyond"
        wanted = (wanted or ["x"])[0] if isinstance(wanted, list) else wanted
        if operator == "exists":
            wanted = "x"
        if definition.path(body, condition[keys["field"]]):
            yield definition.path(body, condition[keys["field"]]), wanted


def types_in(definition, condition):
    for key, value in condition.items():
        if key.lower() in ("allof", "anyof"):
            for one in value:
                yield from types_in(definition, one)
        elif key.lower() == "field" and isinstance(value, str) and value.lower() == "type":
            for other, wanted in condition.items():
                if other.lower() in ("equals", "in"):
                    wanted = definition.value(wanted)
                    yield from wanted if isinstance(wanted, list) else [wanted]


def set_at(body, path, values):
    """Puts a value at a path; where the path goes over an array, one member for each value."""
    parents = [body]
    steps = steps_of(path)
    values = [value if value is MISSING else copy.deepcopy(value) for value in values]
    for at, step in enumerate(steps):
        is_last = at == len(steps) - 1
        if step == "[*]":
            continue
        next_is_array = steps[at + 1:at + 2] == ["[*]"]
        below = []
        for index, parent in enumerate(parents):
            if not isinstance(parent, dict):
                continue
            if next_is_array:
                is_end = at + 2 == len(steps)
                made = [value for value in values if value is not MISSING] if is_end else [{} for _ in values]
                found = parent.get(step)
                if not is_end and isinstance(found, list) and len(found) == len(made):
                    made = found
                parent[step] = made
                below += made
            elif is_last:
                if values[index % len(values)] is MISSING:
                    parent.pop(step, None)
                else:
                    parent[step] = values[index % len(values)]
            else:
                if not isinstance(parent.get(step), dict):
                    parent[step] = {}
                below.append(parent[step])
        parents = below


def ways(path, wanted):
    """The values that a field is tried with."""
    single = [MISSING, None, "", wanted, "other", True, False, "true", "FALSE", 1, "1", [], [wanted], {}, {"x": wanted}]
    if isinstance(wanted, str):
        single += [wanted.upper(), wanted + "x", "x" + wanted]
    if number(wanted) is not None:
        single += [number(wanted) - 1, number(wanted) + 1, str(wanted)]
    if "[*]" not in path:
        return [[value] for value in single]
    return [[value] for value in single] + [[wanted, "other"], [wanted, wanted], [MISSING, wanted], []]


class Variants:
    """Bodies that try every field of a definition, each in a resource group of its own."""

    def __init__(self, definition, type_):
        self.definition = definition
        self.type = type_
        self.bodies = []

    def new(self, fields, below=""):
        names = self.type.split("/")[1:]
        group = f"/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/v{len(self.bodies)}"
        path = "/".join(f"{name}/n{i}" for i, name in enumerate(names))
        body = {"id": f"{group}/providers/{self.type.split('/')[0]}/{path}", "name": f"n{len(names) - 1}",
                "type": self.type, "location": "westeurope", "tags": {}, "properties": {}}
        for path, values in fields:
            set_at(body, path, values)
        self.bodies.append(body)
        return body

    def related(self, owner, type_, fields):
        """A resource on or beside `owner`, as the existence details say."""
        if type_.lower().startswith(self.type.lower() + "/"):
            id_ = f"{owner['id']}/{type_[len(self.type) + 1:]}/r".replace("//", "/")
        elif type_.lower() == "microsoft.insights/diagnosticsettings":
            id_ = f"{owner['id']}/providers/{type_}/r"
        else:
            return
        if type_of({"id": id_}).lower() != type_.lower():
            return
        body = {"id": id_, "name": "r", "type": type_, "properties": {}}
        for path, values in fields:
            set_at(body, path, values)
        self.bodies.append(body)

    def make(self):
        rule = self.definition.rule
        sample = self.new([])
        leaves = list(leaves_of(self.definition, sample, rule["if"]))
        everything = [(path, [wanted]) for path, wanted in leaves if wanted != {}]
        for path, wanted in leaves:
            for values in ways(path, wanted):
                self.new([(path, values)])
                self.new([one for one in everything if one[0] != path] + [(path, values)])
        details = rule["then"].get("details", {})
        if isinstance(details, dict) and "existenceCondition" in details:
            type_ = self.definition.value(details["type"])
            other = {"id": f"/x/providers/{type_}", "type": type_}
            for path, wanted in leaves_of(self.definition, other, details["existenceCondition"]):
                for values in ways(path, wanted):
                    for fields in ([], everything):
                        self.related(self.new(fields), type_, [(path, values)])
        return self.bodies


# ---- Verdicts worked out by hand ----

SUBSCRIPTION = "/subscriptions/ea42f556-5106-4743-99b0-c129bfa71a47/resourceGroups/"
AI = "/providers/Microsoft.CognitiveServices/accounts/"
ML = "/providers/Microsoft.MachineLearningServices/workspaces/"
SEARCH = "/providers/Microsoft.Search/searchServices/"
OPENAI = SUBSCRIPTION + "test_cognitive-service-deployment" + AI + "cctestcogdeploy"
FOUNDRY = SUBSCRIPTION + "test_ai-foundry-application" + AI + "cctestaifoundry093541471074"
EMOTION = "/subscriptions/xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx/resourceGroups/myResourceGroup" + AI + "myAccount"
OLD_ML = SUBSCRIPTION + "VV" + ML + "vvmlwrkspc"
LINKED_ML = SUBSCRIPTION + "VV" + ML + "mlvvtest"
RED_ML = SUBSCRIPTION + "165-rg-red" + ML + "mlwsp165red"
KEYED_ML = "/subscriptions/00000000-1111-2222-3333-444444444444/resourceGroups/workspace-1234" + ML + "testworkspace"
BARE_ML = "/subscriptions/00000000-1111-2222-3333-444444444444/resourceGroups/workspace-5678" + ML + "testworkspace"
CLUSTER = OLD_ML + "/computes/vvmlwrkspc11"
INSTANCE = "/subscriptions/34adfa4f-cedf-4dc0-ba29-b6d1a69ab345/resourceGroups/testrg123" + ML + \
           "workspaces123/computes/compute123"
BIG_SEARCH = "/subscriptions/subid/resourceGroups/rg1" + SEARCH + "mysearchservice"
SMALL_SEARCH = "/subscriptions/subid/resourceGroups/rg2" + SEARCH + "mysearchservice2"
FREE_SEARCH = SUBSCRIPTION + "test_search" + SEARCH + "cctestsearchc129bfa71a47"
BOT = "/subscriptions/subscription-id/resourceGroups/OneResourceGroupName/providers/Microsoft.BotService/botServices" \
      "/samplebotname"
VAULT = SUBSCRIPTION + "test_keyvault/providers/Microsoft.KeyVault/vaults/cckeyvault1zd2yzvhwvtnsu"

# Ours, in the form of Microsoft's definition about the SKU of search services, which the shared data does not hold.
SKU = {"id": "/providers/Microsoft.Authorization/policyDefinitions/sku", "properties": {
    "mode": "Indexed", "parameters": {"effect": {"type": "String", "defaultValue": "Audit"}}, "policyRule": {
        "if": {"allOf": [{"field": "type", "equals": "Microsoft.Search/searchServices"},
                         {"field": "Microsoft.Search/searchServices/sku.name", "equals": "free"}]},
        "then": {"effect": "[parameters('effect')]"}}}}


def logged(name, log, **properties):
    """A search service of our own, and a diagnostic setting on it."""
    id_ = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/" + name + SEARCH + name
    return [{"id": id_, "name": name, "type": "Microsoft.Search/searchServices", "location": "westeurope",
             "sku": {"name": "standard"}, "properties": {}},
            {"id": id_ + "/providers/Microsoft.Insights/diagnosticSettings/d", "name": "d",
             "type": "Microsoft.Insights/diagnosticSettings", "properties": {"logs": log, **properties}}]


KEPT = {"category": "OperationLogs", "enabled": True, "retentionPolicy": {"enabled": True, "days": 400}}
SHORT = {**KEPT, "retentionPolicy": {"enabled": True, "days": 30}}
OFF = {**KEPT, "enabled": False}
OWN = [body for one in (
    logged("kept", [OFF, KEPT], storageAccountId="/s"), logged("short", [SHORT], storageAccountId="/s"),
    logged("sent", [SHORT], workspaceId="/w"), logged("off", [OFF], workspaceId="/w"), logged("none", [])
) for body in one]
OWN_ID = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/{0}" + SEARCH + "{0}"

BY_HAND = [
    # "AI services should have key access disabled": disableLocalAuth notEquals true. The body has no such member, and a
    # negated operator holds on a missing property.
    ("71ef260a-8f18-47b7-abcb-62d0673d94dc", OPENAI, "noncompliant"),
    # A key vault is neither of the two types of the rule.
    ("71ef260a-8f18-47b7-abcb-62d0673d94dc", VAULT, "not-applicable"),
    # publicNetworkAccess notEquals Disabled: here it is "Enabled" ...
    ("47ba1dd7-28d9-4b07-a8d5-9813bed64e0c", OPENAI, "noncompliant"),
    # ... here it is missing, which is no "Disabled" either.
    ("47ba1dd7-28d9-4b07-a8d5-9813bed64e0c", EMOTION, "noncompliant"),
    # identity.type exists "false", as a text: the account has no identity.
    ("fe3fd216-4f83-4fc1-8984-2bbec80a3418", OPENAI, "noncompliant"),
    # identity.type is SystemAssigned: the type alone selects, the rest does not hold.
    ("fe3fd216-4f83-4fc1-8984-2bbec80a3418", FOUNDRY, "compliant"),
    # A count over a missing array is 0, and 0 is less than 1.
    ("cddd188c-4b82-4c48-a19d-ddf74ee66a01", EMOTION, "noncompliant"),
    # One connection is Approved. The alias leaves `.properties.` out: the table has to put it in.
    ("45e05259-1eb5-4f70-9574-baf73e9d219b", LINKED_ML, "compliant"),
    ("45e05259-1eb5-4f70-9574-baf73e9d219b", OLD_ML, "noncompliant"),
    ("ad5621d6-a877-4407-aa93-a950b428315e", BOT, "compliant"),
    # Public network access of workspaces: "Disabled", and missing.
    ("a10ee784-7409-4941-b091-663697637c0f", RED_ML, "compliant"),
    ("a10ee784-7409-4941-b091-663697637c0f", OLD_ML, "noncompliant"),
    # managedNetwork.isolationMode notEquals the parameter, whose default is "Disabled": so the workspace with the
    # isolation off is the compliant one, and one without a managed network is not.
    ("6ddb1705-c8cf-450e-aa4b-19ad6703c440", RED_ML, "compliant"),
    ("6ddb1705-c8cf-450e-aa4b-19ad6703c440", OLD_ML, "noncompliant"),
    # encryption.status equals "enabled"; the body says "Enabled": texts compare without case.
    ("ba769a63-b8cc-4b2d-abf6-ac33c7204be8", KEYED_ML, "compliant"),
    ("ba769a63-b8cc-4b2d-abf6-ac33c7204be8", RED_ML, "noncompliant"),
    # not(kind equals project) holds on a body without a kind.
    ("ba769a63-b8cc-4b2d-abf6-ac33c7204be8", BARE_ML, "noncompliant"),
    # idleTimeBeforeShutdown of a compute instance, below properties.properties by the alias, is missing.
    ("679ddf89-ab8f-48a5-9029-e76054077449", INSTANCE, "noncompliant"),
    # A cluster is a compute too. Only type, name and kind decide what a policy is for, and computeType is none of them.
    ("679ddf89-ab8f-48a5-9029-e76054077449", CLUSTER, "compliant"),
    # isLatestOsImageVersion is the boolean false, the rule wants the text "false".
    ("f110a506-2dcb-422e-bcea-d533fc8c35e2", INSTANCE, "noncompliant"),
    # AmlCompute is in the list, disableLocalAuth is false.
    ("e96a9a5f-07ca-471b-9bc5-6a0f33cbd68f", CLUSTER, "noncompliant"),
    # v1LegacyMode is the boolean false, which is not "true".
    ("e413671a-dd10-4cc1-a943-45b598596cb7", RED_ML, "noncompliant"),
    # replicaCount less 3: 3 is not, 1 is.
    ("90bc8109-d21a-4692-88fc-51419391da3d", BIG_SEARCH, "compliant"),
    ("90bc8109-d21a-4692-88fc-51419391da3d", SMALL_SEARCH, "noncompliant"),
    # publicNetworkAccess is "enabled", and `ipRules[*].value exists false` is an implicit all-of over an empty array: true.
    ("037eea7a-bd0a-46c5-9a66-03aea78705d3", BIG_SEARCH, "noncompliant"),
    # encryptionWithCmk is missing.
    ("356da939-f20a-4bb9-86f8-5db445b0e354", FREE_SEARCH, "noncompliant"),
    # The related resource is the service itself, by [field('name')]; it does not meet the existence condition.
    ("76a56461-9dc0-40f0-82f5-2453283afa2f", BIG_SEARCH, "noncompliant"),
    # The only diagnostic setting of the shared bodies is that of a load balancer.
    ("b4330a05-a843-4bc8-bf9a-cacce50c67f4", BIG_SEARCH, "noncompliant"),
    # For -IfNotExists the whole `if` decides whether the policy is for a resource at all.
    ("b4330a05-a843-4bc8-bf9a-cacce50c67f4", OLD_ML, "not-applicable"),
    # One log of two is on and kept for 400 days: padLeft gives "400" >= "365".
    ("b4330a05-a843-4bc8-bf9a-cacce50c67f4", OWN_ID.format("kept"), "compliant"),
    # Kept for 30 days in a storage account: "030" is less, and the second branch wants no storage account.
    ("b4330a05-a843-4bc8-bf9a-cacce50c67f4", OWN_ID.format("short"), "noncompliant"),
    # The same log without a storage account: `logs.enabled`, which hides its [*], is the present member's inside the count.
    ("b4330a05-a843-4bc8-bf9a-cacce50c67f4", OWN_ID.format("sent"), "compliant"),
    ("b4330a05-a843-4bc8-bf9a-cacce50c67f4", OWN_ID.format("off"), "noncompliant"),
    # A setting is there, but a count over its empty list of logs is 0.
    ("b4330a05-a843-4bc8-bf9a-cacce50c67f4", OWN_ID.format("none"), "noncompliant"),
    # The endpoint is http://, the rule wants notLike https://*.
    ("6164527b-e1ee-4882-8673-572f425f5e0a", BOT, "noncompliant"),
    ("ffea632e-4e3a-4424-bf78-10e179bb2e1a", BOT, "compliant"),
    # publicNetworkAccess is the boolean false in this body; that is not "Disabled".
    ("52152f42-0dda-40d9-976e-abb1acdd611e", BOT, "noncompliant"),
    # Modes of data planes judge components, enforceSetting has no result.
    ("c1ad46c6-37f8-4af0-9c71-c208375c87dd", OPENAI, "not-applicable"),
    ("6a6f7384-63de-11ea-bc55-0242ac130003", OLD_ML, "not-applicable"),
    # SKU: free, standard, basic.
    ("sku", FREE_SEARCH, "noncompliant"),
    ("sku", BIG_SEARCH, "compliant"),
    ("sku", SMALL_SEARCH, "compliant"),
    ("sku", OPENAI, "not-applicable"),
]


# ---- The tests ----

PARAMETERS = {"resourceLocation": "westeurope",
              "listOfResourceTypes": ["Microsoft.CognitiveServices/accounts", "Microsoft.Search/searchServices"]}
LINE = json.loads((ROOT / "docs" / "schemas" / "policy-eval.v1.json").read_text())


def policy_eval(*words):
    done = subprocess.run([APLOMB, "policy", "eval", *map(str, words)], capture_output=True, text=True, timeout=240)
    if done.returncode not in (0, 3):
        raise AssertionError(f"exit {done.returncode}: {done.stderr}")
    return [json.loads(line) for line in done.stdout.splitlines()]


class Folder(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.at = pathlib.Path(folder.name)

    def write(self, name, value):
        path = self.at / name
        path.write_text("".join(json.dumps(one) + "\n" for one in value) if name.endswith(".ndjson") else json.dumps(value))
        return path


class BuiltIns(Folder):
    @classmethod
    def setUpClass(cls):
        aliases = load_aliases()
        cls.files = sorted(BUILTIN.glob("*.json"))
        cls.definitions = [Definition(json.loads(path.read_text()), aliases) for path in cls.files]
        cls.with_parameters = [Definition(json.loads(path.read_text()), aliases, PARAMETERS) for path in cls.files]
        cls.lines = policy_eval("--definition", BUILTIN, BODIES)

    def test_every_pair_is_judged_and_explained(self):
        validator = jsonschema.Draft202012Validator(LINE)
        pairs = {}
        for line in self.lines:
            self.assertTrue(validator.is_valid(line), line)
            self.assertNotEqual(line["state"], "error", line)
            self.assertEqual(bool(line["reason"]), line["state"] != "compliant", line)
            self.assertTrue(line["effect"])
            pairs.setdefault(line["resource"].lower(), []).append(line["policy"].lower())
        wanted = sorted(definition.id.lower() for definition in self.definitions)
        for resource, policies in pairs.items():
            self.assertEqual(sorted(policies), wanted, resource)
        bodies = {one["id"].lower() for path in BODIES.rglob("*.json") for one in documents_of(json.loads(path.read_text()))
                  if str(one.get("id", "")).startswith("/")}
        self.assertLessEqual(bodies, set(pairs))
        self.assertEqual(len(self.lines), len(pairs) * len(self.definitions))

    def test_unknown_says_what_to_do(self):
        unknown = [line for line in self.lines if line["state"] == "unknown"]
        self.assertTrue(unknown)
        for line in unknown:
            self.assertRegex(line["reason"], "give it with --parameters|was not read")

    def test_by_hand(self):
        sku, own = self.write("sku.json", SKU), self.write("own.ndjson", OWN)
        lines = policy_eval("--definition", BUILTIN, "--definition", sku, BODIES, own)
        states = {(line["policy"].rsplit("/", 1)[1].lower(), line["resource"].lower()): line["state"] for line in lines}
        for policy, resource, state in BY_HAND:
            with self.subTest(policy=policy, resource=resource):
                self.assertEqual(states.get((policy, resource.lower())), state)

    def agree(self, definition, bodies, states, all_bodies):
        """(pairs judged by both, pairs judged that the policy is for, differences)"""
        judged, applicable, differences = 0, 0, []
        for body in bodies:
            try:
                wanted = definition.verdict(body, all_bodies)
            except Beyond:
                continue
            judged += 1
            applicable += wanted != "not-applicable"
            found = states.get((definition.id.lower(), body["id"].lower()))
            if found != wanted:
                differences.append((definition.id, body["id"], found, wanted, json.dumps(body)[:500]))
        return judged, applicable, differences

    def test_reference_agrees_on_the_bodies(self):
        by_id = {}
        for path in BODIES.rglob("*.json"):
            for one in documents_of(json.loads(path.read_text())):
                if str(one.get("id", "")).startswith("/"):
                    by_id.setdefault(one["id"].lower(), []).append(one)
        everything = [bodies[0] for bodies in by_id.values()]
        # Two documents of one id are merged; the reference does not know how.
        single = [bodies[0] for bodies in by_id.values() if all(one == bodies[0] for one in bodies)]
        states = {(line["policy"].lower(), line["resource"].lower()): line["state"] for line in self.lines}
        judged = applicable = 0
        found = []
        for definition in self.definitions:
            some, used, differences = self.agree(definition, single, states, everything)
            judged, applicable, found = judged + some, applicable + used, found + differences
        self.assertEqual(found[:5], [])
        self.assertGreater(judged, 17000)
        self.assertGreater(applicable, 130)
        print(f"bodies: {judged} pairs judged by both, {applicable} of them applicable, no differences",
              file=sys.stderr)

    def test_reference_agrees_on_variants(self):
        parameters = self.write("parameters.json", PARAMETERS)
        judged = applicable = beyond = 0
        for path, definition in zip(self.files, self.with_parameters):
            for type_ in list(dict.fromkeys(types_in(definition, definition.rule["if"])))[:2]:
                try:
                    bodies = Variants(definition, type_).make()
                except Beyond:
                    continue  # data planes: their fields are in no table
                lines = policy_eval("-d", path, "-p", parameters, self.write("variants.ndjson", bodies))
                states = {(line["policy"].lower(), line["resource"].lower()): line["state"] for line in lines}
                some, used, differences = self.agree(definition, bodies, states, bodies)
                self.assertEqual(differences[:3], [], path.name)
                judged, applicable, beyond = judged + some, applicable + used, beyond + len(bodies) - some
        self.assertGreater(applicable, 4000)
        print(f"variants: {judged} pairs judged by both, {applicable} of them applicable, no differences, "
              f"{beyond} beyond the reference", file=sys.stderr)

    def test_folder_with_initiatives_in_a_scan(self):
        done = subprocess.run([APLOMB, "scan", "--no-store", "--policies", str(DATA / "azure-policy"), "--status", "all",
                               "--format", "json", str(BODIES)], capture_output=True, text=True, timeout=240)
        self.assertIn(done.returncode, (0, 3), done.stderr)
        result = json.loads(done.stdout)
        ours = [f for f in result["findings"] if "/policyDefinitions/" in f["rule"]]
        self.assertGreater(sum(f["status"] == "fail" for f in ours), 100)
        self.assertEqual(len({(f["rule"], f["asset"]) for f in result["findings"]}), len(result["findings"]))
        for finding in ours:
            self.assertNotEqual(finding["status"], "error", finding)
            self.assertTrue(finding["title"])
        # A scan is an open world: what no document shows may still be there. All else is as policy eval says.
        states = {(line["policy"].lower(), line["resource"].lower()): line for line in self.lines}
        outcome = {"fail": "noncompliant", "pass": "compliant"}
        for finding in ours:
            line = states.get((finding["rule"].lower(), finding["asset"].lower()))
            if line and finding["status"] in outcome and not line["effect"].lower().endswith("ifnotexists"):
                self.assertEqual(line["state"], outcome[finding["status"]], finding)


if __name__ == "__main__":
    if not BUILTIN.is_dir():
        print("no APLOMB_SHARED_DATA", file=sys.stderr)
        sys.exit(77)
    sys.exit(unittest.main())
