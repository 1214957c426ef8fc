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
