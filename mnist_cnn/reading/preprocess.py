"""Turn any drawing into the network's 28×28 picture, as MNIST was made.

"The original black and white images from NIST were size normalized to fit in a 20x20 pixel box
while preserving their aspect ratio. The resulting images contain grey levels as a result of the
anti-aliasing technique [...] the images were centered in a 28x28 image by computing the center
of mass of the pixels" (LeCun, Cortes, Burges: The MNIST database).

Every stage is kept: the page shows them as a film strip.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image

from mnist_cnn.network.architecture import IMAGE_SIZE

BOX = 20  # pixels: the longer side of the digit
CENTRE = 14.5  # where the centre of mass goes: the middle of pixel 14, measured on MNIST
INK_THRESHOLD = 0.1  # share of the darkest ink: fainter pixels do not enlarge the bounding box


@dataclass(frozen=True)
class Stages:
    """The stages from a drawing to the picture. Arrays are uint8, 0 is paper, 255 full ink."""

    drawing: np.ndarray  # (height, width), the original
    box: tuple[int, int, int, int]  # left, top, right, bottom of the ink in the drawing
    crop: np.ndarray  # the drawing inside the box
    scaled: np.ndarray  # (h, w), the longer side 20
    offset: tuple[int, int]  # left, top of ``scaled`` in ``image``
    image: np.ndarray  # (28, 28), what the network reads


def preprocess(drawing: np.ndarray) -> Stages | None:
    """Return every stage from ``drawing`` to the 28×28 picture, or None if there is no ink.

    Args:
        drawing: uint8 ``(height, width)``, 0 is paper, 255 full ink, any size from 1×1.

    Raises:
        ValueError: ``drawing`` is not a two-dimensional uint8 array with at least one pixel.
    """
    if drawing.ndim != 2 or drawing.dtype != np.uint8 or not drawing.size:
        raise ValueError(
            f"Expected a drawing as uint8 (height, width), got {drawing.dtype} {drawing.shape}."
        )
    box = ink_box(drawing)
    if box is None:
        return None
    left, top, right, bottom = box
    crop = drawing[top:bottom, left:right]
    scaled = scale(crop)
    offset = center(scaled)
    image = np.zeros((IMAGE_SIZE, IMAGE_SIZE), np.uint8)
    image[offset[1] : offset[1] + scaled.shape[0], offset[0] : offset[0] + scaled.shape[1]] = scaled
    return Stages(drawing, box, crop, scaled, offset, image)


def preprocess_ink(drawing: np.ndarray) -> Stages:
    """Return the stages of a drawing that must have ink; raises ``ValueError`` if it has none."""
    stages = preprocess(drawing)
    if stages is None:
        raise ValueError("Expected a drawing with ink, got an empty one.")
    return stages


def ink_box(drawing: np.ndarray) -> tuple[int, int, int, int] | None:
    """Return left, top, right, bottom (exclusive) of the ink, or None if there is none."""
    darkest = int(drawing.max())
    if darkest == 0:
        return None
    inked = drawing >= max(1, darkest * INK_THRESHOLD)
    columns = np.flatnonzero(inked.any(axis=0))
    rows = np.flatnonzero(inked.any(axis=1))
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def scale(crop: np.ndarray) -> np.ndarray:
    """Resize ``crop`` so that its longer side is 20 pixels, antialiased, aspect ratio kept.

    Averaging makes thin lines fainter, so the contrast is restored.
    """
    height, width = crop.shape
    factor = BOX / max(height, width)
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    small = np.asarray(
        Image.fromarray(crop).convert("F").resize(size, Image.Resampling.BILINEAR), np.float32
    )
    dark = np.sort(small[small > 0.5 * small.max()])
    strong = np.interp(0.75 * (len(dark) - 1), np.arange(len(dark)), dark)  # their 75th percentile
    return np.clip(small * (255 / strong), 0, 255).round().astype(np.uint8)


def center(scaled: np.ndarray) -> tuple[int, int]:
    """Return left, top that put the centre of mass into the middle of 28×28, inside the frame."""
    weight = scaled.astype(np.float64)
    total = weight.sum()
    height, width = scaled.shape
    x = (weight.sum(axis=0) @ (np.arange(width) + 0.5)) / total
    y = (weight.sum(axis=1) @ (np.arange(height) + 0.5)) / total
    left = int(np.clip(round(CENTRE - x), 0, IMAGE_SIZE - width))
    top = int(np.clip(round(CENTRE - y), 0, IMAGE_SIZE - height))
    return left, top
