"""How others get to the page: addresses, accounts, the public link and what is said without one."""

import contextlib
import os
import queue
import socket
import subprocess
import sys
import threading
import types
from collections.abc import Iterator

import httpx
import ifaddr
import pytest
from gradio import networking

from mnist_cnn.server import sharing
from mnist_cnn.server.accounts import AccountsError, accounts
from mnist_cnn.server.http import addresses
from tests.serving import ROOT, free_port, serve


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "http://127.0.0.1:80"),
        ("0.0.0.0", "http://127.0.0.1:80"),
        ("::", "http://[::1]:80"),
        ("::1", "http://[::1]:80"),
        ("192.168.1.5", "http://192.168.1.5:80"),
    ],
)
def test_the_address_to_open_on_this_machine(host, address):
    assert addresses.on_this_machine(host, 80) == address


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "no.such.host.invalid"])
def test_a_page_for_this_machine_only_has_no_address_in_the_network(host):
    assert addresses.on_this_network(host, 80) == []


def test_a_page_for_everybody_has_an_address_others_can_open():
    found = addresses.on_this_network("0.0.0.0", 80)
    if not found:
        pytest.skip("this machine is in no network")
    for way in found:
        host = way.address.removeprefix("http://").removesuffix(":80")
        with socket.socket() as ours:  # only an address of this machine can be bound
            ours.bind((host, 0))
        assert [way.address for way in addresses.on_this_network(host, 80)] == [way.address]


def test_accounts_come_from_the_command_line_and_a_file(tmp_path):
    file = tmp_path / "accounts"
    file.write_text("# class 7b\nana:pass:word\n\nbo:鱼\n", encoding="utf-8")
    assert accounts(["teacher:chalk"], file) == [
        ("teacher", "chalk"),
        ("ana", "pass:word"),
        ("bo", "鱼"),
    ]
    assert accounts() == []


@pytest.mark.parametrize(
    ("given", "content", "sentence"),
    [
        (["teacher"], None, "--auth: write user:password, with a colon between them."),
        (["teacher:"], None, "--auth: write user:password, with a colon between them."),
        ([":chalk"], None, "--auth: write user:password, with a colon between them."),
        ([], b"a:b\nno colon\n", "accounts, line 2: write user:password"),
        ([], b"# nobody\n", "holds no account. Write one user:password a line."),
        ([], b"\xff\xfe\x00", "cannot be read (it is not text)"),
        (["a:b"], b"a:c\n", "There are two passwords for a. Leave one."),
    ],
)
def test_unusable_accounts_get_a_sentence_that_shows_no_password(
    tmp_path, given, content, sentence
):
    file = tmp_path / "accounts"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(AccountsError) as raised:
        accounts(given, file if content is not None else None)
    assert sentence in str(raised.value)
    assert "chalk" not in str(raised.value)


def test_a_missing_file_of_accounts_gets_a_sentence(tmp_path):
    with pytest.raises(AccountsError, match="cannot be read"):
        accounts([], tmp_path / "none")


def test_accounts_guard_the_page_and_everything_behind_it():
    users = ("--auth", "teacher:chalk", "--auth", "ana:pass:word")
    with serve("--host", "127.0.0.1", *users) as address:
        drawing = {"params": {"width": 1, "height": 1}, "content": b"\xff"}
        with httpx.Client(base_url=address, timeout=60) as browser:
            assert browser.get("/mnist_cnn/share").status_code == 401
            assert browser.post("/mnist_cnn/check", **drawing).status_code == 401
            wrong = browser.post("/login", data={"username": "ana", "password": "chalk"})
            assert wrong.status_code == 400
            browser.post("/login", data={"username": "ana", "password": "pass:word"})
            assert browser.post("/mnist_cnn/check", **drawing).status_code == 200
            answer = browser.get("/mnist_cnn/share?here=http://a").json()
            assert (answer["network"], answer["public"]) == ([], None)
            assert answer["codes"]["http://a"].startswith("<svg")


