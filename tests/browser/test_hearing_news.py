"""How a page keeps hearing from its server: lost connections, a login that is over, old news."""

import itertools
import json

import pytest

from tests.browser.modules import open_modules

# Sockets that do what a test says; requests get the status `window.answer`, or no answer.
SERVER = """() => {
    window.mnistCnnPage = {served: true, files: {}};
    window.sockets = [];
    window.requests = [];
    window.answer = null;
    window.WebSocket = class extends EventTarget {
        static OPEN = 1;
        readyState = 0;
        sent = [];
        constructor() {
            super();
            window.sockets.push(this);
        }
        open() {
            this.readyState = 1;
            this.dispatchEvent(new Event("open"));
        }
        send(text) {
            this.sent.push(JSON.parse(text));
        }
        tell(news) {
            this.dispatchEvent(new MessageEvent("message", {data: JSON.stringify(news)}));
        }
        close() {
            if (this.readyState === 3) return;
            this.readyState = 3;
            this.dispatchEvent(new Event("close"));
        }
    };
    window.fetch = async (address, {headers = {}} = {}) => {
        window.requests.push({address: String(address), headers: Object.keys(headers)});
        if (!window.answer) throw new TypeError("no network");
        return new Response("{}", {status: window.answer});
    };
}"""
FOLLOW = """async ({module, run}) => {
    const news = await import(module);
    if (!run) return news.followClass();
    const {History} = await import("/components/train/run/history.js");
    window.said = [];
    window.run = {id: "run", state: run, place: 0, sequence: 0, history: new History()};
    news.followRun(window.run, () => window.said.push("news"),
        (error) => window.said.push(error ? error.refused ?? "unreachable" : null));
}"""
fresh = itertools.count()


class Hearing:
    """A page that hears from a server, and the hands of a clock."""

    def __init__(self, page):
        self.page = page

    def begin(self, run=None):
        """Follow the class, and a run in this state."""
        module = f"/state/news.js?{next(fresh)}"
        self.page.evaluate(SERVER)
        self.page.evaluate(FOLLOW, {"module": module, "run": run})

    @property
    def count(self):
        return self.page.evaluate("sockets.length")

    @property
    def said(self):
        return self.page.evaluate("said")

    def do(self, what):
        """``open()``, ``close()`` or ``tell(…)`` with the newest socket."""
        self.page.evaluate(f"sockets.at(-1).{what}")

    def tell(self, **run):
        told = {"state": "training", "sequence": 0, "events": []} | run
        self.do(f"tell({json.dumps({'runs': {'run': told}})})")

    def wait(self, seconds):
        self.page.evaluate("new Promise((resolve) => queueMicrotask(resolve))")
        self.page.clock.run_for(int(1000 * seconds))

    def lose(self):
        """Close the socket, and wait until the next one."""
        count = self.count
        self.do("close()")
        self.wait(2)
        assert self.count == count + 1


@pytest.fixture
def hearing(browser):
    page = open_modules(browser)
    page.clock.install()
    yield Hearing(page)
    page.close()


def test_a_page_with_a_training_is_back_within_two_seconds_however_long_it_was_away(hearing):
    hearing.begin("training")
    hearing.do("open()")
    hearing.tell()
    for _ in range(8):
        hearing.lose()


def test_a_page_without_one_waits_longer_each_time_but_not_when_the_network_is_back(hearing):
    hearing.begin()
    hearing.do("open()")
    for _ in range(3):
        hearing.do("close()")
        hearing.wait(10)
    count = hearing.count
    hearing.do("close()")
    hearing.wait(4)
    assert hearing.count == count
    hearing.page.evaluate("window.dispatchEvent(new Event('online'))")
    assert hearing.count == count + 1


def test_a_server_that_closes_every_socket_at_once_is_asked_less_and_less(hearing):
    hearing.begin()
    for _ in range(3):
        hearing.do("open()")
        hearing.do("close()")
        hearing.wait(8)
    count = hearing.count
    hearing.do("open()")
    hearing.do("close()")
    hearing.wait(4)
    assert hearing.count == count


