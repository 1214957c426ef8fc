"""The part of the corpus that is no pickle: headers, graphs, configurations, templates. See model_corpus.py."""
import gzip
import json
import struct

import model_bytes as m

LAMBDA = "4wEAAAAAAAAAAAAAAAMAAAACAAAAQwAAAHMI"

INJECTIONS = {
    "subclasses": "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "globals": "{% for x in ().__class__.__base__.__subclasses__() %}{{ x.__init__.__globals__ }}{% endfor %}",
    "cycler": "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
    "self": "{{ self.__init__.__globals__.__builtins__ }}",
    "item": "{{ messages['__class__']['__base__'] }}",
    "concatenated": "{{ messages['__cla' + 'ss__'] }}",
    "tilde": "{{ messages|attr('__cla' ~ 'ss__') }}",
    "escape": "{{ messages['\\x5f\\x5fclass\\x5f\\x5f'] }}",
    "unicode-escape": "{{ messages['\\u005f\\u005fclass__'] }}",
    "join": "{{ messages|attr(['__cl','ass__']|join) }}",
    "import": "{% set x = __import__('os').system('id') %}",
    "eval": "{{ eval('1') }}",
    "os": "{{ os.system('id') }}",
    "statement": "{% if ''.__class__ %}{% endif %}",
    "dashes": "{{- ''.__class__.__bases__ -}}",
}
CHAT = ("{% for message in messages %}{% if message['role'] == 'user' %}{{ '<|user|>\n' + message['content'] }}"
        "{% elif loop.index0 == 0 %}{{ raise_exception('bad role') }}{% endif %}{% endfor %}"
        "{% set ns = namespace(found=false) %}{% if add_generation_prompt %}{{ '<|assistant|>' }}{% endif %}"
        "{{ strftime_now('%d %b %Y') }}{{ tools | tojson(indent=4) }}{# __class__ in a comment #}")


def safetensors(benign, malicious, odd):
    good = {"a.weight": ("F32", [4, 8], 0, 128), "a.bias": ("F16", [8], 128, 144)}
    benign("safetensors/good.safetensors", m.safetensors(good, {"format": "pt", "license": "apache-2.0"}),
           format="safetensors")
    benign("safetensors/padded.safetensors", m.safetensors(good, padding=b" " * 24), format="safetensors")
    benign("safetensors/empty.safetensors", m.safetensors({}), format="safetensors")
    benign("safetensors/other-name.bin", m.safetensors(good), format="safetensors")
    for label, tensors, issue in (
            ("shape", {"a": ("F32", [4, 9], 0, 128)}, "tensor-bounds"),
            ("beyond", {"a": ("F32", [1 << 40], 0, 1 << 42)}, "tensor-bounds"),
            ("backwards", {"a": ("F32", [4], 16, 0)}, "tensor-bounds"),
            ("negative", {"a": ("F32", [4], -16, 0)}, "tensor-bounds"),
            ("overflow", {"a": ("F32", [1 << 62, 8], 0, 128)}, "tensor-bounds"),
            ("overlap", {"a": ("F32", [8], 0, 32), "b": ("F32", [8], 16, 48)}, "tensor-overlap"),
            ("gap", {"a": ("F32", [8], 0, 32), "b": ("F32", [8], 64, 96)}, "tensor-overlap")):
        odd(f"safetensors/{label}.safetensors", m.safetensors(tensors, data=bytes(128)), "suspicious", (issue,))
    odd("safetensors/duplicate.safetensors",
        m.safetensors({}, header=b'{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},'
                                 b'"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}', data=bytes(8)),
        "suspicious", ("header-duplicate",))
    odd("safetensors/type.safetensors", m.safetensors({"a": ("Q9", [4], 0, 4)}), "incomplete", ("sniffed-only",))
    odd("safetensors/header-size.safetensors", struct.pack("<Q", 1 << 30) + b'{"a":1}' + bytes(50), "suspicious",
        ("header-invalid",))
    odd("safetensors/not-json.safetensors", m.safetensors({}, header=b'{"a":[1,2,'), "suspicious", ("header-invalid",))
    odd("safetensors/behind-object.safetensors", m.safetensors({}, header=b'{"__metadata__":{}}{"x":1}'), "suspicious",
        ("header-invalid",))
    odd("safetensors/script.safetensors", m.safetensors(good, {"note": "<script>alert(1)</script>"}), "suspicious",
        ("metadata-script",))
    malicious("safetensors/tail.safetensors", m.safetensors(good) + m.torch_zip(m.pickle(m.system())),
              issues=("pickle-dangerous-global", "polyglot"))
    odd("safetensors/cut.safetensors", m.safetensors(good)[:60], ("suspicious", "incomplete"))


