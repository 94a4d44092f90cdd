"""What a request's headers may say, and what an answer's say in any case."""

import pytest
from starlette.requests import HTTPConnection

from mnist_cnn.ui.headers import (
    LONGEST_QUERY,
    SECURITY,
    RefusalError,
    check_headers,
    check_length,
    check_origin,
    with_security,
)
from tests.looping import run


def asked(query=b"", **headers):
    named = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return HTTPConnection({"type": "http", "headers": named, "query_string": query})


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "class.example"},  # no browser
        {"host": "class.example", "origin": "http://class.example"},
        {"host": "class.example:7860", "origin": "http://class.example:7860"},
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
def test_a_page_of_another_site_is_refused(headers):
    with pytest.raises(RefusalError, match="other sites") as caught:
        check_origin(asked(**headers))
    assert caught.value.status == 403


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
    run(with_security(send)(start))
    headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    expected = {name.lower(): value for name, value in SECURITY.items()}
    assert headers == expected | {"referrer-policy": "no-referrer"}


def test_a_query_is_of_bounded_length():
    check_headers(asked(b"q" * LONGEST_QUERY))
    with pytest.raises(RefusalError) as refused:
        check_headers(asked(b"q" * (LONGEST_QUERY + 1)))
    assert refused.value.status == 414


@pytest.mark.parametrize("host", ["a b", "a/b", "[::1", "class.example:port", "", "a,b c", "<b>"])
@pytest.mark.parametrize("name", ["host", "x_forwarded_host"])
def test_a_host_that_is_none_is_refused(name, host):
    check_headers(asked(**{name: "class.example:80, [fd00::1]:8000"}))
    with pytest.raises(RefusalError, match="is not a host"):
        check_headers(asked(**{name: host}))
