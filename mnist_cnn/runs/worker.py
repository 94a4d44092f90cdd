"""One training in a process of its own: starts it, receives its events, pauses and stops it.

The process is spawned, not forked, because TensorFlow's threads do not survive a fork; its memory
and its crashes are its own. It loads TensorFlow and waits for its job, which lies in a file in its
folder. One pipe brings its events and takes orders; when the pipe closes, because the parent is
gone, the process ends.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import pickle
import shutil
import tempfile
import threading
from collections import deque
from collections.abc import Callable
from multiprocessing.connection import wait
from pathlib import Path
from typing import TYPE_CHECKING

from mnist_cnn.optimization.events import LAST_EVENTS, Event, Failed, Snapshot, Stopped
from mnist_cnn.runs import failures
from mnist_cnn.runs.forecast import Tried
from mnist_cnn.runs.process import BEGIN, JOB, work
from mnist_cnn.runs.watchdog import PAUSE, RESUME, STOP, Watchdog
from mnist_cnn.system import awake, signals

if TYPE_CHECKING:
    from mnist_cnn.training.correction import Correction
    from mnist_cnn.training.options import Options

EXIT_SECONDS = 5.0  # for a process to end after its last event


class Worker:
    """A training process. Its last event is ``Finished``, ``Stopped`` or ``Failed``."""

    def __init__(
        self,
        job: Options | Correction | None,
        receive: Callable[[Event | Tried], None],
        mnist_path: str | os.PathLike | None = None,
        pens_path: str | os.PathLike | None = None,
    ):
        """Start the process.

        Args:
            job: an ``Options``, or a ``Correction``; None: it waits for ``begin``.
            receive: called with every event, from a thread of this worker.
            mnist_path, pens_path: see ``datasets.load``.

        Raises:
            OSError: the system has no process, no memory or no space on the disk for it.
        """
        self._receive, self._paths = receive, (mnist_path, pens_path)
        self._folder = tempfile.mkdtemp(prefix="mnist_cnn_")  # for all files of the process
        self._lock = threading.Condition()
        self._errands: deque[str | Options] = deque()  # not sent yet, before any order
        self._order: str | None = None  # not sent yet
        self._gone = False
        self._first_step = False
        self._stopped = False  # killed by ``stop`` or ``end``
        self._hung = False  # killed because it hung
        self._watchdog = Watchdog(awake.seconds())
        self._snapshot: Snapshot | None = None
        try:
            if job:
                self._put(job)
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
        """The process id."""
        return self._process.pid

    def begin(self, job: Options | Correction, receive: Callable[[Event | Tried], None]) -> bool:
        """Give its job to a process that has none; ``receive`` is called with its events from now.

        Returns:
            Whether it will do it; one that has ended meanwhile will not, and tells nothing.

        Raises:
            OSError: the system has no space on the disk for the job.
        """
        with self._lock:
            if self._gone or not self._process.is_alive():
                return False
            self._put(job)
            self._receive = receive
            self._watchdog = Watchdog(awake.seconds())
            self._lock.notify_all()
            return True

    def try_out(self, options: Options) -> None:
        """Let a process without a job measure a training; ``Tried`` follows, unless it begins."""
        with self._lock:
            self._watchdog = Watchdog(awake.seconds())  # until now it had nothing to tell
            self._errands.append(options)
            self._lock.notify_all()

    def pause(self) -> None:
        """Stop before the next step, until ``resume``; ``Paused`` follows, unless it is paused."""
        self._give(PAUSE)

    def resume(self) -> None:
        """Go on; ``Resumed`` follows, if it was paused."""
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

    def end_if_hung(self, now: float) -> None:
        """Kill the process if it hangs; ``Failed`` follows, or ``Stopped`` where it should stop.

        From another thread than that of the events, which a process can stop in the middle of one.

        Args:
            now: ``awake.seconds()``, or later.
        """
        with self._lock:
            disobeys, hangs = self._watchdog.disobeys(now), self._watchdog.hangs(now)
            self._stopped |= disobeys
            self._hung |= hangs
        if disobeys or hangs:
            self._process.kill()

    def join(self, seconds: float | None = None) -> bool:
        """Wait for the last event; return whether it has come."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _put(self, job: Options | Correction) -> None:
        # Not through the pipe: weights do not fit into its buffer, so sending them would wait
        # until the process has imported TensorFlow and reads.
        Path(self._folder, JOB).write_bytes(pickle.dumps((job, *self._paths)))
        self._errands.append(BEGIN)

    def _spawn(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(
            target=work, args=(theirs, self._folder), name="training", daemon=True
        )
        with signals.block_ctrl_c():
            self._process.start()
        theirs.close()  # or the pipe would stay open when the process ends

    def _give(self, order: str) -> None:
        with self._lock:
            self._watchdog.told(order, awake.seconds())
            if self._order != STOP:  # later orders do not undo it
                self._order = order
                self._lock.notify_all()

    def _send_orders(self) -> None:
        """Send errands and the newest order, again and again, until the process is gone.

        It reads none while it imports TensorFlow, and a pipe is soon full: only this thread waits.
        """
        with contextlib.suppress(OSError):  # the process has ended, and its last event says so
            while order := self._next_order():
                self._pipe.send(order)

    def _next_order(self) -> str | Options | None:
        with self._lock:
            self._lock.wait_for(lambda: self._errands or self._order or self._gone)
            if self._errands and not self._gone:
                return self._errands.popleft()
            order, self._order = self._order, None
            return None if self._gone else order

    def _listen(self) -> None:
        """Pass events on until the last one, or until the process is gone."""
        last = None
        with contextlib.suppress(OSError, EOFError):
            while last is None:
                ready = wait([self._pipe, self._process.sentinel])
                if self._pipe not in ready:
                    break  # it is gone, and all its events are read
                event = self._pipe.recv()
                if isinstance(event, LAST_EVENTS):
                    last = event
                else:
                    self._pass_on(event)
        self._process.join(EXIT_SECONDS if last else None)
        self._process.kill()
        self._process.join()
        with self._lock:
            self._gone = True
            self._lock.notify_all()
        self._sender.join(EXIT_SECONDS)  # on Windows it may be stuck in a full pipe
        self._pipe.close()
        shutil.rmtree(self._folder, ignore_errors=True)
        with self._lock:  # so that whoever gives it a job meanwhile knows that it is gone
            receive = self._receive
        receive(last or self._explain_end())

    def _pass_on(self, event: Event | Tried) -> None:
        with self._lock:
            self._watchdog.heard(event, awake.seconds())
            if isinstance(event, Snapshot):
                self._snapshot = event
                self._first_step = event.step > 0
            receive = self._receive
        receive(event)

    def _explain_end(self) -> Stopped | Failed:
        """Return the last event of a process that ended without sending one."""
        if self._stopped:
            snapshot = self._snapshot
            return Stopped(snapshot.step, snapshot.weights) if snapshot else Stopped(0, None)
        return failures.of_hanging() if self._hung else failures.of_exit(self._process.exitcode)
