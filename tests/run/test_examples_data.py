#!/usr/bin/env python3
"""No body disappears: each of the shared example bodies becomes assets or is named in coverage.

Scans every body of APLOMB_SHARED_DATA by itself and all of them together, holds ids, kinds and counts against what is
known of them, and docs/coverage.md against both. Without the data only the tables of types and relations in
docs/coverage.md are checked, and the test is skipped. With APLOMB_GOLDEN=1 those tables are rewritten."""
import concurrent.futures
import fnmatch
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

import yaml

ROOT = pathlib.Path(os.environ.get("APLOMB_ROOT", pathlib.Path(__file__).resolve().parents[2]))
APLOMB = os.path.abspath(os.environ.get("APLOMB", ROOT / "build" / "aplomb"))
DATA = pathlib.Path(os.environ.get("APLOMB_SHARED_DATA") or "/nonexistent")
COVERAGE = ROOT / "docs" / "coverage.md"
FOLDERS = ["azure-examples", "aws-examples", "gcp-examples", "saas-examples"]

# How ids look (DESIGN.md section 5).
ID_FORMS = [
    ("azure", re.compile(r"/(subscriptions/[^/]+|providers/)(.*[^/])?$", re.I)),
    ("azure", re.compile(r"entra://([0-9a-f-]{36}|-)(/[A-Za-z]+/[^/]+)?$")),
    ("aws", re.compile(r"arn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9-]*:[0-9a-z-]*:.+$")),
    ("aws", re.compile(r"aws://[^/]+/[^/]+/[a-z]+/.+$")),
    ("gcp", re.compile(r"//[a-z]+\.googleapis\.com/.+[^/]$")),
]

