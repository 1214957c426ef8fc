"""The corpus of model files: every file by a recipe, with what must be said of it. The same bytes each time.

A sample has the verdicts that are right, the issue ids that must be among those reported, and the numbers of the
structure tricks that it plays (docs/models.md lists them). One that is malicious by construction never has "clean"
among its verdicts, a benign one never "malicious"; `kind` says which of the two it is.
"""
import base64
import bz2
import gzip
import json
import lzma
import pickle as python_pickle
import struct
import zlib
from collections import namedtuple

import model_bytes as m
import model_corpus_formats as formats

Sample = namedtuple("Sample", "path data kind verdicts issues tricks format")
SAMPLES = []
BAD = ("malicious",)


def add(path, data, kind, verdicts, issues=(), tricks=(), format=None):
    if isinstance(verdicts, str):
        verdicts = (verdicts,)
    SAMPLES.append(Sample(path, data, kind, verdicts, tuple(issues), tuple(tricks), format))


def benign(path, data, verdicts="clean", issues=(), format=None, tricks=()):
    add(path, data, "benign", verdicts, issues, tricks, format)


def malicious(path, data, verdicts=BAD, issues=(), tricks=(), format=None):
    add(path, data, "malicious", verdicts, issues, tricks, format)


def odd(path, data, verdicts, issues=(), tricks=(), format=None):
    """Neither: what cannot be decided, or is no model."""
    add(path, data, "odd", verdicts, issues, tricks, format)


GLOBAL = ("pickle-dangerous-global",)

# Names that blocklists of others missed, each with the opcodes of a plausible argument.
PAYLOADS = [
    ("os", "system"), ("posix", "system"), ("nt", "system"), ("subprocess", "Popen"), ("builtins", "eval"),
    ("builtins", "exec"), ("__builtin__", "eval"), ("builtins", "__import__"), ("builtins", "getattr"),
    ("builtins", "compile"), ("builtins", "open"), ("runpy", "run_path"), ("asyncio.unix_events",
                                                                           "_UnixSubprocessTransport"),
    ("pip", "main"), ("pip._internal.cli.main", "main"), ("torch.utils.bottleneck.__main__", "run_cprofile"),
    ("torch.utils.bottleneck.__main__", "run_autograd_prof"), ("torch._dynamo.guards", "GuardBuilder.get"),
    ("torch.fx.experimental.symbolic_shapes", "ShapeEnv.evaluate_guards_expression"),
    ("torch.utils.collect_env", "run"), ("torch.utils.data.datapipes.utils.decoder", "basichandlers"),
    ("torch.jit.unsupported_tensor_ops", "execWrapper"), ("torch.utils._config_module", "ConfigModule.load_config"),
    ("torch._inductor.codecache", "compile_file"), ("trace", "Trace.run"), ("trace", "Trace.runctx"),
    ("profile", "Profile.run"), ("cProfile", "runctx"), ("timeit", "timeit"), ("doctest", "debug_script"),
    ("code", "InteractiveInterpreter.runcode"), ("idlelib.autocomplete", "AutoComplete.get_entity"),
    ("idlelib.pyshell", "ModifiedInterpreter.runcode"), ("lib2to3.pgen2.pgen", "ParserGenerator.make_label"),
    ("lib2to3.pgen2.grammar", "Grammar.loads"), ("ensurepip", "_run_pip"), ("distutils.file_util", "write_file"),
    ("ctypes", "CDLL"), ("pydoc", "locate"), ("pydoc", "pipepager"), ("pty", "spawn"),
    ("numpy.f2py.crackfortran", "getlincoef"), ("numpy.testing._private.utils", "runstring"),
    ("_operator", "methodcaller"), ("operator", "attrgetter"), ("pkgutil", "resolve_name"),
    ("uuid", "_get_command_stdout"), ("_osx_support", "_read_output"), ("_aix_support", "_read_cmd_output"),
    ("imaplib", "IMAP4_stream"), ("_pyrepl.pager", "pipe_pager"), ("test.support.script_helper", "assert_python_ok"),
    ("_io", "FileIO"), ("urllib.request", "urlopen"), ("types", "CodeType"), ("types", "FunctionType"),
    ("cloudpickle.cloudpickle", "_make_function"), ("dill._dill", "_create_function"), ("logging", "FileHandler"),
    ("importlib", "import_module"), ("importlib.machinery", "SourceFileLoader"), ("marshal", "loads"),
    ("pickle", "loads"), ("_pickle", "loads"), ("joblib", "load"), ("numpy", "load"), ("torch", "load"),
    ("torch.hub", "load"), ("torch.storage", "_load_from_bytes"), ("webbrowser", "open"), ("socket",
                                                                                           "create_connection"),
    ("shutil", "rmtree"), ("sys", "exit"), ("bdb", "Bdb.run"), ("pdb", "run"), ("_interpreters", "run_string"),
    ("multiprocessing.util", "spawnv_passfds"), ("concurrent.futures.process", "ProcessPoolExecutor"),
    ("commands", "getoutput"), ("sqlite3", "connect"), ("tempfile", "mktemp"), ("codecs", "open"),
]


