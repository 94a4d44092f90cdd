"""The architecture is exactly the one the lesson teaches, and its variants differ in one thing."""

import keras
import numpy as np
import pytest

from mnist_cnn.network import model

EXPECTED = [
    ("conv1", (26, 26, 32), 320),
    ("pool1", (13, 13, 32), 0),
    ("conv2", (11, 11, 64), 18_496),
    ("pool2", (5, 5, 64), 0),
    ("conv3", (3, 3, 64), 36_928),
    ("flatten", (576,), 0),
    ("dense1", (64,), 36_928),
    ("softmax", (10,), 650),
]


def test_layer_table_matches_the_lesson():
    rows = model.layer_table(model.build())
    assert [(row.name, row.shape, row.parameters) for row in rows] == EXPECTED


def test_parameter_totals():
    network = model.build()
    base = sum(network.get_layer(name).count_params() for name in ("conv1", "conv2", "conv3"))
    assert network.count_params() == 93_322
    assert base == 55_744


CONVOLUTIONS = ("conv1", "conv2", "conv3")


@pytest.mark.parametrize(
    ("downsampling", "pool", "strides", "sides", "parameters"),
    [
        ("max", keras.layers.MaxPooling2D, (1, 1, 1), (26, 11, 3), 93_322),
        ("average", keras.layers.AveragePooling2D, (1, 1, 1), (26, 11, 3), 93_322),
        ("stride", None, (2, 2, 1), (13, 6, 4), 121_994),
        ("none", None, (1, 1, 1), (26, 24, 22), 2_038_922),
    ],
)
def test_a_variant_differs_in_its_downsampling_alone(
    downsampling, pool, strides, sides, parameters
):
    network = model.build(downsampling=downsampling)
    names = [row.name for row in model.layer_table(network)]
    expected = [name for name, _, _ in EXPECTED if pool or not name.startswith("pool")]
    assert names == expected
    convolutions = [network.get_layer(name) for name in CONVOLUTIONS]
    assert tuple(layer.strides[0] for layer in convolutions) == strides
    assert tuple(layer.output.shape[1] for layer in convolutions) == sides
    assert [layer.filters for layer in convolutions] == [32, 64, 64]
    if pool:
        assert all(type(network.get_layer(name)) is pool for name in ("pool1", "pool2"))
    assert network.count_params() == parameters
    assert network.output_shape == (None, 10)


def test_every_variant_is_tested():
    assert list(model.DOWNSAMPLING) == ["max", "average", "stride", "none"]


@pytest.mark.parametrize("downsampling", model.DOWNSAMPLING)
def test_the_same_seed_starts_alike(downsampling):
    one, other = (model.build(3, downsampling).get_weights() for _ in range(2))
    for first, second in zip(one, other, strict=True):
        np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize("downsampling", ["min", "MAX", "", None, 2])
def test_an_unknown_downsampling_is_refused_with_the_known_ones(downsampling):
    with pytest.raises(ValueError, match="There is no downsampling") as caught:
        model.build(downsampling=downsampling)
    assert str(caught.value) == (
        f"There is no downsampling {downsampling!r}. Choose one of: "
        f"{', '.join(model.DOWNSAMPLING)}."
    )
