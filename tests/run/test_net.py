#!/usr/bin/env python3
"""The HTTPS client against servers that behave and that do not, over TLS under an authority of our own.

tests/programs/net_each makes the requests of a test and prints how they ended. Waiting is cut short by a clock that
runs faster, never by leaving it out."""
import gzip
import json
import os
import pathlib
import shutil
import socket
import subprocess
import tempfile
import threading
import time
import unittest
import urllib.parse

import tls_server

ROOT = pathlib.Path(os.environ.get("APLOMB_ROOT", pathlib.Path(__file__).resolve().parents[2]))
APLOMB = pathlib.Path(os.environ.get("APLOMB", ROOT / "build" / "aplomb"))
PROGRAM = APLOMB.parent / "tests" / "programs" / "net_each"
SECRETS = ["planted-bearer-1", "planted-sas-2", "planted-key-3", "planted-password-4", "planted-cookie-5",
           "planted-form-6", "planted-env-7", "planted-header-8"]
NGHTTPX = shutil.which("nghttpx", path=os.environ.get("PATH", "") + ":/usr/sbin")
BUCKET = {"name": "bucket", "burst": 10, "per_second": 50}


def answer(server, request):
    """What the test server does, by the first part of the path."""
    handlers = {
        "json": lambda: request.answer(200, {"value": [1, 2, 3]}),
        "slow": lambda: (time.sleep(3), request.answer(200, {})),
        "drop": lambda: (request.answer(200, b"{\"value\":", length=1000), request.drop()),
        "hang-up": request.drop,
        "short": lambda: request.answer(200, b"{\"value\":[1,2", {"Content-Type": "application/json"}),
        "html": lambda: request.answer(200, "<html>sign in</html>", {"Content-Type": "text/html"}),
        "large": lambda: request.answer(200, {"value": "x" * 300000}),
        "bomb": lambda: request.answer(200, gzip.compress(b" " * 5_000_000), {
            "Content-Encoding": "gzip", "Content-Type": "application/json"}),
        "gzip": lambda: request.answer(200, gzip.compress(json.dumps({"value": "z" * 5000}).encode()), {
            "Content-Encoding": "gzip", "Content-Type": "application/json"}),
        "bad-gzip": lambda: request.answer(200, gzip.compress(b"{\"value\":1}" * 99)[:40] + b"?" * 40, {
            "Content-Encoding": "gzip", "Content-Type": "application/json"}),
        "here": lambda: request.answer(302, headers={"Location": "/json?moved=1"}),
        "there": lambda: request.answer(302, headers={"Location": request.query["to"]}),
        "round": lambda: request.answer(307, headers={"Location": f"/round?n={int(request.query.get('n', 0)) + 1}"}),
        "denied": lambda: request.answer(403, {"error": {
            "code": "AuthorizationFailed", "message": "no\r\nright \x1b[1m"}}),
        "quota": lambda: request.answer(200, {"value": []}, {"x-ms-ratelimit-remaining-subscription-reads": "3"}),
        "teach": lambda: request.answer(200, {"token": SECRETS[2], "nextLink": f"https://x/?sig={SECRETS[1]}", "env": [
            {"name": "OPENAI_API_KEY", "value": SECRETS[6]}]}, {"Set-Cookie": f"a={SECRETS[4]}"}),
    }
    name = request.path.split("/")[1]
    if name == "flaky": # fails so many times with a status, then answers
        times = server.count(request.target)
        if times <= int(request.query["times"]):
            headers = {"Retry-After": request.query["after"]} if "after" in request.query else {}
            return request.answer(int(request.query["status"]), {"error": {"code": "Busy"}}, headers)
        return request.answer(200, {"value": []})
    if name == "needs":
        if request.headers.get("authorization") != f"Bearer {request.query['token']}":
            return request.answer(401, {"error": {"code": "ExpiredAuthenticationToken"}})
        return request.answer(200, {"value": []})
    if name == "pages":
        number = int(request.query.get("page", 1))
        link = request.query.get("link") or f"{request.path}?page={number + 1}"
        return request.answer(200, {"value": [number], **({"nextLink": link} if number < 5 else {})})
    return handlers.get(name, lambda: request.answer(404, {"error": {"code": "NotFound", "message": "no such"}}))()


