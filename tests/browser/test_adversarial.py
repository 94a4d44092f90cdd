"""A flipped picture is really read otherwise by Keras, and little of it is changed."""

import numpy as np
import pytest

from mnist_cnn.lesson import variants
from mnist_cnn.network import model
from tests.browser.modules import give_network
from tests.drawings import IMAGES

METHODS = ("fewestPixels", "smallestNorm")
MOST_PIXELS = 60
FLIP = """async ([method, images]) => {
    const flips = await import("/experiments/gradients/adversarial.js");
    return images.map((image) => {
        const work = flips[method](network, Uint8Array.from(image));
        const shares = [];
        for (;;) {
            const {done, value} = work.next();
            if (done) return {flip: value, shares};
            if (typeof value === "number") shares.push(value);
        }
    });
}"""


def flip_all(modules, network, method, images):
    """What the page finds for each picture: a flip, its picture as an array, or None; and how far
    it said it was."""
    give_network(modules, network)
    found = modules.evaluate(FLIP, [method, [image.ravel().tolist() for image in images]])
    for one in found:
        if one["flip"]:
            one["flip"]["image"] = np.array(one["flip"]["image"], np.uint8)
    return [one["flip"] for one in found], [one["shares"] for one in found]


@pytest.fixture(scope="module")
def network(reader):
    return reader.tracer.network


@pytest.fixture(scope="module")
def flips(modules, network):
    """Every drawing flipped both ways."""
    return {
        (name, method): flip
        for method in METHODS
        for name, flip in zip(
            IMAGES, flip_all(modules, network, method, IMAGES.values())[0], strict=True
        )
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
    assert flip["image"].shape == (28, 28)
    before, after = read(network, image), read(network, flip["image"])
    assert (flip["digit"], flip["other"]) == (before.argmax(), after.argmax())
    assert flip["digit"] != flip["other"]
    np.testing.assert_allclose(flip["before"], before, atol=1e-4)
    np.testing.assert_allclose(flip["after"], after, atol=1e-4)
    change = flip["image"] / 255 - image / 255
    np.testing.assert_array_equal(flip["pixels"], np.argwhere(change))
    assert flip["norm"] == pytest.approx(np.sqrt((change**2).sum()), rel=1e-5)


@pytest.mark.parametrize("name", IMAGES)
def test_few_pixels_are_changed_to_the_end_and_every_one_is_needed(network, flips, name):
    flip, image = flips[name, "fewestPixels"], IMAGES[name]
    assert 1 <= len(flip["pixels"]) <= MOST_PIXELS
    without = np.repeat(flip["image"][None], len(flip["pixels"]), axis=0)
    for pixel, one in zip(map(tuple, flip["pixels"]), without, strict=True):
        assert flip["image"][pixel] in (0, 255)
        one[pixel] = image[pixel]
    assert (read_all(network, without).argmax(axis=1) == flip["digit"]).all()


def test_each_way_is_better_at_what_it_counts(flips):
    few, small = ([flips[name, method] for name in IMAGES] for method in METHODS)
    assert all(len(a["pixels"]) < len(b["pixels"]) / 5 for a, b in zip(few, small, strict=True))
    sizes = [np.median(largest_of(flips, method)) for method in METHODS]
    assert sizes[1] < sizes[0]
    assert np.median([len(a["pixels"]) for a in few]) <= 15


def largest_of(flips, method):
    """The largest change of a pixel in each drawing, 0 to 1."""
    changes = (flips[name, method]["image"] / 255 - image / 255 for name, image in IMAGES.items())
    return [np.abs(change).max() for change in changes]


def test_a_change_of_the_same_size_without_aim_flips_nothing(network, flips):
    random = np.random.default_rng(8)
    kept = []
    for name, image in IMAGES.items():
        flip = flips[name, "smallestNorm"]
        noise = random.normal(size=(10, *image.shape))
        noise *= flip["norm"] / np.sqrt((noise**2).sum(axis=(1, 2), keepdims=True))
        changed = np.clip(image / 255 + noise, 0, 1)
        kept += (read_all(network, changed * 255).argmax(axis=1) == flip["digit"]).tolist()
    assert np.mean(kept) > 0.9


def halfway(image, flip):
    """The picture with half of the change, in whole levels."""
    return np.round((image.astype(float) + flip["image"]) / 2)


def test_half_of_the_smallest_change_is_not_enough(network, flips):
    for name, image in IMAGES.items():
        flip = flips[name, "smallestNorm"]
        assert read(network, halfway(image, flip)).argmax() == flip["digit"]


@pytest.mark.parametrize("name", ["dense", "average", "stride"])
def test_other_networks_are_flipped_alike(modules, name):
    network, image = variants.load(name), IMAGES["0"]
    digit = read(network, image).argmax()
    for method in METHODS:
        [flip], _ = flip_all(modules, network, method, [image])
        assert flip["digit"] == digit
        assert read(network, flip["image"]).argmax() == flip["other"] != digit


def stubborn():
    """A network that answers 2, whatever it sees."""
    network = model.build(1)
    kernel, bias = network.layers[-1].get_weights()
    network.layers[-1].set_weights([kernel * 0, bias + 9 * np.eye(10)[2]])
    return network


@pytest.mark.parametrize("method", METHODS)
def test_what_cannot_be_flipped_gives_nothing(modules, method):
    assert flip_all(modules, stubborn(), method, [IMAGES["0"]])[0] == [None]


@pytest.mark.parametrize("method", METHODS)
def test_it_says_how_much_of_the_lead_is_gone(modules, network, method):
    _, [shares] = flip_all(modules, network, method, [IMAGES["crossed 7"]])
    assert shares[0] == 0
    assert len(shares) > 1
    assert shares[-1] > 0.2
    assert all(0 <= share <= 1 for share in shares)
