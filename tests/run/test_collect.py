#!/usr/bin/env python3
"""Live sources against the fake cloud: what comes in, in which order, what faults and refusals make of it.

APLOMB_FAULT_SEEDS is how many schedules of faults are tried (4; `make faults` tries 200)."""
import concurrent.futures
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time
import unittest

ROOT = pathlib.Path(os.environ.get("APLOMB_ROOT", pathlib.Path(__file__).resolve().parents[2]))
APLOMB = os.environ.get("APLOMB", str(ROOT / "build" / "aplomb"))
SEEDS = int(os.environ.get("APLOMB_FAULT_SEEDS", "4"))
SOURCES = ["azure:", "entra:", "copilot-studio:", "purview:"]
OURS = ("azure", "entra", "power-platform", "purview")
CONTOSO = ROOT / "examples" / "contoso"
sys.path.insert(0, str(ROOT / "tests" / "fake-cloud"))

import cloud as clouds  # noqa: E402
import documents  # noqa: E402
import faults  # noqa: E402
import rates  # noqa: E402
import server as servers  # noqa: E402

# Documents of the folder that no call gives, with the reason.
NOT_READ = {
    "Microsoft.Web/sites/config": "application settings are never listed: they hold secrets",
    "Microsoft.Sql/servers/databases/transparentDataEncryption": "checked below: each database has one",
}