def payloads():
    for index, (module, attribute) in enumerate(PAYLOADS):
        version = (0, 2, 4)[index % 3]
        data = m.pickle(m.call(module, attribute, [m.string("x", version)], version), version)
        malicious(f"payload/{index:02}-{module}.{attribute}.pkl", data, issues=GLOBAL)


def protocols():
    for version in range(6):
        malicious(f"proto/{version}.pkl", m.pickle(m.system(version=version), version), issues=GLOBAL, format="pickle")
        benign(f"proto/real-{version}.pkl",
               python_pickle.dumps({"a": [1, 2.5, -7, 2**70, None, True, "text", b"bytes", (1, 2, 3), {4, 5}],
                                    "b": {"c": bytearray(b"x" * 300)}, "long": "y" * 70000}, version),
               format="pickle")
    malicious("proto/framed.pkl", m.framed(m.system(version=4)), issues=GLOBAL)
    malicious("proto/inst.pkl", b"(S'true'\nios\nsystem\n.", issues=GLOBAL, tricks=(15,))
    malicious("proto/obj.pkl", m.pickle(b"(" + m.name("os", "system") + m.text("true") + b"o"), issues=GLOBAL,
              tricks=(15,))
    malicious("proto/newobj.pkl", m.pickle(m.name("subprocess", "Popen") + b"(" + m.text("true") + b"t\x81"),
              issues=GLOBAL)
    malicious("proto/newobj-ex.pkl", m.pickle(m.name("subprocess", "Popen", 4) + b")}\x92", 4), issues=GLOBAL)
    malicious("proto/name-only.pkl", m.pickle(m.name("os", "system")), issues=GLOBAL)
    malicious("proto/five-buffers.pkl", m.pickle(b"\x97\x98" + m.system(version=5), 5), issues=GLOBAL)
    benign("proto/five-buffers-benign.pkl", m.pickle(b"](\x97\x98\x96" + struct.pack("<Q", 5) + b"hello" + b"e", 5))
    odd("proto/unknown.pkl", m.pickle(m.call("mycompany.models", "Classifier", [])), "suspicious",
        ("pickle-unknown-global",))
    malicious("proto/many-unknown.pkl", m.pickle(b"".join(
        m.name("contoso.parts", f"Part{number}") + b"0" for number in range(400)) + m.system()), issues=GLOBAL)
    odd("proto/persistent.pkl", m.pickle(m.text("id") + b"Q"), "clean")