def test_a_code_is_made_of_addresses_only(address):
    for text in ("", "javascript:alert(1)", "ftp://a", "http://" + "a" * 300):
        response = httpx.get(f"{address}/mnist_cnn/share", params={"here": text})
        assert response.status_code == 400, text
        assert "must be an address" in response.json()["error"]


# --- the machine's adapters --------------------------------------------------------------


def adapters(table):
    """What ifaddr tells, of {names: addresses with their networks' bits, or none}.

    Linux and macOS give an adapter one name. Windows has two, which a bar parts: what is shown,
    and what its maker calls it.
    """
    found = []
    for names, given in table.items():
        shown, _, maker = names.partition(" | ")
        ips = []
        for text in (given or "").split():
            address, _, bits = text.partition("/")
            ip = (address, 0, 0) if ":" in address else address
            ips.append(ifaddr.IP(ip, int(bits or 24), shown))
        found.append(ifaddr.Adapter("{2EE2C70C}" if maker else shown, maker or shown, ips))
    return found


LINUX = {
    "lo": "127.0.0.1/8 ::1/128",
    "docker0": "172.17.0.1/16",
    "br-3f2a90c1d7e4": "172.18.0.1/16",
    "virbr0": "192.168.122.1",
    "tun0": "10.8.0.6",
    "wlp2s0": "192.168.1.23 fe80::1/64",
}
WINDOWS = {
    "Ethernet 2 | VirtualBox Host-Only Ethernet Adapter": "192.168.56.1",
    "vEthernet (WSL (Hyper-V firewall)) | Hyper-V Virtual Ethernet Adapter": "172.20.0.1/20",
    "OpenVPN TAP-Windows6 | TAP-Windows Adapter V9": "10.8.0.6",
    "Ethernet 3 | Fortinet SSL VPN Virtual Ethernet Adapter": "10.212.1.9/32",
    "Bluetooth Network Connection | Bluetooth Device (Personal Area Network)": "169.254.3.4/16",
    "WLAN | Intel(R) Wi-Fi 6 AX201 160MHz": "192.168.1.23",
}
MACOS = {"lo0": "127.0.0.1/8", "utun4": "100.101.102.103/32", "en0": "192.168.1.23"}
HOTSPOT = {
    "wwan0": "10.112.3.4/29",
    "wlan0": "10.42.0.1",
}
WINDOWS_HOTSPOT = {
    "Ethernet | Realtek PCIe GbE Family Controller": "10.0.0.5",
    "Local Area Connection* 2 | Microsoft Wi-Fi Direct Virtual Adapter": "192.168.137.1",
}
TWO = {"enp3s0": "10.0.0.5", "wlp2s0": "192.168.1.23"}
SYSTEMS = [  # adapters, the address of the way to the outside, the ways: the best first
    (LINUX, "192.168.1.23", "192.168.1.23 wifi, 10.8.0.6 tunnel"),
    (LINUX, "10.8.0.6", "192.168.1.23 wifi, 10.8.0.6 tunnel"),
    (WINDOWS, "10.8.0.6", "192.168.1.23 wifi, 10.8.0.6 tunnel, 10.212.1.9 tunnel"),
    (WINDOWS, "10.212.1.9", "192.168.1.23 wifi, 10.212.1.9 tunnel, 10.8.0.6 tunnel"),
    (MACOS, "100.101.102.103", "192.168.1.23 either, 100.101.102.103 tunnel"),
    (
        MACOS | {"bridge100": "192.168.2.1"},
        None,
        "192.168.1.23 either, 192.168.2.1 hotspot, 100.101.102.103 tunnel",
    ),
    ({"lo": "127.0.0.1/8", "ap0": "192.168.12.1"}, None, "192.168.12.1 hotspot"),
    (HOTSPOT, "10.112.3.4", "10.42.0.1 wifi, 10.112.3.4 tunnel"),
    (WINDOWS_HOTSPOT, "10.0.0.5", "10.0.0.5 ethernet, 192.168.137.1 hotspot"),
    (TWO, "10.0.0.5", "10.0.0.5 ethernet, 192.168.1.23 wifi"),
    (TWO, "192.168.1.23", "192.168.1.23 wifi, 10.0.0.5 ethernet"),
    (
        TWO | {"tun0": "10.8.0.6"},
        "10.8.0.6",
        "192.168.1.23 wifi, 10.0.0.5 ethernet, 10.8.0.6 tunnel",
    ),
    (
        {"eth0": "130.149.7.8", "wlan0": "10.1.2.3"},
        "130.149.7.8",
        "10.1.2.3 wifi, 130.149.7.8 ethernet",
    ),
    ({"eth0": "130.149.7.8"}, "130.149.7.8", "130.149.7.8 ethernet"),
    (
        {"wlan0": "172.15.0.1", "wlan1": "172.32.0.1", "eth0": "172.16.0.1", "eth1": "172.31.0.1"},
        None,
        "172.16.0.1 ethernet, 172.31.0.1 ethernet, 172.15.0.1 wifi, 172.32.0.1 wifi",
    ),
    # Bridges that the machine's own Ethernet is part of are told by the way to the outside.
    (
        {"vEthernet (LAN) | Hyper-V Virtual Ethernet Adapter": "10.0.0.5", "ap0": "10.42.0.1"},
        "10.0.0.5",
        "10.0.0.5 unknown, 10.42.0.1 hotspot",
    ),
    ({"br0": "10.0.0.5", "docker0": "172.17.0.1"}, "10.0.0.5", "10.0.0.5 unknown"),
    # Names that nobody knows: told by their addresses.
    (
        {"Meta": "198.18.0.1/16", "School LAN": "10.0.0.5"},
        "198.18.0.1",
        "10.0.0.5 unknown, 198.18.0.1 tunnel",
    ),
    (
        {"At work": "10.9.9.9/32", "School LAN": "10.0.0.5"},
        "10.9.9.9",
        "10.0.0.5 unknown, 10.9.9.9 tunnel",
    ),
    # A provider's network, which may be a school's own.
    ({"wlan0": "100.64.3.4/10"}, "100.64.3.4", "100.64.3.4 wifi"),
    (
        {"wlan0": "100.64.3.4/10", "School LAN": "10.0.0.5"},
        "100.64.3.4",
        "10.0.0.5 unknown, 100.64.3.4 wifi",
    ),
    # Two addresses in one network are one way, that to the outside.
    (
        {"eth0": "10.0.0.5 10.0.0.6 192.168.1.2"},
        "10.0.0.6",
        "10.0.0.6 ethernet, 192.168.1.2 ethernet",
    ),
    ({"docker0": "172.17.0.1", "vmnet8": "172.16.3.1", "eth0": "169.254.1.2/16"}, None, ""),
]


