"""The page without a server: from a folder of any host, from one file, and kept on a device."""

import contextlib
import functools
import http.server
import json
import re
import tempfile
import threading
import time
from pathlib import Path

import httpx
import pytest

from mnist_cnn.__main__ import main, parser
from tests.browser.chapters import SHOWN, act, speak, title, turn_to
from tests.browser.modules import odd_network
from tests.browser.pointer import draw_digit, wait_for_digit, wait_until_there
from tests.browser.windows import SEEN, USUAL
from tests.browser.words import texts
from tests.file_host import serve_folder
from tests.nginx import nginx, until_there
from tests.serving import ROOT, free_port, serve_process

BELOW = "school/digits"  # where the folder stands on its host
KEPT = {"service_workers": "allow"}
PLAYED = [("translation", "move"), ("how-to-downsample", "compare"), ("failures", "corner")]


@pytest.fixture(scope="module")
def host(tmp_path_factory):
    """Folder of a host."""
    root = tmp_path_factory.mktemp("host")
    assert main(["site", str(root / BELOW)]) == 0
    return root


@pytest.fixture(scope="module")
def single(tmp_path_factory):
    file = tmp_path_factory.mktemp("stick") / "digits.html"
    assert main(["site", "--single", str(file)]) == 0
    return file


@pytest.fixture
def opened(browser):
    """Open an address in a window of its own; what fails there fails the test."""
    with contextlib.ExitStack() as stack:
        faults, asked = [], []

        def open_address(address, offline=False, **options):
            context = stack.enter_context(
                contextlib.closing(browser.new_context(**(USUAL | options)))
            )
            context.add_init_script(SEEN)
            page = context.new_page()
            context.set_offline(offline)
            page.on("pageerror", lambda error: faults.append(str(error)))
            page.on("requestfailed", lambda request: faults.append(request.url[:99]))
            page.on("response", lambda answer: answer.ok or faults.append(answer.url))
            page.on("request", lambda request: asked.append(request.url))
            page.goto(address)
            wait_until_there(page)
            return page

        open_address.faults, open_address.asked = faults, asked
        yield open_address
        assert faults == []  # before windows close, which ends what is still on its way


def look_around(page):
    """A drawing, a lens, three chapters, a worksheet, the other language."""
    draw_digit(page, 3)
    wait_for_digit(page, 3)
    page.locator('#river .tile[data-layer="conv2"]').first.click()
    page.locator("#lens .working canvas").first.wait_for()
    page.keyboard.press("Escape")
    page.locator("#header [data-view=lesson]").click()
    page.locator("#lesson h2").filter(has_text=title("en", "convolution")).wait_for()
    for name, card in PLAYED:
        turn_to(page, name, card=card)
        act(page)
    page.locator("#lesson .sheet").click()
    page.locator("#lesson .worksheet .tasks table").first.wait_for()
    page.locator("#lesson .worksheet .close").click()
    speak(page, "zh-CN")
    page.locator("#lesson h2").filter(has_text=title("zh-CN", "failures")).wait_for()
    page.locator(SHOWN).first.wait_for()
    assert page.title() == texts("zh-CN")["title"]


def test_one_file_needs_no_network(opened, single):
    page = opened(single.as_uri(), offline=True)
    look_around(page)
    assert {address.split(":")[0] for address in opened.asked} <= {"file", "blob", "data"}
    assert single.stat().st_size <= 3_000_000


def test_a_browser_that_is_too_old_for_one_file_is_told(window, single):
    window.add_init_script("delete window.DecompressionStream")
    window.goto(single.as_uri())
    for tag in ("en", "zh-CN"):
        window.locator("#too-old").filter(has_text=texts(tag)["tooOld"]).wait_for()


def test_a_folder_is_served_from_anywhere_and_asks_nobody_else(opened, host):
    with serve_folder(host) as address:
        page = opened(f"{address}{BELOW}/")
        look_around(page)
        inside = [asked for asked in opened.asked if asked.startswith("http")]
        assert all(asked.startswith(f"{address}{BELOW}/") for asked in inside)


