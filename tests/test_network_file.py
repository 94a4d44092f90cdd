"""The file by which a page gets a network."""

import dataclasses
import json

import numpy as np
import pytest

from mnist_cnn.__main__ import main
from mnist_cnn.lesson import variants
from mnist_cnn.network import architecture, importer, keras_file, model, network_file, weights
from mnist_cnn.reading import judge


def parts(content):
    """The head and the numbers of a file, read by its description."""
    length = int.from_bytes(content[:4], "little")
    return json.loads(content[4 : 4 + length]), np.frombuffer(content, "<f4", offset=4 + length)


def test_it_holds_all_layers_and_all_weights(reader):
    network = reader.tracer.network
    content = network_file.encode(*importer.from_model(network), {"a": 1})
    head, numbers = parts(content)
    assert (head["input"], head["about"]) == ([28, 28, 1], {"a": 1})
    table = [(row.name, row.kind, list(row.shape)) for row in model.layer_table(network)]
    assert [(one["name"], one["kind"], one["shape"]) for one in head["layers"]] == table
    np.testing.assert_array_equal(numbers, np.concatenate([*map(np.ravel, network.get_weights())]))
    assert len(content) < 380_000


@pytest.mark.parametrize("words", ["", "a", "ab", "abc", "é", "数字"])
def test_its_numbers_begin_where_an_array_may(words):
    content = network_file.encode(*importer.from_model(model.build(1)), {"words": words})
    assert int.from_bytes(content[:4], "little") % 4 == 0
    assert parts(content)[0]["about"] == {"words": words}


NETWORKS = {
    "shipped": weights.load,
    "judge": lambda: judge.Judge().network,
    **{name: lambda name=name: variants.load(name) for name in variants.VARIANTS},
    **{f"untrained {how}": lambda how=how: model.build(2, how) for how in model.DOWNSAMPLING},
}


@pytest.mark.parametrize("make", NETWORKS.values(), ids=NETWORKS)
def test_it_is_the_same_with_keras_and_without(make, tmp_path):
    network, path = make(), tmp_path / "any.keras"
    network.save(path)
    layers, arrays = importer.from_model(network)
    for array, expected in zip(arrays, network.get_weights(), strict=True):
        np.testing.assert_array_equal(array, expected)
    found = importer.simplify(keras_file.read(path))
    assert network_file.encode(*found) == network_file.encode(layers, arrays)


def test_it_says_what_each_cell_sees_and_how_it_is_activated():
    leaky = dataclasses.replace(model.variant("max")[0], activation="leaky_relu", slope=0.2)
    zeros = architecture.convolution("conv1", (28, 28, 1), 2, (3, 3), padding=((1, 0), (0, 1)))
    for layer, told in (
        (leaky, {"activation": "leaky_relu", "slope": 0.2, "padding": "valid"}),
        (zeros, {"padding": [[1, 0], [0, 1]], "shape": [27, 27, 2]}),
    ):
        arrays = [np.zeros(shape, np.float32) for shape in layer.arrays]
        (entry,) = parts(network_file.encode([layer], arrays))[0]["layers"]
        assert told.items() <= entry.items()
        assert entry["field"]["rows"][1] == ([1, 3] if layer is leaky else [0, 2])


def test_weights_of_another_network_are_not_written():
    layers = model.variant("max")
    with pytest.raises(ValueError, match="belong to another network"):
        network_file.encode(layers, model.build(downsampling="stride").get_weights())


def test_a_network_is_exported_with_its_card(reader, tmp_path, capsys):
    path = tmp_path / "network.bin"
    assert main(["export", str(weights.DEFAULT), "--to", str(path)]) == 0
    head, numbers = parts(path.read_bytes())
    assert head["about"]["test_accuracy"] == weights.load_card().test_accuracy
    assert numbers.size == 93_322
    assert "93,322 parameters" in capsys.readouterr().out
    assert [file.name for file in tmp_path.iterdir()] == ["network.bin"]


def test_one_without_a_card_is_exported_without(tmp_path, capsys):
    model.build(1).save(tmp_path / "mine.keras")
    path = tmp_path / "network.bin"
    assert main(["export", str(tmp_path / "mine.keras"), "--to", str(path)]) == 0
    assert parts(path.read_bytes())[0]["about"] == {}
    assert main(["export", str(tmp_path / "none.keras"), "--to", str(path)]) == 1
    assert "There are no weights at" in capsys.readouterr().err
