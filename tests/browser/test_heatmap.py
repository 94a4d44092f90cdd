"""The heat in the page is what ink brings to the lead: it adds up, and the answer hangs on it."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from mnist_cnn.digits import pen_drawings
from mnist_cnn.lesson import variants
from mnist_cnn.network import model
from tests.browser.modules import give_network, odd_network
from tests.drawings import IMAGES

DRAWINGS = 40
EARLY, LATE = (5, 5), (20, 20)  # pixels further apart than shares are spread

SLOPES = """async ([from, to, wanted]) => {
    const {Gradients} = await import("/explain/gradients.js");
    const [here, there] = [from, to].map((ink) => {
        const image = ink.map((value) => 255 * value);
        return {image, layers: network.read(image)};
    });
    return [...new Gradients(network).between(here, there, Float64Array.from(wanted)).picture()];
}"""

HEAT = """async (image) => {
    const {accountOf} = await import("/explain/contributions.js");
    const {heatOf} = await import("/explain/heatmap.js");
    const picture = Uint8Array.from(image);
    const layers = network.read(picture);
    const {values} = layers.get(network.layers.at(-1).name);
    const digit = values.indexOf(Math.max(...values));
    const account = accountOf({image: picture, layers, network, muted: new Map(), digit});
    const {lead, biases, pixels} = account;
    return {digit, lead, biases, shares: [...pixels], pixels: [...heatOf(account)]};
}"""


def slopes(modules, start, end, wanted):
    """The mean slope by each pixel on the way between two pictures of 0 to 1, (28, 28)."""
    sent = [start.ravel().tolist(), end.ravel().tolist(), wanted.tolist()]
    return np.array(modules.evaluate(SLOPES, sent)).reshape(28, 28)


def heat(modules, image):
    """The page's heat on a picture, with arrays of pixels."""
    found = modules.evaluate(HEAT, image.ravel().tolist())
    return found | {name: np.array(found[name]).reshape(28, 28) for name in ("shares", "pixels")}


def logits_of(network):
    """Float pictures (n, 28, 28) → logits (n, 10), through the network's own last weights."""
    body = keras.Model(network.input, network.layers[-2].output)
    kernel, bias = network.layers[-1].get_weights()
    return lambda pictures: body(tf.cast(pictures, tf.float32)[..., None]) @ kernel + bias


def leads(network, pictures, digit):
    """The lead of a digit in each of the pictures, (n,)."""
    said = logits_of(network)(pictures).numpy()
    return said[:, digit] - np.delete(said, digit, axis=1).mean(axis=1)


