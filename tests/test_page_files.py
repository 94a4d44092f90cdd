"""The page's files come compressed, are kept by browsers, and nothing else comes with them."""

import re

import httpx
import pytest

from mnist_cnn.ui.page_files import ASSETS
from mnist_cnn.ui.web import HERE, SCRIPTS, VERSION, address_of


@pytest.fixture(scope="module")
def client(address):
    with httpx.Client(base_url=address) as client:
        yield client


@pytest.fixture(scope="module")
def html(client):
    return client.get("/").text


@pytest.mark.parametrize("script", ["pad/pad.js", "lesson/chapters/convolution.js"])
def test_a_script_is_kept_for_ever_below_its_version(client, script):
    answer = client.get(address_of(script))
    assert answer.text == (HERE / script).read_text(encoding="utf-8")
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["content-type"].startswith("text/javascript")
    assert "immutable" in answer.headers["cache-control"]


def test_another_version_is_not_kept(client):
    answer = client.get(address_of("pad/pad.js").replace(VERSION, "0" * 12))
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-cache"


def test_what_the_browser_has_already_is_not_sent_again(client):
    tag = client.get("/mnist_cnn/languages/en").headers["etag"]
    for asked in (tag, f'W/{tag}, "other"'):
        again = client.get("/mnist_cnn/languages/en", headers={"If-None-Match": asked})
        assert (again.status_code, again.content) == (304, b"")
    other = client.get("/mnist_cnn/languages/en", headers={"If-None-Match": '"other"'})
    assert other.json()["languageName"] == "English"


def test_who_takes_nothing_compressed_gets_it_plain(client):
    plain = client.get(address_of("pad/pad.js"), headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.text == (HERE / "pad/pad.js").read_text(encoding="utf-8")


def test_a_head_request_has_no_body(client):
    answer = client.head(address_of("pad/pad.js"))
    assert (answer.status_code, answer.content) == (200, b"")


def test_gradio_s_scripts_are_its_own_and_kept_for_ever(client, html):
    names = re.findall(r"\./assets/([\w.-]+\.(?:js|css))", html)
    assert len(names) >= 2
    for name in names:
        answer = client.get(f"/assets/{name}")
        assert answer.content == (ASSETS / name).read_bytes()
        assert "immutable" in answer.headers["cache-control"]
        assert "content-security-policy" in answer.headers  # the gate's


def test_every_one_of_gradio_s_names_changes_with_its_content():
    hashed = re.compile(r".+-[\w-]{8}\d*\.(js|css)")  # as Vite writes them
    names = [path.name for path in ASSETS.iterdir() if path.suffix in (".js", ".css")]
    assert [name for name in names if not hashed.fullmatch(name)] == []


def test_the_page_comes_compressed_and_names_every_script_it_needs_at_once(client, html):
    assert client.get("/").headers["content-encoding"] == "gzip"
    preloaded = set(re.findall(rf"modulepreload.+?mnist_cnn/files/{VERSION}/([\w./]+)", html))
    later = ("/chapters/", "reader/")  # opened later; not used yet
    assert preloaded == {name for name in SCRIPTS if not any(one in name for one in later)}


@pytest.mark.parametrize(
    "path",
    [
        address_of("live.py"),
        address_of("page.css"),
        address_of("pad/pad.html"),
        address_of("pad/../live.py"),
        address_of("pad/..%2f..%2f..%2f..%2fapp.py"),
        "/mnist_cnn/files/pad.js",
        "/mnist_cnn/files//pad/pad.js",
    ],
)
def test_nothing_else_is_a_file_of_the_page(client, path):
    assert client.get(path).status_code == 404
