"""What pages are told of the class and of their trainings: all of it, once, and not without end."""

import asyncio
import functools
import json
from types import SimpleNamespace

import httpx
import numpy as np
import pytest
from starlette.applications import Starlette

from mnist_cnn.classroom.rules import Classroom
from mnist_cnn.optimization.events import Stopped
from mnist_cnn.runs.runs import Runs
from mnist_cnn.server.http.fairness import OverloadError, Rate
from mnist_cnn.server.http.requests import RequestError
from mnist_cnn.server.routes import news
from mnist_cnn.server.state import as_json
from mnist_cnn.server.state import feed as feed_module
from mnist_cnn.server.state.feed import Feed, Heard, Page
from mnist_cnn.server.state.teachers import Teachers
from mnist_cnn.training.options import Options
from tests.event_loop import run
from tests.fake_worker import Workers

LONG = Options.parse({"data": "generated", "digits": 1000, "epochs": 200})

ANN, BEN, CLEO = "ann" * 6, "ben" * 6, "cleo" * 6


@pytest.fixture
def classroom():
    made = Classroom()
    for meant in (7, 7, 3):
        put_up(made, meant)
    return made


@pytest.fixture
def runs():
    made = Runs(worker=Workers())
    yield made
    made.close()


@pytest.fixture
def feed(classroom, runs):
    return Feed(classroom, runs)


def put_up(classroom, meant=7):
    image = np.full((28, 28), 255, np.uint8)
    return classroom.put_up("a-pupil", meant, image, np.eye(10, dtype=np.float32)[7])


def page_at(client="here", **heard):
    return Page(client, Heard.parse(json.dumps(heard)))


async def next_of(feed, page, seconds=30.0):
    return json.loads(await asyncio.wait_for(feed.next(page), seconds))


def told(feed, page):
    return run(next_of(feed, page))


def has_news(feed, page):
    """Whether a page is told anything; it isn't told that, then."""

    async def ask():
        try:
            await next_of(feed, page, 0.3)
        except asyncio.TimeoutError:
            return False
        return True

    return run(ask())


# --- the class ----------------------------------------------------------------------------------


def test_the_wall_is_told_whole_and_then_what_is_new(feed, classroom):
    page = page_at(showsWall=True)
    first = told(feed, page)
    assert len(first["wall"]["ids"]) == len(first["wall"]["added"]) == 3
    assert first["wall"]["confusion"][7][7] == 2
    assert not has_news(feed, page)
    digit = put_up(classroom)
    later = told(feed, page)
    assert [one["id"] for one in later["wall"]["added"]] == [digit.id]
    assert "rules" not in later


def test_a_page_that_comes_back_hears_what_it_has_missed_and_nothing_else(feed, classroom):
    first = told(feed, page_at(showsWall=True))
    start, number = first["start"], first["number"]
    digit = put_up(classroom)
    classroom.show("drawing=1.AbC_-0123", 3)
    back = told(feed, page_at(start=start, since=number, wall=number, showsWall=True))
    assert back["broadcast"]["edition"] == 3
    assert [one["id"] for one in back["wall"]["added"]] == [digit.id]
    assert "rules" not in back


def test_nothing_piles_up_for_a_page_that_is_slow(feed, classroom):
    page = page_at()
    told(feed, page)
    for edition in range(100):
        classroom.show("drawing=1.AbC_-0123", edition)
    assert told(feed, page)["broadcast"]["edition"] == 99
    assert not has_news(feed, page)


def test_what_many_pages_are_told_is_put_together_once(feed, classroom, monkeypatch):
    put_together = []
    news_of_class = classroom.news
    monkeypatch.setattr(
        classroom, "news", lambda *since: put_together.append(since) or news_of_class(*since)
    )
    for client in ("here", "there", "elsewhere"):
        told(feed, page_at(client, showsWall=True))
    assert len(put_together) == 1
    put_up(classroom)
    assert len(told(feed, page_at(showsWall=True))["wall"]["ids"]) == 4


def test_what_was_heard_of_another_start_of_the_server_counts_for_nothing(feed, classroom):
    # whose numbers were higher, and could be lower
    page = page_at(start="another", since=10**14, wall=10**14, showsWall=True)
    news = told(feed, page)
    assert news["start"] == classroom.start
    assert (len(news["wall"]["added"]), news["rules"]["training"]) == (3, True)
    assert not has_news(feed, page)


