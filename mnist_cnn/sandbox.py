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

import numpy as np

from mnist_cnn import architecture
from mnist_cnn.ink import PictureError
from mnist_cnn.sandbox_process import INK, MEMORY, NETWORK, READ, SECONDS, TOO_LATE, TOO_MUCH
from mnist_cnn.weights_file import LARGEST, WeightsError

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 1.4  # times as many seconds on the clock; the system counts those of a processor
READY = b"."

SLOW = "takes too long to read"
LARGE = f"needs more than the {MEMORY // 2**20} MB of memory it may have"
BROKEN = "breaks what reads it"


@dataclass(frozen=True)
class Found:
    """A network in a file."""

    downsampling: str  # a name in ``model.DOWNSAMPLING``
    card: str | None  # what the file says of itself, looked at by nobody
    weights: list[np.ndarray]  # float32, as ``keras.Model.get_weights`` has them


class Sandbox:
    """Reads one file at a time; from any thread. The process begins with the first."""

    def __init__(self):
        """Start nothing yet."""
        self._lock = threading.Lock()
        self._process: subprocess.Popen | None = None

    def ink(self, content: bytes) -> np.ndarray:
        """Return the ink in a picture file: uint8 ``(height, width)``, see ``ink.find_ink``.

        Raises:
            PictureError: see ``ink.open_picture``; or it takes too long, or too much memory.
        """
        try:
            answer = self._ask(INK, content)
        except SandboxError as error:
            way_out = "Save it anew, smaller, as PNG or JPEG, and try again."
            raise PictureError(f"The picture {error}. {way_out}") from error
        if answer.refused:
            raise PictureError(str(answer.head["sentence"]), str(answer.head["key"]))
        return np.frombuffer(answer.numbers, np.uint8).reshape(answer.head["shape"])

    def network(self, content: bytes) -> Found:
        """Return the network in a ``.keras`` file.

        Raises:
            WeightsError: it is damaged, hostile, or holds another network; the message says only
                what is wrong.
        """
        try:
            answer = self._ask(NETWORK, content)
        except SandboxError as error:
            raise WeightsError(str(error), "damaged", str(error)) from error
        if answer.refused:
            detail = str(answer.head["detail"])
            raise WeightsError(detail, str(answer.head["reason"]), detail)
        layers = architecture.variant(answer.head["downsampling"])
        shapes = [shape for layer in layers for shape in layer.arrays]
        ends = np.cumsum([np.prod(shape) for shape in shapes])
        parts = np.split(np.frombuffer(answer.numbers, "<f4"), ends[:-1])
        weights = [part.reshape(shape) for part, shape in zip(parts, shapes, strict=True)]
        return Found(answer.head["downsampling"], answer.head["card"], weights)

    def close(self) -> None:
        """End the process, whatever it is at."""
        if self._process:
            _kill(self._process)

    def _ask(self, kind: bytes, content: bytes) -> _Answer:
        with self._lock:
            process, killed = self._ready(), threading.Event()
            late = threading.Timer(PATIENCE * SECONDS[kind], lambda: (killed.set(), _kill(process)))
            late.start()
            try:
                process.stdin.write(kind + struct.pack("<I", len(content)) + content)
                process.stdin.flush()
                return _answer_from(process.stdout)
            except OSError:  # it is gone
                late.cancel()
                why = {TOO_LATE: SLOW, TOO_MUCH: LARGE}.get(_end(process), BROKEN)
                raise SandboxError(SLOW if killed.is_set() else why) from None
            except ValueError:  # what it says is no answer: a file speaks through it
                killed.set()
                _kill(process)
                raise SandboxError(BROKEN) from None
            finally:
                late.cancel()
                if killed.is_set():
                    _end(process)  # not used any more

    def _ready(self) -> subprocess.Popen:
        """Return a process that waits for a file."""
        if self._process is None or self._process.poll() is not None:
            try:
                self._process = _started()
            except OSError as error:
                raise SandboxError(f"cannot be read on this server now ({error})") from error
        return self._process


def _started() -> subprocess.Popen:
    pipe = subprocess.PIPE
    process = subprocess.Popen(
        [sys.executable, "-m", "mnist_cnn.sandbox_process"],
        cwd=ROOT,
        stdin=pipe,
        stdout=pipe,
        start_new_session=True,  # Ctrl+C ends the server, and that ends this
        creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),  # on Windows
        env=os.environ | ONE_THREAD,
    )
    if process.stdout.read(1) != READY:
        raise OSError(f"what reads files has ended with status {_end(process)}")
    return process


# Of NumPy's libraries: threads would not survive that each file has a process of its own.
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


class SandboxError(Exception):
    """A file could not be read. The message goes on after its name."""


@dataclass(frozen=True)
class _Answer:
    refused: bool
    head: dict
    numbers: bytes


def _answer_from(pipe) -> _Answer:
    """Read an answer as ``sandbox_process`` writes it.

    Raises:
        OSError: the process ends before.
        ValueError: no answer looks like that.
    """
    kind, head, numbers = struct.unpack("<cII", _whole(pipe, 9))
    if head + numbers > LARGEST:
        raise ValueError("more than any file holds")
    return _Answer(kind != READ, json.loads(_whole(pipe, head)), _whole(pipe, numbers))


def _whole(pipe, count: int) -> bytes:
    content = pipe.read(count)
    if len(content) < count:
        raise OSError("The process has ended.")
    return content


def _kill(process: subprocess.Popen) -> None:
    if not hasattr(os, "killpg"):
        return process.kill()
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)  # and who reads the file for it


def _end(process: subprocess.Popen) -> int:
    """Return the exit status of a process that has ended, or is about to."""
    status = process.wait()
    for pipe in (process.stdin, process.stdout):
        with contextlib.suppress(OSError):
            pipe.close()
    return status
