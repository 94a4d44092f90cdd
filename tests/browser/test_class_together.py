"""A class that is together: who is here, all brought to one card, votes, a large wall, a jury."""

import re

import httpx
import numpy as np
import pytest
from playwright.sync_api import expect

from tests.browser.accessibility import serious
from tests.browser.pointer import DIGITS, draw_digit, draw_stroke, wait_for_digit
from tests.browser.test_class import put_up
from tests.browser.windows import PHONE
from tests.browser.words import TAGS, texts
from tests.serving import PATIENCE, as_teacher

VIEWS = ("layers", "train", "lesson", "class")
CARD = "view=lesson.*chapter=convolution.*card=slide"
SLIDE = "/?view=lesson&chapter=convolution&card=slide"


@pytest.fixture(scope="module")
def address(school):
    return school[0]


@pytest.fixture
def command(school):
    """What the teacher says, by HTTP; the class is left as it was found."""
    headers = as_teacher(school[0], school[1].token)

    def command(**acts):
        url = f"{school[0]}/mnist_cnn/class"
        return httpx.post(url, json=acts, headers=headers, timeout=PATIENCE).raise_for_status()

    yield command
    command(wall={}, votes={}, broadcast={"drawing": None})


@pytest.fixture
def teacher(open_page, school, command):
    """The teacher's page."""
    page = open_page(f"/#teacher={school[1].token}")
    page.locator("#classroom .strip").wait_for()
    return page


def emit(page, name, **said):
    page.evaluate(
        """async ([name, said]) => {
            const {load} = await window.mnistCnnModules;
            load("state/events.js").emit(name, said);
        }""",
        [name, said],
    )


def here(page, count):
    page.locator("#classroom .here", has_text=f"{count} here").wait_for()


def test_a_strip_on_every_view_says_how_many_are_here(teacher, open_page):
    here(teacher, 0)
    pupils = [open_page(), open_page(**PHONE)]
    here(teacher, 2)
    for view in VIEWS:
        teacher.locator(f"#header [data-view={view}]").click()
        expect(teacher.locator("#classroom .strip")).to_be_in_viewport()
    for pupil in pupils:
        assert not pupil.locator("#classroom .strip").is_visible()
    pupils[0].goto("about:blank")
    here(teacher, 1)


@pytest.mark.parametrize("size", [(1920, 1080), (1280, 800), (390, 664)], ids=str)
def test_the_strip_covers_nothing_and_moves_nothing(open_page, school, size):
    width, height = size
    options = {"viewport": {"width": width, "height": height}}
    pupil = open_page(**options)
    page = open_page(f"/#teacher={school[1].token}", **options)
    strip = page.locator("#classroom .strip")
    strip.wait_for()
    for tag in TAGS:
        box = strip.bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
        assert box["height"] <= 44
        covered = page.evaluate(
            """([x, y, width, height]) => [...document.querySelectorAll(
                "#header button, #pad canvas, #answer li")].filter((element) => {
                const box = element.getBoundingClientRect();
                return box.width && box.left < x + width && box.right > x
                    && box.top < y + height && box.bottom > y;
            }).map((element) => element.outerHTML)""",
            [box[side] for side in ("x", "y", "width", "height")],
        )
        assert covered == []
        pads = [one.locator("#pad canvas").first.bounding_box() for one in (page, pupil)]
        assert pads[0]["y"] == pads[1]["y"]
        if tag == TAGS[0]:
            page.locator("#header .language").click()
            pupil.locator("#header .language").click()


def test_all_come_to_the_teacher_s_card_keep_their_drawing_and_can_go_back(
    teacher, open_page, address
):
    ann, ben = open_page(), open_page("/?view=class&lang=zh-CN", **PHONE)
    draw_digit(ann, 7)
    wait_for_digit(ann, 7)
    here(teacher, 2)
    teacher.goto(address + SLIDE)
    teacher.locator("#lesson [data-card=slide]").wait_for()
    here(teacher, 2)
    teacher.locator("#classroom .bring").click()
    teacher.locator("#classroom .said", has_text="Brought here: 2").wait_for()
    ann.locator("#classroom .brought", has_text=texts("en")["brought"]).wait_for()
    assert re.search(CARD, ann.url)
    ann.locator("#classroom .back").click()
    ann.locator("#river .stage").wait_for()
    ann.locator("#classroom .brought").wait_for(state="hidden")
    assert "view" not in ann.url
    wait_for_digit(ann, 7)
    assert re.search(CARD, ben.url)
    assert "lang=zh-CN" in ben.url
    assert ben.locator("#lesson h2").is_visible()
    assert re.search(CARD, teacher.url)
    late = open_page()
    assert "lesson" not in late.url


