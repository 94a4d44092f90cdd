"""Three ways to halve a map: each is what Keras' own layer makes of it."""

import keras
import numpy as np
import pytest
from keras import layers

from mnist_cnn.downsampling import WAYS, block, compare, reduce
from tests.drawn import IMAGES

KERAS = {"max": layers.MaxPooling2D(2), "average": layers.AveragePooling2D(2)}


@pytest.fixture(scope="module")
def maps(reader):
    """conv1 and conv2 of a drawing; conv2 has 11 rows and columns, an odd number."""
    activations = reader.tracer(IMAGES["open 4"])
    return {name: activations.layers[name] for name in ("conv1", "conv2")}


@pytest.mark.parametrize("layer", ["conv1", "conv2"])
@pytest.mark.parametrize("how", KERAS)
def test_pooling_is_the_layer_s(maps, layer, how):
    expected = np.asarray(KERAS[how](maps[layer][None]))[0]
    np.testing.assert_allclose(reduce(maps[layer], how), expected, atol=1e-6)


def test_a_stride_keeps_what_a_convolution_with_that_stride_computes(reader):
    kernel, bias = reader.tracer.network.get_layer("conv1").get_weights()
    image = IMAGES["open 4"][None, ..., None] / np.float32(255)
    full, strided = (
        np.asarray(keras.ops.relu(keras.ops.conv(image, kernel, stride, "valid") + bias))[0]
        for stride in (1, 2)
    )
    np.testing.assert_allclose(reduce(full, "stride"), strided, atol=1e-6)


@pytest.mark.parametrize("layer", ["conv1", "conv2"])
def test_the_comparison_says_what_survives(maps, layer):
    for channel in range(8):
        map = maps[layer][..., channel]
        height, width = map.shape[0] // 2, map.shape[1] // 2
        found = compare(map)
        assert [reduced.how for reduced in found] == list(WAYS)
        for reduced in found:
            np.testing.assert_array_equal(reduced.map, reduce(map, reduced.how))
            used = map[: 2 * height, : 2 * width].astype(float)
            enlarged = reduced.map.repeat(2, axis=0).repeat(2, axis=1)
            size = np.sqrt((used**2).mean())
            if not size:
                assert (reduced.peak, reduced.missed, reduced.error) == (1, 0, 0)
                continue
            assert reduced.peak == pytest.approx(reduced.map.max() / used.max())
            error = np.sqrt(((enlarged - used) ** 2).mean()) / size
            assert reduced.error == pytest.approx(error, abs=1e-6)
            active = [
                reduced.map[row, column]
                for row, column in np.ndindex(height, width)
                if used[2 * row : 2 * row + 2, 2 * column : 2 * column + 2].any()
            ]
            assert reduced.missed == pytest.approx(np.mean(np.array(active) == 0))


def test_only_the_maximum_always_keeps_the_peak_and_only_a_stride_misses_blocks(maps):
    found = [compare(maps["conv1"][..., channel]) for channel in range(32)]
    by_way = {how: [each for group in found for each in group if each.how == how] for how in WAYS}
    assert {reduced.peak for reduced in by_way["max"]} == {1}
    assert min(reduced.peak for reduced in by_way["stride"]) < 0.9
    assert {reduced.missed for how in ("max", "average") for reduced in by_way[how]} == {0}
    assert max(reduced.missed for reduced in by_way["stride"]) > 0.2
    for largest, mean in zip(by_way["max"], by_way["average"], strict=True):
        assert mean.error <= largest.error  # the mean is nearest to four numbers, by squares


def test_a_block_shows_its_four_cells_and_what_becomes_of_them(maps):
    map = maps["conv1"][..., 3]
    for row, column in np.ndindex(13, 13):
        shown = block(map, row, column)
        cells = map[2 * row : 2 * row + 2, 2 * column : 2 * column + 2]
        np.testing.assert_array_equal(shown.cells, cells)
        assert shown.cells[shown.winner] == cells.max()
        assert shown.values == pytest.approx(
            {"max": cells.max(), "average": cells.mean(), "stride": cells[0, 0]}
        )


def test_what_cannot_be_halved_is_refused():
    with pytest.raises(ValueError, match="no way 'median' to downsample"):
        reduce(np.zeros((4, 4)), "median")
    with pytest.raises(ValueError, match="A map of 1×8 cells has no block of 2×2"):
        compare(np.zeros((1, 8)))
    with pytest.raises(IndexError, match="rows 0 to 1 and columns 0 to 3"):
        block(np.zeros((5, 8)), 2, 0)
