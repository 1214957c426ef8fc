"""docs/export.md: the commands whose output a scan reads, from the calls that types name; the frame is export.md.in.

A type below another one becomes a word of a `children` line: one line for each type and version of what it lies below,
in an order in which every type is exported before what lies below it."""
import content

# Types that Azure Resource Graph does not hold, or not whole: listed in each subscription.
LISTED = ("microsoft.authorization/", "microsoft.managedservices/", "microsoft.security/",
          "microsoft.cognitiveservices/rai", "microsoft.insights/logprofiles")
MODELS = "Microsoft.CognitiveServices/models"
SETTINGS = ["Microsoft.Web/sites/config", "Microsoft.Web/sites/slots/config"]
# Collections of Microsoft Graph that its beta version has and v1.0 not.
BETA = ("/users/microsoft.graph.agentUser", "/reports/servicePrincipalSignInActivities",
        "/security/informationProtection/")
AUDIENCES = [(".search.windows.net", "https://search.azure.com"),
             (".services.ai.azure.com", "https://ai.azure.com"),
             (".openai.azure.com", "https://cognitiveservices.azure.com")]
SUBSCRIPTION = "/subscriptions/{subscription}/"


def types_of(cloud):
    return {name: type_ for service in content.services() if service["service"].startswith(cloud + "/")
            for name, type_ in service["types"].items()}


def more_of(cloud):
    """Further calls of a type, in the form of types."""
    return [(call["type"], {"read": call}) for service in content.services()
            if service["service"].startswith(cloud + "/") for call in service.get("calls", []) if "type" in call]


def above(name, type_, suffix):
    """The type that the parent of a call has: the one it names, or the type less one name for each collection."""
    named = content.read_of(type_).get("of")
    return named or name.rsplit("/", sum(part != "default" for part in suffix.split("/")))[0]


def child_lines(types):
    """(parent type, version) -> collections, with a line for every parent that is no type of ours."""
    lines = {("Microsoft.CognitiveServices/accounts", content.newest(types[MODELS])): ["models"]}
    for name, type_ in types.items():
        call = content.path_of(type_)
        suffix = call.removeprefix("{parent}/").replace("?", "&")
        if not call.startswith("{parent}/") or suffix.startswith("providers/") or name in SETTINGS:
            continue
        parent, version = above(name, type_, suffix), content.newest(type_)
        if parent not in types:
            step, last = parent.rsplit("/", 1)
            lines.setdefault((step, version), []).append(last)
        lines.setdefault((parent, version), []).append(suffix)
    return {key: list(dict.fromkeys(words)) for key, words in lines.items()}


def wrapped(words, width=110):
    """One command over several lines."""
    lines, line = [], words[0]
    for word in words[1:]:
        if len(line) + len(word) + 3 > width:
            lines.append(line + " \\")
            line = "   "
        line += " " + (f"'{word}'" if "&" in word and "'" not in word else word)
    return "\n".join(lines + [line])


def children(types):
    keys = sorted(child_lines(types).items(), key=lambda item: (item[0][0].count("/"), item[0]))
    return "\n".join(wrapped(["children", parent, version] + words) for (parent, version), words in keys)


def listed(types):
    by_version = {}
    for name, type_ in types.items():
        call = content.read_of(type_).get("list") or ""
        if call.startswith(SUBSCRIPTION + "providers/") and name.lower().startswith(LISTED):
            by_version.setdefault(content.newest(type_), []).append(
                call.removeprefix(SUBSCRIPTION + "providers/").replace("?", "&"))
    return "\n".join(wrapped(["listed", version] + names) for version, names in sorted(by_version.items()))


def logging_types(services):
    """The types that a rule about diagnostic settings judges, by the types in its condition."""
    found = set()
    for service in services:
        path = content.ROOT / "services" / service["service"] / "rules" / "diagnostic-logs-on.yaml"
        text = path.read_text() if path.exists() else ""
        found |= {name for name in service["types"] if name + "\n" in text or name + "}" in text or name + "," in text
                  or name + "]" in text}
    return sorted(name for name in found if name.startswith("Microsoft.") and "diagnosticSettings" not in name)


