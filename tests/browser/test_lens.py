"""A person clicks a tile, sees where its number comes from, and follows it back to the drawing."""

import random
import re

import pytest

from tests.browser.pointer import draw_and_settle, painted, wait_for_digit

SIZE = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 664}
LAYERS = {
    "conv1": [26, 26, 32],
    "pool1": [13, 13, 32],
    "conv2": [11, 11, 64],
    "pool2": [5, 5, 64],
    "conv3": [3, 3, 64],
    "flatten": [576],
    "dense1": [64],
    "softmax": [10],
}
MOST = "the picture it would react to most"
FIELDS = {"conv1": 3, "pool1": 4, "conv2": 8, "pool2": 10, "conv3": 18}  # pixels of the picture
SELECT = """async ([layer, cell]) => {
    const { load } = await window.mnistCnnModules;
    const { Network } = load("state/layers.js");
    const { emit, listen } = load("state/events.js");
    const { layers } = await new Promise((resolve) => listen("network", resolve));
    emit("select", new Network(layers).place(layer, cell));
}"""
VALUE = """async ([layer, cell]) => {
    const { load } = await window.mnistCnnModules;
    const { answer } = await new Promise((r) => load("state/events.js").listen("answer", r));
    const { shape, values } = answer.layers.get(layer);
    return values[cell.reduce((at, index, axis) => at * shape[axis] + index, 0)];
}"""
ACCOUNT = """async ([row, column]) => {
    const { load } = await window.mnistCnnModules;
    const { answer } = await new Promise((r) => load("state/events.js").listen("answer", r));
    const { lead, pixels } = load("explain/contributions.js").accountOf(answer);
    return [pixels[28 * row + column], lead, answer.image[28 * row + column]];
}"""


@pytest.fixture(scope="module")
def shared(open_for_all):
    """A page with a 3."""
    return draw_and_settle(open_for_all(viewport=SIZE), 3)


@pytest.fixture
def page(shared):
    """The same at rest, for tests that change neither the drawing nor what is kept."""
    shared.set_viewport_size(SIZE)
    painted(shared)
    yield shared
    while shared.locator("#lens .lens").is_visible():
        shared.locator("#lens .close").click()
    shared.evaluate("document.activeElement.blur()")
    shared.mouse.move(5, 5)
    wait_for_digit(shared, 3)


@pytest.fixture
def own(open_page):
    """A page with a 3 for one test alone."""
    return draw_and_settle(open_page(viewport=SIZE), 3)


def select(page, layer, cell):
    """Look into a number as a click on it does."""
    page.evaluate(SELECT, [layer, cell])
    painted(page)
    return page.locator("#lens")


def tile(page, layer, slot=0):
    return page.locator(f'#river .tile[data-layer="{layer}"]:not(:disabled)').nth(slot)


def strongest(page, layer):
    """Open the first tile of a layer: it shows a number that is not 0."""
    tile(page, layer).click()
    painted(page)
    return page.locator("#lens")


def number(text):
    return float(text.replace("−", "-").replace("+", ""))


def quantities(lens, line=-1):
    """The numbers of a line of arithmetic."""
    words = lens.locator(".line").nth(line).locator(".quantity b").all_inner_texts()
    return [number(word) for word in words]


def technical(page):
    return page.locator("#lens .technical").inner_text()


def overlap(a, b):
    across = min(a["x"] + a["width"], b["x"] + b["width"]) - max(a["x"], b["x"])
    down = min(a["y"] + a["height"], b["y"] + b["height"]) - max(a["y"], b["y"])
    return across > 0 and down > 0


@pytest.mark.parametrize("size", [SIZE, PHONE, {"width": 844, "height": 390}], ids=str)
@pytest.mark.parametrize("layer", ["image", "conv1", "conv2", "conv3", "dense1"])
def test_the_lens_never_covers_the_tile_that_was_clicked(page, layer, size):
    page.set_viewport_size(size)
    painted(page)
    slots = page.locator(f'#river .tile[data-layer="{layer}"]:not(:disabled)').count()
    assert slots
    for slot in range(slots):
        one = tile(page, layer, slot)
        one.scroll_into_view_if_needed()
        one.click()
        painted(page)
        lens = page.locator("#lens .lens").bounding_box()
        assert not overlap(lens, one.bounding_box()), (layer, slot)
        assert lens["x"] >= 0
        assert lens["x"] + lens["width"] <= size["width"]
        assert lens["y"] >= 0
        assert lens["y"] + lens["height"] <= size["height"]
        if layer != "image":
            assert f"{layer} · " in technical(page)
            assert re.search(
                rf"(channel|unit) {one.get_attribute('data-channel')}\b", technical(page)
            )
        page.locator("#lens .close").click()


