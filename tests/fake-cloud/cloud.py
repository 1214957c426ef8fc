"""Answers requests out of documents, as Azure Resource Manager and Resource Graph would; planes.py has the other APIs.

Paths are understood by their form alone: `{id}` is a resource, `{id}/{collection}` lists what lies one name below it.
What was delivered is recorded as documents, one answer a (request, page), so that an answer given twice counts once."""
import base64
import json
import re
import threading
import time
import urllib.parse

import documents
import planes

SINGLE = re.compile(r"/(default|current|policies/policy|config/(web|authsettingsv2))$")
# Resource Graph does not hold these, though they stand below a subscription.
NOT_IN_GRAPH = re.compile(r"^microsoft\.(security|managedservices)/|"
                          r"^microsoft\.authorization/(locks|deny|role.*schedule|rolemanagement)|"
                          r"^microsoft\.cognitiveservices/rai|^microsoft\.insights/(logprofiles|diag)|"
                          r"^microsoft\.eventgrid/eventsubscriptions")
TABLES = {
    "resourcecontainers": re.compile(r"^microsoft\.(resources/subscriptions|resources/resourcegroups|management/)"),
    "authorizationresources": re.compile(r"^microsoft\.authorization/role(assignments|definitions)$"),
    "policyresources": re.compile(r"^microsoft\.authorization/policy"),
}


class Answer:
    def __init__(self, status, body, headers=(), items=(), key=None, page=0):
        self.status, self.body, self.headers = status, body, dict(headers)
        self.items, self.key, self.page = items, key, page
        self.asked = None  # members that were asked for by name

    def bytes(self):
        return b"" if self.body is None else json.dumps(self.body).encode()


def error(status, code, message="refused by the fake cloud", headers=()):
    return Answer(status, {"error": {"code": code, "message": message}}, headers)


class Request:
    def __init__(self, method, host, target, headers, body):
        self.method, self.host, self.headers, self.body = method, host.lower(), headers, body
        path, _, query = target.partition("?")
        self.path = urllib.parse.unquote(path)
        self.query = dict(urllib.parse.parse_qsl(query, keep_blank_values=True))
        self.target = target

    @property
    def json(self):
        return json.loads(self.body or "{}")

    @property
    def key(self):
        """What is asked, whichever page and version of it."""
        query = sorted((k, v) for k, v in self.query.items() if k not in ("$skiptoken", "after", "api-version"))
        body = self.body.decode() if self.body else ""
        body = re.sub(r'"(\$skipToken|continuationToken|SkipToken)":\s*"[^"]*",?\s*', "", body)
        body = re.sub(r"[,\s]", "", body)
        return f"{self.method} {self.host}{self.path.lower()} {query} {body}"


