"""Convert any small Keras network to the few kinds of layers that the page can show and explain.

Notebooks build the same network in many ways: layers have any names, the picture may come as 784
numbers, activations and softmax may be layers of their own, and some layers only act in training.
The result is one chain from a picture of ``architecture.INPUT_SHAPE`` to ten logits and their
softmax, with the same answers as the network: Conv2D, MaxPooling2D, AveragePooling2D, one Flatten,
Dense, and BatchNormalization where it could not be folded into a neighbour.

Batch normalization is folded as in B. Jacob and others, "Quantization and Training of Neural
Networks for Efficient Integer-Arithmetic-Only Inference" (CVPR 2018), section 3.2.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from mnist_cnn.network import architecture, keras_file
from mnist_cnn.network.architecture import (
    ACTIVATIONS,
    CLASSES,
    INPUT_SHAPE,
    Layer,
    Padding,
    Pair,
    pair,
)
from mnist_cnn.network.keras_file import SavedLayer, SavedNetwork, UnsupportedNetworkError

if TYPE_CHECKING:
    import keras

Network = tuple[list[Layer], list[np.ndarray]]  # the layers; their arrays in order, float32

MAX_PARAMETERS = 2_100_000
MAX_ACTIVATIONS = 2_000_000  # numbers that all layers compute for a picture
MAX_MULTIPLICATIONS = 250_000_000  # for a picture: half a second on a page
MAX_KERNEL_SIDE = 7  # rows or columns: every number of a kernel is shown
FULL_PRECISION_DTYPES = (None, "float32", "float64")  # with others, our answers would differ
PIXEL_SCALE_LIMIT = 0.1  # a smaller Rescaling expects 0 to 255, a larger 0 to 1
DEFAULT_SLOPES = {"leaky_relu": 0.2, "elu": 1.0}  # Keras' defaults, of an activation given by name
# Names of TensorFlow's functions, and older ones: the name in ``ACTIVATIONS``.
SYNONYMS = {
    "swish": "silu",
    "softmax_v2": "softmax",
    "swish_v1": "silu",
    "leaky_relu_v2": "leaky_relu",
}


@dataclass(frozen=True)
class Activation:
    """An activation function."""

    name: str | None  # in ``ACTIVATIONS``, or softmax; None: linear
    slope: float | None = None  # below 0


LINEAR = Activation(None)


@dataclass(frozen=True)
class Scaling:
    """x → ``scale`` · x + ``shift`` for each channel; both are float64 ``(channels,)``."""

    scale: np.ndarray
    shift: np.ndarray

    def after(self, first: Scaling) -> Scaling:
        """Return the scaling that applies ``first``, then this one."""
        return Scaling(self.scale * first.scale, self.scale * first.shift + self.shift)

    @property
    def shifts(self) -> bool:
        """Whether 0 does not stay 0."""
        return bool(self.shift.any())


def read(file: Path | bytes) -> Network:
    """Return the network in a ``.keras`` or ``.h5`` file.

    Raises:
        UnsupportedNetworkError: the page cannot show it; the message says why.
        ValueError and others: the file is damaged, see ``keras_file.read``.
    """
    saved = keras_file.read(file)
    for layer in saved.layers:
        if (found := keras_file.dtype_of(layer.config)) not in FULL_PRECISION_DTYPES:
            raise UnsupportedNetworkError("notFloat32", **_names(layer), found=_short(found))
    layers, weights = simplify(saved)
    check(layers)
    return layers, weights


def from_model(model: keras.Model) -> Network:
    """Return the network of a Keras model; raises as ``read``."""
    weights = {layer.name: layer.get_weights() for layer in model.layers}
    return simplify(keras_file.from_config(model.to_json(), weights))


def simplify(saved: SavedNetwork) -> Network:
    """Return the chain of supported layers equal to a saved network, whatever its last layer is.

    Raises:
        UnsupportedNetworkError: the layers are not a chain, or one is not supported.
        ValueError: the arrays do not fit the layers.
    """
    chain = _Chain(saved)
    for layer in saved.layers:
        chain.add(layer)
    return chain.finish()


def check(layers: list[Layer]) -> None:
    """Raise ``UnsupportedNetworkError`` unless the layers end in ten classes, within all limits."""
    last = layers[-1]
    if (last.kind, last.shape, last.activation) != ("Dense", (CLASSES,), "softmax"):
        found = f"{architecture.SHORT_KINDS.get(last.kind, last.kind)} {last.shape[-1]}"
        found += f", {last.activation}" if last.activation else ""
        raise UnsupportedNetworkError("ending", found=found, classes=CLASSES)
    for key, most, number in (
        ("tooManyNumbers", MAX_ACTIVATIONS, lambda layer: math.prod(layer.shape)),
        ("tooLarge", MAX_PARAMETERS, lambda layer: layer.parameters),
        ("tooSlow", MAX_MULTIPLICATIONS, lambda layer: layer.multiplications),
    ):
        if (found := sum(map(number, layers))) > most:
            raise UnsupportedNetworkError(key, found=f"{found:,}", most=f"{most:,}")


class _Chain:
    """Builds the chain; a scaling or padding is kept until it can be merged with the next layer."""

    def __init__(self, saved: SavedNetwork):
        self.layers: list[Layer] = []
        self.weights: list[list[np.ndarray]] = []  # of each layer, float64
        self.shape: tuple[int, ...] = INPUT_SHAPE  # the input shape of the next layer
        self.scaling: Scaling | None = None  # to apply to the last layer's output
        self.zeros: tuple[Pair, Pair] | None = None  # to add around it
        self.padded: SavedLayer | None = None  # the layer that adds them
        self._last: str | None = None  # the name of the layer before
        self._has_input = False
        if saved.shape:
            self._set_input(saved.shape)

    def add(self, layer: SavedLayer) -> None:
        """Add the next layer of the saved network."""
        if "training" in (layer.reads or []):
            raise _setting_error(layer, "training", True, False)
        if layer.kind != "InputLayer" and layer.reads not in (None, [self._last]):
            raise UnsupportedNetworkError("branches", layer=_short(layer.name))
        self._last = layer.name
        if layer.kind in TRAINING_ONLY:
            return
        if layer.kind not in HANDLERS:
            raise UnsupportedNetworkError("layerKind", **_names(layer))
        if self.padded and layer.kind not in ("Conv2D", "ZeroPadding2D"):
            raise UnsupportedNetworkError("zerosAlone", layer=_short(self.padded.name))
        if shape := layer.config.get("batch_input_shape"):  # of the first layer, in Keras 2
            self._set_input(shape)
        HANDLERS[layer.kind](self, layer)

    def finish(self) -> Network:
        """Return the network, adding a softmax if it was left to the loss."""
        if self.padded:
            raise UnsupportedNetworkError("zerosAlone", layer=_short(self.padded.name))
        self._append_scaling()
        if not self.layers:
            raise UnsupportedNetworkError("ending", found="–", classes=CLASSES)
        named = _named(self.layers)
        for layer in named[:-1]:
            if layer.activation == "softmax":
                raise UnsupportedNetworkError("softmaxInside", layer=layer.kind)
        last = self.layers[-1]
        if last.shape == (CLASSES,) and last.activation in (None, "softmax"):
            if last.kind != "Dense":  # ten pooled numbers are the logits already
                self.layers[-1] = replace(last, activation=None)
                self._append(_dense(last.shape, CLASSES), [np.eye(CLASSES), np.zeros(CLASSES)])
            self.layers[-1] = replace(self.layers[-1], activation="softmax")
        arrays = [array.astype(np.float32) for own in self.weights for array in own]
        if not all(np.isfinite(array).all() for array in arrays):
            raise ValueError("some of its numbers are not finite")
        return _named(self.layers), arrays

    # A handler for each kind of layer.

    def input(self, layer: SavedLayer) -> None:
        if shape := layer.config.get("batch_shape"):
            self._set_input(shape)

    def convolution(self, layer: SavedLayer) -> None:
        config = layer.config
        _expect(layer, "data_format", config.get("data_format"), "channels_last", None)
        _expect(layer, "dilation_rate", pair(config.get("dilation_rate", 1)), (1, 1))
        _expect(layer, "groups", config.get("groups", 1), 1)
        size, stride = pair(config["kernel_size"]), pair(config["strides"])
        if self.padded and max(*sum(self.zeros or (), ())) >= min(size):
            raise _setting_error(self.padded, "padding", self.zeros, f"less than {min(size)}")
        if max(size) > MAX_KERNEL_SIDE:
            raise _setting_error(layer, "kernel_size", list(size), f"1 to {MAX_KERNEL_SIDE}")
        self._expect_maps(layer)
        padding = _padding(self.shape, size, stride, config["padding"], self.zeros)
        self.zeros = self.padded = None
        if self.scaling and self.scaling.shifts and padding != "valid":
            self._append_scaling()  # the padding's zeros must not be shifted
        made = architecture.convolution("", self.shape, config["filters"], size, stride, padding)
        self._append(made, self._folded(layer, made))
        self._activate(_activation(layer))

    def dense(self, layer: SavedLayer) -> None:
        self._read_as_vector(layer)
        made = _dense(self.shape, layer.config["units"])
        self._append(made, self._folded(layer, made))
        self._activate(_activation(layer))

    def pooling(self, layer: SavedLayer) -> None:
        config = layer.config
        _expect(layer, "data_format", config.get("data_format"), "channels_last", None)
        self._expect_maps(layer)
        size, stride = pair(config["pool_size"]), pair(config["strides"] or config["pool_size"])
        self._pool(layer.kind, size, stride, config["padding"])

    def global_pooling(self, layer: SavedLayer) -> None:
        _expect(layer, "data_format", layer.config.get("data_format"), "channels_last", None)
        self._expect_maps(layer)
        whole = self.shape[0], self.shape[1]
        self._pool(layer.kind.removeprefix("Global"), whole, whole, "valid")
        if not layer.config.get("keepdims"):
            self._flatten()

    def flatten(self, layer: SavedLayer) -> None:
        _expect(layer, "data_format", layer.config.get("data_format"), "channels_last", None)
        self._flatten()

    def reshape(self, layer: SavedLayer) -> None:
        """Only flattening, and laying out the untouched picture again, can be shown."""
        target = tuple(layer.config["target_shape"])
        known = -math.prod(target) if -1 in target else 1
        target = tuple(math.prod(self.shape) // known if side == -1 else side for side in target)
        if len(target) == 1:
            return self._flatten()
        if target == self.shape:
            return
        other = UnsupportedNetworkError("reshaped", layer=_short(layer.name), found=_sides(target))
        raw = all(one.kind == "Flatten" and one.activation is None for one in self.layers)
        if target not in (INPUT_SHAPE, INPUT_SHAPE[:2]) or not raw:
            raise other
        if self.scaling:
            one = Scaling(self.scaling.scale[:1], self.scaling.shift[:1])
            if (self.scaling.scale != one.scale).any() or (self.scaling.shift != one.shift).any():
                raise other
            self.scaling = one
        self.layers, self.weights = [], []
        self.shape = INPUT_SHAPE if len(target) == 3 else INPUT_SHAPE[:2]

    def zero_padding(self, layer: SavedLayer) -> None:
        _expect(layer, "data_format", layer.config.get("data_format"), "channels_last", None)
        given = layer.config["padding"]
        rows, columns = given if isinstance(given, list | tuple) else (given, given)
        (top, bottom), (left, right) = self.zeros or ((0, 0), (0, 0))
        rows, columns = pair(rows), pair(columns)
        self.zeros = (top + rows[0], bottom + rows[1]), (left + columns[0], right + columns[1])
        self.padded = layer

    def normalization(self, layer: SavedLayer) -> None:
        if len(self.shape) == 2:
            self._expect_maps(layer)
        axis = layer.config["axis"]
        axis = axis[0] if isinstance(axis, list) else axis
        _expect(layer, "axis", axis, -1, len(self.shape))
        _expect(layer, "renorm", layer.config.get("renorm", False), False)
        arrays = [array.astype(float) for array in layer.arrays]
        gamma = arrays.pop(0) if layer.config["scale"] else 1.0
        beta = arrays.pop(0) if layer.config["center"] else 0.0
        mean, variance = arrays
        scale = gamma / np.sqrt(variance + layer.config["epsilon"])
        self._scale(Scaling(scale, beta - mean * scale))

    def rescaling(self, layer: SavedLayer) -> None:
        channels = self.shape[-1] if len(self.shape) != 2 else 1
        scale, shift = (np.full(channels, layer.config[key], float) for key in ("scale", "offset"))
        reads_picture = not any(one.parameters for one in self.layers)
        if reads_picture and np.abs(scale).max() < PIXEL_SCALE_LIMIT:
            scale = 255 * scale
        self._scale(Scaling(scale, shift))

    def activation(self, layer: SavedLayer) -> None:
        self._activate(_activation(layer))

    # Helpers of the handlers.

    def _set_input(self, batch_shape: list[int | None]) -> None:
        if self._has_input:
            return
        self._has_input = True
        found = tuple(batch_shape[1:])
        sides = tuple(side or known for side, known in zip(found, INPUT_SHAPE, strict=False))
        if found == (INPUT_SHAPE[0] * INPUT_SHAPE[1],):
            self.shape = INPUT_SHAPE
            self._flatten()
        elif sides in (INPUT_SHAPE, INPUT_SHAPE[:2]) and len(found) == len(sides):
            self.shape = sides
        else:
            raise UnsupportedNetworkError("input", found=_sides(found))

    def _expect_maps(self, layer: SavedLayer) -> None:
        if len(self.shape) != 3:
            raise _input_error("needsMaps", layer, self.shape)

    def _read_as_vector(self, layer: SavedLayer) -> None:
        if len(self.shape) != 1:
            raise _input_error("needsFlatten", layer, self.shape)

    def _flatten(self) -> None:
        if len(self.shape) == 1:
            return
        if len(self.shape) == 2:
            self.shape = INPUT_SHAPE
        if self.scaling:
            cells = self.shape[0] * self.shape[1]
            scale, shift = (np.tile(part, cells) for part in vars(self.scaling).values())
            self.scaling = Scaling(scale, shift)
        self._append(architecture.flatten(self.shape), [])

    def _pool(self, kind: str, size: Pair, stride: Pair, padding: str) -> None:
        flips = self.scaling is not None and bool((self.scaling.scale < 0).any())
        if flips and kind == "MaxPooling2D":
            self._append_scaling()  # a negative scale turns the largest into the smallest
        self._append(architecture.pooling("", kind, self.shape, size, stride, padding), [])

    def _append(self, layer: Layer, weights: list[np.ndarray]) -> None:
        if min(*layer.shape, *layer.size, *layer.stride) < 1:
            raise ValueError(f"a {layer.kind} has a window larger than its input")
        self.layers.append(layer)
        self.weights.append(weights)
        self.shape = layer.shape

    def _folded(self, layer: SavedLayer, made: Layer) -> list[np.ndarray]:
        """Return kernel and bias, with the pending scaling of the input folded in."""
        arrays = [array.astype(float) for array in layer.arrays]
        expected = 2 if layer.config.get("use_bias", True) else 1
        if len(arrays) > expected:  # for instance with LoRA
            raise _setting_error(layer, "get_weights()", len(arrays), expected)
        if len(arrays) < expected:
            raise ValueError(f"{layer.name} lacks some of its numbers")
        kernel, bias = [*arrays, np.zeros(made.shape[-1])][:2]
        if [kernel.shape, bias.shape] != made.arrays:
            raise ValueError(f"{layer.name} should have weights of the shapes {made.arrays}")
        if scaling := self.scaling:
            self.scaling = None
            bias = bias + np.tensordot(kernel, scaling.shift, ([-2], [0])).reshape(
                -1, len(bias)
            ).sum(0)
            kernel = kernel * scaling.scale[:, None]
        return [kernel, bias]

    def _scale(self, scaling: Scaling) -> None:
        """Scale the last layer's output: in its weights if it is linear, else later."""
        last = self.layers[-1] if self.layers else None
        if self.scaling:
            self.scaling = scaling.after(self.scaling)
        elif last and last.kind in ("Conv2D", "Dense") and last.activation is None:
            kernel, bias = self.weights[-1]
            self.weights[-1] = [kernel * scaling.scale, bias * scaling.scale + scaling.shift]
        else:
            self.scaling = scaling

    def _activate(self, activation: Activation) -> None:
        if activation == LINEAR:
            return
        last = self.layers[-1] if self.layers else None
        again = last is not None and last.activation is not None
        if again and last and last.activation == activation.name == "relu" and not self.scaling:
            return
        if self.scaling or again or last is None:
            self._append_scaling(identity=True)
        name, slope = activation.name, activation.slope
        self.layers[-1] = replace(self.layers[-1], activation=name, slope=slope)

    def _append_scaling(self, identity: bool = False) -> None:
        """Append the pending scaling as a layer; ``identity``: even if there is none."""
        shape = self.shape if len(self.shape) != 2 else INPUT_SHAPE
        scaling = self.scaling
        if scaling is None and identity:
            scaling = Scaling(np.ones(shape[-1]), np.zeros(shape[-1]))
        if scaling:
            made = Layer("", "BatchNormalization", shape, shape)
            self._append(made, [scaling.scale, scaling.shift])
        self.scaling = None


