"""Snapshots of a run's weights, in an unnamed temporary file, and when they are taken.

120 snapshots of the shipped architecture are 45 MB: too much memory for every run of everybody.
"""

from __future__ import annotations

import contextlib
import math
import os
import tempfile

import numpy as np

MAX_KEPT = 120  # snapshots of a run
MAX_BYTES = 64 * 2**20  # of them all: without downsampling one has 8 MB
MIN_INTERVAL = 0.15  # seconds between two snapshots
MAX_BYTES_PER_SECOND = 20 * 2**20
KEPT_SPACING = 0.06  # of the time so far, between two that are kept


class Snapshots:
    """A growing row of snapshots, all of the same shapes."""

    def __init__(self, folder: str | os.PathLike[str] | None = None):
        """Open the file in ``folder``, by default where the system keeps temporary ones."""
        self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115  open as long as this lives
        self._shapes: list[tuple[int, ...]] = []
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def append(self, weights: list[np.ndarray]) -> int:
        """Write float32 ``weights``; return their index.

        Raises:
            OSError: the disk is full; the snapshots before are whole.
        """
        self._shapes = self._shapes or [weight.shape for weight in weights]
        self._file.seek(self._count * self._size)
        self._file.write(b"".join(np.asarray(w, np.float32).tobytes() for w in weights))
        self._file.flush()
        self._count += 1
        return self._count - 1

    def read(self, index: int) -> list[np.ndarray]:
        """Return the weights with this index, from 0.

        Raises:
            IndexError: there are not that many.
        """
        if not 0 <= index < self._count:
            raise IndexError(f"There is no snapshot {index}, only 0 to {self._count - 1}.")
        self._file.seek(index * self._size)
        values = np.frombuffer(self._file.read(self._size), np.float32)
        edges = np.cumsum([math.prod(shape) for shape in self._shapes])[:-1]
        parts = np.split(values, edges)
        return [part.reshape(shape) for part, shape in zip(parts, self._shapes, strict=True)]

    def close(self) -> None:
        """Free the space on the disk."""
        with contextlib.suppress(OSError):  # the disk was full, and the last bytes are not written
            self._file.close()
        self._count = 0

    @property
    def _size(self) -> int:
        return 4 * sum(math.prod(shape) for shape in self._shapes)


class Rhythm:
    """When snapshots are taken, and which are kept: dense at first, not too many in all."""

    def __init__(self, size: int):
        """The snapshot before the first step counts as kept; each has ``size`` bytes."""
        self.most = min(MAX_KEPT, MAX_BYTES // size)
        self.apart = max(MIN_INTERVAL, size / MAX_BYTES_PER_SECOND)
        self.kept, self._kept_at, self._live_at = 1, 0.0, -self.apart

    def live(self, seconds: float) -> bool:
        """Whether to take one, so many seconds into the training."""
        if seconds - self._live_at < self.apart * 0.9:  # events come in their own rhythm
            return False
        self._live_at = seconds
        return True

    def keep(self, seconds: float, left: float, over: bool) -> bool:
        """Whether to keep the one taken; ``left`` are the seconds to go, the last is kept."""
        free = self.most - 1 - self.kept  # without the last one
        apart = KEPT_SPACING * seconds
        if free < self.most // 2:
            apart = max(apart, left / max(free, 1))
        if not over and (free < 1 or seconds - self._kept_at < apart):
            return False
        self.kept, self._kept_at = self.kept + 1, seconds
        return True
