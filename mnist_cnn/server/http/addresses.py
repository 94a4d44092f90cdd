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
EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # host: the address on this machine itself
PROXY = "https://YOUR-HOST"
# Kinds of network adapters, by names that systems and vendors give them; the first match counts.
KINDS = {
    kind: re.compile(names, re.IGNORECASE)
    for kind, names in {
        # Leads to another place, where the phones in this room are not.
        "tunnel": r"VPN|Tunnel|TAP-|Wintun|WireGuard|Tailscale|ZeroTier|Hamachi|WARP|NordLynx"
        r"|AnyConnect|PANGP|GlobalProtect|Fortinet|Juniper|Check Point|SonicWall|Zscaler"
        r"|WAN Miniport|Mobile Broadband|^(wwan|u?tun|tap|wg|ppp|ipsec|gpd|zt|feth|proton)"
        r"|^cscotun|^nordtun",
        # Connects programs on this machine.
        "inner": r"^(docker|podman|br-|veth|virbr|vmnet|vboxnet|lxc|lxd|cni)"
        r"|VMware|VirtualBox|Hyper-V|vEthernet|WSL|Loopback",
        # This machine's own: macOS' internet sharing, Windows' mobile hotspot.
        "hotspot": r"^(ap|bridge)\d+|Wi-Fi Direct|Hosted Network",
        "wifi": r"^wl|Wi-?Fi|WLAN|Wireless|无线",
        "ethernet": r"^(eth|en[opsx])|Ethernet|以太网|Local Area Connection|本地连接",
        "either": r"^en\d+$",  # macOS' name for both
    }.items()
}
RANKS = {"wifi": 0, "ethernet": 0, "either": 0, "hotspot": 1, "unknown": 1, "tunnel": 2}
LAST_RANK = max(RANKS.values())
MIN_POINT_TO_POINT = 30  # bits of the prefix: a line between two machines
PRIVATE = [
    ipaddress.ip_network(network)
    for network in ("192.168.0.0/16", "10.0.0.0/8", "172.16.0.0/12", "fc00::/7")
]
# Used by providers and Tailscale (RFC 6598), and by tunnels of some proxies (RFC 2544).
NOT_LOCAL = [ipaddress.ip_network(network) for network in ("100.64.0.0/10", "198.18.0.0/15")]
UNUSED_ADDRESSES = {socket.AF_INET: "192.0.2.1", socket.AF_INET6: "2001:db8::1"}  # RFC 5737, 3849


def on_this_machine(host: str, port: int) -> str:
    """Return the address to open on the machine that serves ``host``."""
    return f"http://{EVERYWHERE.get(host, bracketed(host))}:{port}"


@dataclass(frozen=True)
class Way:
    """An address under which other machines can open the page."""

    address: str
    kind: str  # of its adapter: one of RANKS
    name: str  # of its adapter, as the system shows it


@dataclass
class Addresses:
    """Where the page is served, and under which addresses it can be opened from elsewhere."""

    host: str
    port: int
    public: str | None = None  # the public link, once it is open

    @property
    def network(self) -> list[Way]:
        """The ways for machines of this network: looked up anew, since a laptop moves."""
        return on_this_network(self.host, self.port)