# Layers that only act in training.
TRAINING_ONLY = (
    *("Dropout", "SpatialDropout2D", "AlphaDropout", "GaussianDropout", "GaussianNoise"),
    *("ActivityRegularization", "Identity", "RandomFlip", "RandomRotation", "RandomTranslation"),
    *("RandomZoom", "RandomContrast", "RandomBrightness", "RandomHeight", "RandomWidth"),
)
HANDLERS: dict[str, Callable[[_Chain, SavedLayer], None]] = {
    "InputLayer": _Chain.input,
    "Conv2D": _Chain.convolution,
    "Dense": _Chain.dense,
    "MaxPooling2D": _Chain.pooling,
    "AveragePooling2D": _Chain.pooling,
    "GlobalMaxPooling2D": _Chain.global_pooling,
    "GlobalAveragePooling2D": _Chain.global_pooling,
    "Flatten": _Chain.flatten,
    "Reshape": _Chain.reshape,
    "ZeroPadding2D": _Chain.zero_padding,
    "BatchNormalization": _Chain.normalization,
    "Rescaling": _Chain.rescaling,
    "Activation": _Chain.activation,
    "ReLU": _Chain.activation,
    "LeakyReLU": _Chain.activation,
    "ELU": _Chain.activation,
    "Softmax": _Chain.activation,
}


