#!/usr/bin/env python3
"""Runs the program and holds everything that it prints against the contract.

Outputs against the schemas of docs/schemas and the official SARIF schema; the same bytes twice and on any number of
threads; exit codes; wrong usage; files, pipes, full disks, terminals. Works in a folder of its own and leaves nothing.
Arguments choose test cases, as with every unittest program."""
import contextlib
import csv
import fcntl
import io
import json
import os
import pathlib
import pty
import re
import stat
import struct
import subprocess
import sys
import tempfile
import termios
import unittest
import warnings

warnings.simplefilter("ignore", DeprecationWarning)
import jsonschema  # noqa: E402

ROOT = pathlib.Path(os.environ.get("APLOMB_ROOT", pathlib.Path(__file__).resolve().parents[2]))
APLOMB = os.path.abspath(os.environ.get("APLOMB", ROOT / "build" / "aplomb"))
SCHEMAS = {path.name: json.loads(path.read_text()) for path in (ROOT / "docs" / "schemas").glob("*.json")}
SARIF = json.loads((ROOT / "tests" / "schemas" / "sarif-schema-2.1.0.json").read_text())
CASES = ROOT / "services" / "azure" / "ai-services" / "cases"
CONTOSO = ROOT / "examples" / "contoso"
SOURCES = [CASES] + ([CONTOSO] if CONTOSO.exists() else [])
ESCAPE = re.compile(r"\x1b\[[0-9;]*m")

ACCOUNT = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg/providers" \
          "/Microsoft.CognitiveServices/accounts/"


def account(name, **properties):
    return {"id": ACCOUNT + name, "name": name, "type": "Microsoft.CognitiveServices/accounts", "kind": "OpenAI",
            "location": "westeurope", "properties": {"provisioningState": "Succeeded", **properties}}


def errors_of(schema, value):
    """The first faults of a value by one of our schemas."""
    resolver = jsonschema.RefResolver(schema["$id"], schema, store=SCHEMAS)
    validator = jsonschema.Draft202012Validator(schema, resolver=resolver)
    return [f"{list(error.path)}: {error.message[:200]}" for _, error in zip(range(5), validator.iter_errors(value))]


class Folder(unittest.TestCase):
    """Each test has an empty working folder and a clean environment."""

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.at = pathlib.Path(self.folder.name)

    def run_aplomb(self, *words, env=None, stdin=None, stdout=None):
        environment = {key: value for key, value in os.environ.items()
                       if key not in ("NO_COLOR", "COLUMNS", "TERM", "APLOMB_STORE", "LC_ALL", "LANG", "LC_CTYPE")}
        environment.update({"LC_ALL": "C.UTF-8"}, **(env or {}))
        return subprocess.run([APLOMB, *map(str, words)], cwd=self.at, env=environment, input=stdin,
                              stdout=stdout or subprocess.PIPE, stderr=subprocess.PIPE, timeout=120)

    def give(self, *words, exit_codes=(0, 3), **options):
        """Standard output as text; the exit code must be one of those that mean success."""
        done = self.run_aplomb(*words, **options)
        self.assertIn(done.returncode, exit_codes, done.stderr.decode())
        return done.stdout.decode() if done.stdout is not None else ""

    def refuse(self, *words, says, **options):
        """Exit 2 with one line on standard error that says the texts."""
        done = self.run_aplomb(*words, **options)
        message = done.stderr.decode()
        self.assertEqual(done.returncode, 2, message)
        self.assertEqual(message.count("\n"), 1, message)
        for text in [says] if isinstance(says, str) else says:
            self.assertIn(text, message)
        return message

    def write(self, name, value):
        path = self.at / name
        path.write_text(value if isinstance(value, str) else json.dumps(value))
        return path

    def valid(self, value, schema=None):
        schema = schema or SCHEMAS[value["schema"] + ".json"]
        self.assertEqual(errors_of(schema, value), [])

    def valid_sarif(self, text):
        value = json.loads(text)
        faults = [f"{list(error.path)}: {error.message[:200]}"
                  for error in jsonschema.Draft4Validator(SARIF).iter_errors(value)]
        self.assertEqual(faults[:5], [])
        return value


