#!/usr/bin/env python3
"""Broken, hostile and unusual input: the rest is scanned, and each fault is one clear line and one coverage row.

Each test writes files into a folder of its own and runs `aplomb scan` on them. What always holds is checked for every
run: the exit code says whether something was not read, `scan.documents` is the sum of the coverage rows, each line on
standard error names a file, an offset and a cause, and no line is garbled by what the file or its name contains."""
import bz2
import contextlib
import gzip
import io
import itertools
import json
import lzma
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import threading
import unittest
import zipfile

ROOT = pathlib.Path(os.environ.get("APLOMB_ROOT", pathlib.Path(__file__).resolve().parents[2]))
APLOMB = os.environ.get("APLOMB", str(ROOT / "build" / "aplomb"))
IS_SANITIZED = any(name in pathlib.Path(APLOMB).read_bytes() for name in (b"__asan_init", b"__tsan_init"))
TYPE = "Microsoft.CognitiveServices/accounts"
PAGE = 4 << 20
MEGABYTE = 1 << 20
ENDS_EARLY = "the JSON ends in the middle of a value"
LINE = re.compile(r"aplomb: (?P<file>.+?): offset (?P<offset>\d+): (?P<why>[^\x00-\x1f]+)")
NOBODY = 65534


def account_id(number):
    return (f"/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg/providers/{TYPE}/a{number}")


def account(number, **members):
    return {"id": account_id(number), "name": f"a{number}", "type": TYPE, "kind": "OpenAI", "location": "westeurope",
            "properties": {"disableLocalAuth": True, "publicNetworkAccess": "Disabled"}, **members}


def text(*numbers):
    return "".join(json.dumps(account(number)) for number in numbers)


def lines(*numbers):
    return "".join(json.dumps(account(number)) + "\n" for number in numbers)


def envelope(number, read, properties):
    return json.dumps({"source": "azure", "type": TYPE, "id": account_id(number), "read": read,
                       "body": account(number, properties=properties)})


def tar(*members):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, data in members:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def zipped(*members):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return out.getvalue()


def zstd(data):
    """A frame of one raw block (RFC 8878), because the library of this Python has no zstd."""
    block = (len(data) << 3 | 1).to_bytes(3, "little")
    return b"\x28\xb5\x2f\xfd\xa0" + len(data).to_bytes(4, "little") + block + data


class Result:
    """What a scan gave."""

    def __init__(self, code, out, err, memory):
        self.code = code
        self.err = err.decode()
        self.json = json.loads(out) if out else None
        self.memory = memory
        self.faults = [LINE.fullmatch(line) for line in self.err.splitlines()]

    def names(self):
        return sorted(asset["name"] for asset in self.json["assets"] if asset["read"])

    def documents(self):
        return self.json["scan"]["documents"]

    def rows(self, **wanted):
        return [row for row in self.json["coverage"] if all(row[key] == value for key, value in wanted.items())]

    def told(self):
        return [(fault["file"], int(fault["offset"]), fault["why"]) for fault in self.faults]


