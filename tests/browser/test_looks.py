"""The page in both languages, both themes, and on small screens."""

import json
import re

import pytest

from tests.browser.other_networks import NETWORKS, read_with
from tests.browser.pointer import draw_and_settle, painted, settled, unfold
from tests.serving import ROOT

LANGUAGES = ROOT / "mnist_cnn" / "languages"
PAGE = ROOT / "mnist_cnn" / "page"
# tokens.css defines what the others use; static.css repeats what Gradio's page brings along.
NO_SHEETS = {PAGE / "shell/tokens.css", PAGE / "shell/offline/static.css"}
SHEETS = sorted({*PAGE.rglob("*.css")} - NO_SHEETS)
TOKENS = {  # what each property may be, besides 0
    "font-size": r"inherit|.*(var\(--text-|\d(vw|vh|cqi)).*",
    "border(-[a-z]+)*-radius": r"50%|var\(--corner(-small|-large)?\)",
    "(row-|column-)?gap": r"1px|var\(--gap-[1-6]\)",
}
WIDTHS, HEIGHTS = {"599", "600", "1023", "1024", "1499", "1500"}, {"500", "501"}


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


def declarations(sheet):
    """Each property of a sheet with its value."""
    style = re.sub(r"/\*.*?\*/", "", sheet.read_text(encoding="utf-8"), flags=re.DOTALL)
    return re.findall(r"([\w-]+):\s*([^;{}]+);", style)


@pytest.mark.parametrize("named", TOKENS)
def test_sizes_are_those_of_the_tokens(named):
    raw = [
        (sheet.name, name, value)
        for sheet in SHEETS
        for name, value in declarations(sheet)
        if re.fullmatch(named, name)
        for one in ([value] if name == "font-size" else value.split(" "))
        if one != "0" and not re.fullmatch(TOKENS[named], one)
    ]
    assert raw == []


def test_media_queries_have_the_same_few_breakpoints():
    for sheet in SHEETS:
        for query in re.findall(r"@media ([^{]+)", sheet.read_text(encoding="utf-8")):
            assert set(re.findall(r"width: (\d+)", query)) <= WIDTHS, (sheet.name, query)
            assert set(re.findall(r"height: (\d+)", query)) <= HEIGHTS, (sheet.name, query)


def test_tokens_that_are_used_are_defined():
    tokens = (PAGE / "shell/tokens.css").read_text(encoding="utf-8")
    named = r"var\((--(?:text|corner|gap|control)[\w-]*)\)"
    used = {name for sheet in SHEETS for name in re.findall(named, sheet.read_text("utf-8"))}
    assert used
    assert {name for name in used if f"{name}:" not in tokens} == set()


@pytest.mark.parametrize(("locale", "language"), [("en-GB", "en"), ("zh-CN", "zh-CN")])
def test_the_browser_s_language_is_used(open_page, locale, language):
    page = open_page(locale=locale)
    texts = json.loads((LANGUAGES / language / "page.json").read_text(encoding="utf-8"))
    assert page.locator("#header h1").inner_text() == texts["title"]
    assert page.locator("html").get_attribute("lang") == language


def test_the_language_is_switched_at_once_and_kept(open_page):
    page = open_page()
    page.locator("#header .language").click()
    page.get_by_text("拐角、弧线").wait_for()
    assert page.locator("#pad .clear").inner_text() == "清空"
    page.reload()
    page.get_by_text("拐角、弧线").wait_for()


def test_a_link_sets_the_language(open_page):
    page = open_page("/?lang=zh-CN")
    assert page.locator("#river .label b").nth(1).inner_text() == "边缘"


@pytest.mark.parametrize("width", [360, 390, 768, 1024, 1920])
@pytest.mark.parametrize("drawing", ["empty", "seven"])
def test_nothing_is_wider_than_the_window(request, drawing, width):
    page = request.getfixturevalue(drawing)
    resize(page, width, 800)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


# Where things are in the window: each box's left, top, right and bottom.
BOXES = """(selector) => [...document.querySelectorAll(selector)].map((element) => {
    const { left, top, right, bottom } = element.getBoundingClientRect();
    return [left, top, right, bottom];
})"""

SIZES = [(1280, 800), (1440, 900), (1920, 1080), (820, 1180), (390, 664), (844, 390)]


@pytest.mark.parametrize("size", SIZES)
def test_pad_river_and_digits_are_on_one_screen(seven, size):
    resize(seven, *size)
    seven.evaluate("scrollTo(0, 0)")
    boxes = seven.evaluate(BOXES, "#pad .paper, #river .tile, #answer .bars > li")
    assert len(boxes) >= 1 + 4 * 4 + 10
    assert min(left for left, _, _, _ in boxes) >= 0
    assert max(right for _, _, right, _ in boxes) <= size[0]
    assert max(bottom for _, _, _, bottom in boxes) <= size[1]


@pytest.mark.parametrize("size", [(1280, 800), (1440, 900), (1920, 1080)])
def test_nothing_scrolls_on_a_desk(seven, size):
    resize(seven, *size)
    assert seven.evaluate("document.documentElement.scrollHeight") <= size[1]


