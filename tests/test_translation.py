"""Shifted drawings: what TensorFlow makes of each, against what is promised and reported."""

import numpy as np
import pytest

from mnist_cnn import model
from mnist_cnn.activations import Tracer
from mnist_cnn.receptive_field import receptive_fields
from mnist_cnn.translation import agreements, overlap, shift, sweep
from tests.drawn import IMAGES

MAPS = ["conv1", "pool1", "conv2", "pool2", "conv3"]
STRIDES = {"conv1": 1, "pool1": 2, "conv2": 2, "pool2": 4, "conv3": 4}
SHIFTS = [(1, 0), (0, -1), (2, 0), (0, 2), (-2, 4), (4, 0), (4, 4), (-4, 4), (3, -3), (7, 5)]


def shifted_by_hand(image, dx, dy):
    moved = np.zeros_like(image)
    for row, column in np.ndindex(*image.shape[:2]):
        if 0 <= row + dy < image.shape[0] and 0 <= column + dx < image.shape[1]:
            moved[row + dy, column + dx] = image[row, column]
    return moved


@pytest.mark.parametrize(("dx", "dy"), [(0, 0), *SHIFTS, (27, 0), (0, -28), (100, 100)])
def test_a_shift_moves_every_pixel_and_loses_what_leaves(dx, dy):
    image = IMAGES["open 4"]
    np.testing.assert_array_equal(shift(image, dx, dy), shifted_by_hand(image, dx, dy))
    maps = np.random.default_rng(1).random((5, 7, 3))
    np.testing.assert_array_equal(shift(maps, dx, dy), shifted_by_hand(maps, dx, dy))


def by_cells(before, after, down, right):
    """The measure, cell by cell: only those that exist in both maps."""
    differences = sizes = 0.0
    for row, column in np.ndindex(*after.shape[:2]):
        source = (row - down, column - right)
        if all(0 <= i < n for i, n in zip(source, before.shape[:2], strict=True)):
            differences += np.abs(before[source] - after[row, column]).sum()
            sizes += (np.abs(before[source]) + np.abs(after[row, column])).sum()
    return 1 - differences / sizes if sizes else 1.0


@pytest.mark.parametrize(("dx", "dy"), SHIFTS)
@pytest.mark.parametrize("drawing", ["crossed 7", "0"])
def test_agreement_is_measured_over_the_cells_both_maps_have(reader, drawing, dx, dy):
    image = IMAGES[drawing]
    before, after = reader.tracer(image).layers, reader.tracer(shift(image, dx, dy)).layers
    found = agreements(reader.tracer, image, dx, dy)
    assert [agreement.layer for agreement in found] == list(before)
    for agreement in found:
        one, other = before[agreement.layer], after[agreement.layer]
        if agreement.layer not in MAPS:
            one, other = one[:, None, None], other[:, None, None]
        down, right = agreement.moved
        assert agreement.agreement == pytest.approx(by_cells(one, other, down, right), abs=1e-5)
        assert agreement.unmoved == pytest.approx(by_cells(one, other, 0, 0), abs=1e-5)
        assert agreement.cells == (one.shape[0] - abs(down), one.shape[1] - abs(right))


