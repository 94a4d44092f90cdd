"""A receptive field is the box around the pixels that change a cell, found by changing pixels."""

import keras
import numpy as np
import pytest
from keras import layers

from mnist_cnn import model
from mnist_cnn.activations import Tracer
from mnist_cnn.receptive_field import receptive_fields

SIDE = model.IMAGE_SIZE
SIZES = {"conv1": 3, "pool1": 4, "conv2": 8, "pool2": 10, "conv3": 18, "flatten": 18}
SIZES |= {"dense1": 26, "softmax": 26}


def convolution(size, **options):
    return layers.Conv2D(2, size, activation="relu", **options)


def flat(*before):
    return [*before, layers.Flatten(), layers.Dense(3, activation="relu"), layers.Dense(2)]


ARCHITECTURES = {
    "pooling that leaves out a row": lambda: flat(
        *(convolution(3), layers.MaxPooling2D(2), convolution(3), layers.MaxPooling2D(2)),
        convolution(3),
    ),
    "strides instead of pooling": lambda: flat(
        *(convolution(3, strides=2), convolution(3, strides=2), convolution(3))
    ),
    "same padding": lambda: flat(
        *(convolution(3, padding="same"), layers.MaxPooling2D(2), convolution(3, padding="same")),
        *(layers.MaxPooling2D(3, padding="same"), convolution(4, padding="same")),
    ),
    "same padding with strides": lambda: flat(
        *(convolution(5, strides=2, padding="same"), convolution(3, strides=3, padding="same")),
        convolution(2, padding="same"),
    ),
    "padding beyond what pooling left out": lambda: flat(
        *(convolution(3), layers.MaxPooling2D(2), layers.MaxPooling2D(2)),
        *(convolution(3, padding="same"), convolution(3, padding="same")),
    ),
    "dilation": lambda: flat(convolution(3, dilation_rate=2), convolution(3, dilation_rate=3)),
    "dilation with same padding": lambda: flat(
        convolution(3, dilation_rate=(2, 3), padding="same"),
        convolution(2, dilation_rate=4, padding="same"),
    ),
    "average pooling that overlaps": lambda: flat(
        *(convolution(3), layers.AveragePooling2D(3, strides=2), convolution(3)),
        layers.AveragePooling2D(2, padding="same"),
    ),
    "not square": lambda: flat(
        *(convolution((5, 3), strides=(1, 2)), layers.MaxPooling2D((3, 2), strides=(2, 1))),
        convolution((1, 4), padding="same"),
    ),
    "strides over more than the kernel": lambda: flat(convolution(1, strides=3), convolution(3)),
    "layers that move no cell": lambda: flat(
        *(convolution(3, use_bias=False), layers.BatchNormalization(), layers.Activation("relu")),
        *(layers.Dropout(0.5), layers.MaxPooling2D(2), layers.ReLU(), layers.Dense(2)),
    ),
    "convolutions by depth": lambda: flat(
        layers.DepthwiseConv2D(3, strides=2), layers.SeparableConv2D(2, 3, padding="same")
    ),
    "global pooling": lambda: [
        *(convolution(3), layers.MaxPooling2D(4), layers.GlobalAveragePooling2D(), layers.Dense(2))
    ],
    "global maximum": lambda: [convolution(5, strides=3), layers.GlobalMaxPooling2D()],
}


def chain(parts):
    image = x = keras.Input((SIDE, SIDE, 1))
    for part in parts:
        x = part(x)
    return keras.Model(image, x)


def seen_pixels(network):
    """For every layer, whether a pixel of ink alone makes a cell answer: (rows, columns, *cell).

    With positive kernels and no bias nothing cancels, and an empty picture answers 0 everywhere
    (a softmax: the same everywhere), so every connection shows.
    """
    random = np.random.default_rng(4)
    for weight in network.trainable_weights:
        if "kernel" in weight.name:
            weight.assign(random.uniform(0.5, 1.5, weight.shape) / np.prod(weight.shape[:-1]))
    names = [row.name for row in model.layer_table(network)]
    tapped = keras.Model(network.input, [network.get_layer(name).output for name in names])
    pictures = np.eye(SIDE**2, dtype=np.float32).reshape(-1, SIDE, SIDE, 1)
    empty = tapped(pictures[:1] * 0)
    for name, answer, silence in zip(names, tapped(pictures), empty, strict=True):
        changed = np.asarray(answer) != np.asarray(silence)
        yield name, changed.reshape(SIDE, SIDE, *changed.shape[1:])


def box(pixels):
    """Left, top, right, bottom (exclusive) of the pixels that are true."""
    rows, columns = np.flatnonzero(pixels.any(1)), np.flatnonzero(pixels.any(0))
    if not len(rows):
        return 0, 0, 0, 0
    return columns[0], rows[0], columns[-1] + 1, rows[-1] + 1


