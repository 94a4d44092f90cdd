"""A feature map made smaller three ways, side by side: maximum, average, every second cell."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

SIDE = 2  # of a block, and cells between blocks
WAYS = ("max", "average", "stride")


@dataclass(frozen=True)
class Reduced:
    """What one way makes of a map."""

    how: str  # a name in WAYS
    map: np.ndarray  # (height // 2, width // 2), dtype of the map
    peak: float  # its largest value as a share of the map's: 1 when the strongest cell survives
    missed: float  # share of the map's active blocks that are 0 in it, 0 to 1
    error: float  # root mean square difference to the map, as a share of the map's own


@dataclass(frozen=True)
class Block:
    """Four neighbours, and what each way makes of them."""

    row: int  # of the reduced map
    column: int
    cells: np.ndarray  # (2, 2)
    winner: tuple[int, int]  # row and column of the largest among them
    values: dict[str, float]  # way: value


def reduce(map: np.ndarray, how: str) -> np.ndarray:
    """Return ``map`` ``(height, width, ...)`` halved; an odd last row or column is dropped.

    ``stride`` keeps the first cell of each block: exactly what a convolution with stride 2 would
    have computed, for it skips the others.

    Raises:
        ValueError: there is no such way, or the map has not one block.
    """
    if how not in WAYS:
        raise ValueError(f"There is no way {how!r} to downsample. Choose one of {', '.join(WAYS)}.")
    blocks = _blocks(map)
    if how == "stride":
        return blocks[:, 0, :, 0]
    return blocks.max(axis=(1, 3)) if how == "max" else blocks.mean(axis=(1, 3))


def compare(map: np.ndarray) -> list[Reduced]:
    """Return what each of ``WAYS`` makes of one non-negative map ``(height, width)``.

    Raises:
        ValueError: see ``reduce``.
    """
    blocks = _blocks(map)
    active = blocks.max(axis=(1, 3)) > 0
    size = float(np.sqrt((blocks.astype(float) ** 2).mean()))
    found = []
    for how in WAYS:
        small = reduce(map, how)
        difference = blocks - small[:, None, :, None]
        found.append(
            Reduced(
                how=how,
                map=small,
                peak=float(small.max() / blocks.max()) if active.any() else 1.0,
                missed=float((small[active] == 0).mean()) if active.any() else 0.0,
                error=float(np.sqrt((difference.astype(float) ** 2).mean())) / size
                if size
                else 0.0,
            )
        )
    return found


def block(map: np.ndarray, row: int, column: int) -> Block:
    """Return the four cells of ``map`` ``(height, width)`` that become cell ``(row, column)``.

    Raises:
        IndexError: the reduced map has no such cell.
        ValueError: the map has not one block.
    """
    blocks = _blocks(map)
    height, width = blocks.shape[0], blocks.shape[2]
    if not (0 <= row < height and 0 <= column < width):
        raise IndexError(f"There are rows 0 to {height - 1} and columns 0 to {width - 1}.")
    cells = blocks[row, :, column]
    winner = divmod(int(cells.argmax()), SIDE)
    values = {how: float(reduce(cells, how)[0, 0]) for how in WAYS}
    return Block(row, column, cells, winner, values)


def _blocks(map: np.ndarray) -> np.ndarray:
    """Return ``(rows, 2, columns, 2, ...)``."""
    height, width = map.shape[0] // SIDE, map.shape[1] // SIDE
    if not height or not width:
        raise ValueError(f"A map of {map.shape[0]}×{map.shape[1]} cells has no block of 2×2.")
    return map[: height * SIDE, : width * SIDE].reshape(height, SIDE, width, SIDE, *map.shape[2:])