def _activation(layer: SavedLayer) -> Activation:
    """Return the activation of a layer, or of an activation layer."""
    if layer.kind in ("Conv2D", "Dense", "Activation"):
        return _named_activation(layer, layer.config.get("activation"))
    return _layer_activation(layer, layer.kind, layer.config)


def _named_activation(layer: SavedLayer, found: object) -> Activation:
    if isinstance(found, dict):  # an activation layer, or a function of TensorFlow
        config = found.get("config")
        if isinstance(config, dict):
            return _layer_activation(layer, found["class_name"], config)
        found = config
    name = SYNONYMS.get(str(found), str(found))
    if found is None or name == "linear":
        return LINEAR
    if name not in (*ACTIVATIONS, "softmax"):
        raise _setting_error(layer, "activation", name, ", ".join(ACTIVATIONS))
    return Activation(name, DEFAULT_SLOPES.get(name))


def _layer_activation(layer: SavedLayer, kind: str, config: dict) -> Activation:
    if kind == "Softmax":
        return Activation("softmax")
    if kind == "ELU":
        return Activation("elu", _finite(config.get("alpha", 1)))
    if kind == "LeakyReLU":
        slope = config.get("negative_slope", config.get("alpha"))  # Keras 3, Keras 2
        return Activation("leaky_relu", 0.3 if slope is None else _finite(slope))
    if kind == "ReLU":
        return _rectified(layer, config)
    raise _setting_error(layer, "activation", kind, ", ".join(ACTIVATIONS))


