"""A flipped picture is really read otherwise, and little of it is changed."""

import keras
import numpy as np
import pytest

from mnist_cnn import model, variants
from mnist_cnn.adversarial import MOST_PIXELS, FlipSearch
from tests.drawn import IMAGES

METHODS = ("fewest_pixels", "smallest_norm")


@pytest.fixture(scope="module")
def network(reader):
    return reader.tracer.network


@pytest.fixture(scope="module")
def search(network):
    return FlipSearch(network)


@pytest.fixture(scope="module")
def flips(search):
    """Every drawing flipped both ways."""
    return {
        (name, method): getattr(search, method)(image)
        for name, image in IMAGES.items()
        for method in METHODS
    }


def read_all(network, images):
    """Probabilities of ink pictures (n, 28, 28), by Keras' own predict."""
    return network.predict(images[..., None] / 255.0, verbose=0)


def read(network, image):
    return read_all(network, image[None])[0]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", IMAGES)
def test_the_answer_flips_and_the_report_is_true(network, flips, name, method):
    flip, image = flips[name, method], IMAGES[name]
    assert (flip.image.shape, flip.image.dtype) == ((28, 28), np.uint8)
    before, after = read(network, image), read(network, flip.image)
    assert (flip.digit, flip.other) == (before.argmax(), after.argmax())
    assert flip.digit != flip.other
    np.testing.assert_allclose(flip.before, before, atol=1e-4)
    np.testing.assert_allclose(flip.after, after, atol=1e-4)
    change = flip.image / 255 - image / 255
    np.testing.assert_array_equal(flip.pixels, np.argwhere(change))
    assert flip.norm == pytest.approx(np.sqrt((change**2).sum()), rel=1e-5)
    assert flip.largest == pytest.approx(np.abs(change).max(), abs=1e-6)


@pytest.mark.parametrize("name", IMAGES)
def test_few_pixels_are_changed_to_the_end_and_every_one_is_needed(network, flips, name):
    flip, image = flips[name, "fewest_pixels"], IMAGES[name]
    assert 1 <= len(flip.pixels) <= MOST_PIXELS
    without = np.repeat(flip.image[None], len(flip.pixels), axis=0)
    for pixel, one in zip(map(tuple, flip.pixels), without, strict=True):
        assert flip.image[pixel] in (0, 255)
        one[pixel] = image[pixel]
    assert (read_all(network, without).argmax(axis=1) == flip.digit).all()


def test_each_way_is_better_at_what_it_counts(flips):
    few, small = (
        [flips[name, method] for name in IMAGES] for method in ("fewest_pixels", "smallest_norm")
    )
    assert all(len(a.pixels) < len(b.pixels) / 5 for a, b in zip(few, small, strict=True))
    assert np.median([a.largest for a in small]) < np.median([a.largest for a in few])
    assert np.median([len(a.pixels) for a in few]) <= 15


def test_a_change_of_the_same_size_without_aim_flips_nothing(network, flips):
    random = np.random.default_rng(8)
    kept = []
    for name, image in IMAGES.items():
        flip = flips[name, "smallest_norm"]
        noise = random.normal(size=(10, *image.shape))
        noise *= flip.norm / np.sqrt((noise**2).sum(axis=(1, 2), keepdims=True))
        changed = np.clip(image / 255 + noise, 0, 1)
        kept += (read_all(network, changed * 255).argmax(axis=1) == flip.digit).tolist()
    assert np.mean(kept) > 0.9


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("target", [2, 3])
def test_the_other_digit_can_be_chosen(network, search, method, target):
    flip = getattr(search, method)(IMAGES["crossed 7"], target)
    assert read(network, flip.image).argmax() == flip.other == target


def test_a_dense_network_is_flipped_alike():
    network = variants.VARIANTS["dense"].build(1)
    image, search = IMAGES["0"], FlipSearch(network)
    digit = read(network, image).argmax()
    for method in METHODS:
        flip = getattr(search, method)(image)
        assert flip.digit == digit
        assert read(network, flip.image).argmax() == flip.other != digit


def stubborn():
    """A network that answers 2, whatever it sees."""
    network = model.build(1)
    kernel, bias = network.layers[-1].get_weights()
    network.layers[-1].set_weights([kernel * 0, bias + 9 * np.eye(10)[2]])
    return network


def test_what_cannot_be_flipped_gives_nothing():
    search = FlipSearch(stubborn())
    assert [getattr(search, method)(IMAGES["0"]) for method in METHODS] == [None, None]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    ("image", "target", "message"),
    [
        (np.zeros((28, 28)), None, r"Expected uint8 \(28, 28\), got float64 \(28, 28\)"),
        (np.zeros((27, 28), np.uint8), None, r"got uint8 \(27, 28\)"),
        (IMAGES["crossed 7"], 7, "The answer is 7; name another digit to flip to, not 7"),
        (IMAGES["crossed 7"], 10, "name another digit to flip to, not 10"),
        (IMAGES["crossed 7"], -1, "name another digit to flip to, not -1"),
    ],
)
def test_what_is_no_picture_or_no_other_digit_is_refused(search, method, image, target, message):
    with pytest.raises(ValueError, match=message):
        getattr(search, method)(image, target)


def test_a_network_without_softmax_at_its_end_is_refused():
    image = keras.Input((28, 28, 1))
    bare = keras.Model(image, keras.layers.Dense(10)(keras.layers.Flatten()(image)))
    with pytest.raises(TypeError, match="The last layer has to be Dense with softmax"):
        FlipSearch(bare)
