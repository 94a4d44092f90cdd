"""What the content security policy lets a page do, in a real browser: what it needs, no more."""

import pytest

from mnist_cnn.server.http.content_policy import inline_hashes, policy
from tests.browser.pointer import wait_until_there
from tests.fake_worker import Workers
from tests.serving import serve

# Before all scripts of the page: what the policy forbids, in words.
LISTEN = """window.forbidden = [];
document.addEventListener("securitypolicyviolation", (event) =>
  forbidden.push([event.effectiveDirective, event.blockedURI, event.sample].join(" ")));"""
INJECT = """async () => {
  const script = Object.assign(document.createElement("script"), { text: "window.ran = 1" });
  document.body.append(script);
  document.body.insertAdjacentHTML("beforeend", "<img src='data:,' onerror='window.ran = 2'>");
  for (const address of ["ws://other.example", "http://127.0.0.1:9/"])
    try { address.startsWith("ws") ? new WebSocket(address) : await fetch(address); } catch {}
  await new Promise((resolve) => setTimeout(resolve, 200));
  return [window.ran ?? null, forbidden.map((words) => words.split(" ")[0]).sort()];
}"""


@pytest.fixture(scope="module")
def address(stage):
    return stage


@pytest.fixture(scope="module")
def behind_a_login():
    with serve("--auth", "ann:chalk", worker=Workers(pace=0)) as address:
        yield address


@pytest.mark.parametrize(
    "path", ["/", "/?view=train", "/?view=class", "/?view=learn", "/?view=api"]
)
def test_no_view_does_what_is_forbidden(open_page, path):
    page = open_page(path, script=LISTEN)
    page.wait_for_timeout(300)
    assert page.evaluate("forbidden") == []


def test_signing_in_does_nothing_that_is_forbidden(browser, behind_a_login):
    page = browser.new_page()
    page.add_init_script(LISTEN)
    page.goto(behind_a_login)
    page.get_by_label("username").fill("ann")
    page.get_by_label("password").fill("chalk")
    assert page.evaluate("forbidden") == []
    page.get_by_role("button").click()
    wait_until_there(page)
    assert page.evaluate("forbidden") == []
    page.close()


def test_what_was_injected_does_not_run_and_reaches_no_other_host(open_page):
    ran, forbidden = open_page("/", script=LISTEN).evaluate(INJECT)
    assert ran is None
    assert forbidden == ["connect-src", "connect-src", "script-src-attr", "script-src-elem"]


def test_a_policy_names_the_host_where_it_can():
    assert "connect-src 'self' ws://a.example:80 wss://a.example:80;" in policy("a.example:80")
    for other in ("[::1]:7860", "", "a; script-src *"):
        assert "connect-src 'self';" in policy(other)


def test_scripts_in_a_page_are_known_by_their_hashes():
    html = b'<script>a</script><script src="x"></script><script type="module">b</script>'
    of_a, of_b = inline_hashes(html + html)
    assert of_a == "sha256-ypeBEsobvcr6wjGzmiPcTaeG7/gUfE5yuYB3ha/uSLs="
    assert f"script-src 'self' '{of_a}' '{of_b}' 'unsafe-eval'" in policy("x", [of_a, of_b])
