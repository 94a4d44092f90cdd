"""A call of a function holds nothing that Gradio would fetch from elsewhere, however it is put."""

import json

import pytest

from mnist_cnn.ui import calls
from mnist_cnn.ui.calls import check
from mnist_cnn.ui.requests import RequestError


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
        check(around({"path": address, "meta": {"_type": "gradio.FileData"}}), {0})


def test_an_uploaded_file_and_a_text_with_an_address_are_taken():
    check(call({"path": "/tmp/gradio/a/picture.png", "url": "http://here/file"}, fn_index=0), {0})
    check(call("http://elsewhere.example is only a text"), {0})


def test_a_call_has_a_bounded_depth():
    def nested(depth):
        value = 1
        for _ in range(depth):
            value = [value]
        return call(value)

    check(nested(calls.MOST_DEPTH - 3), {0})  # the call, its data, and the number
    with pytest.raises(RequestError, match="too deeply"):
        check(nested(calls.MOST_DEPTH - 2), {0})


@pytest.mark.parametrize("name", calls.WORDS)
def test_a_word_of_a_call_is_short(name):
    check(call(**{name: "w" * calls.LONGEST_WORD}), {0})
    with pytest.raises(RequestError, match=name):
        check(call(**{name: "w" * (calls.LONGEST_WORD + 1)}), {0})


@pytest.mark.parametrize("number", ["-1", str(2**31), "1.5", "true", '"0"'])
@pytest.mark.parametrize("name", calls.NUMBERS)
def test_a_number_of_a_call_is_whole_and_bounded(name, number):
    with pytest.raises(RequestError, match=f"{name} must be a whole number"):
        check(f'{{"data": [], "{name}": {number}}}'.encode(), {0})


@pytest.mark.parametrize("constant", ["NaN", "Infinity", "-Infinity"])
def test_what_is_no_number_of_json_is_refused(constant):
    with pytest.raises(RequestError, match="is not a number of JSON"):
        check(f'{{"data": [{constant}]}}'.encode(), {0})
