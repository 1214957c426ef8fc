#!/usr/bin/env python3
"""The fake cloud on one port: an HTTPS proxy behind which every host is this cloud.

    server.py FOLDER [--seed N] [--share F] [--rates] [--page N]

Prints the environment and the options for a client, then serves until it is interrupted. Tests use `Server`."""
import argparse
import pathlib
import socket
import ssl
import sys
import tempfile
import threading
import time

import cloud as clouds
import documents
import faults as faulty
import rates as published
import tls

REASONS = {200: "OK", 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 408: "Timeout",
           429: "Too Many Requests", 500: "Internal Server Error", 503: "Service Unavailable"}


class Server:
    def __init__(self, cloud, faults=None, latency=0.0):
        self.cloud, self.faults, self.latency = cloud, faults or faulty.Faults(), latency
        self.folder = tempfile.TemporaryDirectory(prefix="fake-cloud-")
        self.ca, chain, key = tls.make(self.folder.name)
        self.context = tls.context(chain, key)
        self.attempts, self.lock = {}, threading.Lock()
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.port = self.listener.getsockname()[1]
        self.stopped = False
        self.served = 0
        threading.Thread(target=self.accept, daemon=True).start()

    def stop(self):
        self.stopped = True
        self.listener.close()
        self.folder.cleanup()

    @property
    def options(self):
        return ["--proxy", f"http://127.0.0.1:{self.port}", "--ca", str(self.ca)]

    @staticmethod
    def environment():
        return {"AZURE_TENANT_ID": documents.TENANT, "AZURE_CLIENT_ID": "00000000-0000-0000-0000-0000000000bb",
                "AZURE_CLIENT_SECRET": "secret of the fake cloud"}

    def accept(self):
        while not self.stopped:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.tunnel, args=(connection,), daemon=True).start()

    def tunnel(self, connection):
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            head = read_head(connection.makefile("rb", buffering=0))
            if not head or not head[0].startswith("CONNECT "):
                connection.close()
                return
            connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            with self.context.wrap_socket(connection, server_side=True) as secure:
                stream = secure.makefile("rb")
                while not self.stopped and self.exchange(secure, stream):
                    pass
        except (OSError, ssl.SSLError, ValueError):
            pass

    def exchange(self, secure, stream):
        """One request; False when the connection ends."""
        head = read_head(stream)
        if not head:
            return False
        method, target, _ = head[0].split(" ", 2)
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:])}
        body = stream.read(int(headers.get("content-length", 0)))
        request = clouds.Request(method, headers.get("host", "").split(":")[0], target, headers, body)
        if self.latency:
            time.sleep(self.latency)
        key = f"{method} {request.host}{target} {body.decode() if request.host[:6] != 'login.' else ''}"
        with self.lock:
            attempt = self.attempts[key] = self.attempts.get(key, -1) + 1
            self.served += 1
        fault = None if request.host.startswith("login.") else self.faults.of(key, attempt)
        return self.send(secure, request, fault)

    def send(self, secure, request, fault):
        if fault in ("429", "500", "503", "408"):
            headers = {"Retry-After": "0"} if fault in ("429", "503") else {}
            answer = clouds.error(int(fault), "InjectedFault", headers=headers)
        elif fault == "401":
            answer = clouds.error(401, "ExpiredAuthenticationToken", "expired by the fake cloud")
        elif fault in ("drop", "reset"):
            return False
        else:
            answer = self.cloud.answer(request)
        if fault == "slow":
            time.sleep(0.05)
        raw = answer.bytes()
        kind = "application/json; charset=utf-8"
        if fault in ("html", "garbage"):
            page = b"<html><body>Our services are not available</body></html>"
            raw = page if fault == "html" else raw[:len(raw) // 2]
            kind = "text/html" if fault == "html" else kind
        status = answer.status if fault not in ("html", "garbage") else 200
        head = [f"HTTP/1.1 {status} {REASONS.get(status, 'Other')}",
                f"Content-Type: {kind}", f"Content-Length: {len(raw)}",
                *(f"{name}: {value}" for name, value in answer.headers.items())]
        if fault == "cut":
            raw = raw[:max(0, len(raw) - 3)]
        secure.sendall("\r\n".join([*head, "", ""]).encode() + raw)
        if fault in ("html", "garbage", "cut"):
            return fault != "cut"
        for part in getattr(answer, "parts", [answer]):
            self.cloud.delivered(part)
        return True


def read_head(stream):
    lines = []
    while True:
        line = stream.readline(65536)
        if line in (b"\r\n", b"\n"):
            if lines:
                return lines
            continue
        if not line:
            return lines if lines else None
        lines.append(line.decode("latin-1").rstrip("\r\n"))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--share", type=float, default=0.15)
    parser.add_argument("--page", type=int, default=7)
    parser.add_argument("--rates", action="store_true", help="throttle as published")
    asked = parser.parse_args()
    rates = published.Rates() if asked.rates else None
    cloud = clouds.Cloud(documents.read(asked.folder), page=asked.page, rates=rates)
    server = Server(cloud, faulty.Faults(asked.seed, asked.share))
    print(" ".join(f"{name}='{value}'" for name, value in server.environment().items()))
    print(" ".join(server.options), flush=True)
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        server.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
