"""docs/azure.md: what a collect asks for and needs, from the calls that services name; the frame is azure.md.in."""
import content

PROVIDERS = ("azure", "entra", "power-platform", "purview")
SUBSCRIPTION = "/subscriptions/{subscription}/"


class Call:
    """One call: whose it is, the type or name, and what its YAML says."""

    def __init__(self, provider, name, given):
        self.provider, self.name, self.given = provider, name, given
        self.path = given.get("list") or given.get("get")
        self.needs = given["needs"]

    @property
    def above(self):
        """The types that it lies below, or a word for what is no type."""
        of = self.given.get("of")
        if of:
            return of if isinstance(of, list) else [of]
        if self.path.startswith(SUBSCRIPTION):
            return ["subscription"]
        if "{" not in self.path:
            return ["tenant"]
        suffix = self.path.removeprefix("{parent}/") if self.path.startswith("{parent}/") else "one"
        return [self.name.rsplit("/", sum(part != "default" for part in suffix.split("/")))[0]]


def is_in_resource_graph(provider, read):
    said = read.get("resource_graph")
    return said if said is not None else provider == "azure" and (read.get("list") or "").startswith(SUBSCRIPTION)


def calls():
    found = []
    for service in content.services():
        provider = service["service"].split("/")[0]
        if provider not in PROVIDERS:
            continue
        found += [Call(provider, name, type_["read"]) for name, type_ in service["types"].items()
                  if content.path_of(type_) and not is_in_resource_graph(provider, type_["read"])]
        found += [Call(provider, call.get("type") or call["name"], call) for call in service.get("calls", [])]
    return found


def beyond_reader(found):
    """Permission -> what is read with it, for all that Reader does not hold."""
    needs = {}
    for call in found:
        if call.path.startswith("{parent}") or call.path.startswith(SUBSCRIPTION) or call.given.get("never") or (
                call.given.get("api") == "resource-graph" or call.needs.startswith("Microsoft.Resources/")):
            continue
        if call.needs.endswith("/read") and ".search.windows.net" not in call.path and "https://" not in call.path:
            continue
        needs.setdefault(call.needs, {})[call.name] = call.given.get("lost")
    rows = []
    for permission, names in sorted(needs.items()):
        shown = ", ".join(f"`{name}`" for name in names)
        rows.append([f"`{permission}`", shown])
    return content.table(["Permission", "What is read with it, and missing without it"], rows)


def lost(found):
    rows = [[f"`{call.name}`", call.given["lost"]] for call in found if call.given.get("lost")]
    return content.table(["Refused", "What is missing then"], rows)


def costs(found):
    counts = {}
    for call in found:
        for above in call.above:
            if not call.given.get("never") and above.startswith("Microsoft.") and above.count("/") == 1:
                counts[above] = counts.get(above, 0) + 1
    rows = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return content.table(["For each", "Requests"], [[f"`{name}`", count] for name, count in rows])


def page():
    found = calls()
    values = {
        "calls": str(len(found)), "beyond_reader": beyond_reader(found), "lost": lost(found), "costs": costs(found),
        "subscription_calls": str(sum(call.above == ["subscription"] for call in found)),
        "queries": str(sum(call.above == ["subscriptions"] for call in found)),
        "tenant_calls": str(sum(call.above == ["tenant"] for call in found)),
        "never": ", ".join(f"`{call.name}`" for call in found if call.given.get("never")),
    }
    text = (content.ROOT / "tools/docs/azure.md.in").read_text()
    for name, value in values.items():
        text = text.replace(f"@{name}@", value)
    return text
