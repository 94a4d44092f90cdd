"""Behind a school's proxy, which does not know this machine, everything here works as elsewhere."""

import os

import httpx
import pytest

from mnist_cnn.ui import proxies
from tests.serving import serve

NOWHERE = "http://127.0.0.1:9"  # nothing listens there
VARIABLES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


@pytest.fixture
def environment(monkeypatch):
    """Let the test set proxies; afterwards all are as they were."""
    for name in VARIABLES:
        monkeypatch.setenv(name, "")  # so that they are put back, if there are any
        monkeypatch.delenv(name)
        monkeypatch.delenv(name.upper(), raising=False)
    return monkeypatch


def through(address):
    """Return the proxy through which httpx would ask for an address, or None."""
    with httpx.Client() as client:
        pool = client._transport_for_url(httpx.URL(address))._pool
        return getattr(pool, "_proxy_url", None)


@pytest.mark.parametrize("past", [None, "intranet.example"])
@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5", "::1"])
def test_only_what_is_asked_of_itself_goes_round(environment, host, past):
    environment.setenv("HTTP_PROXY", NOWHERE)
    if past:
        environment.setenv("NO_PROXY", past)
    proxies.go_round_for_itself(host)
    names = ["127.0.0.1", "localhost", "[::1]", *([past] if past else [])]
    assert all(through(f"http://{name}:7860/") is None for name in names)
    if ":" not in host:
        assert through(f"http://{host}:7860/") is None
    assert through("http://storage.example/mnist.npz") is not None


@pytest.mark.parametrize("variables", [{}, {"http_proxy": NOWHERE, "no_proxy": "*"}])
def test_without_any_to_go_round_nothing_is_changed(environment, variables):
    for name, value in variables.items():
        environment.setenv(name, value)
    proxies.go_round_for_itself("0.0.0.0")
    assert {name: os.environ[name] for name in VARIABLES if name in os.environ} == variables


@pytest.mark.parametrize("before", [None, "intranet.example"])
def test_unused_for_a_while_and_then_as_before(environment, before):
    environment.setenv("all_proxy", "socks5://127.0.0.1:9")
    if before:
        environment.setenv("no_proxy", before)
    with proxies.unused():
        assert through("http://storage.example/") is None
    assert os.environ.get("no_proxy") == before


@pytest.mark.slow
@pytest.mark.parametrize("proxy", [NOWHERE, "socks5://127.0.0.1:9", "socks://127.0.0.1:9"])
def test_the_app_starts_and_is_awake(proxy):
    with serve(http_proxy=NOWHERE, https_proxy=NOWHERE, all_proxy=proxy) as address:
        assert httpx.get(address, trust_env=False).status_code == 200