class Net(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.authority = tls_server.Authority(cls.folder.name)
        cls.certificate = cls.authority.issue("localhost", "127.0.0.1", "management.azure.com")

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def setUp(self):
        self.server = tls_server.Server(answer, self.certificate)
        self.addCleanup(self.server.close)

    def run_net(self, requests, settings=None, clock_speed=500, **rest):
        """The whole result; `requests` are paths or objects."""
        requests = [{"url": one} if isinstance(one, str) else dict(one) for one in requests]
        for request in requests:
            if request["url"].startswith("/"):
                request["url"] = self.server.url(request["url"])
        settings = {"ca_file": str(self.authority.file), "seed": 1, "call_ms": 10_000_000, "attempt_ms": 20_000,
                    **(settings or {})}
        program = {"settings": settings, "requests": requests, "clock_speed": clock_speed, **rest}
        environment = {**os.environ, "https_proxy": "http://127.0.0.1:1", "HTTPS_PROXY": "http://127.0.0.1:1"}
        done = subprocess.run([PROGRAM], input=json.dumps(program), capture_output=True, text=True, env=environment)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return json.loads(done.stdout)

    def ask(self, url, settings=None, **request):
        """The response to one request."""
        responses = self.run_net([{"url": url, "wants_json": True, **request}], settings)["responses"]
        self.assertEqual(len(responses), 1)
        return responses[0]

    # -- What is well

    def test_answers_come_whole(self):
        response = self.ask("/json")
        self.assertEqual((response["outcome"], response["status"], response["is_json"]), ("answered", 200, True))
        self.assertEqual(json.loads(response["body"]), {"value": [1, 2, 3]})

    def test_gzip_is_unpacked(self):
        response = self.ask("/gzip")
        self.assertEqual((response["status"], response["bytes"]), (200, len(json.dumps({"value": "z" * 5000}))))
        self.assertIn("gzip", self.server.requests[0].headers["accept-encoding"])

    def test_an_environment_proxy_is_not_used(self):
        self.assertEqual(self.ask("/json")["status"], 200) # run_net points HTTPS_PROXY at a closed port

    def test_bodies_and_headers_are_sent(self):
        self.ask("/json", method="POST", body='{"query":"x"}', headers={"ConsistencyLevel": "eventual"})
        request = self.server.requests[0]
        self.assertEqual((request.method, request.body), ("POST", b'{"query":"x"}'))
        self.assertEqual(request.headers["content-type"], "application/json")
        self.assertEqual(request.headers["consistencylevel"], "eventual")

    def test_places_in_flight_are_kept(self):
        result = self.run_net([{"url": "/json", "wants_json": True, "copies": 200}], {"host_in_flight_max": 5})
        self.assertEqual(sum(response["status"] == 200 for response in result["responses"]), 200)
        self.assertLessEqual(self.server.most_at_once, 5)

    def test_connect_to_keeps_the_name_of_the_certificate(self):
        response = self.ask("https://management.azure.com/json",
                            {"connect_to": f"management.azure.com:443:127.0.0.1:{self.server.port}"})
        self.assertEqual(response["status"], 200)

    # -- Faults that pass

    def test_what_fails_is_repeated(self):
        for status in (408, 500, 502, 503, 504):
            with self.subTest(status=status):
                response = self.ask(f"/flaky?status={status}&times=3")
                self.assertEqual((response["status"], response["attempts"]), (200, 4))

    def test_refusals_wait_as_long_as_the_server_says(self):
        response = self.ask("/flaky?status=429&times=2&after=7")
        self.assertEqual((response["status"], response["attempts"]), (200, 3))
        self.assertGreaterEqual(response["waited_ms"], 2 * 7000)

    def test_a_date_in_retry_after_counts_from_the_date_of_the_answer(self):
        response = self.ask("/flaky?status=429&times=1&after=Thu%2C+01+Jan+1970+00%3A00%3A05+GMT")
        self.assertEqual((response["status"], response["attempts"]), (200, 2))

    def test_a_refusal_closes_the_lane_for_all(self):
        result = self.run_net([{"url": "/flaky?status=429&times=1&after=20", "rate": 0, "share": "a"},
                               {"url": "/json?a", "rate": 0, "share": "a"},
                               {"url": "/json?b", "rate": 0, "share": "b"}],
                              rates=[{"name": "one", "in_flight_max": 1}])
        waited = {response["url"].split("?")[1][0]: response["waited_ms"] for response in result["responses"]}
        self.assertLess(waited["b"], 20_000)
        self.assertGreaterEqual(waited["a"], 20_000)
        self.assertEqual(result["totals"]["throttled"], 1)

    def test_it_gives_up_in_the_end(self):
        response = self.ask("/flaky?status=500&times=99")
        self.assertEqual((response["status"], response["attempts"], response["code"]), (500, 6, "Busy"))
        self.assertEqual(response["why"], "500 Busy")

    def test_broken_connections_are_repeated(self):
        for path in ("/drop", "/hang-up", "/short", "/bad-gzip"):
            with self.subTest(path=path):
                before = len(self.server.requests)
                response = self.ask(path, attempts_max=3)
                self.assertIn(response["outcome"], ("unreachable", "wrong content"))
                self.assertEqual(response["attempts"], 3)
                self.assertGreaterEqual(len(self.server.requests) - before, 3)

    def test_a_post_is_not_repeated_unless_it_may_be(self):
        self.assertEqual(self.ask("/flaky?status=500&times=1", method="POST")["attempts"], 1)
        self.assertEqual(self.ask("/flaky?status=500&times=2", method="POST", repeats_post=True)["attempts"], 3)
        self.assertEqual(self.ask("/flaky?status=429&times=1&after=1", method="POST")["attempts"], 2)

    def test_injected_failures_are_survived(self):
        for settings in ({"every_socket": 3}, {"every_block": 4}, {"every_socket": 5, "every_block": 3}):
            with self.subTest(settings=settings):
                result = self.run_net([{"url": "/json", "wants_json": True, "copies": 40, "attempts_max": 40}],
                                      settings)
                self.assertEqual({response["status"] for response in result["responses"]}, {200})
                self.assertGreater(result["totals"]["repeats"], 0)

    def test_every_socket_fails(self):
        response = self.ask("/json", {"every_socket": 1}, attempts_max=2)
        self.assertEqual((response["outcome"], response["attempts"], response["status"]), ("unreachable", 2, 0))
        self.assertEqual(self.server.requests, [])

    # -- Faults that stay

    def test_nobody_there(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        response = self.ask(f"https://localhost:{port}/json", attempts_max=2)
        self.assertEqual((response["outcome"], response["attempts"]), ("unreachable", 2))

    def test_slow_answers_end(self):
        response = self.run_net([{"url": "/slow", "attempt_ms": 300, "attempts_max": 2}], clock_speed=0)["responses"][0]
        self.assertEqual((response["outcome"], response["attempts"]), ("timed out", 2))

    def test_too_large(self):
        for path in ("/large", "/bomb"):
            response = self.ask(path, bytes_max=100_000)
            self.assertEqual((response["outcome"], response["attempts"], response["bytes"]), ("too large", 1, 0))
            self.assertEqual(response["why"], "the answer is larger than 100000 bytes")
        self.assertEqual(self.ask("/bomb", bytes_max=6_000_000, attempts_max=1)["outcome"], "wrong content")

    def test_wrong_content_type(self):
        response = self.ask("/html", attempts_max=2)
        self.assertEqual((response["outcome"], response["attempts"], response["status"]), ("wrong content", 2, 200))
        self.assertEqual(response["why"], '200 with content of type "text/html" instead of JSON')

    def test_an_error_is_told_in_one_harmless_line(self):
        response = self.ask("/denied")
        self.assertEqual((response["status"], response["code"], response["attempts"]), (403, "AuthorizationFailed", 1))
        self.assertEqual(response["why"], "403 AuthorizationFailed: no right [1m")

    # -- TLS

    def test_a_strange_authority_is_not_trusted(self):
        other = tls_server.Authority(self.folder.name, "another authority")
        response = self.ask("/json", {"ca_file": str(other.file)})
        self.assertEqual((response["outcome"], response["attempts"]), ("certificate not trusted", 1))
        self.assertEqual(self.server.requests, [])

    def test_the_system_authorities_do_not_know_ours(self):
        self.assertEqual(self.ask("/json", {"ca_file": ""})["outcome"], "certificate not trusted")

    def test_a_certificate_for_another_name_is_not_trusted(self):
        server = tls_server.Server(answer, self.authority.issue("elsewhere.example"))
        self.addCleanup(server.close)
        self.assertEqual(self.ask(server.url("/json"))["outcome"], "certificate not trusted")

    def test_no_token_goes_over_plain_http(self):
        plain = tls_server.Server(answer)
        self.addCleanup(plain.close)
        url = plain.url("/json", "127.0.0.1")
        for request in ({"url": url}, {"url": url, "allows_plain": True, "bearer": True},
                        {"url": "http://example.com/", "allows_plain": True}):
            responses = self.run_net([request], tokens=["t"])["responses"]
            self.assertIn("no encryption", responses[0]["refused"])
        self.assertEqual(plain.requests, [])
        self.assertEqual(self.run_net([{"url": url, "allows_plain": True}])["responses"][0]["status"], 200)

    # -- Redirects and links

    def test_redirects_within_the_host_are_followed(self):
        response = self.run_net(
            [{"url": "/here", "wants_json": True, "bearer": True}], tokens=["t1"])["responses"][0]
        self.assertEqual(response["status"], 200)
        self.assertEqual(self.server.requests[-1].target, "/json?moved=1")

    def test_redirects_elsewhere_are_not_followed(self):
        other = tls_server.Server(answer, self.certificate)
        plain = tls_server.Server(answer)
        self.addCleanup(other.close)
        self.addCleanup(plain.close)
        for target in (other.url("/json"), plain.url("/json"), self.server.url("/json", "127.0.0.1"),
                       "file:///etc/passwd", f"//localhost:{other.port}/json"):
            with self.subTest(target=target):
                result = self.run_net([{"url": f"/there?to={target}", "bearer": True}], tokens=["t1"])
                self.assertEqual(result["responses"][0]["outcome"], "redirected")
        self.assertEqual(other.requests + plain.requests, [])

    def test_a_round_of_redirects_ends(self):
        self.assertEqual(self.ask("/round")["outcome"], "redirected")
        self.assertLessEqual(len(self.server.requests), 6)

    def test_pages_are_followed_to_the_end(self):
        responses = self.run_net([{"url": "/pages", "wants_json": True, "pages": True}])["responses"]
        self.assertEqual([json.loads(response["body"])["value"] for response in responses], [[1], [2], [3], [4], [5]])

    def test_a_next_link_elsewhere_is_refused(self):
        for link, why in ((f"http://localhost:{self.server.port}/pages", "leads from https://"),
                          ("https://localhost/pages", "not followed"), ("https://evil.example/", "not followed"),
                          (f"https://localhost:{self.server.port}@evil.example/", "user name"),
                          ("https:\\\\evil.example", "no URL"), ("javascript:alert(1)", "no URL")):
            with self.subTest(link=link):
                before = len(self.server.requests)
                responses = self.run_net([{"url": "/pages?link=" + urllib.parse.quote(link, safe=""),
                                           "wants_json": True, "pages": True}])["responses"]
                self.assertEqual(responses[0]["status"], 200)
                self.assertIn(why, responses[0]["next"])
                self.assertEqual(len(self.server.requests), before + 1)

    # -- Tokens, rates, ends

    def test_an_expired_token_is_replaced_in_mid_run(self):
        requests = [{"url": "/needs?token=first", "bearer": True}] + [
            {"url": f"/needs?token=second&n={number}", "bearer": True} for number in range(30)]
        result = self.run_net(requests, {"in_flight_max": 8}, tokens=["first", "second", "third"])
        by_token = {}
        for response in result["responses"]:
            by_token.setdefault("second" if "second" in response["url"] else "first", []).append(response["status"])
        self.assertEqual(by_token["second"], [200] * 30) # one new token for all, not one each
        self.assertEqual(len(by_token["first"]), 1)

    def test_without_a_token_nothing_is_sent(self):
        response = self.run_net([{"url": "/json", "bearer": True}], tokens=[])["responses"][0]
        self.assertEqual((response["outcome"], response["why"]), ("no token was obtained", "no token is left"))
        self.assertEqual(self.server.requests, [])

    def test_a_token_that_stays_refused_is_an_answer(self):
        response = self.run_net([{"url": "/needs?token=x", "bearer": True}], tokens=["a", "b", "c"])["responses"][0]
        self.assertEqual((response["status"], response["attempts"]), (401, 2))

    def test_a_bucket_is_never_overdrawn(self):
        arrivals = []

        def timed(server, request):
            arrivals.append(time.monotonic())
            request.answer(200, {})

        server = tls_server.Server(timed, self.certificate)
        self.addCleanup(server.close)
        begun = time.monotonic()
        self.run_net([{"url": server.url("/"), "rate": 0, "copies": 60}], rates=[BUCKET], clock_speed=0)
        self.assertEqual(len(arrivals), 60)
        for number, arrived in enumerate(sorted(arrivals)): # no request may come before its token was there
            self.assertGreaterEqual(arrived - begun, (number + 1 - BUCKET["burst"]) / BUCKET["per_second"])

    def test_cancelling_ends_everything(self):
        result = self.run_net([{"url": "/json", "copies": 300}], {"in_flight_max": 4}, cancel_after=5)
        outcomes = [response["outcome"] for response in result["responses"]]
        self.assertEqual(len(outcomes), 300)
        self.assertGreater(outcomes.count("cancelled"), 200)
        self.assertEqual(set(outcomes), {"answered", "cancelled"})

    def test_the_deadline_of_a_run_ends_everything(self):
        result = self.run_net([{"url": "/slow", "copies": 3}, {"url": "/json"}], {"run_ms": 400}, clock_speed=0)
        ended = {response["url"].rsplit("/", 1)[1]: response["outcome"] for response in result["responses"]}
        self.assertEqual(ended["json"], "answered")
        self.assertIn(ended["slow"], ("out of time", "timed out"))

    # -- The trace

    def test_no_secret_reaches_the_trace(self):
        trace = pathlib.Path(self.folder.name) / "trace.ndjson"
        self.run_net([
            {"url": f"/teach?sig={SECRETS[1]}&api-version=2025-06-01", "bearer": True,
             "headers": {"api-key": SECRETS[7]}},
            {"url": "/json", "method": "POST", "content_type": "application/x-www-form-urlencoded",
             "body": f"grant_type=client_credentials&client_secret={SECRETS[5]}"},
            {"url": "/json", "method": "POST", "body": json.dumps({"password": SECRETS[3], "query": "Resources"})},
            "/denied", f"https://localhost:1/?code={SECRETS[1]}",
        ], {"trace": str(trace), "attempts_max": 1}, tokens=[SECRETS[0]])
        text = trace.read_text()
        for secret in SECRETS:
            self.assertNotIn(secret, text)
        lines = [json.loads(line) for line in text.splitlines()]
        self.assertEqual(len(lines), 5)
        self.assertEqual(trace.stat().st_mode & 0o777, 0o600)
        self.assertIn("api-version=2025-06-01", text)
        self.assertIn("Resources", text)
        self.assertIn("AuthorizationFailed", text)
        self.assertTrue(any("error" in line for line in lines))

    # -- A proxy, and HTTP/2

    def test_a_proxy_is_used_by_connect(self):
        seen = []
        listener = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(listener.close)

        def serve():
            client, _ = listener.accept()
            seen.append(client.recv(4096).split(b"\r\n")[0].decode())
            upstream = socket.create_connection(("127.0.0.1", self.server.port))
            self.addCleanup(client.close)
            self.addCleanup(upstream.close)
            client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            pumps = [threading.Thread(target=pump, args=pair, daemon=True)
                     for pair in ((client, upstream), (upstream, client))]
            for one in pumps:
                one.start()

        def pump(source, target):
            try:
                while data := source.recv(65536):
                    target.sendall(data)
                target.shutdown(socket.SHUT_WR)
            except OSError:
                pass

        threading.Thread(target=serve, daemon=True).start()
        response = self.ask("https://management.azure.com/json",
                            {"proxy": f"http://127.0.0.1:{listener.getsockname()[1]}"})
        self.assertEqual((response["status"], seen), (200, ["CONNECT management.azure.com:443 HTTP/1.1"]))

    @unittest.skipUnless(NGHTTPX, "nghttpx is not installed")
    def test_many_requests_share_an_http2_connection(self):
        plain = tls_server.Server(answer)
        self.addCleanup(plain.close)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        log = pathlib.Path(self.folder.name) / "nghttpx.log"
        front = subprocess.Popen([NGHTTPX, "--conf=/dev/null", f"--frontend=127.0.0.1,{port}",
                                  f"--backend=127.0.0.1,{plain.port}", "--workers=1", f"--accesslog-file={log}",
                                  "--accesslog-format=$remote_port $protocol_version",
                                  str(self.certificate), str(self.certificate)],
                                 stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(front.wait)
        self.addCleanup(front.terminate)
        for _ in range(100):
            try:
                socket.create_connection(("127.0.0.1", port), 0.2).close()
                break
            except OSError:
                time.sleep(0.05)
        result = self.run_net([{"url": f"https://localhost:{port}/json", "wants_json": True, "copies": 100}])
        self.assertEqual([response["status"] for response in result["responses"]], [200] * 100)
        front.terminate()
        front.wait()
        lines = [line.split() for line in log.read_text().splitlines()]
        self.assertEqual({line[1] for line in lines}, {"HTTP/2"})
        self.assertEqual(len({line[0] for line in lines}), 1)


if __name__ == "__main__":
    if not PROGRAM.exists():
        print(f"{PROGRAM} was not built")
        raise SystemExit(77)
    unittest.main()
