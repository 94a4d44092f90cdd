"""Hypothesis strategies for malformed requests, down to the bytes on the line."""

from __future__ import annotations

import io
import json
import struct
import zipfile
from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st
from PIL import Image

from mnist_cnn.network.keras_file import DEFAULT
from mnist_cnn.server.gate.endpoints import LARGEST_MESSAGE, PREFIX, find

SESSION = "X-Mnist-Cnn-Session"
METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "BREW")
DRAWN = ("check", "check", "ink")
LAYERS = ("conv1", "pool2", "flatten", "softmax", "conv9", "")
NAMES = (
    *("width", "height", "layer", "network", "chapter", "picture", "typed", "session_hash", "page"),
    *("deep_link", "view", "version", "choices", "meant", "verb", "format", "here"),
)
HEADER_NAMES = (
    *("Host", "Origin", "Content-Type", "Content-Length", "Transfer-Encoding", "Cookie", "Range"),
    *("Accept-Encoding", "Accept", "Sec-Fetch-Site", "X-Forwarded-Host", "X-Forwarded-Proto"),
    *("If-None-Match", "If-Modified-Since", "Expect", "Authorization", "x-gradio-user"),
)
UNKNOWN_CALLS = [("POST", f"/gradio_api/call/{name}") for name in ("nothing", "0", "activations")]
TYPES = (
    *("application/json", "multipart/form-data; boundary=b", "multipart/form-data", "text/plain"),
    *("application/x-www-form-urlencoded", "multipart/form-data; boundary=" + "b" * 300, "\xff"),
)


@dataclass(frozen=True)
class Malformed:
    """A request as bytes; ``complete``: it has all the bytes its head announces."""

    endpoint: str
    sent: bytes
    complete: bool = True


def requests(endpoints: list[tuple[str, str]], cookie: str = "") -> st.SearchStrategy[Malformed]:
    """Return requests to one of ``endpoints``, some of them sockets with frames on them.

    Some carry the teacher's ``cookie``, if it is given, but for those that would end it.
    """
    sockets = [path for method, path in endpoints if method == "WEBSOCKET"]
    others = [one for one in endpoints if one[0] != "WEBSOCKET"] + UNKNOWN_CALLS
    served = [one for one in others if find(*one)]
    plain = st.builds(
        _request,
        st.one_of(st.sampled_from(others), st.sampled_from(served), st.sampled_from(served)),
        st.one_of(st.none(), st.none(), st.sampled_from(METHODS)),
        _tails,
        _queries,
        st.lists(_headers, max_size=3),
        _bodies,
        st.one_of(st.none(), st.none(), st.none(), st.integers(-1, 10**9)),
        _addresses,
        st.just(cookie),
    )
    nearly = st.builds(_drawing, st.sampled_from(DRAWN), _queries, _sizes, _addresses)
    framed = st.builds(_socket, st.sampled_from(sockets), st.lists(_frames, max_size=4), _addresses)
    kinds = {"plain": plain, "nearly": nearly, "framed": framed}
    return st.sampled_from(["plain"] * 6 + ["nearly"] * 2 + ["framed"]).flatmap(kinds.get)


# --- parts --------------------------------------------------------------------------------

