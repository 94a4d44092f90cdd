"""The drawing route answers drawings in binary, and bad input with a sentence."""

import io
import json
import struct
import zlib

import httpx
import numpy as np
import pytest
from PIL import Image
from websockets.sync.client import connect

from mnist_cnn import strokes, weights
from mnist_cnn.activations import Tracer
from mnist_cnn.preprocess import preprocess

SEVEN = [np.array([(70.0, 60), (210, 56), (168, 140), (126, 238)])]


@pytest.fixture(scope="module")
def client(address):
    with httpx.Client(base_url=f"{address}/mnist_cnn") as client:
        yield client


def ask(client, drawing):
    height, width = drawing.shape
    return client.post(f"/read?width={width}&height={height}", content=drawing.tobytes())


def decode(content):
    """A second reading of the layout in ``mnist_cnn.payload``: header, floats, bytes."""
    (length,) = struct.unpack_from("<I", content)
    header = json.loads(content[4 : 4 + length])
    at = 4 + length
    maps = [(name, shape) for name, *shape in header["layers"] if len(shape) == 3]
    units = [(n, s) for n, *s in header["layers"] if len(s) == 1 and n != "flatten"]
    layers = {}
    for name, shape in maps + units:
        count = shape[-1]
        layers[name] = np.frombuffer(content, "<f4", count, at)
        at += 4 * count
    image = np.frombuffer(content, np.uint8, 784, at).reshape(28, 28)
    at += 784
    for name, shape in maps:
        levels = np.frombuffer(content, np.uint8, int(np.prod(shape)), at).reshape(shape)
        layers[name] = levels / 255 * layers[name]
        at += levels.size
    assert at == len(content)
    return header, image, layers


def test_every_layer_comes_back_as_the_network_computed_it(client):
    drawing = strokes.render(SEVEN, size=140)
    header, image, layers = decode(ask(client, drawing).content)
    expected = Tracer(weights.load())(preprocess(drawing).image)
    assert header["digit"] == 7
    assert np.array_equal(image, preprocess(drawing).image)
    for name, layer in layers.items():
        error = np.abs(layer - expected.layers[name]).max()
        assert error <= expected.layers[name].max() / 500, name


def test_answer_is_not_compressed_and_not_kept(client):
    response = ask(client, strokes.render(SEVEN, size=80))
    assert response.headers["content-encoding"] == "identity"
    assert response.headers["cache-control"] == "no-store"
    assert len(response.content) < 42_000


def test_empty_pad_is_no_prediction(client):
    response = ask(client, np.zeros((30, 40), np.uint8))
    (length,) = struct.unpack_from("<I", response.content)
    assert json.loads(response.content[4 : 4 + length]) == {"empty": True}


@pytest.mark.parametrize(
    ("query", "body", "sentence"),
    [
        ("width=28&height=28", b"\0" * 783, "Expected 28×28 = 784 bytes, got 783"),
        ("width=28&height=28", b"\0" * 785, "Expected 28×28 = 784 bytes, got 785"),
        ("width=0&height=28", b"", "width must be a whole number from 1 to 256, got '0'"),
        ("width=28&height=257", b"", "height must be"),
        ("width=nan&height=28", b"", "got 'nan'"),
        ("width=-5&height=28", b"", "got '-5'"),
        ("", b"", "width must be"),
        ("width=1&height=1", struct.pack("<f", float("nan")), "Expected 1×1 = 1 bytes, got 4"),
    ],
)
def test_bad_requests_get_a_sentence_and_cost_nothing_else(client, query, body, sentence):
    response = client.post(f"/read?{query}", content=body)
    assert response.status_code == 400
    assert sentence in response.json()["error"]
    assert ask(client, strokes.render(SEVEN, size=80)).status_code == 200


def test_ink_of_a_picture_file(client):
    paper = Image.fromarray(255 - strokes.render(SEVEN, size=140))
    file = io.BytesIO()
    paper.save(file, "PNG")
    content = client.post("/ink", content=file.getvalue()).content
    width, height = struct.unpack_from("<HH", content)
    ink = np.frombuffer(content, np.uint8, offset=4).reshape(height, width)
    assert (width, height) == (140, 140)
    assert np.abs(ink.astype(int) - strokes.render(SEVEN, size=140)).mean() < 2