def structure_tricks():
    evil = m.system()
    for suffix in ("bin", "pt", "pth", "ckpt", "safetensors", "txt", "json", "gguf"):
        malicious(f"trick/01-plain.{suffix}", m.pickle(evil), issues=GLOBAL, tricks=(1,))
    good = m.pickle(m.state_dict(LAYERS := m.LAYERS))
    bad = m.pickle(m.state_dict(LAYERS, before=evil))
    malicious("trick/02-crc.pt", m.torch_zip(bad, pickle={"crc": 0x12345678}), issues=GLOBAL, tricks=(2,),
              format="pytorch")
    malicious("trick/02-crc.npz", m.zipped([m.Member("a.npy", m.npy("|O", "(1,)", m.pickle(evil)), crc=1)]),
              issues=GLOBAL, tricks=(2,), format="npz")
    malicious("trick/03-submodule.pkl", m.pickle(m.call("asyncio.unix_events", "_UnixSubprocessTransport._start", [])),
              issues=GLOBAL, tricks=(3,))
    malicious("trick/04-pip.pkl", m.pickle(m.call("pip", "main", [m.text("install"), m.text("contoso-tool")])),
              issues=GLOBAL, tricks=(4,))
    for suffix in ("config", "txt", "p", "weights", ""):
        malicious(f"trick/05-odd-{suffix or 'none'}.pt",
                  m.torch_zip(good, extra=[m.Member("archive/extra" + (f".{suffix}" if suffix else ""),
                                                    m.pickle(evil))]),
                  issues=GLOBAL, tricks=(5,))
    malicious("trick/06-name.pt", m.torch_zip(bad, pickle={"local": "archive/other.txt"}),
              issues=GLOBAL + ("archive-name-differs",), tricks=(6,))
    malicious("trick/06-name-2.pt", m.torch_zip(bad, pickle={"central": "archive/other.txt"}),
              issues=GLOBAL + ("archive-name-differs",), tricks=(6,))
    for flag in (0x1, 0x20, 0x40):
        malicious(f"trick/07-flag-{flag:02x}.pt", m.torch_zip(bad, pickle={"flags": flag}), issues=GLOBAL, tricks=(7,))
        odd(f"trick/07-benign-flag-{flag:02x}.pt", m.torch_zip(good, pickle={"flags": flag}),
            "incomplete" if flag != 0x20 else "clean", tricks=(7,))
    malicious("trick/08-off-by-one.pkl", m.pickle(m.short("os") + b"\x94" + m.short("system") + b"\x94\x93", 4),
              issues=GLOBAL, tricks=(8,))
    malicious("trick/08-string-opcodes.pkl", m.pickle(b"U\x02os" + b"S'system'\n" + b"\x93", 4), issues=GLOBAL,
              tricks=(8,))
    malicious("trick/08-first.pkl", m.proto(4) + m.short("os") + m.short("system") + b"\x93.", issues=GLOBAL,
              tricks=(8,))
    malicious("trick/09-legacy-eval.pt",
              m.torch_legacy(m.state_dict(LAYERS), magic=m.call("builtins", "eval",
                                                                [m.text("119547037146038801333356")])),
              issues=GLOBAL, tricks=(9,))
    for cut in (1, 4, 9):
        malicious(f"trick/10-cut-{cut}.pkl", m.pickle(evil + b"}" + m.text("rest of it"))[:-cut], issues=GLOBAL,
                  tricks=(10,))
    odd("trick/10-cut-benign.pkl", good[:-40], "incomplete", ("pickle-cut",), tricks=(10,))
    malicious("trick/10-broken-after.pkl", m.pickle(evil + b"0" + b"\xff\xff"), issues=GLOBAL, tricks=(10,))
    malicious("trick/12-second-bad.pkl", good + m.pickle(evil), issues=GLOBAL, tricks=(12,))
    malicious("trick/12-second-broken.pkl", good + m.proto(2) + evil + b"\xfe", issues=GLOBAL, tricks=(12,))
    odd("trick/12-second-cut.pkl", good + m.proto(2) + b"](" + m.number(1), "incomplete", tricks=(12,))
    benign("trick/12-three-good.pkl", good + m.pickle(b"]") + m.pickle(m.number(7)), tricks=(12,))
    memo_tricks(evil)
    malicious("trick/14-ext1.pkl", m.pickle(b"\x82\x07)R"), ("suspicious", "malicious"), ("pickle-extension",), (14,))
    malicious("trick/14-ext2.pkl", m.pickle(b"\x83\x07\x01)R"), ("suspicious", "malicious"), ("pickle-extension",),
              (14,))
    malicious("trick/14-ext4.pkl", m.pickle(b"\x84\x07\x01\x00\x00)R"), ("suspicious", "malicious"),
              ("pickle-extension",), (14,))
    malicious("trick/15-inst-pop.pkl", m.pickle(b"(" + m.text("true") + b"ios\nsystem\n0" + m.state_dict(LAYERS)),
              issues=GLOBAL, tricks=(15,))
    malicious("trick/15-obj-pop.pkl", m.pickle(b"(" + m.name("os", "system") + m.text("true") + b"o0N"),
              issues=GLOBAL, tricks=(15,))
    malicious("trick/15-popmark.pkl", m.pickle(b"(" + evil + b"1N"), issues=GLOBAL, tricks=(15,))
    malicious("trick/16-build.pkl", m.pickle(evil + b"}b"), issues=GLOBAL, tricks=(16,))
    malicious("trick/16-build-state.pkl",
              m.pickle(m.name("collections", "OrderedDict") + b")\x81}" + m.text("a") + evil + b"sb"), issues=GLOBAL,
              tricks=(16,))
    hidden = m.binbytes(b"x" * 20 + evil + b".")
    malicious("trick/17-frame.pkl", m.framed(m.text("a") + m.system(version=4), size=4), issues=GLOBAL +
              ("pickle-frame",),
              tricks=(17,))
    malicious("trick/17-frame-bytes.pkl", m.framed(hidden, size=8), ("suspicious", "malicious"), ("pickle-frame",),
              (17,))
    for dotted in ("eval.__call__", "__import__.__call__", "str.__class__", "dict.__subclasses__"):
        malicious(f"trick/18-dotted-{dotted}.pkl", m.pickle(m.call("builtins", dotted, [m.short("1")], 4), 4),
                  issues=GLOBAL, tricks=(18,))
    malicious("trick/18-through-module.pkl", m.pickle(m.call("torch.serialization", "os.system", [m.short("true")],
                                                             4), 4),
              issues=GLOBAL, tricks=(18,))
    malicious("trick/19-dedup.pkl",
              m.pickle(m.name("collections", "OrderedDict") + b"0" + m.name("collections", "OrderedDict") + b"0" +
                       evil),
              issues=GLOBAL, tricks=(19,))
    malicious("trick/20-builtins.pkl",
              m.pickle(m.name("numpy", "__builtins__") + b"}" + m.text("x") + m.number(1) + b"sb"),
              issues=GLOBAL + ("pickle-changes-global",), tricks=(20,))
    malicious("trick/20-build-on-class.pkl",
              m.pickle(m.name("collections", "OrderedDict") + b"}" + m.text("keys") + m.number(1) + b"sb"),
              issues=("pickle-changes-global",), tricks=(20,))
    malicious("trick/20-setitems-on-class.pkl",
              m.pickle(m.name("collections", "OrderedDict") + b"(" + m.text("a") + m.number(1) + b"u"),
              issues=("pickle-changes-global",), tricks=(20,))
    malicious("trick/20-setitem-tensor.pkl",
              m.pickle(m.tensor("0", (2, 2)) + m.number(0) + m.number(1) + b"s"),
              ("suspicious", "malicious"), ("pickle-item-of-tensor",), (20,))
    many = [(f"block.{i}.weight", str(i), (4, 4)) for i in range(500)]
    malicious("trick/21-padding.pkl", m.pickle(m.state_dict(many, after=evil)), issues=GLOBAL, tricks=(21,))
    malicious("trick/21-padding-middle.pt", m.torch_zip(m.pickle(m.state_dict(many, middle=evil))), issues=GLOBAL,
              tricks=(21,), format="pytorch")
    nested_tricks(evil)
    for version in (0, 1):
        malicious(f"trick/23-text-{version}.zip", m.zipped([m.Member("notes/payload.txt",
                                                                     m.pickle(m.system(version=0), 0))]),
                  issues=GLOBAL, tricks=(23,))
    bomb = b"(" + m.number(1) * 10 + b"t\x94" + b"".join(
        b"0(" + b"h" + bytes([level]) + (b"h" + bytes([level])) * 9 + b"t\x94" for level in range(12))
    odd("trick/24-get.pkl", m.pickle(bomb, 4), ("suspicious",), ("pickle-expansion",), (24,))
    odd("trick/24-dup.pkl", m.pickle(b"K\x01" + b"2\x86" * 40, 4), ("suspicious",), ("pickle-expansion",), (24,))
    zip_tricks(evil, good, bad)


