"""One process, at most, that has loaded TensorFlow before anybody presses the button.

Loading takes many times as long as everything else before the first step. Until it is given a job,
the process measures how long trainings take.
"""

from __future__ import annotations

import logging
import math
import threading
from collections.abc import Callable

from mnist_cnn.optimization.events import LAST_EVENTS, Event, Failed, Finished
from mnist_cnn.runs.forecast import Effort, Forecast, Forecasts, Tried
from mnist_cnn.runs.worker import Worker
from mnist_cnn.system import awake
from mnist_cnn.training.options import Options

IDLE_SECONDS = 300.0  # that a process waits for a job since somebody looked at the choices
RETRY_SECONDS = 60.0  # from a process that failed to the next
MAX_TRIALS = 8  # of one process, which keeps the memory of each
CLOSE_SECONDS = 5.0

log = logging.getLogger(__name__)


class Readiness:
    """Keeps the process, and what it has measured. Thread-safe; it calls nobody but the process."""

    def __init__(self, make: Callable[[Callable[[Event | Tried], None]], Worker]):
        """``make`` starts a worker without a job, which tells its events to what it is given."""
        self._forecasts = Forecasts()
        self._make = make
        self._lock = threading.RLock()
        self._worker: Worker | None = None
        self._asked = 0.0  # when it was asked for last, ``awake.seconds()``
        self._failed = -math.inf  # when one has failed, as ``_asked``
        self._trial: Effort | None = None  # under way
        self._tried: set[Effort] = set()  # by this process, that under way among them
        self._closed = False

    def get_ready(self) -> None:
        """Begin a process, unless one waits already; where the system has none, do nothing."""
        with self._lock:
            self._asked = awake.seconds()
            if self._worker or self._closed or self._asked - self._failed < RETRY_SECONDS:
                return
            mine: list[Worker] = []
            try:
                self._worker = self._make(lambda event: self._hear(mine, event))
            except OSError as error:  # the training itself will say so, if it is the same then
                self._failed = self._asked
                log.warning("no process can be made ready for a training: %s", error)
                return
            mine.append(self._worker)

    def take(self) -> Worker | None:
        """Return the process, which is no longer kept here, or None."""
        with self._lock:
            worker, self._worker, self._trial, self._tried = self._worker, None, None, set()
            return worker

    def forecast(self, options: Options, may_try: bool) -> Forecast:
        """Return how long such a training takes; where that is unknown, it may be tried out."""
        with self._lock:
            seconds = self._forecasts.seconds(options)
            return Forecast(seconds, seconds is None and may_try and self._try_out(options))

    def learn(self, tried: Tried) -> None:
        """Take in a trial."""
        if tried.seconds_per_step is not None:
            with self._lock:
                self._forecasts.learn(tried.options, tried.seconds_per_step)

    def learn_from(self, options: Options, finished: Finished) -> None:
        """Take in a training that is over."""
        with self._lock:
            self._forecasts.learn_from(options, finished)

    def sweep(self, now: float) -> None:
        """End the process where nobody has asked for it any more, or where it hangs in a trial."""
        with self._lock:
            if self._worker and now - self._asked > IDLE_SECONDS:
                self._end()
            elif self._worker and self._trial:  # without one it has nothing to tell
                self._worker.end_if_hung(now)

    def close(self) -> None:
        """End the process; none is begun any more."""
        with self._lock:
            self._closed = True
            worker = self._worker
            self._end()
        if worker:
            worker.join(CLOSE_SECONDS)

    def _end(self) -> None:
        worker = self.take()
        if worker:
            worker.end()

    def _try_out(self, options: Options) -> bool:
        """Measure such a training, once; return whether it will be known soon."""
        effort = Effort.of(options)
        if effort in self._tried:
            return effort == self._trial
        if not self._worker or len(self._tried) >= MAX_TRIALS:
            return False
        if self._trial is None:
            self._trial = effort
            self._tried.add(effort)
            self._worker.try_out(options)
        return True

    def _hear(self, mine: list[Worker], event: Event | Tried) -> None:
        """Take in what a process tells before it has a job; called from its thread."""
        with self._lock:
            if isinstance(event, Tried):
                self.learn(event)
            if self._worker not in mine:
                return
            if isinstance(event, Tried):
                self._trial = None
            elif isinstance(event, LAST_EVENTS):  # it is gone, before anybody needed it
                self.take()
                self._failed = awake.seconds()
                why = event.sentence if isinstance(event, Failed) else type(event).__name__
                log.warning("the process that was ready for a training is gone: %s", why)
