"""Pen digits → drawings on the pad → the pictures the network reads: to train on, to measure by."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

import numpy as np

from mnist_cnn import ending
from mnist_cnn.pens import PenDigits
from mnist_cnn.preprocess import IMAGE_SIZE, preprocess_ink
from mnist_cnn.strokes import PAD_SIZE, fit, render, vary

TRAINING_HEIGHT = 82  # pixels of a training drawing on its own small pad
TRAINING_PAD = 112
BRUSH_SHARE = (0.025, 0.17)  # of the drawing's height: from hairline to marker


@dataclass(frozen=True)
class Drawn:
    """Pictures of drawings as the network reads them: uint8 ``(n, 28, 28)`` and labels ``(n,)``."""

    images: np.ndarray
    labels: np.ndarray


@dataclass(frozen=True)
class Setting:
    """How a measured drawing is put on the pad; all in pad units, drawn anew for each drawing."""

    height: tuple[float, float]
    brush: tuple[float, float]  # at 210 units of height; a smaller drawing has a thinner pen
    anywhere: bool  # on the pad, or else in its middle


NORMAL = Setting(height=(180, 240), brush=(8, 28), anywhere=False)
SMALL = Setting(height=(60, 140), brush=(8, 28), anywhere=True)
BRUSH_HEIGHT = 210  # units: what a setting's brush refers to


def for_training(pens: PenDigits, variants: int, seed: int, spread: bool = True) -> Drawn:
    """Return every digit drawn ``variants`` times, each time as another hand, with another brush.

    The same seed gives the same pictures, and fewer variants are the first of more.

    Args:
        pens: the digits.
        variants: of each.
        seed: of hands and brushes.
        spread: the work over the processors; a process that may have no children does not.
    """
    jobs = [(pens.strokes, (seed, variant)) for variant in range(variants)]
    if not spread:
        images = np.concatenate([_draw_variants(job) for job in jobs])
        return Drawn(images, np.tile(pens.labels, variants))
    context = multiprocessing.get_context("spawn")  # TensorFlow's threads do not survive a fork
    most = min(variants, os.cpu_count() or 1)
    with ProcessPoolExecutor(most, context, ending.die_silently) as processes:
        with ending.unheard():
            drawn = processes.map(_draw_variants, jobs)
        images = np.concatenate(list(drawn))
    return Drawn(images, np.tile(pens.labels, variants))


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


def for_measuring(pens: PenDigits, setting: Setting, seed: int = 0) -> Drawn:
    """Return every digit once, drawn on a 280×280 pad as ``setting`` says, and preprocessed."""
    random = np.random.default_rng(seed)
    drawn = (put_on_pad(strokes, setting, random) for strokes in pens.strokes)
    return Drawn(np.array([preprocess_ink(drawing).image for drawing in drawn]), pens.labels)


def put_on_pad(
    strokes: Sequence[np.ndarray], setting: Setting, random: np.random.Generator
) -> np.ndarray:
    """Return the drawing of ``strokes`` on the pad: uint8 ``(280, 280)``, 255 is ink."""
    height = random.uniform(*setting.height)
    brush = random.uniform(*setting.brush)
    if setting.anywhere:
        brush *= height / BRUSH_HEIGHT
    room = PAD_SIZE - height - brush
    left, top = room * random.random(2) if setting.anywhere else np.full(2, room / 2)
    corner = np.array([left, top]) + brush / 2
    return render(fit(strokes, (*corner, *(corner + height))), brush)
