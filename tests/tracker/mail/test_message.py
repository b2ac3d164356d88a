"""A report as a message: every program finds what it can show."""

import dataclasses
import io
import re
from datetime import UTC, datetime
from email import message_from_bytes, policy

import openpyxl

from reports.briefing import Briefing
from tracker.mail.message import compose

AT = datetime(2020, 4, 27, 5, tzinfo=UTC)


def test_its_parts(report: Briefing) -> None:
    mail = message_from_bytes(compose(report, "The desk <desk@a.eu>", ["x@a.eu"], AT).as_bytes(), policy=policy.default)
    kinds = [part.get_content_type() for part in mail.walk()]
    assert kinds == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "multipart/related",
        "text/html",
        "image/png",
        "application/pdf",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ]
    parts = list(mail.walk())
    assert "# Weekly report, week 17\n" in parts[2].get_content()
    assert "=1+1 *Strike* <b>" in parts[2].get_content(), "plain text needs no strokes"
    cids = re.findall(r'src="cid:([^"]+)"', parts[4].get_content())
    assert [f"<{one}>" for one in cids] == [parts[5]["Content-ID"]]
    assert parts[5].get_content()[:4] == b"\x89PNG"
    assert parts[6].get_content()[:5] == b"%PDF-"
    assert openpyxl.load_workbook(io.BytesIO(parts[7].get_content())).sheetnames == ["Report", "New", "Notes"]


def test_its_heads(report: Briefing) -> None:
    mail = compose(report, "The desk <desk@a.eu>", ["ana@a.eu", "ben@b.eu"], AT)
    assert (mail["Subject"], mail["To"]) == ("Weekly report, week 17", "ana@a.eu, ben@b.eu")
    assert (mail["Date"], mail["Auto-Submitted"]) == ("Mon, 27 Apr 2020 05:00:00 +0000", "auto-generated")
    assert re.fullmatch(r"<2020-W17\.[0-9a-f]{16}@a\.eu>", mail["Message-ID"])
    again = compose(report, "The desk <desk@a.eu>", ["ben@b.eu", "ana@a.eu"], AT.replace(hour=9))
    assert again["Message-ID"] == mail["Message-ID"]
    other = compose(dataclasses.replace(report, headline="Not calm."), "desk@a.eu", ["ana@a.eu", "ben@b.eu"], AT)
    assert other["Message-ID"] != mail["Message-ID"]


def test_words_of_users_put_nothing_into_the_heads(report: Briefing) -> None:
    title = "Week\r\nBcc: eve@evil.example\x00\x1b"
    mail = compose(dataclasses.replace(report, title=title), "desk@a.eu", ["ana@a.eu"], AT)
    read = message_from_bytes(mail.as_bytes(), policy=policy.default)
    assert read["Bcc"] is None
    assert read["Subject"].startswith("Week Bcc: eve@evil.example")
    assert [part.get_filename() for part in read.iter_attachments()] == ["2020-W17.pdf", "2020-W17.xlsx"]