def gguf(benign, malicious, odd):
    pairs = [("general.architecture", "llama"), ("general.name", "contoso-7b"), ("general.license", "mit"),
             ("general.file_type", 15), ("llama.context_length", 4096), ("llama.block_count", 2),
             ("general.base_model.0.name", "contoso-base"), ("tokenizer.ggml.tokens", ["a", "b", "c"]),
             ("tokenizer.chat_template", CHAT)]
    tensors = [("token_embd.weight", (256, 4), 12, 0, 576), ("output.weight", (32,), 0, 576, 128)]
    benign("gguf/good.gguf", m.gguf(pairs, tensors), format="gguf")
    benign("gguf/other-name.dat", m.gguf(pairs, tensors), format="gguf")
    benign("gguf/version-2.gguf", m.gguf(pairs, tensors, version=2), format="gguf")
    benign("gguf/alignment.gguf", m.gguf([("general.alignment", 64)], [("a", (16,), 0, 0, 64), ("b", (16,), 0, 64, 64)],
                                         alignment=64), format="gguf")
    benign("gguf/vocabulary.gguf", m.gguf(pairs, []), format="gguf")
    for label, template in INJECTIONS.items():
        malicious(f"gguf/template-{label}.gguf", m.gguf(pairs[:-1] + [("tokenizer.chat_template", CHAT + template)],
                                                        tensors), ("malicious", "suspicious"))
    malicious("gguf/template-named.gguf", m.gguf(pairs + [("tokenizer.chat_template.tool_use", INJECTIONS["cycler"])],
                                                 tensors), issues=("template-injection",))
    for label, data, issue in (
            ("counts", m.gguf(pairs, tensors, counts=(1 << 60, 9)), "header-invalid"),
            ("pair-count", m.gguf(pairs, tensors, counts=(2, 1 << 61)), "header-invalid"),
            ("string", m.gguf([("a", struct.pack("<IQ", 8, 1 << 63) + b"x")], []), "header-invalid"),
            ("array", m.gguf([("a", struct.pack("<IIQ", 9, 4, 1 << 62))], []), "header-invalid"),
            ("array-of-arrays", m.gguf([("a", struct.pack("<IIQ", 9, 9, 1))], []), "header-invalid"),
            ("value-type", m.gguf([("a", struct.pack("<I", 77))], []), "header-invalid"),
            ("dimensions", m.gguf([], [("a", (1 << 40, 1 << 40), 0, 0, 0)]), "header-invalid"),
            ("dimension-count", m.gguf([], [("a", (1, 1, 1, 1, 1, 1), 0, 0, 0)]), "header-invalid"),
            ("tensor-type", m.gguf([], [("a", (32,), 99, 0, 0)]), "header-invalid"),
            ("block", m.gguf([], [("a", (33,), 2, 0, 18)]), "header-invalid"),
            ("beyond", m.gguf([], [("a", (1 << 20,), 0, 0, 0)], data=b""), "tensor-bounds"),
            ("offset", m.gguf([], [("a", (32,), 0, 7, 128)]), "tensor-bounds"),
            ("alignment-bad", m.gguf([("general.alignment", 33)], []), "header-invalid"),
            ("alignment-zero", m.gguf([("general.alignment", 0)], []), "header-invalid"),
            ("duplicate-key", m.gguf([("a", 1), ("a", 2)], []), "header-duplicate"),
            ("duplicate-tensor", m.gguf([], [("a", (32,), 0, 0, 128), ("a", (32,), 0, 128, 128)]),
             "header-duplicate")):
        odd(f"gguf/{label}.gguf", data, "suspicious", (issue,))
    odd("gguf/version-9.gguf", m.gguf(pairs, tensors, version=9), "incomplete", ("sniffed-only",))
    odd("gguf/cut.gguf", m.gguf(pairs, tensors)[:200], ("suspicious", "incomplete"))
    odd("gguf/tail.gguf", m.gguf(pairs, tensors) + bytes(500), "incomplete", ("trailing-data",))
    malicious("gguf/llamafile", b"MZqFpD='\n" + bytes(200) + m.zipped([m.Member("model.gguf", m.gguf(pairs, tensors))]),
              ("suspicious",), ("native-code", "polyglot"))


