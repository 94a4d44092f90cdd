"""The survey before and after the lesson: alone, and for a class, in a real browser."""

import csv
import json

import httpx
import numpy as np
import pytest
import tensorflow as tf
from playwright.sync_api import expect

from mnist_cnn.lesson import lesson_file
from mnist_cnn.lesson.figures import figures
from mnist_cnn.lesson.survey import DRAWN, QUESTIONS, read
from tests.browser.accessibility import serious
from tests.browser.experiments import output
from tests.browser.pointer import draw_and_settle, stop_the_clock
from tests.serving import as_teacher

SURVEY = read("en", figures(lesson_file.SUBJECT))
COUNT = len(QUESTIONS)
MADE = """async ({image, form}) => {
    const load = (await window.mnistCnnModules).load;
    const {survey} = load("experiments/survey.js");
    const {finished} = load("reader/slices.js");
    const {subject} = load("state/network-files.js");
    const pixels = Uint8Array.from(image);
    return finished(survey({network: await subject(), image: pixels, form}));
}"""
KERNELS = (
    [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]],
    [[-1, -2, -1], [0, 0, 0], [1, 2, 1]],
)


@pytest.fixture(scope="module")
def address(school):
    return school[0]


@pytest.fixture(autouse=True)
def tidy(school):
    """Leave the class as it was found."""
    yield
    headers = as_teacher(school[0], school[1].token)
    with httpx.Client(base_url=f"{school[0]}/mnist_cnn", headers=headers) as client:
        client.delete("/survey").raise_for_status()
        client.post("/class", json={"rules": {"survey": ""}}).raise_for_status()


def open_survey(page):
    page.locator("#lesson .survey-entry button").click()
    dialog = page.locator("#survey dialog")
    dialog.get_by_role("button", name="Begin").click()
    return dialog


def form_of(dialog, at):
    """Which form of a question is asked; those that are drawn say the same in both."""
    asked = dialog.locator(".asked").inner_text().replace("`", "")
    texts = [form.asked.replace("`", "") for form in SURVEY.questions[at].forms]
    return texts.index(asked)


def answer_all(dialog, known=()):
    """Answer everything, rightly where the question's name is in ``known``; return the form."""
    forms = set()
    for at, question in enumerate(SURVEY.questions):
        dialog.locator("h2").filter(has_text=f"Question {at + 1} of {COUNT}").wait_for()
        answers = dialog.locator(".answer")
        if question.name in DRAWN:
            answers.first.click()
            dialog.get_by_role("button", name="Next").click()
            continue
        form = form_of(dialog, at)
        forms.add(form)
        right = question.forms[form].answers[question.forms[form].right].replace("`", "")
        wrong = next(one for one in question.forms[form].answers if one != right)
        chosen = right if question.name in known else wrong
        answers.filter(has_text=chosen.replace("`", "")).click()
        dialog.get_by_role("button", name="Next").click()
    assert len(forms) == 1
    return forms.pop()


def test_one_sees_ones_own_two_results_once_both_are_there(open_page):
    page = open_page("/?view=lesson")
    draw_and_settle(page, 7)
    dialog = open_survey(page)
    assert serious(page, "#survey") == []
    before = answer_all(dialog, known=("exact", "storage"))
    expect(dialog).to_contain_text("after the lesson")
    expect(dialog.locator(".results")).to_have_count(0)  # or one would learn the answers by heart
    dialog.get_by_role("button", name="To the lesson").click()
    page.reload()
    dialog = open_survey(page)
    assert answer_all(dialog, known=("exact", "storage", "yours")) == 1 - before
    rows = dialog.locator(".results tr")
    marks = [
        "".join(rows.nth(1 + QUESTIONS.index(name)).locator("td").all_inner_texts())
        for name in ("exact", "yours", "people")
    ]
    assert marks == ["✓✓", "–✓", "––"]
    assert serious(page, "#survey") == []
    dialog.get_by_role("button", name="Forget both").click()
    expect(page.locator("#lesson .survey-entry")).to_contain_text(f"{COUNT} questions")


def test_where_nothing_is_drawn_our_seven_is_asked_about(open_page):
    page = open_page("/?view=lesson")
    stop_the_clock(page)  # it is read at once
    dialog = open_survey(page)
    expect(dialog.locator("h2")).to_have_text(f"Question 1 of {COUNT}")


