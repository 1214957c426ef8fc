#!/usr/bin/env python3
"""Reports: each format against the schema of its owner, and all formats against each other.

Two snapshots of the example lie in one store: the second lacks a file, so that something was closed, moved and gone.
What a page, an event or a gauge says must be what the JSON of the snapshot says; names in documents are hostile."""
import base64
import collections
import csv
import hashlib
import html.parser
import io
import json
import pathlib
import re
import shutil
import tempfile
import unittest
import warnings

warnings.simplefilter("ignore", DeprecationWarning)
import jsonschema  # noqa: E402
from lxml import etree  # noqa: E402
from prometheus_client.openmetrics.parser import text_string_to_metric_families  # noqa: E402

from test_outputs import CONTOSO, ROOT, Folder, account  # noqa: E402

FOREIGN = ROOT / "tests" / "schemas"
LEFT_OUT = "databases.json"
HOSTILE = "\"><script>alert(1)</script>&'\u202e\x1b[31m]]>"
VOID = {"meta", "br", "path", "rect", "circle"}
OCSF = {2003: "compliance_finding", 2004: "detection_finding", 2006: "data_security_finding",
        5023: "cloud_resources_inventory_info"}
ATTESTATIONS = """attestations:
  - {control: "ISO42001:A.2.2", owner: "ana", note: "The policy", attested: "2026-01-01", expires: "2099-01-01"}
  - {control: "ISO42001:A.2.3", owner: "ana", note: "Old", attested: "2020-01-01", expires: "2021-01-01"}
"""
TEXT = {"type": "string", "minLength": 1}
ASFF = {"type": "array", "items": {
    "type": "object",
    "required": ["SchemaVersion", "Id", "ProductArn", "GeneratorId", "AwsAccountId", "Types", "CreatedAt", "UpdatedAt",
                 "Severity", "Title", "Description", "Resources"],
    "properties": {
        "SchemaVersion": {"const": "2018-10-08"}, "Id": {**TEXT, "maxLength": 512},
        "ProductArn": {"pattern": r"^arn:aws:securityhub:[a-z0-9-]+:\d{12}:product/\d{12}/default$"},
        "GeneratorId": {**TEXT, "maxLength": 512}, "AwsAccountId": {"pattern": r"^\d{12}$"},
        "Types": {"type": "array", "items": {"pattern": "^Software and Configuration Checks/"}},
        "Title": {**TEXT, "maxLength": 256}, "Description": {**TEXT, "maxLength": 1024},
        "Severity": {"properties": {"Label": {"enum": ["INFORMATIONAL", "LOW", "MEDIUM", "HIGH", "CRITICAL"]}}},
        "Compliance": {"required": ["Status"], "properties": {
            "Status": {"enum": ["PASSED", "WARNING", "FAILED", "NOT_AVAILABLE"]},
            "RelatedRequirements": {"type": "array", "maxItems": 32, "items": {**TEXT, "maxLength": 64}}}},
        "Remediation": {"properties": {"Recommendation": {"properties": {"Text": {**TEXT, "maxLength": 512}}}}},
        "Workflow": {"properties": {"Status": {"enum": ["NEW", "ASSIGNED", "IN_PROGRESS", "RESOLVED", "SUPPRESSED",
                                                        "NOTIFIED"]}}},
        "RecordState": {"enum": ["ACTIVE", "ARCHIVED"]},
        "Resources": {"type": "array", "minItems": 1, "maxItems": 32, "items": {
            "required": ["Type", "Id"], "properties": {
                "Id": {**TEXT, "maxLength": 512},
                "Details": {"properties": {"Other": {"additionalProperties": {**TEXT, "maxLength": 1024}}}}}}}}}}


def faults_of(validator, value):
    return [f"{list(fault.path)}: {fault.message[:200]}" for _, fault in zip(range(5), validator.iter_errors(value))]


class Page(html.parser.HTMLParser):
    """Elements must close in the order in which they opened; texts, classes and references are kept."""

    def __init__(self, text):
        super().__init__()
        self.stack, self.faults, self.texts, self.references = [], [], [], []
        self.names, self.ids, self.badges, self.tables = collections.Counter(), set(), [], []
        self.feed(text)
        self.close()
        self.faults += [f"open: {name}" for name in self.stack]

    def handle_starttag(self, tag, attrs):
        self.names[tag] += 1
        attributes = dict(attrs)
        self.references += [attributes[name] for name in ("src", "href", "action") if name in attributes]
        self.faults += [f"handler {name}" for name in attributes if name.startswith("on") or name == "style"]
        if "id" in attributes:
            self.ids.add(attributes["id"])
        if tag not in VOID:
            self.stack.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.stack.pop()

    def handle_endtag(self, tag):
        if not self.stack or self.stack.pop() != tag:
            self.faults.append(f"closed: {tag}")

    def handle_data(self, data):
        if "style" not in self.stack:
            self.texts.append(data)

    def text(self):
        return re.sub(r"\s+", " ", " ".join(self.texts))