def graphs(benign, malicious, odd):
    weights = [m.onnx_tensor("w", (2, 3))]
    benign("onnx/good.onnx", m.onnx([m.onnx_node("MatMul")], weights), format="onnx")
    benign("onnx/ml.onnx", m.onnx([m.onnx_node("TreeEnsembleClassifier", "ai.onnx.ml")]), format="onnx")
    benign("onnx/external.onnx", m.onnx([m.onnx_node("MatMul")], [
        m.onnx_tensor("w", (2, 3), external={"location": "weights/model.data", "offset": "0"})]), format="onnx")
    for label, path in (("up", "../../etc/passwd"), ("absolute", "/etc/passwd"), ("inside", "a/../../b"),
                        ("drive", "C:\\weights.bin")):
        malicious(f"onnx/external-{label}.onnx", m.onnx([m.onnx_node("MatMul")], [
            m.onnx_tensor("w", (2, 3), external={"location": path})]), ("suspicious",), ("external-path",))
    hidden = m.field(5, m.field(1, "value") + m.field(5, m.onnx_tensor("w", (1,), external={"location": "../x"})))
    malicious("onnx/external-constant.onnx", m.onnx([m.onnx_node("Constant", attributes=hidden)]), ("suspicious",),
              ("external-path",))
    branch = m.field(5, m.field(1, "then_branch") + m.field(6, m.field(1, m.onnx_node("Constant", attributes=hidden))))
    malicious("onnx/external-branch.onnx", m.onnx([m.onnx_node("If", attributes=branch)]), ("suspicious",),
              ("external-path",))
    malicious("onnx/python.onnx", m.onnx([m.onnx_node("PythonOp", "com.microsoft")]), ("suspicious",),
              ("dangerous-operator",))
    odd("onnx/custom.onnx", m.onnx([m.onnx_node("Secret", "com.contoso.ops")]), "suspicious", ("custom-operator",))
    function = m.field(25, m.field(1, "Gelu") + m.field(7, m.onnx_node("Erf")) + m.field(10, "pkg.local"))
    benign("onnx/function.onnx", m.onnx([m.onnx_node("Gelu", "pkg.local")], extra=function), format="onnx")
    odd("onnx/size.onnx", m.onnx([m.onnx_node("MatMul")], [m.onnx_tensor("w", (2, 3), raw=bytes(4))]), "suspicious",
        ("tensor-bounds",))
    odd("onnx/overflow.onnx", m.onnx([m.onnx_node("MatMul")], [m.onnx_tensor("w", (1 << 40, 1 << 40), raw=b"")]),
        "suspicious", ("tensor-bounds",))
    odd("onnx/cut.onnx", m.onnx([m.onnx_node("MatMul")], weights)[:-30], "incomplete", ("damaged",))
    plain = [m.tf_node("x", "Placeholder"), m.tf_node("w", "Const"), m.tf_node("y", "MatMul", ("x", "w"))]
    saver = m.tf_function("traced_save", [m.tf_node("file", "Placeholder"), m.tf_node("n", "Const"),
                                          m.tf_node("save", "SaveV2", ("file", "n")),
                                          m.tf_node("m", "MergeV2Checkpoints", ("p", "file"))])
    benign("tensorflow/saved_model.pb", m.savedmodel(plain, [saver], ["vocab.txt"]), format="savedmodel")
    benign("tensorflow/frozen.pb", m.tf_graph(plain), format="tensorflow-graph")
    for operator in ("ReadFile", "WriteFile", "PyFunc", "PyFuncStateless", "EagerPyFunc"):
        malicious(f"tensorflow/{operator}/saved_model.pb", m.savedmodel(plain + [m.tf_node("z", operator)]),
                  ("suspicious",), ("dangerous-operator",))
    malicious("tensorflow/function/saved_model.pb", m.savedmodel(plain, [saver, m.tf_function("f", [
        m.tf_node("z", "WriteFile")])]), ("suspicious",), ("dangerous-operator",))
    malicious("tensorflow/own-path/saved_model.pb", m.savedmodel(plain, [m.tf_function("f", [
        m.tf_node("path", "Const"), m.tf_node("save", "SaveV2", ("path:output:0", "n"))])]), ("suspicious",),
        ("dangerous-operator",))
    malicious("tensorflow/print/saved_model.pb", m.savedmodel(plain + [
        m.tf_node("p", "PrintV2", ("x",), [("output_stream", "file:///tmp/x")])]), ("suspicious",),
        ("dangerous-operator",))
    malicious("tensorflow/frozen-write.pb", m.tf_graph(plain + [m.tf_node("z", "WriteFile")]), ("suspicious",),
              ("dangerous-operator",))
    malicious("tensorflow/asset/saved_model.pb", m.savedmodel(plain, assets=["../../secret"]), ("suspicious",),
              ("external-path",))
    layer = json.dumps({"class_name": "Lambda", "config": {"function": [LAMBDA, None, None]}})
    malicious("tensorflow/lambda/saved_model.pb", m.savedmodel(plain, objects=[layer]), issues=("code-layer",))
    malicious("tensorflow/keras_metadata.pb", m.keras_metadata(['{"class_name": "Functional", "config": {}}', layer]),
              issues=("code-layer",), format="keras-metadata")
    odd("tensorflow/cut/saved_model.pb", m.savedmodel(plain, [saver])[:-20], "incomplete", ("damaged",))
    benign("tflite/good.tflite", m.tflite([(9, None), (14, None)]), format="tflite")
    benign("tflite/flex.tflite", m.tflite([(32, "FlexErf")]), format="tflite")
    odd("tflite/custom.tflite", m.tflite([(32, "ContosoOp")]), "suspicious", ("custom-operator",))
    malicious("tflite/flex-write.tflite", m.tflite([(9, None), (32, "FlexWriteFile")]), ("suspicious",),
              ("dangerous-operator",))
    odd("tflite/buffer.tflite", m.tflite([(9, None)], lie=1 << 30), "suspicious", ("tensor-bounds",))
    odd("tflite/offset.tflite", struct.pack("<I", 0x7fffffff) + b"TFL3" + bytes(40), "suspicious", ("header-invalid",))
    coreml = m.field(1, 5) + m.field(2, m.field(100, m.field(1, "A model") + m.field(4, "mit")))
    network = m.field(1, m.field(1, "dense") + m.field(140, b""))
    benign("coreml/good.mlmodel", coreml + m.field(500, network), format="coreml")
    odd("coreml/custom-layer.mlmodel", coreml + m.field(500, network + m.field(1, m.field(1, "x") + m.field(
        500, m.field(10, "ContosoLayer")))), "suspicious", ("custom-object",))
    odd("coreml/custom.mlmodel", coreml + m.field(555, m.field(10, "ContosoModel")), "suspicious", ("custom-object",))
    malicious("coreml/linked.mlmodel", coreml + m.field(556, m.field(1, m.field(1, m.field(1, "other.mlmodelc")))),
              ("suspicious",), ("external-path",))
    inner = m.field(5, m.field(1, "@model_path/../../x"))
    operation = m.field(1, "const") + m.field(5, m.field(1, "val") + m.field(2, inner))
    program = m.field(1, 1) + m.field(2, m.field(1, "main") + m.field(2, m.field(3, m.field(1, "CoreML5") + m.field(
        2, m.field(3, operation)))))
    malicious("coreml/program.mlmodel", coreml + m.field(502, program), ("suspicious",), ("external-path",))


