#!/usr/bin/env python3
"""`aplomb doctor` against a small Azure of our own: what it says of networks, credentials and rights, what it sends.

The program reaches it through a proxy, as it would reach the real one: the proxy leads every host to one server, whose
certificate is of an authority that --ca names."""
import base64
import json
import os
import pathlib
import socket
import subprocess
import tempfile
import threading
import time
import unittest
import warnings
from email.utils import formatdate

import tls_server

warnings.simplefilter("ignore", DeprecationWarning)
import jsonschema  # noqa: E402

ROOT = pathlib.Path(os.environ.get("APLOMB_ROOT", pathlib.Path(__file__).resolve().parents[2]))
APLOMB = os.path.abspath(os.environ.get("APLOMB", ROOT / "build" / "aplomb"))
SCHEMA = json.loads((ROOT / "docs" / "schemas" / "aplomb.doctor.v1.json").read_text())

TENANT, GUEST = "11111111-1111-1111-1111-111111111111", "11111111-1111-1111-1111-222222222222"
CLIENT, OBJECT = "4d5c0000-0000-0000-0000-00000000000a", "0b1ec700-0000-0000-0000-000000000001"
ONE, TWO, THREE = (f"22222222-2222-2222-2222-{number:012}" for number in (1, 2, 3))
LOGIN, ARM, GRAPH = "login.microsoftonline.com", "management.azure.com", "graph.microsoft.com"
HOSTS = (LOGIN, ARM, GRAPH, "api.powerplatform.com", "api.bap.microsoft.com")
SECRET = "planted-secret"
READER = [{"actions": ["*/read"], "notActions": []}]
AI_USER = {"actions": [], "dataActions": ["Microsoft.CognitiveServices/*"]}


def part(value):
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


class Azure:
    """Everything behind the proxy, told apart by the Host header."""

    def __init__(self):
        self.subscriptions = {ONE: [*READER, AI_USER]} # what the caller may do on each that it sees
        self.hidden = {}             # the same for those that the list leaves out
        self.refused = {}            # paths of Microsoft Graph: the code of a 403
        self.no_token = {}           # audiences: the refusal
        self.sign_in = None          # a refusal of every token
        self.roles = []              # application permissions in tokens
        self.ahead_s = 0             # how far this clock is ahead
        self.application = True
        self.listing = None          # another answer to the list of subscriptions

    def __call__(self, _, request):
        request.handler.date_time_string = lambda *_: formatdate(time.time() + self.ahead_s, usegmt=True)
        headers = {"Date": formatdate(time.time() + self.ahead_s, usegmt=True)}
        host = request.headers["host"].split(":")[0]
        if request.method == "HEAD":
            away = {"Location": "https://www.office.com/login"} if host == LOGIN else {}
            return request.answer(302 if host == LOGIN else 401, b"", {**headers, **away})
        if host == LOGIN:
            return request.answer(*self.token(request))
        if host == ARM:
            return request.answer(*self.arm(request))
        return request.answer(*self.graph(request))

    def token(self, request):
        audience = request.form["scope"].split("/.default")[0]
        refusal = self.sign_in or self.no_token.get(audience)
        if refusal:
            return 400, {"error": "invalid_client", "error_description": refusal}
        who = {"appid": CLIENT, "idtyp": "app", "app_displayname": "contoso-scanner", "roles": self.roles} \
            if self.application else {"appid": CLIENT, "upn": "ada@contoso.com", "scp": "User.Read"}
        claims = {"tid": request.path.split("/")[1], "oid": OBJECT, "aud": audience, **who,
                  "exp": int(time.time()) + 3600}
        return 200, {"expires_in": 3600, "access_token": f"{part({'alg': 'none'})}.{part(claims)}.planted-signature"}

    def arm(self, request):
        if request.path == "/subscriptions":
            if self.listing:
                return self.listing
            names = sorted(self.subscriptions)
            page = int(request.query.get("page", 0))
            more = {"nextLink": f"https://{ARM}/subscriptions?page={page + 1}"} if page + 1 < len(names) else {}
            return 200, {"value": [{"subscriptionId": name, "displayName": f"Contoso {name[-1]}", "state": "Enabled"}
                                   for name in names[page:page + 1]], **more}
        name = request.path.split("/")[2]
        rights = {**self.hidden, **self.subscriptions}.get(name)
        if rights is None:
            return 404, {"error": {"code": "SubscriptionNotFound", "message": "could not be found"}}
        return (200, {"value": rights}) if isinstance(rights, list) else (403, {"error": {"code": rights}})

    def graph(self, request):
        code = self.refused.get(request.path.split("/", 2)[2])
        return (403, {"error": {"code": code, "message": "no"}}) if code else (200, {"value": [{"id": "1"}]})


