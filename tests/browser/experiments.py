"""What the page computes for the lesson, asked of its own modules without a page or a worker."""

from __future__ import annotations

import base64
import itertools
from collections.abc import Mapping

import keras
import numpy as np
import tensorflow as tf
from playwright.sync_api import Error, Page

from mnist_cnn import importer, network_file

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
    return finished(lesson[how]({
        ...about, network, others, facts,
        drawing: {...drawing, pixels},
    }));
}"""


_numbers = itertools.count()


class Experiments:
    """The lesson about ``network``, as the page computes it."""

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
            content = network_file.encode(*importer.of_model(each))
            file = base64.b64encode(content).decode()
            modules.evaluate(GIVE, {"own": self.own, "name": name, "file": file})

    def draw(self, chapter: str, picture: str, drawing: np.ndarray, **state: str) -> object:
        """Return a picture of a chapter; the drawing is uint8 ``(height, width)``, 255 is ink."""
        return self._asked("draw", drawing, chapter=chapter, picture=picture, state=state)

    def ask(
        self, chapter: str, drawing: np.ndarray, typed: str | None = None, **state: str
    ) -> dict[str, object]:
        """Return ``values``, ``working``, and whether ``typed`` is ``right``."""
        return self._asked("ask", drawing, chapter=chapter, state=state, typed=typed)

    def refused(self, chapter: str, drawing: np.ndarray, **asked: str | None) -> str:
        """Return what the error says that a question is answered with."""
        try:
            self.ask(chapter, drawing, **asked)
        except Error as error:
            return str(error)
        raise AssertionError("It is not refused.")

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
    """Return what a layer makes of a picture, uint8 (28, 28), as Keras has it."""
    tapped = keras.Model(network.inputs, network.get_layer(layer).output)
    return tapped(tensor(image))[0].numpy()


def tensor(image: np.ndarray) -> tf.Tensor:
    """Return a picture, uint8 (28, 28), as networks read it."""
    return tf.constant(image[None, ..., None] / 255.0, tf.float32)
