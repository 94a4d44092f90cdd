"""Whatever the environment says, of proxies for one, the page is served as elsewhere."""

import contextlib
import os
import socket

import httpx
import pytest

from mnist_cnn.server.gradio_app import environment_variables
from tests.serving import serve, serve_process

NOWHERE = "http://127.0.0.1:9"  # nothing listens there
VARIABLES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


def has_ipv6():
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET6) as probe:
        probe.bind(("::1", 0))
        return True
    return False


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
    environment_variables.bypass_proxies(host)
    names = ["127.0.0.1", "localhost", "[::1]", *([past] if past else [])]
    assert all(through(f"http://{name}:7860/") is None for name in names)
    if ":" not in host:
        assert through(f"http://{host}:7860/") is None
    assert through("http://storage.example/mnist.npz") is not None


@pytest.mark.parametrize("variables", [{}, {"http_proxy": NOWHERE, "no_proxy": "*"}])
def test_without_any_to_go_round_nothing_is_changed(environment, variables):
    for name, value in variables.items():
        environment.setenv(name, value)
    environment_variables.bypass_proxies("0.0.0.0")
    assert {name: os.environ[name] for name in VARIABLES if name in os.environ} == variables


@pytest.mark.parametrize("before", [None, "intranet.example"])
def test_unused_for_a_while_and_then_as_before(environment, before):
    environment.setenv("all_proxy", "socks5://127.0.0.1:9")
    environment.setenv("SSL_CERT_FILE", "/no/such/file.pem")
    if before:
        environment.setenv("no_proxy", before)
    with environment_variables.hidden():
        assert "SSL_CERT_FILE" not in os.environ
        assert through("http://storage.example/") is None
    assert os.environ.get("no_proxy") == before
    assert os.environ["SSL_CERT_FILE"] == "/no/such/file.pem"


SAID = {
    "proxy": {"http_proxy": NOWHERE, "https_proxy": NOWHERE, "all_proxy": NOWHERE},
    "SOCKS": {"all_proxy": "socks5://127.0.0.1:9"},
    "certificates": {"all_proxy": "socks://127.0.0.1:9", "SSL_CERT_FILE": "/no/such/file.pem"},
    "Gradio": {"GRADIO_SERVER_NAME": "127.0.0.1", "GRADIO_DEBUG": "1", "GRADIO_NUM_WORKERS": "2"},
}


@pytest.mark.parametrize("said", SAID.values(), ids=SAID)
def test_the_page_is_served(environment, said):
    for name, value in said.items():
        environment.setenv(name, value)
    with serve() as address:
        assert httpx.get(address, trust_env=False).status_code == 200


@pytest.mark.parametrize(
    "said",
    [
        pytest.param(SAID["proxy"] | SAID["certificates"] | SAID["Gradio"], id="all"),
        *(pytest.param(said, id=name, marks=pytest.mark.slow) for name, said in SAID.items()),
    ],
)
def test_the_app_starts_and_is_awake(said):
    with serve_process(**said) as (address, _):
        assert httpx.get(address, trust_env=False).status_code == 200


@pytest.mark.slow
@pytest.mark.skipif(not has_ipv6(), reason="this machine has no IPv6")
def test_everybody_is_let_in_by_ipv6():
    with serve_process(GRADIO_SERVER_NAME="::") as (address, _):
        assert address.startswith("http://[::1]:")
        assert httpx.get(f"{address}/health", trust_env=False).status_code == 200
