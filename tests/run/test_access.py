#!/usr/bin/env python3
"""`aplomb access` from outside: every trap of the semantics of Azure RBAC, on one estate of our own and on roles alone.

The questions of one test go in as one batch; `expect` holds the decision and, where it is given, the names of the
assignments that decide."""
import json
import os
import pathlib
import subprocess
import tempfile
import unittest

import jsonschema

ROOT = pathlib.Path(os.environ.get("APLOMB_ROOT", pathlib.Path(__file__).resolve().parents[2]))
APLOMB = os.environ.get("APLOMB", str(ROOT / "build" / "aplomb"))
SCHEMAS = {name: json.loads((ROOT / "docs" / "schemas" / name).read_text())
           for name in ("aplomb.access.v1.json", "access-batch.v1.json")}
TENANT = "00000000-0000-0000-0000-0000000000aa"
SUBSCRIPTION = "/subscriptions/00000000-0000-0000-0000-000000000001"
GROUP = SUBSCRIPTION + "/resourceGroups/rg1"
STORAGE = GROUP + "/providers/Microsoft.Storage/storageAccounts/contosodata"
VAULT = GROUP + "/providers/Microsoft.KeyVault/vaults/contoso-kv"
MANAGEMENT = "/providers/Microsoft.Management/managementGroups/"
ROLE = SUBSCRIPTION + "/providers/Microsoft.Authorization/roleDefinitions/"
READER = "acdd72a7-3385-48ef-bd42-f606fba81ae7"
OWNER = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"
BLOB_READER = "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1"
SECRETS_USER = "4633458b-17de-408a-b874-0445c86b69e6"
LIST_KEYS = "Microsoft.Storage/storageAccounts/listKeys/action"
READ = "Microsoft.Storage/storageAccounts/read"
READ_BLOB = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read"
GET_SECRET = "Microsoft.KeyVault/vaults/secrets/getSecret/action"
EVERYONE = "00000000-0000-0000-0000-000000000000"


def guid(number):
    return f"00000000-0000-0000-0000-{number:012d}"


def assignment(name, principal, role, scope, kind="roleAssignments", **properties):
    base = "" if scope == "/" else scope
    body = {"id": f"{base}/providers/Microsoft.Authorization/{kind}/{name}", "name": name,
            "type": f"Microsoft.Authorization/{kind}",
            "properties": {"principalId": principal, "principalType": "User", "scope": scope,
                           "roleDefinitionId": ROLE + role, **properties}}
    return body


def definition(name, *blocks):
    return {"id": ROLE + name, "name": name, "type": "Microsoft.Authorization/roleDefinitions",
            "properties": {"roleName": name, "type": "CustomRole", "permissions": list(blocks),
                           "assignableScopes": [SUBSCRIPTION]}}


def deny(name, scope, principals, excluded=(), below=False, **permissions):
    block = {"actions": [], "notActions": [], "dataActions": [], "notDataActions": [], **permissions}
    return {"id": f"{scope}/providers/Microsoft.Authorization/denyAssignments/{name}", "name": name,
            "type": "Microsoft.Authorization/denyAssignments",
            "properties": {"denyAssignmentName": name, "permissions": [block], "scope": scope,
                           "doNotApplyToChildScopes": below,
                           "principals": [{"id": p, "type": "SystemDefined" if p == EVERYONE else "User"}
                                          for p in principals],
                           "excludePrincipals": [{"id": p, "type": "User"} for p in excluded]}}


def user(number, *groups):
    return {"source": "entra", "tenant": TENANT, "type": "microsoft.graph.user",
            "body": {"id": guid(number), "userPrincipalName": f"user{number}@contoso.com",
                     "displayName": f"User {number}", "memberOf": [{"id": guid(g)} for g in groups]}}


def group(number, *above):
    return {"source": "entra", "tenant": TENANT, "type": "microsoft.graph.group",
            "body": {"id": guid(number), "displayName": f"Group {number}", "groupTypes": [], "securityEnabled": True,
                     "memberOf": [{"id": guid(g)} for g in above]}}


def entra(kind, **body):
    return {"source": "entra", "tenant": TENANT, "type": "microsoft.graph." + kind, "body": body}


def check_form(schema, value):
    resolver = jsonschema.RefResolver(schema, SCHEMAS[schema], store=SCHEMAS)
    jsonschema.Draft202012Validator(SCHEMAS[schema], resolver=resolver).validate(value)