def test_the_column_before_the_tile_stays_to_be_seen(page):
    strongest(page, "conv2")
    before = tile(page, "conv1").bounding_box()
    assert page.locator("#lens .lens").bounding_box()["x"] >= before["x"] + before["width"]


@pytest.mark.parametrize("layer", LAYERS)
def test_the_shown_number_is_the_networks(page, layer):
    cell = [side // 2 for side in LAYERS[layer]]
    value = page.evaluate(VALUE, [layer, cell])
    lens = select(page, layer, cell)
    line = 0 if layer == "softmax" else -1
    assert quantities(lens, line)[-1] == pytest.approx(value, abs=0.001)


@pytest.mark.parametrize("layer", ["conv1", "conv2", "conv3"])
def test_shown_products_add_up_to_the_shown_number(page, layer):
    lens = strongest(page, layer)
    sums, bias, total, value = quantities(lens)
    assert value > 0
    assert sums + bias == pytest.approx(total, abs=0.002)
    assert value == pytest.approx(max(0, total), abs=0.001)
    if layer != "conv1":
        lens.locator("details").evaluate("rest => { rest.open = true; }")
        lens.locator(".rest .row").first.wait_for()
    shown = [number(word) for word in lens.locator(".row .sum").all_inner_texts()]
    assert len(shown) == {"conv1": 1, "conv2": 32, "conv3": 64}[layer]
    assert sum(shown) == pytest.approx(sums, abs=0.001 * len(shown))
    assert [abs(s) for s in shown] == sorted((abs(s) for s in shown), reverse=True)


def test_title_and_numbers_are_always_those_of_one_cell(page):
    chance = random.Random(5)
    for _ in range(50):
        layer = chance.choice([name for name in LAYERS if name != "softmax"])
        cell = [chance.randrange(side) for side in LAYERS[layer]]
        value = page.evaluate(VALUE, [layer, cell])
        # In one task, without a frame in between: nothing is painted that does not fit.
        shown = page.evaluate(
            f"""async (place) => {{
                await ({SELECT})(place);
                const all = (part) => [...document.querySelectorAll(`#lens ${{part}}`)];
                const last = (part) => all(part).at(-1).textContent;
                return [last(".technical"), last(".line .quantity b")];
            }}""",
            [layer, cell],
        )
        numbers = [int(n) for n in re.findall(r"\d+", shown[0].removeprefix(layer))]
        assert shown[0].startswith(layer)
        assert numbers == ([cell[2], *cell[:2]] if len(cell) == 3 else cell)
        assert number(shown[1]) == pytest.approx(value, abs=0.001)


def test_every_number_leads_back_to_the_drawing(page):
    lens = select(page, "softmax", [3])
    name = lens.locator(".technical")
    path = [("softmax", ".terms:not(.exponentials) .link"), ("dense1", ".terms .link")]
    path += [("flatten", "p .link"), ("conv3", ".tile .link"), ("pool2", ".tile .link")]
    path += [("conv2", ".tile .link"), ("pool1", ".tile .link"), ("conv1", ".tile .link")]
    for layer, link in path:
        name.filter(has_text=re.compile(f"^{layer}")).wait_for()
        lens.locator(link).first.click()
    name.filter(has_text="the picture").wait_for()
    assert "of 255 levels of ink" in lens.locator(".working").inner_text()
    for layer, _ in reversed(path):
        lens.locator(".back").click()
        name.filter(has_text=re.compile(f"^{layer}")).wait_for()
    assert lens.locator(".back").is_disabled()


def test_the_lens_stays_while_one_steps_back_and_moves_to_the_left_at_most(page):
    lens = strongest(page, "conv3")
    box = page.locator("#lens .lens").bounding_box
    before = box()
    lens.locator(".tile .link").first.click()
    painted(page)
    now = box()
    assert now["x"] <= before["x"]
    assert now["y"] == pytest.approx(before["y"], abs=1) or overlap(before, now)
    channel = int(re.search(r"channel (\d+)", technical(page))[1])
    fed = page.locator(f'#river .tile[data-layer="conv2"][data-channel="{channel}"]')
    if fed.count():
        assert not overlap(now, fed.bounding_box())


def test_lines_lead_to_the_tiles_that_feed_it_in_the_colour_of_their_sign(page):
    lens = strongest(page, "conv3")
    assert page.locator("#lens .ties .own").count() == 1
    rows = lens.locator(".row[data-source]").evaluate_all(
        "all => all.map(({dataset: {source, channel, sum}}) => [source, channel, Number(sum)])"
    )
    expected = []
    for source, channel, total in rows:
        layer = {"pool2": "conv2"}[source]  # what is pooled is shown by the tile of its map
        if page.locator(f'#river .tile[data-layer="{layer}"][data-channel="{channel}"]').count():
            expected.append("takes" if total < 0 else "adds")
    lines = page.locator("#lens .ties path:not(.own)")
    assert expected, "this test needs a tile that feeds another one"
    assert lines.evaluate_all("all => all.map((line) => line.getAttribute('class'))") == expected
    page.locator("#lens .close").click()
    assert page.locator("#lens .ties path").count() == 0


def output(page):
    """How many cells of the map that is being written are not empty."""
    return page.locator("#lens .slide .output").evaluate(
        """canvas => canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data
            .filter((value, i) => i % 4 === 3 && value > 0).length"""
    )


def test_the_window_writes_the_map_from_its_beginning_to_its_end(page):
    lens = strongest(page, "conv1")
    lens.locator(".sliding").click()
    assert output(page) < 4
    assert lens.locator(".enlarged").is_hidden(), "it shows what is still to be written"
    page.wait_for_timeout(2000)
    assert 4 <= output(page) <= 10
    assert lens.locator(".sliding").get_attribute("aria-pressed") == "true"
    lens.locator(".sliding[aria-pressed=false]").wait_for(timeout=6000)
    assert output(page) == 26 * 26


def test_the_window_is_stopped_and_moved_by_hand(page):
    lens = select(page, "pool1", [6, 6, 2])
    lens.locator(".sliding").click()
    lens.locator(".sliding").click()
    written = output(page)
    box = lens.locator(".slide .input").bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.99, box["y"] + box["height"] * 0.99)
    assert output(page) == written + 1
    value = page.evaluate(VALUE, ["pool1", [12, 12, 2]])
    assert number(lens.locator(".products b").inner_text()) == pytest.approx(value, abs=0.001)
    lens.locator(".slide .input").press("ArrowUp")
    value = page.evaluate(VALUE, ["pool1", [11, 12, 2]])
    assert number(lens.locator(".products b").inner_text()) == pytest.approx(value, abs=0.001)


