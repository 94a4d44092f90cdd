"""Each picture excites its channel more than real drawings do; those that are shipped, too."""

import json
import logging

import keras
import numpy as np
import pytest

from mnist_cnn.digits import pen_drawings
from mnist_cnn.lesson import features_file
from mnist_cnn.making.excitation import maximize
from mnist_cnn.network import importer, model, weights
from mnist_cnn.reading.activations import Tracer

SIZES = {
    "conv1": (32, 3, 3),
    "pool1": (32, 4, 4),
    "conv2": (64, 8, 8),
    "pool2": (64, 10, 10),
    "conv3": (64, 18, 18),
    "dense1": (64, 28, 28),
    "softmax": (10, 28, 28),
}


@pytest.fixture(scope="module")
def network():
    return weights.load()


@pytest.fixture(scope="module")
def shipped():
    """The pictures that are shipped, by layer."""
    with np.load(features_file.DEFAULT) as kept:
        return {name: kept[name] for name in SIZES}


def excitements(network, name, images):
    """Channels' values (n, …, channels) of float pictures, before the layer's activation."""
    layer = network.get_layer(name)
    tapped = keras.Model(network.input, [layer.input, layer.output])
    reads, gives = (np.asarray(values) for values in tapped(images[..., None]))
    if not layer.weights:
        return gives
    kernel, bias = layer.get_weights()
    if kernel.ndim == 2:
        return reads @ kernel + bias
    windows = np.lib.stride_tricks.sliding_window_view(reads, kernel.shape[:2], axis=(1, 2))
    return np.einsum("nrcihw,hwio->nrco", windows, kernel, optimize=True) + bias


def on_paper(pictures):
    """Whole pictures in which cell (0, 0) sees exactly ``pictures``; vectors see them whole."""
    height, width = pictures.shape[1:]
    return np.pad(pictures, [(0, 0), (0, 28 - height), (0, 28 - width)]).astype(np.float32) / 255


def reached(network, name, pictures):
    """How much picture i excites channel i, through the network itself."""
    values = excitements(network, name, on_paper(pictures))
    values = values[:, 0, 0] if values.ndim == 4 else values
    return values[np.arange(len(pictures)), np.arange(len(pictures))]


@pytest.mark.parametrize(("layer", "shape"), SIZES.items())
def test_pictures_are_as_large_as_the_layer_sees(shipped, layer, shape):
    assert shipped[layer].dtype == np.uint8
    assert shipped[layer].shape == shape


@pytest.fixture(scope="module")
def drawn(all_pen_digits):
    """Drawings of people's, 0 to 1."""
    pictures = pen_drawings.for_measuring(all_pen_digits.by([3]), pen_drawings.NORMAL).images[:150]
    return pictures.astype(np.float32) / 255


@pytest.mark.parametrize("layer", SIZES)
def test_each_picture_excites_its_channel_more_than_drawings_do(network, shipped, drawn, layer):
    values = excitements(network, layer, drawn)
    usual = np.quantile(values.reshape(-1, values.shape[-1]), 0.99, axis=0)
    excited = reached(network, layer, shipped[layer])
    assert (excited >= usual - 1e-5).all()
    assert (excited > usual).mean() > 0.95  # a channel that any ink lowers is happiest without


def test_a_digit_is_read_off_its_picture(network, shipped):
    read = Tracer(network)
    pictures = shipped["softmax"]
    assert [read(picture).digit for picture in pictures] == list(range(10))


def test_pictures_are_strokes_and_not_noise(shipped):
    """Neighbours are alike: of a stroke's pixels most have a neighbour as dark, of noise few."""
    for layer in ("conv3", "dense1", "softmax"):
        ink = shipped[layer].astype(float) / 255
        slopes = np.abs(np.diff(ink, axis=1)).sum(), np.abs(np.diff(ink, axis=2)).sum()
        random = np.random.default_rng(7)
        mixed = random.permuted(ink.reshape(len(ink), -1), axis=1).reshape(ink.shape)
        noise = np.abs(np.diff(mixed, axis=1)).sum(), np.abs(np.diff(mixed, axis=2)).sum()
        assert sum(slopes) < 0.6 * sum(noise), layer


def test_the_first_convolution_is_excited_most_by_ink_where_its_kernel_is_positive(
    network, shipped
):
    kernel = network.get_layer("conv1").get_weights()[0][:, :, 0].transpose(2, 0, 1)
    ink = shipped["conv1"] / 255.0
    best = np.maximum(kernel, 0).sum(axis=(1, 2))
    assert ((ink * kernel).sum(axis=(1, 2)) >= 0.97 * best).all()
    matters = np.abs(kernel) > 0.2 * np.abs(kernel).mean(axis=(1, 2), keepdims=True)
    np.testing.assert_array_equal((ink > 0.5)[matters], (kernel > 0)[matters])


@pytest.mark.parametrize(
    "layer",
    ["conv1", *(pytest.param(name, marks=pytest.mark.slow) for name in ("conv3", "softmax"))],
)
def test_the_shipped_pictures_are_those_of_the_shipped_weights(network, shipped, layer):
    """Another processor rounds otherwise, by which a climb may end elsewhere."""
    made = maximize(network, layer)
    alike = np.abs(made.astype(int) - shipped[layer]).mean(axis=(1, 2)) < 2
    assert alike.mean() > 0.9
    ratio = reached(network, layer, shipped[layer]) / reached(network, layer, made)
    assert np.median(ratio) > 0.97


def test_the_same_weights_give_the_same_pictures():
    first = maximize(model.build(1), "pool1")
    np.testing.assert_array_equal(maximize(model.build(1), "pool1"), first)
    assert not np.array_equal(maximize(model.build(2), "pool1"), first)


# --- the file ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def described():
    """The layers and the weights that are shipped."""
    return importer.read(weights.DEFAULT)


def test_the_page_gets_the_pictures_of_the_shipped_network(described, shipped):
    content = features_file.encoded(*described)
    length = int.from_bytes(content[:4], "little")
    assert json.loads(content[4 : 4 + length]) == {name: list(SIZES[name]) for name in SIZES}
    pictures = b"".join(shipped[name].tobytes() for name in SIZES)
    assert content[4 + length :] == pictures
    assert features_file.DEFAULT.stat().st_size < 100_000


def test_other_weights_or_layers_have_none(described, tmp_path):
    layers, arrays = described
    other = [*arrays[:-1], arrays[-1] + 0.01]
    assert features_file.encoded(layers, other) is None
    assert features_file.encoded(*importer.from_model(model.build(1, "stride"))) is None
    path = tmp_path / "mine.npz"
    assert features_file.encoded(layers, other, path) is None
    features_file.save({"conv1": np.zeros((2, 3, 3), np.uint8)}, layers, other, path)
    assert features_file.encoded(layers, other, path).endswith(b'{"conv1": [2, 3, 3]}' + bytes(18))


def truncate(path):
    path.write_bytes(path.read_bytes()[:-30])


def overwrite(path):
    path.write_bytes(b"these are no pictures")


def of_another_name(path):
    np.savez(path, maps=np.zeros((32, 3, 3), np.uint8))


@pytest.mark.parametrize("damage", [truncate, overwrite, of_another_name], ids=lambda f: f.__name__)
def test_a_damaged_file_is_reported(described, tmp_path, caplog, damage):
    path = tmp_path / "features.npz"
    path.write_bytes(features_file.DEFAULT.read_bytes())
    damage(path)
    with caplog.at_level(logging.WARNING):
        assert features_file.encoded(*described, path) is None
    assert f"{path} is damaged" in caplog.text
