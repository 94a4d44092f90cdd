"""MNIST is found in order, checked before use, fetched whole or not at all."""

import contextlib
import gzip
import hashlib
import io
import socket
import ssl
import struct
import threading
import urllib.error
import urllib.request
import zipfile
from pathlib import Path

import numpy as np
import pytest

from mnist_cnn.digits import download, mnist_files
from mnist_cnn.digits.download import WaitingTime
from tests.file_host import serve_files
from tests.serving import free_port

NAMES = list(mnist_files.IDX_SHA256)
MD5 = {  # of the decoded files, as published: a second opinion on the SHA-256 in data.py
    "train_images": "6bbc9ace898e44ae57da46a324031adb",
    "train_labels": "a25bea736e30d166cdddb491f175f624",
    "test_images": "2646ac647ad5339dbf082846283269ea",
    "test_labels": "27ae3e4e09519cfbb04c329615203637",
}


def npz(arrays, compressed=False):
    """The bytes of an mnist.npz."""
    file = io.BytesIO()
    save = np.savez_compressed if compressed else np.savez
    save(file, **dict(zip(mnist_files.NPZ_KEYS, arrays, strict=True)))
    return file.getvalue()


def idx(array):
    """The bytes of an idx file, written by hand: magic, sizes, values."""
    magic = bytes([0, 0, 8, array.ndim])
    return magic + b"".join(struct.pack(">I", n) for n in array.shape) + array.tobytes()


def write_npz(path, arrays):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(npz(arrays))
    return path


def write_idx(folder, arrays, zipped=True):
    folder.mkdir(parents=True, exist_ok=True)
    for name, array in zip(NAMES, arrays, strict=True):
        content = idx(array)
        file = folder / (f"{name}.gz" if zipped else name)
        file.write_bytes(gzip.compress(content) if zipped else content)
    return folder


def assert_is(loaded, arrays):
    found = (loaded.train_images, loaded.train_labels, loaded.test_images, loaded.test_labels)
    for one, other in zip(found, arrays, strict=True):
        assert one.dtype == np.uint8
        np.testing.assert_array_equal(one, other)


def load(*arguments, **options):
    """``data.load`` that collects its reports and never asks the real mirrors."""
    reports = []
    options = {"mirrors": (), "progress": lambda *_: None} | options
    return mnist_files.load(*arguments, report=reports.append, **options), reports


# --- fixtures ------------------------------------------------------------------------------


@pytest.fixture
def mirror():
    """Start a host for ``files``; return it and the Mirror that points at it."""
    with contextlib.ExitStack() as running:

        def start(files, **faults):
            host = running.enter_context(serve_files(files, **faults))
            return host, mnist_files.Mirror(host.url, tuple(files) or ("mnist.npz",))

        yield start


@pytest.fixture
def cache(small_mnist, tmp_path):
    return tmp_path / "keras" / "datasets"


# --- the order of search ------------------------------------------------------------------

PLACES = ["argument", "environment", "Keras' npz", "Keras' idx folder", "mirror"]


@pytest.mark.parametrize("first", range(5), ids=PLACES)
def test_the_first_place_that_has_mnist_is_used(
    first, small_mnist, cache, tmp_path, monkeypatch, mirror
):
    host, remote = mirror({"mnist.npz": npz(small_mnist)})
    files = [tmp_path / "argument.npz", tmp_path / "named.npz", cache / "mnist.npz"]
    argument = None
    if first <= 0:
        argument = write_npz(files[0], small_mnist)
    if first <= 1:
        monkeypatch.setenv("MNIST_CNN_DATA", str(write_npz(files[1], small_mnist)))
    if first <= 2:
        write_npz(files[2], small_mnist)
    if first <= 3:
        write_idx(cache / "mnist", small_mnist)
    loaded, reports = load(argument, mirrors=(remote,))
    assert_is(loaded, small_mnist)
    assert loaded.source == str([*files, cache / "mnist", cache / "mnist.npz"][first])
    assert reports == []
    assert len(host.asked) == (1 if first == 4 else 0)


