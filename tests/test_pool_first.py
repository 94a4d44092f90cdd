"""The rearranged network answers and learns as the network itself does."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from mnist_cnn.network import model
from mnist_cnn.optimization import pool_first
from mnist_cnn.optimization.loop import train
from mnist_cnn.optimization.recipes import Recipe


def pictures(count):
    """Random digits' ink: a third of the pixels, so that pooling meets ties between blanks."""
    random = np.random.default_rng(3)
    ink = random.random((count, 28, 28, 1)) * (random.random((count, 28, 28, 1)) < 0.3)
    return tf.constant(ink, tf.float32)


def with_biases(seed):
    """A network whose biases are not all zero."""
    network, random = model.build(seed), np.random.default_rng(seed)
    weights = [weight + random.normal(0, 0.05, weight.shape) for weight in network.get_weights()]
    network.set_weights(weights)
    return network


def answers_and_gradients(network, answer, inputs, labels):
    with tf.GradientTape() as tape:
        probabilities = answer(inputs)
        loss = tf.reduce_mean(keras.losses.sparse_categorical_crossentropy(labels, probabilities))
    return [probabilities, *tape.gradient(loss, network.trainable_variables)]


@pytest.mark.parametrize("count", [1, 7, 64])
def test_answers_and_gradients_are_the_network_s_own(count):
    network, inputs = with_biases(count), pictures(count)
    labels = np.arange(count) % 10
    rearranged = pool_first.forward(network)
    expected = answers_and_gradients(network, network, inputs, labels)
    found = tf.function(
        lambda: answers_and_gradients(network, rearranged, inputs, labels), autograph=False
    )()
    for one, other in zip(found, expected, strict=True):
        scale = np.abs(other).max()
        np.testing.assert_allclose(one / scale, other / scale, atol=1e-4)


@pytest.mark.parametrize("downsampling", model.DOWNSAMPLING)
def test_it_fits_the_network_with_max_pooling_alone(downsampling):
    assert pool_first.fits(model.build(1, downsampling)) == (downsampling == "max")


def test_a_training_learns_the_same_with_it(mnist, monkeypatch):
    recipe = Recipe("any", "sgd", 0.05, epochs=1, batch_size=50)
    images, labels = mnist.train_images[:1050], mnist.train_labels[:1050]  # a batch is left over
    ends = []
    for fits in (pool_first.fits, lambda network: False):
        monkeypatch.setattr(pool_first, "fits", fits)
        network = model.build(1)
        *_, last = train(network, images, labels, recipe, every=100)
        ends.append((network.get_weights(), last.loss))
    for one, other in zip(ends[0][0], ends[1][0], strict=True):
        np.testing.assert_allclose(one, other, atol=1e-4)
    assert ends[0][1] == pytest.approx(ends[1][1], rel=1e-4)
