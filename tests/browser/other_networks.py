"""Networks as people bring them along, of all kinds and activations, with random weights."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import keras
import numpy as np
from playwright.sync_api import Page

from mnist_cnn.network import keras_model, network_file
from mnist_cnn.network.architecture import (
    INPUT_SHAPE,
    Layer,
    Padding,
    Pair,
    convolution,
    dense,
    flatten,
    pooling,
)

USE = """async ([reference, layers]) => {
    const { load } = await window.mnistCnnModules;
    const there = new Promise((resolve) => {
        document.addEventListener("mnist_cnn:network", resolve, { once: true });
    });
    const { use } = load("state/choice.js");
    use({ reference, layers, kind: "file", name: "mine.keras" });
    await there;
}"""

Shape = tuple[int, ...]
Part = Callable[[Shape], Layer]  # a layer, from the shape it reads


@dataclass(frozen=True)
class Network:
    """A network as the page gets it, and the same in Keras."""

    layers: list[Layer]
    weights: list[np.ndarray]

    @property
    def file(self) -> bytes:
        """The network file."""
        return network_file.encode(self.layers, self.weights)

    @property
    def keras(self) -> keras.Model:
        """The network that TensorFlow reads with."""
        return keras_model.build(self.layers, self.weights)


def conv(
    filters: int, size: Pair, stride: int = 1, padding: Padding = "same", activation: str = "relu"
) -> Part:
    return lambda before: convolution(
        "conv", before, filters, size, (stride, stride), padding, activation
    )


def pool(kind: str = "Max", side: int = 2, stride: int = 2, padding: str = "valid") -> Part:
    sides = ((side, side), (stride, stride))
    return lambda before: pooling("pool", f"{kind}Pooling2D", before, *sides, padding)


def whole(before: Shape) -> Layer:
    """The mean of each map, as global pooling comes."""
    return pooling("pool", "AveragePooling2D", before, before[:2], before[:2])


def norm(activation: str | None = None, slope: float | None = None) -> Part:
    return lambda before: Layer(
        "norm", "BatchNormalization", before, before, activation=activation, slope=slope
    )


def units(count: int, activation: str = "relu") -> Part:
    return lambda before: dense("dense", before, count, activation)


def bent(part: Part, slope: float) -> Part:
    """The part with what its activation multiplies numbers below 0 with."""
    return lambda before: replace(part(before), slope=slope)


def network(*parts: Part, seed: int = 3) -> Network:
    """Return a network of these parts and ten digits, named as the server names its layers."""
    layers: list[Layer] = []
    for part in (*parts, lambda before: dense("softmax", before, 10, "softmax")):
        layers.append(part(layers[-1].shape if layers else INPUT_SHAPE))
    kinds = [layer.name for layer in layers]
    counted = [
        replace(one, name=one.name if one.name in ("flatten", "softmax") else f"{one.name}{number}")
        for i, one in enumerate(layers)
        for number in (kinds[: i + 1].count(one.name),)
    ]
    return Network(counted, _weights(counted, np.random.default_rng(seed)))


def _weights(layers: Sequence[Layer], random: np.random.Generator) -> list[np.ndarray]:
    found = []
    for layer in layers:
        if not layer.arrays:
            continue
        first, second = layer.arrays
        if layer.kind == "BatchNormalization":
            pair = random.uniform(0.5, 1.5, first), random.normal(0, 0.2, second)
        else:
            kernel = random.normal(0, np.sqrt(2 / np.prod(first[:-1])), first)
            pair = kernel, random.normal(0, 0.1, second)
        found += [array.astype(np.float32) for array in pair]
    return found


def read_with(page: Page, brought: Network) -> None:
    """Let an open page read with a network, as if the server kept it."""
    name = f"brought{id(brought)}"
    page.route(f"**/network/{name}", lambda route: route.fulfill(body=brought.file))
    page.evaluate(USE, [name, network_file.describe(brought.layers)])


ACTIVATIONS = (
    *("linear", "relu", "relu6", "selu", "tanh", "sigmoid", "softplus", "silu", "gelu"),
    *("leaky_relu", "elu"),
)


def _of_each_activation(activation: str) -> Network:
    slope = {"leaky_relu": 0.2, "elu": 0.7}.get(activation)
    parts = (conv(5, (3, 3), 2, activation=activation), units(12, activation))
    first, second = (bent(part, slope) if slope else part for part in parts)
    return network(first, norm(activation, slope), pool(), flatten, second)


NETWORKS: dict[str, Callable[[], Network]] = {
    "LeNet-5": lambda: network(
        conv(6, (5, 5), activation="tanh"),
        pool("Average"),
        conv(16, (5, 5), padding="valid", activation="tanh"),
        pool("Average"),
        flatten,
        units(120, "tanh"),
        units(84, "tanh"),
    ),
    "dense": lambda: network(flatten, units(128), norm(), units(64)),
    "softmax alone": lambda: network(flatten),
    "VGG": lambda: network(
        *(conv(16, (3, 3)), norm("relu"), conv(16, (3, 3)), norm(), pool()),
        *(conv(32, (3, 3)), conv(32, (3, 3)), pool(), flatten, units(64)),
    ),
    "tiny": lambda: network(conv(8, (5, 5), 2, "valid"), whole, flatten),
    "windows": lambda: network(
        pool("Average", 2, 1, "same"),
        norm(),
        conv(5, (7, 2), 3, ((2, 4), (1, 0)), "linear"),
        conv(6, (1, 1), 1, "valid"),
        pool("Max", 3, 2, "same"),
        pool("Max", 2, 1),
        conv(7, (4, 5), 3, "same", "silu"),
        flatten,
        units(9, "gelu"),
    ),
    "shifted": lambda: network(
        conv(5, (3, 3), 2, activation="sigmoid"), norm("tanh"), pool(), flatten, units(12), seed=2
    ),
    "deep": lambda: network(
        *(conv(8, (3, 3)) for _ in range(8)), pool(), pool(), flatten, units(16)
    ),
    "wide": lambda: network(conv(512, (7, 7), 4), whole, flatten, units(512)),
} | {name: lambda name=name: _of_each_activation(name) for name in ACTIVATIONS}
