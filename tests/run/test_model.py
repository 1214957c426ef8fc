#!/usr/bin/env python3
"""aplomb model over the generated corpus: verdicts, issues, formats, exit codes, schema, the same bytes twice.

What must be said of each file stands beside its recipe in model_corpus.py. No malicious file may be called clean, no
benign one malicious, and each of the 25 structure tricks has at least one file."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import jsonschema  # noqa: E402
import model_bytes  # noqa: E402
import model_corpus  # noqa: E402

APLOMB = os.environ["APLOMB"]
ROOT = pathlib.Path(os.environ["APLOMB_ROOT"])
SCHEMA = json.loads((ROOT / "docs" / "schemas" / "aplomb.model.v1.json").read_text())
SARIF = json.loads((ROOT / "tests" / "schemas" / "sarif-schema-2.1.0.json").read_text())
# A scan looks at heads: it searches no unknown bytes for a pickle, judges no archive without a model, and says of a
# compression that gives no byte that it is unread.
UNSEEN = {"container/cut.pkl.gz", "container/junk-before-4.bin", "container/junk-before.pkl", "nemo/escaped.nemo",
          "trick/11-broken.7z", "trick/25-deep.zip", "trick/25-tar-traversal.tar"}
SAMPLES_MIN = 150
TRICKS = 25


def run(*words, folder=None):
    return subprocess.run([APLOMB, *words], capture_output=True, cwd=folder, check=False)


class Corpus(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.root = pathlib.Path(cls.folder.name)
        cls.samples = model_corpus.samples()
        for sample in cls.samples:
            path = cls.root / sample.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(sample.data)
        answer = run("model", ".", "--format", "jsonl", folder=cls.root)
        cls.exit_code = answer.returncode
        cls.output = answer.stdout
        cls.lines = {line["file"]: line for line in map(json.loads, answer.stdout.decode().splitlines())}

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def test_size(self):
        self.assertGreaterEqual(len(self.samples), SAMPLES_MIN)
        self.assertEqual(len(self.samples), len({sample.path for sample in self.samples}))

    def test_every_trick(self):
        played = {trick for sample in self.samples for trick in sample.tricks}
        self.assertEqual(played, set(range(1, TRICKS + 1)))

    def test_every_file_has_a_line(self):
        self.assertEqual(sorted(self.lines), [sample.path for sample in self.samples])

    def test_verdicts(self):
        wrong = []
        for sample in self.samples:
            line = self.lines[sample.path]
            found = {issue["id"] for issue in line["issues"]}
            if line["verdict"] not in sample.verdicts or not found.issuperset(sample.issues):
                wrong.append((sample.path, sample.verdicts, line["verdict"], sorted(set(sample.issues) - found),
                              line["issues"][:4]))
            if sample.format and line["format"] != sample.format:
                wrong.append((sample.path, "format", sample.format, line["format"]))
        self.assertEqual(wrong, [])

    def test_no_malicious_file_is_clean(self):
        self.assertEqual([sample.path for sample in self.samples if sample.kind == "malicious"
                          and self.lines[sample.path]["verdict"] in ("clean", "not-a-model")], [])

    def test_no_benign_file_is_malicious(self):
        self.assertEqual([sample.path for sample in self.samples if sample.kind == "benign"
                          and self.lines[sample.path]["verdict"] in ("malicious", "suspicious")], [])

    def test_facts(self):
        for path, facts in model_corpus.FACTS.items():
            known = self.lines[path]["facts"]
            self.assertEqual({key: known.get(key) for key in facts}, facts, path)

    def test_same_bytes_twice(self):
        self.assertEqual(run("model", ".", "--format", "jsonl", folder=self.root).stdout, self.output)

    def test_schema(self):
        answer = json.loads(run("model", ".", "--format", "json", folder=self.root).stdout)
        jsonschema.Draft202012Validator(SCHEMA).validate(answer)
        self.assertEqual(answer["files"], list(self.lines.values()))
        counts = {}
        for line in self.lines.values():
            counts[line["verdict"]] = counts.get(line["verdict"], 0) + 1
        self.assertEqual({key: count for key, count in answer["summary"].items() if count}, counts)

    def test_sarif(self):
        text = run("model", ".", "--format", "sarif", folder=self.root).stdout
        value = json.loads(text)
        jsonschema.Draft4Validator(SARIF).validate(value)
        rules = [rule["id"] for rule in value["runs"][0]["tool"]["driver"]["rules"]]
        results = value["runs"][0]["results"]
        self.assertEqual([rules[result["ruleIndex"]] for result in results], [result["ruleId"] for result in results])
        self.assertEqual(len(results), sum(len(line["issues"]) for line in self.lines.values()))
        empty = json.loads(run("model", "none/readme.md", "--format", "sarif", folder=self.root).stdout)
        self.assertEqual(empty["runs"][0]["results"], [])

    def test_scan(self):
        answer = run("scan", ".", "--no-store", "--status", "all", "--format", "json", folder=self.root)
        self.assertEqual(answer.returncode, 3)
        value = json.loads(answer.stdout)
        assets = {asset["id"]: asset for asset in value["assets"]}
        statuses = {finding["asset"]: finding["status"] for finding in value["findings"]
                    if finding["rule"] == "code/models/model-file-safe-format"}
        wanted = {"clean": "pass", "incomplete": "manual", "suspicious": "fail", "malicious": "fail"}
        wrong = []
        for sample in self.samples:
            name, verdict = "file:" + sample.path, self.lines[sample.path]["verdict"]
            if name not in assets:
                if sample.path not in UNSEEN and verdict != "not-a-model":
                    wrong.append((sample.path, "no asset"))
            elif verdict == "not-a-model" or statuses[name] != wanted[verdict]:
                wrong.append((sample.path, verdict, statuses.get(name)))
        self.assertEqual(wrong, [])
        self.assertEqual(value["scan"]["documents"], sum(row["count"] for row in value["coverage"]))
        again = json.loads(run("scan", ".", "--no-store", "--status", "all", "--format", "json", "--jobs", "1",
                               folder=self.root).stdout)
        self.assertEqual(again["findings"], value["findings"])

    def test_scan_reads_what_lies_beside_a_model(self):
        account = {"type": "Microsoft.CognitiveServices/accounts", "name": "a", "location": "westeurope",
                   "kind": "OpenAI", "properties": {"disableLocalAuth": False},
                   "id": "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/r/providers/"
                         "Microsoft.CognitiveServices/accounts/a"}
        with tempfile.TemporaryDirectory() as folder:
            bundle = pathlib.Path(folder) / "all.zip"
            bundle.write_bytes(model_bytes.zipped([
                model_bytes.Member("export.json", json.dumps(account).encode(), method=8),
                model_bytes.Member("weights/evil.pkl", model_bytes.pickle(model_bytes.system()))]))
            value = json.loads(run("scan", folder, "--no-store", "--format", "json").stdout)
        self.assertLessEqual({"ai-service", "model-artifact"}, {asset["kind"] for asset in value["assets"]})
        self.assertIn(("file:all.zip", "model-file-safe-format"),
                      {(finding["asset"], finding["check"]) for finding in value["findings"]})

    def test_exit_codes(self):
        self.assertEqual(self.exit_code, 3)
        self.assertEqual(run("model", "proto/0.pkl", folder=self.root).returncode, 0)
        self.assertEqual(run("model", "proto/0.pkl", "--fail-on", "malicious", folder=self.root).returncode, 1)
        self.assertEqual(run("model", "proto/real-2.pkl", "--fail-on", "incomplete", folder=self.root).returncode, 0)
        self.assertEqual(run("model", "container/cut.pkl.gz", folder=self.root).returncode, 3)
        self.assertEqual(run("model", "no-such-file", folder=self.root).returncode, 2)
        self.assertEqual(run("model").returncode, 2)

    def test_text(self):
        answer = run("model", "proto/0.pkl", "none/image.png", "--no-color", folder=self.root).stdout.decode()
        self.assertIn("malicious   0.pkl  (pickle)", answer)
        self.assertIn("[pickle-dangerous-global]", answer)
        self.assertIn("not-a-model image.png", answer)
        self.assertNotIn("image.png", run("model", "none", folder=self.root).stdout.decode())
        self.assertIn("image.png", run("model", "none", "--all", folder=self.root).stdout.decode())

    def test_documented(self):
        page = (ROOT / "docs" / "models.md").read_text()
        rules = json.loads(run("model", "none", "--format", "sarif", folder=self.root).stdout)
        for rule in rules["runs"][0]["tool"]["driver"]["rules"]:
            row = f"| {rule['id']} | {rule['properties']['severity']} |"
            self.assertIn(row, page)
            self.assertIn(rule["shortDescription"]["text"], page)

    def test_hash(self):
        import hashlib
        sample = next(sample for sample in self.samples if sample.path == "container/good.pt")
        line = json.loads(run("model", sample.path, "--hash", "--format", "jsonl", folder=self.root).stdout)
        self.assertEqual(line["facts"]["sha256"], hashlib.sha256(sample.data).hexdigest())
        self.assertRegex(line["facts"]["xxh3"], "^[0-9a-f]{32}$")
        self.assertNotIn("sha256", self.lines[sample.path]["facts"])


if __name__ == "__main__":
    unittest.main()
