"""Serve the page: at once, while the network wakes behind it, until Ctrl+C."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

try:
    import resource
except ImportError:  # Windows
    resource = None

from mnist_cnn.ui import quick  # noqa: F401  first, before Gradio is imported

# isort: split
from mnist_cnn import card, temporary
from mnist_cnn.architecture import Layer
from mnist_cnn.classroom import Classroom, Rules
from mnist_cnn.ui import (
    addresses,
    gate,
    inbox,
    languages,
    log,
    memory,
    page,
    page_files,
    sharing,
    surroundings,
    web,
)
from mnist_cnn.ui.accounts import Account
from mnist_cnn.ui.endpoints import LARGEST_PICTURE
from mnist_cnn.ui.waking import Waking, health, routes_asleep
from mnist_cnn.weights_file import UNREADABLE, card_in
from mnist_cnn.worker import Worker

if TYPE_CHECKING:
    import gradio as gr

    from mnist_cnn.ui.awake import Awake

# Seconds between two looks of Gradio's queue for calls of /predict. Its own 0.001 takes 7 % of a
# core while nobody does anything.
QUEUE_LOOKS = 0.02
# Callers for whom Gradio keeps a copy of the page's parts, 70 kB each. Nothing here needs it from
# one call to the next, and its own 10,000 would be 700 MB.
SESSIONS = 100
FILES = 4096  # open at a time: a page has two sockets; macOS begins with 256


@dataclass(frozen=True)
class Served:
    """A page that is served, in threads of its own."""

    demo: gr.Blocks
    known: sharing.Addresses  # where it can be opened
    classroom: Classroom
    waking: Waking[Awake]

    def close(self) -> None:
        """End its trainings and what it keeps on the disk, not its server."""
        if self.waking.awake:
            for close in self.waking.wait().closing:
                close()


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
    memory.give_back_large()
    if options.mcp:
        surroundings.go_round_proxies(options.host)
    failed = threading.Event()
    served = launch(options, weights, network, users, failed.set)
    log.adopt()
    stop = _stop_signal(failed)
    known, token = served.known, served.classroom.token
    links = addresses.for_the_teacher(
        token, known.network, options.root_path, os.environ.get("SPACE_HOST")
    )
    _announce(options.host, options.port, known.network, token, links)
    if options.share or options.share_server:

        def opened(link: str) -> None:
            say(f"Public link {link}")
            say(f"Teacher, on the public link: {addresses.as_teacher(link, token)}")

        sharing.open_tunnel(served.demo, known, options.share_server, opened, say)
    while not stop.wait(1):  # Windows looks for Ctrl+C between two waits only
        pass
    return _end(served)


def launch(
    options: argparse.Namespace,
    weights: Path,
    network: list[Layer],
    users: list[Account],
    failed: Callable[[], None],
    worker: Callable[..., Worker] = Worker,
) -> Served:
    """Serve the page from now on, in threads, while the network wakes in another.

    Args:
        options, weights, network, users: see ``serve``.
        failed: is called when the network does not wake; ``Served.waking`` knows why.
        worker: what trains, see ``Schedule``.
    """
    classroom = Classroom(rules=Rules(at_once=options.train_workers))
    waking: Waking[Awake] = Waking(lambda: _wake(weights, options.train_workers, classroom, worker))
    known = sharing.Addresses(options.host, options.port)
    demo = page.build(network, waking.wait, _test_accuracy(weights))
    asleep = routes_asleep()
    routes = [
        health(waking),
        *sharing.routes(known),
        *languages.routes(web.PREFIX),
        *asleep,
    ]
    between = [*gate.middleware(), *inbox.middleware(), *page_files.middleware()]
    with surroundings.hidden():
        app, _, _ = demo.launch(
            server_name=addresses.bracketed(options.host),
            server_port=options.port,
            theme=page.theme(),
            css_paths=[page.STYLE],
            head=web.preloads(),
            app_kwargs={"routes": routes, "middleware": between},
            max_file_size=LARGEST_PICTURE,
            auth=users or None,
            root_path=options.root_path,
            mcp_server=options.mcp,
            share=False,  # see ``sharing.open_tunnel``
            footer_links=["api"],
            ssr_mode=False,
            state_session_capacity=SESSIONS,
            quiet=True,
            prevent_thread_lock=True,
        )
    demo._queue.sleep_when_free = QUEUE_LOOKS

    def awake(made: Awake) -> None:
        made.configure(demo.server)
        others = [route for route in app.router.routes if route not in asleep]
        app.router.routes[:] = [*made.routes, *others]

    waking.start(awake, failed)
    return Served(demo, known, classroom, waking)


def _wake(
    weights: Path,
    train_workers: int,
    classroom: Classroom,
    worker: Callable[..., Worker],
) -> Awake:
    from mnist_cnn.ui import awake  # imports TensorFlow

    return awake.wake(weights, train_workers, classroom, worker)


def _test_accuracy(weights: Path) -> float | None:
    """Return what the card of the weights says, or None when they come without one."""
    beside = weights.with_suffix(".json")
    try:
        text = beside.read_text("utf-8") if beside.exists() else card_in(weights)
        return card.from_json(text).test_accuracy
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


def _stop_signal(stop: threading.Event) -> threading.Event:
    """Let Ctrl+C and ``kill`` set ``stop``, too; return it."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    return stop


def _end(served: Served) -> int:
    """End every process this one has started, then this one, at once; return its status."""
    sharing.close_tunnels()
    served.close()
    temporary.discard()
    failure = served.waking.failure
    if failure:
        print(failure, file=sys.stderr, flush=True)
    sys.stdout.flush()
    # Open sockets, uvicorn's thread and TensorFlow's way out would take seconds more.
    os._exit(1 if failure else 0)


def _announce(host: str, port: int, network: str | None, token: str, links: list[str]) -> None:
    """Print where the page is, and for phones of this network as a QR code too.

    Args:
        host, port, network: where it is, see ``addresses``.
        token: the teacher's.
        links: lines with the teacher's links for other machines.
    """
    address = addresses.on_this_machine(host, port)
    say(f"Open {address}")
    say(f"Teacher: {addresses.as_teacher(address, token)}")
    for link in links:
        say(link)
    if network:
        say(f"On this network {network}")
        code = addresses.as_text(network)
        if _printable(code):
            say(code)
    elif host in addresses.EVERYWHERE:
        say("Share, on the page, shows the address for phones once this machine is in a network")
    else:
        say("Only this machine can open it; --host 0.0.0.0 lets phones of this network in")
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
