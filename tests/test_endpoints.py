"""Every endpoint of the running app, Gradio's included, is needed and bounded, or switched off."""

import socket
from urllib.parse import urlsplit

import httpx
import pytest
from websockets.exceptions import ConnectionClosedError, InvalidStatus
from websockets.sync.client import connect

from mnist_cnn.classroom import wall
from mnist_cnn.runs import uploads
from mnist_cnn.runs.limits import Limits
from mnist_cnn.server.gate import bodies, frames, gate, headers, upload_quota
from mnist_cnn.server.gate.endpoints import (
    COMMANDS,
    ENDPOINTS,
    FILES,
    LARGEST_MESSAGE,
    MEBIBYTE,
    NOT_TEACHER,
    PREFIX,
    find,
    served,
)
from mnist_cnn.server.http import outgoing
from mnist_cnn.server.http.requests import SESSION
from mnist_cnn.server.state import feed
from mnist_cnn.server.state.teachers import MAX_BROWSERS, Teachers
from tests.endpoints import every_endpoint
from tests.serving import ROOT

SECURITY, README = ROOT / ".github" / "SECURITY.md", ROOT / "README.md"
GATE = "There is nothing here."


@pytest.fixture(scope="module")
def routes():
    return every_endpoint()


def test_the_enumeration_finds_gradio_s_endpoints_and_ours(routes):
    assert len(routes) > 80
    for known in (
        ("POST", "/gradio_api/upload"),
        ("GET", "/gradio_api/file=/etc/passwd"),
        ("POST", "/gradio_api/component_server"),
        ("POST", "/gradio_api/queue/join"),
        ("GET", "/gradio_api/proxy=x1"),
        ("WEBSOCKET", f"{PREFIX}/news"),
        ("GET", f"{PREFIX}/network/x1"),
    ):
        assert known in routes


def test_what_is_not_needed_is_switched_off(routes, address):
    off = [(method, path) for method, path in routes if find(method, path) is None]
    assert len(off) > 50
    with httpx.Client(base_url=address) as client:
        answers = {(m, p): client.request(m, p) for m, p in off}
    reached = [
        asked
        for asked, answer in answers.items()
        if answer.status_code != 404 or (asked[0] != "HEAD" and answer.json()["error"] != GATE)
    ]
    assert reached == []


def test_what_is_needed_is_gradio_s_or_ours_and_nothing_else(routes):
    needed = {find(method, path) for method, path in routes} - {None}
    unused = [one.path for one in ENDPOINTS if one not in needed]
    # /train's file has a path of its own, and scripts need no route.
    assert {path for path in unused if "file=" not in path} == {f"{FILES}/.+"}
    gradio = {path for method, path in routes if find(method, path) and PREFIX not in path}
    assert gradio == {
        "/health",
        "/gradio_api/cancel",
        "/",
        "/assets/a/b.js",
        "/config",
        "/config/",
        "/gradio_api/call/predict",
        "/gradio_api/call/predict/x1",
        "/gradio_api/info",
        "/gradio_api/info/",
        "/gradio_api/queue/data",
        "/gradio_api/queue/join",
        "/gradio_api/upload",
    }


def test_a_visitor_reaches_few_paths(routes):
    """Of a path with parameters, and one with and without a slash at its end, there is one."""
    reached = {path.rstrip("/") for method, path in routes if find(method, path)}
    unseen = {"/gradio_api/file=", FILES}  # their paths are not in the router
    assert len(reached | unseen) <= 29
    assert len(ENDPOINTS) <= 29


def test_what_an_option_needs_is_there_with_it_and_else_not(address):
    assert httpx.post(f"{address}/login", data={}).json()["error"] == GATE
    assert httpx.get(f"{address}/gradio_api/mcp").json()["error"] == GATE
    with_both = {one.why for one in served(accounts=True, tools=True)} - {
        one.why for one in ENDPOINTS
    }
    assert with_both == {"--auth", "--mcp"}


def test_nobody_begins_what_has_begun(address):
    answer = httpx.get(f"{address}/gradio_api/startup-events")
    assert (answer.status_code, answer.json()["error"]) == (404, GATE)