# One body of each kind of resource, worked out by hand from the body: file, id, and what else is said of the asset.
SUBSCRIPTION = "/subscriptions/ea42f556-5106-4743-99b0-c129bfa71a47"
KNOWN = [
    ("azure-examples/Microsoft.CognitiveServices_accounts/list-2025-06-01.json",
     SUBSCRIPTION + "/resourceGroups/test_cognitive-service-deployment/providers/Microsoft.CognitiveServices/accounts"
     "/cctestcogdeploy",
     {"kind": "ai-service", "name": "cctestcogdeploy", "location": "eastus", "exposure": "internet", "ai": True,
      "scope": "ea42f556-5106-4743-99b0-c129bfa71a47", "cloud": "azure"}),
    ("azure-examples/Microsoft.CognitiveServices_accounts/spec-get-2024-10-01.json",
     "/subscriptions/xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx/resourceGroups/myResourceGroup/providers"
     "/Microsoft.CognitiveServices/accounts/myAccount",
     {"kind": "ai-service", "tags": {"Owner": "felixwa", "ExpiredDate": "2017/09/01"}}),
    ("azure-examples/Microsoft.CognitiveServices_accounts_projects/list-2025-06-01.json",
     SUBSCRIPTION + "/resourceGroups/test_ai-foundry-application/providers/Microsoft.CognitiveServices/accounts"
     "/cctestaifoundry515008255448/projects/cctest-ai-foundry-application-project",
     {"kind": "ai-project", "name": "cctest-ai-foundry-application-project"}),
    ("azure-examples/Microsoft.CognitiveServices_accounts_projects_applications/list-2025-10-01-preview.json",
     SUBSCRIPTION + "/resourceGroups/test_ai-foundry-application/providers/Microsoft.CognitiveServices/accounts"
     "/cctestaifoundry515008255448/projects/cctest-ai-foundry-application-project/applications"
     "/cctest-aifoundry-application", {"kind": "ai-agent", "name": "cctest-aifoundry-application"}),
    ("azure-examples/Microsoft.CognitiveServices_accounts_managedNetworks_outboundRules/"
     "spec-list-2025-10-01-preview.json",
     "/subscriptions/00000000-1111-2222-3333-444444444444/resourceGroups/test-rg/providers/Microsoft.CognitiveServices"
     "/accounts/cognitive-account-name/managedNetworks/default/outboundRules/rule_name_1",
     {"kind": "firewall-rule", "type": "Microsoft.CognitiveServices/accounts/managedNetworks/outboundRules"}),
    ("azure-examples/Microsoft.CognitiveServices_accounts_raiPolicies/spec-put-2025-10-01-preview.json",
     "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/resourceGroupName/providers"
     "/Microsoft.CognitiveServices/accounts/accountName/raiPolicies/raiPolicyName", {"kind": "guardrail"}),
    ("azure-examples/Microsoft.MachineLearningServices_workspaces/list-2020-08-01.json",
     SUBSCRIPTION + "/resourceGroups/VV/providers/Microsoft.MachineLearningServices/workspaces/mlvvtest",
     {"kind": "ai-workspace", "exposure": "private"}),
    ("azure-examples/Microsoft.MachineLearningServices_workspaces_computes/spec-computeinstance-2025-12-01.json",
     "/subscriptions/34adfa4f-cedf-4dc0-ba29-b6d1a69ab345/resourceGroups/testrg123/providers"
     "/Microsoft.MachineLearningServices/workspaces/workspaces123/computes/compute123",
     {"kind": "ml-compute", "location": "eastus2"}),
    ("azure-examples/Microsoft.Search_searchServices/list-2015-08-19.json",
     SUBSCRIPTION + "/resourceGroups/test_search/providers/Microsoft.Search/searchServices/cctestsearchc129bfa71a47",
     {"kind": "search-service", "location": "South Central US", "exposure": "internet"}),
    ("azure-examples/Microsoft.Storage_storageAccounts/list-2019-04-01.json",
     SUBSCRIPTION + "/resourceGroups/test_storage/providers/Microsoft.Storage/storageAccounts/ccipstoragey6akyqpagdt3o",
     {"kind": "storage-account", "exposure": "trusted", "ai": False, "tags": {"GenericArm": "works-final"}}),
    ("azure-examples/Microsoft.KeyVault_vaults/one-2019-09-01.json",
     SUBSCRIPTION + "/resourceGroups/test_keyvault/providers/Microsoft.KeyVault/vaults/cckeyvault1zd2yzvhwvtnsu",
     {"kind": "key-vault", "location": "southcentralus"}),
    ("azure-examples/Microsoft.Network_privateEndpoints/spec-list-2024-05-01.json",
     "/subscriptions/subId/resourceGroups/rg1/providers/Microsoft.Network/privateEndpoints/pe1",
     {"kind": "private-endpoint", "exposure": "private"}),
    ("azure-examples/Microsoft.Authorization_roleDefinitions/one-2018-01-01-preview.json",
     SUBSCRIPTION + "/providers/Microsoft.Authorization/roleDefinitions/ba92f5b4-2d11-453d-a403-e96b0029c9fe",
     {"kind": "role", "name": "Storage Blob Data Contributor"}),
    ("azure-examples/Microsoft.ManagedIdentity_userAssignedIdentities/spec-list-2023-01-31.json",
     "/subscriptions/subid/resourcegroups/rgName/providers/Microsoft.ManagedIdentity/userAssignedIdentities"
     "/identityName", {"kind": "managed-identity", "tenant": "b6c948ef-f6b5-4384-8354-da3a15eca969"}),
    ("azure-examples/Microsoft.ResourceGraph_resources/list-2019-04-01-2.json",
     SUBSCRIPTION + "/resourceGroups/test_storage/providers/Microsoft.Storage/storageAccounts/cctstoragey6akyqpagdt3o",
     {"kind": "storage-account", "tenant": "72f988bf-86f1-41af-91ab-2d7cd011db47"}),
    ("azure-examples/microsoft.insights_diagnosticSettings/list-2017-05-01-preview.json",
     SUBSCRIPTION + "/resourcegroups/test_diagnostic-settings/providers/microsoft.network/loadbalancers"
     "/cctestdiagnostic_loadbalancer/providers/microsoft.insights/diagnosticSettings/ccdiagnosticsettingtest",
     {"kind": "diagnostic-setting"}),
    ("azure-examples/MicrosoftGraph/agentIdentity-list.json",
     "entra://-/servicePrincipals/1b7313c4-05d0-4a08-88e3-7b76c003a0a2",
     {"kind": "agent-identity", "name": "My Agent Identity"}),
    ("aws-examples/bedrock-agent/GetAgent.json", "arn:aws:bedrock:us-east-1:644160558196:agent/64XULLPD7A",
     {"kind": "ai-agent", "name": "c7n-test", "scope": "644160558196", "location": "us-east-1", "cloud": "aws"}),
    ("aws-examples/bedrock-agent/ListAgents.json", "arn:aws:bedrock:-:-:agent/64XULLPD7A",
     {"kind": "ai-agent", "name": "c7n-test", "scope": "-", "location": "-"}),
    ("aws-examples/bedrock/GetModelInvocationLoggingConfiguration.json",
     "aws://-/-/bedrock/model-invocation-logging", {"kind": "diagnostic-setting"}),
    ("aws-examples/bedrock/ListInferenceProfiles.json",
     "arn:aws:bedrock:us-east-2:644160558196:application-inference-profile/93ksxhaxmgyd",
     {"kind": "ai-deployment", "name": "Another Inference Profile"}),
    ("aws-examples/sagemaker/DescribeDomain.json",
     "arn:aws:sagemaker:us-east-1:644160558196:domain/d-nzuqvexepjbz", {"kind": "ai-workspace"}),
    ("aws-examples/sagemaker/DescribeTrainingJob.json",
     "arn:aws:sagemaker:us-east-1:644160558196:training-job/c7n-job-2018-01-12-18-23-33", {"kind": "training-job"}),
    ("gcp-examples/vertexai-model-filtering/v1-locations-us-central1-models-7954043586947842048.json",
     "//aiplatform.googleapis.com/projects/cloud-custodian/locations/us-central1/models/7954043586947842048",
     {"kind": "ai-model", "name": "c7n-test-model-owned", "tags": {"owner": "c7n"}, "scope": "cloud-custodian",
      "location": "us-central1", "cloud": "gcp"}),
    ("gcp-examples/notebook_v2/v2-locations---instances.json",
     "//notebooks.googleapis.com/projects/cloud-custodian/locations/us-east1-b/instances"
     "/c7n-notebook-private-default-e84a", {"kind": "notebook", "exposure": "trusted"}),
    ("saas-examples/microsoft/entra_applications.mock_entra_applications_dict.json",
     "entra://-/applications/11111111-1111-1111-1111-111111111111", {"kind": "application", "name": "Finance Tracker"}),
]

