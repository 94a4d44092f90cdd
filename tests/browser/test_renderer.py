"""The page's ink is ``strokes.render``'s in every pixel, and agrees with what the eye sees.

So what is learned from strokes holds on the pad.
"""

import base64
import gzip

import numpy as np
import pytest

from mnist_cnn.digits import strokes
from tests.browser.pointer import DIGITS

SIDE = strokes.PAD_SIZE

PACKED = """async (arrays) => {
    const packed = new Blob(arrays).stream().pipeThrough(new CompressionStream("gzip"));
    const bytes = new Uint8Array(await new Response(packed).arrayBuffer());
    let text = "";
    for (let at = 0; at < bytes.length; at += 0x8000) {
        text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
    }
    return btoa(text);
}"""

INK = """async ([drawings, atOnce]) => {
    const {Ink} = await import("/reader/strokes.js");
    const ink = new Ink();
    const inks = drawings.map((marks) => {
        ink.clear();
        for (const {points, width, erase} of marks) {
            for (let from = 0; 2 * from < points.length; from += atOnce) {
                const sofar = points.slice(0, 2 * (from + atOnce));
                ink.draw({points: sofar, width, erase}, from);
            }
        }
        return ink.pixels.slice();
    });
    return packed(inks);
}"""


def pictures(modules, script, what):
    """Return the 280×280 pictures that a script makes of ``what`` and packs."""
    text = modules.evaluate(
        f"(what) => {{ const packed = {PACKED}; return ({script})(what); }}", what
    )
    levels = np.frombuffer(gzip.decompress(base64.b64decode(text)), np.uint8)
    return levels.reshape(-1, SIDE, SIDE)


def ink_of(modules, drawings, at_once=10_000):
    """Return the page's ink of drawings, so many points of a stroke drawn at once."""
    return pictures(modules, INK, [drawings, at_once])


def rendered(marks):
    """Return what Python makes of marks as the page has them."""
    ink = np.zeros((SIDE, SIDE), np.uint8)
    for mark in marks:
        level = strokes.render([np.array(mark["points"]).reshape(-1, 2)], mark["width"])
        ink = np.minimum(ink, 255 - level) if mark["erase"] else np.maximum(ink, level)
    return ink


def mark(points, width, erase=False):
    return {
        "kind": "stroke",
        "points": np.ravel(points).astype(float).tolist(),
        "width": float(width),
        "erase": bool(erase),
    }


def drawing(random):
    """Return marks of any kind: a pen's walk of 0 to 280 units somewhere on the pad or its rim."""
    extent = np.exp(random.uniform(0, np.log(280)))
    middle = random.uniform(0, SIDE, 2)
    grid = random.choice([0.001, 0.25, 0.5, 1])  # where a mouse can be
    marks = []
    for number in range(random.integers(1, 5)):
        steps = random.normal(0, 1, (random.integers(1, 40), 2)).cumsum(axis=0)
        spread = max(np.ptp(steps, axis=0).max(), 1e-9)
        points = (middle + (steps - steps.mean(axis=0)) * extent / spread) / grid
        points = points.round() * grid
        if random.random() < 0.2:
            points = np.repeat(points, 2, axis=0)  # the pen rests
        width = random.choice([0.01, 1, 4, 20, 45, random.uniform(0.1, 60)])
        marks.append(mark(points, width, number and random.random() < 0.3))
    return marks


def odd_drawings():
    yield []
    yield [mark([], 20)]
    for width in (0, 1, 1.5, 20, 600):
        yield [mark([(140, 140)], width)]
        yield [mark([(140.5, 90.5), (140.5, 90.5)], width)]
    yield [mark([(-300, -300), (-20, 40)], 20), mark([(1e9, 1e9)], 20)]
    yield [mark([(-1e5, 3), (1e5, 277)], 8)]
    yield [mark([(0, 0), (280, 0), (280, 280), (0, 280), (0, 0)], 3)]
    yield [mark([(100, 100), (100, 100 + 1e-200), (100 + 1e-9, 100)], 12)]
    yield [mark([(140, 140)], 600), mark([(50, 50), (230, 51)], 7, erase=True)]
    yield [mark([(50, 50), (230, 51)], 7, erase=True), mark([(10, 60), (250, 60)], 2)]


@pytest.mark.parametrize("at_once", [1, 7, 10_000])
def test_the_page_s_ink_is_python_s_in_every_pixel(modules, at_once):
    random = np.random.default_rng(at_once)
    drawings = [*odd_drawings(), *(drawing(random) for _ in range(80))]
    expected = np.array([rendered(marks) for marks in drawings])
    np.testing.assert_array_equal(ink_of(modules, drawings, at_once), expected)
    assert sum(ink.any() for ink in expected) > 80
    assert len(np.unique(expected)) == 256


@pytest.mark.slow
def test_two_thousand_drawings_are_python_s_in_every_pixel(modules):
    random = np.random.default_rng(2000)
    for _ in range(20):
        drawings = [drawing(random) for _ in range(100)]
        expected = np.array([rendered(marks) for marks in drawings])
        np.testing.assert_array_equal(ink_of(modules, drawings), expected)


# --- what the eye sees ---------------------------------------------------------------------

LINES = {
    "a four of two strokes": DIGITS[4],
    "a curled three": DIGITS[3],
    "a dot": [[(0.3, 0.6)]],
    "sharp turns": [[(0.1, 0.2), (0.9, 0.25), (0.1, 0.3), (0.5, 0.9), (0.52, 0.1)]],
    "a stroke that crosses itself": [[(0.2, 0.2), (0.8, 0.8), (0.8, 0.2), (0.2, 0.8)]],
    "over the rim": [[(0.5, 0.5), (0.997, 0.4), (0.003, 0.1)]],
}

EYE = """async (marks) => {
    const {paintMarks} = await import("/components/pad/surface.js");
    const canvas = Object.assign(document.createElement("canvas"), {width: 280, height: 280});
    const eye = canvas.getContext("2d");
    paintMarks(eye, marks, "rgb(200, 30, 90)");
    return packed([eye.getImageData(0, 0, 280, 280).data.filter((_, i) => i % 4 === 3)]);
}"""


@pytest.mark.parametrize("width", [4, 20, 44])
@pytest.mark.parametrize("lines", LINES)
def test_the_eye_sees_the_ink(lines, width, modules):
    marks = [mark(280 * np.array(points), width) for points in LINES[lines]]
    marks.append(mark([(30, 200), (250, 130)], 8, erase=True))
    (seen,) = pictures(modules, EYE, marks)
    (ink,) = ink_of(modules, [marks])
    assert seen.max() == ink.max() == 255
    difference = np.abs(seen.astype(int) - ink)
    assert difference.mean() < 0.3
    assert difference.max() < 100  # the canvas measures areas at the rim, the ink distances
    rim = (ink > 0) & (ink < 255)
    assert difference[~rim].max(initial=0) < 64
