"""Snapshots come back as they were, from a file that nobody sees, and there are not too many."""

import os

import numpy as np
import pytest

from mnist_cnn.runs.snapshots import MAX_BYTES, MAX_KEPT, Rhythm, Snapshots

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


@pytest.mark.parametrize(
    ("seconds", "steps_a_second"), [(2, 5), (60, 5), (1200, 5), (20_000, 5), (3, 1000)]
)
@pytest.mark.parametrize("size", [4 * 93_322, 4 * 2_038_922])
def test_few_snapshots_are_kept_dense_at_first_and_to_the_end(seconds, steps_a_second, size):
    rhythm, kept = Rhythm(size), [0.0]
    times = np.arange(1, seconds * steps_a_second + 1) / steps_a_second
    for now in times:
        over = now == times[-1]
        if (over or rhythm.live(now)) and rhythm.keep(now, seconds - now, over):
            kept.append(now)
    assert len(kept) <= MAX_KEPT
    assert len(kept) * size <= MAX_BYTES
    assert kept[-1] == times[-1]
    gaps = np.diff(kept)
    assert gaps.max() <= max(0.5, seconds / 4)  # nowhere a hole
    if size < 2**20:
        assert (np.array(kept) < 2.0).sum() >= min(6, seconds * steps_a_second)
