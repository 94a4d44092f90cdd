"""Where a teacher can bring everybody: places of the page, and nothing else an address may hold."""

import re

import pytest

from mnist_cnn.classroom import places
from mnist_cnn.classroom.places import Place, PlaceError
from mnist_cnn.classroom.rules import CALL_SECONDS, Classroom
from tests.serving import ROOT

CHAPTERS = ("convolution", "flatten")


def test_a_place_is_a_view_or_a_card_with_what_is_set_in_it():
    assert Place.parse({"view": "class"}, CHAPTERS) == Place("class")
    given = {"view": "lesson", "chapter": "convolution", "card": "slide"}
    settings = {"kernel": "left_edge", "bias": "-0.5", "dx": "3"}
    place = Place.parse(given | {"settings": settings}, CHAPTERS)
    assert place == Place("lesson", "convolution", "slide", settings)
    nowhere = {"view": "lesson", "chapter": None, "card": None, "settings": None}
    assert Place.parse(nowhere, CHAPTERS) == Place("lesson")
    kernel = {"kernel": ",".join(["0.11"] * 9)}
    assert Place.parse({"view": "lesson", "settings": kernel}, CHAPTERS).settings == kernel


def test_the_page_knows_the_same_places():
    source = (ROOT / "mnist_cnn/page/components/classroom/place.js").read_text(encoding="utf-8")
    own = re.search(r"const OWN = \[(.*?)\];", source, re.DOTALL)[1]
    assert set(re.findall(r'"(\w+)"', own)) == places.RESERVED
    assert f"/^{places.VALUE.pattern}$/" in source
    assert f"/^{places.SETTING.pattern}$/" in source
    assert f"MOST_SETTINGS = {places.MAX_SETTINGS};" in source


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"view": "https://elsewhere.example"},
        {"view": ["class"]},
        {"view": "class", "chapter": "convolution"},
        {"view": "lesson", "chapter": "judge"},
        {"view": "lesson", "chapter": ["convolution"]},
        {"view": "lesson", "card": "slide"},
        {"view": "lesson", "chapter": "convolution", "card": "Slide"},
        {"view": "lesson", "chapter": "convolution", "card": "x" * 33},
        {"view": "lesson", "chapter": "convolution", "card": 7},
        {"view": "lesson", "settings": ["dx"]},
        {"view": "lesson", "settings": {"dx": 3}},
        {"view": "lesson", "settings": {"dx": "3&view=class"}},
        {"view": "lesson", "settings": {"dx": "three words here"}},
        {"view": "lesson", "settings": {"lang": "zh-CN"}},
        {"view": "lesson", "settings": {"embed": "1"}},
        {"view": "lesson", "settings": {"door": "lie"}},
        {"view": "lesson", "settings": {"unit": "1"}},
        {"view": "lesson", "settings": {"dx": "1" * 81}},
        {"view": "lesson", "settings": []},
        {"view": "lesson", "settings": 0},
        {"view": "lesson", "settings": ""},
        {"view": "lesson", "settings": {"__theme": "dark"}},
        {"view": "lesson", "settings": {f"x{n}": "1" for n in range(13)}},
        {"view": "lesson", "hash": "#drawing=1.x"},
    ],
    ids=str,
)
def test_what_is_no_place_is_refused(given):
    with pytest.raises(PlaceError):
        Place.parse(given, CHAPTERS)


def test_only_who_was_here_follows_a_call_and_who_was_asleep_for_a_minute_at_most():
    classroom = Classroom()
    heard = classroom.latest
    classroom.bring(Place("class"))
    called = classroom.call_since(heard)
    assert called.place == Place("class")
    assert classroom.has_news(heard, None)
    assert classroom.call_since(0) is None  # a page that has just been opened
    assert classroom.call_since(classroom.latest) is None  # who has followed it
    assert classroom.call_since(heard, called.when + CALL_SECONDS - 1) == called
    assert classroom.call_since(heard, called.when + CALL_SECONDS + 1) is None


def test_the_newest_call_alone_counts():
    classroom = Classroom()
    heard = classroom.latest
    classroom.bring(Place("class"))
    classroom.bring(Place("train"))
    assert classroom.call_since(heard).place == Place("train")
