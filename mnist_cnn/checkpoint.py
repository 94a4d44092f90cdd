"""What a training run needs to go on after an interruption, in one file, written atomically."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path
from typing import Any

import keras
import numpy as np

from mnist_cnn.aside import write_aside


class CheckpointError(Exception):
    """A checkpoint cannot be used. The message names the file and the way out."""


class Checkpoint:
    """The state of one run after an epoch: the network's and the optimizer's variables."""

    def __init__(
        self,
        path: str | os.PathLike,
        network: keras.Model,
        optimizer: keras.optimizers.Optimizer,
        fingerprint: str,
    ):
        """Name the file of the run that ``fingerprint`` tells apart from every other run."""
        self.path = Path(path)
        self.variables = [*network.variables, *optimizer.variables]
        self.fingerprint = fingerprint

    def save(self, epoch: int, seconds: float) -> None:
        """Write the state after ``epoch``, aside first and then renamed."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        values = {f"v{i}": np.asarray(v) for i, v in enumerate(self.variables)}
        state: dict[str, Any] = {
            "fingerprint": self.fingerprint,
            "epoch": epoch,
            "seconds": seconds,
            **values,
        }

        def write(aside: Path) -> None:
            with aside.open("wb") as file:  # np.savez would add .npz to another name
                np.savez(file, **state)

        write_aside(self.path, write)

    def restore(self) -> tuple[int, float]:
        """Load the state, if there is one; return its epoch (0 without) and its seconds.

        Raises:
            CheckpointError: the file is damaged or of another run.
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
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
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
