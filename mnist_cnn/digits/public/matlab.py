"""Read matrices of numbers from MATLAB's files of level 5 (MathWorks, MAT-File Format, 2023)."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np

HEADER = 128  # bytes
MATRIX, COMPRESSED = 14, 15  # types of elements
NUMBERS = {  # types of elements that hold numbers, little-endian
    **dict(zip(range(1, 8), ("i1", "u1", "<i2", "<u2", "<i4", "<u4", "<f4"), strict=True)),
    **dict(zip((9, 12, 13), ("<f8", "<i8", "<u8"), strict=True)),
}


def read(path: Path) -> dict[str, np.ndarray]:
    """Return name: matrix, of the type it is stored in, for every matrix of real numbers.

    Raises:
        ValueError: it is no little-endian file of level 5, or ends early (or another of
            ``keras_file.DAMAGED_FILE_ERRORS``).
    """
    content = path.read_bytes()
    if content[124:HEADER] != b"\x00\x01IM":
        raise ValueError("no MATLAB 5.0 MAT-file")
    matrices = {}
    for kind, element in _elements(content[HEADER:]):
        if kind == COMPRESSED:
            (kind, element), *_ = _elements(zlib.decompress(element))
        if kind == MATRIX:
            _, (_, shape), (_, name), (stored, numbers), *_ = _elements(element)
            array = np.frombuffer(numbers, NUMBERS[stored])
            matrices[name.decode("ascii")] = array.reshape(np.frombuffer(shape, "<i4"), order="F")
    return matrices


def _elements(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield type and content of each element; each begins at a multiple of eight bytes."""
    place = 0
    while place < len(content):
        kind, size = struct.unpack_from("<II", content, place)
        if kind >> 16:  # a small element: its size is in the upper half, its content in the tag
            kind, size, start = kind & 0xFFFF, kind >> 16, place + 4
            place += 8
        else:
            start = place + 8
            place = start + size + (-size % 8 if kind != COMPRESSED else 0)
        if start + size > len(content):
            raise ValueError("it ends early")
        yield kind, content[start : start + size]
