"""The page behind nginx: under a prefix, without WebSocket, and as two replicas."""

import contextlib
import re
import time

import pytest

from tests.browser.pointer import draw_digit, wait_for_digit, wait_until_there
from tests.nginx import answered, documented, nginx, until_there
from tests.serving import free_port, serve

NO_UPGRADE = "proxy_set_header Upgrade $http_upgrade;"
LEFT = "499"  # nginx's word for a request whose page was closed before the answer
NEWS = "/digits/mnist_cnn/news"  # a WebSocket


@contextlib.contextmanager
def behind(folder, *apps, location="location /digits/ {", blocked=False):
    """nginx as the README has it, before ``apps``; yields the page's address."""
    port = free_port()
    servers = "\n".join(f"server {app.removeprefix('http://')};" for app in apps)
    http = documented(listen=f"listen 127.0.0.1:{port};", servers=servers, location=location)
    if blocked:
        assert NO_UPGRADE in http
        http = http.replace(NO_UPGRADE, 'proxy_set_header Upgrade "";')
    with nginx(folder, http):
        address = f"http://127.0.0.1:{port}{location.split()[1]}"
        until_there(address)
        yield address


@contextlib.contextmanager
def opened(browser, address):
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="en-GB")
    page, errors = context.new_page(), []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("response", lambda r: r.status >= 400 and errors.append(f"{r.status} {r.url}"))
    page.goto(address)
    wait_until_there(page)
    page.locator("#pad .undo:disabled").wait_for()
    yield page
    context.close()
    assert errors == []


def logged(folder, path):
    """The status and path of each request, once nginx has written of ``path``.

    Of a WebSocket it writes when that has ended, which is a moment after the page has.
    """
    end = time.monotonic() + 10
    while True:
        asked = {(status, asked) for _, status, _, asked in answered(folder)}
        if path in {asked for _, asked in asked} or time.monotonic() > end:
            return asked
        time.sleep(0.05)


def reads(asked, below):
    """Whether the network has come."""
    return any(
        status == "200" and re.fullmatch(rf"{below}\w+/network", path) for status, path in asked
    )


@pytest.fixture(scope="module")
def at_root():
    with serve() as address:
        yield address


@pytest.fixture(scope="module")
def under_a_prefix():
    with serve("--root-path", "/digits") as address:
        yield address


@pytest.mark.parametrize(
    "blocked",
    [False, pytest.param(True, marks=pytest.mark.slow)],
    ids=["socket", "socket blocked"],
)
def test_drawing_works_under_a_prefix(tmp_path, browser, under_a_prefix, blocked):
    with behind(tmp_path, under_a_prefix, blocked=blocked) as address:
        with opened(browser, address) as page:
            draw_digit(page, 7)
            wait_for_digit(page, 7)
        asked = logged(tmp_path, NEWS)
    assert reads(asked, "/digits/mnist_cnn/files/")
    assert ("400" if blocked else "101", NEWS) in asked
    assert {path for _, path in asked if not path.startswith("/digits/")} == set()


@pytest.mark.slow
def test_drawing_works_at_the_root_of_a_domain(tmp_path, browser, at_root):
    with behind(tmp_path, at_root, location="location / {") as address:
        with opened(browser, address) as page:
            draw_digit(page, 3)
            wait_for_digit(page, 3)
        assert reads(logged(tmp_path, "/mnist_cnn/news"), "/mnist_cnn/files/")


@pytest.mark.slow
def test_two_replicas_share_one_page(tmp_path, browser, under_a_prefix):
    with serve("--root-path", "/digits") as other:
        apps = [under_a_prefix, other]
        with behind(tmp_path, *apps, blocked=True) as address, opened(browser, address) as page:
            draw_digit(page, 7)
            wait_for_digit(page, 7)
    lines = answered(tmp_path)
    assert {line[0] for line in lines} >= {app.removeprefix("http://") for app in apps}
    others = {(line[1], line[3]) for line in lines if line[3].startswith("/digits/mnist_cnn/")}
    assert {status for status, path in others if path != NEWS} <= {"200", "304", LEFT}


@pytest.mark.slow
def test_the_page_opens_when_a_replica_has_ended(tmp_path, browser, under_a_prefix):
    with contextlib.ExitStack() as stack:
        with serve("--root-path", "/digits") as other:
            address = stack.enter_context(behind(tmp_path, under_a_prefix, other))
        page = stack.enter_context(opened(browser, address))
        draw_digit(page, 7)
        wait_for_digit(page, 7)
