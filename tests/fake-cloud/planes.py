"""The APIs beside Azure Resource Manager: Microsoft Graph, data planes of Azure AI, Power Platform, Purview."""
import json
import re

import cloud as clouds
import documents

# What Microsoft Graph gives only when it is expanded, or asked for by itself; 20 at most when it is expanded.
EXPANDED_MAX = 20
NAVIGATION = ("members", "owners", "sponsors", "appRoleAssignments", "federatedIdentityCredentials")
# What every tenant has once, also one whose export left it out.
SINGLE = {
    "policies/identitySecurityDefaultsEnforcementPolicy": {
        "id": "00000000-0000-0000-0000-000000000005", "displayName": "Security Defaults", "isEnabled": False,
        "description": "Security defaults is a set of basic identity security mechanisms."},
    "policies/authorizationPolicy": {
        "id": "authorizationPolicy", "displayName": "Authorization Policy",
        "allowInvitesFrom": "adminsAndGuestInviters", "guestUserRoleId": "2af84b1e-32c8-42b7-82bc-daa82404023b",
        "defaultUserRolePermissions": {"allowedToCreateApps": False, "permissionGrantPoliciesAssigned": []}},
    "policies/adminConsentRequestPolicy": {
        "isEnabled": True, "notifyReviewers": True, "remindersEnabled": True, "requestDurationInDays": 30,
        "reviewers": [{"query": "/users/00000000-0000-0000-0000-0000000000dd", "queryType": "MicrosoftGraph"}]},
}
ENVIRONMENT = "contoso.crm4.dynamics.com"
AUDIENCES = [
    (r"^management\.azure\.com$", "https://management.azure.com"),
    (r"^graph\.microsoft\.com$", "https://graph.microsoft.com"),
    (r"\.search\.windows\.net$", "https://search.azure.com"), (r"\.services\.ai\.azure\.com$", "https://ai.azure.com"),
    (r"\.openai\.azure\.com$", "https://cognitiveservices.azure.com"), (r"purview", "https://purview.azure.net"),
    (r"^api\.powerplatform\.com$", "https://api.powerplatform.com"),
    (r"^api\.bap\.microsoft\.com$", "https://service.powerapps.com"),
]


def is_audience(host, audience):
    if host.endswith(".dynamics.com"):
        return audience.rstrip("/") == f"https://{host}"
    return any(re.search(pattern, host) and audience.rstrip("/") == wanted for pattern, wanted in AUDIENCES)


def answer(cloud, request):
    host = request.host
    if host.startswith("graph."):
        return graph(cloud, request)
    if host.endswith(".search.windows.net"):
        return objects(cloud, request, "Microsoft.Search/searchServices/", rf"/searchservices/{host.split('.')[0]}/")
    if host.endswith(".services.ai.azure.com"):
        return foundry(cloud, request)
    if host.endswith(".openai.azure.com"):
        return clouds.Answer(200, {"data": [], "has_more": False})
    if host.endswith(".dynamics.com"):
        return dataverse(cloud, request)
    if host.startswith("api.bap."):
        return clouds.Answer(200, {"value": [{
            "id": "/providers/Microsoft.BusinessAppPlatform/scopes/admin/environments/contoso", "name": "contoso",
            "properties": {"linkedEnvironmentMetadata": {"instanceUrl": f"https://{ENVIRONMENT}/"}}}]})
    if host.startswith("api.powerplatform."):
        return clouds.error(403, "Forbidden", "app-only tokens are not accepted")
    if "purview" in host:
        return purview(cloud, request)
    return clouds.error(404, "NotFound")


# ---- Microsoft Graph ----

def graph(cloud, request):
    version, _, path = request.path.lstrip("/").partition("/")
    if path == "$batch":
        return batch(cloud, request, version)
    if path == "security/runHuntingQuery":
        kind = request.json["Query"].split()[0]
        found = [d for d in cloud.documents if d.type == kind]
        return clouds.Answer(200, {"schema": [], "results": [d.body for d in found]}, items=found, key=request.key)
    below = re.fullmatch(r"(\w+)/([0-9a-f-]{36})/(\w+)", path)
    if below:
        return navigation(cloud, request, *below.groups())
    kind = "microsoft.graph." + documents.GRAPH.get(path, path.rsplit("/", 1)[-1])
    found = [d for d in cloud.documents if d.source == "entra" and d.type == kind]
    if path in SINGLE:
        found = found[:1] or [documents.Document("entra", kind, None, SINGLE[path])]
        return clouds.Answer(200, found[0].body, items=found, key=request.key)
    shown = [documents.Document(d.source, d.type, d.id, selected(d.body, request.query, cloud)) for d in found]
    page = cloud.listed(request, [d.body for d in shown], shown)
    page.asked = request.query.get("$select")
    if "nextLink" in page.body:
        page.body["@odata.nextLink"] = page.body.pop("nextLink")
    page.body["@odata.context"] = f"https://{request.host}/{version}/$metadata#{path}"
    return page