def test_security_md_shows_every_endpoint_with_its_limits():
    text = SECURITY.read_text(encoding="utf-8")
    shown = text.split("<!-- endpoints -->")[1].split("<!-- /endpoints -->")[0].strip()
    assert shown == "\n".join(table())


def table():
    yield "| endpoint | for | body, at most | requests from one address |"
    yield "|---|---|---|---|"
    for one in served(accounts=True, tools=True):
        path = one.path.replace("|", "\\|")
        body = size(one.body) if one.body else "none"
        yield f"| `{one.methods} {path}` | {one.why} | {body} | {'; '.join(limits(one))} |"


def limits(one):
    if one.rate:
        yield of(one.rate)
    if one.teacher:
        yield f"who is not the teacher: {of(NOT_TEACHER)}; the teacher, in all: {of(COMMANDS)}"
    if one.heavy:
        yield f"{gate.HEAVY_PER_CLIENT} computed at a time, {gate.MAX_HEAVY_WAITING} wait"
    if "WEBSOCKET" in one.methods:
        yield f"{gate.MAX_SOCKETS_PER_CLIENT} sockets open"


def of(rate):
    return f"{rate.burst:g} at once, {rate.per_second:g} a second"


def size(count):
    return f"{count / MEBIBYTE:.3g} MiB" if count >= MEBIBYTE else f"{count / 1024:.3g} KiB"


IN_WORDS = {2: "two", 4: "four", 6: "six", 10: "ten", 15: "fifteen"}


def mebibytes(count):
    return f"{count // MEBIBYTE} MiB"