# A listing and a full description of the same thing: one asset, and nothing of it stays unread.
PAIRS = [
    ("aws-examples/bedrock/ListCustomModels.json", "aws-examples/bedrock/GetCustomModel.json"),
    ("aws-examples/bedrock/ListEvaluationJobs.json", "aws-examples/bedrock/GetEvaluationJob.json"),
    ("aws-examples/bedrock/ListModelInvocationJobs.json", "aws-examples/bedrock/GetModelInvocationJob.json"),
    ("aws-examples/sagemaker/ListModels.json", "aws-examples/sagemaker/DescribeModel.json"),
    ("aws-examples/sagemaker/ListEndpoints.json", "aws-examples/sagemaker/DescribeEndpoint.json"),
    ("aws-examples/sagemaker/ListTrainingJobs.json", "aws-examples/sagemaker/DescribeTrainingJob.json"),
    ("aws-examples/sagemaker/ListDomains.json", "aws-examples/sagemaker/DescribeDomain.json"),
    ("aws-examples/sagemaker/ListAutoMLJobs.json", "aws-examples/sagemaker/DescribeAutoMLJobV2.json"),
    ("aws-examples/sagemaker/ListDataQualityJobDefinitions.json",
     "aws-examples/sagemaker/DescribeDataQualityJobDefinition.json"),
    ("gcp-examples/notebook_v2/v2-locations---instances.json",
     "gcp-examples/test_notebook_v2_get/v2-locations-us-east1-b-instances-c7n-notebook-public-default-e84a.json"),
    ("gcp-examples/vertexai-model-filtering/"
     "v1-locations-us-central1-models-7954043586947842048-operations-8260450921826222080.json",
     "gcp-examples/vertexai-model-filtering/v1-locations-us-central1-models-7954043586947842048.json"),
]

