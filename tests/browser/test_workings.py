"""What the page works out itself: products of a convolution, outlines, and a drawing's past."""

import re

import numpy as np
import pytest

CONVOLUTION = """async (explanation) => {
    const { convolution } = await import("/components/lens/workings/convolution.js");
    const followed = [];
    const links = { follow: (layer, cell) => followed.push([layer, ...cell]), point() {} };
    const page = document.createElement("div");
    const pool1 = { name: "pool1", shape: [13, 13, 5], values: new Float32Array(845) };
    const answer = { layers: new Map([["pool1", pool1]]) };
    page.append(...convolution(explanation, null, links, true, answer));
    const rows = [...page.querySelectorAll(".row")].map((row) =>
        [...row.querySelectorAll(".tile")].map((tile) => [...tile.children].map((c) => c.title)));
    const sums = [...page.querySelectorAll(".row .sum")].map((sum) => sum.textContent);
    for (const link of page.querySelectorAll(".tile .link")) link.click();
    return { rows, sums, followed };
}"""
OUTLINE = """async ([answer, region]) => {
    const { createOutlines } = await import("/components/pad/overlays/outline.js");
    const { emit } = await import("/state/events.js");
    const paper = document.createElement("div");
    createOutlines(paper);
    emit("answer", { answer, frame: null });
    emit("select", { region });
    const { left, top, width, height } = paper.querySelector(".select").style;
    return [left, top, width, height].map(parseFloat);
}"""
PLACED = """async (cases) => {
    const { placed } = await import("/components/lens/placement.js");
    return cases.map(([tile, window, steps]) => {
        let at = placed(tile, window);
        for (const next of steps) at = placed(next, window, at);
        return at;
    });
}"""
TIE = """async (given) => (await import("/components/lens/ties.js")).tie(...given)"""
WRITTEN = """async ([count, moments]) => {
    const { writtenAfter } = await import("/components/lens/workings/slide.js");
    return moments.map((moment) => writtenAfter(moment, count));
}"""
NEAREST = """async (points) => {
    const { nearest } = await import("/components/lens/workings/slide.js");
    const { windows } = await import("/reader/layers.js");
    const [starts] = windows([28, 28], { size: [3, 3], stride: [1, 1], padding: "valid" });
    return points.map((point) => nearest(starts, 3, point));
}"""
WORDS = """async ([layers, names]) => {
    const { plainWord } = await import("/locales/layer-names.js");
    return names.map((name) => plainWord({ layers }, name));
}"""
PAST = """async (given) => {
    const { marksAt } = await import("/components/pad/history.js");
    return marksAt(...given).map(({ points }) => points);
}"""


def test_a_convolution_is_worked_out_patch_by_kernel_and_each_input_leads_to_its_cell(modules):
    random = np.random.default_rng(3)
    patches, kernels = random.normal(size=(2, 5, 3, 3)).round(2)
    sums = (patches * kernels).sum(axis=(1, 2))
    channels = [4, 0, 3, 1, 2]
    explained = {
        "channels": channels,
        "sums": sums.tolist(),
        "patches": patches.tolist(),
        "kernels": kernels.tolist(),
        "inputs": {"layer": "pool1", "row": 6, "column": 2},
        "bias": 0.5,
        "total": sums.sum() + 0.5,
        "activation": "relu",
        "value": 0,
    }
    found = modules.evaluate(CONVOLUTION, explained)
    shown = np.array(
        [[[number.replace("−", "-") for number in t] for t in r] for r in found["rows"]]
    )
    expected = np.stack([patches, kernels], axis=1).reshape(5, 2, 9)
    np.testing.assert_allclose(shown.astype(float), expected, atol=0.0006)
    products = [float(total.replace("−", "-")) for total in found["sums"]]
    np.testing.assert_allclose(products, sums, atol=0.0006)
    assert found["followed"] == [
        ["pool1", 6 + row, 2 + column, channel]
        for channel in channels
        for row in range(3)
        for column in range(3)
    ]


def test_the_outline_lies_on_the_pixels_and_half_a_pixel_around_them(modules):
    # A digit of 80 pixels, scaled to 20: 4 pad units a pixel.
    answer = {
        "box": [80, 70, 160, 150],
        "scaled": {"width": 20, "height": 20},
        "offset": [4, 5],
    }
    region = {"left": 6, "top": 9, "right": 9, "bottom": 14}
    left, top = 80 + (6 - 0.5 - 4) * 4, 70 + (9 - 0.5 - 5) * 4
    expected = [left, top, 4 * 4, 6 * 4]
    found = modules.evaluate(OUTLINE, [answer, region])
    assert found == pytest.approx([100 * length / 280 for length in expected], abs=0.01)


@pytest.mark.parametrize(
    ("moment", "past"),
    [
        (0, []),
        (1, [[1, 2]]),
        (2, [[1, 2, 3, 4]]),
        (3, [[1, 2, 3, 4], [5, 6]]),
        (4, [[1, 2, 3, 4], [5, 6, 7, 8]]),
        (9, [[1, 2, 3, 4], [5, 6, 7, 8, 9, 10]]),
    ],
)
def test_at_a_moment_so_many_points_were_drawn(modules, moment, past):
    strokes = [[1, 2, 3, 4], [5, 6, 7, 8, 9, 10]]
    marks = [{"kind": "stroke", "points": points} for points in strokes]
    assert modules.evaluate(PAST, [marks, moment]) == past