def test_without_keras_home_the_cache_is_in_the_home_folder(monkeypatch, tmp_path):
    monkeypatch.delenv("KERAS_HOME", raising=False)
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    assert mnist_files.cache_folder() == tmp_path / ".keras" / "datasets"


@pytest.mark.parametrize("way", ["argument", "environment"])
def test_a_named_place_that_is_missing_is_an_error(way, small_mnist, cache, tmp_path, monkeypatch):
    write_npz(cache / "mnist.npz", small_mnist)
    missing = tmp_path / "nowhere.npz"
    if way == "environment":
        monkeypatch.setenv("MNIST_CNN_DATA", str(missing))
    with pytest.raises(mnist_files.DataError) as caught:
        load(missing if way == "argument" else None)
    assert str(caught.value) == (
        f"There is no file or folder {missing}. Give --data or MNIST_CNN_DATA the path of "
        "mnist.npz or of a folder with the four idx files."
    )


def test_without_file_and_network_there_are_three_ways_out(small_mnist, cache):
    dead = mnist_files.Mirror(f"http://127.0.0.1:{free_port()}", ("mnist.npz",))
    reports = []
    with pytest.raises(mnist_files.DataError) as caught:
        mnist_files.load(mirrors=(dead,), report=reports.append)
    message = str(caught.value)
    assert "\n" not in message
    assert message.startswith("MNIST is neither on this machine nor reachable. Three ways out: ")
    first, second, third = message.split("Three ways out: ")[1].split("; ")
    assert "connect to the network" in first
    assert "--data or MNIST_CNN_DATA" in second
    assert str(cache) in third
    assert len(reports) == 1
    assert reports[0].startswith(f"{dead.url}: ")


# --- containers and checks ----------------------------------------------------------------


@pytest.mark.parametrize("container", ["npz", "npz compressed", "idx", "idx.gz", "both mixed"])
def test_every_container_gives_the_same_arrays(container, small_mnist, tmp_path):
    place = tmp_path / "data"
    if container.startswith("npz"):
        place.write_bytes(npz(small_mnist, compressed="compressed" in container))
    elif container == "both mixed":
        write_idx(place, small_mnist, zipped=True)
        (place / f"{NAMES[0]}.gz").unlink()
        (place / NAMES[0]).write_bytes(idx(small_mnist[0]))
    else:
        write_idx(place, small_mnist, zipped=container == "idx.gz")
    loaded = mnist_files.read(place)
    assert_is(loaded, small_mnist)
    expected = hashlib.sha256("".join(mnist_files.IDX_SHA256.values()).encode()).hexdigest()
    assert loaded.checksum == expected


def test_the_checksum_of_an_array_is_that_of_its_idx_file():
    by_hand = b"\0\0\x08\x02" + b"\0\0\0\x02" + b"\0\0\0\x03" + b"\1\2\3\4\5\6"
    array = np.array([[1, 2, 3], [4, 5, 6]], np.uint8)
    assert mnist_files.idx_sha256(array) == hashlib.sha256(by_hand).hexdigest()
    assert mnist_files.idx_sha256(np.asfortranarray(array)) == mnist_files.idx_sha256(array)


def test_mnist_itself_is_the_published_one(mnist):
    assert mnist.train_images.shape == (60_000, 28, 28)
    assert mnist.test_images.shape == (10_000, 28, 28)
    for name, md5 in MD5.items():
        assert hashlib.md5(idx(getattr(mnist, name))).hexdigest() == md5
    assert mnist.train_labels[:10].tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]


def altered(arrays):
    arrays = [array.copy() for array in arrays]
    arrays[2][17, 3, 9] ^= 1
    return npz(arrays)


def without_one_key(arrays):
    file = io.BytesIO()
    np.savez(file, x_train=arrays[0], y_train=arrays[1], x_test=arrays[2])
    return file.getvalue()


def pickled(arrays):
    file = io.BytesIO()
    np.savez(file, **{key: np.array([None, {}], object) for key in mnist_files.NPZ_KEYS})
    return file.getvalue()


