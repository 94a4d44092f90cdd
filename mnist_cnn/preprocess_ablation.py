"""Preprocessing with parts of it left out: what each part is good for, on one drawing."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from PIL import Image

from mnist_cnn.activations import Activations, Tracer
from mnist_cnn.preprocess import BOX, IMAGE_SIZE, ink_box, place, preprocess

PARTS = ("crop", "scale", "aspect", "antialias", "contrast", "centre", "polarity")

# What the page shows, in this order: nothing left out, each part alone, and what most programs do.
COMBINATIONS: dict[str, tuple[str, ...]] = {
    "all": (),
    "no_crop": ("crop",),  # the pad with its empty rim goes into the box of 20×20
    "no_scale": ("scale",),  # the digit keeps the size it has on the pad
    "no_aspect": ("aspect",),  # stretched until it fills the box
    "no_antialias": ("antialias",),  # single pixels are picked out of the drawing
    "no_contrast": ("contrast",),  # thin strokes stay as faint as shrinking makes them
    "no_centre": ("centre",),  # the digit stays where it is on the pad
    "inverted": ("polarity",),  # dark ink on light paper, as on paper
    "shrunk": ("crop", "scale", "contrast", "centre"),  # the pad is shrunk to 28×28, nothing else
}


@dataclass(frozen=True)
class Ablated:
    """What the network reads, and answers, with parts of the preprocessing left out."""

    name: str  # in COMBINATIONS
    off: tuple[str, ...]  # names in PARTS
    image: np.ndarray  # uint8 (28, 28), ink is 255
    activations: Activations
    same: bool  # whether the digit is the one with everything on

    @property
    def digit(self) -> int:
        """The answer."""
        return self.activations.digit


def ablate(tracer: Tracer, drawing: np.ndarray) -> list[Ablated]:
    """Return one reading for each of ``COMBINATIONS``, in their order; none without ink.

    Args:
        tracer: a network.
        drawing: uint8 ``(height, width)``, 0 is paper, 255 full ink.

    Raises:
        ValueError: see ``preprocess``.
    """
    stages = preprocess(drawing)
    if stages is None:
        return []
    digit = tracer(stages.image).digit
    found = []
    for name, off in COMBINATIONS.items():
        image = prepare(drawing, off)
        activations = tracer(image)
        found.append(Ablated(name, off, image, activations, activations.digit == digit))
    return found


def prepare(drawing: np.ndarray, off: Collection[str] = ()) -> np.ndarray:
    """Return the 28×28 picture of ``drawing``, uint8, without the parts named in ``off``.

    With nothing off it is ``preprocess(drawing).image``.

    Args:
        drawing: uint8 ``(height, width)`` with ink in it.
        off: names in ``PARTS``.

    Raises:
        ValueError: there is no such part, or no ink.
    """
    unknown = sorted(set(off) - set(PARTS))
    if unknown:
        raise ValueError(f"There is no part {unknown[0]!r}. The parts are {', '.join(PARTS)}.")
    box = ink_box(drawing)
    if box is None:
        raise ValueError("There is no ink in the drawing.")
    height, width = drawing.shape
    left, top, right, bottom = (0, 0, width, height) if "crop" in off else box
    part = drawing[top:bottom, left:right]
    small = _resize(part, _size(part.shape, drawing.shape, off), "antialias" not in off)
    if "contrast" not in off:
        small = _with_contrast(small)
    small = np.clip(small, 0, 255).round().astype(np.uint8)
    middle = ((left + right) / 2 / width, (top + bottom) / 2 / height)
    x, y = _where_it_was(small, middle) if "centre" in off or not small.any() else place(small)
    image = np.zeros((IMAGE_SIZE, IMAGE_SIZE), np.uint8)
    image[y : y + small.shape[0], x : x + small.shape[1]] = small
    return 255 - image if "polarity" in off else image


def _size(part: tuple[int, int], pad: tuple[int, int], off: Collection[str]) -> tuple[int, int]:
    """Return width and height in pixels of the picture read."""
    height, width = part
    factor = IMAGE_SIZE / max(pad) if "scale" in off else BOX / max(part)
    if "aspect" in off:
        side = max(1, round(max(part) * factor))
        return side, side
    return max(1, round(width * factor)), max(1, round(height * factor))


def _resize(part: np.ndarray, size: tuple[int, int], antialias: bool) -> np.ndarray:
    """Return ``part`` in another size, float32, 0 to 255."""
    how = Image.Resampling.BILINEAR if antialias else Image.Resampling.NEAREST
    return np.asarray(Image.fromarray(part).convert("F").resize(size, how), np.float32)


def _with_contrast(small: np.ndarray) -> np.ndarray:
    """Return ``small`` with its ink as dark as ``preprocess.scale`` makes it."""
    if not small.any():  # picking single pixels can miss a thin stroke altogether
        return small
    return small * (255 / np.percentile(small[small > 0.5 * small.max()], 75))


def _where_it_was(small: np.ndarray, middle: tuple[float, float]) -> tuple[int, int]:
    """Return left, top that put the middle of ``small`` at these shares of the frame."""
    height, width = small.shape
    left = round(middle[0] * IMAGE_SIZE - width / 2)
    top = round(middle[1] * IMAGE_SIZE - height / 2)
    return int(np.clip(left, 0, IMAGE_SIZE - width)), int(np.clip(top, 0, IMAGE_SIZE - height))
