"""What the page works out itself: products of a convolution, outlines, and a drawing's past."""

import numpy as np
import pytest

CONVOLUTION = """async (explanation) => {
    const { convolution } = await import("/lens/convolution.js");
    const followed = [];
    const links = { follow: (layer, cell) => followed.push([layer, ...cell]), point() {} };
    const page = document.createElement("div");
    page.append(...convolution(explanation, null, links, true));
    const rows = [...page.querySelectorAll(".row")].map((row) =>
        [...row.querySelectorAll(".tile")].map((tile) => [...tile.children].map((c) => c.title)));
    for (const link of page.querySelectorAll(".tile .link")) link.click();
    return { rows, followed };
}"""
OUTLINE = """async ([answer, region]) => {
    const { outlineFields } = await import("/pad/outline.js");
    const { emit } = await import("/transport/events.js");
    const paper = document.createElement("div");
    outlineFields(paper);
    emit("answer", { answer, frame: null });
    emit("select", { region });
    const { left, top, width, height } = paper.querySelector(".select").style;
    return [left, top, width, height].map(parseFloat);
}"""
PAST = """async ([marks, moment]) =>
    (await import("/pad/history.js")).marksAt(marks, moment).map(({ points }) => points)"""


def test_a_convolution_is_worked_out_product_by_product_and_each_input_leads_to_its_cell(modules):
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
    expected = np.stack([patches, kernels, patches * kernels], axis=1).reshape(5, 3, 9)
    np.testing.assert_allclose(shown.astype(float), expected, atol=0.006)
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