def test_a_page_that_names_no_start_is_not_told_the_same_again_and_again(feed, classroom):
    number = told(feed, page_at(showsWall=True))["number"]
    page = page_at(since=number, wall=number, showsWall=True)
    assert not has_news(feed, page)
    digit = put_up(classroom)
    assert [one["id"] for one in told(feed, page)["wall"]["added"]] == [digit.id]


@pytest.mark.parametrize("start", [1, None, "x" * 21])
def test_what_is_no_start_of_a_server_is_refused(start):
    with pytest.raises(RequestError, match="start must be"):
        page_at(start=start)


def test_of_one_moment_a_few_texts_are_kept(feed, classroom):
    for edition in range(3 * feed_module.CACHED_NEWS):
        classroom.show("drawing=1.AbC_-0123", edition)
    for since in range(3 * feed_module.CACHED_NEWS):
        told(feed, page_at(start=classroom.start, since=since))
    assert feed._class_json.cache_info().currsize == feed_module.CACHED_NEWS


def test_one_client_is_not_told_the_whole_wall_without_end(classroom, runs):
    feed = Feed(classroom, runs, Rate(6, 0.001))
    pages = [page_at(showsWall=True) for _ in range(3)]
    for page in pages[:2]:
        told(feed, page)
    assert not has_news(feed, pages[2])
    assert "wall" in told(feed, page_at("elsewhere", showsWall=True))
    assert "rules" in told(feed, page_at())  # without the wall it costs nothing


# --- trainings ------------------------------------------------------------------------------------


def events_in(news, run_id):
    return news["runs"][run_id]["events"]


def test_a_page_that_comes_back_hears_each_event_once(feed, runs):
    started = runs.start(ANN, LONG)
    heard, position = [], 0
    for _ in range(4):  # each time it comes back with what it has heard, as held requests do
        started.worker.step(5)
        event = heard[-1]["number"] if heard else 0
        page = page_at(session=ANN, runs={started.id: [event, position]})
        news = told(feed, page)
        heard += events_in(news, started.id)
        position = news["runs"][started.id]["place"]
        started.worker.step(2)
        heard += events_in(told(feed, page), started.id)  # or stays, as with a WebSocket
    assert [event["number"] for event in heard] == [number for number, _ in started.events()]
    assert len([event for event in heard if event["kind"] == "step"]) == 4 * 7


def test_two_tabs_of_a_session_hear_the_same(feed, runs):
    started = runs.start(ANN, LONG)
    tabs = [page_at(session=ANN, runs={started.id: [0, 0]}) for _ in range(2)]
    for count in (1, 3):
        started.worker.step(count)
        first, second = (told(feed, tab)["runs"] for tab in tabs)
        assert first == second
        assert len([e for e in first[started.id]["events"] if e["kind"] == "step"]) == count


def test_what_happens_while_a_training_is_described_is_told_after_that(feed, runs, monkeypatch):
    started = runs.start(ANN, LONG)
    started.worker.step(1)
    page, describe = page_at(session=ANN, runs={started.id: [0, 0]}), as_json.run

    def describe_and_stop(described):
        told_of_it = describe(described)
        described.hear(Stopped(1, None))
        return told_of_it

    monkeypatch.setattr(as_json, "run", describe_and_stop)
    kinds = [event["kind"] for event in events_in(told(feed, page), started.id)]
    assert (kinds[-1], started.state) == ("step", "stopped")
    monkeypatch.setattr(as_json, "run", describe)
    then = told(feed, page)["runs"][started.id]
    assert (then["state"], [event["kind"] for event in then["events"]]) == ("stopped", ["stopped"])


def test_a_training_is_told_of_to_who_may_not_hear_more_of_the_wall(classroom, runs):
    feed, started = Feed(classroom, runs, Rate(1, 0.001)), runs.start(ANN, LONG)
    started.worker.step(1)
    news = told(feed, page_at(session=ANN, showsWall=True, runs={started.id: [0, 0]}))
    assert events_in(news, started.id)
    assert "wall" not in news


