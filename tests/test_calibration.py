"""The network becomes as sure as it is right, and its answers stay the same."""

import keras
import numpy as np
import pytest

from mnist_cnn.evaluation import calibration
from mnist_cnn.network import model


def softmax(logits):
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def drawn_labels(probabilities, seed=2):
    """Labels that come true as often as the probabilities say."""
    random = np.random.default_rng(seed)
    return (probabilities.cumsum(axis=1) > random.random((len(probabilities), 1))).argmax(axis=1)


def slow_error(probabilities, labels, bins=15):
    """Naeini and others (2015), bin after bin."""
    confidence, answers = probabilities.max(axis=1), probabilities.argmax(axis=1)
    total = 0.0
    for number in range(bins):
        low, high = number / bins, (number + 1) / bins
        inside = [
            row
            for row, share in enumerate(confidence)
            if low <= share < high or (number == bins - 1 and share == 1)
        ]
        if inside:
            accuracy = np.mean([answers[row] == labels[row] for row in inside])
            total += len(inside) * abs(accuracy - np.mean(confidence[inside]))
    return total / len(labels)


# --- temperature --------------------------------------------------------------------------


@pytest.mark.parametrize("known", [0.5, 0.8, 1.0, 1.6, 3.0])
def test_a_known_temperature_is_found(known):
    logits = np.random.default_rng(1).normal(0, 2.5, (6000, 10))
    labels = drawn_labels(softmax(logits))
    found = calibration.temperature(softmax(logits * known), labels)
    assert found == pytest.approx(known, rel=0.06)


def test_probabilities_of_nought_and_one_do_no_harm():
    probabilities = np.eye(10)[np.arange(100) % 10]
    labels = np.arange(100) % 10
    labels[:10] = 9 - labels[:10]  # sure, and wrong in one of ten
    assert calibration.temperature(probabilities.astype(np.float32), labels) > 1
    assert calibration.temperature(probabilities[10:], labels[10:]) > 0


# --- fold ---------------------------------------------------------------------------------


@pytest.mark.parametrize("temperature", [0.4, 1.0, 2.5])
def test_fold_divides_the_logits_and_keeps_every_answer(temperature):
    network = model.build(3)
    *others, kernel, bias = network.get_weights()
    bias = np.random.default_rng(5).normal(size=10).astype(np.float32)
    network.set_weights([*others, kernel, bias])
    pictures = np.random.default_rng(4).random((50, 28, 28, 1), np.float32)
    features = keras.Model(network.input, network.get_layer("dense1").output)(pictures)
    logits = np.asarray(features, np.float64) @ kernel + bias
    before = np.asarray(network(pictures))
    calibration.divide_logits(network, temperature)
    after = np.asarray(network(pictures))
    np.testing.assert_allclose(after, softmax(logits / temperature), atol=1e-5)
    np.testing.assert_array_equal(after.argmax(axis=1), before.argmax(axis=1))
    for one, other in zip(network.get_weights()[:-2], others, strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_folded_temperature_leaves_nothing_to_correct():
    network = model.build(3)
    pictures = np.random.default_rng(4).random((1000, 28, 28, 1), np.float32)
    *others, kernel, bias = network.get_weights()
    network.set_weights([*others, 10 * kernel, bias])  # quite sure, on pictures of noise
    labels = drawn_labels(np.asarray(network(pictures), np.float64))
    calibration.divide_logits(network, 1 / 3)
    wrong = np.asarray(network(pictures), np.float64)
    found = calibration.temperature(wrong, labels)
    calibration.divide_logits(network, found)
    right = np.asarray(network(pictures), np.float64)
    assert calibration.temperature(right, labels) == pytest.approx(1, rel=0.02)
    errors = [calibration.expected_calibration_error(p, labels) for p in (wrong, right)]
    assert errors[1] < errors[0] / 3


# --- expected calibration error -----------------------------------------------------------


@pytest.mark.parametrize("sharpness", [0.1, 1.0, 4.0, 30.0])
@pytest.mark.parametrize("count", [1, 20, 1500])
def test_the_error_is_that_of_the_slow_loop(sharpness, count):
    random = np.random.default_rng(count)
    probabilities = softmax(random.normal(0, sharpness, (count, 10)))
    labels = random.integers(0, 10, count)
    found = calibration.expected_calibration_error(probabilities, labels)
    assert found == pytest.approx(slow_error(probabilities, labels), abs=1e-9)


def confident(share, count):
    """``count`` answers 3, each with the probability ``share``."""
    probabilities = np.full((count, 10), (1 - share) / 9)
    probabilities[:, 3] = share
    return probabilities


@pytest.mark.parametrize(
    ("share", "right", "error"),
    [
        (1.0, 10, 0.0),  # always sure and always right
        (1.0, 5, 0.5),  # always sure and half right
        (1.0, 0, 1.0),
        (0.5, 5, 0.0),
        (0.7, 7, 0.0),
        (0.7, 9, 0.2),  # too modest
        (0.2, 0, 0.2),
    ],
)
def test_known_cases(share, right, error):
    labels = np.array([3] * right + [4] * (10 - right))
    found = calibration.expected_calibration_error(confident(share, 10), labels)
    assert found == pytest.approx(error, abs=1e-9)


def test_gaps_of_different_bins_do_not_make_up_for_one_another():
    probabilities = np.concatenate([confident(0.9, 10), confident(0.5, 10)])
    labels = np.array([3] * 5 + [4] * 5 + [3] * 9 + [4])
    found = calibration.expected_calibration_error(probabilities, labels)
    assert found == pytest.approx(0.4)


def test_perfect_calibration_has_hardly_an_error():
    probabilities = softmax(np.random.default_rng(8).normal(0, 2, (50_000, 10)))
    labels = drawn_labels(probabilities)
    assert calibration.expected_calibration_error(probabilities, labels) < 0.01
    sharper = probabilities**2 / (probabilities**2).sum(axis=1, keepdims=True)
    assert calibration.expected_calibration_error(sharper, labels) > 0.05
