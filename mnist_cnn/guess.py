"""Guess first: a cell is hidden, the person works it out and types it, and it is checked.

The person reads numbers that are shown in a few decimals, so a right working of rounded numbers
must count: the tolerance is the most that this rounding can do.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from mnist_cnn.activations import Activations
from mnist_cnn.interesting import convolution_cells, pooling_cells
from mnist_cnn.terms import Convolution, Pooling, Terms

DECIMALS = 2  # of the numbers shown while a cell is hidden
TYPED = str.maketrans("０１２３４５６７８９．－，−–。,", "0123456789.-.--..")


class GuessError(ValueError):
    """What was typed is no number. The message says what to type."""


@dataclass(frozen=True)
class Hidden:
    """A cell to guess, with all that is needed to work it out."""

    terms: Terms  # of the cell: ``terms.value`` is the answer
    decimals: int  # of the numbers to show
    tolerance: float  # how far a guess may be off


@dataclass(frozen=True)
class Checked:
    """A guess beside the network's number."""

    guess: float
    value: float
    difference: float  # guess less value
    tolerance: float
    right: bool
    mistake: str | None  # a name in MISTAKES, where the guess is what that one leads to


# What a guess shows when it is wrong in a way that is known.
MISTAKES = (
    "relu",  # the total below 0, before ReLU makes 0 of it
    "bias",  # the bias left out
    "average",  # the mean of the window, where the largest was asked for
    "largest",  # the largest, where the mean was asked for
    "sum",  # the sum of the window instead of the mean
    "sign",  # the right number with the wrong sign
)


def choose(
    explain: Callable[[str, tuple[int, ...]], Terms],
    image: np.ndarray,
    activations: Activations,
    layer: str = "conv1",
    turn: int = 0,
    decimals: int = DECIMALS,
) -> Hidden:
    """Return a cell of ``layer`` worth guessing; with every ``turn`` another one.

    Args:
        explain: returns the terms of a number of the network, by its layer and cell.
        image: uint8 ``(28, 28)``, ink is 255.
        activations: what the network made of it.
        layer: conv1, or a pooling layer: nobody adds up the 288 products of conv2 by hand.
        turn: from 0; after the last cell the first comes again.
        decimals: of the numbers that will be shown.

    Raises:
        CellError: the network has no such layer; ``explain`` raises it.
        ValueError: a number of this layer is not for guessing.
    """
    first = (0,) * activations.layers[layer].ndim if layer in activations.layers else ()
    terms = explain(layer, first)
    if isinstance(terms, Convolution) and terms.inputs.layer == "image":
        cells = convolution_cells(image, activations.layers[layer])
    elif isinstance(terms, Pooling):
        cells = pooling_cells(activations.layers[terms.inputs.layer], activations.layers[layer])
    else:
        raise ValueError(f"A number of {layer} is not for guessing: take conv1 or a pooling layer.")
    return hide(explain(layer, cells[turn % len(cells)]), decimals)


def hide(terms: Terms, decimals: int = DECIMALS) -> Hidden:
    """Return the number of ``terms`` as one to guess, with its tolerance."""
    return Hidden(terms, decimals, tolerance(terms, decimals))


def tolerance(terms: Terms, decimals: int) -> float:
    """Return the most by which a right working of numbers shown in ``decimals`` can be off.

    Each number shown and the guess itself are off by at most half a unit of the last decimal ``u``:
    a product of patch ``p`` and kernel ``k`` therefore by ``u (|p| + |k|) + u²``.
    """
    unit = 0.5 * 10.0**-decimals
    if isinstance(terms, Convolution):
        sizes = np.abs(terms.patches) + np.abs(terms.kernels) + unit
        return float(unit * sizes.sum()) + 2 * unit  # the bias, and the guess
    return 2 * unit  # a maximum or a mean of rounded numbers, and the guess


def parse(text: str) -> float:
    """Return the number in ``text``, typed with point or comma, in half or full width.

    Raises:
        GuessError: it is none.
    """
    try:
        number = float(text.strip().translate(TYPED))
    except ValueError as error:
        raise GuessError(
            f"{text.strip()[:40]!r} is not a number. Type one, such as 0.53."
        ) from error
    if not math.isfinite(number):
        raise GuessError("Type an ordinary number, such as 0.53.")
    return number


def check(hidden: Hidden, guess: float) -> Checked:
    """Return whether ``guess`` is right, and if not, what led to it where that can be told."""
    value, allowed = hidden.terms.value, hidden.tolerance
    right = abs(guess - value) <= allowed
    mistake = None if right else _mistake(hidden.terms, guess, allowed)
    return Checked(guess, value, guess - value, allowed, right, mistake)


def _mistake(terms: Terms, guess: float, allowed: float) -> str | None:
    for name, number in _wrong_ways(terms).items():
        if abs(guess - number) <= allowed:
            return name
    return None


def _wrong_ways(terms: Terms) -> dict[str, float]:
    """Return what each known mistake leads to."""
    if isinstance(terms, Convolution):
        without = terms.total - terms.bias
        relu = {"relu": terms.total} if terms.activation == "relu" and terms.total < 0 else {}
        rectified = max(without, 0.0) if terms.activation == "relu" else without
        return relu | {"bias": rectified, "sign": -terms.value}
    if isinstance(terms, Pooling) and terms.how == "max":
        return {"average": float(terms.window.mean()), "sum": float(terms.window.sum())}
    if isinstance(terms, Pooling):
        return {"largest": float(terms.window.max()), "sum": float(terms.window.sum())}
    return {}
