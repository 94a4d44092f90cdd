"""What TensorBoard would read is what the events said."""

import pytest
import tensorflow as tf

from mnist_cnn.optimization.events import Step, Validated
from mnist_cnn.training.tensorboard_log import LogError, TensorBoardLog


def scalars(folder):
    """Read event files as TensorBoard does: ``(step, tag, value)``, with their plugin."""
    found = []
    for file in sorted(folder.iterdir()):
        for record in tf.data.TFRecordDataset(str(file)):
            event = tf.compat.v1.Event.FromString(record.numpy())
            for value in event.summary.value:
                assert value.metadata.plugin_data.plugin_name == "scalars"
                found.append((event.step, value.tag, float(tf.make_ndarray(value.tensor))))
    return found


def test_training_and_validation_are_two_runs_that_share_their_charts(tmp_path):
    log = TensorBoardLog(tmp_path / "new" / "folder")
    log.write(Step(3, 9, 1, 0.7, 0.8, 1.5, recent_loss=0.5, recent_accuracy=0.75))
    log.write(Validated(3, 1, 0.25, 0.875, 2000, 1.5))
    log.write(Step(6, 9, 1, 0.7, 0.8, 2.5, recent_loss=0.25, digits_per_second=512.0))
    log.close()
    folder = tmp_path / "new" / "folder"
    assert scalars(folder / "train") == [
        (3, "loss", 0.5),
        (3, "accuracy", 0.75),
        (3, "digits_per_second", 0.0),
        (6, "loss", 0.25),
        (6, "accuracy", 0.0),
        (6, "digits_per_second", 512.0),
    ]
    assert scalars(folder / "validation") == [(3, "loss", 0.25), (3, "accuracy", 0.875)]


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("where the folder should be")
    with pytest.raises(LogError, match=r"Logs cannot be written to .*file"):
        TensorBoardLog(tmp_path / "file" / "logs")
