#!/usr/bin/env python3
"""Each way to sign in to Azure against identity endpoints of our own, started here on the loopback.

tests/programs/sign_in_each signs in and prints what came of it. The endpoints give tokens that say which request they
answer, check what a real one would check, and can be told to refuse. Signatures are checked by the openssl program."""
import base64
import json
import os
import pathlib
import subprocess
import tempfile
import time
import unittest

import tls_server

ROOT = pathlib.Path(os.environ.get("APLOMB_ROOT", pathlib.Path(__file__).resolve().parents[2]))
APLOMB = pathlib.Path(os.environ.get("APLOMB", ROOT / "build" / "aplomb"))
PROGRAM = APLOMB.parent / "tests" / "programs" / "sign_in_each"

TENANT = "11111111-1111-1111-1111-111111111111"
GUEST = "22222222-2222-2222-2222-222222222222"
CLIENT = "4d5c0000-0000-0000-0000-00000000000a"
ARM, GRAPH = "https://management.azure.com", "https://graph.microsoft.com"
SECRET = "planted-secret"
LOGINS = {"public": "login.microsoftonline.com", "government": "login.microsoftonline.us",
          "china": "login.chinacloudapi.cn"}


def part(value):
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def unpart(text):
    return json.loads(unbase64(text))


def unbase64(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Identity:
    """What the endpoints know: how long tokens hold, which refusals to give, how many tokens were given."""

    def __init__(self):
        self.lifetime, self.given, self.refusals, self.pending, self.arc_key = 3600, 0, [], 0, ""

    def token(self, tenant, audience, **claims):
        self.given += 1
        return ".".join((part({"alg": "none", "typ": "JWT"}), part({
            "tid": tenant, "aud": audience, "oid": "0b1ec700-0000-0000-0000-000000000001", "appid": CLIENT,
            "idtyp": "app", "exp": int(time.time()) + self.lifetime, "number": self.given, **claims}), "c2ln"))

    def grant(self, tenant, audience, **more):
        token = self.token(tenant, audience)
        return {"token_type": "Bearer", "expires_in": self.lifetime, "access_token": token, **more}

    def entra(self, _, request):
        """login.microsoftonline.com"""
        tenant = request.path.split("/")[1]
        audience = request.form.get("scope", "").split(" ")[0].removesuffix("/.default")
        if self.refusals:
            status, code, text = self.refusals.pop(0)
            return request.answer(status, {"error": code, "error_description": text})
        if request.path == f"/{tenant}/oauth2/v2.0/devicecode":
            return request.answer(200, {"device_code": "planted-device", "user_code": "ABCD-1234", "expires_in": 900,
                                        "interval": 5, "verification_uri": "https://microsoft.com/devicelogin"})
        if request.path != f"/{tenant}/oauth2/v2.0/token":
            return request.answer(404, {})
        kind = request.form.get("grant_type")
        if kind == "urn:ietf:params:oauth:grant-type:device_code":
            if self.pending:
                self.pending -= 1
                return request.answer(400, {"error": "slow_down" if self.pending % 2 else "authorization_pending"})
            return request.answer(200, self.grant(tenant, audience or ARM, refresh_token="planted-refresh"))
        if kind == "refresh_token":
            good = request.form["refresh_token"] == "planted-refresh"
            return request.answer(*((200, self.grant(tenant, audience)) if good else (400, {"error": "invalid_grant"})))
        return request.answer(200, self.grant(tenant, audience))

    def platform(self, _, request):
        """The endpoints of managed identities: App Service, Azure ML, Cloud Shell, Arc, virtual machines."""
        audience = request.query.get("resource") or request.form.get("resource")
        if self.refusals:
            status, code, text = self.refusals.pop(0)
            return request.answer(status, {"error": code, "error_description": text})
        grant = {"access_token": self.token(TENANT, audience), "expires_on": str(int(time.time()) + self.lifetime)}
        if request.path == "/arc" and request.headers.get("authorization") != f"Basic {self.arc_key}":
            return request.answer(401, {}, {"WWW-Authenticate": f"Basic realm={self.arc_file}"})
        if request.path == "/msi/token" and request.headers.get("x-identity-header") != "planted-header":
            return request.answer(401, {"error": "unauthorized"})
        if request.path == "/ml" and request.headers.get("secret") != "planted-ml":
            return request.answer(401, {"error": "unauthorized"})
        if request.path in ("/arc", "/shell", "/metadata/identity/oauth2/token") and \
                request.headers.get("metadata") != "true":
            return request.answer(400, {"error": "bad_request"})
        return request.answer(200, grant)


class SignIn(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.folder = pathlib.Path(cls.temporary.name)
        cls.authority = tls_server.Authority(cls.folder)
        cls.certificate = cls.authority.issue(*LOGINS.values())

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    def setUp(self):
        self.identity = Identity()
        self.entra = tls_server.Server(self.identity.entra, self.certificate)
        self.platform = tls_server.Server(self.identity.platform)
        self.addCleanup(self.entra.close)
        self.addCleanup(self.platform.close)

    def run_steps(self, credentials, steps=(ARM,), speed=200, fails="", **rest):
        steps = [{"audience": step} if isinstance(step, str) else step for step in steps]
        to = ",".join(f"{login}:443:127.0.0.1:{self.entra.port}" for login in LOGINS.values())
        # Unless a test says otherwise there is no metadata service: nothing listens on this port.
        program = {"credentials": {"imds_endpoint": "http://127.0.0.1:1", "path": "", **credentials}, "steps": steps,
                   "settings": {"ca_file": str(self.authority.file), "connect_to": to, "clock_speed": speed}, **rest}
        done = subprocess.run([PROGRAM], input=json.dumps(program), capture_output=True, text=True, env={})
        if fails:
            self.assertEqual(done.returncode, 2)
            self.assertIn(fails, done.stderr)
            return None
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertNotIn("planted", done.stdout)
        return json.loads(done.stdout)

    def claims(self, step):
        self.assertTrue(step["is_given"], step)
        return unpart(step["token"].split(".")[1])

    def client(self, **more):
        return {"tenant": TENANT, "client_id": CLIENT, **more}

    # -- Client secret

    def test_client_secret(self):
        result = self.run_steps(self.client(client_secret=SECRET))
        self.assertEqual(self.claims(result["steps"][0])["aud"], ARM)
        request, = self.entra.requests
        self.assertEqual(request.path, f"/{TENANT}/oauth2/v2.0/token")
        self.assertEqual(request.form, {"client_id": CLIENT, "client_secret": SECRET, "scope": ARM + "/.default",
                                        "grant_type": "client_credentials"})
        self.assertEqual(result["tries"], [{"way": "secret", "is_used": True,
                                            "why": f"application {CLIENT} with the secret in AZURE_CLIENT_SECRET"}])
        self.assertEqual((result["principal"], result["tenant"]), ("0b1ec700-0000-0000-0000-000000000001", TENANT))

    def test_each_cloud_has_its_login(self):
        for cloud in LOGINS:
            with self.subTest(cloud=cloud):
                self.entra.requests.clear()
                result = self.run_steps(self.client(client_secret=SECRET, cloud=cloud))
                self.claims(result["steps"][0])
                self.assertEqual(self.entra.requests[0].headers["host"], LOGINS[cloud])

    def test_a_refused_secret_ends_the_search_and_says_what_to_do(self):
        self.identity.refusals = [(401, "invalid_client", "AADSTS7000222: The provided client secret keys for app are "
                                   "expired. Trace ID: 1 Correlation ID: 2")]
        result = self.run_steps(self.client(client_secret=SECRET, token_file=str(self.folder / "none")))
        self.assertIn("the client secret has expired (401 invalid_client: AADSTS7000222", result["steps"][0]["why"])
        self.assertNotIn("Trace ID", result["steps"][0]["why"])
        self.assertEqual([one["way"] for one in result["tries"]], ["secret"])

    def test_a_token_of_another_tenant_is_refused(self):
        self.identity.token = lambda tenant, audience: Identity().token(GUEST, audience)
        step, = self.run_steps(self.client(client_secret=SECRET))["steps"]
        self.assertIn(f"the client secret is of tenant {GUEST}, not of {TENANT}", step["why"])

    def test_the_tenant_of_the_command_goes_first(self):
        result = self.run_steps(self.client(client_secret=SECRET), tenant=GUEST)
        self.assertEqual(self.claims(result["steps"][0])["tid"], GUEST)
        self.run_steps(self.client(client_secret=SECRET), tenant="contoso.com/../x", fails="is no tenant")

    # -- Certificate

    def key(self, name, *words):
        key = self.folder / f"{name}.key"
        tls_server.openssl("genpkey", *words, "-out", key)
        tls_server.openssl("req", "-x509", "-key", key, "-subj", "/CN=app", "-days", "2", "-out",
                           self.folder / f"{name}.crt")
        both = self.folder / f"{name}.pem"
        both.write_text((self.folder / f"{name}.crt").read_text() + key.read_text())
        return both

    def test_certificate(self):
        path = self.key("rsa", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048")
        result = self.run_steps(self.client(certificate_path=str(path)))
        self.claims(result["steps"][0])
        form = self.entra.requests[0].form
        self.assertEqual(form["client_assertion_type"], "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
        header, claims, signature = form["client_assertion"].split(".")
        digest = tls_server.openssl("x509", "-in", path, "-noout", "-fingerprint", "-sha256").split("=")[1]
        self.assertEqual(unpart(header)["alg"], "PS256")
        self.assertEqual(unbase64(unpart(header)["x5t#S256"]), bytes.fromhex(digest.strip().replace(":", "")))
        said = unpart(claims)
        self.assertEqual((said["iss"], said["sub"]), (CLIENT, CLIENT))
        self.assertEqual(said["aud"], f"https://{LOGINS['public']}/{TENANT}/oauth2/v2.0/token")
        self.assertTrue(said["nbf"] <= time.time() + 5 and said["exp"] == said["nbf"] + 600)
        (self.folder / "text").write_text(f"{header}.{claims}")
        (self.folder / "signature").write_bytes(unbase64(signature))
        public = self.folder / "public"
        public.write_text(tls_server.openssl("x509", "-in", path, "-noout", "-pubkey"))
        self.assertIn("Verified OK", tls_server.openssl(
            "dgst", "-sha256", "-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:digest",
            "-verify", public, "-signature", self.folder / "signature", self.folder / "text"))

    def test_certificates_that_cannot_be_used_say_why(self):
        curve = self.key("curve", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256")
        short = self.key("short", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:1024")
        alone = self.folder / "alone.pem"
        alone.write_text((self.folder / "curve.crt").read_text())
        locked = self.folder / "locked.pem"
        key = self.key("plain", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048")
        tls_server.openssl("pkcs8", "-topk8", "-in", key, "-passout", "pass:planted-pass", "-out", locked)
        locked.write_text(locked.read_text() + (self.folder / "plain.crt").read_text())
        (self.folder / "binary.pfx").write_bytes(b"\x30\x82\x01")
        for path, password, why in (
                (curve, "", "no RSA key"), (short, "", "at least 2048"), (alone, "", "no private key"),
                (locked, "", "one with a password needs it"), (locked, "x", "is the password right?"),
                (self.folder / "binary.pfx", "", "openssl pkcs12"), (self.folder / "nothing.pem", "", "No such file"),
                (self.folder, "", "no file of")):
            with self.subTest(path=path.name, password=password):
                step, = self.run_steps(self.client(certificate_path=str(path), certificate_password=password))["steps"]
                self.assertIn(why, step["why"])
        self.assertEqual(self.entra.requests, [])
        self.claims(self.run_steps(self.client(certificate_path=str(locked),
                                               certificate_password="planted-pass"))["steps"][0])

    # -- Workload identity

    def test_workload_identity_reads_its_file_each_time(self):
        path = self.folder / "federated"
        path.write_text("planted-federated-token\n")
        self.identity.lifetime = 100 # ends soon: each step asks again
        self.run_steps(self.client(token_file=str(path)), [ARM, ARM])
        self.assertEqual([request.form["client_assertion"] for request in self.entra.requests],
                         ["planted-federated-token"] * 2)
        path.write_text(" \n")
        step, = self.run_steps(self.client(token_file=str(path)))["steps"]
        self.assertIn("is empty", step["why"])

    # -- Managed identity

    def test_app_service(self):
        result = self.run_steps({"identity_endpoint": self.platform.url("/msi/token", "127.0.0.1"),
                                 "identity_header": "planted-header", "client_id": CLIENT})
        self.claims(result["steps"][0])
        self.assertEqual(self.platform.requests[0].query, {"api-version": "2019-08-01", "resource": ARM,
                                                           "client_id": CLIENT})
        self.assertEqual(result["tries"][-1]["why"], f"managed identity {CLIENT} of App Service or Container Apps")

    def test_azure_ml_and_cloud_shell(self):
        ml = self.run_steps({"msi_endpoint": self.platform.url("/ml", "127.0.0.1"), "msi_secret": "planted-ml",
                             "ml_client_id": CLIENT})
        self.claims(ml["steps"][0])
        self.assertEqual(self.platform.requests[0].query["clientid"], CLIENT)
        shell = self.run_steps({"msi_endpoint": self.platform.url("/shell", "127.0.0.1")})
        self.claims(shell["steps"][0])
        request = self.platform.requests[1]
        self.assertEqual((request.method, request.form), ("POST", {"resource": ARM}))

    def arc(self, file):
        self.identity.arc_file = file
        return {"identity_endpoint": self.platform.url("/arc", "127.0.0.1"),
                "imds_endpoint": self.platform.url("", "127.0.0.1"), "arc_key_folder": str(self.folder / "tokens")}

    def test_arc_proves_that_it_may_read_the_key(self):
        keys = self.folder / "tokens"
        keys.mkdir(exist_ok=True)
        (keys / "1.key").write_text("planted-arc-key")
        self.identity.arc_key = "planted-arc-key"
        result = self.run_steps(self.arc(keys / "1.key"))
        self.claims(result["steps"][0])
        self.assertEqual(len(self.platform.requests), 2)
        self.assertNotIn("authorization", self.platform.requests[0].headers)

    def test_arc_never_sends_another_file(self):
        keys = self.folder / "tokens"
        keys.mkdir(exist_ok=True)
        (self.folder / "outside.key").write_text("planted-outside")
        (keys / "secret.txt").write_text("planted-text")
        if not (keys / "link.key").exists():
            (keys / "link.key").symlink_to(self.folder / "outside.key")
        (keys / "large.key").write_text("x" * 5000)
        (keys / "sub.key").mkdir(exist_ok=True)
        for file in (self.folder / "outside.key", keys / ".." / "outside.key", keys / "secret.txt", keys / "link.key",
                     keys / "large.key", keys / "sub.key", keys / "missing.key", "", "1.key"):
            with self.subTest(file=str(file)):
                self.platform.requests.clear()
                step, = self.run_steps(self.arc(file))["steps"]
                self.assertFalse(step["is_given"])
                self.assertEqual(len(self.platform.requests), 1) # the challenge, and nothing after it

    def test_virtual_machine(self):
        result = self.run_steps({"imds_endpoint": self.platform.url("", "127.0.0.1")}, [ARM, GRAPH])
        self.assertEqual([self.claims(step)["aud"] for step in result["steps"]], [ARM, GRAPH])
        self.assertEqual(self.platform.requests[0].query, {"api-version": "2018-02-01", "resource": ARM})
        self.assertEqual([(one["way"], one["is_used"]) for one in result["tries"]],
                         [("secret", False), ("certificate", False), ("workload", False), ("managed", True)])

    def test_a_metadata_service_that_is_not_ready_is_asked_again(self):
        self.identity.refusals = [(410, "gone", ""), (429, "busy", ""), (500, "starting", "")]
        result = self.run_steps({"imds_endpoint": self.platform.url("", "127.0.0.1"), "way": "managed"})
        self.claims(result["steps"][0])
        self.assertEqual(len(self.platform.requests), 4)

    def test_a_machine_without_identity_goes_on_to_the_next_way(self):
        self.identity.refusals = [(400, "invalid_request", "Identity not found")]
        result = self.run_steps({"imds_endpoint": self.platform.url("", "127.0.0.1"), "path": self.az("")})
        self.assertEqual([one["way"] for one in result["tries"][-2:]], ["managed", "cli"])
        self.assertIn("no such managed identity (400 invalid_request: Identity not found)", result["tries"][-2]["why"])

    def test_the_metadata_service_of_another_cloud_is_passed_over(self):
        for status, body in ((403, "no"), (404, "<html/>"), (401, {}), (500, "")):
            with self.subTest(status=status):
                other = tls_server.Server(lambda _, request: request.answer(status, body))
                self.addCleanup(other.close)
                result = self.run_steps({"imds_endpoint": other.url("", "127.0.0.1"), "path": self.az("")})
                self.assertTrue(result["steps"][0]["is_given"])
                self.assertEqual([one["way"] for one in result["tries"][-2:]], ["managed", "cli"])
                self.assertLessEqual(len(other.requests), 1)

    def test_identity_endpoints_elsewhere_are_not_asked(self):
        for endpoint in ("http://evil.example/token", "http://10.0.0.5/token", "ftp://127.0.0.1/"):
            with self.subTest(endpoint=endpoint):
                step, = self.run_steps({"identity_endpoint": endpoint, "identity_header": "planted-header"})["steps"]
                self.assertFalse(step["is_given"])

    # -- Azure CLI

    def az(self, script):
        """A folder with a program az in it."""
        folder = self.folder / "bin"
        folder.mkdir(exist_ok=True)
        path = folder / "az"
        if not script:
            answer = {"accessToken": self.identity.token(TENANT, ARM), "expires_on": int(time.time()) + 3600}
            script = f"""printf '%s ' "$@" > {self.folder}/az.said
env > {self.folder}/az.env
echo '{json.dumps(answer)}'"""
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        return str(folder)

    def test_azure_cli(self):
        result = self.run_steps({"path": self.az(""), "way": "cli", "child_environment": ["HOME=/nowhere"]})
        self.claims(result["steps"][0])
        self.assertEqual((self.folder / "az.said").read_text(),
                         f"account get-access-token --output json --resource {ARM} ")
        self.assertEqual({line.split("=")[0] for line in (self.folder / "az.env").read_text().split()} - {"PWD", "_",
                         "SHLVL", "OLDPWD"}, {"HOME"})
        self.run_steps({"path": self.az(""), "way": "cli"}, tenant=TENANT)
        self.assertIn(f"--tenant {TENANT}", (self.folder / "az.said").read_text())

    def test_what_az_says_is_passed_on(self):
        for script, why in (("echo \"ERROR: Please run 'az login' to setup account.\" >&2; exit 1", "run 'az login'"),
                            ("echo 'ERROR: AADSTS700082: The refresh token has expired' >&2; exit 1", "AADSTS700082"),
                            ("echo '{}'", "az gave no token"), ("echo nonsense", "JSON"), ("exit 3", "it said nothing"),
                            ("yes", "printed more than")):
            with self.subTest(script=script):
                step, = self.run_steps({"path": self.az(script), "way": "cli"})["steps"]
                self.assertIn(why, step["why"])

    def test_only_absolute_folders_are_searched_for_az(self):
        step, = self.run_steps({"path": f"bin::.:{self.folder}/none", "way": "cli"})["steps"]
        self.assertIn("az is not installed", step["why"])

    # -- Device code

    def test_device_code(self):
        self.identity.pending = 3
        result = self.run_steps({"way": "device", "tenant": TENANT}, [ARM, GRAPH, ARM], speed=5000)
        self.assertEqual(self.claims(result["steps"][1])["aud"], GRAPH)
        line, = result["said"]
        self.assertEqual(line, "to sign in, open https://microsoft.com/devicelogin and enter the code ABCD-1234")
        kinds = [request.form.get("grant_type", "code").rsplit(":", 1)[-1] for request in self.entra.requests]
        self.assertEqual(kinds, ["code"] + ["device_code"] * 4 + ["refresh_token"]) # the person is asked once
        self.assertEqual(result["steps"][0]["token"], result["steps"][2]["token"])

    def test_a_declined_device_code_ends(self):
        self.identity.pending = 1
        original, self.identity.grant = self.identity.grant, lambda *a, **k: {}
        step, = self.run_steps({"way": "device", "tenant": TENANT}, speed=5000)["steps"]
        self.identity.grant = original
        self.assertIn("holds no token", step["why"])

    # -- Tokens in memory

    def test_a_token_is_asked_for_once_an_audience(self):
        result = self.run_steps(self.client(client_secret=SECRET), [ARM, GRAPH, ARM, GRAPH, ARM.upper()])
        self.assertEqual([self.claims(step)["number"] for step in result["steps"]], [1, 2, 1, 2, 1])

    def test_a_refused_token_is_replaced(self):
        result = self.run_steps(self.client(client_secret=SECRET), [ARM, {"audience": ARM, "was_refused": True}, ARM])
        self.assertEqual([self.claims(step)["number"] for step in result["steps"]], [1, 2, 2])

    def test_a_token_is_renewed_before_it_ends(self):
        self.identity.lifetime = 200 # holds, but for less than requests may take
        result = self.run_steps(self.client(client_secret=SECRET), [ARM, ARM])
        self.assertEqual([self.claims(step)["number"] for step in result["steps"]], [1, 2])

    def test_the_old_token_serves_while_the_new_one_is_refused(self):
        self.identity.lifetime = 200
        answer, count = self.identity.entra, [0]

        def once(server, request):
            count[0] += 1
            if count[0] > 1:
                self.identity.refusals = [(400, "temporarily_unavailable", "later")]
            answer(server, request)

        self.entra.close()
        self.entra = tls_server.Server(once, self.certificate)
        result = self.run_steps(self.client(client_secret=SECRET), [ARM, ARM, ARM])
        self.assertEqual([self.claims(step)["number"] for step in result["steps"]], [1, 1, 1])
        self.assertEqual(len(self.entra.requests), 2) # and the new one is not asked for each time
        count[0], self.identity.lifetime = 0, 10 # of no use any more
        result = self.run_steps(self.client(client_secret=SECRET), [ARM, ARM])
        self.assertFalse(result["steps"][1]["is_given"])
        self.assertIn("temporarily_unavailable", result["steps"][1]["why"])

    def test_nothing_set_up_says_what_each_way_lacks(self):
        step, = self.run_steps({})["steps"]
        for word in ("client secret: AZURE_CLIENT_SECRET is not set",
                     "certificate: AZURE_CLIENT_CERTIFICATE_PATH is not set",
                     "workload identity: AZURE_FEDERATED_TOKEN_FILE is not set", "no metadata service of Azure answers",
                     "Azure CLI: PATH is empty"):
            self.assertIn(word, step["why"])

    def test_a_login_that_is_not_there_or_not_trusted(self):
        folder = self.folder / "other"
        folder.mkdir()
        other = tls_server.Authority(folder)
        self.entra.close()
        self.entra = tls_server.Server(self.identity.entra, other.issue(*LOGINS.values()))
        step, = self.run_steps(self.client(client_secret=SECRET))["steps"]
        self.assertIn("certificate not trusted", step["why"])
        self.assertEqual(self.entra.requests, [])
        self.entra.close()
        step, = self.run_steps(self.client(client_secret=SECRET))["steps"]
        self.assertIn("unreachable", step["why"])


if __name__ == "__main__":
    if not PROGRAM.exists():
        print(f"{PROGRAM} was not built")
        raise SystemExit(77)
    unittest.main()
