"""Gives the memory of large arrays back to the system, where the C library is glibc.

Left alone, glibc takes ever larger arrays from its heap once it has freed one, and between the
small things that live long there the room is lost: 85 MB after twelve trainings, 10 MB so.
"""

from __future__ import annotations

import ctypes
import platform

M_MMAP_THRESHOLD = -3  # mallopt(3): setting it also keeps glibc from raising it
LARGE = 2**20  # bytes; the arrays of a pass over eight drawings are smaller


def give_back_large() -> None:
    """Map arrays of ``LARGE`` bytes and more each on its own; freed, they are gone at once."""
    if platform.libc_ver()[0] == "glibc":
        ctypes.CDLL(None).mallopt(M_MMAP_THRESHOLD, LARGE)