class Case(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="aplomb-broken-"))
        self.addCleanup(shutil.rmtree, self.folder)

    def write(self, name, data):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data.encode() if isinstance(data, str) else data)
        return path

    def run_scan(self, sources, feed=None, extra=(), **options):
        """Runs a scan; `feed` is an iterable of blocks for standard input."""
        command = [APLOMB, "scan", "--no-store", "--format", "json", "--status", "all", *extra, *map(str, sources)]
        environment = dict(os.environ, ASAN_OPTIONS=os.environ.get("ASAN_OPTIONS", "") + ":quarantine_size_mb=8")
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            child = subprocess.Popen(command, stdin=subprocess.PIPE if feed else subprocess.DEVNULL, stdout=out,
                                     stderr=err, env=environment, cwd=self.folder, **options)
            with contextlib.suppress(BrokenPipeError):
                for block in feed or ():
                    child.stdin.write(block)
            with contextlib.suppress(BrokenPipeError, AttributeError):
                child.stdin.close()
            _, status, usage = os.wait4(child.pid, 0)
            child.returncode = os.waitstatus_to_exitcode(status)
            out.seek(0)
            err.seek(0)
            return Result(child.returncode, out.read(), err.read(), usage.ru_maxrss * 1024)

    def scan(self, *sources, **options):
        """A scan that must come to its end, with what holds for every one."""
        result = self.run_scan(sources or [self.folder], **options)
        self.assertIn(result.code, (0, 3), result.err)
        self.assertNotIn(None, result.faults, f"not \"file: offset: cause\": {result.err!r}")
        self.assertEqual(result.documents(), sum(row["count"] for row in result.json["coverage"]))
        partial = any(row["state"] in ("partial", "unread") for row in result.json["coverage"])
        self.assertEqual(result.code, 3 if partial else 0)
        return result

    def expect(self, result, names, *told):
        """The accounts that were read, and the faults: (file, offset or None, cause)."""
        self.assertEqual(result.names(), sorted(f"a{number}" for number in names))
        found = [(file, None if wanted and wanted[1] is None else offset, why) for (file, offset, why), wanted
                 in itertools.zip_longest(result.told(), told[:len(result.told())], fillvalue=None)]
        self.assertEqual(found, list(told))
        self.assertEqual(sum(row["count"] for row in result.rows(type="unreadable text")), len(told))


