"""What the server reads and writes is JSON that every browser reads."""

import json

import pytest

from mnist_cnn.system import strict_json


@pytest.mark.parametrize(
    "text",
    [
        *("NaN", "[Infinity]", '{"a": -Infinity}', "1e999", "[-1e999]"),
        *('"\\ud800"', '{"\\uDFFF": 1}', '["\\ude00\\ud83d"]', "[" * 10**5, "", "{"),
        *(b'"\xed\xa0\x80"', b"\xff", b'"\xed\xa0\xbd\xed\xb8\x80"', '"\ud800"'),
    ],
)
def test_what_others_do_not_read_is_refused(text):
    with pytest.raises(ValueError, match=r"\S"):
        strict_json.parse(text)


@pytest.mark.parametrize(
    "value", [None, -1.5, 10**400, 1e308, [], {"a": [True, "é😀", "\\ud800"]}, "\\u", "\0"]
)
def test_everything_else_comes_back(value):
    assert strict_json.parse(strict_json.encode(value)) == value
    assert strict_json.parse(json.dumps(value, ensure_ascii=False).encode()) == value


@pytest.mark.parametrize("number", ["nan", "inf", "-inf"])
def test_nothing_else_is_written(number):
    with pytest.raises(ValueError, match="not JSON compliant"):
        strict_json.encode({"loss": [float(number)]})
