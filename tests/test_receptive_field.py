"""A receptive field is the box around the pixels that change a cell, found by changing pixels."""

import keras
import numpy as np
import pytest
from keras import layers

from mnist_cnn.network import importer, keras_model, model
from mnist_cnn.network.architecture import IMAGE_SIZE
from mnist_cnn.network.receptive_field import fields_along
from mnist_cnn.reading.activations import Tracer

SIDE = IMAGE_SIZE
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
        *(convolution(3), layers.BatchNormalization(), layers.Dropout(0.5), layers.MaxPooling2D(2)),
    ),
}


def chain(parts):
    """A network of these layers, as it is shown, and the fields of its layers."""
    image = x = keras.Input((SIDE, SIDE, 1))
    for part in parts:
        x = part(x)
    return of(keras.Model(image, x))


def of(network):
    described, arrays = importer.from_model(network)
    return keras_model.build(described, arrays), fields_along(described)


def region(field, row=0, column=0):
    """Left, top, right, bottom (exclusive) of the pixels that a cell sees."""
    if field.stride == (0, 0):
        row = column = 0
    (top, bottom), (left, right) = field.rows[row], field.columns[column]
    seen = bottom >= top and right >= left
    return (left, top, right + 1, bottom + 1) if seen else (0, 0, 0, 0)


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
    network, fields = chain(build())
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
            assert region(fields[name], row, column) == expected, (name, row, column)


@pytest.mark.parametrize("build", ARCHITECTURES.values(), ids=ARCHITECTURES)
def test_size_stride_and_start_give_the_regions_away_from_the_rims(build):
    for name, field in chain(build())[1].items():
        exact = 0
        for row, column in np.ndindex(len(field.rows), len(field.columns)):
            top, left = (
                field.start[0] + field.stride[0] * row,
                field.start[1] + field.stride[1] * column,
            )
            bottom, right = min(SIDE, top + field.size[0]), min(SIDE, left + field.size[1])
            found = region(field, row, column)
            exact += found == (max(0, left), max(0, top), right, bottom)
            assert found[0] >= left, name
            assert found[1] >= top, name
            assert found[2] <= right, name
            assert found[3] <= bottom, name
        assert exact >= len(field.rows) * len(field.columns) / 4, name


def test_the_network_of_the_lesson_sees_what_the_lesson_says():
    _, fields = of(model.build())
    assert {name: field.size for name, field in fields.items()} == {
        name: (size, size) for name, size in SIZES.items()
    }
    assert [field.stride[0] for field in fields.values()] == [1, 2, 2, 4, 4, 4, 0, 0]
    assert {field.start for field in fields.values()} == {(0, 0)}
    assert region(fields["conv3"], 2, 1) == (4, 8, 22, 26)
    assert region(fields["softmax"], 7) == (0, 0, 26, 26)  # the last two rows and columns: unseen


@pytest.mark.parametrize("name", SIZES)
def test_pixels_outside_the_region_never_change_a_cell_of_the_shipped_network(name, reader):
    field = of(reader.tracer.network)[1][name]
    tracer: Tracer = reader.tracer
    random = np.random.default_rng(11)
    image = random.integers(0, 256, (SIDE, SIDE), np.uint8)
    before = tracer(image).layers
    shape = before["conv3" if name == "flatten" else name].shape
    inside_mattered = 0
    for _ in range(20):
        row, column = (random.integers(0, n) for n in shape[:2]) if len(shape) == 3 else (0, 0)
        left, top, right, bottom = region(field, row, column)
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
