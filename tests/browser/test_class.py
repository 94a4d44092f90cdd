"""A class: the wall in two browsers, the teacher's drawing on everybody's pad, rules for all."""

import csv
import io
import itertools
import json

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.browser.correcting import teach
from tests.browser.pointer import (
    DIGITS,
    draw_digit,
    draw_stroke,
    place,
    wait_for_digit,
    wait_until_there,
)
from tests.browser.training import SHORT, leave_all, settled_probabilities, wait_for_state
from tests.browser.training import start as train
from tests.serving import as_teacher

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
# As a machine that fails: the page has no last word.
CUT_OFF = "() => { window.fetch = () => Promise.reject(new TypeError()); }"
# What the ten bars say, as `settled_probabilities` returns it.
PROBABILITIES = (
    """[...document.querySelectorAll("#answer li button")].map((item) => item.title).join()"""
)
BUTTONS = ("broadcast", "others")


@pytest.fixture(scope="module")
def address(school):
    return school[0]


@pytest.fixture
def open_class(open_page, school):
    """Open the page on its class view, as a pupil or as the teacher."""

    def open_class(teacher=False, view="class", **options):
        link = f"#teacher={school[1].token}" if teacher else ""
        page = open_page(f"/?view={view}{link}", **options)
        if teacher:
            page.locator("#teacher .teacher").wait_for(
                state="visible" if view == "class" else "attached"
            )
        return page

    return open_class


@pytest.fixture(autouse=True)
def tidy(school):
    """Leave the class as it was found."""
    yield
    import httpx

    address, teachers = school
    headers = as_teacher(address, teachers.token)
    rules = {"training": True, "wall": True, "network": "", "at_once": 1, "minutes": 60}
    acts = {"rules": rules, "wall": {}, "broadcast": {"drawing": None}}
    assert httpx.post(f"{address}/mnist_cnn/class", json=acts, headers=headers).status_code == 200


def put_up(page, drawn, meant):
    page.keyboard.press("Delete")
    draw_digit(page, drawn)
    wait_for_digit(page, drawn)
    page.locator("#wall .choices button").nth(meant).click()
    page.locator("#wall .said", has_text="It is on the wall").wait_for()


def tiles(page):
    return page.locator("#wall .digits li:visible .caption")


def test_digits_of_two_browsers_meet_on_the_wall_and_are_counted(open_class):
    ann, ben = open_class(), open_class(**PHONE)
    assert ann.locator("#wall .empty").is_visible()
    put_up(ann, 7, 7)
    put_up(ben, 1, 7)
    for page in (ann, ben):
        page.locator("#wall .digits li").nth(1).wait_for()
        assert tiles(page).all_inner_texts() == ["7→1", "7"]
        score = page.locator("#wall .score").inner_text()
        assert "1 of 2 read as they were meant: 50.0%" in score
        assert "MNIST’s test digits: 99.7%" in score
        cell = page.locator("#wall table tr").nth(8).locator("td")
        assert cell.nth(1).inner_text() == cell.nth(7).inner_text() == "1"

    ann.get_by_role("button", name="1 × 7 read as 1").click()
    assert tiles(ann).all_inner_texts() == ["7→1"]
    assert ann.locator("#wall .filter").inner_text().startswith("Only 7 read as 1")
    ann.get_by_role("button", name="Show all").click()
    assert tiles(ann).count() == 2

    assert ben.locator("#wall .off:visible").count() == 1  # only one's own can be taken off
    ben.locator("#wall .off:visible").click()
    ann.locator("#wall .digits li").nth(1).wait_for(state="detached")
    assert tiles(ann).all_inner_texts() == ["7"]


def test_a_digit_on_the_wall_can_be_looked_into(open_class):
    ann, ben = open_class(), open_class()
    put_up(ann, 4, 4)
    ben.locator("#wall .digits .open").click()
    wait_for_digit(ben, 4)


def test_nothing_goes_on_the_wall_by_itself_and_nothing_twice(open_class):
    page = open_class()
    sent = []
    page.on("request", lambda request: sent.append(request.url))
    choices = page.locator("#wall .choices button")
    assert choices.evaluate_all("all => all.every((one) => one.disabled)")
    draw_digit(page, 7)
    wait_for_digit(page, 7)
    assert page.locator("#wall .likely").inner_text() == "7"
    page.wait_for_timeout(300)
    assert not any("/wall" in url for url in sent)
    choices.nth(7).click()
    page.locator("#wall .digits li").wait_for()
    assert choices.evaluate_all("all => all.every((one) => one.disabled)")