def memo_tricks(evil):
    decoy = m.short("collections") + b"q\x00" + m.short("OrderedDict") + b"q\x01" + b"\x93"
    malicious("trick/13-decoy.pkl",
              m.pickle(m.short("os") + b"q\x020" + m.short("system") + b"q\x030" + decoy + b"0" + b"h\x02h\x03\x93"
                       + b"(" + m.short("true") + b"tR", 4), issues=GLOBAL, tricks=(13,))
    malicious("trick/13-overwrite.pkl",
              m.pickle(m.short("math") + b"q\x000" + m.short("os") + b"q\x000" + m.short("system") +
                       b"q\x010h\x00h\x01\x93", 4),
              issues=GLOBAL, tricks=(13,))
    malicious("trick/13-callee.pkl", m.pickle(m.name("os", "system") + b"q\x050" + m.name("collections", "OrderedDict")
                                              + b"0h\x05(" + m.text("true") + b"tR"), issues=GLOBAL, tricks=(13,))
    malicious("trick/13-long-index.pkl",
              m.pickle(m.short("os") + b"r" + struct.pack("<I", 70000) + b"0" + m.short("system") + b"r"
                       + struct.pack("<I", 70001) + b"0j" + struct.pack("<I", 70000) + b"j" + struct.pack("<I",
                                                                                                          70001) +
                                                                                                          b"\x93", 4),
              issues=GLOBAL, tricks=(13,))
    malicious("trick/13-text-get.pkl", b"Vos\np10\n0Vsystem\np11\n0g10\ng11\n\x93(Vtrue\ntR.", issues=GLOBAL,
              tricks=(13,))
    odd("trick/13-missing.pkl", m.pickle(m.short("a") + b"h\x63\x93", 4), "incomplete", tricks=(13,))
    malicious("trick/13-not-a-text.pkl", m.pickle(m.number(1) + b"q\x00" + m.short("system") + b"\x93", 4),
              issues=("pickle-computed-name",), tricks=(13,))
    malicious("trick/13-computed.pkl",
              m.pickle(m.call("builtins", "str", [m.short("os")], 4) + m.short("system") + b"\x93", 4),
              issues=("pickle-computed-name",), tricks=(13,))
    malicious("trick/13-call-of-call.pkl",
              m.pickle(m.call("collections", "OrderedDict", []) + b"(" + m.text("x") + b"tR"),
              ("suspicious", "malicious"), ("pickle-unknown-callee",), (13,))