@pytest.mark.parametrize(
    ("file", "sentence"),
    [
        (b"not a picture", "not a picture this program can read"),
        (b"", "not a picture"),
        (b"x" * (9 * 2**20), "longer than"),
    ],
)
def test_unusable_picture_files_get_a_sentence(client, file, sentence):
    response = client.post("/ink", content=file)
    assert response.status_code in (400, 413)
    assert sentence in response.json()["error"]


def test_web_files_are_served_and_python_is_not(client):
    assert client.get("/files/any/pad/pad.js").status_code == 200
    assert client.get("/languages/zh-CN").json()["clear"] == "清空"
    assert client.get("/files/any/pad/../live.py").status_code == 404
    assert client.get("/files/any/live.py").status_code == 404


@pytest.fixture
def socket(client):
    address = str(client.base_url).replace("http", "ws")
    with connect(f"{address}live") as socket:
        yield socket


def message(drawing, layers=None):
    height, width = drawing.shape
    names = b"" if layers is None else ",".join(layers).encode()
    length = 0xFFFF if layers is None else len(names)
    return struct.pack("<HHH", width, height, length) + names + drawing.tobytes()


def test_the_socket_answers_what_a_request_answers(client, socket):
    drawing = strokes.render(SEVEN, size=80)
    for _ in range(3):
        socket.send(message(drawing))
        assert socket.recv() == ask(client, drawing).content


def test_the_socket_deflates_for_those_who_ask(client, socket):
    drawing = strokes.render(SEVEN, size=80)
    socket.send(message(drawing))
    plain = socket.recv()
    address = str(client.base_url).replace("http", "ws")
    with connect(f"{address}live?coding=deflate") as coded:
        coded.send(message(drawing))
        answer = coded.recv()
    assert zlib.decompress(answer) == plain
    assert len(answer) < len(plain) / 2


def test_the_socket_itself_compresses_nothing(socket):
    assert socket.protocol.extensions == []


def test_the_socket_sends_the_layers_that_are_asked_for(socket):
    drawing = strokes.render(SEVEN, size=80)
    for layers, expected in ([], ["softmax"]), (["conv2"], ["conv2", "softmax"]):
        socket.send(message(drawing, layers))
        header, _, got = decode(socket.recv())
        assert [name for name, *_ in header["layers"]] == expected == list(got)
    socket.send(message(drawing, ["flatten"]))
    header, _, _ = decode(socket.recv())
    assert [name for name, *_ in header["layers"]] == ["conv3", "flatten", "softmax"]


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        (b"", "at least 6 bytes"),
        ("a word", "at least 6 bytes"),
        (struct.pack("<HHH", 0, 5, 0), "1 to 256 pixels, got 0×5"),
        (struct.pack("<HHH", 500, 5, 0xFFFF), "got 500×5"),
        (struct.pack("<HHH", 4, 4, 0xFFFF) + b"\0" * 15, "Expected 22 bytes, got 21"),
        (struct.pack("<HHH", 4, 4, 9) + b"\0" * 16, "Expected 31 bytes, got 22"),
        (struct.pack("<HHH", 1, 1, 5) + b"pool9\0", "no layer 'pool9'"),
        (struct.pack("<HHH", 1, 1, 2) + b"\xff\xfe\0", "no layer"),
    ],
)
def test_bad_messages_get_a_sentence_and_the_socket_lives_on(socket, sent, sentence):
    socket.send(sent)
    answer = socket.recv()
    (length,) = struct.unpack_from("<I", answer)
    assert sentence in json.loads(answer[4 : 4 + length])["error"]
    socket.send(message(strokes.render(SEVEN, size=80)))
    assert decode(socket.recv())[0]["digit"] == 7


def test_of_messages_that_come_at_once_the_newest_is_answered(socket):
    drawing = strokes.render(SEVEN, size=80)
    for _ in range(50):
        socket.send(message(np.zeros((9, 9), np.uint8)))
    socket.send(message(drawing, []))
    answers = [socket.recv()]
    while b'"digit":7' not in answers[-1]:
        answers.append(socket.recv())
    assert len(answers) < 51
    socket.send(b"")  # the answer to this is the next: no other is on its way
    assert b"at least 6 bytes" in socket.recv()
