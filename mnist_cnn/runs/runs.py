"""The trainings people have asked for: whose they are, which wait, which train, what is kept.

A session is any text that tells people apart. Every method may be called from any thread. Nothing
here touches ``weights/``.
"""

from __future__ import annotations

import itertools
import logging
import math
import os
import threading
from collections.abc import Callable

import numpy as np

from mnist_cnn.optimization.events import LAST_EVENTS, Event, Finished, Stopped
from mnist_cnn.runs import failures
from mnist_cnn.runs.forecast import Forecast, Tried
from mnist_cnn.runs.limits import Limits, fair_share, trains_too_long
from mnist_cnn.runs.line import check_room, in_turn
from mnist_cnn.runs.readiness import Readiness
from mnist_cnn.runs.run import EVALUATING, QUEUED, Run, RunsError
from mnist_cnn.runs.worker import Worker
from mnist_cnn.system import awake
from mnist_cnn.training.correction import Correction
from mnist_cnn.training.options import Options

CORRECTION_WORKERS = 1  # corrections at the same time, beside other runs
SWEEP_SECONDS = 1.0  # between two sweeps, at most; each reads the clock, see ``awake``
CLOSE_SECONDS = 5.0  # for a process or a thread to end

CUTS = {  # why a run is stopped though nobody asked: for translations, and for the log
    "gone": "its page is gone",
    "time": "its time is over",
    "others": "others wait",
    "pause": "it pauses while others wait",
}

log = logging.getLogger(__name__)


