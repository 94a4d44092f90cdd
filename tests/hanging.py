"""Training processes that hang. They import little, so that they begin at once."""

from __future__ import annotations

import os
import time
from multiprocessing.connection import Connection

import numpy as np

from mnist_cnn.optimization.events import Snapshot

LONG_SECONDS = 600


def idle(pipe: Connection, folder: str) -> None:
    """Read nothing, as one that still imports TensorFlow."""
    time.sleep(LONG_SECONDS)


def half(pipe: Connection, folder: str) -> None:
    """Hang in the middle of an event, as one that is stopped from outside."""
    os.write(pipe.fileno(), (10**6).to_bytes(4, "big") + b"the rest never comes")
    time.sleep(LONG_SECONDS)


def learned(pipe: Connection, folder: str) -> None:
    """Learn something, and do not go on."""
    pipe.send(Snapshot(3, 1, 1.0, [np.ones(2, np.float32)], kept=False))
    time.sleep(LONG_SECONDS)