def keras(benign, malicious, odd):
    dense = m.keras_layer("Dense", {"units": 8, "activation": "relu"})
    pointer = {"module": "builtins", "class_name": "function", "config": "relu", "registered_name": "function"}
    good = m.keras_model([m.keras_layer("InputLayer", {"batch_shape": [None, 4]}), dense,
                          m.keras_layer("Dense", {"units": 1, "activation": pointer})])
    bad = m.keras_model([dense, m.keras_layer("Lambda", {"function": {
        "class_name": "__lambda__", "config": {"code": LAMBDA}}})])
    benign("keras/good.keras", m.keras_zip(good), format="keras")
    benign("keras/good.h5", m.hdf5(("model_config", json.dumps(good))), format="hdf5")
    benign("keras/weights.h5", m.hdf5(), format="hdf5")
    benign("keras/config.json", json.dumps(good).encode(), format="keras-config")
    malicious("keras/lambda.keras", m.keras_zip(bad), issues=("code-layer",), format="keras")
    malicious("keras/lambda.h5", m.hdf5(("keras_version", "2.9.0"), ("model_config", json.dumps(bad))),
              issues=("code-layer",), format="hdf5")
    malicious("keras/lambda-spaced.h5", m.hdf5(("model_config", json.dumps(bad, indent=3))), issues=("code-layer",))
    malicious("keras/lambda.json", json.dumps(bad).encode(), issues=("code-layer",))
    for label, layer in (
            ("wrapper", m.keras_layer("TorchModuleWrapper", {"module": "gAJ9"})),
            ("tfsm", m.keras_layer("TFSMLayer", {"filepath": "other/"})),
            ("module", m.keras_layer("Popen", {}, module="subprocess")),
            ("gadget", m.keras_layer("function", "get_file", module="keras.utils"))):
        layer = dict(layer)
        if label == "gadget":
            layer = m.keras_layer("Dense", {"activation": layer})
        malicious(f"keras/{label}.keras", m.keras_zip(m.keras_model([dense, layer])), issues=("code-layer",))
    malicious("keras/unsafe.keras", m.keras_zip(m.keras_model([m.keras_layer("Dense", {"activation": {
        "module": "keras.config", "class_name": "function", "config": "enable_unsafe_deserialization"}})])),
        issues=("code-layer",))
    malicious("keras/lookup.keras", m.keras_zip(m.keras_model([m.keras_layer("StringLookup", {
        "vocabulary": "/etc/passwd"})])), ("suspicious",), ("external-path",))
    odd("keras/custom.keras", m.keras_zip(m.keras_model([m.keras_layer("Gate", {}, module=None,
                                                                       registered="contoso>Gate")])),
        "suspicious", ("custom-object",))
    malicious("keras/weights.npz.keras", m.keras_zip(good, [m.Member("model.weights.npz", m.zipped([
        m.Member("a.npy", m.npy("|O", "(1,)", m.pickle(m.system())))]))]), issues=("pickle-dangerous-global",))
    odd("keras/no-json.h5", m.hdf5(("model_config", "{\"class_name\": \"Functional\", \"config\": ")),
        ("incomplete", "clean"))


