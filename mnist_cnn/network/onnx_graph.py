"""Export to ONNX, layer by layer, without TensorFlow.

The graph's input is ``image``, float32 ``(n, 28, 28, 1)``, its output ``probabilities``, float32
``(n, 10)``. ONNX puts channels first: the picture is transposed once, and the maps are transposed
back before they are flattened, so that dense kernels stay as they are in Keras.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from mnist_cnn import __version__
from mnist_cnn.network.architecture import Layer

OPSET, IR = 20, 9  # ONNX 1.15, the first with Gelu; needs ONNX Runtime 1.17
CHANNELS_FIRST, CHANNELS_LAST = [0, 3, 1, 2], [0, 2, 3, 1]  # orders of the axes

POOLINGS = {"MaxPooling2D": "MaxPool", "AveragePooling2D": "AveragePool"}
ACTIVATIONS = {  # without an attribute: Keras' name, ONNX' name
    "relu": "Relu",
    "selu": "Selu",
    "tanh": "Tanh",
    "sigmoid": "Sigmoid",
    "softplus": "Softplus",
    "gelu": "Gelu",
    "softmax": "Softmax",  # over the last axis
}
SLOPED_ACTIVATIONS = {"leaky_relu": "LeakyRelu", "elu": "Elu"}


def encode(
    layers: Sequence[Layer], weights: Sequence[np.ndarray], properties: dict[str, str]
) -> bytes:
    """Return the content of the ``.onnx`` file.

    Args:
        layers: of the network.
        weights: float32, the arrays of these layers in order.
        properties: metadata of the file, name: text.

    Raises:
        ValueError: a layer's kind or activation is not supported.
    """
    graph, arrays = _Graph(), iter(weights)
    at = graph.node("Transpose", "image/turned", ["image"], perm=CHANNELS_FIRST)
    for layer in layers:
        at = graph.layer(layer, at, [next(arrays) for _ in layer.arrays])
    graph.nodes[-1].output[0] = "probabilities"
    (units,) = layers[-1].shape
    model = helper.make_model(
        helper.make_graph(
            graph.nodes,
            "mnist_cnn",
            [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["n", 28, 28, 1])],
            [helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["n", units])],
            graph.arrays,
        ),
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=IR,
        producer_name="mnist_cnn",
        producer_version=__version__,
    )
    helper.set_model_props(model, properties)
    onnx.checker.check_model(model, full_check=True)
    return model.SerializeToString()


class _Graph:
    """Nodes and arrays; each method adds some, and returns the name of their output."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.arrays: list[onnx.TensorProto] = []

    def node(self, kind: str, name: str, read: list[str], **attributes: Any) -> str:
        self.nodes.append(helper.make_node(kind, read, [name], name, **attributes))
        return name

    def array(self, name: str, values: np.ndarray) -> str:
        content = np.ascontiguousarray(values, np.float32)
        self.arrays.append(numpy_helper.from_array(content, name))
        return name

    def layer(self, layer: Layer, read: str, arrays: list[np.ndarray]) -> str:
        return self._activation(layer, self._sums(layer, read, arrays))

    def _sums(self, layer: Layer, read: str, arrays: list[np.ndarray]) -> str:
        """Add the layer without its activation."""
        kind, name = layer.kind, layer.name
        if kind == "Flatten":
            turned = self.node("Transpose", f"{name}/turned", [read], perm=CHANNELS_LAST)
            return self.node("Flatten", name, [turned])
        if kind in POOLINGS:
            return self.node(
                POOLINGS[kind], name, [read], kernel_shape=layer.size, **_window(layer)
            )
        if kind == "BatchNormalization":  # folded: a scale and a shift of each channel
            channels = (-1, 1, 1) if len(layer.shape) == 3 else (-1,)
            scale, shift = (array.reshape(channels) for array in arrays)
            scaled = self.node("Mul", f"{name}/scaled", [read, self.array(f"{name}/scale", scale)])
            return self.node("Add", name, [scaled, self.array(f"{name}/shift", shift)])
        if kind not in ("Conv2D", "Dense"):
            raise ValueError(f"{name} is a {kind}, which is not supported.")
        kernel, bias = arrays
        if kind == "Conv2D":
            kernel = kernel.transpose(3, 2, 0, 1)  # to filters, channels, rows, columns
        summed = [read, self.array(f"{name}/kernel", kernel), self.array(f"{name}/bias", bias)]
        if kind == "Conv2D":
            return self.node("Conv", name, summed, **_window(layer))
        return self.node("Gemm", name, summed)

    def _activation(self, layer: Layer, read: str) -> str:
        chosen, name = layer.activation, f"{layer.name}/{layer.activation}"
        if chosen in (None, "linear"):
            return read
        if chosen in ACTIVATIONS:
            return self.node(ACTIVATIONS[chosen], name, [read])
        if chosen in SLOPED_ACTIVATIONS:
            return self.node(SLOPED_ACTIVATIONS[chosen], name, [read], alpha=layer.slope)
        if chosen == "relu6":
            bounds = [self.array(f"{name}/{bound}", np.array(bound)) for bound in (0, 6)]
            return self.node("Clip", name, [read, *bounds])
        if chosen == "silu":
            gate = self.node("Sigmoid", f"{name}/gate", [read])
            return self.node("Mul", name, [read, gate])
        raise ValueError(f"{layer.name} has the activation {chosen}, which is not supported.")


def _window(layer: Layer) -> dict[str, object]:
    """Return ONNX' stride and padding: cells before each axis, then cells after each axis."""
    rows, columns = (_padding(layer, axis) for axis in (0, 1))
    return {"strides": layer.stride, "pads": [rows[0], columns[0], rows[1], columns[1]]}


def _padding(layer: Layer, axis: int) -> tuple[int, int]:
    """Return the cells added before and after an axis."""
    if not isinstance(layer.padding, str):
        return layer.padding[axis]
    if layer.padding == "valid":
        return 0, 0
    needed = (layer.shape[axis] - 1) * layer.stride[axis] + layer.size[axis]
    missing = max(0, needed - layer.before[axis])
    return missing // 2, missing - missing // 2
