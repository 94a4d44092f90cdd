"""The folders of the project."""

from __future__ import annotations

from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent.parent
LANGUAGES = PROJECT / "mnist_cnn" / "languages"  # a folder for each language
WEIGHTS = PROJECT / "weights"
