#!/usr/bin/env python3
"""`aplomb access` on random estates against an evaluator that anybody can check by reading.

Management groups, subscriptions, groups in each other, roles of several blocks, eligible assignments, unknown roles and
deny assignments come from a fixed seed; decision and what decides must be the same for every question."""
import collections
import os
import random
import re
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import test_access as plain  # noqa: E402

SUBSCRIPTIONS = [f"/subscriptions/00000000-0000-0000-0000-00000000000{number}" for number in (1, 2)]
TREE = {"top": None, "left": "top", "right": "top"}  # management group -> the one above
BELOW = {"left": SUBSCRIPTIONS[0], "right": SUBSCRIPTIONS[1]}
ACTIONS = ["A/b/read", "A/b/write", "A/c/read", "A/b/x/action", "D/e/delete"]
PATTERNS = ["*", "*/read", "A/*", "A/b/*", "A/*/read", "D/*", "*/action", "A/b/read"]
LISTS = ("actions", "notActions", "dataActions", "notDataActions")
USERS, GROUPS = range(1, 13), range(100, 110)


def matches(pattern, action):
    parts = (re.escape(part) for part in pattern.lower().split("*"))
    return re.fullmatch(".*".join(parts), action.lower(), re.DOTALL) is not None


def allows(blocks, plane, action):
    names = LISTS[2:] if plane == "data" else LISTS[:2]
    return any(any(matches(p, action) for p in block[names[0]]) and
               not any(matches(p, action) for p in block[names[1]]) for block in blocks)


def covers(scope, resource):
    scope, resource = scope.lower().rstrip("/"), resource.lower()
    if scope == "" or resource == scope or resource.startswith(scope + "/"):
        return True
    group = next((name for name, child in BELOW.items() if resource.startswith(child.lower())), None)
    while group:
        if scope == (plain.MANAGEMENT + group).lower():
            return True
        group = TREE[group]
    return False


class Estate:
    """A random estate: its documents, and the answers by definition."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.members = collections.defaultdict(set)
        self.assignments, self.denies, self.roles = [], [], {}
        self.scopes = ["/"] + SUBSCRIPTIONS + [s + f"/resourceGroups/rg{n}" for s in SUBSCRIPTIONS for n in (1, 10, 2)]
        self.scopes += [s + "/providers/Microsoft.Storage/storageAccounts/st" for s in self.scopes[3:]]
        self.documents = [self.tree(name) for name in TREE]
        for who in (*USERS, *GROUPS):
            self.members[who] = {g for g in GROUPS if g != who and self.random.random() < 0.13}
            self.documents.append((plain.user if who in USERS else plain.group)(who, *sorted(self.members[who])))
        for number in range(8):
            self.add_role(f"role{number}")
        for number in range(30):
            self.add_assignment(f"a{number:02d}")
        for number in range(4):
            self.add_deny(f"d{number}")

    def tree(self, name):
        above = {"parent": {"id": plain.MANAGEMENT + TREE[name]}} if TREE[name] else {}
        children = [{"id": BELOW[name]}] if name in BELOW else []
        return {"id": plain.MANAGEMENT + name, "name": name, "type": "Microsoft.Management/managementGroups",
                "properties": {"tenantId": plain.TENANT, "displayName": name, "details": above, "children": children}}

    def block(self, patterns):
        return {name: self.random.sample(patterns, self.random.randint(0, 2)) for name in LISTS}

    def who(self):
        return self.random.choice([*USERS, *GROUPS])

    def add_role(self, name):
        self.roles[name] = [self.block(PATTERNS) for _ in range(self.random.randint(1, 2))]
        self.documents.append(plain.definition(name, *self.roles[name]))

    def add_assignment(self, name):
        role = "unknown" if self.random.random() < 0.1 else self.random.choice(sorted(self.roles))
        scope = self.random.choice(self.scopes + [plain.MANAGEMENT + group for group in TREE])
        kind = "roleEligibilityScheduleInstances" if self.random.random() < 0.15 else "roleAssignments"
        self.assignments.append((name, self.who(), role, scope, kind))
        self.documents.append(plain.assignment(name, plain.guid(self.assignments[-1][1]), role, scope, kind=kind))

    def add_deny(self, name):
        principal = self.who() if self.random.random() < 0.7 else None
        excluded = [self.who()] if self.random.random() < 0.6 else []
        here, scope, block = self.random.random() < 0.4, self.random.choice(self.scopes[1:]), self.block(PATTERNS[1:])
        self.denies.append((name, principal, excluded, here, scope, block))
        self.documents.append(plain.deny(name, scope, [plain.EVERYONE if principal is None else plain.guid(principal)],
                                         [plain.guid(one) for one in excluded], here, **block))

    def closure(self, who):
        found, waiting = {who}, [who]
        while waiting:
            new = self.members[waiting.pop()] - found
            found |= new
            waiting += new
        return found

    def answer(self, who, plane, action, resource):
        identities = self.closure(who)
        denied = [name for name, principal, excluded, here, scope, block in self.denies
                  if (principal is None or principal in identities) and not identities & set(excluded)
                  and (scope.lower() == resource.lower() if here else covers(scope, resource))
                  and allows([block], plane, action)]
        if denied:
            return "deny", sorted(denied)
        found = collections.defaultdict(list)
        for name, principal, role, scope, kind in self.assignments:
            if principal not in identities or not covers(scope, resource):
                continue
            if role == "unknown":
                found["unknown"].append(name)
            elif allows(self.roles[role], plane, action):
                found["allow" if kind == "roleAssignments" else "conditional"].append(name)
        decision = next((one for one in ("allow", "conditional", "unknown") if found[one]), "deny")
        return decision, sorted(found[decision])


class RandomEstates(plain.Access):
    def test_random_estates(self):
        for seed in range(4):
            estate = Estate(seed)
            asked = [(estate.who(), estate.random.choice(["control", "data"]), estate.random.choice(ACTIONS),
                      estate.random.choice(estate.scopes[1:])) for _ in range(800)]
            answers = self.ask(estate.documents, [(plain.guid(who), *rest) for who, *rest in asked])
            for question, answer in zip(asked, answers):
                by = sorted(one.rsplit("/", 1)[-1] for one in answer["by"])
                self.assertEqual((answer["decision"], by), estate.answer(*question), (seed, question))


def load_tests(loader, _tests, _pattern):
    return loader.loadTestsFromName("test_random_estates", RandomEstates)


if __name__ == "__main__":
    unittest.main(warnings="ignore")