class Schemas(Folder):
    def test_schemas_are_schemas(self):
        for schema in SCHEMAS.values():
            jsonschema.Draft202012Validator.check_schema(schema)

    def test_scan_json(self):
        for source in SOURCES:
            result = json.loads(self.give("scan", source, "--no-store", "--status", "all", "-f", "json"))
            self.valid(result)
            self.assertEqual(list(result), ["schema", "scan", "summary", "assets", "relations", "findings", "paths",
                                            "score", "coverage"])
            self.assertEqual(result["summary"]["assets"], sum(asset["read"] for asset in result["assets"]))
            self.assertEqual(result["summary"]["ai_assets"],
                             sum(asset["read"] and asset["ai"] for asset in result["assets"]))
            for severity, count in result["summary"]["findings"].items():
                self.assertEqual(count, sum(finding["status"] == "fail" and finding["severity"] == severity
                                            for finding in result["findings"]))
            self.assertEqual(result["scan"]["documents"], sum(row["count"] for row in result["coverage"]))

    def test_attack_paths(self):
        """Steps join, both ends and all fixes exist, levels follow risk, the riskiest comes first."""
        result = json.loads(self.give("scan", CONTOSO, "--no-store", "-f", "json"))
        assets = {asset["id"] for asset in result["assets"]}
        failed = {finding["id"] for finding in result["findings"] if finding["status"] == "fail"}
        self.assertGreater(len(result["paths"]), 0)
        self.assertEqual(result["summary"]["paths"], len(result["paths"]))
        risks = [path["risk"] for path in result["paths"]]
        self.assertEqual(risks, sorted(risks, reverse=True))
        for path in result["paths"]:
            steps = path["steps"]
            self.assertEqual((steps[0]["from"], steps[-1]["to"]), (path["entry"], path["target"]))
            self.assertTrue(all(a["to"] == b["from"] for a, b in zip(steps, steps[1:])))
            self.assertTrue(all({step["from"], step["to"]} <= assets for step in steps))
            self.assertTrue(all(("technique" in step) != ("relation" in step) for step in steps))
            self.assertLessEqual(set(path["fixes"]), failed)
            level = next(name for least, name in ((75, "critical"), (50, "high"), (25, "medium"), (0, "low"))
                         if path["risk"] >= least - 0.05)
            self.assertEqual(path["level"], level)

    def test_path_views(self):
        """paths, its formats, what-if and steps; the store gives back what the scan found."""
        paths = json.loads(self.give("paths", CONTOSO, "-f", "json"))
        self.valid(paths)
        self.assertGreater(len(paths["choke_points"]), 0)
        for line in self.give("paths", CONTOSO, "-f", "jsonl").splitlines():
            self.valid(json.loads(line), SCHEMAS["aplomb.lines.v1.json"])
        self.assertIn("digraph", self.give("paths", CONTOSO, "-f", "dot"))
        self.assertIn("flowchart", self.give("paths", CONTOSO, "-f", "mermaid"))
        layer = json.loads(self.give("paths", CONTOSO, "-f", "navigator"))
        self.assertTrue(all(row["techniqueID"].startswith("AML.") for row in layer["techniques"]))
        self.valid(json.loads(self.give("paths", CONTOSO, "--edges", "-f", "json")))
        self.valid(json.loads(self.give("techniques", "-f", "json")))
        self.give("scan", CONTOSO, "-q")
        stored = json.loads(self.give("paths", "-f", "json"))
        self.assertEqual((stored["paths"], stored["choke_points"]), (paths["paths"], paths["choke_points"]))
        score = json.loads(self.give("score", "-f", "json"))
        self.valid(score)
        self.assertEqual(score["score"], json.loads(self.give("score", CONTOSO, "-f", "json"))["score"])
        self.assertEqual(self.give("paths", "--edges", "-f", "json"),
                         self.give("paths", CONTOSO, "--edges", "-f", "json"))

    def test_what_if(self):
        """Fixing the first choke point breaks paths that rest on it and never lowers the score."""
        paths = json.loads(self.give("paths", CONTOSO, "-f", "json"))
        fix = paths["choke_points"][0]["finding"]
        result = json.loads(self.give("paths", CONTOSO, "--what-if", fix, "-f", "json"))
        self.valid(result)
        self.assertEqual(result["fixes"], [fix])
        self.assertGreater(len(result["broken"]), 0)
        self.assertGreaterEqual(result["score"]["after"], result["score"]["before"])
        left = {path["id"] for path in result["paths"]}
        self.assertFalse(left & set(result["broken"]))
        self.assertFalse(any(fix in step["fixes"] and fix in path["fixes"]
                             for path in result["paths"] for step in path["steps"]))
        self.refuse("paths", CONTOSO, "--what-if", "no-such-check", says="no-such-check")
        self.give("scan", CONTOSO, "-q")
        self.assertEqual(json.loads(self.give("paths", "--what-if", fix, "-f", "json")), result)
        self.refuse("paths", "--what-if", "no-such-check", says="no-such-check")

    def test_graph_of_a_snapshot(self):
        """The graph comes out of the store as the scan had it: what hung on secrets too, which no store keeps."""
        for case in ("X08-key-in-settings", "AZN4-app-prompts-deployment", "relation-container-app-reader",
                     "relation-workflow-reader", "relation-foreign-application"):
            source = str(ROOT / "techniques" / "cases" / case / "holds")
            with self.subTest(case), tempfile.TemporaryDirectory() as folder:
                store = str(pathlib.Path(folder) / "aplomb.db")
                self.give("scan", source, "-q", "--store", store)
                self.assertEqual(self.give("paths", "--edges", "-f", "json", "--store", store),
                                 self.give("paths", source, "--edges", "-f", "json"))

    def test_order_and_references(self):
        result = json.loads(self.give("scan", CASES, "--no-store", "--status", "all", "-f", "json"))
        ids = {asset["id"] for asset in result["assets"]}
        for relation in result["relations"]:
            self.assertLessEqual({relation["from"], relation["to"]}, ids)
        rank = ["critical", "high", "medium", "low", "info"]
        keys = [(rank.index(finding["severity"]), finding["rule"]) for finding in result["findings"]]
        self.assertEqual(keys, sorted(keys))
        self.assertEqual(len({(finding["rule"], finding["asset"]) for finding in result["findings"]}),
                         len(result["findings"]))
        self.assertLessEqual({finding["asset"] for finding in result["findings"]}, ids)
        for finding in result["findings"]:
            self.assertEqual(finding["remediation"]["commands"],
                             [command for command in finding["remediation"]["commands"] if "{id}" not in command])

    def test_manual_names_the_permission_or_the_reason(self):
        result = json.loads(self.give("scan", CASES, "--no-store", "--status", "manual", "-f", "json"))
        self.assertTrue(result["findings"])
        for finding in result["findings"]:
            self.assertEqual(finding["status"], "manual")
            self.assertTrue(finding["reason"] or finding["needs"])

    def test_inventory_and_findings_json(self):
        for command in ("inventory", "findings"):
            for source in SOURCES:
                self.valid(json.loads(self.give(command, source, "-f", "json")))

    def test_jsonl(self):
        for command in ("scan", "inventory", "findings"):
            words = [command, CASES, "-f", "jsonl"] + (["--no-store"] if command == "scan" else [])
            lines = [json.loads(line) for line in self.give(*words).splitlines()]
            for line in lines:
                self.valid(line, SCHEMAS["aplomb.lines.v1.json"])
                self.assertEqual(next(iter(line)), "record")
            self.assertEqual(lines[0]["record"], "scan")

    def test_jsonl_and_json_hold_the_same(self):
        whole = json.loads(self.give("scan", CASES, "--no-store", "-f", "json"))
        lines = [json.loads(line) for line in self.give("scan", CASES, "--no-store", "-f", "jsonl").splitlines()]
        for record, member in (("asset", "assets"), ("relation", "relations"), ("finding", "findings"),
                               ("coverage", "coverage")):
            rows = [{key: value for key, value in line.items() if key != "record"}
                    for line in lines if line["record"] == record]
            self.assertEqual(rows, whole[member])

    def test_content_lists(self):
        for command in ("checks", "services", "frameworks"):
            value = json.loads(self.give(command, "-f", "json"))
            self.valid(value)
            self.assertTrue(value[command])
            for line in self.give(command, "-f", "jsonl").splitlines():
                json.loads(line)

    def test_sarif(self):
        for source in SOURCES:
            for status in ("fail,manual,error", "all"):
                value = self.valid_sarif(self.give("scan", source, "--no-store", "--status", status, "-f", "sarif"))
                run = value["runs"][0]
                rules = run["tool"]["driver"]["rules"]
                for result in run["results"]:
                    self.assertEqual(rules[result["ruleIndex"]]["id"], result["ruleId"])
                    self.assertEqual(result["level"] == "none", result["kind"] != "fail")
                    self.assertRegex(result["partialFingerprints"]["aplombFinding/v1"], "^[0-9a-f]{32}$")
                for rule in rules:
                    self.assertGreaterEqual(float(rule["properties"]["security-severity"]), 0)
                self.assertEqual(len(rules), len({rule["id"] for rule in rules}))

    def test_sarif_suppresses_what_is_muted(self):
        self.write("accounts.json", [account("chat", disableLocalAuth=False), account("other")])
        self.write("mute.yaml", "- {check: ai-local-auth-disabled, asset: '*chat', owner: me, reason: agreed, "
                                "expiry: '2999-01-01'}\n")
        value = self.valid_sarif(self.give("scan", "accounts.json", "--no-store", "--mute", "mute.yaml",
                                           "--status", "all", "-c", "ai-local-auth-disabled", "-f", "sarif"))
        suppressed = [result for result in value["runs"][0]["results"] if "suppressions" in result]
        self.assertEqual(len(suppressed), 1)
        self.assertIn("agreed", suppressed[0]["suppressions"][0]["justification"])

    def test_csv(self):
        for command, words in (("findings", ["severity", "id", "asset"]), ("inventory", ["kind", "id", "type"])):
            text = self.run_aplomb(command, CASES, "-f", "csv").stdout.decode()
            rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
            self.assertLessEqual(set(words), set(rows[0]))
            self.assertGreater(len(rows), 1)
            self.assertEqual({len(row) for row in rows}, {len(rows[0])})
            for row in rows[1:]:
                for cell in row:
                    self.assertNotRegex(cell, r"\A[=+@\t\r]")

    def test_explain_json(self):
        self.give("scan", CASES)
        findings = json.loads(self.give("findings", "-f", "json"))["findings"]
        words = [findings[0]["id"], findings[0]["id"][:12], findings[0]["asset"], findings[0]["check"],
                 findings[0]["rule"], "ai-service"]
        for word, what in zip(words, ["finding", "finding", "asset", "check", "check", "kind"]):
            value = json.loads(self.give("explain", word, "-f", "json"))
            self.valid(value)
            self.assertEqual(value["is"], what)
        asset = json.loads(self.give("explain", findings[0]["asset"], "-f", "json"))
        self.assertEqual(asset["body"]["id"].lower(), findings[0]["asset"].lower())
        self.assertTrue(asset["history"]["asset"])
        in_memory = json.loads(self.give("explain", findings[0]["asset"], CASES, "-f", "json"))
        self.assertEqual(in_memory["body"]["id"].lower(), findings[0]["asset"].lower())

    def test_policy_eval(self):
        self.write("accounts.json", [account("open", publicNetworkAccess="Enabled"), account("shut")])
        self.write("deny.json", {"name": "no-public", "properties": {"policyRule": {
            "if": {"allOf": [{"field": "type", "equals": "Microsoft.CognitiveServices/accounts"},
                             {"field": "properties.publicNetworkAccess", "equals": "Enabled"}]},
            "then": {"effect": "deny"}}}})
        lines = [json.loads(line) for line in
                 self.give("policy", "eval", "--definition", "deny.json", "accounts.json").splitlines()]
        for line in lines:
            self.valid(line, SCHEMAS["policy-eval.v1.json"])
            self.assertEqual(list(line), ["policy", "resource", "state", "effect", "reason"])
        self.assertEqual({(line["resource"].rsplit("/", 1)[1], line["state"]) for line in lines},
                         {("open", "noncompliant"), ("shut", "compliant")})

    def test_policy_lint(self):
        self.write("good.json", {"policyRule": {"if": {"field": "type", "equals": "Microsoft.Search/searchServices"},
                                                "then": {"effect": "audit"}}})
        self.write("bad.json", {"policyRule": {"if": {"field": "type", "eqals": "x"}, "then": {"effect": "audit"}}})
        self.give("policy", "lint", "good.json", exit_codes=(0,))
        done = self.run_aplomb("policy", "lint", "good.json", "bad.json")
        self.assertEqual(done.returncode, 2)
        self.assertIn("bad.json: error", done.stdout.decode())
        self.assertIn("equals", done.stdout.decode())