class Access(unittest.TestCase):
    maxDiff = None

    def ask(self, documents, questions, *options, exit_codes=(0, 3)):
        """The answers to (principal or role, plane, action, scope) in order."""
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder)
            lines = []
            for number, question in enumerate(questions):
                who, plane, action, scope, *more = question
                line = {"case": str(number), "plane": plane, "action": action, "scope": scope}
                line["role" if isinstance(who, dict) else "principal"] = who
                lines.append(json.dumps(line | (more[0] if more else {})))
            (path / "batch.ndjson").write_text("\n".join(lines) + "\n")
            words = [APLOMB, "access", "--batch", "batch.ndjson", "-q", *options]
            if documents is not None:
                (path / "documents.ndjson").write_text("".join(json.dumps(d) + "\n" for d in documents))
                words.append("documents.ndjson")
            done = subprocess.run(words, capture_output=True, text=True, cwd=folder)
            self.assertIn(done.returncode, exit_codes, done.stderr)
            answers = [json.loads(line) for line in done.stdout.splitlines()]
            self.assertEqual([answer["case"] for answer in answers], [str(n) for n in range(len(questions))])
            for answer in answers:
                check_form("access-batch.v1.json", answer)
            return answers

    def expect(self, documents, *rows):
        """Rows of (principal or role, plane, action, scope, decision[, names that decide])."""
        answers = self.ask(documents, [row[:4] for row in rows])
        for row, answer in zip(rows, answers):
            self.assertEqual(answer["decision"], row[4], (row, answer))
            if len(row) > 5:
                self.assertEqual([one.rsplit("/", 1)[-1] for one in answer["by"]], row[5], (row, answer))

    def test_additive_union_and_not_actions_of_another_role(self):
        documents = [
            definition("narrow", {"actions": ["Microsoft.Storage/*"], "notActions": [LIST_KEYS]}),
            definition("keys", {"actions": [LIST_KEYS]}),
            assignment("a1", guid(1), "narrow", GROUP),
            assignment("a2", guid(2), "narrow", GROUP),
            assignment("a3", guid(2), "keys", STORAGE),
        ]
        self.expect(documents,
                    (guid(1), "control", LIST_KEYS, STORAGE, "deny", []),
                    (guid(1), "control", LIST_KEYS.upper(), STORAGE.upper(), "deny", []),
                    (guid(1), "control", READ, STORAGE, "allow", ["a1"]),
                    (guid(2), "control", LIST_KEYS, STORAGE, "allow", ["a3"]),
                    (guid(2), "control", READ, STORAGE.lower(), "allow", ["a2"]))

    def test_blocks_subtract_for_themselves(self):
        role = {"id": "two", "permissions": [{"actions": ["A/*"], "notActions": ["A/keys/*"]},
                                             {"actions": ["A/keys/list/action"]}]}
        self.expect(None, (role, "control", "A/keys/list/action", "/", "allow", ["two"]),
                    (role, "control", "A/keys/other/action", "/", "deny", []),
                    (role, "control", "a/KEYS/list/Action", "/", "allow"))

    def test_planes_are_apart(self):
        documents = [assignment("owner", guid(1), OWNER, SUBSCRIPTION),
                     assignment("blobs", guid(2), BLOB_READER, STORAGE)]
        self.expect(documents,
                    (guid(1), "control", LIST_KEYS, STORAGE, "allow", ["owner"]),
                    (guid(1), "data", READ_BLOB, STORAGE, "deny", []),
                    (guid(2), "data", READ_BLOB, STORAGE + "/blobServices/default/containers/c", "allow", ["blobs"]),
                    (guid(2), "data", READ_BLOB, GROUP, "deny", []),
                    (guid(2), "control", READ_BLOB, STORAGE, "deny", []))

    def test_wildcards(self):
        def role(*actions):
            return {"Name": "w", "Actions": list(actions)}
        star = "Microsoft.ManagedIdentity/userAssignedIdentities/*/assign/action"
        self.expect(None,
                    (role("A/*/read"), "control", "A/b/c/d/read", "/", "allow"),
                    (role("A/*/read"), "control", "A/read", "/", "deny"),
                    (role("*/read"), "control", "A/b/read", "/", "allow"),
                    (role("A/b*/read"), "control", "A/bcd/e/read", "/", "allow"),
                    (role("A/*"), "control", "A2/b/read", "/", "deny"),
                    (role("*"), "control", "anything", "/", "allow"),
                    (role(star), "control", star, "/", "allow"),
                    (role("Microsoft.ManagedIdentity/*"), "control", star, "/", "allow"),
                    (role("Microsoft.ManagedIdentity/userAssignedIdentities/read"), "control", star, "/", "deny"))

    def test_contested_pairs_are_marked(self):
        role = {"id": "c", "permissions": [{"actions": ["W/*/write"], "notActions": ["W/computes/*/write"]}]}
        answers = self.ask(None, [(role, "control", "W/computes/write", "/"), (role, "control", "W/jobs/write", "/"),
                                  (role, "control", "W/computes/a/write", "/"), (role, "control", "W/write", "/")])
        self.assertEqual([(a["decision"], a.get("contested", False)) for a in answers],
                         [("allow", True), ("allow", False), ("deny", False), ("deny", True)])

    def test_scope_by_segment(self):
        documents = [assignment("rg1", guid(1), READER, GROUP), assignment("all", guid(2), READER, "/")]
        self.expect(documents,
                    (guid(1), "control", READ, GROUP + "0/providers/Microsoft.Storage/storageAccounts/x", "deny", []),
                    (guid(1), "control", READ, GROUP, "allow", ["rg1"]),
                    (guid(1), "control", READ, GROUP.upper() + "/", "allow", ["rg1"]),
                    (guid(1), "control", READ, SUBSCRIPTION, "deny", []),
                    (guid(2), "control", READ, STORAGE, "allow", ["all"]),
                    (guid(2), "control", READ, "/", "allow", ["all"]))

    def test_management_groups(self):
        def management(name, parent, children=()):
            return {"id": MANAGEMENT + name, "name": name, "type": "Microsoft.Management/managementGroups",
                    "properties": {"tenantId": TENANT, "displayName": name,
                                   "details": {"parent": {"id": MANAGEMENT + parent} if parent else {}},
                                   "children": [{"id": child, "type": "/subscriptions"} for child in children]}}
        tree = [management("top", None), management("middle", "top"), management("leaf", "middle", [SUBSCRIPTION]),
                management("other", "top")]
        given = [assignment("top", guid(1), READER, MANAGEMENT + "top"),
                 assignment("other", guid(2), READER, MANAGEMENT + "other"),
                 assignment("leaf", guid(3), READER, MANAGEMENT + "LEAF")]
        self.expect(tree + given,
                    (guid(1), "control", READ, STORAGE, "allow", ["top"]),
                    (guid(2), "control", READ, STORAGE, "deny", []),
                    (guid(3), "control", READ, SUBSCRIPTION, "allow", ["leaf"]),
                    (guid(3), "control", READ, MANAGEMENT + "middle", "deny", []),
                    (guid(1), "control", READ, MANAGEMENT + "middle", "allow", ["top"]))
        self.expect(given, (guid(1), "control", READ, STORAGE, "unknown", ["top"]),
                    (guid(1), "control", LIST_KEYS, STORAGE, "deny", []))

    def test_groups_nested_and_in_a_circle(self):
        documents = [user(1, 11), group(11, 12), group(12, 13), group(13, 11), user(2),
                     assignment("deep", guid(13), READER, GROUP, principalType="Group")]
        self.expect(documents,
                    (guid(1), "control", READ, STORAGE, "allow", ["deep"]),
                    ("user1@contoso.com", "control", READ, STORAGE, "allow", ["deep"]),
                    (f"entra://{TENANT}/users/{guid(1)}", "control", READ, STORAGE, "allow", ["deep"]),
                    (guid(2), "control", READ, STORAGE, "deny", []),
                    (guid(12), "control", READ, STORAGE, "allow", ["deep"]))

    def test_deny_assignments(self):
        documents = [user(1, 11), group(11), user(2), user(3), user(4),
                     *(assignment(f"a{n}", guid(n), OWNER, SUBSCRIPTION) for n in (1, 2, 3, 4)),
                     deny("everyone", GROUP, [EVERYONE], excluded=[guid(2)], actions=["Microsoft.Storage/*/action"],
                          notActions=["Microsoft.Storage/storageAccounts/regenerateKey/action"]),
                     deny("group", SUBSCRIPTION, [guid(11)], actions=["Microsoft.Search/*"]),
                     deny("here", GROUP, [guid(3)], below=True, actions=["*/delete"])]
        search = GROUP + "/providers/Microsoft.Search/searchServices/s"
        self.expect(documents,
                    (guid(1), "control", LIST_KEYS, STORAGE, "deny", ["everyone"]),
                    (guid(2), "control", LIST_KEYS, STORAGE, "allow", ["a2"]),
                    (guid(4), "control", "Microsoft.Storage/storageAccounts/regenerateKey/action", STORAGE, "allow",
                     ["a4"]),
                    (guid(1), "control", "Microsoft.Search/searchServices/write", search, "deny", ["group"]),
                    (guid(4), "control", "Microsoft.Search/searchServices/write", search, "allow", ["a4"]),
                    (guid(3), "control", "Microsoft.Resources/subscriptions/resourceGroups/delete", GROUP, "deny",
                     ["here"]),
                    (guid(3), "control", "Microsoft.Storage/storageAccounts/delete", STORAGE, "allow", ["a3"]))

    def test_deny_of_data_and_with_a_condition(self):
        documents = [assignment("blobs", guid(1), BLOB_READER, STORAGE),
                     assignment("blobs2", guid(2), BLOB_READER, STORAGE),
                     deny("data", STORAGE, [guid(1)], dataActions=["*"]),
                     deny("maybe", STORAGE, [guid(2)], dataActions=["*"],
                          condition="@Environment[isPrivateLink] BoolEquals false")]
        self.expect(documents, (guid(1), "data", READ_BLOB, STORAGE, "deny", ["data"]),
                    (guid(2), "data", READ_BLOB, STORAGE, "conditional"))

    def test_conditions_bind_what_they_name(self):
        condition = ("((!(ActionMatches{'" + READ_BLOB + "'})) OR (@Resource[Microsoft.Storage/storageAccounts/"
                     "blobServices/containers:name] StringEquals 'public'))")
        documents = [assignment("conditional", guid(1), BLOB_READER, STORAGE, condition=condition,
                                conditionVersion="2.0")]
        container = STORAGE + "/blobServices/default/containers/"
        self.expect(documents,
                    (guid(1), "data", READ_BLOB, STORAGE, "conditional", ["conditional"]),
                    (guid(1), "data", READ_BLOB, container + "public", "allow", ["conditional"]),
                    (guid(1), "data", READ_BLOB, container + "public/blobs/a/b.txt", "allow", ["conditional"]),
                    (guid(1), "data", READ_BLOB, container + "secret", "deny", []),
                    (guid(1), "control", "Microsoft.Storage/storageAccounts/blobServices/containers/read", container,
                     "allow", ["conditional"]))

    def test_condition_that_cannot_be_read_is_conditional(self):
        documents = [assignment("odd", guid(1), READER, GROUP, condition="@Request[x] SoundsLike 'y'")]
        self.expect(documents, (guid(1), "control", READ, STORAGE, "conditional", ["odd"]),
                    (guid(1), "control", LIST_KEYS, STORAGE, "deny", []))

    def test_delegation(self):
        write = "Microsoft.Authorization/roleAssignments/write"
        key = "Microsoft.Authorization/roleAssignments:RoleDefinitionId"
        def given(role):
            return {"attributes": {"Request": {key: role}}}
        manager = "Foundry Project Manager"
        answers = self.ask(None, [({"name": manager}, "control", write, SUBSCRIPTION),
                                  ({"name": manager}, "control", write, SUBSCRIPTION,
                                   given("53ca6127-db72-4b80-b1b0-d745d6d5456d")),
                                  ({"name": manager}, "control", write, SUBSCRIPTION,
                                   given("53CA6127DB724B80B1B0D745D6D5456D")),
                                  ({"name": manager}, "control", write, SUBSCRIPTION, given(OWNER))])
        self.assertEqual([a["decision"] for a in answers], ["conditional", "allow", "allow", "deny"])

    def test_eligible_is_conditional_and_active_wins(self):
        documents = [assignment("eligible", guid(1), OWNER, GROUP, kind="roleEligibilityScheduleInstances"),
                     assignment("eligible2", guid(2), OWNER, GROUP, kind="roleEligibilityScheduleInstances"),
                     assignment("active", guid(2), OWNER, GROUP)]
        self.expect(documents, (guid(1), "control", LIST_KEYS, STORAGE, "conditional", ["eligible"]),
                    (guid(2), "control", LIST_KEYS, STORAGE, "allow", ["active"]))

    def test_role_that_nobody_knows(self):
        documents = [assignment("mystery", guid(1), guid(999), GROUP), assignment("reader", guid(1), READER, GROUP)]
        self.expect(documents, (guid(1), "control", LIST_KEYS, STORAGE, "unknown", ["mystery"]),
                    (guid(1), "control", READ, STORAGE, "allow", ["reader"]),
                    (guid(1), "control", READ, SUBSCRIPTION, "deny", []))
        self.expect(None, ({"id": guid(999)}, "control", READ, "/", "unknown"))

    def test_documents_of_the_tenant_go_before_what_is_built_in(self):
        documents = [definition(READER, {"actions": ["Nothing/read"]}), assignment("reader", guid(1), READER, GROUP)]
        self.expect(documents, (guid(1), "control", READ, STORAGE, "deny", []))

    def need_type(self, name):
        """Skips the test where the content does not have the type."""
        done = subprocess.run([APLOMB, "services", "--format", "json"], capture_output=True, text=True)
        if name not in done.stdout:
            self.skipTest(f"no service has {name}")

    def test_classic_administrators(self):
        self.need_type("Microsoft.Authorization/classicAdministrators")
        def classic(mail, role):
            return {"id": f"{SUBSCRIPTION}/providers/Microsoft.Authorization/classicAdministrators/{mail}",
                    "name": mail, "type": "Microsoft.Authorization/classicAdministrators",
                    "properties": {"emailAddress": mail, "role": role}}
        documents = [user(1), classic("user1@contoso.com", "CoAdministrator"),
                     classic("payer@contoso.com", "AccountAdministrator"),
                     classic("admin@contoso.com", "ServiceAdministrator;AccountAdministrator")]
        self.expect(documents, (guid(1), "control", LIST_KEYS, STORAGE, "allow", ["user1@contoso.com"]),
                    ("admin@contoso.com", "control", LIST_KEYS, STORAGE, "allow", ["admin@contoso.com"]),
                    (guid(1), "data", READ_BLOB, STORAGE, "deny", []),
                    ("payer@contoso.com", "control", LIST_KEYS, STORAGE, "unknown"))

    def test_identities_of_resources(self):
        identity = GROUP + "/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-app"
        documents = [{"id": identity, "name": "id-app", "type": "Microsoft.ManagedIdentity/userAssignedIdentities",
                      "location": "westeurope", "properties": {"principalId": guid(7), "clientId": guid(8)}},
                     assignment("uami", guid(7), READER, GROUP, principalType="ServicePrincipal"),
                     {"id": GROUP + "/providers/Microsoft.CognitiveServices/accounts/chat", "name": "chat",
                      "type": "Microsoft.CognitiveServices/accounts", "kind": "OpenAI", "location": "westeurope",
                      "identity": {"type": "SystemAssigned", "principalId": guid(9), "tenantId": TENANT},
                      "properties": {}},
                     assignment("system", guid(9), READER, GROUP, principalType="ServicePrincipal")]
        self.expect(documents, (guid(7), "control", READ, STORAGE, "allow", ["uami"]),
                    (identity, "control", READ, STORAGE, "allow", ["uami"]),
                    (guid(9), "control", READ, STORAGE, "allow", ["system"]),
                    (GROUP + "/providers/Microsoft.CognitiveServices/accounts/chat", "control", READ, STORAGE, "allow",
                     ["system"]))

    def test_vaults_go_by_roles_or_by_policies(self):
        def vault(by_roles):
            return {"id": VAULT, "name": "contoso-kv", "type": "Microsoft.KeyVault/vaults", "location": "westeurope",
                    "properties": {"tenantId": TENANT, "enableRbacAuthorization": by_roles,
                                   "accessPolicies": [{"tenantId": TENANT, "objectId": guid(1),
                                                       "permissions": {"secrets": ["Get", "list"], "keys": ["all"]}}]}}
        given = [assignment("role", guid(2), SECRETS_USER, VAULT)]
        self.expect(given + [vault(False)],
                    (guid(1), "data", GET_SECRET, VAULT, "allow", ["contoso-kv"]),
                    (guid(1), "data", GET_SECRET, VAULT + "/secrets/password", "allow", ["contoso-kv"]),
                    (guid(1), "data", "Microsoft.KeyVault/vaults/secrets/setSecret/action", VAULT, "deny", []),
                    (guid(1), "data", "Microsoft.KeyVault/vaults/keys/sign/action", VAULT, "allow", ["contoso-kv"]),
                    (guid(2), "data", GET_SECRET, VAULT, "deny", []))
        self.expect(given + [vault(True)], (guid(1), "data", GET_SECRET, VAULT, "deny", []),
                    (guid(2), "data", GET_SECRET, VAULT, "allow", ["role"]))

    def test_keys_count_only_when_asked_for(self):
        def account(name, **properties):
            return {"id": f"{GROUP}/providers/Microsoft.CognitiveServices/accounts/{name}", "name": name,
                    "type": "Microsoft.CognitiveServices/accounts", "kind": "OpenAI", "location": "westeurope",
                    "properties": properties}
        chat = "Microsoft.CognitiveServices/accounts/OpenAI/deployments/chat/completions/action"
        listing = {"actions": ["Microsoft.CognitiveServices/accounts/listKeys/action"]}
        documents = [account("open"), account("closed", disableLocalAuth=True), definition("keys", listing),
                     assignment("keys", guid(1), "keys", GROUP), assignment("reader", guid(2), READER, GROUP)]
        at = f"{GROUP}/providers/Microsoft.CognitiveServices/accounts/"
        questions = [(guid(1), "data", chat, at + "open"), (guid(1), "data", chat, at + "open/deployments/d"),
                     (guid(1), "data", chat, at + "closed"), (guid(1), "data", chat, at + "unread"),
                     (guid(2), "data", chat, at + "open"), (guid(1), "data", READ_BLOB, at + "open")]
        plain = [a["decision"] for a in self.ask(documents, questions)]
        self.assertEqual(plain, ["deny"] * 6)
        answers = self.ask(documents, questions, "--capabilities", "--explain")
        self.assertEqual([a["decision"] for a in answers], ["allow", "allow", "deny", "unknown", "deny", "deny"])
        self.assertEqual(answers[0]["reasons"][0]["through"], "Microsoft.CognitiveServices/accounts/listKeys/action")
        self.assertEqual(answers[4]["by"], [])

    def test_delegation_to_another_tenant(self):
        self.need_type("Microsoft.ManagedServices/registrationAssignments")
        given = {"managedByTenantId": guid(500), "registrationDefinitionName": "Partner",
                 "authorizations": [{"principalId": guid(1), "roleDefinitionId": READER}],
                 "eligibleAuthorizations": [{"principalId": guid(2), "roleDefinitionId": OWNER}]}
        documents = [{"id": SUBSCRIPTION + "/providers/Microsoft.ManagedServices/registrationAssignments/partner",
                      "name": "partner", "type": "Microsoft.ManagedServices/registrationAssignments",
                      "properties": {"registrationDefinitionId": "x", "registrationDefinition": {"properties": given}}}]
        self.expect(documents, (guid(1), "control", READ, STORAGE, "allow", ["partner"]),
                    (guid(1), "control", LIST_KEYS, STORAGE, "deny", []),
                    (guid(2), "control", LIST_KEYS, STORAGE, "conditional", ["partner"]))

    def test_refused_assignments_are_no_deny(self):
        refused = {"source": "azure", "scope": SUBSCRIPTION.rsplit("/", 1)[-1],
                   "unread": "Microsoft.Authorization/roleAssignments", "why": "403 Forbidden",
                   "needs": "Microsoft.Authorization/roleAssignments/read"}
        other = "/subscriptions/00000000-0000-0000-0000-000000000002"
        documents = [refused, user(1), assignment("reader", guid(1), READER, GROUP)]
        self.expect(documents, (guid(1), "control", READ, STORAGE, "allow", ["reader"]),
                    (guid(1), "control", LIST_KEYS, STORAGE, "unknown", []),
                    (guid(1), "control", READ, other, "deny", []),
                    (guid(99), "control", READ, STORAGE, "unknown", []))

    def test_nothing_read_is_unknown(self):
        self.expect([user(1)], (guid(1), "control", READ, STORAGE, "unknown", []))
        self.expect([user(1), assignment("other", guid(5), READER, GROUP)],
                    (guid(1), "control", READ, STORAGE, "deny", []),
                    (guid(77), "control", READ, STORAGE, "deny", []),
                    ("nobody@contoso.com", "control", READ, STORAGE, "unknown", []))

    def test_directory(self):
        app = f"entra://{TENANT}/applications/{guid(50)}"
        documents = [user(1, 11), group(11), user(2), user(3),
                     entra("application", id=guid(50), appId=guid(51), displayName="App", publisherDomain="contoso.com",
                           owners=[{"id": guid(3)}]),
                     entra("unifiedRoleAssignment", id="r1", principalId=guid(11), directoryScopeId="/",
                           roleDefinitionId="9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3"),
                     entra("unifiedRoleAssignment", id="r2", principalId=guid(2), directoryScopeId="/" + guid(50),
                           roleDefinitionId="158c047a-c907-4556-b7ef-446551a6b5f7"),
                     entra("servicePrincipal", id=guid(60), appId=guid(61), displayName="Bot",
                           servicePrincipalType="Application",
                           appRoleAssignments=[{"appRoleId": "1bfefb4e-e0b5-418b-a88f-73c46d2cc8e9",
                                                "resourceId": guid(99)}])]
        self.expect(documents,
                    (guid(1), "control", "Application Administrator", app, "allow", ["r1"]),
                    (guid(1), "control", "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3", f"entra://{TENANT}", "allow", ["r1"]),
                    (guid(2), "control", "Application Administrator", app, "deny", []),
                    (guid(2), "control", "Cloud Application Administrator", app, "allow", ["r2"]),
                    (guid(2), "control", "Cloud Application Administrator", f"entra://{TENANT}", "deny", []),
                    (guid(60), "control", "Application.ReadWrite.All", app, "allow", [guid(60)]),
                    (guid(60), "control", "Directory.ReadWrite.All", app, "deny", []),
                    (guid(3), "control", "owner", app, "allow", [guid(50)]),
                    (guid(2), "control", "owner", app, "deny", []))

    def test_directory_scopes_and_forms(self):
        self.need_type("microsoft.graph.administrativeUnit")
        admin = "fe930be7-5e62-47db-91af-98c3a49a38b1"
        documents = [user(1), user(2), user(3), user(4), user(5), user(6),
                     entra("administrativeUnit", id=guid(70), displayName="Unit", isMemberManagementRestricted=False,
                           members=[{"id": guid(2)}]),
                     entra("unifiedRoleAssignment", id="unit", principalId=guid(1), roleDefinitionId=admin,
                           directoryScopeId="/administrativeUnits/" + guid(70)),
                     entra("unifiedRoleEligibilityScheduleInstance", id="eligible", principalId=guid(3),
                           roleDefinitionId=admin, directoryScopeId="/", roleEligibilityScheduleId="e"),
                     entra("directoryRole", id=guid(71), displayName="Helpdesk Administrator",
                           roleTemplateId="729827e3-9c14-49f7-bb1b-9608f156bbb8", members=[{"id": guid(4)}]),
                     entra("appRoleAssignment", id="given", principalId=guid(5), resourceId=guid(99),
                           appRoleId="06b708a9-e830-4db3-a914-8e69da51d44f"),
                     entra("appRoleAssignment", id="other", principalId=guid(6), resourceId=guid(98),
                           appRoleId=guid(97)),
                     entra("unifiedRoleDefinition", id=guid(72), templateId=guid(72), displayName="Custom",
                           isBuiltIn=False, rolePermissions=[]),
                     entra("unifiedRoleAssignment", id="custom", principalId=guid(6), roleDefinitionId=guid(72),
                           directoryScopeId="/")]
        def at(number):
            return f"entra://{TENANT}/users/{guid(number)}"
        self.expect(documents,
                    (guid(1), "control", "User Administrator", at(2), "allow", ["unit"]),
                    (guid(1), "control", "User Administrator", at(3), "deny", []),
                    (guid(3), "control", admin, at(2), "conditional", ["eligible"]),
                    (guid(4), "control", "helpdesk administrator", at(2), "allow", [guid(71)]),
                    (guid(5), "control", "AppRoleAssignment.ReadWrite.All", f"entra://{TENANT}", "allow", ["given"]),
                    (guid(6), "control", guid(97), f"entra://{TENANT}/servicePrincipals/{guid(98)}", "allow",
                     ["other"]),
                    (guid(6), "control", guid(97), f"entra://{TENANT}/servicePrincipals/{guid(99)}", "deny", []),
                    (guid(6), "control", "custom", at(1), "allow", ["custom"]))

    def test_membership_that_must_be_activated(self):
        self.need_type("microsoft.graph.privilegedAccessGroupEligibilityScheduleInstance")
        def eligible(name, member, above, as_="member"):
            return entra("privilegedAccessGroupEligibilityScheduleInstance", id=name, principalId=guid(member),
                         groupId=guid(above), accessId=as_, eligibilityScheduleId="s")
        documents = [user(1), user(2, 13), user(3), user(4, 12), group(11, 12), group(12), group(13),
                     eligible("e1", 1, 11), eligible("e2", 13, 11), eligible("e3", 3, 11, "owner"),
                     assignment("deep", guid(12), READER, GROUP), assignment("near", guid(13), READER, VAULT),
                     deny("no", STORAGE, [guid(11)], actions=["*"])]
        self.expect(documents,
                    (guid(1), "control", READ, GROUP, "conditional", ["deep"]),
                    (guid(2), "control", READ, GROUP, "conditional", ["deep"]),
                    (guid(1), "control", "Microsoft.KeyVault/vaults/read", VAULT, "conditional", ["deep"]),
                    (guid(2), "control", "Microsoft.KeyVault/vaults/read", VAULT, "allow", ["near"]),
                    (guid(3), "control", READ, GROUP, "deny", []),
                    (guid(4), "control", READ, GROUP, "allow", ["deep"]),
                    (guid(1), "control", READ, STORAGE, "conditional", ["deep"]))
        answer, = self.ask(documents, [(guid(2), "control", READ, GROUP)], "--explain")
        reason, = answer["reasons"]
        self.assertTrue(reason["after_joining"])
        self.assertEqual([g.rsplit("/", 1)[-1] for g in reason["groups"]], [guid(13), guid(11), guid(12)])

    def test_delegated_permissions(self):
        tenant, other = f"entra://{TENANT}", f"entra://{TENANT}/servicePrincipals/{guid(98)}"
        graph = entra("servicePrincipal", id=guid(99), appId="00000003-0000-0000-c000-000000000000",
                      displayName="Microsoft Graph", servicePrincipalType="Application")
        api = entra("servicePrincipal", id=guid(98), appId=guid(97), displayName="API",
                    servicePrincipalType="Application")
        bot = entra("servicePrincipal", id=guid(60), appId=guid(61), displayName="Bot",
                    servicePrincipalType="Application",
                    oauth2PermissionGrants=[{"resourceId": guid(99), "scope": "Mail.Read Sites.Read.All"}])
        app = entra("servicePrincipal", id=guid(62), appId=guid(63), displayName="App",
                    servicePrincipalType="Application", oauth2PermissionGrants=[])
        documents = [graph, api, bot, app,
                     entra("oAuth2PermissionGrant", id="g1", clientId=guid(62), consentType="AllPrincipals",
                           resourceId=guid(99), scope=" User.Read  offline_access"),
                     entra("oAuth2PermissionGrant", id="g2", clientId=guid(62), consentType="Principal",
                           principalId=guid(1), resourceId=guid(98), scope="Orders.Read")]
        self.expect(documents,
                    (guid(60), "control", "Mail.Read", tenant, "conditional", [guid(60)]),
                    (guid(60), "control", "mail.readwrite", tenant, "deny", []),
                    (guid(62), "control", "User.Read", tenant, "conditional", ["g1"]),
                    (guid(62), "control", "Orders.Read", tenant, "deny", []),
                    (guid(62), "control", "Orders.Read", other, "conditional", ["g2"]))
        answer, = self.ask(documents, [(guid(62), "control", "User.Read", tenant)], "--explain")
        self.assertEqual([(r["kind"], r["role"]["name"]) for r in answer["reasons"]],
                         [("delegated-permission", "User.Read")])

    def test_explanation(self):
        documents = [user(1, 11), group(11, 12), group(12), assignment("deep", guid(12), READER, GROUP)]
        answer, = self.ask(documents, [(guid(1), "control", READ, STORAGE)], "--explain")
        reason, = answer["reasons"]
        self.assertEqual(reason["role"], {"id": READER, "name": "Reader"})
        self.assertEqual(reason["scope"], GROUP)
        self.assertEqual([g.rsplit("/", 1)[-1] for g in reason["groups"]], [guid(11), guid(12)])

    def test_one_question_from_a_store_as_from_sources(self):
        documents = [user(1, 11), group(11), assignment("reader", guid(11), READER, GROUP)]
        with tempfile.TemporaryDirectory() as folder:
            pathlib.Path(folder, "documents.ndjson").write_text("".join(json.dumps(d) + "\n" for d in documents))
            question = ["access", "-q", "-p", "user1@contoso.com", "-a", READ, "-r", STORAGE, "--explain"]

            def run(*words):
                return subprocess.run([APLOMB, *words], capture_output=True, text=True, cwd=folder)

            self.assertIn(run("scan", "-q", "documents.ndjson").returncode, (0, 3))
            for form in ("json", "text"):
                live = run(*question, "--format", form, "documents.ndjson")
                stored = run(*question, "--format", form)
                self.assertIn(live.returncode, (0, 3), live.stderr)
                self.assertEqual(live.stdout, stored.stdout, stored.stderr)
                if form == "json":
                    check_form("aplomb.access.v1.json", json.loads(live.stdout))
            self.assertTrue(stored.stdout.startswith("allow\n"), stored.stdout)

    def test_wrong_batches_are_refused(self):
        for line, says in (("{", "line 1"), ("[]", "line 1"), ('{"action":"a"}', "role"),
                           ('{"principal":"x"}', "action"), ('{"role":{},"action":"a","plane":"x"}', "plane"),
                           ('{"principal":"x","action":"a"}', "scope"), ('{"principal":7,"action":"a"}', "principal")):
            with tempfile.NamedTemporaryFile("w", suffix=".ndjson") as file:
                file.write(line + "\n")
                file.flush()
                done = subprocess.run([APLOMB, "access", "--batch", file.name], capture_output=True, text=True)
            self.assertEqual(done.returncode, 2)
            self.assertIn(says, done.stderr)
            self.assertEqual(done.stderr.count("\n"), 1, done.stderr)

    def test_a_broken_line_leaves_the_others(self):
        good = '{"case":"%d","role":"Reader","plane":"control","action":"Microsoft.Web/sites/read","scope":"/"}'
        lines = [good % 1, '{"role":"Reader"', good % 2, "", "7", good % 3] + ["?"] * 30 + [good % 4]
        with tempfile.NamedTemporaryFile("w", suffix=".ndjson") as file:
            file.write("\n".join(lines))
            file.flush()
            done = subprocess.run([APLOMB, "access", "--batch", file.name], capture_output=True, text=True)
        self.assertEqual(done.returncode, 2)
        answers = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual([(answer["case"], answer["decision"]) for answer in answers],
                         [(str(n), "allow") for n in (1, 2, 3, 4)])
        told = done.stderr.splitlines()
        self.assertIn("line 2", told[0])
        self.assertIn("line 5", told[1])
        self.assertEqual(len(told), 21)
        self.assertIn("12 more", told[-1])


if __name__ == "__main__":
    unittest.main(warnings="ignore")
