"""A report in every form that it is read in."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from reports.briefing import Briefing
from reports.to_html import to_html
from reports.to_pdf import to_pdf

MEDIA_TYPES: Mapping[str, str] = {
    "html": "text/html; charset=utf-8",
    "pdf": "application/pdf",
}
"""What a report can be published as."""


def publish(briefing: Briefing, form: str) -> bytes:
    """A report in one form: the same report, the same bytes.

    Raises:
        KeyError: if there is no such form; see ``MEDIA_TYPES``.

    Examples:
        >>> from datetime import date
        >>> publish(Briefing("2020-W17", "Week 17", date(2020, 4, 26), "Calm.", (), ()), "html")[:15]
        b'<!doctype html>'
    """
    return _FORMS[form](briefing)


def files(briefing: Briefing) -> dict[str, bytes]:
    """A report as files by name: one in each form, and one for each table in CSV.

    Examples:
        >>> from datetime import date
        >>> list(files(Briefing("2020-W17", "Week 17", date(2020, 4, 26), "Calm.", (), ())))
        ['2020-W17.html', '2020-W17.pdf']
    """
    whole = {f"{briefing.name}.{form}": publish(briefing, form) for form in MEDIA_TYPES}
    return whole


_FORMS: Mapping[str, Callable[[Briefing], bytes]] = {
    "html": lambda briefing: to_html(briefing).encode(),
    "pdf": to_pdf,
}
