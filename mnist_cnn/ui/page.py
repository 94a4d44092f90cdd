"""The page: which components there are, and how they stand."""

from __future__ import annotations

from pathlib import Path

import gradio as gr

from mnist_cnn.card import Card
from mnist_cnn.ink import PictureError, find_ink, open_picture
from mnist_cnn.reading import Reader
from mnist_cnn.ui import live, telling
from mnist_cnn.ui.training import choices

HERE = Path(__file__).parent
STYLE = HERE / "page.css"
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
    reader: Reader, card: Card | None = None, training: bool = False, teaching: bool = False
) -> gr.Blocks:
    """Return the page; launch it with the routes of ``live.routes``.

    Args:
        reader: the network that is shipped.
        card: what is known of it.
        training: whether there are ``Runs``, so that people can train.
        teaching: whether there is a ``Classroom`` too.
    """
    layers = telling.layers(reader.tracer.network)
    with gr.Blocks(title=TITLE, analytics_enabled=False, fill_width=True) as page:
        _part("header")
        with gr.Row(elem_id="bench"):
            with gr.Column(scale=0, min_width=320, elem_id="left"):
                _part("pad")
                _part("filmstrip")
                _part("timeline")
                _part("actions", layers=layers)
            with gr.Column(scale=1, min_width=320, elem_id="right"):
                _part("network", layers=layers)
                _part("answer")
                if training:
                    _part("correction")
                with _view("layers"):
                    _part("maps", layers=layers)
                if training:
                    with _view("train"):
                        _part("train", choices=choices(), shipped=telling.shipped(reader, card))
                if teaching:
                    with _view("class"):
                        _part("teacher")
                        _part("wall", mnist=card.test_accuracy if card else None)
        _part("inspector", layers=layers)
        _predict_endpoint(reader)
    return page


def _view(name: str) -> gr.Column:
    """What the right side may show below the answer, one at a time; header/views.js chooses."""
    return gr.Column(elem_id=f"view-{name}", elem_classes="view")


def _part(name: str, **props) -> gr.HTML:
    """A custom component: the ``.html``, ``.css`` and ``.js`` of one folder.

    Gradio runs no script inside a template, so the component's module is imported on load.
    """
    folder = HERE / name
    return gr.HTML(
        html_template=(folder / f"{name}.html").read_text(encoding="utf-8"),
        css_template=(folder / f"{name}.css").read_text(encoding="utf-8"),
        js_on_load=(HERE / "mount.js").read_text(encoding="utf-8"),
        apply_default_css=False,
        elem_id=name,
        module=f"{live.PREFIX}/{name}/{name}.js",
        **props,
    )


def _predict_endpoint(reader: Reader) -> None:
    """The named endpoint ``/predict`` for programs; it has no place on the page."""

    def predict(picture: str) -> dict:
        """Read the digit in a picture file.

        Any picture works: dark on light, light on dark, transparent, a photo of paper.

        Returns an object with: digit, 0 to 9, or null when nothing is drawn; probabilities, ten
        numbers that sum to 1; looks_like_digit, and the doubt if it does not; layers, the name
        and output shape of each layer.
        """
        try:
            reading = reader.read(find_ink(open_picture(picture)))
        except PictureError as error:
            raise gr.Error(str(error).replace(picture, Path(picture).name)) from error
        return describe(reading)

    picture = gr.File(label="picture", file_types=["image"], visible=False)
    answer = gr.JSON(label="answer", visible=False)
    gr.Button(visible=False).click(
        predict, picture, answer, api_name="predict", concurrency_limit=4
    )


def describe(reading) -> dict:
    """Return a reading as the plain object ``/predict`` answers."""
    if reading is None:
        return {"digit": None, "probabilities": None, "looks_like_digit": False, "doubt": "empty"}
    activations = reading.activations
    return {
        "digit": activations.digit,
        "probabilities": [float(p) for p in activations.probabilities],
        "looks_like_digit": reading.doubt is None,
        "doubt": reading.doubt,
        "layers": [{"name": n, "shape": list(a.shape)} for n, a in activations.layers.items()],
    }
