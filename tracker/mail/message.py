"""A report as a message: its words for every mail program, its figures in it, PDF and workbook with it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr

from reports.briefing import Briefing, Figure
from reports.cells import one_line
from reports.charts.raster import to_png
from reports.to_html import content_id, to_html
from reports.to_markdown import to_markdown
from reports.to_pdf import to_pdf
from reports.to_xlsx import to_xlsx

_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_XLSX = "vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_UNSEEN = re.compile(r"[\x00-\x1f\x7f]")


def compose(briefing: Briefing, sender: str, to: Sequence[str], at: datetime) -> EmailMessage:
    """A report as a message: plain text and HTML to choose from, figures in the HTML, PDF and XLSX attached.

    The Message-ID follows from the report and its recipients, so that a mail that is sent twice is known as one.

    Args:
        sender: address it comes from, with or without a name.
        to: addresses.
        at: when it is sent.

    Raises:
        Faults: a report that cannot be written.

    Examples:
        >>> from datetime import UTC, date
        >>> calm = Briefing("2020-W17", "Week 17", date(2020, 4, 26), "Calm.", (), ())
        >>> mail = compose(calm, "desk@example.eu", ["ana@example.eu"], datetime(2020, 4, 27, 5, tzinfo=UTC))
        >>> mail["Subject"], [part.get_filename() for part in mail.iter_attachments()]
        ('Week 17', ['2020-W17.pdf', '2020-W17.xlsx'])
    """
    text = to_markdown(briefing)
    mail = EmailMessage()
    mail["Subject"] = _UNSEEN.sub(" ", one_line(briefing.title))
    mail["From"] = sender
    mail["To"] = ", ".join(to)
    mail["Date"] = format_datetime(at)
    digest = hashlib.sha256("\n".join([text, *sorted(to)]).encode("utf-8", "replace")).hexdigest()[:16]
    mail["Message-ID"] = f"<{_word(briefing.name)}.{digest}@{parseaddr(sender)[1].rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(_ESCAPED.sub(r"\1", text))
    mail.add_alternative(to_html(briefing, for_mail=True), subtype="html")
    page = mail.get_body(("html",))
    assert page is not None  # it was put there a line above
    for part in briefing.parts:
        if isinstance(part, Figure):
            name = f"{_word(part.name)}.png"
            cid = f"<{content_id(briefing, part)}>"
            page.add_related(to_png(part.svg), "image", "png", cid=cid, disposition="inline", filename=name)
    name = _word(briefing.name)
    mail.add_attachment(to_pdf(briefing), "application", "pdf", filename=f"{name}.pdf")
    mail.add_attachment(to_xlsx(briefing), "application", _XLSX, filename=f"{name}.xlsx")
    return mail


def _word(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name) or "report"