def run(cloud, words, environment=None, **options):
    """A command against the server of that cloud."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("AZURE_", "HTTPS_", "https_"))}
    return subprocess.run([APLOMB, *words, *cloud.options], capture_output=True, text=True,
                          env={**clean, **cloud.environment(), **(environment or {})}, **options)


def scan(words, cloud=None, codes=(0, 3)):
    """The result of a scan without its times and names of sources, as text."""
    words = ["scan", *map(str, words), "--no-store", "--format", "json", "--status", "all",
             "--now", "2026-11-25T00:00:00Z"]
    done = run(cloud, words) if cloud else subprocess.run([APLOMB, *words], capture_output=True, text=True)
    if done.returncode not in codes:
        raise AssertionError(f"exit {done.returncode}: {done.stderr}")
    result = json.loads(done.stdout)
    for member in ("id", "started", "finished", "sources"):
        del result["scan"][member]
    return result


def lines_of(path):
    raw = pathlib.Path(path).read_bytes()
    if raw[:4] == b"\x28\xb5\x2f\xfd":
        raw = subprocess.run(["zstd", "-dc", str(path)], capture_output=True, check=False).stdout
    return [json.loads(line) for line in raw.decode().splitlines()]


def without_times(lines):
    kept = []
    for line in lines:
        line = {k: v for k, v in line.items() if k not in ("read", "collected")}
        line.get("collect", {}).pop("began", None)
        line.get("collect", {}).pop("id", None)
        kept.append(json.dumps(line))
    return kept


class Tenant:
    """A served folder, and a place for files."""

    def __init__(self, folder=CONTOSO, seed=None, latency=0.0, **options):
        self.cloud = clouds.Cloud(documents.read(folder) if isinstance(folder, pathlib.Path) else folder, **options)
        self.server = servers.Server(self.cloud, faults.Faults(seed), latency)
        self.folder = tempfile.TemporaryDirectory(prefix="collect-")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.stop()
        self.folder.cleanup()

    def path(self, name):
        return pathlib.Path(self.folder.name) / name

    def collect(self, name="out.ndjson", *words, sources=SOURCES):
        done = run(self.server, ["collect", *sources, "--output", str(self.path(name)), *words])
        return done, self.path(name)

    def given(self, collected):
        """What the server gave, as a documents file: its own record, and what was listed or refused."""
        path = self.path("given.ndjson")
        told = [json.dumps(line) for line in lines_of(collected) if "listed" in line or "unread" in line]
        path.write_text("\n".join([*self.cloud.record(), *told]) + "\n")
        return path


class SameAsDisk(unittest.TestCase):
    def same(self, seed):
        with Tenant(seed=seed) as tenant:
            done, path = tenant.collect()
            if done.returncode != 3:
                return f"seed {seed}: exit {done.returncode}: {done.stderr}"
            if json.dumps(scan([path])) != json.dumps(scan([tenant.given(path)])):
                return f"seed {seed}: the scans differ"
            return None

    def test_every_schedule_of_faults_ends_in_the_same_scan(self):
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            wrong = [one for one in pool.map(self.same, [None, *range(1, SEEDS + 1)]) if one]
        self.assertEqual(wrong, [])

    def test_a_live_scan_is_a_collect_and_a_scan(self):
        with Tenant() as tenant:
            _, path = tenant.collect()
            self.assertEqual(json.dumps(scan(SOURCES, tenant.server)), json.dumps(scan([path])))

    def test_the_order_of_lines_does_not_depend_on_who_answered_first(self):
        with Tenant() as one, Tenant(seed=7, latency=0.002) as other:
            self.assertEqual(without_times(lines_of(one.collect()[1])), without_times(lines_of(other.collect()[1])))

    def test_everything_that_can_be_read_is(self):
        with Tenant() as tenant:
            tenant.collect()
            given = {(d.type.lower(), str(d.id).lower()) for pages in tenant.cloud.recorded.values()
                     for page in pages.values() for d in page}
            missing = {d.type for d in tenant.cloud.documents if (d.type.lower(), str(d.id).lower()) not in given}
            self.assertEqual(missing - set(NOT_READ), set())

    def test_it_finds_what_the_export_of_the_tenant_holds(self):
        def judged(result):
            return {(f["rule"], f["asset"].replace("://-/", f"://{documents.TENANT}/").lower()): f["status"]
                    for f in result["findings"]}

        with Tenant() as tenant:
            for told in documents.refused(CONTOSO):
                tenant.cloud.refuse(*told)
            tenant.cloud.fills = False
            live, disk = judged(scan([tenant.collect()[1]])), judged(scan([CONTOSO]))
        ours = {key: status for key, status in disk.items() if key[0].split("/")[0] in OURS and "file:" not in key[1]}
        missing = {key for key in ours if key not in live and not key[1].endswith("/config/appsettings")}
        self.assertEqual(missing, set())
        self.assertEqual({key: live[key] for key, status in ours.items() if live.get(key, status) != status}, {})
        self.assertGreater(len(ours), 500)

    def test_a_directory_that_was_read_whole_leaves_no_gap(self):
        with Tenant(directory(25)) as tenant:
            done, path = tenant.collect(sources=["entra:"])
            self.assertEqual(done.returncode, 0, [line for line in lines_of(path) if "unread" in line])
            found = scan([path], codes=(0,))
        self.assertEqual([row for row in found["coverage"] if row["state"] != "read"], [])
        ends = [link["from"].rsplit("/", 1)[1] for link in found["relations"] if link["type"] == "owns"]
        self.assertEqual(sorted(set(ends)), sorted(f"{n:08x}-0000-4000-8000-00000000000a" for n in range(25)))
        roles = {link["to"] for link in found["relations"] if link["type"] == "has-role"}
        self.assertEqual(len(roles), 25)

    def test_what_was_listed_is_counted(self):
        with Tenant() as tenant:
            _, path = tenant.collect()
            counted = 0
            for line in lines_of(path):
                if line.get("listed") not in (None, *NOT_READ) and line["of"].startswith("/subscriptions/"):
                    start = line["of"].lower() + "/"
                    below = [d for i, d in tenant.cloud.by_id.items() if i.startswith(start)
                             and d.type.lower() == line["listed"].lower()]
                    counted += line["count"]
                    self.assertIn(line["count"], (len(below), 1 if below else 0), line)  # or the one that was asked for
            self.assertGreater(counted, 50)


class Refused(unittest.TestCase):
    def test_only_its_coverage_and_manual_findings_differ(self):
        kind = "Microsoft.Storage/storageAccounts/blobServices"
        scope = "22222222-2222-2222-2222-222222222222"
        with Tenant() as tenant:
            whole = scan([tenant.collect()[1]])
            tenant.cloud.refusals.append((rf"/subscriptions/{scope}/.*/blobServices$", 403, "AuthorizationFailed"))
            done, path = tenant.collect("refused.ndjson")
            refused = scan([path])
        self.assertEqual(done.returncode, 3)
        rows = [{json.dumps(row) for row in one["coverage"]} for one in (whole, refused)]
        changed = [json.loads(row) for row in rows[0] ^ rows[1]]
        self.assertEqual({(row["type"], row["scope"]) for row in changed}, {(kind, scope)})
        unread = [row for row in refused["coverage"] if row["type"] == kind and row["scope"] == scope]
        self.assertEqual([(row["state"], row["needs"]) for row in unread], [("unread", kind + "/read")])
        self.assertIn("403 AuthorizationFailed", unread[0]["why"])
        before = {f["id"]: f for f in whole["findings"]}
        after = {f["id"]: f for f in refused["findings"]}
        self.assertEqual(set(before), set(after))
        different = [i for i in before if before[i]["status"] != after[i]["status"]]
        self.assertTrue(different)
        self.assertEqual({after[i]["status"] for i in different}, {"manual"})
        self.assertEqual({after[i]["check"] for i in different}, {"backup-model-data"})

    def test_each_kind_of_refusal_is_said_with_its_reason(self):
        where = [(r"GET management.*/deployments$", 401, "InvalidAuthenticationToken"),
                 (r"/agents$", 403, "Forbidden"), (r"/raiPolicies$", 404, "ResourceNotFound"),
                 (r"GET management.*/computes$", 500, "InternalServerError")]
        with Tenant() as tenant:
            tenant.cloud.refusals.extend(where)
            _, path = tenant.collect(sources=["azure:"])
            why = {line["unread"].rsplit("/", 1)[-1]: line["why"] for line in lines_of(path) if "unread" in line}
        for name, status in (("deployments", "401"), ("agents", "403"), ("raiPolicies", "404"), ("computes", "500")):
            self.assertIn(status, why.get(name, ""), name)

    def test_no_sign_in_is_a_failure_in_one_line(self):
        with Tenant() as tenant:
            done = run(tenant.server, ["collect", "azure:", "--output", str(tenant.path("none"))],
                       {"AZURE_CLIENT_SECRET": "Tr0ub4dor"})
        self.assertEqual(done.returncode, 2)
        self.assertNotIn("Tr0ub4dor", done.stderr)
        self.assertEqual(len(done.stderr.strip().splitlines()), 1, done.stderr)


class Protocol(unittest.TestCase):
    def test_tokens_are_renewed_on_the_way(self):
        with Tenant(token_uses=120) as tenant:  # more than are in flight at once
            done, path = tenant.collect()
            self.assertEqual(done.returncode, 3, done.stderr)
            self.assertFalse([line for line in lines_of(path) if "401" in line.get("why", "")])
            audiences = [audience for audience, _ in tenant.cloud.tokens.values()]
            self.assertGreater(audiences.count("https://management.azure.com"), 3)

    def test_a_version_that_the_tenant_does_not_take_is_not_asked_for(self):
        kind = "microsoft.cognitiveservices/accounts/deployments"
        with Tenant(versions={kind: ["2024-10-01"]}) as tenant:
            _, path = tenant.collect(sources=["azure:"])
            found = [line for line in lines_of(path) if line.get("type", "").lower() == kind]
            self.assertTrue(found)
            self.assertEqual({line["api"] for line in found}, {"2024-10-01"})
            asked = [key for key in tenant.server.attempts if re.search(r"/accounts/[^/]+/deployments\?", key)]
            self.assertTrue(asked)
            self.assertFalse([key for key in asked if "2024-10-01" not in key])

    def test_a_version_is_given_up_when_it_is_refused(self):
        kind = "microsoft.cognitiveservices/accounts/deployments"
        with Tenant(versions={kind: ["2024-10-01"]}) as tenant:
            tenant.cloud.refusals.append((r"/subscriptions/[^/]+/providers$", 403, "AuthorizationFailed"))
            _, path = tenant.collect(sources=["azure:"])
            found = [line["api"] for line in lines_of(path) if line.get("type", "").lower() == kind]
            self.assertEqual(set(found), {"2024-10-01"})

    def test_pages_that_go_round_are_left(self):
        with Tenant() as tenant:
            tenant.cloud.goes_round = True
            _, path = tenant.collect(sources=["azure:"])
            why = [line["why"] for line in lines_of(path) if line.get("unread", "").endswith("/projects/agents")]
            self.assertEqual(why, ["its pages lead back to one that was read"])

    def test_no_request_lists_keys_or_writes(self):
        with Tenant() as tenant:
            tenant.collect()
            for key in tenant.server.attempts:
                method, url = key.split(" ", 2)[:2]
                self.assertIn(method, ("GET", "POST"))
                path = url.split("?")[0].rsplit("/", 1)[-1].lower()
                self.assertFalse(re.match(r"(list|regenerate).*(key|secret|sas|credential)", path), key)
                if method == "POST":
                    self.assertIn(path, ("token", "resources", "query", "runhuntingquery", "$batch"), key)

    def test_published_rates_are_kept(self):
        with Tenant(many(40, 6), rates=rates.Rates(burst=250, per_second=25)) as tenant:
            done, path = tenant.collect(sources=["azure:"])
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(tenant.cloud.counts.get("throttled", 0), 0)
            found = {line["id"].lower() for line in lines_of(path) if "body" in line and line["id"].startswith("/sub")}
        self.assertEqual(found, set(tenant.cloud.by_id))

    def test_offline_and_unknown_sources_are_refused(self):
        refused = [(["scan", "azure:", "--offline"], "--offline"), (["scan", "azrue:"], "azure"),
                   (["collect", "azure:", "entra:x", "--output", "x"], "entra"), (["collect", "azure:"], "--output")]
        for words, said in refused:
            done = subprocess.run([APLOMB, *words], capture_output=True, text=True)
            self.assertEqual(done.returncode, 2, words)
            self.assertIn(said, done.stderr)


def directory(owners):
    """A directory with an application and a principal that have more owners and roles than an expansion gives."""
    def one(kind, identity, **body):
        return documents.Document("entra", "microsoft.graph." + kind, None, {"id": identity, **body})

    users = [f"{n:08x}-0000-4000-8000-00000000000a" for n in range(owners)]
    apis = [f"{n:08x}-0000-4000-8000-00000000000b" for n in range(owners)]
    app = "00000000-0000-4000-8000-0000000000aa"
    return [
        one("organization", documents.TENANT, displayName="Contoso", verifiedDomains=[], tenantType="AAD"),
        *(one("user", u, displayName=u[:8], userPrincipalName=f"{u[:8]}@contoso.com", userType="Member",
              accountEnabled=True) for u in users),  # none of them ever signed in
        *(one("servicePrincipal", a, appId=a, servicePrincipalType="Application", accountEnabled=True) for a in apis),
        one("servicePrincipal", app[:-2] + "ab", appId=app, servicePrincipalType="Application", accountEnabled=True,
            owners=[{"id": u} for u in users],
            appRoleAssignments=[{"id": a[:8], "resourceId": a, "appRoleId": a} for a in apis]),
        one("application", app[:-2] + "ac", appId=app, publisherDomain="contoso.com", signInAudience="AzureADMyOrg",
            web={}, passwordCredentials=[], owners=[{"id": u} for u in users]),
    ]


def many(subscriptions, accounts):
    """A tenant of many small subscriptions: resource groups, accounts with deployments."""
    found = []

    def add(native, identity, **body):
        body = {"id": identity, "name": identity.rsplit("/", 1)[1], "type": native.lower(), **body}
        found.append(documents.Document("azure", native, identity, body))

    for s in range(subscriptions):
        scope = f"/subscriptions/{s:08x}-0000-4000-8000-000000000000"
        add("Microsoft.Resources/subscriptions", scope, subscriptionId=scope[15:])
        group = scope + "/resourceGroups/rg"
        add("Microsoft.Resources/resourceGroups", group, location="westeurope")
        for a in range(accounts):
            account = f"{group}/providers/Microsoft.CognitiveServices/accounts/a{s}x{a}"
            add("Microsoft.CognitiveServices/accounts", account, kind="SpeechServices", location="westeurope",
                properties={"publicNetworkAccess": "Disabled"})
            add("Microsoft.CognitiveServices/accounts/deployments", account + "/deployments/d",
                properties={"model": {"format": "OpenAI", "name": "gpt-4o", "version": "1"}})
    return found


class BrokenOff(unittest.TestCase):
    def start(self, tenant, name):
        clean = {k: v for k, v in os.environ.items() if not k.startswith("AZURE_")}
        words = ["collect", *SOURCES, "--output", str(tenant.path(name)), *tenant.server.options]
        return subprocess.Popen([APLOMB, *words], env={**clean, **tenant.server.environment()},
                                stderr=subprocess.PIPE, text=True)

    def broken(self, tenant, name, number, requests):
        with self.start(tenant, name) as process:
            while tenant.server.served < requests and process.poll() is None:
                time.sleep(0.005)
            process.send_signal(number)
            return process.wait(), process.stderr.read()

    def resumed(self, name, number):
        with Tenant(latency=0.004) as tenant:
            whole = without_times(lines_of(tenant.collect("whole.ndjson")[1]))
            tenant.server.served = 0
            self.broken(tenant, name, number, 350)
            left = without_times(lines_of(tenant.path(name)))
            self.assertLess(len(left), len(whole))
            tenant.server.served = 0
            done, path = tenant.collect(name, "--resume")
            self.assertEqual(done.returncode, 3, done.stderr)
            self.assertEqual(without_times(lines_of(path)), whole)
            again, _ = tenant.collect(name, "--resume")
            self.assertEqual(again.returncode, 3, again.stderr)
            self.assertEqual(without_times(lines_of(path)), whole)

    def test_killed_and_resumed_it_is_as_if_nothing_had_been(self):
        self.resumed("killed.ndjson", signal.SIGKILL)

    def test_the_same_for_a_packed_file(self):
        self.resumed("killed.ndjson.zst", signal.SIGKILL)

    def test_interrupted_it_keeps_what_it_has_and_says_what_it_has_not(self):
        for name in ("interrupted.ndjson", "interrupted.ndjson.zst"):
            with Tenant(latency=0.004) as tenant:
                code, said = self.broken(tenant, name, signal.SIGINT, 350)
                self.assertEqual(code, 3, said)
                self.assertIn("interrupted", said)
                result = scan([tenant.path(name)], codes=(3,))
                rows = {(row["type"], row["state"]) for row in result["coverage"]}
                self.assertIn(("end of the collect", "unread"), rows)
                self.assertGreater(result["summary"]["assets"], 20)
            self.resumed(name, signal.SIGINT)

    def test_a_torn_file_is_unread_from_there_on(self):
        with Tenant() as tenant:
            _, path = tenant.collect("whole.ndjson")
            self.assertNotIn("end of the collect", {row["type"] for row in scan([path])["coverage"]})
            path.write_text("".join(path.read_text().splitlines(keepends=True)[:100]))
            rows = [row for row in scan([path], codes=(3,))["coverage"] if row["type"] == "end of the collect"]
            self.assertEqual([row["state"] for row in rows], ["unread"])

    def test_another_collect_is_not_resumed(self):
        with Tenant() as tenant:
            tenant.collect("out.ndjson", sources=["azure:"])
            done, _ = tenant.collect("out.ndjson", "--resume", sources=["entra:"])
            self.assertEqual(done.returncode, 2)
            self.assertIn("azure:", done.stderr)


class Format(unittest.TestCase):
    def test_lines_are_documents_of_the_schema(self):
        import jsonschema
        schema = json.loads((ROOT / "docs" / "schemas" / "document.v1.json").read_text())
        check = jsonschema.Draft202012Validator(schema)
        with Tenant() as tenant:
            for line in lines_of(tenant.collect()[1]):
                self.assertEqual([error.message for error in check.iter_errors(line)], [], line)


if __name__ == "__main__":
    unittest.main(verbosity=1)
