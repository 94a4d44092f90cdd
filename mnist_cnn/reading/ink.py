"""Find the ink in any picture: a transparent pad, a scan, a photo of a digit on paper.

Ink is what contrasts with the border, not what passes a fixed threshold, so dark on light, light
on dark and coloured pens all work.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import struct
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

import numpy as np
from PIL import Image, ImageCms, ImageFilter, ImageOps, UnidentifiedImageError
from PIL.TiffImagePlugin import TiffImageFile

FORMATS = ("JPEG", "PNG", "GIF", "BMP", "WEBP", "AVIF", "TIFF", "PPM", "ICO")  # well maintained
JPEG_FORMATS = ("JPEG", "MPO")  # MPO is a JPEG followed by more pictures
MAX_SIDE = 512  # pixels; larger pictures are scaled down first
MAX_PIXELS = 24_000_000  # larger pictures are refused before they are decoded
MAX_JPEG_PIXELS = 64_000_000  # JPEGs are decoded at a fraction of their size
MAX_JPEG_SCANS = 100  # a progressive JPEG usually has ten; each is a pass over the picture
MIN_CONTRAST = 16  # grey levels of 255; anything fainter counts as paper
BACKGROUND_WINDOW = 0.4  # of the shorter side: wider than any stroke, narrower than a shadow
PERCENTILES = (0.05, 99.95)  # the range of values used: a few pixels of any sensor are wrong
MIN_RANGE_TO_NOISE = 10  # range / median step between pixels: 7 in pure noise
MIN_PIECE_SHARE = 0.02  # of the largest piece's ink: less is dirt, on a noisy photo

SAVE_AS = "Use PNG, JPEG, GIF, BMP, WebP, AVIF or TIFF"
# Common formats that Pillow cannot read: how they begin, and what to do.
HEIC = tuple(b"ftyp" + brand for brand in (b"hei", b"hev", b"mif1", b"msf1"))
HEIC_SENTENCE = (
    "is a HEIC photo. Save it as JPEG and try again; the camera's settings can do so by default"
)
SVG_SENTENCE = (
    "is an SVG drawing. Open it on the page, which shows it as your browser does, or save it as PNG"
)
# What Pillow raises on damaged files.
DAMAGED_PICTURE_ERRORS = (OSError, ValueError, SyntaxError, RuntimeError, ArithmeticError)

AnyPicture = str | os.PathLike | Image.Image | np.ndarray  # types that ``ink_in`` accepts


class PictureError(Exception):
    """A picture cannot be used. The message says why and what to do."""

    def __init__(self, sentence: str, key: str = "pictureRefused"):
        super().__init__(sentence)
        self.key = key  # of the translated sentence on the page


def open_picture(file: str | os.PathLike | bytes) -> Image.Image:
    """Return the picture in ``file`` (a path, or the file's bytes), upright, not too large.

    Raises:
        PictureError: the file is missing, not a picture, damaged, or larger than 24 megapixels
            (JPEG: 64).
    """
    name = "The picture" if isinstance(file, bytes) else str(file)
    if not isinstance(file, bytes) and not Path(file).is_file():
        raise PictureError(f"{name}: there is no such file.")
    try:
        content = file if isinstance(file, bytes) else Path(file).read_bytes()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about odd metadata and large pictures
            _check_icon(content, name)
            picture: Image.Image = Image.open(io.BytesIO(content), formats=FORMATS)
            _check_size(picture, content, name)
            deep = _is_deep(picture, content)
            picture.draft("RGB", (MAX_SIDE, MAX_SIDE))  # decode a JPEG at a fraction of its size
            picture.load()
            picture = _reduced(_upright(picture))
            picture = _in_8_bits(picture) if deep else _in_rgb(picture)
    except UnidentifiedImageError as error:
        raise PictureError(f"{name} {_what_is_wrong(content)}.", "pictureUnreadable") from error
    except Image.DecompressionBombError as error:
        raise PictureError(f"{name} is too large ({error}). Make it smaller.") from error
    except DAMAGED_PICTURE_ERRORS as error:
        sentence = f"{name} is damaged ({error}). Save or take it again."
        raise PictureError(sentence, "pictureDamaged") from error
    return picture


def ink_in(picture: AnyPicture) -> np.ndarray:
    """Return the ink in a picture: uint8 ``(height, width)``, 255 is full ink.

    Args:
        picture: a path, a picture, or an array ``(height, width)`` of ink, as in MNIST: 0 is
            paper, full ink is 255 in integers and 1 in floats.

    Raises:
        PictureError: the array has another shape or range; or as ``open_picture``.
    """
    if isinstance(picture, np.ndarray):
        return _ink_of_array(picture)
    return find_ink(picture if isinstance(picture, Image.Image) else open_picture(picture))


def _ink_of_array(array: np.ndarray) -> np.ndarray:
    full = {"b": 1, "u": 255, "i": 255, "f": 1}.get(array.dtype.kind, 0)
    if array.ndim != 2 or not array.size or not full:
        raise PictureError(
            f"An array of ink must be (height, width), got {array.dtype} {array.shape}. Make it a "
            "picture: PIL.Image.fromarray(array)."
        )
    low, high = array.min(), array.max()
    if not 0 <= low <= high <= full:  # False for NaN, too
        raise PictureError(
            f"Ink in an array of {array.dtype} must run from 0 (paper) to {full}, got {low} to "
            f"{high}. Scale its numbers."
        )
    return np.round(array * (255 / full)).astype(np.uint8)


def _check_pixels(width: int, height: int, name: str, most: int = MAX_PIXELS) -> None:
    if width * height > most:
        raise PictureError(
            f"{name} is {width} × {height} pixels, more than "
            f"{most // 1_000_000} megapixels. Make it smaller and try again."
        )


def _check_icon(content: bytes, name: str) -> None:
    """Raise ``PictureError`` for a large picture in an icon, which Pillow decodes to open it.

    A PNG may say its size several times, and in any of its chunks.
    """
    if not content.startswith(ICON):
        return
    for head in PNG_HEAD.finditer(content):
        width, height = _whole_numbers(content, head.end(), "big")
        _check_pixels(width, height, name)
    end = 6 + 16 * int.from_bytes(content[4:6], "little")
    for place in range(6, min(end, len(content)), 16):
        start = int.from_bytes(content[place + 12 : place + 16], "little")
        if not content.startswith(PNG, start):  # a bitmap and its mask, one above the other
            width, height = _whole_numbers(content, start + 4, "little")
            _check_pixels(width, height // 2, name)


def _whole_numbers(content: bytes, place: int, order: Literal["big", "little"]) -> Iterator[int]:
    """Yield the two whole numbers of 32 bits at a place, 0 beyond the end."""
    return (int.from_bytes(content[at : at + 4], order) for at in (place, place + 4))


def _check_size(picture: Image.Image, content: bytes, name: str) -> None:
    """Raise ``PictureError`` for pictures that take long to decode, or that Pillow gets wrong."""
    most = MAX_JPEG_PIXELS if picture.format in JPEG_FORMATS else MAX_PIXELS
    _check_pixels(*picture.size, name, most)
    if picture.format in JPEG_FORMATS and _scans(content) > MAX_JPEG_SCANS:
        raise PictureError(
            f"{name} has more than {MAX_JPEG_SCANS} scans. Save it anew and try again."
        )
    in_ycbcr = isinstance(picture, TiffImageFile) and picture.tag_v2.get(PHOTOMETRIC) == YCBCR
    if in_ycbcr and "jpeg" not in picture.info["compression"]:  # Pillow turns these into stripes
        raise PictureError(f"{name} is a TIFF in the colours YCbCr. Save it as PNG and try again.")


ICON, PNG = b"\0\0\1\0", b"\x89PNG\r\n\x1a\n"  # how files and pictures within them begin
PNG_HEAD = re.compile(b"IHDR")
PHOTOMETRIC, YCBCR = 262, 6  # a TIFF tag, and one of its values
BITS_PER_SAMPLE = 258  # another TIFF tag
MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")  # never occurs within encoded pixels
START_OF_SCAN, END_OF_IMAGE = 0xDA, 0xD9


def _scans(content: bytes) -> int:
    """Count the scans of a JPEG, not of its thumbnail or of pictures after it (ITU-T T.81, B)."""
    scans, place = 0, 2
    while marker := MARKER.search(content, place):
        kind, place = content[marker.start() + 1], marker.end()
        if kind == END_OF_IMAGE:
            break
        scans += kind == START_OF_SCAN
        place += int.from_bytes(content[place : place + 2], "big")  # over its segment
    return scans


def _what_is_wrong(content: bytes) -> str:
    """Return why Pillow does not know the file, and what to do: a sentence without a subject."""
    if content[4:].startswith(HEIC):
        return HEIC_SENTENCE
    if b"<svg" in content[:65_536].replace(b"\0", b"").lower():  # UTF-16 too
        return SVG_SENTENCE
    return f"is not a picture this program can read. {SAVE_AS}"


def _reduced(picture: Image.Image) -> Image.Image:
    """Return the picture, scaled down to ``MAX_SIDE``; 16 and 32 bits become float32."""
    if picture.mode.startswith("I"):  # which Pillow cannot scale
        picture = Image.fromarray(np.asarray(picture, np.float32))
    picture.thumbnail((MAX_SIDE, MAX_SIDE), Image.Resampling.BOX)
    return picture


def _in_rgb(picture: Image.Image) -> Image.Image:
    """Convert a picture in the colour space Lab to RGB; return others unchanged."""
    if picture.mode != "LAB":
        return picture
    profiles = ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB")
    in_rgb = ImageCms.profileToProfile(picture, *profiles, outputMode="RGB")
    return in_rgb or picture  # None would mean changed in place


def _is_deep(picture: Image.Image, content: bytes) -> bool:
    """Whether a picture has more than 8 bits a sample, as from instruments and scanners."""
    if picture.mode == "F" or picture.mode.startswith("I"):
        return True
    if picture.format == "PNG":
        return content[24] == 16  # Pillow keeps only 8 bits of colours
    return isinstance(picture, TiffImageFile) and max(picture.tag_v2.get(BITS_PER_SAMPLE, (8,))) > 8


def _in_8_bits(picture: Image.Image) -> Image.Image:
    """Stretch the range of values in use to 0..255, and alpha to 255.

    A 12-bit scanner uses a sixteenth of 16 bits, and other instruments start anywhere. If nothing
    stands out from the noise, the result is black.
    """
    bands = [np.asarray(band, np.float32) for band in picture.split()]
    alpha = bands.pop() if picture.mode in ("LA", "RGBA") else None
    colours = np.stack(bands, axis=2)
    if not np.isfinite(colours).all():
        raise ValueError("some of its numbers are not finite")
    low, high = np.percentile(colours, PERCENTILES)
    steps = np.abs(np.diff(colours, axis=1))
    noise = float(np.median(steps)) if steps.size else 0.0
    spread = high - low
    colours = (
        (colours - low) * (255 / spread) if spread > MIN_RANGE_TO_NOISE * noise else colours * 0
    )
    colours = colours.clip(0, 255).astype(np.uint8)
    grey = Image.fromarray(colours[..., 0] if len(bands) == 1 else colours)
    if alpha is not None:
        grey.putalpha(Image.fromarray((alpha * (255 / max(alpha.max(), 1))).astype(np.uint8)))
    return grey


def _upright(picture: Image.Image) -> Image.Image:
    """Rotate a photo as its EXIF says; leave it as it is if the EXIF is broken."""
    with contextlib.suppress(SyntaxError, ValueError, struct.error):
        return ImageOps.exif_transpose(picture)
    return picture


def find_ink(picture: Image.Image) -> np.ndarray:
    """Return the ink in ``picture``: uint8 ``(height, width)``, 0 is paper, 255 full ink.

    If nothing stands out from the border, all are zeros.
    """
    rgba = np.asarray(picture.convert("RGBA"), np.uint8)
    alpha = rgba[..., 3]
    if np.mean(alpha > 127) < 0.6 and alpha.min() < 128:  # strokes on a transparent pad
        return alpha.copy()
    white = Image.new("RGBA", picture.size, "white")
    paper = np.asarray(Image.alpha_composite(white, picture.convert("RGBA")).convert("RGB"))
    return _by_contrast(paper.astype(np.float32))


def _by_contrast(rgb: np.ndarray) -> np.ndarray:
    """Return the ink of an opaque picture, float32 ``(height, width, 3)``, 0 to 255."""
    paper = np.median(_border(rgb), axis=0)
    difference = np.abs(rgb - paper).max(axis=2)
    difference -= _slow_background(difference)
    noise = 1.5 * np.percentile(_border(difference[..., None]), 90)
    threshold = max(_otsu(difference), MIN_CONTRAST / 2)
    inked = difference > threshold
    if not inked.any():
        return np.zeros(rgb.shape[:2], np.uint8)
    peak = float(np.median(difference[inked]))
    noise = min(noise, peak / 2)
    if peak < MIN_CONTRAST:
        return np.zeros(rgb.shape[:2], np.uint8)
    ink = np.clip((difference - noise) / (peak - noise), 0, 1)
    ink = (ink * 255).astype(np.uint8)
    return _without_dirt(ink) if noise > 2 else ink


def _border(image: np.ndarray) -> np.ndarray:
    """Return the outermost pixels of ``(height, width, channels)`` as ``(n, channels)``."""
    edges = (image[0], image[-1], image[:, 0], image[:, -1])
    return np.concatenate(edges)


def _slow_background(difference: np.ndarray) -> np.ndarray:
    """Return what varies slowly, such as a shadow: a grey opening wider than any stroke, smoothed.

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
    """Return the sliding minimum or maximum over a square window, one axis at a time."""
    before = window // 2
    for axis in (0, 1):
        pad = [(0, 0), (0, 0)]
        pad[axis] = (before, window - 1 - before)
        padded = np.pad(values, pad, mode="edge")
        windows = np.lib.stride_tricks.sliding_window_view(padded, window, axis=axis)
        values = reduce(windows, axis=-1)
    return values


def _otsu(values: np.ndarray) -> float:
    """Return the threshold that best splits ``values``, 0 to 255, in two (Otsu, 1979)."""
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
    """Remove pieces with hardly any ink, which noisy photos have."""
    labels, count = pieces(ink > 96)
    if count < 2:
        return ink
    weights = np.bincount(labels.ravel(), weights=ink.ravel().astype(float))
    weights[0] = 0
    keep = weights >= MIN_PIECE_SHARE * weights.max()
    near = np.asarray(Image.fromarray(keep[labels]).convert("L").filter(ImageFilter.MaxFilter(5)))
    return np.where(near > 0, ink, 0).astype(np.uint8)


def pieces(mask: np.ndarray) -> tuple[np.ndarray, int]:
    """Label the connected pieces (8 neighbours) of a boolean ``(height, width)`` mask.

    Each pixel points to an earlier pixel of its piece, and touching pieces are hooked together, all
    at once, until nothing changes (Shiloach and Vishkin, An O(log n) parallel connectivity
    algorithm, 1982). A noisy photo has a hundred thousand pixels and ten thousand pieces.

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
