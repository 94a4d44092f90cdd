"""Each picture excites its channel more than real drawings do, and is made only once."""

import logging
import shutil
import threading

import keras
import numpy as np
import pytest

from mnist_cnn import drawings, feature_visualization, importer, keras_model, model, weights
from mnist_cnn.activations import Tracer
from mnist_cnn.feature_visualization import FeatureVisualizer
from mnist_cnn.receptive_field import receptive_fields
from tests.test_importer import OTHERS, trained

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
def visualizer(network, tmp_path_factory):
    """The shipped network's pictures, made once for all tests of this file."""
    return FeatureVisualizer(network, tmp_path_factory.mktemp("features"))


def small_visualizer(cache, seed=1):
    """A visualizer of an untrained network, asked only for its small layers."""
    return FeatureVisualizer(model.build(seed), cache)


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
def test_pictures_are_as_large_as_the_layer_sees(visualizer, layer, shape):
    pictures = visualizer.pictures(layer)
    assert pictures.dtype == np.uint8
    assert pictures.shape == shape


@pytest.fixture(scope="module")
def drawn(pen_digits):
    """Drawings of people's, 0 to 1."""
    pictures = drawings.for_measuring(pen_digits.by([3]), drawings.NORMAL).images[:150]
    return pictures.astype(np.float32) / 255


@pytest.mark.parametrize("layer", SIZES)
def test_each_picture_excites_its_channel_more_than_drawings_do(network, visualizer, drawn, layer):
    values = excitements(network, layer, drawn)
    usual = np.quantile(values.reshape(-1, values.shape[-1]), 0.99, axis=0)
    excited = reached(network, layer, visualizer.pictures(layer))
    assert (excited >= usual - 1e-5).all()
    assert (excited > usual).mean() > 0.95  # a channel that any ink lowers is happiest without


def test_a_digit_is_read_off_its_picture(network, visualizer):
    read = Tracer(network)
    pictures = visualizer.pictures("softmax")
    assert [read(picture).digit for picture in pictures] == list(range(10))


def test_pictures_are_strokes_and_not_noise(visualizer):
    """Neighbours are alike: of a stroke's pixels most have a neighbour as dark, of noise few."""
    for layer in ("conv3", "dense1", "softmax"):
        ink = visualizer.pictures(layer).astype(float) / 255
        slopes = np.abs(np.diff(ink, axis=1)).sum(), np.abs(np.diff(ink, axis=2)).sum()
        random = np.random.default_rng(7)
        mixed = random.permuted(ink.reshape(len(ink), -1), axis=1).reshape(ink.shape)
        noise = np.abs(np.diff(mixed, axis=1)).sum(), np.abs(np.diff(mixed, axis=2)).sum()
        assert sum(slopes) < 0.6 * sum(noise), layer


def test_the_first_convolution_is_excited_most_by_ink_where_its_kernel_is_positive(
    network, visualizer
):
    kernel = network.get_layer("conv1").get_weights()[0][:, :, 0].transpose(2, 0, 1)
    ink = visualizer.pictures("conv1") / 255.0
    best = np.maximum(kernel, 0).sum(axis=(1, 2))
    assert ((ink * kernel).sum(axis=(1, 2)) >= 0.97 * best).all()
    matters = np.abs(kernel) > 0.2 * np.abs(kernel).mean(axis=(1, 2), keepdims=True)
    np.testing.assert_array_equal((ink > 0.5)[matters], (kernel > 0)[matters])


def test_a_flattened_cell_has_the_picture_of_its_channel(visualizer):
    flat, mapped = visualizer.pictures("flatten"), visualizer.pictures("conv3")
    assert flat.shape == (576, 18, 18)
    for cell in (0, 63, 64, 100, 575):
        np.testing.assert_array_equal(flat[cell], mapped[cell % 64])


@pytest.mark.parametrize(
    "layers", [slice(1, 2), pytest.param(slice(0, 3), marks=pytest.mark.slow)], ids=str
)
@pytest.mark.parametrize("downsampling", ["average", "stride", "none"])
def test_it_works_for_every_variant_of_the_network(tmp_path, downsampling, layers):
    network = model.build(3, downsampling)
    visualizer = FeatureVisualizer(network, tmp_path)
    for row in model.layer_table(network)[layers]:
        pictures = visualizer.pictures(row.name)
        assert pictures.shape == (row.shape[-1], *receptive_fields(network)[row.name].size)
        assert pictures.max() > 200


def test_an_unknown_layer_is_named_with_those_that_exist(visualizer):
    with pytest.raises(ValueError, match=r"no layer 'conv9', only conv1, .*, softmax\."):
        visualizer.pictures("conv9")


