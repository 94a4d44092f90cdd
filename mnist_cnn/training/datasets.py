"""Load the digits that a training learns from, validates with, calibrates with and tests on."""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from mnist_cnn.digits import generated, mnist_files, pen_digits, pen_drawings
from mnist_cnn.digits.download import WaitingTime
from mnist_cnn.digits.mnist_files import DataError, Mnist
from mnist_cnn.digits.pen_drawings import LabelledImages
from mnist_cnn.network import card
from mnist_cnn.training.options import Options

VARIANTS = 16  # of each pen drawing, at most
MAX_HELD_OUT = 1000  # digits for validation
MIN_HELD_OUT = 500  # fewer would say too little
HELD_OUT_STRIDE = 10  # every tenth test digit, if all training digits are learned from

PathLike = str | os.PathLike | None  # None: the default places are searched
Report = Callable[[str], None]


@dataclass(frozen=True)
class TrainingData:
    """Digits with labels for one training; images uint8 ``(n, 28, 28)``, ink is 255."""

    learned: LabelledImages  # MNIST or generated digits
    drawn: LabelledImages | None  # pen drawings; ``Recipe.drawings`` of them are used in an epoch
    held_out: LabelledImages  # never learned from
    held_out_from: str  # "training", or "test" if all training digits are learned from
    test: LabelledImages  # 10,000 digits
    calibration: pen_digits.PenDigits | None  # by writers that nothing is learned from
    source: str  # the file of MNIST, or ``generated.SOURCE``
    checksum: str
    tested_on: str  # ``card.MNIST_TEST``, or ``generated.SOURCE``
    drawings_note: str  # for the card
    drawings: int = 0  # how many there were before they were varied
    drawers: int = 0  # people who drew them
    notes: list[str] = field(default_factory=list)  # sentences about data that was not available


def load(
    options: Options,
    mnist_path: PathLike = None,
    pens_path: PathLike = None,
    report: Report = lambda what: None,
    note: Report = lambda sentence: None,
    spread: bool = True,
) -> TrainingData:
    """Return the data that ``options`` ask for, or the best available instead, with a note.

    Args:
        options: of the training.
        mnist_path: of MNIST, see ``mnist_files.load``.
        pens_path: of the pen strokes, see ``pen_digits.load``.
        report: called with what is being loaded: mnist, generated, pens or drawings.
        note: called with each note immediately.
        spread: see ``pen_drawings.for_training``.

    Raises:
        DataError: a given file cannot be used. If none is given, generated digits replace a
            missing MNIST, and missing pen strokes are left out.
        WeightsError: the generator cannot be used.
    """
    notes: list[str] = []

    def add_note(sentence: str) -> None:
        notes.append(sentence)
        note(sentence)

    waiting = WaitingTime()  # shared by both downloads
    mnist = _digits(options, mnist_path, report, add_note, waiting)
    written = _pens(pens_path, report, add_note, waiting) if options.data == "mnist+pens" else None
    learned, held_out, held_out_from = _divide(mnist, options)
    drawn, drawings_note, drawings, drawers = None, card.NO_DRAWINGS, 0, 0
    if written:
        of_training = written.by(pen_digits.TRAINING_WRITERS)
        drawings, drawers = len(of_training), len(pen_digits.TRAINING_WRITERS)
        drawings_note = f"{drawings:,} UCI pen digits by {drawers} people"
        report("drawings")
        recipe = options.as_recipe()
        needed = math.ceil(recipe.epochs * recipe.drawings / len(of_training))
        variants = min(VARIANTS, max(needed, 1))  # 16 take a minute of one CPU
        drawn = pen_drawings.for_training(of_training, variants, options.seed, spread)
    return TrainingData(
        learned=learned,
        drawn=drawn,
        held_out=held_out,
        held_out_from=held_out_from,
        test=LabelledImages(mnist.test_images, mnist.test_labels),
        calibration=written.by(pen_digits.CALIBRATION_WRITERS) if written else None,
        source=mnist.source,
        checksum=mnist.checksum,
        tested_on=mnist.source if mnist.source == generated.SOURCE else card.MNIST_TEST,
        drawings_note=drawings_note,
        drawings=drawings,
        drawers=drawers,
        notes=notes,
    )


def _digits(
    options: Options, path: PathLike, report: Report, add_note: Report, waiting: WaitingTime
) -> Mnist:
    """Return MNIST, or generated digits if they are wanted or MNIST is not available."""
    if options.data != "generated":
        report("mnist")
        try:
            return mnist_files.load(path, waiting=waiting)
        except DataError as error:
            if path or os.environ.get(mnist_files.ENVIRONMENT_VARIABLE):
                raise
            add_note(f"{error} Going on with generated digits instead of MNIST.")
    report("generated")
    made = min(options.digits + MAX_HELD_OUT, mnist_files.TRAIN_DIGITS)
    return generated.Generator.load().dataset(options.seed, made)


def _pens(
    path: PathLike, report: Report, add_note: Report, waiting: WaitingTime
) -> pen_digits.PenDigits | None:
    report("pens")
    try:
        return pen_digits.load(path, waiting=waiting)
    except DataError as error:
        if path:
            raise
        add_note(f"{error} Going on with MNIST alone.")
        return None


def _divide(mnist: Mnist, options: Options) -> tuple[LabelledImages, LabelledImages, str]:
    """Return the digits to learn from, those held out, and where the latter come from."""
    images, labels = mnist.train_images, mnist.train_labels
    left = len(images) - options.digits
    if left <= 0:  # all of them, in order
        learned = LabelledImages(images, labels)
    else:
        order = np.random.default_rng(options.seed).permutation(len(images))
        chosen = np.sort(order[: options.digits])
        learned = LabelledImages(images[chosen], labels[chosen])
    if left >= MIN_HELD_OUT:
        rest = np.sort(order[options.digits : options.digits + MAX_HELD_OUT])
        return learned, LabelledImages(images[rest], labels[rest]), "training"
    return (
        learned,
        LabelledImages(mnist.test_images[::HELD_OUT_STRIDE], mnist.test_labels[::HELD_OUT_STRIDE]),
        "test",
    )