def nested_tricks(evil):
    inner = m.pickle(m.system("id; true"))
    shapes = {"bytes": m.binbytes(inner), "base64": m.text(base64.b64encode(inner).decode()),
              "hex": m.text(inner.hex()), "latin1": b"X" + struct.pack("<I", len(m.pickle(m.system("id"), 0))) +
              m.pickle(m.system("id"), 0),
              "bytearray": b"\x96" + struct.pack("<Q", len(inner)) + inner,
              "base64-text": m.text(base64.b64encode(m.pickle(m.system("id", 0), 0)).decode())}
    for label, opcodes in shapes.items():
        malicious(f"trick/22-nested-{label}.pkl", m.pickle(b"}" + m.text("payload") + opcodes + b"s", 5),
                  issues=GLOBAL + ("pickle-nested",), tricks=(22,))
    twice = m.pickle(m.binbytes(m.pickle(m.binbytes(inner))))
    malicious("trick/22-nested-twice.pkl", twice, issues=("pickle-nested",), tricks=(22,))
    benign("trick/22-nested-benign.pkl", m.pickle(m.binbytes(m.pickle(m.state_dict(m.LAYERS)))), tricks=(22,))
    benign("trick/22-image.pkl", m.pickle(m.binbytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4)), tricks=(22,))


