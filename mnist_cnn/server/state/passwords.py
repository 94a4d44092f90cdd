"""Passwords of those who may sign in, and how often somebody may be wrong.

A password can be guessed where a token of 144 random bits cannot, so even a right one is refused
where too many were wrong. What keeps guessers from shutting the others out are device cookies
(https://owasp.org/www-community/Slow_Down_Online_Guessing_Attacks_with_Device_Cookies): a browser
in which an account has signed in before has tries of its own for it. A class may share an account:
what many of it mistype alike counts once.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections import OrderedDict
from collections.abc import Iterable

from mnist_cnn.server.http.fairness import Rate, Rates

# Wrong ones for an account: from one address, where a class may be, or with one device cookie; and
# from all addresses together.
WRONG_HERE, WRONG_EVERYWHERE = Rate(120, 0.25), Rate(300, 0.5)
REMEMBERED = 1000  # wrong ones, of all accounts; the newest
TOO_MANY = (
    "There were too many wrong passwords for this name. Try again in a minute, or in a browser in "
    "which you have signed in before."
)
# Gradio's form for signing in shows it always, and of an answer only that it was no.
NOTICE = (
    "After many wrong passwords, even the right one is refused for some minutes. "
    "密码输错次数过多后，几分钟内即使密码正确也无法登录。"
)


class _Wrong:
    """Counts wrong passwords, each once: at an address or in a browser, and everywhere."""

    def __init__(self) -> None:
        self.here = Rates(WRONG_HERE, TOO_MANY)
        self.everywhere = Rates(WRONG_EVERYWHERE, TOO_MANY)
        self._before: OrderedDict[str, None] = OrderedDict()  # signatures of the newest

    def again(self, signature: str) -> bool:
        """Whether this one was wrong before; remember it."""
        known = signature in self._before
        self._before[signature] = None
        self._before.move_to_end(signature)
        if len(self._before) > REMEMBERED:
            self._before.popitem(last=False)
        return known


class Passwords:
    """The accounts of one server. Use it in the event loop's thread only."""

    def __init__(self, accounts: Iterable[tuple[str, str]] = ()):
        """Know ``accounts``, each a name and a password."""
        self.cookie = f"known-browser-{secrets.token_urlsafe(12)}"  # servers may share a host name
        self._passwords = dict(accounts)
        self._key = secrets.token_bytes(32)
        self._of_accounts = _Wrong()
        self._of_nobody = _Wrong()  # else names would push others out of memory

    def right(self, name: str, password: str, client: str, cookie: str) -> bool:
        """Whether the password is that of the account ``name``; wrong ones count, each once.

        Args:
            name, password: as typed.
            client: the address, see ``fairness.client_of``.
            cookie: the browser's ``self.cookie``, or nothing.

        Raises:
            OverloadError: there were too many wrong ones. The password has not been looked at.
        """
        known = self._passwords.get(name)
        wrong = self._of_nobody if known is None else self._of_accounts
        account = self._keyed(f"account {name}")  # names may be long, and many are remembered
        buckets = [(wrong.here, f"{client} {account}"), (wrong.everywhere, account)]
        if hmac.compare_digest(self._signature(name, cookie).encode(), _signature_in(cookie)):
            buckets = [(wrong.here, cookie)]
        for rates, who in buckets:
            rates.spend(who)  # first, or what others have typed could be found out for nothing
        right = hmac.compare_digest(_bytes(password), _bytes(known or secrets.token_hex()))
        if right or wrong.again(self._keyed(f"password {len(name)} {name} {password}")):
            for rates, who in buckets:
                rates.spend(who, -1)
        return right

    def make_known(self, name: str) -> str:
        """Return the value of a device cookie for the account ``name``."""
        number = secrets.token_urlsafe(12)
        return f"{number}.{self._signature(name, number)}"

    def _signature(self, name: str, cookie: str) -> str:
        return self._keyed(f"{cookie.partition('.')[0]} {name}")

    def _keyed(self, said: str) -> str:
        return hmac.new(self._key, _bytes(said), hashlib.sha256).hexdigest()


def _signature_in(cookie: str) -> bytes:
    return _bytes(cookie.partition(".")[2])


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")  # some encodings of forms have half characters
