"""The networks that the lesson compares, packed for the page: small enough for a phone."""

from __future__ import annotations

from mnist_cnn.lesson import variants
from mnist_cnn.network import importer, keras_file, network_file

COMPARED = ("max", "dense", "none")  # in ``variants.VARIANTS``
BITS = 8  # of a number in a kernel: probabilities differ by less than 0.02
# The dense layer without pooling has 2 million numbers: 1 MB instead of 8. This copy agrees with
# the original on all but a few of MNIST's 10,000 test digits; no figure of the lesson is from it.
FEWER_BITS = {("none", "dense1"): 4}


def encoded(name: str) -> bytes:
    """Return a variant in the format of ``network_file``, with packed kernels.

    Args:
        name: in ``variants.VARIANTS``.

    Raises:
        WeightsError: its file is missing, damaged, or holds another network.
    """
    layers, arrays = importer.simplify(keras_file.read(variants.path(name)))
    bits = {
        layer.name: FEWER_BITS.get((name, layer.name), BITS) for layer in layers if layer.parameters
    }
    return network_file.encode(layers, arrays, bits=bits)