class Determinism(Folder):
    @staticmethod
    def without_times(text):
        """The bytes with the scan's own id and times blanked, which are all that may differ."""
        text = re.sub(r'"(started|finished|startTimeUtc|endTimeUtc)":"[^"]*"', r'"\1":""', text)
        return re.sub(r'(\{"record":"scan",.*?"id":|"scan":\{"id":)"[0-9a-f]*"', r'\1""', text)

    def test_same_bytes(self):
        for source in SOURCES:
            for name in ("json", "jsonl", "csv", "markdown", "sarif"):
                words = ("scan", source, "--no-store", "--status", "all", "-f", name)
                first = self.without_times(self.give(*words, "--jobs", "1"))
                for jobs in ("1", "2", "4"):
                    self.assertEqual(self.without_times(self.give(*words, "--jobs", jobs)), first, (name, jobs))

    def test_order_of_sources_does_not_matter(self):
        self.write("a.json", [account("one"), account("two")])
        self.write("b.json", [account("three")])
        there = json.loads(self.give("inventory", "a.json", "b.json", "-f", "json"))
        back = json.loads(self.give("inventory", "b.json", "a.json", "-f", "json"))
        self.assertEqual(there["assets"], back["assets"])

    def test_stored_equals_shown(self):
        shown = json.loads(self.give("scan", CASES, "-f", "json"))
        stored = json.loads(self.give("findings", "-f", "json"))
        for member in ("scan", "summary", "findings", "coverage"):
            self.assertEqual(stored[member], shown[member], member)
        inventory = json.loads(self.give("inventory", "-f", "json"))
        for member in ("assets", "relations"):
            self.assertEqual(sorted(map(json.dumps, inventory[member])), sorted(map(json.dumps, shown[member])), member)