_addresses = st.integers(0, 2**24 - 1)
_words = st.one_of(
    st.text(max_size=30),
    st.sampled_from(["flatten", "translation", "judge", "variant-none", "variant-", "x.0", "."]),
    st.sampled_from(["0", "-1", "28", "256", "257", "1e9", "٣", "nan", "1,2,3", "9,9,9,9", "a,b"]),
    st.sampled_from(["../../app.py", "%00", "/etc/passwd", "<script>alert(1)</script>", "'\"--"]),
    st.sampled_from(LAYERS),
)
_tails = st.one_of(
    st.just(""), st.just(""), st.sampled_from(["/", "/..", "//", "%2e%2e/app.py", "?", "\x7f", "é"])
)
_sizes = st.tuples(st.sampled_from([0, 1, 2, 28, 80, 255, 256, 257]), st.integers(0, 300))
_queries = st.one_of(
    st.lists(st.tuples(st.sampled_from(NAMES), _words), max_size=4),
    _sizes.map(lambda size: [("width", str(size[0])), ("height", str(size[1]))]),
)
_headers = st.tuples(
    st.sampled_from(HEADER_NAMES),
    st.one_of(
        st.sampled_from(TYPES),
        st.text(st.characters(codec="latin-1"), max_size=40),
        st.sampled_from(["127.0.0.1", "[::1", "a b", "*", "gzip, br;q=x", "bytes=9-1", "chunked"]),
    ),
)
_json = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)
_files = st.fixed_dictionaries(
    {
        "path": st.one_of(_words, st.sampled_from(["http://127.0.0.1:1/x", "file:///etc/passwd"])),
        "meta": st.just({"_type": "gradio.FileData"}),
    },
    optional={"url": _words, "size": _json, "orig_name": _words, "mime_type": _words},
)
_calls = st.fixed_dictionaries(
    {"data": st.one_of(st.lists(st.one_of(_files, _json), max_size=3), _json)},
    optional={
        "fn_index": st.one_of(st.integers(-2, 5), _json),
        "session_hash": st.one_of(st.sampled_from(["a", "b" * 63]), _json),
        "trigger_id": st.one_of(st.integers(0, 60), _json),
        "event_data": _json,
        "event_id": _json,
        "batched": _json,
        "simple_format": _json,
    },
)


def _picture(side: int, format: str) -> bytes:
    file = io.BytesIO()
    random = np.random.default_rng(side)
    Image.fromarray(random.integers(0, 256, (side, side), np.uint8)).save(file, format)
    return file.getvalue()


_PICTURES = [
    _picture(side, format) for side in (1, 24) for format in ("PNG", "JPEG", "GIF", "TIFF")
]


def _network() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("metadata.json", '{"keras_version": "3.0.0"}')
        archive.writestr("config.json", '{"module": "os", "class_name": "system", "config": {}}')
        archive.writestr("model.weights.h5", b"\x89HDF\r\n\x1a\n" + bytes(200))
    return file.getvalue()


_NETWORKS = [_network(), DEFAULT.read_bytes()]


@st.composite
def _damaged(draw, files: list[bytes] = _PICTURES) -> bytes:
    """Some bytes of a whole file are changed, or its end is missing."""
    file = bytearray(draw(st.sampled_from(files)))
    for at in draw(st.lists(st.integers(0, len(file) - 1), max_size=6)):
        file[at] = draw(st.integers(0, 255))
    return bytes(file[: draw(st.integers(0, len(file)))] if draw(st.booleans()) else file)


def _multipart(name: str, file: str, content: bytes) -> bytes:
    head = f'--b\r\nContent-Disposition: form-data; name="{name}"; filename="{file}"\r\n\r\n'
    return head.encode("utf-8", "replace") + content + b"\r\n--b--\r\n"


_bodies = st.one_of(
    st.just(b""),
    st.binary(max_size=900),
    _sizes.map(lambda size: bytes(size[0] * size[1])),
    _sizes.map(lambda size: b"\x80" * (size[0] * size[1])),
    st.just(b"\xff" * 400),
    _damaged(),
    _damaged(_NETWORKS),
    _json.map(lambda value: json.dumps(value).encode()),
    _calls.map(lambda call: json.dumps(call).encode()),
    _calls.map(lambda call: json.dumps(call).encode()),
    st.builds(_multipart, st.sampled_from(["files", "x"]), _words, _damaged()),
    st.sampled_from([b"username=a&password=b", b"username=%ff", b"[" * 5000, b"{" * 5000]),
)


