"""What changed between two versions of a field, word by word."""

from __future__ import annotations

import difflib
import re
from typing import Any

_SHORT = 60


def difference(before: Any, after: Any) -> list[tuple[str, str]]:
    """Pieces of text that were kept, taken out or put in, in their order.

    Long texts are compared word by word, anything else as a whole.

    Examples:
        >>> difference("reported", "verified")
        [('out', 'reported'), ('in', 'verified')]
        >>> difference(["DE"], ["DE", "FR"])
        [('out', 'DE'), ('in', 'DE; FR')]
    """
    old, new = _text(before), _text(after)
    if max(len(old), len(new)) <= _SHORT or not old or not new:
        return [(kind, text) for kind, text in (("out", old), ("in", new)) if text]
    words_before, words_after = (re.findall(r"\s+|\S+", text) for text in (old, new))
    pieces = []
    matcher = difflib.SequenceMatcher(None, words_before, words_after, autojunk=len(words_before) > 2_000)
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind == "equal":
            pieces.append(("kept", "".join(words_before[a:b])))
        else:
            pieces += [("out", "".join(words_before[a:b])), ("in", "".join(words_after[c:d]))]
    return [(kind, text) for kind, text in pieces if text]


def _text(value: Any) -> str:
    if value is None:
        return ""
    return "; ".join(str(one) for one in value) if isinstance(value, list) else str(value)