def one_array(arrays):
    file = io.BytesIO()
    np.save(file, arrays[0])
    return file.getvalue()


def flipped_zip_field(offset, value):
    """A changed byte in the zip directory entry of x_train."""

    def change(arrays):
        content = bytearray(npz(arrays))
        content[content.index(b"PK\x01\x02") + offset] = value
        return bytes(content)

    return change


def broken_array_header(arrays):
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(npz(arrays))) as old, zipfile.ZipFile(file, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b"}", b" ", 1))
    return file.getvalue()


DAMAGED = {
    "empty": lambda arrays: b"",
    "truncated": lambda arrays: npz(arrays)[:-1000],
    "truncated in the first array": lambda arrays: npz(arrays)[:5000],
    "one pixel altered": altered,
    "one byte of the container altered": lambda a: npz(a)[:900] + b"?" + npz(a)[901:],
    "one image too few": lambda a: npz([a[0][1:], a[1][1:], a[2], a[3]]),
    "training and test exchanged": lambda a: npz([a[2], a[3], a[0], a[1]]),
    "other shape, same values": lambda a: npz([a[0].reshape(-1, 784), *a[1:]]),
    "one array missing": without_one_key,
    "text": lambda arrays: b"<html>Log in to the hotel's network</html>",
    "pickled objects": pickled,
    "npy, not npz": one_array,
    "zip says encrypted": flipped_zip_field(8, 1),
    "zip says unknown compression": flipped_zip_field(10, 99),
    "array header broken": broken_array_header,
    "real numbers that round to MNIST": lambda a: npz([x + np.float32(0.25) for x in a]),
    "words": lambda arrays: npz([np.array(["a", "b"])] * 4),
}


@pytest.mark.parametrize("damage", DAMAGED)
def test_a_damaged_npz_is_named_and_never_used(damage, small_mnist, tmp_path):
    file = tmp_path / "mine.npz"
    file.write_bytes(DAMAGED[damage](small_mnist))
    with pytest.raises(mnist_files.DamagedError) as caught:
        mnist_files.read(file)
    assert str(file) in str(caught.value)


IDX_DAMAGE = {
    "empty": (2, lambda content: b""),
    "truncated": (0, lambda content: content[:-1]),
    "truncated header": (1, lambda content: content[:6]),
    "too long": (1, lambda content: content + b"\0"),
    "one label altered": (3, lambda content: content[:-1] + bytes([content[-1] ^ 1])),
    "wrong number of images": (2, lambda content: content[:7] + b"\x31" + content[8:]),
    "255 dimensions": (1, lambda content: content[:3] + b"\xff" + content[4:]),
    "missing": (3, None),
}


@pytest.mark.parametrize("zipped", [True, False], ids=["gz", "plain"])
@pytest.mark.parametrize("damage", IDX_DAMAGE)
def test_a_damaged_idx_file_is_named_and_never_used(damage, zipped, small_mnist, tmp_path):
    folder = write_idx(tmp_path / "mine", small_mnist, zipped)
    number, change = IDX_DAMAGE[damage]
    file = folder / (NAMES[number] + (".gz" if zipped else ""))
    file.unlink()
    if change:
        content = change(idx(small_mnist[number]))
        file.write_bytes(gzip.compress(content) if zipped else content)
    with pytest.raises(mnist_files.DamagedError) as caught:
        mnist_files.read(folder)
    assert str(folder) in str(caught.value)
    assert NAMES[number] in str(caught.value)


def test_a_truncated_gz_file_is_named(small_mnist, tmp_path):
    folder = write_idx(tmp_path / "mine", small_mnist)
    file = folder / f"{NAMES[0]}.gz"
    file.write_bytes(file.read_bytes()[:-20])
    with pytest.raises(
        mnist_files.DamagedError, match=rf"{NAMES[0]}\.gz cannot be read as an idx file"
    ):
        mnist_files.read(folder)


