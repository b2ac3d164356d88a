"""Where a message goes: never into a private network, whatever a name resolves to, and never for long."""

from __future__ import annotations

import http.client
import ipaddress
import re
import socket
import ssl
import threading
import time
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

from graphs.errors import Fault, Faults

LONGEST_S = 10.0
"""An attempt takes no longer, from the name of the host to the status of the answer."""
_RESOLVING_S = 5.0
_MOST_ADDRESSES = 2
_LONGEST_URL = 500
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_NOT_PUBLIC = tuple(
    ipaddress.ip_network(one)
    for one in (
        "168.63.129.16/32",  # tells machines of Azure about themselves
        "192.0.0.0/24",  # of protocols themselves
        "192.88.99.0/24",  # leads from IPv4 to 6to4
        "fec0::/10",  # private before there was fc00::/7
        "64:ff9b:1::/48",  # leads to IPv4 inside a network
    )
)
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


@dataclass(frozen=True)
class Target:
    """An address of the web in its parts; ``path`` with the question after it."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def name(self) -> str:
        """Host and port as the header Host has them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"


_PORTS = {"https": 443, "http": 80}


class Unsent(Exception):
    """A message did not arrive; why, in a few words."""


class Line:
    """A connection that another thread may cut."""

    def __init__(self) -> None:
        self.socket: socket.socket | None = None
        self.is_cut = False

    def cut(self) -> None:
        """End what is under way, now."""
        self.is_cut = True
        held = self.socket
        if held is not None:
            with suppress(OSError):  # it has ended by itself
                socket.socket.shutdown(held, socket.SHUT_RDWR)


def read(url: str, to: Collection[str]) -> Target:
    """The parts of an address that messages may be sent to.

    Args:
        to: hosts of own networks, by name or in figures: these also over http.

    Raises:
        Faults: no address of the web; one without encryption, with a password, or of a private network.

    Examples:
        >>> read("https://erp.example.eu/hooks?desk=1", ()).path
        '/hooks?desk=1'
    """
    mend = "give an address such as https://erp.example.eu/hooks"
    if not re.fullmatch(rf"[!-~]{{1,{_LONGEST_URL}}}", url):
        raise Faults([Fault("", "url", f"is empty, longer than {_LONGEST_URL} signs, or not in ASCII", mend)])
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise Faults([Fault("", "url", "is no address of the web", mend)]) from None
    faults = []
    if parts.scheme not in _PORTS or not host:
        faults.append(Fault("", "url", "is no address of the web", mend))
    elif parts.scheme != "https" and host not in to:
        faults.append(Fault("", "url", "is not encrypted", "begin with https://, or name its host in TRACKER_HOOKS_TO"))
    if "@" in parts.netloc:
        faults.append(Fault("", "url", "holds a name or a password", "leave it out: messages are signed"))
    if parts.fragment:
        faults.append(Fault("", "url", "has a part after #, which is never sent", "leave it out"))
    address = _figures(host)
    if address is not None and not _may(address, host, to):
        faults.append(_private(host))
    if faults:
        raise Faults(faults)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme, host, port or _PORTS[parts.scheme], path)


def check(target: Target, to: Collection[str]) -> None:
    """Whether the host is found, and outside private networks.

    Raises:
        Faults: if not.
    """
    try:
        _resolved(target, to)
    except Unsent as error:
        if str(error) == _PRIVATE:
            raise Faults([_private(target.host)]) from None
        raise Faults([Fault("", "url", str(error), "give a host that is known on the web")]) from None


