"""Pen digits are found in order, checked before use, and come out of every container alike."""

import contextlib
import hashlib
import io
import sys
import zipfile

import numpy as np
import pytest

from mnist_cnn.digits import pen_digits
from mnist_cnn.digits.mnist_files import DamagedError, DataError
from tests.file_host import serve_files
from tests.serving import free_port

TEXT = """.VERSION 1.0
.LEXICON "0" "1"
.SEGMENT DIGIT 0-1 ? "4"
.COMMENT  4  17
.PEN_DOWN
 200 400
 180  300
 260  290
.PEN_UP
.DT 100
.PEN_DOWN
 240 410
 238 250
.PEN_UP
.SEGMENT DIGIT 2 ? "1"
.COMMENT 1 2
.PEN_DOWN
 0 500
 500 0
.PEN_UP
"""
FOUR = [[(200, 100), (180, 200), (260, 210)], [(240, 90), (238, 250)]]  # y points down
ONE = [[(0, 0), (500, 500)]]
SHORT = '.SEGMENT DIGIT 0 ? "1"\n.COMMENT 1 2\n.PEN_DOWN\n 0 500\n 500 0\n.PEN_UP\n'


def compress(text):
    """What compress(1) writes for less than 250 bytes: 9-bit codes, each one literal."""
    bits = "".join(f"{byte:09b}"[::-1] for byte in text.encode("latin-1"))
    octets = (bits[at : at + 8].ljust(8, "0")[::-1] for at in range(0, len(bits), 8))
    return b"\x1f\x9d\x90" + bytes(int(octet, 2) for octet in octets)


def zipped(content, name=pen_digits.MEMBER):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("pendigits.names", "Pen-Based Recognition of Handwritten Digits")
        archive.writestr(name, content)
    return file.getvalue()


def packed(digits, labels, writers, **others):
    """The bytes of an .npz of strokes: points, and where strokes and digits start."""
    strokes = [np.array(stroke, np.int16) for digit in digits for stroke in digit]
    arrays = {
        "points": np.concatenate(strokes),
        "stroke_start": np.cumsum([0, *map(len, strokes)]),
        "digit_start": np.cumsum([0, *map(len, digits)]),
        "label": np.array(labels, np.uint8),
        "writer": np.array(writers, np.uint8),
    }
    file = io.BytesIO()
    np.savez_compressed(file, **arrays | others)
    return file.getvalue()


def as_text(digits):
    """A second writer of UNIPEN text, y up."""
    lines = []
    for strokes, label, writer in zip(digits.strokes, digits.labels, digits.writers, strict=True):
        lines += [f'.SEGMENT DIGIT 0 ? "{label}"', f".COMMENT {label} {writer}"]
        for stroke in strokes:
            lines += [".PEN_DOWN", *(f" {x} {500 - y}" for x, y in stroke.tolist())]
            lines += [".PEN_UP", ".DT 100"]
    return "\n".join(lines) + "\n"


def assert_are(digits, strokes, labels, writers):
    assert (digits.labels.dtype, digits.writers.dtype) == (np.uint8, np.uint8)
    assert digits.labels.tolist() == labels
    assert digits.writers.tolist() == writers
    assert [[[tuple(p) for p in s.tolist()] for s in digit] for digit in digits.strokes] == strokes
    assert len(digits) == len(labels)


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """Where a person's download would lie; nothing is there yet."""
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.delenv(pen_digits.ENVIRONMENT_VARIABLE, raising=False)
    return tmp_path / "keras" / "datasets"


@pytest.fixture
def archive(monkeypatch):
    """A small archive that passes for UCI's."""
    content = zipped(compress(SHORT))
    monkeypatch.setattr(pen_digits, "ARCHIVE_SHA256", hashlib.sha256(content).hexdigest())
    return content


@pytest.fixture
def host():
    with contextlib.ExitStack() as running:
        yield lambda files, **faults: running.enter_context(serve_files(files, **faults))


def load(path=None, url="http://127.0.0.1:9/none.zip", progress=lambda *_: None):
    """``pen_digits.load`` that never asks the real source."""
    return pen_digits.load(path, url=url, progress=progress)


# --- UNIPEN -------------------------------------------------------------------------------


def test_unipen_gives_strokes_y_down_labels_and_writers():
    digits = pen_digits.parse(TEXT, "somewhere")
    assert_are(digits, [FOUR, ONE], [4, 1], [17, 2])
    assert digits.source == "somewhere"
    assert {stroke.shape[1] for digit in digits.strokes for stroke in digit} == {2}


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace("DIGIT 0-1 ?", "DIGIT 1-3,5 GOOD"),
        lambda text: "".join(f"  {line}\n" for line in text.splitlines()),
        lambda text: text.replace(".DT 100", ".DT 100\n.PEN_DOWN\n.PEN_UP"),
    ],
    ids=["lines of DOS", "another range", "indented", "a stroke without points"],
)
def test_unipen_s_freedoms_do_not_matter(change):
    assert_are(pen_digits.parse(change(TEXT)), [FOUR, ONE], [4, 1], [17, 2])


