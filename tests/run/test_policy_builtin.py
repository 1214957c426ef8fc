#!/usr/bin/env python3
"""Microsoft's built-in definitions on the shared Azure bodies.

`policy eval` judges every pair without an error and explains every state. The evaluator of policy_reference.py must
agree on all pairs that it can judge, of the shared bodies and of bodies made for each definition. Verdicts that were
worked out by hand stand in BY_HAND with their reasoning. Skipped without APLOMB_SHARED_DATA."""
import collections
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest
import warnings

warnings.simplefilter("ignore", DeprecationWarning)
import jsonschema  # noqa: E402

from policy_reference import Beyond, Definition, Variants, documents_of, load_aliases, types_in  # noqa: E402

ROOT = pathlib.Path(os.environ.get("APLOMB_ROOT", pathlib.Path(__file__).resolve().parents[2]))
APLOMB = os.path.abspath(os.environ.get("APLOMB", ROOT / "build" / "aplomb"))
DATA = pathlib.Path(os.environ.get("APLOMB_SHARED_DATA") or "/nonexistent")
BUILTIN = DATA / "azure-policy" / "builtin"
BODIES = DATA / "azure-examples"


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
    # publicNetworkAccess is "enabled"; `ipRules[*].value exists false` is an implicit all-of over an empty array: true.
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
    # The same log without a storage account: `logs.enabled`, which hides its [*], is the present member's in the count.
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
        lines = value if name.endswith(".ndjson") else [value]
        path.write_text("".join(json.dumps(line) + "\n" for line in lines))
        return path


class BuiltIns(Folder):
    @classmethod
    def setUpClass(cls):
        aliases = load_aliases(DATA / "azure-policy" / "aliases.json")
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
        bodies = {one["id"].lower() for path in BODIES.rglob("*.json")
                  for one in documents_of(json.loads(path.read_text())) if str(one.get("id", "")).startswith("/")}
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
        words = ["scan", "--no-store", "--policies", DATA / "azure-policy", "--status", "all", "-f", "json", BODIES]
        done = subprocess.run([APLOMB, *map(str, words)], capture_output=True, text=True, timeout=240)
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


def reference_parameters(initiative, reference):
    """What a reference of an initiative gives its definition: literals, or the initiative's own defaults."""
    own = Definition(initiative, {})
    given = {name: value["value"] for name, value in (reference.get("parameters") or {}).items()}
    return {name: own.value(value) for name, value in given.items()}


class Initiatives(Folder):
    """Each of the shared initiatives by itself, with those of its definitions that the shared data has."""

    @classmethod
    def setUpClass(cls):
        cls.aliases = load_aliases(DATA / "azure-policy" / "aliases.json")
        cls.definitions = {value["name"].lower(): value
                           for value in (json.loads(path.read_text()) for path in BUILTIN.glob("*.json"))}
        cls.bodies = {}
        for path in sorted(BODIES.rglob("*.json")):
            for one in documents_of(json.loads(path.read_text())):
                if str(one.get("id", "")).startswith("/"):
                    cls.bodies.setdefault(one["id"].lower(), []).append(one)

    def members(self, initiative):
        """One definition for each distinct set of values that the initiative gives it."""
        found = {}
        for reference in initiative["properties"]["policyDefinitions"]:
            value = self.definitions.get(reference["policyDefinitionId"].rsplit("/", 1)[1].lower())
            if value:
                member = Definition(value, self.aliases, reference_parameters(initiative, reference))
                values = sorted((name, repr(one)) for name, one in member.defaults.items())
                found[member.id.lower(), repr(values)] = member
        return [member for _, member in sorted(found.items())]

    def test_each_gives_every_pair_a_state(self):
        applicable = 0
        for path in sorted((DATA / "azure-policy" / "initiatives").glob("*.json")):
            with self.subTest(initiative=path.name):
                applicable += self.judge(json.loads(path.read_text()))
        self.assertGreater(applicable, 60)

    def judge(self, initiative):
        """The number of applicable pairs of one initiative, of which every state is checked."""
        members = self.members(initiative)
        folder = self.at / initiative["name"]
        folder.mkdir()
        for value in [initiative, *(self.definitions[one.id.rsplit("/", 1)[1].lower()] for one in members)]:
            (folder / f"{value['name']}.json").write_text(json.dumps(value))
        states = collections.defaultdict(list)
        for line in policy_eval("--definition", folder, BODIES):
            self.assertNotEqual(line["state"], "error", line)
            states[line["policy"].lower(), line["resource"].lower()].append(line["state"])
        resources = {resource for _, resource in states}
        everything = [bodies[0] for bodies in self.bodies.values()]
        if members:
            self.assertLessEqual(set(self.bodies), resources)
        self.assertEqual(sum(map(len, states.values())), len(members) * len(resources))
        applicable = 0
        for id_ in sorted({member.id.lower() for member in members}):
            for resource, bodies in self.bodies.items():
                if any(one != bodies[0] for one in bodies):
                    continue  # two documents of one id are merged; the reference does not know how
                try:
                    wanted = [one.verdict(bodies[0], everything) for one in members if one.id.lower() == id_]
                except Beyond:
                    continue
                applicable += sum(one != "not-applicable" for one in wanted)
                self.assertEqual(sorted(states[id_, resource]), sorted(wanted), (id_, resource))
        self.in_a_scan(folder, states)
        print(f"{initiative['name']}: {len(members)} members here, {applicable} applicable pairs", file=sys.stderr)
        return applicable

    def in_a_scan(self, folder, states):
        """Every applicable pair has one finding, and it says what policy eval says."""
        words = ["scan", "--no-store", "--quiet", "--policies", folder, "--status", "all", "-f", "json", BODIES]
        done = subprocess.run([APLOMB, *map(str, words)], capture_output=True, text=True, timeout=240)
        self.assertIn(done.returncode, (0, 3), done.stderr)
        found = {(one["rule"].lower(), one["asset"].lower()): one["status"]
                 for one in json.loads(done.stdout)["findings"] if "/policyDefinitions/" in one["rule"]}
        outcome = {"noncompliant": {"fail", "manual"}, "compliant": {"pass"}, "unknown": {"manual"}}
        for pair, given in states.items():
            for state in given:
                if state != "not-applicable":
                    self.assertIn(found.get(pair), outcome[state], pair)


if __name__ == "__main__":
    if not BUILTIN.is_dir():
        print("no APLOMB_SHARED_DATA", file=sys.stderr)
        sys.exit(77)
    sys.exit(unittest.main())
