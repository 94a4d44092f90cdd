"""The file of activations holds the network's own numbers, to the last bit."""

import io

import httpx
import numpy as np
import pytest

from mnist_cnn import payload, strokes, weights
from mnist_cnn.activations import Tracer
from mnist_cnn.preprocess import preprocess

SEVEN = [np.array([(70.0, 60), (210, 56), (168, 140), (126, 238)])]
DRAWINGS = {
    "seven": strokes.render(SEVEN, size=80),
    "wide": strokes.render(SEVEN, size=80)[10:40],
    "one pixel": np.full((1, 1), 255, np.uint8),
}


@pytest.fixture(scope="module")
def client(address):
    with httpx.Client(base_url=f"{address}/mnist_cnn") as client:
        yield client


def ask(client, drawing):
    height, width = drawing.shape
    return client.post(f"/activations?width={width}&height={height}", content=drawing.tobytes())


def opened(content):
    with np.load(io.BytesIO(content), allow_pickle=False) as file:
        return dict(file)


# The server has one thread for each pass, so it may add in another order than a test does.
SUMS = {"rtol": 1e-4, "atol": 1e-6}


@pytest.mark.parametrize("name", DRAWINGS)
def test_every_layer_is_in_the_file(name, client):
    kept = opened(ask(client, DRAWINGS[name]).content)
    image = preprocess(DRAWINGS[name]).image
    expected = Tracer(weights.load())(image)
    np.testing.assert_array_equal(kept.pop("drawing"), DRAWINGS[name])
    np.testing.assert_array_equal(kept.pop("image"), image)
    assert kept.pop("digit") == expected.digit
    assert kept.keys() == expected.layers.keys()
    for layer, numbers in expected.layers.items():
        assert kept[layer].dtype == np.float32
        np.testing.assert_allclose(kept[layer], numbers, **SUMS, err_msg=layer)


def test_the_route_sends_what_payload_encodes_under_a_telling_name(client, reader):
    response = ask(client, DRAWINGS["seven"])
    encoded = opened(payload.encode_npz(reader.read(DRAWINGS["seven"])))
    sent = opened(response.content)
    for name in encoded | sent:
        np.testing.assert_allclose(sent[name], encoded[name], **SUMS, err_msg=name)
    assert response.headers["content-type"] == "application/zip"
    assert response.headers["content-disposition"] == "attachment; filename=digit-7-activations.npz"


@pytest.mark.parametrize(
    ("query", "body", "sentence"),
    [
        ("width=5&height=4", bytes(20), "There is no ink in the drawing"),
        ("width=5&height=4", bytes(19), "Expected 5×4 = 20 bytes, got 19"),
        ("width=0&height=4", b"", "width must be"),
    ],
)
def test_what_cannot_be_saved_gets_a_sentence(client, query, body, sentence):
    response = client.post(f"/activations?{query}", content=body)
    assert response.status_code == 400
    assert sentence in response.json()["error"]