def zip_tricks(evil, good, bad):
    inner = m.torch_zip(bad)
    malicious("trick/25-nested.zip", m.zipped([m.Member("model.pt", inner)]), issues=GLOBAL, tricks=(25,))
    malicious("trick/25-nested-deflated.zip", m.zipped([m.Member("model.pt", inner, method=8)]), issues=GLOBAL,
              tricks=(25,))
    malicious("trick/25-traversal.pt", m.torch_zip(good, extra=[m.Member("../../home/user/.bashrc",
                                                                         b"alias ls=true\n")]),
              ("suspicious",), ("archive-unsafe-name",), (25,))
    malicious("trick/25-absolute.pt", m.torch_zip(good, extra=[m.Member("/etc/cron.d/job", b"* * * * *\n")]),
              ("suspicious",), ("archive-unsafe-name",), (25,))
    malicious("trick/25-backslash.pt", m.torch_zip(good, extra=[m.Member("..\\..\\evil.dll", b"x")]),
              ("suspicious",), ("archive-unsafe-name",), (25,))
    malicious("trick/25-duplicate.pt", m.torch_zip(good, extra=[m.Member("archive/data.pkl", bad)]),
              issues=GLOBAL + ("archive-duplicate",), tricks=(25,))
    malicious("trick/25-hidden.pt", m.torch_zip(good, extra=[m.Member("archive/x.pkl", bad, hidden=True)]),
              issues=GLOBAL + ("archive-hidden-member",), tricks=(25,))
    malicious("trick/25-zip64.pt", m.torch_zip(bad, zip64=True), issues=GLOBAL, tricks=(25,))
    benign("trick/25-zip64-benign.pt", m.torch_zip(good, zip64=True), tricks=(25,), format="pytorch")
    malicious("trick/25-no-directory.pt", m.torch_zip(bad, directory=False), issues=GLOBAL, tricks=(25,))
    odd("trick/25-no-directory-benign.pt", m.torch_zip(good, directory=False), ("suspicious", "incomplete"),
        tricks=(25,))
    malicious("trick/25-symlink.tar", m.tar([("weights", ("link", "../../../etc")), ("a.pkl", m.pickle(evil))]),
              issues=GLOBAL + ("archive-unsafe-link",), tricks=(25,))
    malicious("trick/25-tar-traversal.tar", m.tar([("../../x.py", b"print(1)\n")]), ("suspicious",),
              ("archive-unsafe-name",), (25,))
    malicious("trick/25-prefix.pt", b"#!/bin/sh\nexit 0\n" + m.torch_zip(bad), issues=GLOBAL, tricks=(25,))
    malicious("trick/25-pickle-then-zip.pkl", m.pickle(b"N") + m.torch_zip(bad), issues=GLOBAL + ("polyglot",),
              tricks=(25,))
    malicious("trick/25-size.pt", m.torch_zip(bad, pickle={"size": 5}), issues=GLOBAL, tricks=(25,))
    odd("trick/25-tail.pt", m.torch_zip(good, tail=b"rest" * 40), ("incomplete", "suspicious"), tricks=(25,))
    odd("trick/25-method.pt", m.torch_zip(good, extra=[m.Member("archive/odd", b"x" * 40, method=14)]), "incomplete",
        ("archive-method",), (25,))
    deep = m.pickle(evil)
    for _ in range(9):
        deep = m.zipped([m.Member("a.zip", deep)])
    malicious("trick/25-deep.zip", deep, ("incomplete", "malicious"), ("archive-limit",), (25,))
    malicious("trick/11-wrapped.7z", m.sevenzip("model.pt", m.torch_zip(bad)), issues=GLOBAL, tricks=(11,))
    benign("trick/11-wrapped-benign.7z", m.sevenzip("model.pt", m.torch_zip(good)), tricks=(11,), format="pytorch")
    sevenzip = bytes.fromhex("377abcaf271c0004") + bytes(24) + m.pickle(evil)
    malicious("trick/11-broken.7z", sevenzip, ("incomplete", "malicious", "suspicious"), tricks=(11,))


