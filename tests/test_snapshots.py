"""Snapshots come back as they were, from a file that nobody sees."""

import os

import numpy as np
import pytest

from mnist_cnn.snapshots import Snapshots

SHAPES = [(3, 3, 1, 2), (2,), (4, 5), ()]


def weights(seed):
    random = np.random.default_rng(seed)
    return [random.standard_normal(shape).astype(np.float32) for shape in SHAPES]


def test_every_snapshot_comes_back_by_its_index_in_any_order(tmp_path):
    snapshots = Snapshots(tmp_path)
    assert [snapshots.append(weights(seed)) for seed in range(5)] == [0, 1, 2, 3, 4]
    assert len(snapshots) == 5
    for index in (4, 0, 3, 3, 1):
        for found, expected in zip(snapshots.read(index), weights(index), strict=True):
            assert (found.dtype, found.shape) == (np.float32, expected.shape)
            np.testing.assert_array_equal(found, expected)
    snapshots.append(weights(9))  # after reading, at the end all the same
    np.testing.assert_array_equal(snapshots.read(5)[2], weights(9)[2])
    np.testing.assert_array_equal(snapshots.read(4)[2], weights(4)[2])


@pytest.mark.parametrize("index", [-1, 2, 1000])
def test_an_index_outside_is_refused(index):
    snapshots = Snapshots()
    snapshots.append(weights(1))
    snapshots.append(weights(2))
    with pytest.raises(IndexError) as caught:
        snapshots.read(index)
    assert str(caught.value) == f"There is no snapshot {index}, only 0 to 1."


@pytest.mark.skipif(os.name != "posix", reason="elsewhere an open file keeps its name")
def test_the_file_has_no_name(tmp_path):
    snapshots = Snapshots(tmp_path)
    snapshots.append(weights(1))
    assert list(tmp_path.iterdir()) == []
    snapshots.close()
    assert len(snapshots) == 0
