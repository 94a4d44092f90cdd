"""Accuracy and confusion are counted right, and the shipped card tells the truth."""

import numpy as np
import pytest

from mnist_cnn.digits import nondigits, pen_drawings
from mnist_cnn.digits.mnist_files import Mnist
from mnist_cnn.digits.pen_digits import PenDigits
from mnist_cnn.digits.pen_drawings import NORMAL, SMALL
from mnist_cnn.evaluation import measures
from mnist_cnn.evaluation.calibration import expected_calibration_error
from mnist_cnn.network import model, weights
from mnist_cnn.reading.preprocess import preprocess


def reads_its_corner(x):
    """A network that reads the digit written as grey level into the first pixel."""
    return np.eye(10, dtype=np.float32)[np.round(np.asarray(x)[:, 0, 0, 0] * 255).astype(int)]


def images_of(answers):
    images = np.zeros((len(answers), 28, 28), np.uint8)
    images[:, 0, 0] = answers
    return images


def test_confusion_counts_what_each_digit_was_read_as():
    labels = np.array([0, 0, 0, 7, 7, 9], np.uint8)
    score = measures.score(reads_its_corner, images_of([0, 0, 6, 7, 1, 9]), labels)
    expected = np.zeros((10, 10), int)
    for label, answer in [(0, 0), (0, 0), (0, 6), (7, 7), (7, 1), (9, 9)]:
        expected[label, answer] += 1
    np.testing.assert_array_equal(score.confusion, expected)
    assert (score.total, score.correct) == (6, 4)
    assert score.accuracy == pytest.approx(4 / 6)


def test_per_digit_is_each_digit_s_share_and_nought_for_one_that_is_missing():
    labels = np.array([0, 0, 0, 7, 7, 9])
    score = measures.score(reads_its_corner, images_of([0, 0, 6, 7, 1, 9]), labels)
    np.testing.assert_allclose(score.per_digit, [2 / 3, 0, 0, 0, 0, 0, 0, 0.5, 0, 1])


@pytest.mark.parametrize("count", [1, 499, 500, 501, 1203])
def test_every_picture_is_measured_once_whatever_the_batch(count):
    random = np.random.default_rng(count)
    labels, answers = random.integers(0, 10, (2, count))
    score = measures.score(reads_its_corner, images_of(answers), labels)
    assert score.total == count
    assert score.correct == (labels == answers).sum()


def test_probabilities_do_not_depend_on_the_batch():
    network = model.build(1)
    images = np.random.default_rng(2).integers(0, 256, (23, 28, 28), np.uint8)
    whole = measures.probabilities(network, images)
    assert whole.shape == (23, 10)
    assert whole.dtype == np.float32
    np.testing.assert_allclose(whole.sum(axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(measures.probabilities(network, images, 7), whole, atol=1e-6)


class Odd:
    """In place of the judge: doubts every picture with an odd sum of ink."""

    def doubt(self, stages, probabilities):
        assert probabilities.shape == (10,)
        return "odd" if int(stages.image.sum()) % 2 else None


def test_every_figure_of_the_card_is_of_what_it_says(monkeypatch):
    """On ten digits of each kind, with a network that was never trained."""
    monkeypatch.setattr(measures, "NONDIGITS", 20)
    random = np.random.default_rng(5)
    written = [[random.uniform(0, 500, (6, 2))] for _ in range(40)]
    labels = np.arange(40, dtype=np.uint8) % 10
    pens = PenDigits(written, labels, 3 + labels % 2, "here")
    test = pen_drawings.for_measuring(PenDigits(written, labels, labels, "there"), SMALL, seed=9)
    mnist = Mnist(test.images[:0], labels[:0], test.images, labels, "there", "0123")
    network = model.build(4)
    figures = measures.measure_all(network, Odd(), mnist, pens)

    def reads(images):
        return measures.probabilities(network, images)

    def right(images):
        return (reads(images).argmax(axis=1) == labels).mean()

    def odd(images):
        return np.mean([int(preprocess(image).image.sum()) % 2 for image in images])

    normal = pen_drawings.for_measuring(pens, NORMAL).images
    assert figures.mnist == pytest.approx(right(test.images))
    assert figures.normal == pytest.approx(right(normal))
    assert figures.small == pytest.approx(right(pen_drawings.for_measuring(pens, SMALL).images))
    for shares, images in (
        (figures.mnist_by_digit, test.images),
        (figures.normal_by_digit, normal),
    ):
        np.testing.assert_allclose(shares, measures.score(network, images, labels).per_digit)
    assert list(figures.normal_by_brush) == ["8–12", "12–16", "16–20", "20–24", "24–28"]
    assert all(0 <= share <= 1 for share in figures.normal_by_brush.values())
    assert (figures.drawings, figures.writers, figures.others) == (40, 2, 20)
    for error, images in (
        (figures.calibration_mnist, test.images),
        (figures.calibration_drawings, normal),
    ):
        expected = expected_calibration_error(reads(images), labels)
        assert error == pytest.approx(expected, abs=1e-5)
    others = nondigits.pictures(20, test.images, measures.NONDIGITS_SEED)
    assert figures.flagged_mnist == pytest.approx(odd(test.images))
    assert figures.flagged_drawings == pytest.approx(odd(normal))
    assert figures.flagged_others == pytest.approx(odd(others))


def test_shipped_weights_read_mnist_as_well_as_their_card_says(mnist):
    score = measures.score(weights.load(), mnist.test_images, mnist.test_labels)
    assert score.total == 10_000
    assert score.accuracy >= 0.99
    assert score.accuracy == weights.load_card().test_accuracy
    assert score.per_digit.min() > 0.97
    np.testing.assert_array_equal(
        score.confusion.sum(axis=1), np.bincount(mnist.test_labels, minlength=10)
    )