@pytest.mark.parametrize("size", SIZES)
def test_no_tile_lies_on_another(seven, size):
    resize(seven, *size)
    boxes = seven.evaluate(BOXES, "#river .tile")
    for i, (left, top, right, bottom) in enumerate(boxes):
        for other in boxes[:i]:
            apart = other[2] <= left or right <= other[0] or other[3] <= top or bottom <= other[1]
            assert apart, (boxes[i], other)


@pytest.mark.parametrize("size", SIZES)
def test_a_percentage_stays_in_its_place(seven, size):
    resize(seven, *size)
    right = seven.evaluate(BOXES, "#answer .winner .percent")[0][2]
    assert right <= size[0]
    assert seven.locator("#answer .winner .percent").inner_text() == "99.9%"


def test_a_tab_shows_its_view_on_a_phone(open_page):
    page = open_page("/?view=train", viewport={"width": 390, "height": 844})
    for view, shown in (("train", "#train"), ("lesson", "#lesson .picture"), ("class", "#wall")):
        page.locator(f"#header [data-view={view}]").click()
        assert page.locator(shown).bounding_box()["y"] < 760, view
        assert page.locator("#correction").is_hidden(), view


SIDES = """(selector) => [...document.querySelectorAll(selector)].map((element) => {
    const { left, width, height } = element.getBoundingClientRect();
    return [left, width, height];
})"""


def turn_dark(page):
    page.locator("#header .theme").click()
    page.locator("body.dark").wait_for()


def present(page):
    page.locator("#lesson .present").click()
    page.locator("body.presenting").wait_for()
    page.keyboard.press("Escape")
    page.locator("body:not(.presenting)").wait_for()


def make_a_sheet(page):
    page.locator("#lesson .sheet").click()
    page.locator("body.worksheet").wait_for()
    page.locator("#lesson .worksheet .close").click()
    page.locator("body:not(.worksheet)").wait_for()


def speak_chinese_and_english(page):
    page.locator("#header .language").click()
    page.locator("html[lang=zh-CN]").wait_for()
    page.locator("#header .language").click()
    page.locator("html[lang=en]").wait_for()


def read_with_another_and_back(page):
    read_with(page, NETWORKS["LeNet-5"]())
    settled(page)
    page.locator("#network .goback").click()
    page.locator("#maps figure[data-layer=conv3]").wait_for(state="attached")


@pytest.mark.parametrize("wall", [False, True])
@pytest.mark.parametrize(
    "meanwhile",
    [turn_dark, present, make_a_sheet, speak_chinese_and_english, read_with_another_and_back],
)
def test_who_comes_back_from_another_view_finds_everything_where_it_was(open_page, meanwhile, wall):
    page = draw_and_settle(open_page(), 7)
    if wall:
        unfold(page)
    shown = "#maps canvas" if wall else "#river .tile, #river .crowd, #river .label"
    before = painted(page).evaluate(SIDES, shown)
    page.locator("#header [data-view=lesson]").click()
    meanwhile(page)
    page.locator("#header [data-view=layers]").click()
    page.locator("#maps .layers" if wall else "#river .stage").wait_for()
    assert painted(settled(page)).evaluate(SIDES, shown) == before


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
    canvases = ("#pad canvas", "#river .image canvas")
    for canvas in canvases:
        assert page.locator(canvas).first.evaluate(INK) < 128, canvas
    page.locator("#header .theme").click()
    for canvas in canvases:
        page.wait_for_function(f"({INK})(document.querySelector({canvas!r})) > 128")


@pytest.mark.parametrize("ratio", [1, 1.5, 3])
def test_a_pooled_layer_is_not_drawn_larger_than_what_was_pooled(open_page, ratio):
    page = unfold(open_page(device_scale_factor=ratio))
    cell = "canvas => canvas.getBoundingClientRect().width / canvas.width"
    for width in (360, 768, 1024, 1280, 1440, 1920, 2560):
        resize(page, width, 900)
        for conv, pool, sides in [("conv1", "pool1", (26, 13)), ("conv2", "pool2", (11, 5))]:
            before, after = (
                page.locator(f"#maps [data-layer={name}] canvas").evaluate(cell) * side
                for name, side in zip((conv, pool), sides, strict=True)
            )
            assert after <= before + 0.01, (width, pool)


@pytest.mark.parametrize("view", ["lesson", "train", "class"])
@pytest.mark.parametrize("change", ["theme", "present"])
def test_all_maps_keep_their_size_when_the_page_turns_while_they_are_hidden(
    open_page, view, change
):
    page = unfold(open_page())
    canvas = page.locator("#maps [data-layer=conv1] canvas")
    width = canvas.bounding_box()["width"]
    page.locator(f"#header [data-view={view}]").click()
    page.locator(f"#view-{view}").wait_for()
    if change == "theme":
        page.locator("#header .theme").click()
    else:
        page.evaluate("document.body.classList.toggle('presenting')")
        page.evaluate("document.body.classList.toggle('presenting')")
    page.locator("#header [data-view=layers]").click()
    painted(page)
    assert canvas.bounding_box()["width"] == width


def test_escape_leads_from_all_maps_back_to_the_river(open_page):
    page = unfold(open_page(), "conv2")
    assert page.locator("#river .stage").is_hidden()
    page.keyboard.press("Escape")
    page.locator("#river .stage").wait_for()
    assert page.locator("#maps .layers").is_hidden()
    assert page.evaluate("document.activeElement.dataset.layer") == "conv2"
