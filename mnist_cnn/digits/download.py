"""Download a file completely or not at all, and set damaged files aside."""

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

ANSWER_TIMEOUT = 10  # seconds until some host must have begun to answer
HOST_TIMEOUT = 5  # seconds for one host
STALL_TIMEOUT = 20  # seconds without a byte before a download is given up
CHUNK = 1 << 16  # bytes
ARCHIVES = {  # suffixes: the first bytes
    (".npz", ".zip"): b"PK\x03\x04",
    (".gz",): b"\x1f\x8b",
    (".bz2",): b"BZh",
}
SIGN_IN = (
    "the network answered with a sign-in page instead of the file. Open any site in a browser, "
    "sign in to the network there, and try again."
)
RESUME = "run again to resume."

Progress = Callable[[str, int, int], None]
"""Called with file name, bytes so far and bytes in total (0 if the host does not say)."""

Answers = queue.SimpleQueue[http.client.HTTPResponse | Exception]


class WaitingTime:
    """The time to wait for the first answer, shared by all hosts that are tried in turn.

    It includes resolving a name and connecting. Neither can be interrupted, so both happen in a
    thread that is abandoned when the time is up.
    """

    def __init__(self, seconds: float = ANSWER_TIMEOUT, for_one: float = HOST_TIMEOUT):
        """Wait for ``seconds`` in total, and ``for_one`` for a single host or proxy."""
        self._whole, self._for_one = seconds, for_one
        self._left = seconds
        self._silent: set[str] = set()

    def answer(self, request: urllib.request.Request) -> http.client.HTTPResponse:
        """Return the answer to a request; the full time is then available again.

        Raises:
            OSError: there is no answer in time, or no connection. The message names the host, or
                the proxy.
        """
        asked = _host_or_proxy(request.full_url)
        if self._left <= 0 and asked not in self._silent:
            raise TimeoutError(f"no other host has answered, so {asked} was not tried.")
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
        if type(answer) is urllib.error.URLError:  # not its subclass HTTPError, which is an answer
            self._left -= time.monotonic() - began
            raise OSError(_no_connection(asked, answer.reason)) from answer
        self._left = self._whole
        if isinstance(answer, Exception):
            raise answer
        return answer


def download(url: str, target: Path, progress: Progress, waiting: WaitingTime) -> None:
    """Download an archive to ``target``, by way of ``target.part``, which a later call resumes.

    Args:
        url: of the archive.
        target: the file to write; its suffix is a key of ``ARCHIVES``.
        progress: called for every piece.
        waiting: the time that the host has to begin its answer.

    Raises:
        OSError: the host does not answer, refuses, closes the connection early or stalls, and
            ``target.part`` keeps what came so far; or a sign-in page came instead of the archive,
            and nothing is kept.
    """
    begins = next(begins for ends, begins in ARCHIVES.items() if target.name.endswith(ends))
    part = target.with_name(target.name + ".part")
    start = part.stat().st_size if _starts_with(part, begins) else 0
    request = urllib.request.Request(url, headers={"Range": f"bytes={start}-"} if start else {})
    try:
        response = waiting.answer(request)
    except urllib.error.HTTPError as error:
        if error.code == 416 and start:  # the part is as long as the file or longer: start again
            part.unlink()
            return download(url, target, progress, waiting)
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
                raise OSError(f"the download stalled after {done} bytes; {RESUME}") from error
    if total and done < total:
        raise OSError(f"the connection ended after {done} of {total} bytes; {RESUME}")
    part.replace(target)


def _host_or_proxy(url: str) -> str:
    """Return, in words, the host of an address or the proxy in front of it."""
    scheme, host = urlsplit(url)[:2]
    proxy = urllib.request.getproxies().get(scheme)
    if not proxy or urllib.request.proxy_bypass(host):
        return host
    return f"the proxy {proxy.rpartition('@')[2]} that is set here"  # without its password


def _no_connection(asked: str, reason: BaseException | str) -> str:
    if isinstance(reason, ssl.SSLCertVerificationError):
        return (
            f"the certificate of {asked} cannot be trusted ({reason.verify_message}). "
            "Sign in to the network in a browser first, or name the network's own certificates "
            "in SSL_CERT_FILE."
        )
    return f"there is no connection to {asked} ({reason})."


def _ask(request: urllib.request.Request, answers: Answers) -> None:
    """Put the answer to a request into ``answers`` when it begins, or else the exception."""
    try:  # urlopen would keep the proxies of its first call
        response = urllib.request.build_opener().open(request, timeout=STALL_TIMEOUT)
        response.peek(1)  # wait for the first byte
        answers.put(response)
    except Exception as error:  # noqa: BLE001  raised by the thread that waits
        answers.put(error)


def _starts_with(path: Path, begins: bytes) -> bool:
    """Whether the file exists and begins with these bytes."""
    if not path.exists():
        return False
    with path.open("rb") as file:
        return file.read(len(begins)) == begins


def put_aside(place: Path) -> str:
    """Rename a damaged file or folder to ``….damaged``, and return a sentence about it."""
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
