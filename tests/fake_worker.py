"""A worker without a process: it tells what a training would, when a test wants it to.

It keeps the contract of ``mnist_cnn.runs.worker.Worker``, which test_fake_worker.py holds both to.
"""

from __future__ import annotations

import functools
import math
import threading
from collections.abc import Callable

import numpy as np

from mnist_cnn.network import model
from mnist_cnn.network.card import Card
from mnist_cnn.optimization.events import (
    Corrected,
    Evaluating,
    Event,
    Examined,
    Failed,
    Finished,
    LabelledPictures,
    Paused,
    Prepared,
    Resumed,
    Snapshot,
    Starting,
    Step,
    Stopped,
    Validated,
)
from mnist_cnn.optimization.recipes import Recipe
from mnist_cnn.runs import failures
from mnist_cnn.runs.forecast import Tried
from mnist_cnn.training.correction import Correction
from mnist_cnn.training.options import Options
from tests.waiting import PATIENCE

SECONDS = 0.01  # of training that a step seems to take
FORGOTTEN = 40  # of 1000 sevens, by every correction
_bar = np.zeros((28, 28), np.uint8)
_bar[4:24, 4:8] = 255
# Nine pictures, each with another bar, that are called 0 to 8.
SAMPLE = LabelledPictures(
    np.stack([np.roll(_bar, 2 * i, axis=1) for i in range(9)]), np.arange(9, dtype=np.uint8)
)


class Workers:
    """Makes fake workers: ``Runs(worker=Workers())``."""

    def __init__(self, pace: float | None = None):
        """Make some that work by themselves, a step every ``pace`` seconds.

        Without ``pace`` they do what they are told, by ``FakeWorker.load``, ``step`` and so on.
        """
        self.pace = pace
        self.made: list[FakeWorker] = []

    def __call__(self, job, receive, mnist_path=None, pens_path=None) -> FakeWorker:
        """Make one."""
        self.made.append(FakeWorker(job, receive, self.pace))
        return self.made[-1]