def test_without_motion_the_window_waits_for_the_hand(page):
    page.emulate_media(reduced_motion="reduce")
    lens = strongest(page, "conv2")
    lens.locator(".sliding").click()
    page.wait_for_timeout(900)
    assert output(page) == 0
    lens.locator(".slide .input").hover()
    assert output(page) == 1
    page.emulate_media(reduced_motion="no-preference")


def test_escape_is_always_one_step_out(page):
    lens = strongest(page, "conv2")
    conv2 = technical(page)
    lens.locator(".tile .link").first.click()
    pool1 = technical(page)
    lens.locator(".guessing").click()
    assert lens.locator(".guess").is_visible()
    page.keyboard.press("Escape")
    assert lens.locator(".guess").count() == 0
    lens.locator(".sliding").click()
    page.keyboard.press("Escape")
    assert lens.locator(".slide").count() == 0
    assert technical(page) == pool1
    page.keyboard.press("Escape")
    assert technical(page) == conv2
    page.keyboard.press("Escape")
    assert page.locator("#lens .lens").is_hidden()


def test_the_keyboard_goes_into_the_lens_and_back(page):
    tile(page, "conv2", 1).focus()
    page.keyboard.press("Tab")
    opener = page.evaluate_handle("document.activeElement")
    page.keyboard.press("Enter")
    focused = "document.activeElement.className"
    assert page.evaluate(focused) == "title"
    reached = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        if not page.evaluate("document.querySelector('#lens').contains(document.activeElement)"):
            break
        reached.add(page.evaluate(focused))
    assert {"previous", "next", "close", "sliding", "link"} <= reached
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Escape")
    assert page.evaluate("opener => document.activeElement === opener", opener)


