"""What several test files share: MNIST, a stand-in for it, pen digits, the shipped network."""

import os

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")  # before Gradio is imported

# isort: split
import numpy as np
import pytest

from mnist_cnn import quiet  # noqa: F401  first, before TensorFlow is imported

# isort: split
from mnist_cnn import data, pens
from tests.serving import serve


@pytest.fixture(scope="session")
def mnist():
    """MNIST itself. It is only read: a test never puts a person's file aside."""
    path = os.environ.get(data.ENVIRONMENT_VARIABLE)
    if not path:
        pytest.skip(f"set {data.ENVIRONMENT_VARIABLE} to mnist.npz or a folder of idx files")
    return data.read(path)


@pytest.fixture(scope="session")
def pen_digits():
    """The 7,494 pen digits of 30 people; never a download."""
    path = os.environ.get(pens.ENVIRONMENT_VARIABLE)
    if not path:
        pytest.skip(f"set {pens.ENVIRONMENT_VARIABLE} to the file of pen strokes")
    return pens.read(path)


@pytest.fixture(scope="session")
def reader():
    """The shipped network, ready to read drawings."""
    from mnist_cnn.reading import Reader

    return Reader.load()


@pytest.fixture(scope="session")
def address():
    """The app, for the tests that leave it as they find it."""
    with serve() as address:
        yield address


@pytest.fixture
def small_mnist(monkeypatch, tmp_path):
    """Four made-up arrays that pass for MNIST, on a machine that has no MNIST yet."""
    random = np.random.default_rng(28)
    arrays = [
        random.integers(0, 256, (200, 28, 28), np.uint8),
        random.integers(0, 10, 200, np.uint8),
        random.integers(0, 256, (50, 28, 28), np.uint8),
        random.integers(0, 10, 50, np.uint8),
    ]
    sums = {
        name: data.idx_sha256(array) for name, array in zip(data.IDX_SHA256, arrays, strict=True)
    }
    monkeypatch.setattr(data, "IDX_SHA256", sums)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.delenv(data.ENVIRONMENT_VARIABLE, raising=False)
    return arrays
