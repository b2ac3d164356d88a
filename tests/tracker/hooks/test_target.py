"""Where a message may go: never into a private network, whatever a name leads to, and never for long."""

import datetime
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from graphs.errors import Faults
from tracker.hooks import target
from tracker.hooks.target import Line, Target, Unsent, check, post, read

HOST = "erp.example"
LOCAL = "127.0.0.1"


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/",
        "https://10.1.2.3/",
        "https://192.168.0.1:8443/x",
        "https://172.16.0.1/",
        "https://169.254.169.254/latest/meta-data",
        "https://168.63.129.16/",
        "https://100.64.0.1/",
        "https://0.0.0.0/",
        "https://224.0.0.1/",
        "https://240.0.0.1/",
        "https://255.255.255.255/",
        "https://192.0.0.8/",
        "https://[::1]/",
        "https://[::]/",
        "https://[fe80::1]/",
        "https://[fc00::1]/",
        "https://[fd00:ec2::254]/",
        "https://[fec0::1]/",
        "https://[ff02::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://[::ffff:169.254.169.254]/",
        "https://[64:ff9b::7f00:1]/",
        "https://[2002:7f00:1::]/",
        "http://erp.example/",
        "ftp://erp.example/",
        "https:///x",
        "https://ana:secret@erp.example/",
        "https://erp.example/#top",
        "https://erp.example:99999/",
        "https://[::1",
        "https://erp.example/a b",
        "https://érp.example/",
        "https://erp.example/\r\nX-Evil: 1",
        "https://erp.example/" + "x" * 500,
        "",
    ],
)
def test_a_target_that_may_not_be_is_refused_when_it_is_read(url: str) -> None:
    with pytest.raises(Faults) as found:
        read(url, ())
    assert {one.field for one in found.value.faults} == {"url"}


def test_a_target_is_read_in_its_parts() -> None:
    assert read("https://8.8.8.8", ()) == Target("https", "8.8.8.8", 443, "/")
    assert read("https://ERP.example:8443/a?b=c", ()).name == "erp.example:8443"
    assert read("https://[2606:4700::1111]/a", ()).name == "[2606:4700::1111]"
    assert read("http://erp.local/a", {"erp.local"}) == Target("http", "erp.local", 80, "/a")
    assert read("http://10.0.0.7:81/", {"10.0.0.7"}).port == 81
    with pytest.raises(Faults):
        read("http://169.254.169.254/", {"169.254.169.254"})