def containers():
    evil, good = m.pickle(m.system()), m.pickle(m.state_dict(m.LAYERS))
    packings = {"gz": lambda data: gzip.compress(data, mtime=0), "bz2": bz2.compress, "xz": lzma.compress,
                "lzma": lambda data: lzma.compress(data, format=lzma.FORMAT_ALONE), "z": zlib.compress,
                "ZF": lambda data: b"ZF" + hex(len(data)).encode().ljust(19) + zlib.compress(data)}
    for suffix, pack in packings.items():
        malicious(f"container/evil.pkl.{suffix}", pack(evil), issues=GLOBAL, format="pickle")
        benign(f"container/good.pkl.{suffix}", pack(good), format="pickle")
    malicious("container/evil.pkl.gz.gz", gzip.compress(gzip.compress(evil, mtime=0), mtime=0), issues=GLOBAL)
    odd("container/cut.pkl.gz", gzip.compress(good, mtime=0)[:-30], "incomplete", ("archive-damaged",))
    benign("container/good.pt", m.torch_zip(good), format="pytorch")
    benign("container/deflated.pt", m.torch_zip(good, pickle={"method": 8}), format="pytorch")
    benign("container/legacy.pt", m.torch_legacy(m.state_dict(m.LAYERS)), format="pytorch-legacy")
    malicious("container/legacy-evil.pt", m.torch_legacy(m.state_dict(m.LAYERS, before=m.system())), issues=GLOBAL)
    odd("container/legacy-cut.pt", m.torch_legacy(m.state_dict(m.LAYERS))[:-8], "incomplete", ("trailing-data",))
    odd("container/legacy.tar", m.tar([("sys_info", m.pickle(b"}")), ("pickle", good),
                                       ("storages", m.pickle(m.number(1)) + bytes(64))]), ("clean", "incomplete"))
    malicious("container/evil.tar", m.tar([("sys_info", m.pickle(b"}")), ("pickle", evil)]), issues=GLOBAL)
    malicious("container/evil.nemo", gzip.compress(m.tar([("model_config.yaml", b"target: x\n"),
                                                          ("model_weights.ckpt", m.torch_zip(evil))]), mtime=0),
                                                          issues=GLOBAL)
    malicious("container/junk-before.pkl", b"\x01\x02junk" * 20 + evil, issues=GLOBAL + ("pickle-hidden",))
    malicious("container/junk-before-4.bin", bytes(1000) + m.pickle(m.system(version=4), 4), issues=GLOBAL)
    malicious("container/after-zeros.pkl", good + bytes(5000) + evil, issues=GLOBAL)
    benign("container/zeros.pkl", good + bytes(100))
    odd("container/trailing.pkl", good + b"\x01\x02\x03" * 50, "incomplete", ("trailing-data",))


