"""What Ctrl+C, ``kill`` and a closed terminal do: end the program at any moment, once, in order.

Signals come in bursts: impatient people press Ctrl+C twice, and a terminal signals every process
in it. Import this module, and set a handler, before any import that takes long.
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

on_exit: list[Callable[[], None]] = []  # called by ``exit_gracefully``, in this order
_postponed: list[int] | None = None  # signals that wait for the end of ``postponed``


def exit_gracefully() -> None:
    """Make each signal call all of ``on_exit`` and end the process with status 0: for servers."""
    # Handlers run in the main thread, which may be waiting for ever, and a lock might be held by
    # the very thread that a second signal interrupts. So Python itself writes the signal's number
    # to this socket, and a thread waits for it.
    receiver, sender = socket.socketpair()
    sender.setblocking(False)
    threading.Thread(
        target=_exit_on_signal, args=(receiver, sender), name="signals", daemon=True
    ).start()

    def send(number: int, _: object) -> None:  # needed where a library has replaced the wakeup fd
        with contextlib.suppress(BlockingIOError):  # hundreds of signals are waiting already
            sender.send(bytes([number]))

    _handle_all(send)
    signal.set_wakeup_fd(sender.fileno(), warn_on_full_buffer=False)


def exit_immediately() -> None:
    """Make each signal end the process at once: for a command that is still importing."""
    _handle_all(lambda number, _: os._exit(128 + number))


def raise_keyboard_interrupt() -> None:
    """Make each signal raise ``KeyboardInterrupt(number)``: for a command at work.

    Signals that arrive while one is being handled are ignored, see also ``postponed``.
    """
    _handle_all(_raise)


@contextlib.contextmanager
def postponed() -> Iterator[None]:
    """Raise what ``raise_keyboard_interrupt`` would raise meanwhile only at the end of this block.

    For calls of libraries that lose an interrupt, or answer it with an error of their own: zipfile
    cannot close an archive after one has come between two of its lines.
    """
    global _postponed
    _postponed = []
    try:
        yield
    finally:
        waiting, _postponed = _postponed, None
        if waiting:
            raise KeyboardInterrupt(waiting[0])


def ignore() -> None:
    """Undo ``raise_keyboard_interrupt`` when a command is over: signals no longer do anything."""
    for number in SIGNALS:
        if signal.getsignal(number) is _raise:
            signal.signal(number, signal.SIG_IGN)


@contextlib.contextmanager
def block_ctrl_c() -> Iterator[None]:
    """Block Ctrl+C in the child processes that this thread starts in the meantime.

    A terminal sends it to them too, and during their imports it would print a traceback.
    """
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    from multiprocessing import resource_tracker

    resource_tracker.ensure_running()  # starting with the first child, it would reset the mask
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def unblock_ctrl_c() -> None:
    """Let Ctrl+C silently end this process, which was started under ``block_ctrl_c``."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})


def _handle_all(handler: Callable[[int, object], None]) -> None:
    for number in SIGNALS:
        if signal.getsignal(number) is not signal.SIG_IGN:  # as after ``nohup``
            signal.signal(number, handler)


def _exit_on_signal(receiver: socket.socket, sender: socket.socket) -> None:
    """Wait for one of ``SIGNALS``, then end the process; later signals make no difference.

    Args:
        receiver: yields the numbers of signals, one byte each.
        sender: the other end, kept alive by this reference.
    """
    while receiver.recv(1)[0] not in SIGNALS:  # libraries may handle others
        pass
    status = 0
    for action in on_exit:
        try:
            action()
        except Exception:  # noqa: BLE001  the remaining actions must still run
            status = 1
            with contextlib.suppress(OSError):  # the terminal has been closed
                traceback.print_exc()
    # A regular exit would wait seconds for open sockets, uvicorn's thread and TensorFlow.
    os._exit(status)


def _raise(number: int, _: object) -> None:
    error = sys.exc_info()[1]
    while error is not None:
        if isinstance(error, KeyboardInterrupt):
            return
        error = error.__context__
    if _postponed is None:
        raise KeyboardInterrupt(number)
    _postponed.append(number)
