"""The card of a network: how it was trained and how well it reads, as JSON and as a table."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from typing import TypeVar

from mnist_cnn.system import strict_json
from mnist_cnn.system.paths import LANGUAGES

MNIST_TEST = "MNIST test"  # what a network is tested on if MNIST is available
NO_DRAWINGS = "none"
MAX_TEXT = 1000  # characters, and numbers of a list
MAX_WHOLE = 2**53  # larger whole numbers are not exact in JavaScript


@dataclass(frozen=True)
class Figures:
    """The results of ``evaluate --full``. Shares are 0 to 1, drawings by unseen writers."""

    mnist: float  # accuracy on the 10,000 test pictures
    mnist_by_digit: list[float]
    normal: float  # accuracy on drawings of normal size
    normal_by_digit: list[float]
    normal_by_brush: dict[str, float]  # "8–12" units of 280: accuracy
    small: float  # accuracy on drawings 60 to 140 units high, anywhere on the pad
    drawings: int  # number of them
    writers: int  # number of them
    calibration_mnist: float  # expected calibration error
    calibration_drawings: float
    flagged_mnist: float  # digits flagged as no digit
    flagged_drawings: float
    flagged_others: float  # non-digits flagged as no digit
    others: int


@dataclass(frozen=True)
class Card:
    """How a network was trained, and how well it reads."""

    recipe: str
    seed: int
    epochs: int
    data_checksum: str  # Mnist.checksum, also of generated digits
    drawings: str  # a description of the pen drawings learned from, or NO_DRAWINGS
    parameters: int
    temperature: float  # by which the logits were divided, see evaluation/calibration.py
    tested_on: str  # MNIST_TEST, or "generated digits"; 10,000 images of either
    test_accuracy: float  # 0 to 1, on these
    training_seconds: float
    libraries: dict[str, str]  # name: version
    figures: Figures | None = None
    options: dict[str, object] | None = None  # training.options.Options, and the steps done
    # By the name of a public set, or of a part ("mnist_c.fog"): how many "pictures" it has, and
    # shares, 0 to 1: read right by the "network" alone, from "ink", "opened"; else auroc, fpr95.
    # Of a style, "surely_wrong": a wrong answer above 95%; between two digits, "sure": any above.
    sets: dict[str, dict[str, float]] | None = None
    drawn: int = 0  # how many ``drawings`` there were, in numbers
    drawers: int = 0  # people who drew them

    def to_json(self) -> str:
        """Return the content of the file beside the weights."""
        return json.dumps(asdict(self), indent=2, ensure_ascii=False) + "\n"


Record = TypeVar("Record", Card, Figures)


def from_json(text: str) -> Card:
    """Return the card in ``text``; raises ``ValueError`` or ``TypeError`` if it is not a card.

    It may come from anybody, and pages show it: every field has its type, numbers are finite, and
    nothing is long.
    """
    entries = dict(strict_json.parse(text))
    figures = entries.pop("figures", None)
    card = Card(**entries, figures=_checked(Figures(**figures)) if figures else None)
    return _checked(card)


def _checked(record: Record) -> Record:
    """Return a card or its figures; raises ``ValueError`` where a value is not of its type."""
    for field in fields(record):
        if field.name != "figures" and not FITS[str(field.type)](getattr(record, field.name)):
            raise ValueError(f"its {field.name} is not what a card has")
    return record


def _is_text(value: object) -> bool:
    return isinstance(value, str) and len(value) <= MAX_TEXT


def _is_whole(value: object) -> bool:
    return type(value) is int and abs(value) <= MAX_WHOLE


def _is_number(value: object) -> bool:
    return isinstance(value, float) or _is_whole(value)


def _is_plain(value: object) -> bool:
    return value is None or isinstance(value, bool) or _is_text(value) or _is_number(value)


def _all_in(values: object, fits: Callable[[object], bool]) -> bool:
    """Whether ``values`` is an object, not large, whose names and values fit."""
    return (
        isinstance(values, dict)
        and len(values) <= MAX_TEXT
        and all(_is_text(name) and fits(value) for name, value in values.items())
    )


# Whether a value is of a type, by how the fields above spell it.
FITS: dict[str, Callable[[object], bool]] = {
    "str": _is_text,
    "int": _is_whole,
    "float": _is_number,
    "list[float]": lambda value: (
        isinstance(value, list) and len(value) <= MAX_TEXT and all(map(_is_number, value))
    ),
    "dict[str, float]": lambda value: _all_in(value, _is_number),
    "dict[str, str]": lambda value: _all_in(value, _is_text),
    "dict[str, dict[str, float]] | None": lambda value: (
        value is None or _all_in(value, lambda inner: _all_in(inner, _is_number))
    ),
    "dict[str, object] | None": lambda value: value is None or _all_in(value, _is_plain),
}


def table(
    figures: Figures, parameters: int, training_seconds: float | None, language: str = "en"
) -> str:
    """Return the figures as a Markdown table.

    Args:
        figures: the results.
        parameters: of the network.
        training_seconds: on two cores; None leaves the row out.
        language: of the words, a folder in ``languages``.
    """
    words = json.loads((LANGUAGES / language / "card.json").read_text(encoding="utf-8"))
    values = {
        "mnist": _percent(figures.mnist),
        "normal": _percent(figures.normal),
        "small": _percent(figures.small),
        "brushes": " · ".join(f"{k}: {_percent(v)}" for k, v in figures.normal_by_brush.items()),
        "mnist_by_digit": _by_digit(figures.mnist_by_digit),
        "normal_by_digit": _by_digit(figures.normal_by_digit),
        "calibration": f"{figures.calibration_mnist:.2%} · {figures.calibration_drawings:.2%}",
        "flagged": f"{figures.flagged_mnist:.2%} · {figures.flagged_drawings:.2%}",
        "others": _percent(figures.flagged_others),
        "parameters": f"{parameters:,}",
    }
    if training_seconds is not None:
        values["training"] = f"{training_seconds / 60:.0f} min"
    rows = [words["head"], "|---|---|"]
    rows += [
        f"| {words[name].format(**asdict(figures))} | {value} |" for name, value in values.items()
    ]
    return "\n".join(rows) + "\n"


def _percent(share: float) -> str:
    return f"{share:.2%}"


def _by_digit(shares: list[float]) -> str:
    return " · ".join(f"{digit}: {share:.1%}" for digit, share in enumerate(shares))