class Reports(Folder):
    @classmethod
    def setUpClass(cls):
        cls.kept = tempfile.TemporaryDirectory()
        at = pathlib.Path(cls.kept.name)
        shutil.copytree(CONTOSO, at / "estate")
        cls.store = at / "s.db"
        cls.attestations = at / "attestations.yaml"
        cls.attestations.write_text(ATTESTATIONS)
        once = cls("run_aplomb")
        once.at = at
        once.run_aplomb("scan", at / "estate", "--store", cls.store, "-q")
        (at / "estate" / "azure" / LEFT_OUT).unlink()
        once.run_aplomb("scan", at / "estate", "--store", cls.store, "-q")
        cls.scan = json.loads(once.run_aplomb("findings", "--store", cls.store, "-f", "json").stdout)
        cls.drift = json.loads(once.run_aplomb("drift", "--store", cls.store, "-f", "json").stdout)

    @classmethod
    def tearDownClass(cls):
        cls.kept.cleanup()

    def report(self, form, *words):
        return self.give("report", "--store", self.store, "--attestations", self.attestations, "-f", form, *words)

    def page(self, text):
        page = Page(text)
        self.assertEqual(page.faults, [])
        self.assertEqual((page.names["script"], page.names["link"], page.names["img"]), (0, 0, 0))
        self.assertTrue(all(reference.startswith("#") for reference in page.references))
        style = re.search(r"<style>(.*?)</style>", text, re.S).group(1)
        digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        self.assertIn(f"default-src 'none'; style-src 'sha256-{digest}'", text)
        self.assertNotIn("url(http", style)
        return page

    # -- HTML -------------------------------------------------------------------------------------------------------

    def test_pages_are_whole_and_closed(self):
        for kind in ("executive", "technical", "framework", "owner"):
            text = self.report("html", "--kind", kind)
            page = self.page(text)
            self.assertTrue(all(reference[1:] in page.ids for reference in page.references), kind)
            self.assertEqual(text, self.report("html", "--kind", kind))
        self.page(self.give("scan", CONTOSO, "--no-store", "-f", "html"))
        self.page(self.give("findings", "--store", self.store, "-f", "html"))
        self.page(self.give("compliance", "--store", self.store, "-f", "html"))

    def test_executive_says_what_the_feed_says(self):
        feed = json.loads(self.report("json"))
        text = self.page(self.report("html")).text()
        delta = feed["score"]["delta"]
        self.assertIn(f"{feed['score']['value']:.1f} of 100", text)
        self.assertIn(f"{feed['score']['ai']:.1f}", text)
        for severity, count in feed["summary"]["findings"].items():
            self.assertIn(f"{severity} {count}", text)
        for risk in feed["risks"]:
            self.assertIn(risk["title"], text)
        for framework in feed["frameworks"]:
            failing = framework["states"]["failing"]
            unread = framework["decided"] - framework["passing"] - failing
            self.assertIn(f"{framework['title']} {framework['passing']} {failing} {unread} ", text)
        self.assertIn(f"The score moved by {delta['after'] - delta['before']:+.1f}", text)
        self.assertIn(f"{feed['drift']['summary']['findings']['closed']} closed", text)
        self.assertIn("no presumption of conformity", text)

    def test_technical_has_every_finding_and_path(self):
        page = self.page(self.report("html", "--kind", "technical"))
        self.assertLessEqual({row["id"] for row in self.scan["findings"]}, page.ids)
        self.assertEqual(page.names["ol"], self.scan["summary"]["paths"])

    def test_owners_have_their_findings_once(self):
        page = self.page(self.report("html", "--kind", "owner"))
        feed = json.loads(self.report("json"))
        self.assertEqual({row["id"] for row in self.scan["findings"]}, page.ids)
        for owner in feed["owners"]:
            self.assertIn(owner["owner"] or "Nobody is named as owner", page.text())
        for severity, count in self.scan["summary"]["findings"].items():
            self.assertEqual(sum(owner["findings"][severity] for owner in feed["owners"]), count)

    def test_foreign_text_stays_text(self):
        estate = self.write("estate.json", [{**account(HOSTILE), "tags": {"owner": HOSTILE}}])
        for kind in ("executive", "technical", "framework", "owner"):
            text = self.give("report", estate, "-f", "html", "--kind", kind)
            page = self.page(text)
            self.assertFalse(set(text) & {"\x1b", "\u202e"}, kind)
            if kind != "framework":
                self.assertIn("alert(1)", page.text())
        tree = etree.fromstring(self.give("report", estate, "-f", "junit").encode())
        self.assertTrue(all("<script>" in case.get("name") for case in tree.iter("testcase")))
        list(text_string_to_metric_families(self.give("report", estate, "-f", "openmetrics")))
        for line in self.give("report", estate, "-f", "ocsf").splitlines():
            json.loads(line)

    # -- Feeds ------------------------------------------------------------------------------------------------------

    def test_feed(self):
        feed = json.loads(self.report("json"))
        self.valid(feed)
        delta = feed["score"]["delta"]
        parts = sum(delta[part] for part in ("posture", "inventory", "content", "coverage"))
        self.assertAlmostEqual(parts, delta["after"] - delta["before"], places=2)
        self.assertEqual(delta["content"], 0)
        self.assertAlmostEqual(delta["after"], feed["score"]["value"], places=3)
        score = json.loads(self.give("score", "--store", self.store, "-f", "json"))
        self.valid(score)
        self.assertEqual(score["delta"], delta)
        self.assertEqual(self.drift["score"], delta)
        self.assertIn(f"Was {delta['before']:.1f} before (", self.give("score", "--store", self.store))
        self.assertEqual(len(feed["trend"]), 2)
        self.assertEqual(feed["trend"][-1]["score"], feed["score"]["value"])
        self.assertEqual(feed["drift"]["summary"], self.drift["summary"])
        statements = next(row for row in feed["frameworks"] if row["framework"] == "ISO42001")["statements"]
        self.assertEqual((statements["valid"], statements["expired"]), (1, 1))

    def test_no_earlier_posture(self):
        for words in (["--store", self.store, "--snapshot", self.drift["before"]["id"]], [CONTOSO]):
            feed = json.loads(self.give("report", *words, "-f", "json"))
            self.valid(feed)
            self.assertIsNone(feed["drift"])
            self.assertIsNone(feed["score"]["delta"])
        self.assertIn("No earlier snapshot", self.page(self.give("report", CONTOSO)).text())

    def test_scores_of_parts(self):
        """A part that a snapshot keeps is scored alike when it is chosen; a framework by hand."""
        whole = json.loads(self.give("score", "--store", self.store, "-f", "json"))
        options = {"account": "--scope", "kind": "--kind", "tenant": "--tenant"}
        chosen = [scope for scope in whole["score"]["scopes"] if scope["type"] in options][::7]
        self.assertGreater(len(chosen), 3)
        for scope in chosen:
            words = [options[scope["type"]], scope["id"]]
            part = json.loads(self.give("score", "--store", self.store, *words, "-f", "json"))
            self.valid(part)
            self.assertTrue(part["scoped"])
            self.assertEqual({name: part["score"][name] for name in ("value", "low", "high", "assets")},
                             {name: scope[name] for name in ("value", "low", "high", "assets")})
        ai = next(scope for scope in whole["score"]["scopes"] if scope["type"] == "ai")
        part = json.loads(self.give("score", "--store", self.store, "--ai", "-f", "json"))
        self.assertEqual(part["score"]["value"], ai["value"])
        part = json.loads(self.give("score", "--store", self.store, "--framework", "OWASPASI2026", "-f", "json"))
        supporting = {row["id"] for row in self.scan["findings"] if "OWASPASI2026" in row["frameworks"]}
        self.assertLessEqual({row["finding"] for row in part["score"]["worst_findings"]}, supporting)
        self.assertNotEqual(part["score"]["value"], whole["score"]["value"])
        estate = self.write("estate.json", [account("a", disableLocalAuth=False), account("b", disableLocalAuth=True)])
        part = json.loads(self.give("score", estate, "--framework", "MCSBV2:IM-1", "-f", "json"))
        found = json.loads(self.give("findings", estate, "--framework", "MCSBV2:IM-1", "-f", "json"))["findings"]
        self.assertEqual([row["check"] for row in found if row["status"] == "fail"], ["ai-local-auth-disabled"])
        self.refuse("score", "--store", self.store, "--ai", "--since", "2001-01-01", says="--since")
        self.assertIn("No score", self.give("score", estate, "--kind", "database"))
        self.assertEqual(part["score"]["assets"], 2)
        self.assertEqual(part["score"]["worst_assets"][0]["asset"], found[0]["asset"])

    def test_ocsf(self):
        schemas = {uid: json.loads((FOREIGN / f"ocsf-1.8.0-{name}.schema.json").read_text())
                   for uid, name in OCSF.items()}
        counts = collections.Counter()
        for line in self.report("ocsf").splitlines():
            event = json.loads(line)
            schema = schemas[event["class_uid"]]
            self.assertEqual(faults_of(jsonschema.Draft202012Validator(schema), event), [])
            self.assertLessEqual(set(event), set(schema["properties"]))
            self.assertEqual(event["type_uid"], event["class_uid"] * 100 + event["activity_id"])
            counts[event["class_uid"], event["activity_name"]] += 1
        findings, paths = self.drift["summary"]["findings"], self.drift["summary"]["paths"]
        self.assertGreater(findings["closed"], 0)
        self.assertEqual(counts[2003, "Close"], findings["closed"])
        self.assertEqual(counts[2003, "Create"] + counts[2003, "Update"], len(self.scan["findings"]))
        self.assertEqual(counts[2004, "Close"], paths["closed"])
        self.assertEqual(counts[2004, "Create"] + counts[2004, "Update"], self.scan["summary"]["paths"])
        self.assertEqual(counts[5023, "Collect"], self.scan["summary"]["assets"])
        self.assertGreater(counts[2006, "Create"], 0)
        first = self.give("scan", CONTOSO, "--no-store", "-f", "ocsf").splitlines()
        self.assertEqual({json.loads(line)["activity_name"] for line in first}, {"Create", "Collect"})

    def test_oscal(self):
        # Python's expressions have no \p{L} and \p{N}.
        text = (FOREIGN / "oscal_assessment-results_schema.json").read_text()
        text = text.replace(r"\\p{L}", r"[^\\W\\d_]").replace(r"\\p{N}", r"\\d")
        schema = jsonschema.Draft7Validator(json.loads(text))
        self.assertEqual(faults_of(schema, json.loads(self.report("oscal"))), [])
        for control in ("EUAIACT:49", "EUAIACT:15"):
            document = json.loads(self.give("compliance", CONTOSO, "--framework", control, "-f", "oscal"))
            self.assertEqual(faults_of(schema, document), [])
        document = json.loads(self.report("oscal"))["assessment-results"]
        result = document["results"][0]
        ids = re.findall(r'"uuid":"([^"]+)"', self.report("oscal"))
        self.assertEqual(len(ids), len(set(ids)))
        observations = {row["uuid"] for row in result["observations"]}
        rows = json.loads(self.give("compliance", "--store", self.store, "--attestations", self.attestations, "-f",
                                    "json"))
        states = {f"_{framework['framework']}_" + re.sub("[^A-Za-z0-9.-]", "_", control["control"]): control["state"]
                  for framework in rows["frameworks"] for control in framework["controls"]}
        for finding in result["findings"]:
            related = {row["observation-uuid"] for row in finding.get("related-observations", [])}
            self.assertLessEqual(related, observations)
            state = states.pop(finding["target"]["target-id"])
            self.assertEqual(finding["target"]["status"]["state"] == "satisfied", state in ("supported", "attested"))
        self.assertEqual(set(states.values()), {"not-yet-applicable"})
        self.assertEqual(document["import-ap"]["href"][1:], document["back-matter"]["resources"][0]["uuid"])

    def test_junit(self):
        schema = etree.XMLSchema(etree.parse(str(FOREIGN / "junit-10.xsd")))
        for words in (["report", "--store", self.store], ["scan", CONTOSO, "--no-store", "--status", "all"]):
            tree = etree.fromstring(self.give(*words, "-f", "junit").encode())
            self.assertTrue(schema.validate(tree), schema.error_log)
            for suite in tree.iter("testsuite"):
                for attribute, path in (("tests", "testcase"), ("failures", "testcase/failure"),
                                        ("errors", "testcase/error"), ("skipped", "testcase/skipped")):
                    self.assertEqual(int(suite.get(attribute)), len(suite.findall(path)))
        by_status = collections.Counter(row["status"] for row in self.scan["findings"])
        tree = etree.fromstring(self.report("junit").encode())
        self.assertEqual((int(tree.get("tests")), int(tree.get("failures")), int(tree.get("errors"))),
                         (len(self.scan["findings"]), by_status["fail"], by_status["manual"] + by_status["error"]))

    def test_asff(self):
        words = ["--aws-account", "123456789012", "--aws-region", "eu-west-1"]
        findings = json.loads(self.report("asff", *words))
        self.assertEqual(faults_of(jsonschema.Draft202012Validator(ASFF), findings), [])
        self.assertTrue(all(len(json.dumps(row)) < 240_000 for row in findings))
        states = collections.Counter(row["RecordState"] for row in findings)
        self.assertEqual(states["ACTIVE"], len(self.scan["findings"]))
        self.assertEqual(states["ARCHIVED"], self.drift["summary"]["findings"]["closed"])
        self.assertEqual({row["AwsAccountId"] for row in findings}, {"123456789012", "444444444444"})
        self.refuse("report", "--store", self.store, "-f", "asff", says=["--aws-account", "--aws-region"])
        self.refuse("report", "--store", self.store, "-f", "asff", "--aws-account", "12", "--aws-region", "eu-west-1",
                    says="12 digits")

    def test_openmetrics(self):
        text = self.report("openmetrics")
        samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
        feed = json.loads(self.report("json"))
        value = {(sample.name, frozenset(sample.labels.values())): sample.value for sample in samples}
        self.assertEqual(len(value), len(samples))

        def of(name, *labels):
            return value[name, frozenset(labels)]

        self.assertAlmostEqual(of("aplomb_score_ratio", "", "estate", "value"), feed["score"]["value"] / 100, places=4)
        for severity, count in feed["summary"]["findings"].items():
            self.assertEqual(of("aplomb_findings", "fail", severity), count)
        for name, member in (("aplomb_assets", "assets"), ("aplomb_attack_paths", "paths")):
            count = feed["summary"][member]
            self.assertEqual(sum(sample.value for sample in samples if sample.name == name), count)
        for framework in feed["frameworks"]:
            for state, count in framework["states"].items():
                self.assertEqual(of("aplomb_controls", framework["framework"], state), count)
        for state, count in feed["coverage"].items():
            self.assertEqual(of("aplomb_coverage_rows", state), count)
        self.assertEqual(of("aplomb_drift_findings", "closed"), feed["drift"]["summary"]["findings"]["closed"])
        self.assertFalse([sample for sample in samples for label in sample.labels.values() if "/" in label])

    def test_grafana_dashboard_asks_for_what_there_is(self):
        dashboard = json.loads((ROOT / "packaging" / "grafana" / "aplomb.json").read_text())
        families = {family.name for family in text_string_to_metric_families(self.report("openmetrics"))}
        targets = [target["expr"] for panel in dashboard["panels"] for target in panel.get("targets", [])]
        asked = {name for target in targets for name in re.findall(r"aplomb_\w+", target)}
        self.assertGreater(len(asked), 5)
        self.assertLessEqual(asked, families)
        cells = [(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in dashboard["panels"]]
        self.assertEqual(len(cells), len(set(cells)))
        self.assertEqual(len({panel["id"] for panel in dashboard["panels"]}), len(dashboard["panels"]))

    def test_tables_and_choices(self):
        rows = list(csv.reader(io.StringIO(self.report("csv"))))
        self.assertEqual(len(rows) - 1, len(self.scan["findings"]))
        rows = list(csv.reader(io.StringIO(self.report("csv", "--kind", "framework"))))
        self.assertEqual(len(rows) - 1, 587)
        high = self.page(self.report("html", "--kind", "technical", "--severity", "critical")).ids
        self.assertLessEqual({row["id"] for row in self.scan["findings"] if row["severity"] == "critical"}, high)
        self.assertFalse({row["id"] for row in self.scan["findings"] if row["severity"] == "low"} & high)
        self.valid_sarif(self.report("sarif"))
        self.refuse("report", "--store", self.store, "--kind", "poem", says="poem")
        self.refuse("report", "--store", self.store, "-f", "dot", says="dot")
        self.refuse("report", "--store", self.store, "--since", "2001-01-01", says="earlier")


if __name__ == "__main__":
    unittest.main()
