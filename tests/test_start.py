"""A program serves at once, with TensorFlow asleep; the next tells what a killed one has left."""

import contextlib
import json
import re
import resource
import subprocess
import sys
from dataclasses import asdict, dataclass
from html import unescape
from pathlib import Path

import httpx
import numpy as np
import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from PIL import Image

from mnist_cnn.network import importer, keras_model, model
from mnist_cnn.network.model import as_input
from mnist_cnn.server.http import addresses
from tests.drawings import DRAWINGS, IMAGES
from tests.processes import family, until_gone, while_a_page_trains
from tests.serving import ROOT, free_port, serve, serve_process

LINUX = Path("/proc/self/stat").exists()
on_linux = pytest.mark.skipif(not LINUX, reason="needs Linux' /proc")


# --- python app.py -------------------------------------------------------------------------


@dataclass
class Program:
    """A program that serves everybody, and what it was seen to do since it began."""

    address: str
    number: int  # of its process
    early: list[int]  # statuses of what a page asks for, as soon as it says where it is
    asleep: bool  # whether TensorFlow was not loaded then
    lines: list[str]
    complaints: str
    log: Path
    files: int  # that it may have open at a time


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    """``python app.py`` on a system that begins with few open files."""
    folder = tmp_path_factory.mktemp("program")
    with contextlib.ExitStack() as stack:
        errors = stack.enter_context((folder / "errors").open("w"))
        options = {"stderr": errors, "TMPDIR": str(folder), "PYTHONIOENCODING": "utf-8"}
        with few_files():
            address, process = stack.enter_context(serve_process(**options))
        asked = ("", "/health", "/mnist_cnn/network/shipped", "/mnist_cnn/files/any/judge")
        early = [httpx.get(f"{address}{path}").status_code for path in asked]
        asleep = not loads_tensorflow(process.pid)
        lines = [f"Open {address}", *until_stop(process)]
        files = resource.prlimit(process.pid, resource.RLIMIT_NOFILE)[0] if LINUX else 0
        complaints = (folder / "errors").read_text()
        yield Program(
            address, process.pid, early, asleep, lines, complaints, folder / "errors", files
        )


def loads_tensorflow(process):
    """Whether a process has TensorFlow's libraries in its memory, where the system tells."""
    return LINUX and "libtensorflow" in Path(f"/proc/{process}/maps").read_text()


@contextlib.contextmanager
def few_files():
    usual = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, usual[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, usual)


def until_stop(process):
    for line in process.stdout:
        yield line.rstrip("\n")
        if line.startswith("Stop"):
            return


def test_a_program_serves_the_page_and_its_networks_as_soon_as_it_says_where_it_is(program):
    assert program.early == [200, 200, 200, 200]


@on_linux
def test_tensorflow_sleeps_until_a_program_calls(program, tmp_path):
    assert program.asleep
    Image.fromarray(255 - DRAWINGS["crossed 7"]).save(tmp_path / "seven.png")
    picture = handle_file(tmp_path / "seven.png")
    answer = Client(program.address, verbose=False).predict(picture, api_name="/predict")
    assert answer["digit"] == 7
    assert loads_tensorflow(program.number)


def test_a_program_that_starts_complains_of_nothing(program):
    assert program.complaints == ""


def test_what_is_no_picture_is_refused_in_a_sentence_and_at_most_a_line_of_the_log(
    program, tmp_path
):
    (tmp_path / "a.txt").write_text("hello")
    before = program.log.read_text().count("\n")
    client = Client(program.address, verbose=False)
    with pytest.raises(AppError, match=r"a\.txt is not a picture this program can read"):
        client.predict(handle_file(tmp_path / "a.txt"), api_name="/predict")
    with pytest.raises(AppError, match="There is no picture"):
        client.predict(None, api_name="/predict")
    said = program.log.read_text()
    assert "Traceback" not in said
    assert said.count("\n") - before <= 2


@on_linux
def test_a_class_has_as_many_sockets_as_it_needs_where_the_system_begins_with_few(program):
    assert program.files == min(8192, resource.getrlimit(resource.RLIMIT_NOFILE)[1])


