"""Texts as weighted words: likeness by hand, and what must hold of any texts."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphs.terms import weigh

TEXTS = st.lists(st.text(st.sampled_from("abcé xyz"), max_size=30), max_size=6)


def test_likeness_by_hand() -> None:
    """Three texts: "port" in two of them, the others in one."""
    found = weigh(["port strike", "port", "masks masks"])
    often, once = 1 + math.log(4 / 3), 1 + math.log(4 / 2)
    length = math.hypot(often, once)
    assert found.alike("port").tolist() == pytest.approx([often / length, 1, 0])
    assert found.alike("mask").tolist() == pytest.approx([0, 0, 1])
    other = 1 + math.log(4)  # a word that none of them has
    assert found.alike("port hurricane")[1] == pytest.approx(often / math.hypot(often, other))
    assert found.common(0, "a strike of ports") == ["strike", "ports"]


def test_case_accents_and_endings_do_not_matter() -> None:
    found = weigh(["Škoda stops lines", "Masks"])
    assert found.alike("SKODA: a line stopped")[0] > 0.5
    assert found.alike("the and of")[0] == 0


@given(TEXTS, st.text(st.sampled_from("abcé xyz"), max_size=30))
def test_any_texts(texts: list[str], asked: str) -> None:
    found = weigh(texts)
    alike = found.alike(asked)
    assert len(alike) == len(texts)
    assert ((alike >= 0) & (alike <= 1 + 1e-9)).all()
    for row, text in enumerate(texts):
        own = found.alike(text)[row]
        assert own == pytest.approx(1) or own == 0
        assert bool(found.common(row, asked, 99)) == (alike[row] > 0)
