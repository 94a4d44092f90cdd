"""Checkpoints: resume an interrupted training from one file, written atomically."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path
from typing import Any

import keras
import numpy as np

from mnist_cnn.network.keras_file import DAMAGED_FILE_ERRORS
from mnist_cnn.system.atomic_files import write_atomically


class CheckpointError(Exception):
    """A checkpoint cannot be used. The message names the file and says what to do."""


class Checkpoint:
    """The variables of the network and the optimizer after an epoch."""

    def __init__(
        self,
        path: str | os.PathLike,
        network: keras.Model,
        optimizer: keras.optimizers.Optimizer,
        fingerprint: str,
    ):
        """Args are the file, what to save, and a text that differs for every other run."""
        self.path = Path(path)
        self.variables = [*network.variables, *optimizer.variables]
        self.fingerprint = fingerprint

    def save(self, epoch: int, seconds: float) -> None:
        """Write the state after ``epoch``, atomically; raises ``NotWrittenError``."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        values = {f"v{i}": np.asarray(v) for i, v in enumerate(self.variables)}
        state: dict[str, Any] = {
            "fingerprint": self.fingerprint,
            "epoch": epoch,
            "seconds": seconds,
            **values,
        }

        def write(temporary: Path) -> None:
            with temporary.open("wb") as file:  # given a name, np.savez may append .npz
                np.savez(file, **state)

        write_atomically(self.path, write)

    def restore(self) -> tuple[int, float]:
        """Load the state, if there is a file; return its epoch and seconds, else 0 and 0.

        Raises:
            CheckpointError: the file is damaged, or from another run.
        """
        if not self.path.exists():
            return 0, 0.0
        try:
            with zipfile.ZipFile(self.path), np.load(self.path, allow_pickle=False) as saved:
                fingerprint = str(saved["fingerprint"])
                epoch, seconds = int(saved["epoch"]), float(saved["seconds"])
                values = [saved[f"v{i}"] for i in range(len(self.variables))]
            for variable, value in zip(self.variables, values, strict=True):
                if value.shape != tuple(variable.shape):
                    raise ValueError(f"expected {tuple(variable.shape)}, found {value.shape}")
        except DAMAGED_FILE_ERRORS as error:
            raise CheckpointError(
                f"The interrupted run in {self.path} is damaged ({error}). Delete the file to "
                "start anew."
            ) from error
        if fingerprint != self.fingerprint:
            raise CheckpointError(
                f"{self.path} holds an interrupted run with another recipe, seed or data. Repeat "
                "that run to finish it, or delete the file to start anew."
            )
        for variable, value in zip(self.variables, values, strict=True):
            variable.assign(value)
        return epoch, seconds
