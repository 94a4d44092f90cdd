"""The networks that the lesson compares, as the page loads them: small enough for a phone."""

from __future__ import annotations

from mnist_cnn import importer, network_file, variants, weights_file

COMPARED = ("max", "dense", "none")  # in ``variants.VARIANTS``
BITS = 8  # of a number of a kernel: the probabilities differ by less than 0.02
# Of the 2 million numbers that read the maps without pooling: 1 MB instead of 8; it answers as
# before to all but a few of MNIST's 10,000 test digits, and none of its figures is of this copy.
FEWER = {("none", "dense1"): 4}


def encoded(name: str) -> bytes:
    """Return a variant as ``network_file`` has it, its kernels packed.

    Args:
        name: in ``variants.VARIANTS``.

    Raises:
        WeightsError: its file is missing, damaged, or holds another network.
    """
    layers, arrays = importer.chain(weights_file.saved_in(variants.path(name)))
    bits = {layer.name: FEWER.get((name, layer.name), BITS) for layer in layers if layer.parameters}
    return network_file.encode(layers, arrays, bits=bits)
