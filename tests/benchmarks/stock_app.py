"""The rival: the same demo from Gradio's stock parts, as a good tutorial builds it.

A ``gr.Sketchpad`` of 280 pixels, ``model.predict`` for every layer, a ``gr.Label``, and a
``gr.Gallery`` of feature maps for each of the five convolution and pooling layers. The weights
and the preprocessing are this project's, so only the way to the page differs::

    python -m tests.benchmarks.stock_app --port 7861 --maps sprites
"""

from __future__ import annotations

import argparse
import os
import threading
from collections.abc import Callable

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")

from mnist_cnn.system import quiet_tensorflow  # noqa: F401  first, before TensorFlow is imported

# isort: split
import gradio as gr
import keras
import numpy as np

from mnist_cnn.network import weights
from mnist_cnn.reading.preprocess import preprocess

PAD_SIZE = 280  # pixels
BRUSH = 20  # pixels
MAPS = ("conv1", "pool1", "conv2", "pool2", "conv3")
ANSWER = "softmax"


def main() -> None:
    """Serve the page until the process is ended."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--port", type=int, default=7861)
    options.add_argument("--maps", choices=PICTURES, default="channels")
    chosen = options.parse_args()
    demo = build(PICTURES[chosen.maps])
    demo.launch(server_port=chosen.port, ssr_mode=False, quiet=True, prevent_thread_lock=True)
    print(f"Open http://127.0.0.1:{chosen.port}", flush=True)
    threading.Event().wait()


def build(pictures: Callable[[np.ndarray], list[np.ndarray]]) -> gr.Blocks:
    """Return the page; ``pictures`` makes a gallery's pictures of one layer's feature maps."""
    read = _reader(pictures)
    with gr.Blocks(title="Stock", analytics_enabled=False) as demo:
        with gr.Row():
            sketchpad = gr.Sketchpad(
                elem_id="sketchpad",
                canvas_size=(PAD_SIZE, PAD_SIZE),
                fixed_canvas=True,
                brush=gr.Brush(default_size=BRUSH, colors=["#000000"], color_mode="fixed"),
                layers=False,  # one layer: fewer uploads a stroke
                transforms=(),
            )
            label = gr.Label(elem_id="label", num_top_classes=10)
        galleries = [
            gr.Gallery(label=name, elem_classes="maps", columns=16, height=160) for name in MAPS
        ]
        sketchpad.change(
            read,
            sketchpad,
            [label, *galleries],
            trigger_mode="always_last",
            show_progress="hidden",
        )
    return demo


def ink_of(sketch: dict | None) -> np.ndarray:
    """Return the ink of a sketchpad's value, uint8 ``(height, width)``.

    It is the alpha of the layers; the composite is opaque, so its alpha is full everywhere.
    """
    if sketch is None or not sketch["layers"]:
        return np.zeros((PAD_SIZE, PAD_SIZE), np.uint8)
    return np.max([layer[..., 3] for layer in sketch["layers"]], axis=0)


def channels(maps: np.ndarray) -> list[np.ndarray]:
    """Return each channel of ``(height, width, channels)`` as a picture of its own."""
    return list(np.moveaxis(_grey(maps), -1, 0))


def sprite(maps: np.ndarray) -> list[np.ndarray]:
    """Return all channels of ``(height, width, channels)`` side by side as one picture."""
    height, width, count = maps.shape
    rows = _grey(maps).reshape(height, width, count // 16, 16).transpose(2, 0, 3, 1)
    return [rows.reshape(count // 16 * height, 16 * width)]


PICTURES = {"channels": channels, "sprites": sprite}


def _grey(maps: np.ndarray) -> np.ndarray:
    return (255 * maps / (maps.max() or 1)).astype(np.uint8)


def _reader(pictures: Callable[[np.ndarray], list[np.ndarray]]) -> Callable[[dict | None], list]:
    network = weights.load()
    names = [*MAPS, ANSWER]
    tapped = keras.Model(network.inputs, [network.get_layer(name).output for name in names])

    def read(sketch: dict | None) -> list:
        stages = preprocess(ink_of(sketch))
        if stages is None:
            return [None] * (1 + len(MAPS))
        picture = stages.image[None, ..., None] / 255.0
        *maps, answer = tapped.predict(picture, verbose=0)
        label = {str(digit): float(share) for digit, share in enumerate(answer[0])}
        return [label, *(pictures(layer[0]) for layer in maps)]

    return read


if __name__ == "__main__":
    main()
