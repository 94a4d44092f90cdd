"""Single JavaScript modules in a browser, without the page and without an app."""

from __future__ import annotations

import base64
from urllib.parse import urlsplit

import keras
from keras import layers
from playwright.sync_api import Browser, Page, Route

from mnist_cnn.network import network_file
from mnist_cnn.network.architecture import WINDOW_LAYERS, Layer, pair
from mnist_cnn.page.build.assets import sources

HOST = "http://modules.example"


def open_modules(browser: Browser) -> Page:
    """Return an empty page on which ``import("/reader/ink.js")`` imports ``page/reader/ink.js``."""
    page = browser.new_page()
    modules = sources()

    def answer(route: Route) -> None:
        name = urlsplit(route.request.url).path[1:]
        if name in modules:
            route.fulfill(content_type="text/javascript", body=modules[name])
        else:
            route.fulfill(content_type="text/html", body="<!doctype html><title>Modules</title>")

    page.route(f"{HOST}/**", answer)
    page.goto(HOST)
    return page


def give_network(modules: Page, network: keras.Model, about: dict | None = None) -> None:
    """Set ``window.network`` on the page to a network."""
    layers = [described(layer) for layer in network.layers[1:]]
    give_file(modules, network_file.encode(layers, network.get_weights(), about))


def described(layer: keras.Layer) -> Layer:
    """Return a layer with its own name; the importer would rename and fold layers."""
    kind, before, shape = type(layer).__name__, layer.input.shape[1:], layer.output.shape[1:]
    activation = getattr(getattr(layer, "activation", None), "__name__", None)
    if kind not in WINDOW_LAYERS:
        return Layer(layer.name, kind, before, shape, activation=activation)
    size = pair(layer.kernel_size if kind == "Conv2D" else layer.pool_size)
    stride = pair(layer.strides)
    return Layer(layer.name, kind, before, shape, size, stride, layer.padding, activation)


def give_file(modules: Page, content: bytes) -> None:
    """Set ``window.network`` on the page to the network in a network file."""
    modules.evaluate(
        """async (file) => {
            const {Network} = await import("/reader/network.js");
            const bytes = Uint8Array.from(atob(file), (c) => c.charCodeAt(0));
            window.network = new Network(bytes.buffer);
        }""",
        base64.b64encode(content).decode(),
    )


def odd_network(dense: str | None = None) -> keras.Model:
    """Return a network with unusual windows: strides, uneven padding, kernels that are not square.

    ``dense`` is the activation of its dense layer.
    """
    keras.utils.set_random_seed(8)
    image = x = keras.Input((28, 28, 1), name="image")
    for part in (
        layers.Conv2D(5, (5, 2), (2, 3), "same", name="conv1"),
        layers.MaxPooling2D((3, 2), (1, 2), "same", name="pool1"),
        layers.Conv2D(6, 3, 3, "same", activation="relu", name="conv2"),
        layers.AveragePooling2D(2, 1, "same", name="pool2"),
        layers.Flatten(name="flatten"),
        layers.Dense(7, dense, name="dense1"),
        layers.Dense(10, "softmax", name="softmax"),
    ):
        x = part(x)
    return keras.Model(image, x)
