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

from mnist_cnn.ui import addresses, sharing
from mnist_cnn.ui.accounts import AccountsError, accounts
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
    assert addresses.on_this_network(host, 80) is None


def test_a_page_for_everybody_has_an_address_others_can_open():
    address = addresses.on_this_network("0.0.0.0", 80)
    if address is None:
        pytest.skip("this machine is in no network")
    host = address.removeprefix("http://").removesuffix(":80")
    with socket.socket() as ours:  # only an address of this machine can be bound
        ours.bind((host, 0))
    assert addresses.on_this_network(host, 80) == address


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
        with httpx.Client(base_url=address) as browser:
            for path in ("/mnist_cnn/share", "/mnist_cnn/qr?text=http://a"):
                assert browser.get(path).status_code == 401
            assert browser.post("/mnist_cnn/check", **drawing).status_code == 401
            wrong = browser.post("/login", data={"username": "ana", "password": "chalk"})
            assert wrong.status_code == 400
            browser.post("/login", data={"username": "ana", "password": "pass:word"})
            assert browser.post("/mnist_cnn/check", **drawing).status_code == 200
            assert browser.get("/mnist_cnn/share").json() == {"network": None, "public": None}


def test_a_code_is_made_of_addresses_only(address):
    for text in ("", "javascript:alert(1)", "ftp://a", "http://" + "a" * 300):
        response = httpx.get(f"{address}/mnist_cnn/qr", params={"text": text})
        assert response.status_code == 400, text
        assert "must be an address" in response.json()["error"]


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
    known = sharing.Addresses("0.0.0.0", 7860)
    for own, address in [(None, None), ("10.0.0.9", "http://10.0.0.9:7860")]:
        monkeypatch.setattr(addresses, "_towards_others", lambda family, own=own: own)
        monkeypatch.setattr(addresses, "_of_an_adapter", lambda family: None)
        assert known.network == address


@pytest.mark.parametrize(
    ("host", "address"), [("0.0.0.0", "http://10.42.0.1:80"), ("::", "http://[fd00::2]:80")]
)
def test_a_network_that_leads_nowhere_has_an_address_too(monkeypatch, host, address):
    """As the hotspot of a teacher's laptop does."""
    found = {
        "lo": ["127.0.0.1", ("::1", 0, 0)],
        "docker0": ["172.17.0.1"],
        "vEthernet (WSL)": ["172.20.0.1"],
        "VirtualBox Host-Only Ethernet Adapter": ["192.168.56.1"],
        "eth0": ["169.254.3.4", ("fe80::1", 0, 2)],
        "wlan0": ["10.42.0.1", ("fd00::2", 0, 0)],
    }
    adapters = [
        ifaddr.Adapter(name.split()[0], name, [ifaddr.IP(ip, 24, name) for ip in ips])
        for name, ips in found.items()
    ]
    monkeypatch.setattr(addresses, "_towards_others", lambda family: None)
    monkeypatch.setattr(ifaddr, "get_adapters", lambda: adapters)
    assert addresses.on_this_network(host, 80) == address
    monkeypatch.setattr(ifaddr, "get_adapters", refuse)
    assert addresses.on_this_network(host, 80) is None


def refuse():
    raise OSError("the system does not tell")


def test_this_machine_s_adapters_name_the_address_it_sends_from():
    own = addresses._towards_others(socket.AF_INET)
    if own is None:
        pytest.skip("this machine is in no network")
    assert own in [ip.ip for adapter in ifaddr.get_adapters() for ip in adapter.ips]


def test_the_teacher_s_link_goes_where_the_page_is_opened():
    lines = addresses.for_the_teacher
    assert lines("T", None, "") == []
    assert lines("T", "http://10.0.0.2:80", "") == [
        "Teacher, on this network: http://10.0.0.2:80/?teacher=T"
    ]
    assert lines("T", "http://10.0.0.2:80", "/digits") == [
        "Teacher, behind the proxy: https://YOUR-HOST/digits/?teacher=T"
    ]
    assert lines("T", None, "https://class.example/digits") == [
        "Teacher, behind the proxy: https://class.example/digits/?teacher=T"
    ]
    assert lines("T", None, "", "you-digits.hf.space") == [
        "Teacher, on Spaces: https://you-digits.hf.space/?teacher=T"
    ]


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
    known = sharing.Addresses("127.0.0.1", 7860)
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
        answer = httpx.get(f"{address}/mnist_cnn/share", trust_env=False).json()
        assert answer["public"] is None
