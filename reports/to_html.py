"""A briefing as one HTML page: no script, no outside file, styles inline enough for mail."""

from __future__ import annotations

from jinja2 import Environment, PackageLoader, StrictUndefined

from reports.morning import Morning


def to_html(briefing: Morning) -> str:
    """Render a briefing.

    Examples:
        >>> from datetime import date
        >>> from graphs import sources
        >>> from graphs.assessment import assess
        >>> from graphs.method import Method
        >>> from reports.morning import morning
        >>> page = to_html(morning(assess(sources.toy(), [], date(2021, 3, 1), Method())))
        >>> page.startswith("<!doctype html>"), "<script" in page
        (True, False)
    """
    environment = Environment(
        loader=PackageLoader("reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("briefing.html").render(briefing=briefing)
