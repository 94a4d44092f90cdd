"""Signals end programs at any moment, two of them as one does, and leave nothing behind."""

import itertools
import os
import signal
import subprocess
import sys
import threading
import time
import types
from pathlib import Path

import numpy as np
import pytest
from gradio import tunneling

from mnist_cnn.__main__ import main
from mnist_cnn.optimization.events import LAST_EVENTS, Snapshot, Starting
from mnist_cnn.runs.worker import Worker
from mnist_cnn.server import sharing
from mnist_cnn.system import signals
from mnist_cnn.system.atomic_files import write_atomically
from mnist_cnn.training.options import Options
from tests import processes
from tests.serving import ROOT
from tests.waiting import Listener

pytestmark = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs Linux' /proc")

INT, TERM, HUP = signal.SIGINT, signal.SIGTERM, signal.SIGHUP
PAIRS = [(INT, INT), (TERM, TERM), (INT, TERM), (HUP, TERM)]
OFFSETS = [0, 0.05, 0.5, 1, 2]  # seconds: it imports, makes its folder, and launches Gradio
MOMENTS = [
    pytest.param(
        moment, marks=() if moment is processes.while_a_training_starts else pytest.mark.slow
    )
    for moment in processes.MOMENTS
]


def program(source, *arguments, **options):
    """Run a program; return its status and all that it says."""
    outcome = subprocess.run(
        [sys.executable, "-c", source, *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=30,
        preexec_fn=processes.reset_handlers,
        **options,
    )
    return outcome.returncode, outcome.stdout


# --- a page --------------------------------------------------------------------------------


@pytest.mark.parametrize("offset", OFFSETS)
def test_a_page_that_starts_ends_without_a_word(offset, tmp_path):
    with processes.start_page(tmp_path) as process:
        time.sleep(offset)
        processes.send_signals(process, *PAIRS[OFFSETS.index(offset) % len(PAIRS)])
        assert processes.wait_for_end(process) == (0, "")
    assert processes.left_in(tmp_path) == []


@pytest.mark.parametrize(
    "pair", [PAIRS[0], *(pytest.param(p, marks=pytest.mark.slow) for p in PAIRS[1:])]
)
@pytest.mark.parametrize("moment", MOMENTS)
def test_a_page_leaves_no_process_and_no_file_behind(pair, moment, tmp_path):
    with processes.start_page(tmp_path) as process:
        pages = moment(processes.address_of(process))
        everybody = processes.family(process.pid)
        processes.send_signals(process, *pair)
        status, complaints = processes.wait_for_end(process, everybody)
        pages.close()
    assert (status, "Traceback" in complaints) == (0, False), complaints
    assert processes.left_in(tmp_path) == []


def test_a_page_that_ends_hears_of_signals_without_end_and_ends(tmp_path):
    with processes.start_page(tmp_path) as process:
        processes.while_a_training_starts(processes.address_of(process))
        while process.poll() is None:
            processes.send_signals(process, INT, TERM, apart=0.001)
        status, complaints = processes.wait_for_end(process)
    assert (status, "Traceback" in complaints) == (0, False), complaints
    assert processes.left_in(tmp_path) == []


def test_a_tunnel_that_is_being_opened_ends_with_the_page(tmp_path):
    binary = tmp_path / "gradio" / "frpc" / tunneling.BINARY_FILENAME
    binary.parent.mkdir(parents=True)
    binary.write_text("#!/bin/sh\nexec sleep 600\n")  # as one does whose server never answers
    binary.chmod(0o755)
    shared = ("--share-server", "127.0.0.1:7000")
    with processes.start_page(tmp_path, *shared, HF_HOME=str(tmp_path)) as process:
        processes.address_of(process)
        while len(everybody := processes.family(process.pid)) < 2:
            time.sleep(0.001)
        os.kill(process.pid, TERM)
        os.kill(process.pid, TERM)
        assert processes.wait_for_end(process, everybody) == (0, "")


def test_a_tunnel_whose_process_is_about_to_begin_ends_too(monkeypatch):
    killed = threading.Event()
    tunnel = types.SimpleNamespace(proc=None)
    monkeypatch.setattr(tunneling, "CURRENT_TUNNELS", [tunnel])
    begins = threading.Timer(0.1, setattr, [tunnel, "proc", types.SimpleNamespace(kill=killed.set)])
    begins.start()
    sharing.close_tunnels()
    assert killed.is_set()


AT_EVERY_LINE = """
import signal, sys, time
from mnist_cnn.system import signals
signals.on_exit += [lambda: 1 / 0, lambda: print("in order", flush=True)]
signals.exit_gracefully()
handler, often = signal.getsignal(signal.SIGINT), 50
def again(*_):
    global often
    if often:
        often -= 1
        handler(signal.SIGTERM, None)
    return again
sys.settrace(again)
handler(signal.SIGINT, None)
sys.settrace(None)
time.sleep(60)
"""


def test_a_signal_may_come_while_another_is_heard_and_all_is_done_whatever_fails():
    status, said = program(AT_EVERY_LINE)
    assert status == 1
    assert "ZeroDivisionError" in said
    assert said.endswith("in order\n")


ENDS_OFTEN = """
import os, signal, sys, time
from mnist_cnn.system import signals
hung = 0
for _ in range(200):
    heard, ready = os.pipe()
    child = os.fork()
    if not child:
        signals.exit_gracefully()
        os.write(ready, b"!")
        while True:
            signal.pause()
    os.read(heard, 1)
    os.close(heard), os.close(ready)
    os.kill(child, signal.SIGINT)
    late = time.perf_counter() + 1e-4
    while time.perf_counter() < late:  # to sleep takes longer
        pass
    os.kill(child, signal.SIGTERM)
    late = time.monotonic() + 5
    while not (ended := os.waitpid(child, os.WNOHANG))[0] and time.monotonic() < late:
        time.sleep(0.001)
    if not ended[0]:
        hung += 1
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        break
print(hung, flush=True)
"""


def test_two_hundred_times_two_signals_end_a_program():
    assert program(ENDS_OFTEN) == (0, "0\n")


FILLS = """
import signal, time
from mnist_cnn.system import signals
signals._exit_on_signal = lambda receiver, sender: time.sleep(60)
signals.exit_gracefully()
for _ in range(2000):
    signal.raise_signal(signal.SIGTERM)
print("goes on", flush=True)
"""


def test_signals_without_end_are_no_fault():
    assert program(FILLS) == (0, "goes on\n")


MAKES_ITS_FOLDER = """
import os, sys, threading, time
from pathlib import Path
from mnist_cnn.system import temporary_folder
made = threading.Event()
def lock(folder):
    made.set()
    time.sleep(0.3)
temporary_folder._lock = lock
threading.Thread(target=temporary_folder.create, daemon=True).start()
made.wait()
temporary_folder.discard()
print(*os.listdir(os.environ["TMPDIR"]), flush=True)
os._exit(0)
"""


def test_a_folder_that_is_just_being_made_is_left_by_nobody(tmp_path):
    environment = os.environ | {"TMPDIR": str(tmp_path)}
    assert program(MAKES_ITS_FOLDER, env=environment) == (0, "\n")


GOES_ON = """
import os, signal
from mnist_cnn.system import signals
signals.exit_gracefully()
os.kill(os.getpid(), signal.SIGHUP)
print("goes on", flush=True)
os.kill(os.getpid(), signal.SIGTERM)
signal.pause()
"""


def test_what_is_to_be_ignored_is_ignored():
    ignored = "import os, signal, sys; signal.signal(signal.SIGHUP, signal.SIG_IGN); "
    starts = ignored + "os.execv(sys.executable, [sys.executable, '-c', sys.argv[1]])"
    assert program(starts, GOES_ON) == (0, "goes on\n")


# --- the process of a training -------------------------------------------------------------


def test_a_training_hears_of_no_ctrl_c_not_while_it_imports_either():
    listener = Listener()
    worker = Worker(Options.parse({"data": "generated", "digits": 400, "epochs": 100}), listener)
    while not listener.of(Starting):
        os.kill(worker.pid, INT)
        assert not listener.of(LAST_EVENTS)
        time.sleep(0.005)
    os.kill(worker.pid, INT)
    listener.wait_for(Snapshot)
    worker.end()
    assert worker.join(30)


# --- a command -----------------------------------------------------------------------------


def training(folder):
    """``train``, long enough to keep its state after each short epoch."""
    arguments = ("--data", "generated", "--digits", "200", "--epochs", "30")
    output = ("--output", str(folder / "net.keras"))
    return processes.start_program("-m", "mnist_cnn", "train", *arguments, *output, folder=folder)


@pytest.mark.parametrize("pair", PAIRS[:2])
def test_a_command_that_imports_ends_without_a_word(pair, tmp_path):
    with training(tmp_path) as process:
        assert "libtensorflow" not in Path(f"/proc/{process.pid}/maps").read_text()
        time.sleep(1)
        processes.send_signals(process, *pair)
        assert processes.wait_for_end(process) == (128 + pair[0], "")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "pair", [PAIRS[0], *(pytest.param(p, marks=pytest.mark.slow) for p in PAIRS[1:])]
)
@pytest.mark.parametrize("saving", [False, True], ids=["training", "saving"])
def test_a_command_says_once_that_it_stopped_and_leaves_no_half_file(pair, saving, tmp_path):
    with training(tmp_path) as process:
        while not process.stdout.readline().startswith("Recipe"):
            pass
        while saving and not list(tmp_path.glob(".net.unfinished*")):
            pass
        processes.send_signals(process, *pair)
        status, complaints = processes.wait_for_end(process)
    assert status == 128 + pair[0]
    *hint, stopped = complaints.strip().split("\n\n")
    assert stopped == "Stopped."
    assert hint in ([], ["Run the same command again to continue after the last complete epoch."])
    named = [file.name for file in tmp_path.iterdir() if not file.name.startswith(".net")]
    assert named in ([], ["net.unfinished.npz"])


