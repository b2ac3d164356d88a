"""What the tests of charts share: frames of figures, and a reader of drawings."""

from collections.abc import Callable
from datetime import date, timedelta
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest

DRAWS = {"svg", "title", "desc", "g", "path", "line", "rect", "text", "tspan", "circle"}
KNOWN = {
    "class", "role", "viewBox", "d", "transform", "x", "y", "x1", "x2", "y1", "y2", "width", "height", "fill", "stroke",
    "stroke-width", "stroke-dasharray", "stroke-linecap", "stroke-linejoin", "stroke-miterlimit", "opacity", "dx", "dy",
    "fill-opacity", "stroke-opacity", "text-anchor", "font-size", "font-weight", "font-family", "paint-order",
}  # fmt: skip
HOSTILE = [
    "<script>alert(1)</script>",
    "</text></svg><script>alert(1)</script>",
    '" onload="alert(1)" x=\'',
    "]]>--><!ENTITY x SYSTEM 'file:///etc/passwd'>&x;",
    "javascript:alert(1)",
    "{{7*7}} ${7*7} datum.value",
    "https://example.org/a.png",
    "a\x00b\x0b\ud800c\u202e",
    "x" * 5000,
    "",
]
"""Texts that want to be something else."""


class Drawing:
    """A chart as a browser reads it."""

    def __init__(self, text: str) -> None:
        assert text.startswith('<svg xmlns="http://www.w3.org/2000/svg"')
        text.encode()  # a lone surrogate could not be sent
        self.root = ElementTree.fromstring(text)
        self.elements = list(self.root.iter())
        for one in self.elements:
            one.tag = one.tag.rpartition("}")[2]
        assert {one.tag for one in self.elements} <= DRAWS, "nothing but what draws"
        assert {name for one in self.elements for name in one.attrib} <= KNOWN
        assert not [one for one in self.elements for value in one.attrib.values() if "NaN" in value or "url(" in value]
        assert "NaN" not in self.texts
        assert "undefined" not in self.texts

    @property
    def texts(self) -> list[str]:
        return [one.text or "" for one in self.elements if one.tag == "text"]

    @property
    def title(self) -> str:
        return self.root.findtext("title") or ""

    @property
    def reading(self) -> str:
        return self.root.findtext("desc") or ""

    @property
    def size(self) -> tuple[float, float]:
        _, _, width, height = map(float, self.root.attrib["viewBox"].split())
        return width, height

    def of(self, role: str) -> list[ElementTree.Element]:
        """What has a colour by its role, such as ``fill-level2``."""
        return [one for one in self.elements if role in one.attrib.get("class", "").split()]


@pytest.fixture(scope="session")
def read() -> Callable[[str], Drawing]:
    """Reads a chart and holds it to what may stand in a page at all."""
    return Drawing


@pytest.fixture
def lost() -> pd.DataFrame:
    """Share lost in ten weeks, with its band."""
    days = pd.Index([date(2020, 3, 2) + timedelta(weeks=week) for week in range(10)], name="week")
    share = np.array([0, 0.01, 0.03, 0.034, 0.02, 0.01, 0.005, 0.001, 0, 0])
    return pd.DataFrame({"loss_share": share, "loss_low_share": share / 2, "loss_high_share": share * 2}, days)


@pytest.fixture
def scored() -> pd.DataFrame:
    """Scores of ten weeks, with their intervals."""
    days = pd.Index([date(2020, 3, 2) + timedelta(weeks=week) for week in range(10)], name="week")
    score = np.array([77.0, 76, 70, 65, 64.3, 66, 70, 72, 75, 77])
    return pd.DataFrame({"score": score, "score_low": score - 20, "score_high": score + 4}, days)


@pytest.fixture(scope="session")
def hostile() -> list[str]:
    """Texts that want to be something else."""
    return HOSTILE
