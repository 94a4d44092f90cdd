"""The trainings people have asked for: whose they are, and who may do what with which.

A session is any text that tells people apart, and only it sees and moves its runs. Everything here
may be called from any thread. Nothing here touches ``weights/``.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable

import numpy as np

from mnist_cnn.correction import Correction
from mnist_cnn.events import Event
from mnist_cnn.limits import Limits, trains_too_long
from mnist_cnn.options import Options
from mnist_cnn.run import Run, RunsError
from mnist_cnn.schedule import Schedule
from mnist_cnn.worker import Worker

WATCHING = 1.0  # seconds between two looks at what has become too old, at most
CLOSING = 5.0  # seconds for the thread that looks
GONE = "There is no such run any more. Start a new one."


class Runs:
    """All runs of a server."""

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
        """Begin with none.

        Args:
            workers: runs that train at the same time.
            limits: how many are kept, and how long.
            mnist_path, pens_path: see ``training_data.load``.
            folder: for snapshots, by default the system's for temporary files.
            worker: see ``Schedule``.
        """
        self.schedule = Schedule(workers, mnist_path, pens_path, worker=worker)
        self.limits = limits or Limits()
        self._changed, self._runs = self.schedule.changed, self.schedule.runs
        self._folder = folder
        self._heard: dict[str, float] = {}  # session: when
        self._closed = threading.Event()
        self._watching = threading.Thread(target=self._watch, name="runs", daemon=True)
        self._watching.start()

    def start(self, session: str, job: Options | Correction, address: str = "") -> str:
        """Put a run in line and return its id; it starts at once when a worker is free.

        Args:
            session: whose it is.
            job: what to train.
            address: where it was asked for; addresses take turns.

        Raises:
            RunsError: the session or the address has enough runs in line, there is no space
                for another on the disk, or this is closed.
        """
        with self._changed:
            self._hear_of(session)
            if self._closed.is_set():
                raise RunsError("The server is closing. Train again when it is back.", "closing")
            self._check_line(session, address)
            run = self._new(session, job, address)
            self.schedule.add(run)
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

    def find(self, run_id: str) -> Run | None:
        """Return the run with this id, of whatever session, or None; see ``weights``."""
        with self._changed:
            return self._runs.get(run_id)

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
            if run and (index is None or 0 <= index < run.snapshots):
                found = run.weights() if index is None else run.snapshot(index)
                if found is not None:
                    return run, found
            raise RunsError(GONE, "gone")

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
        """Let a run stand still; raises ``RunsError``, see ``run`` and ``Schedule.pause``."""
        self.schedule.pause(self.run(session, run_id))

    def resume(self, session: str, run_id: str) -> None:
        """Let a paused run go on; raises ``RunsError``, see ``run`` and ``Schedule.resume``."""
        self.schedule.resume(self.run(session, run_id))

    def stop(self, session: str, run_id: str) -> None:
        """End a run, keeping and testing what it has learned; raises ``RunsError``, see ``run``."""
        self.schedule.stop(self.run(session, run_id))

    def leave(self, session: str, run_id: str) -> None:
        """Give a run up: out of the line, or ended at once, untested; raises ``RunsError``."""
        self.schedule.end(self.run(session, run_id))

    def look(self, now: float | None = None) -> None:
        """End what nobody attends to, and forget what is old; a thread does so all the time.

        Args:
            now: as ``time.monotonic()``, which it is without it.
        """
        with self._changed:
            now = time.monotonic() if now is None else now
            for run in list(self._runs.values()):
                self._end_in_time(run, now)
            for run in self.limits.expired(self._runs.values(), now):
                self.schedule.forget(run)
            sessions = {run.session for run in self._runs.values()}
            self._heard = {s: when for s, when in self._heard.items() if s in sessions}

    def close(self) -> None:
        """End every run and its process."""
        self._closed.set()
        self.schedule.close()
        self._watching.join(CLOSING)

    def _check_line(self, session: str, address: str) -> None:
        """Raise ``RunsError`` when enough of a session's, or of its address, waits already."""
        line = [run.session for run in self.schedule.waiting() if run.address == address]
        if line.count(session) >= self.limits.waiting:
            raise RunsError(
                f"{line.count(session)} of your runs are waiting already. Leave one of them, or "
                "wait until one has finished.",
                "waiting",
            )
        sessions = set(line)
        more = len(line) - len(sessions)
        if (
            more >= self.limits.waiting_more
            if session in sessions
            else len(sessions) >= self.limits.waiting_sessions
        ):
            raise RunsError(
                f"{len(line)} runs from your address are waiting already. Train again when some "
                "of them have finished.",
                "address",
            )

    def _new(self, session: str, job: Options | Correction, address: str) -> Run:
        try:
            return Run(session, job, self._folder, address)
        except OSError as error:
            raise RunsError(
                f"The server has no space for another run ({error.strerror}). Free some on its "
                "disk and train again.",
                "disk",
            ) from error

    def _hear_of(self, session: str) -> None:
        self._heard[session] = time.monotonic()

    def _watch(self) -> None:
        """Look again and again, until closed."""
        while not self._closed.wait(min(WATCHING, self.limits.grace_seconds / 4)):
            self.look()

    def _end_in_time(self, run: Run, now: float) -> None:
        """End a run without its person; stop one that has stood still or trained for too long."""
        limits, schedule = self.limits, self.schedule
        in_the_way = bool(schedule.line_of(run)) and not schedule.held
        if now - self._heard[run.session] > limits.grace_seconds:
            schedule.end(run)
        elif trains_too_long(run, schedule.most_seconds) or (
            in_the_way and limits.stands_too_long(run, schedule.released, now)
        ):
            schedule.stop(run)