def test_pupils_see_no_controls_and_a_wrong_token_gets_a_sentence(open_class, open_page):
    pupil = open_class()
    assert pupil.locator("#teacher .teacher").is_hidden()
    assert pupil.locator("#header .tabs small").count() == 0
    asked = []
    pupil.on("request", lambda request: asked.append(f"{request.method} {request.url}"))
    with pupil.expect_response("**/mnist_cnn/class"):
        pupil.reload()
    pupil.wait_for_timeout(300)
    assert [one[:4] for one in asked if "mnist_cnn/class" in one] == ["GET "]
    stranger = open_page("/?view=train#teacher=guessed")  # and not only where the class is
    warning = stranger.locator("#header .stranger")
    warning.wait_for()
    assert "no longer works: it may be from before the server" in warning.inner_text()
    assert "Open the newest link that its terminal shows" in warning.inner_text()
    assert stranger.locator("#header .tabs small").count() == 0
    assert stranger.locator("#teacher .teacher").is_hidden()
    warning.get_by_role("button", name="Close").click()
    assert warning.is_hidden()


@pytest.mark.parametrize("options", [{}, PHONE], ids=["desk", "phone"])
def test_every_view_shows_that_this_is_the_teacher_s_page(open_class, options):
    page = open_class(teacher=True, view="layers", **options)
    mark = page.locator("#header .tabs small")
    for view in ("train", "lesson", "layers"):
        page.locator(f"#header [data-view={view}]").click()
        expect(mark).to_have_text("Teacher")
        assert mark.is_visible()
    tools = page.locator("#header .tools").bounding_box()
    assert tools["x"] + tools["width"] <= page.viewport_size["width"]
    assert page.get_by_role("tab", name="Class Teacher").count() == 1
    mark.click()
    page.locator("#teacher .teacher").wait_for()
    page.locator("#header .language").click()
    expect(mark).to_have_text("老师")


def test_a_server_that_was_started_anew_no_longer_knows_the_teacher(open_class):
    page = open_class(teacher=True, view="layers")
    page.locator("#header .tabs small").wait_for()
    refusal = {
        "status": 403,
        "json": {"error": "Only the teacher may do this.", "key": "notTeacher"},
    }
    page.route("**/class", lambda route: route.fulfill(**refusal))
    page.evaluate(  # as from a server that has been started anew, and tells every page its rules
        """async () => {
            const {load} = await window.mnistCnnModules;
            const rules = {training: true, wall: true, network: "", at_once: 1, minutes: 60};
            load("state/events.js").emit("rules", rules);
        }"""
    )
    page.locator("#header .stranger", has_text="no longer the teacher’s").wait_for()
    assert page.locator("#header .tabs small").count() == 0


def test_the_teacher_s_drawing_appears_on_other_pads_while_it_is_drawn(open_class):
    teacher, pupil = open_class(teacher=True), open_class(view="layers")
    draw_digit(pupil, 1)
    wait_for_digit(pupil, 1)
    teacher.get_by_role("button", name="Show my drawing to everyone").click()
    draw_stroke(teacher, DIGITS[7][0], lift=False)
    wait_for_digit(pupil, 7)  # the pen is still down
    teacher.mouse.up()
    guest = pupil.locator("#pad .guest")
    assert guest.inner_text().startswith("The teacher is drawing")

    guest.get_by_role("button", name="Back to mine").click()
    wait_for_digit(pupil, 1)
    teacher.keyboard.press("Delete")
    draw_digit(teacher, 4)
    wait_for_digit(teacher, 4)
    pupil.wait_for_timeout(400)
    wait_for_digit(pupil, 1)
    guest.get_by_role("button", name="Watch").click()
    wait_for_digit(pupil, 4)
    late = open_class(view="layers")  # who comes later sees it too
    wait_for_digit(late, 4)

    teacher.get_by_role("button", name="Stop showing my drawing").click()
    guest.wait_for(state="hidden")
    wait_for_digit(pupil, 1)
    wait_for_digit(late, "–")


def test_drawing_on_the_pad_goes_back_to_one_s_own(open_class):
    teacher, pupil = open_class(teacher=True), open_class(view="layers")
    draw_digit(pupil, 1)
    wait_for_digit(pupil, 1)
    draw_digit(teacher, 0)
    wait_for_digit(teacher, 0)
    teacher.get_by_role("button", name="Show my drawing to everyone").click()
    wait_for_digit(pupil, 0)
    pupil.keyboard.press("Delete")  # harms nobody's drawing
    wait_for_digit(pupil, 1)
    draw_stroke(pupil, [(0.5, 0.18), (0.2, 0.22)])
    assert pupil.locator("#pad .guest").inner_text().startswith("The teacher is drawing, too")
    pupil.keyboard.press("Control+z")
    wait_for_digit(pupil, 1)


