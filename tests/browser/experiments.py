"""What the page computes for the lesson, asked of its own modules without a page or a worker."""

from __future__ import annotations

import base64
from collections.abc import Mapping

import keras
import numpy as np
from playwright.sync_api import Error, Page

from mnist_cnn import network_file
from mnist_cnn.architecture import described

GIVE = """async ({name, file}) => {
    const {Network} = await import("/reader/network.js");
    const bytes = Uint8Array.from(atob(file), (c) => c.charCodeAt(0));
    window.experiments ??= {};
    window.experiments[name] = new Network(bytes.buffer);
}"""
ASK = """async ({how, about, drawing, network, others, facts}) => {
    const lesson = await import("/experiments/lesson.js");
    const {finished} = await import("/reader/slices.js");
    const named = Object.fromEntries(others.map((name) => [name, window.experiments[name]]));
    const pixels = Uint8Array.from(drawing.pixels);
    return finished(lesson[how]({
        ...about, network: window.experiments[network], others: named, facts,
        drawing: {...drawing, pixels},
    }));
}"""


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
        self.others = dict(others or {})
        for name, each in {"network": network, **self.others}.items():
            layers = [described(layer) for layer in each.layers[1:]]
            content = network_file.encode(layers, each.get_weights())
            file = base64.b64encode(content).decode()
            modules.evaluate(GIVE, {"name": name, "file": file})

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
                "how": how,
                "about": about,
                "drawing": {"width": width, "height": height, "pixels": drawing.ravel().tolist()},
                "network": "network",
                "others": list(self.others),
                "facts": self.facts,
            },
        )
