"""A certificate authority for one run: made by openssl, trusted by nobody else, gone with its folder."""
import pathlib
import ssl
import subprocess

HOSTS = [
    "localhost", "login.microsoftonline.com", "management.azure.com", "graph.microsoft.com", "api.bap.microsoft.com",
    "api.powerplatform.com", "api.purview-service.microsoft.com", "*.search.windows.net", "*.services.ai.azure.com",
    "*.openai.azure.com", "*.cognitiveservices.azure.com", "*.purview.azure.com", "*.crm.dynamics.com",
    "*.crm4.dynamics.com", "login.microsoftonline.us", "management.usgovcloudapi.net", "graph.microsoft.us",
    "*.search.azure.us",
]


def openssl(*words):
    subprocess.run(["openssl", *words], check=True, capture_output=True)


def make(folder):
    """Paths of the authority's certificate, the server's chain and its key."""
    folder = pathlib.Path(folder)
    ca, ca_key, key = folder / "ca.pem", folder / "ca.key", folder / "server.key"
    request, chain, names = folder / "server.csr", folder / "server.pem", folder / "server.ext"
    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    openssl("req", "-x509", *curve, "-keyout", ca_key, "-out", ca, "-days", "2", "-subj", "/CN=Fake cloud authority",
            "-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign")
    openssl("req", *curve, "-keyout", key, "-out", request, "-subj", "/CN=Fake cloud")
    names.write_text("subjectAltName=" + ",".join(f"DNS:{host}" for host in HOSTS) + "\nbasicConstraints=CA:FALSE\n")
    openssl("x509", "-req", "-in", request, "-CA", ca, "-CAkey", ca_key, "-CAcreateserial", "-out", chain, "-days", "2",
            "-extfile", names)
    return ca, chain, key


def context(chain, key):
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(chain, key)
    return made