def _finite(slope: object) -> float:
    """Return a slope, which some versions of Keras save as an array; raises ``ValueError``."""
    found = float(slope["config"]["value"] if isinstance(slope, dict) else slope)  # type: ignore[arg-type]
    if not math.isfinite(found):
        raise ValueError(f"a slope of {found}")
    return found


def _rectified(layer: SavedLayer, config: dict) -> Activation:
    most, slope = config.get("max_value"), _finite(config.get("negative_slope") or 0)
    _expect(layer, "threshold", config.get("threshold") or 0, 0)
    if most is not None:
        _expect(layer, "max_value", most, 6)
        _expect(layer, "negative_slope", slope, 0)
        return Activation("relu6")
    return Activation("leaky_relu", slope) if slope else Activation("relu")


def _padding(
    before: tuple[int, ...], size: Pair, stride: Pair, padding: str, zeros: tuple[Pair, Pair] | None
) -> Padding:
    """Return the padding of a convolution together with the zeros added before it."""
    if zeros is None:
        return padding
    if padding == "same":
        sides = [side + sum(around) for side, around in zip(before, zeros, strict=False)]
        more = [_same(*window) for window in zip(sides, size, stride, strict=True)]
        rows, columns = ((a + c, b + d) for (a, b), (c, d) in zip(zeros, more, strict=True))
        zeros = rows, columns
    same = tuple(_same(*window) for window in zip(before[:2], size, stride, strict=True))
    return "same" if zeros == same else zeros


