"""The addresses under which the page can be opened, and how to show one from afar."""

from __future__ import annotations

import functools
import io
import ipaddress
import re
import socket

import ifaddr
import segno

EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # host: the address of this very machine
PROXY = "https://YOUR-HOST"
# Adapters between the programs of a machine, by the names that systems and their makers give them.
INNER = re.compile(
    "^(docker|br-|veth|virbr|vmnet|vboxnet)|VMware|VirtualBox|Hyper-V|vEthernet|WSL", re.IGNORECASE
)
OUTSIDE = {socket.AF_INET: "192.0.2.1", socket.AF_INET6: "2001:db8::1"}  # of nobody: RFC 5737, 3849


def on_this_machine(host: str, port: int) -> str:
    """Return the address to open on the machine that serves ``host``."""
    return f"http://{EVERYWHERE.get(host, bracketed(host))}:{port}"


def on_this_network(host: str, port: int) -> str | None:
    """Return the address for other machines of the network, or None when they are kept out."""
    if host in EVERYWHERE:
        family = socket.AF_INET6 if host == "::" else socket.AF_INET  # and no other is let in
        own = _towards_others(family) or _of_an_adapter(family)
        return f"http://{bracketed(own)}:{port}" if own else None
    try:
        address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][4][0]
    except OSError:
        return None
    return None if ipaddress.ip_address(address).is_loopback else on_this_machine(host, port)


def as_teacher(address: str, token: str) -> str:
    """Return the link by which the teacher opens the page that is at ``address``."""
    return f"{address.rstrip('/')}/?teacher={token}"


def for_the_teacher(
    token: str, network: str | None, root_path: str, space: str | None = None
) -> list[str]:
    """Return a line with the teacher's link for each way from another machine to the page.

    Args:
        token: the teacher's.
        network: the address in this network, if the page can be opened there.
        root_path: the prefix behind a proxy, whose own name nobody has told this server, or the
            whole address.
        space: the host on Hugging Face Spaces, which its variable ``SPACE_HOST`` holds.
    """
    lines = []
    if space:
        lines.append(f"Teacher, on Spaces: {as_teacher(f'https://{space}', token)}")
    if network and not root_path:
        lines.append(f"Teacher, on this network: {as_teacher(network, token)}")
    if root_path:
        behind = as_teacher(root_path if "://" in root_path else f"{PROXY}{root_path}", token)
        lines.append(f"Teacher, behind the proxy: {behind}")
    return lines


@functools.lru_cache(maxsize=16)  # a whole class opens the same one
def as_svg(address: str) -> bytes:
    """Return the QR code of an address as SVG, with the quiet zone that readers need."""
    file = io.BytesIO()
    segno.make(address, micro=False).save(
        file, kind="svg", xmldecl=False, omitsize=True, dark="#000", light="#fff"
    )
    return file.getvalue()


def as_text(address: str) -> str:
    """Return the QR code of an address for a terminal, two rows of it a line."""
    file = io.StringIO()
    segno.make(address, micro=False).terminal(file, compact=True)
    return file.getvalue()


def bracketed(host: str) -> str:
    """Return ``host`` as an address has it: one of IPv6 in brackets."""
    return f"[{host}]" if ":" in host else host


def _towards_others(family: socket.AddressFamily) -> str | None:
    """Return the address under which this machine sends to the outside.

    Connecting a datagram socket sends nothing; it only asks which way a packet would take.
    """
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((OUTSIDE[family], 9))
        except OSError:  # no way leads outside
            return None
        address = probe.getsockname()[0]
    return None if ipaddress.ip_address(address).is_loopback else address


def _of_an_adapter(family: socket.AddressFamily) -> str | None:
    """Return an address of this machine in a network that leads nowhere, as its own hotspot."""
    try:
        adapters = ifaddr.get_adapters()
    except (OSError, AssertionError):  # the system does not tell, or what ifaddr does not expect
        return None
    for adapter in adapters:
        for found in adapter.ips:
            names = (adapter.name, adapter.nice_name, found.nice_name)
            if found.is_IPv4 == (family == socket.AF_INET) and not any(map(INNER.search, names)):
                address = ipaddress.ip_address(found.ip if found.is_IPv4 else found.ip[0])
                if not (address.is_loopback or address.is_link_local):
                    return str(address)
    return None
