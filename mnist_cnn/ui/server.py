"""Serve the page until Ctrl+C."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

try:
    import resource
except ImportError:  # Windows
    resource = None  # type: ignore[assignment]  # asked for before it is used

from mnist_cnn.ui import quick  # noqa: F401  first, before Gradio is imported

# isort: split
import gradio as gr
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from mnist_cnn import __version__, ending
from mnist_cnn.classroom import Classroom, Rules
from mnist_cnn.runs import Runs
from mnist_cnn.sandbox import Sandbox
from mnist_cnn.ui import (
    addresses,
    contents,
    correcting,
    endpoints,
    gate,
    inbox,
    log,
    memory,
    page,
    page_files,
    pictures,
    sharing,
    surroundings,
    telling,
    tensorflow_routes,
    trained,
    training,
    web,
)
from mnist_cnn.ui import classroom as the_class
from mnist_cnn.ui.accounts import Account
from mnist_cnn.ui.endpoints import LARGEST_MESSAGE, LARGEST_PICTURE
from mnist_cnn.ui.frames import patient
from mnist_cnn.ui.network_files import NetworkFiles
from mnist_cnn.ui.networks import Networks
from mnist_cnn.ui.readings import Readings
from mnist_cnn.ui.sending import Sending
from mnist_cnn.worker import Worker

# Seconds between two looks of Gradio's queue for calls of /predict, and for what to tell of them.
# Its own 0.001 and 0.01 take 7 % of a core while nobody does anything.
QUEUE_LOOKS = 0.1
# Callers for whom Gradio keeps a copy of the page's parts, 70 kB each. Nothing here needs it from
# one call to the next, and its own 10,000 would be 700 MB.
SESSIONS = 100
FILES = 4096  # open at a time: a page has a socket and its requests; macOS begins with 256


@dataclass(frozen=True)
class Served:
    """A page that is served, in threads of its own."""

    demo: gr.Blocks
    known: sharing.Addresses  # where it can be opened
    classroom: Classroom
    runs: Runs
    sandbox: Sandbox

    def close(self) -> None:
        """End its trainings and what it keeps on the disk, not its server."""
        self.runs.close()
        self.sandbox.close()


def serve(options: argparse.Namespace, weights: Path, users: list[Account]) -> NoReturn:
    """Serve until ``ending`` ends this process, and every other that it has started.

    Args:
        options: as ``command_line.parser`` reads them, checked.
        weights: a ``.keras`` file that has been looked through.
        users: who may sign in; without any, everybody may look.
    """
    log.configure(options.verbose)
    _allow_sockets(FILES)
    memory.give_back_large()
    if options.mcp:
        surroundings.go_round_proxies(options.host)
    served = launch(options, weights, users)
    ending.acts.insert(0, served.close)  # before the folder goes that trainings write into
    ending.acts.append(sharing.close_tunnels)  # last: one may be about to begin
    log.adopt()
    known, token = served.known, served.classroom.token
    network = known.network
    links = addresses.for_the_teacher(
        token,
        network[0].address if network else None,
        options.root_path,
        os.environ.get("SPACE_HOST"),
    )
    _announce(options.host, options.port, network, token, links)
    if options.share or options.share_server:

        def opened(link: str) -> None:
            say(f"Public link {link}")
            say(f"Teacher, on the public link: {addresses.as_teacher(link, token)}")

        sharing.open_tunnel(served.demo, known, options.share_server, opened, say)
    while True:
        time.sleep(1)  # Windows looks for Ctrl+C between two waits only


def launch(
    options: argparse.Namespace,
    weights: Path,
    users: list[Account],
    worker: Callable[..., Worker] = Worker,
) -> Served:
    """Serve the page from now on, in threads.

    Args:
        options, weights, users: see ``serve``.
        worker: what trains, see ``Schedule``.
    """
    classroom = Classroom(rules=Rules(at_once=options.train_workers))
    runs = Runs(workers=options.train_workers, worker=worker)
    the_class.enforce(classroom, runs)
    about = contents.card_of(weights)
    sandbox = Sandbox()
    networks, readings = Networks(weights, about, runs, sandbox), Readings(weights)
    sending = Sending()
    files = NetworkFiles(networks, sending)
    known = sharing.Addresses(options.host, options.port)
    demo = page.build(readings, runs, sandbox)
    shipped = telling.shipped(networks.shipped.layers, about)
    routes = [
        _health(),
        *sharing.routes(known),
        *files.routes(),
        *pictures.routes(sandbox),
        *training.routes(runs, networks, shipped, web.PREFIX),
        *trained.routes(runs, networks, web.PREFIX),
        *correcting.routes(runs, networks, web.PREFIX),
        *the_class.routes(classroom, networks, runs, web.PREFIX),
        *tensorflow_routes.routes(networks, readings),
    ]
    reached = endpoints.served(bool(users), options.mcp)
    loaded = contents.contents(networks.shipped.layers, networks.shipped.weights, about)
    before = page_files.middleware(demo, loaded, sending)
    between = [*gate.middleware(reached), *inbox.middleware(), *before]
    with surroundings.hidden():
        demo.launch(
            server_name=addresses.bracketed(options.host),
            server_port=options.port,
            theme=page.theme(),
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
    demo._queue.sleep_when_free = demo._queue.progress_update_sleep_when_free = QUEUE_LOOKS
    demo.server.config.ws_per_message_deflate = False  # it would cost each page 300 kB
    demo.server.config.ws_max_size = LARGEST_MESSAGE
    if protocol := demo.server.config.ws_protocol_class:
        demo.server.config.ws_protocol_class = patient(protocol)
    return Served(demo, known, classroom, runs, sandbox)


def _health() -> BaseRoute:
    """Return the route ``/health``, for balancers and for whoever asks which version this is."""

    well = {"status": "ok", "version": __version__}

    async def answer(request: Request) -> Response:
        return JSONResponse(well, headers={"Cache-Control": "no-store"})

    return Route("/health", answer, methods=["GET"])


def _allow_sockets(files: int) -> None:
    """Let this process have so many files and sockets open, where the system has such a limit."""
    if resource is None:
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = files if hard == resource.RLIM_INFINITY else min(files, hard)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def _announce(
    host: str, port: int, network: list[addresses.Way], token: str, links: list[str]
) -> None:
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
        best, *others = network
        say(f"On this network {best.address}")
        code = addresses.as_text(best.address)
        if _printable(code):
            say(code)
        if others:
            say(f"If phones cannot open it: {', '.join(way.address for way in others)}")
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
