"""A certificate authority of our own and HTTPS servers under it, for tests of what goes over the network.

`Authority` makes certificates with the openssl program. `Server` runs a handler in threads on a free port; the handler
gets a `Request` and answers through it, or misbehaves. Every request is kept, for the test to look at."""
import http.server
import json
import pathlib
import socket
import socketserver
import ssl
import subprocess
import threading
import urllib.parse


def openssl(*words, text=""):
    done = subprocess.run(["openssl", *map(str, words)], input=text, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"openssl {words[0]}: {done.stderr}")
    return done.stdout


class Authority:
    def __init__(self, folder, name="test authority"):
        self.folder = pathlib.Path(folder)
        stem = self.folder / name.replace(" ", "-")
        self.key, self.file = stem.with_suffix(".key"), stem.with_suffix(".pem")
        openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", self.key, "-out", self.file, "-days", "2",
                "-subj", f"/CN={name}", "-addext", "basicConstraints=critical,CA:TRUE")

    def issue(self, *names, days="2"):
        """A file with key and certificate for these host names and addresses."""
        stem = self.folder / names[0].replace("*", "any")
        request, signed, both = stem.with_suffix(".csr"), stem.with_suffix(".crt"), stem.with_suffix(".both")
        alternatives = ",".join(("IP:" if name[0].isdigit() else "DNS:") + name for name in names)
        extensions = stem.with_suffix(".ext")
        extensions.write_text(f"subjectAltName={alternatives}\nbasicConstraints=CA:FALSE\n")
        openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", both, "-out", request, "-subj", f"/CN={names[0]}")
        openssl("x509", "-req", "-in", request, "-CA", self.file, "-CAkey", self.key, "-CAcreateserial", "-days", days,
                "-extfile", extensions, "-out", signed)
        both.write_text(both.read_text() + signed.read_text())
        return both


class Request:
    """One request: what came, and how to answer."""

    def __init__(self, handler, body):
        parts = urllib.parse.urlsplit(handler.path)
        self.handler, self.method, self.path, self.body = handler, handler.command, parts.path, body
        self.query = {name: values[-1] for name, values in
                      urllib.parse.parse_qs(parts.query, keep_blank_values=True).items()}
        self.headers = {name.lower(): value for name, value in handler.headers.items()}
        self.form = {name: values[-1] for name, values in urllib.parse.parse_qs(body.decode("latin-1")).items()}
        self.version = handler.request_version
        self.target = handler.path

    def answer(self, status=200, body=b"", headers=None, length=None):
        if isinstance(body, (dict, list)):
            body = json.dumps(body).encode()
            headers = {"Content-Type": "application/json; charset=utf-8", **(headers or {})}
        elif isinstance(body, str):
            body = body.encode()
        self.handler.send_response_only(status)
        for name, value in (headers or {}).items():
            self.handler.send_header(name, value)
        self.handler.send_header("Content-Length", str(len(body) if length is None else length))
        self.handler.end_headers()
        if self.method != "HEAD":
            self.handler.wfile.write(body)

    def drop(self):
        """Breaks the connection off without a word more."""
        self.handler.wfile.flush()
        self.handler.close_connection = True
        try:
            self.handler.connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


class Server:
    def __init__(self, answer, certificate=None):
        self.requests, self.lock, self.counts = [], threading.Lock(), {}
        self.most_at_once, self.at_once = 0, 0
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            timeout = 60

            def handle_any(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                request = Request(self, body)
                with outer.lock:
                    outer.requests.append(request)
                    outer.at_once += 1
                    outer.most_at_once = max(outer.most_at_once, outer.at_once)
                try:
                    answer(outer, request)
                except (BrokenPipeError, ConnectionResetError, ssl.SSLError):
                    self.close_connection = True
                finally:
                    with outer.lock:
                        outer.at_once -= 1

            do_GET = do_POST = do_PUT = do_HEAD = handle_any

            def log_message(self, *words):
                pass

        class Listener(socketserver.ThreadingMixIn, http.server.HTTPServer):
            daemon_threads = True
            request_queue_size = 128

            def get_request(self):
                connection, address = self.socket.accept()
                if outer.context:
                    connection.settimeout(60)
                    connection = outer.context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
                return connection, address

            def handle_error(self, request, address):
                pass # a client that went away, or refused our certificate

        self.context = None
        if certificate:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(certificate)
        self.listener = Listener(("127.0.0.1", 0), Handler)
        self.port = self.listener.server_address[1]
        self.thread = threading.Thread(target=self.listener.serve_forever, daemon=True)
        self.thread.start()

    def count(self, key):
        """How often this was called with the key, this time included."""
        with self.lock:
            self.counts[key] = self.counts.get(key, 0) + 1
            return self.counts[key]

    def url(self, path, host="localhost"):
        return f"{'https' if self.context else 'http'}://{host}:{self.port}{path}"

    def close(self):
        self.listener.shutdown()
        self.listener.server_close()
