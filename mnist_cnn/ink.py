"""Find the ink in any picture: a transparent pad, a scan, a photo of a digit on paper.

What is ink is decided by contrast with the border, never by a fixed threshold, so that dark
on light, light on dark and coloured pens all work.
"""

from __future__ import annotations

import contextlib
import io
import os
import struct
import warnings
from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter, ImageOps, UnidentifiedImageError

FORMATS = ("PNG", "JPEG", "GIF", "BMP", "WEBP", "TIFF", "PPM", "ICO")  # readers that are kept up
LARGEST_SIDE = 512  # pixels; a larger picture is reduced to this before its ink is found
MOST_PIXELS = 24_000_000  # more is refused before it is decoded
MOST_PIXELS_OF_JPEG = 64_000_000  # which is decoded at a fraction of its size
LEAST_CONTRAST = 16  # grey levels of 255; anything fainter is paper
BACKGROUND_WINDOW = 0.4  # of the shorter side: wider than any stroke, narrower than a shadow
LEAST_PIECE = 0.02  # of the largest piece's ink: smaller pieces on a noisy photo are dirt


class PictureError(Exception):
    """A picture cannot be used. The message says why and what to do."""


def open_picture(file: str | os.PathLike | bytes) -> Image.Image:
    """Return the picture in ``file`` (a path, or the file's bytes), upright, not too large.

    Raises:
        PictureError: the file is missing, not a picture, damaged, or larger than 24
            megapixels, as a JPEG 64.
    """
    name = "The picture" if isinstance(file, bytes) else str(file)
    if not isinstance(file, bytes) and not Path(file).is_file():
        raise PictureError(f"{name}: there is no such file.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow's remarks on odd metadata and large pictures
            stream = io.BytesIO(file) if isinstance(file, bytes) else file
            picture = Image.open(stream, formats=FORMATS)
            width, height = picture.size
            most = MOST_PIXELS_OF_JPEG if picture.format == "JPEG" else MOST_PIXELS
            if width * height > most:
                raise PictureError(
                    f"{name} is {width} × {height} pixels, more than "
                    f"{most // 1_000_000} megapixels. Make it smaller and try again."
                )
            picture.draft("RGB", (LARGEST_SIDE, LARGEST_SIDE))  # lets JPEG decode at a fraction
            picture.load()
            picture = _upright(picture)
    except UnidentifiedImageError as error:
        raise PictureError(
            f"{name} is not a picture this program can read. Use PNG, JPEG, GIF, BMP or WebP."
        ) from error
    except Image.DecompressionBombError as error:
        raise PictureError(f"{name} is too large ({error}). Make it smaller.") from error
    except (OSError, ValueError, SyntaxError) as error:  # what Pillow raises on damaged files
        raise PictureError(f"{name} is damaged ({error}). Save or take it again.") from error
    if picture.mode.startswith("I;16"):  # 16 bits of grey: Pillow would clip them at 255
        picture = Image.fromarray((np.asarray(picture) >> 8).astype(np.uint8))
    picture.thumbnail((LARGEST_SIDE, LARGEST_SIDE), Image.Resampling.BOX)
    return picture


def _upright(picture: Image.Image) -> Image.Image:
    """Turn a photo as its EXIF says; one whose EXIF is broken stays as it is."""
    with contextlib.suppress(SyntaxError, ValueError, struct.error):
        return ImageOps.exif_transpose(picture)
    return picture


def find_ink(picture: Image.Image) -> np.ndarray:
    """Return the ink in ``picture``: uint8 ``(height, width)``, 0 is paper, 255 full ink.

    A picture in which nothing stands out from the border gives zeros.
    """
    rgba = np.asarray(picture.convert("RGBA"), np.uint8)
    alpha = rgba[..., 3]
    if np.mean(alpha > 127) < 0.6 and alpha.min() < 128:  # strokes on a transparent pad
        return alpha.copy()
    white = Image.new("RGBA", picture.size, "white")
    paper = np.asarray(Image.alpha_composite(white, picture.convert("RGBA")).convert("RGB"))
    return _by_contrast(paper.astype(np.float32))


def _by_contrast(rgb: np.ndarray) -> np.ndarray:
    """Ink of an opaque picture, float32 ``(height, width, 3)``, 0 to 255."""
    paper = np.median(_border(rgb), axis=0)
    difference = np.abs(rgb - paper).max(axis=2)
    difference -= _slow_background(difference)
    noise = 1.5 * np.percentile(_border(difference[..., None]), 90)
    threshold = max(_otsu(difference), LEAST_CONTRAST / 2)
    inked = difference > threshold
    if not inked.any():
        return np.zeros(rgb.shape[:2], np.uint8)
    peak = float(np.median(difference[inked]))
    noise = min(noise, peak / 2)
    if peak < LEAST_CONTRAST:
        return np.zeros(rgb.shape[:2], np.uint8)
    ink = np.clip((difference - noise) / (peak - noise), 0, 1)
    ink = (ink * 255).astype(np.uint8)
    return _without_dirt(ink) if noise > 2 else ink


def _border(image: np.ndarray) -> np.ndarray:
    """The outermost pixels of ``(height, width, channels)`` as ``(n, channels)``."""
    edges = (image[0], image[-1], image[:, 0], image[:, -1])
    return np.concatenate(edges)


def _slow_background(difference: np.ndarray) -> np.ndarray:
    """What varies slowly, such as a shadow: a grey opening wider than any stroke, smoothed.

    (Serra, Image Analysis and Mathematical Morphology, 1982: the top-hat transform.)
    """
    height, width = difference.shape
    factor = max(1, min(height, width) // 64)
    small = Image.fromarray(difference).reduce(factor)
    window = max(3, int(BACKGROUND_WINDOW * min(small.size)))
    values = np.asarray(small)
    values = _sliding(_sliding(values, window, np.min), window, np.max)
    smooth = Image.fromarray((values).clip(0, 255).astype(np.uint8))
    smooth = smooth.filter(ImageFilter.BoxBlur(window / 4))
    large = smooth.resize((width, height), Image.Resampling.BILINEAR)
    return np.minimum(np.asarray(large, np.float32), difference)


def _sliding(values: np.ndarray, window: int, reduce) -> np.ndarray:
    """Sliding minimum or maximum over a square window, one axis at a time."""
    before = window // 2
    for axis in (0, 1):
        pad = [(0, 0), (0, 0)]
        pad[axis] = (before, window - 1 - before)
        padded = np.pad(values, pad, mode="edge")
        windows = np.lib.stride_tricks.sliding_window_view(padded, window, axis=axis)
        values = reduce(windows, axis=-1)
    return values


def _otsu(values: np.ndarray) -> float:
    """The threshold that splits ``values`` (0 to 255) best in two (Otsu, 1979)."""
    counts = np.bincount(values.clip(0, 255).astype(int).ravel(), minlength=256).astype(float)
    levels = np.arange(256)
    below = np.cumsum(counts)
    above = below[-1] - below
    sum_below = np.cumsum(counts * levels)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean_below = sum_below / below
        mean_above = (sum_below[-1] - sum_below) / above
        spread = below * above * (mean_below - mean_above) ** 2
    return float(np.argmax(np.nan_to_num(spread)))


def _without_dirt(ink: np.ndarray) -> np.ndarray:
    """Drop pieces with hardly any ink, as a noisy photo has them."""
    labels, count = pieces(ink > 96)
    if count < 2:
        return ink
    weights = np.bincount(labels.ravel(), weights=ink.ravel().astype(float))
    weights[0] = 0
    keep = weights >= LEAST_PIECE * weights.max()
    near = np.asarray(Image.fromarray(keep[labels]).convert("L").filter(ImageFilter.MaxFilter(5)))
    return np.where(near > 0, ink, 0).astype(np.uint8)


def pieces(mask: np.ndarray) -> tuple[np.ndarray, int]:
    """Label the connected pieces (8 neighbours) of a boolean ``(height, width)`` mask.

    Each pixel points to one of its piece that comes before it, and pieces that touch are hooked to
    one another, all at once, until nothing changes (Shiloach and Vishkin, An O(log n) parallel
    connectivity algorithm, 1982): a noisy photo has a hundred thousand pixels and ten thousand
    pieces.

    Returns:
        int32 labels of the same shape, 0 where the mask is false, and the number of pieces.
    """
    first, second = _neighbours(mask)
    pointer = np.arange(mask.size)
    while first.size:
        one, other = pointer[first], pointer[second]
        apart = one != other
        first, second, one, other = first[apart], second[apart], one[apart], other[apart]
        np.minimum.at(pointer, np.maximum(one, other), np.minimum(one, other))
        while not np.array_equal(pointer, nearer := pointer[pointer]):
            pointer = nearer
    labels = np.zeros(mask.shape, np.int32)
    starts, order = np.unique(pointer[mask.ravel()], return_inverse=True)
    labels[mask] = order + 1
    return labels, len(starts)


def _neighbours(mask: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the flat indices of all pairs of neighbours in the mask, each pair once."""
    places = np.arange(mask.size).reshape(mask.shape)
    height, width = mask.shape
    pairs = []
    for down, right in ((0, 1), (1, -1), (1, 0), (1, 1)):
        here = np.s_[: height - down, max(0, -right) : width - max(0, right)]
        there = np.s_[down:, max(0, right) : width - max(0, -right)]
        both = mask[here] & mask[there]
        pairs.append((places[here][both], places[there][both]))
    return tuple(np.concatenate(side) for side in zip(*pairs, strict=True))
