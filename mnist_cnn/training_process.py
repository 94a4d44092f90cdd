"""What the process of a training does: trains as told by a file, obeys a pipe, and sends its
events into it.

It starts with nothing but this module: everything heavy is imported in ``work``.
"""

from __future__ import annotations

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

from mnist_cnn import failures
from mnist_cnn.events import Evaluating, Event, Failed, Paused, Resumed, Snapshot, Starting, Step
from mnist_cnn.snapshots import Rhythm

if TYPE_CHECKING:
    from mnist_cnn.correction import Correction
    from mnist_cnn.correction_run import CorrectionRun
    from mnist_cnn.options import Options
    from mnist_cnn.training_data import Place
    from mnist_cnn.training_run import TrainingRun

Send = Callable[[Event], None]

NICENESS = 10  # drawing comes first
PAUSE, RESUME, STOP = "pause", "resume", "stop"
JOB = "job"  # file in the process's folder: pickled (job, mnist_path, pens_path)


def work(pipe: Connection, folder: str) -> None:
    """Train as told; send events. Everything heavy is imported here, at low priority."""
    tempfile.tempdir = folder
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # on Windows; elsewhere it was ``unheard`` before
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

    orders = _Orders(pipe)
    threading.Thread(target=orders.listen, daemon=True).start()
    try:
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
    os._exit(0)  # at once: TensorFlow's own way out takes a second


class _Orders:
    """What the parent wants, as heard by a thread of its own."""

    def __init__(self, pipe: Connection):
        self.pipe = pipe
        self.paused, self.stop = False, False
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
                self.stop |= command == STOP
                self.news.notify_all()


def _vanish() -> NoReturn:
    """End this process, whatever it is at, because its parent is gone and cannot tidy up."""
    shutil.rmtree(tempfile.gettempdir(), ignore_errors=True)  # its own, see ``work``
    os._exit(0)


def _sender(pipe: Connection) -> Send:
    def send(event: Event) -> None:
        try:
            pipe.send(event)
        except OSError:
            _vanish()

    return send


def _train(
    job: Options | Correction, mnist_path: Place, pens_path: Place, orders: _Orders, send: Send
) -> Event:
    """Return the last event of a training, having sent all others."""
    from mnist_cnn import training_data
    from mnist_cnn.correction import Correction
    from mnist_cnn.correction_run import CorrectionRun
    from mnist_cnn.training_run import TrainingRun

    correction = job if isinstance(job, Correction) else None
    options = job.options if isinstance(job, Correction) else job
    data = training_data.load(
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