def test_what_is_written_of_the_other_limits_is_how_they_are():
    kept = Limits()
    minutes = [
        IN_WORDS[seconds // 60] for seconds in (upload_quota.UPLOADS_KEPT[1], upload_quota.SECONDS)
    ]
    assert kept.kept_seconds == uploads.MAX_AGE
    written = [
        f"{LARGEST_MESSAGE:,} bytes for a WebSocket's message",
        f"{headers.MAX_QUERY_LENGTH:,} characters for a query",
        f"in {bodies.BASE_SECONDS} seconds and one more for each {bodies.SLOWEST // 1000} kB",
        f"{bodies.MAX_COMING_PER_CLIENT} bodies on their way at a time from one address",
        f"{mebibytes(bodies.MAX_HELD_PER_CLIENT)} of large bodies in memory at a time of one "
        f"address, {mebibytes(bodies.MAX_HELD)} of everybody",
        f"{IN_WORDS[gate.HEAVY_AT_ONCE]} at a time and {IN_WORDS[gate.HEAVY_PER_CLIENT]} of an "
        "address",
        f"{gate.MAX_SOCKETS_PER_CLIENT} sockets of an address, {gate.MAX_SOCKETS:,} of everybody",
        f"more than {frames.BUDGET.burst:g} seconds of a core at once, or "
        f"{100 * frames.BUDGET.per_second:g} % of one",
        f"held for news {feed.MAX_HELD_PER_CLIENT} and {feed.MAX_HELD:,}",
        f"{mebibytes(outgoing.MAX_OUTGOING_PER_CLIENT)} are on their way to an address and "
        f"{mebibytes(outgoing.MAX_OUTGOING)} in all",
        f"{mebibytes(upload_quota.MAX_STORED_PER_CLIENT)} from an address and "
        f"{upload_quota.MAX_STORED // 2**30} GiB in all",
        f"deleted after {minutes[0]} to {minutes[1]} minutes",
        f"a token has {6 * len(Teachers().token)} random bits",
        f"The newest {MAX_BROWSERS} such browsers are teachers",
        f"{kept.kept_in_all} trainings that are over, {kept.kept_unbegun} without weights and "
        f"{uploads.MAX_IN_ALL} uploaded networks are kept, "
        f"for {IN_WORDS[kept.kept_seconds // 3600]} hours",
        f"holds {wall.MAX_DIGITS} digits, {wall.MAX_PER_SESSION} from each page",
    ]
    texts = SECURITY.read_text(encoding="utf-8") + README.read_text(encoding="utf-8")
    assert [words for words in written if words not in texts] == []


FILES_OF_THE_MACHINE = (
    ("GET", "/gradio_api/file=/etc/passwd"),
    ("GET", "/gradio_api/file=weights/mnist_cnn.keras"),
    ("GET", "/gradio_api/file/etc/passwd"),
    ("GET", "/gradio_api/proxy=http://127.0.0.1:22/"),
    ("POST", "/gradio_api/component_server"),
    ("POST", "/gradio_api/vibe-edit"),
    ("GET", "/mnist_cnn/server.py"),
    ("GET", "/mnist_cnn/network/..%2f..%2fweights%2fmnist_cnn.keras"),
    ("GET", "/mnist_cnn/network/variant-..%2fdoubt"),
    ("GET", "/mnist_cnn/files/any/..%2f..%2f..%2fapp.py"),
    ("GET", "/mnist_cnn/files/any/%2e%2e/server.py"),
    ("GET", "/assets/..%2f..%2froutes.py"),
    ("GET", "/static/%2e%2e%2f%2e%2e%2froutes.py"),
    ("GET", "/docs"),
    ("GET", "/openapi.json"),
)


def test_no_path_of_a_file_is_reachable(address):
    with httpx.Client(base_url=address) as client:
        for method, path in FILES_OF_THE_MACHINE:
            answer = client.request(method, path)
            assert answer.status_code in (400, 403, 404), path
            assert b"import" not in answer.content, path
            assert str(ROOT).encode() not in answer.content, path


TOO_LONG = (
    ("/gradio_api/upload", 9 * MEBIBYTE, (413, 400)),  # 400: no multipart, which is seen first
    ("/gradio_api/queue/join", 100_000, (413,)),
    ("/mnist_cnn/check?width=9&height=9", 100_000, (413,)),
    ("/mnist_cnn/wall?meant=7", 2000, (413,)),
    ("/mnist_cnn/ink", 9 * MEBIBYTE, (413,)),
    ("/mnist_cnn/trainings", 5000, (413,)),
    ("/mnist_cnn/file", 17 * MEBIBYTE, (413,)),
    ("/mnist_cnn/corrections", 300_000, (413,)),
    ("/mnist_cnn/class", 21_000, (413, 403)),  # 403: no teacher, which is seen first
)


@pytest.mark.parametrize("length", ["told", "not told"])
def test_bodies_are_bounded_before_they_are_read(address, length):
    headers = {"content-type": "text/plain", SESSION: "somebody-0000000000"}
    for path, size, statuses in TOO_LONG:
        parts = (b"x" * 10_000 for _ in range(size // 10_000 + 1))
        body = b"x" * size if length == "told" else parts
        answer = httpx.post(address + path, content=body, headers=headers)
        assert answer.status_code in statuses, path


MALFORMED = {
    "no json": "not JSON",
    '{"data": [NaN]}': "not JSON",
    "3": "must be an object",
    "[" * 60_000: "not JSON",
    '{"data": ' + "[" * 50 + "]" * 50 + "}": "nested too deeply",
    '{"data": [], "fn_index": 99}': "no function 99",
    '{"data": [], "fn_index": true}': "no function True",
    '{"data": [], "session_hash": ["x"]}': "session_hash must be",
    '{"data": [{"path": "http://169.254.169.254/"}]}': "No file is fetched",
}


def test_malformed_calls_get_a_sentence(address):
    for call, sentence in MALFORMED.items():
        answer = httpx.post(f"{address}/gradio_api/queue/join", content=call)
        assert answer.status_code == 400, call[:100]
        assert sentence in answer.json()["error"], call[:100]


TYPES = ({"data": 3}, {"data": [], "event_id": 5}, {"data": [], "trigger_id": "q"}, {})


def test_a_call_with_values_of_wrong_types_is_refused_by_gradio(address):
    for call in TYPES:
        answer = httpx.post(f"{address}/gradio_api/queue/join", json=call)
        assert answer.status_code == 422, call


def test_a_call_of_a_name_the_page_does_not_have_is_not_found(address):
    answer = httpx.post(f"{address}/gradio_api/call/nothing", json={"data": []})
    assert (answer.status_code, answer.json()["error"]) == (404, GATE)


def test_another_site_uploads_nothing_in_a_visitor_s_name(address):
    answer = httpx.post(
        f"{address}/gradio_api/upload",
        files={"files": ("a.png", b"x")},
        headers={"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"},
    )
    assert answer.status_code == 403


def test_what_is_no_json_cancels_nothing(address):
    answer = httpx.post(f"{address}/gradio_api/cancel", content=b"--b\r\n\xc8")
    assert answer.status_code == 400
    assert "not JSON" in answer.json()["error"]


def test_who_has_called_nothing_gets_no_answer(address):
    for path in ("queue/data?session_hash=nobody", "call/predict/nothing"):
        answer = httpx.get(f"{address}/gradio_api/{path}")
        assert answer.status_code == 404, path
        assert "no such call" in answer.json()["error"], path


def test_predict_reads_no_file_that_was_not_uploaded(address):
    with httpx.Client(base_url=f"{address}/gradio_api/call/") as client:
        for path in ("/etc/passwd", "weights/mnist_cnn.keras", "../app.py"):
            call = {"data": [{"path": path, "meta": {"_type": "gradio.FileData"}}]}
            event = client.post("predict", json=call).json()["event_id"]
            answer = client.get(f"predict/{event}").text
            assert "event: error" in answer, path
            assert "root:" not in answer, path


def test_pages_carry_security_headers(address):
    headers = httpx.get(address).headers
    assert "default-src 'self'" in headers["content-security-policy"]
    assert "http" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "{here}"},
        {
            "Origin": "https://visitor.example",
            "X-Forwarded-Host": "visitor.example",
            "X-Forwarded-Proto": "https",
        },
        {"Sec-Fetch-Site": "same-origin", "Origin": "https://proxied.example"},
    ],
)
def test_the_page_s_own_requests_are_answered(address, headers):
    headers = {name: value.format(here=address) for name, value in headers.items()}
    assert ask(address, headers).json()["key"] == "option choice"
    origin = headers.pop("Origin", None)
    with connect(socket_of(address), origin=origin, additional_headers=headers) as socket:
        socket.send("{}")
        assert "rules" in socket.recv(timeout=30)


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://[broken"},
        {"Origin": "http://127.0.0.1"},  # another port
        {"Sec-Fetch-Site": "cross-site"},
    ],
)
def test_pages_of_other_sites_are_not_answered(address, headers):
    assert ask(address, headers).status_code == 403
    assert httpx.get(f"{address}/health", headers=headers).status_code == 403
    others = dict(headers)
    with pytest.raises(InvalidStatus):
        connect(socket_of(address), origin=others.pop("Origin", None), additional_headers=others)


