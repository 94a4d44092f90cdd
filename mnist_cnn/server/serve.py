"""Start the server: put its parts together, launch Gradio, print the addresses."""

from __future__ import annotations

import argparse
import logging
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from mnist_cnn.server.gradio_app import fast_import  # noqa: F401  first, before Gradio is imported

# isort: split
import gradio as gr
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from mnist_cnn import __version__
from mnist_cnn.classroom.rules import Classroom, Rules
from mnist_cnn.network.weights import find_card
from mnist_cnn.page.build import contents
from mnist_cnn.reading.sandbox import Sandbox
from mnist_cnn.runs.runs import Runs
from mnist_cnn.runs.worker import Worker
from mnist_cnn.server import log, resources, sharing
from mnist_cnn.server.accounts import Account
from mnist_cnn.server.gate import endpoints, forwarded
from mnist_cnn.server.gate.connections import Connections
from mnist_cnn.server.gate.endpoints import LARGEST_MESSAGE, LARGEST_PICTURE
from mnist_cnn.server.gate.forwarded import Forwarded
from mnist_cnn.server.gate.frames import with_budget
from mnist_cnn.server.gate.gate import Gate
from mnist_cnn.server.gate.sign_in import SignIn
from mnist_cnn.server.gradio_app import blocks, environment_variables
from mnist_cnn.server.gradio_app.static_files import PageFiles
from mnist_cnn.server.http import addresses, gradio_internals
from mnist_cnn.server.http.outgoing import Sending
from mnist_cnn.server.log import say
from mnist_cnn.server.programs.predict import MAX_CALLS
from mnist_cnn.server.routes import (
    check,
    classroom,
    network_files,
    news,
    pictures,
    refusals,
    results,
    share,
    sign_in,
    survey,
    trainings,
)
from mnist_cnn.server.state.decoding import Decoding
from mnist_cnn.server.state.feed import Feed
from mnist_cnn.server.state.networks import Networks
from mnist_cnn.server.state.passwords import NOTICE, Passwords
from mnist_cnn.server.state.readings import Readings
from mnist_cnn.server.state.state import State
from mnist_cnn.system import signals

# Sessions for which Gradio keeps a copy of the page's components, 70 kB each. No call here needs it
# after its answer, and Gradio's own 10,000 would be 700 MB.
SESSIONS = 100


@dataclass(frozen=True)
class Served:
    """A running server."""

    demo: gr.Blocks
    state: State


def serve(options: argparse.Namespace, weights: Path, users: list[Account]) -> NoReturn:
    """Serve until a signal ends this process and all that it has started; see ``signals``.

    Args:
        options: as ``command_line.parser`` reads them, checked.
        weights: a ``.keras`` file that has been looked through.
        users: who may sign in; without any, everybody may look.
    """
    terminal = log.configure(options.verbose)
    resources.raise_file_limit()
    resources.return_large_arrays()
    if options.mcp:
        environment_variables.bypass_proxies(options.host)
    served = launch(options, weights, users)
    signals.on_exit.insert(0, served.state.close)  # first: it uses the temporary folder
    signals.on_exit.append(sharing.close_tunnels)  # last: one may be about to begin
    log.adopt(terminal)
    known, teachers = served.state.addresses, served.state.teachers

    def links() -> list[str]:
        space = os.environ.get("SPACE_HOST")
        return addresses.for_the_teacher(teachers.token, known, options.root_path, space)

    teachers.announce = lambda: _announce_next(links)
    _announce(known, links())
    if options.share or options.share_server:

        def opened(link: str) -> None:
            say(f"Public link {link}")
            say(links()[-1])

        sharing.open_tunnel(served.demo, known, options.share_server, opened, say)
    while True:
        time.sleep(1)  # Windows checks for Ctrl+C between two waits only


