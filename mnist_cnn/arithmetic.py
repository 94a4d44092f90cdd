"""Where any one number of the network comes from: terms that add up to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import keras
import numpy as np
from keras import layers

from mnist_cnn import receptive_field
from mnist_cnn.activations import Activations
from mnist_cnn.receptive_field import IMAGE
from mnist_cnn.terms import (
    CellError,
    Cells,
    Convolution,
    Dense,
    Flattening,
    Pooling,
    Softmax,
    Terms,
)

ACTIVATIONS = ("relu", "linear")


@dataclass(frozen=True)
class _Number:
    """One number of a layer, and all that the layer read."""

    layer: str
    cell: tuple[int, ...]
    value: float  # the network's own
    source: str  # the layer that was read
    read: np.ndarray  # float32, its activation


class Arithmetic:
    """Explains any number of one network, by the weights it has now: 0.1 ms a number."""

    def __init__(self, network: keras.Model):
        """Take kernels and biases out of ``network``, which is left alone.

        Raises:
            TypeError: a layer is of a kind that is not explained here.
        """
        self._sources = receptive_field.sources(network)
        self._explainers = {name: _explainer(network.get_layer(name)) for name in self._sources}

    def explain(
        self, image: np.ndarray, activations: Activations, layer: str, cell: tuple[int, ...]
    ) -> Terms:
        """Return the terms of one number; computed in float64, so that they add up.

        Args:
            image: uint8 ``(28, 28)``, what the network read.
            activations: what it made of it.
            layer: name of a layer.
            cell: row, column and channel in a feature map; unit in a vector.

        Raises:
            CellError: the network has no such layer, or the layer no such cell.
        """
        if layer not in self._explainers:
            names = ", ".join(self._explainers)
            raise CellError(f"The network has no layer {layer[:40]!r}. Its layers are {names}.")
        numbers = activations.layers[layer]
        _check(layer, cell, numbers.shape)
        source = self._sources[layer]
        if source == IMAGE:
            values = image[..., None].astype(np.float32) / np.float32(255)
        else:
            values = activations.layers[source]
        number = _Number(layer, tuple(cell), float(numbers[tuple(cell)]), source, values)
        return self._explainers[layer](number)


def _check(layer: str, cell: tuple[int, ...], shape: tuple[int, ...]) -> None:
    if len(cell) == len(shape) and all(0 <= i < n for i, n in zip(cell, shape, strict=True)):
        return
    axes = ("row", "column", "channel") if len(shape) == 3 else ("unit",)
    ranges = ", ".join(f"{axis} 0 to {n - 1}" for axis, n in zip(axes, shape, strict=True))
    raise CellError(f"{layer} has the cells {ranges}, and no cell {', '.join(map(str, cell))}.")


def _explainer(layer: keras.Layer) -> Callable[[_Number], Terms]:
    """Return what explains a number of ``layer``, by the layer's kind."""
    if isinstance(layer, layers.Conv2D) and layer.groups == 1:
        return _convolution(layer)
    if isinstance(layer, (layers.MaxPooling2D, layers.AveragePooling2D)):
        return _pooling(layer)
    if isinstance(layer, layers.Flatten) and len(layer.input.shape) == 4:
        return _flattening
    if isinstance(layer, layers.Dense) and len(layer.input.shape) == 2:
        return _dense(layer)
    raise TypeError(
        f"{layer.name} is a {type(layer).__name__} that reads {tuple(layer.input.shape[1:])}. "
        "Explained are Conv2D in one group, MaxPooling2D, AveragePooling2D, Flatten of feature "
        "maps, and Dense of a vector. Describe other kinds in mnist_cnn/arithmetic.py."
    )


def _convolution(layer: layers.Conv2D) -> Callable[[_Number], Convolution]:
    seen = receptive_field.window(layer)
    weights, biases = _weights(layer)
    kernels_of = np.ascontiguousarray(weights.transpose(3, 2, 0, 1))  # output, input, row, column
    activation = _activation(layer, ACTIVATIONS)

    def explain(number: _Number) -> Convolution:
        row, column, channel = number.cell
        rows, columns = seen.rows(row), seen.columns(column)
        patches = _patches(number.read, rows, columns)
        kernels = kernels_of[channel]
        sums = (patches * kernels).sum(axis=(1, 2))
        order = _largest_first(sums)
        return Convolution(
            layer=number.layer,
            cell=number.cell,
            inputs=Cells(number.source, int(rows[0]), int(columns[0])),
            channels=order,
            sums=sums[order],
            patches=patches[order],
            kernels=kernels[order],
            bias=float(biases[channel]),
            total=float(sums.sum() + biases[channel]),
            activation=activation,
            value=number.value,
        )

    return explain


