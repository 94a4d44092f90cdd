"""One gradient step, as a traced function."""

from __future__ import annotations

from collections.abc import Callable

import keras
import tensorflow as tf

from mnist_cnn.network.architecture import CLASSES
from mnist_cnn.optimization import pool_first
from mnist_cnn.optimization.augment import vary_pictures
from mnist_cnn.optimization.recipes import Variation


def gradient_step(
    network: keras.Model,
    optimizer: keras.optimizers.Optimizer,
    spread: tf.distribute.Strategy,
    label_smoothing: float = 0.0,
    variation: Variation | None = None,
) -> Callable:
    """Return a function that does one gradient step.

    Args:
        network: trained in place.
        optimizer: built for the network's variables.
        spread: its replicas share each batch.
        label_smoothing: 0 to 1.
        variation: of the pictures; None: they are used as they are.

    Returns:
        ``(images, labels, seed, strength) -> (loss, right)``. In: uint8 ``(n, 28, 28)``, int32
        ``(n,)``, and for the variation an int32 seed ``(2,)`` and a float32 strength, 0 to 1. Out,
        for the whole batch: the loss, float32, and the number of digits read right, int32.
    """
    replicas = spread.num_replicas_in_sync
    answer = _forward(network, replicas)
    loss_function = keras.losses.CategoricalCrossentropy(
        label_smoothing=label_smoothing, reduction="sum"
    )

    def step(
        images: tf.Tensor, labels: tf.Tensor, seed: tf.Tensor, strength: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor]:
        pictures = tf.cast(images, tf.float32)[..., None] / 255.0
        size = tf.cast(tf.shape(labels)[0], tf.float32)
        if variation:
            pictures = vary_pictures(pictures, seed, variation, strength)
        if replicas > 1:  # each takes its part of the batch
            own = tf.distribute.get_replica_context().replica_id_in_sync_group
            pictures, labels = pictures[own::replicas], labels[own::replicas]
        with tf.GradientTape() as tape:
            probabilities = answer(pictures)
            loss = loss_function(tf.one_hot(labels, CLASSES), probabilities) / size
        gradients = tape.gradient(loss, network.trainable_variables)
        optimizer.apply(gradients, network.trainable_variables)  # sums over all replicas
        hits = tf.equal(tf.argmax(probabilities, -1, tf.int32), labels)
        return loss, tf.reduce_sum(tf.cast(hits, tf.int32))

    @tf.function(
        autograph=False,  # not needed, and leaves files behind if the process is killed
        input_signature=[
            tf.TensorSpec((None, *network.input_shape[1:3]), tf.uint8),
            tf.TensorSpec((None,), tf.int32),
            tf.TensorSpec((2,), tf.int32),
            tf.TensorSpec((), tf.float32),
        ],
    )
    def update(
        images: tf.Tensor, labels: tf.Tensor, seed: tf.Tensor, strength: tf.Tensor
    ) -> tuple[tf.Tensor, ...]:
        results = spread.run(step, args=(images, labels, seed, strength))
        return tuple(spread.reduce("SUM", result, axis=None) for result in results)

    return update


def _forward(network: keras.Model, replicas: int) -> Callable[[tf.Tensor], tf.Tensor]:
    """Return the fastest forward pass of ``network``."""
    if replicas == 1 and pool_first.fits(network):
        return pool_first.forward(network)
    return lambda pictures: network(pictures, training=True)