def _request(endpoint, method, tail, query, headers, body, length, address, cookie="") -> Malformed:
    usual, path = endpoint
    if (method or usual) in ("GET", "HEAD") and length is None:
        body = b""
    target = path + tail + ("?" if query else "")
    target += "&".join(f"{name}={_quoted(value)}" for name, value in query)
    lines = [f"{method or usual} {_quoted(target, '/?&=%@:;,')} HTTP/1.1"]
    given = {name.lower() for name, _ in headers}
    lines += [f"{name}: {_line(value)}" for name, value in headers]
    if address % 2:  # half of them get past the question whose run it is
        lines.append(f"{SESSION}: fuzzing-{address:010}")
    # A teacher's program may be as wrong as anybody's.
    if cookie and address % 4 == 1 and (method or usual) != "DELETE":
        lines.append(f"Cookie: {cookie}")
    if "host" not in given:
        lines.append("Host: 127.0.0.1")
    if "content-type" not in given:
        kind = "multipart/form-data; boundary=b" if body.startswith(b"--b") else "application/json"
        lines.append(f"Content-Type: {kind}")
    if not given & {"content-length", "transfer-encoding"}:
        lines.append(f"Content-Length: {len(body) if length is None else length}")
    lines += [f"X-Forwarded-For: {_address(address)}", "Connection: close", "", ""]
    whole = length is None and not given & {"content-length", "transfer-encoding", "expect"}
    return Malformed(f"{usual} {path}", "\r\n".join(lines).encode("latin-1") + body, whole)


def _drawing(route: str, query, size: tuple[int, int], address: int) -> Malformed:
    """A drawing as it should be, most of the time, with a query that may be anything."""
    width, height = max(size[0], 1), max(size[1], 1)
    others = [(name, value) for name, value in query if name not in ("width", "height")]
    query = [("width", str(width)), ("height", str(height)), *others]
    ink = np.random.default_rng(width).integers(0, 256, width * height, np.uint8).tobytes()
    return _request(("POST", f"{PREFIX}/{route}"), None, "", query, [], ink, None, address)


def _quoted(text: str, safe: str = "") -> str:
    """Quote what would end the request line; leave the rest as malformed as it is."""
    return "".join(
        character
        if "!" <= character <= "~" and (character.isalnum() or character in safe + "-._<>")
        else "".join(f"%{byte:02x}" for byte in character.encode("utf-8", "surrogatepass"))
        for character in text
    )


def _line(value: str) -> str:
    return "".join(character for character in value if character not in "\r\n\0")


def _address(number: int) -> str:
    """Another visitor for each request, or else only the limits of one would be tried."""
    return f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}"


# --- sockets ------------------------------------------------------------------------------

_messages = st.one_of(
    st.binary(max_size=200),
    st.just(b"wall"),
    st.sampled_from([LARGEST_MESSAGE, LARGEST_MESSAGE + 1, 60_000]).map(bytes),
)
_frames = st.one_of(
    st.binary(max_size=60),  # no frame at all
    st.builds(
        lambda first, mask, message: (
            struct.pack(">BBH", first, mask | 126, len(message))
            + (bytes(4) if mask else b"")
            + message
        ),
        st.sampled_from([0x82, 0x82, 0x82, 0x81, 0x02, 0x80, 0x88, 0x89, 0x8A, 0xC2, 0xFF]),
        st.sampled_from([0x80, 0x80, 0x80, 0]),
        _messages,
    ),
    st.just(struct.pack(">BBQ", 0x82, 0xFF, 2**62)),
)


CLOSE = struct.pack(">BBIH", 0x88, 0x82, 0, 1000)


def _socket(path: str, frames: list[bytes], address: int) -> Malformed:
    head = (
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n"
        f"X-Forwarded-For: {_address(address)}\r\n\r\n"
    )
    return Malformed(f"WEBSOCKET {path}", head.encode() + b"".join(frames) + CLOSE, complete=False)
