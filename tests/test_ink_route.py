"""The route that makes ink on the pad of a picture file."""

import io
import struct

import httpx
import numpy as np
import pytest
from PIL import Image

from tests.drawings import DRAWINGS


@pytest.fixture(scope="module")
def client(address):
    with httpx.Client(base_url=f"{address}/mnist_cnn") as client:
        yield client


def test_ink_of_a_picture_file(client):
    drawing = DRAWINGS["crossed 7"][:, :200]
    file = io.BytesIO()
    Image.fromarray(255 - drawing).save(file, "PNG")
    content = client.post("/ink", content=file.getvalue()).content
    width, height = struct.unpack_from("<HH", content)
    ink = np.frombuffer(content, np.uint8, offset=4).reshape(height, width)
    assert ink.shape == drawing.shape
    assert np.abs(ink.astype(int) - drawing).mean() < 2


@pytest.mark.parametrize(
    ("file", "sentence"),
    [
        (b"not a picture", "not a picture this program can read"),
        (b"", "not a picture"),
        (b"x" * (9 * 2**20), "longer than"),
    ],
    ids=["words", "nothing", "too long"],
)
def test_unusable_picture_files_get_a_sentence(client, file, sentence):
    response = client.post("/ink", content=file)
    assert response.status_code in (400, 413)
    assert sentence in response.json()["error"]
