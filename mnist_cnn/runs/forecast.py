"""How long a training will take on this machine: from a trial, then from those that are over."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

from mnist_cnn.optimization.events import Finished
from mnist_cnn.training.options import Options

MANY_STEPS = 200  # in fewer, most of the time goes into what is done once
MAX_KNOWN = 64


@dataclass(frozen=True)
class Effort:
    """What decides how long a step takes; trainings that share it are alike."""

    optimizer: str
    batch_size: int
    downsampling: str
    varied: bool  # whether pictures are varied

    @classmethod
    def of(cls, options: Options) -> Effort:
        """Return that of a training with these options."""
        varied = options.as_recipe().variation is not None
        return cls(options.optimizer, options.batch_size, options.downsampling, varied)


@dataclass(frozen=True)
class Tried:
    """A trial is over. Only a process that waits for its job tells of one."""

    options: Options
    seconds_per_step: float | None  # None: it failed, or was given up


@dataclass(frozen=True)
class Forecast:
    """How long a training will take."""

    seconds: float | None  # of training; None: not known
    tried: bool  # whether it will be known soon, because a trial is under way


class Forecasts:
    """What is known of this machine. Not thread-safe."""

    def __init__(self) -> None:
        """Know nothing."""
        self._seconds: OrderedDict[Effort, float] = OrderedDict()  # of a step

    def seconds(self, options: Options) -> float | None:
        """Return the seconds of a training, or None where nothing like it has been measured."""
        step = self._seconds.get(Effort.of(options))
        return None if step is None else step * steps_of(options)

    def learn(self, options: Options, seconds_per_step: float) -> None:
        """Take in a measurement; the last one holds."""
        effort = Effort.of(options)
        self._seconds[effort] = seconds_per_step
        self._seconds.move_to_end(effort)
        while len(self._seconds) > MAX_KNOWN:
            self._seconds.popitem(last=False)

    def learn_from(self, options: Options, finished: Finished) -> None:
        """Take in a training that is over, if it was long enough to tell of others."""
        if finished.step >= MANY_STEPS and steps_of(options) >= MANY_STEPS:
            self.learn(options, finished.seconds / finished.step)


def steps_of(options: Options) -> int:
    """Return the gradient steps of a training; where pen drawings are missing they are fewer."""
    recipe = options.as_recipe()
    return recipe.epochs * recipe.steps_per_epoch(options.digits, recipe.drawings)
