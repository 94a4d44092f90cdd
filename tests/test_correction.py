"""A person's digits are learned, and what that costs elsewhere is measured."""

import dataclasses

import numpy as np
import pytest

from mnist_cnn.digits.pen_drawings import LabelledImages
from mnist_cnn.evaluation import measures
from mnist_cnn.network import card, weights
from mnist_cnn.runs.runs import Runs
from mnist_cnn.training import datasets
from mnist_cnn.training.correction import MAX_DIGITS, RECORD, Correction, CorrectionError, digits_in
from mnist_cnn.training.correction_run import MAX_FORGOTTEN, CorrectionRun, forgotten
from mnist_cnn.training.options import Options
from tests.fake_worker import Workers
from tests.waiting import until


def record(label, ink=255):
    return bytes([label]) + bytes([ink]) * 784


def test_digits_come_back_as_the_page_sent_them():
    images, labels = digits_in(record(7, ink=3) + record(0))
    assert labels.tolist() == [7, 0]
    assert images.shape == (2, 28, 28)
    assert images.dtype == labels.dtype == np.uint8
    assert (images[0] == 3).all()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "Expected 1 to 50 digits of 785 bytes each, got 0 bytes"),
        (record(1)[:-1], "got 784 bytes"),
        (record(1) + b"\0", "got 786 bytes"),
        (record(1) * (MAX_DIGITS + 1), f"got {51 * RECORD} bytes"),
        (record(1) + record(10), "A digit is 0 to 9, not 10"),
        (record(1) + record(2, ink=0), "One of the digits has no ink"),
    ],
)
def test_what_cannot_be_learned_is_refused(content, sentence):
    with pytest.raises(CorrectionError) as caught:
        digits_in(content)
    assert sentence in str(caught.value)


@pytest.fixture(scope="module")
def corrected(mnist):
    """The shipped network, taught that three ones are sevens of this person."""
    network = weights.load()
    images = mnist.test_images[mnist.test_labels == 1][:3].copy()
    assert (measures.probabilities(network, images).argmax(axis=1) == 1).all()
    correction = Correction(images, np.full(3, 7, np.uint8), network.get_weights())
    return learned(correction, every=4), correction


def learned(correction, every=1):
    """Return what there is when a correction is over, tested on every so many digits."""
    data = datasets.load(correction.options)
    test = LabelledImages(data.test.images[::every], data.test.labels[::every])
    run = CorrectionRun(correction, dataclasses.replace(data, test=test))
    assert [event.step for event in run.events() if event.step == run.steps]
    return run.finish()


def test_own_digits_are_learned_and_both_sides_of_it_are_told(corrected, mnist):
    result, correction = corrected
    told = result.corrected
    assert told.labels.tolist() == [7, 7, 7]
    assert told.read_before.tolist() == [1, 1, 1]

    before, after = weights.load(), weights.load()
    after.set_weights(result.weights)
    answers = measures.probabilities(after, correction.images).argmax(axis=1)
    assert told.read.tolist() == answers.tolist()
    assert (told.read == 7).sum() >= 2
    for network, confusion in ((before, told.confusion_before), (after, result.confusion)):
        expected = measures.score(network, mnist.test_images[::4], mnist.test_labels[::4]).confusion
        assert np.abs(confusion - expected).sum() <= 4  # another network rounds another way
    kept = result.confusion.diagonal() / result.confusion.sum(axis=1)
    assert kept[1] < 0.9  # that a one is a seven cannot be had for nothing
    assert np.delete(kept, 1).min() > 0.97


def test_some_digits_that_it_has_forgotten_are_shown(corrected, mnist):
    result, _ = corrected
    shown = result.corrected.forgotten
    assert len(shown.labels) == MAX_FORGOTTEN
    assert {*shown.labels} == {1}  # of these it has lost most: it was told that ones are sevens
    np.testing.assert_array_equal(shown.images, mnist.test_images[::4][shown.indices])
    answers = shown.probabilities.argmax(axis=1)
    assert (answers != shown.labels).all()
    before = measures.probabilities(weights.load(), shown.images).argmax(axis=1)
    assert (before == shown.labels).all()
    surest = shown.probabilities.max(axis=1)
    assert (np.diff(surest) <= 0).all()


def test_the_test_digits_are_read_once_before_and_once_after(mnist, monkeypatch):
    read = []

    def probabilities(network, images):
        read.append(len(images))
        return of_network(network, images)

    of_network = measures.probabilities
    network = weights.load()
    correction = Correction(mnist.test_images[:3], mnist.test_labels[:3], network.get_weights())
    data = datasets.load(correction.options)
    test = LabelledImages(data.test.images[:200], data.test.labels[:200])
    monkeypatch.setattr(measures, "probabilities", probabilities)
    run = CorrectionRun(correction, dataclasses.replace(data, test=test))
    result = run.finish(stopped=True)
    assert read.count(200) == 2
    np.testing.assert_array_equal(result.confusion, result.corrected.confusion_before)


def test_nothing_is_shown_where_nothing_is_forgotten():
    labels = np.array([3, 4], np.uint8)
    right, wrong = np.eye(10)[labels], np.eye(10)[[3, 9]]
    assert forgotten(right, right, labels).tolist() == []
    assert forgotten(wrong, wrong, labels).tolist() == []  # it was misread before, too
    assert forgotten(right, wrong, labels).tolist() == [1]


@pytest.mark.slow
def test_digits_it_misread_are_learned_and_the_others_are_not_forgotten(mnist):
    network = weights.load()
    answers = measures.probabilities(network, mnist.test_images).argmax(axis=1)
    misread = np.flatnonzero(answers != mnist.test_labels)[:5]
    correction = Correction(
        mnist.test_images[misread], mnist.test_labels[misread], network.get_weights()
    )
    result = learned(correction)
    assert (result.corrected.read_before != correction.labels).all()
    right = (result.corrected.read == correction.labels).sum()
    print(f"{right} of 5 learned, {result.accuracy:.2%} of MNIST, {result.seconds:.1f} s")
    assert right >= 3
    assert result.accuracy >= 0.99


def test_its_card_says_what_it_was(corrected):
    result, _ = corrected
    described = card.from_json(result.card)
    assert (described.recipe, described.drawings) == ("correction", "3 of a person's own digits")
    assert (described.drawn, described.drawers) == (3, 1)


@pytest.mark.slow
def test_a_process_corrects_as_this_one_would(corrected):
    here, correction = corrected
    runs = Runs()
    try:
        run = runs.start("ann", correction)
        until(lambda: runs.run("ann", run.id).over)
        assert (run.state, run.failure) == ("done", None)
    finally:
        runs.close()
    assert run.result.corrected.read.tolist() == here.corrected.read.tolist()
    assert run.result.accuracy == pytest.approx(here.accuracy, abs=0.01)  # of other digits


def test_a_correction_does_not_wait_for_a_long_training():
    one = np.full((1, 28, 28), 255, np.uint8)
    correction = Correction(one, np.ones(1, np.uint8), [])
    runs = Runs(worker=Workers())
    try:
        runs.start("ann", Options.parse({"recipe": "best", "data": "generated"}))
        first, second = runs.start("ben", correction), runs.start("eve", correction)
        assert first.state == "starting"
        assert runs.position(second) == 1
        first.worker.finish()
        assert first.result.corrected.labels.tolist() == [1]
        assert second.state == "starting"
    finally:
        runs.close()
