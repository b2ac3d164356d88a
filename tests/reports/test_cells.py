"""Cells of a report as people read them."""

import pytest

from reports.briefing import Cell, Column, Table
from reports.cells import figures, head, said

SHARE, LOSS, PLAIN = (
    Column("loss_share", "Lost", "", "%", 1),
    Column("loss_meur", "Loss", "", "million €", 0),
    Column("any", "Any", ""),
)


@pytest.mark.parametrize(
    ("cell", "column", "words"),
    [
        (0.1234, SHARE, "12.3\xa0%"),
        (-0.5, SHARE, "−50.0\xa0%"),
        (-0.0001, SHARE, "0.0\xa0%"),
        (1_234_567.8, LOSS, "1,234,568"),
        (-0.4, LOSS, "0"),
        (2014, PLAIN, "2014"),
        (0.1 + 0.2, PLAIN, "0.3"),
        (True, PLAIN, "yes"),
        (None, SHARE, "–"),
        ("  a\u2028b\tc\xa0d ", PLAIN, "a b c\xa0d"),
    ],
)
def test_a_cell_is_said(cell: Cell, column: Column, words: str) -> None:
    assert said(cell, column) == words


def test_heads_say_their_unit() -> None:
    assert [head(one) for one in (SHARE, LOSS, PLAIN)] == ["Lost", "Loss (million €)", "Any"]


def test_a_column_of_figures_holds_nothing_else() -> None:
    table = Table("t", "T", (PLAIN, PLAIN, PLAIN), ((1, 1, None), (None, "a", None)))
    assert [figures(table, place) for place in range(3)] == [True, False, False]
