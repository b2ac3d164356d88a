"""Mail is handed to a real server: over TLS that is checked, with a login, and with faults in words."""

import socket
import ssl
from collections.abc import Callable
from email.message import EmailMessage
from typing import Any

import pytest

from graphs.errors import Faults
from tracker.mail.server import Server, Unsent, deliver

LOGIN = "desk%40example.eu:p%40ss%2Fword%3A%25"


def mail(*to: str) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "desk@example.eu", ", ".join(to or ["ana@a.eu"]), "Hello"
    message.set_content("Ωμέγα")
    return message


@pytest.mark.parametrize("scheme", ["smtps", "smtp+starttls"])
def test_it_arrives_over_tls_with_a_login(scheme: str, mail_server: Callable[..., Any], trust: ssl.SSLContext) -> None:
    with mail_server(scheme, login=True) as box:
        assert deliver(mail(), Server.read(f"{scheme}://{LOGIN}@localhost:{box.port}"), trust) == {}
    assert box.to == [["ana@a.eu"]]
    assert (box.over_tls, box.logged_in) == ([True], [True])
    assert box.mails[0].get_content() == "Ωμέγα\r\n"


@pytest.mark.parametrize("scheme", ["smtps", "smtp+starttls"])
def test_a_certificate_that_nobody_signed_is_not_trusted(scheme: str, mail_server: Callable[..., Any]) -> None:
    told = r"certificate of localhost:\d+ is not to be trusted: self.signed certificate"
    with mail_server(scheme) as box, pytest.raises(Unsent, match=told):
        deliver(mail(), Server.read(f"{scheme}://localhost:{box.port}"))
    assert box.mails == []


def test_without_starttls_nothing_is_sent(mail_server: Callable[..., Any], trust: ssl.SSLContext) -> None:
    with mail_server("smtp") as box, pytest.raises(Unsent, match="does not offer what is needed: STARTTLS"):
        deliver(mail(), Server.read(f"smtp+starttls://{LOGIN}@localhost:{box.port}"), trust)
    assert box.mails == []


def test_a_wrong_password_is_told_but_not_shown(mail_server: Callable[..., Any], trust: ssl.SSLContext) -> None:
    told = "does not take user and password: 535"
    with mail_server("smtps", login=True) as box, pytest.raises(Unsent, match=told) as found:
        deliver(mail(), Server.read(f"smtps://desk:secret@localhost:{box.port}"), trust)
    assert "secret" not in str(found.value)
    assert "secret" not in repr(Server.read("smtps://desk:secret@localhost"))


def test_who_is_refused_is_told(mail_server: Callable[..., Any]) -> None:
    with mail_server() as box:
        server = Server.read(f"smtp://localhost:{box.port}")
        box.refuse = ("ben@b.eu",)
        assert deliver(mail("ana@a.eu", "ben@b.eu"), server) == {"ben@b.eu": "550 no such box"}
        with pytest.raises(Unsent, match=r"refuses every recipient: ben@b\.eu: 550 no such box"):
            deliver(mail("ben@b.eu"), server)
        box.answer = "554 looks like advertising"
        with pytest.raises(Unsent, match="refuses the mail: 554 looks like advertising"):
            deliver(mail(), server)
    assert box.to == [["ana@a.eu"]]


def test_a_server_that_is_away_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as ours:
        port = ours.getsockname()[1]
    with pytest.raises(Unsent, match=rf"localhost:{port} does not answer: Connection refused"):
        deliver(mail(), Server.read(f"smtps://localhost:{port}"))
    with pytest.raises(Unsent, match=r"There is no machine of the name nobody\.invalid"):
        deliver(mail(), Server.read("smtps://nobody.invalid"))


@pytest.mark.parametrize(
    "url",
    [
        "",
        "mail.example.eu",
        "https://a.eu",
        "smtps://",
        "smtps://a.eu:99999",
        "smtps://a.eu/x",
        "smtp://a.eu",
        "smtps://ä:b@a.eu",
    ],
)
def test_what_is_no_address_is_a_fault(url: str) -> None:
    with pytest.raises(Faults, match="TRACKER_SMTP_URL: "):
        Server.read(url)


def test_ports_are_those_of_the_ways() -> None:
    assert [Server.read(f"{way}://localhost").port for way in ("smtps", "smtp+starttls", "smtp")] == [465, 587, 25]
