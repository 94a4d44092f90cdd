"""What a request's headers may say, and what an answer's say in any case."""

import pytest
from starlette.requests import HTTPConnection

from mnist_cnn.server.gate.headers import (
    MAX_QUERY_LENGTH,
    SECURITY,
    RefusalError,
    check_headers,
    check_length,
    check_origin,
    with_security,
)
from mnist_cnn.server.http.content_policy import policy
from tests.event_loop import run


def asked(query=b"", scheme="http", method="POST", **headers):
    named = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "scheme": scheme, "method": method, "headers": named}
    return HTTPConnection(scope | {"query_string": query})


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "class.example"},  # no browser
        {"host": "class.example", "origin": "http://class.example"},
        {"host": "class.example:7860", "origin": "http://class.example:7860"},
        {"host": "class.example", "origin": "http://class.example:80"},
        {"host": "class.example:443", "origin": "https://class.example", "scheme": "https"},
        {"host": "class.example", "origin": "https://class.example", "scheme": "wss"},
        {"host": "[fd00::1]:7860", "origin": "http://[fd00::1]:7860", "scheme": "ws"},
        # TLS ends before the server: from a page on https browsers open no socket without TLS.
        {"host": "class.example", "origin": "https://class.example", "scheme": "ws"},
        {"host": "class.example:8443", "origin": "https://class.example:8443", "scheme": "ws"},
        {"host": "class.example", "sec_fetch_site": "same-origin"},
        {"host": "class.example", "sec_fetch_site": "none"},  # typed by a person
    ],
)
def test_a_page_of_this_host_and_no_page_at_all_are_answered(headers):
    check_origin(asked(**headers))


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "class.example", "origin": "http://evil.example"},
        {"host": "class.example", "origin": "null"},
        {"host": "class.example", "origin": "http://class.example:8080"},
        {"host": "class.example:8080", "origin": "http://class.example"},
        {"host": "class.example", "origin": "https://class.example"},
        {"host": "class.example:7860", "origin": "https://class.example:7860"},
        {"host": "class.example", "origin": "http://class.example", "scheme": "https"},
        {"host": "class.example", "origin": "http://class.example", "scheme": "wss"},
        {"host": "class.example:8080", "origin": "https://class.example", "scheme": "ws"},
        {"host": "class.example", "origin": "https://evil.example", "scheme": "ws"},
        {"host": "class.example", "origin": "null", "scheme": "ws"},
        {"host": "class.example", "origin": "http://class.example:port"},
        {"origin": "http://"},
        {"host": "class.example", "origin": "http://class.example.evil.example"},
        {"host": "class.example", "origin": "http://[broken"},
        {"host": "class.example", "sec_fetch_site": "cross-site"},
        {"host": "class.example", "sec_fetch_site": "same-site"},
        {
            "host": "class.example",
            "origin": "http://class.example",
            "sec_fetch_site": "cross-site",
        },
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_page_of_another_site_is_refused(headers, method):
    with pytest.raises(RefusalError, match="other sites") as caught:
        check_origin(asked(method=method, **headers))
    assert caught.value.status == 403


@pytest.mark.parametrize(
    ("origin", "told"),
    [
        ("https://class.example", True),
        ("http://class.example:8080", True),
        ("http://evil.example", False),
        ("null", False),
    ],
)
def test_a_refusal_that_a_proxy_may_have_caused_says_what_the_proxy_has_to_send(origin, told):
    with pytest.raises(RefusalError) as caught:
        check_origin(asked(host="class.example", origin=origin))
    assert ("X-Forwarded-Proto" in str(caught.value)) == told


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_link_or_a_frame_of_another_site_opens_the_page_and_a_form_does_nothing(method):
    browser = {"host": "class.example", "sec_fetch_site": "cross-site"}
    asks = asked(method=method, sec_fetch_mode="navigate", **browser)
    if method == "GET":
        return check_origin(asks)
    with pytest.raises(RefusalError):
        check_origin(asks)


@pytest.mark.parametrize(
    ("length", "status"), [("10", None), ("11", 413), ("-1", 400), ("1e3", 400), ("9" * 16, 400)]
)
def test_a_body_that_says_it_is_too_long_is_refused(length, status):
    if status is None:
        return check_length(asked(content_length=length), 10)
    with pytest.raises(RefusalError) as caught:
        check_length(asked(content_length=length), 10)
    assert caught.value.status == status


def test_an_answer_has_the_security_headers_it_lacks_and_keeps_its_own():
    sent = []

    async def send(message):
        sent.append(message)

    own = (b"referrer-policy", b"no-referrer")
    start = {"type": "http.response.start", "status": 200, "headers": [own]}
    run(with_security(asked(host="class.example:7860"), send)(start))
    headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    assert headers.pop("content-security-policy") == policy("class.example:7860")
    expected = {name.lower(): value for name, value in SECURITY.items()}
    assert headers == expected | {"referrer-policy": "no-referrer"}


def test_a_query_is_of_bounded_length():
    check_headers(asked(b"q" * MAX_QUERY_LENGTH))
    with pytest.raises(RefusalError) as refused:
        check_headers(asked(b"q" * (MAX_QUERY_LENGTH + 1)))
    assert refused.value.status == 414


@pytest.mark.parametrize("host", ["a b", "a/b", "[::1", "class.example:port", "", "a,b", "<b>"])
def test_a_host_that_is_none_is_refused(host):
    check_headers(asked(host="[fd00::1]:8000"))
    with pytest.raises(RefusalError, match="is not a host"):
        check_headers(asked(host=host))