@pytest.mark.parametrize(("table", "outside", "expected"), SYSTEMS)
def test_phones_get_the_address_of_wi_fi_or_ethernet_and_no_tunnel_s(table, outside, expected):
    found = addresses.ways(adapters(table), outside, socket.AF_INET, 80)
    told = [
        f"{way.address.removeprefix('http://').removesuffix(':80')} {way.kind}" for way in found
    ]
    assert ", ".join(told) == expected


def test_every_tunnel_and_every_inner_adapter_is_known_by_its_name():
    tunnels = (
        "tun0 tap0 utun3 wg0 wg-mullvad ppp0 ipsec0 tailscale0 ztabcdefgh feth1234 gpd0 cscotun0",
        "nordlynx proton0 CloudflareWARP wwan0",
    )
    makers = (
        "WireGuard Tunnel",
        "Wintun Userspace Tunnel",
        "Tailscale Tunnel",
        "ZeroTier Virtual Port",
        "NordLynx Tunnel",
        "Cisco AnyConnect Secure Mobility Client Virtual Miniport Adapter for Windows x64",
        "PANGP Virtual Ethernet Adapter",
        "Juniper Networks Virtual Adapter",
        "Check Point Virtual Network Adapter For Endpoint",
        "SonicWall NetExtender Adapter",
        "WAN Miniport (L2TP)",
        "Generic Mobile Broadband Adapter",
        "LogMeIn Hamachi Virtual Ethernet Adapter",
    )
    inner = (
        "docker0 podman1 br-0123 veth12ab virbr0 vmnet8 vboxnet0 lxcbr0 lxdbr0 cni0",
        "VMware Virtual Ethernet Adapter for VMnet8",
        "Npcap Loopback Adapter",
    )

    def kinds(names):
        table = {f"a | {name}" if " " in name else name: "10.1.2.3" for name in names}
        one = [adapters({names: given}) for names, given in table.items()]
        found = [addresses.ways(alone, None, socket.AF_INET, 80) for alone in one]
        return [way[0].kind if way else "none" for way in found]

    assert {*kinds([*" ".join(tunnels).split(), *makers])} == {"tunnel"}
    assert {*kinds([*inner[0].split(), *inner[1:]])} == {"none"}


