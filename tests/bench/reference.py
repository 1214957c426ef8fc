"""tests/bench/reference.py: the definitions of definitions/ judged by a plain interpreter, as a yardstick.

Walks the JSON of each definition for each resource, as a policy engine without compilation does. Knows only what those
definitions use: allOf, anyOf, not, count, equals, notEquals, in, notIn, exists, contains, like over aliases whose
properties lie where the alias says. Prints one JSON line with the same members as bench_policy.

    python3 -B tests/bench/reference.py ESTATE.ndjson DEFINITIONS
"""
import fnmatch
import json
import os
import sys
import time

SECONDS_MIN = 2.0
TOP = {"type", "name", "location", "kind", "id"}


def fold(value):
    return value.lower() if isinstance(value, str) else value


def text(value):
    """Azure compares booleans and numbers with the texts that write them."""
    return str(value).lower()


def member(node, name):
    if not isinstance(node, dict):
        return None
    if name in node:
        return node[name]
    wanted = name.lower()
    for key, value in node.items():
        if key.lower() == wanted:
            return value
    return None


def steps_of(field):
    if field.startswith("tags["):
        return ["tags", field[6:-2]]
    if field in TOP:
        return [field]
    return ["properties"] + field.split("/")[2].split(".")


def value_of(body, field, scope):
    if field in scope:
        return scope[field]
    node = body
    for step in steps_of(field):
        node = member(node, step)
    return node


def judge_count(count, body, scope):
    name = count["field"]
    items = body
    for step in steps_of(name[:-3]):
        items = member(items, step)
    found = 0
    for item in items or []:
        inner = {name: item}
        if isinstance(item, dict):
            inner.update({f"{name}.{key}": value for key, value in item.items()})
        found += "where" not in count or judge(count["where"], body, {**scope, **inner})
    return found


def compare(condition, value):
    if "equals" in condition:
        return value is not None and text(value) == text(condition["equals"])
    if "notEquals" in condition:
        return value is None or text(value) != text(condition["notEquals"])
    if "in" in condition:
        return value is not None and any(text(value) == text(choice) for choice in condition["in"])
    if "notIn" in condition:
        return value is None or all(text(value) != text(choice) for choice in condition["notIn"])
    if "exists" in condition:
        return (value is not None) == condition["exists"]
    if "contains" in condition:
        return isinstance(value, str) and condition["contains"].lower() in value.lower()
    if "like" in condition:
        return isinstance(value, str) and fnmatch.fnmatchcase(value.lower(), condition["like"].lower())
    if "greaterOrEquals" in condition:
        return value is not None and value >= condition["greaterOrEquals"]
    raise ValueError(f"an operator that this yardstick does not know: {condition}")


def judge(condition, body, scope):
    if "allOf" in condition:
        return all(judge(part, body, scope) for part in condition["allOf"])
    if "anyOf" in condition:
        return any(judge(part, body, scope) for part in condition["anyOf"])
    if "not" in condition:
        return not judge(condition["not"], body, scope)
    if "count" in condition:
        return compare(condition, judge_count(condition["count"], body, scope))
    return compare(condition, value_of(body, condition["field"], scope))


def types_of(condition):
    for part in condition["allOf"]:
        if part.get("field") == "type":
            return {name.lower() for name in part.get("in", [part.get("equals")])}
    raise ValueError("a definition without a type")


def main():
    definitions = []
    for name in sorted(os.listdir(sys.argv[2])):
        with open(os.path.join(sys.argv[2], name), encoding="utf-8") as file:
            rule = json.load(file)["properties"]["policyRule"]["if"]
        definitions.append((rule, types_of(rule)))
    wanted = set().union(*(types for _, types in definitions))
    pairs = []
    with open(sys.argv[1], encoding="utf-8") as file:
        for line in file:
            document = json.loads(line)
            kind = document["type"].lower()
            if kind in wanted:
                pairs += [(rule, document["body"]) for rule, types in definitions if kind in types]
    best, spent, noncompliant = None, 0.0, 0
    while best is None or spent < SECONDS_MIN:
        start = time.thread_time()
        noncompliant = sum(judge(rule, body, {}) for rule, body in pairs)
        seconds = time.thread_time() - start
        best = seconds if best is None else min(best, seconds)
        spent += seconds
    print(json.dumps({"rules": len(definitions), "pairs": len(pairs), "noncompliant": noncompliant,
                      "seconds": round(best, 6), "pairs_per_second": round(len(pairs) / best)}))


if __name__ == "__main__":
    main()