def on_this_network(host: str, port: int) -> list[Way]:
    """Return the ways for other machines of this network, the best first."""
    if host in EVERYWHERE:
        family = socket.AF_INET6 if host == "::" else socket.AF_INET  # the only one that is served
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

    Wi-Fi and Ethernet come first, tunnels last. Between equals, the way to the internet comes
    first; alone it decides nothing, since it may be a tunnel.

    Args:
        adapters: of this machine, with their addresses.
        outside: this machine's address towards the internet, if it has one.
        family: of the addresses.
        port: where the page is served.
    """
    found = {}  # way: its key for sorting
    networks = set()
    for adapter in adapters:
        its = [ip for ip in adapter.ips if ip.is_IPv4 == (family == socket.AF_INET)]
        for ip in sorted(its, key=lambda ip: _plain(ip) != outside):
            address = ipaddress.ip_interface(f"{_plain(ip)}/{ip.network_prefix}")
            leads_outside = str(address.ip) == outside
            kind = _kind(adapter, ip, address, leads_outside)
            same = (adapter.name, address.network) in networks  # IPv6 has several addresses in one
            if kind == "inner" or same or address.is_loopback or address.is_link_local:
                continue
            networks.add((adapter.name, address.network))
            way = Way(f"http://{bracketed(str(address.ip))}:{port}", kind, ip.nice_name)
            found[way] = (
                LAST_RANK if _among(address, NOT_LOCAL) else RANKS[kind],
                not _among(address, PRIVATE),
                not leads_outside,
                kind != "wifi",  # where the phones are
            )
    if outside and not found:  # the system does not list its adapters
        return [Way(f"http://{bracketed(outside)}:{port}", "unknown", outside)]
    return sorted(found, key=lambda way: found[way])


def as_teacher(address: str, token: str) -> str:
    """Return the link by which the teacher opens the page that is at ``address``.

    The token is in the fragment, which browsers send to no server and no proxy can log.
    """
    return f"{address.rstrip('/')}/#teacher={token}"


def for_the_teacher(
    token: str, known: Addresses, root_path: str, space: str | None = None
) -> list[str]:
    """Return a line with the teacher's link for each way to the page, the public link's last.

    Args:
        token: of the link.
        known: where the page is.
        root_path: the prefix behind a proxy, whose host this server does not know, or the whole
            address.
        space: the host on Hugging Face Spaces, which its variable ``SPACE_HOST`` holds.
    """
    here = on_this_machine(known.host, known.port)
    lines = [f"Teacher: {as_teacher(here, token)}"]
    network = known.network
    if space:
        lines.append(f"Teacher, on Spaces: {as_teacher(f'https://{space}', token)}")
    if network and not root_path:
        lines.append(f"Teacher, on this network: {as_teacher(network[0].address, token)}")
    if root_path:
        behind = as_teacher(root_path if "://" in root_path else f"{PROXY}{root_path}", token)
        lines.append(f"Teacher, behind the proxy: {behind}")
    if known.public:
        lines.append(f"Teacher, on the public link: {as_teacher(known.public, token)}")
    return lines


@functools.lru_cache(maxsize=16)  # a class opens the same one
def as_svg(address: str) -> str:
    """Return the QR code of an address as SVG, with the quiet zone that readers need."""
    file = io.BytesIO()
    segno.make(address, micro=False).save(
        file, kind="svg", xmldecl=False, omitsize=True, dark="#000", light="#fff"
    )
    return file.getvalue().decode()


def as_text(address: str) -> str:
    """Return the QR code of an address for a terminal, two rows in a line."""
    file = io.StringIO()
    segno.make(address, micro=False).terminal(file, compact=True)
    return file.getvalue()


def bracketed(host: str) -> str:
    """Return ``host`` for use in a URL: an IPv6 address in brackets."""
    return f"[{host}]" if ":" in host else host


def _towards_others(family: socket.AddressFamily) -> str | None:
    """Return this machine's address towards the internet.

    Connecting a datagram socket sends nothing; it only chooses the way a packet would take.
    """
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((UNUSED_ADDRESSES[family], 9))
        except OSError:  # there is no such way
            return None
        address = probe.getsockname()[0]
    return None if ipaddress.ip_address(address).is_loopback else address


def _adapters() -> Iterable[ifaddr.Adapter]:
    try:
        import ifaddr

        return ifaddr.get_adapters()
    except ModuleNotFoundError:  # it only knows more than _towards_others
        return []
    except (OSError, AssertionError):  # the system refuses, or answers what ifaddr does not expect
        return []


def _plain(ip: ifaddr.IP) -> str:
    """Return an address without IPv6's scope."""
    return ip.ip if isinstance(ip.ip, str) else ip.ip[0]


def _kind(adapter: ifaddr.Adapter, ip: ifaddr.IP, address: Address, leads_outside: bool) -> str:
    """Return the kind of an adapter: one of RANKS, or inner."""
    names = (adapter.name, adapter.nice_name, ip.nice_name)
    kind = next((kind for kind, known in KINDS.items() if any(map(known.search, names))), None)
    if kind == "inner" and leads_outside:  # a bridge to the machine's Wi-Fi
        return "unknown"
    if kind is None:
        narrow = ip.is_IPv4 and ip.network_prefix >= MIN_POINT_TO_POINT
        return "tunnel" if narrow or _among(address, NOT_LOCAL) else "unknown"
    return kind


def _among(address: Address, networks: list) -> bool:
    return any(address in network for network in networks)
