"""Pages of other sites, in a real browser: they change nothing on the server, and read nothing."""

import contextlib
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import pytest

from tests.browser.pointer import wait_until_there
from tests.fake_worker import Workers
from tests.nginx import documented, nginx, until_there
from tests.serving import free_port, serving
from tests.test_class_routes import READ

SESSION = "a-session-of-this-browser"
WALL = "/mnist_cnn/wall?meant=7"
POSTS = [
    *(WALL, "/mnist_cnn/trainings", "/mnist_cnn/corrections", "/mnist_cnn/file?name=a.keras"),
    *("/mnist_cnn/class", "/mnist_cnn/check?width=28&height=28", "/gradio_api/upload"),
    *("/gradio_api/call/predict", "/gradio_api/queue/join"),
]
WRITES = {
    "POST": POSTS,
    "PUT": [WALL],
    "PATCH": [WALL],
    "DELETE": ["/mnist_cnn/wall?id=1"],
    "OPTIONS": [WALL, "/"],
}
READS = [
    *("/", "/config", "/gradio_api/info", "/health", "/mnist_cnn/wall", "/mnist_cnn/trainings"),
    *("/mnist_cnn/share", "/mnist_cnn/news", "/logout"),
]
# Asks in every way that a page has; returns which requests it could read, and how.
ASK = """async ([target, writes, reads, session, digit]) => {
  const read = [];
  const own = { "X-Mnist-Cnn-Session": session };
  const sets = [
    {}, own, { ...own, "X-Forwarded-Host": location.host, "X-Forwarded-Proto": "http" },
    { ...own, Forwarded: `host=${location.host}`, "Content-Type": "application/json" },
  ];
  const bodyOf = (path) => {
    if (path.includes("wall")) return Uint8Array.from(digit);
    if (!path.includes("upload")) return "{}";
    const form = new FormData();
    form.append("files", new Blob(["a picture"]), "a.png");
    return form;
  };
  const ask = async (method, path, headers, mode, credentials) => {
    const body = ["GET", "HEAD"].includes(method) ? undefined : bodyOf(path);
    try {
      const answer = await fetch(target + path, { method, headers, mode, credentials, body });
      read.push([method, path, mode, answer.type, answer.status]);
    } catch {
      // What is asked for.
    }
  };
  const asked = [...Object.entries(writes), ["GET", reads], ["HEAD", reads]];
  const all = asked.flatMap(([method, paths]) =>
    paths.flatMap((path) =>
      sets.flatMap((headers) =>
        ["cors", "no-cors"].map((mode) =>
          ask(method, path, headers, mode, headers === own ? "include" : "omit")))));
  await Promise.all(all);
  const loaded = (tag, path) => new Promise((resolve) => {
    const element = document.createElement(tag);
    Object.assign(element, { onload: resolve, onerror: () => resolve() });
    element[tag === "link" ? "href" : "src"] = target + path;
    element.rel = "stylesheet";
    document.head.append(element);
  });
  for (const tag of ["script", "link"])
    await Promise.all(reads.map(async (path) => {
      if (await loaded(tag, path)) read.push([tag, path]);
    }));
  const socket = new WebSocket(`${target.replace("http", "ws")}/mnist_cnn/news`);
  const opened = await new Promise((resolve) => {
    socket.onopen = () => resolve(true);
    socket.onerror = () => resolve(false);
  });
  socket.close();
  if (opened) read.push(["WEBSOCKET"]);
  return read;
}"""
# A form needs no script, and no preflight.
FORM = """(address) => {
  const frame = Object.assign(document.createElement("iframe"), { name: "answer" });
  const form = Object.assign(document.createElement("form"), {
    method: "post", action: address, target: "answer", enctype: "text/plain",
  });
  document.body.append(frame, form);
  form.submit();
}"""
FRAME = """(address) => {
  const frame = Object.assign(document.createElement("iframe"), { src: address });
  frame.style = "width: 1200px; height: 800px";
  document.body.append(frame);
}"""

PUT_UP = """async ([session, digit]) => {
  const headers = { "X-Mnist-Cnn-Session": session };
  const asked = { method: "POST", headers, body: Uint8Array.from(digit) };
  return (await fetch("mnist_cnn/wall?meant=7", asked)).status;
}"""


@pytest.fixture(scope="module")
def another_port():
    """The port of a server with an empty page."""

    class Empty(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<!doctype html><title>another site</title><body>")

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Empty) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


@pytest.fixture(scope="module")
def served():
    with serving(worker=Workers(pace=0)) as (address, served):
        yield urlsplit(address).port, served.state


@pytest.fixture(scope="module", params=["alone", "behind nginx"])
def port(request, served, tmp_path_factory):
    """The port at which browsers find the app."""
    with contextlib.ExitStack() as stack:
        port = served[0]
        if request.param != "alone":
            app, port = port, free_port()
            there = {"listen": f"listen 127.0.0.1:{port};", "location": "location / {"}
            http = documented(servers=f"server 127.0.0.1:{app};", **there)
            stack.enter_context(nginx(tmp_path_factory.mktemp("nginx"), http))
            until_there(f"http://127.0.0.1:{port}/")
        yield port


@contextlib.contextmanager
def opened(web, address):
    context = web.new_context(service_workers="block", viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto(address)
    yield page
    context.close()


def changed(state):
    """What a request can leave behind on the server."""
    digits = state.classroom.wall_as("csv").count(b"\n")
    return digits, len(state.runs.of(SESSION)), len(state.networks.uploads.of(SESSION))


def ask(page, target):
    return page.evaluate(ASK, [target, WRITES, READS, SESSION, list(READ)])


@pytest.mark.parametrize("site", ["evil.example", "class.example"])
def test_another_site_changes_nothing_and_reads_nothing(web, port, another_port, served, site):
    """Another name, and the same name at another port, which is another site's as well."""
    target, before = f"http://class.example:{port}", changed(served[1])
    with opened(web, f"http://{site}:{another_port}/") as page:
        assert ask(page, target) == []
        with page.expect_response("**/mnist_cnn/trainings") as sent:
            page.evaluate(FORM, f"{target}/mnist_cnn/trainings")
        assert sent.value.status == 403
    assert changed(served[1]) == before


def test_the_page_itself_can_do_all_that(web, port, served):
    """Else the test above would say nothing."""
    target, before = f"http://class.example:{port}", changed(served[1])
    with opened(web, f"{target}/health") as page:
        answers = ask(page, target)
    digits, runs, _ = changed(served[1])
    assert digits > before[0]
    assert runs > before[1]
    read = {(answer[0], answer[1]) for answer in answers if answer[-1] == 200}
    assert {("GET", "/config"), ("POST", WALL)} <= read
    assert ["WEBSOCKET"] in answers


def test_a_lesson_of_another_site_shows_the_page_in_a_frame(web, port, another_port):
    with opened(web, f"http://lesson.example:{another_port}/") as page:
        page.evaluate(FRAME, f"http://class.example:{port}/")
        frame = page.frames[-1]
        wait_until_there(frame)
        assert frame.evaluate(PUT_UP, [SESSION, list(READ)]) == 200