class FakeWorker:
    """A training that tells of itself, and learns nothing."""

    def __init__(
        self,
        job: Options | Correction | None,
        receive: Callable[[Event | Tried], None],
        pace: float | None = None,
    ):
        """Begin, in a thread; see ``Workers``."""
        self._job, self._receive, self._pace = job, receive, pace
        self._allowed = -1 if pace is None else math.inf  # steps; -1: not even what is before them
        self._done = -1  # as ``_allowed``: told and heard
        self._paused = self._stop = False
        self.hangs = False  # set by tests
        self.trials: list[Options] = []
        self._last: Event | None = None  # that ends it, whatever it is at
        self._snapshot: Snapshot | None = None
        self._seconds = 0.0
        self._news = threading.Condition()
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    # --- as of the real one ---------------------------------------------------------------

    @property
    def pid(self) -> int:
        """A number of its own, of no process."""
        return id(self)

    def begin(self, job: Options | Correction, receive: Callable[[Event], None]) -> bool:
        """Do this, unless it is over."""
        with self._news:
            if self._last:
                return False
            self._job, self._receive = job, receive
            self._news.notify_all()
            return True

    def try_out(self, options: Options) -> None:
        """Tell how long a step of its takes, unless a test wants it to hang."""
        self.trials.append(options)
        if not self.hangs:
            self._receive(Tried(options, SECONDS))

    def pause(self) -> None:
        """Do the step under way, and stand still."""
        self._order(paused=True)

    def resume(self) -> None:
        """Go on."""
        self._order(paused=False)

    def stop(self) -> None:
        """Do the step under way, and be tested; without a step done, end."""
        if self._snapshot is None or self._snapshot.step == 0:
            self.end()
        else:
            self._order(paused=False, stop=True)

    def end(self) -> None:
        """End at once."""
        snapshot = self._snapshot
        self._end_with(Stopped(snapshot.step if snapshot else 0, snapshot and snapshot.weights))

    def end_if_hung(self, now: float) -> None:
        """End when a test wants it to hang."""
        if self.hangs:
            self._end_with(failures.of_hanging())

    def join(self, seconds: float | None = None) -> bool:
        """Wait for the last event; return whether it has come."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    # --- for tests: what is told to it is waited for until it has been heard --------------

    @property
    def paused(self) -> bool:
        """Whether its last order was to stand still."""
        return self._paused

    def load(self) -> None:
        """Load what is needed before the first step."""
        self._go_to(0)

    def step(self, count: int = 1, seconds: float | None = None) -> None:
        """Do so many steps, after which so many seconds of training seem to have passed."""
        if seconds is not None:
            self._seconds = seconds
        self._go_to(max(self._done, 0) + count)

    def finish(self) -> None:
        """Do all steps there are, and be tested."""
        with self._news:
            self._allowed = math.inf
            self._news.notify_all()
        assert self.join(PATIENCE)

    def fail(self, failure: Failed) -> None:
        """End with this, as a process that is killed or that cannot go on."""
        self._end_with(failure)
        assert self.join(PATIENCE)

    # --- in its thread --------------------------------------------------------------------

    def _work(self) -> None:
        try:
            last = self._train()
        except _OverError:
            last = self._last
        self._receive(last)

    @property
    def _corrects(self) -> bool:
        return isinstance(self._job, Correction)

    @property
    def _options(self) -> Options:
        return self._job.options if isinstance(self._job, Correction) else self._job

    def _train(self) -> Event:
        self._wait_for(lambda: self._job)
        options = self._options
        recipe = _correcting(options) if self._corrects else options.as_recipe()
        drawings = recipe.drawings if self._corrects else 0
        per_epoch = recipe.steps_per_epoch(options.digits, drawings)
        steps = per_epoch * options.epochs
        self._tell(Starting("tensorflow"))
        self._wait_for(lambda: self._allowed >= 0)
        self._tell(Starting("generated" if options.data == "generated" else "mnist"))
        self._tell(self._prepared(steps))
        self._tell(Snapshot(0, 0, 0.0, self._weights(0), kept=True))
        self._heard(0)
        for step in range(1, steps + 1):
            self._wait_for(lambda step=step: self._allowed >= step or self._paused or self._stop)
            self._one_step(step, steps, per_epoch)
            if self._paused and step < steps:
                self._stand_still(step)
            self._heard(step)
            if self._stop and step < steps:
                break
        stopped = step < steps
        self._tell(Evaluating(step, stopped))
        return self._finished(step, stopped)

    def _one_step(self, step: int, steps: int, per_epoch: int) -> None:
        if self._pace:
            with self._news:
                self._news.wait_for(lambda: self._last, self._pace)
        self._seconds += SECONDS
        epoch, ends = math.ceil(step / per_epoch), step % per_epoch == 0
        loss, accuracy = 2.0 / step, 1 - 0.9 / step
        speed, left = self._options.batch_size / SECONDS, (steps - step) * SECONDS
        self._tell(
            Step(
                *(step, steps, epoch, loss, accuracy, self._seconds, loss, accuracy, speed, left),
                ends_epoch=ends,
            )
        )
        if step == 1 or ends:
            weights = self._weights(step)
            self._tell(Snapshot(step, epoch, self._seconds, weights, kept=ends))
        if ends:
            self._tell(Validated(step, epoch, 1.0, 0.5, 1000, self._seconds))

    def _stand_still(self, step: int) -> None:
        self._tell(Paused(step))
        with self._news:
            self._allowed = max(self._allowed, step)  # the step it did beyond what it was told to
        self._heard(step)
        self._wait_for(lambda: self._stop or not self._paused)
        if not self._stop:
            self._tell(Resumed(step))

    def _prepared(self, steps: int) -> Prepared:
        options = self._options
        return Prepared(
            source="generated digits",
            digits=options.digits,
            drawings=0,
            held_out=1000,
            held_out_from="training",
            tested_on="generated digits",
            parameters=sum(weight.size for weight in self._weights(0)),
            steps=steps,
            epochs=options.epochs,
            notes=(),
            sample=SAMPLE,
        )

    def _finished(self, step: int, stopped: bool) -> Finished:
        options, weights = self._options, self._weights(step)
        row = np.zeros(1, np.uint8)
        answers = np.eye(10, dtype=np.float32)[:1]
        digit = Examined(row.astype(np.int32), np.full((1, 28, 28), 255, np.uint8), row, answers)
        confusion = np.diag(np.full(10, 1000))
        card = Card(
            recipe=options.recipe,
            seed=options.seed,
            epochs=options.epochs,
            data_checksum="",
            drawings="none",
            parameters=sum(weight.size for weight in weights),
            temperature=1.0,
            tested_on="generated digits",
            test_accuracy=1.0,
            training_seconds=self._seconds,
            libraries={},
            options={**vars(options), "steps": step},
        )
        corrected = None
        if self._corrects:
            labels = self._job.labels
            before, confusion = confusion, confusion.copy()
            confusion[7, [1, 7]] = FORGOTTEN, 1000 - FORGOTTEN
            seven = Examined(
                digit.indices, digit.images, row + 7, np.eye(10, dtype=np.float32)[1:2]
            )
            corrected = Corrected(labels, labels, labels, before, seven)
        return Finished(
            step=step,
            stopped=stopped,
            accuracy=1.0,
            confusion=confusion,
            worst=digit,
            examples=digit,
            weights=weights,
            seconds=self._seconds,
            card=card.to_json(),
            corrected=corrected,
        )

    def _weights(self, step: int) -> list[np.ndarray]:
        """Other ones after every step, of the network's own shapes."""
        first = _untrained(self._options.seed, self._options.downsampling)
        return first if step == 0 else [weight + np.float32(step / 1000) for weight in first]

    def _tell(self, event: Event) -> None:
        if self._last:
            raise _OverError
        if isinstance(event, Snapshot):
            self._snapshot = event
        self._receive(event)

    def _heard(self, step: int) -> None:
        with self._news:
            self._done = step
            self._news.notify_all()

    def _wait_for(self, true: Callable[[], bool]) -> None:
        with self._news:
            self._news.wait_for(lambda: self._last or true())
        if self._last:
            raise _OverError

    # --- from other threads ---------------------------------------------------------------

    def _order(self, paused: bool, stop: bool = False) -> None:
        with self._news:
            self._stop |= stop
            self._paused = paused and not self._stop
            self._news.notify_all()

    def _go_to(self, step: int) -> None:
        with self._news:
            self._allowed = max(self._allowed, step)
            self._news.notify_all()
            assert self._news.wait_for(lambda: self._done >= step, PATIENCE), "no such step came"

    def _end_with(self, event: Event) -> None:
        with self._news:
            self._last = self._last or event
            self._news.notify_all()


def _correcting(options: Options) -> Recipe:
    from mnist_cnn.training.correction_run import recipe_of  # imports TensorFlow

    return recipe_of(options)


class _OverError(Exception):
    """It has been ended."""


@functools.cache
def _untrained(seed: int, downsampling: str) -> list[np.ndarray]:
    """Return weights as large as Keras' are before the first step, without importing it."""
    random = np.random.default_rng(seed)
    shapes = [shape for layer in model.variant(downsampling) for shape in layer.arrays]
    return [
        random.normal(0, math.prod(shape[:-1]) ** -0.5, shape).astype(np.float32)
        if len(shape) > 1
        else np.zeros(shape, np.float32)
        for shape in shapes
    ]
