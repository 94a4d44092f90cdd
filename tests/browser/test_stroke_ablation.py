"""What each stroke does to the answer is what TensorFlow says of the drawing without it."""

import numpy as np
import pytest

from mnist_cnn.digits import strokes
from mnist_cnn.reading.preprocess import preprocess
from tests.browser.modules import give_network
from tests.drawings import STROKES

WITHOUT = """async ([marks, muted]) => {
    const {reading} = await import("/reader/reading.js");
    const {finished} = await import("/reader/slices.js");
    const {withoutEachStroke} = await import("/explain/stroke-ablation.js");
    const silent = new Map(muted.map(([name, channels]) => [name, new Set(channels)]));
    const judge = {read: () => new Map([["", {values: [1]}]]), about: {threshold: 0}};
    let readings = 0;
    const found = finished(withoutEachStroke((ink) => {
        readings++;
        return reading(network, judge, ink, silent);
    }, marks));
    return {readings, found: found.map(({mark, ...one}) => ({at: marks.indexOf(mark), ...one}))};
}"""
PICTURE = """async ([marks, mark]) => {
    const {Ink} = await import("/reader/strokes.js");
    const ink = new Ink();
    ink.draw(mark);
    return [{kind: "picture", levels: [...ink.pixels]}, ...marks];
}"""


def mark(points, width=20, erase=False):
    flat = np.ravel(points).astype(float).tolist()
    return {"kind": "stroke", "points": flat, "width": width, "erase": erase}


CROSSED_7 = [mark(points) for points in STROKES["crossed 7"]]
OPEN_4 = [mark(points) for points in STROKES["open 4"]]
RUBBED = [*OPEN_4, mark([(60, 150), (250, 150)], width=30, erase=True)]  # its bar is gone
FOUR_MARKS = [*CROSSED_7, mark([(70, 60), (72, 100)]), mark([(120, 230), (180, 230)], width=8)]
DRAWINGS = {"crossed 7": CROSSED_7, "open 4": OPEN_4, "rubbed 4": RUBBED, "four": FOUR_MARKS}


def inked(marks):
    """The ink of marks, as Python renders it."""
    ink = np.zeros((strokes.PAD_SIZE, strokes.PAD_SIZE), np.uint8)
    for one in marks:
        level = strokes.render([np.array(one["points"]).reshape(-1, 2)], one["width"])
        ink = np.minimum(ink, 255 - level) if one["erase"] else np.maximum(ink, level)
    return ink


def logits(reader, image):
    network = reader.tracer.network
    kernel, bias = network.layers[-1].get_weights()
    return reader.tracer(image).layers["dense1"] @ kernel + bias


def lead(said, digit):
    return said[digit] - np.delete(said, digit).mean()


@pytest.fixture(autouse=True)
def shipped(modules, reader):
    give_network(modules, reader.tracer.network)


@pytest.mark.parametrize("name", DRAWINGS)
def test_each_stroke_is_worth_what_the_lead_loses_without_it(modules, reader, name):
    marks = DRAWINGS[name]
    outcome = modules.evaluate(WITHOUT, [marks, []])
    assert outcome["readings"] == len(marks) + 1
    assert [one["at"] for one in outcome["found"]] == list(range(len(marks)))
    whole = logits(reader, preprocess(inked(marks)).image)
    digit = whole.argmax()
    for i, one in enumerate(outcome["found"]):
        rest = logits(reader, preprocess(inked(marks[:i] + marks[i + 1 :])).image)
        assert one["digit"] == rest.argmax()
        # Python and the page may round a pixel's level to the other side.
        assert one["lead"] == pytest.approx(lead(rest, digit), abs=0.02)
        assert one["change"] == pytest.approx(lead(whole, digit) - lead(rest, digit), abs=0.03)


def test_a_stroke_may_make_the_answer(modules):
    """Without its bar the 4 is none, and where the eraser has taken the bar it comes back."""
    with_bar = modules.evaluate(WITHOUT, [OPEN_4, []])["found"]
    rubbed = modules.evaluate(WITHOUT, [RUBBED, []])["found"]
    assert with_bar[0]["digit"] != 4
    assert with_bar[0]["change"] > 3
    assert rubbed[2]["digit"] == 4


def test_the_only_stroke_is_worth_all_that_is_not_the_biases(modules, reader):
    (one,) = modules.evaluate(WITHOUT, [CROSSED_7[:1], []])["found"]
    blank = logits(reader, np.zeros((28, 28), np.uint8))
    whole = logits(reader, preprocess(inked(CROSSED_7[:1])).image)
    digit = whole.argmax()
    assert one["digit"] is None
    assert one["lead"] == pytest.approx(lead(blank, digit), abs=1e-3)
    assert one["change"] == pytest.approx(lead(whole, digit) - lead(blank, digit), abs=0.02)


def test_of_an_empty_pad_and_of_one_erased_whole_nothing_is_said(modules):
    assert modules.evaluate(WITHOUT, [[], []]) == {"readings": 1, "found": []}
    everything = mark([(0, 140), (280, 140)], width=400, erase=True)
    assert modules.evaluate(WITHOUT, [[*OPEN_4, everything], []])["found"] == []


def test_a_picture_stays_and_is_no_stroke(modules):
    marks = modules.evaluate(PICTURE, [CROSSED_7[1:], CROSSED_7[0]])
    beside = modules.evaluate(WITHOUT, [marks, []])["found"]
    drawn = modules.evaluate(WITHOUT, [CROSSED_7, []])["found"]
    assert beside == [drawn[1]]


def test_it_is_read_with_what_is_muted(modules):
    muted = [["conv3", list(range(0, 64, 2))]]
    plain, silent = (modules.evaluate(WITHOUT, [CROSSED_7, m])["found"] for m in ([], muted))
    assert [one["change"] for one in plain] != [one["change"] for one in silent]
