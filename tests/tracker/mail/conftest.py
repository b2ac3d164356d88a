"""A real server for mail on this machine, with a certificate of its own, and a small report."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from reports.briefing import Briefing, Column, Figure, Heading, Paragraph, Table

SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20"><path d="M0 0L40 20" stroke="#000"/></svg>'
USER, PASSWORD = "desk@example.eu", "p@ss/word:%"


@dataclass
class Box:
    """What a server was given, and how it behaves."""

    port: int
    mails: list[EmailMessage] = field(default_factory=list)
    to: list[list[str]] = field(default_factory=list)
    over_tls: list[bool] = field(default_factory=list)
    logged_in: list[bool] = field(default_factory=list)
    refuse: tuple[str, ...] = ()
    answer: str = "250 OK"
    arrived: threading.Event = field(default_factory=threading.Event)

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Any
    ) -> str:
        if address in self.refuse:
            return "550 no such box"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        if self.answer.startswith("250"):
            mail = message_from_bytes(envelope.content, policy=policy.default)
            assert isinstance(mail, EmailMessage)
            self.mails.append(mail)
            self.arrived.set()
            self.to.append(list(envelope.rcpt_tos))
            self.logged_in.append(session.authenticated is True)
            self.over_tls.append(session.ssl is not None or server.transport.get_extra_info("sslcontext") is not None)
        return self.answer


class Listening(Controller):
    """On a port that is bound before anybody else can have it."""

    def __init__(self, box: Box, ours: socket.socket, **named: Any) -> None:
        super().__init__(box, hostname="localhost", port=box.port, **named)
        self.ours = ours

    def _create_server(self) -> Any:
        return self.loop.create_server(self._factory_invoker, sock=self.ours, ssl=self.ssl_context)


def _known(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
    right = isinstance(data, LoginPassword) and (data.login, data.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=right, handled=right or None)


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key and a certificate for localhost that nobody has signed."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("tls") / "both.pem"
    form, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    secret = key.private_bytes(serialization.Encoding.PEM, form, plain)
    file.write_bytes(secret + made.public_bytes(serialization.Encoding.PEM))
    return file


@pytest.fixture(scope="session")
def trust(certificate: Path) -> ssl.SSLContext:
    """Believes that certificate."""
    return ssl.create_default_context(cafile=str(certificate))


@pytest.fixture(scope="session")
def mail_server(certificate: Path) -> Callable[..., Any]:
    """Really takes mail while the block lasts: ``with mail_server("smtps") as box``."""

    @contextmanager
    def taking(scheme: str = "smtp", login: bool = False) -> Iterator[Box]:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate)
        named: dict[str, Any] = {"authenticator": _known} if login else {}
        if scheme == "smtps":  # it does not count TLS from the first byte as TLS
            named |= {"ssl_context": context, "auth_require_tls": False}
        if scheme == "smtp+starttls":
            named |= {"tls_context": context, "require_starttls": True}
        with socket.create_server(("127.0.0.1", 0)) as ours:
            box = Box(ours.getsockname()[1])
            controller = Listening(box, ours, **named)
            controller.start()
            try:
                yield box
            finally:
                controller.stop()

    return taking


@pytest.fixture(scope="session")
def report() -> Briefing:
    """A small report with a figure and a table."""
    table = Table("new", "New", (Column("title", "Title", ""),), (("=1+1 *Strike* <b>",),))
    parts = (Heading("New"), Paragraph("Two of them."), Figure("map", "Map", "All is calm.", SVG), table)
    return Briefing("2020-W17", "Weekly report, week 17", date(2020, 4, 26), "Calm.", parts, (("Method", "2"),))