class Proxy:
    """CONNECT to any host leads to one port; the hosts that were asked for are kept."""

    def __init__(self, port):
        self.asked, self.port = [], port
        self.closed_hosts = set()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://planted-user:planted-pass@127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.connect, args=(client,), daemon=True).start()

    def connect(self, client):
        head = b""
        while b"\r\n\r\n" not in head:
            block = client.recv(4096)
            if not block:
                return client.close()
            head += block
        host = head.split()[1].decode().rsplit(":", 1)[0]
        self.asked.append(host)
        if host in self.closed_hosts:
            client.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
            return client.close()
        server = socket.create_connection(("127.0.0.1", self.port))
        client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        back = threading.Thread(target=self.pump, args=(server, client), daemon=True)
        back.start()
        self.pump(client, server)
        back.join()
        client.close()
        server.close()
        return None

    @staticmethod
    def pump(source, target):
        try:
            while block := source.recv(65536):
                target.sendall(block)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def close(self):
        self.listener.close()


class Doctor(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.folder = pathlib.Path(cls.temporary.name)
        cls.authority = tls_server.Authority(cls.folder)
        cls.certificate = cls.authority.issue(*HOSTS)

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    def setUp(self):
        self.azure = Azure()
        self.server = tls_server.Server(self.azure, self.certificate)
        self.proxy = Proxy(self.server.port)
        self.addCleanup(self.server.close)
        self.addCleanup(self.proxy.close)
        self.credentials = {"AZURE_TENANT_ID": TENANT, "AZURE_CLIENT_ID": CLIENT, "AZURE_CLIENT_SECRET": SECRET}

    def run_doctor(self, *words, exit_code=0, ca=None, environment=None):
        """Standard output; no secret may be in it."""
        words = ["doctor", "--ca", str(ca or self.authority.file), *words]
        done = subprocess.run([APLOMB, *words], capture_output=True, text=True, cwd=self.folder, env={
            "HTTPS_PROXY": self.proxy.address, "IMDS_ENDPOINT": "http://127.0.0.1:1", "LC_ALL": "C.UTF-8",
            **self.credentials, **(environment or {})})
        self.assertEqual((done.returncode, done.stderr), (exit_code, ""), done.stdout)
        self.assertNotIn("planted", done.stdout)
        return done.stdout

    def result(self, *words, **options):
        value = json.loads(self.run_doctor("--format", "json", *words, **options))
        faults = list(jsonschema.Draft202012Validator(SCHEMA).iter_errors(value))
        self.assertEqual(faults, [])
        return value

    def lacking(self, answers):
        return {lack["permission"]: lack["answer"] for lack in answers["lacks"]}

    # -- All is well

    def test_everything_can_be_read(self):
        # Of these there is no small read, so the token has to name them.
        self.azure.roles = ["ThreatHunting.Read.All", "PrivilegedAssignmentSchedule.Read.AzureADGroup",
                            "PrivilegedEligibilitySchedule.Read.AzureADGroup"]
        tenant, = self.result()["tenants"]
        self.assertTrue(tenant["signed_in"])
        self.assertEqual(tenant["identity"], {"kind": "application", "name": "contoso-scanner", "object_id": OBJECT,
                                              "app_id": CLIENT})
        self.assertEqual([token["given"] for token in tenant["tokens"]], [True] * 8)
        one, = tenant["subscriptions"]
        self.assertEqual((one["id"], one["listed"], one["lacks"]), (ONE, True, []))
        self.assertEqual({lack["why"] for lack in tenant["directory"]["lacks"]}, {"no API tells"})
        self.assertEqual(tenant["commands"], [])
        text = self.run_doctor()
        self.assertIn(f"application {CLIENT} with the secret in AZURE_CLIENT_SECRET", " ".join(text.split()))
        self.assertIn(f"Contoso 1, {ONE}: all {one['counts']['yes']} permissions", text)
        self.assertIn("http://***@127.0.0.1", text)

    def test_only_reads_are_sent(self):
        self.azure.subscriptions[TWO] = READER
        self.run_doctor(exit_code=3)
        sent = {(request.method, request.headers["host"]) for request in self.server.requests}
        self.assertEqual({method for method, host in sent if host != LOGIN}, {"GET", "HEAD"})
        self.assertEqual({request.path for request in self.server.requests if request.method == "POST"},
                         {f"/{TENANT}/oauth2/v2.0/token"})
        for request in self.server.requests:
            self.assertNotIn("key", request.path.lower())
            if request.method == "HEAD":
                self.assertNotIn("authorization", request.headers)

    # -- Credentials

    def test_no_credentials(self):
        self.credentials = {}
        result = self.result(exit_code=3)
        tenant, = result["tenants"]
        self.assertFalse(tenant["signed_in"])
        self.assertEqual([(one["way"], one["used"]) for one in tenant["tried"]],
                         [(way, False) for way in ("secret", "certificate", "workload", "managed", "cli")])
        self.assertTrue(all(host["reached"] for host in result["network"]["hosts"]))
        text = self.run_doctor(exit_code=3)
        self.assertIn("AZURE_CLIENT_SECRET is not set", text)
        self.assertIn("PATH is empty", text)

    def test_expired_credentials(self):
        self.azure.sign_in = "AADSTS7000222: The provided client secret keys for app are expired."
        tenant, = self.result(exit_code=3)["tenants"]
        self.assertIn("the client secret has expired", tenant["why"])
        self.assertIn("the client secret has expired", self.run_doctor(exit_code=3))

    def test_a_token_that_one_api_refuses(self):
        self.azure.no_token = {"https://ai.azure.com": "AADSTS500011: The resource principal was not found."}
        tenant, = self.result(exit_code=3)["tenants"]
        token, = [token for token in tenant["tokens"] if not token["given"]]
        self.assertEqual(token["api"], "foundry")
        self.assertIn("the tenant does not know this API", token["why"])

    def test_a_person_is_told_from_an_application(self):
        self.azure.application, self.azure.subscriptions = False, {ONE: READER}
        tenant, = self.result(exit_code=3)["tenants"]
        self.assertEqual((tenant["identity"]["kind"], tenant["identity"]["name"]), ("user", "ada@contoso.com"))
        self.assertIn("--assignee-principal-type User", tenant["commands"][2])

    def test_several_tenants(self):
        tenants = self.result("--tenant", TENANT, "--tenant", GUEST, exit_code=3)["tenants"]
        self.assertEqual([tenant["id"] for tenant in tenants], [TENANT, GUEST])

    # -- Rights

    def test_reader_on_one_of_three(self):
        self.azure.subscriptions = {ONE: [*READER, AI_USER], TWO: []}
        tenant, = self.result("--scope", f"{ONE},{TWO},{THREE}", exit_code=3)["tenants"]
        one, two, three = tenant["subscriptions"]
        self.assertEqual((one["lacks"], one["counts"]["no"]), ([], 0))
        self.assertEqual((two["counts"]["yes"], two["counts"]["unknown"]), (0, 0))
        self.assertEqual((three["listed"], three["counts"]["yes"], three["counts"]["no"]), (False, 0, 0))
        self.assertIn("404 SubscriptionNotFound", three["why"])
        text = self.run_doctor("--scope", f"{ONE},{TWO},{THREE}", exit_code=3)
        self.assertIn("no role here: nothing of it can be read", text)
        self.assertIn("not seen (404 SubscriptionNotFound", " ".join(text.split()))

    def test_a_subscription_that_no_list_shows(self):
        self.azure.hidden = {THREE: [*READER, AI_USER]}
        tenant, = self.result("--scope", THREE, exit_code=3)["tenants"]
        one, = tenant["subscriptions"]
        self.assertEqual((one["listed"], one["lacks"]), (False, []))

    def test_reader_alone_lacks_the_data_planes(self):
        self.azure.subscriptions = {ONE: READER}
        result = self.result(exit_code=3)
        one, = result["tenants"][0]["subscriptions"]
        data = {need["permission"] for need in result["needs"] if need["kind"] == "data-action"}
        self.assertEqual(self.lacking(one), dict.fromkeys(data, "no"))
        self.assertIn("Microsoft.CognitiveServices/accounts/AIServices/agents/read", data)
        text = self.run_doctor(exit_code=3)
        self.assertIn("missing", text)
        self.assertIn("AIServices/agents/read; without it:", " ".join(text.split()))

    def test_not_actions_and_conditions_count(self):
        self.azure.subscriptions = {ONE: [
            {"actions": ["*/read"], "notActions": ["Microsoft.Search/*"]},
            {"dataActions": ["Microsoft.CognitiveServices/*"], "conditionVersion": "2.0",
             "condition": "@Request[Microsoft.Contoso/a:b] StringEquals 'x'"}]}
        one, = self.result(exit_code=3)["tenants"][0]["subscriptions"]
        lacks = self.lacking(one)
        self.assertEqual(lacks["Microsoft.Search/searchServices/read"], "no")
        self.assertEqual(lacks["Microsoft.CognitiveServices/accounts/AIServices/agents/read"], "conditional")
        self.assertEqual(set(lacks.values()), {"no", "conditional"})

    def test_permissions_that_cannot_be_asked_are_not_known(self):
        self.azure.subscriptions = {ONE: "AuthorizationFailed"}
        one, = self.result(exit_code=3)["tenants"][0]["subscriptions"]
        self.assertEqual((one["counts"]["yes"], one["counts"]["no"]), (0, 0))
        self.assertIn("403 AuthorizationFailed", one["why"])

    def test_a_list_that_leads_elsewhere(self):
        self.azure.listing = (200, {"value": [], "nextLink": "https://evil.example/subscriptions"})
        tenant, = self.result(exit_code=3)["tenants"]
        self.assertIn("not followed", tenant["why_no_list"])
        self.assertNotIn("evil.example", self.proxy.asked)

    def test_the_directory(self):
        self.azure.refused = {"identity/conditionalAccess/policies": "AccessDenied", "users": "Denied"}
        directory = self.result(exit_code=3)["tenants"][0]["directory"]
        lacks = self.lacking(directory)
        refused = {name for name, answer in lacks.items() if answer == "no"}
        self.assertEqual(refused, {"Policy.Read.All", "User.Read.All"})
        self.assertEqual(lacks["ThreatHunting.Read.All"], "unknown")
        self.assertNotIn("Application.Read.All", lacks)

    # -- A role that is small enough

    def test_the_role_is_enough_and_no_more(self):
        text = self.run_doctor("--role", "--scope", f"{ONE},{TWO}")
        role = json.loads(text)
        self.assertEqual(self.server.requests, [])
        self.assertEqual(role["AssignableScopes"], [f"/subscriptions/{ONE}", f"/subscriptions/{TWO}"])
        for action in role["Actions"] + role["DataActions"]:
            self.assertRegex(action, r"^Microsoft\.[A-Za-z]+/[A-Za-z0-9/-]+/read$")
        for further in ("Microsoft.Web/sites/config/read", "Microsoft.ApiManagement/service/apis/operations/read"):
            self.assertIn(further, role["Actions"])  # what only a call beside those of types takes
        self.azure.subscriptions = {ONE: [{"actions": role["Actions"], "dataActions": role["DataActions"]}]}
        one, = self.result(exit_code=3)["tenants"][0]["subscriptions"]
        self.assertEqual(one["lacks"], [])
        for member in ("Actions", "DataActions"): # without any of them something is missing
            for left_out in role[member][::150]:
                rest = [action for action in role[member] if action != left_out]
                self.azure.subscriptions = {ONE: [{"actions": role["Actions"], "dataActions": role["DataActions"],
                                                   member[0].lower() + member[1:]: rest}]}
                one, = self.result(exit_code=3)["tenants"][0]["subscriptions"]
                self.assertEqual(self.lacking(one), {} if left_out.endswith("Authorization/permissions/read")
                                 else {left_out: "no"})

    def test_commands_for_what_is_missing(self):
        self.azure.subscriptions = {ONE: READER, TWO: [*READER, AI_USER]}
        commands = self.result(exit_code=3)["tenants"][0]["commands"]
        self.assertEqual(commands[0], f"aplomb doctor --role --scope {ONE} > aplomb-role.json")
        self.assertIn(f"--assignee-object-id {OBJECT} --assignee-principal-type ServicePrincipal", commands[2])
        self.assertNotIn(TWO, " ".join(commands))
        self.assertIn(commands[0], self.run_doctor(exit_code=3))

    def test_no_command_has_foreign_text_in_it(self):
        self.azure.subscriptions = {"$(reboot)": READER, ONE: READER}
        commands = self.result(exit_code=3)["tenants"][0]["commands"]
        self.assertNotIn("reboot", " ".join(commands))

    # -- Networks

    def test_hosts_that_cannot_be_reached(self):
        self.proxy.closed_hosts = {GRAPH}
        result = self.result(exit_code=3)
        hosts = {host["name"]: host for host in result["network"]["hosts"]}
        self.assertEqual({name: host["reached"] for name, host in hosts.items()},
                         {"login": True, "arm": True, "graph": False, "power-platform": True, "power-apps": True})
        self.assertIn("403", hosts["graph"]["why"])

    def test_a_certificate_that_is_not_trusted(self):
        folder = self.folder / "other"
        folder.mkdir()
        other = tls_server.Authority(folder)
        result = self.result(exit_code=3, ca=other.file)
        self.assertTrue(all("certificate" in host["why"] for host in result["network"]["hosts"]))
        self.assertEqual(self.server.requests, [])

    def test_a_clock_that_is_wrong(self):
        self.azure.ahead_s = 500
        self.assertAlmostEqual(self.result(exit_code=3)["network"]["clock_ahead_s"], -500, delta=5)
        self.assertIn("s behind: sign-in fails", self.run_doctor(exit_code=3))
        self.azure.ahead_s = -30
        self.assertAlmostEqual(self.result(exit_code=3)["network"]["clock_ahead_s"], 30, delta=5)

    def test_a_named_cloud(self):
        result = self.result("--cloud", "china", exit_code=3)
        self.assertEqual(result["cloud"], "china")
        self.assertIn("login.chinacloudapi.cn", self.proxy.asked)
        self.assertNotIn(LOGIN, self.proxy.asked)

    def test_a_login_of_no_cloud_gets_no_secret(self):
        environment = {**self.credentials, "HTTPS_PROXY": self.proxy.address,
                       "AZURE_AUTHORITY_HOST": "https://login.evil.example"}
        done = subprocess.run([APLOMB, "doctor"], capture_output=True, text=True, env=environment)
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn("the login of no cloud", done.stderr)
        self.assertEqual(self.proxy.asked, [])

    def test_the_trace_has_no_secret(self):
        self.run_doctor("--trace", "trace.ndjson", exit_code=3)
        lines = [json.loads(line) for line in (self.folder / "trace.ndjson").read_text().splitlines()]
        self.assertGreater(len(lines), 20)
        self.assertNotIn("planted", json.dumps(lines))


if __name__ == "__main__":
    unittest.main()
