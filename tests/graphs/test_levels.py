"""How shares are said."""

import re
from pathlib import Path

import pytest

from graphs.levels import COLOURS, percent

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (0, "0 %"),
        (1e-9, "<0.01 %"),
        (0.0001, "0.01 %"),
        (0.0099, "0.99 %"),
        (0.01, "1.0 %"),
        (0.00996, "1.0 %"),
        (0.0994, "9.9 %"),
        (0.0999, "10 %"),
        (0.1, "10 %"),
        (-0.012, "−1.2 %"),
        (-1e-9, ">−0.01 %"),
    ],
)
def test_shares_in_words(share, words):
    assert percent(share).replace("\N{NO-BREAK SPACE}", " ") == words


def colours(css: str, name: str) -> list[list[str]]:
    """The colours of the levels in a style sheet: those of the light theme, then those of the dark one."""
    themes = css.split("prefers-color-scheme: dark")
    return [re.findall(rf"--{name}\d: (#\w+)", theme) for theme in themes[:2]]


def test_both_style_sheets_have_the_same_colours_of_losses():
    page = colours((ROOT / "graphs/templates/page.css").read_text("utf-8"), "loss")
    charts = colours((ROOT / "tracker/static/charts.css").read_text("utf-8"), "level")
    assert page == charts
    assert page[0] == list(COLOURS)
    assert len(page[1]) == len(COLOURS)
