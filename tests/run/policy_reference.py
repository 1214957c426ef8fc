"""A second evaluator of Azure Policy definitions, written without a look at the first.

It knows what Microsoft documents and a small part of the language: field conditions, groups, counts with `where`,
aliases, parameters. What is more raises Beyond. Variants makes bodies that try every field of a definition in every
way, so that the two evaluators can be compared where the shared bodies show too little."""
import copy
import json
import re


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
    """A definition; of an initiative, which has no rule, the parameters alone."""

    def __init__(self, value, aliases, parameters=()):
        self.aliases = aliases
        self.id = value["id"]
        properties = value["properties"]
        self.mode = properties.get("mode", "All").lower()
        self.rule = properties.get("policyRule")
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


def load_aliases(path):
    """(type, alias) -> path, of a table as Azure Resource Manager gives it."""
    found = {}
    for provider in json.loads(path.read_text()):
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