def huggingface(benign, malicious, odd):
    config = {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "torch_dtype": "bfloat16",
              "transformers_version": "4.44.0", "vocab_size": 32000, "num_hidden_layers": 2}
    benign("hub/config.json", json.dumps(config).encode(), format="huggingface-config")
    benign("hub/tokenizer_config.json", json.dumps({"tokenizer_class": "LlamaTokenizer",
                                                    "chat_template": CHAT}).encode())
    benign("hub/chat_template.jinja", CHAT.encode(), format="chat-template")
    benign("hub/lora/adapter_config.json", json.dumps({"peft_type": "LORA", "r": 8, "revision": "a1b2",
                                                       "base_model_name_or_path": "contoso/base"}).encode())
    odd("hub/lora-unpinned/adapter_config.json", json.dumps({
        "peft_type": "LORA", "base_model_name_or_path": "contoso/base"}).encode(), "clean", ("base-unpinned",))
    for label, extra in (
            ("auto-map", {"auto_map": {"AutoModel": "modeling_contoso.ContosoModel"}}),
            ("pipelines", {"custom_pipelines": {"x": {"impl": "pipeline.P"}}}),
            ("nested", {"text_config": {"trust_remote_code": True, "auto_map": {"AutoConfig": "c.C"}}}),
            ("kernel", {"_attn_implementation_internal": "contoso/kernel"})):
        malicious(f"hub/{label}/config.json", json.dumps(dict(config, **extra)).encode(), ("suspicious",),
                  ("remote-code",))
    for label, template in INJECTIONS.items():
        malicious(f"hub/template-{label}/tokenizer_config.json", json.dumps({
            "tokenizer_class": "X", "chat_template": CHAT + template}).encode(), ("malicious", "suspicious"))
        malicious(f"hub/template-{label}/chat_template.jinja", (CHAT + template).encode(),
                  ("malicious", "suspicious"), format="chat-template")
    malicious("hub/template-list/tokenizer_config.json", json.dumps({
        "tokenizer_class": "X", "chat_template": [{"name": "default", "template": CHAT}, {
            "name": "tool_use", "template": INJECTIONS["cycler"]}]}).encode(), issues=("template-injection",))
    odd("hub/template-open/chat_template.jinja", b"{% for message in messages %}{{ message.role", "incomplete",
        ("template-unread",))
    mlmodel = ("artifact_path: model\nflavors:\n  python_function:\n    loader_module: {loader}\n"
               "    python_version: 3.11.4\n{more}  sklearn:\n    pickled_model: model.pkl\nmlflow_version: 2.14.1\n"
               "model_uuid: 0a1b2c\nrun_id: 4d5e6f\n")
    benign("mlflow/MLmodel", mlmodel.format(loader="mlflow.sklearn", more="").encode(), format="mlflow-model")
    malicious("mlflow/loader/MLmodel", mlmodel.format(loader="contoso.loader", more="").encode(), ("suspicious",),
              ("remote-code",))
    malicious("mlflow/code/MLmodel", mlmodel.format(loader="mlflow.sklearn", more="    code: code\n").encode(),
              ("suspicious",), ("remote-code",))
    harmless = b"encoder:\n  _target_: nemo.collections.asr.modules.ConformerEncoder\n  d_model: 8\n"
    benign("nemo/model_config.yaml", harmless, format="hydra-config")
    benign("nemo/good.nemo", m.tar([("model_config.yaml", harmless), ("model_weights.ckpt", m.torch_zip(
        m.pickle(m.state_dict(m.LAYERS))))]))
    malicious("nemo/call.yaml", b"encoder:\n  _target_: os.system\n  command: id\n", issues=("target-dangerous",))
    malicious("nemo/list.yaml", b"a:\n  - b:\n      - {'_target_': builtins.eval, _args_: ['1']}\n",
              issues=("target-dangerous",))
    malicious("nemo/escaped.nemo", gzip.compress(m.tar([
        ("model_config.yaml", b'encoder:\n  "\\x5ftarget_": subprocess.run\n')]), mtime=0),
        issues=("target-dangerous",))
    odd("nemo/unknown.yaml", b"encoder:\n  _target_: contoso.models.Encoder\n", "suspicious", ("target-call",))


