"""A call of a function holds nothing that Gradio would fetch from elsewhere, however it is put."""

import json

import pytest

from mnist_cnn.server.gate import calls
from mnist_cnn.server.http.requests import RequestError


def check(body):
    calls.check_call({}, body)


def call(*data, **more):
    return json.dumps({"data": list(data), **more}).encode()


@pytest.mark.parametrize(
    "address",
    [
        *("http://elsewhere.example/a.png", "https://elsewhere.example/a.png"),
        *("ftp://elsewhere.example/a.png", "file:///etc/passwd", "data:image/png;base64,AA"),
        *("//elsewhere.example/a.png", "\\\\elsewhere\\a.png"),
        *(
            "HTTP://elsewhere.example/a.png",
            "hTtPs://elsewhere.example/a.png",
            "FILE:///etc/passwd",
        ),
        *("  https://elsewhere.example/a.png", "\n\tHttp://elsewhere.example/a.png"),
    ],
)
@pytest.mark.parametrize(
    "around",
    [
        lambda file: call(file),
        lambda file: call("first", 2, None, file),
        lambda file: call([[file]]),
        lambda file: call({"image": {"background": file}}),
        lambda file: call({"layers": [{"name": "a"}, file]}),
        lambda file: call(event_data=file),
    ],
    ids=["first", "last", "in lists", "in objects", "in both", "beside the data"],
)
def test_a_file_at_an_address_is_refused_wherever_it_stands(address, around):
    with pytest.raises(RequestError, match="No file is fetched from an address"):
        check(around({"path": address, "meta": {"_type": "gradio.FileData"}}))


def test_an_uploaded_file_and_a_text_with_an_address_are_taken():
    check(call({"path": "/tmp/gradio/a/picture.png", "url": "http://here/file"}, fn_index=0))
    check(call("http://elsewhere.example is only a text"))


def test_a_call_has_a_bounded_depth():
    def nested(depth):
        value = 1
        for _ in range(depth):
            value = [value]
        return call(value)

    check(nested(calls.MAX_DEPTH - 3))  # the call, its data, and the number
    with pytest.raises(RequestError, match="too deeply"):
        check(nested(calls.MAX_DEPTH - 2))


@pytest.mark.parametrize("length", [0, calls.MAX_SESSION_LENGTH + 1])
def test_a_session_is_bounded(length):
    check(call(session_hash="s" * calls.MAX_SESSION_LENGTH))
    with pytest.raises(RequestError, match="session_hash must be"):
        check(call(session_hash="s" * length))


@pytest.mark.parametrize("number", ["-1", "3", "1.5", "true", '"0"', "1e400"])
def test_only_the_functions_there_are_can_be_called(number):
    check(call(fn_index=2))
    with pytest.raises(RequestError, match=r"no function|not JSON"):
        check(f'{{"data": [], "fn_index": {number}}}'.encode())


@pytest.mark.parametrize("constant", ["NaN", "Infinity", "-Infinity", "1e400", '"\\ud800"'])
def test_what_gradio_could_not_answer_is_refused(constant):
    for where in ('{"data": [%s]}', '{"data": [], "trigger_id": %s}'):
        with pytest.raises(RequestError, match="not JSON"):
            check((where % constant).encode())


@pytest.mark.parametrize(
    "sent",
    [
        lambda call: call.replace("1}", "NaN}").encode(),
        lambda call: call.replace("1}", '"\\ud800"}').encode(),
        lambda call: call.encode("utf-16"),
        lambda call: call.encode("utf-8-sig"),
    ],
    ids=["not a number", "half a character", "UTF-16", "a byte order mark"],
)
def test_what_is_read_as_json_elsewhere_hides_no_picture_of_a_tool(sent):
    call = json.dumps({"params": {"arguments": {"picture": "/etc/passwd"}}, "id": 1})
    assert calls.check_tool({}, call.encode()).status_code == 200  # in MCP's words
    with pytest.raises(RequestError, match="not JSON"):
        calls.check_tool({}, sent(call))


@pytest.mark.parametrize("body", [b"", b"[]", b"1", b"{}", b'{"params": {"arguments": []}}'])
def test_what_is_no_call_of_a_tool_is_left_to_mcp(body):
    assert calls.check_tool({}, body) is None