WINDOWS = [(1280, 800), (1920, 1080), (820, 1180), (390, 664), (844, 390), (320, 480)]


def covers(at, tile, window):
    """Whether any of the room the lens may take lies over what is to be seen of a tile."""
    top = at["edge"] if at["from"] == "top" else at["edge"] - at["room"]
    bottom = top + at["room"]
    left, right = at["left"], at["left"] + at["width"]
    seen = [max(0, tile["left"]), max(0, tile["top"])]
    seen += [min(window["width"], tile["right"]), min(window["height"], tile["bottom"])]
    return left < seen[2] and right > seen[0] and top < seen[3] and bottom > seen[1]


@pytest.mark.parametrize("size", WINDOWS, ids=str)
def test_the_lens_has_its_place_in_the_window_and_not_over_its_tile(modules, size):
    random = np.random.default_rng(7)
    window = {"width": size[0], "height": size[1]}

    def tile():
        side = random.uniform(12, 110)
        left, top = random.uniform(-40, size[0]), random.uniform(-200, size[1] + 200)
        return {"left": left, "top": top, "right": left + side, "bottom": top + side}

    cases = [[tile(), window, [tile() for _ in range(steps % 3)]] for steps in range(300)]
    for at, (first, _, steps) in zip(modules.evaluate(PLACED, cases), cases, strict=True):
        last = steps[-1] if steps else first
        assert not covers(at, last, window)
        assert at["left"] >= 0
        assert at["left"] + at["width"] <= size[0]
        assert at["room"] > 0.2 * size[1]
        if size[0] <= 767:
            assert at["width"] == size[0]


def test_the_lens_begins_at_its_tile_and_stays_where_it_covers_nothing(modules):
    window = {"width": 1280, "height": 800}
    tile = {"left": 620, "top": 110, "right": 680, "bottom": 170}
    before = {"left": 470, "top": 390, "right": 530, "bottom": 450}
    other = {"left": 470, "top": 110, "right": 530, "bottom": 170}
    cases = [
        [tile, window, []],
        [tile, window, [other]],
        [tile, window, [before]],
        [None, window, []],
    ]
    first, stayed, moved, aside = modules.evaluate(PLACED, cases)
    assert first["left"] == 620
    assert first["from"] == "top"
    assert first["edge"] > 170
    assert stayed == {**first, "left": 470}
    assert not covers(moved, before, window)
    assert moved["left"] == 470
    assert aside["left"] + aside["width"] == pytest.approx(1272)
    assert (aside["from"], aside["edge"]) == ("bottom", 792)


LENS = {"left": 400, "top": 300, "right": 900, "bottom": 700}


@pytest.mark.parametrize(
    ("tile", "height", "ends"),
    [
        ({"left": 100, "top": 100, "right": 160, "bottom": 160}, 500, [(400, 500), (160, 130)]),
        ({"left": 950, "top": 100, "right": 990, "bottom": 160}, 500, [(900, 500), (950, 130)]),
        ({"left": 500, "top": 100, "right": 560, "bottom": 160}, 500, [(400, 500), (500, 130)]),
        ({"left": 500, "top": 100, "right": 560, "bottom": 160}, None, [(530, 300), (530, 160)]),
        ({"left": 500, "top": 400, "right": 560, "bottom": 460}, 500, None),
    ],
)
def test_a_line_leads_from_the_edge_of_the_lens_to_that_of_a_tile(modules, tile, height, ends):
    path = modules.evaluate(TIE, [LENS, tile, height])
    if ends is None:
        assert path is None
        return
    numbers = [float(number) for number in re.findall(r"-?[\d.]+", path)]
    assert [tuple(numbers[:2]), tuple(numbers[-2:])] == ends


def test_the_first_ten_cells_are_written_slowly_and_all_in_six_seconds(modules):
    moments = [0, 399, 400, 3999, 4000, 5000, 5999, 6000, 9000]
    assert modules.evaluate(WRITTEN, [676, moments])[:5] == [1, 1, 2, 10, 10]
    later = modules.evaluate(WRITTEN, [676, moments])[5:]
    assert later == sorted(later)
    assert 100 < later[0] < 400
    assert later[-2:] == [676, 676]
    assert modules.evaluate(WRITTEN, [9, [0, 700, 6000]]) == [1, 2, 9]


def test_the_window_is_the_one_whose_middle_is_nearest(modules):
    assert modules.evaluate(NEAREST, [0, 1.4, 2.6, 14.5, 27.9]) == [0, 0, 1, 13, 25]


def test_layers_are_called_by_what_they_find(modules):
    kinds = ["Conv2D", "MaxPooling2D"] * 2 + ["Conv2D", "Flatten", "Dense", "Dense"]
    layers = [{"name": f"l{i}", "kind": kind} for i, kind in enumerate(kinds)]
    names = ["image", *(layer["name"] for layer in layers)]
    words = modules.evaluate(WORDS, [layers, names])
    assert words[0] == "what it reads"
    assert words[1:] == [
        *["edges"] * 2,
        *["corners, arcs"] * 2,
        *["parts"] * 2,
        "votes",
        "answer",
    ]
