#!/usr/bin/env python3
"""tests/run/test_tidy.py: proves that each rule of tools/tidy fires, and that a clean tree passes.

A small tree is written to a temporary folder; each case adds one file that breaks one rule, once.
"""
import os
import subprocess
import sys
import tempfile
import unittest

ROOT = os.environ.get("APLOMB_ROOT", os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
TIDY = os.path.join(ROOT, "tools", "tidy")

OPENING = "/* A file of a test.\n *\n * It stands nowhere and must never be built. */\n"
README = "# a folder\n"


def header(guard, body):
    return f"{OPENING}#ifndef {guard}\n#define {guard}\n\n{body}\n#endif\n"


CLEAN = {
    "cmake/layers.cmake": "set(APL_LAYERS\n  base # the lowest\n  json\n  yaml\n  graph\n  store\n  report\n  cli\n)\n"
                          "set(APL_LIBRARIES_json apl::yyjson)\nset(APL_LIBRARIES_store apl::sqlite apl::zstd)\n",
    "cmake/README.md": README,
    "src/base/README.md": README,
    "src/base/str.h": header("APL_BASE_STR_H", "int apl_length(const char *text);\n"),
    "src/graph/README.md": README,
    "src/graph/graph.c": OPENING + """#include "graph/graph.h"

#include <string.h>

#include "base/str.h"

static const char *const names[] = {"malloc(", "goto"};
const struct apl_pair {
    int first;
} apl_pair_default = {1};
static int (*const chosen)(const char *) = apl_length;

/* A comment may say malloc(1) and strcpy(a, b). */
int apl_graph_size(const char *text, int limit)
{
    int size = 0;

    if (limit == 0)
        goto done;
    for (int index = 0; index < limit; index++) {
        size += chosen(text) + (int)strlen(names[index % 2]);
    }

done:
    return size;
}
""",
    "src/graph/graph.h": header("APL_GRAPH_GRAPH_H", "int apl_graph_size(const char *text, int limit);\n"),
    "src/json/README.md": README,
    "src/json/parse.c": OPENING + "#include <yyjson.h>\n\nvoid apl_json(void)\n{\n    yyjson_doc_free(NULL);\n}\n",
    "services/README.md": README,
    "services/azure/README.md": README,
    "services/azure/search/README.md": README,
    "services/azure/search/service.yaml": "why: the index is not on pypi" + ".org but its name is a fact\n",
    "services/azure/search/cases/one/input.json": "{\"a\":\t1} ",
}


def function(body, name="apl_tried", parameters="int value"):
    return f"{OPENING}void {name}({parameters})\n{{\n{body}}}\n"


# name of the case: the file added or replaced, its text, the rule that must fire, the line it must name
CASES = {
    "a long file": ("src/graph/long.c", OPENING + "int apl_x(void);\n" * 998, "file-length", 1001),
    "a long function": ("src/graph/long.c", function("    (void)value;\n" * 68), "function-length", 4),
    "six parameters": ("src/graph/many.c", function("", parameters="int a, int b, int c, int d, int e, int f"),
                       "parameters", 4),
    "six parameters declared": ("src/graph/many.h", header(
        "APL_GRAPH_MANY_H", "int apl_many(int a, int b, int c,\n    void (*d)(int, int), int e, int f);\n"),
        "parameters", 7),
    "a long line": ("src/graph/wide.c", OPENING + "/* " + "x" * 120 + " */\n", "line-length", 4),
    "a long line of a script": ("tools/wide", "#!/bin/sh\n# " + "x" * 120 + "\n", "line-length", 2),
    "strcpy": ("src/graph/copy.c", function("    strcpy(a, b);\n"), "banned", 6),
    "strtok in a test": ("tests/unit/test_copy.c", function("    strtok(a, b);\n"), "banned", 6),
    "malloc": ("src/graph/memory.c", function("    value = malloc(1);\n"), "banned", 6),
    "free in base": ("src/base/str.c", function("    free(value);\n"), "banned", 6),
    "getenv": ("src/report/settings.c", function("    getenv(\"HOME\");\n"), "banned", 6),
    "printf": ("src/graph/print.c", function("    printf(\"x\");\n"), "banned", 6),
    "yyjson called": ("src/graph/parse.c", function("    yyjson_read(text, 1, 0);\n"), "library", 6),
    "yyjson included": ("src/yaml/parse.c", OPENING + "#include <yyjson.h>\n", "library", 4),
    "libfyaml": ("src/graph/parse.c", function("    fy_parser_create(NULL);\n"), "library", 6),
    "sqlite": ("src/graph/parse.c", function("    sqlite3_open(NULL, NULL);\n"), "library", 6),
    "libarchive": ("src/graph/parse.c", function("    archive_read_new();\n"), "library", 6),
    "#if in a function": ("src/graph/choice.c", function("#ifdef A\n    x();\n#endif\n"), "preprocessor", 6),
    "goto backwards": ("src/graph/jump.c", function("again:\n    value--;\n    if (value)\n        goto again;\n"),
                       "goto", 9),
    "recursion": ("src/graph/deep.c", function("    apl_tried(value - 1);\n"), "recursion", 4),
    "recursion through another": ("src/graph/deep.c", OPENING + "static void b(void);\nvoid a(void)\n{\n    b();\n}\n\n"
                                  "static void b(void)\n{\n    a();\n}\n", "recursion", 5),
    "state at file level": ("src/graph/state.c", OPENING + "static int counter;\n", "global", 4),
    "a pointer that changes": ("src/graph/state.c", OPENING + "static const char *last = NULL;\n", "global", 4),
    "an array that changes": ("src/graph/state.c", OPENING + "static int table[] = {\n    1,\n};\n", "global", 4),
    "no guard": ("src/graph/open.h", OPENING + "int apl_open(void);\n", "guard", 1),
    "another guard": ("src/graph/open.h", header("APL_OPEN_H", "int apl_open(void);\n"), "guard", 1),
    "no opening": ("src/graph/bare.c", "/* One line. */\nint apl_bare;\n", "opening", 1),
    "a layer below": ("src/base/low.c", OPENING + "#include \"graph/graph.h\"\n", "include", 4),
    "no layer named": ("src/graph/near.c", OPENING + "#include \"graph.h\"\n", "include", 4),
    "a way around": ("src/graph/near.c", OPENING + "#include \"../cli/command.h\"\n", "include", 4),
    "an unknown layer": ("src/graph/near.c", OPENING + "#include \"magic/wand.h\"\n", "include", 4),
    "a folder outside the list": ("src/magic/wand.c", OPENING + "#include \"base/str.h\"\n", "include", 4),
    "utils": ("src/graph/utils.c", OPENING, "name", 1),
    "a tab": ("src/graph/tab.c", OPENING + "\n\tint x;\n", "whitespace", 5),
    "space at the end": ("docs/page.md", "text \n", "whitespace", 1),
    "no line end": ("docs/page.md", "text", "whitespace", 1),
    "a folder without README": ("src/report/page.c", OPENING, "readme", 1),
    "a service without README": ("services/azure/openai/service.yaml", "a: b\n", "readme", 1),
    "a long README": ("src/graph/README.md", "line\n" * 16, "readme", 16),
    "an open end": ("src/graph/later.c", OPENING + "/* TO" + "DO later */\n", "open-end", 4),
    "formatting switched off": ("src/graph/form.c", OPENING + "// clang-format " + "off\n", "clang-format", 4),
    "a path of a machine": ("docs/page.md", "see /ro" + "ot/tree\n", "machine", 1),
    "a path of a machine in recorded data": ("services/azure/search/cases/one/a.json", "\"/wo" + "rk/main/x\"\n",
                                             "machine", 1),
    "a function of two files": ("src/json/again.c", OPENING + "int apl_graph_size(const char *text, int limit)\n{\n"
                                "    return limit;\n}\n", "symbol", 4),
    "a large file": ("answers.ndjson", "{}\n" * 1400000, "size", 1),
    "a registry": ("tools/fetch", "#!/bin/sh\n# pypi" + ".org\n", "machine", 2),
}


def write(root, path, text):
    full = os.path.join(root, path)
    os.makedirs(os.path.dirname(full), exist_ok=True)
    with open(full, "w", encoding="utf-8", newline="") as file:
        file.write(text)


def tidy(root):
    result = subprocess.run([sys.executable, "-B", TIDY, "--root", root], capture_output=True, text=True, check=False)
    return result.returncode, result.stdout


class TidyTest(unittest.TestCase):
    def test_clean_tree_passes(self):
        with tempfile.TemporaryDirectory() as root:
            for path, text in CLEAN.items():
                write(root, path, text)
            self.assertEqual(tidy(root), (0, ""))

    def test_each_rule_fires(self):
        for name, (path, text, rule, line) in CASES.items():
            with self.subTest(name), tempfile.TemporaryDirectory() as root:
                for clean_path, clean_text in CLEAN.items():
                    write(root, clean_path, clean_text)
                write(root, path, text)
                status, output = tidy(root)
                self.assertEqual(status, 1, output)
                place = os.path.dirname(path) + "/README.md" if rule == "readme" else path
                self.assertIn(f"{place}:{line}: {rule}: ", output)

    def test_every_rule_has_a_case(self):
        listing = subprocess.run([sys.executable, "-B", TIDY, "--list"], capture_output=True, text=True, check=True)
        rules = {line.split()[0] for line in listing.stdout.splitlines()}
        self.assertEqual(rules - {rule for _, _, rule, _ in CASES.values()}, set())


if __name__ == "__main__":
    unittest.main()