def test_what_may_be_kept_for_ever_has_its_hash_in_its_name(host):
    files = [path for path in (host / BELOW).rglob("*") if path.is_file()]
    others = [path.name for path in files if path.parent.parent.name != "files"]
    assert sorted(others) == ["index.html", "sw.js"]
    assert {path.name for path in files} > {"modules.js", "network", "judge", "lesson.en"}


def test_a_folder_of_nginx_is_kept_for_ever_by_its_hashes(opened):
    """As the README says."""
    block = (ROOT / "README.md").read_text(encoding="utf-8").split("```nginx\n")[2].split("```")[0]
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder.chmod(0o755)  # nginx gives up its rights
        assert main(["site", str(folder / "site")]) == 0
        port = free_port()
        types = "types { text/html html; text/css css; application/javascript js; }"
        served = block.replace("/srv/digits", f"{folder}/site")
        http = (
            f"{types} default_type application/octet-stream; server {{ listen {port}; {served} }}"
        )
        stack.enter_context(nginx(folder, http))
        address = f"http://127.0.0.1:{port}/digits/"
        until_there(address)
        page = opened(address)
        draw_digit(page, 3)
        wait_for_digit(page, 3)
        for asked in opened.asked:
            headers = httpx.get(asked).headers
            assert ("immutable" in headers.get("cache-control", "")) == ("/files/" in asked), asked
            if asked.endswith(("network", "modules.js")):
                assert headers["content-encoding"] == "gzip"


def test_the_workflow_publishes_what_the_command_writes():
    text = (ROOT / ".github/workflows/pages.yml").read_text(encoding="utf-8")
    (arguments,) = re.findall(r"run: python -m mnist_cnn (.+)", text)
    assert str(parser().parse_args(arguments.split()).output) in re.findall(r"path: (.+)", text)


@pytest.mark.parametrize("view", ["train", "class"])
def test_what_needs_a_server_says_so(opened, host, view):
    with serve_folder(host) as address:
        page = opened(f"{address}{BELOW}/?view={view}")
        words = texts("en")[f"elsewhere{view.title()}"]
        page.get_by_text(words).wait_for()
        assert "python app.py" in page.locator(".elsewhere:visible").inner_text()
        draw_digit(page, 7)
        wait_for_digit(page, 7)
        assert not page.locator("#actions .check").is_visible()
        assert page.locator("#actions .promise").inner_text() == texts("en")["promiseKept"]
        assert page.locator("#correction").count() == 0


def test_the_address_of_a_site_is_shared_without_a_code(opened, host):
    with serve_folder(host) as address:
        local = address.replace("127.0.0.1", "digits.test")
        page = opened(f"{address}{BELOW}/")
        ways = page.evaluate(
            """async (here) => {
                const {load} = await window.mnistCnnModules;
                return load("components/share/ways.js").bestFirst({}, new URL(here));
            }""",
            f"{local}{BELOW}/",
        )
    assert [way["address"] for way in ways] == [f"{local}{BELOW}/"]


def test_a_file_is_shared_by_passing_it_on(opened, single):
    page = opened(single.as_uri())
    page.locator("#header .share").click()
    page.get_by_text(texts("en")["shareFile"]).wait_for()
    assert not page.locator("#share .way").is_visible()
    assert not page.locator("#share .shut").is_visible()


def test_a_network_of_one_s_own_reads_and_the_lesson_keeps_its_own(opened, tmp_path):
    network = odd_network("relu")
    network.save(tmp_path / "mine.keras")
    file = tmp_path / "mine.html"
    assert main(["site", "--single", str(file), "--network", str(tmp_path / "mine.keras")]) == 0
    page = opened(file.as_uri(), offline=True)
    draw_digit(page, 3)
    page.locator("#answer .digit").filter(has_text="–").wait_for(state="detached")
    assert page.locator('#maps figure[data-layer="conv1"] canvas').count() > 0
    layers = page.evaluate(
        """async () => {
            const {load} = await window.mnistCnnModules;
            const named = load("state/network-files.js").networkNamed;
            const both = await Promise.all([named("network"), named("lesson-network")]);
            return both.map(({layers}) => layers.map(({shape}) => shape));
        }"""
    )
    own = [list(layer.output.shape[1:]) for layer in network.layers[1:]]
    assert layers[0] == own
    assert layers[1][0] == [26, 26, 32]


