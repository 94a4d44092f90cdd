"""The training process: does the job in its folder, and sends events to its parent.

It may be started before there is a job: then it has loaded everything when the job comes, and is
asked meanwhile how long a training takes.

Everything heavy is imported in ``work``, so that the process starts at once.
"""

from __future__ import annotations

import logging
import os
import pickle
import shutil
import signal
import sys
import tempfile
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from mnist_cnn.optimization.events import (
    Evaluating,
    Event,
    Failed,
    Paused,
    Resumed,
    Snapshot,
    Starting,
    Step,
)
from mnist_cnn.runs import failures
from mnist_cnn.runs.forecast import Tried
from mnist_cnn.runs.snapshots import Rhythm
from mnist_cnn.runs.watchdog import PAUSE, STOP

if TYPE_CHECKING:
    from mnist_cnn.training.correction import Correction
    from mnist_cnn.training.correction_run import CorrectionRun
    from mnist_cnn.training.datasets import PathLike
    from mnist_cnn.training.options import Options
    from mnist_cnn.training.pipeline import TrainingRun

Send = Callable[[Event | Tried], None]

NICENESS = 10  # the server comes first
JOB = "job"  # file in the process's folder: pickled (job, mnist_path, pens_path)
BEGIN = "begin"  # order: the file is there

log = logging.getLogger(__name__)


def work(pipe: Connection, folder: str) -> None:
    """Do the job in ``folder`` at low priority; send events into ``pipe``, read orders from it.

    It begins when it is told to; until then it tries out the ``Options`` that it is sent.
    """
    tempfile.tempdir = folder
    sys.dont_write_bytecode = True  # on a full disk half of it would be kept, and break each start
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # elsewhere it is blocked already
    if hasattr(os, "nice"):
        os.nice(NICENESS)  # before there are threads: each has its own
    os.environ.setdefault("TF_FORCE_GPU_ALLOW_GROWTH", "true")  # the page uses the GPU too
    send = _sender(pipe)
    send(Starting("tensorflow"))
    from mnist_cnn.system import quiet_tensorflow  # noqa: F401  first, before TensorFlow is imported

    # isort: split
    import tensorflow as tf

    from mnist_cnn.digits.mnist_files import DataError
    from mnist_cnn.network.weights import WeightsError
    from mnist_cnn.optimization.loop import DivergedError
    from mnist_cnn.training import correction_run, trial  # noqa: F401  imported while it waits

    orders = _Orders(pipe)
    threading.Thread(target=orders.listen, daemon=True).start()
    try:
        while options := orders.next_trial():
            send(_try_out(options, orders))
        job, mnist_path, pens_path = pickle.loads(Path(folder, JOB).read_bytes())
        send(_train(job, mnist_path, pens_path, orders, send))
    except (MemoryError, tf.errors.ResourceExhaustedError):
        send(failures.out_of_memory())
    except DivergedError as error:
        send(Failed("diverged", str(error)))
    except (DataError, WeightsError) as error:
        send(Failed("data", str(error)))
    except OSError as error:
        send(failures.of_system(error))
    sys.stdout.flush()
    os._exit(0)  # at once: TensorFlow takes a second to exit


class _Orders:
    """The newest orders of the parent, read by a thread of their own."""

    def __init__(self, pipe: Connection):
        self.pipe = pipe
        self.begun, self.paused, self.stop = False, False, False
        self.trial: Options | None = None  # the newest that is to be tried out
        self.news = threading.Condition()

    def listen(self) -> None:
        """Read orders until the pipe closes: then the parent is gone, and this process ends too."""
        while True:
            try:
                command = self.pipe.recv()
            except (EOFError, OSError):
                _vanish()
            with self.news:
                if command == BEGIN:
                    self.begun = True
                elif isinstance(command, str):
                    self.paused = command == PAUSE
                    self.stop |= command == STOP
                else:
                    self.trial = command
                self.news.notify_all()

    def next_trial(self) -> Options | None:
        """Wait for the next training to try out, and return it; None: the job is there."""
        with self.news:
            self.news.wait_for(lambda: self.begun or self.trial)
            options, self.trial = self.trial, None
            return None if self.begun else options


def _vanish() -> NoReturn:
    """End this process and delete its folder, because its parent is gone."""
    shutil.rmtree(tempfile.gettempdir(), ignore_errors=True)  # its own, see ``work``
    os._exit(0)


def _sender(pipe: Connection) -> Send:
    def send(event: Event | Tried) -> None:
        try:
            pipe.send(event)
        except OSError:
            _vanish()

    return send


def _try_out(options: Options, orders: _Orders) -> Tried:
    """Measure a training, unless the job comes; what goes wrong in it ends nothing else."""
    from mnist_cnn.training import trial

    try:
        return Tried(options, trial.seconds_per_step(options, lambda: orders.begun))
    except Exception:
        log.warning("how long a training takes could not be tried out", exc_info=True)
        return Tried(options, None)


def _train(
    job: Options | Correction,
    mnist_path: PathLike,
    pens_path: PathLike,
    orders: _Orders,
    send: Send,
) -> Event:
    """Train and send all events but the last one; return that."""
    from mnist_cnn.training import datasets
    from mnist_cnn.training.correction import Correction
    from mnist_cnn.training.correction_run import CorrectionRun
    from mnist_cnn.training.pipeline import TrainingRun

    correction = job if isinstance(job, Correction) else None
    options = job.options if isinstance(job, Correction) else job
    data = datasets.load(
        options, mnist_path, pens_path, report=lambda what: send(Starting(what)), spread=False
    )
    run = CorrectionRun(correction, data) if correction else TrainingRun(options, data)
    send(run.prepared())
    send(Snapshot(0, 0, 0.0, run.weights(), kept=True))
    stopped = _steps(run, orders, send)
    send(Evaluating(run.step, stopped))
    return run.finish(stopped)


def _steps(run: TrainingRun | CorrectionRun, orders: _Orders, send: Send) -> bool:
    """Train to the end or until told to stop; return whether it was stopped."""
    rhythm = Rhythm(4 * run.network.count_params())
    for event in run.events(interrupted=lambda: orders.stop or orders.paused):
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


def _pause(run: TrainingRun | CorrectionRun, orders: _Orders, send: Send) -> None:
    send(Paused(run.step))
    with orders.news:
        orders.news.wait_for(lambda: orders.stop or not orders.paused)
    if not orders.stop:
        send(Resumed(run.step))
