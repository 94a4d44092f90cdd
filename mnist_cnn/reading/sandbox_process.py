"""The process of ``sandbox`` that reads visitors' files, each in a fork of its own with limits.

    request   1 byte    INK or NETWORK
              4 bytes   length of the file, little-endian
              the file
    answer    1 byte    ANSWERED, or why there is no answer
              4 bytes   length of the rest
              the rest: 4 bytes for the length of the head, the head in JSON, and numbers

An answer is passed on only if its fork ended normally, and a fork never sees another file or
answer. The process ends when the pipe closes, because the server is gone. On Windows, which has no
fork, this process reads one file itself and then ends.
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
    resource = None  # type: ignore[assignment]  # its uses are guarded

FORKS = hasattr(os, "fork")
INK, NETWORK = b"i", b"n"
READY = ANSWERED = b"."
BROKEN, TOO_LATE, TOO_MUCH = b"b", b"t", b"m"
CPU_SECONDS = {INK: 2, NETWORK: 1}  # for one file
MAX_MEMORY = 2**30  # bytes of address space: enough for 24 megapixels as floats
MAX_ANSWER = 2**26  # bytes; a network without downsampling has 8 MB
DONE, OUT_OF_MEMORY = 10, 11  # exit statuses of a fork, unlike those of a library that ends it
NOBODY = 65534  # the user without rights on most systems


def main() -> int:
    """Answer requests until the pipe closes; return the exit status."""
    read = _readers()
    requests, answers = sys.stdin.buffer, sys.stdout.buffer
    answers.write(READY)
    answers.flush()
    while head := requests.read(5):
        kind, length = struct.unpack("<cI", head)
        if FORKS:
            outcome, answer = _forked(read[kind], CPU_SECONDS[kind], requests.read(length))
        else:
            outcome, answer = ANSWERED, _answer(read[kind], requests.read(length))
        answers.write(struct.pack("<cI", outcome, len(answer)) + answer)
        answers.flush()
        del answer  # nothing of a file stays until the next one
        if not FORKS:
            break
    return 0


def _forked(read: Reader, seconds: int, content: bytes) -> tuple[bytes, bytes]:
    """Read a file in a fork; return the outcome, and the answer."""
    ours, theirs = os.pipe()
    child = os.fork()
    if not child:
        _confine(seconds, theirs)
        os._exit(_write(read, content))
    os.close(theirs)
    with open(ours, "rb") as pipe:
        answer = pipe.read(MAX_ANSWER)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if status == DONE:
        return ANSWERED, answer
    return {-signal.SIGXCPU: TOO_LATE, OUT_OF_MEMORY: TOO_MUCH}.get(status, BROKEN), b""


def _write(read: Reader, content: bytes) -> int:
    """In the fork: write the answer to standard output, and return the exit status."""
    try:
        answer = _answer(read, content)
    except MemoryError:
        return OUT_OF_MEMORY
    with open(1, "wb", closefd=False) as pipe:
        pipe.write(answer)
    return DONE


def _answer(read: Reader, content: bytes) -> bytes:
    head, numbers = read(content)
    text = json.dumps(head, default=str).encode()
    return struct.pack("<I", len(text)) + text + numbers


def _confine(seconds: int, answer: int) -> None:
    """Take every right from this process that reading a file does not need.

    Even a library that a file has taken over cannot open files or sockets, start processes, write
    to the disk or fill the memory, and has no pipe but the one for its answer.

    Args:
        seconds: of CPU time.
        answer: file descriptor of that pipe.
    """
    nothing = os.open(os.devnull, os.O_RDWR)
    for file, instead in ((0, nothing), (1, answer), (2, nothing)):  # libraries print messages to 2
        os.dup2(instead, file)
    os.closerange(3, 64)  # a few are open from the parent
    if os.getuid() == 0:  # root is exempt from some limits and may end any process
        with contextlib.suppress(OSError):  # a container without this user
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
    signal.signal(signal.SIGXCPU, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))  # signalled first, then killed
    for name, most in (("AS", MAX_MEMORY), ("CORE", 0), ("FSIZE", 0), ("NPROC", 0), ("NOFILE", 3)):
        with contextlib.suppress(AttributeError, ValueError, OSError):  # macOS cannot limit AS
            resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (most, most))


Reader = Callable[[bytes], tuple[dict, bytes]]


def _readers() -> dict[bytes, Reader]:
    """Return a reader for each kind of file, everything imported: a fork cannot open modules."""
    import dataclasses
    import io

    import numpy as np
    from PIL import AvifImagePlugin, Image

    from mnist_cnn.network import importer, keras_file
    from mnist_cnn.reading import ink

    AvifImagePlugin.DEFAULT_MAX_THREADS = 1  # a fork may not start any

    def read_ink(content: bytes) -> tuple[dict, bytes]:
        try:
            found = ink.find_ink(ink.open_picture(content))
        except ink.PictureError as error:
            return {"sentence": str(error), "key": error.key}, b""
        return {"shape": found.shape}, found.tobytes()

    def read_network(content: bytes) -> tuple[dict, bytes]:
        try:
            layers, arrays = importer.read(content)
            card = keras_file.read_card(content)
        except keras_file.UnsupportedNetworkError as error:
            return {"reason": error.key, "detail": str(error), "values": error.values}, b""
        except keras_file.DAMAGED_FILE_ERRORS as error:
            return {"reason": "damaged", "detail": keras_file.one_line(error)}, b""
        numbers = b"".join(np.ascontiguousarray(array, "<f4").tobytes() for array in arrays)
        return {"layers": [dataclasses.asdict(layer) for layer in layers], "card": card}, numbers

    Image.init()
    for kind in (
        set(ink.FORMATS) & Image.SAVE.keys()
    ):  # Pillow imports parts of a format when it is first used
        file = io.BytesIO()
        Image.new("L", (16, 16)).save(file, kind)
        read_ink(file.getvalue())
    if keras_file.DEFAULT.exists():
        read_network(keras_file.DEFAULT.read_bytes())
    read_network(_hdf5())
    return {INK: read_ink, NETWORK: read_network}


def _hdf5() -> bytes:
    """Return an ``.h5`` file of one layer, with names in both types that Keras has used."""
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
