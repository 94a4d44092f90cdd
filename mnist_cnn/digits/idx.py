"""Read idx, the format of MNIST's files, as http://yann.lecun.com/exdb/mnist describes it."""

from __future__ import annotations

import gzip
import struct

import numpy as np

UINT8, INT32 = 0x08, 0x0C  # the third byte of a file
TYPES = {UINT8: "u1", INT32: ">i4"}
GZIP_SIGNATURE = b"\x1f\x8b"


def parse(content: bytes) -> np.ndarray:
    """Return the array in an idx file, compressed with gzip or not: uint8 or int32.

    Raises:
        ValueError: the content is no idx file of such numbers, or is longer or shorter than it says
            (of what is damaged in other ways: any of ``keras_file.DAMAGED_FILE_ERRORS``).
    """
    if content.startswith(GZIP_SIGNATURE):
        content = gzip.decompress(content)
    zeros, kind, dimensions = struct.unpack_from(">HBB", content)
    if zeros or kind not in TYPES:
        raise ValueError(f"it begins with {content[:4].hex(' ')}")
    shape = struct.unpack_from(f">{dimensions}I", content, 4)
    array = np.frombuffer(content, TYPES[kind], offset=4 + 4 * dimensions).reshape(shape)
    return array if kind == UINT8 else array.astype(np.int32)
