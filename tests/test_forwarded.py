"""What proxies tell is believed of this machine's own, and of nobody else."""

import httpx
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from mnist_cnn.server.gate.forwarded import THIS_MACHINE, Forwarded, proxies
from tests.event_loop import run
from tests.serving import serve

VISITOR = [(b"x-forwarded-for", b"10.0.0.9"), (b"x-forwarded-host", b"class.example")]
TLS = (b"x-forwarded-proto", b"https")


def handed_on(peer, told, believed=THIS_MACHINE, kind="http"):
    """Return what the app gets of a request that ``peer`` hands on with the headers ``told``."""
    passed = []

    async def app(scope, receive, send):
        passed.append(scope)

    scheme = "ws" if kind == "websocket" else "http"
    scope = {"type": kind, "scheme": scheme, "client": (peer, 5000)}
    run(Forwarded(app, believed)(scope | {"headers": [(b"host", b"inner"), *told]}, None, None))
    return passed[0]


def truth(scope):
    """The client, the scheme, and all headers of a request."""
    return scope["client"][0], scope["scheme"], dict(scope["headers"])


@pytest.mark.parametrize("peer", ["127.0.0.1", "::1"])
@pytest.mark.parametrize(("kind", "scheme"), [("http", "https"), ("websocket", "wss")])
def test_this_machine_s_proxy_is_believed(peer, kind, scheme):
    headers = {b"host": b"class.example", b"x-forwarded-for": b"10.0.0.9", TLS[0]: TLS[1]}
    asked = handed_on(peer, [*VISITOR, TLS], kind=kind)
    assert truth(asked) == ("10.0.0.9", scheme, headers)


@pytest.mark.parametrize("peer", ["10.0.0.9", "::2", ""])
def test_nobody_else_is_believed_and_what_they_say_reaches_nobody(peer):
    others = [(b"forwarded", b"host=e"), (b"x-forwarded-port", b"1"), (b"x-gradio-server", b"e")]
    headers = {b"host": b"inner", b"x-forwarded-for": peer.encode(), TLS[0]: b"http"}
    asked = handed_on(peer, [*VISITOR, TLS, *others, (b"x-forwarded-for", b"1.2.3.4")])
    assert truth(asked) == (peer, "http", headers)


@pytest.mark.parametrize("told", [[b"e.example, class.example:80"], [b"e", b"class.example:80"]])
def test_of_several_hosts_the_last_is_the_proxy_s_own_word(told):
    """Apache's mod_proxy adds its own to what the visitor has sent."""
    asked = handed_on("127.0.0.1", [(b"x-forwarded-host", one) for one in told])
    assert [value for name, value in asked["headers"] if name == b"host"] == [b"class.example:80"]


@pytest.mark.parametrize("told", [[b"https,http"], [b"https", b"http"], [b"HTTPS , http"]])
@pytest.mark.parametrize(("kind", "scheme"), [("http", "https"), ("websocket", "wss")])
def test_of_several_schemes_the_first_is_the_browser_s(told, kind, scheme):
    """Proxies behind the one where TLS ends add theirs, as ngrok does."""
    asked = handed_on("127.0.0.1", [(TLS[0], one) for one in told], kind=kind)
    assert asked["scheme"] == scheme
    assert [value for name, value in asked["headers"] if name == TLS[0]] == [b"https"]


def test_a_socket_of_a_page_on_https_opens_where_several_proxies_name_their_scheme():
    """Chromium says with a socket whose page opens it by ``Origin`` alone."""
    told = {"X-Forwarded-Proto": "https,http", "X-Forwarded-Host": "class.example"}
    with serve() as here:
        address = f"{here.replace('http', 'ws')}/mnist_cnn/news"
        with connect(address, origin="https://class.example", additional_headers=told) as socket:
            socket.send("{}")
            assert "rules" in socket.recv(timeout=30)
        with pytest.raises(InvalidStatus, match="403"):
            connect(address, origin="http://class.example", additional_headers=told)


def test_what_a_gradio_in_front_says_is_not_believed_of_a_proxy_either():
    asked = handed_on("127.0.0.1", [(b"x-gradio-server", b"http://evil.example")])
    assert b"x-gradio-server" not in dict(asked["headers"])


def test_others_are_believed_where_whoever_runs_the_server_says_so():
    assert proxies({}) == THIS_MACHINE
    assert proxies({"FORWARDED_ALLOW_IPS": "10.1.0.0/16"}) == "10.1.0.0/16"
    asked = handed_on("10.1.2.3", VISITOR, believed="10.1.0.0/16")
    assert truth(asked)[0] == "10.0.0.9"


def test_on_spaces_the_proxies_of_hugging_face_are_believed():
    believed = proxies({"SPACE_HOST": "you-digits.hf.space"})
    assert truth(handed_on("10.16.3.4", [TLS], believed))[1] == "https"
    assert truth(handed_on("192.0.2.1", [TLS], believed))[1] == "http"


@pytest.mark.parametrize("believed", ["", "127.0.0.1"])
def test_a_visitor_s_word_leads_no_page_to_another_host(monkeypatch, believed):
    """A test's requests are of this machine, so nobody is believed, or else its own proxy."""
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", believed)
    told = {"X-Forwarded-Host": "class.example", "X-Forwarded-Proto": "https"}
    with serve() as here, httpx.Client(base_url=here, headers=told, timeout=60) as client:
        page, root = client.get("/").text, client.get("/config").json()["root"]
    assert ("class.example" in page, root) == (
        bool(believed),
        "https://class.example" if believed else here,
    )
