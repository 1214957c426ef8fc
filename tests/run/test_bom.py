#!/usr/bin/env python3
"""Bills of materials: valid by the official schemas, whole, the same twice, and honest about what was not read."""
import json
import unittest

import jsonschema

from test_outputs import ACCOUNT, CONTOSO, ROOT, Folder, account

OFFICIAL = ROOT / "tests" / "schemas"
RELATIONSHIPS_CHECKED = 4  # of each type: the reference checks of SPDX take a tenth of a second each


def official(name):
    return json.loads((OFFICIAL / name).read_text())


CYCLONEDX = {name: official(name) for name in ("spdx.schema.json", "jsf-0.82.schema.json",
                                               "cryptography-defs.schema.json")}
SPDX = official("spdx-3.0.1-json-schema.json")["$defs"]


def names_of(definition):
    """The members that a class of SPDX has, with those of the classes above it."""
    names, pending = set(), [SPDX[definition]]
    while pending:
        schema = pending.pop()
        names |= set(schema.get("properties", {}))
        pending += schema.get("allOf", [])
        if "$ref" in schema:
            pending.append(SPDX[schema["$ref"].rsplit("/", 1)[-1]])
    return names


DEPLOYMENT = {"id": ACCOUNT + "chat/deployments/main", "name": "main",
              "type": "Microsoft.CognitiveServices/accounts/deployments",
              "properties": {"model": {"format": "OpenAI", "name": "gpt-4o", "version": "2024-08-06"}}}
MODEL = "azureml://registries/azure-openai/models/gpt-4o/versions/2024-08-06"


