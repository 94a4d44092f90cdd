"""One training in a process of its own, at low priority: started, listened to, told what to do.

The process is spawned, not forked (TensorFlow's threads do not survive a fork), and imports
TensorFlow itself: so its memory and its crashes are its own. Both ends of one pipe: events come
out of it, commands go in. When the pipe closes, because the parent is gone, the process ends.
"""

from __future__ import annotations

import contextlib
import errno
import multiprocessing
import os
import shutil
import signal
import sys
import tempfile
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection, wait
from typing import NoReturn

from mnist_cnn.events import (
    LAST,
    Evaluating,
    Event,
    Failed,
    Paused,
    Resumed,
    Snapshot,
    Starting,
    Step,
    Stopped,
)

NICENESS = 10  # drawing comes first
KEPT = 120  # snapshots of a run, at most
KEPT_BYTES = 64 * 2**20  # of them all, at most: without downsampling one has 8 MB
LIVE = 0.25  # seconds between two snapshots
SPREADING = 0.06  # of the time so far, between two that are kept
SOON = 5.0  # seconds a stopped process has to end
PAUSE, RESUME, STOP, STOP_UNTESTED = "pause", "resume", "stop", "stop untested"


class Worker:
    """A process that trains. Its last event is ``Finished``, ``Stopped`` or ``Failed``."""

    def __init__(
        self,
        job,
        receive: Callable[[Event], None],
        mnist_path: str | os.PathLike | None = None,
        pens_path: str | os.PathLike | None = None,
    ):
        """Start the process.

        Args:
            job: an ``Options``, or a ``Correction``.
            receive: is called with every event, from a thread of this worker.
            mnist_path, pens_path: see ``training_data.load``.
        """
        self._receive = receive
        self._folder = tempfile.mkdtemp(prefix="mnist_cnn_")  # what the process leaves lies here
        self._commands = threading.Lock()
        self._first_step = False
        self._stopped = False  # by a stop that needed no answer
        self._snapshot: Snapshot | None = None
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(
            target=_work, args=(theirs, self._folder), name="training", daemon=True
        )
        self._process.start()
        theirs.close()  # else the end of the process would not close the pipe
        self._command((job, mnist_path, pens_path))
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    @property
    def pid(self) -> int:
        """The number of the process."""
        return self._process.pid

    def pause(self) -> None:
        """Do no further step until ``resume``: ``Paused`` follows."""
        self._command(PAUSE)

    def resume(self) -> None:
        """Go on: ``Resumed`` follows."""
        self._command(RESUME)

    def stop(self, test: bool = True) -> None:
        """End the training, keeping the weights so far; ``Finished`` follows.

        Before the first step there is nothing to keep or to test, and without ``test`` it is not
        done: then ``Stopped`` follows.
        """
        with self._commands:
            nothing_learned = not self._first_step
            self._stopped |= nothing_learned
        if nothing_learned:
            self._process.kill()
        else:
            self._command(STOP if test else STOP_UNTESTED)

    def end(self) -> None:
        """Kill the process; ``Stopped`` follows, unless another last event came before."""
        with self._commands:
            self._stopped = True
        self._process.kill()

    def join(self, seconds: float | None = None) -> bool:
        """Wait for the last event; return whether it has come."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _command(self, command: str | tuple) -> None:
        with self._commands, contextlib.suppress(OSError):  # it has ended: its last event says so
            self._pipe.send(command)

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
        self._pipe.close()
        shutil.rmtree(self._folder, ignore_errors=True)
        self._receive(last or self._why())

    def _pass_on(self, event: Event) -> None:
        if isinstance(event, Snapshot):
            with self._commands:
                self._snapshot = event
                self._first_step = event.step > 0
        self._receive(event)

    def _why(self) -> Stopped | Failed:
        """What to say about a process that ended without a word."""
        if self._stopped:
            snapshot = self._snapshot
            return Stopped(snapshot.step if snapshot else 0, snapshot and snapshot.weights)
        code = self._process.exitcode
        if code is not None and code < 0:
            name = signal.Signals(-code).name if -code in set(signal.Signals) else f"signal {-code}"
            return Failed(
                "killed",
                f"The training process was ended from outside ({name}), as the system does when "
                "memory runs out. Train again, with a smaller batch size or with downsampling.",
            )
        return Failed(
            "error",
            f"The training process ended with an error (exit code {code}); the terminal of the "
            "server shows it. Train again, or with other choices.",
        )


# --- in the process -----------------------------------------------------------------------


class _Orders:
    """What the parent wants, as heard by a thread of its own."""

    def __init__(self, pipe: Connection):
        self.pipe = pipe
        self.paused, self.stop, self.test = False, False, True
        self.news = threading.Condition()

    def listen(self) -> None:
        """Hear commands until the pipe closes: then nobody wants this process any more."""
        while True:
            try:
                command = self.pipe.recv()
            except (EOFError, OSError):
                _vanish()
            with self.news:
                self.paused = command == PAUSE
                self.stop |= command in (STOP, STOP_UNTESTED)
                self.test &= command != STOP_UNTESTED
                self.news.notify_all()


def _work(pipe: Connection, folder: str) -> None:
    """Train as told; send events. Everything heavy is imported here, at low priority."""
    tempfile.tempdir = folder
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C ends the parent, and it ends this
    if hasattr(os, "nice"):
        os.nice(NICENESS)  # before there are threads: each has its own
    os.environ.setdefault("TF_FORCE_GPU_ALLOW_GROWTH", "true")  # the page uses the GPU too
    send = _sender(pipe)
    send(Starting("tensorflow"))
    from mnist_cnn import quiet  # noqa: F401  first, before TensorFlow is imported

    # isort: split
    import tensorflow as tf

    from mnist_cnn.data import DataError
    from mnist_cnn.training import DivergedError
    from mnist_cnn.weights import WeightsError

    try:
        job, mnist_path, pens_path = pipe.recv()
    except (EOFError, OSError):
        _vanish()
    orders = _Orders(pipe)
    threading.Thread(target=orders.listen, daemon=True).start()
    try:
        send(_train(job, mnist_path, pens_path, orders, send))
    except (MemoryError, tf.errors.ResourceExhaustedError):
        send(Failed("memory", _NO_MEMORY))
    except DivergedError as error:
        send(Failed("diverged", str(error)))
    except (DataError, WeightsError) as error:
        send(Failed("data", str(error)))
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        send(Failed("disk", _NO_SPACE))
    sys.stdout.flush()
    os._exit(0)  # at once: TensorFlow's own way out takes a second


_NO_MEMORY = (
    "The training ran out of memory. Train again with a smaller batch size, fewer digits, or "
    "with downsampling; or wait until others have finished."
)
_NO_SPACE = "The disk of the server is full. Free some space there and train again."


def _vanish() -> NoReturn:
    """End this process, whatever it is at, because its parent is gone and cannot tidy up."""
    shutil.rmtree(tempfile.gettempdir(), ignore_errors=True)  # its own, see ``_work``
    os._exit(0)


def _sender(pipe: Connection) -> Callable[[Event], None]:
    def send(event: Event) -> None:
        try:
            pipe.send(event)
        except OSError:
            _vanish()

    return send


def _train(job, mnist_path, pens_path, orders: _Orders, send) -> Event:
    """Return the last event of a training, having sent all others."""
    from mnist_cnn import training_data
    from mnist_cnn.correction import Correction
    from mnist_cnn.correction_run import CorrectionRun
    from mnist_cnn.training_run import TrainingRun

    correcting = isinstance(job, Correction)
    options = job.options if correcting else job
    data = training_data.load(
        options, mnist_path, pens_path, report=lambda what: send(Starting(what)), spread=False
    )
    run = CorrectionRun(job, data) if correcting else TrainingRun(options, data)
    send(run.prepared())
    send(Snapshot(0, 0, 0.0, run.weights(), kept=True))
    stopped = _steps(run, orders, send)
    send(Evaluating(run.step, stopped))
    if not orders.test:
        return Stopped(run.step, run.weights())
    return run.finish(stopped)


def _steps(run, orders: _Orders, send) -> bool:
    """Train to the end or until told to stop; return whether it was stopped."""
    rhythm = Rhythm(4 * run.network.count_params())
    for event in run.events():
        send(event)
        over = event.step == run.steps
        if isinstance(event, Step) and (over or rhythm.live(event.seconds)):
            kept = rhythm.keep(event.seconds, event.seconds_left, over)
            send(Snapshot(event.step, event.epoch, event.seconds, run.weights(), kept))
        if orders.paused and not over:
            _pause(run, orders, send)
        if orders.stop and not over:
            return True
    return False


def _pause(run, orders: _Orders, send) -> None:
    send(Paused(run.step))
    with orders.news:
        orders.news.wait_for(lambda: orders.stop or not orders.paused)
    if not orders.stop:
        send(Resumed(run.step))


class Rhythm:
    """When snapshots are taken, and which are kept: dense at first, not too many in all."""

    def __init__(self, size: int):
        """Begin with the snapshot before the first step, which is kept; each has ``size`` bytes."""
        self.most = min(KEPT, KEPT_BYTES // size)
        self.kept, self._kept_at, self._live_at = 1, 0.0, -LIVE

    def live(self, seconds: float) -> bool:
        """Whether to take one, so many seconds into the training."""
        if seconds - self._live_at < LIVE * 0.9:  # events come in their own rhythm
            return False
        self._live_at = seconds
        return True

    def keep(self, seconds: float, left: float, over: bool) -> bool:
        """Whether to keep the one taken; ``left`` are the seconds to go, the last is kept."""
        free = self.most - 1 - self.kept  # without the last one
        apart = SPREADING * seconds
        if free < self.most // 2:
            apart = max(apart, left / max(free, 1))
        if not over and (free < 1 or seconds - self._kept_at < apart):
            return False
        self.kept, self._kept_at = self.kept + 1, seconds
        return True
