"""Write the events of a training as TensorBoard logs, for ``tensorboard --logdir FOLDER``.

As in Keras, training and validation are two runs in one folder, so that their curves share a
chart. Writing does not need the ``tensorboard`` package.
"""

from __future__ import annotations

import os
from pathlib import Path

import tensorflow as tf

from mnist_cnn.optimization.events import Step, Validated

SCALAR = tf.compat.v1.SummaryMetadata(
    plugin_data={"plugin_name": "scalars"}, data_class="DATA_CLASS_SCALAR"
)


class LogError(Exception):
    """Logs cannot be written. The message names the folder and says what to do."""


class TensorBoardLog:
    """Writes loss, accuracy and speed of one training."""

    def __init__(self, folder: str | os.PathLike):
        """Make ``folder``; raises ``LogError`` if that fails."""
        try:
            Path(folder).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise LogError(
                f"Logs cannot be written to {folder} ({error.strerror}). Name another folder."
            ) from error
        self._writers = {
            name: tf.summary.create_file_writer(str(Path(folder, name)))
            for name in ("train", "validation")
        }

    def write(self, event: Step | Validated) -> None:
        """Write one event at its step."""
        if isinstance(event, Validated):
            values = {"loss": event.loss, "accuracy": event.accuracy}
            self._scalars("validation", event.step, values)
            return
        self._scalars(
            "train",
            event.step,
            {
                "loss": event.recent_loss,
                "accuracy": event.recent_accuracy,
                "digits_per_second": event.digits_per_second,
            },
        )

    def close(self) -> None:
        """Write what is still buffered."""
        for writer in self._writers.values():
            writer.close()

    def _scalars(self, run: str, step: int, values: dict[str, float]) -> None:
        with self._writers[run].as_default(step=step):
            for tag, value in values.items():
                tf.summary.write(tag, tf.constant(value, tf.float32), metadata=SCALAR)