def test_the_end_of_the_teacher_s_page_ends_the_broadcast(open_class):
    teacher, pupil = open_class(teacher=True), open_class(view="layers")
    draw_digit(teacher, 0)
    wait_for_digit(teacher, 0)
    teacher.get_by_role("button", name="Show my drawing to everyone").click()
    wait_for_digit(pupil, 0)
    teacher.close()
    wait_for_digit(pupil, "–")


def write_by_hand(page, digit):
    """Draw a digit as slowly as a person does: a state of it every time one may be sent."""
    for stroke in DIGITS[digit]:
        page.mouse.move(*place(page, *stroke[0]))
        page.mouse.down()
        for start, end in itertools.pairwise(stroke):
            for i in range(1, 9):
                between = [a + (b - a) * i / 8 for a, b in zip(start, end, strict=True)]
                page.mouse.move(*place(page, *between))
                page.wait_for_timeout(16)
        page.mouse.up()


@pytest.mark.slow
def test_the_class_sees_the_last_drawing_and_its_end_however_long_the_teacher_draws(open_class):
    teacher, pupil = open_class(teacher=True), open_class(view="layers")
    answers = []

    def hear(response):
        if "broadcast" in (response.request.post_data or ""):
            answers.append(response.status)

    teacher.on("response", hear)
    teacher.locator("#teacher .broadcast").click()
    for digit in (0, 2, 3, 0, 5, 4):
        teacher.keyboard.press("Delete")
        write_by_hand(teacher, digit)
        teacher.wait_for_timeout(200)
    wait_for_digit(pupil, 4)
    assert len(answers) > 60  # more than may come at once from whoever is no teacher
    assert set(answers) == {200}
    assert teacher.locator("#teacher .said").inner_text() == ""
    teacher.locator("#teacher .broadcast").click()
    pupil.locator("#pad .guest").wait_for(state="hidden")


def test_what_does_not_arrive_is_sent_again_the_newest_and_the_end(open_class):
    """A server that is busy, then one that is gone for a moment."""
    teacher, pupil = open_class(teacher=True), open_class(view="layers")
    show = teacher.locator("#teacher .broadcast")
    show.click()
    draw_digit(teacher, 7)
    wait_for_digit(pupil, 7)

    def busy(route):
        route.fulfill(status=429, json={"error": "Too many requests from your address."})

    for fault in (busy, lambda route: route.abort()):
        teacher.route("**/class", fault)
        for digit in (1, 4):
            teacher.keyboard.press("Delete")
            draw_digit(teacher, digit)
            wait_for_digit(teacher, digit)
        teacher.wait_for_timeout(300)
        assert "Too many" not in teacher.locator("#teacher .said").inner_text()
        teacher.unroute("**/class")
        wait_for_digit(pupil, 4)
        teacher.route("**/class", fault)
        show.click()
        assert show.get_attribute("aria-pressed") == "false"
        teacher.wait_for_timeout(300)
        teacher.unroute("**/class")
        pupil.locator("#pad .guest").wait_for(state="hidden")
        show.click()
        wait_for_digit(pupil, 4)


def test_of_two_teachers_the_later_is_shown_and_each_sees_whose_drawing_is(open_class):
    ann, ben, pupil = open_class(teacher=True), open_class(teacher=True), open_class(view="layers")
    for teacher, digit in ((ann, 7), (ben, 4)):
        draw_digit(teacher, digit)
        wait_for_digit(teacher, digit)
    shows, others = [[page.locator(f"#teacher .{one}") for page in (ann, ben)] for one in BUTTONS]
    shows[0].click()
    wait_for_digit(pupil, 7)
    others[1].wait_for()
    shows[1].click()
    wait_for_digit(pupil, 4)
    others[0].wait_for()
    assert shows[0].inner_text() == "Show my drawing to everyone"
    assert shows[1].inner_text() == "Stop showing my drawing"
    assert "no longer shown" in ann.locator("#teacher .said").inner_text()
    draw_stroke(ann, [(0.2, 0.2), (0.8, 0.8)])  # of no consequence
    pupil.wait_for_timeout(500)
    wait_for_digit(pupil, 4)
    ann.close()  # neither is its end
    pupil.wait_for_timeout(500)
    wait_for_digit(pupil, 4)
    shows[1].click()
    pupil.locator("#pad .guest").wait_for(state="hidden")


