#!/usr/bin/env python3
"""The commands of docs/export.md run as they stand, and a scan of what they write finds what the cloud has.

Instead of the Azure CLI they call this script, which stands in for a small made-up tenant: it pages, refuses and does
not find. Skipped without bash or jq."""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.parse

ROOT = pathlib.Path(os.environ.get("APLOMB_ROOT", pathlib.Path(__file__).resolve().parents[2]))
APLOMB = os.path.abspath(os.environ.get("APLOMB", ROOT / "build" / "aplomb"))
SUBSCRIPTION, TENANT = "00000000-0000-0000-0000-000000000001", "00000000-0000-0000-0000-0000000000aa"
GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-ai/providers"
ACCOUNT = f"{GROUP}/Microsoft.CognitiveServices/accounts/contoso-chat"
SEARCH = f"{GROUP}/Microsoft.Search/searchServices/contoso-search"
STORAGE = f"{GROUP}/Microsoft.Storage/storageAccounts/stcontoso"
SITE = f"{GROUP}/Microsoft.Web/sites/contoso-app"
USER, BOT = "00000000-0000-0000-0000-000000000009", "00000000-0000-0000-0000-0000000000b1"


def resource(id_, **properties):
    names = id_.split("/providers/")[-1].split("/")
    type_ = "/".join([names[0]] + names[1::2]).replace("/blobServices/default", "/blobServices")
    return {"id": id_, "name": names[-1], "type": type_, "location": "westeurope", "properties": properties}


# Resource Graph by page; what ARM answers by path, in pages; other answers by the end of the URL's path.
ROWS = [[resource(ACCOUNT, publicNetworkAccess="Enabled"), resource(SEARCH, publicNetworkAccess="enabled")],
        [resource(STORAGE, allowSharedKeyAccess=True), resource(SITE, httpsOnly=True)]]
ARM = {f"{ACCOUNT}/deployments": [[resource(f"{ACCOUNT}/deployments/one")], [resource(f"{ACCOUNT}/deployments/two")]],
       f"{ACCOUNT}/projects": [[resource(f"{ACCOUNT}/projects/p")]],
       f"{ACCOUNT}/projects/p/connections": [[resource(f"{ACCOUNT}/projects/p/connections/c", authType="AAD")]],
       f"{STORAGE}/blobServices/default/containers": [[resource(f"{STORAGE}/blobServices/default/containers/c")]]}
AGENT = {"object": "agent", "id": "helper", "name": "helper",
         "versions": {"latest": {"definition": {"kind": "prompt", "model": "one", "tools": []}}}}
OTHER = {"services.ai.azure.com/api/projects/p/agents": {"data": [AGENT], "has_more": False},
         "search.windows.net/indexes": {"value": [{"name": "docs", "fields": [{"name": "id", "key": True}]}]},
         "v1.0/users": {"@odata.context": "https://graph.microsoft.com/v1.0/$metadata#users",
                        "value": [{"id": USER, "displayName": "A", "userPrincipalName": "a@contoso.com"}]},
         "v9.2/bots": {"value": [{"botid": BOT, "name": "Bot", "authenticationmode": 1, "accesscontrolpolicy": 0}]},
         "search/query": {"value": [{"id": "g1", "qualifiedName": "https://stcontoso.blob.core.windows.net/c",
                                     "entityType": "azure_blob_container"}]},
         "config/appsettings/list": resource(f"{SITE}/config/appsettings", MODE="chat")}
REFUSED = f"{ACCOUNT}/raiPolicies"
FOUND = [ACCOUNT, SEARCH, STORAGE, SITE, f"{ACCOUNT}/deployments/one", f"{ACCOUNT}/deployments/two",
         f"{ACCOUNT}/projects/p", f"{ACCOUNT}/projects/p/connections/c", f"{ACCOUNT}/projects/p/agents/helper",
         f"{STORAGE}/blobServices/default/containers/c", f"{SEARCH}/indexes/docs", f"{SITE}/config/appsettings",
         f"entra://{TENANT}/users/{USER}", f"powerplatform://-/bots/{BOT}", "purview://-/entities/g1"]


