"""Fixtures: MNIST, a stand-in for it, pen digits, the shipped network, the running app."""

import os

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")  # before Gradio is imported

# isort: split
import numpy as np
import pytest

from mnist_cnn.system import quiet_tensorflow  # noqa: F401  first, before TensorFlow is imported

# isort: split
from mnist_cnn.digits import mnist_files, pen_digits
from tests.serving import serve


@pytest.fixture(scope="session")
def mnist():
    """MNIST itself. Tests only read the file."""
    path = os.environ.get(mnist_files.ENVIRONMENT_VARIABLE)
    if not path:
        pytest.skip(f"set {mnist_files.ENVIRONMENT_VARIABLE} to mnist.npz or a folder of idx files")
    return mnist_files.read(path)


@pytest.fixture(scope="session")
def all_pen_digits():
    """The 7,494 pen digits of 30 people; never a download."""
    path = os.environ.get(pen_digits.ENVIRONMENT_VARIABLE)
    if not path:
        pytest.skip(f"set {pen_digits.ENVIRONMENT_VARIABLE} to the file of pen strokes")
    return pen_digits.read(path)


@pytest.fixture(scope="session")
def reader():
    """The shipped network, ready to read drawings."""
    from mnist_cnn.reading.reader import Reader

    return Reader.load()


@pytest.fixture(scope="session")
def address():
    """The address of an app, for tests that leave it as they find it."""
    with serve() as address:
        yield address


@pytest.fixture
def small_mnist(monkeypatch, tmp_path):
    """Four random arrays that pass for MNIST, on a machine without MNIST."""
    random = np.random.default_rng(28)
    arrays = [
        random.integers(0, 256, (200, 28, 28), np.uint8),
        random.integers(0, 10, 200, np.uint8),
        random.integers(0, 256, (50, 28, 28), np.uint8),
        random.integers(0, 10, 50, np.uint8),
    ]
    sums = {
        name: mnist_files.idx_sha256(array)
        for name, array in zip(mnist_files.IDX_SHA256, arrays, strict=True)
    }
    monkeypatch.setattr(mnist_files, "IDX_SHA256", sums)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.delenv(mnist_files.ENVIRONMENT_VARIABLE, raising=False)
    return arrays
