"""File hosts on the loopback: one with faults, for tests of downloads, and a plain one."""

from __future__ import annotations

import contextlib
import functools
import http.server
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Host:
    """The files served, the host's faults, and the requests it received."""

    files: dict[str, bytes]
    ranges: bool = True  # answers Range with 206
    length: bool = True  # says Content-Length
    chunked: bool = False
    cut: dict[str, int] = field(default_factory=dict)  # name: bytes after which it hangs up, once
    kind: str = ""  # Content-Type
    status: int = 200  # of a whole file
    hold: threading.Event | None = None  # waits for this after each answer, then hangs up
    http: bool = True  # False: answers with something that is not HTTP
    asked: list[tuple[str, str | None]] = field(default_factory=list)  # name, Range
    url: str = ""  # known when it runs


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        host, name, part = self.server.host, self.path[1:], self.headers.get("Range")
        host.asked.append((name, part))
        self.close_connection = True
        if not host.http:
            self.wfile.write(b"welcome to this hotel\r\n\r\n")
            return
        if name not in host.files:
            self.send_error(404)
            return
        content = host.files[name]
        start = int(part.removeprefix("bytes=").removesuffix("-")) if part and host.ranges else 0
        if start and start >= len(content):
            self.send_error(416)
            return
        body = content[start:]
        self.send_response(206 if start else host.status)
        if host.kind:
            self.send_header("Content-Type", host.kind)
        self.send_header("Connection", "close")
        if host.chunked:
            self.send_header("Transfer-Encoding", "chunked")
        elif host.length:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        cut = host.cut.pop(name, None)
        if host.chunked:
            self.wfile.write(f"{len(body):x}\r\n".encode())
        self.wfile.write(body[:cut])
        if host.chunked and cut is None:
            self.wfile.write(b"\r\n0\r\n\r\n")
        if host.hold:
            host.hold.wait()

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def serve_files(files: dict[str, bytes], **faults) -> Iterator[Host]:
    """Serve ``files`` on a free port, with the faults of ``Host``, until the block ends."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.host = Host(files, url=f"http://127.0.0.1:{server.server_port}", **faults)
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        try:
            yield server.host
        finally:
            server.shutdown()


class Plain(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@contextlib.contextmanager
def serve_folder(folder: Path) -> Iterator[str]:
    """Serve a folder until the block ends; yield its address."""
    handler = functools.partial(Plain, directory=folder)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
