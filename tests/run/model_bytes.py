"""Bytes of model files, written by hand: an assembler of pickle opcodes, zip files with every header under control, and
small files of the other formats. Nothing here needs a machine-learning library; nothing here is ever loaded."""
import io
import json
import struct
import tarfile
import zlib


# ---- pickle ----------------------------------------------------------------------------------------------------------

def short(text):
    """SHORT_BINUNICODE."""
    data = text.encode()
    return b"\x8c" + bytes([len(data)]) + data


def text(value):
    """BINUNICODE."""
    data = value.encode()
    return b"X" + struct.pack("<I", len(data)) + data


def binbytes(data):
    return b"B" + struct.pack("<I", len(data)) + data


def number(value):
    if 0 <= value < 256:
        return b"K" + bytes([value])
    if 0 <= value < 65536:
        return b"M" + struct.pack("<H", value)
    if -2**31 <= value < 2**31:
        return b"J" + struct.pack("<i", value)
    data = value.to_bytes((value.bit_length() + 8) // 8, "little", signed=True)
    return b"\x8a" + bytes([len(data)]) + data


def proto(version):
    return b"\x80" + bytes([version]) if version >= 2 else b""


def name(module, attribute, version=2):
    """An import: GLOBAL, or STACK_GLOBAL from protocol 4 on."""
    if version >= 4:
        return short(module) + short(attribute) + b"\x93"
    return f"c{module}\n{attribute}\n".encode()


def string(value, version=2):
    if version == 0:
        return b"V" + value.encode("unicode_escape") + b"\n"
    return short(value) if version >= 4 else text(value)


def call(module, attribute, arguments, version=2):
    """module.attribute(*arguments), its result left on the stack; the arguments are opcodes."""
    return name(module, attribute, version) + b"(" + b"".join(arguments) + b"tR"


def system(command="true", version=2, module="os", attribute="system"):
    return call(module, attribute, [string(command, version)], version)


def pickle(body, version=2):
    return proto(version) + body + b"."


def framed(body, version=4, size=None):
    """With a frame around the body, of its true size or another one."""
    data = body + b"."
    return proto(version) + b"\x95" + struct.pack("<Q", len(data) if size is None else size) + data


def storage(kind, key, count, version=2):
    """A persistent id of a PyTorch storage."""
    parts = [text("storage"), name("torch", kind, version), text(key), text("cpu"), number(count)]
    return b"(" + b"".join(parts) + b"tQ"


def tensor(key, shape, kind="FloatStorage", version=2):
    count = 1
    for dimension in shape:
        count *= dimension
    size = b"(" + b"".join(number(dimension) for dimension in shape) + b"t"
    empty = call("collections", "OrderedDict", [], version)
    return call("torch._utils", "_rebuild_tensor_v2",
                [storage(kind, key, count, version), number(0), size, size, b"\x89", empty], version)


def state_dict(tensors, version=2, before=b"", after=b"", middle=b""):
    """An OrderedDict of tensors: [(name, key, shape)]. Extra opcodes leave one value each, which is dropped."""
    drop = b"0"
    items = []
    for index, (label, key, shape) in enumerate(tensors):
        items.append(text(label) + tensor(key, shape, version=version))
        if index == 0 and middle:
            items.append(middle + drop)
    body = call("collections", "OrderedDict", [], version) + b"(" + b"".join(items) + b"u"
    return (before + drop if before else b"") + body + (after + drop if after else b"")


LAYERS = [("layer.weight", "0", (4, 8)), ("layer.bias", "1", (8,))]


# ---- zip -------------------------------------------------------------------------------------------------------------

class Member:
    """A member of a zip whose two headers may say different things."""

    def __init__(self, label, data, method=0, flags=0, crc=None, local=None, central=None, hidden=False, size=None,
                 link=False):
        self.label, self.data, self.method, self.flags = label, data, method, flags
        self.crc = zlib.crc32(data) if crc is None else crc
        self.local = label if local is None else local
        self.central = label if central is None else central
        self.hidden, self.size, self.link = hidden, size, link

    def packed(self):
        if self.method == 8:
            packer = zlib.compressobj(9, zlib.DEFLATED, -15)
            return packer.compress(self.data) + packer.flush()
        return self.data


def zipped(members, prefix=b"", directory=True, tail=b"", zip64=False):
    out = io.BytesIO()
    out.write(prefix)
    central = b""
    count = 0
    for member in members:
        packed = member.packed()
        size = len(member.data) if member.size is None else member.size
        offset = out.tell() - len(prefix)
        label = member.local.encode()
        out.write(struct.pack("<IHHHHHIIIHH", 0x04034b50, 20, member.flags, member.method, 0, 0, member.crc,
                              len(packed), size, len(label), 0) + label + packed)
        if member.hidden:
            continue
        count += 1
        label = member.central.encode()
        attributes = 0xA1ED0000 if member.link else 0
        if zip64:
            extra = struct.pack("<HHQQQ", 1, 24, size, len(packed), offset)
            central += struct.pack("<IHHHHHHIIIHHHHHII", 0x02014b50, 20, 45, member.flags, member.method, 0, 0,
                                   member.crc, 0xFFFFFFFF, 0xFFFFFFFF, len(label), len(extra), 0, 0, 0, attributes,
                                   0xFFFFFFFF) + label + extra
        else:
            central += struct.pack("<IHHHHHHIIIHHHHHII", 0x02014b50, 20, 20, member.flags, member.method, 0, 0,
                                   member.crc, len(packed), size, len(label), 0, 0, 0, 0, attributes, offset) + label
    if directory:
        at = out.tell() - len(prefix)
        out.write(central)
        if zip64:
            end = out.tell() - len(prefix)
            out.write(struct.pack("<IQHHIIQQQQ", 0x06064b50, 44, 45, 45, 0, 0, count, count, len(central), at))
            out.write(struct.pack("<IIQI", 0x07064b50, 0, end, 1))
            out.write(struct.pack("<IHHHHIIH", 0x06054b50, 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0))
        else:
            out.write(struct.pack("<IHHHHIIH", 0x06054b50, 0, 0, count, count, len(central), at, 0))
    out.write(tail)
    return out.getvalue()


def torch_zip(data_pkl, extra=(), **options):
    """The layout of torch.save: one folder, the pickle, version, byte order, raw storages."""
    pickle_options = options.pop("pickle", {})
    members = [Member("archive/data.pkl", data_pkl, **pickle_options), Member("archive/byteorder", b"little"),
               Member("archive/data/0", bytes(128)), Member("archive/data/1", bytes(32)),
               Member("archive/version", b"3\n")]
    return zipped(members + list(extra), **options)


def torch_legacy(body, version=2, magic=None, storages=((8 + 128), (8 + 32))):
    """The format before 1.6: five pickles, then the storages."""
    first = pickle(magic if magic else number(0x1950a86a20f9469cfc6c))
    raw = b"".join(struct.pack("<q", (size - 8) // 4) + bytes(size - 8) for size in storages)
    return (first + pickle(number(1001)) + pickle(b"}" + text("little_endian") + b"\x88s") + pickle(body, version) +
            pickle(b"](" + text("0") + text("1") + b"e") + raw)


def tar(members):
    """[(name, data or ('link', target))]"""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for label, data in members:
            info = tarfile.TarInfo(label)
            if isinstance(data, tuple):
                info.type = tarfile.SYMTYPE
                info.linkname = data[1]
                archive.addfile(info)
            else:
                info.size = len(data)
                archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def sevenzip(label, data):
    """A 7z archive of one stored member."""
    def size(value):
        return b"\xf0" + struct.pack("<I", value)
    names = b"\0" + label.encode("utf-16-le") + b"\0\0"
    header = b"\x01\x04\x06" + size(0) + b"\x01\x09" + size(len(data)) + b"\0"
    header += b"\x07\x0b\x01\0\x01\x01\0\x0c" + size(len(data)) + b"\0\x08\0\0"
    header += b"\x05\x01\x11" + size(len(names)) + names + b"\0\0"
    start = struct.pack("<QQI", len(data), len(header), zlib.crc32(header))
    return b"7z\xbc\xaf\x27\x1c\0\x04" + struct.pack("<I", zlib.crc32(start)) + start + data + header


# ---- arrays ----------------------------------------------------------------------------------------------------------

def npy(descr, shape, data, version=1):
    header = f"{{'descr': {descr!r}, 'fortran_order': False, 'shape': {shape}, }}"
    header += " " * (63 - (10 + len(header)) % 64) + "\n"
    return b"\x93NUMPY" + bytes([version, 0]) + struct.pack("<H", len(header)) + header.encode() + data


def joblib_array(dtype, shape, data, alignment=16, objects=b""):
    """The opcodes of an array that joblib wrote, and the raw bytes behind them."""
    kind = call("numpy", "dtype", [text(dtype), b"\x89", b"\x88"])
    size = b"(" + b"".join(number(dimension) for dimension in shape) + b"t"
    state = b"}(" + text("subclass") + name("numpy", "ndarray") + text("shape") + size
    state += text("order") + text("C") + text("dtype") + kind + text("allow_mmap") + b"\x88"
    if alignment:
        state += text("numpy_array_alignment_bytes") + number(alignment)
    state += b"u"
    wrapper = name("joblib.numpy_pickle", "NumpyArrayWrapper") + b")\x81" + state + b"b"
    if objects:
        return wrapper + objects
    return wrapper + (b"\x03\xff\xff\xff" if alignment else b"") + data


def framed_array(array, size=48):
    """An array as joblib writes it with protocol 4: the frame ends before the raw bytes, another one follows."""
    raw = array.rindex(b"b\x03") + 1 if b"b\x03\xff" in array else len(array) - size
    head = array[:raw]
    return (proto(4) + b"\x95" + struct.pack("<Q", len(head)) + head + array[raw:] + b"\x95" + struct.pack("<Q", 1) +
            b".")


def estimator(body=b""):
    """A fitted scikit-learn estimator, as far as a pickle shows one."""
    state = b"}(" + text("C") + number(1) + text("coef_") + (body or b"N")
    state += text("_sklearn_version") + text("1.5.2") + b"u"
    return name("sklearn.linear_model._logistic", "LogisticRegression") + b")\x81" + state + b"b"


# ---- headers ---------------------------------------------------------------------------------------------------------

def safetensors(tensors, metadata=None, data=None, header=None, padding=b""):
    """{name: (dtype, shape, begin, end)}"""
    entries = {"__metadata__": metadata} if metadata else {}
    end = 0
    for label, (dtype, shape, begin, stop) in tensors.items():
        entries[label] = {"dtype": dtype, "shape": shape, "data_offsets": [begin, stop]}
        end = max(end, stop)
    raw = header if header is not None else json.dumps(entries, separators=(",", ":")).encode()
    raw += padding
    return struct.pack("<Q", len(raw)) + raw + (bytes(end) if data is None else data)


def gguf_string(value):
    data = value.encode() if isinstance(value, str) else value
    return struct.pack("<Q", len(data)) + data


def gguf_value(value):
    if isinstance(value, bool):
        return struct.pack("<I?", 7, value)
    if isinstance(value, int):
        return struct.pack("<IQ", 10, value) if value > 0xFFFFFFFF else struct.pack("<II", 4, value)
    if isinstance(value, float):
        return struct.pack("<If", 6, value)
    if isinstance(value, str):
        return struct.pack("<I", 8) + gguf_string(value)
    if isinstance(value, list):
        return struct.pack("<IIQ", 9, 8, len(value)) + b"".join(gguf_string(item) for item in value)
    return value # bytes: the type and the value as they are


def gguf(pairs, tensors, data=None, version=3, counts=None, alignment=32, order="<"):
    """pairs: [(key, value)], tensors: [(name, shape, type, offset, size)]"""
    body = b""
    for key, value in pairs:
        body += gguf_string(key) + gguf_value(value)
    end = 0
    for label, shape, kind, offset, size in tensors:
        body += gguf_string(label) + struct.pack("<I", len(shape))
        body += b"".join(struct.pack("<Q", dimension) for dimension in shape) + struct.pack("<IQ", kind, offset)
        end = max(end, offset + size)
    tensor_count, pair_count = counts or (len(tensors), len(pairs))
    head = b"GGUF" + struct.pack("<IQQ", version, tensor_count, pair_count) + body
    head += bytes(-len(head) % alignment)
    return head + (bytes(end) if data is None else data)


def varint(value):
    out = b""
    while value > 127:
        out += bytes([value & 127 | 128])
        value >>= 7
    return out + bytes([value])


def field(number_, value):
    """A field of a protocol buffer: an integer, or bytes or a text."""
    if isinstance(value, int):
        return varint(number_ << 3) + varint(value)
    data = value.encode() if isinstance(value, str) else value
    return varint(number_ << 3 | 2) + varint(len(data)) + data


def packed(number_, values):
    """A field of packed integers."""
    return field(number_, b"".join(varint(value) for value in values))


# ---- graphs ----------------------------------------------------------------------------------------------------------

def onnx_tensor(label, shape, kind=1, raw=None, external=None):
    count = 1
    for size in shape:
        count *= size
    body = packed(1, shape) + field(2, kind) + field(8, label)
    if external is not None:
        for key, value in external.items():
            body += field(13, field(1, key) + field(2, value))
        return body + field(14, 1)
    return body + field(9, bytes(4 * count) if raw is None else raw)


def onnx_node(operator, domain="", attributes=b""):
    return field(1, "x") + field(2, "y") + field(4, operator) + attributes + (field(7, domain) if domain else b"")


def onnx(nodes=(), tensors=(), opsets=(("", 17),), extra=b""):
    graph = b"".join(field(1, node) for node in nodes) + field(2, "main")
    graph += b"".join(field(5, tensor_) for tensor_ in tensors)
    body = field(1, 8) + field(2, "pytorch") + field(3, "2.4.0") + field(7, graph)
    return body + b"".join(field(8, field(1, domain) + field(2, version)) for domain, version in opsets) + extra


def tf_node(label, operator, inputs=(), attributes=()):
    body = field(1, label) + field(2, operator) + b"".join(field(3, source) for source in inputs)
    return body + b"".join(field(5, field(1, key) + field(2, field(2, value))) for key, value in attributes)


def tf_function(label, nodes):
    return field(1, field(1, label)) + b"".join(field(3, node) for node in nodes)


def tf_graph(nodes, functions=()):
    body = b"".join(field(1, node) for node in nodes)
    if functions:
        body += field(2, b"".join(field(1, function) for function in functions))
    return body


def savedmodel(nodes, functions=(), assets=(), objects=()):
    info = field(1, field(1, field(1, "AddV2"))) + field(4, "serve") + field(5, "2.16.1")
    meta = field(1, info) + field(2, tf_graph(nodes, functions))
    meta += b"".join(field(6, field(2, asset)) for asset in assets)
    if objects:
        meta += field(7, b"".join(field(1, field(4, field(1, "_tf_keras_layer") + field(3, item))) for item in objects))
    return field(1, 1) + field(2, meta)


def keras_metadata(objects):
    return b"".join(field(1, field(2, index) + field(3, "root" if index == 0 else "root.layer") +
                          field(4, "_tf_keras_layer") + field(5, item)) for index, item in enumerate(objects))


def tflite(operators, buffers=(b"", bytes(16)), description="A model", lie=None):
    """[(builtin number, custom name or None)]: tables one behind the other, each with its description before it."""
    out = bytearray(b"\0\0\0\0TFL3")
    fixes = []

    def table(fields):
        """fields: {place: (size, value)}; the offsets of size 4 whose value is None are filled in later."""
        while len(out) % 4:
            out.append(0)
        count = max(fields) + 1
        body, offsets, at = b"", [0] * count, 4
        where = {}
        for place, (size, value) in sorted(fields.items(), key=lambda item: -item[1][0]):
            offsets[place] = at
            where[place] = at
            body += bytes(size) if value is None else value.to_bytes(size, "little")
            at += size
        vtable = len(out)
        out.extend(struct.pack(f"<HH{count}H", 4 + 2 * count, at, *offsets))
        while len(out) % 4:
            out.append(0)
        start = len(out)
        out.extend(struct.pack("<i", start - vtable) + body)
        return start, {place: start + offset for place, offset in where.items()}

    def vector(data, count):
        while len(out) % 4:
            out.append(0)
        start = len(out)
        out.extend(struct.pack("<I", count) + data)
        return start

    def point(place, target):
        struct.pack_into("<I", out, place, target - place)

    model, places = table({0: (4, 3), 1: (4, None), 2: (4, None), 3: (4, None), 4: (4, None)})
    struct.pack_into("<I", out, 0, model)
    codes = vector(bytes(4 * len(operators)), len(operators))
    point(places[1], codes)
    for index, (number_, custom) in enumerate(operators):
        fields = {0: (1, min(number_, 127)), 3: (4, number_)}
        if custom is not None:
            fields[1] = (4, None)
        code, inner = table(fields)
        point(codes + 4 + 4 * index, code)
        if custom is not None:
            data = custom.encode()
            point(inner[1], vector(data + b"\0", len(data)))
    graphs = vector(bytes(4), 1)
    point(places[2], graphs)
    graph, inner = table({0: (4, None)})
    point(graphs + 4, graph)
    point(inner[0], vector(b"", 0))
    point(places[3], vector(description.encode() + b"\0", len(description)))
    blocks = vector(bytes(4 * len(buffers)), len(buffers))
    point(places[4], blocks)
    for index, data in enumerate(buffers):
        block, inner = table({0: (4, None)})
        point(blocks + 4 + 4 * index, block)
        point(inner[0], vector(data, len(data) if lie is None else lie))
    return bytes(out)


def hdf5(*texts):
    """The magic, and texts as attributes are stored: in one piece, somewhere."""
    out = b"\x89HDF\r\n\x1a\n\0\0\0\0\0\x08\x08\0" + bytes(80)
    for label, value in texts:
        out += b"TREE" + bytes(60) + label.encode() + b"\0" * 16 + b"\x13\0\0\0" + value.encode() + bytes(24)
    return out + bytes(200)


def keras_layer(class_name, config, module="keras.layers", registered=None):
    return {"module": module, "class_name": class_name, "config": config, "registered_name": registered}


def keras_model(layers, class_name="Functional", module="keras.src.models.functional"):
    return {"module": module, "class_name": class_name, "registered_name": class_name,
            "config": {"name": "model", "layers": [dict(layer, name=f"layer_{index}", inbound_nodes=[])
                                                   for index, layer in enumerate(layers)]}}


def keras_zip(model, extra=()):
    return zipped([Member("metadata.json", b'{"keras_version": "3.5.0", "date_saved": "2026-01-02@03:04:05"}'),
                   Member("config.json", json.dumps(model).encode()),
                   Member("model.weights.h5", hdf5())] + list(extra))


# ---- R, trees --------------------------------------------------------------------------------------------------------

class R:
    """Items of R's serialisation. Each method gives bytes; symbols are numbered in the order in which they come."""

    @staticmethod
    def item(kind, flags=0):
        return struct.pack(">I", kind | flags)

    @classmethod
    def chars(cls, value):
        return cls.item(9, 0x40000) + struct.pack(">I", len(value)) + value.encode()

    @classmethod
    def symbol(cls, value):
        return cls.item(1) + cls.chars(value)

    @classmethod
    def reference(cls, number_):
        return cls.item(255, number_ << 8)

    @classmethod
    def strings(cls, *values):
        return cls.item(16) + struct.pack(">I", len(values)) + b"".join(cls.chars(value) for value in values)

    @classmethod
    def reals(cls, *values):
        return cls.item(14) + struct.pack(">I", len(values)) + struct.pack(f">{len(values)}d", *values)

    @classmethod
    def vector(cls, *items, attributes=b""):
        flags = 0x200 if attributes else 0
        return cls.item(19, flags) + struct.pack(">I", len(items)) + b"".join(items) + attributes

    @classmethod
    def pair(cls, tag, value, rest=None):
        return cls.item(2, 0x400) + tag + value + (rest or cls.item(254))

    @classmethod
    def call(cls, callee, *arguments):
        out = cls.item(6) + callee
        for argument in arguments:
            out += cls.item(2) + argument
        return out + cls.item(254)

    @classmethod
    def promise(cls, expression):
        """With an environment, without a value yet."""
        return cls.item(5, 0x400) + cls.item(253) + cls.item(252) + expression

    @staticmethod
    def file(body, version=3, magic=b"X\n"):
        native = struct.pack(">I", 5) + b"UTF-8" if version == 3 else b""
        return magic + struct.pack(">III", version, 0x00040301, 0x00030500) + native + body


def ubj(value):
    if isinstance(value, dict):
        return b"{" + b"".join(ubj_text(key) + ubj(item) for key, item in value.items()) + b"}"
    if isinstance(value, list):
        if value and all(isinstance(item, float) for item in value):
            return b"[$d#L" + struct.pack(">q", len(value)) + b"".join(struct.pack(">f", item) for item in value)
        return b"[#L" + struct.pack(">q", len(value)) + b"".join(ubj(item) for item in value)
    if isinstance(value, str):
        return b"S" + ubj_text(value)
    return b"l" + struct.pack(">i", value)


def ubj_text(value):
    return b"L" + struct.pack(">q", len(value)) + value.encode()


def lightgbm(leaves=3, values=None):
    values = values if values is not None else " ".join(["0.5"] * leaves)
    splits = " ".join(["1"] * (leaves - 1))
    return (f"tree\nversion=v4\nnum_class=1\nobjective=binary sigmoid:1\nfeature_names=a b\n\nTree=0\n"
            f"num_leaves={leaves}\nnum_cat=0\nsplit_feature={splits}\nthreshold={splits}\nleft_child={splits}\n"
            f"right_child={splits}\nleaf_value={values}\n\n\nend of trees\n\nparameters:\n[boosting: gbdt]\n"
            f"end of parameters\n").encode()
