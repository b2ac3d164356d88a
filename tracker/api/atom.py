"""An Atom feed (RFC 4287) as bytes, whose text no reader takes for markup."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from xml.etree import ElementTree as ET

NAMESPACE = "http://www.w3.org/2005/Atom"
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Item:
    """One entry of a feed; ``id`` is the same for ever, ``at`` a time as RFC 3339 has it."""

    id: str
    title: str
    at: str
    who: str
    summary: str
    links: Mapping[str, str]
    """Addresses by relation."""
    terms: tuple[str, ...]
    """Words by which a reader may sort it."""


def feed(title: str, id: str, at: str, links: Mapping[str, str], items: Iterable[Item]) -> bytes:
    """The feed.

    Args:
        at: when something was changed last.
        links: addresses by relation: ``self``, ``alternate``, and for pages (RFC 5005) ``first`` and ``next``.

    Examples:
        >>> one = Item("tag:a.eu,2020:1", "<b>\\0", "2021-03-01T08:30:00Z", "Ana", "Ana logged it.", {}, ())
        >>> b"<title>&lt;b&gt;?</title>" in feed("Changes", "tag:a.eu,2020:f", "2021-03-01T08:30:00Z", {}, [one])
        True
    """
    root = ET.Element("feed", {"xmlns": NAMESPACE, "xml:lang": "en"})
    _head(root, id, title, at, links)
    for one in items:
        entry = ET.SubElement(root, "entry")
        _head(entry, one.id, one.title, one.at, one.links)
        _text(ET.SubElement(entry, "author"), "name", one.who)
        _text(entry, "summary", one.summary)
        for term in one.terms:
            ET.SubElement(entry, "category", {"term": _clean(term)})
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root, "utf-8")


def _head(element: ET.Element, id: str, title: str, at: str, links: Mapping[str, str]) -> None:
    _text(element, "id", id)
    _text(element, "title", title)
    _text(element, "updated", at)
    for relation, address in links.items():
        ET.SubElement(element, "link", {"rel": relation, "href": address})


def _text(element: ET.Element, name: str, said: str) -> None:
    ET.SubElement(element, name).text = _clean(said)


def _clean(text: str) -> str:
    """Without what no XML may hold."""
    return _NOT_IN_XML.sub("?", text)