def selected(body, query, cloud):
    """What is given of an object: navigations only where they are expanded, and then always."""
    shown = {name: value for name, value in body.items() if name not in NAVIGATION}
    if "$select" in query:
        shown = {name: value for name, value in shown.items() if name in ("id", *query["$select"].split(","))}
    for name in query["$expand"].split(",") if "$expand" in query else ():
        if name in body or cloud.fills:
            shown[name] = body.get(name, [])[:EXPANDED_MAX]
    return shown


def navigation(cloud, request, collection, identity, name):
    kind = "microsoft.graph." + documents.GRAPH.get(collection, "")
    found = [d for d in cloud.documents if d.source == "entra" and d.body.get("id") == identity and d.type == kind]
    if not found:
        return clouds.error(404, "Request_ResourceNotFound")
    body = found[0].body.get(name, [])
    items = [documents.Document("entra", kind, None, {"id": identity, name: body}, True)] if body else []
    return clouds.Answer(200, {"value": body}, items=items, key=request.key)


def batch(cloud, request, version):
    parts, items = [], []
    for part in request.json["requests"]:
        inner = clouds.Request("GET", request.host, f"/{version}{part['url']}", request.headers, b"")
        given = cloud.forbidden(inner) or graph(cloud, inner)
        parts.append({"id": part["id"], "status": given.status, "headers": {}, "body": given.body})
        items.append(given)
    made = clouds.Answer(200, {"responses": list(reversed(parts))})
    made.parts = items
    return made


# ---- Data planes of Azure AI ----

def objects(cloud, request, kinds, place):
    kind = (kinds + request.path.strip("/").split("/")[-1]).lower()
    found = [d for d in cloud.documents if d.type.lower() == kind and d.id and place in d.id.lower()]
    return clouds.Answer(200, {"value": [d.body for d in found]}, items=found, key=request.key)


def foundry(cloud, request):
    parts = request.path.strip("/").split("/")  # api/projects/P/agents
    account, project, name = request.host.split(".")[0], parts[2].lower(), parts[3].lower()
    kind = f"microsoft.cognitiveservices/accounts/projects/{'agents/versions' if len(parts) > 4 else name}"
    place = f"/accounts/{account}/projects/{project}/"
    found = [d for d in cloud.documents if d.type.lower() == kind and d.id and place in d.id.lower()]
    if name in ("datasets", "indexes"):
        return clouds.Answer(200, {"value": [d.body for d in found]}, items=found, key=request.key)
    after = request.query.get("after")
    start = 1 + next((i for i, d in enumerate(found) if d.body["id"] == after), -1)
    if cloud.goes_round and found:
        start %= len(found)
    page = found[start:start + 2]
    more = start + 2 < len(found) or (cloud.goes_round and bool(found))
    body = {"object": "list", "data": [d.body for d in page], "has_more": more}
    if page:
        body.update(first_id=page[0].body["id"], last_id=page[-1].body["id"])
    return clouds.Answer(200, body, items=page, key=request.key, page=start)


# ---- Power Platform, Purview ----

def dataverse(cloud, request):
    name = request.path.rsplit("/", 1)[-1]
    kind = "Microsoft.Dynamics.CRM." + documents.TABLES.get(name, "")
    found = [d for d in cloud.documents if d.type == kind]
    start, size = int(request.query.get("$skiptoken", 0)), 4
    body = {"@odata.context": f"https://{request.host}/api/data/v9.2/$metadata#{name}",
            "value": [d.body for d in found[start:start + size]]}
    if start + size < len(found):
        body["@odata.nextLink"] = f"https://{request.host}{request.path}?$skiptoken={start + size}"
    return clouds.Answer(200, body, items=found[start:start + size], key=request.key, page=start)


def purview(cloud, request):
    found = [d for d in cloud.documents if d.type == "microsoft.purview.entity"]
    if request.path.endswith("/search/query"):
        start = int(request.json.get("continuationToken", 0))
        body = {"@search.count": len(found), "value": [d.body for d in found[start:start + 2]]}
        if start + 2 < len(found):
            body["continuationToken"] = str(start + 2)
        return clouds.Answer(200, body, items=found[start:start + 2], key=request.key, page=start)
    if "/entity/bulk" in request.path:
        return clouds.Answer(200, {"entities": []})
    if "/lineage/" in request.path:
        return clouds.error(404, "ATLAS-404-00-009", json.dumps(request.path))
    return clouds.error(404, "NotFound")
