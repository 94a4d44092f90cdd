"""Names that other packages do not promise stand in few files, and these are still as they were."""

import ast
import asyncio
import contextlib
import inspect
import socket

import gradio as gr
import httpx
import keras
import pytest
from gradio import component_meta, networking, tunneling
from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from mnist_cnn.server.gradio_app import fast_import
from mnist_cnn.server.http import gradio_internals
from tests.serving import ROOT
from tests.waiting import until

# Where such names may stand.
FILES = {
    "mnist_cnn/server/http/gradio_internals.py",
    "mnist_cnn/server/gradio_app/digit_pad.py",  # a class is to be made without Gradio's stub file
}
FOREIGN = ("argparse", "fastapi", "gradio", "h11", "keras", "starlette", "tensorflow", "uvicorn")
# Attributes of Gradio's and uvicorn's objects without an underscore that no documentation has.
UNDOCUMENTED = {
    *("cookie_id", "fns", "get_blocks", "share_token", "startup_events_triggered", "state_holder"),
    *("theme_css", "theme_hash", "tokens"),
    *("cycle", "http_protocol_class", "middleware_stack", "trusted_hosts"),
    *("ws_max_size", "ws_per_message_deflate", "ws_protocol_class"),
}
NAMED_TUPLES = {"_replace", "_asdict", "_fields"}  # documented, underscore and all


def is_private(name):
    return name.startswith("_") and not name.endswith("__") and name not in NAMED_TUPLES


