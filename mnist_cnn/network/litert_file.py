"""Export to LiteRT, formerly TensorFlow Lite, for phones and small computers."""

from __future__ import annotations

import keras
import tensorflow as tf

from mnist_cnn.network.architecture import INPUT_SHAPE


def encode(network: keras.Model) -> bytes:
    """Return the ``.tflite`` file, whose signature is ``image`` → ``probabilities``."""

    @tf.function(input_signature=[tf.TensorSpec((None, *INPUT_SHAPE), tf.float32, name="image")])
    def read(image: tf.Tensor) -> dict[str, tf.Tensor]:
        return {"probabilities": network(image)}

    holder = tf.Module()  # the converter only saves the variables that it finds in a module
    holder.numbers = [variable.value for variable in network.variables]
    concrete = read.get_concrete_function()
    return tf.lite.TFLiteConverter.from_concrete_functions([concrete], holder).convert()
