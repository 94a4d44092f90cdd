"""The fifteen corruptions of MNIST-C, made here: what dirt, light and movement do to a digit.

(Mu and Gilmer, MNIST-C: A Robustness Benchmark for Computer Vision, 2019, arXiv:1906.02337, with
the strengths its authors chose, https://github.com/google-research/mnist-c.)

Written anew from the description, in NumPy, so nothing has to be downloaded: every kind follows the
original's steps and strengths, but draws other random numbers, so a picture here is never the one
of the same number there, and a figure may differ by chance. Glass blur is blurred down the columns
only, as in the original files, whose library takes the last axis for colours. Motion blur follows
ImageMagick's kernel, canny edges scikit-image's steps; neither agrees with them in every pixel.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np

from mnist_cnn.digits import filters
from mnist_cnn.network.architecture import IMAGE_SIZE

Corruption = Callable[[np.ndarray, np.random.Generator], np.ndarray]
"""Stacks of pictures, float ``(n, 28, 28)``, 0 is paper and 1 ink, from one to another."""

BATCH = 50  # pictures at a time: a fog is made of 65,536 numbers
COLUMNS = np.arange(IMAGE_SIZE, dtype=float)

SHOTS = 3  # photons of a white pixel
IMPULSES = 0.17  # share of the pixels that turn black or white
GLASS_SIGMA, GLASS_ROUNDS = 0.7, 2
MOTION_LENGTH, MOTION_SIGMA = 21, 3.0
SHEAR, TURN = 0.4, 0.4  # radians
SHRINKING = 0.7
SHIFT = 3  # pixels
BRIGHTER = 0.5
STRIPE = 7  # pixels: width of each side that is inverted
FOG, FOG_ROUGHNESS, FOG_SIZE = 3.0, 1.4, 256  # the last in pixels: of the landscape it is cut from
MUD_LEVEL, MUD_SPREAD, MUD_SIGMA, MUD_EDGE, MUD_GREY = 0.65, 0.3, 1.0, 1.5, 63 / 255
LINE_REACH = 2.3  # pixels up and down from a line's middle, where its ink ends
DASH = 2  # pixels
ZIGZAG = 2.0  # pixels: height of a tooth, and half its length
CANNY_SIGMA, CANNY_LOW, CANNY_HIGH = 1.0, 0.1, 0.2


def corrupt(images: np.ndarray, kind: str, seed: int = 0) -> np.ndarray:
    """Return corrupted pictures, uint8 ``(n, 28, 28)``.

    Args:
        images: uint8 ``(n, 28, 28)``, ink is 255.
        kind: a key of ``KINDS``.
        seed: the same seed gives the same pictures.
    """
    number = list(KINDS).index(kind)
    corrupted = [
        KINDS[kind](images[at : at + BATCH] / 255, np.random.default_rng((seed, number, at)))
        for at in range(0, len(images), BATCH)
    ]
    return np.round(np.concatenate(corrupted).clip(0, 1) * 255).astype(np.uint8)


def _identity(pictures: np.ndarray, random: np.random.Generator) -> np.ndarray:
    return pictures


def _shot_noise(pictures: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Count photons: light that comes in few of them."""
    return random.poisson(pictures * SHOTS) / SHOTS


