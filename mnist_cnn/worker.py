"""One training in a process of its own, at low priority: started, listened to, told what to do.

The process is spawned, not forked (TensorFlow's threads do not survive a fork), and imports
TensorFlow itself: so its memory and its crashes are its own. What it is to do lies in its folder.
Both ends of one pipe: events come out of it, commands go in. When the pipe closes, because the
parent is gone, the process ends.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import pickle
import shutil
import tempfile
import threading
from collections.abc import Callable
from multiprocessing.connection import wait
from pathlib import Path
from typing import TYPE_CHECKING

from mnist_cnn import ending, failures
from mnist_cnn.events import LAST, Event, Failed, Snapshot, Stopped
from mnist_cnn.training_process import JOB, PAUSE, RESUME, STOP, work

if TYPE_CHECKING:
    from mnist_cnn.correction import Correction
    from mnist_cnn.options import Options

SOON = 5.0  # seconds a stopped process has to end


class Worker:
    """A process that trains. Its last event is ``Finished``, ``Stopped`` or ``Failed``."""

    def __init__(
        self,
        job: Options | Correction,
        receive: Callable[[Event], None],
        mnist_path: str | os.PathLike | None = None,
        pens_path: str | os.PathLike | None = None,
    ):
        """Start the process.

        Args:
            job: an ``Options``, or a ``Correction``.
            receive: is called with every event, from a thread of this worker.
            mnist_path, pens_path: see ``training_data.load``.

        Raises:
            OSError: the system has no process, no memory or no space on the disk for it.
        """
        self._receive = receive
        self._folder = tempfile.mkdtemp(prefix="mnist_cnn_")  # what the process leaves lies here
        self._lock = threading.Condition()
        self._order: str | None = None  # given and not sent yet
        self._gone = False
        self._first_step = False
        self._stopped = False  # by a stop that needed no answer
        self._snapshot: Snapshot | None = None
        try:
            # Not through the pipe: weights are more than it holds, and whoever starts a process
            # would wait until that has imported what it reads the pipe with.
            Path(self._folder, JOB).write_bytes(pickle.dumps((job, mnist_path, pens_path)))
            self._spawn()
        except OSError:
            shutil.rmtree(self._folder, ignore_errors=True)
            raise
        self._sender = threading.Thread(target=self._send_orders, daemon=True)
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._sender.start()
        self._thread.start()

    @property
    def pid(self) -> int | None:
        """The number of the process."""
        return self._process.pid

    def pause(self) -> None:
        """Do no further step until ``resume``: ``Paused`` follows, if that has not come before."""
        self._give(PAUSE)

    def resume(self) -> None:
        """Go on: ``Resumed`` follows, if it has paused."""
        self._give(RESUME)

    def stop(self) -> None:
        """End the training, keeping and testing the weights so far; ``Finished`` follows.

        Before the first step there is nothing to keep or to test: then ``Stopped`` follows.
        """
        with self._lock:
            nothing_learned = not self._first_step
            self._stopped |= nothing_learned
        if nothing_learned:
            self._process.kill()
        else:
            self._give(STOP)

    def end(self) -> None:
        """Kill the process; ``Stopped`` follows, unless another last event came before."""
        with self._lock:
            self._stopped = True
        self._process.kill()

    def join(self, seconds: float | None = None) -> bool:
        """Wait for the last event; return whether it has come."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _spawn(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(
            target=work, args=(theirs, self._folder), name="training", daemon=True
        )
        with ending.unheard():
            self._process.start()
        theirs.close()  # else the end of the process would not close the pipe

    def _give(self, order: str) -> None:
        with self._lock:
            if self._order != STOP:  # which holds, whatever comes after it
                self._order = order
                self._lock.notify_all()

    def _send_orders(self) -> None:
        """Send orders, of several the newest, until the process is gone.

        It hears none while it imports TensorFlow, and a pipe is soon full: only this thread waits.
        """
        with contextlib.suppress(OSError):  # it has ended: its last event says so
            while order := self._next_order():
                self._pipe.send(order)

    def _next_order(self) -> str | None:
        with self._lock:
            self._lock.wait_for(lambda: self._order or self._gone)
            order, self._order = self._order, None
            return None if self._gone else order

    def _listen(self) -> None:
        """Pass events on until the last one, or until the process is gone."""
        last = None
        with contextlib.suppress(OSError, EOFError):
            while last is None:
                ready = wait([self._pipe, self._process.sentinel])
                if self._pipe not in ready:
                    break  # it is gone, and all it said has been heard
                event = self._pipe.recv()
                if isinstance(event, LAST):
                    last = event
                else:
                    self._pass_on(event)
        self._process.join(SOON if last else None)
        self._process.kill()
        self._process.join()
        with self._lock:
            self._gone = True
            self._lock.notify_all()
        self._sender.join(SOON)  # on Windows it may wait for a process that never listened
        self._pipe.close()
        shutil.rmtree(self._folder, ignore_errors=True)
        self._receive(last or self._why())

    def _pass_on(self, event: Event) -> None:
        if isinstance(event, Snapshot):
            with self._lock:
                self._snapshot = event
                self._first_step = event.step > 0
        self._receive(event)

    def _why(self) -> Stopped | Failed:
        """What to say about a process that ended without a word."""
        if self._stopped:
            snapshot = self._snapshot
            return Stopped(snapshot.step, snapshot.weights) if snapshot else Stopped(0, None)
        return failures.of_exit(self._process.exitcode)
