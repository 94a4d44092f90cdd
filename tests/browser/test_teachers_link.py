"""The teacher's link: it leaves the address and makes browsers the teacher's, until one leaves."""

import re

import httpx
import pytest

from tests.browser.conftest import FLAGS, installed_chromium
from tests.browser.pointer import wait_until_there
from tests.browser.test_class import put_up
from tests.browser.test_class_elsewhere import sign_in
from tests.browser.windows import USUAL
from tests.file_host import serve_files
from tests.nginx import documented, nginx, until_there
from tests.serving import PATIENCE, free_port, serve_class

SEEN_FIRST = """window.seen = [];
new MutationObserver(() => {
    const other = [...document.scripts].some((script) => script.src);
    if (other && location.hash.startsWith("#teacher")) seen.push(location.hash);
}).observe(document, {subtree: true, childList: true});"""
KEPT = "JSON.stringify([localStorage, sessionStorage, history.state])"


@pytest.fixture(scope="module")
def address(school):
    return school[0]


def test_the_teacher_s_link_leaves_the_address_and_makes_the_browser_the_teacher_s(
    open_page, school
):
    token = school[1].token
    early = f"addEventListener('DOMContentLoaded', () => window.atFirst = [location.href, {KEPT}])"
    teacher = open_page(f"/?view=class#teacher={token}", script=early)
    teacher.locator("#teacher .teacher").wait_for()
    assert teacher.url.endswith("?view=class")
    told = teacher.evaluate(f"[...atFirst, {KEPT}, document.documentElement.outerHTML].join()")
    assert token not in told
    assert teacher.evaluate("document.cookie") == ""
    teacher.reload()
    teacher.locator("#teacher .teacher").wait_for()
    second = teacher.context.new_page()
    second.goto(teacher.url)
    second.locator("#teacher .teacher").wait_for()
    second.goto(f"{teacher.url}#teacher={token}")  # as from the history
    second.locator("#teacher .teacher").wait_for()
    assert second.locator("#header .stranger").is_hidden()
    assert token not in second.url
    second.close()


def test_a_link_that_is_opened_where_the_page_is_already_makes_a_teacher_too(open_page, school):
    page = open_page("/?view=class")
    page.goto(f"{page.url}#teacher={school[1].token}")  # does not load the page anew
    page.locator("#teacher .teacher").wait_for()
    assert page.url.endswith("?view=class")


def test_a_link_is_good_for_two_browsers_and_for_no_third_after_one_has_left(open_page, school):
    link = f"/?view=class#teacher={school[1].token}"
    first, second = open_page(link), open_page(link)
    for page in (first, second):
        page.locator("#teacher .teacher").wait_for()
    first.get_by_role("button", name="Stop being the teacher here").click()
    first.locator("#teacher .teacher").wait_for(state="hidden")
    for page in (first, open_page(link)):
        page.goto(f"{page.url.partition('#')[0]}#teacher={link.partition('=')[2]}")
        page.locator("#header .stranger", has_text="no longer works").wait_for()
        assert page.locator("#teacher .teacher").is_hidden()
    second.get_by_label("Wall open").uncheck()
    first.get_by_text("The teacher has closed the wall").wait_for()
    second.get_by_label("Wall open").check()
    first.get_by_text("The teacher has closed the wall").wait_for(state="hidden")


def test_who_leaves_in_one_tab_leaves_in_all_without_an_alarm(open_page, school):
    teacher = open_page(f"/?view=class#teacher={school[1].token}")
    teacher.locator("#teacher .teacher").wait_for()
    other = teacher.context.new_page()
    other.goto(teacher.url)
    other.locator("#teacher .teacher").wait_for()
    asked = []
    other.on("request", lambda request: asked.append(request.url.rpartition("/")[2]))
    teacher.get_by_role("button", name="Stop being the teacher here").click()
    other.locator("#teacher .teacher").wait_for(state="hidden")
    assert other.locator("#header .stranger").is_hidden()
    assert other.locator("#header .tabs small").count() == 0
    asked.clear()
    other.wait_for_timeout(2500)  # longer than from one look at the queue to the next
    assert "class" not in asked
    other.close()


def test_where_one_signs_in_first_the_link_leaves_the_address_at_once(browser):
    with serve_class("--auth", "teacher:chalk") as (address, teachers):
        page = browser.new_context(**USUAL).new_page()
        page.add_init_script(SEEN_FIRST)
        page.goto(f"{address}/?view=class#teacher={teachers.token}")
        page.get_by_label("username").wait_for()
        assert page.url.endswith("?view=class")
        page.goto(f"{page.url}#teacher={teachers.token}")  # does not load the form anew
        page.wait_for_url("**/?view=class")
        sign_in(page)
        page.locator("#teacher .teacher").wait_for()
        assert teachers.token not in page.evaluate(KEPT)
        assert page.evaluate("seen") == []
        page.reload()
        page.locator("#teacher .teacher").wait_for()
        assert page.locator("#header .stranger").is_hidden()
        page.context.close()