def fail(text):
    print(f"ERROR: {text}", file=sys.stderr)
    return 3


def give(answer):
    print(json.dumps(answer))
    return 0


def graph(words):
    page = int(words[words.index("--skip-token") + 1]) if "--skip-token" in words else 0
    rows = ROWS if words[words.index("-q") + 1].startswith("Resources ") else [[]]
    token = str(page + 1) if page + 1 < len(rows) else None
    return give({"count": len(rows[page]), "data": rows[page], "skip_token": token})


def rest(words):
    url = urllib.parse.urlsplit(words[words.index("--url") + 1])
    query = dict(urllib.parse.parse_qsl(url.query))
    place = url.netloc + url.path
    for end, answer in OTHER.items():
        if place.endswith(end):
            return give(answer)
    if url.netloc != "management.azure.com":
        return fail("Not Found")
    if not re.fullmatch(r"v1|\d{4}-\d\d-\d\d(-preview)?", query.get("api-version", "")):
        return fail(f"no version in {url.geturl()}")
    if url.path == REFUSED:
        return fail("Forbidden")
    pages, page = ARM.get(url.path), int(query.get("page", 0))
    if not pages:
        return fail("Not Found")
    answer = {"value": pages[page]}
    if page + 1 < len(pages):
        more = urllib.parse.urlencode(dict(query, page=page + 1))
        answer["nextLink"] = f"https://management.azure.com{url.path}?{more}"
    return give(answer)


def stand_in(words):
    """What `az WORDS` prints."""
    with open(os.environ["AZ_LOG"], "a") as log:
        log.write(json.dumps(words) + "\n")
    if words[0] == "account":
        print(SUBSCRIPTION if words[1] == "list" else TENANT)
        return 0
    return graph(words) if words[0] == "graph" else rest(words) if words[0] == "rest" else 0


def run_page(folder):
    (folder / "bin").mkdir()
    (folder / "bin" / "az").symlink_to(pathlib.Path(__file__).resolve())
    page = (ROOT / "docs" / "export.md").read_text()
    (folder / "page.sh").write_text("set -u\n" + "\n".join(re.findall(r"```bash\n(.*?)```", page, re.S)))
    environment = dict(os.environ, PATH=f"{folder / 'bin'}:{os.environ['PATH']}", AZ_LOG=str(folder / "log"))
    return subprocess.run(["bash", "page.sh"], cwd=folder, env=environment, capture_output=True, text=True)


def mistakes(folder):
    done = run_page(folder)
    found = [line for line in done.stderr.splitlines() if not line.startswith(("refused:", "ERROR: Not Found"))]
    scan = subprocess.run([APLOMB, "scan", "--no-store", "--format", "json", "export"], cwd=folder,
                          capture_output=True, text=True)
    result = json.loads(scan.stdout)
    read = {asset["id"].lower() for asset in result["assets"] if asset["read"]}
    found += [f"{id_}: not found by the scan" for id_ in FOUND if id_.lower() not in read]
    unread = {row["type"]: row for row in result["coverage"] if row["state"] == "unread"}
    refused = "Microsoft.CognitiveServices/accounts/raiPolicies"
    if unread.get(refused, {}).get("needs") != refused + "/read" or unread[refused]["scope"] != SUBSCRIPTION:
        found.append(f"{refused}: refused, but not among what was not read: {unread}")
    found += [f"{row['type']}: unsupported" for row in result["coverage"]
              if row["state"] == "unsupported" and row["type"] != "empty file"]
    return found


def main():
    if not shutil.which("jq") or not shutil.which("bash"):
        return 77
    with tempfile.TemporaryDirectory() as folder:
        found = mistakes(pathlib.Path(folder))
    print("\n".join(found) or "docs/export.md: all commands ran")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(stand_in(sys.argv[1:]) if pathlib.Path(sys.argv[0]).name == "az" else main())
