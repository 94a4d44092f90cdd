"""The lesson's computations by the page's modules, without a page or a worker."""

from __future__ import annotations

import base64
import itertools
from collections.abc import Mapping

import keras
import numpy as np
import tensorflow as tf
from playwright.sync_api import Error, Page

from mnist_cnn.network import importer, network_file

GIVE = """async ({own, name, file}) => {
    const {Network} = await import("/reader/network.js");
    const bytes = Uint8Array.from(atob(file), (c) => c.charCodeAt(0));
    window.experiments ??= {};
    (window.experiments[own] ??= {})[name] = new Network(bytes.buffer);
}"""
ASK = """async ({own, how, about, drawing, facts}) => {
    const lesson = await import("/experiments/lesson.js");
    const {finished} = await import("/reader/slices.js");
    const {network, ...others} = window.experiments[own];
    const pixels = Uint8Array.from(drawing.pixels);
    return finished(await lesson[how]({
        ...about, network, others, facts,
        drawing: {...drawing, pixels},
    }));
}"""


_numbers = itertools.count()


class Experiments:
    """The lesson about a network; ``others`` are those it is compared with, by name."""

    def __init__(
        self,
        modules: Page,
        network: keras.Model,
        others: Mapping[str, keras.Model] | None = None,
        facts: dict | None = None,
    ):
        self.modules, self.facts = modules, facts or {}
        self.own = next(_numbers)
        for name, each in {"network": network, **(others or {})}.items():
            content = network_file.encode(*importer.from_model(each))
            file = base64.b64encode(content).decode()
            modules.evaluate(GIVE, {"own": self.own, "name": name, "file": file})

    def draw(self, chapter: str, picture: str, drawing: np.ndarray, **state: str) -> object:
        """Return a picture of a chapter; the drawing is uint8 ``(height, width)``, 255 is ink."""
        return self._asked("draw", drawing, chapter=chapter, picture=picture, state=state)

    def ask(
        self, chapter: str, drawing: np.ndarray, typed: str | None = None, **state: str
    ) -> dict[str, object]:
        """Return the question's ``values`` and ``working``, and whether ``typed`` is ``right``."""
        return self._asked("ask", drawing, chapter=chapter, state=state, typed=typed)

    def predict(
        self, chapter: str, card: str, drawing: np.ndarray, **state: str
    ) -> dict[str, object]:
        """Return which choice of a card's prediction is ``right``, and its outcome's ``values``."""
        return self._asked("predict", drawing, chapter=chapter, card=card, state=state)

    def refused(self, chapter: str, drawing: np.ndarray, **asked: str | None) -> str:
        """Return the message of the error that a question causes."""
        try:
            self.ask(chapter, drawing, **asked)
        except Error as error:
            return str(error)
        raise AssertionError("no error")

    def _asked(self, how: str, drawing: np.ndarray, **about: object) -> object:
        height, width = drawing.shape
        return self.modules.evaluate(
            ASK,
            {
                "own": self.own,
                "how": how,
                "about": about,
                "drawing": {"width": width, "height": height, "pixels": drawing.ravel().tolist()},
                "facts": self.facts,
            },
        )


def output(network: keras.Model, layer: str, image: np.ndarray) -> np.ndarray:
    """Return Keras' output of a layer for a picture, uint8 (28, 28)."""
    tapped = keras.Model(network.inputs, network.get_layer(layer).output)
    return tapped(tensor(image))[0].numpy()


def tensor(image: np.ndarray) -> tf.Tensor:
    """Return a picture, uint8 (28, 28), as a network's input, float32 (1, 28, 28, 1)."""
    return tf.constant(image[None, ..., None] / 255.0, tf.float32)
