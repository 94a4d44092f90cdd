"""Public sets are read from files as they are published, checked, and fetched only when asked."""

import bz2
import dataclasses
import gzip
import hashlib
import importlib.util
import io
import struct
import sys
import zipfile
import zlib

import numpy as np
import pytest
from PIL import Image

from mnist_cnn.digits import mnist_files, pen_digits
from mnist_cnn.digits.download import WaitingTime
from mnist_cnn.digits.mnist_files import DamagedError
from mnist_cnn.digits.public import catalogue, formats, sets
from tests.file_host import serve_files

SETS = {public.name: public for public in (*catalogue.DIGITS, *catalogue.NO_DIGITS)}
COUNT = 12
LABELS = np.arange(COUNT, dtype=np.uint8) % 10


def drawings(side, levels=256):
    """Ink that is as exact in so many grey levels."""
    random = np.random.default_rng(side)
    return (random.integers(0, levels, (COUNT, side, side)) * (255 // (levels - 1))).astype(
        np.uint8
    )


def idx(array):
    kind = {"uint8": 8, "int32": 12}[array.dtype.name]
    head = bytes([0, 0, kind, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape)
    return gzip.compress(head + array.astype(array.dtype.newbyteorder(">")).tobytes())


def lines(rows, separator=" "):
    return "".join(separator.join(map(str, row)) + "\n" for row in rows).encode()


def zipped(files):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return content.getvalue()


def emnist(split, ink):
    return {
        "gzip.zip": zipped(
            {
                f"gzip/emnist-{split}-test-images-idx3-ubyte.gz": idx(ink.transpose(0, 2, 1)),
                f"gzip/emnist-{split}-test-labels-idx1-ubyte.gz": idx(LABELS),
                "gzip/emnist-mnist-mapping.txt": b"0 48\n",
            }
        )
    }


def matlab(matrices, packed):
    """A MATLAB file as GNU Octave and MATLAB write it."""

    def element(kind, content):
        return struct.pack("<II", kind, len(content)) + content + bytes(-len(content) % 8)

    content = b"MATLAB 5.0 MAT-file".ljust(124) + b"\x00\x01IM"
    for name, matrix in matrices.items():
        shape = struct.pack("<ii", *matrix.shape)
        stored = {"float64": 9, "int16": 3}[matrix.dtype.name]
        parts = [
            element(6, struct.pack("<II", 6, 0)),
            element(5, shape),
            element(1, name.encode()),
            element(stored, matrix.tobytes(order="F")),
        ]
        whole = element(14, b"".join(parts))
        if packed:
            whole = zlib.compress(whole)
            whole = struct.pack("<II", 15, len(whole)) + whole
        content += whole
    return content


def halves(ink):
    """Rasmussen and Williams' two halves of USPS."""
    patterns = (ink.reshape(COUNT, -1) / 127.5 - 1).T
    hot = (np.eye(10)[LABELS].T * 2 - 1).astype(np.int16)
    return {
        "train_patterns": patterns[:, :5],
        "train_labels": hot[:, :5],
        "test_patterns": patterns[:, 5:],
        "test_labels": hot[:, 5:],
    }


def png(picture, mode):
    content = io.BytesIO()
    Image.fromarray(255 - picture).convert(mode).save(content, "PNG")
    return content.getvalue()


def published(name):
    """Ink, and the files of a set in every form that it is published in."""
    if name == "qmnist":
        ink = drawings(28)
        before = np.zeros((mnist_files.TEST_DIGITS, 28, 28), np.uint8)
        labels = np.zeros((len(before) + COUNT, 8), np.int32)
        labels[-COUNT:, 0], labels[-COUNT:, 2] = LABELS, 4_000_000
        yield (
            ink,
            {
                "qmnist-test-images-idx3-ubyte.gz": idx(np.concatenate([before, ink])),
                "qmnist-test-labels-idx2-int.gz": idx(labels),
            },
        )
    elif name.startswith("emnist"):
        ink = drawings(28)
        yield ink, emnist(name.removeprefix("emnist_"), ink)
    elif name == "usps":
        ink = drawings(16)
        flat = ink.reshape(COUNT, -1) / 127.5 - 1
        sparse = [
            [label + 1, *(f"{at + 1}:{value}" for at, value in enumerate(row) if value)]
            for label, row in zip(LABELS, flat, strict=True)
        ]
        yield ink, {"usps.t.bz2": bz2.compress(lines(sparse))}
        rows = [[float(label), *row] for label, row in zip(LABELS, flat, strict=True)]
        yield ink, {"zip.test.gz": gzip.compress(lines(rows))}
    elif name == "usps_all":
        ink = drawings(16)
        for packed in (False, True):
            yield ink, {"usps_resampled.mat": matlab(halves(ink), packed)}
    elif name == "optdigits":
        ink = np.round(np.arange(COUNT * 64).reshape(COUNT, 8, 8) % 17 * 255 / 16).astype(np.uint8)
        counts = np.arange(COUNT * 64).reshape(COUNT, 64) % 17
        rows = lines(np.column_stack([counts, LABELS]), ",")
        yield ink, {"digits.csv.gz": gzip.compress(rows)}
        yield ink, {"optdigits.tes": rows}
    elif name == "semeion":
        ink = drawings(16, levels=2)
        pixels = ink.reshape(COUNT, -1) / 255
        rows = [
            [*(f"{value:.4f}" for value in row), *np.eye(10, dtype=int)[label], ""]
            for label, row in zip(LABELS, pixels, strict=True)
        ]
        yield ink, {"semeion.data": lines(rows)}
    elif name == "ardis":
        ink = drawings(28)
        yield (
            ink,
            {
                "ARDIS_test_2828.csv": lines(ink.reshape(COUNT, -1).astype(float)),
                "ARDIS_test_labels.csv": lines(np.eye(10)[LABELS]),
            },
        )
    elif name == "omniglot":
        ink = drawings(105, levels=2)
        names = [f"images_evaluation/Atlantean/{at:02d}.png" for at in range(COUNT)]
        files = {name: png(picture, "1") for name, picture in zip(names, ink, strict=True)}
        yield ink, {"images_evaluation.zip": zipped({"images_evaluation/": b""} | files)}
    else:
        yield drawings(28), {"t10k-images-idx3-ubyte.gz": idx(drawings(28))}


FORMS = [(name, *form) for name in SETS for form in published(name)]


def unchecked(public, size=COUNT):
    """The set, of whatever content and of this size."""
    forms = tuple(
        dataclasses.replace(
            form, files=tuple(dataclasses.replace(file, checksum="") for file in form.files)
        )
        for form in public.forms
    )
    return dataclasses.replace(public, forms=forms, size=size, elsewhere=sets.nowhere)


def write(public, files, folder):
    (folder / public.folder).mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / public.folder / name).write_bytes(content)


@pytest.mark.parametrize(("name", "ink", "files"), FORMS)
def test_a_set_is_read_as_it_is_published(name, ink, files, tmp_path):
    public = unchecked(SETS[name])
    write(public, files, tmp_path)
    found = sets.load(public, tmp_path)
    np.testing.assert_array_equal(found.drawings, ink)
    is_digit = public in map(unchecked, catalogue.DIGITS)
    np.testing.assert_array_equal(
        found.labels, LABELS if is_digit else np.full(COUNT, formats.NO_LABEL)
    )


@pytest.mark.parametrize(("name", "ink", "files"), FORMS)
def test_damaged_files_are_named(name, ink, files, tmp_path):
    public = unchecked(SETS[name])
    for damaged in (
        {key: text[: len(text) // 2] for key, text in files.items()},
        dict.fromkeys(files, b"?"),
    ):
        write(public, damaged, tmp_path)
        with pytest.raises(DamagedError) as error:
            sets.load(public, tmp_path)
        assert public.title in str(error.value)
        assert all(key in str(error.value) for key in files)


def test_a_set_of_another_size_than_was_published_is_damaged(tmp_path):
    _, files = next(published("semeion"))
    write(SETS["semeion"], files, tmp_path)
    with pytest.raises(DamagedError, match=r"Semeion has 1,593 pictures, .*semeion\.data 12\."):
        sets.load(SETS["semeion"], tmp_path)


@pytest.mark.parametrize(
    ("name", "ink", "files"),
    [(name, *next(published(name))) for name in SETS if SETS[name].forms[0].files[0].checksum],
)
def test_files_of_another_content_than_was_published_are_refused(name, ink, files, tmp_path):
    write(SETS[name], files, tmp_path)
    with pytest.raises(DamagedError, match="does not have its published checksum"):
        sets.load(SETS[name], tmp_path)


@pytest.mark.parametrize("algorithm", ["md5", "sha256"])
def test_a_checksum_is_that_of_the_whole_file(algorithm, tmp_path):
    content = bytes(sets.CHUNK) + b"the end"
    file = sets.PublicFile("a", checksum=hashlib.new(algorithm, content).hexdigest())
    (tmp_path / "a").write_bytes(content)
    sets.check(file, tmp_path / "a")
    (tmp_path / "a").write_bytes(content[:-1])
    with pytest.raises(DamagedError):
        sets.check(file, tmp_path / "a")


@pytest.mark.parametrize("public", [*SETS.values(), catalogue.PEN_TEST], ids=lambda one: one.name)
def test_a_set_that_is_missing_says_where_to_get_it_and_where_to_put_it(public, tmp_path):
    with pytest.raises(sets.MissingError) as error:
        sets.load(dataclasses.replace(public, elsewhere=sets.nowhere), tmp_path)
    sentence = str(error.value)
    assert sentence.startswith(public.title)
    assert str(tmp_path / public.folder) in sentence
    assert all(file.name in sentence for form in public.forms for file in form.files)
    fetched = all(file.url for file in public.forms[0].files)
    assert ("--download" in sentence) == fetched
    assert fetched or "http" in sentence


@pytest.mark.parametrize(
    ("pixels", "labels"),
    [
        (np.zeros((2, 8)), np.zeros(2)),  # no two dimensions of a picture
        (np.zeros((2, 8, 8)), np.zeros(3)),  # a label too many
        (np.zeros((0, 8, 8)), np.zeros(0)),
        (np.zeros((2, 8, 8)), np.array([1, 10])),
    ],
)
def test_ink_has_a_label_from_0_to_9_for_every_drawing(pixels, labels):
    with pytest.raises(ValueError, match="labels"):
        formats.Ink(pixels.astype(np.uint8), labels.astype(np.uint8))


@pytest.mark.parametrize("row", [[17, *[0] * 63, 3], [-1, *[0] * 63, 3], [0] * 64 + [3.5]])
def test_a_table_with_other_ink_or_labels_is_damaged(row, tmp_path):
    public = unchecked(SETS["optdigits"])
    write(public, {"optdigits.tes": lines([[0] * 65, row], ",")}, tmp_path)
    with pytest.raises(DamagedError):
        sets.load(public, tmp_path)


def test_a_sample_is_drawn_at_random_the_same_each_time():
    ink = formats.Ink(np.arange(100, dtype=np.uint8)[:, None, None], np.arange(100) % 10)
    some = ink.sample(30, seed=5)
    assert len(some) == 30
    np.testing.assert_array_equal(some.drawings[:, 0, 0] % 10, some.labels)
    np.testing.assert_array_equal(some.drawings, ink.sample(30, seed=5).drawings)
    assert (some.drawings != ink.sample(30, seed=6).drawings).any()
    assert len(set(some.drawings.ravel())) == 30
    np.testing.assert_array_equal(ink.sample(1000, 5).drawings, ink.drawings)


def test_optdigits_are_found_in_scikit_learn_without_importing_it(tmp_path, monkeypatch):
    ink, files = next(published("optdigits"))
    data = tmp_path / "site" / "sklearn" / "datasets" / "data"
    data.mkdir(parents=True)
    (tmp_path / "site" / "sklearn" / "__init__.py").write_text("raise ImportError")
    (data / "digits.csv.gz").write_bytes(files["digits.csv.gz"])
    monkeypatch.delitem(sys.modules, "sklearn", raising=False)
    monkeypatch.syspath_prepend(tmp_path / "site")
    public = dataclasses.replace(
        unchecked(SETS["optdigits"]), elsewhere=SETS["optdigits"].elsewhere
    )
    np.testing.assert_array_equal(sets.load(public, tmp_path).drawings, ink)


@pytest.mark.skipif(not importlib.util.find_spec("sklearn"), reason="pip install scikit-learn")
def test_optdigits_are_the_1797_of_scikit_learn(tmp_path):
    ink = sets.load(SETS["optdigits"], tmp_path)
    counts = [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]  # as UCI's description has them
    assert np.bincount(ink.labels).tolist() == counts


def test_other_people_s_pen_strokes_are_read_from_uci_s_archive(tmp_path):
    text = '.SEGMENT DIGIT ? "7"\n.COMMENT 7 31\n.PEN_DOWN\n 1 2\n 3 4\n.PEN_UP\n'
    public = unchecked(catalogue.PEN_TEST, size=1)
    archive = zipped({pen_digits.MEMBER: b"others", pen_digits.TEST_MEMBER: text.encode()})
    write(public, {pen_digits.ARCHIVE: archive}, tmp_path)
    found = sets.load(public, tmp_path)
    assert (found.labels.tolist(), found.writers.tolist()) == ([7], [31])
    (tmp_path / public.folder / pen_digits.ARCHIVE).unlink()
    write(public, {"pendigits-orig.tes": text.encode()}, tmp_path)
    assert len(sets.load(public, tmp_path)) == 1


# --- fetching -----------------------------------------------------------------------------


def fetch(public, folder):
    sets.fetch(public, folder, lambda *_: None, WaitingTime(5))


def on_host(public, host, files):
    """The set with its first form on a host of our own, and checksums of these files."""
    first, *others = public.forms
    moved = tuple(
        dataclasses.replace(
            file,
            url=f"{host.url}/{file.name}",
            checksum=hashlib.md5(files[file.name]).hexdigest(),
        )
        for file in first.files
    )
    return dataclasses.replace(public, forms=(dataclasses.replace(first, files=moved), *others))


@pytest.mark.parametrize("name", ["qmnist", "usps", "emnist_letters"])
def test_a_set_is_fetched_once_and_checked(name, tmp_path):
    ink, files = next(published(name))
    with serve_files(files) as host:
        public = dataclasses.replace(on_host(SETS[name], host, files), size=COUNT)
        fetch(public, tmp_path)
        fetch(public, tmp_path)
        assert sorted(asked for asked, _ in host.asked) == sorted(files)
    np.testing.assert_array_equal(sets.load(public, tmp_path).drawings, ink)


def test_what_came_and_is_something_else_is_put_aside(tmp_path):
    _, files = next(published("kmnist"))
    with serve_files({name: content + b"!" for name, content in files.items()}) as host:
        public = on_host(SETS["kmnist"], host, files)
        with pytest.raises(DamagedError, match=r"published checksum.*put aside"):
            fetch(public, tmp_path)
    with pytest.raises(sets.MissingError):
        sets.load(public, tmp_path)


@pytest.mark.parametrize("name", ["semeion", "ardis", "optdigits", "usps_all"])
def test_what_only_a_person_can_get_is_not_asked_for(name, tmp_path):
    fetch(SETS[name], tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_addresses_and_checksums_have_their_form():
    for public in (*SETS.values(), catalogue.PEN_TEST):
        for file in public.forms[0].files:
            assert len(file.checksum) in (0, 32, 64)
            assert not file.url or file.url.startswith("http")
            assert not file.url or file.checksum, "what is fetched unseen is checked"
