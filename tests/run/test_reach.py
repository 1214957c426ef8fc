#!/usr/bin/env python3
"""`aplomb explain` of an asset and of a principal: who can reach what, through what, and who owns it.

One small estate of our own; each test changes what it is about. What a scan in memory answers a stored snapshot does
too, and every answer has the form of the schema."""
import json
import os
import pathlib
import subprocess
import tempfile
import unittest
import warnings

warnings.simplefilter("ignore", DeprecationWarning)
import jsonschema  # noqa: E402

ROOT = pathlib.Path(os.environ.get("APLOMB_ROOT", pathlib.Path(__file__).resolve().parents[2]))
APLOMB = os.path.abspath(os.environ.get("APLOMB", ROOT / "build" / "aplomb"))
SCHEMAS = {path.name: json.loads(path.read_text()) for path in (ROOT / "docs" / "schemas").glob("*.json")}
TENANT = "00000000-0000-0000-0000-0000000000aa"
OTHER = "00000000-0000-0000-0000-0000000000bb"
SUBSCRIPTION = "/subscriptions/00000000-0000-0000-0000-000000000001"
GROUP = SUBSCRIPTION + "/resourceGroups/rg1"
CHAT = GROUP + "/providers/Microsoft.CognitiveServices/accounts/contoso-chat"
IDENTITY = GROUP + "/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-chat"
OWNER = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"
CONTRIBUTOR = "b24988ac-6180-42a0-ab88-20f7382dd24c"
OPENAI_USER = "5e0bd9bd-7b93-4f28-af87-19fc36ad61bd"
ROLES = SUBSCRIPTION + "/providers/Microsoft.Authorization/roleDefinitions/"
NOW = "2026-06-01T00:00:00Z"


def guid(number):
    return f"00000000-0000-0000-0000-{number:012d}"


def at(collection, number):
    return f"entra://{TENANT}/{collection}/{guid(number)}"


def entra(kind, **body):
    return {"source": "entra", "tenant": TENANT, "type": "microsoft.graph." + kind, "body": body}


def user(number, *groups, **members):
    body = {"id": guid(number), "userPrincipalName": f"user{number}@contoso.com", "displayName": f"User {number}",
            "userType": "Member", "accountEnabled": True, "memberOf": [{"id": guid(g)} for g in groups],
            "signInActivity": {"lastSignInDateTime": "2026-05-20T08:00:00Z"}}
    return entra("user", **(body | members))


def group(number, *above):
    return entra("group", id=guid(number), displayName=f"Group {number}", groupTypes=[], securityEnabled=True,
                 memberOf=[{"id": guid(g)} for g in above])


def assignment(name, principal, role, scope, kind="roleAssignments", **properties):
    return {"id": f"{scope}/providers/Microsoft.Authorization/{kind}/{name}", "name": name,
            "type": f"Microsoft.Authorization/{kind}",
            "properties": {"principalId": guid(principal), "principalType": "User", "scope": scope,
                           "roleDefinitionId": ROLES + role, **properties}}


def account(local_auth_off=False, **members):
    return {"id": CHAT, "name": "contoso-chat", "type": "Microsoft.CognitiveServices/accounts", "kind": "OpenAI",
            "location": "westeurope", **members,
            "properties": {"provisioningState": "Succeeded", "disableLocalAuth": local_auth_off,
                           "publicNetworkAccess": "Enabled"}}


SUBSCRIPTION_DOCUMENT = {"id": SUBSCRIPTION, "type": "Microsoft.Resources/subscriptions", "tenantId": TENANT,
                         "subscriptionId": SUBSCRIPTION.rsplit("/", 1)[-1], "displayName": "Contoso",
                         "state": "Enabled"}


def valid(value):
    schema = SCHEMAS["aplomb.explain.v1.json"]
    resolver = jsonschema.RefResolver(schema["$id"], schema, store=SCHEMAS)
    jsonschema.Draft202012Validator(schema, resolver=resolver).validate(value)


