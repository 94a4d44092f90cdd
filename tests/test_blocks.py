"""The page as programs see it: its named endpoints, its login, its documentation."""

import gradio
import httpx
import numpy as np
import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from PIL import Image
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from mnist_cnn import __version__
from mnist_cnn.digits import strokes
from mnist_cnn.server.gradio_app import blocks
from mnist_cnn.server.http.requests import RequestError
from mnist_cnn.server.state.readings import Readings
from tests.drawings import SEVEN
from tests.serving import serve


@pytest.fixture(scope="module")
def client(address):
    return Client(address, verbose=False)


def test_predict_answers_digit_probabilities_and_layer_shapes(client, tmp_path):
    picture = tmp_path / "seven.png"
    Image.fromarray(255 - strokes.render(SEVEN)).save(picture)
    answer = client.predict(handle_file(picture), api_name="/predict")
    assert answer["digit"] == 7
    assert answer["looks_like_digit"] is True
    assert sum(answer["probabilities"]) == pytest.approx(1, abs=1e-5)
    shapes = {layer["name"]: layer["shape"] for layer in answer["layers"]}
    assert shapes["conv2"] == [11, 11, 64]
    assert list(shapes) == [
        "conv1",
        "pool1",
        "conv2",
        "pool2",
        "conv3",
        "flatten",
        "dense1",
        "softmax",
    ]


def test_predict_on_blank_paper_is_no_digit(client, tmp_path):
    picture = tmp_path / "blank.png"
    Image.new("L", (50, 50), 255).save(picture)
    answer = client.predict(handle_file(picture), api_name="/predict")
    assert answer == {
        "digit": None,
        "probabilities": None,
        "looks_like_digit": False,
        "doubt": "empty",
        "version": __version__,
    }


def test_predict_names_an_unreadable_picture_without_the_server_s_path(client, tmp_path):
    picture = tmp_path / "broken.png"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n nothing more")
    with pytest.raises(AppError, match=r"^broken\.png is not a picture|broken\.png is damaged"):
        client.predict(handle_file(picture), api_name="/predict")


def test_activations_answers_every_layer_number_by_number(client, tmp_path, reader):
    picture = tmp_path / "seven.png"
    Image.fromarray(255 - strokes.render(SEVEN)).save(picture)
    answer = client.predict(handle_file(picture), api_name="/activations")
    expected = reader.tracer(np.array(answer["image"], np.uint8))
    assert answer["digit"] == 7 == expected.digit
    assert [layer["name"] for layer in answer["layers"]] == list(expected.layers)
    for layer in answer["layers"]:
        values = np.array(layer["values"])
        assert list(values.shape) == layer["shape"]
        np.testing.assert_allclose(values, expected.layers[layer["name"]], atol=1e-5)


def test_activations_answers_one_layer_and_names_those_there_are(client, tmp_path):
    picture = tmp_path / "seven.png"
    Image.fromarray(255 - strokes.render(SEVEN)).save(picture)
    answer = client.predict(handle_file(picture), "conv2", api_name="/activations")
    assert [(layer["name"], layer["shape"]) for layer in answer["layers"]] == [
        ("conv2", [11, 11, 64])
    ]
    with pytest.raises(AppError, match="no layer 'conv9', only conv1, pool1"):
        client.predict(handle_file(picture), "conv9", api_name="/activations")
    Image.new("L", (50, 50), 255).save(picture)
    with pytest.raises(AppError, match="no ink"):
        client.predict(handle_file(picture), api_name="/activations")


def test_the_endpoints_are_documented(address):
    endpoints = httpx.get(f"{address}/gradio_api/info").json()["named_endpoints"]
    assert list(endpoints) == ["/predict", "/activations", "/train"]
    assert "photo of paper" in endpoints["/predict"]["description"]
    assert "number by number" in endpoints["/activations"]["description"]


GUARDED = (
    ("GET", "/network/shipped"),
    ("POST", "/check?width=280&height=280"),
    ("POST", "/ink"),
    ("GET", "/trainings"),
)


def test_the_page_s_routes_are_guarded_by_gradio_s_login_and_who_is_not_in_wakes_nothing(
    monkeypatch,
):
    woken = []

    def shipped(readings):
        woken.append(readings)
        raise RequestError("It was asked for.")

    monkeypatch.setattr(Readings, "shipped", shipped)
    bodies = {"GET": b"", "POST": strokes.render(SEVEN).tobytes()}
    with serve("--auth", "teacher:chalk") as address, httpx.Client(base_url=address) as browser:
        for method, path in GUARDED:
            refused = browser.request(method, f"/mnist_cnn{path}", content=bodies[method])
            assert (refused.status_code, refused.json()) == (401, {"error": "Sign in first."}), path
        with pytest.raises(InvalidStatus, match="403"):
            connect(f"{address.replace('http', 'ws')}/mnist_cnn/news")
        assert woken == []
        browser.post("/login", data={"username": "teacher", "password": "chalk"})
        assert browser.get("/mnist_cnn/network/shipped").status_code == 200
        for method, path in GUARDED:
            answer = browser.request(method, f"/mnist_cnn{path}", content=bodies[method])
            assert answer.status_code in (200, 400), path
        assert len(woken) == 1


def test_theme_names_system_fonts_only():
    assert all(isinstance(font, str) or font.__class__.__name__ == "Font" for font in _fonts())
    assert not any(isinstance(font, gradio.themes.GoogleFont) for font in _fonts())


def _fonts():
    theme = blocks.theme()
    return [*theme._font, *theme._font_mono]