def test_another_session_hears_nothing_of_a_training(feed, runs):
    started = runs.start(ANN, LONG)
    started.worker.step(3)
    page = page_at(session=BEN, runs={started.id: [0, 0]})
    assert told(feed, page)["runs"] == {started.id: None}
    started.worker.step(3)
    assert not has_news(feed, page)


def test_a_training_that_goes_on_wakes_those_who_follow_it_alone(feed, runs, monkeypatch):
    ann, ben = runs.start(ANN, LONG), runs.start(BEN, LONG)
    looks = []
    look = feed._class_news
    monkeypatch.setattr(feed, "_class_news", lambda page: looks.append(page) or look(page))

    async def follow():
        idle, follower = page_at("idle"), page_at(session=ANN, runs={ann.id: [0, 0]})
        for page in (idle, follower):
            await next_of(feed, page)  # what there is already
        waiting = [asyncio.create_task(feed.next(page)) for page in (idle, follower)]
        await asyncio.sleep(0.2)
        looks.clear()
        await asyncio.to_thread(ann.worker.step, 1)
        event = json.loads(await asyncio.wait_for(waiting[1], 30))
        assert not waiting[0].done()
        waiting[0].cancel()
        return event, idle

    news_of_ann, idle = run(follow())
    assert events_in(news_of_ann, ann.id)
    assert idle not in looks
    assert runs.position(ben) == 1


def test_who_waits_in_line_hears_that_it_moves(feed, classroom, runs):
    ann, ben, cleo = (runs.start(name, LONG) for name in (ANN, BEN, CLEO))
    heard = {"start": classroom.start, "since": classroom.latest}
    page = page_at(session=CLEO, runs={cleo.id: [0, 2]}, **heard)
    assert not has_news(feed, page)
    runs.leave(ben)
    assert told(feed, page)["runs"][cleo.id]["place"] == 1
    assert not ann.over


def test_a_session_that_listens_is_heard_of(feed, runs, monkeypatch):
    monkeypatch.setattr(feed_module, "SESSION_REMINDER", 0.05)
    started = runs.start(ANN, LONG)
    page = page_at(session=ANN, runs={started.id: [0, 0]})
    told(feed, page)
    heard = []
    find = runs.run
    monkeypatch.setattr(runs, "run", lambda *whose: heard.append(whose) or find(*whose))
    assert not has_news(feed, page)
    assert heard[1:3] == [(ANN, started.id)] * 2


# --- sockets --------------------------------------------------------------------------------------


def socket_messages(feed, *messages, closing=lambda: None):
    """Send messages on a socket, the next when one has been taken; return when, and what came."""
    app, taken, sent = Starlette(routes=news.ROUTES), [], []
    app.state.server = SimpleNamespace(feed=feed, teachers=Teachers())
    waiting = [{"type": "websocket.receive", "text": json.dumps(one)} for one in messages]

    async def receive():
        taken.append(asyncio.get_running_loop().time())
        if len(taken) == 1:
            return {"type": "websocket.connect"}
        return waiting.pop(0) if waiting else {"type": "websocket.disconnect", "code": 1000}

    async def send(message):
        sent.append(message["type"])
        if message["type"] == "websocket.close":
            closing()
            await asyncio.sleep(0.2)  # as long as a client takes nothing

    path = "/mnist_cnn/news"
    scope = {"type": "websocket", "path": path, "raw_path": path.encode(), "root_path": ""}
    scope |= {"headers": [], "query_string": b"", "client": ("here", 1), "subprotocols": []}
    run(asyncio.wait_for(app(scope, receive, send), 30))
    return taken, sent


def test_a_socket_s_messages_are_taken_no_faster_than_its_pace(feed, classroom, monkeypatch):
    pauses, sleep = [], asyncio.sleep
    monkeypatch.setattr(news.asyncio, "sleep", lambda seconds: pauses.append(seconds) or sleep(0))
    heard = {"start": classroom.start, "since": classroom.latest}
    taken, _ = socket_messages(feed, *[heard] * 5)
    assert len(taken) == 7
    assert pauses.count(news.PACE) == 5