def _impulse_noise(pictures: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Salt and pepper."""
    hit = random.random(pictures.shape) < IMPULSES
    return np.where(hit, random.random(pictures.shape) < 0.5, pictures)


def _glass_blur(pictures: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Blur, swap pixels with neighbours, from the lower right corner on, and blur again."""
    picture = np.arange(len(pictures))
    mixed = filters.blur(pictures, GLASS_SIGMA, axes=(1,))
    for _ in range(GLASS_ROUNDS):
        for row in range(IMAGE_SIZE - 1, 1, -1):
            for column in range(IMAGE_SIZE - 1, 1, -1):
                swapped = random.random(len(pictures)) < 0.5
                above, left = random.integers(0, 2, (2, len(pictures))) * swapped
                other = picture, row - above, column - left
                mixed[:, row, column], mixed[other] = mixed[other], mixed[:, row, column].copy()
    return filters.blur(mixed, GLASS_SIGMA, axes=(1,))


def _motion_blur(pictures: np.ndarray, random: np.random.Generator) -> np.ndarray:
    angles = np.radians(random.uniform(-45, 45, len(pictures)))
    return filters.motion_blur(pictures, MOTION_LENGTH, MOTION_SIGMA, angles)


def _signs(count: int, random: np.random.Generator) -> np.ndarray:
    return random.choice((-1.0, 1.0), count)


def _affine(pictures: np.ndarray, *entries: float | np.ndarray) -> np.ndarray:
    """Resample by the matrices of these six entries, row by row, each a number or ``(n,)``."""
    each = [np.broadcast_to(entry, len(pictures)) for entry in entries]
    return filters.resample(pictures, np.stack(each, axis=1).reshape(-1, 2, 3))


def _shear(pictures: np.ndarray, random: np.random.Generator) -> np.ndarray:
    angle = SHEAR * _signs(len(pictures), random)
    return _affine(pictures, 1, -np.sin(angle), 0, 0, np.cos(angle), 0)


def _scale(pictures: np.ndarray, random: np.random.Generator) -> np.ndarray:
    return _affine(pictures, 1 / SHRINKING, 0, 0, 0, 1 / SHRINKING, 0)


def _rotate(pictures: np.ndarray, random: np.random.Generator) -> np.ndarray:
    angle = TURN * _signs(len(pictures), random)
    return _affine(pictures, np.cos(angle), -np.sin(angle), 0, np.sin(angle), np.cos(angle), 0)


def _brightness(pictures: np.ndarray, random: np.random.Generator) -> np.ndarray:
    return pictures + BRIGHTER


def _translate(pictures: np.ndarray, random: np.random.Generator) -> np.ndarray:
    across, down = SHIFT * random.choice((-1.0, 1.0), (2, len(pictures)))
    return _affine(pictures, 1, 0, across, 0, 1, down)


def _stripe(pictures: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Invert the left and the right quarter."""
    striped = pictures.copy()
    for side in (np.s_[:, :, :STRIPE], np.s_[:, :, -STRIPE:]):
        striped[side] = 1 - striped[side]
    return striped


def _fog(pictures: np.ndarray, random: np.random.Generator) -> np.ndarray:
    lightest = pictures.max(axis=(1, 2), keepdims=True)
    fog = _landscapes(len(pictures), random)[:, :IMAGE_SIZE, :IMAGE_SIZE]
    return (pictures + FOG * fog) * lightest / (lightest + FOG)


def _landscapes(count: int, random: np.random.Generator) -> np.ndarray:
    """Return fractal landscapes without a rim, float ``(count, 256, 256)``, 0 to 1.

    Midpoints get the mean of their four neighbours and a random part that shrinks with the step
    (diamond-square: Fournier, Fussell, Carpenter, Computer Rendering of Stochastic Models, 1982).
    """
    heights = np.zeros((count, FOG_SIZE, FOG_SIZE), np.float32)
    step, reach = FOG_SIZE, 100.0

    def midpoints(near: np.ndarray, far: np.ndarray) -> np.ndarray:
        wobble = 2 * random.random(near.shape, np.float32) - 1
        return (near + far) / 4 + np.float32(reach * reach) * wobble

    while step >= 2:
        half = step // 2
        corners = heights[:, ::step, ::step]
        sides = corners + np.roll(corners, -1, axis=1)
        heights[:, half::step, half::step] = midpoints(sides, np.roll(sides, -1, axis=2))
        centres = heights[:, half::step, half::step]
        heights[:, ::step, half::step] = midpoints(
            centres + np.roll(centres, 1, axis=1), corners + np.roll(corners, -1, axis=2)
        )
        heights[:, half::step, ::step] = midpoints(
            centres + np.roll(centres, 1, axis=2), corners + np.roll(corners, -1, axis=1)
        )
        step, reach = half, reach / FOG_ROUGHNESS
    heights -= heights.min(axis=(1, 2), keepdims=True)
    return heights / heights.max(axis=(1, 2), keepdims=True)


def _spatter(pictures: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Splash grey mud over it."""
    liquid = filters.blur(random.normal(MUD_LEVEL, MUD_SPREAD, pictures.shape), MUD_SIGMA)
    mud = filters.blur((liquid > MUD_LEVEL).astype(float), MUD_EDGE)
    mud[mud < 0.8] = 0
    return pictures * (1 - mud) + MUD_GREY * mud


def _lines(start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """Return soft lines, float ``(n, 28, 28)``, 1 in their middle.

    Args:
        start: ``(2, n)``, columns and rows of their left ends.
        end: ``(2, n)``, likewise of their right ends.
    """
    slope = (end[1] - start[1]) / (end[0] - start[0])
    middle = start[1] + slope * (COLUMNS[:, None] - start[0])  # (28 columns, n)
    distance = np.abs(COLUMNS[:, None] - middle.T[:, None]).clip(0, LINE_REACH - 1e-10)
    within = (np.floor(start[0]) <= COLUMNS[:, None]) & (np.ceil(end[0]) > COLUMNS[:, None])
    return (1 + np.log(1 - distance / LINE_REACH)).clip(0, 1) * within.T[:, None]


def _dotted_line(pictures: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Strike it through with a line of dashes, at any height and slope."""
    left, right = random.integers(0, IMAGE_SIZE - 1, (2, len(pictures))).astype(float)
    ends = np.zeros_like(left), np.full_like(right, IMAGE_SIZE - 1)
    lines = _lines(np.stack([ends[0], left]), np.stack([ends[1], right]))
    return pictures + lines * (COLUMNS // DASH % 2 == 1)


def _zigzag(pictures: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Strike it through with a zigzag, at any height, a little inclined."""
    first, last = 2.0, 25.0  # columns
    row = random.integers(0, IMAGE_SIZE - 1, len(pictures)).astype(float)
    angle = np.arctan(random.integers(-5, 5, len(pictures)) / (last - first))
    length = (last - first) / np.cos(angle)
    turns = np.arange(ZIGZAG, last - first, 2 * ZIGZAG)  # along the line: 2, 6, … 22
    along = np.stack([0 * angle, *(turns[:, None] + 0 * angle), length])
    heights = np.resize((ZIGZAG, -ZIGZAG), len(turns))
    end = heights[-1] / 2 / (length % (2 * ZIGZAG))
    across = np.stack([0 * angle, *(heights[:, None] + 0 * angle), end])
    columns = first + np.cos(angle) * along - np.sin(angle) * across  # (points, n)
    rows = row + np.sin(angle) * along + np.cos(angle) * across
    struck = pictures
    points = np.stack([columns, rows], axis=1)  # (points, 2, n)
    for one, other in itertools.pairwise(points):
        struck = struck + _lines(one, other)
    return struck


def _canny_edges(pictures: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Leave only the outlines."""
    return filters.canny(pictures, CANNY_SIGMA, CANNY_LOW, CANNY_HIGH)


KINDS: dict[str, Corruption] = {  # in the paper's order
    "identity": _identity,
    "shot_noise": _shot_noise,
    "impulse_noise": _impulse_noise,
    "glass_blur": _glass_blur,
    "motion_blur": _motion_blur,
    "shear": _shear,
    "scale": _scale,
    "rotate": _rotate,
    "brightness": _brightness,
    "translate": _translate,
    "stripe": _stripe,
    "fog": _fog,
    "spatter": _spatter,
    "dotted_line": _dotted_line,
    "zigzag": _zigzag,
    "canny_edges": _canny_edges,
}
