"""The figures behind the charts, against what an assessment says and sums by hand."""

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from graphs.assessment import Assessment, assess
from graphs.classification import ECOSYSTEMS, STAGES
from graphs.disruption import Disruption
from graphs.method import Method
from graphs.valuechain import ValueChain
from reports import figures

ON = date(2021, 3, 1)
STRIKE = Disruption(
    "Strike", ("DE",), ON, "D1", ecosystems=("Retail", "Textiles"), stages=("operations",), effect="supply",
    severity_likely=0.4,
)  # fmt: skip
FLOOD = Disruption("Flood", ("FR",), ON, "D2", stages=("operations", "service"), severity_likely=0.2)


@pytest.fixture(scope="module")
def found(toy: ValueChain) -> Assessment:
    return assess(toy, [STRIKE, FLOOD], ON, Method())


def test_a_country_loses_what_its_nodes_lose(toy, found):
    table = figures.countries(found)
    assert list(table.loss_share) == sorted(table.loss_share, reverse=True)
    for code, row in table.iterrows():
        nodes = found.nodes[found.nodes.country == code]
        assert row.loss_meur == pytest.approx(nodes.loss_meur.sum())
        assert row.loss_share == pytest.approx((nodes.loss_share * nodes.output_meur).sum() / nodes.output_meur.sum())
        assert row.loss_low_share <= row.loss_share <= row.loss_high_share
    for code, row in found.level("country").iterrows():
        assert table.loss_share[code] == pytest.approx(row.loss_share)
        assert table.score[code] == row.score
    assert np.isnan(table.score["TW"])
    assert table.loss_share["TW"] > 0, "places outside the EU have losses"


def test_a_league_stands_from_the_lowest_up(found):
    table = figures.league(found, "ecosystem")
    assert list(table.score) == sorted(table.score)
    assert list(table["rank"]) == sorted(table["rank"], reverse=True)
    assert table["rank"].iloc[-1] == 1
    assert (table.rank_low <= table["rank"]).all()
    assert figures.league(assess_nothing(found), "planet").empty


def assess_nothing(found: Assessment) -> Assessment:
    return replace(found, scores=found.scores.iloc[:0])


def test_stages_count_each_pair_and_add_up_what_each_costs_alone(toy, found):
    table = figures.stages(found.disruptions, found)
    assert len(table) == (len(ECOSYSTEMS) + 1) * (len(STAGES) + 1)
    counts = table.set_index(["ecosystem", "stage"])
    assert counts.disruption_count.sum() == 4
    assert counts.disruption_count["Retail", "operations"] == 1
    assert counts.disruption_count[figures.NO_ECOSYSTEM, "operations"] == 1
    assert counts.disruption_count[figures.NO_ECOSYSTEM, "service"] == 1
    assert np.isnan(counts.loss_share[figures.NO_ECOSYSTEM, "operations"]), "of no ecosystem, a loss of nobody"
    by_itself = assess(toy, [STRIKE], ON, Method()).level("ecosystem")
    for ecosystem in ("Retail", "Textiles"):
        if ecosystem in by_itself.index:
            stated = counts.loss_share[ecosystem, "operations"]
            assert stated == pytest.approx(by_itself.loss_share[ecosystem], rel=1e-3)
    assert "loss_share" not in figures.stages([STRIKE])
    assert figures.stages([]).disruption_count.sum() == 0


def test_a_wave_is_the_path_with_its_readings(found):
    table = figures.wave(found)
    pd.testing.assert_series_equal(table.loss_share, found.path["EU"], check_names=False)
    pd.testing.assert_series_equal(table.loss_high_share, found.path_high["EU"], check_names=False)
    assert (table.loss_low_share <= table.loss_share).all()


def test_a_wave_of_what_has_no_place_in_the_eu_is_that_of_the_whole_chain(toy, found):
    table = figures.wave(found, "Cathedrals")
    assert list(table) == ["loss_share"]
    output = toy.output / toy.output.sum()
    assert table.loss_share.iloc[0] == pytest.approx(float(found.lost_share[0] @ output), rel=1e-5)
    ahead = table.loss_share.iloc[-found.method.horizon_weeks :].mean()
    assert ahead == pytest.approx((found.nodes.loss_share * output).sum(), rel=1e-5)
