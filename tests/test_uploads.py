"""Networks people bring along: checked, bounded, named without the server's folders."""

import zipfile

import numpy as np
import pytest

from mnist_cnn.network import model, weights
from mnist_cnn.network.card import Card
from mnist_cnn.reading.sandbox import Sandbox
from mnist_cnn.runs import uploads
from mnist_cnn.runs.uploads import UploadError, Uploads
from mnist_cnn.system.paths import WEIGHTS

CARD = Card("lesson", 1, 5, "sum", "none", 93_322, 1.0, "MNIST test", 0.9, 3.0, {}, None, {})


@pytest.fixture(scope="module")
def sandbox():
    sandbox = Sandbox()
    yield sandbox
    sandbox.close()


@pytest.fixture
def packed(tmp_path):
    """The bytes of a file as ``weights.save`` writes it, of any variant."""

    def packed(downsampling="max"):
        path = tmp_path / "packed.keras"
        weights.save(model.build(1, downsampling), CARD, path)
        return path.read_bytes()

    return packed


@pytest.mark.parametrize("downsampling", model.DOWNSAMPLING)
def test_every_variant_comes_back_with_its_card(packed, downsampling, sandbox):
    upload = Uploads(sandbox).add("ann", "C:\\Users\\ann\\mine.keras", packed(downsampling))
    layers = model.variant(downsampling)
    assert (upload.name, upload.layers, upload.card) == ("mine.keras", layers, CARD)
    for found, built in zip(
        upload.weights, model.build(1, downsampling).get_weights(), strict=True
    ):
        np.testing.assert_array_equal(found, built)


def test_a_card_that_is_none_is_left_out(tmp_path, sandbox):
    path = tmp_path / "odd.keras"
    model.build(1).save(path)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("card.json", '{"recipe": "<script>"}')
    assert Uploads(sandbox).add("ann", "odd.keras", path.read_bytes()).card is None


@pytest.mark.parametrize(
    ("content", "reason"), [(b"", "damaged"), (b"PK\3\4 nothing", "damaged"), (None, "ending")]
)
def test_other_files_are_refused_by_their_name_alone(content, reason, sandbox):
    if content is None:
        content = (WEIGHTS / "doubt.keras").read_bytes()
    with pytest.raises(UploadError) as caught:
        Uploads(sandbox).add("ann", "../../mine.keras", content)
    assert caught.value.reason == reason
    assert str(caught.value).startswith("mine.keras ")
    assert "mnist_cnn_" not in str(caught.value)


def test_the_oldest_make_room(packed, monkeypatch, sandbox):
    kept, content = Uploads(sandbox), packed()
    ids = [kept.add("ann", f"{i}.keras", content).id for i in range(uploads.MAX_OF_SESSION + 1)]
    assert [upload.id for upload in kept.of("ann")] == ids[1:]
    assert kept.of("ben") == []
    assert kept.find(ids[0]) is None
    monkeypatch.setattr(uploads, "MAX_AGE", 0)
    assert kept.of("ann") == []


def test_those_of_everybody_are_bounded_too(packed, monkeypatch, sandbox):
    monkeypatch.setattr(uploads, "MAX_IN_ALL", 2)
    kept, content = Uploads(sandbox), packed()
    ids = {name: kept.add(name, "it.keras", content).id for name in ("ann", "ben", "eve")}
    assert [name for name, id in ids.items() if kept.find(id)] == ["ben", "eve"]


def test_a_long_name_is_cut(packed, sandbox):
    upload = Uploads(sandbox).add("ann", "folder/" + 300 * "n" + ".keras", packed())
    assert upload.name == uploads.MAX_NAME * "n"