class Bom(Folder):
    def estate(self, *documents):
        self.write("estate.jsonl", "\n".join(json.dumps(document) for document in documents))

    def bom(self, *words, name="cyclonedx"):
        return json.loads(self.give("bom", *words, "--format", name))

    def valid_cyclonedx(self, bill):
        schema = official(f"bom-{bill['specVersion']}.schema.json")
        store = {"http://cyclonedx.org/schema/" + name: value for name, value in CYCLONEDX.items()}
        validator = jsonschema.Draft7Validator(schema, resolver=jsonschema.RefResolver(schema["$id"], schema, store),
                                               format_checker=jsonschema.FormatChecker())
        self.assertEqual([error.message[:200] for error in validator.iter_errors(bill)][:5], [])
        refs = [part["bom-ref"] for part in bill["components"] + bill["services"]]
        self.assertEqual(len(refs), len(set(refs)))
        known = set(refs) | {bill["metadata"]["component"]["bom-ref"]}
        for dependency in bill["dependencies"]:
            self.assertLessEqual({dependency["ref"], *dependency.get("dependsOn", [])}, known)
        for vulnerability in bill["vulnerabilities"]:
            self.assertLessEqual({affected["ref"] for affected in vulnerability["affects"]}, set(refs))

    def valid_spdx(self, bill):
        root = jsonschema.Draft202012Validator({"$id": "spdx", "$defs": SPDX})
        elements = bill["@graph"]
        ids = {element["spdxId"] for element in elements if "spdxId" in element}
        self.assertEqual(len(ids), sum("spdxId" in element for element in elements))
        checked = {}
        for element in elements:
            kind = element["type"]
            self.assertLessEqual(set(element) - {"@id", "spdxId"}, names_of(kind))
            sort = (kind, element.get("relationshipType"))
            checked[sort] = checked.get(sort, 0) + 1
            if kind == "Relationship":
                self.assertIn(element["from"], ids)
                self.assertTrue(all(end in ids or end.endswith("NoAssertionLicense") for end in element["to"]))
            if kind != "Relationship" or checked[sort] <= RELATIONSHIPS_CHECKED:
                one = root.evolve(schema={"$id": "spdx", "$defs": SPDX, "$ref": "#/$defs/" + kind})
                self.assertEqual([error.message[:200] for error in one.iter_errors(element)][:3], [])
        for package in (element["spdxId"] for element in elements
                        if element["type"] in ("ai_AIPackage", "dataset_DatasetPackage")):
            licenses = [element["relationshipType"] for element in elements
                        if element.get("from") == package and "License" in element["relationshipType"]]
            self.assertEqual(sorted(licenses), ["hasConcludedLicense", "hasDeclaredLicense"])

    def test_every_format_of_the_example_is_valid(self):
        for name in ("cyclonedx", "cyclonedx-1.6"):
            self.valid_cyclonedx(self.bom(CONTOSO, name=name))
        self.valid_spdx(self.bom(CONTOSO, "--asset", "customer-assist", name="spdx"))
        self.valid(self.bom(CONTOSO, name="json"))

    def test_a_workload_has_what_it_needs_and_nothing_else(self):
        self.estate(account("chat", endpoint="https://chat.openai.azure.com/"), DEPLOYMENT, account("other"))
        bill = self.bom("estate.jsonl", "--asset", DEPLOYMENT["id"])
        self.valid_cyclonedx(bill)
        self.assertEqual([part["bom-ref"] for part in bill["services"]], [ACCOUNT + "chat", DEPLOYMENT["id"]])
        self.assertEqual([part["bom-ref"] for part in bill["components"]], [MODEL])
        model, needs = bill["components"][0], {row["ref"]: row.get("dependsOn") for row in bill["dependencies"]}
        self.assertEqual((model["type"], model["version"], model["supplier"]["name"], model["isExternal"]),
                         ("machine-learning-model", "2024-08-06", "azure-openai", True))
        self.assertEqual(needs[DEPLOYMENT["id"]], [ACCOUNT + "chat", MODEL])
        self.assertEqual(needs["aplomb:subject"], [DEPLOYMENT["id"]])
        self.assertEqual(bill["services"][0]["endpoints"], ["https://chat.openai.azure.com/"])
        self.assertEqual(bill["services"][1]["provider"]["name"], "OpenAI")
        self.assertIn({"name": "aplomb:evidence:version", "value": "properties.model.version"},
                      bill["services"][1]["properties"])
        unknown = next(row for row in bill["compositions"] if row["aggregate"] == "unknown")
        self.assertEqual(unknown["assemblies"], [MODEL])

    def test_an_account_needs_what_it_contains(self):
        self.estate(account("chat"), DEPLOYMENT)
        needs = {row["ref"]: row.get("dependsOn") for row in
                 self.bom("estate.jsonl", "--asset", "chat")["dependencies"]}
        self.assertEqual(needs[ACCOUNT + "chat"], [DEPLOYMENT["id"]])
        self.assertEqual(needs[DEPLOYMENT["id"]], [MODEL])

    def test_the_stored_snapshot_gives_the_bill_of_its_documents(self):
        self.give("scan", CONTOSO, "--now", "2026-11-23T08:00:00Z", "-q")
        for words in ((), ("--asset", "contoso-assist")):
            stored, scanned = self.bom(*words), self.bom(CONTOSO, *words)
            for bill in (stored, scanned):
                del bill["metadata"]["timestamp"]
            self.assertEqual(stored, scanned)

    def test_texts_that_a_format_does_not_take_are_told_as_properties(self):
        long = "9" * 1025
        deployment = json.loads(json.dumps(DEPLOYMENT))
        deployment["properties"]["model"]["version"] = long
        self.estate(account("chat", endpoint="javascript:alert(1) \u202e\"<"), deployment)
        bill = self.bom("estate.jsonl", "--asset", deployment["id"])
        self.valid_cyclonedx(bill)
        by_ref = {part["bom-ref"]: part for part in bill["services"]}
        self.assertNotIn("version", by_ref[deployment["id"]])
        self.assertNotIn("endpoints", by_ref[ACCOUNT + "chat"])
        self.assertIn({"name": "aplomb:fact:version", "value": long}, by_ref[deployment["id"]]["properties"])
        self.valid_spdx(self.bom("estate.jsonl", "--asset", deployment["id"], name="spdx"))

    def test_a_comparison(self):
        self.estate(account("chat", publicNetworkAccess="Disabled"), DEPLOYMENT)
        self.give("bom", "estate.jsonl", "--format", "cyclonedx=before.json")
        self.give("bom", "estate.jsonl", "--format", "cyclonedx=again.json")
        self.assertEqual(json.loads((self.at / "before.json").read_text())["serialNumber"],
                         json.loads((self.at / "again.json").read_text())["serialNumber"])
        self.assertEqual(self.give("bom", "--diff", "before.json", "again.json"),
                         "The two bills say the same.\n")
        changed = json.loads(json.dumps(DEPLOYMENT))
        changed["properties"]["model"]["version"] = "2024-11-20"
        self.estate(account("chat", publicNetworkAccess="Disabled"), changed)
        self.give("bom", "estate.jsonl", "--format", "cyclonedx=after.json")
        result = json.loads(self.give("bom", "--diff", "before.json", "after.json", "--format", "json"))
        self.valid(result)
        rows = {row["ref"]: row for row in result["differences"]}
        self.assertEqual((rows[MODEL]["what"], rows[MODEL.replace("08-06", "11-20")]["what"]), ("removed", "added"))
        self.assertIn('version: "2024-08-06" -> "2024-11-20"', rows[DEPLOYMENT["id"]]["changed"])

    def test_completeness(self):
        self.estate(account("chat"), DEPLOYMENT)
        measures = {row["measure"]: row for row in self.bom("estate.jsonl", name="json")["completeness"]}
        told = {row["title"]: (row["told"], row["asked"]) for row in measures["owasp"]["elements"]}
        self.assertEqual((told["component version"], told["suppliedBy"], told["purl"]), ((1, 1), (1, 1), (0, 1)))
        # 20 required + 20 * 1/5 + 20 * 3/7; one critical element and more than four important ones are missing
        self.assertAlmostEqual(measures["owasp"]["score"], round((20 + 20 / 5 + 20 * 3 / 7) * 0.95, 1))
        asked = {row["title"]: row["asked"] for row in measures["g7"]["elements"] if row["group"] == "Datasets"}
        self.assertEqual(set(asked.values()), {0})

    def test_wrong_usage(self):
        self.estate(account("chat"))
        self.write("other.json", {"hello": 1})
        twice = {"type": "library", "name": "a", "bom-ref": "a"}
        self.write("twice.json", {"bomFormat": "CycloneDX", "components": [twice, twice]})
        self.refuse("bom", "estate.jsonl", "--asset", "nobody", says="no asset is that")
        self.refuse("bom", "estate.jsonl", "--format", "sarif", says="sarif")
        self.refuse("bom", "--diff", "other.json", says="name two bills")
        self.refuse("bom", "--diff", "other.json", "other.json", says="is no CycloneDX document")
        self.refuse("bom", "--diff", "twice.json", "twice.json", says='two parts are called "a"')
        self.refuse("bom", "--diff", "twice.json", "nowhere.json", says="nowhere.json")


if __name__ == "__main__":
    unittest.main()
