"""A training's process has a folder of its own, which goes with it."""

import tempfile

from mnist_cnn.options import Options
from mnist_cnn.worker import Worker
from tests.listening import PATIENCE

LONG = Options.parse({"data": "generated", "digits": 1000, "epochs": 200})


def test_nothing_is_left_of_a_training_that_was_ended(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    worker = Worker(LONG, lambda event: None)
    assert list(tmp_path.iterdir()) != []
    worker.end()
    assert worker.join(PATIENCE)
    assert list(tmp_path.iterdir()) == []
