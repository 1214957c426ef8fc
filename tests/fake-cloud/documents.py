"""A folder of documents as one tenant: every object in it with its type and id, whatever page or export held it."""
import gzip
import json
import pathlib
import re

TENANT = "11111111-1111-1111-1111-111111111111"
GRAPH = {  # collections of Microsoft Graph, as contexts and paths name them
    "users": "user", "groups": "group", "servicePrincipals": "servicePrincipal", "applications": "application",
    "organization": "organization", "devices": "device", "directoryRoles": "directoryRole",
    "oauth2PermissionGrants": "oAuth2PermissionGrant", "directory/administrativeUnits": "administrativeUnit",
    "servicePrincipals/microsoft.graph.agentIdentity": "agentIdentity",
    "servicePrincipals/microsoft.graph.agentIdentityBlueprintPrincipal": "agentIdentityBlueprintPrincipal",
    "applications/microsoft.graph.agentIdentityBlueprint": "agentIdentityBlueprint",
    "users/microsoft.graph.agentUser": "agentUser",
    "identity/conditionalAccess/policies": "conditionalAccessPolicy",
    "identity/conditionalAccess/namedLocations": "ipNamedLocation",
    "roleManagement/directory/roleDefinitions": "unifiedRoleDefinition",
    "roleManagement/directory/roleAssignments": "unifiedRoleAssignment",
    "roleManagement/directory/roleAssignmentScheduleInstances": "unifiedRoleAssignmentScheduleInstance",
    "roleManagement/directory/roleEligibilityScheduleInstances": "unifiedRoleEligibilityScheduleInstance",
    "policies/authenticationStrengthPolicies": "authenticationStrengthPolicy",
    "reports/servicePrincipalSignInActivities": "servicePrincipalSignInActivity",
    "reports/authenticationMethods/userRegistrationDetails": "userRegistrationDetails",
    "security/dataSecurityAndGovernance/sensitivityLabels": "sensitivityLabel",
    "security/informationProtection/sensitivityLabels": "security.sensitivityLabel",
}
TABLES = {"bots": "bot", "botcomponents": "botcomponent", "connectionreferences": "connectionreference"}


class Document:
    def __init__(self, source, kind, identity, body, partial=False):
        self.source, self.type, self.id, self.body, self.partial = source, kind, identity, body, partial


def values_in(text):
    """Several JSON values may stand one after another."""
    decoder, at = json.JSONDecoder(), 0
    while True:
        while at < len(text) and text[at].isspace():
            at += 1
        if at == len(text):
            return
        value, at = decoder.raw_decode(text, at)
        yield value


def arm_type(identity):
    """Microsoft.X/a/b of the last resource that the id names."""
    parts = identity.strip("/").split("/")
    lower = [part.lower() for part in parts]
    if "providers" in lower:
        rest = parts[len(parts) - lower[::-1].index("providers"):]
        return "/".join([rest[0], *rest[1::2]])
    return "Microsoft.Resources/resourceGroups" if "resourcegroups" in lower else "Microsoft.Resources/subscriptions"


def context_type(context):
    name = re.sub(r"\(.*\)", "", context.split("$metadata#", 1)[1])
    if name in TABLES and "/api/data/" in context:
        return "power-platform", "Microsoft.Dynamics.CRM." + TABLES[name]
    return ("entra", "microsoft.graph." + GRAPH[name]) if name in GRAPH else (None, None)


def opened(value, source=None, kind=None):
    """The documents in a value, however it wraps them."""
    if isinstance(value, list):
        for one in value:
            yield from opened(one, source, kind)
    elif not isinstance(value, dict) or "unread" in value or "listed" in value:
        return
    elif "source" in value and isinstance(value.get("body"), dict):
        yield Document(value["source"], value["type"], value.get("id"), value["body"])
    elif kind:
        yield Document(source, kind, value.get("id"), value)
    elif str(value.get("id", "")).startswith("/"):
        said = value.get("type", "")
        yield Document("azure", said if "." in said and "/" in said else arm_type(value["id"]), value["id"], value)
    elif isinstance(value.get("data"), dict) and "columns" in value["data"]:
        names = [column["name"] for column in value["data"]["columns"]]
        yield from opened([dict(zip(names, row)) for row in value["data"]["rows"]])
    elif "results" in value:
        kind = "AIAgentsInfo" if any("AIAgentId" in row for row in value["results"]) else "AgentsInfo"
        yield from (Document("power-platform", kind, row.get("AgentId"), row) for row in value["results"])
    elif "@odata.context" in value:
        source, kind = context_type(value["@odata.context"])
        if kind:
            yield from opened(value.get("value", []), source, kind)
    elif "@search.count" in value:
        yield from (Document("purview", "microsoft.purview.entity", row["id"], row) for row in value["value"])
    else:
        for name in ("value", "data"):
            yield from opened(value.get(name, []))


def texts(folder):
    folder = pathlib.Path(folder)
    for path in sorted(folder.rglob("*")) if folder.is_dir() else [folder]:
        if path.suffix in (".json", ".ndjson", ".gz") and path.is_file():
            raw = path.read_bytes()
            yield (gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw).decode()


def read(folder):
    """All documents of the providers that this cloud speaks for; of several with one id the longest."""
    found = {}
    for document in (one for text in texts(folder) for value in values_in(text) for one in opened(value)):
        if document.source not in ("azure", "entra", "power-platform", "purview"):
            continue
        key = (document.type.lower(), str(document.id or json.dumps(document.body, sort_keys=True)).lower())
        known = found.get(key)
        if known is None or len(json.dumps(known.body)) < len(json.dumps(document.body)):
            found[key] = document
    return [found[key] for key in sorted(found)]


def refused(folder):
    """(type, subscription, status) of what the export says could not be read."""
    for value in (value for text in texts(folder) for value in values_in(text)):
        if isinstance(value, dict) and value.get("source") == "azure" and "unread" in value:
            yield value["unread"], value["scope"], int(re.match(r"\d{3}", value["why"])[0])