@pytest.mark.parametrize("steady", ["tell({})", "a while"])
def test_after_a_good_connection_the_next_one_is_opened_soon(hearing, steady):
    hearing.begin()
    for _ in range(6):
        hearing.do("open()")
        if steady == "a while":
            hearing.wait(15)
        else:
            hearing.do(steady)
        hearing.lose()


def test_only_a_connection_that_does_not_come_back_is_trouble(hearing):
    hearing.begin("training")
    hearing.do("open()")
    hearing.tell()
    hearing.lose()
    assert hearing.said == ["news"]
    hearing.lose()
    assert hearing.said == ["news", "unreachable"]
    hearing.do("open()")
    hearing.tell()
    assert hearing.said == ["news", "unreachable", None, "news"]


def test_a_page_that_is_signed_out_says_so_and_asks_no_more(hearing):
    hearing.begin("training")
    hearing.do("open()")
    hearing.tell()
    hearing.lose()
    hearing.page.evaluate("answer = 401")
    count = hearing.count
    hearing.do("close()")
    hearing.wait(120)
    assert hearing.said == ["news", "signedOut"]
    assert hearing.count == count
    assert len(hearing.page.evaluate("requests")) == 1


def test_without_sockets_too(hearing):
    hearing.begin("training")
    hearing.page.evaluate("answer = 401")
    hearing.lose()
    hearing.do("close()")
    hearing.wait(120)
    assert hearing.said[-1] == "signedOut"
    assert len(hearing.page.evaluate("requests")) == 1


def test_a_tab_in_the_background_keeps_no_connection(hearing):
    """Of the six that a browser has to a server, for all of its tabs."""
    hearing.begin()
    hearing.lose()
    hearing.page.evaluate("answer = 200")
    hearing.do("close()")  # no socket opens
    hearing.wait(5)
    hearing.page.evaluate("""() => {
        Object.defineProperty(document, "hidden", {get: () => window.isHidden, configurable: true});
        window.turn = (hidden) => {
            window.isHidden = hidden;
            document.dispatchEvent(new Event("visibilitychange"));
            requests.length = 0;
        };
    }""")

    def asked(hidden, seconds):
        hearing.page.evaluate("turn", hidden)
        for _ in range(2 * seconds):
            hearing.wait(0.5)
        return ["wait=0" in one for one in hearing.page.evaluate("requests.map((r) => r.address)")]

    seen = asked(hidden=False, seconds=5)
    assert len(seen) > 5
    assert not any(seen)
    unseen = asked(hidden=True, seconds=21)
    assert 3 <= len(unseen) <= 6
    assert all(unseen[1:])
    assert asked(hidden=False, seconds=1)[-1] is False


def test_a_server_that_was_started_anew_is_heard_from_the_beginning(hearing):
    hearing.begin()
    hearing.do("open()")
    hearing.page.evaluate("""async () => {
        window.told = [];
        const {listen} = await import("/state/events.js");
        for (const name of ["wall", "rules", "restart"]) {
            listen(name, (said) => told.push(said ?? name));
        }
    }""")
    for start, number in (("one", 7), ("two", 2), ("two", 2), ("two", 3)):
        news = {"start": start, "number": number, "rules": f"{start} {number}", "wall": number}
        hearing.do(f"tell({json.dumps(news)})")
    assert hearing.page.evaluate("told") == [
        *("one 7", 7, "restart", "two 2", 2, "two 3", 3),
    ]
    hearing.lose()
    hearing.do("open()")
    said = hearing.page.evaluate("sockets.at(-1).sent.at(-1)")
    assert (said["start"], said["since"]) == ("two", 3)


@pytest.mark.parametrize("status", [403, 404, 429, 502])
def test_a_proxy_s_page_is_no_end(hearing, status):
    hearing.begin("training")
    hearing.do("open()")
    hearing.page.evaluate(f"answer = {status}")
    for _ in range(4):
        hearing.lose()


