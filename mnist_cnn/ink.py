"""Find the ink in any picture: a transparent pad, a scan, a photo of a digit on paper.

What is ink is decided by contrast with the border, never by a fixed threshold, so that dark
on light, light on dark and coloured pens all work.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import struct
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image, ImageCms, ImageFilter, ImageOps, UnidentifiedImageError
from PIL.TiffImagePlugin import TiffImageFile

FORMATS = ("JPEG", "PNG", "GIF", "BMP", "WEBP", "AVIF", "TIFF", "PPM", "ICO")  # kept-up readers
JPEG = ("JPEG", "MPO")  # which Pillow calls a JPEG with more pictures behind the first
LARGEST_SIDE = 512  # pixels; a larger picture is reduced to this before its ink is found
MOST_PIXELS = 24_000_000  # more is refused before it is decoded
MOST_PIXELS_OF_JPEG = 64_000_000  # which is decoded at a fraction of its size
MOST_SCANS = 100  # of a progressive JPEG, which has ten as a rule; each is another pass over it
LEAST_CONTRAST = 16  # grey levels of 255; anything fainter is paper
BACKGROUND_WINDOW = 0.4  # of the shorter side: wider than any stroke, narrower than a shadow
RANGE = (0.05, 99.95)  # per cent of a picture's numbers: a few pixels of a sensor are always wrong
LEAST_RATIO = 10  # of that range to the usual step from pixel to pixel: noise alone has 7
LEAST_PIECE = 0.02  # of the largest piece's ink: smaller pieces on a noisy photo are dirt

READABLE = "Use PNG, JPEG, GIF, BMP, WebP, AVIF or TIFF"
# Formats that people have and Pillow cannot read: how they begin, and the way out.
HEIC = tuple(b"ftyp" + brand for brand in (b"hei", b"hev", b"mif1", b"msf1"))
OF_PHONES = (
    "is a HEIC photo. Save it as JPEG and try again; the camera's settings can do so by default"
)
OF_LINES = (
    "is an SVG drawing. Open it on the page, which shows it as your browser does, or save it as PNG"
)
# What Pillow raises on damaged files.
DAMAGED = (OSError, ValueError, SyntaxError, RuntimeError, ArithmeticError)

Picture = str | os.PathLike | Image.Image | np.ndarray  # what people have a picture as


class PictureError(Exception):
    """A picture cannot be used. The message says why and what to do."""

    def __init__(self, sentence: str, key: str = "pictureRefused"):
        super().__init__(sentence)
        self.key = key  # of what the page says in its own language


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
        content = file if isinstance(file, bytes) else Path(file).read_bytes()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow's remarks on odd metadata and large pictures
            picture: Image.Image = Image.open(io.BytesIO(content), formats=FORMATS)
            _refuse_what_is_too_much(picture, content, name)
            deep = _is_deep(picture, content)
            picture.draft("RGB", (LARGEST_SIDE, LARGEST_SIDE))  # lets JPEG decode at a fraction
            picture.load()
            picture = _reduced(_upright(picture))
            picture = _in_8_bits(picture) if deep else _in_rgb(picture)
    except UnidentifiedImageError as error:
        raise PictureError(f"{name} {_what_it_is(content)}.", "pictureUnreadable") from error
    except Image.DecompressionBombError as error:
        raise PictureError(f"{name} is too large ({error}). Make it smaller.") from error
    except DAMAGED as error:
        sentence = f"{name} is damaged ({error}). Save or take it again."
        raise PictureError(sentence, "pictureDamaged") from error
    return picture


def ink_in(picture: Picture) -> np.ndarray:
    """Return the ink in any of these: uint8 ``(height, width)``, 255 full ink.

    Args:
        picture: a path, a picture, or an array ``(height, width)`` that is ink already, as MNIST's
            are: 0 is paper; full ink is 255 in whole numbers, 1 in others.

    Raises:
        PictureError: the array is none of these; or see ``open_picture``.
    """
    if isinstance(picture, np.ndarray):
        return _ink_of_array(picture)
    return find_ink(picture if isinstance(picture, Image.Image) else open_picture(picture))


def _ink_of_array(array: np.ndarray) -> np.ndarray:
    full = {"b": 1, "u": 255, "i": 255, "f": 1}.get(array.dtype.kind, 0)
    if array.ndim != 2 or not array.size or not full:
        raise PictureError(
            f"An array of ink is (height, width), this one {array.dtype} {array.shape}. Make a "
            "picture of it: PIL.Image.fromarray(array)."
        )
    low, high = array.min(), array.max()
    if not 0 <= low <= high <= full:  # nor with NaN in it
        raise PictureError(
            f"Ink runs from 0 (paper) to {full} in an array of {array.dtype}, this one from {low} "
            f"to {high}. Scale its numbers."
        )
    return np.round(array * (255 / full)).astype(np.uint8)


def _refuse_what_is_too_much(picture: Image.Image, content: bytes, name: str) -> None:
    """Raise ``PictureError`` for what would take long to decode, or be decoded wrongly."""
    width, height = picture.size
    most = MOST_PIXELS_OF_JPEG if picture.format in JPEG else MOST_PIXELS
    if width * height > most:
        raise PictureError(
            f"{name} is {width} × {height} pixels, more than "
            f"{most // 1_000_000} megapixels. Make it smaller and try again."
        )
    if picture.format in JPEG and _scans(content) > MOST_SCANS:
        raise PictureError(f"{name} has more than {MOST_SCANS} scans. Save it anew and try again.")
    in_ycbcr = isinstance(picture, TiffImageFile) and picture.tag_v2.get(PHOTOMETRIC) == YCBCR
    if in_ycbcr and "jpeg" not in picture.info["compression"]:  # of which Pillow makes stripes
        raise PictureError(f"{name} is a TIFF in the colours YCbCr. Save it as PNG and try again.")


PHOTOMETRIC, YCBCR = 262, 6  # a tag of TIFF, and one of its values
BITS = 258  # another, of each sample
MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")  # within coded pixels nothing looks like that
SCAN, END = 0xDA, 0xD9


def _scans(content: bytes) -> int:
    """Count the scans of a JPEG, not those of what stands in it or behind it (ITU-T T.81, B)."""
    scans, place = 0, 2
    while marker := MARKER.search(content, place):
        kind, place = content[marker.start() + 1], marker.end()
        if kind == END:
            break
        scans += kind == SCAN
        place += int.from_bytes(content[place : place + 2], "big")  # over its segment
    return scans


def _what_it_is(content: bytes) -> str:
    """Return what is wrong with a file that Pillow does not know, and what to do."""
    if content[4:].startswith(HEIC):
        return OF_PHONES
    if b"<svg" in content[:65_536].replace(b"\0", b"").lower():  # in UTF-16, too
        return OF_LINES
    return f"is not a picture this program can read. {READABLE}"


def _reduced(picture: Image.Image) -> Image.Image:
    """Return a picture no larger than ``LARGEST_SIDE``; one of numbers as float32."""
    if picture.mode.startswith("I"):  # of which Pillow makes none smaller
        picture = Image.fromarray(np.asarray(picture, np.float32))
    picture.thumbnail((LARGEST_SIDE, LARGEST_SIDE), Image.Resampling.BOX)
    return picture


def _in_rgb(picture: Image.Image) -> Image.Image:
    """Return a picture in the colours Lab in RGB, others as they are."""
    if picture.mode != "LAB":
        return picture
    profiles = ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB")
    in_rgb = ImageCms.profileToProfile(picture, *profiles, outputMode="RGB")
    return in_rgb or picture  # which it would be, changed in place


def _is_deep(picture: Image.Image, content: bytes) -> bool:
    """Whether a picture has more than 8 bits a sample, as those of instruments and scanners."""
    if picture.mode == "F" or picture.mode.startswith("I"):
        return True
    if picture.format == "PNG":
        return content[24] == 16  # of colours Pillow keeps the upper 8 bits
    return isinstance(picture, TiffImageFile) and max(picture.tag_v2.get(BITS, (8,))) > 8


def _in_8_bits(picture: Image.Image) -> Image.Image:
    """Stretch the part of the numbers that an instrument uses to 0 to 255, the alpha to 255.

    A scanner of 12 bits has 16 for each number, others begin anywhere. Where nothing stands out
    from the noise, all is black.
    """
    bands = [np.asarray(band, np.float32) for band in picture.split()]
    alpha = bands.pop() if picture.mode in ("LA", "RGBA") else None
    colours = np.stack(bands, axis=2)
    if not np.isfinite(colours).all():
        raise ValueError("some of its numbers are not finite")
    low, high = np.percentile(colours, RANGE)
    steps = np.abs(np.diff(colours, axis=1))
    noise = float(np.median(steps)) if steps.size else 0.0
    spread = high - low
    colours = (colours - low) * (255 / spread) if spread > LEAST_RATIO * noise else colours * 0
    colours = colours.clip(0, 255).astype(np.uint8)
    grey = Image.fromarray(colours[..., 0] if len(bands) == 1 else colours)
    if alpha is not None:
        grey.putalpha(Image.fromarray((alpha * (255 / max(alpha.max(), 1))).astype(np.uint8)))
    return grey


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


def _sliding(values: np.ndarray, window: int, reduce: Callable[..., np.ndarray]) -> np.ndarray:
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
    first, second = (np.concatenate(side) for side in zip(*pairs, strict=True))
    return first, second
