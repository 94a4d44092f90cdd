"""Where one number of the network comes from, as the terms that add up to it.

The terms are made of the network's own kernels and activations, in float64, so that they add up to
the number TensorFlow computed in float32 within 1e-4. Fields become JSON for the page, by name.
"""

from __future__ import annotations

from dataclasses import dataclass

import keras
import numpy as np

from mnist_cnn.activations import Activations
from mnist_cnn.model import layer_table
from mnist_cnn.receptive_field import padding_before, window_of

PICTURE = "image"  # the name of what the first layer reads

Cell = tuple[int, ...]  # row, column, channel of a feature map; or the unit of a vector


class CellError(ValueError):
    """There is no such cell; the message says which there are."""


@dataclass(frozen=True)
class Cells:
    """Where the inputs of a cell lie: the first of them, or all where there is no number."""

    layer: str
    row: int | None = None  # negative in the padding
    column: int | None = None
    channel: int | None = None


@dataclass(frozen=True)
class Convolution:
    """A patch of every channel times its kernel, the largest sum first; plus bias; activated."""

    layer: str
    cell: Cell
    inputs: Cells
    channels: np.ndarray  # int (channels,), of the layer before
    sums: np.ndarray  # (channels,), of patch times kernel
    patches: np.ndarray  # (channels, height, width)
    kernels: np.ndarray  # (channels, height, width)
    bias: float
    total: float  # sums and bias
    activation: str
    value: float
    kind: str = "convolution"


@dataclass(frozen=True)
class Pooling:
    """A window of one channel, and what becomes of it."""

    layer: str
    cell: Cell
    inputs: Cells
    how: str  # max or average
    window: np.ndarray  # (height, width), NaN in the padding
    winner: tuple[int, int] | None  # row and column in the window, of max
    value: float
    kind: str = "pooling"


@dataclass(frozen=True)
class Flattening:
    """The cell that flatten copies."""

    layer: str
    cell: Cell
    inputs: Cells
    value: float
    kind: str = "flatten"


@dataclass(frozen=True)
class Dense:
    """Every input times its weight, the largest product first; plus bias; activated."""

    layer: str
    cell: Cell
    inputs: Cells
    units: np.ndarray  # int (inputs,), of the layer before
    values: np.ndarray  # (inputs,)
    weights: np.ndarray  # (inputs,)
    products: np.ndarray  # (inputs,)
    bias: float
    total: float  # products and bias
    activation: str
    value: float
    kind: str = "dense"


@dataclass(frozen=True)
class Softmax(Dense):
    """A dense unit whose total is a logit, and its share of all exponentials."""

    kind: str = "softmax"
    logits: np.ndarray | None = None  # (units,)
    exponentials: np.ndarray | None = None  # (units,), of the logits less the largest
    denominator: float = 0.0  # their sum


Explanation = Convolution | Pooling | Flattening | Dense | Softmax