def _same(side: int, size: int, stride: int) -> Pair:
    """Return how many zeros TensorFlow's "same" adds before and after one side."""
    missing = max(0, (-(-side // stride) - 1) * stride + size - side)
    return missing // 2, missing - missing // 2


def _dense(before: tuple[int, ...], units: int) -> Layer:
    return architecture.dense("", before, units)


SHORT_NAMES = {
    "Conv2D": "conv",
    "MaxPooling2D": "pool",
    "AveragePooling2D": "pool",
    "BatchNormalization": "norm",
    "Dense": "dense",
}


def _named(layers: list[Layer]) -> list[Layer]:
    """Return the layers with standard names: conv1, pool1, …, softmax."""
    seen: Counter[str] = Counter()
    found = []
    for layer in layers:
        name = (
            "softmax" if layer.activation == "softmax" else SHORT_NAMES.get(layer.kind, "flatten")
        )
        seen[name] += 1
        plain = name in ("softmax", "flatten")
        found.append(replace(layer, name=name if plain else f"{name}{seen[name]}"))
    return found


def _expect(layer: SavedLayer, setting: str, found: object, *fitting: object) -> None:
    if found not in fitting:
        raise _setting_error(layer, setting, found, fitting[0])


def _setting_error(
    layer: SavedLayer, setting: str, found: object, needed: object
) -> UnsupportedNetworkError:
    values = {**_names(layer), "setting": setting, "found": _short(found), "needed": needed}
    return UnsupportedNetworkError("layerSetting", **values)


def _input_error(key: str, layer: SavedLayer, shape: tuple[int, ...]) -> UnsupportedNetworkError:
    return UnsupportedNetworkError(key, **_names(layer), found=_sides(shape))


def _sides(shape: tuple[int | None, ...]) -> str:
    return "×".join(str(side or "?") for side in shape)


def _names(layer: SavedLayer) -> dict[str, object]:
    return {"kind": _short(layer.kind), "layer": _short(layer.name)}


def _short(value: object) -> str:
    return str(value)[:40]
