"""The chapters: each computes its pictures and its question from one drawing.

A module has ``PICTURES``, the pictures by name; ``HOLES``, the names its question fills in; and
``question``. What a person has set comes as text and is checked.
"""

from __future__ import annotations

from types import ModuleType

from mnist_cnn.lesson.chapters import (
    convolution,
    failures,
    filters,
    flatten,
    hierarchy,
    how_to_downsample,
    network,
    training,
    translation,
    why_downsample,
)

MODULES: dict[str, ModuleType] = {
    "convolution": convolution,
    "network": network,
    "filters": filters,
    "translation": translation,
    "hierarchy": hierarchy,
    "why-downsample": why_downsample,
    "how-to-downsample": how_to_downsample,
    "flatten": flatten,
    "training": training,
    "failures": failures,
}
HOLES: dict[str, set[str]] = {name: module.HOLES for name, module in MODULES.items()}