def test_a_pixel_says_what_it_brings_and_another_one_is_chosen(page):
    tile(page, "image").click()
    lens = page.locator("#lens")
    canvas = lens.locator(".enlarged canvas")
    box = canvas.bounding_box()
    seen = set()
    for place in ([4, 12], [12, 14], [0, 0]):
        canvas.click(
            position={
                "x": (place[1] + 0.5) * box["width"] / 28,
                "y": (place[0] + 0.5) * box["height"] / 28,
            }
        )
        assert technical(page) == f"the picture · row {place[0]}, column {place[1]}"
        share, lead, level = page.evaluate(ACCOUNT, place)
        words = lens.locator(".brings").inner_text()
        seen.add(level > 0)
        if level:
            assert [number(n) for n in re.findall(r"[+−]?\d+\.\d+", words)] == pytest.approx(
                [share, lead], abs=0.006
            )
            assert words.endswith("by which 3 leads.")
        else:
            assert "paper" in words
    assert seen == {True, False}
    for stage in ("drawing", "crop", "scaled", "image"):
        shown = "c => c.getContext('2d').getImageData(0, 0, c.width, c.height).data.some(Boolean)"
        assert lens.locator(f".film .{stage}").evaluate(shown), stage


@pytest.mark.parametrize("layer", FIELDS)
def test_the_receptive_field_is_outlined_on_the_drawing(page, layer):
    select(page, layer, [side // 2 for side in LAYERS[layer]])
    outline = page.locator("#pad .outline.select").bounding_box()
    pad = page.locator("#pad canvas").first.bounding_box()
    box = page.evaluate(
        """async () => {
            const { load } = await window.mnistCnnModules;
            const { listen } = load("state/events.js");
            const { answer } = await new Promise((resolve) => listen("answer", resolve));
            return [...answer.box, Math.max(answer.scaled.width, answer.scaled.height)];
        }"""
    )
    pixel = max(box[2] - box[0], box[3] - box[1]) / box[4] * pad["width"] / 280
    # Half a pixel on each side is mixed in by resizing; the pad's edge cuts large fields.
    expected = (FIELDS[layer] + 1) * pixel
    for side in ("width", "height"):
        assert outline[side] == pytest.approx(expected, rel=0.06) or (
            layer == "conv3" and outline[side] < expected
        )


def test_the_working_follows_the_drawing(own):
    lens = select(own, "softmax", [3])
    assert quantities(lens, 0)[-1] > 0.9
    own.keyboard.press("Delete")
    lens.get_by_text("Draw a digit").wait_for()
    draw_and_settle(own, 1)
    assert quantities(lens, 0)[-1] < 0.01


def test_a_channel_shows_its_kernel_and_what_excites_it(page):
    lens = strongest(page, "conv1")
    lens.get_by_text(MOST).wait_for(timeout=60_000)
    assert lens.locator(".channel figure").count() == 3
    assert lens.locator("canvas.kernel").evaluate("c => [c.width, c.height]") == [3, 3]
    shown = "c => new Set(c.getContext('2d').getImageData(0, 0, 3, 3).data).size"
    assert lens.locator("canvas.kernel").evaluate(shown) > 3


def test_what_excites_a_channel_never_stands_under_another_one(own):
    """The server is busy: its file comes when one has long looked into other channels."""
    waiting = []
    own.route("**/features", lambda route: waiting.append(route))
    for layer, channel in (("conv1", 3), ("conv1", 4), ("conv2", 5), ("conv2", 6)):
        lens = select(own, layer, [0, 0, channel])
        assert technical(own).startswith(f"{layer} · channel {channel} ")
        assert lens.get_by_text(MOST, exact=True).count() == 0  # a longer caption while one waits
    while waiting:
        waiting.pop(0).continue_()
    lens.get_by_text(MOST, exact=True).wait_for(timeout=60_000)
    most = own.locator("#lens figure").filter(has_text=MOST)
    assert most.locator("canvas").evaluate("(canvas) => canvas.width") == FIELDS["conv2"]
    colors = "(canvas) => canvas.toDataURL()"
    last = most.locator("canvas").evaluate(colors)
    for channel in (5, 6):
        lens = select(own, "conv2", [0, 0, channel])
        lens.get_by_text(MOST, exact=True).wait_for()
        assert (most.locator("canvas").evaluate(colors) == last) is (channel == 6)


def test_arrows_walk_through_channels_and_cells(page):
    lens = select(page, "pool2", [0, 0, 0])
    assert technical(page) == "pool2 · channel 0 · row 0, column 0"
    lens.locator(".previous").click()
    assert technical(page) == "pool2 · channel 63 · row 0, column 0"
    canvas = lens.locator(".enlarged canvas")
    canvas.press("ArrowRight")
    canvas.press("ArrowDown")
    canvas.press("ArrowDown")
    assert technical(page) == "pool2 · channel 63 · row 2, column 1"
    side = canvas.bounding_box()["width"] / 5
    canvas.click(position={"x": 4.5 * side, "y": 0.5 * side})
    assert technical(page) == "pool2 · channel 63 · row 0, column 4"


@pytest.mark.parametrize("width", [1024, 1280, 1920])
def test_a_product_stands_in_one_line(page, width):
    page.set_viewport_size({"width": width, "height": 900})
    painted(page)
    for layer, cell, term in [
        ("conv3", [1, 1, 1], ".row > *"),
        ("dense1", [23], ".terms .term > *"),
    ]:
        first = select(page, layer, cell).locator(term)
        boxes = first.evaluate_all("all => all.map((e) => e.getBoundingClientRect())")
        count = 6 if layer == "conv3" else 4  # parts of a product
        middles = [(box["top"] + box["bottom"]) / 2 for box in boxes[:count]]
        assert max(middles) - min(middles) < 2
        page.locator("#lens .close").click()


def test_the_title_takes_one_line_of_a_phone(page):
    page.set_viewport_size(PHONE)
    painted(page)
    select(page, "conv1", [25, 25, 31])
    assert technical(page) == "conv1 · channel 31 · row 25, column 25"
    assert page.locator("#lens .technical").bounding_box()["height"] < 20


def test_another_layer_is_read_from_its_beginning(page):
    lens = strongest(page, "conv2")
    body = lens.locator(".body")
    lens.locator("details").evaluate("rest => { rest.open = true; }")
    lens.locator(".rest .row").first.wait_for()
    body.evaluate("body => body.scrollTo(0, 1000)")
    lens.locator(".next").click()
    assert body.evaluate("body => body.scrollTop") > 0, "another channel is compared in its place"
    lens.locator(".tile .link").last.click()
    lens.locator(".technical").filter(has_text="pool1").wait_for()
    assert body.evaluate("body => body.scrollTop") == 0


def unfold(page, layer):
    """Show all channels of all layers, in place of the river."""
    page.evaluate(
        """async (layer) => (await window.mnistCnnModules).load("state/events.js")
            .emit("unfold", layer && { layer })""",
        layer,
    )
    painted(page)


@pytest.fixture
def wall(page):
    page.set_viewport_size({"width": 1280, "height": 1700})  # every layer is on the screen
    unfold(page, "conv1")
    yield page
    page.mouse.move(5, 5)
    if page.locator("#lens .lens").is_visible():
        page.locator("#lens .close").click()
    unfold(page, None)


def test_a_channel_of_an_unfolded_layer_is_not_covered(wall):
    canvas = wall.locator("#maps figure[data-layer=conv2] canvas")
    canvas.click(position={"x": 60, "y": 30})
    painted(wall)
    assert technical(wall).startswith("conv2 · ")
    channel = wall.locator("#maps figure[data-layer=conv2] .frame").bounding_box()
    assert not overlap(wall.locator("#lens .lens").bounding_box(), channel)


def test_a_click_opens_the_cell_that_is_outlined(wall):
    box = wall.locator("#maps [data-layer=conv1] canvas").bounding_box()
    opened = 0
    for i in range(8):
        x, y = box["x"] + 60 + 0.37 * i, box["y"] + 40 + 0.83 * i
        wall.mouse.move(x, y)
        said = wall.locator("#maps .readout").inner_text().rsplit(" · ", 1)[0]
        if not said.startswith("conv1 · "):
            continue  # between two channels
        wall.mouse.click(x, y)
        assert re.findall(r"\d+", technical(wall)) == re.findall(r"\d+", said)
        opened += 1
        wall.keyboard.press("Escape")
    assert opened
