"""The process that reads strangers' files for ``sandbox``, each in a fork of its own with limits.

    asked      1 byte    INK or NETWORK
               4 bytes   how long the file is, little-endian
               the file
    answered   1 byte    READ or REFUSED
               4 bytes   how long the head is, 4 bytes how many bytes of numbers
               the head, JSON; the numbers

It ends when the pipe closes, because the server is gone, and when a file has broken its reader:
its exit status says how. On Windows, where nothing forks, it reads one file and ends.
"""

from __future__ import annotations

import contextlib
import json
import os
import struct
import sys
from collections.abc import Callable
from typing import BinaryIO

try:
    import resource
    import signal
except ImportError:  # Windows
    resource = None

INK, NETWORK = b"i", b"n"
READ, REFUSED = b"+", b"-"
SECONDS = {INK: 2, NETWORK: 1}  # of a processor, for one file
MEMORY = 2**30  # bytes of addresses: 24 megapixels of floats with what is made of them
DONE, BROKEN, TOO_LATE, TOO_MUCH = 10, 11, 12, 13  # exit statuses: 0 may be the file's


def main() -> int:
    """Read file after file until there is none; return the exit status."""
    read = _readers()
    asked, answered = sys.stdin.buffer, sys.stdout.buffer
    answered.write(b".")  # ready
    answered.flush()
    while head := asked.read(5):
        kind, length = struct.unpack("<cI", head)
        content = asked.read(length)
        if not hasattr(os, "fork"):
            return _answer(read[kind], content, answered)
        child = os.fork()
        if not child:
            _confine(SECONDS[kind])
            os._exit(_answer(read[kind], content, answered))
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        if status != DONE:
            return {-signal.SIGXCPU: TOO_LATE, TOO_MUCH: TOO_MUCH}.get(status, BROKEN)
    return DONE


Reader = Callable[[bytes], tuple[bytes, dict, bytes]]


def _readers() -> dict[bytes, Reader]:
    """Return what reads each kind of file, with all imported that it needs: a fork opens none."""
    import io

    import numpy as np
    from PIL import Image

    from mnist_cnn import architecture, ink, weights_file

    def read_ink(content: bytes) -> tuple[bytes, dict, bytes]:
        try:
            found = ink.find_ink(ink.open_picture(content))
        except ink.PictureError as error:
            return REFUSED, {"sentence": str(error), "key": error.key}, b""
        return READ, {"shape": found.shape}, found.tobytes()

    def read_network(content: bytes) -> tuple[bytes, dict, bytes]:
        try:
            name, arrays = architecture.variant_in(content)
            card = weights_file.card_in(content)
        except weights_file.OtherNetworkError as error:
            return REFUSED, {"reason": "other", "detail": str(error)}, b""
        except weights_file.UNREADABLE as error:
            return REFUSED, {"reason": "damaged", "detail": weights_file.reason_of(error)}, b""
        numbers = b"".join(np.ascontiguousarray(array, "<f4").tobytes() for array in arrays)
        return READ, {"downsampling": name, "card": card}, numbers

    for kind in ink.FORMATS:  # Pillow imports much of a format when it first meets it
        file = io.BytesIO()
        Image.new("L", (16, 16)).save(file, kind)
        read_ink(file.getvalue())
    read_network(weights_file.DEFAULT.read_bytes())
    return {INK: read_ink, NETWORK: read_network}


def _answer(read: Reader, content: bytes, to: BinaryIO) -> int:
    """Read a file and answer; return the exit status."""
    try:
        kind, head, numbers = read(content)
    except MemoryError:
        return TOO_MUCH
    text = json.dumps(head).encode()
    to.write(struct.pack("<cII", kind, len(text), len(numbers)) + text + numbers)
    to.flush()
    return DONE


def _confine(seconds: int) -> None:
    """Take away from this process what reading a file does not need.

    A library that a file has taken over cannot open files or sockets, start processes, write to the
    disk, or fill the memory.
    """
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # libraries complain there of any file
    signal.signal(signal.SIGXCPU, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))  # told first, killed after
    for name, most in (("AS", MEMORY), ("CORE", 0), ("FSIZE", 0), ("NPROC", 0), ("NOFILE", 3)):
        with contextlib.suppress(AttributeError, ValueError, OSError):  # macOS has no limit of AS
            resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (most, most))


if __name__ == "__main__":
    sys.exit(main())
