#!/usr/bin/env python3
"""A cloud that nobody has is content and nothing else.

tests/fixtures/content describes an invented provider, given with --content: its documents become assets with kinds,
relations, exposure, used_for and findings without a line of C. Copies of it with one mistake each are refused with one
line that names file, place, cause and, where there is one, the nearest valid name."""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(os.environ.get("APLOMB_ROOT", pathlib.Path(__file__).resolve().parents[2]))
APLOMB = os.path.abspath(os.environ.get("APLOMB", ROOT / "build" / "aplomb"))
CONTENT = ROOT / "tests" / "fixtures" / "content"
CASES = CONTENT / "services" / "acme" / "brain" / "cases"
OUTCOMES = {"pass": "pass", "fail": "fail", "unread": "manual"}

SERVICE = "services/acme/brain/service.yaml"
PROVIDER = "services/acme/provider.yaml"
RULE = "services/acme/brain/rules/memory-sealed.yaml"
VOCABULARY = "vocabulary/acme.yaml"
FRAMEWORK = "frameworks/acme.yaml"

# (what is wrong, file, text, what stands there instead, what the message must say besides the file)
MISTAKES = [
    ("unknown member of a type", SERVICE, "    kind: ai-deployment", "    kid: ai-deployment",
     ["types.acme.brain/Lobe", '"kid"', 'did you mean "kind"?']),
    ("unknown member of a service", SERVICE, "title: Acme brains", "titel: Acme brains",
     ['"titel"', 'did you mean "title"?']),
    ("unknown member of a relation", SERVICE, "target_type: acme", "targettype: acme",
     ["types.acme.brain/Brain.relations[0]", '"targettype"', 'did you mean "target_type"?']),
    ("unknown member of an exposure", SERVICE, "      bypass:", "      bypas:",
     ["types.acme.brain/Brain.exposure", '"bypas"', 'did you mean "bypass"?']),
    ("unknown member of a recognition", SERVICE, "        partial: true", "        partail: true",
     ["types.acme.brain/Brain.recognise[1]", '"partail"', 'did you mean "partial"?']),
    ("unknown member of a provider", PROVIDER, "location:", "locaton:", ['"locaton"', 'did you mean "location"?']),
    ("unknown member of a kind", VOCABULARY, "ai: true", "ia: true",
     ["kinds.neural-core", '"ia"', 'did you mean "ai"?']),
    ("unknown member of a relation type", VOCABULARY, "makes_ai", "make_ai",
     ["relations.thinks-with", '"make_ai"', 'did you mean "makes_ai"?']),
    ("unknown member of a control", FRAMEWORK, "checks: [brain-door-shut]", "chekcs: [brain-door-shut]",
     ["controls.1.1", '"chekcs"', 'did you mean "checks"?']),
    ("unknown member of a framework", FRAMEWORK, "source:", "sorce:", ['"sorce"', 'did you mean "source"?']),
    ("unknown member of a rule", RULE, "severity:", "severty:", ['"severty"', "did you mean 'severity'?"]),
    ("unknown kind", SERVICE, "kind: neural-core", "kind: neural-cor",
     ["types.acme.brain/Brain", '"neural-cor"', 'did you mean "neural-core"?']),
    ("unknown kind of the other end", SERVICE, "kind: credential", "kind: credentials",
     ["types.acme.brain/Brain.relations[2]", '"credentials"', 'did you mean "credential"?']),
    ("unknown relation", SERVICE, "type: thinks-with", "type: think-with",
     ["types.acme.brain/Brain.relations[0]", '"think-with"', 'did you mean "thinks-with"?']),
    ("template with an open brace", SERVICE, 'brains/{brainId}"', 'brains/{brainId"',
     ["types.acme.brain/Brain: id", "a brace is not closed"]),
    ("template with an unknown function", SERVICE, "{brainId:lower}", "{brainId:lowr}",
     ["types.acme.brain/Brain: keys", '"lowr"', 'did you mean "lower"?']),
    ("template with an unknown fact", SERVICE, "{@name}", "{@nam}",
     ["relations[2]: target_name", '"@nam"', 'did you mean "@name"?']),
    ("template with nothing in braces", SERVICE, "{school:lower}", "{}", ["relations[1]: to_key", "empty braces"]),
    ("template with a wrong argument", SERVICE, "{school:lower}", "{school:cut(x)}",
     ["relations[1]: to_key", "cut(x)"]),
    ("template over two arrays", SERVICE, "{school:lower}", "{a[*].b}/{c[*].d}",
     ["relations[1]: to_key", '"a[*]"', '"c[*]"']),
    ("condition with an unknown operator", SERVICE, "closed: {field: door, equals: shut}",
     "closed: {field: door, equal: shut}", ["types.acme.brain/Brain.exposure: closed", "did you mean 'equals'?"]),
    ("condition without an operator", SERVICE, "closed: {field: door, equals: shut}", "closed: {field: door}",
     ["types.acme.brain/Brain.exposure: closed", "no operator"]),
    ("condition of a rule with an unknown operator", RULE, "notEquals: true", "notEqual: true",
     ["policyRule.if.allOf[2].notEqual", "did you mean 'notEquals'?"]),
    ("condition with an unknown function", RULE, "notEquals: true", 'notEquals: "[concatt(1)]"',
     ["policyRule.if.allOf[2]", "did you mean 'concat'?"]),
    ("condition on an unknown derived fact", RULE, "aplomb.ai", "aplomb.aii",
     ["policyRule", '"aplomb.aii"', 'did you mean "aplomb.ai"?']),
    ("condition on an unknown relation", RULE, "{field: aplomb.ai, equals: true}",
     '{field: "aplomb.relationsIn.think-with[*]", exists: true}', ["policyRule", 'did you mean "thinks-with"?']),
    ("unknown effect", RULE, "effect: audit", "effect: adit", ["then.effect", '"adit"', "did you mean 'audit'?"]),
    ("unknown severity", RULE, "severity: high", "severity: hihg", ["severity", '"hihg"', "did you mean 'high'?"]),
    ("rule that judges every type", RULE, "      - {field: type, equals: acme.brain/Memory}\n", "",
     ["policyRule.if", "which types"]),
    ("rule that judges no type of its service", RULE, "equals: acme.brain/Memory", "equals: acme.brain/Memry",
     ["policyRule.if", "acme.brain/Memory"]),
    ("rule not called like its file", RULE, "check: memory-sealed", "check: memory-seald", ['"memory-seald"']),
    ("service not called like its folder", SERVICE, "service: acme/brain", "service: acme/brian", ['"acme/brain"']),
    ("provider not called like its folder", PROVIDER, "provider: acme", "provider: acmee", ['"acmee"']),
    ("unknown cloud", PROVIDER, "cloud: saas", "cloud: sass", ['"sass"', 'did you mean "saas"?']),
    ("unknown comparison of ids", PROVIDER, "ids: exact", "ids: exakt", ['"exakt"', 'did you mean "exact"?']),
    ("exposure that is no object", SERVICE, "exposure: parent", "exposure: parnt",
     ["types.acme.brain/Lobe.exposure", "`parent`"]),
    ("kinds without an end", SERVICE, "      - {kind: ai-model}\n", "", ["types.acme.brain/Brain", "last kind"]),
    ("kinds as a list", VOCABULARY, '  neural-core: {title: "Neural cores", ai: true}', "  - neural-core",
     ["kinds must be an object"]),
    ("relation type without a title", VOCABULARY, 'title: "thinks with", ', "", ["relations.thinks-with", "title"]),
    ("unknown use", VOCABULARY, "used_for: grounding", "used_for: groundng",
     ["relations.thinks-with", 'did you mean "grounding"?']),
    ("unknown kind of evidence", FRAMEWORK, "evidence: manual", "evidence: manul",
     ["controls.2", 'did you mean "manual"?']),
    ("recognition by nothing", SERVICE, "      - members: [memoryId, sealed]", "      - partial: true",
     ["types.acme.brain/Memory.recognise[0]"]),
    ("relation without ends", SERVICE, '        to_key: "memory:{school:lower}"\n', "",
     ["types.acme.brain/Brain.relations[1]", "`to` or `from`"]),
    ("no YAML", SERVICE, "types:", "types: ]", ["line 3", "not YAML"]),
]