def test_the_same_weights_give_the_same_pictures(tmp_path):
    first = small_visualizer(tmp_path / "a").pictures("pool1")
    np.testing.assert_array_equal(small_visualizer(tmp_path / "b").pictures("pool1"), first)
    assert not np.array_equal(small_visualizer(tmp_path / "a", seed=2).pictures("pool1"), first)


@pytest.fixture
def climbs(monkeypatch):
    """The layers climbed for: a list that grows with every computation."""
    climbed, real = [], feature_visualization.maximize

    def maximize(network, layer, *size):
        climbed.append(layer)
        return real(network, layer, *size)

    monkeypatch.setattr(feature_visualization, "maximize", maximize)
    return climbed


def test_pictures_are_kept_for_the_next_start(tmp_path, climbs):
    first = small_visualizer(tmp_path).pictures("conv1")
    visualizer = small_visualizer(tmp_path)
    np.testing.assert_array_equal(visualizer.pictures("conv1"), first)
    assert climbs == ["conv1"]
    assert [path.name for path in tmp_path.glob("*/*")] == ["conv1.npz"]
    assert visualizer.pictures("conv1") is visualizer.pictures("conv1")


def test_other_weights_have_a_folder_of_their_own(tmp_path, climbs):
    for seed in (1, 2):
        small_visualizer(tmp_path, seed).pictures("conv1")
    assert climbs == ["conv1", "conv1"]
    assert len(list(tmp_path.glob("features-*/conv1.npz"))) == 2


def test_the_keras_folder_is_the_usual_place(monkeypatch, tmp_path):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    small_visualizer(None).pictures("conv1")
    assert len(list(tmp_path.glob("mnist_cnn/features-*/conv1.npz"))) == 1


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """A folder in which pictures are kept, and these."""
    folder = tmp_path_factory.mktemp("kept")
    return folder, small_visualizer(folder).pictures("conv1")


def truncate(path):
    path.write_bytes(path.read_bytes()[:-30])


def overwrite(path):
    path.write_bytes(b"these are no pictures")


def flip(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)


def of_another_size(path):
    np.savez(path, pictures=np.zeros((32, 5, 5), np.uint8))


def of_another_name(path):
    np.savez(path, maps=np.zeros((32, 3, 3), np.uint8))


@pytest.mark.parametrize(
    "damage",
    [truncate, overwrite, flip, of_another_size, of_another_name],
    ids=lambda f: f.__name__,
)
def test_a_damaged_file_is_reported_and_made_again(kept, tmp_path, climbs, caplog, damage):
    folder, first = kept
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    (path,) = tmp_path.glob("*/conv1.npz")
    damage(path)
    with caplog.at_level(logging.WARNING):
        again = small_visualizer(tmp_path).pictures("conv1")
    np.testing.assert_array_equal(again, first)
    assert f"{path} is damaged" in caplog.text
    np.testing.assert_array_equal(small_visualizer(tmp_path).pictures("conv1"), first)
    assert climbs == ["conv1"]


def test_without_a_folder_to_write_to_there_is_no_cache_but_pictures(tmp_path, climbs, caplog):
    blocked = tmp_path / "file"
    blocked.write_text("no folder can be made here")
    visualizer = small_visualizer(blocked)
    with caplog.at_level(logging.WARNING):
        assert visualizer.pictures("conv1").shape == (32, 3, 3)
    assert "is not kept for the next start" in caplog.text
    visualizer.pictures("conv1")
    assert climbs == ["conv1"]


def test_two_who_ask_at_once_wait_for_one_computation(tmp_path, climbs):
    visualizer = small_visualizer(tmp_path)
    together, answers = threading.Barrier(4), []

    def ask():
        together.wait()
        answers.append(visualizer.pictures("pool1"))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert climbs == ["pool1"]
    assert all(answer is answers[0] for answer in answers)
    assert len(answers) == 4


@pytest.mark.parametrize(
    ("kind", "shapes"),
    [
        ("zeros around", {"conv2": (4, 7, 7), "softmax": (10, 28, 28)}),
        ("one layer", {"flatten": (784, 1, 1), "softmax": (10, 28, 28)}),
        ("norm of the picture", {"norm1": (1, 1, 1), "conv1": (4, 3, 3)}),
        ("pools of pools", {"pool1": (1, 3, 3)}),
    ],
)
def test_what_excites_other_networks(kind, shapes, tmp_path):
    shape, make = OTHERS[kind]
    network = keras_model.of(*importer.of_model(trained(keras, shape, make)))
    visualizer = FeatureVisualizer(network, tmp_path)
    assert {name: visualizer.pictures(name).shape for name in shapes} == shapes