class Texts(Case):
    def test_truncated(self):
        whole = text(1)
        for size in (1, 2, 9, 30, len(whole) - 1):
            path = self.write("x.json", whole[:size])
            self.expect(self.scan(path), [], ("x.json", size, ENDS_EARLY))

    def test_truncated_line(self):
        for cut in range(1, len(lines(2)) - 2, 13):
            second = lines(2)[:cut].rstrip(" ")
            path = self.write("x.ndjson", lines(1) + second + "\n" + lines(3))
            result = self.scan(path)
            self.expect(result, [1, 3], ("x.ndjson", len(lines(1)) + len(second), ENDS_EARLY))

    def test_truncated_first_line(self):
        path = self.write("x.ndjson", lines(1)[:99] + "\n" + lines(2, 3))
        self.expect(self.scan(path), [2, 3], ("x.ndjson", 99, ENDS_EARLY))

    def test_line_ends_of_windows(self):
        path = self.write("x.ndjson", lines(1, 2).replace("\n", "\r\n") + "\r\n" + lines(3).replace("\n", "\r\n"))
        self.expect(self.scan(path), [1, 2, 3])

    def test_not_json(self):
        self.write("x.json", "hello")
        self.write("notes.txt", "hello")
        self.write("image", b"\x89PNG\r\n\x1a\n")
        self.write("y.json", text(1))
        result = self.scan()
        self.expect(result, [1], ("x.json", 0, "not JSON but text that is no JSON"))
        self.assertEqual([row["type"] for row in result.rows(state="unsupported")],
                         ["PNG image", "text that is no JSON"])
        self.expect(self.scan(self.folder / "notes.txt"), [], ("notes.txt", 0, "not JSON but text that is no JSON"))
        self.expect(self.scan(self.folder / "image"), [], ("image", 0, "not JSON but PNG image"))

    def test_broken_inside(self):
        path = self.write("x.json", text(1)[:-1] + ",}")
        result = self.scan(path)
        self.assertEqual(result.names(), [])
        self.assertEqual(len(result.faults), 1)
        self.assertRegex(result.told()[0][2], "^not JSON: ")

    def test_utf16(self):
        why = "the text is UTF-16; convert it to UTF-8"
        for name, data in (("x.json", text(1).encode("utf-16")), ("y.txt", b"\xfe\xff" + text(1).encode("utf-16-be"))):
            self.expect(self.scan(self.write(name, data)), [], (name, 0, why))

    def test_byte_order_mark(self):
        self.write("x.json", b"\xef\xbb\xbf" + text(1).encode())
        self.write("y.ndjson", b"\xef\xbb\xbf" + lines(2, 3).encode())
        self.write("z.json", b"\xef\xbb\xbf")
        self.expect(self.scan(), [1, 2, 3])

    def test_invalid_utf8(self):
        for bad in (b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xf5\x80\x80\x80", b"\xc0\x80"):
            data = lines(1).encode() + lines(2).encode().replace(b"OpenAI", b"Open" + bad + b"AI") + lines(3).encode()
            result = self.scan(self.write("x.ndjson", data))
            self.assertEqual(result.names(), ["a1", "a3"])
            self.assertEqual(len(result.faults), 1)
            self.assertRegex(result.told()[0][2], "^not valid JSON text: ")

    def test_nothing(self):
        for data in (b"", b" ", b"\n\n\t \r\n", b" " * (PAGE + 5)):
            result = self.scan(self.write("x.json", data))
            self.expect(result, [])
            self.assertEqual([row["type"] for row in result.rows(state="unsupported")], ["empty file"])

    def test_blanks_before(self):
        self.expect(self.scan(self.write("x.json", " " * (2 * PAGE + 5) + text(1))), [1])

    def test_scalars(self):
        result = self.scan(self.write("x.json", "[1, null, \"}\", [2], " + text(1) + ", true]"))
        self.expect(result, [1])
        self.assertEqual(result.documents(), 6)

    def test_scalar_alone(self):
        for data in ("null\n", " 17", "true", "\"text ]}\"\n\n"):
            result = self.scan(self.write("x.json", data))
            self.expect(result, [])
            self.assertEqual([row["type"] for row in result.rows(count=1)], ["value that is no object"])
        for data in ("null null", "17 apples", "truth", "\"open"):
            self.expect(self.scan(self.write("x.json", data)), [], ("x.json", 0, "not JSON but text that is no JSON"))

    def test_deep(self):
        million = 1000000
        for name, data, told in (("x.json", "[" * million + "]" * million, (0, "nested deeper than 256 levels")),
                                 ("y.json", "{\"a\":" * million + "1" + "}" * million,
                                  (0, "nested deeper than 256 levels")),
                                 ("z.json", "[" * million, (None, "not JSON: more brackets are opened than can be "
                                                                  "closed")),
                                 ("z.json", "[" * 5 * million, (5 * million, ENDS_EARLY))):
            self.write("w.json", text(1))
            self.expect(self.scan(self.folder / "w.json", self.write(name, data)), [1], (name, *told))

    def test_deep_member(self):
        page = "[" + text(1) + "," + "[" * 300 + "]" * 300 + "," + text(2) + "]"
        path = self.write("x.json", "[" + text(3) + "," + " " * PAGE + page[1:])
        self.expect(self.scan(path), [1, 2, 3], ("x.json", None, "nested deeper than 256 levels"))

    def test_pretty_printed_one_after_another(self):
        values = "\n".join(json.dumps(account(number), indent=2) for number in range(5))
        self.expect(self.scan(self.write("x.json", values)), range(5))
        self.expect(self.scan(self.write("x.json", values.replace("\n", "\r\n"))), range(5))
        self.expect(self.scan(self.write("x.json", text(7) + "\n" + values)), [0, 1, 2, 3, 4, 7])
        pages = "\n".join(json.dumps({"value": [account(number), account(number + 1)]}, indent=0)
                          for number in range(0, 6, 2))
        self.expect(self.scan(self.write("x.json", pages)), range(6))

    def test_page_with_one_member_a_line(self):
        page = "{\"value\":[\n" + ",\n".join(text(number) for number in range(4)) + "\n]}\n"
        self.expect(self.scan(self.write("x.json", page)), range(4))

    def test_error_answers(self):
        answers = ({"error": {"code": "AuthorizationFailed", "message": "The client has no permission."}},
                   {"error": "invalid_client", "error_description": "The secret has expired."},
                   {"__type": "AccessDeniedException", "message": "No permission."},
                   {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure", "reason": "Forbidden",
                    "message": "No permission."})
        reasons = ["AuthorizationFailed: The client has no permission.", "invalid_client: The secret has expired.",
                   "AccessDeniedException: No permission.", "Forbidden: No permission."]
        for answer, why in zip(answers, reasons):
            result = self.scan(self.write("x.json", json.dumps(answer)))
            self.assertEqual([(row["scope"], row["why"], row["count"]) for row in result.rows(state="unread")],
                             [("x.json", why, 1)])
            self.assertEqual(result.code, 3)
        result = self.scan(self.write("x.json", json.dumps({"value": [account(1)], **answers[0]})))
        self.assertEqual(result.names(), ["a1"])
        self.assertEqual([(row["why"], row["count"]) for row in result.rows(state="unread")], [(reasons[0], 0)])

    def test_control_characters_in_ids(self):
        odd = "a\x00\x1b[31m\n\u202e\x7f"
        path = self.write("x.json", json.dumps(account(1, id=account_id(1) + odd, name=odd)))
        result = self.scan(path)
        self.assertEqual([asset["id"] for asset in result.json["assets"] if asset["read"]], [account_id(1) + odd])
        shown = subprocess.run([APLOMB, "scan", "--no-store", "--status", "all", str(path)], capture_output=True,
                               cwd=self.folder, check=False)
        self.assertEqual(shown.returncode, 0)
        self.assertNotRegex(shown.stdout, rb"[\x00-\x09\x0b-\x1f\x7f]")


class Sizes(Case):
    def huge(self, before, behind, size):
        block = b"x" * MEGABYTE
        return itertools.chain([before], itertools.repeat(block, size // MEGABYTE), [behind])

    def test_huge_string(self):
        size = 3 << 30 if not IS_SANITIZED else 200 << 20
        limit = 300 << 20 if not IS_SANITIZED else 700 << 20
        page = text(1).encode() + b","
        feed = self.huge(b"[" + page + b"{\"id\":\"", b"\"}," + text(2).encode() + b"]", size)
        result = self.scan("-", feed=feed)
        self.expect(result, [1, 2], ("-", len(page) + 1, "a value longer than the limit of one document"))
        self.assertLess(result.memory, limit)

    def test_huge_values(self):
        size = 90 << 20
        why = "a value longer than the limit of one document"
        line = "a line longer than the limit of one document"
        one, two = text(1).encode(), text(2).encode()
        for before, behind, names, told in (
                (b"{\"id\":\"", b"\"}", [], [(0, why)]),
                (b"{\"id\":\"", b"\"} " + two, [2], [(0, why)]),
                (b"{\"id\":\"", b"", [], [(0, why), (size + 7, ENDS_EARLY)]),
                (one + b"\n{\"id\":\"", b"\"}\n" + two, [1, 2], [(len(one) + 1, line)]),
                (b"[\"", b"\"," + one + b"," + two + b"]", [1, 2], [(1, why)]),
                (b"{\"a\":\"", b"\",\"value\":[" + one + b"," + two + b"]}", [1, 2], [(0, why)]),
                (b"{\"value\":[" + one + b"],\"a\":\"", b"\"}" + two, [1, 2], [(None, why)])):
            result = self.scan("-", feed=self.huge(before, behind, size))
            self.expect(result, names, *[("-", *fault) for fault in told])

    def test_not_json_is_not_read_to_the_end(self):
        result = self.scan("-", feed=self.huge(b"\"", b"\"", 100 << 20))
        self.expect(result, [], ("-", 0, "not JSON but text that is no JSON"))

    # What must not be harmed where one part of a long text ends and the next one begins.
    BORDERS = ('\\"', "\\\\", "\\u00e9", "\\ud83d\\ude00", "\u00e9", "\u20ac", "\U0001f600", "}]", "[{", "\":", ",\"")

    def member(self, number, start, border):
        """An account whose tag has the token `border` around the offset; filled up with what looks like structure."""
        token = self.BORDERS[number % len(self.BORDERS)]
        begin, end = json.dumps(account(number, tags={"t": "@"})).split("@")
        raw = token if token[0] == "\\" else json.dumps(token, ensure_ascii=False)[1:-1]
        inside = 1 + number // len(self.BORDERS) % max(1, len(raw.encode()) - 1)
        fill = max(0, border - inside - start - len(begin)) if border else 50000
        filling = (r"]}\"\\,{[:" + "\u00e9") * (fill // 12 + 1)
        filling = filling.encode()[:fill].decode(errors="ignore").rstrip("\\") if fill else ""
        filling += "x" * (fill - len(filling.encode()))
        return (begin + filling + raw + end).encode(), json.loads('"' + filling + raw + '"')

    def long_page(self, before, behind, size):
        """A page, so that each border of 4 MB falls into a token, and the tag that each account must have."""
        out, tags, at, number = [before], {}, len(before), 0
        while at < size:
            border = (at // PAGE + 1) * PAGE
            separator = b"" if number == 0 else b", 17, \"]}\\\\\", null," if number % 9 == 4 else b","
            data, tag = self.member(number, at + len(separator), border if border - at < 100000 else 0)
            out.append(separator + data)
            tags[f"a{number}"] = tag
            at += len(separator) + len(data)
            number += 1
        out.append(behind)
        return b"".join(out), tags

    def check_page(self, name, before, behind):
        size = (100 << 20) if not IS_SANITIZED else (25 << 20)
        data, tags = self.long_page(before, behind, size)
        path = self.write(name, data)
        json.loads(data)
        result = self.scan(path)
        self.expect(result, range(len(tags)))
        for asset in result.json["assets"]:
            if asset["read"]:
                self.assertEqual(asset["tags"]["t"], tags[asset["name"]])
        self.assertEqual(result.documents(), len(tags) + 3 * sum(number % 9 == 4 for number in range(len(tags))))

    def test_long_array(self):
        self.check_page("x.json", b"[", b"]")

    def test_long_page(self):
        self.check_page("x.json", b"{\"@odata.count\": 7, \"value\": [",
                        b"], \"nextLink\": \"]}\", \"x\": {\"value\": 1}}")

    def test_long_page_is_as_a_short_one(self):
        """Whoever reads a part of a page must know what stands around its array."""
        instances = [{"mode": "managed", "type": "azurerm_cognitive_account", "name": f"n{i}",
                      "instances": [{"attributes": {"id": account_id(i), "pad": "x" * 5000}}]} for i in range(2000)]
        state = {"version": 4, "terraform_version": "1.9.0", "resources": instances}
        graph = {"@odata.context": "https://graph.microsoft.com/v1.0/$metadata#applications",
                 "value": [{"id": f"{i:032d}", "displayName": "x" * 5000} for i in range(2000)]}
        for whole in (state, graph):
            array = "resources" if whole is state else "value"
            long = self.scan(self.write("x.json", json.dumps(whole)))
            for part in range(0, 2000, 500):
                self.write(f"parts/{part}/x.json", json.dumps({**whole, array: whole[array][part:part + 500]}))
            short = self.scan(self.folder / "parts")
            self.assertEqual(long.json["coverage"], short.json["coverage"])
            self.assertEqual([asset["id"] for asset in long.json["assets"]],
                             [asset["id"] for asset in short.json["assets"]])
            shutil.rmtree(self.folder / "parts")

    def test_long_page_with_two_arrays(self):
        page = {"value": [account(i, pad="x" * 5000) for i in range(1500)], "other": [{"x": 1}],
                "items": [account(i) for i in range(1500, 1510)]}
        self.expect(self.scan(self.write("x.json", json.dumps(page))), range(1510))

    def test_many_pages_one_after_another(self):
        pages = [{"value": [account(i * 50 + j, pad="x" * 3000) for j in range(50)]} for i in range(60)]
        singles = [account(number) for number in range(3000, 3010)]
        for indent in (None, 1):
            values = "".join(json.dumps(value, indent=indent) + "\n" * (indent or 0) for value in pages + singles)
            self.expect(self.scan(self.write("x.json", values)), range(3010))

    def test_broken_member_of_a_long_page(self):
        for before, behind in (("[", "]"), ("{\"value\":[", "]}")):
            members = [json.dumps(account(i, pad="x" * 5000)) for i in range(2000)]
            members[700] = members[700].replace("\"kind\":", "\"kind\"!")
            at = len(before) + sum(map(len, members[:700])) + 700 + members[700].index("!")
            result = self.scan(self.write("x.json", before + ",".join(members) + behind))
            self.assertEqual(len(result.names()), 1999)
            self.assertEqual([(file, offset) for file, offset, _ in result.told()], [("x.json", at)])

    def test_truncated_long_page(self):
        page = "{\"value\":[" + ",".join(json.dumps(account(i, pad="x" * 5000)) for i in range(2000))
        result = self.scan(self.write("x.json", page[:-100]))
        self.expect(result, range(1999), ("x.json", len(page) - 100, ENDS_EARLY))

    def test_many_broken_lines(self):
        result = self.run_scan([self.write("x.ndjson", lines(1) + "{\"a\":\n" * 1000 + lines(2))])
        self.assertEqual(result.code, 3)
        self.assertEqual(result.names(), ["a1", "a2"])
        self.assertEqual(result.documents(), 1002)
        self.assertEqual(len(result.err.splitlines()), 20)
        self.assertLess(len(result.json["coverage"]), 30)


class Merging(Case):
    def test_equal(self):
        self.write("x.json", text(1))
        self.write("y.json", text(1).replace("a1", "A1"))
        result = self.scan()
        self.assertEqual(len(result.names()), 1)
        self.assertEqual([(row["count"], row["why"]) for row in result.rows(type=TYPE)], [(2, "")])

    def different(self):
        old = envelope(1, "2026-01-01T00:00:00Z", {"disableLocalAuth": True, "publicNetworkAccess": "Disabled"})
        new = envelope(1, "2026-02-01T00:00:00Z", {"publicNetworkAccess": "Enabled"})
        return {"old.json": old, "new.json": new}

    def test_newest_wins_member_by_member(self):
        for name, data in self.different().items():
            self.write(name, data)
        result = self.scan()
        read = [asset for asset in result.json["assets"] if asset["read"]]
        self.assertEqual([asset["exposure"] for asset in read], ["internet"])
        auth = [finding["status"] for finding in result.json["findings"]
                if finding["check"] == "ai-local-auth-disabled"]
        self.assertEqual(auth, ["pass"])
        row, = result.rows(type=TYPE)
        self.assertEqual(row["count"], 2)
        self.assertIn("properties.publicNetworkAccess", row["why"])
        self.assertNotIn("disableLocalAuth", row["why"])

    def test_order_of_files(self):
        """The bytes of the result are the same for every order of files and every number of threads."""
        same = {"disableLocalAuth": False, "publicNetworkAccess": "Enabled"}
        files = {**self.different(),
                 "no-time.json": json.dumps(account(1, tags={"a": "b"}, properties=same)),
                 "other-case.json": json.dumps(account(1, tags={"a": "c"}, properties=same)).replace("rg", "RG"),
                 "summary.json": json.dumps({"id": account_id(1), "name": "a1", "type": TYPE, "location": "north"}),
                 "broken.json": "{", "rest.ndjson": lines(2, 3, 4)}
        results = set()
        for number, names in enumerate(itertools.permutations(files)):
            if number % 190:
                continue
            folder = self.folder / str(number)
            for position, name in enumerate(names):
                self.write(f"{number}/{position}/{name}", files[name])
            result = self.scan(*(folder / str(position) / name for position, name in enumerate(names)),
                               extra=["--jobs", str(1 + number % 4)])
            del result.json["scan"]
            results.add(json.dumps(result.json))
        self.assertEqual(len(results), 1)


class Archives(Case):
    def test_each_kind(self):
        big = text(1).encode()
        for name, data in (("x.gz", gzip.compress(big)), ("x.bz2", bz2.compress(big)), ("x.xz", lzma.compress(big)),
                           ("x.zst", zstd(big)), ("x.zip", zipped(("y.json", big))), ("x.tar", tar(("y.json", big))),
                           ("x.tgz", gzip.compress(tar(("y.json", big)))), ("x", zipped(("y", gzip.compress(big)))),
                           ("two.gz", gzip.compress(big[:100]) + gzip.compress(big[100:]))):
            self.expect(self.scan(self.write(name, data)), [1])

    def test_archive_in_archive(self):
        inner = gzip.compress(tar(("b/c.json", text(1).encode()), ("d.json", b"{"), ("e.json", text(2).encode())))
        path = self.write("x.zip", zipped(("a.tar.gz", inner), ("f.json", text(3).encode())))
        self.expect(self.scan(path), [1, 2, 3], ("x.zip!/a.tar.gz!/d.json", 1, ENDS_EARLY))

    def test_names_of_members(self):
        path = self.write("x.zip", zipped(("\u00e9\u20ac.json", b"{"), ("a\n\x1b[2J.json", b"{")))
        self.assertEqual([file for file, _, _ in self.scan(path).told()],
                         ["x.zip!/\u00e9\u20ac.json", r"x.zip!/a\n\x1b[2J.json"])

    def test_truncated(self):
        members = "".join(json.dumps(account(i, pad=os.urandom(800).hex())) + "\n" for i in range(1000)).encode()
        for name, data, told in (
                ("x.gz", gzip.compress(members), "x.gz"),
                ("x.bz2", bz2.compress(members), "x.bz2"),
                ("x.xz", lzma.compress(members), "x.xz"),
                ("x.tar", tar(("y.json", members)), "x.tar!/y.json"),
                ("x.tgz", gzip.compress(tar(("y.json", members))), "x.tgz!/y.json"),
                ("x.zip", zipped(("y.json", members), ("z.json", b"{}")), "x.zip!/y.json")):
            result = self.scan(self.write(name, data[:len(data) // 2]))
            self.assertEqual([(file, offset) for file, offset, _ in result.told()], [(told, len(data) // 2)])
            self.assertGreater(len(result.names()), 100, name)

    def test_truncated_page(self):
        page = json.dumps({"value": [account(i, pad=os.urandom(500).hex()) for i in range(2000)]}).encode()
        data = gzip.compress(page)
        result = self.scan(self.write("x.gz", data[:len(data) // 2]))
        self.assertEqual(len(result.faults), 1)
        self.assertGreater(len(result.names()), 100)

    def test_damaged_member(self):
        good = zipped(("a.json", text(1).encode()), ("b.json", text(2).encode()), ("c.json", text(3).encode()))
        at = good.index(b"b.json") + 60
        data = good[:at] + bytes([good[at] ^ 0xFF]) + good[at + 1:]
        result = self.scan(self.write("x.zip", data))
        self.assertEqual({"a1", "a3"} - set(result.names()), set())
        self.assertEqual({file for file, _, _ in result.told()}, {"x.zip!/b.json"})

    def test_many_damaged_members(self):
        short = gzip.compress(text(1).encode())[:50]
        data = zipped(*((f"{i}.gz", short) for i in range(40)), ("z.json", text(1).encode()))
        result = self.run_scan([self.write("x.zip", data)])
        self.assertEqual(result.code, 3)
        self.assertEqual([row["scope"] for row in result.json["coverage"] if "its rest is not read" in row["why"]],
                         ["x.zip!/20.gz"])

    def test_bomb(self):
        packer = lzma.LZMACompressor(preset=0)
        block = b" " * MEGABYTE
        data = b"".join(packer.compress(block) for _ in range(300)) + packer.flush()
        for name, bytes_of in (("x.xz", data), ("x.zip", zipped(("y.xz", data)))):
            result = self.scan(self.write("z.json", text(1)), self.write(name, bytes_of))
            self.assertEqual(result.names(), ["a1"])
            self.assertEqual([why for _, _, why in result.told()], ["unpacks to more than 2000 times its size"])
            os.remove(self.folder / name)

    def test_too_deep(self):
        data = zipped(("m", text(1).encode()))
        for _ in range(5):
            data = zipped(("m", data))
        path = self.write("x.zip", zipped(("a", data), ("b.json", text(2).encode())))
        self.expect(self.scan(path), [2], ("x.zip!/a!/m!/m!/m", None, "archives nested deeper than 4"))

    def test_empty(self):
        for name, data in (("x.zip", zipped()), ("x.gz", gzip.compress(b""))):
            self.expect(self.scan(self.write(name, data)), [])

    def test_no_archive(self):
        for name, data in (("x.gz", b"\x1f\x8bhello"), ("x.zip", b"PK\x03\x04hello"), ("x.zst", b"\x28\xb5\x2f\xfd"),
                           ("x.bz2", b"BZhello"), ("x.xz", b"\xfd7zXZ"), ("x.tar", b"x" * 257 + b"ustar")):
            result = self.scan(self.write(name, data), self.write("y.json", text(1)))
            self.assertEqual(result.names(), ["a1"])
            self.assertEqual([(file, why.split(":")[0]) for file, _, why in result.told()], [(name, "damaged archive")])
            os.remove(self.folder / name)


class Files(Case):
    def test_odd_names(self):
        for name in ("a\nb.json", "\x1b[31mred.json", "\udcff.json", "\u202eabc.json", "a\tb.json", "-x.json",
                     "' \".json"):
            (self.folder / name).write_text("{")
        result = self.scan()
        self.assertEqual(len(result.faults), 7)
        self.assertNotRegex(result.err, "[\x00-\x09\x0b-\x1f\x7f\u202e]")
        self.assertIn(r"a\nb.json", [file for file, _, _ in result.told()])

    def test_many_small_files(self):
        count = 10000 if not IS_SANITIZED else 2000
        for number in range(count):
            member = text(number) if number % 100 == 0 else ""
            (self.folder / f"{number}.json").write_text("{\"value\":[" + member + "]}")
        result = self.scan()
        self.expect(result, range(0, count, 100))
        self.assertEqual(result.documents(), count)

    def test_links(self):
        self.write("a/x.json", text(1))
        (self.folder / "a" / "loop").symlink_to(self.folder)
        (self.folder / "a" / "self").symlink_to("self")
        (self.folder / "dangling.json").symlink_to("nowhere")
        (self.folder / "y.json").symlink_to("a/x.json")
        result = self.scan()
        self.assertEqual(result.names(), ["a1"])
        self.assertEqual(result.documents(), 2)
        self.expect(self.scan(self.folder / "a" / "loop" / "a" / "x.json"), [1])

    def test_special_files(self):
        os.mkfifo(self.folder / "pipe")
        self.write("x.json", text(1))
        self.expect(self.scan(), [1])
        writer = threading.Thread(target=lambda: (self.folder / "pipe").write_text(text(2)))
        writer.start()
        result = self.scan(self.folder / "pipe")
        writer.join()
        self.expect(result, [2])
        result = self.scan("/dev/null")
        self.expect(result, [])
        self.assertEqual(result.documents(), 1)
        self.expect(self.scan("/dev/zero"), [], ("zero", 0, "not JSON but binary file"))

    def test_folder_without_documents(self):
        (self.folder / "a" / "b").mkdir(parents=True)
        result = self.scan()
        self.assertEqual((result.documents(), result.json["coverage"], result.err), (0, [], ""))

    def test_source_that_does_not_exist(self):
        self.write("x.json", text(1))
        result = self.run_scan([self.folder / "x.json", self.folder / "y\n.json"])
        self.assertEqual(result.code, 2)
        self.assertEqual(len(result.err.splitlines()), 1)
        self.assertIn("No such file", result.err)

    def test_no_permission(self):
        self.write("x.json", text(1))
        self.write("closed.json", text(2)).chmod(0)
        self.write("folder/y.json", text(3))
        (self.folder / "folder").chmod(0)
        self.addCleanup((self.folder / "folder").chmod, 0o700)
        self.folder.chmod(0o755)
        options = {"user": NOBODY, "extra_groups": []} if os.getuid() == 0 else {}
        try:
            result = self.scan(**options)
        except PermissionError:
            self.skipTest("nobody may run the binary")
        self.expect(result, [1], ("closed.json", 0, "Permission denied"), ("folder", 0, "Permission denied"))


if __name__ == "__main__":
    unittest.main(verbosity=1, argv=[sys.argv[0], *sys.argv[1:]])