def arrays():
    benign("array/floats.npy", m.npy("<f4", "(2, 3)", bytes(24)), format="npy")
    benign("array/text.npy", m.npy("<U5", "(2,)", bytes(40)), format="npy")
    benign("array/objects.npy", m.npy("|O", "(1,)", m.pickle(b"](" + m.number(1) + b"e")), format="npy")
    malicious("array/objects-evil.npy", m.npy("|O", "(1,)", m.pickle(m.system())), issues=GLOBAL)
    odd("array/short.npy", m.npy("<f8", "(1000,)", bytes(80)), "suspicious", ("tensor-bounds",))
    malicious("array/trailing.npy", m.npy("<f4", "(2,)", bytes(8) + m.pickle(m.system())), issues=GLOBAL)
    benign("array/good.npz", m.zipped([m.Member("a.npy", m.npy("<f4", "(2,)", bytes(8))),
                                       m.Member("b.npy", m.npy("<i8", "(1,)", bytes(8)), method=8)]), format="npz")
    malicious("array/evil.npz", m.zipped([m.Member("a.npy", m.npy("<f4", "(2,)", bytes(8))),
                                          m.Member("b.npy", m.npy("|O", "(1,)", m.pickle(m.system())), method=8)]),
                                          issues=GLOBAL)
    for alignment in (0, 16):
        array = m.joblib_array("f8", (2, 3), b"\x80\x02" + bytes(46), alignment)
        benign(f"array/joblib-{alignment}.joblib", m.pickle(m.estimator(array)), format="pickle")
        benign(f"array/joblib-framed-{alignment}.joblib", m.framed_array(array), format="pickle")
        malicious(f"array/joblib-evil-{alignment}.joblib", m.pickle(m.estimator(array + b"0" + m.system())),
                  issues=GLOBAL)
    objects = m.joblib_array("O", (2,), b"", 16, objects=m.pickle(b"](" + m.text("a") + m.text("b") + b"e"))
    benign("array/joblib-objects.joblib", m.pickle(m.estimator(objects)), format="pickle")
    malicious("array/joblib-objects-evil.joblib",
              m.pickle(m.estimator(m.joblib_array("O", (2,), b"", 16, objects=m.pickle(m.system())))), issues=GLOBAL)
    benign("array/estimator.pkl", m.pickle(m.estimator()), format="pickle")
    benign("array/estimator.joblib.z", zlib.compress(m.pickle(m.estimator())), format="pickle")


def not_models():
    for path, data in (("none/readme.md", b"# A model\n\nThis is cool.\n"), ("none/empty", b""), ("none/zeros",
                                                                                                  bytes(3000)),
                       ("none/script.py", b"import os\nprint(os.name)\n"), ("none/c.c",
                                                                            b"char *name;\nint main(void)\n{\n}\n"),
                       ("none/list.txt", b"(a list)\n(of things)\n"), ("none/data.csv", b"a,b\n1,2\n"),
                       ("none/image.png", b"\x89PNG\r\n\x1a\n" + bytes(range(256))), ("none/I.txt", b"I am a text.\n"),
                       ("none/note.txt", b"N.B. this is a note\n"), ("none/config.json",
                                                                     b'{"port": 8080, "hosts": ["a"]}\n'),
                       ("none/archive.zip", m.zipped([m.Member("a.txt", b"hello\n"), m.Member("b/c.md", b"# x\n",
                                                                                              method=8)])),
                       ("none/text.gz", gzip.compress(b"just text\n" * 30, mtime=0))):
        odd(path, data, "not-a-model")


# Facts that must be told of some of the files.
FACTS = {
    "container/good.pt": {"tensors": 2, "parameters": 40, "tensor_types": {"F32": 2}},
    "container/legacy.pt": {"tensors": 2, "parameters": 40, "framework": "pytorch"},
    "array/floats.npy": {"parameters": 6},
    "proto/2.pkl": {"imports": ["os.system"]},
    **formats.FACTS,
}


def samples():
    """All samples, in the order of their paths."""
    if not SAMPLES:
        for make in (payloads, protocols, structure_tricks, containers, arrays, not_models):
            make()
        formats.add_all(benign, malicious, odd)
    return sorted(SAMPLES)
