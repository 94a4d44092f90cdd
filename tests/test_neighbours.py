"""Training digits to compare drawings with: they are MNIST's, and their features are Keras'."""

import json
import logging

import keras
import numpy as np
import pytest

from mnist_cnn.commands.making import neighbours as command
from mnist_cnn.lesson import neighbours_file
from mnist_cnn.making import neighbour_selection
from mnist_cnn.network import importer, model, weights


@pytest.fixture(scope="module")
def network():
    return weights.load()


@pytest.fixture(scope="module")
def described():
    """The layers and the weights that are shipped."""
    return importer.read(weights.DEFAULT)


@pytest.fixture(scope="module")
def shipped(described):
    found = neighbours_file.load(*described)
    assert found is not None
    return found


def features(network, pictures):
    """The outputs of dense1, as Keras computes them."""
    inside = keras.Model(network.inputs, network.get_layer("dense1").output)
    return np.asarray(inside(pictures[..., None].astype(np.float32) / 255))


def test_each_digit_has_as_many_and_none_twice(shipped):
    assert np.bincount(shipped.labels).tolist() == [neighbour_selection.EACH] * 10
    assert len(set(shipped.places.tolist())) == len(shipped.labels)
    assert shipped.pictures.shape == (len(shipped.labels), 28, 28)


def test_features_are_those_of_keras_to_half_a_step(network, shipped):
    found = features(network, shipped.pictures)
    assert shipped.most == pytest.approx(found.max(), rel=1e-4)
    assert np.abs(shipped.features - found).max() <= 0.51 * shipped.most / neighbours_file.LEVELS


def test_distances_are_those_of_keras(network, shipped):
    found = features(network, shipped.pictures[:40])
    exact = np.linalg.norm(found[:, None] - found, axis=2)
    kept = np.linalg.norm(shipped.features[:40, None] - shipped.features[:40], axis=2)
    assert np.abs(kept - exact).max() < 0.02 * exact.max()


def test_they_are_digits_of_mnist_in_their_places(shipped, mnist):
    np.testing.assert_array_equal(shipped.pictures, mnist.train_images[shipped.places])
    np.testing.assert_array_equal(shipped.labels, mnist.train_labels[shipped.places])


def test_they_are_written_more_differently_than_the_first_ones(network, shipped, mnist):
    """The mean distance to the nearest other one of its digit is larger."""

    def apart(values, labels):
        nearest = []
        for digit in range(10):
            own = values[labels == digit]
            distances = np.linalg.norm(own[:, None] - own, axis=2)
            np.fill_diagonal(distances, np.inf)
            nearest.append(distances.min(axis=1).mean())
        return np.mean(nearest)

    first = np.concatenate([np.flatnonzero(mnist.train_labels == d)[:100] for d in range(10)])
    usual = apart(features(network, mnist.train_images[first]), mnist.train_labels[first])
    assert apart(shipped.features, shipped.labels) > 1.1 * usual


@pytest.mark.slow
def test_the_command_makes_the_shipped_file(tmp_path, mnist, shipped, described):
    """Another processor rounds otherwise, by which another digit may be the nearest to a mean."""
    path = tmp_path / "neighbours.npz"
    options = type("Options", (), {"output": path, "data": mnist.source})
    assert command.run(options) == 0
    made = neighbours_file.load(*described, path)
    assert len(set(made.places.tolist()) & set(shipped.places.tolist())) >= 950
    assert path.stat().st_size <= 300_000


def test_the_same_digits_are_chosen_each_time():
    random = np.random.default_rng(5)
    images = random.integers(0, 256, (120, 28, 28), np.uint8)
    labels = np.arange(120, dtype=np.uint8) % 10
    made = [neighbour_selection.select(model.build(1), images, labels, 4) for _ in range(2)]
    np.testing.assert_array_equal(made[0].places, made[1].places)
    np.testing.assert_array_equal(labels[made[0].places], np.repeat(np.arange(10), 4))
    assert len(set(made[0].places.tolist())) == 40


# --- the file ------------------------------------------------------------------------------


def test_the_page_gets_them_in_the_form_that_is_described(described, shipped):
    content = neighbours_file.encoded(*described)
    length = int.from_bytes(content[:4], "little")
    count, units = shipped.levels.shape
    assert json.loads(content[4 : 4 + length]) == {
        "count": count,
        "side": 28,
        "units": units,
        "most": shipped.most,
    }
    arrays = shipped.pictures, shipped.labels, shipped.places.astype("<u2"), shipped.levels
    assert content[4 + length :] == b"".join(array.tobytes() for array in arrays)
    assert neighbours_file.DEFAULT.stat().st_size <= 300_000


def test_other_weights_have_none(described, tmp_path):
    layers, arrays = described
    other = [*arrays[:-1], arrays[-1] + 0.01]
    assert neighbours_file.encoded(layers, other) is None
    assert neighbours_file.encoded(layers, arrays, tmp_path / "none.npz") is None


def truncate(path):
    path.write_bytes(path.read_bytes()[:-30])


def overwrite(path):
    path.write_bytes(b"these are no digits")


def of_other_names(path):
    np.savez(path, network=np.array("x"), images=np.zeros((2, 28, 28), np.uint8))


@pytest.mark.parametrize("damage", [truncate, overwrite], ids=lambda f: f.__name__)
def test_a_damaged_file_is_reported(described, tmp_path, caplog, damage):
    path = tmp_path / "neighbours.npz"
    path.write_bytes(neighbours_file.DEFAULT.read_bytes())
    damage(path)
    with caplog.at_level(logging.WARNING):
        assert neighbours_file.encoded(*described, path) is None
    assert f"{path} is damaged" in caplog.text


def test_a_file_for_another_network_is_not_used(described, tmp_path):
    of_other_names(tmp_path / "neighbours.npz")
    assert neighbours_file.load(*described, tmp_path / "neighbours.npz") is None
