"""What a training learns from, what it is watched by, and what it is tested on."""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from mnist_cnn import card, data, drawings, generated, pens
from mnist_cnn.data import DataError, Mnist
from mnist_cnn.download import Patience
from mnist_cnn.drawings import Drawn
from mnist_cnn.options import Options

VARIANTS = 16  # of each pen drawing, by other hands
HELD_OUT = 1000  # digits that validation reads
LEAST_HELD_OUT = 500  # fewer tell too little
EVERY = 10  # test digits are held out where all others are learned from

Place = str | os.PathLike | None  # of a file; None: wherever it is found
Report = Callable[[str], None]


@dataclass(frozen=True)
class TrainingData:
    """Digits with labels for one training; images uint8 ``(n, 28, 28)``, ink is 255."""

    learned: Drawn  # digits
    drawn: Drawn | None  # a pool of pen drawings; ``Recipe.drawings`` of them are seen an epoch
    held_out: Drawn  # never learned from
    held_out_from: str  # training, or test where all training digits are learned from
    test: Drawn  # 10,000 digits
    calibration: pens.PenDigits | None  # by writers nothing is learned from
    source: str  # the file of MNIST, or ``generated.SOURCE``
    checksum: str
    tested_on: str  # ``card.MNIST_TEST``, or ``generated.SOURCE``
    drawings_note: str  # for the card
    notes: list[str] = field(default_factory=list)  # what could not be had, a sentence each


def load(
    options: Options,
    mnist_path: Place = None,
    pens_path: Place = None,
    report: Report = lambda what: None,
    note: Report = lambda sentence: None,
    spread: bool = True,
) -> TrainingData:
    """Return what ``options`` asks for, or the best there is instead, with a note.

    Args:
        options: what to learn from, and for how long.
        mnist_path: where MNIST lies; see ``data.load``.
        pens_path: where the pen strokes lie; see ``pens.load``.
        report: receives what is being loaded: mnist, generated, pens or drawings.
        note: receives each note at once.
        spread: see ``drawings.for_training``.

    Raises:
        DataError: a file that was named cannot be used. Without a name, digits are generated
            where MNIST cannot be had, and pen drawings are left out.
        WeightsError: the generator cannot be used.
    """
    notes: list[str] = []

    def tell(sentence: str) -> None:
        notes.append(sentence)
        note(sentence)

    patience = Patience()  # where no host answers, one wait for both
    mnist = _digits(options, mnist_path, report, tell, patience)
    written = _pens(pens_path, report, tell, patience) if options.data == "mnist+pens" else None
    learned, held_out, held_out_from = _divide(mnist, options)
    drawn, drawings_note = None, card.NO_DRAWINGS
    if written:
        of_training = written.by(pens.TRAINING_WRITERS)
        people = len(pens.TRAINING_WRITERS)
        drawings_note = f"{len(of_training):,} UCI pen digits by {people} people"
        report("drawings")
        recipe = options.as_recipe()
        needed = math.ceil(recipe.epochs * recipe.drawings / len(of_training))
        variants = min(VARIANTS, max(needed, 1))  # all 16 take a minute of one processor
        drawn = drawings.for_training(of_training, variants, options.seed, spread)
    return TrainingData(
        learned=learned,
        drawn=drawn,
        held_out=held_out,
        held_out_from=held_out_from,
        test=Drawn(mnist.test_images, mnist.test_labels),
        calibration=written.by(pens.CALIBRATION_WRITERS) if written else None,
        source=mnist.source,
        checksum=mnist.checksum,
        tested_on=mnist.source if mnist.source == generated.SOURCE else card.MNIST_TEST,
        drawings_note=drawings_note,
        notes=notes,
    )


def _digits(
    options: Options, path: Place, report: Report, tell: Report, patience: Patience
) -> Mnist:
    """Return MNIST, or generated digits: on demand, and where MNIST cannot be had."""
    if options.data != "generated":
        report("mnist")
        try:
            return data.load(path, patience=patience)
        except DataError as error:
            if path or os.environ.get(data.ENVIRONMENT_VARIABLE):
                raise
            tell(f"{error} Going on with generated digits instead of MNIST.")
    report("generated")
    made = min(options.digits + HELD_OUT, data.TRAIN_DIGITS)
    return generated.Generator.load().dataset(options.seed, made)


def _pens(path: Place, report: Report, tell: Report, patience: Patience) -> pens.PenDigits | None:
    report("pens")
    try:
        return pens.load(path, patience=patience)
    except DataError as error:
        if path:
            raise
        tell(f"{error} Going on with MNIST alone.")
        return None


def _divide(mnist: Mnist, options: Options) -> tuple[Drawn, Drawn, str]:
    """Return digits to learn from and digits held out, and where these come from."""
    images, labels = mnist.train_images, mnist.train_labels
    left = len(images) - options.digits
    if left <= 0:  # all of them, in their own order
        learned = Drawn(images, labels)
    else:
        order = np.random.default_rng(options.seed).permutation(len(images))
        chosen = np.sort(order[: options.digits])
        learned = Drawn(images[chosen], labels[chosen])
    if left >= LEAST_HELD_OUT:
        rest = np.sort(order[options.digits : options.digits + HELD_OUT])
        return learned, Drawn(images[rest], labels[rest]), "training"
    return learned, Drawn(mnist.test_images[::EVERY], mnist.test_labels[::EVERY]), "test"
