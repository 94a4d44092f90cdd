"""The options of ``python app.py``, checked before anything heavy is loaded."""

from __future__ import annotations

import argparse
import importlib.util
import os
import re
import socket
from pathlib import Path

from mnist_cnn import __version__
from mnist_cnn.classroom.rules import MAX_AT_ONCE


def parser(description: str | None = None) -> argparse.ArgumentParser:
    """Return the parser of the options."""
    options = argparse.ArgumentParser(description=description)
    add = options.add_argument
    # Gradio's own variables, which Hugging Face Spaces sets.
    host, port = (os.environ.get(f"GRADIO_SERVER_{name}") for name in ("NAME", "PORT"))
    host, port, root = host or "0.0.0.0", port or "7860", os.environ.get("GRADIO_ROOT_PATH", "")
    add("--host", default=host, help=f"127.0.0.1: for this machine only (default {host})")
    add("--port", type=int, default=port, help=f"default {port}")
    add("--share", action="store_true", help="make a public link")
    add("--share-server", metavar="HOST:PORT", help="make it on a share server of your own")
    add("--auth", action="append", default=[], metavar="USER:PASSWORD", help="let only these in")
    add("--auth-file", type=Path, metavar="FILE", help="let these in: one USER:PASSWORD a line")
    add("--root-path", default=root, metavar="/PATH", help="where a proxy in front puts the page")
    add("--train-workers", type=int, default=1, metavar="N", help="trainings at once (default 1)")
    add("--mcp", action="store_true", help="offer the endpoints as tools to language models")
    add("--verbose", action="store_true", help="log every request, not only what matters")
    add("--weights", type=Path, metavar="FILE", help="another network, .keras or .h5")
    add("--version", action="version", version=f"mnist_cnn {__version__}")
    return options


class OptionError(Exception):
    """An option cannot be used. The message says why and what to do."""


def check(options: argparse.Namespace) -> None:
    """Raise ``OptionError`` unless the page can be served as the options say."""
    if not 1 <= options.port <= 65535:
        raise OptionError(f"--port must be a number from 1 to 65535, not {options.port}.")
    if options.share_server and not re.fullmatch(r"[^\s:/]+:\d{1,5}", options.share_server):
        raise OptionError(f"--share-server must be host:port, not {options.share_server}.")
    if options.root_path and not re.fullmatch(r"(https?:/)?(/[^\s/?#]+)+", options.root_path):
        raise OptionError(
            f"--root-path must begin with a slash and not end with one, as in /digits, "
            f"or be a whole address, not {options.root_path}."
        )
    if not 1 <= options.train_workers <= MAX_AT_ONCE:
        raise OptionError(
            f"--train-workers must be a number from 1 to {MAX_AT_ONCE}, "
            f"not {options.train_workers}."
        )
    if options.mcp and importlib.util.find_spec("mcp") is None:
        raise OptionError("--mcp needs another package: pip install 'gradio[mcp]'")
    if options.mcp and (options.auth or options.auth_file):
        raise OptionError(
            "--mcp has no login: a language model could call nothing. Leave out --auth and "
            "--auth-file, or --mcp."
        )
    _check_free(options.host, options.port)


def _check_free(host: str, port: int) -> None:
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            if os.name == "posix":  # as the server does: a port just left is free
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except socket.gaierror as error:
        raise OptionError(f"--host {host} is not an address of this machine.") from error
    except OSError as error:
        raise OptionError(
            f"Port {port} on {host} cannot be used ({error.strerror}). Close the program that "
            f"uses it, or choose another port: python app.py --port {port + 1}"
        ) from error
