"""What strangers' files break is a process of its own, with limits of time and memory."""

import contextlib
import io
import struct
import subprocess
import sys
import threading
import zipfile

import numpy as np
import psutil
import pytest
from PIL import Image

from mnist_cnn.network import importer, keras_file, model
from mnist_cnn.network.keras_file import DEFAULT, WeightsError
from mnist_cnn.reading import ink, sandbox, sandbox_process
from mnist_cnn.reading.ink import PictureError
from mnist_cnn.reading.sandbox import Sandbox
from tests.drawings import DRAWINGS
from tests.serving import ROOT
from tests.test_importer import KERAS, LESSON, trained


@pytest.fixture
def box():
    box = Sandbox()
    yield box
    box.close()


def png(size=(200, 100)):
    file = io.BytesIO()
    Image.fromarray(255 - DRAWINGS["crossed 7"]).resize(size).save(file, "PNG")
    return file.getvalue()


def rewritten(**parts):
    """The shipped weights with some entries of the archive changed."""
    file = io.BytesIO()
    with zipfile.ZipFile(DEFAULT) as ours, zipfile.ZipFile(file, "w") as theirs:
        for name in ours.namelist():
            change = parts.get(name.replace(".", "_"), lambda content: content)
            theirs.writestr(name, change(ours.read(name)))
    return file.getvalue()


def without_its_names(numbers):
    """HDF5 whose table of names is said to be elsewhere, which HDF5's own library dies of."""
    place = numbers.index(b"HEAP")
    return numbers[: place + 8] + struct.pack("<QQ", 2**40, 0) + numbers[place + 24 :]


def test_a_picture_has_the_ink_it_has_without(box):
    content = png()
    found = box.ink(content)
    np.testing.assert_array_equal(found, ink.find_ink(ink.open_picture(content)))
    with pytest.raises(PictureError, match="The picture is not a picture"):
        box.ink(b"seven")


def test_a_network_has_the_numbers_it_has_without(box):
    found = box.network(DEFAULT.read_bytes())
    layers, weights = importer.read(DEFAULT)
    assert (found.layers, found.card) == (layers, keras_file.read_card(DEFAULT))
    for one, other in zip(found.weights, weights, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize(
    ("change", "reason", "detail"),
    [
        (lambda config: config.replace(b'"filters": 32', b'"filters": 31'), "damaged", "31"),
        (lambda config: config.replace(b'"Flatten"', b'"Permute"'), "layerKind", "a Permute"),
        (lambda config: b"[" * 10**5, "damaged", ""),
        (lambda config: b"{}", "damaged", ""),
    ],
)
def test_what_is_wrong_with_a_network_comes_out(change, reason, detail, box):
    with pytest.raises(WeightsError) as caught:
        box.network(rewritten(config_json=change))
    assert caught.value.reason == reason
    assert detail in caught.value.detail


POPEN = subprocess.Popen
TINY = "P2 1 1 9 9"  # a picture, of one pixel


@pytest.fixture
def altered(monkeypatch, box):
    """Let the process that reads meet its readers' faults: a function of the content instead."""

    def altered(source):
        program = (
            "import os, sys, time\n"
            "from mnist_cnn.reading import ink, sandbox_process\n"
            "usual = ink.open_picture\n"
            "def read(content):\n"
            "    if content == b'!':\n"
            f"        {source}\n"
            "        content = sys.orig_argv[-1].encode('latin-1')\n"
            "    return usual(content)\n"
            "ink.open_picture = read\n"
            "sys.exit(sandbox_process.main())"
        )

        def start(command, **options):
            return POPEN([sys.executable, "-c", program, TINY], **options)

        monkeypatch.setattr(sandbox.subprocess, "Popen", start)
        return box

    return altered


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("os.abort()", "breaks what reads it"),
        ("os._exit(0)", "breaks what reads it"),
        ("raise RecursionError", "breaks what reads it"),
        ("while True: pass", "takes too long to read"),
        ("time.sleep(60)", "takes too long to read"),
        ("bytearray(2**31)", "needs more than the 1024 MB of memory"),
    ],
)
def test_a_reader_s_death_is_a_refusal_and_the_next_file_is_read(source, sentence, altered):
    box = altered(source)
    with pytest.raises(PictureError) as caught:
        box.ink(b"!")
    assert str(caught.value).startswith(f"The picture {sentence}")
    assert str(caught.value).endswith("and try again.")
    assert box.ink(png()).shape == (100, 200)


@pytest.mark.skipif(sys.platform == "win32", reason="has no such limits")
@pytest.mark.parametrize(
    "source",
    [
        "open('/etc/hosts')",
        "__import__('socket').socket()",
        "os.fork() or os._exit(0); os.wait()",
        "open('mine', 'w')",
    ],
)
def test_a_reader_that_a_file_has_taken_over_reaches_nothing(source, altered):
    box = altered("pass")
    assert box.ink(b"!").shape == (1, 1)
    box.close()
    box._process.wait()  # the next is another
    altered(source)
    with pytest.raises(PictureError):
        box.ink(b"!")