def test_a_link_of_an_earlier_version_says_so(open_page, school):
    page = open_page(f"/?view=class&teacher={school[1].token}")
    page.locator("#header .stranger", has_text="links look different now").wait_for()
    assert page.url.endswith("?view=class")
    page.locator("#header .language").click()
    page.locator("#header .stranger", has_text="教师链接的形式变了").wait_for()
    page.reload()
    wait_until_there(page)
    assert page.locator("#header .stranger").is_hidden()


NO_COOKIE = """const plain = window.fetch;
window.fetch = (address, options) => plain(address, {...options, credentials: "omit"});"""


def test_a_browser_that_keeps_no_cookie_is_told(open_page, school):
    page = open_page(f"/?view=class#teacher={school[1].token}", script=NO_COOKIE)
    page.locator("#header .stranger", has_text="keeps no cookie").wait_for()
    assert page.locator("#teacher .teacher").is_hidden()


def test_in_a_frame_of_another_site_nobody_is_the_teacher(browser, school):
    address, teachers = school
    page = browser.new_context(**USUAL).new_page()
    page.goto(f"{address}/?view=class#teacher={teachers.token}")
    page.locator("#teacher .teacher").wait_for()  # this browser is the teacher's
    link = f"{address}/?view=class#teacher={teachers.token}"
    course = {"course": f"<iframe src='{link}' width=900 height=700></iframe>".encode()}
    with serve_files(course, kind="text/html") as host:
        page.goto(f"{host.url.replace('127.0.0.1', 'localhost')}/course")
        frame = page.frame_locator("iframe")
        frame.locator("#header .stranger", has_text="in a window of its own").wait_for()
        assert frame.locator("#teacher .teacher").is_hidden()
        page.context.close()


def test_who_leaves_the_teacher_s_page_is_a_pupil(open_page, school):
    teacher, pupil = (
        open_page(f"/?view=class{end}") for end in (f"#teacher={school[1].token}", "")
    )
    put_up(pupil, 7, 7)
    off = teacher.locator("#wall .digits .off")
    off.wait_for()
    teacher.get_by_role("button", name="Stop being the teacher here").click()
    teacher.locator("#teacher .teacher").wait_for(state="hidden")
    off.wait_for(state="hidden")
    assert teacher.locator("#header .tabs small").count() == 0
    assert teacher.locator("#header .stranger").is_hidden()
    teacher.reload()
    wait_until_there(teacher)
    assert teacher.evaluate("fetch('mnist_cnn/class').then((answer) => answer.json())") == {
        "teacher": False
    }


LEFT = re.compile(rb"teacher=([\w-]{24})")
WRITTEN = 12_000  # milliseconds until Chromium has written its history


def texts(folder):
    """The contents of all files below a folder, what stands in UTF-16 as ASCII too."""
    contents = (path.read_bytes() for path in folder.rglob("*") if path.is_file())
    return [text for content in contents for text in (content, content.replace(b"\0", b""))]


@pytest.mark.slow
def test_what_a_browser_and_a_proxy_keep_of_the_link_makes_nobody_a_teacher(tmp_path, browser):
    """Browsers write the address of a link into their history before any script of it runs."""
    port, folders = free_port(), [tmp_path / name for name in ("profile", "nginx")]
    profile, logs = folders
    logs.mkdir()
    with serve_class("--root-path", "/digits") as (app, teachers):
        server = f"server {app.removeprefix('http://')};"
        http = documented(listen=f"listen 127.0.0.1:{port};", servers=server)
        http += f"access_log {logs}/usual.log;"
        address, token = f"http://127.0.0.1:{port}/digits", teachers.token
        with nginx(logs, http):
            until_there(f"{address}/")
            context = browser.browser_type.launch_persistent_context(
                profile, executable_path=installed_chromium(), args=FLAGS
            )
            page = context.pages[0]
            page.goto(f"{address}/?view=class#teacher={token}")
            page.locator("#teacher .teacher").wait_for()
            page.get_by_label("Wall open").uncheck()
            page.get_by_text("The teacher has closed the wall").wait_for()
            with page.expect_download():
                page.get_by_role("button", name="Wall as .csv").click()
            values = list(teachers._browsers)
            page.wait_for_timeout(WRITTEN)
            page.get_by_role("button", name="Stop being the teacher here").click()
            page.locator("#teacher .teacher").wait_for(state="hidden")
            page.locator("#header .share").click()
            context.close()
        log = (logs / "usual.log").read_text()
        assert "PUT /digits/mnist_cnn/class" in log
        assert not re.search("teacher|#", log)
        left = {found.decode() for text in texts(tmp_path) for found in LEFT.findall(text)}
        assert left <= {token}
        secrets = [secret.encode() for secret in (teachers.token, *values)]
        kept = texts(tmp_path)
        assert [secret for secret in secrets if any(secret in text for text in kept)] == []
        for one in {token} | left:
            asked = {"json": {"token": one}, "timeout": PATIENCE}
            assert httpx.put(f"{app}/mnist_cnn/class", **asked).status_code == 403
