"""What the server asks of the system: enough open files, and memory that is given back."""

from __future__ import annotations

import ctypes
import logging
import platform
import sys

try:
    import resource
except ImportError:  # Windows, which has no such limit
    resource = None  # type: ignore[assignment]

log = logging.getLogger(__name__)

# Half are for connections, see ``gate.connections``; macOS begins with 256.
OPEN_FILES = 8192
FLOOD_FILES = 4096  # twice what asyncio accepts at once
M_MMAP_THRESHOLD = -3  # mallopt(3): setting it also keeps glibc from raising it
LARGE_ARRAY = 2**20  # bytes; the arrays of a pass over eight drawings are smaller


def raise_file_limit() -> None:
    """Let this process open ``OPEN_FILES`` files and sockets, or as many as the system allows.

    Fewer are logged.
    """
    if resource is None:
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    allowed = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < allowed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
    if allowed < OPEN_FILES:
        log.warning("%d files may be open; a class needs %d: ulimit -n", allowed, OPEN_FILES)
        if allowed < FLOOD_FILES:
            log.warning("With fewer than %d, a flood can use them all up", FLOOD_FILES)


def file_limit() -> int:
    """Return how many files and sockets this process may open."""
    if resource is None:
        return sys.maxsize
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return sys.maxsize if soft == resource.RLIM_INFINITY else soft


def return_large_arrays() -> None:
    """Let glibc give the memory of every freed array of ``LARGE_ARRAY`` bytes back to the system.

    Left alone, it takes ever larger arrays from its heap once it has freed one, and small objects
    that live long keep the room between them: 85 MB after twelve trainings, 10 MB so.
    """
    if platform.libc_ver()[0] == "glibc":
        ctypes.CDLL(None).mallopt(M_MMAP_THRESHOLD, LARGE_ARRAY)