@pytest.mark.skipif(sys.platform == "win32", reason="has no such limits")
def test_the_limits_are_those_of_the_system():
    program = (
        "import resource\n"
        "from mnist_cnn.reading.sandbox_process import _confine\n"
        "_confine(2, 1)\n"
        "print(*(resource.getrlimit(limit) for limit in (resource.RLIMIT_CPU, resource.RLIMIT_AS)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert done.stdout == f"(2, 3) {(sandbox_process.MAX_MEMORY,) * 2}\n"


NONSENSE = (b"", b"\xff" * 8, b"\2\0\0\0{-", b"\2\0\0\0{}", b'\x0c\0\0\0{"shape": 7}1')


@pytest.mark.parametrize("answer", NONSENSE)
def test_nonsense_is_no_answer(answer, altered):
    box = altered(f"os.write(1, {answer!r}); os._exit({sandbox_process.DONE})")
    for _ in range(2):
        with pytest.raises(PictureError, match="breaks what reads it"):
            box.ink(b"!")
    assert box.ink(png()).shape == (100, 200)


@pytest.mark.skipif(not sandbox_process.FORKS, reason="has no forks")
def test_a_reader_that_a_file_has_taken_over_meets_no_other(altered):
    """Neither the next file nor its answer, though it answers early and lives on for a while."""
    forged = struct.pack("<cI", sandbox_process.ANSWERED, 4) + b"mine"
    box = altered(
        f"os.read(0, 9) and os.abort(); [os.write(1, {forged!r}) for _ in '12']; time.sleep(0.1); "
        f"os._exit({sandbox_process.DONE})"
    )
    for _ in range(2):
        with pytest.raises(PictureError, match="breaks what reads it"):
            box.ink(b"!")
        assert box.ink(png()).shape == (100, 200)


def test_a_reader_that_starts_no_thread_reads_avif(box):
    file = io.BytesIO()
    Image.fromarray(255 - DRAWINGS["crossed 7"]).convert("RGB").save(file, "AVIF")
    assert box.ink(file.getvalue()).max() == 255


def test_networks_that_hdf5_dies_of_end_nothing(box):
    for change in (without_its_names, lambda numbers: numbers[:5000]):
        with pytest.raises(WeightsError) as caught:
            box.network(rewritten(model_weights_h5=change))
        assert caught.value.reason == "damaged"
    assert box.network(DEFAULT.read_bytes()).layers == model.variant("max")


def test_a_picture_of_hundreds_of_scans_is_refused_before_it_is_decoded(box):
    file = io.BytesIO()
    Image.new("L", (400, 400), 200).save(file, "JPEG", progressive=True)
    content = file.getvalue()
    scan = content[content.rindex(b"\xff\xda") : -2]
    with pytest.raises(PictureError, match="has more than 100 scans"):
        box.ink(content[:-2] + 200 * scan + content[-2:])


def test_what_one_file_leaves_behind_no_other_meets(box):
    """Each is read in a process of its own, which is gone when it is read."""
    box.ink(png())
    reader = psutil.Process(box._process.pid)
    before = reader.memory_info().rss
    box.ink(png((4000, 4000)))
    psutil.wait_procs(reader.children(), 10)
    assert reader.children() == []
    assert reader.memory_info().rss < before + 2**22
    assert box._process.pid == reader.pid


def test_it_reads_one_file_at_a_time_for_any_thread(box):
    box.ink(png())
    found = {}

    def read(width):
        content = png((width, 100))
        found[width] = [box.ink(content).shape for _ in range(5)]

    threads = [threading.Thread(target=read, args=[width]) for width in range(100, 108)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {width: [(100, width)] * 5 for width in range(100, 108)}


def test_it_starts_nothing_before_a_file_comes_and_leaves_nothing_behind():
    box = Sandbox()
    assert box._process is None
    box.ink(png())
    process = psutil.Process(box._process.pid)
    box.close()
    process.wait(10)
    program = (
        "import os, sys\n"
        "from mnist_cnn.reading.sandbox import Sandbox\n"
        "box = Sandbox()\n"
        "box.network(open(sys.argv[1], 'rb').read())\n"
        "print(box._process.pid, flush=True)\n"
        "os._exit(0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(DEFAULT)], cwd=ROOT, capture_output=True, timeout=60
    )
    with contextlib.suppress(psutil.NoSuchProcess):
        psutil.Process(int(done.stdout)).wait(10)  # its pipe has closed


def test_without_forks_it_reads_a_file_and_ends(altered, monkeypatch):
    """As on Windows."""
    program = (
        "import os\n"
        "del os.fork\n"
        "from mnist_cnn.reading import sandbox_process\n"
        "raise SystemExit(sandbox_process.main())"
    )
    content = png()
    asked = sandbox_process.INK + struct.pack("<I", len(content)) + content
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, input=2 * asked, capture_output=True, timeout=60
    )
    assert done.returncode == 0
    assert done.stdout[:2] == sandbox_process.READY + sandbox_process.ANSWERED
    assert done.stdout.count(b'{"shape"') == 1
    box = altered("pass")
    monkeypatch.setattr(sandbox, "FORKS", False)
    for _ in range(3):
        assert box.ink(png()).shape == (100, 200)


@pytest.mark.parametrize("version", KERAS)
def test_hdf5_of_any_keras_is_read_where_no_file_can_be_opened(version, box, tmp_path):
    network = trained(KERAS[version], *LESSON["with dropout"])
    network.save(tmp_path / "mine.h5")
    assert box.network((tmp_path / "mine.h5").read_bytes()).layers == model.variant("max")