def test_a_damaged_file_is_put_aside_and_the_next_place_is_used(small_mnist, cache, tmp_path):
    mine, content = tmp_path / "mine.npz", altered(small_mnist)
    mine.write_bytes(content)
    write_npz(cache / "mnist.npz", small_mnist)
    loaded, reports = load(mine)
    assert_is(loaded, small_mnist)
    aside = tmp_path / "mine.npz.damaged"
    assert not mine.exists()
    assert aside.read_bytes() == content
    assert reports == [
        f"{mine}: {NAMES[2]} does not have MNIST's checksum. "
        f"It is put aside as {aside} and not used."
    ]


def test_damaged_files_do_not_replace_one_another(small_mnist, cache):
    for content in (b"first", b"second", b"third"):
        cache.mkdir(parents=True, exist_ok=True)
        (cache / "mnist.npz").write_bytes(content)
        with pytest.raises(mnist_files.DataError):
            load()
    asides = ["mnist.npz.damaged", "mnist.npz.damaged-2", "mnist.npz.damaged-3"]
    assert [(cache / name).read_bytes() for name in asides] == [b"first", b"second", b"third"]


def test_a_damaged_cache_is_fetched_again(small_mnist, cache, mirror):
    _, remote = mirror({"mnist.npz": npz(small_mnist)})
    cache.mkdir(parents=True)
    (cache / "mnist.npz").write_bytes(npz(small_mnist)[:-1])
    loaded, reports = load(mirrors=(remote,))
    assert_is(loaded, small_mnist)
    assert len(reports) == 1
    assert load()[0].source == str(cache / "mnist.npz")  # the next start needs no network


# --- fetching -----------------------------------------------------------------------------


def test_a_download_tells_its_progress_and_lies_whole_in_the_cache(small_mnist, cache, mirror):
    content = npz(small_mnist)
    host, remote = mirror({"mnist.npz": content})
    told = []

    def progress(name, done, total):
        told.append((name, done, total))
        assert not (cache / "mnist.npz").exists()  # nothing half done under the real name
        assert (cache / "mnist.npz.part").exists()

    loaded, reports = load(mirrors=(remote,), progress=progress)
    assert_is(loaded, small_mnist)
    assert reports == []
    assert len(told) > 2
    assert {(name, total) for name, _, total in told} == {("mnist.npz", len(content))}
    done = [done for _, done, _ in told]
    assert done == sorted(set(done))
    assert done[-1] == len(content)
    assert [file.name for file in cache.iterdir()] == ["mnist.npz"]
    assert (cache / "mnist.npz").read_bytes() == content
    assert host.asked == [("mnist.npz", None)]


def test_a_mirror_of_idx_files_fills_a_folder(small_mnist, cache, mirror):
    files = {
        f"{name}.gz": gzip.compress(idx(array))
        for name, array in zip(NAMES, small_mnist, strict=True)
    }
    host, remote = mirror(files)
    loaded, _ = load(mirrors=(remote,))
    assert_is(loaded, small_mnist)
    assert loaded.source == str(cache / "mnist")
    assert [name for name, _ in host.asked] == list(mnist_files.IDX_FILES)


def test_without_a_length_progress_says_nought_in_all(small_mnist, cache, mirror):
    _, remote = mirror({"mnist.npz": npz(small_mnist)}, length=False)
    told = []
    loaded, _ = load(mirrors=(remote,), progress=lambda *event: told.append(event))
    assert_is(loaded, small_mnist)
    assert {total for _, _, total in told} == {0}


def test_a_resumed_download_without_a_length_says_nought_in_all(small_mnist, cache, mirror):
    content = npz(small_mnist)
    _, remote = mirror({"mnist.npz": content}, length=False)
    cache.mkdir(parents=True)
    (cache / "mnist.npz.part").write_bytes(content[:1000])
    told = []
    load(mirrors=(remote,), progress=lambda *event: told.append(event))
    assert {total for _, _, total in told} == {0}


