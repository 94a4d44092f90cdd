"""A training's process has a folder of its own, which goes with it."""

import tempfile

from mnist_cnn.runs.worker import Worker
from tests.trainings import LONG
from tests.waiting import PATIENCE


def test_nothing_is_left_of_a_training_that_was_ended(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    worker = Worker(LONG, lambda event: None)
    assert list(tmp_path.iterdir()) != []
    worker.end()
    assert worker.join(PATIENCE)
    assert list(tmp_path.iterdir()) == []
