#!/usr/bin/env python3
"""Compliance from the command line: the same from a store as from the sources, statements in a file that people review,
initiatives beside the frameworks, no percentage without a check, nothing that adds checks and statements up."""
import json
import unittest

from test_outputs import CONTOSO, Folder, account

SUBSCRIPTION = "/subscriptions/00000000-0000-0000-0000-000000000001"
DEFINITION = "/providers/Microsoft.Authorization/policyDefinitions/"


def definition(name, member):
    return {"id": DEFINITION + name, "name": name, "properties": {
        "displayName": f"Policy {name}", "mode": "Indexed", "policyRule": {
            "if": {"allOf": [{"field": "type", "equals": "Microsoft.CognitiveServices/accounts"},
                             {"field": f"Microsoft.CognitiveServices/accounts/{member}", "notEquals": True}]},
            "then": {"effect": "audit"}}}}


INITIATIVE = {
    "id": "/providers/Microsoft.Authorization/policySetDefinitions/s", "name": "s", "properties": {
        "displayName": "Contoso AI baseline",
        "policyDefinitionGroups": [{"name": "g1", "displayName": "Directory identities only"}, {"name": "g2"}],
        "policyDefinitions": [
            {"policyDefinitionId": DEFINITION + "keys", "policyDefinitionReferenceId": "1", "groupNames": ["g1"]},
            {"policyDefinitionId": DEFINITION + "keys", "policyDefinitionReferenceId": "2", "groupNames": ["g2"]},
            {"policyDefinitionId": DEFINITION + "outbound", "policyDefinitionReferenceId": "3"}]}}


