"""A report in every form that it is read in."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping

from reports.briefing import Briefing
from reports.to_csv import tables_to_csv
from reports.to_html import to_html
from reports.to_markdown import to_markdown
from reports.to_pdf import to_pdf
from reports.to_xlsx import to_xlsx

_CALM = (1980, 1, 1, 0, 0, 0)
"""The time of every file in the archive: the same report makes the same bytes."""

MEDIA_TYPES: Mapping[str, str] = {
    "html": "text/html; charset=utf-8",
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "md": "text/markdown; charset=utf-8",
    "zip": "application/zip",
}
"""What a report can be published as; ``zip`` holds its tables in CSV."""


def publish(briefing: Briefing, form: str) -> bytes:
    """A report in one form: the same report, the same bytes.

    Raises:
        KeyError: if there is no such form; see ``MEDIA_TYPES``.

    Examples:
        >>> from datetime import date
        >>> publish(Briefing("2020-W17", "Week 17", date(2020, 4, 26), "Calm.", (), ()), "md").decode().splitlines()[0]
        '# Week 17'
    """
    return _FORMS[form](briefing)


def files(briefing: Briefing) -> dict[str, bytes]:
    """A report as files by name: one in each form, and one for each table in CSV.

    Examples:
        >>> from datetime import date
        >>> list(files(Briefing("2020-W17", "Week 17", date(2020, 4, 26), "Calm.", (), ())))
        ['2020-W17.html', '2020-W17.pdf', '2020-W17.xlsx', '2020-W17.md']
    """
    whole = {f"{briefing.name}.{form}": publish(briefing, form) for form in MEDIA_TYPES if form != "zip"}
    return whole | _tables(briefing)


def _tables(briefing: Briefing) -> dict[str, bytes]:
    return {f"{briefing.name}-{name}.csv": text.encode() for name, text in tables_to_csv(briefing).items()}


def _packed(briefing: Briefing) -> bytes:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in _tables(briefing).items():
            packed.writestr(zipfile.ZipInfo(name, _CALM), content, zipfile.ZIP_DEFLATED)
    return whole.getvalue()


_FORMS: Mapping[str, Callable[[Briefing], bytes]] = {
    "html": lambda briefing: to_html(briefing).encode(),
    "pdf": to_pdf,
    "xlsx": to_xlsx,
    "md": lambda briefing: to_markdown(briefing).encode(),
    "zip": _packed,
}