# Specification bodies in which every text is "string": by themselves unsupported, with type and id stated assets.
PLACEHOLDERS = {
    "azure-examples/Microsoft.MachineLearningServices_registries/spec-get-2024-10-01.json":
        ("Microsoft.MachineLearningServices/registries", "registries/r", "model-registry"),
    "azure-examples/Microsoft.MachineLearningServices_registries_models_versions/spec-put-2025-12-01.json":
        ("Microsoft.MachineLearningServices/registries/models/versions", "registries/r/models/m/versions/1",
         "model-artifact"),
    "azure-examples/Microsoft.MachineLearningServices_workspaces_datastores/spec-list-2024-10-01.json":
        ("Microsoft.MachineLearningServices/workspaces/datastores", "workspaces/w/datastores/d", "ai-connection"),
    "azure-examples/Microsoft.MachineLearningServices_workspaces_onlineEndpoints_deployments/"
    "spec-kubernetes-2026-01-15-preview.json":
        ("Microsoft.MachineLearningServices/workspaces/onlineEndpoints/deployments",
         "workspaces/w/onlineEndpoints/e/deployments/d", "ai-deployment"),
}


def scan(*sources, jobs=1):
    words = ["scan", "--no-store", "--jobs", jobs, "--status", "all", "--format", "json", *sources]
    done = subprocess.run([APLOMB, *map(str, words)], capture_output=True, text=True, cwd=DATA)
    if done.returncode not in (0, 3):
        raise AssertionError(f"exit {done.returncode} for {sources[:3]}: {done.stderr.strip()}")
    result = json.loads(done.stdout)
    result["exit"] = done.returncode
    return result


def read_ids(result):
    return {asset["id"].lower() if asset["cloud"] == "azure" else asset["id"]
            for asset in result["assets"] if asset["read"]}


def rows_of(result, state):
    return [row for row in result["coverage"] if row["state"] == state]


def documents_in(body):
    """How many documents an Azure answer holds: the members of its page, the rows of its table, or itself."""
    if isinstance(body, list):
        return sum(documents_in(item) for item in body)
    data = body.get("data")
    if isinstance(data, dict) and "rows" in data:
        return len(data["rows"])
    page = data if isinstance(data, list) else body.get("value")
    return len(page) if isinstance(page, list) else 1


def types_table():
    listed = json.loads(subprocess.run([APLOMB, "services", "--format", "json"], capture_output=True, text=True,
                                       check=True).stdout)
    lines = ["| Service | Type | Title | Kind |", "| --- | --- | --- | --- |"]
    for service in listed["services"]:
        for type_ in service["types"]:
            lines.append(f"| {service['service']} | `{type_['type']}` | {type_['title']} | {type_['kinds']} |")
    return "\n".join(lines)


def cases_by_relation():
    """relation -> the cases whose expect.yaml has one of it"""
    found = {name: [] for name in yaml.safe_load((ROOT / "vocabulary" / "relations.yaml").read_text())["relations"]}
    for path in sorted(ROOT.glob("services/*/*/cases/*/expect.yaml")):
        case = path.parent.relative_to(ROOT / "services").as_posix().replace("/cases/", "/")
        for name in sorted({entry["type"] for entry in yaml.safe_load(path.read_text()).get("relations") or []}):
            found[name].append(case)
    return found