@pytest.fixture
def heard():
    """Signals raise in this process, as in a command; afterwards they do what they did."""
    before = {number: signal.getsignal(number) for number in signals.SIGNALS}
    for number in signals.SIGNALS:
        signal.signal(number, signal.SIG_DFL)
    signals.raise_keyboard_interrupt()
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def stopped_while_it_tidies_up():
    try:
        signal.raise_signal(TERM)
    finally:
        try:
            raise OSError("of what it tidies up")
        except OSError:
            signal.raise_signal(INT)


def test_what_comes_while_a_signal_is_dealt_with_is_not_heard(heard):
    with pytest.raises(KeyboardInterrupt) as raised:
        stopped_while_it_tidies_up()
    assert raised.value.args == (TERM,)
    with pytest.raises(KeyboardInterrupt):  # the one before may have been lost
        signal.raise_signal(INT)


def signalled_at(line, call):
    """Raise a signal at so many lines of all that is called; return whether it was, and heard."""
    left, heard, before = line, False, sys.gettrace()

    def trace(*_):
        nonlocal left
        left -= 1
        if not left:
            signal.raise_signal(INT)
        return trace

    sys.settrace(trace)
    try:
        call()
    except KeyboardInterrupt as error:
        heard = error.args == (INT,)
    finally:
        sys.settrace(before)
    return left <= 0, heard


