"""Networks, runs, their events and their results in words that JSON has, for the page."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np

from mnist_cnn import card
from mnist_cnn.architecture import Layer
from mnist_cnn.events import Corrected, Event, Finished, Prepared
from mnist_cnn.options import Options
from mnist_cnn.receptive_field import fields_along
from mnist_cnn.run import Run
from mnist_cnn.uploads import Upload

DIGITS = 5  # significant ones of a number on its way to a chart
UNTOLD = ("weights", "worst", "examples", "card", "corrected", "sentence", "source", "notes")


def options(chosen: Options) -> dict:
    """Return the choices by name."""
    return dataclasses.asdict(chosen)


def work(chosen: Options) -> dict:
    """Return how many gradient ``steps`` these choices lead to, where all data can be had.

    ``seen`` are the digits and drawings in an epoch, fewer than there are with some recipes.
    """
    recipe = chosen.as_recipe()
    steps = recipe.epochs * recipe.steps_per_epoch(chosen.digits, recipe.drawings)
    return {"steps": steps, "seen": recipe.seen(chosen.digits) + recipe.drawings}


def event(number: int, happened: Event) -> dict:
    """Return an event as its fields, with its ``number`` and its ``kind``, a word as ``step``."""
    told = {name: value for name, value in vars(happened).items() if name not in UNTOLD}
    if isinstance(happened, Prepared):
        told["generated"] = happened.source == happened.tested_on
    plain = {name: _plain(value) for name, value in told.items()}
    return {"number": number, "kind": type(happened).__name__.lower()} | plain


def run(described: Run) -> dict:
    """Return what a list of runs shows of one."""
    live = described.live
    return {
        "id": described.id,
        "state": described.state,
        "options": options(described.options),
        "sequence": described.sequence,
        "step": live.step if live else None,
        "failure": described.failure.reason if described.failure else None,
        "result": _result(described.result) if described.result else None,
    }


def upload(described: Upload) -> dict:
    """Return what the list shows of a network from a file."""
    return {
        "id": described.id,
        "name": described.name,
        "layers": layers(described.layers),
        "card": card_of(described.card) if described.card else None,
    }


def card_of(known: card.Card) -> dict:
    """Return what a comparison shows of a card."""
    return {
        "accuracy": known.test_accuracy,
        "testedOn": known.tested_on,
        "seconds": known.training_seconds,
        "parameters": known.parameters,
        "recipe": known.recipe,
        "epochs": known.epochs,
        "options": known.options,
    }


def layers(network: Sequence[Layer]) -> list[dict]:
    """Return the layer table, with the pixels that each row and column of cells sees."""
    fields = fields_along(network)
    return [
        {
            "name": layer.name,
            "kind": layer.kind,
            "shape": layer.shape,
            "activation": layer.activation,
            "parameters": layer.parameters,
            "field": {"rows": fields[layer.name].rows, "columns": fields[layer.name].columns},
        }
        for layer in network
    ]


def shipped(network: Sequence[Layer], known: card.Card | None) -> dict:
    """Return what a comparison shows of the network the server was started with."""
    return {"layers": layers(network), "card": card_of(known) if known else None}


def _result(finished: Finished) -> dict:
    return card_of(card.from_json(finished.card)) | {
        "step": finished.step,
        "stopped": finished.stopped,
        "wrong": int(finished.confusion.sum() - np.trace(finished.confusion)),
        "corrected": _corrected(finished, finished.corrected) if finished.corrected else None,
    }


def _corrected(result: Finished, corrected: Corrected) -> dict:
    """Return a correction's result: for the person's digits what was read, for others how many.

    ``right`` and ``rightBefore`` count, for each test digit 0 to 9, those of ``total`` read right.
    """
    return {
        "labels": corrected.labels.tolist(),
        "read": corrected.read.tolist(),
        "readBefore": corrected.read_before.tolist(),
        "total": result.confusion.sum(axis=1).tolist(),
        "right": result.confusion.diagonal().tolist(),
        "rightBefore": corrected.confusion_before.diagonal().tolist(),
    }


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        return float(f"{value:.{DIGITS}g}")
    return value.tolist() if isinstance(value, np.ndarray) else value
