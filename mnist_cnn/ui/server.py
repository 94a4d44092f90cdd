"""Serve the page: at once, while the network wakes behind it, until Ctrl+C."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

try:
    import resource
except ImportError:  # Windows
    resource = None

from mnist_cnn.ui import quick  # noqa: F401  first, before Gradio is imported

# isort: split
from mnist_cnn import card
from mnist_cnn.architecture import Layer
from mnist_cnn.classroom import Classroom, Rules
from mnist_cnn.ui import addresses, gate, languages, log, page, sharing, web
from mnist_cnn.ui.accounts import Account
from mnist_cnn.ui.endpoints import LARGEST_PICTURE
from mnist_cnn.ui.waking import Waking, health, routes_asleep
from mnist_cnn.weights_file import UNREADABLE

if TYPE_CHECKING:
    from mnist_cnn.ui.awake import Awake

# Seconds between two looks of Gradio's queue for calls of /predict. Its own 0.001 takes 7 % of a
# core while nobody does anything.
QUEUE_LOOKS = 0.02
FILES = 4096  # open at a time: a page has two sockets; macOS begins with 256


def serve(
    options: argparse.Namespace, weights: Path, network: list[Layer], users: list[Account]
) -> int:
    """Serve until Ctrl+C, and return the exit status; ends with every process it has started.

    Args:
        options: as ``command_line.parser`` reads them, checked.
        weights: a ``.keras`` file.
        network: its layers.
        users: who may sign in; without any, everybody may look.
    """
    log.configure(options.verbose)
    _allow_sockets(FILES)
    classroom = Classroom(rules=Rules(at_once=options.train_workers))
    waking: Waking[Awake] = Waking(lambda: _wake(weights, options.train_workers, classroom))
    known = sharing.Addresses(network=addresses.on_this_network(options.host, options.port))
    demo = page.build(network, waking.wait, _test_accuracy(weights))
    asleep = routes_asleep()
    routes = [
        health(waking),
        *sharing.routes(known),
        *languages.routes(web.PREFIX),
        *web.routes(),
        *asleep,
    ]
    app, _, _ = demo.launch(
        server_name=options.host,
        server_port=options.port,
        theme=page.theme(),
        css_paths=[page.STYLE],
        app_kwargs={"routes": routes, "middleware": gate.middleware()},
        max_file_size=LARGEST_PICTURE,
        auth=users or None,
        root_path=options.root_path,
        mcp_server=options.mcp,
        share=False,  # see ``sharing.open_tunnel``
        footer_links=["api"],
        ssr_mode=False,
        quiet=True,
        prevent_thread_lock=True,
    )
    demo._queue.sleep_when_free = QUEUE_LOOKS
    stop = _stop_signal()

    def awake(made: Awake) -> None:
        made.configure(demo.server)
        others = [route for route in app.router.routes if route not in asleep]
        app.router.routes[:] = [*made.routes, *others]

    waking.start(awake, failed=stop.set)
    _announce(options.host, options.port, known.network, classroom.token)
    if options.share or options.share_server:
        sharing.open_tunnel(demo, known, options.share_server, say)
    while not stop.wait(1):  # Windows looks for Ctrl+C between two waits only
        pass
    return _end(waking)


def _wake(weights: Path, train_workers: int, classroom: Classroom) -> Awake:
    from mnist_cnn.ui import awake  # imports TensorFlow

    return awake.wake(weights, train_workers, classroom)


def _test_accuracy(weights: Path) -> float | None:
    """Return what the card of the weights says, or None when they come without one."""
    try:
        return card.from_json(weights.with_suffix(".json").read_text("utf-8")).test_accuracy
    except UNREADABLE:
        return None


def _allow_sockets(files: int) -> None:
    """Let this process have so many files and sockets open, where the system has such a limit."""
    if resource is None:
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = files if hard == resource.RLIM_INFINITY else min(files, hard)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def _stop_signal() -> threading.Event:
    """Return an event that Ctrl+C and ``kill`` set."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    return stop


def _end(waking: Waking[Awake]) -> int:
    """End every process this one has started, then this one, at once; return its status."""
    sharing.close_tunnels()
    if waking.awake:
        for close in waking.wait().closing:
            close()
    if waking.failure:
        print(waking.failure, file=sys.stderr, flush=True)
    sys.stdout.flush()
    # Open sockets, uvicorn's thread and TensorFlow's way out would take seconds more.
    os._exit(1 if waking.failure else 0)


def _announce(host: str, port: int, network: str | None, token: str) -> None:
    """Print where the page is, and for phones of this network as a QR code too."""
    address = addresses.on_this_machine(host, port)
    say(f"Open {address}")
    say(f"Teacher: {address}/?teacher={token}")
    if network:
        say(f"On this network {network}")
        code = addresses.as_text(network)
        if _printable(code):
            say(code)
    else:
        say("Let phones and other machines of this network in with --host 0.0.0.0")
    say("Stop with Ctrl+C")


def _printable(words: str) -> bool:
    """Whether the terminal has these characters: some of Windows have no blocks."""
    try:
        words.encode(sys.stdout.encoding)
    except UnicodeEncodeError:
        return False
    return True


def say(sentence: str) -> None:
    """Print a line, at once."""
    print(sentence, flush=True)
