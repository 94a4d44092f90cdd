"""The addresses under which the page can be opened, and how to show one from afar."""

from __future__ import annotations

import functools
import io
import ipaddress
import re
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import segno

if TYPE_CHECKING:
    import ifaddr

Address = ipaddress.IPv4Interface | ipaddress.IPv6Interface
EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # host: the address of this very machine
PROXY = "https://YOUR-HOST"
# What an adapter is, by the names that systems and their makers give it: the first that fits.
KINDS = {
    kind: re.compile(names, re.IGNORECASE)
    for kind, names in {
        # To another place: of the phones in the room none is at its end.
        "tunnel": r"VPN|Tunnel|TAP-|Wintun|WireGuard|Tailscale|ZeroTier|Hamachi|WARP|NordLynx"
        r"|AnyConnect|PANGP|GlobalProtect|Fortinet|Juniper|Check Point|SonicWall|Zscaler"
        r"|WAN Miniport|Mobile Broadband|^(wwan|u?tun|tap|wg|ppp|ipsec|gpd|zt|feth|proton)"
        r"|^cscotun|^nordtun",
        # Between the programs of this machine.
        "inner": r"^(docker|podman|br-|veth|virbr|vmnet|vboxnet|lxc|lxd|cni)"
        r"|VMware|VirtualBox|Hyper-V|vEthernet|WSL|Loopback",
        # Of this machine's own: macOS' internet sharing, Windows' mobile hotspot.
        "hotspot": r"^(ap|bridge)\d+|Wi-Fi Direct|Hosted Network",
        "wifi": r"^wl|Wi-?Fi|WLAN|Wireless|无线",
        "ethernet": r"^(eth|en[opsx])|Ethernet|以太网|Local Area Connection|本地连接",
        "either": r"^en\d+$",  # macOS names both so
    }.items()
}
RANKS = {"wifi": 0, "ethernet": 0, "either": 0, "hotspot": 1, "unknown": 1, "tunnel": 2}
LAST = max(RANKS.values())
NARROW = 30  # bits of a network too small for a class: a line from one machine to another
PRIVATE = [
    ipaddress.ip_network(network)
    for network in ("192.168.0.0/16", "10.0.0.0/8", "172.16.0.0/12", "fc00::/7")
]
# Of providers and Tailscale (RFC 6598), and what some proxies' tunnels invent (RFC 2544).
FAR = [ipaddress.ip_network(network) for network in ("100.64.0.0/10", "198.18.0.0/15")]
OUTSIDE = {socket.AF_INET: "192.0.2.1", socket.AF_INET6: "2001:db8::1"}  # of nobody: RFC 5737, 3849


def on_this_machine(host: str, port: int) -> str:
    """Return the address to open on the machine that serves ``host``."""
    return f"http://{EVERYWHERE.get(host, bracketed(host))}:{port}"


@dataclass(frozen=True)
class Way:
    """An address under which other machines can open the page."""

    address: str
    kind: str  # of its adapter: one of RANKS
    name: str  # of its adapter, as the system shows it


def on_this_network(host: str, port: int) -> list[Way]:
    """Return the ways for other machines of the network, the best first; none keeps them out."""
    if host in EVERYWHERE:
        family = socket.AF_INET6 if host == "::" else socket.AF_INET  # and no other is let in
        return ways(_adapters(), _towards_others(family), family, port)
    try:
        address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][4][0]
    except OSError:
        return []
    if ipaddress.ip_address(address).is_loopback:
        return []
    return [Way(on_this_machine(host, port), "unknown", host)]


def ways(
    adapters: Iterable[ifaddr.Adapter], outside: str | None, family: socket.AddressFamily, port: int
) -> list[Way]:
    """Return the ways that lead through adapters to this machine, the best first.

    Wi-Fi and Ethernet come first, tunnels last. The way to the outside, which may be a tunnel,
    decides between equals only.

    Args:
        adapters: of this machine, with their addresses.
        outside: the address that this machine sends to the outside from, if it can.
        family: of the addresses.
        port: where the page is served.
    """
    found = {}  # way: what it is sorted by
    networks = set()
    for adapter in adapters:
        its = [ip for ip in adapter.ips if ip.is_IPv4 == (family == socket.AF_INET)]
        for ip in sorted(its, key=lambda ip: _plain(ip) != outside):
            address = ipaddress.ip_interface(f"{_plain(ip)}/{ip.network_prefix}")
            leads_outside = str(address.ip) == outside
            kind = _kind(adapter, ip, address, leads_outside)
            same = (adapter.name, address.network) in networks  # as IPv6 has several in one
            if kind == "inner" or same or address.is_loopback or address.is_link_local:
                continue
            networks.add((adapter.name, address.network))
            way = Way(f"http://{bracketed(str(address.ip))}:{port}", kind, ip.nice_name)
            found[way] = (
                LAST if _among(address, FAR) else RANKS[kind],
                not _among(address, PRIVATE),
                not leads_outside,
                kind != "wifi",  # which phones are in
            )
    if outside and not found:  # the system does not tell of its adapters
        return [Way(f"http://{bracketed(outside)}:{port}", "unknown", outside)]
    return sorted(found, key=lambda way: found[way])


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
def as_svg(address: str) -> str:
    """Return the QR code of an address as SVG, with the quiet zone that readers need."""
    file = io.BytesIO()
    segno.make(address, micro=False).save(
        file, kind="svg", xmldecl=False, omitsize=True, dark="#000", light="#fff"
    )
    return file.getvalue().decode()


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


def _adapters() -> Iterable[ifaddr.Adapter]:
    try:
        import ifaddr

        return ifaddr.get_adapters()
    except ModuleNotFoundError:  # it only knows more than the way to the outside
        return []
    except (OSError, AssertionError):  # the system does not tell, or what ifaddr does not expect
        return []


def _plain(ip: ifaddr.IP) -> str:
    """Return an address without the scope that IPv6 has."""
    return ip.ip if isinstance(ip.ip, str) else ip.ip[0]


def _kind(adapter: ifaddr.Adapter, ip: ifaddr.IP, address: Address, leads_outside: bool) -> str:
    """Return what an adapter is: one of RANKS, or inner, which leads to no other machine."""
    names = (adapter.name, adapter.nice_name, ip.nice_name)
    kind = next((kind for kind, known in KINDS.items() if any(map(known.search, names))), None)
    if kind == "inner" and leads_outside:  # a bridge that the machine's own Wi-Fi is part of
        return "unknown"
    if kind is None:
        narrow = ip.is_IPv4 and ip.network_prefix >= NARROW
        return "tunnel" if narrow or _among(address, FAR) else "unknown"
    return kind


def _among(address: Address, networks: list) -> bool:
    return any(address in network for network in networks)
