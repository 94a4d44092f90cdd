"""What is read of a network and its weights without TensorFlow is what TensorFlow makes of it."""

import dataclasses
import json
import subprocess
import sys

import keras
import numpy as np
import pytest

from mnist_cnn.network import architecture, importer, keras_model, model, weights
from mnist_cnn.network.receptive_field import fields_along
from tests.serving import ROOT
from tests.test_importer import OTHERS, trained


@pytest.mark.parametrize("downsampling", model.DOWNSAMPLING)
def test_layers_shapes_and_fields_are_those_of_the_network_itself(downsampling, tmp_path):
    network = model.build(downsampling=downsampling)
    network.save(tmp_path / "any.keras")
    layers, arrays = importer.read(tmp_path / "any.keras")
    rows = model.layer_table(network)
    assert [layer.name for layer in layers] == [row.name for row in rows]
    assert [layer.shape for layer in layers] == [row.shape for row in rows]
    assert layers == model.variant(downsampling)
    assert model.variant_of(layers) == downsampling
    assert [layer.parameters for layer in layers] == [row.parameters for row in rows]
    assert {array.dtype for array in arrays} == {np.dtype("float32")}
    for array, expected in zip(arrays, network.get_weights(), strict=True):
        np.testing.assert_array_equal(array, expected)


@pytest.mark.parametrize("kind", OTHERS)
def test_the_fields_of_other_networks_too(kind):
    """What lies outside the field of a cell does not change it."""
    shape, make = OTHERS[kind]
    layers, arrays = importer.from_model(trained(keras, shape, make))
    network = keras_model.build(layers, arrays)
    maps = [layer for layer in layers if len(layer.shape) == 3] or [layers[0]]
    tapped = keras.Model(network.inputs, [network.get_layer(one.name).output for one in maps])
    fields, random = fields_along(layers), np.random.default_rng(2)
    for layer in maps if len(maps[0].shape) == 3 else []:
        row, column = (int(random.integers(side)) for side in layer.shape[:2])
        (top, bottom), (left, right) = (
            fields[layer.name].rows[row],
            fields[layer.name].columns[column],
        )
        one, other = random.random((2, 28, 28)).astype(np.float32)
        other[top : bottom + 1, left : right + 1] = one[top : bottom + 1, left : right + 1]
        outputs = keras.tree.flatten(tapped(np.stack([one, other])[..., None]))
        cells = np.asarray(outputs[maps.index(layer)])[:, row, column]
        np.testing.assert_allclose(cells[0], cells[1], atol=1e-5)
    told = json.loads(json.dumps([dataclasses.asdict(layer) for layer in layers]))
    assert architecture.from_json(told) == layers
    assert model.variant_of(layers) is None


@pytest.mark.parametrize(
    "change",
    [
        {"shape": [13, 13, 33]},
        {"size": [5, 5]},
        {"kind": "Lambda"},
        {"before": [28, 28, 2]},
        {"name": "<img src=x>"},
        {"name": "c" * 21},
        {"activation": "<b>"},
        {"shape": [26.0, 26.0, 32.0]},
        {"padding": [[-1, 1], [0, 0]]},
        {"stride": [0, 0]},
        {"padding": "<b>"},
        {"padding": [[9, 9], [0, 0]]},
        {"slope": "<img>"},
        {"activation": "leaky_relu"},
        {"activation": "elu", "slope": float("nan")},
        {"name": "pool1"},
    ],
)
def test_layers_that_do_not_follow_each_other_are_none(change):
    told = json.loads(json.dumps([dataclasses.asdict(one) for one in model.variant("max")]))
    told[0] |= change
    with pytest.raises(
        ValueError, match=r"does not fit|of the kind|no layer|impossible numbers|same name"
    ):
        architecture.from_json(told)


def test_multiplications_are_counted():
    layers = model.variant("max")
    assert [layer.multiplications for layer in layers] == [
        *(26 * 26 * 9 * 32, 0, 11 * 11 * 9 * 32 * 64, 0, 3 * 3 * 9 * 64 * 64, 0, 576 * 64, 640)
    ]


def test_the_shipped_weights_are_described_without_tensorflow():
    program = (
        "import sys\n"
        "from pathlib import Path\n"
        "from mnist_cnn.network import importer, receptive_field\n"
        f"layers, _ = importer.read(Path({str(weights.DEFAULT)!r}))\n"
        "fields = receptive_field.fields_along(layers)\n"
        "print(*fields, fields['conv3'].size)\n"
        "assert not {'keras', 'tensorflow'} & sys.modules.keys()"
    )
    outcome = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    names = "conv1 pool1 conv2 pool2 conv3 flatten dense1 softmax"
    assert outcome.stdout == f"{names} (18, 18)\n", outcome.stderr