def test_nothing_is_sent_on_a_socket_that_is_being_closed(feed, classroom, monkeypatch):
    monkeypatch.setattr(news, "PACE", 0.05)
    show = functools.partial(classroom.show, "drawing=1.AbC_-0123", 3)
    _, sent = socket_messages(feed, {}, {"since": "yesterday"}, closing=show)
    assert sent[-1] == "websocket.close"
    assert sent.count("websocket.close") == 1


@pytest.mark.parametrize("session", ["", "short", "a" * 65, "with spaces and such", 7, None])
def test_what_is_no_session_is_refused_on_both_ways(feed, session):
    _, sent = socket_messages(feed, {"session": session})
    assert sent == ["websocket.accept", "websocket.close"]
    app = Starlette(routes=news.ROUTES)
    app.state.server = SimpleNamespace(feed=feed, teachers=Teachers())

    async def ask():
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://x") as asking:
            headers = {"X-Mnist-Cnn-Session": str(session)}
            await asking.get("/mnist_cnn/news", params={"heard": "{}"}, headers=headers)

    with pytest.raises(RequestError, match="16 to 64 letters"):
        run(ask())


# --- requests that are held -----------------------------------------------------------------------


def pages(feed, classroom, *clients):
    """Return what pages are answered when nothing happens: JSON, or "full"."""
    app = Starlette(routes=news.ROUTES)
    app.state.server = SimpleNamespace(feed=feed, teachers=Teachers())

    async def ask(client):
        transport = httpx.ASGITransport(app, client=(client, 5000))
        async with httpx.AsyncClient(transport=transport, base_url="http://x") as asking:
            try:
                heard = {"start": classroom.start, "since": classroom.latest}
                asked = {"heard": json.dumps(heard)}
                return (await asking.get("/mnist_cnn/news", params=asked)).json()
            except OverloadError:
                return "full"

    async def all_at_once():
        return await asyncio.gather(*map(ask, clients))

    return run(asyncio.wait_for(all_at_once(), 30))


def test_a_tab_in_the_background_is_answered_at_once(feed, classroom):
    page = page_at()
    assert "rules" in told(feed, page)
    assert run(feed.next(page, wait=False)) == "{}"
    classroom.show("drawing=1.AbC_-0123", 3)
    assert "broadcast" in json.loads(run(feed.next(page, wait=False)))


def test_so_many_requests_are_held_of_one_client_and_in_all_and_none_for_ever(
    classroom, runs, monkeypatch
):
    monkeypatch.setattr(news, "HELD_SECONDS", 0.3)
    monkeypatch.setattr(feed_module, "MAX_HELD_PER_CLIENT", 2)
    monkeypatch.setattr(feed_module, "MAX_HELD", 3)
    clients = ("here", "here", "here", "there", "elsewhere")
    answers = pages(Feed(classroom, runs), classroom, *clients)
    assert answers == [{}, {}, "full", {}, "full"]


def test_a_tab_in_the_background_that_asks_now_and_then_stays_here(feed, monkeypatch):
    monkeypatch.setattr(news, "GRACE", 0.0)
    app = Starlette(routes=news.ROUTES)
    app.state.server = SimpleNamespace(feed=feed, teachers=Teachers())

    async def here_after(**asked):
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://x") as asking:
            await asking.get("/mnist_cnn/news", params={"heard": "{}"} | asked)
        await asyncio.sleep(0.2)
        return feed.presence.count()

    assert run(here_after()) == 0
    assert run(here_after(wait="0")) == 1


def test_a_vote_wakes_nobody_but_teachers_and_asks_nobody_else(classroom, runs):
    feed, asked = Feed(classroom, runs), []
    teacher = Page("here", Heard.parse("{}"), lambda: True)
    pupils = [Page("here", Heard.parse("{}"), lambda: asked.append(1) or False) for _ in range(3)]

    async def vote():
        for page in (teacher, *pupils):
            await feed.next(page)  # what holds already
        waiting = [asyncio.ensure_future(feed.next(page)) for page in (teacher, *pupils)]
        await asyncio.sleep(0)
        asked.clear()
        classroom.votes.clear()
        told = json.loads(await asyncio.wait_for(waiting[0], 30))
        done = [one.done() for one in waiting]
        for one in waiting:
            one.cancel()
        return told, done

    told, done = run(vote())
    assert told["votes"]["number"] == classroom.votes.number
    assert done == [True, False, False, False]
    assert asked == []