def leads_to(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> list[str]:
    """Names lead to these addresses, one answer after another, the last for ever; who was asked for."""
    asked: list[str] = []
    resolve = socket.getaddrinfo

    def lookup(host: str, port: int, *given: Any, **named: Any) -> Any:
        try:
            ipaddress.ip_address(host)
        except ValueError:
            asked.append(host)
            addresses = answers[min(len(asked), len(answers)) - 1]
            return [part for one in addresses for part in resolve(one, port, *given, **named)]
        return resolve(host, port, *given, **named)

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    return asked


@pytest.mark.parametrize(
    "addresses", [["10.0.0.1"], ["8.8.8.8", "127.0.0.1"], ["::1"], ["::ffff:127.0.0.1"], ["169.254.169.254"]], ids=str
)
def test_a_name_that_leads_inside_is_refused_before_anything_is_sent(
    monkeypatch: pytest.MonkeyPatch, addresses: list[str]
) -> None:
    leads_to(monkeypatch, addresses)
    monkeypatch.setattr(socket, "create_connection", lambda *_: pytest.fail("connected"))
    where = read(f"https://{HOST}/", ())
    with pytest.raises(Faults, match="not on the public web"):
        check(where, ())
    with pytest.raises(Unsent, match="not on the public web"):
        post(where, (), {}, b"{}", Line())


@pytest.mark.parametrize("host", ["2130706433", "0x7f000001", "127.1", "localhost", "017700000001"])
def test_other_ways_to_write_this_machine_are_refused(host: str) -> None:
    with pytest.raises(Faults):
        check(read(f"https://{host}/", ()), ())


def test_a_name_cannot_lead_elsewhere_a_moment_later(monkeypatch: pytest.MonkeyPatch) -> None:
    """DNS rebinding: public when it is checked, private when it is asked for again."""
    asked, connected = leads_to(monkeypatch, ["8.8.8.8"], ["127.0.0.1"]), []

    def connect(address: tuple[str, int], *_: Any) -> None:
        connected.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(Unsent, match="nobody listens"):
        post(read(f"https://{HOST}/", ()), (), {}, b"{}", Line())
    assert (asked, connected) == ([HOST], [("8.8.8.8", 443)])
    with pytest.raises(Unsent, match="not on the public web"):
        post(read(f"https://{HOST}/", ()), (), {}, b"{}", Line())
    assert len(connected) == 1


def test_an_own_host_leads_inside_but_never_to_what_tells_machines_about_themselves(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    leads_to(monkeypatch, ["10.0.0.1"], ["169.254.169.254"])
    check(read(f"https://{HOST}/", {HOST}), {HOST})
    with pytest.raises(Faults):
        check(read(f"https://{HOST}/", {HOST}), {HOST})


def test_a_name_that_is_not_found_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(*_: Any, **__: Any) -> Any:
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", nobody)
    with pytest.raises(Faults, match="the host is not found"):
        check(read(f"https://{HOST}/", ()), ())
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: time.sleep(0.3) or [])
    monkeypatch.setattr(target, "_RESOLVING_S", 0.05)
    with pytest.raises(Unsent, match="not found in time"):
        post(read(f"https://{HOST}/", ()), (), {}, b"{}", Line())


def test_no_redirect_is_followed(receiver: Any) -> None:
    receiver.answers = [302, 302]
    where = read(receiver.url, {LOCAL})
    assert post(where, {LOCAL}, {"X-A": "b"}, b"{}", Line()) == 302
    assert receiver.answers == [302], "asked once"
    assert receiver.messages == []


@pytest.fixture
def rude() -> Iterator[Callable[[bytes, float], str]]:
    """Begins a server that answers with the same bytes again and again, after a pause each; its address."""
    open_ones: list[socket.socket] = []

    def begin(said: bytes, pause_s: float) -> str:
        server = socket.create_server((LOCAL, 0))
        open_ones.append(server)

        def serve() -> None:
            try:
                while True:
                    one, _ = server.accept()
                    open_ones.append(one)
                    while True:
                        one.sendall(said)
                        time.sleep(pause_s)
            except OSError:
                pass

        threading.Thread(target=serve, daemon=True).start()
        return f"http://{LOCAL}:{server.getsockname()[1]}/"

    yield begin
    for one in open_ones:
        one.close()


@pytest.mark.parametrize(
    ("said", "pause_s"),
    [(b"", 0.05), (b"H", 0.05), (b"HTTP/1.1 100 Continue\r\n\r\n", 0.01), (b"HTTP/1.1 200 OK\r\nX: ", 0.05)],
)
def test_whoever_does_not_come_to_an_end_is_cut(
    monkeypatch: pytest.MonkeyPatch, rude: Callable[[bytes, float], str], said: bytes, pause_s: float
) -> None:
    monkeypatch.setattr(target, "LONGEST_S", 0.4)
    begin = time.monotonic()
    with pytest.raises(Unsent):
        post(read(rude(said, pause_s), {LOCAL}), {LOCAL}, {}, b"{}", Line())
    assert time.monotonic() - begin < 8


@pytest.mark.parametrize(
    "said", [b"220 smtp ready\r\n", b"X: " + b"y" * 100_000, b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 200]
)
def test_what_is_no_answer_or_too_long_is_not_taken(rude: Callable[[bytes, float], str], said: bytes) -> None:
    with pytest.raises(Unsent, match="the connection broke"):
        post(read(rude(said, 0.01), {LOCAL}), {LOCAL}, {}, b"{}", Line())


def test_the_text_of_an_answer_is_not_read(rude: Callable[[bytes, float], str]) -> None:
    endless = b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 100_000
    begin = time.monotonic()
    assert post(read(rude(endless, 0), {LOCAL}), {LOCAL}, {}, b"{}", Line()) == 200
    assert time.monotonic() - begin < 8


@pytest.fixture
def encrypted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[int, list[str], list[bytes]]]:
    """A server with the certificate of ``erp.example``, which is trusted here: its port, names asked for, requests."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), False)
        .add_extension(x509.BasicConstraints(True, None), True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (tmp_path / "pair.pem").write_bytes(private + made.public_bytes(pem))
    (tmp_path / "trusted.pem").write_bytes(made.public_bytes(pem))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "trusted.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "pair.pem")
    names: list[str] = []
    requests: list[bytes] = []
    context.sni_callback = lambda _, asked, __: names.append(str(asked))  # type: ignore[assignment]
    server = socket.create_server((LOCAL, 0))

    def serve() -> None:
        while True:
            try:
                one, _ = server.accept()
            except OSError:
                return
            with suppress(OSError), context.wrap_socket(one, server_side=True) as talk:  # some hang up at once
                asked = b""
                while not asked.endswith(b"\r\n\r\n{}") and (more := talk.recv(65_536)):
                    asked += more
                if not asked:
                    continue
                requests.append(asked)
                talk.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")

    threading.Thread(target=serve, daemon=True).start()
    yield server.getsockname()[1], names, requests
    server.close()


def test_certificate_and_host_are_those_of_the_name_and_the_connection_goes_to_the_address(
    monkeypatch: pytest.MonkeyPatch, encrypted: tuple[int, list[str], list[bytes]]
) -> None:
    port, names, requests = encrypted
    asked = leads_to(monkeypatch, [LOCAL])
    where = read(f"https://{HOST}:{port}/hooks?desk=1", {HOST})
    assert post(where, {HOST}, {"X-A": "b"}, b"{}", Line()) == 204
    assert (names, asked) == ([HOST], [HOST])
    head = requests[0].decode()
    assert head.startswith("POST /hooks?desk=1 HTTP/1.1\r\n")
    assert head.count(f"Host: {HOST}:{port}\r\n") == 1
    other = read(f"https://other.example:{port}/", {"other.example"})
    with pytest.raises(Unsent, match="the certificate is not that of the host"):
        post(other, {"other.example"}, {}, b"{}", Line())
    monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(Unsent, match="the certificate"):
        post(where, {HOST}, {}, b"{}", Line())
