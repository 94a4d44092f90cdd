"""One filter slides over the drawing; one cell of its map is hidden."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mnist_cnn import filtering
from mnist_cnn.filtering import KERNELS, Filter, Step
from mnist_cnn.interesting import convolution_cells
from mnist_cnn.lesson.course import Course, Read
from mnist_cnn.lesson.question import (
    DECIMALS,
    Question,
    added,
    decimal,
    factor,
    rounding_of_products,
)
from mnist_cnn.lesson.state import State, StateError

HOLES = {"row", "column"}
DEFAULT = "left_edge"


@dataclass(frozen=True)
class Sliding:
    """A filter, its map of the picture, and the place that is asked for."""

    image: np.ndarray  # uint8 (28, 28)
    kernel: np.ndarray  # float64 (3, 3)
    bias: float
    relu: bool
    map: np.ndarray  # float64 (26, 26)
    hidden: Step
    kernels: dict[str, np.ndarray]  # those with a name


def sliding(course: Course, read: Read, state: State) -> Sliding:
    """Return what the filter in ``state`` makes of the picture."""
    chosen = _filter(state)
    filtered = filtering.slide(read.image, chosen)
    return Sliding(
        image=read.image,
        kernel=chosen.kernel,
        bias=chosen.bias,
        relu=chosen.relu,
        map=filtered.map,
        hidden=_hidden(read.image, chosen),
        kernels={name: known.kernel for name, known in KERNELS.items()},
    )


def question(course: Course, read: Read, state: State) -> Question:
    """Ask for the hidden cell."""
    hidden = _hidden(read.image, _filter(state))
    kernel = _filter(state).kernel
    terms = " + ".join(
        f"{decimal(p)}×{factor(k)}"
        for p, k in zip(hidden.patch.ravel(), kernel.ravel(), strict=True)
        if round(p, DECIMALS) and k
    )
    relu = f" → ReLU → {decimal(hidden.value)}" if _filter(state).relu else ""
    return Question(
        answer=hidden.value,
        tolerance=rounding_of_products(hidden.patch, kernel),
        working=f"{terms or '0'} {added(hidden.bias)} = {decimal(hidden.total)}{relu}",
        values={"row": str(hidden.row), "column": str(hidden.column)},
    )


PICTURES = {"sliding": sliding}


def _filter(state: State) -> Filter:
    text = state.get("kernel", DEFAULT)
    numbers = KERNELS[text].kernel if text in KERNELS else text.split(",")
    try:
        return Filter.of(numbers, state.get("bias", "0"), state.get("relu", "1") != "0")
    except filtering.FilterError as error:
        raise StateError(str(error)) from error


def _hidden(image: np.ndarray, chosen: Filter) -> Step:
    filtered = filtering.slide(image, chosen)
    row, column, _ = convolution_cells(image, np.maximum(filtered.map, 0)[..., None])[0]
    return filtering.step(image, chosen, row, column)