class Runs:
    """All runs of a server.

    Corrections, which are short, have a line and a worker of their own.
    """

    def __init__(
        self,
        workers: int = 1,
        limits: Limits | None = None,
        mnist_path: str | os.PathLike | None = None,
        pens_path: str | os.PathLike | None = None,
        folder: str | os.PathLike | None = None,
        *,
        worker: Callable[..., Worker] = Worker,
    ):
        """Start the thread that sweeps.

        Args:
            workers: runs that train at the same time.
            limits: how many are kept, and how long.
            mnist_path, pens_path: see ``datasets.load``.
            folder: for snapshots, by default the system's for temporary files.
            worker: starts the training of a run; takes the arguments of ``Worker``.
        """
        self.limits = limits or Limits()
        self.workers, self.max_seconds = workers, math.inf  # see ``limit``
        self.held = False  # see ``hold``
        self._released = 0.0  # when they were released last, ``awake.seconds()``
        self._paths, self._folder, self._worker = (mnist_path, pens_path), folder, worker
        self._readiness = Readiness(lambda receive: worker(None, receive, *self._paths))
        self._lock = threading.RLock()
        self._runs: dict[str, Run] = {}  # by id, the oldest first
        self._seen: dict[str, float] = {}  # session: when it asked for something last
        self._turns = itertools.count(1)
        self._listeners: list[Callable[[Run | None], None]] = []
        self._closed = threading.Event()
        self._sweeper = threading.Thread(target=self._keep_sweeping, name="runs", daemon=True)
        self._sweeper.start()

    # --- of one session ---------------------------------------------------------------------

    def start(self, session: str, job: Options | Correction, client: str = "") -> Run:
        """Put a run in line and return it; it starts at once when a worker is free.

        Args:
            session: whose it is.
            job: what to train.
            client: the network address it was asked for from; clients take turns.

        Raises:
            RunsError: the session or the client has enough runs in line, there is no space for
                another on the disk, or this is closed.
        """
        with self._lock:
            self._seen[session] = awake.seconds()
            if self._closed.is_set():
                raise RunsError("The server is closing. Train again when it is back.", "closing")
            check_room(self.waiting(), session, client, self.limits)
            run = self._new(session, job, client)
            self._runs[run.id] = run
            self._fill()
            return run

    def run(self, session: str, run_id: str) -> Run:
        """Return a run of this session, which counts as present.

        Raises:
            RunsError: there is none, or it is somebody else's, which reads the same.
        """
        with self._lock:
            self._seen[session] = awake.seconds()
            run = self._runs.get(run_id)
            if run is None or run.session != session:
                raise _gone()
            return run

    def of(self, session: str) -> list[Run]:
        """Return all runs of this session, oldest first; the session counts as present."""
        with self._lock:
            self._seen[session] = awake.seconds()
            return [run for run in self._runs.values() if run.session == session]

    # --- of any session ---------------------------------------------------------------------

    def find(self, run_id: str) -> Run | None:
        """Return the run with this id, or None.

        Ids cannot be guessed; its session and, for a jury, the teacher have it.
        """
        with self._lock:
            return self._runs.get(run_id)

    def weights(self, run_id: str, index: int | None = None) -> tuple[Run, list[np.ndarray]]:
        """Return a run and its float32 weights.

        Args:
            run_id: of the run.
            index: of a snapshot of its timeline; the newest weights without it.

        Raises:
            RunsError: there is no such run, or it has no such weights.
        """
        with self._lock:
            run = self._runs.get(run_id)
            if run and (index is None or 0 <= index < run.snapshots):
                found = run.weights() if index is None else run.snapshot(index)
                if found is not None:
                    return run, found
            raise _gone()

    def trained(self, most: int) -> list[str]:
        """Return the ids of the newest training of each session that was tested, newest first.

        At most ``most`` of them; corrections are left out, which may teach a lie. Who may read a
        network by its id cannot steer its run.
        """
        with self._lock:
            tested = (run for run in self._runs.values() if run.result and not run.correction)
            newest = {run.session: run.id for run in tested}
            found = set(newest.values())
            return [run_id for run_id in reversed(self._runs) if run_id in found][:most]

    def waiting(self) -> list[Run]:
        """Return the runs in line, the next one first, corrections after all others."""
        with self._lock:
            return [*self._line(corrections=False), *self._line(corrections=True)]

    def position(self, run: Run) -> int:
        """Return the position in line, 1 is next; 0 for a run that does not wait."""
        with self._lock:
            line = self._line(bool(run.correction))
            return line.index(run) + 1 if run in line else 0

    def count(self) -> tuple[int, int]:
        """Return how many runs train, and how many wait."""
        with self._lock:
            return sum(bool(run.worker) for run in self._runs.values()), len(self.waiting())

    def listen(self, listener: Callable[[Run | None], None]) -> None:
        """Call ``listener`` with each run that goes on, and with None when the line has moved.

        It is called from any thread, and must not wait for anything.
        """
        with self._lock:
            self._listeners.append(listener)

    # --- before there is a run --------------------------------------------------------------

    def get_ready(self) -> None:
        """Have a process load TensorFlow, one for everybody, so that the next run starts at once.

        It ends when nobody has needed it for ``readiness.IDLE_SECONDS``.
        """
        if not self.held and not self._closed.is_set():
            self._readiness.get_ready()

    def forecast(self, options: Options) -> Forecast:
        """Return how long a training takes here; where that is unknown, a trial is begun.

        There is a trial only while a process is ready and nobody trains.
        """
        with self._lock:
            idle = not any(run.worker for run in self._runs.values())
            return self._readiness.forecast(options, may_try=idle)

    # --- what can be done with a run --------------------------------------------------------

    def pause(self, run: Run) -> None:
        """Pause a run at its next event; raises ``RunsError`` unless it has a process."""
        with self._lock:
            _worker_of(run).pause()
            run.asked_to_pause = True

    def resume(self, run: Run) -> None:
        """Let a paused run go on, or go on with ``release`` while all are held; see ``pause``."""
        with self._lock:
            worker = _worker_of(run)
            run.asked_to_pause = False
            if not self.held:
                worker.resume()

    def stop(self, run: Run) -> None:
        """End a run, keeping and testing what it has learned; one in line leaves it."""
        with self._lock:
            if run.worker:
                run.worker.stop()
            else:
                self._leave(run)

    def leave(self, run: Run) -> None:
        """Give a run up: it leaves the line, or is ended at once, untested."""
        with self._lock:
            if run.worker:
                run.worker.end()
            elif not run.over:
                self._leave(run)

    # --- what a teacher can do with all -----------------------------------------------------

    def hold(self) -> None:
        """Pause everybody's runs, and start none, until ``release``."""
        with self._lock:
            self.held = True
            for run in self._runs.values():
                if run.worker:
                    run.worker.pause()

    def release(self) -> None:
        """Let runs start and go on, but those that their own sessions have paused."""
        with self._lock:
            self.held, self._released = False, awake.seconds()
            for run in self._runs.values():
                if run.worker and not run.asked_to_pause:
                    run.worker.resume()
            self._fill()

    def limit(self, workers: int, max_seconds: float = math.inf) -> None:
        """Change how many may train at the same time, and how long each.

        Args:
            workers: runs at the same time. Those that train already go on.
            max_seconds: of training, pauses left out; then a run is stopped, and tested. Where
                others wait, it is earlier, see ``limits.fair_share``.
        """
        with self._lock:
            self.workers, self.max_seconds = workers, max_seconds
            self._fill()

    def clear_line(self) -> int:
        """Take everybody's runs that wait out of the line; return how many these were."""
        with self._lock:
            line = self.waiting()
            for run in line:
                self._leave(run)
            return len(line)

    # --- how they end -----------------------------------------------------------------------

    def sweep(self, now: float | None = None) -> None:
        """Stop runs whose people have gone, end those that hang, and forget old ones.

        A thread does so all the time.

        Args:
            now: ``awake.seconds()``, or later.
        """
        with self._lock:
            now = awake.seconds() if now is None else now
            self._readiness.sweep(now)
            for run in list(self._runs.values()):
                self._end_in_time(run, now)
            for run in self.limits.expired(self._runs.values(), now):
                run.close()
                del self._runs[run.id]
            sessions = {run.session for run in self._runs.values()}
            self._seen = {s: when for s, when in self._seen.items() if s in sessions}

    def close(self) -> None:
        """End every run and its process; none starts any more."""
        self._closed.set()
        self._readiness.close()
        with self._lock:
            workers = [run.worker for run in self._runs.values() if run.worker]
            for run in self._runs.values():
                self.leave(run)
        for worker in workers:  # without the lock, which their last events need
            worker.join(CLOSE_SECONDS)
        with self._lock:
            for run in self._runs.values():
                run.close()
            self._runs.clear()
        self._sweeper.join(CLOSE_SECONDS)

    def _new(self, session: str, job: Options | Correction, client: str) -> Run:
        try:
            return Run(session, job, self._folder, client)
        except OSError as error:
            raise RunsError(
                f"The server has no space for another run ({error.strerror}). Free some on its "
                "disk and train again.",
                "disk",
            ) from error

    def _line(self, corrections: bool) -> list[Run]:
        alike = [run for run in self._runs.values() if bool(run.correction) == corrections]
        return in_turn((run for run in alike if run.state == QUEUED), alike)

    def _fill(self) -> None:
        """Start the next in line while there are workers free."""
        while not self._closed.is_set() and not self.held and (run := self._next()):
            self._begin(run)
        self._tell(None)

    def _next(self) -> Run | None:
        """Return the run in line that may start now."""
        return next((run for run in self.waiting() if self._has_worker_for(run)), None)

    def _has_worker_for(self, run: Run) -> bool:
        alike = (r for r in self._runs.values() if bool(r.correction) == bool(run.correction))
        workers = CORRECTION_WORKERS if run.correction else self.workers
        return sum(bool(other.worker) for other in alike) < workers

    def _begin(self, run: Run) -> None:
        log.info("training %s begins: %s", _short_id(run), _in_words(run.job))
        try:
            run.start(self._worker_for(run), next(self._turns))
        except OSError as error:
            run.hear(failures.of_system(error))
        if self.waiting():
            self._readiness.get_ready()

    def _worker_for(self, run: Run) -> Worker:
        """Return a worker that does a run: the one that is ready, or a new one."""

        def receive(event: Event | Tried) -> None:
            self._hear(run, event)

        ready = self._readiness.take()
        if ready:
            try:
                if ready.begin(run.job, receive):
                    return ready
            except OSError:
                ready.end()
                raise
        return self._worker(run.job, receive, *self._paths)

    def _hear(self, run: Run, event: Event | Tried) -> None:
        """Take in an event of a worker; called from its thread."""
        with self._lock:
            if isinstance(event, Tried):  # it was on its way when the run began
                self._readiness.learn(event)
                return
            if isinstance(event, Finished) and not run.correction:
                self._readiness.learn_from(run.options, event)
            try:
                run.hear(event)
            except OSError as error:
                run.hear(failures.of_system(error))
                if run.worker:
                    run.worker.end()
            if isinstance(event, LAST_EVENTS):
                log.info("training %s ends: %s", _short_id(run), type(event).__name__.lower())
                run.worker = None
                self._fill()
            self._tell(run)

    def _leave(self, run: Run) -> None:
        run.hear(Stopped(0, None))
        self._tell(None)

    def _tell(self, run: Run | None) -> None:
        for listener in list(self._listeners):
            listener(run)

    def _keep_sweeping(self) -> None:
        while not self._closed.wait(min(SWEEP_SECONDS, self.limits.grace_seconds / 4)):
            self.sweep()

    def _end_in_time(self, run: Run, now: float) -> None:
        """Stop a run that has had its time, or kill its process where that hangs."""
        if run.worker:
            run.worker.end_if_hung(now)
        if run.cut or run.over or run.state == EVALUATING:
            return
        run.cut = self._had_its_time(run, now)
        if run.cut:
            log.info("training %s is stopped: %s", _short_id(run), CUTS[run.cut])
            self.stop(run)

    def _had_its_time(self, run: Run, now: float) -> str | None:
        """Return which of ``CUTS`` a run has come to, or None."""
        if now - self._seen[run.session] > self.limits.grace_seconds:
            return "gone"
        line = self._line(bool(run.correction))
        # Each session of its own client, which may be a class; another's are as many as it likes.
        others = {one.session if one.client == run.client else one.client for one in line}
        waiting = len(others - {run.session})
        workers = CORRECTION_WORKERS if run.correction else self.workers
        if trains_too_long(run, self.max_seconds):
            return "time"
        if trains_too_long(run, fair_share(self.max_seconds, workers, waiting)):
            return "others"
        stands = line and not self.held and self.limits.stands_too_long(run, self._released, now)
        return "pause" if stands else None


def _gone() -> RunsError:
    return RunsError("There is no such run any more. Start a new one.", "gone")


def _short_id(run: Run) -> str:
    """Return an id for the log, too short to ask for the run with."""
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