def trees(benign, malicious, odd):
    R = m.R
    frame = R.vector(R.reals(1.0, 2.0), R.strings("a", "b"),
                     attributes=R.pair(R.symbol("names"), R.strings("x", "y"), R.pair(R.symbol("class"),
                                                                                     R.strings("lm"))))
    formula = R.call(R.symbol("~"), R.symbol("y"), R.symbol("x"))
    benign("r/good.rds", gzip.compress(R.file(frame), mtime=0), format="r")
    benign("r/plain-2.rds", R.file(frame, version=2), format="r")
    benign("r/formula.rds", R.file(R.vector(frame, formula)), format="r")
    benign("r/good.rda", gzip.compress(R.file(R.pair(R.symbol("model"), frame), magic=b"RDX3\nX\n"), mtime=0),
           format="r")
    malicious("r/promise.rds", R.file(R.promise(R.call(R.symbol("system"), R.strings("id")))), issues=("promise",
                                                                                                     "target-call"))
    malicious("r/promise.rda", gzip.compress(R.file(R.pair(R.symbol("x"), R.promise(R.call(
        R.symbol("eval"), R.symbol("y")))), magic=b"RDX3\nX\n"), mtime=0), issues=("promise",))
    malicious("r/call.rds", R.file(R.vector(frame, R.call(R.symbol("system"), R.strings("id")))), ("suspicious",),
              ("target-call",))
    malicious("r/call-by-reference.rds", R.file(R.vector(R.symbol("system"), R.call(R.reference(1), R.strings("id")))),
              ("suspicious",), ("target-call",))
    odd("r/byte-code.rds", R.file(R.item(21) + bytes(20)), "incomplete", ("sniffed-only",))
    odd("r/length.rds", R.file(R.item(19) + struct.pack(">I", 0x7fffffff)), "suspicious", ("header-invalid",))
    odd("r/cut.rds", R.file(frame)[:-9], "incomplete", ("damaged",))
    odd("r/text.rda", b"RDA3\nA\n3\n262657\n", "incomplete", ("sniffed-only",))
    benign("trees/good.lgb", m.lightgbm(), format="lightgbm")
    odd("trees/short.lgb", m.lightgbm(values="0.5"), "suspicious", ("header-invalid",))
    odd("trees/cut.lgb", m.lightgbm()[:150], "incomplete", ("damaged",))
    tree = {"left_children": [1, -1, -1], "right_children": [2, -1, -1], "split_indices": [0, 0, 0],
            "split_conditions": [0.5, 1.0, 2.0]}
    booster = {"learner": {"gradient_booster": {"model": {"trees": [tree]}, "name": "gbtree"},
                           "objective": {"name": "binary:logistic"}}, "version": [2, 1, 0]}
    benign("trees/good.json", json.dumps(booster).encode(), format="xgboost")
    benign("trees/good.ubj", m.ubj(booster), format="xgboost-ubj")
    wild = json.loads(json.dumps(booster))
    wild["learner"]["gradient_booster"]["model"]["trees"][0]["left_children"][0] = 7
    odd("trees/wild.json", json.dumps(wild).encode(), "suspicious", ("header-invalid",))
    odd("trees/length.ubj", m.ubj(booster)[:60] + b"[$d#L" + b"\x7f" + bytes(7), ("suspicious", "incomplete"))
    odd("trees/cut.ubj", m.ubj(booster)[:-7], ("incomplete", "suspicious"))
    odd("trees/big.json", b'{"learner": {"x": [' + b"1.25, " * 900000 + b"0]}}", "incomplete", ("header-limit",))
    net = ('<?xml version="1.0"?>\n{type}<net name="contoso" version="11"><layers>'
           '<layer id="0" name="x" type="Parameter" version="{version}"><data element_type="f32" shape="1,3"/></layer>'
           '<layer id="1" name="w" type="Const" version="opset1"><data element_type="f16" offset="0" size="8"/></layer>'
           '</layers></net>')
    benign("xml/good.xml", net.format(type="<!-- a > b -->", version="opset1").encode(), format="openvino")
    odd("xml/extension.xml", net.format(type="", version="extension").encode(), "suspicious", ("custom-operator",))
    malicious("xml/entity.xml", net.format(type='<!DOCTYPE net [<!ENTITY x SYSTEM "file:///etc/passwd">]>\n',
                                           version="opset1").encode(), ("suspicious",), ("markup-entity",))
    odd("xml/cut.xml", net.format(type="", version="opset1").encode()[:-40], "incomplete", ("damaged",))
    pmml = ('<PMML xmlns="http://www.dmg.org/PMML-4_4" version="4.4"><Header/>{more}'
            '<TreeModel functionName="classification"><Node id="1"/></TreeModel></PMML>')
    benign("xml/good.pmml", pmml.format(more="").encode(), format="pmml")
    odd("xml/script.pmml", pmml.format(more='<Extension name="script" value="x()"/>').encode(), "suspicious",
        ("metadata-script",))
    malicious("xml/entity.pmml", b'<!DOCTYPE PMML SYSTEM "http://contoso.example/x.dtd">' + pmml.format(
        more="").encode(), ("suspicious",), ("markup-entity",))


