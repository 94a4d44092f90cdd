"""Which channels speak for an answer: our division of its lead, beside two others.

    python -m tests.benchmarks.contributions [--drawings 40]

On drawings by people nothing was trained on. For each way to divide the lead: milliseconds; how
much of it no channel brings that is on, but the biases and what is off; what is left of the lead
once the six channels that bring most are as they are without ink, or are muted; and how alike what
a channel brings and what is lost without it alone are (correlation). Gradient × change is one
backward pass; integrated gradients through a layer take 64 readings and backward passes on the way
from a picture without ink (Dhamdhere, Sundararajan and Yan, How Important Is a Neuron?, 2018).
Needs the pen strokes: ``MNIST_CNN_PEN_STROKES``, the cache, or a download.
"""

from __future__ import annotations

import argparse
import base64

from mnist_cnn.system import quiet_tensorflow  # noqa: F401  first, before TensorFlow is imported

# isort: split
import keras
import numpy as np

from mnist_cnn.network import weights
from tests.benchmarks import unseen
from tests.benchmarks.drawing_latency import chromium, machine
from tests.browser.modules import give_network, open_modules

LAYERS = ("conv1", "conv2", "conv3", "dense1")
CAST = 6  # channels
STEPS = 64
WAYS = {"ours": "ours", "gradient": "gradient × change", "integrated": "integrated gradients"}

DIVIDE = """async ({pictures, names, steps}) => {
    const {Contributions} = await import("/explain/contributions.js");
    const contributions = new Contributions(network);
    const {blank, slopes} = contributions;
    const bytes = Uint8Array.from(atob(pictures), (c) => c.charCodeAt(0));
    const read = (image) => ({image, layers: network.read(image)});

    // What each channel brings on a part of the way, with the slopes of `found`.
    function add(totals, found, from, to) {
        for (const name of names) {
            const {values} = found.layers.get(name);
            const [before, after] = [from, to].map(({layers}) => layers.get(name).values);
            const channels = totals[name].length;
            values.forEach((slope, i) => {
                totals[name][i % channels] += slope * (after[i] - before[i]);
            });
        }
        return totals;
    }

    const nothing = ({layers}) => Object.fromEntries(
        names.map((name) => [name, Array(layers.get(name).shape.at(-1)).fill(0)]));

    const ways = {
        ours(reading, digit) {
            const account = contributions.to(reading, digit);
            return Object.fromEntries(names.map((name) => [name, [...account.of(name).channels]]));
        },
        gradient(reading, digit, counts) {
            return add(nothing(reading), slopes.between(reading, reading, counts), blank, reading);
        },
        integrated(reading, digit, counts) {
            const totals = nothing(reading);
            let here = blank;
            for (let step = 1; step <= steps; step++) {
                const next = read(Float64Array.from(reading.image, (p) => (p * step) / steps));
                add(totals, slopes.between(here, next, counts), here, next);
                here = next;
            }
            return totals;
        },
    };

    const all = [];
    for (let at = 0; at < bytes.length; at += 784) {
        const start = performance.now();
        const reading = read(bytes.subarray(at, at + 784));
        const reads = performance.now() - start;
        const logits = reading.layers.get(network.layers.at(-1).name).sums;
        const digit = logits.indexOf(Math.max(...logits));
        const counts = logits.map((_, i) => (i === digit ? 1 : -1 / 9));
        const found = {digit, reads};
        for (const [way, divide] of Object.entries(ways)) {
            const start = performance.now();
            const terms = divide(reading, digit, counts);
            found[way] = {terms, milliseconds: performance.now() - start};
        }
        all.push(found);
    }
    return all;
}"""


class Muting:
    """What is left of leads when channels of one layer are changed."""

    def __init__(self, network: keras.Model, images: np.ndarray, digits: np.ndarray):
        """Keep what the network makes of images, uint8 (n, 28, 28)."""
        self.layers = network.layers[1:]
        names = [layer.name for layer in self.layers]
        outputs = keras.Model(network.input, [layer.output for layer in self.layers])
        pictures = images[..., None] / np.float32(255)
        self.values = dict(zip(names, outputs.predict(pictures, verbose=0), strict=True))
        blank = outputs.predict(np.zeros((1, 28, 28, 1)), verbose=0)
        self.blank = dict(zip(names, blank, strict=True))
        self.digits = digits

    def leads(self, name: str, values: np.ndarray, digits: np.ndarray) -> np.ndarray:
        """Return the leads of ``digits`` with these values of a layer, (n,)."""
        place = [layer.name for layer in self.layers].index(name)
        for layer in self.layers[place + 1 : -1]:
            values = layer(values)
        kernel, bias = self.layers[-1].get_weights()
        logits = np.asarray(values) @ kernel + bias
        chosen = logits[np.arange(len(logits)), digits]
        return chosen - (logits.sum(axis=1) - chosen) / 9

    def left(self, name: str, terms: list[np.ndarray], mute: bool) -> float:
        """Return the median share of the lead that is left without the cast."""
        values = self.values[name].copy()
        for one, brings in zip(values, terms, strict=True):
            cast = np.argsort(-brings)[:CAST]
            one[..., cast] = 0 if mute else self.blank[name][0][..., cast]
        leads = self.leads(name, self.values[name], self.digits)
        return np.median(self.leads(name, values, self.digits) / leads)

    def alike(self, name: str, terms: list[np.ndarray]) -> float:
        """Return the median correlation of what a channel brings and is lost without it."""
        found = []
        for one, brings, digit in zip(self.values[name], terms, self.digits, strict=True):
            values = np.repeat(one[None], len(brings), axis=0)
            for channel in range(len(brings)):
                values[channel][..., channel] = self.blank[name][0][..., channel]
            leads = self.leads(name, values, np.repeat(digit, len(brings)))
            found.append(np.corrcoef(brings, -leads)[0, 1])
        return np.median(found)


def main() -> None:
    """Divide the leads of the same drawings in each way; print the medians."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--drawings", type=int, default=40)
    count = options.parse_args().drawings
    network = weights.load()
    images = unseen.pictures(count)
    with chromium() as browser:
        print(f"{machine(browser)}; medians of {len(images)} drawings")
        page = open_modules(browser)
        give_network(page, network)
        sent = base64.b64encode(np.ascontiguousarray(images).tobytes()).decode()
        found = page.evaluate(DIVIDE, {"pictures": sent, "names": LAYERS, "steps": STEPS})
    muting = Muting(network, images, np.array([one["digit"] for one in found]))
    print(f"reading takes {np.median([one['reads'] for one in found]):.1f} ms")
    print(f"{'':22}{'ms':>6}  layer     rest  left as blank  left muted  alike")
    for way, words in WAYS.items():
        time = np.median([one[way]["milliseconds"] for one in found])
        for name in LAYERS:
            terms = [np.array(one[way]["terms"][name]) for one in found]
            leads = muting.leads(name, muting.values[name], muting.digits)
            rest = np.median(1 - np.array([of.sum() for of in terms]) / leads)
            print(
                f"{words:22}{time:6.1f}  {name:7}{rest:7.0%}"
                f"{muting.left(name, terms, mute=False):15.0%}"
                f"{muting.left(name, terms, mute=True):12.0%}{muting.alike(name, terms):7.2f}"
            )


if __name__ == "__main__":
    main()
