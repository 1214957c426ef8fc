#!/usr/bin/env python3
"""`aplomb policy eval` from outside: what its options and states mean, on small definitions of our own."""
import json
import os
import pathlib
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(os.environ.get("APLOMB_ROOT", pathlib.Path(__file__).resolve().parents[2]))
APLOMB = os.environ.get("APLOMB", str(ROOT / "build" / "aplomb"))
GROUP = {"id": "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg-ai", "name": "rg-ai",
         "location": "westeurope", "tags": {}, "properties": {"provisioningState": "Succeeded"}}


def definition(condition, parameters=None, effect="audit"):
    return {"name": "own", "properties": {"mode": "All", "parameters": parameters or {},
                                          "policyRule": {"if": condition, "then": {"effect": effect}}}}


class PolicyEval(unittest.TestCase):
    def evaluate(self, policy, documents, *options):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder)
            (path / "policy.json").write_text(json.dumps(policy))
            (path / "documents.ndjson").write_text("".join(json.dumps(d) + "\n" for d in documents))
            done = subprocess.run([APLOMB, "policy", "eval", "--definition", str(path / "policy.json"), *options,
                                   str(path / "documents.ndjson")], capture_output=True, text=True)
            self.assertIn(done.returncode, (0, 3), done.stderr)
            return [json.loads(line) for line in done.stdout.splitlines()]

    def test_resource_groups_have_two_names(self):
        for written in ("Microsoft.Resources/subscriptions/resourceGroups", "Microsoft.Resources/resourceGroups"):
            for read in ("Microsoft.Resources/resourceGroups", "microsoft.resources/subscriptions/resourcegroups"):
                for tags, state in (({}, "noncompliant"), ({"owner": "x"}, "compliant")):
                    policy = definition({"allOf": [{"field": "type", "equals": written},
                                                   {"field": "tags['owner']", "exists": False}]})
                    lines = self.evaluate(policy, [GROUP | {"type": read, "tags": tags}])
                    self.assertEqual([line["state"] for line in lines], [state], (written, read, tags))

    def test_missing_parameter_is_unknown_and_says_so(self):
        policy = definition({"field": "location", "notIn": "[parameters('allowed')]"}, {"allowed": {"type": "array"}})
        line, = self.evaluate(policy, [GROUP | {"type": "Microsoft.Resources/resourceGroups"}])
        self.assertEqual(line["state"], "unknown")
        self.assertIn("allowed", line["reason"])

    def test_parameters_in_both_forms(self):
        policy = definition({"field": "location", "notIn": "[parameters('allowed')]"}, {"allowed": {"type": "array"}})
        for values in ({"allowed": {"value": ["westeurope"]}}, {"allowed": ["westeurope"]}):
            with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
                json.dump(values, file)
                file.flush()
                line, = self.evaluate(policy, [GROUP | {"type": "Microsoft.Resources/resourceGroups"}],
                                      "--parameters", file.name)
            self.assertEqual(line["state"], "compliant")

    def test_now_is_given(self):
        policy = definition({"value": "[less(field('properties.expires'), addDays(utcNow(), 30))]", "equals": True})
        document = GROUP | {"properties": {"expires": "2027-01-15T00:00:00Z"}}
        for now, state in (("2026-11-23T00:00:00Z", "compliant"), ("2027-01-01T00:00:00Z", "noncompliant")):
            line, = self.evaluate(policy, [document], "--now", now)
            self.assertEqual(line["state"], state, line)

    def test_resources_without_id_or_type_are_judged_one_by_one(self):
        policy = definition({"field": "colour", "equals": "red"})
        lines = self.evaluate(policy, [{"colour": "red"}, {"colour": "blue"}, {"colour": "red"}])
        self.assertEqual(sorted(line["state"] for line in lines), ["compliant", "noncompliant", "noncompliant"])


if __name__ == "__main__":
    unittest.main()