def archives(benign, malicious, odd):
    good = m.pickle(m.state_dict(m.LAYERS))
    script = b"class Net(Module):\n  def forward(self: __torch__.Net, x: Tensor) -> Tensor:\n    return torch.relu(x)\n"
    parts = [m.Member("archive/constants.pkl", m.pickle(b")")), m.Member("archive/version", b"3\n"),
             m.Member("archive/data.pkl", good)]

    def code(data):
        return m.zipped(parts + [m.Member("archive/code/__torch__.py", data, method=8)])

    benign("torchscript/good.pt", code(script), format="torchscript")
    malicious("torchscript/save.pt", code(script + b"    torch.save(x, '/tmp/x')\n"), ("suspicious",),
              ("dangerous-operator",))
    malicious("torchscript/from-file.pt", code(script + b"    y = torch.from_file('/etc/passwd', False, 9)\n"),
              ("suspicious",), ("dangerous-operator",))
    odd("torchscript/custom.pt", code(script + b"    y = ops.contoso.run(x)\n"), "suspicious", ("custom-operator",))
    malicious("archive/handler.mar", m.zipped([m.Member("MAR-INF/MANIFEST.json", b"{}"), m.Member(
        "handler.py", b"import os\nos.system('id')\n"), m.Member("model.pt", m.torch_zip(good))]), ("suspicious",),
        ("archive-code",), format="torchserve")
    malicious("archive/library.zip", m.zipped([m.Member("model.safetensors", m.safetensors({})), m.Member(
        "libcontoso.so", b"\x7fELF" + bytes(100))]), ("suspicious",), ("archive-executable",))
    schema = {"__class__": "LogisticRegression", "__module__": "sklearn.linear_model._logistic",
              "__loader__": "ObjectNode", "content": {"__class__": "dict", "__module__": "builtins",
                                                      "__loader__": "DictNode"}, "_skops_version": "0.11"}
    benign("skops/good.skops", m.zipped([m.Member("schema.json", json.dumps(schema).encode())]), format="skops")
    malicious("skops/function.skops", m.zipped([m.Member("schema.json", json.dumps(dict(schema, content={
        "__class__": "function", "__module__": "builtins", "__loader__": "FunctionNode",
        "content": {"module_path": "os", "function": "system"}})).encode())]), issues=("target-dangerous",))
    malicious("skops/operator.skops", m.zipped([m.Member("schema.json", json.dumps(dict(
        schema, __loader__="OperatorFuncNode", __module__="operator", __class__="methodcaller")).encode())]),
        ("suspicious", "malicious"), ("target-call",))
    odd("skops/unknown.skops", m.zipped([m.Member("schema.json", json.dumps(dict(
        schema, __module__="contoso.models")).encode())]), "suspicious", ("custom-object",))
    for label, data in (("program.pte", bytes(4) + b"ET12" + bytes(40)), ("old.ggml", b"lmgg" + bytes(40)),
                        ("trees.cbm", b"CBM1" + bytes(40)), ("chip.rknn", b"RKNN" + bytes(40)),
                        ("old.model", b"binf" + bytes(40)), ("net.params", b"\x12\x01" + bytes(40))):
        odd(f"sniffed/{label}", data, "incomplete", ("sniffed-only",))
    odd("sniffed/kernel.engine", b"ptrt" + bytes(40), "suspicious", ("native-code", "sniffed-only"))


