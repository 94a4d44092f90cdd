"""The card of a set of weights: what is known about it, as JSON beside it and as a table."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

MNIST_TEST = "MNIST test"  # what a network is tested on where MNIST is there
NO_DRAWINGS = "none"


@dataclass(frozen=True)
class Figures:
    """What ``evaluate --full`` measures. Shares are 0 to 1; drawings are by unseen writers."""

    mnist: float  # accuracy on the 10,000 test pictures
    mnist_by_digit: list[float]
    normal: float  # accuracy on drawings of normal size
    normal_by_digit: list[float]
    normal_by_brush: dict[str, float]  # "8–12" units of 280: accuracy
    small: float  # accuracy on drawings 60 to 140 units high, anywhere on the pad
    drawings: int  # how many drawings by how many writers
    writers: int
    calibration_mnist: float  # expected calibration error
    calibration_drawings: float
    flagged_mnist: float  # digits said to be none
    flagged_drawings: float
    flagged_others: float  # non-digits said to be none
    others: int


@dataclass(frozen=True)
class Card:
    """What is known about a set of weights."""

    recipe: str
    seed: int
    epochs: int
    data_checksum: str  # data.Mnist.checksum, or what the digits were otherwise
    drawings: str  # the pen drawings trained on beside them, or NO_DRAWINGS
    parameters: int
    temperature: float  # the logits were divided by it; see mnist_cnn.calibration
    tested_on: str  # MNIST_TEST, 10,000 images, or as many generated digits where it is not there
    test_accuracy: float  # 0 to 1, on these
    training_seconds: float
    libraries: dict[str, str]  # name: version
    figures: Figures | None = None
    options: dict[str, object] | None = None  # what was chosen, and the steps really done

    def to_json(self) -> str:
        """Return the card as it stands beside the weights."""
        return json.dumps(asdict(self), indent=2, ensure_ascii=False) + "\n"


def from_json(text: str) -> Card:
    """Return the card in ``text``; raises ``ValueError`` or ``TypeError`` when it is none."""
    entries = dict(json.loads(text))
    figures = entries.pop("figures", None)
    return Card(**entries, figures=Figures(**figures) if figures else None)


LANGUAGES = Path(__file__).with_name("languages")  # a folder for each, with the table's words


def table(
    figures: Figures, parameters: int, training_seconds: float | None, language: str = "en"
) -> str:
    """Return what a card tells of a network as a Markdown table.

    Args:
        figures: as they were measured.
        parameters: of the network.
        training_seconds: on two cores; None where nobody knows.
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
