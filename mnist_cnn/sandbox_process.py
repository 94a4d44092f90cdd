"""The process that reads strangers' files for ``sandbox``, each in a fork of its own with limits.

    asked      1 byte    INK or NETWORK
               4 bytes   how long the file is, little-endian
               the file
    answered   1 byte    ANSWERED, or why there is no answer
               4 bytes   how long the answer is
               the answer: 4 bytes for the length of its head, the head, JSON, and numbers

What a fork says is passed on when it has ended as it should, and it meets no other file and no
other answer. All ends when the pipe closes, because the server is gone. On Windows, where nothing
forks, one file is read by this process itself, which then ends.
"""

from __future__ import annotations

import contextlib
import json
import os
import struct
import sys
from collections.abc import Callable

try:
    import resource
    import signal
except ImportError:  # Windows
    resource = None  # type: ignore[assignment]  # asked for before it is used

FORKS = hasattr(os, "fork")
INK, NETWORK = b"i", b"n"
READY = ANSWERED = b"."
BROKEN, TOO_LATE, TOO_MUCH = b"b", b"t", b"m"
SECONDS = {INK: 2, NETWORK: 1}  # of a processor, for one file
MEMORY = 2**30  # bytes of addresses: 24 megapixels of floats with what is made of them
LARGEST = 2**26  # bytes of an answer: a network without downsampling has 8 MB
DONE, WITHOUT_MEMORY = 10, 11  # exit statuses of a fork: a library that ends it has others
NOBODY = 65534  # the user without rights, on most systems


def main() -> int:
    """Read file after file until there is none; return the exit status."""
    read = _readers()
    asked, answered = sys.stdin.buffer, sys.stdout.buffer
    answered.write(READY)
    answered.flush()
    while head := asked.read(5):
        kind, length = struct.unpack("<cI", head)
        content = asked.read(length)
        if FORKS:
            outcome, answer = _forked(read[kind], SECONDS[kind], content)
        else:
            outcome, answer = ANSWERED, _answer(read[kind], content)
        answered.write(struct.pack("<cI", outcome, len(answer)) + answer)
        answered.flush()
        if not FORKS:
            break
    return 0


def _forked(read: Reader, seconds: int, content: bytes) -> tuple[bytes, bytes]:
    """Let a process of its own read a file; return what became of it, and its answer."""
    ours, theirs = os.pipe()
    child = os.fork()
    if not child:
        _confine(seconds, theirs)
        os._exit(_write(read, content))
    os.close(theirs)
    with open(ours, "rb") as pipe:
        answer = pipe.read(LARGEST)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if status == DONE:
        return ANSWERED, answer
    return {-signal.SIGXCPU: TOO_LATE, WITHOUT_MEMORY: TOO_MUCH}.get(status, BROKEN), b""


def _write(read: Reader, content: bytes) -> int:
    """Be the fork: write the answer to where standard output is now, and return the exit status."""
    try:
        answer = _answer(read, content)
    except MemoryError:
        return WITHOUT_MEMORY
    with open(1, "wb", closefd=False) as pipe:
        pipe.write(answer)
    return DONE


def _answer(read: Reader, content: bytes) -> bytes:
    head, numbers = read(content)
    text = json.dumps(head, default=str).encode()
    return struct.pack("<I", len(text)) + text + numbers


def _confine(seconds: int, answer: int) -> None:
    """Take away from this process what reading a file does not need.

    A library that a file has taken over cannot open files or sockets, start processes, write to the
    disk, or fill the memory, and has no pipe but the one for its answer.

    Args:
        seconds: of a processor.
        answer: the file descriptor of that pipe.
    """
    nothing = os.open(os.devnull, os.O_RDWR)
    for file, instead in ((0, nothing), (1, answer), (2, nothing)):  # libraries complain on 2
        os.dup2(instead, file)
    os.closerange(3, 64)  # that of the fork before has a few
    if os.getuid() == 0:  # some limits do not hold for root, who may also end any process
        with contextlib.suppress(OSError):  # in a container that has no such user
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
    signal.signal(signal.SIGXCPU, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))  # told first, killed after
    for name, most in (("AS", MEMORY), ("CORE", 0), ("FSIZE", 0), ("NPROC", 0), ("NOFILE", 3)):
        with contextlib.suppress(AttributeError, ValueError, OSError):  # macOS has no limit of AS
            resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (most, most))


Reader = Callable[[bytes], tuple[dict, bytes]]


def _readers() -> dict[bytes, Reader]:
    """Return what reads each kind of file, with all imported that it needs: a fork opens none."""
    import dataclasses
    import io

    import numpy as np
    from PIL import AvifImagePlugin, Image

    from mnist_cnn import importer, ink, weights_file

    AvifImagePlugin.DEFAULT_MAX_THREADS = 1  # a fork may start none

    def read_ink(content: bytes) -> tuple[dict, bytes]:
        try:
            found = ink.find_ink(ink.open_picture(content))
        except ink.PictureError as error:
            return {"sentence": str(error), "key": error.key}, b""
        return {"shape": found.shape}, found.tobytes()

    def read_network(content: bytes) -> tuple[dict, bytes]:
        try:
            layers, arrays = importer.network_in(content)
            card = weights_file.card_in(content)
        except weights_file.OtherNetworkError as error:
            return {"reason": error.key, "detail": str(error), "values": error.values}, b""
        except weights_file.UNREADABLE as error:
            return {"reason": "damaged", "detail": weights_file.reason_of(error)}, b""
        numbers = b"".join(np.ascontiguousarray(array, "<f4").tobytes() for array in arrays)
        return {"layers": [dataclasses.asdict(layer) for layer in layers], "card": card}, numbers

    Image.init()
    for kind in set(ink.FORMATS) & Image.SAVE.keys():  # much of a format is imported when first met
        file = io.BytesIO()
        Image.new("L", (16, 16)).save(file, kind)
        read_ink(file.getvalue())
    if weights_file.DEFAULT.exists():
        read_network(weights_file.DEFAULT.read_bytes())
    read_network(_hdf5())
    return {INK: read_ink, NETWORK: read_network}


def _hdf5() -> bytes:
    """Return an ``.h5`` file of one layer, with names in both ways that Keras has written them."""
    import io

    import h5py
    import numpy as np

    config = {"name": "dense", "units": 10, "batch_input_shape": [None, 784]}
    layers = [{"class_name": "Dense", "config": config}]
    file = io.BytesIO()
    with h5py.File(file, "w") as numbers:
        numbers.attrs["model_config"] = json.dumps({"class_name": "Sequential", "config": layers})
        group = numbers.create_group("model_weights/dense")
        group["kernel"], group["bias"] = np.zeros((784, 10), "f4"), np.zeros(10, "f4")
        group.attrs["weight_names"] = ["kernel", "bias"]
        group.attrs["bytes"] = np.array([b"kernel"])
        list(group.attrs.values())
    return file.getvalue()


if __name__ == "__main__":
    sys.exit(main())