@pytest.mark.parametrize(("dx", "dy"), SHIFTS)
def test_maps_follow_exactly_a_shift_by_whole_strides_and_no_other(reader, dx, dy):
    found = {a.layer: a for a in agreements(reader.tracer, IMAGES["open 4"], dx, dy)}
    for layer in MAPS:
        agreement, stride = found[layer], STRIDES[layer]
        whole = dx % stride == 0 and dy % stride == 0
        assert agreement.exact is whole
        if whole:
            assert agreement.moved == (dy // stride, dx // stride)
            assert agreement.agreement == pytest.approx(1, abs=1e-5)
            assert agreement.unmoved < 0.9
        else:
            assert agreement.agreement < 0.97
            assert max(abs(agreement.moved[0] - dy / stride), 0) < 1
            assert max(abs(agreement.moved[1] - dx / stride), 0) < 1


def test_without_a_shift_everything_agrees(reader):
    for agreement in agreements(reader.tracer, IMAGES["0"], 0, 0):
        assert (agreement.exact, agreement.agreement, agreement.moved) == (True, 1, (0, 0))


def test_without_downsampling_every_map_follows_every_shift():
    tracer = Tracer(model.build(1, "none"))
    for dx, dy in [(1, 0), (3, -3), (-2, 5)]:
        for agreement in agreements(tracer, IMAGES["0"], dx, dy):
            if agreement.stride:
                assert agreement.exact
                assert agreement.moved == (dy, dx)
                assert agreement.agreement == pytest.approx(1, abs=1e-5)


def test_a_dense_network_has_nothing_that_shifts_along():
    found = agreements(Tracer(model.build_dense(1)), IMAGES["0"], 2, 0)
    assert [agreement.layer for agreement in found] == ["flatten", "dense1", "dense2", "softmax"]
    assert {agreement.stride for agreement in found} == {None}
    assert found[0].agreement < 0.8


@pytest.mark.parametrize("build", [model.build, model.build_dense])
def test_strides_are_those_of_the_receptive_fields(build):
    network = build(1)
    fields = receptive_fields(network)
    for agreement in agreements(Tracer(network), IMAGES["0"], 1, 1):
        if agreement.stride:
            assert agreement.stride == fields[agreement.layer].stride


@pytest.mark.parametrize(
    ("one", "other", "share"),
    [([1, 2], [1, 2], 1), ([1, 0], [0, 1], 0), ([0, 0], [0, 0], 1), ([3, 1], [1, 1], 2 / 3)],
)
def test_the_overlap_of_two_maps(one, other, share):
    assert overlap(np.array(one, float), np.array(other, float)) == pytest.approx(share)


@pytest.mark.parametrize("kind", ["shipped", "dense"])
def test_a_sweep_is_every_shift_read_by_itself(reader, kind):
    network = reader.tracer.network if kind == "shipped" else model.build_dense(2)
    image, reach = IMAGES["crossed 7"], 3
    found = sweep(network, image, reach)
    assert found.probabilities.shape == (7, 7, 10)
    for row, column in np.ndindex(7, 7):
        moved = shifted_by_hand(image, column - reach, row - reach)
        alone = network.predict(moved[None, ..., None] / 255.0, verbose=0)[0]
        np.testing.assert_allclose(found.probabilities[row, column], alone, atol=1e-5)
        assert found.ink[row, column] == pytest.approx(moved.sum(dtype=int) / image.sum(dtype=int))
        assert found.digits[row, column] == alone.argmax()
    assert found.digit == network.predict(image[None, ..., None] / 255.0, verbose=0).argmax()


def test_a_sweep_tells_where_the_answer_holds_and_where_it_first_breaks(reader):
    found = sweep(reader.tracer.network, IMAGES["crossed 7"], reach=14)
    assert found.digit == 7
    assert found.held[14, 14]
    whole = [tuple(place - 14) for place in np.argwhere(found.whole)]
    frame = IMAGES["crossed 7"]
    rows, columns = np.flatnonzero(frame.any(axis=1)), np.flatnonzero(frame.any(axis=0))
    down, right = range(-rows[0], 28 - rows[-1]), range(-columns[0], 28 - columns[-1])
    assert whole == [(dy, dx) for dy in down for dx in right]
    assert found.held_of_whole == pytest.approx(
        np.mean([found.held[14 + dy, 14 + dx] for dy, dx in whole])
    )
    dx, dy = found.first_failure
    assert not found.held[14 + dy, 14 + dx]
    nearer = (np.indices((29, 29)) - 14) ** 2
    assert found.held[nearer.sum(axis=0) < dx**2 + dy**2].all()


def test_an_answer_that_always_holds_has_no_failure(reader):
    assert sweep(reader.tracer.network, IMAGES["crossed 7"], reach=0).first_failure is None


@pytest.mark.parametrize(
    ("image", "reach", "message"),
    [
        (np.zeros((28, 28), np.uint8), 3, "There is no ink to shift"),
        (IMAGES["0"], -1, "A reach is 0 to 28 pixels, not -1"),
        (IMAGES["0"], 29, "A reach is 0 to 28 pixels, not 29"),
    ],
)
def test_a_sweep_of_nothing_or_beyond_everything_is_refused(reader, image, reach, message):
    with pytest.raises(ValueError, match=message):
        sweep(reader.tracer.network, image, reach)
