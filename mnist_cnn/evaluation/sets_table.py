"""The figures of public sets as Markdown tables: digits, corruptions, styles, and no digits."""

from __future__ import annotations

import json
from collections.abc import Mapping

from mnist_cnn.digits import corruptions, styles
from mnist_cnn.digits.public import catalogue
from mnist_cnn.evaluation.published import BEST
from mnist_cnn.system.paths import LANGUAGES

NOTHING = "–"  # in a cell
READING = ("network", "ink", "opened")  # ways, see ``yardsticks``
PENS = ("pens", "pens_test")  # measured by writer, too
DIGITS = ("mnist", *(public.name for public in catalogue.DIGITS), *PENS, "mnist_c")
NO_DIGITS = tuple(public.name for public in catalogue.NO_DIGITS)

Words = Mapping[str, str]
Sets = Mapping[str, Mapping[str, float]]


def table(figures: Sets, language: str = "en") -> str:
    """Return five tables: of digits, MNIST-C's kinds, styles, pairs, and what is no digit.

    Args:
        figures: as ``network.card.Card.sets``; a set that is not in it is named as not measured.
        language: of the words, a folder in ``languages``.
    """
    words = json.loads((LANGUAGES / language / "sets.json").read_text(encoding="utf-8"))
    digits = [words["digits"], "|---|---|---|---|---|---|"]
    for name in DIGITS:
        digits.append(_of_digits(name, figures, words))
        if name in PENS and name in figures:
            digits.append(_by_writer(name, figures, words))
    kinds = [words["kinds"], "|---|---|---|---|"]
    kinds += [_of_kind(kind, figures, words) for kind in corruptions.KINDS]
    drawn = [words["styles"], "|---|---|---|---|"]
    drawn += [_of_style(style, figures, words) for style in (*styles.STYLES, *styles.SETTINGS)]
    pairs = [words["pairs"], "|---|---|---|"]
    pairs += [_between(pair, figures, words) for pair in styles.PAIRS]
    no_digits = [words["no_digits"], "|---|---|---|---|---|"]
    no_digits += [_told_apart(name, figures, words) for name in NO_DIGITS]
    return "\n\n".join("\n".join(rows) for rows in (digits, kinds, drawn, pairs, no_digits)) + "\n"


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _of_digits(name: str, figures: Sets, words: Words) -> str:
    shares = _shares(name, figures, words, *READING)
    return _row(words[name], *shares, _best(name, words))


def _by_writer(name: str, figures: Sets, words: Words) -> str:
    own = {key: found["ink"] for key, found in figures.items() if key.startswith(f"{name}.")}
    shares = " · ".join(f"{key.rpartition('.')[2]}: {own[key]:.1%}" for key in own)
    return _row(words["by_writer"], NOTHING, NOTHING, shares, NOTHING, NOTHING)


def _of_kind(kind: str, figures: Sets, words: Words) -> str:
    _, *shares = _shares(f"mnist_c.{kind}", figures, words, *READING)
    return _row(words[f"mnist_c.{kind}"], *shares)


def _of_style(style: str, figures: Sets, words: Words) -> str:
    name = f"styles.{style}"
    return _row(words[name], *_shares(name, figures, words, "ink", "surely_wrong"))


def _between(pair: str, figures: Sets, words: Words) -> str:
    first, second = pair.split("_")
    between = words["pair"].format(first=first, second=second)
    return _row(between, *_shares(f"pairs.{pair}", figures, words, "sure"))


def _told_apart(name: str, figures: Sets, words: Words) -> str:
    return _row(words[name], *_shares(name, figures, words, "auroc", "fpr95"), _best(name, words))


def _shares(name: str, figures: Sets, words: Words, *ways: str) -> list[str]:
    """Return the number of pictures and a share for each way, or that it was not measured."""
    found = figures.get(name)
    if found is None:
        return [words["not_measured"], *(NOTHING for _ in ways)]
    shares = [f"{found[way]:.2%}" if way in found else NOTHING for way in ways]
    return [f"{found['pictures']:,}", *shares]


def _best(name: str, words: Words) -> str:
    best = BEST.get(name)
    if best is None:
        return NOTHING
    source = f"[{best.source}]({best.address})"
    return words[f"best {name}"].format(accuracy=f"{best.accuracy:.2%}", source=source)
