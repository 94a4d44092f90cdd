"""What is read of a network and its weights without TensorFlow is what TensorFlow makes of it."""

import subprocess
import sys

import keras
import numpy as np
import pytest

from mnist_cnn import architecture, model, weights, weights_file
from mnist_cnn.receptive_field import fields_along, receptive_fields
from tests.serving import ROOT
from tests.test_receptive_field import ARCHITECTURES, chain

NETWORKS = {name: lambda name=name: model.build(downsampling=name) for name in model.DOWNSAMPLING}
NETWORKS |= {
    name: lambda build=build: chain(build())
    for name, build in ARCHITECTURES.items()
    if name != "convolutions by depth"
}


@pytest.mark.parametrize("build", NETWORKS.values(), ids=NETWORKS)
def test_layers_shapes_and_fields_are_those_of_the_network_itself(build, tmp_path):
    network = build()
    network.save(tmp_path / "any.keras")
    layers = architecture.layers_in(tmp_path / "any.keras")
    rows = model.layer_table(network)
    assert [(layer.name, layer.kind, layer.shape) for layer in layers] == [
        (row.name, row.kind, row.shape) for row in rows
    ]
    assert layers == [architecture.described(network.get_layer(row.name)) for row in rows]
    assert fields_along(layers) == receptive_fields(network)
    arrays = weights_file.arrays_in(tmp_path / "any.keras")
    assert {array.dtype for array in arrays} <= {np.dtype("float32")}
    for array, expected in zip(arrays, network.get_weights(), strict=True):
        np.testing.assert_array_equal(array, expected)


def test_the_shipped_weights_are_described_without_tensorflow():
    program = (
        "import sys\n"
        "from mnist_cnn import architecture, receptive_field\n"
        f"layers = architecture.layers_in({str(weights.DEFAULT)!r})\n"
        "fields = receptive_field.fields_along(layers)\n"
        "print(*fields, fields['conv3'].size)\n"
        "assert not {'keras', 'tensorflow'} & sys.modules.keys()"
    )
    outcome = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    names = "conv1 pool1 conv2 pool2 conv3 flatten dense1 softmax"
    assert outcome.stdout == f"{names} (18, 18)\n", outcome.stderr


def test_a_layer_of_unknown_shape_is_named(tmp_path):
    image = keras.Input((28, 28, 1))
    network = keras.Model(image, keras.layers.Conv2DTranspose(2, 3, name="up")(image))
    network.save(tmp_path / "any.keras")
    with pytest.raises(TypeError, match="up is a Conv2DTranspose"):
        architecture.layers_in(tmp_path / "any.keras")