class Compliance(Folder):
    def compliance(self, *words, **options):
        result = json.loads(self.give("compliance", *words, "--format", "json", **options))
        self.valid(result)
        return {row["framework"]: row for row in result["frameworks"]}

    def control(self, frameworks, name):
        framework, control = name.split(":", 1)
        return next(row for row in frameworks[framework]["controls"] if row["control"] == control)

    def test_store_and_sources_agree(self):
        self.give("scan", CONTOSO, "--store", "s.db", "-q")
        stored = self.compliance("--store", "s.db")
        self.assertEqual(stored, self.compliance(CONTOSO))
        self.assertEqual(len(stored), 13)
        self.assertEqual(sum(len(row["controls"]) for row in stored.values()), 587)
        for framework in stored.values():
            checks, controls = framework["checks"], framework["controls"]
            applicable = [row for row in controls if row["state"] not in ("not-applicable", "not-yet-applicable")]
            self.assertEqual(checks["decided"], sum(row["signal"] != "none" for row in applicable))
            self.assertEqual(checks["passing"], sum(row["signal"] == "pass" for row in applicable))
            self.assertEqual(checks["passing_percent"] is None, checks["decided"] == 0)
            self.assertEqual(sum(framework["states"].values()), len(controls))
            for row in applicable:
                if row["signal"] == "none":
                    self.assertIn(row["state"], ("needs-evidence", "attested"))
                self.assertEqual(row["state"] == "failing", any(check["failing"] for check in row["checks"]))
        self.assertIn("no presumption", stored["ISO42001"]["caution"])
        self.assertIn("gives no presumption of conformity", self.give("compliance", "--store", "s.db"))

    def test_findings_agree(self):
        """Each failing asset of a control has a failed finding that names the control."""
        findings = json.loads(self.give("findings", CONTOSO, "--status", "fail", "-f", "json"))["findings"]
        for row in self.compliance(CONTOSO)["ISO42001"]["controls"]:
            named = {finding["asset"] for finding in findings
                     if row["control"] in finding["frameworks"].get("ISO42001", [])}
            self.assertEqual(row["assets"]["failing"], len(named))
            self.assertEqual(sorted(row["failing_assets"]), sorted(named)[:100])

    def test_law_roles_and_dates(self):
        today = self.compliance(CONTOSO, "--framework", "EUAIACT", "--now", "2026-11-25")
        self.assertEqual(self.control(today, "EUAIACT:15(5)")["state"], "not-yet-applicable")
        self.assertNotEqual(self.control(today, "EUAIACT:50")["state"], "not-yet-applicable")
        later = self.compliance(CONTOSO, "--framework", "EUAIACT", "--now", "2027-12-02")
        self.assertEqual(self.control(later, "EUAIACT:15(5)")["state"], "failing")
        self.assertEqual(later["EUAIACT"]["states"]["not-yet-applicable"], 0)
        deployer = self.compliance(CONTOSO, "--framework", "EUAIACT", "--now", "2027-12-02", "--role", "deployer",
                                   "--risk-class", "high-risk")
        self.assertEqual(self.control(deployer, "EUAIACT:15(5)")["state"], "not-applicable")
        self.assertNotEqual(self.control(deployer, "EUAIACT:26(6)")["state"], "not-applicable")
        self.refuse("compliance", CONTOSO, "--role", "deployr", says=["--role", "deployer"])
        for row in today["EUAIACT"]["controls"]:
            self.assertTrue(row["applies_from"]["source"])

    def test_scopes(self):
        whole = self.compliance(CONTOSO, "--framework", "ISO42001")
        row = self.control(whole, "ISO42001:A.4.5")
        one = row["failing_assets"][0]
        part = self.control(self.compliance(CONTOSO, "--framework", "ISO42001", "--asset", one), "ISO42001:A.4.5")
        self.assertEqual(part["failing_assets"], [one])
        self.assertEqual(part["assets"]["failing"] + part["assets"]["passing"], 1)
        groups = {asset.split("/")[4] for asset in row["failing_assets"] if "/resourceGroups/" in asset}
        for group in sorted(groups)[:3]:
            found = self.control(self.compliance(CONTOSO, "--framework", "ISO42001", "--group", group),
                                 "ISO42001:A.4.5")
            self.assertTrue(all(f"/resourcegroups/{group}/".lower() in asset.lower()
                                for asset in found["failing_assets"]))

    def test_attest(self):
        self.write("account.json", account("chat", disableLocalAuth=True))
        self.write("policy.pdf", "the policy")
        words = ("--owner", "ana@contoso.example", "--note", 'Signed: "yes"', "--now", "2026-11-25")
        control = "ISO42001:A.3.3"
        before = self.control(self.compliance("account.json"), control)
        self.assertEqual((before["state"], before["attestation"]), ("needs-evidence", None))
        self.give("compliance", "attest", control, *words, "--expires", "2027-06-30", "--file", "policy.pdf")
        stated = self.control(self.compliance("account.json", "--now", "2027-06-30T23:00:00Z"), control)
        self.assertEqual(stated["state"], "attested")
        self.assertEqual(stated["attestation"]["note"], 'Signed: "yes"')
        self.assertTrue(stated["attestation"]["file_compared"])
        ended = self.control(self.compliance("account.json", "--now", "2027-07-01"), control)
        self.assertEqual((ended["state"], ended["attestation"]["state"]), ("needs-evidence", "expired"))
        self.assertIn("expired", self.give("compliance", "account.json", "--now", "2027-07-01"))
        self.write("policy.pdf", "another policy")
        changed = self.control(self.compliance("account.json", "--now", "2026-11-26"), control)
        self.assertEqual((changed["state"], changed["attestation"]["state"]), ("needs-evidence", "changed"))
        text = (self.at / "attestations.yaml").read_text()
        self.give("compliance", "attest", "ISO42001:A.10.4", *words, "--expires", "2027-06-30", "--not-applicable")
        self.assertTrue((self.at / "attestations.yaml").read_text().startswith(text))
        out = self.control(self.compliance("account.json", "--now", "2026-11-26"), "ISO42001:A.10.4")
        self.assertEqual(out["state"], "not-applicable")

    def test_attest_refuses(self):
        words = ("--owner", "a", "--note", "n", "--now", "2026-11-25")
        self.refuse("compliance", "attest", "ISO42001:A.3.3", *words, says="--expires")
        self.refuse("compliance", "attest", "ISO42001:A.3.3", *words, "--expires", "2026-01-01", says="past")
        self.refuse("compliance", "attest", "ISO42001:A.99", *words, "--expires", "2027-01-01", says="A.9")
        self.refuse("compliance", "attest", "ISO42001", *words, "--expires", "2027-01-01", says="FRAMEWORK:CONTROL")
        self.refuse("compliance", "attest", "ISO42001:A.3.3", "--note", "n", "--expires", "2027-01-01", says="--owner")
        self.write("attestations.yaml", "attestations: []\n")
        self.refuse("compliance", "attest", "ISO42001:A.3.3", *words, "--expires", "2027-01-01",
                    says="attestations.yaml")
        self.assertEqual((self.at / "attestations.yaml").read_text(), "attestations: []\n")
        self.refuse("compliance", CONTOSO, "--attestations", "none.yaml", says="none.yaml")

    def test_initiatives(self):
        """Groups are controls, also of a stored snapshot whose policy files are gone; what passed is known."""
        accounts = [account("good", disableLocalAuth=True), account("bad", disableLocalAuth=False)]
        self.write("accounts.json", accounts)
        (self.at / "p").mkdir()
        self.write("p/set.json", INITIATIVE)
        self.write("p/definitions.json", [definition("keys", "disableLocalAuth"),
                                          definition("outbound", "restrictOutboundNetworkAccess")])
        self.give("scan", "accounts.json", "--policies", "p", "--store", "s.db", "-q")
        self.assertEqual(self.compliance("accounts.json", "--policies", "p"), self.compliance("--store", "s.db"))
        rows = self.compliance("--store", "s.db", "--framework", "Contoso AI baseline")
        first = self.control(rows, "Contoso AI baseline:g1")
        self.assertEqual(first["title"], "Directory identities only")
        self.assertEqual(first["state"], "failing")
        self.assertEqual([name.rsplit("/", 1)[1] for name in first["failing_assets"]], ["bad"])
        self.assertEqual([name.rsplit("/", 1)[1] for name in first["passing_assets"]], ["good"])
        self.assertEqual(self.control(rows, "Contoso AI baseline:ungrouped")["assets"]["failing"], 2)
        found = json.loads(self.give("findings", "--store", "s.db", "--framework", "Contoso AI baseline:g2",
                                     "-f", "json"))
        self.assertEqual([row["frameworks"]["Contoso AI baseline"] for row in found["findings"]], [["g1", "g2"]])
        self.refuse("findings", "--store", "s.db", "--framework", "Contoso AI base", says="Contoso AI baseline")

    def test_licensed_text(self):
        """A file of the same framework adds to ours: texts, checks, and no second framework."""
        (self.at / "own" / "frameworks").mkdir(parents=True)
        self.write("own/frameworks/iso.yaml",
                   "framework: ISO42001\ncontrols:\n  A.3.3:\n    text: Licensed words.\n"
                   "    checks: [ai-local-auth-disabled]\n")
        rows = json.loads(self.give("frameworks", "ISO42001", "--content", "own", "--format", "json"))
        self.valid(rows)
        self.assertEqual(len(rows["frameworks"]), 1)
        control = next(row for row in rows["frameworks"][0]["controls"] if row["control"] == "A.3.3")
        self.assertEqual((control["text"], control["checks"]), ("Licensed words.", ["ai-local-auth-disabled"]))
        self.assertTrue(control["title"])
        self.write("account.json", account("chat", disableLocalAuth=False))
        row = self.control(self.compliance("account.json", "--content", "own"), "ISO42001:A.3.3")
        self.assertEqual((row["state"], row["text"]), ("failing", "Licensed words."))

    def test_trend(self):
        for day, closed in (("2026-11-01", False), ("2026-11-02", True)):
            self.write("account.json", account("chat", disableLocalAuth=closed, publicNetworkAccess="Disabled"))
            self.give("scan", "account.json", "--store", "s.db", "--now", day, "-q")
        result = json.loads(self.give("compliance", "--store", "s.db", "-f", "json"))
        self.assertEqual([point["started"][:10] for point in result["trend"]], ["2026-11-01", "2026-11-02"])
        passing = [sum(row["passing"] for row in point["frameworks"].values()) for point in result["trend"]]
        self.assertLess(passing[0], passing[1])
        for row in result["frameworks"]:
            if row["framework"] != "EUAIACT":  # a trend knows no dates
                self.assertEqual(row["checks"]["passing"],
                                 result["trend"][-1]["frameworks"][row["framework"]]["passing"])

    def test_tables(self):
        lines = self.give("compliance", CONTOSO, "--framework", "ISO42001", "-f", "csv").splitlines()
        self.assertEqual(len(lines), 66)
        self.assertIn("framework,control,state", lines[0])
        self.assertIn("| A.4.5 |", self.give("compliance", CONTOSO, "--framework", "ISO42001", "-f", "markdown")
                      .replace("\\", ""))


if __name__ == "__main__":
    unittest.main()