NO_STROKE = "segment 1 has no label, writer or stroke"
NO_UNIPEN = {
    "nothing": ("", "no .SEGMENT DIGIT in it"),
    "a login page": ("<html>Log in to the hotel's network</html>", "no .SEGMENT DIGIT in it"),
    "a letter": (SHORT.replace('"1"', '"x"'), NO_STROKE),
    "no comment": (SHORT.replace(".COMMENT 1 2\n", ""), NO_STROKE),
    "no writer in the second": (TEXT.replace(".COMMENT 1 2", ".COMMENT 1"), "segment 2 has no "),
    "no stroke": (SHORT[: SHORT.index(".PEN_DOWN")], NO_STROKE),
    "an end inside a stroke": (SHORT[:-9], NO_STROKE),
    "a point without y": (SHORT.replace("500 0", "500"), ""),
    "a word for a number": (SHORT.replace("500 0", "500 low"), ""),
    "a number too large": (SHORT.replace("500 0", "500 99999"), ""),
    "too many writers": (SHORT.replace("COMMENT 1 2", "COMMENT 1 300"), ""),
}


@pytest.mark.parametrize("kind", NO_UNIPEN)
def test_text_that_is_no_unipen_is_named(kind, tmp_path):
    text, reason = NO_UNIPEN[kind]
    file = tmp_path / "mine.tra"
    file.write_text(text)
    with pytest.raises(DamagedError) as caught:
        pen_digits.read(file)
    assert str(caught.value).startswith(f"{file} cannot be read as pen strokes ({reason}")
    assert str(caught.value).endswith(").")


# --- containers ---------------------------------------------------------------------------

ONE_DIGIT = ([ONE], [1], [2])
CONTAINERS = {
    "digits.tra": SHORT.encode(),
    "digits.tra.Z": compress(SHORT),
    "digits.zip": zipped(compress(SHORT)),
    "plain.zip": zipped(SHORT),
    "digits.npz": packed(*ONE_DIGIT),
}


@pytest.mark.parametrize("name", CONTAINERS)
def test_every_container_gives_the_same_digit(name, tmp_path):
    file = tmp_path / name
    file.write_bytes(CONTAINERS[name])
    digits = pen_digits.read(file)
    assert_are(digits, *ONE_DIGIT)
    assert digits.source == str(file)
    assert pen_digits.read(str(file)).source == str(file)


@pytest.mark.parametrize("name", CONTAINERS)
def test_without_unlzw3_all_but_compressed_files_are_read(name, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "unlzw3", None)
    file = tmp_path / name
    file.write_bytes(CONTAINERS[name])
    if name not in ("digits.tra.Z", "digits.zip"):
        return assert_are(pen_digits.read(file), *ONE_DIGIT)
    with pytest.raises(DataError) as caught:
        pen_digits.read(file)
    assert str(caught.value) == (
        f"{file} is compressed as .Z. Install the package that reads it: pip install unlzw3"
    )


def test_packed_digits_own_the_strokes_between_their_starts(tmp_path):
    file = tmp_path / "digits.npz"
    file.write_bytes(packed([FOUR, ONE, FOUR], [4, 1, 4], [17, 2, 30]))
    assert_are(pen_digits.read(file), [FOUR, ONE, FOUR], [4, 1, 4], [17, 2, 30])


def flipped(content, place):
    return content[:place] + bytes([content[place] ^ 0xFF]) + content[place + 1 :]


def one_array():
    file = io.BytesIO()
    np.save(file, np.zeros((3, 2), np.int16))
    return file.getvalue()