def test_the_address_of_this_network_is_printed_with_its_code(program):
    ways = addresses.on_this_network("0.0.0.0", int(program.address.rpartition(":")[2]))
    if not ways:
        pytest.skip("this machine is in no network")
    lines = [line for line in program.lines if not line.startswith("If phones cannot")]
    here, teacher, elsewhere, network, *code, _, stop = lines
    assert here.startswith("Open http://127.0.0.1:")
    assert teacher.startswith("Teacher: http://127.0.0.1:")
    assert network == f"On this network {ways[0].address}"
    token = teacher.partition("#teacher=")[2]
    link = f"{network.split()[-1]}/#teacher={token}"
    assert elsewhere == f"Teacher, on this network: {link}"
    assert "".join(code) == addresses.as_text(network.split()[-1]).replace("\n", "")
    assert len([line for line in code if "█" in line]) >= 10
    assert stop == "Stop with Ctrl+C"
    answer = httpx.get(network.split()[-1] + "/mnist_cnn/share?here=http://a").json()
    assert answer["network"] == [asdict(way) for way in ways]
    assert answer["public"] is None
    assert answer["codes"][ways[0].address] == addresses.as_svg(ways[0].address)


def test_starting_to_serve_imports_no_tensorflow():
    program = (
        "import sys\n"
        "from mnist_cnn.server import serve\n"
        "assert not {'keras', 'tensorflow'} & sys.modules.keys()\n"
        "import gradio\n"
        "print(gradio.HTML.__name__, hasattr(gradio.File, 'upload'), serve.serve.__name__)"
    )
    outcome = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert outcome.stdout == "HTML True serve\n", outcome.stderr


def test_a_network_that_cannot_be_shown_ends_it_before_anything_is_printed(tmp_path):
    import keras

    image = keras.Input((28, 28, 1))
    flat = keras.layers.Flatten(name="flatten")(image)
    other = keras.Model(image, keras.layers.Dense(512, "relu", name="wide")(flat))
    path = tmp_path / "other.keras"
    other.save(path)
    before = path.read_bytes()
    outcome = subprocess.run(
        [sys.executable, "app.py", "--weights", str(path), "--port", str(free_port())],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert (outcome.returncode, outcome.stdout) == (1, "")
    assert outcome.stderr == (
        f"{path} ends with Dense 512, relu; it must end with Dense 10, with softmax or without. "
        "Choose another file: this one is left as it is.\n"
    )
    assert path.read_bytes() == before


def dense_alone():
    import keras

    keras.utils.set_random_seed(1)
    dense = keras.layers.Dense
    return keras.Sequential([keras.Input((784,)), dense(32, "relu", name="one"), dense(10)])


OTHERS = {
    **{name: lambda name=name: model.build(1, name) for name in ("average", "stride")},
    "dense alone": dense_alone,
}


@pytest.mark.parametrize("build", OTHERS.values(), ids=OTHERS)
def test_the_page_knows_the_layers_of_other_weights(tmp_path, build):
    network = keras_model.build(*importer.from_model(build()))
    build().save(tmp_path / "mine.keras")
    with serve("--weights", str(tmp_path / "mine.keras")) as address:
        told = json.loads(unescape(re.search(r'data-page="([^"]+)"', httpx.get(address).text)[1]))
        layers = [(layer["name"], tuple(layer["shape"])) for layer in told["layers"]]
        assert layers == [(row.name, row.shape) for row in model.layer_table(network)]
        drawing = DRAWINGS["crossed 7"]
        found = httpx.post(
            f"{address}/mnist_cnn/check?width=280&height=280",
            content=drawing.tobytes(),
            timeout=120,
        )
        numbers = np.frombuffer(found.content, "<f4", offset=784)
        expected = network(as_input(IMAGES["crossed 7"][None])).numpy()[0]
        np.testing.assert_allclose(numbers[-10:], expected, atol=1e-6)


# --- killed -------------------------------------------------------------------------------


@on_linux
@pytest.mark.slow
def test_a_server_killed_while_a_page_trains_leaves_no_process_and_the_next_says_what_it_left(
    tmp_path,
):
    with serve_process(TMPDIR=str(tmp_path)) as (address, process):
        while_a_page_trains(address)
        everybody = family(process.pid)
        process.kill()
        until_gone(everybody)
    (left,) = tmp_path.glob("mnist_cnn_*")
    assert any(left.rglob("*"))
    with (tmp_path / "errors").open("w+") as errors:
        with serve_process(stderr=errors, TMPDIR=str(tmp_path)) as (address, _):
            assert httpx.get(address).status_code == 200
            assert not left.exists()
        errors.seek(0)
        assert errors.read() == f"Discarded {left}, left behind by a server that was killed\n"
