"""Measure a network and its judge on public sets that nothing was trained on.

Digits are read in three ways: by the network alone, which sees pictures of 28×28 as they are
published (only those that were sized and centred as MNIST's); from ink, as if drawn on the pad, by
``preprocess``; and opened as a picture, in which ``find_ink`` has to find the ink first, as in a
photo. Nothing is cut off or added, so digits that fill their picture are opened without a margin.
Where no ink is found, the answer is wrong. Pen strokes are drawn, and so have one way only.

Styles of writing are drawn, too: beside what is read right, it counts how often a wrong answer is
given surely; and between two digits, how often the network is sure where people would disagree.

What is no digit is told from MNIST's test digits by the judge's score, both from ink.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import keras
import numpy as np
from PIL import Image

from mnist_cnn.digits import corruptions, pen_drawings, styles
from mnist_cnn.digits.mnist_files import DataError, Mnist
from mnist_cnn.digits.pen_digits import PenDigits
from mnist_cnn.digits.public import catalogue, sets
from mnist_cnn.digits.public.formats import Ink
from mnist_cnn.digits.public.sets import Content, PublicSet
from mnist_cnn.evaluation import detection, measures
from mnist_cnn.network.architecture import IMAGE_SIZE
from mnist_cnn.reading.ink import find_ink
from mnist_cnn.reading.judge import Judge
from mnist_cnn.reading.preprocess import preprocess

MOST = 10_000  # pictures read from ink: of a larger set, so many are drawn at random
FEW = 2_000  # that are opened, or corrupted in each way
SEED = 2026  # draws them
DRAWN = 500  # pictures of a style, or between two digits
DRAWN_SEED = 2**31 + SEED  # beyond those that a training may have
SURE = 0.95  # above this probability, an answer is sure

Named = tuple[str, dict[str, float]]
"""A set's name and figures, see ``network.card.Card.sets``."""

Tell = Callable[[DataError], None]
"""Called for each set that cannot be measured, because it is missing or damaged."""


def measure(
    network: keras.Model, judge: Judge, mnist: Mnist, pens: PenDigits, folder: Path, tell: Tell
) -> Iterator[Named]:
    """Yield the figures of each set that is there; this takes minutes.

    Args:
        network: the trained network.
        judge: tells digits from everything else.
        mnist: only its test pictures are used.
        pens: digits by writers that nothing was trained on.
        folder: of the public sets.
        tell: receives why a set is left out.
    """
    digits = Ink(mnist.test_images, mnist.test_labels)
    yield "mnist", _read(network, digits, mnist_made=True)
    for public in catalogue.DIGITS:
        ink = _load(public, folder, tell)
        if ink:
            yield public.name, _read(network, ink, public.mnist_made)
    yield from _by_writer(network, "pens", pens)
    others = _load(catalogue.PEN_TEST, folder, tell)
    if others:
        yield from _by_writer(network, "pens_test", others)
    yield from _corrupted(network, digits)
    yield from _by_style(network)
    inside = functools.cache(lambda: _scores(judge, digits))  # needed where there is such a set
    for public in catalogue.NO_DIGITS:
        ink = _load(public, folder, tell)
        if ink:
            told_apart = _told_apart(inside(), _scores(judge, ink))
            yield public.name, {"pictures": len(ink)} | told_apart


def _load(public: PublicSet[Content], folder: Path, tell: Tell) -> Content | None:
    try:
        return sets.load(public, folder)
    except DataError as error:
        tell(error)
        return None


def _prepared(drawings: Iterable[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Return what the network sees, uint8 ``(n, 28, 28)``, and whether there is ink, ``(n,)``."""
    stages = [preprocess(drawing) for drawing in drawings]
    nothing = np.zeros((IMAGE_SIZE, IMAGE_SIZE), np.uint8)
    images = np.array([found.image if found else nothing for found in stages])
    return images, np.array([found is not None for found in stages])


def _read(network: keras.Model, ink: Ink, mnist_made: bool) -> dict[str, float]:
    """Return the figures of digits, of some of them if they are many."""
    figures: dict[str, float] = {"pictures": len(ink)}
    if mnist_made:
        alone = measures.score(network, ink.drawings, ink.labels).accuracy
        figures["network"] = measures.share(alone)
    some, few = ink.sample(MOST, SEED), ink.sample(FEW, SEED)
    opened = (find_ink(Image.fromarray(drawing)) for drawing in few.drawings)
    figures["ink"] = _right(network, some.drawings, some.labels)
    figures["opened"] = _right(network, opened, few.labels)
    return figures


def _right(network: keras.Model, drawings: Iterable[np.ndarray], labels: np.ndarray) -> float:
    """Return the share of drawings that are read right."""
    images, inked = _prepared(drawings)
    answers = measures.probabilities(network, images).argmax(axis=1)
    return measures.share(((answers == labels) & inked).mean())


def _by_writer(network: keras.Model, name: str, pens: PenDigits) -> Iterator[Named]:
    drawn = pen_drawings.for_measuring(pens, pen_drawings.NORMAL)
    right = measures.probabilities(network, drawn.images).argmax(axis=1) == drawn.labels
    yield name, {"pictures": len(right), "ink": measures.share(right.mean())}
    for writer in np.unique(pens.writers):
        own = right[pens.writers == writer]
        yield f"{name}.{writer}", {"pictures": len(own), "ink": measures.share(own.mean())}


def _corrupted(network: keras.Model, digits: Ink) -> Iterator[Named]:
    some = digits.sample(FEW, SEED)
    kinds = []
    for kind in corruptions.KINDS:
        ink = Ink(corruptions.corrupt(some.drawings, kind, SEED), some.labels)
        figures = _read(network, ink, mnist_made=True)
        yield f"mnist_c.{kind}", figures
        if kind != "identity":
            kinds.append(figures)
    means = {
        way: measures.share(float(np.mean([figures[way] for figures in kinds])))
        for way in ("network", "ink", "opened")
    }
    yield "mnist_c", {"pictures": sum(figures["pictures"] for figures in kinds)} | means


def _by_style(network: keras.Model) -> Iterator[Named]:
    for style in (*styles.STYLES, *styles.SETTINGS):
        drawn = styles.pictures(style, DRAWN, DRAWN_SEED)
        answers = measures.probabilities(network, drawn.images)
        wrong = answers.argmax(axis=1) != drawn.labels
        surely_wrong = wrong & (answers.max(axis=1) > SURE)
        yield (
            f"styles.{style}",
            {
                "pictures": DRAWN,
                "ink": measures.share((~wrong).mean()),
                "surely_wrong": measures.share(surely_wrong.mean()),
            },
        )
    for pair in styles.PAIRS:
        answers = measures.probabilities(network, styles.blends(pair, DRAWN, DRAWN_SEED))
        sure = answers.max(axis=1) > SURE
        yield f"pairs.{pair}", {"pictures": DRAWN, "sure": measures.share(sure.mean())}


def _scores(judge: Judge, ink: Ink) -> np.ndarray:
    """Return the judge's scores; what has no ink is told from a digit without it."""
    images, inked = _prepared(ink.sample(MOST, SEED).drawings)
    return np.where(inked, judge.scores(images), -np.inf)


def _told_apart(inside: np.ndarray, outside: np.ndarray) -> dict[str, float]:
    return {
        "auroc": measures.share(detection.auroc(inside, outside)),
        "fpr95": measures.share(detection.false_positive_rate(inside, outside)),
    }
