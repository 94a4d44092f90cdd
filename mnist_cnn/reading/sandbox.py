"""Decode visitors' files in a process of its own, where a hostile file can do no harm.

Pictures and weights are decoded by C libraries (Pillow's, HDF5) that were not written for hostile
files: some crash the process, some keep a core busy for minutes, and some may do worse. So
``sandbox_process`` reads each file with limits of time and memory, and returns plain numbers and
text, which cannot run anything here. If it dies, the file is refused.
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
from typing import BinaryIO, cast

import numpy as np

from mnist_cnn.network import architecture, importer
from mnist_cnn.network.architecture import Layer
from mnist_cnn.network.keras_file import UnsupportedNetworkError, WeightsError
from mnist_cnn.reading.ink import PictureError
from mnist_cnn.reading.sandbox_process import (
    ANSWERED,
    BROKEN,
    CPU_SECONDS,
    FORKS,
    INK,
    MAX_MEMORY,
    NETWORK,
    READY,
    TOO_LATE,
    TOO_MUCH,
)
from mnist_cnn.system.paths import PROJECT

# Seconds on the clock for a second of CPU time, because the machine may be busy.
CLOCK_FACTOR = 4 if FORKS else 1
REASONS = {
    BROKEN: "breaks what reads it",
    TOO_LATE: "takes too long to read",
    TOO_MUCH: f"needs more than the {MAX_MEMORY // 2**20} MB of memory it may have",
}
# The environment variables that the process gets: what Python needs, and no secrets.
VARIABLES = ("PATH", "PYTHONPATH", "PYTHONHOME", "LD_LIBRARY_PATH", "SYSTEMROOT", "TEMP", "TMP")
# NumPy's libraries start threads, which do not survive a fork.
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
# What parsing a nonsensical answer raises.
PARSE_ERRORS = (LookupError, TypeError, ValueError, ArithmeticError, AttributeError, struct.error)


@dataclass(frozen=True)
class FoundNetwork:
    """The network in a visitor's file."""

    layers: list[Layer]
    card: str | None  # the text of its card, unchecked
    weights: list[np.ndarray]  # float32, the arrays of these layers in order


class Sandbox:
    """Reads one file at a time, from any thread. The process starts with the first file."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen | None = None

    def ink(self, content: bytes) -> np.ndarray:
        """Return the ink in a picture file: uint8 ``(height, width)``, see ``ink.find_ink``.

        Raises:
            PictureError: as ``ink.open_picture``, or it takes too long or too much memory.
            OSError: the process cannot be started.
        """
        try:
            head, numbers = self._ask(INK, content)
            if "sentence" in head:
                raise PictureError(str(head["sentence"]), str(head["key"]))
            return np.frombuffer(numbers, np.uint8).reshape(head["shape"])
        except (SandboxError, *PARSE_ERRORS) as error:
            why = _why(error)
            sentence = f"The picture {why}. Save it anew, smaller, as PNG or JPEG, and try again."
            raise PictureError(sentence) from error

    def network(self, content: bytes) -> FoundNetwork:
        """Return the network in a ``.keras`` or ``.h5`` file, see ``importer``.

        Raises:
            WeightsError: it is damaged, hostile, or holds a network that the page cannot show. The
                message is a sentence without a subject.
            OSError: the process cannot be started.
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
            return FoundNetwork(layers, head["card"], weights)
        except (SandboxError, UnsupportedNetworkError, *PARSE_ERRORS) as error:
            why = _why(error)
            reason = "tooHeavy" if why in (REASONS[TOO_LATE], REASONS[TOO_MUCH]) else "damaged"
            raise WeightsError(why, reason, why) from error

    def close(self) -> None:
        """Kill the process, whatever it is doing."""
        if process := self._process:
            _kill(process)

    def _ask(self, kind: bytes, content: bytes) -> tuple[dict, bytes]:
        """Return the head and the numbers of the answer; raises ``SandboxError``."""
        with self._lock:
            if self._process and self._process.poll() is not None:
                self._discard(self._process)
            self._process = self._process or _start_process()
            outcome, answer = self._exchange(self._process, kind, content)
        if outcome != ANSWERED:
            raise SandboxError(REASONS[outcome])
        (length,) = struct.unpack_from("<I", answer)
        return json.loads(answer[4 : 4 + length]), answer[4 + length :]

    def _exchange(
        self, process: subprocess.Popen, kind: bytes, content: bytes
    ) -> tuple[bytes, bytes]:
        killed = threading.Event()

        def end() -> None:
            killed.set()
            _kill(process)

        late = threading.Timer(CLOCK_FACTOR * CPU_SECONDS[kind], end)
        late.start()
        try:
            requests, answers = _pipes(process)
            requests.write(kind + struct.pack("<I", len(content)) + content)
            requests.flush()
            outcome, length = struct.unpack("<cI", _read_exactly(answers, 5))
            return outcome, _read_exactly(answers, length)
        except OSError:  # the process has ended
            self._discard(process)
            return (TOO_LATE if killed.is_set() else BROKEN), b""
        finally:
            late.cancel()
            if self._process and (killed.is_set() or not FORKS):
                self._discard(process)

    def _discard(self, process: subprocess.Popen) -> None:
        """End the process; the next file starts another."""
        self._process = None
        _kill(process)
        process.wait()
        for pipe in _pipes(process):
            with contextlib.suppress(OSError):
                pipe.close()


class SandboxError(Exception):
    """A file could not be read. The message is a sentence without a subject."""


def _why(error: Exception) -> str:
    """Return what is wrong with a file, also when its answer is nonsense."""
    return str(error) if isinstance(error, SandboxError) else REASONS[BROKEN]


def _start_process() -> subprocess.Popen:
    """Start a process that waits for files; raises ``OSError``."""
    pipe = subprocess.PIPE
    kept = {name: os.environ[name] for name in VARIABLES if name in os.environ}
    process = subprocess.Popen(
        # -B: on a full disk Python keeps half of what it compiles, and then starts no more.
        [sys.executable, "-B", "-m", "mnist_cnn.reading.sandbox_process"],
        cwd=PROJECT,
        stdin=pipe,
        stdout=pipe,
        start_new_session=True,  # Ctrl+C is for the server, which ends this
        creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),  # on Windows
        env=kept | ONE_THREAD,
    )
    _, answers = _pipes(process)
    if answers.read(1) != READY:
        raise OSError(f"the process that reads files does not start: status {process.wait()}")
    return process


def _pipes(process: subprocess.Popen) -> tuple[BinaryIO, BinaryIO]:
    """Return the pipes for requests to and answers from the process."""
    return cast(BinaryIO, process.stdin), cast(BinaryIO, process.stdout)


def _read_exactly(pipe: BinaryIO, count: int) -> bytes:
    content = pipe.read(count)
    if len(content) < count:
        raise OSError("The process has ended.")
    return content


def _kill(process: subprocess.Popen) -> None:
    if not hasattr(os, "killpg"):
        return process.kill()
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)  # its fork, too
