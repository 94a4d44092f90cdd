"""The rhythm of a training: how fast it goes, when it says so, and when it is validated."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

import keras
import numpy as np
import tensorflow as tf

from mnist_cnn.drawings import Drawn
from mnist_cnn.events import Step, Validated

PAUSE_BETWEEN_STEPS = 0.1  # seconds between two events
SPEED_WINDOW = 3.0  # seconds over which speed is measured
VALIDATION_SHARE = 0.04  # of the time, at most
VALIDATIONS = 0.03  # of the time so far between two, so that a long run has not too many
CHUNK = 100  # digits read at a time: as long as somebody waits for a training to stop


class Stopwatch:
    """Seconds of training, without those in which it stood still."""

    def __init__(self, seconds: float = 0.0):
        """Start at ``seconds``, those before an interruption."""
        self._before = seconds
        self._since: float | None = time.monotonic()  # None where it stands still

    @property
    def seconds(self) -> float:
        """Seconds so far."""
        return self._before + (time.monotonic() - self._since if self._since else 0.0)

    def stop(self) -> None:
        """Stand still."""
        self._before, self._since = self.seconds, None

    def start(self) -> None:
        """Go on."""
        self._since = time.monotonic()


class Progress:
    """Adds up what the steps report and turns it into ``Step`` events."""

    def __init__(self, watch: Stopwatch, steps: int, done: int, every: int | None):
        """Begin after ``done`` of ``steps``; see ``training.train`` for ``every``."""
        self.watch, self.steps, self.done, self.every = watch, steps, done, every
        self._told = watch.seconds  # when the last event was
        self._recent = [0, 0.0, 0]  # digits, loss, right since then
        self._marks: deque = deque()  # (seconds, step, digits): to measure speed between
        self._digits = 0

    def begin_epoch(self, epoch: int, steps: int) -> None:
        """Begin an epoch of so many steps: its means start anew."""
        self.epoch, self._ends = epoch, self.done + steps
        self._whole = [0, 0.0, 0]  # as _recent, of this epoch

    def add(self, digits: int, loss: float, right: int) -> None:
        """Count a step: its digits, their mean loss, and how many were read right."""
        self.done += 1
        self._digits += digits
        for sums in (self._recent, self._whole):
            sums[0] += digits
            sums[1] += loss * digits
            sums[2] += right
        if not self._marks:  # the first step is not counted: it is traced and compiled too
            self._marks.append((self.watch.seconds, self.done, self._digits))

    def due(self) -> bool:
        """Whether the step just counted should be told about."""
        if self.every:
            return self.done % self.every == 0 or self.done == self.steps
        waited = self.watch.seconds - self._told
        return waited >= PAUSE_BETWEEN_STEPS or self.done == self._ends

    def event(self) -> Step:
        """Tell about the steps so far."""
        seconds = self.watch.seconds
        digits_per_second, steps_per_second = self._speed(seconds)
        left = (self.steps - self.done) / steps_per_second if steps_per_second else 0.0
        whole, recent = self._whole, self._recent
        self._told, self._recent = seconds, [0, 0.0, 0]
        return Step(
            step=self.done,
            steps=self.steps,
            epoch=self.epoch,
            loss=whole[1] / whole[0],
            accuracy=whole[2] / whole[0],
            seconds=seconds,
            recent_loss=recent[1] / recent[0],
            recent_accuracy=recent[2] / recent[0],
            digits_per_second=digits_per_second,
            seconds_left=left,
            ends_epoch=self.done == self._ends,
        )

    def _speed(self, seconds: float) -> tuple[float, float]:
        """Digits and steps a second since the oldest mark; the first time since the start."""
        while len(self._marks) > 1 and self._marks[1][0] < seconds - SPEED_WINDOW:
            self._marks.popleft()
        since, step, digits = self._marks[0]
        self._marks.append((seconds, self.done, self._digits))
        if step == self.done or seconds <= since:
            return self._digits / seconds, self.done / seconds
        return (self._digits - digits) / (seconds - since), (self.done - step) / (seconds - since)


class Validation:
    """Reads the digits held out, as often as costs little."""

    def __init__(
        self,
        network: keras.Model,
        held_out: Drawn,
        watch: Stopwatch,
        interrupted: Callable[[], bool],
    ):
        """Trace ``network`` before it is first needed; see ``training.train``."""
        self.held_out, self.watch, self.interrupted = held_out, watch, interrupted
        self._read = tf.function(
            lambda images: network(tf.cast(images, tf.float32)[..., None] / 255.0, training=False),
            autograph=False,
            input_signature=[tf.TensorSpec((None, *network.input_shape[1:3]), tf.uint8)],
        )
        self._read.get_concrete_function()
        self._next = 0.0  # seconds

    def due(self, last: bool) -> bool:
        """Whether it is time again; after the ``last`` step it always is."""
        return last or self.watch.seconds >= self._next

    def read(self, step: int, epoch: int, last: bool) -> Validated | None:
        """Read all of them, which sets the next time; None when interrupted, but for the last."""
        began, (images, labels) = self.watch.seconds, (self.held_out.images, self.held_out.labels)
        chunks = []
        for at in range(0, len(images), CHUNK):
            if self.interrupted() and not last:
                return None
            chunks.append(self._read(images[at : at + CHUNK]).numpy())
        answers = np.concatenate(chunks)
        likelihood = answers[np.arange(len(labels)), labels.astype(int)]
        seconds = self.watch.seconds
        cost = seconds - began
        self._next = seconds + max(cost / VALIDATION_SHARE, VALIDATIONS * seconds)
        return Validated(
            step=step,
            epoch=epoch,
            loss=float(-np.log(np.maximum(likelihood, 1e-7)).mean()),
            accuracy=float((answers.argmax(axis=1) == labels).mean()),
            digits=len(labels),
            seconds=seconds,
        )