class ExitCodes(Folder):
    def setUp(self):
        super().setUp()
        self.write("open.json", [account("chat", disableLocalAuth=False, publicNetworkAccess="Enabled")])
        self.write("unread.ndjson", json.dumps({"source": "azure", "scope": "x", "why": "403", "needs": "read",
                                                "unread": "Microsoft.CognitiveServices/accounts/raiPolicies"}) + "\n")
        self.write("other.json", {"some": "thing"})

    def code(self, *words, **options):
        return self.run_aplomb(*words, **options).returncode

    def test_codes(self):
        self.assertEqual(self.code("scan", "open.json", "--no-store"), 0)
        self.assertEqual(self.code("scan", "other.json", "--no-store"), 0)
        self.assertEqual(self.code("scan", "open.json", "--no-store", "--fail-on", "high"), 1)
        self.assertEqual(self.code("scan", "open.json", "--no-store", "--fail-on", "critical"), 0)
        self.assertEqual(self.code("scan", "unread.ndjson", "--no-store"), 3)
        self.assertEqual(self.code("scan", "unread.ndjson", "open.json", "--no-store", "--fail-on", "high"), 1)
        self.assertEqual(self.code("scan", "nowhere.json", "--no-store"), 2)
        self.assertEqual(self.code("inventory", "unread.ndjson"), 3)

    def test_gate_asks_the_chosen_checks_whatever_is_listed(self):
        words = ("scan", "open.json", "--no-store", "--fail-on", "high")
        self.assertEqual(self.code(*words, "--status", "pass"), 1)
        self.assertEqual(self.code(*words, "--severity", "info"), 1)
        self.assertEqual(self.code(*words, "--check", "diagnostic-logs-on", "--fail-on", "critical"), 0)
        last = self.run_aplomb(*words).stderr.decode().splitlines()[-1]
        self.assertIn("--fail-on high", last)

    def test_empty_inventory_says_so(self):
        self.assertIn("Nothing was recognised", self.give("scan", "other.json", "--no-store"))

    def test_store_failure_still_shows_the_result(self):
        done = self.run_aplomb("scan", "open.json", "--store", "no/such/folder/x.db", "-f", "json")
        self.assertEqual(done.returncode, 2)
        self.valid(json.loads(done.stdout))

    def test_second_scan_of_the_same(self):
        self.give("scan", "open.json")
        self.give("scan", "open.json")
        value = json.loads(self.give("history", "-f", "json"))
        self.valid(value)
        self.assertEqual(len(value["snapshots"]), 2)
        older = value["snapshots"][1]["id"]
        self.assertEqual(json.loads(self.give("findings", "--snapshot", older[:10], "-f", "json"))["scan"]["id"], older)

    def test_store_from_the_environment(self):
        self.give("scan", "open.json", env={"APLOMB_STORE": "mine.db"})
        self.assertTrue((self.at / "mine.db").exists())
        self.assertFalse((self.at / "aplomb.db").exists())


