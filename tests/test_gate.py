"""What the gate hands on is what it has checked: also who calls a tool of this server."""

import json

import pytest
from starlette.types import Scope

from mnist_cnn.ui.gate import Gate
from tests.looping import run

CALL = json.dumps({"method": "tools/list"}).encode()


def handed_on(path: str, headers: list[tuple[bytes, bytes]]) -> Scope:
    """Return the request that comes out behind the gate."""
    passed = []

    async def app(scope, receive, send):
        passed.append(scope)

    async def receive():
        return {"type": "http.request", "body": CALL}

    scope = {
        "type": "http",
        "method": "POST",
        "path": path,
        "query_string": b"",
        "root_path": "",
        "headers": headers,
        "client": ("10.0.0.9", 5000),
    }
    run(Gate(app)(scope, receive, None))
    return passed[0]


@pytest.mark.parametrize("sent", [[], [b"127.0.0.1"], [b"1.2.3.4", b"5.6.7.8, 9.9.9.9"]])
def test_a_tool_s_call_says_where_it_comes_from_whatever_its_sender_says(sent):
    headers = [(b"x-forwarded-for", value) for value in sent]
    passed = handed_on("/gradio_api/mcp/", [(b"host", b"localhost"), *headers])
    assert passed["headers"] == [(b"host", b"localhost"), (b"x-forwarded-for", b"10.0.0.9")]
