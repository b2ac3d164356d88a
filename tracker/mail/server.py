"""The server that takes mail: where it is, and what it says, in words."""

from __future__ import annotations

import smtplib
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

from graphs.errors import Fault, Faults

SETTING = "TRACKER_SMTP_URL"
_PORTS: Mapping[str, int] = {"smtps": 465, "smtp+starttls": 587, "smtp": 25}
_HERE = ("localhost", "127.0.0.1", "::1")
_WAIT_S = 30.0


class Unsent(Exception):
    """A mail that was not taken; says why in words, and never the password."""


@dataclass(frozen=True)
class Server:
    """A server that takes mail: ``smtps`` is TLS from the first byte, ``smtp+starttls`` after a greeting."""

    scheme: str
    host: str
    port: int
    user: str = ""
    password: str = field(default="", repr=False)

    @classmethod
    def read(cls, url: str) -> Server:
        """The server at an address; signs in user and password that mean something there are written as %40 and so on.

        Raises:
            Faults: an address that is none, or without TLS to another machine.

        Examples:
            >>> Server.read("smtps://desk:p%40ss@mail.example.eu")
            Server(scheme='smtps', host='mail.example.eu', port=465, user='desk')
            >>> Server.read("smtp://mail.example.eu")
            Traceback (most recent call last):
            graphs.errors.Faults: TRACKER_SMTP_URL: only this machine is spoken to without TLS; give smtps://USER:PASSWORD@HOST
        """
        mend = "give smtps://USER:PASSWORD@HOST"
        try:
            parts = urlsplit(url)
            host, port = parts.hostname or "", parts.port
        except ValueError:
            parts, host, port = urlsplit(""), "", None
        if parts.scheme not in _PORTS or not host or parts.path not in ("", "/") or parts.query or parts.fragment:
            raise Faults([Fault("", SETTING, "is no address of a server for mail", mend)])
        if parts.scheme == "smtp" and host not in _HERE:
            raise Faults([Fault("", SETTING, "only this machine is spoken to without TLS", mend)])
        user, password = unquote(parts.username or ""), unquote(parts.password or "")
        if not (user + password).isascii():
            raise Faults([Fault("", SETTING, "has a user or password with letters beyond ASCII", "choose others")])
        return cls(parts.scheme, host, port or _PORTS[parts.scheme], user, password)


def deliver(message: EmailMessage, server: Server, trust: ssl.SSLContext | None = None) -> dict[str, str]:
    """Hand a message to a server, over TLS whose certificate is checked.

    Args:
        trust: whose certificates are believed; those that this machine believes if left out.

    Returns:
        Recipients that the server refused while it took the message for others, with what it said.

    Raises:
        Unsent: if it was taken for nobody.
    """
    at = f"{server.host}:{server.port}"
    try:
        with _connected(server, trust or ssl.create_default_context()) as connection:
            if server.user:
                connection.login(server.user, server.password)
            return {who: _said(*answer) for who, answer in connection.send_message(message).items()}
    except smtplib.SMTPAuthenticationError as error:
        raise Unsent(f"{at} does not take user and password: {_said(error.smtp_code, error.smtp_error)}") from None
    except smtplib.SMTPRecipientsRefused as error:
        told = "; ".join(f"{who}: {_said(*answer)}" for who, answer in error.recipients.items())
        raise Unsent(f"{at} refuses every recipient: {told}") from None
    except smtplib.SMTPResponseException as error:
        raise Unsent(f"{at} refuses the mail: {_said(error.smtp_code, error.smtp_error)}") from None
    except smtplib.SMTPNotSupportedError as error:
        raise Unsent(f"{at} does not offer what is needed: {error}") from None
    except smtplib.SMTPException as error:
        raise Unsent(f"{at} broke off: {error}") from None
    except ssl.SSLCertVerificationError as error:
        raise Unsent(f"The certificate of {at} is not to be trusted: {error.verify_message}") from None
    except socket.gaierror:
        raise Unsent(f"There is no machine of the name {server.host}") from None
    except (TimeoutError, OSError) as error:
        raise Unsent(f"{at} does not answer: {error.strerror or 'no answer in time'}") from None


def _connected(server: Server, trust: ssl.SSLContext) -> smtplib.SMTP:
    if server.scheme == "smtps":
        return smtplib.SMTP_SSL(server.host, server.port, timeout=_WAIT_S, context=trust)
    connection = smtplib.SMTP(server.host, server.port, timeout=_WAIT_S)
    if server.scheme == "smtp+starttls":
        try:
            connection.starttls(context=trust)  # refused by the server, nothing is sent: never in the clear
        except BaseException:
            connection.close()
            raise
    return connection


def _said(code: int, answer: bytes | str) -> str:
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    return f"{code} {' '.join(text.split())[:200]}"