class Usage(Folder):
    def test_wrong_usage_is_one_line(self):
        self.refuse("scna", says='"scan"')
        self.refuse("pathz", says="no command")
        self.refuse("policy", says="policy eval")
        self.refuse("scan", "--fromat", "json", says=["--format", "see aplomb scan --help"])
        self.refuse("scan", "--format", "jsom", says='"json"')
        self.refuse("scan", "--format", "json=", says="names no file")
        self.refuse("scan", "--format", "json", "--format", "csv", says="standard output")
        self.refuse("inventory", "--format", "sarif", says="sarif cannot show")
        self.refuse("scan", ".", "--severity", "hihg", says='"high"')
        self.refuse("scan", ".", "--status", "fial", says='"fail"')
        self.refuse("scan", ".", "--check", "ai-local-auth-disable", says="ai-local-auth-disabled")
        self.refuse("scan", ".", "--framework", "ISO4201", says="ISO42001")
        self.refuse("scan", ".", "--fail-on", "severe", says="critical high")
        self.refuse("scan", ".", "--jobs", "0", says="--jobs")
        self.refuse("scan", ".", "--store", "a.db", "--no-store", says="--no-store")
        self.refuse("scan", "nowhere", "--no-store", says="nowhere")
        self.refuse("scan", "azure:", "--offline", "--no-store", says="--offline")
        self.refuse("inventory", "--kind", "ai-servise", says="ai-service")
        self.refuse("findings", says=["no snapshot yet", "aplomb scan"])
        self.refuse("findings", ".", "--snapshot", "x", says="--snapshot")
        self.refuse("explain", says="ID")
        self.refuse("explain", "ai-local-auth-disable", says="ai-local-auth-disabled")
        self.refuse("history", "x", says='no "x"')
        self.refuse("policy", "eval", "x.json", says="--definition")
        self.refuse("completions", "tcsh", says="fish")

    def test_message_cannot_act_on_a_terminal(self):
        self.assertNotIn("\x1b", self.refuse("scan", "\x1b[2Jx", "--no-store", says="\\x1b[2Jx"))
        self.assertNotIn("\x1b", self.refuse("\x1b[2J", says="no command"))

    def test_help(self):
        self.assertIn("Commands", self.give())
        self.assertEqual(self.give("--help"), self.give("help"))
        self.assertRegex(self.give("--version"), r"^aplomb \d+\.\d+\.\d+\n$")
        for name in ("scan", "inventory", "findings", "explain", "checks", "services", "frameworks", "history",
                     "policy eval", "policy lint", "doctor", "version", "help"):
            text = self.give(*name.split(), "--help")
            self.assertIn(f"aplomb {name}", text)
            self.assertIn("Examples", text)
            self.assertEqual(text, self.give("help", *name.split()))
            for line in self.give(*name.split(), "--help", env={"COLUMNS": "80"}).splitlines():
                self.assertLessEqual(len(line), 80, line)

    def test_hidden_commands(self):
        for shell in ("bash", "zsh", "fish"):
            self.assertIn("fail-on", self.give("completions", shell))
        script = self.write("completion.bash", self.give("completions", "bash"))
        self.assertEqual(subprocess.run(["bash", "-n", script]).returncode, 0)
        self.assertIn(".TH APLOMB 1", self.give("manual"))
        self.assertNotIn("completions", self.give("help"))

    def test_bash_completes(self):
        self.write("completion.bash", self.give("completions", "bash"))
        for words, wanted in ((["aplomb", "sca"], "scan"), (["aplomb", "scan", "--fail"], "--fail-on"),
                              (["aplomb", "scan", "--fail-on", "cr"], "critical"),
                              (["aplomb", "scan", "--format", "sa"], "sarif"), (["aplomb", "policy", "l"], "lint")):
            quoted = " ".join(f"'{word}'" for word in words)
            done = subprocess.run(["bash", "-c", f"source completion.bash; COMP_WORDS=({quoted}); "
                                   f"COMP_CWORD={len(words) - 1}; _aplomb; echo \"${{COMPREPLY[@]}}\""],
                                  cwd=self.at, capture_output=True, text=True)
            self.assertEqual(done.stdout.strip(), wanted, done.stderr)