def extensions(types, services):
    setting = "Microsoft.Insights/diagnosticSettings"
    version = content.newest(types[setting])
    storage = "Microsoft.Security/defenderForStorageSettings"
    events = "Microsoft.EventGrid/eventSubscriptions"
    lines = [f"children {name} {version} providers/{setting}" for name in logging_types(services)]
    lines += [f"children Microsoft.Storage/storageAccounts {content.newest(types[name])} providers/{name}"
              for name in (storage, events)]
    return "\n".join(lines)


def objects(types):
    lines = []
    for name, type_ in types.items():
        call = content.read_of(type_).get("list") or ""
        for host, audience in AUDIENCES:
            if host in call and not name.endswith("agents/versions"):
                lines.append(wrapped(["objects", name, needs_of(type_), audience,
                                      f"'{call}?api-version={content.newest(type_)}'"]))
    return "\n".join(lines)


def needs_of(type_):
    return (content.read_of(type_).get("needs") or "-").replace(", ", ",")


def directory(types, more):
    lines = {}
    for name, type_ in [*types.items(), *more]:
        call = content.path_of(type_)
        if not call or "{" in call:
            continue
        path, _, query = call.partition("?")
        option, _, names = query.partition("=")
        queries = [f"?{option}={name}" for name in names.split(",")] if option == "$expand" else [call[len(path):]]
        version = "beta" if path.startswith(BETA) else "v1.0"
        for one in queries:
            url = f"'{version}{path}{one}'"
            lines.setdefault(url, wrapped(["directory", name, needs_of(type_), url]))
    return "\n".join(lines.values())


def permissions(types):
    """What Reader does not hold: an action, or a read of a data plane (a search service lets Reader read too)."""
    rows = []
    for name, type_ in types.items():
        read = content.read_of(type_)
        is_data = any(host in (read.get("list") or "") for host, _ in AUDIENCES[1:])
        if read.get("needs") and (is_data or not read["needs"].endswith("/read")):
            rows.append([f"`{name}`", f"`{read['needs']}`"])
    return content.table(["Type", "Permission"], rows)


def graph_permissions(types):
    needs = sorted({one.strip() for type_ in types.values()
                    for one in (content.read_of(type_).get("needs") or "").split(",") if one.strip()})
    return ", ".join(f"`{one}`" for one in needs)


def tables(types):
    lines = []
    for name, type_ in types.items():
        call = content.read_of(type_).get("list") or ""
        if "/api/data/" in call:
            lines.append(f"rows {call.rsplit('/', 1)[-1]}")
    return "\n".join(lines)


def page():
    azure, entra, power = types_of("azure"), types_of("entra"), types_of("power-platform")
    purview = types_of("purview")
    values = {
        "listed": listed(azure), "children": children(azure), "extensions": extensions(azure, content.services()),
        "objects": objects(azure), "directory": directory(entra, more_of("entra")), "tables": tables(power),
        "beyond_reader": permissions(azure), "graph_permissions": graph_permissions(entra),
        "purview_version": content.newest(purview["microsoft.purview.entity"]),
        "subscriptions": content.newest(azure["Microsoft.Resources/subscriptions"]),
        "tenants": content.newest(azure["Microsoft.Resources/tenants"]),
        "site_version": content.newest(azure["Microsoft.Web/sites/config"]),
        "versions_version": content.newest(azure["Microsoft.CognitiveServices/accounts/projects/agents/versions"]),
        "counts": f"{len(azure)} types of Azure, {len(entra)} of Microsoft Entra, {len(power)} of the Power Platform, "
                  f"{len(purview)} of Purview",
    }
    text = (content.ROOT / "tools/docs/export.md.in").read_text()
    for name, value in values.items():
        text = text.replace(f"@{name}@", value)
    return text