def wait_until_kept(page):
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")


def test_a_phone_that_has_seen_a_site_opens_it_without_a_network(opened, host):
    with serve_folder(host) as address:
        page = opened(f"{address}{BELOW}/", **KEPT)
        wait_until_kept(page)
    page.goto(f"{address}{BELOW}/?view=lesson&chapter=filters")
    wait_until_there(page)
    page.locator("#lesson h2").filter(has_text=title("en", "filters")).wait_for()
    act(page)
    speak(page, "zh-CN")
    opened.faults.clear()  # its own look for a newer worker


def test_a_served_page_is_opened_as_the_static_one_when_its_server_has_gone(opened):
    with serve_process() as (address, process):
        page = opened(f"{address}/", **KEPT)
        assert page.locator("#train").count() == 1
        wait_until_kept(page)
        process.terminate()
        process.wait()
        page.goto(f"{address}/?view=train")
        wait_until_there(page)
        page.get_by_text(texts("en")["elsewhereTrain"]).wait_for()
        page.locator("#header [data-view=layers]").click()
        draw_digit(page, 3)
        wait_for_digit(page, 3)
        page.locator('#river .tile[data-layer="conv2"]').first.click()
        page.locator("#lens .working canvas").first.wait_for()
        opened.faults.clear()  # the page that was open told of the server that went


class Trickling(http.server.SimpleHTTPRequestHandler):
    """A host behind a thin line: the second half of a page comes late, once it is ``late``."""

    late = False

    def do_GET(self):
        if not self.late or not self.path.endswith("/"):
            return super().do_GET()
        content = Path(self.translate_path(self.path), "index.html").read_bytes()
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content[:9000])
        time.sleep(6)
        self.wfile.write(content[9000:])

    def log_message(self, *_):
        pass


@pytest.mark.slow
def test_a_page_that_comes_slowly_comes_whole(opened, host):
    """What has begun to arrive is waited for, however long that takes."""
    served = type("Served", (Trickling,), {})
    handler = functools.partial(served, directory=str(host))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        page = opened(f"http://127.0.0.1:{server.server_port}/{BELOW}/", **KEPT)
        wait_until_kept(page)
        page.reload()
        wait_until_there(page)
        served.late = True
        page.reload()
        wait_until_there(page)
        draw_digit(page, 3)
        wait_for_digit(page, 3)
        server.shutdown()


def test_a_newer_site_takes_the_place_of_what_was_kept(opened, tmp_path):
    assert main(["site", str(tmp_path)]) == 0
    with serve_folder(tmp_path) as address:
        page = opened(address, **KEPT)
        wait_until_kept(page)
        assert page.evaluate(KEPT_NETWORKS) == ["network"]
        network = odd_network("relu")
        network.save(tmp_path / "mine.keras")
        assert main(["site", str(tmp_path), "--network", str(tmp_path / "mine.keras")]) == 0
        page.reload()
        end = time.monotonic() + 30
        while page.evaluate(KEPT_NETWORKS) != ["lesson-network", "network"]:  # the old one is gone
            assert time.monotonic() < end
            page.wait_for_timeout(100)


KEPT_NETWORKS = """async () => {
    const cache = await caches.open(new URL(".", location).href);
    const names = (await cache.keys()).map(({url}) => url.split("/").at(-1));
    return names.filter((name) => name.endsWith("network")).sort();
}"""


def test_the_manifest_leads_back_to_the_page_and_its_icons_are_there(host):
    files = host / BELOW / "files"
    (manifest,) = files.glob("*/page.webmanifest")
    described = json.loads(manifest.read_text("utf-8"))
    assert (manifest.parent / described["start_url"]).resolve() == host / BELOW
    assert (manifest.parent / described["scope"]).resolve() == host / BELOW
    assert all((manifest.parent / icon["src"]).is_file() for icon in described["icons"])
