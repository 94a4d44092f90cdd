"""The evidence is integrated gradients: it adds up, it is where the network looks, it is even."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from mnist_cnn import doubt, model
from mnist_cnn.attribution import Attribution
from mnist_cnn.preprocess import preprocess
from mnist_cnn.strokes import render

DIGITS = {  # strokes in pad units: hands that MNIST's are not
    "crossed 7": (7, [[(70, 60), (210, 60), (120, 230)], [(110, 145), (200, 145)]]),
    "open 4": (4, [[(90, 50), (80, 150), (200, 150)], [(170, 50), (165, 235)]]),
    "plain 1": (1, [[(150, 50), (140, 230)]]),
    "flagged 1": (1, [[(95, 105), (155, 50), (150, 230)]]),
    "5": (5, [[(190, 55), (100, 55), (95, 125), (170, 130), (185, 190), (130, 230), (80, 210)]]),
    "0": (0, [[(140, 50), (80, 110), (85, 190), (140, 230), (195, 180), (195, 100), (140, 50)]]),
}


@pytest.fixture(scope="module")
def network(reader):
    return reader.tracer.network


@pytest.fixture(scope="module")
def attribute(network):
    return Attribution(network)


@pytest.fixture(scope="module")
def certain(network):
    """The same network with logits 30 times as large: all its probabilities are 0 or 1."""
    copy = keras.models.clone_model(network)
    *others, kernel, bias = network.get_weights()
    copy.set_weights([*others, 30 * kernel, 30 * bias])
    return Attribution(copy)


@pytest.fixture(params=DIGITS)
def drawn(request):
    """A digit and its 28×28 picture."""
    digit, strokes = DIGITS[request.param]
    return digit, preprocess(render([np.array(stroke) for stroke in strokes])).image


def logits(network, pictures):
    """The logits of float pictures (n, 28, 28), from the log of the softmax: up to a constant."""
    probabilities = np.asarray(network(pictures[..., None].astype(np.float32)), np.float64)
    return np.log(np.maximum(probabilities, 1e-300))


def integrated_gradients(network, picture, digit, other, steps=1024):
    """The integral itself, with very many steps, through the network's own softmax layer."""
    body = keras.Model(network.input, network.layers[-2].output)
    kernel, bias = network.layers[-1].get_weights()
    total = np.zeros((28, 28))
    for part in np.array_split((np.arange(steps) + 0.5) / steps, steps // 128):
        way = tf.constant(part[:, None, None, None] * picture[..., None], tf.float32)
        with tf.GradientTape() as tape:
            tape.watch(way)
            scores = body(way) @ kernel + bias
            difference = tf.reduce_sum(scores[:, digit] - scores[:, other])
        total += tape.gradient(difference, way).numpy()[..., 0].sum(axis=0)
    return picture * total / steps


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


def test_it_names_winner_and_runner_up(network, attribute, drawn):
    digit, image = drawn
    evidence = attribute(image)
    order = np.argsort(-logits(network, image[None] / 255.0)[0])
    assert [evidence.digit, evidence.runner_up] == order[:2].tolist()
    assert evidence.digit == digit


def test_pixels_add_up_to_the_difference_of_the_logits(network, attribute, drawn):
    image = drawn[1]
    evidence = attribute(image)
    ours = logits(network, np.stack([image / 255.0, np.zeros((28, 28))]))
    expected = ours[:, evidence.digit] - ours[:, evidence.runner_up]
    assert [evidence.difference, evidence.baseline] == pytest.approx(expected, abs=1e-3)
    assert evidence.pixels.dtype == np.float32
    assert evidence.pixels.shape == (28, 28)
    assert evidence.pixels.sum() == pytest.approx(expected[0] - expected[1], abs=1e-3)


def test_pixels_are_integrated_gradients_spread_over_the_ink(network, attribute, drawn):
    picture = drawn[1] / 255.0
    evidence = attribute(drawn[1])
    exact = integrated_gradients(network, picture, evidence.digit, evidence.runner_up)
    exact = spread_by_hand(exact, picture)
    assert np.abs(evidence.pixels - exact).sum() < 0.1 * np.abs(exact).sum()


def test_paper_gets_nothing(attribute, drawn):
    assert not attribute(drawn[1]).pixels[drawn[1] == 0].any()


def test_erasing_the_strongest_pixels_takes_more_away_than_erasing_others(
    network, attribute, drawn
):
    image = drawn[1]
    evidence = attribute(image)
    ink = np.flatnonzero(image > 25)
    count = len(ink) * 2 // 5  # less hardly moves an answer this sure
    strongest = ink[np.argsort(-evidence.pixels.ravel()[ink])][:count]
    random = np.random.default_rng(3)
    choices = [strongest, *(random.choice(ink, count, replace=False) for _ in range(30))]
    erased = np.tile(image.ravel() / 255.0, (len(choices), 1))
    for picture, chosen in zip(erased, choices, strict=True):
        picture[chosen] = 0
    scores = logits(network, erased.reshape(-1, 28, 28))
    left = scores[:, evidence.digit] - scores[:, evidence.runner_up]
    assert left[0] < np.median(left[1:])
    # An empty pad speaks even more for a 1 than a thin line does; erasing may bring that back.
    assert left[0] < max(evidence.difference, evidence.baseline)


def mirrored_network():
    """A network of even kernels that tells left from right: a mirrored picture swaps 0 and 1."""
    network = model.build(4)
    *kernels, last, _ = network.get_weights()
    even = [k + k[:, ::-1] if k.ndim == 4 else k for k in kernels]
    dense = even[6].reshape(3, 3, 64, 64)
    half = dense[..., :32]
    even[6] = np.concatenate([half, half[:, ::-1]], axis=3).reshape(576, 64)
    last = np.zeros_like(last)
    last[:32, 0], last[32:, 1], last[:, 2:] = 1, 1, -1
    network.set_weights([*even, last, np.zeros(10, np.float32)])
    return network


def test_a_mirrored_drawing_has_mirrored_evidence():
    network = mirrored_network()
    image = np.zeros((28, 28), np.uint8)
    image[3:23, 3:9] = np.random.default_rng(5).integers(80, 255, (20, 6))
    mirrored = np.zeros_like(image)
    mirrored[:, :26] = image[:, 25::-1]  # the network sees the first 26 columns
    attribute = Attribution(network)
    here, there = attribute(image), attribute(mirrored)
    assert {here.digit, here.runner_up} == {0, 1}
    assert (here.digit, here.runner_up) == (there.runner_up, there.digit)
    assert here.difference == pytest.approx(there.difference, rel=1e-3)
    np.testing.assert_allclose(
        there.pixels[:, :26], here.pixels[:, 25::-1], atol=1e-3 * np.abs(here.pixels).max()
    )


def test_another_digit_can_be_the_opponent(network, attribute, drawn):
    image = drawn[1]
    winner = attribute(image).digit
    scores = logits(network, image[None] / 255.0)[0]
    for other in {0, 3, 9} - {winner}:
        evidence = attribute(image, against=other)
        assert (evidence.digit, evidence.runner_up) == (winner, other)
        assert evidence.difference == pytest.approx(scores[winner] - scores[other], abs=1e-3)


def test_a_picture_without_ink_has_no_evidence(attribute):
    evidence = attribute(np.zeros((28, 28), np.uint8))
    assert not evidence.pixels.any()
    assert evidence.difference == pytest.approx(evidence.baseline)


def test_a_saturated_softmax_hides_nothing(attribute, certain, drawn):
    plain, large = attribute(drawn[1]), certain(drawn[1])
    np.testing.assert_allclose(large.pixels / 30, plain.pixels, atol=1e-3)


@pytest.mark.parametrize(
    ("image", "against", "message"),
    [
        (np.zeros((28, 28), np.float32), None, r"Expected uint8 \(28, 28\), got float32"),
        (np.zeros((28, 28, 1), np.uint8), None, r"got uint8 \(28, 28, 1\)"),
        (np.zeros((280, 280), np.uint8), None, r"got uint8 \(280, 280\)"),
        (np.zeros((28, 28), np.uint8), 10, "compare it with another digit, not 10"),
        (np.zeros((28, 28), np.uint8), -1, "not -1"),
    ],
)
def test_what_it_cannot_explain_it_refuses(attribute, image, against, message):
    with pytest.raises(ValueError, match=message):
        attribute(image, against)


def test_the_winner_is_no_opponent(attribute, drawn):
    digit = attribute(drawn[1]).digit
    with pytest.raises(ValueError, match=f"The answer is {digit}; compare"):
        attribute(drawn[1], against=digit)


def test_a_network_without_softmax_is_refused():
    with pytest.raises(TypeError, match="has to be Dense with softmax, not digitness"):
        Attribution(doubt.build())
