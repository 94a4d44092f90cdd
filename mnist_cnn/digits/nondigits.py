"""Drawings that are not digits: letters, signs, pictures, scribbles, digits side by side.

The network never learns from them. They teach the judge (``reading.judge``) what to flag.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from mnist_cnn.digits.strokes import fit, render, smooth, vary
from mnist_cnn.network.architecture import IMAGE_SIZE
from mnist_cnn.reading.preprocess import ink_box, preprocess_ink

SHAPES_FILE = Path(__file__).with_name("nondigits.txt")
PAD_SIZE = 112  # pixels: side of a drawing
BOX = (14.0, 14.0, 98.0, 98.0)
BRUSH = (2.5, 14.0)  # pixels: least and greatest width


def shapes(path: Path = SHAPES_FILE) -> dict[str, list[np.ndarray]]:
    """Return name: strokes of every shape, each stroke ``(points, 2)`` in a box of 100×100."""
    lines = path.read_text(encoding="utf-8").splitlines()
    named = (line.split(":", 1) for line in lines if line and not line.startswith("#"))
    return {name: [_stroke(text) for text in strokes.split("|")] for name, strokes in named}


def draw_shape(strokes: list[np.ndarray], random: np.random.Generator) -> np.ndarray:
    """Return ``strokes``, varied and drawn with a random brush: uint8 ``(112, 112)``.

    One in five is also rotated by up to 40 degrees.
    """
    varied = vary(strokes, random)
    if random.random() < 0.2:
        angle = np.radians(random.uniform(-40, 40))
        turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
        varied = [stroke @ turn for stroke in varied]
    return render(fit(varied, BOX), random.uniform(*BRUSH), PAD_SIZE, PAD_SIZE)


def scribble(random: np.random.Generator) -> np.ndarray:
    """Return a scribble, uint8 ``(112, 112)``: one long curl, or strokes without a meaning."""
    strokes = []
    if random.random() < 0.5:
        strokes.append(smooth(random.random((random.integers(7, 22), 2)) * 100))
    else:
        for _ in range(random.integers(3, 9)):
            points = random.random(2) * 100 + random.normal(0, 30, (random.integers(2, 5), 2))
            strokes.append(smooth(points) if random.random() < 0.5 else points)
    return render(fit(strokes, BOX), random.uniform(*BRUSH), PAD_SIZE, PAD_SIZE)


def side_by_side(pictures: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Return two to four of uint8 ``(n, 28, 28)`` pictures of digits, side by side as a number."""
    chosen = pictures[random.integers(0, len(pictures), random.integers(2, 5))]
    parts = []
    for picture in chosen:
        left, _, right, _ = ink_box(picture) or (0, 0, *picture.shape)  # an empty one whole
        gap, down = int(random.integers(1, 5)), int(random.integers(0, 5))  # pixels
        parts.append(np.pad(picture[:, left:right], ((down, 4 - down), (0, gap))))
    return np.concatenate(parts, axis=1)


def pictures(
    count: int, digits: np.ndarray, seed: int, named: dict[str, list[np.ndarray]] | None = None
) -> np.ndarray:
    """Return ``count`` non-digits as the network reads them: uint8 ``(count, 28, 28)``.

    Six in ten are drawn shapes, two scribbles, two digits side by side.

    Args:
        count: how many.
        digits: uint8 ``(n, 28, 28)``, to be put side by side.
        seed: the same seed gives the same pictures.
        named: the shapes to draw. Default: all.
    """
    random = np.random.default_rng(seed)
    strokes = list((named or shapes()).values())
    images = np.zeros((count, IMAGE_SIZE, IMAGE_SIZE), np.uint8)
    for row in range(count):
        kind = row % 10
        if kind < 6:
            drawing = draw_shape(strokes[random.integers(len(strokes))], random)
        else:
            drawing = scribble(random) if kind < 8 else side_by_side(digits, random)
        images[row] = preprocess_ink(drawing).image
    return images


def _stroke(text: str) -> np.ndarray:
    curved = text.strip().startswith("~")
    pairs = text.replace("~", " ").split()
    points = np.array([[float(number) for number in pair.split(",")] for pair in pairs])
    return smooth(points) if curved else points