@pytest.mark.parametrize("build", ARCHITECTURES.values(), ids=ARCHITECTURES)
def test_the_region_is_the_box_around_the_pixels_that_change_a_cell(build):
    network = chain(build())
    fields = receptive_fields(network)
    assert list(fields) == [row.name for row in model.layer_table(network)]
    shape = None  # of the last feature map
    for name, changed in seen_pixels(network):
        if changed.ndim == 5:
            shape = changed.shape[2:]
        elif isinstance(network.get_layer(name), layers.Flatten):
            changed = changed.reshape(SIDE, SIDE, *shape)
        else:
            changed = changed[:, :, None, None]  # a vector: one cell with many channels
        for row, column in np.ndindex(*changed.shape[2:4]):
            expected = box(changed[:, :, row, column].any(-1))
            assert fields[name].region(row, column) == expected, (name, row, column)


@pytest.mark.parametrize("build", ARCHITECTURES.values(), ids=ARCHITECTURES)
def test_size_stride_and_start_give_the_regions_away_from_the_rims(build):
    for name, field in receptive_fields(chain(build())).items():
        exact = 0
        for row, column in np.ndindex(len(field.rows), len(field.columns)):
            top, left = (
                field.start[0] + field.stride[0] * row,
                field.start[1] + field.stride[1] * column,
            )
            bottom, right = min(SIDE, top + field.size[0]), min(SIDE, left + field.size[1])
            found = field.region(row, column)
            exact += found == (max(0, left), max(0, top), right, bottom)
            assert found[0] >= left, name
            assert found[1] >= top, name
            assert found[2] <= right, name
            assert found[3] <= bottom, name
        assert exact >= len(field.rows) * len(field.columns) / 4, name


def test_the_network_of_the_lesson_sees_what_the_lesson_says():
    fields = receptive_fields(model.build())
    assert {name: field.size for name, field in fields.items()} == {
        name: (size, size) for name, size in SIZES.items()
    }
    assert [field.stride[0] for field in fields.values()] == [1, 2, 2, 4, 4, 4, 0, 0]
    assert {field.start for field in fields.values()} == {(0, 0)}
    assert fields["conv3"].region(2, 1) == (4, 8, 22, 26)
    assert fields["softmax"].region(7) == (0, 0, 26, 26)  # the last two rows and columns: unseen


@pytest.mark.parametrize("name", SIZES)
def test_pixels_outside_the_region_never_change_a_cell_of_the_shipped_network(name, reader):
    field = receptive_fields(reader.tracer.network)[name]
    tracer: Tracer = reader.tracer
    random = np.random.default_rng(11)
    image = random.integers(0, 256, (SIDE, SIDE), np.uint8)
    before = tracer(image).layers
    shape = before["conv3" if name == "flatten" else name].shape
    inside_mattered = 0
    for _ in range(20):
        row, column = (random.integers(0, n) for n in shape[:2]) if len(shape) == 3 else (0, 0)
        left, top, right, bottom = field.region(row, column)
        other = random.integers(0, 256, (SIDE, SIDE), np.uint8)
        outside, inside = other.copy(), image.copy()
        outside[top:bottom, left:right] = image[top:bottom, left:right]
        inside[top:bottom, left:right] = other[top:bottom, left:right]
        same, changed = (
            layer.reshape(shape)[row, column] if len(shape) == 3 else layer
            for layer in (tracer(outside).layers[name], tracer(inside).layers[name])
        )
        old = before[name].reshape(shape)[row, column] if len(shape) == 3 else before[name]
        np.testing.assert_array_equal(same, old)
        inside_mattered += not np.array_equal(changed, old)
    assert inside_mattered == 20


@pytest.mark.parametrize("cell", [(3, 0), (0, 3), (-1, 0), (0, -1)])
def test_a_cell_that_is_not_there_has_no_region(cell):
    field = receptive_fields(model.build())["conv3"]
    with pytest.raises(IndexError, match="among 3 rows and 3 columns"):
        field.region(*cell)


def branching():
    image = keras.Input((SIDE, SIDE, 1))
    x = convolution(3, padding="same")(image)
    return keras.Model(image, layers.Add(name="add")([image, x]))


def channels_first():
    image = keras.Input((1, SIDE, SIDE))
    return keras.Model(image, layers.MaxPooling2D(2, data_format="channels_first", name="p")(image))


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: chain([layers.Conv2DTranspose(2, 3, name="up")]), "up is a Conv2DTranspose"),
        (lambda: chain([layers.Reshape((14, 56, 1), name="cut")]), "cut is a Reshape"),
        (branching, r"add \(Add\) does not read exactly one layer"),
        (channels_first, "p has its channels first"),
    ],
    ids=["transposed convolution", "reshape", "two branches", "channels first"],
)
def test_a_network_that_cannot_be_followed_is_refused(build, message):
    with pytest.raises(TypeError, match=message):
        receptive_fields(build())
