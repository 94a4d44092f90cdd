"""Fetch a file whole or not at all, and put a damaged one aside."""

from __future__ import annotations

import http.client
import queue
import ssl
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

WAITING = 10  # seconds in which somebody must have begun to answer
WAITING_FOR_ONE = 5  # seconds of these
STALLED = 20  # seconds without a byte, once a file is coming, before its host is given up
CHUNK = 1 << 16  # bytes
ARCHIVES = {  # the ends of files' names: how their content begins
    (".npz", ".zip"): b"PK\x03\x04",
    (".gz",): b"\x1f\x8b",
}
SIGN_IN = (
    "the network answers with a page of its own instead of the file. Open any site in a browser, "
    "sign in to the network there, and try again."
)
RESUME = "run again to resume."

Progress = Callable[[str, int, int], None]
"""Called with file name, bytes so far and bytes in all (0 when the host does not say)."""

Answers = queue.SimpleQueue[http.client.HTTPResponse | Exception]


class Patience:
    """The time that hosts may take to begin an answer, one after the other: all of it together.

    Resolving a name and connecting are part of it; neither can be stopped, and both are left to a
    thread that nobody waits for.
    """

    def __init__(self, seconds: float = WAITING, for_one: float = WAITING_FOR_ONE):
        """Wait for ``seconds``, and for a single host or proxy no longer than ``for_one``."""
        self._whole, self._for_one = seconds, for_one
        self._left = seconds
        self._silent: set[str] = set()

    def answer(self, request: urllib.request.Request) -> http.client.HTTPResponse:
        """Return the answer to a request; the wait begins anew for the next.

        Raises:
            OSError: there is none in time, or no way to the host; a proxy is named.
        """
        asked = _asked(request.full_url)
        if self._left <= 0 and asked not in self._silent:
            raise TimeoutError(f"no other host has answered, and {asked} is not asked any more.")
        seconds = 0 if asked in self._silent else min(self._for_one, self._left)
        answers: Answers = queue.SimpleQueue()
        began = time.monotonic()
        if seconds:
            threading.Thread(target=_ask, args=(request, answers), daemon=True).start()
        try:
            answer = answers.get(timeout=seconds)
        except queue.Empty:
            self._left -= seconds
            self._silent.add(asked)
            raise TimeoutError(f"{asked} does not answer.") from None
        if type(answer) is urllib.error.URLError:  # and no HTTPError, which is an answer
            self._left -= time.monotonic() - began
            raise OSError(_no_connection(asked, answer.reason)) from answer
        self._left = self._whole
        if isinstance(answer, Exception):
            raise answer
        return answer


def download(url: str, target: Path, progress: Progress, patience: Patience) -> None:
    """Fetch an archive into ``target`` through ``target.part``, resuming a part that is there.

    Args:
        url: where it is.
        target: where it will lie, whole; its name tells the kind of archive.
        progress: is told of every piece.
        patience: for the host to begin its answer.

    Raises:
        OSError: the host does not answer, refuses, ends the connection early or says nothing for
            long, and what came so far is kept in ``target.part``; or it is another that answers,
            with a page that asks to sign in, of which nothing is kept.
    """
    begins = next(begins for ends, begins in ARCHIVES.items() if target.name.endswith(ends))
    part = target.with_name(target.name + ".part")
    start = part.stat().st_size if _starts_with(part, begins) else 0
    request = urllib.request.Request(url, headers={"Range": f"bytes={start}-"} if start else {})
    try:
        response = patience.answer(request)
    except urllib.error.HTTPError as error:
        if error.code == 416 and start:  # the part is as long as the file, or longer: restart
            part.unlink()
            return download(url, target, progress, patience)
        if error.code == 511:  # Network Authentication Required, RFC 6585
            raise OSError(SIGN_IN) from error
        raise
    with response:
        resumed = response.status == 206
        first = b"" if resumed else response.read(len(begins))
        page = response.headers.get_content_type() == "text/html"
        if page or not (resumed or first == begins):
            raise OSError(SIGN_IN)
        done = start if resumed else len(first)
        length = response.headers.get("Content-Length", "")
        total = done - len(first) + int(length) if length.isdecimal() else 0
        with part.open("ab" if resumed else "wb") as file:
            file.write(first)
            try:
                while chunk := response.read1(CHUNK):
                    file.write(chunk)
                    done += len(chunk)
                    progress(target.name, done, total)
            except TimeoutError as error:
                raise OSError(f"nothing came any more after {done} bytes; {RESUME}") from error
    if total and done < total:
        raise OSError(f"the connection ended after {done} of {total} bytes; {RESUME}")
    part.replace(target)


def _asked(url: str) -> str:
    """Return who is asked for an address, in words: its host, or the proxy on the way to it."""
    scheme, host = urlsplit(url)[:2]
    proxy = urllib.request.getproxies().get(scheme)
    if not proxy or urllib.request.proxy_bypass(host):
        return host
    return f"the proxy {proxy.rpartition('@')[2]} that is set here"  # without its password


def _no_connection(asked: str, reason: BaseException | str) -> str:
    if isinstance(reason, ssl.SSLCertVerificationError):
        return (
            f"the certificate shown for {asked} is not to be trusted ({reason.verify_message}). "
            "Sign in to the network in a browser first, or name the network's own certificates "
            "in SSL_CERT_FILE."
        )
    return f"there is no connection to {asked} ({reason})."


def _ask(request: urllib.request.Request, answers: Answers) -> None:
    """Put the answer to a request into ``answers`` once it begins, or why there is none."""
    try:  # with the proxies there are now: urlopen would keep those of its first call
        response = urllib.request.build_opener().open(request, timeout=STALLED)
        response.peek(1)  # waits for it
        answers.put(response)
    except Exception as error:  # noqa: BLE001  whatever it is, it is raised where one waits
        answers.put(error)


def _starts_with(path: Path, begins: bytes) -> bool:
    """Whether there is such a file."""
    if not path.exists():
        return False
    with path.open("rb") as file:
        return file.read(len(begins)) == begins


def put_aside(place: Path) -> str:
    """Rename a damaged file or folder to ``….damaged``; return the sentence that says so."""
    aside = place.with_name(place.name + ".damaged")
    number = 1
    while aside.exists():
        number += 1
        aside = place.with_name(f"{place.name}.damaged-{number}")
    try:
        place.rename(aside)
    except OSError as error:
        return f"It is left where it is ({error}) and not used."
    return f"It is put aside as {aside} and not used."


def print_progress(name: str, done: int, total: int) -> None:
    """Show progress as one line on standard error."""
    of = f" of {total / 1e6:.1f}" if total else ""
    end = "\n" if total and done >= total else ""
    print(f"\r{name}: {done / 1e6:.1f}{of} MB", end=end, file=sys.stderr, flush=True)