@pytest.mark.parametrize(
    ("ranges", "part", "ranges_asked", "first_progress"),
    [
        (True, 60_000, ["bytes=60000-"], 60_001),
        (False, 60_000, ["bytes=60000-"], 1),  # the server starts over, so do we
        (True, 0, [None], 1),
    ],
    ids=["a server with Range", "a server without Range", "an empty part"],
)
def test_a_part_is_resumed(ranges, part, ranges_asked, first_progress, small_mnist, cache, mirror):
    content = npz(small_mnist)
    host, remote = mirror({"mnist.npz": content}, ranges=ranges)
    cache.mkdir(parents=True)
    (cache / "mnist.npz.part").write_bytes(content[:part])
    told = []
    loaded, reports = load(mirrors=(remote,), progress=lambda *event: told.append(event))
    assert_is(loaded, small_mnist)
    assert reports == []
    assert [asked for _, asked in host.asked] == ranges_asked
    assert first_progress <= told[0][1] <= first_progress + len(content) / 2  # not all at once
    assert told[-1][1:] == (len(content), len(content))
    assert [file.name for file in cache.iterdir()] == ["mnist.npz"]


@pytest.mark.parametrize("extra", [0, 500], ids=["as long as the file", "longer"])
def test_a_part_with_nothing_left_to_fetch_starts_over(extra, small_mnist, cache, mirror):
    content = npz(small_mnist)
    host, remote = mirror({"mnist.npz": content})
    cache.mkdir(parents=True)
    (cache / "mnist.npz.part").write_bytes(content + b"?" * extra)
    loaded, _ = load(mirrors=(remote,))
    assert_is(loaded, small_mnist)
    assert [asked for _, asked in host.asked] == [f"bytes={len(content) + extra}-", None]


def test_a_part_of_something_else_is_put_aside_and_the_next_mirror_asked(
    small_mnist, cache, mirror
):
    content = npz(small_mnist)
    mirrors = [mirror({"mnist.npz": content})[1] for _ in range(2)]
    cache.mkdir(parents=True)
    (cache / "mnist.npz.part").write_bytes(content[:4] + b"?" * 1000)
    loaded, reports = load(mirrors=mirrors)
    assert_is(loaded, small_mnist)
    assert len(reports) == 1
    assert reports[0].startswith(f"{mirrors[0].url}: {cache / 'mnist.npz'} ")
    assert "is put aside as" in reports[0]
    assert (cache / "mnist.npz").read_bytes() == content


def test_a_part_that_begins_as_no_archive_is_fetched_anew(small_mnist, cache, mirror):
    host, remote = mirror({"mnist.npz": npz(small_mnist)})
    cache.mkdir(parents=True)
    (cache / "mnist.npz.part").write_bytes(b"<html>Log in</html>")
    loaded, reports = load(mirrors=(remote,))
    assert_is(loaded, small_mnist)
    assert reports == []
    assert host.asked == [("mnist.npz", None)]


def test_a_connection_cut_in_the_middle_is_resumed_on_the_next_run(small_mnist, cache, mirror):
    content = npz(small_mnist)
    host, remote = mirror({"mnist.npz": content}, cut={"mnist.npz": 90_000})
    reports = []
    with pytest.raises(mnist_files.DataError):
        mnist_files.load(mirrors=(remote,), report=reports.append, progress=lambda *_: None)
    assert reports == [
        f"{remote.url}: the connection ended after 90000 of {len(content)} bytes; "
        "run again to resume."
    ]
    assert [file.name for file in cache.iterdir()] == ["mnist.npz.part"]
    loaded, _ = load(mirrors=(remote,))
    assert_is(loaded, small_mnist)
    assert host.asked == [("mnist.npz", None), ("mnist.npz", "bytes=90000-")]


