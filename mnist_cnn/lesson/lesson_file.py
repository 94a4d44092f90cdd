"""The files of the lesson that the page loads: chapters and measured facts; what is printed."""

from __future__ import annotations

import json
from dataclasses import asdict

from mnist_cnn.digits.mnist_files import TRAIN_DIGITS
from mnist_cnn.lesson import chapters, comparison, figures, survey, units, variants
from mnist_cnn.lesson.learned import learned
from mnist_cnn.lesson.variants import VARIANTS, VariantCard
from mnist_cnn.network import model
from mnist_cnn.optimization.recipes import RECIPES

SUBJECT = model.variant("max")  # the network that the lesson is about


def encoded(language: str) -> bytes:
    """Return the lesson in one language as JSON in UTF-8.

    Its keys are ``chapters``, see ``chapters.Chapter``; ``survey``, see ``survey.Survey``;
    ``layers``, with name, shape and activation; and ``facts``, for the pictures and questions.

    Raises:
        TextError: a chapter cannot be read.
        WeightsError: a card of ``weights/variants`` cannot be read.
    """
    known = figures.figures(SUBJECT)
    lesson = {
        "chapters": [asdict(chapter) for chapter in chapters.read_all(language, known)],
        "survey": asdict(survey.read(language, known)),
        "layers": [
            {"name": layer.name, "shape": layer.shape, "activation": layer.activation}
            for layer in SUBJECT
        ],
        "facts": facts(),
    }
    return json.dumps(lesson, ensure_ascii=False, separators=(",", ":")).encode()


def encoded_units(language: str) -> bytes:
    """Return what teachers print, in one language, as JSON in UTF-8.

    Its keys are ``units``, see ``units.Unit``, and ``curriculum``, see ``units.Curriculum``.

    Raises:
        TextError: a unit cannot be read.
        WeightsError: a card of ``weights/variants`` cannot be read.
    """
    known = figures.figures(SUBJECT)
    told = {
        "units": [asdict(unit) for unit in units.read_all(language, known)],
        "curriculum": asdict(units.read_curriculum(language, known)),
    }
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


def facts() -> dict[str, object]:
    """Return the results of trainings: the variants' cards and comparisons, learning curves,
    and what the lesson's network has learned from.

    Raises:
        WeightsError: a card cannot be read.
    """
    cards = {name: variants.load_card(name) for name in VARIANTS}
    return {
        "train_digits": TRAIN_DIGITS,
        "batch": RECIPES[cards["max"].recipe].batch_size,
        "learned": asdict(learned()),
        "cards": {name: _card(card) for name, card in cards.items()},
        "curves": [asdict(curve) for curve in variants.load_curves().curves],
        "verdicts": [asdict(comparison.compare("max", other)) for other in ("average", "stride")],
    }


def _card(card: VariantCard) -> dict[str, object]:
    return {
        "parameters": card.parameters,
        "accuracy": figures.accuracy(card),
        "accuracies": card.accuracies,
        "trials": len(card.trials),
        "epochs": card.epochs,
    }