def test_a_broadcast_that_outlived_its_page_is_ended_with_one_click(open_class):
    teacher, pupil = open_class(teacher=True), open_class(view="layers")
    show, others = (teacher.locator(f"#teacher .{one}") for one in BUTTONS)
    guest = pupil.locator("#pad .guest")
    draw_digit(teacher, 7)
    wait_for_digit(teacher, 7)
    show.click()
    wait_for_digit(pupil, 7)
    teacher.evaluate(CUT_OFF)
    teacher.reload()
    teacher.locator("#teacher .broadcast[aria-pressed=true]").wait_for()
    assert others.is_hidden()
    show.click()
    guest.wait_for(state="hidden")
    assert show.get_attribute("aria-pressed") == "false"

    draw_digit(teacher, 7)
    wait_for_digit(teacher, 7)
    show.click()
    wait_for_digit(pupil, 7)
    teacher.evaluate(CUT_OFF)
    teacher.close()
    again = open_class(teacher=True)  # in another tab
    again.locator("#teacher .others").click()
    guest.wait_for(state="hidden")
    again.locator("#teacher .others").wait_for(state="hidden")


def test_the_teacher_s_buttons_stay_where_they_are(open_class):
    teacher = open_class(teacher=True)
    show = teacher.locator("#teacher .broadcast")
    for language in ("en", "zh-CN"):
        before = show.bounding_box()
        show.click()
        teacher.locator("#teacher .broadcast[aria-pressed=true]").wait_for()
        assert show.bounding_box() == before
        show.click()
        if language == "en":
            teacher.locator("#header .language").click()
            teacher.get_by_text("教师控制").wait_for()


def test_the_wall_is_closed_and_cleared_and_any_digit_taken_off_by_the_teacher(open_class):
    teacher, pupil = open_class(teacher=True), open_class()
    put_up(pupil, 7, 7)
    put_up(pupil, 1, 1)
    teacher.locator("#wall .digits .off").nth(1).click()
    pupil.locator("#wall .digits li").nth(1).wait_for(state="detached")
    assert tiles(pupil).all_inner_texts() == ["1"]
    teacher.get_by_label("Wall open").uncheck()
    pupil.get_by_text("The teacher has closed the wall").wait_for()
    draw_digit(pupil, 1)
    assert pupil.locator("#wall .choices button").nth(1).is_disabled()
    teacher.on("dialog", lambda dialog: dialog.accept())
    teacher.get_by_role("button", name="Clear the wall").click()
    pupil.locator("#wall .empty").wait_for()


def test_the_wall_is_exported(open_class):
    teacher = open_class(teacher=True)
    put_up(teacher, 7, 7)
    put_up(teacher, 1, 7)
    files = {}
    for kind in ("npz", "csv"):
        with teacher.expect_download() as download:
            teacher.get_by_role("button", name=f"Wall as .{kind}").click()
        assert download.value.suggested_filename == f"wall.{kind}"
        files[kind] = download.value.path().read_bytes()
    with np.load(io.BytesIO(files["npz"]), allow_pickle=False) as wall:
        assert wall["labels"].tolist() == [7, 7]
        assert wall["read"].tolist() == [7, 1]
        images = wall["images"]
    rows = list(csv.DictReader(io.StringIO(files["csv"].decode())))
    for row, image in zip(rows, images, strict=True):
        assert [int(row[f"pixel{i}"]) for i in range(784)] == image.ravel().tolist()


def test_training_is_paused_for_everyone_and_goes_on(open_class):
    teacher, pupil = open_class(teacher=True), open_class(view="layers")
    teacher.get_by_label("Training allowed").uncheck()
    pupil.get_by_text("The teacher has paused training for everyone").wait_for()
    draw_digit(pupil, 1)
    wait_for_digit(pupil, 1)
    teach(pupil, 7)
    pupil.locator("#correction .state", has_text="Waiting for the teacher").wait_for()
    teacher.locator("#teacher .queue", has_text="0 in training, 1 waiting").wait_for()
    teacher.get_by_role("button", name="Clear the queue").click()
    pupil.locator("#correction .state", has_text="Stopped").wait_for()
    teacher.get_by_label("Training allowed").check()
    pupil.get_by_text("The teacher has paused training").wait_for(state="hidden")


