"""Files on their way in: none that is under way gives way, and what goes wrong is said and written down."""

import threading
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from graphs.errors import Faults, Unknown
from tracker.desk import Desk
from tracker.files import importing
from tracker.files.uploads import Uploads

ANA, BEN = ("U1", "session"), ("U2", "session")
GOOD = b"title,origin,start\nFlood,FR,2021-03-01\n"


@pytest.fixture
def uploads(desk: Desk) -> Iterator[Uploads]:
    uploads = Uploads(desk)
    yield uploads
    uploads.close()


def test_what_is_under_way_does_not_give_way_to_others(
    uploads: Uploads, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    goes_on, read = threading.Event(), importing.previews

    def slowly(*given: Any, **named: Any) -> Any:
        goes_on.wait(10)
        return read(*given, **named)

    monkeypatch.setattr(importing, "previews", slowly)
    senders = [(f"U{number}", "session") for number in range(24)]
    tokens = [uploads.begin("a.csv", GOOD, "", one, at) for one in senders]
    with pytest.raises(Faults, match="file: 24 files are on their way; try again in some minutes"):
        uploads.begin("b.csv", GOOD, "", ("U99", "session"), at)
    goes_on.set()
    uploads.close()
    assert [uploads.find(*one).state for one in zip(tokens, senders, strict=True)] == ["ready"] * 24
    with pytest.raises(Unknown):
        uploads.find(tokens[0], BEN)


def test_a_fault_of_the_program_is_told_and_written_down(
    uploads: Uploads, at: datetime, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(importing, "previews", lambda *_, **__: 1 / 0)
    token = uploads.begin("a.csv", GOOD, "", ANA, at)
    uploads.close()
    assert [one.fault for one in uploads.find(token, ANA).faults] == ["could not be taken in: a fault of this program"]
    assert "ZeroDivisionError" in caplog.text