def add_all(benign, malicious, odd):
    for make in (safetensors, gguf, graphs, keras, huggingface, trees, archives):
        make(benign, malicious, odd)


FACTS = {
    "safetensors/good.safetensors": {"tensors": 2, "parameters": 40, "licence": "apache-2.0",
                                     "tensor_types": {"F32": 1, "F16": 1}},
    "gguf/good.gguf": {"architecture": "llama", "name": "contoso-7b", "licence": "mit", "quantisation": "Q4_K_M",
                       "context_length": 4096, "parameters": 1056, "tensor_types": {"Q4_K": 1, "F32": 1},
                       "base_models": ["contoso-base"]},
    "onnx/good.onnx": {"framework": "onnx", "producer": "pytorch", "parameters": 6, "opsets": ["ai.onnx 17"]},
    "onnx/external.onnx": {"external_data": ["weights/model.data"]},
    "tensorflow/saved_model.pb": {"framework": "tensorflow", "version": "2.16.1", "tags": ["serve"], "operators": 7},
    "hub/config.json": {"architecture": "llama", "architectures": ["LlamaForCausalLM"], "dtype": "bfloat16"},
    "hub/lora/adapter_config.json": {"adapter": "LORA", "base_models": ["contoso/base"], "base_revision": "a1b2"},
    "coreml/good.mlmodel": {"description": "A model", "licence": "mit", "layers": 1},
    "r/plain-2.rds": {"framework": "r", "version": "R 4.3.1"},
    "trees/good.lgb": {"trees": 1, "objective": "binary sigmoid:1"},
    "trees/good.json": {"trees": 1, "objective": "binary:logistic", "architecture": "gbtree"},
    "trees/good.ubj": {"objective": "binary:logistic"},
    "xml/good.xml": {"layers": 2, "name": "contoso", "tensor_types": {"f16": 1}},
    "xml/good.pmml": {"architecture": "TreeModel", "version": "4.4"},
    "mlflow/MLmodel": {"flavours": ["python_function", "sklearn"], "run": "4d5e6f"},
    "keras/good.keras": {"framework": "keras", "layers": 3},
}
