#!/usr/bin/env python3
"""How many requests a collect of copies of the example estate costs, and its memory: no limits but those of the client.

    collect_cost.py [COPIES...]      default 1 and 10

The server is Python on the same machine, so that the time says little of a real cloud; requests and memory do."""
import json
import os
import pathlib
import resource
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
APLOMB = os.environ.get("APLOMB", str(ROOT / "build" / "aplomb"))
sys.path.insert(0, str(ROOT / "tests" / "fake-cloud"))

import cloud as clouds  # noqa: E402
import documents  # noqa: E402
import server as servers  # noqa: E402


def copied(found, number):
    """The Azure documents with other subscriptions; the directory and the rest once."""
    for document in found:
        if document.source != "azure":
            if number == 0:
                yield document
            continue
        text = json.dumps([document.id, document.body])
        for scope in ("22222222-2222-2222-2222-222222222222", "33333333-3333-3333-3333-333333333333"):
            text = text.replace(scope, scope[:24] + f"{number:012x}")
        text = text.replace("contoso", f"contoso{number}")
        identity, body = json.loads(text)
        yield documents.Document("azure", document.type, identity, body)


def measure(found, copies):
    estate = [document for number in range(copies) for document in copied(found, number)]
    cloud = clouds.Cloud(estate, page=1000)
    server = servers.Server(cloud)
    with tempfile.TemporaryDirectory() as folder:
        words = [APLOMB, "collect", "azure:", "entra:", "--quiet", "--output", folder + "/x.ndjson.zst",
                 *server.options]
        began = time.monotonic()
        done = subprocess.run(words, env={**os.environ, **server.environment()}, capture_output=True, text=True)
        spent = time.monotonic() - began
    server.stop()
    if done.returncode not in (0, 3):
        raise SystemExit(f"exit {done.returncode}: {done.stderr}")
    resources = sum(d.source == "azure" and "/providers/" in str(d.id) and d.type.count("/") == 1 for d in estate)
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"{len(cloud.subscriptions):6} subscriptions {resources:7} resources {server.served:8} requests "
          f"{spent:7.1f} s {memory:6.0f} MB", flush=True)


def main():
    found = documents.read(ROOT / "examples" / "contoso")
    for copies in [int(word) for word in sys.argv[1:]] or [1, 10]:
        measure(found, copies)
    return 0


if __name__ == "__main__":
    sys.exit(main())