def relations_table():
    lines = ["| Relation | Cases |", "| --- | --- |"]
    for name, cases in cases_by_relation().items():
        by_service = {}
        for case in cases:
            service, short = case.rsplit("/", 1)
            by_service.setdefault(service, []).append(short)
        shown = "; ".join(f"{service}: {', '.join(names)}" for service, names in by_service.items())
        lines.append(f"| `{name}` | {shown or 'none: no document of the services so far names any'} |")
    return "\n".join(lines)


class Documentation(unittest.TestCase):
    def hold(self, name, table):
        """The part of docs/coverage.md between the markers of that name is the table."""
        begin, end = f"<!-- {name}: begin -->\n", f"<!-- {name}: end -->"
        before, rest = COVERAGE.read_text().split(begin)
        found, after = rest.split(end)
        if os.environ.get("APLOMB_GOLDEN") == "1":
            COVERAGE.write_text(f"{before}{begin}{table}\n{end}{after}")
        else:
            self.assertEqual(found.strip(), table, "APLOMB_GOLDEN=1 rewrites it")

    def test_table_of_types(self):
        self.hold("types", types_table())

    def test_table_of_relations(self):
        self.hold("relations", relations_table())
        self.assertEqual([name for name, cases in cases_by_relation().items() if not cases], ["uses-library"])


