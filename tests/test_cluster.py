"""Two processes train one network together, as the README says of two machines."""

import json
import os
import subprocess
import sys

import keras
import numpy as np
import pytest

from mnist_cnn.digits import mnist_files
from tests.serving import ROOT, free_port

CHOICES = ["--digits", "1000", "--batch-size", "50", "--epochs", "1", "--seed", "1"]


def start(output, environment):
    return subprocess.Popen(
        [sys.executable, "-m", "mnist_cnn", "train", *CHOICES, "--output", output],
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def weights_of(process, output):
    said, _ = process.communicate(timeout=300)
    assert process.returncode == 0, said
    return keras.models.load_model(output, compile=False).get_weights()


@pytest.mark.slow
def test_two_processes_end_with_the_weights_of_one(tmp_path):
    if mnist_files.ENVIRONMENT_VARIABLE not in os.environ:
        pytest.skip(f"set {mnist_files.ENVIRONMENT_VARIABLE} to mnist.npz or a folder of idx files")
    workers = [f"127.0.0.1:{port}" for port in (free_port(), free_port())]
    started = []
    try:
        for index in range(2):
            task = {"type": "worker", "index": index}
            cluster = json.dumps({"cluster": {"worker": workers}, "task": task})
            started.append(start(tmp_path / f"{index}.keras", {"TF_CONFIG": cluster}))
        both = [
            weights_of(process, tmp_path / f"{index}.keras")
            for index, process in enumerate(started)
        ]
    finally:
        for process in started:
            process.kill()
    alone = weights_of(start(tmp_path / "alone.keras", {}), tmp_path / "alone.keras")
    for one, other, single in zip(*both, alone, strict=True):
        np.testing.assert_array_equal(one, other)
        np.testing.assert_allclose(one, single, atol=1e-3)