def test_a_signal_at_any_line_of_a_save_is_heard_and_nothing_is_half_done(
    heard, monkeypatch, tmp_path
):
    monkeypatch.setattr(os, "fsync", lambda _: None)  # which takes long, a thousand times
    path = tmp_path / "numbers.npz"

    def save(temporary):
        with temporary.open("wb") as file:
            np.savez(file, numbers=np.arange(9))

    write_atomically(path, save)  # what is imported and named once is none of it
    for line in itertools.count(1):
        path.unlink(missing_ok=True)
        raised, ended = signalled_at(line, lambda: write_atomically(path, save))
        if not raised:
            break
        assert ended, line
        assert [file.name for file in tmp_path.iterdir()] in ([], [path.name]), line
        if path.exists():
            with np.load(path) as saved:
                assert saved["numbers"].tolist() == [*range(9)]
    assert line > 300  # zipfile's are among them


def fails_meanwhile():
    with signals.postponed():
        signal.raise_signal(TERM)
        signal.raise_signal(INT)
        raise OSError("of the disk")


def test_what_is_postponed_ends_what_fails_meanwhile_too(heard):
    with pytest.raises(KeyboardInterrupt) as raised:
        fails_meanwhile()
    assert raised.value.args == (TERM,)


def test_a_command_that_is_over_hears_of_nothing(heard, monkeypatch, capsys):
    monkeypatch.setattr("mnist_cnn.commands.summary.run", lambda options: signal.raise_signal(HUP))
    assert main(["summary"]) == 129
    try:
        for number in signals.SIGNALS:
            signal.raise_signal(number)
    except KeyboardInterrupt:  # which would end these tests
        pytest.fail("it hears of signals")
    assert capsys.readouterr().err == "\nStopped.\n"


DRAWS = """
import time
import numpy as np
from mnist_cnn.digits import pen_drawings
from mnist_cnn.digits.pen_digits import PenDigits

def slowly(job):
    print("draws", flush=True)
    time.sleep(60)

if __name__ == "__main__":
    pen_drawings._draw_variants = slowly
    pen_drawings.for_training(PenDigits([], np.zeros(0, np.uint8), np.zeros(0, np.uint8), ""), 2, 1)
"""


def test_processes_that_draw_end_with_their_command_and_say_nothing(tmp_path):
    (tmp_path / "draws.py").write_text(DRAWS)
    command = [sys.executable, tmp_path / "draws.py"]
    pipe, environment = subprocess.PIPE, os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        command, stdout=pipe, stderr=pipe, text=True, env=environment, start_new_session=True
    ) as process:
        assert process.stdout.readline() == "draws\n"
        processes.send_signals(process, INT)
        _, complaints = processes.wait_for_end(process)
    assert complaints.count("Traceback") == 1  # of the command, which is none of ours
