"""docs/services: one page a service, and an index of them."""
import content


def page_name(service):
    return service["service"].replace("/", "-") + ".md"


def readme_of(service):
    """The README of the folder without its heading."""
    text = (content.ROOT / "services" / service["service"] / "README.md").read_text()
    return text.split("\n", 1)[1].strip()


def types_table(service):
    rows = []
    for name, type_ in service["types"].items():
        read = content.read_of(type_)
        call = read.get("list") or (f"{read['get']}" if read.get("get") else "with its parent")
        rows.append([f"`{name}`<br>{type_.get('title', '')}", ", ".join(content.kinds_of(type_)), f"`{call}`",
                     content.newest(type_), read.get("needs", "")])
    return content.table(["Type", "Kind", "Call", "Version", "Permission"], rows)


def rules_table(service, rules):
    found = [entry for entry in rules.values() if entry["service"] == service["service"]]
    found.sort(key=lambda entry: (content.SEVERITIES.index(entry["severity"]), entry["check"]))
    link = "../../services/" + service["service"] + "/rules/"
    return content.table(["Severity", "Check", "What holds"],
                         [[entry["severity"], f"[{entry['check']}]({link}{entry['check']}.yaml)", entry["title"]]
                          for entry in found]) if found else "No rule: what is read here serves others."


def far_end(relation):
    """What stands at the end that is not this asset, as far as the entry says."""
    if relation.get("kind"):
        return relation["kind"]
    ends = [relation.get(name) for name in ("to", "to_key", "from", "from_key")]
    own = ("{@id}", "{@parent}")
    texts = [text for end in ends if end for text in (end if isinstance(end, list) else [end]) if text not in own]
    if any(text.startswith("host:") for text in texts):
        return "what the host name belongs to"
    return "what the id names" if texts else "what it is below"


def relations_table(service):
    made = {}
    for name, type_ in service["types"].items():
        for relation in type_.get("relations") or []:
            by, towards = made.setdefault(relation["type"], ({}, {}))
            by[name.rsplit("/", 1)[-1]] = True
            towards[far_end(relation)] = True
    rows = [[f"`{name}`", ", ".join(by), ", ".join(towards)] for name, (by, towards) in sorted(made.items())]
    return content.table(["Relation", "Of", "To"], rows) if rows else "None but `contains`."


def page(service, rules):
    exposed = [name.rsplit("/", 1)[-1] for name, type_ in service["types"].items() if type_.get("exposure")]
    parts = [f"# {service['title']}", f"Service `{service['service']}`. Made by `make docs` from its folder.",
             readme_of(service), "## What is read", types_table(service), "## What is checked",
             rules_table(service, rules), "## Relations", relations_table(service)]
    if exposed:
        parts.append("Who can reach it over the network is decided for: " + ", ".join(exposed) + ".")
    return "\n\n".join(parts) + "\n"


def index(services, rules):
    rows = []
    for service in services:
        count = sum(entry["service"] == service["service"] for entry in rules.values())
        rows.append([f"[{service['service']}]({page_name(service)})", service["title"], len(service["types"]), count])
    rows.append(["all", "", sum(row[2] for row in rows), sum(row[3] for row in rows)])
    return "\n\n".join(["# Services",
                        "What is read, checked and related, a page a service. Made by `make docs`; change the content.",
                        content.table(["Service", "", "Types", "Rules"], rows)]) + "\n"


def pages(services, rules):
    made = {"docs/services/" + page_name(service): page(service, rules) for service in services}
    made["docs/services/index.md"] = index(services, rules)
    return made
