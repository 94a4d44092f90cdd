"""The networks the lesson compares: trained by one recipe, several times over, with their cards.

``weights/variants/`` holds for each of them the weights of the run whose accuracy is the median of
its runs, and a card with all runs. ``python -m mnist_cnn variants`` makes them anew.
"""

from __future__ import annotations

import functools
import json
import os
import statistics
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from mnist_cnn import model, weights_file
from mnist_cnn.weights_file import WeightsError

if TYPE_CHECKING:
    import keras

FOLDER = weights_file.FOLDER / "variants"
CURVES = "curves.json"
COMMAND = "variants"


@dataclass(frozen=True)
class Variant:
    """A network to compare, and how often it is trained."""

    name: str
    build: Callable[[int | None], keras.Model]  # from a seed
    seeds: tuple[int, ...]
    half: bool = False  # stored with 16 bits a number, for its size


def _convolutional(name: str) -> Callable[[int | None], keras.Model]:
    return functools.partial(model.build, downsampling=name)


VARIANTS = {
    variant.name: variant
    for variant in (
        Variant("max", _convolutional("max"), (1, 2, 3, 4, 5)),
        Variant("average", _convolutional("average"), (1, 2, 3, 4)),
        Variant("stride", _convolutional("stride"), (1, 2, 3, 4)),
        Variant("dense", model.build_dense, (1, 2, 3, 4)),
        # One step takes ten times as long, and 2,038,922 numbers of 32 bits would be 8 MB.
        Variant("none", _convolutional("none"), (1,), half=True),
    )
}


@dataclass(frozen=True)
class Trial:
    """One training of a variant."""

    seed: int
    accuracy: float  # on MNIST's 10,000 test pictures, 0 to 1
    training_accuracy: float  # on the pictures of the last epoch, as they were learned from
    seconds: float


@dataclass(frozen=True)
class VariantCard:
    """What is known about a variant: it lies beside its weights as JSON."""

    name: str
    recipe: str  # a name in ``recipes.RECIPES``
    epochs: int
    data_checksum: str  # data.Mnist.checksum
    parameters: int
    trials: list[Trial]  # in the order of the seeds
    shipped_seed: int  # of the weights in the file: those of the median accuracy
    bits: int  # of a number in the file
    libraries: dict[str, str]  # name: version

    @property
    def accuracies(self) -> list[float]:
        """Test accuracy of each run, 0 to 1."""
        return [trial.accuracy for trial in self.trials]

    @property
    def mean(self) -> float:
        """Mean test accuracy, 0 to 1."""
        return statistics.fmean(self.accuracies)

    @property
    def spread(self) -> float | None:
        """Standard deviation of the test accuracies of the runs (n - 1), or None of one run."""
        return statistics.stdev(self.accuracies) if len(self.trials) > 1 else None

    @property
    def seconds(self) -> float:
        """Median training time."""
        return statistics.median(trial.seconds for trial in self.trials)

    def to_json(self) -> str:
        """Return the card as it stands beside the weights."""
        return json.dumps(asdict(self), indent=2, ensure_ascii=False) + "\n"


@dataclass(frozen=True)
class Epoch:
    """A network after so many epochs, read on what it learned from and on what it never saw."""

    epoch: int  # 0: before it has learned anything
    training_accuracy: float  # 0 to 1
    training_loss: float  # mean cross-entropy
    test_accuracy: float
    test_loss: float


@dataclass(frozen=True)
class Curve:
    """A training on some of the digits or on all, epoch by epoch."""

    digits: int  # learned from
    curve: list[Epoch]

    @property
    def best(self) -> Epoch:
        """The epoch with the smallest test loss: after it, more training does harm."""
        return min(self.curve, key=lambda epoch: epoch.test_loss)


@dataclass(frozen=True)
class LearningCurves:
    """How the network of the lesson learns: from few digits for many epochs, and from all."""

    recipe: str  # a name in ``recipes.RECIPES``: all but the epochs
    seed: int
    data_checksum: str
    curves: list[Curve]  # fewest digits first
    libraries: dict[str, str]

    def to_json(self) -> str:
        """Return the curves as they stand in their file."""
        return json.dumps(asdict(self), indent=2, ensure_ascii=False) + "\n"


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
    from mnist_cnn import weights

    return weights.load(path(name, folder), lambda: VARIANTS[name].build(None), COMMAND)


def load_card(name: str, folder: str | os.PathLike = FOLDER) -> VariantCard:
    """Return the card of a variant.

    Raises:
        ValueError: there is no such variant.
        WeightsError: the card is missing or not a card.
    """
    return _read(path(name, folder).with_suffix(".json"), _card)


def load_curves(folder: str | os.PathLike = FOLDER) -> LearningCurves:
    """Return the learning curves; raises ``WeightsError`` when they cannot be read."""
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
            f"{file} cannot be read ({error}). {weights_file.way_out(file, COMMAND)}"
        ) from error