def run(*words, content=CONTENT):
    command = [APLOMB, *map(str, words), "--content", str(content)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


def scan(*sources, content=CONTENT):
    done = run("scan", "--no-store", "--status", "all", "--format", "json", *sources, content=content)
    if done.returncode not in (0, 3):
        raise AssertionError(f"exit {done.returncode}: {done.stderr}")
    return json.loads(done.stdout)


class Fixture(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.result = scan(CASES / "everything")
        cls.assets = {asset["id"]: asset for asset in cls.result["assets"]}
        cls.relations = {(r["from"], r["type"], r["to"]): r["evidence"] for r in cls.result["relations"]}

    def asset(self, short):
        return self.assets["acme://contoso/" + short]

    def finding(self, check, short):
        found = [f for f in self.result["findings"]
                 if f["rule"] == f"acme/brain/{check}" and f["asset"] == "acme://contoso/" + short]
        self.assertEqual(len(found), 1, (check, short))
        return found[0]

    def test_nothing_of_it_is_code(self):
        for path in (ROOT / "src").rglob("*.[ch]"):
            self.assertNotIn("acme", path.read_text().lower(), path)

    def test_nothing_of_it_is_built_in(self):
        words = ["scan", "--no-store", "--format", "json", str(CASES / "everything" / "page.json")]
        done = subprocess.run([APLOMB, *words], capture_output=True, text=True)
        result = json.loads(done.stdout)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(result["assets"], [])
        self.assertEqual({row["state"] for row in result["coverage"]}, {"unsupported"})

    def test_assets(self):
        brain = self.asset("brains/Deep-1")
        self.assertEqual({key: brain[key] for key in ("kind", "type", "name", "cloud", "scope", "location", "tags",
                                                      "read", "ai")},
                         {"kind": "neural-core", "type": "acme.brain/Brain", "name": "Deep One", "cloud": "saas",
                          "scope": "contoso", "location": "basement", "tags": {"owner": "ada"}, "read": True,
                          "ai": True})
        self.assertEqual(self.asset("brains/vault-1")["kind"], "ai-model")
        self.assertEqual(self.asset("brains/Deep-1/lobes/left")["kind"], "ai-deployment")
        self.assertEqual(self.result["summary"]["assets"], 11)
        self.assertEqual(self.result["summary"]["ai_assets"], sum(a["read"] and a["ai"] for a in self.assets.values()))
        self.assertEqual(self.result["scan"]["documents"], 13)

    def test_relations(self):
        deep = "acme://contoso/brains/Deep-1"
        expected = {
            (deep, "contains", deep + "/lobes/left"): "id",
            (deep, "thinks-with", "acme://contoso/memories/lore"): "memoryIds",
            (deep, "thinks-with", "acme://contoso/memories/gossip"): "memoryIds",
            (deep, "trained-on", "acme://contoso/memories/books"): "school",
            (deep, "authenticates-as", "acme://contoso/badges/b-7"): "badge",
            (deep + "/lobes/left", "deploys", deep): "brainId",
        }
        self.assertEqual(self.relations, expected)  # and none from the visitor, whose `unless` holds

    def test_what_nobody_read(self):
        for short, kind in (("memories/gossip", "storage-container"), ("badges/b-7", "credential")):
            self.assertFalse(self.asset(short)["read"])
            self.assertEqual(self.asset(short)["kind"], kind)
            self.assertFalse([f for f in self.result["findings"] if f["asset"].endswith(short)])
        self.assertEqual(self.asset("badges/b-7")["name"], "badge of Deep One")

    def test_used_for(self):
        self.assertEqual(self.asset("memories/lore")["used_for"], ["ai", "grounding"])
        self.assertEqual(self.asset("memories/books")["used_for"], ["ai", "training"])
        self.assertEqual(self.asset("memories/attic")["used_for"], [])
        self.assertFalse(self.asset("memories/attic")["ai"])
        self.assertTrue(self.asset("badges/b-7")["ai"])

    def test_exposure(self):
        expected = {"Deep-1": "internet", "vault-1": "private", "lab-1": "trusted", "hall-1": "internet",
                    "desk-1": "private", "porch-1": "unknown", "far-1": "unknown", "Deep-1/lobes/left": "internet"}
        for short, exposure in expected.items():
            self.assertEqual(self.asset("brains/" + short)["exposure"], exposure, short)
        self.assertEqual(self.asset("badges/b-7")["exposure"], "none")

    def test_findings(self):
        door = self.finding("brain-door-shut", "brains/Deep-1")
        self.assertEqual((door["status"], door["severity"]), ("fail", "critical"))
        self.assertEqual(door["evidence"], [{"path": "door", "value": "open", "expected": "shut"}])
        self.assertEqual(door["frameworks"], {"ACME": ["1.1"]})
        self.assertEqual(door["remediation"]["commands"],
                         ["acme brain shut acme://contoso/brains/Deep-1 --name 'Deep One'"])
        self.assertEqual([(p["path"], p["value"]) for p in door["remediation"]["patch"]], [("door", "shut")])
        self.assertEqual(self.finding("brain-door-shut", "brains/vault-1")["status"], "pass")
        unread = self.finding("brain-door-shut", "brains/far-1")
        self.assertEqual((unread["status"], unread["needs"]), ("manual", "brain.read"))
        self.assertEqual(self.finding("memory-sealed", "memories/lore")["status"], "fail")
        self.assertEqual(self.finding("memory-sealed", "memories/attic")["status"], "pass")  # no AI uses it
        # There is a lobe that does not watch, but another may: not all of them were read.
        watched = self.finding("brain-watched", "brains/Deep-1")
        self.assertEqual((watched["status"], watched["needs"]), ("manual", "brain.lobes.read"))
        self.assertEqual(self.result["summary"]["findings"]["critical"],
                         sum(f["status"] == "fail" and f["severity"] == "critical" for f in self.result["findings"]))

    def test_cases_of_the_rules(self):
        for rule in sorted(path.stem for path in (CASES.parent / "rules").glob("*.yaml")):
            for path in sorted((CASES / rule).glob("*.*json")):
                judged = [f for f in scan(path)["findings"] if f["check"] == rule]
                self.assertTrue(judged, path)
                for finding in judged:
                    self.assertEqual(finding["status"], OUTCOMES[path.stem.split("-")[0]], path)

    def test_coverage(self):
        rows = {(row["type"], row["state"]): row for row in self.result["coverage"]}
        self.assertEqual(rows["acme.brain/Brain", "partial"]["count"], 8)
        self.assertEqual(rows["acme.brain/Brain", "partial"]["needs"], "brain.read")
        self.assertEqual(rows["acme.brain/Lobe", "unread"]["needs"], "brain.lobes.read")
        self.assertEqual(rows["items[] object(org,toolId,label)", "unsupported"]["count"], 1)
        self.assertEqual(self.result["scan"]["documents"], sum(row["count"] for row in self.result["coverage"]))

    def test_lists_show_it(self):
        def names(command, member, key):
            done = run(command, "--format", "json")
            self.assertEqual(done.returncode, 0, done.stderr)
            return [row[key] for row in json.loads(done.stdout)[member]]
        self.assertIn("acme/brain", names("services", "services", "service"))
        self.assertIn("ACME", names("frameworks", "frameworks", "framework"))
        self.assertIn("acme/brain/brain-door-shut", names("checks", "checks", "rule"))

    def test_digest_of_the_content_changes(self):
        plain = subprocess.run([APLOMB, "scan", "--no-store", "--format", "json", str(CASES / "everything")],
                               capture_output=True, text=True)
        self.assertNotEqual(json.loads(plain.stdout)["scan"]["content"], self.result["scan"]["content"])


class Mistakes(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.copy = pathlib.Path(self.folder.name) / "content"
        shutil.copytree(CONTENT, self.copy)

    def refuse(self, file, says):
        """Exit 2, nothing on standard output, and one line that names the file and says the texts."""
        done = run("scan", "--no-store", "--format", "json", CASES / "everything", content=self.copy)
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertEqual(done.stdout, "")
        self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
        for text in [file, *says]:
            self.assertIn(text, done.stderr)

    def test_each_mistake(self):
        for what, file, text, instead, says in MISTAKES:
            with self.subTest(what):
                path = self.copy / file
                whole = path.read_text()
                self.assertIn(text, whole)
                path.write_text(whole.replace(text, instead, 1))
                self.refuse(file, says)
                path.write_text(whole)
        self.assertEqual(run("scan", "--no-store", "-q", CASES / "everything", content=self.copy).returncode, 3)

    def test_missing_provider(self):
        (self.copy / PROVIDER).unlink()
        self.refuse(SERVICE, [PROVIDER + " is missing"])

    def test_duplicate_type_of_another_service(self):
        other = self.copy / "services" / "acme" / "other" / "service.yaml"
        other.parent.mkdir()
        other.write_text("service: acme/other\ntitle: Other\ntypes:\n"
                         "  ACME.brain/lobe: {title: Lobe, kind: ai-model}\n")
        self.refuse("services/acme/other/service.yaml", ["types.ACME.brain/lobe", "acme/brain has this type already"])

    def test_duplicate_type_of_the_built_in_content(self):
        with open(self.copy / SERVICE, "a") as file:
            file.write("\n  AWS::Bedrock::Agent: {title: Agent, kind: ai-agent}\n")
        self.refuse(SERVICE, ["types.AWS::Bedrock::Agent", "aws/bedrock has this type already"])

    def test_duplicate_words(self):
        for text, place in (("kinds:\n  ai-model: {title: Models}\n", "kinds.ai-model"),
                            ("relations:\n  contains: {title: holds}\n", "relations.contains")):
            (self.copy / "vocabulary" / "more.yaml").write_text(text)
            self.refuse("vocabulary/more.yaml", [place, "already"])

    def test_file_in_a_place_where_nobody_looks(self):
        (self.copy / SERVICE).rename(self.copy / "services/acme/brain/servce.yaml")
        self.refuse("services/acme/brain/servce.yaml", ["service.yaml"])

    def test_rule_without_a_service(self):
        (self.copy / SERVICE).unlink()
        self.refuse("services/acme/brain/rules/", [SERVICE + " is missing"])

    def test_no_folder(self):
        shutil.rmtree(self.copy)
        self.refuse(str(self.copy), ["no content"])


if __name__ == "__main__":
    sys.exit(unittest.main())