@pytest.mark.parametrize(("state", "reopened"), [("training", 1), ("paused", 0)])
def test_a_socket_that_is_silent_while_a_run_trains_is_dead(hearing, state, reopened):
    hearing.begin("starting")
    hearing.do("open()")
    hearing.tell(state=state)
    hearing.wait(15)
    assert hearing.count == 1
    hearing.wait(10)
    assert hearing.count == 1 + reopened


def test_the_server_hears_when_a_training_has_been_told_to_its_end(hearing):
    hearing.begin("training")
    hearing.do("open()")
    assert list(hearing.page.evaluate("sockets[0].sent.at(-1).runs")) == ["run"]
    hearing.tell(state="done", sequence=1, events=[{"number": 1, "kind": "finished"}])
    assert hearing.page.evaluate("sockets[0].sent.at(-1).runs") == {}


def test_a_wall_that_was_told_already_is_left_out(hearing):
    hearing.begin()
    hearing.do("open()")
    hearing.page.evaluate("""async () => {
        window.walls = [];
        (await import("/state/events.js")).listen("wall", (wall) => walls.push(wall));
    }""")
    for number in (5, 5, 4, 6):
        hearing.do(f"tell({{number: {number}, wall: {number}}})")
    assert hearing.page.evaluate("walls") == [5, 6]


def test_who_asks_is_said_only_where_it_matters(hearing):
    hearing.begin()
    named = hearing.page.evaluate("""async () => {
        const {call} = await import("/transport/http.js");
        answer = 200;
        for (const path of ["network/x", "ink", "check", "share", "trainings", "class", "wall"]) {
            await call(path);
        }
        return requests.filter(({headers}) => headers.length).map(({address}) => address);
    }""")
    assert named == ["/mnist_cnn/trainings", "/mnist_cnn/class", "/mnist_cnn/wall"]


def test_a_sentence_that_the_page_does_not_know_is_shown_as_the_server_wrote_it(hearing):
    shown = hearing.page.evaluate("""async () => {
        const {createNotice} = await import("/components/pad/notice.js");
        const element = document.createElement("p");
        createNotice(element).show(Object.assign(new Error("Never seen."), {refused: "new key"}));
        return element.textContent;
    }""")
    assert shown == "Never seen."


def test_what_a_teacher_is_told_is_said_back_and_begins_anew_with_another_server(hearing):
    hearing.begin()
    hearing.do("open()")
    hearing.page.evaluate("""async () => {
        window.told = [];
        const {listen} = await import("/state/events.js");
        for (const name of ["here", "votes", "call"]) {
            listen(name, (said) => told.push([name, said]));
        }
    }""")
    place = {"view": "class", "chapter": None, "card": None, "settings": {}}
    votes = {"predictions": {}, "answers": {"flatten": [1, 2]}, "number": 4}
    news = {"start": "one", "number": 3, "call": place, "here": 27, "votes": votes}
    hearing.do(f"tell({json.dumps(news)})")
    assert hearing.page.evaluate("told") == [
        ["call", place],
        ["here", {"count": 27}],
        ["votes", votes],
    ]
    hearing.do(f"tell({json.dumps(news)})")  # twice: nobody is brought there again
    assert [name for name, _ in hearing.page.evaluate("told")].count("call") == 1
    hearing.lose()
    hearing.do("open()")
    said = hearing.page.evaluate("sockets.at(-1).sent.at(-1)")
    assert (said["here"], said["votes"]) == (27, 4)
    hearing.do("tell({start: 'two', number: 1})")
    hearing.lose()
    hearing.do("open()")
    said = hearing.page.evaluate("sockets.at(-1).sent.at(-1)")
    assert (said["here"], said["votes"]) == (None, 0)


def test_who_becomes_the_teacher_hears_over_another_connection_at_once(hearing):
    module = f"/state/news.js?{next(fresh)}"
    hearing.page.evaluate(SERVER)
    hearing.page.evaluate(FOLLOW, {"module": module, "run": None})
    hearing.do("open()")
    hearing.page.evaluate("async (module) => (await import(module)).hearAnew()", module)
    hearing.page.evaluate("new Promise((resolve) => queueMicrotask(resolve))")
    assert hearing.count == 2  # without a second's wait, as after a lost one