class Streams(Folder):
    def test_standard_input(self):
        text = json.dumps([account("chat")]).encode()
        value = json.loads(self.give("inventory", "-", "-f", "json", stdin=text))
        self.assertIn("chat", {asset["name"] for asset in value["assets"]})

    def test_file_appears_whole_and_alone(self):
        self.write("accounts.json", [account("chat")])
        out = self.give("scan", "accounts.json", "--no-store", "-f", "json=result.json", "-f", "sarif=result.sarif")
        self.assertEqual(out, "")
        self.valid(json.loads((self.at / "result.json").read_text()))
        self.valid_sarif((self.at / "result.sarif").read_text())
        self.assertEqual(sorted(path.name for path in self.at.iterdir()),
                         ["accounts.json", "result.json", "result.sarif"])

    def test_file_keeps_mode_and_link(self):
        self.write("accounts.json", [account("chat")])
        (self.at / "real.json").write_text("old")
        (self.at / "real.json").chmod(0o640)
        (self.at / "link.json").symlink_to("real.json")
        self.give("inventory", "accounts.json", "-f", "json=link.json")
        self.assertTrue((self.at / "link.json").is_symlink())
        self.assertEqual(stat.S_IMODE((self.at / "real.json").stat().st_mode), 0o640)
        self.valid(json.loads((self.at / "real.json").read_text()))

    def test_file_that_cannot_be_written(self):
        self.write("accounts.json", [account("chat")])
        self.refuse("inventory", "accounts.json", "-f", "json=no/where.json", says="no/where.json")
        self.refuse("inventory", "accounts.json", "-f", f"json={self.at}", says="directory")

    @unittest.skipUnless(os.path.exists("/dev/full"), "no /dev/full here")
    def test_full_disk(self):
        self.write("accounts.json", [account("chat")])
        self.refuse("inventory", "accounts.json", "-f", "json=/dev/full", says="No space left")
        for words in (("inventory", "accounts.json"), ("inventory", "accounts.json", "-f", "json"), ("help",),
                      ("version",), ("checks",), ("completions", "bash")):
            with open("/dev/full", "wb") as full:
                done = self.run_aplomb(*words, stdout=full)
            self.assertEqual(done.returncode, 2, words)
            self.assertEqual(done.stderr.decode().count("\n"), 1, done.stderr)
            self.assertIn("No space left", done.stderr.decode())

    def test_reader_that_went_away(self):
        self.write("accounts.json", [account(f"chat-{i}") for i in range(3000)])
        read, write = os.pipe()
        os.close(read)
        with os.fdopen(write, "wb") as gone:
            done = self.run_aplomb("inventory", "accounts.json", "-f", "json", stdout=gone)
        self.assertEqual(done.returncode, 2)
        self.assertEqual(done.stderr.decode().count("\n"), 1)

    def test_quiet(self):
        self.write("broken.json", '{"id": ')
        self.assertNotEqual(self.run_aplomb("scan", "broken.json", "--no-store").stderr, b"")
        self.assertEqual(self.run_aplomb("scan", "broken.json", "--no-store", "--quiet").stderr, b"")

    def test_nothing_is_stored_with_no_store(self):
        self.write("accounts.json", [account("chat")])
        self.give("scan", "accounts.json", "--no-store")
        self.give("inventory", "accounts.json")
        self.assertEqual([path.name for path in self.at.iterdir()], ["accounts.json"])


