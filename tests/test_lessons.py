"""The routes of the lesson: words, pictures and questions, and sentences for what is wrong."""

import functools
import shutil

import httpx
import numpy as np
import pytest

from mnist_cnn import architecture, strokes, variants
from mnist_cnn.lesson.text import CHAPTERS
from tests.serving import serve

SEVEN = strokes.render([np.array([(70.0, 60), (210, 56), (168, 140), (126, 238)])], size=80)


@pytest.fixture(scope="module")
def client(address):
    with httpx.Client(base_url=f"{address}/mnist_cnn", timeout=60) as client:
        yield client


def ask(client, route, drawing=SEVEN, **values):
    height, width = drawing.shape
    query = {"width": width, "height": height, **values}
    return client.post(f"/{route}", params=query, content=drawing.tobytes())


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_the_words_come_in_the_language_asked_for(client, language):
    words = client.get("/lessons/chapters", params={"language": language}).json()
    assert [chapter["name"] for chapter in words["chapters"]] == list(CHAPTERS)
    about = [(layer["name"], tuple(layer["shape"])) for layer in words["layers"]]
    assert about == [(layer.name, layer.shape) for layer in architecture.variant("max")]
    assert ("卷积" in words["chapters"][0]["title"]) == (language == "zh-CN")


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_questions_are_filled_and_checked(client, chapter):
    assert ask(client, "lessons/question", chapter=chapter).status_code == 200
    wrong = ask(client, "lessons/check", chapter=chapter, typed="-12345").json()
    assert wrong["right"] is False
    shown = ask(client, "lessons/check", chapter=chapter).json()
    assert shown == wrong


@pytest.mark.parametrize(
    ("route", "values", "sentence"),
    [
        ("lessons/picture", {"chapter": "magic"}, "no chapter 'magic'"),
        ("lessons/picture", {"chapter": "flatten", "picture": "x"}, "no picture 'x'"),
        (
            "lessons/picture",
            {"chapter": "translation", "picture": "moved", "dx": "11"},
            "dx must be a whole number from -10 to 10",
        ),
        ("lessons/check", {"chapter": "flatten", "typed": "seven"}, "'seven' is not a number"),
        ("lessons/question", {"chapter": "convolution", "kernel": "1,2"}, "nine numbers"),
    ],
)
def test_what_cannot_be_answered_gets_a_sentence(client, route, values, sentence):
    response = ask(client, route, **values)
    assert response.status_code == 400
    assert sentence in response.json()["error"]


def test_a_missing_file_is_named_in_the_terminal_and_not_to_visitors(monkeypatch, tmp_path, capfd):
    for card in variants.FOLDER.glob("*.json"):
        shutil.copy(card, tmp_path)
    (tmp_path / "average.json").unlink()
    elsewhere = functools.partial(variants.load_card, folder=tmp_path)
    monkeypatch.setattr(variants, "load_card", elsewhere)
    with serve() as address:
        url = f"{address}/mnist_cnn/lessons/chapters"
        response = httpx.get(url, params={"language": "en"}, timeout=60)
    assert response.status_code == 400
    assert response.json()["key"] == "lesson incomplete"
    assert "Its terminal names the file" in response.json()["error"]
    assert str(tmp_path) not in response.text
    assert f"{tmp_path}/average.json cannot be read" in capfd.readouterr().err


def test_an_empty_pad_and_an_unknown_language_get_a_sentence(client):
    empty = np.zeros((30, 30), np.uint8)
    response = ask(client, "lessons/question", empty, chapter="flatten")
    assert "no ink" in response.json()["error"]
    response = client.get("/lessons/chapters", params={"language": "xx"})
    assert "no lesson in 'xx', only in en, zh-CN" in response.json()["error"]