def test_what_could_not_be_decided_does_not_look_decided(open_class):
    teacher = open_class(teacher=True)
    allowed, at_once = (
        teacher.get_by_label("Training allowed"),
        teacher.locator("#teacher .at_once"),
    )
    cut, busy = (lambda route: route.abort()), (lambda route: route.fulfill(status=429))
    for fault, said in ((cut, "The server does not answer"), (busy, "That was too much")):
        teacher.route("**/class", fault)
        allowed.click()
        teacher.locator("#teacher .said", has_text=said).wait_for()
        expect(allowed).to_be_checked()
        at_once.fill("3")
        at_once.press("Enter")
        expect(at_once).to_have_value("1")
        teacher.unroute("**/class")
    allowed.uncheck()
    teacher.get_by_text("The teacher has paused training for everyone").wait_for()
    assert not allowed.is_checked()


def test_everyone_starts_with_the_network_the_teacher_uses_until_it_is_the_shipped_one(open_class):
    teacher, pupil = open_class(teacher=True, view="train"), open_class(view="layers")
    draw_digit(pupil, 7)
    wait_for_digit(pupil, 7)
    shipped = settled_probabilities(pupil)
    train(teacher, **SHORT)
    wait_for_state(teacher, "Trained")
    trained = teacher.locator("#train .comparison tbody tr").nth(1)
    trained.get_by_role("button", name="Use").click()
    teacher.get_by_role("tab", name="Class").click()
    teacher.get_by_role("button", name="Give everyone the network I use").click()
    teacher.locator("#teacher .said", has_text="Everyone starts with this network now").wait_for()
    late = open_class(view="layers")
    for page in (pupil, late):
        page.locator("#network .network", has_text="the teacher has given to everyone").wait_for()
    pupil.wait_for_function(f"{PROBABILITIES} !== {json.dumps(shipped)}.join()")
    leave_all(teacher)  # what is given away stays
    draw_digit(late, 7)
    late.wait_for_function(f"{PROBABILITIES} === {json.dumps(settled_probabilities(pupil))}.join()")
    teacher.get_by_role("button", name="Give everyone the shipped network").click()
    for page in (pupil, late):
        page.locator("#network .network").wait_for(state="hidden")
        page.wait_for_function(f"{PROBABILITIES} === {json.dumps(shipped)}.join()")


def test_an_idle_page_asks_nothing(open_class):
    page = open_class(view="layers")
    page.wait_for_timeout(500)
    sent = []
    page.on("request", lambda request: sent.append(request.url))
    page.on("websocket", lambda socket: sent.append(socket.url))
    page.wait_for_timeout(2500)
    assert sent == []


@pytest.mark.parametrize(
    "blocked", [{"sockets": False}, {"script": "delete window.WebSocket"}], ids=["blocked", "none"]
)
def test_without_websockets_the_class_works_as_well(open_class, blocked):
    teacher = open_class(teacher=True)
    pupil = open_class(view="layers", **blocked)
    with pupil.expect_request("**/news?*"):
        pass  # sockets have been given up
    draw_digit(teacher, 0)
    wait_for_digit(teacher, 0)
    teacher.get_by_role("button", name="Show my drawing to everyone").click()
    wait_for_digit(pupil, 0)
    pupil.get_by_role("tab", name="Class").click()
    put_up(teacher, 7, 7)
    pupil.locator("#wall .digits li").wait_for()
    put_up(teacher, 1, 7)
    pupil.locator("#wall .digits li").nth(1).wait_for()


def test_a_wall_that_mounts_late_shows_all_digits(open_class, browser, address):
    ann = open_class()
    put_up(ann, 7, 7)
    context = browser.new_context()
    late = context.new_page()
    held = []
    late.route("**/wall/wall.js", lambda route: held.append(route))
    late.goto(f"{address}/?view=class")
    wait_until_there(late)
    late.wait_for_timeout(500)  # the wall would have been told of
    put_up(ann, 1, 1)
    late.wait_for_timeout(300)
    for route in held:
        route.continue_()
    late.locator("#wall .digits li").nth(1).wait_for()
    context.close()


def test_the_lesson_s_drawings_are_seen_while_the_teacher_shows_an_empty_pad(open_class):
    teacher, pupil = open_class(teacher=True), open_class(view="lesson")
    teacher.locator("#teacher .broadcast").click()
    pupil.locator("#pad .guest").wait_for()
    pupil.locator("#lesson .action").click()
    wait_for_digit(pupil, 7)


def test_nobody_hears_of_the_wall_who_does_not_show_it(open_class):
    messages = []
    pupil = open_class(view="layers")
    pupil.on(
        "websocket", lambda socket: socket.on("framereceived", lambda text: messages.append(text))
    )
    pupil.reload()
    wait_until_there(pupil)
    other = open_class()
    put_up(other, 7, 7)
    pupil.wait_for_timeout(300)
    told = [json.loads(text) for text in messages if isinstance(text, str)]
    assert told
    assert not any("wall" in words for words in told)
