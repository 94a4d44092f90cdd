"""Runs, their events and results, and uploads, as plain values that JSON can hold."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np

from mnist_cnn.network import card, network_file
from mnist_cnn.optimization.events import Corrected, Event, Finished, Prepared
from mnist_cnn.runs.run import Run
from mnist_cnn.runs.uploads import Upload

SIGNIFICANT_DIGITS = 5  # of numbers for charts
LEFT_OUT = (
    *("weights", "worst", "examples", "card", "corrected"),
    *("sentence", "source", "notes", "sample"),
)


def event(number: int, happened: Event) -> dict:
    """Return an event's fields, its ``number``, and its ``kind``: "step" for a ``Step``."""
    told = {name: value for name, value in vars(happened).items() if name not in LEFT_OUT}
    if isinstance(happened, Prepared):
        told["generated"] = happened.source == happened.tested_on
    plain = {name: _plain(value) for name, value in told.items()}
    return {"number": number, "kind": type(happened).__name__.lower()} | plain


def run(described: Run) -> dict:
    """Return what a list of runs shows of one; it may go on meanwhile."""
    sequence = described.sequence  # first: the rest is of this event, or of later ones
    live = described.live
    return {
        "id": described.id,
        "sequence": sequence,
        "state": described.state,
        "options": dataclasses.asdict(described.options),
        "step": live.step if live else None,
        "failure": described.failure.reason if described.failure else None,
        "cut": described.cut,
        "result": _result(described.result) if described.result else None,
    }


def upload(described: Upload) -> dict:
    """Return what the list shows of a network from a file."""
    return {
        "id": described.id,
        "name": described.name,
        "layers": network_file.describe(described.layers),
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
    if isinstance(value, float):  # a measurement that is no number is null
        return float(f"{value:.{SIGNIFICANT_DIGITS}g}") if math.isfinite(value) else None
    return value.tolist() if isinstance(value, np.ndarray) else value
