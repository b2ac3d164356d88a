"""The table of what a disruption costs: every column is described, every level is there, also without the EU."""

from datetime import date

import pytest

from graphs import sources
from graphs.assessment import assess
from graphs.disruption import Disruption
from graphs.fields import fields
from graphs.method import Method
from graphs.valuechain import ValueChain
from reports import figures
from reports.impact import impact_table

pytestmark = pytest.mark.usefixtures("one_thread")
ON = date(2021, 3, 1)
STRIKE = Disruption("Strike", ("DE",), ON, "D1", effect="supply", severity_likely=0.4)


def test_every_level_the_largest_loss_first(toy: ValueChain) -> None:
    result = assess(toy, [STRIKE], ON, Method())
    table = impact_table(result)
    assert table.level.unique().tolist() == ["eu", "ecosystem", "country", "industry", "node"]
    assert all(rows.loss_meur.is_monotonic_decreasing for _, rows in table.groupby("level"))
    eu = table[table.level == "eu"].loss_meur.sum()
    nodes = table[(table.level == "node") & table.key.str.match("DE|FR")]
    assert nodes.loss_meur.sum() == pytest.approx(eu) == table[table.level == "country"].loss_meur.sum()
    assert nodes.set_index("key").direct_cut_share["DE_A"] == pytest.approx(0.4)


def test_every_column_is_described(toy: ValueChain) -> None:
    result = assess(toy, [STRIKE], ON, Method())
    columns = {"disruption", *impact_table(result), *figures.wave(result).reset_index()}
    assert columns <= set(fields().index)


def test_without_the_eu_and_without_a_loss() -> None:
    abroad = ValueChain.from_matrix(["US_A", "TW_A"], [[0, 10], [10, 0]], [90, 40])
    strike = Disruption("Strike", ("US",), ON, "D1", effect="supply", severity_likely=0.4)
    table = impact_table(assess(abroad, [strike], ON, Method()))
    assert set(table.level) == {"node"}
    assert len(impact_table(assess(sources.toy(), [], ON, Method())).query("level == 'node'")) == 0
