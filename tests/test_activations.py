"""Every layer's activation is what a forward pass written in NumPy computes."""

import numpy as np
import pytest

from mnist_cnn.network import model
from mnist_cnn.reading.activations import Tracer

LAYERS = ["conv1", "pool1", "conv2", "pool2", "conv3", "flatten", "dense1", "softmax"]


def conv(x, kernel, bias):
    """Valid cross-correlation, stride 1, then ReLU."""
    height, width, _, channels = kernel.shape
    out = np.empty((x.shape[0] - height + 1, x.shape[1] - width + 1, channels))
    for row in range(out.shape[0]):
        for column in range(out.shape[1]):
            window = x[row : row + height, column : column + width]
            out[row, column] = np.einsum("ijc,ijco->o", window, kernel) + bias
    return np.maximum(out, 0)


def pool(x):
    """2×2 maximum; an odd last row or column is dropped."""
    rows, columns = x.shape[0] // 2, x.shape[1] // 2
    corners = [x[i : 2 * rows : 2, j : 2 * columns : 2] for i in (0, 1) for j in (0, 1)]
    return np.max(corners, axis=0)


def flatten(x):
    rows, columns, channels = x.shape
    return np.array(
        [x[r, c, k] for r in range(rows) for c in range(columns) for k in range(channels)]
    )


def softmax(z):
    e = np.exp(z - z.max())
    return e / e.sum()


def forward(weights, image):
    """All layers in float64, from the weights in Keras' order."""
    k1, b1, k2, b2, k3, b3, w1, c1, w2, c2 = (w.astype(np.float64) for w in weights)
    layers = {"conv1": conv(image[..., None] / 255.0, k1, b1)}
    layers["pool1"] = pool(layers["conv1"])
    layers["conv2"] = conv(layers["pool1"], k2, b2)
    layers["pool2"] = pool(layers["conv2"])
    layers["conv3"] = conv(layers["pool2"], k3, b3)
    layers["flatten"] = flatten(layers["conv3"])
    layers["dense1"] = np.maximum(layers["flatten"] @ w1 + c1, 0)
    layers["softmax"] = softmax(layers["dense1"] @ w2 + c2)
    return layers


@pytest.fixture(scope="module", params=[1, 2])
def case(request):
    """A network with random weights and biases, a random picture, and its layers in NumPy."""
    network = model.build(request.param)
    random = np.random.default_rng(request.param)
    network.set_weights([w + random.normal(0, 0.05, w.shape) for w in network.get_weights()])
    image = random.integers(0, 256, (28, 28), np.uint8)
    return network, Tracer(network), image, forward(network.get_weights(), image)


@pytest.mark.parametrize("name", LAYERS)
def test_a_layer_is_as_computed_by_hand(case, name):
    _, tracer, image, expected = case
    layer = tracer(image).layers[name]
    assert layer.dtype == np.float32
    assert layer.shape == expected[name].shape
    np.testing.assert_allclose(layer, expected[name], atol=1e-4)


def test_the_oracle_has_something_to_say(case):
    for name, layer in case[3].items():
        assert layer.std() > 1e-3, name
        assert (layer > 0).mean() > 0.2, name


def test_layers_come_in_the_order_data_flows(case):
    activations = case[1](case[2])
    assert list(activations.layers) == LAYERS
    assert list(activations.maps) == ["conv1", "pool1", "conv2", "pool2", "conv3"]


def test_the_traced_pass_agrees_with_calling_the_network(case):
    network, tracer, image, _ = case
    called = np.asarray(network(image[None, ..., None] / np.float32(255)))[0]
    activations = tracer(image)
    np.testing.assert_allclose(activations.probabilities, called, atol=1e-5)
    assert activations.probabilities.sum() == pytest.approx(1, abs=1e-5)
    assert activations.digit == called.argmax()


def test_the_last_two_rows_and_columns_reach_no_layer_after_pool2(case):
    _, tracer, image, _ = case
    changed = image.copy()
    changed[-2:] = changed[:, -2:] = 0
    before, after = tracer(image), tracer(changed)
    assert np.abs(before.layers["conv1"] - after.layers["conv1"]).max() > 0.01
    np.testing.assert_array_equal(before.layers["pool2"], after.layers["pool2"])
    changed = image.copy()
    changed[-3] = 255 - changed[-3]
    assert not np.array_equal(before.layers["pool2"], tracer(changed).layers["pool2"])


def test_new_weights_are_traced_too(case):
    network, tracer, image, _ = case
    old = network.get_weights()
    try:
        network.set_weights([w * 0.5 for w in old])
        expected = forward(network.get_weights(), image)
        np.testing.assert_allclose(tracer(image).layers["conv3"], expected["conv3"], atol=1e-4)
    finally:
        network.set_weights(old)
