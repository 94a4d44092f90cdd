"""The page: which components there are, and how they stand."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import gradio as gr

from mnist_cnn import __version__
from mnist_cnn.runs import Runs
from mnist_cnn.sandbox import Sandbox
from mnist_cnn.ui import api, training_api
from mnist_cnn.ui.readings import Readings
from mnist_cnn.ui.unread import Unread
from mnist_cnn.ui.web import style_of

HERE = Path(__file__).parent
UPLOADS_KEPT = (300, 600)  # seconds: how often it is looked for old ones, and how old they get
TITLE = "Draw a digit, watch the network think"

SYSTEM_FONTS = ("system-ui", "-apple-system", "Segoe UI", "PingFang SC", "Microsoft YaHei")
MORE_FONTS = ("Noto Sans CJK SC", "Noto Sans SC", "sans-serif")
SYSTEM_MONO = ("ui-monospace", "Menlo", "Consolas", "monospace")


def theme() -> gr.themes.Base:
    """Return the theme: system fonts only, so that nothing is fetched from elsewhere.

    Its colours have the contrast of WCAG 2.2 AA: 4.5 to 1 for words on the page and white words
    on the accent.
    """
    return gr.themes.Base(
        primary_hue="blue",
        neutral_hue="slate",
        font=[*SYSTEM_FONTS, *MORE_FONTS],
        font_mono=list(SYSTEM_MONO),
    ).set(
        color_accent="*primary_600",
        body_text_color_subdued="*neutral_600",
        body_text_color_subdued_dark="*neutral_400",
    )


def build(
    layers: Sequence[dict],
    readings: Readings,
    runs: Runs,
    sandbox: Sandbox,
    test_accuracy: float | None = None,
) -> gr.Blocks:
    """Return the page.

    Args:
        layers: of the network with which the page begins, as ``telling.layers`` has them.
        readings: for the calls of programs.
        runs: their trainings.
        sandbox: decodes their pictures.
        test_accuracy: the share of MNIST's test digits the network reads right, where it is known.
    """
    with gr.Blocks(
        title=TITLE, analytics_enabled=False, fill_width=True, delete_cache=UPLOADS_KEPT
    ) as page:
        _part("header", buttons=True, version=__version__)
        with gr.Row(elem_id="bench"):
            with gr.Column(scale=0, min_width=200, elem_id="left"):
                _early("pad")
                _part("timeline")
                _part("actions", layers=layers)
                _part("correction", buttons=True)
                _part("strokes", buttons=True)
            with gr.Column(scale=1, min_width=320, elem_id="right"):
                _part("network", buttons=True)
                _early("answer")
                with _view("layers"):
                    _part("river", buttons=True, layers=layers)
                    _part("maps", buttons=True, layers=layers)
                with _view("train"):
                    _part("train", buttons=True)
                with _view("lesson"):
                    _part("lesson", buttons=True, layers=layers)
                with _view("class"):
                    _part("teacher", buttons=True)
                    _part("wall", buttons=True, mnist=test_accuracy)
        _part("lens", layers=layers)
        _part("share", buttons=True)
        _part("arriving", buttons=True, mnist=test_accuracy)
        unread = Unread()
        api.endpoints(readings.shipped, unread, sandbox)
        training_api.endpoint(runs, unread)
    return page


def _view(name: str) -> gr.Column:
    """What the right side may show below the answer, one at a time; header/views.js chooses."""
    return gr.Column(elem_id=f"view-{name}")


def _early(name: str) -> gr.HTML:
    """The place of one of ``web.EARLY``, which stands in the page's first HTML."""
    return gr.HTML(
        html_template=(HERE / "early" / "place.html").read_text(encoding="utf-8"),
        js_on_load=(HERE / "settle.js").read_text(encoding="utf-8"),
        apply_default_css=False,
        elem_id=name,
        name=name,
    )


def _part(name: str, buttons: bool = False, **props: Any) -> gr.HTML:
    """A custom component: the ``.html``, ``.css`` and ``.js`` of one folder.

    Gradio runs no script inside a template, so the component's module is imported on load.
    """
    return gr.HTML(
        html_template=(HERE / name / f"{name}.html").read_text(encoding="utf-8"),
        css_template=style_of(name, buttons),
        js_on_load=(HERE / "mount.js").read_text(encoding="utf-8"),
        apply_default_css=False,
        elem_id=name,
        module=f"{name}/{name}.js",
        **props,
    )
