"""The page as ``gr.Blocks``: rows and columns, our components, and endpoints for programs."""

from __future__ import annotations

import gradio as gr

from mnist_cnn.page.build import assets
from mnist_cnn.page.build import theme as look
from mnist_cnn.page.build.layout import EARLY, PAGE, Box
from mnist_cnn.runs.runs import Runs
from mnist_cnn.server.gate.upload_quota import UPLOADS_KEPT
from mnist_cnn.server.programs import predict, train
from mnist_cnn.server.programs.unread_answers import Unread
from mnist_cnn.server.state.decoding import Decoding
from mnist_cnn.server.state.readings import Readings

TITLE = "Draw a digit, watch the network think"


def theme() -> gr.themes.Base:
    """Return Gradio's theme with our colours and fonts."""
    light = {name: both[0] for name, both in look.COLORS.items()}
    dark = {f"{name}_dark": both[1] for name, both in look.COLORS.items()}
    return gr.themes.Base(
        primary_hue="blue",
        neutral_hue="slate",
        font=[*look.SYSTEM_FONTS, *look.MORE_FONTS],
        font_mono=list(look.SYSTEM_MONO),
    ).set(color_accent=look.ACCENT, **light, **dark)


def build(readings: Readings, runs: Runs, decoding: Decoding) -> gr.Blocks:
    """Return the page.

    Args:
        readings: read the pictures that programs send.
        runs: the trainings that they start.
        decoding: decodes their pictures.
    """
    with gr.Blocks(
        title=TITLE, analytics_enabled=False, fill_width=True, delete_cache=UPLOADS_KEPT
    ) as page:
        for part in PAGE:
            _put(part)
        unread = Unread()
        predict.endpoints(readings.shipped, unread, decoding)
        train.endpoint(runs, unread)
    return page


def _put(part: Box | str) -> None:
    """Put a component on the page, or a box with all it holds."""
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
    """Put an empty place on the page, to which a component of the first HTML moves."""
    gr.HTML(
        html_template=assets.text("shell/place.html"),
        js_on_load=assets.text("shell/move.js"),
        apply_default_css=False,
        elem_id=name,
        name=name,
    )


def _component(name: str) -> None:
    """Put a component on the page: the ``.html``, ``.css`` and ``.js`` of one folder.

    Gradio runs no script inside a template, so ``mount.js`` loads the module.
    """
    gr.HTML(
        html_template=assets.text(f"components/{name}/{name}.html"),
        css_template=assets.component_style(name),
        js_on_load=assets.text("shell/mount.js"),
        apply_default_css=False,
        elem_id=name,
        name=name,
    )