@pytest.mark.parametrize("form", [0, 1])
def test_what_is_made_of_a_drawing_is_what_tensorflow_computes(open_page, reader, drawing, form):
    page = open_page("/?view=lesson")
    image = reader.read(drawing).image
    made = page.evaluate(MADE, {"image": image.ravel().tolist(), "form": form})
    picture = tf.constant(image[None, ..., None] / 255, tf.float32)
    kernel = tf.constant(KERNELS[form], tf.float32)[..., None, None]
    map_ = tf.nn.relu(tf.nn.conv2d(picture, kernel, 1, "VALID"))[0, ..., 0].numpy()
    assert made["kernel"]["kernel"] == KERNELS[form]
    maps = np.array(made["kernel"]["maps"])
    assert maps[0] == pytest.approx(map_, abs=1e-5)
    assert all(np.abs(maps[0] - other).max() > 0.1 for other in maps[1:])
    row, column = made["window"]["cell"]
    (left, top, right, bottom), *others = made["window"]["regions"]
    assert (top, left, bottom, right) == (row, column, row + 3, column + 3)
    assert all(max(abs(x - left), abs(y - top)) >= 3 for x, y, _, _ in others)
    assert len({tuple(region) for region in made["window"]["regions"]}) == 3
    window = np.array(made["pooling"]["window"])
    assert made["pooling"]["numbers"] == pytest.approx([window.max(), window.mean(), window.sum()])
    maps = output(reader.tracer.network, "conv1", image)
    blocks = maps.reshape(13, 2, 13, 2, 32).transpose(0, 2, 4, 1, 3).reshape(-1, 2, 2)
    assert np.abs(blocks - window).max((1, 2)).min() < 1e-4


def test_a_teacher_asks_and_sees_what_the_class_has_gained(open_page, school):
    teacher = open_page(f"/?view=class#teacher={school[1].token}")
    panel = teacher.locator("#survey-results section")
    panel.wait_for()
    pupil = open_page("/?view=lesson")
    draw_and_settle(pupil, 4)
    dialog = pupil.locator("#survey dialog")
    for word, known in (("before", ("exact",)), ("after", ("exact", "people", "yours"))):
        panel.locator("select").select_option(word)
        expect(dialog).to_contain_text("without names")  # it opens by itself
        dialog.get_by_role("button", name="Begin").click()
        answer_all(dialog, known)
        dialog.locator(".primary").click()
        panel.locator(".done").filter(has_text=f"1 {word}").wait_for()
    panel.locator(".gain").filter(has_text="%").wait_for()
    row = panel.locator("tr").filter(has_text="people made its data")
    assert [cell.strip() for cell in row.locator("td").all_inner_texts()] == ["0 of 1", "1 of 1"]
    with teacher.expect_download() as saved:
        panel.locator(".csv").click()
    with open(saved.value.path(), encoding="utf-8") as file:
        (line,) = csv.DictReader(file)
    assert (line["people_before"], line["people_after"], line["exact_before"]) == ("0", "1", "1")
    assert {line["form_before"], line["form_after"]} == {"0", "1"}
    assert serious(teacher, "#survey-results") == []


def test_what_is_not_asked_is_not_taken_and_nobody_else_sees_answers(school):
    sheet = {"by": "a-name-at-random", "form": 0, "chosen": [0] * COUNT, "right": [True] * COUNT}
    headers = {"X-Mnist-Cnn-Session": "a-pupil-of-this-class"}
    with httpx.Client(base_url=f"{school[0]}/mnist_cnn", headers=headers) as pupil:
        put = lambda content, when="before": pupil.put(  # noqa: E731
            "/survey", params={"round": when}, content=content
        )
        assert put(json.dumps(sheet)).json()["key"] == "surveyClosed"
        teacher = httpx.Client(
            base_url=f"{school[0]}/mnist_cnn", headers=as_teacher(school[0], school[1].token)
        )
        with teacher:
            teacher.post("/class", json={"rules": {"survey": "before"}}).raise_for_status()
            for wrong in (
                {**sheet, "name": "Ann"},
                {**sheet, "by": "Ann"},
                {**sheet, "form": True},
                {**sheet, "chosen": [0.5] * COUNT},
                {**sheet, "right": [1] * COUNT},
                {**sheet, "chosen": [0]},
                [],
            ):
                assert put(json.dumps(wrong)).status_code == 400, wrong
            assert put(json.dumps(sheet), "after").status_code == 400
            assert put(json.dumps(sheet)).json() == {}
            assert teacher.get("/survey").json()["done"] == {"before": 1, "after": 0}
            assert teacher.get("/survey", params={"format": "xls"}).status_code == 400
        for method in ("GET", "DELETE"):
            assert pupil.request(method, "/survey").status_code == 403
