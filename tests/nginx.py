"""A real nginx in front of the app: for prefixes, blocked sockets, replicas, and limits."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.serving import ROOT
from tests.waiting import until

PATIENCE = 30  # seconds for nginx to start
PROGRAM = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
FRAME = """
daemon off;
worker_processes 1;
pid %(folder)s/nginx.pid;
error_log %(folder)s/error.log;
events { worker_connections 4096; }
http {
    log_format answered '$upstream_addr $status $request_method $uri';
    access_log %(folder)s/access.log answered;
    client_body_temp_path %(folder)s/body;
    proxy_temp_path %(folder)s/proxy;
    fastcgi_temp_path %(folder)s/fastcgi;
    uwsgi_temp_path %(folder)s/uwsgi;
    scgi_temp_path %(folder)s/scgi;
%(http)s
}
"""


@contextlib.contextmanager
def nginx(folder: Path, http: str) -> Iterator[None]:
    """Run nginx with ``http`` inside its block of that name, until the block here ends."""
    if PROGRAM is None:
        pytest.skip("no nginx: install Debian's package of that name")
    configuration = folder / "nginx.conf"
    configuration.write_text(FRAME % {"folder": folder, "http": http}, encoding="utf-8")
    log = folder / "error.log"
    command = [PROGRAM, "-p", str(folder), "-c", str(configuration), "-e", str(log)]
    with subprocess.Popen(command) as process:
        try:
            yield
        finally:
            process.terminate()


def documented(**others: str) -> str:
    """Return the configuration of the README with some of its values replaced.

    Args:
        others: replacements for ``listen``, the port, ``servers``, the lines of the servers, and
            ``location``, the prefix.
    """
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    block = text.split("```nginx\n")[1].split("```")[0]
    there = {
        "listen": "listen 80;",
        "servers": "server 127.0.0.1:7860;",
        "location": "location /digits/ {",
    }
    for name, other in others.items():
        assert block.count(there[name]) == 1, there[name]
        block = block.replace(there[name], other)
    return block


def until_there(address: str) -> None:
    """Wait until nginx, and the app behind it, answer."""
    until(lambda: _answers(address), PATIENCE)


def _answers(address: str) -> bool:
    with contextlib.suppress(httpx.TransportError):
        return httpx.get(address, trust_env=False, follow_redirects=True).status_code == 200
    return False


def answered(folder: Path) -> list[list[str]]:
    """Return server, status, method and path of each request that nginx passed on."""
    return [line.split() for line in (folder / "access.log").read_text().splitlines()]
