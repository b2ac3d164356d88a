"""Where mail begins: the command, and the server that runs beside the pages."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from fastapi import FastAPI
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from graphs.classification import DATA
from graphs.errors import Faults
from tracker.app import create_app
from tracker.cli import app
from tracker.desk import Desk
from tracker.mail import mailings, postman


@pytest.fixture
def report(new_log: Callable[[Path], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Result]:
    """The command for the morning brief of a day, on the toy economy; ``url`` is that of the server for mail."""
    monkeypatch.setenv("TRACKER_DATABASE_URL", new_log(tmp_path))
    monkeypatch.setenv("TRACKER_CHAIN", str(DATA / "toy"))
    monkeypatch.chdir(tmp_path)

    def run(url: str) -> Result:
        if url:
            for name, value in (("SMTP_URL", url), ("REPORT_FROM", "desk@a.eu"), ("REPORT_TO", "ana@a.eu")):
                monkeypatch.setenv(f"TRACKER_{name}", value)
        words = ["report", "--day", "2020-04-26", "--out", "out", "--mail"]
        return CliRunner().invoke(app, words, prog_name="python3 -m tracker")

    return run


def test_the_command_writes_and_mails(report: Any, mail_server: Callable[..., Any], tmp_path: Path) -> None:
    with mail_server() as box:
        found = report(f"smtp://localhost:{box.port}")
    assert found.exit_code == 0, found.output
    assert "Mailed to ana@a.eu." in found.output
    sent = {part.get_filename(): part.get_content() for part in box.mails[0].iter_attachments()}
    assert len(sent) == 2
    assert all((tmp_path / "out" / name).read_bytes() == content for name, content in sent.items())


def test_what_the_server_says_is_told(report: Any, mail_server: Callable[..., Any], tmp_path: Path) -> None:
    with mail_server() as box:
        box.answer = "554 not today"
        found = report(f"smtp://localhost:{box.port}")
    told = " ".join(found.output.split())
    assert found.exit_code == 2
    assert "The report was written, but not mailed: localhost" in told
    assert "refuses the mail: 554 not today" in told
    assert list((tmp_path / "out").glob("*.pdf"))


def test_without_settings_nothing_is_computed(report: Any, tmp_path: Path) -> None:
    found = report("")
    assert found.exit_code == 2
    assert "TRACKER_SMTP_URL: is not set, so nothing can be mailed" in " ".join(found.output.split())
    assert not list(tmp_path.glob("out/*.pdf"))


def test_who_serves_mails(
    toy_desk: Callable[..., Desk],
    app_of: Callable[..., FastAPI],
    mail_server: Callable[..., Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(postman, "_EVERY_S", 0.01)
    with mail_server() as box:
        said = {"smtp_url": f"smtp://localhost:{box.port}", "report_from": "desk@a.eu", "report_to": "ana@a.eu"}
        desk = toy_desk(tmp_path, **said)
        served = app_of(desk, clock=lambda: datetime(2020, 4, 27, 5, tzinfo=UTC))
        taken = box.arrived
        with TestClient(served, base_url="http://localhost"):
            assert taken.wait(60)
        known = mailings.find(desk.engine, "weekly 2020-W17")
        assert known is not None
        assert known.sent_at
        desk.close()
    assert [mail["Message-ID"].split(".")[0] for mail in box.mails] == ["<2020-W17"]


def test_settings_that_do_not_fit_stop_the_start(toy_desk: Callable[..., Desk], tmp_path: Path) -> None:
    desk = toy_desk(tmp_path, report_to="ana@a.eu")
    with pytest.raises(Faults, match="TRACKER_SMTP_URL: is not set"):
        create_app(desk)
    desk.close()