def test_an_adapter_is_called_what_the_system_shows():
    (way,) = addresses.ways(
        adapters({"以太网 2 | Realtek PCIe GbE Family Controller": "10.0.0.5"}),
        None,
        socket.AF_INET,
        80,
    )
    assert way == addresses.Way("http://10.0.0.5:80", "ethernet", "以太网 2")


def test_of_ipv6_each_network_has_one_address_and_a_private_one_comes_first():
    several = "fe80::1/64 2001:db8::5/64 2001:db8::6/64 fd00::2/64 10.0.0.5"
    found = addresses.ways(adapters({"wlan0": several}), "2001:db8::6", socket.AF_INET6, 80)
    assert [way.address for way in found] == ["http://[fd00::2]:80", "http://[2001:db8::6]:80"]


# --- what is printed -----------------------------------------------------------------------


@contextlib.contextmanager
def started(*options: str, **environment: str) -> Iterator[subprocess.Popen]:
    """Run ``python app.py`` with variables of the environment."""
    command = [sys.executable, "app.py", "--port", str(free_port()), *options]
    with subprocess.Popen(
        command,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env=os.environ | {"PYTHONIOENCODING": "utf-8"} | environment,
    ) as process:
        try:
            yield process
        finally:
            process.terminate()
            process.communicate(timeout=30)


def until(process: subprocess.Popen, last: str) -> list[str]:
    """Return the lines printed up to the one that begins with ``last``."""
    lines = []
    for line in process.stdout:
        lines.append(line.rstrip("\n"))
        if line.startswith(last):
            return lines
    raise AssertionError(f"{lines}, {process.stderr.read()}")


def test_the_address_follows_the_machine_into_another_network(monkeypatch):
    known = addresses.Addresses("0.0.0.0", 7860)
    for own, found in [(None, []), ("10.0.0.9", ["http://10.0.0.9:7860"])]:
        monkeypatch.setattr(addresses, "_towards_others", lambda family, own=own: own)
        monkeypatch.setattr(ifaddr, "get_adapters", lambda own=own: adapters({"wlan0": own}))
        assert [way.address for way in known.network] == found


def test_a_system_that_does_not_tell_of_its_adapters_tells_the_way_to_the_outside(monkeypatch):
    def refuse():
        raise OSError("the system does not tell")

    monkeypatch.setattr(ifaddr, "get_adapters", refuse)
    for own, found in [(None, []), ("10.0.0.9", ["http://10.0.0.9:80"])]:
        monkeypatch.setattr(addresses, "_towards_others", lambda family, own=own: own)
        assert [way.address for way in addresses.on_this_network("0.0.0.0", 80)] == found


