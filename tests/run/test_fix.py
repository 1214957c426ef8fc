#!/usr/bin/env python3
"""Plans of fixes: valid, fewest first, with scores that a what-if agrees with, and patches that close findings.

The patches are tried on the failing cases of services/: a plan is made for all of them at once, its operations are done
on the documents here, and the next scan must pass each finding that a step closes; undone, documents are as before."""
import copy
import json
import re
import unittest

from test_outputs import CONTOSO, ROOT, Folder, account

SERVICES = ("ai-services", "search", "key-vault", "storage", "machine-learning", "container-registry")


def names_of(pointer):
    return [name.replace("~1", "/").replace("~0", "~") for name in pointer.split("/")[1:]]


def child(value, name):
    return value[int(name)] if isinstance(value, list) else value[name]


def do(document, operations):
    """RFC 6902, strictly: what is replaced or removed must be there, what is added to an object must not."""
    for operation in operations:
        *way, last = names_of(operation["path"])
        at = document
        for name in way:
            at = child(at, name)
        if isinstance(at, list):
            at[int(last):int(last) + (operation["op"] != "add")] = [operation["value"]] if "value" in operation else []
        elif operation["op"] == "remove":
            del at[last]
        else:
            assert (last in at) == (operation["op"] == "replace"), operation
            at[last] = operation["value"]


def objects(values):
    waiting = list(values)
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            yield value
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value


class Fix(Folder):
    def fix(self, *words):
        plan = json.loads(self.give("fix", *words, "--format", "json"))
        self.valid(plan)
        return plan

    def test_paths_and_score(self):
        plan = self.fix(CONTOSO, "--plan", self.at / "plan.json")
        self.assertEqual(json.loads((self.at / "plan.json").read_text()), plan)
        self.assertTrue(plan["fewest"])
        scores = [plan["before"]["score"]] + [step["after"]["score"] for step in plan["steps"]]
        self.assertEqual(scores, sorted(scores))
        fixed = ",".join(finding["id"] for step in plan["steps"] for finding in step["findings"])
        tried = json.loads(self.give("paths", CONTOSO, "--what-if", fixed, "--format", "json"))
        self.assertEqual(tried["score"], {"before": scores[0], "after": scores[-1]})
        self.assertEqual(len(tried["paths"]), plan["steps"][-1]["after"]["paths"])
        broken = [path for step in plan["steps"] for path in step["after"]["broken"]]
        self.assertEqual(sorted(broken), sorted(tried["broken"]))

    def test_one_path(self):
        paths = json.loads(self.give("paths", CONTOSO, "--format", "json"))["paths"]
        path = next(path for path in paths if path["fixes"])
        plan = self.fix(CONTOSO, "--path", path["id"][:8])
        self.assertEqual(len(plan["steps"]), 1)
        self.assertIn(plan["steps"][0]["findings"][0]["id"], path["fixes"])
        self.assertIn(path["id"], plan["steps"][0]["after"]["broken"])
        self.refuse("fix", CONTOSO, "--path", "ffffffff", says="no path has the id")

    def test_stored_is_as_scanned(self):
        self.give("scan", CONTOSO, "-q")
        stored, scanned = self.fix("--limit", "3"), self.fix(CONTOSO, "--limit", "3")
        self.assertEqual(stored["steps"], scanned["steps"])
        self.assertEqual(len(stored["steps"]), 3)

    def test_texts(self):
        name = "it's; rm -rf"
        self.write("one.json", account(name, disableLocalAuth=False, publicNetworkAccess="Disabled"))
        words = ("fix", "one.json", "--check", "ai-local-auth-disabled")
        step = self.fix(*words[1:])["steps"][0]
        self.assertEqual(step["patch"], [{"op": "replace", "path": "/properties/disableLocalAuth", "value": True}])
        self.assertEqual(step["before"], [{"path": "/properties/disableLocalAuth", "value": False}])
        self.assertEqual(step["request"]["method"], "PATCH")
        self.assertEqual(step["request"]["needs"], "Microsoft.CognitiveServices/accounts/write")
        self.assertIn("it'\\''s; rm -rf'", step["undo_commands"][0])
        text = self.give(*words)
        for part in ("disableLocalAuth: false -> true", "directory role first", "undo", "score"):
            self.assertIn(part, text)
        self.assertIn("disableLocalAuth", self.give(*words, "--format", "markdown"))
        self.assertIn("Nothing to fix", self.give("fix", "one.json", "--check", "ai-public-network-off"))

    def test_a_step_without_a_way_back_has_no_undo(self):
        case = ROOT / "services" / "azure" / "key-vault" / "cases" / "keyvault-protected" / "fail.json"
        steps = [step for step in self.fix(case, "--severity", "info+")["steps"]
                 if any("enablePurgeProtection" in change["path"] for change in step["patch"])]
        self.assertEqual([(step["undo"], step["undo_commands"]) for step in steps], [([], [])])
        self.assertIn("cannot be turned off", steps[0]["final"])

    def cases(self):
        """The failing cases, each in a subscription of its own, so that their ids do not meet."""
        for service in SERVICES:
            for path in sorted((ROOT / "services" / "azure" / service / "cases").glob("*/fail*.json")):
                text = path.read_text()
                number = len(self.documents) + 1
                text = re.sub(r"(?i)(?<=/subscriptions/)[0-9a-f-]{36}",
                              lambda found: f"{number:08x}{found[0][8:]}", text)
                try:
                    self.documents[f"{number}.json"] = [json.loads(text)]
                except json.JSONDecodeError:
                    self.documents[f"{number}.json"] = [json.loads(line) for line in text.splitlines() if line]

    def store(self):
        for name, values in self.documents.items():
            (self.at / "cases" / name).write_text("\n".join(map(json.dumps, values)))

    def test_patches_close_findings(self):
        self.documents = {}
        self.cases()
        (self.at / "cases").mkdir()
        self.store()
        plan = self.fix("cases", "--severity", "info+", "--limit", "1000")
        by_id = {}
        for value in objects(list(self.documents.values())):
            if "body" not in value:
                by_id.setdefault(str(value.get("id", "")).lower(), []).append(value)
        before, closed, undo = copy.deepcopy(self.documents), set(), []
        for step in plan["steps"]:
            for value in by_id[step["asset"].lower()] if step["patch"] else []:
                for known in step["before"]:
                    *way, last = names_of(known["path"])
                    at = value
                    for name in way:
                        at = child(at, name)
                    self.assertEqual(at.get(last, None) if isinstance(at, dict) else at[int(last)], known.get("value"))
                do(value, step["patch"])
                undo.append((value, step))
                closed |= {finding["id"] for finding in step["findings"]}
        self.assertGreater(len(closed), 100)
        self.store()
        after = json.loads(self.give("findings", "cases", "--status", "all", "--format", "json"))["findings"]
        status = {finding["id"]: (finding["status"], finding["rule"]) for finding in after}
        self.assertEqual([status.get(one) for one in sorted(closed) if status.get(one, [""])[0] != "pass"], [])
        stays = {step["asset"] for _, step in undo if step["final"]}
        for value, step in reversed(undo):
            if step["asset"] not in stays:
                do(value, step["undo"])
        for name, values in before.items():
            if not any(value.get("id") in stays for value in objects(values)):
                self.assertEqual(self.documents[name], values)


if __name__ == "__main__":
    unittest.main()
