"""What pages are told of the class: put together once, and not without end."""

import asyncio
import json

import httpx
import numpy as np
import pytest
from starlette.applications import Starlette

from mnist_cnn.classroom import Classroom
from mnist_cnn.ui import news
from mnist_cnn.ui.fairness import OverloadError, Rate
from mnist_cnn.ui.news import Telling
from tests.looping import run


@pytest.fixture
def classroom():
    made = Classroom()
    for meant in (7, 7, 3):
        put_up(made, meant)
    return made


def put_up(classroom, meant=7):
    image = np.full((28, 28), 255, np.uint8)
    return classroom.put_up("a-pupil", meant, image, np.eye(10, dtype=np.float32)[7])


def told(telling, since=0, wall=0, who="here"):
    words, number = telling.tell(who, since, wall)
    return json.loads(f"{{{words}}}"), number


def test_the_wall_is_told_whole_and_then_what_is_new(classroom):
    telling = Telling(classroom)
    first, number = told(telling)
    assert len(first["wall"]["ids"]) == len(first["wall"]["added"]) == 3
    assert first["wall"]["confusion"][7][7] == 2
    assert told(telling, number, number) == ({}, number)
    digit = put_up(classroom)
    later, _ = told(telling, number, number)
    assert [one["id"] for one in later["wall"]["added"]] == [digit.id]
    assert "rules" not in later


def test_what_many_pages_are_told_is_put_together_once(classroom):
    telling = Telling(classroom)
    words, _ = telling.tell("here", 0, 0)
    assert telling.tell("elsewhere", 0, 0)[0] is words
    put_up(classroom)
    assert telling.tell("here", 0, 0)[0] != words


def test_one_place_is_not_told_the_whole_wall_without_end(classroom):
    telling = Telling(classroom, Rate(6, 0.001))
    for _ in range(2):
        telling.tell("here", 0, 0)
    with pytest.raises(OverloadError):
        telling.tell("here", 0, 0)
    assert telling.tell("elsewhere", 0, 0)[0]
    number = classroom.latest
    assert telling.tell("here", number, number) == ("", number)  # no news cost nothing


def pages(classroom, *hosts):
    """Return what pages at some addresses are answered when nothing happens: a status or "full"."""
    app = Starlette(routes=news.routes(classroom, "/class"))
    app.auth = app.auth_dependency = None  # as Gradio's app has them

    async def ask(host):
        transport = httpx.ASGITransport(app, client=(host, 5000))
        async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
            try:
                asked = await client.get("/class", params={"since": classroom.latest})
            except OverloadError:
                return "full"
            return asked.status_code

    async def all_at_once():
        return await asyncio.gather(*map(ask, hosts))

    return run(asyncio.wait_for(all_at_once(), 30))


def test_so_many_requests_are_held_of_one_place_and_in_all_and_none_for_ever(
    classroom, monkeypatch
):
    monkeypatch.setattr(news, "HELD", 0.3)
    monkeypatch.setattr(news, "MOST_HELD_OF_ONE", 2)
    monkeypatch.setattr(news, "MOST_HELD", 3)
    answers = pages(classroom, "here", "here", "here", "there", "elsewhere")
    assert answers == [200, 200, "full", 200, "full"]


def test_of_one_moment_a_few_answers_are_kept(classroom):
    telling = Telling(classroom)
    for since in range(3 * news.KEPT):
        telling.tell("here", since, None)
    assert len(telling._told) == news.KEPT