DAMAGED = {
    "an empty .npz": ("a.npz", b""),
    "text named .npz": ("a.npz", TEXT.encode()),
    "an .npy named .npz": ("a.npz", one_array()),
    "half an .npz": ("a.npz", packed(*ONE_DIGIT)[:200]),
    "an .npz with a changed byte": ("a.npz", flipped(packed(*ONE_DIGIT), 60)),
    "an .npz of something else": ("a.npz", zipped(b"", "label.npy")),
    "an .npz of pickles": ("a.npz", packed(*ONE_DIGIT, label=np.array([None], object))),
    "a label too few": ("a.npz", packed([ONE, FOUR], [1], [2, 2])),
    "a writer too many": ("a.npz", packed([ONE, FOUR], [1, 4], [2, 2, 2])),
    "a label of 10": ("a.npz", packed([ONE], [10], [2])),
    "a digit without strokes": ("a.npz", packed([ONE, []], [1, 1], [2, 2])),
    "an empty .zip": ("a.zip", b""),
    "half a .zip": ("a.zip", zipped(compress(SHORT))[:-30]),
    "a .zip with a changed byte": ("a.zip", flipped(zipped(compress(SHORT)), 150)),
    "a .zip of something else": ("a.zip", zipped(compress(SHORT), "pendigits.tes")),
    "a .zip that says it is encrypted": (
        "a.zip",
        zipped(b"x").replace(b"PK\x01\x02\x14\x03\x14\0\0", b"PK\x01\x02\x14\x03\x14\0\1"),
    ),
    "a .Z of another kind": ("a.Z", b"\x1f\x9d\xff" + compress(SHORT)[3:]),
    "a .Z that ends inside a code": ("a.Z", compress(SHORT)[:4]),
    "a .Z with an invalid code": ("a.Z", compress(SHORT)[:8] + b"\xff" * 9),
    "half a .Z": ("a.Z", compress(SHORT)[:40]),
    "a picture": ("a.tra", b"\x89PNG\r\n\x1a\n" + bytes(range(256))),
}


@pytest.mark.parametrize("damage", DAMAGED)
def test_a_damaged_file_is_named(damage, tmp_path):
    name, content = DAMAGED[damage]
    file = tmp_path / name
    file.write_bytes(content)
    with pytest.raises(DamagedError) as caught:
        pen_digits.read(file)
    assert str(caught.value).startswith(f"{file} cannot be read as pen strokes (")
    assert file.read_bytes() == content  # a person's file stays as it is


# --- the order of search ------------------------------------------------------------------


@pytest.mark.parametrize("first", range(4), ids=["argument", "environment", "cache", "source"])
def test_the_first_place_that_has_pen_digits_is_used(
    first, archive, cache, tmp_path, monkeypatch, host
):
    source = host({"pens.zip": archive})
    argument, named = tmp_path / "argument.tra", tmp_path / "named.tra"
    for file in (argument, named):
        file.write_text(SHORT)
    if first <= 1:
        monkeypatch.setenv(pen_digits.ENVIRONMENT_VARIABLE, str(named))
    if first <= 2:
        cache.mkdir(parents=True)
        (cache / pen_digits.ARCHIVE).write_bytes(archive)
    digits = load(argument if first == 0 else None, f"{source.url}/pens.zip")
    assert_are(digits, *ONE_DIGIT)
    cached = cache / pen_digits.ARCHIVE
    assert digits.source == str([argument, named, cached, cached][first])
    assert len(source.asked) == (1 if first == 3 else 0)


@pytest.mark.parametrize("way", ["argument", "environment"])
def test_a_named_file_that_is_missing_is_an_error(way, archive, cache, tmp_path, monkeypatch):
    cache.mkdir(parents=True)
    (cache / pen_digits.ARCHIVE).write_bytes(archive)
    missing = tmp_path / "nowhere.npz"
    if way == "environment":
        monkeypatch.setenv("MNIST_CNN_PEN_STROKES", str(missing))
    with pytest.raises(DataError) as caught:
        load(missing if way == "argument" else None)
    assert str(caught.value) == (
        f"There is no file {missing}. Give --pens or MNIST_CNN_PEN_STROKES the path of the "
        "pen strokes."
    )


# --- fetching -----------------------------------------------------------------------------


def test_a_download_is_checked_and_kept_for_the_next_start(archive, cache, host):
    source = host({"pens.zip": archive})
    told = []
    digits = load(url=f"{source.url}/pens.zip", progress=lambda *event: told.append(event))
    assert_are(digits, *ONE_DIGIT)
    assert told[-1] == (pen_digits.ARCHIVE, len(archive), len(archive))
    assert [file.name for file in cache.iterdir()] == [pen_digits.ARCHIVE]
    assert_are(load(), *ONE_DIGIT)  # needs no network
    assert len(source.asked) == 1


@pytest.mark.parametrize("where", ["cache", "source"])
def test_a_wrong_checksum_is_put_aside(where, archive, cache, host):
    wrong = flipped(archive, 100)
    source = host({"pens.zip": wrong})
    cached, aside = cache / pen_digits.ARCHIVE, cache / f"{pen_digits.ARCHIVE}.damaged"
    if where == "cache":
        cache.mkdir(parents=True)
        cached.write_bytes(wrong)
    with pytest.raises(DamagedError) as caught:
        load(url=f"{source.url}/pens.zip")
    assert str(caught.value) == (
        f"{cached} does not have the published checksum. It is put aside as {aside} and not "
        "used. Run again to fetch it anew."
    )
    assert aside.read_bytes() == wrong
    assert not cached.exists()
    source.files["pens.zip"] = archive
    assert_are(load(url=f"{source.url}/pens.zip"), *ONE_DIGIT)