@unittest.skipUnless((DATA / "examples-index.json").exists(), "no APLOMB_SHARED_DATA")
class Examples(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.files = [entry["file"] for entry in json.loads((DATA / "examples-index.json").read_text())]
        with concurrent.futures.ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
            cls.single = dict(zip(cls.files, pool.map(scan, cls.files)))
        cls.together = scan(*FOLDERS, jobs=2)
        cls.unsupported = [file for file in cls.files if not cls.single[file]["summary"]["assets"]]

    @classmethod
    def tearDownClass(cls):
        print(f"{len(cls.files)} bodies: {len(cls.files) - len(cls.unsupported)} became assets "
              f"({cls.together['summary']['assets']} in all), {len(cls.unsupported)} are unsupported", file=sys.stderr)

    def test_there_are_all(self):
        self.assertEqual(len(self.files), 360)
        self.assertEqual({path.relative_to(DATA).as_posix() for folder in FOLDERS
                          for path in (DATA / folder).rglob("*.json")}, set(self.files))

    def test_none_disappears(self):
        for file in self.files:
            with self.subTest(file):
                result = self.single[file]
                self.assertEqual(result["scan"]["documents"], sum(row["count"] for row in result["coverage"]))
                self.assertGreater(result["scan"]["documents"], 0)
                unsupported = rows_of(result, "unsupported")
                self.assertTrue(result["summary"]["assets"] or unsupported)
                for row in unsupported:
                    self.assertTrue(row["type"] and row["why"] and row["count"])
                self.assertEqual(result["exit"] == 3,
                                 any(row["state"] in ("partial", "unread") for row in result["coverage"]))
                if file.startswith("azure-examples"):
                    self.assertEqual(result["scan"]["documents"], documents_in(json.loads((DATA / file).read_text())))

    def test_assets_are_well_formed(self):
        for file, result in self.single.items():
            ids = set()
            for asset in result["assets"]:
                with self.subTest(file, id=asset["id"]):
                    self.assertTrue(asset["kind"] and asset["name"])
                    self.assertNotIn(asset["id"], ids)
                    ids.add(asset["id"])
                    if asset["read"]:
                        self.assertTrue(asset["type"])
                        self.assertTrue(any(cloud == asset["cloud"] and form.match(asset["id"])
                                            for cloud, form in ID_FORMS))
            for relation in result["relations"]:
                self.assertLessEqual({relation["from"], relation["to"]}, ids, file)
                self.assertTrue(relation["evidence"], (file, relation))

    def test_together_is_the_sum(self):
        self.assertEqual(self.together["scan"]["documents"],
                         sum(result["scan"]["documents"] for result in self.single.values()))
        self.assertEqual(self.together["scan"]["documents"], sum(row["count"] for row in self.together["coverage"]))
        self.assertEqual(read_ids(self.together), set().union(*map(read_ids, self.single.values())))
        counts = {}
        for result in self.single.values():
            for row in rows_of(result, "unsupported"):
                key = row["source"], row["scope"], row["type"]
                counts[key] = counts.get(key, 0) + row["count"]
        self.assertEqual({(row["source"], row["scope"], row["type"]): row["count"]
                          for row in rows_of(self.together, "unsupported")}, counts)

    def test_order_and_threads_do_not_matter(self):
        def plain(result):
            return {key: value for key, value in result.items() if key not in ("scan", "exit")}
        self.assertEqual(plain(self.together), plain(scan(*reversed(FOLDERS))))

    def test_known_assets(self):
        for file, id_, members in KNOWN:
            with self.subTest(file):
                found = [asset for asset in self.single[file]["assets"] if asset["id"] == id_]
                self.assertEqual(len(found), 1, [asset["id"] for asset in self.single[file]["assets"]][:5])
                self.assertEqual({key: found[0][key] for key in members}, members)
                self.assertTrue(found[0]["read"])

    def test_summary_and_description_are_one(self):
        for listing, full in PAIRS:
            with self.subTest(listing):
                both = scan(listing, full)
                shared = read_ids(self.single[listing]) & read_ids(self.single[full])
                self.assertTrue(shared)
                self.assertEqual(both["summary"]["assets"],
                                 len(read_ids(self.single[listing]) | read_ids(self.single[full])))
                by_id = {(f["rule"], f["asset"]): f["status"] for f in both["findings"] if f["asset"] in shared}
                alone = {(f["rule"], f["asset"]): f["status"] for f in self.single[full]["findings"]
                         if f["asset"] in shared}
                self.assertEqual(by_id, alone)  # nothing that the description decides stays manual

    def test_placeholders_with_type_and_id(self):
        for file, (type_, path, kind) in PLACEHOLDERS.items():
            with self.subTest(file):
                body = json.loads((DATA / file).read_text())
                body = body["value"][0] if "value" in body else body
                id_ = f"/subscriptions/s/resourceGroups/g/providers/Microsoft.MachineLearningServices/{path}"
                with tempfile.TemporaryDirectory() as folder:
                    line = {"source": "azure", "scope": "s", "type": type_, "id": id_, "body": body}
                    (pathlib.Path(folder) / "one.ndjson").write_text(json.dumps(line) + "\n")
                    assets = scan(pathlib.Path(folder) / "one.ndjson")["assets"]
                self.assertEqual([(a["id"], a["kind"]) for a in assets if a["read"]], [(id_, kind)])
                self.assertIn(file, self.unsupported)

    def test_documentation_explains_what_is_unsupported(self):
        rows = re.findall(r"^\| `([^`]+-examples/[^`]*)` \| (\d+) \| (.+) \|$", COVERAGE.read_text(), re.M)
        explained = {file: [pattern for pattern, _, _ in rows if fnmatch.fnmatch(file, pattern)]
                     for file in self.unsupported}
        self.assertEqual({file: found for file, found in explained.items() if len(found) != 1}, {})
        for pattern, count, _ in rows:
            self.assertEqual(int(count), sum(found == [pattern] for found in explained.values()), pattern)
        self.assertIn(f"{len(self.files) - len(self.unsupported)} bodies become assets, {len(self.unsupported)} do not",
                      COVERAGE.read_text())


if __name__ == "__main__":
    outcome = unittest.main(exit=False).result
    sys.exit(1 if not outcome.wasSuccessful() else 0 if DATA.exists() else 77)