def post(target: Target, to: Collection[str], headers: Mapping[str, str], body: bytes, line: Line) -> int:
    """Send a message; the status of the answer, whose text is not read. No redirect is followed.

    The host is resolved once, and the connection goes to the very address that was checked, so that a name cannot
    lead elsewhere a moment later. Certificate and Host stay those of the name.

    Raises:
        Unsent: if there is no answer.
    """
    ends = time.monotonic() + LONGEST_S
    addresses = _resolved(target, to)
    watch = threading.Timer(ends - time.monotonic(), line.cut)
    watch.daemon = True
    watch.start()
    try:
        _connect(target, addresses, line, ends)
        talk = http.client.HTTPConnection(target.host, target.port)
        talk.sock = line.socket
        talk.request("POST", target.path, body, {**headers, "Host": target.name, "Connection": "close"})
        status = talk.getresponse().status
        if line.is_cut:
            raise TimeoutError
        return status
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise Unsent(_why(error, line)) from None
    finally:
        watch.cancel()
        if line.socket is not None:
            line.socket.close()


_PRIVATE = "the host is not on the public web"


def _private(host: str) -> Fault:
    return Fault("", "url", f"{host} is not on the public web", "give a public host, or name it in TRACKER_HOOKS_TO")


def _why(error: Exception, line: Line) -> str:
    if line.is_cut or isinstance(error, TimeoutError):
        return f"no answer within {LONGEST_S:g} seconds"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"the certificate is not that of the host: {error.verify_message}"
    if isinstance(error, ssl.SSLError):
        return "no encrypted connection"
    if isinstance(error, ConnectionRefusedError):
        return "nobody listens there"
    return f"the connection broke ({type(error).__name__})"


def _connect(target: Target, addresses: list[str], line: Line, ends: float) -> None:
    """Open the connection to the first address that answers.

    Raises:
        OSError: if none does.
    """
    for last, address in enumerate(addresses, start=1 - len(addresses)):
        try:
            seconds = max(0.1, (ends - time.monotonic()) / (1 - last))
            line.socket = socket.create_connection((address, target.port), seconds)
            break
        except OSError:
            if last == 0:
                raise
    assert line.socket is not None
    line.socket.settimeout(LONGEST_S)
    if target.scheme == "https":
        context = ssl.create_default_context()
        line.socket = context.wrap_socket(
            line.socket, server_hostname=target.host, do_handshake_on_connect=False, suppress_ragged_eofs=True
        )
        line.socket.do_handshake()
    if line.is_cut:
        raise TimeoutError


def _resolved(target: Target, to: Collection[str]) -> list[str]:
    """The addresses of the host, every one of them public.

    Raises:
        Unsent: if there is none, one is private, or nobody says so in time.
    """
    found: list[str] = []
    failed: list[OSError | UnicodeError] = []

    def ask() -> None:
        try:
            found.extend(
                str(one[4][0]) for one in socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
            )
        except (OSError, UnicodeError) as error:
            failed.append(error)

    asking = threading.Thread(target=ask, name="resolving", daemon=True)  # the resolver cannot be told to hurry
    asking.start()
    asking.join(_RESOLVING_S)
    addresses = list(dict.fromkeys(found))
    if not addresses:
        raise Unsent("the host is not found" if failed else "the host is not found in time")
    if not all(_may(ipaddress.ip_address(one), target.host, to) for one in addresses):
        raise Unsent(_PRIVATE)
    return addresses[:_MOST_ADDRESSES]


def _figures(host: str) -> Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _may(address: Address, host: str, to: Collection[str]) -> bool:
    """Whether a connection may go to an address of a host."""
    real = _real(address)
    if host in to:  # own networks, but never what tells machines about themselves
        return not (real.is_link_local or real.is_multicast or real.is_unspecified) and not _listed(real)
    return _public(real) and _public(address)


def _public(one: Address) -> bool:
    special = one.is_private or one.is_loopback or one.is_link_local or one.is_multicast or one.is_reserved
    return one.is_global and not (special or one.is_unspecified or _listed(one))


def _listed(one: Address) -> bool:
    return any(one in network for network in _NOT_PUBLIC if network.version == one.version)


def _real(address: Address) -> Address:
    """The address of IPv4 that one of IPv6 stands for."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    inside = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
    if inside is None and address in _NAT64:
        inside = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return inside or address