def test_without_ifaddr_the_way_to_the_outside_is_found(monkeypatch):
    monkeypatch.setitem(sys.modules, "ifaddr", None)
    monkeypatch.setattr(addresses, "_towards_others", lambda family: "10.0.0.9")
    found = addresses.on_this_network("0.0.0.0", 80)
    assert [way.address for way in found] == ["http://10.0.0.9:80"]


def test_this_machine_s_adapters_name_the_address_it_sends_from():
    own = addresses._towards_others(socket.AF_INET)
    if own is None:
        pytest.skip("this machine is in no network")
    assert own in [ip.ip for adapter in ifaddr.get_adapters() for ip in adapter.ips]


def test_the_teacher_s_link_goes_where_the_page_is_opened():
    known = addresses.Addresses("127.0.0.1", 80)

    def lines(*more):
        first, *others = addresses.for_the_teacher("T", known, *more)
        assert first.endswith(":80/#teacher=T")
        return others

    assert lines("") == []
    assert lines("/digits") == ["Teacher, behind the proxy: https://YOUR-HOST/digits/#teacher=T"]
    assert lines("https://class.example/digits") == [
        "Teacher, behind the proxy: https://class.example/digits/#teacher=T"
    ]
    assert lines("", "you-digits.hf.space") == [
        "Teacher, on Spaces: https://you-digits.hf.space/#teacher=T"
    ]
    known.public = "https://a.b"
    assert lines("") == ["Teacher, on the public link: https://a.b/#teacher=T"]
    known.host, known.public = "0.0.0.0", None
    if known.network:
        assert lines("") == [f"Teacher, on this network: {known.network[0].address}/#teacher=T"]
    assert len(lines("/digits")) == 1


@pytest.mark.parametrize(
    ("server", "link"), [("tunnel.example:7000", "http://a.b"), (None, "https://a.b")]
)
def test_a_share_server_of_one_s_own_is_asked_for_the_link(monkeypatch, server, link):
    asked, opened = [], queue.Queue()

    def setup_tunnel(*given):
        asked.append(given)
        return "https://a.b"

    monkeypatch.setattr(networking, "setup_tunnel", setup_tunnel)
    demo = types.SimpleNamespace(server_name="127.0.0.1", server_port=80, share_token="t")
    known = addresses.Addresses("127.0.0.1", 7860)
    sharing.open_tunnel(demo, known, server, opened.put, opened.put)
    assert opened.get(timeout=30) == link
    assert known.public == link
    assert asked == [("127.0.0.1", 80, "t", server, None)]


@contextlib.contextmanager
def silent_host() -> Iterator[str]:
    """A host that takes connections and never says a word, as behind a filtering firewall."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        held = []

        def accept() -> None:
            with contextlib.suppress(OSError):
                while True:
                    held.append(listener.accept())

        threading.Thread(target=accept, daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize("fault", ["closed", pytest.param("silent", marks=pytest.mark.slow)])
def test_without_a_tunnel_one_sentence_says_so_and_the_page_is_served(fault, tmp_path):
    with contextlib.ExitStack() as stack:
        closed = f"http://127.0.0.1:{free_port()}"
        proxy = closed if fault == "closed" else stack.enter_context(silent_host())
        names = {"https_proxy": proxy, "HTTPS_PROXY": proxy, "HF_HOME": str(tmp_path)}
        process = stack.enter_context(started("--share", **names))
        *_, sentence = lines = until(process, "No public link (")
        address = lines[0].split()[1]
        assert sentence.endswith("; the page is served without one.")
        assert httpx.get(address, trust_env=False).status_code == 200
        answer = httpx.get(f"{address}/mnist_cnn/share?here={address}", trust_env=False).json()
        assert answer["public"] is None
