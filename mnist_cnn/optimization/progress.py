"""The progress of a training: running means, speed, and when to report and validate."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

import keras
import numpy as np
import tensorflow as tf

from mnist_cnn.digits.pen_drawings import LabelledImages
from mnist_cnn.optimization.events import Step, Validated

STEP_INTERVAL = 0.1  # seconds between two ``Step`` events
SPEED_WINDOW = 3.0  # seconds
MAX_VALIDATION_SHARE = 0.04  # of the training time
VALIDATION_INTERVAL = (
    0.03  # between two, as a share of the time so far: long runs validate less often
)
CHUNK = 100  # digits read at a time; in between, a validation can be interrupted


class Stopwatch:
    """Counts the seconds of training, without pauses."""

    def __init__(self, seconds: float = 0.0):
        """Start at ``seconds``, the time before an interruption."""
        self._before = seconds
        self._since: float | None = time.monotonic()  # None while it is stopped

    @property
    def seconds(self) -> float:
        """Seconds so far."""
        return self._before + (time.monotonic() - self._since if self._since else 0.0)

    def stop(self) -> None:
        """Stop counting."""
        self._before, self._since = self.seconds, None

    def start(self) -> None:
        """Count again."""
        self._since = time.monotonic()


class Progress:
    """Adds up what the steps report and turns it into ``Step`` events."""

    def __init__(self, watch: Stopwatch, steps: int, done: int, every: int | None):
        """Start after ``done`` of ``steps``; for ``every`` see ``loop.train``."""
        self.watch, self.steps, self.done, self.every = watch, steps, done, every
        self._reported = watch.seconds  # time of the last event
        self._recent = [0, 0.0, 0]  # digits, sum of losses, digits read right since then
        self._marks: deque = deque()  # (seconds, step, digits), between which speed is measured
        self._digits = 0

    def begin_epoch(self, epoch: int, steps: int) -> None:
        """Start an epoch of ``steps`` steps, and its means."""
        self.epoch, self._ends = epoch, self.done + steps
        self._whole = [0, 0.0, 0]  # the same for this epoch

    def add(self, digits: int, loss: float, right: int) -> None:
        """Add a step: its digits, their mean loss, and how many were read right."""
        self.done += 1
        self._digits += digits
        for sums in (self._recent, self._whole):
            sums[0] += digits
            sums[1] += loss * digits
            sums[2] += right
        if not self._marks:  # not the first step, which includes tracing and compiling
            self._marks.append((self.watch.seconds, self.done, self._digits))

    def due(self) -> bool:
        """Whether the step just added should be reported."""
        if self.every:
            return self.done % self.every == 0 or self.done == self.steps
        waited = self.watch.seconds - self._reported
        return waited >= STEP_INTERVAL or self.done == self._ends

    def event(self) -> Step:
        """Return the event for the steps so far."""
        seconds = self.watch.seconds
        digits_per_second, steps_per_second = self._speed(seconds)
        left = (self.steps - self.done) / steps_per_second if steps_per_second else 0.0
        whole, recent = self._whole, self._recent
        self._reported, self._recent = seconds, [0, 0.0, 0]
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
        """Return digits and steps per second since the oldest mark, at first since the start."""
        while len(self._marks) > 1 and self._marks[1][0] < seconds - SPEED_WINDOW:
            self._marks.popleft()
        since, step, digits = self._marks[0]
        self._marks.append((seconds, self.done, self._digits))
        if step == self.done or seconds <= since:
            return self._digits / seconds, self.done / seconds
        return (self._digits - digits) / (seconds - since), (self.done - step) / (seconds - since)


class Validation:
    """Reads the held-out digits, as often as it costs little time."""

    def __init__(
        self,
        network: keras.Model,
        held_out: LabelledImages,
        watch: Stopwatch,
        interrupted: Callable[[], bool],
    ):
        """Trace ``network``; for ``held_out`` and ``interrupted`` see ``loop.train``."""
        self.held_out, self.watch, self.interrupted = held_out, watch, interrupted
        self._read = tf.function(
            lambda images: network(tf.cast(images, tf.float32)[..., None] / 255.0, training=False),
            autograph=False,
            input_signature=[tf.TensorSpec((None, *network.input_shape[1:3]), tf.uint8)],
        )
        self._read.get_concrete_function()
        self._next = 0.0  # seconds

    def due(self, last: bool) -> bool:
        """Whether to validate now; always after the ``last`` step."""
        return last or self.watch.seconds >= self._next

    def read(self, step: int, epoch: int, last: bool) -> Validated | None:
        """Read all held-out digits; return None if interrupted, which the last is not."""
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
        self._next = seconds + max(cost / MAX_VALIDATION_SHARE, VALIDATION_INTERVAL * seconds)
        return Validated(
            step=step,
            epoch=epoch,
            loss=float(-np.log(np.maximum(likelihood, 1e-7)).mean()),
            accuracy=float((answers.argmax(axis=1) == labels).mean()),
            digits=len(labels),
            seconds=seconds,
        )