def test_a_stroke_is_finished_before_its_page_goes(command, open_page):
    page = open_page()
    draw_stroke(page, DIGITS[7][0][:3], lift=False)
    command(bring={"view": "class"})
    page.wait_for_timeout(500)
    assert "class" not in page.url
    page.mouse.up()
    page.locator("#wall .choices").wait_for()
    assert "view=class" in page.url


def test_predictions_are_bars_that_the_teacher_uncovers(teacher, open_page, address):
    pupils = [open_page(), open_page()]
    here(teacher, 2)
    teacher.goto(address + SLIDE)
    bars = teacher.locator("#lesson .class-bars")
    bars.locator("button").wait_for()
    emit(pupils[0], "predicted", chapter="convolution", card="slide", choice=1, right=False)
    expect(bars).to_contain_text("1 of 2 have answered")
    assert bars.locator("li").count() == 0
    bars.locator("button").click()
    expect(bars.locator("b")).to_have_text(["0", "1", "0"])
    expect(bars.locator("button")).to_be_focused()
    emit(pupils[1], "predicted", chapter="convolution", card="slide", choice=1, right=True)
    expect(bars.locator("b")).to_have_text(["0", "2", "0"])
    expect(bars.locator("button")).to_be_focused()
    emit(pupils[0], "predicted", chapter="convolution", card="slide", choice=0, right=True)
    expect(bars.locator("b")).to_have_text(["1", "1", "0"])
    emit(teacher, "predicted", chapter="convolution", card="slide", choice=2, right=False)
    emit(pupils[0], "answered", chapter="convolution", right=True)
    teacher.locator("#header [data-view=class]").click()
    teacher.locator("#teacher .polls summary").click()
    counts = teacher.locator("#teacher .polls b")
    expect(counts).to_have_text(["1", "1", "0", "1", "0"])
    teacher.get_by_role("button", name="Clear the answers").click()
    expect(counts).to_have_count(0)
    emit(pupils[0], "predicted", chapter="convolution", card="slide", choice=0, right=True)
    expect(counts).to_have_text(["1", "0", "0"])  # in the next poll the same choice counts again
    assert pupils[0].locator("#lesson .class-bars *").count() == 0


def put_many(address, kinds):
    """Put digits up: (meant, digit that is read, doubted)."""
    image = bytes([255]) * 784
    for i, (meant, read, doubted) in enumerate(kinds):
        probabilities = np.eye(10, dtype="<f4")[read].tobytes()
        answer = httpx.post(
            f"{address}/mnist_cnn/wall",
            params={"meant": meant, "doubted": int(doubted)},
            content=image + probabilities,
            headers={"X-Mnist-Cnn-Session": f"somebody-number-{i:08}"},
        )
        assert answer.status_code == 200


def test_the_wall_fills_the_screen_and_counts_what_is_doubted_apart(teacher, address):
    put_many(address, [(7, 7, False)] * 22 + [(7, 1, False)] * 3 + [(0, 0, True)] * 2)
    teacher.locator("#header [data-view=class]").click()
    expect(teacher.locator("#wall .score")).to_contain_text("22 of 25 read as they were meant")
    expect(teacher.locator("#wall .score")).to_contain_text("counted apart: 2")
    teacher.get_by_role("button", name="Fill the screen").click()
    wall = teacher.locator("#wall .projected")
    expect(wall.locator(".counts")).to_have_text("27 on the wall · 3 misread · 2 doubted")
    boxes = [item.bounding_box() for item in wall.locator("li").all()]
    assert len(boxes) == 27
    assert all(box["y"] + box["height"] <= 800 + 1 for box in boxes)
    assert boxes[0]["width"] > 1.9 * boxes[-1]["width"]  # a misread one
    covered = sum(box["width"] * box["height"] for box in boxes)
    assert covered > 0.6 * 1280 * 800
    tile = wall.locator(".tile").nth(5).element_handle()
    tile.focus()
    put_many(address, [(4, 4, False)])
    expect(wall.locator("li")).to_have_count(28)
    assert tile.evaluate("(tile) => document.activeElement === tile")
    expect(wall.locator(".counts")).to_have_text("28 on the wall · 3 misread · 2 doubted")
    teacher.keyboard.press("Escape")
    wall.wait_for(state="hidden")
    assert teacher.evaluate("document.activeElement.classList.contains('fill')")


