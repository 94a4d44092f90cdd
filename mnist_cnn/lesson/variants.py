"""The networks that the lesson compares, each trained several times with the same recipe.

``weights/variants/`` has the weights of each one's run with the median accuracy, and a card of all
runs. ``python -m mnist_cnn variants`` trains them anew.
"""

from __future__ import annotations

import functools
import json
import os
import statistics
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from mnist_cnn.network import keras_file, model, weights
from mnist_cnn.network.keras_file import WeightsError
from mnist_cnn.system.paths import WEIGHTS

if TYPE_CHECKING:
    import keras

FOLDER = WEIGHTS / "variants"
CURVES = "curves.json"
COMMAND = "variants"


@dataclass(frozen=True)
class Variant:
    """A network to compare, and the seeds of its runs."""

    name: str
    build: Callable[[int | None], keras.Model]  # from a seed
    seeds: tuple[int, ...]
    half: bool = False  # store 16 bits a number, to save space


def _convolutional(name: str) -> Callable[[int | None], keras.Model]:
    return functools.partial(model.build, downsampling=name)


VARIANTS = {
    variant.name: variant
    for variant in (
        Variant("max", _convolutional("max"), (1, 2, 3, 4, 5)),
        Variant("average", _convolutional("average"), (1, 2, 3, 4)),
        Variant("stride", _convolutional("stride"), (1, 2, 3, 4)),
        Variant("dense", model.build_dense, (1, 2, 3, 4)),
        # Ten times as slow, and 2,038,922 numbers of 32 bits would be 8 MB.
        Variant("none", _convolutional("none"), (1,), half=True),
    )
}


@dataclass(frozen=True)
class Trial:
    """One run of a variant."""

    seed: int
    accuracy: float  # on MNIST's 10,000 test pictures, 0 to 1
    training_accuracy: float  # during the last epoch
    seconds: float


@dataclass(frozen=True)
class VariantCard:
    """The runs of a variant, stored as JSON beside its weights."""

    name: str
    recipe: str  # a name in ``recipes.RECIPES``
    epochs: int
    data_checksum: str  # Mnist.checksum
    parameters: int
    trials: list[Trial]  # in the order of seeds
    shipped_seed: int  # of the stored weights, with the median accuracy
    bits: int  # of a stored number
    libraries: dict[str, str]  # name: version

    @property
    def accuracies(self) -> list[float]:
        """The test accuracy of each run, 0 to 1."""
        return [trial.accuracy for trial in self.trials]

    @property
    def mean(self) -> float:
        """The mean test accuracy, 0 to 1."""
        return statistics.fmean(self.accuracies)

    @property
    def spread(self) -> float | None:
        """The standard deviation of the test accuracies (n - 1); None for a single run."""
        return statistics.stdev(self.accuracies) if len(self.trials) > 1 else None

    @property
    def seconds(self) -> float:
        """The median training time."""
        return statistics.median(trial.seconds for trial in self.trials)


@dataclass(frozen=True)
class Epoch:
    """How well a network reads its training digits and the test digits after some epochs."""

    epoch: int  # 0: untrained
    training_accuracy: float  # 0 to 1
    training_loss: float  # mean cross-entropy
    test_accuracy: float
    test_loss: float


@dataclass(frozen=True)
class Curve:
    """A training on some or all of the digits, epoch by epoch."""

    digits: int  # learned from
    curve: list[Epoch]

    @property
    def best(self) -> Epoch:
        """The epoch with the smallest test loss, after which the network overfits."""
        return min(self.curve, key=lambda epoch: epoch.test_loss)


@dataclass(frozen=True)
class LearningCurves:
    """Learning curves of the lesson's network: few digits for many epochs, and all digits."""

    recipe: str  # a name in ``recipes.RECIPES``, with other epochs
    seed: int
    data_checksum: str
    curves: list[Curve]  # fewest digits first
    libraries: dict[str, str]


def path(name: str, folder: str | os.PathLike = FOLDER) -> Path:
    """Return the weights file of the variant ``name``; raises ``ValueError`` if there is none."""
    if name not in VARIANTS:
        raise ValueError(f"There is no variant {name!r}. Choose one of {', '.join(VARIANTS)}.")
    return Path(folder) / f"{name}.keras"


def load(name: str, folder: str | os.PathLike = FOLDER) -> keras.Model:
    """Return the trained network of a variant.

    Raises:
        ValueError: there is no such variant.
        WeightsError: the file is missing, damaged, or holds another network.
    """
    return weights.load(path(name, folder), lambda: VARIANTS[name].build(None), COMMAND)


def load_card(name: str, folder: str | os.PathLike = FOLDER) -> VariantCard:
    """Return the card of a variant.

    Raises:
        ValueError: there is no such variant.
        WeightsError: the card is missing or damaged.
    """
    return _read(path(name, folder).with_suffix(".json"), _card)


def load_curves(folder: str | os.PathLike = FOLDER) -> LearningCurves:
    """Return the learning curves; raises ``WeightsError`` if they cannot be read."""
    return _read(Path(folder) / CURVES, _curves)


Parsed = TypeVar("Parsed")


def _card(entries: dict) -> VariantCard:
    return VariantCard(**entries | {"trials": [Trial(**trial) for trial in entries["trials"]]})


def _curves(entries: dict) -> LearningCurves:
    curves = [
        Curve(curve["digits"], [Epoch(**epoch) for epoch in curve["curve"]])
        for curve in entries["curves"]
    ]
    return LearningCurves(**entries | {"curves": curves})


def _read(file: Path, parse: Callable[[dict], Parsed]) -> Parsed:
    try:
        return parse(json.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise WeightsError(
            f"{file} cannot be read ({error}). {keras_file.restore_advice(file, COMMAND)}"
        ) from error
