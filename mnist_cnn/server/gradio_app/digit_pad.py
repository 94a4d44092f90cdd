"""``DigitPad``: the pad as a component for any Gradio app; it needs none of this page's routes."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from typing import Any

import gradio as gr
import numpy as np
from gradio import component_meta
from PIL import Image, ImageOps

from mnist_cnn.digits.strokes import PAD_SIZE
from mnist_cnn.page.build import assets
from mnist_cnn.page.build.bundle import bundle, needed
from mnist_cnn.page.build.languages import words
from mnist_cnn.reading.ink import AnyPicture, ink_in
from mnist_cnn.server.gradio_app.fast_import import STUB_WRITER

TEMPLATE = assets.text("components/pad/pad.html")
SCRIPT = bundle(
    needed(assets.sources(), "components/pad/digit-pad.js"), assets.text("shell/digit-pad.js")
)
STYLE = assets.standalone_style("pad")
KEYS = [*re.findall(r'data-(?:text|label)="(\w+)"', TEMPLATE), "penDown", "penUp"]
WORDS = {language: {key: every[key] for key in KEYS} for language, every in words().items()}


class _WithoutStub(component_meta.ComponentMeta):
    """Makes a component class, without the ``.pyi`` file that Gradio writes beside its source."""

    def __new__(cls, *definition: Any) -> type:
        write = getattr(component_meta, STUB_WRITER, None)
        setattr(component_meta, STUB_WRITER, lambda *_: None)
        try:
            return super().__new__(cls, *definition)
        finally:
            setattr(component_meta, STUB_WRITER, write)


class DigitPad(gr.HTML, metaclass=_WithoutStub):
    """A pad to draw a digit on with mouse, finger, pen or keyboard.

    A listener gets the ink: uint8 ``(280, 280)``, 0 is paper and 255 full ink, or None where
    nothing is drawn. ``change`` is called when a stroke has ended, and after undo, redo and clear.
    """

    def __init__(
        self,
        value: AnyPicture | Callable | None = None,
        *,
        language: str | None = None,
        **options: Any,
    ):
        """Create a pad.

        Args:
            value: what is on it: an array of ink, a picture or the path of one, or None; see
                ``mnist_cnn.reading.ink.ink_in``. A function is called whenever the page is loaded.
            language: ``"en"`` or ``"zh-CN"``; by default the browser's.
            options: of every Gradio component, such as ``label``, ``elem_id``, ``visible``.
        """
        super().__init__(
            value,
            html_template=TEMPLATE,
            css_template=STYLE,
            js_on_load=SCRIPT,
            apply_default_css=False,
            language=language,
            words=WORDS,
            **options,
        )

    def preprocess(self, payload: str | None) -> np.ndarray | None:  # type: ignore[override]
        """Return the ink that a listener gets.

        Args:
            payload: its bytes in base64, row by row; None or "" for an empty pad.

        Raises:
            gr.Error: it is anything else.
        """
        if not payload:
            return None
        try:
            levels = base64.b64decode(payload, validate=True)
        except (TypeError, ValueError) as error:
            raise gr.Error(f"The ink of a pad is base64: {error}.") from error
        if len(levels) != PAD_SIZE**2:
            raise gr.Error(f"The ink of a pad is {PAD_SIZE**2} bytes, not {len(levels)}.")
        return np.frombuffer(levels, np.uint8).reshape(PAD_SIZE, PAD_SIZE).copy()

    def postprocess(self, value: AnyPicture | None) -> str:
        """Return ink as the pad gets it: scaled to its size, in the middle, in base64; "" for None.

        Raises:
            PictureError: it is not a picture; see ``mnist_cnn.reading.ink.ink_in``.
        """
        if value is None:
            return ""
        ink = ImageOps.pad(Image.fromarray(ink_in(value)), (PAD_SIZE, PAD_SIZE))
        return base64.b64encode(ink.tobytes()).decode()

    def api_info(self) -> dict[str, Any]:
        """Return what programs send and get instead of an array."""
        return {"type": "string", "description": f"{PAD_SIZE}×{PAD_SIZE} bytes of ink in base64"}

    def example_payload(self) -> None:
        """Return an empty pad."""

    def example_value(self) -> None:
        """Return an empty pad."""
