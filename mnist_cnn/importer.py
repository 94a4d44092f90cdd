"""Anybody's small network → the few kinds of layers that are read, shown and explained here.

Notebooks build the same network in many ways: layers have any names, the picture may come as 784
numbers, activations and softmax may be layers of their own, and some layers do something in
training only. What is found is one chain, from a picture of ``architecture.PICTURE`` to ten logits
and their softmax, that answers as the network does: Conv2D, MaxPooling2D, AveragePooling2D, one
Flatten, Dense, and BatchNormalization where it could not be folded into a neighbour.

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

from mnist_cnn import architecture, weights_file
from mnist_cnn.architecture import ACTIVATIONS, PICTURE, Layer, Padding, Pair, pair
from mnist_cnn.model import CLASSES
from mnist_cnn.weights_file import OtherNetworkError, SavedLayer, SavedNetwork

if TYPE_CHECKING:
    import keras

Network = tuple[list[Layer], list[np.ndarray]]  # its layers; their arrays in order, float32

MOST_PARAMETERS = 2_100_000
MOST_NUMBERS = 2_000_000  # of all layers, for a picture
MOST_MULTIPLICATIONS = 250_000_000  # for a picture: more takes a page half a second
LARGEST_KERNEL = 7  # rows or columns of a window that is shown number by number
PRECISE = (None, "float32", "float64")  # in halves a network answers otherwise than here
LEVELS = 0.1  # a Rescaling by less expects levels of 0 to 255, by more numbers of 0 to 1
SLOPES = {"leaky_relu": 0.2, "elu": 1.0}  # below 0, where Keras' name of them says nothing else
# How TensorFlow's functions, and older names, are called in ``ACTIVATIONS``.
SAME = {"swish": "silu", "softmax_v2": "softmax", "swish_v1": "silu", "leaky_relu_v2": "leaky_relu"}


@dataclass(frozen=True)
class Activation:
    """What makes values of sums."""

    name: str | None  # in ``ACTIVATIONS``, or softmax; None: nothing is changed
    slope: float | None = None


LINEAR = Activation(None)


@dataclass(frozen=True)
class Scaling:
    """Numbers times ``scale`` plus ``shift``, channel by channel: each float64 ``(channels,)``."""

    scale: np.ndarray
    shift: np.ndarray

    def after(self, first: Scaling) -> Scaling:
        """Return what this makes of what ``first`` has made."""
        return Scaling(self.scale * first.scale, self.scale * first.shift + self.shift)

    @property
    def shifts(self) -> bool:
        """Whether 0 becomes something else."""
        return bool(self.shift.any())


def network_in(file: Path | bytes) -> Network:
    """Return the network in a ``.keras`` or ``.h5`` file, after a look through it.

    Raises:
        OtherNetworkError: it is not read, shown and explained here; the message says why.
        ValueError and others: the file is no good, see ``weights_file.saved_in``.
    """
    saved = weights_file.saved_in(file)
    for layer in saved.layers:
        if (found := weights_file.precision_of(layer.config)) not in PRECISE:
            told = {"kind": layer.kind, "layer": _short(layer.name)}
            raise OtherNetworkError("notFloat32", **told, found=_short(found))
    layers, weights = chain(saved)
    check(layers)
    return layers, weights


def of_model(model: keras.Model) -> Network:
    """Return the network that a model of Keras is; raises as ``network_in``."""
    weights = {layer.name: layer.get_weights() for layer in model.layers}
    return chain(weights_file.saved(model.to_json(), weights))


def chain(saved: SavedNetwork) -> Network:
    """Return the layers that a saved network comes to, whatever it ends with.

    Raises:
        OtherNetworkError: it is no chain of layers that are known here.
        ValueError: its arrays are not those of its layers.
    """
    made = _Chain(saved)
    for layer in saved.layers:
        made.add(layer)
    return made.ended()


def check(layers: list[Layer]) -> None:
    """Raise ``OtherNetworkError`` unless these tell ten digits apart, and soon enough."""
    last = layers[-1]
    if (last.kind, last.shape, last.activation) != ("Dense", (CLASSES,), "softmax"):
        found = f"{architecture.SHORT.get(last.kind, last.kind)} {last.shape[-1]}"
        found += f", {last.activation}" if last.activation else ""
        raise OtherNetworkError("ending", found=found, classes=CLASSES)
    numbers = sum(math.prod(layer.shape) for layer in layers)
    if numbers > MOST_NUMBERS:
        most = f"{MOST_NUMBERS:,}"
        raise OtherNetworkError("tooManyNumbers", found=f"{numbers:,}", most=most)
    parameters = sum(layer.parameters for layer in layers)
    if parameters > MOST_PARAMETERS:
        most = f"{MOST_PARAMETERS:,}"
        raise OtherNetworkError("tooLarge", found=f"{parameters:,}", most=most)
    multiplications = sum(layer.multiplications for layer in layers)
    if multiplications > MOST_MULTIPLICATIONS:
        most = f"{MOST_MULTIPLICATIONS:,}"
        raise OtherNetworkError("tooSlow", found=f"{multiplications:,}", most=most)


class _Chain:
    """A chain in the making. What is not a layer of it yet waits for the next one."""

    def __init__(self, saved: SavedNetwork):
        self.layers: list[Layer] = []
        self.weights: list[list[np.ndarray]] = []  # of each layer, float64
        self.shape: tuple[int, ...] = PICTURE  # of what the next layer reads
        self.scaling: Scaling | None = None  # of what the last layer gives
        self.zeros: tuple[Pair, Pair] | None = None  # around it
        self.padded: SavedLayer | None = None  # what has put them there
        self._last: str | None = None  # the name of the layer before
        self._begun = False
        if saved.shape:
            self._begin(saved.shape)

    def add(self, layer: SavedLayer) -> None:
        """Take up the next layer."""
        if "training" in (layer.reads or []):
            raise _setting(layer, "training", True, False)
        if layer.kind != "InputLayer" and layer.reads not in (None, [self._last]):
            raise OtherNetworkError("branches", layer=_short(layer.name))
        self._last = layer.name
        if layer.kind in INACTIVE:
            return
        if layer.kind not in HANDLERS:
            raise _unknown(layer)
        if self.padded and layer.kind not in ("Conv2D", "ZeroPadding2D"):
            raise OtherNetworkError("zerosAlone", layer=_short(self.padded.name))
        if shape := layer.config.get("batch_input_shape"):  # Keras 2 has it at the first layer
            self._begin(shape)
        HANDLERS[layer.kind](self, layer)

    def ended(self) -> Network:
        """Return the network; with the softmax that it may leave to its loss."""
        if self.padded:
            raise OtherNetworkError("zerosAlone", layer=_short(self.padded.name))
        self._settle()
        if not self.layers:
            raise OtherNetworkError("ending", found="–", classes=CLASSES)
        named = _named(self.layers)
        for layer in named[:-1]:
            if layer.activation == "softmax":
                raise OtherNetworkError("softmaxInside", layer=layer.kind)
        last = self.layers[-1]
        if last.shape == (CLASSES,) and last.activation in (None, "softmax"):
            if last.kind != "Dense":  # what is pooled to ten numbers are the logits already
                self.layers[-1] = replace(last, activation=None)
                self._append(_dense(last.shape, CLASSES), [np.eye(CLASSES), np.zeros(CLASSES)])
            self.layers[-1] = replace(self.layers[-1], activation="softmax")
        arrays = [array.astype(np.float32) for own in self.weights for array in own]
        if not all(np.isfinite(array).all() for array in arrays):
            raise ValueError("its numbers come to some that are none")
        return _named(self.layers), arrays

    # What follows takes up one kind of layer each.

    def input(self, layer: SavedLayer) -> None:
        if shape := layer.config.get("batch_shape"):
            self._begin(shape)

    def convolution(self, layer: SavedLayer) -> None:
        config = layer.config
        _expect(layer, "data_format", config.get("data_format"), "channels_last", None)
        _expect(layer, "dilation_rate", pair(config.get("dilation_rate", 1)), (1, 1))
        _expect(layer, "groups", config.get("groups", 1), 1)
        size, stride = pair(config["kernel_size"]), pair(config["strides"])
        if self.padded and max(*sum(self.zeros or (), ())) >= min(size):
            raise _setting(self.padded, "padding", self.zeros, f"less than {min(size)}")
        if max(size) > LARGEST_KERNEL:
            raise _setting(layer, "kernel_size", list(size), f"1 to {LARGEST_KERNEL}")
        self._expect_maps(layer)
        padding = _padding(self.shape, size, stride, config["padding"], self.zeros)
        self.zeros = self.padded = None
        if self.scaling and self.scaling.shifts and padding != "valid":
            self._settle()  # around the maps are zeros, which are not shifted
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
        """Numbers keep their order, so what matters is only what the next layer makes of them."""
        target = tuple(layer.config["target_shape"])
        known = -math.prod(target) if -1 in target else 1
        target = tuple(math.prod(self.shape) // known if side == -1 else side for side in target)
        if len(target) == 1:
            return self._flatten()
        if target == self.shape:
            return
        other = OtherNetworkError("reshaped", layer=_short(layer.name), found=_sides(target))
        raw = all(one.kind == "Flatten" and one.activation is None for one in self.layers)
        if target not in (PICTURE, PICTURE[:2]) or not raw:
            raise other
        if self.scaling:
            one = Scaling(self.scaling.scale[:1], self.scaling.shift[:1])
            if (self.scaling.scale != one.scale).any() or (self.scaling.shift != one.shift).any():
                raise other
            self.scaling = one
        self.layers, self.weights = [], []
        self.shape = PICTURE if len(target) == 3 else PICTURE[:2]

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
        if reads_picture and np.abs(scale).max() < LEVELS:
            scale = 255 * scale
        self._scale(Scaling(scale, shift))

    def activation(self, layer: SavedLayer) -> None:
        self._activate(_activation(layer))

    # And what they have in common.

    def _begin(self, batch_shape: list[int | None]) -> None:
        if self._begun:
            return
        self._begun = True
        found = tuple(batch_shape[1:])
        sides = tuple(side or known for side, known in zip(found, PICTURE, strict=False))
        if found == (PICTURE[0] * PICTURE[1],):
            self.shape = PICTURE
            self._flatten()
        elif sides in (PICTURE, PICTURE[:2]) and len(found) == len(sides):
            self.shape = sides
        else:
            raise OtherNetworkError("input", found=_sides(found))

    def _expect_maps(self, layer: SavedLayer) -> None:
        if len(self.shape) != 3:
            raise _reading("needsMaps", layer, self.shape)

    def _read_as_vector(self, layer: SavedLayer) -> None:
        if len(self.shape) != 1:
            raise _reading("needsFlatten", layer, self.shape)

    def _flatten(self) -> None:
        if len(self.shape) == 1:
            return
        if len(self.shape) == 2:
            self.shape = PICTURE
        if self.scaling:
            cells = self.shape[0] * self.shape[1]
            scale, shift = (np.tile(part, cells) for part in vars(self.scaling).values())
            self.scaling = Scaling(scale, shift)
        self._append(architecture.flatten(self.shape), [])

    def _pool(self, kind: str, size: Pair, stride: Pair, padding: str) -> None:
        turns = self.scaling is not None and bool((self.scaling.scale < 0).any())
        if turns and kind == "MaxPooling2D":
            self._settle()  # the largest would be the smallest
        self._append(architecture.pooling("", kind, self.shape, size, stride, padding), [])

    def _append(self, layer: Layer, weights: list[np.ndarray]) -> None:
        if min(*layer.shape, *layer.size, *layer.stride) < 1:
            raise ValueError(f"a {layer.kind} whose window does not fit into what it reads")
        self.layers.append(layer)
        self.weights.append(weights)
        self.shape = layer.shape

    def _folded(self, layer: SavedLayer, made: Layer) -> list[np.ndarray]:
        """Return kernel and bias with the scaling in them of what they read."""
        arrays = [array.astype(float) for array in layer.arrays]
        expected = 2 if layer.config.get("use_bias", True) else 1
        if len(arrays) > expected:  # as of LoRA
            raise _setting(layer, "get_weights()", len(arrays), expected)
        if len(arrays) < expected:
            raise ValueError(f"{layer.name} lacks some of its numbers")
        kernel, bias = [*arrays, np.zeros(made.shape[-1])][:2]
        if [kernel.shape, bias.shape] != made.arrays:
            raise ValueError(f"{layer.name} should have numbers of the shapes {made.arrays}")
        if scaling := self.scaling:
            self.scaling = None
            bias = bias + np.tensordot(kernel, scaling.shift, ([-2], [0])).reshape(
                -1, len(bias)
            ).sum(0)
            kernel = kernel * scaling.scale[:, None]
        return [kernel, bias]

    def _scale(self, scaling: Scaling) -> None:
        """Scale what the last layer gives: in its weights where it is linear, or later."""
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
            self._settle(always=True)
        name, slope = activation.name, activation.slope
        self.layers[-1] = replace(self.layers[-1], activation=name, slope=slope)

    def _settle(self, always: bool = False) -> None:
        """Make a layer of the scaling that waits; ``always``: or of none."""
        shape = self.shape if len(self.shape) != 2 else PICTURE
        scaling = self.scaling
        if scaling is None and always:
            scaling = Scaling(np.ones(shape[-1]), np.zeros(shape[-1]))
        if scaling:
            made = Layer("", "BatchNormalization", shape, shape)
            self._append(made, [scaling.scale, scaling.shift])
        self.scaling = None


# What does nothing but in training.
INACTIVE = (
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
    """Return the activation of a layer, or that a layer is."""
    if layer.kind in ("Conv2D", "Dense", "Activation"):
        return _named_activation(layer, layer.config.get("activation"))
    return _layer_activation(layer, layer.kind, layer.config)


def _named_activation(layer: SavedLayer, found: object) -> Activation:
    if isinstance(found, dict):  # a layer, or a function of TensorFlow
        config = found.get("config")
        if isinstance(config, dict):
            return _layer_activation(layer, found["class_name"], config)
        found = config
    name = SAME.get(str(found), str(found))
    if found is None or name == "linear":
        return LINEAR
    if name not in (*ACTIVATIONS, "softmax"):
        raise _setting(layer, "activation", name, ", ".join(ACTIVATIONS))
    return Activation(name, SLOPES.get(name))


def _layer_activation(layer: SavedLayer, kind: str, config: dict) -> Activation:
    if kind == "Softmax":
        return Activation("softmax")
    if kind == "ELU":
        return Activation("elu", _finite(config.get("alpha", 1)))
    if kind == "LeakyReLU":
        slope = config.get("negative_slope", config.get("alpha"))  # of Keras 3, of Keras 2
        return Activation("leaky_relu", 0.3 if slope is None else _finite(slope))
    if kind == "ReLU":
        return _rectified(layer, config)
    raise _setting(layer, "activation", kind, ", ".join(ACTIVATIONS))


def _finite(slope: object) -> float:
    """Return a slope; some versions of Keras save it as an array."""
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
    """Return the padding of a convolution that may have zeros around what it reads already."""
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
    """Return how many zeros TensorFlow's "same" puts before and after a side."""
    missing = max(0, (-(-side // stride) - 1) * stride + size - side)
    return missing // 2, missing - missing // 2


def _dense(before: tuple[int, ...], units: int) -> Layer:
    return architecture.dense("", before, units)


NAMES = {
    "Conv2D": "conv",
    "MaxPooling2D": "pool",
    "AveragePooling2D": "pool",
    "BatchNormalization": "norm",
    "Dense": "dense",
}


def _named(layers: list[Layer]) -> list[Layer]:
    """Return the layers with the names they have here: conv1, pool1, …, softmax."""
    seen: Counter[str] = Counter()
    found = []
    for layer in layers:
        name = "softmax" if layer.activation == "softmax" else NAMES.get(layer.kind, "flatten")
        seen[name] += 1
        plain = name in ("softmax", "flatten")
        found.append(replace(layer, name=name if plain else f"{name}{seen[name]}"))
    return found


def _expect(layer: SavedLayer, setting: str, found: object, *fitting: object) -> None:
    if found not in fitting:
        raise _setting(layer, setting, found, fitting[0])


def _setting(layer: SavedLayer, setting: str, found: object, needed: object) -> OtherNetworkError:
    told = {"kind": layer.kind, "layer": _short(layer.name), "setting": setting}
    return OtherNetworkError("layerSetting", **told, found=_short(found), needed=needed)


def _reading(key: str, layer: SavedLayer, shape: tuple[int, ...]) -> OtherNetworkError:
    """Return what is wrong with a layer that reads something of another shape than it must."""
    told = {"kind": layer.kind, "layer": _short(layer.name)}
    return OtherNetworkError(key, **told, found=_sides(shape))


def _sides(shape: tuple[int | None, ...]) -> str:
    return "×".join(str(side or "?") for side in shape)


def _unknown(layer: SavedLayer) -> OtherNetworkError:
    return OtherNetworkError("layerKind", kind=_short(layer.kind), layer=_short(layer.name))


def _short(value: object) -> str:
    return str(value)[:40]
