"""One 3×3 filter slid over the picture: what a convolution does, with numbers anybody may edit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from mnist_cnn.activations import EightBit, eight_bit

SIDE = 3  # both sides of the filter
LARGEST = 100.0  # size of an edited number


class FilterError(ValueError):
    """The numbers are no filter. The message says what was met and what is expected."""


@dataclass(frozen=True)
class Filter:
    """Nine numbers, a bias, and whether what is below 0 becomes 0."""

    kernel: np.ndarray  # float64 (3, 3)
    bias: float = 0.0
    relu: bool = True

    @classmethod
    def of(cls, kernel: object, bias: Any = 0.0, relu: bool = True) -> Filter:
        """Return the filter of numbers as a form or JSON has them: nine in a row, or 3×3.

        Raises:
            FilterError: there are not nine numbers, or one of them is none or beyond ±100.
        """
        try:
            numbers = np.array(kernel, np.float64)
            offset = float(bias)
        except (TypeError, ValueError) as error:
            raise FilterError(f"A filter has nine numbers and a bias: {error}.") from error
        if numbers.shape not in ((SIDE, SIDE), (SIDE * SIDE,)):
            raise FilterError(f"A filter has nine numbers, not an array of shape {numbers.shape}.")
        every = np.append(numbers, offset)
        if not (np.isfinite(every).all() and (np.abs(every) <= LARGEST).all()):
            raise FilterError(f"Each number of a filter is from -{LARGEST:g} to {LARGEST:g}.")
        return cls(numbers.reshape(SIDE, SIDE), offset, bool(relu))


# Named as in image processing (Gonzalez and Woods, Digital Image Processing, chapter 3). Networks
# do not turn the kernel round before they slide it, so what stands left here is read left.
KERNELS = {
    "identity": Filter(np.array([[0, 0, 0], [0, 1, 0], [0, 0, 0]], float)),
    "box_blur": Filter(np.full((3, 3), 1 / 9)),
    "sharpen": Filter(np.array([[0, -1, 0], [-1, 5, -1], [0, -1, 0]], float)),
    "outline": Filter(np.array([[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]], float)),  # Laplacian
    "left_edge": Filter(np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]], float)),  # Sobel
    "right_edge": Filter(np.array([[1, 0, -1], [2, 0, -2], [1, 0, -1]], float)),
    "top_edge": Filter(np.array([[-1, -2, -1], [0, 0, 0], [1, 2, 1]], float)),
    "bottom_edge": Filter(np.array([[1, 2, 1], [0, 0, 0], [-1, -2, -1]], float)),
    "diagonal": Filter(np.array([[2, -1, -1], [-1, 2, -1], [-1, -1, 2]], float)),  # a line down
    "emboss": Filter(np.array([[-2, -1, 0], [-1, 1, 1], [0, 1, 2]], float)),
}


@dataclass(frozen=True)
class Filtered:
    """The map a filter makes of a picture."""

    sums: np.ndarray  # float64 (26, 26): products and bias, before ReLU
    map: np.ndarray  # float64 (26, 26): after it; the same as ``sums`` without

    def levels(self) -> EightBit:
        """Return the map's sizes, without sign, in 8 bits for the page: ``(26, 26, 1)``."""
        return eight_bit(np.abs(self.map)[..., None].astype(np.float32))


@dataclass(frozen=True)
class Step:
    """One place of the filter: ``total = products.sum() + bias``."""

    row: int  # of the cell, and of the first pixel it reads
    column: int
    patch: np.ndarray  # float64 (3, 3), pixels in 0..1
    products: np.ndarray  # float64 (3, 3), patch × kernel
    bias: float
    total: float
    value: float  # what ReLU makes of it


def slide(image: np.ndarray, filter: Filter) -> Filtered:
    """Return the map of ``filter`` over a picture, as a convolution without padding makes it.

    Args:
        image: uint8 ``(height, width)``, both at least 3, ink is 255; it is read as 0..1.
        filter: what is slid.

    Raises:
        ValueError: the picture has another type or is smaller than the filter.
    """
    windows = np.lib.stride_tricks.sliding_window_view(_pixels(image), (SIDE, SIDE))
    sums = np.einsum("rcij,ij->rc", windows, filter.kernel) + filter.bias
    return Filtered(sums, np.maximum(sums, 0) if filter.relu else sums)


def step(image: np.ndarray, filter: Filter, row: int, column: int) -> Step:
    """Return the products at one place; the same as ``slide(image, filter).map[row, column]``.

    Raises:
        IndexError: the map has no such cell.
        ValueError: see ``slide``.
    """
    pixels = _pixels(image)
    height, width = (side - SIDE + 1 for side in pixels.shape)
    if not (0 <= row < height and 0 <= column < width):
        raise IndexError(f"The map has rows 0 to {height - 1} and columns 0 to {width - 1}.")
    patch = pixels[row : row + SIDE, column : column + SIDE]
    products = patch * filter.kernel
    total = float(products.sum() + filter.bias)
    value = max(total, 0.0) if filter.relu else total
    return Step(row, column, patch, products, filter.bias, total, value)


def _pixels(image: np.ndarray) -> np.ndarray:
    if image.ndim != 2 or image.dtype != np.uint8 or min(image.shape) < SIDE:
        raise ValueError(
            f"Expected a picture uint8 (height, width) of at least {SIDE}×{SIDE} pixels, got "
            f"{image.dtype} {image.shape}."
        )
    return image / 255.0
