"""What ``test_live.py`` does not decode: the header's fields and the alignment of the floats."""

import json
import struct

import numpy as np
import pytest

from mnist_cnn import payload, strokes

DRAWINGS = {
    "seven": strokes.render([np.array([(70.0, 60), (210, 56), (168, 140), (126, 238)])]),
    "dot": strokes.render([np.array([(30.0, 250)])]),
    "lying line": strokes.render([np.array([(30.0, 250), (250, 250)])], brush=8),
}


def header_of(content):
    (length,) = struct.unpack_from("<I", content)
    return length, json.loads(content[4 : 4 + length])


@pytest.mark.parametrize("name", DRAWINGS)
def test_the_header_tells_the_page_what_the_film_strip_needs(name, reader):
    reading = reader.read(DRAWINGS[name])
    length, header = header_of(payload.encode(reading))
    assert (4 + length) % 4 == 0  # so that the browser can view the floats in place
    left, top, right, bottom = header["box"]
    x, y = header["offset"]
    width, height = header["scaled"]
    assert header["doubt"] == reading.doubt
    np.testing.assert_array_equal(DRAWINGS[name][top:bottom, left:right], reading.stages.crop)
    np.testing.assert_array_equal(
        reading.stages.image[y : y + height, x : x + width], reading.stages.scaled
    )


def test_flatten_is_the_last_map_in_the_order_it_is_sent(reader):
    content = payload.encode(reader.read(DRAWINGS["seven"]))
    levels = np.frombuffer(content[-576:], np.uint8)
    layers = reader.read(DRAWINGS["seven"]).activations.layers
    maxima = np.tile(layers["conv3"].max(axis=(0, 1)), 9)
    error = np.abs(levels / 255 * maxima - layers["flatten"])
    assert error.max() <= layers["flatten"].max() / 500


def test_an_empty_pad_is_a_header_and_nothing_else():
    content = payload.encode(None)
    length, header = header_of(content)
    assert header == {"empty": True}
    assert len(content) == 4 + length
    assert len(content) % 4 == 0
