"""The network of a finished run as a file to take away."""

from __future__ import annotations

import os

from mnist_cnn import card, model, weights
from mnist_cnn.run import Run, RunsError


def save(run: Run, path: str | os.PathLike) -> None:
    """Write the tested network of a run as one ``.keras`` file with its card inside.

    Raises:
        RunsError: the run has no tested network.
        WeightsError: see ``weights.prepare``.
        OSError: the disk is full.
    """
    if run.result is None:
        raise RunsError(
            "This run has no tested network. Let it finish, or stop it first.", "untested"
        )
    network = model.build(downsampling=run.options.downsampling)
    network.set_weights(run.result.weights)
    weights.save_packed(network, card.from_json(run.result.card), path)
