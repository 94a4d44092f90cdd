"""The page's files come compressed, are kept by browsers, and nothing else comes with them."""

import json
import re
import urllib.parse
from html import unescape

import httpx
import pytest

from mnist_cnn.page.build.assets import FILES, MODULES, hashed
from mnist_cnn.page.build.site import WORKER
from mnist_cnn.server.gradio_app import frontend_files
from mnist_cnn.server.gradio_app.frontend_files import ASSETS
from tests.serving import serve

ADDRESS = f"{FILES}/{hashed('modules.js', MODULES)}"
OTHER = f"{FILES}/{'0' * 12}"  # of another version


@pytest.fixture(scope="module")
def client(address):
    with httpx.Client(base_url=address) as client:
        yield client


@pytest.fixture(scope="module")
def html(client):
    return client.get("/").text


@pytest.fixture(scope="module")
def told(html):
    """What the page is told."""
    return json.loads(unescape(re.search(r'data-page="([^"]+)"', html)[1]))


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("modules.js", "text/javascript"),
        ("page.css", "text/css"),
        ("index.html", "text/html"),
        ("page.webmanifest", "application/manifest+json"),
        ("icon.png", "image/png"),
        ("network", "application/octet-stream"),
    ],
)
def test_a_file_of_the_page_is_kept_for_ever_below_its_hash(client, told, name, kind):
    answer = client.get(f"/{told['files'][name]}")
    assert told["files"][name] == f"{FILES[1:]}/{hashed(name, answer.content)}"
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["content-type"].startswith(kind)
    assert "immutable" in answer.headers["cache-control"]


def test_the_page_is_told_where_all_it_loads_is(told):
    names = {"network", "judge", "lesson.en", "lesson.zh-CN", "variant-none", "modules.js", WORKER}
    assert told["files"].keys() >= names
    assert told["served"] is True
    assert told["layers"][0]["name"] == "conv1"


def test_a_worker_may_stand_for_the_page_that_lies_above_it(client, told):
    assert client.get(f"/{told['files'][WORKER]}").headers["service-worker-allowed"] == "/"
    assert "service-worker-allowed" not in client.get(ADDRESS).headers


def test_who_has_to_sign_in_first_gets_no_network():
    with serve("--auth", "teacher:chalk") as address, httpx.Client(base_url=address) as visitor:
        assert visitor.get(ADDRESS).status_code == 200
        for name in ("network", "judge", "lesson.en"):
            assert visitor.get(f"{OTHER}/{name}").status_code == 401
        visitor.post("/login", data={"username": "teacher", "password": "chalk"})
        assert visitor.get(f"{OTHER}/network").status_code == 200


def test_another_version_is_not_kept(client):
    answer = client.get(f"{OTHER}/modules.js")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "public, no-cache"


def test_what_the_browser_has_already_is_not_sent_again(client):
    tag = client.get(ADDRESS).headers["etag"]
    for asked in (tag, f'W/{tag}, "other"'):
        again = client.get(ADDRESS, headers={"If-None-Match": asked})
        assert (again.status_code, again.content) == (304, b"")
    assert client.get(ADDRESS, headers={"If-None-Match": '"other"'}).text == MODULES.decode()


def test_who_takes_nothing_compressed_gets_it_plain(client):
    plain = client.get(ADDRESS, headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.text == MODULES.decode()


@pytest.mark.parametrize("path", [ADDRESS, "/"])
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


def test_every_one_of_gradio_s_names_changes_with_its_content():
    hashed = re.compile(r".+-[\w-]{8}\d*\.(js|css)")  # as Vite writes them
    names = [path.name for path in ASSETS.iterdir() if path.suffix in (".js", ".css")]
    assert [name for name in names if not hashed.fullmatch(name)] == []


def test_the_page_comes_compressed_and_names_all_files_before_its_first_script(client, html, told):
    assert client.get("/").headers["content-encoding"] == "gzip"
    before = html.partition("<script>")[0]
    preloaded = set(re.findall(r'<link rel="modulepreload" href="assets/([^"]+)"', before))
    scripts = {name for name in frontend_files.needed() if name.endswith(".js")}
    assert preloaded == scripts - frontend_files.inlined().keys()
    read_with = re.findall(r'href="([^"]+)" as="fetch" crossorigin', before)
    assert read_with == [told["files"]["network"], told["files"]["judge"]]
    assert f'<link rel="modulepreload" href="{told["files"]["modules.js"]}"' in before


def test_gradio_s_small_scripts_stand_in_the_page(html):
    head = html.partition("<head>")[2]
    written = head.partition('<script type="importmap">')[2].partition("</script>")[0]
    found = json.loads(written)["imports"]
    assert len(frontend_files.inlined()) > 5
    for name in frontend_files.inlined():
        assert found[name] == found[f"./assets/{name}"]
        kind, _, text = found[name].partition(",")
        assert kind == "data:text/javascript"
        text = re.sub(r'"([\w.-]+\.js)"', r'"./\1"', urllib.parse.unquote(text))
        assert text == (ASSETS / name).read_text(encoding="utf-8")


def test_gradio_s_styles_come_as_one_behind_its_first(client, html, told):
    own = told["files"]["page.css"]
    style = client.get(f"/{own}").text
    assert "--color-accent:" in style  # its theme
    behind = html.partition('<link rel="stylesheet" crossorigin')[2].partition("</head>")[0]
    assert f'<link rel="stylesheet" href="{own}"' in behind
    for name in frontend_files.needed():
        if name.endswith(".css"):
            assert f'<link rel="stylesheet" href="assets/{name}" disabled>' in behind
            assert (ASSETS / name).read_text(encoding="utf-8") in style


def test_what_is_not_the_page_is_left_as_it_is(client):
    assert "modulepreload" not in client.get("/config").text


@pytest.mark.parametrize(
    "path",
    [
        f"{OTHER}/modules.py",
        f"{OTHER}/shared.css",
        f"{OTHER}/pad/pad.js",
        f"{OTHER}/../web.py",
        f"{OTHER}/..%2f..%2f..%2f..%2fapp.py",
        "/mnist_cnn/files/modules.js",
        "/mnist_cnn/files//modules.js",
        "/modules.js",
    ],
)
def test_nothing_else_is_a_file_of_the_page(client, path):
    assert client.get(path).status_code == 404
