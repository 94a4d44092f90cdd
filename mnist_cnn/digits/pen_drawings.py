"""Draw pen digits as people draw on the pad, and preprocess them: for training and measuring."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

import numpy as np

from mnist_cnn.digits.pen_digits import PenDigits
from mnist_cnn.digits.strokes import PAD_SIZE, fit, render, vary
from mnist_cnn.network.architecture import IMAGE_SIZE
from mnist_cnn.reading.preprocess import preprocess_ink
from mnist_cnn.system import signals

TRAINING_HEIGHT = 82  # pixels: height of a training drawing
TRAINING_PAD = 112  # pixels: side of the pad it is drawn on
BRUSH_SHARE = (0.025, 0.17)  # of the drawing's height: from hairline to marker


@dataclass(frozen=True)
class LabelledImages:
    """The network's input, uint8 ``(n, 28, 28)``, and labels ``(n,)``."""

    images: np.ndarray
    labels: np.ndarray


@dataclass(frozen=True)
class Setting:
    """How drawings for measuring are made: ranges in pad units, drawn at random each time."""

    height: tuple[float, float]
    brush: tuple[float, float]  # width, for a height of 210; thinner for a smaller one
    anywhere: bool  # at a random place on the pad, or in its middle
    cornered: bool = False  # if anywhere: in one of the pad's corners


NORMAL = Setting(height=(180, 240), brush=(8, 28), anywhere=False)
SMALL = Setting(height=(60, 140), brush=(8, 28), anywhere=True)
BRUSH_HEIGHT = 210  # units: what a setting's brush refers to


def for_training(pens: PenDigits, variants: int, seed: int, spread: bool = True) -> LabelledImages:
    """Return every digit drawn ``variants`` times, each time varied and with another brush.

    The same seed gives the same pictures, and the first of them for fewer variants.

    Args:
        pens: the digits.
        variants: drawings of each digit.
        seed: of variations and brushes.
        spread: use child processes; false in a process that may not have any.
    """
    jobs = [(pens.strokes, (seed, variant)) for variant in range(variants)]
    if not spread:
        images = np.concatenate([_draw_variants(job) for job in jobs])
        return LabelledImages(images, np.tile(pens.labels, variants))
    context = multiprocessing.get_context("spawn")  # TensorFlow does not survive a fork
    workers = min(variants, os.cpu_count() or 1)
    with ProcessPoolExecutor(workers, context, signals.unblock_ctrl_c) as processes:
        with signals.block_ctrl_c():
            drawn = processes.map(_draw_variants, jobs)
        images = np.concatenate(list(drawn))
    return LabelledImages(images, np.tile(pens.labels, variants))


def _draw_variants(job: tuple[list[list[np.ndarray]], tuple[int, int]]) -> np.ndarray:
    digits, seed = job
    random = np.random.default_rng(seed)
    images = np.zeros((len(digits), IMAGE_SIZE, IMAGE_SIZE), np.uint8)
    edge = (TRAINING_PAD - TRAINING_HEIGHT) / 2
    box = (edge, edge, TRAINING_PAD - edge, TRAINING_PAD - edge)
    for row, strokes in enumerate(digits):
        brush = TRAINING_HEIGHT * np.exp(random.uniform(*np.log(BRUSH_SHARE)))
        drawing = render(fit(vary(strokes, random), box), brush, TRAINING_PAD, TRAINING_PAD)
        images[row] = preprocess_ink(drawing).image
    return images


def for_measuring(pens: PenDigits, setting: Setting, seed: int = 0) -> LabelledImages:
    """Return every digit once, drawn on a 280×280 pad with ``setting``, and preprocessed."""
    random = np.random.default_rng(seed)
    drawn = (put_on_pad(strokes, setting, random) for strokes in pens.strokes)
    return LabelledImages(
        np.array([preprocess_ink(drawing).image for drawing in drawn]), pens.labels
    )


def put_on_pad(
    strokes: Sequence[np.ndarray], setting: Setting, random: np.random.Generator
) -> np.ndarray:
    """Return the drawing of ``strokes`` on the pad: uint8 ``(280, 280)``, 255 is ink."""
    height = random.uniform(*setting.height)
    brush = random.uniform(*setting.brush)
    if setting.anywhere:
        brush *= height / BRUSH_HEIGHT
    room = PAD_SIZE - height - brush
    share = np.full(2, 0.5)
    if setting.anywhere:
        share = random.integers(0, 2, 2) if setting.cornered else random.random(2)
    corner = room * share + brush / 2
    return render(fit(strokes, (*corner, *(corner + height))), brush)