def test_a_tile_of_the_large_wall_leads_to_why_it_was_read_so(teacher, open_page):
    pupil = open_page("/?view=class")
    put_up(pupil, 1, 7)
    teacher.locator("#header [data-view=class]").click()
    teacher.get_by_role("button", name="Fill the screen").click()
    teacher.locator("#wall .projected .tile").click()
    wait_for_digit(teacher, 1)
    assert teacher.locator("#river .stage").is_visible()


def test_where_the_thumb_is_a_phone_says_that_it_is_on_the_wall(command, open_page):
    page = open_page("/?view=class", **PHONE | {"viewport": {"width": 390, "height": 664}})
    draw_digit(page, 7)
    wait_for_digit(page, 7)
    key = page.locator("#wall .choices button").nth(9)
    expect(key).to_be_in_viewport(ratio=1)
    thumb = page.locator("#wall .choices").bounding_box()
    page.locator("#wall .choices button").nth(7).click()
    said = page.locator("#wall .said", has_text="It is on the wall.")
    said.wait_for()
    box = said.bounding_box()
    assert (box["x"], box["y"]) == (thumb["x"], thumb["y"])
    assert box["height"] == thumb["height"]
    page.keyboard.press("Delete")
    draw_digit(page, 1)
    expect(key).to_be_visible()


def train(address, name):
    """Train a network that learns nothing, as a page of this name."""
    client = httpx.Client(
        base_url=f"{address}/mnist_cnn",
        headers={"X-Mnist-Cnn-Session": f"{name}-{'0' * 16}"},
        timeout=PATIENCE,
    )
    with client:
        choices = {"data": "generated", "digits": 1000, "epochs": 1, "batch_size": 500}
        run = client.post("/trainings", json=choices).raise_for_status().json()["id"]
        while client.get(f"/trainings/{run}").json()["state"] != "done":
            pass


def test_the_networks_of_the_class_are_a_jury(teacher, address):
    teacher.locator("#header [data-view=class]").click()
    draw_digit(teacher, 7)
    wait_for_digit(teacher, 7)
    jury = teacher.locator("#jury .jury")
    call = jury.get_by_role("button", name="Call the jury")
    call.click()
    expect(jury.locator(".said")).to_contain_text("A jury needs two")
    train(address, "ann")
    train(address, "ben")
    train(address, "ben")  # whose newest counts
    call.click()
    expect(jury.locator(".votes li")).to_have_count(3)
    shipped = jury.locator(".votes .shipped b")
    expect(shipped).to_have_text("7")
    votes = [int(vote) for vote in jury.locator(".votes li:not(.shipped) b").all_inner_texts()]
    expect(jury.locator(".sentence")).to_contain_text(
        f"All 2 say {votes[0]}." if votes[0] == votes[1] else "1 of 2. Dissenting: 1."
    )
    teacher.keyboard.press("Delete")
    expect(jury.locator(".said")).to_contain_text("Draw a digit")
    draw_digit(teacher, 1)
    expect(shipped).to_have_text("1")


def test_pupils_see_neither_jury_nor_strip_nor_votes(open_page):
    pupil = open_page("/?view=class")
    pupil.locator("#wall .choices").wait_for()
    for selector in ("#jury .jury", "#classroom .strip", "#teacher .polls"):
        assert not pupil.locator(selector).is_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_is_for_the_teacher_is_accessible(open_page, school, command, scheme):
    put_many(school[0], [(7, 7, False), (7, 1, False), (0, 0, True)])
    page = open_page(f"/?view=class#teacher={school[1].token}", color_scheme=scheme)
    page.locator("#classroom .strip").wait_for()
    page.locator("#teacher .polls summary").click()
    assert serious(page) == []
    page.get_by_role("button", name="Fill the screen").click()
    page.locator("#wall .projected li").nth(2).wait_for()
    assert serious(page) == []
