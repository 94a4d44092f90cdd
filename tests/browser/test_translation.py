"""Shifted drawings: what TensorFlow makes of each, against what the page promises and reports."""

import json
from dataclasses import dataclass

import numpy as np
import pytest

from mnist_cnn.lesson import variants
from mnist_cnn.network import model
from mnist_cnn.reading.activations import Tracer
from tests.browser.modules import give_file, give_network, odd_network
from tests.browser.other_networks import NETWORKS
from tests.drawings import IMAGES

STRIDES = {"conv1": 1, "pool1": 2, "conv2": 2, "pool2": 4, "conv3": 4}
UNEVEN = {"conv1": (2, 3), "pool1": (2, 6), "conv2": (6, 18), "pool2": (6, 18)}
SHIFTS = [(1, 0), (0, -1), (2, 0), (0, 2), (-2, 4), (4, 0), (4, 4), (-4, 4), (3, -3), (7, 5)]

SHIFT = """async ([image, dx, dy]) => {
    const {shift} = await import("/experiments/incremental/shifts.js");
    return [...shift(Uint8Array.from(image), dx, dy)];
}"""
AGREE = """async ([image, dx, dy]) => {
    const {shift} = await import("/experiments/incremental/shifts.js");
    const {agreements} = await import("/experiments/translation.js");
    const pixels = Uint8Array.from(image);
    const [before, after] = [pixels, shift(pixels, dx, dy)].map((one) => network.read(one));
    return agreements(network, before, after, dx, dy);
}"""
SWEEP = """async ([image, reach]) => {
    const {shift} = await import("/experiments/incremental/shifts.js");
    const {sweep} = await import("/experiments/translation.js");
    const pixels = Uint8Array.from(image);
    const shares = [];
    const work = sweep(network, pixels, reach);
    for (;;) {
        const {done, value: found} = work.next();
        if (!done) {
            shares.push(found ?? shares.at(-1) ?? 0);
            continue;
        }
        const alone = found.probabilities.map((row, down) => row.map((_, right) => {
            const moved = shift(pixels, right - reach, down - reach);
            return [...[...network.read(moved).values()].at(-1).values];
        }));
        const probabilities = found.probabilities.map((row) => row.map((ten) => [...ten]));
        return JSON.stringify({...found, probabilities, alone, shares});
    }
}"""


def pixels(image):
    return image.ravel().tolist()


def shifted_by_hand(image, dx, dy):
    moved = np.zeros_like(image)
    for row, column in np.ndindex(*image.shape[:2]):
        if 0 <= row + dy < image.shape[0] and 0 <= column + dx < image.shape[1]:
            moved[row + dy, column + dx] = image[row, column]
    return moved


@dataclass
class Swept:
    """What the page found of all shifts."""

    probabilities: np.ndarray  # (side, side, 10)
    alone: np.ndarray  # the same, each picture read by itself
    digits: np.ndarray  # (side, side)
    ink: np.ndarray  # (side, side)
    heldOfWhole: float  # noqa: N815  as the page has it
    failure: list[int] | None
    shares: list[float]  # how much was done, as it was told


def swept(modules, image, reach=10):
    found = json.loads(modules.evaluate(SWEEP, [pixels(image), reach]))
    arrays = {
        name: np.array(found.pop(name)) for name in ("probabilities", "alone", "digits", "ink")
    }
    return Swept(**arrays, **found)


@pytest.mark.parametrize(("dx", "dy"), [(0, 0), *SHIFTS, (27, 0), (0, -28), (100, 100)])
def test_a_shift_moves_every_pixel_and_loses_what_leaves(modules, dx, dy):
    image = np.random.default_rng(1).integers(0, 256, (28, 28), np.uint8)  # up to its rim
    found = modules.evaluate(SHIFT, [pixels(image), dx, dy])
    assert found == pixels(shifted_by_hand(image, dx, dy))


def by_cells(before, after, down, right):
    """The measure, cell by cell: only those that exist in both maps."""
    differences = sizes = 0.0
    for row, column in np.ndindex(*after.shape[:2]):
        source = (row - down, column - right)
        if all(0 <= i < n for i, n in zip(source, before.shape[:2], strict=True)):
            differences += np.abs(before[source] - after[row, column]).sum()
            sizes += (np.abs(before[source]) + np.abs(after[row, column])).sum()
    return 1 - differences / sizes if sizes else 1.0


