"""What a spreadsheet would compute when it opens a table of text, and how it is kept from doing so."""

from __future__ import annotations

import re

LIVE = r"\s*[=+\-@＝＋－＠]|[\t\r\n]"
"""Beginning of a text that a spreadsheet may compute, as a regular expression; blanks before a sign change nothing."""
_LIVE = re.compile(rf"'*(?:{LIVE})")


def neutral(text: str) -> str:
    """A text that no spreadsheet computes: an apostrophe before what it would, behind however many stand there.

    References:
        OWASP, CSV injection: https://owasp.org/www-community/attacks/CSV_Injection.

    Examples:
        >>> neutral("=1+1"), neutral(" =1+1"), neutral("'=1+1"), neutral("C29")
        ("'=1+1", "' =1+1", "''=1+1", 'C29')
    """
    return f"'{text}" if _LIVE.match(text) else text
