"""One training that somebody has asked for: its state, its history and its snapshots."""

from __future__ import annotations

import bisect
import dataclasses
import os
import secrets

import numpy as np

from mnist_cnn.optimization.events import (
    Evaluating,
    Event,
    Failed,
    Finished,
    Kept,
    LabelledPictures,
    Paused,
    Prepared,
    Resumed,
    Snapshot,
    Step,
    Stopped,
)
from mnist_cnn.runs.snapshots import Snapshots
from mnist_cnn.runs.worker import Worker
from mnist_cnn.system import awake
from mnist_cnn.training.correction import Correction
from mnist_cnn.training.options import Options

QUEUED, STARTING, TRAINING, PAUSED = "queued", "starting", "training", "paused"
EVALUATING, DONE, STOPPED, FAILED = "evaluating", "done", "stopped", "failed"
OVER = (DONE, STOPPED, FAILED)
MAX_STEP_EVENTS = 4000  # kept of one run; beyond, half of them are dropped


class RunsError(Exception):
    """Something cannot be done with a run. The message says why, and what can."""

    def __init__(self, sentence: str, reason: str):
        super().__init__(sentence)
        # For translations: closing, waiting, address, gone, over, queued, disk.
        self.reason = reason


class Run:
    """A run. ``Runs`` changes it, under its lock; everybody else only reads."""

    def __init__(
        self,
        session: str,
        job: Options | Correction,
        folder: str | os.PathLike[str] | None = None,
        client: str = "",
    ):
        """Make a run that waits in line; ``client`` is the address it was asked for from."""
        self.id = secrets.token_urlsafe(9)
        self.session, self.job, self.client = session, job, client
        self.correction = job if isinstance(job, Correction) else None
        self.options = job.options if isinstance(job, Correction) else job
        self.state = QUEUED  # one of the words above
        self.since = awake.seconds()  # when it came into this state
        self.sequence = 0  # of the latest event
        self.turn = 0  # rises with every run that begins; 0 in line
        self.seconds = 0.0  # spent on training, pauses left out
        self.asked_to_pause = False  # by its own session
        self.sample: LabelledPictures | None = None  # test digits to watch while it learns
        self.live: Snapshot | None = None  # the newest weights there are
        self.result: Finished | None = None  # when it is tested
        self.failure: Failed | None = None
        self.cut: str | None = None  # why it was stopped though nobody asked, see ``runs.CUTS``
        self.worker: Worker | None = None
        self._history: list[tuple[int, Event]] = []
        self._snapshots = Snapshots(folder)
        self._steps = 0

    @property
    def over(self) -> bool:
        """Whether it is done, stopped or failed."""
        return self.state in OVER

    @property
    def snapshots(self) -> int:
        """How many snapshots the timeline has."""
        return len(self._snapshots)

    def events(self, after: int = 0) -> list[tuple[int, Event]]:
        """Return ``(sequence, event)`` of what happened after event number ``after``.

        Numbers rise from 1 but have gaps, since old ``Step`` events are thinned out. ``Snapshot``
        never appears, but ``Kept`` does: the weights are in ``snapshot`` and ``live``. Any thread
        may ask: the list only grows, and when it is thinned out another takes its place.
        """
        history = self._history
        return history[bisect.bisect_right(history, after, key=lambda numbered: numbered[0]) :]

    def snapshot(self, index: int) -> list[np.ndarray]:
        """Return the float32 weights of a snapshot of the timeline; 0 is the untrained network.

        Raises:
            IndexError: there is none with this index.
        """
        return self._snapshots.read(index)

    def weights(self) -> list[np.ndarray] | None:
        """Return the newest float32 weights, the final ones at the end; None before there are."""
        if self.result:
            return self.result.weights
        return self.live.weights if self.live else None

    def hear(self, event: Event) -> None:
        """Take in an event of the worker.

        Raises:
            OSError: a snapshot cannot be written, because the disk is full.
        """
        if self.over:  # a run that failed here still has a process that sends events
            return
        if isinstance(event, Snapshot):
            self._take(event)
            return
        if isinstance(event, Step):
            self.seconds = event.seconds
        elif isinstance(event, Prepared):
            self.sample = event.sample
        elif isinstance(event, Finished):
            self.result = event
            if self.live:  # so that the same weights are not kept twice
                self.live = dataclasses.replace(self.live, weights=event.weights)
        elif isinstance(event, Failed):
            self.failure = event
        elif isinstance(event, Stopped) and event.weights is not None and self.live is None:
            self.live = Snapshot(event.step, 0, 0.0, event.weights, kept=False)
        self._enter(_state_after(event, self.state))
        self._remember(event)

    def start(self, worker: Worker, turn: int) -> None:
        """Leave the line."""
        self.worker, self.turn = worker, turn
        self._enter(STARTING)

    def close(self) -> None:
        """Close the file of its snapshots."""
        self._snapshots.close()

    def _take(self, snapshot: Snapshot) -> None:
        self.live = snapshot
        if self.state == STARTING:
            self._enter(TRAINING)
        if snapshot.kept:
            index = self._snapshots.append(snapshot.weights)
            self._remember(Kept(index, snapshot.step, snapshot.epoch, snapshot.seconds))

    def _enter(self, state: str) -> None:
        if state != self.state:
            self.state, self.since = state, awake.seconds()

    def _remember(self, event: Event) -> None:
        self.sequence += 1
        self._history.append((self.sequence, event))
        if not isinstance(event, Step):
            return
        self._steps += 1
        if self._steps > MAX_STEP_EVENTS:
            self._thin_out()

    def _thin_out(self) -> None:
        """Space the steps out evenly, to half of what is kept; the ends of epochs stay."""
        steps = [event.step for _, event in self._history if isinstance(event, Step)]
        spacing = 2 * (steps[-1] - steps[0]) / MAX_STEP_EVENTS
        kept, latest = [], -spacing
        for number, event in self._history:
            if isinstance(event, Step) and not event.ends_epoch:
                if event.step - latest < spacing:
                    continue
                latest = event.step
            kept.append((number, event))
        self._history = kept
        self._steps = sum(isinstance(event, Step) for _, event in kept)


def _state_after(event: Event, state: str) -> str:
    match event:
        case Paused():
            return PAUSED
        case Resumed():
            return TRAINING
        case Evaluating():
            return EVALUATING
        case Finished(stopped=stopped):
            return STOPPED if stopped else DONE
        case Stopped():
            return STOPPED
        case Failed():
            return FAILED
    return state