def test_a_connection_cut_in_the_middle_is_resumed_on_the_next_run(archive, cache, host):
    source = host({"pens.zip": archive}, cut={"pens.zip": 90})
    with pytest.raises(DataError, match=f"the connection ended after 90 of {len(archive)} bytes"):
        load(url=f"{source.url}/pens.zip")
    assert_are(load(url=f"{source.url}/pens.zip"), *ONE_DIGIT)
    assert source.asked == [("pens.zip", None), ("pens.zip", "bytes=90-")]


def test_a_page_to_sign_in_is_not_taken_for_the_archive(archive, cache, host):
    source = host({"pens.zip": b"<html>Log in</html>"})
    with pytest.raises(DataError, match=r"answered with a sign-in page .* and try again\)"):
        load(url=f"{source.url}/pens.zip")
    assert list(cache.iterdir()) == []


@pytest.mark.parametrize(
    "trouble", ["no network", "404", "not HTTP", "cut while chunked", "no folder for it"]
)
def test_what_cannot_be_fetched_gives_a_sentence_with_a_way_out(trouble, archive, cache, host):
    files = {} if trouble == "404" else {"pens.zip": archive}
    faults = {
        "not HTTP": {"http": False},
        "cut while chunked": {"chunked": True, "cut": {"pens.zip": 90}},
    }
    url = f"{host(files, **faults.get(trouble, {})).url}/pens.zip"
    if trouble == "no network":
        url = f"http://127.0.0.1:{free_port()}/pens.zip"
    if trouble == "no folder for it":
        cache.parent.write_text("a file where the folder should be")
    with pytest.raises(DataError) as caught:
        load(url=url)
    message = str(caught.value)
    assert message.startswith("The pen strokes cannot be fetched (")
    assert message.endswith(
        f"). Fetch {url} on another machine and name the file with --pens or MNIST_CNN_PEN_STROKES."
    )
    assert "\n" not in message


# --- writers ------------------------------------------------------------------------------


def test_every_writer_trains_calibrates_or_measures():
    groups = (
        pen_digits.TRAINING_WRITERS,
        pen_digits.CALIBRATION_WRITERS,
        pen_digits.MEASURING_WRITERS,
    )
    assert sorted(writer for group in groups for writer in group) == list(range(1, 31))
    assert [len(group) for group in groups] == [22, 3, 5]


@pytest.mark.parametrize(
    ("writers", "rows"),
    [((2,), [1, 3]), ((30, 17), [0, 2]), (range(1, 31), [0, 1, 2, 3]), ((), [])],
)
def test_digits_by_some_writers_keep_their_order(writers, rows):
    strokes = [[np.full((2, 2), n)] for n in range(4)]
    labels, hands = np.array([5, 6, 7, 8], np.uint8), np.array([17, 2, 30, 2], np.uint8)
    chosen = pen_digits.PenDigits(strokes, labels, hands, "here").by(writers)
    assert [digit[0][0, 0] for digit in chosen.strokes] == rows
    assert chosen.labels.tolist() == labels[rows].tolist()
    assert chosen.writers.tolist() == hands[rows].tolist()
    assert chosen.source == "here"


def test_thirty_people_wrote_7494_digits(all_pen_digits):
    assert len(all_pen_digits) == len(all_pen_digits.strokes) == len(all_pen_digits.writers) == 7494
    assert np.unique(all_pen_digits.writers).tolist() == list(range(1, 31))
    assert np.bincount(all_pen_digits.labels).min() > 700  # of each digit
    assert np.bincount(all_pen_digits.writers)[1:].min() > 200  # by each person
    points = np.concatenate([stroke for digit in all_pen_digits.strokes for stroke in digit])
    assert points.min() >= 0
    assert points.max() <= pen_digits.TABLET


def test_the_real_digits_come_back_from_unipen_text(all_pen_digits):
    again = pen_digits.parse(as_text(all_pen_digits))
    np.testing.assert_array_equal(again.labels, all_pen_digits.labels)
    np.testing.assert_array_equal(again.writers, all_pen_digits.writers)
    for digit, other in zip(again.strokes, all_pen_digits.strokes, strict=True):
        assert len(digit) == len(other)
        for stroke, its in zip(digit, other, strict=True):
            np.testing.assert_array_equal(stroke, its)
