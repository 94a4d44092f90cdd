"""Which runs train and which wait: their line, their processes, and what a teacher rules of all.

It knows nothing of sessions, which ``runs`` adds. Everything here may be called from any thread,
and holds ``changed`` while it is at work.
"""

from __future__ import annotations

import itertools
import logging
import math
import os
import threading
import time
from collections.abc import Callable

from mnist_cnn import failures
from mnist_cnn.correction import Correction
from mnist_cnn.events import LAST, Event, Stopped
from mnist_cnn.options import Options
from mnist_cnn.run import QUEUED, Run, RunsError
from mnist_cnn.turns import in_turn
from mnist_cnn.worker import Worker

CORRECTING = 1  # corrections at the same time, beside other runs
CLOSING = 5.0  # seconds for processes to end

log = logging.getLogger(__name__)


class Schedule:
    """All runs, whose turn is next (see ``turns``), and the processes of those that train.

    Corrections, which are short, have a line and a worker of their own.
    """

    def __init__(
        self,
        workers: int = 1,
        mnist_path: str | os.PathLike | None = None,
        pens_path: str | os.PathLike | None = None,
        *,
        worker: Callable[..., Worker] = Worker,
    ):
        """Begin with none.

        Args:
            workers: runs that train at the same time.
            mnist_path, pens_path: see ``training_data.load``.
            worker: makes what trains a run, from what ``Worker`` is made of.
        """
        self.workers, self.most_seconds = workers, math.inf  # see ``limit``
        self.held, self.released = False, 0.0  # see ``hold``; when they were released last
        self.closed = False
        self.changed = threading.Condition(threading.RLock())
        self.runs: dict[str, Run] = {}  # by id
        self._paths, self._worker = (mnist_path, pens_path), worker
        self._turns = itertools.count(1)
        self._listeners: set[Callable[[Run | None], None]] = set()

    def add(self, run: Run) -> None:
        """Put a run in its line; it starts at once when a worker is free."""
        with self.changed:
            self.runs[run.id] = run
            self._fill()

    def listen(self, listener: Callable[[Run | None], None]) -> Callable[[], None]:
        """Call ``listener`` with each run that goes on, and None when the line has moved.

        It is called from any thread, and must not wait for anything. Returns what ends that.
        """
        with self.changed:
            self._listeners.add(listener)
        return lambda: self._listeners.discard(listener)

    def waiting(self) -> list[Run]:
        """Return the runs in line, the next one first, corrections after all others."""
        with self.changed:
            return [*self._line(corrects=False), *self._line(corrects=True)]

    def line_of(self, run: Run) -> list[Run]:
        """Return the line that ``run`` is or was in: of corrections, or of all others."""
        return self._line(bool(run.correction))

    def place(self, run: Run) -> int:
        """Return the place in line, 1 is next; 0 for a run that does not wait."""
        with self.changed:
            line = self.line_of(run)
            return line.index(run) + 1 if run in line else 0

    def count(self) -> tuple[int, int]:
        """Return how many runs train, and how many wait."""
        with self.changed:
            return sum(bool(run.worker) for run in self.runs.values()), len(self.waiting())

    def pause(self, run: Run) -> None:
        """Let a run stand still, at its next event; raises ``RunsError``."""
        with self.changed:
            _worker_of(run).pause()
            run.asked_to_pause = True

    def resume(self, run: Run) -> None:
        """Let a paused run go on, after ``release`` when all are held; raises ``RunsError``."""
        with self.changed:
            worker = _worker_of(run)
            run.asked_to_pause = False
            if not self.held:
                worker.resume()

    def stop(self, run: Run) -> None:
        """End a run, keeping and testing what it has learned; one in line leaves it."""
        with self.changed:
            if run.worker:
                run.worker.stop()
            else:
                self._leave(run)

    def end(self, run: Run) -> None:
        """Give a run up: out of the line, or ended at once, untested."""
        with self.changed:
            if run.worker:
                run.worker.end()
            elif not run.over:
                self._leave(run)

    def forget(self, run: Run) -> None:
        """Drop a run that is over, and all it holds."""
        with self.changed:
            run.close()
            del self.runs[run.id]

    def hold(self) -> None:
        """Let everybody's runs stand still, and start none, until ``release``."""
        with self.changed:
            self.held = True
            for run in self.runs.values():
                if run.worker:
                    run.worker.pause()

    def release(self) -> None:
        """Let runs start and go on, but those their own people have paused."""
        with self.changed:
            self.held, self.released = False, time.monotonic()
            for run in self.runs.values():
                if run.worker and not run.asked_to_pause:
                    run.worker.resume()
            self._fill()

    def limit(self, workers: int, most_seconds: float = math.inf) -> None:
        """Change how many may train at the same time, and how long each.

        Args:
            workers: runs at the same time. Those that train already go on.
            most_seconds: of training, pauses left out; then a run is stopped, and tested.
        """
        with self.changed:
            self.workers, self.most_seconds = workers, most_seconds
            self._fill()

    def clear_line(self) -> int:
        """Take everybody's runs that wait out of the line; return how many these were."""
        with self.changed:
            line = self.waiting()
            for run in line:
                self._leave(run)
            return len(line)

    def close(self) -> None:
        """End every run and its process."""
        with self.changed:
            self.closed = True
            workers = [run.worker for run in self.runs.values() if run.worker]
            for run in self.runs.values():
                self.end(run)
        for worker in workers:  # not locked: their last events have to come in
            worker.join(CLOSING)
        with self.changed:
            for run in self.runs.values():
                run.close()
            self.runs.clear()

    def _line(self, corrects: bool) -> list[Run]:
        with self.changed:
            alike = [run for run in self.runs.values() if bool(run.correction) == corrects]
            return in_turn((run for run in alike if run.state == QUEUED), alike)

    def _fill(self) -> None:
        """Start the next in line while there are workers free."""
        while not self.closed and not self.held and (run := self._next()):
            self._begin(run)
        self._tell(None)

    def _next(self) -> Run | None:
        """Return the run in line that may start now."""
        return next((run for run in self.waiting() if self._has_worker_for(run)), None)

    def _has_worker_for(self, run: Run) -> bool:
        alike = (r for r in self.runs.values() if bool(r.correction) == bool(run.correction))
        workers = CORRECTING if run.correction else self.workers
        return sum(bool(other.worker) for other in alike) < workers

    def _begin(self, run: Run) -> None:
        log.info("training %s begins: %s", _short(run), _in_words(run.job))
        try:
            worker = self._worker(run.job, lambda event: self._hear(run, event), *self._paths)
            run.start(worker, next(self._turns))
        except OSError as error:
            run.hear(failures.of_system(error))

    def _hear(self, run: Run, event: Event) -> None:
        """Take up an event of a worker, from its thread."""
        with self.changed:
            try:
                run.hear(event)
            except OSError as error:
                run.hear(failures.of_system(error))
                if run.worker:
                    run.worker.end()
            if isinstance(event, LAST):
                log.info("training %s ends: %s", _short(run), type(event).__name__.lower())
                run.worker = None
                self._fill()
            self._tell(run)

    def _leave(self, run: Run) -> None:
        run.hear(Stopped(0, None))
        self._tell(None)

    def _tell(self, run: Run | None) -> None:
        self.changed.notify_all()
        for listener in list(self._listeners):
            listener(run)


def _short(run: Run) -> str:
    """Its id for the log: too short for anybody to ask for the run by it."""
    return run.id[:6]


def _in_words(job: Options | Correction) -> str:
    if isinstance(job, Correction):
        return f"correction by {len(job.labels)} digits"
    return f"{job.recipe}, {job.downsampling}, {job.digits} digits, {job.epochs} epochs"


def _worker_of(run: Run) -> Worker:
    if run.worker is None:
        why = "is over" if run.over else "has not started"
        raise RunsError(
            f"This run {why}: it can neither be paused nor go on.",
            "over" if run.over else "queued",
        )
    return run.worker