class Reach(unittest.TestCase):
    maxDiff = None

    def explain(self, documents, thing, form="json"):
        """The answer about it, the same from the documents and from the store."""
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "documents.ndjson")
            path.write_text("".join(json.dumps(d) + "\n" for d in [SUBSCRIPTION_DOCUMENT, *documents]))

            def run(*words):
                done = subprocess.run([APLOMB, *words], capture_output=True, text=True, cwd=folder)
                self.assertIn(done.returncode, (0, 3), done.stderr)
                return done.stdout
            run("scan", "-q", "--now", NOW, "documents.ndjson")
            stored = run("explain", thing, "--format", form)
            if form == "text":
                return stored
            stored = json.loads(stored)
            live = json.loads(run("explain", thing, "documents.ndjson", "--format", form))
            for answer in (live, stored):
                valid(answer)
            # Ages count from the scan, which in memory is now.
            ageless = [[row | {"marks": sorted(set(row["marks"]) - {"stale"})} for row in one["access"]["reached_by"]]
                       for one in (live, stored)]
            self.assertEqual(*ageless)
            self.assertEqual(live["access"]["reaches"], stored["access"]["reaches"])
            self.assertEqual(live["access"]["owners"], stored["access"]["owners"])
            return stored["access"]

    def who(self, access):
        """Principal -> {what: (decision, role, groups)}."""
        return {row["principal"].rsplit("/", 1)[-1]: {can["what"]: (can["decision"], can["role"],
                                                                    [g.rsplit("/", 1)[-1] for g in can["groups"]])
                                                      for can in row["can"]} for row in access["reached_by"]}

    def test_rights_by_what_they_open(self):
        documents = [account(), user(1), user(2, 12), user(3), group(11), group(12, 11),
                     assignment("a1", 1, CONTRIBUTOR, GROUP), assignment("a2", 11, OPENAI_USER, CHAT),
                     assignment("a3", 3, OWNER, SUBSCRIPTION, "roleEligibilityScheduleInstances")]
        who = self.who(self.explain(documents, CHAT))
        self.assertEqual(who[guid(1)]["control"], ("allow", "Contributor", []))
        self.assertEqual(who[guid(1)]["keys"], ("allow", "Contributor", []))
        self.assertNotIn("control", who[guid(2)])
        self.assertEqual(who[guid(2)]["data"], ("allow", "Cognitive Services OpenAI User", [guid(12), guid(11)]))
        self.assertEqual(who[guid(11)]["data"], ("allow", "Cognitive Services OpenAI User", []))
        self.assertEqual(who[guid(3)]["control"], ("conditional", "Owner", []))
        self.assertEqual(list(who)[0], guid(1))

    def test_keys_that_the_account_refuses(self):
        documents = [user(1), assignment("a1", 1, CONTRIBUTOR, GROUP)]
        self.assertIn("keys", self.who(self.explain([account(), *documents], CHAT))[guid(1)])
        self.assertNotIn("keys", self.who(self.explain([account(local_auth_off=True), *documents], CHAT))[guid(1)])

    def test_marks(self):
        documents = [account(), user(1, userType="Guest"), user(2, accountEnabled=False),
                     user(3, signInActivity={"lastSignInDateTime": "2026-01-01T00:00:00Z"}),
                     user(4, signInActivity=None), user(5), group(11),
                     entra("servicePrincipal", id=guid(6), appId=guid(60), displayName="Vendor",
                           servicePrincipalType="Application", appOwnerOrganizationId=OTHER, accountEnabled=True),
                     *[assignment(f"a{n}", n, OPENAI_USER, CHAT) for n in (1, 2, 3, 4, 5, 6, 7, 11)]]
        marks = {row["principal"].rsplit("/", 1)[-1]: row["marks"]
                 for row in self.explain(documents, CHAT)["reached_by"]}
        self.assertEqual(marks, {guid(1): ["guest"], guid(2): ["disabled"], guid(3): ["stale"],
                                 guid(4): ["sign-in not read"], guid(5): [], guid(7): ["orphaned"], guid(11): [],
                                 guid(6): ["other tenant", "sign-in not read"]})

    def test_nobody_read_the_directory(self):
        access = self.explain([account(), assignment("a1", 1, OPENAI_USER, CHAT)], CHAT)
        self.assertEqual([row["marks"] for row in access["reached_by"]], [["not read"]])

    def test_unread_assignments(self):
        refused = {"source": "azure", "scope": SUBSCRIPTION.rsplit("/", 1)[-1], "why": "403",
                   "unread": "Microsoft.Authorization/roleAssignments",
                   "needs": "Microsoft.Authorization/roleAssignments/read"}
        self.assertFalse(self.explain([account(), refused], CHAT)["assignments_read"])
        self.assertIn("there may be more", self.explain([account(), refused], CHAT, "text"))

    def test_owners(self):
        documents = [account(tags={"Owner": "team-ai", "cost": "1"},
                             identity={"type": "UserAssigned", "userAssignedIdentities": {IDENTITY: {}}}),
                     {"id": IDENTITY, "name": "id-chat", "type": "Microsoft.ManagedIdentity/userAssignedIdentities",
                      "properties": {"principalId": guid(9), "clientId": guid(90)}}]
        self.assertEqual([(o["owner"], o["as"]) for o in self.explain(documents, CHAT)["owners"]],
                         [("team-ai", "tag Owner")])
        robot = entra("servicePrincipal", id=guid(6), appId=guid(60), displayName="Bot", owners=[{"id": guid(1)}],
                      servicePrincipalType="Application")
        owners = self.explain([robot, user(1), account()], at("servicePrincipals", 6))["owners"]
        self.assertEqual([(o["owner"], o["as"]) for o in owners], [(at("users", 1), "owns")])

    def test_shared_identity(self):
        site = GROUP + "/providers/Microsoft.Web/sites/app"
        identity = {"type": "UserAssigned", "userAssignedIdentities": {IDENTITY: {}}}
        documents = [account(identity=identity), assignment("a1", 9, OPENAI_USER, CHAT),
                     {"id": IDENTITY, "name": "id-chat", "type": "Microsoft.ManagedIdentity/userAssignedIdentities",
                      "properties": {"principalId": guid(9), "clientId": guid(90)}}]
        app = {"id": site, "name": "app", "type": "Microsoft.Web/sites", "kind": "app", "identity": identity,
               "properties": {}}
        row, = self.explain(documents, CHAT)["reached_by"]
        self.assertEqual((row["principal"], row["marks"]), (IDENTITY, []))
        row, = self.explain(documents + [app], CHAT)["reached_by"]
        self.assertEqual((row["principal"], row["marks"]), (IDENTITY, ["shared"]))

    def test_what_a_principal_reaches(self):
        vault = GROUP + "/providers/Microsoft.KeyVault/vaults/contoso-kv"
        plain = {"id": vault, "name": "contoso-kv", "type": "Microsoft.KeyVault/vaults",
                 "properties": {"enableRbacAuthorization": True}}
        documents = [account(), user(1, 11), user(2), group(11), assignment("a1", 11, OPENAI_USER, CHAT), plain]
        access = self.explain(documents, at("users", 1))
        self.assertEqual([row["asset"] for row in access["reaches"]], [CHAT])
        self.assertIn("data", [can["what"] for can in access["reaches"][0]["can"]])
        self.assertEqual(access["reached_by"], [])
        self.assertEqual(self.explain(documents, at("users", 2))["reaches_count"], 0)
        sensitive = plain | {"tags": {"dataClassification": "confidential"}}
        documents = documents[:-1] + [sensitive, assignment("a2", 2, CONTRIBUTOR, vault)]
        self.assertEqual([(r["asset"], r["ai"]) for r in self.explain(documents, at("users", 2))["reaches"]],
                         [(vault, False)])

    def test_text(self):
        documents = [account(), user(1, 11, userType="Guest"), group(11), assignment("a1", 11, CONTRIBUTOR, CHAT)]
        text = self.explain(documents, CHAT, "text")
        self.assertIn("Who can\n  control it\n", text)
        self.assertIn("User 1 (user, guest): Contributor at it, through Group 11\n", text)
        self.assertIn("get keys, which open it whatever roles say\n", text)
        self.assertIn("AI and sensitive assets that it can\n", self.explain(documents, at("users", 1), "text"))


if __name__ == "__main__":
    unittest.main(warnings="ignore")