class Cloud:
    def __init__(self, found, page=7, rates=None, token_uses=None, versions=None):
        self.page, self.rates, self.token_uses = page, rates, token_uses
        self.versions = versions or {}  # type, small -> versions that it takes
        self.refusals = []              # (pattern of "METHOD host/path", status, code)
        self.goes_round = False         # pages of Foundry never end
        self.fills = True               # what an export did not expand is empty; else it is left out here too
        self.documents = found
        self.by_id = {d.id.lower(): d for d in found if d.source == "azure" and str(d.id).startswith("/")}
        self.add_containers()
        found = [re.match(r"/subscriptions/([^/]+)", identity) for identity in self.by_id]
        self.subscriptions = sorted({match.group(1) for match in found if match})
        self.below = {}
        for identity in sorted(self.by_id):
            self.below.setdefault(identity.rsplit("/", 1)[0], []).append(self.by_id[identity])
        self.recorded, self.asked, self.tokens = {}, {}, {}
        self.lock = threading.Lock()
        self.counts = {}

    def add_containers(self):
        """Versions lie below something that has a name, which an export may have left out."""
        for document in list(self.by_id.values()):
            above = document.id.rsplit("/", 2)[0]
            if document.type.lower().endswith("/versions") and above.lower() not in self.by_id:
                kind = document.type.rsplit("/", 1)[0]
                body = {"id": above, "name": above.rsplit("/", 1)[1], "type": kind, "properties": {}}
                self.by_id[above.lower()] = documents.Document("azure", kind, above, body)

    # ---- Sign-in ----

    def token(self, request):
        form = dict(urllib.parse.parse_qsl((request.body or b"").decode()))
        if form.get("client_secret") != "secret of the fake cloud":
            return Answer(401, {"error": "invalid_client",
                                "error_description": "AADSTS7000215: Invalid client secret."})
        audience = form.get("scope", "").removesuffix("/.default")
        claims = {"aud": audience, "tid": documents.TENANT, "oid": "00000000-0000-0000-0000-0000000000aa",
                  "appid": form["client_id"], "exp": int(time.time()) + 3600, "iat": int(time.time()), "idtyp": "app"}
        pieces = [{"alg": "none", "typ": "JWT"}, {**claims, "n": len(self.tokens)}]
        coded = [base64.urlsafe_b64encode(json.dumps(piece).encode()).rstrip(b"=").decode() for piece in pieces]
        token = ".".join([*coded, "c2lnbmF0dXJl"])
        with self.lock:
            self.tokens[token] = [audience, self.token_uses]
        return Answer(200, {"token_type": "Bearer", "expires_in": 3599, "access_token": token})

    def refused_token(self, request):
        """None when the token is good for the host, else the answer."""
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        with self.lock:
            known = self.tokens.get(token)
            if known is None or not planes.is_audience(request.host, known[0]):
                return error(401, "InvalidAuthenticationToken", "The access token is invalid.")
            if known[1] is not None:
                known[1] -= 1
                if known[1] < 0:
                    return error(401, "ExpiredAuthenticationToken", "The access token has expired.")
        return None

    # ---- The way in ----

    def answer(self, request):
        if request.host.startswith("login."):
            return self.token(request)
        refused = self.refused_token(request) or self.forbidden(request)
        if refused:
            return refused
        if request.host.startswith("management."):
            return self.arm(request)
        return planes.answer(self, request)

    def forbidden(self, request):
        for pattern, status, code in self.refusals:
            if re.search(pattern, f"{request.method} {request.host}{request.path}", re.I):
                return error(status, code)
        return None

    def refuse(self, kind, subscription, status):
        """Lists of that type in the subscription, also where the host of an account has them."""
        last = kind.rsplit("/", 1)[1]
        start = f"/subscriptions/{subscription}/".lower()
        hosts = {i.rsplit("/", 1)[1] for i, d in self.by_id.items() if i.startswith(start) and d.type.count("/") == 1}
        self.refusals.append((rf"{start}.*/{last}$", status, "AuthorizationFailed"))
        self.refusals.append((rf" ({'|'.join(sorted(hosts))})\.[a-z.]+/.*/{last}$", status, "Forbidden"))

    def count(self, name):
        with self.lock:
            self.counts[name] = self.counts.get(name, 0) + 1

    def delivered(self, answer):
        """An answer went out whole: what it held counts as given."""
        if answer.key:
            with self.lock:
                self.recorded.setdefault(answer.key, {})[answer.page] = list(answer.items)
                self.asked[answer.key] = answer.asked

    def record(self):
        """The documents that were given, as lines of a documents file."""
        for key in sorted(self.recorded):
            for page in sorted(self.recorded[key]):
                for document in self.recorded[key][page]:
                    line = {"source": document.source, "tenant": documents.TENANT, "type": document.type}
                    if document.source == "azure" and document.id:
                        line["id"] = document.id
                    if document.partial:
                        line["partial"] = True
                    elif self.asked[key]:
                        line["asked"] = self.asked[key]
                    yield json.dumps({**line, "read": "2026-11-25T00:00:00Z", "body": document.body})

    # ---- Azure Resource Manager ----

    def throttled(self, request, subscription):
        if self.rates is None:
            return None, {}
        wait, left = self.rates.arm((request.headers.get("authorization"), subscription))
        if wait is None:
            return None, {"x-ms-ratelimit-remaining-subscription-reads": str(left)}
        self.count("throttled")
        return error(429, "SubscriptionRequestsThrottled", headers={"Retry-After": str(int(wait) + 1)}), {}

    def arm(self, request):
        path = request.path.rstrip("/").lower()
        if "api-version" not in request.query:
            return error(400, "MissingApiVersionParameter")
        if request.method == "POST":
            is_graph = path.endswith("microsoft.resourcegraph/resources")
            return self.resource_graph(request) if is_graph else error(404, "NotFound")
        subscription = (re.match(r"/subscriptions/([^/]+)", path) or [None, ""])[1]
        refused, headers = self.throttled(request, subscription)
        answer = refused or self.arm_list(request, path)
        answer.headers.update(headers)
        return answer

    def arm_list(self, request, path):
        if path == "/subscriptions":
            return self.listed(request, [
                {"id": f"/subscriptions/{s}", "subscriptionId": s, "tenantId": documents.TENANT,
                 "displayName": f"Subscription {s[:8]}", "state": "Enabled"} for s in self.subscriptions])
        if path == "/tenants":
            document = documents.Document("azure", "Microsoft.Resources/tenants", f"/tenants/{documents.TENANT}", {
                "id": f"/tenants/{documents.TENANT}", "tenantId": documents.TENANT, "displayName": "Contoso"})
            return self.listed(request, [document.body], [document])
        if re.fullmatch(r"/subscriptions/[^/]+/providers", path):
            return self.providers(request)
        refused = self.refused_version(request, path)
        if refused:
            return refused
        if path in self.by_id:
            found = self.by_id[path]
            return Answer(200, found.body, items=[found], key=request.key)
        if SINGLE.search(path):
            return error(404, "NotFound")
        across = re.fullmatch(r"/subscriptions/([^/]+)/providers/([^/]+/[^/]+(/[^/]+)*)", path)
        if across and path.count("/") in (5, 7):
            found = [d for i, d in self.by_id.items() if i.startswith(f"/subscriptions/{across[1]}/")
                     and d.type.lower().replace("/locations", "") == across[2].replace("/locations", "")]
            return self.listed(request, [d.body for d in found], found)
        if not self.is_there(path.rsplit("/", 1)[0]):
            return error(404, "ResourceNotFound", f"{path.rsplit('/', 1)[0]} was not found.")
        found = self.below.get(path, [])
        return self.listed(request, [d.body for d in found], found)

    def is_there(self, parent):
        """A resource, a part of one that has no document, or what an extension stands on."""
        parent = re.sub(r"/default$|/[a-z]+services/default$|/providers/[^/]+$", "", parent)
        return parent in self.by_id or any(i.startswith(parent + "/") for i in self.by_id)

    def providers(self, request):
        names = {}
        for kind, versions in self.versions.items():
            names.setdefault(kind.split("/")[0], []).append(
                {"resourceType": kind.split("/", 1)[1], "apiVersions": versions})
        return self.listed(request, [{"namespace": name, "resourceTypes": types} for name, types in names.items()])

    def refused_version(self, request, path):
        if "/providers/" not in path:
            return None
        rest = path.rsplit("/providers/", 1)[1].split("/")
        kind = "/".join([rest[0], *rest[1::2]])
        if kind in self.versions and request.query["api-version"] not in self.versions[kind]:
            return error(400, "InvalidApiVersionParameter")
        return None

    def listed(self, request, bodies, found=()):
        """One page of a list, with the link to the next one."""
        start = int(request.query.get("$skiptoken", 0))
        body = {"value": bodies[start:start + self.page]}
        if start + self.page < len(bodies):
            query = {**request.query, "$skiptoken": start + self.page}
            path = urllib.parse.quote(request.path)
            body["nextLink"] = f"https://{request.host}{path}?{urllib.parse.urlencode(query)}"
        return Answer(200, body, items=found[start:start + self.page], key=request.key if found else None, page=start)

    # ---- Resource Graph ----

    def resource_graph(self, request):
        asked = request.json
        if self.rates:
            wait, left = self.rates.graph(request.headers.get("authorization"))
            if wait is not None:
                self.count("throttled")
                return error(429, "RateLimiting", headers={"Retry-After": str(int(wait) + 1),
                                                           "x-ms-user-quota-remaining": "0",
                                                           "x-ms-user-quota-resets-after": f"00:00:{int(wait) + 1:02}"})
        found = [d for i, d in sorted(self.by_id.items()) if self.in_table(asked, i, d)]
        size = min(asked.get("options", {}).get("$top", 100), self.page * 10)
        start = int(asked.get("options", {}).get("$skipToken", 0))
        page = found[start:start + size]
        body = {"totalRecords": len(found), "count": len(page), "facets": [], "data": [d.body for d in page],
                "resultTruncated": "true" if start + size < len(found) else "false"}
        if start + size < len(found):
            body["$skipToken"] = str(start + size)
        return Answer(200, body, items=page, key=request.key, page=start)

    @staticmethod
    def in_table(asked, identity, document):
        table, kind = asked["query"].split()[0].lower(), document.type.lower()
        among = asked.get("subscriptions")
        subscription = (re.match(r"/subscriptions/([^/]+)", identity) or [None, None])[1]
        if subscription and among is not None and subscription not in [s.lower() for s in among]:
            return False
        for operator, value in re.findall(r"type (!~|=~) '([^']+)'", asked["query"]):
            if (kind == value.lower()) == (operator == "!~"):
                return False
        if table in TABLES:
            return bool(TABLES[table].search(kind))
        is_top = kind.count("/") == 1 and identity.count("/providers/") == 1
        return is_top and not NOT_IN_GRAPH.search(kind) and not any(t.search(kind) for t in TABLES.values())
