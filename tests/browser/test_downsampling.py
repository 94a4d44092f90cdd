"""Three ways to halve a map: each is what Keras' own layer makes of it."""

import keras
import numpy as np
import pytest
from keras import layers

from tests.drawings import IMAGES

KERAS = {"max": layers.MaxPooling2D(2), "average": layers.AveragePooling2D(2)}
WAYS = ("max", "average", "stride")

REDUCED = """async ([maps, places]) => {
    const {WAYS, block, compare, reduce} = await import("/experiments/downsampling.js");
    const ways = Object.keys(WAYS);
    return maps.map((map) => ({
        reduced: Object.fromEntries(ways.map((how) => [how, reduce(map, how)])),
        compared: compare(map),
        blocks: places.map(([row, column]) => block(map, row, column)),
    }));
}"""


def halved(modules, maps, places=()):
    """What the page makes of each channel of ``maps``, (height, width, channels)."""
    channels = np.moveaxis(np.asarray(maps), -1, 0).astype(float).tolist()
    return modules.evaluate(REDUCED, [channels, [*places]])


@pytest.fixture(scope="module")
def maps(reader):
    """conv1 and conv2 of a drawing; conv2 has 11 rows and columns, an odd number."""
    activations = reader.tracer(IMAGES["open 4"])
    return {name: activations.layers[name] for name in ("conv1", "conv2")}


@pytest.mark.parametrize("layer", ["conv1", "conv2"])
@pytest.mark.parametrize("how", KERAS)
def test_pooling_is_the_layer_s(modules, maps, layer, how):
    expected = np.asarray(KERAS[how](maps[layer][None]))[0]
    found = [each["reduced"][how] for each in halved(modules, maps[layer])]
    np.testing.assert_allclose(np.moveaxis(found, 0, -1), expected, atol=1e-6)


def test_a_stride_keeps_what_a_convolution_with_that_stride_computes(modules, reader):
    kernel, bias = reader.tracer.network.get_layer("conv1").get_weights()
    image = IMAGES["open 4"][None, ..., None] / np.float32(255)
    full, strided = (
        np.asarray(keras.ops.relu(keras.ops.conv(image, kernel, stride, "valid") + bias))[0]
        for stride in (1, 2)
    )
    found = [each["reduced"]["stride"] for each in halved(modules, full)]
    np.testing.assert_allclose(np.moveaxis(found, 0, -1), strided, atol=1e-6)


@pytest.mark.parametrize("layer", ["conv1", "conv2"])
def test_the_comparison_says_what_survives(modules, maps, layer):
    height, width = maps[layer].shape[0] // 2, maps[layer].shape[1] // 2
    for channel, each in enumerate(halved(modules, maps[layer][..., :8])):
        used = maps[layer][: 2 * height, : 2 * width, channel]
        assert [way["how"] for way in each["compared"]] == list(WAYS)
        for way in each["compared"]:
            small = np.array(way["map"])
            np.testing.assert_array_equal(small, each["reduced"][way["how"]])
            if not used.any():
                assert (way["peak"], way["missed"]) == (1, 0)
                continue
            assert way["peak"] == pytest.approx(small.max() / used.max())
            active = [
                small[row, column]
                for row, column in np.ndindex(height, width)
                if used[2 * row : 2 * row + 2, 2 * column : 2 * column + 2].any()
            ]
            assert way["missed"] == pytest.approx(np.mean(np.array(active) == 0))


def test_only_the_maximum_always_keeps_the_peak_and_only_a_stride_misses_blocks(modules, maps):
    ways = [way for each in halved(modules, maps["conv1"]) for way in each["compared"]]
    by_way = {how: [way for way in ways if way["how"] == how] for how in WAYS}
    assert {way["peak"] for way in by_way["max"]} == {1}
    assert min(way["peak"] for way in by_way["stride"]) < 0.9
    assert {way["missed"] for how in ("max", "average") for way in by_way[how]} == {0}
    assert max(way["missed"] for way in by_way["stride"]) > 0.2


def test_a_block_shows_its_four_cells_and_what_becomes_of_them(modules, maps):
    map = maps["conv1"][..., 3]
    places = [*np.ndindex(13, 13)]
    (found,) = halved(modules, map[..., None], places)
    for (row, column), shown in zip(places, found["blocks"], strict=True):
        cells = map[2 * row : 2 * row + 2, 2 * column : 2 * column + 2]
        assert (shown["row"], shown["column"]) == (row, column)
        np.testing.assert_array_equal(shown["cells"], cells)
        assert shown["values"] == pytest.approx(
            {"max": cells.max(), "average": cells.mean(), "stride": cells[0, 0]}
        )
