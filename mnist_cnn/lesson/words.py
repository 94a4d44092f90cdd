"""What the page loads of the lesson: its words in one language, and what was measured in Python."""

from __future__ import annotations

import json
from dataclasses import asdict

from mnist_cnn import architecture, comparison, variants
from mnist_cnn.data import TRAIN_DIGITS
from mnist_cnn.lesson import figures, text
from mnist_cnn.recipes import RECIPES
from mnist_cnn.variants import VARIANTS, VariantCard

SUBJECT = architecture.variant("max")  # the layers of the network the lesson is about


def encoded(language: str) -> bytes:
    """Return the lesson in one language as JSON, in UTF-8.

    It has ``chapters``, see ``text.Chapter``; ``layers``, name, shape and activation of those it is
    about; and ``facts``, for the pictures and questions.

    Raises:
        TextError: a chapter cannot be read.
        WeightsError: a card of ``weights/variants`` cannot be read.
    """
    chapters = text.chapters(language, figures.figures(SUBJECT))
    told = {
        "chapters": [asdict(chapter) for chapter in chapters],
        "layers": [
            {"name": layer.name, "shape": layer.shape, "activation": layer.activation}
            for layer in SUBJECT
        ],
        "facts": facts(),
    }
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


def facts() -> dict[str, object]:
    """Return what trainings have shown: the variants' cards, learning curves, which one is better.

    Raises:
        WeightsError: a card cannot be read.
    """
    cards = {name: variants.load_card(name) for name in VARIANTS}
    return {
        "train_digits": TRAIN_DIGITS,
        "batch": RECIPES[cards["max"].recipe].batch_size,
        "cards": {name: _card(card) for name, card in cards.items()},
        "curves": [asdict(curve) for curve in variants.load_curves().curves],
        "verdicts": [asdict(comparison.better("max", other)) for other in ("average", "stride")],
    }


def _card(card: VariantCard) -> dict[str, object]:
    return {
        "parameters": card.parameters,
        "accuracy": figures.accuracy(card),
        "accuracies": card.accuracies,
        "trials": len(card.trials),
        "epochs": card.epochs,
    }
