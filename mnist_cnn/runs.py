"""The queue of trainings: who waits, who trains, and who may do what with which run.

A session is any text that tells people apart, and only it sees and moves its runs. Everything here
may be called from any thread. Nothing here touches ``weights/``.
"""

from __future__ import annotations

import math
import os
import threading
import time

import numpy as np

from mnist_cnn import card, model, weights
from mnist_cnn.correction import Correction
from mnist_cnn.events import LAST, Event, Failed, Stopped
from mnist_cnn.options import Options
from mnist_cnn.run import PAUSED, QUEUED, TRAINING, Run
from mnist_cnn.worker import Worker

MOST_WAITING = 3  # runs of one session in line
CORRECTING = 1  # corrections at the same time, beside other runs
CLOSING = 5.0  # seconds for processes to end
GONE = "There is no such run any more. Start a new one."


class RunsError(Exception):
    """Something cannot be done with a run. The message says why, and what can."""

    def __init__(self, sentence: str, reason: str):
        super().__init__(sentence)
        self.reason = reason  # closing, waiting, gone, untested, over, queued: for another language


class Runs:
    """All runs of a server."""

    def __init__(
        self,
        workers: int = 1,
        keep: int = 10,
        keep_in_all: int = 30,
        keep_seconds: float = 6 * 3600,
        grace_seconds: float = 60,
        pause_seconds: float = 600,
        mnist_path: str | os.PathLike | None = None,
        pens_path: str | os.PathLike | None = None,
        folder: str | os.PathLike | None = None,
    ):
        """Begin with none.

        Args:
            workers: runs that train at the same time.
            keep: finished runs a session keeps; the oldest go.
            keep_in_all: finished runs of all sessions, up to 70 MB each, most of it on disk.
            keep_seconds: how long a finished run is kept.
            grace_seconds: a run is ended when its session has not been heard of for so long.
            pause_seconds: a paused run is stopped after so long when others wait.
            mnist_path, pens_path: see ``training_data.load``.
            folder: for snapshots, by default the system's for temporary files.
        """
        self.workers, self.keep, self.keep_in_all = workers, keep, keep_in_all
        self.keep_seconds = keep_seconds
        self.grace_seconds, self.pause_seconds = grace_seconds, pause_seconds
        self.most_seconds = math.inf  # see ``limit``
        self.held, self._released = False, 0.0  # see ``hold``; when they were released last
        self._paths, self._folder = (mnist_path, pens_path), folder
        self._runs: dict[str, Run] = {}  # in the order they were asked for
        self._heard: dict[str, float] = {}  # session: when
        self._changed = threading.Condition(threading.RLock())
        self._closed = threading.Event()
        self._watching = threading.Thread(target=self._watch, name="runs", daemon=True)
        self._watching.start()

    def start(self, session: str, job: Options | Correction) -> str:
        """Put a run in line and return its id; it starts at once when a worker is free.

        Corrections, which are short, have a line and a worker of their own.

        Raises:
            RunsError: the session has enough runs in line, or this is closed.
        """
        with self._changed:
            self._hear_of(session)
            if self._closed.is_set():
                raise RunsError("The server is closing. Train again when it is back.", "closing")
            waiting = sum(run.session == session for run in self._waiting())
            if waiting >= MOST_WAITING:
                raise RunsError(
                    f"{MOST_WAITING} of your runs are waiting already. Leave one of them, or wait "
                    "until one has finished.",
                    "waiting",
                )
            run = Run(session, job, self._folder)
            self._runs[run.id] = run
            self._fill()
            return run.id

    def run(self, session: str, run_id: str) -> Run:
        """Return a run of this session; the session counts as heard of.

        Raises:
            RunsError: there is none, or it is somebody else's, which reads the same.
        """
        with self._changed:
            self._hear_of(session)
            run = self._runs.get(run_id)
            if run is None or run.session != session:
                raise RunsError(GONE, "gone")
            return run

    def of(self, session: str) -> list[Run]:
        """Return all runs of this session, oldest first; the session counts as heard of."""
        with self._changed:
            self._hear_of(session)
            return [run for run in self._runs.values() if run.session == session]

    def weights(self, run_id: str, index: int | None = None) -> tuple[Run, list[np.ndarray]]:
        """Return a run, of whatever session, and its float32 weights, for a drawing to be read.

        Ids cannot be guessed, and are told to nobody but the run's session.

        Args:
            run_id: of the run.
            index: of a snapshot of its timeline; the newest weights without it.

        Raises:
            RunsError: there is no such run, or it has no such weights.
        """
        with self._changed:
            run = self._runs.get(run_id)
            missing = run is None or (index is not None and not 0 <= index < run.snapshots)
            found = None if missing else run.weights() if index is None else run.snapshot(index)
            if found is None:
                raise RunsError(GONE, "gone")
            return run, found

    def find(self, run_id: str) -> Run | None:
        """Return the run with this id, of whatever session, or None; see ``weights``."""
        with self._changed:
            return self._runs.get(run_id)

    def place(self, run: Run) -> int:
        """Return the place in line, 1 is next; 0 for a run that does not wait."""
        with self._changed:
            line = self._line(bool(run.correction))
            return line.index(run) + 1 if run in line else 0

    def events(
        self, session: str, run_id: str, after: int = 0, wait_seconds: float = 0
    ) -> list[tuple[int, Event]]:
        """Return what happened in a run after event number ``after``; see ``Run.events``.

        Args:
            session, run_id, after: which; a page that is loaded anew asks for all after 0.
            wait_seconds: how long to wait for the first, if there is none yet.

        Raises:
            RunsError: see ``run``.
        """
        run = self.run(session, run_id)
        with self._changed:
            self._changed.wait_for(lambda: run.sequence > after or run.over, wait_seconds)
            return run.events(after)

    def pause(self, session: str, run_id: str) -> None:
        """Let a run stand still, at its next event; raises ``RunsError``, see ``run``."""
        with self._changed:
            self._worker(session, run_id).pause()
            self.run(session, run_id).asked_to_pause = True

    def resume(self, session: str, run_id: str) -> None:
        """Let a paused run go on; after ``release`` when all are held.

        Raises:
            RunsError: see ``run``.
        """
        with self._changed:
            worker = self._worker(session, run_id)
            self.run(session, run_id).asked_to_pause = False
            if not self.held:
                worker.resume()

    def hold(self) -> None:
        """Let everybody's runs stand still, and start none, until ``release``."""
        with self._changed:
            self.held = True
            for run in self._runs.values():
                if run.worker:
                    run.worker.pause()

    def release(self) -> None:
        """Let runs start and go on, but those their own people have paused."""
        with self._changed:
            self.held, self._released = False, time.monotonic()
            for run in self._runs.values():
                if run.worker and not run.asked_to_pause:
                    run.worker.resume()
            self._fill()

    def limit(self, workers: int, most_seconds: float = math.inf) -> None:
        """Change how many may train at the same time, and how long each.

        Args:
            workers: runs at the same time. Those that train already go on.
            most_seconds: of training, pauses left out; then a run is stopped, and tested.
        """
        with self._changed:
            self.workers, self.most_seconds = workers, most_seconds
            self._fill()

    def clear_line(self) -> int:
        """Take everybody's runs that wait out of the line; return how many these were."""
        with self._changed:
            line = self._waiting()
            for run in line:
                self._leave(run)
            return len(line)

    def count(self) -> tuple[int, int]:
        """Return how many runs of everybody train, and how many wait."""
        with self._changed:
            return sum(bool(run.worker) for run in self._runs.values()), len(self._waiting())

    def stop(self, session: str, run_id: str, test: bool = True) -> None:
        """End a run, keeping and testing what it has learned; one in line leaves it.

        Args:
            session, run_id: which.
            test: whether to test it first; without, its last weights are all that is left.

        Raises:
            RunsError: see ``run``.
        """
        with self._changed:
            run = self.run(session, run_id)
            if run.worker:
                run.worker.stop(test)
            else:
                self._leave(run)

    def leave(self, session: str, run_id: str) -> None:
        """Give a run up: out of the line, or ended at once, untested; raises ``RunsError``."""
        with self._changed:
            self._end(self.run(session, run_id))

    def attended(self, session: str) -> None:
        """Say that somebody is there: call it more often than every ``grace_seconds``."""
        with self._changed:
            self._hear_of(session)

    def save(self, session: str, run_id: str, path: str | os.PathLike) -> None:
        """Write the tested network of a run as one ``.keras`` file with its card inside.

        Raises:
            RunsError: see ``run``, or the run has no tested network.
            WeightsError: see ``weights.prepare``.
        """
        run = self.run(session, run_id)
        if run.result is None:
            raise RunsError(
                "This run has no tested network. Let it finish, or stop it first.", "untested"
            )
        network = model.build(downsampling=run.options.downsampling)
        network.set_weights(run.result.weights)
        weights.save_packed(network, card.from_json(run.result.card), path)

    def close(self) -> None:
        """End every run and its process."""
        self._closed.set()
        with self._changed:
            workers = [run.worker for run in self._runs.values() if run.worker]
            for run in self._runs.values():
                self._end(run)
        for worker in workers:  # not locked: their last events have to come in
            worker.join(CLOSING)
        self._watching.join(CLOSING)
        with self._changed:
            for run in self._runs.values():
                run.close()
            self._runs.clear()

    def _hear_of(self, session: str) -> None:
        self._heard[session] = time.monotonic()

    def _waiting(self) -> list[Run]:
        return [run for run in self._runs.values() if run.state == QUEUED]

    def _line(self, corrections: bool) -> list[Run]:
        return [run for run in self._waiting() if bool(run.correction) == corrections]

    def _worker(self, session: str, run_id: str) -> Worker:
        run = self.run(session, run_id)
        if run.worker is None:
            why = "is over" if run.over else "has not started"
            raise RunsError(
                f"This run {why}: it can neither be paused nor go on.",
                "over" if run.over else "queued",
            )
        return run.worker

    def _fill(self) -> None:
        """Start the next in line while there are workers free."""
        if not self._closed.is_set() and not self.held:
            for run in self._next(False, self.workers) + self._next(True, CORRECTING):
                self._begin(run)
        self._changed.notify_all()

    def _next(self, corrections: bool, workers: int) -> list[Run]:
        """Return those of a line that may start when there are so many workers for it."""
        busy = [run for run in self._runs.values() if run.worker]
        free = workers - sum(bool(run.correction) == corrections for run in busy)
        return self._line(corrections)[: max(free, 0)]

    def _begin(self, run: Run) -> None:
        try:
            run.start(Worker(run.job, lambda event: self._hear(run, event), *self._paths))
        except OSError as error:
            run.hear(Failed("error", f"No process can be started ({error.strerror})."))

    def _hear(self, run: Run, event: Event) -> None:
        """Take up an event of a worker, from its thread."""
        with self._changed:
            try:
                run.hear(event)
            except OSError as error:
                run.hear(
                    Failed(
                        "disk",
                        f"The server cannot keep the run ({error.strerror}). Free "
                        "some space on its disk and train again.",
                    )
                )
                run.worker.end()
            if isinstance(event, LAST):
                run.worker = None
                self._tidy()
                self._fill()
            self._changed.notify_all()

    def _leave(self, run: Run) -> None:
        run.hear(Stopped(0, None))
        self._changed.notify_all()

    def _end(self, run: Run) -> None:
        if run.worker:
            run.worker.end()
        elif not run.over:
            self._leave(run)

    def _watch(self) -> None:
        """End what nobody attends to, and forget what is old, until closed."""
        while not self._closed.wait(min(1.0, self.grace_seconds / 4)):
            with self._changed:
                now = time.monotonic()
                for run in list(self._runs.values()):
                    if now - self._heard[run.session] > self.grace_seconds:
                        self._end(run)
                    elif self._is_in_the_way(run, now):
                        run.worker.stop()
                self._tidy()

    def _is_in_the_way(self, run: Run, now: float) -> bool:
        """Whether a run has stood still while others waited, or trained, for too long."""
        if run.state == PAUSED and self._line(bool(run.correction)) and not self.held:
            return now - max(run.since, self._released) > self.pause_seconds
        return run.state == TRAINING and run.seconds > self.most_seconds

    def _tidy(self) -> None:
        """Forget finished runs by age and number, and sessions without runs."""
        now, count, in_all = time.monotonic(), {}, 0
        for run in reversed(list(self._runs.values())):
            if not run.over or run.worker:
                continue
            in_all += 1
            count[run.session] = count.get(run.session, 0) + 1
            too_many = count[run.session] > self.keep or in_all > self.keep_in_all
            if too_many or now - run.since > self.keep_seconds:
                run.close()
                del self._runs[run.id]
        sessions = {run.session for run in self._runs.values()}
        for session in [s for s in self._heard if s not in sessions]:
            del self._heard[session]
