"""The options of a training, checked: for the page and the command line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from mnist_cnn.digits.mnist_files import TRAIN_DIGITS
from mnist_cnn.network.model import DOWNSAMPLING
from mnist_cnn.optimization.recipes import OPTIMIZERS, RECIPES, Recipe

DATA = ("mnist", "generated", "mnist+pens")


# A training stops between two steps, and should do so within half a second. Without downsampling a
# step takes ten times as long.
MAX_BATCH_SIZE = {"none": 128}


class OptionsError(ValueError):
    """An option cannot be used. The message names the value, what is possible, and what to do."""

    def __init__(self, name: str, sentence: str, reason: str, **values: object):
        super().__init__(sentence)
        self.name = name  # of the field
        self.reason = reason  # for translation: number, whole, choice, unknown or batch
        self.values = values  # to fill into a translation
        self.others: list[OptionsError] = []  # errors of other options given with it


@dataclass(frozen=True)
class Number:
    """A field that is a number in a range."""

    low: float
    high: float
    whole: bool = True

    def parse(self, name: str, value: object) -> float | int:
        """Return ``value`` as a number in the range; raises ``OptionsError``."""
        number = _number(value)
        fits = number is not None and self.low <= number <= self.high
        if number is None or not fits or (self.whole and not number.is_integer()):
            kind = "a whole number" if self.whole else "a number"
            raise OptionsError(
                name,
                f"{_words(name)} must be {kind} from {_figure(self.low)} to "
                f"{_figure(self.high)}, not {_shown(value)}.",
                "whole" if self.whole else "number",
                low=_figure(self.low),
                high=_figure(self.high),
                value=_shown(value),
            )
        return int(number) if self.whole else number


@dataclass(frozen=True)
class Choice:
    """A field that is one of some names."""

    names: Sequence[str]

    def parse(self, name: str, value: object) -> str:
        """Return ``value`` if it is one of the names; raises ``OptionsError``."""
        if not isinstance(value, str) or value not in self.names:
            raise OptionsError(
                name,
                f"{_words(name)} must be one of {', '.join(self.names)}, not {_shown(value)}.",
                "choice",
                names=", ".join(self.names),
                value=_shown(value),
            )
        return value


RANGES: dict[str, Number | Choice] = {
    "recipe": Choice(tuple(RECIPES)),
    "epochs": Number(1, 200),
    "batch_size": Number(1, 512),
    "optimizer": Choice(tuple(OPTIMIZERS)),
    "learning_rate": Number(0.000001, 1, whole=False),
    "downsampling": Choice(tuple(DOWNSAMPLING)),
    "digits": Number(100, TRAIN_DIGITS),
    "data": Choice(DATA),
    "seed": Number(0, 2**31 - 2),  # generated test digits use seed + 1
}


@dataclass(frozen=True)
class Options:
    """The options of a training. Make it with ``parse`` or ``of``, which know the defaults."""

    recipe: str  # a name in ``recipes.RECIPES``
    epochs: int
    batch_size: int
    optimizer: str  # a name in ``recipes.OPTIMIZERS``
    learning_rate: float  # at its peak, see ``Recipe.warm_up``
    downsampling: str = "max"  # a name in ``model.DOWNSAMPLING``
    digits: int = TRAIN_DIGITS  # to learn from, chosen by ``seed``
    data: str = "mnist"  # mnist, generated, or mnist+pens: MNIST and drawings by pen
    seed: int = 1  # of the first weights, the order of the digits and their variation

    @classmethod
    def of(cls, recipe: str) -> Options:
        """Return the defaults of a recipe; raises ``OptionsError`` if there is no such recipe."""
        found = RECIPES[Choice(tuple(RECIPES)).parse("recipe", recipe)]
        return cls(
            recipe=found.name,
            epochs=found.epochs,
            batch_size=found.batch_size,
            optimizer=found.optimizer,
            learning_rate=found.learning_rate,
            data="mnist+pens" if found.drawings else "mnist",
        )

    @classmethod
    def parse(cls, choices: Mapping[str, object]) -> Options:
        """Return the options given by a form, JSON or the command line.

        Options that are missing, None or "" get the default of the recipe ("lesson" by default);
        another optimizer than the recipe's gets a suitable learning rate. Numbers may be text.

        Raises:
            OptionsError: a name or a value is not possible; ``others`` has any further errors.
        """
        given = {name: value for name, value in choices.items() if value not in (None, "")}
        for name in given:
            if name not in RANGES:
                raise OptionsError(
                    str(name),
                    f"There is no option {_shown(name)}, only {', '.join(RANGES)}.",
                    "unknown",
                )
        checked = _checked(given)
        defaults = cls.of(checked.get("recipe", "lesson"))
        optimizer = checked.get("optimizer", defaults.optimizer)
        if optimizer != defaults.optimizer:
            checked.setdefault("learning_rate", OPTIMIZERS[optimizer])
        largest = MAX_BATCH_SIZE.get(checked.get("downsampling", defaults.downsampling))
        if largest:
            checked.setdefault("batch_size", min(defaults.batch_size, largest))
            _check_batch(checked["batch_size"], largest)
        return replace(defaults, **checked)

    def as_recipe(self) -> Recipe:
        """Return the recipe with these options; fewer digits mean fewer drawings, in proportion."""
        recipe = RECIPES[self.recipe]
        drawings = (recipe.drawings or DRAWINGS) if self.data == "mnist+pens" else 0
        return replace(
            recipe,
            epochs=self.epochs,
            batch_size=self.batch_size,
            optimizer=self.optimizer,
            learning_rate=self.learning_rate,
            drawings=round(drawings * self.digits / TRAIN_DIGITS),
        )


DRAWINGS = 15_000  # pen drawings for 60,000 digits, for recipes without a number


def _checked(given: Mapping[str, object]) -> dict:
    """Return each value as its field parses it; raises one ``OptionsError`` for all errors."""
    checked, wrong = {}, []
    for name, value in given.items():
        try:
            checked[name] = RANGES[name].parse(name, value)
        except OptionsError as error:
            wrong.append(error)
    if wrong:
        wrong[0].others = wrong[1:]
        raise wrong[0]
    return checked


def _check_batch(batch_size: int, largest: int) -> None:
    if batch_size > largest:
        raise OptionsError(
            "batch_size",
            f"Batch size must be at most {largest} without downsampling, not {batch_size}. Make "
            "it smaller, or choose another downsampling.",
            "batch",
            largest=largest,
            value=batch_size,
        )


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        return float(value)
    except (ValueError, OverflowError):
        return None


def _figure(number: float) -> str:
    return f"{number:,}" if isinstance(number, int) else f"{number:f}".rstrip("0")


def _words(name: str) -> str:
    """Return the name of a field for the beginning of a sentence: Batch size."""
    return name.replace("_", " ").capitalize()


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:40]}…"