def agreed(modules, network, image, dx, dy):
    """Each layer's agreement, after it was measured a second time, on what TensorFlow makes."""
    tracer = Tracer(network)
    before, after = tracer(image).maps, tracer(shifted_by_hand(image, dx, dy)).maps
    give_network(modules, network)
    found = modules.evaluate(AGREE, [pixels(image), dx, dy])
    assert [one["layer"] for one in found] == list(before)
    for one in found:
        maps = before[one["layer"]], after[one["layer"]]
        assert one["agreement"] == pytest.approx(by_cells(*maps, *one["moved"]), abs=1e-5)
        assert one["unmoved"] == pytest.approx(by_cells(*maps, 0, 0), abs=1e-5)
    return {one["layer"]: one for one in found}


@pytest.mark.parametrize(("dx", "dy"), SHIFTS)
def test_maps_follow_exactly_a_shift_by_whole_strides_and_no_other(modules, reader, dx, dy):
    found = agreed(modules, reader.tracer.network, IMAGES["open 4"], dx, dy)
    assert list(found) == list(STRIDES)
    for layer, stride in STRIDES.items():
        one = found[layer]
        whole = dx % stride == 0 and dy % stride == 0
        assert one["exact"] is whole
        if whole:
            assert one["moved"] == [dy // stride, dx // stride]
            assert one["agreement"] == pytest.approx(1, abs=1e-5)
            assert one["unmoved"] < 0.9
        else:
            assert one["agreement"] < 0.97
            assert abs(one["moved"][0] - dy / stride) < 1
            assert abs(one["moved"][1] - dx / stride) < 1


@pytest.mark.parametrize(("dx", "dy"), [(3, 2), (-6, 4), (5, 1)])
def test_strides_of_rows_and_of_columns_are_told_apart(modules, dx, dy):
    found = agreed(modules, odd_network(), IMAGES["crossed 7"], dx, dy)
    for layer, (rows, columns) in UNEVEN.items():
        assert found[layer]["exact"] is (dy % rows == 0 and dx % columns == 0)


def test_without_a_shift_everything_agrees(modules, reader):
    for one in agreed(modules, reader.tracer.network, IMAGES["0"], 0, 0).values():
        assert (one["exact"], one["agreement"], one["moved"]) == (True, 1, [0, 0])


@pytest.mark.parametrize(("dx", "dy"), [(1, 0), (3, -3), (-2, 5)])
def test_without_downsampling_every_map_follows_every_shift(modules, dx, dy):
    for one in agreed(modules, model.build(1, "none"), IMAGES["0"], dx, dy).values():
        assert (one["exact"], one["moved"]) == (True, [dy, dx])
        assert one["agreement"] == pytest.approx(1, abs=1e-5)


def test_a_dense_network_has_nothing_that_shifts_along(modules):
    assert agreed(modules, model.build_dense(1), IMAGES["0"], 2, 0) == {}


@pytest.mark.parametrize(
    ("one", "other", "share"),
    [([1, 2], [1, 2], 1), ([1, 0], [0, 1], 0), ([0, 0], [0, 0], 1), ([3, 1], [-1, 1], 1 / 3)],
)
def test_the_overlap_of_two_vectors(modules, one, other, share):
    found = modules.evaluate(
        """async (pair) => {
            const {overlap} = await import("/experiments/translation.js");
            return overlap(...pair.map((values) => ({shape: [values.length], values})));
        }""",
        [one, other],
    )
    assert found == pytest.approx(share)


OWN = {  # networks of the lesson, and those with windows, strides, padding that it has not
    **{
        name: lambda name=name: variants.load(name)
        for name in ("max", "average", "stride", "dense")
    },
    "odd": odd_network,
}


@pytest.mark.parametrize("name", [*OWN, *NETWORKS])
def test_a_sweep_is_every_shift_read_by_itself(modules, name):
    image, reach = IMAGES["crossed 7"], 3
    if name in OWN:
        network = OWN[name]()
        give_network(modules, network)
    else:
        brought = NETWORKS[name]()
        network = brought.keras
        give_file(modules, brought.file)
    found = swept(modules, image, reach)
    steps = range(-reach, reach + 1)
    pictures = np.stack([shifted_by_hand(image, dx, dy) for dy in steps for dx in steps])
    expected = network.predict(pictures[..., None] / 255.0, verbose=0).reshape(7, 7, 10)
    np.testing.assert_allclose(found.probabilities, expected, atol=1e-5)
    np.testing.assert_array_equal(found.probabilities, found.alone)
    np.testing.assert_array_equal(found.digits, found.alone.argmax(axis=2))
    ink = pictures.sum(axis=(1, 2)).reshape(7, 7) / image.sum()
    np.testing.assert_allclose(found.ink, ink)


@pytest.mark.parametrize("drawing", IMAGES)
def test_a_sweep_tells_where_the_answer_holds_and_where_it_first_breaks(modules, reader, drawing):
    image, reach = IMAGES[drawing], 10
    give_network(modules, reader.tracer.network)
    found = swept(modules, image, reach)
    np.testing.assert_array_equal(found.probabilities, found.alone)
    held = found.digits == reader.tracer(image).digit
    assert held[reach, reach]
    rows, columns = np.flatnonzero(image.any(axis=1)), np.flatnonzero(image.any(axis=0))
    down = range(max(-reach, -rows[0]), min(reach + 1, 28 - rows[-1]))
    right = range(max(-reach, -columns[0]), min(reach + 1, 28 - columns[-1]))
    whole = [(dy, dx) for dy in down for dx in right]
    assert [(dy - reach, dx - reach) for dy, dx in np.argwhere(found.ink == 1)] == whole
    expected = np.mean([held[reach + dy, reach + dx] for dy, dx in whole])
    assert found.heldOfWhole == pytest.approx(expected)
    dx, dy = found.failure
    assert not held[reach + dy, reach + dx]
    nearer = ((np.indices((21, 21)) - reach) ** 2).sum(axis=0) < dx**2 + dy**2
    assert held[nearer].all()


@pytest.mark.slow
@pytest.mark.parametrize("name", ["max", "dense"])
def test_mnist_digits_at_all_shifts_are_read_as_tensorflow_reads_them(modules, mnist, name):
    network = variants.load(name)
    give_network(modules, network)
    steps = range(-10, 11)
    for image in mnist.test_images[:20]:
        pictures = np.stack([shifted_by_hand(image, dx, dy) for dy in steps for dx in steps])
        expected = network(pictures[..., None] / np.float32(255)).numpy().reshape(21, 21, 10)
        found = swept(modules, image)
        np.testing.assert_allclose(found.probabilities, expected, atol=1e-5)
        np.testing.assert_array_equal(found.digits, expected.argmax(axis=2))


def test_an_answer_that_always_holds_has_no_failure(modules, reader):
    give_network(modules, reader.tracer.network)
    assert swept(modules, IMAGES["crossed 7"], reach=0).failure is None


def test_a_sweep_tells_often_how_far_it_is(modules, reader):
    """Between two rests, in which it can be abandoned, are a few milliseconds."""
    give_network(modules, reader.tracer.network)
    shares = swept(modules, IMAGES["0"]).shares
    assert shares == sorted(shares)
    assert shares[-1] == 1
    assert len(set(shares)) > 20
    assert len(shares) > 441


def test_no_shift_is_read_that_shows_nothing_new(modules, reader):
    """conv3 has three rows: four strides, three times its rows each, show all there is to see."""
    give_network(modules, reader.tracer.network)
    passes = modules.evaluate(
        """async ([image, reach]) => {
            const {sweep} = await import("/experiments/translation.js");
            const {finished} = await import("/reader/slices.js");
            const counts = {};
            for (const pass of network.passes) {
                const {name, activate} = pass;
                counts[name] = 0;
                pass.activate = (sums) => (counts[name]++, activate(sums));
            }
            finished(sweep(network, Uint8Array.from(image), reach));
            return counts;
        }""",
        [pixels(IMAGES["0"]), 10],
    )
    assert passes["softmax"] == 441
    assert max(passes[name] for name in ("conv1", "pool1", "conv2")) <= 44
    assert passes["conv3"] <= 144