class Arithmetic:
    """A network's kernels and biases, ready to explain any of its numbers."""

    def __init__(self, network: keras.Model):
        """Take the kernels out of ``network`` once; raises TypeError for a kind not known."""
        self._layers = {row.name: network.get_layer(row.name) for row in layer_table(network)}
        self._shapes = {row.name: row.shape for row in layer_table(network)}
        names = list(self._layers)
        self._before = dict(zip(names, [PICTURE, *names], strict=False))
        self._weights = {name: _kernel_and_bias(layer) for name, layer in self._layers.items()}
        self._explain = {name: self._explainer(layer) for name, layer in self._layers.items()}

    def explain(
        self, image: np.ndarray, activations: Activations, layer: str, cell: Cell
    ) -> Explanation:
        """Return the terms of one number.

        Args:
            image: uint8 ``(28, 28)``, the picture the network read.
            activations: what it made of it.
            layer: the layer's name.
            cell: row, column, channel of a feature map; or the unit of a vector.

        Raises:
            CellError: the network has no such layer, or the layer no such cell.
        """
        self._check(layer, cell)
        before = self._before[layer]
        inputs = image[..., None] / 255.0 if before == PICTURE else activations.layers[before]
        value = float(activations.layers[layer][cell])
        return self._explain[layer](layer, cell, inputs.astype(np.float64), value)

    def _check(self, layer: str, cell: Cell) -> None:
        if layer not in self._shapes:
            raise CellError(
                f"The network has no layer {layer[:40]!r}, only {', '.join(self._shapes)}."
            )
        shape = self._shapes[layer]
        if len(cell) != len(shape) or any(not 0 <= i < shape[axis] for axis, i in enumerate(cell)):
            size = "×".join(map(str, shape))
            raise CellError(f"{layer} is {size}, counted from 0: it has no cell {cell}.")

    def _explainer(self, layer: keras.Layer):
        kinds = {
            keras.layers.Conv2D: self._convolution,
            keras.layers.MaxPooling2D: self._pooling,
            keras.layers.AveragePooling2D: self._pooling,
            keras.layers.Flatten: self._flattening,
            keras.layers.Dense: self._dense,
        }
        if type(layer) not in kinds:
            raise TypeError(
                f"The arithmetic of {type(layer).__name__} ({layer.name}) is not known."
            )
        return kinds[type(layer)]

    def _convolution(self, name: str, cell: Cell, inputs: np.ndarray, value: float) -> Convolution:
        kernel, bias = self._weights[name]
        top, left, patch = _window(self._layers[name], cell, inputs)
        patches, kernels = np.moveaxis(patch, 2, 0), np.moveaxis(kernel[..., cell[2]], 2, 0)
        sums = (patches * kernels).sum(axis=(1, 2))
        order = np.argsort(-np.abs(sums), kind="stable")
        return Convolution(
            layer=name,
            cell=cell,
            inputs=Cells(self._before[name], top, left),
            channels=order,
            sums=sums[order],
            patches=patches[order],
            kernels=kernels[order],
            bias=float(bias[cell[2]]),
            total=float(sums.sum() + bias[cell[2]]),
            activation=self._layers[name].activation.__name__,
            value=value,
        )

    def _pooling(self, name: str, cell: Cell, inputs: np.ndarray, value: float) -> Pooling:
        layer = self._layers[name]
        is_max = isinstance(layer, keras.layers.MaxPooling2D)
        top, left, patch = _window(layer, cell, inputs, pad=np.nan)
        window = patch[..., cell[2]]
        winner = np.unravel_index(np.nanargmax(window), window.shape) if is_max else None
        return Pooling(
            layer=name,
            cell=cell,
            inputs=Cells(self._before[name], top, left, cell[2]),
            how="max" if is_max else "average",
            window=window,
            winner=winner and (int(winner[0]), int(winner[1])),
            value=value,
        )

    def _flattening(self, name: str, cell: Cell, inputs: np.ndarray, value: float) -> Flattening:
        row, column, channel = map(int, np.unravel_index(cell[0], inputs.shape))
        return Flattening(name, cell, Cells(self._before[name], row, column, channel), value)

    def _dense(self, name: str, cell: Cell, inputs: np.ndarray, value: float) -> Dense | Softmax:
        kernel, bias = self._weights[name]
        weights = kernel[:, cell[0]]
        products = inputs * weights
        order = np.argsort(-np.abs(products), kind="stable")
        activation = self._layers[name].activation.__name__
        terms = {
            "layer": name,
            "cell": cell,
            "inputs": Cells(self._before[name]),
            "units": order,
            "values": inputs[order],
            "weights": weights[order],
            "products": products[order],
            "bias": float(bias[cell[0]]),
            "total": float(products.sum() + bias[cell[0]]),
            "activation": activation,
            "value": value,
        }
        if activation != "softmax":
            return Dense(**terms)
        logits = inputs @ kernel + bias
        exponentials = np.exp(logits - logits.max())
        return Softmax(
            **terms,
            logits=logits,
            exponentials=exponentials,
            denominator=float(exponentials.sum()),
        )


def _kernel_and_bias(layer: keras.Layer) -> tuple[np.ndarray, np.ndarray] | None:
    weights = [np.asarray(weight, np.float64) for weight in layer.get_weights()]
    if not weights:
        return None
    return weights[0], weights[1] if len(weights) > 1 else np.zeros(weights[0].shape[-1])


def _window(
    layer: keras.Layer, cell: Cell, inputs: np.ndarray, pad: float = 0.0
) -> tuple[int, int, np.ndarray]:
    """Return top, left and the inputs ``(height, width, channels)`` of a cell's window."""
    size, dilation = window_of(layer)
    before = padding_before(layer, inputs.shape[:2])
    places = []
    for axis in (0, 1):
        first = cell[axis] * layer.strides[axis] - before[axis]
        places.append(first + np.arange(size[axis]) * dilation[axis])
    rows, columns = np.ix_(*places)
    inside = (rows >= 0) & (rows < inputs.shape[0]) & (columns >= 0) & (columns < inputs.shape[1])
    clipped = inputs[rows.clip(0, inputs.shape[0] - 1), columns.clip(0, inputs.shape[1] - 1)]
    patch = np.where(inside[..., None], clipped, pad)
    return int(places[0][0]), int(places[1][0]), patch
