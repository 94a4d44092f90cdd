"""The page's files come compressed, are kept by browsers, and nothing else comes with them."""

import json
import re
import urllib.parse

import httpx
import pytest

from mnist_cnn.ui import gradio_files
from mnist_cnn.ui.gradio_files import ASSETS
from mnist_cnn.ui.web import OWN, VERSION, address_of

MODULES = address_of("modules.js")


@pytest.fixture(scope="module")
def client(address):
    with httpx.Client(base_url=address) as client:
        yield client


@pytest.fixture(scope="module")
def html(client):
    return client.get("/").text


@pytest.mark.parametrize(
    ("name", "kind"), [("modules.js", "text/javascript"), ("page.css", "text/css")]
)
def test_a_file_of_the_page_is_kept_for_ever_below_its_version(client, name, kind):
    answer = client.get(address_of(name))
    assert answer.text == OWN[name]
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["content-type"].startswith(kind)
    assert "immutable" in answer.headers["cache-control"]


def test_another_version_is_not_kept(client):
    answer = client.get(MODULES.replace(VERSION, "0" * 12))
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-cache"


def test_what_the_browser_has_already_is_not_sent_again(client):
    tag = client.get(MODULES).headers["etag"]
    for asked in (tag, f'W/{tag}, "other"'):
        again = client.get(MODULES, headers={"If-None-Match": asked})
        assert (again.status_code, again.content) == (304, b"")
    assert client.get(MODULES, headers={"If-None-Match": '"other"'}).text == OWN["modules.js"]


def test_who_takes_nothing_compressed_gets_it_plain(client):
    plain = client.get(MODULES, headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.text == OWN["modules.js"]


@pytest.mark.parametrize("path", [MODULES, "/"])
def test_a_head_request_has_no_body(client, path):
    answer = client.head(path)
    assert (answer.status_code, answer.content) == (200, b"")


def test_gradio_s_scripts_are_its_own_and_kept_for_ever(client, html):
    names = re.findall(r"\./assets/([\w.-]+\.(?:js|css))", html)
    assert len(names) >= 2
    for name in names:
        answer = client.get(f"/assets/{name}")
        assert answer.content == (ASSETS / name).read_bytes()
        assert "immutable" in answer.headers["cache-control"]
        assert "content-security-policy" in answer.headers  # the gate's


def test_gradio_s_theme_is_kept_by_its_hash(client, html):
    (theme,) = re.findall(r'href="(theme\.css\?v=\w{64})"', html)
    answer = client.get(f"/{theme}")
    assert "--color-accent:" in answer.text
    assert answer.headers["content-encoding"] == "gzip"
    assert "immutable" in answer.headers["cache-control"]


def test_every_one_of_gradio_s_names_changes_with_its_content():
    hashed = re.compile(r".+-[\w-]{8}\d*\.(js|css)")  # as Vite writes them
    names = [path.name for path in ASSETS.iterdir() if path.suffix in (".js", ".css")]
    assert [name for name in names if not hashed.fullmatch(name)] == []


def test_the_page_comes_compressed_and_names_all_files_before_its_first_script(client, html):
    assert client.get("/").headers["content-encoding"] == "gzip"
    before = html.partition("<script>")[0]
    preloaded = set(re.findall(r'<link rel="modulepreload" href="assets/([^"]+)"', before))
    scripts = {name for name in gradio_files.needed() if name.endswith(".js")}
    assert preloaded == scripts - gradio_files.inlined().keys()
    networks = re.findall(r'href="(mnist_cnn/network/[^"]+)" as="fetch" crossorigin', before)
    for path in (MODULES[1:], *networks):
        assert "immutable" in client.get(f"/{path}").headers["cache-control"]
    assert len(networks) == 2


def test_gradio_s_small_scripts_stand_in_the_page(html):
    head = html.partition("<head>")[2]
    written = head.partition('<script type="importmap">')[2].partition("</script>")[0]
    found = json.loads(written)["imports"]
    assert len(gradio_files.inlined()) > 5
    for name in gradio_files.inlined():
        assert found[name] == found[f"./assets/{name}"]
        kind, _, text = found[name].partition(",")
        assert kind == "data:text/javascript"
        text = re.sub(r'"([\w.-]+\.js)"', r'"./\1"', urllib.parse.unquote(text))
        assert text == (ASSETS / name).read_text(encoding="utf-8")


def test_gradio_s_styles_come_as_one_behind_its_first(html):
    behind = html.partition('<link rel="stylesheet" crossorigin')[2].partition("</head>")[0]
    assert f'<link rel="stylesheet" href="{address_of("page.css")[1:]}"' in behind
    for name in gradio_files.needed():
        if name.endswith(".css"):
            assert f'<link rel="stylesheet" href="assets/{name}" disabled>' in behind
            assert (ASSETS / name).read_text(encoding="utf-8") in OWN["page.css"]


def test_what_is_not_the_page_is_left_as_it_is(client):
    assert "modulepreload" not in client.get("/config").text


@pytest.mark.parametrize(
    "path",
    [
        address_of("modules.py"),
        address_of("buttons.css"),
        address_of("pad/pad.js"),
        address_of("../web.py"),
        address_of("..%2f..%2f..%2f..%2fapp.py"),
        "/mnist_cnn/files/modules.js",
        "/mnist_cnn/files//modules.js",
        "/modules.js",
    ],
)
def test_nothing_else_is_a_file_of_the_page(client, path):
    assert client.get(path).status_code == 404
