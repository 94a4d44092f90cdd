"""What the page may load, by name."""

import json
import struct

import pytest

from mnist_cnn.lesson import chapters
from mnist_cnn.network import (
    importer,
    keras_file,
    keras_model,
    model,
    network_file,
    weights,
)
from mnist_cnn.network.card import Card
from mnist_cnn.page.build import contents

ALWAYS = {
    *("network", "judge"),
    *(f"{kind}.{tag}" for kind in ("lesson", "units") for tag in chapters.languages()),
    *(f"variant-{name}" for name in ("max", "dense", "none")),
}


def names_in(content):
    """The layers of a network file."""
    length = struct.unpack("<I", content[:4])[0]
    return [layer["name"] for layer in json.loads(content[4 : 4 + length])["layers"]]


@pytest.fixture(scope="module")
def shipped():
    return importer.read(keras_file.DEFAULT)


def test_the_shipped_network_comes_with_all_that_is_known_of_it(shipped):
    card = weights.find_card(keras_file.DEFAULT)
    assert isinstance(card, Card)
    found = contents.contents(*shipped, card)
    assert set(found.files) == ALWAYS | {"features", "misread", "neighbours", "surest"}
    assert found.mnist == card.test_accuracy
    assert names_in(found.files["network"]) == [layer.name for layer in shipped[0]]
    assert json.loads(found.files["lesson.zh-CN"])["chapters"]


@pytest.mark.parametrize(("name", "own"), [("max", False), ("average", True), ("stride", True)])
def test_the_lesson_is_about_a_network_with_its_layers(shipped, name, own):
    layers = model.variant(name)
    arrays = model.build(3, name).get_weights()
    files = contents.contents(layers, arrays, None).files
    assert files["network"] == network_file.encode(layers, arrays)
    assert ("lesson-network" in files) is own
    # What excites the channels is known of the network that the lesson is about, if it is shipped.
    assert ("features" in files) is own
    assert ("neighbours" in files) is own
    assert "surest" not in files
    if own:
        assert files["lesson-network"] == network_file.encode(*shipped)


def test_a_network_without_a_card_has_none(tmp_path):
    keras_model.build(model.variant("max"), model.build(1).get_weights()).save(
        tmp_path / "mine.keras"
    )
    assert weights.find_card(tmp_path / "mine.keras") is None
