"""Files of strangers, read in a process of its own: what breaks there breaks nothing else.

Pictures and weights are decoded by C libraries (Pillow's, HDF5) that were not written for hostile
files: some crash the process, some keep a core busy for minutes, and some may do worse. So each is
read by ``sandbox_process`` with limits of time and memory, and what comes back is plain numbers and
text, which cannot run anything here. A reader's death is a refusal.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import struct
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np

from mnist_cnn import architecture, importer
from mnist_cnn.architecture import Layer
from mnist_cnn.ink import PictureError
from mnist_cnn.sandbox_process import (
    ANSWERED,
    BROKEN,
    FORKS,
    INK,
    MEMORY,
    NETWORK,
    READY,
    SECONDS,
    TOO_LATE,
    TOO_MUCH,
)
from mnist_cnn.weights_file import OtherNetworkError, WeightsError

ROOT = Path(__file__).resolve().parent.parent
# Times as many seconds on the clock, where the system counts those of a processor: it may be busy.
PATIENCE = 4 if FORKS else 1
WHY = {
    BROKEN: "breaks what reads it",
    TOO_LATE: "takes too long to read",
    TOO_MUCH: f"needs more than the {MEMORY // 2**20} MB of memory it may have",
}
# What the process has of the environment: no secrets, and what Python needs.
VARIABLES = ("PATH", "PYTHONPATH", "PYTHONHOME", "LD_LIBRARY_PATH", "SYSTEMROOT", "TEMP", "TMP")
# Threads of NumPy's libraries would not survive that each file has a process of its own.
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
# What reading nonsense raises.
NO_ANSWER = (LookupError, TypeError, ValueError, ArithmeticError, AttributeError, struct.error)


@dataclass(frozen=True)
class Found:
    """A network in a file."""

    layers: list[Layer]
    card: str | None  # what the file says of itself, looked at by nobody
    weights: list[np.ndarray]  # float32, array after array of these layers


class Sandbox:
    """Reads one file at a time; from any thread. The process begins with the first."""

    def __init__(self) -> None:
        """Start nothing yet."""
        self._lock = threading.Lock()
        self._process: subprocess.Popen | None = None

    def ink(self, content: bytes) -> np.ndarray:
        """Return the ink in a picture file: uint8 ``(height, width)``, see ``ink.find_ink``.

        Raises:
            PictureError: see ``ink.open_picture``; or it takes too long, or too much memory.
            OSError: the system has no process for it.
        """
        try:
            head, numbers = self._ask(INK, content)
            if "sentence" in head:
                raise PictureError(str(head["sentence"]), str(head["key"]))
            return np.frombuffer(numbers, np.uint8).reshape(head["shape"])
        except (SandboxError, *NO_ANSWER) as error:
            why = _why(error)
            sentence = f"The picture {why}. Save it anew, smaller, as PNG or JPEG, and try again."
            raise PictureError(sentence) from error

    def network(self, content: bytes) -> Found:
        """Return the network in a ``.keras`` or ``.h5`` file, see ``importer``.

        Raises:
            WeightsError: it is damaged, hostile, or holds a network that cannot be shown here; the
                message says only what is wrong.
            OSError: the system has no process for it.
        """
        try:
            head, numbers = self._ask(NETWORK, content)
            if "detail" in head:
                detail = str(head["detail"])
                values = {str(name): str(value) for name, value in head.get("values", {}).items()}
                raise WeightsError(detail, str(head["reason"]), detail, **values)
            layers = architecture.from_json(head["layers"])
            importer.check(layers)
            shapes = [shape for layer in layers for shape in layer.arrays]
            ends = np.cumsum([np.prod(shape) for shape in shapes])
            parts = np.split(np.frombuffer(numbers, "<f4"), ends[:-1])
            weights = [part.reshape(shape) for part, shape in zip(parts, shapes, strict=True)]
            return Found(layers, head["card"], weights)
        except (SandboxError, OtherNetworkError, *NO_ANSWER) as error:
            why = _why(error)
            reason = "tooHeavy" if why in (WHY[TOO_LATE], WHY[TOO_MUCH]) else "damaged"
            raise WeightsError(why, reason, why) from error

    def close(self) -> None:
        """End the process, whatever it is at."""
        if process := self._process:
            _kill(process)

    def _ask(self, kind: bytes, content: bytes) -> tuple[dict, bytes]:
        """Return what is answered: a head, and numbers."""
        with self._lock:
            if self._process and self._process.poll() is not None:
                self._drop(self._process)
            self._process = self._process or _started()
            outcome, answer = self._exchange(self._process, kind, content)
        if outcome != ANSWERED:
            raise SandboxError(WHY[outcome])
        (length,) = struct.unpack_from("<I", answer)
        return json.loads(answer[4 : 4 + length]), answer[4 + length :]

    def _exchange(
        self, process: subprocess.Popen, kind: bytes, content: bytes
    ) -> tuple[bytes, bytes]:
        killed = threading.Event()

        def end() -> None:
            killed.set()
            _kill(process)

        late = threading.Timer(PATIENCE * SECONDS[kind], end)
        late.start()
        try:
            asked, answered = _pipes(process)
            asked.write(kind + struct.pack("<I", len(content)) + content)
            asked.flush()
            outcome, length = struct.unpack("<cI", _whole(answered, 5))
            return outcome, _whole(answered, length)
        except OSError:  # it has ended
            self._drop(process)
            return (TOO_LATE if killed.is_set() else BROKEN), b""
        finally:
            late.cancel()
            if self._process and (killed.is_set() or not FORKS):
                self._drop(process)

    def _drop(self, process: subprocess.Popen) -> None:
        """Take leave of the process: the next file gets another."""
        self._process = None
        _kill(process)
        process.wait()
        for pipe in _pipes(process):
            with contextlib.suppress(OSError):
                pipe.close()


class SandboxError(Exception):
    """A file could not be read. The message goes on after its name."""


def _why(error: Exception) -> str:
    """Return what is said of a file after its name; of an answer that is none, too."""
    return str(error) if isinstance(error, SandboxError) else WHY[BROKEN]


def _started() -> subprocess.Popen:
    """Return a process that waits for files; raises ``OSError``."""
    pipe = subprocess.PIPE
    known = {name: os.environ[name] for name in VARIABLES if name in os.environ}
    process = subprocess.Popen(
        [sys.executable, "-m", "mnist_cnn.sandbox_process"],
        cwd=ROOT,
        stdin=pipe,
        stdout=pipe,
        start_new_session=True,  # Ctrl+C ends the server, and that ends this
        creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),  # on Windows
        env=known | ONE_THREAD,
    )
    _, answered = _pipes(process)
    if answered.read(1) != READY:
        raise OSError(f"what reads files does not start: status {process.wait()}")
    return process


def _pipes(process: subprocess.Popen) -> tuple[BinaryIO, BinaryIO]:
    """Return what the process is asked and answers by; it was started with both."""
    return cast(BinaryIO, process.stdin), cast(BinaryIO, process.stdout)


def _whole(pipe: BinaryIO, count: int) -> bytes:
    content = pipe.read(count)
    if len(content) < count:
        raise OSError("The process has ended.")
    return content


def _kill(process: subprocess.Popen) -> None:
    if not hasattr(os, "killpg"):
        return process.kill()
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)  # and who reads the file for it
