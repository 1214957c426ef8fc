#!/usr/bin/env python3
"""Drift between snapshots and against baselines, and the gate for new findings, on small estates made here.

Each test changes one thing between two scans and holds what `drift` says of it against what was done."""
import json
import unittest

from test_outputs import CONTOSO, SCHEMAS, Folder, account

STORE = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg/providers/Microsoft.Storage" \
        "/storageAccounts/data"
KINDS = "Microsoft.CognitiveServices/accounts"


def good(name, **properties):
    return account(name, **{"disableLocalAuth": True, "publicNetworkAccess": "Disabled", **properties})


class Drift(Folder):
    def scan(self, *documents, day, unread=()):
        lines = [json.dumps(document) for document in documents]
        lines += [json.dumps({"source": "azure", "scope": "00000000-0000-0000-0000-000000000001", "unread": name,
                              "why": "403 AuthorizationFailed", "needs": name + "/read"}) for name in unread]
        self.write("estate.jsonl", "\n".join(lines))
        self.give("scan", "estate.jsonl", "--now", f"2026-11-{day:02}T08:00:00Z", "-q")

    def drift(self, *words, exit_codes=(0, 3)):
        result = json.loads(self.give("drift", *words, "--format", "json", exit_codes=exit_codes))
        self.valid(result)
        return result

    def change_of(self, result, name):
        return next(change for change in result["changes"] if change["name"] == name)

    def test_nothing_changed(self):
        for day in (1, 2):
            self.scan(good("chat"), day=day)
        result = self.drift()
        self.assertEqual(result["changes"], [])
        self.assertEqual(result["before"]["started"][:10], "2026-11-01")
        self.assertIn("Nothing changed.", self.give("drift"))

    def test_a_value_that_opens_a_finding(self):
        self.scan(good("chat"), good("other"), day=1)
        changed = good("chat", disableLocalAuth=False, provisioningState="Updating")
        changed["systemData"] = {"lastModifiedBy": "ann@contoso.example", "lastModifiedAt": "2026-11-01T17:00:00Z"}
        self.scan(changed, good("other"), day=2)
        result = self.drift()
        change = self.change_of(result, "chat")
        self.assertEqual(change["values"], [{"path": "properties.disableLocalAuth", "before": True, "after": False,
                                             "accepted": ""}])
        self.assertEqual((change["what"], change["risk"], change["actor"]),
                         ("changed", "worse", "ann@contoso.example"))
        self.assertIn(("new", "ai-local-auth-disabled"),
                      [(finding["turn"], finding["check"]) for finding in change["findings"]])
        self.assertEqual(len(result["changes"]), 1)
        self.scan(good("chat"), good("other"), day=3)
        back = self.change_of(self.drift(), "chat")
        self.assertEqual(back["risk"], "better")
        self.assertEqual({finding["turn"] for finding in back["findings"]}, {"closed"})
        self.assertEqual(self.drift("--since", "2026-11-01T23:00:00Z")["changes"], [])

    def test_assets_come_and_go(self):
        self.scan(good("chat"), account("old", disableLocalAuth=False), day=1)
        self.scan(good("chat"), account("new", disableLocalAuth=False), day=2)
        result = self.drift()
        self.assertEqual(self.change_of(result, "new")["what"], "added")
        self.assertEqual(self.change_of(result, "new")["risk"], "worse")
        self.assertEqual(self.change_of(result, "old")["what"], "removed")
        self.assertEqual({finding["turn"] for finding in self.change_of(result, "old")["findings"]}, {"closed"})

    def test_unread_is_never_better(self):
        self.scan(good("chat"), account("bad", disableLocalAuth=False), day=1)
        self.scan(good("chat"), day=2, unread=[KINDS])
        result = self.drift()
        change = self.change_of(result, "bad")
        self.assertEqual((change["what"], change["risk"]), ("unseen", "neutral"))
        self.assertEqual({finding["turn"] for finding in change["findings"]}, {"lost"})
        self.assertEqual(result["summary"]["findings"]["closed"], 0)

    def test_muted_is_not_closed(self):
        self.scan(account("bad", disableLocalAuth=False), day=1)
        self.write("mute.yaml", "- {check: ai-local-auth-disabled, asset: '*', reason: r, owner: o, "
                                "expiry: 2030-01-01}")
        result = self.drift("estate.jsonl", "--mute", "mute.yaml")
        turns = {finding["check"]: finding["turn"] for finding in self.change_of(result, "bad")["findings"]}
        self.assertEqual(turns, {"ai-local-auth-disabled": "muted"})

    def test_baseline_accepts_what_is_there_and_nothing_more(self):
        self.scan(good("bad", disableLocalAuth=False), day=1)
        self.give("drift", "--write-baseline", "base.jsonl")
        for line in (self.at / "base.jsonl").read_text().splitlines():
            self.valid(json.loads(line), SCHEMAS["baseline.v1.json"])
        self.assertEqual(self.drift("--baseline", "base.jsonl")["changes"], [])
        self.give("scan", "estate.jsonl", "--no-store", "--baseline", "base.jsonl", "--fail-on", "info")
        worse = account("bad", disableLocalAuth=False, publicNetworkAccess="Enabled")
        self.write("estate.jsonl", json.dumps(worse))
        result = self.drift("estate.jsonl", "--baseline", "base.jsonl")
        self.assertEqual(result["against"], "baseline")
        new = {finding["id"] for finding in result["changes"][0]["findings"] if finding["turn"] == "new"}
        self.assertTrue(new)
        gated = json.loads(self.give("scan", "estate.jsonl", "--no-store", "--baseline", "base.jsonl", "--status",
                                     "fail", "--fail-on", "info", "-f", "json", exit_codes=(1,)))
        self.assertEqual({finding["id"] for finding in gated["findings"]}, new)
        self.give("drift", "estate.jsonl", "--baseline", "base.jsonl", "--fail-on", "info", exit_codes=(1,))

    def test_secrets_stay_out_of_baselines(self):
        self.scan(good("chat", apiKey="hunter2-hunter2"), day=1)
        self.give("drift", "--write-baseline", "base.jsonl")
        text = (self.at / "base.jsonl").read_text()
        self.assertNotIn("hunter2", text)
        self.assertIn("sha256:", text)
        self.scan(good("chat", apiKey="hunter3-hunter3"), day=2)
        done = self.give("drift", "--format", "json")
        self.assertNotIn("hunter", done)
        self.assertIn("properties.apiKey", done)

    def test_accepted_values_are_shown_as_accepted(self):
        self.scan(good("chat"), day=1)
        self.scan(good("chat", restrictOutboundNetworkAccess=True), day=2)
        self.write("ok.yaml", "accepted:\n- {asset: '*/chat', path: properties.restrict*, reason: r, owner: Ann, "
                              "expiry: 2030-01-01}\n")
        result = self.drift("--accept", "ok.yaml")
        self.assertEqual(result["changes"][0]["values"][0]["accepted"], "until 2030-01-01 by Ann: r")
        self.assertEqual(result["summary"]["accepted"], 1)
        self.assertEqual(self.drift("--accept", "ok.yaml", "--now", "2031-01-01")["summary"]["accepted"], 0)
        self.write("bad.yaml", "- {asset: a, path: b, reason: c, owner: d}")
        self.refuse("drift", "--accept", "bad.yaml", says='needs "expiry"')

    def test_relations_and_roles(self):
        role = {"id": STORE + "/providers/Microsoft.Authorization/roleAssignments/11111111-0000-0000-0000-000000000001",
                "type": "Microsoft.Authorization/roleAssignments",
                "properties": {"principalId": "22222222-0000-0000-0000-000000000001", "principalType": "User",
                               "scope": STORE, "roleDefinitionId": "/providers/Microsoft.Authorization/roleDefinitions/"
                               "b24988ac-6180-42a0-ab88-20f7382dd24c"}}
        store = {"id": STORE, "name": "data", "type": "Microsoft.Storage/storageAccounts", "properties": {}}
        self.scan(store, day=1)
        self.scan(store, role, day=2)
        result = self.drift()
        self.assertEqual(self.change_of(result, role["id"].rsplit("/", 1)[1])["what"], "added")

    def test_other_formats(self):
        self.scan(good("chat"), day=1)
        self.scan(account("chat", disableLocalAuth=False), day=2)
        for line in self.give("drift", "-f", "jsonl").splitlines():
            self.valid(json.loads(line), SCHEMAS["aplomb.lines.v1.json"])
        self.assertIn("properties.disableLocalAuth: true -> false", self.give("drift", "-f", "csv"))
        self.assertIn("| worse | changed |", self.give("drift", "-f", "markdown"))
        self.assertIn("properties.disableLocalAuth: true -> false", self.give("drift"))

    def test_wrong_use(self):
        self.refuse("drift", says="aplomb.db")
        self.scan(good("chat"), day=1)
        self.refuse("drift", says="no earlier snapshot")
        self.refuse("drift", "--since", "ffff", says="ffff")
        self.refuse("drift", "--since", "x", "--baseline", "y", says="exclude each other")
        self.write("broken.jsonl", "{}")
        self.refuse("drift", "--baseline", "broken.jsonl", says=["broken.jsonl", "line 1", "baseline"])
        self.write("empty.jsonl", "")
        self.refuse("drift", "--baseline", "empty.jsonl", says="no baseline")
        self.give("drift", "--write-baseline", "base.jsonl")
        self.write("base.jsonl", (self.at / "base.jsonl").read_text() + '{"finding":"0"}\n')
        self.refuse("drift", "--baseline", "base.jsonl", says="finding")
        self.refuse("scan", "estate.jsonl", "--baseline", "missing.jsonl", says="missing.jsonl")

    def test_the_same_estate_through_store_and_memory(self):
        """Contoso against its own baseline, from the store and from its files: no difference."""
        self.give("scan", CONTOSO, "--now", "2026-11-01T08:00:00Z", "-q")
        self.give("drift", "--write-baseline", "base.jsonl")
        for words in (["--baseline", "base.jsonl"], [CONTOSO, "--baseline", "base.jsonl"], [CONTOSO]):
            result = self.drift(*words, "--now", "2026-11-01T08:00:00Z")
            self.assertEqual(result["changes"], [])
            self.assertEqual(result["paths"], [])


if __name__ == "__main__":
    unittest.main()
