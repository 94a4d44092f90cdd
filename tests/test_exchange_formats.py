"""Networks as files for other programs: each is read by such a program, and answers the same."""

import importlib.util
import json
import shutil
import sys
import warnings
import zipfile

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

import mnist_cnn
from mnist_cnn.__main__ import main
from mnist_cnn.network import exchange_formats, importer, keras_file, weights
from mnist_cnn.reading import judge
from tests.drawings import IMAGES

onnxruntime = pytest.importorskip("onnxruntime", reason="needs pip install onnx onnxruntime")

DRAWN = np.stack([*IMAGES.values()])[..., np.newaxis].astype(np.float32) / 255
CARD = {"recipe": "lesson", "drawings": "数字"}


def by_keras(path):
    network = keras.models.load_model(path)
    return lambda pictures: network.predict(pictures, verbose=0)


def by_onnx(path):
    session = onnxruntime.InferenceSession(path)
    (read,), (answered,) = session.get_inputs(), session.get_outputs()
    assert (read.name, read.type, read.shape) == ("image", "tensor(float)", ["n", 28, 28, 1])
    assert (answered.name, answered.shape) == ("probabilities", ["n", 10])
    return lambda pictures: session.run(["probabilities"], {"image": pictures})[0]


def by_litert(path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it is about to move into a package of its own
        run = tf.lite.Interpreter(model_path=str(path)).get_signature_runner()
    return lambda pictures: run(image=pictures)["probabilities"]


READERS = {".keras": by_keras, ".onnx": by_onnx, ".tflite": by_litert}


def stranger():
    """A network with everything that is shown here, as Keras itself reads it."""
    keras.utils.set_random_seed(17)
    network = keras.Sequential([keras.Input((28, 28, 1))])
    sizes, strides = [(3, 2), (2, 3), (1, 5)], [(1, 1), (2, 1), (1, 2)]
    ways = [
        *(name for name in importer.ACTIVATIONS if name not in ("leaky_relu", "elu")),
        *(layers.LeakyReLU(0.3), layers.ELU(0.7)),
    ]
    for i, activation in enumerate(ways):
        if i == 4:
            network.add(layers.ZeroPadding2D(((0, 1), (1, 0))))
        padding = "valid" if i % 4 == 0 else "same"
        stride = strides[i] if i < 3 else 1
        network.add(layers.Conv2D(4 + i % 3, sizes[i % 3], stride, padding, activation=activation))
        if i == 3:
            network.add(layers.AveragePooling2D(2, 1, "same"))
        if i == 5:
            network.add(layers.MaxPooling2D((3, 2), (2, 1), "same"))
        network.add(layers.BatchNormalization(momentum=0))
    network.add(layers.GlobalAveragePooling2D())
    network.add(layers.Dense(9, "sigmoid", use_bias=False))
    network.add(layers.BatchNormalization(momentum=0))
    network.add(layers.Dense(10, "softmax"))
    network(DRAWN, training=True)  # normalizes what these drawings come to, layer by layer
    return network


NETWORKS = {"shipped": weights.load, "stranger's": stranger}


@pytest.fixture(scope="module", params=NETWORKS)
def network(request):
    return NETWORKS[request.param]()


@pytest.mark.parametrize("suffix", READERS)
def test_a_program_reads_it_as_keras_reads_the_network(network, suffix, tmp_path):
    path = tmp_path / f"mine{suffix}"
    path.write_bytes(exchange_formats.encode(suffix, *importer.from_model(network), CARD))
    read = READERS[suffix](path)
    expected = network.predict(DRAWN, verbose=0)
    assert np.ptp(expected, axis=0).max() > 0.05  # it tells them apart
    np.testing.assert_allclose(read(DRAWN), expected, atol=1e-5)
    np.testing.assert_allclose(read(DRAWN[:1]), expected[:1], atol=1e-5)


@pytest.mark.parametrize("suffix", READERS)
def test_all_test_digits_are_read_alike(suffix, mnist, tmp_path):
    network, path = weights.load(), tmp_path / f"mine{suffix}"
    path.write_bytes(exchange_formats.encode(suffix, *importer.from_model(network)))
    pictures = mnist.test_images[::10, ..., np.newaxis].astype(np.float32) / 255
    expected = network.predict(pictures, verbose=0)
    np.testing.assert_allclose(READERS[suffix](path)(pictures), expected, atol=1e-5)


@pytest.mark.parametrize("suffix", READERS)
def test_the_card_is_inside(suffix, tmp_path):
    path, described = tmp_path / f"mine{suffix}", importer.from_model(weights.load())
    path.write_bytes(exchange_formats.encode(suffix, *described, CARD))
    if suffix == ".onnx":
        told = onnxruntime.InferenceSession(path).get_modelmeta().custom_metadata_map["card"]
    else:
        told = zipfile.ZipFile(path).read(keras_file.CARD)
    assert json.loads(told) == CARD


def test_what_is_taken_away_can_be_brought_back(network):
    described, numbers = importer.from_model(network)
    content = exchange_formats.encode(".keras", described, numbers, CARD)
    found, arrays = importer.read(content)
    assert found == described
    for one, other in zip(arrays, numbers, strict=True):
        np.testing.assert_array_equal(one, other)
    assert json.loads(keras_file.read_card(content)) == CARD


def test_the_judge_can_be_written_too():
    network = judge.Judge().network
    for suffix in READERS:
        assert exchange_formats.encode(suffix, *importer.from_model(network))


@pytest.mark.parametrize("suffix", READERS)
def test_the_command_writes_what_the_suffix_says(suffix, tmp_path, capsys):
    path = tmp_path / f"network{suffix}"
    assert main(["export", str(weights.DEFAULT), "--to", str(path)]) == 0
    assert [file.name for file in tmp_path.iterdir()] == [path.name]
    assert f"{path}: 93,322 parameters" in capsys.readouterr().out
    network = weights.load()
    expected = network.predict(DRAWN, verbose=0)
    np.testing.assert_allclose(READERS[suffix](path)(DRAWN), expected, atol=1e-5)


def test_without_its_package_a_format_is_not_offered_and_the_command_says_what_to_install(
    tmp_path, monkeypatch, capsys
):
    assert exchange_formats.available() == [".keras", ".onnx", ".tflite"]
    there = importlib.util.find_spec
    lacking = lambda name, *more: None if name == "onnx" else there(name, *more)  # noqa: E731
    monkeypatch.setattr(importlib.util, "find_spec", lacking)
    assert exchange_formats.available() == [".keras", ".tflite"]
    path = tmp_path / "network.onnx"
    assert main(["export", str(weights.DEFAULT), "--to", str(path)]) == 1
    assert capsys.readouterr().err == ".onnx needs another package: pip install onnx\n"
    assert not path.exists()


def test_a_package_that_does_not_load_gets_a_sentence(tmp_path, monkeypatch, capsys):
    monkeypatch.delattr(mnist_cnn.network, "onnx_graph", raising=False)
    monkeypatch.setitem(
        sys.modules, "mnist_cnn.network.onnx_graph", None
    )  # as one that fails half-way
    assert main(["export", str(weights.DEFAULT), "--to", str(tmp_path / "mine.onnx")]) == 1
    told = capsys.readouterr().err
    assert told.startswith("The package onnx does not load (")
    assert told.endswith("Upgrade it: pip install -U onnx\n")


@pytest.mark.parametrize("name", ["network.pt", "network"])
def test_another_suffix_is_refused_with_those_there_are(name, tmp_path, capsys):
    assert main(["export", str(weights.DEFAULT), "--to", str(tmp_path / name)]) == 1
    assert ".keras, .onnx, .tflite, .bin" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_the_network_itself_is_not_written_over(tmp_path, capsys):
    path = tmp_path / "mine.keras"
    shutil.copy(weights.DEFAULT, path)
    before = path.read_bytes()
    assert main(["export", str(path), "--to", str(path)]) == 1
    assert capsys.readouterr().err == f"{path} is the network itself. Name another file.\n"
    assert path.read_bytes() == before