def gradients(network, pictures, wanted):
    """TensorFlow's, of the sum of logits that counts each as ``wanted``."""
    logits, pictures = logits_of(network), tf.constant(pictures, tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(pictures)
        said = tf.reduce_sum(logits(pictures) * tf.cast(wanted, tf.float32))
    return tape.gradient(said, pictures).numpy()


NETWORKS = {
    "shipped": lambda reader: reader.tracer.network,
    "average": lambda reader: variants.load("average"),
    "stride": lambda reader: variants.load("stride"),
    "none": lambda reader: variants.load("none"),
    "odd": lambda reader: odd_network("relu"),
}


@pytest.fixture(scope="module", params=NETWORKS)
def network(request, modules, reader):
    """One of all kinds of networks, given to the page."""
    network = NETWORKS[request.param](reader)
    give_network(modules, network)
    return network


@pytest.fixture(scope="module")
def wanted():
    return np.random.default_rng(4).normal(size=10)


@pytest.fixture
def shipped(modules, reader):
    give_network(modules, reader.tracer.network)
    return reader.tracer.network


@pytest.fixture(params=IMAGES)
def drawn(request):
    return IMAGES[request.param]


def test_between_a_picture_and_itself_slopes_are_tensorflow_s_gradients(modules, network, wanted):
    for name in ("open 4", "0"):
        picture = IMAGES[name] / 255
        expected = gradients(network, picture[None], wanted)[0]
        found = slopes(modules, picture, picture, wanted)
        np.testing.assert_allclose(found, expected, atol=1e-4 * np.abs(expected).max())


def test_slopes_times_changes_add_up_to_what_the_network_changes_its_mind_by(
    modules, network, wanted
):
    start, end = IMAGES["open 4"] / 255, IMAGES["0"] / 255
    said = logits_of(network)(np.stack([start, end])).numpy() @ wanted
    found = slopes(modules, start, end, wanted)
    assert (found * (end - start)).sum() == pytest.approx(said[1] - said[0], rel=1e-4)


def test_heat_adds_up_to_the_lead_less_the_biases(modules, shipped, drawn):
    found = heat(modules, drawn)
    there, blank = leads(shipped, np.stack([drawn / 255, np.zeros((28, 28))]), found["digit"])
    assert [found["lead"], found["biases"]] == pytest.approx([there, blank], abs=1e-4)
    assert found["pixels"].sum() == pytest.approx(there - blank, abs=1e-4)


def spread_by_hand(shares, ink, sigma=1.0):
    """Every pixel gives its share to the ink within 3 pixels: the nearer and darker, the more."""
    rows, columns = np.mgrid[:28, :28]
    spread = np.zeros((28, 28))
    for row, column in np.argwhere(shares != 0):
        down, across = np.abs(rows - row), np.abs(columns - column)
        weight = ink * np.exp(-(down**2 + across**2) / (2 * sigma**2))
        weight[(down > 3) | (across > 3)] = 0
        spread += shares[row, column] * weight / weight.sum()
    return spread


def test_heat_is_what_pixels_bring_spread_over_the_ink(modules, shipped, drawn):
    found = heat(modules, drawn)
    expected = spread_by_hand(found["shares"], drawn / 255)
    np.testing.assert_allclose(found["pixels"], expected, atol=1e-6)


def test_paper_gets_nothing(modules, shipped, drawn):
    assert not heat(modules, drawn)["pixels"][drawn == 0].any()


@pytest.fixture(scope="module")
def by_people(all_pen_digits):
    images = pen_drawings.for_measuring(all_pen_digits, pen_drawings.NORMAL).images
    return np.random.default_rng(3).permutation(images)[:DRAWINGS]


def test_erasing_the_strongest_ink_takes_more_away_than_erasing_others(modules, shipped, by_people):
    random = np.random.default_rng(3)
    gone = []  # of each lead, with the strongest fifth of the ink, and with another fifth
    for image in by_people:
        found = heat(modules, image)
        ink = np.flatnonzero(image > 25)
        count = len(ink) // 5
        strongest = ink[np.argsort(-found["pixels"].ravel()[ink])][:count]
        choices = [strongest, *(random.choice(ink, count, replace=False) for _ in range(20))]
        erased = np.tile(image.ravel() / 255, (len(choices), 1))
        for picture, chosen in zip(erased, choices, strict=True):
            picture[chosen] = 0
        left = leads(shipped, erased.reshape(-1, 28, 28), found["digit"])
        gone.append([1 - left[0] / found["lead"], 1 - np.median(left[1:]) / found["lead"]])
    strongest, others = np.transpose(gone)
    assert np.median(strongest - others) > 0.05
    assert (strongest > others).mean() > 0.75


def threshold_network(threshold):
    """Two pixels speak for digit 0, one of them only where it is darker than ``threshold``."""
    image = keras.Input((28, 28, 1))
    hidden = layers.Dense(2, "relu")(layers.Flatten()(image))
    built = keras.Model(image, layers.Dense(10, "softmax")(hidden))
    kernel, votes = np.zeros((784, 2)), np.zeros((2, 10))
    kernel[np.ravel_multi_index(EARLY, (28, 28)), 0] = 1
    kernel[np.ravel_multi_index(LATE, (28, 28)), 1] = 1
    votes[:, 0] = 1
    built.set_weights([kernel, np.array([0, -threshold]), votes, np.zeros(10)])
    return built


@pytest.mark.parametrize("threshold", [0.1, 0.37, 0.9])
def test_a_pixel_counts_on_the_part_of_the_way_on_which_it_is_heard(modules, threshold):
    give_network(modules, threshold_network(threshold))
    image = np.zeros((28, 28), np.uint8)
    image[EARLY] = image[LATE] = 255
    pixels = heat(modules, image)["pixels"]
    assert [pixels[EARLY], pixels[LATE]] == pytest.approx([1, 1 - threshold], abs=1e-6)


def mirrored_network():
    """A network of even kernels that tells left from right: a mirrored picture swaps 0 and 1."""
    network = model.build(4)
    *kernels, last, _ = network.get_weights()
    even = [k + k[:, ::-1] if k.ndim == 4 else k for k in kernels]
    half = even[6].reshape(3, 3, 64, 64)[..., :32]
    even[6] = np.concatenate([half, half[:, ::-1]], axis=3).reshape(576, 64)
    last = np.zeros_like(last)
    last[:32, 0], last[32:, 1], last[:, 2:] = 1, 1, -1
    network.set_weights([*even, last, np.zeros(10, np.float32)])
    return network


def test_a_mirrored_drawing_has_mirrored_heat(modules):
    give_network(modules, mirrored_network())
    image = np.zeros((28, 28), np.uint8)
    image[3:23, 3:9] = np.random.default_rng(5).integers(80, 255, (20, 6))
    mirrored = np.zeros_like(image)
    mirrored[:, :26] = image[:, 25::-1]  # the network sees the first 26 columns
    here, there = heat(modules, image), heat(modules, mirrored)
    assert {here["digit"], there["digit"]} == {0, 1}
    assert here["lead"] == pytest.approx(there["lead"], rel=1e-3)
    np.testing.assert_allclose(
        there["pixels"][:, :26],
        here["pixels"][:, 25::-1],
        atol=1e-3 * np.abs(here["pixels"]).max(),
    )


def test_a_picture_without_ink_has_no_heat(modules, shipped):
    found = heat(modules, np.zeros((28, 28), np.uint8))
    assert not found["pixels"].any()
    assert found["lead"] == pytest.approx(found["biases"])
