"""Ctrl+C, ``kill`` and a closed terminal end this program at any moment, once, and in order.

They come in crowds: who is impatient presses twice, and a terminal tells all its processes. Import
this module first, and let it hear before anything is imported that takes long.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import sys
import threading
import traceback
from collections.abc import Callable, Iterator

SIGNALS = [
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
]

acts: list[Callable[[], None]] = []  # of a program that serves: done before its end, in this order


def begin() -> None:
    """Let each signal end a program that serves: ``acts`` are done, its status is 0."""
    # No lock, which a second signal might find held by its own thread. And Python itself writes to
    # it, wherever the signal arrives: handlers wait for the main thread, which may wait for ever.
    heard, told = socket.socketpair()
    told.setblocking(False)
    threading.Thread(target=_end_when, args=(heard, told), name="ending", daemon=True).start()

    def tell(number: int, _: object) -> None:  # where a library has put its own in that place
        with contextlib.suppress(BlockingIOError):  # hundreds are waiting already
            told.send(bytes([number]))

    _hear(tell)
    signal.set_wakeup_fd(told.fileno(), warn_on_full_buffer=False)


def at_once() -> None:
    """Let each signal end a command that has only begun to import what it needs."""
    _hear(lambda number, _: os._exit(128 + number))


def interrupt() -> None:
    """Let each signal raise ``KeyboardInterrupt``, with its number, in a command.

    What comes while one is dealt with, which takes a moment, is not heard.
    """
    _hear(_raise)


def deafen() -> None:
    """Let no signal raise anything any more, because a command is over."""
    for number in SIGNALS:
        if signal.getsignal(number) is _raise:
            signal.signal(number, signal.SIG_IGN)


@contextlib.contextmanager
def unheard() -> Iterator[None]:
    """Keep Ctrl+C from the processes that this thread starts meanwhile.

    A terminal tells them, too, and while they import they would answer with a traceback.
    """
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    from multiprocessing import resource_tracker

    resource_tracker.ensure_running()  # else it begins with the first, and takes the mask away
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def die_silently() -> None:
    """Let Ctrl+C end this process, of those that began ``unheard``, without a word."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})


def _hear(handler: Callable[[int, object], None]) -> None:
    for number in SIGNALS:
        if signal.getsignal(number) is not signal.SIG_IGN:  # as after ``nohup``
            signal.signal(number, handler)


def _end_when(heard: socket.socket, told: socket.socket) -> None:
    """Wait for a signal, and end the process; those that follow are not waited for.

    Args:
        heard: brings the numbers of signals, a byte each.
        told: its other end, which stays open as long as this waits.
    """
    while heard.recv(1)[0] not in SIGNALS:  # libraries may have handlers for others
        pass
    status = 0
    for act in acts:
        try:
            act()
        except Exception:  # noqa: BLE001  whatever it is, the others are done
            traceback.print_exc()
            status = 1
    # Open sockets, uvicorn's thread and TensorFlow's way out would take seconds more.
    os._exit(status)


def _raise(number: int, _: object) -> None:
    error = sys.exc_info()[1]
    while error is not None:
        if isinstance(error, KeyboardInterrupt):
            return
        error = error.__context__
    raise KeyboardInterrupt(number)