def test_a_person_who_stops_a_download_leaves_only_a_part(small_mnist, cache, mirror):
    host, remote = mirror({"mnist.npz": npz(small_mnist)})

    def stop(name, done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        load(mirrors=(remote,), progress=stop)
    (part,) = cache.iterdir()
    assert part.name == "mnist.npz.part"
    size = part.stat().st_size
    assert size > 0
    assert_is(load(mirrors=(remote,))[0], small_mnist)
    assert host.asked[1] == ("mnist.npz", f"bytes={size}-")


def test_a_cut_idx_download_is_resumed_and_not_called_damaged(small_mnist, cache, mirror):
    names = [f"{name}.gz" for name in NAMES]
    files = {
        name: gzip.compress(idx(array)) for name, array in zip(names, small_mnist, strict=True)
    }
    host, remote = mirror(files, cut={names[2]: 20_000})
    with pytest.raises(mnist_files.DataError):
        load(mirrors=(remote,))
    host.asked.clear()
    loaded, reports = load(mirrors=(remote,))
    assert_is(loaded, small_mnist)
    assert reports == []
    assert sorted(place.name for place in cache.iterdir()) == ["mnist"]
    assert (names[2], "bytes=20000-") in host.asked


@pytest.mark.parametrize(
    ("faults", "sentence"),
    [
        ({"files": {}}, "404"),
        ({"cut": {"mnist.npz": 90_000}}, "the connection ended after 90000 of"),
        ({"cut": {"mnist.npz": 90_000}, "chunked": True}, ""),
        ({"http": False}, ""),
    ],
    ids=["404", "cut", "cut while chunked", "not HTTP"],
)
def test_a_mirror_that_fails_is_reported_and_the_next_one_works(
    faults, sentence, small_mnist, cache, mirror
):
    content = npz(small_mnist)
    _, bad = mirror(**({"files": {"mnist.npz": content}} | faults))
    _, good = mirror({"mnist.npz": content})
    loaded, reports = load(mirrors=(bad, good))
    assert_is(loaded, small_mnist)
    assert len(reports) == 1
    assert reports[0].startswith(f"{bad.url}: ")
    assert sentence in reports[0]
    assert (cache / "mnist.npz").read_bytes() == content


def test_the_next_mirror_goes_on_where_the_first_was_cut(small_mnist, cache, mirror):
    content = npz(small_mnist)
    _, first = mirror({"mnist.npz": content}, cut={"mnist.npz": 90_000})
    host, second = mirror({"mnist.npz": content})
    loaded, _ = load(mirrors=(first, second))
    assert_is(loaded, small_mnist)
    assert host.asked == [("mnist.npz", "bytes=90000-")]


def test_a_cache_that_cannot_be_written_is_reported(small_mnist, tmp_path, mirror):
    _, remote = mirror({"mnist.npz": npz(small_mnist)})
    (tmp_path / "keras").write_text("a file where the folder should be")
    reports = []
    with pytest.raises(mnist_files.DataError, match="Three ways out"):
        mnist_files.load(mirrors=(remote,), report=reports.append)
    assert len(reports) == 1
    assert str(tmp_path / "keras") in reports[0]


def test_reports_and_progress_go_to_standard_error(small_mnist, cache, mirror, capsys):
    content = npz(small_mnist)
    _, missing = mirror({})
    _, remote = mirror({"mnist.npz": content})
    mnist_files.load(mirrors=(missing, remote))
    written = capsys.readouterr()
    assert written.out == ""
    assert written.err.startswith(f"{missing.url}: HTTP Error 404")
    assert written.err.endswith(f"of {len(content) / 1e6:.1f} MB\n")


# --- networks of schools ------------------------------------------------------------------

PORTALS = {
    "a page": {"body": b"<html>Log in</html>"},
    "a page of the kind it says": {"body": b"PK\x03\x04", "kind": "text/html; charset=utf-8"},
    "nothing": {"body": b""},
    "a status": {"body": b"Log in", "status": 511},
}


@pytest.mark.parametrize("fetched", ["mnist.npz", mnist_files.IDX_FILES[0]])
@pytest.mark.parametrize("portal", PORTALS)
def test_a_page_to_sign_in_is_not_taken_for_the_file(portal, fetched, cache, mirror):
    faults = dict(PORTALS[portal])
    _, remote = mirror({fetched: faults.pop("body")}, **faults)
    if fetched != "mnist.npz":
        remote = mnist_files.Mirror(remote.url, mnist_files.IDX_FILES)
    _, reports = load_nothing(mirrors=(remote,))
    assert reports == [
        f"{remote.url}: the network answered with a sign-in page instead of the file. Open any "
        "site in a browser, sign in to the network there, and try again."
    ]
    assert [path for path in cache.rglob("*") if path.is_file()] == []


def test_a_page_to_sign_in_leaves_what_came_before(small_mnist, cache, mirror):
    content = npz(small_mnist)
    host, remote = mirror({"mnist.npz": b"<html>Log in</html>"}, ranges=False)
    cache.mkdir(parents=True)
    (cache / "mnist.npz.part").write_bytes(content[:1000])
    load_nothing(mirrors=(remote,))
    host.files["mnist.npz"], host.ranges = content, True
    assert_is(load(mirrors=(remote,))[0], small_mnist)
    assert host.asked == [("mnist.npz", "bytes=1000-")] * 2


def load_nothing(**options):
    """``load`` where there is no MNIST; return the error and the reports."""
    reports = []
    with pytest.raises(mnist_files.DataError) as caught:
        mnist_files.load(report=reports.append, progress=lambda *_: None, **options)
    return caught.value, reports


class Silent:
    """A host that takes connections and says nothing."""

    def __init__(self, listener):
        self._listener = listener
        self.name = f"127.0.0.1:{listener.getsockname()[1]}"
        self.mirror = mnist_files.Mirror(f"http://{self.name}", ("mnist.npz",))

    def asked(self):
        """How many connections were made to it."""
        self._listener.settimeout(0)
        count = 0
        with contextlib.suppress(BlockingIOError):
            while True:
                self._listener.accept()[0].close()
                count += 1
        return count


@pytest.fixture
def silent():
    with contextlib.ExitStack() as stack:
        yield lambda: Silent(stack.enter_context(socket.create_server(("127.0.0.1", 0))))


def test_a_host_that_says_nothing_is_asked_once_and_the_next_one_works(
    small_mnist, cache, silent, mirror
):
    _, good = mirror({"mnist.npz": npz(small_mnist)})
    one = silent()
    loaded, reports = load(mirrors=(one.mirror, one.mirror, good), waiting=WaitingTime(9, 1))
    assert_is(loaded, small_mnist)
    assert reports == [f"{one.mirror.url}: {one.name} does not answer."] * 2
    assert one.asked() == 1


def test_hosts_that_say_nothing_share_one_wait(cache, silent):
    hosts = [silent() for _ in range(3)]
    _, reports = load_nothing(
        mirrors=[host.mirror for host in hosts], waiting=WaitingTime(0.3, 0.2)
    )
    assert [host.asked() for host in hosts] == [1, 1, 0]
    assert reports[2] == (
        f"{hosts[2].mirror.url}: no other host has answered, so {hosts[2].name} was not tried."
    )


@pytest.mark.parametrize(("middle", "asked"), [("an answer", 1), ("a refusal", 0)])
def test_an_answer_begins_the_wait_anew(middle, asked, cache, silent, mirror):
    answering = mirror({})[1] if middle == "an answer" else None
    refusing = mnist_files.Mirror(f"http://127.0.0.1:{free_port()}", ("mnist.npz",))
    first, second, third = (silent() for _ in range(3))
    mirrors = [first.mirror, answering or refusing, second.mirror, third.mirror]
    load_nothing(mirrors=mirrors, waiting=WaitingTime(1.5, 1))
    assert (first.asked(), second.asked(), third.asked()) == (1, 1, asked)


def test_a_name_that_is_never_resolved_is_not_waited_for(small_mnist, cache, mirror, monkeypatch):
    resolve, never = socket.getaddrinfo, threading.Event()

    def getaddrinfo(host, *rest, **options):
        if host == "hangs.example":
            never.wait()
        return resolve(host, *rest, **options)

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    _, good = mirror({"mnist.npz": npz(small_mnist)})
    hanging = mnist_files.Mirror("http://hangs.example", ("mnist.npz",))
    loaded, reports = load(mirrors=(hanging, good), waiting=WaitingTime(9, 1))
    never.set()
    assert_is(loaded, small_mnist)
    assert reports == ["http://hangs.example: hangs.example does not answer."]


ELSEWHERE = [mnist_files.Mirror(f"http://{name}.example", ("mnist.npz",)) for name in "abc"]


def test_a_proxy_that_refuses_is_named_without_its_password(cache, monkeypatch):
    monkeypatch.delenv("no_proxy", raising=False)
    proxy = f"127.0.0.1:{free_port()}"
    monkeypatch.setenv("http_proxy", f"http://me:secret@{proxy}")
    _, reports = load_nothing(mirrors=ELSEWHERE)
    assert len(reports) == 3
    for mirror, report in zip(ELSEWHERE, reports, strict=True):
        sentence = f"{mirror.url}: there is no connection to the proxy {proxy} that is set here ("
        assert report.startswith(sentence)
        assert "secret" not in report


def test_a_proxy_that_says_nothing_is_asked_once_for_all(cache, silent, monkeypatch):
    monkeypatch.delenv("no_proxy", raising=False)
    proxy = silent()
    monkeypatch.setenv("http_proxy", f"http://{proxy.name}")
    _, reports = load_nothing(mirrors=ELSEWHERE, waiting=WaitingTime(9, 1))
    sentence = f"the proxy http://{proxy.name} that is set here does not answer."
    assert reports == [f"{mirror.url}: {sentence}" for mirror in ELSEWHERE]
    assert proxy.asked() == 1


def test_a_proxy_that_is_not_for_a_host_is_not_blamed(cache, monkeypatch):
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{free_port()}")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    dead = f"127.0.0.1:{free_port()}"
    _, (report,) = load_nothing(mirrors=[mnist_files.Mirror(f"http://{dead}", ("mnist.npz",))])
    assert report.startswith(f"http://{dead}: there is no connection to {dead} (")


def test_a_certificate_of_the_network_s_own_gets_a_way_out(cache, monkeypatch):
    def refuse(*_, **__):
        reason = ssl.SSLCertVerificationError(1, "certificate verify failed")
        reason.verify_message = "self-signed certificate"
        raise urllib.error.URLError(reason)

    monkeypatch.setattr(urllib.request.OpenerDirector, "open", refuse)
    _, (report,) = load_nothing(mirrors=[mnist_files.Mirror("https://a.example", ("mnist.npz",))])
    assert report == (
        "https://a.example: the certificate of a.example cannot be trusted (self-signed "
        "certificate). Sign in to the network in a browser first, or name the network's own "
        "certificates in SSL_CERT_FILE."
    )


def test_a_file_that_stops_coming_is_given_up_and_resumed_on_the_next_run(
    small_mnist, cache, mirror, monkeypatch
):
    content, going_on = npz(small_mnist), threading.Event()
    host, remote = mirror({"mnist.npz": content}, cut={"mnist.npz": 90_000}, hold=going_on)
    monkeypatch.setattr(download, "STALL_TIMEOUT", 1)
    _, reports = load_nothing(mirrors=(remote,))
    assert reports == [
        f"{remote.url}: the download stalled after 90000 bytes; run again to resume."
    ]
    going_on.set()
    assert_is(load(mirrors=(remote,))[0], small_mnist)
    assert host.asked == [("mnist.npz", None), ("mnist.npz", "bytes=90000-")]


def test_a_file_may_stop_for_twenty_seconds(small_mnist, cache, mirror, monkeypatch):
    real, waits = urllib.request.OpenerDirector.open, []

    def open_with(self, request, timeout):
        waits.append(timeout)
        return real(self, request, timeout=timeout)

    monkeypatch.setattr(urllib.request.OpenerDirector, "open", open_with)
    load(mirrors=(mirror({"mnist.npz": npz(small_mnist)})[1],))
    assert waits == [20]