def ask(address, headers):
    """Ask for a training that cannot be."""
    return httpx.post(f"{address}/mnist_cnn/trainings", json={"data": "soup"}, headers=headers)


def test_a_body_that_breaks_off_after_a_good_head_is_no_error_of_the_server_s(address, caplog):
    """The answer to it is sent already when the app has its own: nobody is there for that."""
    where = urlsplit(address)
    head = b"GET /health HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    for _ in range(5):
        with socket.create_connection((where.hostname, where.port), 30) as line:
            line.sendall(head + b"no number\r\n")
            assert line.recv(12) == b"HTTP/1.1 400"
            assert line.recv(9999)
    httpx.get(f"{address}/health").raise_for_status()  # those before have ended meanwhile
    assert [one for one in caplog.records if one.name.startswith("mnist_cnn")] == []


def socket_of(address):
    return f"{address.replace('http', 'ws')}/mnist_cnn/news"


def test_a_message_is_refused_before_it_is_taken_into_memory(address):
    with connect(socket_of(address), compression=None) as socket:
        socket.send("{}".ljust(LARGEST_MESSAGE))
        assert "rules" in socket.recv(timeout=30)
        socket.send(bytes(LARGEST_MESSAGE + 1))
        with pytest.raises(ConnectionClosedError, match="1009"):
            socket.recv(timeout=30)
