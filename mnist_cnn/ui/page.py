"""The page, made of Gradio's rows and columns and our own components."""

from __future__ import annotations

import gradio as gr

from mnist_cnn.runs import Runs
from mnist_cnn.sandbox import Sandbox
from mnist_cnn.ui import api, look, training_api, web
from mnist_cnn.ui.readings import Readings
from mnist_cnn.ui.structure import EARLY, PAGE, Box
from mnist_cnn.ui.unread import Unread

UPLOADS_KEPT = (300, 600)  # seconds: how often it is looked for old ones, and how old they get
TITLE = "Draw a digit, watch the network think"


def theme() -> gr.themes.Base:
    """Return the theme, of our own colours and fonts."""
    light = {name: both[0] for name, both in look.COLORS.items()}
    dark = {f"{name}_dark": both[1] for name, both in look.COLORS.items()}
    return gr.themes.Base(
        primary_hue="blue",
        neutral_hue="slate",
        font=[*look.SYSTEM_FONTS, *look.MORE_FONTS],
        font_mono=list(look.SYSTEM_MONO),
    ).set(color_accent=look.ACCENT, **light, **dark)


def build(readings: Readings, runs: Runs, sandbox: Sandbox) -> gr.Blocks:
    """Return the page.

    Args:
        readings: for the calls of programs.
        runs: their trainings.
        sandbox: decodes their pictures.
    """
    with gr.Blocks(
        title=TITLE, analytics_enabled=False, fill_width=True, delete_cache=UPLOADS_KEPT
    ) as page:
        for part in PAGE:
            _put(part)
        unread = Unread()
        api.endpoints(readings.shipped, unread, sandbox)
        training_api.endpoint(runs, unread)
    return page


def _put(part: Box | str) -> None:
    """Put a box on the page with all it holds, or a component."""
    if isinstance(part, str):
        (_early if part in EARLY else _component)(part)
        return
    row = part.kind == "row"
    with (
        gr.Row(elem_id=part.name)
        if row
        else gr.Column(scale=part.grow, min_width=part.least, elem_id=part.name)
    ):
        for inner in part.parts:
            _put(inner)


def _early(name: str) -> None:
    """The place of one of ``EARLY``."""
    gr.HTML(
        html_template=web.text("early/place.html"),
        js_on_load=web.text("settle.js"),
        apply_default_css=False,
        elem_id=name,
        name=name,
    )


def _component(name: str) -> None:
    """A custom component: the ``.html``, ``.css`` and ``.js`` of one folder.

    Gradio runs no script inside a template, so the component's module is imported on load.
    """
    gr.HTML(
        html_template=web.text(f"{name}/{name}.html"),
        css_template=web.style_of(name),
        js_on_load=web.text("mount.js"),
        apply_default_css=False,
        elem_id=name,
        name=name,
    )