def private_names(tree):
    """The names in a file that other packages do not promise."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            own = isinstance(node.value, ast.Name) and node.value.id in ("self", "cls", "os")
            if node.attr in UNDOCUMENTED or (is_private(node.attr) and not own):
                yield node.attr
        for name in imported(node):
            package, *inner = name.split(".")
            # Of Gradio ``gr.…`` is promised, of uvicorn nothing that its command does not have.
            modules = package in ("gradio", "uvicorn") and inner
            if package in FOREIGN and (modules or any(map(is_private, inner))):
                yield name


def imported(node):
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        return [f"{node.module}.{alias.name}" for alias in node.names]
    return []


def test_private_names_stand_in_few_files():
    paths = [ROOT / "app.py", *(ROOT / "mnist_cnn").rglob("*.py")]
    trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in paths}
    found = {str(path.relative_to(ROOT)): {*private_names(tree)} for path, tree in trees.items()}
    assert {name: names for name, names in found.items() if names and name not in FILES} == {}
    assert {name for name in FILES if not found[name]} == set()


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("demo._queue.push()", ["_queue"]),
        ("app.tokens", ["tokens"]),
        ("self._queue", []),
        ("color._replace(red=1)", []),
        ("import uvicorn", []),
        ("import gradio as gr", []),
        ("from gradio import networking", ["gradio.networking"]),
        ("from starlette._utils import x", ["starlette._utils.x"]),
        ("from starlette.routing import Route", []),
        ("argparse._SubParsersAction", ["_SubParsersAction"]),
    ],
)
def test_the_search_finds_private_names(line, names):
    assert [*private_names(ast.parse(line))] == names


@contextlib.contextmanager
def launched(**options):
    """Launch a page with the function ``/double``; yield it, and a client of it."""

    async def who(request: Request):
        await request.body()
        return JSONResponse(gradio_internals.signed_in(request))

    def double(number: float) -> float:
        return 2 * number

    with gr.Blocks() as page:
        gr.api(double)
    routes = {"routes": [Route("/who", who, methods=["GET", "POST"])]}
    _, address, _ = page.launch(
        prevent_thread_lock=True, quiet=True, ssr_mode=False, app_kwargs=routes, **options
    )
    try:
        with httpx.Client(base_url=address, timeout=60, trust_env=False) as client:
            yield page, client
    finally:
        page.close(verbose=False)


def test_signing_in_and_out_is_seen_and_is_what_gradio_goes_by():
    with launched(auth=[("ann", "chalk")]) as (page, client):
        assert client.get("/who").json() is False
        client.post("/login", data={"username": "ann", "password": "chalk"})
        assert client.get("/who").json() is True
        assert client.get("/gradio_api/user").json() == "ann"
        cookies = gradio_internals._cookies(page.app)
        assert {*client.cookies} == {*cookies}
        here = connection(page, client.cookies)
        token = gradio_internals.token_of(here)
        assert token == client.cookies[cookies[1]]
        assert gradio_internals.drop_token(here, token) == "ann"
        assert client.get("/gradio_api/user").json() is None


def connection(page, cookies):
    said = "; ".join(f"{name}={value}" for name, value in cookies.items()).encode()
    return HTTPConnection({"type": "http", "app": page.app, "headers": [(b"cookie", said)]})


def test_gradio_lets_in_whom_the_server_has_signed_in_and_not_too_many(monkeypatch):
    monkeypatch.setattr(gradio_internals, "MAX_BROWSERS", 3)
    with launched(auth=[("ann", "chalk"), ("bo", "sponge")]) as (page, client):
        users, ended = [], []
        for name in ("ann", "bo", "ann", "ann", "ann"):
            answer = Response()
            ended += gradio_internals.sign_in(connection(page, {}), answer, name, secure=False)
            cookie = answer.headers.getlist("set-cookie")[1].partition(";")[0]
            users.append(
                lambda cookie=cookie: client.get("/gradio_api/user", headers={"Cookie": cookie})
            )
        assert len(ended) == 1
        assert [user().json() for user in users] == [None, "bo", "ann", "ann", "ann"]


@pytest.fixture(scope="module")
def page():
    with launched() as both:
        yield both


def test_without_accounts_everybody_is_signed_in(page):
    assert page[1].get("/who").json() is True


def test_answers_of_the_queue_are_seen(page):
    demo, client = page
    call = client.post("/gradio_api/call/double", json={"data": [4]}).json()["event_id"]
    assert gradio_internals.keeps_answers(demo.app, call)
    assert not gradio_internals.keeps_answers(demo.app, "another")
    assert gradio_internals.open_calls(demo.app, call) == 1
    assert gradio_internals.unread_sessions(demo.app) == {call: True}
    assert "8" in client.get(f"/gradio_api/call/double/{call}").text
    assert gradio_internals.open_calls(demo.app, call) == 0
    assert not gradio_internals.unread_sessions(demo.app).get(call)


def test_the_queue_sleeps_for_a_tenth_of_a_second(page):
    queue = page[0]._queue
    for name in ("sleep_when_free", "progress_update_sleep_when_free"):
        assert 0 < getattr(queue, name) <= 0.1
        setattr(queue, name, 0.01)
    gradio_internals.slow_down_queue(page[0])
    assert queue.sleep_when_free == queue.progress_update_sleep_when_free == 0.1
    assert "sleep(self.sleep_when_free)" in inspect.getsource(type(queue))


def test_uvicorn_takes_its_options_for_sockets_after_its_start(page):
    config, wrapped = page[0].server.config, []
    before = (config.ws_max_size, config.ws_per_message_deflate, config.ws_protocol_class)
    assert before[0] > 10_000
    assert before[1] is True
    gradio_internals.limit_sockets(page[0], 64, lambda protocol: wrapped.append(protocol) or int)
    assert wrapped == [before[2]]
    assert issubclass(wrapped[0], asyncio.Protocol)
    assert "self.scope" in inspect.getsource(wrapped[0])
    after = (config.ws_max_size, config.ws_per_message_deflate, config.ws_protocol_class)
    assert after == (64, False, int)
    config.ws_max_size, config.ws_per_message_deflate, config.ws_protocol_class = before


def test_uvicorn_takes_another_protocol_after_its_start(page):
    demo, client = page
    config, made, of_bodies = demo.server.config, [], []
    before = config.http_protocol_class

    def wrap(protocol):
        class Noted(protocol):
            def connection_made(self, transport):
                super().connection_made(transport)
                made.append((self, gradio_internals.awaits_request(self)))

            def data_received(self, data):
                super().data_received(data)
                made.append((self, gradio_internals.awaits_request(self)))
                of_bodies.append(gradio_internals.awaits_body(self))

        return Noted

    gradio_internals.limit_connections(demo, wrap)
    try:
        with httpx.Client(base_url=client.base_url, trust_env=False) as other:
            assert other.get("/who").json() is True
            (protocol, at_first), (_, while_asked), *_ = made
            assert (at_first, while_asked) == (True, False)
            until(lambda: gradio_internals.awaits_request(protocol))  # its last byte came first
        assert not any(of_bodies)
        with socket.create_connection((client.base_url.host, client.base_url.port)) as sender:
            sender.sendall(b"POST /who HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n")
            sender.sendall(b"Content-Length: 2\r\n\r\n")
            until(lambda: of_bodies[-1], 20)
            sender.sendall(b"ab")
            until(lambda: not of_bodies[-1], 20)
    finally:
        config.http_protocol_class = before


def test_sockets_of_uvicorn_have_no_cycle(page):
    assert "cycle" not in inspect.getsource(page[0].server.config.ws_protocol_class)


def test_proxies_are_understood_as_uvicorn_s_command_does():
    trusted = gradio_internals.trusted_proxies("127.0.0.1, 10.0.0.0/8")
    assert [host in trusted for host in ("127.0.0.1", "10.1.2.3", "127.0.0.2")] == [1, 1, 0]
    assert "192.0.2.1" in gradio_internals.trusted_proxies("*")
    assert "127.0.0.1" not in gradio_internals.trusted_proxies("")


def test_gradio_s_rules_for_other_sites_can_be_taken_out():
    foreign = {"Origin": "http://evil.example", "Host": "class.example"}
    with launched() as (page, client):
        for expected in (True, False):
            answer = client.get("/who", headers=foreign)
            assert ("access-control-allow-origin" in answer.headers) == expected
            if expected:
                gradio_internals.remove_cors(page)


def test_the_theme_is_the_one_that_gradio_serves(page):
    css, version = gradio_internals.theme_of(page[0])
    assert page[1].get("/theme.css").text == css
    assert version in page[1].get("/").text


def test_tunnels_are_opened_and_known_as_before(page):
    taken = [*inspect.signature(networking.setup_tunnel).parameters]
    assert taken[:4] == ["local_host", "local_port", "share_token", "share_server_address"]
    assert len(taken) == 5
    assert len(page[0].share_token) > 20
    tunnel = tunneling.Tunnel("localhost", 1, "localhost", 2, "token", None)
    assert tunnel.proc is None
    assert gradio_internals.tunnels() is tunneling.CURRENT_TUNNELS == []


def test_gradio_writes_stubs_where_it_is_stopped():
    assert component_meta.__name__ == fast_import.MODULE
    assert callable(getattr(component_meta, fast_import.STUB_WRITER))


def test_an_optimizer_of_keras_knows_the_number_of_a_variable():
    """``Muon`` asks for it by a name that Keras' own optimizers use, and no documentation has."""
    optimizer, variables = keras.optimizers.SGD(), [keras.Variable([0.0]), keras.Variable([0.0])]
    optimizer.build(variables)
    assert [optimizer._get_variable_index(variable) for variable in variables] == [0, 1]
