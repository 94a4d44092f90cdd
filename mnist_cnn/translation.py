"""The drawing shifted without centring: do its maps shift along, and does the answer stay?

A layer is equivariant when it makes of a shifted picture the shifted maps it made of the picture.
Convolution is, exactly. Pooling, and all after it, is only for shifts by whole strides (Zhang,
Making Convolutional Networks Shift-Invariant Again, 2019, https://arxiv.org/abs/1904.11486): the
agreement of each layer measures it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import keras
import numpy as np

from mnist_cnn.activations import Tracer
from mnist_cnn.evaluation import probabilities
from mnist_cnn.preprocess import IMAGE_SIZE
from mnist_cnn.receptive_field import ReceptiveField, receptive_fields

REACH = 10  # pixels: how far a sweep shifts each way


@dataclass(frozen=True)
class Agreement:
    """How far a layer's answer to the shifted picture is what its answer to the picture promises.

    ``agreement`` is ``1 - sum |a - b| / sum (|a| + |b|)`` over the cells compared (Bray and Curtis,
    1957): 1 when the maps are the same, 0 when nothing of them overlaps.
    """

    layer: str
    stride: tuple[int, int] | None  # pixels between cells, rows and columns; None in a vector
    moved: tuple[int, int]  # cells the first maps were shifted by, down and right
    exact: bool  # whether the shift is a whole number of strides, so that 1 is promised
    agreement: float  # 0 to 1
    unmoved: float  # the same measure without shifting the maps: what standing still would score
    cells: tuple[int, int]  # rows and columns compared: those that exist in both maps


@dataclass(frozen=True)
class Sweep:
    """The answers to one picture at all shifts; row and column ``reach`` is the picture itself."""

    reach: int  # pixels
    probabilities: np.ndarray  # float32 (2 reach + 1, 2 reach + 1, 10): down, right, digit
    ink: np.ndarray  # float64 (2 reach + 1, 2 reach + 1): share still inside the frame, 0 to 1

    @property
    def digits(self) -> np.ndarray:
        """The answer at each shift, int ``(2 reach + 1, 2 reach + 1)``."""
        return self.probabilities.argmax(axis=2)

    @property
    def digit(self) -> int:
        """The answer to the picture where it stands."""
        return int(self.digits[self.reach, self.reach])

    @property
    def held(self) -> np.ndarray:
        """Where the answer stays the same, bool ``(2 reach + 1, 2 reach + 1)``."""
        return self.digits == self.digit

    @property
    def whole(self) -> np.ndarray:
        """The shifts that leave all ink in the frame, bool ``(2 reach + 1, 2 reach + 1)``."""
        return self.ink == 1

    @property
    def held_of_whole(self) -> float:
        """Share of the shifts with all ink inside at which the answer stays, 0 to 1."""
        return float(self.held[self.whole].mean())

    @property
    def first_failure(self) -> tuple[int, int] | None:
        """The nearest shift ``(dx, dy)`` at which the answer changes, or None."""
        failures = np.argwhere(~self.held) - self.reach
        if not len(failures):
            return None
        dy, dx = failures[np.argmin((failures**2).sum(axis=1))]
        return int(dx), int(dy)


def shift(image: np.ndarray, dx: int, dy: int) -> np.ndarray:
    """Return ``image`` shifted by ``dx`` right and ``dy`` down; what leaves the frame is lost.

    Args:
        image: any array ``(height, width, ...)``; what comes in is 0.
        dx: cells, negative to the left.
        dy: cells, negative upwards.
    """
    shifted = np.zeros_like(image)
    height, width = image.shape[:2]
    top, bottom = max(0, dy), min(height, height + dy)
    left, right = max(0, dx), min(width, width + dx)
    if top < bottom and left < right:
        shifted[top:bottom, left:right] = image[top - dy : bottom - dy, left - dx : right - dx]
    return shifted


def agreements(tracer: Tracer, image: np.ndarray, dx: int, dy: int) -> list[Agreement]:
    """Return for every layer how well its maps follow a shift, in the order data flows.

    Compared are the cells that exist before and after. Where the shift is no whole number of
    strides, the maps are shifted by the cells next to it on either side, and the best counts. A
    vector (flatten, dense) has nowhere to shift: what is measured there is invariance.

    Args:
        tracer: a network.
        image: uint8 ``(28, 28)``, ink is 255.
        dx: pixels to the right.
        dy: pixels down.
    """
    before, after = tracer(image).layers, tracer(shift(image, dx, dy)).layers
    fields = receptive_fields(tracer.network)
    return [_agreement(name, fields[name], before[name], after[name], dx, dy) for name in before]


def _agreement(
    layer: str, field: ReceptiveField, before: np.ndarray, after: np.ndarray, dx: int, dy: int
) -> Agreement:
    if before.ndim != 3:
        same = overlap(before, after)
        still = (dx, dy) == (0, 0)
        return Agreement(layer, None, (0, 0), still, same, same, (len(before), 1))
    rows, columns = field.stride
    exact = dy % rows == 0 and dx % columns == 0
    candidates = [(down, right) for down in _cells(dy, rows) for right in _cells(dx, columns)]
    scores = [overlap(*_both(before, after, *moved)) for moved in candidates]
    best = int(np.argmax(scores))
    compared = _both(before, after, *candidates[best])[0].shape[:2]
    unmoved = overlap(before, after)
    return Agreement(layer, field.stride, candidates[best], exact, scores[best], unmoved, compared)


def _cells(pixels: int, stride: int) -> list[int]:
    """Return the whole numbers of strides next to a shift: one when it is a whole number."""
    low, high = math.floor(pixels / stride), math.ceil(pixels / stride)
    return [low] if low == high else [low, high]


def _both(
    before: np.ndarray, after: np.ndarray, down: int, right: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return the cells of both maps that show the same part of the drawing."""
    height, width = before.shape[:2]
    top, bottom = max(0, down), min(height, height + down)
    left, far = max(0, right), min(width, width + right)
    if top >= bottom or left >= far:
        empty = before[:0, :0]
        return empty, empty
    return (
        before[top - down : bottom - down, left - right : far - right],
        after[top:bottom, left:far],
    )


def overlap(one: np.ndarray, other: np.ndarray) -> float:
    """Return ``1 - sum |a - b| / sum (|a| + |b|)``, 0 to 1; 1 where both are 0 or empty."""
    sizes = float(np.abs(one).sum() + np.abs(other).sum())
    return 1.0 - float(np.abs(one - other).sum()) / sizes if sizes else 1.0


def sweep(network: keras.Model, image: np.ndarray, reach: int = REACH) -> Sweep:
    """Return the probabilities at all shifts up to ``reach`` pixels each way, in one batch.

    Args:
        network: any that reads ``(batch, 28, 28, 1)`` and answers ``(batch, 10)``.
        image: uint8 ``(28, 28)`` with ink in it, ink is 255.
        reach: pixels, 0 to 28.

    Raises:
        ValueError: there is no ink, or the reach is beyond the frame.
    """
    if not 0 <= reach <= IMAGE_SIZE:
        raise ValueError(f"A reach is 0 to {IMAGE_SIZE} pixels, not {reach}.")
    if not image.any():
        raise ValueError("There is no ink to shift.")
    steps = range(-reach, reach + 1)
    pictures = np.array([shift(image, dx, dy) for dy in steps for dx in steps])
    answers = probabilities(network, pictures, batch_size=len(pictures))
    ink = pictures.sum(axis=(1, 2), dtype=np.int64) / image.sum(dtype=np.int64)
    side = len(steps)
    return Sweep(reach, answers.reshape(side, side, -1), ink.reshape(side, side))