class Terminal(Folder):
    def on_terminal(self, *words, columns=80, **env):
        """What the program prints on a terminal of that width."""
        main, other = pty.openpty()
        fcntl.ioctl(other, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
        environment = {key: value for key, value in os.environ.items()
                       if key not in ("NO_COLOR", "COLUMNS", "APLOMB_STORE", "LC_ALL")}
        environment.update({"TERM": "xterm", "LC_ALL": "C.UTF-8"}, **env)
        process = subprocess.Popen([APLOMB, *map(str, words)], cwd=self.at, env=environment, stdin=other,
                                   stdout=other, stderr=subprocess.DEVNULL)
        os.close(other)
        text = b""
        with contextlib.suppress(OSError):
            while block := os.read(main, 65536):
                text += block
        os.close(main)
        self.assertIn(process.wait(), (0, 3))
        return text.decode().replace("\r\n", "\n")

    def test_colour(self):
        words = ("scan", CASES, "--no-store", "-q")
        self.assertIn("\x1b[", self.on_terminal(*words))
        self.assertNotIn("\x1b", self.on_terminal(*words, NO_COLOR="1"))
        self.assertIn("\x1b[", self.on_terminal(*words, NO_COLOR=""))
        self.assertNotIn("\x1b", self.on_terminal(*words, TERM="dumb"))
        self.assertNotIn("\x1b", self.on_terminal(*words, "--no-color"))
        self.assertNotIn("\x1b", self.give(*words))

    def test_nothing_wraps(self):
        self.write("accounts.json", [account("chat-" + "x" * 200), account("日本語のモデル" * 9)])
        for columns in (60, 72, 80, 100, 120, 200):
            for words in (("scan", CASES, "--no-store", "-q", "--status", "all"), ("inventory", "accounts.json"),
                          ("findings", "accounts.json"), ("checks",), ("services",), ("frameworks",)):
                for line in ESCAPE.sub("", self.on_terminal(*words, columns=columns)).split("\n"):
                    width = sum(2 if ord(letter) > 0x2E80 else 1 for letter in line)
                    self.assertLessEqual(width, min(columns, 120), (words, line))

    def test_plain_where_it_must(self):
        self.write("accounts.json", [account("Zürich")])
        self.assertIn("█", self.on_terminal("scan", CASES, "--no-store", "-q"))
        self.assertNotIn("█", self.give("scan", CASES, "--no-store"))
        self.assertIn("Zürich", self.give("inventory", "accounts.json"))
        self.assertIn("Z\\u{fc}rich", self.give("inventory", "accounts.json", env={"LC_ALL": "C"}))
        self.assertTrue(self.give("inventory", "accounts.json", env={"LC_ALL": "C"}).isascii())

    def test_names_cannot_act(self):
        evil = "a\x1b[2J\x9b31m\u202etxt"
        self.write("accounts.json", [account(evil, disableLocalAuth=False)])
        for words in (("scan", "--no-store"), ("inventory",), ("findings",), ("inventory", "-f", "markdown"),
                      ("findings", "-f", "markdown")):
            text = self.give(words[0], "accounts.json", *words[1:])
            for letter in "\x1b\x9b\u202e":
                self.assertNotIn(letter, text, words)
        found = json.loads(self.give("inventory", "accounts.json", "-f", "json"))["assets"]
        self.assertIn(evil, {asset["name"] for asset in found})

    def test_filters(self):
        self.write("accounts.json", [{**account("chat"), "tags": {"env": "prod"}}, account("test")])
        rows = lambda *words: {asset["name"] for asset in json.loads(
            self.give("inventory", "accounts.json", "-f", "json", *words))["assets"]}
        self.assertEqual(rows("--tag", "env=prod"), {"chat"})
        self.assertEqual(rows("--text", "CHAT"), {"chat", "keys of chat"})
        self.assertEqual(rows("--kind", "ai-service", "--asset", "t*"), {"test"})
        self.assertEqual(rows("--ai"), {"chat", "test"})
        self.assertEqual(rows("--cloud", "aws"), set())
        listed = json.loads(self.give("findings", "accounts.json", "--framework", "ISO42001", "--severity", "high+",
                                      "-f", "json"))["findings"]
        self.assertTrue(listed)
        for finding in listed:
            self.assertIn("ISO42001", finding["frameworks"])
            self.assertIn(finding["severity"], ("high", "critical"))


if __name__ == "__main__":
    if not os.path.exists(APLOMB):
        print(f"no program at {APLOMB}", file=sys.stderr)
        sys.exit(77)
    unittest.main()
