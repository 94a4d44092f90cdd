"""What the page loads of the lesson: words, facts, and networks small enough for a phone."""

import json
import struct
import subprocess
import sys

import keras
import numpy as np
import pytest

from mnist_cnn.lesson import comparison, lesson_file, networks, variants
from mnist_cnn.lesson.chapters import CHAPTERS
from mnist_cnn.network import model


@pytest.fixture(scope="module", params=["en", "zh-CN"])
def lesson(request):
    return request.param, json.loads(lesson_file.encoded(request.param))


def test_it_has_every_chapter_in_its_language(lesson):
    language, told = lesson
    assert [chapter["name"] for chapter in told["chapters"]] == list(CHAPTERS)
    assert ("卷积" in told["chapters"][0]["title"]) == (language == "zh-CN")
    about = [(layer["name"], tuple(layer["shape"])) for layer in told["layers"]]
    assert about == [(layer.name, layer.shape) for layer in model.variant("max")]


def test_its_facts_are_those_of_the_cards(lesson):
    facts = lesson[1]["facts"]
    assert list(facts["cards"]) == list(variants.VARIANTS)
    for name, card in facts["cards"].items():
        known = variants.load_card(name)
        assert card["accuracies"] == known.accuracies
        assert card["trials"] == len(known.trials)
        assert card["parameters"] == known.parameters
        assert card["accuracy"].startswith(f"{100 * np.mean(known.accuracies):.2f}%")
    assert [len(curve["curve"]) for curve in facts["curves"]] == [
        len(curve.curve) for curve in variants.load_curves().curves
    ]
    for verdict in facts["verdicts"]:
        known = comparison.compare("max", verdict["other"])
        assert verdict["holds"] == known.holds
        assert verdict["chance"] == known.chance
    assert [verdict["other"] for verdict in facts["verdicts"]] == ["average", "stride"]


def decoded(content):
    """A network file's layers, and its arrays, by its own words."""
    length = struct.unpack("<I", content[:4])[0]
    head, at, arrays = json.loads(content[4 : 4 + length]), 4 + length, []
    for layer in head["layers"]:
        for shape in layer["arrays"]:
            count = int(np.prod(shape))
            if len(shape) == 1:
                arrays.append(np.frombuffer(content, "<f4", count, at).reshape(shape))
                at += 4 * count
                continue
            scales = np.frombuffer(content, "<f4", shape[-1], at)
            at += 4 * shape[-1]
            size = -(-count * layer["bits"] // 8)
            levels = np.frombuffer(content, np.uint8, size, at).astype(int)
            at += size + -size % 4
            if layer["bits"] == 4:
                levels = np.stack([levels % 16, levels // 16], 1).ravel()
            middle = {4: 7, 8: 127}[layer["bits"]]
            arrays.append(((levels[:count] - middle).reshape(shape) * scales).astype(np.float32))
    assert at == len(content)
    return arrays


@pytest.mark.parametrize("name", networks.COMPARED)
def test_a_packed_network_answers_as_the_whole_one(name, mnist):
    whole = variants.load(name)
    content = networks.encoded(name)
    packed = keras.models.clone_model(whole)
    packed.set_weights(decoded(content))
    pictures = mnist.test_images[:2000, ..., None] / np.float32(255)
    before, after = (each.predict(pictures, verbose=0) for each in (whole, packed))
    assert (before.argmax(1) == after.argmax(1)).mean() >= 0.999
    assert np.median(np.abs(before - after).max(1)) < 1e-3


def test_a_class_of_thirty_can_load_them_from_one_laptop():
    sizes = {name: len(networks.encoded(name)) for name in networks.COMPARED}
    assert sizes["none"] < 1.1e6
    assert max(sizes["max"], sizes["dense"]) < 1e5


def test_it_takes_no_tensorflow_to_make_them():
    made = (
        "import sys\n"
        "from mnist_cnn.lesson import lesson_file, networks\n"
        "lesson_file.encoded('en'), networks.encoded('max')\n"
        "assert not {'tensorflow', 'keras'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", made], check=True, timeout=120)
