"""Signing in and out, for servers with ``--auth``: instead of Gradio's own routes for it.

Those would look at any number of passwords, tell the log of none, and sign out every browser of an
account when a picture's address asks for it.
"""

from __future__ import annotations

import logging

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from mnist_cnn.page.build import assets
from mnist_cnn.server.gate.sign_in import SIGN_IN, SIGN_OUT
from mnist_cnn.server.http import gradio_internals
from mnist_cnn.server.http.fairness import OverloadError, client_of
from mnist_cnn.server.http.requests import RequestError, is_https
from mnist_cnn.server.state.state import state_of

KNOWN_SECONDS = 30 * 86400  # that a browser keeps its device cookie, see ``passwords``
LONGEST_NAME = 60  # characters of a name in the log
# With less of a referrer, browsers would not say whose page sends its form.
SIGN_OUT_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; form-action 'self'; frame-ancestors 'none'",
    "Referrer-Policy": "same-origin",
}

log = logging.getLogger(__name__)


async def sign_in(request: Request) -> Response:
    """A form's ``username`` and ``password`` → the cookies of a browser that has signed in."""
    passwords, client = state_of(request).passwords, client_of(request)
    name, password = await _form_of(request)
    known = request.cookies.get(passwords.cookie, "")
    try:
        right = passwords.right(name, password, client, known)
    except OverloadError as error:
        log.warning("password not looked at for %r, from %s", name[:LONGEST_NAME], client)
        raise RequestError(str(error)) from error  # Gradio's form tells of no other status than 400
    if not right:
        log.warning("wrong password for %r, from %s", name[:LONGEST_NAME], client)
        raise RequestError("The name or the password is wrong.")
    _end(request)
    log.info("%r signs in, from %s", name[:LONGEST_NAME], client)
    response = JSONResponse({"success": True})
    secure = is_https(request)
    for ended in gradio_internals.sign_in(request, response, name, secure):
        state_of(request).answers.end(ended)
    response.set_cookie(
        passwords.cookie,
        passwords.make_known(name),
        max_age=KNOWN_SECONDS,
        secure=secure,
        httponly=True,
        samesite="lax",
    )
    return response


async def ask_to_sign_out(request: Request) -> Response:
    """A page with a button: who only follows a link, or loads a picture, stays signed in."""
    return HTMLResponse(assets.text("shell/sign-out.html"), headers=SIGN_OUT_HEADERS)


async def sign_out(request: Request) -> Response:
    """End this browser's token, and all that it has open; those of others go on."""
    name = _end(request)
    if name is not None:
        log.info("%r signs out, from %s", name[:LONGEST_NAME], client_of(request))
    response = RedirectResponse("./", 303)
    gradio_internals.drop_cookies(request, response)
    return response


def _end(request: Request) -> str | None:
    """End the token that the request has; return whose it was."""
    token = gradio_internals.token_of(request)
    if token is None:
        return None
    name = gradio_internals.drop_token(request, token)
    state_of(request).answers.end(token)
    return name


async def _form_of(request: Request) -> tuple[str, str]:
    """Return the name and the password of a form; raises ``RequestError``."""
    try:
        form = await request.form()
    except UnicodeError as error:  # of an encoding that the form names itself
        raise RequestError("The form is not text.") from error
    name, password = form.get("username"), form.get("password")
    if not (isinstance(name, str) and isinstance(password, str)):
        raise RequestError("Send a form with a username and a password.")
    return name.strip(), password


ROUTES = [
    *(Route(path, sign_in, methods=["POST"]) for path in SIGN_IN),
    Route(SIGN_OUT, ask_to_sign_out, methods=["GET"]),
    Route(SIGN_OUT, sign_out, methods=["POST"]),
]