def launch(
    options: argparse.Namespace,
    weights: Path,
    users: list[Account],
    worker: Callable[..., Worker] = Worker,
) -> Served:
    """Start serving in threads, and return.

    Args:
        options, weights, users: see ``serve``.
        worker: see ``Runs``.
    """
    state = _state(options, weights, users, worker)
    demo = blocks.build(state.readings, state.runs, state.decoding)
    shipped, proxies = state.networks.shipped, forwarded.proxies()
    files = contents.contents(shipped.layers, shipped.weights, state.networks.card)
    app_kwargs = {
        "lifespan": state.lifespan,
        "routes": ROUTES,
        "exception_handlers": refusals.HANDLERS,
        "middleware": [
            Middleware(Forwarded, believed=proxies),
            Middleware(Gate, endpoints=endpoints.served(bool(users), options.mcp)),
            Middleware(PageFiles, page=demo, contents=files, sending=state.sending),
            Middleware(SignIn, answers=state.answers),
        ],
    }
    with environment_variables.hidden():
        demo.launch(
            server_name=addresses.bracketed(options.host),
            server_port=options.port,
            theme=blocks.theme(),
            app_kwargs=app_kwargs,
            max_file_size=LARGEST_PICTURE,
            max_threads=MAX_CALLS,
            auth=users or None,
            auth_message=NOTICE,
            root_path=options.root_path,
            mcp_server=options.mcp,
            share=False,  # see ``sharing.open_tunnel``
            footer_links=["api"],
            ssr_mode=False,
            state_session_capacity=SESSIONS,
            quiet=True,
            prevent_thread_lock=True,
        )
    gradio_internals.slow_down_queue(demo)
    gradio_internals.remove_cors(demo)
    _limit_connections(demo, proxies)
    return Served(demo, state)


def _limit_connections(demo: gr.Blocks, proxies: str) -> None:
    kept = Connections(resources.file_limit(), gradio_internals.trusted_proxies(proxies))
    gradio_internals.limit_connections(demo, kept.of_requests)
    gradio_internals.limit_sockets(
        demo, LARGEST_MESSAGE, lambda protocol: with_budget(kept.of_sockets(protocol))
    )


def _state(
    options: argparse.Namespace,
    weights: Path,
    users: list[Account],
    worker: Callable[..., Worker],
) -> State:
    rules = Rules(at_once=options.train_workers)
    the_class = Classroom(rules, votes=classroom.votes_on_lesson())
    runs, sandbox = Runs(worker=worker), Sandbox()
    classroom.enforce(the_class, runs)
    networks = Networks(weights, find_card(weights), runs, sandbox)
    return State(
        addresses=addresses.Addresses(options.host, options.port),
        classroom=the_class,
        runs=runs,
        networks=networks,
        readings=Readings(weights, networks.shipped),
        decoding=Decoding(sandbox),
        sending=Sending(),
        feed=Feed(the_class, runs),
        passwords=Passwords(users),
    )


async def health(request: Request) -> Response:
    """Tell balancers that the server is well, and everybody which version this is."""
    well = {"status": "ok", "version": __version__}
    return JSONResponse(well, headers={"Cache-Control": "no-store"})


ROUTES = [
    Route("/health", health, methods=["GET"]),
    *network_files.ROUTES,
    *pictures.ROUTES,
    *check.ROUTES,
    *trainings.ROUTES,
    *results.ROUTES,
    *classroom.ROUTES,
    *survey.ROUTES,
    *news.ROUTES,
    *share.ROUTES,
    *sign_in.ROUTES,
]


def _announce(known: addresses.Addresses, links: list[str]) -> None:
    """Print where the page is, and for phones of this network as a QR code too.

    Args:
        known: where it is.
        links: lines with the teacher's links.
    """
    host, network = known.host, known.network
    say(f"Open {addresses.on_this_machine(host, known.port)}")
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


def _announce_next(links: Callable[[], list[str]]) -> None:
    """Print the teacher's links that are good from now on, if there is a terminal still.

    Args:
        links: returns lines with them.
    """
    try:
        say("A browser has left the teacher's page, and its link is no longer good. The new one:")
        for link in links():
            say(link)
    except OSError as error:
        logging.getLogger(__name__).warning("the teacher's new link is not printed: %s", error)


def _printable(words: str) -> bool:
    """Whether the terminal can print these characters: some on Windows have no blocks."""
    try:
        words.encode(sys.stdout.encoding)
    except UnicodeEncodeError:
        return False
    return True