def _patches(values: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Return ``values`` ``(height, width, c)`` at these places, float64 ``(c, rows, columns)``."""
    height, width, _ = values.shape
    inside = np.outer((rows >= 0) & (rows < height), (columns >= 0) & (columns < width))
    nearest = values[np.ix_(rows.clip(0, height - 1), columns.clip(0, width - 1))]
    patches = np.where(inside[..., None], nearest, 0)
    return patches.transpose(2, 0, 1).astype(np.float64)


def _pooling(layer: layers.MaxPooling2D | layers.AveragePooling2D) -> Callable[[_Number], Pooling]:
    seen = receptive_field.window(layer)
    largest = isinstance(layer, layers.MaxPooling2D)

    def explain(number: _Number) -> Pooling:
        row, column, channel = number.cell
        rows = _inside(seen.rows(row), number.read.shape[0])  # pooling leaves padding out
        columns = _inside(seen.columns(column), number.read.shape[1])
        window = number.read[..., channel][np.ix_(rows, columns)]
        winner = divmod(int(window.argmax()), len(columns)) if largest else None
        return Pooling(
            how="max" if largest else "average",
            layer=number.layer,
            cell=number.cell,
            inputs=Cells(number.source, int(rows[0]), int(columns[0]), channel),
            window=window,
            winner=winner,
            value=number.value,
        )

    return explain


def _inside(places: np.ndarray, size: int) -> np.ndarray:
    """Return those ``places`` that are no padding."""
    return places[(places >= 0) & (places < size)]


def _flattening(number: _Number) -> Flattening:
    row, column, channel = np.unravel_index(number.cell[0], number.read.shape)
    inputs = Cells(number.source, int(row), int(column), int(channel))
    return Flattening(layer=number.layer, cell=number.cell, inputs=inputs, value=number.value)


def _dense(layer: layers.Dense) -> Callable[[_Number], Dense]:
    weights, biases = _weights(layer)
    activation = _activation(layer, (*ACTIVATIONS, "softmax"))

    def explain(number: _Number) -> Dense:
        unit = number.cell[0]
        values = number.read.astype(np.float64)
        products = values * weights[:, unit]
        order = _largest_first(products)
        terms = {
            "layer": number.layer,
            "cell": number.cell,
            "inputs": Cells(number.source),
            "units": order,
            "values": values[order],
            "weights": weights[order, unit],
            "products": products[order],
            "bias": float(biases[unit]),
            "total": float(products.sum() + biases[unit]),
            "activation": activation,
            "value": number.value,
        }
        if activation != "softmax":
            return Dense(**terms)
        logits = values @ weights + biases
        exponentials = np.exp(logits - logits.max())
        return Softmax(
            **terms,
            logits=logits,
            exponentials=exponentials,
            denominator=float(exponentials.sum()),
        )

    return explain


def _largest_first(numbers: np.ndarray) -> np.ndarray:
    """Return the order that sorts by size without sign; equals stay in their order."""
    return np.argsort(-np.abs(numbers), kind="stable")


def _weights(layer: layers.Conv2D | layers.Dense) -> tuple[np.ndarray, np.ndarray]:
    """Return kernel and bias in float64; a layer without bias has one of 0."""
    kernel = keras.ops.convert_to_numpy(layer.kernel).astype(np.float64)
    if not layer.use_bias:
        return kernel, np.zeros(kernel.shape[-1])
    return kernel, keras.ops.convert_to_numpy(layer.bias).astype(np.float64)


def _activation(layer: layers.Conv2D | layers.Dense, known: tuple[str, ...]) -> str:
    name = layer.activation.__name__
    if name not in known:
        raise TypeError(
            f"{layer.name} has the activation {name}. Explained are {', '.join(known)}."
        )
    return name
