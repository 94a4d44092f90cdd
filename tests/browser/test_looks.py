"""The page in both languages, both themes, and on small screens."""

import json

import pytest

from tests.browser.pointer import draw_and_settle, draw_digit, painted, wait_for_digit
from tests.serving import ROOT

LANGUAGES = ROOT / "mnist_cnn" / "languages"


@pytest.fixture(scope="module")
def empty(open_for_all):
    """A page nobody has drawn on; tests look at it in windows of any size, in either light."""
    return open_for_all()


@pytest.fixture(scope="module")
def seven(open_for_all):
    """The same with a 7 on the pad."""
    return draw_and_settle(open_for_all(), 7)


def resize(page, width, height):
    page.set_viewport_size({"width": width, "height": height})
    painted(page)


@pytest.mark.parametrize(("locale", "language"), [("en-GB", "en"), ("zh-CN", "zh-CN")])
def test_the_browser_s_language_is_used(open_page, locale, language):
    page = open_page(locale=locale)
    texts = json.loads((LANGUAGES / language / "page.json").read_text(encoding="utf-8"))
    assert page.locator("#header h1").inner_text() == texts["title"]
    assert page.locator("html").get_attribute("lang") == language


def test_the_language_is_switched_at_once_and_kept(open_page):
    page = open_page()
    page.locator("#header .language").click()
    page.get_by_text("每一层看到了什么").wait_for()
    assert page.locator("#pad .clear").inner_text() == "清空"
    page.reload()
    page.get_by_text("每一层看到了什么").wait_for()


def test_a_link_sets_the_language(open_page):
    page = open_page("/?lang=zh-CN")
    assert page.locator("#maps h2").inner_text() == "每一层看到了什么"


@pytest.mark.parametrize("width", [360, 390, 768, 1024, 1920])
@pytest.mark.parametrize("drawing", ["empty", "seven"])
def test_nothing_is_wider_than_the_window(request, drawing, width):
    page = request.getfixturevalue(drawing)
    resize(page, width, 800)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


# The gaps between the ten percentages, in pixels, with the ink of each and not its box.
GAPS = """() => {
    const boxes = [...document.querySelectorAll("#answer .percent")].map((element) => {
        const range = document.createRange();
        range.selectNodeContents(element);
        return range.getBoundingClientRect();
    });
    return boxes.slice(1).map((box, i) => box.left - boxes[i].right);
}"""


@pytest.mark.parametrize("width", [360, 390, 700, 768, 820, 1000, 1024, 1280, 1920])
def test_percentages_stand_apart(seven, width):
    resize(seven, width, 900)
    assert "" not in seven.locator("#answer .percent").all_inner_texts()
    gaps = seven.evaluate(GAPS)
    assert len(gaps) == 9
    assert min(gaps) > 0


def test_a_tab_shows_its_view_on_a_phone(open_page):
    page = open_page("/?view=train", viewport={"width": 390, "height": 844})
    for view in ("train", "lesson", "class"):
        page.locator(f"#header [data-view={view}]").click()
        assert page.locator(f"#view-{view}").bounding_box()["y"] < 760, view
        assert page.locator("#filmstrip").is_hidden(), view
        assert page.locator("#correction").is_hidden(), view


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_ink_and_paper_differ_in_both_themes(open_page, scheme):
    page = open_page(color_scheme=scheme)
    ink, paper = page.locator("#pad canvas").evaluate(
        "c => [getComputedStyle(c).color, getComputedStyle(c.parentElement).backgroundColor]"
    )
    light = [sum(map(int, c[c.index("(") + 1 : -1].split(", ")[:3])) > 382 for c in (ink, paper)]
    assert light == [scheme == "dark", scheme == "light"]


# The mean of red, green and blue where there is most ink on a canvas.
INK = """(canvas) => {
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    let most = 3;
    for (let i = 3; i < data.length; i += 4) if (data[i] > data[most]) most = i;
    return (data[most - 1] + data[most - 2] + data[most - 3]) / 3;
}"""


def test_what_is_drawn_turns_with_the_page(open_page):
    page = open_page(color_scheme="light")
    draw_and_settle(page, 7)
    canvases = ("#pad canvas", "#filmstrip .drawing canvas")
    for canvas in canvases:
        assert page.locator(canvas).first.evaluate(INK) < 128, canvas
    page.locator("#header .theme").click()
    for canvas in canvases:
        page.wait_for_function(f"({INK})(document.querySelector({canvas!r})) > 128")


PLACES = """() => Object.fromEntries([...document.querySelectorAll("#maps figure")].map((layer) => {
    const { width, right, bottom } = layer.querySelector("canvas").getBoundingClientRect();
    return [layer.dataset.layer, { width, right, bottom }];
}))"""


@pytest.mark.parametrize(
    ("size", "last"), [((1280, 800), ["pool2", "conv3"]), ((1920, 1080), ["softmax"])]
)
def test_the_network_is_seen_at_once(empty, size, last):
    resize(empty, *size)
    hint = empty.locator("#maps .readout").bounding_box()
    places = empty.evaluate(PLACES)
    for layer in last:
        assert places[layer]["bottom"] <= hint["y"]
    assert hint["y"] + hint["height"] <= size[1]
    assert max(place["right"] for place in places.values()) <= size[0]


@pytest.mark.parametrize("ratio", [1, 1.5, 3])
def test_a_pooled_layer_is_not_drawn_larger_than_what_was_pooled(open_page, ratio):
    page = open_page(device_scale_factor=ratio)
    cell = "canvas => canvas.getBoundingClientRect().width / canvas.width"
    for width in (360, 768, 1024, 1280, 1440, 1920, 2560):
        resize(page, width, 900)
        for conv, pool, sides in [("conv1", "pool1", (26, 13)), ("conv2", "pool2", (11, 5))]:
            before, after = (
                page.locator(f"[data-layer={name}] canvas").evaluate(cell) * side
                for name, side in zip((conv, pool), sides, strict=True)
            )
            assert after <= before + 0.01, (width, pool)


def test_the_hint_how_to_get_a_number_leaves_once_one_was_got(open_page):
    page = open_page()
    draw_digit(page, 7)
    wait_for_digit(page, 7)
    readout = page.locator("#maps .readout")
    assert readout.bounding_box()["y"] < 800
    page.locator("[data-layer=conv1] canvas").hover(position={"x": 100, "y": 20})
    page.locator("#maps .readout.telling").wait_for()
    assert readout.bounding_box()["y"] < 800
    page.mouse.move(5, 5)
    page.locator("#maps .readout:not(.telling)").wait_for()
    assert readout.bounding_box()["y"] > 800
